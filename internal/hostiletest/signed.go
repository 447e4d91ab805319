package hostiletest

import (
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// signedCases are A1 to A40: signatures, their attributes and what they cover.
func signedCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	out := []Case{
		{ID: "A0", Name: "as it should be, opaque", Args: Verify("--entity"), Mail: OpaqueMail("signed-data", Opaque(tb, Text, w.Alice)), Want: Accepted([]byte(Text))},
		{ID: "A0", Name: "as it should be, clear", Args: Verify("--entity"), Mail: ClearMail(Text, Detached(tb, Text, w.AliceEC)), Want: Accepted([]byte(Text))},
	}
	for _, family := range []func(testing.TB, *World) []Case{
		noSignerCases, digestListCases, noAttributesCases, contentTypeCases, messageDigestCases, attributeCases, attributeFormCases,
		contentCases, severalSignersCases, countersignatureCases, counterCases, timeStampCases, namesakeCases, versionCases,
		pkcs1Cases, pssCases, ecdsaCases, foreignSchemeCases, protectionCases, weakCases, signingCertificateCases,
	} {
		out = append(out, family(tb, w)...)
	}
	return out
}

// form is how a signature travels; a change may be made in several of them.
type form int

const (
	opaque form = 1 << iota // the content within the CMS object
	clear                   // multipart/signed
	both   = opaque | clear
)

// change makes a hostile message out of a good one.
type change struct {
	id, name string
	do       func(e *edited)
	want     Want   // Content nil with exit 0: the text as it was signed
	forms    form   // 0: both
	keys     string // as "p-256 rsa ed25519"; "": p-256
	from     string // instead of the usual From line
	args     []string
}

// edited is a good signed message while it is being changed. Content is what
// the signature is about: it stands in the eContent of an opaque message and
// beside a detached one.
type edited struct {
	cmstest.Signed
	tb      testing.TB
	w       *World
	who     *cmstest.Identity
	form    form
	content []byte
	files   map[string][]byte
}

// edit begins with a message that who signed.
func edit(tb testing.TB, w *World, f form, who ...*cmstest.Identity) *edited {
	tb.Helper()
	e := &edited{tb: tb, w: w, who: who[0], form: f, content: []byte(Text), files: map[string][]byte{}}
	if f == opaque {
		e.Signed = cmstest.ParseSigned(Opaque(tb, Text, who...))
	} else {
		e.Signed = cmstest.ParseSigned(Detached(tb, Text, who...))
	}
	return e
}

// mail is the message as it is now.
func (e *edited) mail() []byte {
	if e.form == opaque {
		return OpaqueMail("signed-data", e.Encode())
	}
	return ClearMail(string(e.content), e.Encode())
}

// setContent changes what is signed, and nothing else.
func (e *edited) setContent(content []byte) {
	e.content = content
	if e.form == opaque {
		e.EContent().Value = content
	}
}

// without takes the signed attributes of a type out.
func (e *edited) without(oid algorithm.OID) {
	set := e.SignedAttributes(0)
	for i := len(set.Children) - 1; i >= 0; i-- {
		if a := set.Children[i]; string(a.At(0).Value) == string(oid) {
			set.Remove(i)
		}
	}
}

// with puts signed attributes in, in the order of DER.
func (e *edited) with(attributes ...*cmstest.Node) {
	e.SignedAttributes(0).Insert(0, attributes...).Sort()
}

// replace gives the attribute of a type other values.
func (e *edited) replace(oid algorithm.OID, values ...*cmstest.Node) {
	e.without(oid)
	e.with(attribute(oid, values...))
}

// unsigned adds unsigned attributes.
func (e *edited) unsigned(attributes ...*cmstest.Node) {
	s := e.Signer(0)
	s.Insert(len(s.Children), cmstest.Constructed(ber.Context(1), attributes...))
}

// resign signs the attributes as they stand with the scheme that the SignerInfo
// names, so that nothing is wrong but what was changed.
func (e *edited) resign() {
	e.tb.Helper()
	e.Sign(e.tb, 0, e.who.Key, e.scheme(), nil)
}

// signContent takes the attributes away and signs the content itself.
func (e *edited) signContent() {
	e.tb.Helper()
	scheme := e.scheme()
	e.Signer(0).Remove(3)
	e.Sign(e.tb, 0, e.who.Key, scheme, append([]byte{}, e.content...))
}

// scheme is the way the signer signs.
func (e *edited) scheme() *algorithm.Signature {
	e.tb.Helper()
	scheme, err := algorithm.SignatureFor(e.who.Key.Public, algorithm.SignOptions{})
	if err != nil {
		e.tb.Fatal(err)
	}
	return scheme
}

// signers are the identities of alice by the kind of their key.
func (w *World) signers(keys string) map[string]*cmstest.Identity {
	all := map[string]*cmstest.Identity{"rsa": w.Alice, "p-256": w.AliceEC, "ed25519": w.AliceEd}
	if keys == "" {
		keys = "p-256"
	}
	out := map[string]*cmstest.Identity{}
	for _, name := range words(keys) {
		out[name] = all[name]
	}
	return out
}

// every makes the cases of all changes: one for each form and kind of key.
func every(tb testing.TB, w *World, changes []change) []Case {
	tb.Helper()
	var out []Case
	for _, c := range changes {
		if c.forms == 0 {
			c.forms = both
		}
		signers := w.signers(c.keys)
		for _, f := range []form{opaque, clear} {
			if c.forms&f == 0 {
				continue
			}
			for _, kind := range []string{"rsa", "p-256", "ed25519"} {
				if signers[kind] == nil {
					continue
				}
				e := edit(tb, w, f, signers[kind])
				c.do(e)
				out = append(out, e.end(c, kind, c.keys != ""))
			}
		}
	}
	return out
}

// end makes the case of a change that was done.
func (e *edited) end(c change, kind string, named bool) Case {
	name := c.name + map[form]string{opaque: ", opaque", clear: ", clear"}[e.form]
	if named {
		name += ", " + kind
	}
	want := c.want
	if want.Exit == 0 && want.Content == nil {
		want.Content = e.content
	}
	mail := e.mail()
	if c.from != "" {
		mail = With(c.from, mail)
	}
	return Case{ID: c.id, Name: name, Args: Verify(append([]string{"--entity"}, c.args...)...), Mail: mail, Files: e.files, Want: want}
}
