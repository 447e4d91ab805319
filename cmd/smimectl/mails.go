package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
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
	if err == nil && (info.IsDir() || info.Mode().IsRegular() && isMailbox(name)) {
		return "", false
	}
	return name, true
}

// mail is one of several: what it is called in the results, and how it is got.
type mail struct {
	index int
	name  string // of the file, or FILE:N for mail N of an mbox file
	below string // where it belongs below a folder of outputs
	path  string // of the file on disk
	part  spool.Source
	owner *sharedFile // of part
	err   error       // why there is no such mail
	place bool        // it has to be given a place for its output
	fresh bool        // nothing has the name of its output
	own   bool        // its output was given that name, and not one that a link leads to

	number int   // of part in its mbox file, from 1
	offset int64 // of part
}

// mails gives every mail that the command line names, one after the other, in an
// order that is always the same. Names are not gathered first, so that a folder of
// any size takes no memory but for the names of one directory.
func (a *app) mails(m *mailFlags, operands []string) iter.Seq[*mail] {
	return func(yield func(*mail) bool) {
		index := 0
		give := func(x *mail) bool {
			if !m.shard.takes(x.name) {
				m.elsewhere++
				return true
			}
			x.index = index
			index++
			return yield(x)
		}
		for _, name := range operands {
			if !m.mailsOf(name, give) {
				return
			}
		}
		if m.filesFrom == "" {
			return
		}
		for name, err := range a.namesFrom(m.filesFrom) {
			if err != nil {
				give(&mail{name: m.filesFrom, err: err})
				return
			}
			if !m.mailsOf(name, give) {
				return
			}
		}
	}
}

// mailsOf gives the mails of one operand: a file, an mbox file, a Maildir, or a
// folder of any of them. false means stop.
func (m *mailFlags) mailsOf(operand string, give func(*mail) bool) bool {
	operand = throughLinks(operand)
	info, err := os.Stat(operand)
	if err != nil {
		return give(&mail{name: operand, below: safeBelow(operand), err: readError(operand, err)})
	}
	if !info.IsDir() {
		return mailsOfFile(operand, safeBelow(operand), info.Mode().IsRegular(), give)
	}
	if isLink(operand) { // what it leads to is meant
		operand += string(filepath.Separator)
	}
	stop := errors.New("stop")
	var maildir delivered
	err = walkFolder(operand, func(path string, d fs.DirEntry, err error) error {
		below, _ := filepath.Rel(operand, path)
		switch {
		case err != nil:
			if !give(&mail{name: path, below: below, err: readError(path, err)}) {
				return stop
			}
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			if path != operand && (skippedFolder(path, d.Name()) || m.outputs != nil && m.outputs(path)) {
				return fs.SkipDir
			}
			return nil
		case strings.HasPrefix(d.Name(), "."):
			return nil
		}
		regular := d.Type().IsRegular()
		if d.Type()&fs.ModeSymlink != 0 { // to a file, yes; to a folder, no: it may lead in a circle
			info, err := os.Stat(path)
			regular = err == nil && info.Mode().IsRegular()
		}
		if !regular { // a pipe or a device would be waited for
			return nil
		}
		maildir.look(filepath.Dir(path))
		if maildir.beside && ofTheServer(d.Name()) {
			return nil
		}
		if !mailsOfFile(path, below, !maildir.is, give) {
			return stop
		}
		return nil
	})
	return err == nil
}

// skippedFolder reports folders that hold no mail: hidden ones, but for the
// folders of Maildir++ (".Sent" with cur and new below), and the tmp of a Maildir.
func skippedFolder(path, name string) bool {
	if name == "tmp" {
		_, err := os.Stat(filepath.Join(filepath.Dir(path), "cur"))
		return err == nil
	}
	if !strings.HasPrefix(name, ".") {
		return false
	}
	_, err := os.Stat(filepath.Join(path, "cur"))
	return err != nil
}

// delivered tells the files of a Maildir: in cur and new each is one mail by
// definition, so that nobody has to look into them; beside these folders lie
// files of the server.
type delivered struct {
	folder string // the last one that was looked at
	is     bool   // its files are mails
	beside bool   // its files lie beside cur, new and tmp
}

