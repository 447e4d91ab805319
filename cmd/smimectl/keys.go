package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
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
	exposed    []string        // files of keys in the clear that others can read
	sign       bool            // each person that is named signs
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

// inFrom is who for somebody with several addresses: the one of From, if it is among them.
func (id *identity) inFrom(from []cert.Address) string {
	for _, a := range from {
		if id.certificate != nil && certpath.MatchesAddress(id.certificate, a) {
			return a.String()
		}
	}
	return id.who()
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

// decryptionKeys are the keys that may open a mail: those named, else every
// identity of the store.
func (a *app) decryptionKeys(f *identityFlags) ([]message.Key, error) {
	ids, err := a.fromFiles(f)
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
		a.reportProblems(store) // one that is damaged may be the one that opens
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
