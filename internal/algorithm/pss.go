package algorithm

import (
	"crypto/subtle"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// pssParameters are RSASSA-PSS-params (RFC 4055, Section 3.1):
//
//	RSASSA-PSS-params ::= SEQUENCE {
//	    hashAlgorithm     [0] HashAlgorithm    DEFAULT sha1,
//	    maskGenAlgorithm  [1] MaskGenAlgorithm DEFAULT mgf1SHA1,
//	    saltLength        [2] INTEGER          DEFAULT 20,
//	    trailerField      [3] INTEGER          DEFAULT 1 }
type pssParameters struct {
	hash, mgf *Digest
	salt      int
}

// readPSSParameters reads the whole DER of the parameters. Any hash, any hash
// within MGF1 and any salt is taken as written; a trailerField other than 1
// stands for nothing.
func readPSSParameters(der []byte) (*pssParameters, error) {
	malformed := func(detail string) error { return &ParameterError{Name: "rsa-pss", Detail: detail} }
	s := cryptobyte.String(der)
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() {
		return nil, malformed("not one SEQUENCE")
	}
	hashID, ok := readTaggedIdentifier(&body, 0, defaultHashIdentifier())
	if !ok {
		return nil, malformed("hashAlgorithm")
	}
	mgfID, ok := readTaggedIdentifier(&body, 1, defaultMGFIdentifier())
	if !ok {
		return nil, malformed("maskGenAlgorithm")
	}
	salt, ok := readTaggedInteger(&body, 2, 20)
	if !ok || salt > maxRSAModulus/8 {
		return nil, malformed("saltLength")
	}
	trailer, ok := readTaggedInteger(&body, 3, 1)
	if !ok || trailer != 1 {
		return nil, malformed("trailerField")
	}
	if !body.Empty() {
		return nil, malformed("something follows")
	}
	hash, err := findFixedDigest(hashID)
	if err != nil {
		return nil, err
	}
	mgf, err := readMGF1(mgfID)
	if err != nil {
		return nil, err
	}
	return &pssParameters{hash: hash, mgf: mgf, salt: int(salt)}, nil
}

// readTaggedInteger reads a non-negative INTEGER under the explicit tag
// [number], or returns absent where s does not go on with that tag.
func readTaggedInteger(s *cryptobyte.String, number uint8, absent uint64) (uint64, bool) {
	var body cryptobyte.String
	var present bool
	if !s.ReadOptionalASN1(&body, &present, asn1.Tag(number).Constructed().ContextSpecific()) {
		return 0, false
	}
	if !present {
		return absent, true
	}
	var value uint64
	return value, body.ReadASN1Integer(&value) && body.Empty()
}

// identifier writes the parameters in full but for the trailerField, which is
// the default: for SHA-256 these are the octets that CA rules prescribe.
func (p *pssParameters) identifier() Identifier {
	tag := func(n uint8) asn1.Tag { return asn1.Tag(n).Constructed().ContextSpecific() }
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tag(0), p.hash.nullIdentifier().AddTo)
		b.AddASN1(tag(1), mgf1Identifier(p.mgf).AddTo)
		b.AddASN1(tag(2), func(b *cryptobyte.Builder) { b.AddASN1Int64(int64(p.salt)) })
	})
	return Identifier{OID: oidRSASSAPSS, Parameters: b.BytesOrPanic()}
}

// allowedBy reports whether a key with that restriction may make signatures
// with p: both hashes equal, the salt not shorter (RFC 4055, Section 3.3). A
// nil restriction allows everything.
func (p *pssParameters) allowedBy(restriction *pssParameters) bool {
	return restriction == nil ||
		p.hash.OID == restriction.hash.OID && p.mgf.OID == restriction.mgf.OID && p.salt >= restriction.salt
}

// verify is RSASSA-PSS-VERIFY with EMSA-PSS-VERIFY, RFC 8017, Sections 8.1.2
// and 9.1.2. It is done here because crypto/rsa takes one hash for both places
// and no small keys.
func (p *pssParameters) verify(key *rsaNumbers, sum, sig []byte) bool {
	em, ok := key.apply(sig)
	return ok && p.consistent(em, key.n.BitLen(), sum)
}

// consistent is EMSA-PSS-VERIFY on what a modulus of modBits bits gave. It
// works in em.
func (p *pssParameters) consistent(em []byte, modBits int, sum []byte) bool {
	// The encoded message is one bit shorter than the modulus, which may make
	// it an octet shorter.
	emBits := modBits - 1
	if emBits%8 == 0 {
		if em[0] != 0 {
			return false
		}
		em = em[1:]
	}
	hLen := p.hash.Size
	if len(em) < hLen+p.salt+2 || em[len(em)-1] != 0xbc {
		return false
	}
	db, h := em[:len(em)-hLen-1], em[len(em)-hLen-1:len(em)-1]
	unused := byte(0xff) << (8 - uint(8*len(em)-emBits))
	if db[0]&unused != 0 {
		return false
	}
	xorMGF1(db, p.mgf, h)
	db[0] &^= unused
	zeros := len(db) - p.salt - 1
	for _, b := range db[:zeros] {
		if b != 0 {
			return false
		}
	}
	if db[zeros] != 1 {
		return false
	}
	w := p.hash.New()
	w.Write(make([]byte, 8))
	w.Write(sum)
	w.Write(db[zeros+1:])
	return subtle.ConstantTimeCompare(w.Sum(nil), h) == 1
}
