package main

import (
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/mailroots"
	"smimectl/internal/message"
	"smimectl/internal/verdict"
)

func (a *app) caCommand() *cobra.Command {
	cmd := newVerb("ca", "whom you trust to vouch for others", `Ca keeps your anchors: the certificates that may vouch for others. Beside them the public e-mail roots that are built in
are trusted, and nothing else. Anchors for time stamps (--for timestamps) are kept apart: they vouch for time stamp
authorities alone.`,
		`  smimectl ca add root.pem
  smimectl ca list`)
	cmd.Args = noArguments
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return cmd.Help() }
	cmd.AddCommand(a.caListCommand(), a.caAddCommand(), a.caRemoveCommand(), a.caUpdateCommand())
	return cmd
}

func (a *app) caListCommand() *cobra.Command {
	cmd := newVerb("list", "list your anchors", `List shows whom you trust: your own anchors, or the public e-mail roots.`, `  smimectl ca list
  smimectl ca list --builtin`)
	cmd.Args = noArguments
	builtin := cmd.Flags().Bool("builtin", false, "list the public e-mail roots instead")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *builtin {
			return a.listMailRoots()
		}
		roots, err := a.mailRoots()
		if err != nil {
			return err
		}
		anchors, err := a.env.store().Anchors()
		if err != nil {
			return storeError(err)
		}
		stamps, err := a.env.store().AnchorsFor(certstore.ForTimeStamps)
		if err != nil {
			return storeError(err)
		}
		mail := len(anchors)
		anchors = append(anchors, stamps...)
		if a.global.json {
			var list []certificateLine
			for i, x := range anchors {
				line := lineOf(x.Certificate, x.Name)
				if i >= mail {
					line.For = "timestamps"
				}
				list = append(list, line)
			}
			return a.printJSON(list)
		}
		if len(anchors) == 0 {
			a.inform("no anchors of your own yet")
			a.inform("hint: smimectl ca add ROOT.pem")
			a.informRoots(roots)
			return nil
		}
		err = a.printTable(len(anchors), func(i int) []string {
			x := anchors[i]
			added := "added " + x.Added.Format(time.DateOnly)
			if i >= mail {
				added += ", for time stamps"
			}
			return []string{shortFingerprint(x.Certificate), verdict.Escape(x.Name), verdict.Escape(x.Certificate.DisplayName()), keyTitle(x.Certificate), untilOf(x.Certificate, a.env.now()), added}
		})
		if err == nil {
			a.informRoots(roots)
		}
		return err
	}
	return cmd
}

func (a *app) informRoots(roots *mailroots.List) {
	a.inform("and %s, list of %s:  smimectl ca list --builtin", plural(roots.Count, "public e-mail root"), roots.Date.Format(time.DateOnly))
}

type caAddOptions struct {
	name        string
	fromMail    string
	fromID      string
	fingerprint string
	force       bool
	purpose     string
}

// purposeFlag adds --for, which says what anchors are meant.
func purposeFlag(cmd *cobra.Command, target *string) {
	cmd.Flags().Var(onceOf(target, "mail", "timestamps"), "for", "what the anchor vouches for: mail, or timestamps and nothing else")
}

func anchorPurpose(word string) certstore.AnchorPurpose {
	if word == "timestamps" {
		return certstore.ForTimeStamps
	}
	return certstore.ForMail
}

func (a *app) caAddCommand() *cobra.Command {
	o := &caAddOptions{}
	cmd := newVerb("add FILE...", "trust a CA",
		`Add makes the certificates of FILE anchors. Compare the fingerprint with one from the CA's own site first, or have it
compared: --fingerprint. --from-mail takes the root that a mail carries, --from-id the root of one of your identities.
With --for timestamps it vouches for those who stamp the time of signatures, and not for mail.`,
		`  smimectl ca add root.pem
  smimectl ca add --name work --fingerprint CD91E45A366EBE36... root.pem
  smimectl ca add --from-mail report.eml
  smimectl ca add --for timestamps tsa-root.pem`)
	f := cmd.Flags()
	purposeFlag(cmd, &o.purpose)
	f.Var(once(&o.name, "NAME"), "name", "name of the anchor; default: that of the file")
	f.Var(once(&o.fromMail, "FILE"), "from-mail", "the root that this mail carries")
	f.Var(once(&o.fromID, "WHO"), "from-id", "the root of this identity's chain")
	f.Var(once(&o.fingerprint, "HEX"), "fingerprint", "add only if the SHA-256 is this")
	f.BoolVar(&o.force, "force", false, "write over an anchor of that name")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.addAnchors(o, args) }
	return cmd
}

func (a *app) addAnchors(o *caAddOptions, files []string) error {
	type candidate struct {
		c    *cert.Certificate
		name string
	}
	var list []candidate
	for _, name := range files {
		found, err := readCertificates(name)
		if err != nil {
			return err
		}
		for _, c := range found {
			list = append(list, candidate{c, strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))})
		}
	}
	if o.fromMail != "" {
		root, err := a.rootOfMail(o.fromMail)
		if err != nil {
			return err
		}
		list = append(list, candidate{root, nameOf(root)})
	}
	if o.fromID != "" {
		id, err := a.oneIdentity([]string{o.fromID})
		if err != nil {
			return err
		}
		chain := append([]*cert.Certificate{id.Certificate}, id.Chain...)
		root := chain[len(chain)-1]
		list = append(list, candidate{root, nameOf(root)})
	}
	if len(list) == 0 {
		return usageErrorf("ca add needs a FILE").withHint("smimectl ca add ROOT.pem")
	}
	if o.name != "" && len(list) > 1 {
		return usageErrorf("--name goes with one certificate, got %d", len(list))
	}
	given := map[string]bool{}
	for _, x := range list {
		if o.name != "" {
			x.name = o.name
		} else if len(list) > 1 && len(files) == 1 {
			x.name = nameOf(x.c)
		}
		further := ""
		if len(list) > 1 { // --name is for one, and --force would replace it by the next of that name
			further = x.name + "-" + shortFingerprint(x.c)
		}
		if given[x.name] {
			x.name = further
		}
		given[x.name] = true
		if err := a.addAnchor(o, x.c, x.name, further); err != nil {
			return err
		}
	}
	return nil
}

