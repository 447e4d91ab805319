package algorithm

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"testing"
)

// Whole encodings are compared: anything but the one right encoded message is
// refused, however it verifies elsewhere (A32, A33).
func TestPKCS1v15Encodings(t *testing.T) {
	t.Parallel()
	k := rawOf(testKey(t, "rsa-2048"))
	key := testKey(t, "rsa-2048").Public
	s := newPKCS1v15(sha256Digest)
	sum := sha256Digest.sum([]byte("message"))
	em, ok := encodePKCS1v15(256, sha256Digest, sum)
	if !ok {
		t.Fatal("does not fit")
	}
	const info = 32 + 19
	start := len(em) - info // of DigestInfo
	with := func(change func(em []byte)) []byte {
		em := slices.Clone(em)
		change(em)
		return em
	}
	// DigestInfo without NULL is two octets shorter in two lengths.
	withoutNULL, _ := hex.DecodeString("302f300b0609608648016503040201" + "0420")
	withoutNULL = append(withoutNULL, sum...)
	padded := func(info []byte, behind int) []byte {
		em := make([]byte, 256)
		em[1] = 1
		end := 256 - behind - len(info)
		for i := 2; i < end-1; i++ {
			em[i] = 0xff
		}
		copy(em[end:], info)
		return em
	}
	tests := []struct {
		name string
		em   []byte
		ok   bool
	}{
		{"right", em, true},
		{"first octet", with(func(em []byte) { em[0] = 1 }), false},
		{"block type 0", with(func(em []byte) { em[1] = 0 }), false},
		{"block type 2", with(func(em []byte) { em[1] = 2 }), false},
		{"first octet of the padding", with(func(em []byte) { em[2] = 0xfe }), false},
		{"last octet of the padding", with(func(em []byte) { em[start-2] = 0 }), false},
		{"separator", with(func(em []byte) { em[start-1] = 1 }), false},
		{"last octets of the digest", with(func(em []byte) { em[254] ^= 1; em[255] ^= 1 }), false},
		{"first octet of the digest", with(func(em []byte) { em[224] ^= 1 }), false},
		{"other digest's OID", with(func(em []byte) { em[start+14]++ }), false},
		{"NULL of one octet", with(func(em []byte) { em[start+16] = 1 }), false},
		{"no NULL", padded(withoutNULL, 0), false},
		{"garbage behind DigestInfo", padded(em[start:], 64), false},
		{"garbage behind short padding", func() []byte {
			em := append([]byte{0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0}, em[start:]...)
			return append(em, make([]byte, 256-len(em))...)
		}(), false},
		{"no padding", append(make([]byte, 256-info), em[start:]...), false},
		{"the bare digest", append(make([]byte, 224), sum...), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := s.Verify(key, Message{Sum: sum}, k.apply(tt.em))
			if tt.ok && err != nil || !tt.ok && !errors.Is(err, ErrSignature) {
				t.Errorf("got %v, want ok %v", err, tt.ok)
			}
		})
	}
	// The signature plus the modulus is the same number to a careless reader.
	sum2 := new(big.Int).Add(new(big.Int).SetBytes(k.apply(em)), k.n)
	if err := s.Verify(key, Message{Sum: sum}, sum2.Bytes()); err == nil {
		t.Error("a signature above the modulus verifies")
	}
}

// Keys that crypto/rsa does not take: below 1024 bits and exponents from 2^31.
func TestUnusualRSAKeys(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=1")
	null := nullParameters()
	tests := []struct {
		bits int
		e    *big.Int
	}{
		{512, big.NewInt(3)},
		{512, big.NewInt(65537)},
		{513, big.NewInt(17)},
		{767, big.NewInt(65537)},
		{1023, big.NewInt(65537)},
		{1024, big.NewInt(1<<31 - 1)},
		{1024, big.NewInt(1<<32 + 15)},
		{1025, new(big.Int).SetUint64(1<<64 - 59)},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d bits, exponent %v", tt.bits, tt.e), func(t *testing.T) {
			k := newRawRSA(t, tt.bits, tt.e, 2)
			key := k.public(t, Identifier{oidRSAEncryption, null})
			sum := sha1Digest.sum([]byte("message"))
			em, ok := encodePKCS1v15(key.rsa.size(), sha1Digest, sum)
			if !ok {
				t.Fatal("does not fit")
			}
			s := newPKCS1v15(sha1Digest)
			sig := k.apply(em)
			if err := s.Verify(key, Message{Sum: sum}, sig); err != nil {
				t.Error(err)
			}
			sig[len(sig)-1] ^= 1
			if err := s.Verify(key, Message{Sum: sum}, sig); !errors.Is(err, ErrSignature) {
				t.Errorf("changed: got %v, want ErrSignature", err)
			}
			p := &pssParameters{hash: sha1Digest, mgf: sha256Digest, salt: 20}
			sig = k.apply(p.encode(t, tt.bits, sum))
			if err := newPSS(p).Verify(key, Message{Sum: sum}, sig); err != nil {
				t.Errorf("PSS: %v", err)
			}
		})
	}
}

