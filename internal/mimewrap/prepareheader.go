package mimewrap

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"
)

// header adds the header of an entity with its blank line and returns the number of the piece, which is not
// joined to others. encoding "" leaves the transfer encoding as it is.
func (p *preparation) header(j job, encoding string) int {
	e := j.ent
	p.checkHeader(j)
	if !j.root && encoding == "" {
		s := span{e.whole.start, e.body.start}
		if p.opt.AsIs || !p.mayRelabel(e) {
			p.addCanonical(s, headerBareLF(e))
			return -1
		}
		p.pieces = append(p.pieces, piece{kind: canonicalPiece, span: s, size: s.size() + headerBareLF(e), apart: true})
		return len(p.pieces) - 1
	}
	return p.addLiteral(p.headerWith(j, encoding))
}

// checkHeader tells of header fields that transport may change; they are never re-encoded.
func (p *preparation) checkHeader(j job) {
	var t textScan
	for _, f := range j.ent.Header.Fields {
		if !j.root || p.opt.Entity || isMIMEField(f.Name) {
			t.Write(f.Raw)
		}
	}
	if t.eightBit || t.longest > maxLine {
		p.unsafe++
		p.note(j.number, "has a header with 8bit or long lines, which may not survive transport")
	}
}

// mayRelabel reports an entity whose label finish may change.
func (p *preparation) mayRelabel(e *Entity) bool {
	encoding, err := e.TransferEncoding()
	return err == nil && encoding != "7bit" && isIdentity(encoding)
}

func headerBareLF(e *Entity) int64 {
	n := countBareLF(e.Header.Raw)
	if e.blank == 1 {
		n++
	}
	return n
}

// headerWith writes the header of an entity anew, in canonical form; every field that is not to be changed is
// kept octet by octet. Of a mail's header only the Content- fields are content.
func (p *preparation) headerWith(j job, encoding string) []byte {
	const name = "Content-Transfer-Encoding"
	e := j.ent
	var out []byte
	typed, labelled := !j.root, false
	for _, f := range e.Header.Fields {
		if j.root && !p.opt.Entity && !isMIMEField(f.Name) {
			continue
		}
		typed = typed || strings.EqualFold(f.Name, "Content-Type")
		if encoding != "" && strings.EqualFold(f.Name, name) {
			out = append(out, name+": "+encoding+"\r\n"...)
			labelled = true
			continue
		}
		out = appendField(out, f.Raw, "\r\n")
	}
	if !typed {
		out = append(out, p.invent(e)...)
	}
	if encoding != "" && !labelled && encoding != "7bit" {
		out = append(out, name+": "+encoding+"\r\n"...)
	}
	return append(out, '\r', '\n')
}

// invent names the type of a body without Content-Type.
func (p *preparation) invent(e *Entity) string {
	charset := "us-ascii"
	if p.ascii {
		return "Content-Type: text/plain; charset=" + charset + "\r\n"
	}
	valid, ascii := true, true
	var carry []byte
	window := p.windows.next()
	r := e.Decoded()
	for {
		n, err := r.Read(window)
		if n > 0 && (!ascii || hasHighBit(window[:n])) {
			ascii = false
			carry, valid = validUTF8(append(carry, window[:n]...))
		}
		if err != nil {
			valid = valid && len(carry) == 0 && err == io.EOF
			break
		}
		if !valid {
			break
		}
	}
	if !ascii {
		charset = "utf-8"
		if !valid {
			charset = "unknown-8bit" // RFC 1428, Section 3
		}
	}
	return "Content-Type: text/plain; charset=" + charset + "\r\n"
}

// validUTF8 checks p and returns an unfinished character at its end.
func validUTF8(p []byte) (rest []byte, ok bool) {
	cut := len(p)
	for k := 1; k <= 3 && k <= len(p); k++ {
		if c := p[len(p)-k]; utf8.RuneStart(c) {
			if !utf8.FullRune(p[len(p)-k:]) {
				cut = len(p) - k
			}
			break
		}
	}
	return bytes.Clone(p[cut:]), utf8.Valid(p[:cut])
}
