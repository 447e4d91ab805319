package mailbox

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// namesAtATime is how many names of one folder are held, or twice as many: a
// Maildir of millions is read again for the next ones in the order, which takes
// little time beside the work on their mails.
const namesAtATime = 1 << 13

// walkFolder is filepath.WalkDir in memory that does not grow with the number of
// files: it visits a folder and all below it in the order of their names.
func walkFolder(root string, visit fs.WalkDirFunc) error { return walkBy(root, namesAtATime, visit) }

func walkBy(root string, most int, visit fs.WalkDirFunc) error {
	info, err := os.Lstat(root)
	if err != nil {
		err = visit(root, nil, err)
	} else {
		err = walkEntry(root, fs.FileInfoToDirEntry(info), most, visit)
	}
	if errors.Is(err, fs.SkipDir) || errors.Is(err, fs.SkipAll) {
		return nil
	}
	return err
}

func walkEntry(path string, d fs.DirEntry, most int, visit fs.WalkDirFunc) error {
	if err := visit(path, d, nil); err != nil || !d.IsDir() {
		if errors.Is(err, fs.SkipDir) && d.IsDir() {
			return nil
		}
		return err
	}
	list := &leastNames{folder: path, most: most}
	for !list.ended {
		entries, err := list.next()
		if err != nil {
			// As filepath.WalkDir has it: the folder is visited again with the
			// error, and then what was read of it.
			if err := visit(path, d, err); err != nil {
				if errors.Is(err, fs.SkipDir) {
					return nil
				}
				return err
			}
		}
		for i := range entries {
			if err := walkEntry(filepath.Join(path, entries[i].name), &folderEntry{path, entries[i]}, most, visit); err != nil {
				if errors.Is(err, fs.SkipDir) {
					return nil
				}
				return err
			}
		}
	}
	return nil
}

// leastNames gives the entries of a folder in the order of their names, some thousands
// at a time.
type leastNames struct {
	folder string
	most   int
	last   string // name of the last one that was given; all after it are to come
	ended  bool
}

// next reads the folder for the least names after the last one. With an error it
// gives what was read before, and the listing ends.
func (l *leastNames) next() ([]entry, error) {
	l.ended = true
	f, err := os.Open(l.folder)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var least []entry
	bound := "" // names from here on are for later; "": none are yet
	for {
		some, err := f.ReadDir(256)
		for _, d := range some {
			name := d.Name()
			if name <= l.last || bound != "" && name >= bound {
				continue
			}
			if least = append(least, entry{name, d.Type()}); len(least) == 2*l.most {
				slices.SortFunc(least, entry.compare)
				clear(least[l.most:])
				least = least[:l.most]
				bound = least[l.most-1].name
			}
		}
		if errors.Is(err, io.EOF) {
			l.ended = bound == ""
			break
		}
		if err != nil {
			slices.SortFunc(least, entry.compare)
			return least, err
		}
	}
	slices.SortFunc(least, entry.compare)
	if len(least) > 0 {
		l.last = least[len(least)-1].name
	}
	return least, nil
}

// entry is what is held of one of a folder's entries.
type entry struct {
	name string
	kind fs.FileMode
}

func (e entry) compare(o entry) int { return strings.Compare(e.name, o.name) }

// folderEntry is an entry as a fs.DirEntry.
type folderEntry struct {
	folder string
	entry
}

func (e *folderEntry) Name() string               { return e.name }
func (e *folderEntry) IsDir() bool                { return e.kind.IsDir() }
func (e *folderEntry) Type() fs.FileMode          { return e.kind }
func (e *folderEntry) Info() (fs.FileInfo, error) { return os.Lstat(filepath.Join(e.folder, e.name)) }
