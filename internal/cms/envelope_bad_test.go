package cms

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// parts is a message taken apart, to be changed and put together again.
type parts struct {
	outer, inner     ContentType
	version          byte
	before           [][]byte // between version and recipientInfos
	infos            [][]byte
	algorithm        []byte
	content          []byte // the whole field encryptedContent
	auth, mac, after []byte // whole elements
	behind           []byte
}

func octets(b []byte) []byte {
	return append(ber.AppendHeader(nil, ber.OctetString, false, uint64(len(b))), b...)
}

func implicit(n uint32, b []byte) []byte {
	return append(ber.AppendHeader(nil, ber.Context(n), false, uint64(len(b))), b...)
}

func take(t testing.TB, message []byte) *parts {
	t.Helper()
	e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	o, err := e.reenter(ber.NewBytesReader(message, ber.Limits{}))
	if err != nil {
		t.Fatal(err)
	}
	ciphertext, err := io.ReadAll(o)
	if err != nil {
		t.Fatal(err)
	}
	p := &parts{outer: e.Type, inner: e.InnerType, version: byte(e.Version), algorithm: e.ContentAlgorithm.DER(), content: implicit(0, ciphertext)}
	for _, ri := range e.Recipients {
		p.infos = append(p.infos, ri.Raw)
	}
	if e.Type == TypeAuthEnvelopedData {
		p.mac = octets(e.MAC)
	}
	return p
}

func isMalformed(err error) bool {
	_, ok := errors.AsType[*MalformedError](err)
	return ok
}

func isLimit(err error) bool {
	_, ok := errors.AsType[*LimitError](err)
	return ok
}

func (p *parts) message() []byte {
	info := ber.Wrap(ber.Sequence, derOID(p.inner), p.algorithm, p.content)
	body := [][]byte{{2, 1, p.version}}
	body = append(body, p.before...)
	body = append(body, ber.Wrap(ber.Set, p.infos...), info, p.auth, p.mac, p.after)
	return append(ber.Wrap(ber.Sequence, derOID(p.outer), ber.Wrap(ber.Context(0), ber.Wrap(ber.Sequence, body...))), p.behind...)
}

func identifier(oid string, parameters []byte) []byte {
	return algorithm.Identifier{OID: algorithm.MustOID(oid), Parameters: parameters}.DER()
}

func gcmParameters(nonce []byte, icv int) []byte {
	if icv == 0 {
		return ber.Wrap(ber.Sequence, octets(nonce))
	}
	return ber.Wrap(ber.Sequence, octets(nonce), []byte{2, 1, byte(icv)})
}

const (
	dottedGCM128 = "2.16.840.1.101.3.4.1.6"
	dottedCBC128 = "2.16.840.1.101.3.4.1.2"
)

