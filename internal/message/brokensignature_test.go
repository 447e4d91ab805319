package message

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"maps"
	"slices"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/verdict"
)

// plainly makes one of "SHA-1" and "sha1".
func plainly(s string) string { return strings.ToLower(strings.ReplaceAll(s, "-", "")) }

// leaveOf takes the names out of the hint that says how to allow something once.
func leaveOf(t *testing.T, reason verdict.Reason, verb string) map[string]bool {
	t.Helper()
	if reason.Hint == nil || !strings.HasPrefix(*reason.Hint, "smimectl "+verb+" --allow-legacy ") || !strings.HasSuffix(*reason.Hint, " mail.eml") {
		t.Fatalf("the hint of %q: %v", reason.Text, reason.Hint)
	}
	names := map[string]bool{}
	for _, name := range strings.Split(strings.Fields(*reason.Hint)[3], ",") {
		names[name] = true
	}
	return names
}

// brokenMail wants a refusal that names the algorithm and says how to allow it, and that the leave it speaks of is enough.
// Old algorithms that are read are named too.
func brokenMail(t *testing.T, x *Examiner, in Input, status algorithm.Status, code verdict.Code, name string) {
	t.Helper()
	good := verdict.WordGood
	if in.Open {
		good = verdict.WordDone
	}
	if status == algorithm.Broken {
		x = allBroken(t, x, in, code, name)
	}
	ex := examine(t, x, in)
	expect(t, ex, good, "")
	for _, reason := range ex.Report.Reasons {
		if reason.Level == verdict.Warn && reason.Code == code && strings.Contains(plainly(reason.Text), plainly(name)) {
			return
		}
	}
	t.Errorf("no warning names %s: %s", name, reportBytes(t, ex.Report))
}

// allBroken wants a refusal that names what is broken, and each of its hints to be enough. It returns who has that leave.
func allBroken(t *testing.T, x *Examiner, in Input, code verdict.Code, name string) *Examiner {
	t.Helper()
	word, good := verdict.WordUntrusted, verdict.WordGood
	if in.Open {
		word, good = verdict.WordUnreadable, verdict.WordDone
	}
	ex := examine(t, x, in)
	if r := ex.Report; r.Verdict != word || r.Exit() != 1 || r.Release() {
		t.Errorf("%s: %s, exit %d, release %v", name, r.Verdict, r.Exit(), r.Release())
	}
	named := false
	for _, reason := range ex.Report.Reasons {
		if reason.Level != verdict.Fail {
			continue
		}
		named = named || reason.Code == code && strings.Contains(plainly(reason.Text), plainly(name))
		allowed := *x
		allowed.Policy.Allow = leaveOf(t, reason, in.Command)
		expect(t, examine(t, &allowed, in), good, "")
		leastLeave(t, x, in, allowed.Policy.Allow, word)
	}
	if all := reportBytes(t, ex.Report); !named || strings.Count(plainly(all), plainly(name)) < 2 { // JSON and text
		t.Errorf("the report does not name %s:\n%s", name, all)
	}
	allowed := *x
	allowed.Policy.Allow = leaveOf(t, failing(ex.Report), in.Command)
	return &allowed
}

// leastLeave wants every name of a hint to be needed: without it the mail is refused again.
func leastLeave(t *testing.T, x *Examiner, in Input, names map[string]bool, word verdict.Word) {
	t.Helper()
	for name := range names {
		less := *x
		less.Policy.Allow = maps.Clone(names)
		delete(less.Policy.Allow, name)
		if ex := examine(t, &less, in); ex.Report.Verdict != word {
			t.Errorf("of %v, %s is not needed: %s", slices.Sorted(maps.Keys(names)), name, ex.Report.Verdict)
		}
	}
}

// TestOldSignature signs with every row of the signatures that is not current.
func TestOldSignature(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tried := 0
	for _, row := range algorithm.RowsOf("signature") {
		if row.Status == algorithm.Current {
			continue
		}
		tried++
		digest, err := algorithm.DigestByName(row.Digest)
		if err != nil {
			t.Fatalf("%s: %v", row.Name, err)
		}
		t.Run(row.Name+" "+row.OID.String(), func(t *testing.T) {
			t.Parallel()
			who := oldSignerOf(t, w, row.Keys[0], w.root)
			code, name := verdict.WeakKey, row.Name
			if digest.Status == row.Status {
				code, name = verdict.WeakDigest, digest.Name
			}
			brokenMail(t, w.examiner(), verifyInput(who.signed(t, w, algorithm.Identifier{OID: row.OID}, digest)), row.Status, code, name)
		})
	}
	if tried < 5 {
		t.Errorf("only %d rows", tried)
	}
}

// TestOldDigest signs over every digest that is not current, where the algorithm does not name it.
func TestOldDigest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, row := range algorithm.RowsOf("digest") {
		if row.Status == algorithm.Current {
			continue
		}
		digest, err := algorithm.DigestByName(row.Name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(row.Name, func(t *testing.T) {
			t.Parallel()
			who := oldSignerOf(t, w, "rsa", w.root)
			plain := who.signed(t, w, algorithm.Identifier{OID: algorithm.MustOID("1.2.840.113549.1.1.1"), Parameters: []byte{5, 0}}, digest)
			brokenMail(t, w.examiner(), verifyInput(plain), row.Status, verdict.WeakDigest, row.Name)
			if !digest.Hash.Available() || digest.Hash == 0 {
				return
			}
			key := cmstest.Key(t, "rsa-2048", 20).Signer.(*rsa.PrivateKey)
			who.sign = func(t *testing.T, d *algorithm.Digest, sum []byte) []byte {
				sig, err := key.Sign(rand.Reader, sum, &rsa.PSSOptions{SaltLength: d.Size, Hash: d.Hash})
				if err != nil {
					t.Fatal(err)
				}
				return sig
			}
			brokenMail(t, w.examiner(), verifyInput(who.signed(t, w, pssOver(digest), digest)), row.Status, verdict.WeakDigest, row.Name)
		})
	}
}

