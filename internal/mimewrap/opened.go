package mimewrap

import (
	"io"
	"strings"

	"smimectl/internal/spool"
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
	head = append(head, ending...)
	if _, err := dst.Write(head); err != nil {
		return err
	}
	switch {
	case inner.holdsBinary():
		_, err := io.Copy(dst, spool.NewReader(inner.Body))
		return err
	case ending == "\n":
		w := &lineFeedWriter{dst: dst}
		if _, err := io.Copy(w, spool.NewReader(inner.Body)); err != nil {
			return err
		}
		return w.flush()
	}
	_, err := newCanonicalReader(inner.base, inner.body).WriteTo(dst)
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
