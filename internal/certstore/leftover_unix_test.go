//go:build !windows

package certstore

import (
	"syscall"
	"testing"
	"time"

	"smimectl/internal/cert"
)

// TestNamedPipe: nobody waits for the other end of a pipe that lies among the files.
func TestNamedPipe(t *testing.T) {
	t.Parallel()
	s, ca := newStore(t), newCA(t)
	key, c := issue(t, ca, "alice@example.test")
	if _, err := s.AddIdentity(key, []*cert.Certificate{c}, noEncryption(), false); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddAnchor("root", ca.Certificate, false); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		checkNoRegularFile(t, s, func(path string) error { return syscall.Mkfifo(path, 0o600) })
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("still reading from a pipe")
	}
}
