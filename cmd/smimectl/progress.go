package main

import (
	"os"

	"golang.org/x/term"

	"smimectl/internal/message"
	"smimectl/internal/progress"
	"smimectl/internal/spool"
)

// stagesOfOne are the stages of the work on one mail, as the meter calls them.
var stagesOfOne = map[message.Stage]progress.Stage{
	message.Reading: progress.Reading, message.Checking: progress.Checking, message.Decrypting: progress.Decrypting,
	message.Unpacking: progress.Unpacking, message.Signing: progress.Signing, message.Encrypting: progress.Encrypting, message.Writing: progress.Writing,
}

// stageOfSeveral is what a verb does to several mails.
var stageOfSeveral = map[string]progress.Stage{
	"verify": progress.Checking, "decrypt": progress.Decrypting, "sign": progress.Signing, "encrypt": progress.Encrypting,
	"inspect": progress.Reading, "harvest": progress.Collecting,
}

// startMeter sets the meter of a verb going that works on one mail, in the form of
// --progress.
func (a *app) startMeter(form string) {
	if m := a.newMeter(form); m != nil {
		a.env.meter = m
		m.Start()
	}
}

// startMailsMeter sets the meter of a verb going that works on several mails.
func (a *app) startMailsMeter(form, verb string, total int64) {
	if m := a.newMeter(form); m != nil {
		m.BeginMails(stageOfSeveral[verb], total)
		a.env.meter = m
		m.Start()
	}
}

// endMeter ends the meter for good.
func (a *app) endMeter() {
	a.env.meter.End()
	a.env.meter = nil
}

// newMeter makes a meter in the form of --progress; nil: nothing is shown.
func (a *app) newMeter(form string) *progress.Meter {
	f, _ := a.env.stderr.(*os.File)
	if form == "auto" {
		form = "none"
		if f != nil && a.env.isTerminal(f) && !a.global.quiet && a.env.getenv("TERM") != "dumb" {
			form = string(progress.Bar)
		}
	}
	if form == "none" {
		return nil
	}
	return progress.New(progress.Options{
		Form: progress.Form(form), Out: a.env.stderr, ASCII: a.global.ascii || !a.env.utf8(), Now: a.env.now,
		Width: func() int { return a.columns(f) }, OnInterrupt: a.env.temporary.OnInterrupt,
	})
}

// columns is how wide the terminal is now: its window may have been resized. What
// COLUMNS says was true when the program began, and counts where it is less.
func (a *app) columns(f *os.File) int {
	_, width := a.env.terminal(a.env.stderr)
	if f != nil {
		if now, _, err := term.GetSize(int(f.Fd())); err == nil && now > 0 {
			width = min(width, now)
		}
	}
	return width
}

// observer hands on to the meter what the work on a mail tells.
func (env *environment) observer() *message.Observer {
	m := env.meter
	if m == nil {
		return nil
	}
	return &message.Observer{
		Stage: func(stage message.Stage, size int64) { m.Begin(stagesOfOne[stage], size) },
		Watch: m.CountSource,
		Held: func(buffer *spool.Buffer) {
			m.Hold(progress.Held{Buffer: buffer, What: "the text", Until: "until it is known to be good"})
		},
	}
}

// beside lets show write beside the meter, and counts its mail. The line of the meter
// has to move only for what is written to a terminal.
func (a *app) beside(show func(*finished) error) func(*finished) error {
	m := a.env.meter
	tty, _ := a.env.terminal(a.env.stdout)
	tty = tty && !a.global.quiet
	return func(f *finished) error {
		defer m.MailDone()
		if !tty && len(f.said) == 0 && f.outcome.err == nil {
			return show(f)
		}
		return m.Aside(func() error { return show(f) })
	}
}
