package certstore

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"software.sslmate.com/src/go-pkcs12"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// Small writers of DER for files that no program writes.

func tlv(tag byte, parts ...[]byte) []byte {
	content := bytes.Join(parts, nil)
	return append(appendLength([]byte{tag}, len(content)), content...)
}

// indefinite is tlv with an indefinite length.
func indefinite(tag byte, parts ...[]byte) []byte {
	return append(append([]byte{tag, 0x80}, bytes.Join(parts, nil)...), 0, 0)
}

func oidDER(dotted string) []byte {
	var b cryptobyte.Builder
	algorithm.MustOID(dotted).AddTo(&b)
	return b.BytesOrPanic()
}

func intDER(n int64) []byte {
	var b cryptobyte.Builder
	b.AddASN1Int64(n)
	return b.BytesOrPanic()
}

// pfxOptions says how a hand-made PKCS#12 file is wrong.
type pfxOptions struct {
	iterations int64  // in the file; the MAC is made with 1
	salt       []byte // nil = 8 octets
	noMAC      bool
	macOID     string // in place of SHA-1
	macParams  []byte
	bmp        []byte                                 // the passphrase as the MAC takes it; nil = "x"
	wrap       func(tag byte, parts ...[]byte) []byte // tlv or indefinite
}

// makePFX puts SafeContents into an otherwise good file with passphrase "x".
func makePFX(safe []byte, opt pfxOptions) []byte {
	wrap := opt.wrap
	if wrap == nil {
		wrap = tlv
	}
	info := wrap(0x30, oidDER(dottedData), wrap(0xa0, tlv(0x04, safe)))
	content := wrap(0x30, info)
	salt := opt.salt
	if salt == nil {
		salt = []byte("saltsalt")
	}
	digest := make([]byte, 20)
	if len(salt) > 0 {
		bmp := opt.bmp
		if bmp == nil {
			bmp = []byte{0, 'x', 0, 0}
		}
		h := hmac.New(sha1.New, pkcs12KDF(sha1.New, kdfMAC, bmp, salt, 1, 20))
		h.Write(content)
		digest = h.Sum(nil)
	}
	oid := "1.3.14.3.2.26"
	if opt.macOID != "" {
		oid = opt.macOID
	}
	mac := tlv(0x30, tlv(0x30, tlv(0x30, oidDER(oid), opt.macParams), tlv(0x04, digest)), tlv(0x04, salt), intDER(opt.iterations))
	if opt.noMAC {
		mac = nil
	}
	return wrap(0x30, intDER(3), wrap(0x30, oidDER(dottedData), wrap(0xa0, tlv(0x04, content))), mac)
}

func safeBag(kind string, value []byte, attributes ...[]byte) []byte {
	return tlv(0x30, oidDER(dottedBag+kind), tlv(0xa0, value), tlv(0x31, attributes...))
}

func certBagOf(c []byte) []byte {
	return safeBag("3", tlv(0x30, oidDER(dottedX509Cert), tlv(0xa0, tlv(0x04, c))))
}

