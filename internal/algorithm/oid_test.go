package algorithm

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
)

func TestOIDText(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, dotted, content string }{
		{"sha-256", "2.16.840.1.101.3.4.2.1", "\x60\x86\x48\x01\x65\x03\x04\x02\x01"},
		{"rsaEncryption", "1.2.840.113549.1.1.1", "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"},
		{"zero", "0.0", "\x00"},
		{"last below one", "1.39", "\x4f"},
		{"first below two", "2.0", "\x50"},
		{"two is open", "2.999", "\x88\x37"},
		{"two with 39", "2.39", "\x77"},
		{"2^64 as an arc", "1.2.18446744073709551616", "\x2a\x82\x80\x80\x80\x80\x80\x80\x80\x80\x00"},
		{"a UUID", "2.25.329800735698586629295641978511506172918", "\x69\x83\xf8\x9e\xb4\xd1\xb9\xc6\xa5\xdf\x98\x9f\xa6\xf6\xa6\xc0\xab\x95\x83\xfa\xf6"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			oid := MustOID(tt.dotted)
			if oid.String() != tt.dotted {
				t.Errorf("String: got %s, want %s", oid, tt.dotted)
			}
			if !oid.valid() {
				t.Error("valid: got false")
			}
			if tt.name != "a UUID" && string(oid) != tt.content {
				t.Errorf("content: got %x, want %x", string(oid), tt.content)
			}
		})
	}
}

func TestParseOIDRefuses(t *testing.T) {
	t.Parallel()
	for _, dotted := range []string{"", "1", "3.1", "1.40", "0.40", "1.-2", "1..2", "1.02", "1.x", "1.2 ", "+1.2", "1.2."} {
		if oid, err := parseOID(dotted); err == nil {
			t.Errorf("parseOID(%q): got %x, want an error", dotted, string(oid))
		}
	}
}

// TestParseOIDTwoWays has the short way read what the long way reads, or leave it to that.
func TestParseOIDTwoWays(t *testing.T) {
	t.Parallel()
	for dotted, short := range map[string]bool{
		"0.0": true, "0.39": true, "1.0": true, "1.39": true, "2.0": true, "2.40": true, "2.999": true, "2.999999999": true,
		"1.2.127": true, "1.2.128": true, "1.2.16383": true, "1.2.16384": true, "1.2.2097151.2097152": true,
		"1.2.268435455.268435456": true, "1.2.999999999": true, "1.2.1000000000": false, "1.2.840.113549.1.9.16.3.28": true,
		"2.25.329800735698586629295641978511506172918": false,
		"1.2" + strings.Repeat(".127", 26):             true, // five octets are kept free for each arc
		"1.2" + strings.Repeat(".127", 27):             true,
		"1.2" + strings.Repeat(".127", 28):             false,
		"1.2" + strings.Repeat(".999999999", 7):        false,
		"1.2" + strings.Repeat(".999999999", 6):        true,
		"":                                             false, "1": false, "3.1": false, "1.40": false, "0.40": false, "1..2": false, "1.02": false, "1.00": false, "1.2.": false, "1.2/": false, "1.2:": false,
	} {
		want, err := parseLongOID(dotted)
		got, ok := parseShortOID(dotted)
		if ok != short {
			t.Errorf("%q: the short way reads it: %t", dotted, ok)
		}
		if ok && (err != nil || got != want) {
			t.Errorf("%q: %x, the long way reads %x, %v", dotted, string(got), string(want), err)
		}
		if err == nil && want.String() != dotted && len(want) <= maxOIDText {
			t.Errorf("%q is read as %s", dotted, want)
		}
	}
}

func TestReadOID(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, der string
		ok        bool
	}{
		{"good", "\x06\x03\x2a\x03\x04", true},
		{"empty", "\x06\x00", false},
		{"arc without end", "\x06\x02\x2a\x83", false},
		{"first arc with an empty group", "\x06\x02\x80\x01", false},
		{"later arc with an empty group", "\x06\x03\x2a\x80\x01", false},
		{"empty group inside an arc", "\x06\x04\x2a\x81\x80\x01", true},
		{"other tag", "\x04\x01\x2a", false},
		{"long form of a short length", "\x06\x81\x01\x2a", false},
		{"cut", "\x06\x03\x2a\x03", false},
		{"nothing", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := cryptobyte.String(tt.der)
			oid, ok := ReadOID(&s)
			if ok != tt.ok {
				t.Fatalf("got %x %v, want %v", string(oid), ok, tt.ok)
			}
			if !ok {
				return
			}
			var b cryptobyte.Builder
			oid.AddTo(&b)
			if got := b.BytesOrPanic(); string(got) != tt.der {
				t.Errorf("AddTo: got %x, want %x", got, tt.der)
			}
		})
	}
}

