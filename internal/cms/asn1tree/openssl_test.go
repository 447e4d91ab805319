package asn1tree

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// line is what openssl asn1parse and Walk say of one element alike.
var parsed = regexp.MustCompile(`^ *(\d+):d=(\d+) +hl=(\d+) l= *(\d+|inf) +(prim|cons)`)

// TestAsOpenSSL compares offsets, lengths and depths with those of openssl asn1parse.
func TestAsOpenSSL(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	for name, der := range samples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(openssl, "asn1parse", "-inform", "DER")
			cmd.Stdin = bytes.NewReader(der)
			out, err := cmd.Output()
			if err != nil {
				t.Skipf("openssl asn1parse: %v", err)
			}
			var want []string
			for _, l := range strings.Split(string(out), "\n") {
				if m := parsed.FindStringSubmatch(l); m != nil && !strings.Contains(l, "prim: EOC") {
					want = append(want, fmt.Sprintf("%s d=%s hl=%s l=%s %s", m[1], m[2], m[3], m[4], m[5]))
				}
			}
			var got []string
			within := int64(-1) // the end of a string that was opened, which openssl leaves closed
			err = Walk(bytes.NewReader(der), "", func(n *Node) error {
				if n.Offset < within {
					return nil
				}
				length, kind := fmt.Sprint(n.Length), "prim"
				if n.Length < 0 {
					length = "inf"
				}
				if n.Constructed {
					kind = "cons"
				} else {
					within = n.Offset + int64(n.Header) + n.Length
				}
				got = append(got, fmt.Sprintf("%d d=%d hl=%d l=%s %s", n.Offset, n.Depth, n.Header, length, kind))
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(want) == 0 || strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// samples are encodings of every kind of file, from testdata.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", "*.der"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	out := map[string][]byte{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(name), ".der")] = b
	}
	return out
}
