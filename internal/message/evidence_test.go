package message

import (
	"errors"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// list makes a revocation list of the world's root.
func (w *world) list(number int64, age int, serials ...[]byte) []byte {
	template := certtest.ListTemplate{ThisUpdate: testNow.AddDate(0, 0, -age), Extensions: []certtest.Extension{certtest.Number(number)}}
	for _, s := range serials {
		template.Entries = append(template.Entries, certtest.ListEntry{Serial: s})
	}
	return certtest.List(template, &certtest.Entity{Key: &certtest.Key{Signer: w.root.Key.Signer}, Name: w.root.Certificate.Subject.Raw})
}

// withLists is a mail of Alice's whose signature carries revocation lists.
func (w *world) withLists(detached bool, lists ...[]byte) string {
	s := cmstest.ParseSigned(w.signedData([]byte(text), detached, w.alice))
	var nodes []*cmstest.Node
	for _, l := range lists {
		nodes = append(nodes, cmstest.Raw(l))
	}
	if len(nodes) > 0 {
		s.Data().Insert(4, cmstest.Constructed(ber.Context(1), nodes...))
	}
	if detached {
		return mailOf("alice@example.org", w.multipartSigned(text, s.Encode()))
	}
	return mailOf("alice@example.org", w.pkcs7("signed-data", s.Encode()))
}

// TestRevocationLists: lists of the message and lists handed in (A45, A46).
func TestRevocationLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	serial := w.alice.Certificate.Serial
	with, without := w.list(2, 1, serial), w.list(2, 1)
	oldWith, oldWithout := w.list(1, 5, serial), w.list(1, 5)
	stale := w.list(1, 90)
	off, required := func(x *Examiner) { x.Policy.NoRevocation = true }, func(x *Examiner) { x.Policy.RequireRevocation = true }
	signed := func(x *Examiner) { x.Policy.AtSigned = true }
	for _, c := range []struct {
		name     string
		inside   [][]byte
		handedIn [][]byte
		change   func(x *Examiner)
		word     verdict.Word
		code     verdict.Code
		status   string
		source   string
	}{
		{name: "no list", word: verdict.WordGood, status: "not-checked"},
		{name: "no list, required", change: required, word: verdict.WordUntrusted, code: verdict.RevocationUnknown, status: "unknown"},
		{name: "inside, clean", inside: [][]byte{without}, word: verdict.WordGood, status: "good", source: "message"},
		{name: "inside, clean, required", inside: [][]byte{without}, change: required, word: verdict.WordGood, status: "good", source: "message"},
		{name: "inside, revoked", inside: [][]byte{with}, word: verdict.WordUntrusted, code: verdict.Revoked, status: "revoked", source: "message"},
		{name: "inside, revoked, at the claimed time", inside: [][]byte{with}, change: signed, word: verdict.WordUntrusted, code: verdict.Revoked, status: "revoked", source: "message"},
		{name: "inside, revoked, not looked at", inside: [][]byte{with}, change: off, word: verdict.WordGood, status: "not-checked"},
		{name: "inside, stale", inside: [][]byte{stale}, word: verdict.WordGood, status: "unknown"},
		{name: "inside, stale, required", inside: [][]byte{stale}, change: required, word: verdict.WordUntrusted, code: verdict.RevocationUnknown, status: "unknown"},
		{name: "handed in, clean", handedIn: [][]byte{without}, word: verdict.WordGood, status: "good", source: "file"},
		{name: "handed in, revoked", handedIn: [][]byte{with}, word: verdict.WordUntrusted, code: verdict.Revoked, status: "revoked", source: "file"},
		{name: "handed in, revoked, not looked at", handedIn: [][]byte{with}, change: off, word: verdict.WordGood, status: "not-checked"},
		{name: "A46 an older clean one inside", inside: [][]byte{oldWithout}, handedIn: [][]byte{with}, word: verdict.WordUntrusted, code: verdict.Revoked, status: "revoked", source: "file"},
		{name: "a newer clean one inside", inside: [][]byte{without}, handedIn: [][]byte{oldWith}, word: verdict.WordGood, status: "good", source: "message"},
		{name: "the same one twice", inside: [][]byte{without}, handedIn: [][]byte{without}, word: verdict.WordGood, status: "good", source: "file"},
		{name: "one that is none", inside: [][]byte{{0x30, 0}, without}, word: verdict.WordGood, status: "good", source: "message"},
		{name: "only one that is none", inside: [][]byte{{0x30, 0}}, change: required, word: verdict.WordUntrusted, code: verdict.RevocationUnknown, status: "unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, detached := range []bool{true, false} {
				x := w.examiner()
				for _, der := range c.handedIn {
					l, err := cert.ParseCRL(der)
					if err != nil {
						t.Fatal(err)
					}
					list := certpath.List{CRL: l, Source: "file"}
					if detached { // and read when it is asked for
						list = certpath.List{Issuer: l.Issuer, Source: "file", Read: func() ([]*cert.CRL, error) { return []*cert.CRL{l}, nil }}
					}
					x.CRLs = append(x.CRLs, list)
				}
				if c.change != nil {
					c.change(x)
				}
				ex := examine(t, x, verifyInput(w.withLists(detached, c.inside...)))
				expect(t, ex, c.word, c.code)
				got := ex.Report.Layers[0].Signers[0].Revocation
				if looked := ex.Signers()[0].Now.Paths[0].Revocation != nil; looked && c.status == "not-checked" {
					t.Error("the lists were looked at")
				}
				source := ""
				if got.Source != nil {
					source = *got.Source
				}
				if got.Status != c.status || source != c.source {
					t.Errorf("detached %v: got %q by %q, want %q by %q", detached, got.Status, source, c.status, c.source)
				}
			}
		})
	}
}

