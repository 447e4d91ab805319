package main

import (
	"errors"
	"os"

	"smimectl/internal/certstore"
	"smimectl/internal/message"
	"smimectl/internal/verdict"
)

// keyOpenError words why a key of the store could not be opened.
func keyOpenError(who string, err error) error {
	var (
		wrong   *certstore.WrongPassphraseError
		missing *certstore.NoPassphraseError
		mode    *certstore.ModeError
		unfit   *certstore.UnfitError
		damaged *certstore.DamagedError
	)
	who = verdict.Escape(who)
	var cli *cliError
	switch {
	case errors.As(err, &cli): // the source of the passphrase itself
		return cli
	case errors.As(err, &wrong):
		return keyErrorf(verdict.PassphraseWrong, "cannot open the key of %s: wrong passphrase", who).because(err)
	case errors.As(err, &missing):
		e := keyErrorf(verdict.PassphraseMissing, "the key of %s needs a passphrase and there is no terminal", who).because(err)
		e.hints = passphraseHints
		return e
	case errors.As(err, &mode):
		return storeError(err)
	case errors.As(err, &unfit):
		return keyErrorf(verdict.CertificateUnfit, "cannot use the key of %s: %s", who, verdict.Escape(unfit.Detail)).because(err).withHint(importHint)
	case errors.As(err, &damaged):
		return keyErrorf(verdict.KeyMissing, "the key of %s is damaged: %s", who, reasonOf(damaged.Err)).because(err).
			withHint("look at it:  cat %s", quoted(damaged.Path)).withHint(importHint)
	case errors.Is(err, os.ErrNotExist):
		return keyErrorf(verdict.KeyMissing, "the key of %s is not in the store", who).because(err).
			withHint("import it:  smimectl id import FILE")
	}
	return keyErrorf(verdict.KeyMissing, "cannot open the key of %s: %s", who, reasonOf(err)).because(err)
}

// withDamage adds what of the store was passed over because it is damaged: what is looked for may be there.
func (e *cliError) withDamage(store *certstore.Store) *cliError {
	for _, p := range store.Problems() {
		e.withHint("a damaged file was passed over (%s); look at it:  cat %s", reasonOf(p.Err), quoted(p.Path))
	}
	return e
}

// fileError words why a file of keys or certificates could not be used.
func fileError(name string, err error) error {
	var (
		wrong       *certstore.WrongPassphraseError
		missing     *certstore.NoPassphraseError
		malformed   *certstore.MalformedError
		unsupported *certstore.UnsupportedError
		limit       *certstore.LimitError
		mac         *certstore.NoMACError
		empty       *certstore.EmptyError
		cli         *cliError
	)
	switch {
	case errors.As(err, &cli):
		return cli
	case errors.As(err, &wrong):
		return keyErrorf(verdict.PassphraseWrong, "cannot read %s: wrong passphrase", quoted(name)).because(err).
			withHint("the file itself is fine: %s", wrong.Format)
	case errors.As(err, &missing):
		e := keyErrorf(verdict.PassphraseMissing, "%s needs a passphrase and there is no terminal", quoted(name)).because(err)
		e.hints = passphraseHints
		return e
	case errors.As(err, &malformed):
		e := keyErrorf(verdict.CertificateUnfit, "cannot read %s: malformed %s: %s", quoted(name), malformed.Format, verdict.Escape(malformed.Detail)).because(err)
		if malformed.Format == "file" { // not even that is known
			return e.withHint("see what it is:  smimectl inspect %s", quoted(name))
		}
		return e.withHint("export it again from where it came")
	case errors.As(err, &unsupported):
		return keyErrorf(verdict.CertificateUnfit, "cannot read %s: unsupported %s: %s", quoted(name), unsupported.Format, verdict.Escape(unsupported.Detail)).because(err)
	case errors.As(err, &limit):
		return keyErrorf(verdict.CertificateUnfit, "cannot read %s: %s", quoted(name), verdict.Escape(limit.What)).because(err)
	case errors.As(err, &mac):
		return keyErrorf(verdict.CertificateUnfit, "cannot read %s: a PKCS#12 file without a MAC may have been changed by anyone", quoted(name)).because(err).
			withHint("export it again with a passphrase")
	case errors.As(err, &empty):
		return keyErrorf(verdict.CertificateMissing, "%s holds no key and no certificate", quoted(name)).because(err)
	}
	return keyErrorf(verdict.CertificateUnfit, "cannot read %s: %s", quoted(name), reasonOf(err)).because(err)
}

// inReport makes of trouble with a key or with the store one that a report can tell.
func inReport(err error) error {
	if e, ok := errors.AsType[*cliError](err); ok {
		return &message.KeyError{Code: e.code, Err: e, Hints: e.hints}
	}
	return err
}
