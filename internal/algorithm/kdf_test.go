package algorithm

import (
	"bytes"
	"encoding/hex"
	"testing"
)

func TestX963(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, secret, info, want string }{ // NIST's vectors for ANSI X9.63, SHA-256
		{"without info", "96c05619d56c328ab95fe84b18264b08725b85e33fd34f08", "", "443024c3dae66b95e6f5670601558f71"},
		{"with info, four blocks", "22518b10e70f2a3f243810ae3254139efbee04aa57c7af7d", "75eef81aa3041e33b80971203d2c0c52",
			"c498af77161cc59f2962b9a713e2b215152d139766ce34a776df11866a69bf2e52a13d9c7c6fc878c50c5ea0bc7b00e0da2447cfd874f6cf92f30d0097111485500c90c3af8b487872d04685d14c8d1dc8d7fa08beb0ce0ababc11f0bd496269142d43525a78e5bc79a17f59676a5706dc54d54d4d1f0bd7e386128ec26afc21"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			want := decodeHex(t, test.want)
			got, err := deriveX963(sha256Digest.New, decodeHex(t, test.secret), nil, decodeHex(t, test.info), len(want))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("got %x, %v; want %x", got, err, want)
			}
		})
	}
}

// TestHKDF is test case 1 of RFC 5869, Appendix A.
func TestHKDF(t *testing.T) {
	t.Parallel()
	got, err := deriveHKDF(sha256Digest.New, bytes.Repeat([]byte{0x0b}, 22), decodeHex(t, "000102030405060708090a0b0c"), decodeHex(t, "f0f1f2f3f4f5f6f7f8f9"), 42)
	want := "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
	if err != nil || hex.EncodeToString(got) != want {
		t.Errorf("got %x, %v; want %s", got, err, want)
	}
}

func TestECCSharedInfo(t *testing.T) {
	t.Parallel()
	aes128 := aesWraps[1]
	for _, test := range []struct {
		name    string
		keyInfo Identifier
		ukm     []byte
		size    int
		want    string
	}{
		{"AES-128", aes128.Identifier(), nil, 16, "3015300b0609608648016503040105a206040400000080"},
		{"AES-256", aesWraps[0].Identifier(), nil, 32, "3015300b060960864801650304012da206040400000100"},
		{"NULL", Identifier{aes128.OID, nullParameters()}, nil, 16, "3017300d06096086480165030401050500a206040400000080"},
		{"ukm", aes128.Identifier(), []byte("ukm"), 16, "301c300b0609608648016503040105a0050403756b6da206040400000080"},
		{"empty ukm", aes128.Identifier(), []byte{}, 16, "3019300b0609608648016503040105a0020400a206040400000080"},
		{"3DES", tripleDESWraps[0].Identifier(), nil, 24, "3019300f060b2a864886f70d01091003060500a2060404000000c0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := eccSharedInfo(test.keyInfo, test.ukm, test.size); hex.EncodeToString(got) != test.want {
				t.Errorf("got %x, want %s", got, test.want)
			}
		})
	}
}
