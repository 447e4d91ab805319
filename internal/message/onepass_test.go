package message

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/cms/ber"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
)

// amendable is a destination that can forget, and be written over.
type amendable struct {
	restartable
	amended int // octets
	failing error
}

func (a *amendable) Amends() bool { return true }

func (a *amendable) WriteAt(p []byte, off int64) (int, error) {
	if a.failing != nil {
		return 0, a.failing
	}
	if off < 0 || off+int64(len(p)) > int64(a.Len()) {
		return 0, io.ErrShortWrite
	}
	a.amended += len(p)
	return copy(a.Bytes()[off:], p), nil
}

// counted counts what is read.
type counted struct {
	spool.Source
	read int64
}

func (c *counted) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.Source.ReadAt(p, off)
	c.read += int64(n)
	return n, err
}

// readings is about how often a mail was read.
func (c *counted) readings() int { return int((c.read + c.Size()/2) / c.Size()) }

// readingsOf is how often a large mail is read at least: one with parts is read for its structure before.
func readingsOf(name string) int {
	if strings.HasPrefix(name, "multipart") {
		return 2
	}
	return 1
}

// countingSigner tells how often it was asked.
type countingSigner struct {
	crypto.Signer
	asked *int
}

func (c countingSigner) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	*c.asked++
	return c.Signer.Sign(random, digest, opts)
}

// objectIn returns the CMS object of a mail.
func objectIn(t *testing.T, mail string) []byte {
	t.Helper()
	e, err := mimewrap.ReadMail(spool.Bytes([]byte(mail)))
	if err != nil {
		t.Fatal(err)
	}
	object, err := io.ReadAll(e.Decoded())
	if err != nil {
		t.Fatal(err)
	}
	return object
}

// TestOpaqueInOnePass: to a destination that can be written over a large mail is signed in one reading, and what is
// written is what goes to any other destination. One that would break in transport is read again, and nobody was asked
// for a signature until then.
func TestOpaqueInOnePass(t *testing.T) {
	w := newWorld(t)
	for name, mail := range largeMails() {
		breaks := !strings.HasPrefix(name, "clean") && name != "relabelled" && name != "small" && name != "multipart"
		for _, opt := range []SignOptions{{}, {Serial: true}, {AsIs: true}} {
			asked := 0
			signer := w.signer(w.rsa)
			key := *signer.Key
			key.Signer, signer.Key = countingSigner{key.Signer, &asked}, &key
			opt.Opaque, opt.Signers, opt.Time = true, []cms.Signer{signer}, testNow
			sign := func(dst io.Writer) (*Composed, int) {
				t.Helper()
				src := &counted{Source: spool.Bytes([]byte(mail))}
				e, err := mimewrap.ReadMail(src)
				w.must(err)
				asked = 0
				composed, err := Sign(dst, e, opt)
				w.must(err)
				if asked != 1 {
					t.Errorf("%s: asked for %d signatures", name, asked)
				}
				return composed, src.readings()
			}
			var plain bytes.Buffer
			var dst amendable
			want, _ := sign(&plain)
			got, readings := sign(&dst)
			if dst.String() != plain.String() {
				t.Errorf("%s, %+v: %d octets, want %d, or others", name, opt, dst.Len(), plain.Len())
			}
			if !slices.Equal(got.Notes, want.Notes) {
				t.Errorf("%s: notes %q, want %q", name, got.Notes, want.Notes)
			}
			again := breaks && !opt.AsIs
			if (len(dst.forgot) == 1) != again || len(dst.forgot) > 1 {
				t.Errorf("%s, %+v: begun anew %d times", name, opt, len(dst.forgot))
			}
			if !again && name != "small" && (readings != readingsOf(name) || dst.amended == 0 && name != "clean, CRLF") {
				t.Errorf("%s, %+v: read %d times, %d octets written over", name, opt, readings, dst.amended)
			}
			if name == "small" && dst.amended > 0 {
				t.Errorf("small: written over")
			}
		}
	}
	noneLeft(t)
}

