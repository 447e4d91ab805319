package verdict

import (
	"fmt"
	"strconv"
)

// Schema names the shape of the JSON. Fields may be added under the same number, none changes its meaning.
const Schema = "smimectl.report/1"

// Report is the judgement of one message. Its JSON has the same shape for every command: absent is "not known", null
// is "not there", an empty list is []. The zero value says "error", exit code 3.
type Report struct {
	Schema     string    `json:"schema"`
	Command    string    `json:"command"`
	File       *string   `json:"file"`
	Verdict    Word      `json:"verdict"`          // null for inspect
	Status     Status    `json:"exit"`             // see Exit
	Inside     *Word     `json:"inside,omitempty"` // decrypt: the word of the signed layers, or unsigned
	Reasons    []Reason  `json:"reasons"`
	Exceptions []string  `json:"exceptions"` // flags that allow what is refused otherwise
	JudgedAt   *JudgedAt `json:"judged_at,omitempty"`

	Mail         *MailReport         `json:"mail"`
	Parts        []PartReport        `json:"parts,omitempty"` // of a mail that is only partly protected
	Layers       []LayerReport       `json:"layers"`
	Certificates []CertificateReport `json:"certificates,omitempty"`
	Compare      *CompareReport      `json:"compare,omitempty"`
	NotChecked   []string            `json:"not_checked"`
	MailSHA256   string              `json:"mail_sha256,omitempty"` // of a mail that an mbox file has no name for, for whoever keeps reports

	*FileLook

	// The index of the layer that gives the word, plus one; 0 when none does.
	judged  int
	release bool
	primary int // the index of the reason the screen is about, plus one
}

// Status is an exit code. Its zero value is not 0 but "could not finish", so that a report nobody filled is no success.
type Status int

func statusOf(code int) Status { return Status(exitMachine - code) }

// Code is the exit code.
func (s Status) Code() int { return exitMachine - int(s) }

// MarshalJSON writes the exit code.
func (s Status) MarshalJSON() ([]byte, error) { return []byte(strconv.Itoa(s.Code())), nil }

// UnmarshalJSON reads an exit code.
func (s *Status) UnmarshalJSON(b []byte) error {
	n, err := strconv.Atoi(string(b))
	if err != nil || n < 0 || n > 255 {
		return fmt.Errorf("verdict: no exit code: %.20q", b)
	}
	*s = statusOf(n)
	return nil
}

// Exit is the exit code of the program after this report.
func (r *Report) Exit() int {
	if r == nil {
		return exitMachine
	}
	return r.Status.Code()
}

// Good says whether everything asked for holds.
func (r *Report) Good() bool {
	return r.Exit() == exitYes && (r.Verdict == WordGood || r.Verdict == WordDone)
}

// Release says whether content may be written: when the verdict is good, or when the policy releases text whose
// signature is not good. What does not decrypt is never released.
func (r *Report) Release() bool { return r != nil && r.release }

// Reason is one thing that was found.
type Reason struct {
	Code   Code    `json:"code"`
	Level  Level   `json:"level"`
	Layer  *int    `json:"layer"`  // null: the mail as a whole
	Signer *int    `json:"signer"` // null: no single signer
	Text   string  `json:"text"`
	Hint   *string `json:"hint"`

	word  Word     // what the reason makes of its layer
	hints []string // all of them; Hint is the first
	// worded: the text needs no title before it, and nothing of the message is in it.
	worded bool
}

// MailReport is what the header fields outside say. Nobody vouches for them.
type MailReport struct {
	From      []string `json:"from"`
	Sender    *string  `json:"sender"`
	To        []string `json:"to"`
	Subject   *string  `json:"subject"`
	Date      *Time    `json:"date"`
	MessageID *string  `json:"message_id"`
	FromNames []string `json:"from_names"`
}

// JudgedAt is the moment for which certificates were judged.
type JudgedAt struct {
	Time   Time   `json:"time"`
	Source string `json:"source"` // "clock", "given"; "signer" when the claimed time of each signer counts
}

// PartReport is one part of a mail that is only partly protected.
type PartReport struct {
	Number    string `json:"part"`
	Protected string `json:"protected"` // "signed", "encrypted", "compressed", "none"
	MediaType string `json:"type"`
	FileName  string `json:"name,omitempty"`
	Excerpt   string `json:"excerpt,omitempty"`

	*PartLook
}

// LayerReport is one layer. Which of the fields stand depends on the kind.
type LayerReport struct {
	Kind string `json:"kind"`
	Form string `json:"form,omitempty"`
	Part string `json:"part,omitempty"`

	*SignedReport
	*EncryptedReport
	Weakest *WeakestReport `json:"weakest,omitempty"` // of several recipients or signers
	Look    *LayerLook     `json:"details,omitempty"` // inspect
}

// SignedReport is what a signed layer adds.
type SignedReport struct {
	Verdict Word           `json:"verdict"` // of this layer alone
	Covers  CoversReport   `json:"covers"`
	Cause   *CauseReport   `json:"cause,omitempty"`
	Signers []SignerReport `json:"signers"`
}

// CoversReport says what a signature stands for.
type CoversReport struct {
	WholeBody        bool     `json:"whole_body"`
	Parts            []string `json:"parts"`
	NotCovered       []string `json:"not_covered"`
	HeadersProtected []string `json:"headers_protected"`
	HeadersDiffer    []string `json:"headers_differ"`
	Attachments      []string `json:"attachments"`
}

