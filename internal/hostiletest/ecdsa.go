package hostiletest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"math/big"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// ecdsaCases are A35: values of an ECDSA signature (RFC 3279, Section 2.2.3)
// that are no numbers between 0 and the order, or are not in DER.
func ecdsaCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	n := elliptic.P256().Params().N
	bad := Bad("signature-invalid")
	value := func(name string, want Want, do func(sig *cmstest.Node, r, s *big.Int)) change {
		return change{id: "A35", name: name, want: want, do: func(e *edited) {
			sig := cmstest.MustParse(e.Signature(0).Value)
			do(sig, new(big.Int).SetBytes(sig.At(0).Value), new(big.Int).SetBytes(sig.At(1).Value))
			e.Signature(0).Value = sig.Encode()
		}}
	}
	set := func(v *cmstest.Node, n *big.Int) { *v = *bigInteger(n) }
	zero, one := big.NewInt(0), big.NewInt(1)
	return every(tb, w, []change{
		value("as it was", Accepted(nil), func(sig *cmstest.Node, r, s *big.Int) { set(sig.At(0), r); set(sig.At(1), s) }),
		// RFC 3279 does not say which of the two values of s is meant: both are
		// signatures of this text by this key.
		value("s taken from the order", Accepted(nil), func(sig *cmstest.Node, _, s *big.Int) { set(sig.At(1), new(big.Int).Sub(n, s)) }),
		value("r is 0", bad, func(sig *cmstest.Node, _, _ *big.Int) { set(sig.At(0), zero) }),
		value("s is 0", bad, func(sig *cmstest.Node, _, _ *big.Int) { set(sig.At(1), zero) }),
		value("both are 0", bad, func(sig *cmstest.Node, _, _ *big.Int) { set(sig.At(0), zero); set(sig.At(1), zero) }),
		value("both are 1", bad, func(sig *cmstest.Node, _, _ *big.Int) { set(sig.At(0), one); set(sig.At(1), one) }),
		value("r is the order", bad, func(sig *cmstest.Node, _, _ *big.Int) { set(sig.At(0), n) }),
		value("s is the order", bad, func(sig *cmstest.Node, _, _ *big.Int) { set(sig.At(1), n) }),
		value("both are the order", bad, func(sig *cmstest.Node, _, _ *big.Int) { set(sig.At(0), n); set(sig.At(1), n) }),
		value("the order added to r", bad, func(sig *cmstest.Node, r, _ *big.Int) { set(sig.At(0), new(big.Int).Add(r, n)) }),
		value("the order added to s", bad, func(sig *cmstest.Node, _, s *big.Int) { set(sig.At(1), new(big.Int).Add(s, n)) }),
		value("r negative", bad, func(sig *cmstest.Node, r, _ *big.Int) { *sig.At(0) = *negative(r) }),
		value("s negative", bad, func(sig *cmstest.Node, _, s *big.Int) { *sig.At(1) = *negative(s) }),
		value("r padded", bad, func(sig *cmstest.Node, r, _ *big.Int) { sig.At(0).Value = append([]byte{0, 0}, sig.At(0).Value...) }),
		value("s padded", bad, func(sig *cmstest.Node, _, s *big.Int) { sig.At(1).Value = append([]byte{0, 0}, sig.At(1).Value...) }),
		value("r without octets", bad, func(sig *cmstest.Node, _, _ *big.Int) { sig.At(0).Value = nil }),
		value("s of a thousand octets", bad, func(sig *cmstest.Node, _, _ *big.Int) { set(sig.At(1), new(big.Int).Lsh(one, 8000)) }),
		value("r and s changed places", bad, func(sig *cmstest.Node, r, s *big.Int) { set(sig.At(0), s); set(sig.At(1), r) }),
		value("r in an OCTET STRING", bad, func(sig *cmstest.Node, r, _ *big.Int) { sig.At(0).Tag = ber.OctetString }),
		value("a third number", bad, func(sig *cmstest.Node, _, _ *big.Int) { sig.Insert(2, integer(1)) }),
		value("one number", bad, func(sig *cmstest.Node, _, _ *big.Int) { sig.Remove(1) }),
		value("no number", bad, func(sig *cmstest.Node, _, _ *big.Int) { sig.Children = nil }),
		value("a SET", bad, func(sig *cmstest.Node, _, _ *big.Int) { sig.Tag = ber.Set }),
		value("of indefinite length", bad, func(sig *cmstest.Node, _, _ *big.Int) { sig.Indefinite = true }),
		value("length in long form", bad, func(sig *cmstest.Node, _, _ *big.Int) { sig.LengthSize = 2 }),
		{id: "A35", name: "octets behind it", want: bad, do: func(e *edited) { e.Signature(0).Value = append(e.Signature(0).Value, 0) }},
		{id: "A35", name: "an octet short", want: bad, do: func(e *edited) { e.Signature(0).Value = e.Signature(0).Value[:len(e.Signature(0).Value)-1] }},
		{id: "A35", name: "r and s without DER", want: bad, do: func(e *edited) {
			sig := cmstest.MustParse(e.Signature(0).Value)
			raw := make([]byte, 64)
			new(big.Int).SetBytes(sig.At(0).Value).FillBytes(raw[:32])
			new(big.Int).SetBytes(sig.At(1).Value).FillBytes(raw[32:])
			e.Signature(0).Value = raw
		}},
		{id: "A35", name: "octets behind it", keys: "rsa ed25519", want: bad, do: func(e *edited) { e.Signature(0).Value = append(e.Signature(0).Value, 0) }},
		// Ed25519: s has to be below the order of the group (RFC 8032, Section
		// 5.1.7).
		{id: "A35", name: "the order added to s", keys: "ed25519", want: bad, do: func(e *edited) {
			sig := e.Signature(0).Value
			order, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
			order.Add(order, new(big.Int).Lsh(one, 252))
			s := new(big.Int).SetBytes(reversed(sig[32:]))
			copy(sig[32:], reversed(s.Add(s, order).FillBytes(make([]byte, 32))))
		}},
	})
}

