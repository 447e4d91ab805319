package cms

import (
	"io"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// begin writes up to the content, if it can stand before the signatures.
func (w *SignedDataWriter) begin() error {
	size := w.opt.ContentSize
	if w.opt.Detached {
		w.definite = true
		return nil
	}
	if size < 0 {
		w.openIndefinite()
		return w.out.Flush()
	}
	w.definite = true
	var total uint64
	for _, m := range w.makers {
		n := m.size()
		if w.opt.TimeStamp != nil {
			n = 0 // how long the token will be is not known
		}
		if n == 0 && size > maxHeld {
			w.definite = false
			w.openIndefinite()
			return w.out.Flush()
		}
		if n == 0 {
			return nil // held back
		}
		total += uint64(n)
	}
	for _, raw := range w.existing {
		total += uint64(len(raw))
	}
	w.content = w.openDefinite(w.out, size, total)
	w.signerInfos, w.headSize = total, w.out.Written()
	return w.out.Flush()
}

// versionElement returns the version in DER.
func (w *SignedDataWriter) versionElement() []byte { return []byte{2, 1, byte(w.version)} }

// oidElement returns an OBJECT IDENTIFIER in DER.
func oidElement(oid algorithm.OID) []byte {
	return append(ber.AppendHeader(nil, ber.ObjectIdentifier, false, uint64(len(oid))), oid...)
}

// openDefinite writes up to the content, given its octets and those of all
// SignerInfos, and returns what takes the content; nil if that stays outside. Errors
// are kept by the ber.Writer.
func (w *SignedDataWriter) openDefinite(out *ber.Writer, size int64, signerInfos uint64) io.WriteCloser {
	contentType := oidElement(w.typ)
	encap := uint64(len(contentType))
	var explicit uint64
	if !w.opt.Detached {
		explicit = ber.Size(ber.OctetString, uint64(size))
		encap += ber.Size(ber.Context(0), explicit)
	}
	body := uint64(len(w.versionElement())+len(w.digestAlgorithms)+len(w.certificates)+len(w.crls)) +
		ber.Size(ber.Sequence, encap) + ber.Size(ber.Set, signerInfos)
	outer := oidElement(TypeSignedData)
	out.OpenDefinite(ber.Sequence, uint64(len(outer))+ber.Size(ber.Context(0), ber.Size(ber.Sequence, body)))
	out.Raw(outer)
	out.OpenDefinite(ber.Context(0), ber.Size(ber.Sequence, body))
	out.OpenDefinite(ber.Sequence, body)
	out.Raw(w.versionElement())
	out.Raw(w.digestAlgorithms)
	out.OpenDefinite(ber.Sequence, encap)
	out.Raw(contentType)
	if w.opt.Detached {
		return nil
	}
	out.OpenDefinite(ber.Context(0), explicit)
	if w.opt.Guessed {
		return out.OctetStringGuessed(ber.OctetString, uint64(size))
	}
	return out.OctetStringDefinite(ber.OctetString, uint64(size))
}

// openIndefinite writes up to the content.
func (w *SignedDataWriter) openIndefinite() {
	w.out.Open(ber.Sequence)
	w.out.Raw(oidElement(TypeSignedData))
	w.out.Open(ber.Context(0))
	w.out.Open(ber.Sequence)
	w.out.Raw(w.versionElement())
	w.out.Raw(w.digestAlgorithms)
	w.out.Open(ber.Sequence)
	w.out.Raw(oidElement(w.typ))
	w.out.Open(ber.Context(0))
	w.content = w.out.OctetString(ber.OctetString)
}

// end writes what stands behind the content.
func (w *SignedDataWriter) end(infos [][]byte, total uint64) error {
	if w.content != nil {
		if err := w.content.Close(); err != nil {
			return err
		}
		w.out.Close() // [0] around it
	}
	w.out.Close() // EncapsulatedContentInfo
	w.out.Raw(w.certificates)
	w.out.Raw(w.crls)
	if w.definite {
		w.out.OpenDefinite(ber.Set, total)
	} else {
		w.out.Open(ber.Set)
	}
	for _, der := range infos {
		w.out.Raw(der)
	}
	w.out.Close() // signerInfos
	w.out.Close() // SignedData
	w.out.Close() // [0]
	return w.out.Close()
}
