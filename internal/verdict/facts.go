package verdict

import (
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
)

// Facts is what was found out about one message, without any judgement.
type Facts struct {
	Command string // "verify", "decrypt", "sign", "encrypt", "inspect", "cert check"
	File    string // as the user named it; empty for standard input
	Mail    *Mail  // nil when there are no mail header fields
	IsMail  bool   // false for a CMS file and for a bare entity: there is no From to compare
	Layers  []Layer
	Partial []PartFact    // all parts in order, when only some of them are protected
	Certs   []Certificate // cert check, and files that hold certificates
	Look    *FileLook     // inspect
	Stop    *Stop         // what ended the work before its end
	Notes   []Note
	Done    bool // sign and encrypt: the output is complete
}

// Mail is what the header fields outside say.
type Mail struct {
	From, Sender, To []string // addr-specs
	FromNames        []string // display names, decoded, beside From
	FromComments     []string // comments in From, decoded
	FromFields       int      // how many From fields there are
	FromUnparsable   bool
	Subject          string
	HasSubject       bool
	MessageID        string
	Date             time.Time // zero when there is none
}

// Layer is one layer of protection. In Facts they stand from the outside in.
type Layer struct {
	Kind             string // "signed", "encrypted", "compressed"
	Form             string // "multipart/signed", else the smime-type, else the name of RFC 5652
	Part             string // number of the part the layer is, "1" for the whole mail
	Signed           *Signed
	Encrypted        *Encrypted
	Notes            []Note
	Covered          []string // numbers of the parts inside
	NotCovered       []string // numbers of the parts beside
	WholeBody        bool
	Attachments      []string // file names
	HeadersProtected []string // names of the fields that stand inside too (RFC 9788)
	HeadersDiffer    []string // those that say something else outside
	Look             *LayerLook
}

// Signed is a signed layer. Judged is false when its content was not there to be checked.
type Signed struct {
	Signers []Signer
	Judged  bool
	Cause   *Cause // what explains a changed content; nil when nobody looked
}

// Signer is what is known of one signer.
type Signer struct {
	Info           *cms.SignerInfo
	Checked        bool  // whether Check was asked for at all
	Check          error // nil: digest and signature fit
	Certificate    *cert.Certificate
	Now            *certpath.Result // at the time of the policy
	Then           *certpath.Result // at the claimed signing time
	Sources        map[string]string
	ClaimedTime    time.Time
	HasClaimedTime bool
	Capabilities   []string
	Look           *SignerLook

	Countersignatures []Countersignature
	TimeStamps        []TimeStamp
}

// Countersignature is what is known of a signature over a signer's signature (RFC 5652, Section 11.4).
type Countersignature struct {
	Over int   // index of the countersignature that it is over; -1: the signature itself
	Err  error // why it cannot be read
	By   Signer
}

// TimeStamp is what is known of a time stamp token over a signer's signature (RFC 3161).
type TimeStamp struct {
	Token  *cms.TimeStampToken // nil: it cannot be read
	Err    error               // why it cannot be read, or that it is not over this signature
	By     Signer              // the authority; Now is its path to an anchor for time stamps
	Moment time.Time           // at which the signature existed at the latest, by the token
	Then   *certpath.Result    // of the certificate of the signer who was stamped, at that moment; nil: nobody looked
}

// Cause is what explains a changed content: a change that transports make and that, undone, gives the digest that was
// signed. Kind is one of [CauseKinds], or empty when all of them were tried in vain.
type Cause struct {
	Kind   string
	Also   string // a second change that has to be undone, too
	Line   int    // the first line that differs, in the file
	Is     string // the line as it is, from a little before the difference on
	Before string // the line with which the signature fits
	Added  int    // lines that are not the signer's, where the kind is an addition
}

// Encrypted is an encrypted layer.
type Encrypted struct {
	Cipher        string // "aes-256-gcm"
	CipherTitle   string // "AES-256-GCM"
	CipherStatus  algorithm.Status
	Authenticated bool
	// CipherStrength is that of the content-encryption key.
	CipherStrength algorithm.Strength
	Decrypted      bool
	With           string // address of the identity that opened it
	Recipients     []Recipient
	Unsupported    error
}

// Recipient is one recipient of an encrypted layer.
type Recipient struct {
	Type      string // "key-transport", "key-agreement", "key-encapsulation", "key-encryption-key", "password", "other"
	Algorithm string
	Issuer    string
	Serial    string
	KeyID     string
	Address   string
	Here      string           // "key", "certificate", "unknown"
	Used      bool             // this one opened the layer
	Status    algorithm.Status // of the algorithm, its key wrap and the size of the key
	Outdated  string           // the name of the key wrap, where that is what has the status
	KeyTitle  string           // "RSA 2048"

	// Strength is that of the weakest thing between the recipient and the content-encryption key, StrengthOf its name
	// for people; empty where nothing tells it.
	Strength   algorithm.Strength
	StrengthOf string

	Look *RecipientLook
}

// PartFact is one part of a mail that is only partly protected.
type PartFact struct {
	Number    string
	Protected string // "signed", "encrypted", ""
	MediaType string
	FileName  string
	Excerpt   string // the beginning of a text
	Look      *PartLook
}

// Certificate is a certificate that is judged by itself (cert check) or only shown. Judged certificates have Now.
type Certificate struct {
	Certificate *cert.Certificate
	Now         *certpath.Result
	Sources     map[string]string
	PrivateKey  *bool // nil: not known
}

// Note is something worth saying that does not change the word. A note without a code is [Tolerated].
type Note struct {
	Code  Code
	Level Level // empty: note
	Text  string
	Hint  string
}

// Stop is what ended the work. An empty Word is the one that belongs to the code.
type Stop struct {
	Code  Code
	Word  Word
	Err   error
	Text  string   // what the user reads; empty: the title of the code
	Hints []string // what to type next; empty: those of the code
	Layer int      // index of the layer it happened in
	Form  StopForm // of what is malformed or not supported, where the advice depends on it
}

// StopForm is what a file is that was taken for one message.
type StopForm string

// The forms for which there is better advice than to fetch the mail again, or to ask for other algorithms.
const (
	FormNoMail  StopForm = "no mail"       // it may be a file of another kind
	FormSeveral StopForm = "several mails" // an mbox file
	FormApart   StopForm = "content apart" // a detached signature, whose content is another file
	FormContent StopForm = "content type"  // a CMS type that holds no mail: EncryptedData, a signed receipt
)
