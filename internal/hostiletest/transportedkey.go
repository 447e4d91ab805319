package hostiletest

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"math/big"
	"strings"
	"testing"
)

func bobRSA(w *World) *rsa.PublicKey { return w.Bob.Key.Public.Key.(*rsa.PublicKey) }

// encryptBlock raises a whole block, padding included, to bob's public exponent.
func encryptBlock(w *World, block []byte) []byte {
	public := bobRSA(w)
	c := new(big.Int).Exp(new(big.Int).SetBytes(block), big.NewInt(int64(public.E)), public.N)
	return c.FillBytes(make([]byte, public.Size()))
}

// paddedBlock is a block of RSAES-PKCS1-v1_5 (RFC 8017, Section 7.2.1) around a key.
func paddedBlock(w *World, key string) []byte {
	size := bobRSA(w).Size()
	return append(append([]byte{0, 2}, bytes.Repeat([]byte{0xa5}, size-3-len(key))...), append([]byte{0}, key...)...)
}

// transported is a key encrypted to bob, and the block it was before that.
func transported(tb testing.TB, w *World, key string) (block, encrypted []byte) {
	tb.Helper()
	block = paddedBlock(w, key)
	return block, encryptBlock(w, block)
}

// fittingKey is a wrong key under which the padding of a content comes out right.
func fittingKey(tb testing.TB, e envelope) string {
	tb.Helper()
	c := e.ciphertext().Value
	key, plain := make([]byte, 32), make([]byte, 16)
	for {
		rand.Read(key)
		block(tb, key).Decrypt(plain, c[len(c)-16:])
		if plain[15]^c[len(c)-17] == 1 {
			return string(key)
		}
	}
}

// paddingFits reports whether a key finds good padding at the end of a ciphertext in CBC mode.
func paddingFits(tb testing.TB, key string, ciphertext []byte) bool {
	tb.Helper()
	plain := make([]byte, 16)
	n := len(ciphertext)
	block(tb, []byte(key)).Decrypt(plain, ciphertext[n-16:])
	for i := range plain {
		plain[i] ^= ciphertext[n-32+i]
	}
	pad := int(plain[15])
	return pad >= 1 && pad <= 16 && bytes.Equal(plain[16-pad:], bytes.Repeat(plain[15:], pad))
}

// transportCasesOfKeys are A110: RSAES-PKCS1-v1_5 gone wrong in every way must
// look like any other content that does not decrypt (Bleichenbacher, 1998).
func transportCasesOfKeys(tb testing.TB, w *World) []Case {
	tb.Helper()
	var out []Case
	for _, c := range []struct{ name, cipher string }{{"CBC", "aes-256-cbc"}, {"GCM", "aes-256-gcm"}} {
		good := parseEnvelope(sealed(tb, Text, c.cipher, to(w.Bob)))
		add := func(name string, encrypted []byte) {
			one := decrypted("A110", c.name+", "+name, good.edit(func(e envelope) { e.recipients().At(0, 3).Value = encrypted }), Closed())
			one.Alike = "RSA, " + c.name
			out = append(out, one)
		}
		right := string(contentKey(tb, good.Encode(), w.Bob))
		changed := func(f func(b []byte)) []byte {
			b := paddedBlock(w, right)
			f(b)
			return encryptBlock(w, b)
		}
		add("block type 0", changed(func(b []byte) { b[1] = 0 }))
		add("block type 1", changed(func(b []byte) { b[1] = 1 }))
		add("block type 3", changed(func(b []byte) { b[1] = 3 }))
		add("first octet 1", changed(func(b []byte) { b[0] = 1 }))
		add("no zero", changed(func(b []byte) {
			for i := range b[2:] {
				b[2+i] |= 1
			}
		}))
		add("a zero at once", changed(func(b []byte) { b[2] = 0 }))
		add("seven octets of padding", changed(func(b []byte) { b[9] = 0 }))
		add("a zero too early", changed(func(b []byte) { b[100] = 0 }))
		add("a zero one octet too early", changed(func(b []byte) { b[len(b)-len(right)-2] = 0 }))
		add("a zero one octet too late", changed(func(b []byte) { n := len(b) - len(right); b[n-1], b[n] = 1, 0 }))
		add("the zero at the very end", changed(func(b []byte) {
			for i := range b[2:] {
				b[2+i] |= 1
			}
			b[len(b)-1] = 0
		}))
		for _, n := range []int{0, 1, 15, 16, 24, 31, 33, 48, 245} {
			_, encrypted := transported(tb, w, strings.Repeat("k", n))
			add(fmt.Sprintf("a key of %d octets", n), encrypted)
		}
		_, encrypted := transported(tb, w, strings.Repeat("k", 32))
		add("another key", encrypted)
		if c.name == "CBC" {
			for range 3 {
				_, encrypted := transported(tb, w, fittingKey(tb, good))
				add(fmt.Sprintf("another key whose padding fits, %x", encrypted[:4]), encrypted)
			}
		}
		n, size := bobRSA(w).N, bobRSA(w).Size()
		number := func(x *big.Int) []byte { return x.FillBytes(make([]byte, size)) }
		for i := range 3 {
			add(fmt.Sprintf("the modulus and %d", i), number(new(big.Int).Add(n, big.NewInt(int64(i)))))
			add(fmt.Sprintf("%d", i), number(big.NewInt(int64(i))))
		}
		add("the modulus less one", number(new(big.Int).Sub(n, big.NewInt(1))))
		add("all ones", bytes.Repeat([]byte{0xff}, size))
		add("no octets", nil)
		add("one octet", []byte{7})
		valid := good.recipients().At(0, 3).Value
		add("one octet less", valid[:size-1])
		add("one octet more", append(bytes.Clone(valid), 0))
		add("100,000 octets", make([]byte, 100_000))
		oaep, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, bobRSA(w), []byte(right), nil)
		if err != nil {
			tb.Fatal(err)
		}
		add("a block of OAEP", oaep)
		damaged := func(name string, f func(e envelope)) {
			one := decrypted("A110", c.name+", "+name, good.edit(f), Closed())
			one.Alike = "RSA, " + c.name
			out = append(out, one)
		}
		damaged("the last block changed", func(e envelope) {
			n := e.ciphertext()
			// One changed block of 256 has good padding in CBC, and then nothing shows the change.
			for i := 1; ; i++ {
				if changed := flip(n.Value, len(n.Value)-i); c.name == "GCM" || !paddingFits(tb, right, changed) {
					n.Value = changed
					return
				}
			}
		})
		damaged("the block before the last changed", func(e envelope) {
			n := e.ciphertext()
			n.Value = flip(n.Value, len(n.Value)-17)
		})
		damaged("the last block cut off", func(e envelope) { n := e.ciphertext(); n.Value = n.Value[:len(n.Value)/16*16-16] })
		out = append(out,
			decrypted("A110", c.name+", without parameters", good.edit(func(e envelope) { e.recipients().At(0, 2).Remove(1) }), Opened([]byte(Text))),
			decrypted("A110", c.name+", parameters that are not NULL", good.edit(func(e envelope) { e.recipients().At(0, 2).Children[1] = integer(1) }), Unreadable("malformed")),
			decrypted("A110", c.name+", a key transport nobody knows", good.edit(func(e envelope) { *e.recipients().At(0, 2) = *identifier(idNothing) }), Unreadable("unsupported-algorithm")),
			decrypted("A110", c.name+", key transport with the identifier of a signature", good.edit(func(e envelope) { *e.recipients().At(0, 2) = *identifier(idRSASHA256, null()) }), Unreadable("unsupported-algorithm")),
		)
	}
	return out
}
