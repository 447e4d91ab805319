package message

import (
	"bytes"
	"errors"
	"io"
	"math"

	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/stage"
)

// Early is a place that takes what Release would write while it is not yet known
// whether it may be written: it has no name, and can be thrown away as a whole. Large
// content need not be held back and read again then.
type Early struct {
	// Open is called once, when there is something that can be written early; it may be
	// that nothing is written after all. nil: it is not to be written early.
	Open    func() stage.Writer
	Options ReleaseOptions // those that Release will be called with
}

// early is content that is being written early.
type early struct {
	dst     stage.Writer
	body    *mimewrap.OpenedWriter // takes the body; nil: all goes to dst as it is
	entity  *mimewrap.Entity       // nil when the octets are no MIME entity
	head    []byte                 // the first octets
	skipped int64                  // of them, those that body does not get
	err     error                  // of writing: told when the content is to be released
}

// earlyHeader is how long the header of content that is written early may be.
const earlyHeader = 64 << 10

// early begins to write content early whose first octets are head, and which holds no
// further layer; nil where that cannot be done. A body in several parts has to be
// looked through before it is known how it is written.
func (w *walk) early(head []byte) *early {
	if w.in.Early == nil || w.in.Open || w.look || w.beside || mayHoldLayer(head) {
		return nil
	}
	return w.writeEarly(bytes.Clone(head), false)
}

// writeEarly is early where it is known that the content holds no further layer. whole
// says that there is no more of it than the head, but for a block at most. The head is kept.
func (w *walk) writeEarly(head []byte, whole bool) *early {
	e := &early{head: head}
	// What is kept has to do for finding the header once more, which takes more than its own
	// octets: no entity, too, is what takes no others to be none.
	var source spool.Source = &beginning{spool.Bytes(head), math.MaxInt64}
	if whole {
		source = spool.Bytes(head)
	}
	var malformed *mimewrap.MalformedError
	var err error
	if e.entity, err = mimewrap.ReadContent(source); errors.As(err, &malformed) {
		e.entity = nil
	} else if err != nil || len(e.entity.Header.Raw) > earlyHeader {
		return nil
	}
	if e.dst = w.in.Early.Open(); e.dst == nil {
		return nil
	}
	opt := w.in.Early.Options
	if !w.ex.whole(e.entity, opt) {
		e.body = mimewrap.NewOpenedWriter(e.dst, mimewrap.SplitHeader(w.ex.outer), e.entity, mimewrap.OpenOptions{Replace: w.ex.fromInside(e.entity)})
		e.skipped = source.Size() - e.entity.Body.Size()
	}
	if lead := w.ex.textHeader(e.entity, opt); len(lead) > 0 {
		e.err = e.dst.Lend(lead)
	}
	e.write(e.head)
	return e
}

// write writes a piece that is kept; what went wrong is for Release to tell.
func (e *early) write(head []byte) {
	if e.err != nil {
		return
	}
	if e.body != nil {
		e.err = e.body.Lend(head[e.skipped:])
	} else {
		e.err = e.dst.Lend(head)
	}
}

// lend writes a piece that is lent.
func (e *early) lend(p []byte) {
	switch {
	case e.err != nil:
	case e.body != nil:
		e.err = e.body.Lend(p)
	default:
		e.err = e.dst.Lend(p)
	}
}

// settle waits for what was lent.
func (e *early) settle() {
	if err := e.dst.Settle(); e.err == nil {
		e.err = err
	}
}

// finish ends the writing, and gives the content of size octets as far as it is kept.
func (e *early) finish(size int64) spool.Source {
	if e.err == nil && e.body != nil {
		e.err = e.body.Close()
	}
	e.settle()
	return &beginning{spool.Bytes(e.head), size}
}

// beginning is content of which only the first octets were kept.
type beginning struct {
	head spool.Source
	size int64
}

var errNotKept = errors.New("message: internal error: content that was written early was not kept")

func (b *beginning) Size() int64 { return b.size }

func (b *beginning) ReadAt(p []byte, off int64) (int, error) {
	n, err := b.head.ReadAt(p, off)
	if err == io.EOF && off+int64(n) < b.size {
		err = errNotKept
	}
	return n, err
}
