package algorithm

import (
	"bytes"
	"crypto/aes"
	"encoding/binary"
	"errors"
	"testing"
)

// padWrap is RFC 5649, Section 4.1 with any initial value and padding.
func padWrap(t *testing.T, kek, iv, padded []byte) []byte {
	t.Helper()
	b, err := aes.NewCipher(kek)
	if err != nil {
		t.Fatal(err)
	}
	out := append(bytes.Clone(iv), padded...)
	if len(out) == 16 {
		b.Encrypt(out, out)
		return out
	}
	n := len(padded) / 8
	for j := range 6 {
		for i := 1; i <= n; i++ {
			block := append(bytes.Clone(out[:8]), out[i*8:i*8+8]...)
			b.Encrypt(block, block)
			binary.BigEndian.PutUint64(out, binary.BigEndian.Uint64(block)^uint64(n*j+i))
			copy(out[i*8:], block[8:])
		}
	}
	return out
}

// TestPaddedWrapVectors are those of RFC 5649, Section 6.
func TestPaddedWrapVectors(t *testing.T) {
	t.Parallel()
	w, err := FindKeyWrap(Identifier{OID: MustOID("2.16.840.1.101.3.4.1.28")})
	if err != nil {
		t.Fatal(err)
	}
	kek := decodeHex(t, "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8")
	for wrapped, want := range map[string]string{
		"138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a": "c37b7e6492584340bed12207808941155068f738",
		"afbeb0f07dfbf5419200f2ccb50bb24f":                                 "466f7250617369",
	} {
		got, err := w.Unwrap(kek, decodeHex(t, wrapped))
		if err != nil || !bytes.Equal(got, decodeHex(t, want)) {
			t.Errorf("%x, %v; want %s", got, err, want)
		}
	}
	var unsupported *UnsupportedError
	if _, err := w.Wrap(kek, make([]byte, 16)); !errors.As(err, &unsupported) {
		t.Errorf("written: %v", err)
	}
}

// TestPaddedWrapChecks: each thing the padding has to fulfil, and one error for all.
func TestPaddedWrapChecks(t *testing.T) {
	t.Parallel()
	w, kek := paddedWraps[0], randomBytes(32)
	iv := func(n uint32) []byte { return binary.BigEndian.AppendUint32([]byte{0xa6, 0x59, 0x59, 0xa6}, n) }
	key := append(bytes.Repeat([]byte{7}, 13), 0, 0, 0)
	for _, test := range []struct {
		name       string
		iv, padded []byte
		good       bool
	}{
		{"13 octets", iv(13), key, true},
		{"16 octets", iv(16), key, true},
		{"9 octets", iv(9), append(bytes.Repeat([]byte{7}, 9), make([]byte, 7)...), true},
		{"a zero of the padding is part of the key", iv(14), key, true},
		{"one block", iv(5), append(bytes.Repeat([]byte{7}, 5), 0, 0, 0), true},
		{"padding is not zero", iv(12), key, false},
		{"a whole unit of padding", iv(8), make([]byte, 16), false},
		{"longer than there is", iv(17), key, false},
		{"nothing", iv(0), make([]byte, 16), false},
		{"one block of nothing", iv(0), make([]byte, 8), false},
		{"negative", iv(0x80000000 | 13), key, false},
		{"all ones", iv(0xffffffff), key, false},
		{"wrong constant", append([]byte{0xa6, 0x59, 0x59, 0xa7}, iv(13)[4:]...), key, false},
		{"that of RFC 3394", bytes.Repeat([]byte{0xa6}, 8), key, false},
	} {
		got, err := w.Unwrap(kek, padWrap(t, kek, test.iv, test.padded))
		if test.good {
			n := int(binary.BigEndian.Uint32(test.iv[4:]))
			if err != nil || !bytes.Equal(got, test.padded[:n]) {
				t.Errorf("%s: %x, %v", test.name, got, err)
			}
		} else if err != ErrUnwrap {
			t.Errorf("%s: %x, %v", test.name, got, err)
		}
	}
	for n := range 80 {
		if _, err := w.Unwrap(kek, make([]byte, n)); err != ErrUnwrap {
			t.Errorf("%d octets: %v", n, err)
		}
	}
}
