package cert

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"golang.org/x/text/encoding/htmlindex"
)

// labels is how many the Encoding Standard has.
const labels = 228

// TestCharsetNamed compares every name of the source with
// golang.org/x/text/encoding/htmlindex. (It is not used itself: its maps are made at
// each start, and it brings the tags of all languages into the program.)
func TestCharsetNamed(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "charset.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if clause, ok := n.(*ast.CaseClause); ok {
			for _, e := range clause.List {
				name, err := strconv.Unquote(e.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				names[name] = true
			}
		}
		return true
	})
	if len(names) != labels {
		t.Errorf("there are %d names, want %d", len(names), labels)
	}
	for name := range names {
		want, err := htmlindex.Get(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := charsetNamed(name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if got := charsetNamed(" Latin1\t"); got != charsetNamed("windows-1252") || got == nil {
		t.Errorf("with blanks and capitals: %v", got)
	}
	for _, name := range []string{"", "utf-7", "utf-8x", "x-nothing"} {
		if got := charsetNamed(name); got != nil {
			t.Errorf("%q is %v", name, got)
		}
	}
}
