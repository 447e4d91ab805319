package cms

import (
	"bytes"
	"crypto/subtle"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// TimeStampToken is a SignedData around a TSTInfo (RFC 3161, Section 2.4.2). What
// it says is a claim until Covers and Verify have returned nil, and until the
// certificate is trusted for time stamps.
type TimeStampToken struct {
	Info *TSTInfo
	Data *SignedData // its certificates and revocation lists are those of the token
	Raw  []byte      // the ContentInfo
}

// TimeStampError says why a token is not one for a signature, or not one that an
// authority may make.
type TimeStampError struct{ Detail string }

func (e *TimeStampError) Error() string { return "cms: time stamp: " + e.Detail }

func stampFault(format string, args ...any) error {
	return &TimeStampError{fmt.Sprintf(format, args...)}
}

// TimeStamps returns the time stamp tokens over the signature, as they stand in
// the unsigned attributes (RFC 3161, Appendix A).
func (si *SignerInfo) TimeStamps() [][]byte {
	var out [][]byte
	for _, a := range find(si.UnsignedAttributes, attrTimeStampToken) {
		out = append(out, a.Values...)
	}
	return out
}

// LookedAt reports whether an unsigned attribute is of a type whose values are
// checked: countersignatures, and time stamps of the signature.
func (a Attribute) LookedAt() bool {
	return a.OID == attrCountersignature || a.OID == attrTimeStampToken
}

// Limits of a token: it has a certificate or a few, and maybe a list.
const (
	maxStampCertificates = 16
	maxStampSigners      = 8
)

// ParseTimeStampToken reads a ContentInfo with the SignedData of a time stamp.
// Errors are MalformedErrors, LimitErrors and TimeStampErrors.
func ParseTimeStampToken(raw []byte, lim Limits) (*TimeStampToken, error) {
	lim = lim.withDefaults()
	lim.Certificates, lim.CertificateBag, lim.Signers = maxStampCertificates, 4*maxStampCertificates, maxStampSigners
	var content bytes.Buffer
	sd, err := ReadSignedData(bytes.NewReader(raw), &content, lim)
	switch {
	case err != nil:
		return nil, err
	case sd.EContentType != TypeTSTInfo:
		return nil, stampFault("it holds %s, not a TSTInfo", TypeName(sd.EContentType))
	case sd.Detached:
		return nil, stampFault("it has no content")
	case len(sd.Signers) != 1:
		return nil, stampFault("it has %d signers, not exactly one", len(sd.Signers))
	}
	info, err := ParseTSTInfo(content.Bytes())
	if err != nil {
		return nil, err
	}
	return &TimeStampToken{Info: info, Data: sd, Raw: raw}, nil
}

// Signer is the one signature of the token.
func (t *TimeStampToken) Signer() *SignerInfo { return t.Data.Signers[0] }

// Digest is that of the imprint, or why it cannot be made.
func (i Imprint) Digest() (*algorithm.Digest, error) {
	d, err := algorithm.FindDigest(i.Algorithm)
	if err != nil {
		return nil, algorithmError(err)
	}
	return d, nil
}

// Covers checks that the token is over these octets: a signature value (RFC
// 3161, Appendix A).
func (t *TimeStampToken) Covers(octets []byte) error {
	d, err := t.Info.Imprint.Digest()
	if err != nil {
		return err
	}
	h := d.New()
	h.Write(octets)
	if subtle.ConstantTimeCompare(h.Sum(nil), t.Info.Imprint.Sum) != 1 {
		return stampFault("it is over something else than this signature")
	}
	return nil
}

// Verify checks the token with the certificate of an authority: the signature,
// that the signed attributes name this certificate (RFC 3161, Section 2.4.2;
// RFC 5816, Section 2), and that it is the one the token names as its maker. Whether
// the certificate may stamp and is trusted is not asked here.
//
// Errors are those of SignedData.Verify and TimeStampErrors.
func (t *TimeStampToken) Verify(c *cert.Certificate) error {
	if err := t.Data.Verify(t.Signer(), c); err != nil {
		return err
	}
	if len(t.Signer().certificates) == 0 {
		return stampFault("its signed attributes do not name the certificate of its maker")
	}
	if t.Info.TSA != nil && !named(*t.Info.TSA, c) {
		return stampFault("it names another maker than its certificate does")
	}
	return nil
}

const oidSubjectAltName = algorithm.OID("\x55\x1d\x11") // 2.5.29.17

// named reports whether a name is the subject of a certificate or one of its
// alternative names.
func named(g cert.GeneralName, c *cert.Certificate) bool {
	if g.Kind == cert.KindDirectoryName {
		if n, err := cert.ParseName(g.Value); err == nil && n.Equal(c.Subject) {
			return true
		}
	}
	e := c.Extension(oidSubjectAltName)
	if e == nil {
		return false
	}
	s := cryptobyte.String(e.Value)
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) {
		return false
	}
	for !list.Empty() {
		other, ok := cert.ReadGeneralName(&list)
		if !ok {
			return false
		}
		if other.Kind == g.Kind && other.OID == g.OID && bytes.Equal(other.Value, g.Value) {
			return true
		}
	}
	return false
}
