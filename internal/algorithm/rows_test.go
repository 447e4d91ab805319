package algorithm

import (
	"regexp"
	"slices"
	"testing"
)

// TestRows: every line of every table is described, with a clause to look up, and
// what is said to be written is.
func TestRows(t *testing.T) {
	t.Parallel()
	clause := regexp.MustCompile(`^(RFC|FIPS) [0-9]+, (Section|Appendix) [0-9A-Z.]+$`)
	count := map[string]int{}
	for _, r := range Rows() {
		count[r.Table]++
		if r.Name == "" || r.OID == "" || !clause.MatchString(r.Standard) {
			t.Errorf("%s %q (%s): standard %q", r.Table, r.Name, r.OID, r.Standard)
		}
		if !slices.Contains(TableNames(), r.Table) {
			t.Errorf("%s: no such table", r.Table)
		}
		if r.Written && r.Status != Current {
			t.Errorf("%s %s is %s and written", r.Table, r.Name, r.Status)
		}
	}
	transports := 0
	for i := range keyTransports {
		transports += len(keyTransports[i].written())
	}
	for table, want := range map[string]int{
		"signature": len(slices.Collect(signatures.rows())), "digest": len(digests), "key-transport": transports, "key-agreement": len(slices.Collect(keyAgreements.rows())),
		"key-encapsulation": len(keyKEMs), "key-derivation": len(kemDerivations) + len(prfs), "key-wrap": len(keyWraps),
		"cipher": len(slices.Collect(contentCiphers.rows())), "compression": len(compressions), "key": len(slices.Collect(keyKinds.rows())),
		"curve": len(ecCurves) + 4,
	} {
		if count[table] != want {
			t.Errorf("%s: %d rows, the table has %d", table, count[table], want)
		}
	}
}

// TestRowsWritten tries what the rows say of writing.
func TestRowsWritten(t *testing.T) {
	t.Parallel()
	for _, r := range Rows() {
		switch r.Table {
		case "cipher":
			c, err := ContentCipherByName(r.Name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.NewParameters(); (err == nil) != r.Written {
				t.Errorf("%s: written %v, parameters: %v", r.Name, r.Written, err)
			}
		case "key-wrap":
			for _, w := range keyWraps {
				if w.OID == r.OID {
					if _, err := w.Wrap(make([]byte, w.KeySize), make([]byte, 32)); (err == nil) != r.Written {
						t.Errorf("%s: written %v, wrapping: %v", r.Name, r.Written, err)
					}
				}
			}
		case "curve":
			key, err := GenerateKey(r.Name)
			if (err == nil) != r.Written {
				t.Errorf("%s: written %v, a new key: %v", r.Name, r.Written, err)
			}
			if err == nil && (key.Public.Name != r.Name || key.Public.ReadOnly || !slices.Equal(r.Keys, []string{key.Public.Kind})) {
				t.Errorf("%s, of %q: the new key is %+v", r.Name, r.Keys, key.Public)
			}
		case "key-agreement", "key-transport":
			e, err := KeyEncryptionByName(r.Name)
			if (err == nil) != r.Written {
				t.Errorf("%s: written %v, by name: %v", r.Name, r.Written, err)
			}
			if err == nil && e.Name != r.Name {
				t.Errorf("%s is %s", r.Name, e.Name)
			}
		}
	}
}

// TestKeyEncryptions encrypts a key in every way to every key that it goes with, and
// opens it as any message would be.
func TestKeyEncryptions(t *testing.T) {
	t.Parallel()
	cek := make([]byte, 32)
	cek[7] = 7
	for _, name := range []string{"rsa-2048", "p-256", "p-521", "x25519", "x448", "ed25519", "ml-kem-768"} {
		key := testKey(t, name)
		ways := 0
		for _, e := range KeyEncryptions() {
			if !e.Fits(key.Public) {
				continue
			}
			ways++
			if transport := e.Transport(); transport != nil {
				encrypted, err := transport.Encrypt(key.Public, cek)
				if err != nil {
					t.Fatalf("%s to %s: %v", e.Name, name, err)
				}
				read, err := FindKeyTransport(transport.Identifier)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := read.Decrypt(key.Decrypter, encrypted, len(cek)); err != nil || !slices.Equal(got, cek) {
					t.Errorf("%s to %s does not open: %v", e.Name, name, err)
				}
				continue
			}
			agreement, err := e.Agreement(len(cek))
			if err != nil {
				t.Fatal(err)
			}
			var ukm []byte
			if agreement.SendsUKM() {
				ukm = []byte("some material")
			}
			from, encrypted, err := agreement.Encrypt(key.Public, ukm, cek)
			if err != nil {
				t.Fatalf("%s to %s: %v", e.Name, name, err)
			}
			read, err := FindKeyAgreement(agreement.Identifier)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := read.Decrypt(key.Agreement, key.Public, from, ukm, encrypted); err != nil || !slices.Equal(got, cek) {
				t.Errorf("%s to %s does not open: %v", e.Name, name, err)
			}
			if _, s, ok := OriginatorStrength(from); !ok || s != key.Public.Strength() {
				t.Errorf("%s to %s: the ephemeral key tells %v, %v, the key is %v", e.Name, name, s, ok, key.Public.Strength())
			}
		}
		want := map[string]int{"rsa-2048": 6, "p-256": 3, "p-521": 3, "x25519": 6, "x448": 6}[name]
		if ways != want {
			t.Errorf("%s: %d ways, want %d", name, ways, want)
		}
	}
	// A key that its certificate restricts goes with what it allows (RFC 4055, Section 4.1).
	plain := testKey(t, "rsa-2048").Public
	restricted, err := ParsePublicKey(encodeSPKI(Identifier{OID: oidRSAESOAEP, Parameters: decodeHex(t, oaepSHA256Hex)}, plain.bits))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"rsa-oaep": true, "rsa-oaep-sha256": true, "rsa-oaep-sha384": false, "rsa-pkcs1v15": false, "ecdh-sha256kdf": false} {
		e, err := KeyEncryptionByName(name)
		if err != nil || e.Fits(restricted) != want {
			t.Errorf("%s to a restricted key: %v", name, err)
		}
	}
	for _, name := range []string{"ecdh-sha1kdf", "ecdh-cofactor-sha256kdf", "aes-256-gcm", "", "RSA-OAEP"} {
		if e, err := KeyEncryptionByName(name); err == nil {
			t.Errorf("%q is %s", name, e.Name)
		}
	}
}

