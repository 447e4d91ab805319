package certstore

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"smimectl/internal/cert"
)

// growthSizes are the stores that lookups are measured in. SMIMECTL_GROWTH=100000 adds larger ones.
func growthSizes(b *testing.B) []int {
	sizes := []int{500, 1000}
	if most, err := strconv.Atoi(os.Getenv("SMIMECTL_GROWTH")); err == nil && most > 1000 {
		sizes = append(sizes, most/2, most)
	}
	return sizes
}

// grownStore has n people and an index. With SMIMECTL_GROWTH_DIR it is made there once and kept.
func grownStore(b *testing.B, w *crowd, n int) *Store {
	b.Helper()
	root := b.TempDir()
	if dir := os.Getenv("SMIMECTL_GROWTH_DIR"); dir != "" {
		root = filepath.Join(dir, fmt.Sprint(n))
	}
	s := Open(Roots{Data: root})
	if isFresh(s) {
		return s
	}
	if err := os.MkdirAll(s.dir(certificatesDir), 0o700); err != nil {
		b.Fatal(err)
	}
	w.drop(s, w.caCert)
	for i := range n {
		w.drop(s, w.person(i))
	}
	updateIndex(b, s)
	return s
}

// BenchmarkLookup finds one certificate among many, as each start of the program does.
func BenchmarkLookup(b *testing.B) {
	w := newCrowd(b)
	for _, n := range growthSizes(b) {
		s := grownStore(b, w, n)
		one, err := s.Catalogue().For(lookupAddress(b, n/3))
		if err != nil || len(one) != 1 {
			b.Fatalf("%d found, %v", len(one), err)
		}
		c := one[0].Certificate
		for name, find := range map[string]func(*Catalogue) ([]*Entry, error){
			"address":      func(x *Catalogue) ([]*Entry, error) { return x.For(c.Addresses()[0]) },
			"fingerprint":  func(x *Catalogue) ([]*Entry, error) { return x.Find(c.Fingerprint()[:12]) },
			"issuerserial": func(x *Catalogue) ([]*Entry, error) { return x.ByIssuerSerial(c.IssuerSerial()) },
			"keyid":        func(x *Catalogue) ([]*Entry, error) { return x.ByKeyID(c.SubjectKeyID()) },
			"issuers":      func(x *Catalogue) ([]*Entry, error) { return x.Issuers([]cert.Name{c.Issuer}) },
		} {
			b.Run(fmt.Sprintf("%s/n=%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if found, err := find(s.Catalogue()); err != nil || len(found) != 1 {
						b.Fatalf("%d found, %v", len(found), err)
					}
				}
			})
		}
	}
}

func lookupAddress(tb testing.TB, i int) cert.Address {
	tb.Helper()
	a, err := cert.ParseAddress(addressOf(i))
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// BenchmarkLookupWithout is the same where there is no index: all files are read.
func BenchmarkLookupWithout(b *testing.B) {
	w := newCrowd(b)
	for _, n := range growthSizes(b) {
		s := grownStore(b, w, n)
		index := s.dir(indexName)
		data, err := os.ReadFile(index)
		if err != nil {
			b.Fatal(err)
		}
		os.Remove(index)
		b.Run(fmt.Sprintf("address/n=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if found, err := s.Catalogue().For(lookupAddress(b, n/3)); err != nil || len(found) != 1 {
					b.Fatalf("%d found, %v", len(found), err)
				}
			}
		})
		if err := os.WriteFile(index, data, 0o600); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkUpdateIndex makes the index, from nothing and after one certificate was added.
func BenchmarkUpdateIndex(b *testing.B) {
	w := newCrowd(b)
	for _, n := range growthSizes(b) {
		s := grownStore(b, w, n)
		b.Run(fmt.Sprintf("new/n=%d", n), func(b *testing.B) {
			for b.Loop() {
				os.Remove(s.dir(indexName))
				updateIndex(b, s)
			}
		})
		b.Run(fmt.Sprintf("one-more/n=%d", n), func(b *testing.B) {
			extra := w.person(n + 1)
			for b.Loop() {
				os.Remove(w.drop(s, extra))
				updateIndex(b, s)
			}
		})
	}
}

// TestLookupReadsLittle: what a lookup reads and takes in memory hardly depends on how many certificates there are:
// ten times as many cost at most three pages more, never a look at all of them.
func TestLookupReadsLittle(t *testing.T) {
	read := map[int]int64{}
	for _, files := range []int{1000, 10000} {
		m := &indexMaker{}
		for i := range files {
			at, err := m.place(indexedFile{fmt.Sprintf("%012x.pem", i), 1000, stamp{1, 2, 3}})
			if err != nil {
				t.Fatal(err)
			}
			for _, kind := range []byte{byAddress, byFingerprint, byIssuer, byKeyID, bySHA1, bySubject} {
				m.add(at, digestKey(kind, strconv.Itoa(i)))
			}
		}
		x := m.index()
		counting := &countingReader{at: x.at}
		x.at = counting
		for i := 0; i < files; i += files / 100 {
			found, err := x.has(digestKey(byAddress, strconv.Itoa(i)))
			if err != nil || len(found) != 1 {
				t.Fatalf("%d: %d found, %v", i, len(found), err)
			}
			if f, err := x.file(found[0]); err != nil || f.name != fmt.Sprintf("%012x.pem", i) {
				t.Fatalf("%d: %v, %v", i, f, err)
			}
		}
		read[files] = counting.octets / 100
		allocated := testing.AllocsPerRun(100, func() {
			if found, err := x.has(digestKey(byAddress, "7")); err != nil || len(found) != 1 {
				t.Error(err)
			}
		})
		t.Logf("%d files: %d octets read for each lookup, %.0f allocations", files, read[files], allocated)
		if allocated > 8 {
			t.Errorf("%d files: %.0f allocations", files, allocated)
		}
	}
	if more := read[10000] - read[1000]; more > 4*pageSize {
		t.Errorf("%d octets read in ten times as many", read[10000])
	}
}

type countingReader struct {
	at     io.ReaderAt
	octets int64
}

func (r *countingReader) ReadAt(p []byte, off int64) (int, error) {
	n, err := r.at.ReadAt(p, off)
	r.octets += int64(n)
	return n, err
}
