package message

import (
	"errors"
	"io"

	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/stage"
)

// ErrNothingToRelease says that no layer was taken off whose content could be
// written, or that it was not kept.
var ErrNothingToRelease = errors.New("message: there is no content to write")

// ReleaseOptions say in which form content is written.
type ReleaseOptions struct {
	Entity bool // the bare entity inside the last layer, no outer header fields
	Raw    bool // the octets inside the last layer, whatever they are
}

// Release writes what the examination found good: the mail with its layers
// taken off and one header block again, or the bare content. What is written is
// what was hashed: opaque content comes from the copy that was held back, a
// multipart/signed from a source whose second reading is checked against the
// first. Whether it may be written is the report's to say; Release does not ask.
func (ex *Examination) Release(dst io.Writer, opt ReleaseOptions) error {
	if ex.inner == nil || ex.inner.source == nil {
		return ErrNothingToRelease
	}
	if ex.early != nil {
		return ex.early.err
	}
	ex.observer.stage(Writing, ex.size)
	if !ex.whole(ex.inner.entity, opt) {
		return mimewrap.WriteOpened(dst, mimewrap.SplitHeader(ex.outer), ex.inner.entity, mimewrap.OpenOptions{Replace: ex.fromInside(ex.inner.entity)})
	}
	var r io.Reader = spool.NewReader(ex.inner.source)
	if ex.inner.signed != nil {
		r = ex.inner.signed()
	}
	if _, err := dst.Write(ex.textHeader(ex.inner.entity, opt)); err != nil {
		return err
	}
	_, err := stage.Copy(dst, r, ex.inner.source.Size())
	return err
}

// textHeader is what stands before octets that are no MIME entity: From was judged, so that nothing else may be taken
// for it. Of a file without From nobody says who it is from, and its content may be a file of any kind.
func (ex *Examination) textHeader(entity *mimewrap.Entity, opt ReleaseOptions) []byte {
	if entity != nil || ex.outer == nil || opt.Entity || opt.Raw || len(ex.outer.Header.Values("From")) == 0 {
		return nil
	}
	return mimewrap.TextHeader(mimewrap.SplitHeader(ex.outer))
}

// whole reports whether what is released are the octets as they are.
func (ex *Examination) whole(entity *mimewrap.Entity, opt ReleaseOptions) bool {
	return ex.outer == nil || opt.Entity || opt.Raw || entity == nil
}

// WrittenEarly reports whether the content is where Input.Early said. Release writes
// nothing then, and says whether all of it is there.
func (ex *Examination) WrittenEarly() bool { return ex.early != nil }

// Content reports whether there is content that Release could write.
func (ex *Examination) Content() bool { return ex.inner != nil && ex.inner.source != nil }

// hiddenSubject is the outer Subject of a mail whose real one is inside
// (RFC 9788, Section 3.2.1).
const hiddenSubject = "[...]"

func isHiddenSubject(value string) bool { return value == hiddenSubject || value == "..." }

// fromInside gives the fields that have to be taken from inside: the Subject,
// when it was hidden. Where the sender says that he did so (hp="cipher") it makes no
// difference what stands outside now: anybody on the way could write it (RFC 9788, Section 4).
func (ex *Examination) fromInside(inner *mimewrap.Entity) []mimewrap.Field {
	outside, _ := ex.outer.Header.Get("Subject")
	if !isHiddenSubject(outside) && headerProtection(inner) != "cipher" {
		return nil
	}
	for _, f := range inner.Header.Fields {
		if equalFold(f.Name, "Subject") {
			return []mimewrap.Field{f}
		}
	}
	return nil
}
