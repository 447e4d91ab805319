package mimewrap

import (
	"errors"
	"strconv"
	"strings"
)

// PrepareOptions says how an entity is made ready.
type PrepareOptions struct {
	AsIs   bool   // re-encode nothing
	For    string // "clear-signed", "opaque", "encrypted"; all three are prepared alike (RFC 8551, Section 3.1.2)
	Entity bool   // e is a bare entity: all its header fields are content
	Serial bool   // one goroutine works on it, however large it is

	// Unsized says that nobody needs to know the Size, which may be -1 then.
	Unsized bool
	// Guess says that a guess of the Size is enough, which may be -1 then.
	Guess bool
	// AtOnce spares a large mail the look at its large bodies before it is written, when it is Unsized or a Guess is
	// enough: WriteTo looks at them on the way. What that finds is an ErrWouldBreak, or, where all it can give is a
	// note (AsIs, not Unsized), in Notes afterwards. To have the exact size it spares that look the only body AsIs.
	AtOnce bool
}

// ErrWouldBreak says that what was being written at once would not survive transport as it
// is: it has to be prepared anew, without AtOnce, and what was written is of no use.
var ErrWouldBreak = errors.New("mimewrap: content would not survive transport as it is")

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
	p := &preparation{Prepared: &Prepared{base: e.base}, opt: opt, whole: e.whole.size(), windows: windows{size: int(min(scanWindow, max(4096, e.whole.size()+1))), serial: opt.Serial}}
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
	if p.guessed = p.size; p.unsized {
		more, err := p.bareLFGuessed()
		if err != nil {
			return nil, err
		}
		p.guessed, p.size = p.size+more, -1
	}
	return p.Prepared, nil
}

type preparation struct {
	*Prepared
	opt       PrepareOptions
	jobs      []job // a stack
	windows   windows
	whole     int64 // size of the mail
	visited   int
	unsafe    int // bodies that stay as they are although transport may change them
	dropped   int // notes
	held      int // octets of re-encoded bodies
	unsized   bool
	ascii     bool  // so is the only body, which has no type, or has to be
	small     int64 // octets of small parts that were looked at
	toldLater int   // notes
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
	s, err := slice(e.base, e.body, boundary, maxParts-p.visited, p.windows.next()[:0])
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
	t, err := p.look(*j.outside, maxLine, nil)
	if err != nil {
		return err
	}
	if len(t.breaks(maxLine)) == 0 || p.opt.AsIs {
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
	look := p.look
	if encoding, _ := e.TransferEncoding(); encoding == "binary" {
		look = p.lookNow
	}
	note := func(b []string) string { return why + ", " + join(b) + " may not survive transport" }
	t, err := look(e.body, maxLine, func(b []string) string { return "part " + j.number + " " + note(b) })
	if err != nil {
		return err
	}
	if b := t.breaks(maxLine); len(b) > 0 {
		p.unsafe++
		p.note(j.number, note(b))
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
