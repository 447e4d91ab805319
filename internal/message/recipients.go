package message

import (
	"encoding/hex"
	"slices"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms"
	"smimectl/internal/verdict"
)

// describe puts cipher and recipients into the facts; no key is needed.
func (w *walk) describe(env *cms.Envelope, facts *verdict.Encrypted) {
	facts.Unsupported = env.Unsupported
	if env.Cipher != nil {
		facts.Cipher, facts.CipherTitle, facts.CipherStatus = env.Cipher.Name, env.Cipher.Title, env.Cipher.Status
		facts.CipherStrength = env.Cipher.Strength()
	}
	for _, ri := range env.Recipients {
		facts.Recipients = append(facts.Recipients, w.recipient(ri))
	}
}

func (w *walk) recipient(ri *cms.RecipientInfo) verdict.Recipient {
	r, c := w.recipientOf(ri)
	rate(&r, ri, c)
	outdated(&r, ri)
	return r
}

// recipientOf returns what is known of a recipient, and his certificate if it is at hand.
func (w *walk) recipientOf(ri *cms.RecipientInfo) (verdict.Recipient, *cert.Certificate) {
	r := verdict.Recipient{Here: "unknown", Algorithm: ri.Algorithm.OID.String()}
	switch ri.Kind {
	case cms.KeyTrans:
		r.Type = "key-transport"
		if t, err := algorithm.FindKeyTransport(ri.Algorithm); err == nil {
			r.Algorithm, r.Status = t.FullName(), t.Status
		}
	case cms.KeyAgree:
		r.Type = "key-agreement"
		if a, err := algorithm.FindKeyAgreement(ri.Algorithm); err == nil {
			r.Algorithm, r.Status = a.Name, a.Status
		}
	case cms.KEM:
		r.Type = "key-encapsulation"
		if name, status, err := algorithm.FindKEM(ri.Algorithm); err == nil {
			r.Algorithm, r.Status = name, status
		}
	case cms.KEK:
		r.Type = "key-encryption-key"
		r.KeyID = hex.EncodeToString(ri.KeyIdentifier)
	case cms.Password:
		r.Type = "password"
	default:
		r.Type = "other"
	}
	if is := ri.ID.IssuerSerial; is != nil {
		r.Issuer, r.Serial = is.Issuer.String(), hex.EncodeToString(is.Serial)
	}
	if len(ri.ID.KeyID) > 0 {
		r.KeyID = hex.EncodeToString(ri.ID.KeyID)
	}
	for _, k := range w.x.Keys {
		if k.Certificate != nil && ri.Matches(k.Certificate) {
			r.Here = "key"
			describeCertificate(&r, k.Certificate)
			return r, k.Certificate
		}
	}
	known := w.x.Chain
	if w.x.Store != nil && (ri.ID.IssuerSerial != nil || len(ri.ID.KeyID) > 0) {
		known = append(slices.Clip(known), w.x.Store(Wanted{ID: ri.ID})...)
	}
	for _, c := range known {
		if ri.Matches(c) {
			r.Here = "certificate"
			describeCertificate(&r, c)
			return r, c
		}
	}
	return r, nil
}

func describeCertificate(r *verdict.Recipient, c *cert.Certificate) {
	if list := c.Addresses(); len(list) > 0 {
		r.Address = list[0].String()
	}
	if pub, err := c.PublicKey(); err == nil {
		r.KeyTitle = pub.Title
	}
}
