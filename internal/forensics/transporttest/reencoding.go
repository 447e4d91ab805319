package transporttest

import (
	"fmt"
	"strings"
)

func expand(line string) string {
	var b strings.Builder
	column := 0
	for _, r := range line {
		if r == '\t' {
			n := 8 - column%8
			b.WriteString(strings.Repeat(" ", n))
			column += n
			continue
		}
		b.WriteRune(r)
		column++
	}
	return b.String()
}

func split(line string, width int, with string) string {
	var b strings.Builder
	for len(line) > width {
		b.WriteString(line[:width] + with)
		line = line[width:]
	}
	return b.String() + line
}

func wrapAt76(line string) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Split(line, " ") {
		switch {
		case i == 0:
		case column+1+len(word) > 76:
			b.WriteString("\r\n")
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}

func eightBit(e *entity, do func(*entity)) {
	e.each(func(p *entity) {
		if p.boundary == "" && p.encoding() == "8bit" {
			do(p)
		}
	})
}

// sendmailQuoted is what a sendmail makes of 8bit for a neighbour that takes none.
func sendmailQuoted(p *entity) {
	var b strings.Builder
	column := 0
	for i := 0; i < len(p.body); i++ {
		c := p.body[i]
		if strings.HasPrefix(p.body[i:], "\r\n") {
			b.WriteString("\r\n")
			column = 0
			i++
			continue
		}
		if column > 72 {
			b.WriteString("=\r\n")
			column = 0
		}
		if (c == ' ' || c == '\t') && strings.HasPrefix(p.body[i+1:], "\r\n") || c < ' ' && c != '\t' || c >= 0x7f || c == '=' {
			fmt.Fprintf(&b, "=%02X", c)
			column += 3
			continue
		}
		b.WriteByte(c)
		column++
	}
	p.body = b.String()
	p.remove("Content-Transfer-Encoding")
	p.header = append(p.header, "Content-Transfer-Encoding: quoted-printable")
}

func narrowQuoted(text string, width int) string {
	var b strings.Builder
	column := 0
	for i := 0; i < len(text); i++ {
		if strings.HasPrefix(text[i:], "\r\n") {
			b.WriteString("\r\n")
			column = 0
			i++
			continue
		}
		token := string(text[i])
		if c := text[i]; c >= 0x7f || c == '=' || c < ' ' && c != '\t' || (c == ' ' || c == '\t') && strings.HasPrefix(text[i+1:], "\r\n") {
			token = fmt.Sprintf("=%02X", c)
		}
		if column+len(token) > width-1 {
			b.WriteString("=\r\n")
			column = 0
		}
		b.WriteString(token)
		column += len(token)
	}
	return b.String()
}

// toLatin9 converts 8bit UTF-8 to ISO 8859-15, as a gateway for old readers does where it can.
func toLatin9(e *entity) {
	e.texts(func(p *entity) {
		if p.encoding() != "8bit" {
			return
		}
		var b []byte
		for _, r := range p.body {
			switch {
			case r == '€':
				b = append(b, 0xa4)
			default:
				b = append(b, byte(r))
			}
		}
		p.body = string(b)
		i := p.index("Content-Type")
		p.header[i] = strings.Replace(p.header[i], "utf-8", "iso-8859-15", 1)
	})
}
