package mimewrap

import (
	"bytes"
	"strings"
)

// Field is one header field as it stands in the file.
type Field struct {
	Name string // as written, without blanks before the colon
	Raw  []byte // the whole field with its folds and its line end
}

// Value returns the field's value without folds and outer blanks, otherwise octet by octet as it is.
func (f Field) Value() string {
	_, value, _ := bytes.Cut(f.Raw, []byte{':'})
	return unfold(value)
}

// unfold takes the line ends out of a folded value, RFC 5322, Section 2.2.3.
func unfold(raw []byte) string {
	raw = bytes.Trim(raw, " \t\r\n")
	if bytes.IndexByte(raw, '\n') < 0 {
		return string(raw)
	}
	out := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		i := bytes.IndexByte(raw, '\n')
		if i < 0 {
			return string(append(out, raw...))
		}
		out = append(out, bytes.TrimSuffix(raw[:i], []byte{'\r'})...)
		raw = raw[i+1:]
	}
	return string(out)
}

// Header is a header block, without the blank line that ends it.
type Header struct {
	Raw    []byte
	Fields []Field
	Ending string // "\n" or "\r\n", as the first line of the file has it
}

// Get returns the value of the first field of that name.
func (h *Header) Get(name string) (string, bool) {
	for _, f := range h.Fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value(), true
		}
	}
	return "", false
}

// Values returns the values of all fields of that name, in order.
func (h *Header) Values(name string) []string {
	var values []string
	for _, f := range h.Fields {
		if strings.EqualFold(f.Name, name) {
			values = append(values, f.Value())
		}
	}
	return values
}

// mimeField returns the value of a field that tells how to read the body. Such a field stands there once
// and in a form that every reader reads alike: a second one, blanks before the colon, a fold that holds
// nothing, and control octets are refused, because two readers would see two mails.
func (h *Header) mimeField(name string) (value string, present bool, err error) {
	for _, f := range h.Fields {
		if !strings.EqualFold(f.Name, name) {
			continue
		}
		switch {
		case present:
			return "", true, &ParameterError{Field: name, Detail: "field occurs twice"}
		case len(f.Raw) > maxMIMEField:
			return "", true, &LimitError{What: "field " + name + " is larger than 64 KiB"}
		case len(f.Raw) <= len(f.Name) || f.Raw[len(f.Name)] != ':':
			return "", true, &ParameterError{Field: name, Detail: "blank before the colon"}
		case hasEmptyFold(f.Raw):
			return "", true, &ParameterError{Field: name, Detail: "folded with an empty line"}
		}
		value, present = f.Value(), true
		for i := 0; i < len(value); i++ {
			if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
				return "", true, &ParameterError{Field: name, Detail: "control octet in the value"}
			}
		}
	}
	return value, present, nil
}

// agreed refuses a header that some readers take to end before the fields that tell how to read the body, and who sent it:
// to them a line is the first of the body, and shown as text, that has a blank before its colon, which is of the obsolete
// syntax (RFC 5322, Section 4.5), or has none, as a "From " line that mbox software quoted. Behind these fields, and
// above all fields, where such software puts its line, they do no harm.
func (h *Header) agreed() error {
	odd := ""
	for i, f := range h.Fields {
		if odd != "" && (isContentField(f.Name) || strings.EqualFold(f.Name, "MIME-Version") || strings.EqualFold(f.Name, "From")) {
			return malformed("to some readers the header ends before " + f.Name + ": " + odd)
		}
		switch {
		case f.Name == "" && i > 0 && h.Fields[i-1].Name != "":
			odd = "a quoted \"From \" line stands within it"
		case f.Name != "" && f.Raw[len(f.Name)] != ':':
			odd = "a blank stands before a colon"
		}
	}
	return nil
}

