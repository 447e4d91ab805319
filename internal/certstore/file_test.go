package certstore

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"smimectl/internal/cert"
)

const fixturePassphrase = "swordfish"

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func fixtureCertificate(t testing.TB) *cert.Certificate {
	t.Helper()
	b, err := ReadFile(fixture(t, "cert.pem"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return b.Certificates[0]
}

// TestReadFile reads every fixture: what is in it, how it is called, and that a
// wrong passphrase is named as such.
func TestReadFile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		file         string
		pass         string
		keys, certs  int
		format       string // of the bundle, or of the key if it is one
		sealed       bool   // wrong passphrase when the key is opened
		askedForFile bool   // wrong passphrase when the file is read
	}{
		{"pkcs8.pem", "", 1, 0, "PKCS#8", false, false},
		{"sec1.pem", "", 1, 0, "SEC 1", false, false},
		{"sec1.der", "", 1, 0, "SEC 1", false, false},
		{"pkcs1.pem", "", 1, 0, "PKCS#1", false, false},
		{"cert.pem", "", 0, 1, "PEM", false, false},
		{"cert.der", "", 0, 1, "certificate", false, false},
		{"trusted.pem", "", 0, 1, "PEM", false, false},
		{"bundle.p7b", "", 0, 2, "PEM", false, false},
		{"bundle.p7c", "", 0, 1, "PKCS#7", false, false},
		{"old-des3.pem", fixturePassphrase, 1, 0, "old PEM encryption", true, false},
		{"old-aes128.pem", fixturePassphrase, 1, 0, "old PEM encryption", true, false},
		{"pkcs8-pbkdf2-sha1.pem", fixturePassphrase, 1, 0, "PKCS#8 with AES-256 (PBKDF2, HMAC-SHA1)", true, false},
		{"pkcs8-pbkdf2-sha224.pem", fixturePassphrase, 1, 0, "PKCS#8 with AES-256 (PBKDF2, HMAC-SHA224)", true, false},
		{"pkcs8-pbkdf2-sha256.pem", fixturePassphrase, 1, 0, "PKCS#8 with AES-256 (PBKDF2, HMAC-SHA256)", true, false},
		{"pkcs8-pbkdf2-sha384.pem", fixturePassphrase, 1, 0, "PKCS#8 with AES-256 (PBKDF2, HMAC-SHA384)", true, false},
		{"pkcs8-pbkdf2-sha512.pem", fixturePassphrase, 1, 0, "PKCS#8 with AES-256 (PBKDF2, HMAC-SHA512)", true, false},
		{"pkcs8-aes128.pem", fixturePassphrase, 1, 0, "PKCS#8 with AES-128 (PBKDF2, HMAC-SHA256)", true, false},
		{"pkcs8-aes192.pem", fixturePassphrase, 1, 0, "PKCS#8 with AES-192 (PBKDF2, HMAC-SHA256)", true, false},
		{"pkcs8-3des.pem", fixturePassphrase, 1, 0, "PKCS#8 with 3DES (PBKDF2, HMAC-SHA256)", true, false},
		{"pkcs8-scrypt.pem", fixturePassphrase, 1, 0, "PKCS#8 with AES-256 (scrypt)", true, false},
		{"pkcs8-pbes1-md5-des.pem", fixturePassphrase, 1, 0, "PKCS#8 with DES and MD5 (PBES1)", true, false},
		{"pkcs8-pbes1-sha1-des.pem", fixturePassphrase, 1, 0, "PKCS#8 with DES and SHA-1 (PBES1)", true, false},
		{"pkcs8-pbes1-md5-rc2.pem", fixturePassphrase, 1, 0, "PKCS#8 with RC2-64 and MD5 (PBES1)", true, false},
		{"pkcs8-pbes1-sha1-rc2-64.pem", fixturePassphrase, 1, 0, "PKCS#8 with RC2-64 and SHA-1 (PBES1)", true, false},
		{"pkcs8-pbes1-sha1-3des.pem", fixturePassphrase, 1, 0, "PKCS#8 with 3DES", true, false},
		{"pkcs8-pbes1-sha1-2des.pem", fixturePassphrase, 1, 0, "PKCS#8 with 3DES with two keys", true, false},
		{"pkcs8-pbes1-sha1-rc2-40.pem", fixturePassphrase, 1, 0, "PKCS#8 with RC2-40", true, false},
		{"pkcs8-pbes1-sha1-rc2-128.pem", fixturePassphrase, 1, 0, "PKCS#8 with RC2-128", true, false},
		{"p12-default.p12", fixturePassphrase, 1, 1, "PKCS#12 with AES-256, as OpenSSL 3 and newer Windows write it", false, true},
		{"p12-legacy.p12", fixturePassphrase, 1, 1, "PKCS#12 with 3DES and RC2-40, as Windows 7, OpenSSL 1 and older wrote it", false, true},
		{"p12-3des.p12", fixturePassphrase, 1, 1, "PKCS#12 with 3DES, as Windows writes it", false, true},
		{"p12-aes128.p12", fixturePassphrase, 1, 1, "PKCS#12 with AES-128", false, true},
		{"p12-rc2-128.p12", fixturePassphrase, 1, 1, "PKCS#12 with RC2-128", false, true},
		{"p12-sha384.p12", fixturePassphrase, 1, 1, "PKCS#12 with AES-256, as OpenSSL 3 and newer Windows write it", false, true},
		{"p12-clear.p12", fixturePassphrase, 1, 1, "PKCS#12", false, true},
		{"p12-cert-only.p12", fixturePassphrase, 0, 1, "PKCS#12 with AES-256, as OpenSSL 3 and newer Windows write it", false, true},
		{"p12-key-only.p12", fixturePassphrase, 1, 0, "PKCS#12 with AES-256, as OpenSSL 3 and newer Windows write it", false, true},
		{"p12-pss.p12", fixturePassphrase, 1, 1, "PKCS#12 with AES-256, as OpenSSL 3 and newer Windows write it", false, true},
		{"p12-empty.p12", "", 1, 1, "PKCS#12 with AES-256, as OpenSSL 3 and newer Windows write it", false, false},
		{"p12-utf8.p12", "pässwörd€", 1, 1, "PKCS#12 with AES-256, as OpenSSL 3 and newer Windows write it", false, true},
		{"p12-utf8-legacy.p12", "pässwörd€", 1, 1, "PKCS#12 with 3DES and RC2-40, as Windows 7, OpenSSL 1 and older wrote it", false, true},
		{"rfc9579-a1.txt", "1234", 1, 1, "PKCS#12 with AES-256, as OpenSSL 3 and newer Windows write it, with PBMAC1", false, true},
		{"rfc9579-a2.txt", "1234", 1, 1, "PKCS#12 with AES-256, as OpenSSL 3 and newer Windows write it, with PBMAC1", false, true},
		{"rfc9579-a3.txt", "1234", 1, 1, "PKCS#12 with AES-256, as OpenSSL 3 and newer Windows write it, with PBMAC1", false, true},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			t.Parallel()
			data := fixture(t, test.file)
			var list []string
			if test.pass != "" {
				list = []string{"not this", test.pass}
			}
			b, err := ReadFile(data, passphrases(list...))
			if err != nil {
				t.Fatal(err)
			}
			if len(b.Keys) != test.keys || len(b.Certificates) != test.certs {
				t.Errorf("got %d keys, %d certificates, want %d, %d", len(b.Keys), len(b.Certificates), test.keys, test.certs)
			}
			if b.Format != test.format && (len(b.Keys) != 1 || b.Keys[0].Format != test.format) {
				t.Errorf("format %q, want %q", b.Format, test.format)
			}
			for _, k := range b.Keys {
				if k.Encrypted != test.sealed {
					t.Errorf("encrypted %v, want %v", k.Encrypted, test.sealed)
				}
				if _, err := k.Open(passphrases(list...)); err != nil {
					t.Errorf("open: %v", err)
				}
				if _, err := k.Open(nil); err != nil {
					t.Errorf("open again: %v", err)
				}
			}
			if p, err := Pair(b, nil); err != nil || len(p.Identities) != min(test.keys, test.certs) {
				t.Errorf("pair: %+v, %v", p, err)
			}

			// Wrong and missing passphrases.
			var wrong *WrongPassphraseError
			var none *NoPassphraseError
			b, err = ReadFile(data, passphrases("wrong", "wronger"))
			if test.askedForFile {
				if !errors.As(err, &wrong) || wrong.Format != test.format || wrong.Tries != 2 {
					t.Errorf("wrong passphrase: got %#v", err)
				}
				if _, err = ReadFile(data, nil); !errors.As(err, &none) || !errors.Is(err, ErrNoPassphrase) {
					t.Errorf("no passphrase: got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if test.sealed {
				if _, err := b.Keys[0].Open(passphrases("wrong", "wronger")); !errors.As(err, &wrong) || wrong.Format != test.format {
					t.Errorf("wrong passphrase: got %v", err)
				}
				if _, err := b.Keys[0].Open(nil); !errors.As(err, &none) || none.Format != test.format {
					t.Errorf("no passphrase: got %v", err)
				}
			}
		})
	}
}

