package verdict

import (
	"fmt"
	"slices"
	"strings"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// Attributes of a subject (X.520; RFC 5280, Appendix A.1).
const (
	attrCommonName     = algorithm.OID("\x55\x04\x03")                         // 2.5.4.3
	attrSurname        = algorithm.OID("\x55\x04\x04")                         // 2.5.4.4
	attrSerialNumber   = algorithm.OID("\x55\x04\x05")                         // 2.5.4.5
	attrCountry        = algorithm.OID("\x55\x04\x06")                         // 2.5.4.6
	attrLocality       = algorithm.OID("\x55\x04\x07")                         // 2.5.4.7
	attrState          = algorithm.OID("\x55\x04\x08")                         // 2.5.4.8
	attrStreet         = algorithm.OID("\x55\x04\x09")                         // 2.5.4.9
	attrOrganization   = algorithm.OID("\x55\x04\x0a")                         // 2.5.4.10
	attrUnit           = algorithm.OID("\x55\x04\x0b")                         // 2.5.4.11
	attrTitle          = algorithm.OID("\x55\x04\x0c")                         // 2.5.4.12
	attrPostalCode     = algorithm.OID("\x55\x04\x11")                         // 2.5.4.17
	attrGivenName      = algorithm.OID("\x55\x04\x2a")                         // 2.5.4.42
	attrPseudonym      = algorithm.OID("\x55\x04\x41")                         // 2.5.4.65
	attrOrganizationID = algorithm.OID("\x55\x04\x61")                         // 2.5.4.97
	attrEmail          = algorithm.OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01") // 1.2.840.113549.1.9.1
)

func (b *baselineSubject) altNameCritical() string {
	if b.critical(oidSubjectAltName) && !b.Subject.Empty() {
		return "subjectAltName is critical although there is a subject"
	}
	return ""
}

// altMailboxes are the mail addresses of subjectAltName, as they stand there; those of the subject come after them.
func (b *baselineSubject) altMailboxes() []cert.MailName {
	n := 0
	for _, g := range b.AlternativeNames() {
		if isMailboxName(g) {
			n++
		}
	}
	all := b.MailNames()
	return all[:min(n, len(all))]
}

func isMailboxName(g cert.GeneralName) bool {
	return g.Kind == cert.KindRFC822Name || g.Kind == cert.KindOtherName && g.OID == cert.OtherNameSmtpUTF8Mailbox
}

func (b *baselineSubject) mailbox() string {
	if b.Extension(oidSubjectAltName) == nil {
		return "" // san says so
	}
	list := b.altMailboxes()
	if len(list) == 0 {
		return "subjectAltName holds no mail address"
	}
	for _, m := range list {
		if _, err := m.Address(); err != nil {
			return "subjectAltName holds what is no mail address: " + quote(clip(m.Text))
		}
	}
	return ""
}

func (b *baselineSubject) altNameTypes() string {
	for _, g := range b.AlternativeNames() {
		switch {
		case isMailboxName(g), g.Kind == cert.KindDirectoryName:
		case g.Kind == cert.KindOtherName && b.generation != generationStrict:
		default:
			return "subjectAltName holds a name of kind " + g.Kind.String()
		}
	}
	return ""
}

// subjectMailbox wants every mail address of the subject, and of a directoryName, in subjectAltName.
func (b *baselineSubject) subjectMailbox() string {
	var named []string
	add := func(n cert.Name) {
		named = append(named, attributesOf(n, attrEmail)...)
		for _, cn := range attributesOf(n, attrCommonName) {
			if _, err := cert.ParseAddress(cn); err == nil {
				named = append(named, cn)
			}
		}
	}
	add(b.Subject)
	for _, g := range b.AlternativeNames() {
		if g.Kind == cert.KindDirectoryName {
			if n, err := cert.ParseName(g.Value); err == nil {
				add(n)
			}
		}
	}
	for _, text := range named {
		if !b.inAltNames(text) {
			return "the mail address " + quote(clip(text)) + " of the subject is not in subjectAltName"
		}
	}
	return ""
}

func (b *baselineSubject) inAltNames(text string) bool {
	address, err := cert.ParseAddress(text)
	return err == nil && slices.ContainsFunc(b.altMailboxes(), func(m cert.MailName) bool {
		a, err := m.Address()
		return err == nil && a.Equal(address)
	})
}

// commonName can be held against the type where it must be something that stands elsewhere in the certificate.
func (b *baselineSubject) commonName() string {
	for _, cn := range b.attributes(attrCommonName) {
		switch {
		case b.inAltNames(cn):
		case b.validation == typeMailbox:
			return "the common name " + quote(clip(cn)) + " is no mail address of subjectAltName"
		case b.validation == typeOrganization && !slices.Contains(b.attributes(attrOrganization), cn):
			return "the common name " + quote(clip(cn)) + " is neither the organization nor a mail address of subjectAltName"
		}
	}
	return ""
}

func (b *baselineSubject) has(oid algorithm.OID) bool { return len(b.attributes(oid)) > 0 }

func (b *baselineSubject) pseudonym() string {
	if b.has(attrPseudonym) && (b.has(attrGivenName) || b.has(attrSurname)) {
		return "the subject has a pseudonym beside a name"
	}
	return ""
}

func (b *baselineSubject) subjectEmail() string {
	list := b.attributes(attrEmail)
	switch {
	case len(list) > 1:
		return fmt.Sprintf("the subject has %d mail addresses, one is allowed", len(list))
	case len(list) == 1:
		if _, err := cert.ParseAddress(list[0]); err != nil {
			return "emailAddress of the subject is not one mail address: " + quote(clip(list[0]))
		}
	}
	return ""
}

func (b *baselineSubject) country() string {
	for _, code := range b.attributes(attrCountry) {
		if len(code) != 2 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return "the country " + quote(clip(code)) + " is no code of two letters"
		}
	}
	return ""
}

