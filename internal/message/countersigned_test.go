package message

import (
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/verdict"
)

// counter signs octets as a countersignature; a claimed time of zero is none.
func (w *world) counter(by *cmstest.Identity, over []byte, claimed time.Time) *cmstest.Node {
	w.t.Helper()
	var more []*cmstest.Node
	if !claimed.IsZero() {
		more = append(more, cmstest.AttributeNode(algorithm.MustOID("1.2.840.113549.1.9.5"), cmstest.Primitive(ber.Tag{Number: 23}, []byte(claimed.UTC().Format("060102150405Z")))))
	}
	return cmstest.SignerInfo(w.t, by, "", over, more...)
}

// countersigned is a mail of Alice's with countersignatures of her signature, and with certificates beside hers.
func (w *world) countersigned(certificates []*cmstest.Identity, counters ...func(signature []byte) *cmstest.Node) Input {
	w.t.Helper()
	s := cmstest.ParseSigned(w.signedData([]byte(text), true, w.alice))
	for _, id := range certificates {
		s.Certificates().Children = append(s.Certificates().Children, cmstest.Raw(id.Certificate.Raw))
	}
	var values []*cmstest.Node
	for _, c := range counters {
		values = append(values, c(s.Signature(0).Value))
	}
	s.AddUnsigned(0, cmstest.AttributeNode(cmstest.TypeCountersignature, values...))
	return verifyInput(mailOf(fromAlice, w.multipartSigned(text, s.Encode())))
}

