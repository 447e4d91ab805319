package verdict

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
)

type change func(t *testing.T, f *Facts, p *Policy)

// first is the first signer of the first layer.
func first(f *Facts) *Signer { return &f.Layers[0].Signed.Signers[0] }

func policy(fn func(p *Policy)) change { return func(_ *testing.T, _ *Facts, p *Policy) { fn(p) } }
func facts(fn func(f *Facts)) change   { return func(_ *testing.T, f *Facts, _ *Policy) { fn(f) } }

func allow(names ...string) change {
	return policy(func(p *Policy) {
		p.Allow = map[string]bool{}
		for _, n := range names {
			p.Allow[n] = true
		}
	})
}

// by lets somebody else sign.
func by(who person) change {
	return func(t *testing.T, f *Facts, _ *Policy) { f.Layers = []Layer{signedBy(signer(t, who))} }
}

// problems sets what is wrong with the chain now and at the claimed time.
func problems(now string, then string) change {
	return func(t *testing.T, f *Facts, _ *Policy) {
		s := first(f)
		if now != "" {
			s.Now = with(t, s.Certificate, strings.Fields(now)...)
		}
		if then != "" {
			s.Then = with(t, s.Certificate, strings.Fields(then)...)
		}
	}
}

func check(err error) change {
	return facts(func(f *Facts) { first(f).Check = err })
}

func from(list ...string) change { return facts(func(f *Facts) { f.Mail.From = list }) }

func fromName(name string) change { return facts(func(f *Facts) { f.Mail.FromNames = []string{name} }) }

func mustAddress(t testing.TB, s string) cert.Address {
	t.Helper()
	a, err := cert.ParseAddress(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func expectFrom(list ...string) change {
	return func(t *testing.T, _ *Facts, p *Policy) {
		for _, s := range list {
			p.ExpectFrom = append(p.ExpectFrom, mustAddress(t, s))
		}
	}
}

// digested lets the signature use another digest.
func digested(name string) change {
	return func(t *testing.T, f *Facts, _ *Policy) {
		d := digest(t, name)
		first(f).Info.Digest = d
		first(f).Info.Scheme = &algorithm.Signature{Name: "rsa-pkcs1v15", Digest: d, Status: d.Status}
	}
}

func layers(list func(t *testing.T) []Layer) change {
	return func(t *testing.T, f *Facts, _ *Policy) { f.Layers = list(t) }
}

// decrypting makes it a mail for decrypt, with these layers: e encrypted, c compressed, a signed by Alice, m by
// Mallory, b signed by Alice and bad, u not trusted.
func decrypting(kinds string) change {
	return func(t *testing.T, f *Facts, _ *Policy) { f.Command, f.Layers = "decrypt", stack(t, kinds) }
}

func verifying(kinds string) change {
	return func(t *testing.T, f *Facts, _ *Policy) { f.Layers = stack(t, kinds) }
}

func stack(t *testing.T, kinds string) []Layer {
	var out []Layer
	for _, k := range kinds {
		s := signer(t, alice)
		switch k {
		case 'e':
			out = append(out, encryptedLayer("aes-256-gcm", true))
			continue
		case 'E': // left closed
			l := encryptedLayer("aes-256-gcm", true)
			l.Encrypted.Decrypted, l.Encrypted.With, l.Encrypted.Recipients[0].Used = false, "", false
			out = append(out, l)
			continue
		case 'c':
			out = append(out, Layer{Kind: "compressed", Form: "compressed-data", Part: "1", WholeBody: true})
			continue
		case 'z':
			out = append(out, signedBy())
			continue
		case 'm':
			s = signer(t, person{name: "Mallory", addresses: []string{"mallory@example.net"}})
		case 'b':
			s.Check = &cms.SignatureError{Kind: cms.ContentChanged}
		case 'u':
			s.Now = with(t, s.Certificate, "issuer-unknown")
		case 'x':
			s.Now = with(t, s.Certificate, "expired-now")
		case 's':
			s.Info.Unsupported = &algorithm.UnsupportedError{Kind: "signature"}
			s.Checked = false
		}
		out = append(out, signedBy(s))
	}
	return out
}

func parts(list ...PartFact) change { return facts(func(f *Facts) { f.Partial = list }) }

var (
	plainPart     = PartFact{Number: "1", MediaType: "text/plain", Excerpt: "Please pay 10000 EUR to DE00 1234."}
	signedPart    = PartFact{Number: "2", Protected: "signed", MediaType: "multipart/mixed"}
	encryptedPart = PartFact{Number: "2", Protected: "encrypted", MediaType: "application/pkcs7-mime"}
)

func inPart(part string) change {
	return facts(func(f *Facts) { f.Layers[len(f.Layers)-1].Part = part })
}

func stopped(code Code) change { return facts(func(f *Facts) { f.Stop = &Stop{Code: code} }) }

func cipher(name string, status algorithm.Status, authenticated bool) change {
	return facts(func(f *Facts) {
		l := encryptedLayer(name, authenticated)
		l.Encrypted.CipherStatus = status
		f.Layers[0] = l
	})
}

func TestJudge(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range cases {
		if seen[c.name] {
			t.Errorf("two cases are called %q", c.name)
		}
		seen[c.name] = true
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, p := good(t)
			for _, change := range c.change {
				change(t, &f, &p)
			}
			r := Judge(f, p)
			if r.Verdict != c.word || r.Exit() != c.exit {
				t.Errorf("got %q, exit %d, want %q, exit %d", r.Verdict, r.Exit(), c.word, c.exit)
			}
			inside := Word("")
			if r.Inside != nil {
				inside = *r.Inside
			}
			if inside != c.inside {
				t.Errorf("got inside %q, want %q", inside, c.inside)
			}
			var codes, signers []string
			for _, x := range r.Reasons {
				codes = append(codes, string(x.Level)+":"+string(x.Code))
			}
			slices.Sort(codes)
			if got := strings.Join(codes, " "); got != c.codes {
				t.Errorf("got reasons %q, want %q", got, c.codes)
			}
			for _, l := range r.Layers {
				if l.SignedReport == nil {
					continue
				}
				for _, s := range l.Signers {
					signers = append(signers, s.Integrity+"/"+s.Trust+"/"+s.Address)
				}
			}
			if got := strings.Join(signers, " "); got != c.signers {
				t.Errorf("got signers %q, want %q", got, c.signers)
			}
			if r.Release() != c.release {
				t.Errorf("got release %v, want %v", r.Release(), c.release)
			}
			if r.Good() != (c.word == "good" || c.word == "done") {
				t.Errorf("got good %v with %q", r.Good(), r.Verdict)
			}
			// What is shown is shown for every verdict, in every style.
			for _, s := range styles {
				safeText(t, r.Text(s), s)
			}
			if line := OneLine(r); strings.ContainsAny(line, "\n\r") {
				t.Errorf("several lines: %q", line)
			}
		})
	}
}

