package message

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/stage"
)

// nowhere is an output that has no name yet. It keeps what it was written, or fails.
type nowhere struct {
	bytes.Buffer
	opened int
	most   int // octets, after which it fails; 0: any number
	refuse bool
}

var errFull = errors.New("no space left on device")

func (n *nowhere) open() stage.Writer {
	n.opened++
	n.Reset()
	if n.refuse {
		return nil
	}
	return stage.NewBehind(false, func(p []byte) error {
		n.Write(p)
		if n.most > 0 && n.Len() > n.most {
			return errFull
		}
		return nil
	})
}

// inside is a MIME entity of about n octets.
func inside(fields, ending string, n int) string {
	line := strings.Repeat("some text, ", 6) + ending
	return fields + ending + strings.Repeat(line, n/len(line)+1) + "end without a line end"
}

// TestWrittenEarly: what is written before the verdict is what Release writes after it, and the report is the same.
func TestWrittenEarly(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct {
		name   string
		inner  string
		early  bool
		ending string // of the mail
		opt    ReleaseOptions
	}{
		{"text", inside("Content-Type: text/plain\r\n", "\r\n", 300<<10), true, "\r\n", ReleaseOptions{}},
		{"large text", inside("Content-Type: text/plain\r\n", "\r\n", 3<<20), true, "\r\n", ReleaseOptions{}},
		{"in a mail with LF", inside("Content-Type: text/plain\r\n", "\r\n", 3<<20), true, "\n", ReleaseOptions{}},
		{"with LF inside", inside("Content-Type: text/plain\n", "\n", 3<<20), true, "\r\n", ReleaseOptions{}},
		{"bare entity", inside("Content-Type: text/plain\r\n", "\r\n", 3<<20), true, "\n", ReleaseOptions{Entity: true}},
		{"binary", inside("Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n", "\r\n", 3<<20), true, "\n", ReleaseOptions{}},
		{"own header fields", inside("Subject: within\r\nContent-Type: text/plain; hp=clear\r\n", "\r\n", 2<<20), true, "\n", ReleaseOptions{}},
		{"no header", "\r\n" + inside("", "\r\n", 2<<20), true, "\r\n", ReleaseOptions{}},
		{"no entity", inside("no field\r\n", "\r\n", 2<<20), true, "\r\n", ReleaseOptions{}},
		{"CR at the end", inside("Content-Type: text/plain\r\n", "\r\n", 2<<20) + "\r", true, "\n", ReleaseOptions{}},
		{"small", inside("Content-Type: text/plain\r\n", "\r\n", 10<<10), false, "\r\n", ReleaseOptions{}},
		{"long header", inside("X-Long: "+strings.Repeat("x", 70<<10)+"\r\nContent-Type: text/plain\r\n", "\r\n", 2<<20), false, "\r\n", ReleaseOptions{}},
		{"several parts", inside("Content-Type: multipart/mixed; boundary=b\r\n", "\r\n--b\r\n\r\n", 1<<20) + "\r\n--b--\r\n", false, "\r\n", ReleaseOptions{}},
		{"a mail", inside("Content-Type: message/rfc822\r\n\r\nFrom: a@example.org\r\n", "\r\n", 1<<20), false, "\r\n", ReleaseOptions{}},
		{"another layer", w.opaque(inside("Content-Type: text/plain\r\n", "\r\n", 1<<20), w.alice), true, "\r\n", ReleaseOptions{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			writtenEarly(t, w, mailOf(fromAlice, w.pkcs7("signed-data", w.signedData([]byte(test.inner), false, w.alice))), test.ending, test.early, test.opt)
		})
		t.Run(test.name+", clear", func(t *testing.T) {
			if test.name == "no entity" {
				return // no part
			}
			writtenEarly(t, w, mailOf(fromAlice, w.clear(test.inner, w.alice)), test.ending, test.early, test.opt)
		})
	}
}

// writtenEarly examines and releases a mail with a place for what is inside and without, with line ends of its own.
func writtenEarly(t *testing.T, w *world, mail, ending string, early bool, opt ReleaseOptions) {
	t.Helper()
	if ending == "\n" {
		mail = strings.ReplaceAll(mail, "\r\n", "\n")
	}
	examine := func(e *Early) (*Examination, string) {
		x := w.examiner()
		ex := x.Examine(Input{Command: "verify", Name: "m.eml", Source: spool.Watch(strings.NewReader(mail), int64(len(mail))), Want: true, Once: true, Early: e})
		t.Cleanup(func() { ex.Close() })
		report, err := json.Marshal(ex.Report)
		if err != nil {
			t.Fatal(err)
		}
		return ex, string(report)
	}
	var want bytes.Buffer
	later, report := examine(nil)
	w.must(later.Release(&want, opt))

	var place nowhere
	ex, earlyReport := examine(&Early{Open: place.open, Options: opt})
	if earlyReport != report {
		t.Errorf("report is\n%s\nwant\n%s", earlyReport, report)
	}
	if ex.WrittenEarly() != early || place.opened > 0 != early {
		t.Fatalf("written early: %v, opened %d times", ex.WrittenEarly(), place.opened)
	}
	var rest bytes.Buffer
	w.must(ex.Release(&rest, opt))
	if early && rest.Len() > 0 {
		t.Errorf("Release writes %d octets again", rest.Len())
	}
	if got := place.String() + rest.String(); got != want.String() {
		t.Errorf("%d octets, want %d, or others", len(got), want.Len())
	}

	refused := nowhere{refuse: true}
	ex, _ = examine(&Early{Open: refused.open, Options: opt})
	rest.Reset()
	w.must(ex.Release(&rest, opt))
	if ex.WrittenEarly() || rest.String() != want.String() {
		t.Errorf("no place for it: %d octets", rest.Len())
	}
}

