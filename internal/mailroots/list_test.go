package mailroots

import (
	"bytes"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

func TestBuiltin(t *testing.T) {
	t.Parallel()
	l, err := Parse([]byte(builtin)) // with its checksum
	if err != nil {
		t.Fatal(err)
	}
	roots, err := l.All()
	if err != nil {
		t.Fatal(err)
	}
	if len(roots) != l.Count || l.Count < 60 || l.Count > 300 {
		t.Errorf("%d roots, the header says %d: a list of e-mail roots has about 100", len(roots), l.Count)
	}
	if l.Date.Year() < 2023 || !strings.Contains(l.Source, "libnss3") && !strings.Contains(l.Source, "certdata") {
		t.Errorf("date %v, source %q", l.Date, l.Source)
	}
	limited := 0
	for _, r := range roots {
		c := r.Certificate
		if why := unfit(c); why != "" {
			t.Errorf("%s: %s", c.Subject, why)
		}
		if !r.DistrustAfter.IsZero() {
			limited++
		}
		// The names of roots that are for TLS say so.
		if name := c.DisplayName(); strings.Contains(name, " TLS ") || strings.Contains(name, "Server CA G") {
			t.Errorf("%s looks like a root for TLS alone", name)
		}
		// ISRG Root X1 (Let's Encrypt) is a root for TLS alone and in every list of such.
		if c.Fingerprint() == "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6" {
			t.Error("a root for TLS alone is in the list")
		}
		found := l.Find(c.Issuer)
		if !containsRoot(found, c) {
			t.Errorf("%s is not found by its name", c.Subject)
		}
	}
	if limited == len(roots) {
		t.Error("every root is distrusted after some day")
	}
	if strings.Contains(builtin, "PRIVATE") {
		t.Error("there is something private in it")
	}
	quick, err := Builtin()
	if err != nil || quick.Count != l.Count || !quick.Date.Equal(l.Date) || quick.order != nil {
		t.Errorf("got %+v, %v: the list is indexed before anybody asks", quick, err)
	}
}

func containsRoot(list []Root, c *cert.Certificate) bool {
	for _, r := range list {
		if r.Certificate.Equal(c) {
			return true
		}
	}
	return false
}

func TestEncodeAndFind(t *testing.T) {
	t.Parallel()
	a, b, other := ca(t, "A"), ca(t, "B"), ca(t, "A") // two with one name
	old := parse(t, certtest.Issue(certtest.Template{Version: 1, Subject: certtest.Name(certtest.CN("v1"))}, nil))
	after := time.Date(2022, 11, 30, 0, 0, 0, 0, time.UTC)
	roots := []Root{{Certificate: a}, {Certificate: b, DistrustAfter: after.AddDate(1, 0, 0)}, {Certificate: other}, {Certificate: old}, {Certificate: b, DistrustAfter: after}, {Certificate: b}}
	data, err := Encode("made up", day, roots)
	if err != nil {
		t.Fatal(err)
	}
	l, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if l.Count != 4 || !l.Date.Equal(day) || l.Source != "made up" {
		t.Errorf("got %d of %v from %q", l.Count, l.Date, l.Source)
	}
	for _, e := range l.order {
		if e.parsed != nil {
			t.Error("a certificate was parsed before anybody asked for it")
		}
	}
	if got := l.Find(a.Subject, a.Subject, cert.Name{}); len(got) != 2 || !containsRoot(got, a) || !containsRoot(got, other) {
		t.Errorf("got %d roots named A, want both", len(got))
	}
	got := l.Find(b.Subject)
	if len(got) != 1 || !got[0].DistrustAfter.Equal(after) {
		t.Fatalf("got %+v, want one with the earlier day", got)
	}
	if !got[0].VouchesFor(after) || got[0].VouchesFor(after.Add(time.Second)) {
		t.Error("the day of distrust does not count")
	}
	if len(l.Find(ca(t, "C").Subject)) != 0 {
		t.Error("a name that nobody has was found")
	}
	for _, e := range l.order {
		if e.parsed != nil && bytes.Equal(e.der, old.Raw) {
			t.Error("a certificate of another name was parsed")
		}
	}
	again, err := Encode("made up", day, []Root{roots[3], roots[2], roots[1], roots[0], roots[4]})
	if err != nil || !bytes.Equal(data, again) {
		t.Error("the order of the roots changes the file")
	}
}

func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range misfits(t) {
		if _, err := Encode("made up", day, []Root{{Certificate: c}}); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	a := Root{Certificate: ca(t, "A")}
	for _, source := range []string{"", "two\nlines", "\x1b[31mred", "\u202e", strings.Repeat("x", 300)} {
		if _, err := Encode(source, day, []Root{a}); err == nil {
			t.Errorf("source %q: taken", source)
		}
	}
	var empty *EmptyError
	if _, err := Encode("made up", day, nil); !errors.As(err, &empty) {
		t.Errorf("got %v, want *EmptyError", err)
	}
}

// A name that wants to be a line of the header, a block, or a screen.
func TestEncodeHostileName(t *testing.T) {
	t.Parallel()
	c := ca(t, "x\n# distrust-after: 2001-01-01T00:00:00Z\n-----BEGIN CERTIFICATE-----\n\x1b[31m\u202e")
	data, err := Encode("made up", day, []Root{{Certificate: c}})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.ContainsAny(data, "\x1b") || bytes.Contains(data, []byte("\u202e")) || bytes.Count(data, []byte("-----BEGIN")) != 1 {
		t.Errorf("the name got through:\n%s", data[:300])
	}
	l, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if roots, err := l.All(); err != nil || len(roots) != 1 || !roots[0].DistrustAfter.IsZero() {
		t.Errorf("got %v, %v", roots, err)
	}
}

func TestParseRefusesDamage(t *testing.T) {
	t.Parallel()
	good, err := Encode("made up", day, []Root{{Certificate: ca(t, "A")}, {Certificate: ca(t, "B"), DistrustAfter: day}})
	if err != nil {
		t.Fatal(err)
	}
	edit := func(old, new string) []byte {
		out := bytes.Replace(good, []byte(old), []byte(new), 1)
		if bytes.Equal(out, good) {
			t.Fatalf("no %q in it", old)
		}
		return out
	}
	cases := map[string][]byte{
		"empty":            {},
		"another file":     []byte("hello\n"),
		"header only":      good[:60],
		"cut off":          good[:len(good)-40],
		"more at the end":  append(bytes.Clone(good), "# distrust nobody\n"...),
		"older":            edit("2026-03-01", "2026-03-02"),
		"no day":           edit("2026-03-01", "2026-13-01"),
		"count":            edit("roots: 2", "roots: 1"),
		"no count":         edit("roots: 2", "roots: x"),
		"huge count":       edit("roots: 2", "roots: 99999999"),
		"source":           edit("made up", "made it"),
		"source, hostile":  edit("made up", "\x1b[2J"),
		"no checksum":      edit("# sha256: ", "# sha255: "),
		"distrust removed": edit("# distrust-after: ", "# distrust-maybe: "),
		"too large":        append(bytes.Clone(good), make([]byte, MaxSize)...),
	}
	for i := range good {
		if i%97 == 0 {
			changed := bytes.Clone(good)
			changed[i] ^= 1
			if _, err := Parse(changed); err == nil {
				t.Errorf("octet %d changed: taken", i)
			}
		}
	}
	for name, data := range cases {
		if _, err := Parse(data); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// Lists whose checksum fits and whose contents do not.
func TestParseRefusesNonsense(t *testing.T) {
	t.Parallel()
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	a := ca(t, "A")
	for name, c := range map[string]struct {
		body  string
		count int
	}{
		"fewer":         {block("CERTIFICATE", a.Raw), 2},
		"more":          {block("CERTIFICATE", a.Raw) + block("CERTIFICATE", a.Raw), 1},
		"another block": {block("X509 CRL", a.Raw), 1},
		"no ASN.1":      {block("CERTIFICATE", []byte("hello")), 1},
		"cut ASN.1":     {block("CERTIFICATE", a.Raw[:100]), 1},
		"bad day":       {"# distrust-after: soon\n" + block("CERTIFICATE", a.Raw), 1},
		"nothing":       {"", 1},
	} {
		l := &List{Source: "made up", Date: day, Count: c.count, body: c.body}
		if l.once.Do(l.index); l.err == nil {
			t.Errorf("%s: taken", name)
		}
		if got := l.Find(a.Subject); got != nil {
			t.Errorf("%s: found %v in a damaged list", name, got)
		}
		if _, err := l.All(); err == nil {
			t.Errorf("%s: All gives no error", name)
		}
	}
}

// What a verification of one mail costs: the index of the whole list, and two names.
func BenchmarkFirstFind(b *testing.B) {
	names := builtinNames(b)
	b.ReportAllocs()
	for b.Loop() {
		l, err := Builtin()
		if err != nil || len(l.Find(names...)) == 0 {
			b.Fatal(err)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	names := builtinNames(b)
	l, _ := Builtin()
	for b.Loop() {
		l.Find(names...)
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse([]byte(builtin)); err != nil {
			b.Fatal(err)
		}
	}
}

func builtinNames(b *testing.B) []cert.Name {
	l, err := Builtin()
	if err != nil {
		b.Fatal(err)
	}
	roots, err := l.All()
	if err != nil {
		b.Fatal(err)
	}
	return []cert.Name{roots[0].Certificate.Subject, roots[1].Certificate.Subject}
}
