package algorithm

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/subtle"
)

// originatorRow says how the ephemeral key for recipients of one kind looks.
type originatorRow struct {
	kind string // PublicKey.Kind of the recipient
	oid  OID    // of the ephemeral key's algorithm; written without parameters
	// nonzero refuses a shared secret of zeros, which a public key of small order
	// leads to. On the NIST curves it is an x-coordinate like any other.
	nonzero bool
	read    func(on ecdh.Curve, from OriginatorKey) (*ecdh.PublicKey, error)
}

var originatorKeys = []originatorRow{
	{kind: "ec", oid: oidECPublicKey, read: readOriginatorPoint},      // RFC 5753, Section 3.1.1
	{kind: "x25519", oid: oidX25519, nonzero: true, read: readRawKey}, // RFC 8418, Section 3.2
}

// agreementKey returns the recipient's key and the row for its kind.
func agreementKey(pub *PublicKey) (*originatorRow, *ecdh.PublicKey, error) {
	unfit := &UnsupportedError{Kind: "key agreement", OID: pub.Identifier.OID, Detail: "no key agreement with a key of this kind"}
	var key *ecdh.PublicKey
	switch k := pub.Key.(type) {
	case *ecdh.PublicKey:
		key = k
	case *ecdsa.PublicKey:
		var err error
		if key, err = k.ECDH(); err != nil {
			return nil, nil, unfit
		}
	default:
		return nil, nil, unfit
	}
	for i := range originatorKeys {
		if row := &originatorKeys[i]; row.kind == pub.Kind {
			return row, key, nil
		}
	}
	return nil, nil, unfit
}

// readOriginatorPoint reads an ephemeral key on the recipient's own curve,
// compressed or not. A curve named beside it must be that one; it may be
// absent, as RFC 5753, Section 3.1.1 wants, or NULL, the older form
// (Section 7.1.2). Hybrid forms, the point at infinity and points off the curve
// are refused.
func readOriginatorPoint(on ecdh.Curve, from OriginatorKey) (*ecdh.PublicKey, error) {
	off := &ParameterError{Name: "originatorKey", Detail: "no point on the recipient's curve"}
	for i := range ecCurves {
		c := &ecCurves[i]
		if c.ecdh != on {
			continue
		}
		if !from.Identifier.hasNone() && !bytes.Equal(from.Identifier.Parameters, c.parameters()) {
			return nil, off
		}
		point, err := c.readPoint(from.Key)
		if err != nil {
			return nil, off
		}
		key, err := point.ECDH()
		if err != nil {
			return nil, off
		}
		return key, nil
	}
	return nil, off
}

// readRawKey reads an ephemeral key of RFC 8410: its octets and no parameters.
func readRawKey(on ecdh.Curve, from OriginatorKey) (*ecdh.PublicKey, error) {
	if !from.Identifier.hasNone() {
		return nil, &ParameterError{Name: "originatorKey", Detail: "parameters that should be absent"}
	}
	key, err := on.NewPublicKey(from.Key)
	if err != nil {
		return nil, &ParameterError{Name: "originatorKey", Detail: "wrong length"}
	}
	return key, nil
}

// agree computes the shared secret. RFC 8418, Section 2 demands the test for
// zeros, which keys outside this process may not have made.
func (row *originatorRow) agree(key Agreement, remote *ecdh.PublicKey) ([]byte, error) {
	secret, err := key.ECDH(remote)
	if err != nil {
		return nil, unwrapFailure(err)
	}
	if row.nonzero && subtle.ConstantTimeCompare(secret, make([]byte, len(secret))) == 1 {
		return nil, ErrUnwrap
	}
	return secret, nil
}
