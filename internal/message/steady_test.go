package message

import (
	"io"
	"runtime"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/stage"
)

// TestSteady: several times the octets take no more memory, on one processor or on several. What is in the
// rings is made once. No other test may run meanwhile.
func TestSteady(t *testing.T) {
	const few, many = 4 << 20, 20 << 20
	for _, serial := range []bool{true, false} {
		took := map[string]uint64{}
		for _, size := range []int{few, many} {
			for name, do := range steady(t, size, serial) {
				do()
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				do()
				runtime.ReadMemStats(&after)
				octets := after.TotalAlloc - before.TotalAlloc
				if size == few {
					took[name] = octets
				} else if octets > took[name]+(many-few)/32 {
					t.Errorf("serial %v, %s: %d octets of memory for %d MiB, %d for %d", serial, name, took[name], few>>20, octets, many>>20)
				}
			}
		}
	}
	noneLeft(t)
}

// steady are the operations on a mail of a size. Read is from somewhere that has to be read, as a file.
func steady(t *testing.T, size int, serial bool) map[string]func() {
	w := newWorld(t)
	mail := []byte(textOf(size))
	out := map[string]func(){}
	sign := SignOptions{Time: testNow, Serial: serial}
	sign.Signers = append(sign.Signers, w.signer(w.rsa))
	compose := func(name string, write func(dst io.Writer, e *mimewrap.Entity) error) []byte {
		run := func(dst io.Writer) {
			e, err := mimewrap.ReadMail(unheld{spool.Bytes(mail)})
			w.must(err)
			w.must(write(dst, e))
		}
		var b octetsWritten
		run(&b)
		out[name] = func() { run(forgetful{io.Discard}) }
		return b
	}
	x := w.examiner(keyOf(w.rsa))
	x.Policy.AnyFrom = true
	x.Spool.Dir = t.TempDir()
	examine := func(name, command string, message []byte) {
		out[name] = func() {
			early := &Early{Open: func() stage.Writer {
				return stage.NewBehind(serial, func([]byte) error { return nil })
			}}
			ex := x.Examine(Input{Command: command, Name: "m.eml", Source: unheld{spool.Bytes(message)}, Open: command == "decrypt", Want: true,
				Serial: serial, Early: early})
			defer ex.Close()
			if !ex.Report.Release() {
				t.Fatalf("%s: %s", name, ex.Report.Verdict)
			}
			w.must(ex.Release(io.Discard, ReleaseOptions{}))
		}
	}
	for name, isOpaque := range map[string]bool{"": false, " opaque": true} {
		opt := sign
		opt.Opaque = isOpaque
		examine("verify"+name, "verify", compose("sign"+name, func(dst io.Writer, e *mimewrap.Entity) error {
			_, err := Sign(dst, e, opt)
			return err
		}))
	}
	for _, name := range []string{"aes-256-gcm", "aes-256-cbc"} {
		cipher, err := algorithm.ContentCipherByName(name)
		w.must(err)
		opt := EncryptOptions{Cipher: cipher, Serial: serial}
		opt.Recipients = append(opt.Recipients, cms.Recipient{Certificate: w.rsa.Certificate})
		examine("decrypt "+name, "decrypt", compose("encrypt "+name, func(dst io.Writer, e *mimewrap.Entity) error {
			_, err := Encrypt(dst, e, opt)
			return err
		}))
	}
	return out
}

// unheld has to be read.
type unheld struct{ spool.Source }

// octetsWritten keeps what it is written.
type octetsWritten []byte

func (o *octetsWritten) Write(p []byte) (int, error) {
	*o = append(*o, p...)
	return len(p), nil
}
