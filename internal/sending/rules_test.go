package sending

import (
	"bytes"
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
)

// TestRefuses has every ground by itself, for both uses; an empty one is no refusal.
func TestRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := certtest.Now()
	odd := certtest.Extension{OID: "1.2.3.4", Value: []byte{5, 0}}
	x25519 := append([]byte{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x03, 0x21, 0x00}, bytes.Repeat([]byte{9}, 32)...)
	secp256k1 := append([]byte{0x30, 0x56, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a, 0x03, 0x42, 0x00, 0x04}, bytes.Repeat([]byte{9}, 64)...)
	kem, err := algorithm.GenerateKey("ml-kem-768")
	if err != nil {
		t.Fatal(err)
	}
	brainpool := append([]byte{0x30, 0x5a, 0x30, 0x14, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x09, 0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04}, basePoint(t)...)
	for _, tc := range []struct {
		name          string
		change        func(*certtest.Template)
		rules         Rules
		sign, encrypt Ground
		why           string
	}{
		{name: "good", change: func(*certtest.Template) {}},
		{name: "key of a curve that is not had", change: func(x *certtest.Template) { x.SPKI = secp256k1 }, sign: UnreadableKey, encrypt: UnreadableKey,
			why: "its key cannot be read: unsupported: secp256k1 (elliptic curve 1.3.132.0.10)"},
		{name: "malformed extension", change: func(x *certtest.Template) { *x = with(*x, certtest.Extension{OID: "2.5.29.14", Value: []byte{5, 0}}) },
			sign: MalformedExtension, encrypt: MalformedExtension, why: "the extension 2.5.29.14 of the certificate is malformed"},
		{name: "unknown critical extension", change: func(x *certtest.Template) { *x = with(*x, certtest.Critical(odd)) },
			sign: UnknownCritical, encrypt: UnknownCritical, why: "its certificate has the critical extension 1.2.3.4, which is not known"},
		{name: "unknown extension", change: func(x *certtest.Template) { *x = with(*x, odd) }},
		{name: "CA", change: func(x *certtest.Template) { *x = with(with(*x, certtest.CA(-1)), certtest.KeyUsage(0, 4, 5)) },
			sign: Authority, encrypt: Authority, why: "its certificate is that of a CA, which is not for mail"},
		{name: "TLS", change: func(x *certtest.Template) { *x = with(*x, certtest.EKU("1.3.6.1.5.5.7.3.1")) },
			sign: OtherPurpose, encrypt: OtherPurpose, why: "its extended key usage allows serverAuth, not emailProtection"},
		{name: "for agreement only", change: func(x *certtest.Template) { *x = with(*x, certtest.KeyUsage(4)) },
			sign: OtherPurpose, why: "its key usage allows keyAgreement, not digitalSignature or nonRepudiation"},
		{name: "for signing only", change: func(x *certtest.Template) { *x = with(*x, certtest.KeyUsage(0)) },
			encrypt: OtherPurpose, why: "its key usage allows digitalSignature, not keyAgreement"},
		{name: "X25519 without key usage", change: func(x *certtest.Template) { x.SPKI, x.Extensions = x25519, x.Extensions[1:] },
			sign: OtherPurpose, why: "nothing can be signed with a key of kind X25519"},
		{name: "brainpool", change: func(x *certtest.Template) { x.SPKI = brainpool }, sign: ReadOnlyKey, encrypt: ReadOnlyKey,
			why: "nothing new is made with a key of kind brainpoolP256r1: it is only read"},
		{name: "RSA of 1024 bits", change: func(x *certtest.Template) {
			x.Key = certtest.NewKey("rsa1024")
			*x = with(*x, certtest.KeyUsage(0, 2))
		}, sign: WeakKey, encrypt: WeakKey, why: "its key is too weak: RSA 1024"},
		{name: "not post-quantum", change: func(*certtest.Template) {}, rules: Rules{PostQuantum: true, ByPostQuantum: "what they say"},
			encrypt: NotPostQuantum, why: "a quantum computer breaks its key, P-256, and what they say is asked for"},
		{name: "post-quantum", change: func(x *certtest.Template) { x.SPKI, x.Extensions = kem.Public.SPKI, x.Extensions[1:] }, rules: Rules{PostQuantum: true},
			sign: OtherPurpose, why: "nothing can be signed with a key of kind ML-KEM-768"},
		{name: "expired", change: func(x *certtest.Template) { x.NotAfter = now.Add(-time.Second) }, sign: Expired, encrypt: Expired, why: "the certificate expired on 2026-06-01"},
		{name: "its last second", change: func(x *certtest.Template) { x.NotAfter = now }},
		{name: "not yet valid", change: func(x *certtest.Template) { x.NotBefore = now.Add(time.Second) }, sign: NotYetValid, encrypt: NotYetValid,
			why: "the certificate is valid from 2026-06-01 12:00:01 UTC"},
		{name: "its first second", change: func(x *certtest.Template) { x.NotBefore = now }},
		{name: "too short", change: func(x *certtest.Template) { x.NotAfter = now.Add(time.Hour - time.Second) }, rules: Rules{Least: time.Hour, ByLeast: "an hour"},
			sign: ExpiresSoon, encrypt: ExpiresSoon, why: "the certificate expires on 2026-06-01, which is sooner than an hour"},
		{name: "just long enough", change: func(x *certtest.Template) { x.NotAfter = now.Add(time.Hour) }, rules: Rules{Least: time.Hour}},
		{name: "short, and not asked", change: func(x *certtest.Template) { x.NotAfter = now.Add(time.Second) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			template := w.bob()
			tc.change(&template)
			c := w.issue(template)
			tc.rules.Now = now
			for _, use := range []struct {
				purpose certpath.Purpose
				want    Ground
			}{{certpath.PurposeSign, tc.sign}, {certpath.PurposeEncrypt, tc.encrypt}} {
				r := tc.rules.Refuses(c, use.purpose)
				switch {
				case use.want == 0 && r != nil:
					t.Errorf("purpose %v: refused: %s", use.purpose, r.Why)
				case use.want != 0 && (r == nil || r.Ground != use.want || tc.why != "" && r.Why != tc.why):
					t.Errorf("purpose %v: %+v, want ground %d, %q", use.purpose, r, use.want, tc.why)
				}
			}
		})
	}
}

// basePoint is the generator of brainpoolP256r1 (RFC 5639, Section 3.4).
func basePoint(t *testing.T) []byte {
	t.Helper()
	point, err := hex.DecodeString("8bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262" + "547ef835c3dac4fd97f8461a14611dc9c27745132ded8e545c1d54c72f046997")
	if err != nil {
		t.Fatal(err)
	}
	return point
}

// TestGrounds: what would help, and what says nothing against somebody.
func TestGrounds(t *testing.T) {
	t.Parallel()
	var renewable, neverMeant []Ground
	for g := UnreadableKey; g <= RevocationUnknown; g++ {
		if g.Renewable() {
			renewable = append(renewable, g)
		}
		if g.NeverMeant() {
			neverMeant = append(neverMeant, g)
		}
	}
	if !slices.Equal(renewable, []Ground{UnreadableKey, MalformedExtension, ReadOnlyKey, WeakKey, Expired, ExpiresSoon, Revoked}) ||
		!slices.Equal(neverMeant, []Ground{Authority, OtherPurpose}) {
		t.Errorf("%v, %v", renewable, neverMeant)
	}
}
