package algorithm

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"slices"
	"testing"
)

// What SignatureFor chooses signs, is found again by its identifier and
// verifies; what is changed does not.
func TestSignRoundTrip(t *testing.T) {
	t.Parallel()
	message := Message{Bytes: []byte("message")}
	for _, name := range signers {
		for _, d := range append([]*Digest{nil}, Digests()...) {
			for _, pss := range []bool{false, true} {
				title := name
				if d != nil {
					title += "/" + d.Name
				}
				if pss {
					title += "/pss"
				}
				t.Run(title, func(t *testing.T) {
					t.Parallel()
					key := testKey(t, name)
					s, err := SignatureFor(key.Public, SignOptions{PSS: pss, Digest: d})
					var unsupported *UnsupportedError
					switch {
					case d != nil && d.Status != Current && !errors.As(err, &unsupported):
						t.Fatalf("got %v, want an UnsupportedError", err)
					case d != nil && errors.As(err, &unsupported):
						return // TestSignatureDigests says which these are
					case err != nil:
						t.Fatal(err)
					}
					if d != nil && s.Digest != d {
						t.Errorf("got %s", s.Digest.Name)
					}
					sig, err := s.Sign(key.Signer, message)
					if err != nil {
						t.Fatal(err)
					}
					found, err := FindSignature(s.Identifier, s.Digest)
					if err != nil {
						t.Fatal(err)
					}
					if found.Name != s.Name || found.Digest != s.Digest || found.Pure != s.Pure || found.Status != Current {
						t.Errorf("found %s %s", found.Name, found.Digest.Name)
					}
					checkSignature(t, found, key.Public, message, sig)
				})
			}
		}
	}
}

// checkSignature verifies, and then that each kind of change is noticed.
func checkSignature(t *testing.T, s *Signature, key *PublicKey, m Message, sig []byte) {
	t.Helper()
	if err := s.Verify(key, m, sig); err != nil {
		t.Fatalf("does not verify: %v", err)
	}
	if size := s.FixedSize(key); size != 0 && size != len(sig) {
		t.Errorf("FixedSize: got %d, signature has %d", size, len(sig))
	}
	if !s.Pure {
		if err := s.Verify(key, Message{Sum: s.Digest.sum(m.Bytes)}, sig); err != nil {
			t.Errorf("with the digest made already: %v", err)
		}
		for _, sum := range [][]byte{{}, make([]byte, s.Digest.Size-1), append(s.Digest.sum(m.Bytes), 0)} {
			if err := s.Verify(key, Message{Sum: sum}, sig); err == nil {
				t.Errorf("verifies with a digest of %d octets", len(sum))
			}
		}
	} else if err := s.Verify(key, Message{Sum: s.Digest.sum(m.Bytes)}, sig); err == nil {
		t.Error("verifies without the message")
	}
	flipped := slices.Clone(sig)
	flipped[len(flipped)/2] ^= 1
	wrong := map[string]struct {
		m   Message
		sig []byte
	}{
		"other message":  {Message{Bytes: append(slices.Clone(m.Bytes), 0)}, sig},
		"empty message":  {Message{}, sig},
		"one bit":        {m, flipped},
		"cut":            {m, sig[:len(sig)-1]},
		"octet behind":   {m, append(slices.Clone(sig), 0)},
		"octet in front": {m, append([]byte{0}, sig...)},
		"empty":          {m, nil},
		"zeros":          {m, make([]byte, len(sig))},
		"ones":           {m, bytes.Repeat([]byte{0xff}, len(sig))},
	}
	for name, tt := range wrong {
		if err := s.Verify(key, tt.m, tt.sig); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: got %v, want ErrSignature", name, err)
		}
	}
	for _, name := range append(slices.Clone(signers), "x25519") {
		other := testKey(t, name).Public
		if other.Equal(key) {
			continue
		}
		if err := s.Verify(other, m, sig); !errors.Is(err, ErrSignature) {
			t.Errorf("key %s: got %v, want ErrSignature", name, err)
		}
	}
	if err := s.Verify(nil, m, sig); !errors.Is(err, ErrSignature) {
		t.Errorf("no key: got %v, want ErrSignature", err)
	}
}

