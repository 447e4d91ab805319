package cert

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

const (
	oidPolicies     = algorithm.OID("\x55\x1d\x20")                     // 2.5.29.32
	oidCPSQualifier = algorithm.OID("\x2b\x06\x01\x05\x05\x07\x02\x01") // 1.3.6.1.5.5.7.2.1
)

// Limits of certificatePolicies. Certificates have two or three policies, with a
// qualifier or two.
const (
	maxPolicies   = 256
	maxQualifiers = 16
)

// PolicyInformation is one certificate policy (RFC 5280, Section 4.2.1.4).
type PolicyInformation struct {
	Policy algorithm.OID
	CPS    []string // values of the qualifiers of type id-qt-cps, as they stand there
}

// Policies returns the certificate policies, and whether the extension is there
// and can be read:
//
//	certificatePolicies ::= SEQUENCE SIZE (1..MAX) OF PolicyInformation
//	PolicyInformation ::= SEQUENCE {
//	    policyIdentifier   CertPolicyId,
//	    policyQualifiers   SEQUENCE SIZE (1..MAX) OF PolicyQualifierInfo OPTIONAL }
//	PolicyQualifierInfo ::= SEQUENCE {
//	    policyQualifierId  PolicyQualifierId,
//	    qualifier          ANY DEFINED BY policyQualifierId }
func (c *Certificate) Policies() ([]PolicyInformation, bool) {
	e := c.Extension(oidPolicies)
	if e == nil {
		return nil, false
	}
	value := cryptobyte.String(e.Value)
	var list cryptobyte.String
	if !value.ReadASN1(&list, asn1.SEQUENCE) || !value.Empty() || list.Empty() {
		return nil, false
	}
	var out []PolicyInformation
	for !list.Empty() {
		var body cryptobyte.String
		if len(out) == maxPolicies || !list.ReadASN1(&body, asn1.SEQUENCE) {
			return nil, false
		}
		info, ok := readPolicyInformation(body)
		if !ok {
			return nil, false
		}
		out = append(out, info)
	}
	return out, true
}

func readPolicyInformation(body cryptobyte.String) (PolicyInformation, bool) {
	var info PolicyInformation
	var ok bool
	if info.Policy, ok = algorithm.ReadOID(&body); !ok {
		return info, false
	}
	if body.Empty() {
		return info, true
	}
	var qualifiers cryptobyte.String
	if !body.ReadASN1(&qualifiers, asn1.SEQUENCE) || !body.Empty() {
		return info, false
	}
	for n := 0; !qualifiers.Empty(); n++ {
		var one, value cryptobyte.String
		var tag asn1.Tag
		if n == maxQualifiers || !qualifiers.ReadASN1(&one, asn1.SEQUENCE) {
			return info, false
		}
		id, ok := algorithm.ReadOID(&one)
		if !ok || !one.ReadAnyASN1(&value, &tag) || !one.Empty() {
			return info, false
		}
		if id == oidCPSQualifier {
			info.CPS = append(info.CPS, string(value))
		}
	}
	return info, true
}

// NamesAuthorityCertificate reports whether the authority key identifier holds
// authorityCertIssuer or authorityCertSerialNumber (RFC 5280, Section 4.2.1.1).
func (c *Certificate) NamesAuthorityCertificate() bool {
	return len(c.known.authorityIssuer) > 0 || c.known.authoritySerial != nil
}