// TestPKCS12Refuses holds the ways in which a PKCS#12 file fails, and that none of
// them takes long.
func TestPKCS12Refuses(t *testing.T) {
	t.Parallel()
	certificate := fixture(t, "cert.der")
	bag := certBagOf(certificate)
	good := makePFX(tlv(0x30, bag), pfxOptions{iterations: 1})
	if b, err := ReadFile(good, passphrases("x")); err != nil || len(b.Certificates) != 1 {
		t.Fatalf("the good one: %v", err)
	}
	if b, err := ReadFile(makePFX(indefinite(0x30, bag), pfxOptions{iterations: 1, wrap: indefinite}), passphrases("x")); err != nil || len(b.Certificates) != 1 {
		t.Fatalf("the good one in BER: %v", err)
	}
	name := func(octets []byte) []byte {
		return tlv(0x30, oidDER(dottedFriendlyName), tlv(0x31, tlv(30, octets)))
	}
	key := func(iterations int64, salt []byte) []byte {
		return safeBag("2", tlv(0x30, tlv(0x30, oidDER("1.2.840.113549.1.12.1.3"), tlv(0x30, tlv(0x04, salt), intDER(iterations))), tlv(0x04, make([]byte, 16))))
	}
	pbmac1 := func(keySize int64) []byte {
		return tlv(0x30, tlv(0x30, oidDER(algorithm.OIDPBKDF2.String()), tlv(0x30, tlv(0x04, []byte("salt")), intDER(1), intDER(keySize), tlv(0x30, oidDER(algorithm.DefaultPRF().OID.String())))),
			tlv(0x30, oidDER(algorithm.DefaultPRF().OID.String())))
	}
	nested := bag
	for range 1001 {
		nested = tlv(0x30, nested)
	}
	malformed, limit, unsupported := new(*MalformedError), new(*LimitError), new(*UnsupportedError)
	tests := []struct {
		name string
		data []byte
		want any
	}{
		{"no MAC", makePFX(tlv(0x30, bag), pfxOptions{noMAC: true}), new(*NoMACError)},
		{"iterations 0", makePFX(tlv(0x30, bag), pfxOptions{iterations: 0}), malformed},
		{"iterations -1", makePFX(tlv(0x30, bag), pfxOptions{iterations: -1}), malformed},
		{"iterations 10,000,001", makePFX(tlv(0x30, bag), pfxOptions{iterations: maxIterations + 1}), limit},
		{"iterations 2^31", makePFX(tlv(0x30, bag), pfxOptions{iterations: 1 << 31}), limit},
		{"iterations 2^63-1", makePFX(tlv(0x30, bag), pfxOptions{iterations: 1<<63 - 1}), limit},
		{"empty salt", makePFX(tlv(0x30, bag), pfxOptions{iterations: 1, salt: []byte{}}), malformed},
		{"salt of 1025 octets", makePFX(tlv(0x30, bag), pfxOptions{iterations: 1, salt: make([]byte, 1025)}), limit},
		{"unknown MAC", makePFX(tlv(0x30, bag), pfxOptions{iterations: 1, macOID: "1.2.3.4"}), unsupported},
		{"PBMAC1 with a key of 1 octet", makePFX(tlv(0x30, bag), pfxOptions{iterations: 1, macOID: dottedPBMAC1, macParams: pbmac1(1)}), malformed},
		{"PBMAC1 with a key of 19 octets", makePFX(tlv(0x30, bag), pfxOptions{iterations: 1, macOID: dottedPBMAC1, macParams: pbmac1(19)}), malformed},
		{"PBMAC1 with a key of 20 octets, wrong", makePFX(tlv(0x30, bag), pfxOptions{iterations: 1, macOID: dottedPBMAC1, macParams: pbmac1(20)}), new(*WrongPassphraseError)},
		{"content missing", tlv(0x30, intDER(3), tlv(0x30, oidDER(dottedData))), malformed},
		{"content NULL", tlv(0x30, intDER(3), tlv(0x30, oidDER(dottedData), tlv(0xa0, []byte{5, 0}))), malformed},
		{"signed", tlv(0x30, intDER(3), tlv(0x30, oidDER(dottedSigned), tlv(0xa0, tlv(0x30)))), unsupported},
		{"friendlyName of odd length", makePFX(tlv(0x30, safeBag("3", tlv(0x30, oidDER(dottedX509Cert), tlv(0xa0, tlv(0x04, certificate))), name([]byte{0, 'a', 0}))), pfxOptions{iterations: 1}), malformed},
		{"friendlyName too long", makePFX(tlv(0x30, safeBag("3", tlv(0x30, oidDER(dottedX509Cert), tlv(0xa0, tlv(0x04, certificate))), name(make([]byte, 4096)))), pfxOptions{iterations: 1}), malformed},
		{"1,001 bags", makePFX(tlv(0x30, bytes.Repeat(bag, 1001)), pfxOptions{iterations: 1}), limit},
		{"nested safes", makePFX(nestedSafes(bag, 30), pfxOptions{iterations: 1}), limit},
		{"key with iterations 0", makePFX(tlv(0x30, key(0, []byte("salt"))), pfxOptions{iterations: 1}), malformed},
		{"key with iterations 2^31", makePFX(tlv(0x30, key(1<<31, []byte("salt"))), pfxOptions{iterations: 1}), limit},
		{"key with an empty salt", makePFX(tlv(0x30, key(1, nil)), pfxOptions{iterations: 1}), malformed},
		{"more work than a file may ask for", makePFX(tlv(0x30, key(maxIterations, []byte("salt")), key(1, []byte("salt"))), pfxOptions{iterations: 1}), limit},
		{"no certificate in a certificate bag", makePFX(tlv(0x30, certBagOf([]byte{0x30, 0})), pfxOptions{iterations: 1}), malformed},
		{"SafeContents with something after it", makePFX(append(tlv(0x30, bag), 0x30, 0), pfxOptions{iterations: 1}), malformed},
		{"SafeContents nested too deeply", makePFX(nested, pfxOptions{iterations: 1}), new(*MalformedError)},
		{"nothing in it", makePFX(tlv(0x30), pfxOptions{iterations: 1}), new(*EmptyError)},
		{"something after it", append(bytes.Clone(good), 0x30, 0x00), malformed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			b, err := ReadFile(test.data, passphrases("x"))
			if !errors.As(err, test.want) {
				t.Errorf("got %v, %v, want %T", b, err, test.want)
			}
			if d := time.Since(start); d > 20*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
	for i := range good {
		if b, err := ReadFile(good[:i], passphrases("x")); err == nil {
			t.Errorf("cut off at %d: %v", i, b)
		}
	}
}

// nestedSafes puts a bag into n SafeContents bags.
func nestedSafes(bag []byte, n int) []byte {
	for range n {
		bag = safeBag("6", tlv(0x30, bag))
	}
	return tlv(0x30, bag)
}

// TestPKCS12Oddities reads what is allowed but rare.
func TestPKCS12Oddities(t *testing.T) {
	t.Parallel()
	certificate := fixture(t, "cert.der")
	bag := certBagOf(certificate)
	attributes := [][]byte{
		tlv(0x30, oidDER(dottedFriendlyName), tlv(0x31, tlv(30, []byte{0, 'Z', 0x20, 0xac, 0xd8, 0x3d, 0xde, 0x00}))),
		tlv(0x30, oidDER(dottedLocalKeyID), tlv(0x31, tlv(4, []byte{1, 2}))),
		tlv(0x30, oidDER("1.3.6.1.4.1.311.17.1"), tlv(0x31, tlv(30, []byte{0, 'M'}))),
	}
	b, err := ReadFile(fixture(t, "pkcs8.pem"), nil)
	if err != nil {
		t.Fatal(err)
	}
	keyBag := safeBag("1", b.Keys[0].der, attributes...)
	tests := []struct {
		name        string
		safe        []byte
		keys, certs int
	}{
		{"1,000 bags", tlv(0x30, bytes.Repeat(bag, 1000)), 0, 1},
		{"safes in safes", nestedSafes(bag, 5), 0, 1},
		{"a secret and an unknown bag", tlv(0x30, safeBag("5", tlv(0x30)), safeBag("99", tlv(0x30)), bag), 0, 1},
		{"a certificate of another kind", tlv(0x30, safeBag("3", tlv(0x30, oidDER("1.2.840.113549.1.9.22.2"), tlv(0xa0, tlv(0x16, []byte("x"))))), bag), 0, 1},
		{"a key that is not encrypted", tlv(0x30, keyBag, bag), 1, 1},
		{"octet strings in segments", tlv(0x30, safeBag("3", tlv(0x30, oidDER(dottedX509Cert), tlv(0xa0,
			indefinite(0x24, indefinite(0x24, tlv(0x04, certificate[:50]), tlv(0x04, nil)), tlv(0x04, certificate[50:])))))), 0, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b, err := ReadFile(makePFX(test.safe, pfxOptions{iterations: 1}), passphrases("x"))
			if err != nil {
				t.Fatal(err)
			}
			if len(b.Keys) != test.keys || len(b.Certificates) != test.certs {
				t.Errorf("got %d keys, %d certificates", len(b.Keys), len(b.Certificates))
			}
			for _, k := range b.Keys {
				if k.FriendlyName != "Z€😀" || !bytes.Equal(k.LocalKeyID, []byte{1, 2}) {
					t.Errorf("attributes %q %x", k.FriendlyName, k.LocalKeyID)
				}
			}
		})
	}
}

// TestPassphraseForms reads files whose writers took the passphrase otherwise.
func TestPassphraseForms(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, pass string
		bmp        []byte
	}{
		{"empty", "", []byte{0, 0}},
		{"absent", "", []byte{}},
		{"BMPString", "ä€", []byte{0, 0xe4, 0x20, 0xac, 0, 0}},
		{"surrogates", "😀", []byte{0xd8, 0x3d, 0xde, 0x00, 0, 0}},
		{"octets as characters", "ä", []byte{0, 0xc3, 0, 0xa4, 0, 0}},
		{"not UTF-8", "\xe4", []byte{0, 0xe4, 0, 0}},
	} {
		data := makePFX(tlv(0x30, certBagOf(fixture(t, "cert.der"))), pfxOptions{iterations: 1, bmp: test.bmp})
		if _, err := ReadFile(data, passphrases(test.pass)); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if _, err := ReadFile(data, passphrases("x")); (err == nil) != (test.pass == "") {
			t.Errorf("%s: wrong passphrase: %v", test.name, err)
		}
	}
}

