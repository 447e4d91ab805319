package verdict

import (
	"fmt"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
)

func size(n int64) *int64 { return &n }

func text(s string) *string { return &s }

// inspecting is what inspect found in Alice's mail.
func inspecting(t testing.TB) Facts {
	f, _ := good(t)
	f.Command = "inspect"
	f.Layers[0].Look = &LayerLook{Version: 1, ContentType: "data", ContentSize: size(4213), Detached: true, DigestAlgorithms: []string{"sha256"},
		Carries: &CarriesReport{Certificates: 2, Lists: []ListReport{}}}
	s := first(&f)
	s.Info.SignedAttributes = []cms.Attribute{{}}
	s.Capabilities = []string{"aes-256-cbc", "aes-128-cbc", "3des-cbc"}
	s.Look = &SignerLook{Version: 1, Issuer: text("CN=UX Mail CA 1,O=UX Lab,C=DE"), Serial: text("409c"), Source: "message", SignatureSize: 384,
		Attributes: []AttributeReport{
			{Name: "contentType", OID: "1.2.840.113549.1.9.3", Values: []string{"data"}},
			{Name: "signingTime", OID: "1.2.840.113549.1.9.5", Values: []string{"2026-11-21 19:11:17 UTC"}},
			{Name: "1.2.3.4", OID: "1.2.3.4", Values: []string{"49 octets"}},
		},
		Unsigned: []AttributeReport{{Name: "signatureTimeStampToken", OID: "1.2.840.113549.1.9.16.2.14", Values: []string{"2026-11-21 19:11:20 UTC by its clock, UX TSA"}}},
	}
	f.Partial = []PartFact{
		{Number: "1", MediaType: "multipart/signed", Look: &PartLook{Encoding: "7bit", Size: 9000, MICAlg: "sha-256"}},
		{Number: "1.1", Protected: "signed", MediaType: "multipart/mixed", Look: &PartLook{Encoding: "7bit", Size: 4100}},
		{Number: "1.1.1", Protected: "signed", MediaType: "text/plain", Look: &PartLook{Encoding: "8bit", Size: 1800, Transport: &Transport{EightBit: true, Longest: 1500}}},
		{Number: "1.1.2", Protected: "signed", MediaType: "application/pdf", FileName: "bericht.pdf", Look: &PartLook{Encoding: "base64", Size: 2200}},
		{Number: "1.2", MediaType: "application/pkcs7-signature", FileName: "smime.p7s", Look: &PartLook{Encoding: "base64", Size: 3100}},
	}
	return f
}

func inspectingEncrypted() Facts {
	l := encryptedLayer("aes-256-gcm", true)
	l.Look, l.WholeBody = &LayerLook{ContentType: "data", ContentSize: size(6200), TagSize: 16}, true
	l.Encrypted.Decrypted, l.Encrypted.With = false, ""
	l.Encrypted.Recipients[0].Look = &RecipientLook{Key: "RSA 2048"}
	l.Encrypted.Recipients = append(l.Encrypted.Recipients,
		Recipient{Type: "key-agreement", Algorithm: "ecdh-sha256kdf", Address: "carol@example.org", Here: "certificate", KeyTitle: "P-256", Look: &RecipientLook{Version: 3, Key: "P-256", Wrap: "aes256-wrap"}},
		Recipient{Type: "key-transport", Algorithm: "rsa-oaep-sha256", Issuer: "CN=Big CA 7", Serial: "0a3f91", Here: "unknown", Look: &RecipientLook{Key: "RSA 4096"}},
		Recipient{Type: "key-transport", Algorithm: "rsa-pkcs1v15", KeyID: "0102030405", Here: "unknown", Look: &RecipientLook{Version: 2, Key: "RSA 1024"}},
		Recipient{Type: "password", Algorithm: "1.2.840.113549.1.9.16.3.9", Here: "unknown", Look: &RecipientLook{Derive: "pbkdf2"}},
		Recipient{Type: "key-encryption-key", Algorithm: "2.16.840.1.101.3.4.1.45", KeyID: "c0fee0", Here: "unknown", Look: &RecipientLook{Wrap: "aes256-wrap"}},
	)
	f := Facts{Command: "inspect", File: "secret.eml", Mail: goodMail(), IsMail: true, Layers: []Layer{l}}
	f.Mail.Subject = "[...]"
	f.Partial = []PartFact{{Number: "1", Protected: "encrypted", MediaType: "application/pkcs7-mime", FileName: "smime.p7m", Look: &PartLook{Encoding: "base64", Size: 8600, SMIMEType: "authEnveloped-data"}}}
	return f
}

