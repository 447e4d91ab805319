package certstore

import (
	"bytes"
	"errors"
	"os"
	"testing"
)

func TestMailRoots(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if data, _, err := s.MailRoots(); data != nil || err != nil {
		t.Fatalf("got %q, %v of no store", data, err)
	}
	for _, want := range [][]byte{[]byte("one"), []byte("another")} {
		path, err := s.ReplaceMailRoots(want)
		if err != nil {
			t.Fatal(err)
		}
		data, where, err := s.MailRoots()
		if err != nil || !bytes.Equal(data, want) || where != path {
			t.Errorf("got %q at %s, %v; want %q at %s", data, where, err, want, path)
		}
	}
	path := s.dir(mailRootsFile)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if data, _, err := s.MailRoots(); data == nil || err != nil {
		t.Errorf("an empty file is %v, %v: it must not look like none", data, err)
	}
	if err := os.Truncate(path, maxFile+1); err != nil {
		t.Fatal(err)
	}
	var damaged *DamagedError
	if _, _, err := s.MailRoots(); !errors.As(err, &damaged) {
		t.Errorf("a huge file: got %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.MailRoots(); !errors.As(err, &damaged) {
		t.Errorf("a directory: got %v", err)
	}
	none := Open(Roots{})
	if data, _, err := none.MailRoots(); data != nil || err != nil {
		t.Errorf("got %q, %v without a directory", data, err)
	}
	if _, err := none.ReplaceMailRoots([]byte("x")); err == nil {
		t.Error("written without a directory")
	}
}
