package forensics

import (
	"bytes"
	"hash"
	"io"
	"strings"

	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
)

// form is an entity as it may have been at some point on its way.
type form struct {
	octets []byte
	marks  []mark // digests of beginnings
	parsed bool
	parts  []part
}

// mark is the digest of the octets before a place.
type mark struct {
	at int
	h  hash.Hash
}

func newForm(octets []byte) *form { return &form{octets: octets} }

// digest returns a digest of a beginning of the octets that is not longer than shared, and its length.
func (f *form) digest(s *search, shared int) (hash.Hash, int) {
	if len(f.octets) < 16<<10 {
		return s.target.New(), 0
	}
	if f.marks == nil {
		step := max(4<<10, len(f.octets)/32)
		h := s.target.New()
		if _, ok := h.(hash.Cloner); !ok {
			return h, 0
		}
		for at := 0; at+step <= len(f.octets); at += step {
			h.Write(f.octets[at : at+step])
			f.marks = append(f.marks, mark{at + step, clone(h, s.target.New, f.octets[:at+step])})
		}
		s.left -= int64(len(f.octets))
	}
	k := len(f.marks)
	for k > 0 && f.marks[k-1].at > shared {
		k--
	}
	if k == 0 {
		return s.target.New(), 0
	}
	m := f.marks[k-1]
	return clone(m.h, s.target.New, f.octets[:m.at]), m.at
}

// part is a MIME entity within the form: header from start, body up to end.
type part struct {
	start, body, end int
	fields           []field
	media            mimewrap.MediaType
	encoding         string
	parent           int // index of the multipart or message around it, -1 for the whole
	children         []int
	text             []byte // decoded, when it was asked for
	decoded          bool
	entity           *mimewrap.Entity
}

// field is a header field with its line ends.
type field struct {
	start, end int
	name       string
}

const (
	maxParts  = 64
	maxFields = 32 // of one part
)

// all returns the parts of the form, the whole first.
func (f *form) all(s *search) []part {
	if f.parsed {
		return f.parts
	}
	f.parsed = true
	s.left -= int64(len(f.octets)) + perTrial
	root, err := mimewrap.ReadEntity(spool.Bytes(f.octets))
	if err != nil {
		body := len(f.octets)
		if i := bytes.Index(f.octets, []byte("\r\n\r\n")); i >= 0 {
			body = i + 4
		}
		f.parts = []part{{body: body, end: len(f.octets), encoding: "7bit", parent: -1, media: mimewrap.MediaType{Type: "text/plain"}}}
		return f.parts
	}
	numbers := map[string]int{}
	for i, p := range root.Parts(maxParts) {
		start := int(p.Entity.Offset())
		end := start + int(p.Entity.Source.Size())
		q := part{start: start, body: end - int(p.Entity.Body.Size()), end: end, encoding: p.Encoding, parent: -1, entity: p.Entity}
		q.media, _ = p.Entity.MediaType()
		at := start
		for _, field_ := range p.Entity.Header.Fields {
			if len(q.fields) < maxFields {
				q.fields = append(q.fields, field{at, at + len(field_.Raw), field_.Name})
			}
			at += len(field_.Raw)
		}
		numbers[p.Number] = i
		if dot := strings.LastIndexByte(p.Number, '.'); dot >= 0 {
			q.parent = numbers[p.Number[:dot]]
			f.parts[q.parent].children = append(f.parts[q.parent].children, i)
		}
		f.parts = append(f.parts, q)
	}
	return f.parts
}

// body is where the body of the whole begins.
func (f *form) body(s *search) int { return f.all(s)[0].body }

// leaves are the parts that hold no others.
func (f *form) leaves(s *search) []*part {
	var out []*part
	for i := range f.all(s) {
		if p := &f.parts[i]; len(p.children) == 0 && !strings.HasPrefix(p.media.Type, "multipart/") {
			out = append(out, p)
		}
	}
	return out
}

// plain returns the body of a part without its transfer encoding; false when it is damaged.
func (p *part) plain(s *search, f *form) ([]byte, bool) {
	if isIdentity(p.encoding) {
		return f.octets[p.body:p.end], true
	}
	if !p.decoded {
		p.decoded = true
		s.left -= int64(p.end - p.body)
		if p.entity == nil {
			return nil, false
		}
		text, err := io.ReadAll(p.entity.Decoded())
		if err == nil {
			p.text = append([]byte{}, text...)
		}
	}
	return p.text, p.text != nil
}

func isIdentity(encoding string) bool {
	return encoding == "7bit" || encoding == "8bit" || encoding == "binary"
}

func isText(p *part) bool { return strings.HasPrefix(p.media.Type, "text/") }

// lines calls do for every line from a place on: where it begins, where its text ends and where the next one
// begins.
func (f *form) lines(s *search, from int, do func(start, end, next int)) {
	n := 0
	for start := from; start < len(f.octets); {
		next := len(f.octets)
		end := next
		if i := bytes.IndexByte(f.octets[start:], '\n'); i >= 0 {
			next = start + i + 1
			end = next - 1
			if end > start && f.octets[end-1] == '\r' {
				end--
			}
		}
		do(start, end, next)
		start = next
		n++
	}
	s.left -= int64(len(f.octets)-from)/2 + int64(n)*perLine
}
