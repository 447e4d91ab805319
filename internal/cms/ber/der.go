package ber

// joined reports whether segments of the universal type are joined in DER:
// strings of octets, bits and characters (X.690, Section 10.2).
func joined(t Tag) bool {
	if t.Class != Universal {
		return false
	}
	switch t.Number {
	case 3, 4, 12, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 30:
		return true
	}
	return false
}

// ToDER returns the one element raw with definite, shortest lengths, with the
// segments of universal strings joined and with TRUE as DER has it. It does
// not sort SETs, and cannot join strings under IMPLICIT tags: that takes
// knowledge of the type. An element that is in this form already is returned
// itself.
func ToDER(raw []byte, lim Limits) ([]byte, error) {
	if isDER(raw, lim.depth()) {
		return raw, nil
	}
	c := converter{in: raw, depth: lim.depth()}
	if same, err := c.scan(); err != nil {
		return nil, err
	} else if same {
		return raw, nil
	}
	c.convert()
	return c.out, nil
}

// isDER reports whether raw is one element that scan would let stay as it is. It
// knows the usual forms alone, of which nearly everything consists: tags of one
// octet, definite lengths and at most derDepth levels. false says nothing.
func isDER(raw []byte, depth int) bool {
	var ends [derDepth]int
	level, end := 0, len(raw)
	for at := 0; ; {
		if end-at < 2 {
			return false
		}
		tag, length := raw[at], int(raw[at+1])
		at += 2
		if length >= 0x80 {
			switch {
			case length == 0x81 && end-at > 1:
				length = int(raw[at])
				at++
				if length < 0x80 {
					return false
				}
			case length == 0x82 && end-at > 2:
				length = int(raw[at])<<8 | int(raw[at+1])
				at += 2
				if length < 0x100 {
					return false
				}
			default:
				return false
			}
		}
		number := tag & 0x1f
		switch {
		case length > end-at, number == 0x1f, tag == 0:
			return false
		case level == 0 && length != end-at: // octets follow
			return false
		case tag == 0x01 && length == 1 && raw[at] != 0 && raw[at] != 0xff:
			return false
		case tag&0x20 != 0:
			if tag < 0x40 && joined(Tag{Universal, uint32(number)}) || level == len(ends) || level == depth {
				return false
			}
			ends[level] = end
			level++
			end = at + length
		default:
			at += length
		}
		for at == end {
			if level == 0 {
				return true
			}
			level--
			end = ends[level]
		}
	}
}

// derDepth is how deep isDER looks: certificates have ten levels.
const derDepth = 16

// level is a container of the input.
type level struct {
	end        int // in the input; of an indefinite one that of the nearest definite one around it
	indefinite bool
	str        Tag // the string whose segments are inside; zero outside of strings
	// Where the element is in the output:
	tag    Tag
	start  int // of the contents, for which room of header octets was left before
	header int
	bits   bool // a segment with unused bits has been seen: no other may follow
}

type converter struct {
	in    []byte
	out   []byte
	depth int
	stack []level
}

// scan checks the whole of the input and reports whether it may stay as it is.
func (c *converter) scan() (same bool, err error) {
	same = true
	at := 0
	for {
		h, err := c.header(at)
		if err != nil {
			return false, err
		}
		top := c.top()
		if h.endOfContents() {
			if top == nil || !top.indefinite || h.Length != 0 || h.Size != 2 {
				return false, &SyntaxError{int64(at), "misplaced end-of-contents"}
			}
			c.stack = c.stack[:len(c.stack)-1]
			at += 2
		} else {
			if err := c.check(h, at); err != nil {
				return false, err
			}
			if h.Indefinite || h.Size != HeaderSize(h.Tag, h.Length) || h.Constructed && joined(h.Tag) {
				same = false
			}
			if h.Tag == Boolean && h.Length == 1 && c.in[at+h.Size] != 0 && c.in[at+h.Size] != 0xff {
				same = false
			}
			at += h.Size
			if h.Constructed {
				if len(c.stack) >= c.depth {
					return false, &LimitError{"elements are nested too deeply"}
				}
				c.stack = append(c.stack, c.enter(h, at))
			} else {
				at += int(h.Length)
			}
		}
		at = c.leave(at)
		if len(c.stack) == 0 {
			break
		}
	}
	if at != len(c.in) {
		return false, &SyntaxError{int64(at), "octets follow the element"}
	}
	return same, nil
}

func (c *converter) top() *level {
	if len(c.stack) == 0 {
		return nil
	}
	return &c.stack[len(c.stack)-1]
}

// end returns where the present container, or the one around it, ends.
func (c *converter) end() int {
	if top := c.top(); top != nil {
		return top.end
	}
	return len(c.in)
}

