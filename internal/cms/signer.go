package cms

import (
	"errors"
	"fmt"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// Signer is one who signs. The key may be anywhere: only its crypto.Signer is
// used.
type Signer struct {
	Certificate *cert.Certificate
	Chain       []*cert.Certificate // put into the message too, without self-signed ones
	Key         *algorithm.PrivateKey
	Options     algorithm.SignOptions
	ByKeyID     bool // be named by key identifier, not by issuer and serial number
	// Encryption is the certificate that mail for the signer is to be encrypted to, where it is not
	// Certificate: it is named in the signed attributes (RFC 8551, Section 2.5.3) and put into the
	// message too. nil: nothing is said.
	Encryption *cert.Certificate
}

// scheme returns the algorithm a signer signs with.
func (s *Signer) scheme() (*algorithm.Signature, *algorithm.PublicKey, error) {
	if !s.canSign() {
		return nil, nil, errors.New("cms: a signer needs a certificate and a key that can sign")
	}
	key, err := s.Certificate.PublicKey()
	if err != nil {
		return nil, nil, fmt.Errorf("cms: certificate of the signer: %w", err)
	}
	scheme, err := algorithm.SignatureFor(key, s.Options)
	return scheme, key, err
}

// DigestsOf returns the digests that the signers will make of the content,
// each once: what has to be announced before it.
func DigestsOf(signers []Signer) ([]*algorithm.Digest, error) {
	var out []*algorithm.Digest
	for i := range signers {
		scheme, _, err := signers[i].scheme()
		if err != nil {
			return nil, err
		}
		out = appendDigest(out, scheme.Digest)
	}
	return out, nil
}

// FixedSize reports whether the size of each signature is known before it is made.
func FixedSize(signers []Signer) bool {
	for i := range signers {
		if scheme, key, err := signers[i].scheme(); err != nil || scheme.FixedSize(key) == 0 {
			return false
		}
	}
	return true
}

// canSign reports whether there is what a signature is made and checked with.
func (s *Signer) canSign() bool { return s.Certificate != nil && s.Key != nil && s.Key.Signer != nil }

// signatureMaker makes the SignerInfo of one signer.
type signatureMaker struct {
	*signerHead
	signer *Signer
	time   time.Time
}

func newSignatureMaker(s *Signer, contentType ContentType, opt *SignedDataOptions) (*signatureMaker, error) {
	head, err := opt.Kept.head(s, contentType, opt)
	if err != nil {
		return nil, err
	}
	return &signatureMaker{head, s, opt.Time}, nil
}

// size returns the octets of the SignerInfo, or 0 if they are not known before
// it is made.
func (m *signatureMaker) size() int {
	n := m.scheme.FixedSize(m.key)
	if n == 0 {
		return 0
	}
	return len(m.marshal(m.signed, make([]byte, n)))
}

// make signs a content with the given digest and returns the SignerInfo. It is
// read back and verified with the signer's certificate: a key that does not
// belong to the certificate, and a fault while signing, end here.
func (m *signatureMaker) make(contentType ContentType, content *ContentDigest, lim Limits) ([]byte, error) {
	attributes, err := m.attributesFor(content.sum(m.scheme.Digest), m.time)
	if err != nil {
		return nil, err
	}
	message := algorithm.Message{Bytes: attributes}
	if !m.scheme.Pure {
		h := m.scheme.Digest.New()
		h.Write(attributes)
		message = algorithm.Message{Sum: h.Sum(nil)}
	}
	signature, err := m.scheme.SignUnchecked(m.signer.Key, message)
	if err != nil {
		return nil, fmt.Errorf("cms: signing: %w", err)
	}
	der := m.marshal(attributes, signature)
	lim.Capabilities = readOwnCapabilities
	si, err := parseSignerInfo(der, 0, lim)
	if err != nil {
		return nil, fmt.Errorf("cms: signature that was made cannot be read back: %w", err)
	}
	si.applyRules(contentType)
	check := &SignedData{EContentType: contentType, lim: lim, digested: content}
	if err := check.Verify(si, m.signer.Certificate); err != nil {
		return nil, fmt.Errorf("cms: signature that was made is not good: %w", err)
	}
	return der, nil
}
