package brainpool

import (
	"crypto/subtle"
	"errors"

	"filippo.io/bigmod"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// ErrKey says that octets are no key on the curve.
var ErrKey = errors.New("brainpool: no key on this curve")

// PublicKey is a point on a curve, and not the one at infinity.
type PublicKey struct {
	curve *Curve
	x, y  *bigmod.Nat
}

// ParsePublicKey reads a point, uncompressed or compressed (SEC 1, Section
// 2.3.4), and checks that it is on the curve. The hybrid form is refused, as RFC
// 5480, Section 2.2 does.
func (c *Curve) ParsePublicKey(b []byte) (*PublicKey, error) {
	if len(b) < 1+c.size {
		return nil, ErrKey
	}
	x, err := new(bigmod.Nat).SetBytes(b[1:1+c.size], c.p)
	if err != nil {
		return nil, ErrKey
	}
	square := c.square(x)
	var y *bigmod.Nat
	switch {
	case b[0] == 4 && len(b) == 1+2*c.size:
		if y, err = new(bigmod.Nat).SetBytes(b[1+c.size:], c.p); err != nil {
			return nil, ErrKey
		}
	case (b[0] == 2 || b[0] == 3) && len(b) == 1+c.size:
		y = new(bigmod.Nat).Exp(square, c.root, c.p)
		if y.IsOdd() != uint(b[0]&1) {
			y = c.sub(c.zero(), y)
		}
	default:
		return nil, ErrKey
	}
	if c.mul(y, y).Equal(square) != 1 {
		return nil, ErrKey
	}
	return &PublicKey{c, x, y}, nil
}

// Curve returns the curve of the key.
func (k *PublicKey) Curve() *Curve { return k.curve }

// Bytes returns the point uncompressed.
func (k *PublicKey) Bytes() []byte {
	out := append(make([]byte, 0, 1+2*k.curve.size), 4)
	return append(append(out, k.x.Bytes(k.curve.p)...), k.y.Bytes(k.curve.p)...)
}

// VerifyASN1 reports whether sig, a strict DER SEQUENCE of the INTEGERs r and s,
// is an ECDSA signature of a digest (SEC 1, Section 4.1.4). Of a digest longer than
// the order the leftmost octets count.
func (k *PublicKey) VerifyASN1(digest, sig []byte) bool {
	c := k.curve
	input := cryptobyte.String(sig)
	var body cryptobyte.String
	var rBytes, sBytes []byte
	if !input.ReadASN1(&body, asn1.SEQUENCE) || !input.Empty() ||
		!body.ReadASN1Integer(&rBytes) || !body.ReadASN1Integer(&sBytes) || !body.Empty() {
		return false
	}
	r, err := new(bigmod.Nat).SetBytes(rBytes, c.n)
	if err != nil || r.IsZero() == 1 {
		return false
	}
	s, err := new(bigmod.Nat).SetBytes(sBytes, c.n)
	if err != nil || s.IsZero() == 1 { // 0 would give the point at infinity, refused below as well
		return false
	}
	e, err := new(bigmod.Nat).SetOverflowingBytes(digest[:min(len(digest), c.size)], c.n)
	if err != nil {
		return false
	}
	w := new(bigmod.Nat).Exp(s, c.inverseN, c.n)
	u1, u2 := e.Mul(w, c.n), w.Mul(r, c.n)
	x, _, ok := c.coordinates(c.multiply(
		term{u1.Bytes(c.n), c.base},
		term{u2.Bytes(c.n), c.newTable(c.affine(k.x, k.y))},
	))
	if !ok {
		return false
	}
	v, err := new(bigmod.Nat).SetOverflowingBytes(x.Bytes(c.p), c.n)
	return err == nil && v.Equal(r) == 1
}

// PrivateKey is a number from 1 to below the order.
type PrivateKey struct {
	public *PublicKey
	scalar []byte
}

// ParsePrivateKey reads a number in Size octets.
func (c *Curve) ParsePrivateKey(b []byte) (*PrivateKey, error) {
	d, err := new(bigmod.Nat).SetBytes(b, c.n)
	if err != nil || len(b) != c.size || d.IsZero() == 1 { // 0 would give the point at infinity, refused below as well
		return nil, ErrKey
	}
	k := &PrivateKey{scalar: d.Bytes(c.n)}
	x, y, ok := c.coordinates(c.multiply(term{k.scalar, c.base}))
	if !ok {
		return nil, ErrKey
	}
	k.public = &PublicKey{c, x, y}
	return k, nil
}

// PublicKey returns the public half.
func (k *PrivateKey) PublicKey() *PublicKey { return k.public }

// Bytes returns the private number in Size octets.
func (k *PrivateKey) Bytes() []byte { return append([]byte(nil), k.scalar...) }

// Equal reports whether both are the same key, in constant time.
func (k *PrivateKey) Equal(o *PrivateKey) bool {
	return k.public.curve == o.public.curve && subtle.ConstantTimeCompare(k.scalar, o.scalar) == 1
}

// ECDH returns the x coordinate of the shared point in Size octets (SEC 1,
// Section 3.3.1). The remote key must be of the same curve.
func (k *PrivateKey) ECDH(remote *PublicKey) ([]byte, error) {
	c := k.public.curve
	if remote == nil || remote.curve != c {
		return nil, ErrKey
	}
	x, _, ok := c.coordinates(c.multiply(term{k.scalar, c.newTable(c.affine(remote.x, remote.y))}))
	if !ok {
		return nil, ErrKey
	}
	return x.Bytes(c.p), nil
}
