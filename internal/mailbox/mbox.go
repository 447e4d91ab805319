package mailbox

import (
	"fmt"
	"io"
	"os"

	"smimectl/internal/mimewrap"
)

// ofFile gives the mail of a file, or each one of a file that may be an mbox
// file and is one.
func ofFile(path, below string, several bool, give func(*Mail) bool) bool {
	if !several || !IsSeveral(path) {
		return give(&Mail{Name: path, Below: below, Path: path})
	}
	f, err := os.Open(path)
	if err != nil {
		return give(&Mail{Name: path, Below: below, Err: err})
	}
	shared := &sharedFile{File: f, users: 1}
	defer shared.release()
	info, err := f.Stat()
	if err != nil {
		return give(&Mail{Name: path, Below: below, Err: err})
	}
	box, ok := mimewrap.OpenMailbox(io.NewSectionReader(f, 0, info.Size()))
	if !ok {
		return give(&Mail{Name: path, Below: below, Path: path})
	}
	for n := 1; ; n++ {
		part, offset, err := box.Next()
		if err != nil {
			return give(&Mail{Name: path, Below: below, Err: err})
		}
		if part == nil {
			return true
		}
		shared.hold()
		x := &Mail{Name: fmt.Sprintf("%s:%d", path, n), Below: fmt.Sprintf("%s.%d", below, n), owner: shared,
			Part: io.NewSectionReader(f, offset, part.Size()), Number: n, Offset: offset}
		if !give(x) {
			return false
		}
	}
}

// IsSeveral reports whether a file is an mbox file of more than one mail.
func IsSeveral(path string) bool {
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
