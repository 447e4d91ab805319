package algorithm

// Compression is one row of the table of compressions (RFC 3274).
type Compression struct {
	Name string
	OID  OID

	standard string
}

// zlibCompression is id-alg-zlibCompress, the only one that was ever defined.
var zlibCompression = &Compression{Name: "zlib", OID: OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x08") /* 1.2.840.113549.1.9.16.3.8 */, standard: "RFC 3274, Section 2"}

// Identifier returns the compression as written: RFC 3274, Section 2 leaves the
// parameters out.
func (c *Compression) Identifier() Identifier { return Identifier{OID: c.OID} }

// FindCompression returns the compression that id names. NULL parameters are read
// as absent ones.
func FindCompression(id Identifier) (*Compression, error) {
	for _, c := range compressions {
		if c.OID != id.OID {
			continue
		}
		if !id.hasNone() {
			return nil, &ParameterError{Name: c.Name, Detail: "neither absent nor NULL"}
		}
		return c, nil
	}
	return nil, unsupported("compression", id.OID)
}

// WrittenCompression returns the one for new messages.
func WrittenCompression() *Compression { return zlibCompression }
