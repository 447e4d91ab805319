package cert

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// TestFold compares folding with golang.org/x/text/cases for every character. (It is
// not used itself: it brings the tags of all languages into the program.)
func TestFold(t *testing.T) {
	t.Parallel()
	folder, compared := cases.Fold(), 0
	for r := rune(0x80); r <= 0x1ffff; r++ { // above there is nothing that has case
		if !utf8.ValidRune(r) || unicode.Is(unicode.Cherokee, r) {
			continue
		}
		compared++
		got := norm.NFKC.String(fold(norm.NFKD.String(string(r))))
		if want := norm.NFKC.String(folder.String(norm.NFKC.String(string(r)))); got != want {
			t.Errorf("%U is folded to %+q, and by cases to %+q", r, got, want)
		}
		marked := norm.NFKD.String("A" + string(r) + "\u0301") // which moves before an iota below
		if got, want := fold(marked), folder.String(marked); got != want {
			t.Errorf("%U in %+q is folded to %+q, and by cases to %+q", r, marked, got, want)
		}
	}
	if compared < 100_000 {
		t.Errorf("%d characters were compared", compared)
	}
}

// TestFoldCherokee has both cases of Cherokee folded to the older letters
// (CaseFolding.txt), which golang.org/x/text/cases exchanges for each other.
func TestFoldCherokee(t *testing.T) {
	t.Parallel()
	for small, capital := range map[rune]rune{0x13f8: 0x13f0, 0x13fd: 0x13f5, 0xab70: 0x13a0, 0xabbf: 0x13ef} {
		for _, r := range []rune{small, capital} {
			if got := fold(string(r)); got != string(capital) {
				t.Errorf("%U is folded to %+q, want %U", r, got, capital)
			}
		}
	}
}
