package main

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/certstore"
	"smimectl/internal/cms"
	"smimectl/internal/message"
	"smimectl/internal/verdict"
)

// trustFlags say whom to believe, in every verb that looks at certificates.
type trustFlags struct {
	ca          []string
	chain       []string
	crl         []string
	ocsp        []string
	systemRoots bool
	online      bool
	required    bool
	off         bool
	kept        *keptTrust // what was read before; nil: nothing is kept
}

func (t *trustFlags) add(cmd *cobra.Command) {
	t.kept = &keptTrust{signers: cms.NewKeptSigners()}
	f := cmd.Flags()
	f.Var(many(&t.ca, "FILE"), "ca", "trust the certificates of FILE and no others; none: trust nobody (repeatable)")
	f.BoolVar(&t.systemRoots, "system-roots", false, "trust the system's TLS roots too")
	f.Var(many(&t.chain, "FILE"), "chain", "further certificates, never trusted by themselves (repeatable)")
	f.Var(many(&t.crl, "FILE"), "crl", "revocation list (repeatable)")
	f.Var(many(&t.ocsp, "FILE"), "ocsp", "OCSP response (repeatable)")
	f.BoolVar(&t.online, "online", false, "fetch missing certificates, OCSP answers and revocation lists from where certificates say they are")
	f.BoolVar(&t.required, "require-revocation", false, "refuse what cannot be shown to be not revoked")
	f.BoolVar(&t.off, "no-revocation", false, "do not look at revocation")
}

// check refuses flags that contradict each other.
func (t *trustFlags) check() error {
	if t.required && t.off {
		return usageErrorf("--require-revocation and --no-revocation exclude each other")
	}
	return nil
}

// anchors are those of --ca, else of $SMIMECTL_CA, else the store's own and the
// public e-mail roots, which are many and found by name. The finder is never nil.
func (a *app) anchors(t *trustFlags) ([]certpath.Anchor, finder, error) {
	none := func(*cert.Certificate, []*cert.Certificate, time.Time) []certpath.Anchor { return nil }
	find := finder(none)
	files := t.ca
	if len(files) == 0 {
		if name := a.env.getenv("SMIMECTL_CA"); name != "" {
			files = []string{name}
		}
	}
	var out []certpath.Anchor
	if len(files) == 0 {
		stored, err := a.env.store().Anchors()
		if err != nil {
			return nil, nil, storeError(err)
		}
		roots, err := a.mailRoots()
		if err != nil {
			return nil, nil, err
		}
		find = rootFinder(roots)
		for _, s := range stored {
			out = append(out, certpath.Anchor{Certificate: s.Certificate, Name: s.Name, Kind: "own", Added: s.Added})
		}
	}
	for _, name := range files {
		if name == "none" {
			if len(files) > 1 {
				return nil, nil, usageErrorf("--ca none and --ca FILE exclude each other").withHint("a file of that name is:  --ca ./none")
			}
			continue
		}
		list, err := readCertificates(name)
		if err != nil {
			return nil, nil, err
		}
		for _, c := range list {
			out = append(out, certpath.Anchor{Certificate: c, Name: strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)), Kind: "file"})
		}
	}
	if t.systemRoots {
		system, err := systemRoots(a.env)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, system...)
	}
	return out, find, nil
}

// readCertificates reads every certificate of a file in any of the usual forms.
func readCertificates(name string) ([]*cert.Certificate, error) {
	data, err := readSmall(name)
	if err != nil {
		return nil, err
	}
	bundle, err := certstore.ReadFile(data, func(string, int) ([]byte, error) { return nil, certstore.ErrNoPassphrase })
	if err != nil {
		return nil, fileError(name, err)
	}
	if len(bundle.Certificates) == 0 {
		return nil, keyErrorf(verdict.CertificateMissing, "%s holds no certificate (%s)", quoted(name), bundle.Format).
			withHint("see what it is:  smimectl inspect %s", quoted(name))
	}
	return bundle.Certificates, nil
}

