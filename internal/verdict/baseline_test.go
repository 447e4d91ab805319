package verdict

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

// baselineWorld is a path of three certificates as a public CA would issue them; a test changes one thing.
type baselineWorld struct {
	root, sub, leaf certtest.Template
	alone           bool // only the leaf is there
}

func randomSerial() []byte {
	serial := make([]byte, 16)
	rand.Read(serial)
	serial[0] = 0x4a
	return serial
}

func keyID(k *certtest.Key) []byte {
	sum := sha1.Sum(k.KeyBits())
	return sum[:]
}

// keyOf wraps a key of any kind.
func keyOf(t testing.TB, signer crypto.Signer) *certtest.Key {
	t.Helper()
	spki, err := x509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		t.Fatal(err)
	}
	return &certtest.Key{Signer: signer, SPKI: spki}
}

const (
	emailProtection = "1.3.6.1.5.5.7.3.4"
	multipurpose    = "2.23.140.1.5.1.2"
	crlAddress      = "http://crl.example.test/1.crl"
)

// accessTo is authorityInfoAccess: pairs of method and address.
func accessTo(pairs ...string) certtest.Extension {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for i := 0; i < len(pairs); i += 2 {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddBytes(oidDER(pairs[i]))
				b.AddBytes(certtest.URI(pairs[i+1]))
			})
		}
	})
	return certtest.Extension{OID: "1.3.6.1.5.5.7.1.1", Value: b.BytesOrPanic()}
}

func oidDER(dotted string) []byte {
	var b cryptobyte.Builder
	algorithm.MustOID(dotted).AddTo(&b)
	return b.BytesOrPanic()
}

func crlAt(uris ...string) certtest.Extension {
	var names [][]byte
	for _, uri := range uris {
		names = append(names, certtest.URI(uri))
	}
	return certtest.DistributionPoints(certtest.Point{Full: names})
}

// policyWithCPS is certificatePolicies with one policy and a pointer to a statement.
func policyWithCPS(oid, uri string) certtest.Extension {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(oidDER(oid))
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddBytes(oidDER("1.3.6.1.5.5.7.2.1"))
					b.AddASN1(cbasn1.IA5String, func(b *cryptobyte.Builder) { b.AddBytes([]byte(uri)) })
				})
			})
		})
	})
	return certtest.Extension{OID: "2.5.29.32", Value: b.BytesOrPanic()}
}

// authorityWith is authorityKeyIdentifier with the issuer's name and serial number, and perhaps its key.
func authorityWith(id []byte) certtest.Extension {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		if id != nil {
			b.AddASN1(cbasn1.Tag(0).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(id) })
		}
		b.AddASN1(cbasn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			b.AddBytes(certtest.Directory(certtest.Name(certtest.CN("Somebody"))))
		})
		b.AddASN1(cbasn1.Tag(2).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes([]byte{1}) })
	})
	return certtest.Extension{OID: "2.5.29.35", Value: b.BytesOrPanic()}
}

func plausibleWorld() *baselineWorld {
	now := certtest.Now()
	rootKey, subKey, leafKey := certtest.NewKey("p256"), certtest.NewKey("p256"), certtest.NewKey("p256")
	access := accessTo("1.3.6.1.5.5.7.48.1", "http://ocsp.example.test", "1.3.6.1.5.5.7.48.2", "http://ca.example.test/ca.crt")
	return &baselineWorld{
		root: certtest.Template{Key: rootKey, Serial: randomSerial(), Subject: certtest.Name(certtest.C("CH"), certtest.O("Example CA"), certtest.CN("Example Root")),
			Extensions: []certtest.Extension{certtest.CA(-1), certtest.KeyUsage(5, 6), certtest.SKI(keyID(rootKey))}},
		sub: certtest.Template{Key: subKey, Serial: randomSerial(), Subject: certtest.Name(certtest.C("CH"), certtest.O("Example CA"), certtest.CN("Example Mail CA")),
			Extensions: []certtest.Extension{certtest.CA(0), certtest.KeyUsage(5, 6), certtest.SKI(keyID(subKey)), certtest.AKI(keyID(rootKey)),
				certtest.EKU(emailProtection), certtest.Policies(multipurpose), crlAt(crlAddress), access}},
		leaf: certtest.Template{Key: leafKey, Serial: randomSerial(), Subject: certtest.Name(certtest.CN("alice@example.test"), certtest.Email("alice@example.test")),
			NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(1, 0, 0),
			Extensions: []certtest.Extension{certtest.KeyUsage(0, 4), certtest.SKI(keyID(leafKey)), certtest.AKI(keyID(subKey)),
				certtest.EKU(emailProtection), certtest.SAN(certtest.RFC822("alice@example.test")), certtest.Policies(multipurpose), crlAt(crlAddress), access}},
	}
}