// TestOpaqueWithoutSize: a large mail signed with a key whose signatures vary needs no size, and is read once whatever
// the destination, if only it can forget.
func TestOpaqueWithoutSize(t *testing.T) {
	w := newWorld(t)
	mails := largeMails()
	const header = "Content-Type: text/plain\n\n"
	line := strings.Repeat("x", 71) + "\n"
	lines := strings.Repeat(line, (1<<20-100)/73) // nearly 1 MiB in canonical form
	mails["of 1 MiB"] = strings.Repeat("X-Y: "+line, 400) + header + lines
	mails["of 1 MiB and more"] = strings.Repeat("X-Y: "+line, 400) + header + lines + line + line
	mails["guessed as less"] = strings.Repeat("X-Y: "+line, 400) + misleading(1<<20+2000)
	for name, mail := range mails {
		var plain bytes.Buffer
		var again restartable
		var dst amendable
		for _, to := range []io.Writer{&plain, &again, &dst} {
			src := &counted{Source: spool.Bytes([]byte(mail))}
			e, err := mimewrap.ReadMail(src)
			w.must(err)
			_, err = Sign(to, e, SignOptions{Opaque: true, Signers: []cms.Signer{w.signer(w.alice)}, Time: testNow})
			w.must(err)
			if strings.HasPrefix(name, "clean") && to != &plain && src.readings() != 1 {
				t.Errorf("%s: read %d times to a %T", name, src.readings(), to)
			}
		}
		if once := name == "guessed as less"; len(dst.forgot) == 1 != once && (once || strings.HasPrefix(name, "of ")) || len(again.forgot) != len(dst.forgot) {
			t.Errorf("%s: begun anew %d times, and %d times", name, len(dst.forgot), len(again.forgot))
		}
		want := objectIn(t, plain.String())
		for _, out := range []string{again.String(), dst.String()} {
			got := objectIn(t, out)
			n := len(want) - 3000 // without certificates and signatures
			if n < 0 {
				n = 16
			}
			indefinite := got[1] == 0x80
			if indefinite != (want[1] == 0x80) || indefinite && !bytes.Equal(got[:n], want[:n]) {
				t.Errorf("%s: %d octets, want %d, or others", name, len(got), len(want))
			}
		}
		if (want[1] == 0x80) == (name == "small" || name == "of 1 MiB") {
			t.Errorf("%s: of the other form", name)
		}
		if dst.amended > 0 {
			t.Errorf("%s: written over", name)
		}
		ex := examine(t, w.examiner(), Input{Command: "verify", Name: "m.eml", Source: spool.Bytes(dst.Bytes())})
		if !ex.Report.Release() {
			t.Errorf("%s: %s", name, ex.Report.Verdict)
		}
	}
	noneLeft(t)
}

// TestOpaqueRecoded: a text that is re-encoded need not be encoded twice to know its size, however small it is.
func TestOpaqueRecoded(t *testing.T) {
	w := newWorld(t)
	for _, size := range []int{1000, 60 << 10, 70 << 10, 300 << 10, 700 << 10, 900 << 10, 2 << 20} {
		for _, line := range []string{"Gr\xc3\xbc\xc3\x9fe an alle\n", strings.Repeat("\xc3\xbc", 30) + "\n", strings.Repeat("x", 70) + "\xc3\xbc\n"} {
			mail := "From: alice@example.org\nContent-Type: text/plain; charset=utf-8\n\n" + strings.Repeat(line, size/len(line))
			for _, who := range []cms.Signer{w.signer(w.rsa), w.signer(w.alice)} {
				sign := func(dst io.Writer) {
					e, err := mimewrap.ReadMail(spool.Bytes([]byte(mail)))
					w.must(err)
					_, err = Sign(dst, e, SignOptions{Opaque: true, Signers: []cms.Signer{who}, Time: testNow})
					w.must(err)
				}
				var plain bytes.Buffer
				var dst amendable
				sign(&plain)
				sign(&dst)
				got, want := objectIn(t, dst.String()), objectIn(t, plain.String())
				if who.Certificate == w.rsa.Certificate && !bytes.Equal(got, want) || (got[1] == 0x80) != (want[1] == 0x80) {
					t.Errorf("%d octets of %q: %x..., want %x...", size, line, got[:60], want[:60])
				}
				if got[1] == 0x80 {
					continue
				}
				if der, err := ber.ToDER(got, ber.Limits{}); err != nil || !bytes.Equal(der, got) {
					t.Errorf("%d octets of %q: no DER, %v", size, line, err)
				}
			}
		}
	}
}

