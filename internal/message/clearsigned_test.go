package message

import (
	"math"
	"slices"
	"strings"
	"testing"

	"smimectl/internal/spool"
)

// TestDigestedInPassing: whatever digests a micalg names for a large multipart/signed, verdict, report and content are those of
// the signature. It is read twice only where others are needed.
func TestDigestedInPassing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, form := range []struct{ name, fields, ending string }{
		{"text", "Content-Type: text/plain\r\n", "\r\n"},
		{"LF inside", "Content-Type: text/plain\n", "\n"},
		{"parts", "Content-Type: multipart/mixed; boundary=within\r\n", "\r\n--within\r\n\r\n"},
		{"binary", "Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n", "\n"},
		{"no header", "\r\n", "\r\n"},
	} {
		mail := mailOf(fromAlice, w.clear(inside(form.fields, form.ending, 1<<20), w.alice))
		if form.name == "LF inside" {
			mail = mailOf(fromAlice, w.clear(strings.ReplaceAll(inside(form.fields, form.ending, 1<<20), "\n", "\r\n"), w.alice))
			mail = strings.ReplaceAll(mail, "\r\n", "\n")
		}
		changed := strings.Replace(mail, "end without", "END without", 1)
		for _, test := range []struct {
			micalg string
			once   bool
		}{
			{"sha-256", true}, {"SHA256", true}, {`"sha-512, sha-256"`, true}, {`"sha-256,sha-256,sha-256"`, true},
			{"sha-512", false}, {"md5", false}, {"unknown", false}, {`""`, false}, {`"sha-256,"`, false}, {`"sha-256,sha-384,sha-512"`, false},
		} {
			if form.name != "text" && !strings.HasPrefix(test.micalg, "sha-") {
				continue // what a micalg names has nothing to do with the form
			}
			t.Run(form.name+", "+test.micalg, func(t *testing.T) {
				t.Parallel()
				for _, mail := range []string{mail, changed} {
					labelled := strings.Replace(mail, "micalg=sha-256", "micalg="+test.micalg, 1)
					if labelled == mail && test.micalg != "sha-256" {
						t.Fatal("no micalg")
					}
					want, wantContent, _ := verified(t, w, labelled, math.MaxInt64)
					got, content, times := verified(t, w, labelled, 1)
					if got != want || content != wantContent {
						t.Errorf("%d octets and the report\n%s\nwant %d and\n%s", len(content), got, len(wantContent), want)
					}
					if good := mail != changed; good != strings.Contains(got, "GOOD  ") || good != (content != "") {
						t.Errorf("%d octets of\n%s", len(content), got)
					}
					// That something was changed is looked into, and so are parts.
					if once := test.once && mail != changed && form.name != "binary" && form.name != "parts"; once != (times < 1.5) {
						t.Errorf("read %.2f times", times)
					}
				}
			})
		}
	}
}

// verified verifies a mail, which is large from so many octets on, and gives the report, what was written, early or not, and how
// often the mail was read.
func verified(t *testing.T, w *world, mail string, large int64) (report, content string, times float64) {
	t.Helper()
	file := &measured{r: strings.NewReader(mail)}
	place := new(nowhere)
	in := verifyInput("")
	in.Source, in.Large, in.Early = spool.Watch(file, int64(len(mail))), large, &Early{Open: place.open, Options: ReleaseOptions{Entity: true}}
	ex := examine(t, w.examiner(), in)
	times = float64(file.n.Load()) / float64(len(mail))
	if ex.Report.Release() {
		if rest := released(t, ex); ex.WrittenEarly() {
			content = place.String() + rest
		} else {
			content = rest
		}
	}
	return reportBytes(t, ex.Report), content, times
}

// TestDigestedAgain: who watches is told of each reading of a large multipart/signed, and what it is for.
func TestDigestedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mail := mailOf(fromAlice, w.clear(inside("Content-Type: text/plain\r\n", "\r\n", 1<<20), w.alice))
	for micalg, want := range map[string][]Stage{
		"sha-256": {Reading, Reading, Checking, Reading}, // the mail, its layer, what is signed, and what that holds
		"sha-512": {Reading, Reading, Checking, Checking, Reading},
		"unknown": {Reading, Reading, Checking, Reading},
	} {
		var stages []Stage
		in := verifyInput(strings.Replace(mail, "micalg=sha-256", "micalg="+micalg, 1))
		in.Large = 1
		in.Observer = &Observer{
			Stage: func(s Stage, _ int64) { stages = append(stages, s) },
			Watch: func(s spool.Source) spool.Source { return s },
			Held:  func(*spool.Buffer) {},
		}
		examine(t, w.examiner(), in)
		if !slices.Equal(stages, want) {
			t.Errorf("%s: stages %v, not %v", micalg, stages, want)
		}
	}
}
