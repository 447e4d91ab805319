package certtest

import (
	"crypto/rand"
	"crypto/x509"
	"math/big"
)

// CRL makes a revocation list with one entry, which crypto/x509 writes. The
// issuer needs a subject key identifier.
func CRL(issuer *x509.Certificate, key *Key) []byte {
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: Now(), NextUpdate: Now().AddDate(0, 1, 0),
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: big.NewInt(5), RevocationTime: Now()}},
	}, issuer, key.Signer)
	check(err)
	return der
}
