package cms

import (
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
	total := 0
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
		total += n
	}
	for _, raw := range w.existing {
		total += len(raw)
	}
	w.openDefinite(uint64(total))
	return w.out.Flush()
}

// versionElement returns the version in DER.
func (w *SignedDataWriter) versionElement() []byte { return []byte{2, 1, byte(w.version)} }

// oidElement returns an OBJECT IDENTIFIER in DER.
func oidElement(oid algorithm.OID) []byte {
	return append(ber.AppendHeader(nil, ber.ObjectIdentifier, false, uint64(len(oid))), oid...)
}

// openDefinite writes up to the content, given the octets of all SignerInfos.
// Errors are kept by the ber.Writer.
func (w *SignedDataWriter) openDefinite(signerInfos uint64) {
	contentType := oidElement(w.typ)
	encap := uint64(len(contentType))
	var explicit uint64
	if !w.opt.Detached {
		explicit = ber.Size(ber.OctetString, uint64(w.opt.ContentSize))
		encap += ber.Size(ber.Context(0), explicit)
	}
	body := uint64(len(w.versionElement())+len(w.digestAlgorithms)+len(w.certificates)+len(w.crls)) +
		ber.Size(ber.Sequence, encap) + ber.Size(ber.Set, signerInfos)
	outer := oidElement(TypeSignedData)
	w.out.OpenDefinite(ber.Sequence, uint64(len(outer))+ber.Size(ber.Context(0), ber.Size(ber.Sequence, body)))
	w.out.Raw(outer)
	w.out.OpenDefinite(ber.Context(0), ber.Size(ber.Sequence, body))
	w.out.OpenDefinite(ber.Sequence, body)
	w.out.Raw(w.versionElement())
	w.out.Raw(w.digestAlgorithms)
	w.out.OpenDefinite(ber.Sequence, encap)
	w.out.Raw(contentType)
	if !w.opt.Detached {
		w.out.OpenDefinite(ber.Context(0), explicit)
		w.content = w.out.OctetStringDefinite(ber.OctetString, uint64(w.opt.ContentSize))
	}
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
