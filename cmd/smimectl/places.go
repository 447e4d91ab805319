package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"smimectl/internal/mailbox"
)

// place is where the output of a mail goes.
type place struct {
	target string // as it is named
	path   string // resolved
	there  bool   // something has the name
	folder bool   // it is a directory, or a link to one
	free   bool   // nothing has it; with other errors than that it is neither
	own    bool   // it is no link that leads to another name
}

// place looks what is where the output of a mail goes. For a name in a folder that had nothing in it, of no other mail, that
// is left to the moment at which the output gets it: a look for a name that is not there has to wait until no
// other worker gives one.
func (t *targets) place(m *mail) place {
	target := t.outputs.target(m)
	if !t.empty {
		return t.find(target)
	}
	return place{target: target, path: t.path(target), free: true, own: true}
}

// resolve gives the one name of a file that may not be there yet.
func (t *targets) resolve(name string) string {
	return t.find(mailbox.ThroughLinks(name)).path
}

// find gives the place of a file.
func (t *targets) find(name string) place {
	p := place{target: name, own: true}
	info, err := os.Lstat(name)
	p.there, p.free = err == nil, errors.Is(err, fs.ErrNotExist)
	p.folder = p.there && info.IsDir()
	if p.there && info.Mode()&fs.ModeSymlink != 0 {
		to, err := os.Stat(name)
		p.folder = err == nil && to.IsDir()
		if path, err := filepath.EvalSymlinks(name); err == nil {
			name, p.own = path, false
		}
	}
	p.path = t.path(name)
	return p
}

// path resolves the folder of a name.
func (t *targets) path(name string) string {
	return filepath.Join(t.folderOf(filepath.Dir(name)), filepath.Base(name))
}

// folderOf is resolveFolder, once for many files in one folder.
func (t *targets) folderOf(dir string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.resolved == "" || dir != t.folder {
		t.folder, t.resolved = dir, resolveFolder(dir)
	}
	return t.resolved
}

// resolveFolder resolves what is there of a folder's path; the rest will be made.
func resolveFolder(dir string) string {
	if path, err := filepath.Abs(dir); err == nil {
		dir = path
	}
	rest := ""
	for at := dir; ; at = filepath.Dir(at) {
		if path, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(path, rest)
		}
		if at == filepath.Dir(at) {
			return dir
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}

// isEmpty says whether a folder is not there yet, or has nothing in it.
func isEmpty(folder string) bool {
	f, err := os.Open(folder)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	defer f.Close()
	_, err = f.Readdirnames(1)
	return err == io.EOF
}

// linkBelow says whether two names below a folder may be one file: whether there is a link in it, or something that cannot
// be looked into. In the usual case it is a new or an empty folder. No more names are held than a part of one folder's.
func linkBelow(folder string) bool {
	if folder == "" {
		return false
	}
	for folders := []string{folder}; len(folders) > 0; {
		dir := folders[len(folders)-1]
		folders = folders[:len(folders)-1]
		f, err := os.Open(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return true
		}
		below, link := foldersIn(f)
		f.Close()
		if link {
			return true
		}
		for _, name := range below {
			folders = append(folders, filepath.Join(dir, name))
		}
	}
	return false
}

// entriesAtATime is how many entries of a folder are held while links are looked for.
const entriesAtATime = 1 << 13

// foldersIn gives the folders in one, and whether there is a link in it, or trouble with reading it.
func foldersIn(f *os.File) (folders []string, link bool) {
	for {
		entries, err := f.ReadDir(entriesAtATime)
		for _, d := range entries {
			switch {
			case d.Type()&(fs.ModeSymlink|fs.ModeIrregular) != 0: // a junction of Windows is irregular
				return nil, true
			case d.IsDir():
				folders = append(folders, d.Name())
			}
		}
		if err != nil {
			return folders, !errors.Is(err, io.EOF)
		}
	}
}

func isThere(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

func sameFile(a, b string) bool {
	one, err1 := os.Stat(a)
	two, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(one, two)
}
