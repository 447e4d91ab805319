package algorithm

import (
	"crypto"
	"crypto/sha256"
	"crypto/sha512"
)

// The SHA-2 family, RFC 5754, Section 2. SHA-224 offers 112 bits and is not
// asked for by any version of S/MIME, nor is SHA-512/256 (RFC 8017, Appendix B.1),
// which RSA keys sign with on computers that are faster with it; no micalg is
// registered for it.
var (
	sha256Digest = &Digest{Name: "sha256", standard: "RFC 5754, Section 2.2", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x02\x01") /* 2.16.840.1.101.3.4.2.1 */, MIC: "sha-256", MICAliases: []string{"sha256", "rsa-sha256"},
		Size: sha256.Size, New: sha256.New, Hash: crypto.SHA256}
	sha384Digest = &Digest{Name: "sha384", standard: "RFC 5754, Section 2.3", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x02\x02") /* 2.16.840.1.101.3.4.2.2 */, MIC: "sha-384", MICAliases: []string{"sha384", "rsa-sha384"},
		Size: sha512.Size384, New: sha512.New384, Hash: crypto.SHA384}
	sha512Digest = &Digest{Name: "sha512", standard: "RFC 5754, Section 2.4", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x02\x03") /* 2.16.840.1.101.3.4.2.3 */, MIC: "sha-512", MICAliases: []string{"sha512", "rsa-sha512"},
		Size: sha512.Size, New: sha512.New, Hash: crypto.SHA512}
	sha224Digest = &Digest{Name: "sha224", standard: "RFC 5754, Section 2.1", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x02\x04") /* 2.16.840.1.101.3.4.2.4 */, MIC: "sha-224", MICAliases: []string{"sha224", "rsa-sha224"},
		Size: sha256.Size224, Status: Legacy, New: sha256.New224, Hash: crypto.SHA224}
	sha512256Digest = &Digest{Name: "sha512-256", standard: "RFC 8017, Appendix B.1", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x02\x06") /* 2.16.840.1.101.3.4.2.6 */, MICAliases: []string{"sha-512-256", "sha512-256"},
		Size: sha512.Size256, New: sha512.New512_256, Hash: crypto.SHA512_256}
)

var sha2Digests = []*Digest{sha256Digest, sha384Digest, sha512Digest, sha512256Digest, sha224Digest}