func (w *baselineWorld) path(t testing.TB) []*cert.Certificate {
	t.Helper()
	root := certtest.Issue(w.root, nil)
	sub := certtest.Issue(w.sub, root)
	leaf := certtest.Issue(w.leaf, sub)
	var out []*cert.Certificate
	for _, e := range []*certtest.Entity{leaf, sub, root} {
		c, err := cert.Parse(e.DER)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	if w.alone {
		return out[:1]
	}
	return out
}

// without leaves out an extension, put puts one in place of the one of the same kind.
func without(list []certtest.Extension, oid string) []certtest.Extension {
	return slices.DeleteFunc(slices.Clone(list), func(e certtest.Extension) bool { return e.OID == oid })
}

func put(t *certtest.Template, list ...certtest.Extension) {
	for _, e := range list {
		t.Extensions = append(without(t.Extensions, e.OID), e)
	}
}

func drop(t *certtest.Template, oid string) { t.Extensions = without(t.Extensions, oid) }

func critical(t *certtest.Template, oid string, yes bool) {
	t.Extensions = slices.Clone(t.Extensions)
	for i := range t.Extensions {
		if t.Extensions[i].OID == oid {
			t.Extensions[i].Critical = yes
		}
	}
}

func extra(oid string, isCritical bool) certtest.Extension {
	return certtest.Extension{OID: oid, Critical: isCritical, Value: []byte{0x30, 0x00}}
}

func rsaKey(t testing.TB, bits int) *certtest.Key {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return keyOf(t, key)
}

// rsaSPKI writes an RSA key as it is told: with another exponent, under another algorithm.
func rsaSPKI(t testing.TB, algID []byte, exponent int) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(algID)
		bits, err := asn1.Marshal(struct {
			N any
			E int
		}{key.N, exponent})
		if err != nil {
			t.Fatal(err)
		}
		b.AddASN1BitString(bits)
	})
	return b.BytesOrPanic()
}

func attribute(oid, value string) certtest.Attribute {
	return certtest.Attribute{OID: oid, Tag: cbasn1.UTF8String, Value: []byte(value)}
}

var (
	givenName      = attribute("2.5.4.42", "Alice")
	surname        = attribute("2.5.4.4", "Example")
	pseudonym      = attribute("2.5.4.65", "al")
	organizationID = attribute("2.5.4.97", "NTRCH-1")
)

