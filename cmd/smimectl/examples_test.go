package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"smimectl/internal/cms/cmstest"
	"smimectl/internal/hostiletest"
)

// selfCommand runs the program as it is built, in a folder of the toy world.
func selfCommand(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(buildProgram(t), args...)
	cmd.Dir, cmd.Env = dir, docEnvironment(t, dir)
	return cmd
}

func docEnvironment(t *testing.T, dir string) []string {
	t.Helper()
	return []string{
		"PATH=" + filepath.Dir(buildProgram(t)) + string(filepath.ListSeparator) + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C.UTF-8",
		"SMIMECTL_HOME=" + filepath.Join(dir, "store"), "SMIMECTL_PASSPHRASE_FILE=" + filepath.Join(dir, "pw"),
		"GIT_CONFIG_NOSYSTEM=1", "TMPDIR=" + t.TempDir(), "SYSTEMROOT=" + os.Getenv("SYSTEMROOT"),
	}
}

// exampleCodes are the examples that end with another exit code in the toy world, each with its reason.
var exampleCodes = map[string]int{
	"smimectl id remove 70dea83a1a57":                                              exitKey, // nobody has this identity
	"smimectl ca remove --for timestamps tsa-root":                                 exitKey, // nor this one
	"smimectl ca remove work":                                                      exitKey, // nor this anchor
	"smimectl crl remove work-ca-1a2b3c4d":                                         exitKey, // nor this list
	"smimectl ca add --name work --fingerprint CD91E45A366EBE36... root.pem":       exitKey, // the fingerprint is another one's
	"smimectl ca add --from-mail report.eml":                                       exitKey, // the toy mail carries no root
	"smimectl ca update --from certdata.txt --date 2026-10-01":                     exitKey, // the file holds no root
	"smimectl cert check --ca root.pem --chain issuer.pem --at 2025-01-01 bob.pem": exitNo,  // not valid yet in 2025
}

// TestExamples runs every example of every --help in a folder of the toy world that has the files they name.
func TestExamples(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("skipped: the examples are lines for sh, which is not here")
	}
	world := exampleWorld(t)
	var commands []*cobra.Command
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		commands = append(commands, c)
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk((&app{env: systemEnvironment()}).rootCommand())
	seen := map[string]bool{}
	for _, c := range commands {
		for _, line := range strings.Split(c.Example, "\n") {
			line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "0 */6 * * *"))
			if line == "" {
				continue
			}
			writes := strings.HasPrefix(c.CommandPath(), "smimectl sign") || strings.HasPrefix(c.CommandPath(), "smimectl encrypt")
			if name := c.CommandPath() + ": " + line; !seen[name] {
				seen[name] = true
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					runExample(t, world, line, writes)
				})
			}
		}
	}
	for line := range exampleCodes {
		found := false
		for name := range seen {
			found = found || strings.HasSuffix(name, ": "+line)
		}
		if !found {
			t.Errorf("no --help has the example %q", line)
		}
	}
}

func runExample(t *testing.T, world, line string, writes bool) {
	for _, program := range []string{"notmuch", "git"} {
		if _, err := exec.LookPath(program); err != nil && strings.Contains(line, program+" ") {
			t.Skipf("skipped: %s is not installed", program)
		}
	}
	dir := filepath.Join(t.TempDir(), "world")
	if output, err := exec.Command("cp", "-a", world, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	mail := "signed.eml"
	if writes {
		mail = "hello.eml"
	}
	shell := func(script string) (string, int) {
		cmd := exec.Command("sh", "-c", script)
		cmd.Dir, cmd.Env = dir, append(docEnvironment(t, dir), "NOTMUCH_CONFIG="+filepath.Join(dir, "notmuch-config"))
		output, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return string(output), cmd.ProcessState.ExitCode()
	}
	if output, code := shell("cp -p " + mail + " mail.eml"); code != 0 {
		t.Fatal(output)
	}
	switch {
	case strings.Contains(line, "git setup"):
		shell("git init -q . && git config user.email alice@example.test && git config user.name Alice")
	case strings.Contains(line, "notmuch"):
		shell(`mkdir mail && cp signed.eml mail/1 && printf '[database]\npath=%s/mail\n[user]\nprimary_email=b@example.test\n[new]\ntags=new\n' "$PWD" > notmuch-config && notmuch new`)
	case strings.Contains(line, "import"), strings.Contains(line, "ca add"): // what is there already is not written over
		shell("rm -rf store")
		if strings.Contains(line, "import ca.crl") || strings.Contains(line, "colleague") { // these need somebody to vouch
			shell("smimectl ca add -q ca.pem")
		}
	}
	output, code := shell(strings.ReplaceAll(line, "example.org", "example.test"))
	if want := exampleCodes[line]; code != want {
		t.Errorf("exit code %d, want %d\n%s", code, want, output)
	}
}

// exampleWorld is the world of the screens with the files that the examples name.
func exampleWorld(t *testing.T) string {
	t.Helper()
	dir := docWorld(t)
	script := `set -e
cp ca.pem root.pem; cp ca.pem issuer.pem; cp -p alice.p12 me.p12; cp crl.pem ca.crl
sed 's/^From: .*/From: Bob <bob@example.test>/' hello.eml > frombob.eml
smimectl sign -q -o colleague.eml frombob.eml
cp colleague.eml report.eml
cp signed.eml sent.eml; cp signed.eml received.eml
printf 'a report' > report.pdf
smimectl sign -q --raw -i me.p12 -o report.pdf.p7s report.pdf
smimectl encrypt -q --raw --only --to bob.pem -o smime.p7m report.pdf
smimectl cert import bob.pem
mkdir -p Maildir/cur Maildir/new Maildir/tmp man; cp signed.eml Maildir/cur/1
echo nothing > certdata.txt
cp store/identities/alice@example.test/*.pem cert.pem
cp -p store/identities/alice@example.test/*.key key.pem
printf 'From bob@example.test Sun Nov 22 00:00:00 2026\n' | cat - colleague.eml > archive.mbox
`
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir, cmd.Env = dir, docEnvironment(t, dir)
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	stampedWorld(t, dir)
	return dir
}

// stampedWorld adds the root of a time-stamping authority, and its answer for signed.eml.
func stampedWorld(t *testing.T, dir string) {
	t.Helper()
	cmd := selfCommand(t, dir, "sign", "--timestamp-query", "question.tsq", "signed.eml")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	question, err := os.ReadFile(filepath.Join(dir, "question.tsq"))
	if err != nil {
		t.Fatal(err)
	}
	root := cmstest.Issue(t, nil, cmstest.Options{CommonName: "Stamp Root", CA: true})
	answer := stampReply(t, question, cmstest.Token{By: cmstest.TimeStamper(t, root, "Stamp Authority", 90, cmstest.Options{}), Time: time.Now()}, nil)
	for name, data := range map[string][]byte{"reply.tsr": answer, "tsa-root.pem": hostiletest.CertificatePEM(root)} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
