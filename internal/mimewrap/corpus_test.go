package mimewrap

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"smimectl/internal/spool"
)

// TestCorpus reads the outside of every mail of other programs, if they are there.
func TestCorpus(t *testing.T) {
	t.Parallel()
	top := os.Getenv("CORPUS")
	if top == "" {
		top = "../../../shared"
	}
	manifests, _ := filepath.Glob(filepath.Join(top, "corpus*", "*", "manifest.json"))
	more, _ := filepath.Glob(filepath.Join(top, "corpus*", "manifest.json"))
	manifests = append(manifests, more...)
	if len(manifests) == 0 {
		t.Skip("no corpus: set CORPUS to the directory that holds corpus/")
	}
	seen := map[string]bool{}
	for _, manifest := range manifests {
		data, err := os.ReadFile(manifest)
		if err != nil {
			t.Fatal(err)
		}
		var m any
		if err := json.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		for _, c := range findCases(m) {
			path := filepath.Join(filepath.Dir(manifest), c.File)
			if seen[path] || c.Format == "pkcs12" || c.Format == "certificate" {
				continue
			}
			seen[path] = true
			data, err := os.ReadFile(path)
			if err != nil {
				continue
			}
			src := spool.Bytes(data)
			switch form := Detect(src); form {
			case FormMail, FormEntity:
				e, err := ReadMail(src)
				if err != nil {
					t.Logf("%s %s: %v", c.Format, path, err)
					continue
				}
				l, err := e.Layer()
				if err != nil {
					t.Logf("%s %s: %v", c.Format, path, err)
					continue
				}
				n := int64(-1)
				if l.CMS != nil {
					r, _ := l.CMS()
					if n, err = io.Copy(io.Discard, r); err != nil {
						t.Errorf("%s: CMS object: %v", path, err)
					}
				}
				t.Logf("%s %s: form %d kind %d %q %q cms %d out %v prot %d notes %q", c.Format, path, form, l.Kind, l.SMIMEType, l.MICAlg, n, l.OutsideText, len(l.ProtectedParts), l.Notes)
				if _, err := Prepare(e, PrepareOptions{}); err != nil {
					t.Logf("%s: Prepare: %v", path, err)
				}
			case FormUnknown:
				t.Logf("%s %s: unknown form", c.Format, path)
			default:
				open, err := OpenCMS(src, form)
				if err != nil {
					t.Logf("%s %s: form %d: %v", c.Format, path, form, err)
					continue
				}
				r, _ := open()
				if _, err := io.Copy(io.Discard, r); err != nil {
					t.Logf("%s %s: form %d: %v", c.Format, path, form, err)
				}
			}
		}
	}
	t.Logf("%d files", len(seen))
}

type corpusCase struct{ File, Format string }

func findCases(v any) []corpusCase {
	var out []corpusCase
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			out = append(out, findCases(x)...)
		}
	case map[string]any:
		if f, ok := v["file"].(string); ok {
			format, _ := v["format"].(string)
			return []corpusCase{{f, format}}
		}
		for _, x := range v {
			out = append(out, findCases(x)...)
		}
	}
	return out
}