// TestEnvelopeMalformed: what is wrong in public is found without a key.
func TestEnvelopeMalformed(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	gcm := encrypted(t, []byte("some content of some length"), "aes-128-gcm", true, Recipient{Certificate: who.cert})
	cbc := encrypted(t, []byte("some content of some length"), "aes-128-cbc", true, Recipient{Certificate: who.cert})
	gcmE, _ := ReadEnvelope(bytes.NewReader(gcm), Limits{})
	nonce := gcmE.Parameters.IV
	iv := make([]byte, 16)
	attributes := func(tag uint32, list ...Attribute) []byte { return marshalAttributes(ber.Context(tag), list) }
	contentType := func(ct ContentType) Attribute {
		return Attribute{OID: attrContentType, Values: [][]byte{derOID(ct)}}
	}
	for _, tc := range []struct {
		name   string
		from   []byte
		change func(p *parts)
		fault  func(error) bool // nil: isMalformed
	}{
		{"no recipients", gcm, func(p *parts) { p.infos = nil }, nil},
		{"1001 recipients", gcm, func(p *parts) { p.infos = slices.Repeat(p.infos, 1001) }, isLimit},
		{"1001 recipients of an unknown kind", gcm, func(p *parts) { p.infos = slices.Repeat([][]byte{{0xa9, 0}}, 1001) }, isLimit},
		{"1001 keys in one recipient", gcm, func(p *parts) {
			one := ber.Wrap(ber.Sequence, ber.Wrap(ber.Context(0), octets(iv)), octets(iv))
			p.infos = [][]byte{ber.Wrap(ber.Context(1), []byte{2, 1, 3}, ber.Wrap(ber.Context(0), implicit(0, iv)),
				identifier("1.3.132.1.11.1", nil), ber.Wrap(ber.Sequence, slices.Repeat([][]byte{one}, 1001)...))}
		}, isLimit},
		{"recipients of 17 MB", gcm, func(p *parts) {
			p.infos = slices.Repeat([][]byte{ber.Wrap(ber.Context(9), octets(make([]byte, 1_000_000)))}, 17)
		}, isLimit},
		{"encryptedContent absent", gcm, func(p *parts) { p.content = nil }, nil},
		{"encryptedContent absent, CBC", cbc, func(p *parts) { p.content = nil }, nil},
		{"encryptedContent with another tag", cbc, func(p *parts) { p.content = implicit(1, make([]byte, 16)) }, nil},
		{"CBC, empty", cbc, func(p *parts) { p.content = implicit(0, nil) }, nil},
		{"CBC, empty constructed", cbc, func(p *parts) { p.content = []byte{0xa0, 0} }, nil},
		{"CBC, 15 octets", cbc, func(p *parts) { p.content = implicit(0, make([]byte, 15)) }, nil},
		{"CBC, 17 octets", cbc, func(p *parts) { p.content = implicit(0, make([]byte, 17)) }, nil},
		{"IV of 0 octets", cbc, func(p *parts) { p.algorithm = identifier(dottedCBC128, octets(nil)) }, nil},
		{"IV of 15 octets", cbc, func(p *parts) { p.algorithm = identifier(dottedCBC128, octets(iv[:15])) }, nil},
		{"IV of 17 octets", cbc, func(p *parts) { p.algorithm = identifier(dottedCBC128, octets(append(iv, 0))) }, nil},
		{"IV absent", cbc, func(p *parts) { p.algorithm = identifier(dottedCBC128, nil) }, nil},
		{"AEAD in EnvelopedData", cbc, func(p *parts) { p.algorithm = identifier(dottedGCM128, gcmParameters(nonce, 16)) }, nil},
		{"CBC in AuthEnvelopedData", gcm, func(p *parts) { p.algorithm = identifier(dottedCBC128, octets(iv)) }, nil},
		{"3DES in AuthEnvelopedData", gcm, func(p *parts) { p.algorithm = identifier("1.2.840.113549.3.7", octets(iv[:8])) }, nil},
		{"GCM message as EnvelopedData", gcm, func(p *parts) { p.outer, p.mac = TypeEnvelopedData, nil }, nil},
		{"mac absent", gcm, func(p *parts) { p.mac = nil }, nil},
		{"mac empty", gcm, func(p *parts) { p.mac = octets(nil) }, nil},
		{"mac of 1 octet", gcm, func(p *parts) { p.mac = octets(iv[:1]) }, nil},
		{"mac of 12 octets", gcm, func(p *parts) { p.mac = octets(gcmE.MAC[:12]) }, nil},
		{"mac of 17 octets", gcm, func(p *parts) { p.mac = octets(append(iv, 0)) }, nil},
		{"mac of 2 MB", gcm, func(p *parts) { p.mac = octets(make([]byte, 2<<20)) }, isLimit},
		{"mac of 100 kB", gcm, func(p *parts) { p.mac = octets(make([]byte, 100_000)) }, nil},
		{"ICVlen 12, mac 16", gcm, func(p *parts) { p.algorithm = identifier(dottedGCM128, gcmParameters(nonce, 12)) }, nil},
		{"ICVlen absent, mac 16", gcm, func(p *parts) { p.algorithm = identifier(dottedGCM128, gcmParameters(nonce, 0)) }, nil},
		{"ICVlen and mac 1", gcm, func(p *parts) {
			p.algorithm, p.mac = identifier(dottedGCM128, gcmParameters(nonce, 1)), octets(gcmE.MAC[:1])
		}, nil},
		{"ICVlen and mac 4", gcm, func(p *parts) {
			p.algorithm, p.mac = identifier(dottedGCM128, gcmParameters(nonce, 4)), octets(gcmE.MAC[:4])
		}, nil},
		{"ICVlen and mac 8", gcm, func(p *parts) {
			p.algorithm, p.mac = identifier(dottedGCM128, gcmParameters(nonce, 8)), octets(gcmE.MAC[:8])
		}, nil},
		{"ICVlen and mac 11", gcm, func(p *parts) {
			p.algorithm, p.mac = identifier(dottedGCM128, gcmParameters(nonce, 11)), octets(gcmE.MAC[:11])
		}, nil},
		{"nonce of 0 octets", gcm, func(p *parts) { p.algorithm = identifier(dottedGCM128, gcmParameters(nil, 16)) }, nil},
		{"nonce of 7 octets", gcm, func(p *parts) { p.algorithm = identifier(dottedGCM128, gcmParameters(nonce[:7], 16)) }, nil},
		{"nonce of 64 octets", gcm, func(p *parts) { p.algorithm = identifier(dottedGCM128, gcmParameters(make([]byte, 64), 16)) }, nil},
		{"nonce of 1 MB", gcm, func(p *parts) { p.algorithm = identifier(dottedGCM128, gcmParameters(make([]byte, 1<<20), 16)) }, isLimit},
		{"GCM parameters NULL", gcm, func(p *parts) { p.algorithm = identifier(dottedGCM128, []byte{5, 0}) }, nil},
		{"GCM parameters absent", gcm, func(p *parts) { p.algorithm = identifier(dottedGCM128, nil) }, nil},
		{"something behind GCM parameters", gcm, func(p *parts) {
			p.algorithm = identifier(dottedGCM128, ber.Wrap(ber.Sequence, octets(nonce), []byte{2, 1, 16}, []byte{5, 0}))
		}, nil},
		{"inner type without authAttrs", gcm, func(p *parts) { p.inner = TypeSignedData }, nil},
		{"inner type, authAttrs without content-type", gcm, func(p *parts) {
			p.inner, p.auth = TypeSignedData, attributes(1, Attribute{OID: attrSigningTime, Values: [][]byte{{5, 0}}})
		}, nil},
		{"content-type of another type", gcm, func(p *parts) { p.auth = attributes(1, contentType(TypeSignedData)) }, nil},
		{"two content-types", gcm, func(p *parts) { p.auth = attributes(1, contentType(TypeData), contentType(TypeData)) }, nil},
		{"content-type without a value", gcm, func(p *parts) { p.auth = attributes(1, Attribute{OID: attrContentType}) }, nil},
		{"authAttrs empty", gcm, func(p *parts) { p.auth = []byte{0xa1, 0} }, nil},
		{"authAttrs with tag [2]", gcm, func(p *parts) { p.auth = attributes(2, contentType(TypeData)) }, nil},
		{"unauthAttrs with tag [3]", gcm, func(p *parts) { p.after = attributes(3, contentType(TypeData)) }, nil},
		{"unprotectedAttrs with tag [2]", cbc, func(p *parts) { p.after = attributes(2, contentType(TypeData)) }, nil},
		{"unprotectedAttrs twice", cbc, func(p *parts) {
			p.after = bytes.Repeat(attributes(1, contentType(TypeData)), 2)
		}, nil},
		{"something behind", gcm, func(p *parts) { p.behind = []byte{5, 0} }, nil},
		{"another message behind", gcm, func(p *parts) { p.behind = gcm }, nil},
		{"another content type", gcm, func(p *parts) { p.outer = TypeSignedData }, nil},
		{"EncryptedData", cbc, func(p *parts) { p.outer = TypeEncryptedData }, nil},
		{"ktri cut", gcm, func(p *parts) { p.infos = [][]byte{{0x30, 3, 2, 1, 0}} }, nil},
		{"ktri with something behind", gcm, func(p *parts) {
			p.infos = [][]byte{ber.Wrap(ber.Sequence, []byte{2, 1, 2}, implicit(0, iv), identifier("1.2.840.113549.1.1.1", nil), octets(iv), []byte{5, 0})}
		}, nil},
		{"kari without recipients", gcm, func(p *parts) {
			p.infos = append(p.infos, ber.Wrap(ber.Context(1), []byte{2, 1, 3}, ber.Wrap(ber.Context(0), implicit(0, iv)), identifier("1.3.132.1.11.1", nil), ber.Wrap(ber.Sequence)))
		}, nil},
		{"originator's key of unused bits", gcm, func(p *parts) {
			p.infos = [][]byte{ber.Wrap(ber.Context(1), []byte{2, 1, 3}, ber.Wrap(ber.Context(0), ber.Wrap(ber.Context(1), identifier("1.3.101.110", nil), []byte{3, 2, 1, 0x80})))}
		}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := take(t, tc.from)
			tc.change(p)
			e, err := ReadEnvelope(bytes.NewReader(p.message()), Limits{})
			wanted := tc.fault
			if wanted == nil {
				wanted = isMalformed
			}
			if !wanted(err) {
				t.Errorf("got %v", err)
			}
			if e != nil {
				t.Error("an envelope with the error")
			}
		})
	}
}

