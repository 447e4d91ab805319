package main

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/cms/asn1tree"
	"smimectl/internal/verdict"
)

// fileContents is what a file holds that is no message.
type fileContents struct {
	certificates []*cert.Certificate
	look         verdict.FileLook
	unverified   bool
}

// inspectFile describes the certificates, keys, lists, responses and requests of a file.
func (a *app) inspectFile(o *inspectOptions, in *input) *outcome {
	held, err := a.readFile(o, in)
	if err != nil {
		return a.failed("inspect", in.name, err)
	}
	facts := verdict.Facts{Command: "inspect", File: in.name, Look: &held.look}
	if held.unverified {
		facts.Notes = append(facts.Notes, verdict.Note{Level: verdict.Warn, Text: "nothing shows that the file was not changed: its MAC does not fit, is missing, or needs a passphrase"})
	}
	withKey := map[string]bool{}
	for _, k := range held.look.Keys {
		withKey[k.Fits] = true
	}
	for _, c := range held.certificates {
		entry := verdict.Certificate{Certificate: c}
		if len(held.look.Keys) > 0 {
			has := withKey[c.Fingerprint()]
			entry.PrivateKey = &has
		}
		facts.Certs = append(facts.Certs, entry)
	}
	return &outcome{report: verdict.Judge(facts, verdict.Policy{Now: a.env.now().UTC()})}
}

// readFile reads a file that is no message.
func (a *app) readFile(o *inspectOptions, in *input) (*fileContents, error) {
	data, err := readWhole(in)
	if err != nil {
		return nil, err
	}
	held := &fileContents{}
	rest, err := held.readOthers(data)
	if err != nil {
		return nil, messageErrorf(verdict.Malformed, "%s cannot be read: %s", inWords(displayName(in.name)), reasonOf(err)).because(err).
			withHint("as far as it goes:  smimectl inspect --asn1 %s", quoted(in.name))
	}
	if rest {
		if err := a.readBundle(o, in, data, held); err != nil {
			return nil, err
		}
	}
	return held, nil
}

// readBundle reads what a store of keys and certificates takes.
func (a *app) readBundle(o *inspectOptions, in *input, data []byte, held *fileContents) error {
	ask := o.passphrase.function()
	bundle, err := certstore.ReadFileUnverified(data, func(_ string, try int) ([]byte, error) { return ask(displayName(in.name), try) })
	var empty *certstore.EmptyError
	var malformed *certstore.MalformedError
	others := len(held.look.Requests)+len(held.look.Responses) > 0
	switch {
	case errors.As(err, &empty) && others:
		return nil
	case errors.As(err, &empty), errors.As(err, &malformed):
		return whatItSeems(in, data, malformed)
	case err != nil:
		err = fileError(displayName(in.name), err)
		var e *cliError
		if errors.As(err, &e) && e.exit == exitKey {
			e.withHint("its structure shows without:  smimectl inspect --asn1 %s", quoted(in.name))
		}
		return err
	}
	held.certificates, held.unverified, held.look.Format = bundle.Certificates, bundle.Unverified, bundle.Format
	for _, raw := range bundle.CRLs {
		if l, err := cert.ParseCRL(raw); err == nil {
			held.look.Lists = append(held.look.Lists, verdict.List(l))
		}
	}
	for _, k := range bundle.Keys {
		held.look.Keys = append(held.look.Keys, keyReport(k, bundle.Certificates))
	}
	return nil
}

// keyReport says what kind of key it is. One that is encrypted stays so: nobody is asked for its passphrase.
func keyReport(k *certstore.SealedKey, certificates []*cert.Certificate) verdict.KeyReport {
	r := verdict.KeyReport{Format: k.Format, Encrypted: k.Encrypted || strings.Contains(k.Format, " with "), FriendlyName: k.FriendlyName}
	if k.Encrypted { // in PKCS#12 it may have been opened with all the rest
		return r
	}
	key, err := k.Open(func(string, int) ([]byte, error) { return nil, certstore.ErrNoPassphrase })
	if err != nil || key.Public == nil {
		return r
	}
	r.Key, r.Title = key.Public.Name, key.Public.Title
	for _, c := range certificates {
		if pub, err := c.PublicKey(); err == nil && pub.Equal(key.Public) {
			r.Fits = c.Fingerprint()
		}
	}
	return r
}

// readOthers reads OCSP responses and certificate requests, which no store
// takes. It reports whether there may be more in the file.
func (h *fileContents) readOthers(data []byte) (rest bool, err error) {
	if bytes.Contains(data, []byte("-----BEGIN ")) {
		for left := data; ; {
			var block *pem.Block
			if block, left = pem.Decode(left); block == nil {
				return true, nil
			}
			switch block.Type {
			case "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST":
				err = h.addRequest(block.Bytes)
			case "OCSP RESPONSE":
				err = h.addResponse(block.Bytes)
			}
			if err != nil {
				return false, err
			}
		}
	}
	der := plainBase64(data)
	switch asn1tree.Guess(der) {
	case "OCSPResponse":
		return false, h.addResponse(der)
	case "CertificationRequest":
		return false, h.addRequest(der)
	}
	return true, nil
}

// plainBase64 decodes base64 without lines around it, and returns anything else as it is.
func plainBase64(data []byte) []byte {
	if len(data) == 0 || data[0] != 'M' {
		return data
	}
	der, err := base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(data), nil)))
	if err != nil {
		return data
	}
	return der
}

func (h *fileContents) addResponse(der []byte) error {
	r, err := cert.ParseOCSP(der)
	if err != nil {
		return err
	}
	h.look.Responses = append(h.look.Responses, verdict.OCSPStatus(r))
	h.certificates = append(h.certificates, r.Certificates...)
	h.look.Format = "OCSP response"
	return nil
}

func (h *fileContents) addRequest(der []byte) error {
	r, err := cert.ParseRequest(der)
	if err != nil {
		return err
	}
	q := verdict.RequestReport{Subject: r.Subject.String(), Addresses: []string{}, Signature: r.SignatureAlgorithm.OID.String()}
	if s, err := algorithm.FindSignature(r.SignatureAlgorithm, nil); err == nil {
		q.Signature = s.Name
	}
	if key, err := r.PublicKey(); err == nil {
		q.Key = key.Name
	}
	for _, address := range r.Addresses() {
		q.Addresses = append(q.Addresses, address.String())
	}
	h.look.Requests = append(h.look.Requests, q)
	h.look.Format = "certificate request"
	return nil
}
