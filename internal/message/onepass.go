package message

import (
	"errors"
	"io"

	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/stage"
)

// Restarter is a destination of which nothing has been released yet.
type Restarter interface {
	io.Writer
	// Restart forgets all that was written.
	Restart() error
}

// Amender is a Restarter that may also let octets be written over that were written
// to it before.
type Amender interface {
	Restarter
	io.WriterAt
	// Amends reports whether WriteAt can be called.
	Amends() bool
}

// amends reports whether what was written to dst can be written over.
func amends(dst io.Writer) bool {
	a, ok := dst.(Amender)
	return ok && a.Amends()
}

// ahead says what need not be known of a large content before it is written.
type ahead struct {
	safe bool // that it survives transport: that shows on the way
	size bool // how large it is: a guess of that is enough
}

// inOnePass writes a mail of which something need not be known before. If that was too
// much to hope for, a Restarter forgets all of it, and the work begins anew, with more
// that is known; to others everything is. Nobody was asked for a signature until then.
func inOnePass(dst io.Writer, now ahead, write func(ahead) (*Composed, error)) (*Composed, error) {
	again, ok := dst.(Restarter)
	if !ok {
		now = ahead{}
	}
	for {
		composed, err := write(now)
		switch {
		case now.safe && errors.Is(err, mimewrap.ErrWouldBreak):
			now.safe = false
		case now.size && errors.Is(err, cms.ErrGuess):
			now.size = false
		default:
			return composed, err
		}
		if err := again.Restart(); err != nil {
			return nil, err
		}
	}
}

// opaqueBySize reports whether an opaque signature over a mail begins with the size of
// the content. That is so but for large mails with a signature whose own size shows
// when it is made.
func opaqueBySize(e *mimewrap.Entity, opt *SignOptions) bool {
	return e.Source.Size() < stage.From || opt.TimeStamp == nil && cms.FixedSize(opt.Signers)
}

// body is what is signed or encrypted.
type body struct {
	io.WriterTo
	size    int64 // -1: that is not known
	guessed bool  // so is size
}

// bodyOf returns what is signed or encrypted of an entity. What is compressed has a size
// that shows afterwards.
func bodyOf(prepared *mimewrap.Prepared, compress bool) body {
	switch {
	case compress:
		return body{compressedEntity{prepared}, -1, false}
	case prepared.Size() < 0:
		return body{prepared, prepared.Guess(), true}
	}
	return body{prepared, prepared.Size(), false}
}

// objectWriter writes a CMS object whose head may have to be written over in the end.
type objectWriter interface {
	io.WriteCloser
	Head() []byte
}

// copyGuessed sends a content whose size was guessed through object and part, closes
// them, and writes the head again where the guess was wrong. All of the mail was written
// to dst.
func copyGuessed(content io.WriterTo, object objectWriter, part *mimewrap.PKCS7Writer, dst io.Writer) error {
	part.HeadEnds()
	if err := copyAndClose(content, object, part); err != nil {
		return err
	}
	head := object.Head()
	if head == nil {
		return nil
	}
	return part.WriteHead(dst.(Amender), head)
}
