package algorithm

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"filippo.io/mldsa"
	"github.com/cloudflare/circl/sign/ed448"
	"github.com/cloudflare/circl/sign/slhdsa"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Every key whose OID says all: raw octets of one length, no parameters.
func TestRawPublicKeys(t *testing.T) {
	t.Parallel()
	for _, name := range KeyNames() {
		if strings.HasPrefix(name, "rsa-") || strings.HasPrefix(name, "p-") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			made := testKey(t, name).Public
			key, err := ParsePublicKey(made.SPKI)
			if err != nil {
				t.Fatal(err)
			}
			if key.Name != name || !strings.EqualFold(key.Title, name) || key.CanSign && (key.Kind != name || key.Bits < 128) || !key.Equal(made) {
				t.Errorf("got %s %s %q %d", key.Name, key.Kind, key.Title, key.Bits)
			}
			if again, err := PublicKeyOf(key.Key); err != nil || !bytes.Equal(again.SPKI, made.SPKI) {
				t.Errorf("from the type of its library: %v", err)
			}
			id := made.Identifier
			if id.Parameters != nil {
				t.Errorf("parameters %x", id.Parameters)
			}
			var malformed *KeyError
			for _, bits := range [][]byte{nil, made.bits[1:], append(slices.Clone(made.bits), 0), append(slices.Clone(made.bits), made.bits...)} {
				if _, err := ParsePublicKey(encodeSPKI(id, bits)); !errors.As(err, &malformed) {
					t.Errorf("%d octets: got %v, want a KeyError", len(bits), err)
				}
			}
			var parameter *ParameterError
			for _, parameters := range [][]byte{nullParameters(), {0x30, 0}} {
				with := Identifier{id.OID, parameters}
				if _, err := ParsePublicKey(encodeSPKI(with, made.bits)); !errors.As(err, &parameter) {
					t.Errorf("parameters %x: got %v, want a ParameterError", parameters, err)
				}
				if _, err := ParsePrivateKey(oneAsymmetricKey(0, with, privateOctets(t, name), nil)); !errors.As(err, &parameter) {
					t.Errorf("private key, parameters %x: got %v, want a ParameterError", parameters, err)
				}
			}
		})
	}
}

// privateOctets is what PrivateKeyInfo holds.
func privateOctets(t testing.TB, name string) []byte {
	t.Helper()
	key := testKey(t, name)
	row, err := findKeyKind(key.Public.Identifier.OID)
	if err != nil {
		t.Fatal(err)
	}
	_, octets, ok := row.encodePrivate(key.software)
	if !ok {
		t.Fatal("not written")
	}
	return octets
}

// Private keys of another length, and beside the public key of another.
func TestRawPrivateKeys(t *testing.T) {
	t.Parallel()
	for _, name := range KeyNames() {
		if strings.HasPrefix(name, "rsa-") || strings.HasPrefix(name, "p-") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, octets := testKey(t, name), privateOctets(t, name)
			id := key.Public.Identifier
			public := func(bits []byte) func(b *cryptobyte.Builder) {
				return func(b *cryptobyte.Builder) {
					b.AddASN1(asn1.Tag(1).ContextSpecific(), func(b *cryptobyte.Builder) {
						b.AddUint8(0)
						b.AddBytes(bits)
					})
				}
			}
			if got, err := ParsePrivateKey(oneAsymmetricKey(1, id, octets, public(key.Public.bits))); err != nil || !got.Public.Equal(key.Public) {
				t.Errorf("with its public key: %v", err)
			}
			other, err := GenerateKey(name)
			if err != nil {
				t.Fatal(err)
			}
			var malformed *KeyError
			for what, bits := range map[string][]byte{"another": other.Public.bits, "no": {}, "a short": key.Public.bits[1:]} {
				if _, err := ParsePrivateKey(oneAsymmetricKey(1, id, octets, public(bits))); !errors.As(err, &malformed) {
					t.Errorf("with %s public key: got %v, want a KeyError", what, err)
				}
			}
			for _, wrong := range [][]byte{nil, octets[:len(octets)-1], append(slices.Clone(octets), 0), append(slices.Clone(octets), octets...)} {
				if _, err := ParsePrivateKey(oneAsymmetricKey(0, id, wrong, nil)); !errors.As(err, &malformed) {
					t.Errorf("%d octets: got %v, want a KeyError", len(wrong), err)
				}
			}
		})
	}
}

// mldsaForm is one way to write a private key.
type mldsaForm struct {
	name   string
	octets []byte
	ok     bool
}

