package cms

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"io"
	"slices"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// maxHeld is how much content is held back so that its SignedData can be
// written with definite lengths although the signatures' are not known
// beforehand.
const maxHeld = 1 << 20

// SignedDataOptions says how a SignedData is written.
type SignedDataOptions struct {
	Time         time.Time // the signing time; zero leaves it out
	Detached     bool      // the content stays outside
	ContentSize  int64     // octets that will be written, -1 when it is not known
	Guessed      bool      // ContentSize is a guess, and the head of the output can be written over: see ErrGuess
	Capabilities []algorithm.Identifier
	Existing     *SignedData  // its signers, certificates and revocation lists are kept: the content has to be the same
	Serial       bool         // one goroutine works on the content, however large it is
	Kept         *KeptSigners // of other messages; nil: nothing

	// TimeStamp gets a time stamp token over the signature of each signer, which is
	// put beside it before anything of the SignerInfo is written. nil: none.
	TimeStamp func(si *SignerInfo) (token []byte, err error)
}

// SignedDataWriter is an io.WriteCloser that signs what is written to it.
type SignedDataWriter struct {
	out      *ber.Writer
	opt      SignedDataOptions
	lim      Limits
	makers   []*signatureMaker
	existing [][]byte // SignerInfos that are kept
	version  int
	typ      ContentType

	// The elements around the content, in DER. An IMPLICIT SET that would be
	// empty is absent.
	digestAlgorithms []byte
	certificates     []byte
	crls             []byte

	signerInfos uint64 // octets of all of them, where known before they are made
	headSize    uint64 // of what was written before the content
	head        []byte // to be written over it

	digest  *ContentDigest
	content io.WriteCloser // where the content goes: nil while it is held back, or detached
	held    bytes.Buffer
	definite,
	closed bool
	err error
}

// NewSignedDataWriter begins a ContentInfo with a SignedData whose content is
// what is written to the result, in one pass. Close signs and writes the rest;
// it does not close dst. Before a signature is written it is verified with the
// certificate of its signer.
//
// Lengths are definite, and the encoding is DER, when ContentSize is known and
// either at most 1 MiB or all signatures have a fixed size, and always for
// detached content. Otherwise they are indefinite, and the content comes in
// segments of 64 KiB. A ContentSize that was Guessed gives the same, or ErrGuess: in
// the end Head has to be written over the head.
func NewSignedDataWriter(dst io.Writer, signers []Signer, opt SignedDataOptions) (*SignedDataWriter, error) {
	if len(signers) == 0 && (opt.Existing == nil || len(opt.Existing.Signers) == 0) {
		return nil, errors.New("cms: nobody to sign")
	}
	w := &SignedDataWriter{out: ber.NewWriter(dst), opt: opt, typ: TypeData}
	w.lim = w.lim.withDefaults()
	if opt.Existing != nil {
		if err := w.keep(opt.Existing); err != nil {
			return nil, err
		}
	}
	signers = slices.Clone(signers)
	for i := range signers {
		m, err := newSignatureMaker(&signers[i], w.typ, &opt)
		if err != nil {
			return nil, err
		}
		w.makers = append(w.makers, m)
	}
	w.prepare(signers)
	return w, w.begin()
}

// keep takes over what an existing SignedData holds.
func (w *SignedDataWriter) keep(sd *SignedData) error {
	if sd.bag.skipped > 0 || sd.crls.skipped > 0 {
		return &LimitError{"certificates or revocation lists of the message that is signed again"}
	}
	w.typ = sd.EContentType
	for _, si := range sd.Signers {
		w.existing = append(w.existing, si.raw)
	}
	return nil
}

// prepare makes the fields around the content.
func (w *SignedDataWriter) prepare(signers []Signer) {
	var digests []*algorithm.Digest
	var algorithms, certificates, crls [][]byte
	known := func(oid algorithm.OID) bool {
		return slices.ContainsFunc(digests, func(d *algorithm.Digest) bool { return d.OID == oid })
	}
	for _, m := range w.makers {
		digests = appendDigest(digests, m.scheme.Digest)
	}
	for _, d := range digests {
		algorithms = append(algorithms, d.Identifier().DER())
	}
	if sd := w.opt.Existing; sd != nil {
		for _, si := range sd.Signers {
			if der := si.DigestAlgorithm.DER(); !known(si.DigestAlgorithm.OID) && !contains(algorithms, der) {
				algorithms = append(algorithms, der)
			}
		}
		certificates = append(certificates, sd.bag.elements...)
		crls = append(crls, sd.crls.elements...)
	}
	for i := range signers {
		if c := signers[i].Certificate; !contains(certificates, c.Raw) {
			certificates = append(certificates, c.Raw)
		}
		if c := signers[i].Encryption; c != nil && !contains(certificates, c.Raw) {
			certificates = append(certificates, c.Raw)
		}
		for _, c := range signers[i].Chain { // without roots: who trusts them has them
			if !contains(certificates, c.Raw) && !c.SelfSigned() {
				certificates = append(certificates, c.Raw)
			}
		}
	}
	w.digestAlgorithms = ber.Wrap(ber.Set, sorted(algorithms)...)
	w.certificates = ber.Wrap(ber.Context(0), sorted(certificates)...)
	if len(crls) > 0 {
		w.crls = ber.Wrap(ber.Context(1), sorted(crls)...)
	}
	w.version = w.versionOf()
	if sd := w.opt.Existing; sd != nil && len(digests) == 0 && sd.digested != nil {
		digests = sd.digested.digests // nobody signs: that the content is the same is looked at all the same
	}
	w.digest = newContentDigest(digests, nil, false, w.opt.Serial)
}

