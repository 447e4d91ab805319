package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"math/big"
	"os"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/hostiletest"
)

// oracleRecipient is a way to encrypt to bob, with what opens it and what does not.
type oracleRecipient struct {
	name  string
	first bool // of its kind of key
	bob   cms.Recipient
	args  []string // how the command line gets the secret
	files map[string][]byte
	// password is set where the key-encryption key comes from one: messages are made with fewer iterations then.
	password []byte
	// wrap makes the RecipientInfo hold another content-encryption key; nothing else about it changes but what is
	// random. With the other key the message names bob, and nobody can read it.
	wrap func(tb testing.TB, info *cmstest.Node, cek []byte, otherKey bool)
}

// oracleRecipients are all keys that are made and can be encrypted to, in every way that the tables have for them, and
// what two people share.
func oracleRecipients(t *testing.T, world *hostiletest.World) []oracleRecipient {
	t.Helper()
	var list []oracleRecipient
	for _, name := range algorithm.KeyNames() {
		if name == "rsa-3072" || name == "rsa-4096" || strings.HasPrefix(name, "slh-dsa-") {
			continue // slow to make: the same rows, and nothing to encrypt to
		}
		key := cmstest.Key(t, name, 70)
		if !key.Public.CanTransport && !key.Public.CanAgree && !key.Public.CanEncapsulate {
			continue
		}
		other := cmstest.Key(t, name, 71).Public
		bob := cmstest.Issue(t, world.Root, cmstest.Options{CommonName: "Bob", Emails: []string{"bob@example.test"}, Key: key, Serial: big.NewInt(2001)})
		ways := []*algorithm.KeyEncryption{nil}
		for _, way := range algorithm.KeyEncryptions() {
			if way.Fits(key.Public) {
				ways = append(ways, way)
			}
		}
		for _, way := range ways {
			label := name
			if way != nil {
				label += ", " + way.Name
			}
			list = append(list, oracleRecipient{
				name: label, first: way == nil, bob: cms.Recipient{Certificate: bob.Certificate, By: way},
				args: []string{"-i", "@bob-oracle.pem"}, files: map[string][]byte{"bob-oracle.pem": hostiletest.IdentityPEM(t, bob)},
				wrap: func(tb testing.TB, info *cmstest.Node, cek []byte, otherKey bool) {
					to := key.Public
					if otherKey {
						to = other
					}
					wrapAgain(tb, info, to, cek)
				},
			})
		}
	}
	kek, another := bytes.Repeat([]byte{0x42}, 32), bytes.Repeat([]byte{0x43}, 32)
	list = append(list, oracleRecipient{
		name: "shared key", first: true, bob: cms.Recipient{KEK: kek, KEKID: []byte("kek")},
		args: []string{"--kek-file", "@kek.bin"}, files: map[string][]byte{"kek.bin": kek},
		wrap: func(tb testing.TB, info *cmstest.Node, cek []byte, otherKey bool) {
			under := kek
			if otherKey {
				under = another
			}
			wrap, err := algorithm.KeyWrapFor(len(under))
			if err != nil {
				tb.Fatal(err)
			}
			encrypted, err := wrap.Wrap(under, cek)
			if err != nil {
				tb.Fatal(err)
			}
			info.At(3).Value = encrypted
		},
	})
	password := []byte("correct horse")
	return append(list, oracleRecipient{
		name: "password", first: true, bob: cms.Recipient{Password: password}, password: password,
		args: []string{"--recipient-password-file", "@password"}, files: map[string][]byte{"password": append(bytes.Clone(password), '\n')},
		wrap: func(tb testing.TB, info *cmstest.Node, cek []byte, otherKey bool) {
			from := password
			if otherKey {
				from = []byte("battery staple")
			}
			wrapUnderPassword(tb, info, from, cek)
		},
	})
}

// fewIterations are so few that many messages take no time.
const fewIterations = 1000

