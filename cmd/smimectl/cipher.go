package main

import (
	"fmt"

	"smimectl/internal/algorithm"
	"smimectl/internal/sending"
	"smimectl/internal/verdict"
)

// chooseCipher takes what --cipher, the configuration or the profile name; with auto the
// best that everybody is known to read. CBC has a warning, with auto one that names who is
// why. Where the cipher was not named by a person, and everybody announces to read it, the
// key is bound to the cipher (RFC 9709).
func chooseCipher(name string, bind bool, recipients []sending.Recipient) (*algorithm.ContentCipher, string, error) {
	const unauthenticated = "AES-CBC does not show changes; add --sign"
	why := ""
	if name == "auto" {
		name, why = sending.Cipher(recipients), whyNot(recipients)
	}
	if bind {
		name = sending.Bound(name, recipients)
	}
	cipher, err := algorithm.ContentCipherByName(name)
	switch {
	case err != nil || cipher.ReadOnly:
		return nil, "", notWritten("--cipher", name, "cipher", cipherNames())
	case !cipher.Authenticated:
		return cipher, unauthenticated + why, nil
	}
	return cipher, "", nil
}

// whyNot names the first who is not known to read AES-GCM.
func whyNot(recipients []sending.Recipient) string {
	switch r := sending.WithoutGCM(recipients); {
	case r == nil:
		return ""
	case r.Reads == nil:
		return fmt.Sprintf(" (%s is not known to read AES-GCM)", r.Who)
	default:
		return fmt.Sprintf(" (%s cannot read AES-GCM)", r.Who)
	}
}

// weakestNote says that a mail for recipients with post-quantum keys is no stronger than
// the weakest of the others, when there is one.
func weakestNote(recipients []sending.Recipient) []verdict.Note {
	weakest, key := sending.Weakest(recipients)
	if weakest == nil {
		return nil
	}
	who := verdict.Escape(weakest.Who)
	if weakest.Self {
		who = "you"
	}
	return []verdict.Note{{Code: verdict.WeakestLink,
		Text: fmt.Sprintf("as strong as its weakest recipient: %s of %s, not post-quantum", key.Title, who)}}
}
