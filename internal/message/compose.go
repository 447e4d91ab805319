package message

import (
	"io"
	"slices"
	"strings"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/stage"
)

// SignOptions say how a mail is signed.
type SignOptions struct {
	Signers []cms.Signer
	Time    time.Time
	Opaque  bool // one signed-data part instead of multipart/signed
	AsIs    bool // parts that would break in transport are left as they are
	// TimeStamp gets a time stamp token for a signature that was made; nil: none. Its error ends the work.
	TimeStamp func(si *cms.SignerInfo) (token []byte, err error)
	// Compress signs a compressed-data part that holds the content, not the content itself.
	Compress bool
	Serial   bool // one goroutine does it all, however large the mail is
	// Kept is what is kept of signers from mail to mail; nil: nothing.
	Kept *cms.KeptSigners

	Observer *Observer // of this message; nil = nobody wants to know
}

// EncryptOptions say how a mail is encrypted.
type EncryptOptions struct {
	Recipients []cms.Recipient
	Cipher     *algorithm.ContentCipher
	Sign       *SignOptions // sign first; nil = do not
	DropBcc    bool         // write no Bcc and no Resent-Bcc field
	Compress   bool         // put the content into a compressed-data part first; Sign's is not looked at
	Serial     bool         // one goroutine does it all, however large the mail is

	Observer *Observer // of this message; nil = nobody wants to know
}

// Composed is what is worth saying about a mail that was written.
type Composed struct {
	Notes    []string
	Warnings []string
}

// Sign writes e signed to dst: the outer header fields as they are, the MIME
// entity inside the signature (RFC 8551, Sections 3.1 and 3.5). The content is looked
// at first, for what would break in transport and for its size, and then written.
//
// To a Restarter a large multipart/signed is written while it is looked at, and so is a
// large opaque one if dst is an Amender or the output does not begin with the size of
// the content. If something would break, all of that is forgotten before anybody was
// asked for a signature, and the work begins again with the look.
func Sign(dst io.Writer, e *mimewrap.Entity, opt SignOptions) (*Composed, error) {
	opaque := opt.Opaque && !opt.Compress
	now := ahead{safe: !opt.Compress, size: opaque && (amends(dst) || !opaqueBySize(e, &opt))}
	composed, err := inOnePass(dst, now, func(now ahead) (*Composed, error) { return sign(dst, e, opt, now) })
	return composed.noting(e, map[string]string{
		"signed":    "it was signed already: the new signature is around the other, not beside it (that is --add)",
		"encrypted": "it was encrypted already: what is signed is the ciphertext",
	}), err
}

// noting adds what is to be said of a mail that is signed or encrypted already, which is
// allowed (RFC 8551, Section 3.7) and seldom meant.
func (c *Composed) noting(e *mimewrap.Entity, notes map[string]string) *Composed {
	if note := notes[e.Protection()]; c != nil && note != "" {
		c.Notes = slices.Insert(c.Notes, 0, note)
	}
	return c
}

func sign(dst io.Writer, e *mimewrap.Entity, opt SignOptions, now ahead) (*Composed, error) {
	form := "clear-signed"
	if opt.Opaque || opt.Compress {
		form = "opaque"
	}
	opt.Observer.stage(Reading, e.Source.Size())
	prepared, err := mimewrap.Prepare(e, mimewrap.PrepareOptions{AsIs: opt.AsIs, For: form, Serial: opt.Serial, AtOnce: now.safe, Guess: now.size, Unsized: form == "clear-signed" || opt.Compress})
	if err != nil {
		return nil, err
	}
	opt.Observer.stage(Signing, e.Source.Size())
	if err := writeSigned(dst, mimewrap.SplitHeader(e), bodyOf(prepared, opt.Compress), opt); err != nil {
		return nil, err
	}
	return &Composed{Notes: prepared.Notes}, nil
}

func writeSigned(dst io.Writer, outer mimewrap.Outer, content body, opt SignOptions) error {
	if opt.Opaque {
		w, err := mimewrap.NewPKCS7Writer(dst, outer, "signed-data")
		if err != nil {
			return err
		}
		signed, err := cms.NewSignedDataWriter(w, opt.Signers, cms.SignedDataOptions{Time: opt.Time, TimeStamp: opt.TimeStamp, ContentSize: content.size, Guessed: content.guessed, Serial: opt.Serial, Kept: opt.Kept})
		if err != nil {
			return err
		}
		if content.guessed {
			return copyGuessed(content, signed, w, dst)
		}
		return copyAndClose(content, signed, w)
	}
	micalg, err := micalgOf(opt.Signers)
	if err != nil {
		return err
	}
	return mimewrap.WriteClearSigned(dst, outer, content.WriterTo, micalg, func(signature io.Writer) (io.WriteCloser, error) {
		return cms.NewSignedDataWriter(signature, opt.Signers, cms.SignedDataOptions{Time: opt.Time, TimeStamp: opt.TimeStamp, Detached: true, ContentSize: -1, Serial: opt.Serial, Kept: opt.Kept})
	})
}

// copyAndClose sends content through a chain of writers and closes them from the
// inside out.
func copyAndClose(content io.WriterTo, chain ...io.WriteCloser) error {
	if _, err := content.WriteTo(chain[0]); err != nil {
		return err
	}
	return closeAll(chain...)
}

