package message

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// textOf is a mail of about n octets.
func textOf(n int) string {
	const line = "a line of plain text, as mail has it, of seventy-odd characters in all\r\n"
	return "From: alice@example.org\r\nTo: bob@example.org\r\nContent-Type: text/plain\r\n\r\n" + strings.Repeat(line, n/len(line)+1)
}

// work is what one operation takes of memory: counted, not timed, so that a busy machine changes nothing.
type work struct{ allocations, octets uint64 }

// workOf takes the mean of some runs. What goes on beside it is counted too, so no other test may run.
func workOf(do func()) work {
	do()
	const runs = 5
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range runs {
		do()
	}
	runtime.ReadMemStats(&after)
	return work{(after.Mallocs - before.Mallocs) / runs, (after.TotalAlloc - before.TotalAlloc) / runs}
}

// operations are what is done to mails, each with the mail it is done to.
func operations(tb testing.TB, size int) map[string]func() {
	tb.Helper()
	w := newWorld(tb)
	mail := []byte(textOf(size))
	entity := func() *mimewrap.Entity {
		e, err := mimewrap.ReadMail(spool.Bytes(mail))
		w.must(err)
		return e
	}
	sign := SignOptions{Signers: []cms.Signer{w.signer(w.rsa)}, Time: testNow, Serial: true}
	opaque := sign
	opaque.Opaque = true
	encrypt := func(cipher string) EncryptOptions {
		c, err := algorithm.ContentCipherByName(cipher)
		w.must(err)
		return EncryptOptions{Recipients: []cms.Recipient{{Certificate: w.rsa.Certificate}}, Cipher: c, Serial: true}
	}
	x := w.examiner(keyOf(w.rsa))
	x.Policy.AnyFrom = true
	examine := func(command string, message []byte) func() {
		return func() {
			ex := x.Examine(Input{Command: command, Name: "m.eml", Source: spool.Watch(bytes.NewReader(message), int64(len(message))),
				Open: command == "decrypt", Want: true, Serial: true})
			defer ex.Close()
			if ex.Report.Exit() != 0 {
				tb.Fatalf("%s: %s %q", command, ex.Report.Verdict, codes(ex.Report))
			}
			w.must(ex.Release(io.Discard, ReleaseOptions{}))
		}
	}
	out := map[string]func(){}
	for name, opt := range map[string]SignOptions{"": sign, " opaque": opaque} {
		compose := func(dst io.Writer) {
			_, err := Sign(dst, entity(), opt)
			w.must(err)
		}
		var b bytes.Buffer
		compose(&b)
		out["sign"+name] = func() { compose(forgetful{io.Discard}) }
		out["verify"+name] = examine("verify", b.Bytes())
	}
	for _, cipher := range []string{"aes-256-gcm", "aes-256-cbc"} {
		compose := func(dst io.Writer) {
			_, err := Encrypt(dst, entity(), encrypt(cipher))
			w.must(err)
		}
		var b bytes.Buffer
		compose(&b)
		out["encrypt "+cipher] = func() { compose(forgetful{io.Discard}) }
		out["decrypt "+cipher] = examine("decrypt", b.Bytes())
	}
	return out
}

// forgetful is where the command line writes to: large mails go there before all is known of them.
type forgetful struct{ io.Writer }

func (forgetful) Restart() error { return nil }

func (forgetful) Amends() bool { return true }

func (forgetful) WriteAt(p []byte, _ int64) (int, error) { return len(p), nil }

// mostWork is what the operations may take, a quarter more than they did when this was written. A buffer more for
// each of many small mails, or one that grows with a large mail, is to be seen.
var mostWork = map[string]map[int]work{
	"sign":                {20 << 10: {680, 99000}, 2 << 20: {760, 46000}},
	"sign opaque":         {20 << 10: {740, 138000}, 2 << 20: {740, 240000}},
	"verify":              {20 << 10: {1140, 96000}, 2 << 20: {1420, 2300000}},
	"verify opaque":       {20 << 10: {1130, 398000}, 2 << 20: {1350, 9083000}},
	"encrypt aes-256-gcm": {20 << 10: {150, 165000}, 2 << 20: {160, 325000}},
	"decrypt aes-256-gcm": {20 << 10: {270, 317000}, 2 << 20: {410, 6130000}},
	"encrypt aes-256-cbc": {20 << 10: {140, 136000}, 2 << 20: {140, 325000}},
	"decrypt aes-256-cbc": {20 << 10: {270, 347000}, 2 << 20: {400, 7350000}},
}

