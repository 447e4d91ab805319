package mimewrap

import (
	"strconv"
	"strings"

	"smimectl/internal/spool"
)

// Part is one node of the tree of a mail.
type Part struct {
	Number      string // "1" is the whole, "1.2" its second part
	MediaType   string
	Disposition string // "attachment", "inline", ""
	FileName    string // as the mail has it: to be shown, never used as a path
	Encoding    string
	Size        int64  // octets of the body as it stands in the file
	Protected   string // "signed", "encrypted" or ""
	Entity      *Entity
}

// tree walks the parts of an entity in order, with a stack of its own and within the limits of the package.
type tree struct {
	stack  []node
	window []byte
	left   int // parts
	octets int // of headers held
	fields int
	cut    string // what was not looked at
}

type node struct {
	span      span
	ent       *Entity // the root
	parent    *Entity
	number    string
	depth     int
	byDefault string
}

const (
	maxHeldHeaders = 8 << 20
	maxHeldFields  = 50000
)

func newTree(e *Entity, most int) *tree {
	return &tree{stack: []node{{ent: e, number: "1"}}, left: min(most, maxParts), octets: maxHeldHeaders, fields: maxHeldFields}
}

// next returns the next entity, or nil at the end. descend tells for each whether its parts follow.
func (t *tree) next(descend func(MediaType) bool) (*Entity, node, MediaType, error) {
	if len(t.stack) == 0 {
		return nil, node{}, MediaType{}, nil
	}
	if t.left == 0 || t.octets < 0 || t.fields < 0 {
		t.stack, t.cut = nil, "not all parts were looked at"
		return nil, node{}, MediaType{}, nil
	}
	t.left--
	n := t.stack[len(t.stack)-1]
	t.stack = t.stack[:len(t.stack)-1]
	e := n.ent
	if e == nil {
		var err error
		if e, err = readPart(n.parent.base, n.span); err != nil {
			return nil, n, MediaType{}, err
		}
		if n.byDefault != "" {
			e.byDefault = n.byDefault
		}
	}
	t.octets -= len(e.Header.Raw)
	t.fields -= len(e.Header.Fields)
	m, merr := e.MediaType()
	encoding, err := e.TransferEncoding()
	if merr != nil || err != nil || !isIdentity(encoding) || e.broken != nil || !descend(m) {
		return e, n, m, nil
	}
	if n.depth == maxDepth {
		t.cut = "parts more than 32 deep were not looked at"
		return e, n, m, nil
	}
	return e, n, m, t.push(e, n, m)
}

func (t *tree) push(e *Entity, n node, m MediaType) error {
	if isMessage(m.Type) {
		t.stack = append(t.stack, node{span: e.body, parent: e, number: n.number + ".1", depth: n.depth + 1})
		return nil
	}
	if !strings.HasPrefix(m.Type, "multipart/") {
		return nil
	}
	boundary, err := m.Boundary()
	if err != nil {
		return nil
	}
	if _, held := spool.View(e.base, e.body.start, e.body.size()); !held && t.window == nil {
		t.window = make([]byte, 0, min(scanWindow, e.body.size()+1))
	}
	s, err := slice(e.base, e.body, boundary, t.left, t.window)
	if err != nil {
		return err
	}
	byDefault := ""
	if m.Type == "multipart/digest" {
		byDefault = "message/rfc822"
	}
	for i := len(s.parts) - 1; i >= 0; i-- {
		t.stack = append(t.stack, node{span: s.parts[i], parent: e, number: n.number + "." + strconv.Itoa(i+1), depth: n.depth + 1, byDefault: byDefault})
	}
	return nil
}

// Parts lists e and the parts within it, at most most of them, in order. What is inside an encrypted or opaque
// part is not seen; the parts of a multipart/signed are.
func (e *Entity) Parts(most int) []Part {
	t := newTree(e, most)
	var parts []Part
	for {
		ent, n, m, err := t.next(func(MediaType) bool { return true })
		if ent == nil || err != nil {
			return parts
		}
		parts = append(parts, describe(ent, n.number, m))
	}
}

func describe(e *Entity, number string, m MediaType) Part {
	p := Part{Number: number, MediaType: m.Type, Size: e.body.size(), Entity: e}
	p.Encoding, _ = e.TransferEncoding()
	p.FileName, _ = m.Parameter("name")
	if value, ok := e.Header.Get("Content-Disposition"); ok && len(value) <= maxMIMEField {
		d, _ := parseDisposition(value)
		p.Disposition = d.Type
		if name, ok := d.Parameter("filename"); ok {
			p.FileName = name
		}
	}
	p.FileName = decodeWords(p.FileName)
	p.Protected = e.protection(m)
	return p
}

// Protection tells what is done to an entity as a whole: "signed", "encrypted", or "" for
// neither. Its media type says so, or else the first octets of a CMS object.
func (e *Entity) Protection() string {
	m, err := e.MediaType()
	if err != nil {
		return ""
	}
	return e.protection(m)
}

// protection tells from the media type what is done to a part. Only when nothing is said about a CMS object
// are its first octets looked at.
func (e *Entity) protection(m MediaType) string {
	switch {
	case m.Type == "multipart/signed":
		if p := protocolOf(m); p == "pkcs7" || p == "" {
			return "signed"
		}
		return ""
	case m.Type == "application/octet-stream":
		if named, err := e.namedPKCS7(m); err != nil || named == "" || named == "*.p7s" {
			return ""
		}
	case !isPKCS7Type(m.Type):
		return ""
	}
	kind, _ := m.Parameter("smime-type")
	switch strings.ToLower(kind) {
	case "signed-data", "signed-receipt":
		return "signed"
	case "enveloped-data", "authenveloped-data":
		return "encrypted"
	case "certs-only", "compressed-data":
		return ""
	}
	head := make([]byte, min(e.body.size(), 256))
	n, err := readAt(e.base, head, e.body.start)
	if err != nil {
		return ""
	}
	if head = head[:n]; !beginsCMS(head) {
		head = base64Head(head)
	}
	// pkcs-7 signedData ends in 2; envelopedData in 3, id-ct-authEnvelopedData in 23 (RFC 5652, RFC 5083).
	if _, oid := contentInfo(head); len(oid) > 0 {
		switch oid[len(oid)-1] {
		case 2:
			return "signed"
		case 3, 23:
			return "encrypted"
		}
	}
	return ""
}

// findProtected looks for signed and encrypted parts within an entity that is neither.
func (e *Entity) findProtected(l *Layer) error {
	t := newTree(e, maxParts)
	for {
		// The parts of a signed part are its own matter, not ours.
		ent, n, m, err := t.next(func(m MediaType) bool { return m.Type != "multipart/signed" && m.Type != "multipart/encrypted" })
		if err != nil {
			return err
		}
		if ent == nil {
			break
		}
		if isSignatureType(m.Type) && n.number != "1" {
			l.note("part " + n.number + " is a signature without its multipart/signed")
		}
		if n.number != "1" && ent.protection(m) != "" {
			l.ProtectedParts = append(l.ProtectedParts, describe(ent, n.number, m))
		}
	}
	if t.cut != "" {
		l.note(t.cut)
	}
	if len(l.ProtectedParts) > 0 {
		l.Kind = PartlyProtected
	}
	return nil
}
