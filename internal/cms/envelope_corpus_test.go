package cms

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"software.sslmate.com/src/go-pkcs12"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms/ber"
)

// cmsOctets takes PEM, base64 and mail headers off.
func cmsOctets(data []byte) []byte {
	if block, _ := pem.Decode(data); block != nil {
		return block.Bytes
	}
	if len(data) > 0 && data[0] == 0x30 {
		return data
	}
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	if _, body, found := strings.Cut(text, "\n\n"); found {
		text = body
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil
	}
	return der
}

// opened is how a corpus message is decrypted: with what is at hand, one after the other.
type opened struct {
	keys     []*algorithm.PrivateKey
	certs    []*cert.Certificate // nil where there is none
	password []byte
	kek      []byte
}

func (o *opened) open(message []byte) ([]byte, error) {
	e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
	if err != nil {
		return nil, err
	}
	err = errNotOne
	for _, ri := range e.Recipients {
		var cek []byte
		kerr := error(errNotOne)
		switch {
		case ri.Kind == Password && o.password != nil:
			cek, kerr = e.ContentKeyPassword(ri, o.password)
		case ri.Kind == KEK && o.kek != nil:
			cek, kerr = e.ContentKeyKEK(ri, o.kek)
		default:
			for i, key := range o.keys {
				if ri.Kind == OtherRecipient {
					kerr = &algorithm.UnsupportedError{Kind: "recipient", OID: ri.Type}
				} else if o.certs[i] == nil || ri.Matches(o.certs[i]) {
					if cek, kerr = e.ContentKey(ri, key); kerr == nil {
						break
					}
				}
			}
		}
		if kerr != nil {
			if kerr != errNotOne {
				err = kerr
			}
			continue
		}
		var out bytes.Buffer
		if err = e.Decrypt(opener(message), cek, &out); err == nil {
			return out.Bytes(), nil
		}
	}
	return nil, err
}

func corpusKey(data []byte, password string) (*algorithm.PrivateKey, *cert.Certificate, error) {
	if data[0] != 0x30 {
		err := error(errNotOne)
		for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
			key, kerr := algorithm.ParsePrivateKey(block.Bytes)
			if kerr == nil {
				return key, nil, nil
			}
			err = kerr
		}
		return nil, nil, err
	}
	key, kerr := algorithm.ParsePrivateKey(data)
	if kerr == nil {
		return key, nil, nil
	}
	if der, err := ber.ToDER(data, ber.Limits{}); err == nil {
		data = der
	}
	raw, c, _, err := pkcs12.DecodeChain(data, password)
	if err != nil {
		return nil, nil, errors.Join(kerr, err)
	}
	key, err = algorithm.PrivateKeyOf(raw)
	if err != nil {
		return nil, nil, err
	}
	parsed, err := cert.Parse(c.Raw)
	return key, parsed, err
}