// TestWork holds allocations and octets of each operation against the table. No time is taken.
func TestWork(t *testing.T) {
	for _, size := range []int{20 << 10, 2 << 20} {
		for name, do := range operations(t, size) {
			got, most := workOf(do), mostWork[name][size]
			t.Logf("%-22s %8d octets: %6d allocations, %9d octets", name, size, got.allocations, got.octets)
			if got.allocations > most.allocations || got.octets > most.octets {
				t.Errorf("%s of %d octets: %d allocations and %d octets, at most %d and %d", name, size, got.allocations, got.octets, most.allocations, most.octets)
			}
		}
	}
}

// BenchmarkWork is the same by the clock, at sizes of which each is twice the one before.
func BenchmarkWork(b *testing.B) {
	for _, size := range []int{1 << 20, 2 << 20, 4 << 20} {
		for name, do := range operations(b, size) {
			b.Run(fmt.Sprintf("%s/n=%d", strings.ReplaceAll(name, " ", "-"), size), func(b *testing.B) {
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					do()
				}
			})
		}
	}
}

// crowdOf makes n recipients with one key between them, and a message to them all and, if wanted, to bob as the last.
func crowdOf(tb testing.TB, w *world, n int, bob bool) []byte {
	tb.Helper()
	var list []cms.Recipient
	for i := range n {
		id := cmstest.Issue(tb, w.root, cmstest.Options{Key: w.stranger.Key, CommonName: fmt.Sprintf("person %d", i)})
		list = append(list, cms.Recipient{Certificate: id.Certificate})
	}
	if bob {
		list = append(list[:n-1], cms.Recipient{Certificate: w.bob.Certificate})
	}
	return []byte(mailOf(fromAlice, w.pkcs7("authEnveloped-data", w.envelopedData([]byte(text), "aes-256-gcm", list...))))
}

// TestManyRecipients: to a thousand recipients, ours the last of them or none of them: twice as many take at most
// twice the work, and a bit. No key is opened but the one, and the store is asked for each recipient once.
func TestManyRecipients(t *testing.T) {
	w := newWorld(t)
	for _, ours := range []bool{true, false} {
		took := map[int]work{}
		for _, n := range []int{500, 1000} {
			message := crowdOf(t, w, n, ours)
			opened, asked := 0, 0
			key := keyOf(w.bob)
			open := key.Open
			key.Open = func() (*algorithm.PrivateKey, error) { opened++; return open() }
			x := w.examiner(key, untouchable(t, w.rsa))
			x.Store = func(wanted Wanted) []*cert.Certificate {
				asked++
				if wanted.ID.IssuerSerial == nil {
					t.Errorf("%d recipients: the store was asked for %v", n, wanted)
				}
				return nil
			}
			do := func() {
				opened, asked = 0, 0
				ex := x.Examine(Input{Command: "decrypt", Name: "m.eml", Open: true, Source: spool.Bytes(message)})
				defer ex.Close()
				want, code := verdict.WordDone, ""
				if !ours {
					want, code = verdict.WordNoKey, string(verdict.NotARecipient)
				}
				if ex.Report.Verdict != want || !strings.Contains(codes(ex.Report), code) || opened > 1 || !ours && opened > 0 || asked > n {
					t.Fatalf("%d recipients: %s %q, %d keys opened, the store asked %d times", n, ex.Report.Verdict, codes(ex.Report), opened, asked)
				}
			}
			took[n] = workOf(do)
			t.Logf("%d recipients, ours among them %v: %d allocations, %d octets, %d octets of message", n, ours, took[n].allocations, took[n].octets, len(message))
		}
		if a, b := took[500], took[1000]; 10*b.allocations > 25*a.allocations || 10*b.octets > 25*a.octets {
			t.Errorf("ours among them %v: %v for 500, %v for 1000", ours, a, b)
		}
	}
}

// BenchmarkRecipients encrypts to many, decrypts as the last of them, and finds that nobody is ours.
func BenchmarkRecipients(b *testing.B) {
	w := newWorld(b)
	for _, n := range []int{500, 1000} {
		last, none := crowdOf(b, w, n, true), crowdOf(b, w, n, false)
		x := w.examiner(keyOf(w.bob))
		var list []cms.Recipient
		for i := range n {
			id := cmstest.Issue(b, w.root, cmstest.Options{Key: w.rsa.Key, CommonName: fmt.Sprintf("person %d", i)})
			list = append(list, cms.Recipient{Certificate: id.Certificate})
		}
		b.Run(fmt.Sprintf("encrypt/n=%d", n), func(b *testing.B) {
			for b.Loop() {
				w.envelopedData([]byte(text), "aes-256-gcm", list...)
			}
		})
		for name, message := range map[string][]byte{"decrypt-as-last": last, "none-of-them-ours": none} {
			b.Run(fmt.Sprintf("%s/n=%d", name, n), func(b *testing.B) {
				for b.Loop() {
					ex := x.Examine(Input{Command: "decrypt", Name: "m.eml", Open: true, Source: spool.Bytes(message)})
					ex.Close()
				}
			})
		}
	}
}
