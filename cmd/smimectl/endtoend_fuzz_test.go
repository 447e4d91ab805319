package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/cms/cmstest"
)

// The tests of this file judge whole command lines on messages that somebody has changed. They know what was signed
// and encrypted before the change, so that they need no second opinion: what is called good has to be that.

// planted is a toy world with keys in clear, so that opening them takes no time.
type planted struct {
	dir   string
	seeds []plantedMail
}

type plantedMail struct {
	name string
	mail []byte
	open bool // by decrypt, with all keys planted; else by verify
}

// plantedContent is what every planted mail protects.
const plantedContent = "Content-Type: text/plain; charset=us-ascii\n\nplease transfer 100 EUR\n"

func plant(t testing.TB) *planted {
	t.Helper()
	p := &planted{dir: t.TempDir()}
	env := systemEnvironment()
	ca, err := certstore.NewToyCA("Planted CA", env.now())
	if err != nil {
		t.Fatal(err)
	}
	p.write(t, "ca.pem", pemOf([]*cert.Certificate{ca.Certificate}))
	address, err := cert.ParseAddress("alice@example.test")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"rsa-2048", "p-256", "ed25519"} {
		key, c, err := ca.Issue(certstore.ToyOptions{Addresses: []cert.Address{address}, Name: "Alice", KeyName: name})
		if err != nil {
			t.Fatal(err)
		}
		der, err := key.PKCS8()
		if err != nil {
			t.Fatal(err)
		}
		own := pemOf([]*cert.Certificate{c})
		p.write(t, name+".crt", own)
		p.write(t, name+".pem", append(own, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...))
	}
	text := []byte("From: Alice <alice@example.test>\nSubject: planted\nDate: " + env.now().Format("Mon, 02 Jan 2006 15:04:05 -0700") + "\nMIME-Version: 1.0\n" + plantedContent)
	add := func(name string, open bool, in []byte, args ...string) []byte {
		code, out, stderr := p.run(in, append(args, "-q", "--ca", p.path("ca.pem"))...)
		if code != exitYes {
			t.Fatalf("%s: exit code %d\n%s", name, code, stderr)
		}
		p.seeds = append(p.seeds, plantedMail{name, []byte(out), open})
		return []byte(out)
	}
	add("clear signed, RSA", false, text, "sign", "-i", p.path("rsa-2048.pem"))
	clear := add("clear signed, P-256", false, text, "sign", "-i", p.path("p-256.pem"))
	add("opaque, RSA, CRLF", false, bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")), "sign", "--opaque", "-i", p.path("rsa-2048.pem"))
	add("opaque, Ed25519", false, text, "sign", "--opaque", "-i", p.path("ed25519.pem"))
	add("signed twice", false, clear, "sign", "-i", p.path("rsa-2048.pem"))
	for _, cipher := range []string{"aes-256-gcm", "aes-256-cbc"} {
		for _, name := range []string{"rsa-2048", "p-256"} {
			add(cipher+" for "+name, true, clear, "encrypt", "--only", "--no-self", "--to", p.path(name+".crt"), "--cipher", cipher)
		}
	}
	return p
}

func (p *planted) path(name string) string { return filepath.Join(p.dir, name) }

func (p *planted) write(t testing.TB, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(p.path(name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// run executes a command line in this process, with no store and no locale but UTF-8.
func (p *planted) run(stdin []byte, args ...string) (code int, stdout, stderr string) {
	var out, errors bytes.Buffer
	env := systemEnvironment()
	env.stdin, env.stdout, env.stderr = bytes.NewReader(stdin), &out, &errors
	env.getenv = func(name string) string {
		switch name {
		case "TMPDIR":
			return p.dir
		case "LC_ALL":
			return "C.UTF-8"
		}
		return ""
	}
	code = run(env, args)
	return code, out.String(), errors.String()
}

// check hands a changed message to verify or decrypt, as JSON and as text, and holds what a script may rely on.
func (p *planted) check(t *testing.T, mail []byte, open bool) {
	t.Helper()
	args := []string{"verify", "--from", "alice@example.test"}
	codes := []int{exitYes, exitNo, exitNothing} // a hostile mail is never the machine's fault, nor the caller's
	if open {
		args = []string{"decrypt", "--require-signed", "-i", p.path("rsa-2048.pem"), "-i", p.path("p-256.pem")}
		codes = append(codes, exitKey)
	}
	in, err := os.CreateTemp(p.dir, "in-*")
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(in.Name())
	if _, err := in.Write(mail); err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	target := in.Name() + ".out"
	args = append(args, "--ca", p.path("ca.pem"), "--entity", "-o", target, in.Name())
	code, stdout, stderr := p.run(nil, append(args, "--json")...)
	if !strings.Contains(" "+strings.Trim(strings.Join(strings.Fields(fmtCodes(codes)), " "), "[]")+" ", " "+strconv.Itoa(code)+" ") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	var report struct {
		Exit *int `json:"exit"`
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || report.Exit == nil || *report.Exit != code {
		t.Errorf("exit code %d, report %v\n%s", code, err, stdout)
	}
	content, err := os.ReadFile(target)
	os.Remove(target)
	switch {
	case code != exitYes && err == nil:
		t.Errorf("exit code %d and %d bytes written", code, len(content))
	case code == exitYes && strings.ReplaceAll(string(content), "\r\n", "\n") != plantedContent:
		t.Errorf("good, but nobody signed %q", content)
	}
	again, text, complaint := p.run(nil, append(args, "-v")...)
	os.Remove(target)
	if again != code {
		t.Errorf("exit code %d with text, %d with JSON", again, code)
	}
	for _, shown := range []string{stdout, stderr, text, complaint} {
		if i := strings.IndexFunc(shown, unfitToShow); i >= 0 || !utf8.ValidString(shown) {
			t.Errorf("control characters are shown: %q", shown)
		}
	}
}

// unfitToShow reports characters that a terminal would obey or that change the order of others.
func unfitToShow(r rune) bool {
	return r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
}
