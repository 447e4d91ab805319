package certstore

import (
	"os"
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
	Signed       time.Time // when the mail was signed that said so; zero: nobody knows
	Path         string
}

// Announced is what the owner of a certificate says in a signed mail that he can read
// (SMIMECapabilities, RFC 8551, Section 2.5.2).
type Announced struct {
	Capabilities []string
	Signed       time.Time // the signing time of the mail; zero where it has none
}

// maxAhead is how far the clock of a signer may be ahead of ours.
const maxAhead = 5 * time.Minute

// at is when the mail was signed, as far as that can be believed: a time that is yet
// to come would hold against every honest mail until then.
func (a *Announced) at(now time.Time) time.Time {
	if a.Signed.After(now.Add(maxAhead)) {
		return time.Time{}
	}
	return a.Signed.UTC().Truncate(time.Second)
}

// Outdated reports whether what a mail says takes the place of what is known: the
// newest signed mail counts, whatever the order in which they are seen, and one that
// says nothing is no information. So nobody who sends an old mail once more weakens
// what is encrypted.
func (e *Entry) Outdated(by *Announced, now time.Time) bool {
	switch {
	case by == nil || len(KeptCapabilities(by.Capabilities)) == 0:
		return false
	case len(e.Capabilities) == 0:
		return true
	}
	return by.at(now).After(e.Signed)
}

// Note puts what a mail says into the entry.
func (e *Entry) Note(said *Announced, now time.Time) {
	if said == nil {
		return
	}
	if e.Capabilities = KeptCapabilities(said.Capabilities); len(e.Capabilities) > 0 {
		e.Signed = said.at(now)
	}
}

// Certificates returns all entries. Damaged files are left out and named in
// Problems.
func (s *Store) Certificates() ([]*Entry, error) {
	paths, err := s.list(certificateSuffix, certificatesDir)
	if err != nil {
		return nil, err
	}
	var out []*Entry
	for _, path := range paths {
		e, err := s.entry(path)
		if err != nil {
			return nil, err
		}
		if e != nil {
			out = append(out, e)
		}
	}
	return out, nil
}

// CertificatesFor returns the entries whose certificate has the address.
func (s *Store) CertificatesFor(a cert.Address) ([]*Entry, error) { return s.Catalogue().For(a) }

// FindCertificates is Find for certificates.
func (s *Store) FindCertificates(who string) ([]*Entry, error) { return s.Catalogue().Find(who) }

// entry reads a certificate. nil without an error: it is gone, or damaged, which is reported.
func (s *Store) entry(path string) (*Entry, error) {
	data, b, gone, err := readCertificates(path)
	switch {
	case gone:
		return nil, nil
	case err != nil && !isDamage(err):
		return nil, err
	case err != nil:
		s.report(path, err)
		return nil, nil
	}
	e := &Entry{Certificate: b.Certificates[0], Path: path}
	e.readComment(data)
	return e, nil
}

// AddCertificate keeps a certificate, with where it came from, when, and what its
// owner said in a mail that he can read, which may be nil. One that is there already
// stays as it is, with *ExistsError, unless force is given; what its owner reads is
// kept even so where said tells nothing.
func (s *Store) AddCertificate(c *cert.Certificate, source string, added time.Time, said *Announced, force bool) (*Entry, error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	e, known := s.newEntry(c, source, added)
	e.Note(said, added)
	if known != nil && len(e.Capabilities) == 0 {
		e.Capabilities, e.Signed = known.Capabilities, known.Signed
	}
	if known != nil && !force {
		return nil, &ExistsError{Path: known.Path, Same: true}
	}
	return e, s.writeEntry(e, force)
}

// UpdateCertificate keeps a certificate that is not there yet. Of one that is there it
// brings up to date what its owner can read, where that is [Entry.Outdated]; else
// nothing changes. It returns the entry as it is then, and whether that was written.
func (s *Store) UpdateCertificate(c *cert.Certificate, source string, added time.Time, said *Announced) (*Entry, bool, error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, false, err
	}
	defer unlock()
	e, known := s.newEntry(c, source, added)
	if known != nil && !known.Outdated(said, added) {
		return known, false, nil
	}
	e.Note(said, added)
	return e, true, s.writeEntry(e, true)
}

// newEntry makes an entry, and finds the one of the same certificate that is there.
func (s *Store) newEntry(c *cert.Certificate, source string, added time.Time) (e, known *Entry) {
	e = &Entry{Certificate: c, Source: oneLine(source), Added: added.UTC().Truncate(24 * time.Hour)}
	// Two certificates with the same 48 bits of fingerprint are made on purpose.
	// The second gets its whole fingerprint as name and replaces nothing.
	for _, name := range []string{certificateName(c), c.Fingerprint()} {
		e.Path = s.dir(certificatesDir, name+certificateSuffix)
		data, b, _, err := readCertificates(e.Path)
		if err != nil || b == nil {
			break
		}
		if b.Certificates[0].Equal(c) {
			known = &Entry{Certificate: c, Path: e.Path}
			known.readComment(data)
			break
		}
	}
	return e, known
}

func (s *Store) writeEntry(e *Entry, force bool) error {
	return s.writeFile(e.Path, append([]byte(e.comment()), encodeChain([]*cert.Certificate{e.Certificate})...), force)
}

// KeptCapabilities returns those names that the store keeps, in their order.
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
	commentFrom   = ", from "
	commentSigned = ", signed "
	commentReads  = ", reads "
	neverSigned   = "at no known time"
	dateLength    = len(time.DateOnly)
)

// comment is the first line of a certificate's file:
//
//	# bob@example.org, from report.eml, 2026-11-20, signed 2026-11-19T10:00:00Z, reads aes-256-cbc
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
		signed := neverSigned
		if !e.Signed.IsZero() {
			signed = e.Signed.Format(time.RFC3339)
		}
		line += commentSigned + signed + commentReads + strings.Join(e.Capabilities, " ")
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
	var signed time.Time
	hasSigned := false
	if i := strings.LastIndex(line, commentSigned); i >= 0 && names != nil {
		word := line[i+len(commentSigned):]
		at, err := time.Parse(time.RFC3339, word)
		if hasSigned = err == nil || word == neverSigned; hasSigned {
			line, signed = line[:i], at.UTC()
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
	e.Added, e.Capabilities, e.Signed = added, names, signed
	if names != nil && !hasSigned {
		// Files of earlier versions tell the day alone on which it was noted: the mail is not younger than that.
		e.Signed = added.Add(24*time.Hour - time.Second)
	}
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
