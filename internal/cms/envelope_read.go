package cms

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"golang.org/x/crypto/cryptobyte"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// ReadEnvelope reads an EnvelopedData or AuthEnvelopedData from its first octet
// to the last and needs no key. What is wrong in public, whoever the recipient
// may be, is found here, before a private key is touched; only damage that a
// secret brings to light is left for Decrypt. A content cipher that has no row
// in package algorithm is no error: see Envelope.Unsupported.
func ReadEnvelope(r io.Reader, lim Limits) (*Envelope, error) {
	return readEnvelope(r, func(_ *Envelope, content *ber.OctetReader) error { return content.Close() }, lim)
}

// readEnvelope reads an envelope, of which take goes to the end of the ciphertext.
func readEnvelope(r io.Reader, take func(*Envelope, *ber.OctetReader) error, lim Limits) (*Envelope, error) {
	lim = lim.withDefaults()
	e := &Envelope{lim: lim}
	if err := e.read(ber.NewReader(r, lim.ber()), take); err != nil {
		e.passing.wipe()
		return nil, fromBER(err)
	}
	return e, nil
}

// read reads (RFC 5652, Section 6.1; RFC 5083, Section 2.1)
//
//	EnvelopedData ::= SEQUENCE {
//	    version              CMSVersion,
//	    originatorInfo   [0] OriginatorInfo OPTIONAL,
//	    recipientInfos       SET SIZE (1..MAX) OF RecipientInfo,
//	    encryptedContentInfo EncryptedContentInfo,
//	    unprotectedAttrs [1] SET SIZE (1..MAX) OF Attribute OPTIONAL }
//
//	AuthEnvelopedData ::= SEQUENCE {
//	    version                  CMSVersion,
//	    originatorInfo       [0] OriginatorInfo OPTIONAL,
//	    recipientInfos           SET SIZE (1..MAX) OF RecipientInfo,
//	    authEncryptedContentInfo EncryptedContentInfo,
//	    authAttrs            [1] SET SIZE (1..MAX) OF Attribute OPTIONAL,
//	    mac                      OCTET STRING,
//	    unauthAttrs          [2] SET SIZE (1..MAX) OF Attribute OPTIONAL }
//
// take goes to the end of the ciphertext.
func (e *Envelope) read(b *ber.Reader, take func(*Envelope, *ber.OctetReader) error) (err error) {
	if e.Type, err = enterContentInfo(b, TypeEnvelopedData, TypeAuthEnvelopedData); err != nil {
		return err
	}
	if err = b.Enter(ber.Sequence); err != nil {
		return err
	}
	if e.Version, err = readVersion(b); err != nil {
		return err
	}
	originator, err := b.Is(ber.Context(0))
	if err != nil {
		return err
	}
	if originator {
		// Certificates for key agreement with static keys, which are not used.
		if err = b.Skip(); err != nil {
			return err
		}
	}
	if err = e.readRecipients(b); err != nil {
		return err
	}
	content, err := e.enterContent(b)
	if err != nil {
		return err
	}
	e.wrong = e.findCipher()
	if err = take(e, content); err != nil {
		return err
	}
	e.CiphertextSize = content.Size()
	if err = b.Leave(); err != nil {
		return err
	}
	if err = e.readTrailer(b); err != nil {
		return err
	}
	if err = b.Leave(); err != nil {
		return err
	}
	padding, err := leaveContentInfo(b)
	if err != nil {
		return err
	}
	if padding > 0 {
		e.note("zeros behind the end of the structure")
	}
	e.checkVersion(originator)
	if e.wrong != nil {
		return e.wrong
	}
	return e.checkContent()
}

func (e *Envelope) readRecipients(b *ber.Reader) error {
	if err := b.Enter(ber.Set); err != nil {
		return err
	}
	rr := &recipientReader{lim: e.lim}
	room := e.lim.Total
	for {
		more, err := b.More()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		offset := b.Offset()
		raw, err := b.Element(min(room, e.lim.Element))
		if err != nil {
			return err
		}
		room -= int64(len(raw))
		if err := rr.read(raw); err != nil {
			err = fromBER(err)
			if m, ok := errors.AsType[*MalformedError](err); ok && m.Offset >= 0 {
				err = &MalformedError{offset + m.Offset, m.Detail}
			}
			return err
		}
	}
	if len(rr.found) == 0 {
		return &MalformedError{b.Offset(), "no recipients"}
	}
	e.Recipients = rr.found
	e.Notes = append(e.Notes, rr.notes...)
	return b.Leave()
}

// enterContent enters (RFC 5652, Section 6.1)
//
//	EncryptedContentInfo ::= SEQUENCE {
//	    contentType                ContentType,
//	    contentEncryptionAlgorithm AlgorithmIdentifier,
//	    encryptedContent       [0] OCTET STRING OPTIONAL }
//
// up to the ciphertext. Content that is elsewhere is not supported by S/MIME.
func (e *Envelope) enterContent(b *ber.Reader) (*ber.OctetReader, error) {
	err := b.Enter(ber.Sequence)
	if err != nil {
		return nil, err
	}
	if e.InnerType, err = readOID(b); err != nil {
		return nil, err
	}
	if e.ContentAlgorithm, err = readIdentifier(b, e.lim); err != nil {
		return nil, err
	}
	if there, err := b.Is(ber.Context(0)); err != nil {
		return nil, err
	} else if !there {
		return nil, &MalformedError{b.Offset(), "the encrypted content is missing"}
	}
	return b.OctetString(ber.Context(0))
}

