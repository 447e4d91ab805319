package verdict

import (
	"strings"
	"testing"

	"smimectl/internal/certpath"
)

// known sets what is known of the certificates of the chain: one letter each
// from the signer upwards, g good, r revoked, u unknown, m misused.
func known(letters string) change {
	return func(t *testing.T, f *Facts, _ *Policy) {
		s := first(f)
		for _, res := range []*certpath.Result{s.Now, s.Then} {
			path := &res.Paths[0]
			path.Revocation = []certpath.Revocation{}
			for i, letter := range letters {
				r := certpath.Revocation{Certificate: path.Certificates[i], Source: "message", Issued: date(2026, 11, 20)}
				switch letter {
				case 'g':
					r.Status = certpath.NotRevoked
				case 'r':
					r.Status, r.Revoked, r.Reason = certpath.Revoked, date(2026, 11, 19), 1
				case 'm', 'u':
					r = certpath.Revocation{Certificate: r.Certificate, Detail: "because", Misused: letter == 'm'}
				}
				path.Revocation = append(path.Revocation, r)
			}
		}
	}
}

// TestRevocation: what is known of the chain, and what the policy makes of it.
func TestRevocation(t *testing.T) {
	t.Parallel()
	required, off := policy(func(p *Policy) { p.RequireRevocation = true }), policy(func(p *Policy) { p.NoRevocation = true })
	claimed := policy(func(p *Policy) { p.AtSigned = true })
	anchorOnly := facts(func(f *Facts) {
		for _, res := range []*certpath.Result{first(f).Now, first(f).Then} {
			path := &res.Paths[0]
			path.Anchor = &certpath.Anchor{Certificate: path.Certificates[0], Name: "alice", Kind: "file"}
			path.Certificates, path.Keys, path.Digests = path.Certificates[:1], path.Keys[:1], nil
		}
	})
	for _, c := range []struct {
		name    string
		change  []change
		word    Word
		codes   string // reasons that fail
		trust   string
		status  string
		check   string
		says    string // in the screen
		unheard bool   // revocation is in not_checked
	}{
		{"good", []change{known("gg")}, WordGood, "", "ok", "good", "passed", "by the list of 2026-11-20 (in the mail)", false},
		{"good and required", []change{known("gg"), required}, WordGood, "", "ok", "good", "passed", "by the list of", false},
		{"signer revoked", []change{known("rg")}, WordUntrusted, "revoked", "revoked", "revoked", "failed", "revoked on 2026-11-19 (keyCompromise)", false},
		{"signer revoked, at the claimed time", []change{known("rg"), claimed}, WordUntrusted, "revoked", "revoked", "revoked", "failed", "the list of 2026-11-20", false},
		{"CA revoked", []change{known("gr")}, WordUntrusted, "revoked", "revoked", "revoked", "failed", `"UX Mail CA 1" was revoked`, false},
		{"CA revoked, signer unknown", []change{known("ur"), required}, WordUntrusted, "revocation-unknown revoked", "revoked", "revoked", "failed", "revoked", false},
		{"revoked, not looked at", []change{known("rr"), off}, WordGood, "", "ok", "not-checked", "not checked", "not checked", true},
		{"signer unknown", []change{known("ug")}, WordGood, "", "ok", "unknown", "not checked", "because", false},
		{"CA unknown", []change{known("gu")}, WordGood, "", "ok", "unknown", "not checked", "not known", false},
		{"CA unknown and required", []change{known("gu"), required}, WordUntrusted, "revocation-unknown", "revocation-unknown", "unknown", "failed", `"UX Mail CA 1" was revoked: because`, false},
		{"misused key", []change{known("mg")}, WordGood, "", "ok", "unknown", "not checked", "because", false},
		{"misused key, required", []change{known("mg"), required}, WordUntrusted, "path-invalid revocation-unknown", "untrusted", "unknown", "failed", "because", false},
		{"nobody looked", nil, WordGood, "", "ok", "not-checked", "not checked", "not checked", true},
		{"nobody looked, required", []change{required}, WordUntrusted, "revocation-unknown", "revocation-unknown", "unknown", "failed", "", false},
		{"an anchor's own signature", []change{anchorOnly}, WordGood, "", "ok", "not-checked", "not checked", "not checked", true},
		{"an anchor's own signature, required", []change{anchorOnly, required}, WordGood, "", "ok", "not-checked", "not checked", "not checked", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, p := good(t)
			for _, change := range c.change {
				change(t, &f, &p)
			}
			r := Judge(f, p)
			s := r.Layers[0].Signers[0]
			fails := map[Code]bool{}
			for _, x := range r.Reasons {
				if x.Level == Fail {
					fails[x.Code] = true
				}
			}
			for _, code := range strings.Fields(c.codes) {
				if !fails[Code(code)] {
					t.Errorf("%s is not among the reasons", code)
				}
				delete(fails, Code(code))
			}
			if r.Verdict != c.word || len(fails) > 0 || s.Trust != c.trust || s.Revocation.Status != c.status {
				t.Errorf("got %s, %s, %s, beside %v; want %s, %s, %s", r.Verdict, s.Trust, s.Revocation.Status, fails, c.word, c.trust, c.status)
			}
			for _, x := range s.Checks {
				if x.Name == "not revoked" && x.Result != c.check {
					t.Errorf("check: got %q, want %q", x.Result, c.check)
				}
			}
			flat := strings.Join(strings.Fields(r.Text(Style{Width: 200})), " ")
			if !strings.Contains(flat, c.says) {
				t.Errorf("%q does not say %q", flat, c.says)
			}
			if narrow := r.Text(Style{Width: 40}); c.status == "good" && !strings.Contains(strings.Join(strings.Fields(narrow), " "), "no, by the list of 2026-11-20") {
				t.Errorf("narrow: %s", narrow)
			}
			heard := true
			for _, x := range r.NotChecked {
				heard = heard && x != "revocation"
			}
			if heard == c.unheard {
				t.Errorf("not checked: %v", r.NotChecked)
			}
			if got := s.Revocation; got.Status == "good" || got.Status == "revoked" {
				if got.Source == nil || *got.Source != "message" || got.ListOf == nil || (got.RevokedAt != nil) != (got.Status == "revoked") || got.Detail != "" {
					t.Errorf("got %+v", got)
				}
			}
		})
	}
}

