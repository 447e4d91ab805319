package main

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagGroup is a heading of help and of the manual pages, and the flags below it in
// their order. Flags mean the same in every verb, so that a name is enough; where
// one does not, the verb stands before it: "ca update --from".
type flagGroup struct {
	title  string
	common bool // in the short help too
	flags  []string
}

// flagGroups are what flags are for, the common ones first. A new flag goes into
// the one it belongs to; TestFlagGroups has every flag of every verb in just one.
var flagGroups = []flagGroup{
	{"Output", true, []string{"output", "key-out", "entity", "certificate", "asn1", "certs"}},
	{"New key", true, []string{"algorithm", "id new --name", "id request --name", "id new --profile", "id request --profile", "days", "no-passphrase"}},
	{"Recipients", true, []string{"to", "only", "skip", "no-self", "drop-bcc"}},
	{"Signature", true, []string{"sign", "opaque", "add", "any-from", "as-is"}},
	{"Whose key", true, []string{"identity", "key", "passphrase-file", "passphrase-fd", "min-validity"}},
	{"Sender", true, []string{"from", "verify --any-from", "decrypt --any-from", "cert import --any-from"}},
	{"Which, and how", true, []string{"all", "builtin", "dry-run", "force", "untrusted", "fingerprint", "from-id", "from-mail", "ca add --name", "for",
		"ca update --from", "date", "global", "demo --ca", "no-descriptions"}},
	{"What is accepted", true, []string{"require-signed", "require-integrity", "allow-partial", "anyway"}},
	{"Other input", false, []string{"raw", "content", "compare"}},
	{"Trust", true, []string{"ca", "system-roots", "chain", "tsa-ca"}},
	{"Time stamps", false, []string{"tsa", "timestamp-query", "timestamp-file"}},
	{"Revocation", false, []string{"online", "crl", "ocsp", "require-revocation", "no-revocation"}},
	{"Algorithms", false, []string{"profile", "cipher", "key-encryption", "oaep", "signature", "pss", "digest", "compress"}},
	{"Shared secrets", false, []string{"recipient-password-file", "kek-file", "kek-id"}},
	{"Several mails", false, []string{"out-dir", "suffix", "files-from", "jobs", "skip-done", "shard"}},
	{"Progress", false, []string{"progress"}},
	{"Exact judging", false, []string{"at", "purpose", "allow-legacy", "allow-sha1", "policy", "explicit-policy", "inhibit-policy-mapping", "inhibit-any-policy"}},
}

// everyVerb are the flags that mean the same everywhere.
var everyVerb = flagGroup{"Every verb", false, []string{"json", "report", "quiet", "verbose", "color", "ascii", "help"}}

// groupedFlags are the flags of one verb below one heading.
type groupedFlags struct {
	flagGroup
	list []*pflag.Flag
}

// fewFlags is up to how many flags need no headings.
const fewFlags = 5

// flagsOf sorts the flags of a verb, those of every verb last. What is in no group
// comes before those, so that nothing is hidden.
func flagsOf(cmd *cobra.Command) []groupedFlags {
	cmd.InitDefaultHelpFlag() // which cobra adds to the verb that runs alone
	set := cmd.NonInheritedFlags()
	every := cmd.Root().PersistentFlags()
	var own []*pflag.Flag
	set.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && !slices.Contains(everyVerb.flags, f.Name) {
			own = append(own, f)
		}
	})
	var out []groupedFlags
	rest := slices.Clone(own)
	for _, g := range flagGroups {
		group := groupedFlags{flagGroup: g}
		for _, name := range g.flags {
			if f := namedFlag(cmd, own, name); f != nil && groupOf(cmd, f.Name) == g.title {
				group.list = append(group.list, f)
				rest = slices.DeleteFunc(rest, func(x *pflag.Flag) bool { return x == f })
			}
		}
		if len(group.list) > 0 {
			out = append(out, group)
		}
	}
	if len(rest) > 0 {
		out = append(out, groupedFlags{flagGroup{title: "Other"}, rest})
	}
	if len(own) <= fewFlags && len(out) > 1 {
		all := groupedFlags{flagGroup: flagGroup{title: "Flags", common: true}}
		for _, g := range out {
			all.list = append(all.list, g.list...)
		}
		out = []groupedFlags{all}
	}
	last := groupedFlags{flagGroup: everyVerb}
	for _, name := range everyVerb.flags {
		f := every.Lookup(name)
		if f == nil {
			f = set.Lookup(name)
		}
		if f != nil {
			last.list = append(last.list, f)
		}
	}
	return append(out, last)
}

// namedFlag finds the flag of a verb that an entry of the table is for.
func namedFlag(cmd *cobra.Command, own []*pflag.Flag, entry string) *pflag.Flag {
	for _, f := range own {
		if entry == f.Name || entry == ofVerb(cmd, f.Name) {
			return f
		}
	}
	return nil
}

// ofVerb is how the table names a flag of one verb alone.
func ofVerb(cmd *cobra.Command, flag string) string {
	path := cmd.CommandPath()
	if cmd.HasParent() {
		path = path[len(cmd.Root().Name())+1:]
	}
	return path + " --" + flag
}

// groupOf is the group of a flag of a verb: the one that names the verb, else the
// one for all. "" is none.
func groupOf(cmd *cobra.Command, flag string) string {
	for _, name := range []string{ofVerb(cmd, flag), flag} {
		for _, g := range append(slices.Clip(flagGroups), everyVerb) {
			if slices.Contains(g.flags, name) {
				return g.title
			}
		}
	}
	return ""
}
