package message

import (
	"bytes"
	"strings"

	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
)

// sink takes the content of a signature while it is digested. Content
// that nobody wants and that holds no further layer is not kept: verifying
// needs no room for it. That is decided by the first octets.
type sink struct {
	w       *walk
	head    []byte
	decided bool
	buffer  *spool.Buffer // nil when the content is not kept
	early   *early        // nil when it is not written early
	size    int64

	elsewhere bool // the content can be read again where it is: it is never kept
}

// headLimit is how much is looked at before deciding. Content up to this size is
// always kept, so that its parts can be listed.
const headLimit = 256 << 10

func (w *walk) newSink() *sink { return &sink{w: w} }

func (s *sink) Write(p []byte) (int, error) {
	if s.early != nil {
		defer s.early.settle()
	}
	if err := s.Lend(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Settle implements [stage.Writer].
func (s *sink) Settle() error {
	if s.early != nil {
		s.early.settle()
	}
	return nil
}

// Lend implements [stage.Writer].
func (s *sink) Lend(p []byte) error {
	s.size += int64(len(p))
	switch {
	case s.early != nil:
		s.early.lend(p)
		return nil
	case s.decided && s.buffer == nil:
		return nil
	case s.decided:
		_, err := s.buffer.Write(p)
		return err
	}
	s.head = append(s.head, p...)
	if len(s.head) <= headLimit {
		return nil
	}
	s.decided = true
	if s.early = s.w.early(s.head); s.early != nil {
		s.head = nil
		return nil
	}
	if !s.elsewhere && (s.w.in.Want || s.w.in.Open || mayHoldLayer(s.head)) {
		s.buffer = s.w.buffer()
		if _, err := s.buffer.Write(s.head); err != nil {
			return err
		}
	}
	s.head = nil
	return nil
}

// content is what was kept, nil when nothing was.
func (s *sink) content(w *walk, part string) (*content, error) {
	if s.early != nil {
		w.ex.early = s.early
		return w.foundIn(s.early.finish(s.size), part)
	}
	if s.decided && s.buffer == nil {
		return nil, nil
	}
	if !s.decided {
		s.buffer = w.buffer()
		if _, err := s.buffer.Write(s.head); err != nil {
			return nil, err
		}
	}
	return w.found(s.buffer, part)
}

// mayHoldLayer reports whether the beginning of an entity may be that of another
// S/MIME layer. It errs on the side of keeping the content: multipart and
// application types are kept, and so is a header that is not over yet.
func mayHoldLayer(head []byte) bool {
	end := bytes.Index(head, []byte("\n\r\n"))
	if lf := bytes.Index(head, []byte("\n\n")); end < 0 || lf >= 0 && lf < end {
		end = lf
	}
	if end < 0 {
		return true
	}
	entity, err := mimewrap.ReadEntity(spool.Bytes(head[:end+1]))
	if err != nil {
		return false
	}
	m, err := entity.MediaType()
	if err != nil {
		return true // the same answer as for content that is small
	}
	return strings.HasPrefix(m.Type, "multipart/") || strings.HasPrefix(m.Type, "application/") || strings.HasPrefix(m.Type, "message/")
}
