package brainpool

import (
	"bytes"
	"math/big"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// ownKey is a key whose private number a test computes with.
type ownKey struct {
	*PrivateKey
	c    *Curve
	d, n *big.Int
}

func newOwnKey(t testing.TB, c *Curve) *ownKey {
	t.Helper()
	d := new(big.Int).SetBytes(bytes.Repeat([]byte{0x35}, c.size))
	key, err := c.ParsePrivateKey(d.FillBytes(make([]byte, c.size)))
	if err != nil {
		t.Fatal(err)
	}
	return &ownKey{key, c, d, new(big.Int).SetBytes(c.n.Nat().Bytes(c.n))}
}

// sign makes the signature of a digest with the number k by the textbook (SEC 1,
// Section 4.1.3).
func (o *ownKey) sign(t testing.TB, sum []byte, k int64) (r, s *big.Int) {
	t.Helper()
	ephemeral, err := o.c.ParsePrivateKey(big.NewInt(k).FillBytes(make([]byte, o.c.size)))
	if err != nil {
		t.Fatal(err)
	}
	r = new(big.Int).SetBytes(ephemeral.PublicKey().x.Bytes(o.c.p))
	r.Mod(r, o.n)
	s = new(big.Int).Mul(r, o.d)
	s.Add(s, new(big.Int).SetBytes(sum)).Mul(s, new(big.Int).ModInverse(big.NewInt(k), o.n))
	return r, s.Mod(s, o.n)
}

// signatureOf is the SEQUENCE of numbers, and of what else stands in it.
func signatureOf(numbers ...*big.Int) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, x := range numbers {
			b.AddASN1BigInt(x)
		}
	})
	return b.BytesOrPanic()
}

// TestVerifyOrder: r and s plus the order say the same number, and are refused also
// where they have no more octets than the order has.
func TestVerifyOrder(t *testing.T) {
	t.Parallel()
	for name, lazy := range curves {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key := newOwnKey(t, lazy())
			sum := bytes.Repeat([]byte{0x1d}, key.c.size)
			plus := func(x *big.Int) (*big.Int, bool) {
				sum := new(big.Int).Add(x, key.n)
				return sum, sum.BitLen() <= 8*key.c.size
			}
			rs, ss := 0, 0
			for k := int64(2); rs == 0 || ss == 0; k++ {
				r, s := key.sign(t, sum, k)
				if !key.PublicKey().VerifyASN1(sum, signatureOf(r, s)) {
					t.Fatalf("k = %d: the signature does not verify", k)
				}
				if key.PublicKey().VerifyASN1(sum, signatureOf(r, s, big.NewInt(1))) {
					t.Fatal("with a third number it verifies")
				}
				if more, ok := plus(r); ok {
					rs++
					if key.PublicKey().VerifyASN1(sum, signatureOf(more, s)) {
						t.Errorf("k = %d: with r + n it verifies", k)
					}
				}
				if more, ok := plus(s); ok {
					ss++
					if key.PublicKey().VerifyASN1(sum, signatureOf(r, more)) {
						t.Errorf("k = %d: with s + n it verifies", k)
					}
				}
			}
		})
	}
}

// TestVerifyInfinity: who knows the private number can choose r so that the sum of
// both points is the one at infinity, which has no coordinate to compare.
func TestVerifyInfinity(t *testing.T) {
	t.Parallel()
	key := newOwnKey(t, P256r1())
	sum := bytes.Repeat([]byte{0x1d}, key.c.size)
	r := new(big.Int).SetBytes(sum) // e + r*d is 0
	r.Neg(r).Mul(r, new(big.Int).ModInverse(key.d, key.n)).Mod(r, key.n)
	for _, s := range []int64{1, 2, 77} {
		if key.PublicKey().VerifyASN1(sum, signatureOf(r, big.NewInt(s))) {
			t.Errorf("s = %d: infinity is a signature", s)
		}
	}
	// The shared point is never that one but for a private number that is none.
	wrong := &PrivateKey{public: key.public, scalar: key.c.n.Nat().Bytes(key.c.n)}
	if secret, err := wrong.ECDH(key.PublicKey()); err != ErrKey {
		t.Errorf("the order times a point: secret %x, %v", secret, err)
	}
}

