package certpath_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
)

const opensslConfig = `
[req]
distinguished_name = dn
prompt = no
utf8 = yes
string_mask = utf8only
[dn]
C = DE
O = "Ex\, Ltd; +x"
CN = Zoë
[ca]
basicConstraints = critical,CA:TRUE,pathlen:1
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
nameConstraints = critical,permitted;email:example.org,excluded;email:evil.example.org
certificatePolicies = 1.2.3.4
policyConstraints = requireExplicitPolicy:5
inhibitAnyPolicy = 2
[leaf]
keyUsage = critical,digitalSignature
extendedKeyUsage = emailProtection
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid,issuer:always
subjectAltName = email:zoe@example.org,otherName:1.3.6.1.5.5.7.8.9;UTF8:zoë@example.org,DNS:a.example,URI:https://a.example/,IP:192.0.2.1,RID:1.2.3,dirName:dir
certificatePolicies = 1.2.3.4
[dir]
CN = x
`

// TestOpenSSL reads and validates what openssl issues, for every kind of key
// that both have.
func TestOpenSSL(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("no openssl to issue certificates with")
	}
	for _, c := range []struct {
		name string
		key  []string // of genpkey
		sign []string // of x509 and req
	}{
		{"rsa", []string{"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"}, []string{"-sha384"}},
		{"rsa sha1", []string{"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"}, []string{"-sha1"}},
		{"rsa with pss signatures", []string{"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"}, []string{"-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"}},
		{"rsa-pss key", []string{"-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"}, []string{"-sha512"}},
		{"p-256", []string{"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"}, []string{"-sha256"}},
		{"p-384", []string{"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"}, []string{"-sha384"}},
		{"p-521", []string{"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"}, []string{"-sha512"}},
		{"ed25519", []string{"-algorithm", "ED25519"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			run := func(args ...string) string {
				cmd := exec.Command("openssl", args...)
				cmd.Dir = dir
				out, err := cmd.CombinedOutput()
				if err != nil {
					t.Skipf("openssl %s: %v\n%s", strings.Join(args, " "), err, out)
				}
				return string(out)
			}
			if err := os.WriteFile(filepath.Join(dir, "cnf"), []byte(opensslConfig), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, who := range []string{"ca", "leaf"} {
				run(append([]string{"genpkey", "-out", who + ".key"}, c.key...)...)
				run("req", "-new", "-config", "cnf", "-key", who+".key", "-out", who+".csr")
			}
			run(append([]string{"x509", "-req", "-in", "ca.csr", "-signkey", "ca.key", "-days", "30", "-extfile", "cnf", "-extensions", "ca", "-out", "ca.crt", "-subj", "/C=DE/CN=Root"}, c.sign...)...)
			run(append([]string{"x509", "-req", "-in", "leaf.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "20", "-extfile", "cnf", "-extensions", "leaf", "-out", "leaf.crt"}, c.sign...)...)
			root, leaf := readCertificate(t, filepath.Join(dir, "ca.crt")), readCertificate(t, filepath.Join(dir, "leaf.crt"))
			subject := strings.TrimPrefix(strings.TrimSpace(run("x509", "-in", "leaf.crt", "-noout", "-subject", "-nameopt", "RFC2253,-esc_msb,utf8")), "subject=")
			if got := leaf.Subject.String(); got != subject {
				t.Errorf("subject: got %s, openssl says %s", got, subject)
			}
			serial := strings.TrimPrefix(strings.TrimSpace(run("x509", "-in", "leaf.crt", "-noout", "-serial")), "serial=")
			if got := leaf.SerialHex(); !strings.EqualFold(got, serial) {
				t.Errorf("serial number: got %s, openssl says %s", got, serial)
			}
			if len(leaf.Malformed())+len(root.Malformed())+len(leaf.BadAddresses()) > 0 || len(leaf.Addresses()) != 2 || len(leaf.AlternativeNames()) != 7 {
				t.Errorf("got %v, %v, %v", leaf.Malformed(), leaf.BadAddresses(), leaf.Addresses())
			}
			if named, ok := leaf.AuthorityCertificate(); !ok || !named.Matches(root) {
				t.Error("issuer and serial number in the authority key identifier")
			}
			req := certpath.Request{Leaf: leaf, Anchors: []certpath.Anchor{anchor(root)}, At: leaf.NotBefore}
			if p := certpath.Validate(req).Paths[0]; !p.Good() {
				t.Errorf("got %+v", p.Problems)
			}
			other := readCertificate(t, filepath.Join(dir, "ca.crt"))
			req.Anchors, req.Candidates = nil, []*cert.Certificate{other}
			if p := certpath.Validate(req).Paths[0]; p.Good() || p.Problems[0].Code != certpath.CodeIssuerUnknown {
				t.Errorf("without an anchor: got %+v", p.Problems)
			}
		})
	}
}
