package verdict

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
)

// TestRevocationTold: a day and a reason are told only of a certificate that is on a
// list, and why nobody knows only where nobody does.
func TestRevocationTold(t *testing.T) {
	t.Parallel()
	issued, revoked := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 19, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name      string
		of        certpath.Revocation
		at        bool
		why, says string
	}{
		{"revoked", certpath.Revocation{Status: certpath.Revoked, Revoked: revoked, Reason: 1, Detail: "x"}, true, "keyCompromise", ""},
		{"good, revoked later", certpath.Revocation{Status: certpath.NotRevoked, Revoked: revoked, Reason: 1}, true, "keyCompromise", ""},
		{"good", certpath.Revocation{Status: certpath.NotRevoked, Reason: 1, Detail: "x"}, false, "", ""},
		{"unknown", certpath.Revocation{Status: certpath.Unknown, Revoked: revoked, Reason: 1, Detail: "no list"}, false, "", "no list"},
	} {
		c.of.Source, c.of.Issued = "store", issued
		var out RevocationReport
		out.tell(&c.of)
		if (out.RevokedAt != nil) != c.at || out.Reason != c.why || out.Detail != c.says || out.Source == nil || *out.Source != "store" || out.ListOf == nil {
			t.Errorf("%s: %+v", c.name, out)
		}
	}
}

// TestRevocationRow: the line says why nobody looked, and what was found after the proven
// time.
func TestRevocationRow(t *testing.T) {
	t.Parallel()
	later := &Time{time.Date(2026, 11, 19, 0, 0, 0, 0, time.UTC)}
	own := &CertificateReport{SHA256: "aa"}
	chain := func(sums ...string) (out []ChainReport) {
		for _, sum := range sums {
			out = append(out, ChainReport{SHA256: sum})
		}
		return out
	}
	const nothing, anchor = "no list at hand: --crl FILE or --online", "an anchor is believed for its own sake"
	for _, c := range []struct {
		name          string
		exceptions    []string
		of            SignerReport
		value, remark string
		narrow        string
	}{
		{"asked for", []string{"--no-revocation"}, SignerReport{Certificate: own, Chain: chain("aa")}, "not checked", "as asked for", "not checked"},
		{"an anchor", nil, SignerReport{Certificate: own, Chain: chain("aa")}, "not checked", anchor, "not checked"},
		{"below an anchor", nil, SignerReport{Certificate: own, Chain: chain("bb")}, "not checked", nothing, "not checked"},
		{"a longer chain", nil, SignerReport{Certificate: own, Chain: chain("aa", "bb")}, "not checked", nothing, "not checked"},
		{"no certificate", nil, SignerReport{Chain: chain("")}, "not checked", nothing, "not checked"},
		{"revoked later", nil, SignerReport{Revocation: RevocationReport{Status: "good", RevokedAt: later}}, "not when signed", "revoked on 2026-11-19, after the proven time", "not when signed, revoked on 2026-11-19"},
		{"revoked later, and why", nil, SignerReport{Revocation: RevocationReport{Status: "good", RevokedAt: later, Reason: "superseded"}}, "not when signed", "revoked on 2026-11-19 (superseded), after the proven time", "not when signed, revoked on 2026-11-19 (superseded)"},
		{"good", nil, SignerReport{Revocation: RevocationReport{Status: "good"}}, "no", "", "no"},
		{"unknown", nil, SignerReport{Revocation: RevocationReport{Status: "unknown", Detail: "why"}}, "not known", "why", "not known"},
	} {
		if c.of.Revocation.Status == "" {
			c.of.Revocation.Status = "not-checked"
		}
		r := &Report{Exceptions: c.exceptions}
		got := r.revokedRow(&c.of)
		if got.Value != c.value || got.Remark != c.remark || strings.Join(got.Narrow, " ") != c.narrow {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// TestPlainName: a name as people write it, in which no part looks like an address, and
// which is never empty where there is one.
func TestPlainName(t *testing.T) {
	t.Parallel()
	const organization, commonName = "2.5.4.10", "2.5.4.3"
	for _, c := range []struct {
		want  string
		parts [][2]string
	}{
		{"Alice, Test", [][2]string{{organization, "Test"}, {commonName, "Alice"}}},
		{`"<ceo@example.org>", Test`, [][2]string{{organization, "Test"}, {commonName, "<ceo@example.org>"}}},
		{"Test", [][2]string{{organization, "Test"}, {commonName, ""}}},
		{"Test", [][2]string{{organization, "Test"}, {commonName, "\xff\xfe"}}}, // no text
		{"", nil},
	} {
		var b cryptobyte.Builder
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, p := range c.parts {
				b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
					b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
						algorithm.MustOID(p[0]).AddTo(b)
						b.AddASN1(asn1.UTF8String, func(b *cryptobyte.Builder) { b.AddBytes([]byte(p[1])) })
					})
				})
			}
		})
		name, err := cert.ParseName(b.BytesOrPanic())
		if err != nil {
			t.Fatal(err)
		}
		if got := plainName(name); got != c.want {
			t.Errorf("%q: got %s, want %s", c.parts, got, c.want)
		}
	}
	// What is no text is shown as RFC 4514 writes it.
	number := []byte{0x30, 12, 0x31, 10, 0x30, 8, 6, 3, 0x55, 4, 3, 2, 1, 7}
	name, err := cert.ParseName(number)
	if err != nil {
		t.Fatal(err)
	}
	if got := plainName(name); got == "" || got != name.String() {
		t.Errorf("a number for a name: %q, want %q", got, name.String())
	}
}