// TestReadFileRefuses holds the ways in which a file fails.
func TestReadFileRefuses(t *testing.T) {
	t.Parallel()
	certificate := fixture(t, "cert.der")
	p7 := fixture(t, "bundle.p7c")
	deep := bytes.Repeat([]byte{0x30, 0x80}, 1_000_000)
	tests := []struct {
		name string
		data []byte
		want any
	}{
		{"empty", nil, new(*MalformedError)},
		{"text", []byte("hello\n"), new(*MalformedError)},
		{"too big", make([]byte, maxFile+1), new(*LimitError)},
		{"nested a million times", deep, new(*LimitError)},
		{"nested in a bundle", append([]byte("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80"), deep...), new(*LimitError)},
		{"nested octet strings", bytes.Repeat([]byte{0x24, 0x80}, 1_000_000), new(*MalformedError)},
		{"certificate cut off", certificate[:len(certificate)-1], new(*MalformedError)},
		{"certificate and something", append(bytes.Clone(certificate), 1), new(*MalformedError)},
		{"bundle cut off", p7[:len(p7)-1], new(*MalformedError)},
		{"PEM cut off", fixture(t, "cert.pem")[:400], new(*MalformedError)},
		{"PEM with a damaged block", bytes.Replace(fixture(t, "cert.pem"), []byte("MII"), []byte("M!I"), 1), new(*MalformedError)},
		{"PEM with a damaged certificate", bytes.Replace(fixture(t, "cert.pem"), []byte("MIIB"), []byte("MIIC"), 1), new(*MalformedError)},
		{"PEM without anything of ours", []byte("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), new(*EmptyError)},
		{"a sequence of nothing", []byte{0x30, 0x00}, new(*MalformedError)},
		{"enveloped data", []byte("\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"), new(*UnsupportedError)},
		{"no MAC", fixture(t, "p12-nomac.p12"), new(*NoMACError)},
		{"PKCS#12 cut off", fixture(t, "p12-default.p12")[:900], new(*MalformedError)},
		{"RFC 9579 A.4", fixture(t, "rfc9579-a4.txt"), new(*WrongPassphraseError)},
		{"RFC 9579 A.5", fixture(t, "rfc9579-a5.txt"), new(*WrongPassphraseError)},
		{"RFC 9579 A.6", fixture(t, "rfc9579-a6.txt"), new(*MalformedError)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b, err := ReadFile(test.data, passphrases("1234", fixturePassphrase))
			if !errors.As(err, test.want) {
				t.Errorf("got %v, %v, want %T", b, err, test.want)
			}
		})
	}
}

// TestMixedPEM: any order, text around, other blocks between, a byte order mark.
func TestMixedPEM(t *testing.T) {
	t.Parallel()
	data := []byte("\xef\xbb\xbf")
	data = append(data, fixture(t, "sec1.pem")...)
	data = append(data, "Bag Attributes\n    friendlyName: x\n-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"...)
	data = append(data, fixture(t, "cert.pem")...)
	data = append(data, fixture(t, "pkcs1.pem")...)
	data = append(data, fixture(t, "cert.pem")...) // the same again
	data = append(data, fixture(t, "bundle.p7b")...)
	b, err := ReadFile(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Pair(b, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Identities) != 1 || len(p.Keys) != 1 || len(p.Certificates) != 1 {
		t.Errorf("got %d identities, %d keys, %d certificates", len(p.Identities), len(p.Keys), len(p.Certificates))
	}
}

// TestLooseEnds: files that end in a newline or zeros are read, as is
// base64 without PEM lines.
func TestLooseEnds(t *testing.T) {
	t.Parallel()
	certificate := fixture(t, "cert.der")
	text := fixture(t, "cert.pem")
	bare := bytes.Join(bytes.Split(bytes.TrimSpace(text), []byte("\n"))[1:], []byte("\r\n"))
	bare = bare[:bytes.Index(bare, []byte("-----"))]
	for name, data := range map[string][]byte{
		"newline":      append(bytes.Clone(certificate), '\r', '\n'),
		"zeros":        append(bytes.Clone(certificate), 0, 0, 0),
		"two in a row": append(bytes.Clone(certificate), certificate...),
		"bare base64":  bare,
		"CRLF":         bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")),
	} {
		b, err := ReadFile(data, nil)
		if err != nil || len(b.Certificates) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEncryptPKCS8 writes a key that we and OpenSSL read.
func TestEncryptPKCS8(t *testing.T) {
	t.Parallel()
	b, err := ReadFile(fixture(t, "pkcs8.pem"), nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := b.Keys[0].Open(nil)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := encodeKey(key, []byte(fixturePassphrase))
	if err != nil {
		t.Fatal(err)
	}
	again, err := ReadFile(sealed, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := again.Keys[0].Open(passphrases(fixturePassphrase))
	if err != nil || !got.Public.Equal(key.Public) {
		t.Fatalf("reading back: %v", err)
	}
	if want := "PKCS#8 with AES-256 (PBKDF2, HMAC-SHA256)"; again.Keys[0].Format != want {
		t.Errorf("format %q, want %q", again.Keys[0].Format, want)
	}
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed: not read by it")
	}
	cmd := exec.Command(openssl, "pkey", "-passin", "pass:"+fixturePassphrase)
	cmd.Stdin = bytes.NewReader(sealed)
	out, err := cmd.Output()
	if err != nil || !strings.Contains(string(out), "BEGIN PRIVATE KEY") {
		t.Errorf("openssl does not read it: %v", err)
	}
}
