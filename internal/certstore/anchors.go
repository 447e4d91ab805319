package certstore

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"smimectl/internal/cert"
)

// An Anchor is a certificate that the user has chosen to trust.
type Anchor struct {
	Name        string // of its file
	Certificate *cert.Certificate
	Added       time.Time
	Path        string
}

// AnchorPurpose is what an anchor may vouch for. Each has a folder of its own:
// who is trusted for the one is not for the other.
type AnchorPurpose int

// The purposes: certificates of mail, and of time-stamping authorities (RFC 3161).
const (
	ForMail AnchorPurpose = iota
	ForTimeStamps
)

func (p AnchorPurpose) dir() string {
	if p == ForTimeStamps {
		return stampAnchorsDir
	}
	return anchorsDir
}

// Anchors returns the user's own anchors for mail.
func (s *Store) Anchors() ([]*Anchor, error) { return s.AnchorsFor(ForMail) }

// AnchorsFor returns the user's own anchors for a purpose. One damaged file is an
// error, *DamagedError: to go on with the others could turn a verdict without a
// word.
func (s *Store) AnchorsFor(purpose AnchorPurpose) ([]*Anchor, error) {
	paths, err := s.list(certificateSuffix, purpose.dir())
	if err != nil {
		return nil, err
	}
	var out []*Anchor
	for _, path := range paths {
		_, b, gone, err := readCertificates(path)
		if gone {
			continue
		}
		if err == nil && len(b.Keys) > 0 {
			err = &MalformedError{Format: "anchor", Detail: "there is a private key in it"}
		}
		if err != nil {
			if !isDamage(err) {
				return nil, err
			}
			s.report(path, err)
			return nil, &DamagedError{Path: path, Err: err}
		}
		for _, c := range b.Certificates {
			out = append(out, &Anchor{Name: strings.TrimSuffix(filepath.Base(path), certificateSuffix),
				Certificate: c, Added: modTime(path), Path: path})
		}
	}
	return out, nil
}

// modTime is when a file was written.
func modTime(path string) time.Time {
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime().UTC()
}

// AddAnchor makes c an anchor for mail under a name.
func (s *Store) AddAnchor(name string, c *cert.Certificate, force bool) (*Anchor, error) {
	return s.AddAnchorFor(ForMail, name, c, force)
}

// AddAnchorFor makes c an anchor for a purpose under a name. A certificate that is
// one already is returned, with *ExistsError, which a name that is taken is too;
// force writes over the name.
func (s *Store) AddAnchorFor(purpose AnchorPurpose, name string, c *cert.Certificate, force bool) (*Anchor, error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	// Adding to anchors that cannot be read would hide that.
	anchors, err := s.AnchorsFor(purpose)
	if err != nil {
		return nil, err
	}
	path := s.dir(purpose.dir(), safeName(name)+certificateSuffix)
	for _, a := range anchors {
		if a.Certificate.Equal(c) && (!force || a.Path != path) {
			return a, &ExistsError{Path: a.Path, Same: true}
		}
	}
	if err := s.writeFile(path, encodeChain([]*cert.Certificate{c}), force); err != nil {
		return nil, err
	}
	return &Anchor{Name: safeName(name), Certificate: c, Added: modTime(path), Path: path}, nil
}

// FindAnchors returns the anchors for mail that who names.
func (s *Store) FindAnchors(who string) ([]*Anchor, error) { return s.FindAnchorsFor(ForMail, who) }

// FindAnchorsFor returns the anchors for a purpose that who names: the name of a
// file, a fingerprint, a key identifier or an address.
func (s *Store) FindAnchorsFor(purpose AnchorPurpose, who string) ([]*Anchor, error) {
	anchors, err := s.AnchorsFor(purpose)
	if err != nil {
		return nil, err
	}
	var named, matching []*Anchor
	q, queryErr := parseQuery(who)
	for _, a := range anchors {
		if a.Name == who {
			named = append(named, a)
		}
		if queryErr == nil && q.matches(a.Certificate) {
			matching = append(matching, a)
		}
	}
	if len(named) > 0 {
		return named, nil
	}
	return matching, nil
}

// RemoveAnchor deletes the file of an anchor. A file with several certificates is
// written again without this one.
func (s *Store) RemoveAnchor(a *Anchor) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	_, b, gone, err := readCertificates(a.Path)
	if gone {
		return nil
	}
	if err != nil {
		return &DamagedError{Path: a.Path, Err: err}
	}
	var rest []*cert.Certificate
	for _, c := range b.Certificates {
		if !c.Equal(a.Certificate) {
			rest = append(rest, c)
		}
	}
	if len(rest) == 0 {
		return remove(a.Path)
	}
	return s.writeFile(a.Path, encodeChain(rest), true)
}
