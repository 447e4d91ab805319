package main

import (
	"errors"
	"iter"
	"os"

	"github.com/spf13/cobra"

	"smimectl/internal/mailbox"
)

// mailFlags name the mails of a command line: operands, and a list of names.
type mailFlags struct {
	filesFrom string
	shard     shardFlag
	elsewhere int // mails that belong to other parts

	outputs func(folder string) bool // reports the folder of the outputs, whose files are no mails of the run; nil: there is none
}

func (m *mailFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Var(once(&m.filesFrom, "FILE"), "files-from", "read the names of the mails from FILE, - for standard input: one a line, or ended by NUL")
	f.Var(&m.shard, "shard", "take only part I of N of the mails, always the same ones: for work on several machines")
}

// one is the single mail that a command line names, where it names just one by
// itself: no folder, no list, no file of several.
func (m *mailFlags) one(operands []string) (string, bool) {
	if m.filesFrom != "" || m.shard.set() || len(operands) > 1 {
		return "", false
	}
	if len(operands) == 0 {
		return "-", true
	}
	name := operands[0]
	if name == "-" {
		return name, true
	}
	info, err := os.Stat(name)
	if err == nil && (info.IsDir() || info.Mode().IsRegular() && mailbox.IsSeveral(name)) {
		return "", false
	}
	return name, true
}

// mail is one of several.
type mail struct {
	*mailbox.Mail
	err   error // why there is no such mail
	place bool  // it has to be given a place for its output
	fresh bool  // nothing has the name of its output
	own   bool  // its output was given that name, and not one that a link leads to
}

// mails gives every mail that the command line names, one after the other, in an
// order that is always the same. Names are not gathered first, so that a folder of
// any size takes no memory but for the names of one directory.
func (a *app) mails(m *mailFlags, operands []string) iter.Seq[*mail] {
	return func(yield func(*mail) bool) {
		give := func(x *mail) bool {
			if !m.shard.takes(x.Name) {
				m.elsewhere++
				x.Release()
				return true
			}
			return yield(x)
		}
		for _, name := range operands {
			if !m.of(name, give) {
				return
			}
		}
		if m.filesFrom == "" {
			return
		}
		for name, err := range a.namesFrom(m.filesFrom) {
			if err != nil {
				give(&mail{Mail: &mailbox.Mail{Name: m.filesFrom}, err: err})
				return
			}
			if !m.of(name, give) {
				return
			}
		}
	}
}

// of gives the mails of one operand. false means stop.
func (m *mailFlags) of(operand string, give func(*mail) bool) bool {
	for found := range mailbox.Of(operand, m.outputs) {
		x := &mail{Mail: found}
		if found.Err != nil {
			x.err = readError(found.Name, found.Err)
		}
		if !give(x) {
			return false
		}
	}
	return true
}

// passphrasesFirst reads the passphrases that flags tell of, before there are workers who would each
// begin to. Where the names of the mails come from standard input, nothing else does.
func (a *app) passphrasesFirst(m *mailFlags, p *passphraseFlags) error {
	if m.filesFrom == "-" {
		a.env.mailOnStdin = true
	}
	_, err := p.given()
	return err
}

// namesFrom gives the names of a list; - is standard input.
func (a *app) namesFrom(list string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		r := a.env.stdin
		if list != "-" {
			f, err := os.Open(list)
			if err != nil {
				yield("", readError(list, err))
				return
			}
			defer f.Close()
			r = f
		}
		for name, err := range mailbox.Names(r) {
			if long, ok := errors.AsType[*mailbox.LongNameError](err); ok {
				err = messageErrorf("", "%s holds a name of more than %d octets", inWords(displayName(list)), long.Limit)
			} else if err != nil {
				err = readError(displayName(list), err)
			}
			if !yield(name, err) {
				return
			}
		}
	}
}
