package verdict

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"sync"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
)

// The people and times of the mock-ups. Everything is made from constants, so that the golden files hold.
var (
	today  = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	signed = time.Date(2026, 11, 21, 19, 11, 17, 0, time.UTC)
	sent   = time.Date(2026, 11, 21, 19, 11, 2, 0, time.UTC)
	added  = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
)

func date(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }

// person describes a certificate of the tests.
type person struct {
	name      string
	addresses []string
	bits      int
	from, to  time.Time
	ca        bool
	issuer    string
	names     func(*x509.Certificate) // what else stands in it
}

var caKey = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

// issued keeps the certificates of the tests: they never change, and parsing takes most of the time.
var issued sync.Map

func issue(t testing.TB, p person) *cert.Certificate {
	t.Helper()
	key := fmt.Sprint(p)
	if c, ok := issued.Load(key); ok {
		return c.(*cert.Certificate)
	}
	c := create(t, p)
	issued.Store(key, c)
	return c
}

func create(t testing.TB, p person) *cert.Certificate {
	t.Helper()
	if p.bits == 0 {
		p.bits = 3072
	}
	if p.from.IsZero() {
		p.from = date(2026, 11, 21)
	}
	if p.to.IsZero() {
		p.to = date(2029, 2, 23)
	}
	if p.issuer == "" {
		p.issuer = "UX Mail CA 1"
	}
	serial := new(big.Int).SetBytes([]byte("\x40" + p.name))
	template := &x509.Certificate{
		SerialNumber: serial, NotBefore: p.from, NotAfter: p.to, EmailAddresses: p.addresses,
		Subject:     pkix.Name{CommonName: p.name, Organization: []string{"UX Lab"}, Country: []string{"DE"}},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection, x509.ExtKeyUsageClientAuth},
	}
	if p.ca {
		template.KeyUsage, template.ExtKeyUsage = x509.KeyUsageCertSign, nil
		template.IsCA, template.BasicConstraintsValid = true, true
	}
	if p.names != nil {
		p.names(template)
	}
	parent := &x509.Certificate{Subject: pkix.Name{CommonName: p.issuer, Organization: []string{"UX Lab"}, Country: []string{"DE"}}}
	// An odd number of the right size stands for a modulus: nothing is computed with it.
	modulus := new(big.Int).Lsh(big.NewInt(3), uint(p.bits-2))
	modulus.Add(modulus, big.NewInt(0x10001*3+2*int64(len(p.name))))
	modulus.SetBit(modulus, 0, 1)
	der, err := x509.CreateCertificate(nil, template, parent, &rsa.PublicKey{N: modulus, E: 65537}, caKey)
	if err != nil {
		t.Fatal(err)
	}
	c, err := cert.Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mailCA(t testing.TB) *cert.Certificate {
	return issue(t, person{name: "UX Mail CA 1", ca: true, issuer: "UX root CA", from: date(2020, 1, 1), to: date(2035, 1, 1)})
}

func rootCA(t testing.TB) *cert.Certificate {
	return issue(t, person{name: "UX root CA", ca: true, issuer: "UX root CA", from: date(2020, 1, 1), to: date(2035, 1, 1)})
}

var alice = person{name: "Alice Ångström", addresses: []string{"alice@example.org"}}

func digest(t testing.TB, name string) *algorithm.Digest {
	t.Helper()
	d, err := algorithm.DigestByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// pathOf is a good path of a certificate.
func pathOf(t testing.TB, c *cert.Certificate) *certpath.Result {
	t.Helper()
	ca, root := mailCA(t), rootCA(t)
	path := certpath.Path{
		Certificates: []*cert.Certificate{c, ca, root},
		Anchor:       &certpath.Anchor{Certificate: root, Name: "ux-root", Kind: "own", Added: added},
		Digests:      []*algorithm.Digest{digest(t, "sha256")},
	}
	for _, x := range path.Certificates {
		key, err := x.PublicKey()
		if err != nil {
			t.Fatal(err)
		}
		path.Keys = append(path.Keys, key)
	}
	return &certpath.Result{Paths: []certpath.Path{path}}
}

// with is a good path with problems.
func with(t testing.TB, c *cert.Certificate, codes ...string) *certpath.Result {
	res := pathOf(t, c)
	for _, code := range codes {
		res.Paths[0].Problems = append(res.Paths[0].Problems, certpath.Problem{Code: code, Certificate: c})
	}
	return res
}

// signer is a good signature of a person.
func signer(t testing.TB, p person) Signer {
	t.Helper()
	c := issue(t, p)
	d := digest(t, "sha256")
	return Signer{
		Info:    &cms.SignerInfo{Digest: d, Scheme: &algorithm.Signature{Name: "rsa-pkcs1v15", Digest: d}, DigestAlgorithm: d.Identifier()},
		Checked: true, Certificate: c, Now: pathOf(t, c), Then: pathOf(t, c),
		Sources:     map[string]string{mailCA(t).Fingerprint(): "message"},
		ClaimedTime: signed, HasClaimedTime: true, Capabilities: []string{"aes256-cbc", "3des"},
	}
}

func signedBy(signers ...Signer) Layer {
	return Layer{
		Kind: "signed", Form: "multipart/signed", Part: "1", Covered: []string{"1.1", "1.1.1", "1.1.2"}, WholeBody: true,
		Attachments: []string{"bericht.pdf"}, Signed: &Signed{Signers: signers, Judged: true},
	}
}

func encryptedLayer(cipher string, authenticated bool) Layer {
	titles := map[string]string{"aes-256-gcm": "AES-256-GCM", "aes-256-cbc": "AES-256-CBC", "3des-cbc": "3DES-CBC", "rc2-cbc": "RC2-CBC"}
	form := map[bool]string{true: "authEnveloped-data", false: "enveloped-data"}[authenticated]
	return Layer{Kind: "encrypted", Form: form, Part: "1", Encrypted: &Encrypted{
		Cipher: cipher, CipherTitle: titles[cipher], Authenticated: authenticated, Decrypted: true, With: "bob@example.org",
		Recipients: []Recipient{{Type: "key-transport", Algorithm: "rsa-pkcs1v15", Issuer: "CN=UX Mail CA 1,O=UX Lab,C=DE", Serial: "409c",
			Address: "bob@example.org", Here: "key", Used: true, KeyTitle: "RSA 2048"}},
	}}
}

func goodMail() *Mail {
	return &Mail{
		From: []string{"alice@example.org"}, FromNames: []string{"Alice Ångström"}, FromFields: 1, To: []string{"bob@example.org"},
		Subject: "Prüfbericht – Q2 €", HasSubject: true, Date: sent, MessageID: "<1@example.org>",
	}
}

// good is a mail of Alice's that nothing is wrong with.
func good(t testing.TB) (Facts, Policy) {
	return Facts{Command: "verify", File: "report.eml", Mail: goodMail(), IsMail: true, Layers: []Layer{signedBy(signer(t, alice))}},
		Policy{Now: today}
}