// hasEmptyFold reports a continuation line of blanks alone, which some readers take for the end of the header.
func hasEmptyFold(raw []byte) bool {
	first := true
	for len(raw) > 0 {
		line := raw
		if i := bytes.IndexByte(raw, '\n'); i >= 0 {
			line, raw = raw[:i], raw[i+1:]
		} else {
			raw = nil
		}
		if !first && len(bytes.Trim(line, " \t\r")) == 0 {
			return true
		}
		first = false
	}
	return false
}

// fieldName returns the length of the field name that a line begins with, and where its colon is;
// RFC 5322, Section 2.2, with the blanks of Section 4.5 before the colon.
func fieldName(line []byte) (name, colon int, ok bool) {
	for name < len(line) && name < 1000 && line[name] > ' ' && line[name] < 0x7f && line[name] != ':' {
		name++
	}
	colon = name
	for colon < len(line) && (line[colon] == ' ' || line[colon] == '\t') {
		colon++
	}
	return name, colon, name > 0 && colon < len(line) && line[colon] == ':'
}

// parseFields cuts a header block into its fields. Their Raw slices are parts of raw.
func parseFields(raw []byte) ([]Field, error) {
	fields := make([]Field, 0, min(bytes.Count(raw, []byte{'\n'}), 32))
	for start := 0; start < len(raw); {
		end := len(raw)
		if i := bytes.IndexByte(raw[start:], '\n'); i >= 0 {
			end = start + i + 1
		}
		line := raw[start:end]
		if line[0] == ' ' || line[0] == '\t' {
			if len(fields) == 0 {
				return nil, malformed("header begins with a blank")
			}
			last := &fields[len(fields)-1]
			last.Raw = raw[start-len(last.Raw) : end]
			start = end
			continue
		}
		name, _, ok := fieldName(line)
		// QUIRK: mbox software that quotes "From " lines also does it in header blocks (mail forwarded as a
		// file by elm and procmail); such a line is kept as a field without a name.
		if !ok && bytes.HasPrefix(line, []byte(">From ")) {
			name, ok = 0, true
		}
		if !ok {
			// The empty line of a mail that text mode on Windows wrote with CR CR LF is no
			// field either: what is wrong with all its lines is to be said.
			if err := checkOctets(line); err != nil {
				return nil, err
			}
			return nil, malformed("header line without a field name")
		}
		if len(fields) == maxFields {
			return nil, &LimitError{What: "header has more than 1,000 fields"}
		}
		fields = append(fields, Field{Name: ownName(line[:name]), Raw: line})
		start = end
	}
	for _, f := range fields {
		if err := checkOctets(f.Raw); err != nil {
			return nil, err
		}
	}
	return fields, nil
}

// ownName is a field's name as a string of its own. The usual spelling of what nearly
// every mail has needs no copy.
func ownName(name []byte) string {
	switch string(name) {
	case "Received":
		return "Received"
	case "From":
		return "From"
	case "To":
		return "To"
	case "Subject":
		return "Subject"
	case "Date":
		return "Date"
	case "Message-ID":
		return "Message-ID"
	case "MIME-Version":
		return "MIME-Version"
	case "Content-Type":
		return "Content-Type"
	case "Content-Transfer-Encoding":
		return "Content-Transfer-Encoding"
	case "Content-Disposition":
		return "Content-Disposition"
	case "Content-Description":
		return "Content-Description"
	}
	return string(name)
}

// checkOctets refuses NUL and a CR without LF: each is the end of a line, or of the header, to some reader.
func checkOctets(raw []byte) error {
	if bytes.IndexByte(raw, 0) >= 0 {
		return malformed("NUL in the header")
	}
	for i := 0; ; {
		k := bytes.IndexByte(raw[i:], '\r')
		if k < 0 {
			return nil
		}
		if i += k + 1; i == len(raw) || raw[i] != '\n' {
			return malformed("CR without LF in the header")
		}
	}
}

func isContentField(name string) bool {
	return len(name) > 8 && strings.EqualFold(name[:8], "Content-")
}
