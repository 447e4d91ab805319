package mimewrap

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"strings"

	"smimectl/internal/stage"
)

// ErrBoundary says that the content holds the boundary that was drawn for it. Drawing again helps.
var ErrBoundary = errors.New("mimewrap: content holds the boundary")

// ownPreamble stands before the first part, for readers without MIME.
const ownPreamble = "This is a signed message in the S/MIME format."

// ClearSignedWriter writes a multipart/signed (RFC 1847, Section 2.1; RFC 8551, Section 3.5.3) piece by piece:
// the content, then the signature, then Close.
type ClearSignedWriter struct {
	dst       io.Writer
	ending    string
	boundary  string
	text      *lineFeedWriter
	rare      []byte // the end of the boundary
	watch     []byte // the end of the last write, and room for the start of the next
	err       error
	signature *base64Writer
}

// NewClearSigned writes the header and the first boundary. micalg names the digests of the signature, with
// commas between. random is crypto/rand when nil.
func NewClearSigned(dst io.Writer, outer Outer, micalg string, random io.Reader) (*ClearSignedWriter, error) {
	if err := checkWords(micalg, "micalg"); err != nil {
		return nil, err
	}
	if random == nil {
		random = rand.Reader
	}
	var draw [16]byte
	if _, err := io.ReadFull(random, draw[:]); err != nil {
		return nil, err
	}
	// "=_" stands in no base64 and in no quoted-printable text.
	w := &ClearSignedWriter{dst: dst, ending: outer.ending(), boundary: "----=_smime_" + hex.EncodeToString(draw[:])}
	w.rare = []byte(w.boundary[strings.IndexByte(w.boundary, '_'):])
	w.watch = make([]byte, 0, 2*len(w.boundary))
	if w.ending == "\n" {
		w.text = &lineFeedWriter{dst: struct{ io.Writer }{dst}} // which is not lent anything: see lend
	}
	head := appendParameters(outer.header(), w.ending, "Content-Type: multipart/signed",
		"protocol", "application/pkcs7-signature", "micalg", micalg, "boundary", w.boundary)
	head = append(head, w.ending+ownPreamble+w.ending+w.ending...)
	head = append(head, "--"+w.boundary+w.ending...)
	_, err := dst.Write(head)
	return w, err
}

// Write takes canonical octets of the content, header included.
func (w *ClearSignedWriter) Write(p []byte) (int, error) {
	if w.err == nil && w.signature != nil {
		w.err = errors.New("mimewrap: content after the signature")
	}
	if w.err == nil && w.holdsBoundary(p) {
		w.err = ErrBoundary
	}
	if w.err != nil {
		return 0, w.err
	}
	if w.text != nil {
		return w.text.Write(p)
	}
	return w.dst.Write(p)
}

// lend is Write of octets that are also given with LF, or else with a nil lf. Both are lent, until settle has
// returned: to read, to look and to write takes longer than to make the digest.
func (w *ClearSignedWriter) lend(lf, canonical []byte) error {
	if w.err != nil || w.signature != nil || w.text != nil && (lf == nil || w.text.heldC) {
		_, err := w.Write(canonical)
		return err
	}
	p := canonical
	if w.text != nil {
		p = lf // there is no line end in a boundary
	}
	if w.holdsBoundary(p) {
		w.err = ErrBoundary
		return w.err
	}
	return stage.Lend(w.dst, p)
}

// settle returns when nothing that was lent is read any more.
func (w *ClearSignedWriter) settle() error { return stage.Settle(w.dst) }

// holdsBoundary looks for the boundary in p and across the end of the write before.
func (w *ClearSignedWriter) holdsBoundary(p []byte) bool {
	keep := len(w.boundary) - 1
	w.watch = append(w.watch, p[:min(len(p), keep)]...)
	found := w.boundaryIn(w.watch) || w.boundaryIn(p)
	end := w.watch
	if len(p) >= keep {
		end = p
	}
	w.watch = w.watch[:copy(w.watch[:cap(w.watch)], end[max(0, len(end)-keep):])]
	return found
}

// boundaryIn searches for what begins with the rarest octet of a boundary: texts are full of dashes.
func (w *ClearSignedWriter) boundaryIn(p []byte) bool {
	return bytes.Contains(p, w.rare) && bytes.Contains(p, []byte(w.boundary))
}

// Signature ends the content and begins the signature part. The writer takes the octets of the CMS object; its
// Close ends the part and the mail, and does not close the destination.
func (w *ClearSignedWriter) Signature() (io.WriteCloser, error) {
	if w.err == nil && w.text != nil {
		w.err = w.text.flush()
	}
	if w.err != nil {
		return nil, w.err
	}
	// The line end before the boundary belongs to the boundary (RFC 2046, Section 5.1.1).
	head := []byte(w.ending + "--" + w.boundary + w.ending)
	head = cmsHeader(head, w.ending, "application/pkcs7-signature", "", "smime.p7s")
	if _, err := w.dst.Write(head); err != nil {
		return nil, err
	}
	w.signature = newBase64Writer(w.dst, cmsColumns, w.ending)
	return signaturePart{w}, nil
}

type signaturePart struct{ w *ClearSignedWriter }

func (s signaturePart) Write(p []byte) (int, error) { return s.w.signature.Write(p) }

func (s signaturePart) Close() error {
	if err := s.w.signature.Close(); err != nil {
		return err
	}
	_, err := io.WriteString(s.w.dst, s.w.ending+"--"+s.w.boundary+"--"+s.w.ending)
	return err
}

// maxSignature is how much a detached signature, with its certificates and revocation lists, may take.
const maxSignature = 32 << 20

// WriteClearSigned writes a multipart/signed in one pass over content, usually a *Prepared. sign gets a writer
// for the octets of the signature and returns one that takes the canonical content and, when it is closed,
// has written the signature. A content that LF line ends would change (binary parts, CR without LF) is written
// with CRLF throughout, whatever outer says.
func WriteClearSigned(dst io.Writer, outer Outer, content io.WriterTo, micalg string, sign func(signature io.Writer) (io.WriteCloser, error)) error {
	if p, ok := content.(*Prepared); ok && p.keepCRLF {
		outer.Ending = "\r\n"
	}
	w, err := NewClearSigned(dst, outer, micalg, nil)
	if err != nil {
		return err
	}
	held := new(boundedBuffer)
	digest, err := sign(held)
	if err != nil {
		return err
	}
	if _, err := content.WriteTo(&signedContent{w, digest}); err != nil {
		return err
	}
	if err := digest.Close(); err != nil {
		return err
	}
	part, err := w.Signature()
	if err != nil {
		return err
	}
	if _, err := part.Write(held.Bytes()); err != nil {
		return err
	}
	return part.Close()
}

// signedContent goes into the mail and to the signer.
type signedContent struct {
	mail   *ClearSignedWriter
	digest io.Writer
}

func (s *signedContent) Write(p []byte) (int, error) {
	if n, err := s.mail.Write(p); err != nil {
		return n, err
	}
	return s.digest.Write(p)
}

func (s *signedContent) lendText(lf, canonical []byte) error {
	if err := s.mail.lend(lf, canonical); err != nil {
		return err
	}
	return stage.Lend(s.digest, canonical)
}

func (s *signedContent) Lend(p []byte) error { return s.lendText(nil, p) }

func (s *signedContent) Settle() error {
	return cmp.Or(s.mail.settle(), stage.Settle(s.digest))
}

type boundedBuffer struct{ bytes.Buffer }

func (b *boundedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxSignature {
		return 0, &LimitError{What: "signature is larger than 32 MiB"}
	}
	return b.Buffer.Write(p)
}