// wrapUnderPassword puts a key into a PasswordRecipientInfo (RFC 3211, Section 2.3.1), under HMAC-SHA-256 and AES-256.
func wrapUnderPassword(tb testing.TB, info *cmstest.Node, password, cek []byte) {
	tb.Helper()
	derivation := info.Find(ber.Context(0)).At(1)
	derivation.At(1).Value = []byte{fewIterations >> 8, fewIterations & 0xff}
	kek, err := pbkdf2.Key(sha256.New, string(password), derivation.At(0).Value, fewIterations, 32)
	if err != nil {
		tb.Fatal(err)
	}
	block, err := aes.NewCipher(kek)
	if err != nil {
		tb.Fatal(err)
	}
	b := append([]byte{byte(len(cek)), ^cek[0], ^cek[1], ^cek[2]}, cek...)
	for len(b)%16 != 0 || len(b) < 32 {
		b = append(b, 0)
	}
	cipher.NewCBCEncrypter(block, info.At(2, 1, 1).Value).CryptBlocks(b, b)
	cipher.NewCBCEncrypter(block, b[len(b)-16:]).CryptBlocks(b, b)
	info.At(3).Value = b
}

// identifierOf reads the AlgorithmIdentifier of a node.
func identifierOf(tb testing.TB, n *cmstest.Node) algorithm.Identifier {
	tb.Helper()
	id, err := algorithm.ParseIdentifier(n.Encode())
	if err != nil {
		tb.Fatal(err)
	}
	return id
}

// wrapAgain encrypts a content-encryption key of any length in the way that a RecipientInfo names.
func wrapAgain(tb testing.TB, info *cmstest.Node, to *algorithm.PublicKey, cek []byte) {
	tb.Helper()
	check := func(err error) {
		if err != nil {
			tb.Fatal(err)
		}
	}
	ukmUnder := func(n *cmstest.Node, tag uint32) []byte {
		if field := n.Find(ber.Context(tag)); field != nil {
			return field.At(0).Value
		}
		return nil
	}
	switch info.Tag {
	case ber.Sequence:
		transport, err := algorithm.FindKeyTransport(identifierOf(tb, info.At(2)))
		check(err)
		info.At(3).Value, err = transport.Encrypt(to, cek)
		check(err)
	case ber.Context(1):
		agreement, err := algorithm.FindKeyAgreement(identifierOf(tb, info.At(-2)))
		check(err)
		from, encrypted, err := agreement.Encrypt(to, ukmUnder(info, 1), cek)
		check(err)
		info.Find(ber.Context(0)).At(0, 1).Value = append([]byte{0}, from.Key...)
		info.At(-1, 0, 1).Value = encrypted
	case ber.Context(4):
		k := info.At(1)
		encapsulation, err := algorithm.FindKeyEncapsulation(identifierOf(tb, k.At(2)), identifierOf(tb, k.At(4)), identifierOf(tb, k.At(-2)), int(k.At(5).Value[0]))
		check(err)
		k.At(3).Value, k.At(-1).Value, err = encapsulation.Encrypt(to, ukmUnder(k, 0), cek)
		check(err)
	default:
		tb.Fatalf("a recipient of a kind that nothing is known of: %v", info.Tag)
	}
}

// oracleMessage is an encrypted entity, whose parts can be changed.
type oracleMessage struct{ *cmstest.Node }

func (m oracleMessage) info() *cmstest.Node       { return m.At(1, 0).Find(ber.Set).At(0) }
func (m oracleMessage) ciphertext() *cmstest.Node { return m.At(1, 0, 2, 2) }
func (m oracleMessage) tag() *cmstest.Node        { return m.At(1, 0, 3) }

// encryptedKey is the last field of a RecipientInfo, or of its one RecipientEncryptedKey.
func (m oracleMessage) encryptedKey() *cmstest.Node {
	n := m.info()
	for n.Constructed {
		n = n.At(-1)
	}
	return n
}

