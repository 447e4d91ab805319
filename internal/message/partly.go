package message

import (
	"io"
	"strings"

	"smimectl/internal/mimewrap"
	"smimectl/internal/verdict"
)

// partly reports a mail of which only parts are signed or encrypted. Signed
// parts are judged, each as if it were the message; what lies beside them is
// never spliced into them, and an encrypted part is never opened (P52, EFAIL).
func (w *walk) partly(current *content, l *mimewrap.Layer) error {
	protected := map[string]string{}
	for _, p := range l.ProtectedParts {
		protected[p.Number] = p.Protected
	}
	for _, p := range current.entity.Parts(maxListedParts) {
		w.facts.Partial = append(w.facts.Partial, w.partFact(p, protectionOf(p.Number, protected)))
	}
	var first *content
	for _, p := range l.ProtectedParts {
		if p.Protected != "signed" || p.Entity == nil {
			continue
		}
		if err := w.signedPart(p); err != nil {
			return err
		}
		if first == nil {
			first = w.ex.inner
		}
	}
	w.ex.inner = first
	return nil
}

// protectionOf finds how a part is protected: by itself, or because it lies in a
// part that is.
func protectionOf(number string, protected map[string]string) string {
	for {
		if p := protected[number]; p != "" {
			return p
		}
		dot := strings.LastIndexByte(number, '.')
		if dot < 0 {
			return ""
		}
		number = number[:dot]
	}
}

// excerptSize is how much of an unprotected text the report shows.
const excerptSize = 200

func (w *walk) partFact(p mimewrap.Part, protection string) verdict.PartFact {
	fact := verdict.PartFact{Number: p.Number, MediaType: p.MediaType, Protected: protection, FileName: p.FileName}
	if strings.HasPrefix(p.MediaType, "text/") && p.Entity != nil {
		head := make([]byte, excerptSize)
		n, _ := io.ReadFull(p.Entity.Decoded(), head)
		fact.Excerpt, _, _ = strings.Cut(strings.TrimSpace(strings.ToValidUTF8(string(head[:n]), "")), "\n")
		fact.Excerpt = strings.TrimSpace(fact.Excerpt)
	}
	return fact
}

// signedPart judges one signed part.
func (w *walk) signedPart(p mimewrap.Part) error {
	inner, err := p.Entity.Layer()
	if err != nil {
		return err
	}
	before := len(w.facts.Layers)
	if before >= maxLayers {
		return nil // enough is judged to say PARTIAL
	}
	var c *content
	part := &content{source: p.Entity.Source, entity: p.Entity, part: p.Number}
	switch inner.Kind {
	case mimewrap.ClearSigned:
		c, err = w.clearSigned(part, inner)
	case mimewrap.PKCS7:
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
