package cms

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

var envelopeSizes = []int{0, 1, 15, 16, 17, 64<<10 - 1, 64 << 10, 64<<10 + 1, 1<<20 - 1, 1 << 20, 1<<20 + 1}

func writtenCiphers() []*algorithm.ContentCipher {
	var list []*algorithm.ContentCipher
	for _, c := range algorithm.ContentCiphers() {
		if !c.ReadOnly {
			list = append(list, c)
		}
	}
	return list
}

// TestEnvelopeRoundTrip goes through everything that can be written.
func TestEnvelopeRoundTrip(t *testing.T) {
	t.Parallel()
	for _, kind := range recipientKinds {
		for _, c := range writtenCiphers() {
			for _, announce := range []bool{true, false} {
				for _, size := range envelopeSizes {
					if kind != "x25519" && size != 0 && size != 17 {
						continue // the content's way does not depend on the recipient
					}
					if c.Sized && !announce {
						continue // TestEnvelopeSized
					}
					t.Run(fmt.Sprintf("%s/%s/%v/%d", kind, c.Name, announce, size), func(t *testing.T) {
						t.Parallel()
						who := people()[kind]
						plain := content(size)
						message := encrypted(t, plain, c.Name, announce, Recipient{Certificate: who.cert})
						e, got, err := decrypted(message, who)
						if err != nil || !bytes.Equal(got, plain) {
							t.Fatalf("%d octets, %v", len(got), err)
						}
						if len(e.Notes) > 0 {
							t.Errorf("notes about our own message: %q", e.Notes)
						}
						if want := c.CiphertextSize(int64(size)); e.CiphertextSize != want {
							t.Errorf("ciphertext is %d octets, want %d", e.CiphertextSize, want)
						}
						der, err := ber.ToDER(message, ber.Limits{})
						if err != nil {
							t.Fatal(err)
						}
						if announce && !bytes.Equal(der, message) {
							t.Error("not DER")
						}
						if size >= 64<<10 {
							slowReader(t, message, who, plain)
						}
					})
				}
			}
		}
	}
}

