package ber

import "math/bits"

// HeaderSize returns the octets of a header with a definite length.
func HeaderSize(tag Tag, length uint64) int {
	n := 2
	if tag.Number >= 0x1f {
		n += (bits.Len32(tag.Number) + 6) / 7
	}
	if length >= 0x80 {
		n += (bits.Len64(length) + 7) / 8
	}
	return n
}

// Size returns the octets of an element with length octets of contents.
func Size(tag Tag, length uint64) uint64 {
	return uint64(HeaderSize(tag, length)) + length
}

// appendIdentifier appends the identifier octets.
func appendIdentifier(b []byte, tag Tag, constructed bool) []byte {
	first := byte(tag.Class) << 6
	if constructed {
		first |= 0x20
	}
	if tag.Number < 0x1f {
		return append(b, first|byte(tag.Number))
	}
	b = append(b, first|0x1f)
	shift := 0
	for tag.Number>>(shift+7) != 0 {
		shift += 7
	}
	for ; shift > 0; shift -= 7 {
		b = append(b, 0x80|byte(tag.Number>>shift))
	}
	return append(b, byte(tag.Number)&0x7f)
}

// AppendHeader appends a header with a definite length in its shortest form.
func AppendHeader(b []byte, tag Tag, constructed bool, length uint64) []byte {
	b = appendIdentifier(b, tag, constructed)
	if length < 0x80 {
		return append(b, byte(length))
	}
	n := 1
	for length>>(8*n) != 0 && n < 8 {
		n++
	}
	b = append(b, 0x80|byte(n))
	for n--; n >= 0; n-- {
		b = append(b, byte(length>>(8*n)))
	}
	return b
}

// Wrap returns the constructed element with the given tag around the parts.
func Wrap(tag Tag, parts ...[]byte) []byte {
	var n int
	for _, p := range parts {
		n += len(p)
	}
	out := AppendHeader(make([]byte, 0, n+maxHeader), tag, true, uint64(n))
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}
