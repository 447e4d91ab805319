package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"smimectl/internal/cert"
	"smimectl/internal/verdict"
)

// outcome is how one message ended: a report, and the error that a person reads
// when there is more to say than the report's own text.
type outcome struct {
	report *verdict.Report
	err    *cliError
	told   bool // what a person wants to know was said already

	correspondents []correspondent     // of a good mail, for cert harvest
	certificates   []*cert.Certificate // for inspect --certs
}

func (o *outcome) exit() int {
	if o.err != nil {
		return o.err.exit
	}
	return o.report.Exit()
}

// failed makes the outcome of a command that ended with an error; the JSON form
// has the same shape as every report.
func (a *app) failed(command, file string, err error) *outcome {
	var e *cliError
	if !errors.As(err, &e) {
		e = machineError("could not finish", "", err)
	}
	if e.exit == exitUsage {
		return &outcome{err: e}
	}
	word := verdict.WordError
	code := e.code
	switch e.exit {
	case exitNo:
		word = verdict.WordUnreadable
	case exitKey:
		word = verdict.WordNoKey
	case exitNothing:
		word = verdict.WordUnsigned
	}
	if code == "" {
		code = verdict.InputOutput
	}
	facts := verdict.Facts{Command: command, File: file, Stop: &verdict.Stop{Code: code, Word: word, Err: err, Text: e.text, Hints: e.hints}}
	return &outcome{report: verdict.Judge(facts, verdict.Policy{Now: a.env.now().UTC()}), err: e}
}

// reportApart refuses a --report that would write over the mail or the output.
func (a *app) reportApart(others ...string) error {
	report := a.global.report
	switch report {
	case "":
		return nil
	case "-":
		return usageErrorf("--report needs a file of its own").withHint("the report on standard output is  --json")
	}
	for _, other := range others {
		if other == "" {
			continue
		}
		if filepath.Clean(report) == filepath.Clean(other) || sameRegular(report, other) {
			return usageErrorf("--report %s would write over %s", quoted(report), quoted(other)).withHint("--report ANOTHER.json")
		}
	}
	return nil
}

// sameRegular reports whether two names are those of one file, which is not a device.
func sameRegular(a, b string) bool {
	one, err1 := os.Stat(a)
	two, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(one, two) && one.Mode().IsRegular()
}

// style says how text for people looks on w.
func (a *app) style(w io.Writer) verdict.Style {
	tty, width := a.env.terminal(w)
	color := tty && a.env.getenv("NO_COLOR") == "" && a.env.getenv("TERM") != "dumb"
	switch a.global.color {
	case "always":
		color = true
	case "never":
		color = false
	}
	return verdict.Style{Width: width, Color: color, ASCII: a.global.ascii || !a.env.utf8(), Verbose: a.global.verbose, Quiet: a.global.quiet}
}

// finish shows an outcome: the JSON file first, because a script waits for it,
// then JSON or text. toStdout says whether standard output is free for it.
func (a *app) finish(o *outcome, toStdout bool) {
	a.env.meter.End()
	a.exit = o.exit()
	if o.report != nil && a.global.report != "" {
		if err := a.writeReportFile(o.report); err != nil {
			a.exit = a.fail(err)
		}
	}
	w := a.env.stderr
	if toStdout {
		w = a.env.stdout
	}
	var err error
	switch {
	case o.report != nil && a.global.json:
		err = writeJSON(w, o.report)
	case o.err != nil:
		a.exit = a.fail(o.err)
		return
	case o.told:
	default:
		_, err = io.WriteString(w, o.report.Text(a.style(w)))
	}
	if err != nil {
		// What was to be read did not get there: the file must not say that all is well.
		e := machineError("cannot write", theReport, err)
		a.exit = a.fail(e)
		if o.report != nil && a.global.report != "" {
			file := ""
			if o.report.File != nil {
				file = *o.report.File
			}
			_ = a.writeReportFile(a.failed(o.report.Command, file, e).report) // there is nobody left to tell
		}
	}
}

func (a *app) writeReportFile(r *verdict.Report) error {
	out, err := newOutput(a.env, a.global.report, false)
	if err != nil {
		return err
	}
	out.flag = "--report"
	if err := writeJSON(out, r); err != nil {
		out.discard()
		return err
	}
	return out.commit()
}

func writeJSON(w io.Writer, r *verdict.Report) error {
	line, err := r.JSON()
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}