// slowReader decrypts from a source that gives small pieces.
func slowReader(t *testing.T, message []byte, who *person, plain []byte) {
	e, err := ReadEnvelope(iotest.HalfReader(bytes.NewReader(message)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	cek, err := e.ContentKey(e.Recipients[0], who.key)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = e.Decrypt(func() (io.Reader, error) { return iotest.HalfReader(bytes.NewReader(message)), nil }, cek, &out)
	if err != nil || !bytes.Equal(out.Bytes(), plain) {
		t.Errorf("slow source: %d octets, %v", out.Len(), err)
	}
}

// TestEnvelopeWritePieces writes in pieces of every awkward size.
func TestEnvelopeWritePieces(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	plain := content(300_001)
	for _, name := range []string{"aes-128-gcm", "aes-128-cbc"} {
		for _, announce := range []int64{-1, int64(len(plain))} {
			for _, piece := range []int{7, 74, 4096, 65535, 65536, 65537, 200_000} {
				var out bytes.Buffer
				w, err := NewEnvelopeWriter(&out, []Recipient{{Certificate: who.cert}}, EnvelopeOptions{Cipher: cipherNamed(t, name), ContentSize: announce})
				if err != nil {
					t.Fatal(err)
				}
				given := bytes.Clone(plain)
				for rest := given; len(rest) > 0; {
					n, err := w.Write(rest[:min(piece, len(rest))])
					if err != nil {
						t.Fatal(err)
					}
					rest = rest[n:]
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(given, plain) {
					t.Fatal("Write changed its argument")
				}
				if _, got, err := decrypted(out.Bytes(), who); err != nil || !bytes.Equal(got, plain) {
					t.Errorf("%s, %d, pieces of %d: %d octets, %v", name, announce, piece, len(got), err)
				}
			}
		}
	}
}

func TestEnvelopeRecipients(t *testing.T) {
	t.Parallel()
	var to []Recipient
	for i, kind := range recipientKinds {
		to = append(to, Recipient{Certificate: people()[kind].cert, ByKeyID: i%2 == 1, OAEP: true})
	}
	to = append(to, to[0]) // a second time
	for _, name := range []string{"aes-256-gcm", "aes-256-cbc"} {
		message := encrypted(t, []byte("to all"), name, true, to...)
		for _, kind := range recipientKinds {
			e, got, err := decrypted(message, people()[kind])
			if err != nil || string(got) != "to all" {
				t.Errorf("%s, %s: %q, %v", name, kind, got, err)
			}
			if len(e.Recipients) != len(recipientKinds) || e.Duplicates() {
				t.Errorf("%d recipients", len(e.Recipients))
			}
			if len(e.Notes) > 0 {
				t.Errorf("notes: %q", e.Notes)
			}
		}
		if _, _, err := decrypted(message, people()["other rsa-2048"]); err != errNotOne {
			t.Errorf("somebody else: %v", err)
		}
	}
}

// TestEnvelopeVersions holds the versions of RFC 5652, Section 6.1.
func TestEnvelopeVersions(t *testing.T) {
	t.Parallel()
	p := people()
	for _, tc := range []struct {
		name   string
		cipher string
		to     []Recipient
		want   int
		infos  []int
	}{
		{"ktri", "aes-128-cbc", []Recipient{{Certificate: p["rsa-2048"].cert}}, 0, []int{0}},
		{"ktri by key identifier", "aes-128-cbc", []Recipient{{Certificate: p["rsa-2048"].cert, ByKeyID: true}}, 2, []int{2}},
		{"kari", "aes-128-cbc", []Recipient{{Certificate: p["p-256"].cert}}, 2, []int{3}},
		{"KEM", "aes-128-cbc", []Recipient{{Certificate: p["ml-kem-768"].cert}}, 3, []int{0}},
		{"KEM by key identifier", "aes-128-cbc", []Recipient{{Certificate: p["ml-kem-768"].cert, ByKeyID: true}}, 3, []int{0}},
		{"password", "aes-128-cbc", []Recipient{{Password: []byte("x")}}, 3, []int{0}},
		{"KEK", "aes-128-cbc", []Recipient{{KEK: make([]byte, 16), KEKID: []byte{1}}}, 2, []int{4}},
		{"AEAD, KEM", "aes-128-gcm", []Recipient{{Certificate: p["ml-kem-512"].cert}}, 0, []int{0}},
		{"AEAD, ktri", "aes-128-gcm", []Recipient{{Certificate: p["rsa-2048"].cert}}, 0, []int{0}},
		{"AEAD, kari", "aes-128-gcm", []Recipient{{Certificate: p["p-256"].cert}}, 0, []int{3}},
	} {
		e, err := ReadEnvelope(bytes.NewReader(encrypted(t, nil, tc.cipher, true, tc.to...)), Limits{})
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if e.Version != tc.want {
			t.Errorf("%s: version %d, want %d", tc.name, e.Version, tc.want)
		}
		for i, ri := range e.Recipients {
			if ri.Version != tc.infos[i] {
				t.Errorf("%s: recipient has version %d, want %d", tc.name, ri.Version, tc.infos[i])
			}
		}
	}
}

func TestEnvelopeUKM(t *testing.T) {
	t.Parallel()
	for _, kind := range recipientKinds[1:] {
		e, err := ReadEnvelope(bytes.NewReader(encrypted(t, nil, "aes-128-gcm", true, Recipient{Certificate: people()[kind].cert})), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		if strings.HasPrefix(kind, "p-") {
			want = 32
		}
		ri := e.Recipients[0]
		if len(ri.UKM) != want || (ri.UKM == nil) != (want == 0) {
			t.Errorf("%s: ukm of %d octets", kind, len(ri.UKM))
		}
		if len(ri.EncryptedKey) != 24 {
			t.Errorf("%s: wrapped key of %d octets", kind, len(ri.EncryptedKey))
		}
	}
}

// TestEnvelopeFresh holds that nothing is used twice.
func TestEnvelopeFresh(t *testing.T) {
	t.Parallel()
	who := people()["p-256"]
	seen := map[string]bool{}
	for range 20 {
		message := encrypted(t, []byte("same"), "aes-256-gcm", true, Recipient{Certificate: who.cert})
		e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		cek, err := e.ContentKey(e.Recipients[0], who.key)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{string(cek), string(e.Parameters.IV), string(e.Recipients[0].UKM), string(e.Recipients[0].Originator.Key)} {
			if seen[secret] {
				t.Error("a key, nonce or ukm was used twice")
			}
			seen[secret] = true
		}
	}
}

// countWriter counts calls, and fails from one on.
type countWriter struct{ n, failAt int }

var errSink = errors.New("no more space")

func (w *countWriter) Write(p []byte) (int, error) {
	w.n++
	if w.failAt > 0 && w.n >= w.failAt {
		return 0, errSink
	}
	return len(p), nil
}

func TestEnvelopeWriterRefuses(t *testing.T) {
	t.Parallel()
	p := people()
	good := Recipient{Certificate: p["rsa-2048"].cert}
	gcm := cipherNamed(t, "aes-256-gcm")
	var triple *algorithm.ContentCipher
	for _, c := range algorithm.ContentCiphers() {
		if c.ReadOnly {
			triple = c
		}
	}
	for _, tc := range []struct {
		name string
		to   []Recipient
		opt  EnvelopeOptions
		want any
	}{
		{"nobody", nil, EnvelopeOptions{Cipher: gcm, ContentSize: -1}, nil},
		{"no cipher", []Recipient{good}, EnvelopeOptions{ContentSize: -1}, nil},
		{"no certificate", []Recipient{good, {}}, EnvelopeOptions{Cipher: gcm, ContentSize: -1}, nil},
		{"signatures only", []Recipient{good, {Certificate: p["ed25519"].cert}}, EnvelopeOptions{Cipher: gcm, ContentSize: -1}, new(*RecipientError)},
		{"too much for one nonce", []Recipient{good}, EnvelopeOptions{Cipher: gcm, ContentSize: 1 << 36}, new(*LimitError)},
		{"only read", []Recipient{good}, EnvelopeOptions{Cipher: triple, ContentSize: -1}, new(*algorithm.UnsupportedError)},
	} {
		if tc.name == "only read" && triple == nil {
			continue
		}
		var out countWriter
		w, err := NewEnvelopeWriter(&out, tc.to, tc.opt)
		if err == nil || w != nil {
			t.Errorf("%s: accepted", tc.name)
		}
		if tc.want != nil && !errors.As(err, tc.want) {
			t.Errorf("%s: %v", tc.name, err)
		}
		if out.n != 0 {
			t.Errorf("%s: something was written", tc.name)
		}
	}
	for _, tc := range []struct {
		name    string
		size    int64
		written int
	}{{"longer than announced", 10, 11}, {"shorter", 10, 9}, {"empty", 1, 0}} {
		for _, c := range []string{"aes-128-gcm", "aes-128-cbc"} {
			w, err := NewEnvelopeWriter(io.Discard, []Recipient{good}, EnvelopeOptions{Cipher: cipherNamed(t, c), ContentSize: tc.size})
			if err != nil {
				t.Fatal(err)
			}
			_, werr := w.Write(make([]byte, tc.written))
			if (werr != nil) != (int64(tc.written) > tc.size) {
				t.Errorf("%s: Write says %v", tc.name, werr)
			}
			if cerr := w.Close(); cerr == nil {
				t.Errorf("%s: accepted", tc.name)
			}
		}
	}
	t.Run("the sink fails", func(t *testing.T) {
		total := &countWriter{}
		for failAt := range 12 {
			out := &countWriter{failAt: failAt}
			w, err := NewEnvelopeWriter(out, []Recipient{good}, EnvelopeOptions{Cipher: gcm, ContentSize: -1})
			if err == nil {
				for range 3 {
					if _, err = w.Write(make([]byte, 100_000)); err != nil {
						break
					}
				}
				if cerr := w.Close(); err == nil {
					err = cerr
				}
				if _, werr := w.Write([]byte{1}); werr == nil {
					t.Error("written after Close")
				}
			}
			if failAt == 0 {
				total = out
			}
			if want := failAt > 0 && failAt <= total.n; errors.Is(err, errSink) != want {
				t.Errorf("write %d of %d: %v", failAt, total.n, err)
			}
		}
	})
}

// TestEnvelopeIndefiniteIsChunked looks at the form of what has no known size.
func TestEnvelopeIndefiniteIsChunked(t *testing.T) {
	t.Parallel()
	message := encrypted(t, content(200_000), "aes-256-gcm", false, Recipient{Certificate: people()["p-256"].cert})
	if message[1] != 0x80 {
		t.Error("outermost length is definite")
	}
	if n := bytes.Count(message, []byte{0x04, 0x83, 0x01, 0x00, 0x00}); n != 3 {
		t.Errorf("%d segments of 64 KiB", n)
	}
}