// TestEnvelopeTolerated: what looks odd and is decrypted all the same.
func TestEnvelopeTolerated(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	plain := []byte("some content of some length")
	gcm := encrypted(t, plain, "aes-128-gcm", true, Recipient{Certificate: who.cert})
	cbc := encrypted(t, plain, "aes-128-cbc", true, Recipient{Certificate: who.cert})
	other := encrypted(t, nil, "aes-128-cbc", true, Recipient{Certificate: people()["rsa-2048"].cert})
	junk := []byte{5, 0}
	for _, tc := range []struct {
		name   string
		from   []byte
		change func(p *parts)
		note   string
	}{
		{"unchanged", gcm, func(p *parts) {}, ""},
		{"unchanged, CBC", cbc, func(p *parts) {}, ""},
		{"version 7", gcm, func(p *parts) { p.version = 7 }, "version"},
		{"version 0", cbc, func(p *parts) { p.version = 0 }, "version"},
		{"originatorInfo with junk", gcm, func(p *parts) { p.before = [][]byte{ber.Wrap(ber.Context(0), ber.Wrap(ber.Context(0), junk))} }, ""},
		{"unknown recipient", gcm, func(p *parts) { p.infos = append([][]byte{ber.Wrap(ber.Context(9), junk)}, p.infos...) }, "unknown kind"},
		{"private recipient", gcm, func(p *parts) { p.infos = append([][]byte{{0xc1, 1, 0}}, p.infos...) }, "unknown kind"},
		{"ori", gcm, func(p *parts) {
			p.infos = append([][]byte{ber.Wrap(ber.Context(4), derOID(TypeReceipt), junk)}, p.infos...)
		}, ""},
		{"last of 1000", gcm, func(p *parts) {
			p.infos = append(slices.Repeat([][]byte{ber.Wrap(ber.Context(9), junk)}, 999), p.infos...)
		}, "unknown kind"},
		{"name that is none", gcm, func(p *parts) {
			p.infos = append([][]byte{ber.Wrap(ber.Sequence, []byte{2, 1, 0}, ber.Wrap(ber.Sequence, junk), identifier("1.2.840.113549.1.1.1", junk), octets(junk))}, p.infos...)
		}, "cannot be read"},
		{"unauthAttrs", gcm, func(p *parts) {
			p.after = marshalAttributes(ber.Context(2), []Attribute{{OID: attrSigningTime, Values: [][]byte{junk}}})
		}, ""},
		{"unprotectedAttrs", cbc, func(p *parts) {
			p.after = marshalAttributes(ber.Context(1), []Attribute{{OID: attrSigningTime, Values: [][]byte{junk}}})
		}, ""},
		{"zeros behind", gcm, func(p *parts) { p.behind = make([]byte, 100) }, "zeros"},
		{"content in segments", gcm, func(p *parts) {
			c := p.content[2:]
			p.content = ber.Wrap(ber.Context(0), octets(c[:5]), ber.Wrap(ber.OctetString, octets(c[5:20]), octets(nil)), octets(c[20:]))
		}, ""},
		{"somebody else, too", cbc, func(p *parts) { p.infos = append(p.infos, take(t, other).infos...) }, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := take(t, tc.from)
			tc.change(p)
			e, got, err := decrypted(p.message(), who)
			if err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("%q, %v", got, err)
			}
			notes := strings.Join(e.Notes, "; ")
			if (tc.note == "") != (notes == "") || !strings.Contains(notes, tc.note) {
				t.Errorf("notes %q", notes)
			}
		})
	}
}