func bigInteger(n *big.Int) *cmstest.Node {
	b := n.Bytes()
	if len(b) == 0 || b[0]&0x80 != 0 {
		b = append([]byte{0}, b...)
	}
	return integer(b...)
}

// negative is the number with another sign in 33 octets' two's complement.
func negative(n *big.Int) *cmstest.Node {
	return integer(new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 8*33), n).Bytes()...)
}

func reversed(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		out[len(b)-1-i] = c
	}
	return out
}

// foreignSchemeCases are A36 and A37: signature algorithm, digest and key that
// do not belong together.
func foreignSchemeCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	bad, malformed := Bad("signature-invalid"), Unreadable("malformed")
	// labelled gives the SignerInfo another signature algorithm; the signature
	// stays the signer's own over the attributes.
	labelled := func(oid string, parameters ...*cmstest.Node) func(e *edited) {
		return signedAgain(func(e *edited) {
			e.without(typeAlgorithmProtects)
			list := make([]*cmstest.Node, len(parameters))
			for i, p := range parameters {
				list[i] = p.Clone()
			}
			*e.Signer(0).At(4) = *identifier(oid, list...)
		})
	}
	// really signs with the algorithm that the SignerInfo then names.
	really := func(oid, parameters string) func(e *edited) {
		return func(e *edited) {
			e.without(typeAlgorithmProtects)
			id := identifier(oid)
			if parameters == "NULL" {
				id.Insert(1, null())
			}
			*e.Signer(0).At(4) = *id
			scheme, err := algorithm.FindSignature(algorithm.Identifier{OID: algorithm.MustOID(oid)}, nil)
			if err != nil {
				e.tb.Fatal(err)
			}
			e.Sign(e.tb, 0, e.who.Key, scheme, nil)
		}
	}
	digest := func(oid string) func(e *edited) {
		return signedAgain(func(e *edited) {
			e.without(typeAlgorithmProtects)
			*e.Signer(0).At(2) = *identifier(oid)
			e.DigestAlgorithms().Insert(0, identifier(oid))
			e.replace(typeMessageDigest, octets(sumOf(oid, e.content)))
		})
	}
	return every(tb, w, []change{
		{id: "A36", name: "ECDSA with SHA-1 over SHA-256", do: labelled(idECDSASHA1), want: bad},
		{id: "A36", name: "ECDSA with SHA-1 over SHA-256, signed so", want: bad, do: func(e *edited) {
			labelled(idECDSASHA1)(e)
			e.Signature(0).Value = ecdsaSign(e, sumOf(idSHA1, e.toBeSigned()))
		}},
		{id: "A36", name: "an EC key with RSA", do: labelled(idRSA, null()), want: bad},
		{id: "A36", name: "an EC key with RSA and SHA-256", do: labelled(idRSASHA256, null()), want: bad},
		{id: "A36", name: "an EC key with Ed25519", do: labelled(idEd25519), want: bad},
		{id: "A36", name: "an RSA key with ECDSA", do: labelled(idECDSASHA256), want: bad, keys: "rsa"},
		{id: "A36", name: "an RSA key with Ed25519", do: labelled(idEd25519), want: bad, keys: "rsa"},
		{id: "A36", name: "an RSA key with the OID for SHA-256", do: labelled(idRSASHA256, null()), want: Accepted(nil), keys: "rsa"},
		{id: "A36", name: "an RSA key with the OID for SHA-256, without NULL", do: labelled(idRSASHA256), want: Accepted(nil), keys: "rsa"},
		{id: "A36", name: "an Ed25519 key with RSA", do: labelled(idRSA, null()), want: bad, keys: "ed25519"},
		{id: "A36", name: "an Ed25519 key with RSA and SHA-512", do: labelled(idRSASHA512, null()), want: bad, keys: "ed25519"},
		{id: "A36", name: "an Ed25519 key with ECDSA", do: labelled(idECDSASHA512), want: bad, keys: "ed25519"},
		{id: "A36", name: "an algorithm nobody knows", do: labelled(idNothing), want: Unreadable("unsupported-algorithm"), keys: everyKey},
		{id: "A36", name: "the OID of EC keys", do: labelled("1.2.840.10045.2.1"), want: Unreadable("unsupported-algorithm")},
		{id: "A36", name: "parameters", do: labelled(idECDSASHA256, octets(nil)), want: malformed},
		{id: "A36", name: "parameters", do: labelled(idRSA, octets(nil)), want: malformed, keys: "rsa"},
		{id: "A36", name: "parameters", do: labelled(idEd25519, octets(nil)), want: malformed, keys: "ed25519"},
		{id: "A36", name: "two parameters", do: labelled(idECDSASHA256, null(), null()), want: malformed},
		{id: "A37", name: "attributes signed over SHA-512, content over SHA-256", do: really(idECDSASHA512, ""), want: bad},
		{id: "A37", name: "attributes signed over SHA-512, content over SHA-256", do: really(idRSASHA512, "NULL"), want: bad, keys: "rsa"},
		{id: "A37", name: "SHA-512 under the name of SHA-256", do: signedAgain(func(e *edited) {
			e.replace(typeMessageDigest, octets(sumOf(idSHA512, e.content)))
		}), want: bad, keys: "rsa p-256"},
		{id: "A37", name: "content over SHA-512, attributes over SHA-256", do: digest(idSHA512), want: bad},
		// RFC 8419, Section 3.1: Ed25519 goes with SHA-512.
		{id: "A37", name: "Ed25519 with SHA-256 for the content", do: digest(idSHA256), want: bad, keys: "ed25519"},
		{id: "A37", name: "RSA with the digest declared beside it", do: func(e *edited) {
			e.without(typeAlgorithmProtects)
			*e.Signer(0).At(2) = *identifier(idSHA512)
			e.DigestAlgorithms().Insert(0, identifier(idSHA512))
			e.replace(typeMessageDigest, octets(sumOf(idSHA512, e.content)))
			e.Signature(0).Value = rsaRaw(rsaKey(e.tb, e.who), encodePKCS1(256, 1, digestInfo(idSHA512, sumOf(idSHA512, e.toBeSigned()), null()).Encode()))
		}, want: Accepted(nil), keys: "rsa"},
	})
}

// ecdsaSign signs a digest of any length.
func ecdsaSign(e *edited, sum []byte) []byte {
	e.tb.Helper()
	key, ok := e.who.Key.Signer.(*ecdsa.PrivateKey)
	if !ok {
		e.tb.Fatalf("a key of type %T", e.who.Key.Signer)
	}
	sig, err := ecdsa.SignASN1(rand.Reader, key, sum)
	if err != nil {
		e.tb.Fatal(err)
	}
	return sig
}
