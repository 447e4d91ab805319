package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// onceValue is a flag that may be given once and not empty: a second value that
// silently wins has cost people their key files.
type onceValue struct {
	target  *string
	kind    string
	allowed []string
	number  bool
	set     bool
}

func once(target *string, kind string) pflag.Value {
	return &onceValue{target: target, kind: kind}
}

func onceOf(target *string, allowed ...string) pflag.Value {
	*target = allowed[0]
	return &onceValue{target: target, kind: "WORD", allowed: allowed}
}

func onceNumber(target *string) pflag.Value {
	return &onceValue{target: target, kind: "N", number: true}
}

func (v *onceValue) String() string {
	if v.target == nil {
		return ""
	}
	return *v.target
}

func (v *onceValue) Type() string { return v.kind }

func (v *onceValue) Set(s string) error {
	switch {
	case v.set:
		return errors.New("it was given twice")
	case s == "":
		return errors.New("it is empty")
	case strings.ContainsAny(s, "\r\n\x00"):
		return errors.New("it holds a line end")
	}
	if v.number && strings.Trim(s, "0123456789") != "" {
		return errors.New("it is no number")
	}
	if len(v.allowed) > 0 {
		found := false
		for _, word := range v.allowed {
			found = found || word == s
		}
		if !found {
			return fmt.Errorf("it must be one of %s", strings.Join(v.allowed, ", "))
		}
	}
	v.set = true
	*v.target = s
	return nil
}

// manyValue is a flag that may be given several times, each not empty.
type manyValue struct {
	target *[]string
	kind   string
}

func many(target *[]string, kind string) pflag.Value { return &manyValue{target, kind} }

func (v *manyValue) String() string {
	if v.target == nil {
		return ""
	}
	return strings.Join(*v.target, ",")
}

func (v *manyValue) Type() string { return v.kind }

func (v *manyValue) Set(s string) error {
	if s == "" {
		return errors.New("it is empty")
	}
	if strings.ContainsAny(s, "\r\n\x00") {
		return errors.New("it holds a line end")
	}
	*v.target = append(*v.target, s)
	return nil
}

// flagError words what pflag says about a command line.
func flagError(cmd *cobra.Command, err error) error {
	var (
		unknown  *pflag.NotExistError
		required *pflag.ValueRequiredError
		invalid  *pflag.InvalidValueError
	)
	hint := cmd.CommandPath() + " --help"
	switch {
	case errors.As(err, &unknown):
		name := "--" + unknown.GetSpecifiedName()
		if len(unknown.GetSpecifiedName()) == 1 {
			name = "-" + unknown.GetSpecifiedName()
		}
		e := usageErrorf("unknown flag %s for %s", quoted(name), strings.TrimPrefix(cmd.CommandPath(), "smimectl "))
		if h := foreignHint(name); h != "" {
			return e.withHint("%s", h)
		}
		for _, near := range nearFlags(cmd, unknown.GetSpecifiedName()) {
			e.withHint("did you mean:  --%s", near)
		}
		return e.withHint("%s", hint)
	case errors.As(err, &required):
		return usageErrorf("--%s needs a value", required.GetFlag().Name).withHint("%s", hint)
	case errors.As(err, &invalid):
		return usageErrorf("--%s %s: %s", invalid.GetFlag().Name, quoted(invalid.GetValue()), invalid.Unwrap()).withHint("%s", hint)
	}
	return usageErrorf("%s", err).withHint("%s", hint)
}

// nearFlags are the flags that a verb shows whose names are like name, three at most: found as
// cobra finds verbs.
func nearFlags(cmd *cobra.Command, name string) []string {
	if len(name) < 2 {
		return nil
	}
	names := &cobra.Command{SuggestionsMinimumDistance: 2}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
		}
	})
	near := names.SuggestionsFor(name)
	return near[:min(len(near), 3)]
}

// foreign are the flags that people bring from openssl and gpgsm.
var foreign = map[string]string{
	"-recip":      "recipients are --to ADDRESS or --to FILE; without it To and Cc of the mail are used; your own key is -i",
	"--recip":     "recipients are --to ADDRESS or --to FILE; without it To and Cc of the mail are used",
	"--recipient": "recipients are --to ADDRESS or --to FILE; without it To and Cc of the mail are used",
	"-r":          "recipients are --to ADDRESS or --to FILE; without it To and Cc of the mail are used",
	"-in":         "the mail is a FILE without a flag, or standard input",
	"-out":        "the output is -o FILE, or standard output",
	"-CAfile":     "anchors for this call are --ca FILE; for ever:  smimectl ca add FILE",
	"-CApath":     "anchors for this call are --ca FILE; for ever:  smimectl ca add FILE",
	"-signer":     "the signer is -i FILE or -i ADDRESS",
	"-inkey":      "a key in a file of its own is --key FILE",
	"-certfile":   "further certificates are --chain FILE",
	"-crl_check":  "revocation lists are --crl FILE; to insist:  --require-revocation",
	"-passin":     "passphrases come from --passphrase-file FILE or --passphrase-fd N",
	"-nodetach":   "an opaque signature is --opaque",
	"-noverify":   "there is no verification without trust; for one certificate:  --ca FILE",
	"-attime":     "the moment is --at TIME (RFC 3339)",
	"-text":       "a mail has its own Content-Type; nothing is added",
	"-binary":     "binary parts are left as they are; plain bytes are --raw",
	"-aes256":     "the cipher is --cipher aes-256-gcm",
	"-u":          "the signer is -i ADDRESS",
	"-e":          "the verb comes first:  smimectl encrypt FILE",
	"--armor":     "mail needs no armour; a CMS file is read in DER, PEM and base64",
}

func foreignHint(name string) string { return foreign[name] }

// foreignVerb finds the verbs of openssl, whose flags would otherwise be spoken of.
func foreignVerb(verb string, args []string) error {
	var hint string
	switch verb {
	default:
		return nil
	case "cms", "smime":
		hint = "smimectl --help"
		for _, name := range []string{"sign", "verify", "encrypt", "decrypt"} {
			if slices.Contains(args, "-"+name) {
				hint = "smimectl " + name + " --help"
			}
		}
		if slices.Contains(args, "-cmsout") {
			hint = "smimectl inspect --help"
		}
	case "pkcs12":
		hint = "smimectl id import --help"
	case "x509", "pkcs7", "asn1parse":
		hint = "smimectl inspect --help"
	}
	return usageErrorf("there is no smimectl %s", verb).withHint("%s", hint)
}

// foreignFlag finds the one-dash long flags of openssl, which would otherwise be
// taken for a row of one-letter flags.
func foreignFlag(args []string) error {
	verb := ""
	for _, arg := range args {
		if arg == "--" {
			return nil
		}
		if verb == "" && !strings.HasPrefix(arg, "-") {
			verb = arg
		}
		if len(arg) > 2 && arg[0] == '-' && arg[1] != '-' {
			if e := foreignVerb(verb, args); e != nil {
				return e
			}
			if hint := foreign[arg]; hint != "" {
				what := ""
				if verb != "" {
					what = " for " + verb
				}
				return usageErrorf("unknown flag %s%s", quoted(arg), what).withHint("%s", hint)
			}
		}
	}
	return nil
}
