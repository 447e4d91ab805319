package outfile

import (
	"fmt"
	"os"
	"testing"
)

// TestDirectoriesWait makes every folder durable in the end, and lets no more wait than there is room for.
func TestDirectoriesWait(t *testing.T) {
	t.Parallel()
	d := NewDirectories(0)
	for i := range 3*maxDirectories + 5 {
		d.Add(fmt.Sprintf("/nowhere/%d", i%(2*maxDirectories)))
		if len(d.names) > maxDirectories {
			t.Fatalf("%d wait", len(d.names))
		}
	}
	if len(d.names) == 0 {
		t.Error("none waits")
	}
	d.Sync()
	if len(d.names) != 0 {
		t.Errorf("%d still wait", len(d.names))
	}
}

// modedFile is a file that the system has given a mode.
type modedFile struct {
	File
	mode os.FileMode
}

func (f modedFile) Mode() (os.FileMode, error) { return f.mode, nil }

// TestDirectoryGivesModes: a mode is only left unset where files in the directory have got it, or more of it, without.
func TestDirectoryGivesModes(t *testing.T) {
	t.Parallel()
	d := NewDirectories(0o022)
	for _, tt := range []struct {
		name      string
		dir       string
		mode, got os.FileMode
		want      bool
	}{
		{"less, by the lists of the directory", "a", 0o666, 0o640, false},
		{"more", "a", 0o666, 0o664, false},
		{"as it was asked for", "b", 0o600, 0o600, true},
		{"a larger one, which it does not give", "b", 0o666, 0o640, false},
		{"a larger one, which it gives", "b", 0o666, 0o644, true},
		{"known", "b", 0o640, 0, true},
		{"known of another", "c", 0o640, 0, false},
	} {
		if got := d.Gives(tt.dir, tt.mode, modedFile{mode: tt.got}); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	if (*Directories)(nil).Gives("a", 0o600, modedFile{mode: 0o600}) {
		t.Error("nobody knows, and it is left unset")
	}
	if d.Gives("d", 0o600, nil) {
		t.Error("of a file that does not tell its mode it is left unset")
	}
}
