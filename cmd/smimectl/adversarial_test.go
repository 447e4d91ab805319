package main

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"

	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms/cmstest"
)

// adversary makes hostile mails out of a mail that alice signed.
type adversary struct {
	*releaseWorld
	clear, opaque string // LF line ends
}

func newAdversary(t *testing.T) *adversary {
	t.Helper()
	w := newReleaseWorld(t)
	w.make(smallSized)
	return &adversary{w, string(w.read("small.clear")), string(w.read("small.opaque"))}
}

const fromLine = "From: Alice <alice@example.test>\n"

// from puts other lines in the place of From.
func (a *adversary) from(lines string) string {
	a.t.Helper()
	return a.replace(a.clear, fromLine, lines)
}

func (a *adversary) replace(mail, old, new string) string {
	a.t.Helper()
	if !strings.Contains(mail, old) {
		a.t.Fatalf("the mail does not hold %q", old)
	}
	return strings.Replace(mail, old, new, 1)
}

// signed is a draft that alice signs, clear unless flags say otherwise.
func (a *adversary) signed(draft string, flags ...string) string {
	a.t.Helper()
	return string(a.must([]byte(draft), append([]string{"sign", "--any-from", "-i", a.path("alice.pem")}, flags...)...))
}

// parts takes a multipart/signed apart: its header, the boundary line, and what
// stands between the boundaries.
func (a *adversary) parts() (header, boundary string, parts []string) {
	a.t.Helper()
	header, body, _ := strings.Cut(a.clear, "\n\n")
	_, boundary, _ = strings.Cut(header, "boundary=\"")
	boundary, _, _ = strings.Cut(boundary, "\"")
	parts = strings.Split(body, "--"+boundary)
	if len(parts) != 4 {
		a.t.Fatalf("%d parts", len(parts))
	}
	return header, "--" + boundary, parts
}

// object is the CMS object of the opaque mail.
func (a *adversary) object() []byte {
	a.t.Helper()
	_, body, _ := strings.Cut(a.opaque, "\n\n")
	object, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\n", ""))
	if err != nil {
		a.t.Fatal(err)
	}
	return object
}

// opaqueWith is the opaque mail with another body and header fields of it.
func (a *adversary) opaqueWith(fields, body string) string {
	return "From: alice@example.test\nMIME-Version: 1.0\n" + fields + "\n" + body
}

// opaqueOf signs octets as they stand.
func (a *adversary) opaqueOf(content string) string {
	a.t.Helper()
	object := a.must([]byte(content), "sign", "--raw", "--opaque", "-i", a.path("alice.pem"))
	return a.opaqueWith(base64Fields, columns(object))
}

func columns(data []byte) string {
	s := base64.StdEncoding.EncodeToString(data)
	var b strings.Builder
	for len(s) > 0 {
		n := min(64, len(s))
		b.WriteString(s[:n] + "\n")
		s = s[n:]
	}
	return b.String()
}

type hostileMail struct {
	name string
	mail string
	exit int
	word string
	code string // of the first reason that fails
}

const (
	pkcs7Type    = "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n"
	base64Fields = pkcs7Type + "Content-Transfer-Encoding: base64\n"
)

