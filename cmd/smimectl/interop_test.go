package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// interop is a folder in which smimectl and another program read what the other
// wrote.
type interop struct {
	t       *testing.T
	program string
	dir     string
}

func newInterop(t *testing.T) *interop {
	t.Helper()
	i := &interop{t: t, program: buildProgram(t), dir: t.TempDir()}
	if err := os.CopyFS(i.dir, os.DirFS(toyWorld(t))); err != nil {
		t.Fatal(err)
	}
	if err := tighten(filepath.Join(i.dir, "store")); err != nil {
		t.Fatal(err)
	}
	return i
}

// try runs a command in the folder and returns its output on both streams.
func (i *interop) try(name string, args ...string) (string, error) {
	if name == "smimectl" {
		name = i.program
	}
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = 5 * time.Second // daemons that a program starts may keep its output open
	cmd.Dir = i.dir
	cmd.Env = append(os.Environ(), "SMIMECTL_HOME="+filepath.Join(i.dir, "store"), "SMIMECTL_PASSPHRASE_FILE="+filepath.Join(i.dir, "pw"),
		"GNUPGHOME="+filepath.Join(i.dir, "gnupg"), "LC_ALL=C.UTF-8")
	output, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil // the program itself ended well
	}
	if ctx.Err() != nil && name != i.program {
		i.t.Skipf("skipped: %s did not answer in %v", name, answerTime)
	}
	return string(output), err
}

// answerTime is how long another program may take for one small message.
const answerTime = time.Minute

func (i *interop) run(name string, args ...string) string {
	i.t.Helper()
	output, err := i.try(name, args...)
	if err != nil {
		i.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, output)
	}
	return output
}

func (i *interop) read(name string) []byte {
	i.t.Helper()
	data, err := os.ReadFile(filepath.Join(i.dir, name))
	if err != nil {
		i.t.Fatal(err)
	}
	return data
}

func (i *interop) write(name string, data []byte) {
	i.t.Helper()
	if err := os.WriteFile(filepath.Join(i.dir, name), data, 0o600); err != nil {
		i.t.Fatal(err)
	}
}

// sameText compares what two programs made of a text, line ends aside.
func (i *interop) sameText(got, want []byte) {
	i.t.Helper()
	unify := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }
	if !bytes.Equal(unify(got), unify(want)) {
		i.t.Errorf("got  %.200q\nwant %.200q", got, want)
	}
}

// opensslFolder adds what openssl needs: keys as PEM, and messages of three sizes.
func opensslFolder(t *testing.T) *interop {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("skipped: openssl is not installed, so nothing is read and written by it")
	}
	i := newInterop(t)
	for _, who := range []string{"alice", "bob"} {
		i.run("openssl", "pkcs12", "-in", who+".p12", "-passin", "pass:demo", "-nocerts", "-noenc", "-out", who+".key")
	}
	part := "Content-Type: text/plain\r\n\r\n"
	i.write("small.txt", []byte(part+"a small text\r\n"))
	i.write("large.txt", []byte(part+strings.Repeat("a line of a larger text, to be cut into several segments\r\n", 9000)))
	i.write("empty.txt", []byte(part))
	return i
}

// TestOpenSSLSigns verifies what openssl cms signed: both forms, both encodings, each key.
func TestOpenSSLSigns(t *testing.T) {
	t.Parallel()
	i := opensslFolder(t)
	for _, who := range []string{"alice", "bob"} {
		for _, content := range []string{"small.txt", "large.txt", "empty.txt"} {
			for name, flags := range map[string][]string{
				"detached":             nil,
				"opaque definite":      {"-nodetach"},
				"opaque chunked":       {"-nodetach", "-stream"},
				"by key identifier":    {"-keyid"},
				"opaque without attrs": {"-nodetach", "-noattr"},
				"opaque SHA-512":       {"-nodetach", "-md", "sha512"},
				"detached SHA-384":     {"-md", "sha384"},
			} {
				args := append([]string{"cms", "-sign", "-in", content, "-signer", who + ".pem", "-inkey", who + ".key", "-from", who + "@example.test", "-subject", "test", "-out", "o.eml"}, flags...)
				i.run("openssl", args...)
				output, err := i.try("smimectl", "verify", "-o", "v.out", "--entity", "o.eml")
				if err != nil || !strings.HasPrefix(output, "GOOD") {
					t.Errorf("%s, %s, %s: %v\n%s", who, content, name, err, output)
					continue
				}
				i.sameText(i.read("v.out"), i.read(content))
			}
		}
	}
}

