// Command mutants shows that every check of the program has a test: it takes the checks away one at a time, and a test
// has to turn red each time. It is no part of smimectl.
//
//	go run ./internal/house/mutants            # all packages of the scope
//	go run ./internal/house/mutants -v -only internal/certpath/link.go
//
// A mutant is one small change that removes or moves a check (see find.go): a condition that never holds, an operand or
// a case that is left out, a bound that is one further, a call that is not made, an error that is not handed on. All of
// them are put into one build of the program, each behind a switch that an environment variable turns, so that a mutant
// costs a run of the tests that reach it and no compilation. They are the tests of the check's own package: what is only
// seen by those of a package above is not held where it stands. Nothing in the tree is changed.
//
// What survives has to stand in survivors.txt with the reason why it harms nothing: it is equivalent, or a second lock
// on a door, or a matter of speed. The exit code is 1 for a survivor that is not listed, and for a listed one that is
// killed or is gone. A test that does not end is red; on a machine with much else to do -slow gives all of them longer.
package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// target is a package whose checks are taken away.
type target struct {
	dir   string
	files []string // those alone; nil: all
	// shows are patterns of files whose conditions only decide how something is shown, for which the screens of the
	// tests are there. They are left out, unless they are asked for with -only.
	shows []string
}

// scope is what the properties of security are held by: the judgement, the paths, what signatures and time stamps say of
// themselves, what is held back until it is known to be whole, and which keys are taken for strong; and packages whose own
// tests are all there is to hold them. A new file of the judgement or of the paths is in it unless it is named here.
var scope = []target{
	{dir: "internal/verdict", shows: []string{
		"headline.go",   // which of the sentences stands behind the word
		"hints.go",      // what can be typed next
		"layout.go",     // columns
		"lines.go",      // rows of a good message
		"oneline.go",    // --format line
		"parts.go",      // rows of a mail that is only partly protected
		"refused.go",    // rows of the others
		"screens.go",    // which rows a screen has
		"sheet.go",      // a screen of fields
		"compare.go",    // rows of --compare
		"verbose.go",    // rows of -v
		"cause.go",      // which accident of transport is told
		"look.go",       // rows of inspect, here and below
		"fileview.go",   //
		"inspected*.go", //
		"asn1.go",       //
		"baseline*.go",  // the profile of the CA/Browser Forum: advice, which refuses nothing
		"weak.go",       // and its rows
	}},
	{dir: "internal/sending"},
	{dir: "internal/certpath", shows: []string{
		"fetch.go", // which lists and answers are worth fetching; what comes is judged like any other
	}},
	{dir: "internal/cms", files: []string{
		"attribute.go", "contentdigest.go", "countersignature.go", "envelope_passing.go", "ess.go", "keypreference.go", "rules.go", "signeddata.go",
		"signerid.go", "signerinfo.go", "timestamp.go", "timestampprotocol.go", "tstinfo.go", "verify.go",
	}},
	{dir: "internal/algorithm", files: []string{"brainpool.go", "keyencryption.go", "strength.go"}},
	{dir: "internal/algorithm/brainpool"},
	{dir: "internal/message", files: []string{"correspondent.go", "stamped.go"}},
	{dir: "internal/progress"},
	{dir: "internal/inorder"},
	{dir: "internal/results"},
}

func main() {
	var o options
	flag.StringVar(&o.root, "root", ".", "the top of the tree")
	flag.StringVar(&o.only, "only", "", "check only what stands in files whose path begins so")
	flag.StringVar(&o.run, "run", "", "run only the tests whose names match")
	flag.IntVar(&o.slow, "slow", 1, "give the tests so many times as long before they count as endless")
	flag.BoolVar(&o.list, "list", false, "print the mutants and run nothing")
	flag.BoolVar(&o.verbose, "v", false, "print what becomes of each mutant")
	flag.IntVar(&o.parallel, "j", 2, "how many tests run at a time")
	flag.Parse()
	ok, err := run(o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

type options struct {
	root, only, run string
	list, verbose   bool
	parallel, slow  int
}

// listFile is where the reasons stand.
const listFile = "internal/house/mutants/survivors.txt"

func run(o options) (ok bool, err error) {
	start := time.Now()
	root, err := filepath.Abs(o.root)
	if err != nil {
		return false, err
	}
	t, err := load(root, scope, o.only)
	if err != nil {
		return false, err
	}
	excused, err := readList(filepath.Join(root, listFile))
	if err != nil {
		return false, err
	}
	if o.list {
		for _, m := range t.mutants {
			fmt.Printf("%d %s\n", m.number, m.key())
		}
		return true, nil
	}
	work, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(work)
	overlay, err := t.instrument(work)
	if err != nil {
		return false, err
	}
	chosen := map[string]bool{}
	var mutants []*mutant
	for _, m := range t.mutants {
		if strings.HasPrefix(m.file, o.only) {
			mutants = append(mutants, m)
			chosen[m.dir()] = true
		}
	}
	r := &runner{root: root, work: work, overlay: overlay, parallel: o.parallel, slow: max(1, o.slow), verbose: o.verbose, suites: map[string]*suite{}}
	if err := r.prepare(slices.Sorted(maps.Keys(chosen)), o.run); err != nil {
		return false, err
	}
	r.all(mutants)
	ok = report(mutants, excused, o)
	fmt.Printf("%s\n", time.Since(start).Round(time.Second))
	return ok, nil
}
