package certstore

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"smimectl/internal/cert"
)

// crowd makes certificates of many people by one CA, all with the CA's key, which is quick.
type crowd struct {
	tb     testing.TB
	key    *ecdsa.PrivateKey
	ca     *x509.Certificate
	caCert *cert.Certificate
	people []*cert.Certificate // made so far
}

func newCrowd(tb testing.TB) *crowd {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	w := &crowd{tb: tb, key: key}
	w.ca = &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Crowd CA"}, NotBefore: testTime,
		NotAfter: testTime.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true, SubjectKeyId: []byte{1, 2, 3}}
	w.caCert = w.make(w.ca)
	return w
}

// firstCrowd is one for tests that do not change it; each takes it with a tb of its own.
var firstCrowd = sync.OnceValue(func() crowd {
	var t testing.T
	w := newCrowd(&t)
	for i := range crowdSize {
		w.people = append(w.people, w.person(i))
	}
	return *w
})

func (w *crowd) make(t *x509.Certificate) *cert.Certificate {
	w.tb.Helper()
	der, err := x509.CreateCertificate(rand.Reader, t, w.ca, &w.key.PublicKey, w.key)
	if err != nil {
		w.tb.Fatal(err)
	}
	c, err := cert.Parse(der)
	if err != nil {
		w.tb.Fatal(err)
	}
	return c
}

// person makes the certificate of the i-th person.
func (w *crowd) person(i int, addresses ...string) *cert.Certificate {
	w.tb.Helper()
	if len(addresses) == 0 {
		addresses = []string{addressOf(i)}
	}
	return w.make(&x509.Certificate{SerialNumber: big.NewInt(int64(1000 + i)), Subject: pkix.Name{CommonName: fmt.Sprintf("Person %d", i)},
		NotBefore: testTime, NotAfter: testTime.AddDate(1, 0, 0), EmailAddresses: addresses, SubjectKeyId: binary.BigEndian.AppendUint64(nil, uint64(i))})
}

func addressOf(i int) string { return fmt.Sprintf("Person.%d@Example.test", i) }

// fill puts n people into the store without the store's help: what AddCertificate does to the disk takes longer.
func (w *crowd) fill(s *Store, n int) []*cert.Certificate {
	w.tb.Helper()
	if err := os.MkdirAll(s.dir(certificatesDir), 0o700); err != nil {
		w.tb.Fatal(err)
	}
	w.drop(s, w.caCert)
	for i := len(w.people); i < n; i++ {
		w.people = append(w.people, w.person(i))
	}
	for _, c := range w.people[:n] {
		w.drop(s, c)
	}
	return slices.Clone(w.people[:n])
}

// drop copies a certificate into the store, as cp does.
func (w *crowd) drop(s *Store, c *cert.Certificate) string {
	w.tb.Helper()
	path := s.dir(certificatesDir, certificateName(c)+certificateSuffix)
	if err := os.WriteFile(path, encodeChain([]*cert.Certificate{c}), 0o600); err != nil {
		w.tb.Fatal(err)
	}
	return path
}

const crowdSize = 100 // several pages of entries

// newIndexed is a store with an index that is up to date.
func newIndexed(t *testing.T) (*crowd, *Store, []*cert.Certificate) {
	t.Helper()
	w, s := firstCrowd(), newStore(t)
	w.tb = t
	people := w.fill(s, crowdSize)
	updateIndex(t, s)
	return &w, s, people
}

func updateIndex(t testing.TB, s *Store) {
	t.Helper()
	if !hasChangeTime {
		t.Skip("there are no indexes on this system")
	}
	if err := s.UpdateIndex(); err != nil {
		t.Fatal(err)
	}
	if !isFresh(s) {
		t.Fatal("the new index is not up to date")
	}
}

func isFresh(s *Store) bool {
	_, done, err := s.openIndex()
	if err == nil {
		done()
	}
	return err == nil
}

