package message

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// TestSignedMailProduct signs a mail with every key of package algorithm, every
// digest that goes with it and every padding, in both forms of a mail, reads it
// again, and changes one letter. (internal/cms does the same below the mail.)
func TestSignedMailProduct(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const mail = "From: alice@example.org\r\nSubject: product\r\n\r\nThe text to be signed.\r\n"
	for _, name := range algorithm.SigningKeyNames() {
		slow := strings.HasPrefix(name, "slh-dsa-") && strings.HasSuffix(name, "s")
		if name == "rsa-3072" || name == "rsa-4096" || slow { // rows that others go through in less time
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			who := cmstest.Issue(t, w.root, cmstest.Options{Key: cmstest.Key(t, name, 0), CommonName: "alice", Emails: []string{"alice@example.org"}})
			public, err := who.Certificate.PublicKey()
			if err != nil {
				t.Fatal(err)
			}
			tried := 0
			for _, d := range algorithm.Digests() {
				var last algorithm.Identifier
				for _, pss := range []bool{false, true} {
					options := algorithm.SignOptions{Digest: d, PSS: pss}
					scheme, err := algorithm.SignatureFor(public, options)
					if err != nil || pss && scheme.Identifier.Equal(last) {
						continue
					}
					last = scheme.Identifier
					for _, opaque := range []bool{false, true} {
						tried++
						signer := cms.Signer{Certificate: who.Certificate, Key: who.Key, Options: options}
						signedMail(t, w, mail, SignOptions{Signers: []cms.Signer{signer}, Time: testNow, Opaque: opaque}, scheme)
					}
				}
			}
			if tried == 0 {
				t.Error("no digest goes with it")
			}
		})
	}
}

func signedMail(t *testing.T, w *world, mail string, opt SignOptions, scheme *algorithm.Signature) {
	t.Helper()
	label := scheme.Name + " with " + scheme.Digest.Name
	entity, err := mimewrap.ReadMail(spool.Bytes([]byte(mail)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := Sign(&out, entity, opt); err != nil {
		t.Errorf("%s, opaque %v: %v", label, opt.Opaque, err)
		return
	}
	ex := examine(t, w.examiner(), verifyInput(out.String()))
	if r := ex.Report; r.Verdict != verdict.WordGood || len(r.Layers) != 1 || len(r.Layers[0].Signers) != 1 || r.Layers[0].Signers[0].Integrity != "ok" {
		t.Errorf("%s, opaque %v: %s (%s)", label, opt.Opaque, r.Verdict, codes(r))
		return
	}
	changed := strings.Replace(out.String(), "to be signed", "to be sinned", 1)
	if opt.Opaque { // the content is in base64: any letter in its middle
		b := bytes.Clone(out.Bytes())
		at := bytes.LastIndex(b, []byte("\r\n\r\n"))
		if at < 0 {
			at = bytes.LastIndex(b, []byte("\n\n"))
		}
		i := at + (len(b)-at)/2
		for !slices.Contains([]byte("BCDEFGHIJKLMNOPQRSTUVWXYZ"), b[i]) {
			i++
		}
		b[i]--
		changed = string(b)
	}
	if changed == out.String() {
		t.Fatal("nothing was changed")
	}
	if r := examine(t, w.examiner(), verifyInput(changed)).Report; r.Verdict == verdict.WordGood || r.Exit() == 0 {
		t.Errorf("%s, opaque %v, one letter changed: %s", label, opt.Opaque, r.Verdict)
	}
	// The signature stands at the end of the CMS object: a letter there is one of its value.
	b := bytes.Clone(out.Bytes())
	i := len(b)
	if !opt.Opaque {
		i = bytes.LastIndex(b, []byte("\n--"))
	}
	for i -= 12; !slices.Contains([]byte("BCDEFGHIJKLMNOPQRSTUVWXYZ"), b[i]); i-- {
	}
	b[i]--
	if r := examine(t, w.examiner(), verifyInput(string(b))).Report; r.Verdict != verdict.WordBad && r.Verdict != verdict.WordUnreadable {
		t.Errorf("%s, opaque %v, signature changed: %s", label, opt.Opaque, r.Verdict)
	}
}
