package certstore

import (
	"bytes"
	"crypto/x509"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

func generate(t *testing.T, name string) *algorithm.PrivateKey {
	t.Helper()
	key, err := algorithm.GenerateKey(name)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// TestNewSelfSigned holds what stands in a certificate of one's own, by key.
func TestNewSelfSigned(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ key, usage string }{
		{"rsa-2048", "digitalSignature keyEncipherment"},
		{"p-256", "digitalSignature keyAgreement"},
		{"p-384", "digitalSignature keyAgreement"},
		{"p-521", "digitalSignature keyAgreement"},
		{"ed25519", "digitalSignature"},
		{"ed448", "digitalSignature"},
		{"ml-dsa-44", "digitalSignature"},
		{"ml-dsa-65", "digitalSignature"},
		{"ml-dsa-87", "digitalSignature"},
		{"slh-dsa-sha2-128f", "digitalSignature"},
	} {
		t.Run(test.key, func(t *testing.T) {
			t.Parallel()
			key := generate(t, test.key)
			c, err := NewSelfSigned(key, []cert.Address{address(t, "alice@example.test"), address(t, "älice@example.test")}, "Alice Ä", 30, testTime)
			if err != nil {
				t.Fatal(err)
			}
			checkLeaf(t, c, test.usage)
			if err := Prove(key, c); err != nil {
				t.Error(err)
			}
			public, _ := c.PublicKey()
			if err := c.CheckSignedBy(public); err != nil {
				t.Error(err)
			}
			if !c.NotBefore.Equal(testTime) || !c.NotAfter.Equal(testTime.AddDate(0, 0, 30)) {
				t.Errorf("valid from %v to %v", c.NotBefore, c.NotAfter)
			}
			if got := c.Addresses(); len(got) != 2 || got[0].String() != "alice@example.test" || got[1].String() != "älice@example.test" {
				t.Errorf("addresses %v", got)
			}
			if c.DisplayName() != "Alice Ä" {
				t.Errorf("name %q", c.DisplayName())
			}
			if again, _ := NewSelfSigned(key, c.Addresses(), "", 30, testTime); again.SerialHex() == c.SerialHex() || again.DisplayName() != "alice@example.test" {
				t.Error("the same serial number twice, or no name")
			}
		})
	}
	var unfit *UnfitError
	if _, err := NewSelfSigned(generate(t, "x25519"), []cert.Address{address(t, "a@example.test")}, "", 30, testTime); !errors.As(err, &unfit) {
		t.Errorf("X25519: %v", err)
	}
	if _, err := NewSelfSigned(generate(t, "p-256"), nil, "Alice", 30, testTime); !errors.As(err, &unfit) {
		t.Errorf("no address: %v", err)
	}
}

// checkLeaf holds the rules for all end entities.
func checkLeaf(t *testing.T, c *cert.Certificate, usage string) {
	t.Helper()
	u, ok := c.KeyUsage()
	if got := strings.Join(u.Names(), " "); !ok || got != usage {
		t.Errorf("key usage %q, want %q", got, usage)
	}
	if got := strings.Join(c.Purposes(), " "); got != "emailProtection" {
		t.Errorf("purposes %q", got)
	}
	if _, _, present := c.BasicConstraints(); present {
		t.Error("basicConstraints in an end entity")
	}
	if c.SubjectKeyID() == nil || c.AuthorityKeyID() == nil {
		t.Error("no key identifiers")
	}
	if c.Version != 3 && c.Version != 2 || len(c.Serial) != 16 || c.Serial[0]&0x80 != 0 {
		t.Errorf("version %d, serial %x", c.Version, c.Serial)
	}
	for _, e := range c.Extensions {
		want := e.OID == algorithm.MustOID("2.5.29.15")
		if e.Critical != want {
			t.Errorf("extension %s: critical %v", e.OID, e.Critical)
		}
	}
}

// TestToyCA holds what the demonstration and the tests of others build on.
func TestToyCA(t *testing.T) {
	t.Parallel()
	ca := newCA(t)
	if isCA, pathLen, _ := ca.Certificate.BasicConstraints(); !isCA || pathLen != -1 {
		t.Error("the root is no CA")
	}
	root, err := ca.Certificate.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	to := []cert.Address{address(t, "bob@example.test")}
	for _, test := range []struct {
		name    string
		opt     ToyOptions
		usage   string
		purpose string
		good    bool
	}{
		{"good", ToyOptions{Addresses: to}, "digitalSignature keyAgreement", "emailProtection", true},
		{"RSA", ToyOptions{Addresses: to, KeyName: "rsa-2048"}, "digitalSignature keyEncipherment", "emailProtection", true},
		{"signing", ToyOptions{Addresses: to, Use: ToySign}, "digitalSignature", "emailProtection", true},
		{"encryption", ToyOptions{Addresses: to, Use: ToyEncrypt}, "keyAgreement", "emailProtection", true},
		{"Ed25519", ToyOptions{Addresses: to, KeyName: "ed25519"}, "digitalSignature", "emailProtection", true},
		{"X25519", ToyOptions{Addresses: to, KeyName: "x25519"}, "keyAgreement", "emailProtection", true},
		{"own key", ToyOptions{Addresses: to, Key: ca.Key, Name: "Same Key"}, "digitalSignature keyAgreement", "emailProtection", true},
		{"expired", ToyOptions{Addresses: to, Expired: true}, "digitalSignature keyAgreement", "emailProtection", false},
		{"not yet", ToyOptions{Addresses: to, NotBefore: testTime.Add(48 * time.Hour), Days: 3}, "digitalSignature keyAgreement", "emailProtection", false},
		{"wrong purpose", ToyOptions{Addresses: to, Use: ToyServer}, "digitalSignature keyAgreement", "serverAuth", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			key, c, err := ca.Issue(test.opt)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.CheckSignedBy(root); err != nil {
				t.Error(err)
			}
			if err := Prove(key, c); err != nil {
				t.Error(err)
			}
			if test.purpose == "emailProtection" {
				checkLeaf(t, c, test.usage)
			} else if got := strings.Join(c.Purposes(), " "); got != test.purpose {
				t.Errorf("purposes %q", got)
			}
			if !c.Issuer.Equal(ca.Certificate.Subject) || !bytes.Equal(c.AuthorityKeyID(), ca.Certificate.SubjectKeyID()) {
				t.Error("issuer")
			}
			if good := !testTime.Before(c.NotBefore) && !testTime.After(c.NotAfter); good != test.good {
				t.Errorf("valid from %v to %v", c.NotBefore, c.NotAfter)
			}
			openssl, err := exec.LookPath("openssl")
			if err != nil {
				t.Skip("openssl is not installed: the chain is not checked by it")
			}
			dir := t.TempDir()
			leaf, anchor := filepath.Join(dir, "leaf.pem"), filepath.Join(dir, "ca.pem")
			os.WriteFile(leaf, encodeChain([]*cert.Certificate{c}), 0o600)
			os.WriteFile(anchor, encodeChain([]*cert.Certificate{ca.Certificate}), 0o600)
			out, err := exec.Command(openssl, "verify", "-attime", "1795176000", "-x509_strict", "-CAfile", anchor, leaf).CombinedOutput()
			if (err == nil) != test.good {
				t.Errorf("openssl verify: %v\n%s", err, out)
			}
		})
	}
	var unfit *UnfitError
	if _, _, err := ca.Issue(ToyOptions{Addresses: to, KeyName: "ed25519", Use: ToyEncrypt}); !errors.As(err, &unfit) {
		t.Errorf("Ed25519 for encryption: %v", err)
	}
	_, c := issue(t, ca, "eve@example.test")
	der, err := ca.Revoke(testTime, c)
	if err != nil {
		t.Fatal(err)
	}
	list, err := x509.ParseRevocationList(der)
	if err != nil || len(list.RevokedCertificateEntries) != 1 || list.CheckSignatureFrom(ca.parsed) != nil {
		t.Errorf("revocation list: %v", err)
	}
}

