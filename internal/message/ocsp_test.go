package message

import (
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/verdict"
)

// ocsp makes an answer of the world's root about Alice.
func (w *world) ocsp(status int) []byte {
	spki := w.root.Certificate.SPKI
	root := &certtest.Entity{Key: &certtest.Key{Signer: w.root.Key.Signer, SPKI: spki}, Name: w.root.Certificate.Subject.Raw}
	return certtest.OCSP(certtest.OCSPTemplate{ProducedAt: testNow, Answers: []certtest.Answer{{
		Serial: w.alice.Certificate.Serial, Status: status, Reason: 1, ThisUpdate: testNow.Add(-time.Hour), Revoked: testNow.AddDate(0, 0, -3),
	}}}, root)
}

// stapled is a mail of Alice's with revocation information of another kind
// (RFC 5940).
func (w *world) stapled(kind string, info []byte, indefinite bool) string {
	s := cmstest.ParseSigned(w.signedData([]byte(text), true, w.alice))
	oid := cmstest.Primitive(ber.ObjectIdentifier, []byte(algorithm.MustOID(kind)))
	other := cmstest.Constructed(ber.Context(1), oid, cmstest.Raw(info))
	other.Indefinite = indefinite
	s.Version().Value = []byte{5}
	s.Data().Insert(4, cmstest.Constructed(ber.Context(1), other))
	return mailOf("alice@example.org", w.multipartSigned(text, s.Encode()))
}

// TestOCSPResponses: responses of the message and such as were handed in.
func TestOCSPResponses(t *testing.T) {
	t.Parallel()
	const format, scvp = "1.3.6.1.5.5.7.16.2", "1.3.6.1.5.5.7.16.4"
	w := newWorld(t)
	off, required := func(x *Examiner) { x.Policy.NoRevocation = true }, func(x *Examiner) { x.Policy.RequireRevocation = true }
	plain := mailOf("alice@example.org", w.multipartSigned(text, w.signedData([]byte(text), true, w.alice)))
	for _, c := range []struct {
		name     string
		mail     string
		handedIn []byte
		change   func(x *Examiner)
		word     verdict.Word
		code     verdict.Code
		status   string
		source   string
	}{
		{name: "stapled, good", mail: w.stapled(format, w.ocsp(0), false), word: verdict.WordGood, status: "good", source: "ocsp: message"},
		{name: "stapled, good, required", mail: w.stapled(format, w.ocsp(0), false), change: required, word: verdict.WordGood, status: "good", source: "ocsp: message"},
		{name: "stapled, indefinite length", mail: w.stapled(format, w.ocsp(0), true), word: verdict.WordGood, status: "good", source: "ocsp: message"},
		{name: "stapled, revoked", mail: w.stapled(format, w.ocsp(1), false), word: verdict.WordUntrusted, code: verdict.Revoked, status: "revoked", source: "ocsp: message"},
		{name: "stapled, revoked, not looked at", mail: w.stapled(format, w.ocsp(1), false), change: off, word: verdict.WordGood, status: "not-checked"},
		{name: "stapled, unknown, required", mail: w.stapled(format, w.ocsp(2), false), change: required, word: verdict.WordUntrusted, code: verdict.RevocationUnknown, status: "unknown"},
		{name: "another kind", mail: w.stapled(scvp, w.ocsp(1), false), word: verdict.WordGood, status: "not-checked"},
		{name: "not to be read", mail: w.stapled(format, []byte{0x30, 0}, false), word: verdict.WordGood, status: "not-checked"},
		{name: "handed in, good", mail: plain, handedIn: w.ocsp(0), word: verdict.WordGood, status: "good", source: "ocsp: file"},
		{name: "handed in, revoked", mail: plain, handedIn: w.ocsp(1), word: verdict.WordUntrusted, code: verdict.Revoked, status: "revoked", source: "ocsp: file"},
		{name: "handed in revoked, stapled good", mail: w.stapled(format, w.ocsp(0), false), handedIn: w.ocsp(1), word: verdict.WordUntrusted, code: verdict.Revoked, status: "revoked", source: "ocsp: file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := w.examiner()
			if c.handedIn != nil {
				r, err := cert.ParseOCSP(c.handedIn)
				if err != nil {
					t.Fatal(err)
				}
				x.OCSP = []certpath.Response{{OCSP: r, Source: "file"}}
			}
			if c.change != nil {
				c.change(x)
			}
			ex := examine(t, x, verifyInput(c.mail))
			expect(t, ex, c.word, c.code)
			got, source := ex.Report.Layers[0].Signers[0].Revocation, ""
			if got.Source != nil {
				source = *got.Source
			}
			if got.Status != c.status || source != c.source {
				t.Errorf("got %q by %q, want %q by %q", got.Status, source, c.status, c.source)
			}
		})
	}
}
