package mimewrap

import (
	"errors"
	"io"
	"strings"
)

// LayerKind is the S/MIME form of the outside of an entity.
type LayerKind int

const (
	NoLayer         LayerKind = iota
	ClearSigned               // multipart/signed, RFC 8551, Section 3.5.3
	PKCS7                     // one application/pkcs7-mime part
	PartlyProtected           // signed or encrypted parts within something that is neither
)

// Layer is what S/MIME form an entity has on its outside, as its MIME fields say; what its CMS object is
// decides that object.
type Layer struct {
	Kind           LayerKind
	SMIMEType      string                    // as written, "" when absent
	MICAlg         string                    // lower case, "" when absent
	Content        *Entity                   // ClearSigned: the first part, exact octets
	Passed         bool                      // ClearSigned: all of Content went through the writer of LayerPassing
	CMS            func() (io.Reader, error) // the octets of the CMS object, from their start each time
	OutsideText    bool                      // ClearSigned: text before the first or after the last boundary
	ProtectedParts []Part                    // PartlyProtected: the inner parts that are signed or encrypted
	Notes          []string

	object *Entity // whose body the CMS object is
}

func (l *Layer) note(s string) {
	if len(l.Notes) < maxNotes {
		l.Notes = append(l.Notes, s)
	}
}

// Media types of S/MIME; the x- forms are those of before RFC 2311 and still written (Outlook, old OpenSSL).
func isPKCS7Type(t string) bool {
	return t == "application/pkcs7-mime" || t == "application/x-pkcs7-mime"
}

func isSignatureType(t string) bool {
	return t == "application/pkcs7-signature" || t == "application/x-pkcs7-signature"
}

// Layer tells what S/MIME layer the outside of e is, RFC 8551, Section 3.10. A multipart/signed that is not
// formed as RFC 1847 says, and MIME fields that contradict themselves, are errors.
func (e *Entity) Layer() (*Layer, error) { return e.LayerPassing(nil) }

// LayerPassing is Layer, and a multipart/signed of S/MIME is read but once: take is called with its micalg, in lower case, and
// the writer that it returns, unless that is nil, is given the first part in canonical form while the end of it is looked
// for. Only where there is no error and Passed is set is what the writer got the content.
func (e *Entity) LayerPassing(take func(micalg string) io.Writer) (*Layer, error) {
	if e.broken != nil {
		return nil, e.broken
	}
	l := new(Layer)
	m, err := e.MediaType()
	if err != nil {
		if p, ok := err.(*ParameterError); !ok || m.Type == "" || mayProtect(m.Type) {
			return nil, err
		} else {
			// A text with an odd charset parameter is a mail all the same, and nothing S/MIME hangs on it.
			l.note(p.text())
		}
	}
	for _, name := range []string{"MIME-Version", "Content-Transfer-Encoding"} {
		if _, _, err := e.Header.mimeField(name); err != nil {
			if mayProtect(m.Type) {
				return nil, err
			}
			l.note(strings.TrimPrefix(err.Error(), "mimewrap: "))
		}
	}
	switch {
	case m.Type == "multipart/signed":
		return l, e.clearSigned(l, m, func(micalg string) *passing {
			if take == nil {
				return nil
			}
			return newPassing(take(micalg))
		})
	case isPKCS7Type(m.Type) || isSignatureType(m.Type):
		return l, e.pkcs7(l, m)
	case m.Type == "application/octet-stream":
		named, err := e.namedPKCS7(m)
		if err != nil {
			return nil, err
		}
		if named != "" {
			l.note("application/octet-stream recognised by its name as " + named)
			return l, e.pkcs7(l, m)
		}
	case strings.HasPrefix(m.Type, "multipart/") || isMessage(m.Type):
		return l, e.findProtected(l)
	}
	return l, nil
}

// mayProtect reports types of which nothing may be in doubt.
func mayProtect(t string) bool {
	return strings.HasPrefix(t, "multipart/") || strings.HasPrefix(t, "message/") || strings.Contains(t, "pkcs7") || t == "application/octet-stream"
}

func isMessage(t string) bool { return t == "message/rfc822" || t == "message/global" }

// protocolOf says whose multipart/signed it is: "pkcs7", "" (no protocol parameter) or another's.
func protocolOf(m MediaType) string {
	p, ok := m.Parameter("protocol")
	switch p = strings.ToLower(strings.TrimSpace(p)); {
	case isSignatureType(p):
		return "pkcs7"
	case ok && p == "":
		return "empty"
	}
	return p
}

