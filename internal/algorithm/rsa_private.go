package algorithm

import (
	"crypto/rsa"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// maxRSAPrimes bounds the factors of a multi-prime key. More than five make no
// sense at any size that is read here.
const maxRSAPrimes = 5

// readRSAPrivateKey reads RSAPrivateKey of RFC 8017, Appendix A.1.2, with any
// modulus that public keys may have. That n is the product of the primes and
// that d fits e modulo each of them is checked.
func readRSAPrivateKey(id Identifier, octets []byte) (*softKey, error) {
	malformed := &KeyError{Kind: "rsa", Detail: "not one RSAPrivateKey"}
	s := cryptobyte.String(octets)
	var body cryptobyte.String
	var version uint64
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() || !body.ReadASN1Integer(&version) || version > 1 {
		return nil, malformed
	}
	var modulus, exponent, d, p, q, dp, dq, qInverse []byte
	for _, number := range []*[]byte{&modulus, &exponent, &d, &p, &q, &dp, &dq, &qInverse} {
		if !body.ReadASN1Integer(number) {
			return nil, malformed
		}
	}
	primes := [][]byte{p, q}
	if version == 1 {
		more, ok := readOtherPrimes(&body)
		if !ok {
			return nil, malformed
		}
		primes = append(primes, more...)
	}
	if !body.Empty() {
		return nil, malformed
	}
	numbers, err := newRSANumbers(id.OID, modulus, exponent)
	if err != nil {
		return nil, err
	}
	public := numbers.goKey()
	if public == nil {
		return nil, &UnsupportedError{Kind: "key", OID: id.OID, Detail: "RSA private key with an exponent of 2^31 or more"}
	}
	key := &rsa.PrivateKey{PublicKey: *public}
	if bitLength(d) > numbers.n.BitLen() {
		return nil, &KeyError{Kind: "rsa", Detail: "private exponent is larger than the modulus"}
	}
	key.D = new(big.Int).SetBytes(d)
	product := big.NewInt(1)
	for _, prime := range primes {
		if bits := bitLength(prime); bits < 2 || bits >= numbers.n.BitLen() {
			return nil, &KeyError{Kind: "rsa", Detail: "a prime is missing or too large"}
		}
		x := new(big.Int).SetBytes(prime)
		key.Primes = append(key.Primes, x)
		product.Mul(product, x)
	}
	if product.Cmp(numbers.n) != 0 {
		return nil, &KeyError{Kind: "rsa", Detail: "the modulus is not the product of the primes"}
	}
	if !exponentsFit(key) {
		return nil, &KeyError{Kind: "rsa", Detail: "private and public exponent do not fit"}
	}
	if !complete(key, dp, dq, qInverse) {
		return nil, &KeyError{Kind: "rsa", Detail: "the numbers contradict each other or are too weak to work with"}
	}
	_, bits, _ := encodeRSAPublicKey(&key.PublicKey)
	return &softKey{public: bits, key: key, signer: key, decrypter: key}, nil
}

// complete gives a key the numbers for the Chinese remainder theorem and has
// crypto/rsa check them all. Those of the file are taken if they fit the primes,
// which saves ten times the work; else they are computed again.
func complete(key *rsa.PrivateKey, dp, dq, qInverse []byte) bool {
	if len(key.Primes) == 2 {
		key.Precomputed.Dp = new(big.Int).SetBytes(dp)
		key.Precomputed.Dq = new(big.Int).SetBytes(dq)
		key.Precomputed.Qinv = new(big.Int).SetBytes(qInverse)
		key.Precompute()
		if key.Validate() == nil {
			return true
		}
		key.Precomputed = rsa.PrecomputedValues{}
	}
	key.Precompute()
	return key.Validate() == nil
}

// readOtherPrimes reads OtherPrimeInfos: SEQUENCE OF SEQUENCE { prime,
// exponent, coefficient }.
func readOtherPrimes(s *cryptobyte.String) ([][]byte, bool) {
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) || list.Empty() {
		return nil, false
	}
	var primes [][]byte
	for !list.Empty() {
		var info cryptobyte.String
		var prime, exponent, coefficient []byte
		if len(primes) == maxRSAPrimes-2 || !list.ReadASN1(&info, asn1.SEQUENCE) || !info.ReadASN1Integer(&prime) ||
			!info.ReadASN1Integer(&exponent) || !info.ReadASN1Integer(&coefficient) || !info.Empty() {
			return nil, false
		}
		primes = append(primes, prime)
	}
	return primes, true
}

// exponentsFit reports whether d*e = 1 modulo each prime less one, which
// crypto/rsa checks for two primes only.
func exponentsFit(key *rsa.PrivateKey) bool {
	one := big.NewInt(1)
	product := new(big.Int).Mul(key.D, big.NewInt(int64(key.E)))
	for _, prime := range key.Primes {
		order := new(big.Int).Sub(prime, one)
		if new(big.Int).Mod(product, order).Cmp(one) != 0 {
			return false
		}
	}
	return true
}
