package progress

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestLines shows what stands on the line, at three widths: with a size and
// without one, in UTF-8 and in ASCII.
func TestLines(t *testing.T) {
	t.Parallel()
	full, none := "\u2588", "\u2591"
	for _, test := range []struct {
		name    string
		s       moment
		ascii   bool
		at      [3]string // 120, 80 and 40 columns
		smaller string    // 12 columns
	}{
		{"known", moment{stage: stage{name: "checking", size: 203_400_000}, done: 127_000_000, rate: 480e6}, false, [3]string{
			"checking   " + strings.Repeat(full, 12) + strings.Repeat(none, 8) + "   127 / 203 MB    62%   480 MB/s   0:00 left",
			"checking   " + strings.Repeat(full, 12) + strings.Repeat(none, 8) + "   127 / 203 MB    62%   480 MB/s   0:00 left",
			"checking   " + strings.Repeat(full, 6) + strings.Repeat(none, 4) + "   62%  0:00 left",
		}, "checking  62%"[:11]},
		{"known, ASCII", moment{stage: stage{name: "checking", size: 203_400_000}, done: 127_000_000, rate: 480e6}, true, [3]string{
			"checking   [############--------]   127/203 MB    62%   480 MB/s   0:00 left",
			"checking   [############--------]   127/203 MB    62%   480 MB/s   0:00 left",
			"checking   [####----]   62%  0:00 left",
		}, "checking  62%"[:11]},
		{"large and slow", moment{stage: stage{name: "decrypting", size: 25_300_000_000}, done: 1_049_000_000, rate: 4.2e6}, true, [3]string{
			"decrypting [--------------------]    1.0/25.3 GB     4%   4.2 MB/s   1:36:14 left",
			"decrypting [--------------------]   1.0/25.3 GB    4%  4.2 MB/s  1:36:14 left",
			"decrypting [--------]     4%",
		}, "decrypting "},
		{"just begun", moment{stage: stage{name: "reading", size: 5_000_000}}, true, [3]string{
			"reading    [--------------------]   0.0/5.0 MB     0%",
			"reading    [--------------------]   0.0/5.0 MB     0%",
			"reading    [--------]  0.0/5.0 MB    0%",
		}, "reading  0%"},
		{"done", moment{stage: stage{name: "writing", size: 900_000}, done: 900_000, rate: 900_000}, true, [3]string{
			"writing    [####################]   900/900 kB   100%   900 kB/s   0:00 left",
			"writing    [####################]   900/900 kB   100%   900 kB/s   0:00 left",
			"writing    [########]  100%  0:00 left",
		}, "writing  10"},
		{"unknown", moment{stage: stage{name: "reading", size: Unknown}, done: 127_000_000, rate: 48e6}, false, [3]string{
			"reading       127 MB    48 MB/s",
			"reading       127 MB    48 MB/s",
			"reading       127 MB    48 MB/s",
		}, "reading"},
		{"disk", moment{stage: stage{name: Saving, size: Unknown}}, false, [3]string{
			"saving        waiting for the disk",
			"saving        waiting for the disk",
			"saving        waiting for the disk",
		}, "saving"},
		{"empty", moment{stage: stage{name: Reading, size: 0}}, false, [3]string{
			"reading       0 / 0 B",
			"reading       0 / 0 B",
			"reading       0 / 0 B",
		}, "reading"},
	} {
		for i, width := range []int{120, 80, 40} {
			got := test.s.bar(width-1, test.ascii)
			if got != test.at[i] {
				t.Errorf("%s, %d columns:\n%q, want\n%q", test.name, width, got, test.at[i])
			}
		}
		if got := test.s.bar(11, test.ascii); got != test.smaller {
			t.Errorf("%s, 12 columns: %q, want %q", test.name, got, test.smaller)
		}
		for width := -1; width < 130; width++ {
			if got := utf8.RuneCountInString(test.s.bar(width, test.ascii)); got > max(width, 0) {
				t.Errorf("%s: %d columns of %d", test.name, got, width)
			}
			if got := utf8.RuneCountInString(test.s.heldLine(width)); got > max(width, 0) {
				t.Errorf("held: %d columns of %d", got, width)
			}
		}
	}
	held := moment{held: 203_000_000, what: "the text", until: "until it is known to be good"}
	for width, want := range map[int]string{
		120: "holding back the text until it is known to be good (203 MB in a temporary file)",
		80:  "holding back the text until it is known to be good (203 MB in a temporary file)",
		70:  "holding back the text until it is known to be good (203 MB)",
		40:  "holding back the text (203 MB)",
	} {
		if got := held.heldLine(width - 1); got != want {
			t.Errorf("held, %d columns: %q, want %q", width, got, want)
		}
	}
}