// lookups are all ways to find a certificate.
func lookups(t testing.TB, c *cert.Certificate) map[string]func(*Catalogue) ([]*Entry, error) {
	t.Helper()
	raw := c.SubjectKeyID()
	return map[string]func(*Catalogue) ([]*Entry, error){
		"address":        func(x *Catalogue) ([]*Entry, error) { return x.For(c.Addresses()[0]) },
		"address, lower": func(x *Catalogue) ([]*Entry, error) { return x.Find(strings.ToLower(c.Addresses()[0].String())) },
		"mailbox":        func(x *Catalogue) ([]*Entry, error) { return x.Find("Somebody <" + c.Addresses()[0].String() + ">") },
		"fingerprint":    func(x *Catalogue) ([]*Entry, error) { return x.Find(c.Fingerprint()) },
		"9 digits of it": func(x *Catalogue) ([]*Entry, error) { return x.Find(c.Fingerprint()[:9]) },
		"SHA-1":          func(x *Catalogue) ([]*Entry, error) { return x.Find(fmt.Sprintf("%x", sha1Of(c))) },
		"key identifier": func(x *Catalogue) ([]*Entry, error) { return x.Find(fmt.Sprintf("%x", raw)) },
		"ByKeyID":        func(x *Catalogue) ([]*Entry, error) { return x.ByKeyID(raw) },
		"ByIssuerSerial": func(x *Catalogue) ([]*Entry, error) { return x.ByIssuerSerial(c.IssuerSerial()) },
		"Issuers":        func(x *Catalogue) ([]*Entry, error) { return x.Issuers([]cert.Name{c.Subject}) },
	}
}

// sha1Of is the fingerprint that gpgsm writes.
func sha1Of(c *cert.Certificate) []byte {
	sum := sha1.Sum(c.Raw)
	return sum[:]
}

// expectFound fails unless every lookup of c finds it, or none does.
func expectFound(t *testing.T, s *Store, c *cert.Certificate, want bool) {
	t.Helper()
	for name, find := range lookups(t, c) {
		found, err := find(s.Catalogue())
		has := slices.ContainsFunc(found, func(e *Entry) bool { return e.Certificate.Equal(c) })
		if err != nil || has != want {
			t.Errorf("%s of %s: found %v, want %v; %v", name, c.DisplayName(), has, want, err)
		}
	}
}

