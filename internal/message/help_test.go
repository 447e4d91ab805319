package message

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// testNow is when the tests take place, and when their mails were signed.
var testNow = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// text is the innermost entity of the test mails.
const text = "Content-Type: text/plain\r\n\r\nplease transfer 100 EUR\r\n"

// world is a trusted CA with people, and a stranger nobody vouches for.
type world struct {
	t        testing.TB
	root     *cmstest.Identity
	alice    *cmstest.Identity // P-256
	bob      *cmstest.Identity // P-256
	rsa      *cmstest.Identity // RSA 2048, of bob@example.org
	stranger *cmstest.Identity // claims to be alice@example.org
}

func newWorld(t testing.TB) *world {
	t.Helper()
	root := cmstest.Issue(t, nil, cmstest.Options{CommonName: "Test Root", CA: true})
	issue := func(who, keyName string, slot int) *cmstest.Identity {
		return cmstest.Issue(t, root, cmstest.Options{Key: cmstest.Key(t, keyName, slot), CommonName: who, Emails: []string{who + "@example.org"}})
	}
	return &world{
		t: t, root: root,
		alice: issue("alice", "p-256", 10), bob: issue("bob", "p-256", 11), rsa: issue("bob", "rsa-2048", 12),
		stranger: cmstest.Issue(t, nil, cmstest.Options{Key: cmstest.Key(t, "p-256", 13), CommonName: "alice", Emails: []string{"alice@example.org"}}),
	}
}

func (w *world) signer(id *cmstest.Identity) cms.Signer {
	return cms.Signer{Certificate: id.Certificate, Key: id.Key}
}

// must ends the test when a writer fails.
func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

type octets []byte

func (o octets) WriteTo(dst io.Writer) (int64, error) {
	n, err := dst.Write(o)
	return int64(n), err
}

var bare = mimewrap.Outer{Ending: "\r\n"}

// signedData makes a ContentInfo with a SignedData.
func (w *world) signedData(content []byte, detached bool, who ...*cmstest.Identity) []byte {
	w.t.Helper()
	var signers []cms.Signer
	for _, id := range who {
		signers = append(signers, w.signer(id))
	}
	var out bytes.Buffer
	sd, err := cms.NewSignedDataWriter(&out, signers, cms.SignedDataOptions{Time: testNow, Detached: detached, ContentSize: int64(len(content))})
	w.must(err)
	_, err = sd.Write(content)
	w.must(err)
	w.must(sd.Close())
	return out.Bytes()
}

// signedAt makes a detached signature with another signing time.
func (w *world) signedAt(content string, at time.Time, who *cmstest.Identity) []byte {
	w.t.Helper()
	var out bytes.Buffer
	sd, err := cms.NewSignedDataWriter(&out, []cms.Signer{w.signer(who)}, cms.SignedDataOptions{Time: at, Detached: true, ContentSize: int64(len(content))})
	w.must(err)
	_, err = io.WriteString(sd, content)
	w.must(err)
	w.must(sd.Close())
	return out.Bytes()
}

// byKeyID makes a detached signature that names its signer by key identifier,
// carries no certificate and pins none.
func (w *world) byKeyID(content string, who *cmstest.Identity) []byte {
	w.t.Helper()
	var out bytes.Buffer
	signer := w.signer(who)
	signer.ByKeyID = true
	sd, err := cms.NewSignedDataWriter(&out, []cms.Signer{signer}, cms.SignedDataOptions{Time: testNow, Detached: true, ContentSize: int64(len(content))})
	w.must(err)
	_, err = io.WriteString(sd, content)
	w.must(err)
	w.must(sd.Close())
	s := cmstest.ParseSigned(out.Bytes())
	s.Data().Remove(3)
	pinned := algorithm.MustOID("1.2.840.113549.1.9.16.2.47") // signingCertificateV2
	scheme, err := algorithm.SignatureFor(who.Key.Public, algorithm.SignOptions{})
	w.must(err)
	for _, n := range s.Signer(0).Children {
		if n.Tag == ber.Context(0) && n.Constructed { // the other [0] is the key identifier
			n.Children = slices.DeleteFunc(n.Children, func(a *cmstest.Node) bool { return string(a.At(0).Value) == string(pinned) })
			set := n.Clone()
			set.Tag = ber.Set
			s.Sign(w.t, 0, who.Key, scheme, set.Encode())
		}
	}
	return s.Encode()
}

