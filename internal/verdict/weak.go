package verdict

import (
	"fmt"
	"strings"

	"smimectl/internal/algorithm"
)

// The weak spots that inspect names: facts about what was chosen, not about this message's truth.

// lookAt gives the report of inspect what it tells besides, with the weak spots.
func (j *judge) lookAt() {
	j.r.FileLook = j.f.Look
	for i := range j.r.Parts {
		p := &j.r.Parts[i]
		if p.PartLook == nil {
			continue
		}
		look := *p.PartLook
		look.Weak = weakTransport(look.Transport)
		p.PartLook = &look
	}
	for i := range j.r.Layers {
		f, l := &j.f.Layers[i], &j.r.Layers[i]
		if f.Look != nil {
			look := *f.Look
			look.MICAlg = j.micalgOf(f)
			look.Weak = weakLayer(f)
			l.Look = &look
		}
		if l.SignedReport != nil && f.Signed != nil {
			for k := range l.Signers {
				if s := &f.Signed.Signers[k]; s.Look != nil {
					look := *s.Look
					look.Weak = weakSigner(s)
					look.MissingIssuer = missingIssuer(s, l.Signers[k].Chain)
					l.Signers[k].Look = &look
				}
			}
		}
		if l.EncryptedReport != nil && f.Encrypted != nil {
			for k := range l.Recipients {
				if rec := &f.Encrypted.Recipients[k]; rec.Look != nil {
					look := *rec.Look
					look.Weak = weakRecipient(rec)
					l.Recipients[k].Look = &look
				}
			}
		}
	}
}

// micalgOf is what the multipart/signed of a layer says of the digest.
func (j *judge) micalgOf(l *Layer) string {
	for _, p := range j.f.Partial {
		if p.Number == l.Part && p.Look != nil {
			return p.Look.MICAlg
		}
	}
	return ""
}

// missingIssuer names the issuer whose certificate a chain lacks; nil when it ends in an anchor or in a certificate that
// is signed by itself.
func missingIssuer(s *Signer, chain []ChainReport) *string {
	last := s.Certificate
	if last == nil || s.Now == nil {
		return nil
	}
	if n := len(chain); n > 0 {
		if strings.HasPrefix(chain[n-1].Source, "anchor:") {
			return nil
		}
		for _, path := range s.Now.Paths {
			for _, c := range path.Certificates {
				if c != nil && c.Fingerprint() == chain[n-1].SHA256 {
					last = c
				}
			}
		}
	}
	if last.SelfIssued() {
		return nil
	}
	name := shownName(last.Issuer)
	return &name
}

func weakTransport(t *Transport) []string {
	if t == nil {
		return nil
	}
	var what []string
	add := func(is bool, text string) {
		if is {
			what = append(what, text)
		}
	}
	const longest = 998 // RFC 5322, Section 2.1.1
	add(t.EightBit, "8bit")
	add(t.NUL, "NUL")
	add(t.Longest > longest, fmt.Sprintf("line of %d", t.Longest))
	add(t.LoneCR, "CR without LF")
	add(t.TrailingBlanks, "blanks at the end of lines")
	add(t.FromLines, `lines that begin with "From "`)
	add(t.DotLines, "lines of one dot")
	if len(what) == 0 {
		return nil
	}
	return []string{strings.Join(what, ", ") + ": may break in transport"}
}

func weakLayer(l *Layer) []string {
	var out []string
	if l.Look.Detached && l.Signed != nil && len(l.Signed.Signers) > 0 && l.Look.ContentSize == nil {
		out = append(out, "what is signed is not in the file")
	}
	if !l.WholeBody {
		out = append(out, "what stands beside part "+l.Part+" is not "+l.Kind)
	}
	e := l.Encrypted
	if e == nil {
		return out
	}
	title := e.CipherTitle
	if title == "" {
		title = nameOfOID(e.Cipher)
	}
	known := title != ""
	if !known {
		title = "the cipher"
	}
	switch {
	case e.Unsupported != nil && e.CipherTitle == "" && known:
		out = append(out, title+" is not supported here")
	case e.Unsupported != nil && e.CipherTitle == "":
		out = append(out, "the cipher is not known here")
	case e.CipherStatus == algorithm.Broken:
		out = append(out, title+" can be broken")
	case e.CipherStatus == algorithm.Legacy:
		out = append(out, title+" is out of date")
	}
	if !e.Authenticated {
		out = append(out, title+changesHidden)
	}
	return out
}

const changesHidden = ": changes do not show"

func weakSigner(s *Signer) []string {
	out := []string{}
	if s.Certificate == nil {
		out = append(out, "the certificate of the signer is neither in the message nor known here")
	}
	if info := s.Info; info != nil {
		switch {
		case info.Unsupported != nil:
			out = append(out, "the algorithm is not known here")
		case info.Scheme != nil && info.Scheme.Status != algorithm.Current && (info.Digest == nil || info.Digest.Status == algorithm.Current):
			out = append(out, schemeTitle(info.Scheme.Name)+" is out of use")
		}
		if info.Digest != nil && info.Digest.Status != algorithm.Current {
			out = append(out, digestTitle(info.Digest)+": a second text with the same signature can be made")
		}
		if info.SignedAttributes == nil {
			out = append(out, "no signed attributes: no time, and the type of the content is not signed")
		}
	}
	if c := s.Certificate; c != nil {
		if key, err := c.PublicKey(); err != nil {
			out = append(out, "the key of the certificate is of a kind that is not known here")
		} else if key.Kind == "rsa" && key.Bits < 2048 {
			out = append(out, key.Title+": too short")
		}
		if scheme, err := algorithm.FindSignature(c.SignatureAlgorithm, nil); err == nil && scheme.Status != algorithm.Current && !c.SelfIssued() {
			name := scheme.Name
			if scheme.Digest != nil {
				name = digestTitle(scheme.Digest)
			}
			out = append(out, "the certificate is signed over "+name)
		}
	}
	return out
}

func weakRecipient(r *Recipient) []string {
	var out []string
	switch {
	case r.Status == algorithm.Current:
	case r.Outdated != "":
		out = append(out, r.Outdated+" is out of date")
	default:
		out = append(out, schemeTitle(r.Algorithm)+" is out of date")
	}
	title := r.KeyTitle
	if title == "" && r.Look != nil {
		title = r.Look.Key
	}
	var bits int
	if n, _ := fmt.Sscanf(title, "RSA %d", &bits); n == 1 && bits < 2048 {
		out = append(out, title+": too short")
	}
	return out
}
