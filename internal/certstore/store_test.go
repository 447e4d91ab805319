package certstore

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

var testTime = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func address(t testing.TB, text string) cert.Address {
	t.Helper()
	a, err := cert.ParseAddress(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// newStore opens a store in a directory that does not exist yet.
func newStore(t *testing.T) *Store {
	t.Helper()
	root := filepath.Join(t.TempDir(), "smimectl")
	return Open(Roots{Config: root, Data: root})
}

func newCA(t *testing.T) *ToyCA {
	t.Helper()
	ca, err := NewToyCA("Test CA", testTime)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

// issue makes a key and a certificate for the addresses.
func issue(t *testing.T, ca *ToyCA, addresses ...string) (*algorithm.PrivateKey, *cert.Certificate) {
	t.Helper()
	var list []cert.Address
	for _, a := range addresses {
		list = append(list, address(t, a))
	}
	key, c, err := ca.Issue(ToyOptions{Addresses: list})
	if err != nil {
		t.Fatal(err)
	}
	return key, c
}

// noEncryption is the passphrase of keys that are to be stored unencrypted.
func noEncryption() []byte { return []byte{} }

// tree lists a directory with modes and contents.
func tree(t *testing.T, root string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		var data []byte
		if !d.IsDir() {
			if data, err = os.ReadFile(path); err != nil {
				return err
			}
		}
		rel, _ := filepath.Rel(root, path)
		fmt.Fprintf(&out, "%s %v %x %v\n", rel, info.Mode(), data, info.ModTime())
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return out.String()
}

// TestEmptyStore: no directory is an empty store, and none is made by looking.
func TestEmptyStore(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, s := range []*Store{s, Open(Roots{})} {
		ids, err1 := s.Identities()
		found, err2 := s.Find("a@example.test")
		digits, err3 := s.Find("0123456789")
		certs, err4 := s.Certificates()
		anchors, err5 := s.Anchors()
		lists, err6 := s.Lists()
		if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
			t.Error(err)
		}
		if len(ids)+len(found)+len(digits)+len(certs)+len(anchors)+len(lists)+len(s.Problems()) > 0 {
			t.Error("not empty")
		}
	}
	if _, err := os.Stat(s.root); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading has made %s", s.root)
	}
	if _, err := Open(Roots{}).AddAnchor("x", fixtureCertificate(t), false); err == nil {
		t.Error("writing without a directory")
	}
}

// TestIdentity goes the way of an identity: in, found, opened, out.
func TestIdentity(t *testing.T) {
	t.Parallel()
	s, ca := newStore(t), newCA(t)
	key, c := issue(t, ca, "Alice@Example.test", "a.l@example.test")
	other, _ := issue(t, ca, "bob@example.test")

	var unfit *UnfitError
	var none *NoPassphraseError
	if _, err := s.AddIdentity(other, []*cert.Certificate{c}, noEncryption(), false); !errors.As(err, &unfit) {
		t.Errorf("key of another: %v", err)
	}
	if _, err := s.AddIdentity(key, nil, noEncryption(), false); !errors.As(err, &unfit) {
		t.Errorf("no certificate: %v", err)
	}
	if _, err := s.AddIdentity(key, []*cert.Certificate{c}, nil, false); !errors.As(err, &none) {
		t.Errorf("no passphrase: %v", err)
	}
	if _, err := os.Stat(s.root); err == nil {
		t.Error("a refusal has written something")
	}

	chain := []*cert.Certificate{c, ca.Certificate}
	if _, err := s.AddIdentity(key, chain, []byte("geheim"), false); err != nil {
		t.Fatal(err)
	}
	name := c.Fingerprint()[:12]
	for _, path := range []string{"identities/alice@example.test/" + name + ".pem", "identities/alice@example.test/" + name + ".key",
		"identities/a.l@example.test/" + name + ".pem"} {
		if _, err := os.Stat(filepath.Join(s.root, filepath.FromSlash(path))); err != nil {
			t.Error(err)
		}
	}
	data, err := os.ReadFile(s.dir("identities", "alice@example.test", name+".key"))
	if err != nil || !bytes.HasPrefix(data, []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----")) {
		t.Errorf("key file: %.40q, %v", data, err)
	}
	before := tree(t, s.root)

	s = Open(s.Roots())
	fp := c.Fingerprint()
	var colons []string
	for i := 0; i < len(fp); i += 2 {
		colons = append(colons, strings.ToUpper(fp[i:i+2]))
	}
	for _, who := range []string{"alice@example.test", "ALICE@EXAMPLE.TEST", "a.l@example.test", "Alice <alice@example.test>",
		fp, fp[:8], "0x" + fp[:16], fp + "!", strings.Join(colons, ":"), strings.Join(colons, " "), strings.ToUpper(fp[:40]),
		fmt.Sprintf("%x", c.SubjectKeyID())} {
		ids, err := s.Find(who)
		if err != nil || len(ids) != 1 || !ids[0].Certificate.Equal(c) {
			t.Errorf("%q: found %d, %v", who, len(ids), err)
		}
	}
	for _, who := range []string{"carol@example.test", "alice@example.org", "ffffffffffff", strings.Repeat("0", 40)} {
		if ids, err := s.Find(who); err != nil || len(ids) != 0 {
			t.Errorf("%q: found %d, %v", who, len(ids), err)
		}
	}
	var query *QueryError
	for _, who := range []string{"alice", fp[:7], "", "0x", "a@b@c", strings.Repeat("0", 65), "../../etc/passwd"} {
		if _, err := s.Find(who); !errors.As(err, &query) {
			t.Errorf("%q: %v", who, err)
		}
	}
	for what, find := range map[string]func() ([]*Identity, error){
		"issuer and serial": func() ([]*Identity, error) { return s.FindIssuerSerial(c.IssuerSerial()) },
		"key identifier":    func() ([]*Identity, error) { return s.FindKeyID(c.SubjectKeyID()) },
		"all":               s.Identities,
	} {
		if ids, err := find(); err != nil || len(ids) != 1 {
			t.Errorf("%s: found %d, %v", what, len(ids), err)
		}
	}
	if ids, _ := s.FindIssuerSerial(ca.Certificate.IssuerSerial()); len(ids) != 0 {
		t.Error("found by another serial number")
	}
	if ids, _ := s.FindKeyID(nil); len(ids) != 0 {
		t.Error("found by no key identifier")
	}

	// Also through the address that has no key beside it.
	ids, err := s.IdentitiesFor(address(t, "a.l@example.test"))
	if err != nil || len(ids) != 1 || len(ids[0].Chain) != 1 {
		t.Fatalf("%+v, %v", ids, err)
	}
	var wrong *WrongPassphraseError
	if _, err := ids[0].Key(passphrases("falsch")); !errors.As(err, &wrong) || wrong.What != "the key of alice@example.test" && wrong.What != "the key of Alice@example.test" {
		t.Errorf("wrong passphrase: %v", err)
	}
	if _, err := ids[0].Key(nil); !errors.As(err, &none) {
		t.Errorf("no passphrase: %v", err)
	}
	got, err := ids[0].Key(passphrases("falsch", "geheim"))
	if err != nil || !got.Public.Equal(key.Public) {
		t.Fatalf("key: %v", err)
	}
	if _, err := ids[0].Key(nil); err != nil {
		t.Errorf("asked again: %v", err)
	}
	if after := tree(t, s.root); after != before {
		t.Errorf("reading has changed the store:\n%s\n%s", before, after)
	}

	var exists *ExistsError
	if _, err := s.AddIdentity(key, chain, []byte("neu"), false); !errors.As(err, &exists) || !exists.Same {
		t.Errorf("once more: %v", err)
	}
	if after := tree(t, s.root); after != before {
		t.Error("a refused import has changed the store")
	}
	if _, err := s.AddIdentity(key, chain, noEncryption(), true); err != nil {
		t.Errorf("with force: %v", err)
	}
	ids, _ = s.Identities()
	if _, err := ids[0].Key(nil); err != nil {
		t.Errorf("unencrypted key: %v", err)
	}
	base := strings.TrimSuffix(ids[0].File, certificateSuffix)
	another, _ := issue(t, ca, "alice@example.test")
	encoded := func(passphrase []byte) []byte {
		data, err := encodeKey(another, passphrase)
		if err != nil {
			t.Error(err)
		}
		return data
	}
	for what, with := range map[string]func(){
		"without its key":        func() { os.Remove(base + keySuffix) },
		"damaged":                func() { os.WriteFile(base+certificateSuffix, []byte("x"), 0o600) },
		"another of a like name": func() { os.WriteFile(base+certificateSuffix, encodeChain(chain[1:]), 0o600) },
		"with an empty key":      func() { os.WriteFile(base+keySuffix, nil, 0o600) },
		"with a damaged key":     func() { os.WriteFile(base+keySuffix, []byte("x"), 0o600) },
		"with another's key":     func() { os.WriteFile(base+keySuffix, encoded(noEncryption()), 0o600) },
		"with another's, sealed": func() { os.WriteFile(base+keySuffix, encoded([]byte("geheim")), 0o600) },
	} {
		if _, err := s.AddIdentity(key, chain, noEncryption(), true); err != nil {
			t.Fatal(err)
		}
		with()
		if _, err := s.AddIdentity(key, chain, []byte("geheim"), false); !errors.As(err, &exists) || exists.Same {
			t.Errorf("%s: %+v, is not the same", what, err)
		}
	}

	// What an interrupted run has left out is written by the next one, which need not know the passphrase.
	if _, err := s.AddIdentity(key, chain, []byte("geheim"), true); err != nil {
		t.Fatal(err)
	}
	for _, a := range c.Addresses()[1:] {
		if err := os.RemoveAll(s.dir(identitiesDir, addressDir(a))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.AddIdentity(key, chain, []byte("neu"), false); !errors.As(err, &exists) || !exists.Same {
		t.Errorf("what was left out: %v", err)
	}
	for _, a := range c.Addresses() {
		if ids, err := s.IdentitiesFor(a); err != nil || len(ids) != 1 || len(ids[0].Chain) != 1 {
			t.Errorf("%s after an interrupted run: %+v, %v", a, ids, err)
		}
	}
	if _, err := s.AddIdentity(key, chain, noEncryption(), true); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveIdentity(ids[0]); err != nil {
		t.Fatal(err)
	}
	if names, _ := os.ReadDir(s.dir("identities")); len(names) != 0 {
		t.Errorf("left behind: %v", names)
	}
	if err := s.RemoveIdentity(NewIdentity(key, c, nil)); !errors.As(err, &unfit) {
		t.Errorf("removing what is not there: %v", err)
	}
}

// TestOnlyOneDirectoryRead: looking for an address opens only its directory.
func TestOnlyOneDirectoryRead(t *testing.T) {
	t.Parallel()
	s, ca := newStore(t), newCA(t)
	key, c := issue(t, ca, "alice@example.test")
	if _, err := s.AddIdentity(key, []*cert.Certificate{c}, noEncryption(), false); err != nil {
		t.Fatal(err)
	}
	put(t, s.dir("identities", "bob@example.test", "0123.pem"), []byte("damaged"))
	if ids, err := s.Find("alice@example.test"); err != nil || len(ids) != 1 || len(s.Problems()) != 0 {
		t.Errorf("%d, %v, %v", len(ids), err, s.Problems())
	}
	// The name of a directory does not make its contents Bob's.
	if err := os.Rename(s.dir("identities", "alice@example.test"), s.dir("identities", "carol@example.test")); err != nil {
		t.Fatal(err)
	}
	if ids, err := s.Find("carol@example.test"); err != nil || len(ids) != 0 {
		t.Errorf("%d, %v", len(ids), err)
	}
	// An identity by hand, under a name of its own, is found.
	put(t, s.dir("identities", "carol@example.test", "own-name.pem"), encodeChain([]*cert.Certificate{c}))
	os.Remove(s.dir("identities", "carol@example.test", c.Fingerprint()[:12]+".pem"))
	if ids, err := s.Find(c.Fingerprint()); err != nil || len(ids) != 1 {
		t.Errorf("%d, %v", len(ids), err)
	}
}

// put writes a file as somebody else would.
func put(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestModes: what is written is for the owner alone whatever the umask, and a key
// that others can read is not used.
func TestModes(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no modes on Windows")
	}
	s, ca := newStore(t), newCA(t)
	key, c := issue(t, ca, "alice@example.test")
	id, err := s.AddIdentity(key, []*cert.Certificate{c}, noEncryption(), false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddAnchor("ca", ca.Certificate, false); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddCertificate(c, "x.eml", testTime, nil, false); err != nil {
		t.Fatal(err)
	}
	filepath.WalkDir(s.root, func(path string, d fs.DirEntry, err error) error {
		info, _ := d.Info()
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s: mode %o, want %o", path, info.Mode().Perm(), want)
		}
		return err
	})
	keyFile := strings.TrimSuffix(id.File, ".pem") + ".key"
	for _, test := range []struct {
		path string
		mode fs.FileMode
	}{
		{keyFile, 0o640}, {keyFile, 0o604}, {keyFile, 0o620},
		{filepath.Dir(keyFile), 0o750}, {filepath.Dir(keyFile), 0o705}, {filepath.Dir(keyFile), 0o722},
		{s.dir("identities"), 0o755}, {s.root, 0o755},
	} {
		info, err := os.Stat(test.path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(test.path, test.mode); err != nil {
			t.Fatal(err)
		}
		ids, err := s.Find("alice@example.test")
		if err != nil || len(ids) != 1 {
			t.Fatalf("certificates are no secret: %v", err)
		}
		var mode *ModeError
		if _, err := ids[0].Key(nil); !errors.As(err, &mode) || mode.Path != test.path || mode.Mode.Perm() != test.mode || mode.Want != info.Mode().Perm() {
			t.Errorf("%s %o: %v", test.path, test.mode, err)
		}
		if err := CheckMode(test.path); !errors.As(err, &mode) {
			t.Errorf("CheckMode %s %o: %v", test.path, test.mode, err)
		}
		if test.path != keyFile {
			if _, err := s.AddIdentity(key, []*cert.Certificate{c}, noEncryption(), true); !errors.As(err, &mode) {
				t.Errorf("writing below %s %o: %v", test.path, test.mode, err)
			}
		}
		if err := os.Chmod(test.path, info.Mode().Perm()); err != nil {
			t.Fatal(err)
		}
	}
	// A key whose certificate is another's.
	bobKey, bob := issue(t, ca, "bob@example.test")
	if _, err := s.AddIdentity(bobKey, []*cert.Certificate{bob}, noEncryption(), false); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(s.dir("identities", "bob@example.test", certificateName(bob)+".key"))
	put(t, keyFile, data)
	ids, _ := s.Find("alice@example.test")
	var unfit *UnfitError
	if _, err := ids[0].Key(nil); !errors.As(err, &unfit) {
		t.Errorf("key of another: %v", err)
	}
	var damaged *DamagedError
	put(t, keyFile, data[:60])
	if _, err := ids[0].Key(nil); !errors.As(err, &damaged) || damaged.Path != keyFile {
		t.Errorf("damaged key: %v", err)
	}
	os.Remove(keyFile)
	if _, err := ids[0].Key(nil); !errors.As(err, &unfit) {
		t.Errorf("no key: %v", err)
	}
}

// TestDamage: a damaged certificate is passed over and named; a damaged anchor or
// revocation list stops everything.
func TestDamage(t *testing.T) {
	t.Parallel()
	ca := newCA(t)
	key, c := issue(t, ca, "alice@example.test")
	_, c2 := issue(t, ca, "bob@example.test")
	list, err := ca.Revoke(testTime, c2)
	if err != nil {
		t.Fatal(err)
	}
	text := encodeChain([]*cert.Certificate{c})
	for name, data := range map[string][]byte{
		"empty":       {},
		"text":        []byte("# bob@example.test\n"),
		"cut off":     text[:len(text)-30],
		"half":        text[:len(text)/2],
		"another PEM": []byte("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
		"bit flipped": bytes.Replace(text, []byte("MII"), []byte("MIM"), 1),
		"second bad":  append(bytes.Clone(text), text[:len(text)-30]...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			if _, err := s.AddIdentity(key, []*cert.Certificate{c}, noEncryption(), false); err != nil {
				t.Fatal(err)
			}
			if _, err := s.AddCertificate(c2, "", testTime, nil, false); err != nil {
				t.Fatal(err)
			}
			if _, err := s.AddAnchor("good", ca.Certificate, false); err != nil {
				t.Fatal(err)
			}
			if _, err := s.AddList("good", list, false); err != nil {
				t.Fatal(err)
			}
			bad := []string{s.dir("identities", "alice@example.test", "bad.pem"), s.dir("certs", "bad.pem")}
			for _, path := range bad {
				put(t, path, data)
			}
			if ids, err := s.Identities(); err != nil || len(ids) != 1 {
				t.Errorf("identities: %d, %v", len(ids), err)
			}
			if certs, err := s.Certificates(); err != nil || len(certs) != 1 {
				t.Errorf("certificates: %d, %v", len(certs), err)
			}
			s.Certificates()
			if p := s.Problems(); len(p) != 2 || p[0].Path != bad[0] || p[1].Path != bad[1] {
				t.Errorf("problems: %v", p)
			}
			if anchors, err := s.Anchors(); err != nil || len(anchors) != 1 {
				t.Errorf("anchors: %d, %v", len(anchors), err)
			}
			if lists, err := s.Lists(); err != nil || len(lists) != 1 {
				t.Errorf("lists: %d, %v", len(lists), err)
			}
			var damaged *DamagedError
			put(t, s.dir("anchors", "bad.pem"), data)
			if anchors, err := s.Anchors(); !errors.As(err, &damaged) || anchors != nil {
				t.Errorf("damaged anchor: %v, %v", anchors, err)
			}
			if _, err := s.AddAnchor("more", c, false); !errors.As(err, &damaged) {
				t.Errorf("adding to damaged anchors: %v", err)
			}
			put(t, s.dir("crls", "bad.crl"), data)
			if lists, err := s.Lists(); !errors.As(err, &damaged) || lists != nil {
				t.Errorf("damaged list: %v, %v", lists, err)
			}
		})
	}
	t.Run("key among anchors", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		put(t, s.dir("anchors", "x.pem"), append(fixture(t, "pkcs8.pem"), text...))
		var damaged *DamagedError
		if _, err := s.Anchors(); !errors.As(err, &damaged) {
			t.Errorf("got %v", err)
		}
	})
}

// TestCertificates goes the way of a correspondent's certificate.
func TestCertificates(t *testing.T) {
	t.Parallel()
	s, ca := newStore(t), newCA(t)
	_, c := issue(t, ca, "bob@example.test")
	added, err := s.AddCertificate(c, "re, reads aes-256-gcm\x1b[31m\n.eml", testTime, &Announced{[]string{"aes-256-cbc", "x\ny", "aes-256-cbc", "3des-cbc"}, testTime.Add(-time.Hour)}, false)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(added.Path)
	want := "# bob@example.test, from re, reads aes-256-gcm_[31m_.eml, 2026-11-20, signed " + testTime.Add(-time.Hour).UTC().Format(time.RFC3339) + ", reads aes-256-cbc 3des-cbc\n-----BEGIN CERTIFICATE-----\n"
	if err != nil || !strings.HasPrefix(string(data), want) {
		t.Errorf("file begins %.150q, want %q", data, want)
	}
	for _, who := range []string{"bob@example.test", c.Fingerprint(), c.Fingerprint()[:10], fmt.Sprintf("%x", c.SubjectKeyID())} {
		got, err := s.FindCertificates(who)
		if err != nil || len(got) != 1 {
			t.Fatalf("%s: %d, %v", who, len(got), err)
		}
		if e := got[0]; !e.Certificate.Equal(c) || e.Source != added.Source || !e.Added.Equal(testTime.Truncate(24*time.Hour)) ||
			strings.Join(e.Capabilities, " ") != "aes-256-cbc 3des-cbc" {
			t.Errorf("got %+v, want %+v", e, added)
		}
	}
	if got, err := s.CertificatesFor(address(t, "BOB@example.test")); err != nil || len(got) != 1 {
		t.Errorf("%d, %v", len(got), err)
	}
	if got, err := s.Catalogue().ByIssuerSerial(c.IssuerSerial()); err != nil || len(got) != 1 {
		t.Errorf("%d, %v", len(got), err)
	}
	if got, err := s.Catalogue().ByKeyID(c.SubjectKeyID()); err != nil || len(got) != 1 {
		t.Errorf("%d, %v", len(got), err)
	}
	var query *QueryError
	if _, err := s.FindCertificates("bob"); !errors.As(err, &query) {
		t.Errorf("got %v", err)
	}
	var exists *ExistsError
	if _, err := s.AddCertificate(c, "", testTime, nil, false); !errors.As(err, &exists) || !exists.Same {
		t.Errorf("once more: %v", err)
	}
	if err := os.WriteFile(added.Path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddCertificate(c, "", testTime, nil, false); !errors.As(err, &exists) || exists.Same {
		t.Errorf("what is there is damaged: %v", err)
	}
	if err := s.RemoveCertificate(added); err != nil {
		t.Fatal(err)
	}
	// The source must not be able to forge capabilities where there are none.
	if _, err := s.AddCertificate(c, "x, 2020-01-01, reads aes-256-gcm", testTime, nil, true); err != nil {
		t.Fatal(err)
	}
	if got, _ := s.Certificates(); len(got) != 1 || got[0].Capabilities != nil || got[0].Added.Year() != 2026 {
		t.Errorf("got %+v", got[0])
	}
	// Another certificate under the same short name.
	_, other := issue(t, ca, "eve@example.test")
	put(t, s.dir("certs", certificateName(other)+".pem"), encodeChain([]*cert.Certificate{c}))
	if e, err := s.AddCertificate(other, "", testTime, nil, true); err != nil || filepath.Base(e.Path) != other.Fingerprint()+".pem" {
		t.Errorf("%+v, %v", e, err)
	}
	all, _ := s.Certificates()
	for _, e := range all {
		if err := s.RemoveCertificate(e); err != nil {
			t.Error(err)
		}
	}
	if all, _ := s.Certificates(); len(all) != 0 {
		t.Errorf("%d left", len(all))
	}
	if err := s.RemoveCertificate(&Entry{Certificate: c}); err == nil {
		t.Error("removed what is not there")
	}
}

// TestAnchors goes the way of an anchor; a certificate elsewhere is none.
func TestAnchors(t *testing.T) {
	t.Parallel()
	s, ca, ca2 := newStore(t), newCA(t), newCA(t)
	if _, err := s.AddCertificate(ca.Certificate, "", testTime, nil, false); err != nil {
		t.Fatal(err)
	}
	if all, err := s.Anchors(); err != nil || len(all) != 0 {
		t.Fatalf("a certificate became an anchor: %d, %v", len(all), err)
	}
	a, err := s.AddAnchor("ux-root", ca.Certificate, false)
	if err != nil || a.Path != s.dir("anchors", "ux-root.pem") {
		t.Fatalf("%+v, %v", a, err)
	}
	var exists *ExistsError
	if _, err := s.AddAnchor("ux-root", ca2.Certificate, false); !errors.As(err, &exists) || exists.Same {
		t.Errorf("name is taken: %v", err)
	}
	if x, err := s.AddAnchor("again", ca.Certificate, false); !errors.As(err, &exists) || !exists.Same || x.Name != "ux-root" {
		t.Errorf("is an anchor already: %+v, %v", x, err)
	}
	if _, err := s.AddAnchor("../../x", ca2.Certificate, false); err != nil {
		t.Fatal(err)
	}
	all, err := s.Anchors()
	if err != nil || len(all) != 2 {
		t.Fatalf("%d, %v", len(all), err)
	}
	for _, who := range []string{"ux-root", ca.Certificate.Fingerprint()} {
		if found, err := s.FindAnchors(who); err != nil || len(found) != 1 || found[0].Name != "ux-root" || found[0].Added.IsZero() {
			t.Errorf("%s: %v, %v", who, found, err)
		}
	}
	// A file of several: only the one goes.
	put(t, a.Path, encodeChain([]*cert.Certificate{ca.Certificate, fixtureCertificate(t)}))
	if err := s.RemoveAnchor(a); err != nil {
		t.Fatal(err)
	}
	all, _ = s.Anchors()
	if len(all) != 2 {
		t.Errorf("%d anchors, want 2", len(all))
	}
	for _, a := range all {
		if a.Certificate.Equal(ca.Certificate) {
			t.Error("still an anchor")
		}
		if err := s.RemoveAnchor(a); err != nil {
			t.Error(err)
		}
	}
	if all, _ := s.Anchors(); len(all) != 0 {
		t.Errorf("%d left", len(all))
	}
}

// TestSafeName: no name from outside leaves its directory or collides.
func TestSafeName(t *testing.T) {
	t.Parallel()
	for _, same := range []string{"alice@example.test", "a", "0", "A.b_c+d-e@x"} {
		if got := safeName(same); got != same {
			t.Errorf("%q became %q", same, got)
		}
	}
	for _, other := range []string{"", ".", "..", "../x", "/etc/passwd", "a/b", `a\b`, ".hidden", "-rf", "@x", "a\x00b", "a b", "ä", "a:b", "x.", strings.Repeat("a", 121), "con\n"} {
		got := safeName(other)
		if len(got) != 64 || strings.Trim(got, "0123456789abcdef") != "" {
			t.Errorf("%q became %q", other, got)
		}
	}
	if a, b := addressDir(address(t, "Alice@EXAMPLE.test")), addressDir(address(t, "alice@example.test")); a != b {
		t.Errorf("%q and %q", a, b)
	}
}

// TestManyWriters: 16 writers add and remove at once; nothing is lost, and readers
// never meet half a file or a certificate without its key.
func TestManyWriters(t *testing.T) {
	t.Parallel()
	const writers, rounds = 16, 2
	s, ca := newStore(t), newCA(t)
	type person struct {
		key *algorithm.PrivateKey
		c   *cert.Certificate
	}
	people := make([]person, writers)
	for i := range people {
		people[i].key, people[i].c = issue(t, ca, fmt.Sprintf("p%d@example.test", i), "all@example.test")
	}
	shared, sharedCert := issue(t, ca, "shared@example.test")
	stop := make(chan struct{})
	var readers, group sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			s := Open(s.Roots())
			for {
				select {
				case <-stop:
					if p := s.Problems(); len(p) > 0 {
						t.Errorf("readers met %v", p)
					}
					return
				default:
				}
				ids, err1 := s.Identities()
				_, err2 := s.Certificates()
				_, err3 := s.Anchors()
				if err := errors.Join(err1, err2, err3); err != nil {
					t.Error(err)
				}
				_ = ids
			}
		})
	}
	var mu sync.Mutex
	won := map[int]bool{}
	for i, p := range people {
		group.Go(func() {
			s := Open(s.Roots())
			passphrase := []byte{}
			for range rounds {
				id, err := s.AddIdentity(p.key, []*cert.Certificate{p.c}, passphrase, false)
				if err != nil {
					t.Errorf("writer %d: %v", i, err)
					return
				}
				if _, err := s.AddCertificate(p.c, "x", testTime, nil, true); err != nil {
					t.Errorf("writer %d: %v", i, err)
				}
				ids, err := s.Find(fmt.Sprintf("p%d@example.test", i))
				if err != nil || len(ids) != 1 {
					t.Errorf("writer %d: own identity: %d, %v", i, len(ids), err)
				} else if _, err := ids[0].Key(nil); err != nil {
					t.Errorf("writer %d: %v", i, err)
				}
				if err := s.RemoveIdentity(id); err != nil {
					t.Errorf("writer %d: %v", i, err)
				}
			}
			if _, err := s.AddIdentity(p.key, []*cert.Certificate{p.c}, passphrase, false); err != nil {
				t.Errorf("writer %d: %v", i, err)
			}
			if _, err := s.AddAnchor(fmt.Sprintf("a%d", i), p.c, false); err != nil {
				t.Errorf("writer %d: %v", i, err)
			}
			// All want to be the one who adds this.
			_, err := s.AddIdentity(shared, []*cert.Certificate{sharedCert}, passphrase, false)
			var exists *ExistsError
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won[i] = true
			} else if !errors.As(err, &exists) {
				t.Errorf("writer %d: %v", i, err)
			}
		})
	}
	group.Wait()
	close(stop)
	readers.Wait()
	if len(won) != 1 {
		t.Errorf("%d writers added the same identity", len(won))
	}
	ids, err := s.Identities()
	certs, err2 := s.Certificates()
	anchors, err3 := s.Anchors()
	if err := errors.Join(err, err2, err3); err != nil || len(ids) != writers+1 || len(certs) != writers || len(anchors) != writers {
		t.Errorf("%d identities, %d certificates, %d anchors, %v", len(ids), len(certs), len(anchors), err)
	}
	all, err := s.Find("all@example.test")
	if err != nil || len(all) != writers {
		t.Errorf("%d of one address, %v", len(all), err)
	}
	for _, id := range append(ids, all...) {
		if _, err := id.Key(nil); err != nil {
			t.Error(err)
		}
	}
	filepath.WalkDir(s.root, func(path string, d fs.DirEntry, err error) error {
		if strings.HasPrefix(d.Name(), ".new-") {
			t.Errorf("left behind: %s", path)
		}
		return err
	})
}

