package hostiletest

import (
	"testing"
	"time"

	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// lists are revocation lists of the CAs of the World. The certificate of
// AliceEC was revoked on day 5 of May.
type lists struct {
	between, root, eve, stranger *certtest.Entity
	revoked                      certtest.ListEntry
}

func newLists(w *World) *lists {
	return &lists{
		between: entity(w.Between), root: entity(w.Root), eve: entity(w.Eve),
		stranger: &certtest.Entity{Key: entity(w.Stranger).Key, Name: w.Between.Certificate.Subject.Raw},
		revoked:  certtest.ListEntry{Serial: w.AliceEC.Certificate.Serial, Date: time.Date(2026, 5, 5, 0, 0, 0, 0, time.UTC)},
	}
}

// by is a list of the CA of AliceEC, clean unless the template says otherwise.
func (l *lists) by(t certtest.ListTemplate) []byte { return certtest.List(t, l.between) }

// clean is one of the Root, by which the CA of AliceEC was not revoked.
func (l *lists) clean() []byte { return certtest.List(certtest.ListTemplate{}, l.root) }

// carry puts lists into the message.
func carry(crls ...[]byte) func(e *edited) {
	return func(e *edited) {
		field := cmstest.Constructed(ber.Context(1))
		for i, crl := range crls {
			field.Insert(i, cmstest.Raw(crl))
		}
		e.Data().Insert(len(e.Data().Children)-1, field)
	}
}

// revokedCases are A45 and A46: who was revoked stays revoked, whatever the
// signer says of the time and whatever lists he sends along.
func revokedCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	l := newLists(w)
	revoked := Untrusted("revoked")
	dayThree := claimed(time.Date(2026, 5, 3, 0, 0, 0, 0, time.UTC))
	entries := []certtest.ListEntry{l.revoked}
	list := l.by(certtest.ListTemplate{Entries: entries, Extensions: []certtest.Extension{certtest.Number(7)}})
	older := l.by(certtest.ListTemplate{ThisUpdate: At.AddDate(0, 0, -20), Extensions: []certtest.Extension{certtest.Number(6)}})
	sameDay := l.by(certtest.ListTemplate{Extensions: []certtest.Extension{certtest.Number(7)}})
	newerForged := l.by(certtest.ListTemplate{ThisUpdate: At.Add(-time.Hour), BadSignature: true, Extensions: []certtest.Extension{certtest.Number(8)}})
	newerStranger := certtest.List(certtest.ListTemplate{ThisUpdate: At.Add(-time.Hour), Extensions: []certtest.Extension{certtest.Number(8)}}, l.stranger)
	newerEve := certtest.List(certtest.ListTemplate{Issuer: w.Between.Certificate.Subject.Raw, ThisUpdate: At.Add(-time.Hour), Extensions: []certtest.Extension{certtest.Number(8)}}, l.eve)
	future := l.by(certtest.ListTemplate{ThisUpdate: At.AddDate(0, 0, 3), Extensions: []certtest.Extension{certtest.Number(9)}})
	hold := l.by(certtest.ListTemplate{Entries: []certtest.ListEntry{{Serial: l.revoked.Serial, Date: l.revoked.Date, Extensions: []certtest.Extension{certtest.ReasonCode(6)}}}})
	stale := l.by(certtest.ListTemplate{Entries: entries, ThisUpdate: At.AddDate(0, -6, 0), NextUpdate: At.AddDate(0, -5, 0)})
	ofCA := certtest.List(certtest.ListTemplate{Entries: []certtest.ListEntry{{Serial: w.Between.Certificate.Serial}}}, l.root)
	other := l.by(certtest.ListTemplate{Entries: []certtest.ListEntry{{Serial: w.Eve.Certificate.Serial}}})
	answer := certtest.OCSP(certtest.OCSPTemplate{Answers: []certtest.Answer{{Serial: l.revoked.Serial, Status: 1, Revoked: l.revoked.Date}}}, l.between)
	both := func(f, g func(e *edited)) func(e *edited) { return func(e *edited) { f(e); g(e) } }
	crl := []string{"--crl", "@list.crl"}
	file := func(data []byte) map[string][]byte { return map[string][]byte{"list.crl": data} }
	var out []certified
	add := func(id, name string, want Want, data []byte, do func(e *edited), args ...string) {
		c := certified{id: id, name: name, who: w.AliceEC, want: want, do: do}
		if data != nil {
			c.files, c.args = file(data), crl
		}
		c.args = append(append([]string{}, c.args...), args...)
		out = append(out, c)
	}
	add("A45", "signed before", revoked, list, dayThree)
	add("A45", "signed before, the claim asked for", revoked, list, dayThree, "--at", "signed")
	add("A45", "signed after", revoked, list, nil)
	add("A45", "no claim", revoked, list, withoutAttribute(typeSigningTime))
	add("A45", "content changed", Bad("content-changed"), list, func(e *edited) { e.setContent([]byte("\r\n")) })
	add("A45", "on hold", revoked, hold, nil)
	add("A45", "by a list of last year", revoked, stale, nil)
	add("A45", "by a list in the message", revoked, nil, both(dayThree, carry(list)))
	add("A45", "the issuer", revoked, ofCA, dayThree)
	add("A45", "another person", Accepted(nil), other, nil)
	add("A45", "not to be looked at", Accepted(nil), nil, carry(list), "--no-revocation")
	out = append(out, certified{id: "A45", name: "by a responder", who: w.AliceEC, want: revoked, do: dayThree, args: []string{"--ocsp", "@answer"}, files: map[string][]byte{"answer": answer}})
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"older", older}, {"of the same day", sameDay}, {"newer and forged", newerForged}, {"newer, of a namesake", newerStranger},
		{"newer, of another person", newerEve}, {"of the future", future},
	} {
		add("A46", "a clean list in the message, "+c.name, revoked, list, both(dayThree, carry(c.data)))
		add("A46", "a clean list from a file, "+c.name, revoked, c.data, both(dayThree, carry(list)))
	}
	return certifiedCases(tb, w, out)
}

