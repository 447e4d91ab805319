// Package house holds no code: its test keeps the import rules of the program.
package house

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "smimectl/"

// floors lists what each package may import of this module. Imports go downwards and may skip floors; what is not
// listed is forbidden, and the reason says what would go wrong.
var floors = map[string]struct {
	may    []string
	reason string
}{
	"cmd/smimectl": {
		[]string{"internal/message", "internal/sending", "internal/verdict", "internal/mimewrap", "internal/certstore", "internal/mailbox", "internal/outfile", "internal/progress", "internal/inorder", "internal/results", "internal/mailroots", "internal/online", "internal/certpath", "internal/cms", "internal/cms/asn1tree", "internal/algorithm", "internal/cert", "internal/spool", "internal/stage", "internal/processors"},
		"cmd opens files and words errors; ASN.1 stays below internal/cms",
	},
	"internal/message": {
		[]string{"internal/verdict", "internal/forensics", "internal/mimewrap", "internal/certpath", "internal/cms", "internal/algorithm", "internal/cert", "internal/recent", "internal/spool", "internal/stage"},
		"message knows the order of work; keys and certificates are handed in, so it needs no store and no ASN.1",
	},
	"internal/verdict": {
		[]string{"internal/mimewrap", "internal/certpath", "internal/cms", "internal/cms/asn1tree", "internal/algorithm", "internal/cert"},
		"the judgement is pure: it sees types of facts, no files, no streams",
	},
	"internal/sending":             {[]string{"internal/verdict", "internal/certpath", "internal/algorithm", "internal/cert"}, "certificates and capabilities are handed in: no store, no messages, no flags"},
	"internal/forensics":           {[]string{"internal/mimewrap", "internal/spool"}, "what transports do to octets: no signatures, no trust, no files, no words for people"},
	"internal/mimewrap":            {[]string{"internal/cert", "internal/spool", "internal/stage"}, "the wire format of mail knows no trust, no keys and no CMS"},
	"internal/certstore":           {[]string{"internal/algorithm", "internal/cert"}, "the store knows no messages and no paths"},
	"internal/online":              {[]string{"internal/certpath", "internal/cms", "internal/cert"}, "what is fetched are candidates and evidence: it knows no store, no messages and no judgement"},
	"internal/mailbox":             {[]string{"internal/mimewrap", "internal/spool"}, "where mails lie: not what is in them, no verbs and no words for people"},
	"internal/mailroots":           {[]string{"internal/cert"}, "a list of certificates in the program: no files, no paths, no messages"},
	"internal/mailroots/generate":  {[]string{"internal/mailroots"}, "the maker of the list: no part of the program"},
	"internal/house/mutants":       {nil, "it takes checks away to see whether a test turns red: no part of the program"},
	"internal/certpath":            {[]string{"internal/algorithm", "internal/cert", "internal/recent"}, "paths are judged without messages and files"},
	"internal/cms":                 {[]string{"internal/cms/ber", "internal/algorithm", "internal/cert", "internal/recent", "internal/stage"}, "CMS knows no mail, no files and no trust"},
	"internal/cms/asn1tree":        {[]string{"internal/cms/ber", "internal/algorithm"}, "names and values of an encoding for people: no meaning, no judgement"},
	"internal/cms/ber":             {[]string{"internal/stage"}, "next to the bottom: octets only"},
	"internal/cert":                {[]string{"internal/algorithm"}, "a certificate as a value over its bytes"},
	"internal/algorithm":           {[]string{"internal/algorithm/brainpool", "internal/stage"}, "the bottom: primitives know no structures"},
	"internal/algorithm/brainpool": {nil, "the arithmetic of curves: no identifiers, no tables of algorithms"},
	"internal/recent":              {nil, "the bottom: answers to questions it knows nothing about"},
	"internal/spool":               {[]string{"internal/stage"}, "next to the bottom: bytes held back"},
	"internal/progress":            {[]string{"internal/spool"}, "how far the work is: not what the work is, no flags, no package state"},
	"internal/outfile":             {nil, "the bottom: files that appear whole, whatever is in them"},
	"internal/results":             {nil, "a file of lines: of a report it knows the mail's name and the exit code, not what they mean"},
	"internal/inorder":             {nil, "the bottom: work on many, whatever they are"},
	"internal/processors":          {nil, "it has to be ready before what it would have to wait for"},
	"internal/stage":               {nil, "the bottom: work on another processor, whatever it is"},
}

// foreign names modules that only some packages may use.
var foreign = map[string]struct {
	only   []string
	reason string
}{
	"github.com/spf13/cobra": {[]string{"cmd/smimectl"}, "flags are named in cmd only"},
	"go.mozilla.org/pkcs7":   {[]string{"internal/certstore"}, "it keeps everything in memory and dies of nested input: certs-only bundles behind a depth check, nothing else"},
	"net":                    {[]string{"internal/online"}, "no network unless asked for, and one package that asks"},
	"net/http":               {[]string{"internal/online"}, "no network unless asked for, and one package that asks"},
}

func TestImportsGoDownwards(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	seen := map[string]bool{}
	for _, top := range []string{"cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			rel, err := filepath.Rel(root, filepath.Dir(path))
			if err != nil {
				return err
			}
			pkg := filepath.ToSlash(rel)
			if strings.HasSuffix(pkg, "test") { // cmstest and the like: imported by tests alone, which the rules leave alone
				return nil
			}
			seen[pkg] = true
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			for _, spec := range file.Imports {
				imported, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					return err
				}
				checkImport(t, pkg, filepath.Base(path), imported)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for pkg := range floors {
		if !seen[pkg] {
			t.Errorf("package %s of the table is not in the tree", pkg)
		}
	}
}

func checkImport(t *testing.T, pkg, file, imported string) {
	t.Helper()
	if rule, ok := foreign[imported]; ok && !contains(rule.only, pkg) {
		t.Errorf("%s/%s imports %s: %s", pkg, file, imported, rule.reason)
	}
	if !strings.HasPrefix(imported, module) {
		return
	}
	floor, ok := floors[pkg]
	if !ok {
		t.Errorf("%s is in no floor of the house: add it to the table with its reason", pkg)
		return
	}
	target := strings.TrimPrefix(imported, module)
	if strings.HasSuffix(target, "test") {
		t.Errorf("%s/%s imports %s: packages for tests are for tests", pkg, file, target)
		return
	}
	if !contains(floor.may, target) {
		t.Errorf("%s/%s imports %s: %s", pkg, file, target, floor.reason)
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