// TestEnvelopeTags: every tag length that RFC 5084 allows.
func TestEnvelopeTags(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	plain := []byte("tagged")
	gcm := encrypted(t, plain, "aes-128-gcm", true, Recipient{Certificate: who.cert})
	e, _ := ReadEnvelope(bytes.NewReader(gcm), Limits{})
	for _, icv := range []int{0, 12, 13, 14, 15, 16} {
		p := take(t, gcm)
		n := icv
		if n == 0 {
			n = 12 // DEFAULT
		}
		p.algorithm, p.mac = identifier(dottedGCM128, gcmParameters(e.Parameters.IV, icv)), octets(e.MAC[:n])
		read, got, err := decrypted(p.message(), who)
		if err != nil || !bytes.Equal(got, plain) || read.Parameters.TagSize != n {
			t.Errorf("%d: %q, %v", icv, got, err)
		}
		for bit := range 8 * n {
			p.mac = octets(e.MAC[:n])
			p.mac[2+bit/8] ^= 1 << (bit % 8)
			if _, got, err := decrypted(p.message(), who); err != ErrDecrypt || len(got) != 0 {
				t.Errorf("%d, bit %d: %q, %v", icv, bit, got, err)
			}
		}
	}
}

// authenticated makes an AuthEnvelopedData with authAttrs, which the writer does not.
func authenticated(t testing.TB, who *person, plain []byte, inner ContentType, attributes []byte) *parts {
	t.Helper()
	c := cipherNamed(t, "aes-128-gcm")
	cek := content(16)
	infos, _, err := makeRecipients([]Recipient{{Certificate: who.cert}}, cek)
	if err != nil {
		t.Fatal(err)
	}
	parameters, err := c.NewParameters()
	if err != nil {
		t.Fatal(err)
	}
	var aad []byte
	if attributes != nil {
		aad = append([]byte{0x31}, attributes[1:]...)
	}
	enc, err := c.NewEncrypter(parameters, cek, aad)
	if err != nil {
		t.Fatal(err)
	}
	out := enc.Update(nil, plain)
	out, tag := enc.Final(out)
	return &parts{outer: TypeAuthEnvelopedData, inner: inner, infos: infos, algorithm: parameters.Identifier.DER(), content: implicit(0, out), auth: attributes, mac: octets(tag)}
}

