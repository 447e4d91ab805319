package verdict

import (
	"strings"
	"testing"

	"smimectl/internal/algorithm"
)

// TestWeakest finds the weakest of several, by what a quantum computer breaks and then by the bits, and says so only
// where there are stronger ones.
func TestWeakest(t *testing.T) {
	t.Parallel()
	recipient := func(who, key string, bits int, pq bool) Recipient {
		return Recipient{Address: who, StrengthOf: key, Strength: algorithm.Strength{Bits: bits, PostQuantum: pq}}
	}
	rsa, strongRSA := recipient("bob@example.org", "RSA 2048", 112, false), recipient("", "RSA 15360", 256, false)
	kem, small := recipient("pia@example.org", "ML-KEM-768", 192, true), recipient("", "aes128-wrap", 128, true)
	short, unknown := recipient("old@example.org", "RSA 512", 0, false), recipient("", "", 0, false)
	aes := algorithm.Strength{Bits: 256, PostQuantum: true}
	for _, c := range []struct {
		name       string
		recipients []Recipient
		cipher     algorithm.Strength
		index      int // -1: the cipher; -2: nothing to say in the report
		row        string
	}{
		{"one", []Recipient{rsa}, aes, -2, ""},
		{"one, and a password", []Recipient{rsa, unknown}, aes, -2, ""},
		{"the same twice", []Recipient{rsa, rsa}, aes, 0, ""},
		{"RSA beside ML-KEM", []Recipient{kem, rsa}, aes, 1, "RSA 2048 of bob@example.org, 112 bits of security, not post-quantum"},
		{"long RSA beside ML-KEM", []Recipient{kem, strongRSA}, aes, 1, "RSA 15360, 256 bits of security, not post-quantum"},
		{"both post-quantum", []Recipient{kem, small}, aes, 1, "aes128-wrap, 128 bits of security, post-quantum"},
		{"a very short key", []Recipient{rsa, short, unknown}, aes, 1, "RSA 512 of old@example.org, less than 80 bits of security, not post-quantum"},
		{"the cipher", []Recipient{kem, kem}, algorithm.Strength{Bits: 112}, -1, "3DES-CBC, 112 bits of security, not post-quantum"},
		{"a cipher as strong", []Recipient{kem, kem}, algorithm.Strength{Bits: 192, PostQuantum: true}, 0, ""},
		{"no cipher known", []Recipient{kem, rsa}, algorithm.Strength{}, 1, "RSA 2048 of bob@example.org, 112 bits of security, not post-quantum"},
	} {
		w := weakestRecipient(&Encrypted{Recipients: c.recipients, CipherStrength: c.cipher, CipherTitle: "3DES-CBC"})
		row := w.row()
		if text := strings.TrimSuffix(row.Value+", "+row.Remark, ", "); text != c.row {
			t.Errorf("%s: %q, want %q", c.name, text, c.row)
		}
		index := -2
		if w != nil {
			if index = -1; w.Index != nil {
				index = *w.Index
			}
			if (w.What == "cipher") != (index == -1) {
				t.Errorf("%s: %s %d", c.name, w.What, index)
			}
		}
		if index != c.index {
			t.Errorf("%s: %d, want %d", c.name, index, c.index)
		}
	}
}

// TestWeakestInReports: encrypted and signed layers have it when there are several.
func TestWeakestInReports(t *testing.T) {
	t.Parallel()
	f, p := good(t)
	if r := Judge(f, p); r.Layers[0].Weakest != nil {
		t.Errorf("one signer: %+v", r.Layers[0].Weakest)
	}
	two := append([]Signer{}, f.Layers[0].Signed.Signers...)
	f.Layers[0].Signed.Signers = append(two, two[0])
	w := Judge(f, p).Layers[0].Weakest
	if w == nil || w.What != "signer" || *w.Index != 0 || w.Who == nil || w.Bits == 0 {
		t.Errorf("two signers: %+v", w)
	}
	report, err := Judge(f, p).JSON()
	if err != nil || !strings.Contains(string(report), `"weakest":{"what":"signer","index":0,"who":"`) {
		t.Errorf("%s, %v", report, err)
	}
}

// TestWeakestOfEncryptedLayer: an encrypted layer has it too, and one that could not be read has none.
func TestWeakestOfEncryptedLayer(t *testing.T) {
	t.Parallel()
	l := encryptedLayer("aes-256-gcm", true)
	l.Encrypted.CipherStrength = algorithm.Strength{Bits: 256, PostQuantum: true}
	one := l.Encrypted.Recipients[0]
	one.StrengthOf, one.Strength = "RSA 2048", algorithm.Strength{Bits: 112}
	strong := one
	strong.StrengthOf, strong.Strength = "ML-KEM-768", algorithm.Strength{Bits: 192, PostQuantum: true}
	l.Encrypted.Recipients = []Recipient{strong, one}
	w := Judge(Facts{Command: "decrypt", IsMail: true, Mail: goodMail(), Layers: []Layer{l}}, Policy{Now: today}).Layers[0].Weakest
	if w == nil || w.What != "recipient" || w.Index == nil || *w.Index != 1 || w.Bits != 112 {
		t.Errorf("two recipients: %+v", w)
	}
	l.Encrypted = nil
	if w := Judge(Facts{Command: "decrypt", IsMail: true, Mail: goodMail(), Layers: []Layer{l}}, Policy{Now: today}).Layers[0].Weakest; w != nil {
		t.Errorf("not to be read: %+v", w)
	}
}
