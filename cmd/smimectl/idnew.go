package main

import (
	"cmp"
	"encoding/pem"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/verdict"
)

// newKeyOptions say how a new key and what is made with it are to be.
type newKeyOptions struct {
	algorithm  string
	profile    string
	name       string
	days       string
	clear      bool
	output     string
	keyOut     string
	passphrase passphraseFlags
}

func (o *newKeyOptions) add(cmd *cobra.Command, env *environment) {
	f := cmd.Flags()
	f.Var(once(&o.algorithm, "NAME"), "algorithm", "rsa-3072 (default), "+strings.Join(slices.DeleteFunc(algorithm.SigningKeyNames(), longName), ", ")+", ... (see algorithms key)")
	f.Var(once(&o.profile, "NAME"), "profile", "compat, modern or pq: the key for those receivers")
	f.Var(once(&o.name, "NAME"), "name", "the name beside the address")
	f.BoolVar(&o.clear, "no-passphrase", false, "keep the key unencrypted")
	o.passphrase.add(cmd, env)
}

// longName leaves out of the help what is in smimectl algorithms key: the default, and
// the many of SLH-DSA.
func longName(name string) bool { return name == "rsa-3072" || strings.HasPrefix(name, "slh-dsa-") }

// key makes the key that --algorithm names, else that of the profile.
func (o *newKeyOptions) key(a *app) (*algorithm.PrivateKey, error) {
	c, err := a.config()
	if err != nil {
		return nil, err
	}
	p, err := profileNamed(cmp.Or(o.profile, c.Profile))
	if err != nil {
		return nil, err
	}
	name := cmp.Or(o.algorithm, p.Key)
	if names := algorithm.SigningKeyNames(); !slices.Contains(names, name) {
		if slices.Contains(algorithm.KeyNames(), name) {
			return nil, usageErrorf("--algorithm %s: such a key cannot sign, and so cannot ask for a certificate by itself", name).
				withHint("the CA that issues such certificates says how;  smimectl id import CERT.pem --key KEY.pem  takes them")
		}
		return nil, usageErrorf("--algorithm %s: no such key is made", quoted(name)).withHint("one of %s", strings.Join(names, ", "))
	}
	key, err := algorithm.GenerateKey(name)
	if err != nil {
		return nil, machineError("cannot make a key", "", err)
	}
	return key, nil
}

func (o *newKeyOptions) addresses(args []string) ([]cert.Address, error) {
	if len(args) == 0 {
		return nil, usageErrorf("name your address").withHint("smimectl id new alice@example.org")
	}
	return parseAddresses("ADDRESS", args)
}

// secret is the passphrase of the new key; empty when none is wanted.
func (o *newKeyOptions) secret(who string) ([]byte, error) {
	if o.clear {
		return []byte{}, nil
	}
	return o.passphrase.newPassphrase(who)
}

func (a *app) idNewCommand() *cobra.Command {
	o := &newKeyOptions{}
	cmd := newVerb("new ADDRESS...", "make a self-signed identity",
		`New makes a key and a certificate that vouches for itself. Others can only believe it when they add it as an anchor:
good for trying things out and for a few people who know each other. For a certificate of a CA:  smimectl id request`,
		`  smimectl id new --name "Alice" alice@example.org`)
	o.add(cmd, a.env)
	cmd.Flags().Var(once(&o.days, "N"), "days", "validity in days; default 365")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		addresses, err := o.addresses(args)
		if err != nil {
			return err
		}
		days := 365
		if o.days != "" {
			if days, err = strconv.Atoi(o.days); err != nil || days < 1 || days > 36500 {
				return usageErrorf("--days %s is no number of days", quoted(o.days))
			}
		}
		secret, err := o.secret(addresses[0].String())
		if err != nil {
			return err
		}
		key, err := o.key(a)
		if err != nil {
			return err
		}
		c, err := certstore.NewSelfSigned(key, addresses, o.name, days, a.env.now())
		if err != nil {
			return addError(addresses[0].String(), err)
		}
		if _, err := a.env.store().AddIdentity(key, []*cert.Certificate{c}, secret, false); err != nil {
			return addError(addresses[0].String(), err)
		}
		a.inform("made %s, %s, %s, %s", verdict.Escape(addressOf(c)), keyTitle(c), usesOf(c), untilOf(c, a.env.now()))
		a.inform("to verify what it signs:  smimectl ca add --from-id %s", a.operandFor(c))
		a.inform("for others:  smimectl id export --certificate %s -o %s", a.operandFor(c), certificateFile(c))
		return nil
	}
	return cmd
}

func (a *app) idRequestCommand() *cobra.Command {
	o := &newKeyOptions{}
	cmd := newVerb("request ADDRESS...", "ask a CA for a certificate",
		`Request makes a key and a certification request (PKCS#10) to send to a CA. The key is written to a file of its own; when
the certificate comes:  smimectl id import CERT.pem --key KEY.pem`,
		`  smimectl id request -o alice.csr --key-out alice.key alice@example.org`)
	o.add(cmd, a.env)
	cmd.Flags().VarP(once(&o.output, "FILE"), "output", "o", "write the request to FILE")
	cmd.Flags().Var(once(&o.keyOut, "FILE"), "key-out", "write the key to FILE")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		addresses, err := o.addresses(args)
		if err != nil {
			return err
		}
		if o.keyOut == "" {
			return usageErrorf("id request needs a file for the key").withHint("--key-out %s.key", cmp.Or(plainLocalPart(addresses[0].String()), "new"))
		}
		if fileExists(o.keyOut) {
			return usageErrorf("%s exists; a key is never written over", quoted(o.keyOut)).withHint("--key-out ANOTHER.key")
		}
		secret, err := o.secret(addresses[0].String())
		if err != nil {
			return err
		}
		key, err := o.key(a)
		if err != nil {
			return err
		}
		request, err := certstore.NewRequest(key, addresses, o.name)
		if err != nil {
			return addError(addresses[0].String(), err)
		}
		block := &pem.Block{Type: "PRIVATE KEY"}
		if block.Bytes, err = key.PKCS8(); err != nil {
			return machineError("cannot write", o.keyOut, err)
		}
		if len(secret) > 0 {
			block.Type = "ENCRYPTED PRIVATE KEY"
			if block.Bytes, err = certstore.EncryptPKCS8(block.Bytes, secret); err != nil {
				return machineError("cannot write", o.keyOut, err)
			}
		}
		if err := a.writeWhole(o.keyOut, pem.EncodeToMemory(block), true); err != nil {
			return err
		}
		if err := a.writeWhole(o.output, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: request}), false); err != nil {
			return err
		}
		a.inform("the key is in %s; when the CA has answered:  smimectl id import CERT.pem --key %s", quoted(o.keyOut), quoted(o.keyOut))
		return nil
	}
	return cmd
}

// certificateFile is a name for the file of a certificate.
func certificateFile(c *cert.Certificate) string {
	if local := plainLocalPart(addressOf(c)); local != "" {
		return local + ".pem"
	}
	return shortFingerprint(c) + ".pem"
}

// plainLocalPart is the part of an address before the @ where that is a plain word,
// which can be the name of a file; else "".
func plainLocalPart(address string) string {
	local, _, _ := strings.Cut(address, "@")
	for _, r := range local {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_' {
			return ""
		}
	}
	if local == "" || local[0] == '-' || local[0] == '.' {
		return ""
	}
	return local
}
