package results

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// world is a folder with a file of results.
type world struct {
	t        *testing.T
	name     string
	renewed  int
	finished int // lines that no interruption could cut
}

func newWorld(t *testing.T) *world {
	return &world{t: t, name: filepath.Join(t.TempDir(), "results.jsonl")}
}

func (w *world) options() Options {
	return Options{Schema: "s", Again: func(exit int) bool { return exit == 3 }, Renew: w.renew, Finish: func() func() {
		return func() { w.finished++ }
	}}
}

func (w *world) renew(write func(io.Writer) error) error {
	w.renewed++
	f, err := os.Create(w.name + ".new")
	if err == nil && write != nil {
		err = write(f)
	}
	if err != nil {
		return err
	}
	f.Close()
	return os.Rename(w.name+".new", w.name)
}

func (w *world) open(open func(string, Options) (*File, error)) *File {
	w.t.Helper()
	f, err := open(w.name, w.options())
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(f.Close)
	return f
}

// puts writes a file of results as earlier runs have left it.
func (w *world) puts(lines ...string) {
	w.t.Helper()
	if err := os.WriteFile(w.name, []byte(strings.Join(lines, "")), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) write(f *File, line string) {
	w.t.Helper()
	if err := f.Write([]byte(strings.TrimSuffix(line, "\n"))); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) has(what string, lines ...string) {
	w.t.Helper()
	if got, err := os.ReadFile(w.name); err != nil || string(got) != strings.Join(lines, "") {
		w.t.Errorf("%s: %v, %q, want %q", what, err, got, lines)
	}
}

func result(name string, exit int, digest string) string {
	return fmt.Sprintf(`{"schema":"s","file":%q,"exit":%d,"mail_sha256":%q}`+"\n", name, exit, digest)
}

// TestContinue reads what earlier runs have done, without lines of what is to be done again, that they did not finish,
// or that a later one of the same mail makes void.
func TestContinue(t *testing.T) {
	t.Parallel()
	one, two := result("one", 0, ""), result("two", 1, "")
	for _, test := range []struct {
		name    string
		lines   []string
		left    string
		done    map[string]int
		renewed int
	}{
		{"nothing", nil, "", nil, 0},
		{"two", []string{one, two}, one + two, map[string]int{"one": 0, "two": 1}, 0},
		{"one and a half", []string{one, two[:20]}, one, map[string]int{"one": 0}, 0},
		{"to be done again", []string{result("x", 3, ""), one, result("y", 3, "")}, one, map[string]int{"one": 0}, 1},
		{"done again", []string{result("one", 3, ""), two, one}, two + one, map[string]int{"one": 0, "two": 1}, 1},
		{"twice", []string{one, two, result("one", 4, "")}, two + result("one", 4, ""), map[string]int{"one": 4, "two": 1}, 1},
		{"not done any more", []string{one, two, result("one", 3, "")}, two, map[string]int{"two": 1}, 1},
		{"done again, and a half", []string{result("one", 3, ""), one, two[:20]}, one, map[string]int{"one": 0}, 1},
	} {
		w := newWorld(t)
		w.puts(test.lines...)
		f := w.open(Continue)
		w.has(test.name, test.left)
		for _, name := range []string{"one", "two", "x", "y"} {
			exit, ok := f.Has(name, nil)
			if want, has := test.done[name]; ok != has || exit != want {
				t.Errorf("%s: of %s: %d, %v", test.name, name, exit, ok)
			}
		}
		w.write(f, result("more", 0, ""))
		w.has(test.name+", and more", test.left, result("more", 0, ""))
		if w.renewed != test.renewed || w.finished != 1 {
			t.Errorf("%s: renewed %d times, %d lines were finished", test.name, w.renewed, w.finished)
		}
	}
}

// TestBegin takes the results of an earlier run off, and nothing that is something else.
func TestBegin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		was     string
		foreign bool
	}{
		{"", false}, {result("one", 0, ""), false}, {`{"schema":"s"`, false}, {`{"sch`, false},
		{"my diary\n", true}, {`{"schema":"st"}` + "\n", true}, {`{"schema":"t","schema":"s"}` + "\n", true}, {"x", true},
	} {
		w := newWorld(t)
		w.puts(test.was)
		f, err := Begin(w.name, w.options())
		if foreign, ok := errors.AsType[*ForeignError](err); ok != test.foreign || ok && foreign.Line != "" || err != nil && !ok {
			t.Errorf("%q: %v", test.was, err)
		}
		if test.foreign {
			w.has("what is something else", test.was)
			continue
		}
		w.has("the results")
		w.write(f, result("two", 0, ""))
		f.Close()
		w.has("then", result("two", 0, ""))
	}
}

// TestForeign goes on with nothing that is something else, in whichever line.
func TestForeign(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"my diary", `{"schema":"s","file":2}`, `{"schema":"t","file":"two"}`, `{"file":"two"}`, "{"} {
		w := newWorld(t)
		w.puts(result("one", 3, ""), line+"\n")
		_, err := Continue(w.name, w.options())
		if foreign, ok := errors.AsType[*ForeignError](err); !ok || foreign.Line != line {
			t.Errorf("%q: %v", line, err)
		}
		w.has("what is something else", result("one", 3, ""), line+"\n")
	}
}

