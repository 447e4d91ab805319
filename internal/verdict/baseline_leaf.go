package verdict

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// mostDays is the longest validity by generation (Section 6.3.2).
func (b *baselineSubject) mostDays() int {
	if b.generation >= generationMultipurpose {
		return 825
	}
	return 1185
}

// validity counts days as the requirements do: both ends belong to it (RFC 5280, Section 4.1.2.5), and a day that has
// begun counts whole.
func (b *baselineSubject) validity() string {
	const day = 24 * time.Hour
	if b.NotAfter.Sub(b.NotBefore) == 1<<63-1 {
		return fmt.Sprintf("valid for centuries, at most %d days are allowed", b.mostDays())
	}
	days := int((b.NotAfter.Sub(b.NotBefore) + time.Second + day - 1) / day)
	if days > b.mostDays() {
		return fmt.Sprintf("valid for %d days, at most %d are allowed", days, b.mostDays())
	}
	return ""
}

func (b *baselineSubject) legacyGeneration() string {
	if b.generation == generationLegacy && !b.NotBefore.Before(legacyEnd()) {
		return "of the generation Legacy, which ended on " + day(legacyEnd())
	}
	return ""
}

func (b *baselineSubject) policy() string {
	if b.reserved == 0 {
		return "certificatePolicies names none of the policies 2.23.140.1.5"
	}
	return ""
}

func (b *baselineSubject) policySeveral() string {
	if b.reserved > 1 {
		return fmt.Sprintf("certificatePolicies names %d of the policies 2.23.140.1.5, one is allowed", b.reserved)
	}
	return ""
}

func (b *baselineSubject) policyCPS() string {
	for _, p := range b.policies {
		for _, uri := range p.CPS {
			if s := scheme(uri); s != "http" && s != "https" {
				return "the pointer to the practice statement is no web address: " + quote(clip(uri))
			}
		}
	}
	return ""
}

// scheme is the part of a URI before the colon (RFC 3986, Section 3.1).
func scheme(uri string) string {
	before, _, found := strings.Cut(uri, ":")
	if !found {
		return ""
	}
	return strings.ToLower(before)
}

func (b *baselineSubject) crlAddresses() []string {
	points, _ := b.DistributionPoints()
	var out []string
	for _, p := range points {
		for _, g := range p.Name.Full {
			if g.Kind == cert.KindURI {
				out = append(out, string(g.Value))
			}
		}
	}
	return out
}

func (b *baselineSubject) crl() string {
	switch {
	case b.Extension(oidDistributionPoints) == nil:
		return "no cRLDistributionPoints"
	case len(b.crlAddresses()) == 0:
		return "cRLDistributionPoints names no address"
	}
	return ""
}

func (b *baselineSubject) crlScheme() string {
	return b.onlyHTTP("a revocation list", b.crlAddresses())
}

// onlyHTTP holds addresses against the rule of the generation: each of them by http, or one at least.
func (b *baselineSubject) onlyHTTP(what string, addresses []string) string {
	var other []string
	for _, uri := range addresses {
		if scheme(uri) != "http" {
			other = append(other, uri)
		}
	}
	switch {
	case len(other) == 0:
		return ""
	case b.generation >= generationMultipurpose || len(other) == len(addresses):
		return "the address of " + what + " is not by http: " + quote(clip(other[0]))
	}
	return ""
}

func (b *baselineSubject) infoAccess() string {
	switch {
	case b.Extension(oidInfoAccess) == nil:
		return "no authorityInfoAccess"
	case len(b.InfoAccess().Issuers) == 0:
		return "authorityInfoAccess does not say where the issuer's certificate is"
	}
	return ""
}

func (b *baselineSubject) infoAccessScheme() string {
	access := b.InfoAccess()
	if text := b.onlyHTTP("the OCSP responder", access.OCSP); text != "" {
		return text
	}
	return b.onlyHTTP("the issuer's certificate", access.Issuers)
}

func (b *baselineSubject) noCA() string {
	ca, pathLen, _ := b.BasicConstraints()
	switch {
	case ca:
		return "basicConstraints makes it a CA"
	case pathLen >= 0:
		return "basicConstraints has a path length"
	}
	return ""
}

// Purposes of extKeyUsage (RFC 5280, Section 4.2.1.12).
var forbiddenPurposes = [...]algorithm.OID{
	algorithm.OID("\x2b\x06\x01\x05\x05\x07\x03\x01"), /* 1.3.6.1.5.5.7.3.1 */ // id-kp-serverAuth
	algorithm.OID("\x2b\x06\x01\x05\x05\x07\x03\x03"), /* 1.3.6.1.5.5.7.3.3 */ // id-kp-codeSigning
	algorithm.OID("\x2b\x06\x01\x05\x05\x07\x03\x08"), /* 1.3.6.1.5.5.7.3.8 */ // id-kp-timeStamping
	cert.PurposeAny,
}

func (b *baselineSubject) purposeMail() string {
	switch {
	case b.Extension(oidExtKeyUsage) == nil:
		return "no extKeyUsage"
	case !b.hasPurpose(cert.PurposeEmailProtection):
		return "extKeyUsage does not have emailProtection"
	}
	return ""
}

func (b *baselineSubject) purposeForbidden() string {
	if b.hasPurpose(forbiddenPurposes[:]...) {
		return "extKeyUsage has one of serverAuth, codeSigning, timeStamping and any"
	}
	return ""
}

func (b *baselineSubject) purposeStrict() string {
	list, _ := b.ExtKeyUsage()
	if b.generation == generationStrict && slices.ContainsFunc(list, func(oid algorithm.OID) bool { return oid != cert.PurposeEmailProtection }) {
		return "extKeyUsage has more than emailProtection, which the generation Strict forbids"
	}
	return ""
}

func (b *baselineSubject) authorityKey() string {
	switch {
	case b.Extension(oidAuthorityKeyID) == nil:
		return "no authorityKeyIdentifier"
	case b.critical(oidAuthorityKeyID):
		return "authorityKeyIdentifier is critical"
	case len(b.AuthorityKeyID()) == 0:
		return "authorityKeyIdentifier has no keyIdentifier"
	case b.NamesAuthorityCertificate():
		return "authorityKeyIdentifier names the issuer's certificate"
	}
	return ""
}

func (b *baselineSubject) directoryAttributes() string {
	switch {
	case b.Extension(oidDirectoryAttrs) == nil:
		return ""
	case b.generation >= generationMultipurpose:
		return "subjectDirectoryAttributes is there, which only the generation Legacy allows"
	case b.critical(oidDirectoryAttrs):
		return "subjectDirectoryAttributes is critical"
	}
	return ""
}

func (b *baselineSubject) legalEntity() string {
	lei, role := b.Extension(oidLEI) != nil, b.Extension(oidLEIRole) != nil
	switch {
	case (lei || role) && (b.validation == typeMailbox || b.validation == typeIndividual):
		return "a legal entity identifier, which certificates of this type do not have"
	case role && b.validation == typeOrganization:
		return "a legal entity identifier of a role, which certificates of this type do not have"
	case b.critical(oidLEI) || b.critical(oidLEIRole):
		return "the legal entity identifier is critical"
	}
	return ""
}

func (b *baselineSubject) adobe() string {
	switch {
	case b.Extension(oidAdobeTimestamp) == nil && b.Extension(oidAdobeRevocation) == nil:
		return ""
	case b.generation == generationStrict:
		return "an extension of Adobe, which the generation Strict forbids"
	case b.critical(oidAdobeTimestamp) || b.critical(oidAdobeRevocation):
		return "an extension of Adobe is critical"
	}
	return ""
}
