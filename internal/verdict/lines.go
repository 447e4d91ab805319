package verdict

import (
	"fmt"
	"strings"
)

const program = "smimectl: "

// lines are what the commands that write a mail say beside it: what was done, or an error and what to type next.
func (r *Report) lines(s Style) string {
	out := &screen{style: s}
	main := r.mainReason()
	failed := !r.Good()
	if !failed && !s.Quiet {
		for _, text := range r.doneLines() {
			out.line(text)
		}
	}
	if failed {
		text := "the work was not finished"
		switch {
		case r.insideFailed():
			text = "what is inside is " + strings.ToUpper(string(*r.Inside)) + "; nothing was written"
			if r.release {
				text = "what is inside is " + strings.ToUpper(string(*r.Inside)) + "; it was written all the same"
			}
		case main != nil:
			text = main.Text
		case r.Verdict != "":
			if h := r.headline(r.Verdict); h != "" {
				text = h
			}
		}
		switch {
		case r.File == nil || main == nil:
		case r.Verdict == WordUnreadable: // why, which says nothing without what
			text = fileInWords(*r.File) + " cannot be read: " + text
		case main.Code == DecryptFailed:
			text = fileInWords(*r.File) + " does not decrypt: it was changed or damaged, or made for another key; nothing was written"
		}
		out.line("error: " + text)
	}
	if r.Inside != nil && (!s.Quiet && !failed || r.insideFailed()) {
		out.line("inside: " + strings.ToUpper(string(*r.Inside)) + "  " + r.headline(*r.Inside))
	}
	for i := range r.Reasons {
		x := &r.Reasons[i]
		if s.Quiet && (x != main || !failed) {
			continue
		}
		switch {
		case x == main && failed, x.Code == NoSigners:
		case x.Level == Fail:
			out.line("warning: " + x.Text)
		case x.Level == Warn && x.Code == NoIntegrity && r.Command == "encrypt":
			out.line("warning: " + x.Text + "; add --sign")
			continue
		case x.Level == Warn:
			out.line("warning: " + x.Text)
			continue
		default:
			out.line("note: " + x.Text)
			continue
		}
		hints := x.hints
		if info, ok := Explain(string(x.Code)); ok && len(hints) == 0 && x == main && r.Verdict == WordUnreadable && !strings.Contains(info.Do, ". ") {
			hints = []string{asAdvice(info.Do)}
		}
		for _, hint := range hints {
			out.out.WriteString(program + "hint: " + s.escapePasted(hint) + "\n") // never broken, so that it can be pasted
		}
	}
	if s.Quiet {
		return out.out.String()
	}
	for _, flag := range r.Exceptions {
		out.line("note: allowed by " + flag)
	}
	if s.Verbose {
		out.rows(r.verboseRows(s))
	}
	return out.out.String()
}

// fileInWords is the name of a file in a sentence.
func fileInWords(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

// insideFailed says whether it is the signature inside for which decrypt says no.
func (r *Report) insideFailed() bool {
	return r.Inside != nil && r.Exit() == exitNo && r.Verdict == *r.Inside
}

// line writes one line behind the name of the program. It is never broken: it
// stands among lines of other programs, and people search and paste it.
func (s *screen) line(text string) {
	s.out.WriteString(program + s.style.escape(text) + "\n")
}

func (r *Report) doneLines() []string {
	var lines []string
	for i := range r.Layers {
		l := &r.Layers[i]
		switch {
		case r.Command == "sign" && l.SignedReport != nil, r.Command == "encrypt" && l.SignedReport != nil:
			lines = append(lines, "signed as "+r.signedAs(l))
		case r.Command == "encrypt" && l.EncryptedReport != nil:
			lines = append(lines, fmt.Sprintf("encrypted for %s, %s", recipients(l.Recipients), l.cipherTitle()))
		case r.Command == "decrypt" && l.EncryptedReport != nil && l.Decrypted:
			text := "decrypted"
			if l.DecryptedWith != nil {
				text += " as " + *l.DecryptedWith
			}
			lines = append(lines, text+", "+l.cipherTitle())
		case r.Command == "decrypt" && l.Kind == "compressed":
			lines = append(lines, "decompressed")
		}
	}
	if r.Command == "encrypt" { // inside first: that is the order of the work
		for i, j := 0, len(lines)-1; i < j; i, j = i+1, j-1 {
			lines[i], lines[j] = lines[j], lines[i]
		}
	}
	return lines
}

func (e *EncryptedReport) cipherTitle() string {
	if e.title != "" {
		return e.title
	}
	return e.Cipher
}

func (r *Report) signedAs(l *LayerReport) string {
	var out []string
	for i := range l.Signers {
		s := &l.Signers[i]
		text := r.short(s)
		if s.Certificate != nil {
			text += " ("
			if len(s.Chain) > 0 {
				text += s.Chain[0].name + ", "
			}
			text += "until " + day(s.Certificate.NotAfter.Time) + ")"
		}
		out = append(out, text)
	}
	return strings.Join(out, " and ")
}

// recipients names those who can read it, "you" last.
func recipients(list []RecipientReport) string {
	var names []string
	you := false
	for _, rec := range list {
		switch {
		case rec.Here == "key":
			you = true
		case rec.Address != nil:
			names = append(names, *rec.Address)
		default:
			names = append(names, "a recipient without an address")
		}
	}
	all := strings.Join(names, ", ")
	switch {
	case you && all == "":
		return "you alone"
	case you:
		return all + " and you"
	}
	return all
}
