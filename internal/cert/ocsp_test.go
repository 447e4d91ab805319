package cert_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

// TestParseOCSP: what is read of a response.
func TestParseOCSP(t *testing.T) {
	t.Parallel()
	ca := testCA()
	good := certtest.OCSP(certtest.OCSPTemplate{
		Answers:      []certtest.Answer{{Serial: []byte{5}}, {Serial: []byte{6}, Status: 1, Reason: 1}, {Serial: []byte{7}, Status: 2, NoNext: true}},
		Extensions:   []certtest.Extension{{OID: "1.3.6.1.5.5.7.48.1.2", Value: []byte{4, 1, 1}}},
		Certificates: [][]byte{ca.DER, {0x30, 0}},
	}, ca)
	r, err := cert.ParseOCSP(good)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Answers) != 3 || len(r.Certificates) != 1 || len(r.Extensions) != 1 || r.ResponderName == nil || r.ResponderKey != nil || r.ProducedAt.IsZero() {
		t.Fatalf("got %+v", r)
	}
	for i, want := range []cert.OCSPStatus{cert.OCSPGood, cert.OCSPRevoked, cert.OCSPUnknown} {
		if a := r.Answers[i]; a.Status != want || a.NextUpdate.IsZero() != (i == 2) || a.Revoked.IsZero() != (i != 1) || (a.Reason == 1) != (i == 1) {
			t.Errorf("answer %d: got %+v", i, a)
		}
	}
	// Every octet less is malformed, and so is one more.
	for n := range good {
		if _, err := cert.ParseOCSP(good[:n]); err == nil {
			t.Fatalf("%d octets of %d are read", n, len(good))
		}
	}
	if _, err := cert.ParseOCSP(append(bytes.Clone(good), 0)); err == nil {
		t.Error("something may follow")
	}
}

func TestParseOCSPRefuses(t *testing.T) {
	t.Parallel()
	ca := testCA()
	make := func(change func(x *certtest.OCSPTemplate)) []byte {
		x := certtest.OCSPTemplate{Answers: []certtest.Answer{{Serial: []byte{5}}}}
		change(&x)
		return certtest.OCSP(x, ca)
	}
	answer := func(status int) []byte {
		return make(func(x *certtest.OCSPTemplate) { x.Answers[0].Status = status })
	}
	many := func(x *certtest.OCSPTemplate) {
		for range 1024 {
			x.Answers = append(x.Answers, x.Answers[0])
		}
	}
	for _, c := range []struct {
		name   string
		der    []byte
		detail string
	}{
		{"malformedRequest", make(func(x *certtest.OCSPTemplate) { x.Status = 1 }), "malformedRequest"},
		{"tryLater", make(func(x *certtest.OCSPTemplate) { x.Status = 3 }), "tryLater"},
		{"unauthorized without octets", []byte{0x30, 3, 10, 1, 6}, "unauthorized"},
		{"status 4", make(func(x *certtest.OCSPTemplate) { x.Status = 4 }), "unknown status"},
		{"successful without octets", []byte{0x30, 3, 10, 1, 0}, "responseBytes"},
		{"another type", make(func(x *certtest.OCSPTemplate) { x.Type = "1.2.3" }), "1.2.3"},
		{"status of a certificate", answer(3), "CertStatus"},
		{"extension twice", make(func(x *certtest.OCSPTemplate) {
			x.Extensions = []certtest.Extension{certtest.Number(1), certtest.Number(1)}
		}), "twice"},
		{"responder's name", make(func(x *certtest.OCSPTemplate) { x.Responder = []byte{5, 0} }), "name"},
		{"too many answers", make(many), "answers"},
		{"too many certificates", make(func(x *certtest.OCSPTemplate) {
			for range 17 {
				x.Certificates = append(x.Certificates, []byte{0x30, 0})
			}
		}), "certificates"},
		{"too large", append([]byte{0x30, 0x83, 0x10, 0, 0}, bytes.Repeat([]byte{0}, 1<<20)...), "OCSP response"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := cert.ParseOCSP(c.der)
			var syntax *cert.SyntaxError
			var limit *cert.LimitError
			if r != nil || err == nil || !errors.As(err, &syntax) && !errors.As(err, &limit) || !strings.Contains(err.Error(), c.detail) {
				t.Errorf("got %v, %v, want %q", r, err, c.detail)
			}
			if strings.HasPrefix(c.name, "too ") != errors.As(err, &limit) {
				t.Errorf("got %T", err)
			}
		})
	}
}
