package main

import "time"

// When something is shown: not before it takes a while, and then not too often.
const (
	patience = 700 * time.Millisecond
	barEvery = 100 * time.Millisecond
	logEvery = 10 * time.Second
)

// doing is what a verb does to several mails, as the line that tells how far it is
// calls it.
var doing = map[string]string{"verify": "checking", "decrypt": "decrypting", "sign": "signing", "encrypt": "encrypting", "inspect": stageInput, "harvest": "collecting"}

// startMailsMeter makes the meter of a verb that works on several mails, in the form
// of --progress, and sets it going. total is 0 where it is not known.
func (a *app) startMailsMeter(form, verb string, total int) {
	m := a.newMeter(form)
	if m == nil {
		return
	}
	m.countMails(verb, total)
	a.env.meter = m
	m.start()
}

// countMails makes a meter one of mails.
func (m *meter) countMails(verb string, total int) {
	size := int64(total)
	if total == 0 {
		size = -1
	}
	m.enter(doing[verb], size)
	m.mails = true
}

// step counts one mail more.
func (m *meter) step() {
	if m != nil {
		m.at.Add(1)
		m.read.Add(1)
	}
}

// aside runs show, which writes a line or two where the line of the meter stands,
// and puts that back: there may be hundreds of such lines a second.
func (m *meter) aside(show func() error) error {
	m.drawing.Lock()
	text := ""
	if m.onLine {
		text = m.text
	}
	m.erase()
	m.paused++
	m.drawing.Unlock()
	defer func() {
		m.drawing.Lock()
		defer m.drawing.Unlock()
		if m.paused--; m.paused == 0 && text != "" && !m.ended {
			m.draw(text)
		}
	}()
	return show()
}

// beside lets show write beside the meter, and counts its mail. The line of the meter
// has to move only for what is written to a terminal.
func (a *app) beside(show func(*finished) error) func(*finished) error {
	m := a.env.meter
	if m == nil {
		return show
	}
	tty, _ := a.env.terminal(a.env.stdout)
	tty = tty && !a.global.quiet
	return func(f *finished) error {
		defer m.step()
		if !tty && len(f.said) == 0 && f.outcome.err == nil {
			return show(f)
		}
		return m.aside(func() error { return show(f) })
	}
}
