package main

import (
	"errors"
	"slices"
	"strings"

	"smimectl/internal/algorithm"
	"smimectl/internal/sending"
)

// cipherNames are what --cipher and the configuration take: what is written, and auto.
func cipherNames() []string { return append([]string{"auto"}, writtenNames("cipher")...) }

// signatureNames are what --signature takes.
func signatureNames() []string { return unique(writtenNames("signature")) }

// digestNames are what --digest takes.
func digestNames() []string { return writtenNames("digest") }

// keyEncryptionNames are what --key-encryption takes.
func keyEncryptionNames() []string {
	var names []string
	for _, e := range algorithm.KeyEncryptions() {
		names = append(names, e.Name)
	}
	return names
}

// writtenNames are the names of what one of the tables of algorithms writes.
func writtenNames(table string) []string {
	var names []string
	for _, r := range algorithm.RowsOf(table) {
		if r.Written {
			names = append(names, r.Name)
		}
	}
	return names
}

// notWritten words the refusal of a name that a flag does not take: because it is only
// read, and why, or because there is no such thing.
func notWritten(flag, name, table string, names []string) *cliError {
	listed := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return strings.HasPrefix(name, sending.BoundKey+"-") }) // twice as many
	for _, r := range algorithm.Rows() {
		if r.Table != table || r.Name != name || r.Written {
			continue
		}
		why := map[algorithm.Status]string{
			algorithm.Current: "it is read, and nothing is made with it",
			algorithm.Legacy:  "it is out of date, and only read",
			algorithm.Broken:  "it is broken, and only read",
		}[r.Status]
		return usageErrorf("%s %s: %s", flag, quoted(name), why).withHint("one of %s", strings.Join(listed, ", "))
	}
	e := usageErrorf("%s %s: there is no such name", flag, quoted(name))
	if meant := nearName(name, names); meant != "" {
		e.withHint("did you mean:  %s %s", flag, meant)
	}
	e.withHint("one of %s", strings.Join(listed, ", "))
	if table != "" {
		e.withHint("what they are:  smimectl algorithms %s", table)
	}
	return e
}

// nearName is the name that was meant by one in capitals, as reports show it, or
// without the dashes, as openssl has it; "" when none was.
func nearName(name string, names []string) string {
	bare := func(s string) string { return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(s)) }
	for _, n := range names {
		if b := bare(name); bare(n) == b || bare(n) == b+"cbc" {
			return n
		}
	}
	return ""
}

// digestNamed reads --digest; nil is what suits the key.
func digestNamed(name string) (*algorithm.Digest, error) {
	if name == "" {
		return nil, nil
	}
	d, err := algorithm.DigestByName(name)
	if err != nil || d.Status != algorithm.Current {
		return nil, notWritten("--digest", name, "digest", digestNames())
	}
	return d, nil
}

// signing is how signatures are made, as flags and profile want it.
type signing struct {
	profile   *sending.Profile
	digest    *algorithm.Digest // nil: what suits the key
	digestSet bool              // by --digest: it has to go with every key
	signature string            // by --signature
	pss       bool              // of RSA keys
}

// signing puts together what --digest, --signature, --pss and the profile say. A
// commit or a tag is not mail: only flags count for it.
func (o *signOptions) signing(c *config) (*signing, error) {
	name := o.profile
	if name == "" && !o.code {
		name = c.Profile
	}
	p, err := profileNamed(name)
	if err != nil {
		return nil, err
	}
	s := &signing{profile: p, signature: o.signature, pss: p.Signature == "rsa-pss", digestSet: o.digest != ""}
	if s.signature != "" {
		if !slices.Contains(signatureNames(), s.signature) {
			return nil, notWritten("--signature", s.signature, "signature", signatureNames())
		}
		s.pss = s.signature == "rsa-pss"
	}
	if o.pss {
		if s.signature != "" && !s.pss {
			return nil, usageErrorf("--pss and --signature %s exclude each other", s.signature)
		}
		s.pss = true
	}
	digest := o.digest
	if digest == "" {
		digest = p.Digest
	}
	s.digest, err = digestNamed(digest)
	return s, err
}

