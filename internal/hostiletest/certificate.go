package hostiletest

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms/cmstest"
)

// certificateCases are A41 to A50, A60 to A62 and A136 to A138: signatures that
// are right, by keys whose certificates are not.
func certificateCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	var out []Case
	for _, family := range []func(testing.TB, *World) []Case{
		usageCases, issuerCases, validityCases, revokedCases, unknownRevocationCases, clockCases, anchorCases,
		constraintCases, oddKeyCases, loopCases, manyNamesCases, oddSignerCases,
	} {
		out = append(out, family(tb, w)...)
	}
	return out
}

// certified is a good signature by somebody, whose certificate is what is to be
// judged. How the signature travels makes no difference then: it is opaque.
type certified struct {
	id, name string
	who      *cmstest.Identity
	want     Want
	do       func(e *edited)
	args     []string
	files    map[string][]byte
	from     string
	alone    bool // args name the anchors, not those of the World
}

func (c certified) make(tb testing.TB, w *World) Case {
	tb.Helper()
	e := edit(tb, w, opaque, c.who)
	if c.do != nil {
		c.do(e)
	}
	e.files = c.files
	out := e.end(change{id: c.id, name: c.name, want: c.want, args: c.args, from: c.from}, "", false)
	out.Name = c.name
	if c.alone {
		out.Args = append([]string{"verify", "--entity"}, c.args...)
	}
	return out
}

func certifiedCases(tb testing.TB, w *World, list []certified) []Case {
	tb.Helper()
	var out []Case
	for _, c := range list {
		out = append(out, c.make(tb, w))
	}
	return out
}

// numbers hands out serial numbers.
type numbers int64

func (n *numbers) next() *big.Int { *n++; return big.NewInt(int64(*n)) }

// aliceOf is alice with her P-256 key and a certificate like o; what is missing
// is as usual.
func (w *World) aliceOf(tb testing.TB, issuer *cmstest.Identity, serial *numbers, o cmstest.Options) *cmstest.Identity {
	tb.Helper()
	if o.CommonName == "" {
		o.CommonName = "Alice"
	}
	if o.Emails == nil {
		o.Emails = []string{"alice@example.test"}
	}
	if o.Key == nil {
		o.Key = w.AliceEC.Key
	}
	o.Serial = serial.next()
	return cmstest.Issue(tb, issuer, o)
}

// caOf is a CA below issuer.
func caOf(tb testing.TB, issuer *cmstest.Identity, slot int, serial *numbers, o cmstest.Options) *cmstest.Identity {
	tb.Helper()
	o.CA, o.Serial, o.Key = true, serial.next(), cmstest.Key(tb, "p-256", slot)
	if o.CommonName == "" {
		o.CommonName = "Catalogue CA " + strconv.Itoa(slot)
	}
	return cmstest.Issue(tb, issuer, o)
}

// extension is one of certtest's as cmstest takes it.
func extension(e certtest.Extension) pkix.Extension {
	var oid asn1.ObjectIdentifier
	for _, arc := range strings.Split(e.OID, ".") {
		n, err := strconv.Atoi(arc)
		if err != nil {
			panic(err)
		}
		oid = append(oid, n)
	}
	return pkix.Extension{Id: oid, Critical: e.Critical, Value: e.Value}
}

func extensions(list ...certtest.Extension) []pkix.Extension {
	var out []pkix.Extension
	for _, e := range list {
		out = append(out, extension(e))
	}
	return out
}

