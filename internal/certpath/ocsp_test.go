package certpath_test

import (
	"crypto"
	_ "crypto/sha512"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
)

const ocspSigning = "1.3.6.1.5.5.7.3.9"

var noCheck = certtest.Extension{OID: "1.3.6.1.5.5.7.48.1.5", Value: []byte{5, 0}}

// ocspWorld is a chain with the answer of its CA about the leaf. The list of
// the root says that the CA was not revoked.
type ocspWorld struct {
	*lists
	answer   certtest.Answer
	response certtest.OCSPTemplate
	signer   *certtest.Entity // nil: the CA

	delegate *certtest.Template // signs instead of the CA, when set
	by       int                // who issues the delegate: 0 root, 1 CA, 2 leaf
	outside  bool               // the delegate is among the candidates, not in the response
	further  []certtest.OCSPTemplate
}

func (w *ocspWorld) validate(t testing.TB) certpath.Revocation {
	t.Helper()
	w.ca = nil
	req := w.chain.issue(t)
	if w.lists.after != nil {
		w.lists.after(t, w.lists)
	}
	var all []certpath.List
	for _, der := range append(w.more, certtest.List(w.root[0], w.issued[0])) {
		all = append(all, certpath.List{CRL: parseList(t, der), Source: "file"})
	}
	signer := w.signer
	if signer == nil {
		signer = w.issued[1]
	}
	if w.delegate != nil {
		signer = certtest.Issue(*w.delegate, w.issued[w.by])
		if w.outside {
			req.Candidates = append(req.Candidates, parse(t, signer))
		} else {
			w.response.Certificates = append(w.response.Certificates, signer.DER)
		}
	}
	e := certpath.NewEvidence(all...)
	for _, template := range append(w.further, w.response) {
		for i := range template.Answers {
			if template.Answers[i].Issuer == nil {
				template.Answers[i].Issuer = w.issued[1]
			}
		}
		if template.Answers == nil {
			w.answer.Issuer = w.issued[1]
			template.Answers = []certtest.Answer{w.answer}
		}
		r, err := cert.ParseOCSP(certtest.OCSP(template, signer))
		if err != nil {
			t.Fatal(err)
		}
		e.AddResponses(certpath.Response{OCSP: r, Source: "file"})
	}
	req.Evidence = e
	p := certpath.Validate(req).Paths[0]
	if !p.Good() || len(p.Revocation) != 2 {
		t.Fatalf("got %+v, %+v", p.Problems, p.Revocation)
	}
	return p.Revocation[0]
}

// delegateFor is an ordinary responder of the CA.
func delegateFor(extensions ...certtest.Extension) *certtest.Template {
	return &certtest.Template{Subject: certtest.Name(certtest.CN("Responder")), Serial: []byte{0x66},
		Extensions: append([]certtest.Extension{certtest.KeyUsage(0), certtest.EKU(ocspSigning)}, extensions...)}
}

