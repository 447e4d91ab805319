package message

import (
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/verdict"
)

// TestRate takes the strength from the message where there is no certificate, and the wrap where it is the weaker.
func TestRate(t *testing.T) {
	t.Parallel()
	id := func(dotted string) algorithm.Identifier { return algorithm.Identifier{OID: algorithm.MustOID(dotted)} }
	agreement := func(wrap algorithm.Identifier) algorithm.Identifier {
		return algorithm.Identifier{OID: algorithm.MustOID("1.3.132.1.11.1"), Parameters: wrap.DER()}
	}
	aes128, aes256, tripleDES := id("2.16.840.1.101.3.4.1.5"), id("2.16.840.1.101.3.4.1.45"), id("1.2.840.113549.1.9.16.3.6")
	point := &algorithm.OriginatorKey{Identifier: id("1.2.840.10045.2.1"), Key: make([]byte, 97)}
	for _, c := range []struct {
		name string
		ri   cms.RecipientInfo
		of   string
		bits int
		pq   bool
	}{
		{"RSA", cms.RecipientInfo{Kind: cms.KeyTrans, Algorithm: id("1.2.840.113549.1.1.1"), EncryptedKey: make([]byte, 384)}, "RSA 3072", 128, false},
		{"a transport that is not known", cms.RecipientInfo{Kind: cms.KeyTrans, Algorithm: id("1.2.3"), EncryptedKey: make([]byte, 384)}, "", 0, false},
		{"a curve of that size", cms.RecipientInfo{Kind: cms.KeyAgree, Algorithm: agreement(aes256), Originator: point}, "EC 384", 192, false},
		{"X25519", cms.RecipientInfo{Kind: cms.KeyAgree, Algorithm: agreement(aes256), Originator: &algorithm.OriginatorKey{Identifier: id("1.3.101.110"), Key: append(make([]byte, 31), 9)}}, "X25519", 128, false},
		{"a static key", cms.RecipientInfo{Kind: cms.KeyAgree, Algorithm: agreement(aes256)}, "", 0, false},
		{"ML-KEM", cms.RecipientInfo{Kind: cms.KEM, Algorithm: id("2.16.840.1.101.3.4.4.3"), Encapsulated: &cms.Encapsulated{Wrap: aes256}}, "ML-KEM-1024", 256, true},
		{"ML-KEM behind a smaller wrap", cms.RecipientInfo{Kind: cms.KEM, Algorithm: id("2.16.840.1.101.3.4.4.3"), Encapsulated: &cms.Encapsulated{Wrap: aes128}}, "aes128-wrap", 128, true},
		{"ML-KEM behind Triple-DES", cms.RecipientInfo{Kind: cms.KEM, Algorithm: id("2.16.840.1.101.3.4.4.3"), Encapsulated: &cms.Encapsulated{Wrap: tripleDES}}, "3des-wrap", 112, false},
		{"a shared key", cms.RecipientInfo{Kind: cms.KEK, Algorithm: aes128}, "aes128-wrap", 128, true},
		{"a password", cms.RecipientInfo{Kind: cms.Password, Algorithm: aes256}, "", 0, false},
		{"another kind", cms.RecipientInfo{Kind: cms.OtherRecipient}, "", 0, false},
	} {
		var r verdict.Recipient
		rate(&r, &c.ri, nil)
		if r.StrengthOf != c.of || c.of != "" && (r.Strength != algorithm.Strength{Bits: c.bits, PostQuantum: c.pq}) {
			t.Errorf("%s: %s, %+v", c.name, r.StrengthOf, r.Strength)
		}
	}
}
