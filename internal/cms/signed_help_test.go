package cms

import (
	"bytes"
	"crypto/x509"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/cmstest"
)

var signTime = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// signerKinds are the keys signed messages are made with in tests.
var signerKinds = []string{"rsa-2048", "p-256", "p-384", "p-521", "ed25519"}

// signerIdentities are leaves of one chain each, made once.
var signerIdentities sync.Map

func identityOf(tb testing.TB, kind string) *cmstest.Identity {
	tb.Helper()
	made, _ := signerIdentities.LoadOrStore(kind, sync.OnceValue(func() *cmstest.Identity {
		return cmstest.Chain(tb, kind, kind+"@example.com")
	}))
	return made.(func() *cmstest.Identity)()
}

// signerOf makes a Signer of an identity; "rsa-pss" is RSA with PSS.
func signerOf(tb testing.TB, kind string) Signer {
	tb.Helper()
	var opt algorithm.SignOptions
	if kind == "rsa-pss" {
		kind, opt.PSS = "rsa-2048", true
	}
	id := identityOf(tb, kind)
	return Signer{Certificate: id.Certificate, Chain: id.Chain(), Key: id.Key, Options: opt}
}

// signedBy returns a ContentInfo.
func signedBy(tb testing.TB, content []byte, opt SignedDataOptions, signers ...Signer) []byte {
	tb.Helper()
	if opt.Time.IsZero() {
		opt.Time = signTime
	}
	var out bytes.Buffer
	w, err := NewSignedDataWriter(&out, signers, opt)
	if err != nil {
		tb.Fatalf("begin to sign: %v", err)
	}
	if _, err := w.Write(content); err != nil {
		tb.Fatalf("sign: %v", err)
	}
	if err := w.Close(); err != nil {
		tb.Fatalf("finish signing: %v", err)
	}
	return out.Bytes()
}

// opaque is signedBy with the content inside and definite lengths.
func opaque(tb testing.TB, content []byte, signers ...Signer) []byte {
	tb.Helper()
	return signedBy(tb, content, SignedDataOptions{ContentSize: int64(len(content))}, signers...)
}

// verifyAll reads a message and verifies each signer with the certificate of
// the bag that it names, or the one given.
func verifyAll(message, detached []byte, known ...Signer) (*SignedData, []byte, []error, error) {
	var unverified bytes.Buffer
	sd, err := ReadSignedData(bytes.NewReader(message), &unverified, Limits{})
	if err != nil {
		return nil, nil, nil, err
	}
	if sd.Detached && len(sd.Signers) > 0 || !sd.Detached && detached != nil {
		if err := sd.DigestContent(bytes.NewReader(detached), &unverified); err != nil {
			return nil, nil, nil, err
		}
	}
	certificates := sd.Certificates
	for _, s := range known {
		certificates = append(certificates, s.Certificate)
	}
	var results []error
	for _, si := range sd.Signers {
		result := errNobody
		for _, c := range certificates {
			if si.ID.Matches(c) {
				if result = sd.Verify(si, c); result == nil {
					break
				}
			}
		}
		results = append(results, result)
	}
	return sd, unverified.Bytes(), results, nil
}

var errNobody = errors.New("test: certificate of the signer is missing")

// outcome is a short word for what verifyAll found: "good", or the fault of the
// first signer that is not.
func outcome(message, detached []byte, known ...Signer) string {
	_, _, results, err := verifyAll(message, detached, known...)
	if err != nil {
		return word(err)
	}
	if len(results) == 0 {
		return "nobody"
	}
	for _, result := range results {
		if result != nil {
			return word(result)
		}
	}
	return "good"
}

func word(err error) string {
	if e, ok := errors.AsType[*SignatureError](err); ok {
		switch e.Kind {
		case ContentChanged:
			return "content"
		case Invalid:
			return "invalid"
		case Attributes:
			return "attributes"
		case WrongCertificate:
			return "certificate"
		}
	}
	if _, ok := errors.AsType[*MalformedError](err); ok {
		return "malformed"
	}
	if _, ok := errors.AsType[*LimitError](err); ok {
		return "limit"
	}
	if _, ok := errors.AsType[*algorithm.UnsupportedError](err); ok {
		return "unsupported"
	}
	if errors.Is(err, errNobody) {
		return "no certificate"
	}
	return "error: " + err.Error()
}

// text is content that looks like mail.
func text(n int) []byte {
	line := []byte("Content-Type: text/plain\r\n\r\nIt was the best of times, it was the worst of times.\r\n")
	return bytes.Repeat(line, n/len(line)+1)[:n]
}

// zeros is an endless source.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

var _ io.Reader = zeros{}

func parseX509(der []byte) (*x509.Certificate, error) { return x509.ParseCertificate(der) }
