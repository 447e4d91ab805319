package main

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/verdict"
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
	closed, readable, stopped := 0, true, map[string]bool{}
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
		if damaged, ok := errors.AsType[*certstore.DamagedError](err); ok {
			stopped[damaged.Path] = true
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
		if stopped[p.Path] { // that one is not passed over, and was told
			continue
		}
		f := x.say("fail", "files", "%s is damaged and is passed over: %s", quoted(p.Path), reasonOf(p.Err))
		if verdict.Escape(p.Path) == p.Path { // else the name that is shown is not the one to type
			f.hint("look at it:  cat %s", quoted(p.Path))
		}
	}
	if len(identities) == 0 {
		x.say("warn", "identity", "none: you can verify and encrypt, but not sign or decrypt").
			hint("import yours:  smimectl id import FILE.p12")
	}
	x.identities(identities)
	x.correspondents(certificates)
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
		x.say("warn", "revocation", "%d of %s outdated", old, plural(len(lists), "list")).hint("smimectl crl update")
	default:
		x.say("ok", "revocation", "%s, none outdated", plural(len(lists), "list"))
	}
}

// Days before something ends that are worth a warning.
const (
	soonDays     = 30
	rootsOldDays = 730
)
