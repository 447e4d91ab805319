package algorithm

import (
	"bytes"
	"testing"
)

// FuzzMLKEMPrivateKey: no panic, and a key that is read is written so that it is
// read as the same key.
func FuzzMLKEMPrivateKey(f *testing.F) {
	for i, row := range mlkemSets {
		seed := bytes.Repeat([]byte{byte(i)}, 64)
		public, expanded := expandedOf(row, seed)
		for _, octets := range [][]byte{seed, expanded, tlv(0x80, seed), tlv(4, expanded), tlv(0x30, tlv(4, seed), tlv(4, expanded)), tlv(4, expanded, public)} {
			f.Add(byte(i), octets)
		}
	}
	f.Fuzz(func(t *testing.T, set byte, octets []byte) {
		row := mlkemSets[int(set)%len(mlkemSets)]
		key, err := ParsePrivateKey(mlkemFile(row, octets))
		if err != nil {
			return
		}
		der, err := key.PKCS8()
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ParsePrivateKey(der); err != nil || !again.Public.Equal(key.Public) {
			t.Fatalf("written, it is another key: %v", err)
		}
	})
}
