package message

import (
	"bytes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/asn1"
	"slices"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/verdict"
)

// rc2Versions say the size of a key of RC2 (RFC 2268, Section 6).
var rc2Versions = map[int]int{5: 160, 8: 120, 16: 58}

// oldEncrypted is content under a cipher that nothing is written with. CBC mode can be gone through from the end with
// nothing but the decryption of a block, where the IV may be any.
func oldEncrypted(t *testing.T, name string, key, plain []byte) (id algorithm.Identifier, ciphertext []byte) {
	t.Helper()
	c, err := algorithm.ContentCipherByName(name)
	if err != nil {
		t.Fatal(err)
	}
	size := c.BlockSize
	_, zero := oldParameters(t, c, make([]byte, size))
	block := func(b []byte) []byte {
		d, err := c.NewDecrypter(zero, key)
		if err != nil {
			t.Fatal(err)
		}
		out := d.Update(nil, append(bytes.Clone(b), make([]byte, 2*size)...)) // the last block may hold the padding
		return out[:size]
	}
	n := size - len(plain)%size
	plain = append(bytes.Clone(plain), bytes.Repeat([]byte{byte(n)}, n)...)
	last := bytes.Repeat([]byte{9}, size)
	for i := len(plain); i > 0; i -= size {
		ciphertext = append(bytes.Clone(last), ciphertext...)
		before := block(last)
		subtle.XORBytes(before, before, plain[i-size:i])
		last = before
	}
	id, _ = oldParameters(t, c, last)
	return id, ciphertext
}

// oldParameters are those of a cipher with an IV, in the form that it takes.
func oldParameters(t *testing.T, c *algorithm.ContentCipher, iv []byte) (algorithm.Identifier, *algorithm.CipherParameters) {
	t.Helper()
	rc2, err := asn1.Marshal(struct {
		Version int
		IV      []byte
	}{rc2Versions[c.KeySize], iv})
	if err != nil {
		t.Fatal(err)
	}
	for _, parameters := range [][]byte{cmstest.Primitive(ber.OctetString, iv).Encode(), rc2} {
		id := algorithm.Identifier{OID: c.OID, Parameters: parameters}
		if found, read, err := algorithm.FindContentCipher(id); err == nil && found.Name == c.Name {
			return id, read
		}
	}
	t.Fatalf("no form of parameters fits %s: add it here", c.Name)
	return algorithm.Identifier{}, nil
}

// TestOldCipher encrypts with every row of the ciphers that is not current.
func TestOldCipher(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tried := 0
	for _, row := range algorithm.RowsOf("cipher") {
		if row.Status == algorithm.Current {
			continue
		}
		tried++
		c, err := algorithm.ContentCipherByName(row.Name)
		if err != nil {
			t.Fatal(err)
		}
		key := bytes.Repeat([]byte{1, 0x83, 5, 7, 0x4f, 11, 13}, 10)[:c.KeySize]
		id, ciphertext := oldEncrypted(t, row.Name, key, []byte(text))
		tree := envelopeTree{cmstest.MustParse(w.envelopedData([]byte(text), "aes-128-cbc", cms.Recipient{Certificate: w.rsa.Certificate}))}
		transport, err := algorithm.KeyTransportFor(w.rsa.Key.Public, false)
		if err != nil {
			t.Fatal(err)
		}
		encrypted, err := transport.Encrypt(w.rsa.Key.Public, key)
		if err != nil {
			t.Fatal(err)
		}
		*tree.encryptedKey() = *cmstest.Primitive(ber.OctetString, encrypted)
		*contentAlgorithm(tree.Node) = *cmstest.Raw(id.DER())
		tree.ciphertext().Value = ciphertext
		in := decryptInput(mailOf(fromAlice, w.pkcs7("enveloped-data", tree.Encode())))
		brokenMail(t, w.examiner(keyOf(w.rsa)), in, row.Status, verdict.WeakCipher, c.Name)
		if row.Status == algorithm.Broken { // refused before the key is used
			expect(t, examine(t, w.examiner(untouchable(t, w.rsa)), in), verdict.WordUnreadable, verdict.WeakCipher)
		}
	}
	if tried < 3 {
		t.Errorf("only %d rows", tried)
	}
}

