package spool

import "errors"

// errSpent says that somebody reads again what was to be read no more: nothing is known
// of it that it could be compared with.
var errSpent = errors.New("spool: internal error: the input is read again after its last reading")

// ReadLast says that from now on nothing of s is read twice. What [Watch] watches is
// then noted no more, which is an eighth of the work of reading a large mail. What was read
// before is compared as ever, and what is read twice all the same is an error.
func ReadLast(s Source) {
	for {
		switch source := s.(type) {
		case *watched:
			source.last.Store(true)
			return
		case *section:
			s = source.base
		case interface{ Unwrap() Source }:
			s = source.Unwrap()
		default:
			return
		}
	}
}
