package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smimectl/internal/mailbox"
	"smimectl/internal/outfile"
	"smimectl/internal/stage"
)

// namedOutput is one as it is where files without names cannot be had.
func namedOutput(env *environment, target string) (*output, error) {
	o, err := newOutput(env, target, false)
	if err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Dir(target), o.pattern()+"*")
	if err != nil {
		return nil, err
	}
	o.file, o.named = f, true
	o.behind = stage.NewBehind(true, func(p []byte) error {
		_, err := f.Write(p)
		return err
	})
	return o, nil
}

// TestOutputWhereNothingWas: what came to the target after it was looked at is treated as if it had been there.
func TestOutputWhereNothingWas(t *testing.T) {
	t.Parallel()
	for _, named := range []bool{false, true} {
		for _, tt := range []struct {
			name   string
			before func(name string) error
			fails  bool
			mode   os.FileMode
		}{
			{"nothing", func(string) error { return nil }, false, 0o644},
			{"a file that others may not read", func(name string) error { return os.WriteFile(name, []byte("old"), 0o600) }, false, 0o600},
			{"a directory", func(name string) error { return os.Mkdir(name, 0o700) }, true, 0},
			{"a device", func(name string) error { return os.Symlink("/dev/null", name) }, true, 0},
		} {
			target := filepath.Join(t.TempDir(), "out.eml")
			env := &environment{temporary: &outfile.Temporary{}, directories: outfile.NewDirectories(0o022), nothingAt: target}
			open := func() (*output, error) { return newOutput(env, target, false) }
			if named {
				open = func() (*output, error) { return namedOutput(env, target) }
			}
			o, err := open()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := o.Write([]byte("new")); err != nil {
				t.Fatal(err)
			}
			if err := tt.before(target); err != nil {
				t.Fatal(err)
			}
			err = o.commit()
			if (err != nil) != tt.fails {
				t.Fatalf("%s, named %v: %v", tt.name, named, err)
			}
			if found, err := os.ReadDir(filepath.Dir(target)); err != nil || len(found) != 1 {
				t.Errorf("%s, named %v: there are %v, %v", tt.name, named, found, err)
			}
			if tt.fails {
				continue
			}
			info, err := os.Lstat(target)
			if err != nil || info.Mode() != tt.mode {
				t.Errorf("%s, named %v: %v, %v", tt.name, named, info.Mode(), err)
			}
			if got, _ := os.ReadFile(target); string(got) != "new" {
				t.Errorf("%s, named %v: %q", tt.name, named, got)
			}
		}
	}
}

// TestOutputsSpareWhatCame: what came to the name of an output during the run is spared as if it had been there before.
func TestOutputsSpareWhatCame(t *testing.T) {
	t.Parallel()
	for _, named := range []bool{false, true} {
		for _, tt := range []struct {
			name   string
			inside bool // the folder of outputs is in that of the mails
			come   func(mail, target string) error
			want   string // of the error; "": it is replaced
		}{
			{"a mail", true, func(_, target string) error { return os.WriteFile(target, []byte("a mail"), 0o644) }, "in a folder of mails of this run"},
			{"a file", false, func(_, target string) error { return os.WriteFile(target, []byte("a file"), 0o644) }, ""},
			{"the mail itself", false, os.Link, "it is the mail itself"},
			{"a directory", false, func(_, target string) error { return os.Mkdir(target, 0o700) }, "it is a directory"},
			{"a link to a directory", false, func(mail, target string) error { return os.Symlink(filepath.Dir(mail), target) }, "it is a directory"},
		} {
			in, folder := resolveFolder(t.TempDir()), t.TempDir()
			if tt.inside {
				folder = filepath.Join(in, "out")
			}
			name, target := filepath.Join(in, "1.eml"), filepath.Join(folder, "1.eml")
			if err := os.WriteFile(name, []byte("the mail"), 0o644); err != nil {
				t.Fatal(err)
			}
			var before os.FileInfo
			var failed error
			outputs := &outputsFlags{folder: folder}
			s := &several{flags: &manyFlags{}, outputs: outputs, targets: &targets{outputs: outputs, folders: []string{in + string(filepath.Separator)}, empty: true}}
			s.do = func(a *app, _ *mail, target string) *outcome {
				open := func() (*output, error) { return newOutput(a.env, target, false) }
				if named {
					open = func() (*output, error) { return namedOutput(a.env, target) }
				}
				o, err := open()
				if err == nil {
					_, err = o.Write([]byte("new"))
				}
				if err == nil {
					err = tt.come(name, target)
				}
				if err != nil {
					t.Fatal(err)
				}
				before, _ = os.Lstat(target)
				failed = o.commit()
				return &outcome{}
			}
			a := &app{env: &environment{temporary: &outfile.Temporary{}, directories: outfile.NewDirectories(0o022)}}
			s.one(a, &mail{Mail: &mailbox.Mail{Name: name, Below: "1.eml", Path: name}, place: true})
			if tt.want == "" {
				if got, _ := os.ReadFile(target); failed != nil || string(got) != "new" {
					t.Errorf("%s, named %v: %q, %v", tt.name, named, got, failed)
				}
				continue
			}
			if e, ok := failed.(*cliError); !ok || e.exit != exitMachine || !strings.HasPrefix(e.text, "will not write over") || !strings.HasSuffix(e.text, tt.want) {
				t.Errorf("%s, named %v: %v", tt.name, named, failed)
			}
			if now, err := os.Lstat(target); err != nil || !os.SameFile(before, now) {
				t.Errorf("%s, named %v: it is not there any more", tt.name, named)
			}
			if found, _ := os.ReadDir(folder); len(found) != 1 {
				t.Errorf("%s, named %v: there are %v", tt.name, named, found)
			}
		}
	}
}

// TestOutputsThroughALinkThatLedNowhere: whoever is faster, an output whose name was a link to what is the output of
// another mail by now does not take that one's place.
func TestOutputsThroughALinkThatLedNowhere(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	target, other := filepath.Join(folder, "1.eml"), filepath.Join(folder, "2.eml")
	if err := os.Symlink("2.eml", target); err != nil {
		t.Fatal(err)
	}
	outputs := &outputsFlags{folder: folder}
	places := &targets{outputs: outputs}
	at := places.place(&mail{Mail: &mailbox.Mail{Name: "in/1.eml", Below: "1.eml"}})
	if !at.own || at.path != places.resolve(target) {
		t.Fatalf("it is given %+v", at)
	}
	if err := os.WriteFile(other, []byte("the other's"), 0o644); err != nil {
		t.Fatal(err)
	}
	if at := places.place(&mail{Mail: &mailbox.Mail{Name: "in/1.eml", Below: "1.eml"}}); at.own || at.path != places.resolve(other) {
		t.Errorf("a link that leads there is given %+v", at)
	}
	s := &several{flags: &manyFlags{}, outputs: outputs, do: func(a *app, m *mail, target string) *outcome {
		o, err := newOutput(a.env, target, false)
		if err == nil {
			_, err = o.Write([]byte("its own"))
		}
		if err == nil {
			err = o.commit()
		}
		if err != nil {
			t.Error(err)
		}
		return &outcome{}
	}}
	a := &app{env: &environment{temporary: &outfile.Temporary{}, directories: outfile.NewDirectories(0o022)}}
	s.one(a, &mail{Mail: &mailbox.Mail{Name: "in/1.eml", Below: "1.eml"}, own: at.own})
	for name, want := range map[string]string{target: "its own", other: "the other's"} {
		if got, err := os.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", filepath.Base(name), got, err)
		}
	}
}
