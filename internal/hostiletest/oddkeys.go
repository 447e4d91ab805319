package hostiletest

import (
	"crypto/dsa"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"math/big"
	"sync"
	"testing"

	"golang.org/x/crypto/cryptobyte"

	"smimectl/internal/algorithm/brainpool"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms/cmstest"
)

// spki is a SubjectPublicKeyInfo of any algorithm and octets.
func spki(algorithm, key *cmstest.Node) []byte {
	return sequence(algorithm, bitString(key.Encode())).Encode()
}

// bitString is a BIT STRING of whole octets.
func bitString(octets []byte) *cmstest.Node {
	var b cryptobyte.Builder
	b.AddASN1BitString(octets)
	return cmstest.Raw(b.BytesOrPanic())
}

func rsaSPKI(n, e *big.Int) []byte {
	return spki(identifier(idRSA, null()), sequence(bigInteger(n), bigInteger(e)))
}

// odd is a modulus of that many bits that nobody has looked at.
func odd(size int) *big.Int {
	n := new(big.Int).Lsh(big.NewInt(1), uint(size-1))
	for i := 7; i < size-1; i += 13 {
		n.SetBit(n, i, 1)
	}
	return n.SetBit(n, 0, 1)
}

// withKey is a certificate for alice with any key in it.
func (w *World) withKey(tb testing.TB, serial *numbers, key []byte) *cmstest.Identity {
	tb.Helper()
	id := w.aliceOf(tb, w.Between, serial, cmstest.Options{})
	return &cmstest.Identity{Key: id.Key, Issuer: w.Between, Certificate: cmstest.Reissue(tb, id.Certificate, w.Between, func(tbs *cmstest.Node) {
		*tbs.At(6) = *cmstest.Raw(key)
	})}
}

