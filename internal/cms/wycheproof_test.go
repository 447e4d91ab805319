package cms

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/algorithm/vectortest"
	"smimectl/internal/cms/ber"
)

// The tests named TestWycheproof... put the vectors of internal/algorithm/testdata/wycheproof into messages that nothing
// of this program has encrypted or signed, and read them as mail from outside. What a vector's file says is what must
// come of its message; where it is not, or where there is no message for a vector, the reason has a name and a number.

// tally accounts for the vectors of one file.
type tally struct {
	t               *testing.T
	file            string
	ran             int
	opened, refused int
	sampled         int            // not run: see everyVector
	reasons         map[string]int // why a vector's message is taken otherwise, or there is none
	groups          map[string]int // what refusals looked like
}

func newTally(t *testing.T, file string) *tally {
	t.Helper()
	return &tally{t: t, file: file, reasons: map[string]int{}, groups: map[string]int{}}
}

// wycheproofGroups reads a file and the number of vectors that it says to have.
func wycheproofGroups[Group any](t *testing.T, name string) ([]Group, int) {
	t.Helper()
	var file struct {
		NumberOfTests int
		TestGroups    []Group
	}
	vectortest.WycheproofFile(t, name, &file)
	return file.TestGroups, file.NumberOfTests
}

// leftOut accounts for vectors that no message can carry.
func (c *tally) leftOut(n int, reason string) {
	c.ran += n
	c.reasons["left out: "+reason] += n
}

// everyVector reports whether vectors are run that take long and say little that is new: SMIMECTL_ALL_VECTORS.
func everyVector() bool { return os.Getenv("SMIMECTL_ALL_VECTORS") != "" }

// sample accounts for vectors that only [everyVector] runs.
func (c *tally) sample(n int) {
	c.sampled += n
	c.leftOut(n, "SMIMECTL_ALL_VECTORS is not set")
}

// judge holds the outcome of a vector's message against what has to come of it. reason is "" where that is what the file
// says.
func (c *tally) judge(id int, comment string, flags []string, want bool, reason string, err error) {
	c.t.Helper()
	c.ran++
	if reason != "" {
		c.reasons[reason]++
	}
	switch {
	case err == nil:
		c.opened++
	case err == ErrDecrypt:
		c.refused++
		c.groups["ErrDecrypt"]++
	default:
		c.refused++
		c.groups[fmt.Sprintf("%T", err)]++
	}
	if (err == nil) != want {
		c.t.Errorf("%s %d (%s, %v): got %v, want it good: %v %s", c.file, id, comment, flags, err, want, reason)
	}
}

// done wants every vector of the file accounted for, and so many good and refused messages at least, but for those of the
// sample: a file that lost its vectors is no file without faults.
func (c *tally) done(total, opened, refused int) {
	c.t.Helper()
	if c.ran != total || c.opened+c.sampled < opened || c.refused+c.sampled < refused || opened > 0 && c.opened == 0 && c.sampled < total {
		c.t.Errorf("%s: %d of %d vectors, %d good (at least %d), %d refused (at least %d)", c.file, c.ran, total, c.opened, opened, c.refused, refused)
	}
	var why []string
	for _, reason := range slices.Sorted(maps.Keys(c.reasons)) {
		why = append(why, fmt.Sprintf("%d %s", c.reasons[reason], reason))
	}
	c.t.Logf("%s: %d vectors, %d good, %d refused %v; %s", c.file, c.ran, c.opened, c.refused, c.groups, strings.Join(why, "; "))
}

// hasFlag reports whether one of the flags is there.
func hasFlag(flags []string, any ...string) bool {
	return slices.ContainsFunc(flags, func(f string) bool { return slices.Contains(any, f) })
}

// The digests of the vectors.
var wycheproofDigests = map[string]string{
	"SHA-1": "1.3.14.3.2.26", "SHA-224": "2.16.840.1.101.3.4.2.4", "SHA-256": "2.16.840.1.101.3.4.2.1", "SHA-384": "2.16.840.1.101.3.4.2.2",
	"SHA-512": "2.16.840.1.101.3.4.2.3", "SHA-512/224": "2.16.840.1.101.3.4.2.5", "SHA-512/256": "2.16.840.1.101.3.4.2.6",
	"SHA3-256": "2.16.840.1.101.3.4.2.8", "SHA3-384": "2.16.840.1.101.3.4.2.9", "SHA3-512": "2.16.840.1.101.3.4.2.10", "SHAKE256": "2.16.840.1.101.3.4.2.12",
}

var asn1Null = []byte{5, 0}

// maskOf is the AlgorithmIdentifier of MGF1 (RFC 8017, Appendix A.2.1).
func maskOf(t *testing.T, digest string) []byte {
	t.Helper()
	return identifier("1.2.840.113549.1.1.8", identifier(digestOID(t, digest), asn1Null))
}

