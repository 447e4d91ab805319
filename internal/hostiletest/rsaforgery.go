package hostiletest

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"math/big"
	"strconv"
	"sync"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// rsaRaw is the private operation on octets of the caller's making: no library
// would sign them.
func rsaRaw(key *rsa.PrivateKey, encoded []byte) []byte {
	x := new(big.Int).SetBytes(encoded)
	return x.Exp(x, key.D, key.N).FillBytes(make([]byte, key.Size()))
}

// rsaKey is the key of an identity.
func rsaKey(tb testing.TB, id *cmstest.Identity) *rsa.PrivateKey {
	tb.Helper()
	key, ok := id.Key.Signer.(*rsa.PrivateKey)
	if !ok {
		tb.Fatalf("a key of type %T", id.Key.Signer)
	}
	return key
}

// exponentThree makes an RSA key of 2048 bits with the exponent 3, once.
var exponentThree = sync.OnceValues(func() (*rsa.PrivateKey, error) {
	prime := func() (*big.Int, error) {
		for {
			p, err := rand.Prime(rand.Reader, 1024)
			if err != nil || new(big.Int).Mod(p, big.NewInt(3)).Int64() == 2 {
				return p, err
			}
		}
	}
	p, err := prime()
	if err != nil {
		return nil, err
	}
	q, err := prime()
	if err != nil {
		return nil, err
	}
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 3}, D: new(big.Int).ModInverse(big.NewInt(3), phi), Primes: []*big.Int{p, q}}
	key.Precompute()
	return key, key.Validate()
})

// encodePKCS1 is EMSA-PKCS1-v1_5 (RFC 8017, Section 9.2) with any block type,
// padding and DigestInfo: 00 type FF... 00 info.
func encodePKCS1(size int, block byte, info []byte) []byte {
	out := bytes.Repeat([]byte{0xff}, size)
	out[0], out[1] = 0, block
	copy(out[size-len(info):], info)
	out[size-len(info)-1] = 0
	return out
}

// digestInfo is a DigestInfo, with the parameters given.
func digestInfo(oid string, sum []byte, parameters ...*cmstest.Node) *cmstest.Node {
	return sequence(identifier(oid, parameters...), octets(sum))
}

// toBeSigned is what the signature is over.
func (e *edited) toBeSigned() []byte {
	set := e.SignedAttributes(0).Clone()
	set.Tag = ber.Set
	return set.Encode()
}

// cubeRoot is the smallest number whose cube begins with the octets, of size
// octets in all: what follows them is garbage.
func cubeRoot(begin []byte, size int) []byte {
	want := make([]byte, size)
	copy(want, begin)
	target := new(big.Int).SetBytes(want)
	low, high := big.NewInt(0), new(big.Int).Lsh(big.NewInt(1), uint(size*8/3+1))
	for low.Cmp(high) < 0 {
		middle := new(big.Int).Add(low, high)
		middle.Rsh(middle, 1)
		if new(big.Int).Exp(middle, big.NewInt(3), nil).Cmp(target) < 0 {
			low = middle.Add(middle, big.NewInt(1))
		} else {
			high = middle
		}
	}
	return low.FillBytes(make([]byte, size))
}

