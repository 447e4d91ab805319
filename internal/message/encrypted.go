package message

import (
	"encoding/hex"
	"io"
	"slices"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/stage"
	"smimectl/internal/verdict"
)

// envelope takes off an encrypted layer, or lists it when it is not asked to be
// opened. The first pass needs no key: whatever is wrong with the structure is
// found before a private key is touched (P36, P42).
func (w *walk) envelope(open func() (io.Reader, error), l *mimewrap.Layer, kind cms.ContentType, part string) (*content, error) {
	form := "enveloped-data"
	if kind == cms.TypeAuthEnvelopedData {
		form = "authEnveloped-data"
	}
	w.facts.Layers = append(w.facts.Layers, verdict.Layer{
		Kind: "encrypted", Form: form, Part: part, WholeBody: true,
		Encrypted: &verdict.Encrypted{Authenticated: kind == cms.TypeAuthEnvelopedData},
	})
	w.checkLabel(l, form)
	r, err := open()
	if err != nil {
		return nil, err
	}
	var held *spool.Buffer // the ciphertext
	env, err := cms.ReadEnvelopeHolding(r, func(*cms.Envelope) io.Writer {
		if !w.in.Open || w.beside || w.ex.size < heldFrom {
			return nil
		}
		held = w.publicBuffer()
		return held
	}, w.limits())
	if err != nil {
		return nil, err
	}
	facts := w.lastLayer().Encrypted
	w.describe(env, facts)
	if w.look {
		w.lookAtEnvelope(env)
	}
	w.lastLayer().Notes = append(w.lastLayer().Notes, notesOf(env.Notes)...)
	if w.beside && (!w.look || !w.listed(part)) {
		w.facts.Partial = append(w.facts.Partial, verdict.PartFact{Number: part, Protected: "encrypted"})
	}
	if !w.in.Open || w.beside {
		return nil, nil
	}
	if env.Unsupported != nil {
		return nil, env.Unsupported
	}
	if w.x.Policy.RequireIntegrity && !facts.Authenticated {
		return nil, &NoIntegrity{}
	}
	if err := w.cipherAllowed(env); err != nil {
		return nil, err
	}
	cek, who, implicit, err := w.contentKey(env)
	if err != nil {
		return nil, err
	}
	source, err := w.decrypt(env, open, held, cek)
	if err != nil {
		return nil, err
	}
	facts.Decrypted, facts.With = true, who
	if !facts.Authenticated && w.opened == 0 {
		w.opened, w.openedNotes = len(w.facts.Layers), len(w.facts.Notes)
	}
	c, err := w.foundIn(source, part)
	if err != nil {
		return nil, err
	}
	if !facts.Authenticated && !w.in.Raw && !w.believable(c, implicit) {
		// One wrong key in 256 yields good padding, and so do blocks that somebody took out of a message with a
		// tag (RFC 9709, Section 1); only what comes out tells that from what was encrypted, and the answer must be
		// the same as for damaged content (P38, P41).
		facts.Decrypted, facts.With = false, ""
		w.ex.inner = nil
		return nil, cms.ErrDecrypt
	}
	return c, nil
}

// heldFrom is from which size of the message on a ciphertext is held back, so that
// it has to be decoded but once. A smaller message is decoded again sooner.
const heldFrom = 2 << 20

// decrypt gives the plaintext. What is held as ciphertext is decrypted where it is
// read, so that no plaintext is kept at all; else the plaintext is held back.
func (w *walk) decrypt(env *cms.Envelope, open func() (io.Reader, error), held *spool.Buffer, cek []byte) (spool.Source, error) {
	if held == nil {
		buffer := w.buffer()
		if err := env.Decrypt(w.passes(open, env.Cipher.Authenticated), cek, buffer); err != nil {
			return nil, err
		}
		return buffer.Source()
	}
	source, err := held.Source()
	if err != nil {
		return nil, err
	}
	stage := Decrypting
	if env.Cipher.Authenticated {
		stage = Checking
	}
	w.in.Observer.stage(stage, source.Size())
	return env.DecryptHeld(ciphertext{w.in.Observer.watch(source)}, cek)
}

// ciphertext is one that is held.
type ciphertext struct{ spool.Source }

func (c ciphertext) WriteTo(w io.Writer) (int64, error) {
	return stage.Copy(w, spool.NewReader(c.Source), c.Size())
}

// passes tells the observer which of the readings of an encrypted layer begins: a
// tag is checked in the first, and only the next one decrypts.
func (w *walk) passes(open func() (io.Reader, error), authenticated bool) func() (io.Reader, error) {
	next := Decrypting
	if authenticated {
		next = Checking
	}
	return func() (io.Reader, error) {
		w.stage(next)
		next = Decrypting
		return open()
	}
}

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

// looksLikeEntity reports whether decrypted octets begin with a MIME header.
func looksLikeEntity(c *content) bool {
	if c.entity == nil {
		return false
	}
	for _, f := range c.entity.Header.Fields {
		if len(f.Name) >= 8 && equalFold(f.Name[:8], "Content-") || equalFold(f.Name, "MIME-Version") {
			return true
		}
	}
	return isMail(c.entity)
}
