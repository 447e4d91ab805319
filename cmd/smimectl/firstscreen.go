package main

import (
	"fmt"
	"strings"

	"smimectl/internal/verdict"
)

// firstCommands are the commands of the first screen, each with what it is for; a
// text without a command stands by itself, an empty one is a blank line.
var firstCommands = [...]struct{ command, text string }{
	{"", "smimectl signs, verifies, encrypts and decrypts mail with S/MIME."},
	{},
	{"smimectl sign mail.eml", "sign as the address in From"},
	{"smimectl verify mail.eml", "by whom, is it intact, may I believe it?"},
	{"smimectl encrypt mail.eml", "for everyone in To and Cc, and yourself"},
	{"smimectl decrypt mail.eml", "open it, and judge what is inside"},
	{"smimectl inspect mail.eml", "what is in it, without judging"},
	{"smimectl explain CODE", "what a reason in a report means"},
	{},
	{"", "The mail goes to standard output, or to FILE with -o FILE; without a file the mail is read from standard input."},
	{},
	{"smimectl id import me.p12", "your own certificate and key"},
	{"smimectl cert import colleague.eml", "a certificate to encrypt to"},
	{"smimectl ca add root.pem", "whom you trust to vouch for others"},
	{"smimectl doctor", "is everything set up?"},
	{},
	{"", "No certificate yet? A toy CA and two people to play with:  smimectl demo"},
	{"", "All flags of a verb:  smimectl VERB --help"},
}

// firstScreen is what the program alone prints.
func firstScreen(width int) string {
	const column = 38
	var b strings.Builder
	for _, x := range firstCommands {
		switch {
		case x.command == "":
			lines := verdict.Wrap(x.text, max(width, 20))
			if strings.Contains(x.text, "  ") { // before a command
				lines = hintLines(x.text, max(width, 20))
			}
			b.WriteString(strings.Join(lines, "\n") + "\n")
		case width > 72:
			fmt.Fprintf(&b, "  %-*s%s\n", column-2, x.command, x.text)
		default:
			fmt.Fprintf(&b, "  %s\n    %s\n", x.command, strings.Join(verdict.Wrap(x.text, max(width-4, 20)), "\n    "))
		}
	}
	return b.String()
}
