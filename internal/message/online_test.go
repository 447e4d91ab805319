package message

import (
	"strings"
	"testing"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/verdict"
)

// shelf is a Fetcher with one certificate, and writes down what it was asked for.
type shelf struct {
	issuer  *cert.Certificate
	asked   []string
	trouble []string
}

func (s *shelf) Issuers(c *cert.Certificate) []*cert.Certificate {
	s.asked = append(s.asked, "issuers "+c.DisplayName())
	if s.issuer == nil {
		s.trouble = append(s.trouble, "no \x1bissuer")
		return nil
	}
	return []*cert.Certificate{s.issuer}
}

func (s *shelf) Responses(c, _ *cert.Certificate, _ *certpath.Anchor) []certpath.Response {
	s.asked = append(s.asked, "responses "+c.DisplayName())
	return nil
}

func (s *shelf) Lists(c *cert.Certificate, _ *certpath.Anchor) ([]certpath.List, []*cert.Certificate) {
	s.asked = append(s.asked, "lists "+c.DisplayName())
	s.trouble = append(s.trouble, "no list")
	return nil, nil
}

func (s *shelf) Trouble() []string {
	out := s.trouble
	s.trouble = nil
	return out
}

// TestOnline: when the network is used, and what is said of it.
func TestOnline(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	middle := cmstest.Issue(t, w.root, cmstest.Options{CommonName: "Middle", CA: true})
	carol := cmstest.Issue(t, middle, cmstest.Options{Key: cmstest.Key(t, "p-256", 14), CommonName: "carol", Emails: []string{"carol@example.org"}})
	const from, evidence = "carol@example.org", "responses carol, responses Middle, lists carol, lists Middle"
	clear := w.clear(text, carol)
	for _, c := range []struct {
		name    string
		mail    string
		open    bool
		missing bool
		change  func(x *Examiner)
		word    verdict.Word
		asked   string
		notes   string
	}{
		{name: "issuer fetched", mail: clear, word: verdict.WordGood, asked: "issuers carol, " + evidence, notes: "no list"},
		{name: "required", mail: clear, change: func(x *Examiner) { x.Policy.RequireRevocation = true }, word: verdict.WordUntrusted, asked: "issuers carol, " + evidence, notes: "no list"},
		{name: "revocation not looked at", mail: clear, change: func(x *Examiner) { x.Policy.NoRevocation = true }, word: verdict.WordGood, asked: "issuers carol"},
		{name: "issuer not to be had", mail: clear, missing: true, word: verdict.WordUntrusted, asked: "issuers carol", notes: `no \u001bissuer`},
		{name: "issuer in the store", mail: clear, change: func(x *Examiner) {
			x.Store = func(Wanted) []*cert.Certificate { return []*cert.Certificate{middle.Certificate} }
		}, word: verdict.WordGood, asked: evidence, notes: "no list"},
		{name: "offline", mail: clear, change: func(x *Examiner) { x.Online = nil }, word: verdict.WordUntrusted},
		{name: "content changed", mail: strings.Replace(clear, "100 EUR", "900 EUR", 1), word: verdict.WordBad},
		{name: "signed some time ago", mail: w.multipartSigned(text, w.signedAt(text, testNow.Add(-time.Hour), carol)), word: verdict.WordGood, asked: "issuers carol, " + evidence, notes: "no list"},
		{name: "under a tag", mail: w.encrypted(clear, "aes-256-gcm", w.bob), open: true, word: verdict.WordDone, asked: "issuers carol, " + evidence, notes: "no list"},
		{name: "without a tag", mail: w.encrypted(clear, "aes-256-cbc", w.bob), open: true, word: verdict.WordDone, notes: "certificates of issuers are not fetched for a mail whose encryption does not show changes"},
		{name: "without a tag, inside one with", mail: w.encrypted(w.encrypted(clear, "aes-256-cbc", w.bob), "aes-256-gcm", w.bob), open: true, word: verdict.WordDone, notes: "certificates of issuers are not fetched for a mail whose encryption does not show changes"},
		{name: "without a tag, around one with", mail: w.encrypted(w.encrypted(clear, "aes-256-gcm", w.bob), "aes-256-cbc", w.bob), open: true, word: verdict.WordDone, notes: "certificates of issuers are not fetched for a mail whose encryption does not show changes"},
		{name: "without a tag, issuer in the store", mail: w.encrypted(clear, "aes-256-cbc", w.bob), open: true, change: func(x *Examiner) {
			x.Store = func(Wanted) []*cert.Certificate { return []*cert.Certificate{middle.Certificate} }
		}, word: verdict.WordDone, asked: evidence, notes: "no list"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := &shelf{issuer: middle.Certificate}
			if c.missing {
				s.issuer = nil
			}
			x := w.examiner(keyOf(w.bob))
			x.Online = func() Fetcher { return s }
			if c.change != nil {
				c.change(x)
			}
			in := verifyInput(mailOf(from, c.mail))
			if c.open {
				in = decryptInput(mailOf(from, c.mail))
			}
			ex := examine(t, x, in)
			var notes []string
			for _, r := range ex.Report.Reasons {
				if r.Code == verdict.NotFetched && !strings.Contains(strings.Join(notes, "\n"), r.Text) {
					notes = append(notes, r.Text)
					if r.Level != verdict.Warn {
						t.Errorf("level %s", r.Level)
					}
				}
			}
			if word := ex.Report.Verdict; word != c.word && !(c.word == verdict.WordDone && ex.Report.Exit() == 0) {
				t.Errorf("word %s, reasons %s", word, codes(ex.Report))
			}
			if asked := strings.Join(s.asked, ", "); asked != c.asked || strings.Join(notes, "; ") != c.notes {
				t.Errorf("asked %q, told %q; want %q, %q", asked, notes, c.asked, c.notes)
			}
			if signers := ex.Signers(); c.asked != "" && !c.missing && (len(signers) != 1 || signers[0].Then == nil || !signers[0].Then.Paths[0].Good()) {
				t.Error("at the time of signing the path is not known")
			}
		})
	}
}
