package cms

import (
	"io"
	"slices"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms/ber"
)

// SignedData is what a ContentInfo of type id-signedData holds besides its
// content (RFC 5652, Section 5.1):
//
//	SignedData ::= SEQUENCE {
//	    version CMSVersion,
//	    digestAlgorithms DigestAlgorithmIdentifiers,
//	    encapContentInfo EncapsulatedContentInfo,
//	    certificates [0] IMPLICIT CertificateSet OPTIONAL,
//	    crls [1] IMPLICIT RevocationInfoChoices OPTIONAL,
//	    signerInfos SignerInfos }
//
// That it could be read says nothing about signatures: see Verify. It is not
// for use by several goroutines at once.
type SignedData struct {
	Version          int
	DigestAlgorithms []algorithm.Identifier
	EContentType     ContentType
	Detached         bool  // the content is elsewhere
	ContentSize      int64 // octets of the content; of a detached one after DigestContent
	Certificates     []*cert.Certificate
	BadCertificates  int      // certificates that cannot be parsed
	CRLs             [][]byte // CertificateLists as they stand
	OtherRevocation  [][]byte // OtherRevocationInfoFormats, with their tag [1]
	Signers          []*SignerInfo
	Notes            []string // tolerated deviations

	lim      Limits
	digested *ContentDigest // nil until the content was read
	bag      bag
	crls     bag
}

// note adds a note, once.
func (sd *SignedData) note(text string) {
	if !slices.Contains(sd.Notes, text) {
		sd.Notes = append(sd.Notes, text)
	}
}

// ReadSignedData reads a ContentInfo that holds a SignedData, and nothing after
// it but zeros. Content inside is written to unverified, which may be nil, as it
// comes: nothing is known about it then, nor when ReadSignedData has returned,
// but only after Verify. Errors are MalformedError, LimitError, and those of r
// and unverified.
func ReadSignedData(r io.Reader, unverified io.Writer, lim Limits) (*SignedData, error) {
	lim = lim.withDefaults()
	b := ber.NewReader(r, lim.ber())
	if _, err := enterContentInfo(b, TypeSignedData); err != nil {
		return nil, err
	}
	sd := &SignedData{lim: lim}
	if err := sd.read(b, unverified); err != nil {
		return nil, fromBER(err)
	}
	padding, err := leaveContentInfo(b)
	if err != nil {
		return nil, err
	}
	if padding > 0 {
		sd.note("zeros follow the structure")
	}
	return sd, nil
}

func (sd *SignedData) read(b *ber.Reader, unverified io.Writer) error {
	if err := b.Enter(ber.Sequence); err != nil {
		return err
	}
	offset := b.Offset()
	var err error
	if sd.Version, err = readVersion(b); err != nil {
		return err
	}
	switch sd.Version {
	case 1, 3, 4, 5:
	default:
		return &MalformedError{offset, "SignedData has a version that does not exist"}
	}
	if err := sd.readDigestAlgorithms(b); err != nil {
		return err
	}
	if err := sd.readContent(b, unverified); err != nil {
		return err
	}
	left := budget(sd.lim.Total)
	if err := sd.readCertificates(b, &left); err != nil {
		return err
	}
	if err := sd.readCRLs(b, &left); err != nil {
		return err
	}
	if err := sd.readSigners(b, &left); err != nil {
		return err
	}
	return b.Leave()
}

func (sd *SignedData) readDigestAlgorithms(b *ber.Reader) error {
	if err := b.Enter(ber.Set); err != nil {
		return err
	}
	for {
		if more, err := b.More(); err != nil {
			return err
		} else if !more {
			return b.Leave()
		}
		if len(sd.DigestAlgorithms) >= sd.lim.Signers {
			return &LimitError{"digest algorithms"}
		}
		id, err := readIdentifier(b, sd.lim)
		if err != nil {
			return err
		}
		sd.DigestAlgorithms = append(sd.DigestAlgorithms, id)
	}
}

