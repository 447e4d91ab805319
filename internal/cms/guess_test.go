package cms

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"io"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// countingSigner tells how often it was asked.
type countingSigner struct {
	crypto.Signer
	asked *int
}

func (c countingSigner) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	*c.asked++
	return c.Signer.Sign(random, digest, opts)
}

// watched is a signer with a count of how often it was asked.
func watched(s Signer) (Signer, *int) {
	asked := new(int)
	key := *s.Key
	key.Signer = countingSigner{key.Signer, asked}
	s.Key = &key
	return s, asked
}

// guessing is what both writers have in common.
type guessing interface {
	io.WriteCloser
	Head() []byte
}

// writeGuessed writes content to what begin begins, in pieces, and the head over the head.
func writeGuessed(begin func(dst io.Writer) (guessing, error), content []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := begin(&out)
	if err != nil {
		return nil, err
	}
	before := out.Len()
	for rest := content; len(rest) > 0; {
		n := min(len(rest), 50000)
		if _, err := w.Write(rest[:n]); err != nil {
			return nil, err
		}
		rest = rest[n:]
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if head := w.Head(); head != nil {
		if len(head) != before {
			return nil, fmt.Errorf("a head of %d octets over one of %d", len(head), before)
		}
		copy(out.Bytes(), head)
	}
	return out.Bytes(), nil
}

// pair is a guess and what the size came to be.
type pair struct{ guess, size int }

// pairsAround are guesses and sizes on both sides of all sizes from which on one of the lengths of the head has another
// number of octets.
func pairsAround(overhead int) []pair {
	var out []pair
	add := func(size, most int) {
		for _, off := range []int{-1000, -129, -1, 1, 1 << 10} {
			if guess := size + off; guess >= 0 && guess <= most {
				out = append(out, pair{guess, size})
			}
		}
	}
	for size := range 300 {
		add(size, 1<<10)
	}
	for size := 1<<16 - overhead; size <= 1<<16+2; size += 1 + overhead/100 {
		add(size, 1<<17)
	}
	for _, size := range []int{1<<16 - 1, 1 << 16} {
		add(size, 1<<17)
	}
	const large = 1 << 24
	if !testing.Short() {
		out = append(out, pair{large - 1, large}, pair{large, large - 1}, pair{large + 500, large}, pair{large - 2*overhead - 1000, large - 2*overhead},
			pair{large / 2, large - 2*overhead}, pair{1 << 16, large - 2*overhead}, pair{large/256 - 2*overhead, 1 << 16})
	}
	return out
}

// checkGuesses compares what is written with guesses with what is written when the size is known: it is as long, or, where
// the head would be of another length, there is none of it.
func checkGuesses(t *testing.T, inside func(size int64) int64, known func(size int) []byte, guessed func(pair, []byte) ([]byte, error), same func(got, want, content []byte) bool) {
	t.Helper()
	zeros := make([]byte, 1<<24+1<<10)
	lengths := map[int]int{} // of what stands around the content, or around the ciphertext
	around := func(size int) int {
		if _, ok := lengths[size]; !ok {
			lengths[size] = len(known(size)) - int(inside(int64(size)))
		}
		return lengths[size]
	}
	good, wrong := 0, 0
	for _, p := range pairsAround(around(0)) {
		content := zeros[:p.size]
		got, err := guessed(p, content)
		switch as := around(p.guess) == around(p.size); {
		case !as && errors.Is(err, ErrGuess):
			wrong++
		case as && err == nil:
			good++
			if want := known(p.size); !same(got, want, content) {
				t.Fatalf("%d octets, guessed as %d: %x..., want %x...", p.size, p.guess, got[:min(100, len(got))], want[:min(100, len(want))])
			}
		default:
			t.Fatalf("%d octets, guessed as %d: %v, although the head is as long: %v", p.size, p.guess, err, as)
		}
	}
	if good < 100 || wrong < 100 {
		t.Errorf("%d guesses were good, %d wrong: the test looks elsewhere", good, wrong)
	}
}

// TestSignedGuess: a guess of the size gives, octet by octet, what the size gives, or nothing, and then nobody was asked
// for a signature.
func TestSignedGuess(t *testing.T) {
	t.Parallel()
	signer, asked := watched(signerOf(t, "ed25519"))
	opt := SignedDataOptions{Time: signTime, Serial: true}
	zeros := make([]byte, 1<<24+1<<10)
	known := func(size int) []byte {
		opt := opt
		opt.ContentSize = int64(size)
		return signedBy(t, zeros[:size], opt, signer)
	}
	guessed := func(p pair, content []byte) ([]byte, error) {
		opt := opt
		opt.ContentSize, opt.Guessed = int64(p.guess), true
		*asked = 0
		out, err := writeGuessed(func(dst io.Writer) (guessing, error) { return NewSignedDataWriter(dst, []Signer{signer}, opt) }, content)
		if want := map[bool]int{true: 1}[err == nil]; *asked != want {
			t.Fatalf("%+v: asked for %d signatures", p, *asked)
		}
		return out, err
	}
	checkGuesses(t, func(size int64) int64 { return size }, known, guessed, func(got, want, _ []byte) bool { return bytes.Equal(got, want) })
}

// TestEnvelopeGuess is the same for what is encrypted.
func TestEnvelopeGuess(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	to := []Recipient{{Certificate: who.cert}}
	zeros := make([]byte, 1<<24+1<<10)
	for _, name := range []string{"aes-256-gcm", "aes-256-cbc", "chacha20-poly1305"} {
		c := cipherNamed(t, name)
		known := func(size int) []byte { return encrypted(t, zeros[:size], name, true, to...) }
		guessed := func(p pair, content []byte) ([]byte, error) {
			return writeGuessed(func(dst io.Writer) (guessing, error) {
				return NewEnvelopeWriter(dst, to, EnvelopeOptions{Cipher: c, ContentSize: int64(p.guess), Guessed: true, Serial: true})
			}, content)
		}
		checkGuesses(t, c.CiphertextSize, known, guessed, func(got, want, content []byte) bool {
			der, err := ber.ToDER(got, ber.Limits{})
			if err != nil || !bytes.Equal(der, got) || len(got) != len(want) {
				return false
			}
			if len(content) > 1<<17 || len(content)%5 > 0 {
				return bytes.Equal(got[:40], want[:40])
			}
			_, plain, err := decrypted(got, who)
			return err == nil && bytes.Equal(plain, content)
		})
	}
}

// TestGuessManyRecipients: a head that is larger than all buffers.
func TestGuessManyRecipients(t *testing.T) {
	t.Parallel()
	who := people()["rsa-2048"]
	var to []Recipient
	for range 300 {
		to = append(to, Recipient{Certificate: who.cert})
	}
	for _, size := range []int{100_000, 100_001, 130_000} {
		plain := content(size)
		got, err := writeGuessed(func(dst io.Writer) (guessing, error) {
			return NewEnvelopeWriter(dst, to, EnvelopeOptions{Cipher: cipherNamed(t, "aes-256-gcm"), ContentSize: 100_000, Guessed: true})
		}, plain)
		if err != nil {
			t.Fatal(err)
		}
		if der, err := ber.ToDER(got, ber.Limits{}); err != nil || !bytes.Equal(der, got) {
			t.Errorf("%d octets: not in DER, %v", size, err)
		}
		if _, back, err := decrypted(got, who); err != nil || !bytes.Equal(back, plain) {
			t.Errorf("%d octets: %d came back, %v", size, len(back), err)
		}
	}
}

// TestSignedGuessOfForm: signatures of which the size is not known are written in one form up to 1 MiB and in another
// above, and a guess does not change that.
func TestSignedGuessOfForm(t *testing.T) {
	t.Parallel()
	stamp := func(*SignerInfo) ([]byte, error) { return nil, errNobody }
	for _, test := range []struct {
		kind        string
		stamped     bool
		guess, size int
		want        error
		held        bool // back, and definite
	}{
		{"p-256", false, maxHeld + 1, maxHeld + 2, nil, false},
		{"p-256", false, maxHeld + 1, 3 * maxHeld, nil, false},
		{"p-256", false, maxHeld + 1, maxHeld, ErrGuess, false},
		{"p-256", false, maxHeld + 1, 0, ErrGuess, false},
		{"p-256", false, maxHeld, maxHeld + 1, ErrGuess, true},
		{"p-256", false, maxHeld, maxHeld, nil, true},
		{"p-256", false, 100, maxHeld, nil, true},
		{"p-256", false, maxHeld, 0, nil, true},
		{"rsa-2048", true, maxHeld + 1, maxHeld + 2, errNobody, false},
		{"rsa-2048", true, maxHeld + 1, maxHeld, ErrGuess, false},
		{"rsa-2048", true, maxHeld, maxHeld + 1, ErrGuess, true},
	} {
		name := fmt.Sprintf("%s, %d guessed as %d", test.kind, test.size, test.guess)
		signer, asked := watched(signerOf(t, test.kind))
		opt := SignedDataOptions{Time: signTime, ContentSize: int64(test.guess), Guessed: true}
		if test.stamped {
			opt.TimeStamp = stamp
		}
		plain := content(test.size)
		var w *SignedDataWriter
		got, err := writeGuessed(func(dst io.Writer) (guessing, error) {
			var err error
			w, err = NewSignedDataWriter(dst, []Signer{signer}, opt)
			return w, err
		}, plain)
		if !errors.Is(err, test.want) || err == nil && w.Head() != nil {
			t.Errorf("%s: %v, %d octets of head", name, err, len(w.Head()))
		}
		if errors.Is(err, ErrGuess) && *asked > 0 {
			t.Errorf("%s: asked for a signature", name)
		}
		if err != nil {
			continue
		}
		want := signedBy(t, plain, SignedDataOptions{ContentSize: int64(test.size)}, signer)
		if held := got[1] != 0x80; held != test.held || !bytes.Equal(got[:16], want[:16]) && !test.held {
			t.Errorf("%s: begins with %x, want %x", name, got[:16], want[:16])
		}
		if der, err := ber.ToDER(got, ber.Limits{}); test.held && (err != nil || !bytes.Equal(der, got)) {
			t.Errorf("%s: not in DER", name)
		}
		if word := outcome(got, nil); word != "good" {
			t.Errorf("%s: %s", name, word)
		}
	}
}

// TestGuessSized: a cipher that authenticates the size first takes no guess.
func TestGuessSized(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	_, err := NewEnvelopeWriter(&out, []Recipient{{Certificate: people()["x25519"].cert}}, EnvelopeOptions{Cipher: cipherNamed(t, "aes-128-ccm"), ContentSize: 5, Guessed: true})
	if _, ok := errors.AsType[*algorithm.UnknownSizeError](err); !ok || out.Len() > 0 {
		t.Errorf("%v, %d octets", err, out.Len())
	}
}

func TestFixedSize(t *testing.T) {
	t.Parallel()
	rsa, ec := signerOf(t, "rsa-2048"), signerOf(t, "p-256")
	for _, test := range []struct {
		signers []Signer
		want    bool
	}{{[]Signer{rsa}, true}, {[]Signer{rsa, signerOf(t, "rsa-pss"), signerOf(t, "ed25519")}, true}, {[]Signer{ec}, false}, {[]Signer{rsa, ec}, false}, {[]Signer{{}}, false}} {
		if got := FixedSize(test.signers); got != test.want {
			t.Errorf("%d signers: %v", len(test.signers), got)
		}
	}
}