// readTrailer reads what follows the content.
func (e *Envelope) readTrailer(b *ber.Reader) (err error) {
	if e.Type == TypeEnvelopedData {
		e.UnprotectedAttributes, _, err = e.readAttributes(b, ber.Context(1))
		return err
	}
	var raw []byte
	if e.AuthAttributes, raw, err = e.readAttributes(b, ber.Context(1)); err != nil {
		return err
	}
	if raw != nil {
		// RFC 5083, Section 2.2: what is authenticated has the tag of a SET OF.
		// The order stays that of the message, so that exchanged attributes are
		// a failure; lengths have one form anyway.
		e.aad = slices.Clone(raw)
		e.aad[0] = 0x31
		if !bytes.Equal(e.aad, marshalAttributes(ber.Set, e.AuthAttributes)) {
			e.note("authenticated attributes are not in DER")
		}
	}
	if err = e.checkAttributes(b.Offset()); err != nil {
		return err
	}
	if e.MAC, err = b.Octets(ber.OctetString, e.lim.Element); err != nil {
		return err
	}
	e.UnprotectedAttributes, _, err = e.readAttributes(b, ber.Context(2))
	return err
}

// readAttributes reads an optional SET OF Attribute with an IMPLICIT tag, and
// returns it also with definite lengths.
func (e *Envelope) readAttributes(b *ber.Reader, tag ber.Tag) ([]Attribute, []byte, error) {
	if there, err := b.Is(tag); err != nil || !there {
		return nil, nil, err
	}
	der, err := b.DER(e.lim.Element)
	if err != nil {
		return nil, nil, err
	}
	list, err := parseAttributes(der, e.lim)
	return list, der, err
}

// checkAttributes applies RFC 5083, Section 2.1: a content-type is needed when
// the content is not id-data, and is right where it is.
func (e *Envelope) checkAttributes(offset int64) error {
	if len(find(e.AuthAttributes, attrContentType)) == 0 {
		if e.InnerType != TypeData {
			return &MalformedError{offset, "no authenticated content type"}
		}
		return nil
	}
	s := cryptobyte.String(single(e.AuthAttributes, attrContentType))
	if oid, ok := algorithm.ReadOID(&s); !ok || !s.Empty() || oid != e.InnerType {
		return &MalformedError{offset, "the authenticated content type is another one"}
	}
	return nil
}

// checkVersion notes a version that RFC 5652, Section 6.1 or RFC 5083, Section
// 2.1 does not give to what was found.
func (e *Envelope) checkVersion(originator bool) {
	want := 0
	if e.Type == TypeEnvelopedData {
		if originator || len(e.UnprotectedAttributes) > 0 {
			want = 2
		}
		for _, ri := range e.Recipients {
			switch {
			case ri.Kind == Password || ri.Kind == OtherRecipient || ri.Kind == KEM:
				want = 3
			case ri.Version != 0:
				want = max(want, 2)
			}
		}
	}
	if e.Version != want && !(originator && e.Version > want) {
		e.note("unusual version of the structure")
	}
}

// findCipher finds the content cipher and holds it against its container. An
// AEAD cipher in EnvelopedData has lost its tag, and a CBC cipher in
// AuthEnvelopedData its protection: both are attacks (RFC 9709, Section 1).
func (e *Envelope) findCipher() error {
	c, parameters, err := algorithm.FindContentCipher(e.ContentAlgorithm)
	if _, ok := errors.AsType[*algorithm.UnsupportedError](err); ok {
		e.Unsupported = err
		return nil
	}
	if err != nil {
		return publicError(err)
	}
	if c.Authenticated != (e.Type == TypeAuthEnvelopedData) {
		return malformed("%s in %s", c.Title, TypeName(e.Type))
	}
	e.Cipher, e.Parameters = c, parameters
	return nil
}

// checkContent holds size and tag against the cipher.
func (e *Envelope) checkContent() error {
	c, parameters := e.Cipher, e.Parameters
	switch {
	case c == nil:
		return nil
	case c.Authenticated && len(e.MAC) != parameters.TagSize:
		return malformed("the tag has %d octets, its algorithm says %d", len(e.MAC), parameters.TagSize)
	case c.MaxSizeWith(parameters) > 0 && e.CiphertextSize > c.MaxSizeWith(parameters):
		return &LimitError{"octets of content under one key"}
	case !c.Authenticated && (e.CiphertextSize == 0 || e.CiphertextSize%int64(c.BlockSize) != 0):
		return malformed("the ciphertext is no whole number of blocks")
	}
	parameters.ContentSize = e.CiphertextSize // AEAD: no padding
	return nil
}

// publicError turns an error of package algorithm that tells no secret into one
// of this package.
func publicError(err error) error {
	if p, ok := errors.AsType[*algorithm.ParameterError](err); ok {
		return malformed("parameters of %s: %s", p.Name, p.Detail)
	}
	return err
}
