//go:build unix

package main

import (
	"bytes"
	"encoding/base64"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// oldTime is when the file that must not be touched was last written.
var oldTime = time.Date(2020, 2, 3, 4, 5, 6, 0, time.UTC)

// messageFaults make a mail that must not be believed, or cannot be read, out of
// a good one: its form, and what is done to it.
var messageFaults = []struct {
	name   string
	form   string
	damage func(t *testing.T, mail []byte) []byte
}{
	{"tampered content", "clear", func(t *testing.T, mail []byte) []byte {
		return bytes.Replace(mail, []byte("100 EUR"), []byte("900 EUR"), 1)
	}},
	{"tampered content", "opaque", func(t *testing.T, mail []byte) []byte {
		return edited(t, mail, func(object []byte) {
			object[bytes.Index(object, []byte("100 EUR"))] = '9'
		})
	}},
	{"tampered signature", "clear", func(t *testing.T, mail []byte) []byte {
		lines := bytes.Split(mail, []byte("\n"))
		line := lines[len(lines)-4] // the last full one of the signature part
		line[10] ^= 1
		return bytes.Join(lines, []byte("\n"))
	}},
	{"tampered signature", "opaque", func(t *testing.T, mail []byte) []byte {
		return edited(t, mail, func(object []byte) { object[len(object)-12-endOfContents(object)] ^= 1 })
	}},
	{"tampered ciphertext", "gcm", flipMiddle},
	{"tampered ciphertext", "cbc", flipMiddle},
	{"tampered ciphertext", "gcm.only", func(t *testing.T, mail []byte) []byte { // shortly before the tag
		return edited(t, mail, func(object []byte) { object[len(object)-40] ^= 4 })
	}},
	{"tampered tag", "gcm", flipTag},
	{"tampered tag", "gcm.only", flipTag},
	{"cut at 1/4", "clear", cutAt(1)}, {"cut at 1/2", "clear", cutAt(2)}, {"cut at 3/4", "clear", cutAt(3)},
	{"cut at 1/4", "opaque", cutAt(1)}, {"cut at 1/2", "opaque", cutAt(2)}, {"cut at 3/4", "opaque", cutAt(3)},
	{"cut at 1/4", "gcm", cutAt(1)}, {"cut at 1/2", "gcm", cutAt(2)}, {"cut at 3/4", "gcm", cutAt(3)},
	{"cut at 1/4", "cbc", cutAt(1)}, {"cut at 3/4", "cbc", cutAt(3)},
	{"cut at 1/4", "gcm.only", cutAt(1)}, {"cut at 3/4", "gcm.only", cutAt(3)}, {"cut at 3/4", "cbc.only", cutAt(3)},
	{"wrong key", "twin", func(t *testing.T, mail []byte) []byte { return mail }},
	{"base64 damage", "opaque", damageBase64}, {"base64 damage", "gcm", damageBase64}, {"base64 damage", "cbc", damageBase64},
	{"base64 damage", "gcm.only", damageBase64}, {"base64 damage", "cbc.only", damageBase64},
}

func flipMiddle(t *testing.T, mail []byte) []byte {
	return edited(t, mail, func(object []byte) { object[len(object)/2] ^= 4 })
}

// flipTag changes the tag.
func flipTag(t *testing.T, mail []byte) []byte {
	return edited(t, mail, func(object []byte) {
		n := cmstest.MustParse(object).At(1, 0)
		tag := n.At(-1)
		if tag.Tag != ber.OctetString || len(tag.Value) != 16 {
			t.Fatal("no tag at the end")
		}
		object[bytes.LastIndex(object, tag.Value)+15] ^= 0x80
	})
}

func cutAt(quarters int) func(*testing.T, []byte) []byte {
	return func(_ *testing.T, mail []byte) []byte { return mail[:len(mail)*quarters/4] }
}

func damageBase64(_ *testing.T, mail []byte) []byte {
	at := len(mail) * 2 / 3
	return append(append(bytes.Clone(mail[:at]), "!!!"...), mail[at:]...)
}

// endOfContents counts the octets behind the last value of an object of indefinite length.
func endOfContents(object []byte) int {
	return len(object) - len(bytes.TrimRight(object, "\x00"))
}

// TestNothingReleasedEarlyMessage damages mails in every way: nothing comes out,
// to a new file, over an old one, or to standard output; the exit code is 1.
func TestNothingReleasedEarlyMessage(t *testing.T) {
	t.Parallel()
	w := newReleaseWorld(t)
	for _, dir := range []string{"tmp", "out"} {
		if err := os.Mkdir(w.path(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	old := []byte("the old file\n")
	for _, size := range []string{smallSized, largeSized} {
		w.make(size)
		for _, fault := range messageFaults {
			name := size + ", " + fault.form + ", " + fault.name
			original := w.read(size + "." + fault.form)
			bad := fault.damage(t, bytes.Clone(original))
			if fault.form != "twin" && bytes.Equal(bad, original) {
				t.Fatalf("%s: nothing was changed", name)
			}
			w.write("bad.eml", bad)
			args := []string{"verify", "--ca", "ca.pem"}
			if fault.form != "clear" && fault.form != "opaque" {
				args = []string{"decrypt", "--ca", "ca.pem", "-i", "bob.pem"}
			}
			check := func(what string, r ran) {
				t.Helper()
				if r.code != 1 {
					t.Errorf("%s, %s: exit %d, want 1\n%s", name, what, r.code, r.stderr)
				}
				if strings.Contains(r.stdout+r.stderr, marker) {
					t.Errorf("%s, %s: the text came out", name, what)
				}
			}
			w.write("out/old.eml", old)
			if err := os.Chtimes(w.path("out/old.eml"), oldTime, oldTime); err != nil {
				t.Fatal(err)
			}
			check("over an old file", w.start(process{args: append(args[:len(args):len(args)], "-o", "out/old.eml", "bad.eml")}))
			info, err := os.Stat(w.path("out/old.eml"))
			if err != nil || !info.ModTime().Equal(oldTime) || !bytes.Equal(w.read("out/old.eml"), old) {
				t.Errorf("%s: the old file was touched: %v", name, err)
			}
			check("new file", w.start(process{args: append(args[:len(args):len(args)], "-o", "out/new.eml", "bad.eml")}))
			if fileExists(w.path("out/new.eml")) {
				t.Errorf("%s: a file was written", name)
				os.Remove(w.path("out/new.eml"))
			}
			r := w.start(process{args: append(args[:len(args):len(args)], "-o", "-"), stdin: bad})
			check("standard output", r)
			if r.stdout != "" {
				t.Errorf("%s: %d octets on standard output", name, len(r.stdout))
			}
		}
	}
}

// releaseVerbs are the commands that write something, with their input by size
// and form.
var releaseVerbs = []struct {
	name string
	args []string
	form string
	held bool // the text is held back however it is written
}{
	{"sign", []string{"sign", "-i", "alice.pem"}, "eml", false},
	{"encrypt", []string{"encrypt", "--only", "--to", "bob.pem", "--cipher", "aes-256-gcm"}, "eml", false},
	{"verify", []string{"verify", "--ca", "ca.pem"}, "clear", false},
	{"verify opaque", []string{"verify", "--ca", "ca.pem"}, "opaque", false}, // a large text goes where it belongs, but see below
	{"decrypt", []string{"decrypt", "--ca", "ca.pem", "-i", "bob.pem"}, "gcm", true},
	{"decrypt CBC", []string{"decrypt", "--ca", "ca.pem", "-i", "bob.pem"}, "cbc", true},
	{"decrypt, not signed", []string{"decrypt", "--ca", "ca.pem", "-i", "bob.pem"}, "gcm.only", false}, // goes where it belongs, too
	{"decrypt CBC, not signed", []string{"decrypt", "--ca", "ca.pem", "-i", "bob.pem"}, "cbc.only", false},
}

// TestNothingReleasedEarlyMachine lets the machine fail under good mails: exit 3,
// the old file stays, nothing is left behind.
func TestNothingReleasedEarlyMachine(t *testing.T) {
	t.Parallel()
	w := newReleaseWorld(t)
	for _, dir := range []string{"tmp", "out", "closed"} {
		if err := os.Mkdir(w.path(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	w.write("file", []byte("no folder"))
	unwritable := []string{"missing/out.eml", "file/out.eml"}
	noTemporary := []string{w.path("missing"), w.path("file")}
	if os.Geteuid() != 0 { // nothing is forbidden to root
		if err := os.Chmod(w.path("closed"), 0o500); err != nil {
			t.Fatal(err)
		}
		unwritable, noTemporary = append(unwritable, "closed/out.eml"), append(noTemporary, w.path("closed"))
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Log("no full device on this system")
	} else {
		defer full.Close()
	}
	for _, size := range []string{smallSized, largeSized} {
		w.make(size)
		for _, verb := range releaseVerbs {
			in := size + "." + verb.form
			want := func(what string, code int, p process) ran {
				t.Helper()
				r := w.start(p)
				if r.code != code {
					t.Errorf("%s %s, %s: exit %d, want %d\n%s", verb.name, in, what, r.code, code, r.stderr)
				}
				return r
			}
			to := func(output string) []string {
				return append(verb.args[:len(verb.args):len(verb.args)], "-o", output, in)
			}
			if full != nil {
				want("full device as standard output", 3, process{args: to("-"), stdout: full})
				want("full device", 3, process{args: to("/dev/full")})
			}
			for _, output := range unwritable {
				want("-o "+output, 3, process{args: to(output)})
			}
			reader, writer, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			reader.Close()
			want("closed pipe", 3, process{args: to("-"), stdout: writer})
			writer.Close()
			for _, tmp := range noTemporary {
				code := 0
				if size == largeSized {
					code = 3
				}
				if r := want("TMPDIR "+tmp, code, process{args: to("-"), tmp: tmp}); code != 0 && r.stdout != "" {
					t.Errorf("%s %s: %d octets on standard output", verb.name, in, len(r.stdout))
				}
				held := verb.held || verb.form == "opaque" && !canBeUnnamed(w.path("out")) // which has a name then
				if code = 0; size == largeSized && held {
					code = 3
				}
				os.Remove(w.path("out/new.eml"))
				want("to a file, TMPDIR "+tmp, code, process{args: to("out/new.eml"), tmp: tmp})
				if fileExists(w.path("out/new.eml")) != (code == 0) {
					t.Errorf("%s %s, exit %d: there is a file: %v", verb.name, in, code, code != 0)
				}
			}
			w.sameFile(verb.name, verb.args, in)
		}
	}
}

// sameFile writes over the input: what comes out is what comes out elsewhere, and
// a name that is a link stays one.
func (w *releaseWorld) sameFile(name string, args []string, in string) {
	w.t.Helper()
	data := w.read(in)
	w.write("same.eml", data)
	os.Remove(w.path("link.eml"))
	if err := os.Symlink("same.eml", w.path("link.eml")); err != nil {
		w.t.Fatal(err)
	}
	for _, output := range []string{"same.eml", "link.eml"} {
		w.write("same.eml", data)
		if r := w.start(process{args: append(args[:len(args):len(args)], "-o", output, "same.eml")}); r.code != 0 {
			w.t.Errorf("%s %s over itself: exit %d\n%s", name, in, r.code, r.stderr)
		}
		got := w.read("same.eml")
		if bytes.Equal(got, data) || !bytes.HasPrefix(got, []byte("From: Alice")) {
			w.t.Errorf("%s %s over itself: %.100q", name, in, got)
		}
	}
	if info, err := os.Lstat(w.path("link.eml")); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		w.t.Errorf("%s: the link was replaced: %v", name, err)
	}
}

// TestCanary encrypts and decrypts a text and looks for it in every file but the
// output: in clear, in base64 at any offset, in quoted-printable.
func TestCanary(t *testing.T) {
	t.Parallel()
	w := newReleaseWorld(t)
	for _, dir := range []string{"tmp", "out"} {
		if err := os.Mkdir(w.path(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	draft := w.read("large.eml")
	os.Remove(w.path("large.eml"))
	os.Remove(w.path("small.eml"))
	look := func(allowed string) {
		t.Helper()
		filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Base(path) == allowed {
				return err
			}
			data, err := os.ReadFile(path)
			if err == nil && holds(data, marker) {
				t.Errorf("%s holds the text", path)
			}
			return err
		})
	}
	for _, cipher := range []string{"aes-256-gcm", "aes-256-cbc"} {
		for _, sign := range []bool{false, true} {
			args := []string{"encrypt", "--only", "--to", "bob.pem", "--cipher", cipher, "-o", "out/secret.eml", "--report", "out/sent.json"}
			if sign {
				args = append(args, "--sign", "-i", "alice.pem")
			}
			if r := w.start(process{args: args, stdin: draft}); r.code != 0 {
				t.Fatalf("encrypt: exit %d\n%s", r.code, r.stderr)
			}
			look("")
			secret := w.read("out/secret.eml")
			args = []string{"decrypt", "--ca", "ca.pem", "-i", "bob.pem", "--report", "out/got.json"}
			r := w.start(process{args: append(args, "-o", "out/clear.eml"), stdin: secret})
			if r.code != 0 || !holds(w.read("out/clear.eml"), marker) || holds([]byte(r.stdout+r.stderr), marker) {
				t.Errorf("decrypt: exit %d\n%.300s", r.code, r.stderr)
			}
			look("clear.eml")
			if info, err := os.Stat(w.path("out/clear.eml")); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("what was decrypted has mode %v", info.Mode())
			}
			os.Remove(w.path("out/clear.eml"))
			if r := w.start(process{args: args, stdin: secret}); r.code != 0 || !holds([]byte(r.stdout), marker) {
				t.Errorf("decrypt to standard output: exit %d\n%.300s", r.code, r.stderr)
			}
			look("")
		}
	}
}

// holds looks for a text in the ways a mail may write it.
func holds(data []byte, text string) bool {
	if bytes.Contains(data, []byte(text)) || bytes.Contains(data, []byte(strings.ReplaceAll(text, " ", "=20"))) {
		return true
	}
	joined := bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("\r"), nil), []byte("\n"), nil)
	for offset := range 3 {
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", offset) + text))
		if bytes.Contains(joined, []byte(encoded[4:len(encoded)-4])) {
			return true
		}
	}
	return false
}

// TestEarlyOutputIsPrivate: what is written while it is decrypted is for nobody else, as what is written after it; a file
// that was stricter stays so, and one that was not becomes so.
func TestEarlyOutputIsPrivate(t *testing.T) {
	t.Parallel()
	w := newReleaseWorld(t)
	w.make(smallSized)
	for _, old := range []os.FileMode{0, 0o666, 0o400} {
		target := w.path("private.eml")
		os.Remove(target)
		if old != 0 {
			w.write("private.eml", nil)
			if err := os.Chmod(target, old); err != nil {
				t.Fatal(err)
			}
		}
		w.large = 1
		r := w.here(nil, "decrypt", "--ca", w.path("ca.pem"), "-i", w.path("bob.pem"), "-o", target, w.path(smallSized+".gcm.only"))
		info, err := os.Stat(target)
		if r.code != 0 || err != nil {
			t.Fatalf("exit %d, %v\n%s", r.code, err, r.stderr)
		}
		want := os.FileMode(0o600)
		if old == 0o400 {
			want = old
		}
		if mode := info.Mode().Perm(); mode != want || !bytes.Contains(w.read("private.eml"), []byte(marker)) {
			t.Errorf("mode %o before, %o after, want %o", old, mode, want)
		}
	}
}

// TestEverySeventhOctet changes single octets of mails in what is protected. Exit
// 0 only if what is released is the same; never a fault of the machine (A142).
func TestEverySeventhOctet(t *testing.T) {
	t.Parallel()
	w := newReleaseWorld(t)
	w.make(smallSized)
	ca, bob := w.path("ca.pem"), w.path("bob.pem")
	for form, args := range map[string][]string{
		"clear":  {"verify", "--ca", ca, "-o", "-"},
		"opaque": {"verify", "--ca", ca, "-o", "-"},
		"gcm":    {"decrypt", "--ca", ca, "-i", bob},
		"cbc":    {"decrypt", "--require-signed", "--ca", ca, "-i", bob},
	} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			mail := w.read(smallSized + "." + form)
			want := string(w.must(mail, args...))
			start := bytes.Index(mail, []byte("\n\n")) + 2
			same := 0
			for i := start; i < len(mail); i += 7 {
				changed := bytes.Clone(mail)
				changed[i] ^= 1 << (i % 7)
				r := w.here(changed, args...)
				switch {
				case r.code == 0 && r.stdout != want:
					t.Errorf("octet %d, %q to %q: exit 0 and other content: %.300q", i, mail[i], changed[i], r.stdout)
				case r.code == 0:
					same++
				case r.stdout != "":
					t.Errorf("octet %d: exit %d and %d octets of output", i, r.code, len(r.stdout))
				case r.code == 3 || r.code == 2:
					t.Errorf("octet %d, %q to %q: exit %d\n%s", i, mail[i], changed[i], r.code, r.stderr)
				}
			}
			if same > (len(mail)-start)/14 {
				t.Errorf("%d changed mails were good", same)
			}
		})
	}
}
