package mimewrap

// Vector instructions have to be given some kilobytes at a time to be worth their call. Lines of one width are
// therefore put together before they are decoded, and taken apart after they were encoded: a copy of a length
// that the compiler knows costs next to nothing.
const (
	base64Block = 16 << 10 // characters of one call, which stay in the first-level cache
	blockLines  = 8        // fewer lines are not worth it
	maxColumns  = 1 << 10  // lines that are longer go to the decoder as they are
	manyText    = 64 << 10 // with less text the room for a block would cost more than it saves
)

// encodeLines encodes whole lines, as many as are in p, into dst, which has exactly the room for them. block
// has room for at least one line.
func encodeLines(dst, p, block []byte, line int, ending string) {
	columns := line / 3 * 4
	for len(p) > 0 {
		n := min(len(p)/line, len(block)/columns)
		chars := block[:n*columns]
		encodeVector(chars, p[:n*line])
		p = p[n*line:]
		for len(chars) > 0 {
			copyLine(dst, chars, columns)
			for i := range len(ending) {
				dst[columns+i] = ending[i]
			}
			dst, chars = dst[columns+len(ending):], chars[columns:]
		}
	}
}

// copyLine copies a line; the widths that CMS objects and other parts have are known to the compiler. By way of a
// variable, because two parts of a slice may overlap for all it knows, and it would call a function for that.
func copyLine(dst, src []byte, columns int) {
	switch columns {
	case 64:
		line := *(*[64]byte)(src)
		*(*[64]byte)(dst) = line
	case 76:
		line, rest := *(*[64]byte)(src), *(*[12]byte)(src[64:])
		*(*[64]byte)(dst) = line
		*(*[12]byte)(dst[64:]) = rest
	default:
		copy(dst[:columns], src)
	}
}

// packLines puts the lines at the beginning of p that have the given width and line break together, as far as
// there is room in block. It returns how many they are.
func packLines(block, p []byte, columns, brk int) int {
	n := 0
	for len(p) >= columns+brk && len(block) >= columns && p[columns+brk-1] == '\n' && (brk == 1 || p[columns] == '\r') {
		copyLine(block, p, columns)
		block, p = block[columns:], p[columns+brk:]
		n++
	}
	return n
}
