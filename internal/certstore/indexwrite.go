package certstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"smimectl/internal/cert"
)

// indexEntry is a key and where its file stands in the list of files.
type indexEntry struct {
	key indexKey
	at  uint32
}

// indexMaker gathers what an index holds.
type indexMaker struct {
	entries []indexEntry
	list    []byte
	files   int64
}

// errTooLarge stops an index that its entries could not point into.
var errTooLarge = errors.New("certstore: too many certificates for an index")

// place adds a file to the list. Files come in the order of their names.
func (m *indexMaker) place(f indexedFile) (at uint32, err error) {
	if len(f.name) > math.MaxUint8 || len(m.list) > maxIndex-512 {
		return 0, errTooLarge
	}
	at = uint32(len(m.list))
	m.list = appendFile(m.list, f)
	m.files++
	return at, nil
}

func (m *indexMaker) add(at uint32, keys ...indexKey) {
	for _, k := range keys {
		m.entries = append(m.entries, indexEntry{k, at})
	}
}

// encode gives the octets of the index.
func (m *indexMaker) encode(of stamp) []byte {
	slices.SortFunc(m.entries, func(a, b indexEntry) int {
		if c := bytes.Compare(a.key[:], b.key[:]); c != 0 {
			return c
		}
		return int(int64(a.at) - int64(b.at))
	})
	x := index{entries: int64(len(m.entries))}
	out := make([]byte, 0, x.list()+int64(len(m.list)))
	out = append(out, indexMagic...)
	out = of.append(out)
	for _, n := range []int64{x.entries, m.files, int64(len(m.list))} {
		out = binary.BigEndian.AppendUint64(out, uint64(n))
	}
	out = binary.BigEndian.AppendUint32(out, checksum(out))
	for page := range slices.Chunk(m.entries, pageEntries) {
		begin := len(out)
		for _, e := range page {
			out = binary.BigEndian.AppendUint32(append(out, e.key[:]...), e.at)
		}
		out = append(out, make([]byte, pageSize-4-(len(out)-begin))...)
		out = binary.BigEndian.AppendUint32(out, checksum(out[begin:]))
	}
	return append(out, m.list...)
}

// scan reads the certificates of the store for an index. What old knows of files that
// have not changed since is taken from there.
func (s *Store) scan(old *oldIndex) (*indexMaker, error) {
	if s.root == "" {
		return &indexMaker{}, nil
	}
	names, err := readNames(s.dir(certificatesDir))
	if err != nil {
		return nil, err
	}
	m := &indexMaker{}
	moved := map[uint32]uint32{}
	for _, name := range names {
		if !isIndexed(name) {
			continue
		}
		path := s.dir(certificatesDir, name)
		f, err := statIndexed(path)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("certstore: %w", err)
		}
		before, known := old.unchanged(f)
		var c *cert.Certificate
		if !known {
			_, b, gone, err := readCertificates(path)
			switch {
			case gone:
				continue
			case err != nil && !isDamage(err):
				return nil, err
			case err != nil:
				s.report(path, err)
			default:
				c = b.Certificates[0]
			}
		}
		at, err := m.place(f)
		switch {
		case err != nil:
			return nil, err
		case known:
			moved[before] = at
		case c == nil:
			m.add(at, indexKey{asDamaged})
		default:
			m.add(at, keysOf(c)...)
		}
	}
	return m, old.take(m, moved)
}

// statIndexed is what the index keeps of a file. A link is what it leads to.
func statIndexed(path string) (indexedFile, error) {
	info, err := os.Stat(path)
	if err != nil {
		return indexedFile{}, err
	}
	return indexedFile{filepath.Base(path), info.Size(), stampOf(info)}, nil
}

// oldIndex is an index of which what still holds is taken over. A nil one knows nothing.
type oldIndex struct {
	*index
	places   map[string]oldPlace
	modified int64 // when it was written
}

type oldPlace struct {
	at   uint32
	file indexedFile
}

// readOldIndex is nil where there is no index, or a damaged one.
func (s *Store) readOldIndex() (old *oldIndex, done func()) {
	f, x, modified, err := s.readIndexFile()
	if err != nil {
		return nil, func() {}
	}
	old = &oldIndex{x, make(map[string]oldPlace), modified}
	err = x.each(func(at uint32, f indexedFile) error {
		old.places[f.name] = oldPlace{at, f}
		return nil
	})
	if err != nil {
		old = nil
	}
	return old, func() { f.Close() }
}

// unsettled is how coarse the times of file systems are, with room: what was written
// so shortly before the index may have been written once more in the same moment.
const unsettled = int64(2 * time.Second)

// unchanged gives the place of a file that is as it was.
func (o *oldIndex) unchanged(f indexedFile) (at uint32, ok bool) {
	if o == nil {
		return 0, false
	}
	p, ok := o.places[f.name]
	return p.at, ok && p.file == f && max(f.modified, f.changed) < o.modified-unsettled
}

// take gives m the entries of those files that have moved, from their old places to new ones.
func (o *oldIndex) take(m *indexMaker, moved map[uint32]uint32) error {
	if len(moved) == 0 {
		return nil
	}
	buffer := make([]byte, pageSize)
	for i := range o.pages() {
		p, err := o.page(i, buffer)
		if err != nil {
			return err
		}
		for ; len(p) > 0; p = p[entrySize:] {
			if at, ok := moved[binary.BigEndian.Uint32(p[keySize:])]; ok {
				m.add(at, indexKey(p[:keySize]))
			}
		}
	}
	return nil
}

// UpdateIndex makes the index of the certificates anew, if it is out of date, so that they are
// found without reading all of them. It is called once by whoever has changed the store. An
// error means that lookups stay slow, nothing else.
func (s *Store) UpdateIndex() error {
	many, err := s.atLeast(minIndexed)
	if err != nil {
		return err
	}
	many = many && hasChangeTime
	if many && s.confirmIndex() == nil {
		return nil
	}
	if !many {
		if _, err := os.Lstat(s.dir(indexName)); err != nil {
			return nil
		}
	}
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if !many {
		return remove(s.dir(indexName))
	}
	old, done := s.readOldIndex()
	defer done()
	const tries = 3 // somebody may be copying files
	for range tries {
		stamp, err := s.seal(old)
		if err != nil {
			return err
		}
		m, err := s.scan(old)
		if errors.Is(err, errIndex) { // damage in the old one that shows only now
			old = nil
			m, err = s.scan(nil)
		}
		if err != nil {
			return err
		}
		if now, err := s.stamp(); err == nil && now == stamp {
			return s.writeFile(s.dir(indexName), m.encode(stamp), true)
		}
	}
	return errIndex
}

// atLeast reports whether the directory has n entries.
func (s *Store) atLeast(n int) (bool, error) {
	if s.root == "" {
		return false, nil
	}
	d, err := os.Open(s.dir(certificatesDir))
	if isMissing(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("certstore: %w", err)
	}
	defer d.Close()
	names, err := d.Readdirnames(n)
	if err != nil && err != io.EOF {
		return false, fmt.Errorf("certstore: %w", err)
	}
	return len(names) == n, nil
}
