package online

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestTimeStamp: RFC 3161, Section 3.4: a POST with the question, whose answer says what it is.
func TestTimeStamp(t *testing.T) {
	t.Parallel()
	var asked []byte
	var kind, method string
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		asked, _ = io.ReadAll(r.Body)
		kind, method = r.Header.Get("Content-Type"), r.Method
		w.Header().Set("Content-Type", "Application/Timestamp-Reply; charset=binary")
		w.Write([]byte("answer"))
	})
	// It is on this machine: the user has typed its address.
	got, err := newClient(nil).TimeStamp(s.URL, []byte("question"))
	if err != nil || string(got) != "answer" || string(asked) != "question" || kind != "application/timestamp-query" || method != http.MethodPost {
		t.Errorf("%s with %q as %q: %q, %v", method, asked, kind, got, err)
	}
	// Each question is a new one.
	c := newClient(nil)
	for range 2 {
		if _, err := c.TimeStamp(s.URL, []byte("question")); err != nil {
			t.Error(err)
		}
	}
	if s.hits.Load() != 3 {
		t.Errorf("asked %d times", s.hits.Load())
	}
	elsewhere := newServer(t, serve([]byte("answer")))
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"no media type":      {func(w http.ResponseWriter, _ *http.Request) { w.Header()["Content-Type"] = nil; w.Write([]byte("x")) }, "not application/timestamp-reply"},
		"another media type": {serve([]byte("<html>")), "not application/timestamp-reply"},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, "it leads elsewhere"},
		"an error": {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "", http.StatusForbidden) }, "403"},
		"too much": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/timestamp-reply")
			w.Write(make([]byte, 257<<10))
		}, "more than 256 KiB"},
		"too slow": {func(_ http.ResponseWriter, r *http.Request) { io.ReadAll(r.Body); <-r.Context().Done() }, "no answer within"},
	} {
		s := newServer(t, c.answer)
		client := newClient(func(o *Options) { o.Limits.Exchange = 500 * time.Millisecond })
		if data, err := client.TimeStamp(s.URL, []byte("question")); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	if elsewhere.hits.Load() > 0 {
		t.Error("the redirect was followed")
	}
	for _, address := range []string{"ftp://127.0.0.1/", "http://user@127.0.0.1/", "", "http://169.254.169.254/", "http://" + strings.Repeat("a", 3000)} {
		if _, err := newClient(nil).TimeStamp(address, nil); err == nil || !Refused(err) {
			t.Errorf("%.40s: %v", address, err)
		}
	}
}
