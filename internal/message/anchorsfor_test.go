package message

import (
	"slices"
	"testing"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/verdict"
)

// TestAnchorsFor: an anchor that is found by name counts like one of the list, for
// the moment the certificate is judged at; one that is not given does not.
func TestAnchorsFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own := w.examiner().Anchors
	message := verifyInput(mailOf(fromAlice, w.clear(text, w.alice)))
	examiner := func(give []certpath.Anchor) *Examiner {
		x := w.examiner()
		x.Anchors = make([]certpath.Anchor, 0, 4) // room that nobody may write to
		x.AnchorsFor = func(leaf *cert.Certificate, _ []*cert.Certificate, at time.Time) []certpath.Anchor {
			if !leaf.Equal(w.alice.Certificate) || at.IsZero() {
				t.Errorf("asked for %s at %v", leaf.Subject, at)
			}
			return give
		}
		return x
	}
	expect(t, examine(t, examiner(own), message), verdict.WordGood, "")
	expect(t, examine(t, examiner(nil), message), verdict.WordUntrusted, verdict.IssuerMissing)

	// What the store adds is asked about too.
	x := examiner(nil)
	stored := []*cert.Certificate{w.bob.Certificate}
	x.Store = func(Wanted) []*cert.Certificate { return stored }
	asked := false
	x.AnchorsFor = func(_ *cert.Certificate, others []*cert.Certificate, _ time.Time) []certpath.Anchor {
		if slices.ContainsFunc(others, w.bob.Certificate.Equal) {
			asked = true
			return own
		}
		return nil
	}
	expect(t, examine(t, x, message), verdict.WordGood, "")
	if !asked {
		t.Error("nobody asked for the issuers of the store's certificates")
	}
	if len(x.Anchors) != 0 || x.Anchors[:1][0].Certificate != nil {
		t.Error("the examiner was changed")
	}
}
