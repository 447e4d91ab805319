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
var (
	PurposeAny             = algorithm.MustOID("2.5.29.37.0")
	PurposeEmailProtection = algorithm.MustOID("1.3.6.1.5.5.7.3.4")
	PurposeCodeSigning     = algorithm.MustOID("1.3.6.1.5.5.7.3.3")
	PurposeTimeStamping    = algorithm.MustOID("1.3.6.1.5.5.7.3.8")
)

// purpose is a row of the table of purposes that have a name.
type purpose struct {
	oid  algorithm.OID
	name string
}

var purposes = []purpose{
	{PurposeAny, "anyExtendedKeyUsage"},
	{algorithm.MustOID("1.3.6.1.5.5.7.3.1"), "serverAuth"},
	{algorithm.MustOID("1.3.6.1.5.5.7.3.2"), "clientAuth"},
	{PurposeCodeSigning, "codeSigning"},
	{PurposeEmailProtection, "emailProtection"},
	{PurposeTimeStamping, "timeStamping"},
	{algorithm.MustOID("1.3.6.1.5.5.7.3.9"), "OCSPSigning"},
	{algorithm.MustOID("1.3.6.1.5.5.7.3.36"), "documentSigning"},
	{algorithm.MustOID("1.3.6.1.4.1.311.20.2.2"), "smartcardLogon"},
	{algorithm.MustOID("1.3.6.1.4.1.311.10.3.4"), "encryptedFileSystem"},
	{algorithm.MustOID("1.3.6.1.4.1.311.10.3.12"), "documentSigningMicrosoft"},
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