// usageCases are A41 and A42: keys that are not made for signing mail (RFC
// 8550, Section 4.4).
func usageCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	serial := numbers(2000)
	wrong, good := Untrusted("wrong-purpose"), Accepted(nil)
	purposes := func(list ...x509.ExtKeyUsage) cmstest.Options { return cmstest.Options{ExtKeyUsage: list} }
	usage := func(bits x509.KeyUsage) cmstest.Options { return cmstest.Options{KeyUsage: bits} }
	var list []certified
	add := func(id, name string, want Want, o cmstest.Options, args ...string) {
		list = append(list, certified{id: id, name: name, who: w.aliceOf(tb, w.Between, &serial, o), want: want, args: args})
	}
	noUsage := cmstest.Options{Edit: func(t *x509.Certificate) { t.KeyUsage = 0 }}
	add("A41", "server alone", wrong, purposes(x509.ExtKeyUsageServerAuth))
	add("A41", "client and code", wrong, purposes(x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageCodeSigning))
	add("A41", "time stamps", wrong, purposes(x509.ExtKeyUsageTimeStamping))
	add("A41", "a purpose nobody knows", wrong, cmstest.Options{NoExtKeyUsage: true, Extra: extensions(certtest.EKU(idNothing))})
	add("A41", "no purpose", wrong, cmstest.Options{NoExtKeyUsage: true, Extra: extensions(certtest.Extension{OID: "2.5.29.37", Value: []byte{0x30, 0}})})
	add("A41", "server alone, any allowed by flag", good, purposes(x509.ExtKeyUsageServerAuth), "--purpose", "any")
	add("A41", "server and mail", good, purposes(x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageEmailProtection))
	add("A41", "any", good, purposes(x509.ExtKeyUsageAny))
	add("A41", "nothing said", good, cmstest.Options{NoExtKeyUsage: true})
	add("A42", "key encipherment alone", wrong, usage(x509.KeyUsageKeyEncipherment))
	add("A42", "key agreement alone", wrong, usage(x509.KeyUsageKeyAgreement))
	add("A42", "certificates alone", wrong, usage(x509.KeyUsageCertSign))
	add("A42", "data encipherment alone", wrong, usage(x509.KeyUsageDataEncipherment))
	add("A42", "no bit", wrong, cmstest.Options{Edit: noUsage.Edit, Extra: extensions(certtest.Extension{OID: "2.5.29.15", Critical: true, Value: []byte{3, 1, 0}})})
	add("A42", "non-repudiation alone", good, usage(x509.KeyUsageContentCommitment))
	add("A42", "nothing said", good, noUsage)
	ca := caOf(tb, w.Root, 70, &serial, cmstest.Options{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	list = append(list, certified{id: "A41", name: "the issuer's is for servers", who: w.aliceOf(tb, ca, &serial, cmstest.Options{}), want: wrong})
	return certifiedCases(tb, w, list)
}

// issuerCases are A43: issuers that are none (RFC 5280, Section 6.1.4), and
// certificates that are no good by themselves.
func issuerCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	serial := numbers(2100)
	invalid := Untrusted("path-invalid")
	var list []certified
	add := func(name string, want Want, issuer *cmstest.Identity, o cmstest.Options) {
		list = append(list, certified{id: "A43", name: name, who: w.aliceOf(tb, issuer, &serial, o), want: want})
	}
	none := cmstest.Options{}
	add("issued by another person", invalid, w.Eve, none)
	add("issued by another person with an RSA key", invalid, w.Bob, none)
	noCA := caOf(tb, w.Root, 71, &serial, cmstest.Options{Edit: func(t *x509.Certificate) { t.BasicConstraintsValid, t.IsCA = false, false }})
	add("issuer without basic constraints", invalid, noCA, none)
	noSign := caOf(tb, w.Root, 71, &serial, cmstest.Options{KeyUsage: x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature})
	add("issuer that may not sign certificates", invalid, noSign, none)
	zero := caOf(tb, w.Root, 71, &serial, cmstest.Options{PathLen: -1})
	add("path length 0, kept to", Accepted(nil), zero, none)
	add("path length 0, a CA below", invalid, caOf(tb, zero, 72, &serial, none), none)
	one := caOf(tb, w.Root, 71, &serial, cmstest.Options{PathLen: 1})
	below := caOf(tb, one, 72, &serial, cmstest.Options{CommonName: "Below one"})
	add("path length 1, kept to", Accepted(nil), below, none)
	add("path length 1, two CAs below", invalid, caOf(tb, below, 73, &serial, none), none)
	long := w.Root
	for i := range 9 {
		long = caOf(tb, long, 71+i%3, &serial, cmstest.Options{CommonName: "Long " + strconv.Itoa(i)})
	}
	add("eleven certificates in the path", invalid, long, none)
	add("critical extension nobody knows", invalid, w.Between, cmstest.Options{Extra: extensions(certtest.Extension{OID: idNothing, Critical: true, Value: []byte{5, 0}})})
	add("extension nobody knows", Accepted(nil), w.Between, cmstest.Options{Extra: extensions(certtest.Extension{OID: idNothing, Value: []byte{5, 0}})})
	add("key usage that is none", invalid, w.Between, cmstest.Options{Edit: func(t *x509.Certificate) { t.KeyUsage = 0 }, Extra: extensions(certtest.Extension{OID: "2.5.29.15", Critical: true, Value: []byte{5, 0}})})
	good := w.aliceOf(tb, w.Between, &serial, none)
	forged := *good
	changed := cmstest.MustParse(good.Certificate.Raw)
	changed.At(2).Value[20] ^= 1
	forged.Certificate = parsed(tb, changed.Encode())
	list = append(list, certified{id: "A43", name: "signature of the certificate changed", who: &forged, want: invalid})
	// The signer holds the key of the CA's namesake, and says that he is below
	// the real one.
	namesake := caOf(tb, nil, 64, &serial, cmstest.Options{CommonName: "Catalogue CA", SubjectKeyID: w.Between.Certificate.SubjectKeyID()})
	claims := w.aliceOf(tb, namesake, &serial, none)
	claims.Issuer = w.Between
	list = append(list, certified{id: "A43", name: "signed by another key than the issuer's", who: claims, want: invalid})
	return certifiedCases(tb, w, list)
}

