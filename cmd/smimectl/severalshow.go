package main

import (
	"io"
	"strings"

	"smimectl/internal/verdict"
)

// take takes in what came of a mail: it is counted, noted and shown.
func (s *several) take(a *app, f *finished, sum *mailTally) error {
	if len(f.said) > 0 {
		if _, err := a.env.stderr.Write(f.named()); err != nil {
			return machineError("cannot write", standardError, err)
		}
	}
	if f.report == nil {
		return f.outcome.err
	}
	sum.add(f.outcome)
	if err := s.note(a, f.report); err != nil {
		return err
	}
	return s.show(a, f, sum.all)
}

// note adds a report to the file of results.
func (s *several) note(a *app, report *verdict.Report) error {
	if s.results == nil {
		return nil
	}
	line, err := report.JSON()
	if err != nil {
		return machineError("cannot write", a.global.report, err)
	}
	return resultsError(a.global.report, s.results.Write(line))
}

func (s *several) showsScreens(a *app) bool { return s.screens && a.global.verbose }

// show prints a line, the screen or the report of mail n of the run.
func (s *several) show(a *app, f *finished, n int) error {
	o, w := f.outcome, a.env.stdout
	switch {
	case a.global.json:
		return stdoutError(writeJSON(w, o.report))
	case a.global.quiet:
		return s.complain(a, f)
	}
	text := a.record(verdict.OneLine(o.report)) + "\n"
	if s.showsScreens(a) {
		if o.err == nil {
			text = o.report.Text(a.style(w))
		}
		text = "-- " + quoted(f.Name) + "\n" + text
		if n > 1 {
			text = "\n" + text
		}
	}
	_, err := io.WriteString(w, text)
	return stdoutError(err)
}

// complain says on standard error, although all else is quiet, that a mail could not be
// worked on: what is wrong with a key or with the machine is no verdict, and a job that
// ends with 5 has to say why. The hints stand behind the first alone.
func (s *several) complain(a *app, f *finished) error {
	o := f.outcome
	code := o.exit()
	if code != exitMachine && code != exitKey && (o.err == nil || code == exitNothing) {
		return nil
	}
	var text string
	if e := o.err; e != nil {
		text = "smimectl: error: " + e.text + "\n"
		for _, h := range e.hints {
			text += "smimectl: hint: " + h + "\n"
		}
	} else {
		text = o.report.Text(a.style(a.env.stderr))
	}
	if s.complained {
		text, _, _ = strings.Cut(text, "\nsmimectl: hint: ")
		text = strings.TrimSuffix(text, "\n") + "\n"
	}
	s.complained = true
	said := &finished{mail: f.mail, said: []byte(a.plainly(text))}
	if _, err := a.env.stderr.Write(said.named()); err != nil {
		return machineError("cannot write", standardError, err)
	}
	return nil
}

// showSum prints the last line, of all mails.
func (s *several) showSum(a *app, sum *mailTally) error {
	if a.global.json || a.global.quiet {
		return nil
	}
	text := a.record(sum.line()) + "\n"
	if s.showsScreens(a) && sum.all > 0 {
		text = "\n" + text
	}
	_, err := io.WriteString(a.env.stdout, text)
	return stdoutError(err)
}
