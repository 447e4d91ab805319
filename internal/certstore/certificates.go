package certstore

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"smimectl/internal/cert"
)

// An Entry is a certificate of a correspondent, or of an issuer: known, but not
// trusted by being here.
type Entry struct {
	Certificate  *cert.Certificate
	Source       string    // where it came from, "report.eml"; may be empty
	Added        time.Time // day, UTC
	Capabilities []string  // ciphers its owner reads, "aes-256-gcm"
	Path         string
}

// Certificates returns all entries. Damaged files are left out and named in
// Problems.
func (s *Store) Certificates() ([]*Entry, error) {
	return s.entries("", func(*cert.Certificate) bool { return true })
}

// CertificatesFor returns the entries whose certificate has the address.
func (s *Store) CertificatesFor(a cert.Address) ([]*Entry, error) {
	return s.entries("", func(c *cert.Certificate) bool { return hasAddress(c, a) })
}

// FindCertificates is Find for certificates.
func (s *Store) FindCertificates(who string) ([]*Entry, error) {
	q, err := parseQuery(who)
	if err != nil {
		return nil, err
	}
	if q.digits != "" {
		found, err := s.entries(q.digits[:min(len(q.digits), shortFingerprint)], q.matches)
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	return s.entries("", q.matches)
}

// FindCertificatesByIssuerSerial returns the entries named by issuer and serial
// number.
func (s *Store) FindCertificatesByIssuerSerial(is cert.IssuerSerial) ([]*Entry, error) {
	return s.entries("", is.Matches)
}

// FindCertificatesByKeyID returns the entries with the key identifier.
func (s *Store) FindCertificatesByKeyID(keyID []byte) ([]*Entry, error) {
	return s.entries("", func(c *cert.Certificate) bool { return hasKeyID(c, keyID) })
}

// entries reads the certificates whose file names begin with prefix and that match.
func (s *Store) entries(prefix string, match func(*cert.Certificate) bool) ([]*Entry, error) {
	paths, err := s.list(certificateSuffix, certificatesDir)
	if err != nil {
		return nil, err
	}
	var out []*Entry
	for _, path := range paths {
		if !strings.HasPrefix(filepath.Base(path), prefix) {
			continue
		}
		data, b, gone, err := readCertificates(path)
		switch {
		case gone:
		case err != nil && !isDamage(err):
			return nil, err
		case err != nil:
			s.report(path, err)
		default:
			e := &Entry{Certificate: b.Certificates[0], Path: path}
			e.readComment(data)
			if match(e.Certificate) {
				out = append(out, e)
			}
		}
	}
	return out, nil
}

// AddCertificate keeps a certificate, with where it came from, when, and which
// ciphers its owner is known to read. One that is there already stays as it is,
// with *ExistsError, unless force is given.
func (s *Store) AddCertificate(c *cert.Certificate, source string, added time.Time, capabilities []string, force bool) (*Entry, error) {
	e := &Entry{Certificate: c, Source: oneLine(source), Added: added.UTC().Truncate(24 * time.Hour)}
	e.Capabilities = KeptCapabilities(capabilities)
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	e.Path = s.dir(certificatesDir, certificateName(c)+certificateSuffix)
	// Two certificates with the same 48 bits of fingerprint are made on purpose.
	// The second gets its whole fingerprint as name and replaces nothing.
	if _, b, _, err := readCertificates(e.Path); err == nil && b != nil && !b.Certificates[0].Equal(c) {
		e.Path = s.dir(certificatesDir, c.Fingerprint()+certificateSuffix)
	}
	data := append([]byte(e.comment()), encodeChain([]*cert.Certificate{c})...)
	if err := s.writeFile(e.Path, data, force); err != nil {
		return nil, err
	}
	return e, nil
}

// KeptCapabilities returns those names that AddCertificate keeps, in their order.
func KeptCapabilities(names []string) []string {
	var out []string
	for _, name := range names {
		if isCipherName(name) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// RemoveCertificate deletes an entry of the store.
func (s *Store) RemoveCertificate(e *Entry) error {
	if e.Path == "" {
		return &UnfitError{Certificate: e.Certificate, Detail: "the certificate is not in the store"}
	}
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	return remove(e.Path)
}

const (
	commentFrom  = ", from "
	commentReads = ", reads "
	dateLength   = len(time.DateOnly)
)

// comment is the first line of a certificate's file:
//
//	# bob@example.org, from report.eml, 2026-11-20, reads aes-256-cbc
func (e *Entry) comment() string {
	who := oneLine(e.Certificate.DisplayName())
	if a := e.Certificate.Addresses(); len(a) > 0 {
		who = oneLine(a[0].String())
	}
	line := "# " + who
	if e.Source != "" {
		line += commentFrom + e.Source
	}
	line += ", " + e.Added.Format(time.DateOnly)
	if len(e.Capabilities) > 0 {
		line += commentReads + strings.Join(e.Capabilities, " ")
	}
	return line + "\n"
}

// readComment reads the first line back, as far as it is one of ours. A file put
// there by hand has none: then the file's own date has to do.
func (e *Entry) readComment(data []byte) {
	if info, err := os.Stat(e.Path); err == nil {
		e.Added = info.ModTime().UTC()
	}
	line, _, _ := strings.Cut(string(data[:min(len(data), 4096)]), "\n")
	line, ok := strings.CutPrefix(strings.TrimRight(line, "\r"), "# ")
	if !ok {
		return
	}
	var names []string
	if i := strings.LastIndex(line, commentReads); i >= 0 {
		all := strings.Fields(line[i+len(commentReads):])
		if !slices.ContainsFunc(all, func(name string) bool { return !isCipherName(name) }) {
			line, names = line[:i], all
		}
	}
	i := len(line) - dateLength
	if i < 2 || line[i-2:i] != ", " {
		return
	}
	added, err := time.Parse(time.DateOnly, line[i:])
	if err != nil {
		return
	}
	e.Added, e.Capabilities = added, names
	if _, source, ok := strings.Cut(line[:i-2], commentFrom); ok {
		e.Source = source
	}
}

// isCipherName reports whether name is made like "aes-256-gcm".
func isCipherName(name string) bool {
	return name != "" && len(name) <= 40 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// oneLine makes a text from outside fit for a comment: no control characters or
// other things that do not print, not too long.
func oneLine(text string) string {
	n := 0
	return strings.Map(func(r rune) rune {
		n++
		switch {
		case n > 200:
			return -1
		case r == unicode.ReplacementChar || !unicode.IsPrint(r):
			return '_'
		}
		return r
	}, text)
}
