package message

import (
	"bytes"
	"testing"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/verdict"
)

// stampedAt is when the mails of these tests were signed and stamped.
var stampedAt = testNow.AddDate(0, -2, 0)

// stampWorld is a world with an authority for time stamps. The certificate of its signer has expired: only a time that is
// proven makes a good mail of what he signed.
type stampWorld struct {
	*world
	stampRoot, tsa *cmstest.Identity
	old            *cmstest.Identity // alice, until a month ago
}

func newStampWorld(t *testing.T) *stampWorld {
	t.Helper()
	w := newWorld(t)
	root := cmstest.Issue(t, nil, cmstest.Options{CommonName: "Stamp Root", CA: true, Key: cmstest.Key(t, "p-256", 80)})
	return &stampWorld{world: w, stampRoot: root,
		tsa: cmstest.TimeStamper(t, root, "Authority", 81, cmstest.Options{}),
		old: cmstest.Issue(t, w.root, cmstest.Options{Key: cmstest.Key(t, "p-256", 82), CommonName: "alice", Emails: []string{"alice@example.org"}, NotAfter: testNow.AddDate(0, -1, 0)})}
}

// examiner trusts the authority, too.
func (w *stampWorld) examiner() *Examiner {
	x := w.world.examiner()
	x.TSAAnchors = []certpath.Anchor{{Certificate: w.stampRoot.Certificate, Name: "stamps"}}
	return x
}

// signed is what old signed when it was valid.
func (w *stampWorld) signed() cmstest.Signed {
	return cmstest.ParseSigned(w.signedAt(text, stampedAt, w.old))
}

// stamp puts a token over the signature into it.
func (w *stampWorld) stamp(s cmstest.Signed, token cmstest.Token) cmstest.Signed {
	if token.By == nil {
		token.By = w.tsa
	}
	if token.Over == nil {
		token.Over = s.Signature(0).Value
	}
	if token.Time.IsZero() {
		token.Time = stampedAt
	}
	return w.attach(s, token.Make(w.t).Node)
}

func (w *stampWorld) attach(s cmstest.Signed, tokens ...*cmstest.Node) cmstest.Signed {
	s.AddUnsigned(0, cmstest.AttributeNode(cmstest.TypeTimeStampToken, tokens...))
	return s
}

func (w *stampWorld) mail(s cmstest.Signed) Input {
	return verifyInput(mailOf(fromAlice, w.multipartSigned(text, s.Encode())))
}

// listOf is a revocation list of the authority's issuer.
func (w *stampWorld) listOf(t *testing.T, revoked ...*cmstest.Identity) certpath.List {
	t.Helper()
	template := certtest.ListTemplate{ThisUpdate: testNow.AddDate(0, 0, -1), Extensions: []certtest.Extension{certtest.Number(1)}}
	for _, id := range revoked {
		template.Entries = append(template.Entries, certtest.ListEntry{Serial: id.Certificate.Serial})
	}
	l, err := cert.ParseCRL(certtest.List(template, &certtest.Entity{Key: &certtest.Key{Signer: w.stampRoot.Key.Signer}, Name: w.stampRoot.Certificate.Subject.Raw}))
	if err != nil {
		t.Fatal(err)
	}
	return certpath.List{CRL: l, Source: "file"}
}

// seconds is the accuracy of a token.
func seconds(n byte) func(info *cmstest.Node) {
	return func(info *cmstest.Node) {
		info.Insert(5, cmstest.Constructed(ber.Sequence, cmstest.Primitive(ber.Integer, []byte{n})))
	}
}

