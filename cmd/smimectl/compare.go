package main

import (
	"smimectl/internal/message"
)

// compare puts into the report of ex where what it signs begins to differ from
// the mail as it was sent, and whether that one verifies. It changes no verdict
// and no exit code.
func (a *app) compare(x *message.Examiner, ex *message.Examination, name string) error {
	in, err := a.openInput(name)
	if err != nil {
		return err
	}
	defer in.close()
	sent := x.Examine(message.Input{Command: "verify", Name: name, Source: in.source, Want: true})
	defer sent.Close()
	if err := ex.Compare(sent, name); err != nil {
		return releaseError(err)
	}
	return nil
}
