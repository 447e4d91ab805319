package main

import (
	"bytes"
	"io"
	"iter"

	"smimectl/internal/inorder"
)

// each works on mails, several at a time, and shows what came of them one after
// the other in their order. An error of show ends the run.
func (a *app) each(mails iter.Seq[*mail], workers int, do func(*app, *mail) *outcome, show func(*finished) error) error {
	return inorder.Each(mails, workers, func(m *mail) *finished { return a.apart(m, workers, do) }, show, (*finished).size)
}

// finished is a mail that was worked on.
type finished struct {
	*mail
	*outcome
	said []byte // what was written to standard error meanwhile
}

// apart works on one mail with a standard error of its own, so that the lines of
// several do not mix.
func (a *app) apart(m *mail, workers int, do func(*app, *mail) *outcome) *finished {
	var said bytes.Buffer
	env := *a.env
	env.stderr, env.stdin, env.stdout = &said, bytes.NewReader(nil), io.Discard
	env.meter = nil // it counts the mails
	env.apart = a.env.apart || workers > 1
	own := *a
	own.env, own.oneOf = &env, !a.global.verbose
	o := do(&own, m)
	return &finished{m, o, said.Bytes()}
}

// size is about how much is in a result, counted in what takes a few hundred octets.
func (f *finished) size() int {
	n := len(f.said)>>8 + len(f.correspondents) + len(f.certificates)
	if r := f.report; r != nil {
		n += len(r.Reasons) + len(r.Parts) + len(r.Certificates)
		for _, layer := range r.Layers {
			if layer.SignedReport != nil {
				n += len(layer.Signers)
			}
			if layer.EncryptedReport != nil {
				n += len(layer.Recipients)
			}
		}
	}
	return n
}

// named is what was said about a mail, with its name in every line.
func (f *finished) named() []byte {
	const begins = "smimectl: "
	var out []byte
	for line := range bytes.Lines(f.said) {
		if rest, ok := bytes.CutPrefix(line, []byte(begins)); ok {
			out = append(append(append(out, begins...), inWords(displayName(f.Name))...), ": "...)
			line = rest
		}
		out = append(out, line...)
	}
	return out
}