// Every row of the table, with signatures made by the standard library.
func TestSignatureRows(t *testing.T) {
	t.Parallel()
	pssParams := (&pssParameters{hash: sha384Digest, mgf: sha384Digest, salt: 48}).identifier().Parameters
	message := Message{Bytes: []byte("message")}
	for row := range signatures.rows() {
		t.Run(row.oid.String(), func(t *testing.T) {
			t.Parallel()
			id := Identifier{OID: row.oid}
			var declared *Digest
			if row.oid == oidRSASSAPSS {
				id.Parameters = pssParams
			}
			if row.oid == oidRSAEncryption {
				declared = sha256Digest
			}
			s, err := FindSignature(id, declared)
			if err != nil {
				t.Fatal(err)
			}
			key := keyOfKind(t, s.kind)
			sig := foreignSignature(t, s, key, message.Bytes)
			checkSignature(t, s, key.Public, message, sig)
			if want := s.Digest.Status; s.Status != want && s.Name != "dsa" || s.Name == "dsa" && s.Status != Broken {
				t.Errorf("status: got %v with %s", s.Status, s.Digest.Name)
			}
			if !s.Identifier.Equal(id) {
				t.Errorf("identifier: got %x, want %x", s.Identifier.DER(), id.DER())
			}
			var unsupported *UnsupportedError
			if _, err := s.Sign(key.Signer, message); s.Status != Current && !errors.As(err, &unsupported) {
				t.Errorf("signs with %s: %v", s.Digest.Name, err)
			}
			for _, d := range Digests() {
				if d == s.Digest || row.oid == oidRSAEncryption {
					continue
				}
				if s.AnyDigest || row.oid == oidEd448 && d == shake256Digest {
					if got, err := FindSignature(id, d); err != nil || got.Digest != d {
						t.Errorf("%s declared: got %v, %v", d.Name, got, err)
					}
					continue
				}
				var mismatch *MismatchError
				if _, err := FindSignature(id, d); !errors.As(err, &mismatch) {
					t.Errorf("%s declared: got %v, want a MismatchError", d.Name, err)
				}
			}
			if got, err := FindSignature(id, s.Digest); err != nil || got.Digest != s.Digest {
				t.Errorf("own digest declared: %v", err)
			}
		})
	}
}

