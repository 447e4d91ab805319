package verdict

import (
	"fmt"
	"strings"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// policyOfCA wants a reserved identifier, or anyPolicy, which a CA has whose owner issues for itself.
func (b *baselineSubject) policyOfCA() string {
	if b.Extension(oidCertPolicies) == nil {
		return "no certificatePolicies"
	}
	for _, p := range b.policies {
		if p.Policy == oidAnyPolicy {
			return ""
		}
	}
	if b.reserved == 0 {
		return "certificatePolicies names neither one of the policies 2.23.140.1.5 nor anyPolicy"
	}
	return ""
}

func (b *baselineSubject) constraintsOfCA() string {
	ca, _, present := b.BasicConstraints()
	switch {
	case !present:
		return "no basicConstraints"
	case !ca:
		return "basicConstraints does not make it a CA"
	case !b.critical(oidBasicConstraints):
		return "basicConstraints is not critical"
	}
	return ""
}

func (b *baselineSubject) pathLength() string {
	if _, pathLen, _ := b.BasicConstraints(); pathLen >= 0 {
		return fmt.Sprintf("basicConstraints has a path length, %d", pathLen)
	}
	return ""
}

func (b *baselineSubject) keyUsageOfCA() string {
	usage, present := b.KeyUsage()
	const want = cert.UsageKeyCertSign | cert.UsageCRLSign
	switch {
	case !present:
		return "no keyUsage"
	case usage&want != want:
		return "keyUsage does not have both keyCertSign and cRLSign"
	case !b.critical(oidKeyUsage):
		return "keyUsage is not critical"
	}
	return ""
}

func (b *baselineSubject) subjectOfCA() string {
	var missing []string
	for _, oid := range []algorithm.OID{attrCommonName, attrOrganization, attrCountry} {
		if !b.has(oid) {
			missing = append(missing, attributeTitle(oid))
		}
	}
	if len(missing) > 0 {
		return "the subject has no " + strings.Join(missing, ", no ")
	}
	return ""
}