// A digest that does not fit into the modulus is an ordinary failure.
func TestPKCS1v15DoesNotFit(t *testing.T) {
	t.Parallel()
	key := smallRSA().public(t, Identifier{oidRSAEncryption, nullParameters()})
	if err := newPKCS1v15(sha512Digest).Verify(key, Message{}, make([]byte, 64)); !errors.Is(err, ErrSignature) {
		t.Errorf("got %v, want ErrSignature", err)
	}
	p := &pssParameters{hash: sha512Digest, mgf: sha512Digest, salt: 64}
	if err := newPSS(p).Verify(key, Message{}, make([]byte, 64)); !errors.Is(err, ErrSignature) {
		t.Errorf("PSS: got %v, want ErrSignature", err)
	}
}

// Eight octets of padding are the least, RFC 8017, Section 9.2.
func TestPKCS1v15PaddingLength(t *testing.T) {
	t.Parallel()
	const info = 64 + 19
	for size, want := range map[int]bool{info + 10: false, info + 11: true, info + 3: false, info: false, 0: false} {
		em, ok := encodePKCS1v15(size, sha512Digest, make([]byte, 64))
		if ok != want || ok && len(em) != size {
			t.Errorf("%d octets: got %d, %v", size, len(em), ok)
		}
	}
}

// encode is EMSA-PSS-ENCODE of RFC 8017, Section 9.1.1, padded to the modulus.
func (p *pssParameters) encode(t testing.TB, modBits int, sum []byte) []byte {
	t.Helper()
	salt := make([]byte, p.salt)
	rand.Read(salt)
	w := p.hash.New()
	w.Write(make([]byte, 8))
	w.Write(sum)
	w.Write(salt)
	h := w.Sum(nil)
	emBits := modBits - 1
	emLen := (emBits + 7) / 8
	ps := emLen - len(salt) - len(h) - 2
	if ps < 0 {
		t.Fatal("does not fit")
	}
	db := append(append(make([]byte, ps), 1), salt...)
	xorMGF1(db, p.mgf, h)
	db[0] &= 0xff >> (8*emLen - emBits)
	em := append(append(db, h...), 0xbc)
	return append(make([]byte, (modBits+7)/8-emLen), em...)
}

// pssDigests are one of each size and family; pairs of all would take a minute.
var pssDigests = []*Digest{sha256Digest, sha384Digest, sha512Digest, sha224Digest, sha3256Digest, sha1Digest, md5Digest}

func TestPSSPairs(t *testing.T) {
	t.Parallel()
	// 2041 = 8*255+1: there the encoded message is an octet shorter than the
	// modulus; 2042 has one free bit in the first octet, 2048 seven used.
	for _, bits := range []int{2041, 2042, 2048} {
		k := newRawRSA(t, bits, big.NewInt(65537), 2)
		key := k.public(t, Identifier{OID: oidRSASSAPSS})
		for _, hash := range pssDigests {
			for _, mgf := range pssDigests {
				for _, salt := range []int{0, 1, hash.Size, (bits+6)/8 - hash.Size - 2} {
					p := &pssParameters{hash: hash, mgf: mgf, salt: salt}
					name := fmt.Sprintf("%d bits, %s, %s, %d", bits, hash.Name, mgf.Name, salt)
					s, err := FindSignature(p.identifier(), hash)
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					sum := hash.sum([]byte("message"))
					sig := k.apply(p.encode(t, bits, sum))
					if err := s.Verify(key, Message{Sum: sum}, sig); err != nil {
						t.Errorf("%s: %v", name, err)
					}
					for _, q := range []*pssParameters{
						{hash, mgf, salt + 1}, {hash, mgf, max(0, salt-1)}, {hash, other(mgf), salt},
					} {
						if *q == *p {
							continue
						}
						if err := newPSS(q).Verify(key, Message{Sum: sum}, sig); !errors.Is(err, ErrSignature) {
							t.Errorf("%s, but checked with %s and %d: got %v, want ErrSignature", name, q.mgf.Name, q.salt, err)
						}
					}
				}
			}
		}
	}
}

