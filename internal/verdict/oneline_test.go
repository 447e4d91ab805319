package verdict

import "testing"

// TestOneLineOfDecrypt: the name of a signer never stands beside DONE without what his signature is worth.
func TestOneLineOfDecrypt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, kinds string
		change      func(*Facts, *Policy)
		want        string
	}{
		{"good", "ea", nil, "DONE        alice@example.org     report.eml   inside GOOD"},
		{"untrusted", "eu", nil, `DONE        alice@example.org     report.eml   inside UNTRUSTED: issued by "UX Mail CA 1", which is none of your anchors`},
		{"mismatch", "em", nil, "DONE        mallory@example.net   report.eml   inside MISMATCH: From is alice@example.org"},
		{"unsigned", "e", nil, "DONE        -                     report.eml   inside UNSIGNED"},
		{"bad", "eb", nil, "BAD         alice@example.org     report.eml   changed"},
		{"required", "eu", func(_ *Facts, p *Policy) { p.RequireSigned = true }, `UNTRUSTED   alice@example.org     report.eml   issued by "UX Mail CA 1", which is none of your anchors`},
		{"unencrypted", "", nil, "UNENCRYPTED -                     report.eml"},
	} {
		f, p := good(t)
		f.Command, f.Layers = "decrypt", stack(t, test.kinds)
		if test.change != nil {
			test.change(&f, &p)
		}
		if got := OneLine(Judge(f, p)); got != test.want {
			t.Errorf("%s:\n%q, want\n%q", test.name, got, test.want)
		}
	}
}
