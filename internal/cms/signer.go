package cms

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms/ber"
)

// Signer is one who signs. The key may be anywhere: only its crypto.Signer is
// used.
type Signer struct {
	Certificate *cert.Certificate
	Chain       []*cert.Certificate // put into the message too, without self-signed ones
	Key         *algorithm.PrivateKey
	Options     algorithm.SignOptions
	ByKeyID     bool // be named by key identifier, not by issuer and serial number
}

// scheme returns the algorithm a signer signs with.
func (s *Signer) scheme() (*algorithm.Signature, *algorithm.PublicKey, error) {
	if s.Certificate == nil || s.Key == nil || s.Key.Signer == nil {
		return nil, nil, errors.New("cms: a signer needs a certificate and a key that can sign")
	}
	key, err := s.Certificate.PublicKey()
	if err != nil {
		return nil, nil, fmt.Errorf("cms: certificate of the signer: %w", err)
	}
	scheme, err := algorithm.SignatureFor(key, s.Options)
	return scheme, key, err
}

// DigestsOf returns the digests that the signers will make of the content,
// each once: what has to be announced before it.
func DigestsOf(signers []Signer) ([]*algorithm.Digest, error) {
	var out []*algorithm.Digest
	for i := range signers {
		scheme, _, err := signers[i].scheme()
		if err != nil {
			return nil, err
		}
		out = appendDigest(out, scheme.Digest)
	}
	return out, nil
}

// FixedSize reports whether the size of each signature is known before it is made.
func FixedSize(signers []Signer) bool {
	for i := range signers {
		if scheme, key, err := signers[i].scheme(); err != nil || scheme.FixedSize(key) == 0 {
			return false
		}
	}
	return true
}

// signatureMaker makes the SignerInfo of one signer.
type signatureMaker struct {
	signer     *Signer
	key        *algorithm.PublicKey
	scheme     *algorithm.Signature
	id         SignerID
	attributes []Attribute // signed ones, but the message digest
}

func newSignatureMaker(s *Signer, contentType ContentType, opt *SignedDataOptions) (*signatureMaker, error) {
	scheme, key, err := s.scheme()
	if err != nil {
		return nil, err
	}
	m := &signatureMaker{signer: s, key: key, scheme: scheme}
	if m.id, err = identify(s.Certificate, s.ByKeyID); err != nil {
		return nil, err
	}
	caps, err := announced()
	if opt.Capabilities != nil {
		caps, err = marshalCapabilities(opt.Capabilities)
	}
	if err != nil {
		return nil, err
	}
	ess, err := signingCertificateV2(s.Certificate)
	if err != nil {
		return nil, err
	}
	protection, err := m.algorithmProtection()
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	contentType.AddTo(&b)
	m.attributes = []Attribute{
		{attrContentType, [][]byte{b.BytesOrPanic()}},
		{attrCapabilities, [][]byte{caps}},
		{attrSigningCertificateV2, [][]byte{ess}},
		{attrAlgorithmProtection, [][]byte{protection}},
	}
	if !opt.Time.IsZero() {
		m.attributes = append(m.attributes, Attribute{attrSigningTime, [][]byte{marshalTime(opt.Time)}})
	}
	return m, nil
}

// algorithmProtection returns the value of the CMSAlgorithmProtection (RFC
// 6211): the identifiers exactly as in the SignerInfo.
func (m *signatureMaker) algorithmProtection() ([]byte, error) {
	s := cryptobyte.String(m.scheme.Identifier.DER())
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) {
		return nil, errors.New("cms: internal error: malformed signature algorithm")
	}
	return ber.Wrap(ber.Sequence, m.scheme.Digest.Identifier().DER(), ber.Wrap(ber.Context(1), body)), nil
}

// marshalTime returns a Time in DER: UTCTime through the year 2049 (RFC 5652,
// Section 11.3).
func marshalTime(t time.Time) []byte {
	t = t.UTC()
	tag, text := ber.Tag{Class: ber.Universal, Number: 23}, t.Format("060102150405Z")
	if y := t.Year(); y < 1950 || y >= 2050 {
		tag, text = ber.Tag{Class: ber.Universal, Number: 24}, t.Format("20060102150405Z")
	}
	return append(ber.AppendHeader(nil, tag, false, uint64(len(text))), text...)
}

// signed returns the signed attributes for a digest of the content.
func (m *signatureMaker) signed(sum []byte) []Attribute {
	var b cryptobyte.Builder
	b.AddASN1OctetString(sum)
	return append(slices.Clone(m.attributes), Attribute{attrMessageDigest, [][]byte{b.BytesOrPanic()}})
}

// size returns the octets of the SignerInfo, or 0 if they are not known before
// it is made.
func (m *signatureMaker) size() int {
	n := m.scheme.FixedSize(m.key)
	if n == 0 {
		return 0
	}
	return len(m.marshal(marshalAttributes(ber.Set, m.signed(make([]byte, m.scheme.Digest.Size))), make([]byte, n)))
}

// marshal returns the SignerInfo in DER. The attributes are as they are signed.
func (m *signatureMaker) marshal(attributes, signature []byte) []byte {
	version := int64(1)
	if m.id.KeyID != nil {
		version = 3
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(version)
		m.id.addTo(b)
		m.scheme.Digest.Identifier().AddTo(b)
		b.AddBytes([]byte{0xa0}) // the tag [0] for that of SET
		b.AddBytes(attributes[1:])
		m.scheme.Identifier.AddTo(b)
		b.AddASN1OctetString(signature)
	})
	return b.BytesOrPanic()
}

// make signs a content with the given digest and returns the SignerInfo. It is
// read back and verified with the signer's certificate: a key that does not
// belong to the certificate, and a fault while signing, end here.
func (m *signatureMaker) make(contentType ContentType, content *contentDigest, lim Limits) ([]byte, error) {
	attributes := marshalAttributes(ber.Set, m.signed(content.sum(m.scheme.Digest)))
	message := algorithm.Message{Bytes: attributes}
	if !m.scheme.Pure {
		h := m.scheme.Digest.New()
		h.Write(attributes)
		message = algorithm.Message{Sum: h.Sum(nil)}
	}
	signature, err := m.scheme.SignUnchecked(m.signer.Key, message)
	if err != nil {
		return nil, fmt.Errorf("cms: signing: %w", err)
	}
	der := m.marshal(attributes, signature)
	lim.Capabilities = readOwnCapabilities
	si, err := parseSignerInfo(der, 0, lim)
	if err != nil {
		return nil, fmt.Errorf("cms: signature that was made cannot be read back: %w", err)
	}
	si.applyRules(contentType)
	check := &SignedData{EContentType: contentType, lim: lim, digested: content}
	if err := check.Verify(si, m.signer.Certificate); err != nil {
		return nil, fmt.Errorf("cms: signature that was made is not good: %w", err)
	}
	return der, nil
}
