package main

import (
	"fmt"

	"smimectl/internal/algorithm"
)

// cipherNames are what --cipher and the configuration take; nothing weaker is written.
var cipherNames = []string{"auto", "aes-256-gcm", "aes-192-gcm", "aes-128-gcm", "chacha20-poly1305", "aes-256-cbc", "aes-192-cbc", "aes-128-cbc"}

// chooseCipher takes AES-256-GCM when everybody is known to read it, else
// AES-256-CBC, which every receiver reads, with a warning that names who is why.
func chooseCipher(o *encryptOptions, recipients []recipient) (*algorithm.ContentCipher, string, error) {
	const authenticated, compatible = "aes-256-gcm", "aes-256-cbc"
	name, warning := o.cipher, ""
	if name == "auto" {
		name = authenticated
		for _, r := range recipients {
			if !r.reads[authenticated] {
				name = compatible
				why := "cannot read AES-GCM"
				if r.reads == nil {
					why = "is not known to read AES-GCM"
				}
				warning = fmt.Sprintf("AES-CBC does not show changes; add --sign (%s %s)", r.who, why)
				break
			}
		}
	}
	cipher, err := algorithm.ContentCipherByName(name)
	if err != nil {
		return nil, "", usageErrorf("--cipher %s: it is not written", quoted(name))
	}
	if warning == "" && !cipher.Authenticated {
		warning = "AES-CBC does not show changes; add --sign"
	}
	return cipher, warning, nil
}
