package algorithm

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/subtle"
)

// originatorRow says how the ephemeral key for recipients of one kind looks, and
// computes with it.
type originatorRow struct {
	kind string // PublicKey.Kind of the recipient
	oid  OID    // of the ephemeral key's algorithm; written without parameters
	// nonzero refuses a shared secret of zeros, which a public key of small order
	// leads to. On the NIST curves it is an x-coordinate like any other.
	nonzero bool
	// send makes a key for one message and agrees with the recipient's.
	send func(row *originatorRow, own *PublicKey) (ephemeral, secret []byte, err error)
	// receive agrees with the key in a message, which is a *ParameterError if it
	// does not fit.
	receive func(row *originatorRow, key Agreement, own *PublicKey, from OriginatorKey) ([]byte, error)
	// read is for keys of crypto/ecdh.
	read func(on ecdh.Curve, from OriginatorKey) (*ecdh.PublicKey, error)
}

// ecdhOriginators are the keys of crypto/ecdh.
var ecdhOriginators = []originatorRow{
	{kind: "ec", oid: oidECPublicKey, send: sendEC, receive: receiveEC, read: readOriginatorPoint},          // RFC 5753, Section 3.1.1
	{kind: "x25519", oid: oidX25519, nonzero: true, send: sendECDH, receive: receiveECDH, read: readRawKey}, // RFC 8418, Section 3.2
}

// findOriginator returns the row for the kind of a recipient's key.
func findOriginator(own *PublicKey) (*originatorRow, error) {
	for i := range originatorKeys {
		if row := &originatorKeys[i]; row.kind == own.Kind {
			return row, nil
		}
	}
	return nil, noAgreement(own)
}

func noAgreement(own *PublicKey) error {
	return &UnsupportedError{Kind: "key agreement", OID: own.Identifier.OID, Detail: "no key agreement with a key of this kind"}
}

// ecdhKey returns the recipient's key as crypto/ecdh has it.
func ecdhKey(own *PublicKey) (*ecdh.PublicKey, error) {
	switch k := own.Key.(type) {
	case *ecdh.PublicKey:
		return k, nil
	case *ecdsa.PublicKey:
		if key, err := k.ECDH(); err == nil {
			return key, nil
		}
	}
	return nil, noAgreement(own)
}

// sendEC and receiveEC tell the curves of the standard library from the others.
func sendEC(row *originatorRow, own *PublicKey) (ephemeral, secret []byte, err error) {
	if onBrainpool(own) {
		return sendBrainpool(row, own)
	}
	return sendECDH(row, own)
}

func receiveEC(row *originatorRow, key Agreement, own *PublicKey, from OriginatorKey) ([]byte, error) {
	if onBrainpool(own) {
		return receiveBrainpool(row, key, own, from)
	}
	return receiveECDH(row, key, own, from)
}

func sendECDH(row *originatorRow, own *PublicKey) (ephemeral, secret []byte, err error) {
	remote, err := ecdhKey(own)
	if err != nil {
		return nil, nil, err
	}
	key, err := remote.Curve().GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	secret, err = row.agree(key, remote)
	return key.PublicKey().Bytes(), secret, err
}

func receiveECDH(row *originatorRow, key Agreement, own *PublicKey, from OriginatorKey) ([]byte, error) {
	ownKey, err := ecdhKey(own)
	if err != nil {
		return nil, err
	}
	remote, err := row.read(ownKey.Curve(), from)
	if err != nil {
		return nil, err
	}
	return row.agree(key, remote)
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

// AgreesWith reports whether an ephemeral key is of the curve of k, as far as anybody
// sees who has no private key: one on another curve was made for somebody else.
func (k *PublicKey) AgreesWith(from OriginatorKey) bool {
	id := from.Identifier
	if id.hasNone() { // the recipient's curve is meant, RFC 5753, Section 3.1.1
		id.Parameters = k.Identifier.Parameters
	}
	other, err := newPublicKey(id, from.Key)
	return err == nil && k.CanAgree && other.Kind == k.Kind && other.Name == k.Name
}

// agree computes the shared secret.
func (row *originatorRow) agree(key Agreement, remote *ecdh.PublicKey) ([]byte, error) {
	secret, err := key.ECDH(remote)
	return row.checked(secret, err)
}

// checked judges a shared secret. RFC 8418, Section 2 demands the test for
// zeros, which keys outside this process may not have made.
func (row *originatorRow) checked(secret []byte, err error) ([]byte, error) {
	if err != nil {
		return nil, unwrapFailure(err)
	}
	if row.nonzero && subtle.ConstantTimeCompare(secret, make([]byte, len(secret))) == 1 {
		return nil, ErrUnwrap
	}
	return secret, nil
}

// ProveAgreement shows that key is the private half of own: both agree on one
// secret with a fresh key. It takes what agreements are written for, and what is
// only read.
func ProveAgreement(key Agreement, own *PublicKey) error {
	row, err := findOriginator(own)
	if err != nil {
		return err
	}
	ephemeral, want, err := row.send(row, own)
	if err != nil {
		return err
	}
	defer clear(want)
	got, err := row.receive(row, key, own, OriginatorKey{Identifier: Identifier{OID: row.oid}, Key: ephemeral})
	if err != nil {
		return err
	}
	defer clear(got)
	if subtle.ConstantTimeCompare(got, want) != 1 {
		return ErrUnwrap
	}
	return nil
}