// TestHostileIdentity compares signers with senders that are not what they look
// like (A52 to A55, A63 to A65).
func TestHostileIdentity(t *testing.T) {
	t.Parallel()
	a := newAdversary(t)
	const other = "ceo@example.test"
	a.run([]hostileMail{
		{"as signed", a.clear, 0, "good", ""},
		{"A52 two mailboxes", a.from("From: alice@example.test, " + other + "\n"), 1, "mismatch", "from-multiple"},
		{"A52 two mailboxes, the other first", a.from("From: " + other + ", Alice <alice@example.test>\n"), 1, "mismatch", "from-multiple"},
		{"A53 two fields", a.from(fromLine + "From: " + other + "\n"), 1, "mismatch", "from-multiple"},
		{"A53 two fields, the other first", a.from("From: " + other + "\n" + fromLine), 1, "mismatch", "from-multiple"},
		{"A53 two fields, one in capitals", a.from("FROM: " + other + "\n" + fromLine), 1, "mismatch", "from-multiple"},
		{"A53 the same field twice", a.from(fromLine + fromLine), 1, "mismatch", "from-multiple"},
		{"A54 no field", a.from(""), 1, "mismatch", "from-missing"},
		{"A54 empty", a.from("From: \n"), 1, "mismatch", "from-missing"},
		{"A54 a name alone", a.from("From: Alice\n"), 1, "mismatch", "from-missing"},
		{"A54 a group", a.from("From: team: alice@example.test;\n"), 1, "mismatch", "from-missing"},
		{"A54 an empty group", a.from("From: undisclosed:;\n"), 1, "mismatch", "from-missing"},
		{"A54 the null path", a.from("From: Alice <>\n"), 1, "mismatch", "from-missing"},
		{"A54 a domain alone", a.from("From: <@example.test>\n"), 1, "mismatch", "from-missing"},
		{"A54 with a source route", a.from("From: <@evil.test:alice@example.test>\n"), 1, "mismatch", "from-missing"},
		{"A55 the name shows another", a.from("From: \"" + other + "\" <alice@example.test>\n"), 1, "mismatch", "from-name-misleads"},
		{"A55 the name shows another, encoded", a.from("From: =?utf-8?q?ceo=40example=2Etest?= <alice@example.test>\n"), 1, "mismatch", "from-name-misleads"},
		{"A55 the name shows another, in base64", a.from("From: =?utf-8?b?Y2VvQGV4YW1wbGUudGVzdA==?= <alice@example.test>\n"), 1, "mismatch", "from-name-misleads"},
		{"A55 the name shows the signer", a.from("From: \"alice@example.test\" <" + other + ">\n"), 1, "mismatch", "from-name-misleads"},
		{"A55 a name without quotes", a.from("From: " + other + " <alice@example.test>\n"), 1, "mismatch", "from-missing"},
		{"A55 two addresses in brackets", a.from("From: <" + other + "><alice@example.test>\n"), 1, "mismatch", "from-missing"},
		{"A55 an address in a comment", a.from("From: " + other + " (alice@example.test)\n"), 1, "mismatch", "from-name-misleads"},
		{"A55 the name shows the address itself", a.from("From: \"alice@example.test\" <alice@example.test>\n"), 0, "good", ""},
		{"A63 case", a.from("From: ALICE@Example.TEST\n"), 0, "good", ""},
		{"A64 Cyrillic domain", a.from("From: alice@ex\u0430mple.test\n"), 1, "mismatch", ""},
		{"A64 Cyrillic domain, A-label", a.from("From: alice@xn--exmple-4nf.test\n"), 1, "mismatch", "from-mismatch"},
		{"A64 Cyrillic local part", a.from("From: \u0430lice@example.test\n"), 1, "mismatch", "from-mismatch"},
		{"A65 Sender is the signer", a.from("From: " + other + "\nSender: alice@example.test\n"), 1, "mismatch", "from-mismatch"},
		{"A65 Reply-To and Resent-From are the signer", a.from("From: " + other + "\nReply-To: alice@example.test\nResent-From: alice@example.test\n"), 1, "mismatch", "from-mismatch"},
		{"folded before the address", a.from("From: Alice\n <alice@example.test>\n"), 0, "good", ""},
		{"folded into a second field", a.from("From: Alice <alice@example.test>\n X: y\n"), 1, "mismatch", "from-missing"},
	})
}

