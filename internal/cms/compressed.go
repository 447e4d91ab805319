package cms

import (
	"bufio"
	"compress/zlib"
	"errors"
	"io"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// Beyond freeInflation octets a content may be inflationRatio times as large as
// what it was compressed to, and not larger.
const (
	freeInflation  = 1 << 20
	inflationRatio = 100
)

// InflationBudget is how many octets the contents of all compressed layers of a
// message may have together: as many as a single layer of the message's size may
// have. A message within a message does not get the ratio again, or each layer
// would multiply what the one around it allows.
func InflationBudget(size int64) int64 {
	return max(freeInflation, inflationRatio*size)
}

// ReadCompressed reads a whole CompressedData (RFC 3274, Section 1.1.3) and
// writes what was compressed to unverified: its checksum is known at the end
// only. It returns the type of the content.
//
//	CompressedData ::= SEQUENCE {
//	    version              CMSVersion,
//	    compressionAlgorithm AlgorithmIdentifier,
//	    encapContentInfo     EncapsulatedContentInfo }
func ReadCompressed(r io.Reader, unverified io.Writer, lim Limits) (inner ContentType, err error) {
	lim = lim.withDefaults()
	b := ber.NewReader(r, lim.ber())
	if _, err := enterContentInfo(b, TypeCompressedData); err != nil {
		return "", err
	}
	if inner, err = readCompressedData(b, unverified, lim); err != nil {
		return "", fromBER(err)
	}
	_, err = leaveContentInfo(b)
	return inner, err
}

func readCompressedData(b *ber.Reader, unverified io.Writer, lim Limits) (inner ContentType, err error) {
	if err = b.Enter(ber.Sequence); err != nil {
		return "", err
	}
	if _, err = readVersion(b); err != nil {
		return "", err
	}
	id, err := readIdentifier(b, lim)
	if err != nil {
		return "", err
	}
	if _, err := algorithm.FindCompression(id); err != nil {
		if _, ok := errors.AsType[*algorithm.ParameterError](err); ok {
			return "", &MalformedError{b.Offset(), "parameters of the compression are neither absent nor NULL"}
		}
		return "", err
	}
	if err = b.Enter(ber.Sequence); err != nil {
		return "", err
	}
	if inner, err = readOID(b); err != nil {
		return "", err
	}
	if err = b.Enter(ber.Context(0)); err != nil {
		return "", err
	}
	content, err := b.OctetString(ber.OctetString)
	if err != nil {
		return "", err
	}
	if err = inflate(&inflation{src: content, dst: unverified, most: lim.Inflated}); err != nil {
		return "", err
	}
	for range 3 {
		if err = b.Leave(); err != nil {
			return "", err
		}
	}
	return inner, nil
}

// inflation stands between the compressed octets, the decompressor and the
// destination. It tells their errors apart and counts on both sides.
type inflation struct {
	src interface {
		io.Reader
		Size() int64 // octets read so far
	}
	dst  io.Writer
	most int64

	out int64
	err error // of src or dst, or a limit
}

// Read gives compressed octets to the decompressor.
func (f *inflation) Read(p []byte) (int, error) {
	n, err := f.src.Read(p)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}

// Write takes decompressed ones.
func (f *inflation) Write(p []byte) (int, error) {
	f.out += int64(len(p))
	if f.out > f.most || f.out > freeInflation && f.out/inflationRatio > f.src.Size() {
		f.err = &LimitError{"octets of decompressed content"}
		return 0, f.err
	}
	n, err := f.dst.Write(p)
	if err != nil {
		f.err = err
	}
	return n, err
}

// inflate runs the decompressor over the whole octet string: one zlib stream
// (RFC 1950), nothing behind it.
func inflate(f *inflation) error {
	in := bufio.NewReaderSize(f, 4<<10)
	z, err := zlib.NewReader(in)
	if err == nil {
		_, err = io.CopyBuffer(f, onlyRead{z}, make([]byte, 64<<10))
	}
	switch {
	case f.err != nil:
		return f.err
	case err != nil:
		return malformed("compressed content: %v", err)
	}
	if _, err := in.Peek(1); err == nil {
		return malformed("octets behind the end of the compressed content")
	} else if err != io.EOF {
		return f.err
	}
	return nil
}

// onlyRead hides WriteTo.
type onlyRead struct{ io.Reader }