// subjectRule is what the subject of a certificate of one type holds (Sections 7.1.4.2.3 to 7.1.4.2.6).
type subjectRule struct {
	must, mustNot []algorithm.OID
}

func subjectRules(validation int) subjectRule {
	organization := []algorithm.OID{attrOrganization, attrOrganizationID}
	person := []algorithm.OID{attrGivenName, attrSurname, attrPseudonym, attrTitle}
	place := []algorithm.OID{attrStreet, attrLocality, attrState, attrPostalCode, attrCountry}
	switch validation {
	case typeMailbox:
		return subjectRule{nil, slices.Concat(organization, []algorithm.OID{attrUnit}, person, place)}
	case typeOrganization:
		return subjectRule{organization, person}
	case typeSponsor:
		return subjectRule{organization, nil}
	case typeIndividual:
		return subjectRule{nil, append(organization, attrUnit)}
	}
	return subjectRule{}
}

func (b *baselineSubject) subjectMissing() string {
	for _, oid := range subjectRules(b.validation).must {
		if !b.has(oid) {
			return "the subject has no " + attributeTitle(oid)
		}
	}
	named := b.has(attrGivenName) || b.has(attrSurname) || b.has(attrPseudonym)
	if (b.validation == typeSponsor || b.validation == typeIndividual) && b.generation >= generationMultipurpose && !named {
		return "the subject has neither givenName, surname nor pseudonym"
	}
	return ""
}

func (b *baselineSubject) subjectForbidden() string {
	mustNot := subjectRules(b.validation).mustNot
	if b.generation == generationStrict && b.validation != typeUnknown {
		mustNot = append(mustNot, attrStreet, attrPostalCode)
	}
	for _, oid := range mustNot {
		if b.has(oid) {
			return "the subject has " + attributeTitle(oid) + ", which certificates of this type do not have"
		}
	}
	if b.validation == typeUnknown || b.generation == generationLegacy && b.validation != typeMailbox {
		return ""
	}
	for _, rdn := range b.Subject.Attributes() {
		for _, a := range rdn {
			if attributeTitle(a.Type) == "" {
				return "the subject has the attribute " + a.Type.String() + ", which certificates of this type do not have"
			}
		}
	}
	return ""
}

// attributeTitle is the name of an attribute that the requirements know; empty for others.
func attributeTitle(oid algorithm.OID) string {
	return map[algorithm.OID]string{
		attrCommonName: "commonName", attrSurname: "surname", attrSerialNumber: "serialNumber", attrCountry: "countryName",
		attrLocality: "localityName", attrState: "stateOrProvinceName", attrStreet: "streetAddress", attrOrganization: "organizationName",
		attrUnit: "organizationalUnitName", attrTitle: "title", attrPostalCode: "postalCode", attrGivenName: "givenName",
		attrPseudonym: "pseudonym", attrOrganizationID: "organizationIdentifier", attrEmail: "emailAddress",
	}[oid]
}
