package message

import (
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cms"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/verdict"
)

// sameNames are two certificates of one issuer and one serial number, of which only the key of the second has signed.
func sameNames(t *testing.T, issue func(slot int, serial *big.Int) *cmstest.Identity) (decoy, real *cmstest.Identity) {
	t.Helper()
	serial := big.NewInt(4711)
	return issue(85, serial), issue(86, serial)
}

// TestTimeStampCandidates: a certificate that is named like that of the authority, and is another, stands in its way
// neither before nor behind it.
func TestTimeStampCandidates(t *testing.T) {
	t.Parallel()
	w := newStampWorld(t)
	decoy, real := sameNames(t, func(slot int, serial *big.Int) *cmstest.Identity {
		return cmstest.TimeStamper(t, w.stampRoot, "Authority", slot, cmstest.Options{Serial: serial})
	})
	for _, first := range []bool{true, false} {
		s := w.signed()
		token := cmstest.Token{By: real, Over: s.Signature(0).Value, Time: stampedAt}.Make(t)
		list := []*cmstest.Node{cmstest.Raw(decoy.Certificate.Raw), cmstest.Raw(real.Certificate.Raw)}
		if !first {
			slices.Reverse(list)
		}
		token.Certificates().Children = list
		ex := examine(t, w.examiner(), w.mail(w.attach(s, token.Node)))
		expect(t, ex, verdict.WordGood, "")
		by := ex.Signers()[0].TimeStamps[0].By
		if by.Certificate == nil || !by.Certificate.Equal(real.Certificate) || by.Check != nil {
			t.Errorf("decoy first %v: made by %v, %v", first, by.Certificate, by.Check)
		}
	}
}

// TestTimeStampInspected: inspect says what stands there and checks none of it.
func TestTimeStampInspected(t *testing.T) {
	t.Parallel()
	w := newStampWorld(t)
	for _, bare := range []bool{false, true} {
		s := w.stamp(w.signed(), cmstest.Token{Bare: bare, Over: []byte("another")})
		ex := w.examiner().Inspect(w.mail(s))
		t.Cleanup(func() { ex.Close() })
		f := ex.Signers()[0].TimeStamps
		if len(f) != 1 || f[0].Token == nil || f[0].By.Checked || f[0].By.Now != nil || f[0].Then != nil {
			t.Fatalf("%+v", f)
		}
		if c := f[0].By.Certificate; (c == nil) != bare || !bare && !c.Equal(w.tsa.Certificate) {
			t.Errorf("bare %v: made by %v", bare, c)
		}
		if r := ex.Report.Layers[0].Signers[0].Timestamp; r == nil || r.Integrity != "not-checked" || r.Time == nil || !r.Time.Equal(stampedAt) {
			t.Errorf("bare %v: %+v", bare, r)
		}
	}
}

// unsignedNotes counts what is said of unsigned attributes that are not looked at.
func unsignedNotes(r *verdict.Report, of string) (n int) {
	for _, reason := range r.Reasons {
		if reason.Code == verdict.UnsignedAttributes && strings.Contains(reason.Text, "more "+of) {
			n++
		}
	}
	return n
}