// TestIndexFinds: what is found with the index is what is found without, and nothing is written for it.
func TestIndexFinds(t *testing.T) {
	t.Parallel()
	w, s, people := newIndexed(t)
	bare := newStore(t)
	if err := os.MkdirAll(bare.root, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(bare.dir(certificatesDir), os.DirFS(s.dir(certificatesDir))); err != nil {
		t.Fatal(err)
	}
	before := tree(t, s.root)
	fast, slow := s.Catalogue(), bare.Catalogue()
	for _, i := range []int{0, 1, 33, 34, 77, crowdSize - 1} {
		for name, find := range lookups(t, people[i]) {
			a, err1 := find(fast)
			b, err2 := find(slow)
			if err := errors.Join(err1, err2); err != nil {
				t.Fatal(err)
			}
			if got, want := pathsOf(a), pathsOf(b); !slices.Equal(got, want) || len(got) == 0 {
				t.Errorf("%s: %q with the index, %q without", name, got, want)
			}
		}
	}
	if fast.scanned != nil {
		t.Error("all files were read although there is an index")
	}
	if slow.scanned == nil {
		t.Error("there is an index in a copy without one")
	}
	for name, find := range lookups(t, w.person(crowdSize+1)) {
		if found, err := find(s.Catalogue()); err != nil || len(found) > 0 {
			t.Errorf("%s: %q of somebody who is not there, %v", name, pathsOf(found), err)
		}
	}
	if after := tree(t, s.root); after != before {
		t.Error("lookups have changed the store")
	}
}

func pathsOf(list []*Entry) []string {
	var out []string
	for _, e := range list {
		out = append(out, filepath.Base(e.Path))
	}
	return out
}

// TestIndexOfPeople: people with the same address, with several, with one that differs in case alone where that
// counts.
func TestIndexOfPeople(t *testing.T) {
	t.Parallel()
	w, s, _ := newIndexed(t)
	for i := range 250 { // more than a page of one key
		w.drop(s, w.person(5000+i, "all@example.test", fmt.Sprintf("one-of-%d@example.test", i)))
	}
	updateIndex(t, s)
	for who, want := range map[string]int{"ALL@example.test": 250, "one-of-249@EXAMPLE.test": 1, "al@example.test": 0} {
		c := s.Catalogue()
		if found, err := c.For(address(t, who)); err != nil || len(found) != want || c.scanned != nil {
			t.Errorf("%s: %d certificates, want %d; %v", who, len(found), want, err)
		}
	}
	for _, pair := range [][2]string{{"a@Example.test", "A@example.TEST"}, {"a.b@example.test", "\"a.b\"@example.test"}} {
		if a, b := address(t, pair[0]), address(t, pair[1]); a.Equal(b) != (addressKey(a) == addressKey(b)) {
			t.Errorf("%q and %q", pair[0], pair[1])
		}
	}
	if a, b := (cert.Address{Local: "Ä", Domain: "x"}), (cert.Address{Local: "ä", Domain: "x"}); a.Equal(b) || addressKey(a) == addressKey(b) {
		t.Error("letters outside ASCII were folded")
	}
}

// TestIndexIssuers: who is above somebody, and who answers for a CA.
func TestIndexIssuers(t *testing.T) {
	t.Parallel()
	w, s, people := newIndexed(t)
	answering := w.make(&x509.Certificate{SerialNumber: big.NewInt(5), Subject: pkix.Name{CommonName: "Responder"}, NotBefore: testTime,
		NotAfter: testTime.AddDate(1, 0, 0), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}})
	w.drop(s, answering)
	updateIndex(t, s)
	found, err := s.Catalogue().Issuers([]cert.Name{people[3].Issuer, people[4].Issuer})
	if err != nil || len(found) != 2 {
		t.Fatalf("%q, %v", pathsOf(found), err)
	}
	for _, c := range []*cert.Certificate{w.caCert, answering} {
		if !slices.ContainsFunc(found, func(e *Entry) bool { return e.Certificate.Equal(c) }) {
			t.Errorf("%s was not found", c.DisplayName())
		}
	}
	// In turn: from a person to the CA.
	if found, err = s.Catalogue().Issuers([]cert.Name{people[3].Subject}); err != nil || len(found) != 3 {
		t.Errorf("%q, %v", pathsOf(found), err)
	}
}

