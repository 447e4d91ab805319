package main

import (
	"bytes"
	"crypto/sha1"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certstore"
	"smimectl/internal/outfile"
)

// sendingWorld is a folder with a root, a CA below it and people, at a fixed time.
type sendingWorld struct {
	t        testing.TB
	dir      string
	now      time.Time
	root, ca *certtest.Entity
}

const mailPurpose = "1.3.6.1.5.5.7.3.4"

func keyIDOf(k *certtest.Key) []byte {
	sum := sha1.Sum(k.KeyBits())
	return sum[:]
}

func newSendingWorld(t testing.TB) *sendingWorld {
	t.Helper()
	w := &sendingWorld{t: t, dir: t.TempDir(), now: certtest.Now()}
	rootKey, caKey := certtest.NewKey("p256"), certtest.NewKey("p256")
	w.root = certtest.Issue(certtest.Template{Key: rootKey, Subject: certtest.Name(certtest.CN("Test Root")),
		Extensions: []certtest.Extension{certtest.CA(-1), certtest.KeyUsage(5, 6), certtest.SKI(keyIDOf(rootKey))}}, nil)
	w.ca = certtest.Issue(certtest.Template{Key: caKey, Subject: certtest.Name(certtest.CN("Test CA")), Serial: []byte{0x77},
		Extensions: []certtest.Extension{certtest.CA(-1), certtest.KeyUsage(5, 6), certtest.SKI(keyIDOf(caKey)), certtest.AKI(keyIDOf(rootKey))}}, w.root)
	w.write("ca.pem", certificatePEM(w.ca))
	if _, err := w.store().AddAnchor("root", w.parse(w.root), false); err != nil {
		t.Fatal(err)
	}
	if _, err := w.store().AddCertificate(w.parse(w.ca), "test", w.now, nil, true); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *sendingWorld) store() *certstore.Store {
	return certstore.Open(certstore.Roots{Config: filepath.Join(w.dir, "store"), Data: filepath.Join(w.dir, "store")})
}

func (w *sendingWorld) parse(e *certtest.Entity) *cert.Certificate {
	w.t.Helper()
	c, err := cert.Parse(e.DER)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func certificatePEM(e *certtest.Entity) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: e.DER})
}