func corpusCert(t *testing.T, data []byte) *cert.Certificate {
	t.Helper()
	if block, _ := pem.Decode(data); block != nil {
		data = block.Bytes
	}
	c, err := cert.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func judge(t *testing.T, name string, got []byte, err error, want string, hash string) (skipped bool) {
	if _, ok := errors.AsType[*algorithm.UnsupportedError](err); ok {
		t.Logf("%s: %v", name, err)
		return true
	}
	sum := sha256.Sum256(got)
	switch {
	case want == "ok" && err != nil:
		t.Errorf("%s: %v", name, err)
	case want == "ok" && hash != "" && hex.EncodeToString(sum[:]) != hash:
		t.Errorf("%s: other content", name)
	case want == "fail" && err == nil:
		t.Errorf("%s: accepted", name)
	}
	return false
}

// TestEnvelopeCorpusBouncyCastle goes through what the BouncyCastle API was
// made to write.
func TestEnvelopeCorpusBouncyCastle(t *testing.T) {
	t.Parallel()
	dir := corpus(t, "corpus-bc")
	var manifest struct {
		Secrets struct{ Password, KEK string }
		Entries []struct {
			File, Kind, Expect string
			ContentSHA256      string `json:"content_sha256"`
			Recipients         []struct{ Type, Cert, Key string }
		}
	}
	if err := json.Unmarshal(readFile(t, dir, "manifest.json"), &manifest); err != nil {
		t.Fatal(err)
	}
	done := 0
	for _, entry := range manifest.Entries {
		message := readFile(t, dir, entry.File)
		if entry.Kind == "compressed" {
			var out bytes.Buffer
			_, err := ReadCompressed(bytes.NewReader(message), &out, Limits{})
			judge(t, entry.File, out.Bytes(), err, entry.Expect, entry.ContentSHA256)
			done++
			continue
		}
		if entry.Kind != "enveloped" && entry.Kind != "auth-enveloped" {
			continue
		}
		for i, r := range entry.Recipients {
			o := new(opened)
			switch r.Type {
			case "pwri":
				o.password = []byte(manifest.Secrets.Password)
			case "kekri":
				o.kek = unhex(t, manifest.Secrets.KEK)
				if e, err := ReadEnvelope(bytes.NewReader(message), Limits{}); err == nil {
					for _, ri := range e.Recipients { // the length is that of the wrap
						if w, err := algorithm.FindKeyWrap(ri.Algorithm); ri.Kind == KEK && err == nil {
							o.kek = o.kek[:w.KeySize]
						}
					}
				}
			default:
				key, _, err := corpusKey(readFile(t, dir, r.Key), "")
				if err != nil {
					t.Logf("%s: %v", r.Key, err)
					continue
				}
				o.keys, o.certs = append(o.keys, key), append(o.certs, corpusCert(t, readFile(t, dir, r.Cert)))
			}
			got, err := o.open(message)
			if !judge(t, entry.File+" "+r.Type+" "+string(rune('0'+i)), got, err, entry.Expect, entry.ContentSHA256) {
				done++
			}
		}
	}
	t.Logf("%d recipients", done)
	if done < 40 {
		t.Errorf("only %d recipients", done)
	}
}

// TestEnvelopeCorpus goes through the outermost layers of messages from everywhere.
func TestEnvelopeCorpus(t *testing.T) {
	t.Parallel()
	dir := corpus(t, "corpus")
	done := 0
	manifests, _ := filepath.Glob(filepath.Join(dir, "*", "manifest.json"))
	for _, name := range manifests {
		type entry struct {
			ID, File, Operation string
			Material            struct {
				Keys     []struct{ File, Password, Cert string }
				Password string
				Secret   string `json:"secret_key_hex"`
			}
			Expect struct {
				Verdict string
				Also    []string `json:"also_acceptable"`
				Layers  []struct {
					Type   string
					SHA256 string `json:"content_sha256"`
				}
			}
		}
		var manifest struct{ Cases []entry }
		if err := json.Unmarshal(readFile(t, name), &manifest); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		base := filepath.Dir(name)
		for _, c := range manifest.Cases {
			if !strings.HasPrefix(c.Operation, "decrypt") || len(c.Expect.Layers) == 0 || !strings.HasSuffix(c.Expect.Layers[0].Type, "enveloped-data") {
				continue
			}
			message := cmsOctets(readFile(t, base, c.File))
			if message == nil {
				t.Logf("%s: not taken apart here", c.ID)
				continue
			}
			o := &opened{kek: unhex(t, c.Material.Secret)}
			if c.Material.Secret == "" {
				o.kek = nil
			}
			if c.Material.Password != "" {
				o.password = []byte(c.Material.Password)
			}
			missing := false
			for _, k := range c.Material.Keys {
				key, with, err := corpusKey(readFile(t, base, k.File), k.Password)
				if err != nil {
					t.Logf("%s: %s: %v", c.ID, k.File, err)
					missing = true
					continue
				}
				if k.Cert != "" {
					with = corpusCert(t, readFile(t, base, k.Cert))
				}
				o.keys, o.certs = append(o.keys, key), append(o.certs, with)
			}
			got, err := o.open(message)
			want := ""
			switch {
			case missing && err != nil:
				continue
			case len(c.Expect.Also) > 0:
			case strings.HasPrefix(c.Expect.Verdict, "decrypts"):
				want = "ok"
			case c.Expect.Verdict == "must-refuse":
				want = "fail"
			}
			if !judge(t, c.ID, got, err, want, c.Expect.Layers[0].SHA256) {
				done++
			}
		}
	}
	t.Logf("%d messages", done)
	if done < 40 {
		t.Errorf("only %d messages", done)
	}
}