// TestEncryptInOnePass: what goes to a destination that can be written over is DER, and opens to what was encrypted.
func TestEncryptInOnePass(t *testing.T) {
	w := newWorld(t)
	for name, mail := range largeMails() {
		for _, cipher := range []string{"aes-256-gcm", "aes-256-cbc", "aes-128-ccm"} {
			c, err := algorithm.ContentCipherByName(cipher)
			w.must(err)
			encrypt := func(dst io.Writer) (*Composed, int) {
				t.Helper()
				src := &counted{Source: spool.Bytes([]byte(mail))}
				e, err := mimewrap.ReadMail(src)
				w.must(err)
				composed, err := Encrypt(dst, e, EncryptOptions{Recipients: []cms.Recipient{{Certificate: w.rsa.Certificate}}, Cipher: c})
				w.must(err)
				return composed, src.readings()
			}
			var plain bytes.Buffer
			var dst amendable
			want, _ := encrypt(&plain)
			got, readings := encrypt(&dst)
			if !slices.Equal(got.Notes, want.Notes) {
				t.Errorf("%s, %s: notes %q, want %q", name, cipher, got.Notes, want.Notes)
			}
			object := objectIn(t, dst.String())
			if der, err := ber.ToDER(object, ber.Limits{}); err != nil || !bytes.Equal(der, object) || dst.Len() != plain.Len() {
				t.Errorf("%s, %s: no DER, or %d octets, not %d, %v", name, cipher, dst.Len(), plain.Len(), err)
			}
			var opened [2]bytes.Buffer
			for i, message := range []string{plain.String(), dst.String()} {
				ex := examine(t, w.examiner(keyOf(w.rsa)), decryptInput(message))
				w.must(ex.Release(&opened[i], ReleaseOptions{}))
			}
			if !bytes.Equal(opened[0].Bytes(), opened[1].Bytes()) || opened[0].Len() < len(mail)*9/10 {
				t.Errorf("%s, %s: %d octets opened, want %d", name, cipher, opened[1].Len(), opened[0].Len())
			}
			once := name != "small" && !c.Sized
			if once && (readings != readingsOf(name) || len(dst.forgot) > 0 || dst.amended == 0 && name != "clean, CRLF") {
				t.Errorf("%s, %s: read %d times, begun anew %d times, %d octets written over", name, cipher, readings, len(dst.forgot), dst.amended)
			}
			if (c.Sized || name == "small") && (dst.amended > 0 || len(dst.forgot) > 0) {
				t.Errorf("%s, %s: a guess", name, cipher)
			}
		}
	}
	noneLeft(t)
}

