package algorithm

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// TestWeaker: what a quantum computer breaks is the weaker one, whatever its bits; of equals neither is.
func TestWeaker(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b Strength
		want bool
	}{
		{Strength{112, false}, Strength{128, false}, true},
		{Strength{128, false}, Strength{112, false}, false},
		{Strength{128, false}, Strength{128, false}, false},
		{Strength{256, false}, Strength{128, true}, true},
		{Strength{128, true}, Strength{256, false}, false},
		{Strength{128, true}, Strength{192, true}, true},
		{Strength{192, true}, Strength{192, true}, false},
	} {
		if got := c.a.Weaker(c.b); got != c.want {
			t.Errorf("%v weaker than %v: %v", c.a, c.b, got)
		}
	}
}

// TestFactoringBounds: on either side of each row of NIST SP 800-57 Part 1, Table 2.
func TestFactoringBounds(t *testing.T) {
	t.Parallel()
	for bits, want := range map[int]int{15360: 256, 15359: 192, 7680: 192, 7679: 128, 3072: 128, 3071: 112, 2048: 112, 2047: 80, 1024: 80, 1023: 0, 0: 0} {
		if got := factoring(bits); got.Bits != want || got.PostQuantum {
			t.Errorf("%d: %v, want %d", bits, got, want)
		}
	}
	for bits, want := range map[int]bool{127: false, 128: true, 112: false, 256: true} {
		if got := symmetric(bits); got.Bits != bits || got.PostQuantum != want {
			t.Errorf("a secret key of %d: %v", bits, got)
		}
	}
}

// TestUnknownStrength: a key of a kind without a row, or of one whose row has none, counts as the weakest.
func TestUnknownStrength(t *testing.T) {
	t.Parallel()
	if got := (&PublicKey{Identifier: Identifier{OID: MustOID("1.2.3")}}).Strength(); got != (Strength{}) {
		t.Errorf("an unknown kind: %v", got)
	}
	if title, s, ok := KEMStrength(Identifier{OID: MustOID("1.2.3")}); ok || title != "" || s != (Strength{}) {
		t.Errorf("an unknown mechanism: %q, %v", title, s)
	}
}

// TestSymmetricStrengths: a cipher and a wrap are as strong as their keys, but for those whose keys are longer than that.
func TestSymmetricStrengths(t *testing.T) {
	t.Parallel()
	for _, c := range ContentCiphers() {
		want := map[string]int{"3des-cbc": 112, "des-cbc": 56}[c.Name]
		if want == 0 {
			want = 8 * c.KeySize
		}
		if got := c.Strength(); got.Bits != want || got.PostQuantum != (want >= 128) {
			t.Errorf("%s: %v, want %d", c.Name, got, want)
		}
	}
	tripleDES, err := FindKeyWrap(Identifier{OID: MustOID("1.2.840.113549.1.9.16.3.6"), Parameters: []byte{5, 0}})
	if err != nil || tripleDES.Strength() != (Strength{Bits: 112}) {
		t.Errorf("the wrap with 3DES: %+v, %v", tripleDES, err)
	}
	for _, w := range aesWraps {
		if got := w.Strength(); got.Bits != 8*w.KeySize || !got.PostQuantum {
			t.Errorf("%s: %v", w.Name, got)
		}
	}
}

// TestOriginatorStrength: what an ephemeral key tells of the key it belongs to, and when it tells nothing.
func TestOriginatorStrength(t *testing.T) {
	t.Parallel()
	ec := func(parameters []byte, size int) OriginatorKey {
		return OriginatorKey{Identifier: Identifier{OID: oidECPublicKey, Parameters: parameters}, Key: make([]byte, size)}
	}
	named := func(name string) []byte {
		for i := range ecCurves {
			if ecCurves[i].name == name {
				return ecCurves[i].parameters()
			}
		}
		t.Fatalf("no curve %s", name)
		return nil
	}
	x25519 := testKey(t, "x25519").Public
	for name, c := range map[string]struct {
		from  OriginatorKey
		title string
		bits  int // 0: nothing
	}{
		"P-256":                           {ec(named("p-256"), 65), "P-256", 128},
		"P-256, compressed":               {ec(named("p-256"), 33), "P-256", 128},
		"P-521, which is no whole octets": {ec(named("p-521"), 133), "P-521", 256},
		"P-521, compressed":               {ec(named("p-521"), 67), "P-521", 256},
		"P-256 of another length":         {ec(named("p-256"), 64), "", 0},
		"P-256 of the length of P-384":    {ec(named("p-256"), 97), "", 0},
		"brainpool":                       {ec(named("brainpoolp384r1"), 97), "brainpoolP384r1", 192},
		"no curve named":                  {ec(nil, 97), "EC 384", 192},
		"NULL":                            {ec([]byte{5, 0}, 65), "EC 256", 128},
		"no curve of that size":           {ec(nil, 64), "", 0},
		"a curve nobody knows":            {ec([]byte{6, 1, 42}, 65), "", 0},
		"X25519":                          {OriginatorKey{Identifier: x25519.Identifier, Key: bytes.Repeat([]byte{9}, 32)}, "X25519", 128},
		"X25519, too short":               {OriginatorKey{Identifier: x25519.Identifier, Key: make([]byte, 31)}, "", 0},
		"a kind nobody knows":             {OriginatorKey{Identifier: Identifier{OID: MustOID("1.2.3")}, Key: make([]byte, 32)}, "", 0},
	} {
		title, s, ok := OriginatorStrength(c.from)
		if title != c.title || s != (Strength{Bits: c.bits}) || ok != (c.bits > 0) {
			t.Errorf("%s: %q, %v, %v", name, title, s, ok)
		}
	}
}

// TestKeyEncryptionRefusals: a name that is read only says so, a key that must not be encrypted to fits nothing, and a
// transport is no agreement.
func TestKeyEncryptionRefusals(t *testing.T) {
	t.Parallel()
	for name, oid := range map[string]OID{"ecdh-sha1kdf": MustOID("1.3.133.16.840.63.0.2"), "ecdh-cofactor-sha256kdf": MustOID("1.3.132.1.14.1"), "rot13": ""} {
		var unsupported *UnsupportedError
		if _, err := KeyEncryptionByName(name); !errors.As(err, &unsupported) || unsupported.OID != oid || strings.Contains(unsupported.Detail, "only read") != (oid != "") {
			t.Errorf("%s: %v", name, err)
		}
	}
	plain := *testKey(t, "rsa-2048").Public
	signs, curve, read := plain, *testKey(t, "p-256").Public, *testKey(t, "p-256").Public
	signs.CanTransport = false
	curve.CanAgree = false
	read.ReadOnly = true
	for _, e := range KeyEncryptions() {
		for name, key := range map[string]*PublicKey{"an RSA key that signs": &signs, "a key on a curve that signs": &curve, "a key that is only read": &read} {
			if e.Fits(key) {
				t.Errorf("%s fits %s", e.Name, name)
			}
		}
		agreement, err := e.Agreement(32)
		if err != nil || (agreement == nil) != (e.Transport() != nil) {
			t.Errorf("%s: %v, %v", e.Name, agreement, err)
		}
	}
}
