package cert_test

import (
	"bytes"
	"testing"

	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

func parseName(t *testing.T, der []byte) cert.Name {
	t.Helper()
	n, err := cert.ParseName(der)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func attribute(oid string, tag cbasn1.Tag, value string) certtest.Attribute {
	return certtest.Attribute{OID: oid, Tag: tag, Value: []byte(value)}
}

func TestNameEqual(t *testing.T) {
	t.Parallel()
	cn := func(tag cbasn1.Tag, value string) []byte { return certtest.Name(attribute("2.5.4.3", tag, value)) }
	const utf8, printable, t61, bmp, universal, ia5, octets = cbasn1.UTF8String, cbasn1.PrintableString, cbasn1.T61String, cbasn1.Tag(30), cbasn1.Tag(28), cbasn1.IA5String, cbasn1.OCTET_STRING
	for _, c := range []struct {
		name string
		a, b []byte
		want bool
	}{
		{"same", cn(utf8, "A"), cn(utf8, "A"), true},
		{"letter case", cn(utf8, "Example CA"), cn(utf8, "EXAMPLE ca"), true},
		{"string type", cn(utf8, "Example CA"), cn(printable, "Example CA"), true},
		{"outer and inner white space", cn(utf8, "  Example   CA "), cn(printable, "Example CA"), true},
		{"tab", cn(utf8, "Example\tCA"), cn(utf8, "Example CA"), true},
		{"white space or none", cn(utf8, "ExampleCA"), cn(utf8, "Example CA"), false},
		{"letter case outside ASCII", cn(utf8, "\u00c4rzte"), cn(utf8, "\u00e4rzte"), true},
		{"composed and decomposed", cn(utf8, "\u00e4"), cn(utf8, "a\u0308"), true},
		{"sharp s", cn(utf8, "Stra\u00dfe"), cn(utf8, "STRASSE"), true},
		{"teletex", cn(t61, "\xe4"), cn(utf8, "\u00e4"), true},
		{"BMP", cn(bmp, "\x00\xe4"), cn(utf8, "\u00e4"), true},
		{"universal", cn(universal, "\x00\x00\x00\xe4"), cn(utf8, "\u00e4"), true},
		{"mail address", certtest.Name(certtest.Email("A@b")), certtest.Name(certtest.Email("a@B")), true},
		{"IA5", cn(ia5, "x"), cn(utf8, "X"), true},
		{"soft hyphen", cn(utf8, "a\u00adb"), cn(utf8, "ab"), true},
		{"other", cn(utf8, "A"), cn(utf8, "B"), false},
		{"homograph", cn(utf8, "A"), cn(utf8, "\u0410"), false},
		{"other attribute", cn(utf8, "A"), certtest.Name(certtest.O("A")), false},
		{"more", cn(utf8, "A"), certtest.Name(certtest.CN("A"), certtest.O("B")), false},
		{"order", certtest.Name(certtest.CN("A"), certtest.O("B")), certtest.Name(certtest.O("B"), certtest.CN("A")), false},
		{"order in a set", certtest.NameOf([]certtest.Attribute{certtest.CN("A"), certtest.O("B")}), certtest.NameOf([]certtest.Attribute{certtest.O("B"), certtest.CN("a")}), true},
		{"one set or two", certtest.NameOf([]certtest.Attribute{certtest.CN("A"), certtest.O("B")}), certtest.Name(certtest.CN("A"), certtest.O("B")), false},
		{"not strings", cn(octets, "A"), cn(octets, "a"), false},
		{"string and not", cn(octets, "A"), cn(utf8, "A"), false},
		{"invalid UTF-8", cn(utf8, "\xff"), cn(utf8, "\xfe"), false},
		{"replacement character", cn(utf8, "\ufffd"), cn(utf8, "\xff"), false},
		{"private use in letter case", cn(utf8, "\ue000A"), cn(utf8, "\ue000a"), false},
		{"empty", certtest.Name(), certtest.Name(), true},
		{"empty and not", certtest.Name(), cn(utf8, "A"), false},
		{"empty values", cn(utf8, " "), cn(utf8, ""), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, b := parseName(t, c.a), parseName(t, c.b)
			if a.Equal(b) != c.want || b.Equal(a) != c.want {
				t.Errorf("got %v, want %v", a.Equal(b), c.want)
			}
			if (a.Key() == b.Key()) != c.want {
				t.Errorf("keys: got %v, want %v", a.Key() == b.Key(), c.want)
			}
		})
	}
	if (cert.Name{}).Equal(parseName(t, certtest.Name())) {
		t.Error("the absent name equals the empty one")
	}
}

func TestNameWithin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		base, name2 []byte
		want        bool
	}{
		{"below", certtest.Name(certtest.C("DE"), certtest.O("X")), certtest.Name(certtest.C("de"), certtest.O("x"), certtest.CN("A")), true},
		{"itself", certtest.Name(certtest.C("DE")), certtest.Name(certtest.C("DE")), true},
		{"all", certtest.Name(), certtest.Name(certtest.C("DE")), true},
		{"beside", certtest.Name(certtest.C("DE"), certtest.O("X")), certtest.Name(certtest.C("DE"), certtest.O("XY")), false},
		{"above", certtest.Name(certtest.C("DE"), certtest.O("X")), certtest.Name(certtest.C("DE")), false},
		{"in the middle", certtest.Name(certtest.O("X")), certtest.Name(certtest.C("DE"), certtest.O("X")), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := parseName(t, c.name2).Within(parseName(t, c.base)); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestNameString(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		der  []byte
		want string
	}{
		{"order", certtest.Name(certtest.C("DE"), certtest.O("UX Lab"), certtest.CN("UX Mail CA 1")), "CN=UX Mail CA 1,O=UX Lab,C=DE"},
		{"set", certtest.NameOf([]certtest.Attribute{certtest.CN("A"), certtest.Email("a@b")}), "CN=A+emailAddress=a@b"},
		{"specials", certtest.Name(certtest.CN(`a,b+c"d\e<f>g;h`)), `CN=a\,b\+c\"d\\e\<f\>g\;h`},
		{"blanks", certtest.Name(certtest.CN("  a ")), `CN=\  a\ `},
		{"hash", certtest.Name(certtest.CN("#a#")), `CN=\#a#`},
		{"controls", certtest.Name(certtest.CN("a\x00\x1b\n")), `CN=a\00\1B\0A`},
		{"override", certtest.Name(certtest.CN("a\u202eb")), `CN=a\E2\80\AEb`},
		{"no-break space", certtest.Name(certtest.CN("a\u00a0b")), `CN=a\C2\A0b`},
		{"foreign letters", certtest.Name(certtest.CN("\u00c5ngstr\u00f6m")), "CN=\u00c5ngstr\u00f6m"},
		{"no string", certtest.Name(attribute("2.5.4.3", cbasn1.OCTET_STRING, "\x01")), "CN=#040101"},
		{"not UTF-8", certtest.Name(attribute("2.5.4.3", cbasn1.UTF8String, "\xff")), "CN=#0c01ff"},
		{"unknown type", certtest.Name(attribute("1.2.3.4", cbasn1.UTF8String, "x")), "1.2.3.4=x"},
		{"empty", certtest.Name(), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := parseName(t, c.der).String(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestParseNameRefuses(t *testing.T) {
	t.Parallel()
	good := certtest.Name(certtest.CN("A"))
	many := make([]certtest.Attribute, 257)
	for i := range many {
		many[i] = certtest.CN("A")
	}
	for name, der := range map[string][]byte{
		"nothing":             nil,
		"rest":                append(bytes.Clone(good), 0),
		"cut":                 good[:len(good)-1],
		"no sequence":         {0x31, 0},
		"empty set":           {0x30, 2, 0x31, 0},
		"no set":              {0x30, 2, 0x30, 0},
		"no pair":             {0x30, 4, 0x31, 2, 0x04, 0},
		"no value":            {0x30, 9, 0x31, 7, 0x30, 5, 0x06, 3, 0x55, 4, 3},
		"too many attributes": certtest.Name(many...),
		"too long":            certtest.Name(certtest.CN(string(make([]byte, 64<<10)))),
	} {
		if n, err := cert.ParseName(der); err == nil {
			t.Errorf("%s: got %s, want an error", name, n)
		}
	}
}

func FuzzName(f *testing.F) {
	f.Add(certtest.Name(certtest.C("DE"), certtest.CN("A  b")), certtest.Name(certtest.C("de"), certtest.CN("a B")))
	f.Add(certtest.Name(attribute("2.5.4.3", cbasn1.Tag(30), "\xd8\x00")), certtest.Name(attribute("2.5.4.3", cbasn1.T61String, "\xff")))
	f.Fuzz(func(t *testing.T, one, two []byte) {
		a, err := cert.ParseName(one)
		if err != nil {
			return
		}
		for _, r := range a.String() {
			if r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 {
				t.Fatalf("control character in %q", a.String())
			}
		}
		if again, err := cert.ParseName(a.Raw); err != nil || !again.Equal(a) || !a.Within(a) {
			t.Fatal("a name does not equal itself")
		}
		b, err := cert.ParseName(two)
		if err != nil {
			return
		}
		if a.Equal(b) != b.Equal(a) || a.Equal(b) != (a.Key() == b.Key()) {
			t.Fatal("equality is not symmetric, or not that of the keys")
		}
	})
}
