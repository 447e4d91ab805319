package cert_test

import (
	"bytes"
	"math/big"
	"reflect"
	"testing"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

func parseList(t testing.TB, der []byte) *cert.CRL {
	t.Helper()
	l, err := cert.ParseCRL(der)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func testCA() *certtest.Entity {
	return certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("CA")), Key: certtest.NewKey("ed25519"), Extensions: []certtest.Extension{certtest.CA(-1)}}, nil)
}

// TestFind: what the entries of a list say of one certificate.
func TestFind(t *testing.T) {
	t.Parallel()
	ca := testCA()
	other := certtest.Name(certtest.CN("Other"))
	entry := func(serial byte, ext ...certtest.Extension) certtest.ListEntry {
		return certtest.ListEntry{Serial: []byte{serial}, Extensions: ext}
	}
	unknown := certtest.Extension{OID: "1.2.3", Critical: true, Value: []byte{5, 0}}
	indirect := certtest.IssuingPoint(certtest.Point{Indirect: true})
	for _, c := range []struct {
		name   string
		list   certtest.ListTemplate
		issuer []byte
		serial []byte
		listed bool
		reason cert.Reason
		fault  bool
	}{
		{name: "empty", serial: []byte{5}},
		{name: "listed", list: certtest.ListTemplate{Entries: []certtest.ListEntry{entry(4), entry(5, certtest.ReasonCode(1)), entry(6)}}, serial: []byte{5}, listed: true, reason: 1},
		{name: "not listed", list: certtest.ListTemplate{Entries: []certtest.ListEntry{entry(4), entry(6)}}, serial: []byte{5}},
		{name: "no reason", list: certtest.ListTemplate{Entries: []certtest.ListEntry{entry(5)}}, serial: []byte{5}, listed: true},
		{name: "QUIRK padded serial in the certificate", list: certtest.ListTemplate{Entries: []certtest.ListEntry{entry(5)}}, serial: []byte{0, 5}, listed: true},
		{name: "QUIRK padded serial on the list", list: certtest.ListTemplate{Entries: []certtest.ListEntry{{Serial: []byte{0, 0, 5}}}}, serial: []byte{5}, listed: true},
		{name: "padding is not dropped where it is a sign", list: certtest.ListTemplate{Entries: []certtest.ListEntry{{Serial: []byte{0, 0x85}}}}, serial: []byte{0x85}},
		{name: "another issuer", list: certtest.ListTemplate{Entries: []certtest.ListEntry{entry(5)}}, issuer: other, serial: []byte{5}},
		{name: "version 1", list: certtest.ListTemplate{Version: 1, Entries: []certtest.ListEntry{entry(5)}}, serial: []byte{5}, listed: true},
		{name: "extensions of an entry in version 1", list: certtest.ListTemplate{Version: 1, Entries: []certtest.ListEntry{entry(4, certtest.ReasonCode(1)), entry(5)}}, serial: []byte{5}, listed: true, fault: true},

		{name: "unknown critical extension before", list: certtest.ListTemplate{Entries: []certtest.ListEntry{entry(4, unknown)}}, serial: []byte{5}, fault: true},
		{name: "unknown critical extension, listed after", list: certtest.ListTemplate{Entries: []certtest.ListEntry{entry(4, unknown), entry(5)}}, serial: []byte{5}, listed: true, fault: true},
		{name: "unknown critical extension after", list: certtest.ListTemplate{Entries: []certtest.ListEntry{entry(5), entry(6, unknown)}}, serial: []byte{5}, listed: true, fault: true},
		{name: "unknown extension", list: certtest.ListTemplate{Entries: []certtest.ListEntry{entry(4, certtest.NotCritical(unknown))}}, serial: []byte{5}},
		{name: "malformed reason", list: certtest.ListTemplate{Entries: []certtest.ListEntry{entry(4, certtest.Extension{OID: "2.5.29.21", Value: []byte{5, 0}})}}, serial: []byte{5}, fault: true},
		{name: "malformed invalidity date", list: certtest.ListTemplate{Entries: []certtest.ListEntry{entry(4, certtest.Extension{OID: "2.5.29.24", Value: []byte{5, 0}})}}, serial: []byte{5}, fault: true},
		{name: "malformed date", list: certtest.ListTemplate{RawEntries: []byte{0x30, 5, 2, 1, 4, 5, 0}}, serial: []byte{5}, fault: true},
		{name: "malformed date of the one", list: certtest.ListTemplate{RawEntries: []byte{0x30, 6, 2, 1, 5, 23, 1, 'x'}}, serial: []byte{5}, listed: true, fault: true},
		{name: "malformed entry", list: certtest.ListTemplate{RawEntries: append([]byte{0x30, 0}, entry(5).DER()...)}, serial: []byte{5}, fault: true},
		{name: "no serial", list: certtest.ListTemplate{RawEntries: []byte{0x30, 4, 2, 0, 23, 0}}, serial: []byte{5}, fault: true},

		{name: "indirect, own entry", list: certtest.ListTemplate{Extensions: []certtest.Extension{indirect}, Entries: []certtest.ListEntry{entry(5), entry(6, certtest.CertificateIssuer(other))}}, serial: []byte{5}, listed: true},
		{name: "indirect, other's entry", list: certtest.ListTemplate{Extensions: []certtest.Extension{indirect}, Entries: []certtest.ListEntry{entry(5, certtest.CertificateIssuer(other))}}, serial: []byte{5}},
		{name: "indirect, other's entry looked for", list: certtest.ListTemplate{Extensions: []certtest.Extension{indirect}, Entries: []certtest.ListEntry{entry(5, certtest.CertificateIssuer(other))}}, issuer: other, serial: []byte{5}, listed: true},
		{name: "indirect, the issuer holds on", list: certtest.ListTemplate{Extensions: []certtest.Extension{indirect}, Entries: []certtest.ListEntry{entry(4, certtest.CertificateIssuer(other)), entry(5)}}, issuer: other, serial: []byte{5}, listed: true},
		{name: "indirect, back to the own name", list: certtest.ListTemplate{Extensions: []certtest.Extension{indirect}, Entries: []certtest.ListEntry{
			entry(4, certtest.CertificateIssuer(other)), entry(6, certtest.CertificateIssuer(ca.Name)), entry(5)}}, serial: []byte{5}, listed: true},
		{name: "indirect, malformed issuer", list: certtest.ListTemplate{Extensions: []certtest.Extension{indirect}, Entries: []certtest.ListEntry{
			entry(5, certtest.Extension{OID: "2.5.29.29", Critical: true, Value: []byte{0x30, 0}})}}, serial: []byte{5}, fault: true},
		{name: "issuer on a list that is not indirect", list: certtest.ListTemplate{Entries: []certtest.ListEntry{entry(4, certtest.CertificateIssuer(ca.Name)), entry(5)}}, serial: []byte{5}, listed: true, fault: true},

		{name: "removal, then revocation", list: certtest.ListTemplate{Entries: []certtest.ListEntry{entry(5, certtest.ReasonCode(8)), entry(5, certtest.ReasonCode(1))}}, serial: []byte{5}, listed: true, reason: 1},
		{name: "revocation, then removal", list: certtest.ListTemplate{Entries: []certtest.ListEntry{entry(5, certtest.ReasonCode(1)), entry(5, certtest.ReasonCode(8))}}, serial: []byte{5}, listed: true, reason: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := parseList(t, certtest.List(c.list, ca))
			issuer := l.Issuer
			if c.issuer != nil {
				issuer = parseName(t, c.issuer)
			}
			got := l.Find(issuer, c.serial)
			if all := l.FindAll(issuer, [][]byte{{0x70}, c.serial}); !reflect.DeepEqual(all[1], got) || all[0].Fault != got.Fault {
				t.Errorf("of several: %+v, alone %+v", all, got)
			}
			if (got.Entry != nil) != c.listed || (got.Fault != "") != c.fault {
				t.Fatalf("got %+v, want listed %v, fault %v", got, c.listed, c.fault)
			}
			if c.listed && got.Entry.Reason != c.reason {
				t.Errorf("got reason %v, want %v", got.Entry.Reason, c.reason)
			}
		})
	}
	when := certtest.Now().AddDate(0, -2, 0)
	l := parseList(t, certtest.List(certtest.ListTemplate{Entries: []certtest.ListEntry{{Serial: []byte{5}, Date: certtest.Now(), Extensions: []certtest.Extension{certtest.InvalidityDate(when)}}}}, ca))
	if e := l.Find(l.Issuer, []byte{5}).Entry; e == nil || !e.Revoked.Equal(certtest.Now()) || !e.Invalid.Equal(when) {
		t.Errorf("dates: got %+v", e)
	}
}

