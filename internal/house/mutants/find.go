package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"strings"
)

// mutant is one check that can be taken away.
type mutant struct {
	number int
	file   string // with its path from the root, slashes
	where  string // the function
	kind   string
	text   string // of the source, on one line
	nth    int    // of those that are alike otherwise
	line   int

	reached, killed bool
	endless         bool // killed, because the tests did not end
}

// The kinds of mutants.
const (
	kindRemoved = "never"   // a condition, or a case of a switch, that never holds
	kindAlways  = "always"  // a condition that always holds
	kindWithout = "without" // an operand of && or || left out
	kindBound   = "bound"   // a comparison that takes the bound in, or leaves it out
	kindCall    = "no call" // a call for its effect that is not made
	kindNil     = "nil"     // an error that is not handed on
)

// key names the mutant in the list of survivors. Lines are not in it: they change with every edit above.
func (m *mutant) key() string {
	key := fmt.Sprintf("%s %s, %s: %s", m.file, m.where, m.kind, m.text)
	if m.nth > 1 {
		key += fmt.Sprintf(" (%d)", m.nth)
	}
	return key
}

func (m *mutant) dir() string { return path.Dir(m.file) }

// finder looks for the mutants of one file and notes the edits that make them.
type finder struct {
	tree  *tree
	src   []byte
	file  string
	info  *types.Info
	where string
	edits []edit
	done  map[ast.Expr]bool // conditions that were dealt with where they stand
}

// edit inserts text, or with cut removes what stands there.
type edit struct {
	at    int
	text  string
	after bool // it closes an expression that ends here
	cut   int
}

func (f *finder) offset(p token.Pos) int { return f.tree.fset.Position(p).Offset }

func (f *finder) source(n ast.Node) string {
	return string(f.src[f.offset(n.Pos()):f.offset(n.End())])
}

// mutant makes a new one of the text of n and returns its number.
func (f *finder) mutant(kind string, n ast.Node) int {
	text := strings.Join(strings.Fields(f.source(n)), " ")
	m := &mutant{number: len(f.tree.mutants) + 1, file: f.file, where: f.where, kind: kind, text: text, line: f.tree.fset.Position(n.Pos()).Line}
	k := m.key()
	f.tree.seen[k]++
	m.nth = f.tree.seen[k]
	f.tree.mutants = append(f.tree.mutants, m)
	return m.number
}

func (f *finder) wrap(n ast.Node, before, after string) {
	f.edits = append(f.edits, edit{at: f.offset(n.Pos()), text: before}, edit{at: f.offset(n.End()), text: after, after: true})
}

// never makes a condition that is looked at and then does not count: what it reads is read all the same.
func (f *finder) never(kind string, e ast.Expr) {
	f.wrap(e, "((", fmt.Sprintf(") && !mutant__(%d))", f.mutant(kind, e)))
}

func (f *finder) always(kind string, e ast.Expr) {
	f.wrap(e, "((", fmt.Sprintf(") || mutant__(%d))", f.mutant(kind, e)))
}

// bare takes parentheses off; done is noted for all of them.
func (f *finder) bare(e ast.Expr) ast.Expr {
	f.done[e] = true
	if p, ok := e.(*ast.ParenExpr); ok {
		return f.bare(p.X)
	}
	return e
}

// constant says whether the value is known to the compiler, and so can be no check.
func (f *finder) constant(e ast.Expr) bool {
	tv, ok := f.info.Types[e]
	return !ok || tv.Value != nil
}

func (f *finder) isBool(e ast.Expr) bool {
	tv, ok := f.info.Types[e]
	return ok && tv.Value == nil && tv.Type != nil && types.Identical(tv.Type.Underlying(), types.Typ[types.Bool])
}

// visit is called for every node, outer ones first.
func (f *finder) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		f.where = n.Name.Name
		if n.Recv != nil {
			f.where = strings.TrimPrefix(f.source(n.Recv.List[0].Type), "*") + "." + n.Name.Name
		}
		return n.Body != nil && n.Name.Name != "String" && n.Name.Name != "Error"
	case *ast.GenDecl:
		return n.Tok == token.VAR
	case *ast.IfStmt:
		f.bare(n.Cond)
		f.never(kindRemoved, n.Cond)
		if n.Else != nil {
			f.always(kindAlways, n.Cond)
		}
	case *ast.ForStmt:
		if n.Cond != nil {
			f.bare(n.Cond)
			if b, ok := n.Cond.(*ast.BinaryExpr); ok {
				f.done[b] = true
			}
		}
	case *ast.SwitchStmt:
		f.cases(n)
		if n.Tag != nil { // its text is copied into the cases
			if n.Init != nil {
				ast.Inspect(n.Init, f.visit)
			}
			ast.Inspect(n.Body, f.visit)
			return false
		}
	case *ast.ExprStmt:
		call, ok := n.X.(*ast.CallExpr)
		if !ok || f.isPanic(call) {
			return true
		}
		f.wrap(n, fmt.Sprintf("if !mutant__(%d) { ", f.mutant(kindCall, n)), " }")
		f.done[call] = true
	case *ast.ReturnStmt:
		for _, e := range n.Results {
			if call, ok := e.(*ast.CallExpr); ok && len(n.Results) == 1 && f.isError(call) && !f.makesError(call) {
				f.wrap(e, fmt.Sprintf("mutantNil__(%d, ", f.mutant(kindNil, e)), ")")
			}
		}
	case ast.Expr:
		f.expression(n)
	}
	return true
}

