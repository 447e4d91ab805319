package cms

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// The rules of TestHostile one by one, each with an input that this rule alone refuses: in a whole message a second rule
// often refuses what the first has let through.

func tlv(tag byte, contents ...[]byte) []byte {
	body := bytes.Join(contents, nil)
	switch {
	case len(body) < 0x80:
		return append([]byte{tag, byte(len(body))}, body...)
	case len(body) < 0x100:
		return append([]byte{tag, 0x81, byte(len(body))}, body...)
	}
	return append([]byte{tag, 0x82, byte(len(body) >> 8), byte(len(body))}, body...)
}

var derNull = []byte{5, 0}

// signedWith is a SignerInfo with the attributes a good one has, of which some are replaced, added or, with no values,
// left out.
func signedWith(t *testing.T, change ...Attribute) *SignerInfo {
	t.Helper()
	digest := digestNamed(t, "sha256")
	si := &SignerInfo{Digest: digest, DigestAlgorithm: algorithm.Identifier{OID: algorithm.MustOID(sha256OID)}, SignatureAlgorithm: algorithm.Identifier{OID: algorithm.MustOID("1.2.840.10045.4.3.2")}}
	list := []Attribute{
		{OID: attrContentType, Values: [][]byte{tlv(6, []byte(TypeData))}},
		{OID: attrMessageDigest, Values: [][]byte{tlv(4, make([]byte, 32))}},
	}
	for _, a := range change {
		list = slices.DeleteFunc(list, func(b Attribute) bool { return a.OID == b.OID })
	}
	for _, a := range change {
		if a.Values != nil {
			list = append(list, a)
		}
	}
	si.SignedAttributes = list
	return si
}

