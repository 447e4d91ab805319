package cms

import (
	"io"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// envelopeFrame is what stands before the ciphertext but for its lengths. There are no
// attributes: RFC 5083, Section 2.1 asks for none with id-data, and common readers do
// not take them.
type envelopeFrame struct {
	cipher     *algorithm.ContentCipher
	outerType  []byte
	recipients []byte // with the version before them
	innerType  []byte
	identifier []byte
	tagSize    int
}

func newEnvelopeFrame(c *algorithm.ContentCipher, infos [][]byte, version int, p *algorithm.CipherParameters) *envelopeFrame {
	outer := TypeEnvelopedData
	if c.Authenticated {
		outer, version = TypeAuthEnvelopedData, 0
	}
	recipients := ber.Wrap(ber.Set, infos...)
	recipients = append([]byte{byte(ber.Integer.Number), 1, byte(version)}, recipients...)
	return &envelopeFrame{cipher: c, outerType: derOID(outer), recipients: recipients, innerType: derOID(TypeData),
		identifier: p.Identifier.DER(), tagSize: p.TagSize}
}

// open writes everything up to the ciphertext of a content of size octets, -1 when that
// is not known, and returns what takes the ciphertext. Errors are kept by the ber.Writer.
func (f *envelopeFrame) open(w *ber.Writer, size int64, guessed bool) io.WriteCloser {
	open := func(tag ber.Tag) { w.Open(tag) }
	var ciphertext uint64
	if size >= 0 {
		// From the inside out.
		ciphertext = uint64(f.cipher.CiphertextSize(size))
		info := uint64(len(f.innerType)+len(f.identifier)) + ber.Size(ber.Context(0), ciphertext)
		data := uint64(len(f.recipients)) + ber.Size(ber.Sequence, info)
		if f.cipher.Authenticated {
			data += ber.Size(ber.OctetString, uint64(f.tagSize))
		}
		explicit := ber.Size(ber.Sequence, data)
		lengths := []uint64{uint64(len(f.outerType)) + ber.Size(ber.Context(0), explicit), explicit, data, info}
		open = func(tag ber.Tag) {
			w.OpenDefinite(tag, lengths[0])
			lengths = lengths[1:]
		}
	}
	open(ber.Sequence)
	w.Raw(f.outerType)
	open(ber.Context(0))
	open(ber.Sequence)
	w.Raw(f.recipients)
	open(ber.Sequence)
	w.Raw(f.innerType)
	w.Raw(f.identifier)
	switch {
	case size < 0:
		return w.OctetString(ber.Context(0))
	case guessed:
		return w.OctetStringGuessed(ber.Context(0), ciphertext)
	}
	return w.OctetStringDefinite(ber.Context(0), ciphertext)
}