func flipped(n *cmstest.Node, at int) {
	if at < 0 {
		at += len(n.Value)
	}
	n.Value[at] ^= 0x10
}

// oracleChange is something with a secret in it that goes wrong.
type oracleChange struct {
	name   string
	change func(m oracleMessage)
}

// oracleChanges are the ways to fail for a recipient and a cipher.
func oracleChanges(t *testing.T, r *oracleRecipient, c *algorithm.ContentCipher) []oracleChange {
	t.Helper()
	random := func(n int) []byte {
		b := make([]byte, n)
		rand.Read(b)
		return b
	}
	wrapped := func(size int, otherKey bool) func(m oracleMessage) {
		return func(m oracleMessage) { r.wrap(t, m.info(), random(size), otherKey) }
	}
	if !r.first { // another way to the same code
		return []oracleChange{
			{"the first block changed", func(m oracleMessage) { flipped(m.ciphertext(), 0) }},
			{"another content-encryption key", wrapped(c.KeySize, false)},
			{"a content-encryption key of 24 octets", wrapped(24, false)},
			{"for another key", wrapped(c.KeySize, true)},
			{"the encrypted key changed", func(m oracleMessage) { flipped(m.encryptedKey(), 9) }},
			{"no encrypted key", func(m oracleMessage) { m.encryptedKey().Value = nil }},
		}
	}
	list := []oracleChange{
		{"the first block changed", func(m oracleMessage) { flipped(m.ciphertext(), 0) }},
		{"another content-encryption key", wrapped(c.KeySize, false)},
		{"for another key", wrapped(c.KeySize, true)},
		{"the encrypted key changed", func(m oracleMessage) { flipped(m.encryptedKey(), 9) }},
		{"the end of the encrypted key changed", func(m oracleMessage) { flipped(m.encryptedKey(), -1) }},
		{"an encrypted key of zeros", func(m oracleMessage) { clear(m.encryptedKey().Value) }},
		{"the encrypted key shorter", func(m oracleMessage) { n := m.encryptedKey(); n.Value = n.Value[:len(n.Value)-8] }},
		{"the encrypted key longer", func(m oracleMessage) { n := m.encryptedKey(); n.Value = append(n.Value, random(8)...) }},
		{"no encrypted key", func(m oracleMessage) { m.encryptedKey().Value = nil }},
	}
	for _, size := range []int{16, 24, 32, 40} {
		if size != c.KeySize {
			list = append(list, oracleChange{fmt.Sprintf("a content-encryption key of %d octets", size), wrapped(size, false)})
		}
	}
	if c.Authenticated {
		return append(list,
			oracleChange{"the last octet changed", func(m oracleMessage) { flipped(m.ciphertext(), -1) }},
			oracleChange{"the tag changed", func(m oracleMessage) { flipped(m.tag(), 0) }},
			oracleChange{"the end of the tag changed", func(m oracleMessage) { flipped(m.tag(), -1) }})
	}
	// (The last block itself would decrypt to some octets, one time of 256 to such as end in good padding.)
	return append(list,
		oracleChange{"the padding changed", func(m oracleMessage) { flipped(m.ciphertext(), -c.BlockSize-1) }},
		oracleChange{"a wrong key under which the padding fits", func(m oracleMessage) {
			r.wrap(t, m.info(), fittingKey(t, m, c), false)
		}})
}

// fittingKey searches a content-encryption key with which the padding comes out right, as one of 256 does.
func fittingKey(t *testing.T, m oracleMessage, c *algorithm.ContentCipher) []byte {
	t.Helper()
	p, err := algorithm.ParseIdentifier(m.At(1, 0, 2, 1).Encode())
	if err != nil {
		t.Fatal(err)
	}
	_, parameters, err := algorithm.FindContentCipher(p)
	if err != nil {
		t.Fatal(err)
	}
	key := make([]byte, c.KeySize)
	for {
		rand.Read(key)
		d, err := c.NewDecrypter(parameters, key)
		if err != nil {
			t.Fatal(err)
		}
		d.Update(nil, bytes.Clone(m.ciphertext().Value))
		if _, err := d.Final(nil); err == nil {
			return key
		}
	}
}

