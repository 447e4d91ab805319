package mailbox

import (
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Of gives the mails of one operand, in an order that is always the same: of a file, an mbox
// file, a Maildir, or a folder of any of them. Names are not gathered first, so that a folder of
// any size takes no memory but for the names of one directory. skip says which folders below
// the operand are passed over; it may be nil. Each mail has to be released.
func Of(operand string, skip func(folder string) bool) iter.Seq[*Mail] {
	return func(yield func(*Mail) bool) { of(operand, skip, yield) }
}

// of gives the mails of one operand. false means stop.
func of(operand string, skip func(folder string) bool, give func(*Mail) bool) bool {
	operand = ThroughLinks(operand)
	info, err := os.Stat(operand)
	if err != nil {
		return give(&Mail{Name: operand, Below: SafeBelow(operand), Err: err})
	}
	if !info.IsDir() {
		return ofFile(operand, SafeBelow(operand), info.Mode().IsRegular(), give)
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
			if !give(&Mail{Name: path, Below: below, Err: err}) {
				return stop
			}
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			if path != operand && (skippedFolder(path, d.Name()) || skip != nil && skip(path)) {
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
		if !ofFile(path, below, !maildir.is, give) {
			return stop
		}
		return nil
	})
	return err == nil
}

// SafeBelow is where the output for a file belongs below a folder: its path as it
// was named, which must not lead out of the folder.
func SafeBelow(name string) string {
	clean := filepath.ToSlash(filepath.Clean(name))
	clean = strings.TrimPrefix(clean, filepath.ToSlash(filepath.VolumeName(clean)))
	parts := slices.DeleteFunc(strings.Split(clean, "/"), func(part string) bool { return part == "" || part == "." || part == ".." })
	if len(parts) == 0 {
		return "mail"
	}
	return filepath.Join(parts...)
}
