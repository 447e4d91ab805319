package hostiletest

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"io"
	"math/big"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cms"
	"smimectl/internal/cms/cmstest"
)

// World holds the people of the catalogue and the files of their keys. Root
// vouches for all but the Stranger, who carries alice's name and address.
type World struct {
	Root, Between           *cmstest.Identity // the anchor, and a CA below it
	Alice, AliceEC, AliceEd *cmstest.Identity // alice@example.test: RSA 2048, P-256, Ed25519; below Between
	Bob, BobEC              *cmstest.Identity // bob@example.test: RSA 2048, P-256; directly below Root
	Eve                     *cmstest.Identity // eve@example.test, as trusted as alice
	Stranger                *cmstest.Identity // self-signed, "Alice", alice@example.test
	Files                   map[string][]byte // ca.pem, alice.pem, alice-ec.pem, alice-ed.pem, bob.pem, bob-ec.pem, eve.pem, stranger.pem
}

// SignedAt is the signing time of messages of the catalogue.
var SignedAt = time.Date(2026, 5, 31, 10, 0, 0, 0, time.UTC)

// Text is a MIME entity, as most cases protect it; Header are the fields of the
// mail around it.
const (
	Text   = "Content-Type: text/plain; charset=us-ascii\r\n\r\nplease transfer 100 EUR\r\n"
	Header = "From: Alice <alice@example.test>\r\nTo: Bob <bob@example.test>\r\nSubject: test\r\nDate: Sun, 31 May 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
)

// NewWorld makes the people and their files.
func NewWorld(tb testing.TB) *World {
	tb.Helper()
	w := &World{Files: map[string][]byte{}}
	w.Root = cmstest.Issue(tb, nil, cmstest.Options{CommonName: "Catalogue Root", CA: true, Key: cmstest.Key(tb, "p-256", 60), Serial: big.NewInt(100)})
	w.Between = cmstest.Issue(tb, w.Root, cmstest.Options{CommonName: "Catalogue CA", CA: true, Key: cmstest.Key(tb, "p-256", 61), Serial: big.NewInt(101)})
	person := func(issuer *cmstest.Identity, key string, slot int, name string, serial int64) *cmstest.Identity {
		return cmstest.Issue(tb, issuer, cmstest.Options{CommonName: strings.ToUpper(name[:1]) + name[1:], Emails: []string{name + "@example.test"},
			Key: cmstest.Key(tb, key, slot), Serial: big.NewInt(serial)})
	}
	w.Alice = person(w.Between, "rsa-2048", 60, "alice", 1001)
	w.AliceEC = person(w.Between, "p-256", 62, "alice", 1002)
	w.AliceEd = person(w.Between, "ed25519", 60, "alice", 1003)
	w.Bob = person(w.Root, "rsa-2048", 61, "bob", 1004)
	w.BobEC = person(w.Root, "p-256", 63, "bob", 1005)
	w.Eve = person(w.Between, "p-256", 64, "eve", 1006)
	w.Stranger = person(nil, "p-256", 65, "alice", 1007)
	w.Files["ca.pem"] = CertificatePEM(w.Root)
	for name, id := range map[string]*cmstest.Identity{
		"alice": w.Alice, "alice-ec": w.AliceEC, "alice-ed": w.AliceEd, "bob": w.Bob, "bob-ec": w.BobEC, "eve": w.Eve, "stranger": w.Stranger,
	} {
		w.Files[name+".pem"] = IdentityPEM(tb, id)
		w.Files[name+".crt"] = CertificatePEM(id)
	}
	return w
}

// CertificatePEM is the certificate alone.
func CertificatePEM(ids ...*cmstest.Identity) []byte {
	var out []byte
	for _, id := range ids {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: id.Certificate.Raw})...)
	}
	return out
}

// IdentityPEM is certificate, chain and key.
func IdentityPEM(tb testing.TB, id *cmstest.Identity) []byte {
	tb.Helper()
	out := CertificatePEM(id)
	for _, c := range id.Chain() {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	der, err := id.Key.PKCS8()
	if err != nil {
		tb.Fatal(err)
	}
	return append(out, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...)
}

// SignerOf is an identity as it signs, with the certificates above it in the
// message.
func SignerOf(id *cmstest.Identity) cms.Signer {
	return cms.Signer{Certificate: id.Certificate, Chain: id.Chain(), Key: id.Key}
}

// Opaque is a ContentInfo with a SignedData that holds the content, in DER.
func Opaque(tb testing.TB, content string, who ...*cmstest.Identity) []byte {
	tb.Helper()
	return signed(tb, content, cms.SignedDataOptions{ContentSize: int64(len(content))}, who...)
}

// Detached is a ContentInfo with a SignedData about content that it does not
// hold.
func Detached(tb testing.TB, content string, who ...*cmstest.Identity) []byte {
	tb.Helper()
	return signed(tb, content, cms.SignedDataOptions{Detached: true, ContentSize: int64(len(content))}, who...)
}

func signed(tb testing.TB, content string, opt cms.SignedDataOptions, who ...*cmstest.Identity) []byte {
	tb.Helper()
	var signers []cms.Signer
	for _, id := range who {
		signers = append(signers, SignerOf(id))
	}
	opt.Time = SignedAt
	var out bytes.Buffer
	w, err := cms.NewSignedDataWriter(&out, signers, opt)
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

// Base64 is the body of a part: lines of 64 characters that end in CRLF.
func Base64(object []byte) string {
	s := base64.StdEncoding.EncodeToString(object)
	var b strings.Builder
	for len(s) > 0 {
		n := min(64, len(s))
		b.WriteString(s[:n] + "\r\n")
		s = s[n:]
	}
	return b.String()
}

// OpaqueMail is a mail whose whole body is a CMS object of the given
// smime-type.
func OpaqueMail(smimeType string, object []byte) []byte {
	return []byte(Header + "Content-Type: application/pkcs7-mime; smime-type=" + smimeType + "; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n" + Base64(object))
}

// ClearMail is a mail with a multipart/signed of the entity and a detached
// signature.
func ClearMail(entity string, object []byte) []byte {
	return []byte(Header + ClearEntity(entity, object))
}

// ClearEntity is the multipart/signed alone.
func ClearEntity(entity string, object []byte) string {
	const boundary = "catalogue-boundary"
	return "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=\"" + boundary + "\"\r\n\r\n" +
		"--" + boundary + "\r\n" + entity + "\r\n--" + boundary + "\r\n" +
		"Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=smime.p7s\r\n\r\n" +
		Base64(object) + "\r\n--" + boundary + "--\r\n"
}

// With is the usual header with the From line replaced by other lines, each
// ending in CRLF.
func With(from string, mail []byte) []byte {
	return []byte(strings.Replace(string(mail), "From: Alice <alice@example.test>\r\n", from, 1))
}
