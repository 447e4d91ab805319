package cms

import (
	"bytes"
	"errors"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms/ber"
	"smimectl/internal/recent"
)

// KeptSigners keeps of signers what is the same in all the SignerInfos that they make:
// nothing of their keys and nothing of a message. It serves several goroutines at once.
type KeptSigners struct {
	heads *recent.Answers[signerQuestion, *signerHead]
}

// keptSigners is how many are kept, at least: one has about 2 kB.
const keptSigners = 64

// NewKeptSigners keeps nothing yet.
func NewKeptSigners() *KeptSigners {
	return &KeptSigners{heads: recent.New[signerQuestion, *signerHead](keptSigners)}
}

// signerQuestion is all that a signerHead depends on. Certificates do not change, so that
// one stands for its octets.
type signerQuestion struct {
	certificate *cert.Certificate
	options     algorithm.SignOptions
	byKeyID     bool
	encryption  *cert.Certificate
	contentType ContentType
	time        uint32 // the tag of the signing time; 0: there is none
}

// signerHead is what the SignerInfos of a signer have in common.
type signerHead struct {
	key    *algorithm.PublicKey
	scheme *algorithm.Signature
	id     SignerID

	before    []byte // version, sid and digestAlgorithm
	after     []byte // signatureAlgorithm
	signed    []byte // the SET OF signed attributes, with room for those of the message
	digest    int    // where the digest stands in it
	timestamp int    // and the signing time
	timeSize  int
}

// head is what the SignerInfos of a signer have in common, made once for the same signer.
func (k *KeptSigners) head(s *Signer, contentType ContentType, opt *SignedDataOptions) (*signerHead, error) {
	if k == nil || opt.Capabilities != nil {
		return newSignerHead(s, contentType, opt)
	}
	q := signerQuestion{certificate: s.Certificate, options: s.Options, byKeyID: s.ByKeyID, encryption: s.Encryption, contentType: contentType}
	if !opt.Time.IsZero() {
		q.time = timeTag(opt.Time).Number
	}
	if h, ok := k.heads.Get(q); ok && s.canSign() {
		return h, nil
	}
	h, err := newSignerHead(s, contentType, opt)
	if err == nil {
		k.heads.Put(q, h)
	}
	return h, err
}

func newSignerHead(s *Signer, contentType ContentType, opt *SignedDataOptions) (*signerHead, error) {
	scheme, key, err := s.scheme()
	if err != nil {
		return nil, err
	}
	h := &signerHead{key: key, scheme: scheme}
	if h.id, err = identify(s.Certificate, s.ByKeyID); err != nil {
		return nil, err
	}
	if err := h.attributes(s, contentType, opt); err != nil {
		return nil, err
	}
	version := int64(1)
	if h.id.KeyID != nil {
		version = 3
	}
	var b cryptobyte.Builder
	b.AddASN1Int64(version)
	h.id.addTo(&b)
	scheme.Digest.Identifier().AddTo(&b)
	if h.before, err = b.Bytes(); err != nil {
		return nil, err
	}
	h.after = scheme.Identifier.DER()
	return h, nil
}

// attributes makes the signed attributes, with octets that stand in nothing else where those of
// a message will be. In what order DER has them does not hang on these: the types before them differ.
func (h *signerHead) attributes(s *Signer, contentType ContentType, opt *SignedDataOptions) error {
	caps, err := announced()
	if opt.Capabilities != nil {
		caps, err = marshalCapabilities(opt.Capabilities)
	}
	if err != nil {
		return err
	}
	ess, err := signingCertificateV2(s.Certificate)
	if err != nil {
		return err
	}
	protection, err := h.algorithmProtection()
	if err != nil {
		return err
	}
	var b cryptobyte.Builder
	contentType.AddTo(&b)
	digest := messageDigest(make([]byte, h.scheme.Digest.Size))
	list := []Attribute{
		{attrContentType, [][]byte{b.BytesOrPanic()}},
		{attrCapabilities, [][]byte{caps}},
		{attrSigningCertificateV2, [][]byte{ess}},
		{attrAlgorithmProtection, [][]byte{protection}},
		{attrMessageDigest, [][]byte{digest}},
	}
	if s.Encryption != nil {
		list = append(list, Attribute{attrEncryptionKey, [][]byte{keyPreference(s.Encryption)}})
	}
	var at []byte
	if !opt.Time.IsZero() {
		at = marshalTime(opt.Time)
		list = append(list, Attribute{attrSigningTime, [][]byte{at}})
	}
	h.signed = marshalAttributes(ber.Set, list)
	if h.digest, err = place(h.signed, attrMessageDigest, digest); err != nil {
		return err
	}
	h.digest += len(digest) - h.scheme.Digest.Size
	if at != nil {
		if h.timestamp, err = place(h.signed, attrSigningTime, at); err != nil {
			return err
		}
	}
	h.timeSize = len(at)
	return nil
}

