package main

import (
	"bytes"
	"crypto/cipher"
	"crypto/des"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/hostiletest"
	"smimectl/internal/mimewrap"
)

// allowHint is the call that a screen or an error message offers.
var allowHint = regexp.MustCompile(`smimectl (?:verify|decrypt) --allow-legacy .*`)

// pasted runs the hint of a refusal as a shell would.
func (f *catalogueFolder) pasted(t *testing.T, r ran) ran {
	t.Helper()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh to paste into")
	}
	hint := allowHint.FindString(r.stdout + r.stderr)
	if hint == "" {
		t.Fatalf("no hint in\n%s%s", r.stdout, r.stderr)
	}
	words, err := exec.Command(sh, "-c", "set -- "+hint+`; printf '%s\0' "$@"`).Output()
	if err != nil {
		t.Fatalf("%s: %v", hint, err)
	}
	return f.run(nil, strings.Split(strings.TrimSuffix(string(words), "\x00"), "\x00")[1:]...)
}

// TestAllowHintVerify: the call that a refusal of something broken offers is enough, as it is printed.
func TestAllowHintVerify(t *testing.T) {
	t.Parallel()
	world := hostiletest.NewWorld(t)
	tried := 0
	for _, c := range hostiletest.Cases(t, world) {
		if c.ID != "A39" || c.Want.Reason != "weak-digest" && c.Want.Reason != "weak-key" {
			continue
		}
		tried++
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			f := &catalogueFolder{dir: t.TempDir(), world: world}
			file := filepath.Join(f.dir, "it's old.eml")
			if err := os.WriteFile(file, c.Mail, 0o600); err != nil {
				t.Fatal(err)
			}
			r := f.run(nil, append(f.expand(t, &c), file)...)
			if r.code != 1 {
				t.Fatalf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
			}
			if again := f.pasted(t, r); again.code != 0 || !strings.HasPrefix(again.stdout, "GOOD") {
				t.Errorf("exit %d after the hint\n%s\n%s%s", again.code, r.stdout, again.stdout, again.stderr)
			}
		})
	}
	if tried < 10 {
		t.Errorf("only %d mails", tried)
	}
}

// TestAllowHintDecrypt does the same with a mail under DES.
func TestAllowHintDecrypt(t *testing.T) {
	t.Parallel()
	f := &catalogueFolder{dir: t.TempDir(), world: hostiletest.NewWorld(t)}
	file := filepath.Join(f.dir, "old mail.eml")
	if err := os.WriteFile(file, desMail(t, f.world.Bob), 0o600); err != nil {
		t.Fatal(err)
	}
	c := hostiletest.Case{Args: hostiletest.Decrypt()}
	r := f.run(nil, append(f.expand(t, &c), file)...)
	if r.code != 1 || !strings.Contains(r.stderr, "des-cbc") {
		t.Fatalf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	if again := f.pasted(t, r); again.code != 0 || !strings.Contains(again.stdout, "old text") || !strings.Contains(again.stderr, "warning: DES-CBC is out of date") {
		t.Errorf("exit %d after the hint\n%s\n%s%s", again.code, r.stderr, again.stdout, again.stderr)
	}
}

// desMail is encrypted with a cipher that the program does not write.
func desMail(t *testing.T, who *cmstest.Identity) []byte {
	t.Helper()
	plain := []byte("Content-Type: text/plain\r\n\r\nold text\r\n")
	aes, err := algorithm.ContentCipherByName("aes-128-cbc")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	e, err := cms.NewEnvelopeWriter(&out, []cms.Recipient{{Certificate: who.Certificate}}, cms.EnvelopeOptions{Cipher: aes, ContentSize: 0})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	key, iv := []byte("8 octets"), []byte("and an 8")
	transport, err := algorithm.KeyTransportFor(who.Key.Public, false)
	if err != nil {
		t.Fatal(err)
	}
	encrypted, err := transport.Encrypt(who.Key.Public, key)
	if err != nil {
		t.Fatal(err)
	}
	block, err := des.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	n := des.BlockSize - len(plain)%des.BlockSize
	plain = append(plain, bytes.Repeat([]byte{byte(n)}, n)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(plain, plain)
	tree := cmstest.MustParse(out.Bytes())
	content := tree.At(1, 0, 2)
	*tree.At(1, 0, 1, 0, 3) = *cmstest.Primitive(ber.OctetString, encrypted)
	*content.At(1) = *cmstest.Raw(algorithm.Identifier{OID: algorithm.MustOID("1.3.14.3.2.7"), Parameters: cmstest.Primitive(ber.OctetString, iv).Encode()}.DER())
	*content.At(2) = *cmstest.Primitive(ber.Context(0), plain)
	mail := bytes.NewBufferString("From: alice@example.test\r\n")
	w, err := mimewrap.NewPKCS7Writer(mail, mimewrap.Outer{Ending: "\r\n"}, "enveloped-data")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(tree.Encode()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return mail.Bytes()
}
