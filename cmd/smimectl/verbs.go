package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// verb is one of the program's verbs and how its command is made.
type verb struct {
	name  string
	make  func(*app) *cobra.Command
	whole bool // asks its root for the other verbs
}

// verbs are all of them. Each run makes the command of the one it is called with: the
// flags and texts of all the others cost as much time as a small mail does.
func verbs() []verb {
	return []verb{
		{name: "sign", make: (*app).signCommand},
		{name: "verify", make: (*app).verifyCommand},
		{name: "encrypt", make: (*app).encryptCommand},
		{name: "decrypt", make: (*app).decryptCommand},
		{name: "inspect", make: (*app).inspectCommand},
		{name: "id", make: (*app).idCommand},
		{name: "cert", make: (*app).certCommand},
		{name: "ca", make: (*app).caCommand},
		{name: "crl", make: (*app).crlCommand},
		{name: "demo", make: (*app).demoCommand},
		{name: "explain", make: (*app).explainCommand},
		{name: "algorithms", make: (*app).algorithmsCommand},
		{name: "git", make: (*app).gitCommand},
		{name: "doctor", make: (*app).doctorCommand},
		{name: "version", make: (*app).versionCommand},
		{name: "completion", make: (*app).completionCommand, whole: true},
		{name: "manual", make: (*app).manualCommand, whole: true},
	}
}

// rootCommandFor is the command tree that a command line needs: one verb where the
// verb comes first, as it nearly always does, and else rootCommand's. Help of the
// program, completion, and words that are no verb need all of it.
func (a *app) rootCommandFor(args []string) *cobra.Command {
	if len(args) > 0 {
		for _, v := range verbs() {
			if v.name == args[0] && !v.whole {
				root := a.bareRoot()
				root.CompletionOptions.DisableDefaultCmd = true // the verb "completion", which is not called
				root.AddCommand(v.make(a))
				return root
			}
		}
	}
	return a.rootCommand()
}

// rootCommand is the whole command tree.
func (a *app) rootCommand() *cobra.Command {
	root := a.bareRoot()
	root.Long = strings.TrimRight(firstScreen(80), "\n") + "\n" + exitStatus
	for _, v := range verbs() {
		root.AddCommand(v.make(a))
	}
	return root
}
