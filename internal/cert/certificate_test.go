package cert_test

import (
	"bytes"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

func parse(t *testing.T, e *certtest.Entity) *cert.Certificate {
	t.Helper()
	c, err := cert.Parse(e.DER)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestParseAgrees compares what is read with what crypto/x509 reads.
func TestParseAgrees(t *testing.T) {
	t.Parallel()
	root := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.C("DE"), certtest.CN("Root")), Extensions: []certtest.Extension{certtest.CA(1), certtest.KeyUsage(5, 6), certtest.SKI([]byte("root"))}}, nil)
	leaf := certtest.Issue(certtest.Template{
		Subject: certtest.Name(certtest.O("Ex"), certtest.CN("Alice"), certtest.Email("alice@old.example")),
		Serial:  []byte{0, 0xab, 1}, NotBefore: time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC), NotAfter: time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC),
		Extensions: []certtest.Extension{
			certtest.KeyUsage(0, 1, 8), certtest.EKU("1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.2", "1.2.3"), certtest.AKI([]byte("root")), certtest.SKI([]byte("leaf")),
			certtest.SAN(certtest.RFC822("Alice@Example.org"), certtest.DNS("example.org"), certtest.UTF8Mailbox("\u533b\u751f@example.org")),
		},
	}, root)
	r, c := parse(t, root), parse(t, leaf)
	x := c.X509()
	if x == nil {
		t.Fatal("crypto/x509 refuses it")
	}
	if !bytes.Equal(c.RawTBS, x.RawTBSCertificate) || !bytes.Equal(c.Signature, x.Signature) || !bytes.Equal(c.SPKI, x.RawSubjectPublicKeyInfo) ||
		!bytes.Equal(c.Issuer.Raw, x.RawIssuer) || !bytes.Equal(c.Subject.Raw, x.RawSubject) || c.Version != x.Version ||
		!c.NotBefore.Equal(x.NotBefore) || !c.NotAfter.Equal(x.NotAfter) || !bytes.Equal(c.SubjectKeyID(), x.SubjectKeyId) ||
		!bytes.Equal(c.AuthorityKeyID(), x.AuthorityKeyId) || len(c.Extensions) != len(x.Extensions) {
		t.Error("fields differ from those of crypto/x509")
	}
	if got := c.SerialHex(); got != "ab01" {
		t.Errorf("serial: got %s, want ab01", got)
	}
	usage, ok := c.KeyUsage()
	if got := strings.Join(usage.Names(), ","); !ok || got != "digitalSignature,nonRepudiation,decipherOnly" {
		t.Errorf("key usage: got %s", got)
	}
	if got := strings.Join(c.Purposes(), ","); got != "emailProtection,clientAuth,1.2.3" {
		t.Errorf("purposes: got %s", got)
	}
	if ca, n, ok := r.BasicConstraints(); !ca || n != 1 || !ok {
		t.Errorf("basic constraints: got %v %d %v", ca, n, ok)
	}
	if ca, n, ok := c.BasicConstraints(); ca || n != -1 || ok {
		t.Errorf("basic constraints: got %v %d %v", ca, n, ok)
	}
	var addresses []string
	for _, a := range c.Addresses() {
		addresses = append(addresses, a.String())
	}
	if got := strings.Join(addresses, " "); got != "Alice@example.org \u533b\u751f@example.org alice@old.example" {
		t.Errorf("addresses: got %q", got)
	}
	if c.DisplayName() != "Alice" || c.SelfIssued() || !r.SelfIssued() {
		t.Error("names")
	}
	forged := bytes.Clone(r.Raw)
	forged[len(forged)-1] ^= 1
	other, err := cert.Parse(forged)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the answer is kept
		if c.SelfSigned() || !r.SelfSigned() || other.SelfSigned() || !other.SelfIssued() {
			t.Error("self-signed")
		}
	}
	if c.Issuer.Key() != r.Subject.Key() || len(c.Malformed()) > 0 || len(c.Fingerprint()) != 64 || !c.Equal(c) || c.Equal(r) {
		t.Error("identity")
	}
	if !c.IssuerSerial().Matches(c) || c.IssuerSerial().Matches(r) || (cert.IssuerSerial{}).Matches(c) {
		t.Error("issuer and serial number")
	}
	key, err := r.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.CheckSignedBy(key); err != nil {
		t.Errorf("signature: %v", err)
	}
	own, err := c.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.CheckSignedBy(own); !errors.Is(err, algorithm.ErrSignature) {
		t.Errorf("signature with another key: got %v", err)
	}
	if err := c.CheckSignedBy(nil); err == nil {
		t.Error("signature without a key verifies")
	}
}

