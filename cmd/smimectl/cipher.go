package main

import (
	"fmt"
	"slices"

	"smimectl/internal/algorithm"
	"smimectl/internal/message"
)

// preferredCiphers are what auto takes from, the best first (RFC 8551, Section 2.7.1.1
// leaves the order to the sender).
var preferredCiphers = []string{"aes-256-gcm", "chacha20-poly1305", "aes-192-gcm", "aes-128-gcm", "aes-256-cbc", "aes-192-cbc", "aes-128-cbc"}

// boundKey is the capability of those who read content-encryption keys that are bound
// to their cipher (RFC 9709, Section 4), and the beginning of the names of such ciphers.
const boundKey = "cek-hkdf-sha256"

// ownCapabilities is what this program reads: all that it announces.
func ownCapabilities() map[string]bool {
	return capabilitySet(message.CapabilityNames(algorithm.Capabilities()))
}

// chooseCipher takes what --cipher, the configuration or the profile name. With auto
// that is the best cipher that everybody is known to read, else AES-256-CBC, which every
// receiver reads, with a warning that names who is why. Nothing weaker is written.
// Where the cipher was not named by a person, and everybody announces to read it, the key
// is bound to the cipher (RFC 9709).
func chooseCipher(name string, bind bool, recipients []recipient) (*algorithm.ContentCipher, string, error) {
	const compatible = "aes-256-cbc"
	warning := ""
	if name == "auto" {
		name = ""
		for _, cipher := range preferredCiphers {
			if everybodyReads(recipients, cipher) {
				name = cipher
				break
			}
		}
		if name == "" {
			name = compatible
		}
		if c, err := algorithm.ContentCipherByName(name); err == nil && !c.Authenticated {
			warning = "AES-CBC does not show changes; add --sign" + whyNot(recipients, "aes-256-gcm")
		}
	}
	if bind && everybodyReads(recipients, boundKey) {
		if bound, err := algorithm.ContentCipherByName(boundKey + "-" + name); err == nil {
			name = bound.Name
		}
	}
	cipher, err := algorithm.ContentCipherByName(name)
	if err != nil || cipher.ReadOnly {
		return nil, "", notWritten("--cipher", name, "cipher", cipherNames())
	}
	if warning == "" && !cipher.Authenticated {
		warning = "AES-CBC does not show changes; add --sign"
	}
	return cipher, warning, nil
}

// everybodyReads says that every recipient announced to read something; nobody does
// when there is none.
func everybodyReads(recipients []recipient, capability string) bool {
	return len(recipients) > 0 && !slices.ContainsFunc(recipients, func(r recipient) bool { return !r.reads[capability] })
}

// whyNot names the first who is not known to read a cipher.
func whyNot(recipients []recipient, capability string) string {
	for _, r := range recipients {
		switch {
		case r.reads == nil:
			return fmt.Sprintf(" (%s is not known to read AES-GCM)", r.who)
		case !r.reads[capability]:
			return fmt.Sprintf(" (%s cannot read AES-GCM)", r.who)
		}
	}
	return ""
}
