package cmstest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/url"
	"sync"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// NotBefore and NotAfter are the validity of certificates that have none
// given.
var (
	NotBefore = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	NotAfter  = time.Date(2049, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Identity is a certificate with its key and the certificates above it.
type Identity struct {
	Certificate *cert.Certificate
	Key         *algorithm.PrivateKey
	Issuer      *Identity // nil: self-signed
}

// Chain returns the certificates above the identity, up to the root.
func (id *Identity) Chain() []*cert.Certificate {
	var out []*cert.Certificate
	for up := id.Issuer; up != nil; up = up.Issuer {
		out = append(out, up.Certificate)
	}
	return out
}

// Options says what certificate is issued. Zero values mean what fits.
type Options struct {
	KeyName             string                // as algorithm.GenerateKey takes it: "p-256"
	Key                 *algorithm.PrivateKey // instead of a new one
	CommonName          string
	Emails              []string // rfc822Name
	CA                  bool
	PathLen             int // of a CA: 0 none given, -1 zero
	NotBefore, NotAfter time.Time
	Serial              *big.Int
	KeyUsage            x509.KeyUsage
	ExtKeyUsage         []x509.ExtKeyUsage
	NoExtKeyUsage       bool
	SubjectKeyID        []byte
	NoSubjectKeyID      bool
	SignatureAlgorithm  x509.SignatureAlgorithm
	Extra               []pkix.Extension
	Edit                func(template *x509.Certificate) // last word
}

// keys holds keys by name and use, so that tests do not generate RSA keys
// again and again.
var keys sync.Map

// Key returns a key that is made once per process for each name and slot.
func Key(tb testing.TB, name string, slot int) *algorithm.PrivateKey {
	tb.Helper()
	type index struct {
		name string
		slot int
	}
	made, _ := keys.LoadOrStore(index{name, slot}, sync.OnceValues(func() (*algorithm.PrivateKey, error) {
		return algorithm.GenerateKey(name)
	}))
	key, err := made.(func() (*algorithm.PrivateKey, error))()
	if err != nil {
		tb.Fatalf("generate %s: %v", name, err)
	}
	return key
}

// Issue issues a certificate under issuer, or a self-signed one when issuer is
// nil.
func Issue(tb testing.TB, issuer *Identity, o Options) *Identity {
	tb.Helper()
	if o.KeyName == "" {
		o.KeyName = "p-256"
	}
	key := o.Key
	if key == nil {
		slot := 0
		if o.CA {
			slot = 1
		}
		key = Key(tb, o.KeyName, slot)
	}
	if o.CommonName == "" {
		o.CommonName = "Test " + o.KeyName
	}
	if o.Serial == nil {
		b := make([]byte, 12)
		rand.Read(b)
		b[0] = 0x40 | b[0]&0x3f
		o.Serial = new(big.Int).SetBytes(b)
	}
	if o.NotBefore.IsZero() {
		o.NotBefore = NotBefore
	}
	if o.NotAfter.IsZero() {
		o.NotAfter = NotAfter
	}
	t := &x509.Certificate{
		SerialNumber: o.Serial, Subject: pkix.Name{CommonName: o.CommonName, Organization: []string{"Test"}},
		NotBefore: o.NotBefore, NotAfter: o.NotAfter,
		BasicConstraintsValid: true, IsCA: o.CA, EmailAddresses: o.Emails, URIs: []*url.URL(nil),
		KeyUsage: o.KeyUsage, ExtKeyUsage: o.ExtKeyUsage, SignatureAlgorithm: o.SignatureAlgorithm,
		ExtraExtensions: o.Extra,
	}
	if o.CA {
		t.MaxPathLen = max(o.PathLen, 0)
		t.MaxPathLenZero = o.PathLen < 0
	}
	if t.KeyUsage == 0 {
		switch {
		case o.CA:
			t.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
		case key.Public.CanTransport:
			t.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
		case key.Public.CanSign && key.Public.CanAgree:
			t.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyAgreement
		case key.Public.CanAgree:
			t.KeyUsage = x509.KeyUsageKeyAgreement
		default:
			t.KeyUsage = x509.KeyUsageDigitalSignature
		}
	}
	if len(t.ExtKeyUsage) == 0 && !o.CA && !o.NoExtKeyUsage {
		t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}
	}
	switch {
	case o.SubjectKeyID != nil:
		t.SubjectKeyId = o.SubjectKeyID
	case !o.NoSubjectKeyID:
		sum := sha1.Sum(key.Public.SPKI)
		t.SubjectKeyId = sum[:]
	}
	if o.Edit != nil {
		o.Edit(t)
	}
	parent, signer := t, key.Signer
	if issuer != nil {
		var err error
		if parent, err = x509.ParseCertificate(issuer.Certificate.Raw); err != nil {
			tb.Fatalf("issuer: %v", err)
		}
		signer = issuer.Key.Signer
	}
	if key.Signer == nil && issuer == nil {
		tb.Fatalf("a key of kind %s cannot sign its own certificate", key.Public.Kind)
	}
	public := key.Public.Key
	switch public.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
	default:
		if issuer == nil {
			tb.Fatalf("a key of kind %s needs an issuer here", key.Public.Kind)
		}
		// crypto/x509 issues none for others: issued for another key, and
		// signed again with this one in its place.
		public = Key(tb, "ed25519", 0).Public.Key
		issued := create(tb, t, parent, public, signer)
		return &Identity{Certificate: Reissue(tb, issued, issuer, func(tbs *Node) {
			*tbs.At(6) = *Raw(key.Public.SPKI)
		}), Key: key, Issuer: issuer}
	}
	return &Identity{Certificate: create(tb, t, parent, public, signer), Key: key, Issuer: issuer}
}