// TestHostileAddresses signs with certificates whose addresses are none (A56 to
// A59): nothing of them matches, and nothing of them reaches a terminal.
func TestHostileAddresses(t *testing.T) {
	t.Parallel()
	w := newReleaseWorld(t)
	root := cmstest.Issue(t, nil, cmstest.Options{CommonName: "Hostile Root", CA: true, Key: cmstest.Key(t, "p-256", 26)})
	w.pem("ca.pem", root, false)
	rfc822 := func(s string) []byte { return certtest.RFC822(s) }
	for _, test := range []struct {
		name    string
		address []byte // a GeneralName
		from    string
		exit    int
	}{
		{"A56 NUL", rfc822("u@good.test\x00.evil.test"), "u@good.test", 1},
		{"A57 escape sequence", rfc822("\x1b]0;x\x07u@good.test"), "u@good.test", 1},
		{"A57 line ends", rfc822("u@good.test\r\n[GNUPG:] GOODSIG x"), "u@good.test", 1},
		{"A58 no domain", rfc822("u@"), "u@good.test", 1},
		{"A58 no local part", rfc822("@good.test"), "u@good.test", 1},
		{"A58 two signs", rfc822("u@good.test@evil.test"), "u@good.test", 1},
		{"A58 trailing dot", rfc822("u@good.test."), "u@good.test", 1},
		{"A58 blank", rfc822("u @good.test"), "u@good.test", 1},
		{"A58 name and address", rfc822("U <u@good.test>"), "u@good.test", 1},
		{"A58 too long", rfc822(strings.Repeat("u", 300) + "@good.test"), "u@good.test", 1},
		{"A59 UTF-8 mailbox", certtest.UTF8Mailbox("j\u00f6rg@good.test"), "j\u00f6rg@good.test", 0},
		{"A59 another normal form", certtest.UTF8Mailbox("j\u00f6rg@good.test"), "jo\u0308rg@good.test", 1},
		{"A59 another case of a UTF-8 local part", certtest.UTF8Mailbox("j\u00f6rg@good.test"), "J\u00f6rg@good.test", 1},
		{"a plain address", rfc822("u@good.test"), "u@good.test", 0},
	} {
		names, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: test.address})
		if err != nil {
			t.Fatal(err)
		}
		id := cmstest.Issue(t, root, cmstest.Options{
			Key: cmstest.Key(t, "p-256", 27), CommonName: "x\n[GNUPG:] GOODSIG \x1b[2J\u202e",
			Extra: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 17}, Value: names}},
		})
		w.pem("hostile.pem", id, true)
		draft := "From: " + test.from + "\nTo: bob@example.test\nSubject: \x1b[2J\u202e x\n\n" + marker + "\n"
		signed := w.must([]byte(draft), "sign", "--any-from", "-i", w.path("hostile.pem"))
		r := w.here(signed, "verify", "--ca", w.path("ca.pem"), "-v")
		if r.code != test.exit {
			t.Errorf("%s: exit %d, want %d\n%s", test.name, r.code, test.exit, r.stdout)
		}
		json := w.here(signed, "verify", "--ca", w.path("ca.pem"), "--json")
		for _, out := range []string{r.stdout, r.stderr, json.stdout} {
			for _, c := range out {
				if c != '\n' && !unicode.IsPrint(c) {
					t.Errorf("%s: %q reaches the terminal in %q", test.name, c, out)
					break
				}
			}
			if strings.Contains(out, "\n[GNUPG:]") {
				t.Errorf("%s: a line of the certificate: %q", test.name, out)
			}
		}
	}
}

