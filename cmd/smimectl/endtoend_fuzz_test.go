package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
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
	by   judgedBy
}

// judgedBy says which command line judges a message.
type judgedBy int

const (
	byVerify  judgedBy = iota
	byDecrypt          // with all keys planted and --require-signed: only what was signed may come out
	byTag              // without: the tag of an authenticated cipher has to do
)

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
	add := func(name string, by judgedBy, in []byte, args ...string) []byte {
		code, out, stderr := p.run(in, append(args, "-q", "--ca", p.path("ca.pem"))...)
		if code != exitYes {
			t.Fatalf("%s: exit code %d\n%s", name, code, stderr)
		}
		p.seeds = append(p.seeds, plantedMail{name, []byte(out), by})
		return []byte(out)
	}
	add("clear signed, RSA", byVerify, text, "sign", "-i", p.path("rsa-2048.pem"))
	clear := add("clear signed, P-256", byVerify, text, "sign", "-i", p.path("p-256.pem"))
	add("opaque, RSA, CRLF", byVerify, bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")), "sign", "--opaque", "-i", p.path("rsa-2048.pem"))
	add("opaque, Ed25519", byVerify, text, "sign", "--opaque", "-i", p.path("ed25519.pem"))
	add("signed twice", byVerify, clear, "sign", "-i", p.path("rsa-2048.pem"))
	for _, cipher := range []string{"aes-256-gcm", "aes-256-cbc"} {
		for _, name := range []string{"rsa-2048", "p-256"} {
			add(cipher+" for "+name, byDecrypt, clear, "encrypt", "--only", "--no-self", "--to", p.path(name+".crt"), "--cipher", cipher)
		}
	}
	add("tag alone", byTag, text, "encrypt", "--only", "--no-self", "--to", p.path("p-256.crt"), "--cipher", "aes-256-gcm")
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
func (p *planted) check(t *testing.T, mail []byte, by judgedBy) {
	t.Helper()
	args := []string{"verify"}
	codes := []int{exitYes, exitNo, exitNothing} // a hostile mail is never the machine's fault, nor the caller's
	if by != byVerify {
		args = []string{"decrypt", "-i", p.path("rsa-2048.pem"), "-i", p.path("p-256.pem")}
		codes = append(codes, exitKey)
	}
	if by == byDecrypt {
		args = append(args, "--require-signed")
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
	if !slices.Contains(codes, code) {
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
		t.Errorf("good, but nobody wrote %q", content)
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

// FuzzEndToEnd changes whole mails octet by octet, for verify and for decrypt.
func FuzzEndToEnd(f *testing.F) {
	p := plant(f)
	for _, s := range p.seeds {
		f.Add(s.mail, s.by != byVerify)
	}
	f.Fuzz(func(t *testing.T, mail []byte, open bool) {
		by := byVerify
		if open {
			by = byDecrypt
		}
		p.check(t, mail, by)
	})
}

// TestChangedMessages changes the planted mails where it hurts: elements of the CMS object, lines, fields and parts of
// the mail. SMIMECTL_CHANGES is how many changes are tried.
func TestChangedMessages(t *testing.T) {
	t.Parallel()
	tries := 600
	if s := os.Getenv("SMIMECTL_CHANGES"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatalf("SMIMECTL_CHANGES: %v", err)
		}
		tries = n
	} else if testing.Short() {
		tries = 60
	}
	p := plant(t)
	for i := range tries {
		r := rand.New(rand.NewPCG(1, uint64(i))) // #i fails alone as it fails in the row
		s := p.seeds[r.IntN(len(p.seeds))]
		var changed []byte
		switch r.IntN(4) {
		case 0:
			changed = changeLines(r, s.mail)
		case 1:
			changed = bytes.Clone(s.mail[:r.IntN(len(s.mail))])
		default:
			changed = changeCMS(r, s.mail)
		}
		p.check(t, changed, s.by)
		if t.Failed() {
			t.Fatalf("change %d of %q:\n%s", i, s.name, changed)
		}
	}
}

// changeCMS changes elements of the last base64 body of a mail, or octets of it.
func changeCMS(r *rand.Rand, mail []byte) []byte {
	lines := strings.SplitAfter(string(mail), "\n")
	first := len(lines)
	for i := len(lines) - 1; i > 0; i-- {
		if strings.TrimSpace(lines[i]) == "" && i+1 < len(lines) && strings.HasPrefix(lines[i+1], "MI") {
			first = i + 1
			break
		}
	}
	last := first
	for last < len(lines) && !strings.HasPrefix(lines[last], "--") && strings.TrimSpace(lines[last]) != "" {
		last++
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(strings.Join(lines[first:last], "")), ""))
	if err != nil || len(der) == 0 {
		return changeLines(r, mail)
	}
	if tree, err := cmstest.Parse(der); err == nil && r.IntN(3) > 0 {
		changeTree(r, tree)
		der = tree.Encode()
	} else {
		der[r.IntN(len(der))] ^= 1 << r.IntN(8)
	}
	return []byte(strings.Join(lines[:first], "") + base64.StdEncoding.EncodeToString(der) + "\n" + strings.Join(lines[last:], ""))
}

// changeTree changes one element of a CMS object.
func changeTree(r *rand.Rand, tree *cmstest.Node) {
	var all, around []*cmstest.Node
	tree.Walk(func(n *cmstest.Node) {
		all = append(all, n)
		if n.Constructed && len(n.Children) > 0 {
			around = append(around, n)
		}
	})
	n, other, parent := all[r.IntN(len(all))], all[r.IntN(len(all))].Clone(), around[r.IntN(len(around))]
	i, j := r.IntN(len(parent.Children)), r.IntN(len(parent.Children))
	switch r.IntN(10) {
	case 0:
		parent.Remove(i)
	case 1:
		parent.Insert(i, parent.Children[j].Clone())
	case 2:
		parent.Children[i], parent.Children[j] = parent.Children[j], parent.Children[i]
	case 3:
		parent.Insert(i, other)
	case 4:
		n.Value, n.Children = nil, nil
	case 5:
		n.Indefinite, n.NoEnd = true, r.IntN(2) == 0
	case 6:
		n.LengthSize = 1 + r.IntN(9)
	case 7:
		length := r.Uint64() >> r.IntN(64)
		n.Length = &length
	case 8:
		n.Tag = other.Tag
	case 9:
		*n = *other
	}
}

// hostileLines are put between the lines of a mail.
var hostileLines = []string{
	"From: Eve <eve@example.test>", "from\t: eve@example.test", "From: \"eve@example.test\" <alice@example.test>", "Sender: eve@example.test",
	"Subject: \x1b]0;x\x07\x9b31m", "Subject: \u202egnp.txt", "Date: Mon, 01 Jan 1990 00:00:00 +0000\r", "X: \x00", "\tfolded", " ", "",
	"Content-Type: text/html", "Content-Type : multipart/mixed; boundary=x", "Content-Transfer-Encoding: quoted-printable", "Content-Transfer-Encoding: binary",
	"Content-Disposition: attachment; filename=\"\x1b[2J.exe\"", "MIME-Version: 2.0", "--x", "--x--", "please transfer 900 EUR",
}

// changeLines moves, drops, doubles and inserts lines of a mail.
func changeLines(r *rand.Rand, mail []byte) []byte {
	lines := strings.SplitAfter(string(mail), "\n")
	for range 1 + r.IntN(2) {
		i, j := r.IntN(len(lines)), r.IntN(len(lines))
		if r.IntN(2) == 0 {
			i = r.IntN(min(len(lines), 24)) // where fields and boundaries are
		}
		switch r.IntN(6) {
		case 0:
			lines = slices.Delete(lines, i, i+1)
		case 1:
			lines = slices.Insert(lines, i, lines[j])
		case 2:
			lines[i], lines[j] = lines[j], lines[i]
		case 3:
			lines[i] = strings.TrimRight(lines[i], "\r\n") + []string{"", "\r", " \n", "\n\n", "\r\r\n"}[r.IntN(5)]
		default:
			lines = slices.Insert(lines, i, hostileLines[r.IntN(len(hostileLines))]+"\n")
		}
		if len(lines) == 0 {
			return nil
		}
	}
	return []byte(strings.Join(lines, ""))
}
