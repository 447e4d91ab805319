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
	var wrap algorithm.Identifier
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
		if a, err := algorithm.FindKeyAgreement(ri.Algorithm); err == nil {
			wrap = a.Wrap.Identifier()
		}
	case cms.KEM:
		if r.StrengthOf == "" {
			r.StrengthOf, r.Strength, _ = algorithm.KEMStrength(ri.Algorithm)
		}
		if ri.Encapsulated != nil {
			wrap = ri.Encapsulated.Wrap
		}
	case cms.KEK:
		wrap = ri.Algorithm
	default:
		return
	}
	if w, err := algorithm.FindKeyWrap(wrap); err == nil {
		if s := w.Strength(); ri.Kind == cms.KEK || r.StrengthOf != "" && s.Weaker(r.Strength) {
			r.StrengthOf, r.Strength = w.Name, s
		}
	}
}
