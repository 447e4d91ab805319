package algorithm

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
)

func decodeHex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestFindContentCipher(t *testing.T) {
	t.Parallel()
	const (
		iv8, iv16   = "0001020304050607", "000102030405060708090a0b0c0d0e0f"
		nonce12     = "000102030405060708090a0b"
		gcm256      = "2.16.840.1.101.3.4.1.46"
		cbc128      = "2.16.840.1.101.3.4.1.2"
		unsupported = "1.2.840.113549.3.4"
		ccm256      = "2.16.840.1.101.3.4.1.47"
		chacha      = "1.2.840.113549.1.9.16.3.18"
		rc2         = "1.2.840.113549.3.2"
		hkdf        = "1.2.840.113549.1.9.16.3.31"
	)
	for _, test := range []struct {
		name, oid, parameters string
		cipher, iv            string // empty: refused
		tag                   int
	}{
		{"GCM as written", gcm256, "3011040c" + nonce12 + "020110", "aes-256-gcm", nonce12, 16},
		{"GCM default tag", gcm256, "300e040c" + nonce12, "aes-256-gcm", nonce12, 12},
		{"GCM default tag written out", gcm256, "3011040c" + nonce12 + "02010c", "aes-256-gcm", nonce12, 12},
		{"GCM tag of 13", gcm256, "3011040c" + nonce12 + "02010d", "aes-256-gcm", nonce12, 13},
		{"GCM nonce of 16", gcm256, "30150410" + iv16 + "020110", "aes-256-gcm", iv16, 16},
		{"GCM AES-128", "2.16.840.1.101.3.4.1.6", "3011040c" + nonce12 + "020110", "aes-128-gcm", nonce12, 16},
		{"GCM AES-192", "2.16.840.1.101.3.4.1.26", "3011040c" + nonce12 + "020110", "aes-192-gcm", nonce12, 16},
		{"GCM tag of 11", gcm256, "3011040c" + nonce12 + "02010b", "", "", 0},
		{"GCM tag of 17", gcm256, "3011040c" + nonce12 + "020111", "", "", 0},
		{"GCM tag of 1", gcm256, "3011040c" + nonce12 + "020101", "", "", 0},
		{"GCM tag of 0", gcm256, "3011040c" + nonce12 + "020100", "", "", 0},
		{"GCM negative tag", gcm256, "3011040c" + nonce12 + "0201f0", "", "", 0},
		{"GCM tag of 2^32+16", gcm256, "3015040c" + nonce12 + "02050100000010", "", "", 0},
		{"GCM tag of 2^64+16", gcm256, "3019040c" + nonce12 + "0209010000000000000010", "", "", 0},
		{"GCM tag padded", gcm256, "3012040c" + nonce12 + "02020010", "", "", 0},
		{"GCM no nonce", gcm256, "30050400020110", "", "", 0},
		{"GCM nonce of 8", gcm256, "300d0408" + iv8 + "020110", "", "", 0},
		{"GCM nonce of 11", gcm256, "3010040b" + nonce12[:22] + "020110", "", "", 0},
		{"GCM nonce of 17", gcm256, "30160411" + iv16 + "00020110", "", "", 0},
		{"GCM absent", gcm256, "", "", "", 0},
		{"GCM NULL", gcm256, "0500", "", "", 0},
		{"GCM bare nonce", gcm256, "040c" + nonce12, "", "", 0},
		{"GCM something inside", gcm256, "3013040c" + nonce12 + "0201100500", "", "", 0},
		{"GCM something behind", gcm256, "3011040c" + nonce12 + "0201100500", "", "", 0},
		{"GCM cut", gcm256, "3011040c" + nonce12 + "0201", "", "", 0},
		{"CBC", cbc128, "0410" + iv16, "aes-128-cbc", iv16, 0},
		{"CBC AES-192", "2.16.840.1.101.3.4.1.22", "0410" + iv16, "aes-192-cbc", iv16, 0},
		{"CBC AES-256", "2.16.840.1.101.3.4.1.42", "0410" + iv16, "aes-256-cbc", iv16, 0},
		{"CBC no IV", cbc128, "0400", "", "", 0},
		{"CBC IV of 15", cbc128, "040f" + iv16[:30], "", "", 0},
		{"CBC IV of 17", cbc128, "0411" + iv16 + "00", "", "", 0},
		{"CBC absent", cbc128, "", "", "", 0},
		{"CBC NULL", cbc128, "0500", "", "", 0},
		{"CBC something behind", cbc128, "0410" + iv16 + "0500", "", "", 0},
		{"3DES", "1.2.840.113549.3.7", "0408" + iv8, "3des-cbc", iv8, 0},
		{"3DES IV of 16", "1.2.840.113549.3.7", "0410" + iv16, "", "", 0},
		{"unknown", unsupported, "0408" + iv8, "", "", 0},
		{"CCM as written", ccm256, "300c0407" + nonce12[:14] + "020110", "aes-256-ccm", nonce12[:14], 16},
		{"CCM default tag", ccm256, "300e040c" + nonce12, "aes-256-ccm", nonce12, 12},
		{"CCM tag of 8", ccm256, "3011040c" + nonce12 + "020108", "aes-256-ccm", nonce12, 8},
		{"CCM nonce of 13", "2.16.840.1.101.3.4.1.7", "3012040d" + iv16[:26] + "02010a", "aes-128-ccm", iv16[:26], 10},
		{"CCM AES-192", "2.16.840.1.101.3.4.1.27", "300e040c" + nonce12, "aes-192-ccm", nonce12, 12},
		{"CCM tag of 4", ccm256, "3011040c" + nonce12 + "020104", "", "", 0},
		{"CCM tag of 6", ccm256, "3011040c" + nonce12 + "020106", "", "", 0},
		{"CCM tag of 9", ccm256, "3011040c" + nonce12 + "020109", "", "", 0},
		{"CCM tag of 18", ccm256, "3011040c" + nonce12 + "020112", "", "", 0},
		{"CCM tag of 2^32+16", ccm256, "3015040c" + nonce12 + "02050100000010", "", "", 0},
		{"CCM nonce of 6", ccm256, "300b0406" + nonce12[:12] + "020110", "", "", 0},
		{"CCM nonce of 14", ccm256, "3013040e" + iv16[:28] + "020110", "", "", 0},
		{"CCM NULL", ccm256, "0500", "", "", 0},
		{"CCM something behind", ccm256, "300c0407" + nonce12[:14] + "0201100500", "", "", 0},
		{"CCM absent", ccm256, "", "", "", 0},
		{"ChaCha20", chacha, "040c" + nonce12, "chacha20-poly1305", nonce12, 16},
		{"ChaCha20 nonce of 8", chacha, "0408" + iv8, "", "", 0},
		{"ChaCha20 nonce of 24", chacha, "0418" + iv16 + iv8, "", "", 0},
		{"ChaCha20 with a tag size", chacha, "3011040c" + nonce12 + "020110", "", "", 0},
		{"ChaCha20 absent", chacha, "", "", "", 0},
		{"DES", "1.3.14.3.2.7", "0408" + iv8, "des-cbc", iv8, 0},
		{"DES IV of 7", "1.3.14.3.2.7", "0407" + iv8[:14], "", "", 0},
		{"RC2", rc2, "300d02013a0408" + iv8, "rc2-cbc", iv8, 0},
		{"RC2 64 bits", rc2, "300d0201780408" + iv8, "rc2-64-cbc", iv8, 0},
		{"RC2 40 bits", rc2, "300e020200a00408" + iv8, "rc2-40-cbc", iv8, 0},
		{"RC2 IV of 7", rc2, "300c02013a0407" + iv8[:14], "", "", 0},
		{"RC2 bare IV", rc2, "0408" + iv8, "", "", 0},
		{"RC2 something behind", rc2, "300d02013a0408" + iv8 + "0500", "", "", 0},
		{"HKDF, GCM", hkdf, "301e060960864801650304012e3011040c" + nonce12 + "020110", "cek-hkdf-sha256-aes-256-gcm", nonce12, 16},
		{"HKDF, CBC", hkdf, "301d06096086480165030401020410" + iv16, "cek-hkdf-sha256-aes-128-cbc", iv16, 0},
		{"HKDF, malformed GCM", hkdf, "300d060960864801650304012e0500", "", "", 0},
		{"HKDF, no parameters", hkdf, "", "", "", 0},
		{"HKDF, NULL", hkdf, "0500", "", "", 0},
		{"HKDF nested", hkdf, "302c060b2a864886f70d010910031f301d06096086480165030401020410" + iv16, "", "", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			id := Identifier{OID: MustOID(test.oid), Parameters: decodeHex(t, test.parameters)}
			c, p, err := FindContentCipher(id)
			if test.cipher == "" {
				var malformed *ParameterError
				var unknown *UnsupportedError
				if test.oid == unsupported {
					if !errors.As(err, &unknown) || unknown.OID != id.OID || unknown.Kind != "cipher" {
						t.Errorf("got %v, want *UnsupportedError", err)
					}
				} else if !errors.As(err, &malformed) {
					t.Errorf("got %v, want *ParameterError", err)
				}
				if c != nil || p != nil {
					t.Error("a result beside the error")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if c.Name != test.cipher || hex.EncodeToString(p.IV) != test.iv || p.TagSize != test.tag {
				t.Errorf("got %s, IV %x, tag %d", c.Name, p.IV, p.TagSize)
			}
			if !p.Identifier.Equal(id) {
				t.Error("the identifier changed")
			}
		})
	}
}

func TestContentCipherRows(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, c := range ContentCiphers() {
		if names[c.Name] {
			t.Errorf("%s: twice", c.Name)
		}
		names[c.Name] = true
		if got, err := ContentCipherByName(c.Name); err != nil || got != c {
			t.Errorf("%s: not found by name: %v", c.Name, err)
		}
		p, err := c.NewParameters()
		if c.ReadOnly {
			var unsupported *UnsupportedError
			if !errors.As(err, &unsupported) {
				t.Errorf("%s: NewParameters of a read-only cipher: %v", c.Name, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		found, read, err := FindContentCipher(p.Identifier)
		if err != nil || found != c || !bytes.Equal(read.IV, p.IV) || read.TagSize != p.TagSize {
			t.Errorf("%s: its own parameters are read as %v, %+v, %v", c.Name, found, read, err)
		}
		again, _ := c.NewParameters()
		if bytes.Equal(again.IV, p.IV) {
			t.Errorf("%s: the IV is not fresh", c.Name)
		}
	}
	for _, want := range []string{
		"aes-256-gcm", "aes-192-gcm", "aes-128-gcm", "aes-256-ccm", "aes-192-ccm", "aes-128-ccm", "chacha20-poly1305",
		"aes-256-cbc", "aes-192-cbc", "aes-128-cbc", "3des-cbc", "des-cbc", "rc2-cbc", "rc2-64-cbc", "rc2-40-cbc",
		"cek-hkdf-sha256-aes-256-gcm", "cek-hkdf-sha256-chacha20-poly1305", "cek-hkdf-sha256-aes-128-cbc",
	} {
		if !names[want] {
			t.Errorf("%s is missing", want)
		}
	}
	if _, err := ContentCipherByName("rot13"); err == nil {
		t.Error("an unknown name is found")
	}
}

// TestGCMParametersWritten: a nonce of 12, a tag of 16 written out.
func TestGCMParametersWritten(t *testing.T) {
	t.Parallel()
	p, err := gcmCiphers[0].NewParameters()
	if err != nil {
		t.Fatal(err)
	}
	if want := "3011040c" + hex.EncodeToString(p.IV) + "020110"; hex.EncodeToString(p.Identifier.Parameters) != want {
		t.Errorf("got %x, want %s", p.Identifier.Parameters, want)
	}
}

func TestContentCipherRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range ContentCiphers() {
		good, err := c.NewParameters()
		if err != nil {
			good = &CipherParameters{IV: make([]byte, c.BlockSize)}
		}
		key := make([]byte, c.KeySize)
		try := func(p *CipherParameters, key []byte) (enc, auth, dec error) {
			_, enc = c.NewEncrypter(p, key, nil)
			_, auth = c.NewAuthenticator(p, key, nil)
			_, dec = c.NewDecrypter(p, key)
			return
		}
		enc, auth, dec := try(good, key)
		if (enc == nil) == c.ReadOnly || (auth == nil) != c.Authenticated || dec != nil {
			t.Errorf("%s: good parameters: %v, %v, %v", c.Name, enc, auth, dec)
		}
		for _, n := range []int{0, 1, 7, 15, 16, 24, 32, 33} {
			if n == c.KeySize {
				continue
			}
			enc, auth, dec := try(good, make([]byte, n))
			var size *KeySizeError
			if enc == nil || auth == nil || !errors.As(dec, &size) || size.Got != n || size.Want != c.KeySize {
				t.Errorf("%s: key of %d: %v, %v, %v", c.Name, n, enc, auth, dec)
			}
		}
		bad := []*CipherParameters{nil, {}, {IV: make([]byte, 6), TagSize: 16}, {IV: make([]byte, 17), TagSize: 16}}
		if c.Authenticated {
			bad = append(bad, &CipherParameters{IV: make([]byte, 12), TagSize: 11}, &CipherParameters{IV: make([]byte, 12), TagSize: 17}, &CipherParameters{IV: make([]byte, 12)})
		}
		for _, p := range bad {
			enc, auth, dec := try(p, key)
			if enc == nil || auth == nil || dec == nil {
				t.Errorf("%s: parameters %+v: %v, %v, %v", c.Name, p, enc, auth, dec)
			}
		}
		if !c.Authenticated {
			if _, err := c.NewEncrypter(good, key, []byte("attributes")); err == nil {
				t.Errorf("%s: takes data that it cannot authenticate", c.Name)
			}
		}
	}
}

func FuzzCipherParameters(f *testing.F) {
	for _, c := range ContentCiphers() {
		if p, err := c.NewParameters(); err == nil {
			f.Add(p.Identifier.DER(), []byte("some content"))
		}
	}
	f.Add(decodeHex(f, "301406082a864886f70d030704080001020304050607"), []byte("12345678"))
	f.Add(decodeHex(f, "301906082a864886f70d0302300d02013a04080001020304050607"), []byte("12345678"))
	f.Add(decodeHex(f, "301a06082a864886f70d0302300e020200a004080001020304050607"), []byte("12345678"))
	f.Add(decodeHex(f, "301b060960864801650304012e300e040c000102030405060708090a0b"), []byte{})
	f.Fuzz(func(t *testing.T, der, content []byte) {
		id, err := ParseIdentifier(der)
		if err != nil {
			return
		}
		c, p, err := FindContentCipher(id)
		if err != nil {
			if c != nil || p != nil {
				t.Fatal("a result beside an error")
			}
			return
		}
		key := make([]byte, c.KeySize)
		if _, err := decryptAll(t, c, p, key, content, 7); err != nil && !errors.Is(err, ErrPadding) {
			t.Fatal(err)
		}
		if c.ReadOnly {
			return
		}
		p.ContentSize = int64(len(content))
		e, err := c.NewEncrypter(p, key, nil)
		if err != nil {
			t.Fatal(err)
		}
		sealed, tag := e.Final(e.Update(nil, content))
		if int64(len(sealed)) != c.CiphertextSize(int64(len(content))) || len(tag) != p.TagSize {
			t.Fatalf("ciphertext of %d, tag of %d octets", len(sealed), len(tag))
		}
		if got, err := decryptAll(t, c, p, key, sealed, 5); err != nil || !bytes.Equal(got, content) {
			t.Fatalf("decrypted %x, %v", got, err)
		}
	})
}