func TestCheckSignedBy(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"p256", "ed25519", "rsa2048"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			key := certtest.NewKey(kind)
			for _, broken := range []bool{false, true} {
				c := parse(t, certtest.Issue(certtest.Template{Key: key, Subject: certtest.Name(certtest.CN("A")), BadSignature: broken}, nil))
				public, err := c.PublicKey()
				if err != nil {
					t.Fatal(err)
				}
				if err := c.CheckSignedBy(public); (err != nil) != broken {
					t.Errorf("broken %v: got %v", broken, err)
				}
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	template := func() certtest.Template {
		return certtest.Template{Subject: certtest.Name(certtest.CN("A")), Extensions: []certtest.Extension{certtest.CA(-1)}}
	}
	good := certtest.Issue(template(), nil).DER
	if _, err := cert.Parse(good); err != nil {
		t.Fatal(err)
	}
	twice := template()
	twice.Extensions = append(twice.Extensions, certtest.CA(0))
	inner := template()
	inner.InnerAlgID = certtest.AlgID("1.2.840.10045.4.3.3", false)
	parameters := template()
	parameters.InnerAlgID = certtest.AlgID("1.2.840.10045.4.3.2", true)
	v1 := template()
	v1.Version = 1
	v2 := template()
	v2.Version = 2
	v4 := template()
	v4.Version = 4
	noSerial := template()
	noSerial.Serial = []byte{}
	padded := template()
	padded.Serial = []byte{0, 5}
	negative := template()
	negative.Serial = []byte{0xff, 0x85}
	after := template()
	after.AfterTBSField = []byte{5, 0}
	badName := template()
	badName.Subject = []byte{0x30, 2, 0x31, 0}
	for name, der := range map[string][]byte{
		"nothing":                      nil,
		"rest":                         append(bytes.Clone(good), 0),
		"cut":                          good[:len(good)-1],
		"extension twice":              certtest.Issue(twice, nil).DER,
		"signature algorithms differ":  certtest.Issue(inner, nil).DER,
		"parameters differ":            certtest.Issue(parameters, nil).DER,
		"version 1 with extensions":    certtest.Issue(v1, nil).DER,
		"version 2 with extensions":    certtest.Issue(v2, nil).DER,
		"version 4":                    certtest.Issue(v4, nil).DER,
		"empty serial number":          certtest.Issue(noSerial, nil).DER,
		"padded serial number":         certtest.Issue(padded, nil).DER,
		"padded negative number":       certtest.Issue(negative, nil).DER,
		"something after extensions":   certtest.Issue(after, nil).DER,
		"malformed name":               certtest.Issue(badName, nil).DER,
		"too large":                    make([]byte, 1<<20+1),
		"a length beyond the contents": {0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30},
		"indefinite length":            {0x30, 0x80, 0, 0},
	} {
		if _, err := cert.Parse(der); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestParseAccepts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		t      certtest.Template
		serial string
	}{
		{"version 1", certtest.Template{Version: 1, Serial: []byte{1}}, "01"},
		{"QUIRK negative serial number", certtest.Template{Serial: []byte{0xff}}, "-01"},
		{"QUIRK negative serial number of two octets", certtest.Template{Serial: []byte{0x80, 0}}, "-8000"},
		{"QUIRK long serial number", certtest.Template{Serial: bytes.Repeat([]byte{7}, 40)}, strings.Repeat("07", 40)},
		{"zero", certtest.Template{Serial: []byte{0}}, "00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := parse(t, certtest.Issue(c.t, nil))
			if got.SerialHex() != c.serial {
				t.Errorf("serial: got %s, want %s", got.SerialHex(), c.serial)
			}
		})
	}
}

