package algorithm

import (
	"encoding/binary"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// oidMGF1 is id-mgf1, RFC 8017, Appendix B.2.1.
const oidMGF1 = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08") // 1.2.840.113549.1.1.8

// readMGF1 returns the hash of a maskGenAlgorithm, which RSASSA-PSS-params and
// RSAES-OAEP-params share (RFC 8017, Appendix A.2). No other mask generation
// function exists there.
func readMGF1(id Identifier) (*Digest, error) {
	if id.OID != oidMGF1 {
		return nil, unsupported("mask generation function", id.OID)
	}
	if len(id.Parameters) == 0 {
		return nil, &ParameterError{Name: "mgf1", Detail: "hash is missing"}
	}
	hash, err := ParseIdentifier(id.Parameters)
	if err != nil {
		return nil, &ParameterError{Name: "mgf1", Detail: "hash is no AlgorithmIdentifier"}
	}
	return findFixedDigest(hash)
}

// mgf1Identifier returns MGF1 with d, the hash written with NULL.
func mgf1Identifier(d *Digest) Identifier {
	return Identifier{OID: oidMGF1, Parameters: d.nullIdentifier().DER()}
}

// The values of hashAlgorithm and maskGenAlgorithm where they are left out of
// RSASSA-PSS-params and RSAES-OAEP-params: SHA-1 and MGF1 with SHA-1.
func defaultHashIdentifier() Identifier { return sha1Digest.nullIdentifier() }
func defaultMGFIdentifier() Identifier  { return mgf1Identifier(sha1Digest) }

// readTaggedIdentifier reads an AlgorithmIdentifier under the explicit tag
// [number], or returns absent where s does not go on with that tag. Defaults
// that are written out, which DER forbids and every tool does, are read.
func readTaggedIdentifier(s *cryptobyte.String, number uint8, absent Identifier) (Identifier, bool) {
	var body cryptobyte.String
	var present bool
	if !s.ReadOptionalASN1(&body, &present, asn1.Tag(number).Constructed().ContextSpecific()) {
		return Identifier{}, false
	}
	if !present {
		return absent, true
	}
	id, ok := ReadIdentifier(&body)
	return id, ok && body.Empty()
}

// xorMGF1 XORs out with the MGF1 mask of seed (RFC 8017, Appendix B.2.1). SHAKE
// is its own mask generation function.
func xorMGF1(out []byte, d *Digest, seed []byte) {
	if d.mask != nil {
		d.mask(out, seed)
		return
	}
	h := d.New()
	var counter [4]byte
	var block []byte
	for i := uint32(0); len(out) > 0; i++ {
		binary.BigEndian.PutUint32(counter[:], i)
		h.Reset()
		h.Write(seed)
		h.Write(counter[:])
		block = h.Sum(block[:0])
		for j := 0; j < len(block) && j < len(out); j++ {
			out[j] ^= block[j]
		}
		out = out[min(len(block), len(out)):]
	}
}