func mldsaForms(t testing.TB, set *mldsaSet) []mldsaForm {
	t.Helper()
	seed := testKey(t, set.name).software.(*mldsa.PrivateKey).Bytes()
	expand := func(seed []byte) ([]byte, []byte) {
		public, private := set.expandedKey.scheme.DeriveKey(seed)
		p, err1 := public.MarshalBinary()
		e, err2 := private.MarshalBinary()
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		return p, e
	}
	public, expanded := expand(seed)
	otherPublic, otherExpanded := expand(bytes.Repeat([]byte{7}, len(seed)))
	octet := func(b []byte) []byte {
		var out cryptobyte.Builder
		out.AddASN1OctetString(b)
		return out.BytesOrPanic()
	}
	tagged := func(tag asn1.Tag, parts ...[]byte) []byte {
		var out cryptobyte.Builder
		out.AddASN1(tag, func(b *cryptobyte.Builder) {
			for _, p := range parts {
				b.AddBytes(p)
			}
		})
		return out.BytesOrPanic()
	}
	changed := func(b []byte, at int) []byte {
		b = slices.Clone(b)
		b[at] ^= 1
		return b
	}
	zero := asn1.Tag(0).ContextSpecific()
	both := func(a, b []byte) []byte { return tagged(asn1.SEQUENCE, octet(a), octet(b)) }
	return []mldsaForm{
		{"seed", tagged(zero, seed), true},
		{"expanded key", octet(expanded), true},
		{"both", both(seed, expanded), true},
		{"bare seed", seed, true},
		{"bare expanded key", expanded, true},
		{"bare pair", append(slices.Clone(expanded), public...), true},
		{"pair", octet(append(slices.Clone(expanded), public...)), true},
		{"pair of two", octet(append(slices.Clone(expanded), otherPublic...)), false},
		{"bare pair of two", append(slices.Clone(otherExpanded), public...), false},
		{"seed under OCTET STRING", octet(seed), false},
		{"seed under [1]", tagged(asn1.Tag(1).ContextSpecific(), seed), false},
		{"constructed [0]", tagged(zero.Constructed(), octet(seed)), false},
		{"short seed", tagged(zero, seed[1:]), false},
		{"long seed", tagged(zero, seed, []byte{0}), false},
		{"expanded key under [0]", tagged(zero, expanded), false},
		{"short expanded key", octet(expanded[1:]), false},
		{"both, of two", both(seed, otherExpanded), false},
		{"both, K changed", both(seed, changed(expanded, 40)), false},
		{"both, last octet changed", both(seed, changed(expanded, len(expanded)-1)), false},
		{"both, the wrong way round", both(expanded, seed), false},
		{"both and more", tagged(asn1.SEQUENCE, octet(seed), octet(expanded), octet(seed)), false},
		{"both, something follows", append(both(seed, expanded), 0), false},
		{"only a seed in the SEQUENCE", tagged(asn1.SEQUENCE, octet(seed)), false},
		{"empty SEQUENCE", tagged(asn1.SEQUENCE), false},
		{"matrix of another", octet(changed(expanded, 0)), false},
		{"hash of another public key", octet(changed(expanded, 64)), false},
		{"s1 changed", octet(changed(expanded, 128)), false},
		{"t0 changed", octet(changedT0(expanded)), false},
		{"NULL", nullParameters(), false},
	}
}

// changedT0 replaces the last of the polynomials that no hash covers.
func changedT0(expanded []byte) []byte {
	b := slices.Clone(expanded)
	for i := range 416 {
		b[len(b)-1-i] ^= 0xff
	}
	return b
}

func TestMLDSAPrivateKeyForms(t *testing.T) {
	t.Parallel()
	message := Message{Bytes: []byte("message")}
	for _, set := range mldsaSets {
		public := testKey(t, set.name).Public
		for _, form := range mldsaForms(t, set) {
			t.Run(set.name+"/"+form.name, func(t *testing.T) {
				t.Parallel()
				key, err := ParsePrivateKey(oneAsymmetricKey(0, Identifier{OID: set.oid}, form.octets, nil))
				if !form.ok {
					var malformed *KeyError
					if !errors.As(err, &malformed) {
						t.Errorf("got %v, want a KeyError", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if !key.Public.Equal(public) {
					t.Error("another key")
				}
				s, err := SignatureFor(key.Public, SignOptions{})
				if err != nil {
					t.Fatal(err)
				}
				sig, err := s.Sign(key.Signer, message)
				if err != nil {
					t.Fatal(err)
				}
				if err := s.Verify(public, message, sig); err != nil {
					t.Error(err)
				}
				again, err := s.Sign(key.Signer, message)
				if err != nil || bytes.Equal(sig, again) {
					t.Errorf("signs without randomness (%v)", err)
				}
				der, err := key.PKCS8()
				if err != nil {
					t.Fatal(err)
				}
				if back, err := ParsePrivateKey(der); err != nil || !back.Public.Equal(public) {
					t.Errorf("written and read again: %v", err)
				}
			})
		}
	}
}

// A private key whose root is another's is found out by its first signature.
func TestSLHDSAWrongRoot(t *testing.T) {
	t.Parallel()
	set := slhdsaSets[1]
	octets := slices.Clone(privateOctets(t, set.name))
	octets[len(octets)-1] ^= 1
	key, err := ParsePrivateKey(oneAsymmetricKey(0, Identifier{OID: set.oid}, octets, nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := set.with(nil).Sign(key.Signer, Message{Bytes: []byte("message")}); !errors.Is(err, ErrSignature) {
		t.Errorf("got %v, want ErrSignature", err)
	}
}

// Keys that no row has made, of types that are no more than octets.
func TestPrivateKeyOfRefusesLengths(t *testing.T) {
	t.Parallel()
	for _, key := range []any{ed448.PrivateKey{}, ed448.PrivateKey{1, 2}, slhdsa.PrivateKey{}, (*mldsa.PrivateKey)(nil)} {
		if got, err := PrivateKeyOf(key); err == nil {
			t.Errorf("%T: got %s", key, got.Public.Name)
		}
	}
}