// inspectScreens are the golden screens of inspect.
var inspectScreens = []struct {
	name  string
	facts func(t testing.TB) Facts
}{
	{"signed", inspecting},
	{"encrypted", func(testing.TB) Facts { return inspectingEncrypted() }},
	{"weak", func(t testing.TB) Facts {
		f := inspecting(t)
		old := signer(t, person{name: "Olga Old", addresses: []string{"olga@example.org"}, bits: 1024})
		sha1 := digest(t, "sha1")
		old.Info = &cms.SignerInfo{Digest: sha1, Scheme: &algorithm.Signature{Name: "rsa-pkcs1v15", Digest: sha1}, DigestAlgorithm: sha1.Identifier()}
		old.HasClaimedTime = false
		old.Now.Paths[0] = certpath.Path{Certificates: old.Now.Paths[0].Certificates[:1]}
		old.Look = &SignerLook{Version: 1}
		missing := signer(t, alice)
		missing.Certificate, missing.Now = nil, nil
		missing.Look = &SignerLook{Version: 3, KeyID: text("0a0b0c")}
		f.Layers[0].Signed.Signers = []Signer{old, missing}
		f.Layers[0].WholeBody, f.Layers[0].Part = false, "1.2"
		rc2 := encryptedLayer("rc2-cbc", false)
		rc2.Encrypted.CipherStatus, rc2.Look, rc2.Part, rc2.WholeBody = algorithm.Broken, &LayerLook{ContentSize: size(100)}, "1.2.1", true
		f.Layers = append(f.Layers, rc2)
		f.Notes = []Note{{Code: SMIMETypeDiffers, Text: "labelled micalg=md5, the digest is sha1"}, {Code: DetachedHasContent, Level: Warn}}
		return f
	}},
	{"headers", func(t testing.TB) Facts {
		f := inspecting(t)
		f.Layers[0].Look.Headers = &HeadersReport{Form: "hp=clear", Fields: []FieldReport{
			{Name: "From", State: "same", Outside: []string{"alice@example.org"}, Inside: []string{"alice@example.org"}},
			{Name: "To", State: "same", Outside: []string{"bob@example.org"}, Inside: []string{"bob@example.org"}},
			{Name: "Subject", State: "differs", Outside: []string{"Prüfbericht"}, Inside: []string{"Prüfbericht – Q2 €"}},
			{Name: "Reply-To", State: "inside-only", Inside: []string{"alice@example.org"}},
			{Name: "Cc", State: "outside-only", Outside: []string{"eve@example.org"}},
		}}
		return f
	}},
	{"unreadable", func(t testing.TB) Facts {
		f := inspecting(t)
		f.Layers[0].Signed, f.Layers[0].Look = nil, nil
		f.Stop = &Stop{Code: Malformed, Text: "malformed: [0] is missing at offset 13"}
		return f
	}},
	{"plain", func(testing.TB) Facts {
		return Facts{Command: "inspect", File: "a.eml", Mail: goodMail(), IsMail: true, Partial: []PartFact{{Number: "1", MediaType: "text/plain", Look: &PartLook{Size: 12}}}}
	}},
	{"other", func(testing.TB) Facts {
		return Facts{Command: "inspect", File: "a.p7m", Layers: []Layer{{Kind: "encryptedData", Form: "encryptedData", Part: "1", WholeBody: true, Look: &LayerLook{ContentType: "encryptedData"}}}}
	}},
	{"certs-only", func(t testing.TB) Facts {
		l := signedBy()
		l.Form, l.Attachments = "certs-only", nil
		l.Look = &LayerLook{Version: 1, Detached: true, Carries: &CarriesReport{Certificates: 2, Unreadable: 1, Responses: 1, Other: 1,
			Lists: []ListReport{{Issuer: "CN=UX Mail CA 1", ThisUpdate: Time{sent}, NextUpdate: &Time{added}, Entries: 5}}}}
		return Facts{Command: "inspect", File: "ca.p7c", Layers: []Layer{l}, Certs: []Certificate{{Certificate: mailCA(t)}, {Certificate: rootCA(t)}}}
	}},
	{"file", func(t testing.TB) Facts {
		yes := true
		return Facts{Command: "inspect", File: "alice.p12", Certs: []Certificate{{Certificate: issue(t, alice), PrivateKey: &yes}}, Look: &FileLook{
			Format: "PKCS#12 with AES-256", Keys: []KeyReport{{Format: "PKCS#8 with AES-256", Encrypted: true, Title: "RSA 3072", Key: "rsa-3072", FriendlyName: "Alice", Fits: strings.Repeat("ab", 32)}, {Format: "PKCS#8", Title: "P-256", Key: "p-256"}},
			Lists:     []ListReport{{Issuer: "CN=UX Mail CA 1", ThisUpdate: Time{sent}, NextUpdate: &Time{added}, Number: "7", Delta: true, Entries: 1, Signature: "ecdsa-sha256"}},
			Responses: []StatusReport{{Responder: "CN=UX OCSP", ProducedAt: Time{sent}, Signature: "ecdsa-sha256", Answers: []AnswerReport{{Serial: "409c", Status: "revoked", RevokedAt: &Time{added}, Reason: "keyCompromise", ThisUpdate: Time{sent}}}}},
			Requests:  []RequestReport{{Subject: "CN=Alice", Key: "rsa-3072", Addresses: []string{"alice@example.org"}, Signature: "rsa-pkcs1v15"}},
		}}
	}},
	{"mailbox", func(t testing.TB) Facts {
		f := inspecting(t)
		f.Look = &FileLook{MailNumber: 2, MailOffset: size(5120), Size: size(9300)}
		return f
	}},
	{"hostile", func(t testing.TB) Facts {
		f := inspecting(t)
		bad := "x\nGOOD  signed by \u202eboss\x1b[2J <boss@example.org>" + strings.Repeat(" GOOD", 60)
		f.File, f.Mail.Subject, f.Mail.FromNames = bad, bad, []string{bad}
		for i := range f.Partial {
			f.Partial[i].MediaType, f.Partial[i].FileName = bad, bad
			f.Partial[i].Look.Encoding, f.Partial[i].Look.MICAlg, f.Partial[i].Look.SMIMEType = bad, bad, bad
		}
		s := first(&f)
		s.Look.Attributes = []AttributeReport{{Name: bad, Values: []string{bad, bad}}}
		s.Look.Unsigned = s.Look.Attributes
		f.Layers[0].Look.ContentType = bad
		f.Layers[0].Look.Carries.Lists = []ListReport{{Issuer: bad}}
		f.Layers[0].Look.Headers = &HeadersReport{Form: bad, Fields: []FieldReport{{Name: bad, State: "differs", Outside: []string{bad}, Inside: []string{bad}}, {Name: bad, State: "same"}}}
		l := inspectingEncrypted().Layers[0]
		for i := range l.Encrypted.Recipients {
			r := &l.Encrypted.Recipients[i]
			r.Algorithm, r.Issuer, r.Serial, r.KeyID, r.Address = bad, bad, bad, bad, ""
		}
		l.Look.Attributes = s.Look.Attributes
		f.Layers = append(f.Layers, l)
		f.Look = &FileLook{Format: bad, Keys: []KeyReport{{Format: bad, FriendlyName: bad}}, Lists: []ListReport{{Issuer: bad, Number: bad, Signature: bad}},
			Responses: []StatusReport{{Responder: bad, Signature: bad, Answers: []AnswerReport{{Serial: bad, Status: "good"}}}}, Requests: []RequestReport{{Subject: bad, Addresses: []string{bad}, Signature: bad, Key: bad}}}
		return f
	}},
}

