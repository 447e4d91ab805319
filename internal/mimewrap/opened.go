package mimewrap

import (
	"bytes"
	"io"
	"strings"

	"smimectl/internal/spool"
	"smimectl/internal/stage"
)

// OpenOptions says how an opened mail is written.
type OpenOptions struct {
	Entity bool // the bare inner entity: its header and body, nothing from outside
	// Replace holds fields that stand in the place of the first outer field of their name, whose others are
	// left out, or at the end when there is none: a Subject from inside.
	Replace []Field
}

// WriteOpened writes a mail whose signature or encryption was taken off: one header block, of the outer fields
// and the content fields of inner, and the body of inner. Line ends are those of outer throughout, unless the
// body has octets that are no text.
func WriteOpened(dst io.Writer, outer Outer, inner *Entity, opt OpenOptions) error {
	if _, err := dst.Write(openedHeader(outer, inner, opt)); err != nil {
		return err
	}
	switch {
	case inner.holdsBinary():
		_, err := stage.Copy(dst, spool.NewReader(inner.Body), inner.body.size())
		return err
	case outer.ending() == "\n":
		w := &lineFeedWriter{dst: dst}
		if _, err := stage.Copy(w, spool.NewReader(inner.Body), inner.body.size()); err != nil {
			return err
		}
		return w.flush()
	}
	_, err := newCanonicalReader(inner.base, inner.body).WriteTo(dst)
	return err
}

// TextHeader is the header block of an opened mail that held no MIME entity, with the blank line: without it what
// the sender chose as the text would be the header of what is written.
func TextHeader(outer Outer) []byte { return openedHeader(outer, &Entity{}, OpenOptions{}) }

// openedHeader is the header block of an opened mail, with the blank line.
func openedHeader(outer Outer, inner *Entity, opt OpenOptions) []byte {
	ending := outer.ending()
	var head []byte
	if !opt.Entity {
		for _, f := range replaced(outer.Fields, opt.Replace) {
			head = appendField(head, f.Raw, ending)
		}
	}
	content := false
	for _, f := range inner.Header.Fields {
		content = content || isMIMEField(f.Name)
	}
	if content && !opt.Entity {
		head = append(head, "MIME-Version: 1.0"+ending...)
	}
	for _, f := range inner.Header.Fields {
		if opt.Entity || isMIMEField(f.Name) {
			head = appendField(head, f.Raw, ending)
		}
	}
	return append(head, ending...)
}

// OpenedWriter writes what WriteOpened writes, of a mail whose inside is only just
// being read. It takes the body of the inner entity, piece by piece.
type OpenedWriter struct {
	dst     io.Writer
	head    []byte // not yet written
	text    *lineFeedWriter
	raw     bool
	out     stage.Ring
	afterCR bool
}

// NewOpenedWriter returns an OpenedWriter for an inner entity whose header is known,
// and which has no parts.
func NewOpenedWriter(dst io.Writer, outer Outer, inner *Entity, opt OpenOptions) *OpenedWriter {
	w := &OpenedWriter{dst: dst, head: openedHeader(outer, inner, opt)}
	if encoding, _ := inner.TransferEncoding(); encoding == "binary" && inner.broken == nil {
		w.raw = true
	} else if outer.ending() == "\n" {
		w.text = &lineFeedWriter{dst: dst}
	}
	return w
}

func (w *OpenedWriter) begin() error {
	if w.head == nil {
		return nil
	}
	_, err := w.dst.Write(w.head)
	w.head = nil
	return err
}

// Write implements io.Writer.
func (w *OpenedWriter) Write(p []byte) (int, error) {
	if err := w.Lend(p); err != nil {
		return 0, err
	}
	return len(p), w.Settle()
}

// Lend implements [stage.Writer].
func (w *OpenedWriter) Lend(p []byte) error {
	if err := w.begin(); err != nil || len(p) == 0 {
		return err
	}
	if w.text != nil {
		if !w.text.heldC && bytes.IndexByte(p, '\r') < 0 { // it is as it is to be
			return stage.Lend(w.dst, p)
		}
		_, err := w.text.Write(p)
		return err
	}
	if !w.raw {
		afterCR := w.afterCR
		w.afterCR = p[len(p)-1] == '\r'
		if firstBareLF(p, afterCR) >= 0 {
			p = appendCanonical(w.out.Next(len(p)+len(p)/8), p, afterCR)
			w.out.Keep(p)
		}
	}
	return stage.Lend(w.dst, p)
}

// Settle implements [stage.Writer].
func (w *OpenedWriter) Settle() error { return stage.Settle(w.dst) }

// Close writes what is left, and does not close the destination.
func (w *OpenedWriter) Close() error {
	err := w.begin()
	if err == nil && w.text != nil {
		err = w.text.flush()
	}
	if failed := w.Settle(); err == nil {
		err = failed
	}
	return err
}

// holdsBinary reports an entity that is encoded as binary, or has parts that are.
func (e *Entity) holdsBinary() bool {
	t := newTree(e, maxParts)
	for {
		ent, _, _, err := t.next(func(MediaType) bool { return true })
		if ent == nil || err != nil {
			return err != nil || t.cut != ""
		}
		if encoding, _ := ent.TransferEncoding(); encoding == "binary" && ent.broken == nil {
			return true
		}
	}
}

// replaced puts fields in the place of those of the same name.
func replaced(fields, with []Field) []Field {
	if len(with) == 0 {
		return fields
	}
	var out []Field
	used := make([]bool, len(with))
	for _, f := range fields {
		keep := true
		for i, r := range with {
			if strings.EqualFold(f.Name, r.Name) {
				if keep && !used[i] {
					out = append(out, r)
				}
				keep, used[i] = false, true
			}
		}
		if keep {
			out = append(out, f)
		}
	}
	for i, r := range with {
		if !used[i] {
			out = append(out, r)
		}
	}
	return out
}
