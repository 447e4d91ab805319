package message

import (
	"slices"
	"testing"

	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
)

// TestIsMail: what makes a file a mail, so that its sender is compared with the signer.
func TestIsMail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"From", "From: a@x.example\n\n", true},
		{"Subject only", "Subject: x\n\n", true},
		{"entity", "Content-Type: text/plain\n\nx", false},
		{"line of an mbox file", "From a@x.example Mon Jan  5 10:00:00 2026\nContent-Type: text/plain\n\nx", true},
		{"request of HTTP", "POST /as2 HTTP/1.1\nContent-Type: text/plain\n\nx", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e, err := mimewrap.ReadEntity(spool.Bytes([]byte(c.text)))
			if err != nil {
				t.Fatal(err)
			}
			if got := isMail(e); got != c.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

// TestCommentsOfFrom: every comment is among the facts, names stay beside their addresses.
func TestCommentsOfFrom(t *testing.T) {
	t.Parallel()
	e, err := mimewrap.ReadEntity(spool.Bytes([]byte("From: (one) Mallory (=?utf-8?q?two?=) <(three) m@x.example> (four) (five)\n\n")))
	if err != nil {
		t.Fatal(err)
	}
	m := mailFacts(e)
	if want := []string{"one", "two", "three", "four", "five"}; !slices.Equal(m.FromComments, want) || !slices.Equal(m.FromNames, []string{"Mallory"}) {
		t.Errorf("names %q, comments %q", m.FromNames, m.FromComments)
	}
}
