package main

import (
	"encoding/pem"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/certstore"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/message"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// issue makes a certificate of the toy CA, or of another one that nobody trusts.
func (w *announcing) issue(address string, use certstore.ToyUse, change ...func(*certstore.ToyOptions)) *cert.Certificate {
	w.t.Helper()
	a, err := cert.ParseAddress(address)
	if err != nil {
		w.t.Fatal(err)
	}
	opt := certstore.ToyOptions{Addresses: []cert.Address{a}, KeyName: "p-256", Use: use}
	for _, f := range change {
		f(&opt)
	}
	ca := w.toy
	if opt.Name == "stranger" {
		if ca, err = certstore.NewToyCA("Unknown CA", w.now); err != nil {
			w.t.Fatal(err)
		}
	}
	key, c, err := ca.Issue(opt)
	if err != nil {
		w.t.Fatal(err)
	}
	if use == certstore.ToySign {
		w.signer.Key, w.signer.Certificate = key, c
	}
	return c
}

// kept are the certificates of carol that the store has, by what they are for.
func (w *announcing) kept(names map[string]*cert.Certificate) string {
	w.t.Helper()
	found, err := w.store().Certificates()
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, name := range []string{"signs", "reads", "other"} {
		for _, e := range found {
			if c := names[name]; c != nil && c.Equal(e.Certificate) {
				out = append(out, name)
				if len(e.Capabilities) > 0 {
					out[len(out)-1] += " " + e.Capabilities[0]
				}
			}
		}
	}
	return strings.Join(out, ", ")
}

// TestTwoCertificates: of somebody who signs with one certificate and reads with another a signed
// mail brings both, the second only if somebody vouches for it and it is for the same address.
func TestTwoCertificates(t *testing.T) {
	t.Parallel()
	const carol = "carol@example.test"
	expired := func(o *certstore.ToyOptions) { o.Expired = true }
	stranger := func(o *certstore.ToyOptions) { o.Name = "stranger" }
	forBobToo := func(o *certstore.ToyOptions) { o.Addresses = append([]cert.Address{bob(t)}, o.Addresses...) }
	both := "signs aes-256-gcm, reads aes-256-gcm"
	for _, x := range []struct {
		name    string
		reads   func(w *announcing) *cert.Certificate // what the mail names
		carried func(w *announcing, reads *cert.Certificate)
		flags   []string
		want    string
		note    string // of import
	}{
		{"named", func(w *announcing) *cert.Certificate { return w.issue(carol, certstore.ToyEncrypt) }, nil, nil, both, ""},
		{"named, not vouched for", func(w *announcing) *cert.Certificate { return w.issue(carol, certstore.ToyEncrypt, stranger) }, nil, nil,
			"signs aes-256-gcm", "the certificate to encrypt to was not taken: the certificate of the issuer \"Unknown CA\" is not to be had"},
		{"named, expired", func(w *announcing) *cert.Certificate { return w.issue(carol, certstore.ToyEncrypt, expired) }, nil, nil,
			"signs aes-256-gcm", "the certificate to encrypt to was not taken: the certificate of \"carol@example.test\" expired on 2026-05-31"},
		{"named, revoked", func(w *announcing) *cert.Certificate {
			reads := w.issue(carol, certstore.ToyEncrypt)
			w.revoke(reads)
			return reads
		}, nil, nil, "signs aes-256-gcm", "the certificate to encrypt to was not taken: the certificate of \"carol@example.test\" was revoked on"},
		{"named, known not to be revoked", func(w *announcing) *cert.Certificate {
			w.revoke()
			return w.issue(carol, certstore.ToyEncrypt)
		}, nil, []string{"--require-revocation"}, both, ""},
		{"named, for somebody else too, of whom nothing is said", func(w *announcing) *cert.Certificate {
			return w.issue(carol, certstore.ToyEncrypt, forBobToo)
		}, nil, nil, "signs aes-256-gcm, reads", ""},
		{"named, of somebody else", func(w *announcing) *cert.Certificate { return w.issue("dave@example.test", certstore.ToyEncrypt) }, nil, nil,
			"signs aes-256-gcm", "the certificate to encrypt to was not taken: it is for another address"},
		{"named, for signing", func(w *announcing) *cert.Certificate {
			first := w.issue(carol, certstore.ToySign)
			w.issue(carol, certstore.ToySign)
			return first
		}, nil, nil, "signs aes-256-gcm", "the certificate to encrypt to was not taken: its key usage allows digitalSignature, not keyAgreement"},
		{"named, not carried", func(w *announcing) *cert.Certificate { return w.issue(carol, certstore.ToyEncrypt) },
			func(w *announcing, reads *cert.Certificate) { w.without(reads) }, nil,
			"signs aes-256-gcm", "the mail names another certificate to encrypt to, which it does not bring"},
		{"named, in the store already", func(w *announcing) *cert.Certificate { return w.issue(carol, certstore.ToyEncrypt) },
			func(w *announcing, reads *cert.Certificate) {
				w.without(reads)
				if _, err := w.store().AddCertificate(reads, "test", w.now, nil, false); err != nil {
					w.t.Fatal(err)
				}
			}, nil, both, ""},
		{"not named, in the same name", nil, func(w *announcing, _ *cert.Certificate) {
			w.signer.Chain = append(w.signer.Chain, w.issue(carol, certstore.ToyEncrypt))
		}, nil, both, ""},
		{"not named, in another name", nil, func(w *announcing, _ *cert.Certificate) {
			w.signer.Chain = append(w.signer.Chain, w.issue(carol, certstore.ToyEncrypt, func(o *certstore.ToyOptions) { o.Name = "Carol" }))
		}, nil, "signs aes-256-gcm", "nothing can be encrypted to the one that was imported: its key usage allows digitalSignature, not keyAgreement"},
		{"none", nil, nil, nil, "signs aes-256-gcm", "nothing can be encrypted to the one that was imported: its key usage allows digitalSignature, not keyAgreement"},
		{"named, of one who could read with both", func(w *announcing) *cert.Certificate {
			w.both()
			return w.issue(carol, certstore.ToyEncrypt)
		}, nil, nil, "reads aes-256-gcm", ""},
		{"not named, of one who could read with both", nil, func(w *announcing, _ *cert.Certificate) {
			w.both()
			w.signer.Chain = append(w.signer.Chain, w.issue(carol, certstore.ToyEncrypt))
		}, nil, "signs aes-256-gcm", ""},
	} {
		for _, way := range []string{"import", "harvest"} {
			t.Run(x.name+"/"+way, func(t *testing.T) {
				t.Parallel()
				w := newAnnouncing(t)
				w.issue(carol, certstore.ToySign)
				names := map[string]*cert.Certificate{}
				if x.reads != nil {
					w.signer.Encryption = x.reads(w)
				}
				names["reads"] = w.signer.Encryption
				if x.carried != nil {
					x.carried(w, w.signer.Encryption)
				}
				if names["reads"] == nil && len(w.signer.Chain) > 1 {
					names["reads"] = w.signer.Chain[1]
				}
				names["signs"] = w.signer.Certificate
				said := w.ok(append([]string{"cert", way, w.mail("mail", w.days(1), oidGCM)}, x.flags...)...)
				if got := w.kept(names); got != x.want {
					t.Errorf("kept %q, want %q\n%s", got, x.want, said)
				}
				if way == "import" && !strings.Contains(said, x.note) || x.note == "" && strings.Contains(said, "note:") || strings.Contains(said, "note: \n") {
					t.Errorf("got %q, want %q in it", said, x.note)
				}
			})
		}
	}
}

// without takes a certificate out of what is carried: no signature covers that.
func (w *announcing) without(c *cert.Certificate) {
	w.edit = func(der []byte) []byte {
		s := cmstest.ParseSigned(der)
		set := s.Certificates()
		for i := range set.Children {
			if string(set.Children[i].Encode()) == string(c.Raw) {
				set.Children = append(set.Children[:i:i], set.Children[i+1:]...)
				break
			}
		}
		return s.Encode()
	}
}

// both makes the signer one whose certificate is good for both.
func (w *announcing) both() {
	w.t.Helper()
	a, err := cert.ParseAddress("carol@example.test")
	if err != nil {
		w.t.Fatal(err)
	}
	if w.signer.Key, w.signer.Certificate, err = w.toy.Issue(certstore.ToyOptions{Addresses: []cert.Address{a}, KeyName: "p-256"}); err != nil {
		w.t.Fatal(err)
	}
}

// bob is the address of somebody who signs nothing.
func bob(t *testing.T) cert.Address {
	t.Helper()
	a, err := cert.ParseAddress("bob@example.test")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// revoke puts a list into the store with certificates that were revoked.
func (w *announcing) revoke(list ...*cert.Certificate) {
	w.t.Helper()
	der, err := w.toy.Revoke(w.now, list...)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.store().AddList("toy", der, false); err != nil {
		w.t.Fatal(err)
	}
}

// TestUntrustedSecondCertificate: who takes a signer nobody vouches for takes what he names, if it is for
// nobody else. Of a signer somebody vouches for nothing is taken on his word: whoever carries the mail can
// put a certificate of the same issuer and serial number into it.
func TestUntrustedSecondCertificate(t *testing.T) {
	t.Parallel()
	stranger := func(o *certstore.ToyOptions) { o.Name = "stranger" }
	for _, x := range []struct {
		name         string
		signs, reads []func(*certstore.ToyOptions)
		want, note   string
	}{
		{"both", []func(*certstore.ToyOptions){stranger}, []func(*certstore.ToyOptions){stranger}, "signs aes-256-gcm, reads aes-256-gcm", ""},
		{"for somebody else too", []func(*certstore.ToyOptions){stranger}, []func(*certstore.ToyOptions){stranger, func(o *certstore.ToyOptions) {
			o.Addresses = append(o.Addresses, bob(t))
		}}, "signs aes-256-gcm", "it is for other addresses too, and nobody vouches for it"},
		{"of a trusted signer", nil, []func(*certstore.ToyOptions){stranger}, "signs aes-256-gcm", "the certificate of the issuer \"Unknown CA\" is not to be had"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			w := newAnnouncing(t)
			w.issue("carol@example.test", certstore.ToySign, x.signs...)
			w.signer.Encryption = w.issue("carol@example.test", certstore.ToyEncrypt, x.reads...)
			said := w.ok("cert", "import", "--untrusted", w.mail("mail", w.days(1), oidGCM))
			names := map[string]*cert.Certificate{"signs": w.signer.Certificate, "reads": w.signer.Encryption}
			if got := w.kept(names); got != x.want || !strings.Contains(said, x.note) {
				t.Errorf("kept %q\n%s", got, said)
			}
		})
	}
}

// TestSecondCertificateAndLostList: while a list that may revoke it cannot be read, the second one is not taken.
func TestSecondCertificateAndLostList(t *testing.T) {
	t.Parallel()
	w := newAnnouncing(t)
	w.issue("carol@example.test", certstore.ToySign)
	w.signer.Encryption = w.issue("carol@example.test", certstore.ToyEncrypt)
	mail, err := os.ReadFile(w.mail("mail", w.days(1), oidGCM))
	if err != nil {
		t.Fatal(err)
	}
	x := &message.Examiner{Anchors: []certpath.Anchor{{Certificate: w.toy.Certificate, Name: "toy"}}, Policy: verdict.Policy{Now: w.now, At: w.now}}
	ex := x.Examine(message.Input{Command: "verify", Source: spool.Bytes(mail)})
	defer ex.Close()
	if found := correspondents(x, ex, true); len(found) != 2 {
		t.Fatalf("%d certificates", len(found))
	}
	x.CRLs = []certpath.List{{Issuer: w.toy.Certificate.Subject, Read: func() ([]*cert.CRL, error) { return nil, errors.New("it is lost") }}}
	found := correspondents(x, ex, true)
	if len(found) != 1 || !found[0].certificate.Equal(w.signer.Certificate) || !strings.Contains(found[0].notes[0], "cannot be found out whether it was revoked: it is lost") {
		t.Errorf("got %+v", found)
	}
}

// TestSignerNamesHisOtherCertificate: who signs with one certificate and reads with another
// tells the receivers, who can answer him encrypted.
func TestSignerNamesHisOtherCertificate(t *testing.T) {
	t.Parallel()
	const carol = "carol@example.test"
	address, err := cert.ParseAddress(carol)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name   string
		uses   []certstore.ToyUse // of carol's identities
		answer bool
	}{
		{"two identities", []certstore.ToyUse{certstore.ToySign, certstore.ToyEncrypt}, true},
		{"one for both", []certstore.ToyUse{certstore.ToyMail}, true},
		{"one for signing", []certstore.ToyUse{certstore.ToySign}, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			w := newChoosingWorld(t)
			w.person("bob", "p-256", "own")
			for _, use := range x.uses {
				key, c, err := w.toy.Issue(certstore.ToyOptions{Addresses: []cert.Address{address}, KeyName: "p-256", Use: use})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := w.store().AddIdentity(key, []*cert.Certificate{c, w.toy.Certificate}, []byte{}, false); err != nil {
					t.Fatal(err)
				}
			}
			w.write("mail.eml", w.mail("carol", "bob"))
			w.write("answer.eml", w.mail("bob", "carol"))
			ok := func(args ...string) string {
				t.Helper()
				code, stdout, stderr := w.plain(nil, args...)
				if code != 0 {
					t.Fatalf("%v: exit %d\n%s%s", args, code, stdout, stderr)
				}
				return stdout
			}
			ok("sign", "-o", w.path("signed.eml"), w.path("mail.eml"))
			// Bob knows the CA, and carol by her mail alone.
			bob := certstore.Open(certstore.Roots{Config: w.path("bob"), Data: w.path("bob")})
			if _, err := bob.AddAnchor("toy", w.toy.Certificate, false); err != nil {
				t.Fatal(err)
			}
			w.home = w.path("bob")
			ok("cert", "import", w.path("signed.eml"))
			code, _, stderr := w.plain(nil, "encrypt", "--only", "--to", carol, "-o", w.path("secret.eml"), w.path("answer.eml"))
			if (code == 0) != x.answer {
				t.Fatalf("exit %d\n%s", code, stderr)
			}
			if !x.answer {
				return
			}
			w.home = ""
			if said := ok("decrypt", w.path("secret.eml")); !strings.Contains(said, "text") {
				t.Errorf("carol reads %q", said)
			}
		})
	}
}

