package message

import (
	"strings"
	"testing"

	"smimectl/internal/verdict"
)

// TestOrChanged: what is bad or cannot be read in a file that was written to meanwhile is an error of the machine,
// and worth another try. Any other verdict stands.
func TestOrChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text := inside("Content-Type: text/plain\r\n", "\r\n", 1000)
	good := mailOf(fromAlice, w.clear(text, w.alice))
	encrypted := w.encryptedFile(text, "aes-256-gcm", w.bob, true)
	middle := len(encrypted) * 2 / 3
	other := "A"
	if encrypted[middle] == 'A' {
		other = "B"
	}
	for _, test := range []struct {
		name, mail string
		want       verdict.Word
		changes    bool
	}{
		{"good", good, verdict.WordGood, false},
		{"bad", strings.Replace(good, "end without", "END without", 1), verdict.WordBad, true},
		{"cut", good[:len(good)/2], verdict.WordUnreadable, true},
		{"not from the signer", strings.Replace(good, "alice@", "carol@", 1), verdict.WordMismatch, false},
		{"not signed", mailOf(fromAlice, text), verdict.WordUnsigned, false},
		{"does not decrypt", encrypted[:middle] + other + encrypted[middle+1:], verdict.WordBad, true},
		{"decrypts", encrypted, verdict.WordDone, false},
	} {
		for _, changed := range []bool{false, true} {
			in := verifyInput(test.mail)
			if strings.Contains(test.name, "decrypt") {
				in = decryptInput(test.mail)
			}
			in.Changed = func() bool { return changed }
			ex := examine(t, w.examiner(keyOf(w.bob)), in)
			want := test.want
			if changed && test.changes {
				want = verdict.WordError
			}
			if ex.Report.Verdict != want || (ex.Report.Exit() == 3) != (want == verdict.WordError) {
				t.Errorf("%s, changed %v: %s, exit %d, want %s", test.name, changed, ex.Report.Verdict, ex.Report.Exit(), want)
			}
			if want == verdict.WordError && (ex.Report.Release() || len(ex.Report.Layers) > 0) {
				t.Errorf("%s: to be released, or layers that are no more: %d", test.name, len(ex.Report.Layers))
			}
		}
	}
}
