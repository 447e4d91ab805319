package verdict

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"smimectl/internal/cms/asn1tree"
)

// ASN1Text writes the elements of an encoding for people, line by line: where an element begins, the octets of its tag
// and length and of its contents, what it is, and its value. The zero value of everything but the style is ready.
type ASN1Text struct {
	Style Style

	segments int // of one string, one after the other
	size     int64
	depth    int
}

// maxSegments is how many segments of a string are listed; the others are summed up.
const maxSegments = 4

// Node is the text for one element.
func (t *ASN1Text) Node(n *asn1tree.Node) string {
	if n.Field == "segment" && !t.Style.Verbose {
		if t.segments++; t.segments > maxSegments {
			t.size += n.Length
			t.depth = n.Depth
			return ""
		}
		return t.line(n)
	}
	return t.End() + t.line(n)
}

// End is the text after the last element.
func (t *ASN1Text) End() string {
	more := t.segments - maxSegments
	size := t.size
	t.segments, t.size = 0, 0
	if more <= 0 {
		return ""
	}
	return t.shape("", "", t.depth, fmt.Sprintf("and %s of together %s", plural(more, "segment"), sizeText(size)))
}

func (t *ASN1Text) line(n *asn1tree.Node) string {
	length := fmt.Sprint(n.Length)
	if n.Length < 0 {
		length = "inf"
	}
	text := n.TagName()
	if text == "OBJECT IDENTIFIER" {
		text = "OID"
	}
	if name := n.Name(); name != "" {
		text += "  " + name
	}
	if n.Field != "" && n.Type != "" {
		text += " (" + n.Type + ")"
	}
	switch {
	case n.Secret:
		text += fmt.Sprintf("  not shown: it belongs to the private key (%d octets)", n.Length)
	case n.Foreign && n.Cut:
		text += "  " + quote(n.Value) + fmt.Sprintf("... (%d octets)", n.Length)
	case n.Foreign:
		text += "  " + quote(n.Value)
	case n.Value != "":
		text += "  " + n.Value
	}
	if n.Note != "" {
		text += "  -- " + n.Note
	}
	return t.shape(fmt.Sprint(n.Offset), fmt.Sprintf("%d+%s", n.Header, length), n.Depth, text)
}

// shape puts a line together: in columns where there is room.
func (t *ASN1Text) shape(offset, size string, depth int, text string) string {
	var out strings.Builder
	left, indent, step := fmt.Sprintf("%8s  %-8s ", offset, size), depth, 4
	if t.Style.columns() >= 110 {
		indent = min(depth, 20) * 2
	}
	indent = min(indent, 40)
	if !t.Style.wide() {
		left, indent, step = fmt.Sprintf("%s %s ", offset, size), min(depth, 8), 2
		if t.Style.columns() < 60 && offset != "" {
			out.WriteString(strings.TrimRight(left, " ") + "\n")
			left = "  "
		}
	}
	room := max(t.Style.columns()-columnsOf(left)-indent, 16)
	i := -1
	for _, line := range t.pieces(text, room, max(room-step, 16)) {
		if line == "" {
			continue
		}
		if i++; i > 0 {
			left = strings.Repeat(" ", columnsOf(left))
			if i == 1 {
				indent += step
			}
		}
		out.WriteString(strings.TrimRight(left+strings.Repeat(" ", indent)+line, " ") + "\n")
	}
	return out.String()
}

// pieces escapes a text that is longer than one foreign text may be, and breaks it.
func (t *ASN1Text) pieces(text string, first, room int) []string {
	var safe strings.Builder
	for len(text) > 0 { // Escape cuts what is long; here the parts are short and their number is bounded
		n := min(len(text), 150)
		for n < len(text) && text[n]&0xc0 == 0x80 {
			n++
		}
		safe.WriteString(t.Style.escape(text[:n]))
		text = text[n:]
	}
	return wrap(safe.String(), first, room)
}

// ASN1Schema names the shape of the JSON of an encoding.
const ASN1Schema = "smimectl.asn1/1"

// asn1Element is one element in JSON. Its elements follow in "elements".
type asn1Element struct {
	Offset      int64   `json:"offset"`
	Header      int     `json:"header"`
	Length      *int64  `json:"length"` // null: indefinite
	Tag         string  `json:"tag"`
	Class       string  `json:"class"`
	Number      uint32  `json:"number"`
	Constructed bool    `json:"constructed"`
	Name        string  `json:"name,omitempty"` // the field, with its type in front
	Type        string  `json:"type,omitempty"`
	Value       *string `json:"value,omitempty"`
	Cut         bool    `json:"cut,omitempty"` // value is the beginning
	OID         string  `json:"oid,omitempty"`
	Secret      bool    `json:"secret,omitempty"` // belongs to a private key and is not given out
	Inside      bool    `json:"inside,omitempty"` // begins the encoding that a string holds
	Remark      string  `json:"remark,omitempty"`
}

// ASN1JSON writes the elements of an encoding as one JSON object, a tree, piece by piece.
type ASN1JSON struct {
	depth int // of the element that is open
	any   bool
}

// Begin is the head of the object: what it is of.
func (j *ASN1JSON) Begin(file, what string) []byte {
	head, _ := json.Marshal(struct {
		Schema  string  `json:"schema"`
		Command string  `json:"command"`
		File    *string `json:"file"`
		Of      string  `json:"of,omitempty"` // the part, or the block of the file
	}{ASN1Schema, "inspect", orNil(file), what})
	return append(escapeJSON(head[:len(head)-1]), `,"elements":[`...)
}

// Node is one element, without its end.
func (j *ASN1JSON) Node(n *asn1tree.Node) []byte {
	var out bytes.Buffer
	switch {
	case !j.any:
	case n.Depth > j.depth:
		out.WriteString(`,"elements":[`)
	default:
		j.shut(&out, n.Depth)
		out.WriteString("},")
	}
	j.any, j.depth = true, n.Depth
	e := asn1Element{Offset: n.Offset, Header: n.Header, Tag: n.TagName(), Class: n.ClassName(), Number: n.Tag.Number, Constructed: n.Constructed,
		Name: n.Name(), Type: n.Type, Cut: n.Cut, Secret: n.Secret, Inside: n.Inside, Remark: n.Note}
	if n.Length >= 0 {
		e.Length = &n.Length
	}
	if n.OID != "" {
		e.OID = n.OID.String()
	}
	if !n.Constructed && !n.Secret && (n.Value != "" || n.Foreign) {
		e.Value = &n.Value
	}
	b, err := json.Marshal(e)
	if err != nil {
		return nil // a struct of texts and numbers has a JSON form
	}
	b = escapeJSON(b)
	out.Write(b[:len(b)-1])
	return out.Bytes()
}

// shut closes the elements that are deeper than depth.
func (j *ASN1JSON) shut(out *bytes.Buffer, depth int) {
	for ; j.depth > depth; j.depth-- {
		out.WriteString("}]")
	}
}

// End closes the object and says what ended the encoding, if anything did.
func (j *ASN1JSON) End(fault *asn1tree.Fault) []byte {
	var out bytes.Buffer
	if j.any {
		j.shut(&out, 0)
		out.WriteString("}")
	}
	type told struct {
		Offset int64  `json:"offset"`
		Text   string `json:"text"`
	}
	var what *told
	if fault != nil {
		what = &told{fault.Offset, fault.Detail}
	}
	b, _ := json.Marshal(what)
	out.WriteString(`],"fault":`)
	out.Write(escapeJSON(b))
	out.WriteString("}\n")
	return out.Bytes()
}