// TestOCSP: every rule with a case that is otherwise without it.
func TestOCSP(t *testing.T) {
	t.Parallel()
	now := certtest.Now()
	critical := certtest.Extension{OID: "1.2.3", Critical: true, Value: []byte{5, 0}}
	stranger := certtest.NewKey("p256")
	about := func(f func(a *certtest.Answer)) func(w *ocspWorld) { return func(w *ocspWorld) { f(&w.answer) } }
	delegated := func(f func(d *certtest.Template)) func(w *ocspWorld) {
		return func(w *ocspWorld) {
			w.by, w.delegate = 1, delegateFor()
			f(w.delegate)
		}
	}
	listOf := func(w *ocspWorld, serial []byte) {
		w.lists.after = func(_ testing.TB, x *lists) {
			x.more = [][]byte{certtest.List(certtest.ListTemplate{Extensions: numbered(1), Entries: listed(serial)}, x.issued[1])}
		}
	}
	hold := func(age time.Duration) certtest.OCSPTemplate {
		return certtest.OCSPTemplate{Answers: []certtest.Answer{{Serial: leafSerial, Status: 1, Reason: 6, ThisUpdate: now.Add(-age)}}}
	}
	for _, c := range []struct {
		name   string
		change func(w *ocspWorld)
		want   certpath.RevocationStatus
		detail string
	}{
		{"good", func(*ocspWorld) {}, certpath.NotRevoked, ""},
		{"responder by key", func(w *ocspWorld) { w.response.ByKey = true }, certpath.NotRevoked, ""},
		{"nobody asked", about(func(a *certtest.Answer) { a.Serial = []byte{9} }), certpath.Unknown, "no list of"},
		{"a response without answers", func(w *ocspWorld) { w.response.Answers = []certtest.Answer{} }, certpath.Unknown, "no list of"},
		{"the second of several answers", func(w *ocspWorld) {
			w.response.Answers = []certtest.Answer{{Serial: []byte{9}, Status: 1}, {Serial: leafSerial}}
		}, certpath.NotRevoked, ""},

		// CertID
		{"sha256", about(func(a *certtest.Answer) { a.Hash, a.HashFunc = "2.16.840.1.101.3.4.2.1", crypto.SHA256 }), certpath.NotRevoked, ""},
		{"sha384", about(func(a *certtest.Answer) { a.Hash, a.HashFunc = "2.16.840.1.101.3.4.2.2", crypto.SHA384 }), certpath.NotRevoked, ""},
		{"sha512", about(func(a *certtest.Answer) { a.Hash, a.HashFunc = "2.16.840.1.101.3.4.2.3", crypto.SHA512 }), certpath.NotRevoked, ""},
		{"md5", about(func(a *certtest.Answer) { a.Hash, a.HashFunc = "1.2.840.113549.2.5", crypto.MD5 }), certpath.Unknown, "no list of"},
		{"hash that is another one", about(func(a *certtest.Answer) { a.HashFunc = crypto.SHA256 }), certpath.Unknown, "no list of"},
		{"unknown hash", about(func(a *certtest.Answer) { a.Hash = "1.2.3" }), certpath.Unknown, "no list of"},
		{"name of another issuer", about(func(a *certtest.Answer) { a.NameOf = certtest.Name(certtest.CN("Else")) }), certpath.Unknown, "no list of"},
		{"key of another issuer", about(func(a *certtest.Answer) { a.KeyOf = stranger }), certpath.Unknown, "no list of"},
		{"padded serial", about(func(a *certtest.Answer) { a.Serial = append([]byte{0}, leafSerial...) }), certpath.NotRevoked, ""},

		// signature and responder
		{"signature", func(w *ocspWorld) { w.response.BadSignature = true }, certpath.Unknown, "not signed with a key"},
		{"signature, revoked", func(w *ocspWorld) { w.response.BadSignature, w.answer.Status = true, 1 }, certpath.Unknown, "not signed with a key"},
		{"another key of that name", func(w *ocspWorld) {
			w.signer = &certtest.Entity{Key: stranger, Name: certtest.Name(certtest.C("DE"), certtest.CN("CA"))}
		}, certpath.Unknown, "not signed with a key"},
		{"the name of somebody else", func(w *ocspWorld) { w.response.Responder = certtest.Name(certtest.CN("Else")) }, certpath.Unknown, "not signed with a key"},
		{"the key of somebody else", func(w *ocspWorld) { w.response.ByKey, w.response.Responder = true, make([]byte, 20) }, certpath.Unknown, "not signed with a key"},
		{"the root about the leaf", func(w *ocspWorld) {
			w.by, w.delegate = 0, &certtest.Template{Subject: certtest.Name(certtest.CN("Responder")), Extensions: []certtest.Extension{certtest.EKU(ocspSigning)}}
		}, certpath.Unknown, "not signed with a key"},

		{"delegate", delegated(func(*certtest.Template) {}), certpath.NotRevoked, ""},
		{"delegate, revoked", func(w *ocspWorld) { w.by, w.delegate, w.answer.Status = 1, delegateFor(), 1 }, certpath.Revoked, ""},
		{"delegate handed in", func(w *ocspWorld) { w.by, w.delegate, w.outside = 1, delegateFor(), true }, certpath.NotRevoked, ""},
		{"delegate by key", func(w *ocspWorld) { w.by, w.delegate, w.response.ByKey = 1, delegateFor(), true }, certpath.NotRevoked, ""},
		{"delegate, key of somebody else", func(w *ocspWorld) {
			w.by, w.delegate, w.response.ByKey, w.response.Responder = 1, delegateFor(), true, make([]byte, 20)
		}, certpath.Unknown, "not signed with a key"},
		{"delegate, name of the CA", func(w *ocspWorld) {
			w.by, w.delegate, w.response.Responder = 1, delegateFor(), certtest.Name(certtest.C("DE"), certtest.CN("CA"))
		}, certpath.Unknown, "not signed with a key"},
		{"delegate without the purpose", delegated(func(d *certtest.Template) {
			d.Extensions = with(d.Extensions, certtest.EKU(emailProtection))
		}), certpath.Unknown, "not signed with a key"},
		{"delegate for any purpose", delegated(func(d *certtest.Template) {
			d.Extensions = with(d.Extensions, certtest.EKU("2.5.29.37.0"))
		}), certpath.Unknown, "not signed with a key"},
		{"delegate without purposes", delegated(func(d *certtest.Template) { d.Extensions = nil }), certpath.Unknown, "not signed with a key"},
		{"delegate whose key may not sign", delegated(func(d *certtest.Template) {
			d.Extensions = with(d.Extensions, certtest.KeyUsage(2))
		}), certpath.Unknown, "not signed with a key"},
		{"delegate without key usage", delegated(func(d *certtest.Template) { d.Extensions = without(d.Extensions, "2.5.29.15") }), certpath.NotRevoked, ""},
		{"delegate that the CA did not sign", delegated(func(d *certtest.Template) { d.BadSignature = true }), certpath.Unknown, "did not issue"},
		{"delegate that the leaf signed", func(w *ocspWorld) {
			w.by, w.delegate = 2, delegateFor()
			w.delegate.Issuer = certtest.Name(certtest.C("DE"), certtest.CN("CA"))
		}, certpath.Unknown, "did not issue"},
		{"delegate, critical extension", delegated(func(d *certtest.Template) { d.Extensions = with(d.Extensions, critical) }), certpath.Unknown, "did not issue"},
		{"delegate expired before the answer", delegated(func(d *certtest.Template) { d.NotAfter = now.Add(-2 * time.Hour) }), certpath.Unknown, "did not issue"},
		{"delegate expired since", delegated(func(d *certtest.Template) { d.NotAfter = now.Add(-time.Minute) }), certpath.Unknown, "not valid"},
		{"delegate expired since, revoked", func(w *ocspWorld) {
			w.by, w.delegate, w.answer.Status = 1, delegateFor(), 1
			w.delegate.NotAfter = now.Add(-time.Minute)
		}, certpath.Revoked, ""},
		{"delegate not yet valid", delegated(func(d *certtest.Template) { d.NotBefore = now.Add(time.Minute) }), certpath.Unknown, "did not issue"},
		{"delegate revoked", func(w *ocspWorld) {
			w.by, w.delegate = 1, delegateFor()
			w.answer.Status = 1 // what it says does not count
			listOf(w, []byte{0x66})
		}, certpath.NotRevoked, ""}, // by the list of the CA
		{"delegate revoked, nocheck", func(w *ocspWorld) {
			w.by, w.delegate = 1, delegateFor(noCheck)
			w.answer.Status = 1
			listOf(w, []byte{0x66})
		}, certpath.Revoked, ""},

		// time
		{"from the future within the skew", about(func(a *certtest.Answer) { a.ThisUpdate = now.Add(5 * time.Minute) }), certpath.NotRevoked, ""},
		{"from the future", about(func(a *certtest.Answer) { a.ThisUpdate = now.Add(5*time.Minute + time.Second) }), certpath.Unknown, "it was made later"},
		{"past within the skew", about(func(a *certtest.Answer) { a.NextUpdate = now.Add(-5*time.Minute + time.Second) }), certpath.NotRevoked, ""},
		{"past", about(func(a *certtest.Answer) { a.NextUpdate = now.Add(-5 * time.Minute) }), certpath.Unknown, "it held until"},
		{"without an end, young", about(func(a *certtest.Answer) { a.NoNext, a.ThisUpdate = true, now.Add(-7*aDay) }), certpath.NotRevoked, ""},
		{"without an end, old", about(func(a *certtest.Answer) { a.NoNext, a.ThisUpdate = true, now.Add(-7*aDay-5*time.Minute) }), certpath.Unknown, "it held until"},
		{"after the certificate", func(w *ocspWorld) {
			w.leaf.NotAfter = now
			w.answer.ThisUpdate = now.Add(time.Minute)
		}, certpath.Unknown, "had expired"},

		// status
		{"revoked", about(func(a *certtest.Answer) { a.Status = 1 }), certpath.Revoked, ""},
		{"revoked without a reason", about(func(a *certtest.Answer) { a.Status, a.Reason = 1, -1 }), certpath.Revoked, ""},
		{"revoked, an old answer", about(func(a *certtest.Answer) { a.Status, a.ThisUpdate = 1, now.Add(-300*aDay) }), certpath.Revoked, ""},
		{"unknown", about(func(a *certtest.Answer) { a.Status = 2 }), certpath.Unknown, "does not know"},
		{"critical extension of the response", func(w *ocspWorld) { w.response.Extensions = []certtest.Extension{critical} }, certpath.Unknown, "1.2.3"},
		{"critical extension of the answer", about(func(a *certtest.Answer) { a.Extensions = []certtest.Extension{critical} }), certpath.Unknown, "1.2.3"},
		{"critical extension, revoked", about(func(a *certtest.Answer) { a.Status, a.Extensions = 1, []certtest.Extension{critical} }), certpath.Unknown, "1.2.3"},
		{"extension", func(w *ocspWorld) { w.response.Extensions = []certtest.Extension{certtest.NotCritical(critical)} }, certpath.NotRevoked, ""},
		{"critical nonce", func(w *ocspWorld) {
			w.response.Extensions = []certtest.Extension{{OID: "1.3.6.1.5.5.7.48.1.2", Critical: true, Value: []byte{4, 1, 1}}}
		}, certpath.NotRevoked, ""},

		// several
		{"good after an older revoked one", func(w *ocspWorld) {
			w.further = []certtest.OCSPTemplate{{Answers: []certtest.Answer{{Serial: leafSerial, Status: 1, Reason: 1, ThisUpdate: now.Add(-2 * aDay)}}}}
		}, certpath.Revoked, ""},
		{"an older hold", func(w *ocspWorld) { w.further = []certtest.OCSPTemplate{hold(3 * time.Hour)} }, certpath.NotRevoked, ""},
		{"an older hold, good one stale", func(w *ocspWorld) {
			w.further = []certtest.OCSPTemplate{hold(5 * aDay)}
			w.answer.ThisUpdate = now.Add(-3 * aDay)
		}, certpath.Revoked, ""},
		{"a newer hold", func(w *ocspWorld) { w.further = []certtest.OCSPTemplate{hold(time.Minute)} }, certpath.Revoked, ""},
		{"good and unknown", func(w *ocspWorld) {
			w.further = []certtest.OCSPTemplate{{Answers: []certtest.Answer{{Serial: leafSerial, Status: 2}}}}
		}, certpath.NotRevoked, ""},
		{"good, and revoked by a list", func(w *ocspWorld) { listOf(w, leafSerial) }, certpath.Revoked, ""},
		{"revoked, and good by a list", func(w *ocspWorld) { w.answer.Status = 1; listOf(w, []byte{9}) }, certpath.Revoked, ""},
		{"unknown, and good by a list", func(w *ocspWorld) { w.answer.Status = 2; listOf(w, []byte{9}) }, certpath.NotRevoked, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := &ocspWorld{lists: newLists(), answer: certtest.Answer{Serial: leafSerial, Reason: 1}}
			c.change(w)
			got := w.validate(t)
			if got.Status != c.want || !strings.Contains(got.Detail, c.detail) || (got.Status == certpath.Unknown) != (got.Detail != "") {
				t.Fatalf("got %+v, want %d, %q", got, c.want, c.detail)
			}
			if got.Status == certpath.Revoked && got.Revoked.IsZero() || got.Status != certpath.Unknown && (got.Issued.IsZero() || got.Source == "") {
				t.Errorf("without source and times: %+v", got)
			}
			if len(w.more) == 0 && got.Status != certpath.Unknown && got.Source != "ocsp: file" {
				t.Errorf("source %q", got.Source)
			}
		})
	}
}