// clear makes a multipart/signed around an entity.
func (w *world) clear(inner string, who ...*cmstest.Identity) string {
	w.t.Helper()
	return w.multipartSigned(inner, w.signedData([]byte(inner), true, who...))
}

func (w *world) multipartSigned(inner string, signature []byte) string {
	w.t.Helper()
	var out bytes.Buffer
	w.must(mimewrap.WriteClearSigned(&out, bare, octets(inner), "sha-256", func(dst io.Writer) (io.WriteCloser, error) {
		_, err := dst.Write(signature)
		return ignoring{}, err
	}))
	return out.String()
}

type ignoring struct{}

func (ignoring) Write(p []byte) (int, error) { return len(p), nil }
func (ignoring) Close() error                { return nil }

// pkcs7 makes an application/pkcs7-mime entity of a CMS object.
func (w *world) pkcs7(smimeType string, object []byte) string {
	w.t.Helper()
	var out bytes.Buffer
	p, err := mimewrap.NewPKCS7Writer(&out, bare, smimeType)
	w.must(err)
	_, err = p.Write(object)
	w.must(err)
	w.must(p.Close())
	return out.String()
}

func (w *world) opaque(inner string, who ...*cmstest.Identity) string {
	w.t.Helper()
	return w.pkcs7("signed-data", w.signedData([]byte(inner), false, who...))
}

// envelopedData makes a ContentInfo with an EnvelopedData or AuthEnvelopedData.
func (w *world) envelopedData(content []byte, cipher string, to ...cms.Recipient) []byte {
	w.t.Helper()
	c, err := algorithm.ContentCipherByName(cipher)
	w.must(err)
	var out bytes.Buffer
	e, err := cms.NewEnvelopeWriter(&out, to, cms.EnvelopeOptions{Cipher: c, ContentSize: int64(len(content))})
	w.must(err)
	_, err = e.Write(content)
	w.must(err)
	w.must(e.Close())
	return out.Bytes()
}

func (w *world) encrypted(inner, cipher string, to ...*cmstest.Identity) string {
	w.t.Helper()
	var list []cms.Recipient
	for _, id := range to {
		list = append(list, cms.Recipient{Certificate: id.Certificate})
	}
	label := "enveloped-data"
	if strings.HasSuffix(cipher, "gcm") {
		label = "authEnveloped-data"
	}
	return w.pkcs7(label, w.envelopedData([]byte(inner), cipher, list...))
}

// compressed makes a compressed-data entity (RFC 3274).
func (w *world) compressed(inner string) string {
	w.t.Helper()
	var z bytes.Buffer
	deflate := zlib.NewWriter(&z)
	_, err := deflate.Write([]byte(inner))
	w.must(err)
	w.must(deflate.Close())
	oid := func(o algorithm.OID) *cmstest.Node { return cmstest.Primitive(ber.ObjectIdentifier, []byte(o)) }
	sequence := func(children ...*cmstest.Node) *cmstest.Node { return cmstest.Constructed(ber.Sequence, children...) }
	content := sequence(oid(cms.TypeData), cmstest.Constructed(ber.Context(0), cmstest.Primitive(ber.OctetString, z.Bytes())))
	data := sequence(cmstest.Primitive(ber.Integer, []byte{0}), sequence(oid(algorithm.MustOID("1.2.840.113549.1.9.16.3.8"))), content)
	return w.pkcs7("compressed-data", sequence(oid(cms.TypeCompressedData), cmstest.Constructed(ber.Context(0), data)).Encode())
}

