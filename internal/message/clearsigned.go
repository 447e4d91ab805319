package message

import (
	"io"
	"slices"
	"strings"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/verdict"
)

// clearSigned takes off a multipart/signed layer: the first part's octets, in
// canonical form, are the content of the detached signature in the second
// (RFC 8551, Section 3.5.3).
func (w *walk) clearSigned(current *content, l *mimewrap.Layer) (*content, error) {
	layer := verdict.Layer{Kind: "signed", Form: "multipart/signed", Part: current.part, WholeBody: true}
	w.facts.Layers = append(w.facts.Layers, layer)
	w.note(l.Notes)
	if l.OutsideText {
		w.facts.Notes = append(w.facts.Notes, verdict.Note{Code: verdict.OutsideText})
	}
	sd, err := readSigned(l.CMS, nil, w.limits())
	if err != nil {
		return nil, err
	}
	if !sd.Detached || w.in.Content != nil {
		// What is shown and what is signed would be two things (P5, RFC 8551, Section 3.5.3.1).
		if !w.look {
			return nil, &DetachedHasContent{}
		}
		w.facts.Notes = append(w.facts.Notes, verdict.Note{Code: verdict.DetachedHasContent, Level: verdict.Warn,
			Text: "the signature brings a content of its own: what is shown is not what is signed"})
	}
	if !w.look {
		if err := w.digestClear(sd, l); err != nil {
			return nil, err
		}
	}
	// The canonical reading is the only one: trying others until one fits would
	// find a signature's favour for what nobody sent (P68).
	signed := func() io.Reader { return l.ContentReader(false) }
	w.checkDigestLabel(l, sd.Signers)
	signers := w.signers(sd)
	part := current.part + ".1"
	w.completeSigned(sd, signers, l.Content, part)
	if err := w.signedAsMail(sd, signers); err != nil {
		return nil, err
	}
	if err := w.explain(l, sd.ContentSize); err != nil {
		return nil, err
	}
	next := &content{source: l.Content.Source, entity: l.Content, signed: signed, part: part}
	w.ex.inner = next
	w.isProtected(next)
	return next, nil
}

// maxMIC is how many digests a micalg may name for them to be made before the signature
// is seen. More than two are not seen in mail.
const maxMIC = 2

// clearContent is the content of a multipart/signed on its way through the digests.
type clearContent struct {
	digest *cms.ContentDigest
	sink   *sink
}

// layerOf tells what layer the outside of a content is. The content of a large multipart/signed is digested in passing,
// as its micalg says, so that it is read but once: that comes before the signature, which alone decides.
func (w *walk) layerOf(c *content) (*mimewrap.Layer, error) {
	w.passing = nil
	if w.look || c.entity.Body.Size() < w.large() {
		return c.entity.Layer()
	}
	return c.entity.LayerPassing(func(micalg string) io.Writer {
		digests := digestsOf(micalg)
		if digests == nil {
			return nil
		}
		w.stage(Checking)
		w.passing = w.newClearContent()
		w.passing.digest = cms.NewContentDigest(digests, w.passing.unverified(w), w.limits())
		return w.passing.digest
	})
}

// digestsOf gives the digests that a micalg names; none, if it names others, too.
func digestsOf(micalg string) []*algorithm.Digest {
	var digests []*algorithm.Digest
	for name := range strings.SplitSeq(micalg, ",") {
		d := algorithm.FindMIC(strings.TrimSpace(name))
		if d == nil || len(digests) == maxMIC {
			return nil
		}
		if !slices.Contains(digests, d) {
			digests = append(digests, d)
		}
	}
	return digests
}

// newClearContent is the way of a content, which is written early where that can be done.
func (w *walk) newClearContent() *clearContent {
	c := &clearContent{sink: w.newSink()}
	c.sink.elsewhere = true
	return c
}

// unverified takes the content while it is digested.
func (c *clearContent) unverified(w *walk) io.Writer {
	if w.in.Early == nil {
		return nil
	}
	return c.sink
}

// digestClear gives sd the digests of the content of a multipart/signed: it is read once more where they were not made in
// passing, or other ones are needed.
func (w *walk) digestClear(sd *cms.SignedData, l *mimewrap.Layer) error {
	c := w.passing
	var err error
	switch {
	case c == nil || !l.Passed:
		w.stage(Checking)
		c = w.newClearContent()
		err = sd.DigestContent(l.ContentReader(false), c.unverified(w))
	case !sd.Digested(c.digest):
		w.stage(Checking)
		err = sd.DigestContent(l.ContentReader(false), nil)
	}
	if err != nil {
		return err
	}
	if c.sink.early != nil {
		c.sink.early.finish(c.sink.size)
		w.ex.early = c.sink.early
	}
	return nil
}
