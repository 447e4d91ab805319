package main

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestListIsOfThisTree: every survivor that is excused is a check that exists. Whether it survives is for make mutants.
func TestListIsOfThisTree(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("the go command is not here: it says where the types of imported packages stand")
	}
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := load(root, scope, "")
	if err != nil {
		t.Fatal(err)
	}
	list, err := readList(filepath.Join(root, filepath.FromSlash(listFile)))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, m := range tree.mutants {
		found[m.key()] = true
	}
	for key := range list {
		if !found[key] {
			t.Errorf("listed, and not in the tree: %s", key)
		}
	}
}

// TestMutants: what is found in a piece of source, and what is made of it.
func TestMutants(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, body, keys, source string }{
		{"condition", "if a > 1 { return }", "never: a > 1|bound: a > 1", "if (((a > 1 || mutant__(2) && (a) == (1))) && !mutant__(1)) { return }"},
		{"condition with an else", "if ok { a++ } else { a-- }", "never: ok|always: ok", "if ((((ok) || mutant__(2))) && !mutant__(1)) { a++ } else { a-- }"},
		{"operands", "if ok && (a < 1 || b) { return }", "never: ok && (a < 1 || b)|without: ok|without: (a < 1 || b)|without: a < 1|without: b|bound: a < 1", ""},
		{"cases", "switch a { case 1, 2: return; default: }", "never: 1|never: 2", "switch  { case (a) == (1) && !mutant__(1), (a) == (2) && !mutant__(2): return; default: }"},
		{"cases without a tag", "switch { case ok: return }", "never: ok", "switch { case ((ok) && !mutant__(1)): return }"},
		{"value", "b = a == 1", "never: a == 1|always: a == 1", "b = ((((a == 1) || mutant__(2))) && !mutant__(1))"},
		{"call", "f(1)", "no call: f(1)", "if !mutant__(1) { f(1) }"},
		{"constant", "b = true; const c = 1 < 2; panic(1)", "", "b = true; const c = 1 < 2; panic(1)"},
		{"loop", "for a < 10 { a++ }", "bound: a < 10", ""},
	} {
		src := "package p\nfunc g(a int, ok, b bool, f func(int)) {\n" + c.body + "\n}\n"
		keys, out := mutate(t, src)
		for i := range keys {
			_, keys[i], _ = strings.Cut(keys[i], ", ")
		}
		if got := strings.Join(keys, "|"); got != c.keys {
			t.Errorf("%s: got %s, want %s", c.name, got, c.keys)
		}
		if c.source != "" && strings.Split(out, "\n")[2] != c.source {
			t.Errorf("%s: got  %s\nwant %s", c.name, strings.Split(out, "\n")[2], c.source)
		}
	}
}

// mutate returns the keys of the mutants of a source, and the source with their switches, which has to compile.
func mutate(t *testing.T, src string) (keys []string, out string) {
	t.Helper()
	tree := &tree{fset: token.NewFileSet(), seen: map[string]int{}}
	file, err := parser.ParseFile(tree.fset, "p.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := &finder{tree: tree, src: []byte(src), file: "p.go", done: map[ast.Expr]bool{}, info: &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}}
	conf := types.Config{Importer: importer.Default()}
	if _, err := conf.Check("p", tree.fset, []*ast.File{file}, f.info); err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		ast.Inspect(d, f.visit)
	}
	for _, m := range tree.mutants {
		keys = append(keys, m.key())
	}
	out = string(apply([]byte(src), f.edits))
	fset := token.NewFileSet()
	changed, err := parser.ParseFile(fset, "p.go", out+"\nfunc mutant__(int) bool { return false }\nfunc mutantNil__(_ int, err error) error { return err }\n", 0)
	if err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	if _, err := conf.Check("p", fset, []*ast.File{changed}, nil); err != nil {
		t.Errorf("%v in\n%s", err, out)
	}
	return keys, out
}

// TestReadList: reasons are shared, and a mutant without one is refused.
func TestReadList(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"# why\na\n\tone\n\nb\nc\n\ttwo\n\tlines\n": "a=one b=two lines c=two lines",
		"a\n": "no reason", "a\n\tx\na\n\ty\n": "listed twice", "\tx\n": "without a mutant",
	} {
		path := filepath.Join(t.TempDir(), "list")
		if err := os.WriteFile(path, []byte(in), 0o600); err != nil {
			t.Fatal(err)
		}
		list, err := readList(path)
		got := ""
		for _, key := range []string{"a", "b", "c"} {
			if list[key] != "" {
				got += " " + key + "=" + list[key]
			}
		}
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