// TestParseKeepsItsOwnOctets: what is read does not change with the input.
func TestParseKeepsItsOwnOctets(t *testing.T) {
	t.Parallel()
	der := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("A"))}, nil).DER
	c, err := cert.Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	clear(der)
	if c.Subject.String() != "CN=A" || c.Raw[0] != 0x30 {
		t.Error("the certificate changed with the input")
	}
}

// TestEmptyAlternativeNames reads what openssl makes of subjectAltName=email:copy and a subject without an address: no
// name, and no fault.
func TestEmptyAlternativeNames(t *testing.T) {
	t.Parallel()
	c, err := cert.Parse(certtest.Issue(certtest.Template{Extensions: []certtest.Extension{certtest.SAN()}}, nil).DER)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Malformed()) > 0 || len(c.Addresses()) > 0 || len(c.BadAddresses()) > 0 {
		t.Errorf("malformed %v, addresses %v, bad ones %v", c.Malformed(), c.Addresses(), c.BadAddresses())
	}
}

func TestMalformedExtensions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, oid string
		value     []byte
	}{
		{"key usage with unused bits that cannot be", "2.5.29.15", []byte{3, 2, 8, 0}},
		{"key usage without its count", "2.5.29.15", []byte{3, 0}},
		{"key usage and rest", "2.5.29.15", []byte{3, 2, 7, 0x80, 0}},
		{"empty extended key usage", "2.5.29.37", []byte{0x30, 0}},
		{"extended key usage of numbers", "2.5.29.37", []byte{0x30, 3, 2, 1, 1}},
		{"basic constraints with a number", "2.5.29.19", []byte{0x30, 6, 1, 1, 0xff, 2, 1, 0xff}},
		{"basic constraints and rest", "2.5.29.19", []byte{0x30, 0, 0}},
		{"key identifier", "2.5.29.14", []byte{0x30, 0}},
		{"authority key identifier", "2.5.29.35", []byte{4, 0}},
		{"alternative names", "2.5.29.17", []byte{0x30, 2, 0x9f, 0x1f}},
		{"alternative name of another class", "2.5.29.17", []byte{0x30, 3, 0x41, 1, 'a'}},
		{"constructed rfc822Name", "2.5.29.17", []byte{0x30, 3, 0xa1, 1, 'a'}},
		{"otherName without a value", "2.5.29.17", []byte{0x30, 4, 0xa0, 2, 6, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := certtest.Extension{OID: c.oid, Value: c.value}
			got := parse(t, certtest.Issue(certtest.Template{Extensions: []certtest.Extension{e}}, nil))
			if list := got.Malformed(); len(list) != 1 || list[0] != algorithm.MustOID(c.oid) {
				t.Errorf("got %v, want %s", list, c.oid)
			}
			if usage, _ := got.KeyUsage(); usage != 0 {
				t.Error("a malformed key usage allows something")
			}
			if ca, _, _ := got.BasicConstraints(); ca {
				t.Error("malformed basic constraints make a CA")
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 300) + "@example.org"
	ia5 := func(s string) []byte { return certtest.RFC822(s) }
	for _, c := range []struct {
		name    string
		subject []byte
		san     [][]byte
		good    string
		bad     int
	}{
		{"none", certtest.Name(certtest.CN("alice@example.org")), nil, "", 0},
		{"rfc822Name", nil, [][]byte{ia5("alice@example.org")}, "alice@example.org", 0},
		{"subject", certtest.Name(certtest.Email("alice@example.org")), nil, "alice@example.org", 0},
		{"subject and rfc822Name, the same", certtest.Name(certtest.Email("Alice@example.org")), [][]byte{ia5("alice@EXAMPLE.org")}, "alice@example.org", 0},
		{"SmtpUTF8Mailbox", nil, [][]byte{certtest.UTF8Mailbox("\u00e4@example.org")}, "\u00e4@example.org", 0},
		{"SmtpUTF8Mailbox with U-label", nil, [][]byte{certtest.UTF8Mailbox("\u00e4@b\u00fccher.example")}, "\u00e4@xn--bcher-kva.example", 0},
		{"SmtpUTF8Mailbox of ASCII", nil, [][]byte{certtest.UTF8Mailbox("alice@example.org")}, "", 1},
		{"SmtpUTF8Mailbox with byte order mark", nil, [][]byte{certtest.UTF8Mailbox("\ufeff\u00e4@example.org")}, "", 1},
		{"SmtpUTF8Mailbox of another string type", nil, [][]byte{certtest.Other("1.3.6.1.5.5.7.8.9", []byte{0x16, 4, 0xc3, 0xa4, '@', 'b'})}, "", 1},
		{"another otherName", nil, [][]byte{certtest.Other("1.3.6.1.4.1.311.20.2.3", []byte{0x0c, 3, 'a', '@', 'b'})}, "", 0},
		{"rfc822Name outside ASCII", nil, [][]byte{ia5("\u00e4@example.org")}, "", 1},
		{"domain of rfc822Name outside ASCII", nil, [][]byte{ia5("a@b\u00fccher.example")}, "", 1},
		{"NUL", nil, [][]byte{ia5("u@good.test\x00.evil.test")}, "", 1},
		{"escape, line end", nil, [][]byte{ia5("u\x1b@good.test"), ia5("u@good.test\n[GNUPG:] GOODSIG x")}, "", 2},
		{"odd forms", nil, [][]byte{ia5("local@"), ia5("@dom"), ia5("a@b@c"), ia5("a@example.org."), ia5("a @example.org"), ia5(long), ia5("A <a@example.org>")}, "", 7},
		{"one bad among good", nil, [][]byte{ia5("local@"), ia5("a@example.org")}, "a@example.org", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			template := certtest.Template{Subject: c.subject}
			if c.san != nil {
				template.Extensions = []certtest.Extension{certtest.SAN(c.san...)}
			}
			got := parse(t, certtest.Issue(template, nil))
			var list []string
			for _, a := range got.Addresses() {
				list = append(list, a.String())
			}
			if s := strings.Join(list, " "); s != c.good && !strings.EqualFold(s, c.good) {
				t.Errorf("addresses: got %q, want %q", s, c.good)
			}
			if len(got.BadAddresses()) != c.bad {
				t.Errorf("bad addresses: got %q, want %d", got.BadAddresses(), c.bad)
			}
			for _, b := range got.BadAddresses() {
				if strings.ContainsFunc(b, func(r rune) bool { return r < 0x20 || r > 0x7e }) || len(b) > 1000 {
					t.Errorf("not escaped: %q", b)
				}
			}
		})
	}
}

func TestDisplayName(t *testing.T) {
	t.Parallel()
	san := []certtest.Extension{certtest.SAN(certtest.RFC822("alice@example.org"))}
	for _, c := range []struct {
		name string
		t    certtest.Template
		want string
	}{
		{"common name", certtest.Template{Subject: certtest.Name(certtest.O("Ex"), certtest.CN("Alice \u00c5")), Extensions: san}, "Alice \u00c5"},
		{"organization", certtest.Template{Subject: certtest.Name(certtest.O("Ex")), Extensions: san}, "Ex"},
		{"address", certtest.Template{Extensions: san}, "alice@example.org"},
		{"subject", certtest.Template{Subject: certtest.Name(certtest.C("DE"))}, "C=DE"},
		{"most specific", certtest.Template{Subject: certtest.Name(certtest.CN("A"), certtest.CN("B"))}, "B"},
	} {
		if got := parse(t, certtest.Issue(c.t, nil)).DisplayName(); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestKeyThatX509Refuses: the certificate is a value all the same.
func TestKeyThatX509Refuses(t *testing.T) {
	t.Parallel()
	// An EC key on brainpoolP256r1, which Go has not.
	spki := append([]byte{0x30, 0x1b, 0x30, 0x14}, []byte{6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 9, 0x2b, 0x24, 3, 3, 2, 8, 1, 1, 7}...)
	spki = append(spki, 3, 3, 0, 4, 1)
	c := parse(t, certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("A")), SPKI: spki}, nil))
	if c.X509() != nil {
		t.Skip("crypto/x509 reads it after all")
	}
	if c.DisplayName() != "A" {
		t.Error("the name is lost")
	}
	if _, err := c.PublicKey(); err == nil {
		t.Error("no error for the key")
	}
}

