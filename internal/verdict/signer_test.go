package verdict

import (
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
)

// Of many unsigned attributes a few types are named, each once.
func TestUnsignedNames(t *testing.T) {
	t.Parallel()
	list := func(oids ...string) []cms.Attribute {
		var out []cms.Attribute
		for _, oid := range oids {
			out = append(out, cms.Attribute{OID: algorithm.MustOID(oid)})
		}
		return out
	}
	valued := func(oids ...string) []cms.Attribute {
		out := list(oids...)
		for i := range out {
			out[i].Values = [][]byte{{5, 0}}
		}
		return out
	}
	for want, in := range map[string][]cms.Attribute{
		"countersignature":                    list("1.2.840.113549.1.9.6"),
		"countersignature, 1.2.3":             list("1.2.840.113549.1.9.6", "1.2.3", "1.2.840.113549.1.9.6"),
		"1.2.1, 1.2.2, 1.2.3, 1.2.4":          list("1.2.1", "1.2.2", "1.2.3", "1.2.4", "1.2.1"),
		"1.2.1, 1.2.2, 1.2.3, 1.2.4, ...":     list("1.2.1", "1.2.2", "1.2.3", "1.2.4", "1.2.5", "1.2.6"),
		"1.2." + strings.Repeat("9", 9) + "9": list("1.2.9999999999"),
		// What is judged is not named; of one without a value there is nothing to judge.
		"1.2.5":                   append(valued("1.2.840.113549.1.9.6", "1.2.840.113549.1.9.16.2.14"), valued("1.2.5")...),
		"countersignature, 1.2.6": append(list("1.2.840.113549.1.9.6"), valued("1.2.840.113549.1.9.6", "1.2.6")...),
		"":                        valued("1.2.840.113549.1.9.16.2.14"),
	} {
		if got := unsignedNames(in); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// What is not signed is said to be there, and changes nothing; where there is nothing nothing is said.
func TestUnsignedAttributesAreTold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		list []cms.Attribute
		want string
	}{
		{nil, ""},
		{[]cms.Attribute{{OID: algorithm.MustOID("1.2.840.113549.1.9.6")}}, "note:unsigned-attributes not signed and not looked at: countersignature"},
	} {
		f, p := good(t)
		first(&f).Info.UnsignedAttributes = c.list
		if r := Judge(f, p); r.Verdict != WordGood || told(r) != c.want {
			t.Errorf("got %s, %q, want %q", r.Verdict, told(r), c.want)
		}
	}
}
