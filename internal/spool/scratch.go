package spool

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"io"
	"os"
	"sync/atomic"
)

// scratch is an unnamed file whose content is encrypted with AES-256 in counter
// mode. Each has a fresh random key, which is the only thing that makes it readable and
// is lost with the process; so the counter can be the place in the file.
type scratch struct {
	file  *os.File
	block cipher.Block
	tail  cipher.Stream // of the octets appended
	next  atomic.Pointer[position]
	after func() error // removes the file where it could not be removed while open; may be nil
}

// position is where the last read ended. Who reads on from there needs no new key stream.
type position struct {
	off    int64
	stream cipher.Stream
}

func newScratch(dir string) (*scratch, error) {
	if dir == "" {
		dir = os.TempDir()
	}
	file, after, err := createUnnamed(dir)
	if err != nil {
		return nil, &Error{Op: "create", Err: err}
	}
	key := make([]byte, 32)
	rand.Read(key)
	block, err := aes.NewCipher(key)
	clear(key)
	if err != nil {
		panic("spool: internal error: " + err.Error())
	}
	s := &scratch{file: file, block: block, after: after}
	s.tail = s.stream(0)
	return s, nil
}

// stream returns the key stream from the block with the given number on.
func (s *scratch) stream(number int64) cipher.Stream {
	var counter [aes.BlockSize]byte
	binary.BigEndian.PutUint64(counter[8:], uint64(number))
	return cipher.NewCTR(s.block, counter[:])
}

// append encrypts p in place and writes it at the end of the file.
func (s *scratch) append(p []byte) error {
	s.tail.XORKeyStream(p, p)
	if _, err := s.file.Write(p); err != nil {
		return &Error{Op: "write", Err: err}
	}
	return nil
}

// readAt fills p, which must not reach beyond the end.
func (s *scratch) readAt(p []byte, off int64) (int, error) {
	n, err := s.file.ReadAt(p, off)
	s.decrypt(p[:n], off)
	if n == len(p) {
		return n, nil
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF // somebody cut the file
	}
	return n, &Error{Op: "read", Err: err}
}

func (s *scratch) decrypt(p []byte, off int64) {
	at := s.next.Swap(nil) // nil also while somebody else reads
	if at == nil || at.off != off {
		at = &position{off, s.stream(off / aes.BlockSize)}
		if skip := off % aes.BlockSize; skip != 0 {
			var lost [aes.BlockSize]byte
			at.stream.XORKeyStream(lost[:skip], lost[:skip])
		}
	}
	at.stream.XORKeyStream(p, p)
	at.off += int64(len(p))
	s.next.Store(at)
}

func (s *scratch) close() error {
	err := s.file.Close()
	if s.after != nil {
		if gone := s.after(); err == nil {
			err = gone
		}
	}
	if err != nil {
		return &Error{Op: "close", Err: err}
	}
	return nil
}
