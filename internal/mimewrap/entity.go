package mimewrap

import (
	"bytes"
	"errors"
	"io"

	"smimectl/internal/spool"
)

// Entity is a mail, or a MIME entity within one: a header block and a body, as spans of the file.
type Entity struct {
	Header   Header
	Source   spool.Source // the whole entity, header included
	Body     spool.Source
	Envelope []byte   // the line before the header, an mbox "From " line, with its line end; not part of Source
	Notes    []string // what was tolerated in reading it

	base      spool.Source
	whole     span // in base
	body      span
	blank     int64  // octets of the blank line between header and body
	byDefault string // media type when there is no Content-Type
	broken    error  // of a part whose header cannot be read: all of it is body
}

// span is a range of octets of a source.
type span struct{ start, end int64 }

func (s span) size() int64 { return s.end - s.start }

func (s span) of(src spool.Source) spool.Source { return spool.Section(src, s.start, s.size()) }

// ReadEntity reads the header block of src. A body may be empty, and so may a header block that begins with
// its blank line; a file that begins with anything but a header field is a MalformedError. A leading mbox
// "From " line is skipped and kept in Envelope.
func ReadEntity(src spool.Source) (*Entity, error) {
	head, err := peek(src, 0, firstRead)
	if err != nil {
		return nil, err
	}
	return readEntity(src, head)
}

// ReadContent is ReadEntity for what a CMS object holds, where it may also be plain text. A MalformedError too is text
// that would be lost as a header: a first line "From our side:" with no field behind it, and "http://..." and the
// like with no blank line behind it, where nothing tells of a content.
func ReadContent(src spool.Source) (*Entity, error) {
	e, err := ReadEntity(src)
	if err == nil && (len(e.Envelope) > 0 && len(e.Header.Fields) == 0 || e.allHeader()) {
		return nil, &MalformedError{Detail: "does not begin with a header", NoMail: true}
	}
	return e, err
}

// allHeader reports an entity that ends before the blank line behind its header, and has no field of a content there.
func (e *Entity) allHeader() bool {
	for _, f := range e.Header.Fields {
		if isMIMEField(f.Name) {
			return false
		}
	}
	return e.blank == 0 && len(e.Header.Fields) > 0
}

// MayBeginEntity reports whether an entity, as ReadContent reads it, may have this first line.
func MayBeginEntity(line []byte) bool {
	e := newEntity(spool.Bytes(line), span{0, int64(len(line))})
	if err := e.skipEnvelope(line); err != nil || len(e.Envelope) > 0 {
		return err == nil
	}
	return startsHeader(line) == nil
}

// readEntity is ReadEntity where the beginning of src is known, as peek gives it.
func readEntity(src spool.Source, head []byte) (*Entity, error) {
	e := newEntity(src, span{0, src.Size()})
	if err := e.skipEnvelope(head); err != nil {
		return nil, err
	}
	if e.whole.start > 0 {
		head = nil
	}
	if err := e.readHeader(head); err != nil {
		return nil, err
	}
	return e, nil
}

// firstRead is how much is read at first, which most headers do not exceed.
const firstRead = 4096

// Offset is where the entity begins in the source that its mail was read from.
func (e *Entity) Offset() int64 { return e.whole.start }

func newEntity(base spool.Source, whole span) *Entity {
	source := whole.of(base)
	return &Entity{base: base, whole: whole, body: whole, byDefault: "text/plain", Source: source, Body: source}
}

// readPart reads a part of a multipart. A part whose header cannot be read is all body; only trouble with
// the file is an error.
func readPart(base spool.Source, whole span) (*Entity, error) {
	e := newEntity(base, whole)
	err := e.readHeader(nil)
	if err == nil {
		return e, nil
	}
	var m *MalformedError
	var l *LimitError
	if !errors.As(err, &m) && !errors.As(err, &l) {
		return nil, err
	}
	e = newEntity(base, whole)
	e.broken = err
	e.Header.Ending = "\r\n"
	return e, nil
}

// skipEnvelope takes the line off that mbox files have before each mail.
//
// QUIRK: the request line of an HTTP message saved as a file is skipped as well (AS2 gateways, RFC 4130).
func (e *Entity) skipEnvelope(head []byte) error {
	buf := head[:min(len(head), 1024)]
	n := len(buf)
	i := bytes.IndexByte(buf[:n], '\n')
	line := bytes.TrimRight(buf[:i+1], "\r\n")
	http := bytes.HasPrefix(line, []byte("POST ")) && (bytes.HasSuffix(line, []byte(" HTTP/1.1")) || bytes.HasSuffix(line, []byte(" HTTP/1.0")))
	switch {
	case http:
		e.Notes = append(e.Notes, "HTTP request line before the header")
	case !bytes.HasPrefix(buf[:n], []byte("From ")) || isField(line):
		return nil
	case i < 0:
		return malformed("first line begins with \"From \" and does not end")
	}
	e.Envelope = append([]byte(nil), buf[:i+1]...)
	e.whole.start += int64(i + 1)
	e.Source = e.whole.of(e.base)
	return nil
}

