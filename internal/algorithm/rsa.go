package algorithm

import (
	"crypto/rsa"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Limits of RSA keys that are read. Whether a key is strong enough is judged
// elsewhere; mail of the 1990s carries 512 bits. The upper limits keep one
// verification within milliseconds (RFC 8551, Section 6).
const (
	minRSAModulus  = 512
	maxRSAModulus  = 16384
	maxRSAExponent = 64 // bits
	// minRSASigning is the smallest modulus that something new is signed
	// with, RFC 8551, Section 4.2.
	minRSASigning = 1024
)

// rsaNumbers is the public part of an RSA key. The public operation is done
// here and not in crypto/rsa, which refuses moduli below 1024 bits and
// exponents of 2^31 and above: one path for all sizes, with nothing secret in it.
type rsaNumbers struct {
	n, e *big.Int
}

// readRSAPublicKey reads
//
//	RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }
//
// of RFC 8017, Appendix A.1.1.
func readRSAPublicKey(oid OID, der []byte) (*rsaNumbers, error) {
	s := cryptobyte.String(der)
	var body cryptobyte.String
	var modulus, exponent []byte
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!body.ReadASN1Integer(&modulus) || !body.ReadASN1Integer(&exponent) || !body.Empty() {
		return nil, &KeyError{Kind: "rsa", Detail: "not one RSAPublicKey of two non-negative numbers"}
	}
	return newRSANumbers(oid, modulus, exponent)
}

// newRSANumbers checks a modulus and an exponent, sizes before values.
func newRSANumbers(oid OID, modulus, exponent []byte) (*rsaNumbers, error) {
	if bits := bitLength(modulus); bits < minRSAModulus || bits > maxRSAModulus {
		return nil, &UnsupportedError{Kind: "key", OID: oid,
			Detail: fmt.Sprintf("RSA modulus of %d bits, not of %d to %d", bits, minRSAModulus, maxRSAModulus)}
	}
	if bits := bitLength(exponent); bits > maxRSAExponent {
		return nil, &UnsupportedError{Kind: "key", OID: oid,
			Detail: fmt.Sprintf("RSA exponent of %d bits, more than %d", bits, maxRSAExponent)}
	}
	k := &rsaNumbers{n: new(big.Int).SetBytes(modulus), e: new(big.Int).SetBytes(exponent)}
	if k.n.Bit(0) == 0 {
		return nil, &KeyError{Kind: "rsa", Detail: "even modulus"}
	}
	if k.e.Bit(0) == 0 || k.e.Cmp(big.NewInt(3)) < 0 {
		return nil, &KeyError{Kind: "rsa", Detail: "exponent is not odd and at least 3"}
	}
	return k, nil
}

// bitLength returns the length of a big-endian number.
func bitLength(b []byte) int {
	for len(b) > 0 && b[0] == 0 {
		b = b[1:]
	}
	if len(b) == 0 {
		return 0
	}
	return 8*(len(b)-1) + new(big.Int).SetBytes(b[:1]).BitLen()
}

// goKey returns the key as crypto/rsa takes it, or nil where it does not.
func (k *rsaNumbers) goKey() *rsa.PublicKey {
	if k.e.BitLen() > 31 {
		return nil
	}
	return &rsa.PublicKey{N: k.n, E: int(k.e.Int64())}
}

// size returns the octets of the modulus.
func (k *rsaNumbers) size() int { return (k.n.BitLen() + 7) / 8 }

// apply is the public operation, RSAEP and RSAVP1 of RFC 8017, Section 5. The input must
// be as long as the modulus and be a smaller number.
func (k *rsaNumbers) apply(in []byte) ([]byte, bool) {
	if len(in) != k.size() {
		return nil, false
	}
	x := new(big.Int).SetBytes(in)
	if x.Cmp(k.n) >= 0 {
		return nil, false
	}
	return x.Exp(x, k.e, k.n).FillBytes(make([]byte, len(in))), true
}
