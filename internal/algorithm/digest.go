package algorithm

import (
	"crypto"
	"hash"
	"slices"
)

// Digest is one row of the digest table (RFC 8551, Section 2.1; RFC 5754,
// Section 2).
type Digest struct {
	Name       string   // "sha256", as written in options and reports
	OID        OID      //
	MIC        string   // the micalg value written, RFC 8551, Section 3.5.3.2
	MICAliases []string // other micalg values that mean this digest
	Size       int      // octets of the result
	Status     Status   // as part of a signature
	New        func() hash.Hash
	Hash       crypto.Hash // 0 where crypto has no name for it

	standard string // the clause that lets CMS use it

	parameters string                 // of the identifier, where there must be some
	mask       func(out, seed []byte) // of an extendable-output function: XORs its own output in
}

// Identifier returns the digest as written in a digestAlgorithm field:
// parameters are absent (RFC 5754, Section 2), unless they say the length (RFC
// 8419, Section 2.3).
func (d *Digest) Identifier() Identifier {
	if d.parameters != "" {
		return Identifier{OID: d.OID, Parameters: []byte(d.parameters)}
	}
	return Identifier{OID: d.OID}
}

// nullIdentifier returns the digest with NULL parameters, the form within
// RSA's DigestInfo (RFC 8017, Section 9.2), RSASSA-PSS-params and
// RSAES-OAEP-params.
func (d *Digest) nullIdentifier() Identifier {
	return Identifier{OID: d.OID, Parameters: nullParameters()}
}

// sum returns the digest of b.
func (d *Digest) sum(b []byte) []byte {
	h := d.New()
	h.Write(b)
	return h.Sum(nil)
}

// FindMIC returns the digest that a micalg value means, in lower case, or nil (RFC
// 8551, Section 3.5.3.2).
func FindMIC(value string) *Digest {
	for _, d := range digests {
		if value != "" && d.MIC == value || slices.Contains(d.MICAliases, value) {
			return d
		}
	}
	return nil
}

// FindDigest returns the digest that id names. Absent and NULL parameters are
// both read, as RFC 5754, Section 2 demands.
func FindDigest(id Identifier) (*Digest, error) {
	for _, d := range digests {
		if d.OID != id.OID {
			continue
		}
		if d.parameters != "" {
			if string(id.Parameters) != d.parameters {
				return nil, &ParameterError{Name: d.Name, Detail: "not the length in use"}
			}
			return d, nil
		}
		if !id.hasNone() {
			return nil, &ParameterError{Name: d.Name, Detail: "neither absent nor NULL"}
		}
		return d, nil
	}
	return nil, unsupported("digest", id.OID)
}

// findFixedDigest returns the digest that id names in a place where an
// extendable-output function has no meaning: in MGF1 and in the parameters of
// RSASSA-PSS and RSAES-OAEP, which it does without (RFC 8702, Section 3.2.1).
func findFixedDigest(id Identifier) (*Digest, error) {
	d, err := FindDigest(id)
	if err == nil && d.mask != nil {
		return nil, &UnsupportedError{Kind: "digest", OID: id.OID, Detail: d.Name + " in this place"}
	}
	return d, err
}

// DigestByName returns the digest of that name.
func DigestByName(name string) (*Digest, error) {
	for _, d := range digests {
		if d.Name == name {
			return d, nil
		}
	}
	return nil, &UnsupportedError{Kind: "digest", Detail: "no digest has that name"}
}

// Digests returns all digests, the preferred ones first.
func Digests() []*Digest { return slices.Clone(digests) }
