package cms

import (
	"bytes"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// openssl runs `openssl cms` and returns its standard output.
func openssl(t *testing.T, input []byte, args ...string) []byte {
	t.Helper()
	c := exec.Command("openssl", append([]string{"cms"}, args...)...)
	c.Stdin = bytes.NewReader(input)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil {
		t.Fatalf("openssl cms %v: %v: %s", args, err, errs.Bytes())
	}
	return out.Bytes()
}

func needOpenSSL(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed: interoperability not checked")
	}
}

// files writes certificate and key of who as PEM and returns their names.
func files(t *testing.T, who *person) (certificate, key string) {
	t.Helper()
	dir := t.TempDir()
	der, err := who.key.PKCS8()
	if err != nil {
		t.Fatal(err)
	}
	certificate, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: who.cert.Raw}, key: {Type: "PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, key
}

// TestOpenSSLReads: what we write, openssl decrypts.
func TestOpenSSLReads(t *testing.T) {
	t.Parallel()
	needOpenSSL(t)
	for _, kind := range []string{"rsa-2048", "p-256", "p-384", "p-521"} {
		for _, oaep := range []bool{false, true} {
			if oaep && kind != "rsa-2048" {
				continue
			}
			for _, name := range []string{"aes-256-gcm", "aes-128-gcm", "aes-256-cbc", "aes-128-cbc"} {
				for _, announce := range []bool{true, false} {
					for _, size := range []int{0, 1, 16, 200_000} {
						if size < 200_000 && kind != "p-256" {
							continue // the content's way does not depend on the recipient
						}
						t.Run(fmt.Sprintf("%s/%v/%s/%v/%d", kind, oaep, name, announce, size), func(t *testing.T) {
							t.Parallel()
							who := people()[kind]
							certificate, key := files(t, who)
							plain := content(size)
							message := encrypted(t, plain, name, announce, Recipient{Certificate: people()["other rsa-2048"].cert}, Recipient{Certificate: who.cert, OAEP: oaep, ByKeyID: announce})
							got := openssl(t, message, "-decrypt", "-inform", "DER", "-binary", "-recip", certificate, "-inkey", key)
							if !bytes.Equal(got, plain) {
								t.Errorf("%d octets, want %d", len(got), size)
							}
						})
					}
				}
			}
		}
	}
}

// TestOpenSSLWrites: what openssl writes, we decrypt.
func TestOpenSSLWrites(t *testing.T) {
	t.Parallel()
	needOpenSSL(t)
	for _, tc := range []struct {
		kind    string
		options []string
	}{
		{"rsa-2048", nil},
		{"rsa-2048", []string{"-keyid"}},
		{"rsa-2048", []string{"-keyopt", "rsa_padding_mode:oaep"}},
		{"rsa-2048", []string{"-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256", "-keyopt", "rsa_mgf1_md:sha1"}},
		{"p-256", nil},
		{"p-256", []string{"-keyopt", "ecdh_kdf_md:sha256"}},
		{"p-384", []string{"-keyopt", "ecdh_kdf_md:sha384", "-keyid"}},
		{"p-521", []string{"-keyopt", "ecdh_kdf_md:sha512"}},
		{"p-256", []string{"-keyopt", "ecdh_cofactor_mode:1"}},
	} {
		for _, cipher := range []string{"-aes-256-gcm", "-aes-128-gcm", "-aes-192-gcm", "-aes-256-cbc", "-aes-128-cbc", "-des3"} {
			for _, stream := range []bool{false, true} {
				for _, size := range []int{0, 1, 16, 200_000} {
					if size < 200_000 && len(tc.options) > 0 {
						continue // the content's way does not depend on the recipient
					}
					t.Run(fmt.Sprintf("%s%v/%s/%v/%d", tc.kind, tc.options, cipher, stream, size), func(t *testing.T) {
						t.Parallel()
						if size == 0 && stream {
							t.Skip("openssl streams no empty content")
						}
						who := people()[tc.kind]
						certificate, _ := files(t, who)
						plain := content(size)
						args := []string{"-encrypt", "-binary", "-outform", "DER", cipher}
						if stream {
							args = append(args, "-stream")
						}
						args = append(append(args, "-recip", certificate), tc.options...)
						message := openssl(t, plain, args...)
						e, got, err := decrypted(message, who)
						if err != nil || !bytes.Equal(got, plain) {
							t.Fatalf("%d octets of %d, %v", len(got), size, err)
						}
						if len(e.Notes) > 0 {
							t.Logf("notes: %q", e.Notes)
						}
					})
				}
			}
		}
	}
}

// TestOpenSSLSecrets: passwords and key-encryption keys of openssl.
func TestOpenSSLSecrets(t *testing.T) {
	t.Parallel()
	needOpenSSL(t)
	plain := content(1000)
	for _, cipher := range []string{"-aes-256-cbc", "-aes-128-cbc", "-des3"} {
		message := openssl(t, plain, "-encrypt", "-binary", "-outform", "DER", cipher, "-pwri_password", "geheim")
		e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		cek, err := e.ContentKeyPassword(e.Recipients[0], []byte("geheim"))
		if err != nil {
			t.Fatalf("%s: %v", cipher, err)
		}
		var out bytes.Buffer
		if err := e.Decrypt(opener(message), cek, &out); err != nil || !bytes.Equal(out.Bytes(), plain) {
			t.Errorf("%s: %d octets, %v", cipher, out.Len(), err)
		}
	}
	kek := content(32)
	message := openssl(t, plain, "-encrypt", "-binary", "-outform", "DER", "-aes-256-gcm", "-secretkey", hex.EncodeToString(kek), "-secretkeyid", "0102")
	e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(e.Recipients[0].KeyIdentifier, []byte{1, 2}) {
		t.Errorf("key identifier %x", e.Recipients[0].KeyIdentifier)
	}
	cek, err := e.ContentKeyKEK(e.Recipients[0], kek)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := e.Decrypt(opener(message), cek, &out); err != nil || !bytes.Equal(out.Bytes(), plain) {
		t.Errorf("%d octets, %v", out.Len(), err)
	}
}
