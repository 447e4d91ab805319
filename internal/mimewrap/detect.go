package mimewrap

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"

	"smimectl/internal/spool"
)

// Form is what a file holds.
type Form int

const (
	FormMail    Form = iota // header fields of a mail
	FormEntity              // MIME fields without those of a mail
	FormCMS                 // a CMS object in DER or BER
	FormPEM                 // one between BEGIN and END lines
	FormBase64              // one in base64 alone
	FormUnknown             // none of these, or refused: ReadMail says why
)

// searched is how much of a file is looked at for a BEGIN line.
const searched = 1 << 20

// mailFields are the fields that only mails have. A file with one of them is judged as a mail, so that it is
// compared with a sender.
var mailFields = []string{"From", "Sender", "To", "Cc", "Bcc", "Reply-To", "Date", "Subject", "Received",
	"Message-ID", "Return-Path", "Delivered-To", "Newsgroups", "Resent-From", "Resent-Sender", "Resent-To", "Envelope-To", "X-Original-To"}

// senderFields name a sender: whatever else a file looks like, what is signed in it is compared with them.
var senderFields = []string{"From", "Sender", "Resent-From", "Resent-Sender"}

// httpFields are those of AS2 (RFC 4130): a MIME entity that came by HTTP, with a subject and a date perhaps.
var httpFields = []string{"AS2-From", "AS2-To", "AS2-Version"}

// Detect tells what src holds from its first octets. A file that is both, a mail with a PEM block in its text,
// is a mail.
func Detect(src spool.Source) Form {
	form, _ := detect(src)
	return form
}

// Open is Detect and, for what is no CMS object, ReadMail: the header is read once.
func Open(src spool.Source) (Form, *Entity, error) {
	form, e := detect(src)
	switch form {
	case FormCMS, FormPEM, FormBase64:
		return form, nil, nil
	}
	if e == nil {
		e, err := ReadMail(src)
		return form, e, err
	}
	e, err := e.onlyMail()
	return form, e, err
}

// detect also gives the entity where src begins with a header that ReadMail reads.
func detect(src spool.Source) (Form, *Entity) {
	head, err := peek(src, 0, firstRead)
	if err != nil || len(head) == 0 {
		return FormUnknown, nil
	}
	if beginsCMS(head) {
		return FormCMS, nil
	}
	if utf16(head) {
		return FormUnknown, nil
	}
	form := FormUnknown
	var mail *Entity
	if e, err := readEntity(src, head); err == nil && isEnvelope(e.Envelope) {
		return FormMail, e // of which the mbox file says who sent it, whatever fields it has
	} else if err == nil && len(e.Header.Fields) > 0 && oddStart(head) == "" {
		mail = e
		mime := false
		form = FormMail
		for _, f := range e.Header.Fields {
			mime = mime || isContentField(f.Name) || strings.EqualFold(f.Name, "MIME-Version")
		}
		if known, http := e.hasField(mailFields), e.hasField(httpFields); known && !http || e.hasField(senderFields) {
			return FormMail, e
		} else if mime || http {
			return FormEntity, e
		}
	}
	if _, err := findPEM(src); err == nil {
		return FormPEM, nil
	}
	if base64CMS(head) {
		return FormBase64, nil
	}
	return form, mail
}

func (e *Entity) hasField(names []string) bool {
	for _, f := range e.Header.Fields {
		for _, name := range names {
			if strings.EqualFold(f.Name, name) {
				return true
			}
		}
	}
	return false
}

func utf16(head []byte) bool {
	return bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) ||
		len(head) >= 4 && (head[0] == 0 && head[2] == 0 || head[1] == 0 && head[3] == 0)
}

// oddStart names a beginning that some readers pass over and others take for the end of the header.
func oddStart(head []byte) string {
	switch {
	case utf16(head):
		return "text is UTF-16"
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return "begins with a byte order mark"
	case len(head) > 0 && (head[0] == '\n' || head[0] == '\r'):
		return "begins with an empty line"
	}
	return ""
}

// ReadMail is ReadEntity for a file from outside. It refuses what two readers would read as two mails: a byte
// order mark, UTF-16, empty lines before the header, and an mbox file with a second mail in it.
func ReadMail(src spool.Source) (*Entity, error) {
	head, err := peek(src, 0, firstRead)
	if err != nil {
		return nil, err
	}
	if len(head) == 0 {
		return nil, malformed("file is empty")
	}
	if odd := oddStart(head); odd != "" {
		return nil, &MalformedError{Detail: odd, NoMail: true}
	}
	e, err := readEntity(src, head)
	if err != nil {
		return e, err
	}
	return e.onlyMail()
}

// onlyMail refuses an mbox file of several mails.
func (e *Entity) onlyMail() (*Entity, error) {
	if !bytes.HasPrefix(e.Envelope, []byte("From ")) {
		return e, nil
	}
	second, err := e.secondMail()
	if err != nil {
		return nil, err
	}
	if second {
		return nil, &MalformedError{Detail: "mbox file with more than one mail", Several: true}
	}
	return e, nil
}