// TestReadFileUnverified shows what no MAC protects, without giving its keys.
func TestReadFileUnverified(t *testing.T) {
	t.Parallel()
	broken := bytes.Clone(fixture(t, "p12-default.p12"))
	i := bytes.LastIndex(broken, []byte{0x04, 0x20})
	broken[i+2] ^= 1 // of the MAC
	for name, data := range map[string][]byte{"no MAC": fixture(t, "p12-nomac.p12"), "wrong MAC": broken} {
		if _, err := ReadFile(data, passphrases(fixturePassphrase)); err == nil {
			t.Errorf("%s: is read", name)
		}
		b, err := ReadFileUnverified(data, passphrases("wrong", fixturePassphrase))
		if err != nil || !b.Unverified || len(b.Certificates) != 1 || len(b.Keys) != 1 {
			t.Fatalf("%s: %+v, %v", name, b, err)
		}
		var noMAC *NoMACError
		if _, err := b.Keys[0].Open(passphrases(fixturePassphrase)); !errors.As(err, &noMAC) {
			t.Errorf("%s: open: %v", name, err)
		}
		if _, err := Pair(b, nil); err == nil {
			t.Errorf("%s: an identity", name)
		}
		if _, err := ReadFileUnverified(data, passphrases("wrong")); err == nil {
			t.Errorf("%s: read with a wrong passphrase", name)
		}
	}
	b, err := ReadFileUnverified(fixture(t, "p12-default.p12"), passphrases(fixturePassphrase))
	if err != nil || b.Unverified {
		t.Errorf("a good file: %+v, %v", b, err)
	}
}

