package algorithm

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestKeyWrapVectors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, oid, kek, cek, wrapped string }{
		{"RFC 3394, 4.1", "2.16.840.1.101.3.4.1.5", "000102030405060708090a0b0c0d0e0f", "00112233445566778899aabbccddeeff",
			"1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"},
		{"RFC 3394, 4.2", "2.16.840.1.101.3.4.1.25", "000102030405060708090a0b0c0d0e0f1011121314151617", "00112233445566778899aabbccddeeff",
			"96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d"},
		{"RFC 3394, 4.6", "2.16.840.1.101.3.4.1.45", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f",
			"28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"},
		{"RFC 3217, 3.4", "1.2.840.113549.1.9.16.3.6", "255e0d1c07b646dfb3134cc843ba8aa71f025b7c0838251f", "2923bf85e06dd6ae529149f1f1bae9eab3a7da3d860d3e98",
			"690107618ef092b3b48ca1796b234ae9fa33ebb4159604037db5d6a84eb3aac2768c632775a467d4"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, err := FindKeyWrap(Identifier{OID: MustOID(test.oid)})
			if err != nil {
				t.Fatal(err)
			}
			kek, cek, wrapped := decodeHex(t, test.kek), decodeHex(t, test.cek), decodeHex(t, test.wrapped)
			if got, err := w.Unwrap(kek, wrapped); err != nil || !bytes.Equal(got, cek) {
				t.Errorf("unwrapped to %x, %v; want %x", got, err, cek)
			}
			document, _, _ := strings.Cut(test.name, ",")
			covers(t, row{"key-wrap", w.Name, w.OID}, document)
			if w.Status == Current {
				if got, err := w.Wrap(kek, cek); err != nil || !bytes.Equal(got, wrapped) {
					t.Errorf("wrapped to %x, %v; want %x", got, err, wrapped)
				}
			} else if _, err := w.Wrap(kek, cek); err == nil {
				t.Error("a legacy wrap is written")
			}
			for bit := range len(wrapped) * 8 {
				bad := bytes.Clone(wrapped)
				bad[bit/8] ^= 1 << (bit % 8)
				if got, err := w.Unwrap(kek, bad); !errors.Is(err, ErrUnwrap) {
					t.Fatalf("bit %d: unwrapped to %x, %v", bit, got, err)
				}
			}
			for n := range wrapped {
				if _, err := w.Unwrap(kek, wrapped[:n]); !errors.Is(err, ErrUnwrap) {
					t.Errorf("cut to %d: %v", n, err)
				}
			}
			other := bytes.Clone(kek)
			other[5] ^= 2
			if _, err := w.Unwrap(other, wrapped); !errors.Is(err, ErrUnwrap) {
				t.Errorf("another key: %v", err)
			}
		})
	}
}

func TestKeyWrapRefuses(t *testing.T) {
	t.Parallel()
	for _, w := range keyWraps {
		for _, n := range []int{0, 8, 15, 17, 64} {
			var size *KeySizeError
			if _, err := w.Unwrap(make([]byte, n), make([]byte, 40)); !errors.As(err, &size) {
				t.Errorf("%s: key of %d: %v", w.Name, n, err)
			}
			if _, err := w.Wrap(make([]byte, n), make([]byte, 16)); err == nil {
				t.Errorf("%s: wraps under a key of %d", w.Name, n)
			}
		}
		kek := make([]byte, w.KeySize)
		for _, n := range []int{0, 8, 16, 17, 23, 25, 41, 1 << 20, maxCEK + 32} {
			if _, err := w.Unwrap(kek, make([]byte, n)); !errors.Is(err, ErrUnwrap) {
				t.Errorf("%s: %d octets: %v", w.Name, n, err)
			}
		}
		for _, n := range []int{0, 1, 8, 15, 17, maxCEK + 8} {
			if _, err := w.Wrap(kek, make([]byte, n)); err == nil {
				t.Errorf("%s: wraps %d octets", w.Name, n)
			}
		}
		for _, parameters := range [][]byte{nil, nullParameters()} { // QUIRK: both for all
			if got, err := FindKeyWrap(Identifier{OID: w.OID, Parameters: parameters}); err != nil || got != w {
				t.Errorf("%s with parameters %x: %v", w.Name, parameters, err)
			}
		}
		var malformed *ParameterError
		if _, err := FindKeyWrap(Identifier{OID: w.OID, Parameters: []byte{0x04, 0}}); !errors.As(err, &malformed) {
			t.Errorf("%s with an OCTET STRING: %v", w.Name, err)
		}
	}
	var unsupported *UnsupportedError
	if _, err := FindKeyWrap(Identifier{OID: MustOID("1.2.840.113549.1.9.16.3.7")}); !errors.As(err, &unsupported) || unsupported.Kind != "key wrap" {
		t.Errorf("RC2 wrap: %v", err)
	}
	if _, err := KeyWrapFor(8); err == nil {
		t.Error("a wrap for keys of 8 octets")
	}
}

func FuzzUnwrap(f *testing.F) {
	f.Add(uint8(0), []byte("kek"), make([]byte, 40))
	f.Add(uint8(3), []byte{}, make([]byte, 48))
	for i, w := range keyWraps {
		if w.wrap != nil {
			wrapped, _ := w.Wrap(make([]byte, w.KeySize), make([]byte, 16))
			f.Add(uint8(i), []byte{}, wrapped)
		}
	}
	f.Fuzz(func(t *testing.T, row uint8, seed, wrapped []byte) {
		w := keyWraps[int(row)%len(keyWraps)]
		kek := make([]byte, w.KeySize)
		copy(kek, seed)
		cek, err := w.Unwrap(kek, wrapped)
		if err != nil {
			if cek != nil || !errors.Is(err, ErrUnwrap) {
				t.Fatalf("got %x, %v", cek, err)
			}
			return
		}
		if w.wrap == nil {
			return
		}
		if again, err := w.Wrap(kek, cek); err != nil || !bytes.Equal(again, wrapped) {
			t.Fatalf("wrapped again: %x, %v", again, err)
		}
	})
}
