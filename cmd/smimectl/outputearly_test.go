package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smimectl/internal/outfile"
)

// TestOutputIsWrittenOver: octets that were written before are written over, whether they are pending, in the file, or
// in the hands of who writes behind the back, and nothing else changes.
func TestOutputIsWrittenOver(t *testing.T) {
	t.Parallel()
	for _, before := range []int{20, outfile.BufferSize - 1, outfile.BufferSize, outfile.BufferSize + 1, 3 << 20} {
		for _, behind := range []int{0, 5, outfile.BufferSize + 1, 100 << 10} {
			for _, at := range []int{0, 3, before - 8} {
				target := filepath.Join(t.TempDir(), "out")
				env := &environment{getenv: func(string) string { return "" }, temporary: &outfile.Temporary{}}
				o, err := newOutput(env, target, false)
				if err != nil {
					t.Fatal(err)
				}
				var want []byte
				lend := func(text string) {
					p := []byte(text)
					want = append(want, p...)
					if err := o.Lend(p); err != nil {
						t.Fatal(err)
					}
				}
				for n := before; n > 0; n -= 128 << 10 {
					lend(strings.Repeat("before", 128<<10)[:min(n, 128<<10)])
				}
				lend(strings.Repeat("b", behind))
				if !o.Amends() {
					t.Fatal("a file that cannot be written over")
				}
				if n, err := o.WriteAt([]byte("WRITTEN!"), int64(at)); n != 8 || err != nil {
					t.Fatal(n, err)
				}
				copy(want[at:], "WRITTEN!")
				lend("the end")
				if err := o.commit(); err != nil {
					t.Fatal(err)
				}
				if got, err := os.ReadFile(target); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%d octets and %d, written over at %d: %d octets, want %d, or others", before, behind, at, len(got), len(want))
				}
			}
		}
	}
}

// TestOutputIsNotWrittenOver: what is held back is not written over, nor what there is nothing of, and trouble is told.
func TestOutputIsNotWrittenOver(t *testing.T) {
	t.Parallel()
	env := &environment{stdout: new(bytes.Buffer), getenv: func(string) string { return "" }, temporary: &outfile.Temporary{}}
	held, err := newOutput(env, "-", false)
	if err != nil {
		t.Fatal(err)
	}
	defer held.discard()
	if held.Amends() {
		t.Error("standard output can be written over")
	}
	o, err := newOutput(env, filepath.Join(t.TempDir(), "out"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer o.discard()
	if _, err := o.WriteAt([]byte("x"), 0); err == nil {
		t.Error("written over nothing")
	}
	io.WriteString(o, "x")
	o.file.Close()
	if _, err := o.WriteAt([]byte("y"), 0); err == nil || !strings.Contains(err.Error(), "cannot write") {
		t.Error(err)
	}
}

// TestToFileAsToStdout: a large mail goes to a file, octet by octet, as to standard output, although only the file is
// written over.
func TestToFileAsToStdout(t *testing.T) {
	t.Parallel()
	world, dir := toyWorld(t), t.TempDir()
	now := time.Now()
	name := filepath.Join(dir, "mail.eml")
	const header = "From: Alice <alice@example.test>\nTo: Bob <bob@example.test>\nSubject: large\n"
	lines := strings.Repeat("a line of plain text, as mail has it\n", 60000)
	for _, mail := range []struct {
		kind, text string
	}{
		{"plain", header + "Content-Type: text/plain\n\n" + lines},
		{"without a type", header + "\n" + lines},
		{"in CRLF", strings.ReplaceAll(header+"\n"+lines, "\n", "\r\n")},
		{"re-encoded", header + "Content-Type: text/plain; charset=utf-8\n\n" + lines + "Gr\xc3\xbc\xc3\x9fe\n"},
	} {
		if err := os.WriteFile(name, []byte(mail.text), 0o600); err != nil {
			t.Fatal(err)
		}
		smimectl := func(args ...string) string {
			var stdout, stderr bytes.Buffer
			env := systemEnvironment()
			env.stdin, env.stdout, env.stderr = strings.NewReader(""), &stdout, &stderr
			env.now = func() time.Time { return now }
			env.getenv = func(name string) string {
				return map[string]string{"SMIMECTL_HOME": filepath.Join(world, "store"), "SMIMECTL_PASSPHRASE_FILE": filepath.Join(world, "pw")}[name]
			}
			if code := run(env, args); code != 0 {
				t.Fatalf("%s: %v: exit %d\n%s", mail.kind, args, code, &stderr)
			}
			return stdout.String()
		}
		file := func(name string) string {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		out := filepath.Join(dir, "out.eml")
		want := smimectl("sign", "--opaque", name)
		smimectl("sign", "--opaque", "-o", out, name)
		if got := file(out); got != want {
			t.Errorf("%s, signed: %d octets, want %d, or others", mail.kind, len(got), len(want))
		}
		smimectl("verify", out)
		if openssl, err := exec.LookPath("openssl"); err == nil {
			verify := exec.Command(openssl, "cms", "-verify", "-in", out, "-CAfile", filepath.Join(world, "ca.pem"), "-out", os.DevNull)
			if output, err := verify.CombinedOutput(); err != nil {
				t.Errorf("%s: openssl: %v\n%s", mail.kind, err, output)
			}
		}
		for _, cipher := range []string{"aes-256-gcm", "aes-256-cbc"} {
			want := smimectl("encrypt", "--cipher", cipher, name)
			smimectl("encrypt", "--cipher", cipher, "-o", out, name)
			if got := file(out); len(got) != len(want) {
				t.Errorf("%s, %s: %d octets, want %d", mail.kind, cipher, len(got), len(want))
			}
			opened := filepath.Join(dir, "opened.eml")
			if os.WriteFile(filepath.Join(dir, "want.eml"), []byte(want), 0o600) != nil {
				t.Fatal("no room")
			}
			smimectl("decrypt", "-o", opened, out)
			if got, want := file(opened), smimectl("decrypt", filepath.Join(dir, "want.eml")); got != want {
				t.Errorf("%s, %s: %d octets opened, want %d, or others", mail.kind, cipher, len(got), len(want))
			}
		}
	}
}