// closeAll closes writers in their order.
func closeAll(chain ...io.WriteCloser) error {
	for _, w := range chain {
		if err := w.Close(); err != nil {
			return err
		}
	}
	return nil
}

// micalgOf lists the digests of the signers, each once (RFC 8551, Section 3.5.3.2).
func micalgOf(signers []cms.Signer) (string, error) {
	digests, err := cms.DigestsOf(signers)
	if err != nil {
		return "", err
	}
	var names []string
	for _, d := range digests {
		if name := micalgName(d); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ","), nil
}

// micalgName is "unknown" for a digest without a registered name.
func micalgName(d *algorithm.Digest) string {
	if d.MIC == "" {
		return "unknown"
	}
	return d.MIC
}

// Encrypt writes e encrypted to dst, signed first where asked for. One pass:
// the writers nest. Nothing of the content stands outside (P77).
//
// To a Restarter a large mail is written before all is known of it, as Sign does.
func Encrypt(dst io.Writer, e *mimewrap.Entity, opt EncryptOptions) (*Composed, error) {
	now := ahead{safe: true, size: opt.Sign == nil && !opt.Compress && !opt.Cipher.Sized && amends(dst)}
	composed, err := inOnePass(dst, now, func(now ahead) (*Composed, error) { return encrypt(dst, e, opt, now) })
	notes := map[string]string{"encrypted": "it was encrypted already: to read it takes decrypting twice"}
	if opt.Sign != nil {
		notes["signed"] = "it was signed already: the new signature is around the other, not beside it"
	}
	return composed.noting(e, notes), err
}

func encrypt(dst io.Writer, e *mimewrap.Entity, opt EncryptOptions, now ahead) (*Composed, error) {
	opt.Observer.stage(Reading, e.Source.Size())
	alone := opt.Sign == nil
	prepare := mimewrap.PrepareOptions{AsIs: alone || opt.Sign.AsIs, For: "encrypted", Serial: opt.Serial, Guess: now.size, Unsized: opt.Compress || !alone && !opt.Sign.Opaque}
	switch {
	case alone && !prepare.Unsized && !prepare.Guess:
		prepare.AtOnce = true // no more than a note can come of it
	case !opt.Compress && (alone || !opt.Sign.Opaque):
		prepare.AtOnce = now.safe
	}
	prepared, err := mimewrap.Prepare(e, prepare)
	if err != nil {
		return nil, err
	}
	opt.Observer.stage(Encrypting, e.Source.Size())
	smimeType := "enveloped-data"
	if opt.Cipher.Authenticated {
		smimeType = "authEnveloped-data"
	}
	outer := mimewrap.SplitHeader(e)
	if opt.DropBcc {
		outer.Fields = slices.DeleteFunc(slices.Clone(outer.Fields), func(f mimewrap.Field) bool { return equalFold(f.Name, "Bcc") || equalFold(f.Name, "Resent-Bcc") })
	}
	w, err := mimewrap.NewPKCS7Writer(dst, outer, smimeType)
	if err != nil {
		return nil, err
	}
	content := bodyOf(prepared, opt.Compress)
	size, guessed := content.size, content.guessed
	if opt.Sign != nil {
		size, guessed = -1, false // the signature's length is not known before it is made
	}
	envelope, err := cms.NewEnvelopeWriter(w, opt.Recipients, cms.EnvelopeOptions{Cipher: opt.Cipher, ContentSize: size, Guessed: guessed, Serial: opt.Serial})
	if err != nil {
		return nil, err
	}
	defer envelope.Settle()
	switch {
	case opt.Sign != nil:
		inside := mimewrap.Outer{Ending: "\r\n"}
		if err = writeSigned(envelope, inside, content, *opt.Sign); err == nil {
			err = closeAll(envelope, w)
		}
	case guessed:
		err = copyGuessed(content, envelope, w, dst)
	default:
		err = copyAndClose(content, envelope, w)
	}
	if err != nil {
		return nil, err
	}
	return &Composed{Notes: prepared.Notes}, nil
}

// SignRaw writes plain octets signed as a CMS file in DER or BER: detached, or
// with the content inside.
func SignRaw(dst io.Writer, src spool.Source, opt SignOptions) error {
	opt.Observer.stage(Signing, src.Size())
	signed, err := cms.NewSignedDataWriter(dst, opt.Signers, cms.SignedDataOptions{Time: opt.Time, TimeStamp: opt.TimeStamp, Detached: !opt.Opaque, ContentSize: src.Size(), Serial: opt.Serial})
	if err != nil {
		return err
	}
	if _, err := stage.Copy(signed, spool.NewReader(src), src.Size()); err != nil {
		return err
	}
	return signed.Close()
}

// EncryptRaw writes plain octets encrypted as a CMS file.
func EncryptRaw(dst io.Writer, src spool.Source, opt EncryptOptions) error {
	opt.Observer.stage(Encrypting, src.Size())
	envelope, err := cms.NewEnvelopeWriter(dst, opt.Recipients, cms.EnvelopeOptions{Cipher: opt.Cipher, ContentSize: src.Size(), Serial: opt.Serial})
	if err != nil {
		return err
	}
	if _, err := stage.Copy(envelope, spool.NewReader(src), src.Size()); err != nil {
		return err
	}
	return envelope.Close()
}