// TestEncryptSignedInOnePass: a mail that is signed inside is looked at while it is encrypted.
func TestEncryptSignedInOnePass(t *testing.T) {
	w := newWorld(t)
	c, err := algorithm.ContentCipherByName("aes-256-gcm")
	w.must(err)
	for name, mail := range largeMails() {
		src := &counted{Source: spool.Bytes([]byte(mail))}
		e, err := mimewrap.ReadMail(src)
		w.must(err)
		var dst amendable
		_, err = Encrypt(&dst, e, EncryptOptions{Recipients: []cms.Recipient{{Certificate: w.bob.Certificate}}, Cipher: c, Sign: &SignOptions{Signers: []cms.Signer{w.signer(w.alice)}, Time: testNow}})
		w.must(err)
		if strings.HasPrefix(name, "clean") && (src.readings() != 1 || len(dst.forgot) > 0) || len(dst.forgot) > 1 || dst.amended > 0 {
			t.Errorf("%s: read %d times, begun anew %d times, %d octets written over", name, src.readings(), len(dst.forgot), dst.amended)
		}
		ex := examine(t, w.examiner(keyOf(w.bob)), decryptInput(dst.String()))
		var text bytes.Buffer
		if err := ex.Release(&text, ReleaseOptions{}); err != nil || text.Len() < len(mail)*9/10 {
			t.Errorf("%s: %d octets opened, %v", name, text.Len(), err)
		}
	}
	noneLeft(t)
}

// misleading is a mail of which the middle has other line ends than the rest, with a body of a canonical size.
func misleading(size int) string {
	const lf, crlf = "a line that ends in one octet\n", "a line that ends in two octets\r\n"
	middle := strings.Repeat(crlf, 10_000)
	n := (size - len(middle)) / (len(lf) + 1) / 2
	rest := size - len(middle) - 2*n*(len(lf)+1)
	return "From: alice@example.org\nContent-Type: text/plain\n\n" + strings.Repeat(lf, n) + middle + strings.Repeat(lf, n) + strings.Repeat("y", rest)
}

// TestWrongGuess: a guess on the other side of a size with more octets costs another beginning, and changes nothing of
// what is written; any other guess costs none.
func TestWrongGuess(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped in short mode: mails of 16 MiB")
	}
	w := newWorld(t)
	begunAnew := map[int]bool{}
	// The octets of the content, of what is around it, and with certificates and signatures behind it.
	for _, size := range []int{15 << 20, 1<<24 - 5000, 1<<24 - 1000, 1<<24 - 27, 1<<24 - 26, 1<<24 + 100, 17 << 20} {
		mail := misleading(size)
		sign := func(dst io.Writer, as SignOptions) {
			e, err := mimewrap.ReadMail(spool.Bytes([]byte(mail)))
			w.must(err)
			as.Opaque, as.Signers, as.Time = true, []cms.Signer{w.signer(w.rsa)}, testNow
			_, err = Sign(dst, e, as)
			w.must(err)
		}
		var plain bytes.Buffer
		var dst amendable
		sign(&plain, SignOptions{})
		sign(&dst, SignOptions{})
		if !bytes.Equal(dst.Bytes(), plain.Bytes()) {
			t.Errorf("%d octets: another mail", size)
		}
		begunAnew[size] = len(dst.forgot) == 1
		if len(dst.forgot) > 1 {
			t.Errorf("%d octets: begun anew %d times", size, len(dst.forgot))
		}
		// What would break at last, and then has the wrong guess too.
		mail += " "
		dst, plain = amendable{}, bytes.Buffer{}
		sign(&plain, SignOptions{})
		sign(&dst, SignOptions{})
		if !bytes.Equal(dst.Bytes(), plain.Bytes()) || len(dst.forgot) == 0 || len(dst.forgot) > 2 {
			t.Errorf("%d octets that break: another mail, or begun anew %d times", size, len(dst.forgot))
		}
	}
	for size, again := range map[int]bool{15 << 20: false, 1<<24 - 5000: false, 1<<24 - 1000: true, 1<<24 + 100: true, 17 << 20: false} {
		if begunAnew[size] != again {
			t.Errorf("%d octets: begun anew %v", size, begunAnew[size])
		}
	}
	noneLeft(t)
}

// turning is a source that is another one after so many readings.
type turning struct {
	spool.Source
	later spool.Source
	after int
}

func (c *turning) ReadAt(p []byte, off int64) (int, error) {
	if c.after--; c.after < 0 {
		return c.later.ReadAt(p, off)
	}
	return c.Source.ReadAt(p, off)
}

