package algorithm

import (
	"bytes"
	"testing"
)

// What is read as an identifier is written again as it was.
func FuzzIdentifier(f *testing.F) {
	f.Add((&pssParameters{sha256Digest, sha256Digest, 32}).identifier().DER())
	f.Add(sha256Digest.Identifier().DER())
	f.Add([]byte("\x30\x04\x06\x02\x2a\x83"))
	f.Fuzz(func(t *testing.T, der []byte) {
		id, err := ParseIdentifier(der)
		if err != nil {
			return
		}
		if !bytes.Equal(id.DER(), der) {
			t.Errorf("got %x, want %x", id.DER(), der)
		}
		if !id.Equal(id) {
			t.Error("not equal to itself")
		}
		if text := id.OID.String(); len(text) > 200 {
			t.Errorf("OID of %d characters", len(text))
		} else if back, err := parseOID(text); err == nil && back != id.OID {
			t.Errorf("%s is another OID", text)
		}
		FindDigest(id)
		readMGF1(id)
	})
}

// A key that is read is the same when it is written by Go's type and read
// again, and verifying with it does not fail in any odd way.
func FuzzPublicKey(f *testing.F) {
	for _, name := range signers {
		f.Add(testKey(f, name).Public.SPKI)
	}
	f.Add(opensslKey(f, "dsa 1024-160").SPKI)
	f.Add(testKey(f, "x25519").Public.SPKI)
	f.Add(encodeSPKI((&pssParameters{sha256Digest, sha256Digest, 32}).identifier(), rsaPublicDER(smallRSA().n, smallRSA().e)))
	f.Fuzz(func(t *testing.T, der []byte) {
		key, err := ParsePublicKey(der)
		if err != nil {
			return
		}
		if !bytes.Equal(key.SPKI, der) || !key.Equal(key) || len(key.KeyID()) != 20 {
			t.Error("not the key that was read")
		}
		if key.Key != nil {
			again, err := PublicKeyOf(key.Key)
			if err != nil || !again.Equal(key) {
				t.Errorf("from Go's type: %v", err)
			}
		}
		for row := range signatures.rows() {
			if s, err := row.read(Identifier{OID: row.oid}, sha256Digest); err == nil {
				// Of EdDSA zeros are one by a key that is no more than a point of small order.
				edwards := key.Kind == "ed25519" || key.Kind == "ed448"
				if s.Verify(key, Message{}, make([]byte, s.FixedSize(key))) == nil && !edwards {
					t.Errorf("%s: zeros are a signature", s.Name)
				}
			}
		}
	})
}

// A key that is read is the same after PKCS8.
func FuzzPrivateKey(f *testing.F) {
	for _, name := range append([]string{"x25519"}, signers...) {
		der, err := testKey(f, name).PKCS8()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(der)
	}
	f.Add(smallRSA().pkcs1(nil))
	for _, set := range mldsaSets {
		for _, form := range mldsaForms(f, set) {
			f.Add(oneAsymmetricKey(0, Identifier{OID: set.oid}, form.octets, nil))
		}
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		key, err := ParsePrivateKey(der)
		if err != nil {
			return
		}
		again, err := key.PKCS8()
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParsePrivateKey(again)
		if err != nil || !back.Public.Equal(key.Public) {
			t.Errorf("does not come back: %v", err)
		}
	})
}

// Parameters that are read are the same when written in full and read again.
func FuzzSignatureParameters(f *testing.F) {
	f.Add([]byte(oidRSASSAPSS), []byte{0x30, 0}, []byte("signature"))
	f.Add([]byte(oidRSASSAPSS), (&pssParameters{sha256Digest, sha1Digest, 222}).identifier().Parameters, []byte{})
	f.Add([]byte(oidECDSASHA256), []byte{5, 0}, []byte("\x30\x06\x02\x01\x01\x02\x01\x01"))
	f.Add([]byte(oidEd25519), []byte{}, make([]byte, 64))
	for row := range signatures.rows() {
		f.Add([]byte(row.oid), []byte{}, make([]byte, 114))
	}
	f.Fuzz(func(t *testing.T, oid, parameters, sig []byte) {
		id := Identifier{OID: OID(oid), Parameters: parameters}
		if p, err := readPSSParameters(parameters); err == nil {
			if back, err := readPSSParameters(p.identifier().Parameters); err != nil || *back != *p {
				t.Errorf("got %v, %v, want %v", back, err, p)
			}
		}
		s, err := FindSignature(id, nil)
		if err != nil {
			return
		}
		for _, name := range signers {
			key := testKey(t, name).Public
			if s.Verify(key, Message{Bytes: []byte("never signed")}, sig) == nil {
				t.Errorf("%s: %x is a signature", name, sig)
			}
		}
	})
}