// oddKeyCases are A136 and A138 for keys: as that of the signer, and of
// somebody else in the message, where they do no harm. What the key cannot be
// read for, is said as what is not read here; a key against the rules of its
// kind is malformed.
func oddKeyCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	serial := numbers(2800)
	n := rsaKey(tb, w.Alice).N
	unsupported, malformed := Unreadable("unsupported-algorithm"), Unreadable("malformed")
	p256 := elliptic.P256().Params()
	point := elliptic.MarshalCompressed(elliptic.P256(), p256.Gx, p256.Gy)
	uncompressed := append([]byte{4}, append(p256.Gx.FillBytes(make([]byte, 32)), p256.Gy.FillBytes(make([]byte, 32))...)...)
	const ec, idP256, idP224, idSecp256k1 = "1.2.840.10045.2.1", "1.2.840.10045.3.1.7", "1.3.132.0.33", "1.3.132.0.10"
	const idBrainpoolP160r1, idBrainpoolP256r1 = "1.3.36.3.3.2.8.1.1.1", "1.3.36.3.3.2.8.1.1.7" // the first is not read
	one, err := brainpool.P256r1().ParsePrivateKey(append(make([]byte, 31), 1))
	if err != nil {
		tb.Fatal(err)
	}
	brainpoolPoint := one.PublicKey().Bytes()
	ecKey := func(parameters *cmstest.Node, octets []byte) []byte {
		return sequence(identifier(ec, parameters), bitString(octets)).Encode()
	}
	// The curve written out, with a generator of the attacker's choice.
	explicitCurve := sequence(integer(1), sequence(oidNode("1.2.840.10045.1.1"), bigInteger(p256.P)),
		sequence(octets(new(big.Int).Sub(p256.P, big.NewInt(3)).Bytes()), octets(p256.B.FillBytes(make([]byte, 32)))),
		octets(uncompressed), bigInteger(p256.N), integer(1))
	var out []Case
	for _, k := range []struct {
		id, name string
		key      []byte
		want     Want // as the signer
	}{
		{"A136", "RSA of 65,536 bits", rsaSPKI(odd(65536), big.NewInt(65537)), unsupported},
		{"A136", "RSA of 1,000,000 bits", rsaSPKI(odd(1_000_000), big.NewInt(65537)), unsupported},
		{"A136", "RSA of 65,536 bits, exponent as long", rsaSPKI(odd(65536), odd(65536)), unsupported},
		{"A136", "RSA of 384 bits", rsaSPKI(odd(384), big.NewInt(65537)), unsupported},
		{"A136", "even modulus", rsaSPKI(new(big.Int).Add(n, big.NewInt(1)), big.NewInt(65537)), malformed},
		{"A136", "modulus 0", rsaSPKI(big.NewInt(0), big.NewInt(65537)), unsupported},
		{"A136", "modulus negative", spki(identifier(idRSA, null()), sequence(negative(n), integer(3))), malformed},
		{"A136", "exponent 1", rsaSPKI(n, big.NewInt(1)), malformed},
		{"A136", "exponent 0", rsaSPKI(n, big.NewInt(0)), malformed},
		{"A136", "exponent 2", rsaSPKI(n, big.NewInt(2)), malformed},
		{"A136", "exponent negative", spki(identifier(idRSA, null()), sequence(bigInteger(n), integer(0xfd))), malformed},
		{"A136", "exponent of 2,048 bits", rsaSPKI(n, odd(2048)), unsupported},
		{"A136", "three numbers", spki(identifier(idRSA, null()), sequence(bigInteger(n), integer(3), integer(3))), malformed},
		{"A136", "octets behind the key", sequence(identifier(idRSA, null()), bitString(append(sequence(bigInteger(n), integer(3)).Encode(), 0))).Encode(), malformed},
		{"A138", "P-224", ecKey(oidNode(idP224), append([]byte{4}, make([]byte, 56)...)), unsupported},
		{"A138", "secp256k1", ecKey(oidNode(idSecp256k1), uncompressed), unsupported},
		{"A138", "a Brainpool curve that is not read", ecKey(oidNode(idBrainpoolP160r1), append([]byte{4}, make([]byte, 40)...)), unsupported},
		{"A138", "a Brainpool curve", ecKey(oidNode(idBrainpoolP256r1), brainpoolPoint), Bad("signature-invalid")},
		{"A138", "a Brainpool curve with a point of P-256", ecKey(oidNode(idBrainpoolP256r1), uncompressed), malformed},
		{"A138", "a Brainpool curve with the point at infinity", ecKey(oidNode(idBrainpoolP256r1), []byte{0}), malformed},
		{"A138", "a Brainpool curve with a hybrid point", ecKey(oidNode(idBrainpoolP256r1), append([]byte{6 | brainpoolPoint[64]&1}, brainpoolPoint[1:]...)), malformed},
		{"A138", "explicit parameters", ecKey(explicitCurve, uncompressed), unsupported},
		{"A138", "inherited parameters", ecKey(null(), uncompressed), unsupported},
		{"A138", "no parameters", sequence(identifier(ec), bitString(uncompressed)).Encode(), unsupported},
		{"A138", "a point that is not on the curve", ecKey(oidNode(idP256), append(append([]byte{}, uncompressed[:64]...), uncompressed[64]^1)), malformed},
		{"A138", "the point at infinity", ecKey(oidNode(idP256), []byte{0}), malformed},
		{"A138", "no point", ecKey(oidNode(idP256), nil), malformed},
		{"A138", "a compressed point of no curve", ecKey(oidNode(idP256), append([]byte{5}, point[1:]...)), malformed},
		{"A138", "a key nobody knows", sequence(identifier(idNothing), bitString([]byte("key"))).Encode(), unsupported},
		{"A138", "Ed25519 of 31 octets", sequence(identifier(idEd25519), bitString(make([]byte, 31))).Encode(), malformed},
		{"A138", "X25519, which signs nothing", sequence(identifier("1.3.101.110"), bitString(make([]byte, 32))).Encode(), Bad("signature-invalid")},
		{"A138", "a key that is no key", sequence(identifier(idRSA, null())).Encode(), malformed},
		{"A138", "DSA without parameters", sequence(identifier("1.2.840.10040.4.1"), bitString(integer(3).Encode())).Encode(), unsupported},
	} {
		id := w.withKey(tb, &serial, k.key)
		signer := certified{id: k.id, name: k.name + ", the signer's", who: w.AliceEC, want: k.want, do: func(e *edited) {
			e.Certificates().Children = []*cmstest.Node{certificateNode(id), certificateNode(w.Between)}
			e.Signer(0).At(1, 1).Value = id.Certificate.Serial
		}}
		other := certified{id: k.id, name: k.name + ", of another", who: w.AliceEC, want: Accepted(nil), do: func(e *edited) {
			e.Certificates().Insert(0, certificateNode(id))
		}}
		// Of a CA with the anchor's name below which the signer says to be.
		out = append(out, signer.make(tb, w), other.make(tb, w), below(tb, w, k.id, k.name, k.key))
	}
	return out
}

