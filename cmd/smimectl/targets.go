package main

import (
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"smimectl/internal/mailbox"
)

// digest stands for the name of a file: what is remembered of each of many.
type digest [16]byte

func digestOf(name string) digest {
	sum := sha256.Sum256([]byte(name))
	return digest(sum[:16])
}

// targets are the outputs of one run. A mail whose output would take the place of
// another mail, or of another's output, is refused. Where two may have one output who
// asks does so in the order of the mails, so that it is the same one however many
// workers there are.
type targets struct {
	outputs *outputsFlags
	report  string              // resolved; "": none
	inputs  map[digest]struct{} // mails that the command line and a list name
	folders []string            // resolved, ending in a separator: every file below them is a mail
	unknown bool                // other mails may lie beside those on a list that is read as it comes
	taken   map[digest]struct{} // nil: no two mails can have one output
	empty   bool                // so nothing can have the name of an output, or somebody gives it to something meanwhile
	last    digest              // the one that was taken last

	mu       sync.Mutex // of the two below
	folder   string     // the last one that was resolved
	resolved string
}

// targetsOf prepares for the mails of a command line.
func (s *several) targetsOf(a *app, operands []string) *targets {
	t := &targets{outputs: s.outputs, inputs: map[digest]struct{}{}}
	if !s.outputs.given() {
		return t
	}
	if a.global.report != "" {
		t.report = t.resolve(a.global.report)
	}
	list := s.flags.mails.filesFrom
	for _, name := range operands {
		t.input(name)
	}
	switch info, err := os.Stat(list); {
	case list == "":
	case list != "-" && err == nil && info.Mode().IsRegular():
		for name, err := range a.namesFrom(list) {
			if err == nil {
				t.input(name)
			}
		}
	default:
		t.unknown = s.outputs.folder == ""
	}
	// The names in one folder differ, and so do those of their outputs unless their ends are taken off, or a link leads
	// from one to another.
	if list != "" || len(operands) != 1 || s.outputs.suffix != "" || linkBelow(s.outputs.folder) {
		t.taken = map[digest]struct{}{}
	}
	t.empty = t.taken == nil && isEmpty(s.outputs.folder)
	return t
}

// isFolder reports whether a folder is the one of the outputs: within a folder of mails it is
// no folder of mails, or a run would find what it has written, and sign that too.
func (t *targets) isFolder(folder string) bool {
	return sameFile(folder, t.outputs.folder)
}

// hides reports whether the folder of the outputs has something in it that would be mails of the
// run if it were another's.
func (t *targets) hides() bool {
	below := func(folder string) bool { return strings.HasPrefix(resolveFolder(t.outputs.folder), folder) }
	return slices.ContainsFunc(t.folders, below) && !isEmpty(t.outputs.folder)
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

func (t *targets) input(name string) {
	path := t.resolve(name)
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		t.folders = append(t.folders, strings.TrimSuffix(path, string(filepath.Separator))+string(filepath.Separator))
		return
	}
	t.inputs[digestOf(path)] = struct{}{}
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

// spareReport refuses a file of results that is to be the output of a mail, where that
// can be told before any is looked at.
func (t *targets) spareReport(operands []string) error {
	if t.report == "" {
		return nil
	}
	for _, name := range operands {
		var clash bool
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			below, err := filepath.Rel(resolveFolder(t.outputs.folder), t.report)
			clash = err == nil && t.outputs.folder != "" && t.outputs.suffix == "" && filepath.IsLocal(below) && isThere(filepath.Join(name, below))
		} else {
			clash = t.resolve(t.outputs.target(&mail{Mail: &mailbox.Mail{Name: name, Below: mailbox.SafeBelow(name)}})) == t.report
		}
		if clash {
			return usageErrorf("--report would write over the output for a mail of %s", quoted(name)).withHint("--report ANOTHER.jsonl")
		}
	}
	return nil
}

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

// take claims the output of a mail, or says who has it already.
func (t *targets) take(m *mail, at place) error {
	target, path := at.target, at.path
	if path == t.report {
		return wouldReplace(target, errIsReport)
	}
	if t.taken == nil {
		// But a file beside an mbox file may have the name that a mail of that one gets.
		if m.Part != nil && isThere(filepath.Join(filepath.Dir(m.Name), filepath.Base(m.Below))) {
			return wouldReplace(target, errIsTaken)
		}
		return nil
	}
	key := digestOf(path)
	if _, ok := t.taken[key]; ok {
		return wouldReplace(target, errIsTaken)
	}
	t.taken[key], t.last = struct{}{}, key
	return nil
}

// spares says whether the output of a mail takes no mail's place.
func (t *targets) spares(m *mail, at place) error {
	target, path := at.target, at.path
	if at.folder {
		return wouldReplace(target, errIsFolder)
	}
	if m.Path != "" && at.there && sameFile(m.Path, target) {
		return wouldReplace(m.Name, errIsItself)
	}
	if len(t.inputs) > 0 {
		if _, ok := t.inputs[digestOf(path)]; ok {
			return wouldReplace(target, errIsInput)
		}
	}
	if !t.unknown && len(t.folders) == 0 || !at.there {
		return nil
	}
	if t.unknown {
		return wouldReplace(target, errMayBeInput)
	}
	for _, folder := range t.folders {
		if strings.HasPrefix(path, folder) {
			return wouldReplace(target, errIsBelow)
		}
	}
	return nil
}

var (
	errIsFolder   = errors.New("it is a directory")
	errIsItself   = errors.New("it is the mail itself")
	errIsTaken    = errors.New("it is the output of another mail of this run")
	errIsInput    = errors.New("it is one of the mails of this run")
	errIsBelow    = errors.New("it is there, in a folder of mails of this run")
	errMayBeInput = errors.New("it is there, and may be one of the mails of this run")
	errIsReport   = errors.New("it is the file of --report")
)

// wouldReplace refuses to write over a file; the other mails can go on.
func wouldReplace(name string, why error) error {
	return machineError("will not write over", name, why).withHint("choose another --out-dir or --suffix")
}

// inOrder reports whether places have to be given in the order of the mails: two may
// have one, or those that have been taken are passed over.
func (s *several) inOrder(t *targets) bool { return t.taken != nil || s.flags.skipDone }

// settle gives a mail its place, or the reason why it gets none.
func (t *targets) settle(m *mail) {
	at := t.place(m)
	err := t.take(m, at)
	if err == nil {
		err = t.spares(m, at)
	}
	m.err, m.fresh, m.own = err, at.free, at.own
}

// toDo gives the mails that there is work on: without those that an earlier run has
// done, and with the reason why, where an output would replace what it must not.
func (s *several) toDo(mails iter.Seq[*mail], t *targets, r *results) iter.Seq[*mail] {
	return func(yield func(*mail) bool) {
		index := 0
		inOrder := s.inOrder(t)
		for m := range mails {
			if !inOrder { // who works on it does so, while the others get theirs
				m.place, m.index = m.err == nil, index
				index++
				if !yield(m) {
					return
				}
				continue
			}
			var err error
			var at place
			if s.outputs.given() && m.err == nil {
				at = t.place(m)
				err = t.take(m, at)
			}
			if err == nil && s.flags.skipDone && s.isDone(m, r) {
				m.Release()
				continue
			}
			if err == nil && s.outputs.given() && m.err == nil {
				if err = t.spares(m, at); err != nil {
					delete(t.taken, t.last) // it gets no output
				}
			}
			if err != nil {
				m.err = err
			}
			m.index, m.fresh, m.own = index, at.free, at.own
			index++
			if !yield(m) {
				return
			}
		}
	}
}
