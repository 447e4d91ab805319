package algorithm

import (
	"crypto/ecdh"
	"crypto/ecdsa"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// readECPrivateKey reads the form of RFC 5915, Section 3, within PrivateKeyInfo:
//
//	ECPrivateKey ::= SEQUENCE {
//	    version        INTEGER { ecPrivkeyVer1(1) },
//	    privateKey     OCTET STRING,
//	    parameters [0] ECParameters OPTIONAL,
//	    publicKey  [1] BIT STRING OPTIONAL }
//
// A curve or a public key inside that differs from what stands around it or
// from what the private key gives is refused.
func readECPrivateKey(id Identifier, octets []byte) (*softKey, error) {
	malformed := &KeyError{Kind: "ec", Detail: "not one ECPrivateKey"}
	s := cryptobyte.String(octets)
	var body, scalar, inner cryptobyte.String
	var version uint64
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() || !body.ReadASN1Integer(&version) || version != 1 ||
		!body.ReadASN1(&scalar, asn1.OCTET_STRING) {
		return nil, malformed
	}
	var hasParameters bool
	if !body.ReadOptionalASN1(&inner, &hasParameters, asn1.Tag(0).Constructed().ContextSpecific()) {
		return nil, malformed
	}
	outer := id.Parameters
	if hasParameters {
		if len(outer) > 0 && string(outer) != string(inner) {
			return nil, &KeyError{Kind: "ec", Detail: "two different curves"}
		}
		outer = inner
	}
	c, err := readECParameters(outer)
	if err != nil {
		return nil, err
	}
	var public cryptobyte.String
	var hasPublic bool
	if !body.ReadOptionalASN1(&public, &hasPublic, asn1.Tag(1).Constructed().ContextSpecific()) || !body.Empty() {
		return nil, malformed
	}
	var bits []byte // the point beside it
	if hasPublic {
		// QUIRK: Bouncy Castle of the 2000s counted the zero bits at the end of
		// the point as unused. The octets are all there and must be right.
		var unused uint8
		if !public.ReadASN1((*cryptobyte.String)(&bits), asn1.BIT_STRING) || !public.Empty() ||
			!(*cryptobyte.String)(&bits).ReadUint8(&unused) || unused > 7 {
			return nil, malformed
		}
	}
	if c.brainpool != nil {
		return c.readBrainpoolPrivateKey(scalar, bits)
	}
	key, err := c.readScalar(scalar)
	if err != nil {
		return nil, err
	}
	if hasPublic {
		if point, err := c.readPoint(bits); err != nil || !point.Equal(&key.PublicKey) {
			return nil, errWrongPublicKey("ec")
		}
	}
	agreement, err := key.ECDH()
	if err != nil {
		return nil, malformed
	}
	_, public, _ = encodeECPublicKey(&key.PublicKey)
	return &softKey{public: public, identifier: c.identifier(), key: key, signer: key, agreement: agreement}, nil
}

// readScalar reads a private key, a number from 1 to below the order.
//
// QUIRK: RFC 5915 fixes the length, but old OpenSSL and Java key files leave out
// leading zeros or, treating it as a signed number, write one too many.
func (c *curve) readScalar(b []byte) (*ecdsa.PrivateKey, error) {
	padded, err := padScalar(b, c.size())
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.ParseRawPrivateKey(c.curve(), padded)
	if err != nil {
		return nil, errScalar
	}
	return key, nil
}

var errScalar = &KeyError{Kind: "ec", Detail: "private key is not between 0 and the order"}

func padScalar(b []byte, size int) ([]byte, error) {
	for len(b) > size && b[0] == 0 {
		b = b[1:]
	}
	if len(b) > size {
		return nil, &KeyError{Kind: "ec", Detail: "private key is too long"}
	}
	padded := make([]byte, size)
	copy(padded[len(padded)-len(b):], b)
	return padded, nil
}

func encodeECPrivateKey(key any) (Identifier, []byte, bool) {
	var scalar, public []byte
	var id Identifier
	var ok bool
	if k, isECDH := key.(*ecdh.PrivateKey); isECDH && k != nil {
		scalar = k.Bytes()
		id, public, ok = encodeECPublicKey(k.PublicKey())
	} else if k, isECDSA := key.(*ecdsa.PrivateKey); isECDSA && k != nil {
		var err error
		if scalar, err = k.Bytes(); err != nil {
			return Identifier{}, nil, false
		}
		id, public, ok = encodeECPublicKey(&k.PublicKey)
	} else if k, isBrainpool := key.(*brainpoolKey); isBrainpool && k != nil {
		scalar = k.Bytes()
		id, public, ok = encodeBrainpoolPublicKey(k.PublicKey())
	}
	if !ok {
		return Identifier{}, nil, false
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1OctetString(scalar)
		b.AddASN1(asn1.Tag(1).Constructed().ContextSpecific(), func(b *cryptobyte.Builder) {
			b.AddASN1BitString(public)
		})
	})
	return id, b.BytesOrPanic(), true
}
