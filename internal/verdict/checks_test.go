package verdict

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
)

// What the table of TestJudge does not look at: what reasons say, the named checks, levels, times, and odd facts.

// told are the reasons as "level:code text".
func told(r *Report) string {
	var out []string
	for _, x := range r.Reasons {
		out = append(out, fmt.Sprintf("%s:%s %s", x.Level, x.Code, x.Text))
	}
	return strings.Join(out, "\n")
}

// coded are the reasons as "level:code", in order.
func coded(r *Report) string {
	var out []string
	for _, x := range r.Reasons {
		out = append(out, string(x.Level)+":"+string(x.Code))
	}
	return strings.Join(out, " ")
}

// checked is the result of a named check of the first signer.
func checked(name string) func(r *Report) string {
	return func(r *Report) string {
		for _, c := range r.Layers[0].Signers[0].Checks {
			if c.Name == name {
				return c.Result
			}
		}
		return "there is no such check"
	}
}

func worded(r *Report) string   { return string(r.Verdict) }
func released(r *Report) string { return fmt.Sprint(r.Release()) }
func trusted(r *Report) string  { return r.Layers[0].Signers[0].Trust }

// main is the code of the reason a screen is about.
func mainCode(r *Report) string {
	if m := r.mainReason(); m != nil {
		return string(m.Code)
	}
	return ""
}

func unlooked(r *Report) string { return strings.Join(r.NotChecked, " ") }

// oddKey is a certificate with a key that nothing here can read.
func oddKey(t testing.TB) *cert.Certificate {
	t.Helper()
	e := certtest.Issue(certtest.Template{
		Subject:    certtest.Name(certtest.CN("Alice")),
		Key:        &certtest.Key{SPKI: []byte{0x30, 0x0a, 0x30, 0x04, 0x06, 0x02, 0x2a, 0x03, 0x03, 0x02, 0x00, 0x01}},
		Extensions: []certtest.Extension{certtest.SAN(certtest.RFC822("alice@example.org"))},
	}, certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("CA"))}, nil))
	c, err := cert.Parse(e.DER)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.PublicKey(); err == nil {
		t.Fatal("the key can be read")
	}
	return c
}

// withFacts changes the first signer.
func withSigner(fn func(t *testing.T, s *Signer)) change {
	return func(t *testing.T, f *Facts, _ *Policy) { fn(t, first(f)) }
}

func twoPaths(one, other string) change {
	return withSigner(func(t *testing.T, s *Signer) {
		s.Now = &certpath.Result{Paths: append(with(t, s.Certificate, one).Paths, with(t, s.Certificate, other).Paths...)}
	})
}

// looked sets what is known of the revocation of the signer's certificate.
func looked(list ...certpath.Revocation) change {
	return withSigner(func(_ *testing.T, s *Signer) {
		for i := range list {
			if list[i].Certificate == nil {
				list[i].Certificate = s.Certificate
			}
		}
		s.Now.Paths[0].Revocation = list
	})
}

func command(name string) change { return facts(func(f *Facts) { f.Command = name }) }

func anyway() change { return policy(func(p *Policy) { p.Anyway = true }) }

func claims(t time.Time) change {
	return facts(func(f *Facts) { first(f).ClaimedTime, first(f).HasClaimedTime = t, true })
}

func sentAt(t time.Time) change { return facts(func(f *Facts) { f.Mail.Date = t }) }

