package mimewrap

import (
	"bytes"
	"strings"

	"smimectl/internal/spool"
)

// onlyParts refuses a multipart/signed in which another reader finds other parts. Whoever looks for the beginning of the
// boundary alone (which RFC 2046, Section 5.1.1 lets him do), takes CR for the end of a line, or makes another boundary
// of the field, finds them where nothing is signed: before the first delimiter, behind the last one and in the part of
// the signature. What he shows then has nothing to do with what was verified. Within the first part he finds nothing
// that is not signed.
func (e *Entity) onlyParts(s *slices, boundary string) error {
	// Behind the end nobody looks for the boundary any more.
	prefix, outside := "--"+boundary, []span{s.preamble, s.parts[1]}
	// Gateways put lines of hyphens around what they add before the parts and behind them: only where the
	// boundary is in doubt such a line may be somebody's.
	if e.boundaryInDoubt(boundary) {
		prefix, outside = "--", append(outside, s.epilogue)
	}
	for _, where := range outside {
		found, err := holdsLine(e.base, where, prefix)
		if err != nil {
			return err
		}
		if found {
			return malformed("multipart/signed: a line outside the signed part looks like a boundary to some readers")
		}
	}
	return nil
}

// boundaryInDoubt reports a Content-Type from which not every reader takes this boundary: comments, the pieces and
// character sets of RFC 2231, quoted-pairs, blanks before the value, folds in it and octets that need quotes and have
// none are not known to all of them; some decode what looks encoded, or take single quotes for quotes.
func (e *Entity) boundaryInDoubt(boundary string) bool {
	const name = "boundary"
	before, after, _ := cutFold(string(e.rawField("Content-Type")), name)
	if strings.ContainsAny(before, "()\\") || strings.Contains(boundary, "'") || strings.Contains(boundary, "=?") || !isASCII(boundary) {
		return true
	}
	if _, _, twice := cutFold(strings.Replace(after, boundary, "", 1), name); twice {
		return true
	}
	if strings.HasPrefix(after, "=\""+boundary+"\"") {
		return false
	}
	for i := range len(boundary) {
		if !isTokenOctet(boundary[i]) {
			return true
		}
	}
	return !strings.HasPrefix(after, "="+boundary)
}

// rawField is the first field of a name as it stands in the file.
func (e *Entity) rawField(name string) []byte {
	for _, f := range e.Header.Fields {
		if strings.EqualFold(f.Name, name) {
			return f.Raw
		}
	}
	return nil
}

// cutFold is strings.Cut without regard to the case of ASCII letters. sep is in lower case.
func cutFold(s, sep string) (before, after string, found bool) {
	for i := 0; i+len(sep) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(sep)], sep) {
			return s[:i], s[i+len(sep):], true
		}
	}
	return s, "", false
}

// holdsLine reports whether a line of a span begins with a prefix, where CR ends a line too.
func holdsLine(src spool.Source, where span, prefix string) (bool, error) {
	const step = 64 << 10
	ended := true // a line begins at the start
	for at := where.start; at < where.end; at += step {
		// What begins in this step may end in the next one.
		buf, err := peek(src, at, min(step+int64(len(prefix)), where.end-at))
		if err != nil {
			return false, err
		}
		for i := 0; ; {
			k := bytes.Index(buf[i:], []byte(prefix))
			if k < 0 {
				break
			}
			if i += k; i == 0 && ended || i > 0 && isLineEnd(buf[i-1]) {
				return true, nil
			}
			i++
		}
		if len(buf) >= step {
			ended = isLineEnd(buf[step-1])
		}
	}
	return false, nil
}

func isLineEnd(c byte) bool { return c == '\n' || c == '\r' }
