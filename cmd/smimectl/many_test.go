package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/mailbox"
	"smimectl/internal/verdict"
)

func manyApp(stdin string) *app {
	env := systemEnvironment()
	env.stdin, env.stdout, env.stderr = strings.NewReader(stdin), io.Discard, io.Discard
	return &app{env: env}
}

func reportNamed(word verdict.Word, name string) *verdict.Report {
	r := verdict.Judge(verdict.Facts{Command: "verify", File: name}, verdict.Policy{})
	r.Verdict = word
	return r
}

// TestEach works on mails several at a time: what is said about one stays with it, and large results with a thousand
// recipients do not wait by the hundred for a slow mail.
func TestEach(t *testing.T) {
	t.Parallel()
	const workers, mails = 2, 600
	var given, most, shown atomic.Int64
	source := func(yield func(*mail) bool) {
		for i := range mails {
			most.Store(max(most.Load(), given.Add(1)-shown.Load()))
			if !yield(&mail{Mail: &mailbox.Mail{Name: fmt.Sprint(i)}}) {
				return
			}
		}
	}
	large := &verdict.Report{Layers: []verdict.LayerReport{{EncryptedReport: &verdict.EncryptedReport{Recipients: make([]verdict.RecipientReport, 1000)}}}}
	full := errors.New("full")
	err := manyApp("").each(source, workers, func(a *app, m *mail) *outcome {
		if m.Name == "0" {
			time.Sleep(200 * time.Millisecond)
		}
		fmt.Fprintf(a.env.stderr, "said of %s", m.Name)
		if !a.env.apart || a.env.meter != nil {
			t.Errorf("apart: %v, with a meter: %v", a.env.apart, a.env.meter != nil)
		}
		return &outcome{report: large}
	}, func(f *finished) error {
		if want := fmt.Sprint(shown.Load()); f.mail.Name != want || string(f.said) != "said of "+want {
			t.Errorf("%s is not %s: %q", f.mail.Name, want, f.said)
		}
		if shown.Add(1) == mails {
			return full
		}
		return nil
	})
	if err != full || shown.Load() != mails {
		t.Fatalf("%d shown, %v", shown.Load(), err)
	}
	if got := most.Load(); got > 100 {
		t.Errorf("%d mails were under way at a time", got)
	}
}

// TestResultSize counts what there may be many of in what came of a mail.
func TestResultSize(t *testing.T) {
	t.Parallel()
	signed := verdict.LayerReport{SignedReport: &verdict.SignedReport{Signers: make([]verdict.SignerReport, 3)}}
	for name, f := range map[string]*finished{
		"what is said":   {outcome: &outcome{}, said: make([]byte, 800)},
		"correspondents": {outcome: &outcome{correspondents: make([]correspondent, 3)}},
		"certificates":   {outcome: &outcome{certificates: make([]*cert.Certificate, 3)}},
		"reasons":        {outcome: &outcome{report: &verdict.Report{Reasons: make([]verdict.Reason, 3)}}},
		"parts":          {outcome: &outcome{report: &verdict.Report{Parts: make([]verdict.PartReport, 3)}}},
		"signers":        {outcome: &outcome{report: &verdict.Report{Layers: []verdict.LayerReport{signed}}}},
	} {
		if got := f.size(); got != 3 {
			t.Errorf("%s: %d, want 3", name, got)
		}
	}
}

