package certstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// errIndex says that an index is missing, out of date or damaged. It stays in this package.
var errIndex = errors.New("certstore: no index to go by")

// index is an index that is looked into piece by piece: a file, or what a scan has made in memory.
type index struct {
	at      io.ReaderAt
	stamp   stamp
	entries int64
	files   int64
	listed  int64 // octets of the list of files
}

// pages is how many pages the entries take.
func (x *index) pages() int64 { return (x.entries + pageEntries - 1) / pageEntries }

// list is where the list of files begins.
func (x *index) list() int64 { return int64(headerSize) + x.pages()*pageSize }

// readIndex looks at the header of an index of size octets.
func readIndex(at io.ReaderAt, size int64) (*index, error) {
	var h [headerSize]byte
	if _, err := at.ReadAt(h[:], 0); err != nil {
		return nil, errIndex
	}
	body := h[:headerSize-4]
	if string(h[:len(indexMagic)]) != indexMagic || checksum(body) != binary.BigEndian.Uint32(h[headerSize-4:]) {
		return nil, errIndex
	}
	number := func(i int) int64 { return int64(binary.BigEndian.Uint64(h[len(indexMagic)+8*i:])) }
	x := &index{at: at, stamp: cutStamp(h[len(indexMagic):]), entries: number(3), files: number(4), listed: number(5)}
	for _, n := range []int64{x.entries, x.files, x.listed} {
		if n < 0 || n > maxIndex {
			return nil, errIndex
		}
	}
	if x.list()+x.listed != size {
		return nil, errIndex
	}
	return x, nil
}

// page returns the entries of a page.
func (x *index) page(i int64, buffer []byte) ([]byte, error) {
	buffer = buffer[:pageSize]
	if _, err := x.at.ReadAt(buffer, int64(headerSize)+i*pageSize); err != nil {
		return nil, errIndex
	}
	if checksum(buffer[:pageSize-4]) != binary.BigEndian.Uint32(buffer[pageSize-4:]) {
		return nil, errIndex
	}
	return buffer[:min(pageEntries, x.entries-i*pageEntries)*entrySize], nil
}

// find returns where in the list of files those are that have a key between from and to, both
// inclusive, in the order of the list.
func (x *index) find(from, to indexKey) ([]uint32, error) {
	buffer := make([]byte, pageSize)
	// The last page that begins before from, or the first one.
	low, high := int64(0), x.pages()
	for high-low > 1 {
		middle := low + (high-low)/2
		p, err := x.page(middle, buffer)
		if err != nil {
			return nil, err
		}
		if bytes.Compare(p[:keySize], from[:]) < 0 {
			low = middle
		} else {
			high = middle
		}
	}
	var out []uint32
	for ; low < x.pages(); low++ {
		p, err := x.page(low, buffer)
		if err != nil {
			return nil, err
		}
		for ; len(p) > 0; p = p[entrySize:] {
			if bytes.Compare(p[:keySize], to[:]) > 0 {
				return sortedOnce(out), nil
			}
			if bytes.Compare(p[:keySize], from[:]) >= 0 {
				out = append(out, binary.BigEndian.Uint32(p[keySize:]))
			}
		}
	}
	return sortedOnce(out), nil
}

func sortedOnce(list []uint32) []uint32 {
	slices.Sort(list)
	return slices.Compact(list)
}

// file reads one file of the list.
func (x *index) file(at uint32) (indexedFile, error) {
	buffer := make([]byte, 1+255+indexedFileRest)
	if int64(at) >= x.listed {
		return indexedFile{}, errIndex
	}
	n, err := x.at.ReadAt(buffer[:min(int64(len(buffer)), x.listed-int64(at))], x.list()+int64(at))
	if err != nil && err != io.EOF {
		return indexedFile{}, errIndex
	}
	f, size := cutFile(buffer[:n])
	if size == 0 || !isIndexed(f.name) {
		return indexedFile{}, errIndex
	}
	return f, nil
}

// each calls do for every file of the list, in its order, with where it is.
func (x *index) each(do func(at uint32, f indexedFile) error) error {
	list, err := io.ReadAll(io.NewSectionReader(x.at, x.list(), x.listed))
	if err != nil || int64(len(list)) != x.listed {
		return errIndex
	}
	for at, count := 0, int64(0); at < len(list) || count < x.files; count++ {
		f, n := cutFile(list[at:])
		if n == 0 || !isIndexed(f.name) {
			return errIndex
		}
		if err := do(uint32(at), f); err != nil {
			return err
		}
		at += n
	}
	return nil
}

// openIndex opens the index of the store, if its stamp is that of the directory as it is now.
func (s *Store) openIndex() (x *index, done func(), err error) {
	f, x, _, err := s.readIndexFile()
	if err != nil {
		return nil, nil, err
	}
	if stamp, err := s.stamp(); err != nil || x.stamp != stamp {
		f.Close()
		return nil, nil, errIndex
	}
	return x, func() { f.Close() }, nil
}

// readIndexFile opens the index whatever its stamp; modified is when it was written, in nanoseconds.
func (s *Store) readIndexFile() (f *os.File, x *index, modified int64, err error) {
	path := s.dir(indexName)
	// Opening a pipe would wait for ever.
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil, nil, 0, errIndex
	}
	if f, err = os.Open(path); err != nil {
		return nil, nil, 0, errIndex
	}
	info, err := f.Stat()
	if err == nil {
		x, err = readIndex(f, info.Size())
	}
	if err != nil {
		f.Close()
		return nil, nil, 0, errIndex
	}
	return f, x, info.ModTime().UnixNano(), nil
}

// confirmIndex compares every file of the directory with the index: errIndex, if one differs, or
// only one of both has it.
func (s *Store) confirmIndex() error {
	x, done, err := s.openIndex()
	if err != nil {
		return err
	}
	defer done()
	names, err := readNames(s.dir(certificatesDir))
	if err != nil {
		return err
	}
	// Both are in the order of the names.
	err = x.each(func(_ uint32, f indexedFile) error {
		for len(names) > 0 && names[0] != f.name && !s.isListed(names[0]) {
			names = names[1:]
		}
		if len(names) == 0 || names[0] != f.name {
			return errIndex
		}
		names = names[1:]
		if is, err := statIndexed(s.dir(certificatesDir, f.name)); err != nil || is != f {
			return errIndex
		}
		return nil
	})
	if err == nil && slices.ContainsFunc(names, s.isListed) {
		return errIndex
	}
	return err
}

// isListed reports whether an index lists the file: of those that count, all but links that lead nowhere.
func (s *Store) isListed(name string) bool {
	if !isIndexed(name) {
		return false
	}
	_, err := os.Stat(s.dir(certificatesDir, name))
	return !isMissing(err)
}

// isIndexed reports whether a file of the name counts as one of the directory: what [Store.list]
// lists, and nothing outside.
func isIndexed(name string) bool {
	return strings.HasSuffix(name, certificateSuffix) && !strings.HasPrefix(name, ".") && filepath.Base(name) == name
}
