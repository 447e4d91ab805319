package cert

import (
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

// Limits of an OCSP response. A CA answers for one certificate, and sends one
// with the key that signed.
const (
	maxOCSPSize         = 1 << 20
	maxOCSPAnswers      = 1024
	maxOCSPCertificates = 16
)

const (
	oidOCSPBasic   = algorithm.OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x01") // 1.3.6.1.5.5.7.48.1.1
	oidOCSPNonce   = algorithm.OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x02") // 1.3.6.1.5.5.7.48.1.2
	oidOCSPNoCheck = algorithm.OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x05") // 1.3.6.1.5.5.7.48.1.5
	oidOCSPArchive = algorithm.OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x06") // 1.3.6.1.5.5.7.48.1.6
	oidOCSPRevoke  = algorithm.OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x09") // 1.3.6.1.5.5.7.48.1.9
)

// ocspKnown are the extensions that may be critical: a nonce is compared by who
// asked, see AnswersNonce; what an archive or a certificate that was never issued
// is, the answer itself says.
var ocspKnown = []algorithm.OID{oidOCSPNonce, oidOCSPArchive, oidOCSPRevoke}

// OCSP is a response of the Online Certificate Status Protocol (RFC 6960,
// Section 4.2.1).
type OCSP struct {
	Raw                []byte // the whole OCSPResponse
	RawTBS             []byte // what is signed
	ResponderName      *Name  // byName; nil when the responder is named by its key
	ResponderKey       []byte // byKey: SHA-1 of the key
	ProducedAt         time.Time
	Answers            []OCSPAnswer
	SignatureAlgorithm algorithm.Identifier
	Signature          []byte
	Certificates       []*Certificate // those that can be read
	Extensions         []Extension
}

// ParseOCSP reads der, which must hold one OCSPResponse in DER and nothing
// else, of status successful and of type id-pkix-ocsp-basic.
//
//	OCSPResponse ::= SEQUENCE {
//	    responseStatus     OCSPResponseStatus,
//	    responseBytes      [0] EXPLICIT ResponseBytes OPTIONAL }
//	ResponseBytes ::= SEQUENCE {
//	    responseType       OBJECT IDENTIFIER,
//	    response           OCTET STRING }
func ParseOCSP(der []byte) (*OCSP, error) {
	if len(der) > maxOCSPSize {
		return nil, &LimitError{What: "OCSP response"}
	}
	s := cryptobyte.String(der)
	var body, wrapped, bytes, response cryptobyte.String
	var status int
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() || !body.ReadASN1Enum(&status) {
		return nil, malformedOCSP("not one SEQUENCE with a status")
	}
	if status != 0 {
		return nil, malformedOCSP("the responder gave no answer: " + ocspStatus(status))
	}
	if !body.ReadASN1(&wrapped, tagExplicit0) || !body.Empty() || !wrapped.ReadASN1(&bytes, asn1.SEQUENCE) || !wrapped.Empty() {
		return nil, malformedOCSP("responseBytes")
	}
	kind, ok := algorithm.ReadOID(&bytes)
	if !ok || !bytes.ReadASN1(&response, asn1.OCTET_STRING) || !bytes.Empty() {
		return nil, malformedOCSP("responseBytes")
	}
	if kind != oidOCSPBasic {
		return nil, malformedOCSP("a response of type " + kind.String())
	}
	r := &OCSP{Raw: der}
	if err := r.readBasic(response); err != nil {
		return nil, err
	}
	return r, nil
}

var (
	tagExplicit0 = asn1.Tag(0).Constructed().ContextSpecific()
	tagExplicit1 = asn1.Tag(1).Constructed().ContextSpecific()
	tagExplicit2 = asn1.Tag(2).Constructed().ContextSpecific()
)

func malformedOCSP(detail string) error { return &SyntaxError{What: "OCSP response", Detail: detail} }

var ocspStatusNames = [...]string{"successful", "malformedRequest", "internalError", "tryLater", "", "sigRequired", "unauthorized"}

func ocspStatus(n int) string {
	if n < 0 || n >= len(ocspStatusNames) || ocspStatusNames[n] == "" {
		return "an unknown status"
	}
	return ocspStatusNames[n]
}

// readBasic reads
//
//	BasicOCSPResponse ::= SEQUENCE {
//	    tbsResponseData      ResponseData,
//	    signatureAlgorithm   AlgorithmIdentifier,
//	    signature            BIT STRING,
//	    certs                [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }
func (r *OCSP) readBasic(der cryptobyte.String) error {
	var body, tbs, wrapped, list cryptobyte.String
	if !der.ReadASN1(&body, asn1.SEQUENCE) || !der.Empty() || !body.ReadASN1Element(&tbs, asn1.SEQUENCE) {
		return malformedOCSP("not a BasicOCSPResponse")
	}
	r.RawTBS = tbs
	var ok, present bool
	if r.SignatureAlgorithm, ok = algorithm.ReadIdentifier(&body); !ok || !readSignature(&body, &r.Signature) {
		return malformedOCSP("signature")
	}
	if !body.ReadOptionalASN1(&wrapped, &present, tagExplicit0) || !body.Empty() ||
		present && (!wrapped.ReadASN1(&list, asn1.SEQUENCE) || !wrapped.Empty()) {
		return malformedOCSP("certificates")
	}
	for n := 0; !list.Empty(); n++ {
		var one cryptobyte.String
		if !list.ReadASN1Element(&one, asn1.SEQUENCE) {
			return malformedOCSP("certificates")
		}
		if n == maxOCSPCertificates {
			return &LimitError{What: "OCSP response: certificates"}
		}
		if c, err := Parse(one); err == nil {
			r.Certificates = append(r.Certificates, c)
		}
	}
	return r.readData(tbs)
}

// readData reads
//
//	ResponseData ::= SEQUENCE {
//	    version              [0] EXPLICIT Version DEFAULT v1,
//	    responderID              ResponderID,
//	    producedAt               GeneralizedTime,
//	    responses                SEQUENCE OF SingleResponse,
//	    responseExtensions   [1] EXPLICIT Extensions OPTIONAL }
//	ResponderID ::= CHOICE {
//	    byName               [1] Name,
//	    byKey                [2] KeyHash }
func (r *OCSP) readData(der cryptobyte.String) error {
	var tbs, version, id, list cryptobyte.String
	var present bool
	if !der.ReadASN1(&tbs, asn1.SEQUENCE) || !tbs.ReadOptionalASN1(&version, &present, tagExplicit0) {
		return malformedOCSP("tbsResponseData")
	}
	if v := 0; present && (!version.ReadASN1Integer(&v) || !version.Empty() || v != 0) {
		return malformedOCSP("version")
	}
	switch {
	case tbs.PeekASN1Tag(tagExplicit1):
		if !tbs.ReadASN1(&id, tagExplicit1) {
			return malformedOCSP("responderID")
		}
		name, err := readName(&id)
		if err != nil {
			return err
		}
		r.ResponderName = &name
	case tbs.PeekASN1Tag(tagExplicit2):
		var key cryptobyte.String
		if !tbs.ReadASN1(&id, tagExplicit2) || !id.ReadASN1(&key, asn1.OCTET_STRING) {
			return malformedOCSP("responderID")
		}
		r.ResponderKey = key
	default:
		return malformedOCSP("responderID")
	}
	if !id.Empty() {
		return malformedOCSP("responderID")
	}
	if !readOCSPTime(&tbs, &r.ProducedAt) || !tbs.ReadASN1(&list, asn1.SEQUENCE) {
		return malformedOCSP("producedAt and responses")
	}
	var err error
	if r.Extensions, err = readOCSPExtensions(&tbs); err != nil {
		return err
	}
	for !list.Empty() {
		if len(r.Answers) == maxOCSPAnswers {
			return &LimitError{What: "OCSP response: answers"}
		}
		a, err := readAnswer(&list)
		if err != nil {
			return err
		}
		r.Answers = append(r.Answers, a)
	}
	return nil
}

// readOCSPTime reads a GeneralizedTime, the only form that OCSP knows.
func readOCSPTime(s *cryptobyte.String, out *time.Time) bool {
	return s.PeekASN1Tag(asn1.GeneralizedTime) && readTime(s, out)
}

// readOCSPExtensions reads what stands last in a structure.
func readOCSPExtensions(s *cryptobyte.String) ([]Extension, error) {
	var wrapped cryptobyte.String
	var present bool
	if !s.ReadOptionalASN1(&wrapped, &present, tagExplicit1) || !s.Empty() {
		return nil, malformedOCSP("extensions")
	}
	if !present {
		return nil, nil
	}
	return readExtensions(wrapped, "OCSP response")
}

// CheckSignedBy checks the signature of the response with a key. nil is the
// only answer that means it verifies.
func (r *OCSP) CheckSignedBy(responder *algorithm.PublicKey) error {
	return checkSignature(r.SignatureAlgorithm, r.RawTBS, r.Signature, responder)
}
