package message

import (
	"slices"
	"strings"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// TestSeveralSigners wants every signer good, and a judgement of each.
func TestSeveralSigners(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	anyone := w.examiner()
	anyone.Policy.AnyFrom = true
	second := cmstest.Issue(t, w.root, cmstest.Options{Key: cmstest.Key(t, "p-256", 14), CommonName: "alice too", Emails: []string{"alice@example.org"}})
	damaged := func(i int) string {
		s := cmstest.ParseSigned(w.signedData([]byte(text), true, w.alice, second, w.alice))
		s.Signature(i).Value[10] ^= 1
		return w.multipartSigned(text, s.Encode())
	}
	for _, test := range []struct {
		name   string
		x      *Examiner
		entity string
		word   verdict.Word
		code   verdict.Code
		each   string // integrity, trust and address of each signer
	}{
		{"both good", w.examiner(), w.clear(text, w.alice, second), verdict.WordGood, "", "ok ok ok, ok ok ok"},
		{"one is somebody else", w.examiner(), w.opaque(text, w.alice, w.bob), verdict.WordMismatch, verdict.FromMismatch, "ok ok ok, ok ok mismatch"},
		{"somebody else, From not compared", anyone, w.clear(text, w.alice, w.bob), verdict.WordGood, "", "ok ok not-checked, ok ok not-checked"},
		{"a stranger second", w.examiner(), w.clear(text, w.alice, w.stranger), verdict.WordUntrusted, verdict.IssuerUnknown, "ok ok ok, ok untrusted ok"},
		{"a stranger first", w.examiner(), w.clear(text, w.stranger, w.alice), verdict.WordUntrusted, verdict.IssuerUnknown, "ok untrusted ok, ok ok ok"},
		{"first signature damaged", w.examiner(), damaged(0), verdict.WordBad, verdict.SignatureInvalid, "bad ok ok, ok ok ok, ok ok ok"},
		{"middle signature damaged", w.examiner(), damaged(1), verdict.WordBad, verdict.SignatureInvalid, "ok ok ok, bad ok ok, ok ok ok"},
		{"last signature damaged", w.examiner(), damaged(2), verdict.WordBad, verdict.SignatureInvalid, "ok ok ok, ok ok ok, bad ok ok"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ex := examine(t, test.x, verifyInput(mailOf(fromAlice, test.entity)))
			expect(t, ex, test.word, test.code)
			var each []string
			for _, s := range ex.Report.Layers[0].Signers {
				each = append(each, s.Integrity+" "+s.Trust+" "+s.Address)
			}
			// The order of a SET OF is that of its octets, not that of signing.
			want := strings.Split(test.each, ", ")
			slices.Sort(each)
			slices.Sort(want)
			if !slices.Equal(each, want) {
				t.Errorf("signers %q, want %q", each, want)
			}
		})
	}
}

// TestNoSigners judges SignedData without a signer as unsigned, never as good.
func TestNoSigners(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, detached := range []bool{true, false} {
		for _, certificates := range []bool{true, false} {
			s := cmstest.ParseSigned(w.signedData([]byte(text), detached, w.alice))
			s.SignerInfos().Children = nil
			if !certificates {
				s.Data().Remove(3)
			}
			entity := w.pkcs7("signed-data", s.Encode())
			if detached {
				entity = w.multipartSigned(text, s.Encode())
			}
			ex := examine(t, w.examiner(), verifyInput(mailOf(fromAlice, entity)))
			expect(t, ex, verdict.WordUnsigned, verdict.NoSigners)
		}
	}
}

