package cms

import (
	"bytes"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.mozilla.org/pkcs7"

	"smimectl/internal/cms/cmstest"
)

// opensslIn runs openssl in a folder, or skips the test.
func opensslIn(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	program, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func writeFile(t *testing.T, dir, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// opensslFolder holds a signer's certificate, key, chain and root.
func opensslFolder(t *testing.T, id *cmstest.Identity) string {
	t.Helper()
	dir := t.TempDir()
	key, err := id.Key.PKCS8()
	if err != nil {
		t.Fatal(err)
	}
	chain := id.Chain()
	writeFile(t, dir, "signer.pem", append(pemOf("CERTIFICATE", id.Certificate.Raw), pemOf("PRIVATE KEY", key)...))
	writeFile(t, dir, "chain.pem", pemOf("CERTIFICATE", chain[0].Raw))
	writeFile(t, dir, "root.pem", pemOf("CERTIFICATE", chain[len(chain)-1].Raw))
	return dir
}

// noEd25519 skips a test if openssl has failed because it knows Ed25519 in
// certificates only, as until version 3.5.
func noEd25519(t *testing.T, kind, out string) {
	t.Helper()
	if kind == "ed25519" && (strings.Contains(out, "eddsa") || strings.Contains(out, "asn1_template_ex_i2d")) {
		t.Skip("this openssl has no Ed25519 in CMS")
	}
}

// What we write, openssl verifies.
func TestOpenSSLVerifies(t *testing.T) {
	t.Parallel()
	for _, kind := range append([]string{"rsa-pss"}, signerKinds...) {
		for _, form := range []string{"definite", "indefinite", "detached", "key identifier"} {
			t.Run(kind+"/"+form, func(t *testing.T) {
				t.Parallel()
				signer := signerOf(t, kind)
				signer.ByKeyID = form == "key identifier"
				dir := opensslFolder(t, identityOf(t, strings.Replace(kind, "rsa-pss", "rsa-2048", 1)))
				content := text(200_000)
				opt := SignedDataOptions{ContentSize: int64(len(content)), Detached: form == "detached"}
				if form == "indefinite" {
					opt.ContentSize = -1
				}
				writeFile(t, dir, "message", signedBy(t, content, opt, signer))
				writeFile(t, dir, "content", content)
				args := []string{"cms", "-verify", "-binary", "-inform", "DER", "-in", "message", "-CAfile", "root.pem", "-out", "out"}
				if form == "detached" {
					args = append(args, "-content", "content")
				}
				if out, err := opensslIn(t, dir, args...); err != nil {
					noEd25519(t, kind, out)
					t.Fatalf("openssl: %v\n%s", err, out)
				}
				if got := readFile(t, dir, "out"); !bytes.Equal(got, content) {
					t.Error("openssl got other content")
				}
			})
		}
	}
}

// What openssl writes, we verify.
func TestOpenSSLSigns(t *testing.T) {
	t.Parallel()
	for _, kind := range signerKinds {
		for name, flags := range map[string][]string{
			"opaque":         {"-nodetach"},
			"stream":         {"-nodetach", "-stream"},
			"detached":       {},
			"key identifier": {"-nodetach", "-keyid"},
			"no attributes":  {"-nodetach", "-noattr"},
			"no caps":        {"-nodetach", "-nosmimecap"},
			"cades":          {"-nodetach", "-cades"},
			"pss":            {"-nodetach", "-keyopt", "rsa_padding_mode:pss"},
			"pss, salt 20":   {"-nodetach", "-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:20"},
			"sha512":         {"-nodetach", "-md", "sha512"},
			"no certs":       {"-nodetach", "-nocerts"},
			"other type":     {"-nodetach", "-econtent_type", "1.2.3.4"},
		} {
			if strings.HasPrefix(name, "pss") && kind != "rsa-2048" || kind == "ed25519" && name == "no attributes" {
				continue // openssl 3.0 signs a digest there, which nothing else verifies
			}
			t.Run(kind+"/"+name, func(t *testing.T) {
				t.Parallel()
				dir := opensslFolder(t, identityOf(t, kind))
				content := text(100_000)
				writeFile(t, dir, "content", content)
				args := append([]string{"cms", "-sign", "-binary", "-in", "content", "-signer", "signer.pem", "-certfile", "chain.pem", "-outform", "DER", "-out", "message"}, flags...)
				if kind == "ed25519" && name != "sha512" {
					args = append(args, "-md", "sha512")
				}
				if out, err := opensslIn(t, dir, args...); err != nil {
					noEd25519(t, kind, out)
					t.Fatalf("openssl: %v\n%s", err, out)
				}
				message := readFile(t, dir, "message")
				var outside []byte
				if name == "detached" {
					outside = content
				}
				_, got, results, err := verifyAll(message, outside, signerOf(t, kind))
				if err != nil || len(results) != 1 || results[0] != nil || !bytes.Equal(got, content) {
					t.Errorf("not good: %v, %v", results, err)
				}
				s := cmstest.ParseSigned(message)
				sig := s.Signature(0)
				sig.Value[len(sig.Value)-1] ^= 1
				if got := outcome(s.Encode(), outside, signerOf(t, kind)); got != "invalid" {
					t.Errorf("with another signature: %s", got)
				}
			})
		}
	}
}

// A second opinion where it has one: RSA and ECDSA of definite length.
func TestPKCS7Agrees(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"rsa-2048", "p-256", "p-384", "p-521"} {
		content := text(1000)
		message := opaque(t, content, signerOf(t, kind))
		p7, err := pkcs7.Parse(message)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if err := p7.Verify(); err != nil || !bytes.Equal(p7.Content, content) {
			t.Errorf("%s: %v", kind, err)
		}
		detached := signedBy(t, content, SignedDataOptions{Detached: true}, signerOf(t, kind))
		if p7, err = pkcs7.Parse(detached); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		p7.Content = content
		if err := p7.Verify(); err != nil {
			t.Errorf("%s, detached: %v", kind, err)
		}
		p7.Content = text(999)
		if err := p7.Verify(); err == nil {
			t.Errorf("%s, detached: other content is good too", kind)
		}
	}
}

// What the second opinion writes is good here.
func TestPKCS7Signs(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"rsa-2048", "p-256"} {
		for _, detached := range []bool{false, true} {
			signer := signerOf(t, kind)
			content := text(1000)
			sd, err := pkcs7.NewSignedData(content)
			if err != nil {
				t.Fatal(err)
			}
			sd.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
			x, err := parseX509(signer.Certificate.Raw)
			if err == nil {
				err = sd.AddSigner(x, signer.Key.Signer, pkcs7.SignerInfoConfig{})
			}
			if err != nil {
				t.Fatal(err)
			}
			var outside []byte
			if detached {
				sd.Detach()
				outside = content
			}
			message, err := sd.Finish()
			if err != nil {
				t.Fatal(err)
			}
			if got := outcome(message, outside); got != "good" {
				t.Errorf("%s, detached %v: %s", kind, detached, got)
			}
		}
	}
}

