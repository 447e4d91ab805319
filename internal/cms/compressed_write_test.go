package cms

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"smimectl/internal/cms/ber"
)

// written compresses in pieces of that many octets.
func written(t testing.TB, plain []byte, piece int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewCompressedWriter(&b)
	defer w.Abort()
	for rest := plain; len(rest) > 0; {
		n := min(piece, len(rest))
		if _, err := w.Write(rest[:n]); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCompressedRoundTrip(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 1000, 64<<10 + 1, 1 << 20, 3<<20 + 1} {
		plain := content(size)
		for _, piece := range []int{7, 1 << 20} {
			if piece == 7 && size > 64<<10+1 {
				continue
			}
			message := written(t, plain, piece)
			var got bytes.Buffer
			inner, err := ReadCompressed(bytes.NewReader(message), &got, Limits{})
			if err != nil || inner != TypeData || !bytes.Equal(got.Bytes(), plain) {
				t.Errorf("%d octets in pieces of %d: %d octets of %s, %v", size, piece, got.Len(), inner, err)
			}
		}
	}
}

// TestCompressedIsDER: small messages are DER, with the parameters left out (RFC 3274, Section 2).
func TestCompressedIsDER(t *testing.T) {
	t.Parallel()
	plain := content(5000)
	message := written(t, plain, 100)
	if again := compressed(TypeData, []byte("\x30\x0d\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x08"), message[len(message)-compressedElement(t, message):]); !bytes.Equal(again, message) {
		t.Errorf("not the DER it should be:\n%x\n%x", message[:60], again[:60])
	}
}

// compressedElement is the size of the OCTET STRING at the end of a CompressedData.
func compressedElement(t testing.TB, message []byte) int {
	t.Helper()
	i := bytes.Index(message, derOID(TypeData))
	rest := message[i+len(derOID(TypeData)):]
	// [0] around the OCTET STRING, both with a length of two octets.
	if len(rest) < 8 || rest[0] != 0xa0 || rest[4] != 4 {
		t.Fatalf("no OCTET STRING: %x", rest[:8])
	}
	return len(rest) - 4
}

// TestCompressedWriterRefuses: what its own reader would refuse is not written.
func TestCompressedWriterRefuses(t *testing.T) {
	t.Parallel()
	var limit *LimitError
	for name, plain := range map[string][]byte{
		"zeros":             make([]byte, 8<<20),
		"zeros, in one go":  make([]byte, 2<<20), // the compressor gives all of it at the end
		"zeros, and others": append(make([]byte, 8<<20), content(2<<20)...),
	} {
		var b bytes.Buffer
		w := NewCompressedWriter(&b)
		_, err := w.Write(plain)
		if err == nil {
			err = w.Close()
		}
		if !errors.As(err, &limit) {
			t.Errorf("%s: %v", name, err)
		}
		w.Abort()
	}
	// One MiB may be anything.
	if _, err := ReadCompressed(bytes.NewReader(written(t, make([]byte, 1<<20), 1<<16)), io.Discard, Limits{}); err != nil {
		t.Error(err)
	}
}

// TestCompressedWriterFails: a destination that fails is an error of Write or Close, and nothing hangs.
func TestCompressedWriterFails(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1000, 3 << 20} {
		w := NewCompressedWriter(io.Discard)
		w.out = ber.NewWriter(&failingWriter{})
		_, err := w.Write(content(size))
		if err == nil {
			err = w.Close()
		}
		if err == nil {
			t.Errorf("%d octets: no error", size)
		}
		w.Abort()
		if _, err := w.Write([]byte("x")); err == nil {
			t.Error("written after the end")
		}
	}
	w := NewCompressedWriter(io.Discard)
	w.Write([]byte("half"))
	w.Abort()
	if err := w.Close(); err == nil {
		t.Error("closed after Abort")
	}
}

type failingWriter struct{}

func (*failingWriter) Write([]byte) (int, error) { return 0, errors.New("full") }

// TestCompressedOpenSSL asks openssl, where it was built with zlib.
func TestCompressedOpenSSL(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	plain := content(100_000)
	file := filepath.Join(t.TempDir(), "message.der")
	if err := os.WriteFile(file, written(t, plain, 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.Command(openssl, "cms", "-uncompress", "-inform", "DER", "-binary", "-in", file)
	cmd.Stderr = &said
	got, err := cmd.Output()
	if err != nil && strings.Contains(said.String(), "unsupported compression algorithm") {
		t.Skip("this openssl was built without zlib")
	}
	if err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%d octets, %v: %s", len(got), err, said.String())
	}
}