// furtherCertificates are those of --chain.
func furtherCertificates(t *trustFlags) ([]*cert.Certificate, error) {
	var out []*cert.Certificate
	for _, name := range t.chain {
		list, err := readCertificates(name)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// storedCertificates gives certificates of the store: of others' those that are wanted, of one's own
// all. It may be asked by several at a time, of many mails.
func (a *app) storedCertificates(catalogue *certstore.Catalogue) func(message.Wanted) []*cert.Certificate {
	own := sync.OnceValue(func() []*cert.Certificate {
		var list []*cert.Certificate
		if identities, err := a.env.store().Identities(); err == nil {
			for _, id := range identities {
				list = append(list, id.Certificate)
				list = append(list, id.Chain...)
			}
		}
		return list
	})
	return func(w message.Wanted) []*cert.Certificate {
		names := slices.Clone(w.Issuers)
		var list []*cert.Certificate
		take := func(entries []*certstore.Entry, err error) {
			if err != nil {
				return // a store that cannot be read is an empty one here
			}
			for _, e := range entries {
				list = append(list, e.Certificate)
			}
		}
		if is := w.ID.IssuerSerial; is != nil {
			take(catalogue.ByIssuerSerial(*is))
		} else if len(w.ID.KeyID) > 0 {
			take(catalogue.ByKeyID(w.ID.KeyID))
		}
		if len(names) > 0 {
			for _, c := range own() { // their issuers may be among the others
				names = append(names, c.Issuer)
			}
			take(catalogue.Issuers(names))
		}
		return append(list, own()...)
	}
}

// systemBundles are where systems keep their TLS roots in one file.
var systemBundles = []string{
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/cert.pem",
	"/etc/ssl/ca-bundle.pem",
	"/usr/local/share/certs/ca-root-nss.crt",
}

func systemRoots(env *environment) ([]certpath.Anchor, error) {
	names := systemBundles
	if name := env.getenv("SSL_CERT_FILE"); name != "" {
		names = []string{name}
	}
	for _, name := range names {
		if _, err := os.Stat(name); err != nil {
			continue
		}
		list, err := readCertificates(name)
		if err != nil {
			return nil, err
		}
		var out []certpath.Anchor
		for _, c := range list {
			out = append(out, certpath.Anchor{Certificate: c, Name: c.DisplayName(), Kind: "system"})
		}
		return out, nil
	}
	return nil, keyErrorf(verdict.CertificateMissing, "no file with the system's roots was found").
		withHint("name it:  SSL_CERT_FILE=FILE smimectl ... --system-roots")
}

// parseMoment reads --at: now, signed, RFC 3339, or a date (00:00 UTC).
func parseMoment(s string, now time.Time) (at time.Time, signed bool, err error) {
	switch s {
	case "", "now":
		return now, false, nil
	case "signed":
		return now, true, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), false, nil
		}
	}
	return time.Time{}, false, usageErrorf("--at %s is no time", quoted(s)).
		withHint("--at 2023-06-01, --at 2023-06-01T12:00:00Z, --at now or --at signed")
}

// colonHex writes a fingerprint as people compare it.
func colonHex(c *cert.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i, x := range sum {
		if i > 0 && i%2 == 0 {
			b.WriteByte(' ')
		}
		b.WriteByte(digits[x>>4])
		b.WriteByte(digits[x&15])
	}
	return b.String()
}

// isDamaged tells whether an error is about what a file of the store holds.
func isDamaged(err error) bool {
	var damaged *certstore.DamagedError
	return errors.As(err, &damaged)
}

// unwrapDamage gives the reason without the file's name.
func unwrapDamage(err error) error {
	var damaged *certstore.DamagedError
	if errors.As(err, &damaged) {
		return damaged.Err
	}
	return err
}

// storeError words what the store says.
func storeError(err error) error {
	var damaged *certstore.DamagedError
	var mode *certstore.ModeError
	switch {
	case errors.As(err, &damaged):
		return keyErrorf(verdict.CertificateUnfit, "the store is damaged: %s: %s", quoted(damaged.Path), reasonOf(damaged.Err)).
			withHint("look at it:  cat %s", quoted(damaged.Path)).
			withHint("or move it away:  mv %s /tmp", quoted(damaged.Path))
	case errors.As(err, &mode):
		return keyErrorf(verdict.KeyMissing, "%s can be read by others", quoted(mode.Path)).
			withHint("chmod %04o %s", mode.Want.Perm(), quoted(mode.Path)).
			withHint("and what else is open:  smimectl doctor")
	}
	if errors.Is(err, certstore.ErrNoStore) {
		return machineError("cannot use the store", "", errors.New("there is no place for one: HOME, XDG_DATA_HOME and SMIMECTL_HOME are all empty")).
			withHint("name one:  export SMIMECTL_HOME=DIR")
	}
	path, ok := errors.AsType[*fs.PathError](err)
	if !ok {
		return machineError("cannot use the store", "", err)
	}
	e := machineError("cannot use the store: "+quoted(path.Path), "", err)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		e.withHint("whose is it?  ls -ld %s", quoted(inTheWay(path.Path))).
			withHint("another place for the store:  export SMIMECTL_HOME=DIR")
	}
	return e
}
