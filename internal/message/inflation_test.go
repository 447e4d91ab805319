package message

import (
	"strings"
	"testing"

	"smimectl/internal/verdict"
)

// TestInflationOfAllLayers: what all compressed layers of a mail hold together is bounded by the size of the mail, however
// they are nested and whatever stands between them.
func TestInflationOfAllLayers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const size = 600 << 10
	pad := strings.Repeat("\r\n", size/2) // behind base64 it is nothing
	bomb := "Content-Type: text/plain\r\n\r\n" + strings.Repeat("0", size)
	for name, c := range map[string]struct {
		entity string
		large  bool
	}{
		"once":                        {w.compressed(bomb), false},
		"twice":                       {w.compressed(w.compressed(bomb)), false},
		"three times":                 {w.compressed(w.compressed(w.compressed(text))), false},
		"padded":                      {w.compressed(w.compressed(text) + pad), false},
		"padded, twice":               {w.compressed(w.compressed(bomb) + pad), true},
		"padded, three times":         {w.compressed(w.compressed(w.compressed(text)+pad) + pad), true},
		"padded, with a signature":    {w.compressed(w.opaque(w.compressed(bomb), w.alice) + pad), true},
		"padded, encrypted in it":     {w.compressed(w.encrypted(w.compressed(bomb), "aes-256-gcm", w.bob) + pad), true},
		"padded, all of it encrypted": {w.encrypted(w.compressed(w.compressed(bomb)+pad), "aes-256-gcm", w.bob), true},
		"a mail that is large itself": {w.opaque(w.compressed(w.compressed(bomb)+pad)+strings.Repeat("\r\n", 10<<10), w.alice), false},
	} {
		ex := examine(t, w.examiner(keyOf(w.bob)), decryptInput(mailOf(fromAlice, c.entity)))
		large := false
		for _, r := range ex.Report.Reasons {
			large = large || r.Code == verdict.TooLarge && r.Level == verdict.Fail
		}
		if large != c.large || large && (ex.Report.Verdict != verdict.WordUnreadable || ex.Report.Exit() != 1) {
			t.Errorf("%s: %s, exit %d: %v", name, ex.Report.Verdict, ex.Report.Exit(), ex.Report.Reasons)
		}
	}
}