// cases takes the cases of a switch away. One with a tag is rewritten as one without.
func (f *finder) cases(n *ast.SwitchStmt) {
	tag := ""
	if n.Tag != nil {
		tag = f.source(n.Tag)
		f.edits = append(f.edits, edit{at: f.offset(n.Tag.Pos()), cut: len(tag)})
	}
	for _, s := range n.Body.List {
		for _, e := range s.(*ast.CaseClause).List {
			f.bare(e)
			if tag == "" {
				f.never(kindRemoved, e)
				continue
			}
			m := f.mutant(kindRemoved, e)
			f.wrap(e, "("+tag+") == (", fmt.Sprintf(") && !mutant__(%d)", m))
		}
	}
}

func (f *finder) expression(e ast.Expr) {
	if f.constant(e) {
		return
	}
	inner := f.done[e]
	b, isBinary := e.(*ast.BinaryExpr)
	if f.isBool(e) && !inner {
		_, isCall := e.(*ast.CallExpr)
		u, isNot := e.(*ast.UnaryExpr)
		if isBinary || isCall && !f.isConversion(e.(*ast.CallExpr)) || isNot && u.Op == token.NOT {
			f.never(kindRemoved, e)
			f.always(kindAlways, e)
		}
	}
	if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.NOT {
		f.bare(u.X)
	}
	switch {
	case isBinary && (b.Op == token.LAND || b.Op == token.LOR):
		for _, x := range []ast.Expr{b.X, b.Y} {
			operand := f.bare(x)
			if y, ok := operand.(*ast.BinaryExpr); ok && y.Op == b.Op {
				continue // its operands are this one's
			}
			if b.Op == token.LAND {
				f.always(kindWithout, x)
			} else {
				f.never(kindWithout, x)
			}
		}
	case isBinary && (b.Op == token.LSS || b.Op == token.GTR):
		f.wrap(e, "(", fmt.Sprintf(" || mutant__(%d) && (%s) == (%s))", f.mutant(kindBound, e), f.source(b.X), f.source(b.Y)))
	case isBinary && (b.Op == token.LEQ || b.Op == token.GEQ):
		f.wrap(e, "(", fmt.Sprintf(" && !(mutant__(%d) && (%s) == (%s)))", f.mutant(kindBound, e), f.source(b.X), f.source(b.Y)))
	}
	if call, ok := e.(*ast.CallExpr); ok && len(call.Args) == 1 {
		s, ok := call.Fun.(*ast.SelectorExpr)
		if ok && (s.Sel.Name == "After" || s.Sel.Name == "Before") && f.isTime(s.X) {
			f.wrap(e, "(", fmt.Sprintf(" || mutant__(%d) && (%s).Equal(%s))", f.mutant(kindBound, e), f.source(s.X), f.source(call.Args[0])))
		}
	}
}

func (f *finder) isTime(e ast.Expr) bool {
	tv, ok := f.info.Types[e]
	return ok && (tv.Type.String() == "time.Time" || strings.HasSuffix(tv.Type.String(), ".Time"))
}

func (f *finder) isConversion(c *ast.CallExpr) bool {
	tv, ok := f.info.Types[c.Fun]
	return ok && tv.IsType()
}

func (f *finder) isPanic(c *ast.CallExpr) bool {
	id, ok := c.Fun.(*ast.Ident)
	return ok && id.Name == "panic"
}

func (f *finder) isError(c *ast.CallExpr) bool {
	tv, ok := f.info.Types[c]
	return ok && tv.Type != nil && tv.Type.String() == "error"
}

// makesError says whether a call words a new error: what it says is decided by the condition before it.
func (f *finder) makesError(c *ast.CallExpr) bool {
	name := ""
	switch fun := c.Fun.(type) {
	case *ast.Ident:
		name = fun.Name
	case *ast.SelectorExpr:
		name = fun.Sel.Name
	}
	switch name {
	case "malformed", "attributeFault", "Errorf", "New":
		return true
	}
	return false
}
