package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smimectl/internal/certstore"
	"smimectl/internal/mailroots"
	"smimectl/internal/mailroots/mailrootstest"
)

// TestDistrustAfter takes the toy CA for a public root that is distrusted after some
// day: what certificates it issued later do not count, and what its own validity
// does not cover does not either.
func TestDistrustAfter(t *testing.T) {
	t.Parallel()
	world := toyWorld(t)
	data, err := os.ReadFile(filepath.Join(world, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := certstore.ReadFile(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	ca := bundle.Certificates[0]
	for _, c := range []struct {
		name, email, after string
		code               int
	}{
		{"trusted", mailrootstest.Trusted, "", 0},
		{"distrusted before it was issued", mailrootstest.Trusted, "150101000000Z", 1},
		{"distrusted later", mailrootstest.Trusted, "490101000000Z", 0},
		{"for TLS alone", mailrootstest.MustVerify, "", 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, "certdata.txt")
			text := mailrootstest.Certdata(mailrootstest.Entry{Certificate: ca, Email: c.email, DistrustAfter: c.after})
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			home := filepath.Join(dir, "home")
			var out bytes.Buffer
			call := func(args ...string) int {
				env := systemEnvironment()
				env.stdout, env.stderr = &out, &out
				env.getenv = func(name string) string {
					return map[string]string{"SMIMECTL_HOME": home, "TMPDIR": dir, "LC_ALL": "C.UTF-8"}[name]
				}
				return run(env, args)
			}
			code := call("ca", "update", "--from", file)
			if code == 0 {
				code = call("cert", "check", filepath.Join(world, "alice.pem"))
			}
			if code != c.code {
				t.Errorf("got %d, want %d\n%s", code, c.code, out.String())
			}
		})
	}
}

func TestRootFinder(t *testing.T) {
	t.Parallel()
	list, err := mailroots.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	roots, err := list.All()
	if err != nil {
		t.Fatal(err)
	}
	root := roots[0].Certificate
	find := rootFinder(list)
	inside := root.NotBefore.Add(time.Hour)
	for _, c := range []struct {
		name string
		at   time.Time
		want int
	}{
		{"valid", inside, 1},
		{"before it begins", root.NotBefore.Add(-time.Hour), 0},
		{"after its end", root.NotAfter.Add(time.Hour), 0},
	} {
		got := find(root, nil, c.at)
		if len(got) != c.want {
			t.Errorf("%s: %d anchors, want %d", c.name, len(got), c.want)
		}
		for _, a := range got {
			if a.Kind != "builtin" || !a.Added.Equal(list.Date) || !a.Certificate.Equal(root) || strings.TrimSpace(a.Name) == "" {
				t.Errorf("%s: got %+v", c.name, a)
			}
		}
	}
}
