package cms

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

var stampTime = time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC)

func stamper(tb testing.TB) *cmstest.Identity {
	tb.Helper()
	root := cmstest.Issue(tb, nil, cmstest.Options{CommonName: "Stamp Root", CA: true})
	return cmstest.TimeStamper(tb, root, "TSA", 3, cmstest.Options{})
}

// infoOf is a TSTInfo after a change.
func infoOf(tb testing.TB, by *cmstest.Identity, change func(info *cmstest.Node)) []byte {
	tb.Helper()
	return cmstest.Token{By: by, Over: []byte("signature"), Time: stampTime, Info: change}.Make(tb).EContent().Value
}

// TestTSTInfo: RFC 3161, Section 2.4.2, field by field.
func TestTSTInfo(t *testing.T) {
	t.Parallel()
	by := stamper(t)
	integer := func(contents ...byte) *cmstest.Node { return cmstest.Primitive(ber.Integer, contents) }
	sequence := func(n ...*cmstest.Node) *cmstest.Node { return cmstest.Constructed(ber.Sequence, n...) }
	tagged := func(tag uint32, n ...*cmstest.Node) *cmstest.Node {
		return cmstest.Constructed(ber.Context(tag), n...)
	}
	small := func(tag uint32, contents ...byte) *cmstest.Node {
		return cmstest.Primitive(ber.Context(tag), contents)
	}
	boolean := cmstest.Primitive(ber.Boolean, []byte{0xff})
	more := func(n ...*cmstest.Node) func(info *cmstest.Node) {
		return func(info *cmstest.Node) { info.Insert(5, n...) }
	}
	clock := func(text string) func(info *cmstest.Node) {
		return func(info *cmstest.Node) { info.At(4).Value = []byte(text) }
	}
	name := tagged(0, tagged(4, cmstest.Raw(by.Certificate.Subject.Raw)))
	oid := cmstest.OID(algorithm.MustOID("1.2.3.4"))
	octets := cmstest.Primitive(ber.OctetString, nil)
	whole := more(sequence(integer(2), small(0, 5), small(1, 7)), boolean, integer(0x12, 0x34), name, tagged(1, sequence(oid, octets)))
	info, err := ParseTSTInfo(infoOf(t, by, whole))
	if err != nil {
		t.Fatal(err)
	}
	if info.Policy.String() != "1.2.3.4.1" || !info.Time.Equal(stampTime) || !info.HasAccuracy || info.Accuracy != 2*time.Second+5*time.Millisecond+7*time.Microsecond ||
		!info.Ordering || hex.EncodeToString(info.Nonce) != "1234" || info.TSA == nil || info.TSA.Kind != cert.KindDirectoryName || hex.EncodeToString(info.Serial) != "17" {
		t.Errorf("read %+v", info)
	}
	if info, err := ParseTSTInfo(infoOf(t, by, nil)); err != nil || info.HasAccuracy || info.Nonce != nil || info.TSA != nil || info.Ordering {
		t.Errorf("read %+v, %v", info, err)
	}
	for text, want := range map[string]time.Time{
		"20250601120000Z":           stampTime,
		"20250601120000.5Z":         stampTime.Add(500 * time.Millisecond),
		"20250601120000.000000001Z": stampTime.Add(1),
	} {
		if info, err := ParseTSTInfo(infoOf(t, by, clock(text))); err != nil || !info.Time.Equal(want) {
			t.Errorf("%s: %+v, %v", text, info, err)
		}
	}
	for name, change := range map[string]func(info *cmstest.Node){
		"version 2":               func(info *cmstest.Node) { info.At(0).Value = []byte{2} },
		"no version":              func(info *cmstest.Node) { info.Remove(0) },
		"no policy":               func(info *cmstest.Node) { info.Remove(1) },
		"no imprint":              func(info *cmstest.Node) { info.Remove(2) },
		"imprint of three fields": func(info *cmstest.Node) { info.At(2).Insert(2, integer(1)) },
		"no serial":               func(info *cmstest.Node) { info.Remove(3) },
		"serial not in DER":       func(info *cmstest.Node) { info.At(3).Value = []byte{0, 1} },
		"serial of 65 octets":     func(info *cmstest.Node) { info.At(3).Value = bytes.Repeat([]byte{1}, 65) },
		"no time":                 func(info *cmstest.Node) { info.Remove(4) },
		"time as UTCTime": func(info *cmstest.Node) {
			info.At(4).Tag = ber.Tag{Number: 23}
			info.At(4).Value = []byte("250601120000Z")
		},
		"time without Z":              clock("20250601120000"),
		"time without seconds":        clock("202506011200Z"),
		"time in another zone":        clock("20250601120000+0200"),
		"time with a bare point":      clock("20250601120000.Z"),
		"time with a comma":           clock("20250601120000,5Z"),
		"fraction ends in a zero":     clock("20250601120000.50Z"),
		"fraction of ten digits":      clock("20250601120000.0000000001Z"),
		"no such month":               clock("20251301120000Z"),
		"a sign in the time":          clock("2025060112000+Z"),
		"accuracy below zero":         more(sequence(integer(0xff))),
		"accuracy of ages":            more(sequence(integer(0x7f, 0xff, 0xff, 0xff, 0xff))),
		"1000 milliseconds":           more(sequence(small(0, 3, 0xe8))),
		"accuracy of four fields":     more(sequence(integer(1), small(0, 1), small(1, 1), small(2, 1))),
		"accuracy out of order":       more(sequence(small(1, 1), small(0, 1))),
		"ordering that is no BOOLEAN": more(cmstest.Primitive(ber.Boolean, []byte{1})),
		"two nonces":                  more(integer(1), integer(2)),
		"tsa that is no name":         more(tagged(0, integer(1))),
		"two names":                   more(tagged(0, tagged(4, cmstest.Raw(by.Certificate.Subject.Raw)), tagged(4, cmstest.Raw(by.Certificate.Subject.Raw)))),
		"critical extension":          more(tagged(1, sequence(oid, boolean, octets))),
		"extension without a value":   more(tagged(1, sequence(oid))),
		"a field too many":            more(tagged(2)),
	} {
		var malformed *MalformedError
		if info, err := ParseTSTInfo(infoOf(t, by, change)); !errors.As(err, &malformed) {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
	}
}

// TestTimeStampToken: what a token has to be, and whose (RFC 3161, Section 2.4.2; RFC 5816).
func TestTimeStampToken(t *testing.T) {
	t.Parallel()
	by := stamper(t)
	other := cmstest.TimeStamper(t, by.Issuer, "TSA", 4, cmstest.Options{})
	make := func(token cmstest.Token, change func(s cmstest.Signed)) (*TimeStampToken, error) {
		token.By, token.Over, token.Time = by, []byte("signature"), stampTime
		s := token.Make(t)
		if change != nil {
			change(s)
		}
		return ParseTimeStampToken(s.Encode(), Limits{})
	}
	good, err := make(cmstest.Token{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var fault *TimeStampError
	if err := good.Covers([]byte("signature")); err != nil {
		t.Error(err)
	}
	if err := good.Covers([]byte("another")); !errors.As(err, &fault) {
		t.Errorf("another signature: %v", err)
	}
	if err := good.Verify(by.Certificate); err != nil {
		t.Error(err)
	}
	if err := good.Verify(other.Certificate); err == nil {
		t.Error("verified with the key of another")
	}
	for name, change := range map[string]func(s cmstest.Signed){
		"two signers":      func(s cmstest.Signed) { s.SignerInfos().Insert(1, s.Signer(0).Clone()) },
		"no signers":       func(s cmstest.Signed) { s.SignerInfos().Children = nil },
		"no content":       func(s cmstest.Signed) { s.EncapContentInfo().Remove(1) },
		"of another type":  func(s cmstest.Signed) { *s.EncapContentInfo().At(0) = *cmstest.OID(algorithm.OID(TypeData)) },
		"content no info":  func(s cmstest.Signed) { s.EContent().Value = []byte{5, 0} },
		"octets behind it": func(s cmstest.Signed) { s.Insert(2, cmstest.Primitive(ber.Null, nil)) },
	} {
		if token, err := make(cmstest.Token{}, change); err == nil {
			t.Errorf("%s: read %+v", name, token.Info)
		}
	}
	// What is read, and does not verify.
	for name, token := range map[string]cmstest.Token{
		"certificate not named": {Attrs: func(a *[]*cmstest.Node) { *a = nil }},
		"another one named":     {Attrs: func(a *[]*cmstest.Node) { *a = []*cmstest.Node{cmstest.SigningCertificate(other)} }},
		"tsa is another": {Info: func(info *cmstest.Node) {
			info.Insert(5, cmstest.Constructed(ber.Context(0), cmstest.Constructed(ber.Context(4), cmstest.Raw(by.Issuer.Certificate.Subject.Raw))))
		}},
	} {
		read, err := make(token, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := read.Verify(by.Certificate); err == nil {
			t.Errorf("%s: verified", name)
		}
	}
	changed, err := make(cmstest.Token{}, func(s cmstest.Signed) {
		info := cmstest.MustParse(s.EContent().Value)
		info.At(4).Value = []byte("20240601120000Z")
		s.EContent().Value = info.Encode()
	})
	if err != nil || changed.Verify(by.Certificate) == nil {
		t.Errorf("another time: %v", err)
	}
}

// TestTimeStampRequest: the octets of a question, which openssl ts -query -text reads.
func TestTimeStampRequest(t *testing.T) {
	t.Parallel()
	d, err := algorithm.DigestByName("sha256")
	if err != nil {
		t.Fatal(err)
	}
	sum := bytes.Repeat([]byte{0xab}, 32)
	imprint := "3031300d060960864801650304020105000420" + strings.Repeat("ab", 32)
	for _, c := range []struct {
		nonce []byte
		want  string
	}{{nil, "3039020101" + imprint + "0101ff"}, {[]byte{0x41, 0x42}, "303d020101" + imprint + "02024142" + "0101ff"}} {
		if got := hex.EncodeToString(NewTimeStampRequest(d, sum, c.nonce)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// TestTimeStampResponse: RFC 3161, Section 2.4.2.
func TestTimeStampResponse(t *testing.T) {
	t.Parallel()
	for der, want := range map[string]string{
		"300730030201003000":                 "",
		"300730030201013000":                 "",
		"30053003020102":                     "rejected",
		"30053003020107":                     "status 7",
		"300f300d02010230040c026e6f03020520": "rejected; the request is not allowed; no",
	} {
		raw, err := hex.DecodeString(der)
		if err != nil {
			t.Fatal(err)
		}
		r, err := ParseTimeStampResponse(raw)
		if err != nil || r.Refusal() != want {
			t.Errorf("%s: %+v, %v, want %q", der, r, err, want)
		}
	}
	for name, der := range map[string]string{
		"granted without a token": "30053003020100", "rejected with a token": "300730030201023000", "nothing": "3000", "no SEQUENCE": "0500",
		"octets behind it": "300530030201020500", "a token that is none": "300730030201000500", "texts that are none": "300a30080201023003020101",
		"bits of nothing": "300730050201020300",
	} {
		raw, err := hex.DecodeString(der)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := ParseTimeStampResponse(raw); err == nil {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// TestAddTimeStamp: the signature and all that stands there stay octet for octet, and a second token stands beside the
// first.
func TestAddTimeStamp(t *testing.T) {
	t.Parallel()
	by := stamper(t)
	content := []byte("content")
	for _, kind := range signerKinds {
		raw := signedBy(t, content, SignedDataOptions{ContentSize: int64(len(content))}, signerOf(t, kind))
		sd, err := ReadSignedData(bytes.NewReader(raw), nil, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		si := sd.Signers[0]
		before := bytes.Clone(si.Signature)
		for n := 1; n <= 2; n++ {
			token := cmstest.Token{By: by, Over: si.Signature, Time: stampTime}.Make(t).Encode()
			if err := sd.AddTimeStamp(si, token); err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			var out bytes.Buffer
			w, err := NewSignedDataWriter(&out, nil, SignedDataOptions{ContentSize: int64(len(content)), Existing: sd})
			if err != nil {
				t.Fatal(err)
			}
			w.Write(content)
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			again, err := ReadSignedData(bytes.NewReader(out.Bytes()), nil, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			stamped := again.Signers[0]
			if err := again.Verify(stamped, signerOf(t, kind).Certificate); err != nil || !bytes.Equal(stamped.Signature, before) {
				t.Errorf("%s: %v", kind, err)
			}
			tokens := stamped.TimeStamps()
			if len(tokens) != n || !bytes.Equal(tokens[n-1], token) {
				t.Errorf("%s: %d tokens, want %d", kind, len(tokens), n)
			}
		}
		// Other content is not put under it.
		var out bytes.Buffer
		w, err := NewSignedDataWriter(&out, nil, SignedDataOptions{ContentSize: 7, Existing: sd})
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte("another"))
		if err := w.Close(); err == nil {
			t.Errorf("%s: other content was written", kind)
		}
	}
}

// TestStampWhileSigning: the token goes beside each signature, before anything is written of it, in every form.
func TestStampWhileSigning(t *testing.T) {
	t.Parallel()
	by := stamper(t)
	for _, size := range []int{7, 2 << 20} {
		for _, detached := range []bool{true, false} {
			content := bytes.Repeat([]byte("c"), size)
			opt := SignedDataOptions{Detached: detached, ContentSize: int64(size), TimeStamp: func(si *SignerInfo) ([]byte, error) {
				return cmstest.Token{By: by, Over: si.Signature, Time: stampTime}.Make(t).Encode(), nil
			}}
			sd, err := ReadSignedData(bytes.NewReader(signedBy(t, content, opt, signerOf(t, "rsa-2048"), signerOf(t, "p-256"))), nil, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if detached {
				sd.DigestContent(bytes.NewReader(content), nil)
			}
			for _, si := range sd.Signers {
				token, err := ParseTimeStampToken(si.TimeStamps()[0], Limits{})
				if err != nil || token.Covers(si.Signature) != nil {
					t.Errorf("%v, %v", err, token)
				}
			}
		}
	}
	opt := SignedDataOptions{Detached: true, TimeStamp: func(*SignerInfo) ([]byte, error) { return nil, errors.New("no answer") }}
	w, err := NewSignedDataWriter(&bytes.Buffer{}, []Signer{signerOf(t, "p-256")}, opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), "no answer") {
		t.Errorf("closed with %v", err)
	}
}

// FuzzTSTInfo: what is read is as it says.
func FuzzTSTInfo(f *testing.F) {
	f.Add(infoOf(f, stamper(f), nil))
	f.Fuzz(func(t *testing.T, der []byte) {
		info, err := ParseTSTInfo(der)
		if err != nil {
			return
		}
		if len(info.Serial) == 0 || info.Accuracy < 0 || info.Time.IsZero() && !strings.Contains(string(der), "00010101000000Z") || info.Policy == "" {
			t.Errorf("read %+v", info)
		}
	})
}

// FuzzTimeStampResponse: answers and the tokens in them, and bare tokens.
func FuzzTimeStampResponse(f *testing.F) {
	token := cmstest.Token{By: stamper(f), Over: []byte("signature"), Time: stampTime}.Make(f)
	f.Add(token.Encode())
	f.Add(cmstest.Constructed(ber.Sequence, cmstest.Constructed(ber.Sequence, cmstest.Primitive(ber.Integer, []byte{0})), token.Node).Encode())
	f.Fuzz(func(t *testing.T, der []byte) {
		raw := der
		if r, err := ParseTimeStampResponse(der); err == nil {
			if raw = r.Token; (raw == nil) == (r.Refusal() == "") {
				t.Errorf("status %d: %q", r.Status, r.Refusal())
			}
		}
		token, err := ParseTimeStampToken(raw, Limits{})
		if err != nil {
			return
		}
		if len(token.Data.Signers) != 1 || token.Info == nil {
			t.Errorf("read %+v", token)
		}
		token.Covers([]byte("signature"))
		for _, c := range token.Data.Certificates {
			token.Verify(c)
		}
	})
}
