package message

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"smimectl/internal/spool"
)

// TestKeptChangesNothing judges the same mails with an Examiner of their own each, and with one that has seen them all,
// by several at a time: the reports are the same.
func TestKeptChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good := mailOf(fromAlice, w.clear(text, w.alice))
	mails := []string{
		good,
		strings.Replace(good, "100 EUR", "900 EUR", 1),
		mailOf(fromAlice, w.clear(text, w.stranger)), // the same name and address
		mailOf(fromAlice, w.clear(text, w.bob)),
		mailOf("bob@example.org", w.clear(text, w.bob)),
		mailOf("bob@example.org", w.opaque(text, w.rsa)),
		mailOf(fromAlice, w.clear(text, w.alice, w.bob)),
		mailOf(fromAlice, w.clear(text, w.alice, w.stranger)),
		mailOf(fromAlice, text),
	}
	judge := func(x *Examiner, i int) string {
		ex := x.Examine(Input{Command: "verify", Name: fmt.Sprint(i), Source: spool.Bytes([]byte(mails[i]))})
		defer ex.Close()
		line, err := ex.Report.JSON()
		if err != nil {
			t.Error(err)
		}
		return string(line)
	}
	var want []string
	words := map[string]bool{}
	for i := range mails {
		want = append(want, judge(w.examiner(), i))
		words[string(w.examiner().Examine(Input{Command: "verify", Source: spool.Bytes([]byte(mails[i]))}).Report.Verdict)] = true
	}
	if len(words) < 5 {
		t.Fatalf("the mails are too much alike: %v", words)
	}
	x := w.examiner()
	x.Kept = NewKept()
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for n := range 3 * len(mails) {
				i := (n*(worker+1) + worker) % len(mails)
				if got := judge(x, i); got != want[i] {
					t.Errorf("mail %d:\n%s\nby itself:\n%s", i, got, want[i])
				}
			}
		})
	}
	group.Wait()
	// Another anchor, and none: what is kept of the octets says nothing of trust.
	for name, anchors := range map[string]func(*Examiner){
		"no anchor": func(x *Examiner) { x.Anchors = nil },
		"another":   func(x *Examiner) { x.Anchors[0].Certificate = w.stranger.Certificate },
	} {
		fresh, shared := w.examiner(), w.examiner()
		shared.Kept = x.Kept
		anchors(fresh)
		anchors(shared)
		for i := range mails {
			if got, want := judge(shared, i), judge(fresh, i); got != want {
				t.Errorf("%s, mail %d:\n%s\nby itself:\n%s", name, i, got, want)
			}
		}
	}
}

// TestKeptCertificates: the same octets give the same certificate, others another, and what is too large is not kept.
func TestKeptCertificates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := NewKept()
	first, err := k.certificate(w.alice.Certificate.Raw)
	if err != nil {
		t.Fatal(err)
	}
	again, err := k.certificate(append([]byte{}, w.alice.Certificate.Raw...))
	if err != nil || again != first {
		t.Errorf("read again: %v", err)
	}
	other, err := k.certificate(w.bob.Certificate.Raw)
	if err != nil || other.Equal(first) || !other.Equal(w.bob.Certificate) {
		t.Errorf("another certificate: %v", err)
	}
	bad := append([]byte{}, w.alice.Certificate.Raw...)
	for range 2 {
		if _, err := k.certificate(bad[:len(bad)-1]); err == nil {
			t.Error("what is none was read")
		}
	}
	if _, err := k.certificate(append(bad, make([]byte, maxKeptCertificate)...)); err == nil {
		t.Error("what is none was read")
	}
}

// TestKeptAnnouncements: the same octets give the same capabilities, and what is malformed is refused each time.
func TestKeptAnnouncements(t *testing.T) {
	t.Parallel()
	der := []byte{0x30, 0x0d, 0x30, 0x0b, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 0x2e} // aes256-GCM
	k := NewKept()
	first, err := k.announcement(der)
	if err != nil || len(first) != 1 {
		t.Fatalf("%v, %v", first, err)
	}
	again, err := k.announcement(append([]byte{}, der...))
	if err != nil || &again[0] != &first[0] {
		t.Errorf("read again: %v", err)
	}
	for range 2 {
		if list, err := k.announcement(der[:len(der)-1]); err == nil {
			t.Errorf("what is none was read: %v", list)
		}
	}
	other := append([]byte{}, der...)
	other[len(other)-1] = 6 // aes128-GCM
	if list, err := k.announcement(other); err != nil || len(list) != 1 || list[0].OID == first[0].OID {
		t.Errorf("another announcement: %v, %v", list, err)
	}
	if list, err := k.announcement(append([]byte{0x30, 0x83, 0, 0x20, 0}, make([]byte, maxKeptAnnouncement)...)); err == nil {
		t.Errorf("what is none was read: %v", list)
	}
}
