package main

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/certstore"
	"smimectl/internal/verdict"
)

// certificateLine is a certificate in the JSON of the store verbs.
type certificateLine struct {
	SHA256    string   `json:"sha256"`
	Addresses []string `json:"addresses"`
	Name      string   `json:"name"`
	Subject   string   `json:"subject"`
	Issuer    string   `json:"issuer"`
	Serial    string   `json:"serial"`
	NotBefore string   `json:"not_before"`
	NotAfter  string   `json:"not_after"`
	Key       string   `json:"key"`
	Source    string   `json:"source,omitempty"`
	Reads     []string `json:"reads,omitempty"`
}

func lineOf(c *cert.Certificate, source string) certificateLine {
	l := certificateLine{SHA256: c.Fingerprint(), Addresses: []string{}, Name: c.DisplayName(), Subject: c.Subject.String(), Issuer: c.Issuer.String(),
		Serial: c.SerialHex(), NotBefore: c.NotBefore.UTC().Format(time.RFC3339), NotAfter: c.NotAfter.UTC().Format(time.RFC3339), Source: source}
	for _, a := range c.Addresses() {
		l.Addresses = append(l.Addresses, a.String())
	}
	if pub, err := c.PublicKey(); err == nil {
		l.Key = pub.Name
	}
	return l
}

func (a *app) printJSON(list []certificateLine) error {
	if list == nil {
		list = []certificateLine{}
	}
	encoder := json.NewEncoder(a.env.stdout)
	encoder.SetIndent("", "  ")
	return stdoutError(encoder.Encode(list))
}

// printTable prints rows in aligned columns; on a narrow terminal a row
// takes several lines.
func (a *app) printTable(n int, row func(i int) []string) error {
	var b strings.Builder
	_, width := a.env.terminal(a.env.stdout)
	if width <= 72 {
		for i := range n {
			cells := row(i)
			fmt.Fprintf(&b, "%s  %s\n", cells[0], cells[1])
			for _, line := range strings.Split(wrap(strings.Join(cells[2:], ", "), max(width-2, 20)), "\n") {
				fmt.Fprintf(&b, "  %s\n", line)
			}
		}
	} else {
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for i := range n {
			fmt.Fprintln(w, strings.Join(row(i), "\t"))
		}
		w.Flush()
	}
	_, err := a.env.stdout.Write([]byte(b.String()))
	return stdoutError(err)
}

// reportProblems names damaged files of the store; they are skipped, not believed.
func (a *app) reportProblems(store *certstore.Store) {
	for _, p := range store.Problems() {
		a.inform("warning: %s is damaged and was skipped: %s", quoted(p.Path), reasonOf(p.Err))
	}
}

func shortFingerprint(c *cert.Certificate) string { return c.Fingerprint()[:12] }

func addressOf(c *cert.Certificate) string {
	if list := c.Addresses(); len(list) > 0 {
		return list[0].String()
	}
	return c.DisplayName()
}

func keyTitle(c *cert.Certificate) string {
	if pub, err := c.PublicKey(); err == nil {
		return pub.Title
	}
	return "unknown key"
}

func usesOf(c *cert.Certificate) string {
	sign, encrypt := certpath.Fits(c, certpath.PurposeSign) == nil, certpath.Fits(c, certpath.PurposeEncrypt) == nil
	switch {
	case sign && encrypt:
		return "signs and decrypts"
	case sign:
		return "signs"
	case encrypt:
		return "decrypts"
	}
	return "not for mail"
}

func untilOf(c *cert.Certificate, now time.Time) string {
	day := c.NotAfter.UTC().Format(time.DateOnly)
	if now.After(c.NotAfter) {
		return "expired " + day
	}
	return "until " + day
}

func issuerOf(c *cert.Certificate) string {
	if c.SelfIssued() {
		return "self-signed"
	}
	if name := c.Issuer.CommonName(); name != "" {
		return name
	}
	return c.Issuer.String()
}

func pemOf(list []*cert.Certificate) []byte {
	var out []byte
	for _, c := range list {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return out
}

// writeWhole writes a small result, whole or not at all.
func (a *app) writeWhole(target string, data []byte, secret bool) error {
	out, err := newOutput(a.env, target, secret)
	if err != nil {
		return err
	}
	if _, err := out.Write(data); err != nil {
		out.discard()
		return err
	}
	if err := out.commit(); err != nil {
		out.discard()
		return err
	}
	return nil
}

func asExists(err error) *certstore.ExistsError {
	var e *certstore.ExistsError
	errors.As(err, &e)
	return e
}

func asUnfit(err error) *certstore.UnfitError {
	var e *certstore.UnfitError
	errors.As(err, &e)
	return e
}

func queryError(who string, err error) error {
	var query *certstore.QueryError
	if errors.As(err, &query) {
		return usageErrorf("%s is neither an address nor a fingerprint", quoted(who)).withHint("a fingerprint needs 8 digits or more")
	}
	return storeError(err)
}

// showCertificate describes one certificate to a person.
func showCertificate(c *cert.Certificate, now time.Time) string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "  %-12s%s\n", name, verdict.Escape(value))
		}
	}
	fmt.Fprintf(&b, "%s\n\n", verdict.Escape(c.DisplayName()))
	var addresses []string
	for _, a := range c.Addresses() {
		addresses = append(addresses, a.String())
	}
	line("Addresses", strings.Join(addresses, ", "))
	line("Subject", c.Subject.String())
	line("Issuer", c.Issuer.String())
	line("Serial", c.SerialHex())
	line("Valid", c.NotBefore.UTC().Format(time.DateOnly)+" to "+c.NotAfter.UTC().Format(time.DateOnly))
	line("Key", keyTitle(c))
	if usage, present := c.KeyUsage(); present {
		line("Usage", strings.Join(usage.Names(), ", "))
	}
	line("For", strings.Join(c.Purposes(), ", "))
	line("Use", usesOf(c)+", "+untilOf(c, now))
	line("SHA-256", colonHex(c))
	return b.String()
}
