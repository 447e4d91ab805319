package hostiletest

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// stamped is a signature of alice, whose certificate expired long before the
// cases take place, with a time stamp by an authority with a root of its own.
type stamped struct {
	alice      *cmstest.Identity // valid from 2024 to 2026
	root, by   *cmstest.Identity // the authority
	at         time.Time         // of signature and stamp
	anchor     []byte
	expired    Want
	proven     Want
	files      map[string][]byte
	trust      []string
	nextSerial numbers
}

func newStamped(tb testing.TB, w *World) *stamped {
	tb.Helper()
	s := &stamped{at: time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC), nextSerial: 9000}
	s.alice = w.aliceOf(tb, w.Between, &s.nextSerial, cmstest.Options{NotBefore: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	s.root = cmstest.Issue(tb, nil, cmstest.Options{CommonName: "Stamp Root", CA: true, Key: cmstest.Key(tb, "p-256", 80), Serial: s.nextSerial.next()})
	s.by = s.maker(tb, 81, cmstest.Options{})
	s.files = map[string][]byte{"tsa.pem": CertificatePEM(s.root), "tsa-leaf.pem": CertificatePEM(s.by)}
	s.trust = []string{"--tsa-ca", "@tsa.pem"}
	s.expired = Want{Exit: 1, Verdict: "expired", Reason: "expired-now"}
	s.proven = Accepted(nil)
	s.proven.Says = "proven by Catalogue TSA"
	return s
}

func (s *stamped) maker(tb testing.TB, slot int, o cmstest.Options) *cmstest.Identity {
	tb.Helper()
	o.Serial = s.nextSerial.next()
	return cmstest.TimeStamper(tb, s.root, "Catalogue TSA", slot, o)
}

// with signs as alice did then, and adds a token over that signature.
func (s *stamped) with(t cmstest.Token, change func(token cmstest.Signed)) func(e *edited) {
	return func(e *edited) {
		claimed(s.at)(e)
		s.add(e, t, change)
	}
}

func (s *stamped) add(e *edited, t cmstest.Token, change func(token cmstest.Signed)) {
	if t.By == nil {
		t.By = s.by
	}
	if t.Over == nil {
		t.Over = e.Signature(0).Value
	}
	if t.Time.IsZero() {
		t.Time = s.at
	}
	token := t.Make(e.tb)
	if change != nil {
		change(token)
	}
	e.AddUnsigned(0, cmstest.AttributeNode(cmstest.TypeTimeStampToken, cmstest.Raw(token.Encode())))
}

// purposesOf are the extended key usages of a certificate, critical or not.
func purposesOf(tb testing.TB, critical bool, last ...int) pkix.Extension {
	tb.Helper()
	var list []asn1.ObjectIdentifier
	for _, n := range last {
		list = append(list, asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, n})
	}
	value, err := asn1.Marshal(list)
	if err != nil {
		tb.Fatal(err)
	}
	return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: critical, Value: value}
}