// TestTimeStampLimits: of those of one signer and of a message only so many are looked at, which is said; the signatures
// are as good as without them.
func TestTimeStampLimits(t *testing.T) {
	t.Parallel()
	w := newStampWorld(t)
	for _, c := range []struct {
		name   string
		stamps []int // of each signer
		want   int
		more   int // signers whose other ones are not looked at
	}{
		{"as many as of a signer", []int{maxTimeStamps}, maxTimeStamps, 0},
		{"one more", []int{maxTimeStamps + 1}, maxTimeStamps, 1},
		{"many more", []int{200}, maxTimeStamps, 1},
		{"as many as of a message", []int{4, 4, 4, 4}, maxAllTimeStamps, 0},
		{"one more, of another signer", []int{4, 4, 4, 4, 1}, maxAllTimeStamps, 1},
		{"the rest of them", []int{4, 4, 4, 3, 4}, maxAllTimeStamps, 1},
	} {
		who := slices.Repeat([]*cmstest.Identity{w.alice}, len(c.stamps))
		s := cmstest.ParseSigned(w.signedData([]byte(text), true, who...))
		for i, n := range c.stamps {
			s.AddUnsigned(i, cmstest.AttributeNode(cmstest.TypeTimeStampToken, slices.Repeat([]*cmstest.Node{cmstest.Primitive(ber.Null, nil)}, n)...))
		}
		ex := examine(t, w.examiner(), w.mail(s))
		expect(t, ex, verdict.WordGood, "")
		got := 0
		for _, signer := range ex.Signers() {
			got += len(signer.TimeStamps)
		}
		if more := unsignedNotes(ex.Report, "time stamps"); got != c.want || min(more, 1) != c.more {
			t.Errorf("%s: %d, said %d times that there are more; want %d, %d", c.name, got, more, c.want, c.more)
		}
	}
}

// TestLatest: the moment in whole seconds, not before the token's own word, and never after the one that is judged for.
func TestLatest(t *testing.T) {
	t.Parallel()
	at := stampedAt
	for _, c := range []struct {
		name     string
		time     time.Time
		accuracy time.Duration
		judged   time.Time
		want     time.Time
	}{
		{"a whole second", at, 0, testNow, at},
		{"a fraction", at.Add(1), 0, testNow, at.Add(time.Second)},
		{"almost the next", at.Add(time.Second - 1), 0, testNow, at.Add(time.Second)},
		{"to within a minute", at, time.Minute, testNow, at.Add(time.Minute)},
		{"to within a fraction", at, time.Millisecond, testNow, at.Add(time.Second)},
		{"two fractions that make a second", at.Add(500 * time.Millisecond), 500 * time.Millisecond, testNow, at.Add(time.Second)},
		{"after the moment that is judged for", at, 0, at.Add(-time.Hour), at.Add(-time.Hour)},
		{"just after it", at.Add(1), 0, at, at},
		{"at it", at, 0, at, at},
		{"no moment", at, time.Minute, time.Time{}, at.Add(time.Minute)},
	} {
		if got := latest(&cms.TSTInfo{Time: c.time, Accuracy: c.accuracy}, c.judged); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestTimeStampOnline: what is missing between the authority and its anchor is fetched, and nothing is where no anchor is.
func TestTimeStampOnline(t *testing.T) {
	t.Parallel()
	w := newStampWorld(t)
	middle := cmstest.Issue(t, w.stampRoot, cmstest.Options{CommonName: "Stamp Middle", CA: true, Key: cmstest.Key(t, "p-256", 87)})
	tsa := cmstest.TimeStamper(t, middle, "Authority", 83, cmstest.Options{})
	s := w.signed()
	token := cmstest.Token{By: tsa, Over: s.Signature(0).Value, Time: stampedAt}.Make(t)
	token.Certificates().Children = token.Certificates().Children[:1]
	mail := w.mail(w.attach(s, token.Node))
	for _, c := range []struct {
		name    string
		trusted bool
		word    verdict.Word
		asked   bool
	}{{"trusted", true, verdict.WordGood, true}, {"nobody is trusted", false, verdict.WordExpired, false}} {
		shelf := &shelf{issuer: middle.Certificate}
		x := w.examiner()
		x.Policy.NoRevocation = true
		x.Online = func() Fetcher { return shelf }
		if !c.trusted {
			x.TSAAnchors = nil
		}
		ex := examine(t, x, mail)
		if asked := slices.Contains(shelf.asked, "issuers Authority"); ex.Report.Verdict != c.word || asked != c.asked {
			t.Errorf("%s: %s (%s), asked %q", c.name, ex.Report.Verdict, codes(ex.Report), shelf.asked)
		}
	}
	// Without the network it stays unknown.
	if ex := examine(t, w.examiner(), mail); ex.Report.Verdict != verdict.WordExpired {
		t.Errorf("offline: %s", ex.Report.Verdict)
	}
}
