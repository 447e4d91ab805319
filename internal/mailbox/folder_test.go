package mailbox

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestWalkFolder: folders of any size are walked as filepath.WalkDir walks them, however few names are held at a time.
func TestWalkFolder(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	for _, folder := range []string{"", "cur", "new", "empty", ".hidden", "deep/er/still"} {
		path := filepath.Join(root, folder)
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if folder == "empty" {
			continue
		}
		for range 100 {
			if err := os.WriteFile(filepath.Join(path, fmt.Sprintf("%x", random.Uint32())), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.Symlink("cur", filepath.Join(root, "link")); err != nil {
		t.Log(err)
	}
	type walker func(string, fs.WalkDirFunc) error
	// told is what a walk visits, where the folder new is passed over and, with stop, all ends in the middle.
	told := func(walk walker, root string, stop int) (out []string) {
		err := walk(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				out = append(out, fmt.Sprint(path, " ", err))
				return nil
			}
			info, err := d.Info()
			if err != nil || info.Name() != d.Name() {
				t.Errorf("%s: %v, %v", path, info, err)
			}
			out = append(out, fmt.Sprint(path, " ", d.Name(), " ", d.Type()))
			if d.IsDir() && d.Name() == "new" {
				return fs.SkipDir
			}
			if len(out) == stop {
				return fs.ErrClosed
			}
			return nil
		})
		return append(out, fmt.Sprint(err))
	}
	for _, stop := range []int{0, 150} {
		for _, start := range []string{root, filepath.Join(root, "cur"), filepath.Join(root, "link"), filepath.Join(root, "nothing")} {
			want := told(filepath.WalkDir, start, stop)
			for _, most := range []int{1, 2, 7, 50, 51, 99, 100, 101, namesAtATime} {
				got := told(func(root string, visit fs.WalkDirFunc) error { return walkBy(root, most, visit) }, start, stop)
				if !slices.Equal(got, want) {
					t.Fatalf("%s, %d names at a time, stop at %d: visited\n%q\nwant\n%q", start, most, stop, got, want)
				}
			}
		}
	}
}
