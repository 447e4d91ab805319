package algorithm

import "strings"

// unsupported says that there is no row for oid. Who asks several tables in turn
// throws most of these away: what the algorithm is called is looked for when
// somebody wants to read it.
func unsupported(kind string, oid OID) *UnsupportedError {
	return &UnsupportedError{Kind: kind, OID: oid}
}

// Name returns what the algorithm is called, where that is known, else "".
func (e *UnsupportedError) Name() string { return nameOfUnsupported(e.OID) }

// nameOfUnsupported returns the name of an algorithm that is known and not
// computed, or "". The table is read only when a message asks for it.
func nameOfUnsupported(oid OID) string {
	_, rest, found := strings.Cut(unsupportedNames, "\n"+oid.String()+" ")
	if !found {
		return ""
	}
	name, _, _ := strings.Cut(rest, "\n")
	return name
}

// unsupportedNames has one OID and its name in each line.
//
// The composite signatures are those of a draft (draft-ietf-lamps-pq-composite-sigs)
// whose use in CMS is a draft of its own. The signatures that hash the message
// first (HashML-DSA, HashSLH-DSA) have no place in CMS (RFC 9882, Section 3.1; RFC
// 9814, Section 2). The curves of SEC 2, Appendix A.2 have the names of that standard. P-224 gives 112 bits, which no profile of S/MIME asks for.
const unsupportedNames = `
1.3.132.0.33 P-224
1.2.840.10045.3.1.1 P-192
1.3.132.0.10 secp256k1
1.3.132.0.1 sect163k1
1.3.132.0.2 sect163r1
1.3.132.0.3 sect239k1
1.3.132.0.4 sect113r1
1.3.132.0.5 sect113r2
1.3.132.0.6 secp112r1
1.3.132.0.7 secp112r2
1.3.132.0.8 secp160r1
1.3.132.0.9 secp160k1
1.3.132.0.15 sect163r2
1.3.132.0.16 sect283k1
1.3.132.0.17 sect283r1
1.3.132.0.22 sect131r1
1.3.132.0.23 sect131r2
1.3.132.0.24 sect193r1
1.3.132.0.25 sect193r2
1.3.132.0.26 sect233k1
1.3.132.0.27 sect233r1
1.3.132.0.28 secp128r1
1.3.132.0.29 secp128r2
1.3.132.0.30 secp160r2
1.3.132.0.31 secp192k1
1.3.132.0.32 secp224k1
1.3.132.0.36 sect409k1
1.3.132.0.37 sect409r1
1.3.132.0.38 sect571k1
1.3.132.0.39 sect571r1
1.3.36.3.3.2.8.1.1.1 brainpoolP160r1
1.3.36.3.3.2.8.1.1.3 brainpoolP192r1
1.3.36.3.3.2.8.1.1.5 brainpoolP224r1
1.3.36.3.3.2.8.1.1.9 brainpoolP320r1
1.3.36.3.3.2.8.1.1.2 brainpoolP160t1
1.3.36.3.3.2.8.1.1.4 brainpoolP192t1
1.3.36.3.3.2.8.1.1.6 brainpoolP224t1
1.3.36.3.3.2.8.1.1.10 brainpoolP320t1
1.2.250.1.223.101.256.1 FRP256v1
1.2.156.10197.1.301 SM2
1.2.840.10045.2.1 ECDSA without a digest of its own
1.2.840.10046.2.1 Diffie-Hellman
1.2.840.113549.1.3.1 Diffie-Hellman (PKCS #3)
1.2.643.7.1.1.1.1 GOST R 34.10-2012, 256 bits
1.2.643.7.1.1.1.2 GOST R 34.10-2012, 512 bits
1.2.643.2.2.19 GOST R 34.10-2001
1.2.643.2.2.3 GOST R 34.11-94 with GOST R 34.10-2001
1.2.643.7.1.1.3.2 GOST R 34.10-2012 with 256 bits
1.2.643.7.1.1.3.3 GOST R 34.10-2012 with 512 bits
1.2.643.2.2.9 GOST R 34.11-94
1.2.643.7.1.1.2.2 GOST R 34.11-2012, 256 bits
1.2.643.7.1.1.2.3 GOST R 34.11-2012, 512 bits
1.2.643.2.2.21 GOST 28147-89
1.2.156.10197.1.401 SM3
1.2.156.10197.1.501 SM2 with SM3
1.2.156.10197.1.104.2 SM4-CBC
1.2.840.113549.2.2 MD2
1.2.840.113549.2.4 MD4
1.3.36.3.2.1 RIPEMD-160
2.16.840.1.101.3.4.2.5 SHA-512/224
1.2.840.113549.1.1.2 RSA with MD2
1.2.840.113549.1.1.3 RSA with MD4
1.2.840.113549.1.1.15 RSA with SHA-512/224
1.3.36.3.3.1.2 RSA with RIPEMD-160
1.3.14.3.2.29 RSA with SHA-1 (OIW)
1.3.14.3.2.15 RSA with SHA (OIW)
1.3.14.3.2.27 DSA with SHA-1 (OIW)
2.16.840.1.101.3.4.3.3 DSA with SHA-384
2.16.840.1.101.3.4.3.4 DSA with SHA-512
2.16.840.1.101.3.4.3.32 HashML-DSA-44
2.16.840.1.101.3.4.3.33 HashML-DSA-65
2.16.840.1.101.3.4.3.34 HashML-DSA-87
2.16.840.1.101.3.4.3.35 HashSLH-DSA-SHA2-128s
2.16.840.1.101.3.4.3.36 HashSLH-DSA-SHA2-128f
2.16.840.1.101.3.4.3.37 HashSLH-DSA-SHA2-192s
2.16.840.1.101.3.4.3.38 HashSLH-DSA-SHA2-192f
2.16.840.1.101.3.4.3.39 HashSLH-DSA-SHA2-256s
2.16.840.1.101.3.4.3.40 HashSLH-DSA-SHA2-256f
2.16.840.1.101.3.4.3.41 HashSLH-DSA-SHAKE-128s
2.16.840.1.101.3.4.3.42 HashSLH-DSA-SHAKE-128f
2.16.840.1.101.3.4.3.43 HashSLH-DSA-SHAKE-192s
2.16.840.1.101.3.4.3.44 HashSLH-DSA-SHAKE-192f
2.16.840.1.101.3.4.3.45 HashSLH-DSA-SHAKE-256s
2.16.840.1.101.3.4.3.46 HashSLH-DSA-SHAKE-256f
1.2.840.113549.1.9.16.3.17 HSS/LMS
1.3.6.1.5.5.7.6.34 XMSS
1.3.6.1.5.5.7.6.35 XMSS^MT
1.3.6.1.5.5.7.6.37 composite ML-DSA-44 with RSA-2048 PSS (a draft)
1.3.6.1.5.5.7.6.38 composite ML-DSA-44 with RSA-2048 PKCS #1 v1.5 (a draft)
1.3.6.1.5.5.7.6.39 composite ML-DSA-44 with Ed25519 (a draft)
1.3.6.1.5.5.7.6.40 composite ML-DSA-44 with ECDSA P-256 (a draft)
1.3.6.1.5.5.7.6.41 composite ML-DSA-65 with RSA-3072 PSS (a draft)
1.3.6.1.5.5.7.6.42 composite ML-DSA-65 with RSA-3072 PKCS #1 v1.5 (a draft)
1.3.6.1.5.5.7.6.43 composite ML-DSA-65 with RSA-4096 PSS (a draft)
1.3.6.1.5.5.7.6.44 composite ML-DSA-65 with RSA-4096 PKCS #1 v1.5 (a draft)
1.3.6.1.5.5.7.6.45 composite ML-DSA-65 with ECDSA P-256 (a draft)
1.3.6.1.5.5.7.6.46 composite ML-DSA-65 with ECDSA P-384 (a draft)
1.3.6.1.5.5.7.6.47 composite ML-DSA-65 with ECDSA brainpoolP256r1 (a draft)
1.3.6.1.5.5.7.6.48 composite ML-DSA-65 with Ed25519 (a draft)
1.3.6.1.5.5.7.6.49 composite ML-DSA-87 with ECDSA P-384 (a draft)
1.3.6.1.5.5.7.6.50 composite ML-DSA-87 with ECDSA brainpoolP384r1 (a draft)
1.3.6.1.5.5.7.6.51 composite ML-DSA-87 with Ed448 (a draft)
1.3.6.1.5.5.7.6.52 composite ML-DSA-87 with RSA-3072 PSS (a draft)
1.3.6.1.5.5.7.6.53 composite ML-DSA-87 with RSA-4096 PSS (a draft)
1.3.6.1.5.5.7.6.54 composite ML-DSA-87 with ECDSA P-521 (a draft)
1.0.18033.2.2.4 RSA-KEM
1.2.840.113549.1.9.16.3.14 RSA-KEM
1.3.133.16.840.9.44.1.1 KDF2
1.3.133.16.840.9.44.1.2 KDF3
1.2.840.113549.1.9.16.3.5 ephemeral-static Diffie-Hellman (RFC 2631)
1.2.840.113549.1.9.16.3.10 static-static Diffie-Hellman (RFC 2631)
1.3.133.16.840.63.0.16 ECMQV
1.3.132.1.15.0 ECMQV
1.3.132.1.15.1 ECMQV
1.3.132.1.15.2 ECMQV
1.3.132.1.15.3 ECMQV
1.2.840.113549.1.9.16.3.7 RC2 key wrap
1.2.392.200011.61.1.1.3.2 Camellia-128 key wrap
1.2.392.200011.61.1.1.3.3 Camellia-192 key wrap
1.2.392.200011.61.1.1.3.4 Camellia-256 key wrap
1.2.392.200011.61.1.1.1.2 Camellia-128-CBC
1.2.392.200011.61.1.1.1.3 Camellia-192-CBC
1.2.392.200011.61.1.1.1.4 Camellia-256-CBC
1.2.410.200004.1.4 SEED-CBC
1.2.410.200046.1.1.2 ARIA-128-CBC
1.2.410.200046.1.1.7 ARIA-192-CBC
1.2.410.200046.1.1.12 ARIA-256-CBC
1.2.840.113533.7.66.10 CAST-128-CBC
1.2.840.113549.3.4 RC4
1.2.840.113549.3.9 RC5-CBC
1.3.6.1.4.1.188.7.1.1.2 IDEA-CBC
1.3.6.1.4.1.3029.1.2 Blowfish-CBC
1.3.14.3.2.6 DES-ECB
1.3.14.3.2.8 DES-OFB
1.3.14.3.2.9 DES-CFB
2.16.840.1.101.3.4.1.1 AES-128-ECB
2.16.840.1.101.3.4.1.3 AES-128-OFB
2.16.840.1.101.3.4.1.4 AES-128-CFB
2.16.840.1.101.3.4.1.21 AES-192-ECB
2.16.840.1.101.3.4.1.23 AES-192-OFB
2.16.840.1.101.3.4.1.24 AES-192-CFB
2.16.840.1.101.3.4.1.41 AES-256-ECB
2.16.840.1.101.3.4.1.43 AES-256-OFB
2.16.840.1.101.3.4.1.44 AES-256-CFB
1.2.840.113549.1.5.13 PBES2
1.3.6.1.4.1.11591.4.11 scrypt
`
