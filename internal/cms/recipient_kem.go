package cms

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// oriKEM is id-ori-kem (RFC 9629, Section 3).
const oriKEM algorithm.OID = arcSMIME + "\x0d\x03"

// maxKEKLength is the upper bound of kekLength in RFC 9629, Section 3.
const maxKEKLength = 65535

// Encapsulated is what a KEMRecipientInfo has besides the fields of others.
type Encapsulated struct {
	Ciphertext []byte               // kemct
	KDF        algorithm.Identifier // kdf
	KEKLength  int                  // kekLength, octets
	Wrap       algorithm.Identifier // wrap
}

// kem reads (RFC 9629, Section 3)
//
//	KEMRecipientInfo ::= SEQUENCE {
//	    version          CMSVersion,
//	    rid              RecipientIdentifier,
//	    kem              KEMAlgorithmIdentifier,
//	    kemct            OCTET STRING,
//	    kdf              KeyDerivationAlgorithmIdentifier,
//	    kekLength        INTEGER (1..65535),
//	    ukm          [0] EXPLICIT UserKeyingMaterial OPTIONAL,
//	    wrap             KeyEncryptionAlgorithmIdentifier,
//	    encryptedKey     EncryptedKey }
func (rr *recipientReader) kem(r *ber.Reader, ri *RecipientInfo) (err error) {
	if err = rr.begin(r, ber.Sequence, ri); err != nil {
		return err
	}
	rr.version(ri, 0)
	if ri.ID, err = rr.identifier(r); err != nil {
		return err
	}
	x := &Encapsulated{}
	ri.Encapsulated = x
	if ri.Algorithm, err = readIdentifier(r, rr.lim); err != nil {
		return err
	}
	if x.Ciphertext, err = r.Octets(ber.OctetString, rr.lim.Element); err != nil {
		return err
	}
	if x.KDF, err = readIdentifier(r, rr.lim); err != nil {
		return err
	}
	if x.KEKLength, err = rr.kekLength(r); err != nil {
		return err
	}
	if ukm, err := r.Is(ber.Context(0)); err != nil {
		return err
	} else if ukm {
		if err = rr.ukm(r, ber.Context(0), ri); err != nil {
			return err
		}
	}
	if x.Wrap, err = readIdentifier(r, rr.lim); err != nil {
		return err
	}
	if ri.EncryptedKey, err = r.Octets(ber.OctetString, rr.lim.Element); err != nil {
		return err
	}
	return r.Leave()
}

func (rr *recipientReader) kekLength(r *ber.Reader) (int, error) {
	offset := r.Offset()
	der, err := r.DER(rr.lim.Element)
	if err != nil {
		return 0, err
	}
	s := cryptobyte.String(der)
	var n int64
	if !s.ReadASN1Integer(&n) || !s.Empty() || n < 1 || n > maxKEKLength {
		return 0, &MalformedError{offset, "length of the key-encryption key"}
	}
	return int(n), nil
}

// encapsulatedKey recovers the content-encryption key. A ciphertext that was made
// for another key, or changed, decapsulates to some secret as well: that shows in
// the key wrap only, and is ErrDecrypt as there.
func (e *Envelope) encapsulatedKey(ri *RecipientInfo, key *algorithm.PrivateKey) ([]byte, error) {
	x := ri.Encapsulated
	k, err := algorithm.FindKeyEncapsulation(ri.Algorithm, x.KDF, x.Wrap, x.KEKLength)
	if err != nil {
		return nil, publicError(err)
	}
	if key.Decapsulator == nil {
		return nil, &algorithm.UnsupportedError{Kind: "key", OID: ri.Algorithm.OID, Detail: "the private key cannot decapsulate"}
	}
	cek, err := k.Decrypt(key.Decapsulator, key.Public, x.Ciphertext, ri.UKM, ri.EncryptedKey)
	return e.sized(cek, err)
}

// encapsulate makes an OtherRecipientInfo with a KEMRecipientInfo. ML-KEM needs no
// user keying material (RFC 9936, Section 2.1).
func encapsulate(key *algorithm.PublicKey, id SignerID, cek []byte) ([]byte, int, error) {
	k, err := algorithm.KeyEncapsulationFor(key, len(cek))
	if err != nil {
		return nil, 0, err
	}
	ciphertext, encrypted, err := k.Encrypt(key, nil, cek)
	if err != nil {
		return nil, 0, err
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.Tag(4).Constructed().ContextSpecific(), func(b *cryptobyte.Builder) {
		oriKEM.AddTo(b)
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(0)
			id.addTo(b)
			k.Identifier.AddTo(b)
			b.AddASN1OctetString(ciphertext)
			k.KDF.AddTo(b)
			b.AddASN1Int64(int64(k.Wrap.KeySize))
			k.WrapID.AddTo(b)
			b.AddASN1OctetString(encrypted)
		})
	})
	der, err := b.Bytes()
	return der, 3, err
}
