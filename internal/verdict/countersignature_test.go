package verdict

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
)

// countersigned is a good mail of Alice's, countersigned by Bob.
func countersigned(t testing.TB, change func(c *Countersignature)) (Facts, Policy) {
	t.Helper()
	f, p := good(t)
	c := Countersignature{Over: -1, By: signer(t, person{name: "Bob", addresses: []string{"bob@example.org"}})}
	if change != nil {
		change(&c)
	}
	first(&f).Countersignatures = []Countersignature{c}
	return f, p
}

// TestCountersignatureTold: of a countersignature that does not count it is told whose it is and why; what is not intact is
// not asked for trust, and one whose signer is not known is trusted by nobody.
func TestCountersignatureTold(t *testing.T) {
	t.Parallel()
	const it = "the countersignature by bob@example.org does not count: "
	for _, c := range []struct {
		name   string
		change func(c *Countersignature)
		state  string // integrity and trust
		told   string // "": it counts
	}{
		{"good", nil, "ok ok", ""},
		{"over another one, good", func(c *Countersignature) { c.Over = 0 }, "ok ok", ""},
		{"wrong", func(c *Countersignature) { c.By.Check = &cms.SignatureError{Kind: cms.Invalid} }, "bad not-checked",
			it + "the signature does not fit the signer's key"},
		{"attributes break a rule", func(c *Countersignature) {
			c.By.Check = &cms.SignatureError{Kind: cms.Attributes, Detail: "two of one"}
		}, "bad not-checked",
			it + "the signed attributes break a rule: two of one"},
		{"of another value", func(c *Countersignature) { c.By.Check = &cms.SignatureError{Kind: cms.ContentChanged} }, "bad not-checked",
			it + "it is over another signature value than this one"},
		{"not checked", func(c *Countersignature) { c.By.Checked = false }, "not-checked not-checked", it + "the signature was not checked"},
		{"nobody vouches for it", func(c *Countersignature) { c.By.Now = nil }, "ok untrusted", it + `issued by "UX Mail CA 1", which is none of your anchors`},
		{"wrong, and nobody vouches for it", func(c *Countersignature) {
			c.By.Check, c.By.Now = &cms.SignatureError{Kind: cms.ContentChanged}, nil
		}, "bad not-checked", it + "it is over another signature value than this one"},
		{"of a digest that anybody can meet", func(c *Countersignature) { c.By.Info.Digest = digest(t, "md5") }, "ok weak", it + "signed over MD5"},
		{"of a weak key", func(c *Countersignature) {
			c.By.Certificate = issue(t, person{name: "Bob", bits: 1024})
			c.By.Now = pathOf(t, c.By.Certificate)
			c.By.Now.Paths[0].Keys = nil
		}, "ok weak", `the countersignature by "Bob" does not count: the key of the signer is RSA 1024`},
		{"by a name alone", func(c *Countersignature) {
			c.By.Certificate = issue(t, person{name: "Bob"})
			c.By.Now = nil
		}, "ok untrusted", `the countersignature by "Bob" does not count: issued by "UX Mail CA 1", which is none of your anchors`},
		{"by nobody", func(c *Countersignature) {
			c.By.Certificate, c.By.Check = nobody(t), &cms.SignatureError{Kind: cms.ContentChanged}
		}, "bad not-checked",
			"the countersignature by somebody whose certificate has no name does not count: it is over another signature value than this one"},
		{"no certificate", func(c *Countersignature) { c.By = Signer{Info: c.By.Info} }, "not-checked untrusted",
			"the countersignature does not count: the certificate of the signer is not to be had"},
		{"an algorithm that is not had here", func(c *Countersignature) {
			c.By.Check = &algorithm.UnsupportedError{Kind: "digest", OID: algorithm.MustOID("1.2.3")}
		}, "not-checked not-checked", it + "unsupported: 1.2.3 (digest)"},
		{"malformed", func(c *Countersignature) {
			*c = Countersignature{Over: -1, Err: &cms.MalformedError{Detail: "no SignerInfo"}}
		}, "bad not-checked",
			"the countersignature does not count: it cannot be read: no SignerInfo"},
	} {
		r := Judge(countersigned(t, c.change))
		got := r.Layers[0].Signers[0].Countersignatures[0]
		if state := got.Integrity + " " + got.Trust; state != c.state {
			t.Errorf("%s: %s, want %s", c.name, state, c.state)
		}
		said := ""
		for _, x := range r.Reasons {
			if x.Code == CountersignatureInvalid {
				said += x.Text
			}
		}
		if said != c.told || (got.Why == nil) != (said == "") {
			t.Errorf("%s: said\n%s\nwant\n%s", c.name, said, c.told)
		}
	}
}

