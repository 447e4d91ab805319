package message

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/verdict"
)

// envelopeTree is an EnvelopedData of definite lengths with one recipient by key
// transport, whose parts can be changed.
type envelopeTree struct{ *cmstest.Node }

func (e envelopeTree) encryptedKey() *cmstest.Node { return recipientInfos(e.Node).At(0, 3) }
func (e envelopeTree) iv() []byte                  { return e.At(1, 0, 2, 1, 1).Value }
func (e envelopeTree) ciphertext() *cmstest.Node   { return e.At(1, 0, 2, 2) }

// paddingFits decrypts with a key and looks at the padding alone.
func (e envelopeTree) paddingFits(t *testing.T, key []byte) bool {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	plain := make([]byte, len(e.ciphertext().Value))
	cipher.NewCBCDecrypter(block, e.iv()).CryptBlocks(plain, e.ciphertext().Value)
	n := int(plain[len(plain)-1])
	if n == 0 || n > 16 {
		return false
	}
	for _, c := range plain[len(plain)-n:] {
		if int(c) != n {
			return false
		}
	}
	return true
}

// TestNoOracle lets everything that depends on a secret go wrong, one after the
// other, and wants one report for all of it, octet for octet: a key that does
// not unwrap, one that unwraps to another, of another length, to one whose
// padding happens to fit (1 in 256), and a ciphertext that was changed.
func TestNoOracle(t *testing.T) {
	t.Parallel()
	t.Run("small", func(t *testing.T) { t.Parallel(); noOracle(t, text, nil) })
	t.Run("large enough to be held", func(t *testing.T) {
		t.Parallel()
		noOracle(t, text+strings.Repeat("a line of text\r\n", large/16), nil)
	})
	t.Run("written early", func(t *testing.T) {
		t.Parallel()
		noOracle(t, text+strings.Repeat("a line of text\r\n", 2*headLimit/16), new(nowhere))
	})
	t.Run("large, and no place for it", func(t *testing.T) {
		t.Parallel()
		noOracle(t, text+strings.Repeat("a line of text\r\n", 2*headLimit/16), &nowhere{refuse: true})
	})
}