// TestEarlyIsNoVerdict: what was written early is not for release when the signature is not good, or the structure
// breaks off behind the content.
func TestEarlyIsNoVerdict(t *testing.T) {
	w := newWorld(t)
	inner := inside("Content-Type: text/plain\r\n", "\r\n", 2<<20)
	der := w.signedData([]byte(inner), false, w.alice)
	changed := bytes.Clone(der)
	changed[len(changed)/2] ^= 1
	opaque := func(object []byte) string { return mailOf(fromAlice, w.pkcs7("signed-data", object)) }
	for name, mail := range map[string]string{
		"changed": opaque(changed), "cut in the signature": opaque(der[:len(der)-10]), "cut in the content": opaque(der[:len(der)/2]),
		"changed, clear": mailOf(fromAlice, strings.Replace(w.clear(inner, w.alice), "end without", "END without", 1)),
	} {
		var place nowhere
		ex := w.examiner().Examine(Input{Command: "verify", Name: "m.eml", Source: spool.Bytes([]byte(mail)), Want: true, Early: &Early{Open: place.open}})
		if ex.Report.Release() || ex.Report.Good() || place.opened != 1 {
			t.Errorf("%s: %s, released: %v, opened %d times", name, ex.Report.Verdict, ex.Report.Release(), place.opened)
		}
		ex.Close()
	}
	mail := mailOf(fromAlice, w.encrypted(w.opaque(inner, w.alice), "aes-256-gcm", w.bob))
	var place nowhere
	ex := w.examiner(keyOf(w.bob)).Examine(Input{Command: "decrypt", Name: "m.eml", Source: spool.Bytes([]byte(mail)), Want: true, Open: true, Early: &Early{Open: place.open}})
	defer ex.Close()
	if place.Len() > 0 || ex.WrittenEarly() || !ex.Report.Release() {
		t.Errorf("what was encrypted: %s, opened %d times", ex.Report.Verdict, place.opened)
	}
}

// TestClearIsNotHeld: the content of a multipart/signed is read again where there is no place for it, and nothing of it is
// held back.
func TestClearIsNotHeld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inner := inside("Content-Type: text/plain\r\n", "\r\n", 2<<20)
	x := w.examiner()
	x.Spool = spool.Options{Dir: filepath.Join(t.TempDir(), "missing"), Memory: -1}
	in := verifyInput(mailOf(fromAlice, w.clear(inner, w.alice)))
	in.Early = &Early{Open: (&nowhere{refuse: true}).open}
	ex := examine(t, x, in)
	if !ex.Report.Good() || released(t, ex) != inner {
		t.Errorf("%s %q", ex.Report.Verdict, codes(ex.Report))
	}
}

// TestOnceBeside: of a mail of which several parts are signed no reading is the last one.
func TestOnceBeside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	part := w.opaque(inside("Content-Type: text/plain\r\n", "\r\n", 1<<20), w.alice)
	mail := mailOf(fromAlice, multipart("mixed", part, text, part))
	reports := map[bool]string{}
	for _, once := range []bool{false, true} {
		in := verifyInput("")
		in.Source, in.Once = spool.Watch(strings.NewReader(mail), int64(len(mail))), once
		ex := examine(t, w.examiner(), in)
		if len(ex.Report.Layers) != 2 {
			t.Errorf("once %v: %s %q, %d layers", once, ex.Report.Verdict, codes(ex.Report), len(ex.Report.Layers))
		}
		reports[once] = reportBytes(t, ex.Report)
	}
	if reports[true] != reports[false] {
		t.Errorf("report is\n%s\nwant\n%s", reports[true], reports[false])
	}
}

