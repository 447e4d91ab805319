package mailbox

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	mailText = "From: a@example.org\n\nhello\n"
	fromLine = "From a@example.org Sun Nov 22 00:00:00 2026\n"
	twoMails = fromLine + mailText + "\n" + fromLine + mailText
)

// makeFiles writes files below a new folder.
func makeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// found lists the mails of an operand, each with where its output belongs if that is somewhere else, and with a mark
// if it is not there.
func found(t *testing.T, dir, operand string, skip func(string) bool) []string {
	t.Helper()
	var out []string
	var all []*Mail
	for m := range Of(filepath.Join(dir, operand), skip) {
		all = append(all, m)
		name := strings.TrimPrefix(m.Name, dir+string(filepath.Separator))
		if m.Err != nil {
			name += " !"
		}
		out = append(out, filepath.ToSlash(name))
		if (m.Part == nil) != (m.Number == 0) || (m.Part == nil) != (m.Path != "" || m.Err != nil) {
			t.Errorf("%s: part %v, number %d, path %q", name, m.Part, m.Number, m.Path)
		}
		if m.Part == nil {
			continue
		}
		text := make([]byte, 5)
		if _, err := m.Part.ReadAt(text, 0); err != nil || string(text) != "From " {
			t.Errorf("%s begins with %q, %v", name, text, err)
		}
	}
	for _, m := range all {
		m.Release()
	}
	for _, m := range all {
		if m.Part == nil {
			continue
		}
		if _, err := m.Part.ReadAt(make([]byte, 1), 0); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("%s is open still: %v", m.Name, err)
		}
	}
	return out
}

// TestOf lists what operands name, in one order.
func TestOf(t *testing.T) {
	t.Parallel()
	dir := makeFiles(t, map[string]string{
		"box/cur/1:2,S": mailText, "box/new/2": mailText, "box/tmp/3": mailText, "box/.Sent/cur/4": mailText, "box/.hidden/5": mailText, "box/cur/.lock": mailText,
		"plain/a.eml": mailText, "plain/sub/b.eml": mailText, "plain/tmp/c.eml": mailText,
		"two.mbox": twoMails, "one.mbox": fromLine + mailText, "quoted.eml": mailText + "\nFrom here on it is text\n", "short": "From", "empty": "",
	})
	for link, to := range map[string]string{"plain/link.eml": "a.eml", "plain/circle": ".", "plain/nowhere.eml": "nothing", "way": "box"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Skip(err)
		}
	}
	for _, test := range []struct {
		name, operand string
		skip          func(string) bool
		want          []string
	}{
		{"Maildir", "box", nil, []string{"box/.Sent/cur/4", "box/cur/1:2,S", "box/new/2"}},
		{"a link to it", "way", nil, []string{"way/.Sent/cur/4", "way/cur/1:2,S", "way/new/2"}},
		{"folder", "plain", nil, []string{"plain/a.eml", "plain/link.eml", "plain/sub/b.eml", "plain/tmp/c.eml"}},
		{"folder without some", "plain", func(folder string) bool { return filepath.Base(folder) == "sub" }, []string{"plain/a.eml", "plain/link.eml", "plain/tmp/c.eml"}},
		{"folder that is not to be read", "plain", func(string) bool { return true }, []string{"plain/a.eml", "plain/link.eml"}},
		{"file", "plain/a.eml", nil, []string{"plain/a.eml"}},
		{"mbox", "two.mbox", nil, []string{"two.mbox:1", "two.mbox:2"}},
		{"mbox of one", "one.mbox", nil, []string{"one.mbox"}},
		{"text with a line that begins so", "quoted.eml", nil, []string{"quoted.eml"}},
		{"few octets", "short", nil, []string{"short"}},
		{"empty", "empty", nil, []string{"empty"}},
		{"missing", "nothing", nil, []string{"nothing !"}},
	} {
		if got := found(t, dir, test.operand, test.skip); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	for n := range 4 { // whoever has enough gets no more
		given := 0
		for m := range Of(dir, nil) {
			m.Release()
			if given++; given > n {
				break
			}
		}
		if given != n+1 {
			t.Errorf("%d mails, want %d", given, n+1)
		}
	}
}

