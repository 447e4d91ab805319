package message

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// encryptedFile is what somebody got: as a mail, or as it is (DER).
func (w *world) encryptedFile(inner, cipher string, to *cmstest.Identity, mail bool) string {
	if !mail {
		return string(w.envelopedData([]byte(inner), cipher, cms.Recipient{Certificate: to.Certificate}))
	}
	return mailOf(fromAlice, w.encrypted(inner, cipher, to))
}

// decryptEarly examines a message, which is large whatever its size, with a place for what is inside.
func (w *world) decryptEarly(t *testing.T, source spool.Source, opt ReleaseOptions, place *nowhere) *Examination {
	t.Helper()
	in := decryptInput("")
	in.Source, in.Raw, in.Large, in.Once = source, opt.Raw, 1, true
	if place != nil {
		in.Early = &Early{Open: place.open, Options: opt}
	}
	return examine(t, w.examiner(keyOf(w.bob), keyOf(w.rsa)), in)
}

// TestDecryptedEarly: what is written while it is decrypted is what Release writes after
// it, and the report is the same; so it is where there is no place for it.
func TestDecryptedEarly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain := "Content-Type: text/plain\r\n"
	noise := strings.Repeat("\x00\xff\n\x01", 100<<10)
	for _, test := range []struct {
		name   string
		inner  string
		der    bool
		lf     bool
		opt    ReleaseOptions
		early  bool
		refuse bool // CBC: what comes out may be noise
	}{
		{name: "text", inner: inside(plain, "\r\n", 300<<10), early: true},
		{name: "large text", inner: inside(plain, "\r\n", 3<<20), early: true},
		{name: "in a mail with LF", inner: inside(plain, "\r\n", 3<<20), lf: true, early: true},
		{name: "with LF inside", inner: inside("Content-Type: text/plain\n", "\n", 3<<20), early: true},
		{name: "LF throughout", inner: inside("Content-Type: text/plain\n", "\n", 3<<20), lf: true, early: true},
		{name: "bare entity", inner: inside(plain, "\r\n", 3<<20), lf: true, opt: ReleaseOptions{Entity: true}, early: true},
		{name: "raw", inner: inside(plain, "\r\n", 3<<20), lf: true, opt: ReleaseOptions{Raw: true}, early: true},
		{name: "binary", inner: inside("Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n", "\r\n", 2<<20), lf: true, early: true},
		{name: "file", inner: inside(plain, "\r\n", 2<<20), der: true, early: true},
		{name: "file of noise", inner: noise, der: true, early: true},
		{name: "file of noise, raw", inner: noise, der: true, opt: ReleaseOptions{Raw: true}, early: true},
		{name: "noise, raw", inner: noise, opt: ReleaseOptions{Raw: true}, early: true},
		{name: "noise", inner: noise, early: true, refuse: true},
		{name: "noise, bare entity", inner: noise, opt: ReleaseOptions{Entity: true}, early: true, refuse: true},
		{name: "text without a header", inner: strings.Repeat("no field in here\n", 40<<10), early: true},
		{name: "noise at the end of text", inner: strings.Repeat("no field in here\n", 40<<10) + "\x00", early: true, refuse: true},
		{name: "noise at the end of an entity", inner: inside(plain, "\r\n", 2<<20) + "\x00\xff", early: true},
		{name: "one line", inner: strings.Repeat("x", 400<<10)},
		{name: "as much as is looked at", inner: inside(plain, "\r\n", headLimit)[:headLimit-20], early: true},
		{name: "a little more", inner: inside(plain, "\r\n", headLimit)[:headLimit+20], early: true},
		{name: "small", inner: text, early: true},
		{name: "a header alone", inner: plain},
		{name: "nothing", inner: ""},
		{name: "long header", inner: inside("X-Long: "+strings.Repeat("x", 70<<10)+"\r\n"+plain, "\r\n", 1<<20)},
		{name: "header of 64 KiB", inner: inside(fieldsOf(64<<10, plain), "\r\n", 1<<20), early: true},
		{name: "header of 64 KiB behind the line of an mbox file", inner: inside("From a\r\n"+fieldsOf(64<<10, plain), "\r\n", 1<<20)},
		{name: "header of 60 KiB behind the line of an mbox file", inner: inside("From a\r\n"+fieldsOf(60<<10, plain), "\r\n", 1<<20), early: true},
		{name: "long header that is none, behind the line of an mbox file", inner: inside("From a\r\n"+fieldsOf(70<<10, plain+"none\r\n"), "\r\n", 1<<20)},
		{name: "several parts", inner: inside("Content-Type: multipart/mixed; boundary=b\r\n", "\r\n--b\r\n\r\n", 1<<20) + "\r\n--b--\r\n"},
		{name: "signed", inner: w.clear(inside(plain, "\r\n", 1<<20), w.alice)},
		{name: "signed, opaque", inner: w.opaque(inside(plain, "\r\n", 1<<20), w.alice)},
		{name: "signed, opaque, raw", inner: w.opaque(inside(plain, "\r\n", 1<<20), w.alice), opt: ReleaseOptions{Raw: true}},
		{name: "encrypted again", inner: w.encrypted(inside(plain, "\r\n", 1<<20), "aes-256-gcm", w.bob)},
	} {
		for _, cipher := range []string{"aes-256-gcm", "aes-256-cbc", "chacha20-poly1305"} {
			t.Run(test.name+", "+cipher, func(t *testing.T) {
				t.Parallel()
				message := w.encryptedFile(test.inner, cipher, w.bob, !test.der)
				if test.lf {
					message = strings.ReplaceAll(message, "\r\n", "\n")
				}
				good := !test.refuse || cipher != "aes-256-cbc"
				inPassing := test.early && cipher != "chacha20-poly1305"
				var first, firstReport string
				for i, place := range []*nowhere{nil, {}, {refuse: true}} {
					ex := w.decryptEarly(t, spool.Watch(strings.NewReader(message), int64(len(message))), test.opt, place)
					report, err := json.Marshal(ex.Report)
					if err != nil {
						t.Fatal(err)
					}
					if ex.Report.Release() != good {
						t.Fatalf("%s %q", ex.Report.Verdict, codes(ex.Report))
					}
					if early := i == 1 && inPassing && good; ex.WrittenEarly() != early {
						t.Fatalf("written early: %v", ex.WrittenEarly())
					}
					if place != nil && place.opened > 1 || place != nil && (place.opened == 1) != inPassing {
						t.Errorf("the place for it was opened %d times", place.opened)
					}
					var out bytes.Buffer
					if err := ex.Release(&out, test.opt); (err == nil) != good {
						t.Fatal(err)
					}
					if ex.WrittenEarly() {
						if out.Len() > 0 {
							t.Errorf("Release writes %d octets again", out.Len())
						}
						out.Write(place.Bytes())
					}
					if i == 0 {
						first, firstReport = out.String(), string(report)
					}
					if out.String() != first || string(report) != firstReport {
						t.Errorf("place %d: %d octets, want %d, or others; report\n%s\nwant\n%s", i, out.Len(), len(first), report, firstReport)
					}
				}
			})
		}
	}
}

