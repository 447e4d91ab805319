package main

import (
	"os/exec"
	"path/filepath"
	"testing"

	"smimectl/internal/verdict"
)

// TestExplainForeign finds the reason for what other programs say, as they say it.
func TestExplainForeign(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]verdict.Code{
		"4097E1F3E87F0000:error:17000064:CMS routines:cms_signerinfo_verify_cert:certificate verify error:../crypto/cms/cms_smime.c:289:Verify error: unable to get local issuer certificate": verdict.IssuerMissing,
		"CMS Verification failure\n40975DF2:error:1700009E:CMS routines:CMS_SignerInfo_verify_content:verification failure:../crypto/cms/cms_sd.c:1000:\n":                                    verdict.ContentChanged,
		"Verify error:\n   certificate has\n   expired":                                    verdict.ExpiredNow,
		"Error reading SMIME Content Info\n4087:error:068000D1:no content type:asn_mime.c": verdict.Malformed,
		"gpgsm: invalid signature: message digest attribute does not match computed one":   verdict.ContentChanged,
		"gpgsm: root certificate is not marked trusted":                                    verdict.IssuerUnknown,
		"gpgsm: message decryption failed: No secret key <GpgSM>":                          verdict.NotARecipient,
		"Mac verify error: invalid password?":                                              verdict.PassphraseWrong,
	} {
		found, ok := explainForeign(text)
		if !ok || found.code != want {
			t.Errorf("%q: %q, want %s", text, found.code, want)
		}
	}
	if found, ok := explainForeign("it is a fine day"); ok {
		t.Errorf("a fine day is %s", found.code)
	}
	seen := map[string]bool{}
	for _, f := range foreignTexts {
		if _, ok := verdict.Explain(string(f.code)); !ok || seen[f.says] {
			t.Errorf("%q: code %q, twice %v", f.says, f.code, seen[f.says])
		}
		seen[f.says] = true
		if found, _ := explainForeign(f.says); found.code != f.code {
			t.Errorf("%q is found as %s", f.says, found.code)
		}
	}
}

// TestExplainOpenSSL has openssl say it.
func TestExplainOpenSSL(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("skipped: openssl is not installed")
	}
	w := newReleaseWorld(t)
	w.write("signed.eml", w.must(w.read("small.eml"), "sign", "-i", w.path("alice.pem")))
	w.write("secret.eml", w.must(w.read("small.eml"), "encrypt", "--only", "--no-self", "--to", w.path("bob.pem")))
	w.write("plain.eml", []byte("Subject: nothing\n\nhello\n"))
	for _, test := range []struct {
		name string
		args []string
		want verdict.Code
	}{
		{"another CA", []string{"-verify", "-in", "signed.eml", "-CAfile", "eve.pem"}, verdict.IssuerMissing},
		{"later", []string{"-verify", "-in", "signed.eml", "-CAfile", "ca.pem", "-attime", "4102444800"}, verdict.ExpiredNow},
		{"no mail", []string{"-verify", "-in", "plain.eml", "-CAfile", "ca.pem"}, verdict.Malformed},
		{"not for us", []string{"-decrypt", "-in", "secret.eml", "-recip", "alice.pem", "-inkey", "alice.pem"}, verdict.DecryptFailed},
	} {
		for i, arg := range test.args {
			if ext := filepath.Ext(arg); ext == ".pem" || ext == ".eml" {
				test.args[i] = w.path(arg)
			}
		}
		said, err := exec.Command("openssl", append([]string{"cms", "-out", w.path("out")}, test.args...)...).CombinedOutput()
		if err == nil {
			t.Errorf("%s: openssl is content: %s", test.name, said)
			continue
		}
		r := w.here(said, "explain", "-")
		found, ok := explainForeign(string(said))
		if r.code != exitYes || !ok {
			t.Errorf("%s: exit code %d\n%s%s", test.name, r.code, said, r.stderr)
		} else if found.code != test.want && !(test.want == verdict.DecryptFailed && found.code == verdict.NotARecipient) {
			t.Errorf("%s: %s, want %s\n%s", test.name, found.code, test.want, said)
		}
	}
}
