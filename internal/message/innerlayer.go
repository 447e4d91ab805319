package message

import (
	"errors"
	"io"

	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

var errTooDeep = &cms.LimitError{What: "S/MIME layers"}

// plainTypes are content types without a signature and without encryption.
var plainTypes = map[cms.ContentType]bool{cms.TypeData: true, cms.TypeDigestedData: true}

// layer takes off one CMS object: opaque signed-data, an envelope, compressed
// data. It returns nil content when there is nothing further in.
func (w *walk) layer(open func() (io.Reader, error), l *mimewrap.Layer, part string) (*content, error) {
	r, err := open()
	if err != nil {
		return nil, err
	}
	kind, err := cms.PeekType(r)
	if err != nil {
		return nil, err
	}
	w.note(l.Notes)
	switch kind {
	case cms.TypeSignedData:
		return w.opaque(open, l, part)
	case cms.TypeEnvelopedData, cms.TypeAuthEnvelopedData:
		return w.envelope(open, l, kind, part)
	case cms.TypeCompressedData:
		return w.compressed(open, l, part)
	}
	name := cms.TypeName(kind)
	if w.look && name != kind.String() {
		w.lookOnly(kind, part)
		return nil, nil
	}
	if plainTypes[kind] {
		return nil, nil // nothing protects it: unsigned, not encrypted
	}
	if name != kind.String() {
		return nil, &UnsupportedContent{Type: name}
	}
	return nil, &cms.MalformedError{Detail: "the content type " + kind.String() + " is none of CMS"}
}

// compressed takes off a compressed-data layer, with the limits of P60.
func (w *walk) compressed(open func() (io.Reader, error), l *mimewrap.Layer, part string) (*content, error) {
	r, err := open()
	if err != nil {
		return nil, err
	}
	w.facts.Layers = append(w.facts.Layers, verdict.Layer{Kind: "compressed", Form: "compressed-data", Part: part, WholeBody: true})
	w.checkLabel(l, "compressed-data")
	w.stage(Unpacking)
	limits := w.x.Limits
	if left := cms.InflationBudget(w.in.Source.Size()) - w.inflated; limits.Inflated <= 0 || left < limits.Inflated {
		limits.Inflated = max(left, 1) // 0 is the default
	}
	buffer := w.buffer()
	content := &countingWriter{w: buffer}
	_, err = cms.ReadCompressed(r, content, limits)
	w.inflated += content.n
	if err != nil {
		return nil, err
	}
	return w.found(buffer, part)
}

// buffer makes a held-back store that lives as long as the examination.
func (w *walk) buffer() *spool.Buffer {
	opt := w.x.Spool
	opt.Serial = opt.Serial || w.in.Serial
	b := spool.New(opt)
	w.ex.buffers = append(w.ex.buffers, b)
	w.in.Observer.held(b)
	return b
}

// found seals what a layer held and looks whether it is a MIME entity.
func (w *walk) found(buffer *spool.Buffer, part string) (*content, error) {
	source, err := buffer.Source()
	if err != nil {
		return nil, err
	}
	return w.foundIn(source, part)
}

// foundIn looks whether what a layer held is a MIME entity.
func (w *walk) foundIn(source spool.Source, part string) (*content, error) {
	source = w.in.Observer.watch(source)
	w.ex.size = source.Size()
	c := &content{source: source, part: part + ".1"}
	var malformed *mimewrap.MalformedError
	var err error
	if c.entity, err = mimewrap.ReadContent(source); err != nil {
		if !errors.As(err, &malformed) {
			return nil, err
		}
		c.entity = nil // octets that are no MIME entity
	}
	w.ex.inner = c
	if w.look {
		w.inners = append(w.inners, c)
	}
	return c, nil
}
