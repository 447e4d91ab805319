package certstore

import (
	"errors"
	"fmt"
)

const (
	maxFile     = 16 << 20 // one file, and one object in it
	maxDepth    = 64       // nesting of BER elements
	tagOctets   = 0x04     // OCTET STRING, primitive
	tagSegments = 0x24     // OCTET STRING, constructed from segments
)

// errBER is the reason why something is no BER element.
var errBER = errors.New("not a whole ASN.1 element")

// berFrame is a constructed element that has been opened and not yet closed.
type berFrame struct {
	tag     []byte // identifier octets as they are written; nil: nothing is written for it
	content int    // where its content begins in the output
	end     int    // where it ends in the input, -1 for the indefinite form
	octets  bool   // holds only segments of an OCTET STRING
}

// toDER reads the one BER element at the start of in and returns it with definite
// lengths of minimal size and octet strings in one piece, and what follows it.
// It goes through the input once, without recursion, and holds at most maxDepth
// frames.
//
// QUIRK: PKCS#12 files of Mozilla, macOS and BouncyCastle and certificate bundles
// of some authorities are BER with indefinite lengths, where RFC 7292 allows it
// but Go's readers do not.
func toDER(in []byte) (der, rest []byte, err error) {
	if len(in) > maxFile {
		return nil, nil, &LimitError{What: fmt.Sprintf("object of more than %d MiB", maxFile>>20)}
	}
	var (
		open = make([]berFrame, 0, 8)
		out  = make([]byte, 0, len(in)+16)
		pos  int
	)
	for {
		for len(open) > 0 && open[len(open)-1].end == pos {
			out = closeBER(out, open[len(open)-1])
			open = open[:len(open)-1]
		}
		if len(open) == 0 && pos > 0 {
			return out, in[pos:], nil
		}
		limit := len(in)
		var parent *berFrame
		if len(open) > 0 {
			parent = &open[len(open)-1]
			if parent.end >= 0 {
				limit = parent.end
			} else {
				// The innermost definite length around it still holds.
				for i := len(open) - 1; i >= 0; i-- {
					if open[i].end >= 0 {
						limit = open[i].end
						break
					}
				}
			}
		}
		h, err := readBERHeader(in[pos:limit])
		if err != nil {
			return nil, nil, err
		}
		if h.tag[0] == 0 && len(h.tag) == 1 { // end-of-contents, X.690, Section 8.1.5
			if parent == nil || parent.end >= 0 || h.length != 0 {
				return nil, nil, errBER
			}
			pos += h.size
			out = closeBER(out, *parent)
			open = open[:len(open)-1]
			if len(open) == 0 {
				return out, in[pos:], nil
			}
			continue
		}
		segment := parent != nil && parent.octets
		if segment && (len(h.tag) != 1 || h.tag[0] != tagOctets && h.tag[0] != tagSegments) {
			return nil, nil, errBER
		}
		pos += h.size
		if h.tag[0]&0x20 == 0 {
			if !segment {
				out = append(out, h.tag...)
				out = appendLength(out, h.length)
			}
			out = append(out, in[pos:pos+h.length]...)
			pos += h.length
			if parent == nil {
				return out, in[pos:], nil
			}
			continue
		}
		if len(open) >= maxDepth {
			return nil, nil, &LimitError{What: fmt.Sprintf("ASN.1 nested deeper than %d", maxDepth)}
		}
		f := berFrame{tag: h.tag, content: len(out), end: pos + h.length}
		if h.indefinite {
			f.end = -1
		}
		if len(h.tag) == 1 && h.tag[0] == tagSegments {
			f.octets = true
			f.tag = []byte{tagOctets}
			if segment {
				f.tag = nil
			}
		}
		open = append(open, f)
	}
}

// closeBER puts the header of f before its content, which ends out.
func closeBER(out []byte, f berFrame) []byte {
	if f.tag == nil {
		return out
	}
	var head [16]byte
	h := appendLength(append(head[:0], f.tag...), len(out)-f.content)
	out = append(out, h...)
	copy(out[f.content+len(h):], out[f.content:len(out)-len(h)])
	copy(out[f.content:], h)
	return out
}

// berHeader is the beginning of an element.
type berHeader struct {
	tag        []byte // identifier octets
	size       int    // octets of identifier and length
	length     int    // octets of the content, within the input
	indefinite bool
}

// readBERHeader reads identifier and length octets, X.690, Sections 8.1.2 and
// 8.1.3.
func readBERHeader(in []byte) (berHeader, error) {
	var h berHeader
	if len(in) < 2 {
		return h, errBER
	}
	n := 1
	if in[0]&0x1f == 0x1f {
		for {
			if n >= len(in) || n > 5 {
				return h, errBER
			}
			n++
			if in[n-1]&0x80 == 0 {
				break
			}
		}
	}
	h.tag = in[:n]
	if n >= len(in) {
		return h, errBER
	}
	first := in[n]
	n++
	switch {
	case first < 0x80:
		h.length = int(first)
	case first == 0x80:
		if in[0]&0x20 == 0 {
			return h, errBER
		}
		h.indefinite = true
	default:
		// QUIRK: lengths with leading zeros, as some hardware tokens export them.
		count := int(first & 0x7f)
		if count > 8 || count > len(in)-n {
			return h, errBER
		}
		for _, b := range in[n : n+count] {
			if h.length > maxFile {
				return h, errBER
			}
			h.length = h.length<<8 | int(b)
		}
		n += count
	}
	h.size = n
	if h.length > len(in)-n {
		return h, errBER
	}
	return h, nil
}

// appendLength appends length octets in the shortest form.
func appendLength(b []byte, n int) []byte {
	switch {
	case n < 0x80:
		return append(b, byte(n))
	case n < 1<<8:
		return append(b, 0x81, byte(n))
	case n < 1<<16:
		return append(b, 0x82, byte(n>>8), byte(n))
	case n < 1<<24:
		return append(b, 0x83, byte(n>>16), byte(n>>8), byte(n))
	}
	return append(b, 0x84, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}
