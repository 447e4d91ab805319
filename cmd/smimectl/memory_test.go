//go:build linux || darwin || freebsd

package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// What no verb may have resident at any message size: from a file, and through a pipe, where what is needed twice has to be
// held back.
const (
	maxResident      = 20 << 20
	maxResidentPiped = 64 << 20
)

// TestConstantMemory pushes one large message through every verb, by file and by
// pipe, and fails if the peak memory of any process exceeds its limit or what comes
// out is not what went in. SMIMECTL_LARGE is the size in bytes, or several with commas.
func TestConstantMemory(t *testing.T) {
	sizes := []int64{96 << 20}
	if s := os.Getenv("SMIMECTL_LARGE"); s != "" {
		sizes = nil
		for field := range strings.SplitSeq(s, ",") {
			n, err := strconv.ParseInt(field, 10, 64)
			if err != nil {
				t.Fatalf("SMIMECTL_LARGE: %v", err)
			}
			sizes = append(sizes, n)
		}
	} else if testing.Short() {
		t.Skip("skipped in short mode: a message of 96 MiB")
	}
	program, world := buildProgram(t), toyWorld(t)
	for _, size := range sizes {
		t.Run(strconv.FormatInt(size, 10), func(t *testing.T) {
			large := &largeRun{t: t, program: program, world: world, dir: t.TempDir()}
			large.verbs(size)
		})
	}
}

func (l *largeRun) verbs(size int64) {
	mail := l.write("mail.eml", size)
	want := l.bodyDigest(mail)
	for _, step := range []struct {
		name string
		args []string
		in   string // standard input
		out  string // standard output
		same string // file whose body the output has to have
		done string // file that is needed no more
	}{
		{"sign", []string{"sign", "-o", "s.eml", mail}, "", "", "", ""},
		{"verify", []string{"verify", "s.eml"}, "", "", "", ""},
		{"verify to a file", []string{"verify", "-o", "v.eml", "s.eml"}, "", "", "v.eml", "s.eml"},
		{"sign through pipes", []string{"sign"}, mail, "sp.eml", "", ""},
		{"verify through pipes", []string{"verify", "-o", "-"}, "sp.eml", "vp.eml", "vp.eml", "sp.eml"},
		{"sign opaque", []string{"sign", "--opaque", "-o", "o.eml", mail}, "", "", "", ""},
		{"verify opaque", []string{"verify", "-o", "vo.eml", "o.eml"}, "", "", "vo.eml", "o.eml"},
		{"encrypt GCM", []string{"encrypt", "-o", "e.eml", mail}, "", "", "", ""},
		{"decrypt GCM", []string{"decrypt", "-o", "d.eml", "e.eml"}, "", "", "d.eml", ""},
		{"decrypt GCM to a pipe", []string{"decrypt", "e.eml"}, "", "dp.eml", "dp.eml", "e.eml"},
		{"encrypt CBC", []string{"encrypt", "--cipher", "aes-256-cbc", "-o", "c.eml", mail}, "", "", "", ""},
		{"decrypt CBC", []string{"decrypt", "-o", "dc.eml", "c.eml"}, "", "", "dc.eml", "c.eml"},
		{"encrypt ChaCha20", []string{"encrypt", "--cipher", "chacha20-poly1305", "-o", "p.eml", mail}, "", "", "", ""},
		{"decrypt ChaCha20", []string{"decrypt", "-o", "dp.eml", "p.eml"}, "", "", "dp.eml", "p.eml"},
		{"encrypt signed through pipes", []string{"encrypt", "--sign"}, mail, "es.eml", "", ""},
		{"decrypt signed through pipes", []string{"decrypt", "--require-signed"}, "es.eml", "ds.eml", "ds.eml", "es.eml"},
	} {
		limit := int64(maxResident)
		if step.in != "" || step.out != "" {
			limit = maxResidentPiped
		}
		resident := l.run(step.args, step.in, step.out)
		l.t.Logf("%-30s peak %.1f MiB", step.name, float64(resident)/(1<<20))
		if resident > limit {
			l.t.Errorf("%s: peak memory %d bytes, at most %d allowed", step.name, resident, limit)
		}
		if step.same != "" {
			if got := l.bodyDigest(step.same); got != want {
				l.t.Errorf("%s: the body that came out is not the one that went in", step.name)
			}
			os.Remove(filepath.Join(l.dir, step.same))
		}
		if step.done != "" {
			os.Remove(filepath.Join(l.dir, step.done))
		}
	}
}

