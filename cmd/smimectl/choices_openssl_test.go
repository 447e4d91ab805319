package main

import (
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// TestChoicesOpenSSL has openssl read what each key encryption for RSA and the NIST curves writes, and what the profiles
// write with CBC and PSS.
func TestChoicesOpenSSL(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	w := newChoosingWorld(t)
	w.person("rsa", "rsa-2048")
	w.person("ec", "p-256")
	w.person("alice", "rsa-2048", "own")
	w.write("toy.pem", pemOf([]*cert.Certificate{w.toy.Certificate}))
	opened := func(what, who string) {
		t.Helper()
		out, err := exec.Command(openssl, "cms", "-decrypt", "-in", w.path("out"), "-recip", w.path(who+".pem"), "-inkey", w.path(who+".pem")).CombinedOutput()
		if err != nil || !strings.HasSuffix(strings.ReplaceAll(string(out), "\r", ""), "text\n") {
			t.Errorf("%s to %s: %v %s", what, who, err, out)
		}
	}
	n := 0
	for _, e := range algorithm.KeyEncryptions() {
		for _, who := range []string{"rsa", "ec"} {
			if !slices.Contains(e.Keys, who) {
				continue
			}
			n++
			if r := w.run(w.mail("me", who), "encrypt", "--no-self", "--cipher", "aes-256-cbc", "--key-encryption", e.Name); r.code != 0 {
				t.Fatal(r.stderr)
			}
			opened(e.Name, who)
		}
	}
	if n != 9 {
		t.Errorf("%d ways, want 9", n)
	}
	for _, profile := range []string{"compat", "modern"} {
		if r := w.run(w.mail("me", "rsa"), "encrypt", "--no-self", "--profile", profile, "--cipher", "aes-256-cbc"); r.code != 0 {
			t.Fatal(r.stderr)
		}
		opened(profile, "rsa")
		if r := w.run(w.mail("alice", "rsa"), "sign", "--profile", profile); r.code != 0 {
			t.Fatal(r.stderr)
		}
		out, err := exec.Command(openssl, "cms", "-verify", "-in", w.path("out"), "-CAfile", w.path("toy.pem"), "-attime", strconv.FormatInt(w.now.Unix(), 10), "-purpose", "any").CombinedOutput()
		if err != nil || !strings.Contains(string(out), "text") {
			t.Errorf("%s: %v %s", profile, err, out)
		}
	}
}