// fieldsOf are fields of n octets, the first of them as given.
func fieldsOf(n int, first string) string {
	const end = "\r\n"
	long := first + "X-Long:" + strings.Repeat(" "+strings.Repeat("x", 900)+end, n/903-2)
	return long + " " + strings.Repeat("x", n-len(long)-len(end)-1) + end
}

// TestDecryptedEarlyInVain: nothing of a plaintext is for release whose tag, padding or
// key is wrong, and the report does not say which.
func TestDecryptedEarlyInVain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inner := inside("Content-Type: text/plain\r\n", "\r\n", 1<<20)
	for _, cipher := range []string{"aes-256-gcm", "aes-128-ccm", "chacha20-poly1305", "aes-256-cbc"} {
		t.Run(cipher, func(t *testing.T) {
			t.Parallel()
			want := ""
			tree := func(to *cmstest.Identity) *cmstest.Node {
				return cmstest.MustParse(w.envelopedData([]byte(inner), cipher, cms.Recipient{Certificate: to.Certificate}))
			}
			for name, change := range map[string]func() *cmstest.Node{
				"first octet of the ciphertext": func() *cmstest.Node { n := tree(w.bob); n.At(1, 0, 2, 2).Value[0] ^= 1; return n },
				"last octet of the ciphertext": func() *cmstest.Node {
					n := tree(w.bob)
					v := n.At(1, 0, 2, 2).Value
					v[len(v)-17] ^= 0x40
					return n
				},
				"tag": func() *cmstest.Node { n := tree(w.bob); n.At(1, 0, -1).Value[3] ^= 1; return n },
				"key": func() *cmstest.Node {
					n := tree(w.rsa)
					envelopeTree{n}.encryptedKey().Value[7] ^= 1
					return n
				},
			} {
				if cipher == "aes-256-cbc" && (name == "tag" || strings.HasPrefix(name, "first")) {
					continue // nothing protects it
				}
				object := change().Encode()
				var place nowhere
				ex := w.decryptEarly(t, spool.Bytes([]byte(mailOf(fromAlice, w.pkcs7("x", object)))), ReleaseOptions{}, &place)
				expect(t, ex, verdict.WordBad, verdict.DecryptFailed)
				inPassing := cipher == "aes-256-gcm" || cipher == "aes-256-cbc"
				if ex.WrittenEarly() || ex.Content() || (place.opened == 1) != inPassing || (place.Len() > 0) != inPassing {
					t.Errorf("%s: written early: %v, content %v, opened %d times, %d octets", name, ex.WrittenEarly(), ex.Content(), place.opened, place.Len())
				}
				reasons, err := json.Marshal(ex.Report.Reasons)
				w.must(err)
				reason := string(reasons)
				if want == "" {
					want = reason
				}
				if reason != want {
					t.Errorf("%s: %s\nwant %s", name, reason, want)
				}
			}
		})
	}
	noneLeft(t)
}