// unknownRevocationCases are A47: lists that do not tell. Where it has to be
// known, that is not enough; where not, they do no harm.
func unknownRevocationCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	l := newLists(w)
	const require = "--require-revocation"
	unknown := Untrusted("revocation-unknown")
	root := l.clean()
	var out []certified
	add := func(name string, want Want, data []byte, args ...string) {
		files := map[string][]byte{"list.crl": data, "root.crl": root}
		out = append(out, certified{id: "A47", name: name, who: w.AliceEC, want: want, files: files, args: append([]string{"--crl", "@list.crl", "--crl", "@root.crl"}, args...)})
	}
	point := func(p certtest.Point) []certtest.Extension { return []certtest.Extension{certtest.IssuingPoint(p)} }
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"a delta list without a number", l.by(certtest.ListTemplate{Extensions: []certtest.Extension{certtest.DeltaTo(1)}})},
		{"a delta list alone", l.by(certtest.ListTemplate{Extensions: []certtest.Extension{certtest.Number(2), certtest.DeltaTo(1)}})},
		{"of another issuer", certtest.List(certtest.ListTemplate{}, l.eve)},
		{"of another issuer under the name", certtest.List(certtest.ListTemplate{Issuer: w.Between.Certificate.Subject.Raw}, l.eve)},
		{"of a namesake", certtest.List(certtest.ListTemplate{}, l.stranger)},
		{"of the issuer's issuer under the name", certtest.List(certtest.ListTemplate{Issuer: w.Between.Certificate.Subject.Raw}, l.root)},
		{"with a changed signature", l.by(certtest.ListTemplate{BadSignature: true})},
		{"about CAs only", l.by(certtest.ListTemplate{Extensions: point(certtest.Point{OnlyCAs: true})})},
		{"about attributes only", l.by(certtest.ListTemplate{Extensions: point(certtest.Point{OnlyAttributes: true})})},
		{"of another distribution point", l.by(certtest.ListTemplate{Extensions: point(certtest.Point{Full: [][]byte{certtest.URI("http://other.test/list.crl")}})})},
		{"about some reasons only", l.by(certtest.ListTemplate{Extensions: point(certtest.Point{Reasons: []int{1}})})},
		{"expired", l.by(certtest.ListTemplate{ThisUpdate: At.AddDate(0, -2, 0)})},
		{"expired this second", l.by(certtest.ListTemplate{NextUpdate: At})},
		{"of the future", l.by(certtest.ListTemplate{ThisUpdate: At.AddDate(0, 0, 1)})},
		{"without the time of the next", l.by(certtest.ListTemplate{NoNextUpdate: true})},
		{"with a critical extension nobody knows", l.by(certtest.ListTemplate{Extensions: []certtest.Extension{{OID: idNothing, Critical: true, Value: []byte{5, 0}}}})},
		{"with a malformed number", l.by(certtest.ListTemplate{Extensions: []certtest.Extension{{OID: "2.5.29.20", Value: []byte{5, 0}}}})},
	} {
		add(c.name, unknown, c.data, require)
		add(c.name+", not required", Accepted(nil), c.data)
	}
	add("as it should be", Accepted(nil), l.by(certtest.ListTemplate{}), require)
	add("the issuer's missing", unknown, root, require)
	many := make([]byte, 0, 22_000_000)
	for i := range 1_000_000 {
		many = append(many, 0x30, 20, 2, 3, 0x40|byte(i>>16), byte(i>>8), byte(i), 0x17, 13)
		many = append(many, "260505000000Z"...)
	}
	most := many[:22*700_000]
	add("700,000 entries", Accepted(nil), l.by(certtest.ListTemplate{RawEntries: most}), require)
	add("700,000 entries, the last the signer's", Untrusted("revoked"), l.by(certtest.ListTemplate{RawEntries: most, Entries: []certtest.ListEntry{l.revoked}}))
	// Files of more than 16 MiB are not read: without the list nothing is
	// believed, whether it is required or not.
	add("a million entries", Unfit("certificate-unfit"), l.by(certtest.ListTemplate{RawEntries: many, Entries: []certtest.ListEntry{l.revoked}}))
	return certifiedCases(tb, w, out)
}
