package cert_test

import (
	"bytes"
	"crypto"
	"crypto/sha1"
	"math/big"
	"slices"
	"testing"

	"golang.org/x/crypto/ocsp"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

func parsed(t testing.TB, e *certtest.Entity) *cert.Certificate {
	t.Helper()
	c, err := cert.Parse(e.DER)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestNewOCSPRequest: what another implementation reads of a request.
func TestNewOCSPRequest(t *testing.T) {
	t.Parallel()
	ca := testCA()
	leaf := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Alice")), Serial: []byte{0, 0x9a, 2, 3}}, ca)
	nonce := bytes.Repeat([]byte{7}, cert.OCSPNonceSize)
	der, err := cert.NewOCSPRequest(parsed(t, leaf), parsed(t, ca), nonce)
	if err != nil {
		t.Fatal(err)
	}
	r, err := ocsp.ParseRequest(der)
	if err != nil {
		t.Fatal(err)
	}
	name, key := sha1.Sum(ca.Name), sha1.Sum(ca.Key.KeyBits())
	if r.HashAlgorithm != crypto.SHA1 || !bytes.Equal(r.IssuerNameHash, name[:]) || !bytes.Equal(r.IssuerKeyHash, key[:]) || r.SerialNumber.Cmp(big.NewInt(0x9a0203)) != 0 {
		t.Errorf("got %+v", r)
	}
	if !bytes.HasSuffix(der, nonce) {
		t.Error("the nonce is not at the end")
	}
	plain, err := cert.NewOCSPRequest(parsed(t, leaf), parsed(t, ca), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ocsp.ParseRequest(plain); err != nil || bytes.Contains(plain, nonce) {
		t.Errorf("without a nonce: %x, %v", plain, err)
	}
	// The extension is the one that responders send back (RFC 9654, Section 2.1).
	wrapped := slices.Concat([]byte{0x06, 9, 0x2b, 6, 1, 5, 5, 7, 0x30, 1, 2, 4, 34, 4, 32}, nonce)
	if !bytes.HasSuffix(der, wrapped) {
		t.Errorf("got %x, want it to end in %x", der, wrapped)
	}
	if _, err := cert.NewOCSPRequest(parsed(t, leaf), &cert.Certificate{SPKI: []byte{0x30, 0}}, nil); err == nil {
		t.Error("a request about nobody's certificate")
	}
}

func TestAnswersNonce(t *testing.T) {
	t.Parallel()
	ca := testCA()
	ours := bytes.Repeat([]byte{7}, cert.OCSPNonceSize)
	raw := func(value ...byte) certtest.Extension {
		return certtest.Extension{OID: "1.3.6.1.5.5.7.48.1.2", Value: value}
	}
	for _, c := range []struct {
		name       string
		extensions []certtest.Extension
		want       cert.NonceAnswer
	}{
		{"ours", []certtest.Extension{certtest.Nonce(ours)}, cert.NonceOurs},
		{"ours, after another extension", []certtest.Extension{certtest.Number(1), certtest.Nonce(ours)}, cert.NonceOurs},
		{"none", nil, cert.NonceAbsent},
		{"another extension", []certtest.Extension{certtest.Number(1)}, cert.NonceAbsent},
		{"another", []certtest.Extension{certtest.Nonce(bytes.Repeat([]byte{8}, cert.OCSPNonceSize))}, cert.NonceOther},
		{"the beginning of ours", []certtest.Extension{certtest.Nonce(ours[:16])}, cert.NonceOther},
		{"ours and more", []certtest.Extension{certtest.Nonce(append(bytes.Clone(ours), 0))}, cert.NonceOther},
		{"empty", []certtest.Extension{certtest.Nonce(nil)}, cert.NonceOther},
		{"not wrapped", []certtest.Extension{raw(ours...)}, cert.NonceOther},
		{"something after it", []certtest.Extension{raw(append(certtest.Nonce(ours).Value, 5, 0)...)}, cert.NonceOther},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := cert.ParseOCSP(certtest.OCSP(certtest.OCSPTemplate{Answers: []certtest.Answer{{Serial: []byte{5}}}, Extensions: c.extensions}, ca))
			if err != nil {
				t.Fatal(err)
			}
			if got := r.AnswersNonce(ours); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
			if got := r.AnswersNonce(nil); got == cert.NonceOurs {
				t.Error("an empty nonce was answered")
			}
		})
	}
}

func TestInfoAccess(t *testing.T) {
	t.Parallel()
	ca := testCA()
	broken := certtest.InfoAccess([]string{"http://a/"}, nil)
	broken.Value = append(broken.Value, 5, 0)
	var many []string
	for range 65 {
		many = append(many, "http://a/")
	}
	for _, c := range []struct {
		name      string
		extension certtest.Extension
		want      cert.InfoAccess
	}{
		{"both", certtest.InfoAccess([]string{"http://o/1", "ldap://o/2"}, []string{"http://i/1"}), cert.InfoAccess{OCSP: []string{"http://o/1", "ldap://o/2"}, Issuers: []string{"http://i/1"}}},
		{"any octets", certtest.InfoAccess([]string{"http://o/\x00\n\xff"}, nil), cert.InfoAccess{OCSP: []string{"http://o/\x00\n\xff"}}},
		{"malformed", broken, cert.InfoAccess{}},
		{"too many", certtest.InfoAccess(many, nil), cert.InfoAccess{}},
		{"absent", certtest.KeyUsage(0), cert.InfoAccess{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := parsed(t, certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Alice")), Extensions: []certtest.Extension{c.extension}}, ca))
			if got := x.InfoAccess(); !slices.Equal(got.OCSP, c.want.OCSP) || !slices.Equal(got.Issuers, c.want.Issuers) {
				t.Errorf("got %q", got)
			}
		})
	}
	l, err := cert.ParseCRL(certtest.List(certtest.ListTemplate{Extensions: []certtest.Extension{certtest.InfoAccess(nil, []string{"http://i/1"})}}, ca))
	if err != nil || !slices.Equal(l.InfoAccess().Issuers, []string{"http://i/1"}) {
		t.Errorf("of a list: got %v, %v", l, err)
	}
	x := parsed(t, certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Alice")), Extensions: []certtest.Extension{
		certtest.FreshestCRL(certtest.Point{Full: [][]byte{certtest.DNS("d"), certtest.URI("http://d/1")}}),
	}}, ca))
	if points := x.FreshestCRL(); len(points) != 1 || !slices.Equal(points[0].Name.URIs(), []string{"http://d/1"}) {
		t.Errorf("freshest: got %+v", points)
	}
}

// FuzzOCSPAnswer: what a responder sends, by who asked with a nonce. Only octets
// that hold the nonce answer it.
func FuzzOCSPAnswer(f *testing.F) {
	ca := testCA()
	leaf := parsed(f, certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Alice")), Serial: []byte{5}}, ca))
	issuer := parsed(f, ca)
	nonce := bytes.Repeat([]byte{7}, cert.OCSPNonceSize)
	for _, list := range [][]certtest.Extension{nil, {certtest.Nonce(nonce)}, {certtest.Nonce([]byte{1})}, {certtest.Number(1)}} {
		f.Add(certtest.OCSP(certtest.OCSPTemplate{Answers: []certtest.Answer{{Serial: []byte{5}}}, Extensions: list}, ca))
	}
	f.Add([]byte{0x30, 3, 10, 1, 6})
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := cert.ParseOCSP(data)
		if err != nil {
			return
		}
		if got := r.AnswersNonce(nonce); got == cert.NonceOurs && !bytes.Contains(data, nonce) {
			t.Error("a nonce that is not there was answered")
		}
		for i := range r.Answers {
			r.Answers[i].ID.Matches(leaf, issuer)
		}
	})
}
