package verdict

import (
	"errors"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
)

// TestUnsupportedOneName: an algorithm that is not had here has one name wherever it is met.
func TestUnsupportedOneName(t *testing.T) {
	t.Parallel()
	const camellia = "1.2.392.200011.61.1.1.1.4"
	_, _, err := algorithm.FindContentCipher(algorithm.Identifier{OID: algorithm.MustOID(camellia)})
	e, ok := errors.AsType[*algorithm.UnsupportedError](err)
	if !ok || Unsupported(e) != "unsupported: Camellia-256-CBC (cipher "+camellia+")" {
		t.Errorf("decrypt says %q (%v)", Unsupported(e), err)
	}
	if got := schemeTitle(camellia); !strings.Contains(got, "Camellia-256-CBC") || !strings.Contains(got, camellia) || strings.Contains(got, "not known") {
		t.Errorf("inspect says %q", got)
	}
	l := &Layer{Look: &LayerLook{}, Encrypted: &Encrypted{Cipher: camellia, Unsupported: err}}
	if weak := strings.Join(weakLayer(l), "; "); !strings.Contains(weak, "Camellia-256-CBC is not supported here") || strings.Contains(weak, "not known") {
		t.Errorf("the weak spots say %q", weak)
	}
	if got := schemeTitle("1.2.3.4"); got != "an algorithm that is not known here, 1.2.3.4" {
		t.Errorf("of nothing known: %q", got)
	}
}

// TestUnsupportedCurve: a curve is named as such in one form, with or without a name.
func TestUnsupportedCurve(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ oid, want string }{
		{"1.3.132.0.10", "unsupported: secp256k1 (elliptic curve 1.3.132.0.10)"},
		{"1.3.132.0.26", "unsupported: sect233k1 (elliptic curve 1.3.132.0.26)"},
		{"1.3.132.0.39", "unsupported: sect571r1 (elliptic curve 1.3.132.0.39)"},
		{"1.3.132.0.120", "unsupported: 1.3.132.0.120 (elliptic curve)"},
	} {
		parameters := algorithm.Identifier{OID: algorithm.MustOID(x.oid)}.DER()[2:] // without the SEQUENCE around it
		spki := algorithm.Identifier{OID: algorithm.MustOID("1.2.840.10045.2.1"), Parameters: parameters}.DER()
		spki = append(spki, 3, 2, 0, 4)
		_, err := algorithm.ParsePublicKey(append([]byte{0x30, byte(len(spki))}, spki...))
		e, ok := errors.AsType[*algorithm.UnsupportedError](err)
		if !ok {
			t.Errorf("%s: %v", x.oid, err)
			continue
		}
		if got := Unsupported(e); got != x.want {
			t.Errorf("%q, want %q", got, x.want)
		}
	}
}
