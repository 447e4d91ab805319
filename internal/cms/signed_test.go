package cms

import (
	"bytes"
	"crypto"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// Round trips: every key, inside and detached, with definite and indefinite
// lengths, at sizes around the seams.
func TestSignRoundTrip(t *testing.T) {
	t.Parallel()
	sizes := []int{0, 1, 100, ber.SegmentSize - 1, ber.SegmentSize, ber.SegmentSize + 1, maxHeld, maxHeld + 1}
	for _, kind := range append(slices.Clone(signerKinds), "rsa-pss") {
		signer := signerOf(t, kind)
		for _, size := range sizes {
			for _, form := range []string{"known", "unknown", "detached"} {
				for _, byKeyID := range []bool{false, true} {
					if byKeyID && size != 100 {
						continue
					}
					t.Run(fmt.Sprintf("%s/%d/%s/%v", kind, size, form, byKeyID), func(t *testing.T) {
						t.Parallel()
						signer := signer
						signer.ByKeyID = byKeyID
						content := text(size)
						opt := SignedDataOptions{ContentSize: int64(size), Detached: form == "detached"}
						if form == "unknown" {
							opt.ContentSize = -1
						}
						message := signedBy(t, content, opt, signer)
						var outside []byte
						if opt.Detached {
							outside = content
						}
						sd, got, results, err := verifyAll(message, outside)
						if err != nil || len(results) != 1 || results[0] != nil {
							t.Fatalf("not good: %v, %v", results, err)
						}
						if !bytes.Equal(got, content) || sd.ContentSize != int64(size) {
							t.Errorf("content differs")
						}
						if len(sd.Notes) > 0 {
							t.Errorf("notes on our own message: %q", sd.Notes)
						}
						if want := map[bool]int{false: 1, true: 3}[byKeyID]; sd.Version != want || sd.Signers[0].Version != want {
							t.Errorf("versions %d and %d, want %d", sd.Version, sd.Signers[0].Version, want)
						}
						definite := form == "detached" || form == "known" && (size <= maxHeld || signer.Key.Public.Kind != "ec")
						der, err := ber.ToDER(message, ber.Limits{})
						if err != nil {
							t.Fatal(err)
						}
						if bytes.Equal(der, message) != definite {
							t.Errorf("definite lengths: %v, want %v", !definite, definite)
						}
						// What is written is what is read and written again.
						if definite && !bytes.Equal(cmstest.ParseSigned(message).Encode(), message) {
							t.Error("encoded again it is something else")
						}
						if content := slices.Clone(content); len(content) > 0 {
							content[len(content)/2] ^= 1
							if form == "detached" {
								if got := outcome(message, content); got != "content" {
									t.Errorf("changed content is %s", got)
								}
							}
						}
					})
				}
			}
		}
	}
}

func TestSignedAttributesWritten(t *testing.T) {
	t.Parallel()
	signer := signerOf(t, "p-256")
	message := opaque(t, []byte("hello"), signer)
	sd, _, results, err := verifyAll(message, nil)
	if err != nil || results[0] != nil {
		t.Fatal(results, err)
	}
	si := sd.Signers[0]
	var names []string
	for _, a := range si.SignedAttributes {
		names = append(names, AttributeName(a.OID))
	}
	want := []string{"contentType", "signingTime", "messageDigest", "CMSAlgorithmProtection", "smimeCapabilities", "signingCertificateV2"}
	slices.Sort(names)
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
	if at, ok := si.SigningTime(); !ok || !at.Equal(signTime) {
		t.Errorf("signing time is %v, %v", at, ok)
	}
	if got := si.Capabilities(); len(got) == 0 || !slices.EqualFunc(got, Capabilities(), algorithm.Identifier.Equal) {
		t.Errorf("capabilities are %v, want %v", got, Capabilities())
	}
	// Leaf and intermediate, but not the root.
	if len(sd.Certificates) != 2 {
		t.Errorf("%d certificates, want 2", len(sd.Certificates))
	}
	for _, c := range sd.Certificates {
		if c.SelfSigned() {
			t.Error("a root is in the message")
		}
	}
	if e := si.certificates; len(e) != 1 || e[0].serial == nil || len(e[0].names) != 1 {
		t.Errorf("signingCertificateV2 is %+v", e)
	}
	// DER inside out: attributes sorted, digest algorithm without parameters.
	if len(si.toBe) != 1 {
		t.Error("signed attributes are not DER")
	}
	if si.DigestAlgorithm.Parameters != nil {
		t.Error("digest algorithm has parameters")
	}
}

func TestSigningTimeForms(t *testing.T) {
	t.Parallel()
	for _, at := range []time.Time{
		time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Date(2049, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 7, 1, 12, 0, 0, 999, time.FixedZone("", 7200)),
	} {
		got, ok := parseTime(marshalTime(at))
		if !ok || !got.Equal(at.Truncate(time.Second)) {
			t.Errorf("%v is read as %v, %v", at, got, ok)
		}
		utc := marshalTime(at)[0] == 23
		if y := at.UTC().Year(); utc != (y >= 1950 && y < 2050) {
			t.Errorf("%v is written with tag %d", at, marshalTime(at)[0])
		}
	}
	want := time.Date(2015, 5, 6, 4, 24, 48, 0, time.UTC)
	for _, s := range []string{"\x17\x11150506002448-0400", "\x18\x1320150506062448+0200", "\x17\x0d150506042448Z", "\x18\x0f20150506042448Z"} {
		if at, ok := parseTime([]byte(s)); !ok || !at.Equal(want) {
			t.Errorf("%q is read as %v, %v", s, at, ok)
		}
	}
	for _, s := range []string{"\x17\x0b2601010000Z", "\x17\x0f2601010000+0000", "\x17\x11260101000000+1", "\x18\x1120260101000000.5Z", "\x18\x1320260101000000.123Z", "\x18\x1320260101000000,123Z", "\x17\x11260101000000.123Z", "\x17\x0d269901000000Z", "\x0c\x0d260101000000Z", "\x17\x0d26010100000\x000", "\x17\x00", "\x18\x0e20260101000000"} {
		if at, ok := parseTime([]byte(s)); ok {
			t.Errorf("%q is read as %v", s, at)
		}
	}
}

func TestNoSigningTime(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w, err := NewSignedDataWriter(&out, []Signer{signerOf(t, "ed25519")}, SignedDataOptions{ContentSize: -1})
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	sd, _, results, err := verifyAll(out.Bytes(), nil)
	if err != nil || results[0] != nil {
		t.Fatal(results, err)
	}
	if at, ok := sd.Signers[0].SigningTime(); ok {
		t.Errorf("signing time is %v", at)
	}
}

func TestSeveralSigners(t *testing.T) {
	t.Parallel()
	var all []Signer
	for _, kind := range signerKinds {
		all = append(all, signerOf(t, kind))
	}
	for _, size := range []int64{9, -1} {
		message := signedBy(t, []byte("something"), SignedDataOptions{ContentSize: size}, all...)
		sd, _, results, err := verifyAll(message, nil)
		if err != nil || len(results) != len(all) {
			t.Fatalf("%d results, %v", len(results), err)
		}
		for i, err := range results {
			if err != nil {
				t.Errorf("signer %d: %v", i, err)
			}
		}
		tree := cmstest.ParseSigned(message)
		for name, set := range map[string]*cmstest.Node{"digestAlgorithms": tree.DigestAlgorithms(), "certificates": tree.Certificates(), "signerInfos": tree.SignerInfos()} {
			before := set.Encode()
			if !bytes.Equal(set.Sort().Encode(), before) {
				t.Errorf("%s are not in the order of DER", name)
			}
		}
		if len(sd.DigestAlgorithms) != 3 {
			t.Errorf("%d digest algorithms, want 3", len(sd.DigestAlgorithms))
		}
		if len(sd.Certificates) != 2*len(all) {
			t.Errorf("%d certificates, want %d", len(sd.Certificates), 2*len(all))
		}
	}
	digests, err := DigestsOf(all)
	var names []string
	for _, d := range digests {
		names = append(names, d.Name)
	}
	if err != nil || strings.Join(names, " ") != "sha256 sha384 sha512" {
		t.Errorf("DigestsOf: %q, %v", names, err)
	}
}

// A24, A25: one bad signer is one bad signer, wherever it stands.
func TestOneBadSigner(t *testing.T) {
	t.Parallel()
	message := opaque(t, text(100), signerOf(t, "rsa-2048"), signerOf(t, "p-256"), signerOf(t, "ed25519"))
	for i := range 3 {
		s := cmstest.ParseSigned(message)
		sig := s.Signature(i)
		sig.Value[len(sig.Value)-1] ^= 1
		_, _, results, err := verifyAll(s.Encode(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for j, result := range results {
			if (result != nil) != (i == j) {
				t.Errorf("signer %d is bad; signer %d: %v", i, j, result)
			}
		}
	}
}

func TestAddSigner(t *testing.T) {
	t.Parallel()
	content := text(3000)
	for _, detached := range []bool{false, true} {
		for _, size := range []int64{int64(len(content)), -1} {
			opt := SignedDataOptions{Detached: detached, ContentSize: size}
			first := signedBy(t, content, opt, signerOf(t, "rsa-2048"), signerOf(t, "ed25519"))
			var outside []byte
			if detached {
				outside = content
			}
			sd, _, _, err := verifyAll(first, outside)
			if err != nil {
				t.Fatal(err)
			}
			opt.Existing = sd
			second := signerOf(t, "p-256")
			second.ByKeyID = true
			both := signedBy(t, content, opt, second)
			sd, _, results, err := verifyAll(both, outside)
			if err != nil || len(results) != 3 {
				t.Fatalf("%d results, %v", len(results), err)
			}
			for i, err := range results {
				if err != nil {
					t.Errorf("signer %d: %v", i, err)
				}
			}
			if sd.Version != 3 || len(sd.DigestAlgorithms) != 2 || len(sd.Certificates) != 6 {
				t.Errorf("version %d, %d digests, %d certificates", sd.Version, len(sd.DigestAlgorithms), len(sd.Certificates))
			}
			// Other content must not go under the old signatures.
			w, err := NewSignedDataWriter(io.Discard, []Signer{second}, SignedDataOptions{Detached: detached, ContentSize: -1, Existing: sd})
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(w, "other content")
			if err := w.Close(); err == nil {
				t.Error("other content was signed beside the old signatures")
			}
		}
	}
}

func TestAddSignerKeepsTheBag(t *testing.T) {
	t.Parallel()
	content := []byte("x")
	s := cmstest.ParseSigned(opaque(t, content, signerOf(t, "p-256")))
	s.Certificates().Insert(0, cmstest.Constructed(ber.Context(2), cmstest.Primitive(ber.Null, nil)))
	s.Data().Insert(4, cmstest.Constructed(ber.Context(1), cmstest.Constructed(ber.Sequence, cmstest.Primitive(ber.Null, nil))))
	for want, change := range map[int]func(cmstest.Signed){
		4: func(cmstest.Signed) {},
		5: func(s cmstest.Signed) {
			s.Data().At(4).Insert(0, cmstest.Constructed(ber.Context(1), cmstest.Primitive(ber.Null, nil)))
		},
	} {
		s := s.Clone()
		change(s)
		sd, _, _, err := verifyAll(s.Encode(), nil)
		if err != nil {
			t.Fatal(err)
		}
		sd, _, results, err := verifyAll(signedBy(t, content, SignedDataOptions{ContentSize: -1, Existing: sd}, signerOf(t, "rsa-2048")), nil)
		if err != nil || len(results) != 2 || results[0] != nil || results[1] != nil {
			t.Fatal(results, err)
		}
		if sd.Version != want || len(sd.CRLs) != 1 || len(sd.OtherRevocation) != want-4 || len(sd.bag.elements) != 5 {
			t.Errorf("version %d, want %d; %d CRLs, %d others, %d certificates", sd.Version, want, len(sd.CRLs), len(sd.OtherRevocation), len(sd.bag.elements))
		}
	}
}

// A bag of which a part was passed over cannot be kept.
func TestAddSignerRefusesToLose(t *testing.T) {
	t.Parallel()
	s := cmstest.ParseSigned(opaque(t, nil, signerOf(t, "p-256")))
	for range 64 {
		s.Certificates().Insert(0, cmstest.Constructed(ber.Sequence, cmstest.Primitive(ber.Null, nil)))
	}
	sd, _, _, err := verifyAll(s.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewSignedDataWriter(io.Discard, []Signer{signerOf(t, "rsa-2048")}, SignedDataOptions{ContentSize: -1, Existing: sd})
	if word(err) != "limit" {
		t.Errorf("got %v", err)
	}
}

// faulty is a key that makes wrong signatures, or none.
type faulty struct {
	crypto.Signer
	err error
}

func (f faulty) Sign(r io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if f.err != nil {
		return nil, f.err
	}
	sig, err := f.Signer.Sign(r, digest, opts)
	if err == nil {
		sig[len(sig)-1] ^= 1
	}
	return sig, err
}

// A171: a signature that is not good never gets out.
func TestFaultySigner(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"rsa-2048", "p-256", "ed25519"} {
		good := signerOf(t, kind)
		stranger := cmstest.Key(t, kind, 7)
		for name, key := range map[string]*algorithm.PrivateKey{
			"wrong signature":        {Public: good.Key.Public, Signer: faulty{good.Key.Signer, nil}},
			"error":                  {Public: good.Key.Public, Signer: faulty{good.Key.Signer, errors.New("token is gone")}},
			"key of somebody else":   stranger,
			"key of somebody else 2": {Public: good.Key.Public, Signer: stranger.Signer},
		} {
			signer := good
			signer.Key = key
			var out bytes.Buffer
			w, err := NewSignedDataWriter(&out, []Signer{signer}, SignedDataOptions{Detached: true, ContentSize: -1})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err == nil {
				t.Errorf("%s, %s: no error", kind, name)
			}
			if out.Len() > 0 {
				t.Errorf("%s, %s: %d octets were written", kind, name, out.Len())
			}
			if err := w.Close(); err == nil {
				t.Errorf("%s, %s: a second Close says all is well", kind, name)
			}
		}
	}
}

func TestSelfCheckUsesCertificate(t *testing.T) {
	t.Parallel()
	signer := signerOf(t, "p-256")
	signer.Key = cmstest.Key(t, "p-256", 8)
	w, err := NewSignedDataWriter(io.Discard, []Signer{signer}, SignedDataOptions{ContentSize: -1})
	if err == nil {
		err = w.Close()
	}
	if e, ok := errors.AsType[*SignatureError](err); !ok || e.Kind != Invalid {
		t.Errorf("got %v", err)
	}
}

func TestSignedDataWriterRefuses(t *testing.T) {
	t.Parallel()
	if _, err := NewSignedDataWriter(io.Discard, nil, SignedDataOptions{ContentSize: -1}); err == nil {
		t.Error("nobody signs, and that is fine")
	}
	id := cmstest.Issue(t, identityOf(t, "p-256").Issuer, cmstest.Options{KeyName: "x25519"})
	for name, signer := range map[string]Signer{
		"no key":             {Certificate: id.Certificate},
		"no certificate":     {Key: signerOf(t, "p-256").Key},
		"key that agrees":    {Certificate: id.Certificate, Key: id.Key},
		"digest of another":  {Certificate: signerOf(t, "ed25519").Certificate, Key: signerOf(t, "ed25519").Key, Options: algorithm.SignOptions{Digest: digestNamed(t, "sha256")}},
		"digest that is old": {Certificate: signerOf(t, "rsa-2048").Certificate, Key: signerOf(t, "rsa-2048").Key, Options: algorithm.SignOptions{Digest: digestNamed(t, "sha1")}},
	} {
		if _, err := NewSignedDataWriter(io.Discard, []Signer{signer}, SignedDataOptions{ContentSize: -1}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, size := range map[string]int64{"too little": 10, "too much": 3} {
		for _, kind := range []string{"p-256", "rsa-2048"} {
			w, err := NewSignedDataWriter(io.Discard, []Signer{signerOf(t, kind)}, SignedDataOptions{ContentSize: size})
			if err != nil {
				t.Fatal(err)
			}
			_, err = io.WriteString(w, "hello")
			if closeErr := w.Close(); err == nil {
				err = closeErr
			}
			if !errors.Is(err, errContentSize) {
				t.Errorf("%s, %s: got %v", name, kind, err)
			}
		}
	}
	for _, opt := range []SignedDataOptions{{ContentSize: -1}, {ContentSize: 5}, {Detached: true}} {
		w, err := NewSignedDataWriter(&countWriter{failAt: 1}, []Signer{signerOf(t, "p-256")}, opt)
		if err == nil {
			io.WriteString(w, "hello")
			err = w.Close()
		}
		if !errors.Is(err, errSink) {
			t.Errorf("%+v: got %v, want the error of the destination", opt, err)
		}
	}
}

func digestNamed(t *testing.T, name string) *algorithm.Digest {
	t.Helper()
	d, err := algorithm.DigestByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDetachedNeedsItsContent(t *testing.T) {
	t.Parallel()
	message := signedBy(t, []byte("x"), SignedDataOptions{Detached: true}, signerOf(t, "p-256"))
	sd, err := ReadSignedData(bytes.NewReader(message), nil, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if err := sd.Verify(sd.Signers[0], signerOf(t, "p-256").Certificate); !errors.Is(err, ErrNoContent) {
		t.Errorf("got %v", err)
	}
	broken := errors.New("disk on fire")
	if err := sd.DigestContent(iotest.ErrReader(broken), nil); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if err := sd.Verify(sd.Signers[0], signerOf(t, "p-256").Certificate); !errors.Is(err, ErrNoContent) {
		t.Errorf("after content that could not be read: got %v", err)
	}
	// The last content counts, one way and the other.
	for _, content := range []string{"y", "x", "y"} {
		if err := sd.DigestContent(strings.NewReader(content), nil); err != nil {
			t.Fatal(err)
		}
		err := sd.Verify(sd.Signers[0], signerOf(t, "p-256").Certificate)
		if (err == nil) != (content == "x") {
			t.Errorf("content %q: %v", content, err)
		}
	}
	// What was there before does not stand in for content that broke off.
	if err := sd.DigestContent(strings.NewReader("x"), nil); err != nil {
		t.Fatal(err)
	}
	if err := sd.DigestContent(iotest.ErrReader(broken), nil); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if err := sd.Verify(sd.Signers[0], signerOf(t, "p-256").Certificate); !errors.Is(err, ErrNoContent) {
		t.Errorf("after content that broke off: got %v", err)
	}
}

// A23: content beside a message that has its own.
func TestContentForOpaque(t *testing.T) {
	t.Parallel()
	sd, err := ReadSignedData(bytes.NewReader(opaque(t, []byte("x"), signerOf(t, "p-256"))), nil, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if err := sd.DigestContent(strings.NewReader("x"), nil); word(err) != "malformed" {
		t.Errorf("got %v", err)
	}
}

func TestReadSignedDataErrorsPassThrough(t *testing.T) {
	t.Parallel()
	message := opaque(t, text(1000), signerOf(t, "p-256"))
	if _, err := ReadSignedData(bytes.NewReader(message), &countWriter{failAt: 1}, Limits{}); !errors.Is(err, errSink) {
		t.Errorf("destination: got %v", err)
	}
	broken := errors.New("disk on fire")
	for _, n := range []int{0, 1, 20, 500, 1500, len(message) - 1} {
		src := io.MultiReader(bytes.NewReader(message[:n]), iotest.ErrReader(broken))
		if _, err := ReadSignedData(src, nil, Limits{}); !errors.Is(err, broken) {
			t.Errorf("source that breaks at %d: got %v", n, err)
		}
	}
}

func TestPeekType(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"30 0b 06 09 2a 86 48 86 f7 0d 01 07 02":          "signedData",
		"30 80 06 09 2a 86 48 86 f7 0d 01 07 03 a0 80":    "envelopedData",
		"30 0d 06 0b 2a 86 48 86 f7 0d 01 09 10 01 17":    "authEnvelopedData",
		"30 84 00 00 00 05 06 03 2a 03 04":                "1.2.3.4",
		"30 80 06 0b 2a 86 48 86 f7 0d 01 09 10 01 09 41": "compressedData",
	} {
		got, err := PeekType(iotest.OneByteReader(bytes.NewReader(unhex(t, strings.ReplaceAll(in, " ", "")))))
		if err != nil || TypeName(got) != want {
			t.Errorf("%s: got %s, %v, want %s", in, TypeName(got), err, want)
		}
	}
	for _, in := range []string{"", "30", "30 00", "04 01 41", "30 03 02 01 05", "06 03 2a 03 04", "30 03 06 01 80", "30 02 06 00", "30 80 00 00"} {
		if got, err := PeekType(bytes.NewReader(unhex(t, strings.ReplaceAll(in, " ", "")))); word(err) != "malformed" {
			t.Errorf("%s: got %q, %v", in, got, err)
		}
	}
}

// The names of object identifiers are what they say.
func TestObjectIdentifiers(t *testing.T) {
	t.Parallel()
	for oid, dotted := range map[algorithm.OID]string{
		TypeData:                 "1.2.840.113549.1.7.1",
		TypeSignedData:           "1.2.840.113549.1.7.2",
		TypeEnvelopedData:        "1.2.840.113549.1.7.3",
		TypeDigestedData:         "1.2.840.113549.1.7.5",
		TypeEncryptedData:        "1.2.840.113549.1.7.6",
		TypeReceipt:              "1.2.840.113549.1.9.16.1.1",
		TypeAuthenticatedData:    "1.2.840.113549.1.9.16.1.2",
		TypeTSTInfo:              "1.2.840.113549.1.9.16.1.4",
		TypeCompressedData:       "1.2.840.113549.1.9.16.1.9",
		TypeAuthEnvelopedData:    "1.2.840.113549.1.9.16.1.23",
		attrContentType:          "1.2.840.113549.1.9.3",
		attrMessageDigest:        "1.2.840.113549.1.9.4",
		attrSigningTime:          "1.2.840.113549.1.9.5",
		attrCountersignature:     "1.2.840.113549.1.9.6",
		attrCapabilities:         "1.2.840.113549.1.9.15",
		attrAlgorithmProtection:  "1.2.840.113549.1.9.52",
		attrReceiptRequest:       "1.2.840.113549.1.9.16.2.1",
		attrSecurityLabel:        "1.2.840.113549.1.9.16.2.2",
		attrExpansionHistory:     "1.2.840.113549.1.9.16.2.3",
		attrContentHint:          "1.2.840.113549.1.9.16.2.4",
		attrMessageSigDigest:     "1.2.840.113549.1.9.16.2.5",
		attrContentIdentifier:    "1.2.840.113549.1.9.16.2.7",
		attrEquivalentLabels:     "1.2.840.113549.1.9.16.2.9",
		attrContentReference:     "1.2.840.113549.1.9.16.2.10",
		attrEncryptionKey:        "1.2.840.113549.1.9.16.2.11",
		attrSigningCertificate:   "1.2.840.113549.1.9.16.2.12",
		attrTimeStampToken:       "1.2.840.113549.1.9.16.2.14",
		attrSigningCertificateV2: "1.2.840.113549.1.9.16.2.47",
		attrMicrosoftEncryption:  "1.3.6.1.4.1.311.16.4",
	} {
		if oid.String() != dotted || algorithm.MustOID(dotted) != oid {
			t.Errorf("%s is %s, want %s", TypeName(oid), oid, dotted)
		}
	}
}

// A28..A30: which certificate is the signer's does not depend on its place.
func TestCandidates(t *testing.T) {
	t.Parallel()
	signer := signerOf(t, "p-256")
	signer.ByKeyID = true
	message := opaque(t, text(50), signer)
	impostor := cmstest.Issue(t, nil, cmstest.Options{Key: cmstest.Key(t, "p-256", 9), SubjectKeyID: signer.Certificate.SubjectKeyID()})
	for _, at := range []int{0, 1, 2} {
		s := cmstest.ParseSigned(message)
		s.Certificates().Insert(at, cmstest.Raw(impostor.Certificate.Raw))
		sd, _, _, err := verifyAll(s.Encode(), nil)
		if err != nil {
			t.Fatal(err)
		}
		var good []*cert.Certificate
		for _, c := range sd.Certificates {
			if sd.Signers[0].ID.Matches(c) && sd.Verify(sd.Signers[0], c) == nil {
				good = append(good, c)
			}
		}
		if len(good) != 1 || !good[0].Equal(signer.Certificate) {
			t.Errorf("impostor at %d: %d certificates are good", at, len(good))
		}
	}
}

// A signature over a large message takes little memory and one pass.
func TestLargeContentIsStreamed(t *testing.T) {
	t.Parallel()
	const size = 32 << 20
	for _, kind := range []string{"rsa-2048", "p-256"} {
		pr, pw := io.Pipe()
		go func() {
			w, err := NewSignedDataWriter(pw, []Signer{signerOf(t, kind)}, SignedDataOptions{ContentSize: size, Time: signTime})
			if err == nil {
				_, err = io.CopyN(w, zeros{}, size)
			}
			if err == nil {
				err = w.Close()
			}
			pw.CloseWithError(err)
		}()
		sd, err := ReadSignedData(pr, nil, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if err := sd.Verify(sd.Signers[0], signerOf(t, kind).Certificate); err != nil || sd.ContentSize != size {
			t.Errorf("%s: %v, %d octets", kind, err, sd.ContentSize)
		}
		if n := cap(sd.digested.kept); n > 1<<16 {
			t.Errorf("%s: %d octets of content are kept", kind, n)
		}
	}
}

// TestNames: a signer's certificate is named by the digest in his signed attributes, in both of them
// where he has both, and by nothing where he has none.
func TestNames(t *testing.T) {
	t.Parallel()
	one, other := cmstest.Chain(t, "p-256", "alice@example.test"), cmstest.Chain(t, "rsa-2048", "alice@example.test")
	v1 := func(who *cmstest.Identity) *cmstest.Node {
		sum := sha1.Sum(who.Certificate.Raw)
		return cmstest.AttributeNode(attrSigningCertificate, cmstest.Constructed(ber.Sequence, cmstest.Constructed(ber.Sequence,
			cmstest.Constructed(ber.Sequence, cmstest.Primitive(ber.OctetString, sum[:])))))
	}
	v2 := cmstest.SigningCertificate
	for name, tt := range map[string]struct {
		attributes []*cmstest.Node
		want       bool
	}{
		"none":                    {nil, false},
		"version 2":               {[]*cmstest.Node{v2(one)}, true},
		"version 1":               {[]*cmstest.Node{v1(one)}, true},
		"both":                    {[]*cmstest.Node{v1(one), v2(one)}, true},
		"another":                 {[]*cmstest.Node{v2(other)}, false},
		"another in the first":    {[]*cmstest.Node{v1(other), v2(one)}, false},
		"another in the second":   {[]*cmstest.Node{v1(one), v2(other)}, false},
		"not what it was made of": {[]*cmstest.Node{v1(other)}, false},
	} {
		info := cmstest.SignerInfo(t, one, algorithm.OID(TypeData), []byte("text"), tt.attributes...)
		si, err := parseSignerInfo(info.Encode(), 0, Limits{}.withDefaults())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		si.applyRules(TypeData)
		if got := si.Names(one.Certificate); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestNoUnsignedAttributes: a set of them without any is read, with a note, which nothing else gives.
func TestNoUnsignedAttributes(t *testing.T) {
	t.Parallel()
	const note = "the set of unsigned attributes is empty"
	der := signedBy(t, text(10), SignedDataOptions{ContentSize: 10}, signerOf(t, "p-256"))
	for _, tt := range []struct {
		name string
		edit func(s cmstest.Signed)
		want bool
	}{
		{"none", func(cmstest.Signed) {}, false},
		{"empty", func(s cmstest.Signed) { s.AddUnsigned(0) }, true},
		{"one", func(s cmstest.Signed) {
			s.AddUnsigned(0, cmstest.AttributeNode(attrContentIdentifier, cmstest.Primitive(ber.OctetString, nil)))
		}, false},
	} {
		s := cmstest.ParseSigned(der)
		tt.edit(s)
		sd, err := ReadSignedData(bytes.NewReader(s.Encode()), nil, Limits{})
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if got := slices.Contains(sd.Notes, note); got != tt.want {
			t.Errorf("%s: notes %q", tt.name, sd.Notes)
		}
	}
}
