package main

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// rivalry is a folder with a CA, people and messages of theirs, which smimectl and openssl judge side by side. When
// the folder is kept, a later run reads it again, so that change N of one run is change N of the next.
type rivalry struct {
	planted
	at    time.Time // the moment for which both judge certificates
	mails []rivalSeed
	root  *cmstest.Identity
	mid   *cmstest.Identity
	keys  map[string]crypto.Signer
}

// rivalSeed is a message that both programs accept.
type rivalSeed struct {
	Name    string
	File    string
	Kinds   []string // layers from outside: "encrypted", "signed"
	Signers []string // of the outermost layer, in the order of the SignerInfos; none: it cannot be signed again
	Reader  string   // whose key opens it
	Alone   bool     // openssl cannot read this algorithm
	mail    []byte
}

// rivalPeople are the leaves under the intermediate CA. The first letters say which key is used.
var rivalPeople = []string{"rsa-2048", "p-256", "p-384", "p-521", "ed25519", "other"}

// newRivalry makes the folder, or reads it when it is there.
func newRivalry(t *testing.T, dir string) *rivalry {
	t.Helper()
	w := &rivalry{planted: planted{dir: dir}, keys: map[string]crypto.Signer{}}
	if _, err := os.Stat(w.path("seeds.json")); err == nil {
		w.load(t)
		return w
	}
	w.at = time.Now().UTC().Truncate(time.Second)
	w.root = cmstest.Issue(t, nil, cmstest.Options{KeyName: "rsa-2048", CommonName: "Rival Root", CA: true})
	w.mid = cmstest.Issue(t, w.root, cmstest.Options{CommonName: "Rival Intermediate", CA: true, Key: cmstest.Key(t, "p-256", 2), SignatureAlgorithm: x509.SHA256WithRSAPSS})
	w.keep(t, "root", w.root)
	w.keep(t, "mid", w.mid)
	for i, name := range rivalPeople {
		o := cmstest.Options{KeyName: name, CommonName: name, Emails: []string{"alice@example.test"}, Serial: big.NewInt(int64(1000 + i))}
		if name == "other" {
			o.Key = cmstest.Key(t, "rsa-2048", 7)
		}
		w.keep(t, name, cmstest.Issue(t, w.mid, o))
	}
	w.sow(t)
	list, err := json.Marshal(struct {
		At    time.Time
		Seeds []rivalSeed
	}{w.at, w.mails})
	if err != nil {
		t.Fatal(err)
	}
	w.write(t, "seeds.json", list)
	return w
}

// keep writes a certificate, a key, and a file with both and the intermediate CA.
func (w *rivalry) keep(t *testing.T, name string, id *cmstest.Identity) {
	t.Helper()
	der, err := id.Key.PKCS8()
	if err != nil {
		t.Fatal(err)
	}
	own := pemOf([]*cert.Certificate{id.Certificate})
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	w.write(t, name+".crt", own)
	w.write(t, name+".key", key)
	w.write(t, name+".pem", bytes.Join([][]byte{own, key, pemOf([]*cert.Certificate{w.mid.Certificate})}, nil))
	w.keys[name] = id.Key.Signer
}

