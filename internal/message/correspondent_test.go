package message

import (
	"bytes"
	"crypto/x509"
	"errors"
	"slices"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/verdict"
)

// signedForAnswers is an opaque mail of a signer who may name another certificate; what is carried goes into it.
func (w *world) signedForAnswers(s cms.Signer, carried ...*cert.Certificate) string {
	w.t.Helper()
	s.Chain = carried
	var der bytes.Buffer
	sd, err := cms.NewSignedDataWriter(&der, []cms.Signer{s}, cms.SignedDataOptions{Time: testNow, ContentSize: int64(len(text))})
	w.must(err)
	_, err = sd.Write([]byte(text))
	w.must(err)
	w.must(sd.Close())
	return w.pkcs7("signed-data", der.Bytes())
}

// TestEncryptionCertificates: what a message says of the certificates that mail for its signer is encrypted to.
func TestEncryptionCertificates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	slot := 20
	issue := func(name string, usage x509.KeyUsage) *cmstest.Identity {
		slot++
		return cmstest.Issue(t, w.root, cmstest.Options{Key: cmstest.Key(t, "p-256", slot), CommonName: name, Emails: []string{"alice@example.org"}, KeyUsage: usage})
	}
	signs := issue("alice", x509.KeyUsageDigitalSignature)
	reads, readsToo := issue("alice", x509.KeyUsageKeyAgreement), issue("alice", x509.KeyUsageKeyAgreement)
	otherName := issue("Alice the other", x509.KeyUsageKeyAgreement)
	signsToo := issue("alice", x509.KeyUsageDigitalSignature)
	c := func(list ...*cmstest.Identity) []*cert.Certificate {
		var out []*cert.Certificate
		for _, id := range list {
			out = append(out, id.Certificate)
		}
		return out
	}
	var many []*cmstest.Identity
	for range maxSignerCandidates + 1 {
		many = append(many, issue("alice", x509.KeyUsageKeyAgreement))
	}
	for _, tt := range []struct {
		name    string
		by      *cmstest.Identity
		names   *cmstest.Identity
		carried []*cert.Certificate
		stored  []*cert.Certificate // what the store has
		want    []*cert.Certificate
	}{
		{name: "nothing said, one for both", by: w.alice, carried: c(reads)},
		{name: "nothing said, in the same name", by: signs, carried: c(readsToo, otherName, signsToo, reads), want: c(reads, readsToo)},
		{name: "nothing said, the store is not asked", by: signs, stored: c(reads)},
		{name: "named", by: signs, names: reads, carried: c(readsToo), want: c(reads)},
		{name: "named, of one for both", by: w.alice, names: reads, want: c(reads)},
		{name: "named in another name", by: signs, names: otherName, want: c(otherName)},
		{name: "named himself", by: w.alice, names: w.alice, stored: c(w.alice)},
		{name: "no more than eight", by: signs, carried: c(many...), want: make([]*cert.Certificate, maxSignerCandidates)},
	} {
		x := w.examiner()
		x.Store = func(wanted Wanted) []*cert.Certificate {
			if wanted.ID.IssuerSerial != nil {
				t.Errorf("%s: the store is asked", tt.name)
			}
			return tt.stored
		}
		s := w.signer(tt.by)
		if tt.names != nil {
			s.Encryption = tt.names.Certificate
		}
		ex := examine(t, x, verifyInput(mailOf(fromAlice, w.signedForAnswers(s, tt.carried...))))
		expect(t, ex, verdict.WordGood, "")
		found, err := x.EncryptionCertificates(ex, &ex.Signers()[0])
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if len(found) != len(tt.want) {
			t.Errorf("%s: %d certificates, want %d", tt.name, len(found), len(tt.want))
			continue
		}
		for i, f := range found {
			if tt.want[i] != nil && !slices.ContainsFunc(tt.want, f.Certificate.Equal) {
				t.Errorf("%s: another certificate", tt.name)
			}
			if !faultless(f.Now) {
				t.Errorf("%s: the path of %s has faults", tt.name, f.Certificate.Subject)
			}
		}
	}
}

// TestEncryptionCertificateOfTheStore: what a message names and does not carry is looked for in the store.
func TestEncryptionCertificateOfTheStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reads := cmstest.Issue(t, w.root, cmstest.Options{Key: cmstest.Key(t, "p-256", 21), CommonName: "alice", Emails: []string{"alice@example.org"}, KeyUsage: x509.KeyUsageKeyAgreement})
	s := w.signer(w.alice)
	s.Encryption = reads.Certificate
	x := w.examiner()
	ex := examine(t, x, verifyInput(mailOf(fromAlice, w.signedForAnswers(s))))
	signer := &ex.Signers()[0]
	ex.signed.Certificates = slices.DeleteFunc(ex.signed.Certificates, reads.Certificate.Equal)
	if found, _ := x.EncryptionCertificates(ex, signer); len(found) != 0 {
		t.Errorf("%d certificates without a store", len(found))
	}
	x.Store = func(Wanted) []*cert.Certificate {
		return []*cert.Certificate{w.bob.Certificate, reads.Certificate, reads.Certificate}
	}
	if found, err := x.EncryptionCertificates(ex, signer); err != nil || len(found) != 1 || !found[0].Certificate.Equal(reads.Certificate) {
		t.Errorf("the store has it, found %v", found)
	}
	x.CRLs = []certpath.List{{Issuer: w.root.Certificate.Subject, Read: func() ([]*cert.CRL, error) { return nil, errors.New("gone") }}}
	if found, err := x.EncryptionCertificates(ex, signer); err == nil || found != nil {
		t.Error("a list that cannot be read is passed over")
	}
	plain := examine(t, w.examiner(), verifyInput(mailOf(fromAlice, w.signedForAnswers(w.signer(w.alice)))))
	unknown := plain.Signers()[0]
	unknown.Certificate = nil
	if found, _ := w.examiner().EncryptionCertificates(plain, &unknown); found != nil {
		t.Error("of an unknown signer")
	}
}

// TestEncryptionCertificateOfTheOutermostLayer: what a layer within carries is nothing that the outer signer sent.
func TestEncryptionCertificateOfTheOutermostLayer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reads := cmstest.Issue(t, w.root, cmstest.Options{Key: cmstest.Key(t, "p-256", 22), CommonName: "alice", Emails: []string{"alice@example.org"}, KeyUsage: x509.KeyUsageKeyAgreement})
	s := w.signer(w.alice)
	s.Encryption = reads.Certificate
	within := w.signedForAnswers(s)
	var der bytes.Buffer
	sd, err := cms.NewSignedDataWriter(&der, []cms.Signer{s}, cms.SignedDataOptions{Time: testNow, ContentSize: int64(len(within))})
	w.must(err)
	_, err = sd.Write([]byte(within))
	w.must(err)
	w.must(sd.Close())
	around := cmstest.ParseSigned(der.Bytes())
	around.Certificates().Children = nil
	x := w.examiner()
	x.Store = func(Wanted) []*cert.Certificate { return []*cert.Certificate{w.alice.Certificate} }
	ex := examine(t, x, verifyInput(mailOf(fromAlice, w.pkcs7("signed-data", around.Encode()))))
	expect(t, ex, verdict.WordGood, "")
	if found, err := x.EncryptionCertificates(ex, &ex.Signers()[0]); err != nil || len(found) != 0 {
		t.Errorf("%d certificates, %v", len(found), err)
	}
}
