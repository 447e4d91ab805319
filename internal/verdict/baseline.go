package verdict

import (
	"slices"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
)

// BaselineVersion is the edition of the CA/Browser Forum's "Baseline Requirements for the Issuance and Management of
// Publicly-Trusted S/MIME Certificates" that the built-in rules were taken from.
const BaselineVersion = "1.0.12"

// How much a weakness weighs: what the requirements say SHALL, and what they say SHOULD.
const (
	WeaknessWeak = "weak"
	WeaknessNote = "note"
)

// Weakness is one requirement that a certificate of a path does not fulfil. It changes no verdict: the requirements bind
// CAs whose roots mail programs ship, and nobody else.
type Weakness struct {
	Rule    string `json:"rule"`    // stable name
	Section string `json:"section"` // of the requirements, such as "7.1.2.3 (e)"
	Level   string `json:"level"`   // "weak", "note"
	Text    string `json:"text"`
	SHA256  string `json:"sha256"` // of the certificate it is about

	whose string // of an issuer: how it is called; empty for the certificate that was asked about
}

// baselineRole is the place of a certificate in its path, which decides about the rules that hold for it.
type baselineRole int

const (
	roleSubscriber  baselineRole = iota // Section 7.1.2.3
	roleSubordinate                     // Section 7.1.2.2
	roleRoot                            // Section 7.1.2.1
)

// Generations of the requirements, by the last arc of the reserved policy identifiers (Section 7.1.6.1). Where no
// identifier says which, the rules of the oldest one are used: they ask for least.
const (
	generationUnknown = iota
	generationLegacy
	generationMultipurpose
	generationStrict
)

// Types of validation, by the arc before.
const (
	typeUnknown = iota
	typeMailbox
	typeOrganization
	typeSponsor
	typeIndividual
)

// baselineSubject is a certificate as the rules see it.
type baselineSubject struct {
	*cert.Certificate
	role       baselineRole
	key        *algorithm.PublicKey // nil when it cannot be read
	keyErr     error
	issuer     *cert.Certificate // nil when it is not there, and of a root
	policies   []cert.PolicyInformation
	reserved   int // how many of the policies are reserved identifiers
	validation int
	generation int
}

// baselineRule is one row of the tables: check says what is wrong with a certificate, and nothing when nothing is.
type baselineRule struct {
	name, section, level string
	check                func(b *baselineSubject) string
}

// Baseline holds the certificates of a path, leaf first, against the S/MIME Baseline Requirements. What only the CA can
// know (how it validated, how it drew a number) is not looked at.
func Baseline(path []*cert.Certificate) []Weakness {
	out := []Weakness{}
	for i, c := range path {
		if c == nil {
			continue
		}
		var issuer *cert.Certificate
		if i+1 < len(path) {
			issuer = path[i+1]
		}
		b := newBaselineSubject(c, issuer, i == 0)
		for _, rules := range [][]baselineRule{baselineCommon(), baselineRulesOf(b.role)} {
			for _, rule := range rules {
				text := rule.check(b)
				if text == "" {
					continue
				}
				w := Weakness{Rule: rule.name, Section: rule.section, Level: rule.level, Text: Escape(text), SHA256: c.Fingerprint()}
				if i > 0 {
					w.whose = shownName(c.Subject)
				}
				out = append(out, w)
			}
		}
	}
	return out
}

func newBaselineSubject(c, issuer *cert.Certificate, leaf bool) *baselineSubject {
	b := &baselineSubject{Certificate: c, issuer: issuer}
	b.key, b.keyErr = c.PublicKey()
	if b.keyErr != nil {
		b.key = nil
	}
	ca, _, _ := c.BasicConstraints()
	switch {
	case leaf && (!ca || len(c.MailNames()) > 0): // somebody's own, whatever it says of itself
		b.role = roleSubscriber
	case c.SelfIssued():
		b.role = roleRoot
	default:
		b.role = roleSubordinate
	}
	b.policies, _ = c.Policies()
	for _, p := range b.policies {
		if validation, generation, ok := reservedPolicy(p.Policy); ok {
			b.reserved++
			// Of several, the one that asks for most.
			if generation > b.generation {
				b.validation, b.generation = validation, generation
			}
		}
	}
	return b
}

