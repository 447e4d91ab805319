package cms

import (
	"crypto/rand"
	"errors"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms/ber"
)

// Recipient is somebody to encrypt to: by his certificate, or else by a password
// or a key-encryption key that he shares with the sender.
type Recipient struct {
	Certificate *cert.Certificate
	// Password is for a PasswordRecipientInfo; nil is none.
	Password []byte
	// KEK is an AES key of 16, 24 or 32 octets, and KEKID its name.
	KEK, KEKID []byte
	// OAEP asks for RSAES-OAEP where the key is an RSA key.
	OAEP bool
	// By asks for one way to encrypt the key. It has to fit the key; nil leaves it to
	// the kind of the key, and to OAEP.
	By *algorithm.KeyEncryption
	// ByKeyID names the certificate by its subject key identifier instead of
	// issuer and serial number.
	ByKeyID bool
}

// RecipientError says for which certificate no RecipientInfo can be made.
type RecipientError struct {
	Certificate *cert.Certificate
	Err         error
}

// Error returns the cause; whose certificate it is the caller says better.
func (e *RecipientError) Error() string {
	return "cms: cannot encrypt to this certificate: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *RecipientError) Unwrap() error { return e.Err }

var errNoEncryption = errors.New("its key is for signatures only")

// ukmSize is the size of the user keying material, which RFC 5753, Section
// 3.1.1 wants to be sent.
const ukmSize = 32

// makeRecipients wraps the key for everybody. It returns the RecipientInfos in
// the order of DER, and the version they give an EnvelopedData (RFC 5652, Section
// 6.1). A certificate that is named twice gets one.
func makeRecipients(recipients []Recipient, cek []byte) (infos [][]byte, version int, err error) {
	for i, r := range recipients {
		var info []byte
		var v int
		switch {
		case r.Certificate != nil:
			if slices.ContainsFunc(recipients[:i], func(o Recipient) bool {
				return o.Certificate != nil && o.Certificate.Equal(r.Certificate)
			}) {
				continue
			}
			if info, v, err = r.wrap(cek); err != nil {
				return nil, 0, &RecipientError{r.Certificate, err}
			}
		case r.Password != nil:
			info, v, err = passwordRecipient(r.Password, cek)
		case r.KEK != nil:
			info, v, err = kekRecipient(r.KEK, r.KEKID, cek)
		default:
			err = errors.New("cms: recipient without a certificate")
		}
		if err != nil {
			return nil, 0, err
		}
		infos = append(infos, info)
		version = max(version, v)
	}
	if len(infos) == 0 {
		return nil, 0, errors.New("cms: no recipients")
	}
	return sorted(infos), version, nil
}

// wrap makes a RecipientInfo, and says which version it gives the structure: 0
// and 2 as RFC 5652, Section 6.1 has it, 3 for other kinds.
func (r Recipient) wrap(cek []byte) ([]byte, int, error) {
	key, err := r.Certificate.PublicKey()
	if err != nil {
		return nil, 0, err
	}
	id, err := identify(r.Certificate, r.ByKeyID)
	if err != nil {
		return nil, 0, err
	}
	if r.By != nil && !r.By.Fits(key) {
		return nil, 0, &algorithm.UnsupportedError{Kind: "key encryption", OID: key.Identifier.OID, Detail: r.By.Name + " does not go with a key of kind " + key.Title}
	}
	switch {
	case key.CanTransport:
		return r.transport(key, id, cek)
	case key.CanAgree:
		return r.agree(key, id, cek)
	case key.CanEncapsulate:
		return encapsulate(key, id, cek)
	}
	return nil, 0, errNoEncryption
}

// transport makes a KeyTransRecipientInfo (RFC 5652, Section 6.2.1).
func (r Recipient) transport(key *algorithm.PublicKey, id SignerID, cek []byte) (der []byte, version int, err error) {
	var t *algorithm.KeyTransport
	if r.By != nil {
		t = r.By.Transport()
	} else if t, err = algorithm.KeyTransportFor(key, r.OAEP); err != nil {
		return nil, 0, err
	}
	encrypted, err := t.Encrypt(key, cek)
	if err != nil {
		return nil, 0, err
	}
	if id.IssuerSerial == nil {
		version = 2
	}
	octets := ber.AppendHeader(make([]byte, 0, 8), ber.OctetString, false, uint64(len(encrypted)))
	return ber.Wrap(ber.Sequence, []byte{byte(ber.Integer.Number), 1, byte(version)}, id.der(), t.Identifier.DER(), octets, encrypted), version, nil
}

// agreement returns the way that is asked for, or else what suits the key.
func (r Recipient) agreement(key *algorithm.PublicKey, cekSize int) (*algorithm.KeyAgreement, error) {
	if r.By != nil {
		return r.By.Agreement(cekSize)
	}
	return algorithm.KeyAgreementFor(key, cekSize)
}

// agree makes a KeyAgreeRecipientInfo with an ephemeral key (RFC 5652, Section
// 6.2.2; RFC 5753, Section 3.1.1; RFC 8418, Section 3).
func (r Recipient) agree(key *algorithm.PublicKey, id SignerID, cek []byte) ([]byte, int, error) {
	a, err := r.agreement(key, len(cek))
	if err != nil {
		return nil, 0, err
	}
	var ukm []byte
	if a.SendsUKM() {
		ukm = make([]byte, ukmSize)
		rand.Read(ukm)
	}
	from, encrypted, err := a.Encrypt(key, ukm, cek)
	if err != nil {
		return nil, 0, err
	}
	context := func(n uint8) asn1.Tag { return asn1.Tag(n).Constructed().ContextSpecific() }
	var b cryptobyte.Builder
	b.AddASN1(context(1), func(b *cryptobyte.Builder) {
		b.AddASN1Int64(3)
		b.AddASN1(context(0), func(b *cryptobyte.Builder) {
			b.AddASN1(context(1), func(b *cryptobyte.Builder) {
				from.Identifier.AddTo(b)
				b.AddASN1BitString(from.Key)
			})
		})
		if ukm != nil {
			b.AddASN1(context(1), func(b *cryptobyte.Builder) { b.AddASN1OctetString(ukm) })
		}
		a.Identifier.AddTo(b)
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				if id.IssuerSerial == nil {
					b.AddASN1(context(0), func(b *cryptobyte.Builder) { b.AddASN1OctetString(id.KeyID) })
				} else {
					id.addTo(b)
				}
				b.AddASN1OctetString(encrypted)
			})
		})
	})
	der, err := b.Bytes()
	return der, 2, err
}
