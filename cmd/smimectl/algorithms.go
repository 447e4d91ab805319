package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"smimectl/internal/algorithm"
	"smimectl/internal/sending"
	"smimectl/internal/verdict"
)

// algorithmsSchema names the shape of the JSON, which docs/algorithms.schema.json has.
// Fields, tables and rows may be added under the same number.
const algorithmsSchema = "smimectl.algorithms/1"

// algorithmLine is a row of a table in that JSON.
type algorithmLine struct {
	Table       string   `json:"table"`
	Name        string   `json:"name"`
	OID         string   `json:"oid"`
	Status      string   `json:"status"` // current, legacy, broken
	Write       bool     `json:"write"`
	Read        bool     `json:"read"`         // without an exception
	AllowLegacy []string `json:"allow_legacy"` // what --allow-legacy has to name
	Keys        []string `json:"keys"`
	Digest      *string  `json:"digest"`
	Standard    string   `json:"standard"`
}

// profileLine is a profile in that JSON. What is null is left to the keys and to what
// the recipients read.
type profileLine struct {
	Name          string   `json:"name"`
	About         string   `json:"about"`
	Digest        *string  `json:"digest"`
	Signature     *string  `json:"signature"`
	Signers       []string `json:"signers"` // null: any
	Cipher        string   `json:"cipher"`
	KeyEncryption []string `json:"key_encryption"`
	Key           string   `json:"key"`
	PostQuantum   bool     `json:"post_quantum"`
}

func (a *app) algorithmsCommand() *cobra.Command {
	cmd := newVerb("algorithms [KIND]", "what is written and read, with the standard of each",
		`Algorithms prints the tables that the program computes with: each algorithm with what is done with it (written; read; read
with a warning because it is out of date; read only with --allow-legacy NAME), the keys it goes with, the clause of the standard and the object identifier. KIND is
one of the tables: `+strings.Join(algorithmKinds(), ", ")+`. What is written is read as well.

The names are those that --cipher, --digest, --signature, --key-encryption and --algorithm take. A profile (--profile, or
profile = "NAME" in config.toml) chooses for certain receivers; flags count more than it.`,
		`  smimectl algorithms
  smimectl algorithms cipher
  smimectl algorithms profile
  smimectl algorithms --json`)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		kind := ""
		if len(args) > 1 {
			return usageErrorf("algorithms takes one KIND, got %d", len(args)).withHint("all of them:  smimectl algorithms")
		}
		if len(args) == 1 {
			if kind = args[0]; !slices.Contains(algorithmKinds(), kind) {
				return usageErrorf("there is no table %s", quoted(kind)).withHint("one of %s", strings.Join(algorithmKinds(), ", "))
			}
		}
		if a.global.json {
			return a.algorithmsJSON(kind)
		}
		return a.showAlgorithms(kind)
	}
	return cmd
}

// algorithmKinds are the tables, and the profiles.
func algorithmKinds() []string { return append(algorithm.TableNames(), "profile") }

// algorithmLines are the rows of one table, or of all.
func algorithmLines(kind string) []algorithmLine {
	lines := []algorithmLine{}
	for _, r := range algorithm.Rows() {
		if kind != "" && r.Table != kind {
			continue
		}
		l := algorithmLine{Table: r.Table, Name: r.Name, OID: r.OID.String(), Status: r.Status.String(), Write: r.Written,
			Read: r.Status != algorithm.Broken, AllowLegacy: legacyNamesFor(r), Keys: append([]string{}, r.Keys...), Standard: r.Standard}
		if r.Digest != "" {
			l.Digest = &r.Digest
		}
		lines = append(lines, l)
	}
	return lines
}

// legacyNamesFor are the names that --allow-legacy needs for a row: tried with the policy
// that judges, so that they are right.
func legacyNamesFor(r algorithm.Row) []string {
	names := []string{}
	add := func(name string) {
		for _, legacy := range legacyNames {
			policy := verdict.Policy{Allow: map[string]bool{legacy: true}}
			if legacy != "all" && policy.Allows(name, algorithm.Broken) && !slices.Contains(names, legacy) {
				names = append(names, legacy)
				return
			}
		}
	}
	if r.Status == algorithm.Broken {
		add(r.Name)
		if d, err := algorithm.DigestByName(r.Digest); err == nil && d.Status == algorithm.Broken {
			add(d.Name)
		}
	}
	return names
}

func profileLines() []profileLine {
	var lines []profileLine
	for _, p := range sending.Profiles() {
		lines = append(lines, profileLine{Name: p.Name, About: p.About, Digest: orNull(p.Digest), Signature: orNull(p.Signature), Signers: p.Signers,
			Cipher: p.Cipher, KeyEncryption: append([]string{}, p.KeyEncryption...), Key: p.Key, PostQuantum: p.PostQuantum})
	}
	return lines
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func (a *app) algorithmsJSON(kind string) error {
	report := struct {
		Schema     string          `json:"schema"`
		Algorithms []algorithmLine `json:"algorithms"`
		Profiles   []profileLine   `json:"profiles"`
	}{algorithmsSchema, algorithmLines(kind), []profileLine{}}
	if kind == "" || kind == "profile" {
		report.Profiles = profileLines()
	}
	encoder := json.NewEncoder(a.env.stdout)
	encoder.SetIndent("", "  ")
	return stdoutError(encoder.Encode(report))
}

// showAlgorithms prints the tables one below the other.
func (a *app) showAlgorithms(kind string) error {
	shown := 0
	heading := func(title string) error {
		text := title + "\n"
		if shown++; shown > 1 {
			text = "\n" + text
		}
		_, err := io.WriteString(a.env.stdout, text)
		return stdoutError(err)
	}
	for _, table := range algorithmKinds() {
		if kind != "" && kind != table {
			continue
		}
		if kind == "" {
			if err := heading(strings.ToUpper(table)); err != nil {
				return err
			}
		}
		if err := a.showTable(table); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) showTable(table string) error {
	if table == "profile" {
		list := profileLines()
		return a.printTable(len(list), func(i int) []string { return profileCells(&list[i]) })
	}
	list := algorithmLines(table)
	return a.printTable(len(list), func(i int) []string { return algorithmCells(&list[i]) })
}

// algorithmCells are the columns of a row: every row of a table has the same.
func algorithmCells(l *algorithmLine) []string {
	what := "read"
	switch {
	case l.Write:
		what = "written"
	case len(l.AllowLegacy) > 0:
		what = "--allow-legacy " + strings.Join(l.AllowLegacy, ",")
	case l.Status == algorithm.Legacy.String():
		what = "read, out of date"
	case !l.Read:
		what = "not read"
	}
	cells := []string{l.Name, what}
	switch l.Table {
	case "signature", "key-transport", "key-agreement", "key-encapsulation", "curve", "key":
		keys := strings.Join(l.Keys, " ")
		if keys == l.Name { // an algorithm with keys of its own
			keys = ""
		}
		cells = append(cells, keys)
	}
	if l.Table == "signature" {
		digest := "any digest"
		if l.Digest != nil {
			digest = *l.Digest
		}
		cells = append(cells, digest)
	}
	return append(cells, l.Standard, l.OID)
}

func profileCells(p *profileLine) []string {
	said := func(what string, names ...string) string {
		if len(names) == 0 || names[0] == "" {
			return what + " what suits the key"
		}
		return what + " " + strings.Join(names, ", ")
	}
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	return []string{p.Name, p.About, said("digest", text(p.Digest)), fmt.Sprintf("RSA signs %s", text(p.Signature)), "cipher " + p.Cipher,
		said("key encryption", p.KeyEncryption...), "id new " + p.Key}
}