func foreignSignature(t *testing.T, s *Signature, key *PrivateKey, message []byte) []byte {
	t.Helper()
	var opts crypto.SignerOpts = s.Digest.Hash
	input := s.Digest.sum(message)
	if s.Pure {
		opts, input = crypto.Hash(0), message
	}
	if s.Name == "dsa" {
		return signDSA(t, key.Public, input)
	}
	if s.Name == "rsa-pss" && s.Digest.Hash == 0 {
		p := &pssParameters{hash: s.Digest, mgf: s.Digest, salt: s.Digest.Size}
		return rawOf(key).apply(p.encode(t, key.Public.Bits, input))
	}
	if s.Name == "rsa-pss" {
		opts = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: s.Digest.Hash}
	}
	sig, err := key.Signer.Sign(rand.Reader, input, opts)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func TestFindSignatureParameters(t *testing.T) {
	t.Parallel()
	null, sequence := nullParameters(), []byte{0x30, 0}
	oid := MustOID
	var unsupported *UnsupportedError
	var parameter *ParameterError
	tests := []struct {
		name   string
		id     Identifier
		digest *Digest
		want   any
	}{
		{"rsaEncryption, NULL", Identifier{oidRSAEncryption, null}, sha256Digest, nil},
		{"rsaEncryption, absent", Identifier{OID: oidRSAEncryption}, sha1Digest, nil},
		{"rsaEncryption, SEQUENCE", Identifier{oidRSAEncryption, sequence}, sha256Digest, &parameter},
		{"rsaEncryption in a certificate", Identifier{oidRSAEncryption, null}, nil, &unsupported},
		{"sha256WithRSA, NULL", Identifier{oid("1.2.840.113549.1.1.11"), null}, nil, nil},
		{"sha256WithRSA, absent", Identifier{OID: oid("1.2.840.113549.1.1.11")}, nil, nil},
		{"sha256WithRSA, SEQUENCE", Identifier{oid("1.2.840.113549.1.1.11"), sequence}, nil, &parameter},
		{"md2WithRSA", Identifier{oid("1.2.840.113549.1.1.2"), null}, nil, &unsupported},
		{"ECDSA, absent", Identifier{OID: oidECDSASHA256}, nil, nil},
		{"ECDSA, NULL", Identifier{oidECDSASHA256, null}, nil, nil},
		{"ECDSA, SEQUENCE", Identifier{oidECDSASHA256, sequence}, nil, &parameter},
		{"id-ecPublicKey", Identifier{OID: oidECPublicKey}, sha256Digest, &unsupported},
		{"Ed25519, absent", Identifier{OID: oidEd25519}, sha512Digest, nil},
		{"Ed25519 in a certificate", Identifier{OID: oidEd25519}, nil, nil},
		{"Ed25519, NULL", Identifier{oidEd25519, null}, nil, &parameter},
		{"X25519", Identifier{OID: oidX25519}, nil, &unsupported},
		{"PSS, absent", Identifier{OID: oidRSASSAPSS}, sha1Digest, &parameter},
		{"PSS, NULL", Identifier{oidRSASSAPSS, null}, sha1Digest, &parameter},
		{"PSS, all defaults", Identifier{oidRSASSAPSS, sequence}, sha1Digest, nil},
		{"rsaEncryption with SHAKE", Identifier{oidRSAEncryption, null}, shake256Digest, &unsupported},
		{"PSS with SHAKE, absent", Identifier{OID: oid("1.3.6.1.5.5.7.6.31")}, shake256Digest, nil},
		{"PSS with SHAKE, NULL", Identifier{oid("1.3.6.1.5.5.7.6.31"), null}, shake256Digest, &parameter},
		{"ECDSA with SHAKE, SEQUENCE", Identifier{oid("1.3.6.1.5.5.7.6.33"), sequence}, shake256Digest, &parameter},
		{"Ed448, absent", Identifier{OID: oidEd448}, shake256LenDigest, nil},
		{"Ed448 without signed attributes", Identifier{OID: oidEd448}, shake256Digest, nil},
		{"Ed448, NULL", Identifier{oidEd448, null}, nil, &parameter},
		{"ML-DSA-65, absent", Identifier{OID: mldsaSets[1].oid}, sha512Digest, nil},
		{"ML-DSA-65, NULL", Identifier{mldsaSets[1].oid, null}, nil, &parameter},
		{"HashML-DSA-65", Identifier{OID: oid("2.16.840.1.101.3.4.3.33")}, sha512Digest, &unsupported},
		{"SLH-DSA, absent", Identifier{OID: slhdsaSets[0].oid}, nil, nil},
		{"SLH-DSA, NULL", Identifier{slhdsaSets[0].oid, null}, nil, &parameter},
		{"HashSLH-DSA", Identifier{OID: oid("2.16.840.1.101.3.4.3.35")}, nil, &unsupported},
		{"DSA, absent", Identifier{OID: oid("1.2.840.10040.4.3")}, nil, nil},
		{"DSA, NULL", Identifier{oid("1.2.840.10040.4.3"), null}, nil, nil},
		{"DSA, SEQUENCE", Identifier{oid("1.2.840.10040.4.3"), sequence}, nil, &parameter},
		{"DSA with SHA-384", Identifier{OID: oid("2.16.840.1.101.3.4.3.3")}, nil, &unsupported},
		{"no OID", Identifier{}, nil, &unsupported},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := FindSignature(tt.id, tt.digest)
			if tt.want == nil {
				if err != nil || !bytes.Equal(s.Identifier.DER(), tt.id.DER()) {
					t.Errorf("got %v", err)
				}
				return
			}
			if !errors.As(err, tt.want) {
				t.Errorf("got %v, want a %T", err, tt.want)
			}
		})
	}
}

