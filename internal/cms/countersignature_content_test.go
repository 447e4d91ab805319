package cms

import (
	"errors"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// withoutAttributes is a countersignature directly over octets.
func withoutAttributes(t *testing.T, by *cmstest.Identity, octets []byte) *SignerInfo {
	t.Helper()
	info := cmstest.SignerInfo(t, by, "", octets)
	info.Remove(3)
	info.At(4).Value = cmstest.SignOctets(t, by, octets)
	si, err := parseSignerInfo(info.Encode(), 0, Limits{}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	si.applyCounterRules()
	return si
}

// TestCountersignatureWithoutAttributes: what is signed is the signature value itself, which Ed25519 takes whole, and which
// must not be a SET of attributes that somebody signed elsewhere.
func TestCountersignatureWithoutAttributes(t *testing.T) {
	t.Parallel()
	sd := &SignedData{lim: Limits{}.withDefaults()}
	set := cmstest.Constructed(ber.Set, cmstest.AttributeNode(attrMessageDigest, cmstest.Primitive(ber.OctetString, make([]byte, 32)))).Encode()
	for _, kind := range []string{"rsa-2048", "p-256", "ed25519"} {
		by := identityOf(t, kind)
		over := &SignerInfo{Signature: []byte("a signature value")}
		counter := withoutAttributes(t, by, over.Signature)
		if err := sd.VerifyCountersignature(over, counter, by.Certificate); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if err := sd.VerifyCountersignature(&SignerInfo{Signature: []byte("another value")}, counter, by.Certificate); !errors.Is(err, algorithm.ErrSignature) {
			var fault *SignatureError
			if !errors.As(err, &fault) || fault.Kind != Invalid {
				t.Errorf("%s, another value: %v", kind, err)
			}
		}
		var fault *SignatureError
		if err := sd.VerifyCountersignature(&SignerInfo{Signature: set}, withoutAttributes(t, by, set), by.Certificate); !errors.As(err, &fault) || fault.Kind != Attributes {
			t.Errorf("%s, over attributes: %v", kind, err)
		}
	}
}
