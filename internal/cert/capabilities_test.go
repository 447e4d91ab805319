package cert

import (
	"bytes"
	"strings"
	"testing"
)

// TestCapabilities reads the extension of RFC 4262; a malformed one, or one that is too long, says nothing.
func TestCapabilities(t *testing.T) {
	t.Parallel()
	const gcm, zlib = "\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e", "\x30\x0d\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x08"
	sequence := func(body string) []byte {
		if len(body) > 127 {
			return append([]byte{0x30, 0x82, byte(len(body) >> 8), byte(len(body))}, body...)
		}
		return append([]byte{0x30, byte(len(body))}, body...)
	}
	for _, c := range []struct {
		name  string
		value []byte
		want  int
	}{
		{"two", sequence(gcm + zlib), 2},
		{"none", sequence(""), 0},
		{"a hundred", sequence(strings.Repeat(gcm, 100)), 100},
		{"too many", sequence(strings.Repeat(gcm, 101)), 0},
		{"cut", sequence(gcm + zlib)[:10], 0},
		{"something behind", append(sequence(gcm), 5, 0), 0},
		{"no identifier in it", sequence(gcm + "\x02\x01\x01"), 0},
		{"empty", nil, 0},
	} {
		got := (&Certificate{Extensions: []Extension{{OID: oidCapabilities, Value: c.value}}}).Capabilities()
		if len(got) != c.want {
			t.Errorf("%s: %d entries, want %d", c.name, len(got), c.want)
		}
		if c.want > 0 && !bytes.Equal(got[0].DER(), []byte(gcm)) {
			t.Errorf("%s: %x", c.name, got[0].DER())
		}
	}
	if got := (&Certificate{}).Capabilities(); got != nil {
		t.Errorf("without the extension: %v", got)
	}
}