func (w *sendingWorld) keyPEM(k *certtest.Key) []byte {
	w.t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(k.Signer)
	if err != nil {
		w.t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func (w *sendingWorld) path(name string) string { return filepath.Join(w.dir, name) }

func (w *sendingWorld) write(name string, data []byte) {
	w.t.Helper()
	if err := os.WriteFile(w.path(name), data, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *sendingWorld) read(name string) []byte {
	w.t.Helper()
	data, err := os.ReadFile(w.path(name))
	if err != nil {
		w.t.Fatal(err)
	}
	return data
}

// person is a template of somebody whose certificate is good for both uses until
// a test changes it.
func (w *sendingWorld) person(name string) certtest.Template {
	key := certtest.NewKey("p256")
	return certtest.Template{Key: key, Subject: certtest.Name(certtest.CN(name)), NotBefore: w.now.AddDate(-1, 0, 0), NotAfter: w.now.AddDate(1, 0, 0),
		Extensions: []certtest.Extension{certtest.KeyUsage(0, 4), certtest.EKU(mailPurpose), certtest.SAN(certtest.RFC822(name + "@example.test")),
			certtest.SKI(keyIDOf(key)), certtest.AKI(keyIDOf(w.ca.Key))}}
}

// setExtension puts an extension in place of the one of the same kind.
func setExtension(t *certtest.Template, e certtest.Extension) {
	list := []certtest.Extension{e}
	for _, x := range t.Extensions {
		if x.OID != e.OID {
			list = append(list, x)
		}
	}
	t.Extensions = list
}

// issue writes NAME.pem, certificate and key.
func (w *sendingWorld) issue(name string, t certtest.Template) *certtest.Entity {
	w.t.Helper()
	e := certtest.Issue(t, w.ca)
	w.write(name+".pem", append(certificatePEM(e), w.keyPEM(e.Key)...))
	return e
}

// key is the private key of somebody.
func (w *sendingWorld) key(e *certtest.Entity) *algorithm.PrivateKey {
	w.t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(e.Key.Signer)
	if err != nil {
		w.t.Fatal(err)
	}
	key, err := algorithm.ParsePrivateKey(der)
	if err != nil {
		w.t.Fatal(err)
	}
	return key
}

func (w *sendingWorld) chainOf(list ...*certtest.Entity) (out []*cert.Certificate) {
	for _, e := range list {
		out = append(out, w.parse(e))
	}
	return out
}

// own puts somebody into the store with his key, known without it.
func (w *sendingWorld) own(e *certtest.Entity) *certstore.Identity {
	w.t.Helper()
	id, err := w.store().AddIdentity(w.key(e), w.chainOf(e, w.ca), []byte{}, false)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *sendingWorld) known(e *certtest.Entity) {
	w.t.Helper()
	if _, err := w.store().AddCertificate(w.parse(e), "test", w.now, nil, true); err != nil {
		w.t.Fatal(err)
	}
}

func (w *sendingWorld) mail(from, to string) []byte {
	return []byte("From: " + from + "@example.test\nTo: " + to + "@example.test\nSubject: test\n\ntext\n")
}

// run runs a command line in this process; @NAME is a file of the folder. The
// output must be there afterwards if and only if the exit code is 0.
func (w *sendingWorld) run(stdin []byte, args ...string) ran {
	w.t.Helper()
	out := w.path("out")
	os.Remove(out)
	for i, a := range args {
		if name, ok := strings.CutPrefix(a, "@"); ok {
			args[i] = w.path(name)
		}
	}
	r := w.manage(stdin, append(args, "-o", out)...)
	if _, err := os.Stat(out); (err == nil) != (r.code == 0) {
		w.t.Errorf("%v: exit %d, and the output: %v", args, r.code, err)
	}
	return r
}

// manage is run for verbs that have no output, or write it to standard output.
func (w *sendingWorld) manage(stdin []byte, args ...string) ran {
	var stdout, stderr bytes.Buffer
	env := &environment{
		stdin: bytes.NewReader(stdin), stdout: &stdout, stderr: &stderr, now: func() time.Time { return w.now }, temporary: &outfile.Temporary{},
		getenv: func(name string) string {
			return map[string]string{"SMIMECTL_HOME": w.path("store"), "LC_ALL": "C.UTF-8"}[name]
		},
	}
	code := run(env, args)
	return ran{code, stdout.String(), stderr.String()}
}

// must is manage for what has to succeed.
func (w *sendingWorld) must(args ...string) ran {
	w.t.Helper()
	r := w.manage(nil, args...)
	if r.code != 0 {
		w.t.Fatalf("%v: exit %d\n%s%s", args, r.code, r.stdout, r.stderr)
	}
	return r
}

// sendingGuards is every reason not to use a certificate. sign and encrypt say
// what is to be read, and are empty where the use is allowed.
var sendingGuards = []struct {
	name          string
	change        func(w *sendingWorld, t *certtest.Template)
	revoked       string // "leaf", "ca", "" for lists without either, "none" for no lists
	flags         string
	sign, encrypt string
}{
	{name: "good"},
	{name: "expired", change: func(w *sendingWorld, t *certtest.Template) { t.NotAfter = w.now.Add(-time.Second) },
		sign: "the certificate expired on 2026-06-01", encrypt: "the certificate expired on 2026-06-01"},
	{name: "its last second", change: func(w *sendingWorld, t *certtest.Template) { t.NotAfter = w.now }},
	{name: "not yet valid", change: func(w *sendingWorld, t *certtest.Template) { t.NotBefore = w.now.Add(time.Second) },
		sign: "the certificate is valid from 2026-06-01 12:00:01 UTC", encrypt: "the certificate is valid from 2026-06-01 12:00:01 UTC"},
	{name: "its first second", change: func(w *sendingWorld, t *certtest.Template) { t.NotBefore = w.now }},
	{name: "extended key usage", change: func(_ *sendingWorld, t *certtest.Template) { setExtension(t, certtest.EKU("1.3.6.1.5.5.7.3.1")) },
		sign: "its extended key usage allows serverAuth, not emailProtection", encrypt: "its extended key usage allows serverAuth, not emailProtection"},
	{name: "key usage for agreement", change: func(_ *sendingWorld, t *certtest.Template) { setExtension(t, certtest.KeyUsage(4)) },
		sign: "its key usage allows keyAgreement, not digitalSignature or nonRepudiation"},
	{name: "key usage for signing", change: func(_ *sendingWorld, t *certtest.Template) { setExtension(t, certtest.KeyUsage(0)) },
		encrypt: "its key usage allows digitalSignature, not keyAgreement"},
	{name: "a key that cannot", change: func(_ *sendingWorld, t *certtest.Template) {
		t.Key = certtest.NewKey("ed25519")
		setExtension(t, certtest.KeyUsage(0, 2, 4))
	}, encrypt: "nothing can be encrypted to a key of kind ed25519"},
	{name: "CA", change: func(_ *sendingWorld, t *certtest.Template) {
		setExtension(t, certtest.CA(-1))
		setExtension(t, certtest.KeyUsage(0, 4, 5))
	}, sign: "its certificate is that of a CA", encrypt: "its certificate is that of a CA"},
	{name: "weak", change: func(_ *sendingWorld, t *certtest.Template) {
		t.Key = certtest.NewKey("rsa1024")
		setExtension(t, certtest.KeyUsage(0, 2))
	}, sign: "its key is too weak: RSA 1024", encrypt: "its key is too weak: RSA 1024"},
	{name: "malformed extension", change: func(_ *sendingWorld, t *certtest.Template) {
		setExtension(t, certtest.Extension{OID: "2.5.29.14", Value: []byte{5, 0}})
	}, sign: "the extension 2.5.29.14 of the certificate is malformed", encrypt: "the extension 2.5.29.14 of the certificate is malformed"},
	{name: "critical extension that nobody knows", change: func(_ *sendingWorld, t *certtest.Template) {
		setExtension(t, certtest.Extension{OID: "1.2.3.4", Critical: true, Value: []byte{5, 0}})
	}, sign: "its certificate has the critical extension 1.2.3.4, which is not known", encrypt: "its certificate has the critical extension 1.2.3.4, which is not known"},
	{name: "extension that nobody knows", change: func(_ *sendingWorld, t *certtest.Template) {
		setExtension(t, certtest.Extension{OID: "1.2.3.4", Value: []byte{5, 0}})
	}},
	{name: "revoked", revoked: "leaf", sign: "the certificate was revoked on 2026-05-25", encrypt: "the certificate was revoked on 2026-05-25"},
	{name: "revoked, not looked at", revoked: "leaf", flags: "--no-revocation"},
	{name: "issuer revoked", revoked: "ca", sign: "the certificate of its issuer Test CA was revoked on 2026-05-25", encrypt: "the certificate of its issuer Test CA was revoked on 2026-05-25"},
	{name: "revocation known where required", flags: "--require-revocation"},
	{name: "revocation required and not known", revoked: "none", flags: "--require-revocation",
		sign: "nobody knows whether the certificate was revoked", encrypt: "nobody knows whether the certificate was revoked"},
	{name: "expires too soon", change: func(w *sendingWorld, t *certtest.Template) { t.NotAfter = w.now.Add(7*24*time.Hour - time.Second) }, flags: "--min-validity 7d",
		sign: "expires on 2026-06-08, which is sooner than --min-validity 7d", encrypt: "expires on 2026-06-08, which is sooner than --min-validity 7d"},
	{name: "expires just late enough", change: func(w *sendingWorld, t *certtest.Template) { t.NotAfter = w.now.Add(7 * 24 * time.Hour) }, flags: "--min-validity 7d"},
	{name: "expires soon, not asked", change: func(w *sendingWorld, t *certtest.Template) { t.NotAfter = w.now.Add(time.Hour) }},
}

// TestSendingGuards tries every guard with sign and encrypt, out of a file and
// out of the store, and with the copy that the sender keeps.
func TestSendingGuards(t *testing.T) {
	t.Parallel()
	for _, g := range sendingGuards {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			w := newSendingWorld(t)
			bob := w.issue("bob", w.person("bob"))
			w.known(bob)
			template := w.person("alice")
			template.Serial = []byte{0x55}
			if g.change != nil {
				g.change(w, &template)
			}
			alice := w.issue("alice", template)
			flags := strings.Fields(g.flags)
			if g.revoked != "none" {
				flags = append(flags, w.lists(g.revoked)...)
			}
			check := func(where, want string, r ran) {
				t.Helper()
				switch {
				case want == "" && r.code != 0:
					t.Errorf("%s: exit %d\n%s", where, r.code, r.stderr)
				case want != "" && (r.code != exitKey || !strings.Contains(r.stderr, want) || !strings.Contains(r.stderr, "smimectl: hint: ")):
					t.Errorf("%s: exit %d, want %d and %q\n%s", where, r.code, exitKey, want, r.stderr)
				}
			}
			args := func(list ...string) []string { return append(list, flags...) }
			own := w.mail("alice", "bob")
			check("sign, file", g.sign, w.run(own, args("sign", "-i", "@alice.pem")...))
			check("encrypt, file", g.encrypt, w.run(own, args("encrypt", "--only", "--to", "@alice.pem")...))
			check("encrypt --sign, file", g.sign, w.run(own, args("encrypt", "--no-self", "--sign", "-i", "@alice.pem")...))
			w.known(alice)
			check("encrypt, store, fingerprint", g.encrypt, w.run(own, args("encrypt", "--only", "--to", w.parse(alice).Fingerprint()[:16])...))
			check("encrypt, store, To", g.encrypt, w.run(w.mail("bob", "alice"), args("encrypt", "--no-self")...))
			w.own(alice)
			check("sign, store", g.sign, w.run(own, args("sign")...))
			alone := []string{"encrypt"}
			if g.revoked == "ca" || g.revoked == "none" { // which concerns bob too
				alone = append(alone, "--skip", "bob@example.test")
			}
			copied := w.run(own, args(alone...)...)
			want := ""
			if madeForEncryption(g.encrypt) {
				want = g.encrypt
			}
			check("encrypt, copy", want, copied)
			if madeForEncryption(g.encrypt) && !strings.Contains(copied.stderr, "--no-self") {
				t.Errorf("the way out is not named:\n%s", copied.stderr)
			}
			if g.encrypt != "" && !madeForEncryption(g.encrypt) && !strings.Contains(copied.stderr, "note: no certificate of yours for alice@example.test") {
				t.Errorf("the missing copy is not told:\n%s", copied.stderr)
			}
		})
	}
}

// TestRevokedByNobodyKnown: a list of the store holds although the certificate of the CA that
// signed it is not at hand any more, or its root is no anchor. One that is only handed in holds with them.
func TestRevokedByNobodyKnown(t *testing.T) {
	t.Parallel()
	for _, gone := range []string{"the CA", "the anchor", "neither"} {
		t.Run(gone, func(t *testing.T) {
			t.Parallel()
			w := newSendingWorld(t)
			template := w.person("alice")
			template.Serial = []byte{0x55}
			w.known(w.issue("alice", template))
			w.lists("leaf")
			w.must("crl", "import", "--chain", w.path("ca.pem"), w.path("leaf.crl"))
			switch gone {
			case "the CA":
				w.must("cert", "remove", w.parse(w.ca).Fingerprint())
			case "the anchor":
				w.must("ca", "remove", "root")
			}
			r := w.run(w.mail("bob", "alice"), "encrypt", "--no-self")
			if r.code != exitKey || !strings.Contains(r.stderr, "will not encrypt for alice@example.test: the certificate was revoked on 2026-05-25") {
				t.Errorf("exit %d\n%s", r.code, r.stderr)
			}
			if r := w.run(w.mail("bob", "alice"), "encrypt", "--no-self", "--no-revocation"); r.code != 0 {
				t.Errorf("--no-revocation: exit %d\n%s", r.code, r.stderr)
			}
			if err := os.RemoveAll(w.path("store/crls")); err != nil {
				t.Fatal(err)
			}
			want := 0
			if gone == "neither" {
				want = exitKey
			}
			if r := w.run(w.mail("bob", "alice"), "encrypt", "--no-self", "--crl", w.path("leaf.crl")); r.code != want {
				t.Errorf("--crl: exit %d, want %d\n%s", r.code, want, r.stderr)
			}
		})
	}
}

// madeForEncryption tells a certificate that must not be used any more from one
// that never could be: whoever has only the latter goes without a copy.
func madeForEncryption(refusal string) bool {
	for _, never := range []string{"key usage", "nothing can be", "of a CA"} {
		if strings.Contains(refusal, never) {
			return false
		}
	}
	return refusal != ""
}

// lists are the flags with revocation lists of both CAs.
func (w *sendingWorld) lists(revoked string) []string {
	var flags []string
	for name, issuer := range map[string]*certtest.Entity{"ca": w.root, "leaf": w.ca} {
		list := certtest.ListTemplate{ThisUpdate: w.now.AddDate(0, 0, -1), NextUpdate: w.now.AddDate(0, 0, 1), Extensions: []certtest.Extension{certtest.AKI(keyIDOf(issuer.Key)), certtest.Number(1)}}
		if revoked == name {
			list.Entries = []certtest.ListEntry{{Serial: map[string][]byte{"ca": {0x77}, "leaf": {0x55}}[name]}}
		}
		w.write(name+".crl", pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: certtest.List(list, issuer)}))
		flags = append(flags, "--crl", w.path(name+".crl"))
	}
	return flags
}

