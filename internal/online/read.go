package online

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"

	"smimectl/internal/cert"
	"smimectl/internal/cms"
)

// maxCertificates is how many certificates of one address are read.
const maxCertificates = 16

// unreadable says what an answer should have been.
func unreadable(what string, err error) error {
	var syntax *cert.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("it is no %s that can be read: %s", what, syntax.Detail)
	}
	return fmt.Errorf("it is no %s that can be read", what)
}

// readList reads a revocation list in DER (RFC 5280, Section 4.2.1.13).
//
// QUIRK: CAs that put up the file as their tool wrote it serve PEM.
func readList(data []byte) (*cert.CRL, error) {
	if block, _ := pem.Decode(data); block != nil && block.Type == "X509 CRL" {
		data = block.Bytes
	}
	l, err := cert.ParseCRL(data)
	if err != nil {
		return nil, unreadable("revocation list", err)
	}
	return l, nil
}

// readCertificates reads what an address of issuers serves: one certificate in
// DER, or a certs-only message (RFC 5280, Section 4.2.2.1; RFC 8551,
// Section 3.8).
//
// QUIRK: CAs that put up the file as their tool wrote it serve PEM.
func readCertificates(data []byte) ([]*cert.Certificate, error) {
	if block, rest := pem.Decode(data); block != nil {
		var out []*cert.Certificate
		for ; block != nil && len(out) < maxCertificates; block, rest = pem.Decode(rest) {
			if block.Type != "CERTIFICATE" {
				continue
			}
			if c, err := cert.Parse(block.Bytes); err == nil {
				out = append(out, c)
			}
		}
		if len(out) > 0 {
			return out, nil
		}
		return nil, unreadable("certificate", nil)
	}
	c, err := cert.Parse(data)
	if err == nil {
		return []*cert.Certificate{c}, nil
	}
	sd, broken := cms.ReadSignedData(bytes.NewReader(data), nil, cms.Limits{Certificates: maxCertificates, CertificateBag: 4 * maxCertificates, Signers: 1})
	if broken != nil || len(sd.Certificates) == 0 {
		return nil, unreadable("certificate", err)
	}
	return sd.Certificates, nil
}