func other(d *Digest) *Digest {
	if d == sha256Digest {
		return sha512Digest
	}
	return sha256Digest
}

// Each bit of the encoded message is looked at, also those that must be zero:
// above it, where the modulus has room, and in a whole octet before it.
func TestPSSEncodings(t *testing.T) {
	t.Parallel()
	p := &pssParameters{hash: sha256Digest, mgf: sha256Digest, salt: 32}
	sum := sha256Digest.sum([]byte("message"))
	for _, bits := range []int{1017, 1018, 1021, 1024} {
		em := p.encode(t, bits, sum)
		if !p.consistent(slices.Clone(em), bits, sum) {
			t.Fatalf("%d bits: refused", bits)
		}
		for bit := range 8 * len(em) {
			changed := slices.Clone(em)
			changed[bit/8] ^= 0x80 >> (bit % 8)
			if p.consistent(changed, bits, sum) {
				t.Errorf("%d bits: bit %d changed: still good", bits, bit)
			}
		}
	}
	// Room for the hash, but not for the salt.
	if p.consistent(append(make([]byte, 63), 0xbc), 512, sum) {
		t.Error("512 bits hold no salt of 32 octets")
	}
	// Padding that is no zeros and no 1, under the right hash.
	for name, at := range map[string]int{"zeros": 3, "the 1": 1024/8 - 32 - 1 - 32 - 1} {
		em := p.encode(t, 1024, sum)
		h := em[len(em)-33 : len(em)-1]
		xorMGF1(em[:len(em)-33], p.mgf, h) // open
		em[at] ^= 2
		xorMGF1(em[:len(em)-33], p.mgf, h) // close
		em[0] &= 0x7f
		if p.consistent(em, 1024, sum) {
			t.Errorf("%s changed: still good", name)
		}
	}
}

// The public operation and PSS as crypto/rsa has them.
func TestPSSAgainstStandardLibrary(t *testing.T) {
	t.Parallel()
	private := testKey(t, "rsa-2048").software.(*rsa.PrivateKey)
	key := testKey(t, "rsa-2048").Public
	for _, d := range Digests() {
		if d.Hash == 0 {
			continue // not in the parameters of RSASSA-PSS
		}
		for _, salt := range []int{1, d.Size, rsa.PSSSaltLengthAuto} {
			sum := d.sum([]byte("message"))
			sig, err := rsa.SignPSS(rand.Reader, private, d.Hash, sum, &rsa.PSSOptions{SaltLength: salt})
			if err != nil {
				t.Fatal(err)
			}
			p := &pssParameters{hash: d, mgf: d, salt: salt}
			if salt == rsa.PSSSaltLengthAuto {
				p.salt = 256 - d.Size - 2
			}
			if err := newPSS(p).Verify(key, Message{Sum: sum}, sig); err != nil {
				t.Errorf("%s, salt %d: %v", d.Name, p.salt, err)
			}
			ours := rawOf(testKey(t, "rsa-2048")).apply(p.encode(t, 2048, sum))
			if err := rsa.VerifyPSS(&private.PublicKey, d.Hash, sum, ours, &rsa.PSSOptions{SaltLength: p.salt}); err != nil {
				t.Errorf("%s, salt %d: crypto/rsa: %v", d.Name, p.salt, err)
			}
		}
	}
}

