package cms

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

func generalName(t *testing.T, der []byte) cert.GeneralName {
	t.Helper()
	s := cryptobyte.String(der)
	g, ok := cert.ReadGeneralName(&s)
	if !ok {
		t.Fatalf("no name: %x", der)
	}
	return g
}

// TestStampMakerNamed: the name of the maker in a token is the subject of his certificate, or one of its alternative names
// of the same form (RFC 3161, Section 2.4.2).
func TestStampMakerNamed(t *testing.T) {
	t.Parallel()
	name := func(cn string) cert.Name {
		n, err := cert.ParseName(certtest.Name(certtest.CN(cn)))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	value := []byte{0x0c, 1, 'a'}
	mail, uri, directory := certtest.RFC822("tsa@example.org"), certtest.URI("tsa@example.org"), certtest.Directory(certtest.Name(certtest.CN("Other")))
	other := certtest.Other("1.2.3", value)
	san := func(names ...[]byte) []byte { return certtest.SAN(names...).Value }
	for _, c := range []struct {
		name  string
		named []byte
		san   []byte // nil: none
		want  bool
	}{
		{"the subject", certtest.Directory(certtest.Name(certtest.CN("TSA"))), nil, true},
		{"another subject", directory, nil, false},
		{"a directory name beside the subject", directory, san(mail, directory), true},
		{"an address", mail, san(uri, mail), true},
		{"another address", mail, san(certtest.RFC822("other@example.org")), false},
		{"the same octets as a URI", mail, san(uri), false},
		{"no alternative names", mail, nil, false},
		{"a name of another form", other, san(other), true},
		{"the same value of another form", other, san(certtest.Other("1.2.4", value)), false},
		{"another value of that form", other, san(certtest.Other("1.2.3", []byte{0x0c, 1, 'b'})), false},
		{"behind what cannot be read", mail, append([]byte{0x30, byte(2 + len(mail)), 5, 0}, mail...), false},
		{"names that are none", mail, []byte{5, 0}, false},
		{"names in a SET", mail, append([]byte{0x31, byte(len(mail))}, mail...), false},
		{"an empty list", mail, []byte{0x30, 0}, false},
	} {
		maker := &cert.Certificate{Subject: name("TSA")}
		if c.san != nil {
			maker.Extensions = []cert.Extension{{OID: algorithm.MustOID("2.5.29.17"), Value: c.san}}
		}
		if got := named(generalName(t, c.named), maker); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	// A name that cannot be read is not that of a certificate without one.
	if named(cert.GeneralName{Kind: cert.KindDirectoryName, Value: []byte{5, 0}}, &cert.Certificate{}) {
		t.Error("what is no name is an empty subject")
	}
}

// TestTokenNamesItsMaker: a token whose maker is named, and is the one of the certificate.
func TestTokenNamesItsMaker(t *testing.T) {
	t.Parallel()
	by := stamper(t)
	read, err := ParseTimeStampToken(cmstest.Token{By: by, Over: []byte("signature"), Time: stampTime, Info: func(info *cmstest.Node) {
		info.Insert(5, cmstest.Constructed(ber.Context(0), cmstest.Constructed(ber.Context(4), cmstest.Raw(by.Certificate.Subject.Raw))))
	}}.Make(t).Encode(), Limits{})
	if err != nil || read.Info.TSA == nil {
		t.Fatal(err)
	}
	if err := read.Verify(by.Certificate); err != nil {
		t.Error(err)
	}
}

// TestTokenFaults: why a token is none is told.
func TestTokenFaults(t *testing.T) {
	t.Parallel()
	by := stamper(t)
	for want, change := range map[string]func(s cmstest.Signed){
		"it has no content":                 func(s cmstest.Signed) { s.EncapContentInfo().Remove(1) },
		"it has 2 signers, not exactly one": func(s cmstest.Signed) { s.SignerInfos().Insert(1, s.Signer(0).Clone()) },
		"it holds data, not a TSTInfo":      func(s cmstest.Signed) { *s.EncapContentInfo().At(0) = *cmstest.OID(algorithm.OID(TypeData)) },
	} {
		s := cmstest.Token{By: by, Over: []byte("signature"), Time: stampTime}.Make(t)
		change(s)
		var fault *TimeStampError
		if _, err := ParseTimeStampToken(s.Encode(), Limits{}); !errors.As(err, &fault) || fault.Detail != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	// A digest that nobody knows covers nothing.
	token, err := ParseTimeStampToken(cmstest.Token{By: by, Over: []byte("signature"), Time: stampTime, Info: func(info *cmstest.Node) {
		*info.At(2, 0) = *cmstest.Constructed(ber.Sequence, cmstest.OID(algorithm.MustOID("1.2.3")))
	}}.Make(t).Encode(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var unsupported *algorithm.UnsupportedError
	if err := token.Covers([]byte("signature")); !errors.As(err, &unsupported) {
		t.Errorf("a digest that is not known: %v", err)
	}
}

// TestLookedAt: the values of two types of unsigned attributes are judged, and of no other.
func TestLookedAt(t *testing.T) {
	t.Parallel()
	for oid, want := range map[string]bool{
		"1.2.840.113549.1.9.6": true, "1.2.840.113549.1.9.16.2.14": true, // countersignature, signature time stamp
		"1.2.840.113549.1.9.16.2.20": false, "1.2.840.113549.1.9.5": false, "1.2.3": false,
	} {
		if got := (Attribute{OID: algorithm.MustOID(oid)}).LookedAt(); got != want {
			t.Errorf("%s: %v", oid, got)
		}
	}
}

// TestRefusal: each status by its name, and numbers that have none.
func TestRefusal(t *testing.T) {
	t.Parallel()
	for status, want := range map[int64]string{-1: "status -1", 0: "granted", 2: "rejected", 5: "its certificate was revoked", 6: "status 6", 1 << 40: "status 1099511627776"} {
		if got := (&TimeStampResponse{Status: status}).Refusal(); got != want {
			t.Errorf("%d: %q, want %q", status, got, want)
		}
	}
	if got := (&TimeStampResponse{Status: 2, Token: []byte{}}).Refusal(); got != "" {
		t.Errorf("with a token: %q", got)
	}
}

// TestStatusOfResponse: what stands in the status of an answer, and how much of it is taken.
func TestStatusOfResponse(t *testing.T) {
	t.Parallel()
	sequence := func(n ...*cmstest.Node) *cmstest.Node { return cmstest.Constructed(ber.Sequence, n...) }
	rejected := cmstest.Primitive(ber.Integer, []byte{2})
	granted := cmstest.Primitive(ber.Integer, []byte{0})
	bits := func(unused byte, octets ...byte) *cmstest.Node {
		return cmstest.Primitive(ber.Tag{Number: 3}, append([]byte{unused}, octets...))
	}
	text := func(s string) *cmstest.Node { return cmstest.Primitive(ber.Tag{Number: 12}, []byte(s)) }
	var nine []*cmstest.Node
	for range 9 {
		nine = append(nine, text("no"))
	}
	for name, c := range map[string]struct {
		status *cmstest.Node
		want   string
	}{
		"seven bits unused":       {sequence(rejected, bits(7, 0x80)), "rejected; the digest is not accepted"},
		"a bit without a name":    {sequence(rejected, bits(0, 0x40)), "rejected; failure 1"},
		"63 octets of bits":       {sequence(rejected, bits(0, make([]byte, 63)...)), "rejected"},
		"as many texts as it may": {sequence(rejected, sequence(nine[:8]...)), "rejected" + strings.Repeat("; no", 8)},
		"a text too many":         {sequence(rejected, sequence(nine...)), "rejected" + strings.Repeat("; no", 8)},
		"a long text":             {sequence(rejected, sequence(text(strings.Repeat("x", 513)))), "rejected; " + strings.Repeat("x", 512)},
	} {
		r, err := ParseTimeStampResponse(sequence(c.status).Encode())
		if err != nil || r.Refusal() != c.want {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	token := sequence()
	null := cmstest.Primitive(ber.Null, nil)
	for name, response := range map[string]*cmstest.Node{
		"eight bits unused":        sequence(sequence(rejected, bits(8, 0x80))),
		"64 octets of bits":        sequence(sequence(rejected, bits(0, make([]byte, 64)...))),
		"no octet of bits":         sequence(sequence(rejected, cmstest.Primitive(ber.Tag{Number: 3}, nil))),
		"a field too many inside":  sequence(sequence(rejected, null)),
		"no status, and a token":   sequence(sequence(), token),
		"all in a SET":             cmstest.Constructed(ber.Set, sequence(rejected)),
		"status in a SET":          sequence(cmstest.Constructed(ber.Set, rejected)),
		"a field behind the token": sequence(sequence(granted), token, null),
	} {
		if r, err := ParseTimeStampResponse(response.Encode()); err == nil {
			t.Errorf("%s: %+v", name, r)
		}
	}
	// What says that it is longer than it is.
	for _, der := range []string{"3007300502010230050c", "30073005020102030508"} {
		raw, err := hex.DecodeString(der)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := ParseTimeStampResponse(raw); err == nil {
			t.Errorf("%s: %+v", der, r)
		}
	}
}
