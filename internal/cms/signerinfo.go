package cms

import (
	"bytes"
	"errors"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// SignerInfo is one signature (RFC 5652, Section 5.3):
//
//	SignerInfo ::= SEQUENCE {
//	    version CMSVersion,
//	    sid SignerIdentifier,
//	    digestAlgorithm DigestAlgorithmIdentifier,
//	    signedAttrs [0] IMPLICIT SignedAttributes OPTIONAL,
//	    signatureAlgorithm SignatureAlgorithmIdentifier,
//	    signature SignatureValue,
//	    unsignedAttrs [1] IMPLICIT UnsignedAttributes OPTIONAL }
//
// All of it is a claim until Verify has returned nil; unsigned attributes stay
// one.
type SignerInfo struct {
	Version            int // 1 or 3; any other is Unsupported
	ID                 SignerID
	DigestAlgorithm    algorithm.Identifier
	SignatureAlgorithm algorithm.Identifier
	SignedAttributes   []Attribute // nil: none
	UnsignedAttributes []Attribute
	Signature          []byte
	Digest             *algorithm.Digest
	Scheme             *algorithm.Signature
	Unsupported        error // why this signature cannot be judged; Digest or Scheme may be nil then

	raw  []byte   // as received
	toBe [][]byte // what may have been signed: encodings of the signed attributes, in order of trial
	// From signed attributes that are as they should be:
	messageDigest []byte
	signingTime   time.Time
	capabilities  []algorithm.Identifier
	encryptionKey *SignerID
	certificates  []essCertificate
	fault         error // a rule is broken

	readCapabilities func(der []byte) ([]algorithm.Identifier, error) // nil: ParseCapabilities
}

// SigningTime returns when the signer says the signature was made. It is a
// claim.
func (si *SignerInfo) SigningTime() (time.Time, bool) {
	return si.signingTime, !si.signingTime.IsZero()
}

// MessageDigest returns the digest of the content that the signer signed, nil
// without one (RFC 5652, Section 11.2). It is his only once Verify found nothing
// but the content changed.
func (si *SignerInfo) MessageDigest() []byte { return si.messageDigest }

// Capabilities returns the algorithms the signer says to understand, most
// wanted first (RFC 8551, Section 2.5.2). The list must not be changed.
func (si *SignerInfo) Capabilities() []algorithm.Identifier { return si.capabilities }

// parseSignerInfo reads one SignerInfo, which stands at an offset of the input.
func parseSignerInfo(raw []byte, offset int64, lim Limits) (*SignerInfo, error) {
	si := &SignerInfo{raw: raw, readCapabilities: lim.Capabilities}
	if err := si.parse(ber.NewBytesReader(raw, lim.ber()), lim); err != nil {
		return nil, at(fromBER(err), offset)
	}
	si.findAlgorithms()
	return si, nil
}

func (si *SignerInfo) parse(b *ber.Reader, lim Limits) error {
	if err := b.Enter(ber.Sequence); err != nil {
		return err
	}
	var err error
	if si.Version, err = readVersion(b); err != nil {
		return err
	}
	if si.ID, err = readSignerID(b, lim); err != nil {
		return err
	}
	if si.DigestAlgorithm, err = readIdentifier(b, lim); err != nil {
		return err
	}
	if there, err := b.Is(ber.Context(0)); err != nil {
		return err
	} else if there {
		received, err := b.Element(lim.Element)
		if err != nil {
			return err
		}
		if si.SignedAttributes, si.toBe, err = readSignedAttributes(received, lim); err != nil {
			return err
		}
	}
	if si.SignatureAlgorithm, err = readIdentifier(b, lim); err != nil {
		return err
	}
	if si.Signature, err = b.Octets(ber.OctetString, lim.Element); err != nil {
		return err
	}
	if there, err := b.Is(ber.Context(1)); err != nil {
		return err
	} else if there {
		if si.UnsignedAttributes, err = readUnsignedAttributes(b, lim); err != nil {
			return err
		}
	}
	return b.Leave()
}

// readSignedAttributes reads signed attributes as received, with their tag [0].
// It also returns the octets the signature may be over: the DER of the SET OF
// (RFC 5652, Section 5.4), which good senders sent.
//
// QUIRK: some senders sign attributes that are not sorted, as they send them;
// others sort for the signature only. Where the two encodings differ, DER is
// tried first.
func readSignedAttributes(received []byte, lim Limits) ([]Attribute, [][]byte, error) {
	der, err := ber.ToDER(received, lim.ber())
	if err != nil {
		return nil, nil, err
	}
	attributes, err := parseAttributes(der, lim)
	if err != nil {
		return nil, nil, err
	}
	asReceived := bytes.Clone(received)
	asReceived[0] = 0x31
	if &der[0] == &received[0] && inOrder(der) { // ToDER and sorting would change nothing
		return attributes, [][]byte{asReceived}, nil
	}
	toBe := [][]byte{marshalAttributes(ber.Set, attributes)}
	if !bytes.Equal(asReceived, toBe[0]) {
		toBe = append(toBe, asReceived)
	}
	return attributes, toBe, nil
}

// findAlgorithms fills in Digest and Scheme, or Unsupported.
func (si *SignerInfo) findAlgorithms() {
	if si.Version != 1 && si.Version != 3 {
		si.Unsupported = &algorithm.UnsupportedError{Kind: "signature", Detail: "version of the SignerInfo"}
		return
	}
	if si.SignedAttributes == nil {
		scheme, err := algorithm.FindSignature(si.SignatureAlgorithm, nil)
		if err == nil && scheme.AnyDigest {
			// RFC 9882, Section 3.3; RFC 9814, Section 4: what is declared is not looked at.
			si.Scheme, si.Digest = scheme, scheme.Digest
			return
		}
	}
	var err error
	if si.Digest, err = algorithm.FindDigest(si.DigestAlgorithm); err != nil {
		si.Digest, si.Unsupported = nil, algorithmError(err)
		return
	}
	si.Scheme, err = algorithm.FindSignature(si.SignatureAlgorithm, si.Digest)
	if mismatch, ok := errors.AsType[*algorithm.MismatchError](err); ok {
		// RFC 8933, Section 3: one digest for content and attributes.
		si.fault = &SignatureError{Invalid, mismatch.Error()}
		si.Scheme, err = algorithm.FindSignature(si.SignatureAlgorithm, nil)
	}
	if err != nil {
		si.Scheme, si.Unsupported = nil, algorithmError(err)
	}
}

// algorithmError turns malformed parameters into a MalformedError.
func algorithmError(err error) error {
	if _, ok := errors.AsType[*algorithm.UnsupportedError](err); ok {
		return err
	}
	return &MalformedError{-1, err.Error()}
}

// parseTime reads a Time as an attribute may have it (RFC 5652, Section 11.3):
// UTCTime or GeneralizedTime, with seconds and without a fraction.
//
// QUIRK: both have to be in UTC. smimesign on macOS writes local time and its
// distance, "150506002448-0400".
func parseTime(der []byte) (time.Time, bool) {
	s := cryptobyte.String(der)
	var body cryptobyte.String
	var tag asn1.Tag
	if !s.ReadAnyASN1(&body, &tag) || !s.Empty() {
		return time.Time{}, false
	}
	text := string(body)
	switch {
	case tag == asn1.UTCTime && len(text) > 0:
		// Two digits of the year: 50 to 99 are of the last century.
		century := "20"
		if text[0] >= '5' {
			century = "19"
		}
		text = century + text
	case tag == asn1.GeneralizedTime:
	default:
		return time.Time{}, false
	}
	if strings.ContainsAny(text, ".,") {
		return time.Time{}, false // time.Parse takes a fraction of a second anywhere
	}
	t, err := time.Parse("20060102150405Z0700", text)
	return t.UTC(), err == nil
}
