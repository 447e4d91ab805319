package cms

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"smimectl/internal/stage"
)

// passingWork is what was done in passing: octets that were read, and that came out.
type passingWork struct{ read, out int }

type countReader struct {
	io.Reader
	n int
}

func (r *countReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.n += n
	return n, err
}

// TestPassingInVain: whatever the key brings to light is one error, and found out when
// all of the work is done.
func TestPassingInVain(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	for _, name := range []string{"aes-128-gcm", "aes-128-cbc"} {
		message := encrypted(t, content(1_000_000), name, true, Recipient{Certificate: who.cert})
		tag := take(t, message)
		if len(tag.mac) > 0 {
			tag.mac[len(tag.mac)-1] ^= 1
		}
		otherTag := tag.message()
		for _, serial := range []bool{false, true} {
			lim := Limits{Serial: serial}
			run := func(message, cek []byte) (passingWork, error) {
				r := &countReader{Reader: bytes.NewReader(message)}
				var p passed
				_, done, err := p.from(r, cek, 100, lim)
				if !done {
					t.Fatalf("%s: not in passing: %v", name, err)
				}
				return passingWork{r.n, p.Len()}, err
			}
			e, err := ReadEnvelope(bytes.NewReader(message), lim)
			if err != nil {
				t.Fatal(err)
			}
			cek, err := e.ContentKey(e.Recipients[0], who.key)
			if err != nil {
				t.Fatal(err)
			}
			want, err := run(message, cek)
			if err != nil || want.out != 1_000_000 {
				t.Fatalf("%s: %d octets, %v", name, want.out, err)
			}
			wrong := bytes.Clone(cek)
			for wrong[0]++; name == "aes-128-cbc"; wrong[0]++ { // once in 256 times the padding fits
				if _, err := run(message, wrong); err != nil {
					break
				}
			}
			for _, test := range []struct {
				name         string
				message, cek []byte
			}{
				{"another key", message, wrong},
				{"a short key", message, cek[:15]},
				{"no octets of a key", message, cek[:0]},
				{"a long key", message, append(bytes.Clone(cek), 1)},
				{"another tag", otherTag, cek},
				{"another tag, another key", otherTag, wrong},
				{"another tag, a short key", otherTag, cek[:15]},
			} {
				if test.name == "another tag" && name == "aes-128-cbc" {
					continue // which has none
				}
				got, err := run(test.message, test.cek)
				if err != ErrDecrypt {
					t.Errorf("%s, %s: %v", name, test.name, err)
				}
				if got.read != want.read || got.out < want.out-16 {
					t.Errorf("%s, %s: %d octets were read and %d came out, of %d and %d", name, test.name, got.read, got.out, want.read, want.out)
				}
			}
		}
	}
}

// TestPassingKeyOfWrongLength: a random key is taken instead, whose padding fits once in 256 times.
func TestPassingKeyOfWrongLength(t *testing.T) {
	t.Parallel()
	message := encrypted(t, content(40), "aes-128-cbc", true, Recipient{Certificate: people()["x25519"].cert})
	for range 4000 {
		var p passed
		if _, done, err := p.read(message, make([]byte, 15), 10, Limits{Serial: true}); !done || err != ErrDecrypt {
			t.Fatal(done, err)
		}
	}
}

// TestPassingFails: the error of the place is told, but for one of the structure.
func TestPassingFails(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	full := errors.New("the disk is full")
	for _, name := range []string{"aes-128-gcm", "aes-128-cbc"} {
		message := encrypted(t, content(3<<20+5), name, true, Recipient{Certificate: who.cert})
		cek := keyOf(t, message, who)
		for _, serial := range []bool{false, true} {
			for _, at := range []int{0, 1 << 20, 3<<20 - 20, 3<<20 + 4} {
				p := passed{fails: func(n int) error {
					if n > at {
						return full
					}
					return nil
				}}
				if _, done, err := p.read(message, cek, 1, Limits{Serial: serial}); !done || err != full {
					t.Errorf("%s, serial %v, after %d octets: %v", name, serial, at, err)
				}
				p.Reset()
				var malformed *MalformedError
				if _, _, err := p.read(message[:len(message)-1], cek, 1, Limits{Serial: serial}); !errors.As(err, &malformed) {
					t.Errorf("%s, serial %v, after %d octets, cut: %v", name, serial, at, err)
				}
			}
		}
	}
}

