package brainpool

import (
	"crypto/subtle"

	"filippo.io/bigmod"
)

// point is (x : y : z) with the affine coordinates x/z and y/z; z is 0 for the
// point at infinity.
type point struct{ x, y, z *bigmod.Nat }

func (c *Curve) zero() *bigmod.Nat { return new(bigmod.Nat).ExpandFor(c.p) }

func (c *Curve) one() *bigmod.Nat {
	one := c.zero()
	one.Bits()[0] = 1
	return one
}

func (c *Curve) infinity() *point { return &point{c.zero(), c.one(), c.zero()} }

func (c *Curve) affine(x, y *bigmod.Nat) *point { return &point{x, y, c.one()} }

func (c *Curve) copyOf(x *bigmod.Nat) *bigmod.Nat {
	out := c.zero()
	copy(out.Bits(), x.Bits())
	return out
}

func (c *Curve) add(x, y *bigmod.Nat) *bigmod.Nat { return c.copyOf(x).Add(y, c.p) }
func (c *Curve) sub(x, y *bigmod.Nat) *bigmod.Nat { return c.copyOf(x).Sub(y, c.p) }
func (c *Curve) mul(x, y *bigmod.Nat) *bigmod.Nat { return c.copyOf(x).Mul(y, c.p) }

// cross returns x1*y2 + x2*y1, given the products x1*x2 and y1*y2.
func (c *Curve) cross(x1, y1, x2, y2, xx, yy *bigmod.Nat) *bigmod.Nat {
	return c.mul(c.add(x1, y1), c.add(x2, y2)).Sub(xx, c.p).Sub(yy, c.p)
}

// sum returns p + q by the complete formulas of Renes, Costello and Batina
// (Complete addition formulas for prime order elliptic curves, 2015, Algorithm 1):
// they hold for every pair of points of a group of odd order, also for equal and
// opposite ones and for the point at infinity.
func (c *Curve) sum(p, q *point) *point {
	xx, yy, zz := c.mul(p.x, q.x), c.mul(p.y, q.y), c.mul(p.z, q.z)
	xy := c.cross(p.x, p.y, q.x, q.y, xx, yy)
	xz := c.cross(p.x, p.z, q.x, q.z, xx, zz)
	yz := c.cross(p.y, p.z, q.y, q.z, yy, zz)
	azz := c.mul(c.a, zz)

	s := c.mul(c.a, xz).Add(c.mul(c.b3, zz), c.p)
	m := c.add(xx, xx).Add(xx, c.p).Add(azz, c.p)
	w := c.mul(c.a, c.sub(xx, azz)).Add(c.mul(c.b3, xz), c.p)
	plus, minus := c.add(yy, s), c.sub(yy, s)
	return &point{
		x: c.mul(xy, minus).Sub(c.mul(yz, w), c.p),
		y: c.mul(plus, minus).Add(c.mul(m, w), c.p),
		z: c.mul(yz, plus).Add(c.mul(xy, m), c.p),
	}
}

// table holds a point taken 0 to 15 times.
type table [16]*point

func (c *Curve) newTable(p *point) *table {
	t := &table{c.infinity(), p}
	for i := 2; i < len(t); i++ {
		t[i] = c.sum(t[i-1], p)
	}
	return t
}

// entry returns t[i] and reads all entries to do so.
func (c *Curve) entry(t *table, i byte) *point {
	out := &point{c.zero(), c.zero(), c.zero()}
	for k, p := range t {
		mask := -uint(subtle.ConstantTimeByteEq(i, byte(k)))
		for _, pair := range [3][2]*bigmod.Nat{{out.x, p.x}, {out.y, p.y}, {out.z, p.z}} {
			to, from := pair[0].Bits(), pair[1].Bits()
			for j := range to {
				to[j] |= mask & from[j]
			}
		}
	}
	return out
}

// term is a point and how often it is taken, in Size octets.
type term struct {
	times []byte
	of    *table
}

// multiply returns the sum of the terms, which share their doublings.
func (c *Curve) multiply(terms ...term) *point {
	acc := c.infinity()
	for i := range c.size {
		for _, shift := range []uint{4, 0} {
			for range 4 {
				acc = c.sum(acc, acc)
			}
			for _, t := range terms {
				acc = c.sum(acc, c.entry(t.of, t.times[i]>>shift&15))
			}
		}
	}
	return acc
}

// coordinates returns the affine x and y, or false for the point at infinity.
func (c *Curve) coordinates(p *point) (x, y *bigmod.Nat, ok bool) {
	if p.z.IsZero() == 1 {
		return nil, nil, false
	}
	inverse := new(bigmod.Nat).Exp(p.z, c.inverseP, c.p)
	return c.mul(p.x, inverse), c.mul(p.y, inverse), true
}

// square returns x^3 + ax + b, which is y^2 on the curve.
func (c *Curve) square(x *bigmod.Nat) *bigmod.Nat {
	return c.mul(x, x).Add(c.a, c.p).Mul(x, c.p).Add(c.b, c.p)
}
