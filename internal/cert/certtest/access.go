package certtest

import (
	"golang.org/x/crypto/cryptobyte"
)

// InfoAccess is the authority information access extension, with URIs of
// responders and of certificates of the issuer.
func InfoAccess(ocsp, issuers []string) Extension {
	return Extension{"1.3.6.1.5.5.7.1.1", false, sequence(func(b *cryptobyte.Builder) {
		for method, list := range map[string][]string{"1.3.6.1.5.5.7.48.1": ocsp, "1.3.6.1.5.5.7.48.2": issuers} {
			for _, uri := range list {
				b.AddBytes(sequence(func(b *cryptobyte.Builder) {
					addOID(b, method)
					b.AddBytes(URI(uri))
				}))
			}
		}
	})}
}

// Nonce is the extension of an OCSP response, with the octets of the nonce.
func Nonce(octets []byte) Extension {
	return Extension{"1.3.6.1.5.5.7.48.1.2", false, build(func(b *cryptobyte.Builder) { b.AddASN1OctetString(octets) })}
}
