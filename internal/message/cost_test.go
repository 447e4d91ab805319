package message

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"smimectl/internal/spool"
)

// smallMail makes a signed mail of 2 kB, and verifies it with an Examiner that has seen others of its sender.
func smallMail(tb testing.TB, lineEnd string) func() {
	w := newWorld(tb)
	entity := "Content-Type: text/plain\r\n\r\n" + strings.Repeat("a line of plain text, as mail has it\r\n", 53)
	mail := strings.ReplaceAll(mailOf("bob@example.org", w.clear(entity, w.rsa)), "\r\n", lineEnd)
	x := w.examiner()
	x.Kept = NewKept()
	verify := func() {
		// As a file that is watched, which is how mails come in.
		source := spool.Watch(bytes.NewReader([]byte(mail)), int64(len(mail)))
		ex := x.Examine(Input{Command: "verify", Name: "mail.eml", Source: source})
		defer ex.Close()
		if !ex.Report.Good() {
			tb.Fatalf("verdict %s", ex.Report.Verdict)
		}
	}
	verify()
	return verify
}

// TestCostOfSmallMail: what one of many small mails takes in memory, with a quarter of room. It was twice as much when each
// reader had a buffer of its own: the next such buffer is to be seen.
func TestCostOfSmallMail(t *testing.T) {
	for name, lineEnd := range map[string]string{"CRLF": "\r\n", "LF": "\n"} {
		verify := smallMail(t, lineEnd)
		if n := testing.AllocsPerRun(50, verify); n > maxAllocations {
			t.Errorf("%s: %.0f allocations, more than %d", name, n, maxAllocations)
		}
		const runs = 50
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range runs {
			verify()
		}
		runtime.ReadMemStats(&after)
		if n := (after.TotalAlloc - before.TotalAlloc) / runs; n > maxAllocated {
			t.Errorf("%s: %d octets, more than %d", name, n, maxAllocated)
		}
	}
}

const (
	maxAllocations = 500
	maxAllocated   = 52 << 10
)

// BenchmarkVerifySmall is one of many mails from the same sender, without opening its file.
func BenchmarkVerifySmall(b *testing.B) {
	for name, lineEnd := range map[string]string{"CRLF": "\r\n", "LF": "\n"} {
		b.Run(name, func(b *testing.B) {
			verify := smallMail(b, lineEnd)
			b.ReportAllocs()
			for b.Loop() {
				verify()
			}
		})
	}
}
