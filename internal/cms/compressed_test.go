package cms

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

func deflated(t testing.TB, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, zlib.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(plain)
	w.Close()
	return b.Bytes()
}

// compressed makes a CompressedData around an element that should be an OCTET STRING.
func compressed(inner ContentType, id, element []byte) []byte {
	info := ber.Wrap(ber.Sequence, derOID(inner), ber.Wrap(ber.Context(0), element))
	return ber.Wrap(ber.Sequence, derOID(TypeCompressedData), ber.Wrap(ber.Context(0), ber.Wrap(ber.Sequence, []byte{2, 1, 0}, id, info)))
}

const dottedZlib = "1.2.840.113549.1.9.16.3.8"

func TestReadCompressed(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 1000, 64 << 10, 1 << 20, 3<<20 + 1} {
		for _, null := range []bool{false, true} {
			for _, chunk := range []int{0, 1, 1000} {
				if chunk == 1 && size > 1000 {
					continue
				}
				t.Run(fmt.Sprintf("%d/%v/%d", size, null, chunk), func(t *testing.T) {
					t.Parallel()
					plain := content(size)
					z := deflated(t, plain)
					var parameters []byte
					if null {
						parameters = []byte{5, 0}
					}
					element := octets(z)
					if chunk > 0 {
						element = []byte{0x24, 0x80}
						for len(z) > 0 {
							n := min(chunk, len(z))
							element = append(element, octets(z[:n])...)
							z = z[n:]
						}
						element = append(element, 0, 0)
					}
					var out bytes.Buffer
					inner, err := ReadCompressed(bytes.NewReader(compressed(TypeSignedData, identifier(dottedZlib, parameters), element)), &out, Limits{})
					if err != nil || inner != TypeSignedData || !bytes.Equal(out.Bytes(), plain) {
						t.Errorf("%d octets, %v, %v", out.Len(), TypeName(inner), err)
					}
				})
			}
		}
	}
}

func TestReadCompressedRefuses(t *testing.T) {
	t.Parallel()
	id := identifier(dottedZlib, nil)
	z := deflated(t, content(10_000))
	sum := bytes.Clone(z)
	sum[len(sum)-1] ^= 1
	bits := bytes.Clone(z)
	bits[len(bits)/2] ^= 1
	dictionary := bytes.Clone(z)
	dictionary[1] = dictionary[1]&^0x3f | 0x20
	dictionary[1] += byte(31-(uint(dictionary[0])<<8+uint(dictionary[1]))%31) % 31
	bomb := deflated(t, make([]byte, 50<<20))
	good := compressed(TypeData, id, octets(z))
	malformed, limit, unsupported := new(MalformedError), new(LimitError), new(algorithm.UnsupportedError)
	for _, tc := range []struct {
		name    string
		message []byte
		want    any
	}{
		{"wrong checksum", compressed(TypeData, id, octets(sum)), &malformed},
		{"damaged", compressed(TypeData, id, octets(bits)), &malformed},
		{"cut", compressed(TypeData, id, octets(z[:len(z)-1])), &malformed},
		{"cut in the middle", compressed(TypeData, id, octets(z[:100])), &malformed},
		{"empty", compressed(TypeData, id, octets(nil)), &malformed},
		{"raw deflate", compressed(TypeData, id, octets(z[2:])), &malformed},
		{"dictionary", compressed(TypeData, id, octets(dictionary)), &malformed},
		{"something behind the stream", compressed(TypeData, id, octets(append(bytes.Clone(z), 0))), &malformed},
		{"another stream behind", compressed(TypeData, id, octets(append(bytes.Clone(z), z...))), &malformed},
		{"a segment behind the stream", compressed(TypeData, id, ber.Wrap(ber.OctetString, octets(z), octets([]byte{0}))), &malformed},
		{"something behind the structure", append(bytes.Clone(good), 5, 0), &malformed},
		{"structure cut", good[:len(good)-1], &malformed},
		{"no OCTET STRING", compressed(TypeData, id, ber.Wrap(ber.Sequence, octets(z))), &malformed},
		{"content absent", compressed(TypeData, id, nil), &malformed},
		{"parameters", compressed(TypeData, identifier(dottedZlib, integer(1)), octets(z)), &malformed},
		{"another algorithm", compressed(TypeData, identifier("1.2.3", nil), octets(z)), &unsupported},
		{"another type", bytes.Replace(good, derOID(TypeCompressedData), derOID(TypeAuthEnvelopedData), 1), &malformed},
		{"bomb", compressed(TypeData, id, octets(bomb)), &limit},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			n := new(countOctets)
			_, err := ReadCompressed(bytes.NewReader(tc.message), n, Limits{})
			if err == nil || !errors.As(err, tc.want) {
				t.Errorf("got %v", err)
			}
			if *n > 10<<20 {
				t.Errorf("%d octets came out", *n)
			}
		})
	}
	if _, err := ReadCompressed(bytes.NewReader(good), io.Discard, Limits{Inflated: 9999}); !errors.As(err, &limit) {
		t.Errorf("own limit: %v", err)
	}
	if _, err := ReadCompressed(bytes.NewReader(good), io.Discard, Limits{Inflated: 10_000}); err != nil {
		t.Errorf("limit just met: %v", err)
	}
	failing := errors.New("the disk is gone")
	if _, err := ReadCompressed(io.MultiReader(bytes.NewReader(good[:500]), failReader{failing}), io.Discard, Limits{}); !errors.Is(err, failing) {
		t.Errorf("failing source: %v", err)
	}
	if _, err := ReadCompressed(bytes.NewReader(good), &countWriter{failAt: 1}, Limits{}); !errors.Is(err, errSink) {
		t.Errorf("failing sink: %v", err)
	}
}

type countOctets int64

func (n *countOctets) Write(p []byte) (int, error) { *n += countOctets(len(p)); return len(p), nil }

// TestReadCompressedRatio: small contents may be compressed as well as they can be.
func TestReadCompressedRatio(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	plain := make([]byte, 1<<20)
	_, err := ReadCompressed(bytes.NewReader(compressed(TypeData, identifier(dottedZlib, nil), octets(deflated(t, plain)))), &out, Limits{})
	if err != nil || out.Len() != len(plain) {
		t.Errorf("%d octets, %v", out.Len(), err)
	}
}