// TestHostileMIME reads mails whose structure is in doubt (A67 to A88).
func TestHostileMIME(t *testing.T) {
	t.Parallel()
	a := newAdversary(t)
	header, boundary, parts := a.parts()
	mixed := "From: alice@example.test\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=mixed\n\n--mixed\n"
	_, signedEntity, _ := strings.Cut(a.clear, "Subject: test\n")
	object := a.object()
	encoded := columns(object)
	second := func(name, value string) string {
		return a.replace(a.clear, "MIME-Version: 1.0\n", "MIME-Version: 1.0\n"+name+": "+value+"\n")
	}
	_, secretEntity, _ := strings.Cut(string(a.read("small.gcm")), "Subject: test\n")
	a.run([]hostileMail{
		{"A67 CRLF", strings.ReplaceAll(a.clear, "\n", "\r\n"), 0, "good", ""},
		{"A68 bare CR in the signed part", a.replace(a.clear, "transfer 100", "transfer\r100"), 1, "bad", "content-changed"},
		{"A68 NUL in the signed part", a.replace(a.clear, "transfer 100", "transfer\x00100"), 1, "bad", "content-changed"},
		{"A68 bare CR, signed so", a.signed(aliceMail + "a\rb\n"), 0, "good", ""},
		{"A68 NUL, signed so", a.signed(aliceMail + "a\x00b\n"), 0, "good", ""},
		{"A69 blank added", a.replace(a.clear, "100 EUR\n", "100 EUR \n"), 1, "bad", "content-changed"},
		{"A69 blank line added", a.replace(a.clear, "100 EUR\n", "100 EUR\n\n"), 1, "bad", "content-changed"},
		{"A72 no line end at the end of the file", strings.TrimRight(a.clear, "\n"), 0, "good", ""},
		{"A72 blank lines after the end", a.clear + "\n\n\n", 0, "good", ""},
		{"A72 blanks after a boundary", strings.ReplaceAll(a.clear, boundary+"\n", boundary+"  \t\n"), 0, "good", ""},
		{"A73 text before and after", a.replace(a.clear, "This is a signed message", "Pay 10000 EUR. This is a signed message") + "Pay 10000 EUR.\n", 0, "good", ""},
		{"A74 a third part", strings.TrimSuffix(a.clear, boundary+"--\n") + boundary + "\n\nPay 10000 EUR.\n" + boundary + "--\n", 1, "unreadable", "malformed"},
		{"A74 the signature first", header + "\n\n" + boundary + parts[2] + boundary + parts[1] + boundary + "--\n", 1, "unreadable", "malformed"},
		{"A74 one part", header + "\n\n" + boundary + parts[1] + boundary + "--\n", 1, "unreadable", "malformed"},
		{"A74 no end", strings.TrimSuffix(a.clear, boundary+"--\n"), 1, "unreadable", "malformed"},
		{"A74 no parts", header + "\n\nnothing\n", 1, "unreadable", "malformed"},
		{"A75 footer of a list", mixed + signedEntity + "--mixed\nContent-Type: text/plain\n\nPay 10000 EUR.\n--mixed--\n", 1, "partial", "partly-signed"},
		{"A76 encrypted part between others", mixed + "Content-Type: text/html\n\n<img src=\"\n--mixed\n" + secretEntity + "\n--mixed--\n", 4, "unsigned", ""},
		{"A77 octet-stream by its name", a.opaqueWith("Content-Type: application/octet-stream; name=smime.p7m\nContent-Transfer-Encoding: base64\n", encoded), 0, "good", ""},
		{"A77 octet-stream by the name of the disposition", a.opaqueWith("Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"x.P7M\"\nContent-Transfer-Encoding: base64\n", encoded), 0, "good", ""},
		{"A77 old type, capitals", a.opaqueWith("CONTENT-TYPE: APPLICATION/X-PKCS7-MIME; NAME=smime.p7m\nContent-Transfer-Encoding: BASE64\n", encoded), 0, "good", ""},
		{"A78 two types", second("Content-Type", "text/plain"), 1, "unreadable", "malformed"},
		{"A78 two transfer encodings", second("Content-Transfer-Encoding", "7bit\nContent-Transfer-Encoding: base64"), 1, "unreadable", "malformed"},
		{"A78 two MIME versions", second("MIME-Version", "1.0"), 1, "unreadable", "malformed"},
		{"A78 encoded multipart", second("Content-Transfer-Encoding", "base64"), 1, "unreadable", "malformed"},
		{"A79 boundary twice", a.replace(a.clear, "boundary=", "boundary=\"x\"; boundary="), 1, "unreadable", "malformed"},
		{"A79 boundary twice, once in pieces", a.replace(a.clear, "boundary=", "boundary*0=\"x\"; boundary="), 1, "unreadable", "malformed"},
		{"A79 empty boundary", a.replace(a.clear, boundary[2:], ""), 1, "unreadable", "malformed"},
		{"A79 no boundary", a.replace(a.clear, "boundary=", "border="), 1, "unreadable", "malformed"},
		{"A80 boundary with a suffix", a.replace(a.clear, "100 EUR\n", "100 EUR\n"+boundary+"x\n"), 1, "bad", "content-changed"},
		{"A81 labelled as encrypted", a.opaqueWith(strings.Replace(base64Fields, "signed-data", "enveloped-data", 1), encoded), 0, "good", ""},
		{"A81 label nobody knows", a.opaqueWith(strings.Replace(base64Fields, "signed-data", "x-nothing", 1), encoded), 0, "good", ""},
		{"A81 no label", a.opaqueWith(strings.Replace(base64Fields, "smime-type=signed-data; ", "", 1), encoded), 0, "good", ""},
		{"A82 micalg that is not so", a.replace(a.clear, "micalg=sha-256", "micalg=md5"), 0, "good", ""},
		{"A82 no micalg", a.replace(a.clear, "micalg=sha-256", "x=y"), 0, "good", ""},
		{"A82 another protocol", a.replace(a.clear, "protocol=\"application/pkcs7-signature\"", "protocol=\"application/pgp-signature\""), 1, "unreadable", "malformed"},
		{"A84 junk", a.opaqueWith(base64Fields, encoded[:200]+"!"+encoded[200:]), 1, "unreadable", "malformed"},
		{"A84 URL alphabet", a.opaqueWith(base64Fields, strings.NewReplacer("+", "-", "/", "_").Replace(encoded)), 1, "unreadable", "malformed"},
		{"A84 more after the padding", a.opaqueWith(base64Fields, encoded+"====\nMIIB\n"), 1, "unreadable", "malformed"},
		{"A84 one digit a line", a.opaqueWith(base64Fields, strings.Join(strings.Split(strings.ReplaceAll(encoded, "\n", ""), ""), "\n")+"\n"), 0, "good", ""},
		{"A85 binary", a.opaqueWith(pkcs7Type+"Content-Transfer-Encoding: binary\n", string(object)), 0, "good", ""},
		{"A85 8bit", a.opaqueWith(pkcs7Type+"Content-Transfer-Encoding: 8bit\n", string(object)), 0, "good", ""},
		{"A85 quoted-printable", a.opaqueWith(pkcs7Type+"Content-Transfer-Encoding: quoted-printable\n", quoteAll(object)), 0, "good", ""},
		{"A85 an encoding nobody knows", a.opaqueWith(pkcs7Type+"Content-Transfer-Encoding: x-uuencode\n", encoded), 1, "unreadable", "malformed"},
		{"A88 two mails in one file", "From a@b Sat Nov 21 00:00:00 2026\n" + a.clear + "\nFrom a@b Sat Nov 21 00:00:00 2026\n" + a.clear, 1, "unreadable", "malformed"},
		{"A88 one mail of an mbox", "From a@b Sat Nov 21 00:00:00 2026\n" + a.clear, 0, "good", ""},
		{"A88 blank lines first", "\n\n" + a.clear, 1, "unreadable", "malformed"},
		{"A88 byte order mark", "\xef\xbb\xbf" + a.clear, 1, "unreadable", "malformed"},
		{"A88 UTF-16", "\xff\xfe" + strings.Join(strings.Split(a.clear, ""), "\x00") + "\x00", 1, "unreadable", "malformed"},
		{"empty file", "", 1, "unreadable", "malformed"},
		{"one octet", "x", 1, "unreadable", "malformed"},
		{"no mail at all", "\x00\x01\x02 nothing\n", 1, "unreadable", "malformed"},
	})
	// A73: what stands outside is not written.
	r := a.here([]byte(a.clear+"Pay 10000 EUR.\n"), "verify", "--ca", a.path("ca.pem"), "-o", "-")
	if r.code != 0 || strings.Contains(r.stdout, "10000") {
		t.Errorf("text behind the last boundary: exit %d, %q", r.code, r.stdout)
	}
	// A76: decrypt opens no part beside others.
	r = a.here([]byte(mixed+"Content-Type: text/html\n\n<img src=\"\n--mixed\n"+secretEntity+"\n--mixed--\n"), "decrypt", "--ca", a.path("ca.pem"), "-i", a.path("bob.pem"))
	if r.code != 1 || r.stdout != "" {
		t.Errorf("encrypted part: exit %d, %q\n%s", r.code, r.stdout, r.stderr)
	}
}

