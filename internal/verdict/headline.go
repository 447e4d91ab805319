package verdict

import (
	"strings"
	"unicode"
)

// mainReason is the reason a screen is about, nil when nothing failed.
func (r *Report) mainReason() *Reason {
	if r.primary < 1 || r.primary > len(r.Reasons) {
		return nil
	}
	return &r.Reasons[r.primary-1]
}

// subject is the layer and the signer a screen is about: those of the main reason, else those that gave the word.
func (r *Report) subject() (*LayerReport, *SignerReport) {
	li, si := r.judged-1, 0
	if m := r.mainReason(); m != nil && m.Layer != nil && *m.Layer < len(r.Layers) && r.Layers[*m.Layer].SignedReport != nil {
		li = *m.Layer
		if m.Signer != nil {
			si = *m.Signer
		}
	}
	if li < 0 || li >= len(r.Layers) {
		return nil, nil
	}
	l := &r.Layers[li]
	if l.SignedReport == nil || si >= len(l.Signers) {
		return l, nil
	}
	return l, &l.Signers[si]
}

// address of a signer that is shown: the one that stands in From, if it is his, else the first.
func (r *Report) addressOf(s *SignerReport) string {
	if len(s.Addresses) == 0 {
		return ""
	}
	if r.Mail != nil && len(r.Mail.From) == 1 && s.Address == "ok" {
		for _, a := range s.Addresses {
			if strings.EqualFold(a, r.Mail.From[0]) {
				return a
			}
		}
	}
	return s.Addresses[0]
}

// who is a signer as his certificate names him; never the display name of From.
func (r *Report) who(s *SignerReport) string {
	if s == nil || s.Certificate == nil {
		return "somebody whose certificate is not to be had"
	}
	address := r.addressOf(s)
	switch {
	case s.Name == nil || *s.Name == address:
		return address
	case address == "":
		return bareName(*s.Name)
	}
	return bareName(clip(*s.Name)) + " <" + address + ">"
}

// bareName is a name as it may be shown: one that could be read as an address of its own is put into quotes.
func bareName(name string) string {
	if strings.ContainsAny(name, "<>@") {
		return quote(name)
	}
	return Escape(name)
}

// maxName is how much of a name is shown beside an address, so that it cannot push the address away.
const maxName = 60

func clip(name string) string {
	runes := []rune(Escape(name))
	if len(runes) > maxName {
		return string(runes[:maxName-3]) + "..."
	}
	return string(runes)
}

func (r *Report) short(s *SignerReport) string {
	if s == nil || s.Certificate == nil {
		return "somebody unknown"
	}
	if a := r.addressOf(s); a != "" {
		return a
	}
	if s.Name != nil {
		return bareName(*s.Name)
	}
	return "a certificate without a name"
}

// everyone names all signers of a layer.
func (r *Report) everyone(l *LayerReport) string {
	var names []string
	for i := range l.Signers {
		names = append(names, r.who(&l.Signers[i]))
	}
	return strings.Join(names, " and ")
}

// plainPerson says whether a name can stand in a sentence without quotes: short, and of letters as in names.
func plainPerson(name string) bool {
	for _, c := range name {
		if !unicode.IsLetter(c) && !unicode.IsMark(c) && !strings.ContainsRune(" .-'", c) {
			return false
		}
	}
	return name != "" && len(name) <= maxName/2
}

// headline is what follows the word. It begins with words of ours, never with text of the message.
func (r *Report) headline(word Word) string {
	m := r.mainReason()
	l, s := r.subject()
	code := Code("")
	if m != nil && m.word == word {
		code = m.Code
	}
	intact := "the signature does not fit either"
	if s != nil {
		switch s.Integrity {
		case "ok":
			intact = "intact"
		case "not-checked":
			intact = "not checked"
		}
	}
	switch word {
	case WordGood:
		if l != nil && l.SignedReport != nil {
			return "signed by " + r.everyone(l)
		}
		return "the certificate may be believed"
	case WordBad:
		switch {
		case code == ContentChanged && s != nil:
			return "changed after " + r.who(s) + " signed it"
		case code == SignatureInvalid && s != nil:
			return "not signed by " + r.who(s) + ", whose certificate it names"
		}
	case WordUntrusted:
		switch {
		case s == nil && r.Command == "cert check" && code != "":
			return titleOf(code)
		case s == nil:
		case code == CertificateMissing:
			return "nobody can say who signed this: the signer's certificate is missing"
		case code == ExpiredWhenSigned:
			return intact + ", but the certificate of " + r.short(s) + " had expired"
		case code == NotYetValid:
			return intact + ", but the certificate of " + r.short(s) + " is not valid yet"
		case code == WrongPurpose:
			return intact + ", but the certificate of " + r.short(s) + " is not made for mail"
		case code == WeakDigest, code == WeakKey:
			return intact + ", but too weak to prove that " + r.short(s) + " signed it"
		case code == Revoked:
			return intact + ", but the certificate of " + r.short(s) + " was revoked"
		case code == RevocationUnknown:
			return intact + ", but nobody knows whether the certificate of " + r.short(s) + " was revoked"
		default:
			return intact + ", but nothing vouches for " + r.short(s)
		}
	case WordPartial:
		if code == PartlyEncrypted {
			return "one part is encrypted, the rest is not"
		}
		return "one part is signed, the rest is not"
	case WordExpired:
		if s == nil && code == ExpiresSoon {
			return "the certificate will not be valid for long enough"
		}
		if s == nil {
			return "the certificate is no longer valid"
		}
		if s.Name != nil && s.Trust == "expired" && r.ownEnd(s) && plainPerson(*s.Name) {
			return intact + ", but " + *s.Name + "'s certificate is no longer valid"
		}
		return intact + ", but the certificate of " + r.short(s) + " is no longer valid"
	case WordUnsigned:
		if r.Command == "decrypt" {
			return "nobody has signed the text"
		}
		return "no S/MIME signature in this mail"
	case WordUnencrypted:
		return "no S/MIME encryption in this mail"
	case WordEncrypted:
		return "a signature, if any, is inside"
	}
	if m != nil {
		return m.own()
	}
	return ""
}

// own is the text of a reason, behind its title where it could begin with text of the message.
func (m *Reason) own() string {
	title := titleOf(m.Code)
	if m.Text == title || title == "" || m.worded {
		return m.Text
	}
	switch m.Code {
	case FromMismatch, FromMissing, FromMultiple, FromNameMisleads, PartlySigned, PartlyEncrypted, HeadersDiffer:
		return m.Text // worded here
	}
	return title + ": " + m.Text
}
