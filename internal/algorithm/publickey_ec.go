package algorithm

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm/brainpool"
)

const oidECPublicKey = OID("\x2a\x86\x48\xce\x3d\x02\x01") // 1.2.840.10045.2.1

// curve is one row of the curve table.
type curve struct {
	name     string
	title    string
	oid      OID
	standard string
	// Of the curves of the standard library; nil for others. (A function, because the
	// first use of any has the parameters of all of them computed.)
	curve  func() elliptic.Curve
	ecdh   ecdh.Curve
	digest *Digest // the default beside it, RFC 5753, Section 8
	// brainpool is of the curves of RFC 5639, which are only read.
	brainpool func() *brainpool.Curve
}

// nistCurves are those of RFC 5480, Section 2.1.1.1.
var nistCurves = []curve{
	{name: "p-256", title: "P-256", oid: OID("\x2a\x86\x48\xce\x3d\x03\x01\x07") /* 1.2.840.10045.3.1.7 */, standard: "RFC 5480, Section 2.1.1.1", curve: elliptic.P256, ecdh: ecdh.P256(), digest: sha256Digest},
	{name: "p-384", title: "P-384", oid: OID("\x2b\x81\x04\x00\x22") /* 1.3.132.0.34 */, standard: "RFC 5480, Section 2.1.1.1", curve: elliptic.P384, ecdh: ecdh.P384(), digest: sha384Digest},
	{name: "p-521", title: "P-521", oid: OID("\x2b\x81\x04\x00\x23") /* 1.3.132.0.35 */, standard: "RFC 5480, Section 2.1.1.1", curve: elliptic.P521, ecdh: ecdh.P521(), digest: sha512Digest},
}

// Elliptic curve keys (RFC 5480): one OID for signing and key agreement.
var ecKeyKinds = []*keyKind{
	{oid: oidECPublicKey, name: "ec", standard: "RFC 5480, Section 2.1.1", strength: strengthOfCurve, public: readECPublicKey, private: readECPrivateKey,
		encodePublic: encodeECPublicKey, encodePrivate: encodeECPrivateKey,
		signature: ecdsaSignatureFor,
		generate: []keyGenerator{
			{"p-256", func() (any, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }},
			{"p-384", func() (any, error) { return ecdsa.GenerateKey(elliptic.P384(), rand.Reader) }},
			{"p-521", func() (any, error) { return ecdsa.GenerateKey(elliptic.P521(), rand.Reader) }},
		}},
}

func (c *curve) identifier() Identifier {
	return Identifier{OID: oidECPublicKey, Parameters: c.parameters()}
}

// parameters returns namedCurve, the only form of ECParameters that PKIX
// allows.
func (c *curve) parameters() []byte {
	var b cryptobyte.Builder
	c.oid.AddTo(&b)
	return b.BytesOrPanic()
}

// size returns the octets of a coordinate and of a private key.
func (c *curve) size() int { return (c.curve().Params().BitSize + 7) / 8 }

// readECParameters returns the curve that ECParameters name. Parameters given
// in full or inherited are not read (RFC 5480, Section 2.1.1): a curve of the
// sender's making proves nothing.
func readECParameters(parameters []byte) (*curve, error) {
	s := cryptobyte.String(parameters)
	if !s.Empty() && !s.PeekASN1Tag(asn1.SEQUENCE) && !s.PeekASN1Tag(asn1.NULL) && !s.PeekASN1Tag(asn1.OBJECT_IDENTIFIER) {
		return nil, &ParameterError{Name: "ec", Detail: "no curve"}
	}
	byName := s.PeekASN1Tag(asn1.OBJECT_IDENTIFIER)
	oid, ok := ReadOID(&s)
	if byName && (!ok || !s.Empty()) {
		return nil, &ParameterError{Name: "ec", Detail: "the name of the curve is no OBJECT IDENTIFIER"}
	}
	if !ok || !s.Empty() {
		return nil, &UnsupportedError{Kind: "key", OID: oidECPublicKey, Detail: "curve is not given by its name"}
	}
	for i := range ecCurves {
		if ecCurves[i].oid == oid {
			return &ecCurves[i], nil
		}
	}
	return nil, unsupported("elliptic curve", oid)
}

func readECPublicKey(id Identifier, bits []byte) (*PublicKey, error) {
	c, err := readECParameters(id.Parameters)
	if err != nil {
		return nil, err
	}
	if c.brainpool != nil {
		return c.readBrainpoolPublicKey(bits)
	}
	key, err := c.readPoint(bits)
	if err != nil {
		return nil, err
	}
	canonical, err := key.Bytes()
	if err != nil {
		return nil, &KeyError{Kind: "ec", Detail: "point is not on the curve"}
	}
	return &PublicKey{
		Kind: "ec", Name: c.name, Title: c.title, Bits: c.curve().Params().BitSize,
		Key: key, CanSign: true, CanAgree: true, canonical: canonical,
	}, nil
}

// readPoint reads an ECPoint (SEC 1, Section 2.3.4), uncompressed or
// compressed. RFC 5480, Section 2.2 lets a sender compress; the hybrid form is
// excluded there.
func (c *curve) readPoint(b []byte) (*ecdsa.PublicKey, error) {
	off := &KeyError{Kind: "ec", Detail: "point is not on the curve"}
	if len(b) == 1+c.size() && (b[0] == 2 || b[0] == 3) {
		x, y := elliptic.UnmarshalCompressed(c.curve(), b)
		if x == nil {
			return nil, off
		}
		return &ecdsa.PublicKey{Curve: c.curve(), X: x, Y: y}, nil
	}
	key, err := ecdsa.ParseUncompressedPublicKey(c.curve(), b)
	if err != nil {
		return nil, off
	}
	return key, nil
}

func encodeECPublicKey(key any) (Identifier, []byte, bool) {
	if k, ok := key.(*ecdh.PublicKey); ok && k != nil {
		for i := range ecCurves {
			if ecCurves[i].ecdh == k.Curve() {
				return ecCurves[i].identifier(), k.Bytes(), true
			}
		}
		return Identifier{}, nil, false
	}
	if k, ok := key.(*brainpool.PublicKey); ok {
		return encodeBrainpoolPublicKey(k)
	}
	k, ok := key.(*ecdsa.PublicKey)
	if !ok || k == nil || k.Curve == nil {
		return Identifier{}, nil, false
	}
	for i := range ecCurves {
		if ecCurves[i].curve != nil && ecCurves[i].curve() == k.Curve {
			bits, err := k.Bytes()
			return ecCurves[i].identifier(), bits, err == nil
		}
	}
	return Identifier{}, nil, false
}
