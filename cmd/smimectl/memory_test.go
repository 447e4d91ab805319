//go:build linux || darwin || freebsd

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
)

// maxResident is what no verb may exceed at any message size (DESIGN: limits).
const maxResident = 64 << 20

// TestConstantMemory pushes one large message through every verb, by file and by
// pipe, and fails if the peak memory of any process exceeds 64 MiB or what comes
// out is not what went in. SMIMECTL_LARGE is the size in bytes.
func TestConstantMemory(t *testing.T) {
	size := int64(96 << 20)
	if s := os.Getenv("SMIMECTL_LARGE"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			t.Fatalf("SMIMECTL_LARGE: %v", err)
		}
		size = n
	} else if testing.Short() {
		t.Skip("skipped in short mode: a message of 96 MiB")
	}
	large := &largeRun{t: t, program: buildProgram(t), world: toyWorld(t), dir: t.TempDir()}
	mail := large.write("mail.eml", size)
	for _, step := range []struct {
		name string
		args []string
		in   string // standard input
		out  string // standard output
		same string // file whose body the output has to have
	}{
		{"sign", []string{"sign", "-o", "s.eml", mail}, "", "", ""},
		{"verify", []string{"verify", "s.eml"}, "", "", ""},
		{"verify to a file", []string{"verify", "-o", "v.eml", "s.eml"}, "", "", "v.eml"},
		{"sign through pipes", []string{"sign"}, mail, "sp.eml", ""},
		{"verify through pipes", []string{"verify", "-o", "-"}, "sp.eml", "vp.eml", "vp.eml"},
		{"sign opaque", []string{"sign", "--opaque", "-o", "o.eml", mail}, "", "", ""},
		{"verify opaque", []string{"verify", "-o", "vo.eml", "o.eml"}, "", "", "vo.eml"},
		{"encrypt GCM", []string{"encrypt", "-o", "e.eml", mail}, "", "", ""},
		{"decrypt GCM", []string{"decrypt", "-o", "d.eml", "e.eml"}, "", "", "d.eml"},
		{"encrypt CBC", []string{"encrypt", "--cipher", "aes-256-cbc", "-o", "c.eml", mail}, "", "", ""},
		{"decrypt CBC", []string{"decrypt", "-o", "dc.eml", "c.eml"}, "", "", "dc.eml"},
		{"encrypt ChaCha20", []string{"encrypt", "--cipher", "chacha20-poly1305", "-o", "p.eml", mail}, "", "", ""},
		{"decrypt ChaCha20", []string{"decrypt", "-o", "dp.eml", "p.eml"}, "", "", "dp.eml"},
		{"encrypt signed through pipes", []string{"encrypt", "--sign"}, mail, "es.eml", ""},
		{"decrypt signed through pipes", []string{"decrypt", "--require-signed"}, "es.eml", "ds.eml", "ds.eml"},
	} {
		resident := large.run(step.args, step.in, step.out)
		t.Logf("%-30s peak %.1f MiB", step.name, float64(resident)/(1<<20))
		if resident > maxResident {
			t.Errorf("%s: peak memory %d bytes, at most %d allowed", step.name, resident, maxResident)
		}
		if step.same != "" {
			if got := large.bodyLength(step.same); got != size {
				t.Errorf("%s: body of %d bytes, want %d", step.name, got, size)
			}
			os.Remove(filepath.Join(large.dir, step.same))
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

// bodyLength is the number of octets after the header.
func (l *largeRun) bodyLength(name string) int64 {
	l.t.Helper()
	f, err := os.Open(filepath.Join(l.dir, name))
	if err != nil {
		l.t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		l.t.Fatal(err)
	}
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.ErrUnexpectedEOF {
		l.t.Fatal(err)
	}
	end := bytes.Index(head[:n], []byte("\n\n"))
	if end < 0 {
		l.t.Fatalf("%s has no header", name)
	}
	return info.Size() - int64(end) - 2
}