// reservedPolicy reads an identifier of Section 7.1.6.1: 2.23.140.1.5, the type of validation, the generation.
func reservedPolicy(oid algorithm.OID) (validation, generation int, ok bool) {
	for validation = typeMailbox; validation <= typeIndividual; validation++ {
		for generation = generationLegacy; generation <= generationStrict; generation++ {
			if oid == reservedPolicies[validation-1][generation-1] {
				return validation, generation, true
			}
		}
	}
	return typeUnknown, generationUnknown, false
}

var reservedPolicies = [4][3]algorithm.OID{
	{algorithm.OID("\x67\x81\x0c\x01\x05\x01\x01") /* 2.23.140.1.5.1.1 */, algorithm.OID("\x67\x81\x0c\x01\x05\x01\x02") /* 2.23.140.1.5.1.2 */, algorithm.OID("\x67\x81\x0c\x01\x05\x01\x03") /* 2.23.140.1.5.1.3 */},
	{algorithm.OID("\x67\x81\x0c\x01\x05\x02\x01") /* 2.23.140.1.5.2.1 */, algorithm.OID("\x67\x81\x0c\x01\x05\x02\x02") /* 2.23.140.1.5.2.2 */, algorithm.OID("\x67\x81\x0c\x01\x05\x02\x03") /* 2.23.140.1.5.2.3 */},
	{algorithm.OID("\x67\x81\x0c\x01\x05\x03\x01") /* 2.23.140.1.5.3.1 */, algorithm.OID("\x67\x81\x0c\x01\x05\x03\x02") /* 2.23.140.1.5.3.2 */, algorithm.OID("\x67\x81\x0c\x01\x05\x03\x03") /* 2.23.140.1.5.3.3 */},
	{algorithm.OID("\x67\x81\x0c\x01\x05\x04\x01") /* 2.23.140.1.5.4.1 */, algorithm.OID("\x67\x81\x0c\x01\x05\x04\x02") /* 2.23.140.1.5.4.2 */, algorithm.OID("\x67\x81\x0c\x01\x05\x04\x03") /* 2.23.140.1.5.4.3 */},
}

// legacyEnd is the day from which the generation Legacy is not issued any more (Section 1.2.1).
func legacyEnd() time.Time { return time.Date(2025, 7, 15, 0, 0, 0, 0, time.UTC) }

// baselinePath is the path that is held against the requirements: the one that was judged, else the certificate alone.
func baselinePath(leaf *cert.Certificate, path *certpath.Path) []*cert.Certificate {
	if path == nil || len(path.Certificates) == 0 || !path.Certificates[0].Equal(leaf) {
		return []*cert.Certificate{leaf}
	}
	return path.Certificates
}

// critical says whether an extension is there and marked critical.
func (b *baselineSubject) critical(oid algorithm.OID) bool {
	e := b.Extension(oid)
	return e != nil && e.Critical
}

// notCritical makes the check of an extension that must not be, or should not be, critical.
func notCritical(oid algorithm.OID, name string) func(b *baselineSubject) string {
	return func(b *baselineSubject) string {
		if b.critical(oid) {
			return name + " is critical"
		}
		return ""
	}
}

// isCritical makes the check of one that must be.
func isCritical(oid algorithm.OID, name string) func(b *baselineSubject) string {
	return func(b *baselineSubject) string {
		if b.Extension(oid) != nil && !b.critical(oid) {
			return name + " is not critical"
		}
		return ""
	}
}

// isPresent makes the check of one that must be there.
func isPresent(oid algorithm.OID, name string) func(b *baselineSubject) string {
	return func(b *baselineSubject) string {
		if b.Extension(oid) == nil {
			return "no " + name
		}
		return ""
	}
}

// isAbsent makes the check of one that must not be there.
func isAbsent(oid algorithm.OID, name string) func(b *baselineSubject) string {
	return func(b *baselineSubject) string {
		if b.Extension(oid) != nil {
			return name + " is there"
		}
		return ""
	}
}

// attributes are the values of one type in the subject, as text.
func (b *baselineSubject) attributes(oid algorithm.OID) []string { return attributesOf(b.Subject, oid) }

func attributesOf(n cert.Name, oid algorithm.OID) []string {
	var out []string
	for _, rdn := range n.Attributes() {
		for _, a := range rdn {
			if a.Type == oid {
				text, _ := a.Text()
				out = append(out, text)
			}
		}
	}
	return out
}

func (b *baselineSubject) hasPurpose(oids ...algorithm.OID) bool {
	list, _ := b.ExtKeyUsage()
	return slices.ContainsFunc(oids, func(oid algorithm.OID) bool { return slices.Contains(list, oid) })
}
