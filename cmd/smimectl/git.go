package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"smimectl/internal/certpath"
	"smimectl/internal/verdict"
)

func (a *app) gitCommand() *cobra.Command {
	group := newVerb("git", "sign and verify commits and tags",
		`Git sets git up to sign commits and tags with your certificate, and to verify those of others by your anchors. git
itself then runs smimectl as gpg.x509.program. Certificates for mail and for code are accepted.`,
		`  smimectl git setup
  smimectl git setup --global -i alice@example.org`)
	group.Args = noArguments
	group.RunE = func(cmd *cobra.Command, args []string) error { return cmd.Help() }
	group.AddCommand(a.gitSetupCommand())
	return group
}

type gitSetupOptions struct {
	global   bool
	identity string
}

func (a *app) gitSetupCommand() *cobra.Command {
	o := &gitSetupOptions{}
	cmd := newVerb("setup", "configure git, and sign and verify a probe",
		`Setup sets gpg.format, gpg.x509.program and user.signingkey in the repository of this folder, or with --global for all of
yours, and then signs and verifies a commit in a folder of its own that it removes again.`,
		`  smimectl git setup
  smimectl git setup --global`)
	cmd.Args = noArguments
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.gitSetup(o) }
	cmd.Flags().BoolVar(&o.global, "global", false, "for all repositories, not for this one")
	cmd.Flags().VarP(once(&o.identity, "WHO"), "identity", "i", "sign as this identity: address or fingerprint; default: git's user.email")
	return cmd
}

// git runs git and gives the first line of what it prints.
func git(dir string, extra []string, args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), extra...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return "", &gitError{strings.Join(args, " "), strings.TrimSpace(complaint.String()), err}
	}
	line, _, _ := strings.Cut(out.String(), "\n")
	return strings.TrimRight(line, "\r"), nil
}

// gitError is what git said.
type gitError struct {
	command, said string
	err           error
}

func (e *gitError) Error() string {
	line := e.said
	if line == "" {
		line = e.err.Error()
	}
	return line
}

func (e *gitError) Unwrap() error { return e.err }

func (a *app) gitSetup(o *gitSetupOptions) error {
	version, err := git("", nil, "--version")
	if err != nil {
		return machineError("cannot run", "git", err).withHint("is it installed?  git --version")
	}
	where := "--local"
	if o.global {
		where = "--global"
	} else if _, err := git("", nil, "rev-parse", "--git-dir"); err != nil {
		return usageErrorf("this folder is in no git repository").withHint("go to one, or set git up for all of yours:  smimectl git setup --global")
	}
	id, err := a.gitIdentity(o.identity)
	if err != nil {
		return err
	}
	program, err := gitProgram()
	if err != nil {
		return machineError("cannot find this program's file", "", err)
	}
	settings := [][2]string{{"gpg.format", "x509"}, {"gpg.x509.program", program}, {"user.signingkey", id.certificate.Fingerprint()}}
	if err := a.gitProbe(settings, id); err != nil {
		return err
	}
	for _, s := range settings {
		if _, err := git("", nil, "config", where, s[0], s[1]); err != nil {
			return machineError("cannot set "+s[0], "", err)
		}
		a.inform("git config %s %s %s", where, s[0], quoted(s[1]))
	}
	a.inform("%s signs as %s and verifies; a probe was signed and verified", verdict.Escape(version), verdict.Escape(id.who()))
	a.inform("sign a commit with  git commit -S   and every one with  git config %s commit.gpgsign true", where)
	return nil
}

// gitProgram is what gpg.x509.program is set to: the name alone where the path
// finds this very program, else its file.
func gitProgram() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	if found, err := exec.LookPath("smimectl"); err == nil {
		one, err1 := os.Stat(found)
		two, err2 := os.Stat(self)
		if err1 == nil && err2 == nil && os.SameFile(one, two) {
			return "smimectl", nil
		}
	}
	return self, nil
}

// gitIdentity is the identity that signs: the one that is named, else that of
// git's user.email.
func (a *app) gitIdentity(who string) (*identity, error) {
	if who == "" {
		email, err := git("", nil, "config", "user.email")
		if err != nil || email == "" {
			return nil, usageErrorf("git does not know who you are").
				withHint("tell it:  git config --global user.email ALICE@EXAMPLE.ORG").withHint("or name the identity:  -i ADDRESS")
		}
		who = email
	}
	f := &identityFlags{}
	f.passphrase.env = a.env
	found, err := f.fromStore(a.env.store(), who)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, a.noIdentity(who, false)
	}
	return best(found, certpath.PurposeCode, a.env.now().UTC()), nil
}

// gitProbe has git sign and verify a commit in a folder of its own.
func (a *app) gitProbe(settings [][2]string, id *identity) error {
	dir, err := os.MkdirTemp(a.env.getenv("TMPDIR"), "smimectl-git-*")
	if err != nil {
		return machineError("cannot make a folder for the probe", "", err)
	}
	defer os.RemoveAll(dir)
	address := id.who()
	now := a.env.now().UTC().Format(time.RFC3339)
	extra := []string{
		"GIT_AUTHOR_NAME=probe", "GIT_AUTHOR_EMAIL=" + address, "GIT_AUTHOR_DATE=" + now,
		"GIT_COMMITTER_NAME=probe", "GIT_COMMITTER_EMAIL=" + address, "GIT_COMMITTER_DATE=" + now,
		"GIT_DIR=" + filepath.Join(dir, ".git"), "GIT_WORK_TREE=" + dir, "GIT_INDEX_FILE=" + filepath.Join(dir, ".git", "index"),
	}
	var options []string
	for _, s := range settings {
		options = append(options, "-c", s[0]+"="+s[1])
	}
	steps := []struct {
		doing  string
		args   []string
		verify bool
	}{
		{"git cannot make a repository", []string{"init", "-q"}, false},
		{"git cannot sign", append(options, "commit", "-q", "--allow-empty", "-S", "-m", "probe"), false},
		{"git signs, but does not verify its own probe", append(options, "verify-commit", "HEAD"), true},
	}
	for _, step := range steps {
		if _, err := git(dir, extra, step.args...); err != nil {
			var said *gitError
			text := err.Error()
			if errors.As(err, &said) && said.said != "" {
				text = lastLine(said.said)
				if step.verify {
					text = verdictLine(said.said)
				}
			}
			e := keyErrorf(verdict.KeyMissing, "%s: %s; nothing was set", step.doing, verdict.Escape(text)).because(err).
				withHint("see it all:  %s", seeing(step.verify, id))
			if step.verify {
				e.withHint("if nobody vouches for it, and you know who made it:  smimectl ca add --from-id %s", shortFingerprint(id.certificate))
			}
			return e.withHint("your anchors:  smimectl ca list   your identities:  smimectl id list")
		}
	}
	return nil
}

// seeing is what shows why a step of the probe failed.
func seeing(verify bool, id *identity) string {
	who := shortFingerprint(id.certificate)
	if verify {
		return "smimectl cert check --purpose any " + who
	}
	return "echo probe | smimectl sign --raw -i " + who + " -o /dev/null"
}

// verdictLine is the first line that a verdict stands in: notes come before it, and what explains it after.
func verdictLine(text string) string {
	for _, line := range strings.Split(text, "\n") {
		if line != "" && !strings.HasPrefix(line, "smimectl: ") {
			return strings.TrimSpace(line)
		}
	}
	return lastLine(text)
}

// lastLine is where programs say what the matter was.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
