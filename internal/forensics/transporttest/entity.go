package transporttest

import (
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
)

// entity is a parsed part: a header, and a body or parts.
type entity struct {
	header   []string // fields with their folds, without the last line end
	body     string
	boundary string // "" for a leaf
	preamble string // before the first boundary line
	parts    []*entity
	epilogue string // behind the last boundary
}

func parse(s string) *entity {
	e := &entity{}
	for s != "" {
		line, rest, ok := strings.Cut(s, "\r\n")
		if line == "" && ok {
			s = rest
			break
		}
		if (line[0] == ' ' || line[0] == '\t') && len(e.header) > 0 {
			e.header[len(e.header)-1] += "\r\n" + line
		} else {
			e.header = append(e.header, line)
		}
		s = rest
	}
	e.body = s
	kind, params, err := mime.ParseMediaType(e.get("Content-Type"))
	if err == nil && strings.HasPrefix(kind, "multipart/") {
		e.boundary = params["boundary"]
		text := "\r\n" + e.body
		pieces := strings.Split(text, "\r\n--"+e.boundary)
		e.preamble = strings.TrimPrefix(pieces[0], "\r\n")
		if pieces[0] != "" {
			e.preamble += "\r\n"
		}
		last := len(pieces) - 1
		for _, p := range pieces[1:last] {
			e.parts = append(e.parts, parse(strings.TrimPrefix(p, "\r\n")))
		}
		e.epilogue = strings.TrimPrefix(pieces[last], "--")
		e.body = ""
	}
	return e
}

func (e *entity) String() string {
	s := strings.Join(e.header, "\r\n") + "\r\n\r\n"
	if len(e.header) == 0 {
		s = "\r\n"
	}
	if e.boundary == "" {
		return s + e.body
	}
	s += e.preamble
	for i, p := range e.parts {
		if i > 0 {
			s += "\r\n"
		}
		s += "--" + e.boundary + "\r\n" + p.String()
	}
	return s + "\r\n--" + e.boundary + "--" + e.epilogue
}

func (e *entity) index(name string) int {
	for i, f := range e.header {
		if strings.EqualFold(f[:strings.IndexByte(f, ':')], name) {
			return i
		}
	}
	return -1
}

func (e *entity) get(name string) string {
	i := e.index(name)
	if i < 0 {
		return ""
	}
	_, value, _ := strings.Cut(e.header[i], ":")
	return strings.TrimSpace(strings.ReplaceAll(value, "\r\n", ""))
}

func (e *entity) set(name, value string) {
	if i := e.index(name); i >= 0 {
		e.header[i] = name + ": " + value
		return
	}
	e.header = append(e.header, name+": "+value)
}

func (e *entity) remove(name string) {
	if i := e.index(name); i >= 0 {
		e.header = append(e.header[:i:i], e.header[i+1:]...)
	}
}

// each calls do for every part, the whole first.
func (e *entity) each(do func(*entity)) {
	do(e)
	for _, p := range e.parts {
		p.each(do)
	}
}

// texts calls do for every leaf that is text.
func (e *entity) texts(do func(*entity)) {
	e.each(func(p *entity) {
		if p.boundary == "" && strings.HasPrefix(strings.ToLower(p.get("Content-Type")), "text/") {
			do(p)
		}
	})
}

func (e *entity) encoding() string {
	if v := strings.ToLower(e.get("Content-Transfer-Encoding")); v != "" {
		return v
	}
	return "7bit"
}

func (e *entity) decoded() string {
	var b []byte
	var err error
	switch e.encoding() {
	case "base64":
		b, err = base64.StdEncoding.DecodeString(strings.ReplaceAll(e.body, "\r\n", ""))
	case "quoted-printable":
		b, err = io.ReadAll(quotedprintable.NewReader(strings.NewReader(e.body)))
	default:
		return e.body
	}
	if err != nil {
		panic(err)
	}
	return string(b)
}

// on makes a change of a parsed entity a change of its text.
func on(do func(*entity)) func(string) string {
	return func(s string) string {
		e := parse(s)
		do(e)
		return e.String()
	}
}