// TestSenderIsTheSigner: From has to be in the certificate, out of a file and out
// of the store, signed alone and inside.
func TestSenderIsTheSigner(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	bob := w.issue("bob", w.person("bob"))
	nobody := w.person("nobody")
	nobody.Extensions = nobody.Extensions[:2]
	w.issue("nobody", nobody)
	w.own(bob)
	w.known(bob)
	for _, who := range []string{"@bob.pem", "bob@example.test"} {
		for _, verb := range [][]string{{"sign"}, {"encrypt", "--sign", "--no-self"}} {
			r := w.run(w.mail("alice", "bob"), append(verb, "-i", who)...)
			if r.code != exitKey || !strings.Contains(r.stderr, "will not sign as bob@example.test: From is alice@example.test\n") || !strings.Contains(r.stderr, "--any-from") {
				t.Errorf("%v %s: exit %d\n%s", verb, who, r.code, r.stderr)
			}
			if r := w.run(w.mail("alice", "bob"), append(verb, "--any-from", "-i", who)...); r.code != 0 {
				t.Errorf("%v --any-from %s: exit %d\n%s", verb, who, r.code, r.stderr)
			}
		}
	}
	r := w.run(w.mail("nobody", "bob"), "sign", "-i", "@nobody.pem")
	if r.code != exitKey || !strings.Contains(r.stderr, "the certificate has no address") {
		t.Errorf("without an address: exit %d\n%s", r.code, r.stderr)
	}
	if r := w.run(w.mail("nobody", "bob"), "sign", "--any-from", "-i", "@nobody.pem"); r.code != 0 {
		t.Errorf("without an address, allowed: exit %d\n%s", r.code, r.stderr)
	}
	r = w.run(w.mail("bob", "bob"), "encrypt", "--only", "--to", "@nobody.pem")
	if r.code != 0 || !strings.Contains(r.stderr, "has no mail address: be sure whose it is") {
		t.Errorf("encrypted to a certificate without an address: exit %d\n%s", r.code, r.stderr)
	}
}

