package mailbox

import (
	"os"
	"path/filepath"
	"strings"
)

// skippedFolder reports folders that hold no mail: hidden ones, but for the
// folders of Maildir++ (".Sent" with cur and new below), and the tmp of a Maildir.
func skippedFolder(path, name string) bool {
	if name == "tmp" {
		_, err := os.Stat(filepath.Join(filepath.Dir(path), "cur"))
		return err == nil
	}
	if !strings.HasPrefix(name, ".") {
		return false
	}
	_, err := os.Stat(filepath.Join(path, "cur"))
	return err != nil
}

// delivered tells the files of a Maildir: in cur and new each is one mail by
// definition, so that nobody has to look into them; beside these folders lie
// files of the server.
type delivered struct {
	folder string // the last one that was looked at
	is     bool   // its files are mails
	beside bool   // its files lie beside cur, new and tmp
}

func (d *delivered) look(folder string) {
	if folder == d.folder {
		return
	}
	base := filepath.Base(folder)
	*d = delivered{folder: folder, beside: isMaildir(folder)}
	d.is = !d.beside && (base == "cur" || base == "new") && isMaildir(filepath.Dir(folder))
}

// ofTheServer reports names under which Dovecot and Courier keep their own records
// in a Maildir: none of them is a mail, and each run would end with what it says
// of them.
func ofTheServer(name string) bool {
	switch name {
	case "maildirsize", "maildirfolder", "subscriptions":
		return true
	}
	return strings.HasPrefix(name, "dovecot-") || strings.HasPrefix(name, "dovecot.") || strings.HasPrefix(name, "courierimap") || strings.HasPrefix(name, "courierpop3")
}

// isMaildir reports whether a folder has all three of a Maildir's.
func isMaildir(folder string) bool {
	for _, name := range []string{"cur", "new", "tmp"} {
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}
