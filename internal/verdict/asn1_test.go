package verdict

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smimectl/internal/cms/asn1tree"
	"smimectl/internal/cms/ber"
)

// asn1Samples are encodings of every kind, and hostile ones.
func asn1Samples(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, name := range []string{"signed-indefinite", "pfx", "ocsp", "key-rsa"} {
		b, err := os.ReadFile(filepath.Join("..", "cms", "asn1tree", "testdata", name+".der"))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = b
	}
	text := func(s string) []byte {
		return append(ber.AppendHeader(nil, ber.Tag{Number: 12}, false, uint64(len(s))), s...)
	}
	hostile := "x\nGOOD  signed by \u202eboss\x1b[2J " + strings.Repeat("GOOD ", 200)
	out["hostile"] = ber.Wrap(ber.Sequence, text(hostile), text("\xff\xfe"), text(strings.Repeat("漢", 300)), bytes.Repeat([]byte{0x30, 0x80}, 40), bytes.Repeat([]byte{0, 0}, 40))
	var segments []byte
	for range 20 {
		segments = append(segments, 4, 2, 7, 7)
	}
	out["segments"] = append(append([]byte{0x24, 0x80}, segments...), 0, 0)
	out["cut-off"] = out["pfx"][:700]
	return out
}

// TestASN1 compares the listing and the JSON tree with golden files, at 40, 80 and 120 columns.
func TestASN1(t *testing.T) {
	t.Parallel()
	for name, der := range asn1Samples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			for _, s := range []Style{{Width: 40}, {Width: 80}, {Width: 120}, {Width: 80, ASCII: true, Verbose: true}} {
				l := ASN1Text{Style: s}
				var text strings.Builder
				err := asn1tree.Walk(bytes.NewReader(der), "", func(n *asn1tree.Node) error {
					text.WriteString(l.Node(n))
					return nil
				})
				text.WriteString(l.End())
				safeText(t, text.String(), s)
				for _, line := range strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n") {
					if line == "" || line[0] != ' ' && (line[0] < '0' || line[0] > '9') {
						t.Errorf("a line begins with %q", line)
					}
				}
				fmt.Fprintf(&out, "--- width %d ascii %v verbose %v\n%s%v\n", s.Width, s.ASCII, s.Verbose, text.String(), err)
			}
			golden(t, "asn1-"+name+".txt", out.String())
			b := jsonTree(t, der)
			golden(t, "asn1-"+name+".json", indented(t, b))
		})
	}
}

func jsonTree(t testing.TB, der []byte) []byte {
	t.Helper()
	var j ASN1JSON
	out := j.Begin("a\x1b.der", "part 1")
	err := asn1tree.Walk(bytes.NewReader(der), "", func(n *asn1tree.Node) error {
		out = append(out, j.Node(n)...)
		return nil
	})
	var fault *asn1tree.Fault
	if err != nil {
		fault = err.(*asn1tree.Fault)
	}
	out = append(out, j.End(fault)...)
	if bytes.Count(out, []byte("\n")) != 1 || !bytes.HasSuffix(out, []byte("\n")) {
		t.Error("is not one line")
	}
	if !json.Valid(out) {
		t.Fatalf("no JSON: %s", out)
	}
	return bytes.TrimSpace(out)
}

// TestASN1JSONTree: the tree has every element once, in order, and nothing of a private key.
func TestASN1JSONTree(t *testing.T) {
	t.Parallel()
	type element struct {
		Offset   int64
		Secret   bool
		Value    *string
		Elements []element
	}
	for name, der := range asn1Samples(t) {
		var tree struct {
			Schema   string
			Elements []element
			Fault    *struct{ Offset int64 }
		}
		if err := json.Unmarshal(jsonTree(t, der), &tree); err != nil {
			t.Fatal(err)
		}
		var want, got []int64
		err := asn1tree.Walk(bytes.NewReader(der), "", func(n *asn1tree.Node) error { want = append(want, n.Offset); return nil })
		stack := append([]element{}, tree.Elements...)
		for len(stack) > 0 {
			e := stack[0]
			stack = append(append([]element{}, e.Elements...), stack[1:]...)
			got = append(got, e.Offset)
			if e.Secret && e.Value != nil {
				t.Errorf("%s: a secret at %d", name, e.Offset)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) || tree.Schema != ASN1Schema || (tree.Fault != nil) != (err != nil) {
			t.Errorf("%s: got %v, want %v, %v", name, got, want, err)
		}
	}
}