// TestStrength has the rows of NIST SP 800-57 Part 1, Table 2, and the categories of
// FIPS 203 to 205.
func TestStrength(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Strength{
		"rsa-2048": {112, false}, "rsa-3072": {128, false}, "p-256": {128, false}, "p-384": {192, false}, "p-521": {256, false},
		"ed25519": {128, false}, "x25519": {128, false}, "ed448": {224, false}, "x448": {224, false},
		"ml-kem-512": {128, true}, "ml-kem-768": {192, true}, "ml-kem-1024": {256, true},
		"ml-dsa-44": {128, true}, "ml-dsa-65": {192, true}, "ml-dsa-87": {256, true}, "slh-dsa-sha2-192f": {192, true},
	} {
		if got := testKey(t, name).Public.Strength(); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	for kind := range keyKinds.rows() {
		if kind.strength == nil {
			t.Errorf("%s has no strength", kind.name)
		}
	}
	for bits, want := range map[int]int{512: 0, 1023: 0, 1024: 80, 2047: 80, 4096: 128, 8192: 192, 16384: 256} {
		if got := factoring(bits); got.Bits != want || got.PostQuantum {
			t.Errorf("RSA %d: %v, want %d bits", bits, got, want)
		}
	}
	for name, want := range map[string]Strength{"aes-128-gcm": {128, true}, "aes-256-cbc": {256, true}, "3des-cbc": {112, false}, "des-cbc": {56, false}, "rc2-40-cbc": {40, false}} {
		c, err := ContentCipherByName(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Strength(); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	weak, strong := Strength{Bits: 256}, Strength{Bits: 128, PostQuantum: true}
	if !weak.Weaker(strong) || strong.Weaker(weak) || strong.Weaker(strong) || !(Strength{Bits: 112}).Weaker(weak) {
		t.Error("what a quantum computer breaks is the weaker one")
	}
}
