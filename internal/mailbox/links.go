package mailbox

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ThroughLinks gives a file the name that it has without a ".." behind a link. The system goes up from
// where the link leads; whatever joins or cleans names goes back to where it stands, and what is
// there may be another file of that name. On Windows the system does so too.
func ThroughLinks(name string) string {
	const up = ".."
	elements := strings.Split(name, string(filepath.Separator))
	if os.PathSeparator != '/' || !slices.Contains(elements, up) {
		return name
	}
	at, found := "", false
	for i, element := range elements {
		switch {
		case element == "" && i == 0:
			at = "/"
		case element == "" || element == ".":
		case element == up && isLink(at):
			to, err := filepath.EvalSymlinks(at)
			if err != nil {
				return name
			}
			at, found = filepath.Join(to, up), true
		case at == "" || at == "/":
			at += element
		default:
			at += "/" + element
		}
	}
	if !found {
		return name
	}
	return at
}

func isLink(name string) bool {
	info, err := os.Lstat(name)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}