// TestShards takes every mail in exactly one of N parts, the same one each time.
func TestShards(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 3, 7, 64} {
		counts := make([]int, n)
		for i := range 2000 {
			name, taken := fmt.Sprintf("Maildir/cur/%d.host:2,S", i), 0
			for part := range n {
				var s shardFlag
				if err := s.Set(fmt.Sprintf("%d/%d", part+1, n)); err != nil {
					t.Fatal(err)
				}
				if s.takes(name) {
					taken++
					counts[part]++
				}
			}
			if taken != 1 {
				t.Fatalf("%d parts of %d take %s", taken, n, name)
			}
		}
		for part, count := range counts {
			if count < 2000/n/3 {
				t.Errorf("part %d of %d has %d mails", part+1, n, count)
			}
		}
	}
	for _, bad := range []string{"", "1", "0/2", "3/2", "1/0", "-1/2", "1/2/3", "a/b", "1/99999999999"} {
		if err := (&shardFlag{}).Set(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	twice := &shardFlag{}
	if twice.Set("1/2") != nil || twice.Set("2/2") == nil {
		t.Error("a second value wins")
	}
}

// TestMailsOf lists what operands and lists name, in one order.
func TestMailsOf(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"one.eml", "box/cur/1:2,S", "box/new/2", "box/tmp/3", "plain/a.eml"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("From: a@example.org\n\nhello\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	names := func(flags *mailFlags, stdin string, operands ...string) []string {
		for i := range operands {
			operands[i] = filepath.Join(dir, operands[i])
		}
		var out []string
		for m := range manyApp(stdin).mails(flags, operands) {
			name := strings.TrimPrefix(m.Name, dir+string(filepath.Separator))
			if m.err != nil {
				name += " !"
			}
			out = append(out, filepath.ToSlash(name))
			m.Release()
		}
		return out
	}
	for _, test := range []struct {
		name     string
		flags    mailFlags
		stdin    string
		operands []string
		want     []string
	}{
		{"folders", mailFlags{}, "", []string{"plain", "box"}, []string{"plain/a.eml", "box/cur/1:2,S", "box/new/2"}},
		{"missing", mailFlags{}, "", []string{"nothing", "one.eml"}, []string{"nothing !", "one.eml"}},
		{"list", mailFlags{filesFrom: "-"}, dir + "/one.eml\n" + dir + "/nothing", nil, []string{"one.eml", "nothing !"}},
		{"operands and list", mailFlags{filesFrom: "-"}, dir + "/one.eml\n", []string{"plain/a.eml"}, []string{"plain/a.eml", "one.eml"}},
		{"folder in a list", mailFlags{filesFrom: "-"}, dir + "/box/cur\n", nil, []string{"box/cur/1:2,S"}},
		{"no list", mailFlags{filesFrom: filepath.Join(dir, "nothing")}, "", nil, []string{"nothing !"}},
		{"a name without end", mailFlags{filesFrom: "-"}, strings.Repeat("x", 1<<20), nil, []string{"- !"}},
		{"without the folder of the outputs", mailFlags{outputs: func(folder string) bool { return filepath.Base(folder) == "new" }}, "", []string{"box"}, []string{"box/cur/1:2,S"}},
	} {
		if got := names(&test.flags, test.stdin, test.operands...); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// TestOutputs says where the outputs of several mails go.
func TestOutputs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		folder, suffix string
		mail           mail
		want           string
	}{
		{"out", "", mail{Mail: &mailbox.Mail{Name: "in/a.eml", Below: "in/a.eml"}}, "out/in/a.eml"},
		{"out", ".clear.eml", mail{Mail: &mailbox.Mail{Name: "in/a.p7m", Below: "in/a.p7m"}}, "out/in/a.clear.eml"},
		{"", ".clear.eml", mail{Mail: &mailbox.Mail{Name: "in/a.eml", Below: "in/a.eml"}}, "in/a.clear.eml"},
		{"", ".clear", mail{Mail: &mailbox.Mail{Name: "box/cur/1.M2.host:2,S", Below: "1.M2.host:2,S"}}, "box/cur/1.M2.host:2,S.clear"},
		{"", ".eml", mail{Mail: &mailbox.Mail{Name: "in/two.mbox:2", Below: "in/two.mbox.2", Part: bytes.NewReader(nil)}}, "in/two.mbox.2.eml"},
	} {
		o := outputsFlags{test.folder, test.suffix}
		if got := filepath.ToSlash(o.target(&test.mail)); got != test.want {
			t.Errorf("%+v: %s, want %s", test.mail, got, test.want)
		}
	}
}

// TestResultsGoOn reads what an earlier run has done, without a line that it did not finish.
func TestResultsGoOn(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "results.jsonl")
	a := manyApp("")
	a.global.report = name
	r, err := a.openResults(true)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"one", "two"} {
		if err := r.write(reportNamed(verdict.WordGood, file)); err != nil {
			t.Fatal(err)
		}
	}
	r.close()
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, append(whole, whole[:40]...), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err = a.openResults(true); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]bool{"one": true, "two": true, "three": false} {
		if code, ok := r.has(file, nil); ok != want || ok && code != exitNothing {
			t.Errorf("%s: %d, %v", file, code, ok)
		}
	}
	if err := r.write(reportNamed(verdict.WordGood, "three")); err != nil {
		t.Fatal(err)
	}
	r.close()
	after, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(after, whole) || bytes.Count(after, []byte("\n")) != 3 || !bytes.HasSuffix(after, []byte("\n")) {
		t.Errorf("results:\n%s", after)
	}
	// What failed for the sake of the machine or of a key is done again, and has no line before that.
	a.global.report = name
	if r, err = a.openResults(true); err != nil {
		t.Fatal(err)
	}
	for _, exit := range []int{exitMachine, exitKey} {
		if err := r.write(a.failed("verify", fmt.Sprint(exit), &cliError{exit: exit, text: "x"}).report); err != nil {
			t.Fatal(err)
		}
	}
	r.close()
	if r, err = a.openResults(true); err != nil {
		t.Fatal(err)
	}
	if _, ok := r.has("3", nil); ok || len(r.done) != 3 {
		t.Errorf("done: %v", r.done)
	}
	if err := r.write(reportNamed(verdict.WordGood, "3")); err != nil {
		t.Fatal(err)
	}
	r.close()
	if again, _ := os.ReadFile(name); !bytes.HasPrefix(again, after) || bytes.Count(again, []byte("\n")) != 4 || !bytes.HasSuffix(again, []byte("\n")) {
		t.Errorf("results:\n%s", again)
	}
	// A line that an interrupted run has left behind a later one of the same mail does not count, and goes.
	twice := append(append([]byte{}, whole...), bytes.Replace(whole, []byte(`"exit":4`), []byte(`"exit":1`), 1)...)
	if err := os.WriteFile(name, twice, 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err = a.openResults(true); err != nil {
		t.Fatal(err)
	}
	r.close()
	if code, ok := r.has("one", nil); !ok || code != exitNo {
		t.Errorf("of two lines %d, %v counts", code, ok)
	}
	if left, _ := os.ReadFile(name); !bytes.Equal(left, twice[len(whole):]) {
		t.Errorf("results:\n%s", left)
	}
	sum := func(s string, err error) func() (string, error) { return func() (string, error) { return s, err } }
	for _, test := range []struct {
		sum  func() (string, error)
		want bool
	}{{sum("", nil), true}, {sum("another", nil), false}, {sum("", errors.New("not to be read")), false}} {
		r.changed = map[string]bool{}
		if _, ok := r.has("one", test.sum); ok != test.want || r.changed["one"] == test.want {
			t.Errorf("known: %v, changed: %v", ok, r.changed)
		}
	}
	if err := os.WriteFile(name, []byte("my diary\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = a.openResults(true); err == nil {
		t.Error("a file of something else is taken for results")
	}
	if kept, _ := os.ReadFile(name); string(kept) != "my diary\n" {
		t.Errorf("and changed: %q", kept)
	}
	a.global.report = ""
	if r, err = a.openResults(false); err != nil || r.write(reportNamed(verdict.WordGood, "x")) != nil {
		t.Errorf("without a file: %v", err)
	}
}

// TestKept keeps what was found, no error, and no more than its bound.
func TestKept(t *testing.T) {
	t.Parallel()
	var k kept[int]
	looked := 0
	look := func() (int, error) { looked++; return 7, nil }
	if _, err := k.find("x", func() (int, error) { return 0, errors.New("no") }); err == nil {
		t.Error("an error is lost")
	}
	for range 3 {
		if n, err := k.find("x", look); n != 7 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	if looked != 1 {
		t.Errorf("looked %d times", looked)
	}
	for i := range 3 * maxKept {
		k.find(fmt.Sprint(i), look)
		if len(k.found) > maxKept {
			t.Fatalf("%d are kept", len(k.found))
		}
	}
	var none *kept[int]
	for range 2 {
		none.find("x", look)
	}
	if looked != 3*maxKept+3 {
		t.Errorf("looked %d times", looked)
	}
}

// TestWorstExit ends with the first that occurs of 3, 5, 1, 4 and 0.
func TestWorstExit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		codes []int
		want  int
	}{{nil, 0}, {[]int{0}, 0}, {[]int{0, 4}, 4}, {[]int{4, 1, 0}, 1}, {[]int{1, 5, 4}, 5}, {[]int{5, 3, 1}, 3}} {
		seen := map[int]bool{}
		for _, code := range test.codes {
			seen[code] = true
		}
		if got := worstExit(seen); got != test.want {
			t.Errorf("%v: %d, want %d", test.codes, got, test.want)
		}
	}
}
