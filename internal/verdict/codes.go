package verdict

// Code names a reason. Codes are an interface: they never change their meaning, new ones may be added.
type Code string

// The reason codes.
const (
	ContentChanged     Code = "content-changed"
	SignatureInvalid   Code = "signature-invalid"
	NoSigners          Code = "no-signers"
	DetachedHasContent Code = "detached-has-content"
	DecryptFailed      Code = "decrypt-failed"
	NoIntegrity        Code = "no-integrity"
	IssuerUnknown      Code = "issuer-unknown"
	IssuerMissing      Code = "issuer-missing"
	PathInvalid        Code = "path-invalid"
	ExpiredWhenSigned  Code = "expired-when-signed"
	NotYetValid        Code = "not-yet-valid"
	ExpiredNow         Code = "expired-now"
	ExpiresSoon        Code = "expires-soon"
	Revoked            Code = "revoked"
	RevocationUnknown  Code = "revocation-unknown"
	WrongPurpose       Code = "wrong-purpose"
	WeakDigest         Code = "weak-digest"
	WeakKey            Code = "weak-key"
	WeakCipher         Code = "weak-cipher"
	WeakestLink        Code = "weakest-link"
	ClockDiffers       Code = "clock-differs"
	FromMismatch       Code = "from-mismatch"
	FromMissing        Code = "from-missing"
	FromMultiple       Code = "from-multiple"
	FromNameMisleads   Code = "from-name-misleads"
	PartlySigned       Code = "partly-signed"
	PartlyEncrypted    Code = "partly-encrypted"
	HeadersDiffer      Code = "headers-differ"
	NotARecipient      Code = "not-a-recipient"
	KeyMissing         Code = "key-missing"
	PassphraseMissing  Code = "passphrase-missing"
	PassphraseWrong    Code = "passphrase-wrong"
	CertificateMissing Code = "certificate-missing"
	CertificateUnfit   Code = "certificate-unfit"
	Malformed          Code = "malformed"
	UnsupportedAlg     Code = "unsupported-algorithm"
	TooLarge           Code = "too-large"
	SMIMETypeDiffers   Code = "smime-type-differs"
	OutsideText        Code = "outside-text"
	UnsignedAttributes Code = "unsigned-attributes"
	TimestampInvalid   Code = "timestamp-invalid"
	TimestampUntrusted Code = "timestamp-untrusted"

	CountersignatureInvalid Code = "countersignature-invalid"
	ReEncoded               Code = "re-encoded"
	Tolerated               Code = "tolerated"
	NotFetched              Code = "not-fetched"
	InputOutput             Code = "io"
)

// CodeInfo explains a code: what it means and what to do about it.
type CodeInfo struct {
	Code    Code
	Title   string // one line, lower case, no full stop
	Explain string // what it means
	Do      string // what to do
	Word    Word   // the word when this is what ended the work; empty for what only colours a judgement
}

// Codes lists every code in the order of the command line's documentation.
func Codes() []CodeInfo {
	return codeTable()
}

// Explain finds a code by its name.
func Explain(code string) (CodeInfo, bool) {
	for _, info := range codeTable() {
		if string(info.Code) == code {
			return info, true
		}
	}
	return CodeInfo{}, false
}

func titleOf(c Code) string {
	info, _ := Explain(string(c))
	return info.Title
}

