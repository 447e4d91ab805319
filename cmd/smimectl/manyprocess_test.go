//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// manyWorld has folders of many mails: drafts, signed, sealed, and mixed, which has plain mails, a broken one and an
// mbox file among signed ones.
type manyWorld struct {
	*releaseWorld
	drafts map[string]string // the text of each, by its name
}

const manyMails = 24

func newManyWorld(t *testing.T) *manyWorld {
	t.Helper()
	w := &manyWorld{newReleaseWorld(t), map[string]string{}}
	for _, dir := range []string{"tmp", "drafts", "mixed/sub"} {
		if err := os.MkdirAll(w.path(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for i := range manyMails {
		text := fmt.Sprintf("%s%s %d\n", aliceMail, marker, i)
		if i%8 == 0 { // some are no single write
			text += strings.Repeat("the quick brown fox jumps over the lazy dog\n", 20_000)
		}
		name := fmt.Sprintf("%02d.eml", i)
		w.drafts[name] = text
		w.write("drafts/"+name, []byte(text))
	}
	alice, bob := w.path("alice.pem"), w.path("bob.pem")
	w.must(nil, "sign", "-q", "-i", alice, "--out-dir", w.path("signed"), w.path("drafts"))
	w.must(nil, "encrypt", "-q", "--sign", "-i", alice, "--only", "--to", bob, "--out-dir", w.path("sealed"), w.path("drafts"))
	w.must(nil, "sign", "-q", "-i", alice, "--out-dir", w.path("mixed"), w.path("drafts"))
	w.write("mixed/plain.eml", []byte(w.drafts["01.eml"]))
	w.write("mixed/sub/broken.eml", w.read("signed/02.eml")[:400])
	line := "From alice@example.test Sun Nov 22 00:00:00 2026\n"
	w.write("mixed/sub/two.mbox", []byte(line+string(w.read("signed/03.eml"))+"\n"+line+w.drafts["04.eml"]))
	return w
}

// manyRun is a verb on one of the folders. whole says what is wrong with an output.
type manyRun struct {
	name  string
	args  []string
	from  string
	out   bool
	exit  int
	mails int
	whole func(w *manyWorld, name string) string
}

func manyRuns() []manyRun {
	return []manyRun{
		{name: "verify", args: []string{"verify", "--ca", "ca.pem"}, from: "mixed", exit: exitNo, mails: manyMails + 4},
		{name: "inspect", args: []string{"inspect"}, from: "mixed", exit: exitNo, mails: manyMails + 4},
		{name: "sign", args: []string{"sign", "-i", "alice.pem"}, from: "drafts", out: true, mails: manyMails, whole: func(w *manyWorld, name string) string {
			if r := w.here(nil, "verify", "-q", "--ca", w.path("ca.pem"), name); r.code != 0 {
				return fmt.Sprintf("does not verify: exit %d\n%s", r.code, r.stderr)
			}
			return w.holds(w.readAbsolute(name), name)
		}},
		{name: "encrypt", args: []string{"encrypt", "--only", "--to", "bob.pem"}, from: "drafts", out: true, mails: manyMails, whole: func(w *manyWorld, name string) string {
			r := w.here(nil, "decrypt", "-i", w.path("bob.pem"), name)
			if r.code != 0 {
				return fmt.Sprintf("does not decrypt: exit %d\n%s", r.code, r.stderr)
			}
			return w.holds([]byte(r.stdout), name)
		}},
		{name: "decrypt", args: []string{"decrypt", "-i", "bob.pem", "--ca", "ca.pem"}, from: "sealed", out: true, mails: manyMails, whole: func(w *manyWorld, name string) string {
			return w.holds(w.readAbsolute(name), name)
		}},
	}
}

func (w *manyWorld) readAbsolute(name string) []byte {
	w.t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		w.t.Fatal(err)
	}
	return data
}

// holds says what is wrong with a mail that has to hold all of the draft of its name.
func (w *manyWorld) holds(got []byte, name string) string {
	_, text, _ := strings.Cut(w.drafts[filepath.Base(name)], "\n\n")
	if text == "" || !bytes.Contains(got, []byte(text)) {
		return fmt.Sprintf("does not hold its text: %d octets", len(got))
	}
	return ""
}

// command prepares one process of a run, with its outputs and results in a folder.
func (w *manyWorld) run(r manyRun, to string, more ...string) *exec.Cmd {
	w.t.Helper()
	args := append(slices.Clone(r.args), "-q", "-j", "2")
	if r.out {
		args = append(args, "--out-dir", to+"/out")
	}
	return w.command(process{args: append(append(args, more...), r.from)})
}

// ends waits for a process and gives its exit code; -1: a signal ended it.
func (w *manyWorld) ends(cmd *exec.Cmd) int {
	w.t.Helper()
	err := cmd.Wait()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		w.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode()
}

// results reads a file of results: verdict and exit code of each mail. cut allows a last line without its end.
func (w *manyWorld) results(name string, cut bool) map[string]string {
	w.t.Helper()
	found := map[string]string{}
	data, err := os.ReadFile(w.path(name))
	if errors.Is(err, os.ErrNotExist) {
		return found
	}
	if err != nil {
		w.t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		var report struct {
			File, Verdict string
			Exit          int
		}
		if !bytes.HasSuffix(line, []byte("\n")) {
			if !cut {
				w.t.Errorf("%s ends within a line", name)
			}
			continue
		}
		if err := json.Unmarshal(line, &report); err != nil {
			w.t.Errorf("%s: %v: %.100q", name, err, line)
			continue
		}
		if found[report.File] != "" {
			w.t.Errorf("%s has %s twice", name, report.File)
		}
		found[report.File] = fmt.Sprintf("%s %d", report.Verdict, report.Exit)
	}
	return found
}

// outputs looks at every file with a name below a folder of outputs: each is whole. It fails on hidden ones unless
// they are allowed, and returns how many there are.
func (w *manyWorld) outputs(r manyRun, to string, hidden bool) int {
	w.t.Helper()
	n := 0
	found, err := filepath.Glob(w.path(to + "/out/*"))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, name := range found {
		if strings.HasPrefix(filepath.Base(name), ".") {
			if !hidden {
				w.t.Errorf("%s: left %s", r.name, name)
			}
			continue
		}
		n++
		if wrong := r.whole(w, name); wrong != "" {
			w.t.Errorf("%s: %s %s", r.name, name, wrong)
		}
	}
	return n
}

// reference is what one process says of every mail.
func (w *manyWorld) reference(r manyRun) (results map[string]string, takes time.Duration) {
	w.t.Helper()
	begin := time.Now()
	cmd := w.run(r, r.name+"-one", "--report", r.name+"-one.jsonl")
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	if code := w.ends(cmd); code != r.exit {
		w.t.Fatalf("%s: exit %d, want %d", r.name, code, r.exit)
	}
	takes = time.Since(begin)
	results = w.results(r.name+"-one.jsonl", false)
	if len(results) != r.mails {
		w.t.Fatalf("%s: %d results", r.name, len(results))
	}
	if r.out {
		if n := w.outputs(r, r.name+"-one", false); n != r.mails {
			w.t.Fatalf("%s: %d outputs", r.name, n)
		}
	}
	return results, takes
}

// TestShardsOfProcesses has several processes at work on one folder at the same time, each on its part: together they
// have the results and the outputs of one process, and no mail is done twice.
func TestShardsOfProcesses(t *testing.T) {
	t.Parallel()
	w := newManyWorld(t)
	const processes = 3
	for _, r := range manyRuns() {
		want, _ := w.reference(r)
		var running []*exec.Cmd
		for i := range processes {
			cmd := w.run(r, r.name, "--shard", fmt.Sprintf("%d/%d", i+1, processes), "--report", fmt.Sprintf("%s-%d.jsonl", r.name, i+1))
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			running = append(running, cmd)
		}
		worst := map[int]bool{}
		for _, cmd := range running {
			worst[w.ends(cmd)] = true
		}
		if got := worstExit(worst); got != r.exit {
			t.Errorf("%s: exit %d, want %d", r.name, got, r.exit)
		}
		got := map[string]string{}
		for i := range processes {
			part := w.results(fmt.Sprintf("%s-%d.jsonl", r.name, i+1), false)
			if len(part) == 0 || len(part) == r.mails {
				t.Errorf("%s: part %d has %d mails", r.name, i+1, len(part))
			}
			for name, result := range part {
				if got[name] != "" {
					t.Errorf("%s: %s is in two parts", r.name, name)
				}
				got[name] = result
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", r.name, got, want)
		}
		if r.out {
			if n := w.outputs(r, r.name, false); n != r.mails {
				t.Errorf("%s: %d outputs", r.name, n)
			}
		}
		w.nothingLeft(r.args)
	}
}

// TestKilledRuns stops runs over many mails at many moments and starts each again: no mail is lost, none has two
// results, and at no moment is there half an output under its name. Only SIGKILL may cut the last line of the results.
func TestKilledRuns(t *testing.T) {
	t.Parallel()
	w := newManyWorld(t)
	const moments = 4
	stopped := map[syscall.Signal]int{}
	for _, r := range manyRuns() {
		want, takes := w.reference(r)
		for _, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT} {
			if ignoredForGood(sig) {
				continue // who started the tests ignores it, and so do its children
			}
			to := fmt.Sprintf("%s-%d", r.name, sig)
			again := []string{"--report", to + ".jsonl", "--skip-done"}
			for range moments {
				cmd := w.run(r, to, again...)
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Duration(rand.Int64N(int64(takes))))
				cmd.Process.Signal(sig) // it may have ended
				if w.ends(cmd) == -1 {
					stopped[sig]++
				}
				if found := w.results(to+".jsonl", sig == syscall.SIGKILL); len(found) > r.mails {
					t.Errorf("%s: %v: %d results", r.name, sig, len(found))
				}
				if r.out {
					w.outputs(r, to, sig == syscall.SIGKILL)
				}
				if sig != syscall.SIGKILL {
					w.nothingLeft(cmd.Args)
				}
			}
			cmd := w.run(r, to, again...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if code := w.ends(cmd); code != 0 && code != r.exit {
				t.Errorf("%s: %v: exit %d in the end", r.name, sig, code)
			}
			if got := w.results(to+".jsonl", false); !maps.Equal(got, want) {
				t.Errorf("%s: %v: got %v, want %v", r.name, sig, got, want)
			}
			if r.out {
				if n := w.outputs(r, to, sig == syscall.SIGKILL); n != r.mails {
					t.Errorf("%s: %v: %d outputs", r.name, sig, n)
				}
			}
			for _, name := range []string{"tmp/*", "tmp/.*"} {
				left, _ := filepath.Glob(w.path(name))
				for _, file := range left {
					if base := filepath.Base(file); base != "." && base != ".." {
						t.Errorf("%s: %v left %s", r.name, sig, file)
						os.Remove(file)
					}
				}
			}
		}
	}
	for _, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT} {
		if stopped[sig] == 0 && !ignoredForGood(sig) {
			t.Errorf("%v stopped no run", sig)
		}
	}
	t.Logf("stopped: %v", stopped)
}

// ignoredForGood reports whether who started the tests ignores a signal, and so do its children. Tests beside this one
// may ignore it for a moment.
func ignoredForGood(sig os.Signal) bool {
	for range 100 {
		if !signal.Ignored(sig) {
			return false
		}
		time.Sleep(10 * time.Millisecond)
	}
	return true
}

// TestKilledWhileReplacing stops runs whose outputs take the place of older ones: each is the old file or the new one,
// whole, and SIGTERM leaves nothing else.
func TestKilledWhileReplacing(t *testing.T) {
	t.Parallel()
	w := newManyWorld(t)
	for _, r := range manyRuns() {
		if r.name != "sign" && r.name != "decrypt" {
			continue
		}
		_, takes := w.reference(r)
		for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
			if ignoredForGood(sig) {
				continue
			}
			for range 3 {
				cmd := w.run(r, r.name+"-one")
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Duration(rand.Int64N(int64(takes))))
				cmd.Process.Signal(sig)
				w.ends(cmd)
				if n := w.outputs(r, r.name+"-one", sig == syscall.SIGKILL); n != r.mails {
					t.Errorf("%s: %v: %d outputs", r.name, sig, n)
				}
			}
		}
	}
}

