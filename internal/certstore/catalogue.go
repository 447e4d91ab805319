package certstore

import (
	"bytes"
	"encoding/hex"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"smimectl/internal/cert"
)

// A Catalogue looks for certificates of the store without reading all of them: in the index that
// lies beside them, as long as that is up to date. Where it is not, the certificates are read
// once, and what was learned about them serves all lookups of this Catalogue, so it is made for
// one run. It writes nothing. It may be used from several goroutines.
type Catalogue struct {
	s *Store

	mu        sync.Mutex
	scanned   *index // what a scan has found; nil as long as the index will do
	outdated  bool   // the index will not do, although its stamp does
	damaged   bool   // damaged files were reported
	confirmed bool   // every file was compared with the index
}

// Catalogue returns a Catalogue of the certificates. It does not touch the disk.
func (s *Store) Catalogue() *Catalogue { return &Catalogue{s: s} }

// For returns the entries whose certificate has the address.
func (c *Catalogue) For(a cert.Address) ([]*Entry, error) {
	return c.named(func(x *index) ([]uint32, error) { return x.has(addressKey(a)) },
		func(found *cert.Certificate) bool { return hasAddress(found, a) })
}

// Find returns the entries that who names, as [Store.Find] does for identities.
func (c *Catalogue) Find(who string) ([]*Entry, error) {
	q, err := parseQuery(who)
	if err != nil {
		return nil, err
	}
	if q.address != nil {
		return c.For(*q.address)
	}
	found, err := c.named(func(x *index) ([]uint32, error) {
		from, to := fingerprintKeys(q.digits)
		out, err := x.find(from, to)
		raw, notWhole := hex.DecodeString(q.digits)
		if err != nil || notWhole != nil {
			return out, err
		}
		for _, k := range []indexKey{sha1Key(raw), keyIDKey(raw)} {
			more, err := x.has(k)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
		}
		return sortedOnce(out), nil
	}, q.matches)
	// A file that is called so goes before others that hold the same.
	prefix := q.digits[:min(len(q.digits), shortFingerprint)]
	other := func(e *Entry) bool { return !strings.HasPrefix(filepath.Base(e.Path), prefix) }
	if called := slices.DeleteFunc(slices.Clone(found), other); len(called) > 0 {
		return called, err
	}
	return found, err
}

// ByIssuerSerial returns the entries named by issuer and serial number.
func (c *Catalogue) ByIssuerSerial(is cert.IssuerSerial) ([]*Entry, error) {
	return c.lookup(func(x *index) ([]uint32, error) { return x.has(issuerSerialKey(is)) }, is.Matches)
}

// ByKeyID returns the entries with the key identifier.
func (c *Catalogue) ByKeyID(id []byte) ([]*Entry, error) {
	return c.lookup(func(x *index) ([]uint32, error) { return x.has(keyIDKey(id)) },
		func(found *cert.Certificate) bool { return hasKeyID(found, id) })
}

// maxIssuerNames bounds the names that Issuers follows.
const maxIssuerNames = 1024

// Issuers returns the entries that may have issued something in one of the names, and theirs in
// turn, together with those that may sign OCSP responses for such a name (RFC 6960,
// Section 4.2.2.2).
func (c *Catalogue) Issuers(names []cert.Name) ([]*Entry, error) {
	var out []*Entry
	asked, taken := map[string]bool{}, map[string]bool{}
	for names = slices.Clone(names); len(names) > 0 && len(asked) < maxIssuerNames; names = names[1:] {
		name := names[0]
		if asked[name.Key()] {
			continue
		}
		asked[name.Key()] = true
		found, err := c.lookup(func(x *index) ([]uint32, error) {
			named, err := x.has(subjectKey(name))
			if err != nil {
				return nil, err
			}
			answering, err := x.has(responderKey(name))
			return sortedOnce(append(named, answering...)), err
		}, func(found *cert.Certificate) bool {
			return found.Subject.Equal(name) || found.Issuer.Equal(name) && slices.Contains(keysOf(found), responderKey(name))
		})
		if err != nil {
			return nil, err
		}
		for _, e := range found {
			if !taken[e.Path] {
				taken[e.Path] = true
				out = append(out, e)
				names = append(names, e.Certificate.Issuer)
			}
		}
	}
	return out, nil
}

func (x *index) has(k indexKey) ([]uint32, error) { return x.find(k, k) }

