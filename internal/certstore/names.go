package certstore

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"smimectl/internal/cert"
)

const (
	shortFingerprint = 12  // hexadecimal digits in a file name
	minFingerprint   = 8   // digits that may stand for a certificate
	maxFileName      = 120 // octets of a name from outside
	noAddress        = "no-address"
)

// safeName makes a file name of a text from outside: the text itself if it has
// only letters, digits and @._+- and begins with a letter or digit, else its
// SHA-256 in hexadecimal. Such a name cannot leave its directory.
func safeName(text string) string {
	clean := text != "" && len(text) <= maxFileName
	for i := range len(text) {
		c := text[i]
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9':
		case strings.IndexByte("@._+-", c) >= 0 && i > 0:
		default:
			clean = false
		}
	}
	// Windows cuts dots off the end of names.
	if !clean || strings.HasSuffix(text, ".") {
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	return text
}

// addressDir names the directory of an address. Addresses that are equal (RFC
// 8550, Section 3: without regard to case where they are ASCII) have one
// directory.
func addressDir(a cert.Address) string {
	text := a.String()
	if !a.UTF8 {
		text = asciiLower(text)
	}
	return safeName(text)
}

// asciiLower leaves everything but A to Z alone.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// certificateName is the name of a certificate's file without its ending.
func certificateName(c *cert.Certificate) string { return c.Fingerprint()[:shortFingerprint] }

// parseFingerprint reads what people paste: 0x before it, ! after it, colons,
// blanks, capitals. It returns lower-case hexadecimal of at least minFingerprint
// digits.
func parseFingerprint(text string) (string, bool) {
	text = strings.TrimSuffix(strings.TrimSpace(text), "!")
	if strings.HasPrefix(text, "0x") || strings.HasPrefix(text, "0X") {
		text = text[2:]
	}
	digits := make([]byte, 0, 64)
	for i := range len(text) {
		c := text[i]
		switch {
		case '0' <= c && c <= '9' || 'a' <= c && c <= 'f':
			digits = append(digits, c)
		case 'A' <= c && c <= 'F':
			digits = append(digits, c+'a'-'A')
		case c == ':' || c == ' ' || c == '\t':
		default:
			return "", false
		}
		if len(digits) > 64 {
			return "", false
		}
	}
	return string(digits), len(digits) >= minFingerprint
}
