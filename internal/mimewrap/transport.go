package mimewrap

// Transport is what the octets of a part hold that mail on its way may change
// (RFC 8551, Section 3.1.3; RFC 2049, Section 3).
type Transport struct {
	EightBit       bool
	NUL            bool
	LoneCR         bool
	Longest        int64 // octets of the longest line, without its line end
	TrailingBlanks bool
	FromLines      bool // lines that begin with "From "
	DotLines       bool // lines of one dot
}

// Transport reads the body of a part that is no multipart, as it stands in the
// file. nil is returned for one that holds others and for one in an encoding
// that was made for transport.
func (p Part) Transport() (*Transport, error) {
	if p.Entity == nil || !isIdentity(p.Encoding) || isMultipart(p.MediaType) || isMessage(p.MediaType) {
		return nil, nil
	}
	e := p.Entity
	t, err := scan(e.base, e.body, &windows{size: int(min(scanWindow, e.body.size()+1)), serial: true})
	if err != nil {
		return nil, err
	}
	return &Transport{EightBit: t.eightBit, NUL: t.nul, LoneCR: t.loneCR(), Longest: t.longest,
		TrailingBlanks: t.trailing, FromLines: t.from, DotLines: t.dot}, nil
}

func isMultipart(t string) bool { return len(t) > 10 && t[:10] == "multipart/" }