// TestInspectScreens compares the screens of inspect with golden files: 40, 80 and 120 columns, in ASCII, and with all.
func TestInspectScreens(t *testing.T) {
	t.Parallel()
	for _, c := range inspectScreens {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := c.facts(t)
			r := Judge(f, Policy{Now: today})
			var out strings.Builder
			for _, s := range []Style{{Width: 40}, {Width: 80}, {Width: 120}, {Width: 80, ASCII: true, Verbose: true}} {
				shown := r.Text(s)
				safeText(t, shown, s)
				if strings.Contains(shown, "\nGOOD") {
					t.Errorf("a line begins with text of the message:\n%s", shown)
				}
				fmt.Fprintf(&out, "--- width %d ascii %v verbose %v\n%s", s.Width, s.ASCII, s.Verbose, shown)
			}
			for width := 20; width < 130; width++ {
				safeText(t, r.Text(Style{Width: width}), Style{Width: width})
			}
			golden(t, "inspect-"+c.name+".txt", out.String())
			b, err := r.JSON()
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "inspect-"+c.name+".json", indented(t, b))
		})
	}
}

// TestInspectJudgesNothing: the first line says so, there is no verdict, and no signer is called good or bad.
func TestInspectJudgesNothing(t *testing.T) {
	t.Parallel()
	f := inspecting(t)
	first(&f).Check = &cms.SignatureError{Kind: cms.Invalid}
	r := Judge(f, Policy{Now: today})
	if r.Verdict != "" || r.Exit() != 0 || r.Release() {
		t.Errorf("got %q, %d", r.Verdict, r.Exit())
	}
	s := r.Layers[0].Signers[0]
	if s.Integrity != "not-checked" || s.Trust != "not-checked" || s.Address != "not-checked" {
		t.Errorf("got %s, %s, %s", s.Integrity, s.Trust, s.Address)
	}
	line, _, _ := strings.Cut(r.Text(Style{}), "\n")
	if !strings.Contains(line, "not checked") {
		t.Errorf("got %q", line)
	}
	if r.Text(Style{Quiet: true}) != "" {
		t.Error("says something when quiet")
	}
}