// TestOpenSSLVerifies has openssl cms verify what smimectl signed.
func TestOpenSSLVerifies(t *testing.T) {
	t.Parallel()
	i := opensslFolder(t)
	for _, who := range []string{"alice", "bob"} {
		for _, content := range []string{"small.txt", "large.txt", "empty.txt"} {
			for name, flags := range map[string][]string{
				"detached": nil, "opaque": {"--opaque"}, "PSS": {"--pss"}, "opaque SHA-512": {"--opaque", "--digest", "sha512"},
			} {
				args := append([]string{"sign", "--entity", "-i", who + "@example.test", "-o", "s.eml", content}, flags...)
				i.run("smimectl", args...)
				i.run("openssl", "cms", "-verify", "-in", "s.eml", "-CAfile", "ca.pem", "-out", "v.out")
				i.sameText(i.read("v.out"), i.read(content))
				if t.Failed() {
					t.Fatalf("%s, %s, %s", who, content, name)
				}
			}
		}
		i.run("smimectl", "sign", "--raw", "-i", who+"@example.test", "-o", "s.der", "large.txt")
		i.run("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "s.der", "-content", "large.txt", "-CAfile", "ca.pem", "-out", os.DevNull)
	}
}

// TestOpenSSLEncrypts decrypts what openssl cms encrypted.
func TestOpenSSLEncrypts(t *testing.T) {
	t.Parallel()
	i := opensslFolder(t)
	for _, who := range []string{"alice", "bob"} {
		for _, content := range []string{"small.txt", "large.txt", "empty.txt"} {
			for name, flags := range map[string][]string{
				"AES-128-CBC": {"-aes-128-cbc"}, "AES-192-CBC": {"-aes-192-cbc"}, "AES-256-CBC": {"-aes-256-cbc"},
				"AES-128-GCM": {"-aes-128-gcm"}, "AES-256-GCM": {"-aes-256-gcm"}, "3DES": {"-des3"},
				"chunked CBC": {"-aes-256-cbc", "-stream"}, "chunked GCM": {"-aes-256-gcm", "-stream"},
				"by key identifier": {"-aes-256-cbc", "-keyid"},
				"OAEP":              {"-aes-256-cbc", "-keyopt", "rsa_padding_mode:oaep"},
				"OAEP SHA-256":      {"-aes-256-gcm", "-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"},
				"ECDH SHA-256":      {"-aes-128-gcm", "-keyopt", "ecdh_kdf_md:sha256"},
				"ECDH cofactor":     {"-aes-128-cbc", "-keyopt", "ecdh_cofactor_mode:1"},
			} {
				if isRSA := who == "alice"; strings.HasPrefix(name, "OAEP") && !isRSA || strings.HasPrefix(name, "ECDH") && isRSA {
					continue
				}
				args := []string{"cms", "-encrypt", "-in", content, "-out", "e.eml", "-recip", who + ".pem"}
				args = append(args, flags...)
				i.run("openssl", args...)
				output, err := i.try("smimectl", "decrypt", "-i", who+"@example.test", "--entity", "-o", "d.out", "e.eml")
				if err != nil {
					t.Errorf("%s, %s, %s: %v\n%s", who, content, name, err, output)
					continue
				}
				i.sameText(i.read("d.out"), i.read(content))
			}
		}
	}
}

// TestOpenSSLDecrypts has openssl cms decrypt what smimectl encrypted.
func TestOpenSSLDecrypts(t *testing.T) {
	t.Parallel()
	i := opensslFolder(t)
	for _, who := range []string{"alice", "bob"} {
		for _, content := range []string{"small.txt", "large.txt", "empty.txt"} {
			for _, cipher := range []string{"aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "aes-128-gcm", "aes-192-gcm", "aes-256-gcm"} {
				for _, flags := range [][]string{nil, {"--oaep"}} {
					args := append([]string{"encrypt", "--entity", "--only", "--to", who + ".pem", "--cipher", cipher, "-o", "e.eml", content}, flags...)
					i.run("smimectl", args...)
					i.run("openssl", "cms", "-decrypt", "-in", "e.eml", "-recip", who+".pem", "-inkey", who+".key", "-out", "d.out")
					i.sameText(i.read("d.out"), i.read(content))
				}
			}
		}
	}
	// Signed and encrypted in one pass, taken apart by the other.
	// The demo's people announce key derivation by RFC 9709, which not every openssl reads.
	i.run("smimectl", "encrypt", "--sign", "--cipher", "aes-256-gcm", "-o", "es.eml", "hello.eml")
	i.run("openssl", "cms", "-decrypt", "-in", "es.eml", "-recip", "bob.pem", "-inkey", "bob.key", "-out", "s.eml")
	i.run("openssl", "cms", "-verify", "-in", "s.eml", "-CAfile", "ca.pem", "-out", "v.out")
	if !bytes.Contains(i.read("v.out"), []byte("transfer 100 EUR")) {
		t.Errorf("got %q", i.read("v.out"))
	}
}

// TestGPGSM signs, verifies, encrypts and decrypts with gpgsm on the other side,
// for what it has: RSA, CBC.
//
// It does not run beside the others: gpgsm starts an agent and waits for it.
func TestGPGSM(t *testing.T) {
	for _, tool := range []string{"gpgsm", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("skipped: %s is not installed, so nothing is read and written by gpgsm", tool)
		}
	}
	i := opensslFolder(t)
	home := filepath.Join(i.dir, "gnupg")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	i.write("gnupg/gpgsm.conf", []byte("disable-crl-checks\nno-secmem-warning\nignore-cert-with-oid 1.3.6.1.5.5.7.3.4\n"))
	i.write("gnupg/gpg-agent.conf", []byte("allow-loopback-pinentry\n"))
	fingerprint := strings.ReplaceAll(strings.TrimSpace(strings.SplitN(i.run("openssl", "x509", "-in", "ca.pem", "-noout", "-fingerprint", "-sha1"), "=", 2)[1]), ":", "")
	i.write("gnupg/trustlist.txt", []byte(fingerprint+" S relax\n"))
	t.Cleanup(func() { i.try("gpgconf", "--kill", "all") })
	i.run("gpgsm", "--batch", "--import", "ca.pem")
	const quietly = `exec gpgsm --batch --yes --pinentry-mode loopback --passphrase-fd 3 "$@" 3<pw`
	gpgsm := func(args ...string) string { return i.run("sh", append([]string{"-c", quietly, "gpgsm"}, args...)...) }
	// gpgsm reads 3DES bundles of every version. Some, one of sixty, it cannot open, by the salt: it gets another then.
	for try := 1; ; try++ {
		i.run("openssl", "pkcs12", "-export", "-legacy", "-in", "alice.pem", "-inkey", "alice.key", "-certfile", "ca.pem", "-passout", "pass:demo", "-out", "legacy.p12")
		output, err := i.try("sh", "-c", quietly, "gpgsm", "--import", "legacy.p12")
		if err == nil {
			break
		}
		if try == 5 {
			t.Fatalf("gpgsm does not import a key: %v\n%s", err, output)
		}
	}

	gpgsm("-u", "alice@example.test", "--detach-sign", "-o", "g.p7s", "large.txt")
	if output := i.run("smimectl", "verify", "--content", "large.txt", "g.p7s"); !strings.HasPrefix(output, "GOOD") {
		t.Errorf("detached signature of gpgsm: %s", output)
	}
	gpgsm("-u", "alice@example.test", "--sign", "-o", "g.p7m", "large.txt")
	i.run("smimectl", "verify", "-o", "v.out", "g.p7m")
	i.sameText(i.read("v.out"), i.read("large.txt"))
	gpgsm("-r", "alice@example.test", "--encrypt", "-o", "g.enc", "large.txt")
	i.run("smimectl", "decrypt", "-o", "d.out", "g.enc")
	i.sameText(i.read("d.out"), i.read("large.txt"))

	i.run("smimectl", "sign", "--raw", "-i", "alice@example.test", "-o", "s.p7s", "large.txt")
	gpgsm("--verify", "s.p7s", "large.txt")
	i.run("smimectl", "encrypt", "--raw", "--only", "--to", "alice.pem", "--cipher", "aes-256-cbc", "-o", "e.p7m", "large.txt")
	os.Remove(filepath.Join(i.dir, "d.out"))
	gpgsm("--decrypt", "-o", "d.out", "e.p7m")
	i.sameText(i.read("d.out"), i.read("large.txt"))
}
