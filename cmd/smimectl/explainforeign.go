package main

import (
	"strings"

	"smimectl/internal/verdict"
)

// foreignText is something that openssl or gpgsm says, by which smimectl's own
// reason is found.
type foreignText struct {
	says string // a part of it, in lower case
	code verdict.Code
	why  string // what is not the same, or what is meant by it
}

// foreignTexts stand in the order in which they are looked for: what says more
// comes before what says less, because programs print both.
var foreignTexts = []foreignText{
	// openssl cms, openssl smime
	{"certificate revoked", verdict.Revoked, ""},
	{"certificate has expired", verdict.ExpiredNow, "openssl judges for now, or for -attime"},
	{"certificate is not yet valid", verdict.NotYetValid, ""},
	{"crl has expired", verdict.RevocationUnknown, "the list is older than its own next update"},
	{"unable to get certificate crl", verdict.RevocationUnknown, "-crl_check makes openssl insist on a list"},
	{"unsuitable certificate purpose", verdict.WrongPurpose, "openssl smime and cms ask for the purpose smimesign"},
	{"unsupported certificate purpose", verdict.WrongPurpose, "openssl smime and cms ask for the purpose smimesign"},
	{"ee certificate key too weak", verdict.WeakKey, "-auth_level asks for it"},
	{"ca md too weak", verdict.WeakDigest, "-auth_level asks for it"},
	{"self-signed certificate in certificate chain", verdict.IssuerUnknown, "the root is in the message, and is none of your anchors"},
	{"self signed certificate in certificate chain", verdict.IssuerUnknown, "the root is in the message, and is none of your anchors"},
	{"self-signed certificate", verdict.IssuerUnknown, "the signer vouches for himself"},
	{"self signed certificate", verdict.IssuerUnknown, "the signer vouches for himself"},
	{"unable to get local issuer certificate", verdict.IssuerMissing, "an issuer is neither in the message nor in -CAfile; or the file for -CAfile is that of another CA"},
	{"unable to get issuer certificate", verdict.IssuerMissing, ""},
	{"invalid ca certificate", verdict.PathInvalid, "the issuer is no CA"},
	{"path length constraint exceeded", verdict.PathInvalid, ""},
	{"permitted subtree violation", verdict.PathInvalid, "the CA may not vouch for that name"},
	{"excluded subtree violation", verdict.PathInvalid, "the CA may not vouch for that name"},
	{"email address mismatch", verdict.FromMismatch, "-verify_email was another address than the signer's; smimectl compares From by itself"},
	{"certificate signature failure", verdict.PathInvalid, "a certificate was not signed by the one that is called its issuer"},
	{"signer certificate not found", verdict.CertificateMissing, "openssl takes it with -certfile"},
	{"no signers", verdict.NoSigners, ""},
	{"no matching digest", verdict.Malformed, "the signer's digest is not among those the message announces"},
	{"messagedigest attribute wrong length", verdict.ContentChanged, ""},
	{"verification failure", verdict.ContentChanged, "cms_signerinfo_verify_content: the text is not the one that was signed"},
	{"digest failure", verdict.ContentChanged, ""},
	{"signature failure", verdict.SignatureInvalid, ""},
	{"wrong signature length", verdict.SignatureInvalid, ""},
	{"bad signature", verdict.SignatureInvalid, ""},
	{"no content type", verdict.Malformed, "openssl wants the header of the mail, with Content-Type in it"},
	{"invalid mime type", verdict.Malformed, "Content-Type is not that of a signed or encrypted mail; perhaps it is not the whole mail"},
	{"no multipart boundary", verdict.Malformed, ""},
	{"no multipart body failure", verdict.Malformed, "the multipart has not the two parts that it must have"},
	{"no sig content type", verdict.Malformed, "the second part is no signature"},
	{"content type not", verdict.Malformed, "-verify was given something encrypted, or -decrypt something signed: see  smimectl inspect"},
	{"no matching recipient", verdict.NotARecipient, "openssl looks for the certificate of -recip among the recipients"},
	{"no recipient matches certificate", verdict.NotARecipient, ""},
	{"wrong tag", verdict.Malformed, "the file is in another form than -inform says; smimectl tells DER, PEM and mails by themselves"},
	{"key values mismatch", verdict.CertificateUnfit, "-inkey is not the key of -signer or -recip"},
	{"mac verify error", verdict.PassphraseWrong, "of a PKCS#12 file"},
	{"mac verify failure", verdict.PassphraseWrong, "of a PKCS#12 file"},
	{"inner_evp_generic_fetch:unsupported", verdict.UnsupportedAlg, "openssl 3 reads RC2 and 40-bit ciphers, as in old PKCS#12 files, with -legacy alone"},
	{"unsupported content encryption algorithm", verdict.UnsupportedAlg, ""},
	{"unknown digest algorithm", verdict.UnsupportedAlg, ""},
	{"bad decrypt", verdict.DecryptFailed, "where it is about a key file, the passphrase is wrong"},
	{"error decrypting cms", verdict.DecryptFailed, "openssl says no more on purpose"},
	{"decrypt error", verdict.DecryptFailed, ""},
	{"error reading s/mime message", verdict.Malformed, ""},
	{"error reading smime content info", verdict.Malformed, ""},

	// gpgsm and its libraries
	{"message digest attribute does not match", verdict.ContentChanged, ""},
	{"invalid signature", verdict.SignatureInvalid, ""},
	{"no data", verdict.NoSigners, "gpgsm ends with 0 for a message that nobody signed"},
	{"root certificate is not marked trusted", verdict.IssuerUnknown, "gpgsm reads trustlist.txt, and asks on a terminal"},
	{"root certificate not marked trusted", verdict.IssuerUnknown, "gpgsm reads trustlist.txt, and asks on a terminal"},
	{"not trusted", verdict.IssuerUnknown, "gpgsm reads trustlist.txt, and asks on a terminal"},
	{"missing issuer certificate", verdict.IssuerMissing, ""},
	{"issuer certificate not found", verdict.IssuerMissing, ""},
	{"no crl known", verdict.RevocationUnknown, "dirmngr fetches lists; without a network:  gpgsm --disable-crl-checks"},
	{"the crl could not be checked", verdict.RevocationUnknown, "dirmngr fetches lists; without a network:  gpgsm --disable-crl-checks"},
	{"certificate has been revoked", verdict.Revoked, ""},
	{"certificate expired", verdict.ExpiredNow, ""},
	{"wrong key usage", verdict.WrongPurpose, ""},
	{"certificate should not have been used", verdict.WrongPurpose, ""},
	{"certificate chain too long", verdict.PathInvalid, ""},
	{"bad ca certificate", verdict.PathInvalid, ""},
	{"no secret key", verdict.NotARecipient, "gpgsm has none of the keys; to sign:  smimectl id import YOUR.p12"},
	{"no public key", verdict.CertificateMissing, ""},
	{"no cms object", verdict.Malformed, "gpgsm reads the CMS object alone, not a mail; smimectl reads both"},
	{"bad passphrase", verdict.PassphraseWrong, ""},
	{"unsupported algorithm", verdict.UnsupportedAlg, ""},
	{"decryption failed", verdict.DecryptFailed, ""},
}

// explainForeign finds the reason for what another program said.
func explainForeign(text string) (foreignText, bool) {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	for _, f := range foreignTexts {
		if strings.Contains(text, f.says) {
			return f, true
		}
	}
	return foreignText{}, false
}
