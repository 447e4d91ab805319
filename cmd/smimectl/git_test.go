package main

import (
	"bytes"
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cms/cmstest"
	"smimectl/internal/verdict"
)

// TestParseGitCall reads what git gives, and takes nothing else for it.
func TestParseGitCall(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args string
		want gitCall
		ok   bool
	}{
		{"--status-fd=2 -bsau alice@example.org", gitCall{statusFD: 2, sign: true, key: "alice@example.org"}, true},
		{"--status-fd 2 -bsau alice@example.org", gitCall{statusFD: 2, sign: true, key: "alice@example.org"}, true},
		{"--status-fd=1 --verify sig -", gitCall{statusFD: 1, signature: "sig"}, true},
		{"--keyid-format=long --status-fd=1 --verify sig -", gitCall{statusFD: 1, signature: "sig"}, true},
		{"--status-fd=1 --keyid-format=long --verify sig -", gitCall{statusFD: 1, signature: "sig"}, true},
		{"--status-fd=0 --verify sig -", gitCall{}, false},
		{"--status-fd=9 --verify sig -", gitCall{}, false},
		{"--status-fd=x --verify sig -", gitCall{}, false},
		{"--status-fd", gitCall{}, false},
		{"--status-fd=2 -bsau", gitCall{}, false},
		{"--status-fd=1 --verify", gitCall{}, false},
		{"--status-fd=1", gitCall{}, false},
		{"--status-fd=1 --verify sig - -bsau alice", gitCall{}, false},
		{"--status-fd=1 --verify sig - --anyway", gitCall{}, false},
		{"--status-fd=1 -", gitCall{}, false},
		{"-bsau alice@example.org", gitCall{}, false},
		{"verify --status-fd=1", gitCall{}, false},
		{"", gitCall{}, false},
	} {
		got, ok := parseGitCall(strings.Fields(test.args))
		if ok != test.ok || ok && got != test.want {
			t.Errorf("%q: %+v %v, want %+v %v", test.args, got, ok, test.want, test.ok)
		}
	}
}

func TestGitWho(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"alice@example.org":              "alice@example.org",
		"Alice <alice@example.org>":      "alice@example.org",
		"<alice@example.org>":            "alice@example.org",
		"A <b> C <alice@example.org>":    "alice@example.org",
		"0x70DEA83A1A57!":                "70DEA83A1A57",
		"70dea83a1a57":                   "70dea83a1a57",
		" 0X70dea83a1a57 ":               "70dea83a1a57",
		"really!important@example.org":   "really!important@example.org",
		"Alice (work) alice@example.org": "Alice (work) alice@example.org",
	} {
		if got := gitWho(key); got != want {
			t.Errorf("%q: %q, want %q", key, got, want)
		}
	}
}