// validityCases are A44: the times of the certificates and what the signer
// claims. What only today is too late for is expired; a claim of the signer
// alone makes nothing good.
func validityCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	serial := numbers(2200)
	expired := Want{Exit: 1, Verdict: "expired", Reason: "expired-now"}
	yesterday := At.AddDate(0, 0, -1)
	before, after := At.AddDate(-5, 0, 0), At.AddDate(5, 0, 0)
	claims := func(t time.Time) func(e *edited) { return claimed(t) }
	lastYear := claims(At.AddDate(-1, 0, 0))
	var list []certified
	add := func(name string, want Want, from, to time.Time, do func(e *edited), args ...string) {
		list = append(list, certified{id: "A44", name: name, who: w.aliceOf(tb, w.Between, &serial, cmstest.Options{NotBefore: from, NotAfter: to}), want: want, do: do, args: args})
	}
	add("expired yesterday, claims last year", expired, before, yesterday, lastYear)
	add("expired yesterday, claims last year, accepted by flag", Accepted(nil), before, yesterday, lastYear, "--at", "signed")
	add("expired yesterday, judged for last year", Accepted(nil), before, yesterday, lastYear, "--at", "2025-06-01")
	add("expired yesterday, claims today", Untrusted("expired-when-signed"), before, yesterday, claims(At))
	add("expired yesterday, claims today, accepted by flag", Untrusted("expired-when-signed"), before, yesterday, claims(At), "--at", "signed")
	add("expired yesterday, claims a time before it was issued", Untrusted("expired-when-signed"), before, yesterday, claims(At.AddDate(-6, 0, 0)))
	add("expired yesterday, claims nothing", Untrusted("expired-when-signed"), before, yesterday, withoutAttribute(typeSigningTime))
	add("expired yesterday, claims nothing, the claim asked for", Untrusted("expired-when-signed"), before, yesterday, withoutAttribute(typeSigningTime), "--at", "signed")
	add("expired yesterday, content changed", Bad("content-changed"), before, yesterday, func(e *edited) { lastYear(e); e.setContent([]byte("\r\n")) })
	add("not valid before tomorrow", Untrusted("not-yet-valid"), At.AddDate(0, 0, 1), after, nil)
	add("not valid before tomorrow, claims next year", Untrusted("not-yet-valid"), At.AddDate(0, 0, 1), after, claims(At.AddDate(1, 0, 0)))
	add("not valid before tomorrow, claims next year, accepted by flag", Untrusted("not-yet-valid"), At.AddDate(0, 0, 1), after, claims(At.AddDate(1, 0, 0)), "--at", "signed")
	add("valid until this second", Accepted(nil), before, At, nil)
	add("valid from this second", Accepted(nil).WithNote("clock-differs"), At, after, nil)
	add("never valid", Untrusted("not-yet-valid"), after, before, nil)
	ca := caOf(tb, w.Root, 74, &serial, cmstest.Options{NotBefore: before, NotAfter: yesterday})
	list = append(list, certified{id: "A44", name: "the issuer's expired yesterday", who: w.aliceOf(tb, ca, &serial, cmstest.Options{}), want: expired, do: lastYear})
	return certifiedCases(tb, w, list)
}

// claimed gives the message another signing time.
func claimed(t time.Time) func(e *edited) {
	return signedAgain(func(e *edited) {
		e.replace(typeSigningTime, utc(t.UTC().Format("060102150405Z")))
	})
}

