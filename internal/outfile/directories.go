package outfile

import (
	"os"
	"sync"
	"sync/atomic"
)

// Directories are those in which a run has put files. Each is made durable once, at
// the end of the run, and not for each file: before the run ends nobody is told that
// the work is done. What is true of all the files is found out once, too.
type Directories struct {
	mu    sync.Mutex
	names map[string]bool
	made  map[string]bool // those that are there

	masked os.FileMode            // the mask of file modes
	plain  map[string]os.FileMode // the most that files in a directory were given, where it was what they asked for but for the mask
	links  atomic.Bool            // a file without a name has got one

	buffers sync.Pool // *[BufferSize]byte, wiped: those of outputs that are done
}

// NewDirectories is for a process with the given mask of file modes, which Umask tells as
// long as there is one goroutine.
func NewDirectories(mask os.FileMode) *Directories { return &Directories{masked: mask} }

// Make makes a directory, and those above it, unless it did so before.
func (d *Directories) Make(name string, mode os.FileMode) error {
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

// Mask is the mask of file modes.
func (d *Directories) Mask() os.FileMode {
	if d == nil {
		return Umask()
	}
	return d.masked
}

// Gives reports whether a file that was created in a directory with a mode has that mode but for the mask, and nothing has
// to be set. A directory may say otherwise, with access control lists for what is made in it. Who was given all of a mode is
// given any part of it, so that the system is asked once.
func (d *Directories) Gives(dir string, mode os.FileMode, f File) bool {
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

// Buffer is one for what an output gathers.
func (d *Directories) Buffer() []byte {
	if d != nil {
		if b, ok := d.buffers.Get().(*[BufferSize]byte); ok {
			return b[:0]
		}
	}
	return make([]byte, 0, BufferSize)
}

// TakeBuffer takes back what Buffer gave, which must have been wiped.
func (d *Directories) TakeBuffer(b []byte) {
	if d != nil && cap(b) == BufferSize {
		d.buffers.Put((*[BufferSize]byte)(b[:BufferSize]))
	}
}

// Linked reports whether it is known that files without names can get one.
func (d *Directories) Linked() bool { return d != nil && d.links.Load() }

// SetLinked notes that a file without a name has got one.
func (d *Directories) SetLinked() { d.links.Store(true) }

// maxDirectories is how many may wait.
const maxDirectories = 1024

// Add notes a directory in which a file has got its name.
func (d *Directories) Add(name string) {
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

// Sync makes durable what has happened in all of them.
func (d *Directories) Sync() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.syncAll()
}

func (d *Directories) syncAll() {
	for name := range d.names {
		SyncDirectory(name)
	}
	clear(d.names)
}

// SyncDirectory makes a rename durable where the system knows how; where it does
// not, the file itself was synchronised before.
func SyncDirectory(dir string) {
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}