// TestBelow: where outputs belong is where the mails are below the operand.
func TestBelow(t *testing.T) {
	t.Parallel()
	dir := makeFiles(t, map[string]string{"a/b/1.eml": mailText, "a/two.mbox": twoMails})
	var got []string
	for _, operand := range []string{"a", "a/b", "a/b/1.eml"} {
		for m := range Of(filepath.Join(dir, operand), nil) {
			got = append(got, filepath.ToSlash(strings.TrimPrefix(m.Below, dir[1:]+"/")))
			m.Release()
		}
	}
	if want := []string{"b/1.eml", "two.mbox.1", "two.mbox.2", "1.eml", "a/b/1.eml"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestDelivered looks into files for mbox files, but not into those of a Maildir, and
// leaves out what servers keep beside its folders; the same names elsewhere are mails.
func TestDelivered(t *testing.T) {
	t.Parallel()
	const two = "From a Sun Nov 22 00:00:00 2026\nSubject: one\n\nbody\n\nFrom a Sun Nov 22 00:00:01 2026\nSubject: two\n\nbody\n"
	files := map[string]string{}
	for _, name := range []string{"box/cur/1", "box/new/2", "box/tmp/3", "box/x", "new/4", "half/cur/5",
		"box/dovecot-uidlist", "box/dovecot.index.log", "box/maildirsize", "box/maildirfolder", "box/subscriptions", "box/courierimapuiddb", "box/courierpop3dsizelist",
		"box/cur/dovecot-uidlist", "half/maildirsize"} {
		files[name] = two
	}
	want := []string{"box/cur/1", "box/cur/dovecot-uidlist", "box/new/2", "box/x:1", "box/x:2", "half/cur/5:1", "half/cur/5:2",
		"half/maildirsize:1", "half/maildirsize:2", "new/4:1", "new/4:2"}
	if got := found(t, makeFiles(t, files), "", nil); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestUnreadable: what cannot be read is one of the mails, with the reason, and not the end. The folder goes away
// between the look at its name and that into it.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	dir := makeFiles(t, map[string]string{"a/1.eml": mailText, "b/2.eml": mailText, "c.eml": mailText})
	goes := func(folder string) bool {
		if filepath.Base(folder) == "a" {
			if err := os.RemoveAll(folder); err != nil {
				t.Error(err)
			}
		}
		return false
	}
	if got, want := found(t, dir, "", goes), []string{"a !", "b/2.eml", "c.eml"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestSafeBelow keeps outputs inside their folder whatever a mail's file is called.
func TestSafeBelow(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"a.eml": "a.eml", "./a.eml": "a.eml", "/etc/a.eml": "etc/a.eml", "../../a.eml": "a.eml", "x/../../a": "a", "..": "mail", "/": "mail", ".": "mail",
	} {
		if got := filepath.ToSlash(SafeBelow(name)); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// TestThroughLinks: a ".." behind a link goes up from where the link leads.
func TestThroughLinks(t *testing.T) {
	t.Parallel()
	dir := makeFiles(t, map[string]string{"here/far/x": "", "here/beside": "", "beside": ""})
	if err := os.Symlink("here/far", filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	resolved, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		dir + "/link/../beside":        resolved + "/here/beside",
		dir + "/link/./../far/../far":  resolved + "/here/far/../far",
		dir + "/here/../beside":        dir + "/here/../beside",
		dir + "/link/x":                dir + "/link/x",
		dir + "/here/link/../beside":   dir + "/here/link/../beside",
		"plain/../x":                   "plain/../x",
		dir + "//link//..//beside":     resolved + "/here/beside",
		dir + "/link/../../link/../..": resolved + "/here/..",
	} {
		if got := ThroughLinks(name); got != want {
			t.Errorf("%s: %s, want %s", strings.TrimPrefix(name, dir), got, want)
		}
	}
}
