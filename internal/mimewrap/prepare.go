package mimewrap

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// PrepareOptions says how an entity is made ready.
type PrepareOptions struct {
	AsIs   bool   // re-encode nothing
	For    string // "clear-signed", "opaque", "encrypted"; all three are prepared alike (RFC 8551, Section 3.1.2)
	Entity bool   // e is a bare entity: all its header fields are content
}

// Prepare makes of a mail the MIME entity that is signed or encrypted: its Content- fields and its body, in
// canonical form, such that transport changes nothing of it (RFC 8551, Section 3.1). Bodies that would not
// survive are re-encoded one by one, text as quoted-printable and everything else as base64; of their headers
// only the Content-Transfer-Encoding changes. What is signed or encrypted within is never changed.
//
// It walks the structure with a stack of its own; a mail whose structure exceeds the limits of this package is
// a LimitError, because it could not be said to survive.
func Prepare(e *Entity, opt PrepareOptions) (*Prepared, error) {
	if e.broken != nil {
		return nil, e.broken
	}
	p := &preparation{Prepared: &Prepared{base: e.base}, opt: opt, window: make([]byte, min(scanWindow, max(4096, e.whole.size()+1)))}
	p.jobs = []job{{ent: e, number: "1", root: true}}
	for len(p.jobs) > 0 {
		j := p.jobs[len(p.jobs)-1]
		p.jobs = p.jobs[:len(p.jobs)-1]
		if err := p.run(j); err != nil {
			return nil, err
		}
		if p.literal > maxHeldHeaders {
			return nil, &LimitError{What: "more than 8 MiB of headers would have to be changed"}
		}
	}
	if p.dropped > 0 {
		p.Notes = append(p.Notes, "and "+strconv.Itoa(p.dropped)+" more")
	}
	for i := range p.pieces {
		p.size += p.pieces[i].size
	}
	return p.Prepared, nil
}

type preparation struct {
	*Prepared
	opt     PrepareOptions
	jobs    []job // a stack
	window  []byte
	visited int
	unsafe  int // bodies that stay as they are although transport may change them
	dropped int // notes
}

// job is one step: an entity to visit, octets between entities, or the end of a multipart.
type job struct {
	ent       *Entity // the root, or the entity to finish
	part      *span   // an entity to read
	between   *delimiter
	outside   *span // preamble or epilogue
	finish    bool
	root      bool
	number    string
	depth     int
	byDefault string
	boundary  string
	// of finish
	header int // piece that holds the header, -1
	unsafe int
}

func (p *preparation) note(number, text string) {
	if len(p.Notes) == maxNotes {
		p.dropped++
		return
	}
	p.Notes = append(p.Notes, "part "+number+" "+text)
}

func (p *preparation) run(j job) error {
	switch {
	case j.finish:
		p.finish(j)
		return nil
	case j.between != nil:
		p.delimiter(j)
		return nil
	case j.outside != nil:
		return p.outside(j)
	}
	if j.part != nil {
		e, err := readPart(p.base, *j.part)
		if err != nil {
			return err
		}
		if j.byDefault != "" {
			e.byDefault = j.byDefault
		}
		j.ent = e
	}
	if p.visited++; p.visited > maxParts {
		return &LimitError{What: "mail has more than 10,000 parts"}
	}
	if j.depth > maxDepth {
		return &LimitError{What: "parts are more than 32 deep in one another"}
	}
	return p.visit(j)
}

// visit decides what an entity is.
func (p *preparation) visit(j job) error {
	e := j.ent
	if e.broken != nil {
		return p.untouched(j, "has a header that cannot be read and stays as it is")
	}
	m, err := e.MediaType()
	var pe *ParameterError
	if err != nil && (!errors.As(err, &pe) || m.Type == "" || strings.HasPrefix(m.Type, "multipart/")) {
		return in(j.number, err)
	}
	encoding, err := e.TransferEncoding()
	if err != nil {
		return in(j.number, err)
	}
	switch {
	case m.Type == "multipart/signed" || m.Type == "multipart/encrypted":
		return p.untouched(j, "is "+m.Type+" and stays as it is")
	case isPKCS7Type(m.Type):
		return p.untouched(j, "is a CMS object and stays as it is")
	case strings.HasPrefix(m.Type, "multipart/") && isIdentity(encoding):
		return p.multipart(j, m, encoding)
	case isMessage(m.Type) && isIdentity(encoding):
		h := p.header(j, "")
		p.jobs = append(p.jobs,
			job{ent: e, finish: true, number: j.number, header: h, unsafe: p.unsafe, root: j.root},
			job{part: &e.body, number: j.number + ".1", depth: j.depth + 1})
		return nil
	case strings.HasPrefix(m.Type, "multipart/") || isMessage(m.Type) || m.Type == "message/partial" || m.Type == "message/external-body":
		return p.untouched(j, "is "+m.Type+" and stays as it is")
	}
	return p.leaf(j, m, encoding)
}

