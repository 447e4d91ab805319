package verdict

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"
)

// Time is written as RFC 3339 in UTC, to the second.
type Time struct{ time.Time }

// MarshalJSON writes the time.
func (t Time) MarshalJSON() ([]byte, error) {
	return []byte(`"` + t.UTC().Format(time.RFC3339) + `"`), nil
}

func timeOrNil(t time.Time) *Time {
	if t.IsZero() || t.Year() > 9999 || t.Year() < 0 {
		return nil
	}
	return &Time{t.UTC().Truncate(time.Second)}
}

// JSON writes the report as one line. What would act on a terminal is escaped inside the strings.
func (r *Report) JSON() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return nil, fmt.Errorf("verdict: %w", err)
	}
	return escapeJSON(bytes.TrimSuffix(out.Bytes(), []byte("\n"))), nil
}

// escapeJSON replaces runes that Escape does not show as they are by their \u form. In JSON they can only stand inside strings.
func escapeJSON(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		c, n := utf8.DecodeRune(b)
		switch {
		case printable(c):
			out = append(out, b[:n]...)
		case c > 0xffff:
			c -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+c>>10, 0xdc00+c&0x3ff)
		default:
			out = fmt.Appendf(out, `\u%04x`, c)
		}
		b = b[n:]
	}
	return out
}

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func list(s []string) []string { return append([]string{}, s...) }
