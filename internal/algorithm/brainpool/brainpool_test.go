package brainpool

import (
	"bytes"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"math/big"
	"os"
	"strings"
	"testing"

	"filippo.io/bigmod"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

var curves = map[string]func() *Curve{
	"brainpoolP256r1": P256r1, "brainpoolP384r1": P384r1, "brainpoolP512r1": P512r1,
	"brainpoolP256t1": P256t1, "brainpoolP384t1": P384t1, "brainpoolP512t1": P512t1,
}

// opensslVectors returns the paragraphs of testdata/openssl.txt by curve.
func opensslVectors(t testing.TB) map[string]map[string]string {
	t.Helper()
	text, err := os.ReadFile("testdata/openssl.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]string{}
	for paragraph := range strings.SplitSeq(string(text), "\n\n") {
		fields := map[string]string{}
		for line := range strings.Lines(paragraph) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			fields[name] = value
		}
		if fields["curve"] != "" {
			out[fields["curve"]] = fields
		}
	}
	if len(out) != len(curves) {
		t.Fatalf("vectors for %d curves, want %d", len(out), len(curves))
	}
	return out
}

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// pointOf takes the point out of a SubjectPublicKeyInfo.
func pointOf(t testing.TB, spki []byte) []byte {
	t.Helper()
	s := cryptobyte.String(spki)
	var body cryptobyte.String
	var bits []byte
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !body.SkipASN1(asn1.SEQUENCE) || !body.ReadASN1BitStringAsBytes(&bits) {
		t.Fatal("no SubjectPublicKeyInfo")
	}
	return bits
}

func digestOf(t testing.TB, name string, message []byte) []byte {
	t.Helper()
	switch name {
	case "sha256":
		sum := sha256.Sum256(message)
		return sum[:]
	case "sha384":
		sum := sha512.Sum384(message)
		return sum[:]
	case "sha512":
		sum := sha512.Sum512(message)
		return sum[:]
	}
	t.Fatalf("digest %q", name)
	return nil
}

func TestOpenSSL(t *testing.T) {
	t.Parallel()
	for name, v := range opensslVectors(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := curves[name]()
			if c.Name() != name {
				t.Fatalf("the curve says %s", c.Name())
			}
			own, err := c.ParsePrivateKey(unhex(t, v["private"]))
			if err != nil {
				t.Fatal(err)
			}
			point := pointOf(t, unhex(t, v["public"]))
			if !bytes.Equal(own.PublicKey().Bytes(), point) {
				t.Fatalf("another public key: %x", own.PublicKey().Bytes())
			}
			for _, form := range []string{"public", "compressed"} {
				if key, err := c.ParsePublicKey(pointOf(t, unhex(t, v[form]))); err != nil || !bytes.Equal(key.Bytes(), point) {
					t.Errorf("%s: %v", form, err)
				}
			}
			other, err := c.ParsePrivateKey(unhex(t, v["other-private"]))
			if err != nil {
				t.Fatal(err)
			}
			for _, pair := range [][2]*PrivateKey{{own, other}, {other, own}} {
				if secret, err := pair[0].ECDH(pair[1].PublicKey()); err != nil || hex.EncodeToString(secret) != v["secret"] {
					t.Errorf("secret %x, %v", secret, err)
				}
			}
			sum, sig := digestOf(t, v["digest"], []byte("message")), unhex(t, v["signature"])
			if !own.PublicKey().VerifyASN1(sum, sig) {
				t.Error("the signature does not verify")
			}
			for i := range sig {
				bad := bytes.Clone(sig)
				bad[i] ^= 1
				if (i < 8 || i%8 == 0) && own.PublicKey().VerifyASN1(sum, bad) {
					t.Errorf("octet %d of the signature changed: still good", i)
				}
			}
			sum[0] ^= 1
			if own.PublicKey().VerifyASN1(sum, sig) || other.PublicKey().VerifyASN1(digestOf(t, v["digest"], []byte("message")), sig) {
				t.Error("another digest or another key: still good")
			}
		})
	}
}

