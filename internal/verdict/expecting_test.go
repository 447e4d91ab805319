package verdict

import (
	"slices"
	"strings"
	"testing"
)

// TestExpectingHint: what is offered against MISMATCH ends in GOOD when it is typed, with several signers too: each of them
// has to be expected then, also the one who is From.
func TestExpectingHint(t *testing.T) {
	t.Parallel()
	mallory := person{name: "Mallory", addresses: []string{"mallory@example.net"}}
	nobody := person{name: "Nobody"}
	for _, x := range []struct {
		name    string
		signers []Signer
		from    string
		want    string
	}{
		{"one", []Signer{signer(t, mallory)}, alice.addresses[0], "--from mallory@example.net"},
		{"two, one of whom is From", []Signer{signer(t, mallory), signer(t, alice)}, alice.addresses[0], "--from mallory@example.net --from " + alice.addresses[0]},
		{"two, and nothing in From", []Signer{signer(t, mallory), signer(t, alice)}, "", "--from mallory@example.net --from " + alice.addresses[0]},
		{"twice the same", []Signer{signer(t, mallory), signer(t, mallory)}, alice.addresses[0], "--from mallory@example.net"},
		{"one without an address", []Signer{signer(t, mallory), signer(t, nobody)}, alice.addresses[0], "--any-from"},
	} {
		f, p := good(t)
		f.Layers = []Layer{signedBy(x.signers...)}
		f.Mail.From = []string{x.from}
		if x.from == "" {
			f.Mail.From, f.Mail.FromFields = nil, 0
		}
		r := Judge(f, p)
		want := "smimectl verify " + x.want + " report.eml"
		if r.Verdict != WordMismatch || !slices.ContainsFunc(r.Reasons, func(y Reason) bool { return slices.Contains(y.hints, want) }) {
			t.Errorf("%s: %+v, want the hint %q", x.name, r.Reasons, want)
		}
		for flag := range strings.SplitSeq(strings.TrimPrefix(x.want, "--from "), " --from ") {
			if flag == "--any-from" {
				p.AnyFrom = true
			} else {
				expectFrom(flag)(t, &f, &p)
			}
		}
		if r := Judge(f, p); r.Verdict != WordGood {
			t.Errorf("%s: %s is not GOOD: %+v", x.name, want, r.Reasons)
		}
	}
}

// TestFromNotCompared: why From was not compared is the mail, or what was asked for, and not one for the other.
func TestFromNotCompared(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name   string
		mail   bool
		any    bool
		remark string
	}{
		{"a bare entity", false, false, "this is no mail"},
		{"a mail, nobody expected", true, true, "as asked for"},
	} {
		f, p := good(t)
		f.IsMail = x.mail
		if p.AnyFrom = x.any; x.any {
			p.Flags = []string{"--any-from"}
		}
		r := Judge(f, p)
		if got := r.fromRow(&r.Layers[0].Signers[0]); got.Value != "not compared" || got.Remark != x.remark {
			t.Errorf("%s: %q %q, want %q", x.name, got.Value, got.Remark, x.remark)
		}
	}
}
