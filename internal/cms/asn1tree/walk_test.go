package asn1tree

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"smimectl/internal/cms/ber"
)

var update = flag.Bool("update", false, "write the golden files anew")

// list is a walk as text, an element a line.
func list(r io.Reader) (string, error) {
	var out strings.Builder
	err := Walk(r, "", func(n *Node) error {
		fmt.Fprintf(&out, "%d %d+%d d=%d %s", n.Offset, n.Header, n.Length, n.Depth, n.TagName())
		for _, s := range []string{n.Name(), n.Type, n.Value, n.Note} {
			if s != "" {
				fmt.Fprintf(&out, " | %s", s)
			}
		}
		if n.Secret {
			out.WriteString(" | secret")
		}
		out.WriteString("\n")
		return nil
	})
	return out.String(), err
}

// TestWalk compares the names and values of every kind of file with golden files.
func TestWalk(t *testing.T) {
	t.Parallel()
	for name, der := range samples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := list(bytes.NewReader(der))
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs (go test -update writes it anew):\n%s", file, got)
			}
		})
	}
}

// TestGuess tells kinds of files apart by their outline, also from less octets than there are.
func TestGuess(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"certificate": "Certificate", "signed": "ContentInfo", "signed-indefinite": "ContentInfo", "enveloped": "ContentInfo",
		"pfx": "PFX", "pfx-encrypted": "PFX", "key-rsa": "PrivateKeyInfo", "key-ec": "ECPrivateKey", "key-ed25519": "PrivateKeyInfo",
		"key-encrypted": "EncryptedPrivateKeyInfo", "key-pkcs1": "RSAPrivateKey", "request": "CertificationRequest",
		"public": "SubjectPublicKeyInfo", "crl": "CertificateList", "ocsp": "OCSPResponse",
	}
	for name, der := range samples(t) {
		if got := Guess(der); got != want[name] {
			t.Errorf("%s: got %q, want %q", name, got, want[name])
		}
		if got := Guess(der[:min(len(der), 200)]); got != want[name] {
			t.Errorf("%s, cut off: got %q, want %q", name, got, want[name])
		}
	}
	for _, b := range []string{"", "30", "3000", "0500", "3080", "04020102", "3003020101"} {
		if got := Guess(unhex(b)); got != "" {
			t.Errorf("%s: got %q", b, got)
		}
	}
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// TestSecrets: nothing of a private key is given out, whatever is around it and however it is damaged.
func TestSecrets(t *testing.T) {
	t.Parallel()
	secret := bytes.Repeat([]byte{0xa5, 0x5e}, 16)
	octets := append([]byte{4, 32}, secret...)
	number := append([]byte{2, 33, 0}, secret...)
	ed25519 := unhex("06032b6570")
	seq := func(parts ...[]byte) []byte { return ber.Wrap(ber.Sequence, parts...) }
	version := []byte{2, 1, 0}
	str := func(b []byte) []byte {
		return append(ber.AppendHeader(nil, ber.OctetString, false, uint64(len(b))), b...)
	}
	segmented := append(append(unhex("2480"), octets...), 0, 0)
	rsa := seq(version, unhex("020101"), unhex("020103"), number, number, number, number, number, number)
	rsaID := seq(unhex("06092a864886f70d010101"), unhex("0500"))
	for name, der := range map[string][]byte{
		"PKCS#8":                    seq(version, seq(ed25519), str(octets)),
		"PKCS#8, unknown algorithm": seq(version, seq(unhex("06022a03")), str(octets)),
		"PKCS#8, segments":          seq(version, seq(ed25519), segmented),
		"PKCS#8, not DER inside":    seq(version, seq(ed25519), str(secret)),
		"PKCS#8, RSA":               seq(version, rsaID, str(rsa)),
		"PKCS#8, RSA, other inside": seq(version, rsaID, str(octets)),
		"PKCS#8, RSA, more inside":  seq(version, rsaID, str(seq(version, unhex("020101"), unhex("020103"), octets, number))),
		"PKCS#1":                    rsa,
		"PKCS#1, too many":          seq(version, unhex("020101"), unhex("020103"), number, number, number, number, number, number, number, octets),
		"SEC 1":                     seq([]byte{2, 1, 1}, octets),
		"SEC 1, twice":              seq([]byte{2, 1, 1}, octets, octets),
		"SEC 1, segments":           seq([]byte{2, 1, 1}, segmented),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := list(bytes.NewReader(der))
			if err != nil || strings.Contains(got, "a55ea55e") || !strings.Contains(got, "secret") {
				t.Errorf("got %v\n%s", err, got)
			}
			for cut := range len(der) {
				if got, _ := list(bytes.NewReader(der[:cut])); strings.Contains(got, "a55ea55e") {
					t.Fatalf("cut at %d:\n%s", cut, got)
				}
			}
		})
	}
}