// in says in which part an error is.
func in(number string, err error) error {
	var m *MalformedError
	if errors.As(err, &m) {
		return malformed("part " + number + ": " + m.Detail)
	}
	return err
}

func (p *preparation) multipart(j job, m MediaType, encoding string) error {
	e := j.ent
	boundary, err := m.Boundary()
	if err != nil {
		return in(j.number, err)
	}
	s, err := slice(e.base, e.body, boundary, maxParts-p.visited, p.window[:0])
	if err != nil {
		return err
	}
	if s.more {
		return &LimitError{What: "mail has more than 10,000 parts"}
	}
	if len(s.parts) == 0 {
		return p.untouched(j, "is a multipart without parts and stays as it is")
	}
	h := p.header(j, "")
	byDefault := ""
	if m.Type == "multipart/digest" {
		byDefault = "message/rfc822"
	}
	p.jobs = append(p.jobs, job{ent: e, finish: true, number: j.number, header: h, unsafe: p.unsafe, root: j.root},
		job{outside: &s.epilogue, number: j.number})
	for i := len(s.delimiters) - 1; i >= 0; i-- {
		if i < len(s.parts) {
			p.jobs = append(p.jobs, job{part: &s.parts[i], number: j.number + "." + strconv.Itoa(i+1), depth: j.depth + 1, byDefault: byDefault})
		}
		p.jobs = append(p.jobs, job{between: &s.delimiters[i], boundary: boundary})
	}
	p.jobs = append(p.jobs, job{outside: &s.preamble, number: j.number})
	return nil
}

// finish gives a multipart or message the label 7bit once nothing in it needs more.
func (p *preparation) finish(j job) {
	encoding, err := j.ent.TransferEncoding()
	if err != nil || encoding == "7bit" || p.opt.AsIs || p.unsafe > j.unsafe {
		return
	}
	p.pieces[j.header] = literal(p.headerWith(j, "7bit"))
	p.literal += len(p.pieces[j.header].text)
}

func literal(text []byte) piece {
	return piece{kind: literalPiece, text: text, size: int64(len(text))}
}

// delimiter adds a boundary line, without blanks that transport would strip from it.
func (p *preparation) delimiter(j job) {
	d := j.between
	if !d.padded || p.opt.AsIs {
		p.addCanonical(d.span, d.bareLF)
		return
	}
	line := "--" + j.boundary
	if !d.first {
		line = "\r\n" + line
	}
	if d.last {
		line += "--"
	}
	p.addLiteral([]byte(line + "\r\n"))
}

// outside adds the text before or after the parts of a multipart. It is no content: when transport would
// change it, it is left out.
func (p *preparation) outside(j job) error {
	t, err := scan(p.base, *j.outside, p.window)
	if err != nil {
		return err
	}
	if len(t.breaks(998)) == 0 || p.opt.AsIs {
		p.keepCRLF = p.keepCRLF || t.loneCR()
		p.addCanonical(*j.outside, t.bareLF)
		return nil
	}
	p.note(j.number, "loses the text outside its parts, which would not survive transport")
	return nil
}

// untouched adds a whole entity as it is.
func (p *preparation) untouched(j job, why string) error {
	e := j.ent
	if h := p.header(j, ""); h >= 0 {
		p.pieces[h].apart = false
	}
	t, err := scan(p.base, e.body, p.window)
	if err != nil {
		return err
	}
	if b := t.breaks(998); len(b) > 0 {
		p.unsafe++
		p.note(j.number, why+", "+join(b)+" may not survive transport")
	}
	p.addBody(e, t)
	return nil
}

// addBody adds a body without re-encoding it.
func (p *preparation) addBody(e *Entity, t *textScan) {
	if encoding, _ := e.TransferEncoding(); encoding == "binary" && e.broken == nil {
		p.keepCRLF = true
		if e.body.size() > 0 {
			p.pieces = append(p.pieces, piece{kind: rawPiece, span: e.body, size: e.body.size()})
		}
		return
	}
	p.keepCRLF = p.keepCRLF || t.loneCR()
	p.addCanonical(e.body, t.bareLF)
}

func join(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// leaf adds an entity that has no parts.
func (p *preparation) leaf(j job, m MediaType, encoding string) error {
	e := j.ent
	t, err := scan(p.base, e.body, p.window)
	if err != nil {
		return err
	}
	longest := int64(998)
	if isIdentity(encoding) {
		longest = leafColumns
	}
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
			p.note(j.number, "stays as it is, "+join(why)+" may not survive transport")
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
	err := body.recode(count, p.base)
	body.size = count.n
	return err
}

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
	if t.eightBit || t.longest > 998 {
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
	valid, ascii := true, true
	var carry []byte
	r := e.Decoded()
	for {
		n, err := r.Read(p.window)
		if n > 0 && (!ascii || hasHighBit(p.window[:n])) {
			ascii = false
			carry, valid = validUTF8(append(carry, p.window[:n]...))
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
