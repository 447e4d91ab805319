package cms

import (
	"smimectl/internal/algorithm"
	"smimectl/internal/stage"
)

// sharing has two decrypt the pieces of a content: the goroutine behind the one who reads
// does all that come to it, and who reads does one itself whenever the other has as many to
// do as can wait. So both always have something to do, whatever reading, decrypting and
// writing cost, and no processor is put to sleep and woken for each piece.
//
// All pieces but the last one have pieceSize octets, which are whole blocks of every cipher.
type sharing struct {
	reader  algorithm.Resumer           // decrypts for who reads
	before  [algorithm.ResumeSize]byte  // the end of the piece that was read last
	pieces  [2 * stage.Buffers]handover // the next piece's is not in use: fewer are under way
	read    int                         // pieces that were lent, by who reads
	arrived int                         // pieces that arrived, at who decrypts
}

// handover is what who reads tells of a piece to who decrypts.
type handover struct {
	decrypted bool
	end       [algorithm.ResumeSize]byte // of its ciphertext, if it is decrypted
}

// share returns nil where a piece is nothing without those before it.
func (e *Envelope) share(key []byte) (*sharing, error) {
	d, err := e.Cipher.NewDecrypter(e.Parameters, key)
	if err != nil {
		return nil, err
	}
	reader, can := d.(algorithm.Resumer)
	if !can {
		return nil, nil
	}
	return &sharing{reader: reader}, nil
}

// lend gives a piece to who decrypts, and decrypts it before if that one has no time. An
// error is that of Settle.
func (s *sharing) lend(behind *stage.Behind, piece []byte) {
	h := &s.pieces[s.read%len(s.pieces)]
	h.decrypted = false
	s.read++
	if len(piece) < pieceSize {
		behind.Lend(piece)
		return
	}
	copy(h.end[:], piece[len(piece)-len(h.end):])
	if taken, err := behind.Offer(piece); !taken && err == nil {
		s.reader.Resume(s.before[:])
		s.reader.Update(piece[:0], piece) // as long: the block held back before comes, its last one is held back
		h.decrypted = true
		behind.Lend(piece)
	}
	s.before = h.end
}

// done reports whether the piece that arrives is decrypted, and has text, which decrypts the
// others, go on behind it.
func (s *sharing) done(text algorithm.Decrypter) bool {
	h := &s.pieces[s.arrived%len(s.pieces)]
	s.arrived++
	if h.decrypted {
		text.(algorithm.Resumer).Resume(h.end[:])
	}
	return h.decrypted
}
