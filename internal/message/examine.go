package message

import (
	"errors"
	"io"

	"smimectl/internal/cert"
	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// Examine takes the layers of a message off, from the outside in, and judges
// what it found. It never fails: what ended the work is in the report.
func (x *Examiner) Examine(in Input) *Examination {
	w := newWalk(x, in)
	w.facts.Command = in.Command
	w.facts.File = in.Name
	err := w.run()
	if err == nil {
		err = w.malformedInside()
	}
	if err == nil {
		err = w.trouble
	}
	if err != nil {
		err = w.sameAnswer(err)
		w.facts.Stop = stopFor(err, len(w.facts.Layers)-1)
	}
	w.ex.facts = w.facts
	w.ex.Report = verdict.Judge(w.facts, x.Policy)
	w.orChanged()
	return w.ex
}

// orChanged says of what is bad or cannot be read that it has changed, if it has: what is read but once may be partly one
// thing and partly the other, and whoever looks again may find it as it should be.
func (w *walk) orChanged() {
	word := w.ex.Report.Verdict
	if word != verdict.WordBad && word != verdict.WordUnreadable || w.in.Changed == nil || !w.in.Changed() {
		return
	}
	w.facts.Layers, w.facts.Partial = nil, nil
	w.facts.Stop = stopFor(spool.ErrChanged, -1)
	w.ex.facts = w.facts
	w.ex.Report = verdict.Judge(w.facts, w.x.Policy)
}

// Inspect describes a message without any judgement: what is signed and
// encrypted, by whom and for whom. It needs no key and checks nothing.
func (x *Examiner) Inspect(in Input) *Examination {
	in.Command = "inspect"
	w := newWalk(x, in)
	w.look = true
	w.facts.Command = in.Command
	w.facts.File = in.Name
	if err := w.run(); err != nil {
		w.facts.Stop = stopFor(err, len(w.facts.Layers)-1)
	}
	w.listParts()
	for _, c := range w.ex.certificates {
		w.facts.Certs = append(w.facts.Certs, verdict.Certificate{Certificate: c})
	}
	w.ex.facts = w.facts
	w.ex.Report = verdict.Judge(w.facts, x.Policy)
	return w.ex
}

func newWalk(x *Examiner, in Input) *walk {
	return &walk{x: x, in: in, ex: &Examination{source: in.Source, observer: in.Observer, size: in.Source.Size()}}
}

// lastReading says that what is left of the message is read but once more: the CMS object of its outermost layer.
func (w *walk) lastReading() {
	if w.in.Once && len(w.facts.Layers) == 1 && !w.beside {
		spool.ReadLast(w.in.Source)
	}
}

// stage tells the observer what is done from now on.
func (w *walk) stage(s Stage) { w.in.Observer.stage(s, w.ex.size) }

// walk is one examination under way.
type walk struct {
	look   bool       // only describe
	inners []*content // what was found inside CMS objects, when only describing
	x      *Examiner
	in     Input
	ex     *Examination
	facts  verdict.Facts

	trouble error // with what the verdict should rest on: there is none then

	beside bool // within one of several parts: nothing encrypted is opened any more

	fetcher Fetcher             // of this message; nil before it is wanted
	fetched []*cert.Certificate // what it brought

	inflated int64 // octets that came out of compressed layers

	stamps, counters int // time stamps and countersignatures that were looked at

	passing *clearContent // of the layer that was found last; nil: its content was not digested in passing

	opened      int // layers down to the first that was decrypted without showing changes; 0: none
	openedNotes int // notes up to there
}

// content is what a layer held: octets that can be read again, and the MIME
// entity they are, if they are one.
type content struct {
	source spool.Source     // nil when it was not kept (nobody wants it)
	entity *mimewrap.Entity // nil when the octets are no MIME entity
	signed func() io.Reader // the octets that were hashed, where they differ from source (multipart/signed)
	part   string           // number of the part, "1.1"
}

// sameAnswer makes what is wrong inside an encrypted layer that does not show
// changes the same answer as damaged padding or a wrong key: which octets came
// out, and how far a reader got with them, is what an attacker wants to know
// (P41). Nothing that was read in there stays in the report.
func (w *walk) sameAnswer(err error) error {
	if w.opened == 0 || stopFor(err, 0).Word != verdict.WordUnreadable {
		return err
	}
	w.facts.Layers = w.facts.Layers[:w.opened]
	w.facts.Notes = w.facts.Notes[:w.openedNotes]
	w.facts.Partial = nil
	layer := w.lastLayer()
	layer.Notes = nil
	layer.Encrypted.Decrypted, layer.Encrypted.With = false, ""
	w.ex.inner = nil
	return cms.ErrDecrypt
}

// malformedInside finds a signer who is malformed within an encrypted layer that does not show changes: he has the answer
// of a layer there that cannot be read.
func (w *walk) malformedInside() error {
	if w.opened == 0 {
		return nil
	}
	var malformed *cms.MalformedError
	for _, layer := range w.facts.Layers[w.opened:] {
		if layer.Signed == nil {
			continue
		}
		for _, s := range layer.Signed.Signers {
			if errors.As(s.Info.Unsupported, &malformed) || errors.As(s.Check, &malformed) {
				return malformed
			}
		}
	}
	return nil
}

func (w *walk) run() error {
	if w.in.Source.Size() == 0 {
		return &mimewrap.MalformedError{Detail: "it is empty"}
	}
	w.stage(Reading)
	form, entity, err := mimewrap.Open(w.in.Source)
	if err != nil {
		return err
	}
	var current *content
	switch form {
	case mimewrap.FormCMS, mimewrap.FormPEM, mimewrap.FormBase64:
		open, err := mimewrap.OpenCMS(w.in.Source, form)
		if err != nil {
			return err
		}
		if current, err = w.layer(open, &mimewrap.Layer{Kind: mimewrap.PKCS7}, "1"); err != nil {
			return err
		}
	default:
		w.ex.outer = entity
		w.facts.IsMail = isMail(entity) || form == mimewrap.FormMail
		w.facts.Mail = mailFacts(entity)
		w.facts.Notes = append(w.facts.Notes, notesOf(entity.Notes)...)
		current = &content{source: entity.Source, entity: entity, part: "1"}
	}
	return w.inward(current)
}

// inward takes off layer after layer until there is none, or one that cannot be
// taken off here.
func (w *walk) inward(current *content) error {
	for current != nil && current.entity != nil {
		w.stage(Reading)
		layer, err := w.layerOf(current)
		if err != nil {
			var limit *mimewrap.LimitError
			if errors.As(err, &limit) && len(w.facts.Layers) > 0 {
				return nil // what was signed or encrypted is octets; how deep its parts nest is not looked into (P74)
			}
			return err
		}
		switch layer.Kind {
		case mimewrap.NoLayer:
			w.note(layer.Notes)
			return nil
		case mimewrap.PartlyProtected:
			w.note(layer.Notes)
			return w.partly(current, layer)
		}
		if len(w.facts.Layers) >= maxLayers {
			return errTooDeep
		}
		var next *content
		if layer.Kind == mimewrap.ClearSigned {
			next, err = w.clearSigned(current, layer)
		} else {
			next, err = w.layer(layer.CMS, layer, current.part)
		}
		if err != nil {
			return err
		}
		current = next
	}
	return nil
}

func (w *walk) note(texts []string) {
	w.facts.Notes = append(w.facts.Notes, notesOf(texts)...)
}

func notesOf(texts []string) []verdict.Note {
	var notes []verdict.Note
	for _, t := range texts {
		notes = append(notes, verdict.Note{Text: t})
	}
	return notes
}
