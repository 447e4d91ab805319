package verdict

// What inspect tells besides what every report has. The facts have the shape of the JSON: nothing is judged, so nothing
// changes on the way. The fields Weak are filled in by this package.

// PartLook is more about one part.
type PartLook struct {
	Encoding  string   `json:"encoding,omitempty"`   // transfer encoding
	Size      int64    `json:"size"`                 // octets of the body as it stands
	MICAlg    string   `json:"micalg,omitempty"`     // of a multipart/signed
	SMIMEType string   `json:"smime_type,omitempty"` // of a pkcs7-mime
	Weak      []string `json:"weak,omitzero"`        // what may break on the way

	Transport *Transport `json:"-"`
}

// Transport is what a text that is signed as it stands has to survive (RFC 8551, Section 3.1.3).
type Transport struct {
	EightBit, NUL, LoneCR bool
	Longest               int64 // octets of the longest line
	TrailingBlanks        bool
	FromLines             bool // lines that begin with "From "
	DotLines              bool // lines of one dot
}

// LayerLook is more about one layer.
type LayerLook struct {
	Version          int               `json:"version"`
	ContentType      string            `json:"content_type,omitempty"`
	ContentSize      *int64            `json:"content_size,omitempty"` // octets of what is signed, or of the ciphertext
	Detached         bool              `json:"detached,omitempty"`
	DigestAlgorithms []string          `json:"digest_algorithms,omitzero"`
	MICAlg           string            `json:"micalg,omitempty"`
	TagSize          int               `json:"tag_size,omitempty"` // octets of the tag of an authenticated cipher
	Attributes       []AttributeReport `json:"authenticated_attributes,omitzero"`
	Unprotected      []AttributeReport `json:"unprotected_attributes,omitzero"`
	Carries          *CarriesReport    `json:"carries,omitempty"`
	Headers          *HeadersReport    `json:"headers,omitempty"`
	Weak             []string          `json:"weak,omitzero"`
}

// CarriesReport counts what a signature brings along.
type CarriesReport struct {
	Certificates int          `json:"certificates"`
	Unreadable   int          `json:"unreadable_certificates"`
	Lists        []ListReport `json:"revocation_lists"`
	Responses    int          `json:"ocsp_responses"`
	Other        int          `json:"other_revocation"`
}

// HeadersReport compares the header fields that stand inside what is protected with those outside (RFC 9788).
type HeadersReport struct {
	Form   string        `json:"form"` // "hp=clear", "hp=cipher", "message/rfc822", or "fields inside"
	Fields []FieldReport `json:"fields"`
}

// FieldReport is one header field, by name.
type FieldReport struct {
	Name    string   `json:"name"`
	State   string   `json:"state"` // "same", "differs", "inside-only", "outside-only"
	Outside []string `json:"outside"`
	Inside  []string `json:"inside"`
}

// AttributeReport is one attribute by the name of its standard.
type AttributeReport struct {
	Name   string   `json:"name"`
	OID    string   `json:"oid"`
	Values []string `json:"values"` // in words
}

// SignerLook is more about one signer.
type SignerLook struct {
	Version       int               `json:"version"`
	Issuer        *string           `json:"issuer"` // as the message names the signer
	Serial        *string           `json:"serial"`
	KeyID         *string           `json:"key_id"`
	Source        string            `json:"certificate_from,omitempty"` // "message", "chain", "store", ...
	Attributes    []AttributeReport `json:"signed_attributes"`          // null: none
	Unsigned      []AttributeReport `json:"unsigned_attributes"`
	SignatureSize int               `json:"signature_size"`
	MissingIssuer *string           `json:"missing_issuer,omitempty"` // the chain ends before the certificate of this one
	Weak          []string          `json:"weak"`
}

// RecipientLook is more about one recipient.
type RecipientLook struct {
	Version int      `json:"version"`
	Key     string   `json:"key,omitempty"`        // what the message shows of the key: "RSA 4096", "P-256"
	Derive  string   `json:"derivation,omitempty"` // how the key-encryption key is made
	Wrap    string   `json:"wrap,omitempty"`       // how the content-encryption key is encrypted with it
	Weak    []string `json:"weak,omitzero"`
}

// ListReport is a certificate revocation list.
type ListReport struct {
	Issuer     string `json:"issuer"`
	ThisUpdate Time   `json:"this_update"`
	NextUpdate *Time  `json:"next_update"`
	Number     string `json:"number,omitempty"`
	Delta      bool   `json:"delta,omitempty"`
	Entries    int    `json:"entries"`
	Signature  string `json:"signature,omitempty"`
}

// StatusReport is an OCSP response.
type StatusReport struct {
	Responder  string         `json:"responder"`
	ProducedAt Time           `json:"produced_at"`
	Signature  string         `json:"signature,omitempty"`
	Answers    []AnswerReport `json:"answers"`
}

// AnswerReport is what an OCSP response says of one certificate.
type AnswerReport struct {
	Serial     string `json:"serial"`
	Status     string `json:"status"` // "good", "revoked", "unknown"
	RevokedAt  *Time  `json:"revoked_at,omitempty"`
	Reason     string `json:"reason,omitempty"`
	ThisUpdate Time   `json:"this_update"`
	NextUpdate *Time  `json:"next_update"`
}

// RequestReport is a certificate request (RFC 2986).
type RequestReport struct {
	Subject   string   `json:"subject"`
	Key       string   `json:"key,omitempty"`
	Addresses []string `json:"addresses"`
	Signature string   `json:"signature,omitempty"`
}

// KeyReport is a private key in a file. Nothing of the key itself is in it.
type KeyReport struct {
	Format       string `json:"format"`
	Encrypted    bool   `json:"encrypted"`
	Key          string `json:"key,omitempty"` // "rsa-3072"; where that shows without a passphrase
	FriendlyName string `json:"friendly_name,omitempty"`
	Fits         string `json:"certificate,omitempty"` // SHA-256 of the certificate of the file that has this key

	Title string `json:"-"`
}

// FileLook is what a file holds that is no message.
type FileLook struct {
	Format    string          `json:"format,omitempty"`
	Keys      []KeyReport     `json:"keys,omitzero"`
	Lists     []ListReport    `json:"revocation_lists,omitzero"`
	Responses []StatusReport  `json:"ocsp_responses,omitzero"`
	Requests  []RequestReport `json:"requests,omitzero"`
	// Of one mail in a file of several.
	MailNumber int    `json:"mail_number,omitempty"`
	MailOffset *int64 `json:"mail_offset,omitempty"`
	Size       *int64 `json:"size,omitempty"` // octets of the file, or of the mail in it
}