func contains(list [][]byte, b []byte) bool {
	return slices.ContainsFunc(list, func(have []byte) bool { return bytes.Equal(have, b) })
}

// versionOf returns the version (RFC 5652, Section 5.1).
func (w *SignedDataWriter) versionOf() int {
	version := 1
	if w.typ != TypeData {
		version = 3
	}
	for _, m := range w.makers {
		if m.id.KeyID != nil {
			version = 3
		}
	}
	if sd := w.opt.Existing; sd != nil {
		for _, si := range sd.Signers {
			if si.Version == 3 {
				version = 3
			}
		}
		switch {
		case sd.bag.others || sd.crls.others:
			return 5
		case sd.bag.v2Attr:
			return 4
		case sd.bag.v1Attr:
			return 3
		}
	}
	return version
}

// Write takes content.
func (w *SignedDataWriter) Write(p []byte) (int, error) {
	if err := w.admit(p); err != nil {
		return 0, err
	}
	w.digest.Write(p)
	if w.err = w.pass(p); w.err != nil {
		return 0, w.err
	}
	return len(p), nil
}

// Lend implements [stage.Writer]: who lends the content need not wait for its digest.
func (w *SignedDataWriter) Lend(p []byte) error {
	if err := w.admit(p); err != nil {
		return err
	}
	if w.err = w.digest.Lend(p); w.err == nil {
		w.err = w.pass(p)
	}
	return w.err
}

// Settle implements [stage.Writer].
func (w *SignedDataWriter) Settle() error {
	if err := w.digest.Settle(); err != nil {
		return err
	}
	return w.err
}

// admit refuses content that cannot be taken.
func (w *SignedDataWriter) admit(p []byte) error {
	if w.err != nil {
		return w.err
	}
	if w.closed {
		return errors.New("cms: write after Close")
	}
	if w.opt.ContentSize >= 0 && !w.opt.Detached && !w.opt.Guessed && int64(len(p)) > w.opt.ContentSize-w.digest.size {
		w.err = errContentSize
	}
	return w.err
}

// pass writes content where it goes.
func (w *SignedDataWriter) pass(p []byte) error {
	switch {
	case w.content != nil:
		n, err := w.content.Write(p)
		if err == nil && n < len(p) {
			err = io.ErrShortWrite
		}
		return err
	case !w.opt.Detached:
		if w.held.Len()+len(p) > maxHeld {
			return ErrGuess // it would have come in segments
		}
		w.held.Write(p)
	}
	return nil
}

var errContentSize = errors.New("cms: content does not have the size that was announced")

// Close signs the content and writes what is left. After an error of Close or
// Write nothing that was written is of use.
func (w *SignedDataWriter) Close() error {
	if w.closed || w.err != nil {
		return w.err
	}
	w.closed = true
	w.err = w.finish()
	return w.err
}

func (w *SignedDataWriter) finish() error {
	switch {
	case w.opt.ContentSize < 0 || w.opt.Detached:
	case w.opt.Guessed:
		if err := w.guess(); err != nil {
			return err
		}
	case w.digest.size != w.opt.ContentSize:
		return errContentSize
	}
	w.digest.finish()
	if err := w.sameContent(); err != nil {
		return err
	}
	infos := slices.Clone(w.existing)
	for _, m := range w.makers {
		der, err := m.make(w.typ, w.digest, w.lim)
		if err == nil && w.opt.TimeStamp != nil {
			der, err = w.stamp(der)
		}
		if err != nil {
			return err
		}
		infos = append(infos, der)
	}
	infos = sorted(infos)
	total := 0
	for _, der := range infos {
		total += len(der)
	}
	if w.definite && w.content == nil {
		w.content = w.openDefinite(w.out, w.digest.size, uint64(total))
		if w.content != nil {
			w.content.Write(w.held.Bytes())
		}
	}
	return w.end(infos, uint64(total))
}

// sameContent refuses to put signatures of different contents side by side.
func (w *SignedDataWriter) sameContent() error {
	sd := w.opt.Existing
	if sd == nil || sd.digested == nil {
		return nil
	}
	for i, d := range w.digest.digests {
		if sum := sd.digested.sum(d); sum != nil && subtle.ConstantTimeCompare(sum, w.digest.sums[i]) != 1 {
			return errors.New("cms: content is not that of the existing signatures")
		}
	}
	return nil
}
