package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"smimectl/internal/certstore"
	"smimectl/internal/verdict"
)

func (a *app) doctorCommand() *cobra.Command {
	cmd := newVerb("doctor", "is everything set up, and what is about to go wrong",
		`Doctor looks at the store, your identities and their files, your anchors, revocation lists, passphrases, temporary files,
git and config.toml. It changes nothing and uses no network. It ends with 5 if something has to be mended.`,
		`  smimectl doctor
  smimectl doctor --json`)
	cmd.Args = noArguments
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.doctor() }
	return cmd
}

// finding is one line of the doctor. What comes from outside is escaped in it.
type finding struct {
	Level string   `json:"level"` // "ok", "warn", "fail", "none"
	About string   `json:"about"`
	Text  string   `json:"text"`
	Hints []string `json:"hints"`
}

// examination gathers what the doctor finds.
type examination struct {
	a        *app
	now      time.Time
	findings []finding
	trust    *trustFlags         // with what is read once
	material *revocationMaterial // of the store
}

func (x *examination) say(level, about, format string, args ...any) *finding {
	x.findings = append(x.findings, finding{Level: level, About: about, Text: fmt.Sprintf(format, args...), Hints: []string{}})
	return &x.findings[len(x.findings)-1]
}

func (f *finding) hint(format string, args ...any) *finding {
	f.Hints = append(f.Hints, fmt.Sprintf(format, args...))
	return f
}

func (a *app) doctor() error {
	x := &examination{a: a, now: a.env.now().UTC(), trust: &trustFlags{kept: &keptTrust{}}, material: &revocationMaterial{off: true}}
	if material, err := a.revocationKept(x.trust); err == nil { // else it is said where the lists are looked at
		x.material = material
	}
	x.store()
	x.passphrase()
	x.temporary()
	x.git()
	x.settings()
	a.exit = exitYes
	for _, f := range x.findings {
		if f.Level == "fail" {
			a.exit = exitKey
		}
	}
	if a.global.json {
		encoder := json.NewEncoder(a.env.stdout)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return stdoutError(encoder.Encode(x.findings))
	}
	_, err := a.env.stdout.Write([]byte(x.text()))
	return stdoutError(err)
}

// settings looks at config.toml as the verbs do that act on it, and so at whether they use the network without being asked.
func (x *examination) settings() {
	c, err := x.a.config()
	switch {
	case err != nil:
		x.fail("settings", err)
		return
	case c.Revocation == "online":
		x.say("none", "network", `used, because config.toml says revocation = "online"`)
		return
	}
	x.say("none", "network", "used with --online, --tsa and by crl update alone")
}

// fail is a finding out of an error with hints.
func (x *examination) fail(about string, err error) {
	f := x.say("fail", about, "%s", err)
	var e *cliError
	if errors.As(err, &e) {
		f.Hints = append(f.Hints, e.hints...)
	}
}

// passphrase says whether a job without a terminal could open sealed keys.
func (x *examination) passphrase() {
	env := x.a.env
	identities, err := env.store().Identities()
	if err != nil {
		return
	}
	var sealed []*certstore.Identity
	for _, id := range identities {
		if yes, err := id.LooksUsable(); err == nil && yes {
			sealed = append(sealed, id)
		}
	}
	if len(sealed) == 0 {
		return
	}
	if name := env.getenv("SMIMECTL_PASSPHRASE_FILE"); name != "" {
		if _, err := firstLineOf(name); err != nil {
			x.fail("passphrase", err)
			return
		}
		if x.opens(sealed, "SMIMECTL_PASSPHRASE_FILE") {
			x.say("ok", "passphrase", "from $SMIMECTL_PASSPHRASE_FILE")
		}
		return
	}
	if env.getenv("SMIMECTL_PASSPHRASE") != "" {
		if x.opens(sealed, "SMIMECTL_PASSPHRASE") {
			x.say("ok", "passphrase", "from $SMIMECTL_PASSPHRASE; a file is safer: other programs of yours see the environment")
		}
		return
	}
	if tty, err := openTerminal(); err == nil {
		tty.Close()
		x.say("ok", "passphrase", "asked for on the terminal")
		return
	}
	x.say("warn", "passphrase", "no terminal here and no $SMIMECTL_PASSPHRASE_FILE: signing would stop").
		hint("for jobs:  export SMIMECTL_PASSPHRASE_FILE=FILE")
}

// opens tries the passphrase of the environment on the keys: a job stops at the first that
// it does not open, whatever else is well.
func (x *examination) opens(sealed []*certstore.Identity, variable string) bool {
	pass := (&passphraseFlags{env: x.a.env, silent: true}).function()
	var closed []*certstore.Identity
	for _, id := range sealed {
		_, err := id.Key(pass)
		var wrong *certstore.WrongPassphraseError
		if errors.As(err, &wrong) {
			closed = append(closed, id)
		}
	}
	if len(closed) == 0 {
		return true
	}
	level := "warn"
	if len(closed) == len(sealed) {
		level = "fail"
	}
	first, more := verdict.Escape(closed[0].Who()), ""
	if n := len(closed) - 1; n > 0 {
		more = fmt.Sprintf(" and of %d more", n)
	}
	x.say(level, "passphrase", "that of $%s does not open the key of %s%s", variable, first, more).
		hint("one for each, tried in order:  --passphrase-file FILE --passphrase-file ANOTHER")
	return false
}

// temporary looks at where bytes are held back.
func (x *examination) temporary() {
	dir := x.a.env.getenv("TMPDIR")
	if dir == "" {
		dir = os.TempDir()
	}
	f, err := os.CreateTemp(dir, ".smimectl-*")
	if err != nil {
		x.say("fail", "temporary", "cannot write in %s: %s", quoted(dir), reasonOf(err)).hint("name another folder:  TMPDIR=DIR smimectl ...")
		return
	}
	f.Close()
	os.Remove(f.Name())
	x.say("ok", "temporary", "%s", quoted(dir))
}
