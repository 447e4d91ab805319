package cms

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"smimectl/internal/algorithm"
)

// oldCiphers are the options that give openssl its old ciphers, or nothing where it has no such provider.
func oldCiphers(t *testing.T, dir string) []string {
	t.Helper()
	providers := []string{"-provider", "legacy", "-provider", "default"}
	if _, err := opensslIn(t, dir, append([]string{"list", "-providers"}, providers...)...); err != nil {
		return nil
	}
	return providers
}

// cipherOption names a cipher to openssl: by its number, unless that has several lengths of keys.
func cipherOption(c *algorithm.ContentCipher) string {
	for _, o := range algorithm.ContentCiphers() {
		if o != c && o.OID == c.OID {
			return "-" + c.Name
		}
	}
	return "-" + c.OID.String()
}

// opensslEncrypts has openssl encrypt in a folder and decrypts it. It returns the number of the key encryption, or "" where
// openssl cannot do it. refused is why this program does not take it, where it does not.
func opensslEncrypts(t *testing.T, dir, name, refused string, key func(*Envelope, *RecipientInfo) ([]byte, error), args ...string) (met string) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		plain := content(1000)
		writeFile(t, dir, "plain", plain)
		args = append([]string{"cms", "-encrypt", "-binary", "-in", "plain", "-outform", "DER", "-out", "message"}, args...)
		if out, err := opensslIn(t, dir, args...); err != nil {
			if strings.Contains(out, "-help") {
				t.Fatalf("options: %s", out)
			}
			t.Skipf("this openssl does not encrypt so: %s", lastLine(out))
		}
		message := readFile(t, dir, "message")
		e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		err = readForeign(message, plain, key)
		if refused != "" {
			if _, ok := errors.AsType[*algorithm.UnsupportedError](err); !ok {
				t.Errorf("got %v, want an UnsupportedError: %s", err, refused)
			}
			return
		}
		if err != nil {
			t.Fatalf("%v (%s, %s)", err, e.Recipients[0].Algorithm.OID, e.ContentAlgorithm.OID)
		}
		met = e.Recipients[0].Algorithm.OID.String()
		if strings.HasPrefix(name, "derived") {
			return // the wrap tells changes, not the derivation
		}
		for _, at := range []int{bytes.Index(message, e.Recipients[0].EncryptedKey) + 9, len(message) - 40} {
			if err := readForeign(flipped(message, at), plain, key); err == nil {
				t.Errorf("octet %d of %d changed: opened", at, len(message))
			}
		}
	})
	return met
}

