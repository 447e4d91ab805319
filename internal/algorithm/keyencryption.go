package algorithm

import "slices"

// KeyEncryption is a way to encrypt content-encryption keys that can be asked for by
// name, where the key of a recipient leaves a choice: the paddings of RSA, and the
// key derivations of ECDH. With ML-KEM there is one way (RFC 9936, Section 2.1).
type KeyEncryption struct {
	Name     string   // "rsa-oaep-sha384", "ecdh-sha256kdf"
	Keys     []string // kinds of the keys it goes with
	Standard string

	transport *KeyTransport
	agreement *agreementRow
}

// KeyEncryptions returns all of them. The usual form of RSAES-OAEP has two names:
// "rsa-oaep" and the one that tells its hash.
func KeyEncryptions() []*KeyEncryption { return slices.Clone(keyEncryptions()) }

func everyKeyEncryption() []*KeyEncryption {
	var list []*KeyEncryption
	for i := range keyTransports {
		for n, t := range keyTransports[i].written() {
			e := KeyEncryption{Name: t.Name, Keys: []string{"rsa"}, Standard: keyTransports[i].standard, transport: t}
			if n == 0 {
				first := e
				list = append(list, &first)
			}
			if t.Detail != "" {
				e.Name = t.FullName()
				list = append(list, &e)
			}
		}
	}
	for row := range keyAgreements.rows() {
		if len(row.fits) > 0 {
			list = append(list, &KeyEncryption{Name: row.name, Keys: row.fits, Standard: row.standard, agreement: row})
		}
	}
	return list
}

// KeyEncryptionByName returns the one of that name. One that is read only is an
// *UnsupportedError with its OID, a name that is none has no OID.
func KeyEncryptionByName(name string) (*KeyEncryption, error) {
	for _, e := range KeyEncryptions() {
		if e.Name == name {
			return e, nil
		}
	}
	for row := range keyAgreements.rows() {
		if row.name == name {
			return nil, &UnsupportedError{Kind: "key agreement", OID: row.oid, Detail: name + " is only read"}
		}
	}
	return nil, &UnsupportedError{Kind: "key encryption", Detail: "none has that name"}
}

// Fits reports whether a key can be encrypted to in this way.
func (e *KeyEncryption) Fits(pub *PublicKey) bool {
	if !slices.Contains(e.Keys, pub.Kind) || pub.ReadOnly {
		return false
	}
	if e.transport != nil {
		return pub.CanTransport && e.transport.CheckKey(pub) == nil
	}
	return pub.CanAgree
}

// Transport returns the key transport; nil where it is none.
func (e *KeyEncryption) Transport() *KeyTransport { return e.transport }

// Agreement returns the key agreement for a content-encryption key of cekSize octets;
// nil where it is none.
func (e *KeyEncryption) Agreement(cekSize int) (*KeyAgreement, error) {
	if e.agreement == nil {
		return nil, nil
	}
	return e.agreement.wrapping(cekSize)
}