// CauseReport explains a changed content; kind null: nothing known explains it. Addition says that something was
// added that is not the signer's. Texts of the mail are escaped.
type CauseReport struct {
	Kind     *string `json:"kind"`
	Also     string  `json:"also,omitempty"`
	Addition bool    `json:"addition,omitempty"`
	Added    int     `json:"added_lines,omitempty"`
	Line     int     `json:"line,omitempty"`
	Is       string  `json:"is,omitempty"`
	Before   string  `json:"before,omitempty"`
}

// SignerReport is the judgement of one signer.
type SignerReport struct {
	Integrity      string             `json:"integrity"` // "ok", "bad", "not-checked"
	Trust          string             `json:"trust"`     // "ok", "untrusted", "expired", ... "not-checked"
	Address        string             `json:"address"`   // "ok", "mismatch", "missing", "not-checked"
	Name           *string            `json:"name"`
	Addresses      []string           `json:"addresses"`
	SignedAt       *Time              `json:"signed_at"`
	SignedAtSource *string            `json:"signed_at_source"`     // "signer": a claim; "timestamp": proven by the time stamp
	ClaimedAt      *Time              `json:"claimed_at,omitempty"` // by the signer's clock, where a time stamp proves another time
	Timestamp      *TimeStampReport   `json:"timestamp,omitempty"`  // the one that proves the time, else the first
	Digest         string             `json:"digest,omitempty"`
	Signature      string             `json:"signature,omitempty"`
	Key            string             `json:"key,omitempty"`
	Certificate    *CertificateReport `json:"certificate"`
	Chain          []ChainReport      `json:"chain"`
	Validity       ValidityReport     `json:"validity"`
	Revocation     RevocationReport   `json:"revocation"`
	Capabilities   []string           `json:"capabilities"`
	Checks         []CheckReport      `json:"checks"`

	Countersignatures []CountersignatureReport `json:"countersignatures,omitempty"`

	Look *SignerLook `json:"details,omitempty"` // inspect

	keyTitle, digestTitle string
}

// CheckReport is one check by name: "passed", "failed" or "not checked".
type CheckReport struct {
	Name   string `json:"name"`
	Result string `json:"result"`
}

// CertificateReport is what a certificate says.
type CertificateReport struct {
	SHA256     string   `json:"sha256"`
	Serial     string   `json:"serial"`
	Subject    string   `json:"subject"`
	Issuer     string   `json:"issuer"`
	NotBefore  Time     `json:"not_before"`
	NotAfter   Time     `json:"not_after"`
	Usage      []string `json:"usage"` // null: not limited
	For        []string `json:"for"`   // null: not limited
	Addresses  []string `json:"addresses,omitempty"`
	Key        string   `json:"key,omitempty"`
	PrivateKey *bool    `json:"private_key,omitempty"`
	Trust      string   `json:"trust,omitempty"`

	// Of certificates that were judged by themselves.
	Chain      []ChainReport     `json:"chain,omitzero"`
	Revocation *RevocationReport `json:"revocation,omitempty"`
	Weaknesses []Weakness        `json:"weaknesses,omitzero"` // against the requirements for public CAs; they change no verdict

	checked *SignerReport // for the screen
	says    string        // the subject, without the types of its attributes
}

// ChainReport is one issuer above a signer.
type ChainReport struct {
	Subject string `json:"subject"`
	Source  string `json:"source"` // "message", "chain", "store", "anchor:NAME"
	SHA256  string `json:"sha256"`
	Kind    string `json:"kind,omitempty"`  // of an anchor: "own", "file", "builtin", "system"
	Added   *Time  `json:"added,omitempty"` // of an anchor of the user's
	name    string // as shown: common name or organisation
	flag    string // by which a file became an anchor; "": --ca
}

// ValidityReport says whether the chain was valid: "ok", "expired", "not-yet-valid".
type ValidityReport struct {
	WhenSigned string `json:"when_signed,omitempty"` // by the claimed time
	Now        string `json:"now,omitempty"`
}

// RevocationReport says what is known of a revocation.
type RevocationReport struct {
	Status    string  `json:"status"`               // "not-checked", "good", "revoked", "unknown"
	Source    *string `json:"source"`               // of the list that decided: "file", "store", "message"
	ListOf    *Time   `json:"list_of,omitempty"`    // when that list was issued
	RevokedAt *Time   `json:"revoked_at,omitempty"` // by the list
	Reason    string  `json:"reason,omitempty"`     // by the list, as in RFC 5280
	Detail    string  `json:"detail,omitempty"`     // why it is unknown
}

// EncryptedReport is what an encrypted layer adds.
type EncryptedReport struct {
	Cipher        string            `json:"cipher"`
	Authenticated bool              `json:"authenticated"`
	Decrypted     bool              `json:"decrypted"`
	DecryptedWith *string           `json:"decrypted_with"`
	Recipients    []RecipientReport `json:"recipients"`

	title string
}

// RecipientReport is one recipient of an encrypted layer.
type RecipientReport struct {
	Type      string  `json:"type"`
	Algorithm string  `json:"algorithm"`
	Issuer    *string `json:"issuer"`
	Serial    *string `json:"serial"`
	KeyID     *string `json:"key_id"`
	Address   *string `json:"address"`
	Here      string  `json:"here"`                // "key", "certificate", "unknown"
	KeyTitle  string  `json:"key_title,omitempty"` // for people

	Look *RecipientLook `json:"details,omitempty"` // inspect
}
