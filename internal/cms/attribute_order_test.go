package cms

import (
	"bytes"
	"slices"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// TestInOrder: signed attributes are hashed as they came only if sorting them would
// give the same octets (X.690, Section 11.6). What is no list of attributes is not in
// order either.
func TestInOrder(t *testing.T) {
	t.Parallel()
	integer := func(n byte) []byte { return []byte{2, 1, n} }
	attribute := func(oid string, values ...[]byte) []byte {
		id := algorithm.Identifier{OID: algorithm.MustOID(oid)}.DER()[2:]
		return ber.Wrap(ber.Sequence, id, ber.Wrap(ber.Set, values...))
	}
	set := func(list ...[]byte) []byte { return ber.Wrap(ber.Set, list...) }
	a, b := attribute("1.2.3", integer(1)), attribute("1.2.4", integer(1))
	for _, c := range []struct {
		name string
		der  []byte
		want bool
	}{
		{"one", set(a), true},
		{"two", set(a, b), true},
		{"the same twice", set(a, a), true},
		{"two, the other way round", set(b, a), false},
		{"the third one first", set(b, b, a), false},
		{"values", set(attribute("1.2.3", integer(1), integer(2))), true},
		{"a value twice", set(attribute("1.2.3", integer(2), integer(2))), true},
		{"values, the other way round", set(attribute("1.2.3", integer(2), integer(1))), false},
		{"values of the second, the other way round", set(a, attribute("1.2.4", integer(2), integer(1))), false},
		{"as an implicit element", ber.Wrap(ber.Context(0), a, b), true},
		{"nothing", nil, false},
		{"half of a length", []byte{0x31, 0x82, 1}, false},
		{"half of an attribute", set(a, []byte{0x30, 9, 1}), false},
		{"no SEQUENCE", set(set(a)), false},
		{"no identifier", set(ber.Wrap(ber.Sequence, integer(1), set(integer(1)))), false},
		{"no SET", set(ber.Wrap(ber.Sequence, algorithm.Identifier{OID: algorithm.MustOID("1.2.3")}.DER()[2:], integer(1))), false},
		{"no SEQUENCE, and the same in it", set(ber.Wrap(ber.Set, a[2:])), false},
		{"no SET, and the same in it", set(ber.Wrap(ber.Sequence, algorithm.Identifier{OID: algorithm.MustOID("1.2.3")}.DER()[2:], ber.Wrap(ber.OctetString, integer(1)))), false},
		{"half of a value", set(attribute("1.2.3", []byte{2, 9, 1})), false},
	} {
		if got := inOrder(c.der); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if !c.want || c.der[0] != 0x31 {
			continue
		}
		list, err := parseAttributes(c.der, Limits{}.withDefaults())
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		slices.Reverse(list)
		for i := range list {
			slices.Reverse(list[i].Values)
		}
		if again := marshalAttributes(ber.Set, list); !bytes.Equal(again, c.der) {
			t.Errorf("%s: sorted it is %x, and was %x", c.name, again, c.der)
		}
	}
}
