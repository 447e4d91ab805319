package certstore

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"smimectl/internal/cert"
)

// saved is an index and the time of the directory that belongs to it, as a backup keeps them.
type saved struct {
	index    []byte
	modified time.Time
}

func save(t *testing.T, s *Store) saved {
	t.Helper()
	data, err := os.ReadFile(s.dir(indexName))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(s.dir(certificatesDir))
	if err != nil {
		t.Fatal(err)
	}
	return saved{data, info.ModTime()}
}

// restore puts both back, as cp -a, rsync -a and tar do.
func (v saved) restore(t *testing.T, s *Store) {
	t.Helper()
	put(t, s.dir(indexName), v.index)
	if err := os.Chtimes(s.dir(certificatesDir), v.modified, v.modified); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(s.dir(certificatesDir)); err != nil || !info.ModTime().Equal(v.modified) {
		t.Fatalf("the time of the directory was not restored: %v", err)
	}
}

// TestIndexRestored: an old index that was copied back, together with the time of the directory, while the
// directory holds something else, hides nothing and is made anew.
func TestIndexRestored(t *testing.T) {
	t.Parallel()
	remove := func(t *testing.T, s *Store, c *cert.Certificate) {
		t.Helper()
		if err := os.Remove(pathOf(s, c)); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name   string
		change func(t *testing.T, w *crowd, s *Store, people []*cert.Certificate) (there, gone []*cert.Certificate)
	}{
		{"one was added", func(_ *testing.T, w *crowd, s *Store, people []*cert.Certificate) (there, gone []*cert.Certificate) {
			c := w.person(9000)
			w.drop(s, c)
			return []*cert.Certificate{c, people[8]}, nil
		}},
		{"a newer one of the same person was added", func(_ *testing.T, w *crowd, s *Store, people []*cert.Certificate) (there, gone []*cert.Certificate) {
			c := w.person(9000, addressOf(8))
			w.drop(s, c)
			return []*cert.Certificate{c, people[8]}, nil
		}},
		{"one was removed", func(t *testing.T, _ *crowd, s *Store, people []*cert.Certificate) (there, gone []*cert.Certificate) {
			remove(t, s, people[8])
			return people[9:10], people[8:9]
		}},
		{"one was removed and another added", func(t *testing.T, w *crowd, s *Store, people []*cert.Certificate) (there, gone []*cert.Certificate) {
			remove(t, s, people[8])
			c := w.person(9000)
			w.drop(s, c)
			return []*cert.Certificate{c}, people[8:9]
		}},
		{"one got another name", func(t *testing.T, _ *crowd, s *Store, people []*cert.Certificate) (there, gone []*cert.Certificate) {
			if err := os.Rename(pathOf(s, people[8]), s.dir(certificatesDir, "bob.pem")); err != nil {
				t.Fatal(err)
			}
			return people[8:9], nil
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, s, people := newIndexed(t)
			v := save(t, s)
			there, gone := test.change(t, w, s, people)
			v.restore(t, s)
			expect := func() {
				t.Helper()
				for _, c := range there {
					expectFound(t, s, c, true)
				}
				for _, c := range gone {
					expectFound(t, s, c, false)
				}
			}
			if isFresh(s) {
				t.Error("the old index counts")
			}
			expect()
			// The same with the stamp that the directory has now: there may be file systems that
			// copies can set all of it in. Somebody who is not found is looked for once more.
			restamp(t, s, v.index)
			if !isFresh(s) {
				t.Fatal("the index is not one to be tried")
			}
			for _, c := range gone {
				expectFound(t, s, c, false)
			}
			c := s.Catalogue()
			if found, err := c.Find(addressOf(123456)); err != nil || len(found) > 0 || c.scanned == nil {
				t.Errorf("the old index was confirmed; %d found, %v", len(found), err)
			}
			// What import does at its end, without any change of the directory.
			updateIndex(t, s)
			if again := save(t, s); bytes.Equal(again.index, v.index) {
				t.Error("the old index was left")
			}
			expect()
			c = s.Catalogue()
			if found, err := c.Find(addressOf(123456)); err != nil || len(found) > 0 || c.scanned != nil {
				t.Errorf("the new index is not one of these files; %d found, %v", len(found), err)
			}
		})
	}
}