// secondMail looks for an mbox "From " line after an empty line, with a header field on the next line.
func (e *Entity) secondMail() (bool, error) {
	buf := make([]byte, scanWindow)
	bare := bareLines(e.Envelope)
	const reach = 2048
	for at := e.body.start - min(2, e.body.start); at < e.body.end; {
		n, err := readAt(e.base, buf[:min(int64(len(buf)), e.body.end-at)], at)
		if err != nil {
			return false, err
		}
		p := buf[:n]
		last := at+int64(n) >= e.body.end
		for i := 0; ; {
			k := bytes.Index(p[i:], []byte("\nFrom "))
			if k < 0 || !last && i+k > n-reach {
				break
			}
			i += k
			blank := i == 0 || p[i-1] == '\n' || p[i-1] == '\r' && (i == 1 || p[i-2] == '\n')
			if blank && mboxLine(p[i+1:], bare) {
				return true, nil
			}
			i++
		}
		if last {
			return false, nil
		}
		at += int64(n - reach)
	}
	return false, nil
}

// mboxLine reports "From" word date (RFC 4155, Appendix A), and a header field on the next line. bare: the
// line may be "From " alone.
func mboxLine(p []byte, bare bool) bool {
	i := bytes.IndexByte(p, '\n')
	if i < 0 || i > 1000 || !bytes.Contains(p[:i], []byte{':'}) && !(bare && isBare(p[:i])) {
		return false
	}
	_, _, ok := fieldName(p[i+1:])
	return ok || bytes.HasPrefix(p[i+1:], []byte(">From "))
}

// isEnvelope reports a "From " line that mbox software takes for one: with a time in it, or bare.
func isEnvelope(line []byte) bool {
	return bytes.HasPrefix(line, []byte("From ")) && !isField(line) && (bytes.IndexByte(line, ':') >= 0 || isBare(line))
}

// isBare reports a "From " line without a word or a date.
func isBare(line []byte) bool { return len(bytes.TrimSpace(line)) == len("From") }

// bareLines tells from the "From " line a file begins with whether another may be "From " alone.
//
// QUIRK: Thunderbird, since its mbox files are written anew (2023), writes neither word nor date, and quotes every
// line of a mail that begins so; what it wrote before in the same file begins with "From - ". Others who
// write mbox files, Dovecot and mutt among them, quote nothing that is no date to them: there a line "From " is one
// of a mail's text, and whoever sent it would make two of it.
func bareLines(first []byte) bool {
	return isBare(first) || bytes.HasPrefix(first, []byte("From - "))
}

// beginsCMS reports a ContentInfo (RFC 5652, Section 3): a SEQUENCE, of either kind of length, that begins
// with an OBJECT IDENTIFIER.
func beginsCMS(head []byte) bool {
	_, oid := contentInfo(head)
	return oid != nil
}

// contentInfo returns the length of the whole object, -1 when it is indefinite, and the content octets of its
// type. It is no parser: it tells a CMS object from text, and one kind from another for a list of parts.
func contentInfo(head []byte) (size int64, oid []byte) {
	if len(head) < 4 || head[0] != 0x30 {
		return 0, nil
	}
	n, size := 2, int64(head[1])
	switch {
	case head[1] == 0x80:
		size = -1
	case head[1] > 0x88:
		return 0, nil
	case head[1] > 0x80:
		count := int(head[1] & 0x7f)
		if len(head) < 2+count || count == 8 && head[2] >= 0x40 {
			return 0, nil
		}
		size = 0
		for _, b := range head[2 : 2+count] {
			size = size<<8 | int64(b)
		}
		n += count
	}
	if len(head) < n+2 || head[n] != 6 || head[n+1] == 0 || head[n+1] > 0x7f || len(head) < n+2+int(head[n+1]) {
		return 0, nil
	}
	if size >= 0 {
		size += int64(n)
	}
	return size, head[n+2 : n+2+int(head[n+1])]
}

// base64CMS reports base64 text whose first octets are those of a CMS object.
func base64CMS(head []byte) bool {
	_, oid := contentInfo(base64Head(head))
	return oid != nil
}

// base64Head decodes the beginning of base64 text, nil when it is none.
func base64Head(head []byte) []byte {
	var chars []byte
	for _, c := range head {
		switch {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			continue
		case strings.IndexByte(base64Alphabet, c) < 0 && c != '=':
			return nil
		}
		if chars = append(chars, c); len(chars) == 64 {
			break
		}
	}
	out := make([]byte, 48)
	n, _ := base64.StdEncoding.Decode(out, chars[:len(chars)&^3])
	return out[:n]
}

// OpenCMS returns a function that reads the octets of a CMS file which is no mail from their start.
func OpenCMS(src spool.Source, f Form) (func() (io.Reader, error), error) {
	switch f {
	case FormCMS:
		return func() (io.Reader, error) { return spool.NewReader(src), nil }, nil
	case FormBase64:
		return func() (io.Reader, error) { return newBase64Source(src), nil }, nil
	case FormPEM:
		block, err := findPEM(src)
		if err != nil {
			return nil, err
		}
		return func() (io.Reader, error) { return newBase64Source(block.of(src)), nil }, nil
	}
	return nil, malformed("file holds no CMS object")
}
