package hostiletest

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// sealed encrypts a content with the named cipher, in DER.
func sealed(tb testing.TB, content, cipher string, to ...cms.Recipient) []byte {
	tb.Helper()
	c, err := algorithm.ContentCipherByName(cipher)
	if err != nil {
		tb.Fatal(err)
	}
	var out bytes.Buffer
	w, err := cms.NewEnvelopeWriter(&out, to, cms.EnvelopeOptions{Cipher: c, ContentSize: int64(len(content))})
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := io.WriteString(w, content); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// to is an identity as a recipient.
func to(id *cmstest.Identity) cms.Recipient { return cms.Recipient{Certificate: id.Certificate} }

// envelopeMail is a mail whose body is an envelope, labelled for what it is.
func envelopeMail(object []byte) []byte {
	label := "enveloped-data"
	if kind, err := cms.PeekType(bytes.NewReader(object)); err == nil && kind == cms.TypeAuthEnvelopedData {
		label = "authEnveloped-data"
	}
	return OpaqueMail(label, object)
}

// envelopeEntity is its MIME entity alone.
func envelopeEntity(object []byte) string {
	return strings.TrimPrefix(string(envelopeMail(object)), Header)
}

// untouched is a case that has to be decided before a key of bob's is used.
func untouched(id, name string, mail []byte, want Want, more ...string) Case {
	return Case{ID: id, Name: name, Args: append([]string{"decrypt", "--ca", "@ca.pem"}, more...), Mail: mail, Want: want, Locked: true}
}

// decrypted is a case that bob's keys open; the entity inside is written.
func decrypted(id, name string, mail []byte, want Want, more ...string) Case {
	return Case{ID: id, Name: name, Args: Decrypt(append([]string{"--entity"}, more...)...), Mail: mail, Want: want}
}

// envelope is the tree of an EnvelopedData or AuthEnvelopedData of definite
// lengths, without originatorInfo.
type envelope struct{ *cmstest.Node }

func parseEnvelope(object []byte) envelope { return envelope{cmstest.MustParse(object)} }

func (e envelope) data() *cmstest.Node          { return e.At(1, 0) }
func (e envelope) recipients() *cmstest.Node    { return e.data().Find(ber.Set) }
func (e envelope) contentInfo() *cmstest.Node   { return e.data().Find(ber.Sequence) }
func (e envelope) algorithm() *cmstest.Node     { return e.contentInfo().At(1) }
func (e envelope) ciphertext() *cmstest.Node    { return e.contentInfo().At(2) }
func (e envelope) mac() *cmstest.Node           { return e.data().Find(ber.OctetString) }
func (e envelope) setType(oid algorithm.OID)    { e.At(0).Value = []byte(oid) }
func (e envelope) mail() []byte                 { return envelopeMail(e.Encode()) }
func (e envelope) copy() envelope               { return envelope{e.Clone()} }
func (e envelope) edit(f func(envelope)) []byte { c := e.copy(); f(c); return c.mail() }
func (e envelope) editTree(f func(envelope)) envelope {
	c := e.copy()
	f(c)
	return c
}

// contentKey recovers the content-encryption key as the recipient does, so that
// other content can be put under it.
func contentKey(tb testing.TB, object []byte, id *cmstest.Identity) []byte {
	tb.Helper()
	e, err := cms.ReadEnvelope(bytes.NewReader(object), cms.Limits{})
	if err != nil {
		tb.Fatal(err)
	}
	found := e.Matching(id.Certificate)
	if len(found) != 1 {
		tb.Fatalf("%d recipients", len(found))
	}
	cek, err := e.ContentKey(found[0], id.Key)
	if err != nil {
		tb.Fatal(err)
	}
	return cek
}
