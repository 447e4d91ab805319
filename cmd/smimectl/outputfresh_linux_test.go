package main

import (
	"os"
	"path/filepath"
	"testing"
)

// modedFile is a file that the system has given a mode.
type modedFile struct {
	outputFile
	mode os.FileMode
}

func (f modedFile) Mode() (os.FileMode, error) { return f.mode, nil }

// TestDirectoryGivesModes: a mode is only left unset where files in the directory have got it, or more of it, without.
func TestDirectoryGivesModes(t *testing.T) {
	t.Parallel()
	d := &directories{masked: 0o022}
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
		if got := d.gives(tt.dir, tt.mode, modedFile{mode: tt.got}); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	if (*directories)(nil).gives("a", 0o600, modedFile{mode: 0o600}) {
		t.Error("nobody knows, and it is left unset")
	}
	if d.gives("d", 0o600, nil) {
		t.Error("of a file that does not tell its mode it is left unset")
	}
}

// TestOutputWhereNothingWas: what came to the target after it was looked at is treated as if it had been there.
func TestOutputWhereNothingWas(t *testing.T) {
	t.Parallel()
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
		env := &environment{temporary: &temporaryFiles{}, directories: &directories{masked: 0o022}, nothingAt: target}
		o, err := newOutput(env, target, false)
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
			t.Fatalf("%s: %v", tt.name, err)
		}
		if found, err := os.ReadDir(filepath.Dir(target)); err != nil || len(found) != 1 {
			t.Errorf("%s: there are %v, %v", tt.name, found, err)
		}
		if tt.fails {
			continue
		}
		info, err := os.Lstat(target)
		if err != nil || info.Mode() != tt.mode {
			t.Errorf("%s: %v, %v", tt.name, info.Mode(), err)
		}
		if got, _ := os.ReadFile(target); string(got) != "new" {
			t.Errorf("%s: %q", tt.name, got)
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
	at := places.place(&mail{name: "in/1.eml", below: "1.eml"})
	if !at.own || at.path != places.resolve(target) {
		t.Fatalf("it is given %+v", at)
	}
	if err := os.WriteFile(other, []byte("the other's"), 0o644); err != nil {
		t.Fatal(err)
	}
	if at := places.place(&mail{name: "in/1.eml", below: "1.eml"}); at.own || at.path != places.resolve(other) {
		t.Errorf("a link that leads there is given %+v", at)
	}
	s := &several{outputs: outputs, do: func(a *app, m *mail, target string) *outcome {
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
	a := &app{env: &environment{temporary: &temporaryFiles{}, directories: &directories{masked: 0o022}}}
	s.one(a, &mail{name: "in/1.eml", below: "1.eml", own: at.own})
	for name, want := range map[string]string{target: "its own", other: "the other's"} {
		if got, err := os.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", filepath.Base(name), got, err)
		}
	}
}
