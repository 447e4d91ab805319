package message

import (
	"io"

	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
)

// NotSigned says that a mail to which a signer is to be added has no signature.
type NotSigned struct{}

func (*NotSigned) Error() string { return "message: the mail has no signature to add to" }

// Add writes a signed mail with further signers: the signed content and the
// signers there are stay as they are (RFC 5652, Section 5.1).
func Add(dst io.Writer, e *mimewrap.Entity, limits cms.Limits, hold spool.Options, opt SignOptions) error {
	opt.Observer.stage(Reading, e.Source.Size())
	layer, err := e.Layer()
	if err != nil {
		return err
	}
	switch layer.Kind {
	case mimewrap.ClearSigned:
		opt.Observer.stage(Signing, e.Source.Size())
		return addClear(dst, e, layer, limits, opt)
	case mimewrap.PKCS7:
		return addOpaque(dst, e, layer, limits, hold, opt)
	}
	return &NotSigned{}
}

func addClear(dst io.Writer, e *mimewrap.Entity, layer *mimewrap.Layer, limits cms.Limits, opt SignOptions) error {
	existing, err := readSigned(layer.CMS, nil, limits)
	if err != nil {
		return err
	}
	if !existing.Detached {
		return &DetachedHasContent{}
	}
	micalg, err := micalgOf(opt.Signers)
	if err != nil {
		return err
	}
	for _, si := range existing.Signers {
		if si.Digest != nil && !containsWord(micalg, micalgName(si.Digest)) {
			micalg = micalgName(si.Digest) + "," + micalg
		}
	}
	content := canonicalContent{layer}
	return mimewrap.WriteClearSigned(dst, mimewrap.SplitHeader(e), content, micalg, func(signature io.Writer) (io.WriteCloser, error) {
		return cms.NewSignedDataWriter(signature, opt.Signers, cms.SignedDataOptions{Time: opt.Time, TimeStamp: opt.TimeStamp, Detached: true, ContentSize: -1, Existing: existing, Serial: opt.Serial})
	})
}

func addOpaque(dst io.Writer, e *mimewrap.Entity, layer *mimewrap.Layer, limits cms.Limits, hold spool.Options, opt SignOptions) error {
	held := spool.New(hold)
	defer held.Close()
	opt.Observer.held(held)
	existing, err := readSigned(layer.CMS, held, limits)
	if err != nil {
		return err
	}
	if len(existing.Signers) == 0 {
		return &NotSigned{}
	}
	source, err := held.Source()
	if err != nil {
		return err
	}
	source = opt.Observer.watch(source)
	opt.Observer.stage(Signing, source.Size())
	w, err := mimewrap.NewPKCS7Writer(dst, mimewrap.SplitHeader(e), "signed-data")
	if err != nil {
		return err
	}
	signed, err := cms.NewSignedDataWriter(w, opt.Signers, cms.SignedDataOptions{Time: opt.Time, TimeStamp: opt.TimeStamp, ContentSize: source.Size(), Existing: existing, Serial: opt.Serial})
	if err != nil {
		return err
	}
	return copyAndClose(sourceContent{source}, signed, w)
}

// canonicalContent is the first part of a multipart/signed, octet for octet.
type canonicalContent struct{ layer *mimewrap.Layer }

func (c canonicalContent) WriteTo(w io.Writer) (int64, error) {
	return io.CopyBuffer(struct{ io.Writer }{w}, c.layer.ContentReader(false), make([]byte, 256<<10))
}

type sourceContent struct{ source spool.Source }

func (c sourceContent) WriteTo(w io.Writer) (int64, error) {
	return io.CopyBuffer(struct{ io.Writer }{w}, spool.NewReader(c.source), make([]byte, 256<<10))
}

func containsWord(list, word string) bool {
	for start := 0; start <= len(list); {
		end := start
		for end < len(list) && list[end] != ',' {
			end++
		}
		if list[start:end] == word {
			return true
		}
		start = end + 1
	}
	return false
}
