//go:build !linux

package main

import "os"

// openFile opens a file to be read: a regular one, or another.
func openFile(name string) (regularFile, *os.File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	if info.Mode().IsRegular() {
		return sizedFile{f, info.Size(), changedSince(f, info)}, nil, nil
	}
	return nil, f, nil
}

type sizedFile struct {
	*os.File
	size    int64
	changed func() bool
}

func (f sizedFile) Size() int64 { return f.size }

func (f sizedFile) Changed() bool { return f.changed() }