// TestFindCosts: entries are looked through without memory for each.
func TestFindCosts(t *testing.T) {
	ca := testCA()
	var raw []byte
	for i := range 20_000 {
		raw = append(raw, certtest.ListEntry{Serial: big.NewInt(int64(i) + 1<<20).Bytes(), Extensions: []certtest.Extension{certtest.ReasonCode(1), certtest.InvalidityDate(certtest.Now())}}.DER()...)
	}
	l := parseList(t, certtest.List(certtest.ListTemplate{RawEntries: raw}, ca))
	got := testing.AllocsPerRun(5, func() {
		if r := l.Find(l.Issuer, []byte{5}); r.Entry != nil || r.Fault != "" {
			t.Fatalf("got %+v", r)
		}
	})
	if got > 100 {
		t.Errorf("got %v allocations for 20,000 entries", got)
	}
}

func TestListExtensions(t *testing.T) {
	t.Parallel()
	ca := testCA()
	full := [][]byte{certtest.URI("http://ca.example/a.crl")}
	l := parseList(t, certtest.List(certtest.ListTemplate{Extensions: []certtest.Extension{
		certtest.Number(1 << 40), certtest.DeltaTo(7), certtest.AKI([]byte{1, 2}), certtest.FreshestCRL(certtest.Point{Full: full}),
		certtest.IssuingPoint(certtest.Point{Full: full, OnlyUsers: true, Indirect: true, Reasons: []int{0, 1, 8}}),
		{OID: "2.5.29.18", Critical: true, Value: []byte{0x30, 0}}, {OID: "1.2.3", Value: []byte{5, 0}},
	}}, ca))
	p := l.IssuingPoint()
	if l.Number().Int64() != 1<<40 || l.BaseNumber().Int64() != 7 || !l.IsDelta() || !bytes.Equal(l.AuthorityKeyID(), []byte{1, 2}) ||
		len(l.FreshestCRL()) != 1 || len(l.Malformed())+len(l.UnknownCritical()) != 0 || len(l.RawAuthority()) == 0 || len(l.RawIssuingPoint()) == 0 {
		t.Errorf("got %+v", l)
	}
	if p == nil || !p.OnlyUsers || p.OnlyCAs || p.OnlyAttributes || !p.Indirect || !p.HasReasons || p.Reasons != 1<<1|1<<8 || len(p.Name.Full) != 1 {
		t.Errorf("issuing point: got %+v", p)
	}
	bare := parseList(t, certtest.List(certtest.ListTemplate{}, ca))
	if bare.Number() != nil || bare.BaseNumber() != nil || bare.IsDelta() || bare.IssuingPoint() != nil || bare.AuthorityKeyID() != nil || bare.RawIssuingPoint() != nil {
		t.Error("a list without extensions has some")
	}
	for name, e := range map[string]certtest.Extension{
		"negative number":             {OID: "2.5.29.20", Value: []byte{2, 1, 0xff}},
		"number that is none":         {OID: "2.5.29.20", Value: []byte{5, 0}},
		"number of 40 octets":         {OID: "2.5.29.20", Value: append([]byte{2, 40, 1}, make([]byte, 39)...)},
		"malformed indicator":         {OID: "2.5.29.27", Critical: true, Value: []byte{5, 0}},
		"malformed issuing point":     {OID: "2.5.29.28", Critical: true, Value: []byte{5, 0}},
		"flag of two octets":          {OID: "2.5.29.28", Critical: true, Value: []byte{0x30, 4, 0x84, 2, 0xff, 0xff}},
		"issuing point and more":      {OID: "2.5.29.28", Critical: true, Value: []byte{0x30, 2, 0x86, 0}},
		"reasons that are none":       {OID: "2.5.29.28", Critical: true, Value: []byte{0x30, 2, 0x83, 0}},
		"point name without a choice": {OID: "2.5.29.28", Critical: true, Value: []byte{0x30, 2, 0xa0, 0}},
		"malformed key identifier":    {OID: "2.5.29.35", Value: []byte{5, 0}},
		"malformed freshest list":     {OID: "2.5.29.46", Value: []byte{0x30, 0}},
	} {
		l := parseList(t, certtest.List(certtest.ListTemplate{Extensions: []certtest.Extension{e}}, ca))
		if len(l.Malformed()) != 1 {
			t.Errorf("%s: got %v", name, l.Malformed())
		}
	}
	unknown := parseList(t, certtest.List(certtest.ListTemplate{Extensions: []certtest.Extension{{OID: "1.2.3", Critical: true, Value: []byte{5, 0}}}}, ca))
	if len(unknown.UnknownCritical()) != 1 {
		t.Error("an unknown critical extension is not told")
	}
}