// TestKeyFitsCertificate: a key of somebody else is not used, whatever the files say.
func TestKeyFitsCertificate(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	alice, bob := w.issue("alice", w.person("alice")), w.issue("bob", w.person("bob"))
	w.write("alice.crt", certificatePEM(alice))
	w.write("bob.key", w.keyPEM(bob.Key))
	r := w.run(w.mail("alice", "bob"), "sign", "-i", "@alice.crt", "--key", "@bob.key")
	if r.code != exitKey || !strings.Contains(r.stderr, "does not fit the certificate in") {
		t.Errorf("files: exit %d\n%s", r.code, r.stderr)
	}
	id := w.own(alice)
	file := strings.TrimSuffix(id.File, ".pem") + ".key"
	if err := os.WriteFile(file, w.keyPEM(bob.Key), 0o600); err != nil {
		t.Fatal(err)
	}
	r = w.run(w.mail("alice", "bob"), "sign")
	if r.code != exitKey || !strings.Contains(r.stderr, "does not fit") {
		t.Errorf("store: exit %d\n%s", r.code, r.stderr)
	}
}

// TestOwnCertificateEnding: one's own certificate is spoken of in its last two
// weeks, by sign and by encrypt --sign, and not with --quiet.
func TestOwnCertificateEnding(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, tc := range []struct {
		left time.Duration
		want string
	}{
		{14 * day, ""},
		{14*day - time.Second, "expires in 13 days, on 2026-06-15"},
		{2 * day, "expires in 2 days, on 2026-06-03"},
		{day, "expires within a day, on 2026-06-02"},
		{0, "expires within a day, on 2026-06-01"},
	} {
		w := newSendingWorld(t)
		template := w.person("alice")
		template.NotAfter = w.now.Add(tc.left)
		w.issue("alice", template)
		w.known(w.issue("bob", w.person("bob")))
		for _, args := range [][]string{{"sign", "-i", "@alice.pem"}, {"encrypt", "--no-self", "--sign", "-i", "@alice.pem"}} {
			r := w.run(w.mail("alice", "bob"), args...)
			said := strings.Contains(r.stderr, "warning: your certificate for alice@example.test expires")
			if r.code != 0 || said != (tc.want != "") || !strings.Contains(r.stderr, tc.want) {
				t.Errorf("%v, %v: exit %d\n%s", tc.left, args, r.code, r.stderr)
			}
			if r := w.run(w.mail("alice", "bob"), append(args, "-q")...); r.stderr != "" {
				t.Errorf("%v, %v, quiet: %s", tc.left, args, r.stderr)
			}
		}
	}
}

