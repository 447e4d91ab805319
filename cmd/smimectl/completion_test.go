package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// shellScripts load the completion script of a shell, $1, and print what it offers
// for a command line, $2, one a line.
var shellScripts = map[string]string{
	// bash finds words by functions of the package bash-completion; where it is missing, that is what is asked of it.
	"bash": `
set -u
if [ -r /usr/share/bash-completion/bash_completion ]; then set +u; . /usr/share/bash-completion/bash_completion; set -u
else _get_comp_words_by_ref() { words=("${COMP_WORDS[@]}") cword=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}; }
fi
. "$1"
COMP_LINE=$2 COMP_POINT=${#2} COMP_TYPE=9 COMP_KEY=9
read -ra COMP_WORDS <<<"$2"
case $2 in *' ') COMP_WORDS+=('') ;; esac
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
set +u
complete -p smimectl >/dev/null
compopt() { :; }
__start_smimectl
printf '%s\n' "${COMPREPLY[@]}"
`,
	// zsh offers words only while a line is edited: what is asked for is taken where the script gives it to zsh.
	"zsh": `
autoload -Uz compinit && compinit -u -D
. "$1"
[[ $_comps[smimectl] == _smimectl ]] || exit 1
_describe() { print -l -- $completions; }
_arguments() { print files; }
words=(${(z)2}) && [[ $2 == *' ' ]] && words+=('')
CURRENT=$#words
_smimectl
`,
	"fish": `
source $argv[1]
complete -C "$argv[2]"
`,
	"pwsh": `
param($file, $line)
. $file
(TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches | ForEach-Object { $_.CompletionText }
`,
}

// TestShells loads the completion script into each shell that is installed: it has
// to say nothing, and to complete verbs, flags, people of the store and algorithms.
func TestShells(t *testing.T) {
	t.Parallel()
	dir := docWorld(t)
	for shell, script := range shellScripts {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			name := map[string]string{"pwsh": "powershell"}[shell]
			if name == "" {
				name = shell
			}
			generated, err := selfCommand(t, dir, "completion", name).Output()
			if err != nil || !strings.Contains(string(generated), "__complete") {
				t.Fatalf("completion %s: %v", name, err)
			}
			if _, err := exec.LookPath(shell); err != nil {
				t.Skipf("skipped: %s is not installed", shell)
			}
			file, driver := filepath.Join(t.TempDir(), "completion.ps1"), filepath.Join(t.TempDir(), "driver.ps1")
			for name, data := range map[string]string{file: string(generated), driver: script} {
				if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, test := range []struct {
				line string
				want []string // words that are offered
				not  string
			}{
				{"smimectl ver", []string{"verify", "version"}, "sign"},
				{"smimectl id ex", []string{"export"}, "import"},
				{"smimectl sign --opa", []string{"--opaque"}, "--output"},
				{"smimectl sign -i al", []string{"alice@example.test"}, "bob@example.test"},
				{"smimectl encrypt --to b", []string{"bob@example.test"}, "alice@example.test"},
				{"smimectl encrypt --cipher aes-256-g", []string{"aes-256-gcm"}, "auto"},
				{"smimectl encrypt --sign --ts", []string{"--tsa"}, "--timestamp-query"},
				{"smimectl explain content-ch", []string{"content-changed"}, "revoked"},
			} {
				args := []string{driver, file, test.line}
				if shell == "zsh" {
					args = append([]string{"-f"}, args...)
				}
				cmd := exec.Command(shell, args...)
				cmd.Dir, cmd.Env = dir, append(docEnvironment(t, dir), "HOME="+t.TempDir(), "TERM=dumb")
				var complaint strings.Builder
				cmd.Stderr = &complaint
				output, err := cmd.Output()
				if err != nil || complaint.Len() > 0 {
					t.Fatalf("%s: %v\n%s", test.line, err, &complaint)
				}
				offered := map[string]bool{}
				for _, line := range strings.Split(string(output), "\n") {
					word, _, _ := strings.Cut(line, "\t") // fish: and what it is
					if shell == "zsh" {                   // and so does zsh
						word, _, _ = strings.Cut(word, ":")
					}
					offered[strings.TrimSpace(word)] = true
					first, _, _ := strings.Cut(strings.TrimSpace(word), " ")
					offered[first] = true // bash, where there are several
				}
				for _, word := range test.want {
					if !offered[word] {
						t.Errorf("%s: no %s in\n%s", test.line, word, output)
					}
				}
				if offered[test.not] {
					t.Errorf("%s: %s is offered in\n%s", test.line, test.not, output)
				}
			}
		})
	}
}
