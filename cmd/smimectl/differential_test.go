package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestDifferential has smimectl and openssl judge the same changed messages: smimectl accepts none that openssl
// refuses, but for the reasons in allowed, and both make the same text of those they accept.
//
//	SMIMECTL_DIFFERENTIAL=10000       how many changes
//	SMIMECTL_DIFFERENTIAL=200000+500  500 from number 200000 on
//	SMIMECTL_DIFFERENTIAL_DIR=d       keep the messages in d and take them from there the next time
//
// With a folder, a number names the same change in every run; what only openssl accepts is left in it.
func TestDifferential(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("skipped: openssl is not installed, so nothing is compared with it")
	}
	first, count := 0, 300
	if s := os.Getenv("SMIMECTL_DIFFERENTIAL"); s != "" {
		number := func(s string) int {
			n, err := strconv.Atoi(s)
			if err != nil || n < 0 {
				t.Fatalf("SMIMECTL_DIFFERENTIAL: %q is no number", s)
			}
			return n
		}
		if a, b, both := strings.Cut(s, "+"); both {
			first, count = number(a), number(b)
		} else {
			count = number(s)
		}
	} else if testing.Short() {
		count = 40
	}
	dir, kept := t.TempDir(), false
	if s := os.Getenv("SMIMECTL_DIFFERENTIAL_DIR"); s != "" {
		dir, kept = s, true
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	w := newRivalry(t, dir)
	scratch := t.TempDir()
	for i, s := range w.mails {
		if ours, theirs := w.smimectl(s, s.mail, filepath.Join(scratch, "seed")), w.rival(s, s.mail, scratch); !ours.good || !theirs.good && !s.Alone {
			t.Errorf("unchanged message %d, %s: smimectl %v %s, openssl %v %s", i, s.Name, ours.good, ours.said, theirs.good, theirs.said)
		}
	}
	if t.Failed() {
		return
	}
	seen := tally{counts: map[string]int{}}
	var workers sync.WaitGroup
	numbers := make(chan int)
	for id := range 2 {
		workers.Add(1)
		go func() {
			defer workers.Done()
			scratch := filepath.Join(scratch, strconv.Itoa(id))
			if err := os.Mkdir(scratch, 0o700); err != nil {
				t.Error(err)
				return
			}
			for n := range numbers {
				what, mail := w.compare(t, n, scratch)
				if (seen.add(what) <= 5 || what == "failed") && kept && what != "both" && what != "neither" {
					example := filepath.Join(dir, strings.ReplaceAll(what, " ", "-"))
					os.MkdirAll(example, 0o700)
					os.WriteFile(filepath.Join(example, strconv.Itoa(n)+".eml"), mail, 0o600)
				}
			}
		}()
	}
	for n := first; n < first+count && seen.of("failed") < 20; n++ {
		numbers <- n
	}
	close(numbers)
	workers.Wait()
	t.Logf("changes %d to %d of %d messages, accepted by:\n%s", first, first+count-1, len(w.mails), &seen)
}

// compare makes change n and says who accepts it.
func (w *rivalry) compare(t *testing.T, n int, scratch string) (string, []byte) {
	r := rand.New(rand.NewPCG(2, uint64(n)))
	s := w.mails[r.IntN(len(w.mails))]
	mail := w.change(r, s)
	ours := w.smimectl(s, mail, filepath.Join(scratch, "ours"))
	if ours.good {
		s.Kinds = ours.kinds // of another message, after a splice
	}
	theirs := w.rival(s, mail, scratch)
	switch {
	case ours.good && theirs.good:
		if !bytes.Equal(unified(ours.content), unified(theirs.content)) {
			t.Errorf("change %d of %q: both accept it, smimectl reads %q, openssl %q\n%s", n, s.Name, ours.content, theirs.content, mail)
			return "failed", mail
		}
		return "both", mail
	case ours.good:
		if s.Alone {
			return "only smimectl: an algorithm that openssl does not have", mail
		}
		d := &disagreement{s, mail, ours.content, scratch}
		for _, a := range allowed {
			if w.agrees(d, a) {
				return "only smimectl: " + a.name, mail
			}
		}
		t.Errorf("change %d of %q: smimectl accepts it, openssl does not: %s\n%s", n, s.Name, theirs.said, mail)
		return "failed", mail
	case theirs.good:
		return "only openssl: " + ours.said, mail
	}
	return "neither", mail
}

