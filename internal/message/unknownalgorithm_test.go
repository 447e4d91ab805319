package message

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/verdict"
)

// nobodyKnows are algorithms without a name.
var nobodyKnows = []algorithm.OID{algorithm.MustOID("1.2.3.4"), algorithm.MustOID("2.25.340282366920938463463374607431768211455")}

// TestUnknownAlgorithm puts what there is no row for into every place of a mail in which an algorithm is named: the
// answer names it, by its name where it has one.
func TestUnknownAlgorithm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	names := named(t)
	for _, oid := range nobodyKnows {
		names[oid] = ""
	}
	for _, p := range places() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			s := p.make(w)
			parameters := s.original()
			id, err := algorithm.ParseIdentifier(parameters)
			if err != nil {
				t.Fatal(err)
			}
			tried := 0
			for oid, name := range names {
				if slices.Contains(p.rows(), oid) {
					continue
				}
				tried++
				id.OID = oid
				if tried%2 == 0 && p.name != "cipher of the key wrap of a password" { // which needs an IV, whatever it is
					id.Parameters = nil
				}
				unsupportedMail(t, s, s.with(t, id.DER()), oid, name)
			}
			if tried < 100 {
				t.Errorf("only %d tried", tried)
			}
		})
	}
}

// unsupportedMail wants the answer about an algorithm that is not had here.
func unsupportedMail(t *testing.T, s *stand, ex *Examination, oid algorithm.OID, name string) {
	t.Helper()
	expect(t, ex, s.word(), verdict.UnsupportedAlg)
	want := name
	if want == "" {
		want = oid.String()
	}
	reason := failing(ex.Report)
	if !strings.HasPrefix(reason.Text, "unsupported: "+want+" (") || !strings.Contains(reason.Text, oid.String()) {
		t.Errorf("%s %s: %q", oid, name, reason.Text)
	}
	screen := ex.Report.Text(verdict.Style{Width: 1000})
	if !strings.Contains(screen, "unsupported: "+want) {
		t.Errorf("%s %s: the screen is\n%s", oid, name, screen)
	}
}

// TestUnknownCurve: a curve is named in the parameters of a key.
func TestUnknownCurve(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := signedStand(w, "p-256", false, func(s cmstest.Signed) *cmstest.Node { return s.Certificates().At(0, 0, 6, 0) })
	ec, err := algorithm.ParseIdentifier(s.original())
	if err != nil {
		t.Fatal(err)
	}
	curves := 0
	for oid, name := range named(t) {
		if !strings.HasPrefix(name, "P-") && !strings.HasPrefix(name, "secp") && !strings.HasPrefix(name, "brainpool") && !strings.HasPrefix(name, "FRP") {
			continue
		}
		curves++
		ec.Parameters = cmstest.Primitive(ber.ObjectIdentifier, []byte(oid)).Encode()
		unsupportedMail(t, s, s.with(t, ec.DER()), oid, name)
	}
	if curves < 10 {
		t.Errorf("%d curves", curves)
	}
	for _, oid := range nobodyKnows {
		ec.Parameters = cmstest.Primitive(ber.ObjectIdentifier, []byte(oid)).Encode()
		unsupportedMail(t, s, s.with(t, ec.DER()), oid, "")
	}
}

// TestUnknownContentType: what is authenticated with a MAC, of the type that PKCS #7 has and CMS has not, or of a type nobody knows, is no layer that is taken off.
func TestUnknownContentType(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, test := range []struct{ oid, name string }{
		{"1.2.840.113549.1.9.16.1.2", "id-ct-authData"}, {"1.2.840.113549.1.7.6", "id-encryptedData"},
		{"1.2.840.113549.1.7.4", "signedAndEnvelopedData"},
	} {
		root := cmstest.MustParse(w.envelopedData([]byte(text), "aes-256-cbc", cms.Recipient{Certificate: w.bob.Certificate}))
		*root.At(0) = *cmstest.Primitive(ber.ObjectIdentifier, []byte(algorithm.MustOID(test.oid)))
		for _, in := range []Input{verifyInput(mailOf(fromAlice, w.pkcs7("enveloped-data", root.Encode()))), decryptInput(mailOf(fromAlice, w.pkcs7("enveloped-data", root.Encode())))} {
			ex := examine(t, w.examiner(untouchable(t, w.bob)), in)
			expect(t, ex, verdict.WordUnreadable, verdict.UnsupportedAlg)
			if got := failing(ex.Report).Text; !strings.HasPrefix(got, "unsupported: ") || !strings.Contains(got, cms.TypeName(cms.ContentType(algorithm.MustOID(test.oid)))) {
				t.Errorf("%s: %q", test.name, got)
			}
		}
	}
}

