package verdict

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"smimectl/internal/verdict/verdicttest"
)

// TestSchemaOfReports holds every report of the tables and every golden report against docs/report.schema.json.
func TestSchemaOfReports(t *testing.T) {
	t.Parallel()
	n := 0
	check := func(name string, report []byte) {
		n++
		if err := verdicttest.Check(report); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, c := range cases {
		f, p := good(t)
		for _, change := range c.change {
			change(t, &f, &p)
		}
		report, err := Judge(f, p).JSON()
		if err != nil {
			t.Fatal(err)
		}
		check(c.name, report)
	}
	names, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no golden reports: %v", err)
	}
	for _, name := range names {
		if strings.HasPrefix(filepath.Base(name), "asn1-") { // inspect --asn1 --json is a tree, no report
			continue
		}
		report, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(name) == "bad-cause-to-come.json" { // a kind of cause that does not exist yet: readers have to bear it
			if err := verdicttest.CheckPublished(report); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if verdicttest.Check(report) == nil {
				t.Errorf("%s: a kind that nobody describes is let through", name)
			}
			continue
		}
		check(name, report)
	}
	t.Logf("%d reports", n)
}

// TestSchemaRefuses: a schema that lets everything through proves nothing.
func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	f, p := good(t)
	report, err := Judge(f, p).JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, replaced string }{
		{"another schema", `"smimectl.report/1"`, `"smimectl.report/2"`},
		{"a word that is none", `"verdict":"good"`, `"verdict":"fine"`},
		{"an exit code that is none", `"exit":0`, `"exit":2`},
		{"a field that nobody describes", `"exceptions":`, `"surprise":1,"exceptions":`},
		{"a field too little", `"exceptions":[],`, ``},
		{"a field of a signer that nobody describes", `"integrity":`, `"surprise":1,"integrity":`},
		{"a word of a signer that is none", `"integrity":"ok"`, `"integrity":"yes"`},
		{"null for a list", `"reasons":[]`, `"reasons":null`},
		{"a time in another form", `"judged_at":{"time":"2026-11-22T08:00:00Z"`, `"judged_at":{"time":"2026-11-22 08:00"`},
		{"a signed layer without signers", `"signers":[`, `"others":[`},
	} {
		changed := strings.Replace(string(report), c.old, c.replaced, 1)
		if changed == string(report) {
			t.Errorf("%s: %s does not stand in the report", c.name, c.old)
		}
		if verdicttest.Check([]byte(changed)) == nil {
			t.Errorf("%s: it is let through", c.name)
		}
	}
}

// TestSchemaDescribesEveryField walks the types of the report beside the schema: each has the fields of the other, and
// those that are always written are required.
func TestSchemaDescribesEveryField(t *testing.T) {
	t.Parallel()
	doc, err := verdicttest.Document()
	if err != nil {
		t.Fatal(err)
	}
	defs, _ := doc["$defs"].(map[string]any)
	seen := map[string]bool{}
	var walk func(name string, schema map[string]any, typ reflect.Type)
	walk = func(name string, schema map[string]any, typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		for {
			ref, items := schema["$ref"], schema["items"]
			if of, ok := schema["anyOf"].([]any); ok && ref == nil { // of something that may be null
				schema, _ = of[0].(map[string]any)
				continue
			}
			if s, ok := ref.(string); ok {
				s = strings.TrimPrefix(s, "#/$defs/")
				seen[s] = true
				schema, _ = defs[s].(map[string]any)
				continue
			}
			if s, ok := items.(map[string]any); ok {
				schema = s
				continue
			}
			break
		}
		if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[Time]() {
			return
		}
		described, _ := schema["properties"].(map[string]any)
		var required []string
		list, _ := schema["required"].([]any)
		for _, r := range list {
			required = append(required, r.(string))
		}
		written := map[string]bool{}
		for _, f := range jsonFields(typ) {
			written[f.name] = true
			property, ok := described[f.name].(map[string]any)
			if !ok {
				t.Errorf("%s.%s is not in the schema", name, f.name)
				continue
			}
			if f.always != slices.Contains(required, f.name) {
				t.Errorf("%s.%s: always written is %v, required is %v", name, f.name, f.always, !f.always)
			}
			walk(name+"."+f.name, property, f.typ)
		}
		for field := range described {
			if !written[field] {
				t.Errorf("%s.%s is in the schema and never written", name, field)
			}
		}
	}
	walk("report", doc, reflect.TypeFor[Report]())
	for def := range defs {
		if !seen[def] {
			t.Errorf("nothing refers to %s", def)
		}
	}
}

type jsonField struct {
	name   string
	typ    reflect.Type
	always bool
}

// jsonFields are the fields that encoding/json writes; those of embedded pointers may be missing.
func jsonFields(typ reflect.Type) []jsonField {
	var out []jsonField
	for i := range typ.NumField() {
		f := typ.Field(i)
		tag, ok := f.Tag.Lookup("json")
		switch {
		case f.Anonymous && !ok:
			inner := f.Type
			pointer := inner.Kind() == reflect.Pointer
			if pointer {
				inner = inner.Elem()
			}
			for _, g := range jsonFields(inner) {
				g.always = g.always && !pointer
				out = append(out, g)
			}
		case ok && tag != "-":
			name, options, _ := strings.Cut(tag, ",")
			out = append(out, jsonField{name, f.Type, !strings.Contains(options, "omit")})
		}
	}
	return out
}

// TestSchemaWords holds the lists of words that exist in the code against those of the schema.
func TestSchemaWords(t *testing.T) {
	t.Parallel()
	doc, err := verdicttest.Document()
	if err != nil {
		t.Fatal(err)
	}
	defs, _ := doc["$defs"].(map[string]any)
	words := func(node any, path ...string) []string {
		for _, step := range path {
			switch x := node.(type) {
			case map[string]any:
				node = x[step]
			case []any:
				node = x[0]
			}
		}
		var out []string
		list, _ := node.([]any)
		for _, w := range list {
			out = append(out, w.(string))
		}
		return out
	}
	var codes []string
	for _, c := range Codes() {
		codes = append(codes, string(c.Code))
	}
	same(t, "codes", words(defs, "code", "anyOf", "0", "enum"), codes)
	for _, field := range []string{"kind", "also"} {
		same(t, "causes, "+field, words(defs, "cause", "properties", field, "anyOf", "0", "enum"), CauseKinds())
	}
	same(t, "verdicts", words(defs, "word", "enum"), []string{
		string(WordGood), string(WordDone), string(WordBad), string(WordUnreadable), string(WordUntrusted), string(WordMismatch), string(WordPartial),
		string(WordExpired), string(WordError), string(WordUnsigned), string(WordUnencrypted), string(WordEncrypted), string(WordNoKey),
	})
	same(t, "levels", words(defs, "reason", "properties", "level", "enum"), []string{string(Fail), string(Warn), string(Info)})
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s of the schema: %q, want %q", what, got, want)
	}
}