// readContent reads
//
//	EncapsulatedContentInfo ::= SEQUENCE {
//	    eContentType ContentType,
//	    eContent [0] EXPLICIT OCTET STRING OPTIONAL }
func (sd *SignedData) readContent(b *ber.Reader, unverified io.Writer) error {
	if err := b.Enter(ber.Sequence); err != nil {
		return err
	}
	var err error
	if sd.EContentType, err = readOID(b); err != nil {
		return err
	}
	inside, err := b.Is(ber.Context(0))
	if err != nil {
		return err
	}
	if !inside {
		sd.Detached = true
		return b.Leave()
	}
	if err := b.Enter(ber.Context(0)); err != nil {
		return err
	}
	content, err := sd.openContent(b)
	if err != nil {
		return err
	}
	d := newContentDigest(digestsNamed(sd.DigestAlgorithms), unverified, true, sd.lim.Serial)
	if _, err := content.WriteTo(d); err != nil {
		return err
	}
	d.finish()
	sd.digested, sd.ContentSize = d, d.size
	if err := b.Leave(); err != nil {
		return err
	}
	return b.Leave()
}

// openContent begins the eContent.
//
// QUIRK: PKCS #7 version 1.5 has "ANY" where CMS has OCTET STRING; signers of
// structures (Authenticode, older time stamps) wrote the structure itself. The
// digest is then over the octets of its value, without tag and length (RFC
// 5652, Section 5.2.1).
func (sd *SignedData) openContent(b *ber.Reader) (*ber.OctetReader, error) {
	h, err := b.Peek()
	if err != nil {
		return nil, err
	}
	if h.Tag == ber.OctetString || sd.EContentType == TypeData {
		return b.OctetString(ber.OctetString)
	}
	sd.note("content is not in an OCTET STRING, as PKCS #7 had it")
	return b.Contents()
}

// readSigners reads the SignerInfos, and applies the rules that need to know
// what stands elsewhere.
func (sd *SignedData) readSigners(b *ber.Reader, left *budget) error {
	if err := b.Enter(ber.Set); err != nil {
		return err
	}
	for {
		if more, err := b.More(); err != nil {
			return err
		} else if !more {
			break
		}
		if len(sd.Signers) >= sd.lim.Signers {
			return &LimitError{"signers"}
		}
		offset := b.Offset()
		raw, err := b.Element(sd.lim.Element)
		if err != nil {
			return err
		}
		if !left.take(len(raw)) {
			return &LimitError{"signers are too large"}
		}
		si, err := parseSignerInfo(raw, offset, sd.lim)
		if err != nil {
			return err
		}
		if err := sd.admit(si, offset); err != nil {
			return err
		}
		sd.Signers = append(sd.Signers, si)
	}
	return b.Leave()
}

// admit applies the rules about a SignerInfo in its SignedData.
func (sd *SignedData) admit(si *SignerInfo, offset int64) error {
	if len(sd.DigestAlgorithms) == 0 {
		return &MalformedError{offset, "there are signers, but no digest algorithms"}
	}
	if si.Digest != nil && !slices.ContainsFunc(digestsNamed(sd.DigestAlgorithms), func(d *algorithm.Digest) bool {
		return d.OID == si.Digest.OID
	}) {
		return &MalformedError{offset, "digest algorithm of a signer is not among those announced"}
	}
	if si.ID.KeyID != nil && si.Version == 1 {
		// QUIRK: seen from senders that fill in the version once.
		sd.note("signer with a key identifier has version 1")
	}
	if si.ID.KeyID == nil && si.Version == 3 {
		sd.note("signer with issuer and serial number has version 3")
	}
	if si.UnsignedAttributes != nil && len(si.UnsignedAttributes) == 0 {
		sd.note("the set of unsigned attributes is empty")
	}
	si.applyRules(sd.EContentType)
	return nil
}