// TestSignerCertificate finds the certificate of a signer: in the message, handed
// in, among the anchors, in the store; else nothing was checked.
func TestSignerCertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := cmstest.ParseSigned(w.signedData([]byte(text), true, w.alice))
	s.Data().Remove(3)
	message := mailOf(fromAlice, w.multipartSigned(text, s.Encode()))
	with := func(edit func(x *Examiner)) *Examiner {
		x := w.examiner()
		edit(x)
		return x
	}
	list := []*cert.Certificate{w.bob.Certificate, w.alice.Certificate}
	stored := 0
	for _, test := range []struct {
		name string
		x    *Examiner
		word verdict.Word
		code verdict.Code
	}{
		{"nowhere", w.examiner(), verdict.WordUntrusted, verdict.CertificateMissing},
		{"handed in", with(func(x *Examiner) { x.Chain = list }), verdict.WordGood, ""},
		{"in the store", with(func(x *Examiner) { x.Store = func(Wanted) []*cert.Certificate { stored++; return list } }), verdict.WordGood, ""},
		{"an anchor", with(func(x *Examiner) { x.Anchors[0].Certificate = w.alice.Certificate }), verdict.WordGood, ""},
		{"another's in the store", with(func(x *Examiner) { x.Store = func(Wanted) []*cert.Certificate { return list[:1] } }), verdict.WordUntrusted, verdict.CertificateMissing},
	} {
		t.Run(test.name, func(t *testing.T) {
			ex := examine(t, test.x, verifyInput(message))
			expect(t, ex, test.word, test.code)
			if test.word == verdict.WordUntrusted {
				if got := ex.Report.Layers[0].Signers[0].Integrity; got != "not-checked" {
					t.Errorf("integrity %s without a certificate", got)
				}
			}
		})
	}
	if stored == 0 {
		t.Error("the store was not asked")
	}
	// The store is not asked when the message brings all there is.
	x := with(func(x *Examiner) {
		x.Store = func(Wanted) []*cert.Certificate { t.Error("the store was asked"); return nil }
	})
	expect(t, examine(t, x, verifyInput(mailOf(fromAlice, w.clear(text, w.alice)))), verdict.WordGood, "")
	// A stored certificate is no anchor.
	x = with(func(x *Examiner) {
		x.Store = func(Wanted) []*cert.Certificate { return []*cert.Certificate{w.stranger.Certificate} }
	})
	expect(t, examine(t, x, verifyInput(mailOf(fromAlice, w.clear(text, w.stranger)))), verdict.WordUntrusted, verdict.IssuerUnknown)
}

// TestRenewedCertificate has two certificates of one key and one key identifier
// in the message, an expired one and its renewal: the order does not count.
func TestRenewedCertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := cmstest.Issue(t, w.root, cmstest.Options{Key: w.alice.Key, CommonName: "alice", Emails: []string{"alice@example.org"}, NotAfter: testNow.AddDate(-1, 0, 0)})
	// The attribute that pins one certificate is not signed by everybody: signed again without it, by key identifier.
	byKey := w.byKeyID(text, w.alice)
	for _, order := range [][]*cert.Certificate{{old.Certificate, w.alice.Certificate}, {w.alice.Certificate, old.Certificate}} {
		x := w.examiner()
		x.Chain = order
		ex := examine(t, x, verifyInput(mailOf(fromAlice, w.multipartSigned(text, byKey))))
		expect(t, ex, verdict.WordGood, "")
	}
	x := w.examiner()
	x.Chain = []*cert.Certificate{old.Certificate}
	expect(t, examine(t, x, verifyInput(mailOf(fromAlice, w.multipartSigned(text, byKey)))), verdict.WordUntrusted, verdict.ExpiredWhenSigned)
}

