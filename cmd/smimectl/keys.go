package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/message"
	"smimectl/internal/verdict"
)

// identityFlags name who is signing or opening: -i WHO, --key FILE.
type identityFlags struct {
	who        []string
	keys       []string
	usual      string // of SMIMECTL_IDENTITY
	passphrase passphraseFlags
	kept       *keptIdentities // those that were read before; nil: nothing is kept
}

func (f *identityFlags) add(cmd *cobra.Command, env *environment, use string) {
	cmd.Flags().VarP(many(&f.who, "WHO"), "identity", "i", use)
	cmd.Flags().Var(many(&f.keys, "FILE"), "key", "private key in a file of its own (repeatable)")
	f.passphrase.add(cmd, env)
	f.kept = &keptIdentities{}
	f.usual = env.getenv("SMIMECTL_IDENTITY")
}

// whom are those that -i names, and where neither it nor --key does, the usual one.
func (f *identityFlags) whom() []string {
	if len(f.who)+len(f.keys) == 0 && f.usual != "" {
		return []string{f.usual}
	}
	return f.who
}

// identity is a certificate with its chain and a key that is opened when needed.
type identity struct {
	certificate *cert.Certificate // nil: a key without any certificate
	chain       []*cert.Certificate
	public      *algorithm.PublicKey
	name        string // address, or the file it came from
	file        string
	named       string // the file in which the user named the certificate; "": it is the store's
	open        func() (*algorithm.PrivateKey, error)
}

func (id *identity) who() string {
	if id.certificate != nil {
		if list := id.certificate.Addresses(); len(list) > 0 {
			return list[0].String()
		}
		if name := id.certificate.DisplayName(); name != "" {
			return name
		}
	}
	return id.name
}

// isFile tells an operand that names a file from an address or a fingerprint.
func isFile(who string) bool {
	if at := strings.LastIndexByte(who, filepath.Separator); at >= 0 {
		// Of an address the part before the @ may have separators in it, as those of X.400 gateways do.
		if first := who[0]; first == '.' || filepath.IsAbs(who) || !strings.Contains(who[at:], "@") {
			return true
		}
		if _, err := os.Stat(who); err == nil {
			return true
		}
	}
	switch strings.ToLower(filepath.Ext(who)) {
	case ".p12", ".pfx", ".pem", ".der", ".crt", ".cer", ".key", ".p7b", ".p7c", ".p8":
		return true
	}
	if strings.Contains(who, "@") {
		return false
	}
	info, err := os.Stat(who)
	return err == nil && info.Mode().IsRegular()
}

// fromFiles reads the identities of -i FILE and --key FILE: certificates and keys
// in any order; a key goes with the certificate it fits.
func (f *identityFlags) fromFiles() ([]*identity, error) {
	names := f.files()
	if len(names) == 0 {
		return nil, nil
	}
	return f.kept.find("file "+strings.Join(names, "\x00"), func() ([]*identity, error) { return f.readFiles(names) })
}

// files are the files that -i and --key name.
func (f *identityFlags) files() []string {
	var names []string
	for _, who := range f.whom() {
		if isFile(who) {
			names = append(names, who)
		}
	}
	return append(names, f.keys...)
}

func (f *identityFlags) readFiles(names []string) ([]*identity, error) {
	var (
		certificates []*cert.Certificate
		keys         []*fileKey
		of           []string // the files with certificates of people
	)
	for _, name := range names {
		data, err := readSmall(name)
		if err != nil {
			return nil, err
		}
		bundle, err := certstore.ReadFile(data, f.named(name))
		if err != nil {
			return nil, fileError(name, err)
		}
		certificates = append(certificates, bundle.Certificates...)
		if slices.ContainsFunc(bundle.Certificates, func(c *cert.Certificate) bool { ca, _, _ := c.BasicConstraints(); return !ca }) {
			of = append(of, name)
		}
		for _, k := range bundle.Keys {
			keys = append(keys, &fileKey{sealed: k, file: name})
		}
	}
	if len(keys) == 0 {
		return nil, keyErrorf(verdict.KeyMissing, "no private key in %s", quoted(strings.Join(names, ", "))).
			withHint("name the file of the key:  --key FILE")
	}
	ids, err := f.match(certificates, keys)
	if err != nil {
		return nil, err
	}
	if len(of) > 0 && !slices.ContainsFunc(ids, func(id *identity) bool { return id.certificate != nil }) {
		// Somebody named both: the key is the wrong one, and not what it is used on.
		return nil, keyErrorf(verdict.CertificateUnfit, "the key in %s does not fit the certificate in %s", quoted(ids[0].file), quoted(strings.Join(of, ", "))).
			withHint("name the key that belongs to it:  -i %s --key FILE", quoted(of[0]))
	}
	for _, id := range ids {
		if id.named = id.file; len(of) == 1 {
			id.named = of[0]
		}
	}
	return ids, nil
}

type fileKey struct {
	sealed *certstore.SealedKey
	file   string
}

// named describes what a passphrase is for: the file as the user named it.
func (f *identityFlags) named(name string) certstore.PassphraseFunc {
	ask := f.passphrase.function()
	return func(_ string, try int) ([]byte, error) { return ask(filepath.Base(name), try) }
}

