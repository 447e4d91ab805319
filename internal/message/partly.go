package message

import (
	"io"
	"strings"

	"smimectl/internal/mimewrap"
	"smimectl/internal/verdict"
)

// partly reports a mail of which only parts are signed or encrypted. Such a part
// is judged for the report; what lies beside it is never spliced into it, and
// nothing encrypted is opened in it, however it is wrapped (P52, EFAIL).
func (w *walk) partly(current *content, l *mimewrap.Layer) error {
	w.beside = true
	w.facts.Partial = append(w.facts.Partial, partFacts(current)...)
	return w.signedPart(current, l)
}

// partFacts lists the parts of a mail in order: those that are protected as a
// whole, and beside them every part that holds text or data.
func partFacts(current *content) []verdict.PartFact {
	var out []verdict.PartFact
	within := ""
	for _, p := range current.entity.Parts(maxListedParts) {
		if within != "" && strings.HasPrefix(p.Number, within) {
			continue
		}
		container := strings.HasPrefix(p.MediaType, "multipart/") || p.MediaType == "message/rfc822" || p.MediaType == "message/global"
		if p.Protected == "" && container {
			continue
		}
		fact := verdict.PartFact{Number: current.part + p.Number[1:], MediaType: p.MediaType, Protected: p.Protected, FileName: p.FileName}
		if p.Protected != "" {
			within = p.Number + "."
		} else if strings.HasPrefix(p.MediaType, "text/") {
			fact.Excerpt = excerpt(p.Entity)
		}
		out = append(out, fact)
	}
	return out
}

// excerpt is the first line of a text, so that a person knows which part is meant.
func excerpt(e *mimewrap.Entity) string {
	head, _ := io.ReadAll(io.LimitReader(e.Decoded(), 400)) // what can be read of it will do
	for _, line := range strings.Split(string(head), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}

// signedPart judges the first signed part, as if it were the message, so that
// the report can say by whom and --allow-partial can release it alone.
func (w *walk) signedPart(current *content, l *mimewrap.Layer) error {
	for _, p := range l.ProtectedParts {
		if p.Protected != "signed" || p.Entity == nil {
			continue
		}
		inner, err := p.Entity.Layer()
		if err != nil {
			return err
		}
		before := len(w.facts.Layers)
		if before >= maxLayers {
			return errTooDeep
		}
		var c *content
		part := &content{source: p.Entity.Source, entity: p.Entity, part: current.part + p.Number[1:]}
		switch inner.Kind {
		case mimewrap.ClearSigned:
			c, err = w.clearSigned(part, inner)
		case mimewrap.PKCS7:
			c, err = w.layer(inner.CMS, inner, part.part)
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
