package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cms/cmstest"
	"smimectl/internal/outfile"
)

// releaseWorld is a folder with a CA, people whose keys need no passphrase, and
// mails of two sizes in every form.
type releaseWorld struct {
	t     *testing.T
	dir   string
	large int64 // from which size on a mail that is decrypted is large; 0: as always
}

const (
	marker     = "please transfer 100 EUR"
	largeSize  = 3 << 20
	aliceMail  = "From: Alice <alice@example.test>\nTo: Bob <bob@example.test>\nSubject: test\nContent-Type: text/plain\n\n"
	smallSized = "small"
	largeSized = "large"
)

// newReleaseWorld makes the folder: ca.pem; alice, bob, eve (another CA), and
// twin, who has bob's issuer and serial number and another key, as .pem with
// certificate and key; small.eml and large.eml.
func newReleaseWorld(t *testing.T) *releaseWorld {
	t.Helper()
	w := &releaseWorld{t: t, dir: t.TempDir()}
	root := cmstest.Issue(t, nil, cmstest.Options{CommonName: "Test Root", CA: true})
	issue := func(name string, slot int, serial int64) *cmstest.Identity {
		return cmstest.Issue(t, root, cmstest.Options{Key: cmstest.Key(t, "p-256", slot), CommonName: name, Serial: big.NewInt(serial), Emails: []string{name + "@example.test"}})
	}
	w.pem("ca.pem", root, false)
	w.pem("alice.pem", issue("alice", 20, 1001), true)
	w.pem("bob.pem", issue("bob", 21, 1002), true)
	w.pem("twin.pem", issue("bob", 22, 1002), true)
	w.pem("eve.pem", cmstest.Issue(t, nil, cmstest.Options{Key: cmstest.Key(t, "p-256", 23), CommonName: "alice", Emails: []string{"alice@example.test"}}), true)
	w.pem("eve-ca.pem", issue("eve", 24, 1003), true)
	w.write("small.eml", []byte(aliceMail+marker+"\n"))
	var large bytes.Buffer
	large.WriteString(aliceMail + marker + "\n")
	for i := 0; large.Len() < largeSize; i++ {
		fmt.Fprintf(&large, "%012d the quick brown fox jumps over the lazy dog\n", i)
	}
	w.write("large.eml", large.Bytes())
	return w
}

func (w *releaseWorld) pem(name string, id *cmstest.Identity, withKey bool) {
	w.t.Helper()
	out := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: id.Certificate.Raw})
	if withKey {
		der, err := id.Key.PKCS8()
		if err != nil {
			w.t.Fatal(err)
		}
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...)
	}
	w.write(name, out)
}

func (w *releaseWorld) path(name string) string { return filepath.Join(w.dir, name) }

