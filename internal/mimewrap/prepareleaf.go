package mimewrap

import (
	"bytes"
	"errors"
	"strings"
)

// leaf adds an entity that has no parts.
func (p *preparation) leaf(j job, m MediaType, encoding string) error {
	e := j.ent
	longest := int64(maxLine)
	if isIdentity(encoding) {
		longest = leafColumns
	}
	_, typed := e.Header.Get("Content-Type")
	p.ascii = j.root && !typed && isIdentity(encoding)
	look := p.look
	if encoding == "binary" {
		look = p.lookNow // it is re-encoded in any case
	} else if j.root && p.counts() {
		look, p.ascii = p.count, false // that is not looked at yet
	}
	t, err := look(e.body, longest, func(why []string) string { return "part " + j.number + " " + staysAsItIs(why) })
	if err != nil {
		return err
	}
	p.ascii = p.ascii && !t.eightBit
	why := t.breaks(longest)
	if encoding == "binary" && len(why) == 0 && e.body.size() > 0 {
		why = []string{"binary"}
	}
	body := piece{kind: recodedPiece, span: e.body, from: encoding}
	switch {
	case len(why) == 0 && (encoding == "8bit" || encoding == "binary") && !p.opt.AsIs:
		p.header(j, "7bit")
		p.addCanonical(e.body, t.bareLF)
		return nil
	case len(why) == 0 || p.opt.AsIs:
		if len(why) > 0 {
			p.unsafe++
			p.note(j.number, staysAsItIs(why))
		}
		p.header(j, "")
		p.addBody(e, t)
		return nil
	case encoding == "base64" || encoding == "quoted-printable":
		body.to = encoding
	case !isIdentity(encoding):
		p.unsafe++
		p.note(j.number, "stays as it is because its encoding is not known, "+join(why)+" may not survive transport")
		p.header(j, "")
		p.addBody(e, t)
		return nil
	case encoding != "binary" && (strings.HasPrefix(m.Type, "text/") || strings.HasPrefix(m.Type, "message/")):
		body.to = "quoted-printable"
	default:
		body.to = "base64"
		// Octets that are no lines are no text whatever the label says: their line feeds are data.
		if t.nul || t.loneCR() || t.bareLF > 0 && t.crlf > 0 {
			body.from = "binary"
		}
	}
	if err := p.measure(&body, t); err != nil {
		var bad *MalformedError
		var over *LimitError
		if !errors.As(err, &bad) && !errors.As(err, &over) {
			return err
		}
		p.unsafe++
		p.note(j.number, "stays as it is because its "+encoding+" is damaged, "+join(why)+" may not survive transport")
		p.header(j, "")
		p.addBody(e, t)
		return nil
	}
	p.header(j, body.to)
	p.pieces = append(p.pieces, body)
	p.note(j.number, "re-encoded as "+body.to+", "+join(why)+" would not survive transport")
	return nil
}

func staysAsItIs(why []string) string {
	return "stays as it is, " + join(why) + " may not survive transport"
}

// A re-encoded body that is small is encoded once, and held until it is written. Together
// they may take so much.
const (
	maxHeldBody   = 64 << 10
	maxHeldBodies = 1 << 20
)

// measure finds the size of a re-encoded body.
func (p *preparation) measure(body *piece, t *textScan) error {
	if body.to == "base64" && body.from != "base64" {
		n := t.size
		if body.from != "binary" {
			n = t.canonicalSize()
		}
		body.size = base64Size(n, leafColumns, "\r\n")
		return nil
	}
	count := new(countingWriter)
	var text bytes.Buffer
	hold := body.span.size() <= maxHeldBody && p.held < maxHeldBodies
	if hold {
		count.dst = &text
	} else if !p.exact() && isIdentity(body.from) {
		p.unsized = true // there is nothing about text that could be damaged
		body.size = t.size + t.size/8
		return nil
	}
	if err := body.recode(count, p.base); err != nil {
		return err
	}
	if body.size = count.n; hold {
		p.held += text.Len()
		body.kind, body.text = literalPiece, text.Bytes()
	}
	return nil
}
