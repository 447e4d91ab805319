package cmstest

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// Types that SignerInfo and Token write.
var (
	typeContentType          = algorithm.MustOID("1.2.840.113549.1.9.3")
	typeMessageDigest        = algorithm.MustOID("1.2.840.113549.1.9.4")
	typeSigningCertificateV2 = algorithm.MustOID("1.2.840.113549.1.9.16.2.47")

	// TypeCountersignature and TypeTimeStampToken are unsigned attributes.
	TypeCountersignature = algorithm.MustOID("1.2.840.113549.1.9.6")
	TypeTimeStampToken   = algorithm.MustOID("1.2.840.113549.1.9.16.2.14")

	idSignedData = algorithm.MustOID("1.2.840.113549.1.7.2")
	idTSTInfo    = algorithm.MustOID("1.2.840.113549.1.9.16.1.4")

	generalizedTime = ber.Tag{Number: 24}
)

// OID makes an OBJECT IDENTIFIER.
func OID(oid algorithm.OID) *Node { return Primitive(ber.ObjectIdentifier, []byte(oid)) }

// AttributeNode makes an Attribute.
func AttributeNode(oid algorithm.OID, values ...*Node) *Node {
	return Constructed(ber.Sequence, OID(oid), Constructed(ber.Set, values...))
}

// SignerInfo makes a SignerInfo over content with signed attributes: the
// message-digest, the content-type unless it is "", and more. It has a
// countersignature's form without a content type.
func SignerInfo(tb testing.TB, who *Identity, contentType algorithm.OID, content []byte, more ...*Node) *Node {
	tb.Helper()
	scheme, err := algorithm.SignatureFor(who.Key.Public, algorithm.SignOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	h := scheme.Digest.New()
	h.Write(content)
	attributes := append([]*Node{AttributeNode(typeMessageDigest, Primitive(ber.OctetString, h.Sum(nil)))}, more...)
	if contentType != "" {
		attributes = append(attributes, AttributeNode(typeContentType, OID(contentType)))
	}
	set := Constructed(ber.Context(0), attributes...).Sort()
	is := who.Certificate.IssuerSerial()
	info := Constructed(ber.Sequence,
		Primitive(ber.Integer, []byte{1}),
		Constructed(ber.Sequence, Raw(is.Issuer.Raw), Primitive(ber.Integer, is.Serial)),
		Raw(scheme.Digest.Identifier().DER()), set, Raw(scheme.Identifier.DER()), Primitive(ber.OctetString, nil))
	Resign(tb, info, who)
	return info
}

// Resign signs the attributes of a SignerInfo as they stand.
func Resign(tb testing.TB, info *Node, who *Identity) {
	tb.Helper()
	set := info.At(3).Clone()
	set.Tag = ber.Set
	*info.At(5) = *Primitive(ber.OctetString, SignOctets(tb, who, set.Encode()))
}

// SignOctets is the value of a signature over octets.
func SignOctets(tb testing.TB, who *Identity, octets []byte) []byte {
	tb.Helper()
	scheme, err := algorithm.SignatureFor(who.Key.Public, algorithm.SignOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	m := algorithm.Message{Bytes: octets}
	if !scheme.Pure {
		h := scheme.Digest.New()
		h.Write(octets)
		m = algorithm.Message{Sum: h.Sum(nil)}
	}
	sig, err := scheme.Sign(who.Key.Signer, m)
	if err != nil {
		tb.Fatal(err)
	}
	return sig
}

// SigningCertificate names a certificate by its SHA-256 (RFC 5035, Section 3).
func SigningCertificate(who *Identity) *Node {
	sum := sha256.Sum256(who.Certificate.Raw)
	return AttributeNode(typeSigningCertificateV2,
		Constructed(ber.Sequence, Constructed(ber.Sequence, Constructed(ber.Sequence, Primitive(ber.OctetString, sum[:])))))
}

// TimeStamper is the certificate of a time-stamping authority, made by issuer.
// edit has the last word; it may be nil.
func TimeStamper(tb testing.TB, issuer *Identity, name string, slot int, o Options) *Identity {
	tb.Helper()
	value, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		tb.Fatal(err)
	}
	o.CommonName, o.Key, o.KeyUsage = name, Key(tb, "p-256", slot), x509.KeyUsageDigitalSignature
	o.NoExtKeyUsage = true
	o.Extra = append(o.Extra, pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: value})
	return Issue(tb, issuer, o)
}

// Token says what time stamp is made. Zero values mean what fits.
type Token struct {
	By     *Identity
	Over   []byte // what is stamped: a signature value
	Time   time.Time
	Digest string                    // of the imprint: "sha256"
	Info   func(info *Node)          // changes the TSTInfo before it is signed: version, policy, imprint, serial, time
	Attrs  func(attributes *[]*Node) // changes what is signed besides digest and type
	Bare   bool                      // without certificates
}

// Make makes the token.
func (t Token) Make(tb testing.TB) Signed {
	tb.Helper()
	if t.Digest == "" {
		t.Digest = "sha256"
	}
	d, err := algorithm.DigestByName(t.Digest)
	if err != nil {
		tb.Fatal(err)
	}
	h := d.New()
	h.Write(t.Over)
	info := Constructed(ber.Sequence,
		Primitive(ber.Integer, []byte{1}), OID(algorithm.MustOID("1.2.3.4.1")),
		Constructed(ber.Sequence, Raw(d.Identifier().DER()), Primitive(ber.OctetString, h.Sum(nil))),
		Primitive(ber.Integer, []byte{0x17}),
		Primitive(generalizedTime, []byte(t.Time.UTC().Format("20060102150405Z"))))
	if t.Info != nil {
		t.Info(info)
	}
	attributes := []*Node{SigningCertificate(t.By)}
	if t.Attrs != nil {
		t.Attrs(&attributes)
	}
	content := info.Encode()
	signer := SignerInfo(tb, t.By, idTSTInfo, content, attributes...)
	data := Constructed(ber.Sequence, Primitive(ber.Integer, []byte{3}), Constructed(ber.Set, signer.At(2)),
		Constructed(ber.Sequence, OID(idTSTInfo), Constructed(ber.Context(0), Primitive(ber.OctetString, content))))
	if !t.Bare {
		certificates := Constructed(ber.Context(0), Raw(t.By.Certificate.Raw))
		for _, c := range t.By.Chain() {
			certificates.Children = append(certificates.Children, Raw(c.Raw))
		}
		data.Children = append(data.Children, certificates)
	}
	data.Children = append(data.Children, Constructed(ber.Set, signer))
	return Signed{Constructed(ber.Sequence, OID(idSignedData), Constructed(ber.Context(0), data))}
}

// AddUnsigned puts unsigned attributes into a SignerInfo.
func (s Signed) AddUnsigned(i int, attributes ...*Node) {
	info := s.Signer(i)
	if have := info.Find(ber.Context(1)); have != nil {
		have.Children = append(have.Children, attributes...)
		return
	}
	info.Children = append(info.Children, Constructed(ber.Context(1), attributes...))
}
