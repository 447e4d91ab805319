// Package vectortest reads the vectors in internal/algorithm/testdata for tests:
// those of Project Wycheproof, and those that were made with other programs.
package vectortest

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Hex is a hexadecimal string in JSON.
type Hex []byte

// UnmarshalText reads the digits.
func (h *Hex) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	*h = b
	return err
}

// Path returns the path of a file in internal/algorithm/testdata, from whatever
// package of the module the test is in.
func Path(tb testing.TB, elem ...string) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(append([]string{dir, "internal", "algorithm", "testdata"}, elem...)...)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			tb.Fatal("the test runs outside of the module")
		}
		dir = parent
	}
}

// Wycheproof reads the groups of one file of vectors. Their shape is that of the
// file's schema; a test names the fields that it needs.
func Wycheproof[Group any](tb testing.TB, name string) []Group {
	tb.Helper()
	var file struct {
		NumberOfTests int
		TestGroups    []Group
	}
	WycheproofFile(tb, name, &file)
	if len(file.TestGroups) == 0 || file.NumberOfTests == 0 {
		tb.Fatalf("%s: no vectors", name)
	}
	return file.TestGroups
}

// WycheproofFile reads a whole file of vectors into v.
func WycheproofFile(tb testing.TB, name string, v any) {
	tb.Helper()
	compressed, err := os.ReadFile(Path(tb, "wycheproof", name+"_test.json.gz"))
	if err != nil {
		tb.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.NewDecoder(z).Decode(v); err != nil {
		tb.Fatal(err)
	}
}

// Record is one paragraph of vectors.txt.
type Record struct {
	Kind   string // "signature", "key", "cipher": what stands in the first line
	Name   string
	fields map[string]string
}

// Has reports whether the record has a field.
func (r *Record) Has(field string) bool { return r.fields[field] != "" }

// Text returns a field as it stands there.
func (r *Record) Text(field string) string { return r.fields[field] }

// Bytes returns a field in base64, and fails where there is none.
func (r *Record) Bytes(tb testing.TB, field string) []byte {
	tb.Helper()
	b, err := base64.StdEncoding.DecodeString(r.fields[field])
	if err != nil || len(b) == 0 {
		tb.Fatalf("%s: field %q is missing or no base64", r.Name, field)
	}
	return b
}

// Records returns the paragraphs of one kind.
func Records(tb testing.TB, kind string) []*Record {
	tb.Helper()
	text, err := os.ReadFile(Path(tb, "vectors.txt"))
	if err != nil {
		tb.Fatal(err)
	}
	var list []*Record
	for paragraph := range strings.SplitSeq(string(text), "\n\n") {
		r := &Record{fields: map[string]string{}}
		for line := range strings.Lines(paragraph) {
			name, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
			switch {
			case !ok || strings.HasPrefix(line, "#"):
			case r.Kind == "":
				r.Kind, r.Name = name, value
			default:
				r.fields[name] = value
			}
		}
		if r.Kind == kind {
			list = append(list, r)
		}
	}
	if len(list) == 0 {
		tb.Fatalf("no vectors of kind %q", kind)
	}
	return list
}
