package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"smimectl/internal/algorithm"
	"smimectl/internal/outfile"
	"smimectl/internal/sending"
	"smimectl/internal/verdict"
)

// algorithmsSaid runs smimectl algorithms at a width.
func algorithmsSaid(t testing.TB, columns string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	env := &environment{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, now: time.Now, temporary: &outfile.Temporary{},
		getenv: func(name string) string { return map[string]string{"COLUMNS": columns, "LC_ALL": "C.UTF-8"}[name] }}
	code = run(env, append([]string{"algorithms"}, args...))
	return code, out.String(), errs.String()
}

// TestAlgorithms prints every row of every table, within the width.
func TestAlgorithms(t *testing.T) {
	t.Parallel()
	for columns, width := range map[string]int{"40": 40, "80": 80, "120": 120} {
		code, all, _ := algorithmsSaid(t, columns)
		if code != 0 {
			t.Fatal(code)
		}
		words := strings.Join(strings.Fields(all), " ")
		for line := range strings.Lines(all) {
			line = strings.TrimSuffix(line, "\n")
			if n := verdict.Columns(line); n > width && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%d columns at %d: %s", n, width, line)
			}
		}
		for _, r := range algorithm.Rows() {
			if !strings.Contains(words, r.Name+" ") || !strings.Contains(words, r.Standard) || !strings.Contains(words, r.OID.String()) {
				t.Errorf("at %d: %s %s %s %s is not shown", width, r.Table, r.Name, r.Standard, r.OID)
			}
		}
		for _, kind := range algorithmKinds() {
			if !strings.Contains(all, strings.ToUpper(kind)+"\n") {
				t.Errorf("at %d: no heading for %s", width, kind)
			}
			// One table alone is that part of all of them.
			if code, one, _ := algorithmsSaid(t, columns, kind); code != 0 || !strings.Contains(all, strings.ToUpper(kind)+"\n"+one) {
				t.Errorf("%s at %d: %d\n%s", kind, width, code, one)
			}
		}
	}
	if code, _, stderr := algorithmsSaid(t, "80", "ciphers"); code != exitUsage || !strings.Contains(stderr, "hint: one of signature, digest, ") {
		t.Errorf("no such table: %d %s", code, stderr)
	}
	if code, _, _ := algorithmsSaid(t, "80", "cipher", "digest"); code != exitUsage {
		t.Errorf("two tables: %d", code)
	}
}

// TestAlgorithmsLegacy: the names that are shown are those that the judgement takes.
func TestAlgorithmsLegacy(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for _, l := range algorithmLines("") {
		if (l.Status == "broken") != (len(l.AllowLegacy) > 0) || l.Read == (l.Status == "broken") {
			t.Errorf("%s %s is %s: %q, read %v", l.Table, l.Name, l.Status, l.AllowLegacy, l.Read)
		}
		name := l.Table + " " + l.Name
		if l.Digest != nil {
			name += " " + *l.Digest
		}
		got[name] = strings.Join(l.AllowLegacy, ",")
	}
	for name, want := range map[string]string{
		"digest sha1": "sha1", "digest md5": "md5", "digest sha256": "", "digest sha224": "",
		"cipher rc2-40-cbc": "rc2", "cipher des-cbc": "des", "cipher 3des-cbc": "", "cipher aes-256-gcm": "",
		"signature dsa sha1": "dsa,sha1", "signature dsa sha256": "dsa", "signature rsa-pkcs1v15 md5": "md5", "signature ecdsa sha1": "sha1", "key dsa": "dsa",
	} {
		if got[name] != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
}

// TestAlgorithmsSchema holds the JSON against docs/algorithms.schema.json, which is closed for that: a field that nobody
// describes is a fault.
func TestAlgorithmsSchema(t *testing.T) {
	t.Parallel()
	published, err := os.ReadFile(filepath.Join("..", "..", "docs", "algorithms.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(published))
	if err != nil {
		t.Fatal(err)
	}
	var closeAll func(node any)
	closeAll = func(node any) {
		switch x := node.(type) {
		case []any:
			for _, e := range x {
				closeAll(e)
			}
		case map[string]any:
			if _, ok := x["properties"]; ok {
				x["additionalProperties"] = false
			}
			for _, e := range x {
				closeAll(e)
			}
		}
	}
	closeAll(doc)
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("algorithms.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("algorithms.json")
	if err != nil {
		t.Fatal(err)
	}
	valid := func(text string) error {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(value)
	}
	for _, args := range [][]string{{"--json"}, {"--json", "cipher"}, {"--json", "profile"}} {
		code, text, _ := algorithmsSaid(t, "80", args...)
		if err := valid(text); code != 0 || err != nil {
			t.Errorf("%q: %d %v", args, code, err)
		}
		var said struct {
			Algorithms []algorithmLine
			Profiles   []profileLine
		}
		if err := json.Unmarshal([]byte(text), &said); err != nil {
			t.Fatal(err)
		}
		if rows := len(algorithm.Rows()); len(args) == 1 && (len(said.Algorithms) != rows || len(said.Profiles) != len(sending.Profiles())) {
			t.Errorf("%d algorithms of %d, %d profiles", len(said.Algorithms), rows, len(said.Profiles))
		}
		if only := "cipher"; slices.Contains(args, only) && (len(said.Profiles) > 0 || slices.ContainsFunc(said.Algorithms, func(l algorithmLine) bool { return l.Table != only })) {
			t.Errorf("%q shows others", args)
		}
	}
	_, text, _ := algorithmsSaid(t, "80", "--json")
	for _, c := range []struct{ name, old, replaced string }{
		{"another schema", "smimectl.algorithms/1", "smimectl.algorithms/2"},
		{"a field that nobody describes", `"status":`, `"surprise": 1, "status":`},
		{"a field too little", `"write": true,`, ``},
		{"a status that is none", `"status": "current"`, `"status": "fine"`},
		{"a standard without a clause", `RFC 3370, Section 3.2`, `RFC 3370`},
		{"an OID that is none", `"oid": "1.2.840`, `"oid": "x.2.840`},
	} {
		changed := strings.Replace(text, c.old, c.replaced, 1)
		if changed == text || valid(changed) == nil {
			t.Errorf("%s: it is let through", c.name)
		}
	}
}

// TestProfileTable: what the profiles name exists and is written.
func TestProfileTable(t *testing.T) {
	t.Parallel()
	for _, p := range sending.Profiles() {
		if p.Digest != "" && !slices.Contains(digestNames(), p.Digest) {
			t.Errorf("%s: digest %s", p.Name, p.Digest)
		}
		if !slices.Contains(signatureNames(), p.Signature) || !slices.Contains(cipherNames(), p.Cipher) || !slices.Contains(algorithm.SigningKeyNames(), p.Key) {
			t.Errorf("%s: %s, %s, %s", p.Name, p.Signature, p.Cipher, p.Key)
		}
		if _, err := keyEncryptionsNamed(p.KeyEncryption); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
}
