package message

import (
	"io"
	"strings"

	"smimectl/internal/mimewrap"
	"smimectl/internal/verdict"
)

// partly reports a mail of which only parts are signed or encrypted. Signed
// parts are judged, each as if it were the message; what lies beside them is
// never spliced into them, and nothing encrypted is opened in such a mail,
// however it is wrapped (P52, EFAIL).
//
// Where a signature covers all of it, a signed part is a mail that was forwarded:
// it is signed content like any other, and not judged again.
func (w *walk) partly(current *content, l *mimewrap.Layer) error {
	w.beside = true
	covered := w.covered()
	protected := map[string]string{}
	encrypted := false
	for _, p := range l.ProtectedParts {
		if p.Protected == "encrypted" || !covered {
			protected[p.Number] = p.Protected
			encrypted = encrypted || p.Protected == "encrypted"
		}
	}
	if covered && !encrypted {
		return nil
	}
	listed := map[string]bool{}
	for _, p := range current.entity.Parts(maxListedParts) {
		listed[p.Number] = true
		w.facts.Partial = append(w.facts.Partial, w.partFact(p, current.part, protectionOf(p.Number, protected)))
	}
	for _, p := range l.ProtectedParts {
		// However many parts stand before it: a protected part that nobody lists would be taken for the whole.
		if protection := protected[p.Number]; protection != "" && !listed[p.Number] {
			w.facts.Partial = append(w.facts.Partial, w.partFact(p, current.part, protection))
		}
	}
	if covered {
		return nil
	}
	whole := w.ex.inner
	var first *content
	for _, p := range l.ProtectedParts {
		if p.Protected != "signed" && !w.look || p.Entity == nil {
			continue
		}
		w.ex.inner = nil
		if err := w.signedPart(p, current.part); err != nil {
			return err
		}
		if first == nil {
			first = w.ex.inner
		}
	}
	w.ex.inner = first
	if whole != nil && !w.x.Policy.AllowPartial {
		w.ex.inner = whole // what was decrypted, with all that lies beside the signed part
	}
	return nil
}

// covered reports whether a signature stands around everything that is looked at now.
func (w *walk) covered() bool {
	covered := false
	for _, l := range w.facts.Layers {
		switch l.Kind {
		case "signed":
			covered = covered || l.WholeBody
		case "encrypted":
			covered = false
		}
	}
	return covered
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

// listParts gives the report of inspect every part of the mail, and how it is
// protected; those inside an opaque layer that was taken off too.
func (w *walk) listParts() {
	if len(w.facts.Partial) > 0 {
		return
	}
	protected := map[string]string{}
	for _, l := range w.facts.Layers {
		number := l.Part
		if l.Form == "multipart/signed" {
			number += ".1" // the signature itself is not signed
		}
		protected[number] = l.Kind
	}
	if w.ex.outer != nil {
		for _, p := range w.ex.outer.Parts(maxListedParts) {
			w.facts.Partial = append(w.facts.Partial, w.partFact(p, "1", protectionOf(p.Number, protected)))
		}
	}
	for _, c := range w.inners {
		if c.entity == nil || c.source.Size() == 0 {
			continue
		}
		for _, p := range c.entity.Parts(maxListedParts) {
			fact := w.partFact(p, c.part, protectionOf(c.part+p.Number[1:], protected))
			lookAtPart(&fact, p, false) // it came in a CMS object, which nothing on the way changes
			w.facts.Partial = append(w.facts.Partial, fact)
		}
	}
}

// excerptSize is how much of an unprotected text the report shows.
const excerptSize = 200

func (w *walk) partFact(p mimewrap.Part, part, protection string) verdict.PartFact {
	fact := verdict.PartFact{Number: part + p.Number[1:], MediaType: p.MediaType, Protected: protection, FileName: p.FileName}
	if strings.HasPrefix(p.MediaType, "text/") && p.Entity != nil {
		head := make([]byte, excerptSize)
		n, _ := io.ReadFull(p.Entity.Decoded(), head)
		fact.Excerpt, _, _ = strings.Cut(strings.TrimSpace(strings.ToValidUTF8(string(head[:n]), "")), "\n")
		fact.Excerpt = strings.TrimSpace(fact.Excerpt)
	}
	if w.look {
		lookAtPart(&fact, p, protection == "signed")
	}
	return fact
}

// signedPart judges one signed part of the part with the given number.
func (w *walk) signedPart(p mimewrap.Part, number string) error {
	part := &content{source: p.Entity.Source, entity: p.Entity, part: number + p.Number[1:]}
	inner, err := w.layerOf(part)
	if err != nil {
		return err
	}
	before := len(w.facts.Layers)
	if before >= maxLayers {
		return nil // enough is judged to say PARTIAL
	}
	var c *content
	switch inner.Kind {
	case mimewrap.ClearSigned:
		c, err = w.clearSigned(part, inner)
	case mimewrap.PKCS7:
		c, err = w.layer(inner.CMS, inner, part.part)
	}
	inPart := func() {
		for i := before; i < len(w.facts.Layers); i++ {
			w.facts.Layers[i].WholeBody = false
		}
	}
	inPart()
	if err != nil {
		return err
	}
	defer inPart() // what is further in, too
	return w.inward(c)
}
