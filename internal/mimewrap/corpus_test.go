package mimewrap

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smimectl/internal/spool"
)

// corpusCase is what this package is interested in of an entry of a manifest.
type corpusCase struct {
	ID, File, Format string
	Expect           struct {
		Layers []struct {
			Type          string
			ContentSHA256 string `json:"content_sha256"`
		}
	}
}

// TestCorpus reads the outside of the mails of other programs, if they are there: every one is a mail with a
// layer that can be read, and signed octets are those that the other programs cut out.
func TestCorpus(t *testing.T) {
	t.Parallel()
	top := os.Getenv("CORPUS")
	if top == "" {
		top = "../../../shared"
	}
	manifests, _ := filepath.Glob(filepath.Join(top, "corpus", "*", "manifest.json"))
	if len(manifests) == 0 {
		t.Skip("no corpus: set CORPUS to the directory that holds corpus/")
	}
	compared := 0
	for _, manifest := range manifests {
		data, err := os.ReadFile(manifest)
		if err != nil {
			t.Fatal(err)
		}
		var m struct{ Cases []corpusCase }
		if err := json.Unmarshal(data, &m); err != nil {
			t.Fatalf("%s: %v", manifest, err)
		}
		for _, c := range m.Cases {
			if c.Format != "eml" && c.Format != "mbox" {
				continue
			}
			data, err := os.ReadFile(filepath.Join(filepath.Dir(manifest), c.File))
			if err != nil {
				t.Error(err)
				continue
			}
			compared += c.check(t, spool.Bytes(data))
		}
	}
	t.Logf("%d digests compared", compared)
}

func (c corpusCase) check(t *testing.T, src spool.Source) (compared int) {
	form := Detect(src)
	if form != FormMail && form != FormEntity {
		t.Errorf("%s: form %d", c.ID, form)
		return 0
	}
	e, err := ReadMail(src)
	if err != nil {
		t.Errorf("%s: %v", c.ID, err)
		return 0
	}
	l, err := e.Layer()
	if err != nil {
		t.Errorf("%s: %v", c.ID, err)
		return 0
	}
	if l.CMS != nil {
		r, err := l.CMS()
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		if err != nil {
			t.Errorf("%s: CMS object: %v", c.ID, err)
		}
	}
	if _, err := Prepare(e, PrepareOptions{}); err != nil {
		t.Errorf("%s: Prepare: %v", c.ID, err)
	}
	if l.Kind != ClearSigned || len(c.Expect.Layers) == 0 || c.Expect.Layers[0].ContentSHA256 == "" || !strings.HasPrefix(c.Expect.Layers[0].Type, "signed") {
		return 0
	}
	for _, raw := range []bool{false, true} {
		h := sha256.New()
		if _, err := io.Copy(h, l.ContentReader(raw)); err != nil {
			t.Fatal(err)
		}
		if hex.EncodeToString(h.Sum(nil)) == c.Expect.Layers[0].ContentSHA256 {
			return 1
		}
	}
	t.Errorf("%s: signed octets are others than expected", c.ID)
	return 0
}
