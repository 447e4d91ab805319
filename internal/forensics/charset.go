package forensics

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// charsets are those that gateways convert between. Single octets from 0x80 on are those of the table; "" is
// UTF-8.
type charsetRow struct {
	names []string // as labels have them; the first is the preferred one of IANA in lower case
	upper string   // the 128 characters from 0x80 on; U+FFFD where there is none
	first rune     // where upper is empty: 0x80 on are the characters of that number (ISO 8859-1)
}

func charsetTable() []charsetRow {
	c1 := func() string {
		var b strings.Builder
		for c := rune(0x80); c < 0xa0; c++ {
			b.WriteRune(c)
		}
		return b.String()
	}()
	latin1 := func(from, to rune) string {
		var b strings.Builder
		for c := from; c <= to; c++ {
			b.WriteRune(c)
		}
		return b.String()
	}
	return []charsetRow{
		{names: []string{"utf-8", "UTF-8", "utf8"}},
		{names: []string{"iso-8859-1", "ISO-8859-1", "latin1"}, upper: latin1(0x80, 0xff)},
		{names: []string{"windows-1252", "Windows-1252", "WINDOWS-1252", "cp1252"},
			upper: "€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ" + latin1(0xa0, 0xff)},
		{names: []string{"iso-8859-15", "ISO-8859-15"},
			upper: c1 + latin1(0xa0, 0xa3) + "€¥Š§š" + latin1(0xa9, 0xb3) + "Žµ¶·ž¹º»ŒœŸ" + latin1(0xbf, 0xff)},
		{names: []string{"iso-8859-2", "ISO-8859-2"},
			upper: c1 + "\u00a0Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\u00adŽŻ°ą˛ł´ľśˇ¸šşťź˝žżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙"},
		{names: []string{"windows-1251", "Windows-1251", "WINDOWS-1251"},
			upper: "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\ufffd™љ›њќћџ\u00a0ЎўЈ¤Ґ¦§Ё©Є«¬\u00ad®Ї°±Ііґµ¶·ё№є»јЅѕї" + latin1(0x410, 0x44f)},
		{names: []string{"koi8-r", "KOI8-R"},
			upper: "─│┌┐└┘├┤┬┴┼▀▄█▌▐░▒▓⌠■∙√≈≤≥\u00a0⌡°²·÷═║╒ё╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡Ё╢╣╤╥╦╧╨╩╪╫╬©юабцдефгхийклмнопярстужвьызшэщчъЮАБЦДЕФГХИЙКЛМНОПЯРСТУЖВЬЫЗШЭЩЧЪ"},
		{names: []string{"us-ascii", "US-ASCII"}, upper: strings.Repeat("\ufffd", 128)},
	}
}

