package cms

import (
	"golang.org/x/crypto/cryptobyte"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// keyAgree reads (RFC 5652, Section 6.2.2)
//
//	KeyAgreeRecipientInfo ::= SEQUENCE {
//	    version                CMSVersion,
//	    originator         [0] EXPLICIT OriginatorIdentifierOrKey,
//	    ukm                [1] EXPLICIT OCTET STRING OPTIONAL,
//	    keyEncryptionAlgorithm AlgorithmIdentifier,
//	    recipientEncryptedKeys SEQUENCE OF RecipientEncryptedKey }
//
//	OriginatorIdentifierOrKey ::= CHOICE {
//	    issuerAndSerialNumber    IssuerAndSerialNumber,
//	    subjectKeyIdentifier [0] SubjectKeyIdentifier,
//	    originatorKey        [1] OriginatorPublicKey }
//
//	RecipientEncryptedKey ::= SEQUENCE {
//	    rid          KeyAgreeRecipientIdentifier,
//	    encryptedKey OCTET STRING }
func (rr *recipientReader) keyAgree(r *ber.Reader, ri *RecipientInfo) (err error) {
	ri.Kind = KeyAgree
	if err = rr.begin(r, ber.Context(1), ri); err != nil {
		return err
	}
	rr.version(ri, 3)
	if err = r.Enter(ber.Context(0)); err != nil {
		return err
	}
	if own, err := r.Is(ber.Context(1)); err != nil {
		return err
	} else if own {
		ri.Originator, err = rr.originatorKey(r)
		if err != nil {
			return err
		}
	} else if ri.OriginatorID, err = rr.identifier(r); err != nil {
		return err
	}
	if err = r.Leave(); err != nil {
		return err
	}
	if ukm, err := r.Is(ber.Context(1)); err != nil {
		return err
	} else if ukm {
		if err = rr.ukm(r, ber.Context(1), ri); err != nil {
			return err
		}
	}
	if ri.Algorithm, err = readIdentifier(r, rr.lim); err != nil {
		return err
	}
	if err = r.Enter(ber.Sequence); err != nil {
		return err
	}
	for n := 0; ; n++ {
		more, err := r.More()
		if err != nil {
			return err
		}
		if !more {
			if n == 0 {
				return &MalformedError{r.Offset(), "key agreement without recipients"}
			}
			break
		}
		one := *ri
		if err := rr.recipientEncryptedKey(r, &one); err != nil {
			return err
		}
		if err := rr.add(&one); err != nil {
			return err
		}
	}
	if err = r.Leave(); err != nil {
		return err
	}
	return r.Leave()
}

// ukm reads user keying material under an explicit tag.
func (rr *recipientReader) ukm(r *ber.Reader, tag ber.Tag, ri *RecipientInfo) (err error) {
	if err = r.Enter(tag); err != nil {
		return err
	}
	if ri.UKM, err = r.Octets(ber.OctetString, rr.lim.Element); err != nil {
		return err
	}
	if ri.UKM == nil {
		ri.UKM = []byte{} // present, but empty
	}
	return r.Leave()
}

// originatorKey reads (RFC 5652, Section 6.2.2)
//
//	OriginatorPublicKey ::= SEQUENCE {
//	    algorithm AlgorithmIdentifier,
//	    publicKey BIT STRING }
func (rr *recipientReader) originatorKey(r *ber.Reader) (*algorithm.OriginatorKey, error) {
	if err := r.Enter(ber.Context(1)); err != nil {
		return nil, err
	}
	id, err := readIdentifier(r, rr.lim)
	if err != nil {
		return nil, err
	}
	offset := r.Offset()
	der, err := r.DER(rr.lim.Element)
	if err != nil {
		return nil, err
	}
	s := cryptobyte.String(der)
	var key []byte
	if !s.ReadASN1BitStringAsBytes(&key) || !s.Empty() {
		return nil, &MalformedError{offset, "originator's public key is no BIT STRING of whole octets"}
	}
	return &algorithm.OriginatorKey{Identifier: id, Key: key}, r.Leave()
}

func (rr *recipientReader) recipientEncryptedKey(r *ber.Reader, ri *RecipientInfo) error {
	if err := r.Enter(ber.Sequence); err != nil {
		return err
	}
	byKey, err := r.Is(ber.Context(0))
	if err != nil {
		return err
	}
	if byKey {
		// RecipientKeyIdentifier ::= SEQUENCE { subjectKeyIdentifier, date
		// OPTIONAL, other OPTIONAL }
		ri.ID.KeyID, err = rr.keyIdentifier(r, ber.Context(0))
	} else {
		ri.ID, err = rr.identifier(r)
	}
	if err != nil {
		return err
	}
	if ri.EncryptedKey, err = r.Octets(ber.OctetString, rr.lim.Element); err != nil {
		return err
	}
	return r.Leave()
}
