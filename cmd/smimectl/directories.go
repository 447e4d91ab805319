package main

import (
	"os"
	"sync"
	"sync/atomic"
)

// directories are those in which a run has put files. Each is made durable once, at
// the end of the run, and not for each file: before the run ends nobody is told that
// the work is done. What is true of all the files is found out once, too.
type directories struct {
	mu    sync.Mutex
	names map[string]bool
	made  map[string]bool // those that are there

	masked os.FileMode            // the mask of file modes
	plain  map[string]os.FileMode // the most that files in a directory were given, where it was what they asked for but for the mask
	links  atomic.Bool            // a file without a name has got one

	buffers sync.Pool // *[pendingSize]byte, wiped: those of outputs that are done
}

// newDirectories is called before there are workers: the mask of file modes is the
// process's, and read by setting it.
func newDirectories() *directories { return &directories{masked: umask()} }

// make makes a directory, and those above it, unless it did so before.
func (d *directories) make(name string, mode os.FileMode) error {
	d.mu.Lock()
	made := d.made[name]
	d.mu.Unlock()
	if made {
		return nil
	}
	if err := os.MkdirAll(name, mode); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.made == nil || len(d.made) == maxDirectories {
		d.made = map[string]bool{}
	}
	d.made[name] = true
	return nil
}

// mask is the mask of file modes.
func (d *directories) mask() os.FileMode {
	if d == nil {
		return umask()
	}
	return d.masked
}

// gives reports whether a file that was created in a directory with a mode has that mode but for the mask, and nothing has
// to be set. A directory may say otherwise, with access control lists for what is made in it. Who was given all of a mode is
// given any part of it, so that the system is asked once.
func (d *directories) gives(dir string, mode os.FileMode, f outputFile) bool {
	if d == nil {
		return false
	}
	d.mu.Lock()
	known := d.plain[dir]
	d.mu.Unlock()
	if mode&^known == 0 {
		return true
	}
	stat, ok := f.(interface{ Mode() (os.FileMode, error) })
	if !ok {
		return false
	}
	if got, err := stat.Mode(); err != nil || got != mode&^d.masked {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.plain == nil || len(d.plain) == maxDirectories {
		d.plain = map[string]os.FileMode{}
	}
	if known = d.plain[dir]; known&^mode == 0 {
		d.plain[dir] = mode
	}
	return true
}

// buffer is one for what an output gathers.
func (d *directories) buffer() []byte {
	if d != nil {
		if b, ok := d.buffers.Get().(*[pendingSize]byte); ok {
			return b[:0]
		}
	}
	return make([]byte, 0, pendingSize)
}

// buffered takes back what buffer gave, which must have been wiped.
func (d *directories) buffered(b []byte) {
	if d != nil && cap(b) == pendingSize {
		d.buffers.Put((*[pendingSize]byte)(b[:pendingSize]))
	}
}

// named reports whether it is known that files without names can get one.
func (d *directories) named() bool { return d != nil && d.links.Load() }

// maxDirectories is how many may wait.
const maxDirectories = 1024

func (d *directories) add(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.names) == maxDirectories && !d.names[name] {
		d.syncAll()
	}
	if d.names == nil {
		d.names = map[string]bool{}
	}
	d.names[name] = true
}

func (d *directories) sync() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.syncAll()
}

func (d *directories) syncAll() {
	for name := range d.names {
		syncDirectory(name)
	}
	clear(d.names)
}

// syncDirectory makes a rename durable where the system knows how; where it does
// not, the file itself was synchronised before.
func syncDirectory(dir string) {
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}
