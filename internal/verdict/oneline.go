package verdict

import (
	"fmt"
	"strings"
)

// OneLine is a report as one of several: word, signer, file, and what is the matter.
func OneLine(r *Report) string {
	if r == nil {
		return strings.ToUpper(string(WordError))
	}
	word, who, file, about := r.Verdict, "-", "-", ""
	if word == "" {
		word = WordError
	}
	l, s := r.subject()
	if s != nil && s.Certificate != nil {
		who = r.short(s)
	}
	if r.File != nil {
		file = *r.File
	}
	m := r.mainReason()
	switch {
	case m == nil:
	case m.Code == ContentChanged && l != nil && l.SignedReport != nil:
		about = "changed" + shortCause(l.Cause)
	case m.Code == FromMismatch && r.Mail != nil && len(r.Mail.From) == 1:
		about = "From is " + r.Mail.From[0]
	case m.Level == Fail && r.Exit() != exitYes && r.Exit() != exitNothing:
		about = m.Text
	}
	line := fmt.Sprintf("%-10s %s%s", strings.ToUpper(string(word)), pad(Escape(who), 22), pad(Escape(file), 16))
	if columnsOf(Escape(who)) >= 22 {
		line = fmt.Sprintf("%-10s %s  %s", strings.ToUpper(string(word)), Escape(who), pad(Escape(file), 16))
	}
	if about != "" {
		line = strings.TrimRight(line, " ") + "   " + Escape(about)
	}
	return strings.TrimRight(line, " ")
}
