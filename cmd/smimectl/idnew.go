package main

import (
	"encoding/pem"
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
	name       string
	days       string
	clear      bool
	output     string
	keyOut     string
	passphrase passphraseFlags
}

// keyNames are the keys that are made.
var keyNames = []string{"p-256", "p-384", "p-521", "rsa-2048", "rsa-3072", "rsa-4096", "ed25519", "ed448", "ml-dsa-44", "ml-dsa-65", "ml-dsa-87"}

func (o *newKeyOptions) add(cmd *cobra.Command, env *environment) {
	f := cmd.Flags()
	f.Var(onceOf(&o.algorithm, append([]string{"rsa-3072"}, remove(keyNames, "rsa-3072")...)...), "algorithm", strings.Join(keyNames, ", "))
	f.Var(once(&o.name, "NAME"), "name", "the name beside the address")
	f.BoolVar(&o.clear, "no-passphrase", false, "keep the key unencrypted")
	o.passphrase.add(cmd, env)
}

func remove(list []string, word string) []string {
	var out []string
	for _, x := range list {
		if x != word {
			out = append(out, x)
		}
	}
	return out
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
		key, err := algorithm.GenerateKey(o.algorithm)
		if err != nil {
			return machineError("cannot make a key", "", err)
		}
		c, err := certstore.NewSelfSigned(key, addresses, o.name, days, a.env.now())
		if err != nil {
			return addError(addresses[0].String(), err)
		}
		if _, err := a.env.store().AddIdentity(key, []*cert.Certificate{c}, secret, false); err != nil {
			return addError(addresses[0].String(), err)
		}
		a.inform("made %s, %s, %s, %s", verdict.Escape(addressOf(c)), keyTitle(c), usesOf(c), untilOf(c, a.env.now()))
		a.inform("to verify what it signs:  smimectl ca add --from-id %s", verdict.Escape(addressOf(c)))
		a.inform("for others:  smimectl id export --certificate %s -o %s.pem", verdict.Escape(addressOf(c)), shortFingerprint(c))
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
			return usageErrorf("id request needs a file for the key").withHint("--key-out alice.key")
		}
		if fileExists(o.keyOut) {
			return usageErrorf("%s exists; a key is never written over", quoted(o.keyOut)).withHint("--key-out ANOTHER.key")
		}
		secret, err := o.secret(addresses[0].String())
		if err != nil {
			return err
		}
		key, err := algorithm.GenerateKey(o.algorithm)
		if err != nil {
			return machineError("cannot make a key", "", err)
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
