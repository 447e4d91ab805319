package verdict

import (
	"fmt"
	"strings"
)

// ListWord is the word under which a report stands in a list: the verdict, or for inspect, which judges nothing, what
// is there.
func (r *Report) ListWord() Word {
	if r == nil {
		return WordError
	}
	if r.Command == "inspect" && r.Verdict == "" {
		what, _ := r.inspectedHead()
		return what
	}
	if r.Verdict == "" {
		return WordError
	}
	return r.Verdict
}

// inspectedLine is what inspect found as one of several: what is there, by whom or for whom, and how.
func (r *Report) inspectedLine() (who, about string) {
	if r.Verdict != "" { // it cannot be read, or only in part
		if m := r.mainReason(); m != nil {
			about = m.Text
		}
	}
	if len(r.Layers) == 0 {
		if who, text := r.fileLine(); about == "" {
			return who, text
		}
		return "", about
	}
	l := &r.Layers[0]
	who, how := r.layerLine(l)
	if about != "" {
		return who, about
	}
	var texts []string
	add := func(text string) {
		if text != "" {
			texts = append(texts, text)
		}
	}
	if l.SignedReport != nil && len(l.Signers) > 0 && !l.Covers.WholeBody || r.beside() {
		add("part " + l.Part + " alone")
	}
	add(how)
	for i := range r.Layers[1:] {
		inner := &r.Layers[i+1]
		who, _ := r.layerLine(inner)
		switch {
		case inner.SignedReport != nil && len(inner.Signers) > 0:
			add("inside signed by " + andMore(who, len(inner.Signers)-1))
		case inner.EncryptedReport != nil:
			add("inside encrypted for " + andMore(who, len(inner.Recipients)-1))
		default:
			add("inside " + inner.Kind)
		}
	}
	return who, strings.Join(texts, ", ")
}

// layerLine is the first of those who signed a layer or whom it is for, and how it was made.
func (r *Report) layerLine(l *LayerReport) (who, how string) {
	switch {
	case l.SignedReport != nil && len(l.Signers) == 0:
		return r.fileLine()
	case l.SignedReport != nil:
		return l.signedLine(r)
	case l.EncryptedReport != nil:
		return l.encryptedLine()
	}
	return "", ""
}

func (l *LayerReport) signedLine(r *Report) (who, how string) {
	who = "unknown"
	s := &l.Signers[0]
	if s.Certificate != nil {
		who = r.short(s)
	}
	how = algorithmTitle(s)
	if s.keyTitle != "" && s.digestTitle != "" {
		how = s.keyTitle + ", " + s.digestTitle
	}
	if n := len(l.Signers); n > 1 {
		how += ", " + plural(n, "signer")
	}
	return who, how
}

func (l *LayerReport) encryptedLine() (who, how string) {
	yours := false
	for i := range l.Recipients {
		rec := &l.Recipients[i]
		yours = yours || rec.Here == "key"
		if who == "" && rec.Address != nil {
			who = *rec.Address
		}
	}
	if who == "" {
		who = "unknown"
	}
	how = l.cipherTitle()
	if l.title == "" {
		how = schemeTitle(how)
	}
	if n := len(l.Recipients); n != 1 {
		how += ", " + plural(n, "recipient")
	}
	if yours {
		how += ", you can read it"
	}
	return who, how
}

// fileLine is what a file without layers holds: whose, and how much.
func (r *Report) fileLine() (who, about string) {
	f := r.FileLook
	if f == nil {
		f = &FileLook{}
	}
	var what []string
	count := func(n int, name string) {
		if n > 0 {
			what = append(what, plural(n, name))
		}
	}
	count(len(f.Responses), "OCSP response")
	count(len(r.Certificates), "certificate")
	count(len(f.Keys), "private key")
	count(len(f.Lists), "revocation list")
	count(len(f.Requests), "certificate request")
	if len(what) == 0 {
		for _, p := range r.Parts {
			if p.Protected != "none" {
				return "", "part " + p.Number + " alone"
			}
		}
		return "", ""
	}
	switch {
	case len(f.Responses) > 0:
		who = f.Responses[0].Responder
	case len(r.Certificates) > 0:
		who = r.holderLine()
	case len(f.Lists) > 0:
		who = f.Lists[0].Issuer
	case len(f.Requests) > 0:
		if who = f.Requests[0].Subject; len(f.Requests[0].Addresses) > 0 {
			who = f.Requests[0].Addresses[0]
		}
	case f.Keys[0].FriendlyName != "":
		who = f.Keys[0].FriendlyName
	}
	return clip(who), strings.Join(what, ", ")
}

// holderLine names the holder of the certificate that the file is about: the one with a key, else the first.
func (r *Report) holderLine() string {
	c := &r.Certificates[0]
	for i := range r.Certificates {
		if has := r.Certificates[i].PrivateKey; has != nil && *has {
			c = &r.Certificates[i]
			break
		}
	}
	if len(c.Addresses) > 0 {
		return c.Addresses[0]
	}
	return c.Subject
}

func andMore(who string, more int) string {
	if more <= 0 {
		return who
	}
	return fmt.Sprintf("%s and %d more", who, more)
}
