package message

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/verdict"
)

// place is one in which an AlgorithmIdentifier stands in a mail. The tests of unknown, broken and malformed algorithms go
// through all of them.
type place struct {
	name   string
	tables []string // of package algorithm, whose rows may stand there; or an OID
	make   func(w *world) *stand
}

// stand is a mail that is good, and the AlgorithmIdentifier in it.
type stand struct {
	w    *world
	root *cmstest.Node
	at   *cmstest.Node
	form string // smime-type
	open bool   // decrypt it
	path bool   // it is in the chain: the mail is read, and its signer is UNTRUSTED
	x    *Examiner
	// again makes the mail with another one, where replacing it in the tree is not enough.
	again func(id []byte) string
}

// word is the verdict of a mail in which the place cannot be read.
func (s *stand) word() verdict.Word {
	if s.path {
		return verdict.WordUntrusted
	}
	return verdict.WordUnreadable
}

// with puts another AlgorithmIdentifier into the place and examines the mail.
func (s *stand) with(t *testing.T, id []byte) *Examination {
	t.Helper()
	entity := ""
	if s.again != nil {
		entity = s.again(id)
	} else {
		saved := *s.at
		if saved.Tag != ber.Sequence { // an implicit tag
			id = append([]byte{0xa0}, id[1:]...)
		}
		*s.at = *cmstest.Raw(id)
		entity = s.w.pkcs7(s.form, s.root.Encode())
		*s.at = saved
	}
	in := verifyInput(mailOf(fromAlice, entity))
	if s.open {
		in = decryptInput(mailOf(fromAlice, entity))
	}
	ex := s.x.Examine(in)
	t.Cleanup(func() { ex.Close() })
	return ex
}

// original is what stands in the place.
func (s *stand) original() []byte {
	n := s.at.Clone()
	n.Tag = ber.Sequence
	return n.Encode()
}

// signedStand is a mail that is signed with a key of alice.
func signedStand(w *world, keyName string, pss bool, at func(s cmstest.Signed) *cmstest.Node) *stand {
	who := w.person("alice", keyName)
	s := cmstest.ParseSigned(w.signedWith(text, cms.Signer{Certificate: who.Certificate, Key: who.Key, Options: algorithm.SignOptions{PSS: pss}}))
	return &stand{w: w, root: s.Node, at: at(s), form: "signed-data", x: w.examiner()}
}

// person is somebody with a key of that name, under the root.
func (w *world) person(who, keyName string) *cmstest.Identity {
	return cmstest.Issue(w.t, w.root, cmstest.Options{Key: cmstest.Key(w.t, keyName, 20), CommonName: who, Emails: []string{who + "@example.org"}})
}

func (w *world) signedWith(content string, signers ...cms.Signer) []byte {
	w.t.Helper()
	var out bytes.Buffer
	sd, err := cms.NewSignedDataWriter(&out, signers, cms.SignedDataOptions{Time: testNow, ContentSize: int64(len(content))})
	w.must(err)
	_, err = sd.Write([]byte(content))
	w.must(err)
	w.must(sd.Close())
	return out.Bytes()
}

// certifiedStand is a mail whose signer has a certificate in which something else stands in the place of a field.
func certifiedStand(w *world, edit func(certificate *cmstest.Node, id []byte)) *stand {
	who := w.person("alice", "p-256")
	certificate := cmstest.MustParse(who.Certificate.Raw)
	s := &stand{w: w, x: w.examiner(), at: certificate.At(1), path: true}
	s.again = func(id []byte) string {
		n := certificate.Clone()
		edit(n, id)
		c, err := cert.Parse(n.Encode())
		if err != nil { // nobody issues it: it stands in a mail that was good
			signed := cmstest.ParseSigned(w.signedWith(text, cms.Signer{Certificate: who.Certificate, Key: who.Key}))
			*signed.Certificates().At(0) = *n
			return w.pkcs7("signed-data", signed.Encode())
		}
		return w.pkcs7("signed-data", w.signedWith(text, cms.Signer{Certificate: c, Key: who.Key}))
	}
	return s
}

// encryptedStand is a mail that is encrypted for bob, or with what both sides have.
func encryptedStand(w *world, cipher string, to cms.Recipient, at func(root *cmstest.Node) *cmstest.Node, keys ...Key) *stand {
	root := cmstest.MustParse(w.envelopedData([]byte(text), cipher, to))
	s := &stand{w: w, root: root, at: at(root), form: "enveloped-data", open: true, x: w.examiner(keys...)}
	if strings.HasSuffix(cipher, "gcm") {
		s.form = "authEnveloped-data"
	}
	s.x.Secrets = Secrets{Password: to.Password, KEK: to.KEK, KEKID: to.KEKID}
	return s
}