// TestNamedCertificate has a signer identifier of another certificate with the same
// key, which nobody has signed: the signed attribute says which certificate it is
// (RFC 8550, Section 4.2).
func TestNamedCertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	twin := cmstest.Issue(t, w.root, cmstest.Options{Key: w.alice.Key, CommonName: "mallory", Emails: []string{"mallory@example.org"}})
	other := cmstest.ParseSigned(w.signedData([]byte(text), true, twin))
	s := cmstest.ParseSigned(w.signedData([]byte(text), true, w.alice))
	s.Signer(0).Children[1] = other.Signer(0).At(1)
	message := mailOf(fromAlice, w.multipartSigned(text, s.Encode()))
	for _, list := range [][]*cert.Certificate{{twin.Certificate}, nil} {
		x := w.examiner()
		x.Chain = list
		ex := examine(t, x, verifyInput(message))
		expect(t, ex, verdict.WordGood, "")
		if got := ex.Signers()[0].Certificate; !got.Equal(w.alice.Certificate) {
			t.Errorf("signed by %s", got.Subject)
		}
		if !slices.ContainsFunc(ex.Report.Reasons, func(r verdict.Reason) bool { return r.Code == verdict.Tolerated }) {
			t.Error("nothing is said about the identifier")
		}
	}
	// Nobody but the one who is named: the certificate of the identifier alone does not do.
	s.Certificates().Children = []*cmstest.Node{cmstest.Raw(twin.Certificate.Raw)}
	message = mailOf(strings.Replace(fromAlice, "alice@", "mallory@", 1), w.multipartSigned(text, s.Encode()))
	expect(t, examine(t, w.examiner(), verifyInput(message)), verdict.WordBad, verdict.SignatureInvalid)
}

// TestSignedAsMail has a good signature over octets that are a MIME entity, and that
// were signed as something else (RFC 8551, Section 2.4.1).
func TestSignedAsMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	scheme, err := algorithm.SignatureFor(w.alice.Key.Public, algorithm.SignOptions{})
	w.must(err)
	as := func(contentType cms.ContentType, detached bool) []byte {
		s := cmstest.ParseSigned(w.signedData([]byte(text), detached, w.alice))
		s.EncapContentInfo().At(0).Value = []byte(contentType)
		s.Attribute(0, algorithm.MustOID("1.2.840.113549.1.9.3")).At(1, 0).Value = []byte(contentType)
		s.SignedAttributes(0).Sort()
		s.Sign(t, 0, w.alice.Key, scheme, nil)
		return s.Encode()
	}
	for _, test := range []struct {
		contentType cms.ContentType
		word        verdict.Word
		code        verdict.Code
	}{
		{cms.TypeData, verdict.WordGood, ""},
		{cms.TypeSignedData, verdict.WordUnreadable, verdict.Malformed},
		{algorithm.MustOID("1.2.840.113549.1.9.16.1.4"), verdict.WordUnreadable, verdict.Malformed}, // id-ct-TSTInfo
		{algorithm.MustOID("1.2.3.4"), verdict.WordUnreadable, verdict.Malformed},
	} {
		name := cms.TypeName(test.contentType)
		for form, entity := range map[string]string{
			"opaque":                  w.pkcs7("signed-data", as(test.contentType, false)),
			"clear-signed":            w.multipartSigned(text, as(test.contentType, true)),
			"opaque, in a signed one": w.clear(w.pkcs7("signed-data", as(test.contentType, false)), w.alice),
		} {
			t.Run(name+", "+form, func(t *testing.T) {
				expect(t, examine(t, w.examiner(), verifyInput(mailOf(fromAlice, entity))), test.word, test.code)
			})
		}
		t.Run(name+", a file", func(t *testing.T) { // is no mail, and says what it holds
			expect(t, examine(t, w.examiner(), verifyInput(string(as(test.contentType, false)))), verdict.WordGood, "")
		})
	}
}

// TestStoredNamesake has somebody else's certificate with the same key identifier in
// the message, and the right one in the store (RFC 8551, Section 2.6).
func TestStoredNamesake(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	namesake := cmstest.Issue(t, w.root, cmstest.Options{Key: w.bob.Key, CommonName: "bob", Emails: []string{"bob@example.org"}, SubjectKeyID: w.alice.Certificate.SubjectKeyID()})
	message := mailOf(fromAlice, w.multipartSigned(text, w.byKeyID(text, w.alice)))
	x := w.examiner()
	x.Chain = []*cert.Certificate{namesake.Certificate}
	expect(t, examine(t, x, verifyInput(message)), verdict.WordBad, verdict.SignatureInvalid)
	x.Store = func(Wanted) []*cert.Certificate {
		return []*cert.Certificate{namesake.Certificate, w.alice.Certificate}
	}
	expect(t, examine(t, x, verifyInput(message)), verdict.WordGood, "")
	// What was changed stays changed, whoever else is in the store.
	x.Chain = []*cert.Certificate{w.alice.Certificate}
	x.Store = func(Wanted) []*cert.Certificate { t.Error("the store was asked"); return nil }
	changed := mailOf(fromAlice, w.multipartSigned(strings.Replace(text, "e", "a", 1), w.byKeyID(text, w.alice)))
	expect(t, examine(t, x, verifyInput(changed)), verdict.WordBad, verdict.ContentChanged)
}