func isField(line []byte) bool {
	_, _, ok := fieldName(line)
	return ok
}

// readHeader finds the blank line, reading four times as much each time, and cuts
// the fields. head is what is known of the beginning, as peek gives it, or nil.
func (e *Entity) readHeader(head []byte) error {
	limit := min(e.whole.size(), maxHeader+2)
	from, end, next := 0, -1, -1
	buf := head
	if buf == nil {
		var err error
		if buf, err = peek(e.base, e.whole.start, min(limit, firstRead)); err != nil {
			return err
		}
	}
	if buf = buf[:len(buf):len(buf)]; len(buf) > 0 {
		if err := startsHeader(buf); err != nil {
			return err
		}
		end, next = headerEnd(buf, from)
		from = max(0, len(buf)-2)
	}
	for end < 0 {
		if int64(len(buf)) == limit {
			if limit > maxHeader {
				return &LimitError{What: "header is larger than 1 MiB"}
			}
			end, next = len(buf), len(buf) // no blank line: the entity is all header
			break
		}
		had := len(buf)
		if cap(buf) == had {
			buf = append(make([]byte, 0, min(int64(had)*4, limit)), buf...)
		}
		n, err := readAt(e.base, buf[had:cap(buf)], e.whole.start+int64(had))
		if err != nil {
			return err
		}
		if buf = buf[:had+n]; n == 0 {
			return spool.ErrChanged
		}
		end, next = headerEnd(buf, from)
		from = max(0, len(buf)-2)
	}
	if end < 0 {
		end, next = 0, 0
	}
	if end > maxHeader {
		return &LimitError{What: "header is larger than 1 MiB"}
	}
	e.Header.Raw = append([]byte(nil), buf[:end]...)
	e.Header.Ending = lineEnding(buf)
	e.blank = int64(next - end)
	e.body = span{e.whole.start + int64(next), e.whole.end}
	e.Body = e.body.of(e.base)
	var err error
	e.Header.Fields, err = parseFields(e.Header.Raw)
	return err
}

// startsHeader looks at the first line, so that a large file that is no mail is not searched for a blank line.
func startsHeader(buf []byte) error {
	if buf[0] == '\n' || buf[0] == '\r' && len(buf) > 1 && buf[1] == '\n' || bytes.HasPrefix(buf, []byte(">From ")) {
		return nil
	}
	if _, _, ok := fieldName(buf); !ok {
		return &MalformedError{Detail: "does not begin with a header field", NoMail: true}
	}
	return nil
}

// headerEnd finds the first blank line: end is where it begins, next where the body begins; -1 when the
// buffer ends before one.
func headerEnd(buf []byte, from int) (end, next int) {
	if from == 0 {
		if n := lineBreak(buf); n > 0 {
			return 0, n
		}
	}
	for i := from; ; {
		k := bytes.IndexByte(buf[i:], '\n')
		if k < 0 {
			return -1, -1
		}
		i += k + 1
		if n := lineBreak(buf[i:]); n > 0 {
			return i, i + n
		}
	}
}

// lineBreak returns the length of the line end that b begins with, or 0.
func lineBreak(b []byte) int {
	switch {
	case len(b) > 0 && b[0] == '\n':
		return 1
	case len(b) > 1 && b[0] == '\r' && b[1] == '\n':
		return 2
	}
	return 0
}

func lineEnding(b []byte) string {
	if i := bytes.IndexByte(b, '\n'); i >= 0 && (i == 0 || b[i-1] != '\r') {
		return "\n"
	}
	return "\r\n"
}

// peek returns n octets of src from off on, or as many as there are: a part of what
// is in memory, or a copy. They must not be changed.
func peek(src spool.Source, off, n int64) ([]byte, error) {
	n = max(0, min(n, src.Size()-off))
	if p, ok := spool.View(src, off, n); ok {
		return p, nil
	}
	p := make([]byte, n)
	m, err := readAt(src, p, off)
	return p[:m], err
}

// readAt reads until p is full or the source ends; the end is no error.
func readAt(src spool.Source, p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) && off+int64(done) < src.Size() {
		n, err := src.ReadAt(p[done:], off+int64(done))
		done += n
		if err == io.EOF {
			break
		}
		if err != nil {
			return done, err
		}
		if n == 0 {
			return done, io.ErrNoProgress
		}
	}
	return done, nil
}

// MediaType returns the entity's media type: its Content-Type or, without one, text/plain in us-ascii
// (RFC 2045, Section 5.2), in a multipart/digest message/rfc822. On a ParameterError the Type is what could
// be read of it.
func (e *Entity) MediaType() (MediaType, error) {
	if e.broken != nil {
		return MediaType{}, e.broken
	}
	value, present, err := e.Header.mimeField("Content-Type")
	if err != nil {
		return MediaType{}, err
	}
	if !present {
		return MediaType{Type: e.byDefault}, nil
	}
	return ParseMediaType(value)
}
