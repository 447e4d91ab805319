package main

import (
	"os/exec"
	"path/filepath"
	"strings"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/certstore"
	"smimectl/internal/sending"
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
	taken, refused := x.gitSigner(found)
	who := verdict.Escape(found[0].Who())
	if taken == nil {
		x.say("fail", "git", "signs as %s with %s, and cannot: %s", who, quoted(key), refused.Why).hint("with one that can be used:  smimectl git setup")
		return
	}
	// An address leads to the newest certificate, digits to one for ever.
	if days := int(taken.NotAfter.Sub(x.now).Hours() / 24); days < soonDays && !strings.Contains(key, "@") {
		x.say("warn", "git", "signs as %s with %s, which expires in %s", who, shortFingerprint(taken), plural(days, "day")).hint("after renewing:  smimectl git setup")
		return
	}
	x.say("ok", "git", "%s, gpg.format x509, gpg.x509.program %s, signs as %s", version, quoted(program), who)
}

// gitSigner is the certificate that a commit would be signed with, by the rules of signing; nil: none, and why.
func (x *examination) gitSigner(found []*certstore.Identity) (*cert.Certificate, *sending.Refusal) {
	var list []sending.Candidate
	for _, id := range found {
		list = append(list, sending.Candidate{Certificate: id.Certificate, Chain: id.Chain})
	}
	guard, err := x.a.newGuard(x.trust, x.now)
	if err != nil {
		guard = nil // said where the lists are looked at
	}
	c := (&sending.Rules{Now: x.now, Guard: guard}).Choose(list, certpath.PurposeCode)
	if c.Taken == nil {
		return nil, c.Refusal
	}
	return c.Taken.Certificate, nil
}