func digestOID(t *testing.T, name string) string {
	t.Helper()
	oid, ok := wycheproofDigests[name]
	if !ok {
		t.Fatalf("no identifier of the digest %s: add it here", name)
	}
	return oid
}

// foreignText is what stands in messages of vectors that are about keys.
var foreignText = []byte("Content-Type: text/plain\r\n\r\nfrom outside\r\n")

// foreignContent encrypts [foreignText] with the standard library alone, authenticated or not, under a key of 16, 24 or
// 32 octets, or one of DES.
func foreignContent(t *testing.T, cek []byte, authenticated bool) *parts {
	t.Helper()
	iv := bytes.Repeat([]byte{0x1a}, 16)
	if authenticated {
		block, err := aes.NewCipher(cek)
		if err != nil {
			t.Fatal(err)
		}
		gcm, err := cipher.NewGCM(block)
		if err != nil {
			t.Fatal(err)
		}
		sealed := gcm.Seal(nil, iv[:12], foreignText, nil)
		n := len(foreignText)
		oid := map[int]string{16: dottedGCM128, 24: "2.16.840.1.101.3.4.1.26", 32: "2.16.840.1.101.3.4.1.46"}[len(cek)]
		return &parts{outer: TypeAuthEnvelopedData, inner: TypeData, algorithm: identifier(oid, gcmParameters(iv[:12], 16)),
			content: implicit(0, sealed[:n]), mac: octets(sealed[n:])}
	}
	block, err := aes.NewCipher(cek)
	oid := map[int]string{16: dottedCBC128, 24: "2.16.840.1.101.3.4.1.22", 32: dottedCBC256}[len(cek)]
	if len(cek) == 8 {
		block, err = des.NewCipher(cek)
		oid = "1.3.14.3.2.7"
	}
	if err != nil {
		t.Fatal(err)
	}
	size := block.BlockSize()
	pad := size - len(foreignText)%size
	padded := append(bytes.Clone(foreignText), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv[:size]).CryptBlocks(padded, padded)
	return &parts{outer: TypeEnvelopedData, inner: TypeData, version: 2, algorithm: identifier(oid, octets(iv[:size])), content: implicit(0, padded)}
}

// messagesUnder are the messages for a vector that says what key comes out of it: one authenticated, one not. A key that
// no content can be encrypted with gets one whose key is made of it with zeros: whoever fills up or cuts opens it.
func messagesUnder(t *testing.T, cek, recipient []byte) (list [][]byte, fits bool) {
	t.Helper()
	var forms []*parts
	switch len(cek) {
	case 16, 24, 32:
		forms, fits = []*parts{foreignContent(t, cek, true), foreignContent(t, cek, false)}, true
	case 8:
		forms, fits = []*parts{foreignContent(t, cek, false)}, true
	default:
		size := 16
		if len(cek) > 16 {
			size = 32
		}
		forms = []*parts{foreignContent(t, append(bytes.Clone(cek), make([]byte, size)...)[:size], true)}
	}
	for _, p := range forms {
		p.infos = [][]byte{recipient}
		list = append(list, p.message())
	}
	return list, fits
}

// readForeign reads a message whose one recipient holds what key takes. The text must be what was encrypted.
func readForeign(message []byte, want []byte, key func(e *Envelope, ri *RecipientInfo) ([]byte, error)) error {
	e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
	if err != nil {
		return err
	}
	cek, err := key(e, e.Recipients[0])
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := e.Decrypt(opener(message), cek, &out); err != nil {
		return err
	}
	if !bytes.Equal(out.Bytes(), want) {
		return errors.New("another text")
	}
	return nil
}

// withKey and withKEK are what a recipient holds.
func withKey(key *algorithm.PrivateKey) func(*Envelope, *RecipientInfo) ([]byte, error) {
	return func(e *Envelope, ri *RecipientInfo) ([]byte, error) { return e.ContentKey(ri, key) }
}

func withKEK(kek []byte) func(*Envelope, *RecipientInfo) ([]byte, error) {
	return func(e *Envelope, ri *RecipientInfo) ([]byte, error) { return e.ContentKeyKEK(ri, kek) }
}

// foreignKeyID names the recipient.
var foreignKeyID = []byte("a key of the vectors")

func keyTransInfo(algorithm, encryptedKey []byte) []byte {
	return ber.Wrap(ber.Sequence, integer(2), implicit(0, foreignKeyID), algorithm, octets(encryptedKey))
}

func kekInfo(algorithm, encryptedKey []byte) []byte {
	return ber.Wrap(ber.Context(2), integer(4), ber.Wrap(ber.Sequence, octets(foreignKeyID)), algorithm, octets(encryptedKey))
}
