package main

import (
	"os"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"smimectl/internal/mailbox"
	"smimectl/internal/processors"
	"smimectl/internal/progress"
)

// manyFlags are how several mails are worked on.
type manyFlags struct {
	mails    mailFlags
	jobs     string
	skipDone bool
	progress string
}

func (m *manyFlags) add(cmd *cobra.Command) {
	m.addWork(cmd)
	cmd.Flags().BoolVar(&m.skipDone, "skip-done", false, "leave out the mails that an earlier run has done")
}

// addWork adds what verbs without results of their own for each mail have too.
func (m *manyFlags) addWork(cmd *cobra.Command) {
	m.mails.add(cmd)
	f := cmd.Flags()
	f.VarP(onceNumber(&m.jobs), "jobs", "j", "work on N mails at a time (default: one; 0: as many as there are processors)")
	f.Var(onceOf(&m.progress, "auto", "bar", "plain", "json", "none"), "progress", "how far the work is, on standard error: auto (a bar on a terminal, if it takes a while), bar, plain, json, none")
}

// one is the single mail that a command line names, unless its output is to go
// where those of several go: then a pattern that fits one file is no special case.
func (m *manyFlags) one(operands []string, outputs *outputsFlags) (string, bool) {
	if len(operands) > 0 && (outputs.given() || m.skipDone) {
		return "", false
	}
	return m.mails.one(operands)
}

// onlyOne refuses what is for several mails where there is one.
func (m *manyFlags) onlyOne(outputs *outputsFlags) error {
	if outputs.given() || m.skipDone {
		return usageErrorf("--out-dir, --suffix and --skip-done are for several mails").withHint("the output for one is  -o FILE")
	}
	return nil
}

// named refuses standard input as one of several mails: it holds one, and then a name is missing for it.
func named(operands []string) error {
	if slices.Contains(operands, "-") {
		return usageErrorf("- is for one mail alone").withHint("the names of several come from standard input with  --files-from -")
	}
	return nil
}

// notTogether refuses what is for one mail where there are several.
func (m *manyFlags) notTogether(a *app, output string) error {
	if output != "" {
		return usageErrorf("-o goes with one FILE").withHint("a place for several outputs:  --out-dir DIR or --suffix .EXT")
	}
	if a.global.report == "-" {
		return a.reportApart()
	}
	return nil
}

// workers is how many mails are worked on at a time.
func (m *manyFlags) workers() (int, error) {
	if m.jobs == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(m.jobs)
	if err != nil || n > maxWorkers {
		return 0, usageErrorf("-j %s: at most %d", quoted(m.jobs), maxWorkers)
	}
	if n == 0 {
		n = processors.Given()
	}
	return n, nil
}

// maxWorkers keeps a slip of the finger from opening a hundred thousand files.
const maxWorkers = 256

// total is how many mails there will be, where that is known without looking.
func (m *manyFlags) total(operands []string) int64 {
	if m.mails.filesFrom != "" || m.mails.shard.set() {
		return progress.Unknown
	}
	for _, name := range operands {
		if info, err := os.Stat(name); err == nil && (info.IsDir() || mailbox.IsSeveral(name)) {
			return progress.Unknown
		}
	}
	return int64(len(operands))
}