type largeRun struct {
	t       *testing.T
	program string
	world   string
	dir     string
}

// write makes a mail whose body is size bytes of text lines, each another.
func (l *largeRun) write(name string, size int64) string {
	l.t.Helper()
	f, err := os.Create(filepath.Join(l.dir, name))
	if err != nil {
		l.t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprint(w, "From: Alice <alice@example.test>\nTo: Bob <bob@example.test>\nSubject: large\nContent-Type: text/plain\n\n")
	for n := int64(0); n < size; {
		line := fmt.Appendf(nil, "%012d the quick brown fox jumps over the lazy dog and goes on\n", n)
		if rest := size - n; int64(len(line)) > rest {
			line = append(bytes.Repeat([]byte("x"), int(rest)-1), '\n')
		}
		w.Write(line)
		n += int64(len(line))
	}
	if err := w.Flush(); err != nil {
		l.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		l.t.Fatal(err)
	}
	return name
}

// measured is the program between: it runs the command of its arguments and
// leaves the command's peak memory in the file that SMIMECTL_MEASURED names. What
// a system tells of a process begins with the size of the one that started it, and
// the tests are large.
func measured() {
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(125)
	}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		peak := int64(usage.Maxrss)
		if runtime.GOOS != "darwin" {
			peak *= 1024
		}
		if err := os.WriteFile(os.Getenv("SMIMECTL_MEASURED"), []byte(strconv.FormatInt(peak, 10)), 0o600); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(125)
		}
	}
	os.Exit(cmd.ProcessState.ExitCode())
}

// run executes one command line and returns its peak resident memory in bytes.
func (l *largeRun) run(args []string, in, out string) int64 {
	l.t.Helper()
	self, err := os.Executable()
	if err != nil {
		l.t.Fatal(err)
	}
	peak := filepath.Join(l.dir, "peak")
	os.Remove(peak)
	cmd := exec.Command(self)
	cmd.Args = append([]string{"measured", l.program}, args...)
	cmd.Dir = l.dir
	cmd.Env = append(os.Environ(), "SMIMECTL_HOME="+filepath.Join(l.world, "store"), "SMIMECTL_MEASURED="+peak,
		"SMIMECTL_PASSPHRASE_FILE="+filepath.Join(l.world, "pw"), "TMPDIR="+l.dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if in != "" {
		f, err := os.Open(filepath.Join(l.dir, in))
		if err != nil {
			l.t.Fatal(err)
		}
		defer f.Close()
		// A pipe, not the file: the input cannot be rewound.
		cmd.Stdin = io.MultiReader(f)
	}
	if out != "" {
		f, err := os.Create(filepath.Join(l.dir, out))
		if err != nil {
			l.t.Fatal(err)
		}
		defer f.Close()
		cmd.Stdout = io.MultiWriter(f)
	}
	if err := cmd.Run(); err != nil {
		l.t.Fatalf("smimectl %v: %v\n%s", args, err, stderr.String())
	}
	data, err := os.ReadFile(peak)
	if err != nil {
		l.t.Skip("skipped: this system does not tell a process's peak memory")
	}
	resident, err := strconv.ParseInt(string(data), 10, 64)
	if err != nil {
		l.t.Fatal(err)
	}
	return resident
}

// bodyDigest is the digest of the octets after the header.
func (l *largeRun) bodyDigest(name string) (sum [sha256.Size]byte) {
	l.t.Helper()
	f, err := os.Open(filepath.Join(l.dir, name))
	if err != nil {
		l.t.Fatal(err)
	}
	defer f.Close()
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.ErrUnexpectedEOF {
		l.t.Fatal(err)
	}
	_, body, ok := bytes.Cut(head[:n], []byte("\n\n"))
	if !ok {
		l.t.Fatalf("%s has no header", name)
	}
	h := sha256.New()
	h.Write(body)
	if _, err := io.Copy(h, f); err != nil {
		l.t.Fatal(err)
	}
	return [sha256.Size]byte(h.Sum(nil))
}