// options are those for one key; an error when what was asked for does not go with it.
func (s *signing) options(key *algorithm.PublicKey) (algorithm.SignOptions, error) {
	options := algorithm.SignOptions{PSS: s.pss, Digest: s.digest}
	scheme, err := algorithm.SignatureFor(key, options)
	if err != nil && s.digest != nil && !s.digestSet { // the profile's, which is for those it goes with
		options.Digest = nil
		scheme, err = algorithm.SignatureFor(key, options)
	}
	switch {
	case err != nil && s.digestSet:
		return options, usageErrorf("--digest %s does not go with a key of %s", s.digest.Name, key.Title).
			withHint("leave it out: what suits the key is chosen").because(err)
	case err != nil:
		return options, nil // the writer says it better
	case s.signature != "" && scheme.Name != s.signature:
		return options, usageErrorf("--signature %s does not go with a key of %s", s.signature, key.Title).
			withHint("leave it out, or name what this key makes:  --signature %s", scheme.Name)
	}
	return options, nil
}

// keyEncryptions reads --key-encryption and --oaep.
func (o *encryptOptions) keyEncryptions() ([]*algorithm.KeyEncryption, error) {
	names := slices.Clone(o.keyEncryption)
	if o.oaep && !slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, "rsa-oaep") }) {
		names = append(names, "rsa-oaep")
	}
	return keyEncryptionsNamed(names)
}

func keyEncryptionsNamed(names []string) ([]*algorithm.KeyEncryption, error) {
	var list []*algorithm.KeyEncryption
	for _, name := range names {
		e, err := algorithm.KeyEncryptionByName(name)
		if err != nil {
			table := ""
			if unsupported, ok := errors.AsType[*algorithm.UnsupportedError](err); ok && unsupported.OID != "" {
				table = "key-agreement"
			}
			return nil, notWritten("--key-encryption", name, table, keyEncryptionNames())
		}
		list = append(list, e)
	}
	return list, nil
}

// keyEncryptionFor finds how the key is encrypted for everybody: as flags have it, then
// as the profile has it, then as the recipient is known to read it; nil leaves it to the
// kind of the key. A flag that is for nobody is an error, and so are two for one.
func (o *encryptOptions) keyEncryptionFor(recipients []sending.Recipient, p *sending.Profile) (map[*sending.Recipient]*algorithm.KeyEncryption, error) {
	asked, err := o.keyEncryptions()
	if err != nil {
		return nil, err
	}
	usual, err := keyEncryptionsNamed(p.KeyEncryption)
	if err != nil {
		return nil, err
	}
	out, used := map[*sending.Recipient]*algorithm.KeyEncryption{}, map[string]bool{}
	var kinds []string
	for i := range recipients {
		r := &recipients[i]
		if r.Certificate == nil {
			continue
		}
		key, err := r.Certificate.PublicKey()
		if err != nil {
			continue // making the recipient says it
		}
		kinds = append(kinds, key.Title)
		for _, e := range asked {
			if !e.Fits(key) {
				continue
			}
			if other := out[r]; other != nil {
				return nil, usageErrorf("--key-encryption %s and %s are for the same keys", other.Name, e.Name).withHint("leave one of them out")
			}
			out[r], used[e.Name] = e, true
		}
		for _, e := range append(slices.Clone(usual), r.Announced()...) {
			if out[r] == nil && e.Fits(key) {
				out[r] = e
			}
		}
	}
	for _, e := range asked {
		if !used[e.Name] && !(o.oaep && strings.HasPrefix(e.Name, "rsa-oaep") && len(o.keyEncryption) == 0) {
			return nil, usageErrorf("--key-encryption %s: no recipient has a key that it goes with", e.Name).
				withHint("it goes with keys of %s; here are %s", strings.Join(e.Keys, ", "), strings.Join(unique(kinds), ", "))
		}
	}
	return out, nil
}
