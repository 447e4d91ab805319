package certstore

import (
	"errors"
	"unicode/utf16"
	"unicode/utf8"
)

// maxTries ends a PassphraseFunc that would never stop answering.
const maxTries = 100

// askPassphrase asks for passphrases until one is right. What and format
// describe the thing for the prompt and for the errors.
func askPassphrase(what, format string, pass PassphraseFunc, right func([]byte) bool) error {
	for try := range maxTries {
		p, err := []byte(nil), ErrNoPassphrase
		if pass != nil {
			p, err = pass(what, try)
		}
		switch {
		case err == nil:
			if right(p) {
				return nil
			}
		case try > 0 && errors.Is(err, ErrNoPassphrase):
			return &WrongPassphraseError{What: what, Format: format, Tries: try}
		default:
			return &NoPassphraseError{What: what, Format: format, Err: err}
		}
	}
	return &WrongPassphraseError{What: what, Format: format, Tries: maxTries}
}

// A password is a passphrase in the two forms which PKCS#12 knows: as octets for
// PKCS#5 schemes and as a BMPString with two zero octets at its end for its own
// ones (RFC 7292, Appendix B.1).
type password struct{ octets, bmp []byte }

// passwordForms returns the forms in which a writer may have taken a passphrase,
// the likely one first.
//
// QUIRK: an empty passphrase is two zero octets to most writers and nothing at
// all to some (Windows, older NSS). OpenSSL before 1.1.0 takes each octet of a
// UTF-8 passphrase for a character.
func passwordForms(p []byte) []password {
	if len(p) == 0 {
		return []password{{bmp: []byte{0, 0}}, {}}
	}
	forms := make([]password, 0, 2)
	if utf8.Valid(p) {
		forms = append(forms, password{p, bmpString(utf16.Encode([]rune(string(p))))})
	}
	ascii := true
	wide := make([]uint16, len(p))
	for i, b := range p {
		wide[i] = uint16(b)
		ascii = ascii && b < utf8.RuneSelf
	}
	if !ascii {
		forms = append(forms, password{p, bmpString(wide)})
	}
	return forms
}

// bmpString writes code units big-endian, with a zero at the end.
func bmpString(units []uint16) []byte {
	out := make([]byte, 0, 2*len(units)+2)
	for _, u := range units {
		out = append(out, byte(u>>8), byte(u))
	}
	return append(out, 0, 0)
}