func TestPSSParameters(t *testing.T) {
	t.Parallel()
	// As the CA/Browser Forum's requirements prescribe for SHA-256.
	const prescribed = "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120"
	want, _ := hex.DecodeString(prescribed)
	p := &pssParameters{hash: sha256Digest, mgf: sha256Digest, salt: 32}
	if got := p.identifier().DER(); !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
	const (
		sha256NULL = "a00f300d06096086480165030402010500"
		sha256None = "a00d300b0609608648016503040201"
		mgf256     = "a11c301a06092a864886f70d010108300d06096086480165030402010500"
		sha1NULL   = "a00b300906052b0e03021a0500"
		salt32     = "a203020120"
		trailer1   = "a303020101"
	)
	tests := []struct {
		name, body string
		want       *pssParameters
	}{
		{"all defaults", "", &pssParameters{sha1Digest, sha1Digest, 20}},
		{"defaults written out", sha1NULL + "a116301406092a864886f70d010108300706052b0e03021a" + "a203020114" + trailer1, &pssParameters{sha1Digest, sha1Digest, 20}},
		{"SHA-256", sha256NULL + mgf256 + salt32, p},
		{"SHA-256 without NULL", sha256None + mgf256 + salt32 + trailer1, p},
		{"MGF1 left out", sha256NULL + salt32, &pssParameters{sha256Digest, sha1Digest, 32}},
		{"only MGF1", mgf256, &pssParameters{sha1Digest, sha256Digest, 20}},
		{"salt 0", "a203020100", &pssParameters{sha1Digest, sha1Digest, 0}},
		{"salt 222", "a2040202" + "00de", &pssParameters{sha1Digest, sha1Digest, 222}},
		{"largest salt", "a2040202" + "0800", &pssParameters{sha1Digest, sha1Digest, 2048}},
		{"salt too large", "a2040202" + "0801", nil},
		{"salt of nine octets", "a20b0209010000000000000000", nil},
		{"negative salt", "a2030201ff", nil},
		{"salt padded", "a20402020020", nil},
		{"salt without number", "a200", nil},
		{"two salts", "a2060201200201" + "20", nil},
		{"trailerField 2", "a303020102", nil},
		{"trailerField 0", "a303020100", nil},
		{"trailerField -1", "a3030201ff", nil},
		{"trailerField 257", "a30402020101", nil},
		{"unknown hash", "a00630040602" + "2a03", nil},
		{"SHAKE for hash", "a00d300b060960864801650304020c" + mgf256, nil},
		{"hash with a SEQUENCE", "a00f300d06096086480165030402013000", nil},
		{"hash twice", sha256NULL + sha256NULL, nil},
		{"hash and something", "a011300d060960864801650304020105000500", nil},
		{"hash without tag", "300d06096086480165030402010500", nil},
		{"MGF1 without hash", "a10d300b06092a864886f70d010108", nil},
		{"other mask function", "a10f300d06096086480165030402010500", nil},
		{"wrong order", salt32 + sha256NULL, nil},
		{"fifth field", "a403020101", nil},
		{"something follows", "0500", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body, err := hex.DecodeString(tt.body)
			if err != nil {
				t.Fatal(err)
			}
			der := append([]byte{0x30, byte(len(body))}, body...)
			got, err := readPSSParameters(der)
			if tt.want == nil {
				var parameter *ParameterError
				var unsupported *UnsupportedError
				if !errors.As(err, &parameter) && !errors.As(err, &unsupported) {
					t.Errorf("got %v, %v, want an error", got, err)
				}
				return
			}
			if err != nil || *got != *tt.want {
				t.Fatalf("got %v, %v", got, err)
			}
			if again, err := readPSSParameters(got.identifier().Parameters); err != nil || *again != *got {
				t.Errorf("written and read again: %v, %v", again, err)
			}
		})
	}
	if _, err := readPSSParameters([]byte{0x30, 0, 0}); err == nil {
		t.Error("read with an octet behind it")
	}
}

// A restricted key signs with its own parameters only, RFC 4056, Section 3.
func TestPSSKeyRestrictions(t *testing.T) {
	t.Parallel()
	private := testKey(t, "rsa-2048")
	k := rawOf(private)
	message := Message{Bytes: []byte("message")}
	restrict := func(hash, mgf *Digest, salt int) *PublicKey {
		return k.public(t, (&pssParameters{hash, mgf, salt}).identifier())
	}
	sig := func(p *pssParameters) []byte { return k.apply(p.encode(t, 2048, p.hash.sum(message.Bytes))) }
	sha256x32 := &pssParameters{sha256Digest, sha256Digest, 32}
	tests := []struct {
		name string
		key  *PublicKey
		p    *pssParameters
		ok   bool
	}{
		{"same", restrict(sha256Digest, sha256Digest, 32), sha256x32, true},
		{"longer salt", restrict(sha256Digest, sha256Digest, 20), sha256x32, true},
		{"shorter salt", restrict(sha256Digest, sha256Digest, 33), sha256x32, false},
		{"other hash", restrict(sha512Digest, sha256Digest, 32), sha256x32, false},
		{"other MGF1 hash", restrict(sha256Digest, sha1Digest, 32), sha256x32, false},
		{"no restriction", k.public(t, Identifier{OID: oidRSASSAPSS}), sha256x32, true},
		{"rsaEncryption", private.Public, sha256x32, true},
		{"OAEP key", k.public(t, Identifier{OID: oidRSAESOAEP}), sha256x32, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := newPSS(tt.p).Verify(tt.key, message, sig(tt.p))
			if tt.ok && err != nil || !tt.ok && !errors.Is(err, ErrSignature) {
				t.Errorf("got %v, want ok %v", err, tt.ok)
			}
		})
	}
	// PKCS #1 v1.5 with a PSS or OAEP key.
	v15, err := newPKCS1v15(sha256Digest).Sign(private.Signer, message)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []Identifier{{OID: oidRSASSAPSS}, sha256x32.identifier(), {OID: oidRSAESOAEP}} {
		if err := newPKCS1v15(sha256Digest).Verify(k.public(t, id), message, v15); !errors.Is(err, ErrSignature) {
			t.Errorf("PKCS #1 v1.5 under %s: got %v, want ErrSignature", id.OID, err)
		}
	}
}