// named is lookup for what a person has named: where nothing is found, every file is compared with
// the index first. A file that was written over in its place leaves no trace in the directory.
func (c *Catalogue) named(find func(*index) ([]uint32, error), match func(*cert.Certificate) bool) ([]*Entry, error) {
	out, err := c.lookup(find, match)
	if err != nil || len(out) > 0 || c.confirm() {
		return out, err
	}
	return c.lookup(find, match)
}

// lookup returns the entries that find leads to and that match.
func (c *Catalogue) lookup(find func(*index) ([]uint32, error), match func(*cert.Certificate) bool) ([]*Entry, error) {
	c.mu.Lock()
	scanned, outdated := c.scanned, c.outdated
	c.mu.Unlock()
	if scanned == nil && !outdated {
		out, err := c.indexed(find, match)
		if !errors.Is(err, errIndex) {
			return out, err
		}
	}
	if scanned == nil {
		var err error
		if scanned, err = c.scan(); err != nil {
			return nil, err
		}
	}
	found, err := find(scanned)
	if err != nil {
		return nil, err
	}
	var out []*Entry
	for _, at := range found {
		f, err := scanned.file(at)
		if err != nil {
			return nil, err
		}
		e, err := c.s.entry(c.s.dir(certificatesDir, f.name))
		if err != nil {
			return nil, err
		}
		if e != nil && match(e.Certificate) { // gone or another since it was read: no longer that
			out = append(out, e)
		}
	}
	return out, nil
}

// indexed looks in the index on disk. errIndex: it is not to be relied on.
func (c *Catalogue) indexed(find func(*index) ([]uint32, error), match func(*cert.Certificate) bool) ([]*Entry, error) {
	if c.s.root == "" {
		return nil, nil
	}
	x, done, err := c.s.openIndex()
	if err != nil {
		return nil, err
	}
	defer done()
	if err := c.reportDamaged(x); err != nil {
		return nil, err
	}
	found, err := find(x)
	if err != nil {
		return nil, err
	}
	var out []*Entry
	for _, at := range found {
		f, err := x.file(at)
		if err != nil {
			return nil, err
		}
		e, err := c.s.entry(c.s.dir(certificatesDir, f.name))
		if err != nil {
			return nil, err
		}
		if e == nil {
			return nil, errIndex
		}
		// An index that leads to the wrong certificate may as well lead past the right one.
		if reached, err := find(indexOne(e.Certificate)); err != nil || len(reached) == 0 {
			return nil, errIndex
		}
		if match(e.Certificate) {
			out = append(out, e)
		}
	}
	return out, nil
}

// indexOne is the index of one certificate.
func indexOne(c *cert.Certificate) *index {
	m := &indexMaker{}
	at, _ := m.place(indexedFile{name: "one" + certificateSuffix})
	m.add(at, keysOf(c)...)
	return m.index()
}

// index gives what was gathered as an index in memory.
func (m *indexMaker) index() *index {
	octets := m.encode(stamp{})
	x, _ := readIndex(bytes.NewReader(octets), int64(len(octets)))
	return x
}

// scan reads the certificates, once. Damaged ones are reported.
func (c *Catalogue) scan() (*index, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.scanned != nil {
		return c.scanned, nil
	}
	m, err := c.s.scan(nil)
	if err != nil {
		return nil, err
	}
	c.scanned = m.index()
	return c.scanned, nil
}

// reportDamaged reports the files that were damaged when the index was made, once.
func (c *Catalogue) reportDamaged(x *index) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.damaged {
		return nil
	}
	found, err := x.has(indexKey{asDamaged})
	if err != nil {
		return err
	}
	for _, at := range found {
		f, err := x.file(at)
		if err != nil {
			return err
		}
		e, err := c.s.entry(c.s.dir(certificatesDir, f.name)) // reports it
		if err != nil {
			return err
		}
		if e != nil {
			return errIndex // it was repaired
		}
	}
	c.damaged = true
	return nil
}

// confirm reports whether the files are those of the index, each as the index has it, or were read anyway; if
// not, they are read at the next lookup.
func (c *Catalogue) confirm() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.scanned != nil || c.confirmed || c.s.root == "" {
		return true
	}
	err := c.s.confirmIndex()
	c.confirmed, c.outdated = err == nil, err != nil
	return c.confirmed
}
