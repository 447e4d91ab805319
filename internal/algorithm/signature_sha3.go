package algorithm

// ECDSA and RSASSA-PKCS1-v1_5 with SHA-3, under the identifiers that NIST
// gives out beside the hashes themselves. RSASSA-PSS names its hash in its
// parameters and needs none.
var (
	ecdsaSHA3Schemes = []ecdsaScheme{
		{MustOID("2.16.840.1.101.3.4.3.10"), sha3256Digest, "RFC 9688, Section 3.2"},
		{MustOID("2.16.840.1.101.3.4.3.11"), sha3384Digest, "RFC 9688, Section 3.2"},
		{MustOID("2.16.840.1.101.3.4.3.12"), sha3512Digest, "RFC 9688, Section 3.2"},
		{MustOID("2.16.840.1.101.3.4.3.9"), sha3224Digest, "RFC 9688, Section 3.2"},
	}
	pkcs1v15SHA3Schemes = []pkcs1v15Scheme{
		{MustOID("2.16.840.1.101.3.4.3.14"), sha3256Digest, "RFC 9688, Section 3.1"},
		{MustOID("2.16.840.1.101.3.4.3.15"), sha3384Digest, "RFC 9688, Section 3.1"},
		{MustOID("2.16.840.1.101.3.4.3.16"), sha3512Digest, "RFC 9688, Section 3.1"},
		{MustOID("2.16.840.1.101.3.4.3.13"), sha3224Digest, "RFC 9688, Section 3.1"},
	}
)
