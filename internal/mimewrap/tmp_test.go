package mimewrap

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"syscall"
	"testing"
	"smimectl/internal/spool"
)

func cpu() float64 {
	var r syscall.Rusage
	syscall.Getrusage(1, &r)
	return float64(r.Utime.Sec) + float64(r.Utime.Usec)/1e6 + float64(r.Stime.Sec) + float64(r.Stime.Usec)/1e6
}
func TestZ(t *testing.T) {
	m := func(name string, n int, f func()) {
		f()
		best := 1e9
		for range 5 {
			s := cpu()
			for range 8 { f() }
			if d := (cpu() - s)/8; d < best { best = d }
		}
		t.Logf("%-14s %.2f GB/s of CPU", name, float64(n)/best/1e9)
	}
	p := make([]byte, benchSize)
	for i := range p { p[i] = byte(i*7+i>>8) }
	std := []byte(base64.StdEncoding.EncodeToString(p))
	m("sha256", len(p), func() { sha256.Sum256(p) })
	m("stddec", len(p), func() { base64.StdEncoding.Decode(p, std) })
	for _, e := range []string{"\n", "\r\n"} {
		text := encode64(p, 64, e)
		src := spool.Bytes(text)
		buf := make([]byte, 64<<10)
		m("dec64"+e[:len(e)-1], len(p), func() { io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{newBase64Reader(spool.NewReader(src), src.Size())}, buf) })
	}
	w := newBase64Writer(io.Discard, 64, "\r\n")
	m("enc64", len(p), func() { for i := 0; i < len(p); i += 64<<10 { w.Write(p[i:i+64<<10]) } })
	for _, e := range []string{"\n", "\r\n"} {
		b := lines(benchSize, 72, e); src := spool.Bytes(b)
		m("canon"+e[:len(e)-1], len(b), func() { newCanonicalReader(src, span{0, src.Size()}).WriteTo(io.Discard) })
	}
	b := lines(benchSize, 72, "\r\n"); src := spool.Bytes(b); win := make([]byte, scanWindow)
	m("boundary", len(b), func() { slice(src, span{0, src.Size()}, "=_boundary", 2, win[:0]) })
	m("scan", len(b), func() { scan(src, span{0, src.Size()}, win) })
	q := bytes.Repeat([]byte("Gr\xc3\xbc\xc3\x9fe aus M\xc3\xbcnchen, wo die Sonne scheint und alles gut ist.\r\n"), 1<<17)
	m("qp", len(q), func() { w := newQuotedWriter(io.Discard); w.Write(q); w.Close() })
	small := []byte(crlf(clearSigned))
	m("small verify/KB", len(small), func() { for range 1000 { e, _ := ReadEntity(spool.Bytes(small)); l, _ := e.Layer(); io.Copy(io.Discard, l.ContentReader(false)); r, _ := l.CMS(); io.Copy(io.Discard, r) } })
}