func TestDistributionPoints(t *testing.T) {
	t.Parallel()
	issuer := certtest.Name(certtest.C("DE"), certtest.CN("CA"))
	of := func(e ...certtest.Extension) ([]cert.DistributionPoint, bool) {
		return parse(t, certtest.Issue(certtest.Template{Extensions: e}, nil)).DistributionPoints()
	}
	if list, ok := of(); list != nil || !ok {
		t.Errorf("absent: got %v %v", list, ok)
	}
	list, ok := of(certtest.DistributionPoints(
		certtest.Point{Full: [][]byte{certtest.URI("http://ca.example/a.crl"), certtest.Directory(issuer)}},
		certtest.Point{Relative: []certtest.Attribute{certtest.CN("list 1")}, Reasons: []int{1, 2}, Issuers: [][]byte{certtest.Directory(issuer)}},
	))
	if !ok || len(list) != 2 || len(list[0].Name.Full) != 2 || list[0].Issuer != nil || list[0].Reasons != cert.AllReasons || list[0].HasReasons ||
		list[1].Reasons != 1<<1|1<<2 || len(list[1].Issuer) != 1 {
		t.Fatalf("got %+v %v", list, ok)
	}
	names, ok := list[1].Name.Names(parseName(t, issuer))
	if !ok || len(names) != 1 || !parseName(t, names[0].Value).Equal(parseName(t, certtest.Name(certtest.C("DE"), certtest.CN("CA"), certtest.CN("list 1")))) {
		t.Errorf("relative name: got %v", names)
	}
	if _, ok := list[1].Name.Names(cert.Name{}); ok {
		t.Error("a relative name without a base")
	}
	many := make([]certtest.Point, 65)
	for i := range many {
		many[i].Full = [][]byte{certtest.URI("http://ca.example/a.crl")}
	}
	for name, e := range map[string]certtest.Extension{
		"empty":        {OID: "2.5.29.31", Value: []byte{0x30, 0}},
		"not a list":   {OID: "2.5.29.31", Value: []byte{5, 0}},
		"reasons only": certtest.DistributionPoints(certtest.Point{Reasons: []int{1}}),
		"too many":     certtest.DistributionPoints(many...),
		"no names":     {OID: "2.5.29.31", Value: []byte{0x30, 6, 0x30, 4, 0xa0, 2, 0xa0, 0}},
		"bad reasons":  {OID: "2.5.29.31", Value: []byte{0x30, 13, 0x30, 11, 0xa0, 6, 0xa0, 4, 0x86, 2, 'a', ':', 0x81, 1, 1}},
	} {
		if list, ok := of(e); ok {
			t.Errorf("%s: got %+v", name, list)
		}
	}
}

