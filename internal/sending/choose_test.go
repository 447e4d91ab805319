package sending

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
)

// TestChoose holds the rule of Choose step by step, whatever the order in which
// the certificates are found.
func TestChoose(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	day := func(n int) time.Time { return certtest.Now().AddDate(0, 0, n) }
	type dates struct {
		from, to int
		change   func(certtest.Template) certtest.Template
	}
	signOnly := func(t certtest.Template) certtest.Template { return with(t, certtest.KeyUsage(0)) }
	authority := func(t certtest.Template) certtest.Template { return with(t, certtest.CA(-1)) }
	for _, tc := range []struct {
		name   string
		list   map[string]dates
		least  time.Duration
		taken  string
		why    string
		passed []string
	}{
		{name: "one", list: map[string]dates{"a": {-10, 10, nil}}, taken: "a", why: "the only one"},
		{name: "the newest", list: map[string]dates{"old": {-20, 400, nil}, "new": {-10, 10, nil}}, taken: "new", why: "the one issued last of 2 that may be used",
			passed: []string{"old: it was issued earlier, on 2026-05-12"}},
		{name: "the longest of those issued together", list: map[string]dates{"a": {-10, 10, nil}, "b": {-10, 11, nil}, "c": {-10, 12, nil}, "d": {-10, 13, nil}, "long": {-10, 20, nil}}, taken: "long", why: "the one valid longest of 5 that may be used",
			passed: []string{"d: it is valid only until 2026-06-14", "c: it is valid only until 2026-06-13", "b: it is valid only until 2026-06-12", "a: it is valid only until 2026-06-11"}},
		{name: "usable before newer", list: map[string]dates{"old": {-20, 10, nil}, "expired": {-15, -1, nil}, "future": {1, 30, nil}}, taken: "old", why: "the only one of 3 that may be used",
			passed: []string{"future: the certificate is valid from 2026-06-02 12:00:00 UTC", "expired: the certificate expired on 2026-05-31"}},
		{name: "made for it before newer", list: map[string]dates{"both": {-20, 10, nil}, "sign": {-10, 10, signOnly}}, taken: "both", why: "the only one of 2 that may be used",
			passed: []string{"sign: its key usage allows digitalSignature, not keyAgreement"}},
		{name: "no CA", list: map[string]dates{"person": {-20, 10, nil}, "ca": {-10, 10, authority}}, taken: "person", why: "the only one of 2 that may be used",
			passed: []string{"ca: its certificate is that of a CA, which is not for mail"}},
		{name: "one that lasts", list: map[string]dates{"lasting": {-20, 10, nil}, "ending": {-10, 3, nil}}, least: 7 * 24 * time.Hour, taken: "lasting", why: "the only one of 2 that may be used",
			passed: []string{"ending: the certificate expires on 2026-06-04, which is sooner than a week"}},
		{name: "none", list: map[string]dates{"older": {-30, -20, nil}, "newer": {-20, -10, nil}, "sign": {-5, 5, signOnly}},
			passed: []string{"newer: the certificate expired on 2026-05-22", "older: the certificate expired on 2026-05-12", "sign: its key usage allows digitalSignature, not keyAgreement"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			names := map[string]string{}
			var list []Candidate
			for name, d := range tc.list {
				template := w.bob()
				template.NotBefore, template.NotAfter = day(d.from), day(d.to)
				if d.change != nil {
					template = d.change(template)
				}
				c := w.issue(template)
				names[c.Fingerprint()] = name
				list = append(list, Candidate{Certificate: c}, Candidate{Certificate: c}) // found twice
			}
			rules := &Rules{Now: certtest.Now(), Least: tc.least, ByLeast: "a week"}
			for range 8 {
				rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
				c := rules.Choose(list, certpath.PurposeEncrypt)
				taken, passed := chosen(c, names)
				if taken != tc.taken || c.Why != tc.why || strings.Join(passed, "\n") != strings.Join(tc.passed, "\n") {
					t.Fatalf("got %q (%s), passed over\n%s", taken, c.Why, strings.Join(passed, "\n"))
				}
				switch {
				case tc.taken != "" && (c.Refusal != nil || c.Refused != nil):
					t.Fatalf("got the refusal %+v", c.Refusal)
				case tc.taken == "" && names[c.Refused.Fingerprint()]+": "+c.Refusal.Why != tc.passed[0]:
					t.Fatalf("got the refusal %+v", c.Refusal)
				}
			}
		})
	}
}

// chosen gives the names of who was taken and, in order, of who was passed over, with why.
func chosen(c Choice, names map[string]string) (taken string, passed []string) {
	if c.Taken != nil {
		taken = names[c.Taken.Certificate.Fingerprint()]
	}
	for _, p := range c.Passed {
		passed = append(passed, names[p.Certificate.Fingerprint()]+": "+p.Why)
	}
	return taken, passed
}

// TestChooseTies: equal certificates go by fingerprint.
func TestChooseTies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var list []Candidate
	for range 5 {
		list = append(list, Candidate{Certificate: w.issue(w.bob())})
	}
	least := list[0].Certificate
	for _, c := range list {
		if c.Certificate.Fingerprint() < least.Fingerprint() {
			least = c.Certificate
		}
	}
	rules := &Rules{Now: certtest.Now()}
	c := rules.Choose(list, certpath.PurposeEncrypt)
	if !c.Taken.Certificate.Equal(least) || c.Why != "the one with the smallest fingerprint of 5 that may be used" || c.Passed[0].Why != "it is as good, but has the larger fingerprint" {
		t.Errorf("got %s, %s, %v", c.Taken.Certificate.Fingerprint(), c.Why, c.Passed)
	}
	if c := rules.Choose(nil, certpath.PurposeEncrypt); c.Taken != nil || c.Refusal != nil {
		t.Errorf("of nothing: %+v", c)
	}
}
