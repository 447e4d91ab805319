package cert

import "smimectl/internal/algorithm"

// KeyUsage is the set of bits of the key usage extension (RFC 5280,
// Section 4.2.1.3).
type KeyUsage uint16

// The bits of KeyUsage in the order of the standard.
const (
	UsageDigitalSignature KeyUsage = 1 << iota
	UsageNonRepudiation            // contentCommitment in later editions of X.509
	UsageKeyEncipherment
	UsageDataEncipherment
	UsageKeyAgreement
	UsageKeyCertSign
	UsageCRLSign
	UsageEncipherOnly
	UsageDecipherOnly
)

// keyUsages names the bits by their position.
var keyUsages = [...]string{
	"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
	"keyCertSign", "cRLSign", "encipherOnly", "decipherOnly",
}

// Names returns the names of the bits that are set, in the order of the
// standard.
func (k KeyUsage) Names() []string {
	var out []string
	for i, name := range keyUsages {
		if k&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return out
}

// KeyUsage returns the key usage and whether the extension is there. Absent
// means that the key is not restricted; malformed means that no bit is set.
func (c *Certificate) KeyUsage() (KeyUsage, bool) { return c.known.usage, c.known.hasUsage }

// Key purposes of RFC 5280, Section 4.2.1.12.
const (
	PurposeAny             = algorithm.OID("\x55\x1d\x25\x00")                 // 2.5.29.37.0
	PurposeEmailProtection = algorithm.OID("\x2b\x06\x01\x05\x05\x07\x03\x04") // 1.3.6.1.5.5.7.3.4
	PurposeCodeSigning     = algorithm.OID("\x2b\x06\x01\x05\x05\x07\x03\x03") // 1.3.6.1.5.5.7.3.3
	PurposeTimeStamping    = algorithm.OID("\x2b\x06\x01\x05\x05\x07\x03\x08") // 1.3.6.1.5.5.7.3.8
)

// purpose is a row of the table of purposes that have a name.
type purpose struct {
	oid  algorithm.OID
	name string
}

var purposes = []purpose{
	{PurposeAny, "anyExtendedKeyUsage"},
	{algorithm.OID("\x2b\x06\x01\x05\x05\x07\x03\x01") /* 1.3.6.1.5.5.7.3.1 */, "serverAuth"},
	{algorithm.OID("\x2b\x06\x01\x05\x05\x07\x03\x02") /* 1.3.6.1.5.5.7.3.2 */, "clientAuth"},
	{PurposeCodeSigning, "codeSigning"},
	{PurposeEmailProtection, "emailProtection"},
	{PurposeTimeStamping, "timeStamping"},
	{algorithm.OID("\x2b\x06\x01\x05\x05\x07\x03\x09") /* 1.3.6.1.5.5.7.3.9 */, "OCSPSigning"},
	{algorithm.OID("\x2b\x06\x01\x05\x05\x07\x03\x24") /* 1.3.6.1.5.5.7.3.36 */, "documentSigning"},
	{algorithm.OID("\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x02") /* 1.3.6.1.4.1.311.20.2.2 */, "smartcardLogon"},
	{algorithm.OID("\x2b\x06\x01\x04\x01\x82\x37\x0a\x03\x04") /* 1.3.6.1.4.1.311.10.3.4 */, "encryptedFileSystem"},
	{algorithm.OID("\x2b\x06\x01\x04\x01\x82\x37\x0a\x03\x0c") /* 1.3.6.1.4.1.311.10.3.12 */, "documentSigningMicrosoft"},
}

// ExtKeyUsage returns the purposes of the extended key usage extension and
// whether it is there. Absent means any purpose; malformed means none.
func (c *Certificate) ExtKeyUsage() ([]algorithm.OID, bool) {
	return c.known.purposes, c.known.hasPurposes
}

// Purposes returns the names of the extended key usages, as dotted numbers
// where they have none.
func (c *Certificate) Purposes() []string {
	var out []string
	for _, oid := range c.known.purposes {
		name := oid.String()
		for _, p := range purposes {
			if p.oid == oid {
				name = p.name
			}
		}
		out = append(out, name)
	}
	return out
}
