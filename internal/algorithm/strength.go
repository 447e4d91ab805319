package algorithm

import "fmt"

// Strength is how hard it is to break a key or a cipher, by the best attacks known.
type Strength struct {
	// Bits is the security strength (NIST SP 800-57 Part 1, Section 5.6.1): 2^Bits
	// operations. 0 is less than any that the table there has.
	Bits int
	// PostQuantum says that a quantum computer does not break it either.
	PostQuantum bool
}

// Weaker reports whether s is the weaker one: what a quantum computer breaks is
// weaker than what it does not, whatever the bits.
func (s Strength) Weaker(o Strength) bool {
	if s.PostQuantum != o.PostQuantum {
		return !s.PostQuantum
	}
	return s.Bits < o.Bits
}

// factoring is the strength of moduli of that many bits, of RSA and of finite
// fields (NIST SP 800-57 Part 1, Table 2).
func factoring(bits int) Strength {
	for _, row := range []struct{ modulus, strength int }{{15360, 256}, {7680, 192}, {3072, 128}, {2048, 112}, {1024, 80}} {
		if bits >= row.modulus {
			return Strength{Bits: row.strength}
		}
	}
	return Strength{}
}

// symmetric is the strength of a secret key. That of AES-128 is the least one that
// counts as safe from quantum computers (NIST PQC, category 1).
func symmetric(bits int) Strength { return Strength{Bits: bits, PostQuantum: bits >= 128} }

// Strength returns the strength of the key.
func (k *PublicKey) Strength() Strength {
	row, err := findKeyKind(k.Identifier.OID)
	if err != nil || row.strength == nil {
		return Strength{}
	}
	return row.strength(k)
}

// The strengths of keys by their kind.
func strengthOfModulus(k *PublicKey) Strength { return factoring(k.Bits) }

// strengthOfCurve is half of the bits of the order (NIST SP 800-57 Part 1, Table 2);
// its table says 256 of P-521 too.
func strengthOfCurve(k *PublicKey) Strength { return curveStrength(k.Bits) }

func curveStrength(bits int) Strength { return Strength{Bits: min(bits/2, 256)} }

func strengthOf(bits int, postQuantum bool) func(*PublicKey) Strength {
	return func(*PublicKey) Strength { return Strength{Bits: bits, PostQuantum: postQuantum} }
}

// Strength returns the strength of the cipher's key.
func (c *ContentCipher) Strength() Strength {
	if c.strength > 0 {
		return symmetric(c.strength)
	}
	return symmetric(8 * c.KeySize)
}

// Strength returns the strength of the key-encryption key.
func (w *KeyWrap) Strength() Strength {
	if w.strength > 0 {
		return symmetric(w.strength)
	}
	return symmetric(8 * w.KeySize)
}

// TransportStrength returns the kind, size and strength of the key that an encrypted
// key was made with, as far as its length tells: that of an RSA modulus, in whole
// octets.
func TransportStrength(encryptedKey []byte) (title string, s Strength) {
	bits := 8 * len(encryptedKey)
	return rsaTitle(bits), factoring(bits)
}

// OriginatorStrength returns the kind and the strength of the key that an ephemeral
// key belongs to: the same as its own. ok is false where it tells nothing.
func OriginatorStrength(from OriginatorKey) (title string, s Strength, ok bool) {
	if from.Identifier.OID != oidECPublicKey {
		row, err := findKeyKind(from.Identifier.OID)
		if err != nil {
			return "", Strength{}, false
		}
		key, err := row.public(from.Identifier, from.Key)
		if err != nil || row.strength == nil {
			return "", Strength{}, false
		}
		return key.Title, row.strength(key), true
	}
	for i := range ecCurves {
		c := &ecCurves[i]
		if !from.Identifier.hasNone() && string(from.Identifier.Parameters) != string(c.parameters()) {
			continue
		}
		bits := c.fieldBits()
		if n := (bits + 7) / 8; len(from.Key) == 1+2*n || len(from.Key) == 1+n {
			if from.Identifier.hasNone() { // one of the curves of that size
				return fmt.Sprintf("EC %d", bits), curveStrength(bits), true
			}
			return c.title, curveStrength(bits), true
		}
	}
	return "", Strength{}, false
}

// fieldBits is the size of the curve's numbers.
func (c *curve) fieldBits() int {
	if c.brainpool != nil {
		return 8 * c.brainpool().Size()
	}
	return c.curve().Params().BitSize
}

// KEMStrength returns the name for people and the strength of the mechanism that id
// names; ok is false where it has no row.
func KEMStrength(id Identifier) (title string, s Strength, ok bool) {
	row, err := findKEM(id)
	if err != nil {
		return "", Strength{}, false
	}
	return row.title, Strength{Bits: row.bits, PostQuantum: true}, true
}
