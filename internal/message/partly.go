package message

import (
	"smimectl/internal/mimewrap"
	"smimectl/internal/verdict"
)

// partly reports a mail of which only parts are signed or encrypted. Such a part
// is judged for the report; what lies beside it is never spliced into it, and an
// encrypted part is never opened (P52, EFAIL).
func (w *walk) partly(current *content, l *mimewrap.Layer) error {
	for _, p := range l.ProtectedParts {
		w.facts.Partial = append(w.facts.Partial, verdict.PartFact{
			Number: p.Number, MediaType: p.MediaType, Protected: p.Protected, FileName: p.FileName,
		})
	}
	return w.signedPart(l)
}

// signedPart judges the first signed part, as if it were the message, so that
// the report can say by whom and --allow-partial can release it alone.
func (w *walk) signedPart(l *mimewrap.Layer) error {
	for _, p := range l.ProtectedParts {
		if p.Protected != "signed" || p.Entity == nil {
			continue
		}
		inner, err := p.Entity.Layer()
		if err != nil {
			return err
		}
		before := len(w.facts.Layers)
		var c *content
		part := &content{source: p.Entity.Source, entity: p.Entity, part: p.Number}
		if inner.Kind == mimewrap.ClearSigned {
			c, err = w.clearSigned(part, inner)
		} else {
			c, err = w.layer(inner.CMS, inner, p.Number)
		}
		for i := before; i < len(w.facts.Layers); i++ {
			w.facts.Layers[i].WholeBody = false
		}
		if err != nil {
			return err
		}
		return w.inward(c)
	}
	return nil
}