// TestIndexOutdated: whatever happens to the files by hand is seen, although the index still says otherwise.
func TestIndexOutdated(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(t *testing.T, w *crowd, s *Store, people []*cert.Certificate) (there, gone *cert.Certificate)
	}{
		{"a file is copied into the directory", func(_ *testing.T, w *crowd, s *Store, _ []*cert.Certificate) (there, gone *cert.Certificate) {
			there = w.person(9000)
			w.drop(s, there)
			return there, nil
		}},
		{"a file is removed", func(t *testing.T, _ *crowd, s *Store, people []*cert.Certificate) (there, gone *cert.Certificate) {
			if err := os.Remove(s.dir(certificatesDir, certificateName(people[8])+certificateSuffix)); err != nil {
				t.Fatal(err)
			}
			return people[9], people[8]
		}},
		{"a file is removed, and the directory looks untouched", func(t *testing.T, _ *crowd, s *Store, people []*cert.Certificate) (there, gone *cert.Certificate) {
			return people[9], untouched(t, s, func() *cert.Certificate {
				if err := os.Remove(s.dir(certificatesDir, certificateName(people[8])+certificateSuffix)); err != nil {
					t.Fatal(err)
				}
				return people[8]
			})
		}},
		{"a file is written over by another's certificate", func(t *testing.T, w *crowd, s *Store, people []*cert.Certificate) (there, gone *cert.Certificate) {
			there = w.person(9001)
			data := append([]byte("# longer\n"), encodeChain([]*cert.Certificate{there})...)
			if err := os.WriteFile(s.dir(certificatesDir, certificateName(people[8])+certificateSuffix), data, 0o600); err != nil {
				t.Fatal(err)
			}
			return nil, people[8]
		}},
		{"a file is written over by rename", func(t *testing.T, w *crowd, s *Store, people []*cert.Certificate) (there, gone *cert.Certificate) {
			there = w.person(9002)
			if err := os.Rename(w.drop(s, there), s.dir(certificatesDir, certificateName(people[8])+certificateSuffix)); err != nil {
				t.Fatal(err)
			}
			return there, people[8]
		}},
		{"a file gets another name", func(t *testing.T, _ *crowd, s *Store, people []*cert.Certificate) (there, gone *cert.Certificate) {
			if err := os.Rename(s.dir(certificatesDir, certificateName(people[8])+certificateSuffix), s.dir(certificatesDir, "bob.pem")); err != nil {
				t.Fatal(err)
			}
			return people[8], nil
		}},
		{"a file is hidden", func(t *testing.T, _ *crowd, s *Store, people []*cert.Certificate) (there, gone *cert.Certificate) {
			name := certificateName(people[8]) + certificateSuffix
			if err := os.Rename(s.dir(certificatesDir, name), s.dir(certificatesDir, "."+name)); err != nil {
				t.Fatal(err)
			}
			return nil, people[8]
		}},
		{"the directory is gone", func(t *testing.T, _ *crowd, s *Store, people []*cert.Certificate) (there, gone *cert.Certificate) {
			if err := os.RemoveAll(s.dir(certificatesDir)); err != nil {
				t.Fatal(err)
			}
			return nil, people[8]
		}},
		{"nothing", func(_ *testing.T, w *crowd, _ *Store, people []*cert.Certificate) (there, gone *cert.Certificate) {
			return people[8], w.person(9003)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, s, people := newIndexed(t)
			there, gone := test.change(t, w, s, people)
			if there != nil {
				expectFound(t, s, there, true)
			}
			if gone != nil {
				expectFound(t, s, gone, false)
			}
			if err := s.UpdateIndex(); err != nil { // and once more with what is written then
				t.Fatal(err)
			}
			if there != nil {
				expectFound(t, s, there, true)
			}
			if gone != nil {
				expectFound(t, s, gone, false)
			}
		})
	}
}

