package message

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"smimectl/internal/cms"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// longText is an entity of some size, each line another.
func longText(size int) string {
	var b strings.Builder
	b.WriteString("Content-Type: text/plain\r\n\r\n")
	for i := 0; b.Len() < size; i++ {
		b.WriteString(strings.Repeat(string(rune('a'+i%26)), 60) + "\r\n")
	}
	return b.String()
}

// changing is a file that somebody writes to: from the given read on it has
// other octets.
type changing struct {
	before, after []byte
	reads         atomic.Int64
	from          int64
}

func (c *changing) ReadAt(p []byte, off int64) (int, error) {
	b := c.before
	if c.reads.Add(1) > c.from {
		b = c.after
	}
	return bytes.NewReader(b).ReadAt(p, off)
}

// TestChangingSource has the file change at every point of an examination and of
// the release. Whatever comes out is what was judged, or nothing (A163).
func TestChangingSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := longText(300 << 10)
	for _, test := range []struct {
		name    string
		entity  string
		changed func(message string) string
		decrypt bool
	}{
		{"clear-signed", w.clear(long, w.alice), func(m string) string { return strings.ReplaceAll(m, "bbb", "xxx") }, false},
		{"clear-signed, the end alone", w.clear(long, w.alice), func(m string) string {
			i := strings.LastIndex(m, "aaa\r\n")
			return m[:i] + "xxx" + m[i+3:]
		}, false},
		{"clear-signed, cut", w.clear(long, w.alice), func(m string) string { return m[:len(m)/2] }, false},
		{"opaque", w.opaque(long, w.alice), func(m string) string { return strings.ReplaceAll(m, "YWFh", "eHh4") }, false},
		{"GCM", w.encrypted(long, "aes-256-gcm", w.bob), func(m string) string { return m[:len(m)/2] + strings.ReplaceAll(m[len(m)/2:], "A", "B") }, true},
		{"another message", w.encrypted(long, "aes-256-gcm", w.bob), func(m string) string {
			return mailOf(fromAlice, w.encrypted(strings.ReplaceAll(long, "b", "x"), "aes-256-gcm", w.bob))
		}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			before := mailOf(fromAlice, test.entity)
			after := test.changed(before)
			if before == after {
				t.Fatal("nothing changes")
			}
			outcomes := map[string]int{}
			for from := int64(1); ; from++ {
				file := &changing{before: []byte(before), after: []byte(after), from: from}
				in := verifyInput("")
				if test.decrypt {
					in = decryptInput("")
				}
				in.Source = spool.Watch(file, int64(len(before)))
				ex := w.examiner(keyOf(w.bob)).Examine(in)
				switch {
				case ex.Report.Release():
					var out bytes.Buffer
					if err := ex.Release(&out, ReleaseOptions{Entity: true}); err == nil {
						if out.String() != long && from > 3 {
							t.Errorf("from read %d on: released other content", from)
						}
						outcomes["released"]++
					} else {
						if !errors.Is(err, spool.ErrChanged) {
							t.Errorf("from read %d on: %v", from, err)
						}
						outcomes["changed"]++
					}
				case ex.Report.Exit() == 0:
					t.Errorf("from read %d on: exit 0 and nothing to release", from)
				default:
					outcomes[string(ex.Report.Verdict)]++
				}
				ex.Close()
				if file.reads.Load() <= from {
					break // not one read was of the changed file
				}
			}
			if outcomes["released"] == 0 || len(outcomes) < 2 {
				t.Errorf("outcomes %v", outcomes)
			}
		})
	}
}

// TestSinkKeeps says what is held back of an opaque signature: what is wanted and
// what may hold a further layer. The rest needs no room.
func TestSinkKeeps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := longText(headLimit + 1000)
	nowhere := filepath.Join(t.TempDir(), "missing")
	for _, test := range []struct {
		name string
		text string
		want bool
		kept bool
		word verdict.Word
	}{
		{"long text, not wanted", long, false, false, verdict.WordGood},
		{"long text, wanted", long, true, true, verdict.WordGood},
		{"short text, not wanted", text, false, true, verdict.WordGood},
		{"long multipart, not wanted", multipart("mixed", long), false, true, verdict.WordGood},
		{"long multipart/signed, not wanted", w.clear(long, w.bob), false, true, verdict.WordGood},
		{"long multipart/signed that was changed", strings.Replace(w.clear(long, w.bob), "aaa", "xxx", 1), false, true, verdict.WordBad},
		{"two content types, the second a layer", "Content-Type: text/plain\r\n" + w.clear(long, w.bob), false, true, verdict.WordUnreadable},
		{"a header that does not end", "X-Long: " + strings.Repeat("x", 3*headLimit) + "\r\n" + text, false, true, verdict.WordGood},
		{"octets that are no MIME entity", "\x00\n\n" + strings.Repeat("\x00\xff", headLimit), false, false, verdict.WordGood},
		{"octets that may be a header", strings.Repeat("\x00\xff", headLimit), false, true, verdict.WordGood},
		{"exactly at the limit", longText(headLimit)[:headLimit], false, true, verdict.WordGood},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := verifyInput(mailOf(fromAlice, w.opaque(test.text, w.alice)))
			in.Want = test.want
			ex := examine(t, w.examiner(), in)
			if ex.Report.Verdict != test.word {
				t.Errorf("%s %q, want %s", ex.Report.Verdict, codes(ex.Report), test.word)
			}
			if test.word == verdict.WordGood && ex.Content() != test.kept {
				t.Errorf("kept %v, want %v", ex.Content(), test.kept)
			}
			if !ex.Content() {
				if err := ex.Release(io.Discard, ReleaseOptions{}); !errors.Is(err, ErrNothingToRelease) {
					t.Errorf("release of what was not kept: %v", err)
				}
			}
			// Where there is no room, only what is kept fails, and that is the machine's fault.
			x := w.examiner()
			x.Spool = spool.Options{Dir: nowhere, Memory: -1}
			ex = examine(t, x, in)
			if test.kept && (ex.Report.Verdict != verdict.WordError || ex.Report.Exit() != 3) || !test.kept && ex.Report.Verdict != test.word {
				t.Errorf("without room: %s, exit %d", ex.Report.Verdict, ex.Report.Exit())
			}
		})
	}
}

