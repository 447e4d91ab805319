package message

import (
	"io"
	"slices"
	"strings"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
)

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
	w.passing = nil
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