// TestReadFileUnverifiedClear shows contents that are not encrypted: what is in them is no sign of the right
// passphrase, which only the MAC is.
func TestReadFileUnverifiedClear(t *testing.T) {
	t.Parallel()
	sealed, err := ReadFile(fixture(t, "pkcs8.pem"), nil)
	if err != nil {
		t.Fatal(err)
	}
	safe := tlv(0x30, safeBag("1", sealed.Keys[0].der), certBagOf(fixture(t, "cert.der")))
	withMAC := makePFX(safe, pfxOptions{iterations: 1})
	without := makePFX(safe, pfxOptions{noMAC: true})
	var wrong *WrongPassphraseError
	failing := errors.New("no such file")
	for _, test := range []struct {
		name       string
		data       []byte
		pass       PassphraseFunc
		unverified bool
		err        any
	}{
		{"the right passphrase", withMAC, passphrases("x"), false, nil},
		{"the second is right", withMAC, passphrases("y", "x"), false, nil},
		{"a wrong passphrase", withMAC, passphrases("y"), false, &wrong},
		{"no passphrase", withMAC, passphrases(), true, nil},
		{"nobody to ask", withMAC, nil, true, nil},
		{"a passphrase that cannot be read", withMAC, func(string, int) ([]byte, error) { return nil, failing }, false, new(*NoPassphraseError)},
		{"no MAC, a passphrase", without, passphrases("y"), true, nil},
		{"no MAC, no passphrase", without, nil, true, nil},
	} {
		b, err := ReadFileUnverified(test.data, test.pass)
		if test.err != nil {
			if !errors.As(err, test.err) {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		if err != nil || b.Unverified != test.unverified || len(b.Certificates) != 1 || len(b.Keys) != 1 {
			t.Errorf("%s: %+v, %v", test.name, b, err)
			continue
		}
		if _, err := b.Keys[0].Open(nil); (err == nil) == test.unverified {
			t.Errorf("%s: open: %v", test.name, err)
		}
	}
}

// TestEncodePKCS12 writes what we, go-pkcs12 and OpenSSL read.
func TestEncodePKCS12(t *testing.T) {
	t.Parallel()
	ca, err := NewToyCA("Test CA", testTime)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"rsa-2048", "p-256", "p-384", "ed25519", "x25519", "ed448", "x448", "ml-dsa-44", "ml-kem-768", "slh-dsa-sha2-128f"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, c, err := ca.Issue(ToyOptions{Addresses: []cert.Address{address(t, "a@example.test")}, KeyName: name})
			if err != nil {
				t.Fatal(err)
			}
			data, err := encodePKCS12(key, []*cert.Certificate{c, ca.Certificate}, []byte("pässwörd"), 2048)
			if err != nil {
				t.Fatal(err)
			}
			b, err := ReadFile(data, passphrases("pässwörd"))
			if err != nil {
				t.Fatal(err)
			}
			p, err := Pair(b, nil)
			if err != nil || len(p.Identities) != 1 || len(p.Identities[0].Chain) != 1 {
				t.Fatalf("pair: %v", err)
			}
			if got, err := p.Identities[0].Key(nil); err != nil || !got.Public.Equal(key.Public) {
				t.Errorf("another key: %v", err)
			}
			if _, err := ReadFile(data, passphrases("passwort")); err == nil {
				t.Error("opened with another passphrase")
			}
			if slices.Contains([]string{"rsa-2048", "p-256", "p-384", "ed25519"}, name) {
				if _, _, chain, err := pkcs12.DecodeChain(data, "pässwörd"); err != nil || len(chain) != 1 {
					t.Errorf("go-pkcs12: %v", err)
				}
			}
			openssl, err := exec.LookPath("openssl")
			if err != nil {
				t.Skip("openssl is not installed: not read by it")
			}
			file := filepath.Join(t.TempDir(), "x.p12")
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(openssl, "pkcs12", "-in", file, "-passin", "pass:pässwörd", "-nodes").CombinedOutput()
			if err != nil && postQuantum(name) {
				t.Skipf("this openssl does not know %s", name)
			}
			if err != nil || bytes.Count(out, []byte("BEGIN CERTIFICATE")) != 2 || bytes.Count(out, []byte("BEGIN PRIVATE KEY")) != 1 {
				t.Errorf("openssl: %v\n%s", err, out)
			}
		})
	}
	key, c, err := ca.Issue(ToyOptions{Addresses: []cert.Address{address(t, "a@example.test")}})
	if err != nil {
		t.Fatal(err)
	}
	var unfit *UnfitError
	if _, err := EncodePKCS12(key, []*cert.Certificate{ca.Certificate}, nil); !errors.As(err, &unfit) {
		t.Errorf("a key of another certificate: %v", err)
	}
	if _, err := EncodePKCS12(key, nil, nil); !errors.As(err, &unfit) {
		t.Errorf("no certificate: %v", err)
	}
	// The iteration count of what is really written.
	data, err := EncodePKCS12(key, []*cert.Certificate{c}, []byte("x"))
	if err != nil || bytes.Count(data, intDER(writtenIterations)) < 2 {
		t.Errorf("not with %d iterations: %v", writtenIterations, err)
	}
}