// below is a signer whose issuer has an odd key: nothing was signed with it.
func below(tb testing.TB, w *World, id, name string, key []byte) Case {
	tb.Helper()
	serial := numbers(2900)
	ca := caOf(tb, w.Root, 79, &serial, cmstest.Options{CommonName: "Odd CA"})
	who := w.aliceOf(tb, ca, &serial, cmstest.Options{})
	who.Issuer = &cmstest.Identity{Key: ca.Key, Issuer: w.Root, Certificate: cmstest.Reissue(tb, ca.Certificate, w.Root, func(tbs *cmstest.Node) {
		*tbs.At(6) = *cmstest.Raw(key)
	})}
	return certified{id: id, name: name + ", the issuer's", who: who, want: Want{Exit: 1, Verdict: "untrusted"}}.make(tb, w)
}

// dsaKey is made once: parameters of 1024 and 160 bits.
var dsaKey = sync.OnceValues(func() (*dsa.PrivateKey, error) {
	key := &dsa.PrivateKey{}
	if err := dsa.GenerateParameters(&key.Parameters, rand.Reader, dsa.L1024N160); err != nil {
		return nil, err
	}
	return key, dsa.GenerateKey(key, rand.Reader)
})

// oddSignerCases are the rest of A138: DSA, which is known and believed only
// where that is asked for; a name that is empty; and keys that sign nothing.
func oddSignerCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	serial := numbers(2950)
	key, err := dsaKey()
	if err != nil {
		tb.Fatal(err)
	}
	const idDSA, idDSASHA256 = "1.2.840.10040.4.1", "2.16.840.1.101.3.4.3.2"
	id := w.withKey(tb, &serial, spki(identifier(idDSA, sequence(bigInteger(key.P), bigInteger(key.Q), bigInteger(key.G))), bigInteger(key.Y)))
	sign := func(e *edited) {
		e.Certificates().Children = []*cmstest.Node{certificateNode(id), certificateNode(w.Between)}
		e.Signer(0).At(1, 1).Value = id.Certificate.Serial
		e.without(typeAlgorithmProtects)
		e.without(typeSigningCertV2)
		*e.Signer(0).At(4) = *identifier(idDSASHA256)
		r, s, err := dsa.Sign(rand.Reader, key, sumOf(idSHA256, e.toBeSigned())[:20])
		if err != nil {
			e.tb.Fatal(err)
		}
		e.Signature(0).Value = sequence(bigInteger(r), bigInteger(s)).Encode()
	}
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	p224Point, err := p224.PublicKey.Bytes()
	if err != nil {
		tb.Fatal(err)
	}
	really224 := w.withKey(tb, &serial, sequence(identifier("1.2.840.10045.2.1", oidNode("1.3.132.0.33")), bitString(p224Point)).Encode())
	return certifiedCases(tb, w, []certified{
		{id: "A138", name: "DSA", who: w.AliceEC, do: sign, want: Untrusted("weak-key")},
		{id: "A138", name: "DSA, allowed", who: w.AliceEC, do: sign, want: Accepted(nil).WithNote("weak-key"), args: []string{"--allow-legacy", "dsa,rsa-1024"}},
		{id: "A138", name: "DSA, signature changed", who: w.AliceEC, do: func(e *edited) { sign(e); e.Signature(0).Value[10] ^= 1 }, want: Bad("signature-invalid"), args: []string{"--allow-legacy", "all"}},
		{id: "A138", name: "P-224 that really signed", who: w.AliceEC, want: Unreadable("unsupported-algorithm"), do: func(e *edited) {
			e.Certificates().Children = []*cmstest.Node{certificateNode(really224), certificateNode(w.Between)}
			e.Signer(0).At(1, 1).Value = really224.Certificate.Serial
			e.without(typeSigningCertV2)
			sig, err := ecdsa.SignASN1(rand.Reader, p224, sumOf(idSHA256, e.toBeSigned()))
			if err != nil {
				e.tb.Fatal(err)
			}
			e.Signature(0).Value = sig
		}},
		{id: "A138", name: "empty DNS name", who: w.named(tb, w.Between, &serial, nil, certtest.RFC822("alice@example.test"), certtest.DNS("")), want: Accepted(nil)},
		{id: "A138", name: "empty address", who: w.named(tb, w.Between, &serial, nil, certtest.RFC822("alice@example.test"), certtest.RFC822("")), want: Accepted(nil)},
		{id: "A138", name: "nothing but an empty address", who: w.named(tb, w.Between, &serial, nil, certtest.RFC822("")), want: Mismatch("from-mismatch")},
		{id: "A138", name: "no alternative name at all", who: w.named(tb, w.Between, &serial, nil), want: Mismatch("from-mismatch")},
		{id: "A138", name: "alternative names that are none", who: w.aliceOf(tb, w.Between, &serial, cmstest.Options{Emails: []string{}, Extra: extensions(certtest.Extension{OID: "2.5.29.17", Value: []byte{5, 0}})}), want: Untrusted("path-invalid")},
	})
}
