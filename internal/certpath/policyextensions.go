package certpath

import (
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// policyExtensions are the policy extensions of one certificate; numbers are
// -1 where absent.
type policyExtensions struct {
	policies                                    []algorithm.OID
	mappings                                    [][2]algorithm.OID
	strange                                     bool // a policy has a qualifier that is not known
	requireExplicit, inhibitMapping, inhibitAny int
}

// policyReaders is the table of the extensions that are read.
var policyReaders = []struct {
	oid  algorithm.OID
	read func(e *policyExtensions, value cryptobyte.String) bool
}{
	{oidCertificatePolicies, (*policyExtensions).readPolicies},
	{oidPolicyMappings, (*policyExtensions).readMappings},
	{oidPolicyConstraints, (*policyExtensions).readConstraints},
	{oidInhibitAnyPolicy, (*policyExtensions).readInhibitAny},
}

// readPolicyExtensions reads the four of them (RFC 5280, Sections 4.2.1.4,
// 4.2.1.5, 4.2.1.11 and 4.2.1.14).
func readPolicyExtensions(c *cert.Certificate) (*policyExtensions, bool) {
	e := &policyExtensions{requireExplicit: -1, inhibitMapping: -1, inhibitAny: -1}
	for _, x := range c.Extensions {
		for _, r := range policyReaders {
			if r.oid == x.OID && !r.read(e, cryptobyte.String(x.Value)) {
				return nil, false
			}
		}
		if x.OID == oidCertificatePolicies && !x.Critical {
			e.strange = false // Section 4.2.1.4: only a critical extension must be understood to the last
		}
	}
	return e, true
}

func (e *policyExtensions) readInhibitAny(value cryptobyte.String) bool {
	var n uint64
	ok := value.ReadASN1Integer(&n) && value.Empty()
	e.inhibitAny = int(min(n, 1<<20))
	return ok
}

func (e *policyExtensions) readPolicies(value cryptobyte.String) bool {
	var list cryptobyte.String
	if !value.ReadASN1(&list, asn1.SEQUENCE) || !value.Empty() || list.Empty() {
		return false
	}
	for !list.Empty() {
		var info cryptobyte.String
		if len(e.policies) == maxPolicies || !list.ReadASN1(&info, asn1.SEQUENCE) {
			return false
		}
		oid, ok := algorithm.ReadOID(&info)
		if !ok || !info.Empty() && !e.readQualifiers(&info) || !info.Empty() {
			return false
		}
		e.policies = append(e.policies, oid)
	}
	return true
}

// qualifiers are those of RFC 5280, Section 4.2.1.4: they tell people something
// and do not limit what the policy stands for.
var qualifiers = []algorithm.OID{
	algorithm.OID("\x2b\x06\x01\x05\x05\x07\x02\x01"), /* 1.3.6.1.5.5.7.2.1 */ // id-qt-cps
	algorithm.OID("\x2b\x06\x01\x05\x05\x07\x02\x02"), /* 1.3.6.1.5.5.7.2.2 */ // id-qt-unotice
}

// readQualifiers reads SEQUENCE SIZE (1..MAX) OF PolicyQualifierInfo:
//
//	PolicyQualifierInfo ::= SEQUENCE {
//	    policyQualifierId  PolicyQualifierId,
//	    qualifier          ANY DEFINED BY policyQualifierId }
func (e *policyExtensions) readQualifiers(info *cryptobyte.String) bool {
	var list, one, qualifier cryptobyte.String
	if !info.ReadASN1(&list, asn1.SEQUENCE) {
		return false
	}
	for !list.Empty() {
		var tag asn1.Tag
		if !list.ReadASN1(&one, asn1.SEQUENCE) {
			return false
		}
		oid, ok := algorithm.ReadOID(&one)
		if !ok || !one.ReadAnyASN1(&qualifier, &tag) || !one.Empty() {
			return false
		}
		e.strange = e.strange || !slices.Contains(qualifiers, oid)
	}
	return true
}

func (e *policyExtensions) readMappings(value cryptobyte.String) bool {
	var list cryptobyte.String
	if !value.ReadASN1(&list, asn1.SEQUENCE) || !value.Empty() || list.Empty() {
		return false
	}
	for !list.Empty() {
		var pair cryptobyte.String
		if len(e.mappings) == maxPolicies || !list.ReadASN1(&pair, asn1.SEQUENCE) {
			return false
		}
		from, ok1 := algorithm.ReadOID(&pair)
		to, ok2 := algorithm.ReadOID(&pair)
		if !ok1 || !ok2 || !pair.Empty() {
			return false
		}
		e.mappings = append(e.mappings, [2]algorithm.OID{from, to})
	}
	return true
}

func (e *policyExtensions) readConstraints(value cryptobyte.String) bool {
	var body cryptobyte.String
	if !value.ReadASN1(&body, asn1.SEQUENCE) || !value.Empty() || body.Empty() {
		return false
	}
	for i, into := range []*int{&e.requireExplicit, &e.inhibitMapping} {
		var content cryptobyte.String
		var present bool
		if !body.ReadOptionalASN1(&content, &present, asn1.Tag(i).ContextSpecific()) {
			return false
		}
		if !present {
			continue
		}
		if len(content) == 0 || len(content) > 8 || content[0]&0x80 != 0 {
			return false
		}
		n := uint64(0)
		for _, octet := range content {
			n = n<<8 | uint64(octet)
		}
		*into = int(min(n, 1<<20))
	}
	return body.Empty()
}