func TestEnvelopeAuthenticatedAttributes(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	plain := []byte("some content")
	first := Attribute{OID: attrContentType, Values: [][]byte{derOID(TypeSignedData)}}
	second := Attribute{OID: attrSigningTime, Values: [][]byte{{5, 0}}}
	sortedSet := marshalAttributes(ber.Context(1), []Attribute{first, second})
	unsorted := ber.Wrap(ber.Context(1), slices.Concat(marshalAttributes(ber.Set, []Attribute{second})[2:], marshalAttributes(ber.Set, []Attribute{first})[2:]))
	if bytes.Equal(sortedSet, unsorted) {
		unsorted = ber.Wrap(ber.Context(1), slices.Concat(marshalAttributes(ber.Set, []Attribute{first})[2:], marshalAttributes(ber.Set, []Attribute{second})[2:]))
	}
	for _, tc := range []struct {
		name       string
		made, sent []byte
		good       bool
		note       string
	}{
		{"sorted", sortedSet, sortedSet, true, ""},
		{"made and sent unsorted", unsorted, unsorted, true, "not in DER"},
		{"reordered", sortedSet, unsorted, false, ""},
		{"removed", sortedSet, nil, false, ""},
		{"added", nil, sortedSet, false, ""},
		{"one removed", sortedSet, marshalAttributes(ber.Context(1), []Attribute{first}), false, ""},
		{"indefinite length", sortedSet, append(append([]byte{0xa1, 0x80}, sortedSet[2:]...), 0, 0), true, ""},
	} {
		p := authenticated(t, who, plain, TypeSignedData, tc.made)
		p.auth = tc.sent
		e, got, err := decrypted(p.message(), who)
		if tc.good {
			if err != nil || !bytes.Equal(got, plain) || len(e.AuthAttributes) != 2 || e.InnerType != TypeSignedData {
				t.Errorf("%s: %q, %v", tc.name, got, err)
			} else if notes := strings.Join(e.Notes, "; "); !strings.Contains(notes, tc.note) || tc.note == "" && notes != "" {
				t.Errorf("%s: notes %q", tc.name, notes)
			}
			continue
		}
		if err == nil || len(got) > 0 {
			t.Errorf("%s: %q, %v", tc.name, got, err)
		}
	}
}

// TestEnvelopeFlips changes every bit of a message: nothing but the plaintext
// may come out of an AEAD, and nothing at all together with an error.
func TestEnvelopeFlips(t *testing.T) {
	t.Parallel()
	plain := []byte("Content-Type: text/plain\r\n\r\nsecret")
	for _, tc := range []struct{ kind, cipher string }{{"x25519", "aes-256-gcm"}, {"p-256", "aes-128-gcm"}, {"rsa-2048", "aes-128-gcm"}} {
		t.Run(tc.kind, func(t *testing.T) {
			t.Parallel()
			who := people()[tc.kind]
			for _, announce := range []bool{true, false} {
				message := encrypted(t, plain, tc.cipher, announce, Recipient{Certificate: who.cert})
				for i := range message {
					for bit := range 8 {
						if (tc.kind != "x25519" || !announce) && bit != i%8 {
							continue
						}
						changed := bytes.Clone(message)
						changed[i] ^= 1 << bit
						_, got, err := decrypted(changed, who)
						if err == nil && !bytes.Equal(got, plain) {
							t.Fatalf("octet %d, bit %d: other content", i, bit)
						}
						if err != nil && len(got) > 0 {
							t.Fatalf("octet %d, bit %d: %d octets together with %v", i, bit, len(got), err)
						}
					}
				}
			}
		})
	}
}

