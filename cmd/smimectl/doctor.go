package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/certstore"
	"smimectl/internal/verdict"
)

func (a *app) doctorCommand() *cobra.Command {
	cmd := newVerb("doctor", "is everything set up, and what is about to go wrong",
		`Doctor looks at the store, your identities and their files, your anchors, revocation lists, passphrases, temporary files
and git. It changes nothing and uses no network. It ends with 5 if something has to be mended.`,
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
	x := &examination{a: a, now: a.env.now().UTC()}
	x.store()
	x.passphrase()
	x.temporary()
	x.git()
	x.say("none", "network", "not used; revocation lists and missing certificates are fetched with --online alone")
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

// text is the screen: a line for each finding and what to do below it.
func (x *examination) text() string {
	_, width := x.a.env.terminal(x.a.env.stdout)
	var b strings.Builder
	indent, column := "                  ", 18
	if width <= 72 {
		indent, column = "      ", 6
	}
	count := map[string]int{}
	for _, f := range x.findings {
		count[f.Level]++
		if x.a.global.quiet && f.Level != "fail" {
			continue
		}
		level := f.Level
		if level == "none" {
			level = "--"
		}
		room := max(width-column, 20)
		lines := strings.Split(wrap(x.a.plainly(f.Text), room), "\n")
		if width <= 72 {
			fmt.Fprintf(&b, "%-4s  %s\n%s%s\n", level, f.About, indent, lines[0])
		} else {
			fmt.Fprintf(&b, "%-4s  %-10s  %s\n", level, f.About, lines[0])
		}
		for _, line := range lines[1:] {
			fmt.Fprintf(&b, "%s%s\n", indent, line)
		}
		for _, hint := range f.Hints {
			for _, line := range hintLines(x.a.plainly(hint), room) {
				fmt.Fprintf(&b, "%s%s\n", indent, line)
			}
		}
	}
	if !x.a.global.quiet {
		fmt.Fprintf(&b, "%s, %s\n", plural(count["fail"], "failure"), plural(count["warn"], "warning"))
	}
	return b.String()
}

// hintLines breaks a hint, but not the commands in it, which stand between two
// blanks: they are to be pasted.
func hintLines(hint string, room int) []string {
	lines := []string{""}
	for _, piece := range strings.Split(hint, "  ") {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = piece
		case verdict.Columns(*last+"  "+piece) <= room:
			*last += "  " + piece
		default:
			lines = append(lines, piece)
		}
	}
	var out []string
	for _, line := range lines {
		if isCommand(line) {
			out = append(out, line)
			continue
		}
		out = append(out, verdict.Wrap(line, room)...)
	}
	return out
}

// isCommand reports whether a line of a hint is one to be pasted.
func isCommand(line string) bool {
	for _, name := range []string{"smimectl ", "chmod ", "rm ", "cat ", "date ", "export "} {
		if strings.HasPrefix(line, name) {
			return true
		}
	}
	return false
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Days before something ends that are worth a warning.
const (
	soonDays     = 30
	rootsOldDays = 730
)

// store looks at everything the store holds.
func (x *examination) store() {
	env := x.a.env
	store := env.store()
	if store.Roots().Data == "" {
		x.say("warn", "store", "there is no place for one: HOME, XDG_DATA_HOME and SMIMECTL_HOME are all empty").
			hint("work from files:  smimectl sign -i me.p12 --passphrase-file FILE mail.eml")
		return
	}
	identities, err1 := store.Identities()
	certificates, err2 := store.Certificates()
	anchors, err3 := store.Anchors()
	stamps, err4 := store.AnchorsFor(certstore.ForTimeStamps)
	closed, readable := 0, true
	for _, err := range []error{err1, err2, err3, err4} {
		if err == nil {
			continue
		}
		readable = false
		if errors.Is(err, fs.ErrPermission) {
			if closed++; closed > 1 { // the folder above is closed: once is enough
				continue
			}
		}
		x.fail("store", storeError(err))
	}
	if closed == 4 {
		return
	}
	roots := "no e-mail roots"
	list, err := x.a.mailRoots()
	if err != nil {
		x.fail("roots", err)
	} else {
		roots = fmt.Sprintf("%s of %s", plural(list.Count, "e-mail root"), list.Date.Format(time.DateOnly))
	}
	mine := plural(len(anchors), "anchor") + " of yours"
	if len(stamps) > 0 {
		mine += fmt.Sprintf(", %d for time stamps", len(stamps))
	}
	if readable {
		x.say("ok", "store", "%s, %s, %s, %s", pluralIdentity(len(identities)), plural(len(certificates), "certificate"), mine, roots)
	}
	if err == nil && x.now.Sub(list.Date) > rootsOldDays*24*time.Hour {
		// The list of the program gets old by itself: that is worth a line, and no
		// warning at every run. Who took a list of his own wants to know.
		level, which := "none", "the built-in list"
		if stored, err := x.a.storedRoots(); err == nil && stored != nil && stored.Date.Equal(list.Date) {
			level, which = "warn", "your list"
		}
		x.say(level, "roots", "%s of public e-mail roots is of %s: CAs that came or went since are not known", which, list.Date.Format(time.DateOnly)).
			hint("take a newer one of Mozilla's:  smimectl ca update --from certdata.txt")
	}
	for _, p := range store.Problems() {
		f := x.say("fail", "files", "%s is damaged and is passed over: %s", quoted(p.Path), reasonOf(p.Err))
		if verdict.Escape(p.Path) == p.Path { // else the name that is shown is not the one to type
			f.hint("look at it:  cat %s", quoted(p.Path))
		}
	}
	if len(identities) == 0 {
		x.say("warn", "identity", "none: you can verify and encrypt, but not sign or decrypt").
			hint("import yours:  smimectl id import FILE.p12")
	}
	for _, id := range identities {
		x.identity(id)
	}
	x.anchors(anchors, "", "smimectl ca add NEW.pem")
	x.anchors(stamps, ", for time stamps,", "smimectl ca add --for timestamps NEW.pem")
	x.lists(store)
}

// anchors looks for those that have expired. use goes behind their names.
func (x *examination) anchors(list []*certstore.Anchor, use, renew string) {
	for _, anchor := range list {
		if x.now.After(anchor.Certificate.NotAfter) {
			x.say("warn", "anchor", "%s%s expired on %s", verdict.Escape(anchor.Name), use, anchor.Certificate.NotAfter.UTC().Format(time.DateOnly)).
				hint("get the new one from the CA:  %s", renew)
		}
	}
}

func pluralIdentity(n int) string {
	if n == 1 {
		return "1 identity"
	}
	return fmt.Sprintf("%d identities", n)
}

// fail is a finding out of an error with hints.
func (x *examination) fail(about string, err error) {
	f := x.say("fail", about, "%s", err)
	var e *cliError
	if errors.As(err, &e) {
		f.Hints = append(f.Hints, e.hints...)
	}
}

// identity looks at one identity and its files.
func (x *examination) identity(id *certstore.Identity) {
	c, who := id.Certificate, verdict.Escape(id.Who())
	days := int(c.NotAfter.Sub(x.now).Hours() / 24)
	switch {
	case x.now.After(c.NotAfter):
		// The old key is kept for old mail: nothing to mend where there is a newer one.
		if x.renewed(c) {
			x.say("ok", "identity", "%s expired on %s, and a newer one is there; the old key opens old mail", who, c.NotAfter.UTC().Format(time.DateOnly))
		} else {
			x.say("warn", "identity", "%s expired on %s: it opens old mail, and signs no more", who, c.NotAfter.UTC().Format(time.DateOnly)).
				hint("ask your CA to renew, then  smimectl id import NEW.p12  (the old key stays)")
		}
	case x.now.Before(c.NotBefore):
		x.say("warn", "identity", "%s is valid from %s on", who, c.NotBefore.UTC().Format("2006-01-02 15:04:05 UTC")).hint("is this computer's clock right?  date -u")
	case usesOf(c) == "not for mail":
		x.say("warn", "identity", "%s (%s) is not made for mail", who, shortFingerprint(c)).hint("smimectl cert show %s", shortFingerprint(c))
	case days < soonDays:
		x.say("warn", "identity", "%s expires in %s", who, plural(days, "day")).
			hint("ask your CA to renew, then  smimectl id import NEW.p12  (the old key stays)")
	default:
		x.say("ok", "identity", "%s %s, %s, %s left", who, usesOf(c), keyTitle(c), plural(days, "day"))
	}
	x.files(id)
}

// renewed reports whether another identity of the same address is valid now.
func (x *examination) renewed(old *cert.Certificate) bool {
	for _, address := range old.Addresses() {
		list, err := x.a.env.store().IdentitiesFor(address)
		if err != nil {
			continue
		}
		for _, id := range list {
			c := id.Certificate
			if !x.now.Before(c.NotBefore) && !x.now.After(c.NotAfter) && certpath.Fits(c, certpath.PurposeSign) == nil {
				return true
			}
		}
	}
	return false
}

// files looks at the files of an identity.
func (x *examination) files(id *certstore.Identity) {
	_, err := id.LooksUsable()
	var mode *certstore.ModeError
	switch {
	case err == nil:
	case errors.As(err, &mode):
		x.say("fail", "files", "%s can be read by others, so it is not used", quoted(mode.Path)).hint("chmod %04o %s", mode.Want.Perm(), quoted(mode.Path))
	case isDamaged(err):
		x.say("fail", "files", "the key of %s is damaged: %s", verdict.Escape(id.Who()), reasonOf(unwrapDamage(err))).hint("import it again:  smimectl id import --force FILE.p12")
	default:
		x.say("fail", "files", "the key of %s cannot be used: %s", verdict.Escape(id.Who()), reasonOf(err)).hint("import it again:  smimectl id import --force FILE.p12")
	}
}

// lists looks at the revocation lists.
func (x *examination) lists(store *certstore.Store) {
	lists, err := store.Lists()
	if err != nil {
		x.fail("revocation", storeError(err))
		return
	}
	old := 0
	for _, s := range lists {
		l, err := cert.ParseCRL(s.Raw)
		if err != nil {
			x.say("fail", "revocation", "%s is damaged: verify stops rather than go on without it", quoted(s.Path)).hint("rm %s", quoted(s.Path))
			continue
		}
		if !l.NextUpdate.IsZero() && x.now.After(l.NextUpdate) {
			old++
		}
	}
	switch {
	case len(lists) == 0:
		x.say("none", "revocation", "no revocation lists in the store").hint("to have them looked at always:  smimectl crl update")
	case old > 0:
		x.say("warn", "revocation", "%s of %s outdated", plural(old, "list"), plural(len(lists), "list")).hint("smimectl crl update")
	default:
		x.say("ok", "revocation", "%s, none outdated", plural(len(lists), "list"))
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
