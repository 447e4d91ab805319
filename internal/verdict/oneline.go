package verdict

import (
	"fmt"
	"strings"
)

// OneLine is a report as one of several: word, signer, file, and what is the matter; of inspect, what is there, by whom or
// for whom, file, and how.
func OneLine(r *Report) string {
	if r == nil {
		return strings.ToUpper(string(WordError))
	}
	word, file := strings.ToUpper(string(r.ListWord())), "-"
	if r.File != nil {
		file = *r.File
	}
	who, about, columns := "", "", 10
	if r.Command == "inspect" {
		who, about = r.inspectedLine()
		columns = 12 // certificates
	} else {
		who, about = r.judgedLine()
		if r.Command == "decrypt" {
			columns = 11 // unencrypted
		}
	}
	if who == "" {
		who = "-"
	}
	line := fmt.Sprintf("%-*s %s%s", columns, word, pad(Escape(who), 22), pad(Escape(file), 16))
	if columnsOf(Escape(who)) >= 22 {
		line = fmt.Sprintf("%-*s %s  %s", columns, word, Escape(who), pad(Escape(file), 16))
	}
	if about = withoutName(about, Escape(file)); about != "" {
		line = strings.TrimRight(line, " ") + "   " + Escape(about)
	}
	return strings.TrimRight(line, " ")
}

// withoutName leaves out the name of the file, which stands before: of "NAME is empty", and of "cannot read NAME: why".
func withoutName(about, name string) string {
	if name == "" {
		return about
	}
	for _, name := range []string{name, "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"} {
		about = strings.TrimPrefix(about, name+" ")
		about = strings.Replace(about, " "+name+": ", ": ", 1)
	}
	return about
}

// judgedLine is the signer, and what is the matter.
func (r *Report) judgedLine() (who, about string) {
	l, s := r.subject()
	if s != nil && s.Certificate != nil {
		who = r.short(s)
	}
	switch m := r.mainReason(); {
	case m == nil:
	case m.Code == ContentChanged && l != nil && l.SignedReport != nil:
		about = "changed" + shortCause(l.Cause)
	case m.Code == FromMismatch && r.Mail != nil && len(r.Mail.From) == 1:
		about = "From is " + r.Mail.From[0]
	case m.Level == Fail && r.Exit() != exitYes && r.Exit() != exitNothing:
		about = m.Text
	}
	if r.Inside == nil || r.Verdict != WordDone {
		return who, about
	}
	// The mail was opened, whatever the signatures inside are worth; the signer's name must not stand there without that.
	inside := "inside " + strings.ToUpper(string(*r.Inside))
	if m := r.mainReason(); about == "" && m != nil && *r.Inside != WordGood && *r.Inside != WordUnsigned {
		about = m.Text
	}
	if about != "" {
		inside += ": " + about
	}
	return who, inside
}
