package main

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
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
	Revoked   string   `json:"revoked,omitempty"` // by a list of the store
	Key       string   `json:"key"`
	Source    string   `json:"source,omitempty"`
	For       string   `json:"for,omitempty"` // of an anchor: "timestamps"; mail is not said
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

// printTable prints rows in aligned columns. On a terminal that is too narrow for
// them a row takes several lines; what is no terminal gets one line for each.
func (a *app) printTable(n int, row func(i int) []string) error {
	rows := make([][]string, n)
	var columns []int
	for i := range n {
		for k, cell := range row(i) {
			cell = a.plainly(cell)
			rows[i] = append(rows[i], cell)
			if k == len(columns) {
				columns = append(columns, 0)
			}
			columns[k] = max(columns[k], verdict.Columns(cell))
		}
	}
	all := -2
	for _, c := range columns {
		if c > 0 {
			all += c + 2
		}
	}
	var b strings.Builder
	width, ends := a.lineEnds()
	narrow := ends && all > width
	for _, cells := range rows {
		if narrow {
			writeNarrowRow(&b, cells, width)
			continue
		}
		line := ""
		for k, cell := range cells {
			if columns[k] > 0 {
				line += cell + strings.Repeat(" ", columns[k]-verdict.Columns(cell)+2)
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	_, err := a.env.stdout.Write([]byte(b.String()))
	return stdoutError(err)
}

// writeNarrowRow writes the first two cells on a line of their own where they fit.
func writeNarrowRow(b *strings.Builder, cells []string, width int) {
	first, rest := cells[0], cells[1:]
	if verdict.Columns(first+"  "+rest[0]) <= width {
		first, rest = first+"  "+rest[0], rest[1:]
	}
	b.WriteString(first + "\n")
	line := ""
	flush := func() {
		for _, piece := range verdict.Wrap(line, max(width-2, 20)) {
			b.WriteString("  " + piece + "\n")
		}
	}
	for _, cell := range slices.DeleteFunc(slices.Clone(rest), func(s string) bool { return s == "" }) {
		switch {
		case line == "":
			line = cell
		case verdict.Columns(line+", "+cell) < width-2: // with the comma that may follow
			line += ", " + cell
		default:
			line += ","
			flush()
			line = cell
		}
	}
	flush()
}

// lineEnds gives the width of standard output, and whether lines have to end
// there: not in a file or a pipe, where each stands for one thing.
func (a *app) lineEnds() (int, bool) {
	tty, width := a.env.terminal(a.env.stdout)
	return width, tty || a.env.getenv("COLUMNS") != ""
}

// record is a line that stands for one mail. Where it is longer than the terminal
// the rest is indented, so that no text of a mail comes to stand in column 1.
func (a *app) record(line string) string {
	line = a.plainly(line)
	if width, ends := a.lineEnds(); ends && verdict.Columns(line) > width {
		return strings.Join(verdict.Wrap(line, max(width-2, 20)), "\n  ")
	}
	return line
}

// plainly writes escaped text as the terminal can show it: with --ascii and in a
// locale without UTF-8 foreign letters are escaped too.
func (a *app) plainly(text string) string {
	if a.global.ascii || !a.env.utf8() {
		return verdict.ASCII(text)
	}
	return text
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

// addressColumn is the address, and how many more there are, where one line has to do.
func addressColumn(c *cert.Certificate) string {
	text := verdict.Escape(addressOf(c))
	if more := len(c.Addresses()) - 1; more > 0 {
		text += fmt.Sprintf(" (+%d)", more)
	}
	return text
}

func keyTitle(c *cert.Certificate) string {
	if pub, err := c.PublicKey(); err == nil {
		return pub.Title
	}
	return "unknown key"
}

// signsWith reports whether new mails can be signed with the key of a certificate.
func signsWith(c *cert.Certificate) bool {
	key, err := c.PublicKey()
	return err == nil && !key.ReadOnly && certpath.Fits(c, certpath.PurposeSign) == nil
}

func usesOf(c *cert.Certificate) string {
	sign, encrypt := signsWith(c), certpath.Fits(c, certpath.PurposeEncrypt) == nil
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

// knownToStore reports whether err says that the same certificate is in the store already.
func knownToStore(err error) bool {
	e := asExists(err)
	return e != nil && e.Same
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
func showCertificate(c *cert.Certificate, now time.Time, style verdict.Style) string {
	var fields []verdict.Field
	line := func(name, value string, more ...string) {
		if value != "" {
			fields = append(fields, verdict.Field{Label: name, Value: value, Lines: more})
		}
	}
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
	sha256 := style.Fingerprint(c.Fingerprint())
	line("SHA-256", sha256[0], sha256[1:]...)
	return verdict.Sheet(style, "certificate of "+c.DisplayName(), fields)
}
