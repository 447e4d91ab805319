package cms

import (
	"hash"
	"io"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
	"smimectl/internal/stage"
)

// maxRetained is how much content is kept where a signature is not over a
// digest of it: Ed25519 without signed attributes takes the content itself.
const maxRetained = 1 << 20

// ContentDigest makes all digests of the content that goes through it, behind the
// back of who lends it the content: also before there is a SignedData, because that of a
// multipart/signed comes after its content (RFC 1847, Section 2.1).
type ContentDigest struct {
	digests []*algorithm.Digest
	hashes  []hash.Hash
	behind  *stage.Behind // writes to hashes
	sums    [][]byte
	next    io.Writer // nil: nowhere
	retain  bool
	kept    []byte // the content, or its beginning when there is more than maxRetained
	size    int64
}

// digestsNamed returns the known digests among the identifiers, each once. The
// announced algorithms are only a hint as to what will be needed.
func digestsNamed(ids []algorithm.Identifier) []*algorithm.Digest {
	var out []*algorithm.Digest
	for _, id := range ids {
		if d, err := algorithm.FindDigest(id); err == nil {
			out = appendDigest(out, d)
		}
	}
	return out
}

// appendDigest appends a digest that is not there yet.
func appendDigest(list []*algorithm.Digest, d *algorithm.Digest) []*algorithm.Digest {
	for _, have := range list {
		if have.OID == d.OID {
			return list
		}
	}
	return append(list, d)
}

// NewContentDigest returns one for [SignedData.Digested]. What it gets it writes to
// unverified, which may be nil, as it comes.
func NewContentDigest(digests []*algorithm.Digest, unverified io.Writer, lim Limits) *ContentDigest {
	return newContentDigest(digests, unverified, false, lim.Serial)
}

func newContentDigest(digests []*algorithm.Digest, next io.Writer, retain, serial bool) *ContentDigest {
	d := &ContentDigest{digests: digests, next: next, retain: retain}
	for _, row := range digests {
		d.hashes = append(d.hashes, row.New())
	}
	d.behind = stage.NewBehind(serial, d.digest)
	return d
}

func (d *ContentDigest) digest(p []byte) error {
	for _, h := range d.hashes {
		h.Write(p)
	}
	return nil
}

// Write implements [io.Writer]: it digests p, and then hands it on.
func (d *ContentDigest) Write(p []byte) (int, error) {
	d.behind.Write(p) // nothing fails in there, here and below
	d.keep(p)
	if d.next == nil {
		return len(p), nil
	}
	return d.next.Write(p)
}

// Lend implements [stage.Writer].
func (d *ContentDigest) Lend(p []byte) error {
	d.behind.Lend(p)
	d.keep(p)
	if d.next == nil {
		return nil
	}
	return stage.Lend(d.next, p)
}

// Settle implements [stage.Writer].
func (d *ContentDigest) Settle() error {
	d.behind.Settle()
	return stage.Settle(d.next)
}

// keep counts the content, and keeps what is to be retained.
func (d *ContentDigest) keep(p []byte) {
	d.size += int64(len(p))
	if d.retain {
		if d.size <= maxRetained {
			if need := int(d.size); need > cap(d.kept) {
				// Twice as much each time: append would copy more often.
				d.kept = append(make([]byte, 0, min(max(2*cap(d.kept), need, 4<<10), maxRetained)), d.kept...)
			}
			d.kept = append(d.kept, p...)
		} else if len(d.kept) > retainedHead {
			d.kept = append([]byte(nil), d.kept[:retainedHead]...)
		} else if len(d.kept) < retainedHead {
			d.kept = append(d.kept, p[:min(len(p), retainedHead-len(d.kept))]...)
		}
	}
}

// finish ends the digests.
func (d *ContentDigest) finish() {
	d.behind.Settle()
	for _, h := range d.hashes {
		d.sums = append(d.sums, h.Sum(nil))
	}
	d.next = nil
}

// sum returns the digest of the content, or nil.
func (d *ContentDigest) sum(of *algorithm.Digest) []byte {
	for i, row := range d.digests {
		if row.OID == of.OID && i < len(d.sums) {
			return d.sums[i]
		}
	}
	return nil
}

// content returns the content itself if it is small enough to have been kept.
func (d *ContentDigest) content() ([]byte, bool) {
	return d.kept, d.retain && d.size <= maxRetained
}

// retainedHead is how much of large content is kept: a header.
const retainedHead = 16

// attributes reports whether the content is itself a SET OF Attribute with a
// content-type or a message-digest: what is signed when there are signed
// attributes. A signature over such a SET says nothing about a message without
// signed attributes whose content it is made to be (draft-ietf-lamps-cms-euf-
// cma-signeddata).
func (d *ContentDigest) attributes(lim Limits) bool {
	content, whole := d.content()
	if !whole {
		// Too much to be kept. No mail begins with the tag of a SET and
		// the length of all that follows.
		b := ber.NewBytesReader(content, lim.ber())
		h, err := b.Peek()
		return err == nil && h.Tag == ber.Set && h.Constructed &&
			(h.Indefinite || h.Length == uint64(d.size-int64(h.Size)))
	}
	if len(content) == 0 || content[0] != 0x31 {
		return false
	}
	der, err := ber.ToDER(content, lim.ber())
	if err != nil {
		return false
	}
	attributes, err := parseAttributes(der, lim)
	if _, over := err.(*LimitError); over {
		return true
	}
	return len(find(attributes, attrContentType)) > 0 || len(find(attributes, attrMessageDigest)) > 0
}
