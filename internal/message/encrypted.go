package message

import (
	"io"

	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/verdict"
)

// envelope takes off an encrypted layer, or lists it when it is not asked to be
// opened.
func (w *walk) envelope(open func() (io.Reader, error), l *mimewrap.Layer, kind cms.ContentType, part string) (*content, error) {
	form := "enveloped-data"
	if kind == cms.TypeAuthEnvelopedData {
		form = "authEnveloped-data"
	}
	w.facts.Layers = append(w.facts.Layers, verdict.Layer{
		Kind: "encrypted", Form: form, Part: part, WholeBody: true,
		Encrypted: &verdict.Encrypted{Authenticated: kind == cms.TypeAuthEnvelopedData},
	})
	w.checkLabel(l, form)
	r, err := open()
	if err != nil {
		return nil, err
	}
	facts := w.lastLayer().Encrypted
	d := &decryption{w: w, open: open, facts: facts}
	env, err := d.read(r)
	if err != nil {
		return nil, err
	}
	d.describe(env)
	if w.look {
		w.lookAtEnvelope(env)
	}
	w.lastLayer().Notes = append(w.lastLayer().Notes, notesOf(env.Notes)...)
	if w.beside && (!w.look || !w.listed(part)) {
		w.facts.Partial = append(w.facts.Partial, verdict.PartFact{Number: part, Protected: "encrypted"})
	}
	if !w.in.Open || w.beside {
		return nil, nil
	}
	key := d.contentKey(env)
	if key.err != nil {
		return nil, key.err
	}
	source, err := d.plaintext(env)
	if err != nil {
		return nil, err
	}
	facts.Decrypted, facts.With = true, key.who
	if !facts.Authenticated && w.opened == 0 {
		w.opened, w.openedNotes = len(w.facts.Layers), len(w.facts.Notes)
	}
	c, err := w.foundIn(source, part)
	if err != nil {
		return nil, err
	}
	if !facts.Authenticated && !w.in.Raw && !w.believable(c, d.text, key.implicit) {
		// One wrong key in 256 yields good padding, and so do blocks that somebody took out of a message with a
		// tag (RFC 9709, Section 1); only what comes out tells that from what was encrypted, and the answer must be
		// the same as for damaged content (P38, P41).
		facts.Decrypted, facts.With = false, ""
		w.ex.inner, w.ex.early = nil, nil
		return nil, cms.ErrDecrypt
	}
	return c, nil
}