// TestVerifyZero: r of 0 is refused for its own sake. On the real curves nobody knows
// digest and s for which the coordinate of the point is 0 modulo the order. Here the
// coordinate of the generator is taken for the order, and then s and the digest are 1.
func TestVerifyZero(t *testing.T) {
	t.Parallel()
	real := P256r1()
	for i := int64(1); i < 100; i++ {
		multiple, err := real.ParsePrivateKey(big.NewInt(i).FillBytes(make([]byte, real.size)))
		if err != nil {
			t.Fatal(err)
		}
		at := multiple.PublicKey()
		order := at.x.Bytes(real.p)
		if order[0] == 0 || order[len(order)-1]&1 == 0 {
			continue // no modulus of the right size
		}
		c := *real
		c.base = c.newTable(c.affine(at.x, at.y))
		c.n = mustModulus(order)
		one := append(make([]byte, c.size-1), 1)
		if (&PublicKey{&c, at.x, at.y}).VerifyASN1(one, signatureOf(new(big.Int), big.NewInt(1))) {
			t.Error("r of 0 is a signature")
		}
		return
	}
	t.Fatal("no multiple of the generator has a coordinate that is odd")
}

// TestKeyLengths: octets that change no number make no key either.
func TestKeyLengths(t *testing.T) {
	t.Parallel()
	key := newOwnKey(t, P256r1())
	point := key.PublicKey().Bytes()
	x, y := point[1:33], point[33:]
	for what, b := range map[string][]byte{
		"a zero before y":      append(append(append([]byte{4}, x...), 0), y...),
		"a compressed one and": append(append([]byte{2 | y[31]&1}, x...), 0),
		"compressed and y":     append(append([]byte{2 | y[31]&1}, x...), y...),
	} {
		if _, err := key.c.ParsePublicKey(b); err != ErrKey {
			t.Errorf("%s: got %v, want ErrKey", what, err)
		}
	}
	more := new(big.Int).Add(key.n, big.NewInt(1)).Bytes()
	if _, err := key.c.ParsePrivateKey(more); err != ErrKey {
		t.Errorf("the order and one: got %v, want ErrKey", err)
	}
	other, err := key.c.ParsePrivateKey(append(make([]byte, 31), 7))
	if err != nil {
		t.Fatal(err)
	}
	if key.Equal(other) {
		t.Error("two keys are equal")
	}
}

// TestPointForms: a point has one of two forms, each of one length and with its own octet before it (SEC 1, Section 2.3.4).
func TestPointForms(t *testing.T) {
	t.Parallel()
	c := P256r1()
	x := newOwnKey(t, c).PublicKey().Bytes()[1:33]
	for form := range 256 {
		if _, err := c.ParsePublicKey(append([]byte{byte(form)}, x...)); (err == nil) != (form == 2 || form == 3) {
			t.Errorf("octet %d before one coordinate: %v", form, err)
		}
	}
	// The first multiple of the generator whose second coordinate begins with a zero, which belongs to it all the same.
	key, err := c.ParsePrivateKey(big.NewInt(909).FillBytes(make([]byte, c.size)))
	if err != nil {
		t.Fatal(err)
	}
	point := key.PublicKey().Bytes()
	if point[33] != 0 {
		t.Fatalf("it begins with %d", point[33])
	}
	if _, err := c.ParsePublicKey(point); err != nil {
		t.Errorf("a coordinate that begins with a zero: %v", err)
	}
	if _, err := c.ParsePublicKey(append(point[:33:33], point[34:]...)); err != ErrKey {
		t.Errorf("without its zero: got %v, want ErrKey", err)
	}
}

// TestDomainNumbers: numbers that make no curve end the program, instead of making another curve.
func TestDomainNumbers(t *testing.T) {
	t.Parallel()
	c := P256r1()
	for what, make := range map[string]func(){
		"no digits":           func() { mustHex("0x") },
		"a modulus of 1":      func() { mustModulus([]byte{1}) },
		"more than modulus p": func() { c.element(bytes.Repeat([]byte{0xff}, c.size)) },
	} {
		func() {
			defer func() {
				if text, ok := recover().(string); !ok || !strings.HasPrefix(text, "brainpool: internal error: ") {
					t.Errorf("%s: ended with %q", what, text)
				}
			}()
			make()
		}()
	}
}
