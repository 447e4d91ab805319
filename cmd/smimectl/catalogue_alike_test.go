package main

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/hostiletest"
)

// lockedStore makes a store with bob's keys under a passphrase that nobody gives.
func lockedStore(t *testing.T, world *hostiletest.World) string {
	t.Helper()
	home := filepath.Join(t.TempDir(), "store")
	store := certstore.Open(certstore.Roots{Config: home, Data: home})
	for _, id := range []*cmstest.Identity{world.Bob, world.BobEC} {
		if _, err := store.AddIdentity(id.Key, append([]*cert.Certificate{id.Certificate}, id.Chain()...), []byte("nobody knows"), false); err != nil {
			t.Fatal(err)
		}
	}
	return home
}

// alike holds what was said about the first case of each group that must not be told apart: whoever can tell them
// apart can use the program to decrypt what he has no key for.
type alike struct {
	mu    sync.Mutex
	first map[string]toldCase
}

type toldCase struct {
	name   string
	code   int
	stdout string
	stderr string
	report string
}

func (a *alike) compare(t *testing.T, c *hostiletest.Case, dir string, r ran) {
	t.Helper()
	if c.Alike == "" {
		return
	}
	report, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Errorf("no report: %v", err)
		return
	}
	without := func(s string) string { return strings.ReplaceAll(s, dir, "DIR") }
	told := toldCase{c.ID + " " + c.Name, r.code, without(r.stdout), without(r.stderr), without(string(report))}
	a.mu.Lock()
	defer a.mu.Unlock()
	first, ok := a.first[c.Alike]
	if !ok {
		a.first[c.Alike] = told
		return
	}
	if first.code != told.code || first.stdout != told.stdout || first.stderr != told.stderr || first.report != told.report {
		t.Errorf("it is told apart from %q: %d, %q, %q\n%s\nand there %d, %q, %q\n%s", first.name,
			told.code, told.stdout, told.stderr, told.report, first.code, first.stdout, first.stderr, first.report)
	}
}
