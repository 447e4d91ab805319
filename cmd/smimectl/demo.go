package main

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/verdict"
)

const demoFolder = "smimectl-demo"

func fileExists(name string) bool {
	_, err := os.Lstat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

func (a *app) demoCommand() *cobra.Command {
	var onlyCA bool
	cmd := newVerb("demo [FOLDER]", "a toy CA, two people, and the whole tour",
		`Demo makes a toy CA and two people in a fresh folder (./smimectl-demo), signs, verifies, encrypts and decrypts a mail,
and shows each command before it runs. It needs nothing and touches nothing else. With --ca it only makes the CA and
test identities: good, expired, for another purpose, revoked (crl.pem).`,
		`  smimectl demo
  smimectl demo --ca testdata`)
	cmd.Args = atMostOne
	cmd.Flags().BoolVar(&onlyCA, "ca", false, "only make the toy CA and test identities")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		folder := demoFolder
		if len(args) == 1 {
			folder = args[0]
		}
		if fileExists(folder) {
			return usageErrorf("%s exists; the demo needs a fresh folder", quoted(folder)).withHint("smimectl demo ANOTHER").withHint("or remove it:  rm -r %s", quoted(folder))
		}
		d := &demo{a: a, folder: folder}
		if err := d.make(); err != nil {
			return err
		}
		if onlyCA {
			a.inform("made in %s: ca.pem, crl.pem, and alice, bob, expired, server, revoked as .p12 (passphrase: demo) and .pem", quoted(folder))
			return nil
		}
		return d.tour()
	}
	return cmd
}

// demo is the toy world.
type demo struct {
	a      *app
	folder string
}

const demoPassphrase = "demo"

var demoPeople = []struct {
	file, name, address string
	options             certstore.ToyOptions
}{
	{"alice", "Alice", "alice@example.test", certstore.ToyOptions{KeyName: "rsa-2048"}},
	{"bob", "Bob", "bob@example.test", certstore.ToyOptions{KeyName: "p-256"}},
	{"expired", "Olga Old", "olga@example.test", certstore.ToyOptions{Expired: true}},
	{"server", "Web Server", "server@example.test", certstore.ToyOptions{Use: certstore.ToyServer}},
	{"revoked", "Rita Revoked", "rita@example.test", certstore.ToyOptions{}},
}

const demoMail = `From: Alice <alice@example.test>
To: Bob <bob@example.test>
Subject: Invoice
Date: %s
Message-ID: <1@example.test>

Hello Bob,

please transfer 100 EUR to the usual account.

Alice
`

// make writes the toy CA, the people and a mail.
func (d *demo) make() error {
	if err := os.Mkdir(d.folder, 0o700); err != nil {
		return machineError("cannot make the folder", d.folder, err)
	}
	now := d.a.env.now()
	ca, err := certstore.NewToyCA("Demo CA", now)
	if err != nil {
		return machineError("cannot make the toy CA", "", err)
	}
	store := certstore.Open(certstore.Roots{Config: filepath.Join(d.folder, "store"), Data: filepath.Join(d.folder, "store")})
	if _, err := store.AddAnchor("demo-ca", ca.Certificate, false); err != nil {
		return storeError(err)
	}
	files := map[string][]byte{
		"ca.pem":    pemOf([]*cert.Certificate{ca.Certificate}),
		"hello.eml": fmt.Appendf(nil, demoMail, now.Format("Mon, 02 Jan 2006 15:04:05 -0700")),
		"pw":        []byte(demoPassphrase + "\n"),
		"env":       []byte("# . ./env  makes smimectl use this folder's store\nexport SMIMECTL_HOME=\"$PWD/store\"\nexport SMIMECTL_PASSPHRASE_FILE=\"$PWD/pw\"\n"),
	}
	for _, p := range demoPeople {
		address, err := cert.ParseAddress(p.address)
		if err != nil {
			return machineError("cannot make", p.address, err)
		}
		options := p.options
		options.Addresses, options.Name = []cert.Address{address}, p.name
		key, c, err := ca.Issue(options)
		if err != nil {
			return machineError("cannot make the identity", p.address, err)
		}
		if err := d.keep(store, files, p.file, c, key, ca.Certificate); err != nil {
			return err
		}
		if p.file == "revoked" {
			list, err := ca.Revoke(now, c)
			if err != nil {
				return machineError("cannot make the revocation list", "", err)
			}
			files["crl.pem"] = pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: list})
		}
	}
	for name, data := range files {
		mode := os.FileMode(0o644)
		if name == "pw" || strings.HasSuffix(name, ".p12") || strings.HasSuffix(name, ".key") {
			mode = 0o600
		}
		if err := os.WriteFile(filepath.Join(d.folder, name), data, mode); err != nil {
			return machineError("cannot write", name, err)
		}
	}
	return nil
}

