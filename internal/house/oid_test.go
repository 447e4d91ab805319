package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
)

// TestOIDs has each object identifier that is written in octets be the one that its
// comment says. Written so, tables of them are data that the linker lays out; read
// from digits they were a twentieth of what a start costs, which no table may bring back.
func TestOIDs(t *testing.T) {
	t.Parallel()
	found := 0
	for _, dir := range []string{"../../cmd", "../../internal"} {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
				strings.HasSuffix(filepath.Dir(path), "test") { // what tests alone import
				return err
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			found += checkOIDs(t, set, file)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 200 {
		t.Errorf("only %d OIDs were found", found)
	}
}

// checkOIDs returns how many OIDs of octets a file has.
func checkOIDs(t *testing.T, set *token.FileSet, file *ast.File) (found int) {
	t.Helper()
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 || calledName(call) != "OID" {
			return true
		}
		literal, ok := call.Args[0].(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		found++
		octets, err := strconv.Unquote(literal.Value)
		dotted := commentBeside(set, file, call.End())
		want, wrong := algorithm.ParseOID(dotted)
		if err != nil || wrong != nil || string(want) != octets {
			t.Errorf("%s: %s is %v, beside it stands %q", set.Position(call.Pos()), literal.Value, algorithm.OID(octets), dotted)
		}
		return true
	})
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		ast.Inspect(g, func(n ast.Node) bool {
			if _, ok := n.(*ast.FuncLit); ok {
				return false // made when it is called
			}
			if call, ok := n.(*ast.CallExpr); ok && calledName(call) == "MustOID" {
				t.Errorf("%s: an OID that is read at each start: write its octets, and the numbers beside them", set.Position(call.Pos()))
			}
			return true
		})
	}
	return found
}

// calledName is the name of what is called, without its package.
func calledName(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// commentBeside is the first comment after a place on the same line.
func commentBeside(set *token.FileSet, file *ast.File, end token.Pos) string {
	for _, group := range file.Comments {
		for _, c := range group.List {
			if c.Pos() >= end && set.Position(c.Pos()).Line == set.Position(end).Line {
				text := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(c.Text, "//"), "/*"), "*/")
				dotted, _, _ := strings.Cut(strings.TrimSpace(text), " ")
				return dotted
			}
		}
	}
	return ""
}
