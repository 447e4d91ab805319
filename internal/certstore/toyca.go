package certstore

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// A ToyCA is a certification authority for demonstrations and tests. It checks
// nothing and keeps its key in memory; nobody should trust it for anything else.
type ToyCA struct {
	Certificate *cert.Certificate
	Key         *algorithm.PrivateKey

	parsed *x509.Certificate
	now    time.Time
}

// ToyUse says what an issued certificate is for.
type ToyUse int

// The uses of issued certificates. ToyServer is the wrong purpose: a certificate
// for TLS servers.
const (
	ToyMail ToyUse = iota
	ToySign
	ToyEncrypt
	ToyServer
)

// ToyOptions says how an issued certificate is to be.
type ToyOptions struct {
	Addresses []cert.Address
	Name      string                // common name; default the first address
	KeyName   string                // for algorithm.GenerateKey; default "p-256"
	Key       *algorithm.PrivateKey // in place of a new one
	Use       ToyUse
	NotBefore time.Time // default: when the CA was made
	Days      int       // of validity, default 30
	Expired   bool      // it ended a day before the CA was made
}

// toyDays is how long things live unless they are told otherwise.
const toyDays, toyCADays = 30, 365

// NewToyCA makes a root with a P-256 key, valid for a year from now.
func NewToyCA(name string, now time.Time) (*ToyCA, error) {
	key, err := algorithm.GenerateKey("p-256")
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: newSerial(), Subject: pkix.Name{CommonName: name},
		// It began a year ago, so that it can have issued what has expired.
		NotBefore: days(now, -toyCADays), NotAfter: days(now, toyCADays),
		BasicConstraintsValid: true, IsCA: true,
		KeyUsage:     x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		SubjectKeyId: key.Public.KeyID(),
	}
	c, err := sign(template, template, key.Public, key)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParseCertificate(c.Raw)
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	return &ToyCA{Certificate: c, Key: key, parsed: parsed, now: now}, nil
}

// Issue makes a certificate, and a key for it unless there is one in the options.
func (ca *ToyCA) Issue(opt ToyOptions) (*algorithm.PrivateKey, *cert.Certificate, error) {
	key := opt.Key
	if key == nil {
		name := opt.KeyName
		if name == "" {
			name = "p-256"
		}
		var err error
		if key, err = algorithm.GenerateKey(name); err != nil {
			return nil, nil, fmt.Errorf("certstore: %w", err)
		}
	}
	if key.Public == nil {
		return nil, nil, &UnfitError{Detail: "the key has no public part"}
	}
	use := map[ToyUse]mailUse{ToySign: useSign, ToyEncrypt: useEncrypt}[opt.Use]
	template, err := leafTemplate(key.Public, opt.Addresses, opt.Name, use)
	if err != nil {
		return nil, nil, err
	}
	if opt.Use == ToyServer {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}
	template.NotBefore = days(ca.now, 0)
	if !opt.NotBefore.IsZero() {
		template.NotBefore = days(opt.NotBefore, 0)
	}
	valid := toyDays
	if opt.Days > 0 {
		valid = opt.Days
	}
	if opt.Expired {
		template.NotBefore = days(ca.now, -valid-1)
	}
	template.NotAfter = days(template.NotBefore, valid)
	c, err := sign(template, ca.parsed, key.Public, ca.Key)
	if err != nil {
		return nil, nil, err
	}
	return key, c, nil
}

// Revoke makes a revocation list (DER) with the certificates in it, as of now.
func (ca *ToyCA) Revoke(now time.Time, revoked ...*cert.Certificate) ([]byte, error) {
	list := &x509.RevocationList{
		Number:     big.NewInt(now.Unix()),
		ThisUpdate: days(now, 0), NextUpdate: days(now, toyDays),
	}
	for _, c := range revoked {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{
			SerialNumber: new(big.Int).SetBytes(c.Serial), RevocationTime: days(now, 0)})
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, ca.parsed, ca.Key.Signer)
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	return der, nil
}
