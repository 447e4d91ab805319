package cms

import (
	"bytes"
	"slices"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// TestEncryptionKey: whom the signed attributes name, in each of the forms of the standard and in
// Outlook's; what cannot be read names nobody and leaves the signature good.
func TestEncryptionKey(t *testing.T) {
	t.Parallel()
	ca := cmstest.Chain(t, "p-256", "alice@example.test")
	other := cmstest.Chain(t, "rsa-2048", "alice@example.test").Certificate
	is := other.IssuerSerial()
	serial := cmstest.Primitive(ber.Integer, is.Serial)
	pair := cmstest.Constructed(ber.Sequence, cmstest.Raw(is.Issuer.Raw), serial)
	implicit := cmstest.Constructed(ber.Context(0), cmstest.Raw(is.Issuer.Raw), serial)
	keyID := []byte{1, 2, 3, 4}
	standard := func(value *cmstest.Node) *cmstest.Node { return cmstest.AttributeNode(attrEncryptionKey, value) }
	outlook := func(value *cmstest.Node) *cmstest.Node {
		return cmstest.AttributeNode(attrMicrosoftEncryption, value)
	}
	const byName, byKey = "by name", "by key"
	for _, tt := range []struct {
		name       string
		attributes []*cmstest.Node
		want       string // "": nobody
	}{
		{"none", nil, ""},
		{"issuerAndSerialNumber", []*cmstest.Node{standard(implicit)}, byName},
		{"recipientKeyId", []*cmstest.Node{standard(cmstest.Constructed(ber.Context(1), cmstest.Primitive(ber.OctetString, keyID)))}, byKey},
		{"recipientKeyId with a date", []*cmstest.Node{standard(cmstest.Constructed(ber.Context(1), cmstest.Primitive(ber.OctetString, keyID),
			cmstest.Primitive(ber.Tag{Number: 24}, []byte("20260101000000Z"))))}, byKey},
		{"subjectAltKeyIdentifier", []*cmstest.Node{standard(cmstest.Primitive(ber.Context(2), keyID))}, byKey},
		{"Outlook's", []*cmstest.Node{outlook(pair)}, byName},
		{"both", []*cmstest.Node{standard(cmstest.Primitive(ber.Context(2), keyID)), outlook(pair)}, byKey},
		{"the standard's cannot be read", []*cmstest.Node{standard(cmstest.Primitive(ber.Context(2), nil)), outlook(pair)}, byName},
		{"explicit", []*cmstest.Node{standard(cmstest.Constructed(ber.Context(0), pair))}, ""},
		{"empty recipientKeyId", []*cmstest.Node{standard(cmstest.Constructed(ber.Context(1), cmstest.Primitive(ber.OctetString, nil)))}, ""},
		{"no key identifier in it", []*cmstest.Node{standard(cmstest.Constructed(ber.Context(1), serial))}, ""},
		{"another choice", []*cmstest.Node{standard(cmstest.Primitive(ber.Context(3), keyID))}, ""},
		{"Outlook's without a serial number", []*cmstest.Node{outlook(cmstest.Constructed(ber.Sequence, cmstest.Raw(is.Issuer.Raw)))}, ""},
	} {
		info := cmstest.SignerInfo(t, ca, "", []byte("text"), tt.attributes...)
		si, err := parseSignerInfo(info.Encode(), 0, Limits{}.withDefaults())
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if err := si.ruleKeyPreference(TypeData); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		got := ""
		switch id, named := si.EncryptionKey(); {
		case named && id.Matches(other):
			got = byName
		case named && bytes.Equal(id.KeyID, keyID):
			got = byKey
		case named:
			got = "somebody else"
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestEncryptionKeyWritten: the certificate that a signer wants mail encrypted to is named and
// carried, once, and a signer without one says nothing.
func TestEncryptionKeyWritten(t *testing.T) {
	t.Parallel()
	plain := signerOf(t, "p-256")
	other := signerOf(t, "rsa-2048").Certificate
	for _, tt := range []struct {
		name   string
		signer func(s *Signer)
		count  int
	}{
		{"another certificate", func(s *Signer) { s.Encryption = other }, 2},
		{"that is in the chain as well", func(s *Signer) { s.Encryption = other; s.Chain = []*cert.Certificate{other} }, 2},
		{"none", func(*Signer) {}, 1},
	} {
		s := plain
		s.Chain = nil
		tt.signer(&s)
		der := signedBy(t, text(50), SignedDataOptions{ContentSize: 50}, s)
		sd, err := ReadSignedData(bytes.NewReader(der), nil, Limits{})
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if err := sd.Verify(sd.Signers[0], s.Certificate); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		id, named := sd.Signers[0].EncryptionKey()
		if named != (s.Encryption != nil) || named && !id.Matches(other) {
			t.Errorf("%s: named %v, %v", tt.name, named, id)
		}
		if len(sd.Certificates) != tt.count || named && !slices.ContainsFunc(sd.Certificates, other.Equal) {
			t.Errorf("%s: %d certificates are carried", tt.name, len(sd.Certificates))
		}
	}
}
