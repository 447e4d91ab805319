package cms

import (
	"bytes"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/algorithm/vectortest"
	"smimectl/internal/cms/ber"
)

// hexOctets is a hexadecimal string in JSON.
type hexOctets = vectortest.Hex

// foreignRSA is a group of ciphertexts of one RSA key.
type foreignRSA struct {
	KeySize         int
	SHA, MGFSHA     string
	PrivateKeyPkcs8 hexOctets
	Tests           []struct {
		TcID            int
		Msg, CT, Label  hexOctets
		Comment, Result string
		Flags           []string
	}
}

// noCEK is why the message of a good ciphertext is refused: what is inside is no content-encryption key.
const noCEK = "holds what is no key of a cipher in its length"

// TestWycheproofKeyTransport puts each ciphertext of RSA into a KeyTransRecipientInfo. What a vector has encrypted is
// the content-encryption key, where some cipher takes a key of that length: the others are messages that nobody can
// read, and are refused as if they were damaged.
func TestWycheproofKeyTransport(t *testing.T) {
	t.Parallel()
	oaep := func(t *testing.T, g *foreignRSA, label []byte) []byte {
		list := [][]byte{ber.Wrap(ber.Context(0), identifier(digestOID(t, g.SHA), asn1Null)), ber.Wrap(ber.Context(1), maskOf(t, g.MGFSHA))}
		if len(label) > 0 {
			list = append(list, ber.Wrap(ber.Context(2), identifier("1.2.840.113549.1.1.9", octets(label))))
		}
		return identifier("1.2.840.113549.1.1.7", ber.Wrap(ber.Sequence, list...))
	}
	pkcs1 := func(*testing.T, *foreignRSA, []byte) []byte { return identifier("1.2.840.113549.1.1.1", asn1Null) }
	for _, file := range []struct {
		name            string
		algorithm       func(t *testing.T, g *foreignRSA, label []byte) []byte
		opened, refused int
	}{
		{"rsa_pkcs1_2048", pkcs1, 3, 64},
		{"rsa_oaep_2048_sha1_mgf1sha1", oaep, 1, 33},
		{"rsa_oaep_2048_sha256_mgf1sha256", oaep, 1, 33},
		{"rsa_oaep_2048_sha384_mgf1sha384", oaep, 1, 33},
		{"rsa_oaep_misc", oaep, 0, 390},
		{"rsa_three_primes_oaep_2048_sha1_mgf1sha1", oaep, 1, 35},
		{"rsa_three_primes_oaep_3072_sha224_mgf1sha224", oaep, 1, 35},
		{"rsa_three_primes_oaep_4096_sha256_mgf1sha256", oaep, 1, 35},
	} {
		t.Run(file.name, func(t *testing.T) {
			t.Parallel()
			groups, total := wycheproofGroups[foreignRSA](t, file.name)
			c := newTally(t, file.name)
			sizes := map[int]bool{}
			for i := range groups {
				g := &groups[i]
				if !everyVector() && (g.KeySize > 2688 || file.name == "rsa_oaep_misc" && g.KeySize > 1536 && sizes[g.KeySize]) {
					c.sample(len(g.Tests)) // slow private keys
					continue
				}
				sizes[g.KeySize] = true
				key, err := algorithm.ParsePrivateKey(g.PrivateKeyPkcs8)
				if err != nil {
					c.leftOut(len(g.Tests), "private key: "+err.Error())
					continue
				}
				for _, v := range g.Tests {
					recipient := keyTransInfo(file.algorithm(t, g, v.Label), v.CT)
					messages, fits := messagesUnder(t, v.Msg, recipient)
					want, reason := v.Result != "invalid", ""
					if want && !fits {
						want, reason = false, noCEK
					}
					for i, message := range messages {
						implicit := func(e *Envelope, ri *RecipientInfo) ([]byte, error) {
							cek, err := e.ContentKey(ri, key)
							if file.name == "rsa_pkcs1_2048" && (err != nil || len(cek) != e.Cipher.KeySize) {
								t.Errorf("%d (%s): %x, %v: the padding shows before the content is looked at", v.TcID, v.Comment, cek, err)
							}
							return cek, err
						}
						err := readForeign(message, foreignText, implicit)
						if i == 0 {
							c.judge(v.TcID, v.Comment, v.Flags, want, reason, err)
						}
						if (err == nil) != want || err != nil && err != ErrDecrypt {
							t.Errorf("%d (%s, %v), message %d: got %v, want it opened: %v", v.TcID, v.Comment, v.Flags, i, err, want)
						}
					}
					if !fits && len(v.Msg) > 0 {
						holds(t, v.TcID, messages[0], v.Msg, reason == noCEK, func(ri *RecipientInfo) ([]byte, error) {
							transport, err := algorithm.FindKeyTransport(ri.Algorithm)
							if err != nil {
								return nil, err
							}
							return transport.Decrypt(key.Decrypter, ri.EncryptedKey, len(v.Msg))
						})
					}
				}
			}
			c.done(total, file.opened, file.refused)
		})
	}
}

