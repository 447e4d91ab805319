package certstore

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// mailUse is which of the two things a certificate is for.
type mailUse int

const (
	useBoth mailUse = iota
	useSign
	useEncrypt
)

// keyUsage gives the key usage of an end entity by the kind of its key (RFC 8550,
// Section 4.4.2; CA/Browser Forum S/MIME requirements, Section 7.1.2.3 e).
func keyUsage(public *algorithm.PublicKey, use mailUse) x509.KeyUsage {
	var u x509.KeyUsage
	if public.CanSign && use != useEncrypt {
		u |= x509.KeyUsageDigitalSignature
	}
	if (public.CanTransport || public.CanEncapsulate) && use != useSign {
		u |= x509.KeyUsageKeyEncipherment
	}
	if public.CanAgree && use != useSign {
		u |= x509.KeyUsageKeyAgreement
	}
	return u
}

// newSerial draws 127 random bits; never zero.
func newSerial() *big.Int {
	b := make([]byte, 16)
	rand.Read(b)
	b[0] = b[0]&0x7f | 0x40
	return new(big.Int).SetBytes(b)
}

// subjectOf names a person: the common name, or the first address.
func subjectOf(name string, addresses []cert.Address) pkix.Name {
	if name == "" && len(addresses) > 0 {
		name = addresses[0].String()
	}
	return pkix.Name{CommonName: name}
}

// subjectAltName writes the extension (RFC 5280, Section 4.2.1.6) with one
// rfc822Name for each address, or SmtpUTF8Mailbox (RFC 9598, Section 3) where the
// local part is not ASCII:
//
//	SmtpUTF8Mailbox ::= UTF8String (SIZE (1..MAX)), id-on-SmtpUTF8Mailbox
func subjectAltName(addresses []cert.Address) (pkix.Extension, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, a := range addresses {
			if !a.UTF8 {
				b.AddASN1(asn1.Tag(1).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes([]byte(a.String())) })
				continue
			}
			b.AddASN1(explicit0, func(b *cryptobyte.Builder) { // otherName
				algorithm.OID("\x2b\x06\x01\x05\x05\x07\x08\x09"). /* 1.3.6.1.5.5.7.8.9 */ AddTo(b)
				b.AddASN1(explicit0, func(b *cryptobyte.Builder) {
					b.AddASN1(asn1.UTF8String, func(b *cryptobyte.Builder) { b.AddBytes([]byte(a.String())) })
				})
			})
		}
	})
	der, err := b.Bytes()
	if err != nil {
		return pkix.Extension{}, fmt.Errorf("certstore: %w", err)
	}
	return pkix.Extension{Id: oidSubjectAltName, Value: der}, nil
}

// leafTemplate is the part that all end entity certificates have in common:
// serial number, emailProtection alone, the addresses, a key identifier, and no
// basicConstraints.
func leafTemplate(public *algorithm.PublicKey, addresses []cert.Address, name string, use mailUse) (*x509.Certificate, error) {
	if len(addresses) == 0 {
		return nil, &UnfitError{Detail: "a certificate for mail needs an address"}
	}
	san, err := subjectAltName(addresses)
	if err != nil {
		return nil, err
	}
	usage := keyUsage(public, use)
	if usage == 0 {
		return nil, &UnfitError{Detail: "a key of this kind (" + public.Title + ") cannot do that"}
	}
	return &x509.Certificate{
		SerialNumber:    newSerial(),
		Subject:         subjectOf(name, addresses),
		SubjectKeyId:    public.KeyID(),
		KeyUsage:        usage,
		ExtKeyUsage:     []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
		ExtraExtensions: []pkix.Extension{san},
	}, nil
}

// days adds whole days to a moment and cuts it to seconds, as certificates do.
func days(from time.Time, n int) time.Time {
	return from.UTC().Truncate(time.Second).Add(time.Duration(n) * 24 * time.Hour)
}

// NewSelfSigned makes a certificate for one's own key, valid from now for a number
// of days. Others can only trust it by making it an anchor.
func NewSelfSigned(key *algorithm.PrivateKey, addresses []cert.Address, name string, validDays int, now time.Time) (*cert.Certificate, error) {
	if key.Public == nil || key.Signer == nil {
		return nil, &UnfitError{Detail: "a key that cannot sign cannot sign its own certificate"}
	}
	template, err := leafTemplate(key.Public, addresses, name, useBoth)
	if err != nil {
		return nil, err
	}
	template.NotBefore, template.NotAfter = days(now, 0), days(now, validDays)
	template.AuthorityKeyId = template.SubjectKeyId
	return sign(template, template, key.Public, key)
}

// NewRequest makes a certification request (RFC 2986) in DER that asks for the
// addresses and for use in mail.
func NewRequest(key *algorithm.PrivateKey, addresses []cert.Address, name string) ([]byte, error) {
	if key.Signer == nil || key.Public == nil {
		return nil, &UnfitError{Detail: "a key that cannot sign cannot sign a request"}
	}
	template, err := leafTemplate(key.Public, addresses, name, useBoth)
	if err != nil {
		return nil, err
	}
	request := &x509.Certificate{KeyUsage: template.KeyUsage, ExtKeyUsage: template.ExtKeyUsage, ExtraExtensions: template.ExtraExtensions}
	extensions, err := extensionsOf(request, request)
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	der, err := signRequest(template.Subject, extensions, key)
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	return der, nil
}
