package algorithm

import "slices"

// KeyAgreement is an ephemeral-static key agreement: a fresh key of the sender
// and the recipient's key give a shared secret, a key derivation function makes
// a key-encryption key of it, and a key wrap encrypts the content-encryption
// key (RFC 5652, Section 6.2.2; RFC 5753, Section 3.1; RFC 8418).
type KeyAgreement struct {
	Name       string     // "ecdh-sha256kdf", "x25519-hkdf-sha256"
	Identifier Identifier // as in keyEncryptionAlgorithm, the key wrap in its parameters
	Wrap       *KeyWrap
	Status     Status // the worse one of agreement and key wrap

	kdf    kdf
	wrapID Identifier // as it stands in the message
}

// OriginatorKey is the sender's ephemeral public key:
//
//	OriginatorPublicKey ::= SEQUENCE {
//	    algorithm AlgorithmIdentifier,
//	    publicKey BIT STRING }
type OriginatorKey struct {
	Identifier Identifier
	Key        []byte // the octets of the BIT STRING
}

// agreementRow is one line of the key agreement table.
type agreementRow struct {
	name   string
	oid    OID
	kdf    kdf
	status Status
	keys   []string // names of the keys for which this row is written
	fits   []string // kinds of the keys for which it is written when it is asked for

	standard string
}

// FindKeyAgreement returns the key agreement that id names, with the key wrap
// that its parameters name (RFC 5753, Section 7.1.4).
func FindKeyAgreement(id Identifier) (*KeyAgreement, error) {
	for row := range keyAgreements.rows() {
		if row.oid == id.OID {
			return row.with(id)
		}
	}
	return nil, unsupported("key agreement", id.OID)
}

// with returns the row's key agreement with the parameters of id.
func (row *agreementRow) with(id Identifier) (*KeyAgreement, error) {
	wrapID, err := ParseIdentifier(id.Parameters)
	if err != nil {
		return nil, &ParameterError{Name: row.name, Detail: "no key wrap algorithm"}
	}
	wrap, err := FindKeyWrap(wrapID)
	if err != nil {
		return nil, err
	}
	return &KeyAgreement{
		Name:       row.name,
		Identifier: id,
		Wrap:       wrap,
		Status:     max(row.status, wrap.Status),
		kdf:        row.kdf,
		wrapID:     wrapID,
	}, nil
}

// KeyAgreementFor returns the key agreement to be written for a recipient's key
// and a content-encryption key of cekSize octets: the key wrap has the same
// size (RFC 8551, Section 2.3).
func KeyAgreementFor(pub *PublicKey, cekSize int) (*KeyAgreement, error) {
	if pub.CanAgree {
		for row := range keyAgreements.rows() {
			if slices.Contains(row.keys, pub.Name) {
				return row.wrapping(cekSize)
			}
		}
	}
	return nil, &UnsupportedError{Kind: "key agreement", OID: pub.Identifier.OID, Detail: "no key agreement with a key of this kind"}
}

// wrapping returns the row's key agreement for a content-encryption key of cekSize
// octets.
func (row *agreementRow) wrapping(cekSize int) (*KeyAgreement, error) {
	wrap, err := KeyWrapFor(cekSize)
	if err != nil {
		return nil, err
	}
	return row.with(Identifier{OID: row.oid, Parameters: wrap.Identifier().DER()})
}

// SendsUKM reports whether user keying material is to be sent. RFC 5753, Section
// 3.1.1 asks for it; with HKDF peers differ on what it does (RFC 8418, Section
// 2.2), so it is left out.
func (a *KeyAgreement) SendsUKM() bool { return !a.kdf.salted }

// Encrypt returns cek encrypted to pub, and the ephemeral key made for it. A nil
// ukm is absent; an empty one is a value.
func (a *KeyAgreement) Encrypt(pub *PublicKey, ukm, cek []byte) (OriginatorKey, []byte, error) {
	fail := func(err error) (OriginatorKey, []byte, error) { return OriginatorKey{}, nil, err }
	row, err := findOriginator(pub)
	if err != nil {
		return fail(err)
	}
	ephemeral, secret, err := row.send(row, pub)
	if err != nil {
		return fail(err)
	}
	defer clear(secret)
	kek, err := a.kek(secret, a.wrapID, ukm, ukm)
	if err != nil {
		return fail(err)
	}
	defer clear(kek)
	wrapped, err := a.Wrap.Wrap(kek, cek)
	if err != nil {
		return fail(err)
	}
	return OriginatorKey{Identifier: Identifier{OID: row.oid}, Key: ephemeral}, wrapped, nil
}

// Decrypt recovers the content-encryption key that was encrypted to own, whose
// private half is key. An originator key that does not fit own is a
// *ParameterError; what depends on the private key is [ErrUnwrap].
//
// QUIRK: some senders write NULL parameters to the AES key wrap in the message
// or in the input of the key derivation function, but not in the other. The
// form of the message is tried first, then the other one.
//
// QUIRK: Bouncy Castle leaves the salt of HKDF empty where RFC 8418, Section 2.2
// wants the ukm. The RFC's way is tried first.
//
// The key wrap's own integrity check tells which one is right, so that trying
// gives nothing away but the sender's habit.
func (a *KeyAgreement) Decrypt(key Agreement, own *PublicKey, from OriginatorKey, ukm, encryptedKey []byte) ([]byte, error) {
	if key == nil {
		return nil, &UnsupportedError{Kind: "key agreement", OID: a.Identifier.OID, Detail: "the private key cannot agree on keys"}
	}
	row, err := findOriginator(own)
	if err != nil {
		return nil, err
	}
	if from.Identifier.OID != row.oid {
		return nil, &ParameterError{Name: "originatorKey", Detail: "not of the recipient's kind"}
	}
	secret, err := row.receive(row, key, own, from)
	if err != nil {
		return nil, err
	}
	defer clear(secret)
	salts := [][]byte{ukm}
	if a.kdf.salted && len(ukm) > 0 {
		salts = append(salts, nil)
	}
	for _, keyInfo := range keyInfos(a.wrapID) {
		for _, salt := range salts {
			kek, err := a.kek(secret, keyInfo, ukm, salt)
			if err != nil {
				return nil, err
			}
			cek, err := a.Wrap.Unwrap(kek, encryptedKey)
			clear(kek)
			if err == nil {
				return cek, nil
			}
		}
	}
	return nil, ErrUnwrap
}

// keyInfos returns the forms of keyInfo to be tried: as in the message, and
// with its parameters absent instead of NULL or the other way round.
func keyInfos(id Identifier) []Identifier {
	other := Identifier{OID: id.OID}
	if len(id.Parameters) == 0 {
		other.Parameters = nullParameters()
	}
	return []Identifier{id, other}
}

// kek derives the key-encryption key.
func (a *KeyAgreement) kek(secret []byte, keyInfo Identifier, ukm, salt []byte) ([]byte, error) {
	return a.kdf.derive(a.kdf.hash.New, secret, salt, eccSharedInfo(keyInfo, ukm, a.Wrap.KeySize), a.Wrap.KeySize)
}