// place is where the value of an attribute stands in the DER of attributes.
func place(attributes []byte, oid algorithm.OID, value []byte) (int, error) {
	var b cryptobyte.Builder
	oid.AddTo(&b)
	begins := append(b.BytesOrPanic(), ber.AppendHeader(nil, ber.Set, true, uint64(len(value)))...)
	begins = append(begins, value...)
	at := bytes.Index(attributes, begins)
	if at < 0 || bytes.Contains(attributes[at+1:], begins) {
		return 0, errors.New("cms: internal error: an attribute is not where it was put")
	}
	return at + len(begins) - len(value), nil
}

// messageDigest is the value of the attribute for a digest.
func messageDigest(sum []byte) []byte {
	return append(ber.AppendHeader(nil, ber.OctetString, false, uint64(len(sum))), sum...)
}

// attributesFor returns the signed attributes, as they are signed, for a digest of the
// content and a time. Of both the size is known beforehand.
func (h *signerHead) attributesFor(sum []byte, at time.Time) ([]byte, error) {
	if len(sum) != h.scheme.Digest.Size {
		return nil, errors.New("cms: internal error: a digest of another size")
	}
	out := bytes.Clone(h.signed)
	copy(out[h.digest:], sum)
	if h.timeSize > 0 {
		value := marshalTime(at)
		if len(value) != h.timeSize || value[0] != out[h.timestamp] {
			return nil, errors.New("cms: internal error: a time of another kind")
		}
		copy(out[h.timestamp:], value)
	}
	return out, nil
}

// algorithmProtection returns the value of the CMSAlgorithmProtection (RFC
// 6211): the identifiers exactly as in the SignerInfo.
func (h *signerHead) algorithmProtection() ([]byte, error) {
	s := cryptobyte.String(h.scheme.Identifier.DER())
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) {
		return nil, errors.New("cms: internal error: malformed signature algorithm")
	}
	return ber.Wrap(ber.Sequence, h.scheme.Digest.Identifier().DER(), ber.Wrap(ber.Context(1), body)), nil
}

// marshal returns the SignerInfo in DER. The attributes are as they are signed.
func (h *signerHead) marshal(attributes, signature []byte) []byte {
	octets := ber.AppendHeader(make([]byte, 0, 8), ber.OctetString, false, uint64(len(signature)))
	return ber.Wrap(ber.Sequence, h.before, []byte{0xa0}, // the tag [0] for that of SET
		attributes[1:], h.after, octets, signature)
}

// timeTag is that of UTCTime through the year 2049, else of GeneralizedTime (RFC 5652,
// Section 11.3).
func timeTag(t time.Time) ber.Tag {
	if y := t.UTC().Year(); y < 1950 || y >= 2050 {
		return ber.Tag{Class: ber.Universal, Number: 24}
	}
	return ber.Tag{Class: ber.Universal, Number: 23}
}

// marshalTime returns a Time in DER.
func marshalTime(t time.Time) []byte {
	t = t.UTC()
	tag, layout := timeTag(t), "060102150405Z"
	if tag.Number == 24 {
		layout = "20060102150405Z"
	}
	out := make([]byte, 0, 2+len("20060102150405Z"))
	return t.AppendFormat(ber.AppendHeader(out, tag, false, uint64(len(layout))), layout)
}
