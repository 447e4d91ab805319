package certpath

import (
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

func parseOCSP(t testing.TB, der []byte) *cert.OCSP {
	t.Helper()
	r, err := cert.ParseOCSP(der)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestOCSPBudget: a path whose answers ask for too much work is refused.
func TestOCSPBudget(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(e *Evidence){
		"nothing":             func(*Evidence) {},
		"signatures":          func(e *Evidence) { e.checks = 0 },
		"octets digested":     func(e *Evidence) { e.work = nameWork + 10 },
		"answers compared":    func(e *Evidence) { e.work = nameWork - 1 },
		"paths to responders": func(e *Evidence) { e.paths = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, root := evidenceWorld(t)
			d := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("R")), Extensions: []certtest.Extension{certtest.EKU("1.3.6.1.5.5.7.3.9")}}, root)
			r := parseOCSP(t, certtest.OCSP(certtest.OCSPTemplate{Answers: []certtest.Answer{{Issuer: root, Serial: []byte{5}, Status: 1}}, Certificates: [][]byte{d.DER}}, d))
			req.Evidence.AddResponses(Response{OCSP: r, Source: "message"})
			change(req.Evidence)
			p := Validate(req).Paths[0]
			if name == "nothing" {
				if !p.Good() || p.Revocation[0].Status != Revoked || p.Revocation[0].Source != "ocsp: message" {
					t.Fatalf("got %+v, %+v", p.Problems, p.Revocation)
				}
				return
			}
			if p.Good() || p.Problems[0].Code != CodePathInvalid {
				t.Errorf("got %+v, %+v", p.Problems, p.Revocation)
			}
		})
	}
}

// TestOCSPIsReadOnce: a response is not checked again for another request.
func TestOCSPIsReadOnce(t *testing.T) {
	t.Parallel()
	req, root := evidenceWorld(t)
	req.Evidence.AddResponses(Response{OCSP: parseOCSP(t, certtest.OCSP(certtest.OCSPTemplate{Answers: []certtest.Answer{{Serial: []byte{5}}}}, root)), Source: "file"})
	Validate(req)
	checks := req.Evidence.checks
	if checks == maxListChecks {
		t.Error("nothing was counted")
	}
	for range 10 {
		Validate(req)
	}
	if req.Evidence.checks != checks {
		t.Errorf("%d checks, then %d", checks, req.Evidence.checks)
	}
}

func FuzzOCSP(f *testing.F) {
	req, root := evidenceWorld(f)
	d := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("R")), Extensions: []certtest.Extension{certtest.EKU("1.3.6.1.5.5.7.3.9")}}, root)
	for status := range 3 {
		answers := []certtest.Answer{{Issuer: root, Serial: []byte{5}, Status: status, Reason: status}}
		f.Add(certtest.OCSP(certtest.OCSPTemplate{Answers: answers}, root))
		f.Add(certtest.OCSP(certtest.OCSPTemplate{Answers: answers, ByKey: true, Certificates: [][]byte{d.DER}, Extensions: []certtest.Extension{certtest.Number(1)}}, d))
	}
	anchor := req.Anchors[0].Certificate
	f.Fuzz(func(t *testing.T, der []byte) {
		r, err := cert.ParseOCSP(der)
		if err != nil {
			return
		}
		e := NewEvidence()
		e.AddResponses(Response{OCSP: r, Source: "message"})
		// The response passes for signed, else nothing would be reached.
		e.responders[responderPair{r, anchor.Fingerprint(), anchor.Fingerprint(), req.At.Unix()}] = responder{believed: true}
		again := req
		again.Evidence = e
		p := Validate(again).Paths[0]
		if len(p.Revocation) != 1 {
			t.Fatalf("got %d statuses", len(p.Revocation))
		}
		got := p.Revocation[0]
		if (got.Status == Unknown) != (got.Detail != "") || (got.Status == Unknown) != (got.Source == "") {
			t.Fatalf("got %+v", got)
		}
		said := false
		for i := range r.Answers {
			a := &r.Answers[i]
			said = said || a.ID.Matches(req.Leaf, anchor) && (a.Status == cert.OCSPRevoked) == (got.Status == Revoked)
		}
		if got.Status != Unknown && !said {
			t.Fatal("known by nobody")
		}
	})
}