func TestGeneralNameEqual(t *testing.T) {
	t.Parallel()
	upper, lower := certtest.Name(certtest.CN("CA")), certtest.Name(certtest.CN("ca"))
	uri := cert.GeneralName{Kind: cert.KindURI, Value: []byte("http://a/")}
	for _, c := range []struct {
		a, b cert.GeneralName
		want bool
	}{
		{uri, uri, true},
		{uri, cert.GeneralName{Kind: cert.KindURI, Value: []byte("http://b/")}, false},
		{uri, cert.GeneralName{Kind: cert.KindDNSName, Value: uri.Value}, false},
		{cert.GeneralName{Kind: cert.KindDirectoryName, Value: upper}, cert.GeneralName{Kind: cert.KindDirectoryName, Value: lower}, true},
		{cert.GeneralName{Kind: cert.KindDirectoryName, Value: upper}, cert.GeneralName{Kind: cert.KindDirectoryName, Value: issuerOf("x")}, false},
	} {
		if c.a.Equal(c.b) != c.want || c.b.Equal(c.a) != c.want {
			t.Errorf("%s %q, %s %q: want %v", c.a.Kind, c.a.Value, c.b.Kind, c.b.Value, c.want)
		}
	}
}

func issuerOf(cn string) []byte { return certtest.Name(certtest.CN(cn)) }