// TestOneAnswer lets everything that depends on a secret go wrong, for every recipient of the tables and every cipher, and
// wants one exit code, one screen and one report for all of it, octet for octet (P40, P41). A new row is tried without
// another line here.
func TestOneAnswer(t *testing.T) {
	t.Parallel()
	world := hostiletest.NewWorld(t)
	told := &alike{first: map[string]toldCase{}}
	pairs := 0
	for i, r := range oracleRecipients(t, world) {
		for _, c := range algorithm.ContentCiphers() {
			one := []string{"aes-256-gcm", "aes-256-cbc"}[i%2]
			both := r.first && (c.Name == "aes-256-gcm" || c.Name == "aes-256-cbc")
			// What a cipher says does not depend on the recipient: the whole product is for those who have the time.
			if c.ReadOnly || i > 0 && c.Name != one && !both && os.Getenv("SMIMECTL_ALL_VECTORS") == "" {
				continue
			}
			pairs++
			t.Run(r.name+", "+c.Name, func(t *testing.T) {
				t.Parallel()
				oneAnswer(t, world, told, &r, c, hostiletest.Text)
			})
			// A large ciphertext goes another way: it is read again, and what is inside is written while it is decrypted.
			if name := r.name + " " + c.Name; name == "rsa-2048 aes-256-cbc" || name == "p-256 aes-256-gcm" {
				t.Run(r.name+", "+c.Name+", large", func(t *testing.T) {
					t.Parallel()
					oneAnswer(t, world, told, &r, c, hostiletest.Text+strings.Repeat("a line of a large mail\r\n", 100_000))
				})
			}
		}
	}
	if pairs < 40 {
		t.Errorf("only %d recipients and ciphers", pairs)
	}
}

func oneAnswer(t *testing.T, world *hostiletest.World, told *alike, r *oracleRecipient, c *algorithm.ContentCipher, text string) {
	t.Helper()
	var sealed bytes.Buffer
	w, err := cms.NewEnvelopeWriter(&sealed, []cms.Recipient{r.bob}, cms.EnvelopeOptions{Cipher: c, ContentSize: int64(len(text))})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	message := sealed.Bytes()
	if r.password != nil {
		e, err := cms.ReadEnvelope(bytes.NewReader(message), cms.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		cek, err := e.ContentKeyPassword(e.Recipients[0], r.password)
		if err != nil {
			t.Fatal(err)
		}
		m := oracleMessage{cmstest.MustParse(message)}
		r.wrap(t, m.info(), cek, false)
		message = m.Encode()
	}
	smimeType := "enveloped-data"
	if c.Authenticated {
		smimeType = "authEnveloped-data"
	}
	try := func(name string, change func(m oracleMessage), want hostiletest.Want) {
		m := oracleMessage{cmstest.MustParse(message)}
		if change != nil {
			change(m)
		}
		one := hostiletest.Case{ID: "P40", Name: name, Args: append([]string{"decrypt", "--ca", "@ca.pem", "--entity"}, r.args...),
			Mail: hostiletest.OpaqueMail(smimeType, m.Encode()), Files: r.files, Want: want}
		if want.Exit != 0 {
			one.Alike = t.Name()
		}
		for _, large := range []int64{0, 1} {
			f := &catalogueFolder{dir: t.TempDir(), world: world, large: large}
			told.compare(t, &one, f.dir, f.check(t, &one))
		}
		if t.Failed() {
			t.Fatalf("%s", name)
		}
	}
	try("as it should be", nil, hostiletest.Opened([]byte(text)))
	for _, one := range oracleChanges(t, r, c) {
		try(one.name, one.change, hostiletest.Closed())
	}
}