// TestReadOnly: a store that cannot be written can be read, and says so on writing.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("modes do not stop this user from writing")
	}
	s, ca := newStore(t), newCA(t)
	key, c := issue(t, ca, "alice@example.test")
	if _, err := s.AddIdentity(key, []*cert.Certificate{c}, noEncryption(), false); err != nil {
		t.Fatal(err)
	}
	var dirs []string
	filepath.WalkDir(s.root, func(path string, d fs.DirEntry, err error) error {
		if d.IsDir() {
			dirs = append(dirs, path)
		}
		return err
	})
	for _, d := range dirs {
		os.Chmod(d, 0o500)
		defer os.Chmod(d, 0o700)
	}
	ids, err := s.Find("alice@example.test")
	if err != nil || len(ids) != 1 {
		t.Fatalf("%d, %v", len(ids), err)
	}
	if _, err := ids[0].Key(nil); err != nil {
		t.Error(err)
	}
	if _, err := s.AddAnchor("x", ca.Certificate, false); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v, want permission denied", err)
	}
}

// TestAnchorPurposes: who is trusted for the one is not for the other.
func TestAnchorPurposes(t *testing.T) {
	t.Parallel()
	s, ca := newStore(t), newCA(t)
	a, err := s.AddAnchorFor(ForTimeStamps, "tsa", ca.Certificate, false)
	if err != nil || a.Path != s.dir("timestamp-anchors", "tsa.pem") {
		t.Fatalf("%+v, %v", a, err)
	}
	count := func() (mail, stamps int) {
		list, err := s.Anchors()
		more, err2 := s.AnchorsFor(ForTimeStamps)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		return len(list), len(more)
	}
	if mail, stamps := count(); mail != 0 || stamps != 1 {
		t.Errorf("%d for mail, %d for time stamps", mail, stamps)
	}
	if found, err := s.FindAnchors("tsa"); err != nil || len(found) != 0 {
		t.Errorf("found for mail: %v, %v", found, err)
	}
	// The same certificate may be both, if that is said.
	if _, err := s.AddAnchor("tsa", ca.Certificate, false); err != nil {
		t.Fatal(err)
	}
	found, err := s.FindAnchorsFor(ForTimeStamps, ca.Certificate.Fingerprint())
	if err != nil || len(found) != 1 || found[0].Path != a.Path {
		t.Fatalf("%v, %v", found, err)
	}
	if err := s.RemoveAnchor(found[0]); err != nil {
		t.Fatal(err)
	}
	if mail, stamps := count(); mail != 1 || stamps != 0 {
		t.Errorf("%d for mail, %d for time stamps", mail, stamps)
	}
	put(t, s.dir("timestamp-anchors", "bad.pem"), []byte("no certificate"))
	var damaged *DamagedError
	if _, err := s.AnchorsFor(ForTimeStamps); !errors.As(err, &damaged) {
		t.Errorf("damaged: %v", err)
	}
	if _, err := s.Anchors(); err != nil {
		t.Errorf("mail: %v", err)
	}
}