// A34: parameters of PSS, made with the table of algorithms.
func TestPSSParameters(t *testing.T) {
	t.Parallel()
	message := opaque(t, text(10), signerOf(t, "rsa-pss"))
	if got := outcome(message, nil); got != "good" {
		t.Fatal(got)
	}
	for name, change := range map[string]func(*cmstest.Node){
		"absent":  func(id *cmstest.Node) { id.Remove(1) },
		"NULL":    func(id *cmstest.Node) { id.Children[1] = nullNode() },
		"trailer": func(id *cmstest.Node) { id.At(1).Insert(3, cmstest.MustParse([]byte{0xa3, 3, 2, 1, 2})) },
		"salt":    func(id *cmstest.Node) { id.At(1, 2, 0).Value = []byte{20} },
		"digest":  func(id *cmstest.Node) { id.At(1, 0).Children[0] = algorithmNode(sha512OID) },
	} {
		s := cmstest.ParseSigned(message)
		without(s, attrAlgorithmProtection)
		change(s.Signer(0).At(4))
		signer := signerOf(t, "rsa-pss")
		scheme, _, err := signer.scheme()
		if err != nil {
			t.Fatal(err)
		}
		s.Sign(t, 0, signer.Key, scheme, nil)
		if got := outcome(s.Encode(), nil); got == "good" {
			t.Errorf("%s: good", name)
		}
	}
}
