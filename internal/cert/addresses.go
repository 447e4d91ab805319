package cert

import (
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// maxAddresses bounds the addresses read from one certificate.
const maxAddresses = 1000

// Addresses returns the mail addresses of the certificate without duplicates:
// rfc822Name and SmtpUTF8Mailbox of the alternative names (RFC 8550,
// Section 3; RFC 9598) and emailAddress of the subject. What is no clean
// mailbox is left out: it matches nothing and is reported by BadAddresses.
func (c *Certificate) Addresses() []Address {
	c.mailOnce.Do(c.readAddresses)
	return slices.Clone(c.addresses)
}

// BadAddresses returns the mail addresses of the certificate that are no clean
// mailboxes, escaped and cut for display.
func (c *Certificate) BadAddresses() []string {
	c.mailOnce.Do(c.readAddresses)
	return slices.Clone(c.bad)
}

func (c *Certificate) readAddresses() {
	for _, m := range c.MailNames() {
		if len(c.addresses)+len(c.bad) >= maxAddresses {
			return
		}
		a, err := m.Address()
		if err != nil {
			c.bad = append(c.bad, escaped(m.Text))
			continue
		}
		if !slices.ContainsFunc(c.addresses, a.Equal) {
			c.addresses = append(c.addresses, a)
		}
	}
}

// MailName is a mail address as it stands in a certificate, clean or not.
type MailName struct {
	Text string // the octets of the string
	UTF8 bool   // a SmtpUTF8Mailbox
}

// Address returns the mailbox, or why it is none.
func (m MailName) Address() (Address, error) {
	a, err := ParseAddress(m.Text)
	if err != nil {
		return Address{}, err
	}
	if !m.UTF8 && !isASCII(m.Text) {
		return Address{}, &AddressError{Text: escaped(m.Text), Detail: "characters outside ASCII in an ASCII name"}
	}
	// RFC 9598, Section 3: never for local parts of ASCII, so that one mailbox
	// has one form.
	if m.UTF8 && !a.UTF8 {
		return Address{}, &AddressError{Text: escaped(m.Text), Detail: "a SmtpUTF8Mailbox with a local part of ASCII"}
	}
	return a, nil
}

// MailNames returns every mail address of the certificate as it is written, in
// the order of Addresses, clean or not. Name constraints apply to all of them.
func (c *Certificate) MailNames() []MailName {
	var out []MailName
	for _, g := range c.known.alternatives {
		switch {
		case g.Kind == KindRFC822Name:
			out = append(out, MailName{Text: string(g.Value)})
		case g.Kind == KindOtherName && g.OID == OtherNameSmtpUTF8Mailbox:
			out = append(out, MailName{Text: smtpUTF8Mailbox(g.Value), UTF8: true})
		}
	}
	for _, rdn := range c.Subject.Attributes() {
		for _, a := range rdn {
			if a.Type != oidEmailAddress {
				continue
			}
			text, ok := a.Text()
			if !ok {
				text = string(a.Value)
			}
			out = append(out, MailName{Text: text})
		}
	}
	return out
}

// smtpUTF8Mailbox returns the text of a SmtpUTF8Mailbox ::= UTF8String
// (SIZE (1..MAX)), or, where the value is something else, its octets, which
// are then no mailbox.
func smtpUTF8Mailbox(value []byte) string {
	s := cryptobyte.String(value)
	var text cryptobyte.String
	if s.ReadASN1(&text, asn1.UTF8String) && s.Empty() {
		return string(text)
	}
	return "\x00" + string(value)
}
