package mimewrap

import (
	"bytes"
	"strings"
)

// Outer is what stays outside of a signed or encrypted content: the header fields of the mail, octet by octet
// but for their line ends.
type Outer struct {
	Fields []Field
	Ending string // of the whole output, "\n" or "\r\n"
}

// SplitHeader takes the fields that stay outside: all but Content- fields and MIME-Version.
//
// A blank before the colon of a field goes: the MIME fields are written behind it, and to some readers the header ends
// there (see agreed).
//
// QUIRK: Content-Length, which some mbox software and HTTP gateways write, is neither: it is wrong as soon as
// the body changes.
func SplitHeader(e *Entity) Outer {
	o := Outer{Ending: e.Header.Ending, Fields: make([]Field, 0, len(e.Header.Fields))}
	for _, f := range e.Header.Fields {
		if !isContentField(f.Name) && !strings.EqualFold(f.Name, "MIME-Version") && f.Name != "" {
			o.Fields = append(o.Fields, f.tight())
		}
	}
	return o
}

// tight is the field without blanks before its colon.
func (f Field) tight() Field {
	if f.Raw[len(f.Name)] != ':' {
		f.Raw = append([]byte(f.Name), f.Raw[bytes.IndexByte(f.Raw, ':'):]...)
	}
	return f
}

// isMIMEField reports the fields that go with the content.
func isMIMEField(name string) bool {
	return isContentField(name) && !strings.EqualFold(name, "Content-Length")
}

// appendField appends a field with the given line end for each of its lines, the last included.
func appendField(dst, raw []byte, ending string) []byte {
	for len(raw) > 0 {
		line := raw
		if i := bytes.IndexByte(raw, '\n'); i >= 0 {
			line, raw = raw[:i], raw[i+1:]
			line = bytes.TrimSuffix(line, []byte{'\r'})
		} else {
			raw = nil
		}
		dst = append(append(dst, line...), ending...)
	}
	return dst
}

func (o Outer) ending() string {
	if o.Ending == "\n" {
		return "\n"
	}
	return "\r\n"
}

// header begins a header block: the outer fields and MIME-Version.
func (o Outer) header() []byte {
	const rest = 512 // what follows: MIME-Version, and the fields of the content with their parameters
	size := rest
	for _, f := range o.Fields {
		size += len(f.Raw) + 2
	}
	out := make([]byte, 0, size)
	for _, f := range o.Fields {
		out = appendField(out, f.Raw, o.ending())
	}
	return append(out, "MIME-Version: 1.0"+o.ending()...)
}

// appendParameters writes a field with parameters, folded before 76 columns where it can be. Values are quoted
// when they are no tokens (RFC 2045, Section 5.1).
func appendParameters(dst []byte, ending, field string, parameters ...string) []byte {
	dst = append(dst, field...)
	column := len(field)
	for i := 0; i+1 < len(parameters); i += 2 {
		dst = append(dst, ';')
		column++
		at := len(dst)
		dst = append(append(append(dst, ' '), parameters[i]...), '=')
		dst = appendValue(dst, parameters[i], parameters[i+1])
		size := len(dst) - at
		if column+size+1 > 76 {
			dst = append(dst, ending...)
			copy(dst[at+len(ending):], dst[at:])
			copy(dst[at:], ending)
			column = 0
		}
		column += size
	}
	return append(dst, ending...)
}

// appendValue quotes what has to be quoted, and what readers expect to be quoted.
func appendValue(dst []byte, name, value string) []byte {
	token := value != ""
	for i := 0; i < len(value); i++ {
		token = token && isTokenOctet(value[i])
	}
	if token && name != "boundary" && name != "name" && name != "filename" && name != "protocol" {
		return append(dst, value...)
	}
	dst = append(dst, '"') // a strings.Replacer has tables of 12 KiB, for each value
	for i := range len(value) {
		if value[i] == '\\' || value[i] == '"' {
			dst = append(dst, '\\')
		}
		dst = append(dst, value[i])
	}
	return append(dst, '"')
}

// checkWords refuses a parameter value of our own making that holds more than tokens and commas.
func checkWords(value, what string) error {
	for i := 0; i < len(value); i++ {
		if !isTokenOctet(value[i]) && value[i] != ',' {
			return malformed(what + " holds an octet that cannot stand there")
		}
	}
	return nil
}

// cmsHeader appends the header of a part that holds a CMS object, in the order of RFC 8551, Section 3.5.3.3.
func cmsHeader(dst []byte, ending, mediaType, smimeType, name string) []byte {
	parameters := []string{"name", name}
	if smimeType != "" {
		parameters = []string{"smime-type", smimeType, "name", name}
	}
	dst = appendParameters(dst, ending, "Content-Type: "+mediaType, parameters...)
	dst = append(dst, "Content-Transfer-Encoding: base64"+ending...)
	dst = appendParameters(dst, ending, "Content-Disposition: attachment", "filename", name)
	return append(dst, ending...)
}

// cmsColumns is the width of the base64 lines of CMS objects.
const cmsColumns = 64
