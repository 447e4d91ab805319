package verdict

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

func indented(t *testing.T, b []byte) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "  "); err != nil {
		t.Fatal(err)
	}
	return out.String() + "\n"
}

// TestJSONRoundTrip: what is written can be read, and says the same again.
func TestJSONRoundTrip(t *testing.T) {
	t.Parallel()
	for _, c := range cases {
		f, p := good(t)
		for _, change := range c.change {
			change(t, &f, &p)
		}
		r := Judge(f, p)
		one, err := r.JSON()
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if bytes.ContainsRune(one, '\n') {
			t.Errorf("%s: more than one line", c.name)
		}
		var back Report
		if err := json.Unmarshal(one, &back); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if back.Exit() != r.Exit() || back.Verdict != r.Verdict || back.Good() != r.Good() {
			t.Errorf("%s: got %q %d, want %q %d", c.name, back.Verdict, back.Exit(), r.Verdict, r.Exit())
		}
		if back.Release() {
			t.Errorf("%s: a report that was read releases something", c.name)
		}
		two, err := back.JSON()
		if err != nil || !bytes.Equal(one, two) {
			t.Errorf("%s: %v\n%s\n%s", c.name, err, one, two)
		}
	}
}

// shape is what a field has to be: s string, n number, b true or false, a list, o object, 0 null; ? may be absent.
var shapes = map[string]string{
	"schema": "s", "command": "s", "file": "s0", "verdict": "s0", "exit": "n", "inside": "s?", "reasons": "a", "exceptions": "a",
	"judged_at": "o?", "judged_at.time": "s", "judged_at.source": "s", "mail": "o0", "parts": "a?", "layers": "a", "certificates": "a?", "not_checked": "a",
	"reasons.code": "s", "reasons.level": "s", "reasons.layer": "n0", "reasons.signer": "n0", "reasons.text": "s", "reasons.hint": "s0",
	"mail.from": "a", "mail.sender": "s0", "mail.to": "a", "mail.subject": "s0", "mail.date": "s0", "mail.message_id": "s0", "mail.from_names": "a",
	"parts.part": "s", "parts.protected": "s", "parts.type": "s", "parts.name": "s?", "parts.excerpt": "s?",
	"layers.kind": "s", "layers.form": "s?", "layers.part": "s?", "layers.verdict": "s0?", "layers.covers": "o?", "layers.cause": "o?", "layers.signers": "a?",
	"layers.cipher": "s?", "layers.authenticated": "b?", "layers.decrypted": "b?", "layers.decrypted_with": "s0?", "layers.recipients": "a?",
	"layers.covers.whole_body": "b", "layers.covers.parts": "a", "layers.covers.not_covered": "a", "layers.covers.headers_protected": "a",
	"layers.covers.headers_differ": "a", "layers.covers.attachments": "a",
	"layers.cause.kind": "s0", "layers.cause.line": "n?", "layers.cause.is": "s?", "layers.cause.before": "s?",
	"layers.signers.integrity": "s", "layers.signers.trust": "s", "layers.signers.address": "s", "layers.signers.name": "s0", "layers.signers.addresses": "a",
	"layers.signers.signed_at": "s0", "layers.signers.signed_at_source": "s0", "layers.signers.digest": "s?", "layers.signers.signature": "s?",
	"layers.signers.key": "s?", "layers.signers.certificate": "o0", "layers.signers.chain": "a", "layers.signers.validity": "o",
	"layers.signers.validity.when_signed": "s?", "layers.signers.validity.now": "s?", "layers.signers.revocation": "o",
	"layers.signers.revocation.status": "s", "layers.signers.revocation.source": "s0",
	"layers.signers.revocation.list_of": "s?", "layers.signers.revocation.revoked_at": "s?", "layers.signers.revocation.reason": "s?",
	"layers.signers.revocation.detail": "s?", "layers.signers.capabilities": "a", "layers.signers.checks": "a",
	"layers.signers.checks.name": "s", "layers.signers.checks.result": "s",
	"layers.signers.chain.subject": "s", "layers.signers.chain.source": "s", "layers.signers.chain.sha256": "s", "layers.signers.chain.kind": "s?", "layers.signers.chain.added": "s?",
	"layers.signers.certificate.sha256": "s", "layers.signers.certificate.serial": "s", "layers.signers.certificate.subject": "s",
	"layers.signers.certificate.issuer": "s", "layers.signers.certificate.not_before": "s", "layers.signers.certificate.not_after": "s",
	"layers.signers.certificate.usage": "a0", "layers.signers.certificate.for": "a0",
	"layers.recipients.type": "s", "layers.recipients.algorithm": "s", "layers.recipients.issuer": "s0", "layers.recipients.serial": "s0",
	"layers.recipients.key_id": "s0", "layers.recipients.address": "s0", "layers.recipients.here": "s", "layers.recipients.key_title": "s?",
	"layers.weakest": "o?", "layers.weakest.what": "s", "layers.weakest.index": "n0", "layers.weakest.who": "s0", "layers.weakest.key": "s",
	"layers.weakest.bits": "n", "layers.weakest.post_quantum": "b",
}