// TestLogLine says in a line what there is to say: an unknown size has no percentage, and nobody knows how long it will take.
func TestLogLine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		s    moment
		want string
	}{
		{moment{stage: stage{name: Signing, size: 100_000_000}, done: 5_000_000, rate: 5e6}, "signing 5 of 100 MB, 5%, 5.0 MB/s, 0:19 left"},
		{moment{stage: stage{name: Reading, size: Unknown}, done: 5_000_000, rate: 5e6}, "reading 5.0 MB, 5.0 MB/s"},
		{moment{stage: stage{name: Reading, size: 0}}, "reading 0 of 0 B"},
		{moment{stage: stage{name: Reading, size: 0}, rate: 2}, "reading 0 of 0 B, 2 B/s, 0:00 left"},
		{moment{stage: stage{name: Saving, size: Unknown}}, "saving waiting for the disk"},
		{moment{stage: stage{name: Decrypting, size: 4_000_000}, held: 2_000_000}, "decrypting 0.0 of 4.0 MB, 0%, held back: 2.0 MB"},
		{moment{stage: stage{name: Reading, size: Unknown, input: true}}, "waiting for a mail"},
		{moment{stage: stage{name: Reading, size: Unknown, input: true}, done: 1}, "reading 1 B"},
	} {
		if got := test.s.log(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

// TestSpeed tells how fast it goes and how long it takes only where there is something to tell it by.
func TestSpeed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		mails       bool
		rate        float64
		speed, left string
	}{
		{false, 0, "", ""},
		{false, 0.9, "", ""},
		{false, 1, "   1 B/s", "0:10 left"},
		{false, 12_345, " 12 kB/s", "0:00 left"},
		{true, 0, "", ""},
		{true, 0.01, "0.01/s", "16:40 left"},
		{true, 1e-9, "1e-09/s", "277:46:40 left"},
		{true, 1234, "1.23e+03/s", "0:00 left"},
	} {
		s := moment{stage: stage{size: 30, mails: test.mails}, done: 20, rate: test.rate}
		if speed, left := s.speed(), s.left(); speed != test.speed || left != test.left {
			t.Errorf("mails: %v, %v a second: %q, %q; want %q, %q", test.mails, test.rate, speed, left, test.speed, test.left)
		}
	}
}

// TestUnits counts in the unit in which a number is short.
func TestUnits(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0 B", 1: "1 B", 999: "999 B", 1000: "1 kB", 999_999: "999 kB", 1_000_000: "1.0 MB", 9_999_999: "9.9 MB",
		10_000_000: "10 MB", 9_999_999_999: "9999 MB", 10_000_000_000: "10.0 GB",
	} {
		var s stage
		if got := s.in(n).amount(n); got != want {
			t.Errorf("%d octets: %s, want %s", n, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0 mails", 1: "1 mail", 2000: "2000 mails"} {
		if got := (&stage{mails: true}).in(n).amount(n); got != want {
			t.Errorf("%d mails: %s", n, got)
		}
	}
	for d, want := range map[time.Duration]string{0: "0:00", 59_999 * time.Millisecond: "0:59", time.Minute: "1:00", time.Hour - time.Second: "59:59", time.Hour: "1:00:00", 100*time.Hour + 61*time.Second: "100:01:01"} {
		if got := clockTime(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