func FuzzCRL(f *testing.F) {
	ca := testCA()
	f.Add(certtest.List(certtest.ListTemplate{}, ca))
	f.Add(certtest.List(certtest.ListTemplate{Version: 1, NoNextUpdate: true, Entries: []certtest.ListEntry{{Serial: []byte{5}}}}, ca))
	f.Add(certtest.List(certtest.ListTemplate{
		Extensions: []certtest.Extension{certtest.Number(9), certtest.DeltaTo(7), certtest.AKI([]byte{1}), certtest.IssuingPoint(certtest.Point{Relative: []certtest.Attribute{certtest.CN("1")}, Indirect: true, Reasons: []int{1}})},
		Entries: []certtest.ListEntry{{Serial: []byte{4}, Extensions: []certtest.Extension{certtest.ReasonCode(6), certtest.InvalidityDate(certtest.Now())}},
			{Serial: []byte{5}, Extensions: []certtest.Extension{certtest.CertificateIssuer(certtest.Name(certtest.CN("Other")))}}},
	}, ca))
	f.Fuzz(func(t *testing.T, der []byte) {
		l, err := cert.ParseCRL(der)
		if err != nil {
			return
		}
		if !bytes.Equal(l.Raw, der) || !bytes.Contains(l.Raw, l.RawTBS) || !bytes.Contains(l.Raw, l.RawEntries) {
			t.Fatal("fields are not parts of the list")
		}
		if n := l.Number(); n != nil && n.Sign() < 0 {
			t.Fatal("a negative number")
		}
		if p := l.IssuingPoint(); p != nil {
			p.Name.Names(l.Issuer)
		}
		got := l.Find(l.Issuer, []byte{5})
		if got.Entry != nil && len(got.Entry.Serial) == 0 {
			t.Fatal("an entry without a serial number")
		}
		_ = got.Entry != nil && got.Entry.Revoked.After(time.Time{})
		if len(l.RawEntries) == 0 && (got.Entry != nil || got.Fault != "") {
			t.Fatalf("an empty list says %+v", got)
		}
	})
}
