package algorithm

// x963Agreements are the ephemeral-static agreements with the ANSI X9.63 key
// derivation function (RFC 5753, Section 7.1.4).
//
// The cofactor of the NIST curves is 1, and X25519 multiplies by its cofactor
// always: the cofactor forms are the same computation. They are read only.
var x963Agreements = []*agreementRow{
	{name: "ecdh-sha256kdf", oid: OID("\x2b\x81\x04\x01\x0b\x01") /* 1.3.132.1.11.1 */, kdf: x963(sha256Digest), standard: "RFC 5753, Section 7.1.4", keys: []string{"p-256"}, fits: ecdhKinds},
	{name: "ecdh-sha384kdf", oid: OID("\x2b\x81\x04\x01\x0b\x02") /* 1.3.132.1.11.2 */, kdf: x963(sha384Digest), standard: "RFC 5753, Section 7.1.4", keys: []string{"p-384"}, fits: ecdhKinds},
	{name: "ecdh-sha512kdf", oid: OID("\x2b\x81\x04\x01\x0b\x03") /* 1.3.132.1.11.3 */, kdf: x963(sha512Digest), standard: "RFC 5753, Section 7.1.4", keys: []string{"p-521"}, fits: ecdhKinds},
	{name: "ecdh-sha224kdf", oid: OID("\x2b\x81\x04\x01\x0b\x00") /* 1.3.132.1.11.0 */, kdf: x963(sha224Digest), standard: "RFC 5753, Section 7.1.4"},
	{name: "ecdh-sha1kdf", oid: OID("\x2b\x81\x05\x10\x86\x48\x3f\x00\x02") /* 1.3.133.16.840.63.0.2 */, kdf: x963(sha1Digest), standard: "RFC 5753, Section 7.1.4"}, // OpenSSL's default
	{name: "ecdh-cofactor-sha256kdf", oid: OID("\x2b\x81\x04\x01\x0e\x01") /* 1.3.132.1.14.1 */, kdf: x963(sha256Digest), standard: "RFC 5753, Section 7.1.4"},
	{name: "ecdh-cofactor-sha384kdf", oid: OID("\x2b\x81\x04\x01\x0e\x02") /* 1.3.132.1.14.2 */, kdf: x963(sha384Digest), standard: "RFC 5753, Section 7.1.4"},
	{name: "ecdh-cofactor-sha512kdf", oid: OID("\x2b\x81\x04\x01\x0e\x03") /* 1.3.132.1.14.3 */, kdf: x963(sha512Digest), standard: "RFC 5753, Section 7.1.4"},
	{name: "ecdh-cofactor-sha224kdf", oid: OID("\x2b\x81\x04\x01\x0e\x00") /* 1.3.132.1.14.0 */, kdf: x963(sha224Digest), standard: "RFC 5753, Section 7.1.4"},
	{name: "ecdh-cofactor-sha1kdf", oid: OID("\x2b\x81\x05\x10\x86\x48\x3f\x00\x03") /* 1.3.133.16.840.63.0.3 */, kdf: x963(sha1Digest), standard: "RFC 5753, Section 7.1.4"},
}

// hkdfAgreements are those with HKDF (RFC 8418, Section 2.2), made for X25519
// and X448, and computed with every curve.
var hkdfAgreements = []*agreementRow{
	{name: "x25519-hkdf-sha256", oid: OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x13") /* 1.2.840.113549.1.9.16.3.19 */, kdf: hkdfWith(sha256Digest), standard: "RFC 8418, Section 2.2", keys: []string{"x25519"}, fits: rawKinds},
	{name: "ecdh-hkdf-sha384", oid: OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x14") /* 1.2.840.113549.1.9.16.3.20 */, kdf: hkdfWith(sha384Digest), standard: "RFC 8418, Section 2.2", fits: rawKinds},
	{name: "ecdh-hkdf-sha512", oid: OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x15") /* 1.2.840.113549.1.9.16.3.21 */, kdf: hkdfWith(sha512Digest), standard: "RFC 8418, Section 2.2", keys: []string{"x448"}, fits: rawKinds},
}

// ecdhKinds and rawKinds are the kinds of keys that the two derivations go with: that
// of X9.63 with every curve (RFC 8418, Section 2.1), HKDF with those of RFC 7748.
var (
	ecdhKinds = []string{"ec", "x25519", "x448"}
	rawKinds  = []string{"x25519", "x448"}
)

func x963(hash *Digest) kdf     { return kdf{hash: hash, derive: deriveX963} }
func hkdfWith(hash *Digest) kdf { return kdf{hash: hash, salted: true, derive: deriveHKDF} }
