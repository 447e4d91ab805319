package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpVerbs are all verbs that help lists, those of cobra too.
func helpVerbs(t *testing.T) []*cobra.Command {
	t.Helper()
	root := (&app{env: systemEnvironment()}).rootCommand()
	root.InitDefaultCompletionCmd()
	verbs := verbsBelow(root)
	if len(verbs) < 20 {
		t.Fatalf("%d verbs", len(verbs))
	}
	return verbs
}

// TestFlagGroups has every flag of every verb in just one group, and nothing in a
// group that no verb has.
func TestFlagGroups(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, cmd := range helpVerbs(t) {
		shown := map[string]int{}
		for _, g := range flagsOf(cmd) {
			for _, f := range g.list {
				shown[f.Name]++
			}
		}
		check := func(f *pflag.Flag) {
			if f.Hidden {
				return
			}
			if shown[f.Name] != 1 {
				t.Errorf("%s --help shows --%s %d times", cmd.CommandPath(), f.Name, shown[f.Name])
			}
			if groupOf(cmd, f.Name) == "" {
				t.Errorf("--%s of %s is in no group of help: put it into one of flagGroups, in flaggroups.go", f.Name, cmd.CommandPath())
			}
			used[f.Name], used[ofVerb(cmd, f.Name)] = true, true
		}
		cmd.LocalFlags().VisitAll(check)
		cmd.InheritedFlags().VisitAll(check)
	}
	in := map[string]string{}
	for _, g := range append(slices.Clip(flagGroups), everyVerb) {
		for _, name := range g.flags {
			if in[name] != "" {
				t.Errorf("--%s is in two groups: %s and %s", name, in[name], g.title)
			}
			in[name] = g.title
			if !used[name] {
				t.Errorf("the group %s has --%s, which no verb has", g.title, name)
			}
		}
	}
}

// TestUngroupedFlag shows a flag that nobody put into a group, too.
func TestUngroupedFlag(t *testing.T) {
	t.Parallel()
	root := &cobra.Command{Use: "smimectl"}
	cmd := newVerb("verb", "does something", "Verb does something.", "")
	cmd.Run = func(*cobra.Command, []string) {}
	for _, name := range []string{"output", "frobnicate", "to", "ca", "digest", "crl"} {
		cmd.Flags().Bool(name, false, "what it does")
	}
	root.AddCommand(cmd)
	text := helpText(cmd, 80, false)
	if !strings.Contains(text, "\nOther:\n      --frobnicate") || groupOf(cmd, "frobnicate") != "" {
		t.Errorf("help:\n%s", text)
	}
}

// TestHelpWidth keeps every line of every help within the terminal: at 80 columns
// and more all of it, in a narrow one all but what is to be pasted as it stands.
func TestHelpWidth(t *testing.T) {
	t.Parallel()
	for _, cmd := range helpVerbs(t) {
		for _, width := range []int{40, 80, 100} {
			for _, short := range []bool{false, true} {
				text := helpText(cmd, width, short)
				for _, line := range strings.Split(text, "\n") {
					pasted := strings.Contains(line, "smimectl") || strings.HasPrefix(line, "  ") && len(strings.Fields(line)) == 1
					if n := columnsOf(line); n > width && (width >= 80 || !pasted) {
						t.Errorf("%s, help at %d columns: %d in %q", cmd.CommandPath(), width, n, line)
					}
					if strings.HasSuffix(line, " ") || strings.Contains(line, "\t") {
						t.Errorf("%s: blanks in %q", cmd.CommandPath(), line)
					}
				}
				if strings.Contains(text, "\n\n\n") || !strings.HasSuffix(text, "\n") || strings.HasSuffix(text, "\n\n") {
					t.Errorf("%s: empty lines in\n%s", cmd.CommandPath(), text)
				}
			}
		}
	}
}

// TestHelpForms gives the short help for -h alone. Both begin with how the verb is
// called and have its examples; the exit codes and the flags for exact judging are
// in the long one.
func TestHelpForms(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args  []string
		short bool
	}{
		{[]string{"verify", "-h"}, true},
		{[]string{"verify", "-qh"}, true},
		{[]string{"verify", "--help"}, false},
		{[]string{"verify", "-h", "--help"}, false},
		{[]string{"help", "verify"}, false},
	} {
		var out strings.Builder
		env := systemEnvironment()
		env.stdout = &out
		env.getenv = func(string) string { return "" }
		if code := run(env, test.args); code != exitYes {
			t.Errorf("%v: exit %d", test.args, code)
		}
		text := out.String()
		if !strings.HasPrefix(text, "Usage: smimectl verify [flags] [FILE...]\n") || !strings.Contains(text, "\nExamples:\n  smimectl verify mail.eml\n") ||
			!strings.Contains(text, "\nOutput:\n  -o, --output FILE ") {
			t.Errorf("%v:\n%s", test.args, text)
		}
		for _, title := range []string{"\nExact judging:\n", "\nExit status:\n", "\nEvery verb:\n"} {
			if strings.Contains(text, title) == test.short {
				t.Errorf("%v: %q is there: %v", test.args, title, !test.short)
			}
		}
		if judging, several := strings.Index(text, "\nExact judging:"), strings.Index(text, "\nSeveral mails:"); judging < several {
			t.Errorf("%v: exact judging is not last", test.args)
		}
		if n := strings.Count(text, "\n"); test.short && n > 45 {
			t.Errorf("%v: %d lines", test.args, n)
		}
	}
}

// TestHelpLayout shows how a flag looks at 80 and at 40 columns.
func TestHelpLayout(t *testing.T) {
	t.Parallel()
	h := &helpPage{width: 80}
	list := [][2]string{{"-o, --output FILE", "write the mail to FILE; - is standard output, and this goes on to the next line"},
		{"    --recipient-password-file FILE", "too long to stand beside"}}
	h.entries(list, 26)
	if want := `  -o, --output FILE       write the mail to FILE; - is standard output, and this
                          goes on to the next line
      --recipient-password-file FILE
                          too long to stand beside
`; h.String() != want {
		t.Errorf("80 columns:\n%s, want\n%s", h, want)
	}
	h = &helpPage{width: 40}
	h.entries(list[:1], 26)
	if want := `  -o, --output FILE
      write the mail to FILE; - is
      standard output, and this goes on
      to the next line
`; h.String() != want {
		t.Errorf("40 columns:\n%s, want\n%s", h, want)
	}
	h = &helpPage{width: 30}
	h.paragraphs("one two three four five six seven\neight\n\n  as it is, however long that may be\n\nto paste:  smimectl doctor")
	if want := `one two three four five six
seven eight

  as it is, however long that may be

to paste:  smimectl doctor
`; h.String() != want {
		t.Errorf("paragraphs:\n%s, want\n%s", h, want)
	}
}
