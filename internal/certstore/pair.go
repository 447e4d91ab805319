package certstore

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// maxChain bounds the certificates that go with an identity.
const maxChain = 16

// Paired is a Bundle whose keys have been opened and put to their certificates.
type Paired struct {
	Identities   []*Identity             // a certificate and the key it was proven to fit
	Keys         []*algorithm.PrivateKey // keys that fit no certificate
	Certificates []*cert.Certificate     // certificates without a key
	Unusable     []error                 // keys of kinds we do not have, when there are others
}

// Pair opens the keys of b and puts each to the certificates that hold its public
// key, whatever their order. What a file says itself about who belongs to whom
// (localKeyId) is not believed: the keys are compared, and each pair is proven by
// using both.
func Pair(b *Bundle, pass PassphraseFunc) (*Paired, error) {
	p := new(Paired)
	used := map[*cert.Certificate]bool{}
	for _, sealed := range b.Keys {
		key, err := sealed.Open(pass)
		var unsupported *algorithm.UnsupportedError
		if errors.As(err, &unsupported) {
			p.Unusable = append(p.Unusable, err)
			continue
		}
		if err != nil {
			return nil, err
		}
		fits := false
		for _, c := range b.Certificates {
			public, err := c.PublicKey()
			if err != nil || !public.Equal(key.Public) {
				continue
			}
			fits = true
			if used[c] {
				continue // the same key twice
			}
			if err := Prove(key, c); err != nil {
				return nil, err
			}
			used[c] = true
			p.Identities = append(p.Identities, NewIdentity(key, c, ChainOf(c, b.Certificates)))
		}
		if !fits {
			p.Keys = append(p.Keys, key)
		}
	}
	for _, c := range b.Certificates {
		if !used[c] {
			p.Certificates = append(p.Certificates, c)
		}
	}
	if len(p.Unusable) > 0 && len(p.Identities)+len(p.Keys) == 0 {
		return nil, p.Unusable[0]
	}
	return p, nil
}

// ChainOf returns those of candidates that lead upwards from leaf, each followed
// by the one that signed it. It is for keeping and sending the chain; it says
// nothing about trust.
func ChainOf(leaf *cert.Certificate, candidates []*cert.Certificate) []*cert.Certificate {
	var chain []*cert.Certificate
	last := leaf
	for len(chain) < maxChain && !last.SelfIssued() {
		var next *cert.Certificate
		for _, c := range candidates {
			if c.Equal(leaf) || !c.Subject.Equal(last.Issuer) {
				continue
			}
			public, err := c.PublicKey()
			if err != nil || last.CheckSignedBy(public) != nil {
				continue
			}
			next = c
			break
		}
		if next == nil {
			break
		}
		for _, c := range chain {
			if c.Equal(next) {
				return chain
			}
		}
		chain = append(chain, next)
		last = next
	}
	return chain
}

// Prove shows that key is the private key of c by using both: what key signs, the
// public key in c verifies; or what was wrapped for c, key unwraps. Two public
// keys that are equal on paper are not enough.
func Prove(key *algorithm.PrivateKey, c *cert.Certificate) error {
	public, err := c.PublicKey()
	if err != nil {
		return &UnfitError{Certificate: c, Detail: "the certificate's key cannot be used: " + err.Error()}
	}
	if key.Public != nil && !public.Equal(key.Public) {
		return &UnfitError{Certificate: c, Detail: "the private key does not belong to the certificate"}
	}
	switch {
	case key.Signer != nil && public.CanSign:
		err = proveSigning(key, public)
	case key.Decrypter != nil && public.CanTransport:
		err = proveTransport(key, public)
	case key.Agreement != nil && public.CanAgree:
		err = algorithm.ProveAgreement(key.Agreement, public)
	case key.Decapsulator != nil && public.CanEncapsulate:
		err = proveEncapsulation(key, public)
	default:
		return &UnfitError{Certificate: c, Detail: "the private key can do nothing that the certificate's key is for"}
	}
	if err != nil {
		return &UnfitError{Certificate: c, Detail: "the private key does not fit the certificate: " + err.Error()}
	}
	return nil
}

// errNotUnwrapped says that what came out is not what went in.
var errNotUnwrapped = errors.New("it does not open what was encrypted for it")

func proveSigning(key *algorithm.PrivateKey, public *algorithm.PublicKey) error {
	scheme, err := algorithm.SignatureFor(public, algorithm.SignOptions{})
	if err != nil {
		return err
	}
	// Not a text that anybody else could use: random octets, forgotten at once.
	message := algorithm.Message{Bytes: []byte("smimectl proof of possession\x00" + rand.Text())}
	sig, err := scheme.Sign(key.Signer, message)
	if err != nil {
		return err
	}
	return scheme.Verify(public, message, sig)
}

func proveTransport(key *algorithm.PrivateKey, public *algorithm.PublicKey) error {
	transport, err := algorithm.KeyTransportFor(public, false)
	if err != nil {
		return err
	}
	cek := make([]byte, 32)
	rand.Read(cek)
	wrapped, err := transport.Encrypt(public, cek)
	if err != nil {
		return err
	}
	got, err := transport.Decrypt(key.Decrypter, wrapped, len(cek))
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(got, cek) != 1 {
		return errNotUnwrapped
	}
	return nil
}

func proveEncapsulation(key *algorithm.PrivateKey, public *algorithm.PublicKey) error {
	encapsulation, err := algorithm.KeyEncapsulationFor(public, 32)
	if err != nil {
		return err
	}
	cek := make([]byte, 32)
	rand.Read(cek)
	ciphertext, wrapped, err := encapsulation.Encrypt(public, nil, cek)
	if err != nil {
		return err
	}
	got, err := encapsulation.Decrypt(key.Decapsulator, public, ciphertext, nil, wrapped)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(got, cek) != 1 {
		return errNotUnwrapped
	}
	return nil
}
