package verdict

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
)

func certChecked(t testing.TB, policy Policy) *Report {
	t.Helper()
	c := issue(t, alice)
	facts := Facts{Command: "cert check", File: "alice.pem", Certs: []Certificate{{Certificate: c, Now: pathOf(t, c), Sources: map[string]string{mailCA(t).Fingerprint(): "chain"}}}}
	policy.Now = today
	return Judge(facts, policy)
}

// TestCertCheckScreens compares what cert check shows with its golden files: 80 and 40 columns, and all details.
func TestCertCheckScreens(t *testing.T) {
	t.Parallel()
	long := Policy{MinValidity: 100 * 365 * 24 * time.Hour}
	for name, policy := range map[string]Policy{"cert-check": {}, "cert-check-lasting": long} {
		r := certChecked(t, policy)
		var out strings.Builder
		for _, s := range []Style{{Width: 80}, {Width: 40}, {Width: 80, Verbose: true}, {Width: 40, Verbose: true}} {
			text := r.Text(s)
			for line := range strings.Lines(text) {
				if n := columnsOf(strings.TrimSuffix(line, "\n")); n > s.Width {
					t.Errorf("%s: a line of %d columns: %s", name, n, line)
				}
			}
			out.WriteString(text + "\n")
		}
		golden(t, name+".txt", out.String())
		b, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".json", indented(t, b))
		if got := r.Text(Style{Width: 80, Quiet: true}); got != "" {
			t.Errorf("quiet: %q", got)
		}
	}
}

// TestWeaknessesChangeNoVerdict: the requirements bind public CAs alone.
func TestWeaknessesChangeNoVerdict(t *testing.T) {
	t.Parallel()
	r := certChecked(t, Policy{})
	if r.Verdict != WordGood || r.Exit() != 0 || len(r.Reasons) != 0 {
		t.Errorf("got %s, %d, %v", r.Verdict, r.Exit(), r.Reasons)
	}
	if len(r.Certificates) != 1 || len(r.Certificates[0].Weaknesses) == 0 {
		t.Fatal("the certificate of the tests is no public one, and nothing was found")
	}
	// What cannot be judged has no path, and is looked at by itself.
	c := issue(t, alice)
	alone := Judge(Facts{Command: "cert check", Certs: []Certificate{{Certificate: c}}}, Policy{Now: today})
	if alone.Verdict != WordUntrusted || len(alone.Certificates[0].Weaknesses) == 0 || !ofOne(alone.Certificates[0].Weaknesses, c) {
		t.Errorf("got %s, %v", alone.Verdict, alone.Certificates[0].Weaknesses)
	}
	// A path of somebody else is not his.
	other := Judge(Facts{Command: "cert check", Certs: []Certificate{{Certificate: c, Now: pathOf(t, mailCA(t))}}}, Policy{Now: today})
	if !ofOne(other.Certificates[0].Weaknesses, c) {
		t.Errorf("got %v", other.Certificates[0].Weaknesses)
	}
}

func ofOne(list []Weakness, c *cert.Certificate) bool {
	return !slices.ContainsFunc(list, func(w Weakness) bool { return w.SHA256 != c.Fingerprint() })
}

// TestNoWeakness: a certificate that has none says so, and the list is empty, not absent.
func TestNoWeakness(t *testing.T) {
	t.Parallel()
	path := plausibleWorld().path(t)
	result := &certpath.Result{Paths: []certpath.Path{{Certificates: path, Anchor: &certpath.Anchor{Certificate: path[2], Name: "root", Kind: "file"}}}}
	r := Judge(Facts{Command: "cert check", Certs: []Certificate{{Certificate: path[0], Now: result}}}, Policy{Now: path[0].NotBefore.Add(time.Hour)})
	if text := r.Text(Style{}); !strings.Contains(text, "no weakness by the CA/B Forum's S/MIME requirements") || strings.Contains(text, "Weak ") {
		t.Errorf("got\n%s", text)
	}
	b, err := r.JSON()
	if err != nil || !strings.Contains(string(b), `"weaknesses":[]`) {
		t.Errorf("got %s, %v", b, err)
	}
}

// TestBaselineHead: what is found is counted, and that it binds public CAs is said where there is something.
func TestBaselineHead(t *testing.T) {
	t.Parallel()
	weak, note := Weakness{Level: WeaknessWeak, Text: "w"}, Weakness{Level: WeaknessNote, Text: "n"}
	for want, list := range map[string][]Weakness{
		"no weakness by": nil, "1 weakness by": {weak}, "2 weaknesses by": {weak, weak}, "no weakness, 1 note (-v) by": {note}, "1 weakness, 2 notes (-v) by": {note, weak, note},
	} {
		head := baselineRows(Style{}, list)[0].Value
		if !strings.HasPrefix(head, want) || strings.Contains(head, "which bind public CAs") != (len(list) > 0) {
			t.Errorf("got %q, want %q", head, want)
		}
	}
}