// TestOpenSSLEncryptsEverything decrypts what openssl encrypts to each kind of key in every way that it takes: each pair
// of hashes of OAEP, each hash of the derivation on each curve, with and without the cofactor, each key wrap, each cipher.
func TestOpenSSLEncryptsEverything(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	met := map[string]int{}
	count := func(oid string) {
		mu.Lock()
		defer mu.Unlock()
		if oid != "" {
			met[oid]++
		}
	}
	digests := algorithm.Digests()
	t.Run("keys", func(t *testing.T) {
		for _, kind := range opensslKinds() {
			t.Run(kind, func(t *testing.T) {
				t.Parallel()
				k, dir := opensslKeyOf(t, kind)
				if k.public == nil || !k.public.CanTransport && !k.public.CanAgree && !k.public.CanEncapsulate {
					t.Skip("nothing is encrypted to this key")
				}
				private, err := algorithm.ParsePrivateKey(k.pkcs8)
				if err != nil {
					t.Fatalf("the private key of openssl is not read: %v", err)
				}
				refused := ""
				to := func(name string, more ...string) bool {
					oid := opensslEncrypts(t, dir, name, refused, withKey(private), append([]string{"-aes-256-gcm", "-recip", "cert.pem"}, more...)...)
					count(oid)
					return oid != ""
				}
				if !to("as it is") {
					return // not this kind of key
				}
				to("by key identifier", "-keyid")
				switch {
				case k.public.CanTransport:
					for i, hash := range digests {
						for j, mask := range digests {
							if i > 0 && j > 0 && i != j && !everyVector() {
								continue // each beside SHA-256, on either side, and beside itself
							}
							if refused = ""; strings.HasPrefix(hash.Name+mask.Name, "shake") || strings.Contains(mask.Name, "shake") {
								refused = "no standard has an extendable function in OAEP (RFC 8702 has it in PSS alone)"
							}
							to("OAEP "+hash.Name+" "+mask.Name, "-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:"+hash.OID.String(), "-keyopt", "rsa_mgf1_md:"+mask.OID.String())
						}
					}
				case k.public.CanAgree:
					for _, hash := range digestsFor(t, k.public, kind) {
						for _, cofactor := range []string{"0", "1"} {
							if !to("derived with "+hash.Name+" "+cofactor, "-keyopt", "ecdh_kdf_md:"+hash.OID.String(), "-keyopt", "ecdh_cofactor_mode:"+cofactor) {
								break
							}
						}
					}
					for _, r := range algorithm.Rows() {
						if r.Table == "key-wrap" && (kind == "P-256" || everyVector()) {
							to("wrapped with "+r.Name, "-wrap", r.OID.String())
						}
					}
				}
			})
		}
	})
	t.Run("ciphers", func(t *testing.T) {
		t.Parallel()
		k, dir := opensslKeyOf(t, "P-256")
		private, err := algorithm.ParsePrivateKey(k.pkcs8)
		if err != nil {
			t.Fatal(err)
		}
		more := append(oldCiphers(t, dir), "-recip", "cert.pem")
		for _, c := range algorithm.ContentCiphers() {
			for _, form := range []string{"-noindef", "-stream"} {
				opensslEncrypts(t, dir, c.Name+form, "", withKey(private), append([]string{cipherOption(c), form}, more...)...)
			}
		}
	})
	t.Run("shared secrets", func(t *testing.T) {
		t.Parallel()
		needOpenSSL(t)
		dir := t.TempDir()
		more := oldCiphers(t, dir)
		password := func(e *Envelope, ri *RecipientInfo) ([]byte, error) {
			return e.ContentKeyPassword(ri, []byte("correct horse"))
		}
		for _, c := range algorithm.ContentCiphers() {
			refused := ""
			if c.Status == algorithm.Broken {
				refused = "no broken cipher wraps a key"
			}
			opensslEncrypts(t, dir, "password, "+c.Name, refused, password, append([]string{cipherOption(c), "-pwri_password", "correct horse"}, more...)...)
			for _, size := range []int{16, 24, 32} {
				kek := content(size)
				opensslEncrypts(t, dir, fmt.Sprintf("key of %d octets, %s", size, c.Name), "", withKEK(kek),
					append([]string{cipherOption(c), "-secretkey", hex.EncodeToString(kek), "-secretkeyid", "01"}, more...)...)
			}
		}
	})
	t.Cleanup(func() { // after the parallel ones
		for _, r := range algorithm.Rows() {
			if (r.Table == "key-transport" || r.Table == "key-agreement" || r.Table == "key-encapsulation") && met[r.OID.String()] == 0 {
				t.Logf("openssl does not write %s %s %s here", r.Table, r.Name, r.OID)
			}
		}
		t.Logf("key encryptions by number: %v", met)
	})
}