// TestChangesInOnePass: what is written of a mail that changes meanwhile has right lengths, or is an error.
func TestChangesInOnePass(t *testing.T) {
	w := newWorld(t)
	c, err := algorithm.ContentCipherByName("aes-256-gcm")
	w.must(err)
	const header = "From: alice@example.org\nContent-Type: text/plain\n\n"
	lf := header + strings.Repeat("a line that ends in one octet\n", 100_000)
	others := map[string]string{
		"other line ends": header + strings.Repeat("a line ends in two octets...\r\n", 100_000),
		"no lines":        header + strings.Repeat("x", 3_000_000),
		"grown":           lf + lf,
		"shrunk":          lf[:len(lf)/2],
		"empty":           "",
	}
	for name, other := range others {
		for after := range 12 {
			for _, op := range []string{"sign", "encrypt"} {
				src := &turning{spool.Bytes([]byte(lf)), spool.Bytes([]byte(other)), after}
				e, err := mimewrap.ReadMail(src)
				if err != nil {
					continue // it changed at once
				}
				var dst amendable
				if op == "sign" {
					_, err = Sign(&dst, e, SignOptions{Opaque: true, Signers: []cms.Signer{w.signer(w.rsa)}, Time: testNow})
				} else {
					_, err = Encrypt(&dst, e, EncryptOptions{Recipients: []cms.Recipient{{Certificate: w.rsa.Certificate}}, Cipher: c})
				}
				what := fmt.Sprintf("%s, %s after %d readings", op, name, after)
				if err != nil {
					if errors.Is(err, cms.ErrGuess) || errors.Is(err, mimewrap.ErrWouldBreak) || name == "grown" {
						t.Errorf("%s: %v", what, err)
					}
					continue
				}
				object := objectIn(t, dst.String())
				if der, err := ber.ToDER(object, ber.Limits{}); err != nil || !bytes.Equal(der, object) {
					t.Errorf("%s: no DER, %v", what, err)
				}
				input := decryptInput(dst.String())
				input.Open = op == "encrypt"
				if !input.Open {
					input.Command = "verify"
				}
				x := w.examiner(keyOf(w.rsa))
				x.Policy.AnyFrom = true
				if ex := examine(t, x, input); ex.Report.Exit() == 1 {
					t.Errorf("%s: %s", what, ex.Report.Verdict)
				}
			}
		}
	}
	noneLeft(t)
}

// TestCannotAmend: trouble when the head is written over is told.
func TestCannotAmend(t *testing.T) {
	w := newWorld(t)
	trouble := errors.New("trouble")
	e, err := mimewrap.ReadMail(spool.Bytes([]byte(largeMails()["clean"])))
	w.must(err)
	dst := amendable{failing: trouble}
	if _, err := Sign(&dst, e, SignOptions{Opaque: true, Signers: []cms.Signer{w.signer(w.rsa)}, Time: testNow}); err != trouble {
		t.Error(err)
	}
}

// TestClearSignedKeepsCRLF: what LF line ends could not bring back is written with CRLF, and is good.
func TestClearSignedKeepsCRLF(t *testing.T) {
	w := newWorld(t)
	for _, body := range []string{"x\rx\n", "\r\n\n\r", strings.Repeat("x\n", 1<<20) + "x\rx\n"} {
		e, err := mimewrap.ReadMail(spool.Bytes([]byte("From: alice@example.org\nContent-Type: text/plain\n\n" + body)))
		w.must(err)
		var dst amendable
		_, err = Sign(&dst, e, SignOptions{AsIs: true, Signers: []cms.Signer{w.signer(w.alice)}, Time: testNow})
		w.must(err)
		ex := examine(t, w.examiner(), Input{Command: "verify", Name: "m.eml", Source: spool.Bytes(dst.Bytes())})
		if head := dst.String()[:20]; !strings.Contains(dst.String(), "\r\nMIME-Version: 1.0\r\n") || !ex.Report.Release() {
			t.Errorf("%d octets: %s, begins with %q", len(body), ex.Report.Verdict, head)
		}
	}
}
