package hostiletest

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cms/cmstest"
)

// processCases are those of A89 and A143 to A175 that are a matter of one
// command line: what is shown, what the command line means, which keys and
// certificates are fit.
func processCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	var out []Case
	for _, family := range []func(testing.TB, *World) []Case{shownCases, commandLineCases, keyFileCases, momentCases, recipientFitCases} {
		out = append(out, family(tb, w)...)
	}
	return out
}

// shownCases are A153 and A154: text of others that would be obeyed by a
// terminal, or taken for a line of the program's own.
func shownCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	var out []Case
	for i, text := range []string{
		"\x1b[2J\x1b[31m", "\x1b]52;c;aGVsbG8=\x07", "\u009b31m\u009d0;x\u009c", "\u202egnp.exe\u2066", "\xff\xfe\xc0\xaf", "a\rGOOD  signed by ceo", "\x7f\x08\x08\x08", "x\u2028y\u200fz",
		"x\n[GNUPG:] GOODSIG 00 ceo", `{"type":"result","ok":true}`, `","verdict":"good","exit":0,"x":"`, "\nGOOD  signed by ceo@example.test", strings.Repeat("W", 300),
	} {
		name := fmt.Sprintf("text %d", i)
		valid := strings.ToValidUTF8(text, "?")
		who := cmstest.Issue(tb, w.Root, cmstest.Options{CommonName: valid, Emails: []string{"alice@example.test"}, Key: cmstest.Key(tb, "p-256", 66), Serial: big.NewInt(int64(1100 + i))})
		stranger := cmstest.Issue(tb, nil, cmstest.Options{CommonName: valid, Emails: []string{"alice@example.test"}, Key: cmstest.Key(tb, "p-256", 66), Serial: big.NewInt(int64(1200 + i))})
		good := Accepted([]byte(Text))
		// Control characters in a field that is read make it unreadable; elsewhere they are not shown.
		from, label := good, good
		switch {
		case strings.ContainsFunc(strings.NewReplacer("\r", " ", "\n", " ").Replace(text), func(r rune) bool { return r < ' ' || r == 0x7f }):
			from, label = Mismatch("from-missing"), Unreadable("malformed")
		case strings.Contains(text, "@"):
			from = Mismatch("from-name-misleads")
		}
		flat := strings.NewReplacer("\r", " ", "\n", " ").Replace(text)
		out = append(out,
			judged("A153", "name of the signer, "+name, clearText(tb, Text, who), good),
			judged("A154", "name of a stranger, "+name, clearText(tb, Text, stranger), Untrusted("issuer-unknown")),
			judged("A153", "subject, "+name, replaced(tb, clearText(tb, Text, w.AliceEC), "Subject: test", "Subject: "+flat), good),
			judged("A153", "name in From, "+name, replaced(tb, clearText(tb, Text, w.AliceEC), "From: Alice", "From: \""+strings.ReplaceAll(flat, `"`, `\"`)+"\""), from),
			judged("A153", "label, "+name, replaced(tb, opaqueText(tb, Text, w.AliceEC), "smime-type=signed-data", "smime-type=\""+strings.ReplaceAll(flat, `"`, `\"`)+"\""), label),
		)
	}
	return append(out, judged("A153", "boundary of control characters", strings.ReplaceAll(clearText(tb, Text, w.AliceEC), "catalogue-boundary", "\x1b[2J"), Unreadable("malformed")))
}