// TestInspectColour: one word in colour, no green, red only for what cannot be read.
func TestInspectColour(t *testing.T) {
	t.Parallel()
	for _, c := range inspectScreens {
		r := Judge(c.facts(t), Policy{Now: today})
		want := "\x1b[33m"
		if c.name == "unreadable" {
			want = "\x1b[31m"
		}
		coloured := r.Text(Style{Color: true})
		if !strings.HasPrefix(coloured, want) || strings.Count(coloured, "\x1b") != 2 {
			t.Errorf("%s: got %.60q", c.name, coloured)
		}
		if plain := strings.Replace(strings.Replace(coloured, want, "", 1), "\x1b[0m", "", 1); plain != r.Text(Style{}) {
			t.Errorf("%s: colour changes the text", c.name)
		}
	}
}

// TestWeak: each weak spot is named, and strong choices have none.
func TestWeak(t *testing.T) {
	t.Parallel()
	if got := weakTransport(&Transport{Longest: 998}); got != nil {
		t.Errorf("got %q", got)
	}
	for want, x := range map[string]Transport{
		"8bit": {EightBit: true}, "NUL": {NUL: true}, "line of 999": {Longest: 999}, "CR without LF": {LoneCR: true},
		"blanks at the end of lines": {TrailingBlanks: true}, `lines that begin with "From "`: {FromLines: true}, "lines of one dot": {DotLines: true},
	} {
		if got := weakTransport(&x); len(got) != 1 || got[0] != want+": may break in transport" {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f := inspecting(t)
	if got := weakSigner(first(&f)); len(got) != 0 {
		t.Errorf("got %q", got)
	}
	l := inspectingEncrypted().Layers[0]
	if got := weakLayer(&l); len(got) != 0 {
		t.Errorf("got %q", got)
	}
	for _, c := range []struct {
		status algorithm.Status
		want   string
	}{{algorithm.Legacy, "3DES-CBC is out of date"}, {algorithm.Broken, "3DES-CBC can be broken"}} {
		l := encryptedLayer("3des-cbc", false)
		l.Look, l.WholeBody, l.Encrypted.CipherStatus = &LayerLook{}, true, c.status
		if got := strings.Join(weakLayer(&l), "|"); got != c.want+"|3DES-CBC: changes do not show" {
			t.Errorf("got %q", got)
		}
	}
}

// TestCiphersOf: with what a signer can be written to, each cipher once, the best liked first.
func TestCiphersOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		capabilities []string
		want         string
	}{
		{"none", nil, ""},
		{"no cipher", []string{"sha256", "cek-hkdf-sha256"}, ""},
		{"in their order", []string{"aes-256-gcm", "sha256", "aes-128-cbc"}, "AES-256-GCM|AES-128-CBC"},
		{"QUIRK a row for each key size", []string{"aes-256-cbc", "rc2-cbc", "rc2-cbc", "des-cbc", "rc2-cbc"}, "AES-256-CBC|RC2-CBC|DES-CBC"},
	} {
		if got := strings.Join(ciphersOf(c.capabilities), "|"); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