// holds looks below the message of a vector whose key no cipher takes, which is refused for its length in any case: what
// has come through the message is the vector's key, or is refused.
func holds(t *testing.T, id int, message, msg []byte, valid bool, open func(ri *RecipientInfo) ([]byte, error)) {
	t.Helper()
	e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := open(e.Recipients[0])
	if good := err == nil && bytes.Equal(got, msg); good != valid {
		t.Errorf("%d: it holds %x, %v; want %x: %v", id, got, err, msg, valid)
	}
}

// TestWycheproofKeyWrap puts each wrapped key into a KEKRecipientInfo.
func TestWycheproofKeyWrap(t *testing.T) {
	t.Parallel()
	type group struct {
		KeySize int
		Tests   []struct {
			TcID            int
			Key, Msg, CT    hexOctets
			Comment, Result string
			Flags           []string
		}
	}
	for _, file := range []struct {
		name            string
		oids            map[int]string
		opened, refused int
	}{
		{"aes_wrap", map[int]string{128: "2.16.840.1.101.3.4.1.5", 192: "2.16.840.1.101.3.4.1.25", 256: "2.16.840.1.101.3.4.1.45"}, 33, 132},
		{"aes_kwp", map[int]string{128: "2.16.840.1.101.3.4.1.8", 192: "2.16.840.1.101.3.4.1.28", 256: "2.16.840.1.101.3.4.1.48"}, 30, 220},
	} {
		t.Run(file.name, func(t *testing.T) {
			t.Parallel()
			groups, total := wycheproofGroups[group](t, file.name)
			c := newTally(t, file.name)
			for _, g := range groups {
				for _, v := range g.Tests {
					messages, fits := messagesUnder(t, v.Msg, kekInfo(identifier(file.oids[g.KeySize], nil), v.CT))
					want, reason := v.Result != "invalid", ""
					switch {
					case hasFlag(v.Flags, "ShortKey") && v.Result == "acceptable":
						want, reason = false, "wraps fewer than the 16 octets of RFC 3394, Section 2.2"
					case want && !fits:
						want, reason = false, noCEK
					}
					for i, message := range messages {
						err := readForeign(message, foreignText, withKEK(v.Key))
						if i == 0 {
							c.judge(v.TcID, v.Comment, v.Flags, want, reason, err)
						}
						if (err == nil) != want || err != nil && err != ErrDecrypt {
							t.Errorf("%d (%s, %v), message %d: got %v, want it opened: %v", v.TcID, v.Comment, v.Flags, i, err, want)
						}
					}
					if !fits && len(v.Msg) > 0 {
						holds(t, v.TcID, messages[0], v.Msg, reason == noCEK, func(ri *RecipientInfo) ([]byte, error) {
							wrap, err := algorithm.FindKeyWrap(ri.Algorithm)
							if err != nil {
								return nil, err
							}
							return wrap.Unwrap(v.Key, ri.EncryptedKey)
						})
					}
				}
			}
			c.done(total, file.opened, file.refused)
		})
	}
}
