package algorithm

import (
	"crypto/rand"
	"crypto/rsa"
	"math/big"
	"sync"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// testKeys makes one key of each name that GenerateKey takes; the large RSA
// sizes only where a test asks for them.
var testKeys = struct {
	sync.Mutex
	made map[string]*PrivateKey
}{made: map[string]*PrivateKey{}}

func testKey(t testing.TB, name string) *PrivateKey {
	t.Helper()
	testKeys.Lock()
	defer testKeys.Unlock()
	if key := testKeys.made[name]; key != nil {
		return key
	}
	key, err := GenerateKey(name)
	if err != nil {
		t.Fatalf("GenerateKey(%q): %v", name, err)
	}
	testKeys.made[name] = key
	return key
}

// rawRSA is an RSA key of any shape, with arithmetic that crypto/rsa would
// refuse.
type rawRSA struct {
	n, e, d *big.Int
	primes  []*big.Int
}

func newRawRSA(t testing.TB, bits int, e *big.Int, primes int) *rawRSA {
	t.Helper()
	for {
		k := &rawRSA{n: big.NewInt(1), e: e}
		phi := big.NewInt(1)
		left := bits
		for i := range primes {
			size := left / (primes - i)
			left -= size
			p, err := rand.Prime(rand.Reader, size)
			if err != nil {
				t.Fatal(err)
			}
			k.primes = append(k.primes, p)
			k.n.Mul(k.n, p)
			phi.Mul(phi, new(big.Int).Sub(p, big.NewInt(1)))
		}
		k.d = new(big.Int).ModInverse(e, phi)
		if k.n.BitLen() == bits && k.d != nil {
			return k
		}
	}
}

var smallRSA = sync.OnceValue(func() *rawRSA {
	return newRawRSA(&testing.T{}, 512, big.NewInt(65537), 2)
})

// rsaPublicDER is RSAPublicKey of any two numbers.
func rsaPublicDER(n, e *big.Int) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(n)
		b.AddASN1BigInt(e)
	})
	return b.BytesOrPanic()
}

func rsaSPKI(n, e *big.Int) []byte {
	return encodeSPKI(Identifier{oidRSAEncryption, nullParameters()}, rsaPublicDER(n, e))
}

func (k *rawRSA) public(t testing.TB, id Identifier) *PublicKey {
	t.Helper()
	key, err := ParsePublicKey(encodeSPKI(id, rsaPublicDER(k.n, k.e)))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// pkcs1 is RSAPrivateKey; change may spoil the numbers n, e, d, p, q, ....
func (k *rawRSA) pkcs1(change func(numbers []*big.Int)) []byte {
	one := big.NewInt(1)
	p, q := k.primes[0], k.primes[1]
	mod := func(prime *big.Int) *big.Int {
		if prime.Cmp(one) <= 0 {
			return one
		}
		return new(big.Int).Mod(k.d, new(big.Int).Sub(prime, one))
	}
	numbers := []*big.Int{k.n, k.e, k.d, p, q, mod(p), mod(q), new(big.Int).ModInverse(q, p)}
	if change != nil {
		change(numbers)
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(int64(min(1, len(k.primes)-2)))
		for _, x := range numbers {
			b.AddASN1BigInt(x)
		}
		if len(k.primes) == 2 {
			return
		}
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, prime := range k.primes[2:] {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1BigInt(prime)
					b.AddASN1BigInt(mod(prime))
					b.AddASN1BigInt(one)
				})
			}
		})
	})
	return b.BytesOrPanic()
}

// apply is the private operation on an encoded message.
func (k *rawRSA) apply(em []byte) []byte {
	x := new(big.Int).SetBytes(em)
	return x.Exp(x, k.d, k.n).FillBytes(make([]byte, (k.n.BitLen()+7)/8))
}

// rawOf takes a key of crypto/rsa apart.
func rawOf(key *PrivateKey) *rawRSA {
	k := key.Signer.(*rsa.PrivateKey)
	return &rawRSA{n: k.N, e: big.NewInt(int64(k.E)), d: k.D, primes: k.Primes}
}

func oneAsymmetricKey(version int64, id Identifier, octets []byte, rest func(b *cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(version)
		id.AddTo(b)
		b.AddASN1OctetString(octets)
		if rest != nil {
			rest(b)
		}
	})
	return b.BytesOrPanic()
}