// TestGroup computes with math/big, by the textbook, what the formulas give: for
// equal, opposite and different points and the one at infinity.
func TestGroup(t *testing.T) {
	t.Parallel()
	for name, lazy := range curves {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := lazy()
			p := new(big.Int).SetBytes(c.p.Nat().Bytes(c.p))
			n := new(big.Int).SetBytes(c.n.Nat().Bytes(c.n))
			a := new(big.Int).SetBytes(c.a.Bytes(c.p))
			if !p.ProbablyPrime(20) || !n.ProbablyPrime(20) || p.BitLen() != 8*c.size || n.BitLen() != 8*c.size || p.Bit(1) != 1 {
				t.Fatal("p or n is not what the package says")
			}
			g := c.base[1]
			type affine struct{ x, y *big.Int } // nil x: infinity
			plain := func(q *point) affine {
				x, y, ok := c.coordinates(q)
				if !ok {
					return affine{}
				}
				return affine{new(big.Int).SetBytes(x.Bytes(c.p)), new(big.Int).SetBytes(y.Bytes(c.p))}
			}
			book := func(q, r affine) affine {
				var slope *big.Int
				switch {
				case q.x == nil:
					return r
				case r.x == nil:
					return q
				case q.x.Cmp(r.x) == 0 && q.y.Cmp(r.y) != 0:
					return affine{}
				case q.x.Cmp(r.x) == 0:
					top := new(big.Int).Mul(q.x, q.x)
					top.Mul(top, big.NewInt(3)).Add(top, a)
					slope = top.Mul(top, new(big.Int).ModInverse(new(big.Int).Lsh(q.y, 1), p))
				default:
					bottom := new(big.Int).Sub(r.x, q.x)
					slope = new(big.Int).Sub(r.y, q.y)
					slope.Mul(slope, bottom.ModInverse(bottom.Mod(bottom, p), p))
				}
				x := new(big.Int).Mul(slope, slope)
				x.Sub(x, q.x).Sub(x, r.x).Mod(x, p)
				y := new(big.Int).Sub(q.x, x)
				y.Mul(y, slope).Sub(y, q.y).Mod(y, p)
				return affine{x, y}
			}
			same := func(q, r affine) bool {
				if q.x == nil || r.x == nil {
					return q.x == r.x
				}
				return q.x.Cmp(r.x) == 0 && q.y.Cmp(r.y) == 0
			}
			minus := func(q *point) *point { return &point{q.x, c.sub(c.zero(), q.y), q.z} }
			five := c.base[5]
			for what, pair := range map[string][2]*point{
				"different": {g, five}, "equal": {g, g}, "equal, other z": {five, five}, "opposite": {five, minus(five)},
				"infinity first": {c.infinity(), five}, "infinity second": {five, c.infinity()}, "infinity twice": {c.infinity(), c.infinity()},
			} {
				if got, want := plain(c.sum(pair[0], pair[1])), book(plain(pair[0]), plain(pair[1])); !same(got, want) {
					t.Errorf("%s: %v, want %v", what, got, want)
				}
			}
			// n*G is infinity, and (n-1)*G is -G: the order is right.
			if q := c.multiply(term{n.Bytes(), c.base}); q.z.IsZero() != 1 {
				t.Error("the order times the generator is not infinity")
			}
			if q := c.multiply(term{new(big.Int).Sub(n, big.NewInt(1)).Bytes(), c.base}); !same(plain(q), plain(minus(g))) {
				t.Error("the order less one times the generator is not its opposite")
			}
			for i := range c.base {
				for _, pair := range [3][2]*bigmod.Nat{{c.entry(c.base, byte(i)).x, c.base[i].x}, {c.entry(c.base, byte(i)).y, c.base[i].y}, {c.entry(c.base, byte(i)).z, c.base[i].z}} {
					if pair[0].Equal(pair[1]) != 1 {
						t.Errorf("entry %d is another", i)
					}
				}
			}
		})
	}
}