// TestNoRoom is exit 3 wherever something has to be held back, never the message's fault.
func TestNoRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := longText(64 << 10)
	for name, entity := range map[string]string{
		"GCM": w.encrypted(long, "aes-256-gcm", w.bob), "CBC": w.encrypted(long, "aes-256-cbc", w.bob),
		"CBC by RSA": w.encrypted(long, "aes-256-cbc", w.rsa), "compressed": w.compressed(long), "opaque": w.opaque(long, w.alice),
	} {
		x := w.examiner(keyOf(w.bob), keyOf(w.rsa))
		x.Spool = spool.Options{Dir: filepath.Join(t.TempDir(), "missing"), Memory: 1000}
		ex := examine(t, x, decryptInput(mailOf(fromAlice, entity)))
		if ex.Report.Verdict != verdict.WordError || ex.Report.Exit() != 3 || ex.Report.Release() {
			t.Errorf("%s: %s, exit %d", name, ex.Report.Verdict, ex.Report.Exit())
		}
	}
}

// failingSource is a file on a disk that fails.
type failingSource struct {
	spool.Source
	from int64
}

func (f failingSource) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > f.from {
		return 0, &spool.Error{Op: "read", Err: os.ErrDeadlineExceeded}
	}
	return f.Source.ReadAt(p, off)
}

// TestFailingDisk fails reading at every place; that is exit 3, not a bad mail.
func TestFailingDisk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, entity := range map[string]string{
		"clear": w.clear(longText(20<<10), w.alice), "opaque": w.opaque(longText(20<<10), w.alice), "gcm": w.encrypted(longText(20<<10), "aes-256-gcm", w.bob),
		"parts": multipart("mixed", text, w.clear(longText(20<<10), w.alice)),
	} {
		message := mailOf(fromAlice, entity)
		for from := int64(0); from < int64(len(message)); from += 499 {
			in := decryptInput(message)
			in.Source = failingSource{in.Source, from}
			r := examine(t, w.examiner(keyOf(w.bob)), in).Report
			if r.Exit() != 3 || r.Release() {
				t.Errorf("%s, no octet from %d on: %s, exit %d, %q", name, from, r.Verdict, r.Exit(), codes(r))
			}
		}
	}
}

// TestCutAnywhere cuts messages off; that is the message's fault, never exit 0 or 3.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, kind := range layerKinds {
		message := mailOf(fromAlice, w.wrap(kind, text))
		for n := 0; n < len(message)-4; n += 3 { // what is missing at the end may be a line end
			in := decryptInput(message[:n])
			r := examine(t, w.examiner(keyOf(w.bob)), in).Report
			if r.Exit() == 0 || r.Exit() == 3 || r.Release() {
				t.Errorf("%s, cut at %d of %d: %s, exit %d, %q", kind, n, len(message), r.Verdict, r.Exit(), codes(r))
			}
		}
	}
}

// TestEveryOctet changes single octets of messages. Exit 0 only if what is
// released is the same, and never a fault of the machine (A142).
func TestEveryOctet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain := []byte(text)
	objects := map[string][]byte{
		"opaque":         w.signedData(plain, false, w.alice),
		"gcm":            w.envelopedData(plain, "aes-256-gcm", cms.Recipient{Certificate: w.bob.Certificate}),
		"cbc and signed": w.envelopedData([]byte(w.opaque(text, w.alice)), "aes-256-cbc", cms.Recipient{Certificate: w.bob.Certificate}),
	}
	step := 3
	if testing.Short() {
		step = 11
	}
	for name, object := range objects {
		for i := 0; i < len(object); i += step {
			changed := bytes.Clone(object)
			changed[i] ^= 1 << (i % 8)
			x := w.examiner(keyOf(w.bob))
			x.Policy.RequireSigned = name == "cbc and signed"
			in := decryptInput(mailOf(fromAlice, w.pkcs7("signed-data", changed)))
			if name == "opaque" {
				in = verifyInput(mailOf(fromAlice, w.pkcs7("signed-data", changed)))
			}
			ex := x.Examine(in)
			r := ex.Report
			if r.Exit() == 3 {
				t.Errorf("%s, octet %d: %s %q", name, i, r.Verdict, codes(r))
			}
			if r.Exit() == 0 {
				var out bytes.Buffer
				if err := ex.Release(&out, ReleaseOptions{Entity: true}); err != nil || out.String() != text {
					t.Errorf("%s, octet %d: exit 0, released %q, %v", name, i, out.String(), err)
				}
			}
			ex.Close()
		}
	}
}
