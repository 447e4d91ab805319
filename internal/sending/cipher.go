package sending

import (
	"slices"

	"smimectl/internal/algorithm"
)

// preferredCiphers are what Cipher takes from, the best first (RFC 8551, Section 2.7.1.1
// leaves the order to the sender).
var preferredCiphers = []string{"aes-256-gcm", "chacha20-poly1305", "aes-192-gcm", "aes-128-gcm", "aes-256-cbc", "aes-192-cbc", "aes-128-cbc"}

// compatible is what every receiver reads.
const compatible = "aes-256-cbc"

// BoundKey is the capability of those who read content-encryption keys that are bound
// to their cipher (RFC 9709, Section 4), and the beginning of the names of such ciphers.
const BoundKey = "cek-hkdf-sha256"

// Cipher names the best cipher that everybody is known to read, else AES-256-CBC, which
// every receiver reads. Nothing weaker is written.
func Cipher(recipients []Recipient) string {
	for _, name := range preferredCiphers {
		if everybodyReads(recipients, name) {
			return name
		}
	}
	return compatible
}

// Bound names the cipher whose key is bound to it (RFC 9709), where everybody announced
// to read that, else the cipher itself.
func Bound(cipher string, recipients []Recipient) string {
	if everybodyReads(recipients, BoundKey) {
		if bound, err := algorithm.ContentCipherByName(BoundKey + "-" + cipher); err == nil {
			return bound.Name
		}
	}
	return cipher
}

// WithoutGCM is the first recipient who is not known to read AES-256-GCM, if there is one.
func WithoutGCM(recipients []Recipient) *Recipient {
	if i := slices.IndexFunc(recipients, func(r Recipient) bool { return !r.Reads["aes-256-gcm"] }); i >= 0 {
		return &recipients[i]
	}
	return nil
}
