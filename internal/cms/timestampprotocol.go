package cms

import (
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

// NewTimeStampRequest returns a question to a time-stamping authority, for a
// digest of what is to be stamped (RFC 3161, Section 2.4.1). It asks for the
// certificate of the authority. nonce is a positive number, big-endian; nil:
// none.
//
//	TimeStampReq ::= SEQUENCE {
//	    version INTEGER { v1(1) },
//	    messageImprint MessageImprint,
//	    reqPolicy TSAPolicyId OPTIONAL,
//	    nonce INTEGER OPTIONAL,
//	    certReq BOOLEAN DEFAULT FALSE,
//	    extensions [0] IMPLICIT Extensions OPTIONAL }
func NewTimeStampRequest(d *algorithm.Digest, sum, nonce []byte) []byte {
	// NULL, as RFC 3161 was written with; authorities that refuse absent
	// parameters exist.
	imprint := algorithm.Identifier{OID: d.OID, Parameters: []byte{5, 0}}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			imprint.AddTo(b)
			b.AddASN1OctetString(sum)
		})
		if nonce != nil {
			b.AddASN1(asn1.INTEGER, func(b *cryptobyte.Builder) { b.AddBytes(nonce) })
		}
		b.AddASN1Boolean(true)
	})
	return b.BytesOrPanic()
}

// TimeStampResponse is the answer of an authority (RFC 3161, Section 2.4.2):
//
//	TimeStampResp ::= SEQUENCE {
//	    status PKIStatusInfo,
//	    timeStampToken ContentInfo OPTIONAL }
//	PKIStatusInfo ::= SEQUENCE {
//	    status INTEGER,
//	    statusString SEQUENCE OF UTF8String OPTIONAL,
//	    failInfo BIT STRING OPTIONAL }
type TimeStampResponse struct {
	Status   int64
	Texts    []string // what the authority says; octets of its choice
	Failures []string // by name
	Token    []byte   // nil: none was granted
}

// statuses are those of a response (RFC 3161, Section 2.4.2).
var statuses = [...]string{"granted", "granted with changes", "rejected", "waiting", "a warning that its certificate will be revoked", "its certificate was revoked"}

// failures names the bits of PKIFailureInfo that there are.
var failures = map[int]string{
	0: "the digest is not accepted", 2: "the request is not allowed", 5: "the request cannot be read", 14: "its clock is not to be had",
	15: "the policy is not accepted", 16: "an extension is not accepted", 17: "what is asked for is not to be had", 25: "it has broken down",
}

// Refusal says why there is no token; "" when there is one.
func (r *TimeStampResponse) Refusal() string {
	if r.Token != nil {
		return ""
	}
	text := fmt.Sprintf("status %d", r.Status)
	if r.Status >= 0 && r.Status < int64(len(statuses)) {
		text = statuses[r.Status]
	}
	return strings.Join(append(append([]string{text}, r.Failures...), r.Texts...), "; ")
}

// Limits of what an authority may say in words.
const (
	maxStatusTexts = 8
	maxStatusText  = 512
)

// ParseTimeStampResponse reads an answer in DER. A granted one has to have a
// token, another must have none.
func ParseTimeStampResponse(der []byte) (*TimeStampResponse, error) {
	s := cryptobyte.String(der)
	var body, status cryptobyte.String
	var r TimeStampResponse
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() || !body.ReadASN1(&status, asn1.SEQUENCE) || !status.ReadASN1Integer(&r.Status) {
		return nil, malformed("this is no TimeStampResp")
	}
	if !r.readTexts(&status) || !r.readFailures(&status) || !status.Empty() {
		return nil, malformed("status of the TimeStampResp")
	}
	if !body.Empty() {
		var token cryptobyte.String
		if !body.ReadASN1Element(&token, asn1.SEQUENCE) || !body.Empty() {
			return nil, malformed("timeStampToken of the TimeStampResp")
		}
		r.Token = append([]byte{}, token...)
	}
	const granted, grantedWithMods = 0, 1
	if has := r.Token != nil; has != (r.Status == granted || r.Status == grantedWithMods) {
		return nil, malformed("status of the TimeStampResp does not go with what it holds")
	}
	return &r, nil
}

func (r *TimeStampResponse) readTexts(status *cryptobyte.String) bool {
	var texts cryptobyte.String
	var present bool
	if !status.ReadOptionalASN1(&texts, &present, asn1.SEQUENCE) {
		return false
	}
	for !texts.Empty() {
		var text cryptobyte.String
		if !texts.ReadASN1(&text, asn1.UTF8String) {
			return false
		}
		if len(r.Texts) < maxStatusTexts {
			r.Texts = append(r.Texts, strings.ToValidUTF8(string(text[:min(len(text), maxStatusText)]), "?"))
		}
	}
	return true
}

func (r *TimeStampResponse) readFailures(status *cryptobyte.String) bool {
	if !status.PeekASN1Tag(asn1.BIT_STRING) {
		return true
	}
	var bits cryptobyte.String
	if !status.ReadASN1(&bits, asn1.BIT_STRING) || len(bits) == 0 || len(bits) > maxInteger || bits[0] > 7 {
		return false
	}
	for i := range 8 * (len(bits) - 1) {
		if bits[1+i/8]&(0x80>>(i%8)) == 0 {
			continue
		}
		name := failures[i]
		if name == "" {
			name = fmt.Sprintf("failure %d", i)
		}
		r.Failures = append(r.Failures, name)
	}
	return true
}
