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

// TestPKITS validates the paths of NIST's PKITS messages. Revocation is not
// looked at here: a message that is refused for its revocation status alone
// has a path that is good apart from that.
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
	checked := 0
	for _, c := range manifest.Cases {
		want, ok := map[string]bool{
			"valid": true, "invalid: revoked": true, "invalid: revocation-unknown": true, "invalid: chain": false,
		}[c.Expect.Verdict]
		if !ok {
			continue
		}
		if c.ID == "pkits/4.7.4" || c.ID == "pkits/4.7.5" {
			want = true // what is wrong is that the CA may not sign its revocation list
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
			p := c.Settings.Policy
			req.Policy = certpath.PolicyInputs{ExplicitPolicy: p.Explicit, InhibitMapping: p.InhibitMapping, InhibitAnyPolicy: p.InhibitAny}
			for _, oid := range p.Initial {
				req.Policy.Initial = append(req.Policy.Initial, algorithm.MustOID(oid))
			}
			result := certpath.Validate(req)
			if got := result.Paths[0].Good(); got != want {
				t.Errorf("%s, %s: got good %v, want %v; problems %+v", c.Kind, c.Expect.Verdict, got, want, result.Paths[0].Problems)
			}
			if !result.Paths[0].Good() && len(result.Paths[0].Problems) == 0 {
				t.Error("a path that is not good has no problem")
			}
		})
	}
	if checked < 130 {
		t.Errorf("got %d cases, want at least 130", checked)
	}
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