// keep puts one person into the files and, if of the tour, into the store.
func (d *demo) keep(store *certstore.Store, files map[string][]byte, name string, c *cert.Certificate, key *algorithm.PrivateKey, root *cert.Certificate) error {
	chain := []*cert.Certificate{c, root}
	p12, err := certstore.EncodePKCS12(key, chain, []byte(demoPassphrase))
	if err != nil {
		return machineError("cannot write", name+".p12", err)
	}
	files[name+".p12"] = p12
	files[name+".pem"] = pemOf(chain[:1])
	if name != "alice" && name != "bob" {
		return nil
	}
	if _, err := store.AddIdentity(key, chain, []byte(demoPassphrase), false); err != nil {
		return storeError(err)
	}
	return nil
}

// tour runs the main job in the folder, each command shown as it would be typed.
func (d *demo) tour() error {
	_, width := d.a.env.terminal(d.a.env.stdout)
	for _, line := range verdict.Wrap("This makes a toy CA and two people in "+d.place()+". Nothing else is touched.", width) {
		d.print("%s\n", line)
	}
	if err := os.Chdir(d.folder); err != nil {
		return machineError("cannot enter", d.folder, err)
	}
	here, err := os.Getwd()
	if err != nil {
		return machineError("cannot enter", d.folder, err)
	}
	d.print("\n$ smimectl sign hello.eml -o signed.eml\n")
	if code := d.run(here, nil, nil, "sign", "hello.eml", "-o", "signed.eml"); code != exitYes {
		return machineError("the demo stopped:", "sign", fmt.Errorf("exit code %d", code))
	}
	d.print("\n$ smimectl verify signed.eml\n")
	if code := d.run(here, nil, nil, "verify", "signed.eml"); code != exitYes {
		return machineError("the demo stopped:", "verify", fmt.Errorf("exit code %d", code))
	}
	d.print("\n$ sed s/100/900/ signed.eml | smimectl verify\n")
	signed, err := os.ReadFile("signed.eml")
	if err != nil {
		return readError("signed.eml", err)
	}
	tampered := bytes.Replace(signed, []byte("100 EUR"), []byte("900 EUR"), 1)
	code := d.run(here, bytes.NewReader(tampered), nil, "verify")
	d.print("(exit code %d)\n", code)
	if code != exitNo {
		return machineError("the demo stopped:", "verify", fmt.Errorf("exit code %d", code))
	}
	d.print("\n$ smimectl encrypt --sign hello.eml -o secret.eml\n")
	if code := d.run(here, nil, nil, "encrypt", "--sign", "hello.eml", "-o", "secret.eml"); code != exitYes {
		return machineError("the demo stopped:", "encrypt", fmt.Errorf("exit code %d", code))
	}
	d.print("\n$ smimectl decrypt -i bob@example.test secret.eml\n")
	if code := d.run(here, nil, nil, "decrypt", "-i", "bob@example.test", "secret.eml"); code != exitYes {
		return machineError("the demo stopped:", "decrypt", fmt.Errorf("exit code %d", code))
	}
	d.print("\nGo on:     cd %s && . ./env\n", quoted(filepath.ToSlash(d.folder)))
	d.print("           then try the commands yourself\n")
	d.print("Your own:  smimectl id import YOUR.p12\n")
	d.print("           then  smimectl doctor\n")
	return nil
}

// place is the folder as people read it.
func (d *demo) place() string {
	folder := quoted(filepath.ToSlash(d.folder))
	if filepath.IsLocal(d.folder) && folder == filepath.ToSlash(d.folder) {
		return "./" + folder
	}
	return folder
}

func (d *demo) print(format string, args ...any) { fmt.Fprintf(d.a.env.stdout, format, args...) }

// run executes one command line in this process, with the folder's own store.
func (d *demo) run(here string, stdin io.Reader, stdout io.Writer, args ...string) int {
	env := *d.a.env
	if stdin == nil {
		stdin = strings.NewReader("")
	}
	env.stdin = stdin
	if stdout != nil {
		env.stdout = stdout
	}
	// The lines for people belong to the show.
	env.stderr = d.a.env.stdout
	getenv := d.a.env.getenv
	env.getenv = func(name string) string {
		switch name {
		case "SMIMECTL_HOME":
			return filepath.Join(here, "store")
		case "SMIMECTL_PASSPHRASE_FILE":
			return filepath.Join(here, "pw")
		case "SMIMECTL_PASSPHRASE", "SMIMECTL_IDENTITY", "SMIMECTL_CA":
			return ""
		}
		return getenv(name)
	}
	return run(&env, args)
}
