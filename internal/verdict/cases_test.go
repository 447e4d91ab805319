package verdict

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
)

var unsupported = &algorithm.UnsupportedError{Kind: "digest"}

// cases are facts and policies with what they come to. codes are "level:code", signers
// "integrity/trust/address", layer by layer.
var cases = []struct {
	name    string
	change  []change
	word    Word
	exit    int
	inside  Word
	codes   string
	signers string
	release bool
}{
	{"good", nil, "good", 0, "", "", "ok/ok/ok", true},
	{"good, case of the address", []change{from("ALICE@Example.ORG")}, "good", 0, "", "", "ok/ok/ok", true},

	// integrity
	{"content changed", []change{check(&cms.SignatureError{Kind: cms.ContentChanged})}, "bad", 1, "", "fail:content-changed", "bad/ok/ok", false},
	{"content changed, anyway", []change{check(&cms.SignatureError{Kind: cms.ContentChanged}), policy(func(p *Policy) { p.Anyway = true })}, "bad", 1, "", "fail:content-changed", "bad/ok/ok", true},
	{"signature invalid", []change{check(&cms.SignatureError{Kind: cms.Invalid})}, "bad", 1, "", "fail:signature-invalid", "bad/ok/ok", false},
	{"attributes break a rule", []change{check(&cms.SignatureError{Kind: cms.Attributes, Detail: "two"})}, "bad", 1, "", "fail:signature-invalid", "bad/ok/ok", false},
	{"bound to another certificate", []change{check(&cms.SignatureError{Kind: cms.WrongCertificate})}, "bad", 1, "", "fail:signature-invalid", "bad/ok/ok", false},
	{"wrapped signature error", []change{check(fmt.Errorf("x: %w", &cms.SignatureError{Kind: cms.ContentChanged}))}, "bad", 1, "", "fail:content-changed", "bad/ok/ok", false},
	{"unknown error of the check", []change{check(errors.New("?"))}, "bad", 1, "", "fail:signature-invalid", "bad/ok/ok", false},
	{"not checked", []change{facts(func(f *Facts) { first(f).Checked = false })}, "bad", 1, "", "fail:signature-invalid", "not-checked/ok/ok", false},
	{"no content to judge", []change{facts(func(f *Facts) { f.Layers[0].Signed.Judged = false })}, "unreadable", 1, "", "fail:malformed", "not-checked/ok/ok", false},
	{"no signer info", []change{facts(func(f *Facts) { first(f).Info = nil })}, "unreadable", 1, "", "fail:malformed", "not-checked/ok/ok", false},
	{"unsupported algorithm", []change{check(unsupported)}, "unreadable", 1, "", "fail:unsupported-algorithm", "not-checked/ok/ok", false},
	{"unsupported by the signer info, though nothing failed", []change{facts(func(f *Facts) { first(f).Info.Unsupported = unsupported })}, "unreadable", 1, "", "fail:unsupported-algorithm", "not-checked/ok/ok", false},
	{"malformed signer", []change{check(&cms.MalformedError{Detail: "x"})}, "unreadable", 1, "", "fail:malformed", "not-checked/ok/ok", false},
	{"malformed parameters", []change{check(&algorithm.ParameterError{})}, "unreadable", 1, "", "fail:malformed", "not-checked/ok/ok", false},
	{"contradicting algorithms", []change{check(&algorithm.MismatchError{})}, "unreadable", 1, "", "fail:malformed", "not-checked/ok/ok", false},
	{"content never came", []change{check(cms.ErrNoContent)}, "unreadable", 1, "", "fail:malformed", "not-checked/ok/ok", false},
	{"malformed key", []change{check(&algorithm.KeyError{})}, "unreadable", 1, "", "fail:malformed", "not-checked/ok/ok", false},
	{"limit in the signer", []change{check(&cms.LimitError{What: "x"})}, "unreadable", 1, "", "fail:too-large", "not-checked/ok/ok", false},
	{"certificate missing", []change{facts(func(f *Facts) { first(f).Certificate = nil })}, "untrusted", 1, "", "fail:certificate-missing", "not-checked/untrusted/not-checked", false},

	// no signer
	{"no signers", []change{verifying("z")}, "unsigned", 4, "", "fail:no-signers", "", false},
	{"signed layer without anything", []change{facts(func(f *Facts) { f.Layers[0].Signed = nil })}, "unsigned", 4, "", "fail:no-signers", "", false},
	{"plain mail", []change{verifying("")}, "unsigned", 4, "", "note:no-signers", "", false},
	{"plain mail, anyway", []change{verifying(""), policy(func(p *Policy) { p.Anyway = true })}, "unsigned", 4, "", "note:no-signers", "", false},
	{"encrypted outside", []change{verifying("E")}, "encrypted", 4, "", "", "", false},
	{"encrypted outside, compressed around", []change{verifying("cE")}, "encrypted", 4, "", "", "", false},
	{"encrypted outside, anyway", []change{verifying("E"), policy(func(p *Policy) { p.Anyway = true })}, "encrypted", 4, "", "", "", false},

	// several signers
	{"two good signers of the same address", []change{layers(func(t *testing.T) []Layer {
		return []Layer{signedBy(signer(t, alice), signer(t, person{name: "Alice 2", addresses: alice.addresses}))}
	})}, "good", 0, "", "", "ok/ok/ok ok/ok/ok", true},
	{"second signer is another", []change{layers(func(t *testing.T) []Layer {
		return []Layer{signedBy(signer(t, alice), signer(t, person{name: "Bob", addresses: []string{"bob@example.org"}}))}
	})}, "mismatch", 1, "", "fail:from-mismatch", "ok/ok/ok ok/ok/mismatch", false},
	{"second signer bad", []change{layers(func(t *testing.T) []Layer {
		bad := signer(t, alice)
		bad.Check = &cms.SignatureError{Kind: cms.Invalid}
		return []Layer{signedBy(signer(t, alice), bad)}
	})}, "bad", 1, "", "fail:signature-invalid", "ok/ok/ok bad/ok/ok", false},
	{"first signer untrusted", []change{layers(func(t *testing.T) []Layer {
		return []Layer{signedBy(stack(t, "u")[0].Signed.Signers[0], signer(t, alice))}
	})}, "untrusted", 1, "", "fail:issuer-unknown", "ok/untrusted/ok ok/ok/ok", false},
	{"one signer of two without certificate", []change{layers(func(t *testing.T) []Layer {
		none := signer(t, alice)
		none.Certificate = nil
		return []Layer{signedBy(signer(t, alice), none)}
	})}, "untrusted", 1, "", "fail:certificate-missing", "ok/ok/ok not-checked/untrusted/not-checked", false},

	// trust
	{"issuer unknown", []change{problems("issuer-unknown", "")}, "untrusted", 1, "", "fail:issuer-unknown", "ok/untrusted/ok", false},
	{"issuer missing", []change{problems("issuer-missing", "")}, "untrusted", 1, "", "fail:issuer-missing", "ok/untrusted/ok", false},
	{"path invalid", []change{problems("path-invalid", "")}, "untrusted", 1, "", "fail:path-invalid", "ok/untrusted/ok", false},
	{"signature in the chain", []change{problems("signature-invalid", "")}, "untrusted", 1, "", "fail:path-invalid", "ok/untrusted/ok", false},
	{"a problem nobody knows", []change{problems("new-problem", "")}, "untrusted", 1, "", "fail:path-invalid", "ok/untrusted/ok", false},
	{"no result", []change{facts(func(f *Facts) { first(f).Now = nil })}, "untrusted", 1, "", "fail:issuer-unknown", "ok/untrusted/ok", false},
	{"no path", []change{facts(func(f *Facts) { first(f).Now = &certpath.Result{} })}, "untrusted", 1, "", "fail:issuer-unknown", "ok/untrusted/ok", false},
	{"path of zero value", []change{facts(func(f *Facts) { first(f).Now = &certpath.Result{Paths: make([]certpath.Path, 1)} })}, "untrusted", 1, "", "fail:path-invalid", "ok/untrusted/ok", false},
	{"path without an anchor", []change{facts(func(f *Facts) { first(f).Now.Paths[0].Anchor = nil })}, "untrusted", 1, "", "fail:issuer-unknown", "ok/untrusted/ok", false},
	{"path of another certificate", []change{func(t *testing.T, f *Facts, _ *Policy) {
		first(f).Now = pathOf(t, issue(t, person{name: "Somebody", addresses: alice.addresses}))
	}}, "untrusted", 1, "", "fail:path-invalid", "ok/untrusted/ok", false},
	{"second path is good", []change{func(t *testing.T, f *Facts, _ *Policy) {
		s := first(f)
		s.Now = &certpath.Result{Paths: append(with(t, s.Certificate, "issuer-unknown").Paths, s.Now.Paths...)}
	}}, "good", 0, "", "", "ok/ok/ok", true},
	{"second path is less wrong", []change{func(t *testing.T, f *Facts, _ *Policy) {
		s := first(f)
		s.Now = &certpath.Result{Paths: append(with(t, s.Certificate, "issuer-unknown").Paths, with(t, s.Certificate, "wrong-purpose").Paths...)}
	}}, "untrusted", 1, "", "fail:wrong-purpose", "ok/wrong-purpose/ok", false},
	{"note of the path", []change{func(t *testing.T, f *Facts, _ *Policy) {
		first(f).Now.Paths[0].Notes = []certpath.Problem{{Code: certpath.NoteAnchorExpired, Certificate: rootCA(t), Detail: "it has expired"}}
	}}, "good", 0, "", "note:tolerated", "ok/ok/ok", true},
	{"revoked", []change{problems("revoked", "")}, "untrusted", 1, "", "fail:revoked", "ok/revoked/ok", false},
	{"not yet valid", []change{problems("not-yet-valid", "")}, "untrusted", 1, "", "fail:not-yet-valid", "ok/not-yet-valid/ok", false},
	{"wrong purpose", []change{problems("wrong-purpose", "")}, "untrusted", 1, "", "fail:wrong-purpose", "ok/wrong-purpose/ok", false},
	{"wrong purpose, any allowed", []change{problems("wrong-purpose", ""), policy(func(p *Policy) { p.PurposeAny = true })}, "good", 0, "", "", "ok/ok/ok", true},
	{"order of trust: untrusted before all", []change{problems("wrong-purpose not-yet-valid revoked issuer-unknown", "")}, "untrusted", 1, "",
		"fail:issuer-unknown fail:not-yet-valid fail:revoked fail:wrong-purpose", "ok/untrusted/ok", false},
	{"order of trust: revoked before not yet valid", []change{problems("not-yet-valid revoked", "")}, "untrusted", 1, "", "fail:not-yet-valid fail:revoked", "ok/revoked/ok", false},
	{"order of trust: not yet valid before expired", []change{problems("expired-now not-yet-valid", "")}, "untrusted", 1, "", "fail:expired-now fail:not-yet-valid", "ok/not-yet-valid/ok", false},
	{"order of trust: expired before purpose", []change{problems("wrong-purpose expired-now", "")}, "untrusted", 1, "", "fail:expired-now fail:wrong-purpose", "ok/expired/ok", false},
	{"order of trust: purpose before weak", []change{problems("wrong-purpose", ""), digested("sha1")}, "untrusted", 1, "", "fail:weak-digest fail:wrong-purpose", "ok/wrong-purpose/ok", false},
	{"order of trust: weak before revocation", []change{digested("sha1"), policy(func(p *Policy) { p.RequireRevocation = true })}, "untrusted", 1, "", "fail:revocation-unknown fail:weak-digest", "ok/weak/ok", false},

	// time
	{"expired since", []change{problems("expired-now", "")}, "expired", 1, "", "fail:expired-now", "ok/expired/ok", false},
	{"expired, no claimed time", []change{problems("expired-now", ""), facts(func(f *Facts) { first(f).HasClaimedTime = false })}, "untrusted", 1, "", "fail:expired-when-signed", "ok/expired/ok", false},
	{"expired then too", []change{problems("expired-now", "expired-now")}, "untrusted", 1, "", "fail:expired-when-signed", "ok/expired/ok", false},
	{"expired, and not yet valid then", []change{problems("expired-now", "not-yet-valid")}, "untrusted", 1, "", "fail:expired-when-signed", "ok/expired/ok", false},
	{"expired, nothing known of then", []change{problems("expired-now", ""), facts(func(f *Facts) { first(f).Then = nil })}, "untrusted", 1, "", "fail:expired-when-signed", "ok/expired/ok", false},
	{"expired, and revoked then", []change{problems("expired-now", "revoked")}, "untrusted", 1, "", "fail:expired-when-signed", "ok/expired/ok", false},
	{"expired, purpose wrong then and now", []change{problems("expired-now wrong-purpose", "wrong-purpose")}, "untrusted", 1, "", "fail:expired-now fail:wrong-purpose", "ok/expired/ok", false},
	{"expired and weak", []change{problems("expired-now", ""), digested("sha1")}, "untrusted", 1, "", "fail:expired-now fail:weak-digest", "ok/expired/ok", false},
	{"expired and From differs", []change{problems("expired-now", ""), from("bob@example.org")}, "mismatch", 1, "", "fail:expired-now fail:from-mismatch", "ok/expired/mismatch", false},
	{"expired, the claim accepted", []change{problems("expired-now", ""), policy(func(p *Policy) { p.AtSigned = true })}, "good", 0, "", "", "ok/ok/ok", true},
	{"expired, claim accepted, none made", []change{problems("expired-now", ""), policy(func(p *Policy) { p.AtSigned = true }), facts(func(f *Facts) { first(f).HasClaimedTime = false })}, "untrusted", 1, "", "fail:expired-when-signed", "ok/expired/ok", false},
	{"claim accepted, expired then", []change{problems("", "expired-now"), policy(func(p *Policy) { p.AtSigned = true })}, "untrusted", 1, "", "fail:expired-when-signed", "ok/expired/ok", false},
	{"claim of the future is not accepted", []change{problems("expired-now", ""), policy(func(p *Policy) { p.AtSigned, p.Now = true, signed.Add(-48*time.Hour) })}, "expired", 1, "", "fail:expired-now warn:clock-differs", "ok/expired/ok", false},
	{"valid now, not at the claimed time", []change{problems("", "not-yet-valid")}, "good", 0, "", "warn:clock-differs", "ok/ok/ok", true},
	{"clock differs from Date", []change{facts(func(f *Facts) { f.Mail.Date = sent.Add(-25 * time.Hour) })}, "good", 0, "", "warn:clock-differs", "ok/ok/ok", true},
	{"Date later than the signature", []change{facts(func(f *Facts) { f.Mail.Date = sent.Add(25 * time.Hour) })}, "good", 0, "", "warn:clock-differs", "ok/ok/ok", true},
	{"clock differs by less than a day", []change{facts(func(f *Facts) { f.Mail.Date = sent.Add(-23 * time.Hour) })}, "good", 0, "", "", "ok/ok/ok", true},
	{"signed in the future", []change{facts(func(f *Facts) { f.Mail.Date = time.Time{} }), policy(func(p *Policy) { p.Now = signed.Add(-25 * time.Hour) })}, "good", 0, "", "warn:clock-differs", "ok/ok/ok", true},

	// strength
	{"sha1", []change{digested("sha1")}, "untrusted", 1, "", "fail:weak-digest", "ok/weak/ok", false},
	{"sha1 allowed", []change{digested("sha1"), allow("sha1")}, "good", 0, "", "warn:weak-digest", "ok/ok/ok", true},
	{"all allowed", []change{digested("md5"), allow("all")}, "good", 0, "", "warn:weak-digest", "ok/ok/ok", true},
	{"md5 is not allowed by sha1", []change{digested("md5"), allow("sha1")}, "untrusted", 1, "", "fail:weak-digest", "ok/weak/ok", false},
	{"a name that is off allows nothing", []change{digested("sha1"), policy(func(p *Policy) { p.Allow = map[string]bool{"sha1": false} })}, "untrusted", 1, "", "fail:weak-digest", "ok/weak/ok", false},
	{"digest of the scheme is weak", []change{func(t *testing.T, f *Facts, _ *Policy) { first(f).Info.Scheme.Digest = digest(t, "sha1") }}, "untrusted", 1, "", "fail:weak-digest", "ok/weak/ok", false},
	{"broken scheme", []change{facts(func(f *Facts) { first(f).Info.Scheme.Name, first(f).Info.Scheme.Status = "dsa", algorithm.Broken })}, "untrusted", 1, "", "fail:weak-key", "ok/weak/ok", false},
	{"broken scheme allowed", []change{facts(func(f *Facts) { first(f).Info.Scheme.Name, first(f).Info.Scheme.Status = "dsa", algorithm.Broken }), allow("dsa")}, "good", 0, "", "warn:weak-key", "ok/ok/ok", true},
	{"rsa 1024", []change{by(person{name: "A", addresses: alice.addresses, bits: 1024})}, "untrusted", 1, "", "fail:weak-key", "ok/weak/ok", false},
	{"rsa 1024 allowed", []change{by(person{name: "A", addresses: alice.addresses, bits: 1024}), allow("rsa-1024")}, "good", 0, "", "warn:weak-key", "ok/ok/ok", true},
	{"rsa 1023 is less than rsa-1024", []change{by(person{name: "A", addresses: alice.addresses, bits: 1023}), allow("rsa-1024")}, "untrusted", 1, "", "fail:weak-key", "ok/weak/ok", false},
	{"rsa 1023 from rsa-512", []change{by(person{name: "A", addresses: alice.addresses, bits: 1023}), allow("rsa-512")}, "good", 0, "", "warn:weak-key", "ok/ok/ok", true},
	{"rsa 2048", []change{by(person{name: "A", addresses: alice.addresses, bits: 2048})}, "good", 0, "", "", "ok/ok/ok", true},
	{"sha1 in the chain", []change{func(t *testing.T, f *Facts, _ *Policy) {
		first(f).Now.Paths[0].Digests = append(first(f).Now.Paths[0].Digests, digest(t, "sha1"))
	}}, "untrusted", 1, "", "fail:weak-digest", "ok/weak/ok", false},
	{"sha1 in the chain allowed", []change{allow("sha1"), func(t *testing.T, f *Facts, _ *Policy) {
		first(f).Now.Paths[0].Digests = append(first(f).Now.Paths[0].Digests, digest(t, "sha1"))
	}}, "good", 0, "", "", "ok/ok/ok", true},
	{"weak key in the chain", []change{func(t *testing.T, f *Facts, _ *Policy) {
		key, _ := issue(t, person{name: "A", bits: 1024}).PublicKey()
		first(f).Now.Paths[0].Keys = append(first(f).Now.Paths[0].Keys, key)
	}}, "untrusted", 1, "", "fail:weak-key", "ok/weak/ok", false},
	{"revocation unknown, nobody asks", []change{problems("revocation-unknown", "")}, "good", 0, "", "", "ok/ok/ok", true},
	{"revocation unknown and required", []change{problems("revocation-unknown", ""), policy(func(p *Policy) { p.RequireRevocation = true })}, "untrusted", 1, "", "fail:revocation-unknown", "ok/revocation-unknown/ok", false},
	{"revocation required", []change{policy(func(p *Policy) { p.RequireRevocation = true })}, "untrusted", 1, "", "fail:revocation-unknown", "ok/revocation-unknown/ok", false},

	// From
	{"From differs", []change{from("bob@example.org")}, "mismatch", 1, "", "fail:from-mismatch", "ok/ok/mismatch", false},
	{"certificate without an address", []change{by(person{name: "Nobody"})}, "mismatch", 1, "", "fail:from-mismatch", "ok/ok/mismatch", false},
	{"Sender alone does not count", []change{from("bob@example.org"), facts(func(f *Facts) { f.Mail.Sender = []string{"alice@example.org"} })}, "mismatch", 1, "", "fail:from-mismatch", "ok/ok/mismatch", false},
	{"two addresses in From", []change{from("alice@example.org", "bob@example.org")}, "mismatch", 1, "", "fail:from-multiple", "ok/ok/mismatch", false},
	{"two From fields", []change{facts(func(f *Facts) { f.Mail.FromFields = 2 })}, "mismatch", 1, "", "fail:from-multiple", "ok/ok/mismatch", false},
	{"no From field", []change{facts(func(f *Facts) { f.Mail.FromFields = 0 })}, "mismatch", 1, "", "fail:from-missing", "ok/ok/missing", false},
	{"no address in From", []change{from()}, "mismatch", 1, "", "fail:from-missing", "ok/ok/missing", false},
	{"From unparsable", []change{facts(func(f *Facts) { f.Mail.FromUnparsable = true })}, "mismatch", 1, "", "fail:from-missing", "ok/ok/missing", false},
	{"From is no addr-spec", []change{from("alice")}, "mismatch", 1, "", "fail:from-missing", "ok/ok/missing", false},
	{"no mail header at all in a mail", []change{facts(func(f *Facts) { f.Mail = nil })}, "mismatch", 1, "", "fail:from-missing", "ok/ok/missing", false},
	{"name shows another address", []change{fromName("bob@example.org")}, "mismatch", 1, "", "fail:from-name-misleads", "ok/ok/mismatch", false},
	{"name shows another address in words", []change{fromName("Bob (bob@example.org) of X")}, "mismatch", 1, "", "fail:from-name-misleads", "ok/ok/mismatch", false},
	{"name shows another address with blanks", []change{fromName("bob @ example.org")}, "mismatch", 1, "", "fail:from-name-misleads", "ok/ok/mismatch", false},
	{"name shows another address by a wide at", []change{fromName("bob＠example.org")}, "mismatch", 1, "", "fail:from-name-misleads", "ok/ok/mismatch", false},
	{"name shows another address with invisible runes", []change{fromName("bob\u200b@\u2060example.org")}, "mismatch", 1, "", "fail:from-name-misleads", "ok/ok/mismatch", false},
	{"name shows the same address", []change{fromName("Alice@example.org")}, "good", 0, "", "", "ok/ok/ok", true},
	{"name with an at sign", []change{fromName("Alice @ home")}, "good", 0, "", "", "ok/ok/ok", true},
	{"any From", []change{from("bob@example.org"), policy(func(p *Policy) { p.AnyFrom = true })}, "good", 0, "", "", "ok/ok/not-checked", true},
	{"expected sender", []change{from("bob@example.org"), expectFrom("Alice@example.org")}, "good", 0, "", "", "ok/ok/ok", true},
	{"another sender expected", []change{expectFrom("bob@example.org")}, "mismatch", 1, "", "fail:from-mismatch", "ok/ok/mismatch", false},
	{"one of two expected", []change{expectFrom("bob@example.org", "alice@example.org")}, "good", 0, "", "", "ok/ok/ok", true},
	{"expected beats any", []change{expectFrom("bob@example.org"), policy(func(p *Policy) { p.AnyFrom = true })}, "mismatch", 1, "", "fail:from-mismatch", "ok/ok/mismatch", false},
	{"no mail", []change{facts(func(f *Facts) { f.Mail, f.IsMail = nil, false })}, "good", 0, "", "", "ok/ok/not-checked", true},
	{"no mail, sender expected", []change{facts(func(f *Facts) { f.Mail, f.IsMail = nil, false }), expectFrom("bob@example.org")}, "mismatch", 1, "", "fail:from-mismatch", "ok/ok/mismatch", false},
	{"From inside differs", []change{facts(func(f *Facts) { f.Layers[0].HeadersDiffer = []string{"from"} })}, "mismatch", 1, "", "fail:headers-differ", "ok/ok/ok", false},
	{"Subject inside differs", []change{facts(func(f *Facts) { f.Layers[0].HeadersDiffer = []string{"Subject"} })}, "good", 0, "", "warn:headers-differ", "ok/ok/ok", true},

	// severity
	{"bad before untrusted before mismatch", []change{check(&cms.SignatureError{Kind: cms.Invalid}), problems("issuer-unknown", ""), from("bob@example.org")},
		"bad", 1, "", "fail:from-mismatch fail:issuer-unknown fail:signature-invalid", "bad/untrusted/mismatch", false},
	{"untrusted before mismatch", []change{problems("issuer-unknown", ""), from("bob@example.org")}, "untrusted", 1, "", "fail:from-mismatch fail:issuer-unknown", "ok/untrusted/mismatch", false},
	{"mismatch before partial", []change{from("bob@example.org"), facts(func(f *Facts) { f.Layers[0].NotCovered = []string{"1"} })}, "mismatch", 1, "", "fail:from-mismatch fail:partly-signed", "ok/ok/mismatch", false},
	{"partial before expired", []change{problems("expired-now", ""), facts(func(f *Facts) { f.Layers[0].NotCovered = []string{"1"} })}, "partial", 1, "", "fail:expired-now fail:partly-signed", "ok/expired/ok", false},
	{"unreadable before bad", []change{check(&cms.SignatureError{Kind: cms.Invalid}), stopped(Malformed)}, "unreadable", 1, "", "fail:malformed fail:signature-invalid", "bad/ok/ok", false},

	// parts
	{"partly signed", []change{parts(plainPart, signedPart), inPart("2")}, "partial", 1, "", "fail:partly-signed", "ok/ok/ok", false},
	{"partly signed, allowed", []change{parts(plainPart, signedPart), inPart("2"), policy(func(p *Policy) { p.AllowPartial = true })}, "good", 0, "", "warn:partly-signed", "ok/ok/ok", true},
	{"partly signed and bad, allowed", []change{verifying("b"), parts(plainPart, signedPart), inPart("2"), policy(func(p *Policy) { p.AllowPartial = true })}, "bad", 1, "", "fail:content-changed warn:partly-signed", "bad/ok/ok", false},
	{"parts beside a signed one", []change{facts(func(f *Facts) { f.Layers[0].NotCovered = []string{"2"} })}, "partial", 1, "", "fail:partly-signed", "ok/ok/ok", false},
	{"said to be partly signed, nobody judged it", []change{verifying(""), parts(plainPart, signedPart)}, "partial", 1, "", "fail:partly-signed", "", false},
	{"two signed parts beside each other, the second by another", []change{verifying("am"), parts(plainPart, signedPart), facts(func(f *Facts) { f.Layers[0].Part, f.Layers[1].Part = "2", "3" }), policy(func(p *Policy) { p.AllowPartial = true })},
		"mismatch", 1, "", "fail:from-mismatch warn:partly-signed warn:partly-signed", "ok/ok/ok ok/ok/mismatch", false},
	{"two signatures in one part", []change{verifying("am"), parts(plainPart, signedPart), facts(func(f *Facts) { f.Layers[0].Part, f.Layers[1].Part = "2", "2.1" }), policy(func(p *Policy) { p.AllowPartial = true })},
		"good", 0, "", "warn:partly-signed", "ok/ok/ok ok/ok/not-checked", true},
	{"partly encrypted, verify", []change{verifying(""), parts(plainPart, encryptedPart)}, "unsigned", 4, "", "note:no-signers note:partly-encrypted", "", false},
	{"partly encrypted, decrypt", []change{decrypting(""), parts(plainPart, encryptedPart)}, "partial", 1, "", "fail:partly-encrypted", "", false},
	{"partly encrypted, decrypt, anyway", []change{decrypting("E"), parts(plainPart, encryptedPart), policy(func(p *Policy) { p.Anyway = true })}, "partial", 1, "", "fail:partly-encrypted", "", false},
	{"inside partly signed", []change{decrypting("ea"), parts(plainPart, signedPart)}, "done", 0, "partial", "fail:partly-signed", "ok/ok/ok", true},
	{"inside partly encrypted", []change{decrypting("e"), parts(plainPart, encryptedPart)}, "done", 0, "unsigned", "warn:partly-encrypted", "", true},

	// layers, verify
	{"two signatures, the outer gives the word", []change{verifying("am")}, "good", 0, "", "", "ok/ok/ok ok/ok/not-checked", true},
	{"two signatures, the outer is another's", []change{verifying("ma")}, "mismatch", 1, "", "fail:from-mismatch", "ok/ok/mismatch ok/ok/not-checked", false},
	{"inner untrusted", []change{verifying("au")}, "good", 0, "", "warn:issuer-unknown", "ok/ok/ok ok/untrusted/not-checked", true},
	{"inner expired", []change{verifying("ax")}, "good", 0, "", "warn:expired-now", "ok/ok/ok ok/expired/not-checked", true},
	{"inner bad", []change{verifying("ab")}, "bad", 1, "", "fail:content-changed", "ok/ok/ok bad/ok/not-checked", false},
	{"inner unsupported", []change{verifying("as")}, "good", 0, "", "warn:unsupported-algorithm", "ok/ok/ok not-checked/ok/not-checked", true},
	{"inner without signers", []change{verifying("az")}, "good", 0, "", "warn:no-signers", "ok/ok/ok", true},
	{"inner malformed", []change{verifying("aa"), facts(func(f *Facts) { f.Layers[1].Signed.Signers[0].Check = &cms.MalformedError{} })}, "unreadable", 1, "", "fail:malformed", "ok/ok/ok not-checked/ok/not-checked", false},
	{"outer without signers", []change{verifying("za")}, "unsigned", 4, "", "fail:no-signers", "ok/ok/not-checked", false},
	{"compressed inside", []change{verifying("ac")}, "good", 0, "", "", "ok/ok/ok", true},
	{"compressed outside", []change{verifying("ca")}, "good", 0, "", "", "ok/ok/ok", true},
	{"signature around an encryption", []change{verifying("aE")}, "good", 0, "", "", "ok/ok/ok", true},
	{"two signatures around an encryption", []change{verifying("maE")}, "mismatch", 1, "", "fail:from-mismatch", "ok/ok/mismatch ok/ok/not-checked", false},

	// layers, decrypt
	{"decrypted", []change{decrypting("e")}, "done", 0, "unsigned", "", "", true},
	{"decrypted, signed", []change{decrypting("ea")}, "done", 0, "good", "", "ok/ok/ok", true},
	{"decrypted, signed twice", []change{decrypting("eam")}, "done", 0, "good", "", "ok/ok/ok ok/ok/not-checked", true},
	{"decrypted, mismatch", []change{decrypting("em")}, "done", 0, "mismatch", "fail:from-mismatch", "ok/ok/mismatch", true},
	{"decrypted, untrusted", []change{decrypting("eu")}, "done", 0, "untrusted", "fail:issuer-unknown", "ok/untrusted/ok", true},
	{"decrypted, expired", []change{decrypting("ex")}, "done", 0, "expired", "fail:expired-now", "ok/expired/ok", true},
	{"decrypted, bad inside", []change{decrypting("eb")}, "bad", 1, "bad", "fail:content-changed", "bad/ok/ok", false},
	{"decrypted, bad inside, anyway", []change{decrypting("eb"), policy(func(p *Policy) { p.Anyway = true })}, "bad", 1, "bad", "fail:content-changed", "bad/ok/ok", true},
	{"decrypted, unsupported inside", []change{decrypting("es")}, "unreadable", 1, "unreadable", "fail:unsupported-algorithm", "not-checked/ok/ok", false},
	{"decrypted, no signers inside", []change{decrypting("ez")}, "done", 0, "unsigned", "fail:no-signers", "", true},
	{"signature around covers no text", []change{decrypting("ae")}, "done", 0, "unsigned", "", "ok/ok/not-checked", true},
	{"mallory around, alice inside", []change{decrypting("mea")}, "done", 0, "good", "", "ok/ok/not-checked ok/ok/ok", true},
	{"bad around, good inside", []change{decrypting("bea")}, "bad", 1, "good", "fail:content-changed", "bad/ok/not-checked ok/ok/ok", false},
	{"untrusted around, good inside", []change{decrypting("uea")}, "done", 0, "good", "warn:issuer-unknown", "ok/untrusted/not-checked ok/ok/ok", true},
	{"signature between two encryptions", []change{decrypting("eae")}, "done", 0, "unsigned", "", "ok/ok/not-checked", true},
	{"only compressed", []change{decrypting("c")}, "done", 0, "unsigned", "", "", true},
	{"signed and compressed", []change{decrypting("ac")}, "done", 0, "good", "", "ok/ok/ok", true},
	{"plain mail for decrypt", []change{decrypting("")}, "unencrypted", 4, "unsigned", "", "", false},
	{"plain mail for decrypt, anyway", []change{decrypting(""), policy(func(p *Policy) { p.Anyway = true })}, "unencrypted", 4, "unsigned", "", "", false},
	{"signed mail for decrypt", []change{decrypting("a")}, "unencrypted", 4, "good", "", "ok/ok/ok", false},
	{"bad mail for decrypt", []change{decrypting("b")}, "bad", 1, "bad", "fail:content-changed", "bad/ok/ok", false},
	{"left closed without a reason", []change{decrypting("E")}, "bad", 1, "", "fail:decrypt-failed", "", false},
	{"left closed, anyway", []change{decrypting("E"), policy(func(p *Policy) { p.Anyway = true })}, "bad", 1, "", "fail:decrypt-failed", "", false},
	{"one of two left closed", []change{decrypting("eE"), policy(func(p *Policy) { p.Anyway = true })}, "bad", 1, "unsigned", "fail:decrypt-failed", "", false},
	{"encrypted layer without facts", []change{decrypting("e"), facts(func(f *Facts) { f.Layers[0].Encrypted = nil })}, "bad", 1, "", "fail:decrypt-failed", "", false},

	{"signed required, good", []change{decrypting("ea"), policy(func(p *Policy) { p.RequireSigned = true })}, "done", 0, "good", "", "ok/ok/ok", true},
	{"signed required, unsigned", []change{decrypting("e"), policy(func(p *Policy) { p.RequireSigned = true })}, "unsigned", 1, "unsigned", "", "", false},
	{"signed required, around only", []change{decrypting("ae"), policy(func(p *Policy) { p.RequireSigned = true })}, "unsigned", 1, "unsigned", "", "ok/ok/not-checked", false},
	{"signed required, untrusted", []change{decrypting("eu"), policy(func(p *Policy) { p.RequireSigned = true })}, "untrusted", 1, "untrusted", "fail:issuer-unknown", "ok/untrusted/ok", false},
	{"signed required, mismatch, anyway", []change{decrypting("em"), policy(func(p *Policy) { p.RequireSigned, p.Anyway = true, true })}, "mismatch", 1, "mismatch", "fail:from-mismatch", "ok/ok/mismatch", false},
	{"signed required, expired", []change{decrypting("ex"), policy(func(p *Policy) { p.RequireSigned = true })}, "expired", 1, "expired", "fail:expired-now", "ok/expired/ok", false},
	{"signed required, plain", []change{decrypting(""), policy(func(p *Policy) { p.RequireSigned = true })}, "unencrypted", 1, "unsigned", "", "", false},
	{"signed required, no key", []change{decrypting("E"), stopped(NotARecipient), policy(func(p *Policy) { p.RequireSigned = true })}, "nokey", 5, "", "fail:not-a-recipient", "", false},

	// ciphers
	{"cbc", []change{decrypting("ea"), cipher("aes-256-cbc", algorithm.Current, false)}, "done", 0, "good", "warn:no-integrity", "ok/ok/ok", true},
	{"cbc, integrity required", []change{decrypting("ea"), cipher("aes-256-cbc", algorithm.Current, false), policy(func(p *Policy) { p.RequireIntegrity = true })}, "bad", 1, "good", "fail:no-integrity", "ok/ok/ok", false},
	{"cbc, integrity required, anyway", []change{decrypting("ea"), cipher("aes-256-cbc", algorithm.Current, false), policy(func(p *Policy) { p.RequireIntegrity, p.Anyway = true, true })}, "bad", 1, "good", "fail:no-integrity", "ok/ok/ok", false},
	{"gcm, integrity required", []change{decrypting("ea"), policy(func(p *Policy) { p.RequireIntegrity = true })}, "done", 0, "good", "", "ok/ok/ok", true},
	{"3des", []change{decrypting("ea"), cipher("3des-cbc", algorithm.Legacy, false)}, "done", 0, "good", "warn:no-integrity warn:weak-cipher", "ok/ok/ok", true},
	{"rc2", []change{decrypting("ea"), cipher("rc2-cbc", algorithm.Broken, false)}, "unreadable", 1, "good", "fail:weak-cipher warn:no-integrity", "ok/ok/ok", false},
	{"rc2, anyway", []change{decrypting("ea"), cipher("rc2-cbc", algorithm.Broken, false), policy(func(p *Policy) { p.Anyway = true })}, "unreadable", 1, "good", "fail:weak-cipher warn:no-integrity", "ok/ok/ok", false},
	{"rc2 allowed", []change{decrypting("ea"), cipher("rc2-cbc", algorithm.Broken, false), allow("rc2")}, "done", 0, "good", "warn:no-integrity warn:weak-cipher", "ok/ok/ok", true},
	{"short key of the recipient", []change{decrypting("ea"), facts(func(f *Facts) { f.Layers[0].Encrypted.Recipients[0].Status = algorithm.Legacy })}, "done", 0, "good", "warn:weak-key", "ok/ok/ok", true},
	{"short key of another recipient", []change{decrypting("ea"), facts(func(f *Facts) {
		r := &f.Layers[0].Encrypted.Recipients[0]
		r.Status, r.Used = algorithm.Legacy, false
	})}, "done", 0, "good", "", "ok/ok/ok", true},
	{"cipher nobody has", []change{decrypting("E"), facts(func(f *Facts) { f.Layers[0].Encrypted.Unsupported = unsupported })}, "unreadable", 1, "", "fail:unsupported-algorithm", "", false},

	// what ended the work
	{"decrypt failed", []change{decrypting("E"), stopped(DecryptFailed)}, "bad", 1, "", "fail:decrypt-failed", "", false},
	{"decrypt failed, anyway", []change{decrypting("E"), stopped(DecryptFailed), policy(func(p *Policy) { p.Anyway = true })}, "bad", 1, "", "fail:decrypt-failed", "", false},
	{"not a recipient", []change{decrypting("E"), stopped(NotARecipient)}, "nokey", 5, "", "fail:not-a-recipient", "", false},
	{"not a recipient, bad around", []change{decrypting("bE"), stopped(NotARecipient)}, "bad", 1, "", "fail:content-changed fail:not-a-recipient", "bad/ok/not-checked", false},
	{"key missing", []change{decrypting("E"), stopped(KeyMissing)}, "nokey", 5, "", "fail:key-missing", "", false},
	{"passphrase missing", []change{decrypting("E"), stopped(PassphraseMissing)}, "nokey", 5, "", "fail:passphrase-missing", "", false},
	{"passphrase wrong", []change{decrypting("E"), stopped(PassphraseWrong)}, "nokey", 5, "", "fail:passphrase-wrong", "", false},
	{"malformed", []change{verifying(""), stopped(Malformed)}, "unreadable", 1, "", "fail:malformed", "", false},
	{"too large", []change{verifying(""), stopped(TooLarge)}, "unreadable", 1, "", "fail:too-large", "", false},
	{"detached part with content", []change{verifying(""), stopped(DetachedHasContent)}, "unreadable", 1, "", "fail:detached-has-content", "", false},
	{"unsupported", []change{decrypting("E"), stopped(UnsupportedAlg)}, "unreadable", 1, "", "fail:unsupported-algorithm", "", false},
	{"no integrity", []change{decrypting("E"), stopped(NoIntegrity)}, "bad", 1, "", "fail:no-integrity", "", false},
	{"disk full", []change{stopped(InputOutput)}, "error", 3, "", "fail:io", "ok/ok/ok", false},
	{"disk full, and bad", []change{verifying("b"), stopped(InputOutput)}, "error", 3, "", "fail:content-changed fail:io", "bad/ok/ok", false},
	{"stop without a code", []change{stopped("")}, "error", 3, "", "fail:io", "ok/ok/ok", false},
	{"stop that says good", []change{facts(func(f *Facts) { f.Stop = &Stop{Code: SMIMETypeDiffers, Word: "good"} })}, "error", 3, "", "fail:smime-type-differs", "ok/ok/ok", false},
	{"stop with a word of its own", []change{decrypting("E"), facts(func(f *Facts) { f.Stop = &Stop{Code: DecryptFailed, Word: WordUnreadable} })}, "unreadable", 1, "", "fail:decrypt-failed", "", false},
	{"compressed too much", []change{decrypting("c"), stopped(TooLarge)}, "unreadable", 1, "", "fail:too-large", "", false},
	{"good, then malformed inside, anyway", []change{stopped(Malformed), policy(func(p *Policy) { p.Anyway = true })}, "unreadable", 1, "", "fail:malformed", "ok/ok/ok", false},
	{"opened, then malformed inside, anyway", []change{decrypting("ea"), stopped(Malformed), policy(func(p *Policy) { p.Anyway = true })}, "unreadable", 1, "good", "fail:malformed", "ok/ok/ok", false},
	{"good, then malformed inside", []change{stopped(Malformed)}, "unreadable", 1, "", "fail:malformed", "ok/ok/ok", false},
	{"stopped before the content was there", []change{stopped(InputOutput), facts(func(f *Facts) { f.Layers[0].Signed.Judged = false })}, "error", 3, "", "fail:io fail:io", "not-checked/ok/ok", false},

	// notes
	{"a label lies", []change{facts(func(f *Facts) { f.Layers[0].Notes = []Note{{Code: SMIMETypeDiffers}} })}, "good", 0, "", "note:smime-type-differs", "ok/ok/ok", true},
	{"text outside", []change{facts(func(f *Facts) { f.Notes = []Note{{Code: OutsideText}} })}, "good", 0, "", "note:outside-text", "ok/ok/ok", true},
	{"unsigned attributes", []change{facts(func(f *Facts) { f.Notes = []Note{{Code: UnsignedAttributes, Text: "a time stamp"}} })}, "good", 0, "", "note:unsigned-attributes", "ok/ok/ok", true},
	{"note without a code", []change{facts(func(f *Facts) { f.Notes = []Note{{Text: "odd", Level: Warn}} })}, "good", 0, "", "warn:tolerated", "ok/ok/ok", true},
	{"note that fails", []change{facts(func(f *Facts) { f.Notes = []Note{{Text: "odd", Level: Fail}} })}, "unreadable", 1, "", "fail:tolerated", "ok/ok/ok", false},

	// the other commands
	{"sign done", []change{facts(func(f *Facts) { f.Command, f.Done = "sign", true })}, "done", 0, "", "", "not-checked/not-checked/not-checked", true},
	{"sign not done", []change{facts(func(f *Facts) { f.Command = "sign" })}, "error", 3, "", "fail:io", "not-checked/not-checked/not-checked", false},
	{"sign without a key", []change{facts(func(f *Facts) { f.Command = "sign" }), stopped(KeyMissing)}, "nokey", 5, "", "fail:key-missing", "not-checked/not-checked/not-checked", false},
	{"encrypt without a certificate", []change{facts(func(f *Facts) { f.Command, f.Layers = "encrypt", nil }), stopped(CertificateMissing)}, "nokey", 5, "", "fail:certificate-missing", "", false},
	{"encrypt done, gcm", []change{decrypting("e"), facts(func(f *Facts) { f.Command, f.Done = "encrypt", true })}, "done", 0, "", "", "", true},
	{"encrypt done, cbc", []change{decrypting("e"), cipher("aes-256-cbc", algorithm.Current, false), facts(func(f *Facts) { f.Command, f.Done = "encrypt", true })}, "done", 0, "", "warn:no-integrity", "", true},
	{"encrypt done, cbc, signed", []change{decrypting("ea"), cipher("aes-256-cbc", algorithm.Current, false), facts(func(f *Facts) { f.Command, f.Done = "encrypt", true })}, "done", 0, "", "", "not-checked/not-checked/not-checked", true},
	{"inspect", []change{verifying("bE"), facts(func(f *Facts) { f.Command = "inspect" })}, "", 0, "", "", "not-checked/not-checked/not-checked", false},
	{"inspect, unreadable", []change{verifying(""), facts(func(f *Facts) { f.Command = "inspect" }), stopped(Malformed)}, "unreadable", 1, "", "fail:malformed", "", false},
	{"an unknown command", []change{problems("issuer-unknown", ""), facts(func(f *Facts) { f.Command = "" })}, "untrusted", 1, "", "fail:issuer-unknown", "ok/untrusted/ok", false},
}