func (w *rivalry) load(t *testing.T) {
	t.Helper()
	read := func(name string) []byte {
		data, err := os.ReadFile(w.path(name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	identity := func(name string) *cmstest.Identity {
		crt, _ := pem.Decode(read(name + ".crt"))
		key, _ := pem.Decode(read(name + ".key"))
		c, err := cert.Parse(crt.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		k, err := algorithm.ParsePrivateKey(key.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		w.keys[name] = k.Signer
		return &cmstest.Identity{Certificate: c, Key: k}
	}
	w.root, w.mid = identity("root"), identity("mid")
	for _, name := range rivalPeople {
		identity(name)
	}
	var list struct {
		At    time.Time
		Seeds []rivalSeed
	}
	if err := json.Unmarshal(read("seeds.json"), &list); err != nil {
		t.Fatal(err)
	}
	w.at, w.mails = list.At, list.Seeds
	for i := range w.mails {
		w.mails[i].mail = read(w.mails[i].File)
	}
}

// sow makes the messages, with both programs.
func (w *rivalry) sow(t *testing.T) {
	t.Helper()
	head := "From: Alice <alice@example.test>\nTo: Bob <bob@example.test>\nSubject: rivals\nDate: " + w.at.Format("Mon, 02 Jan 2006 15:04:05 -0700") + "\nMIME-Version: 1.0\n"
	plain := "Content-Type: text/plain; charset=us-ascii\n\nplease transfer 100 EUR\n\nsecond paragraph\n"
	utf8 := "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nbitte 100 € überweisen \n"
	mixed := "Content-Type: multipart/mixed; boundary=\"=_in ner\"\n\nnobody shows this\n--=_in ner\nContent-Type: text/plain\n\nhello\n--=_in ner\n" +
		"Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\nAAECAwQFBgc=\n--=_in ner--\n"
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	add := func(s rivalSeed, mail []byte) {
		s.File = fmt.Sprintf("seed-%02d.eml", len(w.mails))
		s.mail = mail
		w.write(t, s.File, mail)
		w.mails = append(w.mails, s)
	}
	ours := func(name, text string, s rivalSeed, args ...string) []byte {
		t.Helper()
		code, out, stderr := w.run([]byte(text), append(args, "-q", "--ca", w.path("root.crt"))...)
		if code != exitYes {
			t.Fatalf("%s: exit code %d\n%s", name, code, stderr)
		}
		s.Name = name
		add(s, []byte(out))
		return []byte(out)
	}
	for _, name := range []string{"rsa-2048", "p-256", "p-384", "p-521", "ed25519"} {
		s := rivalSeed{Kinds: []string{"signed"}, Signers: []string{name}, Alone: name == "ed25519"}
		ours("clear, "+name, head+plain, s, "sign", "-i", w.path(name+".pem"))
		ours("opaque, "+name, head+plain, s, "sign", "--opaque", "-i", w.path(name+".pem"))
	}
	byRSA := rivalSeed{Kinds: []string{"signed"}, Signers: []string{"rsa-2048"}}
	rsa := []string{"sign", "-i", w.path("rsa-2048.pem")}
	ours("clear, PSS", head+plain, byRSA, append(rsa, "--pss")...)
	ours("opaque, PSS, SHA-512", head+plain, byRSA, append(rsa, "--pss", "--digest", "sha512", "--opaque")...)
	clear := ours("clear, CRLF, SHA-512", crlf(head+plain), byRSA, append(rsa, "--digest", "sha512")...)
	ours("clear, 8bit", head+utf8, byRSA, append(rsa, "--as-is")...)
	ours("opaque, 8bit, CRLF", crlf(head+utf8), byRSA, append(rsa, "--as-is", "--opaque")...)
	ours("clear, multipart", head+mixed, byRSA, append(rsa, "--as-is")...)
	ours("two signers", head+plain, rivalSeed{Kinds: []string{"signed"}, Signers: []string{"rsa-2048", "p-256"}}, append(rsa, "-i", w.path("p-256.pem"))...)
	ours("signed twice", string(clear), rivalSeed{Kinds: []string{"signed", "signed"}}, "sign", "-i", w.path("p-256.pem"))
	opaque := ours("opaque, for more", head+plain, byRSA, append(rsa, "--opaque")...)
	object := findObject(opaque)
	add(rivalSeed{Name: "opaque, indefinite", Kinds: byRSA.Kinds, Signers: byRSA.Signers}, object.with(func(n *cmstest.Node) {
		s := cmstest.Signed{Node: n}
		s.EContent().Segment(20)
		n.AllIndefinite()
		for _, asSigned := range append(s.Certificates().Children, s.SignedAttributes(0)) {
			asSigned.Walk(func(m *cmstest.Node) { m.Indefinite = false })
		}
	}))
	add(rivalSeed{Name: "opaque, with a CRL", Kinds: byRSA.Kinds, Signers: byRSA.Signers}, object.with(func(n *cmstest.Node) {
		n.At(1, 0).Insert(4, cmstest.Constructed(ber.Context(1), cmstest.Raw(w.list(t))))
	}))

	for _, inner := range []string{plain, mixed} {
		w.write(t, "entity", []byte(crlf(inner)))
		for _, form := range []string{"", "-nodetach", "-nodetach -stream", "-noattr", "-nodetach -noattr", "-keyid", "-md sha512", "-crlfeol", "-cades -nodetach"} {
			for _, who := range []string{"rsa-2048", "p-256"} {
				args := []string{"cms", "-sign", "-in", "entity", "-signer", who + ".crt", "-inkey", who + ".key", "-certfile", "mid.crt", "-from", "alice@example.test"}
				args = append(args, strings.Fields(form)...)
				add(rivalSeed{Name: "openssl " + form + ", " + who, Kinds: byRSA.Kinds, Signers: []string{who}}, w.openssl(t, args...))
			}
		}
		add(rivalSeed{Name: "openssl, PSS", Kinds: byRSA.Kinds, Signers: byRSA.Signers}, w.openssl(t, "cms", "-sign", "-in", "entity", "-signer", "rsa-2048.crt",
			"-inkey", "rsa-2048.key", "-certfile", "mid.crt", "-keyopt", "rsa_padding_mode:pss", "-from", "alice@example.test"))
		add(rivalSeed{Name: "openssl, two signers", Kinds: byRSA.Kinds}, w.openssl(t, "cms", "-sign", "-in", "entity", "-signer", "rsa-2048.crt", "-inkey", "rsa-2048.key",
			"-signer", "p-384.crt", "-inkey", "p-384.key", "-certfile", "mid.crt"))
	}
	w.write(t, "entity", []byte(crlf(plain)))
	for _, who := range []string{"rsa-2048", "p-256"} {
		secret := rivalSeed{Kinds: []string{"encrypted"}, Reader: who}
		to := []string{"encrypt", "--only", "--no-self", "--to", w.path(who + ".crt"), "--cipher"}
		ours("GCM for "+who, head+plain, secret, append(to, "aes-256-gcm")...)
		ours("CBC for "+who, head+plain, secret, append(to, "aes-128-cbc")...)
		secret.Kinds = []string{"encrypted", "signed"}
		ours("signed in GCM for "+who, head+plain, secret, append(to, "aes-128-gcm", "--sign", "-i", w.path("p-256.pem"))...)
		ours("signed in CBC for "+who, head+plain, secret, append(to, "aes-256-cbc", "--sign", "--opaque", "-i", w.path("rsa-2048.pem"))...)
		secret.Kinds = []string{"encrypted"}
		if who == "rsa-2048" {
			ours("OAEP, GCM", head+plain, secret, append(to, "aes-256-gcm", "--oaep")...)
		}
		forms := []string{"-aes-256-cbc", "-aes-128-gcm", "-des3", "-aes-128-cbc -stream", "-aes-256-gcm -keyid"}
		if who == "rsa-2048" {
			forms = append(forms, "-aes-256-cbc -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256")
		} else {
			forms = append(forms, "-aes-256-gcm -keyopt ecdh_kdf_md:sha256")
		}
		for _, form := range forms {
			secret.Name = "openssl " + form + " for " + who
			args := append([]string{"cms", "-encrypt", "-in", "entity", "-recip", who + ".crt", "-from", "alice@example.test"}, strings.Fields(form)...)
			add(secret, w.openssl(t, args...))
		}
	}
}

// list is a CRL of the intermediate CA that revokes somebody else.
func (w *rivalry) list(t *testing.T) []byte {
	t.Helper()
	issuer, err := x509.ParseCertificate(w.mid.Certificate.Raw)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: w.at.Add(-time.Hour), NextUpdate: w.at.AddDate(20, 0, 0),
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: big.NewInt(5), RevocationTime: w.at.Add(-time.Hour)}}}, issuer, w.mid.Key.Signer)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// openssl runs openssl in the folder, which has to go well.
func (w *rivalry) openssl(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("openssl", args...)
	cmd.Dir = w.dir
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("openssl %s: %s", strings.Join(args, " "), exit.Stderr)
		}
		t.Fatal(err)
	}
	return out
}

