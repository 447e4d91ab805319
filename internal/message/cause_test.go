package message

import (
	"slices"
	"strings"
	"testing"

	"smimectl/internal/cms/cmstest"
	"smimectl/internal/forensics"
	"smimectl/internal/forensics/transporttest"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// TestCausesHaveWords: every kind that is found has words for people, and is an addition in both tables or in none.
func TestCausesHaveWords(t *testing.T) {
	t.Parallel()
	var found []string
	for _, k := range forensics.Kinds() {
		found = append(found, string(k))
	}
	worded := verdict.CauseKinds()
	slices.Sort(found)
	slices.Sort(worded)
	if !slices.Equal(found, worded) {
		t.Errorf("found %v\nworded %v", found, worded)
	}
}

func causeOf(t *testing.T, ex *Examination) *verdict.CauseReport {
	t.Helper()
	for _, l := range ex.Report.Layers {
		if l.SignedReport != nil {
			return l.Cause
		}
	}
	return nil
}

// TestTransportChangesOfSignedMails signs ten messages, changes each of them in every way of the model, and looks
// whether the report names the change. The verdict is BAD whatever it names.
func TestTransportChangesOfSignedMails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	x := w.examiner()
	broken, right := 0, 0
	for _, m := range transporttest.Messages() {
		mail := mailOf(fromAlice, w.clear(m.Entity, w.alice))
		if strings.Count(mail, m.Entity) != 1 {
			t.Fatalf("%s: the entity is not in the mail as it is", m.Name)
		}
		if r := examine(t, x, verifyInput(mail)).Report; r.Verdict != verdict.WordGood {
			t.Fatalf("%s: %s before it was changed", m.Name, r.Verdict)
		}
		for _, c := range transporttest.Changes() {
			changed := c.Do(m.Entity)
			if changed == m.Entity {
				continue
			}
			damaged := strings.Replace(mail, m.Entity, changed, 1)
			ex := examine(t, x, verifyInput(damaged))
			if ex.Report.Verdict != verdict.WordBad || ex.Report.Exit() != 1 || ex.Report.Release() {
				t.Errorf("%s, %s: %s", m.Name, c.Name, ex.Report.Verdict)
				continue
			}
			broken++
			cause := causeOf(t, ex)
			switch {
			case cause == nil:
				t.Errorf("%s, %s: nobody looked", m.Name, c.Name)
			case cause.Kind == nil:
				t.Logf("%s, %s: not named", m.Name, c.Name)
			case *cause.Kind == c.Kind && cause.Also == "", m.Name == "empty body" && *cause.Kind == "footer" && c.Kind == "banner":
				right++
				lines := strings.Split(damaged, "\n")
				if cause.Line < 1 || cause.Line > len(lines) || !strings.ContainsRune(cause.Is, '\\') &&
					!strings.Contains(lines[cause.Line-1], strings.TrimSuffix(cause.Is, "...")) {
					t.Errorf("%s, %s: line %d is %q, not %q", m.Name, c.Name, cause.Line, lines[min(len(lines), cause.Line)-1], cause.Is)
				}
			default:
				t.Errorf("%s, %s: named %s %s", m.Name, c.Name, *cause.Kind, cause.Also)
			}
		}
	}
	t.Logf("%d changes broke a signature, %d were named right", broken, right)
	if broken < 100 || right*100 < broken*95 {
		t.Errorf("%d of %d named", right, broken)
	}
}

