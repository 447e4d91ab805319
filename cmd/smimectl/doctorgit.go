package main

import (
	"os/exec"
	"path/filepath"
	"strings"

	"smimectl/internal/verdict"
)

// git looks at whether git runs this program, and would find the key.
func (x *examination) git() {
	if _, err := exec.LookPath("git"); err != nil {
		x.say("none", "git", "not installed")
		return
	}
	version, err := git("", nil, "--version")
	if err != nil {
		x.say("warn", "git", "does not run: %s", reasonOf(err))
		return
	}
	version = verdict.Escape(strings.TrimPrefix(version, "git version "))
	setting := func(name string) string {
		value, err := git("", nil, "config", name)
		if err != nil {
			return ""
		}
		return value
	}
	format, program, key := setting("gpg.format"), setting("gpg.x509.program"), setting("user.signingkey")
	self, _ := gitProgram()
	if format != "x509" || !strings.HasPrefix(filepath.Base(program), "smimectl") && program != self {
		x.say("none", "git", "%s; does not sign with smimectl here", version).hint("smimectl git setup")
		return
	}
	if _, err := exec.LookPath(program); err != nil {
		x.say("fail", "git", "gpg.x509.program is %s, which is not there", quoted(program)).hint("smimectl git setup")
		return
	}
	if key == "" {
		key = setting("user.email")
	}
	found, err := x.a.env.store().Find(gitWho(key))
	if err != nil || len(found) == 0 {
		x.say("fail", "git", "would sign as %s, who is none of your identities", quoted(key)).hint("smimectl git setup -i ADDRESS")
		return
	}
	x.say("ok", "git", "%s, gpg.format x509, gpg.x509.program %s, signs as %s", version, quoted(program), verdict.Escape(found[0].Who()))
}