// clockCases are A48: times that do not fit together are said.
func clockCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	differs := Accepted(nil).WithNote("clock-differs")
	return every(tb, w, []change{
		{id: "A48", name: "signed two years before Date", do: claimed(SignedAt.AddDate(-2, 0, 0)), want: differs, keys: everyKey},
		{id: "A48", name: "signed two days after Date", do: claimed(SignedAt.AddDate(0, 0, 2)), want: differs},
		{id: "A48", name: "signed next year", do: claimed(At.AddDate(1, 0, 0)), want: differs, keys: everyKey},
		{id: "A48", name: "signed next year, no Date", do: claimed(At.AddDate(1, 0, 0)), want: differs, from: "From: alice@example.test\r\nX-Date: none\r\n"},
		{id: "A48", name: "signed in 2049", do: claimed(time.Date(2049, 12, 31, 0, 0, 0, 0, time.UTC)), want: differs},
		{id: "A48", name: "signed in 1950", do: claimed(time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC)), want: differs},
		{id: "A48", name: "signed an hour after Date", do: claimed(SignedAt.Add(time.Hour)), want: Accepted(nil)},
	})
}

// anchorCases are A49 and A50: nobody becomes an anchor by being in a message.
func anchorCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	serial := numbers(2300)
	// The first ends in a root that is none of the anchors, the second in front
	// of one that is not there, as mails have it.
	unknown, missing := Untrusted("issuer-unknown"), Untrusted("issuer-missing")
	ownRoot := cmstest.Issue(tb, nil, cmstest.Options{CommonName: "Stranger Root", CA: true, Key: cmstest.Key(tb, "p-256", 75), Serial: serial.next()})
	below := w.aliceOf(tb, ownRoot, &serial, cmstest.Options{})
	likeRoot := cmstest.Issue(tb, nil, cmstest.Options{CommonName: "Catalogue Root", CA: true, Key: cmstest.Key(tb, "p-256", 75), Serial: big.NewInt(100)})
	belowLike := w.aliceOf(tb, likeRoot, &serial, cmstest.Options{})
	withRoot := func(id *cmstest.Identity) func(e *edited) {
		return func(e *edited) { e.Certificates().Insert(0, certificateNode(id)) }
	}
	other := map[string][]byte{"other.pem": CertificatePEM(ownRoot)}
	list := []certified{
		{id: "A49", name: "self-signed for the victim's address", who: w.Stranger, want: unknown},
		{id: "A49", name: "self-signed, given as further certificate", who: w.Stranger, want: unknown, args: []string{"--chain", "@stranger.crt"}},
		{id: "A49", name: "below a CA that is in the message", who: below, want: unknown, do: withRoot(ownRoot)},
		{id: "A49", name: "below a CA that is given as further certificate", who: below, want: unknown, args: []string{"--chain", "@other.pem"}, files: other},
		{id: "A49", name: "below a CA with the anchor's name", who: belowLike, want: missing},
		{id: "A49", name: "below a CA with the anchor's name, in the message", who: belowLike, want: unknown, do: withRoot(likeRoot)},
	}
	// The second mail is judged as the first.
	for i := range list {
		again := list[i]
		again.name += ", a second mail"
		list = append(list, again)
	}
	return certifiedCases(tb, w, append(list,
		certified{id: "A49", name: "nobody trusted", who: w.AliceEC, want: missing, alone: true, args: []string{"--ca", "none"}},
		certified{id: "A49", name: "nobody trusted, the root in the message", who: w.AliceEC, do: withRoot(w.Root), want: unknown, alone: true, args: []string{"--ca", "none"}},
		certified{id: "A49", name: "self-signed, an anchor itself", who: w.Stranger, want: Accepted(nil), alone: true, args: []string{"--ca", "@stranger.crt"}},
		certified{id: "A50", name: "below an anchor that is not asked about", who: w.AliceEC, want: missing, files: other, alone: true, args: []string{"--ca", "@other.pem"}},
		certified{id: "A50", name: "below an anchor that is not asked about, in the message", who: w.AliceEC, do: withRoot(w.Root), want: unknown, files: other, alone: true, args: []string{"--ca", "@other.pem"}},
		certified{id: "A50", name: "below no public root", who: w.AliceEC, want: missing, alone: true},
		certified{id: "A50", name: "below no public root, the root in the message", who: w.AliceEC, do: withRoot(w.Root), want: unknown, alone: true},
	))
}
