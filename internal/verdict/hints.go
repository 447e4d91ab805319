package verdict

import (
	"fmt"
	"slices"
	"strings"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
)

// hints are what can be typed next, ready to be pasted; the file stands in them by its name.
func (j *judge) hints(code Code) []string { return j.hintsFor(code, nil) }

func (j *judge) hintsFor(code Code, c *cert.Certificate) []string {
	if j.p.PurposeCode {
		return codeHints(code)
	}
	call := j.again
	name := operand(j.f.File)
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
	case TimestampUntrusted:
		return []string{call("--tsa-ca TSA.pem"), "smimectl ca add --for timestamps TSA.pem"}
	case ExpiredNow:
		return []string{call("--at signed")}
	case NotYetValid:
		return []string{call("--at TIME")}
	case WrongPurpose:
		return []string{call("--purpose any")}
	case WeakDigest, WeakKey, WeakCipher:
		if flag := j.leave(c); flag != "" {
			return []string{call(flag)}
		}
	case RevocationUnknown:
		return []string{call("--online"), call("--crl CA.crl")}
	case FromMismatch, FromMissing, FromMultiple, FromNameMisleads:
		return []string{call(j.expecting(c))}
	case PartlySigned:
		return []string{call("--allow-partial -o signed.eml")}
	case PartlyEncrypted:
		return []string{"smimectl inspect " + name}
	case DecryptFailed:
		hints := []string{"fetch the mail again; see whose keys it is for:  smimectl inspect " + name}
		if !j.f.IsMail && j.f.Command == "decrypt" && !slices.ContainsFunc(j.p.Grounds, func(g Flag) bool { return g.Name == "--raw" }) {
			hints = append(hints, "it holds other octets than text or mail? take what comes:  "+call("--raw"))
		}
		return hints
	case NotARecipient:
		return []string{j.whose() + ":  smimectl inspect " + name, "an older key of yours? import that too:  smimectl id import OLD.p12"}
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

// expecting is the flags with which the signers of c's layer are those that are expected: each of them has to be one
// (RFC 8550, Section 3), so that naming the one who is not From would refuse the one who is.
func (j *judge) expecting(c *cert.Certificate) string {
	var flags []string
	for i := range j.f.Layers {
		signed := j.f.Layers[i].Signed
		if c == nil || signed == nil || !slices.ContainsFunc(signed.Signers, func(s Signer) bool { return s.Certificate == c }) {
			continue
		}
		for k := range signed.Signers {
			if signed.Signers[k].Certificate == nil {
				continue // he is compared with nobody
			}
			own := signed.Signers[k].Certificate.Addresses()
			if len(own) == 0 {
				return "--any-from"
			}
			if flag := "--from " + shellWord(own[0].String()); !slices.Contains(flags, flag) {
				flags = append(flags, flag)
			}
		}
	}
	if len(flags) == 0 {
		return "--any-from"
	}
	return strings.Join(flags, " ")
}

// codeHints are those for a commit or a tag, which git hands in: there is no file to verify once more in another way.
func codeHints(code Code) []string {
	switch code {
	case IssuerUnknown:
		return []string{"smimectl ca add CA.pem"}
	case IssuerMissing:
		return []string{"smimectl ca add ROOT.pem"}
	}
	return nil
}

// formHints are for a file that is no mail, or not one: fetching it again would not help, nor would another algorithm.
func (j *judge) formHints(form StopForm) []string {
	name := operand(j.f.File)
	switch {
	case form == FormNoMail, form == FormContent:
		return []string{strings.TrimSpace("smimectl inspect " + name)}
	case form == FormSeveral:
		return []string{"smimectl " + j.f.Command + " MAILS.mbox"}
	case form == FormApart && !j.f.IsMail:
		return []string{strings.TrimSpace("smimectl verify --content FILE " + name)}
	}
	return nil
}

// hints are those of the judge, about this signer. A root that is not in the mail cannot be taken from there.
func (w *witness) hints(code Code) []string {
	hints := w.j.hintsFor(code, w.s.Certificate)
	if n := len(w.report.Chain); code == IssuerUnknown && n > 0 && w.report.Chain[n-1].Source != "message" {
		hints[0] = "smimectl ca add CA.pem"
	}
	if (code == IssuerMissing || code == RevocationUnknown) && len(hints) > 1 && (w.j.online() || !w.namesServer(code)) {
		hints = hints[1:] // --online would fetch nothing, or has fetched what there is
	}
	return hints
}

// online says whether what is missing was to be fetched already.
func (j *judge) online() bool {
	return slices.ContainsFunc(j.p.Grounds, func(g Flag) bool { return g.Name == "--online" })
}

// namesServer says whether a certificate at hand names an address to fetch from what is missing: certificates of issuers,
// or revocation lists and OCSP responders.
func (w *witness) namesServer(code Code) bool {
	list := []*cert.Certificate{w.s.Certificate}
	for _, res := range []*certpath.Result{w.s.Now, w.s.Then} {
		if res != nil {
			for i := range res.Paths {
				list = append(list, res.Paths[i].Certificates...)
			}
		}
	}
	return slices.ContainsFunc(list, func(c *cert.Certificate) bool {
		switch {
		case c == nil:
			return false
		case code == IssuerMissing:
			return len(c.InfoAccess().Issuers) > 0
		}
		points, _ := c.DistributionPoints()
		return len(c.InfoAccess().OCSP) > 0 || slices.ContainsFunc(points, func(p cert.DistributionPoint) bool { return len(p.Name.URIs()) > 0 })
	})
}

// whose names the recipients of the mail whose addresses are known, two at most.
func (j *judge) whose() string {
	var names []string
	all := 0
	for i := range j.f.Layers {
		if e := j.f.Layers[i].Encrypted; e != nil {
			all += len(e.Recipients)
			for _, r := range e.Recipients {
				if r.Address != "" && len(names) < 2 {
					names = append(names, clip(r.Address))
				}
			}
		}
	}
	switch more := all - len(names); {
	case len(names) == 0:
		return "see whose keys it is for"
	case more > 0:
		return fmt.Sprintf("it is for %s and %d more", strings.Join(names, ", "), more)
	}
	return "it is for " + strings.Join(names, " and ")
}

// operand is the name of a file for a shell, and never a flag.
func operand(name string) string {
	if strings.HasPrefix(name, "-") && name != "-" {
		name = "./" + name
	}
	return shellWord(name)
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