// baselineCases change one thing each, and name all that is found then.
var baselineCases = []struct {
	name   string
	change func(t testing.TB, w *baselineWorld)
	want   string // rules, those of the leaf first
}{
	{"version 1", func(_ testing.TB, w *baselineWorld) { w.leaf.Version, w.leaf.Extensions = 1, nil },
		"version policy crl aia key-usage eku aki san ski subject-mailbox"},
	{"negative serial number", func(_ testing.TB, w *baselineWorld) { w.leaf.Serial = bytes.Repeat([]byte{0x80}, 16) }, "serial-range"},
	{"serial number of 160 bits", func(_ testing.TB, w *baselineWorld) { w.leaf.Serial = append([]byte{0, 0x80}, make([]byte, 19)...) }, "serial-range"},
	{"serial number of 159 bits", func(_ testing.TB, w *baselineWorld) { w.leaf.Serial = bytes.Repeat([]byte{0x40}, 20) }, ""},
	{"serial number zero", func(_ testing.TB, w *baselineWorld) { w.leaf.Serial = []byte{0} }, "serial-range"},
	{"serial number of 56 bits", func(_ testing.TB, w *baselineWorld) {
		w.leaf.Serial = append([]byte{0}, bytes.Repeat([]byte{0x80}, 7)...)
	}, "serial-entropy"},
	{"serial number of 57 bits", func(_ testing.TB, w *baselineWorld) { w.leaf.Serial = append([]byte{1}, make([]byte, 7)...) }, ""},
	{"serial number of a root", func(_ testing.TB, w *baselineWorld) { w.root.Serial = []byte{1} }, ""},
	{"serial number of an issuer", func(_ testing.TB, w *baselineWorld) { w.sub.Serial = []byte{2} }, "serial-entropy"},

	{"RSA 1024", func(t testing.TB, w *baselineWorld) {
		w.leaf.Key = certtest.NewKey("rsa1024")
		put(&w.leaf, certtest.KeyUsage(0, 2))
	}, "key-size"},
	{"RSA 2052", func(t testing.TB, w *baselineWorld) {
		w.leaf.Key = rsaKey(t, 2052)
		put(&w.leaf, certtest.KeyUsage(0, 2))
	}, "key-size"},
	{"RSA 2048", func(t testing.TB, w *baselineWorld) {
		w.leaf.Key = certtest.NewKey("rsa2048")
		put(&w.leaf, certtest.KeyUsage(0, 1, 2, 3))
	}, ""},
	{"P-224", func(t testing.TB, w *baselineWorld) {
		key, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		w.leaf.Key = keyOf(t, key)
	}, "key-size"},
	{"Ed25519", func(t testing.TB, w *baselineWorld) {
		w.leaf.Key = certtest.NewKey("ed25519")
		put(&w.leaf, certtest.KeyUsage(0))
	}, ""},
	{"Ed25519 for key agreement", func(t testing.TB, w *baselineWorld) { w.leaf.Key = certtest.NewKey("ed25519") }, "key-usage-bits"},
	{"X25519", func(t testing.TB, w *baselineWorld) {
		var b cryptobyte.Builder
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(certtest.AlgID("1.3.101.110", false))
			b.AddASN1BitString(bytes.Repeat([]byte{9}, 32))
		})
		w.leaf.SPKI = b.BytesOrPanic()
		put(&w.leaf, certtest.KeyUsage(4))
	}, "key-size"},
	{"unreadable key", func(_ testing.TB, w *baselineWorld) { w.leaf.SPKI = []byte{0x30, 0x00} }, "key-size"},
	{"RSA without NULL", func(t testing.TB, w *baselineWorld) {
		w.leaf.SPKI = rsaSPKI(t, certtest.AlgID("1.2.840.113549.1.1.1", false), 65537)
		put(&w.leaf, certtest.KeyUsage(0, 2))
	}, "key-encoding"},
	{"RSASSA-PSS key", func(t testing.TB, w *baselineWorld) {
		w.leaf.SPKI = rsaSPKI(t, certtest.AlgID("1.2.840.113549.1.1.10", false), 65537)
		put(&w.leaf, certtest.KeyUsage(0))
	}, "key-encoding"},
	{"RSA exponent 3", func(t testing.TB, w *baselineWorld) {
		w.leaf.SPKI = rsaSPKI(t, certtest.AlgID("1.2.840.113549.1.1.1", true), 3)
		put(&w.leaf, certtest.KeyUsage(0, 2))
	}, "rsa-exponent"},
	{"signed over SHA-1", func(t testing.TB, w *baselineWorld) {
		w.sub.Key, w.leaf.Hash = certtest.NewKey("rsa2048"), crypto.SHA1
	}, "signature-algorithm"},
	{"signed over MD5", func(t testing.TB, w *baselineWorld) {
		w.sub.Key, w.leaf.Hash = certtest.NewKey("rsa2048"), crypto.MD5
	}, "signature-algorithm"},
	{"root signed over SHA-1", func(t testing.TB, w *baselineWorld) {
		w.root.Key, w.root.Hash = certtest.NewKey("rsa2048"), crypto.SHA1
	}, ""},
	{"P-384 over SHA-256", func(t testing.TB, w *baselineWorld) {
		key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		w.sub.Key = keyOf(t, key)
	}, "signature-digest"},
	{"issuer written otherwise", func(_ testing.TB, w *baselineWorld) {
		w.leaf.Issuer = certtest.Name(certtest.C("CH"), certtest.O("EXAMPLE CA"), certtest.CN("Example Mail CA"))
	}, "issuer-encoding"},

	{"826 days", func(_ testing.TB, w *baselineWorld) { w.leaf.NotAfter = w.leaf.NotBefore.AddDate(0, 0, 825) }, "validity"},
	{"825 days", func(_ testing.TB, w *baselineWorld) {
		w.leaf.NotAfter = w.leaf.NotBefore.AddDate(0, 0, 825).Add(-time.Second)
	}, ""},
	{"legacy, 1185 days", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.Policies("2.23.140.1.5.1.1"))
		w.leaf.NotBefore = time.Date(2025, 7, 14, 23, 59, 59, 0, time.UTC)
		w.leaf.NotAfter = w.leaf.NotBefore.AddDate(0, 0, 1185).Add(-time.Second)
	}, ""},
	{"legacy, 1186 days", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.Policies("2.23.140.1.5.1.1"))
		w.leaf.NotBefore = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
		w.leaf.NotAfter = w.leaf.NotBefore.AddDate(0, 0, 1185)
	}, "validity"},
	{"for centuries", func(_ testing.TB, w *baselineWorld) {
		w.leaf.NotBefore, w.leaf.NotAfter = time.Date(1951, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	}, "validity"},
	{"legacy after its end", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.Policies("2.23.140.1.5.1.1"))
		w.leaf.NotBefore = time.Date(2025, 7, 15, 0, 0, 0, 0, time.UTC)
	}, "legacy-generation"},
	{"no policies", func(_ testing.TB, w *baselineWorld) { drop(&w.leaf, "2.5.29.32") }, "policy"},
	{"a policy of one's own", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, certtest.Policies("1.3.6.1.4.1.99999.1")) }, "policy"},
	{"a reserved policy that does not exist", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, certtest.Policies("2.23.140.1.5.5.1")) }, "policy"},
	{"two reserved policies", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.Policies(multipurpose, "2.23.140.1.5.1.3"))
	}, "policy-several"},
	{"statement by ftp", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, policyWithCPS(multipurpose, "ftp://example.test/cps"))
	}, "policy-cps"},
	{"statement by https", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, policyWithCPS(multipurpose, "HTTPS://example.test/cps"))
	}, ""},
	{"critical policies", func(_ testing.TB, w *baselineWorld) { critical(&w.leaf, "2.5.29.32", true) }, "policies-critical"},
	{"no CRL", func(_ testing.TB, w *baselineWorld) { drop(&w.leaf, "2.5.29.31") }, "crl"},
	{"CRL without an address", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.DistributionPoints(certtest.Point{Full: [][]byte{certtest.Directory(certtest.Name(certtest.CN("here")))}}))
	}, "crl"},
	{"CRL by ldap too", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, crlAt(crlAddress, "ldap://example.test/crl")) }, "crl-scheme"},
	{"CRL by https", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, crlAt("https://example.test/crl")) }, "crl-scheme"},
	{"legacy, CRL by ldap too", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.Policies("2.23.140.1.5.1.1"), crlAt(crlAddress, "ldap://example.test/crl"))
		w.leaf.NotBefore = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	}, ""},
	{"legacy, CRL by ldap alone", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.Policies("2.23.140.1.5.1.1"), crlAt("ldap://example.test/crl"))
		w.leaf.NotBefore = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	}, "crl-scheme"},
	{"critical CRL", func(_ testing.TB, w *baselineWorld) { critical(&w.leaf, "2.5.29.31", true) }, "crl-critical"},
	{"no access", func(_ testing.TB, w *baselineWorld) { drop(&w.leaf, "1.3.6.1.5.5.7.1.1") }, "aia"},
	{"access without the issuer", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, accessTo("1.3.6.1.5.5.7.48.1", "http://ocsp.example.test"))
	}, "aia"},
	{"critical access", func(_ testing.TB, w *baselineWorld) { critical(&w.leaf, "1.3.6.1.5.5.7.1.1", true) }, "aia-critical"},
	{"OCSP by https", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, accessTo("1.3.6.1.5.5.7.48.1", "https://ocsp.example.test", "1.3.6.1.5.5.7.48.2", "http://ca.example.test/ca.crt"))
	}, "aia-scheme"},
	{"issuer by ldap", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, accessTo("1.3.6.1.5.5.7.48.2", "ldap://example.test/ca"))
	}, "aia-scheme"},
	{"a person that is a CA", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, certtest.CA(-1)) }, "basic-constraints"},
	{"a path length", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.Extension{OID: "2.5.29.19", Value: []byte{0x30, 3, 2, 1, 0}})
	}, "basic-constraints"},
	{"no CA, said openly", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, certtest.NotCA()) }, ""},
	{"no key usage", func(_ testing.TB, w *baselineWorld) { drop(&w.leaf, "2.5.29.15") }, "key-usage"},
	{"key usage not critical", func(_ testing.TB, w *baselineWorld) { critical(&w.leaf, "2.5.29.15", false) }, "key-usage-critical"},
	{"P-256 for key encipherment", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, certtest.KeyUsage(0, 2)) }, "key-usage-bits"},
	{"P-256 for non-repudiation alone", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, certtest.KeyUsage(1)) }, "key-usage-bits"},
	{"P-256 for agreement and non-repudiation", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, certtest.KeyUsage(1, 4)) }, "key-usage-bits"},
	{"P-256 for signing and agreement that enciphers only", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, certtest.KeyUsage(0, 1, 4, 7)) }, ""},
	{"P-256 for certificates", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, certtest.KeyUsage(0, 5)) }, "key-usage-bits"},
	{"RSA for key agreement", func(_ testing.TB, w *baselineWorld) { w.leaf.Key = certtest.NewKey("rsa2048") }, "key-usage-bits"},
	{"strict, RSA for data encipherment", func(_ testing.TB, w *baselineWorld) {
		w.leaf.Key = certtest.NewKey("rsa2048")
		put(&w.leaf, certtest.KeyUsage(2, 3), certtest.Policies("2.23.140.1.5.1.3"))
	}, "key-usage-bits"},
	{"no purpose", func(_ testing.TB, w *baselineWorld) { drop(&w.leaf, "2.5.29.37") }, "eku"},
	{"client purpose", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, certtest.EKU("1.3.6.1.5.5.7.3.2")) }, "eku"},
	{"client purpose too", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.EKU(emailProtection, "1.3.6.1.5.5.7.3.2"))
	}, ""},
	{"server purpose too", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.EKU(emailProtection, "1.3.6.1.5.5.7.3.1"))
	}, "eku-forbidden"},
	{"any purpose too", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, certtest.EKU(emailProtection, "2.5.29.37.0")) }, "eku-forbidden"},
	{"code signing too", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.EKU(emailProtection, "1.3.6.1.5.5.7.3.3"))
	}, "eku-forbidden"},
	{"time stamping too", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.EKU(emailProtection, "1.3.6.1.5.5.7.3.8"))
	}, "eku-forbidden"},
	{"strict, client purpose too", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.EKU(emailProtection, "1.3.6.1.5.5.7.3.2"), certtest.Policies("2.23.140.1.5.1.3"))
	}, "eku-strict"},
	{"no authority key", func(_ testing.TB, w *baselineWorld) { drop(&w.leaf, "2.5.29.35") }, "aki"},
	{"critical authority key", func(_ testing.TB, w *baselineWorld) { critical(&w.leaf, "2.5.29.35", true) }, "aki"},
	{"authority by name and number", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, authorityWith(nil)) }, "aki"},
	{"authority by key, name and number", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, authorityWith([]byte{1})) }, "aki"},
	{"no alternative names", func(_ testing.TB, w *baselineWorld) { drop(&w.leaf, "2.5.29.17") }, "san subject-mailbox common-name"},
	{"critical alternative names", func(_ testing.TB, w *baselineWorld) { critical(&w.leaf, "2.5.29.17", true) }, "san-critical"},
	{"critical alternative names without a subject", func(_ testing.TB, w *baselineWorld) {
		w.leaf.Subject = certtest.Name()
		critical(&w.leaf, "2.5.29.17", true)
	}, ""},
	{"critical capabilities", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, extra("1.2.840.113549.1.9.15", true)) }, "capabilities-critical"},
	{"capabilities", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, extra("1.2.840.113549.1.9.15", false)) }, ""},
	{"directory attributes", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, extra("2.5.29.9", false)) }, "directory-attributes"},
	{"legacy, directory attributes", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, extra("2.5.29.9", false), certtest.Policies("2.23.140.1.5.1.1"))
		w.leaf.NotBefore = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	}, ""},
	{"legacy, critical directory attributes", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, extra("2.5.29.9", true), certtest.Policies("2.23.140.1.5.1.1"))
		w.leaf.NotBefore = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	}, "directory-attributes"},
	{"critical statements of qualified certificates", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, extra("1.3.6.1.5.5.7.1.3", true)) }, "qc-statements-critical"},
	{"mailbox, legal entity", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, extra("1.3.6.1.4.1.52266.1", false)) }, "lei"},
	{"organization, role of a legal entity", func(_ testing.TB, w *baselineWorld) {
		organization(w)
		put(&w.leaf, extra("1.3.6.1.4.1.52266.2", false))
	}, "lei"},
	{"organization, critical legal entity", func(_ testing.TB, w *baselineWorld) {
		organization(w)
		put(&w.leaf, extra("1.3.6.1.4.1.52266.1", true))
	}, "lei"},
	{"organization, legal entity", func(_ testing.TB, w *baselineWorld) {
		organization(w)
		put(&w.leaf, extra("1.3.6.1.4.1.52266.1", false))
	}, ""},
	{"strict, Adobe", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, extra("1.2.840.113583.1.1.9.1", false), certtest.Policies("2.23.140.1.5.1.3"))
	}, "adobe"},
	{"critical Adobe", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, extra("1.2.840.113583.1.1.9.2", true)) }, "adobe"},
	{"Adobe", func(_ testing.TB, w *baselineWorld) { put(&w.leaf, extra("1.2.840.113583.1.1.9.2", false)) }, ""},
	{"no subject key", func(_ testing.TB, w *baselineWorld) { drop(&w.leaf, "2.5.29.14") }, "ski"},
	{"critical subject key", func(_ testing.TB, w *baselineWorld) { critical(&w.leaf, "2.5.29.14", true) }, "ski-critical"},
	{"alternative names without a mailbox", func(_ testing.TB, w *baselineWorld) {
		w.leaf.Subject = certtest.Name(attribute("2.5.4.5", "1"))
		put(&w.leaf, certtest.SAN(certtest.Directory(certtest.Name(attribute("2.5.4.5", "2")))))
	}, "san-mailbox"},
	{"no clean mailbox", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.SAN(certtest.RFC822("alice@example.test"), certtest.RFC822("al\x00ice@example.test")))
	}, "san-mailbox"},
	{"mailbox outside ASCII", func(_ testing.TB, w *baselineWorld) {
		w.leaf.Subject = certtest.Name(certtest.CN("ålice@example.test"))
		put(&w.leaf, certtest.SAN(certtest.UTF8Mailbox("ålice@example.test")))
	}, ""},
	{"server name", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.SAN(certtest.RFC822("alice@example.test"), certtest.DNS("example.test")))
	}, "san-types"},
	{"other name", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.SAN(certtest.RFC822("alice@example.test"), certtest.Other("1.3.6.1.4.1.311.20.2.3", []byte{5, 0})))
	}, ""},
	{"strict, other name", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.Policies("2.23.140.1.5.1.3"), certtest.SAN(certtest.RFC822("alice@example.test"), certtest.Other("1.3.6.1.4.1.311.20.2.3", []byte{5, 0})))
	}, "san-types"},
	{"another mailbox in the subject", func(_ testing.TB, w *baselineWorld) {
		w.leaf.Subject = certtest.Name(certtest.Email("bob@example.test"))
	}, "subject-mailbox"},
	{"another mailbox in a directory name", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.SAN(certtest.RFC822("alice@example.test"), certtest.Directory(certtest.Name(certtest.Email("bob@example.test")))))
	}, "subject-mailbox"},
	{"mailbox, name of a person", func(_ testing.TB, w *baselineWorld) { w.leaf.Subject = certtest.Name(certtest.CN("Alice")) }, "common-name"},
	{"organization, name of a person", func(_ testing.TB, w *baselineWorld) {
		organization(w)
		w.leaf.Subject = certtest.Name(certtest.O("Example"), organizationID, certtest.CN("Alice"))
	}, "common-name"},
	{"organization", func(_ testing.TB, w *baselineWorld) { organization(w) }, ""},
	{"sponsor", func(_ testing.TB, w *baselineWorld) { sponsor(w) }, ""},
	{"pseudonym beside a name", func(_ testing.TB, w *baselineWorld) {
		sponsor(w)
		w.leaf.Subject = certtest.Name(certtest.O("Example"), organizationID, givenName, pseudonym)
	}, "pseudonym"},
	{"two mail addresses", func(_ testing.TB, w *baselineWorld) {
		w.leaf.Subject = certtest.Name(certtest.Email("alice@example.test"), certtest.Email("alice@example.test"))
	}, "subject-email"},
	{"two mail addresses in one", func(_ testing.TB, w *baselineWorld) {
		w.leaf.Subject = certtest.Name(certtest.Email("alice@example.test, bob@example.test"))
	}, "subject-mailbox subject-email"},
	{"country of three letters", func(_ testing.TB, w *baselineWorld) {
		organization(w)
		w.leaf.Subject = certtest.Name(certtest.C("CHE"), certtest.O("Example"), organizationID)
	}, "country"},
	{"organization without its number", func(_ testing.TB, w *baselineWorld) {
		organization(w)
		w.leaf.Subject = certtest.Name(certtest.O("Example"))
	}, "subject-missing"},
	{"sponsor without a name", func(_ testing.TB, w *baselineWorld) {
		sponsor(w)
		w.leaf.Subject = certtest.Name(certtest.O("Example"), organizationID)
	}, "subject-missing"},
	{"individual with an organization", func(_ testing.TB, w *baselineWorld) {
		put(&w.leaf, certtest.Policies("2.23.140.1.5.4.2"))
		w.leaf.Subject = certtest.Name(certtest.O("Example"), givenName, surname)
	}, "subject-forbidden"},
	{"mailbox with an organization", func(_ testing.TB, w *baselineWorld) { w.leaf.Subject = certtest.Name(certtest.O("Example")) }, "subject-forbidden"},
	{"organization with a person", func(_ testing.TB, w *baselineWorld) {
		organization(w)
		w.leaf.Subject = certtest.Name(certtest.O("Example"), organizationID, surname)
	}, "subject-forbidden"},
	{"strict, with a street", func(_ testing.TB, w *baselineWorld) {
		organization(w)
		put(&w.leaf, certtest.Policies("2.23.140.1.5.2.3"))
		w.leaf.Subject = certtest.Name(certtest.O("Example"), organizationID, attribute("2.5.4.9", "Street 1"))
	}, "subject-forbidden"},
	{"an attribute of one's own", func(_ testing.TB, w *baselineWorld) {
		sponsor(w)
		w.leaf.Subject = certtest.Name(certtest.O("Example"), organizationID, surname, attribute("2.5.4.15", "x"))
	}, "subject-forbidden"},

	{"CA without policies", func(_ testing.TB, w *baselineWorld) { drop(&w.sub, "2.5.29.32") }, "ca-policy"},
	{"CA with a policy of its own", func(_ testing.TB, w *baselineWorld) { put(&w.sub, certtest.Policies("1.3.6.1.4.1.99999.1")) }, "ca-policy"},
	{"CA with any policy", func(_ testing.TB, w *baselineWorld) { put(&w.sub, certtest.Policies("2.5.29.32.0")) }, ""},
	{"CA with critical policies", func(_ testing.TB, w *baselineWorld) { critical(&w.sub, "2.5.29.32", true) }, "ca-policies-critical"},
	{"CA with a statement by ftp", func(_ testing.TB, w *baselineWorld) { put(&w.sub, policyWithCPS(multipurpose, "ftp://example.test")) }, "ca-policy-cps"},
	{"CA without CRL", func(_ testing.TB, w *baselineWorld) { drop(&w.sub, "2.5.29.31") }, "ca-crl"},
	{"CA, CRL by ldap", func(_ testing.TB, w *baselineWorld) { put(&w.sub, crlAt("ldap://example.test/crl")) }, "ca-crl-scheme"},
	{"CA, critical CRL", func(_ testing.TB, w *baselineWorld) { critical(&w.sub, "2.5.29.31", true) }, "ca-crl-critical"},
	{"CA without access", func(_ testing.TB, w *baselineWorld) { drop(&w.sub, "1.3.6.1.5.5.7.1.1") }, "ca-aia"},
	{"CA, critical access", func(_ testing.TB, w *baselineWorld) { critical(&w.sub, "1.3.6.1.5.5.7.1.1", true) }, "ca-aia-critical"},
	{"CA, constraints not critical", func(_ testing.TB, w *baselineWorld) { critical(&w.sub, "2.5.29.19", false) }, "ca-basic-constraints"},
	{"CA that is none", func(_ testing.TB, w *baselineWorld) { put(&w.sub, certtest.NotCA()) }, "ca-basic-constraints"},
	{"CA without constraints", func(_ testing.TB, w *baselineWorld) { drop(&w.sub, "2.5.29.19") }, "ca-basic-constraints"},
	{"CA that issues no lists", func(_ testing.TB, w *baselineWorld) { put(&w.sub, certtest.KeyUsage(5)) }, "ca-key-usage"},
	{"CA, key usage not critical", func(_ testing.TB, w *baselineWorld) { critical(&w.sub, "2.5.29.15", false) }, "ca-key-usage"},
	{"CA without key usage", func(_ testing.TB, w *baselineWorld) { drop(&w.sub, "2.5.29.15") }, "ca-key-usage"},
	{"CA without purpose", func(_ testing.TB, w *baselineWorld) { drop(&w.sub, "2.5.29.37") }, "ca-eku"},
	{"CA for servers too", func(_ testing.TB, w *baselineWorld) {
		put(&w.sub, certtest.EKU(emailProtection, "1.3.6.1.5.5.7.3.1"))
	}, "ca-eku-forbidden"},
	{"CA, critical purpose", func(_ testing.TB, w *baselineWorld) { critical(&w.sub, "2.5.29.37", true) }, "ca-eku-critical"},
	{"CA without authority key", func(_ testing.TB, w *baselineWorld) { drop(&w.sub, "2.5.29.35") }, "ca-aki"},
	{"CA without subject key", func(_ testing.TB, w *baselineWorld) { drop(&w.sub, "2.5.29.14") }, "ca-ski"},
	{"CA, critical subject key", func(_ testing.TB, w *baselineWorld) { critical(&w.sub, "2.5.29.14", true) }, "ca-ski-critical"},
	{"CA without a country", func(_ testing.TB, w *baselineWorld) {
		w.sub.Subject = certtest.Name(certtest.O("Example CA"), certtest.CN("Example Mail CA"))
	}, "ca-subject"},

	{"root, constraints not critical", func(_ testing.TB, w *baselineWorld) { critical(&w.root, "2.5.29.19", false) }, "root-basic-constraints"},
	{"root with a path length", func(_ testing.TB, w *baselineWorld) { put(&w.root, certtest.CA(1)) }, "root-path-length"},
	{"root that issues no lists", func(_ testing.TB, w *baselineWorld) { put(&w.root, certtest.KeyUsage(5)) }, "root-key-usage"},
	{"root with policies", func(_ testing.TB, w *baselineWorld) { put(&w.root, certtest.Policies("2.5.29.32.0")) }, "root-policies"},
	{"root with a purpose", func(_ testing.TB, w *baselineWorld) { put(&w.root, certtest.EKU(emailProtection)) }, "root-eku"},
	{"root without subject key", func(_ testing.TB, w *baselineWorld) { drop(&w.root, "2.5.29.14") }, "root-ski"},
	{"root, critical subject key", func(_ testing.TB, w *baselineWorld) { critical(&w.root, "2.5.29.14", true) }, "root-ski-critical"},
	{"root without a country", func(_ testing.TB, w *baselineWorld) {
		w.root.Subject = certtest.Name(certtest.O("Example CA"), certtest.CN("Example Root"))
	}, "root-subject"},
	{"the leaf alone", func(_ testing.TB, w *baselineWorld) { w.alone = true }, ""},
}

