package cms

import (
	"bytes"
	"errors"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// kemParts are the fields of a KEMRecipientInfo as they stand in the message.
type kemParts struct {
	ori, version, rid, kem, kemct, kdf, length, ukm, wrap, key []byte
}

func kemOf(t testing.TB, raw []byte) *kemParts {
	t.Helper()
	s := cryptobyte.String(raw)
	var body, info cryptobyte.String
	p := &kemParts{}
	if !s.ReadASN1(&body, asn1.Tag(4).Constructed().ContextSpecific()) {
		t.Fatal("no OtherRecipientInfo")
	}
	element := func(s *cryptobyte.String) []byte {
		var e cryptobyte.String
		var tag asn1.Tag
		if !s.ReadAnyASN1Element(&e, &tag) {
			t.Fatal("cut")
		}
		return e
	}
	p.ori = element(&body)
	if !body.ReadASN1(&info, asn1.SEQUENCE) {
		t.Fatal("no KEMRecipientInfo")
	}
	for _, field := range []*[]byte{&p.version, &p.rid, &p.kem, &p.kemct, &p.kdf, &p.length, &p.wrap, &p.key} {
		*field = element(&info)
	}
	return p
}

func (p *kemParts) der() []byte {
	return ber.Wrap(ber.Context(4), p.ori, ber.Wrap(ber.Sequence, p.version, p.rid, p.kem, p.kemct, p.kdf, p.length, p.ukm, p.wrap, p.key))
}

// TestKEMRecipientAltered takes a message to an ML-KEM key apart and puts it together
// otherwise. What a secret has a part in is ErrDecrypt, whatever was altered.
func TestKEMRecipientAltered(t *testing.T) {
	t.Parallel()
	who := people()["ml-kem-768"]
	base := take(t, encrypted(t, []byte("secret"), "aes-256-gcm", true, Recipient{Certificate: who.cert}))
	flipped := func(b []byte) []byte { b = bytes.Clone(b); b[len(b)-3] ^= 1; return b }
	hash := func(last byte) []byte { return append(unhex(t, "300d060b2a864886f70d01091003"), last) }
	malformed, unsupported := new(*MalformedError), new(*algorithm.UnsupportedError)
	for _, tc := range []struct {
		name  string
		alter func(p *kemParts)
		want  any  // nil: ErrDecrypt
		early bool // found without a key
	}{
		{"ciphertext changed", func(p *kemParts) { p.kemct = flipped(p.kemct) }, nil, false},
		{"wrapped key changed", func(p *kemParts) { p.key = flipped(p.key) }, nil, false},
		{"wrapped key cut", func(p *kemParts) { p.key = octets(make([]byte, 16)) }, nil, false},
		{"a ukm added", func(p *kemParts) { p.ukm = ber.Wrap(ber.Context(0), octets([]byte{1})) }, nil, false},
		{"an empty ukm added", func(p *kemParts) { p.ukm = ber.Wrap(ber.Context(0), octets(nil)) }, nil, false},
		{"HKDF with SHA-384", func(p *kemParts) { p.kdf = hash(0x1d) }, nil, false},
		{"a smaller wrap", func(p *kemParts) {
			p.wrap, p.length = identifier("2.16.840.1.101.3.4.1.5", nil), integer(16)
		}, nil, false},
		{"ciphertext cut", func(p *kemParts) { p.kemct = octets(make([]byte, 1087)) }, malformed, false},
		{"ciphertext of another set", func(p *kemParts) { p.kemct = octets(make([]byte, 1568)) }, malformed, false},
		{"another set", func(p *kemParts) { p.kem = identifier("2.16.840.1.101.3.4.4.3", nil) }, malformed, false},
		{"kekLength of another wrap", func(p *kemParts) { p.length = integer(16) }, malformed, false},
		{"unknown KEM", func(p *kemParts) { p.kem = identifier("1.0.18033.2.2.4", nil) }, unsupported, false},
		{"unknown KDF", func(p *kemParts) { p.kdf = hash(0x27) }, unsupported, false},
		{"unknown wrap", func(p *kemParts) { p.wrap = identifier("1.2.3", nil) }, unsupported, false},
		{"kekLength 0", func(p *kemParts) { p.length = integer(0) }, malformed, true},
		{"kekLength 65536", func(p *kemParts) { p.length = integer(65536) }, malformed, true},
		{"kekLength negative", func(p *kemParts) { p.length = integer(-32) }, malformed, true},
		{"kekLength of 2^64", func(p *kemParts) { p.length = unhex(t, "0209010000000000000000") }, malformed, true},
		{"no wrap", func(p *kemParts) { p.wrap = nil }, malformed, true},
		{"something behind", func(p *kemParts) { p.key = append(bytes.Clone(p.key), 5, 0) }, malformed, true},
	} {
		p := kemOf(t, base.infos[0])
		tc.alter(p)
		altered := *base
		altered.infos = [][]byte{p.der()}
		message := altered.message()
		e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
		if (err != nil) != tc.early {
			t.Errorf("%s: ReadEnvelope says %v", tc.name, err)
			continue
		}
		var out bytes.Buffer
		if err == nil {
			var cek []byte
			if cek, err = e.ContentKey(e.Recipients[0], who.key); err == nil {
				err = e.Decrypt(opener(message), cek, &out)
			}
		}
		if tc.want == nil && err != ErrDecrypt || tc.want != nil && !errors.As(err, tc.want) {
			t.Errorf("%s: %v", tc.name, err)
		}
		if out.Len() > 0 {
			t.Errorf("%s: %d octets released", tc.name, out.Len())
		}
	}
	e, err := ReadEnvelope(bytes.NewReader(base.message()), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if ri := e.Recipients[0]; ri.Kind != KEM || ri.Kind.String() != "kemri" || ri.Type != oriKEM || !ri.Matches(who.cert) {
		t.Errorf("%+v", ri)
	}
	if _, err := e.ContentKey(e.Recipients[0], people()["x25519"].key); !errors.As(err, unsupported) {
		t.Errorf("a key that cannot: %v", err)
	}
	if _, err := e.ContentKey(e.Recipients[0], people()["ml-kem-512"].key); !errors.As(err, malformed) {
		t.Errorf("a key of another set: %v", err)
	}
}

// TestKEMDuplicate: the same rid twice is found before a key is used.
func TestKEMDuplicate(t *testing.T) {
	t.Parallel()
	who := people()["ml-kem-512"]
	base := take(t, encrypted(t, nil, "aes-128-gcm", true, Recipient{Certificate: who.cert}))
	base.infos = append(base.infos, base.infos[0])
	e, err := ReadEnvelope(bytes.NewReader(base.message()), Limits{})
	if err != nil || !e.Duplicates() || len(e.Matching(who.cert)) != 2 {
		t.Errorf("%v", err)
	}
}

// TestEnvelopeSized: ciphers that authenticate the length first.
func TestEnvelopeSized(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	for _, c := range writtenCiphers() {
		if !c.Sized {
			continue
		}
		var out countWriter
		_, err := NewEnvelopeWriter(&out, []Recipient{{Certificate: who.cert}}, EnvelopeOptions{Cipher: c, ContentSize: -1})
		if _, unknown := errors.AsType[*algorithm.UnknownSizeError](err); !unknown || out.n > 0 {
			t.Errorf("%s: %v, %d writes", c.Name, err, out.n)
		}
		// A ciphertext that was cut or grew has another length than was authenticated.
		base := take(t, encrypted(t, content(100), c.Name, true, Recipient{Certificate: who.cert}))
		header := cryptobyte.String(base.content)
		var ciphertext cryptobyte.String
		if !header.ReadASN1(&ciphertext, asn1.Tag(0).ContextSpecific()) {
			t.Fatal("no ciphertext")
		}
		for _, n := range []int{-1, 1} {
			altered := *base
			altered.content = implicit(0, append(bytes.Clone(ciphertext), 0)[:100+n])
			if _, got, err := decrypted(altered.message(), who); err != ErrDecrypt || len(got) > 0 {
				t.Errorf("%s, %+d octets: %d octets, %v", c.Name, n, len(got), err)
			}
		}
	}
}

// TestEnvelopeNothingReleased flips one bit of large ciphertexts and tags of every
// AEAD, and looks that not one octet came out.
func TestEnvelopeNothingReleased(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	for _, c := range writtenCiphers() {
		if !c.Authenticated {
			continue
		}
		plain := content(heldSize + 70_000) // read twice
		message := encrypted(t, plain, c.Name, true, Recipient{Certificate: who.cert})
		for _, at := range []int{len(message) - 5, len(message) - 40, len(message) / 2} { // tag, last and middle piece
			bad := bytes.Clone(message)
			bad[at] ^= 0x10
			e, err := ReadEnvelope(bytes.NewReader(bad), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			cek, err := e.ContentKey(e.Recipients[0], who.key)
			if err != nil {
				t.Fatal(err)
			}
			var out countWriter
			if err := e.Decrypt(opener(bad), cek, &out); err != ErrDecrypt || out.n > 0 {
				t.Errorf("%s, octet %d: %v, %d writes", c.Name, at, err, out.n)
			}
		}
	}
}

// TestEnvelopeRelabelled: with CEK-HKDF a message whose cipher was exchanged does
// not decrypt to anything.
func TestEnvelopeRelabelled(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	plain := content(64)
	base := take(t, encrypted(t, plain, "cek-hkdf-sha256-aes-128-cbc", true, Recipient{Certificate: who.cert}))
	s := cryptobyte.String(base.algorithm)
	id, ok := algorithm.ReadIdentifier(&s)
	if !ok {
		t.Fatal("no identifier")
	}
	base.algorithm = id.Parameters // what is within, without the derivation
	if _, got, err := decrypted(base.message(), who); err == nil && bytes.Equal(got, plain) {
		t.Error("decrypts without the derived key")
	}
	nested := id
	nested.Parameters = id.DER()
	base.algorithm = nested.DER()
	_, err := ReadEnvelope(bytes.NewReader(base.message()), Limits{})
	if _, malformed := errors.AsType[*MalformedError](err); !malformed {
		t.Errorf("nested: %v", err)
	}
}
