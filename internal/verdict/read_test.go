package verdict

import (
	"errors"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
)

// TestUnsupportedText: an algorithm is called by its name where there is one, and by what is not had of it where it is
// known but for that.
func TestUnsupportedText(t *testing.T) {
	t.Parallel()
	camellia := algorithm.MustOID("1.2.392.200011.61.1.1.1.4")
	for _, x := range []struct {
		err  algorithm.UnsupportedError
		want string
	}{
		{algorithm.UnsupportedError{Kind: "cipher", OID: camellia}, "unsupported: Camellia-256-CBC (cipher 1.2.392.200011.61.1.1.1.4)"},
		{algorithm.UnsupportedError{Kind: "cipher", OID: camellia, Detail: "an IV of 7 octets"}, "unsupported: 1.2.392.200011.61.1.1.1.4 (cipher), an IV of 7 octets"},
		{algorithm.UnsupportedError{Kind: "cipher", OID: algorithm.MustOID("1.2.3.4")}, "unsupported: 1.2.3.4 (cipher)"},
		{algorithm.UnsupportedError{Kind: "key"}, "unsupported: key"},
		{algorithm.UnsupportedError{Kind: "key", Detail: "RSA of 512 bits"}, "unsupported: key, RSA of 512 bits"},
	} {
		if got := Unsupported(&x.err); got != x.want {
			t.Errorf("%+v: %q, want %q", x.err, got, x.want)
		}
		if got := WithoutFloor(&x.err); got != x.want {
			t.Errorf("as an error: %q, want %q", got, x.want)
		}
	}
}

// TestUnreadIssuer: a certificate whose signature cannot be judged leaves the signer untrusted, for the reason why, and about
// the certificate it is under. What is an error of the path and no more is told as what the path says.
func TestUnreadIssuer(t *testing.T) {
	t.Parallel()
	unsupported := &algorithm.UnsupportedError{Kind: "signature", OID: algorithm.MustOID("1.2.3.4")}
	for _, x := range []struct {
		name string
		err  error
		own  bool // the problem names no other certificate
		code Code
		says string
	}{
		{"unsupported", unsupported, false, UnsupportedAlg, `unsupported: 1.2.3.4 (signature), in the signature of the issuer under the certificate of "Carol"`},
		{"the signer's own", unsupported, true, UnsupportedAlg, `under the certificate of "Alice Ångström"`},
		{"malformed parameters", &algorithm.ParameterError{Name: "rsa-pss", Detail: "salt"}, false, Malformed, `under the certificate of "Carol"`},
		{"malformed", &cms.MalformedError{Detail: "x"}, false, Malformed, `under the certificate of "Carol"`},
		{"something else", errors.New("no"), false, PathInvalid, "detail"},
		{"no error", nil, false, PathInvalid, "detail"},
	} {
		f, p := good(t)
		s := first(&f)
		problem := certpath.Problem{Code: "path-invalid", Detail: "detail", Err: x.err}
		if !x.own {
			problem.Certificate = issue(t, person{name: "Carol", addresses: []string{"carol@example.org"}})
		}
		s.Now.Paths[0].Problems = append(s.Now.Paths[0].Problems, problem)
		r := Judge(f, p)
		if r.Verdict != WordUntrusted || len(r.Reasons) == 0 || r.Reasons[0].Code != x.code || !strings.Contains(r.Reasons[0].Text, x.says) {
			t.Errorf("%s: %s, %+v; want %s, %q", x.name, r.Verdict, r.Reasons, x.code, x.says)
		}
	}
}

// TestStoppedLayer: a layer that could not be read has the word of what stopped it, and no other layer has.
func TestStoppedLayer(t *testing.T) {
	t.Parallel()
	unread := Layer{Kind: "signed", Form: "multipart/signed", Part: "1", WholeBody: true}
	read := signedBy(signer(t, alice))
	for _, x := range []struct {
		name   string
		layers []Layer
		stop   *Stop
		want   []Word
	}{
		{"the only one", []Layer{unread}, &Stop{Code: Malformed, Layer: 0}, []Word{WordUnreadable}},
		{"the machine's fault", []Layer{unread}, &Stop{Code: InputOutput, Word: WordError, Layer: 0}, []Word{WordError}},
		{"the second one", []Layer{read, unread}, &Stop{Code: Malformed, Layer: 1}, []Word{WordGood, WordUnreadable}},
		{"none of them", []Layer{unread}, &Stop{Code: Malformed, Layer: -1}, []Word{WordUnsigned}},
		{"one whose signers were read", []Layer{read}, &Stop{Code: Malformed, Layer: 0}, []Word{WordGood}},
		{"nothing stopped", []Layer{unread}, nil, []Word{WordUnsigned}},
	} {
		f, p := good(t)
		f.Layers, f.Stop = x.layers, x.stop
		r := Judge(f, p)
		for i, want := range x.want {
			if got := r.Layers[i].SignedReport.Verdict; got != want {
				t.Errorf("%s: layer %d is %s, want %s", x.name, i, got, want)
			}
		}
		if x.stop != nil && r.Good() {
			t.Errorf("%s: good", x.name)
		}
	}
}

// TestStopHints: where nothing else is known to do, the form of the input says what to try; hints of whoever stopped go before.
func TestStopHints(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		stop Stop
		want string
	}{
		{Stop{Code: Malformed, Form: FormSeveral, Layer: -1}, "smimectl verify MAILS.mbox"},
		{Stop{Code: UnsupportedAlg, Form: FormContent, Layer: -1}, "smimectl inspect"},
		{Stop{Code: Malformed, Form: FormSeveral, Layer: -1, Hints: []string{"try this"}}, "try this"},
		{Stop{Code: DecryptFailed, Form: FormSeveral, Layer: -1}, strings.Join((&judge{f: &Facts{Command: "verify"}}).hints(DecryptFailed), "\n")},
	} {
		r := Judge(Facts{Command: "verify", Stop: &x.stop}, Policy{Now: today})
		if got := strings.Join(r.Reasons[0].hints, "\n"); got != x.want {
			t.Errorf("%+v: %q, want %q", x.stop, got, x.want)
		}
	}
}

// TestStopFormIsNoFault: a file that is only of another form than was asked for breaks no rules.
func TestStopFormIsNoFault(t *testing.T) {
	t.Parallel()
	const rules = "the message breaks the rules of its format: "
	for form, want := range map[StopForm]string{FormSeveral: "odd", FormApart: "odd", FormNoMail: rules + "odd", "": rules + "odd"} {
		r := Judge(Facts{Command: "verify", Stop: &Stop{Code: Malformed, Word: WordUnreadable, Form: form, Text: "odd", Layer: -1}}, Policy{Now: today})
		if got := r.headline(WordUnreadable); got != want {
			t.Errorf("%q: %q, want %q", form, got, want)
		}
		if r.Verdict != WordUnreadable || r.Reasons[0].Code != Malformed {
			t.Errorf("%q: %s, %s", form, r.Verdict, r.Reasons[0].Code)
		}
	}
}

// TestAgainVerb: the call that is advised has the verb that judges: that of the first call, or verify.
func TestAgainVerb(t *testing.T) {
	t.Parallel()
	for verb, want := range map[string]string{"verify": "verify", "decrypt": "decrypt", "cert check": "cert check", "inspect": "verify", "sign": "verify"} {
		j := &judge{f: &Facts{Command: verb, File: "a.eml"}}
		if got := j.again("--online"); got != "smimectl "+want+" --online a.eml" {
			t.Errorf("%s: %q", verb, got)
		}
	}
}