// TestInterruptedAfterFile: a run that has put a file in its place can still be interrupted.
func TestInterruptedAfterFile(t *testing.T) {
	t.Parallel()
	w := newReleaseWorld(t)
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		if ignoredForGood(sig) {
			continue
		}
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		full(t, writer)
		report := fmt.Sprintf("report-%d.json", sig)
		cmd := w.command(process{args: []string{"verify", "--report", report, "small.eml"}})
		cmd.Stdout = writer
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for try := 0; !fileExists(w.path(report)); try++ {
			if try == 1000 {
				t.Fatalf("%v: no report", sig)
			}
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(20 * time.Millisecond) // now it waits for its reader
		timeout := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
		w.stop(cmd, sig)
		timeout.Stop()
		reader.Close()
		writer.Close()
	}
}

// full fills a pipe, so that the next who writes has to wait.
func full(t *testing.T, writer *os.File) {
	t.Helper()
	raw, err := writer.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	err = raw.Control(func(fd uintptr) {
		if err := syscall.SetNonblock(int(fd), true); err != nil {
			t.Error(err)
		}
		for {
			if _, err := syscall.Write(int(fd), make([]byte, 4096)); err != nil {
				break
			}
		}
		if err := syscall.SetNonblock(int(fd), false); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNohup: a signal that whoever started the run has it ignore does not end it.
func TestNohup(t *testing.T) {
	t.Parallel()
	w := newManyWorld(t)
	r := manyRuns()[2]
	program := w.run(r, "nohup")
	for _, trap := range []string{"HUP", "HUP INT TERM"} {
		cmd := exec.Command("sh", append([]string{"-c", "trap '' " + trap + "; exec \"$0\" \"$@\""}, program.Args...)...)
		cmd.Dir, cmd.Env = program.Dir, program.Env
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan bool)
		go func() {
			defer close(done)
			for range 200 { // until it has begun, and then some
				if found, _ := os.ReadDir(w.path("nohup/out")); len(found) > 0 {
					break
				}
				time.Sleep(5 * time.Millisecond)
			}
			cmd.Process.Signal(syscall.SIGHUP)
		}()
		<-done
		if code := w.ends(cmd); code != 0 {
			t.Errorf("%s: exit %d", trap, code)
		}
		if n := w.outputs(r, "nohup", false); n != r.mails {
			t.Errorf("%s: %d outputs", trap, n)
		}
		if err := os.RemoveAll(w.path("nohup")); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSkipDone tells what is done by the outputs, or by the results where there are any: a run that was killed may have
// left one without the other.
func TestSkipDone(t *testing.T) {
	t.Parallel()
	w := newManyWorld(t)
	r := manyRuns()[4]
	if r.name != "decrypt" {
		t.Fatal(r.name)
	}
	run := func(more ...string) {
		t.Helper()
		cmd := w.run(r, "x", append(more, "--skip-done")...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if code := w.ends(cmd); code != 0 {
			t.Fatalf("exit %d", code)
		}
	}
	marked := func(name string) { w.write("x/out/"+name, []byte("marked")) }
	isMarked := func(name string) bool { return string(w.read("x/out/"+name)) == "marked" }
	run()
	marked("00.eml")
	run()
	if !isMarked("00.eml") {
		t.Error("an output that was there was written again")
	}
	run("--report", "x.jsonl") // all are done again, because there are no results of them
	if isMarked("00.eml") {
		t.Error("a mail without a result was left out")
	}
	if got := w.results("x.jsonl", false); len(got) != r.mails {
		t.Fatalf("%d results", len(got))
	}
	marked("01.eml")
	if err := os.Remove(w.path("x/out/02.eml")); err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(w.read("x.jsonl"), []byte("\n"))
	w.write("x.jsonl", slices.Concat(lines[:len(lines)-2]...)) // without the last
	marked("23.eml")
	run("--report", "x.jsonl")
	if !isMarked("01.eml") {
		t.Error("a mail with a result and an output was done again")
	}
	if isMarked("23.eml") {
		t.Error("a mail without a result was left out")
	}
	if r.whole(w, w.path("x/out/02.eml")) != "" {
		t.Error("an output that was lost was not made again")
	}
}