// TestOtherMails: what only its number in an mbox file names is known by its octets. What an earlier run has said of
// another mail of that name goes once there is something to say of this one.
func TestOtherMails(t *testing.T) {
	t.Parallel()
	digest := func(s string, err error) func() (string, error) { return func() (string, error) { return s, err } }
	one, two := result("box:1", 0, "aa"), result("box:2", 1, "bb")
	for _, test := range []struct {
		name   string
		digest func() (string, error)
		ok     bool
		left   []string
	}{
		{"the same", digest("bb", nil), true, []string{one, two, two}},
		{"another", digest("cc", nil), false, []string{one, two}},
		{"not to be read", digest("bb", errors.New("no")), false, []string{one, two}},
	} {
		w := newWorld(t)
		w.puts(one, two)
		f := w.open(Continue)
		if _, ok := f.Has("box:1", digest("aa", nil)); !ok {
			t.Errorf("%s: the first mail is not known", test.name)
		}
		if exit, ok := f.Has("box:2", test.digest); ok != test.ok || ok && exit != 1 {
			t.Errorf("%s: %d, %v", test.name, exit, ok)
		}
		w.write(f, two)
		if err := f.Settle(); err != nil {
			t.Fatal(err)
		}
		w.has(test.name, test.left...)
		if renews := w.renewed > 0; renews == test.ok {
			t.Errorf("%s: renewed: %v", test.name, renews)
		}
		w.write(f, two)
		w.has(test.name+", and more", append(test.left, two)...)
	}
	w := newWorld(t)
	w.puts(one)
	f := w.open(Continue)
	if f.Has("box:2", digest("bb", nil)); len(f.changed) != 0 {
		t.Error("a mail of which nothing was said is another one by now")
	}
	f.Has("box:1", digest("bb", nil))
	again := result("named twice", 0, "")
	w.write(f, again)
	w.write(f, again)
	if err := f.Settle(); err != nil {
		t.Fatal(err)
	}
	w.has("nothing was said of another mail", one, again, again)
}

// TestNoFile has no results, and notes none.
func TestNoFile(t *testing.T) {
	t.Parallel()
	var f *File
	if _, ok := f.Has("one", nil); ok || f.Write([]byte("{}")) != nil || f.Settle() != nil {
		t.Error("there is something where nothing is")
	}
	f.Close()
}

// TestTrouble tells what the system refuses, as it is, and whether that was to be read or written.
func TestTrouble(t *testing.T) {
	t.Parallel()
	refused := func(err error, op string) {
		t.Helper()
		if trouble, ok := errors.AsType[*Error](err); !ok || trouble.Op != op || trouble.Err == nil {
			t.Errorf("%v, want trouble with %s", err, op)
		}
	}
	w := newWorld(t)
	folder := *w
	folder.name = filepath.Dir(w.name)
	_, err := Begin(folder.name, folder.options())
	refused(err, "write")
	folder.name = filepath.Join(folder.name, "missing", "results.jsonl")
	if _, err := Begin(folder.name, folder.options()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file in no folder: %v", err)
	}
	w.puts(result("one", 3, ""), result("two", 0, ""))
	o := w.options()
	full := errors.New("full")
	o.Renew = func(func(io.Writer) error) error { return full }
	if _, err := Continue(w.name, o); err != full {
		t.Errorf("a file that cannot be renewed: %v", err)
	}
	o.Renew = func(write func(io.Writer) error) error { return write(failing{full}) }
	if _, err := Continue(w.name, o); err != full {
		t.Errorf("a file whose lines cannot be written: %v", err)
	}
	w.has("what is left", result("one", 3, ""), result("two", 0, ""))
	o.Renew = func(func(io.Writer) error) error { return errors.Join(os.Remove(w.name), os.Mkdir(w.name, 0o700)) }
	_, err = Continue(w.name, o)
	refused(err, "write")
	if err := os.Remove(w.name); err != nil {
		t.Fatal(err)
	}
	w.puts(result("one", 0, ""))
	for _, test := range []struct {
		mode    int
		do      func(*File) error
		refused string
	}{
		{os.O_WRONLY, (*File).empty, "read"},
		{os.O_RDONLY, (*File).empty, "write"},
		{os.O_WRONLY, (*File).learn, "read"},
		{os.O_RDONLY, (*File).learn, "write"},
	} {
		file, err := os.OpenFile(w.name, test.mode, 0)
		if err != nil {
			t.Fatal(err)
		}
		refused(test.do(&File{Options: w.options(), file: file, done: map[string]done{}}), test.refused)
		file.Close()
	}
	end, other, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer end.Close()
	other.Close()
	refused((&File{Options: w.options(), file: end}).learn(), "read")
	f := w.open(Continue)
	f.Close()
	refused(f.Write([]byte("{}")), "write")
	refused(f.lines(nil), "read")
	refused(f.learn(), "read")
	refused(f.empty(), "write")
	refused(f.reserve(f.file), "write")
	f.changed["one"] = true
	if refused(f.Settle(), "read"); w.renewed != 0 {
		t.Error("a file that cannot be read was renewed")
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
