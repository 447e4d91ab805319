package main

import (
	"crypto/sha256"
	"errors"
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
// workers there are; else several may ask at a time.
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

func (t *targets) input(name string) {
	path := t.resolve(name)
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		t.folders = append(t.folders, strings.TrimSuffix(path, string(filepath.Separator))+string(filepath.Separator))
		return
	}
	t.inputs[digestOf(path)] = struct{}{}
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

// giveBack takes the last claim back: its mail gets no output.
func (t *targets) giveBack() { delete(t.taken, t.last) }

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
	if !at.there {
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