// TestCountersignatureOfMail: what a countersignature in a mail is worth (RFC 5652, Section 11.4): by whom it is, over what,
// and at which moment it is judged. The mail is as good as without it.
func TestCountersignatureOfMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := cmstest.Issue(t, w.root, cmstest.Options{Key: cmstest.Key(t, "p-256", 88), CommonName: "carol", Emails: []string{"carol@example.org"}, NotAfter: testNow.AddDate(0, -1, 0)})
	by := func(who *cmstest.Identity, claimed time.Time) func([]byte) *cmstest.Node {
		return func(signature []byte) *cmstest.Node { return w.counter(who, signature, claimed) }
	}
	over := func(octets string) func([]byte) *cmstest.Node {
		return func([]byte) *cmstest.Node { return w.counter(w.bob, []byte(octets), testNow) }
	}
	signed := func(x *Examiner) { x.Policy.AtSigned = true }
	revoked := func(x *Examiner) {
		l, err := cert.ParseCRL(w.list(1, 1, w.bob.Certificate.Serial))
		w.must(err)
		x.CRLs = []certpath.List{{CRL: l, Source: "file"}}
	}
	both := []*cmstest.Identity{w.bob}
	for _, c := range []struct {
		name             string
		certificates     []*cmstest.Identity
		counter          func(signature []byte) *cmstest.Node
		change           func(x *Examiner)
		integrity, trust string
		why              string // part of it; "": it counts
	}{
		{"good", both, by(w.bob, testNow), nil, "ok", "ok", ""},
		{"good, an hour ago", both, by(w.bob, testNow.Add(-time.Hour)), nil, "ok", "ok", ""},
		{"good, of no time", both, by(w.bob, time.Time{}), nil, "ok", "ok", ""},
		{"its certificate handed in", nil, by(w.bob, testNow), func(x *Examiner) { x.Chain = []*cert.Certificate{w.bob.Certificate} }, "ok", "ok", ""},
		{"no certificate", nil, by(w.bob, testNow), nil, "not-checked", "untrusted", "certificate"},
		{"of a stranger", []*cmstest.Identity{w.stranger}, by(w.stranger, testNow), nil, "ok", "untrusted", "issue"},
		{"of one whose certificate is revoked", both, by(w.bob, testNow), revoked, "ok", "revoked", "revoked"},
		{"of one whose certificate has expired", []*cmstest.Identity{old}, by(old, testNow), nil, "ok", "expired", "expired"},
		{"expired since the time it claims", []*cmstest.Identity{old}, by(old, testNow.AddDate(0, -2, 0)), nil, "ok", "expired", "expired"},
		{"expired since the time it claims, and judged for that", []*cmstest.Identity{old}, by(old, testNow.AddDate(0, -2, 0)), signed, "ok", "ok", ""},
		{"expired before the time it claims, and judged for that", []*cmstest.Identity{old}, by(old, testNow.AddDate(0, 0, -2)), signed, "ok", "expired", "expired"},
		{"over another signature", both, over("another signature"), nil, "bad", "not-checked", "over another signature value"},
		{"over the content", both, over(text), nil, "bad", "not-checked", "over another signature value"},
		{"changed", both, func(signature []byte) *cmstest.Node {
			n := w.counter(w.bob, signature, testNow)
			n.At(5).Value[12] ^= 1
			return n
		}, nil, "bad", "not-checked", "signature"},
		{"like that of a message", both, func(signature []byte) *cmstest.Node {
			return cmstest.SignerInfo(t, w.bob, algorithm.OID(cms.TypeData), signature)
		}, nil, "bad", "not-checked", "contentType is in a countersignature"},
		{"not to be read", both, func([]byte) *cmstest.Node { return cmstest.Primitive(ber.Null, nil) }, nil, "bad", "not-checked", "cannot be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := w.examiner()
			if c.change != nil {
				c.change(x)
			}
			ex := examine(t, x, w.countersigned(c.certificates, c.counter))
			expect(t, ex, verdict.WordGood, "")
			reports, facts := ex.Report.Layers[0].Signers[0].Countersignatures, ex.Signers()[0].Countersignatures
			if len(reports) != 1 || len(facts) != 1 {
				t.Fatalf("%d countersignatures, %d of them judged", len(facts), len(reports))
			}
			why := ""
			if reports[0].Why != nil {
				why = *reports[0].Why
			}
			if r := &reports[0]; r.Integrity != c.integrity || r.Trust != c.trust || (why == "") != (c.why == "") || !strings.Contains(why, c.why) || r.Over != nil {
				t.Errorf("%s, %s, %q; want %s, %s, %q", r.Integrity, r.Trust, why, c.integrity, c.trust, c.why)
			}
			f := facts[0].By
			if looked := f.Checked && f.Check == nil; (f.Now != nil) != looked || (f.Then != nil) != looked {
				t.Errorf("ways were looked for: %v, %v", f.Now != nil, f.Then != nil)
			}
			// One moment is one way.
			if same := !f.HasClaimedTime || f.ClaimedTime.Equal(testNow); f.Now != nil && (f.Now == f.Then) != same {
				t.Errorf("one way for both moments: %v", f.Now == f.Then)
			}
		})
	}
}

// TestCountersignatureBelow: one over a countersignature is checked over that one's signature, and over nothing else.
func TestCountersignatureBelow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	below := func(over func(signature, first []byte) []byte) func([]byte) *cmstest.Node {
		return func(signature []byte) *cmstest.Node {
			first := w.counter(w.bob, signature, testNow)
			second := w.counter(w.rsa, over(signature, first.At(5).Value), testNow)
			return first.Insert(6, cmstest.Constructed(ber.Context(1), cmstest.AttributeNode(cmstest.TypeCountersignature, second)))
		}
	}
	for name, c := range map[string]struct {
		over func(signature, first []byte) []byte
		want string
	}{
		"over the one above": {func(_, first []byte) []byte { return first }, "ok"},
		"over the signer's":  {func(signature, _ []byte) []byte { return signature }, "bad"},
	} {
		ex := examine(t, w.examiner(), w.countersigned([]*cmstest.Identity{w.bob, w.rsa}, below(c.over)))
		expect(t, ex, verdict.WordGood, "")
		list := ex.Report.Layers[0].Signers[0].Countersignatures
		if len(list) != 2 || list[0].Integrity != "ok" || list[0].Over != nil || list[1].Integrity != c.want || list[1].Over == nil || *list[1].Over != 0 {
			t.Errorf("%s: %+v", name, list)
		}
	}
}