func TestChecks(t *testing.T) {
	t.Parallel()
	short := person{name: "Alice", addresses: []string{"alice@example.org"}, bits: 1024}
	noPath := facts(func(f *Facts) { first(f).Now, first(f).Then = nil, nil })
	differs := func(names ...string) change { return facts(func(f *Facts) { f.Layers[0].HeadersDiffer = names }) }
	beside := PartFact{Number: "3", Protected: "signed", MediaType: "multipart/signed"}
	noted := func(r *Report) string { return coded(r) }
	for _, c := range []struct {
		name   string
		change []change
		got    func(r *Report) string
		want   string
	}{
		// The claimed time (P20): it is compared with Date and with the clock, and never takes the place of the clock unasked.
		{"claim a day from Date", []change{claims(sent.Add(maxSkew))}, coded, ""},
		{"claim more than a day from Date", []change{claims(sent.Add(-maxSkew - time.Second))}, coded, "warn:clock-differs"},
		{"mail without Date", []change{sentAt(time.Time{}), claims(signed)}, coded, ""},
		{"claim a day ahead of the clock", []change{sentAt(time.Time{}), claims(today.Add(maxSkew))}, coded, ""},
		{"claim more than a day ahead", []change{sentAt(time.Time{}), claims(today.Add(maxSkew + time.Second))}, coded, "warn:clock-differs"},
		{"claim ahead of the moment judged for, no clock", []change{sentAt(time.Time{}), claims(today.Add(48 * time.Hour)),
			policy(func(p *Policy) { p.Now, p.At = time.Time{}, today })}, coded, "warn:clock-differs"},
		{"no clock at all", []change{sentAt(time.Time{}), policy(func(p *Policy) { p.Now = time.Time{} })}, coded, ""},
		{"a time that is no claim", []change{claims(signed.Add(-90 * 24 * time.Hour)), facts(func(f *Facts) { first(f).HasClaimedTime = false })}, coded, ""},
		{"a time ahead that is no claim", []change{sentAt(time.Time{}), claims(today.Add(48 * time.Hour)), facts(func(f *Facts) { first(f).HasClaimedTime = false })}, coded, ""},
		{"not valid at the claimed time", []change{problems("", "not-yet-valid")}, told, "warn:clock-differs at the claimed signing time the certificate was not yet valid"},
		{"nothing known of the claimed time", []change{facts(func(f *Facts) { first(f).Then = nil })}, coded, ""},
		{"problems at a time nobody claims", []change{problems("", "expired-now"), facts(func(f *Facts) { first(f).HasClaimedTime = false })}, coded, ""},
		{"check of the claimed time", nil, checked("valid at the claimed time"), "passed"},
		{"check of the claimed time, expired then", []change{problems("", "expired-now")}, checked("valid at the claimed time"), "failed"},
		{"check of the claimed time, no claim", []change{facts(func(f *Facts) { first(f).HasClaimedTime = false })}, checked("valid at the claimed time"), "not checked"},
		{"check of the claimed time, no path", []change{facts(func(f *Facts) { first(f).Then = nil })}, checked("valid at the claimed time"), "not checked"},
		{"validity without a path", []change{noPath}, func(r *Report) string { return r.Layers[0].Signers[0].Validity.Now }, ""},

		// The named checks of the JSON say what was done, not more.
		{"check of the chain", nil, checked("chain to an anchor"), "passed"},
		{"check of the chain, none", []change{problems("issuer-unknown", "")}, checked("chain to an anchor"), "failed"},
		{"check of the time", nil, checked("valid at the time judged for"), "passed"},
		{"check of the time, expired", []change{problems("expired-now", "")}, checked("valid at the time judged for"), "failed"},
		{"check of the time, not yet valid", []change{problems("not-yet-valid", "")}, checked("valid at the time judged for"), "failed"},
		{"check of the purpose", nil, checked("made for mail"), "passed"},
		{"check of the purpose, another one", []change{problems("wrong-purpose", "")}, checked("made for mail"), "failed"},
		{"check of the purpose, none asked for", []change{policy(func(p *Policy) { p.PurposeAny = true })}, checked("made for mail"), "not checked"},
		{"check of the revocation", nil, checked("not revoked"), "not checked"},
		{"check of the revocation, good", []change{looked(certpath.Revocation{Status: certpath.NotRevoked, Source: "file"})}, checked("not revoked"), "passed"},
		{"check of the revocation, revoked", []change{looked(certpath.Revocation{Status: certpath.Revoked, Source: "file"})}, checked("not revoked"), "failed"},
		{"check of the revocation, required and unknown", []change{looked(certpath.Revocation{}), policy(func(p *Policy) { p.RequireRevocation = true })}, checked("not revoked"), "failed"},
		{"check of the strength", nil, checked("strong enough"), "passed"},
		{"check of the strength, weak digest", []change{digested("sha1")}, checked("strong enough"), "failed"},
		{"check of the strength, weak chain", []change{withSigner(func(t *testing.T, s *Signer) { s.Now.Paths[0].Digests = []*algorithm.Digest{digest(t, "md5")} })}, checked("strong enough"), "failed"},
		{"check of the strength, weak, and something worse", []change{digested("sha1"), problems("issuer-unknown", "")}, checked("strong enough"), "failed"},
		{"check of the strength, digest not known", []change{facts(func(f *Facts) { first(f).Info.Digest, first(f).Info.Scheme = nil, nil })}, checked("strong enough"), "not checked"},
		{"check of From, no certificate", []change{facts(func(f *Facts) { first(f).Certificate = nil })}, checked("From is the signer"), "not checked"},

		// Digests and keys (P40 ff.): every digest that is part of the signature counts, and the key counts where there is no chain.
		{"the scheme has a weaker digest than the content", []change{withSigner(func(t *testing.T, s *Signer) {
			s.Info.Scheme = &algorithm.Signature{Name: "rsa-pss", Digest: digest(t, "sha1")}
		})}, told, "fail:weak-digest signed over SHA-1"},
		{"the scheme has its digest of its own", []change{facts(func(f *Facts) { first(f).Info.Scheme = &algorithm.Signature{Name: "ed25519"} })}, coded, ""},
		{"the scheme's digest alone is known", []change{withSigner(func(t *testing.T, s *Signer) {
			s.Info.Digest, s.Info.Scheme = nil, &algorithm.Signature{Name: "rsa-pss", Digest: digest(t, "sha1")}
		})}, coded, "fail:weak-digest"},
		{"a broken scheme over a good digest", []change{withSigner(func(t *testing.T, s *Signer) {
			s.Info.Scheme = &algorithm.Signature{Name: "dsa-sha256", Digest: digest(t, "sha256"), Status: algorithm.Broken}
		})}, told, "fail:weak-key signed with dsa-sha256"},
		{"a digest without a scheme", []change{facts(func(f *Facts) { first(f).Info.Scheme = nil })}, coded, ""},
		{"short key", []change{by(short)}, coded, "fail:weak-key"},
		{"short key, no chain", []change{by(short), noPath}, told,
			"fail:issuer-unknown issued by \"UX Mail CA 1\", which is none of your anchors\nfail:weak-key the key of the signer is RSA 1024"},
		{"short key above a strong one", []change{by(short), withSigner(func(t *testing.T, s *Signer) {
			s.Now.Paths[0].Keys = []*algorithm.PublicKey{{Kind: "rsa", Name: "rsa-768", Title: "RSA 768", Bits: 768}}
		})}, told, "fail:weak-key the chain has a key of RSA 768\nfail:weak-key the key of the signer is RSA 1024"},
		{"short key, and a text of others that ends like it", []change{by(short), withSigner(func(_ *testing.T, s *Signer) {
			s.Now.Paths[0].Keys = nil
			s.Now.Paths[0].Problems = []certpath.Problem{{Code: "path-invalid", Detail: "not RSA 1024"}}
		})}, coded, "fail:path-invalid fail:weak-key"},
		{"short key, allowed", []change{by(short), allow("rsa-1024")}, told, "warn:weak-key the key of the signer is RSA 1024"},
		{"short key, shorter ones not allowed", []change{by(short), allow("rsa-1025")}, coded, "fail:weak-key"},
		{"short key, something else allowed", []change{by(short), allow("1024", "rsa-0", "rsa--1", "rsa-x", "rsa-")}, coded, "fail:weak-key"},
		{"short key, all allowed", []change{by(person{name: "Al", addresses: short.addresses, bits: 768}), allow("all")}, coded, "warn:weak-key"},
		{"a weak digest of the chain is said once", []change{withSigner(func(t *testing.T, s *Signer) {
			s.Now.Paths[0].Digests = []*algorithm.Digest{digest(t, "sha1"), nil, digest(t, "sha1"), digest(t, "md5")}
		})}, coded, "fail:weak-digest fail:weak-digest"},
		{"a weak key of the chain is said once", []change{withSigner(func(t *testing.T, s *Signer) {
			weak := &algorithm.PublicKey{Kind: "dsa", Name: "dsa", Title: "DSA"}
			s.Now.Paths[0].Keys = []*algorithm.PublicKey{weak, nil, weak}
		})}, coded, "fail:weak-key"},
		{"a key that cannot be read", []change{withSigner(func(t *testing.T, s *Signer) {
			s.Certificate = oddKey(t)
			s.Now, s.Then = pathOfOdd(t, s.Certificate), nil
		})}, coded, ""},

		// The path (P21 ff.)
		{"of equal paths the first", []change{twoPaths("issuer-unknown", "issuer-missing")}, coded, "fail:issuer-unknown"},
		{"a path that begins with nothing", []change{facts(func(f *Facts) { first(f).Now.Paths[0].Certificates[0] = nil })}, coded, "fail:path-invalid"},
		{"a path with a gap", []change{facts(func(f *Facts) { first(f).Now.Paths[0].Certificates[1] = nil })}, func(r *Report) string {
			return fmt.Sprint(len(r.Layers[0].Signers[0].Chain))
		}, "1"},
		{"a problem of no certificate is the signer's", []change{facts(func(f *Facts) {
			first(f).Now.Paths[0].Problems = []certpath.Problem{{Code: "wrong-purpose"}}
		})}, told, "fail:wrong-purpose the certificate of \"Alice Ångström\" is not made for signing mail"},
		{"a problem with a detail", []change{withSigner(func(_ *testing.T, s *Signer) {
			s.Now.Paths[0].Problems = []certpath.Problem{{Code: "wrong-purpose", Certificate: s.Certificate, Detail: "servers only"}}
		})}, told, "fail:wrong-purpose the certificate of \"Alice Ångström\" is not made for signing mail: servers only"},
		{"a broken rule with a detail", []change{withSigner(func(_ *testing.T, s *Signer) {
			s.Now.Paths[0].Problems = []certpath.Problem{{Code: "path-invalid", Certificate: s.Certificate, Detail: "it is no CA"}}
		})}, told, "fail:path-invalid the chain breaks a rule at \"Alice Ångström\": it is no CA"},
		{"a problem nobody knows is named", []change{problems("new-problem", "")}, told, "fail:path-invalid the chain breaks a rule at \"Alice Ångström\": new-problem"},
		{"where the certificates of the chain are from", nil, func(r *Report) string {
			var out []string
			for _, l := range r.Layers[0].Signers[0].Chain {
				out = append(out, l.Source)
			}
			return strings.Join(out, " ")
		}, "message anchor:ux-root"},
		{"a certificate of the chain that nobody handed in", []change{facts(func(f *Facts) { first(f).Sources = nil })}, func(r *Report) string {
			return r.Layers[0].Signers[0].Chain[0].Source
		}, "store"},
		{"an anchor that signs is in its own chain", []change{withSigner(func(_ *testing.T, s *Signer) {
			p := &s.Now.Paths[0]
			p.Certificates, p.Anchor = p.Certificates[:1], &certpath.Anchor{Certificate: s.Certificate, Name: "me", Kind: "own"}
		})}, func(r *Report) string { return r.Layers[0].Signers[0].Chain[0].Source }, "anchor:me"},
		{"a note of the path in a layer that does not count stays one", []change{decrypting("ae"), withSigner(func(t *testing.T, s *Signer) {
			s.Now.Paths[0].Notes = []certpath.Problem{{Code: certpath.NoteAnchorExpired, Certificate: rootCA(t), Detail: "old"}}
		})}, noted, "note:tolerated"},

		// Revocation (P25 ff.)
		{"revoked, with the reason", []change{looked(certpath.Revocation{Status: certpath.Revoked, Source: "file", Revoked: sent, Issued: signed, Reason: 1})}, told,
			"fail:revoked the certificate of \"Alice Ångström\" was revoked on 2026-11-21 (keyCompromise), by the list of 2026-11-21 (from --crl)"},
		{"revoked, no reason", []change{looked(certpath.Revocation{Status: certpath.Revoked, Source: "file", Revoked: sent, Issued: signed})}, told,
			"fail:revoked the certificate of \"Alice Ångström\" was revoked on 2026-11-21, by the list of 2026-11-21 (from --crl)"},
		{"revoked, a reason nobody knows", []change{looked(certpath.Revocation{Status: certpath.Revoked, Source: "file", Revoked: sent, Issued: signed, Reason: 99})}, told,
			"fail:revoked the certificate of \"Alice Ångström\" was revoked on 2026-11-21, by the list of 2026-11-21 (from --crl)"},
		{"required, one certificate that leads nowhere", []change{policy(func(p *Policy) { p.RequireRevocation = true }), withSigner(func(_ *testing.T, s *Signer) {
			p := &s.Now.Paths[0]
			p.Certificates, p.Anchor = p.Certificates[:1], nil
		})}, coded, "fail:issuer-unknown fail:revocation-unknown"},
		{"not looked at for one of two signers", []change{layers(func(t *testing.T) []Layer {
			one, other := signer(t, alice), signer(t, person{name: "Alice 2", addresses: alice.addresses})
			other.Now.Paths[0].Revocation = []certpath.Revocation{{Certificate: other.Certificate, Status: certpath.NotRevoked, Source: "file"}}
			return []Layer{signedBy(one, other)}
		})}, unlooked, "revocation"},
		{"looked at", []change{looked(certpath.Revocation{Status: certpath.NotRevoked, Source: "file"})}, unlooked, ""},

		// From (P30 ff.)
		{"two From fields that cannot be read", []change{facts(func(f *Facts) { f.Mail.From, f.Mail.FromFields = nil, 2 })}, told, "fail:from-multiple the mail has 2 From fields"},
		{"two From fields, unparsable", []change{facts(func(f *Facts) { f.Mail.From, f.Mail.FromFields, f.Mail.FromUnparsable = nil, 2, true })}, coded, "fail:from-multiple"},
		{"From that cannot be read", []change{facts(func(f *Facts) { f.Mail.From, f.Mail.FromUnparsable = nil, true })}, told, "fail:from-missing From cannot be read as an address"},
		{"name with a small commercial at", []change{fromName("bob\ufe6bexample.org")}, coded, "fail:from-name-misleads"},
		{"name with a blank before @", []change{fromName("bob @example.org")}, coded, "fail:from-name-misleads"},
		{"name with a blank after @", []change{fromName("bob@ example.org")}, coded, "fail:from-name-misleads"},
		{"name with a wide blank behind the own address", []change{fromName("alice@example.org\u2003GmbH")}, coded, ""},
		{"name with something else around @", []change{fromName("@ home, .@.")}, coded, ""},
		{"From is another", []change{from("bob@example.org")}, told, "fail:from-mismatch From says bob@example.org, alice@example.org signed it"},
		{"a name that is like the address in From", []change{by(person{name: "alice@example.org"})}, told,
			"fail:from-mismatch From says alice@example.org, the certificate of \"alice@example.org\", who signed it, has no mail address"},
		{"a certificate without an address", []change{by(person{name: "Alice"})}, told,
			"fail:from-mismatch From says alice@example.org, the certificate of Alice, who signed it, has no mail address"},
		{"another was expected", []change{expectFrom("bob@example.org", "carol@example.org")}, told,
			"fail:from-mismatch expected was bob@example.org or carol@example.org, alice@example.org signed it"},
		{"another From outside", []change{differs("Subject", "from")}, coded, "fail:headers-differ"},
		{"another Subject outside", []change{differs("Subject")}, coded, "warn:headers-differ"},
		{"another From outside, and somebody was expected", []change{differs("From"), expectFrom("alice@example.org")}, coded, "warn:headers-differ"},
		{"another From outside, and From is not looked at", []change{differs("From"), policy(func(p *Policy) { p.AnyFrom = true })}, coded, "warn:headers-differ"},
		{"the layer that does not count has no From to compare", []change{verifying("aa")}, unlooked, "revocation"},
		{"From not looked at", []change{policy(func(p *Policy) { p.AnyFrom = true })}, unlooked, "revocation from"},
		{"From not looked at for one of two", []change{layers(func(t *testing.T) []Layer {
			none := signer(t, alice)
			none.Certificate = nil
			return []Layer{signedBy(none, signer(t, alice))}
		})}, unlooked, "revocation from"},

		// What a signature covers (P50 ff.)
		{"not the whole body, and nobody knows what else", []change{facts(func(f *Facts) { f.Layers[0].WholeBody = false })}, coded, "fail:partly-signed"},
		{"the first of two good parts is shown", []change{layers(func(t *testing.T) []Layer {
			one, other := signedBy(signer(t, alice)), signedBy(signer(t, alice))
			one.Part, other.Part = "2", "3"
			return []Layer{one, other}
		}), parts(plainPart, signedPart, beside)}, func(r *Report) string { return fmt.Sprint(r.judged) }, "1"},
		{"layers of other numbers in a whole mail lie in each other", []change{verifying("am"), inPart("2")}, worded, "good"},
		{"an encrypted part beside others, in an encrypted mail", []change{verifying("E"), parts(plainPart, encryptedPart)}, coded, ""},

		// Encryption
		{"verify says nothing of ciphers", []change{verifying("ae"), facts(func(f *Facts) { f.Layers[1].Encrypted.CipherStatus = algorithm.Broken })}, coded, ""},
		{"a cipher without a title", []change{decrypting("ea"), cipher("rc2-cbc", algorithm.Broken, true), facts(func(f *Facts) { f.Layers[0].Encrypted.CipherTitle = "" })},
			told, "fail:weak-cipher rc2-cbc is broken and was not allowed"},
		{"opened, whatever else it has", []change{decrypting("e"), facts(func(f *Facts) { f.Layers[0].Encrypted.Unsupported = unsupported })}, worded, "done"},
		{"encrypt opens nothing", []change{decrypting("E"), command("encrypt"), facts(func(f *Facts) { f.Done = true })}, coded, ""},
		{"encrypt cannot require what only a reader can", []change{decrypting("e"), cipher("aes-256-cbc", algorithm.Current, false), command("encrypt"),
			facts(func(f *Facts) { f.Done = true }), policy(func(p *Policy) { p.RequireIntegrity = true })}, coded, "warn:no-integrity"},
		{"encrypt to a short key", []change{decrypting("E"), command("encrypt"), facts(func(f *Facts) {
			f.Done = true
			f.Layers[0].Encrypted.Recipients[0].Status = algorithm.Legacy
		})}, told, "warn:weak-key the key is encrypted by outdated means (RSA 2048)"},
		{"encrypt to a key without a title", []change{decrypting("E"), command("encrypt"), facts(func(f *Facts) {
			f.Done = true
			f.Layers[0].Encrypted.Recipients[0].Status, f.Layers[0].Encrypted.Recipients[0].KeyTitle = algorithm.Legacy, ""
		})}, told, "warn:weak-key the key is encrypted by outdated means (rsa-pkcs1v15)"},
		{"whether a key is here is not known", []change{decrypting("e"), facts(func(f *Facts) { f.Layers[0].Encrypted.Recipients[0].Here = "" })}, func(r *Report) string {
			return r.Layers[0].Recipients[0].Here
		}, "unknown"},
		{"compressed", []change{decrypting("c")}, worded, "done"},
		{"compressed, and nobody signed it", []change{verifying("c")}, worded, "unsigned"},
		{"a compressed part beside others", []change{decrypting("c"), facts(func(f *Facts) { f.Layers[0].WholeBody = false })}, worded, "unencrypted"},
		{"compressed, and a part beside it that is not", []change{layers(func(t *testing.T) []Layer {
			two := append(stack(t, "c"), stack(t, "c")...)
			two[1].WholeBody = false
			return two
		}), command("decrypt")}, worded, "done"},
		{"compressed, with an encrypted part beside others inside", []change{decrypting("c"), parts(plainPart, encryptedPart)}, coded, "warn:partly-encrypted"},

		// What is released (P35, P36)
		{"a warning of the cipher holds nothing back", []change{decrypting("eb"), facts(func(f *Facts) { f.Layers[0].Encrypted.CipherStatus = algorithm.Legacy }), anyway()}, released, "true"},
		{"a warning of the integrity holds nothing back", []change{decrypting("eb"), cipher("aes-256-cbc", algorithm.Current, false), anyway()}, released, "true"},
		{"a layer inside without facts", []change{decrypting("ebe"), facts(func(f *Facts) { f.Layers[2].Encrypted = nil }), anyway()}, released, "false"},
		{"an encrypted part beside others in a good text", []change{decrypting("a"), parts(plainPart, encryptedPart), anyway(),
			policy(func(p *Policy) { p.AllowPartial = true })}, released, "false"},
		{"an encrypted part beside a signed one, none of which was opened", []change{decrypting("a"), inPart("2"), facts(func(f *Facts) { f.Layers[0].WholeBody = false }),
			parts(plainPart, signedPart, PartFact{Number: "3", Protected: "encrypted"}), anyway()}, func(r *Report) string {
			return fmt.Sprint(r.Verdict, " ", *r.Inside, " ", r.Release())
		}, "partial partial false"},
		{"inspect releases nothing", []change{command("inspect"), anyway()}, released, "false"},

		// The reason a screen is about
		{"the reason has the word of the message", []change{problems("expired-now", ""), from("bob@example.org")}, mainCode, "from-mismatch"},
		{"a warning is not what a screen is about", []change{decrypting("ae"), facts(func(f *Facts) { f.Layers[0].NotCovered = []string{"2"} })}, mainCode, ""},

		// Words of the signature's faults
		{"changed, the digest not known", []change{check(&cms.SignatureError{Kind: cms.ContentChanged}), facts(func(f *Facts) { first(f).Info.Digest = nil })},
			told, "fail:content-changed the body does not have the digest that was signed"},
		{"attributes break a rule", []change{check(&cms.SignatureError{Kind: cms.Attributes, Detail: "contentType is missing"})},
			told, "fail:signature-invalid the signed attributes break a rule: contentType is missing"},
		{"another certificate", []change{check(&cms.SignatureError{Kind: cms.WrongCertificate})}, told, "fail:signature-invalid the signature is bound to another certificate"},
		{"no content", []change{check(cms.ErrNoContent)}, told, "fail:malformed the signed content is not here"},

		// What ended the work
		{"a layer that could not be read", []change{facts(func(f *Facts) { f.Layers[0].Signed = nil }), stopped(Malformed)}, coded, "fail:malformed"},
		{"another layer could not be read", []change{facts(func(f *Facts) {
			f.Layers[0].Signed = nil
			f.Stop = &Stop{Code: Malformed, Layer: 1}
		})}, coded, "fail:malformed fail:no-signers"},
		{"the cause of a stop", []change{verifying(""), facts(func(f *Facts) { f.Stop = &Stop{Code: Malformed, Err: fmt.Errorf("line 3")} })}, told, "fail:malformed line 3"},
		{"the text of a stop before its cause", []change{verifying(""), facts(func(f *Facts) { f.Stop = &Stop{Code: Malformed, Text: "odd", Err: fmt.Errorf("line 3")} })}, told, "fail:malformed odd"},
		{"a stop that says done", []change{facts(func(f *Facts) { f.Stop = &Stop{Code: Malformed, Word: WordDone} })}, worded, "error"},
		{"a stop in no layer", []change{facts(func(f *Facts) { f.Stop = &Stop{Code: Malformed, Layer: -1} })}, func(r *Report) string {
			return fmt.Sprint(r.Reasons[0].Layer == nil)
		}, "true"},
		{"a note with a hint", []change{facts(func(f *Facts) { f.Notes = []Note{{Text: "odd", Hint: "smimectl x"}} })}, func(r *Report) string { return *r.Reasons[0].Hint }, "smimectl x"},
		{"a note of a layer, for inspect", []change{command("inspect"), facts(func(f *Facts) { f.Layers[0].Notes = []Note{{Code: SMIMETypeDiffers}} })}, coded, "note:smime-type-differs"},
		{"certificates, for inspect", []change{command("inspect"), func(t *testing.T, f *Facts, _ *Policy) {
			f.Certs = []Certificate{{Certificate: issue(t, alice)}}
		}}, func(r *Report) string { return fmt.Sprint(len(r.Certificates)) }, "1"},

		// The moment judged for, and times that JSON cannot have
		{"the clock", nil, moment, "2026-11-22T08:00:00Z clock"},
		{"a moment", []change{policy(func(p *Policy) { p.At = sent })}, moment, "2026-11-21T19:11:02Z given"},
		{"a moment that is now", []change{policy(func(p *Policy) { p.At = p.Now })}, moment, "2026-11-22T08:00:00Z clock"},
		{"the claim", []change{policy(func(p *Policy) { p.AtSigned = true })}, moment, "2026-11-22T08:00:00Z signer"},
		{"a year of four digits", []change{sentAt(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))}, dated, "9999"},
		{"a year of five digits", []change{sentAt(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))}, dated, "none"},
		{"the year 0", []change{sentAt(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC))}, dated, "0"},
		{"a year before 0", []change{sentAt(time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC))}, dated, "none"},
		{"no time", []change{sentAt(time.Time{})}, dated, "none"},
		{"Sender", []change{facts(func(f *Facts) { f.Mail.Sender = []string{"desk@example.org"} })}, func(r *Report) string { return *r.Mail.Sender }, "desk@example.org"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, p := good(t)
			for _, change := range c.change {
				change(t, &f, &p)
			}
			if got := c.got(Judge(f, p)); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func moment(r *Report) string {
	return r.JudgedAt.Time.Format(time.RFC3339) + " " + r.JudgedAt.Source
}

func dated(r *Report) string {
	if r.Mail.Date == nil {
		return "none"
	}
	return fmt.Sprint(r.Mail.Date.Year())
}

// pathOfOdd is a good path of a certificate whose key cannot be read.
func pathOfOdd(t testing.TB, c *cert.Certificate) *certpath.Result {
	root := rootCA(t)
	return &certpath.Result{Paths: []certpath.Path{{Certificates: []*cert.Certificate{c, root}, Anchor: &certpath.Anchor{Certificate: root, Name: "ux-root"}}}}
}

// TestCertificateChecks: cert check judges as a signer's certificate is judged, certificate by certificate.
func TestCertificateChecks(t *testing.T) {
	t.Parallel()
	c := issue(t, alice)
	short := issue(t, person{name: "Short", addresses: []string{"alice@example.org"}, bits: 1024})
	known := pathOf(t, c)
	known.Paths[0].Revocation = []certpath.Revocation{{Certificate: c, Status: certpath.NotRevoked, Source: "file"}}
	odd := oddKey(t)
	for name, x := range map[string]struct {
		certs   []Certificate
		allow   map[string]bool
		word    Word
		codes   string
		trust   string // of the certificates that are listed
		without string // what was not looked at
	}{
		"good":                           {[]Certificate{{Certificate: c, Now: pathOf(t, c)}}, nil, "good", "", "ok", "revocation"},
		"revocation is known":            {[]Certificate{{Certificate: c, Now: known}}, nil, "good", "", "ok", ""},
		"revocation is known of one":     {[]Certificate{{Certificate: c, Now: known}, {Certificate: c, Now: pathOf(t, c)}}, nil, "good", "", "ok ok", ""},
		"revocation is known of another": {[]Certificate{{Certificate: c, Now: pathOf(t, c)}, {Certificate: c, Now: known}}, nil, "good", "", "ok ok", ""},
		"short key":                      {[]Certificate{{Certificate: short, Now: pathOf(t, short)}}, nil, "untrusted", "fail:weak-key", "weak", "revocation"},
		"short key, allowed":             {[]Certificate{{Certificate: short, Now: pathOf(t, short)}}, map[string]bool{"rsa-1024": true}, "good", "warn:weak-key", "ok", "revocation"},
		"one that is not there":          {[]Certificate{{}, {Certificate: c, Now: with(t, c, "expired-now")}}, nil, "expired", "fail:expired-now", "expired", "revocation"},
		"none":                           {nil, nil, "nokey", "fail:certificate-missing", "", "revocation"},
		"a key that cannot be read":      {[]Certificate{{Certificate: odd, Now: pathOfOdd(t, odd)}}, nil, "unreadable", "fail:unsupported-algorithm", "ok", "revocation"},
	} {
		r := Judge(Facts{Command: "cert check", Certs: x.certs}, Policy{Now: today, Allow: x.allow})
		var trust []string
		for _, c := range r.Certificates {
			trust = append(trust, c.Trust)
		}
		if r.Verdict != x.word || coded(r) != x.codes || strings.Join(trust, " ") != x.trust || unlooked(r) != x.without {
			t.Errorf("%s: got %q, %q, %q, not checked %q, want %q, %q, %q, %q", name, r.Verdict, coded(r), trust, unlooked(r), x.word, x.codes, x.trust, x.without)
		}
	}
	if r := Judge(Facts{Command: "cert check", Certs: []Certificate{{Certificate: c}, {Certificate: odd}}}, Policy{}); r.Certificates[0].Key != "rsa-3072" || r.Certificates[1].Key != "" {
		t.Errorf("keys: got %q, %q", r.Certificates[0].Key, r.Certificates[1].Key)
	}
	for key, want := range map[*cert.Certificate]string{c: "rsa-3072", odd: ""} {
		f, p := good(t)
		first(&f).Certificate = key
		if got := Judge(f, p).Layers[0].Signers[0].Key; got != want {
			t.Errorf("key of a signer: got %q, want %q", got, want)
		}
	}
}

// TestAllowedKeys: which keys may sign, and what an exception lets through (P42, P43).
func TestAllowedKeys(t *testing.T) {
	t.Parallel()
	rsa := func(bits int) *algorithm.PublicKey {
		return &algorithm.PublicKey{Kind: "rsa", Name: fmt.Sprint("rsa-", bits), Bits: bits}
	}
	ec := func(name string, bits int) *algorithm.PublicKey {
		return &algorithm.PublicKey{Kind: "ec", Name: name, Bits: bits}
	}
	dsa := &algorithm.PublicKey{Kind: "dsa", Name: "old-dsa"}
	for _, c := range []struct {
		key   *algorithm.PublicKey
		allow string
		want  bool
	}{
		{nil, "all", false},
		{rsa(2048), "", true}, {rsa(2047), "", false}, {rsa(2047), "rsa-2047", true}, {rsa(2046), "rsa-2047", false}, {rsa(512), "all", true},
		{rsa(1024), "1024", false}, {rsa(1024), "rsa-0", false}, {rsa(1024), "rsa--1", false}, {rsa(1024), "rsa-99999999999999999999", false}, {rsa(1024), "rsa-1k", false},
		{ec("p-224", 224), "", true}, {ec("p-192", 192), "", false}, {ec("p-192", 192), "ec", true}, {ec("p-192", 192), "p-192", true}, {ec("p-192", 192), "p-19", false},
		{dsa, "", false}, {dsa, "dsa", true}, {dsa, "old-dsa", true}, {dsa, "rsa-1024", false},
		{&algorithm.PublicKey{Kind: "ed25519"}, "", true},
	} {
		p := Policy{}
		if c.allow != "" {
			p.Allow = map[string]bool{c.allow: true}
		}
		if got := p.AllowsKey(c.key); got != c.want {
			t.Errorf("%+v with %q: got %v, want %v", c.key, c.allow, got, c.want)
		}
	}
	if (Policy{Allow: map[string]bool{"": true}}).Allows("", algorithm.Broken) {
		t.Error("the empty exception allows what has no name")
	}
	if (Policy{Allow: map[string]bool{"rsa-1024": false}}).AllowsKey(rsa(1024)) {
		t.Error("an exception that is off counts")
	}
}

// TestBranches: which layers lie beside each other, so that each is judged (P53).
func TestBranches(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		part, outer string
		want        bool
	}{
		{"2.1", "2", true}, {"2", "2", true}, {"", "2", true}, {"2", "", true}, {"3", "2", false}, {"20", "2", false}, {"2", "2.1", false},
	} {
		if got := within(c.part, c.outer); got != c.want {
			t.Errorf("%q in %q: got %v, want %v", c.part, c.outer, got, c.want)
		}
	}
	for _, c := range []struct {
		kinds    string
		verify   bool
		want     int
		argument string
	}{
		{"ss", true, 0, "the outermost"}, {"es", true, 1, "none encrypted in it"}, {"se", true, 0, "around, when there is no other"}, {"se", false, -1, "around, for decrypt"},
		{"ses", true, 2, "the one inside before the one around"}, {"ses", false, 2, "the one inside"}, {"e", true, -1, "none"},
	} {
		var list []Layer
		var branch []int
		for i, k := range c.kinds {
			list = append(list, Layer{Kind: map[rune]string{'s': "signed", 'e': "encrypted"}[k]})
			branch = append(branch, i)
		}
		if got := wordLayer(list, branch, c.verify); got != c.want {
			t.Errorf("%s, verify %v: got %d, want %d: %s", c.kinds, c.verify, got, c.want, c.argument)
		}
	}
}