func TestParseCRL(t *testing.T) {
	t.Parallel()
	ca := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("CA")), Extensions: []certtest.Extension{certtest.CA(-1), certtest.KeyUsage(6), certtest.SKI([]byte{1})}}, nil)
	x, err := x509.ParseCertificate(ca.DER)
	if err != nil {
		t.Fatal(err)
	}
	der := certtest.CRL(x, ca.Key)
	l, err := cert.ParseCRL(der)
	if err != nil {
		t.Fatal(err)
	}
	if l.Version != 2 || l.Issuer.String() != "CN=CA" || !l.ThisUpdate.Equal(certtest.Now()) || !l.NextUpdate.Equal(certtest.Now().AddDate(0, 1, 0)) || len(l.RawEntries) == 0 || len(l.Extensions) == 0 {
		t.Errorf("got %+v", l)
	}
	key, err := parse(t, ca).PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	if err := l.CheckSignedBy(key); err != nil {
		t.Error(err)
	}
	changed := bytes.Clone(der)
	changed[bytes.Index(changed, []byte("CA"))] ^= 0x20
	if other, err := cert.ParseCRL(changed); err != nil || other.CheckSignedBy(key) == nil {
		t.Errorf("a changed list verifies (%v)", err)
	}
	for name, bad := range map[string][]byte{"nothing": nil, "cut": der[:len(der)-1], "rest": append(bytes.Clone(der), 0), "certificate": ca.DER} {
		if _, err := cert.ParseCRL(bad); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestPurposeTable(t *testing.T) {
	t.Parallel()
	c := parse(t, certtest.Issue(certtest.Template{Extensions: []certtest.Extension{certtest.EKU("2.5.29.37.0")}}, nil))
	oids, ok := c.ExtKeyUsage()
	if !ok || !slices.Contains(oids, cert.PurposeAny) {
		t.Errorf("got %v %v", oids, ok)
	}
}

func FuzzParse(f *testing.F) {
	root := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.C("DE"), certtest.CN("Root")), Extensions: []certtest.Extension{certtest.CA(1), certtest.KeyUsage(5, 6), certtest.SKI([]byte("root"))}}, nil)
	f.Add(root.DER)
	f.Add(certtest.Issue(certtest.Template{
		Subject: certtest.NameOf([]certtest.Attribute{certtest.Email("alice@old.example"), {OID: "2.5.4.3", Tag: cbasn1.T61String, Value: []byte("\xe4")}}),
		Extensions: []certtest.Extension{
			certtest.EKU("1.3.6.1.5.5.7.3.4"), certtest.AKI([]byte("root")),
			certtest.SAN(certtest.RFC822("Alice@Example.org"), certtest.UTF8Mailbox("\u533b\u751f@example.org"), certtest.Directory(root.Name)),
		},
	}, root).DER)
	f.Fuzz(func(t *testing.T, der []byte) {
		c, err := cert.Parse(der)
		if err != nil {
			return
		}
		if !bytes.Equal(c.Raw, der) || !bytes.Contains(c.Raw, c.RawTBS) || len(c.Serial) == 0 {
			t.Fatal("fields are not parts of the certificate")
		}
		for _, a := range c.Addresses() {
			if again, err := cert.ParseAddress(a.String()); err != nil || again != a {
				t.Fatalf("%q does not read back: %v", a.String(), err)
			}
		}
		c.BadAddresses()
		c.DisplayName()
		c.SerialHex()
		c.Purposes()
		c.AuthorityCertificate()
		if key, err := c.PublicKey(); err == nil {
			_ = c.CheckSignedBy(key)
		}
		if x := c.X509(); x != nil {
			// Where both read it, they agree on what matters for paths.
			ca, _, _ := c.BasicConstraints()
			if len(c.Malformed()) == 0 && ca != (x.BasicConstraintsValid && x.IsCA) {
				t.Fatalf("CA: got %v, crypto/x509 says %v", ca, x.IsCA)
			}
			if usage, ok := c.KeyUsage(); ok && len(c.Malformed()) == 0 && int(usage) != int(x.KeyUsage) {
				t.Fatalf("key usage: got %b, crypto/x509 says %b", usage, x.KeyUsage)
			}
		}
	})
}