// header reads the header at a position and checks that the element fits.
func (c *converter) header(at int) (Header, error) {
	end := c.end()
	h, err := parseHeader(c.in[at:end], int64(at))
	if err != nil {
		return Header{}, err
	}
	if h.Size == 0 {
		return Header{}, &SyntaxError{int64(at), "input is cut off"}
	}
	if h.Length > uint64(end-at-h.Size) {
		return Header{}, &SyntaxError{int64(at), "element is longer than what is around it"}
	}
	return h, nil
}

// check applies the rules for segments of strings.
func (c *converter) check(h Header, at int) error {
	top := c.top()
	if top == nil || top.str == (Tag{}) {
		return nil
	}
	// X.690, Section 8.21.3.2 (8.23.6): segments of character strings are
	// OCTET STRINGs; Section 8.6.4: those of BIT STRINGs are BIT STRINGs.
	want := OctetString
	if top.str == BitString {
		want = BitString
	}
	if h.Tag != want && h.Tag != top.str {
		return &SyntaxError{int64(at), h.Tag.String() + " in a string"}
	}
	if top.str == BitString && !h.Constructed {
		if h.Length == 0 {
			return &SyntaxError{int64(at), "BIT STRING without contents"}
		}
		for i := len(c.stack) - 1; i >= 0 && c.stack[i].str != (Tag{}); i-- {
			if c.stack[i].bits {
				return &SyntaxError{int64(at), "unused bits in the middle of a BIT STRING"}
			}
			c.stack[i].bits = c.in[at+h.Size] != 0
		}
	}
	return nil
}

// enter makes the level of a container whose contents begin at a position.
func (c *converter) enter(h Header, at int) level {
	l := level{end: c.end(), indefinite: h.Indefinite, tag: h.Tag}
	if !h.Indefinite {
		l.end = at + int(h.Length)
	}
	if top := c.top(); top != nil && top.str != (Tag{}) {
		l.str = top.str
	} else if joined(h.Tag) {
		l.str = h.Tag
	}
	return l
}

// leave drops the definite containers that end at a position, and returns it.
func (c *converter) leave(at int) int {
	for top := c.top(); top != nil && !top.indefinite && top.end == at; top = c.top() {
		c.stack = c.stack[:len(c.stack)-1]
	}
	return at
}

// convert writes the output. The input has been scanned.
func (c *converter) convert() {
	c.stack = c.stack[:0]
	c.out = make([]byte, 0, len(c.in))
	for at := 0; ; {
		h, _ := parseHeader(c.in[at:c.end()], int64(at))
		switch {
		case h.endOfContents():
			at += 2
			c.closeTop()
		case h.Constructed:
			at += h.Size
			c.openLevel(c.enter(h, at))
		default:
			value := c.in[at+h.Size : at+h.Size+int(h.Length)]
			at += h.Size + int(h.Length)
			c.primitive(h.Tag, value)
		}
		for top := c.top(); top != nil && !top.indefinite && top.end == at; top = c.top() {
			c.closeTop()
		}
		if len(c.stack) == 0 {
			return
		}
	}
}

// primitive writes one primitive element, or the contents of one segment.
func (c *converter) primitive(tag Tag, value []byte) {
	if top := c.top(); top != nil && top.str != (Tag{}) {
		if top.str != BitString {
			c.out = append(c.out, value...)
			return
		}
		// The count of unused bits of the last segment is that of the
		// whole; it stands first.
		for i := range c.stack {
			if c.stack[i].str != (Tag{}) {
				c.out[c.stack[i].start] = value[0]
				break
			}
		}
		c.out = append(c.out, value[1:]...)
		return
	}
	c.out = AppendHeader(c.out, tag, false, uint64(len(value)))
	if tag == Boolean && len(value) == 1 && value[0] != 0 {
		c.out = append(c.out, 0xff)
		return
	}
	c.out = append(c.out, value...)
}

// openLevel enters a container in the output, leaving room for a header with a
// short length. Segments inside of a string have none of their own.
func (c *converter) openLevel(l level) {
	if top := c.top(); top == nil || top.str == (Tag{}) {
		l.header = HeaderSize(l.tag, 0)
		c.out = append(c.out, make([]byte, l.header)...)
	}
	l.start = len(c.out)
	if l.header > 0 && l.str == BitString {
		c.out = append(c.out, 0)
	}
	c.stack = append(c.stack, l)
}

// closeTop ends a container in the output: the contents move if the header
// needs more room than was left, which depth bounds.
func (c *converter) closeTop() {
	l := c.stack[len(c.stack)-1]
	c.stack = c.stack[:len(c.stack)-1]
	if l.header == 0 {
		return
	}
	var b [maxHeader]byte
	header := AppendHeader(b[:0], l.tag, l.str == (Tag{}), uint64(len(c.out)-l.start))
	if more := len(header) - l.header; more > 0 {
		c.out = append(c.out, header[:more]...)
		copy(c.out[l.start+more:], c.out[l.start:len(c.out)-more])
		l.start += more
	}
	copy(c.out[l.start-len(header):], header)
}
