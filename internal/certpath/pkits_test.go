package certpath_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
)

// corpus returns the folder of a suite of test messages of others, which do
// not belong to the repository.
func corpus(t *testing.T, suite string) string {
	t.Helper()
	base := os.Getenv("CORPUS")
	if base == "" {
		base = filepath.Join("..", "..", "..", "shared")
	}
	for _, dir := range []string{filepath.Join(base, "corpus", suite), filepath.Join(base, suite)} {
		if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err == nil {
			return dir
		}
	}
	t.Skipf("no test messages of suite %s: set CORPUS to the folder that holds corpus/%s", suite, suite)
	return ""
}

type pkitsCase struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	File     string `json:"file"`
	Material struct {
		Anchors   []string  `json:"anchors"`
		Untrusted []string  `json:"untrusted"`
		CRLs      []string  `json:"crls"`
		Time      time.Time `json:"time"`
	} `json:"material"`
	Settings struct {
		Policy struct {
			Explicit       bool     `json:"initial_explicit_policy"`
			InhibitMapping bool     `json:"initial_policy_mapping_inhibit"`
			InhibitAny     bool     `json:"initial_inhibit_any_policy"`
			Initial        []string `json:"user_initial_policy_set"`
		} `json:"policy"`
	} `json:"settings"`
	Expect struct {
		Verdict string `json:"verdict"`
	} `json:"expect"`
}

// TestPKITS validates the paths of NIST's PKITS messages and finds out whether
// a certificate of them was revoked, by the lists that go with each.
func TestPKITS(t *testing.T) {
	t.Parallel()
	dir := corpus(t, "pkits")
	data, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Cases []pkitsCase `json:"cases"`
	}
	if err := json.Unmarshal(data, &manifest); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "certs", "*.crt"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*cert.Certificate{}
	for _, name := range files {
		all[name] = readCertificate(t, name)
	}
	var inside []*cert.CRL // lists that messages may hold
	names, err := filepath.Glob(filepath.Join(dir, "crls", "*.crl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		inside = append(inside, parseList(t, data))
	}
	checked := 0
	for _, c := range manifest.Cases {
		want := c.Expect.Verdict
		if !strings.HasPrefix(want, "valid") && !strings.HasPrefix(want, "invalid") {
			continue
		}
		checked++
		t.Run(strings.TrimPrefix(c.ID, "pkits/"), func(t *testing.T) {
			t.Parallel()
			req := certpath.Request{At: c.Material.Time, Purpose: certpath.PurposeAny}
			message, err := os.ReadFile(filepath.Join(dir, c.File))
			if err != nil {
				t.Fatal(err)
			}
			cms := decodeParts(message)
			for name, found := range all {
				switch {
				case !bytes.Contains(cms, found.Raw):
				case strings.HasSuffix(name, "EE.crt"):
					req.Leaf = found
				default:
					req.Candidates = append(req.Candidates, found)
				}
			}
			for _, name := range c.Material.Anchors {
				req.Anchors = append(req.Anchors, certpath.Anchor{Certificate: readCertificate(t, filepath.Join(dir, name))})
			}
			for _, name := range c.Material.Untrusted {
				req.Candidates = append(req.Candidates, readCertificate(t, filepath.Join(dir, name)))
			}
			policy := c.Settings.Policy
			req.Policy = certpath.PolicyInputs{ExplicitPolicy: policy.Explicit, InhibitMapping: policy.InhibitMapping, InhibitAnyPolicy: policy.InhibitAny}
			for _, oid := range policy.Initial {
				req.Policy.Initial = append(req.Policy.Initial, algorithm.MustOID(oid))
			}
			var lists []certpath.List
			for _, name := range c.Material.CRLs {
				data, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				lists = append(lists, certpath.List{CRL: parseList(t, data), Source: "file"})
			}
			for _, l := range inside {
				if bytes.Contains(cms, l.Raw) {
					lists = append(lists, certpath.List{CRL: l, Source: "message"})
				}
			}
			req.Evidence = certpath.NewEvidence(lists...)
			p := certpath.Validate(req).Paths[0]
			if got := inWords(p); got != want {
				t.Errorf("%s: got %q, want %q; problems %+v, revocation %+v", c.Kind, got, want, p.Problems, p.Revocation)
			}
		})
	}
	if checked < 130 {
		t.Errorf("got %d cases, want at least 130", checked)
	}
}

// inWords says of a path what the manifest does, where revocation has to be
// known.
func inWords(p certpath.Path) string {
	word := "valid"
	for _, r := range p.Revocation {
		switch {
		case !p.Good(), r.Misused:
			return "invalid: chain" // a CA that acts against its key usage too
		case r.Status == certpath.Revoked:
			return "invalid: revoked"
		case r.Status == certpath.Unknown:
			word = "invalid: revocation-unknown"
		}
	}
	if !p.Good() {
		return "invalid: chain"
	}
	return word
}

func readCertificate(t *testing.T, name string) *cert.Certificate {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if block, _ := pem.Decode(data); block != nil {
		data = block.Bytes
	}
	c, err := cert.Parse(data)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return c
}

// decodeParts returns the decoded base64 lines of a message, one after the
// other: good enough to find a certificate in.
func decodeParts(message []byte) []byte {
	var text strings.Builder
	for _, line := range strings.Split(strings.ReplaceAll(string(message), "\r", ""), "\n") {
		if len(line) > 0 && !strings.ContainsAny(line, " -:.;\"") {
			text.WriteString(strings.TrimRight(line, "="))
		}
	}
	out, _ := base64.RawStdEncoding.DecodeString(text.String())
	return out
}