// postQuantum tells the keys that openssl before 3.5 has not heard of.
func postQuantum(name string) bool {
	return strings.HasPrefix(name, "ml-") || strings.HasPrefix(name, "slh-")
}

// TestWrittenPKCS12 holds what this package writes by itself against go-pkcs12: for a key that both write, it reads the
// same key and certificates.
func TestWrittenPKCS12(t *testing.T) {
	t.Parallel()
	ca, err := NewToyCA("Test CA", testTime)
	if err != nil {
		t.Fatal(err)
	}
	key, c, err := ca.Issue(ToyOptions{Addresses: []cert.Address{address(t, "a@example.test")}})
	if err != nil {
		t.Fatal(err)
	}
	der, err := key.PKCS8()
	if err != nil {
		t.Fatal(err)
	}
	for _, passphrase := range []string{"pässwörd", "", "\U0001f511"} {
		data, err := writePKCS12(der, []*cert.Certificate{c, ca.Certificate}, []byte(passphrase), 2048)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(passphrase, "p") && passphrase != "" { // beyond the BMP: go-pkcs12 has no form for it
			if _, err := ReadFile(data, passphrases(passphrase)); err != nil {
				t.Error(err)
			}
			continue
		}
		private, own, chain, err := pkcs12.DecodeChain(data, passphrase)
		if err != nil || !own.Equal(c.X509()) || len(chain) != 1 || !private.(*ecdsa.PrivateKey).Equal(key.Signer) {
			t.Errorf("%q: %v", passphrase, err)
		}
		// One octet of the safes changed: the MAC does not fit.
		data[len(data)/2] ^= 1
		if _, err := ReadFile(data, passphrases(passphrase)); err == nil {
			t.Errorf("%q: changed and read", passphrase)
		}
	}
	var unfit *UnfitError
	if _, err := writePKCS12(der, []*cert.Certificate{c}, []byte("p\xff"), 2048); !errors.As(err, &unfit) {
		t.Errorf("a passphrase of octets: %v", err)
	}
}