// tally counts how messages were judged.
type tally struct {
	sync.Mutex
	counts map[string]int
}

func (c *tally) add(what string) int {
	c.Lock()
	defer c.Unlock()
	c.counts[what]++
	return c.counts[what]
}

func (c *tally) of(what string) int {
	c.Lock()
	defer c.Unlock()
	return c.counts[what]
}

// String is a table.
func (c *tally) String() string {
	var b strings.Builder
	for _, what := range slices.Sorted(maps.Keys(c.counts)) {
		fmt.Fprintf(&b, "%7d  %s\n", c.counts[what], what)
	}
	return b.String()
}

// opinion is what a program says of a message.
type opinion struct {
	good    bool
	said    string // the reason code of smimectl, the complaint of openssl
	content []byte
	kinds   []string // smimectl: of the layers
}

// smimectl judges a message in this process.
func (w *rivalry) smimectl(s rivalSeed, mail []byte, file string) opinion {
	args := []string{"verify", "--any-from"}
	if s.Kinds[0] == "encrypted" {
		args = []string{"decrypt", "--any-from", "-i", w.path(s.Reader + ".pem")}
		if slices.Contains(s.Kinds, "signed") {
			args = append(args, "--require-signed")
		}
	}
	target := file + ".out"
	defer os.Remove(target)
	if err := os.WriteFile(file, mail, 0o600); err != nil {
		return opinion{said: err.Error()}
	}
	code, stdout, stderr := w.run(nil, append(args, "--ca", w.path("root.crt"), "--at", w.at.Format(time.RFC3339), "--entity", "-o", target, "--json", file)...)
	var v verdictOf
	if err := json.Unmarshal([]byte(stdout), &v); err != nil {
		return opinion{said: stderr}
	}
	content, err := os.ReadFile(target)
	if code == exitYes && err == nil {
		o := opinion{good: true, content: content}
		for _, l := range v.Layers {
			o.kinds = append(o.kinds, l.Kind)
		}
		return o
	}
	said := strings.ToLower(v.Verdict) + " " + v.failing()
	for _, r := range v.Reasons {
		if r.Code == v.failing() && slices.Contains([]string{"malformed", "path-invalid", "unsupported-algorithm"}, r.Code) {
			said += " " + r.Text
			break
		}
	}
	return opinion{said: strings.Join(notWords.Split(said, -1), " ")}
}

// notWords are numbers, names and signs that would make many kinds of one reason.
var notWords = regexp.MustCompile(`[^a-zA-Z-]*(at "[^"]*"|at offset|0x[0-9a-f]+|[0-9][0-9.]*|[^a-zA-Z-])[^a-zA-Z-]*`)

// rival has openssl take off the layers, in its strict form and with the same anchor and moment.
func (w *rivalry) rival(s rivalSeed, mail []byte, dir string) opinion {
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	o := opinion{good: true, content: mail}
	for _, kind := range s.Kinds {
		if err := os.WriteFile(in, o.content, 0o600); err != nil {
			return opinion{said: err.Error()}
		}
		args := w.strict(kind, s.Reader)
		if o = w.ask(append(args, "-in", in, "-out", out), out); !o.good {
			return o
		}
	}
	return o
}

// strict is the command line for one layer.
func (w *rivalry) strict(kind, reader string) []string {
	if kind == "encrypted" {
		return []string{"cms", "-decrypt", "-recip", w.path(reader + ".crt"), "-inkey", w.path(reader + ".key")}
	}
	return []string{"cms", "-verify", "-CAfile", w.path("root.crt"), "-no-CApath", "-no-CAstore", "-purpose", "smimesign", "-attime", strconv.FormatInt(w.at.Unix(), 10),
		"-x509_strict", "-policy_check", "-auth_level", "2"}
}

// ask runs openssl.
func (w *rivalry) ask(args []string, out string) opinion {
	os.Remove(out)
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	said, err := exec.CommandContext(ctx, "openssl", args...).CombinedOutput()
	if err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			said = []byte(err.Error())
		}
		return opinion{said: string(said)}
	}
	content, err := os.ReadFile(out)
	if err != nil {
		return opinion{said: err.Error()}
	}
	return opinion{good: true, content: content}
}

// unified is a text with one kind of line ends.
func unified(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }
