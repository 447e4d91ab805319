package message

import (
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// maxLayers is how many S/MIME layers are taken off one message; a deeper one is
// refused as too large (DESIGN: limits).
const maxLayers = 8

// Wanted says which certificates of the store are of use. Others may come along: a store may
// have very many, and need not read all of them.
type Wanted struct {
	ID      cms.SignerID // named so in a message
	Issuers []cert.Name  // who issued something in one of these names, and their issuers
}

// Examiner holds what an examination needs from outside: anchors, certificates,
// keys and the policy. It is not changed by an examination, so that one serves
// many messages at a time.
type Examiner struct {
	Anchors []certpath.Anchor
	// AnchorsFor gives further anchors that may have issued a signer's certificate or one of the others, at a moment: for
	// lists too long to be looked through. They are nobody's signers by themselves. nil = none.
	AnchorsFor func(leaf *cert.Certificate, others []*cert.Certificate, at time.Time) []certpath.Anchor

	// TSAAnchors may vouch for who makes time stamps, and for nobody else; those of mail do not vouch for them.
	TSAAnchors []certpath.Anchor

	Chain   []*cert.Certificate              // further certificates handed in, never anchors
	Store   func(Wanted) []*cert.Certificate // those of the store; asked only when the message's own do not do
	CRLs    []certpath.List                  // revocation lists handed in and of the store; those of a message come after them
	OCSP    []certpath.Response              // OCSP responses handed in; those of a message come after them
	Online  func() Fetcher                   // fetches for one message what is not at hand; nil: the network is not used
	Keys    []Key                            // what may decrypt, in the order of preference
	Policy  verdict.Policy
	Paths   certpath.PolicyInputs
	Spool   spool.Options
	Limits  cms.Limits
	Secrets Secrets
	Kept    *Kept // what was found out about earlier messages; nil: nothing is kept
}

// Fetcher fetches for one message, and says what could not be fetched, a
// sentence each; it may hold octets that senders and servers chose.
type Fetcher interface {
	certpath.Fetcher
	Trouble() []string
}

// Secrets are what recipients without a certificate are opened with.
type Secrets struct {
	Password []byte // of a password recipient (RFC 3211); nil = none
	KEK      []byte // a shared key-encryption key
	KEKID    []byte // its identifier; nil = the only KEK recipient
}

// Key is a private key that may decrypt. Open is called only after an
// identifier of the message named the certificate; it may ask a person.
type Key struct {
	Certificate *cert.Certificate // nil: a key without any certificate
	Public      *algorithm.PublicKey
	Who         string // as the report names it: the address
	Open        func() (*algorithm.PrivateKey, error)
}

// KeyError is why a key could not be opened: a passphrase that is missing or
// wrong, a file that may not be read; or why a revocation list could not. Code and
// hints go into the report.
type KeyError struct {
	Code  verdict.Code
	Err   error
	Hints []string
}

func (e *KeyError) Error() string { return e.Err.Error() }

func (e *KeyError) Unwrap() error { return e.Err }

// Input is one message to be examined.
type Input struct {
	Command string // "verify" or "decrypt", for the report
	Name    string // as the report names it
	Source  spool.Source
	Content spool.Source // the content of a detached signature that is no mail; nil = none
	Raw     bool         // decrypt: what comes out may be any bytes, not only a MIME entity
	Want    bool         // the content will be released if the verdict allows it
	Open    bool         // take off encrypted layers too (decrypt)
	Serial  bool         // one goroutine does it all, however large the message is
	Once    bool         // Source is for this examination alone: nobody reads it afterwards, but Release
	Changed func() bool  // whether somebody has written to Source since it was opened; nil = that cannot be told
	Early   *Early       // where large content may be written before it is judged; nil = nowhere
	Large   int64        // from how many octets on a message is large, and read as seldom as possible; 0 = 2 MiB

	Observer *Observer // of this message; nil = nobody wants to know
}

// Examination is what came out: the report, and the content that may be
// released if the report says so. Close it.
type Examination struct {
	Report *verdict.Report

	facts        verdict.Facts
	source       spool.Source     // the file
	outer        *mimewrap.Entity // the mail as it came; nil for a CMS file
	certificates []*cert.Certificate
	signed       *cms.SignedData // the outermost signed layer; nil when there is none
	inner        *content        // what the last layer that was taken off held; nil when none was
	protected    *content        // what the outermost signature is for; nil when there is none, or it was not kept
	early        *early          // inner was written early; nil: it was not
	buffers      []*spool.Buffer
	observer     *Observer
	size         int64 // of the source that is read now: the file, or what a layer held
}

// Signers are the signers of the outermost signed layer, as they were found.
func (ex *Examination) Signers() []verdict.Signer {
	for _, layer := range ex.facts.Layers {
		if layer.Signed != nil {
			return layer.Signed.Signers
		}
	}
	return nil
}

// Certificates are those the outermost signed layer carried. They are nobody's
// anchors and vouched for by nobody.
func (ex *Examination) Certificates() []*cert.Certificate { return ex.certificates }

// Close destroys what was held back.
func (ex *Examination) Close() error {
	var first error
	for _, b := range ex.buffers {
		if err := b.Close(); err != nil && first == nil {
			first = err
		}
	}
	ex.buffers = nil
	return first
}
