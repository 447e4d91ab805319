package main

import (
	"io"

	"github.com/spf13/cobra"
)

// shell is one that a completion script is made for, and how that is put in place.
type shell struct {
	name, title, long string
	file              string // of an example
	script            func(root *cobra.Command, w io.Writer, described bool) error
}

func shells() []shell {
	return []shell{
		{"bash", "bash", `It needs the package bash-completion. For this session, and for all:

  source <(smimectl completion bash)
  smimectl completion bash > /etc/bash_completion.d/smimectl`, "smimectl.bash", (*cobra.Command).GenBashCompletionV2},
		{"fish", "fish", `For this session, and for all:

  smimectl completion fish | source
  smimectl completion fish > ~/.config/fish/completions/smimectl.fish`, "smimectl.fish", (*cobra.Command).GenFishCompletion},
		{"powershell", "PowerShell", `For this session; in the file that $PROFILE names, for all:

  smimectl completion powershell | Out-String | Invoke-Expression`, "smimectl.ps1",
			func(root *cobra.Command, w io.Writer, described bool) error {
				if described {
					return root.GenPowerShellCompletionWithDesc(w)
				}
				return root.GenPowerShellCompletion(w)
			}},
		{"zsh", "zsh", `Completion has to be on, by the first line in ~/.zshrc. For this session, and for all:

  autoload -U compinit; compinit
  source <(smimectl completion zsh)
  smimectl completion zsh > "${fpath[1]}/_smimectl"`, "_smimectl",
			func(root *cobra.Command, w io.Writer, described bool) error {
				if described {
					return root.GenZshCompletion(w)
				}
				return root.GenZshCompletionNoDesc(w)
			}},
	}
}

// completionCommand takes the place of cobra's own, whose words are others than those
// of this program, and which answers to a shell it does not know with a help page and 0.
func (a *app) completionCommand() *cobra.Command {
	cmd := newVerb("completion", "the script by which a shell completes command lines",
		`Completion writes the script by which a shell completes verbs, flags, identities, the people of the store, names of
algorithms and reason codes. The help of each shell says how the script is put in place.`,
		`  smimectl completion bash > smimectl.bash
  smimectl completion zsh --help`)
	cmd.Args = noArguments
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return cmd.Help() }
	for _, sh := range shells() {
		var bare bool
		sub := newVerb(sh.name, "the script for "+sh.title, "The script for "+sh.title+", on standard output. "+sh.long, "  smimectl completion "+sh.name+" > "+sh.file)
		sub.Args = noArguments
		sub.Flags().BoolVar(&bare, "no-descriptions", false, "words alone, without what they are")
		sub.RunE = func(cmd *cobra.Command, args []string) error {
			return stdoutError(sh.script(cmd.Root(), cmd.OutOrStdout(), !bare))
		}
		cmd.AddCommand(sub)
	}
	return cmd
}
