//go:build !amd64 || purego

package mimewrap

import "encoding/base64"

// hasVector says no: the tables are the fastest there is.
func hasVector() bool { return false }

func encodeVector(dst, src []byte) { base64.StdEncoding.Encode(dst, src) }

func decodeVector(dst, src []byte) bool {
	n, err := base64.StdEncoding.Decode(dst, src)
	return err == nil && n == len(src)/4*3
}
