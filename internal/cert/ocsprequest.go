package cert

import (
	"crypto/subtle"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

// OCSPNonceSize is how many octets a nonce has that is sent: what RFC 9654,
// Section 2.1 recommends, and the most that older responders take (RFC 8954).
const OCSPNonceSize = 32

// maxOCSPNonce is the longest nonce of an answer that is read (RFC 9654,
// Section 2.1).
const maxOCSPNonce = 128

// NewOCSPRequest makes the request for one certificate (RFC 6960,
// Section 4.1.1), with a nonce unless that is nil:
//
//	OCSPRequest ::= SEQUENCE { tbsRequest TBSRequest }
//	TBSRequest ::= SEQUENCE {
//	    requestList           SEQUENCE OF Request,
//	    requestExtensions [2] EXPLICIT Extensions OPTIONAL }
//	Request ::= SEQUENCE { reqCert CertID }
//
// The CertID is made with SHA-1: responders answer out of tables that are made
// with it (RFC 5019, Section 2.1.1), and nothing but a name is hashed.
func NewOCSPRequest(c, issuer *Certificate, nonce []byte) ([]byte, error) {
	key, ok := keyBits(issuer.SPKI)
	if !ok {
		return nil, &SyntaxError{What: "certificate", Detail: "subjectPublicKeyInfo"}
	}
	d, err := algorithm.DigestByName("sha1")
	if err != nil {
		return nil, err
	}
	sum := func(data []byte) []byte {
		h := d.New()
		h.Write(data)
		return h.Sum(nil)
	}
	// Old responders compare the CertID octet by octet with tables that have the NULL.
	hash := algorithm.Identifier{OID: d.OID, Parameters: []byte{byte(asn1.NULL), 0}}
	var b cryptobyte.Builder
	sequence := func(b *cryptobyte.Builder, f cryptobyte.BuilderContinuation) { b.AddASN1(asn1.SEQUENCE, f) }
	sequence(&b, func(b *cryptobyte.Builder) {
		sequence(b, func(b *cryptobyte.Builder) { // TBSRequest
			sequence(b, func(b *cryptobyte.Builder) { // requestList
				sequence(b, func(b *cryptobyte.Builder) { // Request
					sequence(b, func(b *cryptobyte.Builder) { // CertID
						hash.AddTo(b)
						b.AddASN1OctetString(sum(c.Issuer.Raw))
						b.AddASN1OctetString(sum(key))
						b.AddASN1(asn1.INTEGER, func(b *cryptobyte.Builder) { b.AddBytes(c.Serial) })
					})
				})
			})
			if nonce == nil {
				return
			}
			b.AddASN1(tagExplicit2, func(b *cryptobyte.Builder) {
				sequence(b, func(b *cryptobyte.Builder) {
					sequence(b, func(b *cryptobyte.Builder) {
						oidOCSPNonce.AddTo(b)
						b.AddASN1(asn1.OCTET_STRING, func(b *cryptobyte.Builder) { b.AddASN1OctetString(nonce) })
					})
				})
			})
		})
	})
	return b.Bytes()
}

// NonceAnswer is what a response says to the nonce of a request.
type NonceAnswer int

// The answers. NonceOther is the zero value: another nonce than that of the
// request, or one that cannot be read.
const (
	NonceOther  NonceAnswer = iota
	NonceAbsent             // an answer made in advance (RFC 5019, Section 4)
	NonceOurs
)

// AnswersNonce compares the nonce of the response with that of the request
// (RFC 9654, Section 2.1).
func (r *OCSP) AnswersNonce(nonce []byte) NonceAnswer {
	for _, e := range r.Extensions {
		if e.OID != oidOCSPNonce {
			continue
		}
		value := cryptobyte.String(e.Value)
		var got cryptobyte.String
		if len(value) <= maxOCSPNonce+4 && value.ReadASN1(&got, asn1.OCTET_STRING) && value.Empty() &&
			len(got) > 0 && subtle.ConstantTimeCompare(got, nonce) == 1 {
			return NonceOurs
		}
		return NonceOther
	}
	return NonceAbsent
}