// pssOver are the parameters of RSASSA-PSS with one digest for all (RFC 4055, Section 3.1).
func pssOver(d *algorithm.Digest) algorithm.Identifier {
	hash := algorithm.Identifier{OID: d.OID, Parameters: []byte{5, 0}}.DER()
	tagged := func(n uint32, der []byte) *cmstest.Node { return cmstest.Constructed(ber.Context(n), cmstest.Raw(der)) }
	return algorithm.Identifier{OID: algorithm.MustOID(idPSS), Parameters: cmstest.Constructed(ber.Sequence, tagged(0, hash),
		tagged(1, algorithm.Identifier{OID: algorithm.MustOID(idMGF1), Parameters: hash}.DER()), tagged(2, []byte{2, 1, byte(d.Size)})).Encode()}
}

// TestOldKey signs with keys that are too weak: of the signer, of his issuer, and of both, with a digest that is, too.
func TestOldKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sha256, err := algorithm.DigestByName("sha256")
	if err != nil {
		t.Fatal(err)
	}
	plain := algorithm.Identifier{OID: algorithm.MustOID("1.2.840.113549.1.1.1"), Parameters: []byte{5, 0}}
	for kind, name := range map[string]string{"rsa-1024": "RSA 1024", "rsa-1536": "RSA 1536"} {
		who := oldSignerOf(t, w, kind, w.root)
		brokenMail(t, w.examiner(), verifyInput(who.signed(t, w, plain, sha256)), algorithm.Broken, verdict.WeakKey, name)
		for _, row := range algorithm.RowsOf("digest") {
			if digest, err := algorithm.DigestByName(row.Name); err == nil && row.Status == algorithm.Broken {
				brokenMail(t, w.examiner(), verifyInput(who.signed(t, w, plain, digest)), algorithm.Broken, verdict.WeakDigest, row.Name)
			}
		}
	}
	// Weak above the signer: the leave has to name that, and it is enough.
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	key, err := algorithm.PrivateKeyOf(short)
	if err != nil {
		t.Fatal(err)
	}
	shortCA := cmstest.Issue(t, w.root, cmstest.Options{CommonName: "Short CA", CA: true, Key: key})
	longCA := cmstest.Issue(t, w.root, cmstest.Options{CommonName: "Long CA", CA: true, Key: cmstest.Key(t, "rsa-2048", 21)})
	over := func(h crypto.Hash, issuer *cmstest.Identity) *cmstest.Identity {
		alice := cmstest.Key(t, "p-256", 20)
		der := certtest.Issue(certtest.Template{Hash: h, Key: &certtest.Key{Signer: alice.Signer, SPKI: alice.Public.SPKI}, Subject: certtest.Name(certtest.CN("alice")),
			Extensions: []certtest.Extension{certtest.SAN(certtest.RFC822("alice@example.org")), certtest.SKI([]byte("weakly signed"))},
		}, &certtest.Entity{DER: issuer.Certificate.Raw, Key: &certtest.Key{Signer: issuer.Key.Signer, SPKI: issuer.Key.Public.SPKI}, Name: issuer.Certificate.Subject.Raw}).DER
		c, err := cert.Parse(der)
		if err != nil {
			t.Fatal(err)
		}
		return &cmstest.Identity{Certificate: c, Key: alice, Issuer: issuer}
	}
	for _, test := range []struct {
		name string
		who  *cmstest.Identity
		code verdict.Code
		says string
	}{
		{"the key of the issuer", cmstest.Issue(t, shortCA, cmstest.Options{Key: cmstest.Key(t, "p-256", 20), CommonName: "alice", Emails: []string{"alice@example.org"}}), verdict.WeakKey, "RSA 1024"},
		{"over SHA-1", over(crypto.SHA1, longCA), verdict.WeakDigest, "SHA-1"},
		{"over MD5", over(crypto.MD5, longCA), verdict.WeakDigest, "MD5"},
		{"over SHA-1 with a short key", over(crypto.SHA1, shortCA), verdict.WeakDigest, "SHA-1"},
	} {
		x := w.examiner()
		x.Chain = test.who.Chain()
		in := verifyInput(mailOf(fromAlice, w.opaque(text, test.who)))
		allBroken(t, x, in, test.code, test.says)
	}
}

// TestOldBesideEachOther: what one hint allows is enough for all signers of a mail.
func TestOldBesideEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sha1, err := algorithm.DigestByName("sha1")
	if err != nil {
		t.Fatal(err)
	}
	sha256, err := algorithm.DigestByName("sha256")
	if err != nil {
		t.Fatal(err)
	}
	first, second := oldSignerOf(t, w, "rsa", w.root), oldSignerOf(t, w, "rsa-1024", w.root)
	plain := algorithm.Identifier{OID: algorithm.MustOID("1.2.840.113549.1.1.1"), Parameters: []byte{5, 0}}
	both, other := first.tree(t, w, plain, sha1), second.tree(t, w, plain, sha256)
	both.DigestAlgorithms().Insert(0, other.DigestAlgorithms().At(0))
	both.Certificates().Insert(0, other.Certificates().At(0))
	both.SignerInfos().Insert(1, other.Signer(0))
	in := verifyInput(mailOf(fromAlice, w.pkcs7("signed-data", both.Encode())))
	allBroken(t, w.examiner(), in, verdict.WeakDigest, "SHA-1")
	allBroken(t, w.examiner(), in, verdict.WeakKey, "RSA 1024")
}
