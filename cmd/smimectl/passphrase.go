package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"smimectl/internal/certstore"
	"smimectl/internal/verdict"
)

// passphraseFlags are the ways a passphrase gets in; never on the command line,
// where every process can read it.
type passphraseFlags struct {
	files  []string
	fd     string
	env    *environment
	silent bool // nobody is asked

	fromFD []byte
	fdRead bool
}

func (p *passphraseFlags) add(cmd *cobra.Command, env *environment) {
	p.env = env
	cmd.Flags().Var(many(&p.files, "FILE"), "passphrase-file", "passphrase: the first line of FILE (repeatable)")
	cmd.Flags().Var(onceNumber(&p.fd), "passphrase-fd", "passphrase: the first line of file descriptor N")
}

// maxPrompts is how often a person is asked for one key.
const maxPrompts = 3

// function gives the passphrases in the order files, descriptor, environment,
// terminal. Each is tried once; the terminal is asked three times.
func (p *passphraseFlags) function() certstore.PassphraseFunc {
	return func(what string, try int) ([]byte, error) {
		given, err := p.given()
		if err != nil {
			return nil, err
		}
		if try < len(given) {
			return bytes.Clone(given[try]), nil
		}
		if len(given) > 0 || try-len(given) >= maxPrompts {
			// Whoever named a source meant it: no prompt after it.
			return nil, certstore.ErrNoPassphrase
		}
		if p.silent {
			return nil, certstore.ErrNoPassphrase
		}
		return p.prompt("passphrase of " + verdict.Escape(what) + ": ")
	}
}

func (p *passphraseFlags) given() ([][]byte, error) {
	var out [][]byte
	for _, name := range p.files {
		line, err := firstLineOf(name)
		if err != nil {
			return nil, err
		}
		out = append(out, line)
	}
	if p.fd != "" {
		if !p.fdRead {
			line, err := p.readDescriptor()
			if err != nil {
				return nil, err
			}
			p.fromFD, p.fdRead = line, true
		}
		out = append(out, p.fromFD)
	}
	if len(out) > 0 {
		return out, nil
	}
	if name := p.env.getenv("SMIMECTL_PASSPHRASE_FILE"); name != "" {
		line, err := firstLineOf(name)
		if err != nil {
			return nil, err
		}
		out = append(out, line)
	} else if value := p.env.getenv("SMIMECTL_PASSPHRASE"); value != "" {
		out = append(out, []byte(value))
	}
	return out, nil
}

func (p *passphraseFlags) readDescriptor() ([]byte, error) {
	n, err := strconv.Atoi(p.fd)
	if err != nil || n < 0 {
		return nil, usageErrorf("--passphrase-fd %s is no file descriptor", quoted(p.fd))
	}
	if n == 0 && p.env.mailOnStdin { // its first line is no passphrase
		return nil, usageErrorf("--passphrase-fd 0 is standard input, where the mail comes from, or the names of the mails").withHint("smimectl ... --passphrase-fd 3 3<FILE")
	}
	f := os.NewFile(uintptr(n), "descriptor "+p.fd)
	if f == nil || !inherited(n) { // or one of the program's own would be read
		return nil, usageErrorf("--passphrase-fd %d is not open", n).withHint("smimectl ... --passphrase-fd %d %d<FILE", n, n)
	}
	line, err := firstLine(f)
	if err != nil {
		return nil, machineError("cannot read the passphrase from descriptor "+p.fd, "", err)
	}
	return line, nil
}

func firstLineOf(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil && name == "-" {
		return nil, usageErrorf("--passphrase-file - is no file").withHint("from standard input:  --passphrase-fd 0")
	}
	if err != nil {
		return nil, readError(name, err)
	}
	defer f.Close()
	line, err := firstLine(f)
	if err != nil {
		return nil, readError(name, err)
	}
	return line, nil
}

// firstLine reads up to the first line end, which does not belong to the
// passphrase; the rest is ignored.
func firstLine(r io.Reader) ([]byte, error) {
	line, err := bufio.NewReaderSize(io.LimitReader(r, 64<<10), 64<<10).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")), nil
}

// prompt asks on the terminal itself, not on standard input, which may be the mail.
func (p *passphraseFlags) prompt(question string) ([]byte, error) {
	if asking := p.env.asking; asking != nil { // several mails may need a key at the same time
		asking.Lock()
		defer asking.Unlock()
	}
	defer p.env.meter.Pause()()
	tty, err := openTerminal()
	if err != nil {
		return nil, certstore.ErrNoPassphrase
	}
	defer tty.Close()
	fmt.Fprint(tty, question)
	line, err := term.ReadPassword(int(tty.Fd()))
	fmt.Fprintln(tty)
	if err != nil {
		return nil, certstore.ErrNoPassphrase
	}
	return line, nil
}

// newPassphrase asks for a passphrase that is to protect a new key, twice on a
// terminal. Other sources are taken as they are.
func (p *passphraseFlags) newPassphrase(what string) ([]byte, error) {
	given, err := p.given()
	if err != nil {
		return nil, err
	}
	if len(given) > 0 {
		return given[0], nil
	}
	for range maxPrompts {
		first, err := p.prompt("new passphrase for " + verdict.Escape(what) + ": ")
		if err != nil {
			return nil, p.missing(what)
		}
		second, err := p.prompt("once more: ")
		if err != nil {
			return nil, p.missing(what)
		}
		if bytes.Equal(first, second) {
			return first, nil
		}
	}
	return nil, keyErrorf(verdict.PassphraseWrong, "the two passphrases differ")
}

func (p *passphraseFlags) missing(what string) *cliError {
	e := keyErrorf(verdict.PassphraseMissing, "the key of %s needs a passphrase and there is no terminal", verdict.Escape(what))
	e.hints = passphraseHints
	return e
}

var passphraseHints = []string{
	"--passphrase-file FILE or --passphrase-fd N",
	"or $SMIMECTL_PASSPHRASE_FILE, or $SMIMECTL_PASSPHRASE",
}

func openTerminal() (*os.File, error) {
	return os.OpenFile(terminalDevice, os.O_RDWR, 0)
}
