// Package verdicttest holds reports against the schema that docs publish. It is for tests alone.
package verdicttest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// SchemaFile finds the published schema from a folder of the module.
func SchemaFile() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		name := filepath.Join(dir, "docs", "report.schema.json")
		if _, err := os.Stat(name); err == nil {
			return name, nil
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		return "", fmt.Errorf("no docs/report.schema.json above the test")
	}
}

// Document is the published schema, as decoded JSON.
func Document() (map[string]any, error) {
	name, err := SchemaFile()
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	top, ok := doc.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s is no object", name)
	}
	return top, nil
}

var schemas = sync.OnceValues(func() ([2]*jsonschema.Schema, error) {
	var out [2]*jsonschema.Schema
	for i := range out {
		doc, err := Document()
		if err != nil {
			return out, err
		}
		if i == 1 {
			strict(doc)
		}
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		if err := c.AddResource("report.json", doc); err != nil {
			return out, err
		}
		if out[i], err = c.Compile("report.json"); err != nil {
			return out, err
		}
	}
	return out, nil
})

// Check says what is wrong with a report, by a schema that knows no other fields and no other words than those the
// published one lists: what the program writes is what is described.
func Check(report []byte) error { return check(report, 1) }

// CheckPublished holds a report against the schema as it is published, which lets later fields and words through.
func CheckPublished(report []byte) error { return check(report, 0) }

func check(report []byte, which int) error {
	compiled, err := schemas()
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(report))
	if err != nil {
		return err
	}
	if err := compiled[which].Validate(value); err != nil {
		return fmt.Errorf("%w\n%s", err, report)
	}
	return nil
}

// strict closes every object and every list of words that is open for later versions.
func strict(node any) {
	switch x := node.(type) {
	case []any:
		for _, e := range x {
			strict(e)
		}
	case map[string]any:
		if _, ok := x["properties"]; ok {
			x["additionalProperties"] = false
		}
		if open, ok := x["anyOf"].([]any); ok && len(open) == 2 {
			known, _ := open[0].(map[string]any)
			other, _ := open[1].(map[string]any)
			_, listed := known["enum"]
			if _, limited := other["pattern"]; listed && !limited {
				delete(x, "anyOf")
				words := known["enum"].([]any)
				if kinds, ok := other["type"].([]any); ok && kinds[len(kinds)-1] == "null" {
					words = append(append([]any{}, words...), nil)
				}
				x["enum"] = words
			}
		}
		for _, e := range x {
			strict(e)
		}
	}
}
