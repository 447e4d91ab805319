package algorithm

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// finders look an identifier up in each table, as it would stand in a message.
var finders = map[string]func(id Identifier) error{
	"signature":     func(id Identifier) error { _, err := FindSignature(id, sha256Digest); return err },
	"digest":        func(id Identifier) error { _, err := FindDigest(id); return err },
	"key-transport": func(id Identifier) error { _, err := FindKeyTransport(id); return err },
	"key-agreement": func(id Identifier) error { _, err := FindKeyAgreement(id); return err },
	"key-encapsulation": func(id Identifier) error {
		_, err := FindKeyEncapsulation(id, Identifier{OID: oidHKDFSHA256}, aesWraps[0].Identifier(), 32)
		return err
	},
	"key-derivation": func(id Identifier) error {
		if _, err := FindPRF(id); err == nil || !errors.As(err, new(*UnsupportedError)) {
			return err
		}
		_, err := FindKeyEncapsulation(Identifier{OID: mlkemSets[0].oid}, id, aesWraps[0].Identifier(), 32)
		return err
	},
	"key-wrap":    func(id Identifier) error { _, err := FindKeyWrap(id); return err },
	"cipher":      func(id Identifier) error { _, _, err := FindContentCipher(id); return err },
	"compression": func(id Identifier) error { _, err := FindCompression(id); return err },
	"curve":       findCurve,
	"key":         func(id Identifier) error { _, err := ParsePublicKey(encodeSPKI(id, []byte{0})); return err },
}

// findCurve looks for a curve as the parameters of a key name it, or as a key of its
// own. Parameters of id stand behind the name, where nothing may.
func findCurve(id Identifier) error {
	name := Identifier{OID: id.OID}.DER()
	for _, r := range describeCurves() {
		if r.OID == id.OID && r.Name == r.Keys[0] {
			_, err := ParsePublicKey(encodeSPKI(id, []byte{0}))
			return err
		}
	}
	_, err := ParsePublicKey(encodeSPKI(Identifier{OID: oidECPublicKey, Parameters: append(name[2:], id.Parameters...)}, []byte{0}))
	return err
}

// TestEveryRowMalformed: parameters that cannot be any are malformed, in every row,
// and not an algorithm that is not known.
func TestEveryRowMalformed(t *testing.T) {
	t.Parallel()
	for _, r := range Rows() {
		find := finders[r.Table]
		if find == nil {
			t.Fatalf("no finder for the table %s: add it here", r.Table)
		}
		for what, parameters := range map[string][]byte{"BOOLEAN": {1, 1, 0xff}, "another tag": {0x84, 1, 0}} {
			err := find(Identifier{OID: r.OID, Parameters: parameters})
			var parameter *ParameterError
			var key *KeyError
			if !errors.As(err, &parameter) && (r.Table != "key" && r.Table != "curve" || !errors.As(err, &key)) {
				t.Errorf("%s %s (%s), %s as parameters: got %v, want a ParameterError", r.Table, r.Name, r.OID, what, err)
			}
		}
	}
}

// TestEveryTableUnknown: what is in no table is not supported, and its number is said.
func TestEveryTableUnknown(t *testing.T) {
	t.Parallel()
	for _, table := range TableNames() {
		for _, oid := range []OID{MustOID("1.2.3.4"), MustOID("2.25.340282366920938463463374607431768211455")} {
			err := finders[table](Identifier{OID: oid})
			var unsupported *UnsupportedError
			if !errors.As(err, &unsupported) || unsupported.OID != oid || !strings.Contains(err.Error(), oid.String()) {
				t.Errorf("%s: got %v, want an UnsupportedError with %s", table, err, oid)
			}
		}
	}
}

// TestUnsupportedNames: what has a name here has no row, and the name is said wherever
// it is met.
func TestUnsupportedNames(t *testing.T) {
	t.Parallel()
	named := 0
	seen := map[string]bool{}
	for line := range strings.Lines(unsupportedNames) {
		dotted, name, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok {
			continue
		}
		named++
		oid := MustOID(dotted)
		if seen[dotted] || nameOfUnsupported(oid) != name {
			t.Errorf("%s is named twice, or is %q", dotted, nameOfUnsupported(oid))
		}
		seen[dotted] = true
		rows := 0
		for _, r := range Rows() {
			if r.OID == oid {
				rows++
			}
		}
		for table, find := range finders {
			err := find(Identifier{OID: oid})
			var unsupported *UnsupportedError
			if rows > 0 && table == "key" {
				continue // the OID of a key, which has no meaning in the place of a signature
			}
			if !errors.As(err, &unsupported) || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), dotted) {
				t.Errorf("%s in the table %s: %v", name, table, err)
			}
		}
		if slices.ContainsFunc(ecCurves, func(c curve) bool { return c.oid == oid }) {
			t.Errorf("%s is a curve that is read", name)
		}
	}
	if named < 100 {
		t.Errorf("only %d names", named)
	}
	// A curve is in the parameters.
	p224 := encodeSPKI(Identifier{OID: oidECPublicKey, Parameters: decodeHex(t, "06052b81040021")}, []byte{4})
	if _, err := ParsePublicKey(p224); err == nil || !strings.HasSuffix(err.Error(), "unsupported elliptic curve 1.3.132.0.33: P-224") {
		t.Errorf("P-224: %v", err)
	}
	composite := Identifier{OID: MustOID("1.3.6.1.5.5.7.6.45")}
	if _, err := FindSignature(composite, sha512Digest); err == nil || !strings.Contains(err.Error(), "composite ML-DSA-65 with ECDSA P-256 (a draft)") {
		t.Errorf("composite: %v", err)
	}
}