// TestOpenSSLDecryptsEverything has openssl decrypt what we encrypt to each key, in every way that goes with it, under
// every cipher that is written, and to what two people share.
func TestOpenSSLDecryptsEverything(t *testing.T) {
	t.Parallel()
	needOpenSSL(t)
	for _, name := range productKeys() {
		if strings.HasPrefix(name, "slh-dsa-") {
			continue // slow to make, and nothing to encrypt to
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			who := recipientOf(t, name)
			if public := who.key.Public; !public.CanTransport && !public.CanAgree && !public.CanEncapsulate {
				t.Skip("nothing is encrypted to this key")
			}
			dir := t.TempDir()
			der, err := who.key.PKCS8()
			if err != nil {
				t.Fatal(err)
			}
			writeFile(t, dir, "cert.pem", pemOf("CERTIFICATE", who.cert.Raw))
			writeFile(t, dir, "key.pem", pemOf("PRIVATE KEY", der))
			writeFile(t, dir, "plain", content(1000))
			if out, err := opensslIn(t, dir, "cms", "-encrypt", "-binary", "-aes128", "-in", "plain", "-outform", "DER", "-out", "own", "-recip", "cert.pem"); err != nil {
				t.Skipf("this openssl encrypts nothing to such a key: %s", lastLine(out))
			}
			ways := []*algorithm.KeyEncryption{nil}
			for _, way := range algorithm.KeyEncryptions() {
				if way.Fits(who.key.Public) {
					ways = append(ways, way)
				}
			}
			ciphers := writtenCiphers()
			for i, way := range ways {
				label := "as it is"
				if way != nil {
					label = way.Name
				}
				for n, c := range ciphers {
					if (i > 0 || name != "rsa-2048") && n != i%len(ciphers) && c.Name != "aes-256-cbc" && !everyVector() {
						continue // the content's way does not depend on the recipient
					}
					opensslDecrypts(t, dir, label+", "+c.Name, c, Recipient{Certificate: who.cert, By: way, ByKeyID: i%2 == 1}, "-recip", "cert.pem", "-inkey", "key.pem")
				}
			}
		})
	}
	t.Run("shared secrets", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		for _, c := range writtenCiphers() {
			if c.Name == "aes-256-gcm" || c.Name == "aes-128-cbc" { // 600,000 iterations each
				opensslDecrypts(t, dir, "password, "+c.Name, c, Recipient{Password: []byte("correct horse")}, "-pwri_password", "correct horse")
			}
			for _, size := range []int{16, 24, 32} {
				kek := content(size)
				opensslDecrypts(t, dir, fmt.Sprintf("key of %d octets, %s", size, c.Name), c, Recipient{KEK: kek, KEKID: []byte{1}},
					"-secretkey", hex.EncodeToString(kek), "-secretkeyid", "01")
			}
		}
	})
}

// opensslDecrypts encrypts to somebody and has openssl decrypt it.
func opensslDecrypts(t *testing.T, dir, name string, c *algorithm.ContentCipher, to Recipient, args ...string) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		plain := content(1000)
		writeFile(t, dir, "message", encrypted(t, plain, c.Name, c.Sized || len(name)%2 == 0, to))
		args = append([]string{"cms", "-decrypt", "-binary", "-inform", "DER", "-in", "message", "-out", "out"}, args...)
		out, err := opensslIn(t, dir, args...)
		if err == nil {
			if !bytes.Equal(readFile(t, dir, "out"), plain) {
				t.Error("openssl got other content")
			}
			return
		}
		if lacks := opensslLacks(t, c); lacks != "" {
			t.Skipf("this openssl has no %s in messages: %s", c.Name, lacks)
		}
		t.Errorf("openssl: %v\n%s", err, out)
	})
}

// lackedCiphers are the answers of [opensslLacks].
var lackedCiphers sync.Map

// opensslLacks says why openssl does not read a cipher, or "": what it does not write to a key of its own, and read again, it
// does not have in CMS.
func opensslLacks(t *testing.T, c *algorithm.ContentCipher) string {
	t.Helper()
	_, own := opensslKeyOf(t, "P-256")
	asked, _ := lackedCiphers.LoadOrStore(c.Name, sync.OnceValue(func() string {
		writeFile(t, own, "plain", content(1000))
		for _, step := range [][]string{
			{"cms", "-encrypt", "-binary", cipherOption(c), "-in", "plain", "-outform", "DER", "-out", "own", "-recip", "cert.pem"},
			{"cms", "-decrypt", "-binary", "-inform", "DER", "-in", "own", "-out", "out", "-recip", "cert.pem", "-inkey", "key.pem"},
		} {
			if said, err := opensslIn(t, own, step...); err != nil {
				return lastLine(said)
			}
		}
		return ""
	}))
	return asked.(func() string)()
}