// TestClaimedTime accepts the signer's claim for a past moment only, and never
// lets a certificate grow valid by it.
func TestClaimedTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, test := range []struct {
		name                string
		notBefore, notAfter time.Time
		claim               time.Time
		word                verdict.Word
	}{
		{"expired since", testNow.AddDate(-3, 0, 0), testNow.AddDate(-1, 0, 0), testNow.AddDate(-2, 0, 0), verdict.WordGood},
		{"expired before", testNow.AddDate(-3, 0, 0), testNow.AddDate(-2, 0, 0), testNow.AddDate(-1, 0, 0), verdict.WordUntrusted},
		{"not valid before next year, claimed for then", testNow.AddDate(1, 0, 0), testNow.AddDate(3, 0, 0), testNow.AddDate(2, 0, 0), verdict.WordUntrusted},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			id := cmstest.Issue(t, w.root, cmstest.Options{Key: w.alice.Key, CommonName: "alice", Emails: []string{"alice@example.org"}, NotBefore: test.notBefore, NotAfter: test.notAfter})
			x := w.examiner()
			x.Policy.AtSigned = true
			ex := examine(t, x, verifyInput(mailOf(fromAlice, w.multipartSigned(text, w.signedAt(text, test.claim, id)))))
			if ex.Report.Verdict != test.word {
				t.Errorf("%s %q, want %s", ex.Report.Verdict, codes(ex.Report), test.word)
			}
		})
	}
}

// TestDetached judges signatures beside their content, in mails and as files.
func TestDetached(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	content := []byte("a report\n")
	detached, opaque := w.signedData(content, true, w.alice), w.signedData(content, false, w.alice)
	for _, test := range []struct {
		name    string
		message string
		content []byte
		word    verdict.Word
		code    verdict.Code
	}{
		{"the content", string(detached), content, verdict.WordGood, ""},
		{"other content", string(detached), []byte("a rep0rt\n"), verdict.WordBad, verdict.ContentChanged},
		{"with line ends changed", string(detached), []byte("a report\r\n"), verdict.WordBad, verdict.ContentChanged},
		{"without content", string(detached), nil, verdict.WordUnreadable, verdict.Malformed},
		{"opaque", string(opaque), nil, verdict.WordGood, ""},
		{"opaque, and content beside it", string(opaque), content, verdict.WordUnreadable, verdict.DetachedHasContent},
		{"a mail with content of its own, and more beside it", w.clear(text, w.alice), []byte(text), verdict.WordUnreadable, verdict.DetachedHasContent},
		{"a mail whose signature part holds the content", w.multipartSigned(text, w.signedData([]byte(text), false, w.alice)), nil, verdict.WordUnreadable, verdict.DetachedHasContent},
		{"a mail whose signature part holds other content", w.multipartSigned("Content-Type: text/plain\r\n\r\nother\r\n", w.signedData([]byte(text), false, w.alice)), nil, verdict.WordUnreadable, verdict.DetachedHasContent},
		{"a detached signature as the only part", w.pkcs7("signed-data", detached), nil, verdict.WordUnreadable, verdict.Malformed},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := verifyInput(test.message)
			if test.content != nil {
				in.Content = spool.Bytes(test.content)
			}
			ex := examine(t, w.examiner(), in)
			expect(t, ex, test.word, test.code)
			if test.word == verdict.WordGood {
				if got := released(t, ex); got != string(content) {
					t.Errorf("released %q", got)
				}
			}
		})
	}
}
