package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// progress tells a person, or a front end, how far the work on several mails is,
// on standard error. A bar stands on one line that is erased at the end.
type progress struct {
	w      io.Writer
	form   string // "bar", "plain", "json", "none"
	ascii  bool
	now    func() time.Time
	begun  time.Time
	shown  time.Time
	total  int // 0: not known
	done   int
	onLine bool // a bar stands there
}

// When something is shown: not before it takes a while, and then not too often.
const (
	patience = 700 * time.Millisecond
	barEvery = 100 * time.Millisecond
	logEvery = 10 * time.Second
)

func (a *app) newProgress(form string, total int) *progress {
	tty, _ := a.env.terminal(a.env.stderr)
	if form == "auto" {
		form = "none"
		if tty && !a.global.quiet {
			form = "bar"
		}
	}
	return &progress{w: a.env.stderr, form: form, ascii: a.style(a.env.stderr).ASCII, now: a.env.now, begun: a.env.now(), total: total}
}

// step counts one mail more.
func (p *progress) step() {
	p.done++
	now := p.now()
	switch p.form {
	case "bar":
		if now.Sub(p.begun) < patience || now.Sub(p.shown) < barEvery {
			return
		}
	case "plain", "json":
		if now.Sub(p.later()) < logEvery {
			return
		}
	default:
		return
	}
	p.shown = now
	p.show(now, false)
}

func (p *progress) later() time.Time {
	if p.shown.IsZero() {
		return p.begun
	}
	return p.shown
}

func (p *progress) show(now time.Time, last bool) {
	seconds := now.Sub(p.begun).Seconds()
	rate := 0.0
	if seconds > 0 {
		rate = float64(p.done) / seconds
	}
	if p.form == "json" {
		line, _ := json.Marshal(struct {
			Progress struct {
				Done    int     `json:"done"`
				Total   *int    `json:"total"`
				Seconds float64 `json:"seconds"`
				Last    bool    `json:"last"`
			} `json:"progress"`
		}{struct {
			Done    int     `json:"done"`
			Total   *int    `json:"total"`
			Seconds float64 `json:"seconds"`
			Last    bool    `json:"last"`
		}{p.done, p.known(), seconds, last}})
		fmt.Fprintf(p.w, "%s\n", line)
		return
	}
	text := fmt.Sprintf("%d mails, %.0f/s", p.done, rate)
	if p.total > 0 {
		text = fmt.Sprintf("%s %d / %d mails  %3d%%  %.0f/s", p.bar(), p.done, p.total, p.done*100/p.total, rate)
		if rate > 0 && !last {
			left := time.Duration(float64(p.total-p.done)/rate) * time.Second
			text += fmt.Sprintf("  %d:%02d left", int(left.Minutes()), int(left.Seconds())%60)
		}
	}
	if p.form == "plain" {
		fmt.Fprintf(p.w, "smimectl: %s\n", strings.TrimSpace(text))
		return
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", text)
	p.onLine = true
}

func (p *progress) known() *int {
	if p.total == 0 {
		return nil
	}
	return &p.total
}

// bar draws how much is done, in 20 columns; a log has none.
func (p *progress) bar() string {
	if p.form != "bar" {
		return ""
	}
	const width = 20
	full := min(width, p.done*width/p.total)
	if p.ascii {
		return "[" + strings.Repeat("#", full) + strings.Repeat("-", width-full) + "]"
	}
	return strings.Repeat("\u2588", full) + strings.Repeat("\u2591", width-full)
}

// aside takes the bar off its line while something else is written there.
func (p *progress) aside() {
	if p.onLine {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.onLine = false
	}
}

// end erases the bar; a log gets a last line if it has had one.
func (p *progress) end() {
	p.aside()
	if p.form == "json" || p.form == "plain" && !p.shown.IsZero() {
		p.show(p.now(), true)
	}
}