// TestTimeStampOfMail: what a time stamp in a mail is worth (RFC 3161, Appendix B): from whom it is, over what, at which
// moment it is judged. What proves nothing leaves the mail as it is without it.
func TestTimeStampOfMail(t *testing.T) {
	t.Parallel()
	w := newStampWorld(t)
	root := func(name string, slot int) *cmstest.Identity {
		return cmstest.Issue(t, nil, cmstest.Options{CommonName: name, CA: true, Key: cmstest.Key(t, "p-256", slot)})
	}
	tsa := func(issuer *cmstest.Identity, o cmstest.Options) *cmstest.Identity {
		return cmstest.TimeStamper(t, issuer, "Authority", 83, o)
	}
	unknown := tsa(root("Another Root", 84), cmstest.Options{})
	expired := tsa(w.stampRoot, cmstest.Options{NotAfter: testNow.AddDate(0, 0, -1)})
	young := tsa(w.stampRoot, cmstest.Options{NotBefore: stampedAt.Add(time.Second)})
	mailOnly := cmstest.Issue(t, w.stampRoot, cmstest.Options{CommonName: "Authority", Key: cmstest.Key(t, "p-256", 83)})
	ofMail := tsa(w.root, cmstest.Options{})
	made := func(token cmstest.Token) func() cmstest.Signed {
		return func() cmstest.Signed { return w.stamp(w.signed(), token) }
	}
	at := func(moment time.Time) func(x *Examiner) { return func(x *Examiner) { x.Policy.At = moment } }
	for _, c := range []struct {
		name             string
		signed           func() cmstest.Signed
		change           func(x *Examiner)
		word             verdict.Word
		source           string
		integrity, trust string
	}{
		{"good", made(cmstest.Token{}), nil, verdict.WordGood, "timestamp", "ok", "ok"},
		{"over another signature", made(cmstest.Token{Over: []byte("another signature")}), nil, verdict.WordExpired, "signer", "bad", "not-checked"},
		{"of an unknown authority", made(cmstest.Token{By: unknown}), nil, verdict.WordExpired, "signer", "ok", "untrusted"},
		{"of an authority of mail", made(cmstest.Token{By: ofMail}), nil, verdict.WordExpired, "signer", "ok", "untrusted"},
		{"of an authority that has expired", made(cmstest.Token{By: expired}), nil, verdict.WordExpired, "signer", "ok", "expired"},
		{"of one that had not, at the moment that is judged for", made(cmstest.Token{By: expired}), at(testNow.AddDate(0, 0, -2)), verdict.WordGood, "timestamp", "ok", "ok"},
		{"of an authority that was certified afterwards", made(cmstest.Token{By: young}), nil, verdict.WordExpired, "signer", "ok", "not-yet-valid"},
		{"of a certificate for mail", made(cmstest.Token{By: mailOnly}), nil, verdict.WordExpired, "signer", "ok", "wrong-purpose"},
		{"of a certificate for mail, any purpose will do", made(cmstest.Token{By: mailOnly}), func(x *Examiner) { x.Policy.PurposeAny = true }, verdict.WordExpired, "signer", "ok", "wrong-purpose"},
		{"authority revoked", made(cmstest.Token{}), func(x *Examiner) { x.CRLs = []certpath.List{w.listOf(t, w.tsa)} }, verdict.WordExpired, "signer", "ok", "revoked"},
		{"authority revoked by a list in the mail", func() cmstest.Signed {
			s := w.stamp(w.signed(), cmstest.Token{})
			s.Data().Insert(4, cmstest.Constructed(ber.Context(1), cmstest.Raw(w.listOf(t, w.tsa).CRL.Raw)))
			return s
		}, nil, verdict.WordExpired, "signer", "ok", "revoked"},
		{"authority revoked by a list in the token", func() cmstest.Signed {
			s := w.signed()
			token := cmstest.Token{By: w.tsa, Over: s.Signature(0).Value, Time: stampedAt}.Make(t)
			token.Data().Insert(4, cmstest.Constructed(ber.Context(1), cmstest.Raw(w.listOf(t, w.tsa).CRL.Raw)))
			return w.attach(s, token.Node)
		}, nil, verdict.WordExpired, "signer", "ok", "revoked"},
		{"another revoked", made(cmstest.Token{}), func(x *Examiner) { x.CRLs = []certpath.List{w.listOf(t, unknown)} }, verdict.WordGood, "timestamp", "ok", "ok"},
		{"signature changed", func() cmstest.Signed {
			s := w.signed()
			token := cmstest.Token{By: w.tsa, Over: s.Signature(0).Value, Time: stampedAt}.Make(t)
			token.Signature(0).Value[12] ^= 1
			return w.attach(s, token.Node)
		}, nil, verdict.WordExpired, "signer", "bad", "not-checked"},
		{"time changed", func() cmstest.Signed {
			s := w.signed()
			token := cmstest.Token{By: w.tsa, Over: s.Signature(0).Value, Time: testNow}.Make(t)
			token.EContent().Value = bytes.Replace(token.EContent().Value, []byte("20260601"), []byte("20260401"), 1)
			return w.attach(s, token.Node)
		}, nil, verdict.WordExpired, "signer", "bad", "not-checked"},
		{"certificate not named", made(cmstest.Token{Attrs: func(a *[]*cmstest.Node) { *a = nil }}), nil, verdict.WordExpired, "signer", "bad", "not-checked"},
		{"no token", func() cmstest.Signed { return w.attach(w.signed(), cmstest.Primitive(ber.Null, nil)) }, nil, verdict.WordExpired, "signer", "bad", "not-checked"},
		{"no certificate", made(cmstest.Token{Bare: true}), nil, verdict.WordExpired, "signer", "not-checked", "untrusted"},
		{"its certificate handed in", made(cmstest.Token{Bare: true}), func(x *Examiner) { x.Chain = []*cert.Certificate{w.tsa.Certificate} }, verdict.WordGood, "timestamp", "ok", "ok"},
		{"its certificate an anchor", made(cmstest.Token{Bare: true}), func(x *Examiner) {
			x.TSAAnchors = []certpath.Anchor{{Certificate: w.tsa.Certificate, Name: "authority"}}
		}, verdict.WordGood, "timestamp", "ok", "ok"},
		{"its certificate in the mail", func() cmstest.Signed {
			s := w.stamp(w.signed(), cmstest.Token{Bare: true})
			s.Certificates().Insert(0, cmstest.Raw(w.tsa.Certificate.Raw))
			return s
		}, nil, verdict.WordGood, "timestamp", "ok", "ok"},
		{"nobody is trusted", made(cmstest.Token{}), func(x *Examiner) { x.TSAAnchors = nil }, verdict.WordExpired, "signer", "ok", "untrusted"},
		{"its root is trusted for mail", made(cmstest.Token{}), func(x *Examiner) { x.Anchors, x.TSAAnchors = append(x.Anchors, x.TSAAnchors...), nil }, verdict.WordExpired, "signer", "ok", "untrusted"},
		{"imprint of SHA-1", made(cmstest.Token{Digest: "sha1"}), nil, verdict.WordExpired, "signer", "ok", "weak"},
		{"made after the certificate expired", made(cmstest.Token{Time: testNow.AddDate(0, 0, -1)}), nil, verdict.WordExpired, "timestamp", "ok", "ok"},
		{"a minute before it expired", made(cmstest.Token{Time: w.old.Certificate.NotAfter.Add(-time.Minute)}), nil, verdict.WordGood, "timestamp", "ok", "ok"},
		{"a minute before, to within 60 s", made(cmstest.Token{Time: w.old.Certificate.NotAfter.Add(-time.Minute), Info: seconds(60)}), nil, verdict.WordGood, "timestamp", "ok", "ok"},
		{"a minute before, to within 61 s", made(cmstest.Token{Time: w.old.Certificate.NotAfter.Add(-time.Minute), Info: seconds(61)}), nil, verdict.WordExpired, "timestamp", "ok", "ok"},
		{"judged for a moment before it", made(cmstest.Token{}), at(stampedAt.AddDate(0, -1, 0)), verdict.WordGood, "signer", "ok", "ok"},
		{"in the future", made(cmstest.Token{Time: testNow.Add(time.Hour)}), nil, verdict.WordExpired, "signer", "ok", "ok"},
		{"two, the earlier one counts", func() cmstest.Signed {
			return w.stamp(w.stamp(w.signed(), cmstest.Token{Time: testNow.AddDate(0, 0, -1)}), cmstest.Token{})
		}, nil, verdict.WordGood, "timestamp", "ok", "ok"},
		{"two, the second is good", func() cmstest.Signed {
			return w.stamp(w.stamp(w.signed(), cmstest.Token{By: unknown, Time: stampedAt.Add(-time.Hour)}), cmstest.Token{})
		}, nil, verdict.WordGood, "timestamp", "ok", "ok"},
		{"two, none is good", func() cmstest.Signed {
			return w.stamp(w.stamp(w.signed(), cmstest.Token{By: unknown}), cmstest.Token{Over: []byte("another")})
		}, nil, verdict.WordExpired, "signer", "ok", "untrusted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := w.examiner()
			if c.change != nil {
				c.change(x)
			}
			ex := examine(t, x, w.mail(c.signed()))
			s := ex.Report.Layers[0].Signers[0]
			if s.Integrity != "ok" || s.Timestamp == nil || s.SignedAtSource == nil {
				t.Fatalf("signature %s, time stamp %+v, time of %v", s.Integrity, s.Timestamp, s.SignedAtSource)
			}
			if ex.Report.Verdict != c.word || *s.SignedAtSource != c.source || s.Timestamp.Integrity != c.integrity || s.Timestamp.Trust != c.trust {
				t.Errorf("%s (%s), time of the %s, time stamp %s, %s; want %s, %s, %s, %s", ex.Report.Verdict, codes(ex.Report), *s.SignedAtSource,
					s.Timestamp.Integrity, s.Timestamp.Trust, c.word, c.source, c.integrity, c.trust)
			}
			for _, f := range ex.Signers()[0].TimeStamps {
				proves := f.By.Checked && f.By.Check == nil && f.Err == nil
				if (f.By.Now != nil) != proves {
					t.Errorf("the way to its authority was looked for: %v", f.By.Now != nil)
				}
				if trusted := proves && f.By.Now.Paths[0].Anchor != nil; (f.Then != nil) != trusted || f.Moment.IsZero() == trusted {
					t.Errorf("the way of the signer was looked for: %v, at %v", f.Then != nil, f.Moment)
				}
			}
		})
	}
}

