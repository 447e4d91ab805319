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
	"smimectl/internal/results"
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

// TestResults words what is wrong with a file of results, and goes on with one without the mails that are to be done
// again for the sake of the machine or of a key.
func TestResults(t *testing.T) {
	t.Parallel()
	a := manyApp("")
	if none, err := a.openResults(true); none != nil || err != nil {
		t.Errorf("without --report: %v, %v", none, err)
	}
	a.global.report = filepath.Join(t.TempDir(), "results.jsonl")
	s := &several{}
	note := func(code int) {
		t.Helper()
		if err := s.note(a, a.failed("verify", fmt.Sprint(code), &cliError{exit: code, text: "x"}).report); err != nil {
			t.Fatal(err)
		}
	}
	note(exitNo) // nowhere
	var err error
	if s.results, err = a.openResults(false); err != nil {
		t.Fatal(err)
	}
	for _, code := range []int{exitNo, exitMachine, exitNothing, exitKey} {
		note(code)
	}
	s.results.Close()
	if s.results, err = a.openResults(true); err != nil {
		t.Fatal(err)
	}
	s.results.Close()
	for code, want := range map[int]bool{exitNo: true, exitNothing: true, exitMachine: false, exitKey: false} {
		if got, ok := s.results.Has(fmt.Sprint(code), nil); ok != want || ok && got != code {
			t.Errorf("of exit %d: %d, %v", code, got, ok)
		}
	}
	if left, err := os.ReadFile(a.global.report); err != nil || bytes.Count(left, []byte("\n")) != 2 {
		t.Errorf("%v, results:\n%s", err, left)
	}
	for want, err := range map[string]error{
		"cannot write r.jsonl: another run is writing it":        results.ErrBusy,
		"r.jsonl is no file of results, and is not written over": &results.ForeignError{},
		`r.jsonl is no file of results: line "my diary"`:         &results.ForeignError{Line: "my diary"},
		"cannot read r.jsonl: permission denied":                 &results.Error{Op: "read", Err: os.ErrPermission},
		"cannot write r.jsonl: permission denied":                &results.Error{Op: "write", Err: os.ErrPermission},
		"said already": usageErrorf("said already"),
	} {
		if got := resultsError("r.jsonl", err); got.Error() != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if err := resultsError("r.jsonl", nil); err != nil {
		t.Error(err)
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