// TestNewRequest reads a request back.
func TestNewRequest(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"rsa-2048", "p-256", "ed25519"} {
		der, err := NewRequest(generate(t, name), []cert.Address{address(t, "alice@example.test")}, "Alice")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		r, err := x509.ParseCertificateRequest(der)
		if err != nil || r.CheckSignature() != nil || r.Subject.CommonName != "Alice" || len(r.EmailAddresses) != 1 || len(r.Extensions) != 3 {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		openssl, err := exec.LookPath("openssl")
		if err != nil {
			t.Skip("openssl is not installed: the request is not read by it")
		}
		cmd := exec.Command(openssl, "req", "-inform", "DER", "-noout", "-text", "-verify")
		cmd.Stdin = bytes.NewReader(der)
		out, err := cmd.CombinedOutput()
		for _, want := range []string{"email:alice@example.test", "E-mail Protection", "Digital Signature"} {
			if err != nil || !strings.Contains(string(out), want) {
				t.Errorf("%s: %v, no %q in\n%s", name, err, want, out)
			}
		}
		var unsupported *UnsupportedError
		if _, err := ReadFile(der, nil); !errors.As(err, &unsupported) {
			t.Errorf("read as a key file: %v", err)
		}
	}
	var unfit *UnfitError
	if _, err := NewRequest(generate(t, "x25519"), []cert.Address{address(t, "a@example.test")}, ""); !errors.As(err, &unfit) {
		t.Errorf("X25519: %v", err)
	}
}

