package verdict

import (
	"strings"

	"smimectl/internal/algorithm"
)

// strength says whether digest, signature and key prove anything.
func (w *witness) strength() {
	p, weak, checked := w.j.p, false, false
	level := func(name string, status algorithm.Status) (Level, Word, bool) {
		switch {
		case !p.Allows(name, status):
			return Fail, WordUntrusted, true
		case status != algorithm.Current:
			return Warn, "", true
		}
		return "", "", false
	}
	note := func(code Code, lv Level, word Word, text string) {
		w.add(code, lv, word, text)
		if lv == Fail {
			weak = true
			w.worsen("weak")
		}
	}
	if info := w.s.Info; info != nil {
		digests := []*algorithm.Digest{info.Digest}
		if info.Scheme != nil && info.Scheme.Digest != nil && (info.Digest == nil || info.Scheme.Digest.Name != info.Digest.Name) {
			digests = append(digests, info.Scheme.Digest)
		}
		said := algorithm.Current
		for _, d := range digests {
			if d == nil {
				continue
			}
			checked = true
			if lv, word, ok := level(d.Name, d.Status); ok {
				said = max(said, d.Status)
				note(WeakDigest, lv, word, "signed over "+digestTitle(d))
			}
		}
		// The status of a scheme has that of its digest in it, which was said already.
		if info.Scheme != nil && info.Scheme.Status > said {
			if lv, word, ok := level(info.Scheme.Name, info.Scheme.Status); ok {
				note(WeakKey, lv, word, "signed with "+info.Scheme.Name)
			}
		}
	}
	if c := w.s.Certificate; c != nil {
		key, err := c.PublicKey()
		switch {
		case err != nil:
			// The check of the signature has failed for it.
		case !p.AllowsKey(key):
			if !w.said(WeakKey, key.Title) {
				note(WeakKey, Fail, WordUntrusted, "the key of the signer is "+key.Title)
			}
		case weakKey(key):
			note(WeakKey, Warn, "", "the key of the signer is "+key.Title)
		}
	}
	switch {
	case !checked:
		w.check("strong enough", "not checked")
	case weak || w.report.Trust == "weak":
		w.check("strong enough", "failed")
	default:
		w.check("strong enough", "passed")
	}
}

func (w *witness) said(code Code, about string) bool {
	for _, r := range w.reasons {
		if r.Code == code && strings.HasSuffix(r.Text, " "+about) {
			return true
		}
	}
	return false
}
