package main

import (
	"slices"
	"strings"
	"testing"

	"smimectl/internal/certstore"
)

// TestChainOutOfTheStore: who imported a certificate without that of its issuer is told so, and what the store has
// of the chain goes into the mail: nobody else can verify it without.
func TestChainOutOfTheStore(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	alice := w.issue("alice", w.person("alice"))
	if _, err := w.store().AddIdentity(w.key(alice), w.chainOf(alice), []byte{}, false); err != nil {
		t.Fatal(err)
	}
	carried := func(args ...string) []string {
		t.Helper()
		if r := w.run(w.mail("alice", "bob"), append([]string{"sign"}, args...)...); r.code != 0 {
			t.Fatalf("exit %d\n%s", r.code, r.stderr)
		}
		var out []string
		for _, line := range strings.Split(w.must("inspect", "--certs", w.path("out")).stdout, "\n") {
			if name, ok := strings.CutPrefix(line, "# subject: CN="); ok {
				out = append(out, name)
			}
		}
		slices.Sort(out)
		return out
	}
	both, one := []string{"Test CA", "alice"}, []string{"alice"}
	if got := carried(); !slices.Equal(got, both) {
		t.Errorf("out of the store: %q", got)
	}
	if got := carried("-i", "@alice.pem"); !slices.Equal(got, both) {
		t.Errorf("an identity in a file: %q", got)
	}
	if got := w.doctored("chain"); len(got) != 0 {
		t.Errorf("doctor: %q", got)
	}
	w.must("cert", "remove", w.parse(w.ca).Fingerprint())
	if got := carried(); !slices.Equal(got, one) {
		t.Errorf("without it: %q", got)
	}
	if got := carried("--chain", "@ca.pem"); !slices.Equal(got, both) {
		t.Errorf("--chain: %q", got)
	}
	want := "warn the certificate of Test CA, the issuer of alice@example.test, is not at hand: "
	if got := w.doctored("chain"); len(got) != 1 || !strings.HasPrefix(got[0], want) {
		t.Errorf("doctor: %q", got)
	}
	// A renewal that came alone, beside the old identity with its chain.
	renewed := w.person("alice")
	renewed.NotBefore = w.now.AddDate(0, -1, 0)
	old := w.own(w.issue("old", w.person("alice")))
	alone := w.issue("renewed", renewed)
	newer, err := w.store().AddIdentity(w.key(alone), w.chainOf(alone), []byte{}, false)
	if err != nil {
		t.Fatal(err)
	}
	if got := carried(); !slices.Equal(got, both) {
		t.Errorf("beside the old one: %q", got)
	}
	if got := carried("-i", "@renewed.pem"); !slices.Equal(got, one) {
		t.Errorf("in a file, beside the old one: %q", got)
	}
	for _, id := range []*certstore.Identity{old, newer} {
		w.must("id", "remove", id.Certificate.Fingerprint())
	}
	// An anchor its receivers have, too.
	if _, err := w.store().AddAnchor("ca", w.parse(w.ca), false); err != nil {
		t.Fatal(err)
	}
	if got := w.doctored("chain"); len(got) != 0 {
		t.Errorf("with an anchor: %q", got)
	}
}