// TestMinValidityConfigured: config.toml may ask for it, and the flag comes first.
func TestMinValidityConfigured(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	template := w.person("alice")
	template.NotAfter = w.now.AddDate(0, 0, 5)
	w.issue("alice", template)
	mail := w.mail("alice", "bob")
	w.write("store/config.toml", []byte(`min-validity = "1w"`))
	if r := w.run(mail, "sign", "-i", "@alice.pem"); r.code != exitKey || !strings.Contains(r.stderr, "sooner than --min-validity 1w") || !strings.Contains(r.stderr, "hint: to use it while it lasts:  --min-validity 0") {
		t.Errorf("configured: exit %d\n%s", r.code, r.stderr)
	}
	if r := w.run(mail, "sign", "-i", "@alice.pem", "--min-validity", "0"); r.code != 0 {
		t.Errorf("the flag: exit %d\n%s", r.code, r.stderr)
	}
	w.write("store/config.toml", []byte(`min-validity = "soon"`))
	if r := w.run(mail, "sign", "-i", "@alice.pem"); r.code != exitUsage || !strings.Contains(r.stderr, "min-validity = soon") {
		t.Errorf("nonsense: exit %d\n%s", r.code, r.stderr)
	}
	if r := w.run(mail, "sign", "-i", "@alice.pem", "--min-validity", "7days"); r.code != exitUsage {
		t.Errorf("nonsense: exit %d\n%s", r.code, r.stderr)
	}
}

func TestParseSpan(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{"7d": 7 * day, "24h": day, "2w": 14 * day, "90m": 90 * time.Minute, "0": 0, "0d": 0, "36500d": maxMinValidity} {
		if got, err := parseSpan(text); err != nil || got != want {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "d", "7", "-7d", "+7d", "7 d", "7D", "1.5d", "7y", "36501d", "9223372036854775808h", "99999999999999999999d", "１d"} {
		if got, err := parseSpan(text); err == nil {
			t.Errorf("%q: got %v", text, got)
		}
	}
}
