package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
)

// tree is what was read of the packages of the scope.
type tree struct {
	root    string
	fset    *token.FileSet
	mutants []*mutant
	seen    map[string]int
	files   []*finder
	names   map[string]string // directory -> name of the package
}

// load parses the packages, checks their types and finds the mutants. asked is the beginning of the path of files that
// are wanted although they only show things.
func load(root string, targets []target, asked string) (*tree, error) {
	t := &tree{root: root, fset: token.NewFileSet(), seen: map[string]int{}, names: map[string]string{}}
	exports, err := exportData(root, targets)
	if err != nil {
		return nil, err
	}
	imp := importer.ForCompiler(t.fset, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("no export data of %s", path)
		}
		return os.Open(exports[path])
	})
	for _, target := range targets {
		if err := t.add(target, imp, asked); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// exportData asks the go command where the types of imported packages stand.
func exportData(root string, targets []target) (map[string]string, error) {
	args := []string{"list", "-export", "-deps", "-json=ImportPath,Export"}
	for _, t := range targets {
		args = append(args, "./"+t.dir)
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, stderr.String())
	}
	exports := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct{ ImportPath, Export string }
		if err := d.Decode(&p); err == io.EOF {
			return exports, nil
		} else if err != nil {
			return nil, err
		}
		exports[p.ImportPath] = p.Export
	}
}

// wants says whether the checks of a file are to be taken away.
func (t target) wants(name string) bool {
	shows := slices.ContainsFunc(t.shows, func(pattern string) bool { ok, err := filepath.Match(pattern, name); return ok && err == nil })
	return !shows && (t.files == nil || slices.Contains(t.files, name))
}

func (t *tree) add(target target, imp types.Importer, asked string) error {
	dir := filepath.Join(t.root, filepath.FromSlash(target.dir))
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	var files []*ast.File
	var finders []*finder
	for _, path := range paths {
		name := filepath.Base(path)
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if here, err := build.Default.MatchFile(dir, name); err != nil {
			return err
		} else if !here { // it is another system's
			continue
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(t.fset, path, src, 0)
		if err != nil {
			return err
		}
		t.names[target.dir] = file.Name.Name
		files = append(files, file)
		var f *finder
		if full := target.dir + "/" + name; target.wants(name) || full == asked {
			f = &finder{tree: t, src: src, file: full, done: map[ast.Expr]bool{}}
		}
		finders = append(finders, f)
	}
	for _, name := range target.files {
		if !slices.Contains(paths, filepath.Join(dir, name)) {
			return fmt.Errorf("%s/%s is named in the scope and is not there", target.dir, name)
		}
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: imp}
	if _, err := conf.Check(target.dir, t.fset, files, info); err != nil {
		return err
	}
	for i, f := range finders {
		if f == nil {
			continue
		}
		f.info = info
		for _, d := range files[i].Decls {
			f.where = "var"
			ast.Inspect(d, f.visit)
		}
		t.files = append(t.files, f)
	}
	return nil
}

// switchSource is put into every package that is looked at: which mutant is on, and a note of those that were reached.
const switchSource = `package %s

import (
	"os"
	"strconv"
	"sync/atomic"
)

var mutantOn__, _ = strconv.Atoi(os.Getenv("SMIMECTL_MUTANT"))
var mutantTrace__ = os.Getenv("SMIMECTL_MUTANT_TRACE")
var mutantReached__ [%d]atomic.Bool

func mutant__(n int) bool {
	if mutantTrace__ != "" && !mutantReached__[n].Swap(true) {
		if f, err := os.OpenFile(mutantTrace__, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
			f.WriteString(strconv.Itoa(n) + "\n")
			f.Close()
		}
	}
	return n == mutantOn__
}

func mutantNil__(n int, err error) error {
	if mutant__(n) {
		return nil
	}
	return err
}
`

// instrument writes the changed sources and returns the path of the overlay for the go command.
func (t *tree) instrument(work string) (string, error) {
	replace := map[string]string{}
	for i, f := range t.files {
		path := filepath.Join(work, fmt.Sprintf("%d.go", i))
		if err := os.WriteFile(path, apply(f.src, f.edits), 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(t.root, filepath.FromSlash(f.file))] = path
	}
	for dir, name := range t.names {
		path := filepath.Join(work, name+"_switch.go")
		if err := os.WriteFile(path, fmt.Appendf(nil, switchSource, name, len(t.mutants)+1), 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(t.root, filepath.FromSlash(dir), "zz_mutant_switch.go")] = path
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(work, "overlay.json")
	return path, os.WriteFile(path, data, 0o600)
}

// apply makes the edits. They nest: what opens later at one place stands further in, and closes first.
func apply(src []byte, edits []edit) []byte {
	order := make([]int, len(edits))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(x, y int) bool {
		a, b := edits[order[x]], edits[order[y]]
		switch {
		case a.at != b.at:
			return a.at < b.at
		case a.after != b.after:
			return a.after
		case a.after:
			return order[x] > order[y]
		}
		return order[x] < order[y]
	})
	var out bytes.Buffer
	at := 0
	for _, i := range order {
		e := edits[i]
		out.Write(src[at:e.at])
		out.WriteString(e.text)
		at = e.at + e.cut
	}
	out.Write(src[at:])
	return out.Bytes()
}
