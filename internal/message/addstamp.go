package message

import (
	"bytes"
	"errors"
	"io"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
)

// SignedFile is a signed mail, or a CMS file with a signature, whose unsigned
// attributes can be added to. Close it.
type SignedFile struct {
	Data *cms.SignedData // of the outermost layer

	layer   *mimewrap.Layer // nil: a CMS file
	content *spool.Buffer   // of an opaque signature; nil: detached
}

// ReadSignedFile reads what is to be stamped. The error is NotSigned when there is
// no signature on the outside.
func ReadSignedFile(src spool.Source, limits cms.Limits, hold spool.Options) (*SignedFile, error) {
	f := &SignedFile{}
	var open func() (io.Reader, error)
	switch form := mimewrap.Detect(src); form {
	case mimewrap.FormCMS, mimewrap.FormPEM, mimewrap.FormBase64:
		var err error
		if open, err = mimewrap.OpenCMS(src, form); err != nil {
			return nil, err
		}
	default:
		e, err := mimewrap.ReadMail(src)
		if err != nil {
			return nil, err
		}
		if f.layer, err = e.Layer(); err != nil {
			return nil, err
		}
		if f.layer.CMS == nil {
			return nil, &NotSigned{}
		}
		open = f.layer.CMS
	}
	r, err := open()
	if err != nil {
		return nil, err
	}
	kind, err := cms.PeekType(r)
	if err != nil {
		return nil, err
	}
	if kind != cms.TypeSignedData {
		return nil, &NotSigned{}
	}
	f.content = spool.New(hold)
	if f.Data, err = readSigned(open, f.content, limits); err != nil {
		f.Close()
		return nil, err
	}
	if len(f.Data.Signers) == 0 {
		f.Close()
		return nil, &NotSigned{}
	}
	return f, nil
}

// Write writes the file with what was added to Data. Of a mail nothing but the
// CMS object changes; a CMS file is written in DER.
func (f *SignedFile) Write(dst io.Writer) error {
	if f.layer == nil {
		return f.writeCMS(dst)
	}
	return f.layer.ReplaceCMS(dst, f.writeCMS)
}

func (f *SignedFile) writeCMS(dst io.Writer) error {
	opt := cms.SignedDataOptions{Detached: f.Data.Detached, ContentSize: -1, Existing: f.Data}
	var content spool.Source
	if !f.Data.Detached {
		var err error
		if content, err = f.content.Source(); err != nil {
			return err
		}
		opt.ContentSize = content.Size()
	}
	w, err := cms.NewSignedDataWriter(dst, nil, opt)
	if err != nil {
		return err
	}
	if content != nil {
		return copyAndClose(sourceContent{content}, w)
	}
	return w.Close()
}

// Close destroys what was held back.
func (f *SignedFile) Close() error { return f.content.Close() }

// TimeStampQuery is the question to a time-stamping authority for the signature
// of a signer: about its SHA-256 (RFC 3161, Appendix A). A nonce, which the answer
// must repeat, is a positive number; nil: none.
func TimeStampQuery(si *cms.SignerInfo, nonce []byte) ([]byte, error) {
	d, err := algorithm.DigestByName("sha256")
	if err != nil {
		return nil, err
	}
	h := d.New()
	h.Write(si.Signature)
	return cms.NewTimeStampRequest(d, h.Sum(nil), nonce), nil
}

// TimeStampRefused is an authority's no.
type TimeStampRefused struct{ Reason string } // in its own words, too

func (e *TimeStampRefused) Error() string { return "message: no time stamp: " + e.Reason }

// ReadTimeStamp takes the token out of an authority's answer, or what is a token
// already, and checks it as a receiver does: that it is over the signature and
// answers the question, and that it was made with the key of a certificate which
// is in it, or among others, and is made for time stamps. Whether the certificate
// is trusted is the receiver's to say.
func ReadTimeStamp(answer []byte, si *cms.SignerInfo, nonce []byte, others []*cert.Certificate, limits cms.Limits) (*cms.TimeStampToken, error) {
	raw := answer
	if kind, err := cms.PeekType(bytes.NewReader(answer)); err != nil || kind != cms.TypeSignedData {
		response, err := cms.ParseTimeStampResponse(answer)
		if err != nil {
			return nil, err
		}
		if text := response.Refusal(); text != "" {
			return nil, &TimeStampRefused{text}
		}
		raw = response.Token
	}
	token, err := cms.ParseTimeStampToken(raw, limits)
	if err != nil {
		return nil, err
	}
	if err := token.Covers(si.Signature); err != nil {
		return nil, err
	}
	if nonce != nil && !bytes.Equal(nonce, token.Info.Nonce) {
		return nil, &cms.TimeStampError{Detail: "it answers another question (nonce)"}
	}
	worst := error(&cms.TimeStampError{Detail: "the certificate of its maker is not in it"})
	tried := 0
	for _, list := range [][]*cert.Certificate{token.Data.Certificates, others} {
		for _, c := range list {
			if tried == maxSignerCandidates || !token.Signer().ID.Matches(c) {
				continue
			}
			tried++
			if worst = token.Verify(c); worst != nil {
				continue
			}
			if err := certpath.Fits(c, certpath.PurposeTimeStamp); err != nil {
				var unfit *certpath.UnfitError
				if errors.As(err, &unfit) {
					err = &cms.TimeStampError{Detail: "the certificate of its maker is not made for time stamps: " + unfit.Detail}
				}
				return nil, err
			}
			return token, nil
		}
	}
	return nil, worst
}
