package message

import (
	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms"
	"smimectl/internal/verdict"
)

// rate says how strong the way is in which a recipient gets the content-encryption
// key: his key, or the wrap if that is weaker. What is not in a certificate that is at
// hand is in the message: the size of what RSA encrypted, the ephemeral key of an
// agreement, the name of a KEM. How strong a password is, nobody knows.
func rate(r *verdict.Recipient, ri *cms.RecipientInfo, c *cert.Certificate) {
	if c != nil {
		if key, err := c.PublicKey(); err == nil {
			r.Strength, r.StrengthOf = key.Strength(), key.Title
		}
	}
	switch ri.Kind {
	case cms.KeyTrans:
		if r.StrengthOf == "" && len(ri.EncryptedKey) > 0 {
			if _, err := algorithm.FindKeyTransport(ri.Algorithm); err == nil {
				r.StrengthOf, r.Strength = algorithm.TransportStrength(ri.EncryptedKey)
			}
		}
	case cms.KeyAgree:
		if r.StrengthOf == "" && ri.Originator != nil {
			r.StrengthOf, r.Strength, _ = algorithm.OriginatorStrength(*ri.Originator)
		}
	case cms.KEM:
		if r.StrengthOf == "" {
			r.StrengthOf, r.Strength, _ = algorithm.KEMStrength(ri.Algorithm)
		}
	case cms.KEK:
	default:
		return
	}
	if w := wrapOf(ri); w != nil {
		if s := w.Strength(); ri.Kind == cms.KEK || r.StrengthOf != "" && s.Weaker(r.Strength) {
			r.StrengthOf, r.Strength = w.Name, s
		}
	}
}

// wrapOf finds the key wrap that encrypts the content-encryption key for a recipient; nil where there is none, or none
// that is had here.
func wrapOf(ri *cms.RecipientInfo) *algorithm.KeyWrap {
	id := ri.Algorithm
	switch {
	case ri.Kind == cms.KeyAgree:
		if a, err := algorithm.FindKeyAgreement(id); err == nil {
			return a.Wrap
		}
		return nil
	case ri.Kind == cms.KEM && ri.Encapsulated != nil:
		id = ri.Encapsulated.Wrap
	case ri.Kind != cms.KEK && ri.Kind != cms.Password:
		return nil
	}
	w, err := algorithm.FindKeyWrap(id)
	if err != nil {
		return nil
	}
	return w
}

// outdated takes the key wrap into the status of a recipient, and names it where it is what is outdated. A password has
// a wrap that is made with a cipher for contents (RFC 3211, Section 2.3).
func outdated(r *verdict.Recipient, ri *cms.RecipientInfo) {
	name, status := "", algorithm.Current
	if w := wrapOf(ri); w != nil {
		name, status = w.Name, w.Status
	} else if c := ri.WrapCipher(); c != nil {
		name, status = c.Name, c.Status
	}
	if status != algorithm.Current {
		r.Status, r.Outdated = max(r.Status, status), name
	}
}
