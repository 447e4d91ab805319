package certstore

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
)

// corpusDir is where the collections of real messages and keys are.
func corpusDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("CORPUS")
	if dir == "" {
		dir = "../../../shared"
	}
	if _, err := os.Stat(filepath.Join(dir, "corpus")); err != nil {
		t.Skipf("no corpus at %s (set CORPUS)", dir)
	}
	return dir
}

// passphrases answers with the given ones in turn.
func passphrases(list ...string) PassphraseFunc {
	return func(_ string, try int) ([]byte, error) {
		if try >= len(list) {
			return nil, ErrNoPassphrase
		}
		return []byte(list[try]), nil
	}
}

type corpusKey struct {
	File     string  `json:"file"`
	Password *string `json:"password"`
	Cert     string  `json:"cert"`
}

// TestCorpusKeys reads every key file that a manifest names, and pairs it.
func TestCorpusKeys(t *testing.T) {
	t.Parallel()
	root := filepath.Join(corpusDir(t), "corpus")
	manifests, err := filepath.Glob(filepath.Join(root, "*", "manifest.json"))
	if err != nil || len(manifests) == 0 {
		t.Fatalf("no manifests: %v", err)
	}
	read := map[string]bool{}
	for _, m := range manifests {
		data, err := os.ReadFile(m)
		if err != nil {
			t.Fatal(err)
		}
		type entry struct {
			ID       string
			Expect   struct{ Verdict string }
			Material struct{ Keys []corpusKey }
		}
		var doc struct{ Cases, Entries, Messages []entry }
		if err := json.Unmarshal(data, &doc); err != nil {
			if err := json.Unmarshal(data, &doc.Cases); err != nil {
				t.Fatal(m, err)
			}
		}
		for _, e := range append(append(doc.Cases, doc.Entries...), doc.Messages...) {
			for _, k := range e.Material.Keys {
				path := filepath.Join(filepath.Dir(m), k.File)
				refuse := strings.HasSuffix(e.ID, "wrong-password")
				if read[path] && !refuse {
					continue
				}
				read[path] = true
				t.Run(e.ID, func(t *testing.T) {
					t.Parallel()
					testCorpusKey(t, path, k, refuse)
				})
			}
		}
	}
	if len(read) < 40 {
		t.Errorf("only %d key files named by manifests", len(read))
	}
}

func testCorpusKey(t *testing.T, path string, k corpusKey, refuse bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	pass := passphrases()
	if k.Password != nil {
		pass = passphrases(*k.Password)
	}
	b, err := ReadFile(data, pass)
	if strings.HasSuffix(path, "t5793-test.pfx") {
		// Its MAC was not made again after it was changed by hand.
		var wrong *WrongPassphraseError
		if !errors.As(err, &wrong) {
			t.Errorf("wrong MAC: got %v, want WrongPassphraseError", err)
		}
		if b, err = ReadFileUnverified(data, pass); err != nil || !b.Unverified || len(b.Certificates) != 1 {
			t.Fatalf("unverified: %v", err)
		}
		if _, err := b.Keys[0].Open(pass); err == nil {
			t.Error("an unverified key opens")
		}
		return
	}
	if refuse {
		var wrong *WrongPassphraseError
		if !errors.As(err, &wrong) {
			t.Fatalf("got %v, want WrongPassphraseError", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if k.Cert != "" {
		data, err := os.ReadFile(filepath.Join(strings.TrimSuffix(path, k.File), k.Cert))
		if err != nil {
			t.Fatal(err)
		}
		c, err := ReadFile(data, nil)
		if err != nil {
			t.Fatal(err)
		}
		b.Add(c)
	}
	p, err := Pair(b, pass)
	var unsupported *algorithm.UnsupportedError
	var unread *algorithm.KeyError
	switch {
	case errors.As(err, &unsupported), strings.HasSuffix(path, "ec-key-agree.der") && errors.As(err, &unread):
		// The latter has a BIT STRING with unused bits that are used.
		t.Logf("%s: %v", b.Format, err)
	case err != nil:
		t.Fatalf("%s: %v", b.Format, err)
	default:
		t.Logf("%s: %d identities, %d keys, %d certificates", b.Format, len(p.Identities), len(p.Keys), len(p.Certificates))
		if (strings.Contains(path, ".p12") || k.Cert != "") && len(p.Identities) == 0 {
			t.Errorf("no identity in it")
		}
	}
}

// TestCorpusFiles reads all PKCS#12, PKCS#7 and key files, also those that no
// manifest names; for those the passphrase is not known, which has to be what
// they fail with.
func TestCorpusFiles(t *testing.T) {
	t.Parallel()
	dir := corpusDir(t)
	n := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch filepath.Ext(path) {
		case ".p12", ".pfx", ".p7b", ".p7c", ".p8", ".key":
		default:
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		n++
		_, err = ReadFile(data, nil)
		var none *NoPassphraseError
		if err != nil && !errors.As(err, &none) {
			t.Errorf("%s: %v", path, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files", n)
}

// TestCorpusEncryptedKeys opens the encrypted PKCS#8 keys of the second
// collection.
func TestCorpusEncryptedKeys(t *testing.T) {
	t.Parallel()
	root := filepath.Join(corpusDir(t), "corpus-bc")
	data, err := os.ReadFile(filepath.Join(root, "manifest.json"))
	if err != nil {
		t.Skipf("no second collection: %v", err)
	}
	var doc struct {
		Secrets       struct{ Password string }
		EncryptedKeys []struct{ Identity, File, Made string } `json:"encrypted_keys"`
		Identities    []struct{ Name, Cert, Key string }
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	load := func(t *testing.T, name string) *Bundle {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := ReadFile(data, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return b
	}
	var unsupported *algorithm.UnsupportedError
	for _, k := range doc.EncryptedKeys {
		t.Run(k.Identity, func(t *testing.T) {
			t.Parallel()
			b := load(t, k.File)
			var wrong *WrongPassphraseError
			if _, err := b.Keys[0].Open(passphrases("wrong")); !errors.As(err, &wrong) {
				t.Errorf("wrong passphrase: got %v", err)
			}
			if _, err := b.Keys[0].Open(passphrases("wrong", doc.Secrets.Password)); err != nil && !errors.As(err, &unsupported) {
				t.Errorf("%s: %v", k.Made, err)
			}
		})
	}
	for _, id := range doc.Identities {
		t.Run("clear/"+id.Name, func(t *testing.T) {
			t.Parallel()
			b := load(t, id.Key)
			b.Add(load(t, id.Cert))
			p, err := Pair(b, nil)
			if errors.As(err, &unsupported) {
				t.Skipf("key of a kind that is not there: %v", err)
			}
			if err != nil || len(p.Identities) != 1 {
				t.Errorf("%d identities, %v", len(p.Identities), err)
			}
		})
	}
}