func (w *releaseWorld) write(name string, data []byte) {
	w.t.Helper()
	if err := os.WriteFile(w.path(name), data, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *releaseWorld) read(name string) []byte {
	w.t.Helper()
	data, err := os.ReadFile(w.path(name))
	if err != nil {
		w.t.Fatal(err)
	}
	return data
}

// ran is how one command ended.
type ran struct {
	code           int
	stdout, stderr string
}

// here runs a command line in this process, with names of files relative to the folder.
func (w *releaseWorld) here(stdin []byte, args ...string) ran {
	w.t.Helper()
	var stdout, stderr bytes.Buffer
	env := &environment{
		stdin: bytes.NewReader(stdin), stdout: &stdout, stderr: &stderr, now: time.Now, temporary: &outfile.Temporary{}, large: w.large,
		getenv: func(name string) string {
			switch name {
			case "SMIMECTL_HOME":
				return w.path("store")
			case "LC_ALL":
				return "C.UTF-8"
			}
			return ""
		},
	}
	code := run(env, args)
	return ran{code, stdout.String(), stderr.String()}
}

// must runs a command line in this process that has to succeed.
func (w *releaseWorld) must(stdin []byte, args ...string) []byte {
	w.t.Helper()
	r := w.here(stdin, args...)
	if r.code != 0 {
		w.t.Fatalf("smimectl %s: exit %d\n%s", strings.Join(args, " "), r.code, r.stderr)
	}
	return []byte(r.stdout)
}

// make writes the mails of one size: clear, opaque, gcm and cbc (both signed
// inside), gcm.only and cbc.only (not signed), and twin, which has bob's name on it and does not fit his key.
func (w *releaseWorld) make(size string) {
	w.t.Helper()
	draft := w.read(size + ".eml")
	as := []string{"-i", w.path("alice.pem")}
	to := append([]string{"encrypt", "--sign", "--only", "--to"}, append([]string{w.path("bob.pem")}, as...)...)
	w.write(size+".clear", w.must(draft, append([]string{"sign"}, as...)...))
	w.write(size+".opaque", w.must(draft, append([]string{"sign", "--opaque"}, as...)...))
	w.write(size+".gcm", w.must(draft, append(to, "--cipher", "aes-256-gcm")...))
	w.write(size+".cbc", w.must(draft, append(to, "--cipher", "aes-256-cbc")...))
	for _, c := range []string{"gcm", "cbc"} {
		w.write(size+"."+c+".only", w.must(draft, "encrypt", "--only", "--to", w.path("bob.pem"), "--cipher", "aes-256-"+c))
	}
	w.write(size+".twin", w.must(draft, "encrypt", "--only", "--to", w.path("twin.pem"), "--cipher", "aes-256-gcm"))
}

// process is one run of the built program.
type process struct {
	args   []string // names of files are relative to the folder
	stdin  []byte
	stdout *os.File // nil: collected
	tmp    string   // TMPDIR; "" is an empty folder
}

// command prepares a run in a fresh folder for temporary files.
func (w *releaseWorld) command(p process) *exec.Cmd {
	w.t.Helper()
	cmd := exec.Command(buildProgram(w.t), p.args...)
	cmd.Dir = w.dir
	if p.tmp == "" {
		p.tmp = w.path("tmp")
	}
	cmd.Env = []string{"SMIMECTL_HOME=" + w.path("store"), "LC_ALL=C.UTF-8", "TMPDIR=" + p.tmp}
	if p.stdin != nil {
		cmd.Stdin = struct{ io.Reader }{bytes.NewReader(p.stdin)} // a pipe
	}
	return cmd
}

// start runs the program and looks for what no run may leave behind.
func (w *releaseWorld) start(p process) ran {
	w.t.Helper()
	cmd := w.command(p)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if p.stdout != nil {
		cmd.Stdout = p.stdout
	}
	r := ran{}
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			w.t.Fatal(err)
		}
		r.code = exit.ExitCode()
	}
	r.stdout, r.stderr = stdout.String(), stderr.String()
	for _, trace := range []string{"panic", "goroutine", "runtime error"} {
		if strings.Contains(r.stderr, trace) {
			w.t.Errorf("smimectl %s: %s", strings.Join(p.args, " "), r.stderr)
		}
	}
	w.nothingLeft(p.args)
	return r
}

// nothingLeft fails if a temporary file was left in the folder or in TMPDIR.
func (w *releaseWorld) nothingLeft(args []string) {
	w.t.Helper()
	for _, pattern := range []string{".smimectl-*", "tmp/*", "tmp/.*", "out/.smimectl-*"} {
		found, _ := filepath.Glob(w.path(pattern))
		for _, name := range found {
			w.t.Errorf("smimectl %s left %s", strings.Join(args, " "), name)
			os.Remove(name)
		}
	}
}

// edited changes the CMS object of a mail whose only part it is.
func edited(t *testing.T, mail []byte, edit func(object []byte)) []byte {
	t.Helper()
	header, body, ok := bytes.Cut(mail, []byte("\n\n"))
	if !ok {
		t.Fatal("no header")
	}
	object, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(string(body), "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	edit(object)
	encoded := base64.StdEncoding.EncodeToString(object)
	out := append(bytes.Clone(header), "\n\n"...)
	for len(encoded) > 0 {
		n := min(64, len(encoded))
		out = append(append(out, encoded[:n]...), '\n')
		encoded = encoded[n:]
	}
	return out
}

// verdictOf is the part of a JSON report that tests look at.
type verdictOf struct {
	Verdict string
	Exit    int
	Inside  string
	Reasons []struct{ Code, Level, Text string }
	Layers  []struct {
		Kind    string
		Signers []struct{ Integrity, Trust, Address string }
	}
}

func reportOf(t *testing.T, line string) verdictOf {
	t.Helper()
	var v verdictOf
	if err := json.Unmarshal([]byte(line), &v); err != nil {
		t.Fatalf("no report: %v: %.300q", err, line)
	}
	return v
}

// failing is the first reason that fails, "" when there is none.
func (v verdictOf) failing() string {
	for _, r := range v.Reasons {
		if r.Level == "fail" {
			return r.Code
		}
	}
	return ""
}