// TestFaults: what stands before a fault is shown, and the fault has its offset in the input.
func TestFaults(t *testing.T) {
	t.Parallel()
	deep := bytes.Repeat([]byte{0x30, 0x80}, 70)
	for name, tc := range map[string]struct {
		in       []byte
		elements int
		offset   int64
		limit    bool
	}{
		"cut off in a value":      {unhex("300a020105040241"), 3, 8, false},
		"cut off before a header": {unhex("3006020105"), 2, 5, false},
		"longer than around it":   {unhex("300502010504 05 0102030405"), 2, 5, false},
		"indefinite, not ended":   {unhex("3080020105"), 2, 5, false},
		"end without beginning":   {unhex("0201050000"), 1, 3, false},
		"primitive, indefinite":   {unhex("30050201050480"), 2, 5, false},
		"long length":             {unhex("30890000000000000000010500"), 0, 0, false},
		"too deep":                {deep, 65, 128, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			elements := 0
			err := Walk(bytes.NewReader(tc.in), "", func(*Node) error { elements++; return nil })
			var fault *Fault
			if !errors.As(err, &fault) || fault.Offset != tc.offset || fault.Limit != tc.limit || elements != tc.elements {
				t.Errorf("got %d elements, %v; want %d and a fault at %d", elements, err, tc.elements, tc.offset)
			}
		})
	}
	// Deep within a string that is opened as well: depth counts through strings.
	stop := errors.New("stop")
	if err := Walk(bytes.NewReader(unhex("30030201 05")), "", func(*Node) error { return stop }); err != stop {
		t.Errorf("an error of visit: got %v", err)
	}
	if err := Walk(io.MultiReader(bytes.NewReader(unhex("3003")), failing{stop}), "", func(*Node) error { return nil }); !errors.Is(err, stop) {
		t.Errorf("an error of the reader: got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestValues are values in words, odd ones among them.
func TestValues(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"0101ff":                             "TRUE",
		"010100":                             "FALSE",
		"010101":                             "TRUE | as 0x01, which DER has not",
		"01020000":                           "0000 | BOOLEAN of another length than 1",
		"020100":                             "0",
		"0201ff":                             "-1",
		"02087fffffffffffffff":               "9223372036854775807",
		"02020001":                           "1 | not in the shortest form",
		"0200":                               "INTEGER without contents",
		"0209ff0000000000000000":             "0xff0000000000000000 (negative)",
		"0a0102":                             "2",
		"0500":                               "",
		"050100":                             "NULL with contents",
		"06032a0304":                         "1.2.3.4",
		"06092a864886f70d010702":             "id-signedData (1.2.840.113549.1.7.2)",
		"0600":                               "no object identifier",
		"060180":                             "80 | no object identifier",
		"0c03e282ac":                         "€",
		"0c0280ff":                           "\x80\xff | no valid UTF-8",
		"1e0400410042":                       "AB",
		"1e03004100":                         "A | BMPString of an odd length",
		"1c0400000041":                       "A",
		"1401e9":                             "é",
		"170d3236313132313139313131375a":     "2026-11-21 19:11:17 UTC",
		"170d3939313132313139313131375a":     "1999-11-21 19:11:17 UTC",
		"180f32303236313132313139313131375a": "2026-11-21 19:11:17 UTC",
		"170161":                             "a | no time as DER has it",
		"030206c0":                           "11",
		"0300":                               "BIT STRING without contents",
		"030109":                             " | BIT STRING with an impossible number of unused bits",
		"0304000102ff":                       "0102ff",
		"0403616263":                         "616263",
		"8003616263":                         "abc",
		"80020001":                           "0001",
	} {
		got, err := list(bytes.NewReader(unhex(in)))
		got = strings.TrimSuffix(got, "\n")
		_, got, _ = strings.Cut(got, " | ")
		if err != nil || got != strings.TrimPrefix(want, " | ") {
			t.Errorf("%s: got %q, %v, want %q", in, got, err, want)
		}
	}
	long := append(ber.AppendHeader(nil, ber.OctetString, false, 5000), bytes.Repeat([]byte{7}, 5000)...)
	if got, err := list(bytes.NewReader(long)); err != nil || !strings.Contains(got, "0707... (5000 octets)") {
		t.Errorf("got %s, %v", got, err)
	}
	modulus := append(ber.AppendHeader(nil, ber.Integer, false, 257), append([]byte{0, 0x81}, bytes.Repeat([]byte{1}, 255)...)...)
	if got, err := list(bytes.NewReader(modulus)); err != nil || !strings.Contains(got, "... (2048 bits)") {
		t.Errorf("got %s, %v", got, err)
	}
}

// TestSchema reads all modules: every name that is used is defined, every table leads to a type, no CHOICE is without end.
func TestSchema(t *testing.T) {
	t.Parallel()
	s := newSchema()
	names := map[string]bool{}
	for _, name := range s.byName {
		if names[name] {
			t.Errorf("two object identifiers are called %s", name)
		}
		names[name] = true
	}
	tables := map[string]bool{"nothing": true}
	for key, name := range s.opens {
		table, object, _ := strings.Cut(key, " ")
		tables[table] = true
		if !names[object] {
			t.Errorf("the object identifier %s of the table %s has no number", object, table)
		}
		if s.types[name] == nil {
			t.Errorf("the type %s of the table %s is not defined", name, table)
		}
	}
	var check func(where string, r typeRef)
	check = func(where string, r typeRef) {
		d := s.define(r)
		switch {
		case d == nil:
			t.Errorf("%s: the type %s is not defined", where, r.name)
		case r.place == nil:
		case d.shape == open && !tables[d.kind]:
			t.Errorf("%s: there is no table %s", where, d.kind)
		case d.inner != nil:
			check(where, *d.inner)
		}
	}
	for name, d := range s.types {
		if d.inner != nil {
			check(name, *d.inner)
		}
		for _, f := range d.fields {
			check(name+"."+f.name, f.of)
		}
		for n := range uint32(32) { // ends, for every tag
			s.matches(d, ber.Tag{Class: ber.Universal, Number: n})
			s.matches(d, ber.Context(n))
		}
	}
}

// TestMemory: a content of a gigabyte in segments takes no more memory than a small one.
func TestMemory(t *testing.T) {
	const segments, size = 4096, 256 << 10
	head := unhex("3080 06092a864886f70d010702 a080 3080 020101 3100 3080 06092a864886f70d010701 a080 2480")
	segment := append(ber.AppendHeader(nil, ber.OctetString, false, size), make([]byte, size)...)
	tail := unhex("0000 0000 0000 3100 0000 0000 0000")
	readers := []io.Reader{bytes.NewReader(head)}
	for range segments {
		readers = append(readers, bytes.NewReader(segment))
	}
	readers = append(readers, bytes.NewReader(tail))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	elements := 0
	if err := Walk(io.MultiReader(readers...), "", func(*Node) error { elements++; return nil }); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if elements < segments {
		t.Errorf("got %d elements", elements)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 32<<20 {
		t.Errorf("%d octets were allocated for %d elements", grown, elements)
	}
}

func FuzzWalk(f *testing.F) {
	for _, der := range samples(f) {
		f.Add(der)
	}
	f.Add(unhex("3080 2480 0403414243 0000 0000"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var last int64 = -1
		err := Walk(bytes.NewReader(b), "", func(n *Node) error {
			if n.Offset <= last || n.Offset >= int64(len(b)) || n.Depth < 0 || n.Depth > maxDepth {
				t.Fatalf("element at %d of depth %d after %d, of %d octets", n.Offset, n.Depth, last, len(b))
			}
			if n.Secret && n.Value != "" {
				t.Fatalf("a secret is given out at %d", n.Offset)
			}
			last = n.Offset
			return nil
		})
		var fault *Fault
		if err != nil && !errors.As(err, &fault) {
			t.Fatal(err)
		}
		if fault != nil && (fault.Offset < 0 || fault.Offset > int64(len(b))) {
			t.Fatalf("a fault at %d of %d octets", fault.Offset, len(b))
		}
	})
}

// TestChanged walks through samples with octets changed: no panic, and an end.
func TestChanged(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, der := range samples(t) {
		for range 300 {
			changed := bytes.Clone(der)
			for range 1 + random.IntN(4) {
				changed[random.IntN(len(changed))] = byte(random.Uint32())
			}
			Walk(bytes.NewReader(changed), "", func(*Node) error { return nil })
		}
	}
}

// TestDepthThroughStrings: the limit of depth counts encodings within strings, however the levels are shared out.
func TestDepthThroughStrings(t *testing.T) {
	t.Parallel()
	seq := func(parts ...[]byte) []byte { return ber.Wrap(ber.Sequence, parts...) }
	explicit := func(b []byte) []byte { return ber.Wrap(ber.Context(0), b) }
	str := func(b []byte) []byte {
		return append(ber.AppendHeader(nil, ber.OctetString, false, uint64(len(b))), b...)
	}
	data, bagOID, certOID := unhex("06092a864886f70d010701"), unhex("060b2a864886f70d010c0a0106"), unhex("060b2a864886f70d010c0a0103")
	x509, certificate := unhex("060a2a864886f70d01091601"), samples(t)["certificate"]
	opened, closed := 0, 0
	for levels := range 25 {
		contents := seq(seq(certOID, explicit(seq(x509, explicit(str(certificate))))))
		for range levels {
			contents = seq(seq(bagOID, explicit(contents)))
		}
		pfx := seq(unhex("020103"), seq(data, explicit(str(seq(seq(data, explicit(str(contents))))))))
		deepest, names := 0, false
		err := Walk(bytes.NewReader(pfx), "", func(n *Node) error {
			deepest = max(deepest, n.Depth)
			names = names || n.Owner == "TBSCertificate"
			return nil
		})
		if err != nil || deepest > maxDepth {
			t.Errorf("%d levels: got a depth of %d, %v", levels, deepest, err)
		}
		if names {
			opened++
		} else {
			closed++
		}
	}
	if opened == 0 || closed == 0 {
		t.Errorf("%d were opened, %d were not", opened, closed)
	}
}
