package message

import (
	"bytes"
	"errors"
	"io"

	"smimectl/internal/cms"
	"smimectl/internal/forensics"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// explain looks why the content of the last layer, a multipart/signed, does not
// fit its signature. The verdict is the same whatever it finds. It looks only
// where all signers agree that the content changed, because only then the digest
// that is wanted is known to be theirs, and only into octets that came through
// transports as they are: what lay inside of another CMS object did not, and what
// was decrypted must not be tried out on (P41). One layer of a message is looked
// into; hostile ones must not cost more.
func (w *walk) explain(l *mimewrap.Layer, size int64) error {
	if w.look {
		return nil
	}
	layers := w.facts.Layers
	for _, outer := range layers {
		if outer.Form != "multipart/signed" || outer.Signed != nil && outer.Signed.Cause != nil {
			return nil
		}
	}
	signed := layers[len(layers)-1].Signed
	var targets []forensics.Target
	for _, s := range signed.Signers {
		fault, ok := errors.AsType[*cms.SignatureError](s.Check)
		if !ok || fault.Kind != cms.ContentChanged || len(s.Info.MessageDigest()) == 0 || s.Info.Digest == nil {
			return nil
		}
		targets = append(targets, forensics.Target{New: s.Info.Digest.New, Sum: s.Info.MessageDigest()})
	}
	found, err := forensics.Explain(l.ContentReader(false), size, targets)
	if err != nil || found == nil {
		return err
	}
	signed.Cause = &verdict.Cause{}
	if len(found.Kinds) == 0 {
		return nil
	}
	above, err := countLines(spool.Section(w.in.Source, 0, l.Content.Offset()))
	if err != nil {
		return err
	}
	*signed.Cause = verdict.Cause{Kind: string(found.Kinds[0]), Line: above + found.Line, Is: found.Is, Before: found.Before, Added: found.Added}
	if len(found.Kinds) > 1 {
		signed.Cause.Also = string(found.Kinds[1])
	}
	return nil
}

// countLines counts the line ends of a source.
func countLines(src spool.Source) (int, error) {
	buf := make([]byte, 32<<10)
	r := spool.NewReader(src)
	lines := 0
	for {
		n, err := r.Read(buf)
		lines += bytes.Count(buf[:n], []byte{'\n'})
		if err == io.EOF {
			return lines, nil
		}
		if err != nil {
			return lines, err
		}
	}
}
