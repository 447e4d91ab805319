package cert

import (
	"strings"
	"testing"

	"smimectl/internal/cert/certtest"
)

func TestPolicies(t *testing.T) {
	t.Parallel()
	const oid = "2.5.29.32"
	seq := func(content ...byte) []byte { return append([]byte{0x30, byte(len(content))}, content...) }
	join := func(parts ...[]byte) []byte {
		return []byte(strings.Join(func() []string {
			var out []string
			for _, p := range parts {
				out = append(out, string(p))
			}
			return out
		}(), ""))
	}
	policy := []byte{0x06, 0x03, 0x2a, 0x03, 0x04}                                             // 1.2.3.4
	cps := join([]byte{0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 2, 1}, []byte{0x16, 3, 'a', ':', 'b'}) // id-qt-cps
	notice := join([]byte{0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 2, 2}, seq())
	for _, tc := range []struct {
		name  string
		value []byte
		want  string // policies with their pointers; "-" when there is nothing to be read
	}{
		{"one", seq(seq(policy...)...), "1.2.3.4"},
		{"two", seq(join(seq(policy...), seq(policy...))...), "1.2.3.4 1.2.3.4"},
		{"qualifiers", seq(seq(join(policy, seq(join(seq(notice...), seq(cps...))...))...)...), "1.2.3.4=a:b"},
		{"empty list", seq(), "-"},
		{"after the end", append(seq(seq(policy...)...), 5, 0), "-"},
		{"no sequence", []byte{5, 0}, "-"},
		{"no policy", seq(seq(5, 0)...), "-"},
		{"after the qualifiers", seq(seq(join(policy, seq(), []byte{5, 0})...)...), "-"},
		{"qualifiers that are none", seq(seq(join(policy, []byte{5, 0})...)...), "-"},
		{"a qualifier without a value", seq(seq(join(policy, seq(seq(0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 2, 1)...))...)...), "-"},
		{"a qualifier with two values", seq(seq(join(policy, seq(seq(join(cps, []byte{5, 0})...)...))...)...), "-"},
		{"nothing", nil, "-"},
	} {
		c, err := Parse(certtest.Issue(certtest.Template{Extensions: []certtest.Extension{{OID: oid, Value: tc.value}}}, nil).DER)
		if err != nil {
			t.Fatal(err)
		}
		list, ok := c.Policies()
		var out []string
		for _, p := range list {
			out = append(out, strings.Join(append([]string{p.Policy.String()}, p.CPS...), "="))
		}
		got := strings.Join(out, " ")
		if !ok {
			got = "-"
		}
		if got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
	many := make([]string, maxPolicies+1)
	for i := range many {
		many[i] = "1.2.3.4"
	}
	for n, want := range map[int]bool{maxPolicies: true, maxPolicies + 1: false} {
		c, err := Parse(certtest.Issue(certtest.Template{Extensions: []certtest.Extension{certtest.Policies(many[:n]...)}}, nil).DER)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := c.Policies(); ok != want {
			t.Errorf("%d policies: got %v", n, ok)
		}
	}
	c, err := Parse(certtest.Issue(certtest.Template{}, nil).DER)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := c.Policies(); ok {
		t.Error("policies were found where there are none")
	}
}

func TestNamesAuthorityCertificate(t *testing.T) {
	t.Parallel()
	id := []byte{0x80, 1, 7}
	name := append([]byte{0xa1, 5}, certtest.RFC822("a@b")...)
	serial := []byte{0x82, 1, 9}
	for _, tc := range []struct {
		name string
		body []byte
		want bool
	}{
		{"key", id, false},
		{"nothing", nil, false},
		{"name and number", append(append([]byte{}, name...), serial...), true},
		{"name", name, true},
		{"number", append(append([]byte{}, id...), serial...), true},
	} {
		e := certtest.Extension{OID: "2.5.29.35", Value: append([]byte{0x30, byte(len(tc.body))}, tc.body...)}
		c, err := Parse(certtest.Issue(certtest.Template{Extensions: []certtest.Extension{e}}, nil).DER)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.NamesAuthorityCertificate(); got != tc.want || len(c.Malformed()) > 0 {
			t.Errorf("%s: got %v, malformed %v", tc.name, got, c.Malformed())
		}
	}
}