func TestSignatureForRefuses(t *testing.T) {
	t.Parallel()
	large := newRawRSA(t, 2048, big.NewInt(3), 2)
	oaep := large.public(t, Identifier{OID: oidRSAESOAEP})
	tests := map[string]struct {
		key *PublicKey
		opt SignOptions
	}{
		"X25519":                   {testKey(t, "x25519").Public, SignOptions{}},
		"OAEP key":                 {oaep, SignOptions{}},
		"OAEP key, PSS":            {oaep, SignOptions{PSS: true}},
		"RSA of 512 bits":          {smallRSA().public(t, Identifier{oidRSAEncryption, nullParameters()}), SignOptions{}},
		"PSS: key too short":       {newRawRSA(t, 1024, big.NewInt(65537), 2).public(t, Identifier{OID: oidRSASSAPSS}), SignOptions{Digest: sha512Digest}},
		"no algorithm in key":      {&PublicKey{CanSign: true}, SignOptions{}},
		"digest for reading only":  {testKey(t, "rsa-2048").Public, SignOptions{Digest: sha1Digest}},
		"old digest, on its way":   {testKey(t, "rsa-2048").Public, SignOptions{Digest: sha224Digest}},
		"DSA":                      {opensslKey(t, "dsa 2048-256"), SignOptions{}},
		"digest with no ECDSA OID": {testKey(t, "p-256").Public, SignOptions{Digest: &Digest{Name: "other", OID: MustOID("1.2.3")}}},
	}
	for name, tt := range tests {
		var unsupported *UnsupportedError
		if s, err := SignatureFor(tt.key, tt.opt); !errors.As(err, &unsupported) {
			t.Errorf("%s: got %v, %v, want an UnsupportedError", name, s, err)
		}
	}
}

// signer is a key outside this process.
type signer struct {
	crypto.Signer
	sign func(sig []byte, err error) ([]byte, error)
}

func (s signer) Sign(r io.Reader, input []byte, opts crypto.SignerOpts) ([]byte, error) {
	if r == nil {
		return nil, errors.New("no source of randomness")
	}
	return s.sign(s.Signer.Sign(r, input, opts))
}

// A key outside this process signs the same way; a faulty one lets nothing
// out.
func TestOpaqueSigners(t *testing.T) {
	t.Parallel()
	message := Message{Bytes: []byte("message")}
	broken := errors.New("token removed")
	for _, name := range signers {
		for _, pss := range []bool{false, true} {
			key := testKey(t, name)
			s, err := SignatureFor(key.Public, SignOptions{PSS: pss})
			if err != nil {
				t.Fatal(err)
			}
			good := signer{key.Signer, func(sig []byte, err error) ([]byte, error) { return sig, err }}
			sig, err := s.Sign(good, message)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			} else if err := s.Verify(key.Public, message, sig); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			faulty := signer{key.Signer, func(sig []byte, err error) ([]byte, error) {
				sig[len(sig)-1] ^= 1
				return sig, err
			}}
			if sig, err := s.Sign(faulty, message); sig != nil || !errors.Is(err, ErrSignature) {
				t.Errorf("%s: fault: got %x, %v", name, sig, err)
			}
			failing := signer{key.Signer, func([]byte, error) ([]byte, error) { return nil, broken }}
			if _, err := s.Sign(failing, message); !errors.Is(err, broken) {
				t.Errorf("%s: failure: got %v", name, err)
			}
		}
	}
}

func TestSignRefusesKeys(t *testing.T) {
	t.Parallel()
	s := newECDSA(oidECDSASHA256, sha256Digest)
	var unsupported *UnsupportedError
	if _, err := s.Sign(testKey(t, "rsa-2048").Signer, Message{}); !errors.As(err, &unsupported) {
		t.Errorf("RSA key for ECDSA: got %v, want an UnsupportedError", err)
	}
	if _, err := s.Sign(unknownSigner{}, Message{}); !errors.As(err, &unsupported) {
		t.Errorf("key of an unknown type: got %v, want an UnsupportedError", err)
	}
	if _, err := s.Sign(testKey(t, "p-256").Signer, Message{Sum: []byte{1}}); err == nil {
		t.Error("signed a digest of one octet")
	}
}

type unknownSigner struct{}

func (unknownSigner) Public() crypto.PublicKey { return "unknown" }
func (unknownSigner) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, nil
}

