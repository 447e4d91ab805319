package mimewrap

import (
	"bytes"
	"io"

	"smimectl/internal/spool"
)

// openCMS lets the layer read the CMS object in the body of e. base64 is the rule (RFC 8551, Section 3.1.3),
// the other transfer encodings are read as well.
func (e *Entity) openCMS(l *Layer) error {
	encoding, err := e.TransferEncoding()
	if err != nil {
		return err
	}
	body := e.Body
	l.object = e
	switch encoding {
	case "base64":
	case "quoted-printable":
		l.note("CMS object in quoted-printable")
		l.CMS = func() (io.Reader, error) {
			r := newQuotedReader(spool.NewReader(body))
			r.dropFinal = true // the last line end of the part is the file's
			return r, nil
		}
		return nil
	case "7bit", "8bit", "binary":
		head := make([]byte, min(e.body.size(), 256))
		n, err := readAt(e.base, head, e.body.start)
		if err != nil {
			return err
		}
		size, oid := contentInfo(head[:n])
		if oid == nil && base64CMS(head[:n]) {
			// QUIRK: base64 without the field that says so (AS2 gateways, hand-made mail).
			l.note("CMS object is base64 and does not say so")
			break
		}
		if oid != nil {
			if body, err = e.withoutLastLineEnd(size); err != nil {
				return err
			}
		}
		l.CMS = func() (io.Reader, error) { return spool.NewReader(body), nil }
		return nil
	default:
		return &ParameterError{Field: "Content-Transfer-Encoding", Detail: "encoding is not known"}
	}
	l.CMS = func() (io.Reader, error) { return newBase64Source(body), nil }
	return nil
}

// withoutLastLineEnd leaves out line ends after a CMS object that stands in the body as it is.
//
// QUIRK: programs that end every file with a line end also do it after binary bodies.
func (e *Entity) withoutLastLineEnd(size int64) (spool.Source, error) {
	tail := make([]byte, min(e.body.size(), 8))
	at := e.body.end - int64(len(tail))
	if _, err := readAt(e.base, tail, at); err != nil {
		return nil, err
	}
	trimmed := bytes.TrimRight(tail, "\r\n")
	short := e.body.size() - int64(len(tail)-len(trimmed))
	switch {
	case size >= 0 && size < e.body.size() && size >= short:
		short = size
	case size >= 0 || !bytes.HasSuffix(trimmed, []byte{0, 0}):
		return e.Body, nil
	}
	return spool.Section(e.Body, 0, short), nil
}

// ReplaceCMS writes the mail that the layer was found in with another CMS object,
// which write writes: nothing but the body of its part changes. The part has to be
// in base64.
func (l *Layer) ReplaceCMS(dst io.Writer, write func(object io.Writer) error) error {
	if l.object == nil {
		return malformed("there is no CMS object to be replaced")
	}
	src := l.object.base
	if encoding, err := l.object.TransferEncoding(); err != nil {
		return err
	} else if encoding != "base64" {
		return malformed("the CMS object is not in base64, but in " + encoding)
	}
	copyPart := func(start, end int64) error {
		_, err := io.CopyBuffer(struct{ io.Writer }{dst}, spool.NewReader(spool.Section(src, start, end-start)), make([]byte, 256<<10))
		return err
	}
	body := l.object.body
	if err := copyPart(0, body.start); err != nil {
		return err
	}
	ending := l.object.Header.Ending
	if ending != "\n" {
		ending = "\r\n"
	}
	w := newBase64Writer(dst, cmsColumns, ending)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return copyPart(body.end, src.Size())
}