func codeTable() []CodeInfo {
	return []CodeInfo{
		{ContentChanged, "the text is not the one that was signed",
			"The signature holds a digest of the text, and the text as it is now has another one. Either it was changed on purpose, or something on the way rewrote it: mbox files quote lines that begin with From, mail servers cut trailing blanks, re-encode parts or add a footer. Where undoing such a change gives the text that was signed, the report names it as the cause, with the line; the verdict stays BAD. What was added to a text is never the signer's, whoever added it.",
			"Fetch the mail again as it is on the server and verify that copy. If it is still bad, do not act on it; ask the sender by another way. If you have the mail as it was sent, this shows the first difference: smimectl verify --compare SENT FILE", WordBad},
		{SignatureInvalid, "the signature does not fit the signer's key",
			"The signature value does not fit the key of the certificate that the message names, or the signed attributes break a rule that protects against forgeries. Nobody who has the key made this signature for this text.",
			"Do not act on it; ask the sender by another way.", WordBad},
		{NoSigners, "there is no signature",
			"The message has no S/MIME signature, or a structure for signatures with no signer in it. Nothing says who wrote it.",
			"Treat it as plain mail. If you expected a signature, ask the sender.", WordUnsigned},
		{DetachedHasContent, "the signature part holds a text of its own",
			"In a multipart/signed mail the signature belongs to the part before it. This one carries a second text inside the signature, so that one text could be shown and another one checked.",
			"Do not act on it; no mail program makes such mails by accident.", WordUnreadable},
		{DecryptFailed, "it does not decrypt",
			"The mail was changed or damaged, or it was made for another key. Which of these it is cannot be told, on purpose: an answer would help those who try to read mails of others by sending changed copies.",
			"Fetch the mail again. Look whose keys it is for with: smimectl inspect FILE", WordBad},
		{NoIntegrity, "the encryption does not show changes",
			"The content is encrypted with a cipher in CBC mode, which hides the text but does not show whether somebody changed it on the way. With --require-integrity such content is refused before a key is used.",
			"Ask the sender to sign what he encrypts, or to use AES-GCM.", WordBad},
		{IssuerUnknown, "the certificate was issued by nobody you trust",
			"The chain of issuers ends at a CA that is none of your anchors and none of the built-in e-mail roots. Anybody can make such a certificate with any name in it.",
			"If you know this CA, compare its fingerprint with one from its own site and add it: smimectl ca add FILE", ""},
		{IssuerMissing, "the certificate of an issuer is not to be had",
			"Between the signer and your anchors a certificate is missing. Senders should put the whole chain into the mail, but for the root, and this one did not; or the root is none of your anchors.",
			"Have it fetched (--online), or get the certificate of the issuer and give it: --chain FILE. If you know and trust the CA, make its root an anchor: smimectl ca add ROOT.pem", ""},
		{PathInvalid, "the chain of certificates breaks a rule",
			"A certificate of the chain may not do what it does here: its issuer is no CA, its signature does not fit, a name or a policy is not allowed, or the chain is too long.",
			"Do not believe it. If it is your own CA, have it issue correct certificates.", ""},
		{ExpiredWhenSigned, "the certificate was not valid when it was signed",
			"The certificate is no longer valid, and the time at which the signer says he signed lies outside its validity too, or he names none.",
			"Ask the sender to sign with a valid certificate.", ""},
		{NotYetValid, "a certificate is not valid yet",
			"The moment for which the certificates are judged lies before the beginning of their validity.",
			"Look at the clock of this machine, or judge for another moment: --at TIME", ""},
		{ExpiredNow, "the certificate has expired since",
			"The certificate was valid when the signer says he signed, and has expired since then. Nobody but the signer vouches for that time, and whoever finds an old key can claim any time. A time stamp by an authority that you trust would prove it.",
			"For old mail, accept the claimed time: --at signed", ""},
		{ExpiresSoon, "a certificate expires sooner than asked for",
			"The certificate, or one of its issuers, is valid now, and will not be for as long as --min-validity asks.",
			"Get its successor before it expires; to judge it as it is today, leave out --min-validity.", ""},
		{Revoked, "a certificate was revoked",
			"The CA has withdrawn the certificate, because the key was lost or stolen or the owner has left. As a note, where a time stamp proves that the signature is older than that, it decides nothing.",
			"Do not act on it; ask the sender by another way.", ""},
		{RevocationUnknown, "nobody knows whether a certificate was revoked",
			"It was required to know whether the certificates were revoked, and there is no answer to that.",
			"Have it fetched, --online, or hand in what tells it, --crl FILE or --ocsp FILE, or leave out --require-revocation to judge without that knowledge.", ""},
		{WrongPurpose, "the certificate is not made for signing mail",
			"The issuer has limited what the key may be used for, and signatures of mail are not among it; a certificate for a web server is the usual case.",
			"Ask the sender for a mail signed with a certificate for e-mail. To not look at the purpose: --purpose any", ""},
		{WeakDigest, "a digest is too weak to prove anything",
			"The signature, or a signature in the chain of certificates, was made over MD5 or SHA-1. Two texts with the same digest can be made, so that a signature for one is a signature for the other.",
			"Ask the sender to sign with SHA-256. For old mail: --allow-legacy sha1", ""},
		{WeakKey, "a key is too weak to prove anything",
			"A key is so short, or of such an old kind, that it can be computed from the certificate with enough machines. RSA keys need 2048 bits.",
			"Ask the sender for a longer key. For old mail: --allow-legacy rsa-1024", ""},
		{WeakCipher, "the cipher is out of date",
			"The content is encrypted with a cipher that is not used any more. Triple DES is still read, with a warning; RC2 and DES hide nothing and are read only when that is asked for.",
			"Ask the sender for AES. For old mail: --allow-legacy rc2", WordUnreadable},
		{WeakestLink, "some recipients have weaker keys than others",
			"The key of the text is encrypted once for each recipient. Who breaks the key of one of them reads it, however strong the others are: a mail for an ML-KEM and an RSA key is as strong as the RSA key, and a quantum computer will read a copy that is kept until there is one.",
			"Ask whoever has the weaker key for a certificate with a stronger one, or write two mails. What all have to have: smimectl encrypt --profile pq", ""},
		{ClockDiffers, "the times do not fit together",
			"The signing time is the signer's claim. Here it differs from Date by more than a day, or from a time stamp by more than some minutes, lies in the future, or outside the validity of the certificate: an old signature under a new header is one way to get that, a wrong clock another.",
			"Look whether the text fits the date.", ""},
		{FromMismatch, "From is not the signer",
			"The address in From, which a mail program shows, is not in the certificate of the signer. The text is intact, but it comes from the signer.",
			"Take it as a mail from the signer. If that is right (a list, an assistant): --from ADDRESS", ""},
		{FromMissing, "there is no From to compare",
			"The mail has no From field, or one from which no address can be read.",
			"If you know whose mail this should be: --from ADDRESS", ""},
		{FromMultiple, "From names more than one sender",
			"The mail has several From fields, or several addresses in one. Mail programs differ in which of them they show, so that one may be shown and another one be compared.",
			"If you know whose mail this should be: --from ADDRESS", ""},
		{FromNameMisleads, "the name in From shows another address",
			"The display name in From holds an address that is not the one the mail comes from. Many mail programs show the name alone.",
			"Take it as a mail from the address, not from the name.", ""},
		{PartlySigned, "only a part of the mail is signed",
			"The signature stands beside parts it does not cover: a footer of a mailing list, or a text that somebody put around a signed mail of another person.",
			"Read the signed part alone: smimectl verify --allow-partial -o signed.eml FILE", ""},
		{PartlyEncrypted, "only a part of the mail is encrypted",
			"The encrypted part stands beside others. To decrypt it into them would let somebody who cannot read it build a mail that sends him the text.",
			"Save the encrypted part as a file of its own and decrypt that, if you trust where it comes from.", WordPartial},
		{HeadersDiffer, "a header field outside is not the one inside",
			"The sender has put copies of header fields under the signature, and those outside say something else.",
			"Believe those inside.", ""},
		{NotARecipient, "it is not encrypted for a key you have",
			"None of the recipients of the mail is an identity of yours.",
			"Look whose keys it is for with: smimectl inspect FILE. An older key of yours? smimectl id import OLD.p12", WordNoKey},
		{KeyMissing, "a key is missing",
			"There is a certificate, but not the private key that belongs to it.",
			"Import the key: smimectl id import FILE", WordNoKey},
		{PassphraseMissing, "a passphrase is needed",
			"The key is protected by a passphrase, and there is none and no terminal to ask for it.",
			"Give it: --passphrase-file FILE or --passphrase-fd N", WordNoKey},
		{PassphraseWrong, "the passphrase is wrong",
			"The file with the key does not open with the passphrases at hand.",
			"Try again, or import the key anew: smimectl id import FILE", WordNoKey},
		{CertificateMissing, "a certificate is not to be had",
			"The certificate of the signer is neither in the mail nor in your store, so that the signature cannot be checked at all; or there is none for a recipient.",
			"Get it from any mail that person signed (smimectl cert import MAIL.eml), or give it: --chain FILE, and that of a recipient: --to FILE", WordNoKey},
		{CertificateUnfit, "a certificate cannot be used for this",
			"The certificate has expired, is not made for mail, belongs to a CA, or has a key that cannot do what is asked.",
			"Use another certificate or identity; after a renewal: smimectl id import NEW.p12", WordNoKey},
		{Malformed, "the message breaks the rules of its format",
			"The message cannot be read without guessing, and what is guessed could be guessed differently by another program.",
			"Fetch the mail again; if it is the same, tell the sender.", WordUnreadable},
		{UnsupportedAlg, "it uses an algorithm this program does not have",
			"The message names an algorithm that is not known here, or in a form that is not.",
			"Ask the sender for another one: SHA-256 with RSA or P-256, and AES, are read everywhere.", WordUnreadable},
		{TooLarge, "the message exceeds a limit",
			"The message has more layers, certificates, recipients or header fields than any real mail, or inflates beyond measure.",
			"Do not retry; look at it by hand.", WordUnreadable},
		{SMIMETypeDiffers, "the label says something else than the content",
			"The smime-type, the micalg or the file name of a part does not fit what is inside. What is inside counts; real mail is full of wrong labels.",
			"Nothing.", ""},
		{OutsideText, "there is text that no mail program shows",
			"Before the first or after the last part of the mail stands text that is not signed. It is not part of what was verified and is not written.",
			"Nothing, unless you expected to read it.", ""},
		{UnsignedAttributes, "the signature carries additions that are not signed",
			"Beside the signature stand attributes that anybody can add, and of which nothing is known here, or more of them than are looked at. They change nothing.",
			"Nothing.", ""},
		{TimestampInvalid, "a time stamp does not fit",
			"Beside the signature stands a time stamp that cannot be read, is over something else than this signature, was not made with the key of the certificate it names, or is of a time that has not come at the moment that is judged for. Anybody can put one there: it proves nothing, and the signing time stays the signer's claim.",
			"Nothing; the mail is judged as if it were not there.", ""},
		{TimestampUntrusted, "nobody you trust vouches for a time stamp",
			"Beside the signature stands a time stamp that fits, made by an authority that none of your anchors for time stamps vouches for, or whose certificate has expired, was revoked, or is not made for time stamps alone. Anchors for mail do not count for time stamps. It proves nothing, and the signing time stays the signer's claim.",
			"If you know the authority, hand in its root for this call: --tsa-ca FILE; or for ever: smimectl ca add --for timestamps FILE", ""},
		{CountersignatureInvalid, "a countersignature does not count",
			"Beside the signature stands a signature over it, by somebody else, which does not fit, or by somebody nobody you trust vouches for. Anybody can put one there or take it away: it changes nothing about the signer.",
			"Nothing.", ""},
		{ReEncoded, "a part was written in another encoding",
			"The part would have been changed in transport, which would break the signature. Its content is the same.",
			"Nothing. To sign it as it is: --as-is", ""},
		{Tolerated, "a deviation from the standard that real mail has",
			"The message does not keep to a rule, in a way that is known and does no harm.",
			"Nothing.", ""},
		{NotFetched, "something could not be fetched",
			"With --online a certificate, a revocation list or an answer of a responder was to be fetched from an address that a certificate names, and did not come: the server does not answer, the address is one that is not called (only http and https are, and private networks only for your own CAs), or what came is something else. The mail is judged by what is at hand.",
			"Try again later, or get the file by another way and hand it in: --chain FILE, --crl FILE, --ocsp FILE", ""},
		{InputOutput, "a file could not be read or written",
			"The machine failed, not the message: a missing file, a full disk, a closed pipe.",
			"Look at the file and try again.", WordError},
	}
}
