package asn1tree

import (
	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// meaning is what the schema says of one element.
type meaning struct {
	owner, field string
	d            *definition // nil: nothing is known
	explicit     *typeRef    // the type is that of the one element within
	secret       bool
	segment      bool
}

func (m *meaning) typeName() string {
	if m.d == nil || m.explicit != nil {
		return ""
	}
	return m.d.name
}

// meaning finds the next element in the plan of the element around it.
func (w *walker) meaning(tag ber.Tag) meaning {
	p := w.top()
	m := meaning{secret: p.secret, segment: p.segments}
	switch {
	case p.each != nil:
		d := w.schema.define(*p.each)
		if w.schema.matches(d, tag) {
			m.d = d
			w.resolve(&m, tag, p.object)
			if m.field == "" && m.typeName() == "" {
				m.owner, m.field = p.owner, p.group
			}
			return m
		}
	default:
		for i := p.next; i < len(p.fields); i++ {
			f := p.fields[i]
			if !w.schema.fits(f, tag) {
				continue
			}
			p.next = i + 1
			m.owner, m.field = p.owner, f.name
			w.take(&m, f)
			w.resolve(&m, tag, p.object)
			return m
		}
	}
	m.secret = m.secret || p.closed
	return m
}

// take makes f what the element is.
func (w *walker) take(m *meaning, f *field) {
	m.d = w.schema.define(f.of)
	m.secret = m.secret || f.secret
	if f.explicit {
		m.explicit = &f.of
	}
}

// resolve goes from a CHOICE and from an ANY to what is there.
func (w *walker) resolve(m *meaning, tag ber.Tag, object string) {
	for range maxDepth {
		if m.d == nil || m.explicit != nil {
			return
		}
		switch m.d.shape {
		case choice:
			f, ok := w.schema.alternative(m.d, tag)
			if !ok {
				m.d = nil
				return
			}
			if m.field == "" {
				m.owner, m.field = m.d.name, f.name
			}
			w.take(m, f)
			if f.tagged {
				return
			}
		case open:
			d := w.schema.types[w.schema.opens[m.d.kind+" "+object]]
			if !w.schema.matches(d, tag) {
				m.d = nil
				return
			}
			m.d = d
		default:
			return
		}
	}
}

// kind is the universal type whose value the element has; "" when that is not known.
func (m *meaning) kind(tag ber.Tag) string {
	if m.d != nil && m.explicit == nil && m.d.kind != "" && m.d.shape != open {
		return m.d.kind
	}
	for name, t := range universal {
		if t == tag {
			return name
		}
	}
	return ""
}

// inner is the type of the encoding that a string holds; nil when it holds none that is known.
func (w *walker) inner(m meaning) *typeRef {
	if m.d == nil || m.explicit != nil || m.d.shape != wrapping {
		return nil
	}
	d := w.schema.define(*m.d.inner)
	if d != nil && d.shape == open {
		name, ok := w.schema.opens[d.kind+" "+w.top().object]
		if !ok || w.schema.types[name] == nil {
			return nil
		}
		return &typeRef{name: name}
	}
	return m.d.inner
}

// nameOf is the name of an object identifier in its standard; "" when it is not known here.
func (s *schema) nameOf(oid algorithm.OID) string { return s.byName[oid] }
