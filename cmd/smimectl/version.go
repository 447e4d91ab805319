package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the linker; a plain go build takes what the build knows.
var version = ""

func (a *app) versionCommand() *cobra.Command {
	cmd := newVerb("version", "the version, and how it was built", `Version prints the version, the revision it was built from, and the Go release.`, `  smimectl version`)
	cmd.Args = noArguments
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		facts := buildFacts()
		if a.global.json {
			return stdoutError(json.NewEncoder(a.env.stdout).Encode(facts))
		}
		_, err := fmt.Fprintf(a.env.stdout, "smimectl %s (%s, %s/%s)\n", facts["version"], facts["go"], facts["os"], facts["arch"])
		return stdoutError(err)
	}
	return cmd
}

func buildFacts() map[string]string {
	facts := map[string]string{"version": version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return facts
	}
	if facts["version"] == "" {
		facts["version"] = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			facts["revision"] = s.Value
		}
	}
	if facts["version"] == "" || facts["version"] == "(devel)" {
		facts["version"] = "devel"
	}
	return facts
}
