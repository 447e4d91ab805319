package main

import (
	"errors"
	"fmt"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/message"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// composeError words what went wrong while a mail was written.
func composeError(name string, err error) error {
	var (
		e         *cliError
		disk      *spool.Error
		notSigned *message.NotSigned
		malformed *mimewrap.MalformedError
		limit     *mimewrap.LimitError
		cmsForm   *cms.MalformedError
		size      *algorithm.UnknownSizeError
		bomb      *message.CompressesTooWell
		detached  *message.DetachedHasContent
	)
	shown := inWords(displayName(name))
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &notSigned):
		return &cliError{exit: exitNothing, code: verdict.NoSigners, text: fmt.Sprintf("%s is not signed: there is no signature to add to", shown),
			hints: []string{"sign it:  smimectl sign FILE"}}
	case errors.As(err, &size):
		return usageErrorf("%s has to know the size of the content first, and --sign and --compress tell it at the end", size.Name).
			withHint("another cipher:  --cipher aes-256-gcm")
	case errors.As(err, &bomb):
		return messageErrorf(verdict.TooLarge, "%s becomes more than a hundred times smaller: whoever decompresses it would take it for an attack", shown).
			withHint("leave out --compress")
	case errors.As(err, &malformed):
		return messageErrorf(verdict.Malformed, "%s cannot be read: %s", shown, verdict.Escape(malformed.Detail)).because(err)
	case errors.As(err, &limit):
		return messageErrorf(verdict.TooLarge, "%s cannot be read: too large: %s", shown, verdict.Escape(limit.What)).because(err)
	case errors.As(err, &cmsForm), errors.As(err, &detached):
		return messageErrorf(verdict.Malformed, "the signature in %s cannot be read", shown).because(err)
	case errors.As(err, &disk), errors.Is(err, spool.ErrChanged):
		return releaseError(err)
	}
	return machineError("could not finish", "", err)
}
