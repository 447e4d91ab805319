package message

import (
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/verdict"
)

// TestSignedReceipt: a signed receipt is what is not read here, and no fault of the
// mail; its label is right, and that of other types is not.
func TestSignedReceipt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	receipt := cmstest.Primitive(ber.ObjectIdentifier, []byte(algorithm.MustOID("1.2.840.113549.1.9.16.1.1")))
	s := cmstest.ParseSigned(w.signedData([]byte("\x30\x00"), false, w.alice))
	*s.EncapContentInfo().At(0) = *receipt.Clone()
	*s.Attribute(0, algorithm.MustOID("1.2.840.113549.1.9.3")).At(1, 0) = *receipt.Clone()
	scheme, err := algorithm.SignatureFor(w.alice.Key.Public, algorithm.SignOptions{})
	w.must(err)
	s.Sign(t, 0, w.alice.Key, scheme, nil)
	for label, differs := range map[string]bool{"signed-receipt": false, "signed-data": true} {
		ex := examine(t, w.examiner(), verifyInput(mailOf("alice@example.org", w.pkcs7(label, s.Encode()))))
		expect(t, ex, verdict.WordUnreadable, verdict.UnsupportedAlg)
		signers := ex.Report.Layers[0].Signers
		if len(signers) != 1 || signers[0].Integrity != "ok" {
			t.Errorf("%s: signers %+v", label, signers)
		}
		noted := false
		for _, r := range ex.Report.Reasons {
			noted = noted || r.Code == verdict.SMIMETypeDiffers
		}
		if noted != differs {
			t.Errorf("%s: smime-type-differs is %v", label, noted)
		}
	}
}