// TestSeveralCertificates: each has its rows, with an empty line above. A report that was read back has the word alone.
func TestSeveralCertificates(t *testing.T) {
	t.Parallel()
	c := issue(t, alice)
	one := Certificate{Certificate: c, Now: pathOf(t, c)}
	r := Judge(Facts{Command: "cert check", Certs: []Certificate{one, one}}, Policy{Now: today})
	if text := r.Text(Style{}); strings.Count(text, "\n\n  Holder ") != 2 || strings.Contains(text, "\n\n\n") {
		t.Errorf("got\n%s", text)
	}
	b, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if text := back.Text(Style{}); text != "GOOD  the certificate may be believed\n" {
		t.Errorf("read back: got %q", text)
	}
}

// TestMinValidity: cert check asks for a certificate that lasts, with its issuers, the anchor apart.
func TestMinValidity(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	now := date(2026, 1, 1)
	shorter := func(from, to time.Time) *cert.Certificate {
		return issue(t, person{name: "A", addresses: []string{"a@example.org"}, from: from, to: to})
	}
	leaf := shorter(date(2025, 1, 1), date(2026, 3, 1))
	ca := issue(t, person{name: "CA", ca: true, issuer: "Root", from: date(2025, 1, 1), to: date(2026, 2, 1)})
	root := issue(t, person{name: "Root", ca: true, issuer: "Root", from: date(2020, 1, 1), to: date(2026, 1, 2)})
	for _, tc := range []struct {
		name  string
		leaf  *cert.Certificate
		chain []*cert.Certificate
		least time.Duration
		want  Word
		about string
	}{
		{"not asked for", leaf, []*cert.Certificate{ca, root}, 0, WordGood, ""},
		{"long enough for both", leaf, []*cert.Certificate{ca, root}, 31 * day, WordGood, ""},
		{"a second too long for the issuer", leaf, []*cert.Certificate{ca, root}, 31*day + time.Second, WordExpired, `"CA" expires on 2026-02-01`},
		{"too long for the leaf", leaf, []*cert.Certificate{root}, 60 * day, WordExpired, `"A" expires on 2026-03-01, within the 60 days asked for`},
		{"the anchor does not count", leaf, []*cert.Certificate{root}, 59 * day, WordGood, ""},
		{"to the last second", leaf, []*cert.Certificate{root}, 59*day + time.Second, WordExpired, `"A" expires`},
		{"an anchor that is asked about counts", root, nil, 2 * day, WordExpired, `"Root" expires`},
	} {
		list := append([]*cert.Certificate{tc.leaf}, tc.chain...)
		result := &certpath.Result{Paths: []certpath.Path{{Certificates: list, Anchor: &certpath.Anchor{Certificate: list[len(list)-1], Kind: "file"}}}}
		r := Judge(Facts{Command: "cert check", Certs: []Certificate{{Certificate: tc.leaf, Now: result}}}, Policy{Now: now, MinValidity: tc.least})
		text := ""
		if len(r.Reasons) > 0 {
			text = r.Reasons[0].Text
		}
		if r.Verdict != tc.want || !strings.Contains(text, tc.about) || tc.want == WordGood && text != "" || tc.want == WordExpired && r.Reasons[0].Code != ExpiresSoon {
			t.Errorf("%s: got %s, %v", tc.name, r.Verdict, r.Reasons)
		}
	}
	// Who has expired lasts no longer, which is said once; in the last second he has not. What no anchor ends lasts
	// as long as all of it.
	for _, tc := range []struct {
		name     string
		at       time.Time
		anchored bool
		chain    []*cert.Certificate
		want     bool
	}{
		{"expired", leaf.NotAfter.Add(time.Second), true, []*cert.Certificate{leaf, root}, false},
		{"in the last second", leaf.NotAfter, true, []*cert.Certificate{leaf}, true},
		{"its anchor lasts less", now, true, []*cert.Certificate{leaf, root}, false},
		{"its uppermost issuer lasts less", now, false, []*cert.Certificate{leaf, root}, true},
	} {
		path := certpath.Path{Certificates: tc.chain}
		if tc.anchored {
			path.Anchor = &certpath.Anchor{Certificate: root, Kind: "file"}
		}
		r := Judge(Facts{Command: "cert check", Certs: []Certificate{{Certificate: leaf, Now: &certpath.Result{Paths: []certpath.Path{path}}}}}, Policy{Now: tc.at, MinValidity: 10 * day})
		if r.has(ExpiresSoon) != tc.want {
			t.Errorf("%s: got %v", tc.name, r.Reasons)
		}
	}
	for d, want := range map[time.Duration]string{day: "1 day", 14 * day: "14 days", 25 * time.Hour: "25 hours", 90 * time.Minute: "90 minutes", time.Second: "1 minute"} {
		if got := span(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}
