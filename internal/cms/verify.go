package cms

import (
	"crypto/subtle"
	"errors"
	"io"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/stage"
)

// DigestContent digests the content of a detached SignedData, and writes it to
// unverified, which may be nil, as it comes. It may be called again with other
// content; the last call counts.
func (sd *SignedData) DigestContent(content io.Reader, unverified io.Writer) error {
	if !sd.Detached {
		return malformed("the content is inside of the SignedData")
	}
	var digests []*algorithm.Digest
	retain := false
	for _, si := range sd.Signers {
		if si.Digest != nil {
			digests = appendDigest(digests, si.Digest)
		}
		retain = retain || si.SignedAttributes == nil
	}
	sd.digested = nil
	d := newContentDigest(digests, unverified, retain, sd.lim.Serial)
	if err := copyContent(d, content); err != nil {
		return err
	}
	d.finish()
	sd.digested, sd.ContentSize = d, d.size
	return nil
}

// Digested is DigestContent with the digests of a content that d has got whole. It
// reports false, and does nothing, where a signer needs another digest, or the
// content itself.
func (sd *SignedData) Digested(d *ContentDigest) bool {
	if !sd.Detached {
		return false
	}
	for _, si := range sd.Signers {
		if si.SignedAttributes == nil || si.Digest != nil && len(appendDigest(d.digests, si.Digest)) > len(d.digests) {
			return false
		}
	}
	d.finish()
	sd.digested, sd.ContentSize = d, d.size
	return true
}

// copyContent copies in large pieces, which digests like best.
func copyContent(d *ContentDigest, content io.Reader) error {
	if w, ok := content.(io.WriterTo); ok {
		_, err := w.WriteTo(d)
		return err
	}
	_, err := stage.Copy(d, content, -1)
	return err
}

// Verify checks one signature with the key of a certificate: the rules of the
// signed attributes, that they name no other certificate, the signature, and
// the digest of the content. It does not compare the certificate with the
// signer identifier, and does not ask whether it is trusted.
//
// It returns nil if all is well, and otherwise a SignatureError, an
// algorithm.UnsupportedError, a MalformedError, a LimitError, or ErrNoContent.
func (sd *SignedData) Verify(si *SignerInfo, c *cert.Certificate) error {
	if si.Unsupported != nil {
		return si.Unsupported
	}
	if sd.digested == nil {
		return ErrNoContent
	}
	if si.fault != nil {
		return si.fault
	}
	key, err := c.PublicKey()
	if err != nil {
		return algorithmError(err)
	}
	for i := range si.certificates {
		if err := si.certificates[i].check(c); err != nil {
			return err
		}
	}
	if si.SignedAttributes == nil {
		return sd.verifyContent(si, key)
	}
	if err := sd.verifyAttributes(si, key); err != nil {
		return err
	}
	// RFC 5652, Section 5.6: the digest computed here counts.
	sum := sd.digested.sum(si.Digest)
	if sum == nil {
		return ErrNoContent
	}
	if subtle.ConstantTimeCompare(sum, si.messageDigest) != 1 {
		return &SignatureError{ContentChanged, "digest of the content is not the one that was signed"}
	}
	return nil
}

// verifyAttributes checks a signature over signed attributes (RFC 5652, Section
// 5.4).
func (sd *SignedData) verifyAttributes(si *SignerInfo, key *algorithm.PublicKey) error {
	var first error
	for i, octets := range si.toBe {
		m := algorithm.Message{Bytes: octets}
		if !si.Scheme.Pure {
			h := si.Scheme.Digest.New()
			h.Write(octets)
			m = algorithm.Message{Sum: h.Sum(nil)}
		}
		err := signatureError(si.Scheme.Verify(key, m, si.Signature))
		if err == nil {
			if i > 0 {
				sd.note("signature is over attributes that are not in DER")
			}
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// verifyContent checks a signature directly over the content.
func (sd *SignedData) verifyContent(si *SignerInfo, key *algorithm.PublicKey) error {
	if sd.digested.attributes(sd.lim) {
		return attributeFault("there are none, and the content is itself a set of attributes")
	}
	m := algorithm.Message{}
	if si.Scheme.Pure {
		content, ok := sd.digested.content()
		if !ok {
			return &LimitError{"content of a signature without attributes"}
		}
		m.Bytes = content
		if content == nil {
			m.Bytes = []byte{}
		}
	} else if m.Sum = sd.digested.sum(si.Digest); m.Sum == nil {
		return ErrNoContent
	}
	return signatureError(si.Scheme.Verify(key, m, si.Signature))
}

// signatureError classifies the error of a signature check.
func signatureError(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*algorithm.UnsupportedError](err); ok {
		return e
	}
	return &SignatureError{Kind: Invalid}
}