// TestJSONShape: absent is not known, null is not there, an empty list is [], for every report.
func TestJSONShape(t *testing.T) {
	t.Parallel()
	words := map[string]string{
		"verdict": "good done bad unreadable untrusted mismatch partial expired error unsigned unencrypted encrypted nokey",
		"inside":  "good bad unreadable untrusted mismatch partial expired unsigned",
		"level":   "fail warn note", "kind": "signed encrypted compressed own file builtin system mbox-from",
		"integrity": "ok bad not-checked", "address_word": "ok mismatch missing not-checked",
		"trust": "ok untrusted expired not-yet-valid revoked revocation-unknown wrong-purpose weak not-checked", "here": "key certificate unknown",
	}
	for _, c := range cases {
		f, p := good(t)
		for _, change := range c.change {
			change(t, &f, &p)
		}
		b, err := Judge(f, p).JSON()
		if err != nil {
			t.Fatal(err)
		}
		var v map[string]any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		walk(t, c.name, "", v, words)
	}
}

func walk(t *testing.T, name, prefix string, v map[string]any, words map[string]string) {
	t.Helper()
	for field, shape := range shapes {
		rest, ok := strings.CutPrefix(field, prefix)
		if ok && !strings.Contains(rest, ".") && !strings.Contains(shape, "?") {
			if _, there := v[rest]; !there {
				t.Errorf("%s: %s is absent", name, field)
			}
		}
	}
	for key, value := range v {
		path := prefix + key
		shape, known := shapes[path]
		if !known {
			t.Errorf("%s: the field %s is not in the table", name, path)
			continue
		}
		kind := "0"
		switch x := value.(type) {
		case string:
			kind = "s"
			word := key
			if key == "address" && prefix == "layers.signers." {
				word = "address_word"
			}
			if list, ok := words[word]; ok && !contains(strings.Fields(list), x) {
				t.Errorf("%s: %s is %q", name, path, x)
			}
			if key == "code" {
				if _, ok := Explain(x); !ok {
					t.Errorf("%s: nobody explains %q", name, x)
				}
			}
		case float64:
			kind = "n"
		case bool:
			kind = "b"
		case []any:
			kind = "a"
			for _, e := range x {
				if o, ok := e.(map[string]any); ok {
					walk(t, name, path+".", o, words)
				}
			}
		case map[string]any:
			kind = "o"
			walk(t, name, path+".", x, words)
		}
		if !strings.Contains(shape, kind) {
			t.Errorf("%s: %s is of kind %s, want %s", name, path, kind, shape)
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// TestJSONIsSafe: no text of a message gets out of its string, and none acts on a terminal.
func TestJSONIsSafe(t *testing.T) {
	t.Parallel()
	f, p := good(t)
	hostile := "x\n\"}\n{\"verdict\":\"good\",\"exit\":0}\x1b[2J\u202e\u0085\u2028\xff\U000e0041"
	f.Mail.Subject, f.Mail.FromNames, f.File, f.Command = hostile, []string{hostile}, hostile, "verify"
	f.Layers = stack(t, "b")
	f.Notes = []Note{{Text: hostile}}
	b, err := Judge(f, p).JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range string(b) {
		if !unicode.IsPrint(c) {
			t.Errorf("%U", c)
		}
	}
	var v map[string]any
	if err := json.Unmarshal(b, &v); err != nil || v["verdict"] != "bad" {
		t.Errorf("%v %v", v["verdict"], err)
	}
	if got := v["mail"].(map[string]any)["subject"]; got != strings.ReplaceAll(hostile, "\xff", "\ufffd") {
		t.Errorf("got %q", got)
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	contract := "content-changed, signature-invalid, no-signers, detached-has-content, decrypt-failed, no-integrity, issuer-unknown, issuer-missing, " +
		"expired-when-signed, not-yet-valid, expired-now, revoked, revocation-unknown, wrong-purpose, weak-digest, weak-key, clock-differs, from-mismatch, " +
		"from-missing, from-multiple, from-name-misleads, partly-signed, headers-differ, not-a-recipient, key-missing, passphrase-missing, passphrase-wrong, " +
		"certificate-missing, certificate-unfit, malformed, unsupported-algorithm, too-large, smime-type-differs, io"
	for _, code := range strings.Split(contract, ", ") {
		if _, ok := Explain(code); !ok {
			t.Errorf("%s is not in the table", code)
		}
	}
	seen := map[Code]bool{}
	for _, info := range Codes() {
		if info.Title == "" || info.Explain == "" || info.Do == "" || seen[info.Code] {
			t.Errorf("%s: %+v", info.Code, info)
		}
		if strings.HasSuffix(info.Title, ".") || unicode.IsUpper(rune(info.Title[0])) && !strings.HasPrefix(info.Title, "From ") {
			t.Errorf("%s: %q", info.Code, info.Title)
		}
		seen[info.Code] = true
	}
	if _, ok := Explain(""); ok {
		t.Error("the empty code is explained")
	}
}