// TestKeyAfterStructure: the key of a small message is not asked for before all of the structure was
// seen (P36, P42). That of a large one is; what is said, and that nothing comes out, is the
// same for it, for another key, for one that is out of reach, and without one.
func TestKeyAfterStructure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inner := inside("Content-Type: text/plain\r\n", "\r\n", 1<<20)
	tree := func(cipher string, to *cmstest.Identity) *cmstest.Node {
		return cmstest.MustParse(w.envelopedData([]byte(inner), cipher, cms.Recipient{Certificate: to.Certificate}))
	}
	mail := func(object []byte) string { return mailOf(fromAlice, w.pkcs7("x", object)) }
	tag := func(cipher string, to *cmstest.Identity, size int) []byte {
		n := tree(cipher, to)
		mac := n.At(1, 0, 3)
		mac.Value = mac.Value[:size]
		return n.Encode()
	}
	blocks := tree("aes-256-cbc", w.rsa)
	ciphertext := blocks.At(1, 0, 2, 2)
	ciphertext.Value = ciphertext.Value[:len(ciphertext.Value)-1]
	der := tree("aes-256-gcm", w.bob).Encode()
	locked := func(id *cmstest.Identity) Key {
		k := keyOf(id)
		k.Open = func() (*algorithm.PrivateKey, error) {
			return nil, &KeyError{Code: verdict.KeyMissing, Err: io.ErrClosedPipe}
		}
		return k
	}
	wrong := func(id *cmstest.Identity, key string) Key {
		k := keyOf(id)
		k.Open = func() (*algorithm.PrivateKey, error) { return cmstest.Key(t, key, 14), nil }
		return k
	}
	for name, message := range map[string]string{
		"a tag of one octet":            mail(tag("aes-256-gcm", w.bob, 1)),
		"a tag of one octet, a file":    string(tag("aes-256-gcm", w.bob, 1)),
		"a tag of one octet, RSA":       mail(tag("aes-256-gcm", w.rsa, 1)),
		"no octets of a tag":            mail(tag("aes-256-gcm", w.bob, 0)),
		"cut":                           mail(der[:len(der)-1]),
		"a file that is cut":            string(der[:len(der)-1]),
		"a file that is cut sooner":     string(der[:len(der)/2]),
		"no base64 at the end":          strings.TrimRight(mail(der), "=\r\n") + "?\r\n",
		"no base64 in the middle":       strings.Replace(mail(der), mail(der)[900_000:900_002], "??", 1),
		"no whole number of blocks":     mail(blocks.Encode()),
		"octets behind the end, a file": string(der) + "x",
	} {
		in := decryptInput(message)
		ex := examine(t, w.examiner(untouchable(t, w.bob), untouchable(t, w.rsa)), in)
		if ex.Report.Verdict != verdict.WordUnreadable {
			t.Errorf("%s: %s %q", name, ex.Report.Verdict, codes(ex.Report))
		}
		want := reportBytes(t, ex.Report)
		for who, x := range map[string]*Examiner{
			"the key":             w.examiner(keyOf(w.bob), keyOf(w.rsa)),
			"another key":         w.examiner(wrong(w.bob, "p-256"), wrong(w.rsa, "rsa-2048")),
			"a key out of reach":  w.examiner(locked(w.bob), locked(w.rsa)),
			"somebody else's key": w.examiner(keyOf(w.stranger)),
			"no key":              w.examiner(),
		} {
			in := decryptInput(message)
			place := new(nowhere)
			in.Early, in.Large = &Early{Open: place.open}, 1
			ex := examine(t, x, in)
			if got := reportBytes(t, ex.Report); got != want || ex.Content() || ex.WrittenEarly() || ex.Report.Release() {
				t.Errorf("%s, %s: content %v, report\n%s\nwant\n%s", name, who, ex.Content(), got, want)
			}
		}
	}
	noneLeft(t)
}