// TestGitStatus holds what git reads: exactly one of the words that exclude each other, GOODSIG for GOOD alone and
// never in the first line, always a line about trust, and nothing of a certificate on a line of its own.
func TestGitStatus(t *testing.T) {
	t.Parallel()
	name := "Al%ice \u00c5ngstr\u00f6m\n[GNUPG:] GOODSIG x\x1b[2J"
	at := &verdict.Time{Time: time.Date(2026, 11, 21, 19, 15, 35, 0, time.UTC)}
	signer := func(trust string) verdict.SignerReport {
		return verdict.SignerReport{Trust: trust, Name: &name, Addresses: []string{"alice@example.org"}, SignedAt: at, Key: "rsa-3072", Digest: "sha256",
			Certificate: &verdict.CertificateReport{SHA256: "70dea83a", NotAfter: verdict.Time{Time: time.Date(2029, 2, 23, 19, 11, 16, 0, time.UTC)}}}
	}
	shown := "Al%25ice \u00c5ngstr\u00f6m%0A[GNUPG:] GOODSIG x%1B[2J <alice@example.org>"
	const valid = "VALIDSIG 70DEA83A 2026-11-21 20261121T191535 20290223T191116 0 0 1 8 00"
	for _, test := range []struct {
		name    string
		word    verdict.Word
		signers []verdict.SignerReport
		want    []string
	}{
		{"good", verdict.WordGood, []verdict.SignerReport{signer("ok")}, []string{"GOODSIG 70DEA83A " + shown, valid, "TRUST_FULLY 0 shell"}},
		{"expired", verdict.WordExpired, []verdict.SignerReport{signer("expired")}, []string{"EXPKEYSIG 70DEA83A " + shown, valid, "TRUST_FULLY 0 shell"}},
		{"expired when signed", verdict.WordUntrusted, []verdict.SignerReport{signer("expired")}, []string{"EXPKEYSIG 70DEA83A " + shown, "TRUST_NEVER 0 shell"}},
		{"bad", verdict.WordBad, []verdict.SignerReport{signer("not-checked")}, []string{"BADSIG 70DEA83A " + shown, "TRUST_NEVER 0 shell"}},
		{"revoked", verdict.WordUntrusted, []verdict.SignerReport{signer("revoked")}, []string{"REVKEYSIG 70DEA83A " + shown, valid, "TRUST_NEVER 0 shell"}},
		{"unknown CA", verdict.WordUntrusted, []verdict.SignerReport{signer("untrusted")}, []string{"ERRSIG 70DEA83A 1 8 00 20261121T191535 9", "TRUST_UNDEFINED 0 shell"}},
		{"unreadable", verdict.WordUnreadable, []verdict.SignerReport{signer("not-checked")}, []string{"ERRSIG 70DEA83A 1 8 00 0 4", "TRUST_UNDEFINED 0 shell"}},
		{"mismatch", verdict.WordMismatch, []verdict.SignerReport{signer("ok")}, []string{"ERRSIG 70DEA83A 1 8 00 0 4", "TRUST_UNDEFINED 0 shell"}},
		{"no certificate", verdict.WordUntrusted, []verdict.SignerReport{{Trust: "untrusted"}}, []string{"ERRSIG " + strings.Repeat("0", 40) + " 1 8 00 0 9", "TRUST_UNDEFINED 0 shell"}},
		{"two signers, both good", verdict.WordGood, []verdict.SignerReport{signer("ok"), signer("ok")}, []string{"ERRSIG " + strings.Repeat("0", 40) + " 1 8 00 0 4", "TRUST_UNDEFINED 0 shell"}},
		{"nobody", verdict.WordUnsigned, nil, []string{"ERRSIG " + strings.Repeat("0", 40) + " 1 8 00 0 4", "TRUST_UNDEFINED 0 shell"}},
	} {
		report := &verdict.Report{Verdict: test.word, Layers: []verdict.LayerReport{{Kind: "signed", SignedReport: &verdict.SignedReport{Signers: test.signers}}}}
		if test.word == verdict.WordGood {
			if err := report.Status.UnmarshalJSON([]byte("0")); err != nil {
				t.Fatal(err)
			}
		}
		var out bytes.Buffer
		(&gitStatus{w: &out}).verdict(report)
		want := "[GNUPG:] NEWSIG\n"
		for _, line := range test.want {
			want += "[GNUPG:] " + line + "\n"
		}
		if out.String() != want {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, &out, want)
		}
	}
}

// TestGitCodeSigning signs commits with a certificate for code, which is not for mail; one for servers is for neither.
func TestGitCodeSigning(t *testing.T) {
	t.Parallel()
	w := newReleaseWorld(t)
	root := cmstest.Issue(t, nil, cmstest.Options{CommonName: "Code Root", CA: true, Key: cmstest.Key(t, "p-256", 90)})
	w.pem("code-ca.pem", root, false)
	const payload = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\ncommitter Carol <carol@example.test> 1780315200 +0000\n\nmessage\n"
	for _, test := range []struct {
		name string
		use  x509.ExtKeyUsage
		exit int
	}{
		{"code", x509.ExtKeyUsageCodeSigning, exitYes},
		{"server", x509.ExtKeyUsageServerAuth, exitKey},
	} {
		id := cmstest.Issue(t, root, cmstest.Options{Key: cmstest.Key(t, "p-256", 91), CommonName: "Carol", Emails: []string{test.name + "@example.test"}, ExtKeyUsage: []x509.ExtKeyUsage{test.use}})
		w.pem(test.name+".pem", id, true)
		w.must(nil, "id", "import", "--no-passphrase", w.path(test.name+".pem"))
		who := test.name + "@example.test"
		if r := w.here([]byte(aliceMail+marker+"\n"), "sign", "--any-from", "-i", who); r.code != exitKey {
			t.Errorf("%s: signs mail: exit code %d", test.name, r.code)
		}
		r := w.here([]byte(payload), "--status-fd=2", "-bsau", who)
		if r.code != test.exit || (r.code == exitYes) != strings.Contains(r.stderr, "\n[GNUPG:] SIG_CREATED ") {
			t.Errorf("%s: exit code %d\n%s", test.name, r.code, r.stderr)
		}
		if r.code != exitYes {
			continue
		}
		w.write("commit.sig", []byte(r.stdout))
		w.must(nil, "ca", "add", w.path("code-ca.pem"))
		r = w.here([]byte(payload), "--status-fd=1", "--verify", w.path("commit.sig"), "-")
		if r.code != exitYes || !strings.Contains(r.stdout, "\n[GNUPG:] GOODSIG ") || !strings.Contains(r.stderr, "the committer is carol@example.test") {
			t.Errorf("%s: exit code %d\n%s%s", test.name, r.code, r.stdout, r.stderr)
		}
		if r = w.here(nil, "verify", "--content", w.path("small.eml"), w.path("commit.sig")); r.code != exitNo {
			t.Errorf("%s: other content: exit code %d", test.name, r.code)
		}
	}
}