// TestTimeStampOfUnknownSigner: where the certificate of the signer is not to be had there is nothing to be judged for the
// proven time.
func TestTimeStampOfUnknownSigner(t *testing.T) {
	t.Parallel()
	w := newStampWorld(t)
	s := w.stamp(w.signed(), cmstest.Token{})
	s.Data().Remove(3)
	ex := examine(t, w.examiner(), w.mail(s))
	expect(t, ex, verdict.WordUntrusted, verdict.CertificateMissing)
	if f := ex.Signers()[0].TimeStamps[0]; f.Then != nil || f.By.Now == nil || !f.By.Checked || f.By.Check != nil {
		t.Errorf("%+v", f)
	}
}

// TestTimeStampOfRevokedSigner: a certificate that was revoked after the proven time was good at it (RFC 3161, Appendix B);
// the signer's own word about the time proves nothing of the kind.
func TestTimeStampOfRevokedSigner(t *testing.T) {
	t.Parallel()
	w := newStampWorld(t)
	for _, c := range []struct {
		name    string
		stamped bool
		revoked time.Time
		word    verdict.Word
		code    verdict.Code
	}{
		{"an hour after it", true, stampedAt.Add(time.Hour), verdict.WordGood, ""},
		{"an hour before it", true, stampedAt.Add(-time.Hour), verdict.WordUntrusted, verdict.Revoked},
		{"an hour after what he claims", false, stampedAt.Add(time.Hour), verdict.WordUntrusted, verdict.Revoked},
	} {
		s := cmstest.ParseSigned(w.signedAt(text, stampedAt, w.alice))
		if c.stamped {
			s = w.stamp(s, cmstest.Token{})
		}
		l, err := cert.ParseCRL(certtest.List(certtest.ListTemplate{ThisUpdate: testNow.AddDate(0, 0, -1), Extensions: []certtest.Extension{certtest.Number(1)},
			Entries: []certtest.ListEntry{{Serial: w.alice.Certificate.Serial, Date: c.revoked}}},
			&certtest.Entity{Key: &certtest.Key{Signer: w.root.Key.Signer}, Name: w.root.Certificate.Subject.Raw}))
		w.must(err)
		x := w.examiner()
		x.CRLs = []certpath.List{{CRL: l, Source: "file"}}
		t.Run(c.name, func(t *testing.T) { expect(t, examine(t, x, w.mail(s)), c.word, c.code) })
	}
}
