package algorithm

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// corpusPath returns a path below the folder of test messages and vectors that
// are not part of the repository.
func corpusPath(elem ...string) string {
	top := os.Getenv("CORPUS")
	if top == "" {
		top = filepath.Join("..", "..", "..", "shared")
	}
	return filepath.Join(append([]string{top}, elem...)...)
}

// hexBytes is a hexadecimal string in JSON.
type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	*h = b
	return err
}

// wycheproof reads one file of vectors, or skips the test.
func wycheproof[Group any](t *testing.T, name string) []Group {
	t.Helper()
	compressed, err := os.ReadFile(corpusPath("wycheproof", name+"_test.json.gz"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("vectors %s are not here: set CORPUS to the folder that holds wycheproof/", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ TestGroups []Group }
	if err := json.NewDecoder(z).Decode(&file); err != nil {
		t.Fatal(err)
	}
	if len(file.TestGroups) == 0 {
		t.Fatalf("%s: no groups", name)
	}
	return file.TestGroups
}

// pemBlock returns the content of the first PEM block, or nil.
func pemBlock(text string) []byte {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil
	}
	return block.Bytes
}
