package message

import (
	"bytes"
	"strings"

	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
)

// sink takes the content of an opaque signature while it is digested. Content
// that nobody wants and that holds no further layer is not kept: verifying
// needs no room for it. That is decided by the first octets.
type sink struct {
	w       *walk
	head    []byte
	decided bool
	buffer  *spool.Buffer // nil when the content is not kept
	size    int64
}

// headLimit is how much is looked at before deciding. Content up to this size is
// always kept, so that its parts can be listed.
const headLimit = 256 << 10

func (w *walk) newSink() *sink { return &sink{w: w} }

func (s *sink) Write(p []byte) (int, error) {
	s.size += int64(len(p))
	if s.decided {
		if s.buffer == nil {
			return len(p), nil
		}
		return s.buffer.Write(p)
	}
	s.head = append(s.head, p...)
	if len(s.head) <= headLimit {
		return len(p), nil
	}
	s.decided = true
	if s.w.in.Want || s.w.in.Open || mayHoldLayer(s.head) {
		s.buffer = s.w.buffer()
		if _, err := s.buffer.Write(s.head); err != nil {
			return 0, err
		}
	}
	s.head = nil
	return len(p), nil
}

// content is what was kept, nil when nothing was.
func (s *sink) content(w *walk, part string) (*content, error) {
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
