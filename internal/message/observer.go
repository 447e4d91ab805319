package message

import "smimectl/internal/spool"

// Stage is what is being done with the octets of a message.
type Stage int

const (
	Reading    Stage = iota // its structure is looked for
	Checking                // it is digested or authenticated; nothing comes out
	Decrypting              // what comes out is held back
	Unpacking               // compressed data is expanded; what comes out is held back
	Signing
	Encrypting
	Writing // what is good goes where it belongs
)

// Observer is told how far the work on one message is, so that somebody can be
// shown. It changes nothing of the work. All of its functions must be there; a nil
// Observer is told nothing.
type Observer struct {
	// Stage says what is done from now on, with a source of size octets.
	Stage func(stage Stage, size int64)
	// Watch gives a source of the same octets that is read in place of source:
	// content that was found inside and held back.
	Watch func(source spool.Source) spool.Source
	// Held says that octets are being put into a buffer.
	Held func(buffer *spool.Buffer)
}

func (o *Observer) stage(stage Stage, size int64) {
	if o != nil {
		o.Stage(stage, size)
	}
}

func (o *Observer) watch(source spool.Source) spool.Source {
	if o != nil {
		return o.Watch(source)
	}
	return source
}

func (o *Observer) held(buffer *spool.Buffer) {
	if o != nil {
		o.Held(buffer)
	}
}
