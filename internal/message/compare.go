package message

import (
	"io"

	"smimectl/internal/forensics"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// isProtected keeps what the outermost signature is for, to be compared.
func (w *walk) isProtected(c *content) {
	if w.ex.protected == nil && c != nil {
		w.ex.protected = c
	}
}

// Compare finds where what a message signs begins to differ from what another
// one does, and puts it into the report. The other is the mail as it was sent; a
// draft that was not signed yet is compared as sign would sign it. The verdict
// stays as it is.
func (ex *Examination) Compare(sent *Examination, name string) error {
	is, above, err := ex.compared()
	if err != nil {
		return err
	}
	defer is.Close()
	before, aboveSent, err := sent.compared()
	if err != nil {
		return err
	}
	defer before.Close()
	r := &verdict.CompareReport{File: name, Verdict: sent.Report.Verdict, Same: true}
	ex.Report.Compare = r
	d, err := forensics.Compare(is, before)
	if err != nil || d == nil {
		return err
	}
	r.Same, r.Line, r.SentLine, r.Offset = false, above+d.Line, aboveSent+d.Line, d.Offset
	r.Is, r.Sent = verdict.Escape(d.Is), verdict.Escape(d.Before)
	return nil
}

// compared reads the octets that are signed. It also returns how many lines of
// the file stand before them, where they stand in it.
func (ex *Examination) compared() (io.ReadCloser, int, error) {
	c := ex.protected
	switch {
	case c != nil && c.signed != nil && len(ex.facts.Layers) > 0 && ex.facts.Layers[0].Form == "multipart/signed":
		above, err := countLines(spool.Section(ex.source, 0, c.entity.Offset()))
		return io.NopCloser(c.signed()), above, err
	case c != nil && c.signed != nil:
		return io.NopCloser(c.signed()), 0, nil
	case c != nil && c.source != nil:
		return io.NopCloser(spool.NewReader(c.source)), 0, nil
	case ex.outer == nil:
		return io.NopCloser(spool.NewReader(ex.source)), 0, nil
	}
	// Not signed: as it would be.
	prepared, err := mimewrap.Prepare(ex.outer, mimewrap.PrepareOptions{For: "clear-signed", Entity: !isMail(ex.outer)})
	if err != nil {
		return io.NopCloser(ex.outer.Canonical()), 0, nil
	}
	r, w := io.Pipe() // closing it ends the writer
	go func() {
		_, err := prepared.WriteTo(w)
		w.CloseWithError(err)
	}()
	return r, 0, nil
}