// timeStampCases are A44 and A45 with time stamps: one by an authority that the
// user trusts for it proves the time, and nothing else does. Who has found an
// old key cannot get one of an old time.
func timeStampCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	s := newStamped(tb, w)
	untrusted, invalid := s.expired.WithNote("timestamp-untrusted"), s.expired.WithNote("timestamp-invalid")
	var out []certified
	add := func(id, name string, want Want, do func(e *edited), args ...string) {
		out = append(out, certified{id: id, name: "time stamp, " + name, who: s.alice, want: want, do: do, args: args, files: s.files})
	}
	token := func(name string, want Want, t cmstest.Token, change func(token cmstest.Signed)) {
		add("A44", name, want, s.with(t, change), s.trust...)
	}
	good := s.with(cmstest.Token{}, nil)
	add("A44", "as it should be", s.proven, good, s.trust...)
	add("A44", "by an anchor itself", s.proven, good, "--tsa-ca", "@tsa-leaf.pem")
	add("A44", "nobody is trusted", untrusted, good)
	add("A44", "nobody is trusted by flag", untrusted, good, "--tsa-ca", "none")
	add("A44", "an anchor for mail alone", untrusted, good, "--ca", "@tsa.pem")
	add("A44", "the system's roots do not count", untrusted, good, "--tsa-ca", "@ca.pem")
	add("A44", "judged for a time before the stamp", Accepted(nil).WithNote("timestamp-invalid"), s.with(cmstest.Token{Time: s.at.AddDate(0, 1, 0)}, nil), "--tsa-ca", "@tsa.pem", "--at", "2025-06-02")
	for _, name := range []string{"sha384", "sha512", "sha3-256", "sha3-512"} {
		token("over "+name, s.proven, cmstest.Token{Digest: name}, nil)
	}
	token("over SHA-1", untrusted, cmstest.Token{Digest: "sha1"}, nil)
	add("A44", "over SHA-1, allowed", s.proven, s.with(cmstest.Token{Digest: "sha1"}, nil), append([]string{"--allow-legacy", "sha1"}, s.trust...)...)
	token("over MD5", untrusted, cmstest.Token{Digest: "md5"}, nil)
	token("without certificates", s.expired.WithNote("timestamp-invalid"), cmstest.Token{Bare: true}, nil)
	add("A44", "without certificates, handed in", s.proven, s.with(cmstest.Token{Bare: true}, nil), "--tsa-ca", "@tsa-leaf.pem")

	// Whose certificate is for something else.
	for _, c := range []struct {
		name string
		id   *cmstest.Identity
	}{
		{"by a certificate for web servers", s.of(tb, 82, purposesOf(tb, true, 1))},
		{"by a certificate for mail", s.of(tb, 83, purposesOf(tb, true, 4))},
		{"by a certificate for mail and time stamps", s.of(tb, 84, purposesOf(tb, true, 4, 8))},
		{"by a certificate whose purpose is not critical", s.of(tb, 85, purposesOf(tb, false, 8))},
		{"by a certificate for anything", s.of(tb, 86)},
		{"by the root", s.root},
	} {
		token(c.name, untrusted, cmstest.Token{By: c.id}, nil)
		add("A44", c.name+", any purpose", untrusted, s.with(cmstest.Token{By: c.id}, nil), append([]string{"--purpose", "any"}, s.trust...)...)
	}
	add("A44", "by a CA for mail", untrusted, s.with(cmstest.Token{By: w.Between}, nil), "--tsa-ca", "@ca.pem")
	add("A44", "by the signer", untrusted, s.with(cmstest.Token{By: s.alice}, nil), "--tsa-ca", "@ca.pem")
	namesake := cmstest.Issue(tb, nil, cmstest.Options{CommonName: "Stamp Root", CA: true, Key: cmstest.Key(tb, "p-256", 87), Serial: s.nextSerial.next()})
	token("by a namesake", untrusted, cmstest.Token{By: cmstest.TimeStamper(tb, namesake, "Catalogue TSA", 88, cmstest.Options{Serial: s.nextSerial.next()})}, nil)
	token("by an authority that has expired", untrusted, cmstest.Token{By: s.maker(tb, 81, cmstest.Options{NotAfter: At.AddDate(0, 0, -1)})}, nil)
	limited := cmstest.Issue(tb, s.root, cmstest.Options{CommonName: "Web CA", CA: true, Key: cmstest.Key(tb, "p-256", 89), Serial: s.nextSerial.next(), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	token("below a CA for web servers", untrusted, cmstest.Token{By: cmstest.TimeStamper(tb, limited, "Catalogue TSA", 81, cmstest.Options{Serial: s.nextSerial.next()})}, nil)

	// What is stamped, and what is signed.
	token("of another signature", invalid, cmstest.Token{Over: edit(tb, w, opaque, s.alice).Signature(0).Value}, nil)
	token("of the text", invalid, cmstest.Token{Over: []byte(Text)}, nil)
	token("whose time was changed", invalid, cmstest.Token{Time: At}, func(t cmstest.Signed) {
		info := cmstest.MustParse(t.EContent().Value)
		info.At(4).Value = []byte("20250601120000Z")
		t.EContent().Value = info.Encode()
	})
	token("whose imprint was changed", invalid, cmstest.Token{Over: []byte("x")}, func(t cmstest.Signed) {
		info := cmstest.MustParse(t.EContent().Value)
		info.At(2, 1).Value = sum256([]byte("y"))
		t.EContent().Value = info.Encode()
	})
	token("whose signature was changed", invalid, cmstest.Token{}, func(t cmstest.Signed) { t.Signature(0).Value[10] ^= 1 })
	token("without the name of the certificate", invalid, cmstest.Token{Attrs: func(a *[]*cmstest.Node) { *a = nil }}, nil)
	token("with the name of another certificate", invalid, cmstest.Token{Attrs: func(a *[]*cmstest.Node) { *a = []*cmstest.Node{cmstest.SigningCertificate(s.root)} }}, nil)
	token("with two signers", invalid, cmstest.Token{}, func(t cmstest.Signed) { t.SignerInfos().Insert(1, t.Signer(0).Clone()) })
	token("with no signer", invalid, cmstest.Token{}, func(t cmstest.Signed) { t.SignerInfos().Children = nil })
	token("without content", invalid, cmstest.Token{}, func(t cmstest.Signed) { t.EncapContentInfo().Remove(1) })
	token("that says it is data", invalid, cmstest.Token{}, func(t cmstest.Signed) { *t.EncapContentInfo().At(0) = *oidNode(idData) })
	token("with octets behind it", invalid, cmstest.Token{}, func(t cmstest.Signed) { t.Insert(2, null()) })

	// The TSTInfo.
	field := func(name string, want Want, change func(info *cmstest.Node)) {
		token(name, want, cmstest.Token{Info: change}, nil)
	}
	text := func(value string) func(info *cmstest.Node) {
		return func(info *cmstest.Node) { info.At(4).Value = []byte(value) }
	}
	tagged := func(n uint32, inside ...*cmstest.Node) *cmstest.Node {
		return cmstest.Constructed(ber.Context(n), inside...)
	}
	more := func(n ...*cmstest.Node) func(info *cmstest.Node) {
		return func(info *cmstest.Node) { info.Insert(5, n...) }
	}
	name := func(id *cmstest.Identity) *cmstest.Node {
		return tagged(0, tagged(4, cmstest.Raw(id.Certificate.Subject.Raw)))
	}
	critical := sequence(oidNode(idNothing), cmstest.Primitive(ber.Boolean, []byte{255}), octets(nil))
	field("with a fraction", s.proven, text("20250601120000.5Z"))
	field("with a nonce, an order and a name", s.proven, more(sequence(integer(1)), cmstest.Primitive(ber.Boolean, []byte{255}), integer(5), name(s.by)))
	field("with an extension nobody knows", s.proven, more(tagged(1, sequence(oidNode(idNothing), octets(nil)))))
	field("with a critical extension nobody knows", invalid, more(tagged(1, critical)))
	field("with the name of another", invalid, more(name(w.Alice)))
	field("of version 2", invalid, func(info *cmstest.Node) { info.At(0).Value = []byte{2} })
	field("without a policy", invalid, func(info *cmstest.Node) { info.Remove(1) })
	field("with a field too many", invalid, more(null()))
	field("with an accuracy below zero", invalid, more(sequence(integer(255))))
	field("with an accuracy of ages", invalid, more(sequence(integer(127, 255, 255, 255, 255, 255, 255, 255))))
	for _, t := range []string{"20250601120000", "20250601120000+0000", "202506011200Z", "20250601120000.Z", "20250601120000.50Z", "20251301120000Z", "20250601120000.0000000001Z", ""} {
		field("of the time "+t, invalid, text(t))
	}

	// When.
	token("after the certificate had expired", s.expired, cmstest.Token{Time: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}, nil)
	token("in the last second", s.proven, cmstest.Token{Time: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}, nil)
	token("by a clock that may be too slow", s.expired, cmstest.Token{Time: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Info: more(sequence(integer(1)))}, nil)
	token("before the certificate was valid", s.expired, cmstest.Token{Time: time.Date(2023, 6, 1, 0, 0, 0, 0, time.UTC)}, nil)
	young := s.maker(tb, 95, cmstest.Options{NotBefore: s.at.AddDate(0, 1, 0)})
	token("by an authority that was certified afterwards", untrusted, cmstest.Token{By: young}, nil)
	token("by an authority as old as the stamp", s.proven, cmstest.Token{By: s.maker(tb, 96, cmstest.Options{NotBefore: s.at})}, nil)
	token("in the future", s.expired.WithNote("timestamp-invalid"), cmstest.Token{Time: At.AddDate(1, 0, 0)}, nil)
	differs := s.proven.WithNote("clock-differs")
	token("a month after the claimed time", differs, cmstest.Token{Time: s.at.AddDate(0, 1, 0)}, nil)
	token("a month before the claimed time", differs, cmstest.Token{Time: s.at.AddDate(0, -1, 0)}, nil)
	add("A44", "no claimed time", s.proven, func(e *edited) { withoutAttribute(typeSigningTime)(e); s.add(e, cmstest.Token{}, nil) }, s.trust...)
	add("A44", "the second one is good", s.proven.WithNote("timestamp-invalid"), func(e *edited) {
		s.with(cmstest.Token{Over: []byte("x")}, nil)(e)
		s.add(e, cmstest.Token{}, nil)
	}, s.trust...)
	add("A44", "many that are none before a good one", s.expired.WithNote("unsigned-attributes"), func(e *edited) {
		claimed(s.at)(e)
		for range 50 {
			e.AddUnsigned(0, attribute(typeTimeStamp, null()))
		}
		s.add(e, cmstest.Token{}, nil)
	}, s.trust...)
	add("A44", "of a signature that does not fit", Bad("signature-invalid"), func(e *edited) {
		claimed(s.at)(e)
		e.Signature(0).Value[10] ^= 1
		s.add(e, cmstest.Token{}, nil)
	}, s.trust...)
	add("A44", "of a text that was changed", Bad("content-changed"), func(e *edited) { good(e); e.setContent([]byte("\r\n")) }, s.trust...)
	return append(certifiedCases(tb, w, out), stampedRevocationCases(tb, w, s)...)
}

// of is a certificate of the authority's root with these extensions.
func (s *stamped) of(tb testing.TB, slot int, extensions ...pkix.Extension) *cmstest.Identity {
	tb.Helper()
	return cmstest.Issue(tb, s.root, cmstest.Options{CommonName: "Catalogue TSA", Key: cmstest.Key(tb, "p-256", slot), Serial: s.nextSerial.next(),
		KeyUsage: x509.KeyUsageDigitalSignature, NoExtKeyUsage: true, Extra: extensions})
}

// stampedRevocationCases are A45 with time stamps: what was revoked after a
// proven time was good at it, unless the key is thought to have been bad before.
func stampedRevocationCases(tb testing.TB, w *World, s *stamped) []Case {
	tb.Helper()
	between, stampRoot := entity(w.Between), entity(s.root)
	day := func(month, day int) time.Time { return time.Date(2025, time.Month(month), day, 0, 0, 0, 0, time.UTC) }
	list := func(date time.Time, extensions ...certtest.Extension) []byte {
		return certtest.List(certtest.ListTemplate{Entries: []certtest.ListEntry{{Serial: s.alice.Certificate.Serial, Date: date, Extensions: extensions}}}, between)
	}
	revoked := Untrusted("revoked")
	later := s.proven
	later = later.WithNote("revoked")
	good := s.with(cmstest.Token{}, nil)
	var out []certified
	add := func(name string, want Want, data []byte, do func(e *edited), args ...string) {
		files := map[string][]byte{"list.crl": data}
		for name, file := range s.files {
			files[name] = file
		}
		out = append(out, certified{id: "A45", name: "time stamp, " + name, who: s.alice, want: want, do: do, args: append([]string{"--crl", "@list.crl"}, args...), files: files})
	}
	add("revoked later", later, list(day(7, 1)), good, s.trust...)
	add("revoked later, superseded", later, list(day(7, 1), certtest.ReasonCode(4)), good, s.trust...)
	add("revoked later, the key was stolen", later, list(day(7, 1), certtest.ReasonCode(1)), good, s.trust...)
	add("revoked later, the key was stolen before", revoked, list(day(7, 1), certtest.ReasonCode(1), certtest.InvalidityDate(day(5, 1))), good, s.trust...)
	add("revoked later, the key was stolen later", later, list(day(8, 1), certtest.ReasonCode(1), certtest.InvalidityDate(day(7, 1))), good, s.trust...)
	add("revoked before", revoked, list(day(5, 1)), good, s.trust...)
	add("revoked in that second", revoked, list(s.at), good, s.trust...)
	add("revoked later, nobody is trusted", revoked.WithNote("timestamp-untrusted"), list(day(7, 1)), good)
	add("revoked later, of another signature", revoked.WithNote("timestamp-invalid"), list(day(7, 1)), s.with(cmstest.Token{Over: []byte("x")}, nil), s.trust...)
	add("the authority was revoked", s.expired.WithNote("timestamp-untrusted"), certtest.List(certtest.ListTemplate{Entries: []certtest.ListEntry{{Serial: s.by.Certificate.Serial}}}, stampRoot), good, s.trust...)
	return certifiedCases(tb, w, out)
}

// counterCases are A27: a signature over the signature says nothing about the
// signer, whatever it is worth.
func counterCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	invalid := Accepted(nil).WithNote("countersignature-invalid")
	saying := func(text string) Want {
		want := Accepted(nil)
		want.Says = text
		return want
	}
	over := func(e *edited, who *cmstest.Identity, contentType algorithm.OID, more ...*cmstest.Node) *cmstest.Node {
		return cmstest.SignerInfo(e.tb, who, contentType, e.Signature(0).Value, more...)
	}
	put := func(e *edited, info *cmstest.Node) { e.AddUnsigned(0, attribute(typeCountersignature, info)) }
	carried := func(who *cmstest.Identity) func(e *edited) {
		return func(e *edited) { e.Certificates().Insert(0, certificateNode(who)) }
	}
	by := func(who *cmstest.Identity, contentType algorithm.OID, change func(info *cmstest.Node)) func(e *edited) {
		return func(e *edited) {
			carried(who)(e)
			info := over(e, who, contentType)
			if change != nil {
				change(info)
			}
			put(e, info)
		}
	}
	time := attribute(typeSigningTime, utc("260531110000Z"))
	out := every(tb, w, []change{
		{id: "A27", name: "countersigned", do: by(w.Eve, "", nil), want: saying("good"), keys: everyKey},
		{id: "A27", name: "countersigned with Ed25519", do: by(w.AliceEd, "", nil), want: saying("good")},
		{id: "A27", name: "countersigned with a time", do: func(e *edited) { carried(w.Eve)(e); put(e, over(e, w.Eve, "", time.Clone())) }, want: saying("11:00:00 UTC")},
		{id: "A27", name: "countersigned without attributes", do: func(e *edited) {
			carried(w.Eve)(e)
			info := over(e, w.Eve, "")
			sig := cmstest.SignOctets(e.tb, w.Eve, e.Signature(0).Value)
			info.Remove(3)
			info.At(4).Value = sig
			put(e, info)
		}, want: saying("good")},
		{id: "A27", name: "countersignature changed", do: by(w.Eve, "", func(info *cmstest.Node) { info.At(5).Value[10] ^= 1 }), want: invalid},
		{id: "A27", name: "countersignature with a content type", do: by(w.Eve, typeContentType, nil), want: invalid},
		{id: "A27", name: "countersignature without a digest", do: by(w.Eve, "", func(info *cmstest.Node) {
			info.At(3).Children = []*cmstest.Node{time.Clone()}
			cmstest.Resign(tb, info, w.Eve)
		}), want: invalid},
		{id: "A27", name: "countersignature by a stranger", do: by(w.Stranger, "", nil), want: invalid},
		{id: "A27", name: "countersignature by nobody who is known", do: func(e *edited) { put(e, over(e, w.Eve, "")) }, want: invalid},
		{id: "A27", name: "countersignature of another signature", do: func(e *edited) {
			carried(w.Eve)(e)
			put(e, cmstest.SignerInfo(e.tb, w.Eve, "", []byte("another signature")))
		}, want: invalid},
		{id: "A27", name: "the signature itself as countersignature", do: func(e *edited) { put(e, e.Signer(0).Clone()) }, want: invalid},
		{id: "A27", name: "countersignature of a countersignature", do: func(e *edited) {
			carried(w.Eve)(e)
			first := over(e, w.Eve, "")
			second := cmstest.SignerInfo(e.tb, w.Eve, "", first.At(5).Value)
			first.Insert(6, cmstest.Constructed(ber.Context(1), attribute(typeCountersignature, second)))
			put(e, first)
		}, want: saying("over another countersignature")},
		{id: "A27", name: "ten countersignatures, each of the one before", do: func(e *edited) {
			carried(w.Eve)(e)
			list := []*cmstest.Node{over(e, w.Eve, "")}
			for len(list) < 10 {
				list = append(list, cmstest.SignerInfo(e.tb, w.Eve, "", list[len(list)-1].At(5).Value))
			}
			for i := len(list) - 1; i > 0; i-- {
				list[i-1].Insert(6, cmstest.Constructed(ber.Context(1), attribute(typeCountersignature, list[i])))
			}
			put(e, list[0])
		}, want: Accepted(nil).WithNote("unsigned-attributes")},
		{id: "A27", name: "200 countersignatures", do: func(e *edited) {
			carried(w.Eve)(e)
			one := over(e, w.Eve, "")
			for range 200 {
				put(e, one.Clone())
			}
		}, want: Accepted(nil).WithNote("unsigned-attributes")},
		{id: "A27", name: "countersigned, and the content changed", do: func(e *edited) {
			by(w.Eve, "", nil)(e)
			e.setContent([]byte("\r\n"))
		}, want: Bad("content-changed")},
	})
	// A good one does not raise the signer either.
	for _, c := range []struct {
		name string
		who  *cmstest.Identity
		want Want
	}{{"a stranger, countersigned", w.Stranger, Untrusted("issuer-unknown")}} {
		e := edit(tb, w, clear, c.who)
		by(w.Eve, "", nil)(e)
		out = append(out, e.end(change{id: "A27", name: c.name, want: c.want}, "", false))
	}
	return out
}