// TestEarlyFails: that there is no room is told when the content is to be released, and changes no verdict.
func TestEarlyFails(t *testing.T) {
	w := newWorld(t)
	mail := mailOf(fromAlice, w.opaque(inside("Content-Type: text/plain\r\n", "\r\n", 4<<20), w.alice))
	for _, most := range []int{1, 100 << 10, 1 << 20, 2 << 20, 3 << 20, 4 << 20} {
		place := nowhere{most: most}
		ex := w.examiner().Examine(Input{Command: "verify", Name: "m.eml", Source: spool.Bytes([]byte(mail)), Want: true, Early: &Early{Open: place.open}})
		if !ex.Report.Good() || !ex.WrittenEarly() {
			t.Errorf("room for %d octets: %s, written early: %v", most, ex.Report.Verdict, ex.WrittenEarly())
		}
		if err := ex.Release(new(bytes.Buffer), ReleaseOptions{}); err != errFull {
			t.Errorf("room for %d octets: %v", most, err)
		}
		ex.Close()
	}
	noneLeft(t)
}

// noneLeft waits for the end of all goroutines that work behind somebody's back.
func noneLeft(t *testing.T) {
	t.Helper()
	stacks := make([]byte, 1<<20)
	for range 400 {
		if n := runtime.Stack(stacks, true); !bytes.Contains(stacks[:n], []byte("stage.(*Behind).work")) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Error("a goroutine was left behind")
}

// cutOff fails after some octets.
type cutOff struct{ left int }

func (c *cutOff) Write(p []byte) (int, error) {
	if c.left -= len(p); c.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// TestOutputFails: when the output fails at any place everything ends, with its error.
func TestOutputFails(t *testing.T) {
	for name, do := range writers(t, 3<<20) {
		for at := 0; at < 3<<20; at += 210 << 10 {
			if err := do(&cutOff{at}, isWhole); !errors.Is(err, errFull) {
				t.Errorf("%s fails after %d octets: %v", name, at, err)
			}
		}
	}
	noneLeft(t)
}

// TestInputFails: when the input cannot be read at any place everything ends, with its error.
func TestInputFails(t *testing.T) {
	for name, do := range writers(t, 3<<20) {
		if err := do(&cutOff{1 << 30}, isTorn); !errors.Is(err, errTorn) {
			t.Errorf("%s: %v", name, err)
		}
		if err := do(&cutOff{1 << 30}, isCut); !errors.Is(err, spool.ErrChanged) {
			t.Errorf("%s, cut: %v", name, err)
		}
	}
	noneLeft(t)
}

var errTorn = errors.New("input/output error")

// torn cannot be read a second time at a place.
type torn struct {
	spool.Source
	at   int64
	seen atomic.Bool
}

func (s *torn) ReadAt(p []byte, off int64) (int, error) {
	if off <= s.at && off+int64(len(p)) > s.at && s.seen.Swap(true) {
		return 0, errTorn
	}
	return s.Source.ReadAt(p, off)
}

// isTorn has a source be read once, for its structure, but not to its end again.
func isTorn(source spool.Source) spool.Source {
	return &torn{Source: source, at: source.Size() * 3 / 4}
}

// shortened has become shorter than it was.
type shortened struct {
	spool.Source
	size int64
}

func (s *shortened) Size() int64 { return s.size }

func isCut(source spool.Source) spool.Source {
	return &shortened{spool.Section(source, 0, source.Size()*3/4), source.Size()}
}

func isWhole(source spool.Source) spool.Source { return source }

// writers are what is done to a mail of a size that comes out as another one, with a source that is as it should
// be, or is not.
func writers(t *testing.T, size int) map[string]func(dst io.Writer, is func(spool.Source) spool.Source) error {
	w := newWorld(t)
	mail := []byte(textOf(size))
	entity := func(is func(spool.Source) spool.Source) *mimewrap.Entity {
		source := is(spool.Bytes(mail))
		e, err := mimewrap.ReadMail(source)
		w.must(err)
		return e
	}
	sign := SignOptions{Signers: []cms.Signer{w.signer(w.rsa)}, Time: testNow}
	opaque := sign
	opaque.Opaque = true
	out := map[string]func(io.Writer, func(spool.Source) spool.Source) error{}
	for name, opt := range map[string]SignOptions{"sign": sign, "sign opaque": opaque} {
		out[name] = func(dst io.Writer, is func(spool.Source) spool.Source) error {
			_, err := Sign(dst, entity(is), opt)
			return err
		}
	}
	for _, name := range []string{"aes-256-gcm", "aes-256-cbc"} {
		cipher, err := algorithm.ContentCipherByName(name)
		w.must(err)
		opt := EncryptOptions{Recipients: []cms.Recipient{{Certificate: w.bob.Certificate}}, Cipher: cipher}
		signed := opt
		signed.Sign = &opaque
		for name, opt := range map[string]EncryptOptions{name: opt, name + ", signed": signed} {
			out[name] = func(dst io.Writer, is func(spool.Source) spool.Source) error {
				_, err := Encrypt(dst, entity(is), opt)
				return err
			}
		}
	}
	return out
}