func keyOf(t *testing.T, message []byte, who *person) []byte {
	t.Helper()
	e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	cek, err := e.ContentKey(e.Recipients[0], who.key)
	if err != nil {
		t.Fatal(err)
	}
	return cek
}

// TestPassingStructure: what is wrong with the structure is one error for every key, and what is wrong
// before the ciphertext, or with the cipher, keeps the key from being used at all.
func TestPassingStructure(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	gcm := encrypted(t, content(300_000), "aes-128-gcm", true, Recipient{Certificate: who.cert})
	cbc := encrypted(t, content(300_000), "aes-128-cbc", true, Recipient{Certificate: who.cert})
	changed := func(message []byte, change func(*parts)) []byte {
		p := take(t, message)
		change(p)
		return p.message()
	}
	for _, test := range []struct {
		name    string
		message []byte
		cek     []byte
		used    bool // of the key
	}{
		{"a tag of one octet", changed(gcm, func(p *parts) { p.mac = octets([]byte{1}) }), keyOf(t, gcm, who), true},
		{"no tag", changed(gcm, func(p *parts) { p.mac = nil }), keyOf(t, gcm, who), true},
		{"cut", gcm[:len(gcm)-1], keyOf(t, gcm, who), true},
		{"cut within the ciphertext", gcm[:200_000], keyOf(t, gcm, who), true},
		{"cut within the first octets", gcm[:1000], keyOf(t, gcm, who), true},
		{"octets behind it", append(bytes.Clone(gcm), 1), keyOf(t, gcm, who), true},
		{"no whole number of blocks", changed(cbc, func(p *parts) { p.content = implicit(0, content(1001)) }), keyOf(t, cbc, who), true},
		{"no ciphertext", changed(cbc, func(p *parts) { p.content = implicit(0, nil) }), keyOf(t, cbc, who), true},
		{"CBC with a tag", changed(gcm, func(p *parts) { p.algorithm = take(t, cbc).algorithm }), keyOf(t, gcm, who), false},
		{"GCM without a tag", changed(cbc, func(p *parts) { p.algorithm = take(t, gcm).algorithm }), keyOf(t, cbc, who), false},
		{"no recipients", changed(gcm, func(p *parts) { p.infos = nil }), keyOf(t, gcm, who), false},
	} {
		_, want := ReadEnvelope(bytes.NewReader(test.message), Limits{})
		if want == nil {
			t.Fatalf("%s: not malformed", test.name)
		}
		for _, cek := range [][]byte{test.cek, make([]byte, 16), {1}} {
			used := false
			var p passed
			_, err := ReadEnvelopePassing(bytes.NewReader(test.message), Passing{Head: 5000, Place: p.place(false), Key: func(*Envelope) []byte {
				used = true
				return cek
			}}, Limits{})
			if err == nil || err.Error() != want.Error() || used != test.used {
				t.Errorf("%s: key used: %v, %v, want %v", test.name, used, err, want)
			}
		}
	}
}