// TestDecryptedEarlyFails: that there is no room is told when the content is to be
// released, and changes no verdict.
func TestDecryptedEarlyFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	message := w.encryptedFile(inside("Content-Type: text/plain\r\n", "\r\n", 4<<20), "aes-256-gcm", w.bob, true)
	for _, most := range []int{1, 100 << 10, 1 << 20, 3 << 20, 4 << 20} {
		place := nowhere{most: most}
		ex := w.decryptEarly(t, spool.Bytes([]byte(message)), ReleaseOptions{}, &place)
		if ex.Report.Exit() != 0 || !ex.WrittenEarly() {
			t.Errorf("room for %d octets: %s, written early: %v", most, ex.Report.Verdict, ex.WrittenEarly())
		}
		if err := ex.Release(new(bytes.Buffer), ReleaseOptions{}); !errors.Is(err, errFull) {
			t.Errorf("room for %d octets: %v", most, err)
		}
	}
	noneLeft(t)
}

// TestRemainder: what comes again of the first octets must be what was written.
func TestRemainder(t *testing.T) {
	t.Parallel()
	const head, all = "first octets", "first octets and the others"
	for size := 1; size <= len(all); size++ {
		for at := -1; at < len(head); at++ {
			var place nowhere
			r := &remainder{early: &early{dst: place.open()}, head: []byte(head)}
			again := []byte(all)
			if at >= 0 {
				again[at] ^= 1
			}
			var err error
			for p := again; len(p) > 0 && err == nil; {
				n := min(size, len(p))
				err = r.Lend(p[:n])
				p = p[n:]
			}
			r.Settle()
			if at < 0 && (err != nil || place.String() != all[len(head):] || r.size != int64(len(all))) {
				t.Errorf("pieces of %d: %q, %d octets, %v", size, place.String(), r.size, err)
			}
			if at >= 0 && err != cms.ErrChanged {
				t.Errorf("pieces of %d, octet %d is another: %v", size, at, err)
			}
		}
	}
}

// TestReadings counts how much of a message is read: what is encrypted, and what is signed inside, once, and only by who
// is allowed to is it read again after that.
func TestReadings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inner := inside("Content-Type: text/plain\r\n", "\r\n", 3<<20)
	for _, test := range []struct {
		name    string
		message string
		times   float64 // that the message is read
		decrypt bool
	}{
		{"GCM, DER", w.encryptedFile(inner, "aes-256-gcm", w.bob, false), 1, true},
		{"CBC, DER", w.encryptedFile(inner, "aes-256-cbc", w.bob, false), 1, true},
		{"GCM", w.encryptedFile(inner, "aes-256-gcm", w.bob, true), 1, true},
		{"CBC", w.encryptedFile(inner, "aes-256-cbc", w.bob, true), 1, true},
		{"ChaCha20", w.encryptedFile(inner, "chacha20-poly1305", w.bob, true), 3, true},
		{"CCM", w.encryptedFile(inner, "aes-128-ccm", w.bob, true), 3, true},
		{"GCM, signed", w.encryptedFile(w.clear(inner, w.alice), "aes-256-gcm", w.bob, true), 1, true},
		{"opaque", mailOf(fromAlice, w.opaque(inner, w.alice)), 1, false},
		{"clear", mailOf(fromAlice, w.clear(inner, w.alice)), 1, false},
		{"clear, digest not named", strings.Replace(mailOf(fromAlice, w.clear(inner, w.alice)), "micalg=sha-256", "micalg=unknown", 1), 2, false},
		{"opaque, DER", string(w.signedData([]byte(inner), false, w.alice)), 1, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, once := range []bool{true, false} {
				file := &measured{r: strings.NewReader(test.message)}
				size := int64(len(test.message))
				place := new(nowhere)
				in := decryptInput("")
				if !test.decrypt {
					in = verifyInput("")
				}
				in.Source, in.Early, in.Once = spool.Watch(file, size), &Early{Open: place.open}, once
				ex := examine(t, w.examiner(keyOf(w.bob)), in)
				if !ex.Report.Release() {
					t.Fatalf("%s %q", ex.Report.Verdict, codes(ex.Report))
				}
				if times := float64(file.n.Load()) / float64(size); times > test.times+0.2 {
					t.Errorf("read %.2f times", times)
				}
				_, err := in.Source.ReadAt(make([]byte, 64<<10), size/2&^(64<<10-1))
				// Of a multipart/signed the parts may be looked at afterwards.
				if spent := once && test.times == 1 && test.name != "clear"; (err != nil) != spent {
					t.Errorf("once %v: read again: %v", once, err)
				}
			}
		})
	}
}

// measured counts what is read of a file.
type measured struct {
	r io.ReaderAt
	n atomic.Int64
}

func (m *measured) ReadAt(p []byte, off int64) (int, error) {
	n, err := m.r.ReadAt(p, off)
	m.n.Add(int64(n))
	return n, err
}