func TestSignatureForPSSKeys(t *testing.T) {
	t.Parallel()
	private := testKey(t, "rsa-2048")
	k := rawOf(private)
	tests := []struct {
		name        string
		restriction *pssParameters
		opt         SignOptions
		want        *pssParameters // nil: refused
	}{
		{"none", nil, SignOptions{}, &pssParameters{sha256Digest, sha256Digest, 32}},
		{"none, SHA-512", nil, SignOptions{Digest: sha512Digest}, &pssParameters{sha512Digest, sha512Digest, 64}},
		{"SHA-384", &pssParameters{sha384Digest, sha384Digest, 20}, SignOptions{}, &pssParameters{sha384Digest, sha384Digest, 48}},
		{"long salt", &pssParameters{sha256Digest, sha256Digest, 60}, SignOptions{}, &pssParameters{sha256Digest, sha256Digest, 60}},
		{"long salt, same digest", &pssParameters{sha256Digest, sha256Digest, 60}, SignOptions{Digest: sha256Digest}, &pssParameters{sha256Digest, sha256Digest, 60}},
		{"other digest wished", &pssParameters{sha384Digest, sha384Digest, 20}, SignOptions{Digest: sha256Digest}, nil},
		{"two hashes", &pssParameters{sha256Digest, sha1Digest, 20}, SignOptions{}, nil},
		{"SHA-1", &pssParameters{sha1Digest, sha1Digest, 20}, SignOptions{}, nil},
		{"salt too long for the key", &pssParameters{sha256Digest, sha256Digest, 223}, SignOptions{}, nil},
		{"longest salt", &pssParameters{sha256Digest, sha256Digest, 222}, SignOptions{}, &pssParameters{sha256Digest, sha256Digest, 222}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			id := Identifier{OID: oidRSASSAPSS}
			if tt.restriction != nil {
				id = tt.restriction.identifier()
			}
			key := k.public(t, id)
			s, err := SignatureFor(key, tt.opt)
			if tt.want == nil {
				var unsupported *UnsupportedError
				if !errors.As(err, &unsupported) {
					t.Errorf("got %v, want an UnsupportedError", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !s.Identifier.Equal(tt.want.identifier()) {
				t.Errorf("got %x", s.Identifier.DER())
			}
			message := Message{Bytes: []byte("message")}
			sig, err := s.Sign(private.Signer, message)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Verify(key, message, sig); err != nil {
				t.Error(err)
			}
		})
	}
	var unsupported *UnsupportedError
	for _, p := range []*pssParameters{{sha256Digest, sha1Digest, 32}, {sha256Digest, sha256Digest, 0}} {
		if _, err := newPSS(p).Sign(private.Signer, Message{}); !errors.As(err, &unsupported) {
			t.Errorf("signing with %s and salt %d: got %v, want an UnsupportedError", p.mgf.Name, p.salt, err)
		}
	}
}

func BenchmarkVerifyRSA(b *testing.B) {
	private := testKey(b, "rsa-2048")
	sum := sha256Digest.sum([]byte("message"))
	s := newPKCS1v15(sha256Digest)
	sig, err := s.Sign(private.Signer, Message{Sum: sum})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("own", func(b *testing.B) {
		for b.Loop() {
			if err := s.Verify(private.Public, Message{Sum: sum}, sig); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("crypto", func(b *testing.B) {
		key := private.Public.Key.(*rsa.PublicKey)
		for b.Loop() {
			if err := rsa.VerifyPKCS1v15(key, sha256Digest.Hash, sum, sig); err != nil {
				b.Fatal(err)
			}
		}
	})
}