// forKey is encryptedStand for somebody with a key of that name.
func forKey(w *world, keyName string, oaep bool, at func(root *cmstest.Node) *cmstest.Node) *stand {
	who := w.person("bob", keyName)
	return encryptedStand(w, "aes-256-gcm", cms.Recipient{Certificate: who.Certificate, OAEP: oaep}, at, keyOf(who))
}

func contentAlgorithm(root *cmstest.Node) *cmstest.Node { return root.At(1, 0, 2, 1) }

// agreement is the keyEncryptionAlgorithm of a KeyAgreeRecipientInfo: the first SEQUENCE in it.
func agreement(root *cmstest.Node) *cmstest.Node {
	return recipientInfos(root).At(0).Find(ber.Sequence)
}

// kem is a field of a KEMRecipientInfo by its number from the end, 1 the encrypted key.
func kem(fromEnd int) func(root *cmstest.Node) *cmstest.Node {
	return func(root *cmstest.Node) *cmstest.Node { return recipientInfos(root).At(0, 1, -fromEnd) }
}

// field is a descendant of the only RecipientInfo.
func field(path ...int) func(root *cmstest.Node) *cmstest.Node {
	return func(root *cmstest.Node) *cmstest.Node { return recipientInfos(root).At(0).At(path...) }
}

var shared = cms.Recipient{KEK: bytes.Repeat([]byte{7}, 32), KEKID: []byte("id")}

func passwordStand(w *world, at func(root *cmstest.Node) *cmstest.Node) *stand {
	return encryptedStand(w, "aes-256-gcm", cms.Recipient{Password: []byte("secret")}, at)
}

// Algorithms that have no table, or are a kind of key by another name.
const (
	idMGF1 = "1.2.840.113549.1.1.8"
	idPSS  = "1.2.840.113549.1.1.10"
	idPWRI = "1.2.840.113549.1.9.16.3.9"
)

// places are all of them.
func places() []place {
	signatureField := func(key string, pss bool, path ...int) func(w *world) *stand {
		return func(w *world) *stand {
			return signedStand(w, key, pss, func(s cmstest.Signed) *cmstest.Node { return s.Signer(0).At(path...) })
		}
	}
	keyField := func(w *world, key string, oaep bool, path ...int) *stand { return forKey(w, key, oaep, field(path...)) }
	list := []place{
		{"digestAlgorithm of the signer", []string{"digest"}, signatureField("p-256", false, 2)},
		{"signatureAlgorithm", []string{"signature"}, signatureField("p-256", false, 4)},
		{"signatureAlgorithm, RSASSA-PSS", []string{"signature"}, signatureField("rsa-2048", true, 4)},
		{"hash of RSASSA-PSS", []string{"digest"}, signatureField("rsa-2048", true, 4, 1, 0, 0)},
		{"mask of RSASSA-PSS", []string{idMGF1}, signatureField("rsa-2048", true, 4, 1, 1, 0)},
		{"hash of the mask of RSASSA-PSS", []string{"digest"}, signatureField("rsa-2048", true, 4, 1, 1, 0, 1)},
		{"key of the signer", []string{"key", "curve", idPSS}, func(w *world) *stand {
			return signedStand(w, "p-256", false, func(s cmstest.Signed) *cmstest.Node { return s.Certificates().At(0, 0, 6, 0) })
		}},
		{"signature of the issuer", []string{"signature"}, func(w *world) *stand {
			return certifiedStand(w, func(c *cmstest.Node, id []byte) {
				*c.At(0, 2), *c.At(1) = *cmstest.Raw(id), *cmstest.Raw(id)
			})
		}},
		{"contentEncryptionAlgorithm, CBC", []string{"cipher"}, func(w *world) *stand {
			return encryptedStand(w, "aes-256-cbc", cms.Recipient{Certificate: w.bob.Certificate}, contentAlgorithm, keyOf(w.bob))
		}},
		{"contentEncryptionAlgorithm, AEAD", []string{"cipher"}, func(w *world) *stand { return forKey(w, "p-256", false, contentAlgorithm) }},
		{"key transport", []string{"key-transport"}, func(w *world) *stand { return keyField(w, "rsa-2048", false, 2) }},
		{"key transport, RSAES-OAEP", []string{"key-transport"}, func(w *world) *stand { return keyField(w, "rsa-2048", true, 2) }},
		{"hash of RSAES-OAEP", []string{"digest"}, func(w *world) *stand { return keyField(w, "rsa-2048", true, 2, 1, 0, 0) }},
		{"mask of RSAES-OAEP", []string{idMGF1}, func(w *world) *stand { return keyField(w, "rsa-2048", true, 2, 1, 1, 0) }},
		{"hash of the mask of RSAES-OAEP", []string{"digest"}, func(w *world) *stand { return keyField(w, "rsa-2048", true, 2, 1, 1, 0, 1) }},
		{"key agreement", []string{"key-agreement"}, func(w *world) *stand { return forKey(w, "p-256", false, agreement) }},
		{"key wrap of a key agreement", []string{"key-wrap"}, func(w *world) *stand {
			return forKey(w, "p-256", false, func(root *cmstest.Node) *cmstest.Node { return agreement(root).At(1) })
		}},
		{"key encapsulation", []string{"key-encapsulation"}, func(w *world) *stand { return forKey(w, "ml-kem-768", false, kem(6)) }},
		{"derivation of a key encapsulation", []string{"key-derivation hkdf-"}, func(w *world) *stand { return forKey(w, "ml-kem-768", false, kem(4)) }},
		{"key wrap of a key encapsulation", []string{"key-wrap"}, func(w *world) *stand { return forKey(w, "ml-kem-768", false, kem(2)) }},
		{"key wrap of a shared key", []string{"key-wrap"}, func(w *world) *stand { return encryptedStand(w, "aes-256-gcm", shared, field(2)) }},
		{"derivation of a password", []string{algorithm.OIDPBKDF2.String()}, func(w *world) *stand { return passwordStand(w, field(1)) }},
		{"function of PBKDF2", []string{"key-derivation pbkdf2-"}, func(w *world) *stand { return passwordStand(w, field(1, 1, 2)) }},
		{"key wrap of a password", []string{"key-wrap", idPWRI}, func(w *world) *stand { return passwordStand(w, field(2)) }},
		{"cipher of the key wrap of a password", []string{"cipher"}, func(w *world) *stand { return passwordStand(w, field(2, 1)) }},
		{"compressionAlgorithm", []string{"compression"}, func(w *world) *stand {
			root := compressedTree(w)
			return &stand{w: w, root: root, at: root.At(1, 0, 1), form: "compressed-data", open: true, x: w.examiner()}
		}},
	}
	return list
}