// TestCauseOnlyWhereItIsKnown: nothing is tried where the digest that is wanted is not known to be the signer's, or
// where the octets did not come through transports as they are.
func TestCauseOnlyWhereItIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	entity := "Content-Type: text/plain\r\n\r\nFrom here\r\n"
	quoted := func(mail string) string { return strings.Replace(mail, "\r\nFrom here", "\r\n>From here", 1) }
	broken := func(signature []byte) string { // the signature value itself
		s := cmstest.ParseSigned(signature)
		octets := s.Encode()
		octets[len(octets)-5] ^= 1
		return w.multipartSigned(entity, octets)
	}
	signature := w.signedData([]byte(entity), true, w.alice)
	for _, c := range []struct {
		name, mail string
		word       verdict.Word
		kind       string
		looked     bool
	}{
		{"clear-signed", quoted(w.clear(entity, w.alice)), verdict.WordBad, "mbox-from", true},
		{"by a stranger", quoted(w.clear(entity, w.stranger)), verdict.WordBad, "mbox-from", true},
		{"two signers", quoted(w.clear(entity, w.alice, w.bob)), verdict.WordBad, "mbox-from", true},
		{"clear-signed twice", quoted(w.clear(w.clear(entity, w.alice), w.alice)), verdict.WordBad, "mbox-from", true},
		{"forged", strings.Replace(w.clear(entity, w.alice), "here", "there", 1), verdict.WordBad, "", true},
		{"good", w.clear(entity, w.alice), verdict.WordGood, "", false},
		{"signature broken", quoted(broken(signature)), verdict.WordBad, "", false},
		{"inside of an opaque signature", w.opaque(quoted(w.clear(entity, w.alice)), w.alice), verdict.WordBad, "", false},
	} {
		ex := examine(t, w.examiner(), verifyInput(mailOf(fromAlice, c.mail)))
		var cause *verdict.CauseReport
		for _, l := range ex.Report.Layers {
			if l.SignedReport != nil && l.Cause != nil {
				cause = l.Cause
			}
		}
		kind := ""
		if cause != nil && cause.Kind != nil {
			kind = *cause.Kind
		}
		if ex.Report.Verdict != c.word || (cause != nil) != c.looked || kind != c.kind {
			t.Errorf("%s: %s, looked %v, %q", c.name, ex.Report.Verdict, cause != nil, kind)
		}
	}
}

// TestNoCauseOfWhatWasDecrypted: a damaged signature inside of an encryption is not tried out on.
func TestNoCauseOfWhatWasDecrypted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	entity := "Content-Type: text/plain\r\n\r\nFrom here\r\n"
	inner := strings.Replace(w.clear(entity, w.alice), "\r\nFrom here", "\r\n>From here", 1)
	for _, cipher := range []string{"aes-256-cbc", "aes-256-gcm"} {
		ex := examine(t, w.examiner(keyOf(w.bob)), decryptInput(mailOf(fromAlice, w.encrypted(inner, cipher, w.bob))))
		if ex.Report.Verdict != verdict.WordBad {
			t.Errorf("%s: %s", cipher, ex.Report.Verdict)
		}
		for _, l := range ex.Report.Layers {
			if l.SignedReport != nil && l.Cause != nil {
				t.Errorf("%s: a cause was looked for", cipher)
			}
		}
	}
}

// TestCauseIsLookedForOnce: a mail of many damaged layers costs no more than one.
func TestCauseIsLookedForOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mail := "Content-Type: text/plain\r\n\r\nHello\r\n"
	for range 6 {
		mail = strings.Replace(w.clear(mail, w.alice), "Hello", "Hello!", 1)
	}
	ex := examine(t, w.examiner(), verifyInput(mailOf(fromAlice, mail)))
	n := 0
	for _, l := range ex.Report.Layers {
		if l.SignedReport != nil && l.Cause != nil {
			n++
		}
	}
	if len(ex.Report.Layers) < 6 || n != 1 {
		t.Errorf("%d layers, %d looked into", len(ex.Report.Layers), n)
	}
}

// TestCauseLineIsThatOfTheFile, with an mbox line before the mail, LF line ends and a long header.
func TestCauseLineIsThatOfTheFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mail := mailOf(fromAlice, w.clear("Content-Type: text/plain\r\n\r\none\r\nFrom here\r\n", w.alice))
	mail = "From alice@example.org Mon Jun  1 12:00:00 2026\n" + strings.ReplaceAll(strings.Replace(mail, "\r\nFrom here", "\r\n>From here", 1), "\r\n", "\n")
	ex := examine(t, w.examiner(), Input{Command: "verify", Source: spool.Bytes([]byte(mail))})
	cause := causeOf(t, ex)
	want := 0
	for i, line := range strings.Split(mail, "\n") {
		if line == ">From here" {
			want = i + 1
		}
	}
	if cause == nil || cause.Line != want || cause.Is != ">From here" || cause.Before != "From here" {
		t.Errorf("%+v, want line %d", cause, want)
	}
}
