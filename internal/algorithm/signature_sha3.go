package algorithm

// ECDSA and RSASSA-PKCS1-v1_5 with SHA-3, under the identifiers that NIST
// gives out beside the hashes themselves. RSASSA-PSS names its hash in its
// parameters and needs none.
var (
	ecdsaSHA3Schemes = []ecdsaScheme{
		{OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0a") /* 2.16.840.1.101.3.4.3.10 */, sha3256Digest, "RFC 9688, Section 3.2"},
		{OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0b") /* 2.16.840.1.101.3.4.3.11 */, sha3384Digest, "RFC 9688, Section 3.2"},
		{OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0c") /* 2.16.840.1.101.3.4.3.12 */, sha3512Digest, "RFC 9688, Section 3.2"},
		{OID("\x60\x86\x48\x01\x65\x03\x04\x03\x09") /* 2.16.840.1.101.3.4.3.9 */, sha3224Digest, "RFC 9688, Section 3.2"},
	}
	pkcs1v15SHA3Schemes = []pkcs1v15Scheme{
		{OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0e") /* 2.16.840.1.101.3.4.3.14 */, sha3256Digest, "RFC 9688, Section 3.1"},
		{OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0f") /* 2.16.840.1.101.3.4.3.15 */, sha3384Digest, "RFC 9688, Section 3.1"},
		{OID("\x60\x86\x48\x01\x65\x03\x04\x03\x10") /* 2.16.840.1.101.3.4.3.16 */, sha3512Digest, "RFC 9688, Section 3.1"},
		{OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0d") /* 2.16.840.1.101.3.4.3.13 */, sha3224Digest, "RFC 9688, Section 3.1"},
	}
)