// addAnchor makes a certificate an anchor under a name, or under a further one if the first is that of another.
func (a *app) addAnchor(o *caAddOptions, c *cert.Certificate, name, further string) error {
	if want := strings.ToLower(strings.Map(hexOnly, o.fingerprint)); want != "" && want != c.Fingerprint() {
		return keyErrorf(verdict.CertificateUnfit, "the fingerprint differs; nothing was added").
			withHint("wanted  %s", want).withHint("found   %s", c.Fingerprint())
	}
	purpose := anchorPurpose(o.purpose)
	x, err := a.env.store().AddAnchorFor(purpose, name, c, o.force)
	if asExists(err) != nil && !knownToStore(err) && further != "" {
		x, err = a.env.store().AddAnchorFor(purpose, further, c, o.force)
	}
	if knownToStore(err) {
		a.inform("%s is an anchor already: %s", verdict.Escape(c.DisplayName()), quoted(x.Name))
		return nil
	}
	if asExists(err) != nil {
		return keyErrorf(verdict.CertificateUnfit, "another anchor has the name %s", quoted(name)).
			withHint("a name of its own:  --name NAME").withHint("to write over it:  --force")
	}
	if err != nil {
		return addError(name, err)
	}
	a.inform("trusted from now on%s: %s, as anchor %s", map[bool]string{true: " for time stamps"}[purpose == certstore.ForTimeStamps], verdict.Escape(c.DisplayName()), quoted(x.Name))
	a.inform("its fingerprint: %s", colonHex(c))
	if ca, _, _ := c.BasicConstraints(); !ca {
		a.inform("note: it is no CA: it vouches for itself alone")
	}
	if a.env.now().After(c.NotAfter) {
		a.inform("warning: it expired on %s", c.NotAfter.UTC().Format(time.DateOnly))
	}
	return nil
}

func hexOnly(r rune) rune {
	if r == ':' || r == ' ' {
		return -1
	}
	return r
}

// nameOf makes a name for an anchor's file out of what a certificate calls itself.
func nameOf(c *cert.Certificate) string {
	if name := plainName(c.DisplayName()); name != "" {
		return name
	}
	return shortFingerprint(c)
}

// plainName keeps small letters and digits of a text.
func plainName(text string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, text)
	return strings.Trim(name, "-")
}

// rootOfMail finds the self-issued certificate a signed mail carries: the one
// person in the loop has compared its fingerprint.
func (a *app) rootOfMail(name string) (*cert.Certificate, error) {
	in, err := a.openInput(name)
	if err != nil {
		return nil, err
	}
	defer in.close()
	x := &message.Examiner{Policy: verdict.Policy{Now: a.env.now(), At: a.env.now()}, Spool: a.env.spoolOptions()}
	ex := x.Examine(message.Input{Command: "verify", Name: name, Source: in.source})
	defer ex.Close()
	var roots []*cert.Certificate
	for _, c := range ex.Certificates() {
		if c.SelfIssued() {
			roots = append(roots, c)
		}
	}
	switch len(roots) {
	case 0:
		return nil, keyErrorf(verdict.CertificateMissing, "%s carries no root certificate", quoted(name)).
			withHint("get it from the CA's own site, then:  smimectl ca add ROOT.pem")
	case 1:
		return roots[0], nil
	}
	e := usageErrorf("%s carries %d roots", quoted(name), len(roots))
	for _, c := range roots {
		e.withHint("%s  %s", c.Fingerprint()[:16], verdict.Escape(c.DisplayName()))
	}
	return nil, e.withHint("take one from the CA's own site:  smimectl ca add ROOT.pem")
}

func (a *app) caRemoveCommand() *cobra.Command {
	cmd := newVerb("remove NAME", "trust a CA no longer", `Remove deletes an anchor, by its name or fingerprint.`, `  smimectl ca remove work
  smimectl ca remove --for timestamps tsa-root`)
	var purpose string
	purposeFlag(cmd, &purpose)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageErrorf("name one anchor").withHint("smimectl ca list")
		}
		store := a.env.store()
		found, err := store.FindAnchorsFor(anchorPurpose(purpose), args[0])
		if err != nil {
			return storeError(err)
		}
		switch len(found) {
		case 0:
			return keyErrorf(verdict.CertificateMissing, "no anchor %s", quoted(args[0])).withHint("smimectl ca list")
		case 1:
		default:
			return usageErrorf("%s names %d anchors", quoted(args[0]), len(found)).withHint("smimectl ca list")
		}
		if err := store.RemoveAnchor(found[0]); err != nil {
			return storeError(err)
		}
		a.inform("no longer trusted: %s", verdict.Escape(found[0].Certificate.DisplayName()))
		return nil
	}
	return cmd
}