func TestEnvelopeTruncated(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"aes-128-gcm", "aes-128-cbc"} {
		for _, announce := range []bool{true, false} {
			who := people()["x25519"]
			message := encrypted(t, content(100), name, announce, Recipient{Certificate: who.cert})
			e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			cek, err := e.ContentKey(e.Recipients[0], who.key)
			if err != nil {
				t.Fatal(err)
			}
			for n := range message {
				var bad *MalformedError
				if _, err := ReadEnvelope(bytes.NewReader(message[:n]), Limits{}); !errors.As(err, &bad) {
					t.Fatalf("%s, %d of %d octets: %v", name, n, len(message), err)
				}
				// Cut between the readings.
				var out bytes.Buffer
				err := e.Decrypt(opener(message[:n]), cek, &out)
				if err == nil && !bytes.Equal(out.Bytes(), content(100)) || err != nil && e.Cipher.Authenticated && out.Len() > 0 {
					t.Fatalf("%s, %d octets the second time: %d octets out, %v", name, n, out.Len(), err)
				}
			}
		}
	}
}

// TestEnvelopeWrongKey: a wrong key, a damaged key and a damaged content are one error.
func TestEnvelopeWrongKey(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"rsa-2048", "p-256"} {
		for _, oaep := range []bool{false, true} {
			for _, name := range []string{"aes-256-gcm", "aes-256-cbc"} {
				t.Run(fmt.Sprintf("%s/%v/%s", kind, oaep, name), func(t *testing.T) {
					t.Parallel()
					who, stranger := people()[kind], people()["other "+kind]
					message := encrypted(t, content(1000), name, true, Recipient{Certificate: who.cert, OAEP: oaep})
					e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
					if err != nil {
						t.Fatal(err)
					}
					ri := e.Recipients[0]
					damaged := *ri
					damaged.EncryptedKey = bytes.Clone(ri.EncryptedKey)
					damaged.EncryptedKey[7] ^= 1
					short := *ri
					short.EncryptedKey = ri.EncryptedKey[:len(ri.EncryptedKey)-1]
					empty := *ri
					empty.EncryptedKey = nil
					for what, try := range map[string]struct {
						ri  *RecipientInfo
						key *algorithm.PrivateKey
					}{"stranger": {ri, stranger.key}, "damaged": {&damaged, who.key}, "short": {&short, who.key}, "empty": {&empty, who.key}} {
						wrong := 0
						for range 12 { // CBC takes a random key for right once in 256
							var out bytes.Buffer
							cek, err := e.ContentKey(try.ri, try.key)
							implicit := err == nil
							if kind == "rsa-2048" && !oaep && !implicit {
								t.Errorf("%s: the padding of the key showed: %v", what, err)
							}
							if err == nil {
								err = e.Decrypt(opener(message), cek, &out)
							}
							if err == ErrDecrypt {
								wrong++
							} else if e.Cipher.Authenticated || err != nil {
								t.Errorf("%s: %v", what, err)
							}
							if e.Cipher.Authenticated && out.Len() > 0 {
								t.Errorf("%s: something came out", what)
							}
						}
						if wrong < 9 {
							t.Errorf("%s: succeeded %d of 12 times", what, 12-wrong)
						}
					}
				})
			}
		}
	}
}

// TestEnvelopeKeyOfWrongLength: a content-encryption key of another length
// looks like any other wrong key.
func TestEnvelopeKeyOfWrongLength(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"aes-256-gcm", "aes-256-cbc"} {
		message := encrypted(t, content(1000), name, true, Recipient{Certificate: people()["p-256"].cert})
		e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{0, 1, 16, 24, 31, 33, 64} {
			for range 20 {
				var out bytes.Buffer
				opened := 0
				err := e.Decrypt(func() (io.Reader, error) { opened++; return bytes.NewReader(message), nil }, make([]byte, n), &out)
				if err != ErrDecrypt || out.Len() > 0 || opened != 1 {
					t.Fatalf("%s, %d octets: %v, %d out, read %d times", name, n, err, out.Len(), opened)
				}
				if err := passingDiffers(message, make([]byte, n), nil, ErrDecrypt); err != nil {
					t.Fatalf("%s, %d octets: %v", name, n, err)
				}
			}
		}
	}
	for _, size := range []int{0, 15, 16, 31, 33, 48} { // wrapped for others than the content cipher takes
		p := take(t, encrypted(t, nil, "aes-256-gcm", true, Recipient{Certificate: people()["rsa-2048"].cert}))
		for _, oaep := range []bool{false, true} {
			infos, _, err := makeRecipients([]Recipient{{Certificate: people()["rsa-2048"].cert, OAEP: oaep}}, make([]byte, max(size, 1)))
			if err != nil {
				t.Fatal(err)
			}
			p.infos = infos
			e, rerr := ReadEnvelope(bytes.NewReader(p.message()), Limits{})
			if rerr != nil {
				t.Fatal(rerr)
			}
			if _, kerr := e.ContentKey(e.Recipients[0], people()["rsa-2048"].key); oaep && kerr != ErrDecrypt || !oaep && kerr != nil {
				t.Errorf("a key of %d octets, OAEP %v: ContentKey %v", size, oaep, kerr)
			}
			if _, got, err := decrypted(p.message(), people()["rsa-2048"]); err != ErrDecrypt || len(got) > 0 {
				t.Errorf("a key of %d octets: %v", size, err)
			}
		}
	}
}

