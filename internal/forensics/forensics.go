package forensics

import (
	"bytes"
	"hash"
	"io"
)

// Kind is the stable name of a change that transports make.
type Kind string

// The kinds. Additions are apart from accidents: what was added is not the signer's, and only without it the
// text is the one that was signed.
const (
	LineEndings    Kind = "line-endings"
	MboxFrom       Kind = "mbox-from"
	MboxUnquoted   Kind = "mbox-unquoted"
	TrailingBlanks Kind = "trailing-blanks"
	BlanksAdded    Kind = "blanks-added"
	LastLineEnd    Kind = "last-line-end"
	DotStuffing    Kind = "dot-stuffing"
	SpaceStuffing  Kind = "space-stuffing"
	Tabs           Kind = "tabs"
	LongLines      Kind = "long-lines"
	ByteOrderMark  Kind = "byte-order-mark"
	ReEncoded      Kind = "re-encoded"
	Rewrapped      Kind = "rewrapped"
	Charset        Kind = "charset"
	HeaderFolding  Kind = "header-folding"
	HeaderOrder    Kind = "header-order"
	HeaderSpelling Kind = "header-spelling"
	HeaderDropped  Kind = "header-dropped"
	Boundary       Kind = "boundary"
	Preamble       Kind = "preamble"

	HeaderAdded Kind = "header-added"
	Banner      Kind = "banner"
	Footer      Kind = "footer"
	PartAdded   Kind = "part-added"
	Wrapped     Kind = "wrapped"
)

// Addition reports a kind that brought in what the signer did not sign.
func (k Kind) Addition() bool {
	switch k {
	case HeaderAdded, Banner, Footer, PartAdded, Wrapped:
		return true
	}
	return false
}

// Kinds lists all of them in the order in which they are tried.
func Kinds() []Kind {
	var out []Kind
	for _, c := range changes() {
		out = append(out, c.kind)
	}
	return out
}

// Target is a digest that a signer is known to have signed.
type Target struct {
	New func() hash.Hash
	Sum []byte
}

func (t *Target) fits(octets []byte) bool {
	h := t.New()
	h.Write(octets)
	return bytes.Equal(h.Sum(nil), t.Sum)
}

// Finding is what explains a changed entity.
type Finding struct {
	Kinds []Kind // none: everything was tried in vain. Of two the first is undone first
	Difference
	Added int // lines that were added on the way
}

// Sizes up to which an entity is looked into. A larger one than Whole is read once, and only changes that show
// line by line and at its end are undone.
const (
	Whole   = 3 << 20
	Largest = 32 << 20
)

// Explain looks for the change that, undone, gives the octets of r the digests of all targets. r is the entity in
// the form that was digested, and size its octets. It returns nil when there are too many to be looked into.
func Explain(r io.Reader, size int64, targets []Target) (*Finding, error) {
	switch {
	case len(targets) == 0 || size < 0 || size > Largest:
		return nil, nil
	case size > Whole:
		return explainLarge(r, size, targets)
	}
	octets := make([]byte, size)
	if _, err := io.ReadFull(r, octets); err != nil {
		return nil, err
	}
	s := newSearch(targets, len(octets))
	s.run(octets)
	if s.found == nil {
		return &Finding{}, nil
	}
	return describe(s.kinds, octets, s.found), nil
}
