package verdict

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smimectl/internal/cert"
)

// baselineDump is one certificate with what the built-in rules find, for the comparison in testdata/zlint.
type baselineDump struct {
	Name        string   `json:"name"`
	Certificate []byte   `json:"certificate"` // DER
	Rules       []string `json:"rules"`       // found for this certificate, without those of its issuers
}

// TestBaselineDump writes the certificates of TestBaseline and of the folder testdata/certs, with what is found in
// them, into the file that SMIMECTL_BASELINE_DUMP names.
func TestBaselineDump(t *testing.T) {
	name := os.Getenv("SMIMECTL_BASELINE_DUMP")
	if name == "" {
		t.Skip("SMIMECTL_BASELINE_DUMP names no file; make lint-oracle runs this")
	}
	var list []baselineDump
	add := func(name string, path []*cert.Certificate) {
		d := baselineDump{Name: name, Certificate: path[0].Raw, Rules: []string{}}
		for _, w := range Baseline(path) {
			if w.SHA256 == path[0].Fingerprint() {
				d.Rules = append(d.Rules, w.Rule)
			}
		}
		list = append(list, d)
	}
	add("plausible", plausibleWorld().path(t))
	for _, tc := range baselineCases {
		w := plausibleWorld()
		tc.change(t, w)
		add(tc.name, w.path(t))
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "certs", "*.pem"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no certificates of the tests: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode(data)
		if block == nil {
			t.Fatalf("%s is no PEM", file)
		}
		c, err := cert.Parse(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		add("testdata/"+strings.TrimSuffix(filepath.Base(file), ".pem"), []*cert.Certificate{c})
	}
	data, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%d certificates written\n", len(list))
}
