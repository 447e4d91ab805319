//go:build linux && (amd64 || arm64)

package outfile

import (
	"os"
	"regexp"
	"strconv"
	"syscall"
	"testing"
)

// ignoredSignals are those that the kernel keeps from this process.
func ignoredSignals(t *testing.T) uint64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("skipped: no /proc/self/status here")
	}
	m := regexp.MustCompile(`(?m)^SigIgn:\s*([0-9a-f]{16})$`).FindSubmatch(status)
	if m == nil {
		t.Fatalf("no SigIgn in\n%s", status)
	}
	mask, err := strconv.ParseUint(string(m[1]), 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return mask
}

// TestHoldInterrupts sends this process what would end it, and expects its own actions
// back afterwards. (No other test may run beside it.)
func TestHoldInterrupts(t *testing.T) {
	bit := func(s syscall.Signal) uint64 { return 1 << (s - 1) }
	before := ignoredSignals(t)
	release := HoldInterrupts()
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if ignoredSignals(t)&bit(s) == 0 {
			t.Errorf("%v is let in", s)
		} else if err := syscall.Kill(os.Getpid(), s); err != nil {
			t.Error(err)
		}
	}
	if held := ignoredSignals(t) &^ before &^ (bit(syscall.SIGINT) | bit(syscall.SIGTERM) | bit(syscall.SIGHUP)); held != 0 {
		t.Errorf("%b is kept away as well", held)
	}
	release()
	if after := ignoredSignals(t); after != before {
		t.Errorf("ignored before %b, after %b", before, after)
	}
}
