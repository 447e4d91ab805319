package cms

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"smimectl/internal/cert"
)

// corpus returns the folder of messages made by others, or skips the test.
func corpus(t *testing.T, name string) string {
	t.Helper()
	base := os.Getenv("CORPUS")
	if base == "" {
		base = filepath.Join("..", "..", "..", "shared")
	}
	dir := filepath.Join(base, name)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no corpus: %v (set CORPUS)", err)
	}
	return dir
}

func readFile(t *testing.T, parts ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func unPEM(b []byte) []byte {
	if block, _ := pem.Decode(b); block != nil {
		return block.Bytes
	}
	return b
}

// Messages of Bouncy Castle: the cryptography and the attributes, not the
// trust.
func TestCorpusBouncyCastle(t *testing.T) {
	t.Parallel()
	dir := corpus(t, "corpus-bc")
	var manifest struct {
		Identities []struct{ Name, Cert string }
		Entries    []struct {
			File, Kind, Expect, Reason, Content string
			Policy, Optional                    bool
			Signers                             []string
		}
	}
	if err := json.Unmarshal(readFile(t, dir, "manifest.json"), &manifest); err != nil {
		t.Fatal(err)
	}
	certificates := map[string]*cert.Certificate{}
	for _, id := range manifest.Identities {
		if c, err := cert.Parse(unPEM(readFile(t, dir, id.Cert))); err == nil {
			certificates[id.Name] = c
		}
	}
	refused := map[string]string{ // for a reason that is judged here, and which
		"message digest mismatch":                                   "content",
		"signature invalid":                                         "invalid",
		"content type mismatch":                                     "attributes",
		"contentType attribute missing":                             "attributes",
		"algorithm protection mismatch":                             "attributes",
		"signingCertificateV2 does not name the signer":             "certificate",
		"content is a DER SignedAttributes":                         "attributes",
		"signedAttrs missing for a content type other than id-data": "malformed",
		"key too small (warning at least)":                          "",
		"signer certificate revoked":                                "",
		"signer certificate expired":                                "",
		"no emailProtection in the extended key usage":              "",
		"key usage does not allow signing":                          "",
		"no path to a trusted root":                                 "",
	}
	seen := 0
	for _, e := range manifest.Entries {
		if e.Kind != "signed" && e.Kind != "signed-detached" {
			continue
		}
		seen++
		t.Run(e.File, func(t *testing.T) {
			t.Parallel()
			var content []byte
			if e.Kind == "signed-detached" {
				content = readFile(t, dir, e.Content)
			}
			want := "good"
			if e.Expect != "ok" {
				reason, ok := refused[e.Reason]
				if !ok {
					t.Fatalf("unknown reason %q", e.Reason)
				}
				if reason != "" {
					want = reason
				}
			}
			var known []Signer
			for _, name := range e.Signers {
				if c := certificates[name]; c != nil {
					known = append(known, Signer{Certificate: c})
				}
			}
			got := outcome(unPEM(readFile(t, dir, e.File)), content, known...)
			if got == "unsupported" && unsupportedHere(e.File) {
				t.Skip("algorithm without a row")
			}
			if got != want && !(got == "invalid" && strings.HasPrefix(want, "content")) {
				t.Errorf("got %s, want %s (%s)", got, want, e.Reason)
			}
		})
	}
	if seen == 0 {
		t.Error("no signed messages in the manifest")
	}
}

// unsupportedHere reports whether a message's algorithm is one of those whose
// rows may not be there.
func unsupportedHere(file string) bool {
	return slices.ContainsFunc([]string{"mldsa", "ml-dsa", "slh", "ed448", "composite", "dsa", "brainpool"}, func(s string) bool {
		return strings.Contains(strings.ToLower(file), s)
	})
}

// corpusCase is one entry of a manifest of third-party messages.
type corpusCase struct {
	ID, File, Format, Operation string
	Material                    struct {
		SignerCerts     []string `json:"signer_certs"`
		Untrusted       []string
		Anchors         []string
		DetachedContent string `json:"detached_content"`
	}
	Expect struct {
		Verdict     string
		SignatureOK *bool `json:"signature_ok"`
		Layers      []struct {
			Type         string
			SignatureOK  *bool  `json:"signature_ok"`
			SignedOctets string `json:"signed_octets"`
			Signers      []struct {
				Digest string
			}
		}
	}
}

// Messages of many programs: whether the outermost signature is good.
func TestCorpusThirdParty(t *testing.T) {
	t.Parallel()
	dir := corpus(t, "corpus")
	manifests, err := filepath.Glob(filepath.Join(dir, "*", "manifest.json"))
	if err != nil || len(manifests) == 0 {
		t.Fatalf("no manifests, %v", err)
	}
	for _, path := range manifests {
		var manifest struct{ Cases []corpusCase }
		if err := json.Unmarshal(readFile(t, path), &manifest); err != nil {
			t.Fatal(err)
		}
		for _, c := range manifest.Cases {
			if len(c.Expect.Layers) == 0 || !strings.HasPrefix(c.Expect.Layers[0].Type, "signed") || c.Expect.Layers[0].SignatureOK == nil {
				continue
			}
			t.Run(c.ID, func(t *testing.T) {
				t.Parallel()
				c.check(t, filepath.Dir(path))
			})
		}
	}
}

func (c *corpusCase) check(t *testing.T, dir string) {
	message, detached := c.extract(t, dir)
	if message == nil {
		t.Skip("needs a real mail reader")
	}
	var known []Signer
	for _, file := range slices.Concat(c.Material.SignerCerts, c.Material.Untrusted, c.Material.Anchors) {
		for rest := readFile(t, dir, file); len(rest) > 0; {
			block, next := pem.Decode(rest)
			der := rest
			if block != nil {
				der = block.Bytes
			}
			if one, err := cert.Parse(der); err == nil {
				known = append(known, Signer{Certificate: one})
			}
			if block == nil {
				break
			}
			rest = next
		}
	}
	var tried []string
	for _, content := range detached {
		got := outcome(message, content, known...)
		if got == "good" {
			tried = []string{got}
			break
		}
		tried = append(tried, got)
	}
	good := tried[0] == "good"
	want := *c.Expect.Layers[0].SignatureOK
	if c.Expect.SignatureOK != nil {
		want = *c.Expect.SignatureOK
	}
	refused := c.Expect.Verdict == "must-refuse" && !good
	if good != want && !refused && !(slices.Contains(tried, "unsupported") && want) {
		t.Errorf("got %q, want %v (%s)", tried, want, c.Expect.Verdict)
	}
}

// extract takes the CMS structure out of simple mails. The contents are those
// a detached signature may be over: canonical, and as stored.
func (c *corpusCase) extract(t *testing.T, dir string) (message []byte, contents [][]byte) {
	raw := readFile(t, dir, c.File)
	switch c.Format {
	case "cms-der", "cms-pem":
		if c.Material.DetachedContent != "" {
			return unPEM(raw), [][]byte{readFile(t, dir, c.Material.DetachedContent)}
		}
		return unPEM(raw), [][]byte{nil}
	case "eml":
	default:
		return nil, nil
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return nil, nil
	}
	media, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return nil, nil
	}
	body := raw[bytes.Index(raw, []byte("\n\n"))+2:]
	if i := bytes.Index(raw, []byte("\r\n\r\n")); i >= 0 {
		body = raw[i+4:]
	}
	switch {
	case strings.HasSuffix(media, "pkcs7-mime"):
		return decodeBase64(body), [][]byte{nil}
	case media != "multipart/signed":
		return nil, nil
	}
	parts := splitParts(body, params["boundary"])
	if len(parts) != 2 {
		return nil, nil
	}
	i := bytes.Index(bytes.ReplaceAll(parts[1], []byte("\r\n"), []byte("\n")), []byte("\n\n"))
	if i < 0 {
		return nil, nil
	}
	p7s := bytes.ReplaceAll(parts[1], []byte("\r\n"), []byte("\n"))[i+2:]
	crlf := bytes.ReplaceAll(bytes.ReplaceAll(parts[0], []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	headed := parts[0]
	if i := bytes.Index(headed, []byte("\n\n")); i >= 0 {
		headed = slices.Concat(bytes.ReplaceAll(headed[:i+2], []byte("\n"), []byte("\r\n")), headed[i+2:])
	}
	return decodeBase64(p7s), [][]byte{crlf, parts[0], headed}
}

func decodeBase64(b []byte) []byte {
	clean := bytes.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == ' ' || r == '\t' {
			return -1
		}
		return r
	}, b)
	out, err := base64.StdEncoding.DecodeString(string(clean))
	if err != nil {
		return nil
	}
	return out
}

// splitParts returns the parts of a multipart, without the line end before
// the boundary.
func splitParts(body []byte, boundary string) [][]byte {
	var out [][]byte
	var part []byte
	in := false
	for _, line := range bytes.SplitAfter(body, []byte("\n")) {
		bare := string(bytes.TrimRight(line, " \t\r\n"))
		if bare == "--"+boundary || bare == "--"+boundary+"--" {
			if in {
				out = append(out, bytes.TrimSuffix(bytes.TrimSuffix(part, []byte("\n")), []byte("\r")))
			}
			part, in = nil, bare == "--"+boundary
			continue
		}
		part = append(part, line...)
	}
	return out
}
