package cms

import (
	"bytes"
	"crypto/aes"
	"crypto/hkdf"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"hash"
	"regexp"
	"slices"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// Initial values of RFC 3394, Section 2.2.3.1, and RFC 5649, Section 3.
var (
	plainIV  = []byte{0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6}
	paddedIV = []byte{0xa6, 0x59, 0x59, 0xa6}
)

// foreignWrap is the wrapping process of RFC 3394, Section 2.2.1, for keys of whole units: with padding, the initial value
// holds the length as well.
func foreignWrap(t *testing.T, kek, cek, iv []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(kek)
	if err != nil || len(cek)%8 != 0 || len(cek) < 16 {
		t.Fatalf("%v, a key of %d octets", err, len(cek))
	}
	out := append(slices.Clone(iv), cek...)
	if len(iv) == 4 {
		out = append(binary.BigEndian.AppendUint32(slices.Clone(iv), uint32(len(cek))), cek...)
	}
	var b [16]byte
	for step := range 6 * (len(cek) / 8) {
		r := out[8*(step%(len(cek)/8)+1):][:8]
		copy(b[:8], out[:8])
		copy(b[8:], r)
		block.Encrypt(b[:], b[:])
		binary.BigEndian.PutUint64(out, binary.BigEndian.Uint64(b[:8])^uint64(step+1))
		copy(r, b[8:])
	}
	return out
}

// foreignAgreement is a row of the table, computed with the standard library.
type foreignAgreement struct {
	name string
	oid  string
	hash func() hash.Hash
	hkdf bool
}

var foreignHashes = map[string]func() hash.Hash{
	"sha1": sha1.New, "sha224": sha256.New224, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
	"sha3-256": func() hash.Hash { return sha3.New256() },
}

// foreignAgreements are all rows; one that the names here do not say how to compute is an error.
func foreignAgreements(t *testing.T) []foreignAgreement {
	t.Helper()
	var list []foreignAgreement
	for _, r := range algorithm.Rows() {
		if r.Table != "key-agreement" {
			continue
		}
		h := foreignHashes[regexp.MustCompile(`sha(3-)?[0-9]+`).FindString(r.Name)]
		if h == nil {
			t.Fatalf("no hash for %s: add it here", r.Name)
		}
		list = append(list, foreignAgreement{r.Name, r.OID.String(), h, strings.Contains(r.Name, "hkdf")})
	}
	return list
}

// kek derives a key-encryption key: ANSI X9.63 as in SEC 1, Section 3.6.1, or HKDF (RFC 8418, Section 2.2), both over
// ECC-CMS-SharedInfo (RFC 5753, Section 7.2).
func (a *foreignAgreement) kek(t *testing.T, secret, ukm, wrapID []byte, size int) []byte {
	t.Helper()
	fields := [][]byte{wrapID}
	if ukm != nil {
		fields = append(fields, ber.Wrap(ber.Context(0), octets(ukm)))
	}
	info := ber.Wrap(ber.Sequence, append(fields, ber.Wrap(ber.Context(2), octets(binary.BigEndian.AppendUint32(nil, uint32(8*size)))))...)
	if a.hkdf {
		out, err := hkdf.Key(a.hash, secret, ukm, string(info), size)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	var out []byte
	for counter := uint32(1); len(out) < size; counter++ {
		h := a.hash()
		h.Write(secret)
		h.Write(binary.BigEndian.AppendUint32(nil, counter))
		h.Write(info)
		out = h.Sum(out)
	}
	return out[:size]
}

// foreignWraps are the wraps of AES, with and without padding.
var foreignWraps = []struct {
	oid  string
	size int
	iv   []byte
}{
	{"2.16.840.1.101.3.4.1.5", 16, plainIV}, {"2.16.840.1.101.3.4.1.25", 24, plainIV}, {"2.16.840.1.101.3.4.1.45", 32, plainIV},
	{"2.16.840.1.101.3.4.1.8", 16, paddedIV}, {"2.16.840.1.101.3.4.1.28", 24, paddedIV}, {"2.16.840.1.101.3.4.1.48", 32, paddedIV},
}

// foreignECDH is a vector: two keys, and what they agree on.
type foreignECDH struct {
	TcID            int
	Public, Private string
	Shared          hexOctets
	Comment, Result string
	Flags           []string
}

// acceptableECDH says what is done with vectors that a reader may take or not.
var acceptableECDH = []struct {
	flag string
	good bool
	why  string
}{
	{"ZeroSharedSecret", false, "a point of small order: the secret is zero (RFC 8418, Section 2)"},
	{"UnnamedCurve", false, "a curve that is written out (RFC 5480, Section 2.1.1)"},
	{"CompressedPoint", true, "a compressed point (RFC 5480, Section 2.2)"},
	{"Twist", true, "a point of the twist, as RFC 7748, Section 5 wants"},
	{"NonCanonicalPublic", true, "a number not below the prime, as RFC 7748, Section 5 wants"},
	{"SmallPublicKey", true, "a small number that is a point"},
	{"LowOrderPublic", true, "a number that is no point of small order after all"},
	{"SpecialPublicKey", true, "a special number that is a point"},
}

func TestWycheproofKeyAgreement(t *testing.T) {
	t.Parallel()
	for _, file := range []struct {
		name, key       string
		opened, refused int
	}{
		{"ecdh_secp256r1_pem", "p-256", 330, 60},
		{"ecdh_secp384r1_pem", "p-384", 771, 50},
		{"ecdh_secp521r1_pem", "p-521", 632, 60},
		{"x25519_pem", "x25519", 480, 31},
		{"x25519_asn", "x25519", 480, 49},
		{"x448_pem", "x448", 480, 23},
		{"x448_asn", "x448", 480, 41},
	} {
		t.Run(file.name, func(t *testing.T) {
			t.Parallel()
			type group struct{ Tests []foreignECDH }
			groups, total := wycheproofGroups[group](t, file.name)
			c := newTally(t, file.name)
			rows := foreignAgreements(t)
			n := 0
			for _, g := range groups {
				for i := range g.Tests {
					if hasFlag(g.Tests[i].Flags, "EdgeCaseDoubling") && file.key != "p-256" && i%4 != 0 && !everyVector() {
						c.sample(1)
						continue
					}
					// Every row meets every wrap, again and again.
					c.agreement(&g.Tests[i], &rows[n%len(rows)], n/len(rows)%len(foreignWraps), people()[file.key])
					n++
				}
			}
			c.done(total, file.opened, file.refused)
		})
	}
}

func (c *tally) agreement(v *foreignECDH, row *foreignAgreement, wrap int, other *person) {
	c.t.Helper()
	decode := func(text string) []byte {
		if block, _ := pem.Decode([]byte(text)); block != nil {
			return block.Bytes
		}
		b, _ := hex.DecodeString(text)
		return b
	}
	private, err := algorithm.ParsePrivateKey(decode(v.Private))
	if err != nil {
		c.leftOut(1, "private key: "+err.Error())
		return
	}
	// OriginatorPublicKey has the fields of SubjectPublicKeyInfo (RFC 5652, Section 6.2.2).
	from := decode(v.Public)
	if len(from) == 0 {
		c.leftOut(1, "no public key in the PEM file")
		return
	}
	if from[0] == 0x30 {
		from = append([]byte{0xa1}, from[1:]...)
	}
	cek, w := content(32), foreignWraps[wrap]
	wrapID := identifier(w.oid, nil)
	var ukm, ukmField []byte
	if v.TcID%2 == 0 {
		ukm = []byte("keying material")
		ukmField = ber.Wrap(ber.Context(1), octets(ukm))
	}
	encrypted := foreignWrap(c.t, row.kek(c.t, v.Shared, ukm, wrapID, w.size), cek, w.iv)
	p := foreignContent(c.t, cek, true)
	p.infos = [][]byte{ber.Wrap(ber.Context(1), integer(3), ber.Wrap(ber.Context(0), from), ukmField, identifier(row.oid, wrapID),
		ber.Wrap(ber.Sequence, ber.Wrap(ber.Sequence, ber.Wrap(ber.Context(0), octets(foreignKeyID)), octets(encrypted))))}

	want, reason := v.Result == "valid", ""
	if v.Result == "acceptable" {
		for _, rule := range acceptableECDH {
			if hasFlag(v.Flags, rule.flag) {
				want, reason = rule.good, rule.why
				break
			}
		}
		if reason == "" && !hasFlag(v.Flags, "InvalidPem") {
			c.t.Errorf("%s %d (%s): no rule for %v", c.file, v.TcID, v.Comment, v.Flags)
		}
	}
	err = readForeign(p.message(), foreignText, withKey(private))
	if reason == "" && hasFlag(v.Flags, "InvalidPem") {
		// Another encoding of the key: read where it is BER, as long as it means the same; the secret shows that it does.
		want, reason = err == nil || isDER(decode(v.Public)), "another encoding of the key that is BER"
		if !want {
			reason = "another encoding of the key that is none"
		}
		if err == ErrDecrypt {
			c.t.Errorf("%s %d (%s): another key is read", c.file, v.TcID, v.Comment)
		}
	}
	c.judge(v.TcID, v.Comment, v.Flags, want, reason, err)
	if err == nil || err == ErrDecrypt {
		return
	}
	// What is told apart from a wrong key is a fact in public: another key of the curve is told the same.
	if _, ok := errors.AsType[*MalformedError](err); !ok {
		c.t.Errorf("%s %d (%s): %v", c.file, v.TcID, v.Comment, err)
	}
	if again := readForeign(p.message(), foreignText, withKey(other.key)); again == nil || again.Error() != err.Error() {
		c.t.Errorf("%s %d (%s): %v, and with another key %v", c.file, v.TcID, v.Comment, err, again)
	}
}

// isDER reports whether the standard library reads a public key and writes it like that.
func isDER(spki []byte) bool {
	key, err := x509.ParsePKIXPublicKey(spki)
	if err != nil {
		return false
	}
	again, err := x509.MarshalPKIXPublicKey(key)
	return err == nil && bytes.Equal(again, spki)
}

// TestWycheproofKeyEncapsulation puts each ciphertext of ML-KEM into a KEMRecipientInfo (RFC 9629; RFC 9936).
func TestWycheproofKeyEncapsulation(t *testing.T) {
	t.Parallel()
	type group struct {
		ParameterSet string
		Tests        []struct {
			TcID            int
			Seed, C, K      hexOctets
			Comment, Result string
		}
	}
	for name, oid := range map[string]string{"mlkem_768": "2.16.840.1.101.3.4.4.2", "mlkem_1024": "2.16.840.1.101.3.4.4.3"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			groups, total := wycheproofGroups[group](t, name)
			c := newTally(t, name)
			cek := content(32)
			for _, g := range groups {
				for _, v := range g.Tests {
					key, err := algorithm.ParsePrivateKey(ber.Wrap(ber.Sequence, integer(0), identifier(oid, nil), octets(implicit(0, v.Seed))))
					if err != nil {
						if v.Result == "valid" || len(v.Seed) == 64 {
							t.Errorf("%d (%s): %v", v.TcID, v.Comment, err)
						}
						c.leftOut(1, "a seed that is no private key")
						continue
					}
					w := foreignWraps[v.TcID%len(foreignWraps)]
					wrapID := identifier(w.oid, nil)
					fields, ukmField := [][]byte{wrapID, integer(int64(w.size))}, []byte(nil)
					if v.TcID%3 == 0 {
						ukmField = ber.Wrap(ber.Context(0), octets([]byte("keying material")))
						fields = append(fields, ukmField)
					}
					kek, err := hkdf.Key(sha256.New, v.K, nil, string(ber.Wrap(ber.Sequence, fields...)), w.size)
					if err != nil {
						t.Fatal(err)
					}
					p := foreignContent(t, cek, true)
					p.infos = [][]byte{ber.Wrap(ber.Context(4), derOID(oriKEM), ber.Wrap(ber.Sequence, integer(0), implicit(0, foreignKeyID), identifier(oid, nil),
						octets(v.C), identifier("1.2.840.113549.1.9.16.3.28", nil), integer(int64(w.size)), ukmField, wrapID,
						octets(foreignWrap(t, kek, cek, w.iv))))}
					err = readForeign(p.message(), foreignText, withKey(key))
					c.judge(v.TcID, v.Comment, nil, v.Result == "valid", "", err)
					if _, malformed := errors.AsType[*MalformedError](err); err != nil && err != ErrDecrypt && !malformed {
						t.Errorf("%d (%s): %v", v.TcID, v.Comment, err)
					}
				}
			}
			c.done(total, 153, 1)
		})
	}
}