// restamp writes an index with the stamp that the directory has now.
func restamp(t *testing.T, s *Store, index []byte) {
	t.Helper()
	now, err := s.stamp()
	if err != nil {
		t.Fatal(err)
	}
	index = bytes.Clone(index)
	copy(index[len(indexMagic):], now.append(nil))
	binary.BigEndian.PutUint32(index[headerSize-4:], checksum(index[:headerSize-4]))
	put(t, s.dir(indexName), index)
}

// TestIndexMerged: a store that another one is copied into, with its index and all times, has the certificates of both.
func TestIndexMerged(t *testing.T) {
	t.Parallel()
	w, a, mine := newIndexed(t)
	b := newStore(t)
	if err := os.MkdirAll(b.dir(certificatesDir), 0o700); err != nil {
		t.Fatal(err)
	}
	var theirs []*cert.Certificate
	for i := range minIndexed {
		theirs = append(theirs, w.person(9000+i))
		w.drop(b, theirs[i])
	}
	updateIndex(t, b)
	v := save(t, b)
	for _, c := range theirs {
		info, err := os.Stat(w.drop(a, c))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(pathOf(a, c), info.ModTime(), info.ModTime()); err != nil {
			t.Fatal(err)
		}
	}
	v.restore(t, a)
	for range 2 {
		for _, c := range []*cert.Certificate{mine[0], mine[99], theirs[0], theirs[minIndexed-1]} {
			expectFound(t, a, c, true)
		}
		updateIndex(t, a)
	}
}