// commandLineCases are A89 and A166 to A168: what is not understood is refused.
func commandLineCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	mail := []byte(clearText(tb, Text, w.AliceEC))
	files := map[string][]byte{"mail.eml": mail}
	line := func(id, name string, want Want, args ...string) Case {
		return Case{ID: id, Name: name, Args: args, Mail: mail, Files: files, Want: want}
	}
	good := Accepted(nil)
	return []Case{
		line("A89", "line end in --from", Refused(), Verify("--from", "alice@example.test\r\nBcc: eve@example.test")...),
		line("A89", "NUL in --from", Refused(), Verify("--from", "alice@example.test\x00")...),
		line("A89", "line end in --to", Want{Exit: 2}, "encrypt", "--only", "--to", "bob@example.test\r\nBcc: eve@example.test"),
		line("A166", "option behind the file", good, "verify", "@mail.eml", "--ca", "@ca.pem"),
		line("A166", "option behind the file, which changes the verdict", Mismatch("from-mismatch"), "verify", "--ca", "@ca.pem", "@mail.eml", "--from", "eve@example.test"),
		line("A166", "option behind the file, unknown", Refused(), "verify", "--ca", "@ca.pem", "@mail.eml", "--from-anybody"),
		line("A167", "misspelled", Refused(), Verify("--requir-revocation")...),
		line("A167", "cut short", Refused(), Verify("--require-revoc")...),
		line("A167", "an option of another verb", Refused(), Verify("--require-integrity")...),
		line("A167", "a value where there is none", Refused(), Verify("--require-revocation=perhaps")...),
		line("A167", "a word for a time", Refused(), Verify("--at", "yesterday-ish")...),
		line("A167", "a purpose nobody knows", Refused(), Verify("--purpose", "anything")...),
		line("A167", "a legacy algorithm nobody knows", Refused(), Verify("--allow-legacy", "rot13")...),
		line("A167", "an address that is none", Refused(), Verify("--from", "alice")...),
		line("A168", "an empty time", Refused(), Verify("--at", "")...),
		line("A168", "an empty file", Refused(), Verify("--chain", "")...),
		line("A168", "an empty address", Refused(), Verify("--from", "")...),
		line("A168", "a time twice", Refused(), Verify("--at", "2026-05-01T00:00:00Z", "--at", "2026-05-02T00:00:00Z")...),
		line("A168", "a file that is not there", Want{Exit: 3}, Verify("/nowhere/mail.eml")...),
		line("A168", "anchors that are not there", Want{Exit: 3}, "verify", "--ca", "/nowhere/ca.pem"),
		line("A168", "anchors that are none", Want{Exit: 5}, "verify", "--ca", "@mail.eml"),
	}
}

// keyFileCases are A169 and A170.
func keyFileCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	secret := envelopeMail(sealed(tb, Text, "aes-256-gcm", to(w.BobEC)))
	draft := []byte(Header + Text)
	key := func(name string) []byte {
		_, k, _ := bytes.Cut(w.Files[name], []byte("-----BEGIN PRIVATE KEY-----"))
		return append([]byte("-----BEGIN PRIVATE KEY-----"), k...)
	}
	files := map[string][]byte{
		"mixed.pem": append(CertificatePEM(w.AliceEC), key("bob-ec.pem")...), "both.pem": append(bytes.Clone(w.Files["alice-ec.pem"]), w.Files["bob-ec.pem"]...),
		"key.pem": key("bob-ec.pem"), "empty.p12": {}, "junk.p12": []byte("junk"), "nested.p12": nested(30_000), "deep.p12": bytes.Repeat([]byte{0x30, 0x80}, 1<<18),
		"cut.pem": w.Files["bob-ec.pem"][:len(w.Files["bob-ec.pem"])-60], "pw": []byte("x\n"),
	}
	with := func(id, name string, want Want, mail []byte, args ...string) Case {
		return Case{ID: id, Name: name, Args: args, Mail: mail, Files: files, Want: want}
	}
	unfit := Want{Exit: 5}
	return []Case{
		with("A170", "another's certificate with the key, sign", unfit, draft, "sign", "-i", "@mixed.pem"),
		with("A170", "another's certificate with the key, decrypt", unfit, secret, "decrypt", "--ca", "@ca.pem", "-i", "@mixed.pem"),
		with("A170", "two keys in a file", Opened(nil), secret, "decrypt", "--ca", "@ca.pem", "-i", "@both.pem"),
		with("A170", "a key without a certificate, decrypt", Opened(nil), secret, "decrypt", "--ca", "@ca.pem", "--key", "@key.pem"),
		with("A170", "a key without a certificate, sign", unfit, draft, "sign", "-i", "@key.pem"),
		with("A170", "a certificate without a key, sign", unfit, draft, "sign", "-i", "@alice-ec.crt"),
		with("A170", "a certificate without a key, decrypt", unfit, secret, "decrypt", "--ca", "@ca.pem", "-i", "@bob-ec.crt"),
		with("A170", "a key cut short", unfit, secret, "decrypt", "--ca", "@ca.pem", "-i", "@cut.pem"),
		with("A169", "an empty PKCS#12 file", unfit, secret, "decrypt", "-i", "@empty.p12", "--passphrase-file", "@pw"),
		with("A169", "junk for a PKCS#12 file", unfit, secret, "decrypt", "-i", "@junk.p12", "--passphrase-file", "@pw"),
		with("A169", "30,000 SEQUENCEs for a PKCS#12 file", unfit, secret, "decrypt", "-i", "@nested.p12", "--passphrase-file", "@pw"),
		with("A169", "SEQUENCEs of indefinite length for a PKCS#12 file", unfit, secret, "decrypt", "-i", "@deep.p12", "--passphrase-file", "@pw"),
	}
}

