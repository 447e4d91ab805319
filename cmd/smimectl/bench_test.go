package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// benchmarkWorld is the toy world with keys in the clear, so that opening a
// sealed key is not what is measured.
func benchmarkWorld(b testing.TB) (string, *environment) {
	b.Helper()
	world := toyWorld(b)
	dir := b.TempDir()
	if err := os.CopyFS(dir, os.DirFS(world)); err != nil {
		b.Fatal(err)
	}
	if err := tighten(filepath.Join(dir, "store")); err != nil {
		b.Fatal(err)
	}
	store := filepath.Join(dir, "clear")
	env := systemEnvironment()
	env.stderr, env.stdout = io.Discard, io.Discard
	env.getenv = func(name string) string {
		switch name {
		case "SMIMECTL_HOME":
			return store
		case "SMIMECTL_PASSPHRASE_FILE":
			return filepath.Join(dir, "pw")
		case "TMPDIR":
			return dir
		}
		return ""
	}
	for _, args := range [][]string{
		{"id", "import", "--no-passphrase", filepath.Join(dir, "alice.p12")},
		{"id", "import", "--no-passphrase", filepath.Join(dir, "bob.p12")},
		{"ca", "add", filepath.Join(dir, "ca.pem")},
	} {
		if code := run(env, args); code != exitYes {
			b.Fatalf("smimectl %v ended with %d", args, code)
		}
	}
	return dir, env
}

// BenchmarkVerbs measures each verb on whole messages, in this process.
func BenchmarkVerbs(b *testing.B) {
	dir, env := benchmarkWorld(b)
	for _, size := range []int{20 << 10, 1 << 20, 100 << 20} {
		name := fmt.Sprintf("%dKiB", size>>10)
		mail := filepath.Join(dir, name+".eml")
		body := bytes.Repeat([]byte("a line of seventy-two characters of plain text, as mail has it, 0123456\n"), size/72)
		header := "From: alice@example.test\nTo: bob@example.test\nSubject: benchmark\nContent-Type: text/plain\n\n"
		if err := os.WriteFile(mail, append([]byte(header), body...), 0o600); err != nil {
			b.Fatal(err)
		}
		file := func(suffix string) string { return filepath.Join(dir, name+suffix) }
		out := file(".out")
		made := map[string]bool{}
		verbs := []struct {
			name  string
			reads string // what it needs is made by the verb of this name
			args  []string
		}{
			{"sign", "", []string{"sign", "-o", file(".s"), mail}},
			{"sign-opaque", "", []string{"sign", "--opaque", "-o", file(".o"), mail}},
			{"verify", "sign", []string{"verify", file(".s")}},
			{"verify-write", "sign", []string{"verify", "-o", out, file(".s")}},
			{"verify-opaque", "sign-opaque", []string{"verify", file(".o")}},
			{"verify-opaque-write", "sign-opaque", []string{"verify", "-o", out, file(".o")}},
			{"encrypt-gcm", "", []string{"encrypt", "-o", file(".g"), mail}},
			{"decrypt-gcm", "encrypt-gcm", []string{"decrypt", "-o", out, file(".g")}},
			{"encrypt-cbc", "", []string{"encrypt", "--cipher", "aes-256-cbc", "-o", file(".c"), mail}},
			{"decrypt-cbc", "encrypt-cbc", []string{"decrypt", "-o", out, file(".c")}},
			{"encrypt-signed", "", []string{"encrypt", "-s", "-o", file(".es"), mail}},
			{"decrypt-signed", "encrypt-signed", []string{"decrypt", "-o", out, file(".es")}},
		}
		call := func(b *testing.B, args []string) {
			b.Helper()
			if code := run(env, args); code != exitYes {
				b.Fatalf("smimectl %v ended with %d", args, code)
			}
		}
		for _, verb := range verbs {
			b.Run(verb.name+"/"+name, func(b *testing.B) {
				for _, source := range verbs {
					if source.name == verb.reads && !made[source.name] {
						call(b, source.args)
						made[source.name] = true
					}
				}
				b.SetBytes(int64(size))
				b.ReportAllocs()
				b.ResetTimer()
				for range b.N {
					call(b, verb.args)
				}
			})
		}
	}
}

// BenchmarkMany measures mails of 2 kB, many of them in one run; the figures are
// for one mail.
func BenchmarkMany(b *testing.B) {
	const mails = 1000
	dir, env := benchmarkWorld(b)
	drafts := filepath.Join(dir, "drafts", "cur")
	if err := os.MkdirAll(drafts, 0o700); err != nil {
		b.Fatal(err)
	}
	body := bytes.Repeat([]byte("a line of seventy-two characters of plain text, as mail has it, 0123456\n"), 2000/72)
	for i := range mails {
		header := fmt.Sprintf("From: alice@example.test\nTo: bob@example.test\nSubject: mail %d\nContent-Type: text/plain\n\n", i)
		if err := os.WriteFile(filepath.Join(drafts, fmt.Sprintf("%d.host:2,S", i)), append([]byte(header), body...), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	folder := func(name string) string { return filepath.Join(dir, name) }
	for _, verb := range []struct {
		name string
		args []string
	}{
		{"sign", []string{"sign", "--out-dir", folder("s"), folder("drafts")}},
		{"verify", []string{"verify", folder("s")}},
		{"encrypt", []string{"encrypt", "--no-self", "--out-dir", folder("e"), folder("drafts")}},
		{"decrypt", []string{"decrypt", "--out-dir", folder("d"), folder("e")}},
	} {
		for _, jobs := range []string{"1", "2"} {
			b.Run(verb.name+"/"+jobs, func(b *testing.B) {
				for range b.N {
					if code := run(env, append([]string{"-q", "-j", jobs}, verb.args...)); code != exitYes && code != exitNothing {
						b.Fatalf("smimectl %v ended with %d", verb.args, code)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*mails), "µs/mail")
			})
		}
	}
}
