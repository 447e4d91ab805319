package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"smimectl/internal/mailroots"
)

// version is set by the linker; a plain go build takes what the build knows.
var version = ""

func (a *app) versionCommand() *cobra.Command {
	cmd := newVerb("version", "the version, and how it was built", `Version, or --version, prints the version and what the program was built from: the commit and its date, the Go release, the built-in
e-mail roots, and the modules that its cryptography comes from. Two builds of one commit with one Go release give the same bytes.`, `  smimectl version
  smimectl version --json`)
	cmd.Args = noArguments
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		facts := newBuildFacts(debug.ReadBuildInfo())
		if a.global.json {
			return stdoutError(json.NewEncoder(a.env.stdout).Encode(facts))
		}
		_, err := io.WriteString(a.env.stdout, facts.text(a.global.quiet))
		return stdoutError(err)
	}
	return cmd
}

// buildFacts are what the program knows of its own making. What is not known is null.
type buildFacts struct {
	Version  string            `json:"version"`
	Revision *string           `json:"revision"` // of the source, from its version control
	Date     *string           `json:"date"`     // of the revision
	Modified *bool             `json:"modified"` // the source was another than the revision's
	Go       string            `json:"go"`
	OS       string            `json:"os"`
	Arch     string            `json:"arch"`
	Cgo      *bool             `json:"cgo"`
	Tags     []string          `json:"tags"`
	Roots    *rootFacts        `json:"roots"`
	Modules  map[string]string `json:"modules"`
}

// rootFacts are about the built-in list of e-mail roots.
type rootFacts struct {
	Count  int    `json:"count"`
	Date   string `json:"date"`
	Source string `json:"source"`
}

// newBuildFacts reads what the Go linker wrote into the program.
func newBuildFacts(info *debug.BuildInfo, ok bool) *buildFacts {
	f := &buildFacts{Version: version, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, Tags: []string{}, Modules: map[string]string{}}
	if list, err := mailroots.Builtin(); err == nil {
		f.Roots = &rootFacts{list.Count, list.Date.Format(time.DateOnly), list.Source}
	}
	if ok {
		f.read(info)
	}
	if f.Version == "" || f.Version == "(devel)" {
		f.Version = "devel"
	}
	return f
}

func (f *buildFacts) read(info *debug.BuildInfo) {
	if f.Version == "" {
		f.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		value, yes := s.Value, s.Value == "true" || s.Value == "1"
		switch s.Key {
		case "vcs.revision":
			f.Revision = &value
		case "vcs.time":
			f.Date = &value
		case "vcs.modified":
			f.Modified = &yes
		case "CGO_ENABLED":
			f.Cgo = &yes
		case "-tags":
			f.Tags = strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
		}
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			f.Modules[m.Path] = m.Replace.Path + " " + m.Replace.Version
			continue
		}
		f.Modules[m.Path] = m.Version
	}
}

// cryptoModules are those of the modules that primitives and key formats come from.
var cryptoModules = []string{"filippo.io/bigmod", "filippo.io/mldsa", "github.com/cloudflare/circl", "github.com/go-jose/go-jose/v4",
	"go.mozilla.org/pkcs7", "golang.org/x/crypto", "software.sslmate.com/src/go-pkcs12"}

// text is what people read. The first line alone says which program it is.
func (f *buildFacts) text(short bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "smimectl %s (%s, %s/%s)\n", f.Version, f.Go, f.OS, f.Arch)
	if short {
		return b.String()
	}
	row := func(name, value string) { fmt.Fprintf(&b, "  %-9s %s\n", name, value) }
	if f.Revision != nil {
		row("Commit", *f.Revision)
		if f.Date != nil {
			row("", *f.Date)
		}
		if f.Modified != nil && *f.Modified {
			row("", "with changes that are not in it")
		}
	} else {
		row("Commit", "not known")
	}
	built := "with cgo"
	if f.Cgo == nil {
		built = "not known"
	} else if !*f.Cgo {
		built = "without cgo"
	}
	if len(f.Tags) > 0 {
		built += ", tags " + strings.Join(f.Tags, ", ")
	}
	row("Built", built)
	if f.Roots != nil {
		row("Roots", fmt.Sprintf("%s of %s", plural(f.Roots.Count, "e-mail root"), f.Roots.Date))
	}
	name := "Modules"
	for _, path := range slices.Sorted(slices.Values(cryptoModules)) {
		if v := f.Modules[path]; v != "" {
			row(name, path+" "+v)
			name = ""
		}
	}
	return b.String()
}
