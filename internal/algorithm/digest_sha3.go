package algorithm

import (
	"crypto"
	"crypto/sha3"
	"hash"
	"slices"
)

// SHA-3 (FIPS 202). No micalg is registered for it: the field is left empty
// and "unknown" is written (RFC 8551, Section 3.5.3.2).
var (
	sha3256Digest = &Digest{Name: "sha3-256", standard: "RFC 9688, Section 2", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x02\x08") /* 2.16.840.1.101.3.4.2.8 */, MICAliases: []string{"sha3-256"},
		Size: 32, New: func() hash.Hash { return sha3.New256() }, Hash: crypto.SHA3_256}
	sha3384Digest = &Digest{Name: "sha3-384", standard: "RFC 9688, Section 2", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x02\x09") /* 2.16.840.1.101.3.4.2.9 */, MICAliases: []string{"sha3-384"},
		Size: 48, New: func() hash.Hash { return sha3.New384() }, Hash: crypto.SHA3_384}
	sha3512Digest = &Digest{Name: "sha3-512", standard: "RFC 9688, Section 2", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x02\x0a") /* 2.16.840.1.101.3.4.2.10 */, MICAliases: []string{"sha3-512"},
		Size: 64, New: func() hash.Hash { return sha3.New512() }, Hash: crypto.SHA3_512}
	sha3224Digest = &Digest{Name: "sha3-224", standard: "RFC 9688, Section 2", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x02\x07") /* 2.16.840.1.101.3.4.2.7 */, MICAliases: []string{"sha3-224"},
		Size: 28, Status: Legacy, New: func() hash.Hash { return sha3.New224() }, Hash: crypto.SHA3_224}
)

// SHAKE with the lengths that CMS gives it: 32 and 64 octets (RFC 8702, Section
// 3.1); id-shake256-len says its length, and no other than 512 bits is in use
// (RFC 8419, Section 2.3). The micalg values are of RFC 8692, Section 5; OpenSSL
// writes them with a hyphen. crypto has no name for them, so that nothing but
// the rows of this package takes them.
var (
	shake128Digest = &Digest{Name: "shake128", standard: "RFC 8702, Section 3.1", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x02\x0b") /* 2.16.840.1.101.3.4.2.11 */, MIC: "shake128", MICAliases: []string{"shake-128"},
		Size: 32, New: func() hash.Hash { return &shake{SHAKE: *sha3.NewSHAKE128(), size: 32} }, mask: maskWith(sha3.NewSHAKE128)}
	shake256Digest = &Digest{Name: "shake256", standard: "RFC 8702, Section 3.1", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x02\x0c") /* 2.16.840.1.101.3.4.2.12 */, MIC: "shake256", MICAliases: []string{"shake-256"},
		Size: 64, New: newSHAKE256, mask: maskWith(sha3.NewSHAKE256)}
	shake256LenDigest = &Digest{Name: "shake256-512", standard: "RFC 8419, Section 2.3", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x02\x12") /* 2.16.840.1.101.3.4.2.18 */, MIC: "shake256", MICAliases: []string{"shake-256"},
		Size: 64, New: newSHAKE256, mask: maskWith(sha3.NewSHAKE256), parameters: "\x02\x02\x02\x00"}
)

var sha3Digests = []*Digest{sha3256Digest, sha3384Digest, sha3512Digest, sha3224Digest, shake256Digest, shake128Digest, shake256LenDigest}

func newSHAKE256() hash.Hash { return &shake{SHAKE: *sha3.NewSHAKE256(), size: 64} }

// shake makes a hash of fixed length from SHAKE.
type shake struct {
	sha3.SHAKE
	size int
}

// Size returns the octets of the result.
func (s *shake) Size() int { return s.size }

// Sum appends the result and leaves s as it is.
func (s *shake) Sum(b []byte) []byte {
	now := s.SHAKE // reading ends the writing: read from a copy
	out := make([]byte, s.size)
	now.Read(out)
	return append(b, out...)
}

// maskWith makes a mask generation function of SHAKE (RFC 8702, Section 3.2.1).
func maskWith(shake func() *sha3.SHAKE) func(out, seed []byte) {
	return func(out, seed []byte) {
		s := shake()
		s.Write(seed)
		block := make([]byte, len(out))
		s.Read(block)
		for i := range out {
			out[i] ^= block[i]
		}
	}
}

// oneOf reports whether d is in the list.
func (d *Digest) oneOf(list []*Digest) bool {
	return slices.ContainsFunc(list, func(o *Digest) bool { return o.OID == d.OID })
}
