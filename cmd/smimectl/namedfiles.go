package main

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// writtenFlags are those whose FILE is written; the FILE of every other one is read.
var writtenFlags = []string{"output", "report", "timestamp-query"}

// sparesInputs refuses a command line whose outputs would take the place of what it
// names to be read. The mail itself may be replaced by -o: that is how a mail is signed
// where it lies; what inspect writes is no mail.
func (a *app) sparesInputs(cmd *cobra.Command, operands []string) error {
	read := a.readFiles(cmd.Flags())
	for _, name := range writtenFlags {
		flag := cmd.Flags().Lookup(name)
		if flag == nil || !flag.Changed {
			continue
		}
		others := read
		if name != "output" || cmd.Name() == "inspect" {
			others = append(slices.Clip(others), operands...)
		}
		if name == "report" { // over the output, too
			if output := cmd.Flags().Lookup("timestamp-query"); output != nil {
				others = append(slices.Clip(others), output.Value.String())
			}
		}
		if err := wouldWriteOver(flagAsGiven(flag), flag.Value.String(), others); err != nil {
			return err
		}
	}
	return nil
}

func flagAsGiven(flag *pflag.Flag) string {
	if flag.Shorthand != "" {
		return "-" + flag.Shorthand
	}
	return "--" + flag.Name
}

// readFiles are the files that flags and the environment name to be read.
func (a *app) readFiles(flags *pflag.FlagSet) []string {
	var out []string
	flags.Visit(func(flag *pflag.Flag) {
		kind := flag.Value.Type()
		if kind != "FILE" && kind != "WHO" || slices.Contains(writtenFlags, flag.Name) {
			return
		}
		values := []string{flag.Value.String()}
		if list, ok := flag.Value.(*manyValue); ok {
			values = *list.target
		}
		for _, value := range values {
			if kind == "FILE" || isFile(value) {
				out = append(out, value)
			}
		}
	})
	for _, name := range []string{"SMIMECTL_CA", "SMIMECTL_PASSPHRASE_FILE"} {
		out = append(out, a.env.getenv(name))
	}
	if who := a.env.getenv("SMIMECTL_IDENTITY"); who != "" && isFile(who) {
		out = append(out, who)
	}
	if dir := a.env.roots().Config; dir != "" {
		out = append(out, filepath.Join(dir, configName))
	}
	return out
}

// wouldWriteOver refuses the FILE of a flag that is one of others.
func wouldWriteOver(flag, name string, others []string) error {
	if info, err := os.Stat(name); name == "-" || err != nil || !info.Mode().IsRegular() {
		return nil
	}
	for _, other := range others {
		if other != "" && other != "-" && sameRegular(name, other) {
			return usageErrorf("%s %s would write over %s", flag, quoted(name), quoted(other)).withHint("%s ANOTHER", flag)
		}
	}
	return nil
}