// RFC 6979, Appendix A.2.5: P-256, SHA-256, "sample".
func TestECDSAIsDeterministic(t *testing.T) {
	t.Parallel()
	scalar, _ := hex.DecodeString("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
	want, _ := hex.DecodeString("3046022100EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716" +
		"022100F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8")
	key, err := ecCurves[0].readScalar(scalar)
	if err != nil {
		t.Fatal(err)
	}
	got, err := newECDSA(oidECDSASHA256, sha256Digest).Sign(key, Message{Bytes: []byte("sample")})
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %x, %v", got, err)
	}
}

// RFC 8032, Section 7.1, test 2.
func TestEd25519Vector(t *testing.T) {
	t.Parallel()
	seed, _ := hex.DecodeString("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
	want, _ := hex.DecodeString("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
		"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
	got, err := newEd25519().Sign(ed25519.NewKeyFromSeed(seed), Message{Bytes: []byte{0x72}})
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %x, %v", got, err)
	}
}

// A pure signature of the empty message says nothing about a digest.
func TestPureNeedsMessage(t *testing.T) {
	t.Parallel()
	key := testKey(t, "ed25519")
	sig, err := newEd25519().Sign(key.Signer, Message{})
	if err != nil {
		t.Fatal(err)
	}
	sum := Message{Sum: sha512Digest.sum([]byte("message"))}
	if err := newEd25519().Verify(key.Public, sum, sig); err == nil {
		t.Error("verifies a digest")
	}
	if _, err := newEd25519().Sign(key.Signer, sum); err == nil {
		t.Error("signs a digest")
	}
}

// r and s out of range or not in strict DER (A35).
func TestECDSAForms(t *testing.T) {
	t.Parallel()
	key := testKey(t, "p-256")
	public := key.Public.Key.(*ecdsa.PublicKey)
	s := newECDSA(oidECDSASHA256, sha256Digest)
	message := Message{Bytes: []byte("message")}
	// A signature in which neither number has a leading zero octet.
	sig := []byte{0x30, 0x44}
	for len(sig) != 70 || sig[1] != 0x44 || sig[3] != 32 {
		message.Bytes = append(message.Bytes, 'x')
		var err error
		if sig, err = s.Sign(key.Signer, message); err != nil {
			t.Fatal(err)
		}
	}
	r, sv := sig[4:36], sig[38:70]
	integer := func(b []byte) []byte { return append([]byte{2, byte(len(b))}, b...) }
	sequence := func(parts ...[]byte) []byte {
		body := bytes.Join(parts, nil)
		return append([]byte{0x30, byte(len(body))}, body...)
	}
	if err := s.Verify(key.Public, message, sequence(integer(r), integer(sv))); err != nil {
		t.Fatal(err)
	}
	plusOrder := func(b []byte) []byte {
		x := new(big.Int).Add(new(big.Int).SetBytes(b), public.Params().N).Bytes()
		return append([]byte{0}, x...)
	}
	zero, order := []byte{0}, append([]byte{0}, public.Params().N.Bytes()...)
	wrong := map[string][]byte{
		"r is 0":           sequence(integer(zero), integer(sv)),
		"s is 0":           sequence(integer(r), integer(zero)),
		"both 0":           sequence(integer(zero), integer(zero)),
		"r is the order":   sequence(integer(order), integer(sv)),
		"s is the order":   sequence(integer(r), integer(order)),
		"r plus order":     sequence(integer(plusOrder(r)), integer(sv)),
		"r padded":         sequence(integer(append([]byte{0}, r...)), integer(sv)),
		"s padded":         sequence(integer(r), integer(append([]byte{0}, sv...))),
		"s negative":       sequence(integer(r), integer(append([]byte{0xff}, sv...))),
		"three numbers":    sequence(integer(r), integer(sv), integer(sv)),
		"one number":       sequence(integer(r)),
		"empty numbers":    sequence(integer(nil), integer(nil)),
		"long form length": append([]byte{0x30, 0x81, 0x44}, sig[2:]...),
		"indefinite":       append(append([]byte{0x30, 0x80}, sig[2:]...), 0, 0),
		"raw r and s":      append(slices.Clone(r), sv...),
	}
	for name, sig := range wrong {
		if err := s.Verify(key.Public, message, sig); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: got %v, want ErrSignature", name, err)
		}
	}
}