func TestAttributeRules(t *testing.T) {
	t.Parallel()
	oid := func(s string) []byte { return tlv(6, []byte(algorithm.MustOID(s))) }
	one := func(oid algorithm.OID, value []byte) []Attribute { return []Attribute{{oid, [][]byte{value}}} }
	sha256ID, ecdsaID := tlv(0x30, oid(sha256OID)), tlv(0xa1, oid("1.2.840.10045.4.3.2"))
	capability := tlv(0x30, oid("1.2.3"))
	hash, name := tlv(4, make([]byte, 32)), tlv(0xa4, certtest.Name(certtest.CN("CA")))
	ess := func(entry ...[]byte) []byte { return tlv(0x30, tlv(0x30, tlv(0x30, entry...))) }
	issuerSerial := func(fields ...[]byte) []byte { return ess(hash, tlv(0x30, fields...)) }
	serial := []byte{2, 1, 5}
	v2, v1 := attrSigningCertificateV2, attrSigningCertificate
	const malformedV2 = "signingCertificateV2 is malformed"
	for _, c := range []struct {
		name   string
		change []Attribute
		want   string // what the fault says; empty: none
	}{
		{"good", nil, ""},

		{"no contentType", []Attribute{{attrContentType, nil}}, "contentType is missing"},
		{"contentType is no OID", one(attrContentType, derNull), "contentType is malformed"},
		{"contentType, something after", one(attrContentType, append(tlv(6, []byte(TypeData)), 5, 0)), "contentType is malformed"},
		{"contentType of something else", one(attrContentType, oid("1.2.3")), "contentType is 1.2.3, but"},
		{"no messageDigest", []Attribute{{attrMessageDigest, nil}}, "messageDigest is missing"},
		{"messageDigest is no OCTET STRING", one(attrMessageDigest, derNull), "messageDigest is malformed"},
		{"messageDigest, something after", one(attrMessageDigest, append(tlv(4, make([]byte, 32)), 5, 0)), "messageDigest is malformed"},
		{"messageDigest of another size", one(attrMessageDigest, tlv(4, make([]byte, 31))), "messageDigest has 31 octets"},
		{"signingTime, something after", one(attrSigningTime, append(tlv(23, []byte("260101000000Z")), 5, 0)), "signingTime is malformed"},
		{"signingTime without contents", one(attrSigningTime, tlv(23)), "signingTime is malformed"},
		{"signingTime cut off", one(attrSigningTime, []byte{23, 9, '2'}), "signingTime is malformed"},

		{"capabilities", one(attrCapabilities, tlv(0x30, capability)), ""},
		{"capabilities are no SEQUENCE", one(attrCapabilities, tlv(0x31, capability)), "smimeCapabilities is malformed"},
		{"capabilities, something after", one(attrCapabilities, append(tlv(0x30, capability), 5, 0)), "smimeCapabilities is malformed"},
		{"capabilities with one that is none", one(attrCapabilities, tlv(0x30, capability, derNull)), "smimeCapabilities is malformed"},

		{"protection", one(attrAlgorithmProtection, tlv(0x30, sha256ID, ecdsaID)), ""},
		{"protection is no SEQUENCE", one(attrAlgorithmProtection, tlv(0x31, sha256ID, ecdsaID)), "CMSAlgorithmProtection is malformed"},
		{"protection, something after", one(attrAlgorithmProtection, append(tlv(0x30, sha256ID, ecdsaID), 5, 0)), "CMSAlgorithmProtection is malformed"},
		{"protection, no digest", one(attrAlgorithmProtection, tlv(0x30, ecdsaID)), "CMSAlgorithmProtection is malformed"},
		{"protection, digest is none", one(attrAlgorithmProtection, tlv(0x30, tlv(0x30, derNull), ecdsaID)), "CMSAlgorithmProtection is malformed"},
		{"protection, signature is none", one(attrAlgorithmProtection, tlv(0x30, sha256ID, tlv(0xa1, derNull))), "CMSAlgorithmProtection is malformed"},
		{"protection, signature is too long", one(attrAlgorithmProtection, tlv(0x30, sha256ID, tlv(0xa1, oid("1.2.840.10045.4.3.2"), derNull, derNull))), "CMSAlgorithmProtection is malformed"},
		{"protection, another digest", one(attrAlgorithmProtection, tlv(0x30, tlv(0x30, oid(sha512OID)), ecdsaID)), "another digest"},
		{"protection, another signature", one(attrAlgorithmProtection, tlv(0x30, sha256ID, tlv(0xa1, oid("1.2.840.10045.4.3.3")))), "another signature"},

		{"certificate", one(v2, ess(hash)), ""},
		{"certificate, policies too", one(v2, tlv(0x30, tlv(0x30, tlv(0x30, hash)), tlv(0x30))), ""},
		{"certificate, further entries", one(v2, tlv(0x30, tlv(0x30, tlv(0x30, hash), tlv(0x30, hash)))), ""},
		{"certificate, a further entry is none", one(v2, tlv(0x30, tlv(0x30, tlv(0x30, hash), derNull))), malformedV2},
		{"certificate is no SEQUENCE", one(v2, tlv(0x31, tlv(0x30, tlv(0x30, hash)))), malformedV2},
		{"certificate, something after", one(v2, append(ess(hash), 5, 0)), malformedV2},
		{"certificate, list is no SEQUENCE", one(v2, tlv(0x30, tlv(0x31, tlv(0x30, hash)))), malformedV2},
		{"certificate, empty list", one(v2, tlv(0x30, tlv(0x30))), malformedV2},
		{"certificate, entry is no SEQUENCE", one(v2, tlv(0x30, tlv(0x30, tlv(0x31, hash)))), malformedV2},
		{"certificate, policies cut off", one(v2, tlv(0x30, tlv(0x30, tlv(0x30, hash)), []byte{0x30, 5})), malformedV2},
		{"certificate, policies are no SEQUENCE", one(v2, tlv(0x30, tlv(0x30, tlv(0x30, hash)), derNull)), malformedV2},
		{"certificate, hash algorithm is none", one(v2, ess(tlv(0x30, derNull), hash)), malformedV2},
		{"certificate, hash algorithm in the first version", one(v1, ess(sha256ID, tlv(4, make([]byte, 32)))), "signingCertificate is malformed"},
		{"certificate, hash is none", one(v2, ess(derNull)), malformedV2},
		{"certificate, issuer and serial number", one(v2, issuerSerial(tlv(0x30, name), serial)), ""},
		{"certificate, another name of the issuer", one(v2, issuerSerial(tlv(0x30, certtest.DNS("a.test"), name), serial)), ""},
		{"certificate, something after the serial number", one(v2, issuerSerial(tlv(0x30, name), serial, derNull)), malformedV2},
		{"certificate, something after issuer and serial number", one(v2, ess(hash, tlv(0x30, tlv(0x30, name), serial), derNull)), malformedV2},
		{"certificate, issuer and serial number are no SEQUENCE", one(v2, ess(hash, tlv(0x31, tlv(0x30, name), serial))), malformedV2},
		{"certificate, names are no SEQUENCE", one(v2, issuerSerial(tlv(0x31, name), serial)), malformedV2},
		{"certificate, serial number is no INTEGER", one(v2, issuerSerial(tlv(0x30, name), tlv(4, []byte{5}))), malformedV2},
		{"certificate, serial number without octets", one(v2, issuerSerial(tlv(0x30, name), tlv(2))), malformedV2},
		{"certificate, name cut off", one(v2, issuerSerial(tlv(0x30, []byte{0x82, 9}), serial)), malformedV2},
		{"certificate, name is none", one(v2, issuerSerial(tlv(0x30, tlv(0xa4, derNull)), serial)), malformedV2},
	} {
		si := signedWith(t, c.change...)
		si.applyRules(TypeData)
		got := ""
		if si.fault != nil {
			got = si.fault.Error()
		}
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestOnlyOnceAttributes: each attribute that may be there once, twice, and with two values.
func TestOnlyOnceAttributes(t *testing.T) {
	t.Parallel()
	for _, oid := range []algorithm.OID{
		attrContentType, attrMessageDigest, attrSigningTime, attrCapabilities, attrAlgorithmProtection, attrReceiptRequest, attrSecurityLabel,
		attrExpansionHistory, attrContentHint, attrMessageSigDigest, attrContentIdentifier, attrEquivalentLabels, attrContentReference,
		attrEncryptionKey, attrSigningCertificate, attrSigningCertificateV2,
	} {
		for want, list := range map[string][]Attribute{
			"is there more than once": {{oid, [][]byte{derNull}}, {oid, [][]byte{derNull}}},
			"has 2 values":            {{oid, [][]byte{derNull, derNull}}},
			"has 0 values":            {{oid, [][]byte{}}},
		} {
			si := signedWith(t, list...)
			if err := si.ruleOnce(TypeData); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want %q", AttributeName(oid), err, want)
			}
		}
	}
	unknown := algorithm.MustOID("1.2.3")
	if err := signedWith(t, Attribute{unknown, [][]byte{derNull, derNull}}, Attribute{unknown, [][]byte{derNull}}).ruleOnce(TypeData); err != nil {
		t.Errorf("attributes nobody knows: %v", err)
	}
	// The first rule that is broken is told.
	si := signedWith(t, Attribute{attrContentType, nil}, Attribute{attrMessageDigest, nil})
	si.applyRules(TypeData)
	if si.fault == nil || !strings.Contains(si.fault.Error(), "contentType") {
		t.Errorf("got %v, want the first", si.fault)
	}
	// Of very many capabilities the first are kept.
	many := bytes.Repeat(tlv(0x30, tlv(6, []byte{0x2a, 3})), maxCapabilities+2)
	si = signedWith(t, Attribute{attrCapabilities, [][]byte{tlv(0x30, many)}})
	if si.applyRules(TypeData); si.fault != nil || len(si.Capabilities()) != maxCapabilities {
		t.Errorf("got %d capabilities, %v", len(si.Capabilities()), si.fault)
	}
}

func TestParseAttributes(t *testing.T) {
	t.Parallel()
	attribute := func(values ...[]byte) []byte { return tlv(0x30, tlv(6, []byte{0x2a, 3}), tlv(0x31, values...)) }
	lim := Limits{Attributes: 2}.withDefaults()
	for _, c := range []struct {
		name string
		der  []byte
		want string
	}{
		{"one", tlv(0x31, attribute(derNull)), ""},
		{"nothing", nil, "no SET"},
		{"cut off", []byte{0x31, 9}, "no SET"},
		{"something after", append(tlv(0x31, attribute(derNull)), 5, 0), "no SET"},
		{"primitive", tlv(0x11, attribute(derNull)), "no SET"},
		{"empty", tlv(0x31), "empty SET"},
		{"no SEQUENCE", tlv(0x31, derNull), "no SEQUENCE"},
		{"type is none", tlv(0x31, tlv(0x30, derNull, tlv(0x31, derNull))), "no pair"},
		{"type without an end", tlv(0x31, tlv(0x30, []byte{6, 1, 0x80}, tlv(0x31, derNull))), "no pair"},
		{"values are no SET", tlv(0x31, tlv(0x30, tlv(6, []byte{0x2a, 3}), derNull)), "no pair"},
		{"something after the values", tlv(0x31, tlv(0x30, tlv(6, []byte{0x2a, 3}), tlv(0x31, derNull), derNull)), "no pair"},
		{"value cut off", tlv(0x31, attribute([]byte{4, 9})), "malformed value"},
		{"two", tlv(0x31, attribute(derNull), attribute(derNull)), ""},
		{"three", tlv(0x31, attribute(), attribute(), attribute()), "over the limit: attributes"},
		{"two values", tlv(0x31, attribute(derNull, derNull)), ""},
		{"three values", tlv(0x31, attribute(derNull, derNull, derNull)), "over the limit: values"},
	} {
		_, err := parseAttributes(c.der, lim)
		got := fmt.Sprint(err)
		if (err == nil) != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

// TestContentIsAttributes: content that could have been signed as attributes (P6).
func TestContentIsAttributes(t *testing.T) {
	t.Parallel()
	attribute := func(oid algorithm.OID) []byte { return tlv(0x30, tlv(6, []byte(oid)), tlv(0x31, derNull)) }
	large := make([]byte, maxRetained+100)
	head := func(b ...byte) []byte { return append(b, large...) }
	many := bytes.Repeat(attribute(attrSigningTime), 300)
	for _, c := range []struct {
		name    string
		content []byte
		want    bool
	}{
		{"nothing", nil, false},
		{"text", []byte("text"), false},
		{"contentType", tlv(0x31, attribute(attrContentType)), true},
		{"messageDigest", tlv(0x31, attribute(attrMessageDigest)), true},
		{"both", tlv(0x31, attribute(attrContentType), attribute(attrMessageDigest)), true},
		{"another one alone", tlv(0x31, attribute(attrSigningTime)), false},
		{"in a SEQUENCE", tlv(0x30, attribute(attrContentType)), false},
		{"under the tag as it is sent", tlv(0xa0, attribute(attrContentType)), false},
		{"cut off", tlv(0x31, attribute(attrContentType))[:9], false},
		{"too many to be looked through", tlv(0x31, many), true},
		{"large, of its length", ber.Wrap(ber.Set, large), true},
		{"large, of indefinite length", head(0x31, 0x80), true},
		{"large, a SEQUENCE of its length", ber.Wrap(ber.Sequence, large), false},
		{"large, primitive", append([]byte{0x11}, ber.Wrap(ber.Set, large)[1:]...), false},
		{"large, of another length", ber.Wrap(ber.Set, large[1:]), true},
		{"large, and longer than it says", append(ber.Wrap(ber.Set, large), 0), false},
		{"large, no header", head(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), false},
		{"large, length that is none", head(0x31, 0xff), false},
	} {
		for _, piece := range []int{1 << 30, 7, 4096} {
			if piece == 7 && len(c.content) > maxRetained {
				piece = 65521
			}
			d := newContentDigest(nil, nil, true, true)
			for rest := c.content; len(rest) > 0; {
				n := min(piece, len(rest))
				if _, err := d.Write(rest[:n]); err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			d.finish()
			if got := d.attributes(Limits{}.withDefaults()); got != c.want {
				t.Errorf("%s, in pieces of %d: got %v, want %v", c.name, piece, got, c.want)
			}
			if kept, whole := d.content(); whole != (len(c.content) <= maxRetained) || whole && !bytes.Equal(kept, c.content) || !whole && (len(kept) != retainedHead || !bytes.Equal(kept, c.content[:retainedHead])) {
				t.Errorf("%s, in pieces of %d: %d octets are kept, whole %v", c.name, piece, len(kept), whole)
			}
		}
	}
	// A single piece that is too large, and a little after it.
	d := newContentDigest(nil, nil, true, true)
	d.Write(large)
	d.Write([]byte("more"))
	if kept, whole := d.content(); whole || len(kept) != retainedHead {
		t.Errorf("%d octets are kept, whole %v", len(kept), whole)
	}
	d = newContentDigest(nil, nil, false, true)
	d.Write([]byte("text"))
	if kept, whole := d.content(); whole || kept != nil {
		t.Errorf("content that nobody asked for is kept: %q", kept)
	}
	// What is kept grows in steps: few copies, and never more than twice what is there.
	d = newContentDigest(nil, nil, true, true)
	copies, at := 0, -1
	for range 100_000 {
		d.Write([]byte("x"))
		if cap(d.kept) != at {
			copies, at = copies+1, cap(d.kept)
		}
	}
	if copies > 8 {
		t.Errorf("content was moved %d times", copies)
	}
	digest := digestNamed(t, "sha256")
	d = newContentDigest([]*algorithm.Digest{digest}, nil, false, true)
	if d.sum(digest) != nil || d.sum(digestNamed(t, "sha1")) != nil {
		t.Error("a digest that is not finished, or was never made, is given out")
	}
}

// TestSignerIDs: which certificate an identifier names.
func TestSignerIDs(t *testing.T) {
	t.Parallel()
	issue := func(template certtest.Template) *cert.Certificate {
		c, err := cert.Parse(certtest.Issue(template, certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("CA"))}, nil)).DER)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	odd := issue(certtest.Template{SPKI: []byte{0x30, 0x0a, 0x30, 0x04, 0x06, 0x02, 0x2a, 0x03, 0x03, 0x02, 0x00, 0x01}})
	named := issue(certtest.Template{Extensions: []certtest.Extension{certtest.SKI([]byte{1, 2, 3})}})
	none := issue(certtest.Template{})
	key, err := none.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		id   SignerID
		c    *cert.Certificate
		want bool
	}{
		{"no certificate", SignerID{KeyID: []byte{1}}, nil, false},
		{"no identifier", SignerID{}, odd, false},
		{"an empty one", SignerID{KeyID: []byte{}}, odd, false},
		{"the one in the certificate", SignerID{KeyID: []byte{1, 2, 3}}, named, true},
		{"another", SignerID{KeyID: []byte{1, 2}}, named, false},
		{"the one of the key", SignerID{KeyID: key.KeyID()}, none, true},
		{"of a key that cannot be read", SignerID{KeyID: key.KeyID()}, odd, false},
	} {
		if got := c.id.Matches(c.c); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
	if _, err := identify(odd, true); err == nil {
		t.Error("a certificate without a key identifier is named by it")
	}
	if id, err := identify(none, true); err != nil || !bytes.Equal(id.KeyID, key.KeyID()) {
		t.Errorf("got %x, %v", id.KeyID, err)
	}
	name, serial := certtest.Name(certtest.CN("CA")), []byte{2, 1, 5}
	for want, list := range map[bool][][]byte{
		true: {tlv(0x30, name, serial)},
		false: {
			tlv(0x31, name, serial), append(tlv(0x30, name, serial), 5, 0), tlv(0x30, serial), tlv(0x30, tlv(0x31, name[2:]), serial), tlv(0x30, derNull, serial),
			tlv(0x30, name, tlv(2)), tlv(0x30, name, tlv(4, []byte{5})), tlv(0x30, name), tlv(0x30, name, serial, derNull), tlv(0x30, tlv(0x30, derNull), serial), nil,
		},
	} {
		for _, der := range list {
			if _, ok := parseIssuerSerial(der); ok != want {
				t.Errorf("%x: got %v", der, ok)
			}
		}
	}
}

// TestVerifyChecks: what Verify asks of a message that was read long before, and by other hands.
func TestVerifyChecks(t *testing.T) {
	t.Parallel()
	content := text(40)
	signer := signerOf(t, "p-256")
	read := func() *SignedData {
		sd, err := ReadSignedData(bytes.NewReader(opaque(t, content, signer)), nil, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		return sd
	}
	odd, err := cert.Parse(certtest.Issue(certtest.Template{SPKI: []byte{0x30, 0x0a, 0x30, 0x04, 0x06, 0x02, 0x2a, 0x03, 0x03, 0x02, 0x00, 0x01}}, certtest.Issue(certtest.Template{}, nil)).DER)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		change func(sd *SignedData, si *SignerInfo)
		by     *cert.Certificate
		want   string
	}{
		{"good", func(*SignedData, *SignerInfo) {}, signer.Certificate, "good"},
		{"a key that cannot be read", func(_ *SignedData, si *SignerInfo) { si.certificates = nil }, odd, "unsupported"},
		{"content that was digested with something else", func(sd *SignedData, _ *SignerInfo) { sd.digested.digests = []*algorithm.Digest{digestNamed(t, "sha1")} }, signer.Certificate, "no content"},
		{"content that was digested with something else, no attributes", func(sd *SignedData, si *SignerInfo) {
			si.SignedAttributes = nil
			sd.digested.digests = []*algorithm.Digest{digestNamed(t, "sha1")}
		}, signer.Certificate, "no content"},
		{"a fault is told before anything else", func(_ *SignedData, si *SignerInfo) { si.fault = attributeFault("odd") }, odd, "attributes"},
	} {
		sd := read()
		c.change(sd, sd.Signers[0])
		err := sd.Verify(sd.Signers[0], c.by)
		got := "good"
		if err == ErrNoContent {
			got = "no content"
		} else if err != nil {
			got = word(err)
		}
		if got != c.want {
			t.Errorf("%s: got %s (%v), want %s", c.name, got, err, c.want)
		}
	}
	// The content is kept where a signer, not the last one, has no signed attributes.
	for _, c := range []struct {
		without []int
		want    bool
	}{{nil, false}, {[]int{0}, true}, {[]int{1}, true}} {
		sd, err := ReadSignedData(bytes.NewReader(signedBy(t, content, SignedDataOptions{ContentSize: int64(len(content)), Detached: true}, signer, signerOf(t, "ed25519"))), nil, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range c.without {
			sd.Signers[i].SignedAttributes = nil
		}
		if err := sd.DigestContent(bytes.NewReader(content), nil); err != nil {
			t.Fatal(err)
		}
		if _, kept := sd.digested.content(); kept != c.want {
			t.Errorf("without attributes: %v: the content is kept: %v", c.without, kept)
		}
	}
	unsupported := &algorithm.UnsupportedError{Kind: "signature"}
	if err := signatureError(fmt.Errorf("x: %w", unsupported)); word(err) != "unsupported" {
		t.Errorf("got %v", err)
	}
	// Hash, issuer and serial number all have to be those of the certificate.
	sum := sha256.Sum256(signer.Certificate.Raw)
	good := essCertificate{digest: digestNamed(t, "sha256"), hash: sum[:]}
	if err := good.check(signer.Certificate); err != nil {
		t.Errorf("the certificate that is named: %v", err)
	}
	good.serial = signer.Certificate.Serial
	if err := good.check(signer.Certificate); word(err) != "certificate" {
		t.Errorf("a serial number without a name: %v", err)
	}
	good.names = []cert.Name{signer.Certificate.Subject, signer.Certificate.Issuer}
	if err := good.check(signer.Certificate); err != nil {
		t.Errorf("one of the names is the issuer's: %v", err)
	}
}

// TestOtherContent: content of another type in an OCTET STRING is read as CMS has it, in pieces too, and nothing is noted.
func TestOtherContent(t *testing.T) {
	t.Parallel()
	for _, segments := range []bool{false, true} {
		s := cmstest.ParseSigned(opaque(t, text(40), signerOf(t, "p-256")))
		*s.EncapContentInfo().At(0) = *oidNode(algorithm.MustOID(tstInfo))
		without(s, attrContentType)
		with(s, attributeNode(attrContentType, oidNode(algorithm.MustOID(tstInfo))))
		s.Sign(t, 0, signerOf(t, "p-256").Key, schemeOf(t, "p-256"), nil)
		if segments {
			s.EContent().Segment(7)
		}
		sd, content, results, err := verifyAll(s.Encode(), nil)
		if err != nil || results[0] != nil || len(sd.Notes) != 0 || !bytes.Equal(content, text(40)) {
			t.Errorf("in segments %v: got %v, %v, notes %q", segments, results, err, sd.Notes)
		}
	}
}

type refusing struct{}

var errRefused = errors.New("test: nobody takes it")

func (refusing) Write([]byte) (int, error) { return 0, errRefused }

// TestMalformedAlgorithms: an identifier or a version that is none is malformed, not merely unknown; and what the
// destination says is what the reader says.
func TestMalformedAlgorithms(t *testing.T) {
	t.Parallel()
	message := opaque(t, text(40), signerOf(t, "p-256"))
	for name, change := range map[string]func(s cmstest.Signed){
		"announced":              func(s cmstest.Signed) { s.DigestAlgorithms().Insert(0, cmstest.Constructed(ber.Sequence, nullNode())) },
		"digest of a signer":     func(s cmstest.Signed) { *s.Signer(0).At(2) = *cmstest.Constructed(ber.Sequence, nullNode()) },
		"no version of a signer": func(s cmstest.Signed) { s.Signer(0).Remove(0) },
		"signature of a signer":  func(s cmstest.Signed) { *s.Signer(0).At(4) = *cmstest.Constructed(ber.Sequence, nullNode()) },
	} {
		s := cmstest.ParseSigned(message)
		change(s)
		if got := outcome(s.Encode(), nil); got != "malformed" {
			t.Errorf("%s: got %s", name, got)
		}
	}
	if _, err := ReadSignedData(bytes.NewReader(message), refusing{}, Limits{}); !errors.Is(err, errRefused) {
		t.Errorf("got %v, want what the destination says", err)
	}
}