// decode makes UTF-8 of a text.
func (c *charsetRow) decode(text []byte) ([]byte, bool) {
	if c.upper == "" {
		return text, utf8.Valid(text)
	}
	upper := []rune(c.upper)
	var out []byte
	for _, x := range text {
		r := rune(x)
		if x >= 0x80 {
			if r = upper[x-0x80]; r == utf8.RuneError {
				return nil, false
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out, true
}

// encode makes a text of UTF-8.
func (c *charsetRow) encode(text []byte) ([]byte, bool) {
	if c.upper == "" {
		return text, true
	}
	back := map[rune]byte{}
	for i, r := range []rune(c.upper) {
		if r != utf8.RuneError {
			back[r] = byte(0x80 + i)
		}
	}
	var out []byte
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		text = text[n:]
		x, ok := back[r]
		switch {
		case r < 0x80:
			x = byte(r)
		case !ok:
			return nil, false
		}
		out = append(out, x)
	}
	return out, true
}

// charset undoes a text that was converted to another charset, or only labelled anew.
func charset(s *search, f *form)     { s.charsets(f, false) }
func charsetRest(s *search, f *form) { s.charsets(f, true) }

func (s *search) charsets(f *form, all bool) {
	if s.spent() {
		return
	}
	table := charsetTable()
	for _, p := range f.leaves(s) {
		text, ok := p.plain(s, f)
		if !ok || !isText(p) {
			continue
		}
		label, _ := p.media.Parameter("charset")
		is := &table[len(table)-1]
		for i := range table {
			for _, name := range table[i].names {
				if strings.EqualFold(name, label) {
					is = &table[i]
				}
			}
		}
		unicode, fine := is.decode(text)
		for i := range table {
			was := &table[i]
			labels := p.charsetLabels(f, was.names, all)
			for _, header := range labels {
				if s.edits(f, header) {
					return
				}
			}
			if !fine || was == is || s.spent() {
				continue
			}
			s.left -= int64(2 * len(text))
			converted, ok := was.encode(unicode)
			if !ok || bytes.Equal(converted, text) {
				continue
			}
			if !all && len(labels) > 3 {
				labels = labels[:3]
			}
			for _, header := range append(labels, nil) {
				if s.reencodedWith(f, p, converted, header) {
					return
				}
			}
		}
	}
}

// charsetLabels lists the ways in which the header of a part may have named a charset, or not named it.
func (p *part) charsetLabels(f *form, names []string, all bool) [][]edit {
	var forms [][]edit
	for _, x := range p.fields {
		if !strings.EqualFold(x.name, "Content-Type") {
			continue
		}
		from, to, quoted := parameter(f.octets[x.start:x.end], "charset")
		if from < 0 {
			at := x.start + typeEnd(f.octets[x.start:x.end])
			for _, name := range names {
				forms = append(forms, []edit{{at: at, with: []byte("; charset=" + name)}})
				if all {
					forms = append(forms, []edit{{at: at, with: []byte(`; charset="` + name + `"`)}}, []edit{{at: at, with: []byte(";\r\n\tcharset=" + name)}},
						[]edit{{at: at, with: []byte(";\r\n\tcharset=\"" + name + `"`)}})
				}
			}
			return forms
		}
		for _, name := range names {
			bare, inQuotes := []byte(name), []byte(`"`+name+`"`)
			if quoted {
				bare, inQuotes = inQuotes, bare
			}
			forms = append(forms, []edit{{at: x.start + from, n: to - from, with: bare}})
			if all {
				forms = append(forms, []edit{{at: x.start + from, n: to - from, with: inQuotes}})
			}
		}
		if strings.EqualFold(names[0], "us-ascii") { // which may be left unsaid
			if i := bytes.LastIndexByte(f.octets[x.start:x.start+from], ';'); i >= 0 {
				forms = append(forms, []edit{{at: x.start + i, n: to - i}})
			}
		}
		return forms
	}
	return nil
}

// parameter finds the value of a parameter in a raw field, with its quotes; -1 when it is not there.
func parameter(raw []byte, name string) (from, to int, quoted bool) {
	lower := bytes.ToLower(raw)
	if len(lower) != len(raw) {
		return -1, -1, false
	}
	for at := 0; ; {
		i := bytes.Index(lower[at:], []byte(name))
		if i < 0 {
			return -1, -1, false
		}
		at += i + len(name)
		before := bytes.TrimRight(raw[:at-len(name)], " \t\r\n")
		rest := bytes.TrimLeft(raw[at:], " \t")
		if len(before) == 0 || before[len(before)-1] != ';' || len(rest) == 0 || rest[0] != '=' {
			continue
		}
		from = len(raw) - len(bytes.TrimLeft(rest[1:], " \t"))
		if from < len(raw) && raw[from] == '"' {
			if k := bytes.IndexByte(raw[from+1:], '"'); k >= 0 {
				return from, from + k + 2, true
			}
			return -1, -1, false
		}
		to = from
		for to < len(raw) && raw[to] > ' ' && raw[to] != ';' {
			to++
		}
		return from, to, false
	}
}

// typeEnd is where the type and subtype of a raw Content-Type end.
func typeEnd(raw []byte) int {
	i := bytes.IndexByte(raw, ':') + 1
	for i < len(raw) && (raw[i] == ' ' || raw[i] == '\t' || raw[i] == '\r' || raw[i] == '\n') {
		i++
	}
	for i < len(raw) && raw[i] > ' ' && raw[i] != ';' {
		i++
	}
	return i
}
