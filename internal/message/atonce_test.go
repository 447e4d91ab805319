package message

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
)

// restartable is a destination that can forget.
type restartable struct {
	bytes.Buffer
	forgot  []int // how much
	trouble error
}

func (r *restartable) Restart() error {
	r.forgot = append(r.forgot, r.Len())
	r.Reset()
	return r.trouble
}

var drawn = regexp.MustCompile(`----=_smime_[0-9a-f]{32}`)

// largeMails are mails large enough to be written while they are looked at.
func largeMails() map[string]string {
	const header = "From: alice@example.org\nTo: bob@example.org\nMIME-Version: 1.0\n"
	lines := strings.Repeat("a line of plain text, as mail has it\n", 40000)
	return map[string]string{
		"clean":        header + "Content-Type: text/plain\n\n" + lines,
		"clean, CRLF":  strings.ReplaceAll(header+"Content-Type: text/plain\n\n"+lines, "\n", "\r\n"),
		"relabelled":   header + "Content-Type: text/plain\nContent-Transfer-Encoding: 8bit\n\n" + lines,
		"8bit at once": header + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nGr\xc3\xbc\xc3\x9fe\n" + lines,
		"8bit late":    header + "Content-Type: text/plain; charset=utf-8\n\n" + lines + "Gr\xc3\xbc\xc3\x9fe\n",
		"dot at last":  header + "\n" + lines + ".\n",
		"CR alone":     header + "Content-Type: text/plain\n\n" + lines + "x\rx\n",
		"multipart": header + "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: text/plain\n\n" + lines +
			"\n--o\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nGr\xc3\xbc\xc3\x9fe\n--o--\n",
		"multipart, 8bit late": header + "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: text/plain\n\nhello\n" +
			"\n--o\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + lines + "Gr\xc3\xbc\xc3\x9fe\n--o--\n",
		"small": header + "Content-Type: text/plain; charset=utf-8\n\nGr\xc3\xbc\xc3\x9fe\n",
	}
}

// TestSignAtOnce: to a destination that can forget, a mail is written as to any other, and what was begun and given up
// leaves nothing behind.
func TestSignAtOnce(t *testing.T) {
	w := newWorld(t)
	for name, mail := range largeMails() {
		breaks := !strings.HasPrefix(name, "clean") && name != "relabelled" && name != "multipart"
		for _, opt := range []SignOptions{{}, {Serial: true}, {AsIs: true}, {Opaque: true}} {
			opt.Signers, opt.Time = []cms.Signer{w.signer(w.rsa)}, testNow
			sign := func(dst interface {
				Write([]byte) (int, error)
			}) *Composed {
				t.Helper()
				e, err := mimewrap.ReadMail(spool.Bytes([]byte(mail)))
				w.must(err)
				composed, err := Sign(dst, e, opt)
				w.must(err)
				return composed
			}
			var plain bytes.Buffer
			var again restartable
			want, got := sign(&plain), sign(&again)
			if drawn.ReplaceAllString(again.String(), "") != drawn.ReplaceAllString(plain.String(), "") {
				t.Errorf("%s, %+v: %d octets, want %d", name, opt, again.Len(), plain.Len())
			}
			if strings.Join(got.Notes, "\n") != strings.Join(want.Notes, "\n") {
				t.Errorf("%s: notes %q, want %q", name, got.Notes, want.Notes)
			}
			once := breaks && name != "small" && !opt.Opaque
			if (len(again.forgot) == 1) != once || len(again.forgot) > 1 {
				t.Errorf("%s, %+v: begun anew %d times", name, opt, len(again.forgot))
			}
			if once && again.forgot[0] == 0 {
				t.Errorf("%s: nothing to forget", name)
			}
		}
	}
	noneLeft(t)
}

// TestGivenUpIsNotSigned: nobody is asked for a time stamp, which comes after the signature, before the
// content was seen to its end.
func TestGivenUpIsNotSigned(t *testing.T) {
	w := newWorld(t)
	stop := errors.New("stop")
	for name, mail := range largeMails() {
		var again restartable
		asked, begunAnew := 0, 0
		opt := SignOptions{Signers: []cms.Signer{w.signer(w.rsa)}, Time: testNow, TimeStamp: func(*cms.SignerInfo) ([]byte, error) {
			asked++
			begunAnew = len(again.forgot)
			return nil, stop
		}}
		e, err := mimewrap.ReadMail(spool.Bytes([]byte(mail)))
		w.must(err)
		_, err = Sign(&again, e, opt)
		if !errors.Is(err, stop) || asked != 1 || len(again.forgot) != begunAnew {
			t.Errorf("%s: asked %d times, begun anew %d times, %v", name, asked, begunAnew, err)
		}
	}
}

// TestSignCannotBeginAnew: the trouble of a destination that cannot forget is told.
func TestSignCannotBeginAnew(t *testing.T) {
	w := newWorld(t)
	trouble := errors.New("trouble")
	e, err := mimewrap.ReadMail(spool.Bytes([]byte(largeMails()["8bit late"])))
	w.must(err)
	again := restartable{trouble: trouble}
	if _, err := Sign(&again, e, SignOptions{Signers: []cms.Signer{w.signer(w.rsa)}, Time: testNow}); err != trouble || again.Len() > 0 {
		t.Errorf("%v, and %d octets", err, again.Len())
	}
}

// TestEncryptAtOnce: what would break in transport is a note where the content is encrypted and not signed, also of a
// large mail that is looked at while it is written, and of one that is compressed.
func TestEncryptAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cipher, err := algorithm.ContentCipherByName("aes-256-gcm")
	w.must(err)
	random := rand.New(rand.NewPCG(1, 2))
	line := regexp.MustCompile("a line of plain text, as mail has it")
	for name, mail := range largeMails() {
		// What compresses too well is not unpacked again.
		mail := line.ReplaceAllStringFunc(mail, func(old string) string {
			return strconv.FormatUint(random.Uint64(), 2)[:len(old)]
		})
		read := func() *mimewrap.Entity {
			e, err := mimewrap.ReadMail(spool.Bytes([]byte(mail)))
			w.must(err)
			return e
		}
		prepared, err := mimewrap.Prepare(read(), mimewrap.PrepareOptions{AsIs: true, For: "encrypted"})
		w.must(err)
		var want bytes.Buffer
		_, err = prepared.WriteTo(&want)
		w.must(err)
		for _, compress := range []bool{false, true} {
			var out, got bytes.Buffer
			composed, err := Encrypt(&out, read(), EncryptOptions{Recipients: []cms.Recipient{{Certificate: w.bob.Certificate}}, Cipher: cipher, Compress: compress})
			if err != nil {
				t.Errorf("%s, compressed %v: %v", name, compress, err)
				continue
			}
			if strings.Join(composed.Notes, "\n") != strings.Join(prepared.Notes, "\n") {
				t.Errorf("%s, compressed %v: notes %q, want %q", name, compress, composed.Notes, prepared.Notes)
			}
			ex := examine(t, w.examiner(keyOf(w.bob)), decryptInput(out.String()))
			if err := ex.Release(&got, ReleaseOptions{Entity: true}); err != nil || !bytes.Equal(got.Bytes(), want.Bytes()) {
				t.Errorf("%s, compressed %v: %d octets, want %d, %v", name, compress, got.Len(), want.Len(), err)
			}
		}
	}
}
