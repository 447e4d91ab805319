package algorithm

import (
	"crypto"
	"errors"
	"fmt"
)

// Signature is a signature algorithm with its parameters and its digest: all
// that is needed to check or make a signature, but the key.
type Signature struct {
	Name       string     // "rsa-pkcs1v15", "rsa-pss", "ecdsa", "ed25519", "ml-dsa-65"
	Digest     *Digest    // the digest of the message; for a pure one, the digest its signers declare
	Pure       bool       // takes the message itself, not its digest (RFC 8419, Section 2.1)
	AnyDigest  bool       // a pure one whose declared digest says nothing without signed attributes (RFC 9882, Section 3.3)
	Status     Status     // of the scheme with its digest; the size of the key is not in it
	Identifier Identifier // as read, or as to be written

	kind   string // of the keys that fit
	verify func(key *PublicKey, input, sig []byte) bool
	sign   func(key crypto.Signer, input []byte) ([]byte, error)
	size   func(key *PublicKey) int
}

// Message is what is signed. Sum is its digest made with Signature.Digest,
// where somebody has made it already; a pure signature needs Bytes.
type Message struct {
	Bytes []byte
	Sum   []byte
}

// signatureRow is one row of the signature table: an OID and how its
// parameters are read. declared is the digest that stands beside it, or nil.
type signatureRow struct {
	oid      OID
	read     func(id Identifier, declared *Digest) (*Signature, error)
	standard string
	usual    func() []byte // parameters, where there must be some
}

// FindSignature returns the algorithm that id names. digest is the one that
// the SignerInfo declares: an algorithm without a digest of its own takes it, all
// others must agree with it or the error is a *MismatchError (RFC 5652, Section 5.3; RFC
// 5754, Section 3). In certificates and CRLs nothing is declared and digest is
// nil.
func FindSignature(id Identifier, digest *Digest) (*Signature, error) {
	for row := range signatures.rows() {
		if row.oid != id.OID {
			continue
		}
		s, err := row.read(id, digest)
		if err != nil {
			return nil, err
		}
		if digest != nil && s.Digest.OID != digest.OID {
			return nil, &MismatchError{Signature: s.Name, Digest: s.Digest.Name, Declared: digest.Name}
		}
		s.Identifier = id
		return s, nil
	}
	return nil, unsupported("signature", id.OID)
}

// Verify returns nil if sig is a signature of m by key, and otherwise an error
// that is ErrSignature: a key of another kind, or one that is restricted to
// other parameters, signs nothing.
func (s *Signature) Verify(key *PublicKey, m Message, sig []byte) error {
	if key == nil || !key.CanSign || key.Kind != s.kind {
		return fmt.Errorf("%w: the key is of no kind that makes %s", ErrSignature, s.Name)
	}
	input, err := s.input(m)
	if err != nil {
		return err
	}
	if !s.verify(key, input, sig) {
		return ErrSignature
	}
	return nil
}

// input returns what goes into the signature function.
func (s *Signature) input(m Message) ([]byte, error) {
	if s.Pure {
		if m.Bytes == nil && m.Sum != nil {
			return nil, errors.New("algorithm: internal error: a pure signature needs the whole message")
		}
		return m.Bytes, nil
	}
	if m.Sum == nil {
		return s.Digest.sum(m.Bytes), nil
	}
	if len(m.Sum) != s.Digest.Size {
		return nil, errors.New("algorithm: internal error: a digest of another length")
	}
	return m.Sum, nil
}

// Sign signs m. What the key returns is checked before it is let out: a fault
// while signing can give the private key away. Only Current algorithms sign.
func (s *Signature) Sign(key crypto.Signer, m Message) ([]byte, error) {
	public, err := PublicKeyOf(key.Public())
	if err != nil {
		return nil, err
	}
	sig, err := s.made(key, public, m)
	if err != nil {
		return nil, err
	}
	if err := s.Verify(public, m, sig); err != nil {
		return nil, fmt.Errorf("algorithm: the key made a signature that does not verify: %w", err)
	}
	return sig, nil
}

// SignUnchecked is Sign without the check, for those who verify the signature
// themselves, with the key of the certificate it is for, before they let it out.
func (s *Signature) SignUnchecked(key *PrivateKey, m Message) ([]byte, error) {
	public := key.Public
	if public == nil {
		var err error
		if public, err = PublicKeyOf(key.Signer.Public()); err != nil {
			return nil, err
		}
	}
	return s.made(key.Signer, public, m)
}

// made returns a signature as the key gives it.
func (s *Signature) made(key crypto.Signer, public *PublicKey, m Message) ([]byte, error) {
	if s.Status != Current || s.sign == nil {
		return nil, &UnsupportedError{Kind: "signature", OID: s.Identifier.OID, Detail: s.Name + " with " + s.Digest.Name + " is read only"}
	}
	if public.Kind != s.kind {
		return nil, &UnsupportedError{Kind: "signature", OID: s.Identifier.OID, Detail: "not with a key of kind " + public.Kind}
	}
	input, err := s.input(m)
	if err != nil {
		return nil, err
	}
	sig, err := s.sign(key, input)
	if err != nil {
		return nil, fmt.Errorf("algorithm: signing with %s: %w", s.Name, err)
	}
	return sig, nil
}

// FixedSize returns the octets of every signature by key, or 0 where they
// vary.
func (s *Signature) FixedSize(key *PublicKey) int {
	if key == nil || key.Kind != s.kind || s.size == nil {
		return 0
	}
	return s.size(key)
}

// SignOptions are the wishes of one who signs.
type SignOptions struct {
	PSS    bool    // RSASSA-PSS instead of PKCS #1 v1.5; of no meaning to other keys
	Digest *Digest // nil: what fits the key
	// NameDigest asks for an identifier that names the digest: in certificates
	// nothing stands beside it.
	NameDigest bool
}

// SignatureFor returns the algorithm to sign with. The digest must be Current.
func SignatureFor(key *PublicKey, opt SignOptions) (*Signature, error) {
	if opt.Digest != nil && opt.Digest.Status != Current {
		return nil, &UnsupportedError{Kind: "digest", OID: opt.Digest.OID, Detail: opt.Digest.Name + " is read only"}
	}
	row, err := findKeyKind(key.Identifier.OID)
	if err != nil {
		return nil, err
	}
	if row.signature == nil {
		return nil, &UnsupportedError{Kind: "signature", OID: row.oid, Detail: "this key cannot sign"}
	}
	return row.signature(key, opt)
}