func quoteAll(data []byte) string {
	var b strings.Builder
	for i, c := range data {
		fmt.Fprintf(&b, "=%02X", c)
		if i%20 == 19 {
			b.WriteString("=\n")
		}
	}
	return b.String() + "\n"
}

// run verifies mails and compares exit code, word and the first failing reason.
// A reason "" with exit 1 is not compared.
func (a *adversary) run(tests []hostileMail) {
	a.t.Helper()
	for _, test := range tests {
		r := a.here([]byte(test.mail), "verify", "--json", "--ca", a.path("ca.pem"))
		v := reportOf(a.t, r.stdout)
		if r.code != test.exit || v.Exit != r.code || v.Verdict != test.word || v.failing() != test.code && (test.code != "" || test.exit == 0) {
			a.t.Errorf("%s: exit %d, %s, %q; want exit %d, %s, %q\n%s", test.name, r.code, v.Verdict, v.failing(), test.exit, test.word, test.code, r.stderr)
		}
		if r.code != 0 {
			if out := a.here([]byte(test.mail), "verify", "--ca", a.path("ca.pem"), "-o", "-"); out.stdout != "" || out.code != r.code {
				a.t.Errorf("%s, -o -: exit %d, %d octets", test.name, out.code, len(out.stdout))
			}
		}
	}
}

