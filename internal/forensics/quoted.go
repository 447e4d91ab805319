package forensics

import (
	"bytes"
	"encoding/base64"
)

// quoting is a way to write quoted-printable. RFC 2045, Section 6.7 leaves open where soft line breaks stand and
// what is encoded beyond need; mail programs differ in little else.
type quoting struct {
	width     int  // of a line with its "="
	exact     bool // the last octet of a text line may stand where the "=" would
	threshold bool // the soft break comes once a line has reached the width, not before it would pass it
	atBlank   bool // after the last blank that fits, if there is one
	whole     bool // never within a character of UTF-8
	from      byte // "From " at the start of a line: 'F' =46rom, ' ' From=20, 'L' every F
	dot       byte // 'l' every leading dot, 'a' one alone on its line
	dash      bool // a "-" behind a soft break
	tab       bool // every tab
	lower     bool // hexadecimal digits
	soft      bool // a blank at the end of a line stays, with a soft break and an empty line behind it
	marks     bool // the characters that EBCDIC has elsewhere, RFC 2049, Section 3 (5)
}

// features are what in a text makes a difference between ways to write it.
type features struct {
	encoded, from, dot, tab, blank, eight, long, spaced bool
}

func featuresOf(text []byte) features {
	var x features
	column := 0
	for i, c := range text {
		switch {
		case c >= 0x80:
			x.eight, x.encoded = true, true
		case c == '=' || c < ' ' && c != '\r' && c != '\n' && c != '\t' || c == 0x7f:
			x.encoded = true
		case c == '\t':
			x.tab = true
		case c == '.' && column == 0:
			x.dot = true
		case c == 'F' && column == 0:
			x.from = true
		}
		switch {
		case c == '\n':
			column = 0
			continue
		case c == ' ' || c == '\t':
			x.spaced = true
			if i+1 == len(text) || text[i+1] == '\r' || text[i+1] == '\n' {
				x.blank, x.encoded = true, true
			}
		}
		if column++; c >= 0x80 || c == '=' {
			column += 2
		}
		x.long = x.long || column >= 68
	}
	return x
}

// customary are the ways of well-known writers: most programs; ours; Python and PHP; Thunderbird; KMail; Postfix;
// sendmail.
func customary() []quoting {
	return []quoting{
		{width: 76},
		{width: 76, from: 'F', dot: 'l', dash: true},
		{width: 76, exact: true},
		{width: 73, threshold: true, from: 'F'},
		{width: 76, from: 'L', dot: 'l', dash: true},
		{width: 73, threshold: true},
		{width: 72, threshold: true, from: ' ', dot: 'a'},
		{width: 76, atBlank: true},
		{width: 76, whole: true},
		{width: 75},
		{width: 72},
		{width: 76, exact: true, dot: 'a'},
		{width: 76, from: 'F', dot: 'a'},
		{width: 76, lower: true},
	}
}

// quotings calls try for the ways in which a text may have been written, until it says stop. Ways that cannot
// differ for this text are left out.
func quotings(text []byte, all bool, try func(quoting) bool) bool {
	x := featuresOf(text)
	seen := map[quoting]bool{}
	once := func(q quoting) bool {
		if !x.long {
			q.width, q.exact, q.threshold, q.atBlank, q.whole, q.dash = 76, false, false, false, false, false
		}
		if !x.from {
			q.from = 0
		}
		if !x.dot {
			q.dot = 0
		}
		q.tab, q.lower, q.soft = q.tab && x.tab, q.lower && x.encoded, q.soft && x.blank
		q.whole, q.atBlank = q.whole && x.eight, q.atBlank && x.spaced
		if seen[q] {
			return false
		}
		seen[q] = true
		return try(q)
	}
	for _, q := range customary() {
		if once(q) {
			return true
		}
	}
	if !all {
		return false
	}
	widths := []quoting{{width: 76}, {width: 73, threshold: true}, {width: 76, exact: true}, {width: 75}, {width: 72, threshold: true},
		{width: 75, exact: true}, {width: 74}, {width: 73}, {width: 72}, {width: 75, threshold: true}, {width: 74, threshold: true},
		{width: 76, threshold: true}, {width: 71, threshold: true}, {width: 70, threshold: true}, {width: 71}, {width: 70}, {width: 78}, {width: 80}}
	two := []bool{false, true}
	for _, marks := range two {
		for _, lower := range two {
			for _, soft := range two {
				for _, tab := range two {
					for _, from := range []byte{0, 'F', 'L', ' '} {
						for _, dot := range []byte{0, 'a', 'l'} {
							for _, whole := range two {
								for _, atBlank := range two {
									for _, q := range widths {
										q.marks, q.lower, q.soft, q.tab, q.from, q.dot, q.whole, q.atBlank = marks, lower, soft, tab, from, dot, whole, atBlank
										if once(q) {
											return true
										}
									}
								}
							}
						}
					}
				}
			}
		}
	}
	return false
}

