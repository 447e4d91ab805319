//go:build unix

package main

import (
	"bytes"
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"smimectl/internal/processors"
)

// What the packages may do before main begins, in octets that they allocate: each page of
// them is a page fault, and those are most of what a start costs. The figures of today
// are three quarters of these.
const (
	maxInitAll       = 93 << 10
	maxInitOwn       = 13 << 10 // all of ours
	maxInitPackage   = 3 << 10  // each of ours, but the one that has the tables of algorithms
	maxInitAlgorithm = 4 << 10
	maxInitPieces    = 160 // all of ours: what is allocated at all
)

// notLinked are packages that are known to cost much at each start, or to be of use to
// tests alone. What they were used for there is something smaller for.
var notLinked = []string{
	"golang.org/x/text/cases", "golang.org/x/text/language", "golang.org/x/text/encoding/htmlindex",
	"github.com/santhosh-tekuri/jsonschema", "github.com/google/go-cmp", "github.com/rogpeppe/go-internal",
	"runtime/pprof", "net/http/httptest", "html/template", "encoding/xml", "encoding/gob", "log/slog",
}

var initLine = regexp.MustCompile(`(?m)^init (\S+) @.* ms clock, (\d+) bytes, (\d+) allocs$`)

// TestInit has no package make tables, parse texts or compile expressions at each start
// that only some runs need. It counts octets, and so tells the same on each machine.
func TestInit(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(buildProgram(t), "version", "--quiet")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	var trace bytes.Buffer
	cmd.Stderr = &trace
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	early := strings.Index(trace.String(), "init smimectl/internal/processors @")
	for _, name := range []string{"syscall", "time", "os", "reflect", "unicode"} {
		if at := strings.Index(trace.String(), "init "+name+" @"); at < early || early < 0 {
			t.Errorf("package %s is ready before internal/processors, which imports nothing so that it comes first", name)
		}
	}
	all, own, pieces, seen := 0, 0, 0, map[string]int{}
	for _, m := range initLine.FindAllStringSubmatch(trace.String(), -1) {
		size, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatal(err)
		}
		name := m[1]
		seen[name] = size
		all += size
		if name != "main" && !strings.HasPrefix(name, "smimectl/") {
			continue
		}
		own += size
		n, err := strconv.Atoi(m[3])
		if err != nil {
			t.Fatal(err)
		}
		pieces += n
		limit := maxInitPackage
		if name == "smimectl/internal/algorithm" {
			limit = maxInitAlgorithm
		}
		if size > limit {
			t.Errorf("%s allocates %d octets at each start, at most %d are allowed: make it when it is asked for", name, size, limit)
		}
	}
	if seen["runtime"] != 0 || seen["smimectl/internal/algorithm"] == 0 || len(seen) < 50 {
		t.Fatalf("the trace was not understood: %d packages\n%s", len(seen), trace.String())
	}
	if own > maxInitOwn {
		t.Errorf("our packages allocate %d octets at each start, at most %d are allowed", own, maxInitOwn)
	}
	if pieces > maxInitPieces {
		t.Errorf("our packages allocate %d times at each start, at most %d are allowed", pieces, maxInitPieces)
	}
	if all > maxInitAll {
		t.Errorf("all packages allocate %d octets at each start, at most %d are allowed", all, maxInitAll)
	}
	for _, name := range notLinked {
		if _, ok := seen[name]; ok {
			t.Errorf("%s is in the program", name)
		}
	}
	info, err := buildinfo.ReadFile(buildProgram(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range info.Deps {
		for _, name := range notLinked {
			if m.Path == name || strings.HasPrefix(m.Path, name+"/") {
				t.Errorf("%s is in the program", m.Path)
			}
		}
	}
}

var schedLine = regexp.MustCompile(`(?m)^SCHED .*gomaxprocs=(\d+)`)

// TestOneProcessor has the program work on a small mail with one processor from its
// beginning to its end, and on a large one with all that there are.
func TestOneProcessor(t *testing.T) {
	t.Parallel()
	if processors.Given() == 1 {
		t.Skip("there is one processor")
	}
	w := newReleaseWorld(t)
	// used tells how many processors there were, millisecond after millisecond.
	used := func(size int) (counts []int) {
		w.write("mail.eml", []byte("From: alice@example.test\nContent-Type: text/plain\n\n"+strings.Repeat("a line of plain text, as mail has it\n", size/37)))
		cmd := exec.Command(buildProgram(t), "encrypt", "--only", "--no-self", "--to", "bob.pem", "--cipher", "aes-256-gcm", "-o", "out.eml", "mail.eml")
		cmd.Dir = w.dir
		cmd.Env = append(os.Environ(), "SMIMECTL_HOME="+w.path("store"), "GODEBUG=schedtrace=1", "GOMAXPROCS="+strconv.Itoa(processors.Given()))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, line := range schedLine.FindAllStringSubmatch(string(out), -1) {
			n, _ := strconv.Atoi(line[1])
			counts = append(counts, n)
		}
		return counts
	}
	// The account begins before the program does, and a small mail may be done before it goes on.
	one := false
	for range 50 {
		counts := used(10_000)
		first := slices.Index(counts, 1)
		if first >= 0 && slices.Max(counts[first:]) > 1 {
			t.Fatalf("a small mail: processors %v", counts)
		}
		if one = first >= 0; one {
			break
		}
	}
	if !one {
		t.Error("a small mail is never worked on with one processor")
	}
	if counts := used(32 << 20); len(counts) == 0 || counts[len(counts)-1] != processors.Given() {
		t.Errorf("a large mail: processors %v", counts)
	}
}

// TestOneVerb makes the command of the verb that is called and of no other, and all of
// them where that is what is asked for.
func TestOneVerb(t *testing.T) {
	t.Parallel()
	whole := (&app{env: systemEnvironment()}).rootCommand()
	if len(whole.Commands()) != len(verbs()) {
		t.Errorf("%d commands, %d verbs", len(whole.Commands()), len(verbs()))
	}
	for _, v := range verbs() {
		want, _, err := whole.Find([]string{v.name})
		if err != nil || want.Name() != v.name {
			t.Errorf("%s is found as %v, %v", v.name, want.CommandPath(), err)
			continue
		}
		root := (&app{env: systemEnvironment()}).rootCommandFor([]string{v.name, "--help"})
		if n := len(root.Commands()); !v.whole && n != 1 {
			t.Errorf("%s: %d commands are made", v.name, n)
		}
		got, _, err := root.Find([]string{v.name})
		if err != nil {
			t.Errorf("%s: %v", v.name, err)
			continue
		}
		if helpText(got, 80, false) != helpText(want, 80, false) {
			t.Errorf("%s: the help is another than that of the whole tree", v.name)
		}
	}
	for _, line := range []string{"", "--help", "help sign", "completion bash", "__complete sig", "manual man", "--json verify", "nothing"} {
		root := (&app{env: systemEnvironment()}).rootCommandFor(strings.Fields(line))
		if n := len(root.Commands()); n < len(verbs()) {
			t.Errorf("%q: only %d commands are made", line, n)
		}
	}
}

// TestVersionAllocates has version look at what it prints, and at no more: the built-in
// roots alone are 160 KiB. (No other test may run beside it.)
func TestVersionAllocates(t *testing.T) {
	const runs, limit = 10, 96 << 10
	env := systemEnvironment()
	var out bytes.Buffer
	env.stdout = &out
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		out.Reset()
		if code := run(env, []string{"version"}); code != exitYes || !strings.HasPrefix(out.String(), "smimectl ") {
			t.Fatalf("exit %d, %q", code, out.String())
		}
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / runs; each > limit {
		t.Errorf("%d octets are allocated, at most %d are allowed", each, limit)
	}
}

// BenchmarkProcess measures whole processes on small mails: how long they compute, and
// how many pages they touch.
func BenchmarkProcess(b *testing.B) {
	dir, env := benchmarkWorld(b)
	program := buildProgram(b)
	path := func(name string) string { return filepath.Join(dir, name) }
	mail := "From: alice@example.test\nTo: bob@example.test\nSubject: benchmark\n\n" + strings.Repeat("a line of plain text, as mail has it\n", 280)
	if err := os.WriteFile(path("small.eml"), []byte(mail), 0o600); err != nil {
		b.Fatal(err)
	}
	for _, args := range [][]string{
		{"sign", "-o", path("signed.eml"), path("small.eml")},
		{"encrypt", "-o", path("encrypted.eml"), path("small.eml")},
	} {
		if code := run(env, args); code != exitYes {
			b.Fatalf("smimectl %v ended with %d", args, code)
		}
	}
	for _, args := range [][]string{
		{"version"},
		{"sign", "-o", path("out.eml"), path("small.eml")},
		{"verify", "-o", path("out.eml"), path("signed.eml")},
		{"encrypt", "-o", path("out.eml"), path("small.eml")},
		{"decrypt", "-o", path("out.eml"), path("encrypted.eml")},
	} {
		b.Run(args[0], func(b *testing.B) {
			var computed, faults int64
			for b.Loop() {
				os.Remove(path("out.eml"))
				cmd := exec.Command(program, args...)
				cmd.Env = []string{"SMIMECTL_HOME=" + env.getenv("SMIMECTL_HOME"), "TMPDIR=" + dir, "PATH=" + os.Getenv("PATH")}
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("smimectl %v: %v\n%s", args, err, out)
				}
				computed += (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Nanoseconds()
				usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
				if !ok {
					b.Fatal("no account of the process")
				}
				faults += int64(usage.Minflt)
			}
			b.ReportMetric(float64(computed)/float64(b.N), "cpu-ns/op")
			b.ReportMetric(float64(faults)/float64(b.N), "faults/op")
		})
	}
}
