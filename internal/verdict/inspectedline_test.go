package verdict

import (
	"strings"
	"testing"
)

// TestInspectedLine: one of several mails that are inspected is a line: what is there, by whom or for whom, file, and how.
func TestInspectedLine(t *testing.T) {
	t.Parallel()
	inspected := map[string]func(testing.TB) Facts{}
	for _, c := range inspectScreens {
		inspected[c.name] = c.facts
	}
	for _, test := range []struct {
		name  string
		facts Facts
		want  string
		word  Word
	}{
		{"signed", inspected["signed"](t), "SIGNED       alice@example.org     report.eml   RSA 3072, SHA-256", "signed"},
		{"two signers", func() Facts {
			f := inspecting(t)
			f.Layers[0].Signed.Signers = append(f.Layers[0].Signed.Signers, signer(t, alice))
			return f
		}(), "SIGNED       alice@example.org     report.eml   RSA 3072, SHA-256, 2 signers", "signed"},
		{"a signer without a certificate", func() Facts {
			f := inspecting(t)
			first(&f).Certificate, first(&f).Now = nil, nil
			return f
		}(), "SIGNED       unknown               report.eml   RSA PKCS#1 v1.5, SHA-256", "signed"},
		{"encrypted", inspectingEncrypted(), "ENCRYPTED    bob@example.org       secret.eml   AES-256-GCM, 6 recipients, you can read it", "encrypted"},
		{"encrypted for a stranger", func() Facts {
			f := inspectingEncrypted()
			f.Layers[0].Encrypted.Recipients = f.Layers[0].Encrypted.Recipients[2:3]
			return f
		}(), "ENCRYPTED    unknown               secret.eml   AES-256-GCM", "encrypted"},
		{"encrypted, not for you", func() Facts {
			f := inspectingEncrypted()
			f.Layers[0].Encrypted.Recipients = f.Layers[0].Encrypted.Recipients[1:2]
			return f
		}(), "ENCRYPTED    carol@example.org     secret.eml   AES-256-GCM", "encrypted"},
		{"a part alone, and a layer inside", inspected["weak"](t), "SIGNED       olga@example.org      report.eml   part 1.2 alone, RSA 1024, SHA-1, 2 signers, inside encrypted for bob@example.org", "signed"},
		{"unreadable, after a layer", inspected["unreadable"](t), "UNREADABLE   -                     report.eml   malformed: [0] is missing at offset 13", "unreadable"},
		{"plain", inspected["plain"](t), "PLAIN        -                     a.eml", "plain"},
		{"another type", inspected["other"](t), "OTHER        -                     a.p7m", "other"},
		{"certificates alone", inspected["certs-only"](t), "CERTIFICATES CN=UX Mail CA 1,O=UX Lab,C=DE  ca.p7c   2 certificates", "certificates"},
		{"a file of all kinds", inspected["file"](t), "OCSP RESPONSE CN=UX OCSP            alice.p12   1 OCSP response, 1 certificate, 2 private keys, 1 revocation list, 1 certificate request", "OCSP response"},
		{"a key with its certificate", func() Facts {
			yes, no := true, false
			return Facts{Command: "inspect", File: "alice.p12", Certs: []Certificate{{Certificate: mailCA(t), PrivateKey: &no}, {Certificate: issue(t, alice), PrivateKey: &yes}}, Look: &FileLook{Keys: []KeyReport{{}}}}
		}(), "CERTIFICATES alice@example.org     alice.p12   2 certificates, 1 private key", "certificates"},
		{"a request", Facts{Command: "inspect", File: "a.csr", Look: &FileLook{Requests: []RequestReport{{Subject: "CN=Alice", Addresses: []string{"alice@example.org"}}}}},
			"CERTIFICATE REQUEST alice@example.org     a.csr   1 certificate request", "certificate request"},
		{"a list", Facts{Command: "inspect", File: "ca.crl", Look: &FileLook{Lists: []ListReport{{Issuer: "CN=UX CA"}}}}, "REVOCATION LIST CN=UX CA              ca.crl   1 revocation list", "revocation list"},
		{"no file", Facts{Command: "inspect", File: "a.eml", Stop: &Stop{Code: InputOutput, Word: WordError, Text: "cannot read a.eml: permission denied"}},
			"ERROR        -                     a.eml   cannot read: permission denied", WordError},
	} {
		r := Judge(test.facts, Policy{Now: today})
		if got := OneLine(r); got != test.want {
			t.Errorf("%s:\n%q, want\n%q", test.name, got, test.want)
		}
		if got := r.ListWord(); got != test.word {
			t.Errorf("%s: %q, want %q", test.name, got, test.word)
		}
	}
	for name, facts := range map[string]Facts{"hostile": inspected["hostile"](t), "names": {Command: "inspect", File: "x\ny", Look: &FileLook{Requests: []RequestReport{{Subject: strings.Repeat("\x1b[2J\n", 400)}}}}} {
		line := OneLine(Judge(facts, Policy{Now: today}))
		if strings.ContainsAny(line, "\x1b\n\r\u202e") || strings.HasPrefix(line, "GOOD") {
			t.Errorf("%s: %q", name, line)
		}
	}
	if (*Report)(nil).ListWord() != WordError || (&Report{Command: "verify"}).ListWord() != WordError {
		t.Error("a report that nobody filled is no error")
	}
}
