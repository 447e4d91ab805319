package cms

import (
	"slices"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// recipientReader reads the RecipientInfos of one message.
type recipientReader struct {
	lim   Limits
	found []*RecipientInfo
	notes []string
}

func (rr *recipientReader) note(text string) {
	if !slices.Contains(rr.notes, text) {
		rr.notes = append(rr.notes, text)
	}
}

func (rr *recipientReader) add(ri *RecipientInfo) error {
	if len(rr.found) >= rr.lim.Recipients {
		return &LimitError{"recipients"}
	}
	rr.found = append(rr.found, ri)
	return nil
}

// read takes one RecipientInfo (RFC 5652, Section 6.2):
//
//	RecipientInfo ::= CHOICE {
//	    ktri      KeyTransRecipientInfo,
//	    kari  [1] KeyAgreeRecipientInfo,
//	    kekri [2] KEKRecipientInfo,
//	    pwri  [3] PasswordRecipientInfo,
//	    ori   [4] OtherRecipientInfo }
//
// Errors have offsets within raw.
func (rr *recipientReader) read(raw []byte) error {
	r := ber.NewBytesReader(raw, rr.lim.ber())
	h, err := r.Peek()
	if err != nil {
		return err
	}
	ri := &RecipientInfo{Raw: raw}
	switch h.Tag {
	case ber.Sequence:
		ri.Kind, err = KeyTrans, rr.keyTrans(r, ri)
	case ber.Context(1):
		return rr.keyAgree(r, ri)
	case ber.Context(2):
		ri.Kind, err = KEK, rr.kek(r, ri)
	case ber.Context(3):
		ri.Kind, err = Password, rr.password(r, ri)
	case ber.Context(4):
		err = rr.other(r, ri)
	default:
		ri.Kind = UnknownRecipient
		rr.note("a recipient of an unknown kind")
	}
	if err != nil {
		return err
	}
	return rr.add(ri)
}

// keyTrans reads (RFC 5652, Section 6.2.1)
//
//	KeyTransRecipientInfo ::= SEQUENCE {
//	    version                CMSVersion,
//	    rid                    RecipientIdentifier,
//	    keyEncryptionAlgorithm AlgorithmIdentifier,
//	    encryptedKey           OCTET STRING }
//
//	RecipientIdentifier ::= CHOICE {
//	    issuerAndSerialNumber    IssuerAndSerialNumber,
//	    subjectKeyIdentifier [0] SubjectKeyIdentifier }
func (rr *recipientReader) keyTrans(r *ber.Reader, ri *RecipientInfo) (err error) {
	if err = rr.begin(r, ber.Sequence, ri); err != nil {
		return err
	}
	if ri.ID, err = rr.identifier(r); err != nil {
		return err
	}
	want := 0
	if ri.ID.KeyID != nil {
		want = 2
	}
	rr.version(ri, want)
	return rr.finish(r, ri)
}

// kek reads (RFC 5652, Section 6.2.3)
//
//	KEKRecipientInfo ::= SEQUENCE {
//	    version                CMSVersion,
//	    kekid                  KEKIdentifier,
//	    keyEncryptionAlgorithm AlgorithmIdentifier,
//	    encryptedKey           OCTET STRING }
//
// QUIRK: old releases of BouncyCastle tag it EXPLICIT, with a SEQUENCE within the [2].
func (rr *recipientReader) kek(r *ber.Reader, ri *RecipientInfo) (err error) {
	if err = r.Enter(ber.Context(2)); err != nil {
		return err
	}
	explicit, err := r.Is(ber.Sequence)
	if err != nil {
		return err
	}
	if explicit {
		rr.note("a key-encryption-key recipient with an explicit tag")
		if err = r.Enter(ber.Sequence); err != nil {
			return err
		}
	}
	if ri.Version, err = readVersion(r); err != nil {
		return err
	}
	rr.version(ri, 4)
	if ri.KeyIdentifier, err = rr.keyIdentifier(r, ber.Sequence); err != nil {
		return err
	}
	if err = rr.finish(r, ri); err != nil || !explicit {
		return err
	}
	return r.Leave()
}

// keyIdentifier reads a SEQUENCE of an OCTET STRING, a date and something else,
// both OPTIONAL, and returns the first.
func (rr *recipientReader) keyIdentifier(r *ber.Reader, tag ber.Tag) ([]byte, error) {
	if err := r.Enter(tag); err != nil {
		return nil, err
	}
	id, err := r.Octets(ber.OctetString, rr.lim.Element)
	if err != nil {
		return nil, err
	}
	if id == nil {
		id = []byte{}
	}
	for n := 0; ; n++ {
		more, err := r.More()
		if err != nil {
			return nil, err
		}
		if !more || n == 2 {
			break
		}
		rr.note("date or other attribute of a recipient's key identifier ignored")
		if err := r.Skip(); err != nil {
			return nil, err
		}
	}
	return id, r.Leave()
}

// password reads (RFC 5652, Section 6.2.4)
//
//	PasswordRecipientInfo ::= SEQUENCE {
//	    version                    CMSVersion,
//	    keyDerivationAlgorithm [0] AlgorithmIdentifier OPTIONAL,
//	    keyEncryptionAlgorithm     AlgorithmIdentifier,
//	    encryptedKey               OCTET STRING }
func (rr *recipientReader) password(r *ber.Reader, ri *RecipientInfo) error {
	if err := rr.begin(r, ber.Context(3), ri); err != nil {
		return err
	}
	rr.version(ri, 0)
	if derived, err := r.Is(ber.Context(0)); err != nil {
		return err
	} else if derived {
		if ri.KeyDerivation, err = rr.derivation(r); err != nil {
			return err
		}
	}
	return rr.finish(r, ri)
}

// other reads (RFC 5652, Section 6.2.5)
//
//	OtherRecipientInfo ::= SEQUENCE {
//	    oriType  OBJECT IDENTIFIER,
//	    oriValue ANY DEFINED BY oriType }
func (rr *recipientReader) other(r *ber.Reader, ri *RecipientInfo) (err error) {
	ri.Kind = OtherRecipient
	if err = r.Enter(ber.Context(4)); err != nil {
		return err
	}
	if ri.Type, err = readOID(r); err != nil {
		return err
	}
	if ri.Type == oriKEM {
		ri.Kind = KEM
		err = rr.kem(r, ri)
	} else {
		err = r.Skip()
	}
	if err != nil {
		return err
	}
	return r.Leave()
}

// begin enters the RecipientInfo and reads the version.
func (rr *recipientReader) begin(r *ber.Reader, tag ber.Tag, ri *RecipientInfo) (err error) {
	if err = r.Enter(tag); err != nil {
		return err
	}
	ri.Version, err = readVersion(r)
	return err
}

// finish reads keyEncryptionAlgorithm and encryptedKey and leaves the RecipientInfo.
func (rr *recipientReader) finish(r *ber.Reader, ri *RecipientInfo) (err error) {
	if ri.Algorithm, err = readIdentifier(r, rr.lim); err != nil {
		return err
	}
	if ri.EncryptedKey, err = r.Octets(ber.OctetString, rr.lim.Element); err != nil {
		return err
	}
	return r.Leave()
}

// version notes a version that does not go with the structure, which alone
// decides (RFC 5652, Section 1.3).
func (rr *recipientReader) version(ri *RecipientInfo, want int) {
	if ri.Version != want {
		rr.note("a " + ri.Kind.String() + " recipient with an unusual version")
	}
}

// derivation reads keyDerivationAlgorithm, an AlgorithmIdentifier under the tag [0].
func (rr *recipientReader) derivation(r *ber.Reader) (*algorithm.Identifier, error) {
	offset := r.Offset()
	der, err := r.DER(rr.lim.Element)
	if err != nil {
		return nil, err
	}
	der = slices.Clone(der)
	der[0] = 0x30
	id, err := algorithm.ParseIdentifier(der)
	if err != nil {
		return nil, &MalformedError{offset, "malformed keyDerivationAlgorithm"}
	}
	return &id, nil
}

// identifier reads issuerAndSerialNumber or [0] subjectKeyIdentifier.
//
// QUIRK: a name or number that cannot be read names nobody, and must not hide
// the other recipients.
func (rr *recipientReader) identifier(r *ber.Reader) (SignerID, error) {
	if plain, err := r.Is(ber.Sequence); err != nil {
		return SignerID{}, err
	} else if !plain {
		return readSignerID(r, rr.lim)
	}
	der, err := r.DER(rr.lim.Element)
	if err != nil {
		return SignerID{}, err
	}
	is, ok := parseIssuerSerial(der)
	if !ok {
		rr.note("a recipient whose issuer and serial number cannot be read")
		return SignerID{}, nil
	}
	return SignerID{IssuerSerial: is}, nil
}
