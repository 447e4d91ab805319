package message

import (
	"bytes"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

func stampFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "timestamps", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func stampAnchor(t *testing.T, name string) certpath.Anchor {
	t.Helper()
	block, _ := pem.Decode(stampFile(t, name))
	if block == nil {
		t.Fatalf("%s is no PEM", name)
	}
	c, err := cert.Parse(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return certpath.Anchor{Certificate: c, Name: name}
}

// stampVectors are mails that openssl signed and stamped.
var stampVectors = []struct {
	name, digest, maker, serial, nonce string
	time                               time.Time
	accuracy                           time.Duration
	ordering, named                    bool
}{
	{"rsa-sha256", "sha256", "Vector TSA RSA", "1001", "", time.Date(2026, 11, 22, 7, 0, 41, 0, time.UTC), 0, false, false},
	{"p256-sha512", "sha512", "Vector TSA P-256", "1002", "2e1cadc7bc538b87", time.Date(2026, 11, 22, 7, 0, 42, 0, time.UTC), 1500100 * time.Microsecond, true, true},
	{"rsa-sha512", "sha512", "Vector TSA RSA", "1003", "2f31b9903a4378af", time.Date(2026, 11, 22, 7, 0, 42, 0, time.UTC), time.Minute, false, false},
}

// TestTimeStampVectors: tokens of openssl ts are read field by field, are over the signature they stand beside and over no
// other, and prove its time to who trusts their authority: the certificate has expired since.
func TestTimeStampVectors(t *testing.T) {
	t.Parallel()
	var signatures [][]byte
	var tokens [][]byte
	for _, v := range stampVectors {
		mail := stampFile(t, v.name+".eml")
		f, err := ReadSignedFile(spool.Bytes(mail), cms.Limits{}, spool.Options{})
		if err != nil {
			t.Fatalf("%s: %v", v.name, err)
		}
		defer f.Close()
		si := f.Data.Signers[0]
		if len(si.TimeStamps()) != 1 {
			t.Fatalf("%s: %d time stamps", v.name, len(si.TimeStamps()))
		}
		raw := si.TimeStamps()[0]
		token, err := ReadTimeStamp(raw, si, nil, nil, cms.Limits{})
		if err != nil {
			t.Fatalf("%s: %v", v.name, err)
		}
		info := token.Info
		digest, err := info.Imprint.Digest()
		if err != nil || digest.Name != v.digest || token.Signer().Digest == nil || token.Signer().Digest.Name != v.digest {
			t.Errorf("%s: digests %v, %v, %v", v.name, digest, token.Signer().Digest, err)
		}
		if !info.Time.Equal(v.time) || hex.EncodeToString(info.Serial) != v.serial || hex.EncodeToString(info.Nonce) != v.nonce || info.Policy.String() != "1.2.3.4.1" ||
			info.Accuracy != v.accuracy || info.HasAccuracy != (v.accuracy > 0) || info.Ordering != v.ordering || (info.TSA != nil) != v.named {
			t.Errorf("%s: read %+v", v.name, info)
		}
		signatures, tokens = append(signatures, si.Signature), append(tokens, raw)

		for _, c := range []struct {
			name   string
			anchor bool
			at     time.Time
			word   verdict.Word
			source string
		}{
			{"years later", true, v.time.AddDate(4, 0, 0), verdict.WordGood, "timestamp"},
			{"years later, nobody trusted", false, v.time.AddDate(4, 0, 0), verdict.WordExpired, "signer"},
			{"the day after", true, v.time.AddDate(0, 0, 1), verdict.WordGood, "timestamp"},
		} {
			x := &Examiner{Anchors: []certpath.Anchor{stampAnchor(t, "mail-root.pem")}, Policy: verdict.Policy{Now: c.at, At: c.at}}
			if c.anchor {
				x.TSAAnchors = []certpath.Anchor{stampAnchor(t, "stamp-root.pem")}
			}
			r := examine(t, x, verifyInput(string(mail))).Report
			s := r.Layers[0].Signers[0]
			if r.Verdict != c.word || s.SignedAtSource == nil || *s.SignedAtSource != c.source || s.Timestamp == nil || s.Timestamp.Integrity != "ok" ||
				s.Timestamp.TSA == nil || *s.Timestamp.TSA != v.maker || (s.Timestamp.Trust == "ok") != c.anchor {
				t.Errorf("%s, %s: %s (%s), %+v", v.name, c.name, r.Verdict, codes(r), s.Timestamp)
			}
		}
	}
	for i, raw := range tokens {
		for k, signature := range signatures {
			_, err := ReadTimeStamp(raw, &cms.SignerInfo{Signature: signature}, nil, nil, cms.Limits{})
			var fault *cms.TimeStampError
			if (err == nil) != (i == k) || err != nil && !errors.As(err, &fault) {
				t.Errorf("token %d over signature %d: %v", i, k, err)
			}
		}
		// Changed where it counts: in what is signed, and in the signature.
		token, err := cms.ParseTimeStampToken(raw, cms.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		value := token.Signer().Signature
		for name, at := range map[string]int{
			"time":      bytes.Index(raw, []byte("20261122")) + 3,
			"imprint":   bytes.Index(raw, token.Info.Imprint.Sum) + 5,
			"signature": bytes.LastIndex(raw, value) + len(value) - 1,
		} {
			changed := bytes.Clone(raw)
			changed[at] ^= 1
			if token, err := ReadTimeStamp(changed, &cms.SignerInfo{Signature: signatures[i]}, nil, nil, cms.Limits{}); err == nil {
				t.Errorf("token %d, %s changed: read %+v", i, name, token.Info)
			}
		}
	}
}

// TestTimeStampRefusalVector: a no of openssl ts, in its own words.
func TestTimeStampRefusalVector(t *testing.T) {
	t.Parallel()
	answer, err := hex.DecodeString("30373035020102302c0c2a4d6573736167652064696765737420616c676f726974686d206973206e6f7420737570706f727465642e03020780")
	if err != nil {
		t.Fatal(err)
	}
	var refused *TimeStampRefused
	const want = "rejected; the digest is not accepted; Message digest algorithm is not supported."
	if _, err := ReadTimeStamp(answer, &cms.SignerInfo{}, nil, nil, cms.Limits{}); !errors.As(err, &refused) || refused.Reason != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
