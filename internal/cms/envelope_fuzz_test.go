package cms

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"testing"

	"smimectl/internal/algorithm"
)

// fuzzSeeds are messages to the planted people, in every form.
var fuzzSeeds = sync.OnceValue(func() [][]byte {
	var list [][]byte
	for _, kind := range recipientKinds {
		for _, c := range []string{"aes-128-gcm", "aes-128-cbc"} {
			for _, size := range []int64{-1, 9} {
				var out bytes.Buffer
				cipher, err := algorithm.ContentCipherByName(c)
				if err != nil {
					panic(err)
				}
				w, err := NewEnvelopeWriter(&out, []Recipient{{Certificate: people()[kind].cert, OAEP: size < 0}}, EnvelopeOptions{Cipher: cipher, ContentSize: size})
				if err != nil {
					panic(err)
				}
				io.WriteString(w, "plaintext")
				if err := w.Close(); err != nil {
					panic(err)
				}
				list = append(list, out.Bytes())
			}
		}
	}
	return list
})

// FuzzReadEnvelope: no panic, bounded results, and the second reading finds
// what the first one did.
func FuzzReadEnvelope(f *testing.F) {
	for _, seed := range fuzzSeeds() {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := ReadEnvelope(bytes.NewReader(data), Limits{})
		if err != nil {
			if _, malformed := errors.AsType[*MalformedError](err); !malformed {
				if _, limit := errors.AsType[*LimitError](err); !limit {
					t.Fatalf("%T: %v", err, err)
				}
			}
			return
		}
		if len(e.Recipients) == 0 || len(e.Recipients) > 1000 || (e.Cipher == nil) == (e.Unsupported == nil) || e.CiphertextSize > int64(len(data)) {
			t.Fatalf("%+v", e)
		}
		e.Duplicates()
		for _, p := range people() {
			e.Matching(p.cert)
		}
		n := new(countOctets)
		if err := e.eachPiece(opener(data), pieceSize, func(p []byte) error { n.Write(p); return nil }); err != nil || int64(*n) != e.CiphertextSize {
			t.Fatalf("second reading: %d of %d octets, %v", *n, e.CiphertextSize, err)
		}
	})
}

// FuzzDecrypt opens what it can with the planted keys. What comes out of an
// AEAD is what was put in: the fuzzer does not know the keys.
func FuzzDecrypt(f *testing.F) {
	for _, seed := range fuzzSeeds() {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := ReadEnvelope(bytes.NewReader(data), Limits{})
		if err != nil {
			return
		}
		for _, p := range people() {
			for _, ri := range e.Matching(p.cert)[:min(1, len(e.Matching(p.cert)))] {
				cek, err := e.ContentKey(ri, p.key)
				if err != nil {
					checkPublic(t, err)
					continue
				}
				var out bytes.Buffer
				err = e.Decrypt(opener(data), cek, &out)
				if err != nil {
					checkPublic(t, err)
				}
				if e.Cipher.Authenticated && (err != nil && out.Len() > 0 || err == nil && out.String() != "plaintext") {
					t.Fatalf("%q, %v", out.Bytes(), err)
				}
				if int64(out.Len()) > e.CiphertextSize {
					t.Fatal("more than there was")
				}
			}
		}
	})
}

func checkPublic(t *testing.T, err error) {
	if err == ErrDecrypt {
		return
	}
	if _, ok := errors.AsType[*algorithm.UnsupportedError](err); ok {
		return
	}
	if _, ok := errors.AsType[*MalformedError](err); ok {
		return
	}
	t.Fatalf("%T: %v", err, err)
}

func FuzzReadCompressed(f *testing.F) {
	f.Add(compressed(TypeData, identifier(dottedZlib, nil), octets(deflated(f, []byte("some text, some text, some text")))))
	f.Fuzz(func(t *testing.T, data []byte) {
		n := new(countOctets)
		if _, err := ReadCompressed(bytes.NewReader(data), n, Limits{Inflated: 1 << 24}); err == nil && int64(*n) > max(freeInflation, inflationRatio*int64(len(data)+1)) {
			t.Fatalf("%d octets out of %d", *n, len(data))
		}
	})
}