// TestEqualWords: of two words of one rank the first is said, and what asks for nothing ranks below what asks for plain mail.
func TestEqualWords(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]Word{
		{WordUnsigned, WordUnencrypted, WordUnsigned}, {WordUnencrypted, WordEncrypted, WordUnencrypted}, {WordEncrypted, WordUnsigned, WordEncrypted},
		{WordGood, WordDone, WordGood}, {WordDone, WordEncrypted, WordEncrypted}, {WordEncrypted, WordExpired, WordExpired}, {"", WordGood, WordGood}, {WordBad, "", WordBad},
	} {
		if got := worse(c[0], c[1]); got != c[2] {
			t.Errorf("%q, %q: got %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

// TestUnprintable: what has no ink, or hides how a text goes on, is shown by its number (P95).
func TestUnprintable(t *testing.T) {
	t.Parallel()
	for _, c := range []rune{0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0, 0xfffd, 0xfe0f, 0xe0100, 0x202e, 0x200b, 0x7f, 0x80, 0x9f, 0xa0, 0xad, 0xffff, 0x10000 + 0xffff} {
		text := "a" + string(c) + "b"
		want := fmt.Sprintf(`\u%04x`, c)
		if c > 0xffff {
			want = fmt.Sprintf(`\U%08x`, c)
		}
		for name, got := range map[string]string{"Escape": Escape(text), "EscapeASCII": EscapeASCII(text)} {
			if got != "a"+want+"b" {
				t.Errorf("%s of %U: got %q, want %s between a and b", name, c, got, want)
			}
		}
		if c == 0xfffd {
			continue // the JSON has the character
		}
		r := &Report{Command: text}
		b, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		var back struct{ Command string }
		if err := json.Unmarshal(b, &back); err != nil || back.Command != text || strings.ContainsRune(string(b), c) {
			t.Errorf("the JSON of %U says %q, %v", c, back.Command, err)
		}
	}
}

// TestRevokedRow: nothing is said of a list that nobody knows.
func TestRevokedRow(t *testing.T) {
	t.Parallel()
	source := "file"
	for name, v := range map[string]RevocationReport{"neither": {}, "no time": {Source: &source}, "no source": {ListOf: &Time{today}}} {
		v.Status = "good"
		if x := new(Report).revokedRow(&SignerReport{Revocation: v}); x.Remark != "" || x.Value != "no" {
			t.Errorf("%s: got %+v", name, x)
		}
	}
	for source, want := range map[string]string{
		"message": "in the mail", "ocsp: message": "in the mail", "file": "from --crl", "ocsp: file": "from --ocsp", "store": "in your store",
		"online": "fetched", "ocsp: online": "fetched", "moon": "from moon",
	} {
		if got := sourceText(source); got != want {
			t.Errorf("%s: got %q, want %q", source, got, want)
		}
	}
}

// TestStatusJSON: an exit code that is none is not read as one.
func TestStatusJSON(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{"0": 0, "5": 5, "255": 255, "256": -1, "-1": -1, "x": -1, "": -1, `"1"`: -1} {
		var s Status
		err := s.UnmarshalJSON([]byte(in))
		if (err != nil) != (want < 0) || err == nil && s.Code() != want {
			t.Errorf("%s: got %d, %v", in, s.Code(), err)
		}
		if err != nil && s.Code() != 3 {
			t.Errorf("%s: refused, and the code is %d", in, s.Code())
		}
	}
}

// TestCoveredHeaders names as covered what a mail shows as it was signed.
func TestCoveredHeaders(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ protected, differ, want string }{
		{"", "", "not covered"},
		{"From Subject", "", "covered: From, Subject"},
		{"From Subject", "Subject", "covered: From"},
		{"Subject", "Subject", "not covered"},
	} {
		l := &LayerReport{SignedReport: &SignedReport{Covers: CoversReport{HeadersProtected: strings.Fields(test.protected), HeadersDiffer: strings.Fields(test.differ)}}}
		rows := (&Report{Mail: &MailReport{}}).coverRows(l)
		last := rows[len(rows)-1]
		got := last.Value
		if got == "covered" {
			got += ": " + last.Remark
		}
		if got != test.want {
			t.Errorf("%s without %s: %s, want %s", test.protected, test.differ, got, test.want)
		}
	}
}