// An arc that equals a known one modulo 2^32 or 2^64 is another OID (P57).
func TestOIDArcsAreNotNarrowed(t *testing.T) {
	t.Parallel()
	for _, dotted := range []string{
		"2.16.840.1.101.3.4.2.4294967297",
		"2.16.840.1.101.3.4.2.18446744073709551617",
		"2.16.840.1.101.3.4294967300.2.1",
		"2.18446744073709551632.840.1.101.3.4.2.1",
	} {
		if d, err := FindDigest(Identifier{OID: MustOID(dotted)}); err == nil {
			t.Errorf("FindDigest(%s): got %s, want an error", dotted, d.Name)
		}
	}
}

func TestOIDStringIsBounded(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		oid  OID
	}{
		{"one arc of 100 KB", OID("\x2a" + strings.Repeat("\xff", 100_000) + "\x01")},
		{"first arc of 100 KB", OID(strings.Repeat("\xff", 100_000) + "\x01")},
		{"100,000 arcs", OID("\x2a" + strings.Repeat("\x01", 100_000))},
		{"three digits an octet", OID(strings.Repeat("\x77", 1000))},
		{"arc without end", OID("\x2a\x83")},
		{"empty", OID("")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			text := tt.oid.String()
			if len(text) > 200 || text == "" {
				t.Errorf("got %d characters", len(text))
			}
			if d := time.Since(start); d > 10*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}

func TestIdentifier(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, der string
		ok        bool
		none      bool
	}{
		{"absent", "\x30\x04\x06\x02\x2a\x03", true, true},
		{"NULL", "\x30\x06\x06\x02\x2a\x03\x05\x00", true, true},
		{"OCTET STRING", "\x30\x07\x06\x02\x2a\x03\x04\x01\x00", true, false},
		{"two parameters", "\x30\x08\x06\x02\x2a\x03\x05\x00\x05\x00", false, false},
		{"something follows", "\x30\x04\x06\x02\x2a\x03\x00", false, false},
		{"no OID", "\x30\x02\x05\x00", false, false},
		{"empty", "\x30\x00", false, false},
		{"SET", "\x31\x04\x06\x02\x2a\x03", false, false},
		{"indefinite", "\x30\x80\x06\x02\x2a\x03\x00\x00", false, false},
		{"parameters cut", "\x30\x06\x06\x02\x2a\x03\x04\x01", false, false},
		{"nothing", "", false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			id, err := ParseIdentifier([]byte(tt.der))
			if (err == nil) != tt.ok {
				t.Fatalf("got %v, want ok %v", err, tt.ok)
			}
			if err != nil {
				return
			}
			if !bytes.Equal(id.DER(), []byte(tt.der)) {
				t.Errorf("DER: got %x, want %x", id.DER(), tt.der)
			}
			if id.hasNone() != tt.none {
				t.Errorf("hasNone: got %v, want %v", id.hasNone(), tt.none)
			}
		})
	}
}

func TestIdentifierKeepsItsOwnParameters(t *testing.T) {
	t.Parallel()
	der := []byte("\x30\x07\x06\x02\x2a\x03\x04\x01\x77")
	id, err := ParseIdentifier(der)
	if err != nil {
		t.Fatal(err)
	}
	der[8] = 0
	if id.Parameters[2] != 0x77 {
		t.Error("parameters changed with the buffer they were read from")
	}
}

func TestIdentifierEqual(t *testing.T) {
	t.Parallel()
	a, b := MustOID("1.2.3"), MustOID("1.2.4")
	null, other := []byte{5, 0}, []byte{4, 0}
	tests := []struct {
		name string
		x, y Identifier
		want bool
	}{
		{"same", Identifier{a, other}, Identifier{a, other}, true},
		{"absent and NULL", Identifier{a, nil}, Identifier{a, null}, true},
		{"NULL and absent", Identifier{a, null}, Identifier{a, nil}, true},
		{"absent and something", Identifier{a, nil}, Identifier{a, other}, false},
		{"something and NULL", Identifier{a, other}, Identifier{a, null}, false},
		{"other OID", Identifier{a, nil}, Identifier{b, nil}, false},
	}
	for _, tt := range tests {
		if got := tt.x.Equal(tt.y); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}
