package algorithm

import (
	"encoding/pem"
	"testing"

	"smimectl/internal/algorithm/vectortest"
)

// hexBytes is a hexadecimal string in JSON.
type hexBytes = vectortest.Hex

// wycheproof reads one file of vectors.
func wycheproof[Group any](t *testing.T, name string) []Group {
	t.Helper()
	return vectortest.Wycheproof[Group](t, name)
}

// wycheproofSource names a file of vectors to [covers].
func wycheproofSource(name string) string { return "testdata/wycheproof/" + name + "_test.json.gz" }

// pemBlock returns the content of the first PEM block, or nil.
func pemBlock(text string) []byte {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil
	}
	return block.Bytes
}
