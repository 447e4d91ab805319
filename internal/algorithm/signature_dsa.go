package algorithm

import (
	"crypto/dsa"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

const oidDSA = OID("\x2a\x86\x48\xce\x38\x04\x01") // 1.2.840.10040.4.1

// DSA (RFC 3370, Section 3.1; RFC 5754, Section 3.1), the signature that S/MIME
// demanded in its first years and has declared historic (RFC 8551, Appendix B).
// It is read only.
//
// QUIRK: the OID of the keys stands for DSA with SHA-1 in signatures of the
// 1990s.
var dsaSchemes = []dsaScheme{
	{OID("\x2a\x86\x48\xce\x38\x04\x03") /* 1.2.840.10040.4.3 */, sha1Digest, "RFC 3370, Section 3.1"},
	{OID("\x60\x86\x48\x01\x65\x03\x04\x03\x01") /* 2.16.840.1.101.3.4.3.1 */, sha224Digest, "RFC 5754, Section 3.1"},
	{OID("\x60\x86\x48\x01\x65\x03\x04\x03\x02") /* 2.16.840.1.101.3.4.3.2 */, sha256Digest, "RFC 5754, Section 3.1"},
	{oidDSA, sha1Digest, "RFC 3370, Section 3.1"},
}

// dsaScheme is DSA with one digest.
type dsaScheme struct {
	oid      OID
	digest   *Digest
	standard string
}

func dsaRows(schemes []dsaScheme) []*signatureRow {
	var rows []*signatureRow
	for _, s := range schemes {
		rows = append(rows, dsaRow(s.oid, s.digest, s.standard))
	}
	return rows
}

var dsaKeyKinds = []*keyKind{{oid: oidDSA, name: "dsa", standard: "RFC 3279, Section 2.3.2", strength: strengthOfModulus, status: Broken, public: readDSAPublicKey, encodePublic: encodeDSAPublicKey}}

func dsaRow(oid OID, d *Digest, standard string) *signatureRow {
	return &signatureRow{oid: oid, standard: standard, read: func(id Identifier, _ *Digest) (*Signature, error) {
		// RFC 3370, Section 3.1 wants no parameters; NULL is met as with ECDSA.
		if !id.hasNone() {
			return nil, &ParameterError{Name: "dsa", Detail: "neither absent nor NULL"}
		}
		return &Signature{Name: "dsa", Digest: d, Status: Broken, Identifier: id, kind: "dsa",
			verify: func(key *PublicKey, sum, sig []byte) bool {
				public, ok := key.Key.(*dsa.PublicKey)
				return ok && verifyDSA(public, sum, sig)
			}}, nil
	}}
}

// verifyDSA reads the SEQUENCE of the INTEGERs r and s in strict DER. Of a
// longer digest the leftmost octets are taken (FIPS 186-4, Section 4.6).
func verifyDSA(key *dsa.PublicKey, sum, sig []byte) bool {
	input := cryptobyte.String(sig)
	var body cryptobyte.String
	var r, s big.Int
	if !input.ReadASN1(&body, asn1.SEQUENCE) || !input.Empty() ||
		!body.ReadASN1Integer(&r) || !body.ReadASN1Integer(&s) || !body.Empty() {
		return false
	}
	return dsa.Verify(key, sum[:min(len(sum), key.Q.BitLen()/8)], &r, &s)
}

// The sizes of p in bits that are read; above, FIPS 186-4 knows 3072 only.
const minDSA, maxDSA = 512, 4096

// readDSAPublicKey reads RFC 3279, Section 2.3.2:
//
//	Dss-Parms ::= SEQUENCE { p INTEGER, q INTEGER, g INTEGER }
//	DSAPublicKey ::= INTEGER -- y
//
// Parameters inherited from the certificate of the issuer are not looked for.
func readDSAPublicKey(id Identifier, bits []byte) (*PublicKey, error) {
	if len(id.Parameters) == 0 {
		return nil, &UnsupportedError{Kind: "key", OID: oidDSA, Detail: "its parameters are in another certificate"}
	}
	malformed := func(detail string) error { return &KeyError{Kind: "dsa", Detail: detail} }
	var p, q, g, y big.Int
	parameters, value := cryptobyte.String(id.Parameters), cryptobyte.String(bits)
	var body cryptobyte.String
	if !parameters.ReadASN1(&body, asn1.SEQUENCE) ||
		!body.ReadASN1Integer(&p) || !body.ReadASN1Integer(&q) || !body.ReadASN1Integer(&g) || !body.Empty() {
		return nil, malformed("parameters are not p, q and g")
	}
	if !value.ReadASN1Integer(&y) || !value.Empty() {
		return nil, malformed("public key is not one INTEGER")
	}
	one := big.NewInt(1)
	size := p.BitLen()
	switch {
	case size < minDSA || size > maxDSA || p.Bit(0) == 0:
		return nil, malformed(fmt.Sprintf("p is no odd number of %d to %d bits", minDSA, maxDSA))
	case q.Sign() < 0 || q.BitLen() != 160 && q.BitLen() != 224 && q.BitLen() != 256:
		return nil, malformed("q has neither 160, 224 nor 256 bits")
	case new(big.Int).Mod(new(big.Int).Sub(&p, one), &q).Sign() != 0:
		return nil, malformed("q does not divide p-1")
	case g.Cmp(one) <= 0 || g.Cmp(&p) >= 0 || y.Cmp(one) <= 0 || y.Cmp(&p) >= 0:
		return nil, malformed("g or y is not between 1 and p")
	// Outside of the subgroup signatures can be made without the private key.
	case new(big.Int).Exp(&g, &q, &p).Cmp(one) != 0 || new(big.Int).Exp(&y, &q, &p).Cmp(one) != 0:
		return nil, malformed("g or y is not of order q")
	}
	name := fmt.Sprintf("dsa-%d", size)
	return &PublicKey{Kind: "dsa", Name: name, Title: fmt.Sprintf("DSA %d", size), Bits: size, CanSign: true, ReadOnly: true,
		Key: &dsa.PublicKey{Parameters: dsa.Parameters{P: &p, Q: &q, G: &g}, Y: &y}, canonical: append(append([]byte(nil), id.Parameters...), bits...)}, nil
}

func encodeDSAPublicKey(key any) (Identifier, []byte, bool) {
	k, ok := key.(*dsa.PublicKey)
	if !ok || k == nil || k.P == nil || k.Q == nil || k.G == nil || k.Y == nil {
		return Identifier{}, nil, false
	}
	var parameters, value cryptobyte.Builder
	parameters.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(k.P)
		b.AddASN1BigInt(k.Q)
		b.AddASN1BigInt(k.G)
	})
	value.AddASN1BigInt(k.Y)
	return Identifier{OID: oidDSA, Parameters: parameters.BytesOrPanic()}, value.BytesOrPanic(), true
}