// match pairs keys with certificates: a key goes with each certificate that holds
// its public key, whatever their order. After a renewal with the same key that may
// be several.
func (f *identityFlags) match(certificates []*cert.Certificate, keys []*fileKey) ([]*identity, error) {
	var out []*identity
	for _, k := range keys {
		private, err := k.sealed.Open(f.named(k.file))
		if err != nil {
			return nil, fileError(k.file, err)
		}
		id := identity{public: private.Public, name: filepath.Base(k.file), file: k.file,
			open: func() (*algorithm.PrivateKey, error) { return private, nil }}
		fits := false
		for _, c := range certificates {
			pub, err := c.PublicKey()
			if err != nil || !pub.Equal(private.Public) {
				continue
			}
			fits = true
			if slices.ContainsFunc(out, func(o *identity) bool { return o.certificate != nil && o.certificate.Equal(c) }) {
				continue // named twice
			}
			one := id
			one.certificate, one.chain = c, certstore.ChainOf(c, certificates)
			out = append(out, &one)
		}
		if !fits {
			out = append(out, &id)
		}
	}
	return out, nil
}

// people puts together the identities of files that are one person's: the keys of
// one file whose certificates share an address, and several certificates of one
// key. Files of their own are signers of their own, because each was named.
func people(ids []*identity) [][]*identity {
	var out [][]*identity
	for _, id := range ids {
		i := slices.IndexFunc(out, func(group []*identity) bool {
			return slices.ContainsFunc(group, func(o *identity) bool { return o.samePerson(id) })
		})
		if i < 0 {
			out = append(out, []*identity{id})
			continue
		}
		out[i] = append(out[i], id)
	}
	return out
}

func (id *identity) samePerson(o *identity) bool {
	if id.certificate == nil || o.certificate == nil {
		return false
	}
	return id.public.Equal(o.public) || id.file == o.file && shareAddress(id.certificate, o.certificate)
}

func shareAddress(a, b *cert.Certificate) bool {
	return slices.ContainsFunc(a.Addresses(), func(x cert.Address) bool { return slices.ContainsFunc(b.Addresses(), x.Equal) })
}

// fromStore finds identities by address or fingerprint.
func (f *identityFlags) fromStore(store *certstore.Store, who string) ([]*identity, error) {
	return f.kept.find("store "+who, func() ([]*identity, error) { return f.findStored(store, who) })
}

func (f *identityFlags) findStored(store *certstore.Store, who string) ([]*identity, error) {
	found, err := store.Find(who)
	if err != nil {
		var query *certstore.QueryError
		if errors.As(err, &query) {
			return nil, usageErrorf("-i %s is neither an address, nor a fingerprint, nor a file", quoted(who)).
				withHint("your identities:  smimectl id list")
		}
		return nil, storeError(err)
	}
	var out []*identity
	for _, s := range found {
		out = append(out, f.stored(s))
	}
	return out, nil
}

// onePerson refuses digits that name the certificates of several people, or of
// several keys: which of them is meant nobody can know (P105).
func onePerson(who string, ids []*identity) error {
	if strings.Contains(who, "@") {
		return nil
	}
	for _, id := range ids[min(1, len(ids)):] {
		if ids[0].public == nil || !ids[0].public.Equal(id.public) {
			return usageErrorf("%s names %d certificates", quoted(who), len(ids)).withHint("write more of the fingerprint:  smimectl id list")
		}
	}
	return nil
}

func (f *identityFlags) stored(s *certstore.Identity) *identity {
	id := &identity{certificate: s.Certificate, chain: s.Chain, file: s.File}
	if pub, err := s.Certificate.PublicKey(); err == nil {
		id.public = pub
	}
	ask := f.passphrase.function()
	who := id.who()
	id.open = func() (*algorithm.PrivateKey, error) {
		key, err := s.Key(func(_ string, try int) ([]byte, error) { return ask(who, try) })
		if err != nil {
			return nil, keyOpenError(who, err)
		}
		return key, nil
	}
	return id
}

// keyOpenError words why a key of the store could not be opened.
func keyOpenError(who string, err error) error {
	var (
		wrong   *certstore.WrongPassphraseError
		missing *certstore.NoPassphraseError
		mode    *certstore.ModeError
		unfit   *certstore.UnfitError
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
		return keyErrorf(verdict.CertificateUnfit, "cannot use the key of %s: %s", who, verdict.Escape(unfit.Detail)).because(err)
	case errors.Is(err, os.ErrNotExist):
		return keyErrorf(verdict.KeyMissing, "the key of %s is not in the store", who).because(err).
			withHint("import it:  smimectl id import FILE")
	}
	return keyErrorf(verdict.KeyMissing, "cannot open the key of %s: %s", who, reasonOf(err)).because(err)
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

// decryptionKeys are the keys that may open a mail: those named, else every
// identity of the store.
func (a *app) decryptionKeys(f *identityFlags) ([]message.Key, error) {
	ids, err := f.fromFiles()
	if err != nil {
		return nil, err
	}
	store := a.env.store()
	who := f.whom()
	named := len(who)+len(f.keys) > 0
	for _, w := range who {
		if isFile(w) {
			continue
		}
		found, err := f.fromStore(store, w)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, keyErrorf(verdict.KeyMissing, "no identity %s in the store", quoted(w)).
				withHint("your identities:  smimectl id list").withHint("import one:  smimectl id import FILE")
		}
		ids = append(ids, found...)
	}
	if !named {
		stored, err := store.Identities()
		if err != nil {
			return nil, storeError(err)
		}
		for _, s := range stored {
			ids = append(ids, f.stored(s))
		}
	}
	var keys []message.Key
	for _, id := range ids {
		keys = append(keys, message.Key{Certificate: id.certificate, Public: id.public, Who: id.who(), Open: func() (*algorithm.PrivateKey, error) {
			key, err := id.open()
			return key, inReport(err)
		}})
	}
	return keys, nil
}

// inReport makes of trouble with a key or with the store one that a report can tell.
func inReport(err error) error {
	if e, ok := errors.AsType[*cliError](err); ok {
		return &message.KeyError{Code: e.code, Err: e, Hints: e.hints}
	}
	return err
}