func TestWordExit(t *testing.T) {
	t.Parallel()
	for word, want := range map[Word]int{
		WordGood: 0, WordDone: 0, WordBad: 1, WordUnreadable: 1, WordUntrusted: 1, WordMismatch: 1, WordPartial: 1, WordExpired: 1,
		WordError: 3, WordUnsigned: 4, WordUnencrypted: 4, WordEncrypted: 4, WordNoKey: 5, "": 3, "what": 3,
	} {
		if got := word.Exit(); got != want {
			t.Errorf("%q: got %d, want %d", word, got, want)
		}
	}
}

func TestSeverity(t *testing.T) {
	t.Parallel()
	order := []Word{WordError, WordUnreadable, WordBad, WordNoKey, WordUntrusted, WordMismatch, WordPartial, WordExpired, WordUnsigned, WordGood}
	for i := 1; i < len(order); i++ {
		if got := worse(order[i], order[i-1]); got != order[i-1] {
			t.Errorf("%q beats %q", got, order[i-1])
		}
		if got := worse(order[i-1], order[i]); got != order[i-1] {
			t.Errorf("%q beats %q", got, order[i-1])
		}
	}
}

// TestZeroIsNotGood: nothing that nobody filled in is a success.
func TestZeroIsNotGood(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*Report{
		"nil": nil, "zero": {}, "verdict alone": {Verdict: WordGood}, "zero facts": Judge(Facts{}, Policy{}),
		"a layer":                    Judge(Facts{Command: "verify", Layers: make([]Layer, 1)}, Policy{}),
		"a signed layer of zero":     Judge(Facts{Command: "verify", Layers: []Layer{{Kind: "signed", Signed: &Signed{Signers: make([]Signer, 1)}}}}, Policy{}),
		"a judged layer of zero":     Judge(Facts{Command: "verify", Layers: []Layer{{Kind: "signed", Signed: &Signed{Judged: true, Signers: make([]Signer, 1)}}}}, Policy{}),
		"an encrypted layer of zero": Judge(Facts{Command: "decrypt", Layers: []Layer{{Kind: "encrypted", Encrypted: &Encrypted{}}}}, Policy{}),
		"zero decrypt":               Judge(Facts{Command: "decrypt"}, Policy{}),
		"zero sign":                  Judge(Facts{Command: "sign"}, Policy{}),
		"zero encrypt":               Judge(Facts{Command: "encrypt"}, Policy{}),
		"zero cert check":            Judge(Facts{Command: "cert check"}, Policy{}),
		"zero stop":                  Judge(Facts{Command: "sign", Done: true, Stop: &Stop{}}, Policy{}),
	} {
		if r.Good() || r.Release() || r.Exit() == 0 {
			t.Errorf("%s: good %v, release %v, exit %d", name, r.Good(), r.Release(), r.Exit())
		}
		r.Text(Style{})
	}
	if Word("").Exit() == 0 || Status(0).Code() == 0 {
		t.Error("a zero value is the exit code 0")
	}
}