// embedded is the last CMS object of a mail, with what stands around it.
type embedded struct {
	before, after string
	der           []byte
}

// findObject finds the last base64 body of a mail; der is nil when there is none.
func findObject(mail []byte) embedded {
	lines := strings.SplitAfter(string(mail), "\n")
	first := len(lines)
	for i := len(lines) - 1; i > 0; i-- {
		if strings.TrimSpace(lines[i-1]) == "" && strings.HasPrefix(lines[i], "MI") {
			first = i
			break
		}
	}
	// A change may have put empty lines into the base64.
	blank := func(i int) bool { return strings.TrimSpace(lines[i]) == "" }
	data := func(i int) bool {
		return !blank(i) && !strings.HasPrefix(lines[i], "--") && base64Line.MatchString(lines[i])
	}
	for i := first - 1; i > 0 && (blank(i) || data(i)); i-- {
		if data(i) {
			first = i
		}
	}
	last := first
	for i := first; i < len(lines) && (blank(i) || data(i)); i++ {
		if data(i) {
			last = i + 1
		}
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(strings.Join(lines[first:last], "")), ""))
	if err != nil || len(der) == 0 {
		der = nil
	}
	return embedded{strings.Join(lines[:first], ""), strings.Join(lines[last:], ""), der}
}

var base64Line = regexp.MustCompile(`^[A-Za-z0-9+/= \t\r]+\n?$`)

// put returns the mail with another object.
func (e embedded) put(der []byte) []byte {
	end := "\n"
	if strings.HasSuffix(e.before, "\r\n") {
		end = "\r\n"
	}
	encoded := base64.StdEncoding.EncodeToString(der)
	var out strings.Builder
	out.WriteString(e.before)
	for len(encoded) > 0 {
		n := min(64, len(encoded))
		out.WriteString(encoded[:n] + end)
		encoded = encoded[n:]
	}
	out.WriteString(e.after)
	return []byte(out.String())
}

// with returns the mail with the object changed.
func (e embedded) with(change func(*cmstest.Node)) []byte {
	n := cmstest.MustParse(e.der)
	change(n)
	return e.put(n.Encode())
}