// TestHostileSizes reads headers and structures that are far too large in a
// bounded time (A86, A87).
func TestHostileSizes(t *testing.T) {
	t.Parallel()
	a := newAdversary(t)
	many := func(line string, n int) string { return strings.Repeat(line, n) }
	deep := func(n int) string {
		var b strings.Builder
		b.WriteString("Content-Type: multipart/mixed; boundary=b0\r\n\r\n")
		for i := range n {
			fmt.Fprintf(&b, "--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n", i, i+1)
		}
		return b.String()
	}
	tests := []hostileMail{
		{"A86 a line of 10 MB", a.from("X: " + many("x", 10<<20) + "\n" + fromLine), 1, "unreadable", "too-large"},
		{"A86 100,000 fields", a.from(many("X: y\n", 100_000) + fromLine), 1, "unreadable", "too-large"},
		{"A86 a line without a colon", a.from("nothing\n" + fromLine), 1, "unreadable", "malformed"},
		{"A86 NUL in a header", a.from("X: a\x00b\n" + fromLine), 1, "unreadable", "malformed"},
		{"A86 100,000 parameters", a.replace(a.clear, "micalg=", many("a=b; ", 100_000)+"micalg="), 1, "unreadable", "too-large"},
		{"A86 10,000 encoded words", a.from("Subject: " + many("=?utf-8?q?x?=\n ", 10_000) + "\n" + fromLine), 0, "good", ""},
		{"A86 a From of 1 MB", a.from("From: " + many("alice@example.test,\n ", 30_000) + "alice@example.test\n"), 1, "mismatch", ""},
		{"A87 2,500 multiparts in one another", a.opaqueOf(deep(2500)), 0, "good", ""},
		{"A87 10,000 parts", a.opaqueOf("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + many("--b\r\n\r\nx\r\n", 10_000) + "--b--\r\n"), 0, "good", ""},
	}
	begin := time.Now()
	a.run(tests)
	if took := time.Since(begin); took > 30*time.Second { // idle it is under two; other tests run beside it
		t.Errorf("it took %v", took)
	}
}

// TestTransport sends signed mails through what transport is allowed to do: the
// signature holds (A90, A91).
func TestTransport(t *testing.T) {
	t.Parallel()
	a := newAdversary(t)
	stripped := func(mail string) string {
		lines := strings.Split(mail, "\n")
		for i := range lines {
			lines[i] = strings.TrimRight(lines[i], " \t")
		}
		return strings.Join(lines, "\n")
	}
	fromQuoted := func(mail string) string { return strings.ReplaceAll(mail, "\nFrom ", "\n>From ") }
	folded := func(mail string) string { // 998 octets a line, seven bits
		for _, line := range strings.Split(mail, "\n") {
			if len(line) > 998 {
				t.Errorf("a line of %d octets", len(line))
			}
		}
		if strings.ContainsFunc(mail, func(c rune) bool { return c > 126 }) {
			t.Error("octets above 126")
		}
		return mail
	}
	for _, body := range []string{
		"eight bits: \u00e4\u00f6\u00fc\n", strings.Repeat("long ", 1000) + "\n", "From here on\n", "blanks \t\n at the end  \n",
		".\n..dots\n", "flowed \ntext \n", "no line end", "\n\n\n", "=\n=20\n", strings.Repeat("\u00e4", 5000) + "\nFrom x \n.\n",
	} {
		for _, flags := range [][]string{nil, {"--opaque"}} {
			draft := strings.Replace(aliceMail, "text/plain", "text/plain; charset=utf-8; format=flowed", 1) + body
			draft = strings.Replace(draft, "Content-Type", "MIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\nContent-Type", 1)
			mail := stripped(fromQuoted(folded(a.signed(draft, flags...))))
			for _, mail := range []string{mail, strings.ReplaceAll(mail, "\n", "\r\n")} {
				r := a.here([]byte(mail), "verify", "--ca", a.path("ca.pem"))
				if r.code != 0 {
					t.Errorf("%.30q, %v: exit %d\n%s", body, flags, r.code, r.stdout)
				}
			}
		}
	}
}

// TestFileNames gives parts names that are paths: they are shown, never used (A92).
func TestFileNames(t *testing.T) {
	t.Parallel()
	a := newAdversary(t)
	before, err := os.ReadDir(a.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{`../x`, `/etc/x`, `C:\\x`, `CON`, strings.Repeat("n", 300), `..%2fx`, "=?utf-8?q?x=1B[2J?="} {
		draft := strings.Replace(aliceMail, "text/plain", "text/plain; name=\""+name+"\"\nContent-Disposition: attachment; filename=\""+name+"\"", 1) + "x\n"
		signed := []byte(a.signed(draft))
		secret := a.must([]byte(draft), "encrypt", "--only", "--to", a.path("bob.pem"), "--cipher", "aes-256-gcm")
		for _, r := range []ran{
			a.here(signed, "verify", "-v", "--ca", a.path("ca.pem")), a.here(signed, "verify", "--ca", a.path("ca.pem"), "-o", "-"),
			a.here(secret, "decrypt", "-i", a.path("bob.pem")),
		} {
			if r.code != 0 {
				t.Errorf("%q: exit %d\n%s", name, r.code, r.stderr)
			}
			if strings.ContainsAny(r.stderr, "\x1b\x00") {
				t.Errorf("%q reaches the terminal: %q", name, r.stderr)
			}
		}
	}
	after, err := os.ReadDir(a.dir)
	if err != nil || len(after) != len(before) {
		t.Errorf("there are %d files, were %d: %v", len(after), len(before), err)
	}
}

// TestWholeMessageInside signs a message/rfc822, as RFC 8551, Section 3.1 has it:
// it is signed content, and compared is the From outside (A93).
func TestWholeMessageInside(t *testing.T) {
	t.Parallel()
	a := newAdversary(t)
	inside := "From: Alice <alice@example.test>\nSubject: the real one\n\n" + marker + "\n"
	draft := strings.Replace(aliceMail, "text/plain", "message/rfc822", 1) + inside
	for _, flags := range [][]string{nil, {"--opaque"}} {
		mail := a.signed(draft, flags...)
		a.run([]hostileMail{{"whole message", mail, 0, "good", ""}, {"another From outside", a.replace(mail, fromLine, "From: ceo@example.test\n"), 1, "mismatch", "from-mismatch"}})
		r := a.here([]byte(mail), "verify", "--ca", a.path("ca.pem"), "-o", "-")
		if !bytes.Contains([]byte(r.stdout), []byte(inside)) {
			t.Errorf("written: %q", r.stdout)
		}
	}
}