// wrap puts a layer by its name around an entity: signed by alice, encrypted for bob.
func (w *world) wrap(kind, inner string) string {
	w.t.Helper()
	switch kind {
	case "clear":
		return w.clear(inner, w.alice)
	case "opaque":
		return w.opaque(inner, w.alice)
	case "gcm":
		return w.encrypted(inner, "aes-256-gcm", w.bob)
	case "cbc":
		return w.encrypted(inner, "aes-256-cbc", w.bob)
	case "zip":
		return w.compressed(inner)
	}
	w.t.Fatalf("no layer %q", kind)
	return ""
}

// mailOf makes a mail of an entity.
func mailOf(from, entity string) string {
	return "From: " + from + "\r\nTo: Bob <bob@example.org>\r\nSubject: test\r\n" + entity
}

const fromAlice = "Alice <alice@example.org>"

// keyOf is a key that may be used.
func keyOf(id *cmstest.Identity) Key {
	return Key{Certificate: id.Certificate, Public: id.Key.Public, Who: id.Certificate.Addresses()[0].String(),
		Open: func() (*algorithm.PrivateKey, error) { return id.Key, nil }}
}

// untouchable is a key whose use fails the test.
func untouchable(t testing.TB, id *cmstest.Identity) Key {
	k := keyOf(id)
	k.Open = func() (*algorithm.PrivateKey, error) {
		t.Errorf("the private key was asked for")
		return nil, &KeyError{Code: verdict.KeyMissing, Err: io.ErrClosedPipe}
	}
	return k
}

func (w *world) examiner(keys ...Key) *Examiner {
	return &Examiner{
		Anchors: []certpath.Anchor{{Certificate: w.root.Certificate, Name: "test"}},
		Keys:    keys,
		Policy:  verdict.Policy{Now: testNow, At: testNow, Allow: map[string]bool{}},
	}
}

func verifyInput(message string) Input {
	return Input{Command: "verify", Name: "mail.eml", Source: spool.Bytes([]byte(message)), Want: true}
}

func decryptInput(message string) Input {
	in := verifyInput(message)
	in.Command, in.Open = "decrypt", true
	return in
}

// examine runs one examination and closes it with the test.
func examine(t testing.TB, x *Examiner, in Input) *Examination {
	t.Helper()
	ex := x.Examine(in)
	t.Cleanup(func() { ex.Close() })
	return ex
}

// codes lists the reasons that fail.
func codes(r *verdict.Report) string {
	var out []string
	for _, reason := range r.Reasons {
		if reason.Level == verdict.Fail {
			out = append(out, string(reason.Code))
		}
	}
	return strings.Join(out, " ")
}

// expect compares word, exit code and the first failing reason.
func expect(t *testing.T, ex *Examination, word verdict.Word, code verdict.Code) {
	t.Helper()
	r := ex.Report
	first := verdict.Code("")
	for _, reason := range r.Reasons {
		if reason.Level == verdict.Fail {
			first = reason.Code
			break
		}
	}
	if r.Verdict != word || r.Exit() != word.Exit() || first != code {
		t.Errorf("%s, exit %d, reasons %q; want %s, exit %d, %q", r.Verdict, r.Exit(), codes(r), word, word.Exit(), code)
	}
	if good := r.Exit() == 0; r.Release() != good {
		t.Errorf("release %v with exit %d", r.Release(), r.Exit())
	}
}

// released is the bare entity that an examination gives out.
func released(t *testing.T, ex *Examination) string {
	t.Helper()
	var out bytes.Buffer
	if err := ex.Release(&out, ReleaseOptions{Entity: true}); err != nil {
		t.Fatalf("release: %v", err)
	}
	return out.String()
}

func kindsOf(r *verdict.Report) []string {
	var out []string
	for _, l := range r.Layers {
		out = append(out, l.Kind)
	}
	return out
}

func reportBytes(t *testing.T, r *verdict.Report) string {
	t.Helper()
	line, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s\n%s", line, r.Text(verdict.Style{Width: 80, Verbose: true}))
}

func parsed(t *testing.T, s string) cert.Address {
	t.Helper()
	a, err := cert.ParseAddress(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
