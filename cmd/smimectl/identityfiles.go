package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/verdict"
)

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

// fromFiles reads the identities of -i FILE and --key FILE: certificates and keys
// in any order; a key goes with the certificate it fits. Once in a run it says which of the
// keys others can read too: who names a file has decided to use it, and may not know.
func (a *app) fromFiles(f *identityFlags) ([]*identity, error) {
	names := f.files()
	if len(names) == 0 {
		return nil, nil
	}
	return f.kept.find("file "+strings.Join(names, "\x00"), func() ([]*identity, error) {
		ids, err := f.readFiles(names)
		for _, name := range f.exposed {
			a.inform("warning: the key in %s has no passphrase, and others can read it", quoted(name))
			a.inform("hint: chmod 0600 %s", quoted(name))
		}
		return ids, err
	})
}

func (f *identityFlags) readFiles(names []string) ([]*identity, error) {
	var (
		certificates []*cert.Certificate
		keys         []*fileKey
		of           []string // the files with certificates of people
		people       = map[string][]*cert.Certificate{}
	)
	for _, name := range names {
		data, err := readSmall(name)
		if err != nil {
			return nil, err
		}
		ask, asked := f.named(name), false
		bundle, err := certstore.ReadFile(data, func(what string, try int) ([]byte, error) {
			asked = true
			return ask(what, try)
		})
		if err != nil {
			return nil, fileError(name, err)
		}
		certificates = append(certificates, bundle.Certificates...)
		for _, c := range bundle.Certificates {
			if ca, _, _ := c.BasicConstraints(); !ca {
				people[name] = append(people[name], c)
			}
		}
		if len(people[name]) > 0 {
			of = append(of, name)
		}
		if !asked && slices.ContainsFunc(bundle.Keys, func(k *certstore.SealedKey) bool { return !k.Encrypted }) && openToOthers(name) {
			f.exposed = append(f.exposed, name)
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
	for _, name := range of {
		if f.sign && !slices.ContainsFunc(people[name], func(c *cert.Certificate) bool { return usedBy(ids, c) }) {
			// Without a word a mail would lack one of the signatures that were asked for.
			return nil, keyErrorf(verdict.KeyMissing, "no private key for the certificate in %s", quoted(name)).
				withHint("name the file of the key too:  -i %s --key FILE", quoted(name))
		}
	}
	for _, id := range ids {
		if id.named = id.file; len(of) == 1 {
			id.named = of[0]
		}
	}
	return ids, nil
}

// usedBy reports whether a certificate is that of an identity, or in the chain of one: old CAs do not say what they are.
func usedBy(ids []*identity, c *cert.Certificate) bool {
	return slices.ContainsFunc(ids, func(id *identity) bool {
		return id.certificate != nil && id.certificate.Equal(c) || slices.ContainsFunc(id.chain, c.Equal)
	})
}

// openToOthers reports whether others than its owner can use a file.
func openToOthers(name string) bool {
	info, err := os.Stat(name)
	var mode *certstore.ModeError
	return err == nil && info.Mode().IsRegular() && errors.As(certstore.CheckMode(name), &mode)
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

// hasAddressesOf reports whether one certificate has all addresses of another.
func hasAddressesOf(c, of *cert.Certificate) bool {
	return !slices.ContainsFunc(of.Addresses(), func(x cert.Address) bool { return !slices.ContainsFunc(c.Addresses(), x.Equal) })
}

func shareAddress(a, b *cert.Certificate) bool {
	return slices.ContainsFunc(a.Addresses(), func(x cert.Address) bool { return slices.ContainsFunc(b.Addresses(), x.Equal) })
}
