package message

import (
	"io"
	"net/mail"
	"strings"

	"smimectl/internal/cert"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// mailFields are header fields that make a file a mail (RFC 5322, Section 3.6)
// rather than a MIME entity: with one of them From is compared with the signer.
var mailFields = []string{"From", "Sender", "To", "Cc", "Bcc", "Subject", "Date", "Message-ID", "Reply-To", "Received", "Return-Path"}

// isMail reports whether an entity is a mail. The line that an mbox file has before each mail makes it one: a mail
// without From, then.
func isMail(e *mimewrap.Entity) bool {
	if strings.HasPrefix(string(e.Envelope), "From ") {
		return true
	}
	for _, name := range mailFields {
		if len(e.Header.Values(name)) > 0 {
			return true
		}
	}
	return false
}

// MailFacts reads what a report says of a mail's own header, and whether it is a
// mail at all.
func MailFacts(e *mimewrap.Entity) (*verdict.Mail, bool) { return mailFacts(e), isMail(e) }

// mailFacts reads what the verdict and the report need of the outer header.
func mailFacts(e *mimewrap.Entity) *verdict.Mail {
	m := &verdict.Mail{}
	from := e.Header.Values("From")
	m.FromFields = len(from)
	for _, value := range from {
		boxes, err := cert.ParseMailboxes(value)
		if err != nil {
			m.FromUnparsable = true
		}
		for _, b := range boxes {
			if b.Group {
				m.FromUnparsable = true // a group is not one mailbox (RFC 5322, Section 3.6.2)
			}
			m.From = append(m.From, b.Address.String())
			m.FromNames = append(m.FromNames, b.Name)
			m.FromComments = append(m.FromComments, b.Comments...)
		}
	}
	m.Sender = addresses(e, "Sender")
	m.To = append(addresses(e, "To"), addresses(e, "Cc")...)
	if value, ok := e.Header.Get("Subject"); ok {
		m.Subject, m.HasSubject = cert.DecodeWords(value), true
	}
	if value, ok := e.Header.Get("Message-ID"); ok {
		m.MessageID = strings.TrimSpace(value)
	}
	if value, ok := e.Header.Get("Date"); ok && len(value) < 1000 {
		if t, err := mail.ParseDate(strings.TrimSpace(value)); err == nil {
			m.Date = t.UTC()
		}
	}
	return m
}

func addresses(e *mimewrap.Entity, name string) []string {
	var out []string
	for _, value := range e.Header.Values(name) {
		boxes, err := cert.ParseMailboxes(value)
		if err != nil {
			continue
		}
		for _, b := range boxes {
			out = append(out, b.Address.String())
		}
	}
	return out
}

func equalFold(a, b string) bool { return strings.EqualFold(a, b) }

func sectionReader(s spool.Source) io.Reader { return spool.NewReader(s) }