// clearSigned reads a multipart/signed, RFC 1847, Section 2.1: exactly two parts.
func (e *Entity) clearSigned(l *Layer, m MediaType, take func(micalg string) *passing) error {
	protocol := protocolOf(m)
	boundary, err := m.Boundary()
	if err != nil {
		return err
	}
	encoding, err := e.TransferEncoding()
	if err != nil {
		return err
	}
	if !isIdentity(encoding) {
		return malformed("multipart/signed has a transfer encoding")
	}
	if alg, ok := m.Parameter("micalg"); ok {
		l.MICAlg = strings.ToLower(alg)
	}
	scanner := newBoundaryScanner(e.base, e.body, boundary, nil)
	var pass *passing
	if protocol == "pkcs7" {
		pass = take(l.MICAlg)
		defer pass.settle()
	}
	scanner.passing = pass
	s, err := scanner.slice(2)
	if err != nil {
		return err
	}
	var signature *Entity
	var kind MediaType
	if len(s.parts) == 2 {
		if signature, err = readPart(e.base, s.parts[1]); err != nil {
			return err
		}
		kind, err = signature.MediaType()
	}
	if protocol != "pkcs7" {
		// OpenPGP has the same multipart (RFC 3156). A signature part of ours under another's name is nobody's.
		if signature == nil || !isSignatureType(kind.Type) {
			l.note("multipart/signed with the protocol " + quote(protocol))
			return nil
		}
		if protocol != "" {
			return malformed("multipart/signed: protocol and signature part are of different kinds")
		}
		l.note("multipart/signed without a protocol")
	}
	switch {
	case len(s.parts) != 2 || s.more:
		return malformed("multipart/signed has not exactly two parts")
	case !s.closed:
		return malformed("multipart/signed has no closing boundary")
	case err != nil:
		return err
	case !isSignatureType(kind.Type):
		return malformed("multipart/signed: second part is no pkcs7-signature")
	}
	if l.Content, err = readPart(e.base, s.parts[0]); err != nil {
		return err
	}
	// QUIRK: openssl's cms -sign and smime -sign without -text put a text there as it is. Programs do not agree on
	// what of it is header, and so on what was signed.
	if bare := (*MalformedError)(nil); errors.As(l.Content.broken, &bare) && bare.NoMail {
		l.Content.broken = malformed("the signed part has no MIME header, as openssl without -text leaves it")
	}
	if l.Passed, err = pass.passed(); err != nil {
		return err
	}
	if err := e.Header.agreed(); err != nil {
		return err
	}
	l.Kind = ClearSigned
	for _, outside := range []span{s.preamble, s.epilogue} {
		silent, err := unsaid(e.base, outside)
		if err != nil {
			return err
		}
		l.OutsideText = l.OutsideText || !silent
	}
	if err := e.onlyParts(s, boundary); err != nil {
		return err
	}
	return signature.openCMS(l)
}

func quote(s string) string {
	if s == "" {
		return "missing"
	}
	return clip(strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s), 60)
}

// pkcs7 reads an entity whose body is one CMS object.
func (e *Entity) pkcs7(l *Layer, m MediaType) error {
	if err := e.Header.agreed(); err != nil {
		return err
	}
	l.Kind = PKCS7
	l.SMIMEType, _ = m.Parameter("smime-type")
	if strings.HasPrefix(m.Type, "application/x-") {
		l.note("old media type " + m.Type)
	}
	if isSignatureType(m.Type) {
		l.note("a signature without the text it is for")
	}
	return e.openCMS(l)
}

// namedPKCS7 returns the file name of an application/octet-stream that RFC 8551, Section 3.10 makes S/MIME:
// one that ends in p7m, p7s, p7c or p7z.
func (e *Entity) namedPKCS7(m MediaType) (string, error) {
	names := []string{}
	if n, ok := m.Parameter("name"); ok {
		names = append(names, n)
	}
	value, present, err := e.Header.mimeField("Content-Disposition")
	if err != nil {
		return "", err
	}
	if present {
		d, err := parseDisposition(value)
		if err != nil && strings.Contains(strings.ToLower(value), ".p7") {
			return "", err
		}
		if n, ok := d.Parameter("filename"); ok {
			names = append(names, n)
		}
	}
	for _, n := range names {
		n = strings.ToLower(strings.TrimSpace(decodeWords(n)))
		for _, suffix := range []string{"p7m", "p7s", "p7c", "p7z"} {
			if strings.HasSuffix(n, "."+suffix) {
				return "*." + suffix, nil
			}
		}
	}
	return "", nil
}

// ContentReader reads the octets of a ClearSigned content that were digested: in canonical form or, for a
// second try, with a body as it is stored (signers of binary content do not canonicalise it; openssl -binary).
func (l *Layer) ContentReader(raw bool) io.Reader {
	if l.Content == nil {
		return failedReader{malformed("layer has no signed content")}
	}
	if raw {
		return l.Content.headerCanonical()
	}
	return l.Content.Canonical()
}
