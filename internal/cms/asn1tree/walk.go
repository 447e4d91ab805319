package asn1tree

import (
	"errors"
	"io"

	"smimectl/internal/cms/ber"
)

const (
	maxDepth = ber.DefaultDepth // of all together, encodings within strings included
	// maxOpened is the size of a string up to which an encoding in it is opened: it is held in memory for that.
	maxOpened = 4 << 20
	// kept is how much of a value is looked at.
	kept = 1024
)

// Walk calls visit for every element of r, in order. root is the name of the type r is expected to be of, as
// "ContentInfo"; "" makes Walk guess from the first octets. What ends the encoding before its end is a *Fault; other
// errors are those of r and of visit.
func Walk(r io.Reader, root string, visit func(*Node) error) error {
	s := modules()
	start := &lookahead{r: r}
	if root == "" {
		head, err := start.head()
		if err != nil {
			return err
		}
		root = Guess(head)
	}
	w := &walker{schema: s, visit: visit}
	w.sources = []source{{r: ber.NewReader(start, ber.Limits{Depth: maxDepth}), bottom: 0}}
	w.plans = []plan{{each: &typeRef{name: root}}}
	return w.run()
}

// walker is a walk under way: a stack of encodings, each in a string of the one before, and a stack of plans, one for
// every element that was entered.
type walker struct {
	schema  *schema
	visit   func(*Node) error
	sources []source
	plans   []plan
}

// source is one encoding.
type source struct {
	r      *ber.Reader
	base   int64 // offset of its first octet in the input
	bottom int   // plans below it
	fresh  bool  // nothing of it was shown: its first element is marked
}

// plan says how the elements within one element are named.
type plan struct {
	owner    string // type of the element
	fields   []*field
	next     int      // the first field that may come
	each     *typeRef // every element is of this type
	group    string   // with each: the field they are the values of
	object   string   // name of the object identifier that decides what an ANY is
	decided  bool     // object is of this element, not of one around it
	secret   bool     // nothing in here is given out
	closed   bool     // what is not named in here is not given out
	segments bool     // of a string
	reports  bool     // an AlgorithmIdentifier: object is what decides in the element around too
}

func (w *walker) top() *plan { return &w.plans[len(w.plans)-1] }

func (w *walker) run() error {
	for len(w.sources) > 0 {
		s := &w.sources[len(w.sources)-1]
		more, err := s.r.More()
		if err != nil {
			return w.fault(err, s)
		}
		switch {
		case more:
			err = w.element(s)
		case s.r.Depth() > 0:
			if err = s.r.Leave(); err == nil {
				w.leave()
			}
		default:
			w.plans = w.plans[:s.bottom]
			w.sources = w.sources[:len(w.sources)-1]
		}
		if err != nil {
			return w.fault(err, s)
		}
	}
	return nil
}

// leave ends an element. What an AlgorithmIdentifier names also decides what stands beside it.
func (w *walker) leave() {
	done := *w.top()
	w.plans = w.plans[:len(w.plans)-1]
	if done.reports {
		w.top().object = done.object
	}
}

// fault words an error of the encoding.
func (w *walker) fault(err error, s *source) error {
	if e, ok := errors.AsType[*ber.SyntaxError](err); ok {
		return &Fault{Offset: s.base + e.Offset, Detail: e.Detail}
	}
	if e, ok := errors.AsType[*ber.LimitError](err); ok {
		return &Fault{Offset: s.base + s.r.Offset(), Detail: e.What, Limit: true}
	}
	return err
}

// element shows the next element, and enters it or passes it.
func (w *walker) element(s *source) error {
	h, err := s.r.Peek()
	if err != nil {
		return err
	}
	n := &Node{Offset: s.base + h.Offset, Header: h.Size, Length: int64(h.Length), Depth: len(w.plans) - 1, Tag: h.Tag, Constructed: h.Constructed, Inside: s.fresh}
	if h.Indefinite {
		n.Length = -1
	}
	s.fresh = false
	m := w.meaning(h.Tag)
	n.Owner, n.Field, n.Type = m.owner, m.field, m.typeName()
	if !h.Constructed {
		return w.primitive(s, n, m)
	}
	if err := w.visit(n); err != nil {
		return err
	}
	if err := s.r.Enter(h.Tag); err != nil {
		return err
	}
	w.plans = append(w.plans, w.planFor(m, h.Tag))
	return nil
}