// TestOtherCertificateForFrom: of several that the signer reads with the one is named that an answer is
// encrypted to, and none that tells of an address which the signature does not.
func TestOtherCertificateForFrom(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ from, who, want string }{
		{"carol", "carol@example.test", "carol@example.test"}, {"home", "carol@example.test", "home@example.test"},
		{"bob", "carol@example.test", "home@example.test"}, {"carol", "all.pem", "carol@example.test"},
	} {
		t.Run(x.from+"/"+x.who, func(t *testing.T) {
			t.Parallel()
			w := newChoosingWorld(t)
			var file []byte
			begins := w.now.Add(-9 * 24 * time.Hour)
			issue := func(use certstore.ToyUse, names ...string) {
				opt := certstore.ToyOptions{KeyName: "p-256", Use: use, NotBefore: begins}
				begins = begins.Add(24 * time.Hour) // of two that would do the later one is taken
				for _, name := range names {
					a, err := cert.ParseAddress(name + "@example.test")
					if err != nil {
						t.Fatal(err)
					}
					opt.Addresses = append(opt.Addresses, a)
				}
				key, c, err := w.toy.Issue(opt)
				if err != nil {
					t.Fatal(err)
				}
				der, err := key.PKCS8()
				if err != nil {
					t.Fatal(err)
				}
				file = append(append(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...), pemOf([]*cert.Certificate{c})...)
				if x.who == "all.pem" {
					return
				}
				if _, err := w.store().AddIdentity(key, []*cert.Certificate{c, w.toy.Certificate}, []byte{}, false); err != nil {
					t.Fatal(err)
				}
			}
			issue(certstore.ToySign, "carol", "home")
			issue(certstore.ToyEncrypt, "carol")
			issue(certstore.ToyEncrypt, "home")
			issue(certstore.ToyEncrypt, "carol", "home", "secret")
			w.write("mail.eml", w.mail(x.from, "bob"))
			who := x.who
			if who == "all.pem" {
				w.write(who, file)
				who = w.path(who)
			}
			if code, _, said := w.plain(nil, "sign", "-i", who, "--any-from", "-o", w.path("signed.eml"), w.path("mail.eml")); code != 0 {
				t.Fatal(said)
			}
			signed, err := os.ReadFile(w.path("signed.eml"))
			if err != nil {
				t.Fatal(err)
			}
			examiner := &message.Examiner{Policy: verdict.Policy{Now: w.now, At: w.now, AnyFrom: true}}
			ex := examiner.Examine(message.Input{Command: "verify", Source: spool.Bytes(signed)})
			defer ex.Close()
			found, err := examiner.EncryptionCertificates(ex, &ex.Signers()[0])
			if err != nil || len(found) != 1 || len(ex.Certificates()) != 2 {
				t.Fatalf("%d of %d certificates, %v", len(found), len(ex.Certificates()), err)
			}
			if got := found[0].Certificate.Addresses(); len(got) != 1 || got[0].String() != x.want {
				t.Errorf("the one of %v is named", got)
			}
		})
	}
}
