package verdict

import (
	"fmt"

	"smimectl/internal/cert"
)

// hints are what can be typed next, ready to be pasted; the file stands in them by its name.
func (j *judge) hints(code Code) []string { return j.hintsFor(code, nil) }

func (j *judge) hintsFor(code Code, c *cert.Certificate) []string {
	file, verb := shellWord(j.f.File), j.f.Command
	if verb != "decrypt" && verb != "cert check" {
		verb = "verify"
	}
	call := func(flags string) string {
		if file == "" {
			return fmt.Sprintf("smimectl %s %s", verb, flags)
		}
		return fmt.Sprintf("smimectl %s %s %s", verb, flags, file)
	}
	name := file
	if name == "" {
		name = "MAIL.eml"
	}
	switch code {
	case IssuerUnknown:
		return []string{"smimectl ca add --from-mail " + name, call("--ca CA.pem")}
	case IssuerMissing:
		return []string{call("--online"), call("--chain ISSUER.pem"), call("--ca ROOT.pem")}
	case CertificateMissing:
		return []string{call("--chain SIGNER.pem"), "smimectl cert import OTHER-MAIL.eml"}
	case ExpiredNow:
		return []string{call("--at signed")}
	case NotYetValid:
		return []string{call("--at TIME")}
	case WrongPurpose:
		return []string{call("--purpose any")}
	case WeakDigest:
		return []string{call("--allow-legacy sha1,md5")}
	case WeakKey:
		return []string{call("--allow-legacy rsa-1024")}
	case RevocationUnknown:
		return []string{call("--online"), call("--crl CA.crl")}
	case FromMismatch, FromMissing, FromMultiple, FromNameMisleads:
		if c != nil {
			if own := c.Addresses(); len(own) > 0 {
				return []string{call("--from " + shellWord(own[0].String()))}
			}
		}
		return []string{call("--any-from")}
	case PartlySigned:
		return []string{call("--allow-partial -o signed.eml")}
	case PartlyEncrypted:
		return []string{"smimectl inspect " + name}
	case DecryptFailed, NotARecipient:
		return []string{"smimectl inspect " + name}
	case WeakCipher:
		return []string{call("--allow-legacy rc2,des")}
	case NoIntegrity:
		if j.f.Command == "encrypt" {
			return []string{"smimectl encrypt --sign " + name}
		}
	case PassphraseMissing:
		return []string{"--passphrase-file FILE or --passphrase-fd N", "or $SMIMECTL_PASSPHRASE_FILE, or $SMIMECTL_PASSPHRASE"}
	case KeyMissing:
		return []string{"smimectl id import YOUR.p12"}
	}
	return nil
}

// shellWord quotes a word for a shell where it has to be; a name with anything unprintable in it is not offered for
// pasting.
func shellWord(s string) string {
	plain := s != ""
	for _, c := range s {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '.' || c == '_' || c == '-' || c == '/' || c == '@' || c == '+' || c == ':' || c == ',' || c == '=':
		default:
			plain = false
		}
		if !printable(c) {
			return "FILE"
		}
	}
	if plain || s == "" {
		return s
	}
	quoted := "'"
	for _, c := range s {
		if c == '\'' {
			quoted += `'\''`
			continue
		}
		quoted += string(c)
	}
	return quoted + "'"
}
