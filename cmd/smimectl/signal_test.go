//go:build linux

package main

import (
	"bytes"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"smimectl/internal/outfile"
)

// TestInterrupted stops a decryption by signals at many moments: the target is
// the old file or the whole new one, nothing else that holds text has a name, and
// exit 0 means that the new file is there.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	w := newReleaseWorld(t)
	for _, dir := range []string{"tmp", "out"} {
		if err := os.Mkdir(w.path(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if !canBeUnnamed(w.path("out")) {
		t.Skip("skipped: no files without a name on this file system")
	}
	draft := w.read("large.eml")
	for range 1 { // 6 MiB
		draft = append(draft, draft[len(aliceMail):]...)
	}
	w.write("secret.gcm", w.must(draft, "encrypt", "--only", "--to", w.path("bob.pem"), "--cipher", "aes-256-gcm"))
	begin := time.Now()
	w.decryptUntil(0, -1)
	whole := w.read("out/clear.eml")
	if !bytes.Contains(whole, []byte(marker)) {
		t.Fatal("the mail does not decrypt")
	}
	takes := time.Since(begin)
	old := []byte("the old file\n")
	const moments = 4
	counts := map[string]int{}
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGKILL} {
		if signal.Ignored(sig) {
			continue // who started the tests ignores it, and so do its children
		}
		for i := range moments {
			w.write("out/clear.eml", old)
			state := w.decryptUntil(takes*time.Duration(i)/moments, sig)
			got := w.read("out/clear.eml")
			done := bytes.Equal(got, whole)
			switch {
			case !done && !bytes.Equal(got, old):
				t.Errorf("%v: the target has %d octets, old %d, new %d", sig, len(got), len(old), len(whole))
			case state.Success() && !done:
				t.Errorf("%v: exit 0 and no output", sig)
			case state.Success():
				counts["done"]++
			default:
				counts["stopped"]++
			}
			if ws, ok := state.Sys().(syscall.WaitStatus); ok && !state.Success() && !ws.Signaled() {
				t.Errorf("%v: exit %d, not ended by the signal", sig, ws.ExitStatus())
			}
			w.nothingNamed(sig, whole)
		}
	}
	if counts["stopped"] == 0 {
		t.Errorf("no run was stopped: %v", counts)
	}
}

// decryptUntil decrypts into out/clear.eml and sends a signal after a while; a
// negative one lets it run to its end.
func (w *releaseWorld) decryptUntil(after time.Duration, sig syscall.Signal) *os.ProcessState {
	w.t.Helper()
	cmd := w.command(process{args: []string{"decrypt", "-i", "bob.pem", "-o", "out/clear.eml", "secret.gcm"}})
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	if sig >= 0 {
		time.Sleep(after)
		cmd.Process.Signal(sig) // it may have ended
	}
	err := cmd.Wait()
	if exit, ok := err.(*exec.ExitError); err != nil && (!ok || sig < 0 || exit.ExitCode() > 0) {
		w.t.Fatalf("decrypt: %v", err)
	}
	return cmd.ProcessState
}

// nothingNamed looks for files beside the target and in TMPDIR. Only SIGKILL may
// leave one, between its getting a name and its taking the target's: the whole
// text then, which was known to be good.
func (w *releaseWorld) nothingNamed(sig syscall.Signal, whole []byte) {
	w.t.Helper()
	for _, dir := range []string{"out", "tmp"} {
		entries, err := os.ReadDir(w.path(dir))
		if err != nil {
			w.t.Fatal(err)
		}
		for _, e := range entries {
			name := dir + "/" + e.Name()
			if e.Name() == "clear.eml" {
				continue
			}
			if sig != syscall.SIGKILL || whole == nil || !bytes.Equal(w.read(name), whole) {
				w.t.Errorf("%v left %s", sig, name)
			}
			os.Remove(w.path(name))
		}
	}
}

// TestInterruptedWaiting stops runs that wait for their input or for somebody to
// take their output.
func TestInterruptedWaiting(t *testing.T) {
	t.Parallel()
	w := newReleaseWorld(t)
	for _, dir := range []string{"tmp", "out"} {
		if err := os.Mkdir(w.path(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	w.make(largeSized)
	mail := w.read("large.gcm")
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGKILL} {
		if signal.Ignored(sig) {
			continue // who started the tests ignores it, and so do its children
		}
		// Half of the mail comes, and then nothing.
		cmd := w.command(process{args: []string{"decrypt", "-i", "bob.pem", "-o", "out/clear.eml"}})
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := in.Write(mail[:len(mail)/2]); err != nil {
			t.Fatal(err)
		}
		w.stop(cmd, sig)
		in.Close()

		// Nobody reads what comes out.
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd = w.command(process{args: []string{"decrypt", "-i", "bob.pem", "large.gcm"}})
		cmd.Stdout = writer
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		writer.Close()
		one := make([]byte, 1)
		if _, err := reader.Read(one); err != nil { // it has begun to write
			t.Fatal(err)
		}
		w.stop(cmd, sig)
		reader.Close()
		if fileExists(w.path("out/clear.eml")) {
			t.Errorf("%v: a file was written", sig)
		}
		w.nothingNamed(sig, nil)
	}
}

func (w *releaseWorld) stop(cmd *exec.Cmd, sig syscall.Signal) {
	w.t.Helper()
	if err := cmd.Process.Signal(sig); err != nil {
		w.t.Fatal(err)
	}
	err := cmd.Wait()
	ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if err == nil || !ok || !ws.Signaled() || ws.Signal() != sig {
		w.t.Errorf("%v: ended with %v", sig, cmd.ProcessState)
	}
}

// TestOutputHasNoName looks into the folder while an output is written: a run
// that is killed then leaves nothing.
func TestOutputHasNoName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if !canBeUnnamed(dir) {
		t.Skip("skipped: no files without a name on this file system")
	}
	target := filepath.Join(dir, "clear.eml")
	for _, old := range []string{"", "the old file\n"} {
		if old != "" {
			if err := os.WriteFile(target, []byte(old), 0o640); err != nil {
				t.Fatal(err)
			}
		}
		env := &environment{temporary: &outfile.Temporary{}}
		for _, commit := range []bool{false, true} {
			o, err := newOutput(env, target, true)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := o.Write([]byte(marker)); err != nil {
				t.Fatal(err)
			}
			found, err := os.ReadDir(dir)
			if err != nil || len(found) > 1 || len(found) == 1 && old == "" {
				t.Errorf("while it is written there are %v, %v", found, err)
			}
			want := old
			if commit {
				err, want = o.commit(), marker
			} else {
				o.discard()
			}
			got, _ := os.ReadFile(target)
			if err != nil || string(got) != want {
				t.Errorf("commit %v: %v, %q", commit, err, got)
			}
		}
		if found, _ := os.ReadDir(dir); len(found) != 1 || env.temporary.Count() != 0 {
			t.Errorf("left %v, known %d", found, env.temporary.Count())
		}
		if info, err := os.Stat(target); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
		os.Remove(target)
	}
}