// TestOracle reads what go-pkcs12 writes in all its ways.
func TestOracle(t *testing.T) {
	t.Parallel()
	ca, err := NewToyCA("Test CA", testTime)
	if err != nil {
		t.Fatal(err)
	}
	key, err := softwareKey(ca.Key)
	if err != nil {
		t.Fatal(err)
	}
	for name, enc := range map[string]*pkcs12.Encoder{
		"LegacyRC2": pkcs12.LegacyRC2, "LegacyDES": pkcs12.LegacyDES, "Modern2023": pkcs12.Modern2023, "Modern2026": pkcs12.Modern2026,
	} {
		data, err := enc.Encode(key, ca.parsed, nil, "geheim")
		if err != nil {
			t.Fatal(err)
		}
		b, err := ReadFile(data, passphrases("geheim"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p, err := Pair(b, nil); err != nil || len(p.Identities) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPKCS12KDF checks the derivation against values computed with OpenSSL's
// PKCS12KDF; the last needs a second block and a carry.
func TestPKCS12KDF(t *testing.T) {
	t.Parallel()
	bmp := passwordForms([]byte("smeg"))[0].bmp
	salt, _ := hex.DecodeString("0a58cf64530d823f")
	if got, want := hex.EncodeToString(pkcs12KDF(sha1.New, kdfKey, bmp, salt, 1, 24)), "8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := hex.EncodeToString(pkcs12KDF(sha1.New, kdfIV, bmp, salt, 1, 8)), "79993dfe048d3b76"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed: SHA-256 is not compared")
	}
	out, err := exec.Command(openssl, "kdf", "-keylen", "100", "-kdfopt", "digest:SHA256", "-kdfopt", "hexpass:"+hex.EncodeToString(bmp),
		"-kdfopt", "hexsalt:0a58cf64530d823f", "-kdfopt", "iter:1000", "-kdfopt", "id:1", "-binary", "PKCS12KDF").Output()
	if err != nil {
		t.Skipf("openssl has no PKCS12KDF: %v", err)
	}
	if got := pkcs12KDF(sha256.New, kdfKey, bmp, salt, 1000, 100); !bytes.Equal(got, out) {
		t.Errorf("got %x, want %x", got, out)
	}
}

// TestLegacyRC2 holds the vectors of RFC 2268, Section 5.
func TestLegacyRC2(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		key       string
		effective int
		plain     string
		cipher    string
	}{
		{"0000000000000000", 63, "0000000000000000", "ebb773f993278eff"},
		{"ffffffffffffffff", 64, "ffffffffffffffff", "278b27e42e2f0d49"},
		{"3000000000000000", 64, "1000000000000001", "30649edf9be7d2c2"},
		{"88", 64, "0000000000000000", "61a8a244adacccf0"},
		{"88bca90e90875a", 64, "0000000000000000", "6ccf4308974c267f"},
		{"88bca90e90875a7f0f79c384627bafb2", 64, "0000000000000000", "1a807d272bbe5db1"},
		{"88bca90e90875a7f0f79c384627bafb2", 128, "0000000000000000", "2269552ab0f85ca6"},
		{"88bca90e90875a7f0f79c384627bafb216f80a6f85920584c42fceb0be255daf1e", 129, "0000000000000000", "5b78d3a43dfff1f1"},
	} {
		key, _ := hex.DecodeString(v.key)
		in, _ := hex.DecodeString(v.cipher)
		out := make([]byte, 8)
		newLegacyRC2(key, v.effective).Decrypt(out, in)
		if got := hex.EncodeToString(out); got != v.plain {
			t.Errorf("%s/%d: got %s, want %s", v.key, v.effective, got, v.plain)
		}
	}
}

// TestScryptLimits bounds all three costs of scrypt.
func TestScryptLimits(t *testing.T) {
	t.Parallel()
	params := func(n, r, p int64, more ...[]byte) []byte {
		return tlv(0x30, append([][]byte{tlv(4, []byte("salt")), intDER(n), intDER(r), intDER(p)}, more...)...)
	}
	malformed, limit := new(*MalformedError), new(*LimitError)
	for _, test := range []struct {
		name string
		der  []byte
		want any
	}{
		{"as OpenSSL", params(16384, 8, 1), nil},
		{"64 MiB", params(1<<16, 8, 1), nil},
		{"128 MiB", params(1<<17, 8, 1), limit},
		{"N no power of 2", params(16383, 8, 1), malformed},
		{"N 1", params(1, 8, 1), malformed},
		{"N 0", params(0, 8, 1), malformed},
		{"N huge", params(1<<62, 8, 1), limit},
		{"r 0", params(16384, 0, 1), malformed},
		{"r huge", params(2, 1<<40, 1), limit},
		{"p 0", params(16384, 8, 0), malformed},
		{"p huge", params(2, 1, 1<<40), limit},
		{"r and p huge", params(2, 1<<32, 1<<32), limit},
		{"key length 0", params(16384, 8, 1, intDER(0)), malformed},
		{"something after it", params(16384, 8, 1, intDER(32), intDER(32)), malformed},
	} {
		_, err := readScrypt(test.der)
		if test.want == nil && err != nil || test.want != nil && !errors.As(err, test.want) {
			t.Errorf("%s: got %v, want %T", test.name, err, test.want)
		}
	}
}

// TestPBES2Refuses: what the parameters say must fit.
func TestPBES2Refuses(t *testing.T) {
	t.Parallel()
	pbkdf2 := func(parts ...[]byte) []byte {
		return tlv(0x30, oidDER(algorithm.OIDPBKDF2.String()), tlv(0x30, parts...))
	}
	salt, count := tlv(4, []byte("saltsalt")), intDER(1000)
	aes := func(iv int) []byte { return tlv(0x30, oidDER(dottedAES+"42"), tlv(4, make([]byte, iv))) }
	malformed, limit, unsupported := new(*MalformedError), new(*LimitError), new(*UnsupportedError)
	for _, test := range []struct {
		name string
		der  []byte
		want any
	}{
		{"good", tlv(0x30, pbkdf2(salt, count), aes(16)), nil},
		{"good with key length", tlv(0x30, pbkdf2(salt, count, intDER(32)), aes(16)), nil},
		{"key length of another cipher", tlv(0x30, pbkdf2(salt, count, intDER(16)), aes(16)), malformed},
		{"IV too short", tlv(0x30, pbkdf2(salt, count), aes(8)), malformed},
		{"iterations 0", tlv(0x30, pbkdf2(salt, intDER(0)), aes(16)), malformed},
		{"iterations 2^31", tlv(0x30, pbkdf2(salt, intDER(1<<31)), aes(16)), limit},
		{"iterations of 9 octets", tlv(0x30, pbkdf2(salt, tlv(2, []byte{1, 0, 0, 0, 0, 0, 0, 0, 0})), aes(16)), limit},
		{"salt from elsewhere", tlv(0x30, pbkdf2(tlv(0x30, oidDER("1.2.3")), count), aes(16)), malformed},
		{"no salt", tlv(0x30, pbkdf2(tlv(4), count), aes(16)), malformed},
		{"unknown PRF", tlv(0x30, pbkdf2(salt, count, tlv(0x30, oidDER("1.2.3"))), aes(16)), unsupported},
		{"unknown KDF", tlv(0x30, tlv(0x30, oidDER("1.2.3")), aes(16)), unsupported},
		{"unknown cipher", tlv(0x30, pbkdf2(salt, count), tlv(0x30, oidDER("1.2.3"), tlv(4, make([]byte, 16)))), unsupported},
		{"something after it", tlv(0x30, pbkdf2(salt, count), aes(16), aes(16)), malformed},
	} {
		_, err := readPBES2(test.der)
		if test.want == nil && err != nil || test.want != nil && !errors.As(err, test.want) {
			t.Errorf("%s: got %v, want %T", test.name, err, test.want)
		}
	}
}

// TestToDER compares BER with the DER it stands for.
func TestToDER(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, der, rest string }{
		{"primitive", "0203010203ff", "0203010203", "ff"},
		{"definite", "3003020101", "3003020101", ""},
		{"indefinite", "30800201010000ff", "3003020101", "ff"},
		{"indefinite in indefinite", "3080308002010100000000", "30053003020101", ""},
		{"indefinite in definite", "3007308002010100003080", "30053003020101", "3080"},
		{"definite in indefinite", "3080300302010130000000", "300730030201013000", ""},
		{"long form of a short length", "308103020101", "3003020101", ""},
		{"leading zeros in a length", "3084000000030201ff", "30030201ff", ""},
		{"segments", "2480040101040202030000", "0403010203", ""},
		{"segments in segments", "2480248004010100000401020401000000", "0403010200", ""},
		{"no segments", "24800000", "0400", ""},
		{"high tag", "bf810180020101 0000", "bf8101 03020101", ""},
		{"implicit tag with segments", "a080040101040102 0000", "a006040101040102", ""},
	} {
		in, _ := hex.DecodeString(noBlanks(test.in))
		der, rest, err := toDER(in)
		if err != nil || hex.EncodeToString(der) != noBlanks(test.der) || hex.EncodeToString(rest) != test.rest {
			t.Errorf("%s: got %x, %x, %v", test.name, der, rest, err)
		}
	}
	for _, in := range []string{"", "30", "3001", "0480", "0000", "3080", "30800201", "30020201", "300200 00", "30800001", "2480020101 0000",
		"1f", "1f8181818181818101", "3089010000000000000000", "30ff", "30847fffffff", "3003 3080 00", "3004 30800000 00", "3080 3001 000000"} {
		raw, _ := hex.DecodeString(noBlanks(in))
		if der, rest, err := toDER(raw); err == nil && len(rest) == 0 {
			t.Errorf("%s: is read as %x", in, der)
		}
	}
}

func noBlanks(s string) string {
	return string(bytes.ReplaceAll([]byte(s), []byte(" "), nil))
}

// TestBundleWithOddCertificate: a certificate that crypto/x509 refuses does not
// take the others with it.
func TestBundleWithOddCertificate(t *testing.T) {
	t.Parallel()
	c := fixtureCertificate(t)
	// A negative serial number: RFC 5280 forbids it, some authorities wrote it.
	odd := bytes.Clone(c.Raw)
	i := bytes.Index(odd, tlv(0x02, c.Serial))
	odd[i+2] |= 0x80
	oddCert, err := cert.Parse(odd)
	if err != nil {
		t.Skipf("package cert refuses it too: %v", err)
	}
	data, err := EncodeP7B([]*cert.Certificate{c, oddCert})
	if err != nil {
		t.Fatal(err)
	}
	b, err := ReadFile(data, nil)
	if err != nil || len(b.Certificates) != 2 {
		t.Errorf("got %+v, %v", b, err)
	}
}
