package cms

import (
	"bytes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"encoding/hex"
	"errors"
	"testing"

	"golang.org/x/crypto/cryptobyte"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func integer(n int64) []byte {
	var b cryptobyte.Builder
	b.AddASN1Int64(n)
	return b.BytesOrPanic()
}

// pwriSeal is the wrap of RFC 3211, Section 2.3.1, without the random padding.
func pwriSeal(block cipher.Block, iv, cek []byte) []byte {
	size := block.BlockSize()
	b := append([]byte{byte(len(cek)), ^cek[0], ^cek[1], ^cek[2]}, cek...)
	for len(b)%size != 0 || len(b) < 2*size {
		b = append(b, 0x55)
	}
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(b, b)
	cipher.NewCBCEncrypter(block, b[len(b)-size:]).CryptBlocks(b, b)
	return b
}

const (
	dottedPWRI   = "1.2.840.113549.1.9.16.3.9"
	dottedPBKDF2 = "1.2.840.113549.1.5.12"
	dottedCBC256 = "2.16.840.1.101.3.4.1.42"
)

// kdf is keyDerivationAlgorithm; size 0 leaves keyLength out.
func kdf(salt []byte, iterations []byte, more ...[]byte) []byte {
	list := append([][]byte{octets(salt), iterations}, more...)
	der := identifier(dottedPBKDF2, ber.Wrap(ber.Sequence, list...))
	der[0] = 0xa0
	return der
}

// TestPWRIVector is the second one of RFC 3211, Section 3.
func TestPWRIVector(t *testing.T) {
	t.Parallel()
	iv := unhex(t, "baf1ca7931213c4e")
	salt := unhex(t, "1234567878563412")
	cek := unhex(t, "8c637d887223a2f965b566eb014b0fa5d52300a3f7ea40fffc577203c71baf3b")
	e := &Envelope{Cipher: cipherNamed(t, "aes-256-cbc")} // for the size of the key only
	ri := &RecipientInfo{
		Kind:          Password,
		KeyDerivation: &algorithm.Identifier{OID: algorithm.OIDPBKDF2, Parameters: ber.Wrap(ber.Sequence, octets(salt), integer(500))},
		Algorithm:     algorithm.Identifier{OID: algPWRI, Parameters: identifier("1.2.840.113549.3.7", octets(iv))},
		EncryptedKey:  unhex(t, "c03c514abdb9e2c5aac038572b5e24553876b377aafb82eca5a9d73f8ab143d9ec74e6cad7db260c"),
	}
	got, err := e.ContentKeyPassword(ri, []byte("All n-entities must communicate with other n-entities via n-1 entiteeheehees"))
	if err != nil || !bytes.Equal(got, cek) {
		t.Errorf("%x, %v", got, err)
	}
	ri.KeyDerivation = nil
	got, err = e.ContentKeyKEK(ri, unhex(t, "6a8970bf68c92caea84a8df28510858607126380cc47ab2d"))
	if err != nil || !bytes.Equal(got, cek) {
		t.Errorf("%x, %v", got, err)
	}
}

// TestPWRIUnwrap looks at what is checked after the decryption, and before it.
func TestPWRIUnwrap(t *testing.T) {
	t.Parallel()
	made, err := newPWRIWrap(algorithm.Identifier{OID: algPWRI, Parameters: identifier(dottedCBC128, octets(make([]byte, 16)))})
	if err != nil {
		t.Fatal(err)
	}
	w := made.(*pwriWrap)
	kek, cek := content(16), content(24)
	block := w.block(kek)
	seal := func(head ...byte) []byte {
		b := append(append(head, cek...), make([]byte, 4)...)
		cipher.NewCBCEncrypter(block, w.iv).CryptBlocks(b, b)
		cipher.NewCBCEncrypter(block, b[16:]).CryptBlocks(b, b)
		return b
	}
	good := []byte{24, ^cek[0], ^cek[1], ^cek[2]}
	if got, err := w.unwrap(kek, seal(good...), 24); err != nil || !bytes.Equal(got, cek) {
		t.Errorf("%x, %v", got, err)
	}
	for i := range 8 * len(good) {
		head := bytes.Clone(good)
		head[i/8] ^= 1 << (i % 8)
		if _, err := w.unwrap(kek, seal(head...), 24); err != ErrDecrypt {
			t.Errorf("bit %d: %v", i, err)
		}
	}
	for n := range 66 {
		for _, size := range []int{5, 16, 24, 32} {
			if _, err := w.unwrap(kek, make([]byte, n), size); err != ErrDecrypt {
				t.Errorf("%d octets for %d: %v", n, size, err)
			}
		}
	}
}

func TestContentKeyPassword(t *testing.T) {
	t.Parallel()
	plain := []byte("under a password")
	password := []byte("pässword")
	salt := []byte("0123456789abcdef")
	iv := content(16)
	sha256PRF := identifier("1.2.840.113549.2.9", []byte{5, 0})
	inner := identifier(dottedCBC256, octets(iv))
	base := take(t, encrypted(t, plain, "aes-256-gcm", true, Recipient{Certificate: people()["p-256"].cert}))
	e, err := ReadEnvelope(bytes.NewReader(base.message()), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	cek, err := e.ContentKey(e.Recipients[0], people()["p-256"].key)
	if err != nil {
		t.Fatal(err)
	}
	wrapUnder := func(derivation []byte, wrapID []byte) []byte {
		id, err := algorithm.ParseIdentifier(wrapID)
		if err != nil {
			t.Fatal(err)
		}
		ri := &RecipientInfo{Kind: Password, Algorithm: id}
		w, err := findKEKWrap(ri)
		if err != nil {
			t.Fatal(err)
		}
		der := bytes.Clone(derivation)
		der[0] = 0x30
		kid, _ := algorithm.ParseIdentifier(der)
		d, err := readPBKDF2(kid, w.size())
		if err != nil {
			t.Fatal(err)
		}
		kek, err := pbkdf2.Key(d.prf.New, string(password), d.salt, d.iterations, w.size())
		if err != nil {
			t.Fatal(err)
		}
		if p, ok := w.(*pwriWrap); ok {
			return pwriSeal(p.block(kek), p.iv, cek)
		}
		out, err := w.(plainWrap).row.Wrap(kek, cek)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	pwriID := identifier(dottedPWRI, inner)
	plainID := identifier("2.16.840.1.101.3.4.1.45", nil)
	tripleID := identifier(dottedPWRI, identifier("1.2.840.113549.3.7", octets(iv[:8])))
	goodKDF := kdf(salt, integer(1000), sha256PRF)
	good := wrapUnder(goodKDF, pwriID)
	changed := bytes.Clone(good)
	changed[3] ^= 1
	var malformed *MalformedError
	var limit *LimitError
	var unsupported *algorithm.UnsupportedError
	for _, tc := range []struct {
		name       string
		derivation []byte
		wrap       []byte
		key        []byte
		password   []byte
		want       any // nil: success; ErrDecrypt; or a target
	}{
		{"PWRI-KEK", goodKDF, pwriID, good, password, nil},
		{"default PRF", kdf(salt, integer(1000)), pwriID, wrapUnder(kdf(salt, integer(1000)), pwriID), password, nil},
		{"keyLength", kdf(salt, integer(1000), integer(32), sha256PRF), pwriID, good, password, nil},
		{"3DES", kdf(salt, integer(10)), tripleID, wrapUnder(kdf(salt, integer(10)), tripleID), password, nil},
		{"plain AES wrap", goodKDF, plainID, wrapUnder(goodKDF, plainID), password, nil},
		{"another password", goodKDF, pwriID, good, []byte("password"), ErrDecrypt},
		{"empty password", goodKDF, pwriID, good, nil, ErrDecrypt},
		{"key changed", goodKDF, pwriID, changed, password, ErrDecrypt},
		{"one block", goodKDF, pwriID, good[:16], password, ErrDecrypt},
		{"no block", goodKDF, pwriID, nil, password, ErrDecrypt},
		{"not whole blocks", goodKDF, pwriID, good[:33], password, ErrDecrypt},
		{"two blocks", goodKDF, pwriID, good[:32], password, ErrDecrypt},
		{"two blocks and a half", goodKDF, pwriID, good[:41], password, ErrDecrypt},
		{"huge", goodKDF, pwriID, make([]byte, 4096), password, ErrDecrypt},
		{"other salt", kdf(salt[1:], integer(1000), sha256PRF), pwriID, good, password, ErrDecrypt},
		{"other count", kdf(salt, integer(1001), sha256PRF), pwriID, good, password, ErrDecrypt},
		{"other PRF", kdf(salt, integer(1000), identifier("1.2.840.113549.2.11", nil)), pwriID, good, password, ErrDecrypt},
		{"iterations 0", kdf(salt, integer(0), sha256PRF), pwriID, good, password, &malformed},
		{"iterations -1", kdf(salt, integer(-1), sha256PRF), pwriID, good, password, &malformed},
		{"iterations 10,000,001", kdf(salt, integer(10_000_001), sha256PRF), pwriID, good, password, &limit},
		{"iterations 2^31", kdf(salt, integer(1<<31), sha256PRF), pwriID, good, password, &limit},
		{"iterations 2^63", kdf(salt, unhex(t, "0209008000000000000000"), sha256PRF), pwriID, good, password, &limit},
		{"no salt", kdf(nil, integer(1000), sha256PRF), pwriID, good, password, &malformed},
		{"salt of 2 kB", kdf(make([]byte, 2048), integer(1000), sha256PRF), pwriID, good, password, &malformed},
		{"keyLength of another key", kdf(salt, integer(1000), integer(16), sha256PRF), pwriID, good, password, &malformed},
		{"unknown PRF", kdf(salt, integer(1000), identifier("1.2.3", nil)), pwriID, good, password, &unsupported},
		{"PRF with parameters", kdf(salt, integer(1000), identifier("1.2.840.113549.2.9", integer(1))), pwriID, good, password, &malformed},
		{"no KDF", nil, pwriID, good, password, &malformed},
		{"no IV inside, unknown cipher", goodKDF, identifier(dottedPWRI, identifier("2.16.840.1.101.3.4.1.4", nil)), good, password, &malformed},
		{"OFB inside", goodKDF, identifier(dottedPWRI, identifier("2.16.840.1.101.3.4.1.43", octets(iv))), good, password, &unsupported},
		{"GCM inside", goodKDF, identifier(dottedPWRI, identifier(dottedGCM128, gcmParameters(iv[:12], 16))), good, password, &unsupported},
		{"no IV inside", goodKDF, identifier(dottedPWRI, identifier(dottedCBC256, nil)), good, password, &malformed},
		{"nothing inside", goodKDF, identifier(dottedPWRI, nil), good, password, &malformed},
		{"unknown wrap", goodKDF, identifier("1.2.3.4", nil), good, password, &unsupported},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := *base
			p.infos = append(p.infos[:1:1], ber.Wrap(ber.Context(3), []byte{2, 1, 0}, tc.derivation, tc.wrap, octets(tc.key)))
			e, err := ReadEnvelope(bytes.NewReader(p.message()), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			ri := e.Recipients[1]
			if ri.Kind != Password || ri.Matches(people()["p-256"].cert) {
				t.Fatalf("%v", ri.Kind)
			}
			got, err := e.ContentKeyPassword(ri, tc.password)
			switch want := tc.want.(type) {
			case nil:
				if err != nil || !bytes.Equal(got, cek) {
					t.Fatalf("%x, %v", got, err)
				}
				var out bytes.Buffer
				if err := e.Decrypt(opener(p.message()), got, &out); err != nil || !bytes.Equal(out.Bytes(), plain) {
					t.Errorf("%q, %v", out.Bytes(), err)
				}
			case error:
				if err != want {
					t.Errorf("got %v", err)
				}
			default:
				if err == nil || !errors.As(err, want) {
					t.Errorf("got %v", err)
				}
			}
		})
	}
}

func TestContentKeyKEK(t *testing.T) {
	t.Parallel()
	base := take(t, encrypted(t, []byte("x"), "aes-128-gcm", true, Recipient{Certificate: people()["p-256"].cert}))
	e, _ := ReadEnvelope(bytes.NewReader(base.message()), Limits{})
	cek, err := e.ContentKey(e.Recipients[0], people()["p-256"].key)
	if err != nil {
		t.Fatal(err)
	}
	kek := content(16)
	wrapID := identifier("2.16.840.1.101.3.4.1.5", nil)
	id, _ := algorithm.ParseIdentifier(wrapID)
	row, err := algorithm.FindKeyWrap(id)
	if err != nil {
		t.Fatal(err)
	}
	wrapped, err := row.Wrap(kek, cek)
	if err != nil {
		t.Fatal(err)
	}
	date := []byte("\x18\x0f20200101000000Z")
	kekid := ber.Wrap(ber.Sequence, octets([]byte("key 1")))
	fields := func(id []byte) [][]byte { return [][]byte{{2, 1, 4}, id, wrapID, octets(wrapped)} }
	pwriID := identifier(dottedPWRI, identifier(dottedCBC128, octets(make([]byte, 16))))
	pid, _ := algorithm.ParseIdentifier(pwriID)
	pw, _ := newPWRIWrap(pid)
	for _, tc := range []struct {
		name string
		info []byte
		note bool
	}{
		{"plain", ber.Wrap(ber.Context(2), fields(kekid)...), false},
		{"date", ber.Wrap(ber.Context(2), fields(ber.Wrap(ber.Sequence, octets([]byte("key 1")), date))...), true},
		{"date and other", ber.Wrap(ber.Context(2), fields(ber.Wrap(ber.Sequence, octets([]byte("key 1")), date, ber.Wrap(ber.Sequence, derOID(TypeData))))...), true},
		{"explicit tag", ber.Wrap(ber.Context(2), ber.Wrap(ber.Sequence, fields(kekid)...)), true},
		{"password without KDF", ber.Wrap(ber.Context(3), []byte{2, 1, 0}, wrapID, octets(wrapped)), false},
		{"PWRI-KEK without KDF", ber.Wrap(ber.Context(3), []byte{2, 1, 0}, pwriID, octets(pwriSeal(pw.(*pwriWrap).block(kek), make([]byte, 16), cek))), false},
	} {
		p := *base
		p.infos = [][]byte{tc.info}
		e, err := ReadEnvelope(bytes.NewReader(p.message()), Limits{})
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		ri := e.Recipients[0]
		if (len(e.Notes) > 0) != tc.note || ri.Kind == KEK && string(ri.KeyIdentifier) != "key 1" {
			t.Errorf("%s: notes %q, %q", tc.name, e.Notes, ri.KeyIdentifier)
		}
		if got, err := e.ContentKeyKEK(ri, kek); err != nil || !bytes.Equal(got, cek) {
			t.Errorf("%s: %x, %v", tc.name, got, err)
		}
		if _, err := e.ContentKeyKEK(ri, make([]byte, 16)); err != ErrDecrypt {
			t.Errorf("%s, another key: %v", tc.name, err)
		}
		var size *algorithm.KeySizeError
		if _, err := e.ContentKeyKEK(ri, make([]byte, 32)); !errors.As(err, &size) {
			t.Errorf("%s, longer key: %v", tc.name, err)
		}
		// A KEK recipient takes no password; a password recipient that says no key
		// derivation cannot have one.
		var want any = new(*algorithm.UnsupportedError)
		if ri.Kind == Password {
			want = new(*MalformedError)
		}
		if _, err := e.ContentKeyPassword(ri, []byte("x")); !errors.As(err, want) {
			t.Errorf("%s, password: %v", tc.name, err)
		}
		cut := *ri
		for _, n := range []int{0, 8, 16, 17, 23} {
			cut.EncryptedKey = ri.EncryptedKey[:n]
			if _, err := e.ContentKeyKEK(&cut, kek); err != ErrDecrypt {
				t.Errorf("%s, %d octets: %v", tc.name, n, err)
			}
		}
	}
	if _, err := e.ContentKeyKEK(e.Recipients[0], kek); err == nil {
		t.Error("a key agreement was opened")
	}
}