// openedCEK is the content-encryption key of a message for a key that both sides have.
func openedCEK(t *testing.T, tree *cmstest.Node) []byte {
	t.Helper()
	e, err := cms.ReadEnvelope(bytes.NewReader(tree.Encode()), cms.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	cek, err := e.ContentKeyKEK(e.Recipients[0], shared.KEK)
	if err != nil {
		t.Fatal(err)
	}
	return cek
}

// tripleDESWrap is RFC 3217, Section 3.1.
func tripleDESWrap(t *testing.T, kek, cek []byte) []byte {
	t.Helper()
	block, err := des.NewTripleDESCipher(kek)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha1.Sum(cek)
	once := append(bytes.Clone(cek), sum[:8]...)
	iv := bytes.Repeat([]byte{3}, 8)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(once, once)
	all := append(iv, once...)
	slices.Reverse(all)
	cipher.NewCBCEncrypter(block, []byte{0x4a, 0xdd, 0xa2, 0x2c, 0x79, 0xe8, 0x21, 0x05}).CryptBlocks(all, all)
	return all
}

// TestOldKeyWrap wraps the key of the content with every row of the key wraps that is not current.
func TestOldKeyWrap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wraps := map[string]func(t *testing.T, kek, cek []byte) []byte{"3des-wrap": tripleDESWrap}
	for _, row := range algorithm.RowsOf("key-wrap") {
		if row.Status == algorithm.Current {
			continue
		}
		wrap := wraps[row.Name]
		if wrap == nil {
			t.Fatalf("%s is not wrapped here: add it", row.Name)
		}
		kek := bytes.Repeat([]byte{7, 0x81, 3}, 8)
		tree := cmstest.MustParse(w.envelopedData([]byte(text), "aes-256-gcm", shared))
		ri := recipientInfos(tree).At(0)
		*ri.At(3) = *cmstest.Primitive(ber.OctetString, wrap(t, kek, openedCEK(t, tree)))
		*ri.At(2) = *cmstest.Raw(algorithm.Identifier{OID: row.OID}.DER())
		x := w.examiner()
		x.Secrets.KEK = kek
		brokenMail(t, x, decryptInput(mailOf(fromAlice, w.pkcs7("authEnveloped-data", tree.Encode()))), row.Status, oldWrap[row.Status], row.Name)
	}
}

// oldWrap is the reason that names an old key wrap.
var oldWrap = map[algorithm.Status]verdict.Code{algorithm.Legacy: verdict.WeakKey, algorithm.Broken: verdict.WeakCipher}

// TestOldPasswordWrap makes the key wrap of a password with every cipher that is not current (RFC 3211, Section 2.3.1).
// What is broken is no key wrap here.
func TestOldPasswordWrap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, row := range algorithm.RowsOf("cipher") {
		if row.Status == algorithm.Current {
			continue
		}
		t.Run(row.Name, func(t *testing.T) {
			t.Parallel()
			c, err := algorithm.ContentCipherByName(row.Name)
			if err != nil {
				t.Fatal(err)
			}
			tree := cmstest.MustParse(w.envelopedData([]byte(text), "aes-256-gcm", shared))
			cek := openedCEK(t, tree)
			kek, err := pbkdf2.Key(sha1.New, "secret", []byte("salt"), 1, c.KeySize)
			if err != nil {
				t.Fatal(err)
			}
			iv := bytes.Repeat([]byte{9}, c.BlockSize)
			id, _ := oldParameters(t, c, iv)
			wrapped := append([]byte{byte(len(cek)), ^cek[0], ^cek[1], ^cek[2]}, cek...)
			wrapped = append(wrapped, make([]byte, (c.BlockSize-len(wrapped)%c.BlockSize)%c.BlockSize)...)
			if block, err := c.BlockCipher(kek); err == nil {
				cipher.NewCBCEncrypter(block, iv).CryptBlocks(wrapped, wrapped)
				cipher.NewCBCEncrypter(block, wrapped[len(wrapped)-c.BlockSize:]).CryptBlocks(wrapped, wrapped)
			} else if row.Status == algorithm.Legacy {
				t.Fatal(err)
			}
			derivation := algorithm.Identifier{OID: algorithm.OIDPBKDF2, Parameters: []byte("\x30\x09\x04\x04salt\x02\x01\x01")}.DER()
			derivation[0] = 0xa0
			*recipientInfos(tree).At(0) = *cmstest.Constructed(ber.Context(3), cmstest.Primitive(ber.Integer, []byte{0}), cmstest.Raw(derivation),
				cmstest.Raw(algorithm.Identifier{OID: algorithm.MustOID(idPWRI), Parameters: id.DER()}.DER()), cmstest.Primitive(ber.OctetString, wrapped))
			x := w.examiner()
			x.Secrets.Password = []byte("secret")
			in := decryptInput(mailOf(fromAlice, w.pkcs7("authEnveloped-data", tree.Encode())))
			if row.Status == algorithm.Legacy {
				brokenMail(t, x, in, row.Status, verdict.WeakKey, row.Name)
				return
			}
			x.Policy.Allow = map[string]bool{"all": true}
			ex := examine(t, x, in)
			expect(t, ex, verdict.WordUnreadable, verdict.UnsupportedAlg)
			if reason := failing(ex.Report); !strings.HasPrefix(reason.Text, "unsupported: ") || !strings.Contains(reason.Text, c.Title) {
				t.Errorf("%q does not name %s", reason.Text, c.Title)
			}
		})
	}
}