// TestListIssuerInStore: the certificate of the issuer of a list may be in the
// store.
func TestListIssuerInStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	root := &certtest.Entity{Key: &certtest.Key{Signer: w.root.Key.Signer}, Name: w.root.Certificate.Subject.Raw}
	lists := certtest.Issue(certtest.Template{Subject: root.Name, Extensions: []certtest.Extension{certtest.KeyUsage(6)}}, root)
	issuer, err := cert.Parse(lists.DER)
	if err != nil {
		t.Fatal(err)
	}
	mail := w.withLists(true, certtest.List(certtest.ListTemplate{Entries: []certtest.ListEntry{{Serial: w.alice.Certificate.Serial}}}, lists))
	x := w.examiner()
	expect(t, examine(t, x, verifyInput(mail)), verdict.WordGood, "")
	asked := 0
	x.Store = func(Wanted) []*cert.Certificate { asked++; return []*cert.Certificate{issuer} }
	expect(t, examine(t, x, verifyInput(mail)), verdict.WordUntrusted, verdict.Revoked)
	if asked == 0 {
		t.Error("the store was not asked")
	}
}

// TestListThatCannotBeRead: with a list that somebody has to look at and cannot there is no verdict, and nothing is
// released; a list of somebody else, or one that nobody is to look at, is not read.
func TestListThatCannotBeRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	trouble := &KeyError{Code: verdict.CertificateUnfit, Err: errors.New("the store is damaged"), Hints: []string{"look at it"}}
	unreadable := func(issuer cert.Name) certpath.List {
		return certpath.List{Issuer: issuer, Source: "store", Read: func() ([]*cert.CRL, error) { return nil, trouble }}
	}
	for _, c := range []struct {
		name   string
		issuer cert.Name
		off    bool
		word   verdict.Word
		exit   int
	}{
		{"its issuer's", w.root.Certificate.Subject, false, verdict.WordNoKey, 5},
		{"its issuer's, not looked at", w.root.Certificate.Subject, true, verdict.WordGood, 0},
		{"somebody else's", w.alice.Certificate.Subject, false, verdict.WordGood, 0},
	} {
		for _, detached := range []bool{true, false} {
			x := w.examiner()
			x.CRLs, x.Policy.NoRevocation = []certpath.List{unreadable(c.issuer)}, c.off
			ex := x.Examine(Input{Command: "verify", Name: "m.eml", Source: spool.Bytes([]byte(w.withLists(detached))), Want: true})
			if ex.Report.Verdict != c.word || ex.Report.Exit() != c.exit {
				t.Errorf("%s, detached %v: %s, exit %d, %q", c.name, detached, ex.Report.Verdict, ex.Report.Exit(), codes(ex.Report))
			}
			ex.Close()
		}
	}
}
