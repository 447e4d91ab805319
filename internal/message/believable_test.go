package message

import (
	"strings"
	"testing"

	"smimectl/internal/spool"
)

// TestLooksLikeText tells text from noise, also where a character is cut by the end of a buffer.
func TestLooksLikeText(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		octets string
		want   bool
	}{
		"nothing":                   {"", true},
		"a line":                    {"hello\r\n", true},
		"tabs and form feeds":       {"UNA:+.? '\tx\f\n", true},
		"UTF-8":                     {"Gr\u00fc\u00dfe, \u20ac", true},
		"a character over the seam": {strings.Repeat("x", 32<<10-1) + "\u20ac", true},
		"NUL":                       {"hello\x00", false},
		"escape":                    {"\x1b[2J", false},
		"DEL":                       {"\x7f", false},
		"C1 control":                {"\u009b2J", false},
		"Latin-1":                   {"Gr\xfc\xdfe", false},
		"a character that is cut":   {"hello \xe2\x82", false},
		"noise at the end":          {strings.Repeat("x", 70000) + "\x81\x02\xf3", false},
	} {
		if got := looksLikeText(&content{source: spool.Bytes([]byte(test.octets))}); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if looksLikeText(&content{}) {
		t.Error("what was not kept is text")
	}
}