// planFor says how the elements within an element are named.
func (w *walker) planFor(m meaning, tag ber.Tag) plan {
	p := plan{object: w.top().object, secret: m.secret, segments: m.segment}
	switch {
	case m.explicit != nil:
		p.each, p.owner, p.group = m.explicit, m.owner, m.field
	case m.d == nil:
		p.segments = p.segments || tag == ber.OctetString || tag == ber.BitString
	case m.d.shape == sequence:
		p.owner, p.fields, p.closed = m.d.name, m.d.fields, m.d.closed
		p.reports = m.d.name == "AlgorithmIdentifier"
		p.secret = p.secret && !m.d.closed // its own fields say which are
	case m.d.shape == repeated:
		p.each, p.owner, p.group = m.d.inner, m.owner, m.field
	default:
		p.segments = true
	}
	return p
}

// primitive shows an element without others in it, and opens the encoding that a string holds.
func (w *walker) primitive(s *source, n *Node, m meaning) error {
	kind := m.kind(n.Tag)
	content, err := s.r.Contents()
	if err != nil {
		return err
	}
	limit := int64(kept)
	inner := w.inner(m)
	if inner != nil && n.Length <= maxOpened {
		limit = maxOpened
	}
	head, err := io.ReadAll(io.LimitReader(content, limit))
	if err != nil {
		w.visit(n) // its header at least
		return err
	}
	if inner != nil {
		if opened, skip := w.encoding(head, n, kind); opened {
			if err := content.Close(); err != nil {
				return err
			}
			return w.open(n, head[skip:], int64(skip), inner, m)
		}
	}
	switch {
	case m.secret:
		n.Secret = true
	case m.segment:
		n.Field = "segment"
		describe(n, "OCTETS", head, w.schema)
	default:
		describe(n, kind, head, w.schema)
	}
	if p := w.top(); n.OID != "" && !p.decided {
		p.object, p.decided = w.schema.nameOf(n.OID), true
	}
	if err := w.visit(n); err != nil {
		return err
	}
	return content.Close()
}

// encoding reports whether octets are one whole encoding, and how many octets stand before it: those of the unused
// bits of a BIT STRING.
func (w *walker) encoding(b []byte, n *Node, kind string) (ok bool, skip int) {
	if int64(len(b)) != n.Length || len(w.plans) >= maxDepth {
		return false, 0
	}
	if kind == "BITS" {
		if len(b) == 0 || b[0] != 0 {
			return false, 0
		}
		skip = 1
	}
	r := ber.NewBytesReader(b[skip:], ber.Limits{Depth: maxDepth - len(w.plans)})
	elements := 0
	for {
		more, err := r.More()
		if err != nil {
			return false, 0
		}
		if !more {
			if r.Depth() == 0 {
				return elements > 0, skip
			}
			if r.Leave() != nil {
				return false, 0
			}
			continue
		}
		if elements++; r.Depth() == 0 && elements > 1 {
			return false, 0
		}
		h, err := r.Peek()
		if err != nil {
			return false, 0
		}
		if h.Constructed {
			err = r.Enter(h.Tag)
		} else {
			err = r.Skip()
		}
		if err != nil {
			return false, 0
		}
	}
}

// open shows a string that holds an encoding and goes into it.
func (w *walker) open(n *Node, b []byte, skip int64, inner *typeRef, m meaning) error {
	if err := w.visit(n); err != nil {
		return err
	}
	p := plan{each: inner, object: w.top().object, secret: m.secret}
	w.plans = append(w.plans, p)
	depth := maxDepth - len(w.plans) + 1
	w.sources = append(w.sources, source{
		r:      ber.NewBytesReader(b, ber.Limits{Depth: depth}),
		base:   n.Offset + int64(n.Header) + skip,
		bottom: len(w.plans) - 1,
		fresh:  true,
	})
	return nil
}
