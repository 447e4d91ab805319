package message

import (
	"io"
	"unicode/utf8"

	"smimectl/internal/spool"
)

// utf8Scan looks at octets, as they come, whether they are text: UTF-8 without control
// characters, but for those between lines and words.
type utf8Scan struct {
	kept  [utf8.UTFMax]byte // of a character that is not complete
	n     int
	noise bool
	size  int64 // octets taken
}

// take looks at the next octets.
func (s *utf8Scan) take(p []byte) {
	s.size += int64(len(p))
	for s.n > 0 && len(p) > 0 && !s.noise { // the character that the piece before began
		s.kept[s.n] = p[0]
		s.n++
		p = p[1:]
		if utf8.FullRune(s.kept[:s.n]) {
			s.scan(s.kept[:s.n])
			s.n = 0
		}
	}
	if len(p) > 0 && !s.noise {
		s.n = copy(s.kept[:], s.scan(p))
	}
}

// scan returns what is left of p: the beginning of a character.
func (s *utf8Scan) scan(p []byte) []byte {
	for len(p) > 0 {
		if p[0] < utf8.RuneSelf {
			if p[0] < ' ' && p[0] != '\t' && p[0] != '\n' && p[0] != '\r' && p[0] != '\f' || p[0] == 0x7f {
				s.noise = true
				return nil
			}
			p = p[1:]
			continue
		}
		if !utf8.FullRune(p) {
			return p
		}
		r, size := utf8.DecodeRune(p)
		if r == utf8.RuneError && size == 1 || r < 0xa0 { // C1 controls
			s.noise = true
			return nil
		}
		p = p[size:]
	}
	return nil
}

// text reports whether all that was taken is text.
func (s *utf8Scan) text() bool { return !s.noise && s.n == 0 }

// isText reports whether all octets of a content are text. scan has taken them already,
// or is nil.
func isText(c *content, scan *utf8Scan) bool {
	if scan == nil {
		scan = scanText(c)
	}
	return scan.text()
}

// scanText takes the octets of a content, as far as they are text. What cannot be read is none.
func scanText(c *content) *utf8Scan {
	scan := new(utf8Scan)
	if c.source == nil {
		scan.noise = true
		return scan
	}
	r := spool.NewReader(c.source)
	buf := make([]byte, 32<<10)
	for !scan.noise {
		n, err := r.Read(buf)
		scan.take(buf[:n])
		if err == io.EOF {
			break
		}
		scan.noise = scan.noise || err != nil
	}
	return scan
}