// TestUnknownBeside: an algorithm that nobody knows, for somebody else, hides neither our recipient nor a good signer.
func TestUnknownBeside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, kind := range []struct {
		name string
		to   cms.Recipient
		at   func(ri *cmstest.Node) *cmstest.Node
	}{
		{"key transport", cms.Recipient{Certificate: w.rsa.Certificate}, func(ri *cmstest.Node) *cmstest.Node { return ri.At(2) }},
		{"key agreement", cms.Recipient{Certificate: w.alice.Certificate}, func(ri *cmstest.Node) *cmstest.Node { return ri.Find(ber.Sequence) }},
		{"key wrap of a key agreement", cms.Recipient{Certificate: w.alice.Certificate}, func(ri *cmstest.Node) *cmstest.Node { return ri.Find(ber.Sequence).At(1) }},
		{"key of the sender", cms.Recipient{Certificate: w.alice.Certificate}, func(ri *cmstest.Node) *cmstest.Node { return ri.At(1, 0, 0) }},
		{"key encapsulation", cms.Recipient{Certificate: w.person("carol", "ml-kem-768").Certificate}, func(ri *cmstest.Node) *cmstest.Node { return ri.At(1, 2) }},
		{"shared key", shared, func(ri *cmstest.Node) *cmstest.Node { return ri.At(2) }},
		{"password", cms.Recipient{Password: []byte("secret")}, func(ri *cmstest.Node) *cmstest.Node { return ri.At(2) }},
	} {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			for _, cipher := range []string{"aes-256-gcm", "aes-256-cbc"} {
				root := cmstest.MustParse(w.envelopedData([]byte(text), cipher, cms.Recipient{Certificate: w.bob.Certificate}, kind.to))
				infos := recipientInfos(root)
				for range 2 { // ours behind the other one, and before
					slices.Reverse(infos.Children)
					other := infos.At(0)
					if bytes.Contains(other.Encode(), w.bob.Certificate.Serial) {
						other = infos.At(1)
					}
					for name, id := range map[string][]byte{
						"unknown":   algorithm.Identifier{OID: nobodyKnows[0]}.DER(),
						"malformed": {0x30, 6, 6, 1, 0x2a, 1, 1, 0xff},
					} {
						node := kind.at(other)
						saved := *node
						*node = *cmstest.Raw(id)
						ex := examine(t, w.examiner(keyOf(w.bob)), decryptInput(mailOf(fromAlice, w.pkcs7("enveloped-data", root.Encode()))))
						*node = saved
						expect(t, ex, verdict.WordDone, "")
						if got := released(t, ex); got != text {
							t.Errorf("%s, %s: %q", cipher, name, got)
						}
					}
				}
			}
		})
	}
	second := w.person("alice", "p-384")
	for place, at := range map[string]int{"digest": 2, "signature": 4} {
		for good := range 2 {
			s := cmstest.ParseSigned(w.signedData([]byte(text), false, w.alice, second))
			*s.Signer(1-good).At(at, 0) = *cmstest.Primitive(ber.ObjectIdentifier, []byte(nobodyKnows[0]))
			ex := examine(t, w.examiner(), verifyInput(mailOf(fromAlice, w.pkcs7("signed-data", s.Encode()))))
			expect(t, ex, verdict.WordUnreadable, verdict.UnsupportedAlg)
			signers := ex.Report.Layers[0].Signers
			if len(signers) != 2 || signers[good].Integrity != "ok" || signers[good].Trust != "ok" || signers[1-good].Integrity != "not-checked" {
				t.Errorf("%s, %d is good: %+v", place, good, signers)
			}
		}
	}
	// One that is announced and that no signer uses is nobody's.
	s := cmstest.ParseSigned(w.signedData([]byte(text), false, w.alice))
	for _, id := range [][]byte{algorithm.Identifier{OID: nobodyKnows[0]}.DER(), algorithm.Identifier{OID: algorithm.RowsOf("digest")[0].OID, Parameters: []byte{1, 1, 0xff}}.DER()} {
		s.DigestAlgorithms().Insert(0, cmstest.Raw(id))
		expect(t, examine(t, w.examiner(), verifyInput(mailOf(fromAlice, w.pkcs7("signed-data", s.Encode())))), verdict.WordGood, "")
	}
}