// TestIndexMovedOver: a file that was moved over an indexed one, with its size and time, is noticed, whatever the directory
// looks like.
func TestIndexMovedOver(t *testing.T) {
	t.Parallel()
	w, s, people := newIndexed(t)
	other := w.person(9001)
	const size = 4000
	path, old := pathOf(s, people[8]), time.Now().Add(-time.Hour)
	write := func(path string, c *cert.Certificate) {
		t.Helper()
		if err := os.WriteFile(path, padded(t, c, size), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	write(path, people[8])
	updateIndex(t, s)
	// As if it had been made long after the file came: so that the next one may take over what it knows.
	if err := os.Chtimes(s.dir(indexName), time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	v := save(t, s)
	moved := s.dir("moved.pem")
	write(moved, other)
	if err := os.Rename(moved, path); err != nil {
		t.Fatal(err)
	}
	expectFound(t, s, other, true)
	restamp(t, s, v.index)
	if err := os.Chtimes(s.dir(indexName), time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{addressOf(9001), other.Fingerprint()} {
		if found, err := s.Catalogue().Find(who); err != nil || len(found) != 1 || !found[0].Certificate.Equal(other) {
			t.Errorf("%s: %q, %v", who, pathsOf(found), err)
		}
	}
	updateIndex(t, s)
	expectFound(t, s, other, true)
	expectFound(t, s, people[8], false)
}

// TestIndexLinks: a link that leads nowhere keeps no index from counting, until it leads somewhere.
func TestIndexLinks(t *testing.T) {
	t.Parallel()
	w, s, _ := newIndexed(t)
	for i, name := range []string{"0.pem", "zz.pem"} {
		target := s.dir(fmt.Sprintf("elsewhere%d.pem", i))
		if err := os.Symlink(target, s.dir(certificatesDir, name)); err != nil {
			t.Skip(err)
		}
		put(t, s.dir(certificatesDir, name+".txt"), []byte("no certificate"))
		updateIndex(t, s)
		before := save(t, s)
		updateIndex(t, s)
		if after := save(t, s); !after.modified.Equal(before.modified) {
			t.Errorf("%s: the index was made again", name)
		}
		c := s.Catalogue()
		if found, err := c.Find(addressOf(9000 + i)); err != nil || len(found) != 0 || c.scanned != nil {
			t.Errorf("%s: %d found; %v", name, len(found), err)
		}
		put(t, target, encodeChain([]*cert.Certificate{w.person(9000 + i)}))
		if found, err := s.Catalogue().Find(addressOf(9000 + i)); err != nil || len(found) != 1 {
			t.Errorf("%s: %d found; %v", name, len(found), err)
		}
	}
}

// TestIndexSeals: which directories can be sealed.
func TestIndexSeals(t *testing.T) {
	t.Parallel()
	const second, now = int64(time.Second), int64(1_800_000_000_000_000_000)
	was := stamp{now - 60*second, now - 50*second, 7}
	for _, test := range []struct {
		name string
		is   stamp
		want bool
	}{
		{"the time is set back and the change is of now", stamp{was.modified - int64(sealBack), now, 7}, true},
		{"times of two seconds", stamp{was.modified - int64(sealBack) + second, now, 7}, true},
		{"the time stays", stamp{was.modified, now, 7}, false},
		{"the time is that of now", stamp{now, now, 7}, false},
		{"the change gets the time that is set", stamp{was.modified - int64(sealBack), was.modified - int64(sealBack), 7}, false},
	} {
		if got := test.is.sealed(was); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// TestIndexStampParts: each number of a stamp counts, in that of the directory and in those of the files.
func TestIndexStampParts(t *testing.T) {
	t.Parallel()
	_, s, _ := newIndexed(t)
	good := save(t, s)
	for i, name := range []string{"modified", "changed", "inode"} {
		bad := bytes.Clone(good.index)
		bad[len(indexMagic)+8*i+7] ^= 1
		binary.BigEndian.PutUint32(bad[headerSize-4:], checksum(bad[:headerSize-4]))
		put(t, s.dir(indexName), bad)
		if isFresh(s) {
			t.Errorf("%s of the directory is another", name)
		}
		for _, later := range []bool{false, true} {
			restamp(t, s, good.index)
			mark(t, s, time.Now().Add(time.Hour))
			x, done, err := s.openIndex()
			if err != nil {
				t.Fatal(err)
			}
			bad = save(t, s).index
			rest := bad[x.list()+1+int64(bad[x.list()]):] // of the first file
			done()
			if later {
				rest[8+8*i+7] ^= 1
				file := bad[x.list() : int64(len(bad)-len(rest))+int64(indexedFileRest)]
				binary.BigEndian.PutUint32(file[len(file)-4:], checksum(file[:len(file)-4]))
			}
			put(t, s.dir(indexName), bad)
			if err := os.Chtimes(s.dir(indexName), time.Time{}, time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			if err := s.confirmIndex(); (err != nil) != later {
				t.Errorf("%s of a file is another: %v; %v", name, later, err)
			}
			old, done := s.readOldIndex()
			m, err := s.scan(old)
			if err != nil {
				t.Fatal(err)
			}
			done()
			found, err := m.index().has(marker)
			want := crowdSize + 1
			if later {
				want--
			}
			if err != nil || len(found) != want {
				t.Errorf("%s of a file is another: %v; %d were taken over, want %d; %v", name, later, len(found), want, err)
			}
		}
	}
}

// TestIndexListsOnce: an index that has one file twice instead of another is not that of the directory, although all of its
// files are there, and as many.
func TestIndexListsOnce(t *testing.T) {
	t.Parallel()
	_, s, _ := newIndexed(t)
	all, err := s.scan(nil)
	if err != nil {
		t.Fatal(err)
	}
	m, before := &indexMaker{}, indexedFile{}
	err = all.index().each(func(_ uint32, f indexedFile) error {
		if m.files == 5 {
			f = before
		}
		before = f
		_, err := m.place(f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	hostileIndex(t, s, m)
	if !isFresh(s) || s.confirmIndex() == nil {
		t.Error("it was confirmed")
	}
}

// TestStampOf: another file is another one, although all its times are the same.
func TestStampOf(t *testing.T) {
	t.Parallel()
	if !hasChangeTime {
		t.Skip("there are no indexes on this system")
	}
	dir, inodes := t.TempDir(), map[uint64]bool{}
	for _, name := range []string{"a", "b"} {
		path := filepath.Join(dir, name)
		put(t, path, nil)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		at := stampOf(info)
		inodes[at.inode] = true
		if at.modified != info.ModTime().UnixNano() || time.Since(time.Unix(0, at.changed)).Abs() > time.Minute {
			t.Errorf("%v", at)
		}
	}
	if len(inodes) != 2 {
		t.Errorf("inodes %v", inodes)
	}
}
