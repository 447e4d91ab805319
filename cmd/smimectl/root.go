package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"smimectl/internal/online"
	"smimectl/internal/verdict"
)

// app is one run of the program: its environment, the flags that every verb has,
// and the exit code it will end with.
type app struct {
	env    *environment
	exit   int
	global globalFlags
	oneOf  bool // of several mails, each of which has a line: nothing is told of what went well

	fetching *online.Client // nil as long as nothing was to be fetched
}

// globalFlags mean the same in every verb.
type globalFlags struct {
	json    bool
	report  string
	quiet   bool
	verbose bool
	color   string
	ascii   bool
}

const exitStatus = `
EXIT STATUS
  0  yes: good, or done and the output is complete
  1  no, because of the message: bad, untrusted, mismatch, partial, expired, unreadable
  2  the command line is wrong
  3  could not finish, because of the machine: file, disk, memory, pipe; worth a retry
  4  nothing of that kind in the mail: unsigned, not encrypted
  5  a key, certificate or passphrase is missing or unfit`

// run executes one command line and returns the exit code.
func run(env *environment, args []string) int {
	a := &app{env: env}
	if call, ok := parseGitCall(args); ok {
		return a.runGit(call)
	}
	if len(args) > 0 && args[0] == "--version" { // as everywhere
		args = append([]string{"version"}, args[1:]...)
	}
	root := a.rootCommandFor(args)
	completing := len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd)
	if completing {
		a.offer(root)
	}
	root.SetArgs(args)
	root.SetIn(env.stdin)
	out := &rememberedError{w: env.stdout} // help is printed by cobra, which does not look at errors
	root.SetOut(out)
	root.SetErr(env.stderr)
	if err := foreignFlag(args); err != nil && !completing {
		return a.fail(err)
	}
	err := root.Execute()
	a.endMeter()
	if err != nil {
		return a.fail(err)
	}
	if out.err != nil {
		return a.fail(stdoutError(out.err))
	}
	return a.exit
}

// rememberedError keeps the first error of a writer.
type rememberedError struct {
	w   io.Writer
	err error
}

func (r *rememberedError) Write(p []byte) (int, error) {
	n, err := r.w.Write(p)
	if r.err == nil {
		r.err = err
	}
	return n, err
}

// bareRoot is the command of the program without a verb below it.
func (a *app) bareRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "smimectl",
		Short:         "sign, verify, encrypt and decrypt mail with S/MIME",
		Args:          noArguments,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			_, width := a.env.terminal(a.env.stdout)
			_, err := io.WriteString(a.env.stdout, firstScreen(width))
			return stdoutError(err)
		},
	}
	flags := root.PersistentFlags()
	flags.BoolVar(&a.global.json, "json", false, "JSON instead of text")
	flags.Var(once(&a.global.report, "FILE"), "report", "write the JSON report into FILE as well")
	flags.BoolVarP(&a.global.quiet, "quiet", "q", false, "only errors, and the exit code")
	flags.BoolVarP(&a.global.verbose, "verbose", "v", false, "fingerprints, chains, and every check")
	flags.Var(onceOf(&a.global.color, "auto", "always", "never"), "color", "colour of the first word: auto, always, never")
	flags.BoolVar(&a.global.ascii, "ascii", false, "only ASCII in what is shown")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(a.help)
	root.SetHelpCommand(&cobra.Command{Use: "help [VERB]", Short: "help about a verb", Hidden: true, RunE: func(cmd *cobra.Command, args []string) error {
		target, rest, err := cmd.Root().Find(args)
		if err != nil || target == nil {
			return usageErrorf("no verb %s", quoted(strings.Join(args, " "))).withHint("smimectl --help")
		}
		if len(rest) > 0 && target.HasSubCommands() {
			return noArguments(target, rest)
		}
		return target.Help()
	}})
	return root
}

// newVerb makes a command whose help ends with the exit codes.
func newVerb(use, short, long, example string) *cobra.Command {
	return &cobra.Command{
		Use:     use,
		Short:   short,
		Long:    strings.TrimSpace(long) + "\n" + exitStatus,
		Example: strings.TrimRight(example, "\n"),
	}
}

// noArguments refuses operands; an unknown verb is named as such.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasSubCommands() {
		e := usageErrorf("there is no %s %s", cmd.CommandPath(), quoted(args[0]))
		cmd.SuggestionsMinimumDistance = 2
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			return e.withHint("did you mean:  %s %s", cmd.CommandPath(), near[0])
		}
		return e.withHint("%s --help", cmd.CommandPath())
	}
	return usageErrorf("%s takes no FILE, got %s", cmd.CommandPath(), quoted(args[0])).withHint("%s --help", cmd.CommandPath())
}

// atMostOne accepts one FILE.
func atMostOne(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usageErrorf("%s takes one FILE, got %d", cmd.CommandPath(), len(args)).
			withHint("for f in *.eml; do %s \"$f\"; done", cmd.CommandPath())
	}
	return nil
}

// fail prints the error that ends the run, and says which exit code it has.
func (a *app) fail(err error) int {
	a.env.meter.End()
	return a.complain(err)
}

// complain prints an error after which the run may go on, and says which exit code it has.
func (a *app) complain(err error) int {
	var e *cliError
	if !errors.As(err, &e) {
		// What cobra itself says: an unknown verb, a missing operand.
		e = usageErrorf("%s", verdict.Escape(err.Error())).withHint("smimectl --help")
	}
	a.say("error: %s", e.text)
	for _, h := range e.hints {
		a.say("hint: %s", h)
	}
	return e.exit
}

// say writes a line for people to standard error.
func (a *app) say(format string, args ...any) {
	defer a.env.meter.Pause()()
	fmt.Fprintln(a.env.stderr, a.plainly(fmt.Sprintf("smimectl: "+format, args...)))
}

// inform is say, unless --quiet.
func (a *app) inform(format string, args ...any) {
	if !a.global.quiet {
		a.say(format, args...)
	}
}

func stdoutError(err error) error {
	if err == nil {
		return nil
	}
	return machineError("cannot write", standardOutput, err)
}