// noOracle has what is decrypted written to a place early, if there is one.
func noOracle(t *testing.T, text string, place *nowhere) {
	w := newWorld(t)
	transport, err := algorithm.KeyTransportFor(w.rsa.Key.Public, false)
	if err != nil {
		t.Fatal(err)
	}
	original := w.envelopedData([]byte(text), "aes-256-cbc", cms.Recipient{Certificate: w.rsa.Certificate})
	fresh := func() envelopeTree { return envelopeTree{cmstest.MustParse(original)} }
	wrapped := func(cek []byte) []byte {
		b, err := transport.Encrypt(w.rsa.Key.Public, cek)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	random := func(n int) []byte {
		b := make([]byte, n)
		rand.Read(b)
		return b
	}
	examined := func(e envelopeTree, raw bool) (*Examination, string) {
		in := decryptInput(mailOf(fromAlice, w.pkcs7("enveloped-data", e.Encode())))
		in.Raw = raw
		if place != nil {
			in.Early, in.Large = &Early{Open: place.open, Options: ReleaseOptions{Raw: raw}}, 1
		}
		ex := examine(t, w.examiner(keyOf(w.rsa)), in)
		return ex, reportBytes(t, ex.Report)
	}
	if ex, _ := examined(fresh(), false); ex.Report.Verdict != verdict.WordDone {
		t.Fatalf("the message itself: %s %q", ex.Report.Verdict, codes(ex.Report))
	}

	contentKey := openedKey(t, w.rsa, original)
	damaged := fresh()
	damaged.ciphertext().Value[len(damaged.ciphertext().Value)-17] ^= 1 // of the block before the last: the padding
	ex, want := examined(damaged, false)
	expect(t, ex, verdict.WordBad, verdict.DecryptFailed)

	changes := map[string]func(e envelopeTree){
		"another key":                   func(e envelopeTree) { e.encryptedKey().Value = wrapped(random(32)) },
		"a key of 16 octets":            func(e envelopeTree) { e.encryptedKey().Value = wrapped(random(16)) },
		"a key of 33 octets":            func(e envelopeTree) { e.encryptedKey().Value = wrapped(random(33)) },
		"a key of one octet":            func(e envelopeTree) { e.encryptedKey().Value = wrapped(random(1)) },
		"no block of the padding":       func(e envelopeTree) { v := random(256); v[0] = 1; e.encryptedKey().Value = v },
		"the number one":                func(e envelopeTree) { v := make([]byte, 256); v[255] = 1; e.encryptedKey().Value = v },
		"zero":                          func(e envelopeTree) { e.encryptedKey().Value = make([]byte, 256) },
		"not below the modulus":         func(e envelopeTree) { v := random(256); v[0], v[1] = 0xff, 0xff; e.encryptedKey().Value = v },
		"one octet less":                func(e envelopeTree) { e.encryptedKey().Value = random(255) },
		"one octet more":                func(e envelopeTree) { e.encryptedKey().Value = random(257) },
		"no octets":                     func(e envelopeTree) { e.encryptedKey().Value = nil },
		"the last block changed":        func(e envelopeTree) { changedLast(t, e, contentKey, e.ciphertext().Value) },
		"the last block cut off":        func(e envelopeTree) { n := e.ciphertext(); n.Value = n.Value[:len(n.Value)-16] },
		"another initialisation vector": func(e envelopeTree) { copy(e.At(1, 0, 2, 1, 1).Value, random(16)) },
	}
	fitting := func(e envelopeTree) []byte {
		for {
			if key := random(32); e.paddingFits(t, key) {
				return key
			}
		}
	}
	for range 5 {
		changes["a key whose padding fits"] = func(e envelopeTree) { e.encryptedKey().Value = wrapped(fitting(e)) }
	}
	for name, change := range changes {
		e := fresh()
		change(e)
		ex, got := examined(e, false)
		if name == "another initialisation vector" {
			// The first block alone is changed by it, and with it the MIME header.
			if ex.Report.Release() && ex.Report.Exit() != 0 {
				t.Errorf("%s: released with exit %d", name, ex.Report.Exit())
			}
			if ex.Report.Verdict == verdict.WordDone {
				continue // part of the header survived; nothing protects CBC
			}
		}
		if got != want {
			t.Errorf("%s: the report differs:\n%s\nfrom:\n%s", name, got, want)
		}
		if ex.Report.Release() || ex.Content() || ex.WrittenEarly() {
			t.Errorf("%s: there is content to release", name)
		}
		if err := ex.Release(io.Discard, ReleaseOptions{}); err == nil {
			t.Errorf("%s: released", name)
		}
	}
	// Plain octets have no header to be told by; that is said to be so.
	e := fresh()
	e.encryptedKey().Value = wrapped(fitting(e))
	if ex, _ := examined(e, true); ex.Report.Verdict != verdict.WordDone {
		t.Errorf("--raw: %s", ex.Report.Verdict)
	}
	if place != nil && place.opened < len(changes) {
		t.Errorf("the place for it was opened %d times", place.opened)
	}
}

// openedKey is the content-encryption key of a message with one recipient.
func openedKey(t *testing.T, who *cmstest.Identity, message []byte) []byte {
	t.Helper()
	e, err := cms.ReadEnvelope(bytes.NewReader(message), cms.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	key, err := e.ContentKey(e.Recipients[0], who.Key)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// changedLast changes the last block such that its padding does not fit: one of 256 changes would not be seen.
func changedLast(t *testing.T, e envelopeTree, key, ciphertext []byte) {
	t.Helper()
	for again := true; again; again = e.paddingFits(t, key) {
		ciphertext[len(ciphertext)-1]++
	}
}

// TestWrongKeyNeverDone runs many random keys; the content is never taken for good (A108). SMIMECTL_RANDOM_KEYS is how
// many.
func TestWrongKeyNeverDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := 100
	if s := os.Getenv("SMIMECTL_RANDOM_KEYS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatalf("SMIMECTL_RANDOM_KEYS: %v", err)
		}
	} else if testing.Short() {
		n = 20
	}
	original := w.envelopedData([]byte(text), "aes-128-cbc", cms.Recipient{Certificate: w.rsa.Certificate})
	first := ""
	for range n {
		e := envelopeTree{cmstest.MustParse(original)}
		key := e.encryptedKey().Value
		rand.Read(key[1:])
		key[0] = 1
		ex := examine(t, w.examiner(keyOf(w.rsa)), decryptInput(mailOf(fromAlice, w.pkcs7("enveloped-data", e.Encode()))))
		got := reportBytes(t, ex.Report)
		if first == "" {
			first = got
			expect(t, ex, verdict.WordBad, verdict.DecryptFailed)
		}
		if got != first {
			t.Fatalf("the reports differ:\n%s\n%s", first, got)
		}
	}
}

// TestDamagedGCM changes every octet of ciphertext and tag, and releases nothing.
func TestDamagedGCM(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	original := w.envelopedData([]byte(text), "aes-256-gcm", cms.Recipient{Certificate: w.bob.Certificate})
	n := cmstest.MustParse(original)
	ciphertext, tag := n.At(1, 0, 2, 2), n.At(1, 0, 3)
	first := ""
	for _, node := range []*cmstest.Node{ciphertext, tag} {
		for i := range node.Value {
			node.Value[i] ^= 0x20
			ex := examine(t, w.examiner(keyOf(w.bob)), decryptInput(mailOf(fromAlice, w.pkcs7("authEnveloped-data", n.Encode()))))
			node.Value[i] ^= 0x20
			got := reportBytes(t, ex.Report)
			if first == "" {
				first = got
				expect(t, ex, verdict.WordBad, verdict.DecryptFailed)
			}
			if got != first || ex.Content() {
				t.Fatalf("octet %d: content %v, report\n%s\nwant\n%s", i, ex.Content(), got, first)
			}
		}
	}
}

// TestNoOracleInside lets what came out of a cipher that does not show changes be
// malformed in every way a reader can stumble over, and wants the report of
// damaged padding for each: what it stumbled over would tell what came out.
func TestNoOracleInside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	broken := map[string]string{
		"a multipart/signed that does not end": strings.Split(w.clear(text, w.rsa), "\r\n--")[0] + "\r\n",
		"digits that are no base64":            strings.Replace(w.opaque(text, w.rsa), "\r\n\r\nMI", "\r\n\r\n\xb3\xb3", 1),
		"two Content-Types":                    "Content-Type: text/plain\r\nContent-Type: application/pkcs7-mime\r\n\r\nx\r\n",
		"an unsupported content type":          w.pkcs7("signed-data", []byte("\x30\x80\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x02\xa0\x80\x30\x00\x00\x00\x00\x00")),
		"no CMS at all":                        w.pkcs7("signed-data", []byte("text")),
	}
	run := func(inner string, damage bool) (*Examination, string) {
		tree := envelopeTree{cmstest.MustParse(w.envelopedData([]byte(inner), "aes-256-cbc", cms.Recipient{Certificate: w.rsa.Certificate}))}
		if damage {
			tree.ciphertext().Value[len(tree.ciphertext().Value)-17] ^= 1
		}
		ex := examine(t, w.examiner(keyOf(w.rsa)), decryptInput(mailOf(fromAlice, w.pkcs7("enveloped-data", tree.Encode()))))
		return ex, reportBytes(t, ex.Report)
	}
	_, want := run(text, true)
	for name, inner := range broken {
		ex, got := run(inner, false)
		if got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
		expect(t, ex, verdict.WordBad, verdict.DecryptFailed)
		if ex.Content() || ex.Report.Release() {
			t.Errorf("%s: something would be released", name)
		}
	}
}