// TestEnvelopePadding goes through every last octet.
func TestEnvelopePadding(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	p := take(t, encrypted(t, make([]byte, 31), "aes-128-cbc", true, Recipient{Certificate: who.cert}))
	for v := range 256 {
		p.content[2+15] = byte(v) // the octet before that of the padding, 16 octets further on
		good := 0
		e, err := ReadEnvelope(bytes.NewReader(p.message()), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		cek, _ := e.ContentKey(e.Recipients[0], who.key)
		d, _ := e.Cipher.NewDecrypter(e.Parameters, cek)
		raw := d.Update(nil, append(bytes.Clone(p.content[2:]), make([]byte, 16)...))
		last := raw[16:32]
		n := int(last[15])
		if n >= 1 && n <= 16 && bytes.Equal(last[16-n:], bytes.Repeat([]byte{byte(n)}, n)) {
			good = 1
		}
		_, got, err := decrypted(p.message(), who)
		if (err == nil) != (good == 1) || err != nil && err != ErrDecrypt || err == nil && len(got) != 32-n {
			t.Errorf("padding ends with %d: %v", n, err)
		}
	}
}

func TestEnvelopeDuplicates(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"rsa-2048", "p-256"} {
		who := people()[kind]
		p := take(t, encrypted(t, nil, "aes-128-gcm", true, Recipient{Certificate: who.cert}))
		q := take(t, encrypted(t, nil, "aes-128-gcm", true, Recipient{Certificate: who.cert, ByKeyID: true}))
		for _, tc := range []struct {
			infos      [][]byte
			duplicates bool
			matching   int
		}{
			{p.infos, false, 1},
			{slices.Concat(p.infos, p.infos), true, 2},
			{slices.Concat(q.infos, q.infos), true, 2},
			{slices.Concat(p.infos, q.infos), false, 2},
		} {
			p.infos = tc.infos
			e, err := ReadEnvelope(bytes.NewReader(p.message()), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if e.Duplicates() != tc.duplicates || len(e.Matching(who.cert)) != tc.matching {
				t.Errorf("%s: duplicates %v, %d matching", kind, e.Duplicates(), len(e.Matching(who.cert)))
			}
		}
	}
}

func TestEnvelopeUnsupported(t *testing.T) {
	t.Parallel()
	who := people()["p-256"]
	var unsupported *algorithm.UnsupportedError
	p := take(t, encrypted(t, []byte("x"), "aes-128-gcm", true, Recipient{Certificate: who.cert}))
	good := p.algorithm
	for _, dotted := range []string{"2.16.840.1.101.3.4.1.3" /* OFB */, "2.16.840.1.101.3.4.1.4" /* CFB */, "1.2.3.4"} {
		p.algorithm = identifier(dotted, octets(make([]byte, 16)))
		e, err := ReadEnvelope(bytes.NewReader(p.message()), Limits{})
		if err != nil || !errors.As(e.Unsupported, &unsupported) || e.Cipher != nil {
			t.Errorf("%s: %v", dotted, err)
			continue
		}
		if _, err := e.ContentKey(e.Recipients[0], who.key); !errors.As(err, &unsupported) {
			t.Errorf("%s: key %v", dotted, err)
		}
		if err := e.Decrypt(opener(p.message()), make([]byte, 16), io.Discard); !errors.As(err, &unsupported) {
			t.Errorf("%s: decrypt %v", dotted, err)
		}
	}
	p.algorithm = good
	e, _ := ReadEnvelope(bytes.NewReader(p.message()), Limits{})
	named := *e.Recipients[0]
	named.Originator = nil
	unknown := *e.Recipients[0]
	unknown.Algorithm.OID = "\x2a\x03"
	for name, ri := range map[string]*RecipientInfo{"static originator": &named, "unknown agreement": &unknown, "unknown kind": {Kind: UnknownRecipient}, "kek": {Kind: KEK}} {
		if _, err := e.ContentKey(ri, who.key); !errors.As(err, &unsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := e.ContentKey(e.Recipients[0], people()["rsa-2048"].key); !errors.As(err, &unsupported) {
		t.Errorf("key of another kind: %v", err)
	}
}

// TestEnvelopeSecondReading gives other octets to the second reading.
func TestEnvelopeSecondReading(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	for _, name := range []string{"aes-128-gcm", "aes-128-cbc"} {
		plain := content(2 << 20)
		message := encrypted(t, plain, name, true, Recipient{Certificate: who.cert})
		longer := encrypted(t, content(2<<20+16), name, true, Recipient{Certificate: who.cert})
		shorter := encrypted(t, content(1<<20), name, true, Recipient{Certificate: who.cert})
		e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		cek, err := e.ContentKey(e.Recipients[0], who.key)
		if err != nil {
			t.Fatal(err)
		}
		again := take(t, message)
		again.infos = take(t, longer).infos
		again.content = take(t, longer).content
		less := take(t, message)
		less.content = take(t, shorter).content
		nonce, inner := take(t, message), take(t, message)
		nonce.algorithm[len(nonce.algorithm)-5] ^= 1
		inner.inner = TypeSignedData
		failing := errors.New("the disk is gone")
		for _, tc := range []struct {
			what string
			open func() (io.Reader, error)
			want error // nil: any but ErrDecrypt
		}{
			{"another message", opener(longer), ErrChanged},
			{"other parameters", opener(nonce.message()), ErrChanged},
			{"another inner type", opener(inner.message()), ErrChanged},
			{"longer", opener(again.message()), ErrChanged},
			{"shorter", opener(less.message()), ErrChanged},
			{"empty", opener(nil), nil},
			{"not to be opened", func() (io.Reader, error) { return nil, failing }, failing},
			{"fails", func() (io.Reader, error) {
				return io.MultiReader(bytes.NewReader(message[:1<<20]), failReader{failing}), nil
			}, failing},
		} {
			calls := 0
			open := func() (io.Reader, error) {
				if calls++; calls == 1 && e.Cipher.Authenticated {
					return bytes.NewReader(message), nil
				}
				return tc.open()
			}
			n := new(countOctets)
			err := e.Decrypt(open, cek, n)
			if int64(*n) > e.CiphertextSize {
				t.Errorf("%s, %s: %d octets came out", name, tc.what, *n)
			}
			if err == nil || err == ErrDecrypt || tc.want != nil && !errors.Is(err, tc.want) {
				t.Errorf("%s, %s: %v", name, tc.what, err)
			}
		}
		sink := &countWriter{failAt: 2}
		if err := e.Decrypt(opener(message), cek, sink); !errors.Is(err, errSink) {
			t.Errorf("%s, sink: %v", name, err)
		}
	}
}

type failReader struct{ err error }

func (r failReader) Read([]byte) (int, error) { return 0, r.err }

// TestEnvelopeReads counts the readings: a large AEAD content twice, a small
// one once, CBC once.
func TestEnvelopeReads(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	for _, tc := range []struct {
		cipher string
		size   int
		want   int
	}{{"aes-128-gcm", 0, 1}, {"aes-128-gcm", 1000, 1}, {"aes-128-gcm", heldSize, 1}, {"aes-128-gcm", heldSize + 1, 2}, {"aes-128-cbc", 2 << 20, 1}} {
		message := encrypted(t, content(tc.size), tc.cipher, true, Recipient{Certificate: who.cert})
		e, _ := ReadEnvelope(bytes.NewReader(message), Limits{})
		cek, _ := e.ContentKey(e.Recipients[0], who.key)
		opened := 0
		var out bytes.Buffer
		err := e.Decrypt(func() (io.Reader, error) { opened++; return bytes.NewReader(message), nil }, cek, &out)
		if err != nil || !bytes.Equal(out.Bytes(), content(tc.size)) || opened != tc.want {
			t.Errorf("%s, %d: read %d times, %v", tc.cipher, tc.size, opened, err)
		}
	}
}

// TestRecipientRaw: Raw is the whole RecipientInfo.
func TestRecipientRaw(t *testing.T) {
	t.Parallel()
	message := encrypted(t, nil, "aes-128-gcm", true, Recipient{Certificate: people()["rsa-2048"].cert})
	e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	s := cryptobyte.String(e.Recipients[0].Raw)
	if !s.SkipASN1(0x30) || !s.Empty() || !bytes.Contains(message, e.Recipients[0].Raw) {
		t.Errorf("%x", e.Recipients[0].Raw)
	}
}