func compressedTree(w *world) *cmstest.Node {
	w.t.Helper()
	var out bytes.Buffer
	z := cms.NewCompressedWriter(&out)
	_, err := z.Write([]byte(text))
	w.must(err)
	w.must(z.Close())
	return cmstest.MustParse(out.Bytes()).DER()
}

// named are the algorithms that have a name and no row, as package algorithm lists them.
func named(t *testing.T) map[algorithm.OID]string {
	t.Helper()
	source, err := os.ReadFile("../algorithm/unsupported.go")
	if err != nil {
		t.Fatal(err)
	}
	list := map[algorithm.OID]string{}
	for _, m := range regexp.MustCompile(`(?m)^([0-9]+(?:\.[0-9]+)+) (.+)$`).FindAllStringSubmatch(string(source), -1) {
		list[algorithm.MustOID(m[1])] = m[2]
	}
	if len(list) < 100 {
		t.Fatalf("only %d names", len(list))
	}
	return list
}

// rows are the algorithms that may stand in a place.
func (p place) rows() []algorithm.OID {
	var list []algorithm.OID
	for _, table := range p.tables {
		table, prefix, _ := strings.Cut(table, " ")
		if oid, err := algorithm.ParseOID(table); err == nil {
			list = append(list, oid)
		}
		for _, r := range algorithm.RowsOf(table) {
			curve := r.Table == "curve" && r.Name != r.Keys[0] // which is no algorithm, but its parameters
			if strings.HasPrefix(r.Name, prefix) && !curve {
				list = append(list, r.OID)
			}
		}
	}
	return list
}

// failing is the first reason that fails.
func failing(r *verdict.Report) verdict.Reason {
	for _, reason := range r.Reasons {
		if reason.Level == verdict.Fail {
			return reason
		}
	}
	return verdict.Reason{}
}

// TestPlaces: the mails in which something is changed are good without a change.
func TestPlaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, p := range places() {
		s := p.make(w)
		ex := s.with(t, s.original())
		want := verdict.WordGood
		if s.open {
			want = verdict.WordDone
		}
		expect(t, ex, want, "")
		if t.Failed() {
			t.Fatal(p.name)
		}
	}
}
