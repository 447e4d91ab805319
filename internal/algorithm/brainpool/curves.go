// Package brainpool computes on the curves of RFC 5639, which the standard
// library does not have: it verifies ECDSA signatures and agrees on secrets with
// ECDH. Nothing is signed with it.
//
// All arithmetic takes the same time for every private key: numbers are those of
// bigmod, points are added with formulas that have no exceptions, and entries of
// tables are selected by reading all of them. Points that come from outside are on
// the curve or refused; the cofactor is 1, so that there is no other subgroup.
package brainpool

import (
	"encoding/hex"
	"math/big"
	"sync"

	"filippo.io/bigmod"
)

// Curve is one of the curves y^2 = x^3 + ax + b over the numbers modulo p.
type Curve struct {
	name string
	size int // octets of p and of the order, whose highest bits are both set
	p, n *bigmod.Modulus
	a, b *bigmod.Nat
	b3   *bigmod.Nat // 3b, which the addition needs
	base *table      // of the generator

	inverseP, inverseN []byte // p-2 and n-2: the exponents that invert (Fermat)
	root               []byte // (p+1)/4: the exponent that gives square roots, as p is 3 modulo 4
}

// numbers are the domain parameters in hexadecimal digits.
type numbers struct{ p, a, b, x, y, n string }

// Name returns the name of RFC 5639, "brainpoolP256r1".
func (c *Curve) Name() string { return c.name }

// Size returns the octets of a coordinate and of a private key.
func (c *Curve) Size() int { return c.size }

// lazily makes a curve of its numbers when it is first asked for: most runs never
// meet one.
func lazily(name string, d numbers) func() *Curve {
	return sync.OnceValue(func() *Curve { return newCurve(name, d) })
}

func newCurve(name string, d numbers) *Curve {
	p, n := mustHex(d.p), mustHex(d.n)
	c := &Curve{name: name, size: len(p), p: mustModulus(p), n: mustModulus(n)}
	c.a, c.b = c.element(mustHex(d.a)), c.element(mustHex(d.b))
	c.b3 = c.add(c.add(c.b, c.b), c.b)
	less := func(m []byte, n int64) *big.Int { return new(big.Int).Sub(new(big.Int).SetBytes(m), big.NewInt(n)) }
	c.inverseP, c.inverseN = less(p, 2).Bytes(), less(n, 2).Bytes()
	c.root = new(big.Int).Rsh(less(p, -1), 2).Bytes()
	c.base = c.newTable(c.affine(c.element(mustHex(d.x)), c.element(mustHex(d.y))))
	return c
}

// element makes a number modulo p of octets that are known to be one.
func (c *Curve) element(b []byte) *bigmod.Nat {
	x, err := new(bigmod.Nat).SetBytes(b, c.p)
	if err != nil {
		panic("brainpool: internal error: " + err.Error())
	}
	return x
}

func mustHex(text string) []byte {
	b, err := hex.DecodeString(text)
	if err != nil {
		panic("brainpool: internal error: " + err.Error())
	}
	return b
}

func mustModulus(b []byte) *bigmod.Modulus {
	m, err := bigmod.NewModulus(b)
	if err != nil {
		panic("brainpool: internal error: " + err.Error())
	}
	return m
}