// TestRevocationSources: every source has words.
func TestRevocationSources(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{"message": "in the mail", "file": "from --crl", "store": "in your store", "ocsp: message": "in the mail", "ocsp: file": "from --ocsp", "else": "from else"} {
		if got := sourceText(source); got != want {
			t.Errorf("%s: got %q, want %q", source, got, want)
		}
	}
}

// TestRevocationByOCSP: an answer of a responder is not called a list.
func TestRevocationByOCSP(t *testing.T) {
	t.Parallel()
	for letters, want := range map[string]string{
		"gg": "by the OCSP answer of 2026-11-20 (in the mail)",
		"rg": "by the OCSP answer of 2026-11-20 (in the mail)",
	} {
		f, p := good(t)
		known(letters)(t, &f, &p)
		for _, res := range []*certpath.Result{first(&f).Now, first(&f).Then} {
			for i := range res.Paths[0].Revocation {
				res.Paths[0].Revocation[i].Source = "ocsp: message"
			}
		}
		r := Judge(f, p)
		if flat := strings.Join(strings.Fields(r.Text(Style{Width: 200})), " "); !strings.Contains(flat, want) {
			t.Errorf("%s: %q does not say %q", letters, flat, want)
		}
		if narrow := strings.Join(strings.Fields(r.Text(Style{Width: 40})), " "); letters == "gg" && !strings.Contains(narrow, "no, by the OCSP answer of 2026-11-20") {
			t.Errorf("narrow: %s", narrow)
		}
	}
}