// untouched does something in the directory of the certificates, and gives it its time back.
func untouched(t *testing.T, s *Store, do func() *cert.Certificate) *cert.Certificate {
	t.Helper()
	stamp, err := s.stamp()
	if err != nil {
		t.Fatal(err)
	}
	c := do()
	if err := os.Chtimes(s.dir(certificatesDir), time.Time{}, time.Unix(0, stamp.modified)); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestIndexWrittenOver: another's certificate in the place of an old one is found, if only somebody asks for its
// owner; and the old one's owner is told at once.
func TestIndexWrittenOver(t *testing.T) {
	t.Parallel()
	w, s, people := newIndexed(t)
	other := w.person(9001)
	data := append([]byte("# longer\n"), encodeChain([]*cert.Certificate{other})...)
	if err := os.WriteFile(s.dir(certificatesDir, certificateName(people[8])+certificateSuffix), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if !isFresh(s) {
		t.Skip("this file system changes the directory with the file")
	}
	for _, who := range []string{addressOf(9001), other.Fingerprint()} {
		if found, err := s.Catalogue().Find(who); err != nil || len(found) != 1 || !found[0].Certificate.Equal(other) {
			t.Errorf("%s: %q, %v", who, pathsOf(found), err)
		}
	}
}

// TestIndexSameMoment: a file that is copied there right after the index was made, in the same tick of the clock, is
// found.
func TestIndexSameMoment(t *testing.T) {
	t.Parallel()
	w, s, _ := newIndexed(t)
	for i := range 20 {
		c := w.person(9000 + i)
		updateIndex(t, s)
		w.drop(s, c)
		if found, err := s.Catalogue().For(c.Addresses()[0]); err != nil || len(found) != 1 {
			t.Fatalf("round %d: %d found, %v", i, len(found), err)
		}
	}
}

// TestIndexDamaged: an index of which any octet was changed, or that was cut, is at worst no index. Nothing that is
// there stays unfound.
func TestIndexDamaged(t *testing.T) {
	t.Parallel()
	_, s, people := newIndexed(t)
	path := s.dir(indexName)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	find := func(what string) {
		t.Helper()
		for _, c := range []*cert.Certificate{people[0], people[50]} {
			if found, err := s.Catalogue().For(c.Addresses()[0]); err != nil || len(found) != 1 || !found[0].Certificate.Equal(c) {
				t.Errorf("%s: %q, %v", what, pathsOf(found), err)
			}
		}
	}
	put(t, path, nil)
	find("empty")
	step := len(good)/40 + 1
	for i := 0; i < len(good); i += step {
		put(t, path, good[:i])
		find(fmt.Sprintf("cut at %d", i))
		bad := bytes.Clone(good)
		bad[i] ^= 0x10
		put(t, path, bad)
		find(fmt.Sprintf("octet %d changed", i))
	}
	put(t, path, append(bytes.Clone(good), 0))
	find("an octet behind it")
	if err := s.UpdateIndex(); err != nil {
		t.Fatal(err)
	}
	updateIndex(t, s)
	if again, err := os.ReadFile(path); err != nil || len(again) != len(good) {
		t.Errorf("%d octets, %d before; %v", len(again), len(good), err)
	}
}

// hostileIndex writes an index with the right stamp that leads somewhere else.
func hostileIndex(t *testing.T, s *Store, m *indexMaker) {
	t.Helper()
	stamp, err := s.stamp()
	if err != nil {
		t.Fatal(err)
	}
	put(t, s.dir(indexName), m.encode(stamp))
}

// TestIndexHostile: an index that was made on purpose, with sound checksums, gives nobody another's certificate and no
// file from outside the directory.
func TestIndexHostile(t *testing.T) {
	t.Parallel()
	w, s, people := newIndexed(t)
	outside := filepath.Join(s.root, "outside.pem")
	eve := w.person(7000, addressOf(0))
	put(t, outside, encodeChain([]*cert.Certificate{eve}))
	place := func(t *testing.T, m *indexMaker, path, name string) uint32 {
		f, err := statIndexed(path)
		if err != nil {
			t.Fatal(err)
		}
		f.name = name
		at, err := m.place(f)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	key := addressKey(people[0].Addresses()[0])
	for _, test := range []struct {
		name string
		make func(t *testing.T, m *indexMaker)
	}{
		{"leads to another's certificate", func(t *testing.T, m *indexMaker) {
			name := certificateName(people[1]) + certificateSuffix
			m.add(place(t, m, s.dir(certificatesDir, name), name), key)
		}},
		{"leads out of the directory", func(t *testing.T, m *indexMaker) { m.add(place(t, m, outside, "../outside.pem"), key) }},
		{"leads to a whole path", func(t *testing.T, m *indexMaker) { m.add(place(t, m, outside, outside), key) }},
		{"leads to no name", func(t *testing.T, m *indexMaker) { m.add(place(t, m, s.dir(certificatesDir), ""), key) }},
		{"leads into the middle of the list", func(t *testing.T, m *indexMaker) {
			name := certificateName(people[0]) + certificateSuffix
			m.add(place(t, m, s.dir(certificatesDir, name), name)+1, key)
		}},
		{"leads behind the list", func(t *testing.T, m *indexMaker) {
			name := certificateName(people[0]) + certificateSuffix
			place(t, m, s.dir(certificatesDir, name), name)
			m.add(1<<32-1, key)
		}},
		{"knows nobody", func(*testing.T, *indexMaker) {}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := &indexMaker{}
			test.make(t, m)
			hostileIndex(t, s, m)
			if !isFresh(s) {
				t.Fatal("the index is not one to be tried")
			}
			found, err := s.Catalogue().For(people[0].Addresses()[0])
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range found {
				if !e.Certificate.Equal(people[0]) {
					t.Errorf("%s", e.Certificate.DisplayName())
				}
			}
			if test.name != "knows nobody" && len(found) != 1 {
				t.Errorf("%d found", len(found))
			}
		})
	}
	// Counts that the file does not bear out.
	good, err := os.ReadFile(s.dir(indexName))
	if err != nil {
		t.Fatal(err)
	}
	for field := range 3 {
		for _, n := range []uint64{1, 203, 1 << 31, 1 << 40, 1 << 63, 1<<64 - 1} {
			bad := bytes.Clone(good)
			binary.BigEndian.PutUint64(bad[len(indexMagic)+8*(3+field):], n)
			binary.BigEndian.PutUint32(bad[headerSize-4:], checksum(bad[:headerSize-4]))
			put(t, s.dir(indexName), bad)
			if found, err := s.Catalogue().Find(addressOf(0)); err != nil || len(found) > 1 {
				t.Errorf("field %d is %d: %d found, %v", field, n, len(found), err)
			}
		}
	}
}

// TestIndexProblems: a damaged file of the store is named, whether the index is asked or not.
func TestIndexProblems(t *testing.T) {
	t.Parallel()
	_, s, people := newIndexed(t)
	bad := s.dir(certificatesDir, "bad.pem")
	put(t, bad, []byte("no certificate"))
	for _, indexed := range []bool{false, true} {
		if indexed {
			updateIndex(t, s)
		}
		s := Open(s.Roots())
		c := s.Catalogue()
		if found, err := c.For(people[5].Addresses()[0]); err != nil || len(found) != 1 || indexed != (c.scanned == nil) {
			t.Fatalf("%d found, %v", len(found), err)
		}
		if p := s.Problems(); len(p) != 1 || p[0].Path != bad {
			t.Errorf("index %v: problems %v", indexed, p)
		}
	}
	// It is repaired in its place.
	w := newCrowd(t)
	c := w.person(6001, "late@example.test")
	put(t, bad, encodeChain([]*cert.Certificate{c}))
	if found, err := s.Catalogue().ByIssuerSerial(c.IssuerSerial()); err != nil || len(found) != 1 {
		t.Errorf("%d found after the repair, %v", len(found), err)
	}
	if found, err := s.Catalogue().Find("late@example.test"); err != nil || len(found) != 1 {
		t.Errorf("%d found after the repair, %v", len(found), err)
	}
}

// TestIndexOfFew: a small store has no index, and one that became small loses it. A store that cannot be written
// is searched all the same.
func TestIndexOfFew(t *testing.T) {
	t.Parallel()
	w, s := newCrowd(t), newStore(t)
	if err := s.UpdateIndex(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.root); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a store was made: %v", err)
	}
	if err := Open(Roots{}).UpdateIndex(); err != nil {
		t.Fatal(err)
	}
	people := w.fill(s, minIndexed)
	updateIndex(t, s)
	for _, c := range people[:2] {
		if err := os.Remove(s.dir(certificatesDir, certificateName(c)+certificateSuffix)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.UpdateIndex(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.dir(indexName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the index is still there: %v", err)
	}
	expectFound(t, s, people[5], true)
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		return // modes do not stop this user from writing
	}
	w.drop(s, people[0])
	w.drop(s, people[1])
	os.Chmod(s.root, 0o500)
	defer os.Chmod(s.root, 0o700)
	if err := s.UpdateIndex(); err == nil {
		t.Error("an index in a directory that cannot be written")
	}
	expectFound(t, s, people[0], true)
}

// marker is a key that no certificate has: an entry with it was taken over, its file was not read.
var marker = digestKey('m')

// mark puts the marker at every file of the index, which is as if it had been written at the time.
func mark(t *testing.T, s *Store, written time.Time) {
	t.Helper()
	m, err := s.scan(nil)
	if err != nil {
		t.Fatal(err)
	}
	err = m.index().each(func(at uint32, _ indexedFile) error {
		m.add(at, marker)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	hostileIndex(t, s, m)
	if err := os.Chtimes(s.dir(indexName), written, written); err != nil {
		t.Fatal(err)
	}
}

// marked are the names of the files that were taken over.
func marked(t *testing.T, s *Store) (names []string) {
	t.Helper()
	x, done, err := s.openIndex()
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	found, err := x.has(marker)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range found {
		f, err := x.file(at)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, f.name)
	}
	return names
}

func pathOf(s *Store, c *cert.Certificate) string {
	return s.dir(certificatesDir, certificateName(c)+certificateSuffix)
}

// padded is a certificate as a file of n octets.
func padded(t *testing.T, c *cert.Certificate, n int64) []byte {
	t.Helper()
	data := encodeChain([]*cert.Certificate{c})
	if int64(len(data)) > n {
		t.Fatalf("%d octets, want %d", len(data), n)
	}
	return append(bytes.Repeat([]byte("\n"), int(n)-len(data)), data...)
}

// TestIndexTakesOver: of files that have not changed, what the old index knows is kept; all others are read, also
// where another one has the size and the time of the one that was there.
func TestIndexTakesOver(t *testing.T) {
	t.Parallel()
	w, s, people := newIndexed(t)
	const size = 4000
	old := time.Now().Add(-time.Hour)
	write := func(path string, c *cert.Certificate, modified time.Time) {
		t.Helper()
		if err := os.WriteFile(path, padded(t, c, size), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, modified, modified); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range people {
		write(pathOf(s, c), c, old)
	}
	updateIndex(t, s)
	mark(t, s, time.Now().Add(time.Hour)) // later than all changes, which cannot be set back
	there := []*cert.Certificate{people[0], people[99], w.person(9000), w.person(9001), w.person(9002), w.person(9003)}
	w.drop(s, there[2])
	write(pathOf(s, people[5]), there[3], old.Add(time.Minute))
	write(pathOf(s, people[6]), there[4], old)
	moved := filepath.Join(s.root, "moved.pem")
	write(moved, there[5], old)
	if err := os.Rename(moved, pathOf(s, people[7])); err != nil {
		t.Fatal(err)
	}
	updateIndex(t, s)
	var want []string
	for _, c := range append(slices.Clone(people), w.caCert) {
		if !slices.ContainsFunc(people[5:8], c.Equal) {
			want = append(want, filepath.Base(pathOf(s, c)))
		}
	}
	slices.Sort(want)
	if got := marked(t, s); !slices.Equal(got, want) {
		t.Errorf("%d files were taken over, want %d", len(got), len(want))
	}
	for _, c := range there {
		expectFound(t, s, c, true)
	}
	for _, c := range people[5:8] {
		expectFound(t, s, c, false)
	}
}

// TestIndexUnsettled: what was written or changed when the index was may have been written once more in the same moment,
// so the next index does not take it over.
func TestIndexUnsettled(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		modified time.Duration // of the files, before now; they were changed now
		written  time.Duration // of the index, after now
		taken    int
	}{
		{"both are new", 0, 0, 0},
		{"files that came with an old time", time.Hour, 0, 0},
		{"files with a time to come", -2 * time.Hour, time.Hour, 0},
		{"both are old", time.Hour, time.Hour, crowdSize},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, s, people := newIndexed(t)
			now := time.Now()
			for _, c := range people {
				if err := os.Chtimes(pathOf(s, c), now, now.Add(-test.modified)); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Remove(pathOf(s, w.caCert)); err != nil {
				t.Fatal(err)
			}
			updateIndex(t, s)
			mark(t, s, time.Now().Add(test.written))
			w.drop(s, w.person(9001))
			updateIndex(t, s)
			if got := len(marked(t, s)); got != test.taken {
				t.Errorf("%d files were taken over, want %d", got, test.taken)
			}
		})
	}
}

// TestIndexSealed: the time of the directory is set so far back that nothing that happens there now can give it the
// same, and never to that of the index before.
func TestIndexSealed(t *testing.T) {
	t.Parallel()
	_, s, people := newIndexed(t)
	info, err := os.Stat(s.dir(certificatesDir, certificateName(people[99])+certificateSuffix))
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.stamp()
	if err != nil || info.ModTime().Sub(time.Unix(0, first.modified)) < 5*time.Second {
		t.Errorf("stamp %v, and a file of %v; %v", time.Unix(0, first.modified), info.ModTime(), err)
	}
	// A file that came just when it would lead to the same stamp.
	at := time.Unix(0, first.modified).Add(sealBack)
	if err := os.Chtimes(s.dir(certificatesDir), at, at); err != nil {
		t.Fatal(err)
	}
	updateIndex(t, s)
	if second, err := s.stamp(); err != nil || second.modified == first.modified {
		t.Errorf("the index before fits again; %v", err)
	}
}

// TestIndexChecksums: one octet that was changed in the header or in the list of files is noticed there.
func TestIndexChecksums(t *testing.T) {
	t.Parallel()
	_, s, _ := newIndexed(t)
	good, err := os.ReadFile(s.dir(indexName))
	if err != nil {
		t.Fatal(err)
	}
	for i := range headerSize {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if _, err := readIndex(bytes.NewReader(bad), int64(len(bad))); err == nil {
			t.Errorf("octet %d of the header", i)
		}
	}
	file := appendFile(nil, indexedFile{"a.pem", 1, stamp{2, 3, 4}})
	if _, n := cutFile(file); n != len(file) {
		t.Fatalf("%d octets of %d", n, len(file))
	}
	for i := range file {
		bad := bytes.Clone(file)
		bad[i] ^= 1
		if f, n := cutFile(bad); n != 0 {
			t.Errorf("octet %d of a file: %v", i, f)
		}
		if f, n := cutFile(file[:i]); n != 0 {
			t.Errorf("%d octets of a file: %v", i, f)
		}
	}
}

// FuzzIndex: no index makes a reader panic, loop or find what is not in its list.
func FuzzIndex(f *testing.F) {
	m := &indexMaker{}
	for i := range 3 {
		at, _ := m.place(indexedFile{fmt.Sprintf("%d.pem", i), 1, stamp{2, 3, 4}})
		m.add(at, digestKey(byAddress, "a"), digestKey(bySubject, fmt.Sprint(i)))
	}
	f.Add(m.encode(stamp{1, 2, 3}))
	f.Add((&indexMaker{}).encode(stamp{}))
	f.Fuzz(func(t *testing.T, data []byte) {
		// The checksums would stop nearly everything.
		if len(data) >= headerSize {
			binary.BigEndian.PutUint32(data[headerSize-4:], checksum(data[:headerSize-4]))
			for p := data[headerSize:]; len(p) >= pageSize; p = p[pageSize:] {
				binary.BigEndian.PutUint32(p[pageSize-4:], checksum(p[:pageSize-4]))
			}
		}
		x, err := readIndex(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		for _, k := range []indexKey{{}, digestKey(byAddress, "a"), {0xff}} {
			found, err := x.find(k, indexKey(bytes.Repeat([]byte{0xff}, keySize)))
			if err == nil && int64(len(found)) > x.entries {
				t.Errorf("%d of %d", len(found), x.entries)
			}
			for _, at := range found {
				if file, err := x.file(at); err == nil && !isIndexed(file.name) {
					t.Errorf("file %q", file.name)
				}
			}
		}
		x.each(func(_ uint32, file indexedFile) error {
			if !isIndexed(file.name) {
				t.Errorf("file %q", file.name)
			}
			return nil
		})
	})
}
