package algorithm

import (
	"bytes"
	"crypto/cipher"
	"crypto/des"
	"errors"
	"testing"
)

// TestRC2Vectors are those of RFC 2268, Section 5.
func TestRC2Vectors(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		key, plain, want string
		bits             int
	}{
		{"0000000000000000", "0000000000000000", "ebb773f993278eff", 63},
		{"ffffffffffffffff", "ffffffffffffffff", "278b27e42e2f0d49", 64},
		{"3000000000000000", "1000000000000001", "30649edf9be7d2c2", 64},
		{"88", "0000000000000000", "61a8a244adacccf0", 64},
		{"88bca90e90875a", "0000000000000000", "6ccf4308974c267f", 64},
		{"88bca90e90875a7f0f79c384627bafb2", "0000000000000000", "1a807d272bbe5db1", 64},
		{"88bca90e90875a7f0f79c384627bafb2", "0000000000000000", "2269552ab0f85ca6", 128},
		{"88bca90e90875a7f0f79c384627bafb216f80a6f85920584c42fceb0be255daf1e", "0000000000000000", "5b78d3a43dfff1f1", 129},
	} {
		c := newRC2(decodeHex(t, v.key), v.bits)
		out := make([]byte, rc2Block)
		c.Encrypt(out, decodeHex(t, v.plain))
		if !bytes.Equal(out, decodeHex(t, v.want)) {
			t.Errorf("key %s, %d bits: %x, want %s", v.key, v.bits, out, v.want)
		}
		c.Decrypt(out, out)
		if !bytes.Equal(out, decodeHex(t, v.plain)) {
			t.Errorf("key %s, %d bits: decrypted %x", v.key, v.bits, out)
		}
	}
}

// TestBrokenCiphers: the rows are read, say what they are, and write nothing.
func TestBrokenCiphers(t *testing.T) {
	t.Parallel()
	iv := decodeHex(t, "0001020304050607")
	for _, test := range []struct {
		identifier, name string
		block            func(key []byte) cipher.Block
	}{
		{"301106052b0e03020704080001020304050607", "des-cbc", func(k []byte) cipher.Block { b, _ := des.NewCipher(k); return b }},
		{"301906082a864886f70d0302300d02013a04080001020304050607", "rc2-cbc", func(k []byte) cipher.Block { return newRC2(k, 128) }},
		{"301906082a864886f70d0302300d02017804080001020304050607", "rc2-64-cbc", func(k []byte) cipher.Block { return newRC2(k, 64) }},
		{"301a06082a864886f70d0302300e020200a004080001020304050607", "rc2-40-cbc", func(k []byte) cipher.Block { return newRC2(k, 40) }},
	} {
		id, err := ParseIdentifier(decodeHex(t, test.identifier))
		if err != nil {
			t.Fatal(err)
		}
		c, p, err := FindContentCipher(id)
		if err != nil || c.Name != test.name || c.Status != Broken || !c.ReadOnly {
			t.Errorf("%s: %+v, %v", test.name, c, err)
			continue
		}
		key := randomBytes(c.KeySize)
		sealed := append([]byte("thirteen octe"), 3, 3, 3)
		cipher.NewCBCEncrypter(test.block(key), iv).CryptBlocks(sealed, sealed)
		got, err := decryptAll(t, c, p, key, sealed, 3)
		if err != nil || string(got) != "thirteen octe" {
			t.Errorf("%s: %q, %v", test.name, got, err)
		}
		var unsupported *UnsupportedError
		if _, err := c.NewEncrypter(p, key, nil); !errors.As(err, &unsupported) {
			t.Errorf("%s: written: %v", test.name, err)
		}
		if _, err := c.BlockCipher(key); !errors.As(err, &unsupported) {
			t.Errorf("%s: lent to a key wrap: %v", test.name, err)
		}
	}
	_, _, err := FindContentCipher(Identifier{OID: oidRC2, Parameters: decodeHex(t, "300e0202040004080001020304050607")})
	if _, unsupported := errors.AsType[*UnsupportedError](err); !unsupported {
		t.Errorf("RC2 of 1024 bits: %v", err)
	}
}