// TestDecryptFailedSaysNothing: what exactly failed is in no field of the report.
func TestDecryptFailedSaysNothing(t *testing.T) {
	t.Parallel()
	var all []string
	for _, err := range []error{nil, errors.New("padding"), errors.New("tag"), cms.ErrDecrypt} {
		f, p := good(t)
		f.Command, f.Layers, f.Stop = "decrypt", stack(t, "E"), &Stop{Code: DecryptFailed, Err: err}
		r := Judge(f, p)
		b, e := r.JSON()
		if e != nil {
			t.Fatal(e)
		}
		all = append(all, string(b)+r.Text(Style{Verbose: true}))
	}
	for _, s := range all {
		if s != all[0] {
			t.Errorf("reports differ:\n%s\n%s", s, all[0])
		}
	}
}

func TestCertificateCheck(t *testing.T) {
	t.Parallel()
	c := issue(t, alice)
	for name, tc := range map[string]struct {
		now  *certpath.Result
		word Word
		exit int
		code Code
	}{
		"good":      {pathOf(t, c), WordGood, 0, ""},
		"expired":   {with(t, c, "expired-now"), WordExpired, 1, ExpiredNow},
		"untrusted": {with(t, c, "issuer-unknown"), WordUntrusted, 1, IssuerUnknown},
		"none":      {nil, WordUntrusted, 1, IssuerUnknown},
	} {
		r := Judge(Facts{Command: "cert check", Certs: []Certificate{{Certificate: c, Now: tc.now}}}, Policy{Now: today})
		code := Code("")
		if len(r.Reasons) > 0 {
			code = r.Reasons[0].Code
		}
		if r.Verdict != tc.word || r.Exit() != tc.exit || code != tc.code || len(r.Certificates) != 1 {
			t.Errorf("%s: got %q %d %q, want %q %d %q", name, r.Verdict, r.Exit(), code, tc.word, tc.exit, tc.code)
		}
		if !strings.HasPrefix(r.Text(Style{}), strings.ToUpper(string(tc.word))) {
			t.Errorf("%s: %q", name, r.Text(Style{}))
		}
	}
	both := Judge(Facts{Command: "cert check", Certs: []Certificate{{Certificate: c, Now: pathOf(t, c)}, {Certificate: c}}}, Policy{Now: today})
	if both.Verdict != WordUntrusted {
		t.Errorf("a good and an untrusted certificate: %q", both.Verdict)
	}
}

func TestRevocationStatus(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]change{
		"revoked": problems("revoked", ""), "unknown": policy(func(p *Policy) { p.RequireRevocation = true }),
		"not-checked": policy(func(p *Policy) { p.NoRevocation = true }),
	} {
		f, p := good(t)
		change(t, &f, &p)
		r := Judge(f, p)
		if got := r.Layers[0].Signers[0].Revocation.Status; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if slices.Contains(r.NotChecked, "revocation") != (want == "not-checked") {
			t.Errorf("%s: not checked is %v", want, r.NotChecked)
		}
	}
}
