package certstore

import (
	"bytes"
	"encoding/pem"
	"errors"
	"os"
	"slices"
	"testing"

	"smimectl/internal/cert/certtest"
)

// TestListFiles: a large file as AddList writes it is not read before it is asked for,
// every other one is; what is read then is what Lists reads.
func TestListFiles(t *testing.T) {
	t.Parallel()
	ca := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("CA")), Key: certtest.NewKey("ed25519"), Extensions: []certtest.Extension{certtest.CA(-1)}}, nil)
	list := func(entries int) []byte {
		template := certtest.ListTemplate{}
		for i := range entries {
			template.Entries = append(template.Entries, certtest.ListEntry{Serial: []byte{1, byte(i >> 8), byte(i)}})
		}
		return certtest.List(template, ca)
	}
	block := func(der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}) }
	small, large := list(3), list(1000)
	text := block(large)
	broken := bytes.Clone(text)
	copy(broken[len(broken)-200:], "####")
	changed := bytes.Clone(large)
	changed[len(changed)-1] ^= 1 // in the signature, which the store does not check
	for _, c := range []struct {
		name    string
		data    []byte
		unread  bool
		lists   int  // as Read or at once
		damaged bool // found by Read, or at once
	}{
		{"small", block(small), false, 1, false},
		{"large", text, true, 1, false},
		{"large, another signature", block(changed), true, 1, false},
		{"large, DER", large, false, 1, false},
		{"large, CRLF", bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")), false, 1, false},
		{"large, text before", slices.Concat([]byte("a list\n"), text), false, 1, false},
		{"large, text behind", slices.Concat(text, []byte("a list\n")), false, 1, false},
		{"large twice", slices.Concat(text, text), false, 2, false},
		{"large and small", slices.Concat(text, block(small)), false, 2, false},
		{"other width", slices.Concat(text[:90], []byte("\n"), text[90:]), false, 1, false},
		{"damaged behind", broken, true, 0, true},
		{"cut", text[:len(text)-1000], false, 0, true},
		{"a line less", slices.Concat(text[:len(text)-300], text[len(text)-235:]), false, 0, true},
		{"a certificate", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.DER}), false, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			path := s.dir(listsDir, "one.crl")
			put(t, path, c.data)
			files, err := s.ListFiles()
			var damaged *DamagedError
			if c.damaged && !c.unread {
				if !errors.As(err, &damaged) || files != nil {
					t.Fatalf("%v, %v", files, err)
				}
				return
			}
			if err != nil || len(files) != 1 {
				t.Fatalf("%d files, %v", len(files), err)
			}
			f := files[0]
			if unread := f.Lists == nil; unread != c.unread {
				t.Fatalf("unread: %v", unread)
			}
			found := f.Lists
			if c.unread {
				if !bytes.Equal(f.Issuer.Raw, ca.Name) {
					t.Errorf("issuer is %v", f.Issuer)
				}
				if found, err = f.Read(); c.damaged != errors.As(err, &damaged) {
					t.Fatalf("Read: %v", err)
				}
			}
			if len(found) != c.lists {
				t.Fatalf("%d lists", len(found))
			}
			all, err := s.Lists()
			if (err != nil) != c.damaged || len(all) != c.lists {
				t.Fatalf("Lists: %d, %v", len(all), err)
			}
			for i, l := range found {
				if !bytes.Equal(all[i].Raw, l.Raw) || all[i].Path != l.Path || all[i].Name != l.Name {
					t.Errorf("list %d differs", i)
				}
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if found, err := f.Read(); found != nil || err != nil {
				t.Errorf("removed: %v, %v", found, err)
			}
		})
	}
}
