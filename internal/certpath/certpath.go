package certpath

import (
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// Limits of the work for one request. They are far above what real mail has
// and keep a bag of cross-signed certificates from costing more than moments.
const (
	maxCandidates = 64   // certificates that take part
	maxPathLength = 8    // certificates in one path, with leaf and anchor
	maxSignatures = 100  // signatures checked
	maxSteps      = 2000 // issuers looked at
	maxAnchored   = 32   // complete paths validated
	maxOpen       = 32   // paths that end without an anchor, described
	maxPaths      = 8    // paths returned
)

// Anchor is a certificate that is believed for its own sake.
type Anchor struct {
	Certificate *cert.Certificate
	Name        string // "ux-root"
	Kind        string // "own", "file", "builtin", "system"
	Added       time.Time
}

// Purpose is what the leaf's key is to be used for.
type Purpose int

// The purposes of S/MIME, and of commits and tags, which a certificate for code
// may sign too. PurposeAny asks for none: neither key usage nor extended key
// usage of any certificate are looked at for it. PurposeTimeStamp is that of
// time-stamping authorities, which has anchors of its own.
const (
	PurposeSign Purpose = iota
	PurposeEncrypt
	PurposeAny
	PurposeCode
	PurposeTimeStamp
)

// Request is what Validate needs to know.
type Request struct {
	Leaf       *cert.Certificate
	Candidates []*cert.Certificate // may be issuers; never anchors
	Sources    map[string]string   // fingerprint -> "message", "chain", "store": for those who report
	Anchors    []Anchor
	At         time.Time
	Purpose    Purpose
	Policy     PolicyInputs
	Evidence   *Evidence // revocation lists and OCSP responses; nil: revocation is not looked at
	Known      *Known    // what requests before this one have found out; nil: nothing is remembered
}

// IssuerNames returns the names in which something was issued that the request is about: the
// certificates that take part and the revocation lists. Whoever bears none of them, nor issued
// one who does, can add nothing to a path.
func (req *Request) IssuerNames() []cert.Name {
	var out []cert.Name
	if req.Leaf != nil {
		out = append(out, req.Leaf.Issuer)
	}
	for _, c := range req.Candidates {
		if c != nil {
			out = append(out, c.Issuer)
		}
	}
	return append(out, req.Evidence.Issuers()...)
}

// PolicyInputs are the inputs (c) and (e) to (g) of RFC 5280, Section 6.1.1.
type PolicyInputs struct {
	Initial          []algorithm.OID // user-initial-policy-set; empty means any-policy
	ExplicitPolicy   bool            // initial-explicit-policy
	InhibitMapping   bool            // initial-policy-mapping-inhibit
	InhibitAnyPolicy bool            // initial-any-policy-inhibit
}

// Path is a path that was found, with all that is wrong with it.
type Path struct {
	Certificates []*cert.Certificate    // leaf first, anchor last; each signed by the next
	Anchor       *Anchor                // nil when the path ends without one
	Problems     []Problem              // each of them makes the path fail
	Notes        []Problem              // facts worth telling that do not
	Digests      []*algorithm.Digest    // of the signatures between the certificates
	Keys         []*algorithm.PublicKey // of the certificates, without those that cannot be read
	Revocation   []Revocation           // of the certificates below the anchor in order; nil when not looked at
}

// Good reports whether the path leads to an anchor and nothing is wrong with
// it. Revocation, which is a fact beside, does not count.
func (p *Path) Good() bool { return p.Anchor != nil && len(p.Problems) == 0 }

// Codes of problems.
const (
	CodeIssuerUnknown = "issuer-unknown" // the path ends in a self-signed certificate that is no anchor
	CodeIssuerMissing = "issuer-missing" // the issuer's certificate is not there
	CodeExpired       = "expired-now"    // at the time of the request
	CodeNotYetValid   = "not-yet-valid"
	CodeWrongPurpose  = "wrong-purpose"
	CodePathInvalid   = "path-invalid" // a rule of RFC 5280, Section 6.1 is broken
)

// Codes of notes.
const (
	NoteAnchorExpired = "anchor-expired" // the anchor's own validity does not include the time
	NoteCALeaf        = "leaf-is-ca"     // the leaf is a CA certificate (RFC 8550, Section 4.4.1)
)

// Problem is one fact about a path.
type Problem struct {
	Code        string
	Certificate *cert.Certificate // the one it is about
	Detail      string
	Err         error // the cause where there is one, such as *algorithm.UnsupportedError
}

// Result is what Validate found: at least one path, the best first.
type Result struct {
	Paths []Path // at most 8; a good one has no Problems
}

// Validate looks for paths from req.Leaf to one of req.Anchors and validates
// each. A leaf that is an anchor itself is a path of one certificate. When
// there is no path to an anchor, the result holds the best of those that end
// before one, with the reason. The zero Result, which has no path, is returned
// only for a request without a leaf.
func Validate(req Request) Result {
	if req.Leaf == nil {
		return Result{}
	}
	b := newBuilder(&req)
	b.search()
	b.revocations()
	return Result{Paths: b.results()}
}

// MatchesAddress reports whether a is an address of the certificate (RFC 8550,
// Section 3; RFC 9598). Addresses that are no clean mailboxes match nothing.
func MatchesAddress(c *cert.Certificate, a cert.Address) bool {
	for _, own := range c.Addresses() {
		if own.Equal(a) {
			return true
		}
	}
	return false
}
