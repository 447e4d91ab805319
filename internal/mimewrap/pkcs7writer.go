package mimewrap

import (
	"errors"
	"io"
	"strings"
)

// NewPKCS7Writer writes a mail that is one application/pkcs7-mime part. Its header is written with the first
// octet; Write takes octets of the CMS object; Close writes what is left and does not close dst.
func NewPKCS7Writer(dst io.Writer, outer Outer, smimeType string) (*PKCS7Writer, error) {
	if err := checkWords(smimeType, "smime-type"); err != nil {
		return nil, err
	}
	name := "smime.p7m"
	switch strings.ToLower(smimeType) {
	case "certs-only":
		name = "smime.p7c"
	case "compressed-data":
		name = "smime.p7z"
	}
	header := cmsHeader(outer.header(), outer.ending(), "application/pkcs7-mime", smimeType, name)
	return &PKCS7Writer{dst: dst, header: header, start: int64(len(header)), body: newBase64Writer(dst, cmsColumns, outer.ending())}, nil
}

// PKCS7Writer is an io.WriteCloser that encodes the CMS object of a mail.
type PKCS7Writer struct {
	dst    io.Writer
	header []byte // not yet written
	start  int64  // octets of the header
	body   *base64Writer

	object int64  // octets of the CMS object so far
	head   int64  // of which so many can be written over
	behind []byte // what shares the last line of the head with it, as far as it is known
}

func (w *PKCS7Writer) begin() error {
	if w.header == nil {
		return nil
	}
	_, err := w.dst.Write(w.header)
	w.header = nil
	return err
}

func (w *PKCS7Writer) Write(p []byte) (int, error) {
	if err := w.begin(); err != nil {
		return 0, err
	}
	w.object += int64(len(p))
	if room := cap(w.behind) - len(w.behind); room > 0 {
		w.behind = append(w.behind, p[:min(room, len(p))]...)
	}
	return w.body.Write(p)
}

// Close writes what is left.
func (w *PKCS7Writer) Close() error {
	if err := w.begin(); err != nil {
		return err
	}
	return w.body.Close()
}

// HeadEnds says that the octets that were written so far are the head of the CMS object, which may be written over
// in the end.
func (w *PKCS7Writer) HeadEnds() {
	w.head = w.object
	line := int64(w.body.line)
	w.behind = make([]byte, 0, (line-w.head%line)%line)
}

// WriteHead writes another head over the first one, which has to be as long, after Close. dst is where the mail was
// written to, from its first octet on. Of the mail nothing else changes: what of the CMS object shares a line with
// the end of the head is written again.
func (w *PKCS7Writer) WriteHead(dst io.WriterAt, head []byte) error {
	if int64(len(head)) != w.head {
		return errors.New("mimewrap: internal error: another head that is not as long")
	}
	lines := newBase64Writer(io.NewOffsetWriter(dst, w.start), cmsColumns, w.body.ending)
	for _, p := range [][]byte{head, w.behind} {
		if _, err := lines.Write(p); err != nil {
			return err
		}
	}
	return lines.Close()
}
