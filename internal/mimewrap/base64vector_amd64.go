//go:build amd64 && !purego

package mimewrap

import (
	"github.com/segmentio/asm/base64"
	"golang.org/x/sys/cpu"
)

// hasVector reports whether encodeVector and decodeVector are faster than the tables.
func hasVector() bool { return cpu.X86.HasAVX2 }

// encodeVector encodes whole groups of three octets. dst has exactly the room for them.
func encodeVector(dst, src []byte) { base64.StdEncoding.Encode(dst, src) }

// decodeVector decodes whole groups of four characters, and reports whether all of src was of the alphabet:
// what it skips, or takes for padding, is missing from the count. dst has room for len(src)/4*3 octets.
func decodeVector(dst, src []byte) bool {
	n, err := base64.StdEncoding.Decode(dst, src)
	return err == nil && n == len(src)/4*3
}
