//go:build linux

package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestScaleDocs runs every command of docs/scale.md, as it stands there but for the places of the mails. Where GNU
// parallel is missing, a loop of the shell runs what it would run.
func TestScaleDocs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "scale.md"))
	if err != nil {
		t.Fatal(err)
	}
	w := newReleaseWorld(t)
	for _, dir := range []string{"tmp", "Maildir/cur", "Maildir/new", "Maildir/tmp", "in", "archive", "sealed", "mail/archive/2026", "drafts"} {
		if err := os.MkdirAll(w.path(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	signed := w.must(w.read("small.eml"), "sign", "-i", w.path("alice.pem"))
	sealed := w.must(w.read("small.eml"), "encrypt", "--only", "--to", w.path("bob.pem"))
	const mails = 40
	for i := range mails {
		w.write(fmt.Sprintf("mail/archive/2026/%d.eml", i), signed)
	}
	for _, name := range []string{"Maildir/cur/1:2,S", "Maildir/new/2", "in/a b.eml", "archive/1.eml"} {
		w.write(name, signed)
	}
	line := "From alice@example.test Sun Nov 22 00:00:00 2026\n"
	w.write("archive.mbox", []byte(line+string(signed)+"\n"+line+string(signed)))
	for _, name := range []string{"sealed/1.eml", "secret.eml"} {
		w.write(name, sealed)
	}
	if err := os.Remove(w.path("small.eml")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(w.path("large.eml")); err != nil {
		t.Fatal(err)
	}
	w.must(nil, "ca", "add", w.path("ca.pem"))
	w.write("pass", []byte("secret\n"))
	w.write("hosts", []byte(":\n")) // this one
	if err := os.Symlink(buildProgram(t), w.path("smimectl")); err != nil {
		t.Fatal(err)
	}
	places := strings.NewReplacer("/var/mail/in", w.path("in"), "/mail/", w.path("mail")+"/")
	sh := func(script string, env ...string) {
		t.Helper()
		cmd := exec.Command("sh", "-e", "-c", places.Replace(script))
		cmd.Dir = w.dir
		cmd.Env = append([]string{"PATH=" + w.dir + ":" + os.Getenv("PATH"), "HOME=" + w.dir, "SMIMECTL_HOME=" + w.path("store"), "LC_ALL=C.UTF-8", "TMPDIR=" + w.path("tmp"),
			"SMIMECTL_PASSPHRASE_FILE=" + w.path("pass")}, env...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s\n%v\n%s", script, err, out)
		}
	}
	sh("smimectl id import bob.pem")
	world := &manyWorld{w, nil}
	union := func(pattern string, parts int) {
		t.Helper()
		found, _ := filepath.Glob(w.path(pattern))
		if len(found) != parts {
			t.Errorf("%s: %d files", pattern, len(found))
		}
		all := map[string]string{}
		for _, name := range found {
			relative, _ := filepath.Rel(w.dir, name)
			for mail, result := range world.results(relative, false) {
				if all[mail] != "" {
					t.Errorf("%s is in two parts", mail)
				}
				all[mail] = result
			}
			os.Remove(name)
		}
		if results := slices.Compact(slices.Sorted(maps.Values(all))); len(all) != mails || !slices.Equal(results, []string{"good 0"}) {
			t.Errorf("%s: %d mails, %q", pattern, len(all), results)
		}
	}
	parallel := regexp.MustCompile(`(?s)^parallel [^\n]*\\\n *(.*) ::: ([0-9 ]+)\n$`)
	blocks := 0
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		script := block[1]
		blocks++
		switch m := parallel.FindStringSubmatch(script); {
		case m != nil:
			loop := fmt.Sprintf("for n in %s; do %s & done; wait", m[2], strings.ReplaceAll(m[1], "{}", "$n"))
			sh(loop)
			union("mail/results-*.jsonl", 8)
			if out, _ := exec.Command("parallel", "--version").Output(); strings.HasPrefix(string(out), "GNU parallel") {
				sh(script)
				union("mail/results-*.jsonl", 8)
			} else {
				t.Log("GNU parallel is not installed: a loop ran its commands")
			}
		case strings.HasPrefix(script, "#SBATCH --array=1-64\n"):
			for task := range 64 {
				sh(script, "SLURM_CPUS_PER_TASK=2", fmt.Sprintf("SLURM_ARRAY_TASK_ID=%d", task+1))
			}
			union("mail/results-*.jsonl", 64)
		default:
			sh(script)
		}
	}
	if blocks != 5 {
		t.Errorf("%d blocks of commands", blocks)
	}
	for _, name := range []string{"opened/1.eml", "secret.clear.eml", "results.jsonl"} {
		if !fileExists(w.path(name)) {
			t.Errorf("there is no %s", name)
		}
	}
}