// TestPassingNot: nothing is decrypted in passing without a key, and where the cipher needs to know more.
func TestPassingNot(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	for _, name := range []string{"aes-128-gcm", "aes-128-ccm", "chacha20-poly1305"} {
		message := encrypted(t, content(3000), name, true, Recipient{Certificate: who.cert})
		cek := keyOf(t, message, who)
		if name == "aes-128-gcm" {
			cek = nil
		}
		var p passed
		if _, done, err := p.read(message, cek, 10, Limits{}); done || err != nil || p.places > 0 {
			t.Errorf("%s: done %v, %v, %d places", name, done, err, p.places)
		}
	}
	unknown := take(t, encrypted(t, content(100), "aes-128-gcm", true, Recipient{Certificate: who.cert}))
	unknown.algorithm = []byte("\x30\x04\x06\x02\x2a\x03")
	var p passed
	if e, done, err := p.read(unknown.message(), make([]byte, 16), 10, Limits{}); done || err != nil || e.Unsupported == nil || p.places > 0 {
		t.Errorf("unknown cipher: %v, %d places", err, p.places)
	}
}

// TestPassedOnce: what was decrypted in passing is judged once.
func TestPassedOnce(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	message := encrypted(t, content(3000), "aes-128-gcm", true, Recipient{Certificate: who.cert})
	var p passed
	e, done, err := p.read(message, keyOf(t, message, who), 10, Limits{})
	if !done || err != nil {
		t.Fatal(done, err)
	}
	if done, err := e.Passed(); done || err != nil {
		t.Errorf("a second time: %v, %v", done, err)
	}
}

// TestPassingHead: the first octets are given whatever their number is, and come again.
func TestPassingHead(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	for _, name := range []string{"aes-128-gcm", "aes-128-cbc"} {
		plain := content(3*pieceSize + 7)
		message := encrypted(t, plain, name, true, Recipient{Certificate: who.cert})
		cek := keyOf(t, message, who)
		for _, serial := range []bool{false, true} {
			for _, head := range []int{1, 15, 16, 17, pieceSize - 1, pieceSize, pieceSize + 1, 2*pieceSize + 5, len(plain) - 1, len(plain), len(plain) + 1, len(plain) + 100} {
				var p passed
				e, done, err := p.read(message, cek, head, Limits{Serial: serial})
				if !done || err != nil || !bytes.Equal(p.Bytes(), plain) || !bytes.HasPrefix(plain, p.head) || p.places != 1 {
					t.Fatalf("%s, %d: %v, %d octets, a head of %d", name, head, err, p.Len(), len(p.head))
				}
				if least := min(head, len(plain)) - e.Cipher.BlockSize; len(p.head) < least || p.whole != (e.CiphertextSize < int64(head)) {
					t.Errorf("%s, %d: a head of %d, whole %v", name, head, len(p.head), p.whole)
				}
			}
		}
	}
}

// keeper keeps what it was lent.
type keeper struct{ lent [][]byte }

func (k *keeper) Lend(p []byte) error         { k.lent = append(k.lent, p); return nil }
func (k *keeper) Write(p []byte) (int, error) { return len(p), nil }
func (k *keeper) Settle() error               { return nil }

// TestPassingWipes: no plaintext is left in the buffers, also where the structure is wrong behind it.
func TestPassingWipes(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	for _, name := range []string{"aes-128-gcm", "aes-128-cbc"} {
		message := encrypted(t, content(5*pieceSize), name, true, Recipient{Certificate: who.cert})
		cek := keyOf(t, message, who)
		for _, serial := range []bool{false, true} {
			for _, cut := range []int{0, 1, 100} {
				var k keeper
				e, err := ReadEnvelopePassing(bytes.NewReader(message[:len(message)-cut]), Passing{Head: 10, Key: func(*Envelope) []byte { return cek },
					Place: func([]byte, bool) stage.Writer { return &k }}, Limits{Serial: serial})
				if (err == nil) != (cut == 0) {
					t.Fatal(err)
				}
				if err == nil {
					if done, err := e.Passed(); !done || err != nil {
						t.Fatal(done, err)
					}
				}
				if len(k.lent) < 5 {
					t.Errorf("%s: %d pieces", name, len(k.lent))
				}
				for _, p := range k.lent {
					if !bytes.Equal(p, make([]byte, len(p))) {
						t.Fatalf("%s, serial %v, cut by %d: plaintext is left", name, serial, cut)
					}
				}
			}
		}
	}
}
