package cms

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// id-ri-ocsp-response (RFC 5940, Section 2.1).
const oidOCSPResponse = algorithm.OID("\x2b\x06\x01\x05\x05\x07\x10\x02") // 1.3.6.1.5.5.7.16.2

// OCSPResponses returns the OCSP responses that stand beside the revocation
// lists (RFC 5940, Section 2.1), each an OCSPResponse that nobody has read.
// Revocation information of another kind is passed over.
//
//	OtherRevocationInfoFormat ::= SEQUENCE {
//	    otherRevInfoFormat OBJECT IDENTIFIER,
//	    otherRevInfo ANY DEFINED BY otherRevInfoFormat }
func (sd *SignedData) OCSPResponses() [][]byte {
	var out [][]byte
	for _, raw := range sd.OtherRevocation {
		der, err := ber.ToDER(raw, sd.lim.ber())
		if err != nil {
			continue
		}
		s := cryptobyte.String(der)
		var body cryptobyte.String
		if !s.ReadASN1(&body, asn1.Tag(1).Constructed().ContextSpecific()) || !s.Empty() {
			continue
		}
		if oid, ok := algorithm.ReadOID(&body); ok && oid == oidOCSPResponse {
			out = append(out, body)
		}
	}
	return out
}
