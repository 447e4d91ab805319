package online

import (
	"net/http"
	"testing"
	"time"

	"smimectl/internal/cert/certtest"
)

// TestBudgetOfAnotherMessage: that one message had used up its time or its octets says nothing of an address, and is not
// kept for the next: else a mail could see to it that nobody looks whether the signer of another was revoked.
func TestBudgetOfAnotherMessage(t *testing.T) {
	t.Parallel()
	ca := newCA()
	list := certtest.List(certtest.ListTemplate{}, ca)
	for _, c := range []struct {
		name, told string
		spend      func(*Session)
	}{
		{"time", "no answer within", func(s *Session) { s.left = 30 * time.Millisecond }},
		{"octets", "the answer has more than", func(s *Session) { s.octets = int64(len(list)) - 1 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
				time.Sleep(200 * time.Millisecond)
				w.Write(list)
			})
			client, of := newClient(nil), issue(t, ca, pointAt(s.URL))
			first := client.Session()
			c.spend(first)
			if got, _ := first.Lists(of, ofOwn); len(got) != 0 {
				t.Errorf("got %v with nothing left", got)
			}
			told(t, first, c.told)
			next := client.Session()
			if got, _ := next.Lists(of, ofOwn); len(got) != 1 {
				t.Errorf("the next message got %d lists", len(got))
			}
			told(t, next, "")
		})
	}
}