// TestPair: keys find their certificates in any order; those that have none stay
// apart; lies do not help.
func TestPair(t *testing.T) {
	t.Parallel()
	ca := newCA(t)
	key1, c1 := issue(t, ca, "a@example.test")
	key2, c2 := issue(t, ca, "b@example.test")
	key3, _ := issue(t, ca, "c@example.test")
	_, renewed, err := ca.Issue(ToyOptions{Addresses: []cert.Address{address(t, "a@example.test")}, Key: key1})
	if err != nil {
		t.Fatal(err)
	}
	b := &Bundle{Certificates: []*cert.Certificate{ca.Certificate, c2, c1, renewed}}
	for _, k := range []*algorithm.PrivateKey{key3, key1, key2, key1} {
		der, err := k.PKCS8()
		if err != nil {
			t.Fatal(err)
		}
		b.Keys = append(b.Keys, clearKey("PKCS#8", der))
	}
	p, err := Pair(b, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Identities) != 3 || len(p.Keys) != 1 || len(p.Certificates) != 1 || !p.Certificates[0].Equal(ca.Certificate) {
		t.Errorf("%d identities, %d keys, %d certificates", len(p.Identities), len(p.Keys), len(p.Certificates))
	}
	for _, id := range p.Identities {
		if len(id.Chain) != 1 || !id.Chain[0].Equal(ca.Certificate) {
			t.Errorf("chain of %s: %d", id.Who(), len(id.Chain))
		}
		key, err := id.Key(nil)
		if err != nil || Prove(key, id.Certificate) != nil {
			t.Errorf("%s: %v", id.Who(), err)
		}
	}
	// A private key that says it belongs to a certificate, and does not.
	var unfit *UnfitError
	liar := *key2
	liar.Public = key1.Public
	if err := Prove(&liar, c1); !errors.As(err, &unfit) || unfit.Certificate != c1 {
		t.Errorf("a key that lies about itself: %v", err)
	}
	if err := Prove(key2, c1); !errors.As(err, &unfit) {
		t.Errorf("another key: %v", err)
	}
	if err := Prove(&algorithm.PrivateKey{Public: key1.Public}, c1); !errors.As(err, &unfit) {
		t.Errorf("a key that can do nothing: %v", err)
	}
	for _, name := range []string{"rsa-2048", "x25519"} {
		to := []cert.Address{address(t, "a@example.test")}
		one, c, err := ca.Issue(ToyOptions{Addresses: to, KeyName: name})
		if err != nil {
			t.Fatal(err)
		}
		two := generate(t, name)
		one.Signer, two.Signer, two.Public = nil, nil, one.Public
		if err := Prove(one, c); err != nil {
			t.Errorf("%s without signing: %v", name, err)
		}
		if err := Prove(two, c); !errors.As(err, &unfit) {
			t.Errorf("%s that lies: %v", name, err)
		}
	}
}

// TestChainOf: loops and impostors do not get into a chain.
func TestChainOf(t *testing.T) {
	t.Parallel()
	ca, impostor := newCA(t), newCA(t) // of the same name
	_, c := issue(t, ca, "a@example.test")
	got := ChainOf(c, []*cert.Certificate{impostor.Certificate, c, ca.Certificate})
	if len(got) != 1 || !got[0].Equal(ca.Certificate) {
		t.Errorf("%d in the chain", len(got))
	}
	if got := ChainOf(c, []*cert.Certificate{impostor.Certificate}); len(got) != 0 {
		t.Errorf("%d in the chain", len(got))
	}
	if got := ChainOf(ca.Certificate, []*cert.Certificate{ca.Certificate}); len(got) != 0 {
		t.Errorf("%d above a root", len(got))
	}
}