// TestCountersignatureCandidates: a certificate that is named like that of the countersigner, and is another, stands in its
// way neither before nor behind it. Where none fits the first is told.
func TestCountersignatureCandidates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	decoy, real := sameNames(t, func(slot int, serial *big.Int) *cmstest.Identity {
		return cmstest.Issue(t, w.root, cmstest.Options{Key: cmstest.Key(t, "p-256", slot), CommonName: "carol", Emails: []string{"carol@example.org"}, Serial: serial})
	})
	for _, list := range [][]*cmstest.Identity{{decoy, real}, {real, decoy}} {
		ex := examine(t, w.examiner(), w.countersigned(list, func(signature []byte) *cmstest.Node { return w.counter(real, signature, testNow) }))
		if by := ex.Signers()[0].Countersignatures[0].By; by.Certificate == nil || !by.Certificate.Equal(real.Certificate) || by.Check != nil || by.Now == nil {
			t.Errorf("by %v, %v", by.Certificate, by.Check)
		}
		ex = examine(t, w.examiner(), w.countersigned(list, func([]byte) *cmstest.Node { return w.counter(real, nil, testNow) }))
		if by := ex.Signers()[0].Countersignatures[0].By; by.Certificate == nil || !by.Certificate.Equal(list[0].Certificate) || by.Check == nil || by.Now != nil {
			t.Errorf("over nothing: by %v, %v", by.Certificate, by.Check)
		}
	}
}

// TestCountersignatureInspected: inspect says what stands there and checks none of it.
func TestCountersignatureInspected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, list := range [][]*cmstest.Identity{{w.bob}, nil} {
		ex := w.examiner().Inspect(w.countersigned(list, func([]byte) *cmstest.Node { return w.counter(w.bob, nil, testNow) }))
		t.Cleanup(func() { ex.Close() })
		by := ex.Signers()[0].Countersignatures[0].By
		if by.Checked || by.Check != nil || by.Now != nil || (by.Certificate != nil) != (list != nil) || !by.ClaimedTime.Equal(testNow) {
			t.Errorf("%+v", by)
		}
		if r := ex.Report.Layers[0].Signers[0].Countersignatures[0]; r.Integrity != "not-checked" || (r.Certificate != nil) != (list != nil) {
			t.Errorf("%+v", r)
		}
	}
}

// TestCountersignatureLimits: of those of a message only so many are looked at, which is said; the signatures are as good
// as without them.
func TestCountersignatureLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		name     string
		counters []int // of each signer
		want     []int
		more     bool
	}{
		{"as many as of a signer", []int{16}, []int{16}, false},
		{"one more", []int{17}, []int{16}, true},
		{"as many as of a message", []int{16, 16}, []int{16, 16}, false},
		{"less than that", []int{16, 15}, []int{16, 15}, false},
		{"one more, of another signer", []int{16, 16, 1}, []int{16, 16, 0}, true},
		{"some more", []int{16, 10, 10}, []int{16, 10, 6}, true},
	} {
		who := slices.Repeat([]*cmstest.Identity{w.alice}, len(c.counters))
		s := cmstest.ParseSigned(w.signedData([]byte(text), true, who...))
		for i, n := range c.counters {
			s.AddUnsigned(i, cmstest.AttributeNode(cmstest.TypeCountersignature, slices.Repeat([]*cmstest.Node{cmstest.Primitive(ber.Null, nil)}, n)...))
		}
		ex := examine(t, w.examiner(), verifyInput(mailOf(fromAlice, w.multipartSigned(text, s.Encode()))))
		expect(t, ex, verdict.WordGood, "")
		var got []int
		for _, signer := range ex.Signers() {
			got = append(got, len(signer.Countersignatures))
		}
		if more := unsignedNotes(ex.Report, "countersignatures"); !slices.Equal(got, c.want) || (more > 0) != c.more {
			t.Errorf("%s: %d, said %d times that there are more; want %d, %v", c.name, got, more, c.want, c.more)
		}
	}
}