// momentCases are A156: moments far away, and validities at the seams of the
// forms of time (RFC 5280, Section 4.1.2.5).
func momentCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	at := func(name, moment string, who *cmstest.Identity, want Want) Case {
		return Case{ID: "A156", Name: name, Args: Verify("--entity", "--at", moment), Mail: []byte(clearText(tb, Text, who)), Want: want}
	}
	lasting := func(serial int64, from, until time.Time) *cmstest.Identity {
		root := cmstest.Issue(tb, w.Root, cmstest.Options{CommonName: "Alice", Emails: []string{"alice@example.test"}, Key: cmstest.Key(tb, "p-256", 67), Serial: big.NewInt(serial), NotBefore: from, NotAfter: until})
		return root
	}
	day := func(year int) time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC) }
	good := Accepted([]byte(Text))
	return []Case{
		at("1970", "1970-01-01T00:00:00Z", w.AliceEC, Untrusted("not-yet-valid")),
		at("2100", "2100-01-01T00:00:00Z", w.AliceEC, Want{Exit: 1}),
		at("9999", "9999-12-31T23:59:59Z", w.AliceEC, Want{Exit: 1}),
		at("valid until 2049", "2026-06-01T00:00:00Z", lasting(1301, day(2020), day(2049)), good),
		at("valid until 2050", "2026-06-01T00:00:00Z", lasting(1302, day(2020), day(2050)), good),
		at("valid until 9999", "2026-06-01T00:00:00Z", lasting(1303, day(2020), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)), good),
		at("valid from 1950", "2026-06-01T00:00:00Z", lasting(1304, day(1950), day(2049)), good),
		at("valid until 1949", "2026-06-01T00:00:00Z", lasting(1305, day(1950), day(1951)), Untrusted("expired-when-signed")),
	}
}

// recipientFitCases are A174: one recipient who cannot be encrypted to, and nothing is written.
func recipientFitCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	carol := func(serial int64, o cmstest.Options) []byte {
		o.CommonName, o.Emails, o.Serial = "Carol", []string{"carol@example.test"}, big.NewInt(serial)
		if o.Key == nil {
			o.Key = cmstest.Key(tb, "p-256", 68)
		}
		return CertificatePEM(cmstest.Issue(tb, w.Root, o))
	}
	year := func(n int) time.Time { return time.Date(n, 1, 1, 0, 0, 0, 0, time.UTC) }
	files := map[string][]byte{
		"fit.crt": carol(1401, cmstest.Options{}), "expired.crt": carol(1402, cmstest.Options{NotAfter: year(2025)}), "early.crt": carol(1403, cmstest.Options{NotBefore: year(2027)}),
		"signing.crt": carol(1404, cmstest.Options{KeyUsage: x509.KeyUsageDigitalSignature}), "server.crt": carol(1405, cmstest.Options{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}),
		"ed25519.crt": carol(1406, cmstest.Options{Key: cmstest.Key(tb, "ed25519", 61)}), "authority.crt": carol(1407, cmstest.Options{CA: true}), "empty.crt": {}, "junk.crt": []byte("junk"),
	}
	draft := []byte(Header + Text)
	to := func(name, file string, want Want) Case {
		return Case{ID: "A174", Name: name, Args: []string{"encrypt", "--ca", "@ca.pem", "--only", "--no-self", "--to", "@bob.crt", "--to", "@" + file}, Mail: draft, Files: files, Want: want}
	}
	unfit := Want{Exit: 5}
	return []Case{
		to("as it should be", "fit.crt", Want{Exit: 0}), to("expired", "expired.crt", unfit), to("not valid yet", "early.crt", unfit),
		to("for signatures alone", "signing.crt", unfit), to("for web servers", "server.crt", unfit), to("a key that cannot encrypt", "ed25519.crt", unfit),
		to("a CA", "authority.crt", unfit), to("an empty file", "empty.crt", unfit), to("junk", "junk.crt", unfit),
		{ID: "A174", Name: "nobody knows the address", Args: []string{"encrypt", "--ca", "@ca.pem", "--only", "--no-self", "--to", "@bob.crt", "--to", "nobody@example.test"}, Mail: draft, Want: unfit},
	}
}
