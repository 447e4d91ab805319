package main

import (
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"smimectl/internal/mailbox"
)

// outputsFlags say where the output of each of several mails goes.
type outputsFlags struct {
	folder string
	suffix string
}

func (o *outputsFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Var(once(&o.folder, "DIR"), "out-dir", "write the output of each mail below DIR, under its own name")
	f.Var(once(&o.suffix, ".EXT"), "suffix", "the outputs' names end in .EXT; without --out-dir they stand beside the mails")
}

func (o *outputsFlags) given() bool { return o.folder != "" || o.suffix != "" }

// target is the file for the output of a mail.
func (o *outputsFlags) target(m *mail) string {
	name := m.Below
	if o.folder == "" {
		name = m.Name
		if m.Part != nil { // FILE:N, and a colon is no part of a name everywhere
			name = filepath.Join(filepath.Dir(m.Name), filepath.Base(m.Below))
		}
	}
	if o.suffix != "" {
		name = withoutExtension(name) + o.suffix
	}
	return filepath.Join(o.folder, name)
}

// withoutExtension takes off what mails' names end in. The names in a Maildir have
// dots that mean something else.
func withoutExtension(name string) string {
	switch ext := filepath.Ext(name); strings.ToLower(ext) {
	case ".eml", ".p7m", ".p7s", ".p7", ".msg", ".mail", ".txt":
		return strings.TrimSuffix(name, ext)
	}
	return name
}

// check says what is wrong with them, and gives the folder the name under which the outputs will be found.
func (o *outputsFlags) check() error {
	if o.folder != "" {
		o.folder = filepath.Clean(mailbox.ThroughLinks(o.folder))
	}
	if strings.ContainsAny(o.suffix, "/\\") {
		return usageErrorf("--suffix %s is no end of a file's name", quoted(o.suffix)).withHint("--suffix .signed.eml")
	}
	if first, _ := utf8.DecodeRuneInString(o.suffix); unicode.IsLetter(first) || unicode.IsNumber(first) { // mailEXT is not what was meant
		return usageErrorf("--suffix %s would be one word with the name", quoted(o.suffix)).withHint("--suffix .%s", quoted(o.suffix))
	}
	return nil
}
