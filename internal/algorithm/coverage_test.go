package algorithm

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// row names one row of one table.
type row struct {
	table, name string
	oid         OID
}

func (r row) String() string { return fmt.Sprintf("%s %s (%s)", r.table, r.name, r.oid) }

// covered has the rows that somebody else's vector has gone through, and where it
// is from. Tests add to it what they have verified, nothing else does.
var covered = struct {
	sync.Mutex
	rows map[row][]string
}{rows: map[row][]string{}}

// covers says that a vector of source, a file below this folder or a document, was
// computed with a row and gave what it has to. A test that has failed covers nothing.
func covers(t testing.TB, r row, source string) {
	t.Helper()
	if t.Failed() {
		return
	}
	document := slices.ContainsFunc([]string{"RFC ", "FIPS ", "NIST "}, func(prefix string) bool { return strings.HasPrefix(source, prefix) })
	if _, err := os.Stat(filepath.FromSlash(source)); err != nil && !document {
		t.Errorf("%s: vectors in %s, which is neither a file nor a document", r, source)
		return
	}
	covered.Lock()
	defer covered.Unlock()
	if !slices.Contains(covered.rows[r], source) {
		covered.rows[r] = append(covered.rows[r], source)
	}
}

func rowOfSignature(s *Signature) row { return row{"signature", s.Name, s.Identifier.OID} }

func rowOfCipher(c *ContentCipher) row { return row{"cipher", c.Name, c.OID} }

// coversKey covers the row of the key's kind, and of the curve that is a kind of its own.
func coversKey(t testing.TB, key *PublicKey, source string) {
	t.Helper()
	kind, err := findKeyKind(key.Identifier.OID)
	if err != nil {
		t.Error(err)
		return
	}
	covers(t, row{"key", kind.name, kind.oid}, source)
	covers(t, row{"curve", kind.name, kind.oid}, source)
}

// rowsToCover are all rows of all tables.
func rowsToCover() []row {
	var list []row
	for _, r := range Rows() {
		list = append(list, row{r.Table, r.Name, r.OID})
	}
	return list
}

// TestMain looks, after all tests, for rows that no vector of somebody else has gone
// through: what only agrees with itself may be wrong in both directions. A run of
// some tests alone says nothing about that.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 && wholeRun() {
		for _, r := range rowsToCover() {
			if len(covered.rows[r]) == 0 {
				fmt.Fprintf(os.Stderr, "no vector of somebody else for %s\n", r)
				code = 1
			}
		}
	}
	os.Exit(code)
}

func wholeRun() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.fuzz", "test.bench"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return false
		}
	}
	return true
}