func TestKeysRefused(t *testing.T) {
	t.Parallel()
	c := P256r1()
	v := opensslVectors(t)["brainpoolP256r1"]
	point := pointOf(t, unhex(t, v["public"]))
	changed := func(edit func(b []byte) []byte) []byte { return edit(bytes.Clone(point)) }
	p := c.p.Nat().Bytes(c.p)
	outside := elliptic.Marshal(elliptic.P256(), elliptic.P256().Params().Gx, elliptic.P256().Params().Gy)
	noRoot := changed(func(b []byte) []byte { return append([]byte{2}, b[1:33]...) })
	for i := range 256 { // half of all x have no y
		noRoot[32] = byte(i)
		if _, err := c.ParsePublicKey(noRoot); err != nil {
			break
		}
	}
	for what, b := range map[string][]byte{
		"nothing":             nil,
		"infinity":            {0},
		"hybrid":              changed(func(b []byte) []byte { b[0] = 6 | b[64]&1; return b }),
		"short":               point[:64],
		"long":                append(bytes.Clone(point), 0),
		"off the curve":       changed(func(b []byte) []byte { b[64] ^= 1; return b }),
		"P-256":               outside,
		"x is p":              changed(func(b []byte) []byte { copy(b[1:], p); return b }),
		"y is p":              changed(func(b []byte) []byte { copy(b[33:], p); return b }),
		"compressed, short":   append([]byte{2}, point[1:32]...),
		"compressed, no root": noRoot,
	} {
		if _, err := c.ParsePublicKey(b); err != ErrKey {
			t.Errorf("%s: got %v, want ErrKey", what, err)
		}
	}
	n := c.n.Nat().Bytes(c.n)
	for what, b := range map[string][]byte{"zero": make([]byte, 32), "the order": n, "short": n[1:], "long": append([]byte{0}, n...), "nothing": nil} {
		if _, err := c.ParsePrivateKey(b); err != ErrKey {
			t.Errorf("private key, %s: got %v, want ErrKey", what, err)
		}
	}
	key, err := c.ParsePrivateKey(unhex(t, v["private"]))
	if err != nil {
		t.Fatal(err)
	}
	other, err := P256t1().ParsePrivateKey(unhex(t, v["private"]))
	if err != nil {
		t.Fatal(err)
	}
	for _, remote := range []*PublicKey{nil, other.PublicKey()} {
		if secret, err := key.ECDH(remote); err != ErrKey {
			t.Errorf("a key of another curve: %x, %v", secret, err)
		}
	}
	if key.Equal(other) || !key.Equal(key) {
		t.Error("Equal does not look at the curve")
	}
}

// TestVerifyRange: r and s are between 0 and the order, in strict DER.
func TestVerifyRange(t *testing.T) {
	t.Parallel()
	c := P256r1()
	v := opensslVectors(t)["brainpoolP256r1"]
	key, err := c.ParsePublicKey(pointOf(t, unhex(t, v["public"])))
	if err != nil {
		t.Fatal(err)
	}
	sum := digestOf(t, v["digest"], []byte("message"))
	good := cryptobyte.String(unhex(t, v["signature"]))
	var body cryptobyte.String
	var r, s big.Int
	if !good.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1Integer(&r) || !body.ReadASN1Integer(&s) {
		t.Fatal("no signature")
	}
	n := new(big.Int).SetBytes(c.n.Nat().Bytes(c.n))
	signature := func(r, s *big.Int) []byte {
		var b cryptobyte.Builder
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1BigInt(r)
			b.AddASN1BigInt(s)
		})
		return b.BytesOrPanic()
	}
	zero := new(big.Int)
	plus := func(x *big.Int) *big.Int { return new(big.Int).Add(x, n) }
	if !key.VerifyASN1(sum, signature(&r, &s)) {
		t.Fatal("the vector itself is refused")
	}
	if !key.VerifyASN1(sum, signature(&r, new(big.Int).Sub(n, &s))) {
		t.Error("the other s of the pair is a signature as well")
	}
	for what, sig := range map[string][]byte{
		"r + n": signature(plus(&r), &s), "s + n": signature(&r, plus(&s)), "r is 0": signature(zero, &s), "s is 0": signature(&r, zero),
		"r is n": signature(n, &s), "s is n": signature(&r, n), "negative r": signature(new(big.Int).Neg(&r), &s),
		"both 0": signature(zero, zero), "nothing": nil, "something follows": append(signature(&r, &s), 0),
		"huge r": signature(new(big.Int).Lsh(&r, 4096), &s),
	} {
		if key.VerifyASN1(sum, sig) {
			t.Errorf("%s: verifies", what)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	for _, name := range []string{"brainpoolP256r1", "brainpoolP512r1"} {
		v := opensslVectors(b)[name]
		key, err := curves[name]().ParsePublicKey(pointOf(b, unhex(b, v["public"])))
		if err != nil {
			b.Fatal(err)
		}
		sum, sig := digestOf(b, v["digest"], []byte("message")), unhex(b, v["signature"])
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				key.VerifyASN1(sum, sig)
			}
		})
	}
}
