package algorithm

import (
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Capabilities returns what is read and may be announced, most wanted first in
// each group: signatures, content ciphers, key management, and what is none of
// these (RFC 8551, Section 2.5.2). Receivers compare these octet by octet, so that
// parameters are there only where a list of published ones has them.
func Capabilities() []Identifier {
	return slices.Concat(signatureCapabilities(), cipherCapabilities(), managementCapabilities(),
		[]Identifier{{OID: oidCEKHKDF}, zlibCompression.Identifier()})
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
	for _, set := range mldsaSets {
		list = append(list, Identifier{OID: set.oid})
	}
	for _, row := range ed448Signatures {
		list = append(list, Identifier{OID: row.oid})
	}
	return list
}

// cipherCapabilities lists the ciphers of today that are written as well.
func cipherCapabilities() []Identifier {
	var list []Identifier
	for c := range contentCiphers.rows() {
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
	for _, rows := range [][]*agreementRow{x963Agreements[:1], hkdfAgreements[:1]} {
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
func oaepCapability() []byte { return oaepCapabilityOf(sha256Digest) }

// oaepCapabilityOf returns those for any hash.
//
// QUIRK: the published octets (RFC 5911, Section 8) lack the tags that the
// parameters have in messages.
func oaepCapabilityOf(hash *Digest) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		hash.nullIdentifier().AddTo(b)
		Identifier{OID: oidMGF1, Parameters: hash.nullIdentifier().DER()}.AddTo(b)
	})
	return b.BytesOrPanic()
}

// oaepCapabilityName tells by which hash RSAES-OAEP is read: "rsa-oaep" for SHA-256, and
// "rsa-oaep-sha1" where the parameters are the defaults (RFC 3560, Section 5). Who
// reads the one need not read the other. They are read in the published form and in that
// of messages; others are named by what they are not.
func oaepCapabilityName(parameters []byte) string {
	for _, t := range writtenOAEP() {
		hash := t.scheme.(oaep).hash
		if string(parameters) == string(oaepCapabilityOf(hash)) || string(parameters) == string(t.Identifier.Parameters) {
			if hash == sha256Digest {
				return t.Name
			}
			return t.Name + "-" + t.Detail
		}
	}
	return "rsa-oaep-other"
}

// CapabilityName returns the name of a capability that stands for several rows of
// a table here, or for none, or whose parameters are not those of messages.
func CapabilityName(id Identifier) (string, bool) {
	oid := id.OID
	switch {
	case oid == oidRSAESOAEP:
		return oaepCapabilityName(id.Parameters), true
	case oid == oidCEKHKDF:
		return "cek-hkdf-sha256", true
	case oid == zlibCompression.OID:
		return zlibCompression.Name, true
	}
	for _, row := range keyKEMs {
		if row.oid == oid {
			return row.name, true
		}
	}
	return "", false
}
