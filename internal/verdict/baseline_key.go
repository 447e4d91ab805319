package verdict

import (
	"crypto/rsa"
	"encoding/hex"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

func (b *baselineSubject) version() string {
	if b.Version != 3 {
		return fmt.Sprintf("version %d of X.509, not 3", b.Version)
	}
	return ""
}

// serialBits is the length of the serial number's magnitude; negative where the number is.
func (b *baselineSubject) serialBits() int {
	s := b.Serial
	if len(s) == 0 {
		return 0
	}
	if s[0]&0x80 != 0 {
		return -1
	}
	for len(s) > 0 && s[0] == 0 {
		s = s[1:]
	}
	if len(s) == 0 {
		return 0
	}
	return 8*(len(s)-1) + bits.Len8(s[0])
}

func (b *baselineSubject) serialRange() string {
	switch n := b.serialBits(); {
	case n < 0:
		return "the serial number is negative"
	case n == 0:
		return "the serial number is zero"
	case n > 159:
		return fmt.Sprintf("the serial number has %d bits, at most 159 are allowed", n)
	}
	return ""
}

// leastSerial is the length below which a serial number is taken for one that does not hold 64 random bits: a number of
// 64 random bits is as short as this once in 256 times.
const leastSerial = 57

func (b *baselineSubject) serialEntropy() string {
	if n := b.serialBits(); b.role != roleRoot && n > 0 && n < leastSerial {
		return fmt.Sprintf("the serial number has %d bits, too few to hold 64 random ones", n)
	}
	return ""
}

func (b *baselineSubject) keySize() string {
	k := b.key
	switch {
	case k == nil && b.keyErr != nil:
		return "the key cannot be read: " + strings.TrimPrefix(b.keyErr.Error(), "algorithm: ")
	case k == nil:
		return "the key cannot be read"
	case k.Kind == "rsa" && k.Bits < 2048:
		return fmt.Sprintf("the RSA key has %d bits, at least 2048 are asked for", k.Bits)
	case k.Kind == "rsa" && k.Bits%8 != 0:
		return fmt.Sprintf("the RSA key has %d bits, which is no multiple of 8", k.Bits)
	case k.Kind == "rsa":
		return ""
	case slices.Contains([]string{"p-256", "p-384", "p-521", "ed25519", "ed448"}, k.Name):
		return ""
	case strings.HasPrefix(k.Name, "ml-dsa-"), strings.HasPrefix(k.Name, "ml-kem-"):
		return ""
	}
	return "keys of kind " + k.Title + " are not among those allowed"
}

// keyEncodings are the only ways to write the algorithm of a key (Section 7.1.3.1), in hexadecimal.
var keyEncodings = [...]string{
	"300d06092a864886f70d0101010500",                                                         // rsaEncryption with NULL
	"301306072a8648ce3d020106082a8648ce3d030107",                                             // P-256
	"301006072a8648ce3d020106052b81040022",                                                   // P-384
	"301006072a8648ce3d020106052b81040023",                                                   // P-521
	"300506032b6570",                                                                         // Ed25519
	"300506032b6571",                                                                         // Ed448
	"300b0609608648016503040311", "300b0609608648016503040312", "300b0609608648016503040313", // ML-DSA
	"300b0609608648016503040401", "300b0609608648016503040402", "300b0609608648016503040403", // ML-KEM
}

func (b *baselineSubject) keyEncoding() string {
	if b.key == nil || b.key.Kind != "rsa" && b.keySize() != "" {
		return "" // keySize has said that it is of no kind that is allowed
	}
	if !slices.Contains(keyEncodings[:], hex.EncodeToString(b.key.Identifier.DER())) {
		return "the algorithm of the key is not written in one of the forms allowed"
	}
	return ""
}

// leastExponent is the smallest public exponent that is advised.
const leastExponent = 1<<16 + 1

func (b *baselineSubject) rsaExponent() string {
	if b.key == nil {
		return ""
	}
	if key, ok := b.key.Key.(*rsa.PublicKey); ok && key.E < leastExponent {
		return fmt.Sprintf("the RSA exponent is %d, from 65537 on is advised", key.E)
	}
	return ""
}

// signatureEncodings are the only ways to write the algorithm of a signature (Section 7.1.3.2), in hexadecimal.
var signatureEncodings = [...]string{
	"300d06092a864886f70d01010b0500", "300d06092a864886f70d01010c0500", "300d06092a864886f70d01010d0500", // RSA, PKCS#1 v1.5
	"304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120", // RSA, PSS
	"304106092a864886f70d01010a3034a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130",
	"304106092a864886f70d01010a3034a00f300d06096086480165030402030500a11c301a06092a864886f70d010108300d06096086480165030402030500a203020140",
	"300a06082a8648ce3d040302", "300a06082a8648ce3d040303", "300a06082a8648ce3d040304", // ECDSA
	"300506032b6570", "300506032b6571", // Ed25519, Ed448
	"300b0609608648016503040311", "300b0609608648016503040312", "300b0609608648016503040313", // ML-DSA
}

// signatureAlgorithm does not look at a root: nobody checks what it says about itself.
func (b *baselineSubject) signatureAlgorithm() string {
	if b.role == roleRoot || slices.Contains(signatureEncodings[:], hex.EncodeToString(b.SignatureAlgorithm.DER())) {
		return ""
	}
	scheme, err := algorithm.FindSignature(b.SignatureAlgorithm, nil)
	switch {
	case err != nil || scheme.Digest == nil:
		return "signed with an algorithm that is not among those allowed"
	case scheme.Digest.Status == algorithm.Broken:
		return "signed over " + digestTitle(scheme.Digest)
	}
	return fmt.Sprintf("signed with %s and %s in a form that is not among those allowed", scheme.Name, digestTitle(scheme.Digest))
}

// signatureDigest asks of ECDSA the digest that belongs to the issuer's curve.
func (b *baselineSubject) signatureDigest() string {
	if b.role == roleRoot || b.issuer == nil {
		return ""
	}
	key, err := b.issuer.PublicKey()
	if err != nil || key.Kind != "ec" {
		return ""
	}
	want := map[string]string{"p-256": "sha256", "p-384": "sha384", "p-521": "sha512"}[key.Name]
	scheme, err := algorithm.FindSignature(b.SignatureAlgorithm, nil)
	if err != nil || scheme.Digest == nil || want == "" || scheme.Digest.Name == want {
		return ""
	}
	return fmt.Sprintf("a key of %s has signed it over %s, not %s", key.Title, digestTitle(scheme.Digest), strings.ToUpper(strings.Replace(want, "sha", "sha-", 1)))
}

func (b *baselineSubject) issuerEncoding() string {
	if b.issuer == nil || string(b.Issuer.Raw) == string(b.issuer.Subject.Raw) {
		return ""
	}
	return "the issuer's name is written otherwise than in the issuer's certificate"
}

// keyUsageBits holds the bits against the kind of the key.
func (b *baselineSubject) keyUsageBits() string {
	usage, present := b.KeyUsage()
	if !present || b.key == nil {
		return ""
	}
	const sign, signMay = cert.UsageDigitalSignature, cert.UsageDigitalSignature | cert.UsageNonRepudiation
	var manage, manageMay cert.KeyUsage
	switch kind := b.key.Kind; {
	case kind == "rsa":
		manage, manageMay = cert.UsageKeyEncipherment, cert.UsageKeyEncipherment
		if b.generation != generationStrict {
			manageMay |= cert.UsageDataEncipherment
		}
	case kind == "ec":
		manage, manageMay = cert.UsageKeyAgreement, cert.UsageKeyAgreement|cert.UsageEncipherOnly|cert.UsageDecipherOnly
	case b.key.CanEncapsulate:
		if usage != cert.UsageKeyEncipherment {
			return fmt.Sprintf("keyUsage is %s, a key of %s has keyEncipherment alone", usageText(usage), b.key.Title)
		}
		return ""
	case !b.key.CanSign:
		return "" // keySize has said that it is of no kind that is allowed
	}
	var may cert.KeyUsage
	if usage&sign != 0 {
		may |= signMay
	}
	if usage&manage != 0 {
		may |= manageMay
	}
	if may == 0 || usage&^may != 0 {
		return fmt.Sprintf("keyUsage is %s, which does not go with a key of %s", usageText(usage), b.key.Title)
	}
	return ""
}

func usageText(usage cert.KeyUsage) string {
	names := usage.Names()
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}