// TestCountersignatureOver: the report says what it is over: the signature, or which other countersignature.
func TestCountersignatureOver(t *testing.T) {
	t.Parallel()
	for over, want := range map[int]string{-1: `{"over":null,`, 0: `{"over":0,`, 2: `{"over":2,`} {
		r := Judge(countersigned(t, func(c *Countersignature) { c.Over = over }))
		out, err := json.Marshal(r.Layers[0].Signers[0].Countersignatures[0])
		if err != nil || !strings.HasPrefix(string(out), want) {
			t.Errorf("%d: %v, %s", over, err, out)
		}
		text := strings.Join(strings.Fields(r.Text(Style{Width: 120})), " ")
		if strings.Contains(text, "over another countersignature") != (over >= 0) {
			t.Errorf("%d: %s", over, text)
		}
	}
}

// TestCountersignatureRow: the row says who it is, how it stands and when it was by its own clock; inspect judges nothing.
func TestCountersignatureRow(t *testing.T) {
	t.Parallel()
	const clock = ", 2026-11-21 19:11:17 UTC by their clock"
	bad := func(c *Countersignature) { c.By.Check = &cms.SignatureError{Kind: cms.Invalid} }
	for _, c := range []struct {
		name    string
		change  func(c *Countersignature)
		verify  string
		inspect string
	}{
		{"good", nil, "by bob@example.org good" + clock, "by bob@example.org not checked" + clock},
		{"no time", func(c *Countersignature) { c.By.ClaimedTime, c.By.HasClaimedTime = signed, false }, "by bob@example.org good", "by bob@example.org not checked"},
		{"wrong", bad, "by bob@example.org bad" + clock, "by bob@example.org not checked" + clock},
		{"nobody vouches for it", func(c *Countersignature) { c.By.Now = nil }, "by bob@example.org intact, not believed" + clock, "by bob@example.org not checked" + clock},
		{"not checked", func(c *Countersignature) { c.By.Checked = false }, "by bob@example.org not checked" + clock, "by bob@example.org not checked" + clock},
		{"by a name alone", func(c *Countersignature) {
			c.By.Certificate = issue(t, person{name: "Bob"})
			c.By.Now = pathOf(t, c.By.Certificate)
		}, `by "Bob" good` + clock, `by "Bob" not checked` + clock},
		{"no certificate", func(c *Countersignature) { c.By.Certificate = nil },
			"by somebody whose certificate is not to be had not checked" + clock, "by somebody whose certificate is not to be had not checked" + clock},
		{"not to be read", func(c *Countersignature) { *c = Countersignature{Over: -1, Err: errors.New("no")} },
			"by somebody whose certificate is not to be had bad", "by somebody whose certificate is not to be had bad"},
	} {
		for command, want := range map[string]string{"verify": c.verify, "inspect": c.inspect} {
			f, p := countersigned(t, c.change)
			f.Command = command
			r := Judge(f, p)
			if command == "inspect" {
				if got := r.Layers[0].Signers[0].Countersignatures[0]; got.Integrity == "ok" || got.Trust != "not-checked" || len(got.Chain) > 0 {
					t.Errorf("%s: judged %+v", c.name, got)
				}
			}
			rows := r.counterRows(Style{Width: 160}, &r.Layers[0].Signers[0])
			if len(rows) != 1 || rows[0].Label != "Countersign" {
				t.Fatalf("%s, %s: %+v", c.name, command, rows)
			}
			found := rows[0].Value + " " + rows[0].Remark
			if found != want {
				t.Errorf("%s, %s: %q, want %q", c.name, command, found, want)
			}
		}
	}
}
