package message

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// stopFor says in the report's terms what ended an examination. What is not
// known to be the message's fault is the machine's: never the other way round
// for a message, because a filter retries the machine's faults for ever.
func stopFor(err error, layer int) *verdict.Stop {
	s := &verdict.Stop{Err: err, Layer: max(layer, 0), Text: plainText(err)}
	var (
		key         *KeyError
		unsupported *algorithm.UnsupportedError
		content     *UnsupportedContent
		detached    *DetachedHasContent
		missing     *ContentMissing
		integrity   *NoIntegrity
		weak        *WeakCipher
		recipient   *NotARecipient
		spoolError  *spool.Error
	)
	switch {
	case errors.As(err, &key):
		s.Code, s.Word, s.Hints = key.Code, verdict.WordNoKey, key.Hints
		if key.Code == verdict.InputOutput { // the file of the passphrase cannot be read, say
			s.Word = verdict.WordError
		}
	case errors.Is(err, cms.ErrDecrypt):
		s.Code, s.Word = verdict.DecryptFailed, verdict.WordBad
	case errors.As(err, &spoolError):
		s.Code, s.Word = verdict.InputOutput, verdict.WordError
		s.Text = "cannot hold back the text in a temporary file: " + systemText(spoolError.Err)
		if spoolError.Op == "read" { // the input is read under that name, too
			s.Text = "cannot read: " + systemText(spoolError.Err)
		}
		if errors.Is(err, syscall.ENOSPC) {
			s.Hints = []string{MoreRoom}
		} else if spoolError.Op == "create" {
			s.Hints = []string{AnotherFolder}
		}
	case errors.Is(err, spool.ErrChanged), errors.Is(err, cms.ErrChanged):
		s.Code, s.Word, s.Hints = verdict.InputOutput, verdict.WordError, []string{"nothing was written; run it again on a copy"}
	case errors.As(err, &recipient):
		s.Code, s.Word = verdict.NotARecipient, verdict.WordNoKey
	case errors.As(err, &integrity):
		s.Code, s.Word = verdict.NoIntegrity, verdict.WordBad
	case errors.As(err, &weak):
		s.Code = verdict.WeakCipher
	case errors.As(err, &unsupported):
		s.Code, s.Word = verdict.UnsupportedAlg, verdict.WordUnreadable
	case errors.As(err, &content):
		s.Code, s.Word, s.Form = verdict.UnsupportedAlg, verdict.WordUnreadable, verdict.FormContent
	case errors.Is(err, algorithm.ErrKeyUnavailable):
		s.Code, s.Word = verdict.KeyMissing, verdict.WordNoKey
	case overLimit(err):
		s.Code, s.Word = verdict.TooLarge, verdict.WordUnreadable
	case errors.As(err, &detached):
		s.Code, s.Word = verdict.DetachedHasContent, verdict.WordUnreadable
	case errors.As(err, &missing), malformed(err):
		s.Code, s.Word, s.Form = verdict.Malformed, verdict.WordUnreadable, formOf(err, layer)
	default:
		s.Code, s.Word = verdict.InputOutput, verdict.WordError
	}
	return s
}

// AnotherFolder is what to do when nothing can be held back where TMPDIR says.
const AnotherFolder = "name another folder for temporary files:  TMPDIR=DIR smimectl ..."

// MoreRoom is what to do when there is no room for what is held back.
const MoreRoom = "free some space, or name another folder for temporary files:  TMPDIR=DIR smimectl ..."

// systemText is what the system says of a file, without a name that nobody gave it.
func systemText(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	return plainText(err)
}

// overLimit reports a message that is larger in some way than is read.
func overLimit(err error) bool {
	var (
		inCMS  *cms.LimitError
		inMIME *mimewrap.LimitError
		inCert *cert.LimitError
		cipher *algorithm.TooLongError
	)
	return errors.As(err, &inCMS) || errors.As(err, &inMIME) || errors.As(err, &inCert) || errors.As(err, &cipher)
}

// malformed reports a message that is not formed as it has to be.
func malformed(err error) bool {
	var (
		inCMS     *cms.MalformedError
		inMIME    *mimewrap.MalformedError
		inCert    *cert.SyntaxError
		parameter *algorithm.ParameterError
		key       *algorithm.KeyError
		mismatch  *algorithm.MismatchError
	)
	return errors.As(err, &inCMS) || errors.As(err, &inMIME) || errors.As(err, &inCert) ||
		errors.As(err, &parameter) || errors.As(err, &key) || errors.As(err, &mismatch)
}

// formOf says what a file is, as far as that tells what to do.
func formOf(err error, layer int) verdict.StopForm {
	if _, ok := errors.AsType[*ContentMissing](err); ok && layer == 0 {
		return verdict.FormApart
	}
	e, ok := errors.AsType[*mimewrap.MalformedError](err)
	switch {
	case !ok || layer >= 0: // the fault of a part
		return ""
	case e.NoMail:
		return verdict.FormNoMail
	case e.Several:
		return verdict.FormSeveral
	}
	return ""
}

// plainText is what an error of a lower floor says, without the floor's name:
// that is for developers.
func plainText(err error) string {
	var key *KeyError
	if errors.As(err, &key) || errors.Is(err, cms.ErrDecrypt) {
		return ""
	}
	if e, ok := errors.AsType[*algorithm.UnsupportedError](err); ok {
		return verdict.Unsupported(e)
	}
	text := err.Error()
	for _, floor := range []string{"message: ", "mimewrap: ", "cms: ", "ber: ", "algorithm: ", "cert: ", "spool: "} {
		text = strings.TrimPrefix(text, floor)
	}
	return text
}