// Reissue changes what a certificate says, and has the issuer sign it again.
// The children of tbs are the fields of a version 3 TBSCertificate: 1 is the
// serial number, 3 the issuer, 5 the subject, 6 the key, 7 the extensions.
func Reissue(tb testing.TB, c *cert.Certificate, issuer *Identity, edit func(tbs *Node)) *cert.Certificate {
	tb.Helper()
	n := MustParse(c.Raw)
	edit(n.At(0))
	scheme, err := algorithm.FindSignature(c.SignatureAlgorithm, nil)
	if err != nil {
		tb.Fatalf("sign again: %v", err)
	}
	sig, err := scheme.Sign(issuer.Key.Signer, algorithm.Message{Bytes: n.At(0).Encode()})
	if err != nil {
		tb.Fatalf("sign again: %v", err)
	}
	n.At(2).Value = append([]byte{0}, sig...)
	out, err := cert.Parse(n.Encode())
	if err != nil {
		tb.Fatalf("parse certificate: %v", err)
	}
	return out
}

func create(tb testing.TB, t, parent *x509.Certificate, public any, signer crypto.Signer) *cert.Certificate {
	tb.Helper()
	der, err := x509.CreateCertificate(rand.Reader, t, parent, public, signer)
	if err != nil {
		tb.Fatalf("create certificate: %v", err)
	}
	c, err := cert.Parse(der)
	if err != nil {
		tb.Fatalf("parse certificate: %v", err)
	}
	return c
}

// Chain issues a root, an intermediate and a leaf with a key of the given name
// and address; the CAs have P-256 keys.
func Chain(tb testing.TB, keyName, email string) *Identity {
	tb.Helper()
	root := Issue(tb, nil, Options{CommonName: "Test Root", CA: true})
	between := Issue(tb, root, Options{CommonName: "Test Intermediate", CA: true, Key: Key(tb, "p-256", 2)})
	return Issue(tb, between, Options{KeyName: keyName, CommonName: "Leaf of " + email, Emails: []string{email}})
}
