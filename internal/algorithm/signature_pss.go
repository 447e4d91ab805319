package algorithm

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
)

// RSASSA-PSS in CMS: RFC 4056.
var pssSignatures = []*signatureRow{
	{oid: OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a") /* 1.2.840.113549.1.1.10 */, read: readPSS, standard: "RFC 4056, Section 2.2", usual: usualPSS},
}

// usualPSS are the parameters with SHA-256 in both places.
func usualPSS() []byte {
	return (&pssParameters{hash: sha256Digest, mgf: sha256Digest, salt: sha256Digest.Size}).identifier().Parameters
}

func readPSS(id Identifier, _ *Digest) (*Signature, error) {
	// RFC 4056, Section 2: present in every signature. Absent parameters are
	// malformed here, not a default.
	p, err := readPSSParameters(id.Parameters)
	if err != nil {
		return nil, err
	}
	return newPSS(p), nil
}

// newPSS returns the algorithm with parameters p. Its status is that of the
// message digest: MGF1 needs no collision resistance.
func newPSS(p *pssParameters) *Signature {
	return &Signature{
		Name: "rsa-pss", Digest: p.hash, Status: p.hash.Status, Identifier: p.identifier(), kind: "rsa",
		verify: func(key *PublicKey, sum, sig []byte) bool {
			return p.allowedBy(key.pss) && p.verify(key.rsa, sum, sig)
		},
		sign: func(key crypto.Signer, sum []byte) ([]byte, error) {
			if err := p.canBeMade(); err != nil {
				return nil, err
			}
			return key.Sign(rand.Reader, sum, &rsa.PSSOptions{SaltLength: p.salt, Hash: p.hash.Hash})
		},
		size: func(key *PublicKey) int { return key.rsa.size() },
	}
}

// canBeMade reports what crypto.Signer has no words for: another hash in MGF1,
// and no salt (a length of 0 means the longest there).
func (p *pssParameters) canBeMade() error {
	if p.mgf.OID != p.hash.OID || p.salt == 0 {
		return &UnsupportedError{Kind: "signature", OID: oidRSASSAPSS, Detail: "no key makes PSS signatures with two hashes or without salt"}
	}
	return nil
}

// pssSignatureFor returns PSS with MGF1 of the same hash and a salt as long as
// it, or what a restricted key demands. chosen says that d was asked for by
// name.
func pssSignatureFor(key *PublicKey, d *Digest, chosen bool) (*Signature, error) {
	p := &pssParameters{hash: d, mgf: d, salt: d.Size}
	if r := key.pss; r != nil {
		if !chosen {
			p = &pssParameters{hash: r.hash, mgf: r.mgf, salt: max(r.salt, r.hash.Size)}
		}
		p.salt = max(p.salt, r.salt)
		if !p.allowedBy(r) {
			return nil, &UnsupportedError{Kind: "signature", OID: oidRSASSAPSS,
				Detail: fmt.Sprintf("the key is restricted to %s, not %s", r.hash.Name, d.Name)}
		}
		if p.hash.Status != Current {
			return nil, &UnsupportedError{Kind: "signature", OID: oidRSASSAPSS,
				Detail: "the key is restricted to " + p.hash.Name + ", which is read only"}
		}
	}
	if (key.Bits+6)/8 < p.hash.Size+p.salt+2 {
		return nil, &UnsupportedError{Kind: "signature", OID: oidRSASSAPSS, Detail: "the key is too short for that digest and salt"}
	}
	if err := p.canBeMade(); err != nil {
		return nil, err
	}
	return newPSS(p), nil
}