func organization(w *baselineWorld) {
	put(&w.leaf, certtest.Policies("2.23.140.1.5.2.2"))
	w.leaf.Subject = certtest.Name(certtest.C("CH"), certtest.O("Example"), organizationID, certtest.CN("Example"))
}

func sponsor(w *baselineWorld) {
	put(&w.leaf, certtest.Policies("2.23.140.1.5.3.2"))
	w.leaf.Subject = certtest.Name(certtest.C("CH"), certtest.O("Example"), organizationID, givenName, surname, certtest.CN("Alice Example"))
}

func rulesOf(list []Weakness) string {
	var names []string
	for _, w := range list {
		names = append(names, w.Rule)
	}
	return strings.Join(names, " ")
}

func TestBaseline(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	for _, tc := range baselineCases {
		for name := range strings.FieldsSeq(tc.want) {
			found[name] = true
		}
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := plausibleWorld()
			if got := rulesOf(Baseline(w.path(t))); got != "" {
				t.Fatalf("nothing was changed yet, got %q", got)
			}
			tc.change(t, w)
			list := Baseline(w.path(t))
			if got := rulesOf(list); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			for _, weakness := range list {
				if weakness.Text == "" || weakness.Section == "" || weakness.SHA256 == "" || weakness.Level != WeaknessWeak && weakness.Level != WeaknessNote {
					t.Errorf("got %+v", weakness)
				}
			}
		})
	}
	for _, rules := range [][]baselineRule{baselineCommon(), baselineSubscriber(), baselineSubordinate(), baselineRoot()} {
		for _, rule := range rules {
			if !found[rule.name] {
				t.Errorf("no case breaks the rule %s", rule.name)
			}
		}
	}
}

