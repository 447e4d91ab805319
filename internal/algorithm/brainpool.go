package algorithm

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"

	"smimectl/internal/algorithm/brainpool"
)

// brainpoolCurves are those of RFC 5639 that are met in mail, at their identifiers
// of Section 4.1. Signatures are verified and contents decrypted (RFC 5753); nothing
// is made for these keys: other programs seldom take them.
var brainpoolCurves = []curve{
	{name: "brainpoolp256r1", title: "brainpoolP256r1", oid: OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x07") /* 1.3.36.3.3.2.8.1.1.7 */, standard: "RFC 5639, Section 4.1", brainpool: brainpool.P256r1},
	{name: "brainpoolp384r1", title: "brainpoolP384r1", oid: OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x0b") /* 1.3.36.3.3.2.8.1.1.11 */, standard: "RFC 5639, Section 4.1", brainpool: brainpool.P384r1},
	{name: "brainpoolp512r1", title: "brainpoolP512r1", oid: OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x0d") /* 1.3.36.3.3.2.8.1.1.13 */, standard: "RFC 5639, Section 4.1", brainpool: brainpool.P512r1},
	{name: "brainpoolp256t1", title: "brainpoolP256t1", oid: OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x08") /* 1.3.36.3.3.2.8.1.1.8 */, standard: "RFC 5639, Section 4.1", brainpool: brainpool.P256t1},
	{name: "brainpoolp384t1", title: "brainpoolP384t1", oid: OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x0c") /* 1.3.36.3.3.2.8.1.1.12 */, standard: "RFC 5639, Section 4.1", brainpool: brainpool.P384t1},
	{name: "brainpoolp512t1", title: "brainpoolP512t1", oid: OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x0e") /* 1.3.36.3.3.2.8.1.1.14 */, standard: "RFC 5639, Section 4.1", brainpool: brainpool.P512t1},
}

func onBrainpool(own *PublicKey) bool {
	_, ok := own.Key.(*brainpool.PublicKey)
	return ok
}

// brainpoolKey is a private key on one of the curves. It agrees on secrets, and
// signs nothing.
type brainpoolKey struct{ *brainpool.PrivateKey }

// ECDH fails: no curve of crypto/ecdh is one of these.
func (*brainpoolKey) ECDH(*ecdh.PublicKey) ([]byte, error) {
	return nil, &KeyError{Kind: "ec", Detail: "key of another curve"}
}

func (c *curve) readBrainpoolPublicKey(bits []byte) (*PublicKey, error) {
	key, err := c.brainpool().ParsePublicKey(bits)
	if err != nil {
		return nil, &KeyError{Kind: "ec", Detail: "point is not on the curve"}
	}
	return &PublicKey{
		Kind: "ec", Name: c.name, Title: c.title, Bits: 8 * key.Curve().Size(),
		Key: key, CanSign: true, CanAgree: true, ReadOnly: true, canonical: key.Bytes(),
	}, nil
}

// readBrainpoolPrivateKey reads a private number; the point beside it, if there is
// one, must be its own.
func (c *curve) readBrainpoolPrivateKey(scalar, point []byte) (*softKey, error) {
	on := c.brainpool()
	padded, err := padScalar(scalar, on.Size())
	if err != nil {
		return nil, err
	}
	private, err := on.ParsePrivateKey(padded)
	if err != nil {
		return nil, errScalar
	}
	public := private.PublicKey().Bytes()
	if point != nil {
		if beside, err := on.ParsePublicKey(point); err != nil || !bytes.Equal(beside.Bytes(), public) {
			return nil, errWrongPublicKey("ec")
		}
	}
	key := &brainpoolKey{private}
	return &softKey{public: public, identifier: c.identifier(), key: key, agreement: key}, nil
}

// curveOf returns the row of a key's curve.
func curveOf(key *brainpool.PublicKey) *curve {
	for i := range brainpoolCurves {
		if key != nil && brainpoolCurves[i].brainpool() == key.Curve() {
			return &brainpoolCurves[i]
		}
	}
	return nil
}

func encodeBrainpoolPublicKey(key *brainpool.PublicKey) (Identifier, []byte, bool) {
	c := curveOf(key)
	if c == nil {
		return Identifier{}, nil, false
	}
	return c.identifier(), key.Bytes(), true
}

// sendBrainpool makes an ephemeral key as any sender would. [KeyAgreementFor]
// offers it to nobody: it serves to prove that a private key fits.
func sendBrainpool(row *originatorRow, own *PublicKey) (ephemeral, secret []byte, err error) {
	remote, ok := own.Key.(*brainpool.PublicKey)
	if !ok {
		return nil, nil, noAgreement(own)
	}
	scalar := make([]byte, remote.Curve().Size())
	defer clear(scalar)
	for {
		if _, err := rand.Read(scalar); err != nil {
			return nil, nil, err
		}
		key, err := remote.Curve().ParsePrivateKey(scalar)
		if err != nil {
			continue // 0, or the order and more: some third of all numbers
		}
		secret, err = key.ECDH(remote)
		secret, err = row.checked(secret, err)
		return key.PublicKey().Bytes(), secret, err
	}
}

// receiveBrainpool reads the ephemeral key as [readOriginatorPoint] does.
func receiveBrainpool(row *originatorRow, key Agreement, own *PublicKey, from OriginatorKey) ([]byte, error) {
	off := &ParameterError{Name: "originatorKey", Detail: "no point on the recipient's curve"}
	public, ok := own.Key.(*brainpool.PublicKey)
	c := curveOf(public)
	if !ok || c == nil {
		return nil, noAgreement(own)
	}
	if !from.Identifier.hasNone() && !bytes.Equal(from.Identifier.Parameters, c.parameters()) {
		return nil, off
	}
	remote, err := public.Curve().ParsePublicKey(from.Key)
	if err != nil {
		return nil, off
	}
	private, ok := key.(*brainpoolKey)
	if !ok {
		return nil, noAgreement(own)
	}
	secret, err := private.PrivateKey.ECDH(remote)
	return row.checked(secret, err)
}
