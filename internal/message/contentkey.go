package message

import (
	"slices"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/verdict"
)

// contentKey selects the recipient by its identifier alone and uses one private
// key once: trying keys until one fits would be an oracle (P42). implicit says
// that a wrong key looks like a right one until the content is seen (RSA PKCS#1
// v1.5, P40).
func (w *walk) contentKey(env *cms.Envelope) (cek []byte, who string, implicit bool, err error) {
	if ri := w.secretRecipient(env, cms.Password, w.x.Secrets.Password != nil); ri != nil {
		if err := w.opensAs(env, ri); err != nil {
			return nil, "", false, err
		}
		cek, err := env.ContentKeyPassword(ri, w.x.Secrets.Password)
		return cek, "password", false, err
	}
	if ri := w.secretRecipient(env, cms.KEK, w.x.Secrets.KEK != nil); ri != nil {
		if err := w.opensAs(env, ri); err != nil {
			return nil, "", false, err
		}
		cek, err := env.ContentKeyKEK(ri, w.x.Secrets.KEK)
		return cek, "key-encryption key", false, err
	}
	ri, key, err := w.ours(env)
	if err != nil {
		return nil, "", false, err
	}
	if err := w.opensAs(env, ri); err != nil {
		return nil, "", false, err
	}
	w.opensWith(env, ri, key)
	private, err := key.Open()
	if err != nil {
		return nil, "", false, err
	}
	if cek, err = env.ContentKey(ri, private); err != nil {
		return nil, "", false, err
	}
	if ri.Kind == cms.KeyTrans {
		t, err := algorithm.FindKeyTransport(ri.Algorithm)
		implicit = err == nil && t.Implicit()
	}
	return cek, key.Who, implicit, nil
}

// opensAs marks the recipient that the layer is opened as, and refuses one whose key is encrypted by broken means before
// any secret is used, unless they are allowed by name.
func (w *walk) opensAs(env *cms.Envelope, ri *cms.RecipientInfo) error {
	r := w.factsOf(env, ri)
	r.Used = true
	name := r.Outdated
	if name == "" {
		name = r.Algorithm
	}
	if !w.x.Policy.Allows(name, r.Status) {
		return &WeakCipher{Name: name, Title: name}
	}
	return nil
}

// opensWith says that the key is here. A short one is as outdated as an old algorithm (RFC 8551, Section 4.2).
func (w *walk) opensWith(env *cms.Envelope, ri *cms.RecipientInfo, key *Key) {
	r := w.factsOf(env, ri)
	r.Here = "key"
	if public := key.Public; public != nil && public.Kind == "rsa" && public.Bits < 2048 && r.Status == algorithm.Current {
		r.Status = algorithm.Legacy
	}
}

// factsOf are the facts about a recipient of the last layer.
func (w *walk) factsOf(env *cms.Envelope, ri *cms.RecipientInfo) *verdict.Recipient {
	return &w.lastLayer().Encrypted.Recipients[slices.Index(env.Recipients, ri)]
}

// ours finds the recipient entry that names one of our certificates, and its key.
func (w *walk) ours(env *cms.Envelope) (*cms.RecipientInfo, *Key, error) {
	if env.Duplicates() {
		return nil, nil, errTwoRecipients
	}
	for i := range w.x.Keys {
		key := &w.x.Keys[i]
		if key.Certificate == nil {
			continue
		}
		switch found := env.Matching(key.Certificate); {
		case len(found) > 1: // one by issuer and serial number, one by key identifier: the second may be a probe
			return nil, nil, errTwoRecipients
		case len(found) == 1:
			return found[0], key, nil
		}
	}
	for i := range w.x.Keys {
		key := &w.x.Keys[i]
		if key.Certificate != nil {
			continue
		}
		if ri := onlyOfKind(env, key); ri != nil {
			return ri, key, nil
		}
	}
	return nil, nil, &NotARecipient{Identities: len(w.x.Keys), Recipients: len(env.Recipients)}
}

var errTwoRecipients = &cms.MalformedError{Offset: -1, Detail: "two recipients name one certificate"}

// onlyOfKind finds the recipient for a key without a certificate: there must be
// exactly one of its kind, so that the key is never tried on several. One whose
// ephemeral key is on another curve is somebody else: the mail is not to blame.
func onlyOfKind(env *cms.Envelope, key *Key) *cms.RecipientInfo {
	var found *cms.RecipientInfo
	for _, ri := range env.Recipients {
		fits := key.Public != nil && (ri.Kind == cms.KeyTrans && key.Public.CanTransport ||
			ri.Kind == cms.KeyAgree && key.Public.CanAgree || ri.Kind == cms.KEM && key.Public.CanEncapsulate)
		if !fits {
			continue
		}
		if found != nil {
			return nil
		}
		found = ri
	}
	if found != nil && found.Originator != nil && !key.Public.AgreesWith(*found.Originator) {
		return nil
	}
	return found
}

// secretRecipient finds the password or KEK recipient a secret was given for: by
// its identifier, else the only one.
func (w *walk) secretRecipient(env *cms.Envelope, kind cms.RecipientKind, given bool) *cms.RecipientInfo {
	if !given {
		return nil
	}
	var found *cms.RecipientInfo
	for _, ri := range env.Recipients {
		if ri.Kind != kind {
			continue
		}
		if kind == cms.KEK && w.x.Secrets.KEKID != nil {
			if string(ri.KeyIdentifier) == string(w.x.Secrets.KEKID) {
				return ri
			}
			continue
		}
		if found != nil {
			return nil
		}
		found = ri
	}
	return found
}

// cipherAllowed refuses broken ciphers before any key is used, unless they are
// allowed by name.
func (w *walk) cipherAllowed(env *cms.Envelope) error {
	if !w.x.Policy.Allows(env.Cipher.Name, env.Cipher.Status) {
		return &WeakCipher{Name: env.Cipher.Name, Title: env.Cipher.Title}
	}
	return nil
}