func (d *delivered) look(folder string) {
	if folder == d.folder {
		return
	}
	base := filepath.Base(folder)
	*d = delivered{folder: folder, beside: isMaildir(folder)}
	d.is = !d.beside && (base == "cur" || base == "new") && isMaildir(filepath.Dir(folder))
}

// ofTheServer reports names under which Dovecot and Courier keep their own records
// in a Maildir: none of them is a mail, and each run would end with what it says
// of them.
func ofTheServer(name string) bool {
	switch name {
	case "maildirsize", "maildirfolder", "subscriptions":
		return true
	}
	return strings.HasPrefix(name, "dovecot-") || strings.HasPrefix(name, "dovecot.") || strings.HasPrefix(name, "courierimap") || strings.HasPrefix(name, "courierpop3")
}

// isMaildir reports whether a folder has all three of a Maildir's.
func isMaildir(folder string) bool {
	for _, name := range []string{"cur", "new", "tmp"} {
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

// mailsOfFile gives the mail of a file, or each one of a file that may be an mbox
// file and is one.
func mailsOfFile(path, below string, several bool, give func(*mail) bool) bool {
	if !several || !isMailbox(path) {
		return give(&mail{name: path, below: below, path: path})
	}
	f, err := os.Open(path)
	if err != nil {
		return give(&mail{name: path, below: below, err: readError(path, err)})
	}
	shared := &sharedFile{File: f, users: 1}
	defer shared.release()
	info, err := f.Stat()
	if err != nil {
		return give(&mail{name: path, below: below, err: readError(path, err)})
	}
	box, ok := mimewrap.OpenMailbox(io.NewSectionReader(f, 0, info.Size()))
	if !ok {
		return give(&mail{name: path, below: below, path: path})
	}
	for n := 1; ; n++ {
		part, offset, err := box.Next()
		if err != nil {
			return give(&mail{name: path, below: below, err: readError(path, err)})
		}
		if part == nil {
			return true
		}
		shared.hold()
		x := &mail{name: fmt.Sprintf("%s:%d", path, n), below: fmt.Sprintf("%s.%d", below, n), owner: shared,
			part: io.NewSectionReader(f, offset, part.Size()), number: n, offset: offset}
		if !give(x) {
			return false
		}
	}
}

// isMailbox reports whether a file is an mbox file of more than one mail.
func isMailbox(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var begins [5]byte
	if _, err := io.ReadFull(f, begins[:]); err != nil || string(begins[:]) != "From " {
		return false
	}
	info, err := f.Stat()
	if err != nil {
		return false
	}
	box, ok := mimewrap.OpenMailbox(io.NewSectionReader(f, 0, info.Size()))
	if !ok {
		return false
	}
	if first, _, err := box.Next(); err != nil || first == nil {
		return false
	}
	second, _, err := box.Next()
	return err == nil && second != nil
}

// safeBelow is where the output for a file belongs below a folder: its path as it
// was named, which must not lead out of the folder.
func safeBelow(name string) string {
	clean := filepath.ToSlash(filepath.Clean(name))
	clean = strings.TrimPrefix(clean, filepath.ToSlash(filepath.VolumeName(clean)))
	parts := slices.DeleteFunc(strings.Split(clean, "/"), func(part string) bool { return part == "" || part == "." || part == ".." })
	if len(parts) == 0 {
		return "mail"
	}
	return filepath.Join(parts...)
}

// maxName is how long a name in a list may be.
const maxName = 64 << 10

// namesFrom gives the names of a list: ended by NUL if there is one in it, else by
// line ends. Empty ones are passed over.
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
		in := bufio.NewReaderSize(r, maxName)
		head, _ := in.Peek(maxName)
		end := byte('\n')
		if bytes.IndexByte(head, 0) >= 0 {
			end = 0
		}
		for {
			line, err := in.ReadSlice(end)
			if errors.Is(err, bufio.ErrBufferFull) {
				yield("", messageErrorf("", "%s holds a name of more than %d octets", inWords(displayName(list)), maxName))
				return
			}
			if err != nil && !errors.Is(err, io.EOF) {
				yield("", readError(displayName(list), err))
				return
			}
			name := strings.TrimSuffix(string(line), string(rune(end)))
			if end == '\n' {
				name = strings.TrimSuffix(name, "\r")
			}
			if name != "" && !yield(name, nil) {
				return
			}
			if err != nil {
				return
			}
		}
	}
}
