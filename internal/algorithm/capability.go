package algorithm

import (
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// oidZlib is id-alg-zlibCompress (RFC 3274, Section 5).
var oidZlib = MustOID("1.2.840.113549.1.9.16.3.8")

// Capabilities returns what is read and may be announced, most wanted first in
// each group: signatures, content ciphers, key management, and what is none of
// these (RFC 8551, Section 2.5.2). Receivers compare these octet by octet, so that
// parameters are there only where a list of published ones has them.
func Capabilities() []Identifier {
	return slices.Concat(signatureCapabilities(), cipherCapabilities(), managementCapabilities(),
		[]Identifier{{OID: oidCEKHKDF}, {OID: oidZlib}})
}

// signatureCapabilities lists what is widely read before what is new.
func signatureCapabilities() []Identifier {
	var list []Identifier
	for _, scheme := range ecdsaSHA2Schemes {
		if scheme.digest.Status == Current {
			list = append(list, Identifier{OID: scheme.oid})
		}
	}
	list = append(list, Identifier{OID: oidEd25519})
	for _, scheme := range pkcs1v15SHA2Schemes {
		if scheme.digest.Status == Current {
			list = append(list, Identifier{OID: scheme.oid, Parameters: nullParameters()})
		}
	}
	for _, row := range slices.Concat(mldsaSignatures, ed448Signatures) {
		list = append(list, Identifier{OID: row.oid})
	}
	return list
}

// cipherCapabilities lists the ciphers of today that are written as well.
func cipherCapabilities() []Identifier {
	var list []Identifier
	for _, c := range contentCiphers {
		if c.Status == Current && !c.ReadOnly && c.OID != oidCEKHKDF {
			list = append(list, Identifier{OID: c.OID})
		}
	}
	return list
}

// managementCapabilities lists key agreements with the key wraps for both sizes of
// keys, key transports and KEMs.
func managementCapabilities() []Identifier {
	var list []Identifier
	for _, rows := range [][]agreementRow{x963Agreements[:1], hkdfAgreements[:1]} {
		for _, wrap := range aesWraps[:2] {
			list = append(list, Identifier{OID: rows[0].oid, Parameters: wrap.Identifier().DER()})
		}
	}
	list = append(list, Identifier{OID: oidRSAESOAEP, Parameters: oaepCapability()}, Identifier{OID: oidRSAEncryption})
	for _, row := range mlkemSets {
		list = append(list, Identifier{OID: row.oid})
	}
	return list
}

// oaepCapability returns the parameters that announce OAEP with SHA-256.
//
// QUIRK: the published octets (RFC 5911, Section 8) lack the tags that the
// parameters have in messages.
func oaepCapability() []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		sha256Digest.nullIdentifier().AddTo(b)
		Identifier{OID: oidMGF1, Parameters: sha256Digest.nullIdentifier().DER()}.AddTo(b)
	})
	return b.BytesOrPanic()
}

// CapabilityName returns the name of a capability that stands for several rows of
// a table here, or for none.
func CapabilityName(oid OID) (string, bool) {
	switch {
	case oid == oidCEKHKDF:
		return "cek-hkdf-sha256", true
	case oid == oidZlib:
		return "zlib", true
	}
	for _, row := range keyKEMs {
		if row.oid == oid {
			return row.name, true
		}
	}
	return "", false
}