// pkcs1Cases are A32 and A33: RSASSA-PKCS1-v1_5 that is encoded differently.
// The key of exponent 3 is alice's too; forging with it needs no private key.
func pkcs1Cases(tb testing.TB, w *World) []Case {
	tb.Helper()
	three, err := exponentThree()
	if err != nil {
		tb.Fatal(err)
	}
	key, err := algorithm.PrivateKeyOf(three)
	if err != nil {
		tb.Fatal(err)
	}
	weakly := cmstest.Issue(tb, w.Between, cmstest.Options{CommonName: "Alice", Emails: []string{"alice@example.test"}, Key: key, Serial: big.NewInt(1110)})
	bad := Bad("signature-invalid")
	const size = 256
	var out []Case
	add := func(id, name string, who *cmstest.Identity, want Want, sign func(e *edited, key *rsa.PrivateKey) []byte) {
		for _, f := range []form{opaque, clear} {
			e := edit(tb, w, f, who)
			e.Signature(0).Value = sign(e, rsaKey(tb, who))
			out = append(out, e.end(change{id: id, name: name, want: want}, "", false))
		}
	}
	sum := func(e *edited) []byte { return sum256(e.toBeSigned()) }
	info := func(e *edited) []byte { return digestInfo(idSHA256, sum(e), null()).Encode() }
	add("A32", "exponent 3, as it should be", weakly, Accepted(nil), func(e *edited, key *rsa.PrivateKey) []byte {
		return rsaRaw(key, encodePKCS1(size, 1, info(e)))
	})
	for padding := range 9 {
		add("A32", "cube root with "+string('0'+rune(padding))+" octets of padding", weakly, bad, func(e *edited, _ *rsa.PrivateKey) []byte {
			begin := append([]byte{0, 1}, bytes.Repeat([]byte{0xff}, padding)...)
			begin = append(append(begin, 0), info(e)...)
			forged := cubeRoot(begin, size)
			if cube := new(big.Int).Exp(new(big.Int).SetBytes(forged), big.NewInt(3), nil).FillBytes(make([]byte, size)); !bytes.HasPrefix(cube, begin) {
				tb.Fatalf("no forgery: %x", cube)
			}
			return forged
		})
	}
	add("A32", "the number 1", weakly, bad, func(*edited, *rsa.PrivateKey) []byte { return big.NewInt(1).FillBytes(make([]byte, size)) })
	add("A32", "the number 0", weakly, bad, func(*edited, *rsa.PrivateKey) []byte { return make([]byte, size) })
	add("A32", "the modulus added", w.Alice, bad, func(e *edited, key *rsa.PrivateKey) []byte {
		s := new(big.Int).SetBytes(rsaRaw(key, encodePKCS1(size, 1, info(e))))
		return s.Add(s, key.N).FillBytes(make([]byte, size+1))
	})
	add("A32", "a zero before it", w.Alice, bad, func(e *edited, key *rsa.PrivateKey) []byte {
		return append([]byte{0}, rsaRaw(key, encodePKCS1(size, 1, info(e)))...)
	})
	// What only who has the key can make: each is another encoding than the one
	// that there is.
	encoded := func(id, name string, want Want, make func(e *edited) []byte) {
		add(id, name, w.Alice, want, func(e *edited, key *rsa.PrivateKey) []byte { return rsaRaw(key, make(e)) })
	}
	encoded("A32", "garbage behind the DigestInfo", bad, func(e *edited) []byte {
		return encodePKCS1(size, 1, append(info(e), bytes.Repeat([]byte{0xaa}, 100)...))
	})
	encoded("A32", "garbage within the DigestInfo", bad, func(e *edited) []byte {
		return encodePKCS1(size, 1, sequence(identifier(idSHA256, null()), octets(sum(e)), octets(bytes.Repeat([]byte{0xaa}, 60))).Encode())
	})
	encoded("A32", "garbage in the parameters", bad, func(e *edited) []byte {
		return encodePKCS1(size, 1, digestInfo(idSHA256, sum(e), octets(bytes.Repeat([]byte{0xaa}, 60))).Encode())
	})
	encoded("A32", "garbage behind NULL", bad, func(e *edited) []byte {
		return encodePKCS1(size, 1, digestInfo(idSHA256, sum(e), null(), octets(bytes.Repeat([]byte{0xaa}, 60))).Encode())
	})
	encoded("A32", "garbage in the padding", bad, func(e *edited) []byte {
		em := encodePKCS1(size, 1, info(e))
		em[20] = 0xfe
		return em
	})
	encoded("A32", "block type 0", bad, func(e *edited) []byte { return encodePKCS1(size, 0, info(e)) })
	encoded("A32", "block type 2", bad, func(e *edited) []byte { return encodePKCS1(size, 2, info(e)) })
	encoded("A32", "a first octet", bad, func(e *edited) []byte {
		em := encodePKCS1(size, 1, info(e))
		em[0], em[1] = 1, 0xff
		return em
	})
	encoded("A33", "as it should be", Accepted(nil), func(e *edited) []byte { return encodePKCS1(size, 1, info(e)) })
	encoded("A33", "without NULL", bad, func(e *edited) []byte { return encodePKCS1(size, 1, digestInfo(idSHA256, sum(e)).Encode()) })
	encoded("A33", "a digest without DigestInfo", bad, func(e *edited) []byte { return encodePKCS1(size, 1, sum(e)) })
	encoded("A33", "DigestInfo of another digest", bad, func(e *edited) []byte { return encodePKCS1(size, 1, digestInfo(idSHA512, sum(e), null()).Encode()) })
	encoded("A33", "digest cut off", bad, func(e *edited) []byte {
		return encodePKCS1(size, 1, digestInfo(idSHA256, sum(e)[:30], null()).Encode())
	})
	for _, i := range []int{0, 15, 30, 31} {
		encoded("A33", "octet "+strconv.Itoa(i)+" of the digest altered", bad, func(e *edited) []byte {
			altered := sum(e)
			altered[i] ^= 1
			return encodePKCS1(size, 1, digestInfo(idSHA256, altered, null()).Encode())
		})
	}
	reencoded := func(name string, change func(n *cmstest.Node)) {
		encoded("A33", name, bad, func(e *edited) []byte {
			n := digestInfo(idSHA256, sum(e), null())
			change(n)
			return encodePKCS1(size, 1, n.Encode())
		})
	}
	reencoded("length in long form", func(n *cmstest.Node) { n.LengthSize = 1 })
	reencoded("length of the digest in long form", func(n *cmstest.Node) { n.At(1).LengthSize = 2 })
	reencoded("of indefinite length", func(n *cmstest.Node) { n.Indefinite = true })
	reencoded("digest in segments", func(n *cmstest.Node) { n.At(1).Segment(16) })
	return out
}