// TestBaselineRoles: what is asked of a certificate depends on its place.
func TestBaselineRoles(t *testing.T) {
	t.Parallel()
	path := plausibleWorld().path(t)
	leaf, sub, root := path[0], path[1], path[2]
	for _, tc := range []struct {
		name string
		path []*cert.Certificate
		want string
	}{
		{"a CA by itself", []*cert.Certificate{sub, root}, ""},
		{"a root by itself", []*cert.Certificate{root}, ""},
		{"a person in the place of a CA", []*cert.Certificate{leaf, leaf}, "issuer-encoding ca-basic-constraints ca-key-usage ca-subject"},
		{"nothing", nil, ""},
		{"a hole", []*cert.Certificate{nil, root}, ""},
	} {
		if got := rulesOf(Baseline(tc.path)); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

// TestBaselineSaysWhose: weaknesses of issuers name them, and hostile names are escaped.
func TestBaselineSaysWhose(t *testing.T) {
	t.Parallel()
	w := plausibleWorld()
	drop(&w.sub, "2.5.29.14")
	w.leaf.Subject = certtest.Name(certtest.CN("evil\x1b[2J\u202e"))
	list := Baseline(w.path(t))
	if got := rulesOf(list); got != "common-name ca-ski" {
		t.Fatalf("got %q", got)
	}
	if strings.ContainsAny(list[0].Text, "\x1b\u202e") {
		t.Errorf("not escaped: %q", list[0].Text)
	}
	if list[0].whose != "" || list[1].whose != "Example Mail CA" {
		t.Errorf("got %q and %q", list[0].whose, list[1].whose)
	}
}