// append writes text as quoted-printable; CRLF and LF are line ends.
func (q *quoting) append(dst, text []byte) []byte {
	for len(text) > 0 {
		line, ending := text, []byte(nil)
		if i := bytes.IndexByte(text, '\n'); i >= 0 {
			line, ending = bytes.TrimSuffix(text[:i], []byte{'\r'}), []byte("\r\n")
			text = text[i+1:]
		} else {
			text = nil
		}
		dst = append(q.line(dst, line), ending...)
	}
	return dst
}

// line writes one line of text without its end.
func (q *quoting) line(dst, line []byte) []byte {
	const upper, lower = "0123456789ABCDEF", "0123456789abcdef"
	hex := upper
	if q.lower {
		hex = lower
	}
	from := bytes.HasPrefix(line, []byte("From "))
	column, start, softly := 0, len(dst), false
	for i := 0; i < len(line); i++ {
		c, last := line[i], i+1 == len(line)
		plain := c > ' ' && c < 0x7f && c != '=' || c == ' ' || c == '\t' && !q.tab
		switch {
		case (c == ' ' || c == '\t') && last && !q.soft:
			plain = false
		case i == 0 && c == 'F' && (q.from == 'L' || q.from == 'F' && from), i == 4 && from && q.from == ' ':
			plain = false
		case i == 0 && c == '.' && (q.dot == 'l' || q.dot == 'a' && last):
			plain = false
		case q.marks && bytes.IndexByte([]byte("!\"#$@[\\]^`{|}~"), c) >= 0:
			plain = false
		}
		size := 3
		if plain {
			size = 1
		}
		need := size
		if q.whole && !plain && c >= 0xc0 {
			for k := i + 1; k < len(line) && line[k]&0xc0 == 0x80; k++ {
				need += 3
			}
		}
		full := column+need > q.width-1 && !(q.exact && last && column+size <= q.width)
		if q.threshold {
			full = column >= q.width
		}
		if full && column > 0 && !(q.whole && c&0xc0 == 0x80 && !q.threshold) {
			cut := len(dst)
			if q.atBlank {
				if k := bytes.LastIndexByte(dst[start:], ' '); k >= 0 {
					cut = start + k + 1
				}
			}
			kept := len(dst) - cut
			dst = append(dst, "=\r\n"...)
			copy(dst[cut+3:], dst[cut:cut+kept])
			copy(dst[cut:], "=\r\n")
			start, column, softly = cut+3, kept, true
		}
		if plain && column == 0 && softly && (q.dash && c == '-' || q.dot == 'l' && c == '.' ||
			q.from == 'F' && q.dash && bytes.HasPrefix(line[i:], []byte("From ")) || q.from == 'L' && c == 'F') {
			plain, size = false, 3
		}
		if plain {
			dst = append(dst, c)
		} else {
			dst = append(dst, '=', hex[c>>4], hex[c&15])
		}
		column += size
		if last && q.soft && (c == ' ' || c == '\t') {
			dst = append(dst, "=\r\n"...)
		}
	}
	return dst
}

// appendBase64 writes text in lines of a width, 0 for one line, without a line end at the end.
func appendBase64(dst, text []byte, width int) []byte {
	if width == 0 {
		return base64.StdEncoding.AppendEncode(dst, text)
	}
	octets := width / 4 * 3
	for len(text) > octets {
		dst = base64.StdEncoding.AppendEncode(dst, text[:octets])
		dst = append(dst, '\r', '\n')
		text = text[octets:]
	}
	return base64.StdEncoding.AppendEncode(dst, text)
}

// widthOf is how long the first line of a base64 body is, 0 when it is the only one.
func widthOf(body []byte) int {
	i := bytes.Index(body, []byte("\r\n"))
	if i < 0 || i+2 == len(body) || i%4 != 0 {
		return 0
	}
	return i
}
