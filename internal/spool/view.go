package spool

// View returns n octets of s from off on as they lie in memory, where they do so
// and never change: nobody has to make room for a copy of a small mail, or of each
// part of it. The caller must not change them either. false: they have to be read;
// so it is with what a Buffer holds, which is wiped when it is closed.
func View(s Source, off, n int64) ([]byte, bool) {
	if sec, ok := s.(*section); ok {
		if off < 0 || n < 0 || off > sec.size || n > sec.size-off {
			return nil, false
		}
		s, off = sec.base, sec.off+off
	}
	var all []byte
	switch s := s.(type) {
	case byteSource:
		all = s
	case *watched:
		all = s.only()
	}
	if off < 0 || n < 0 || off > int64(len(all)) || n > int64(len(all))-off {
		return nil, false
	}
	return all[off : off+n : off+n], true
}

// only returns the one piece of a file that has but one, which is read once and
// kept; nil where there are more, or where it cannot be read.
func (w *watched) only() []byte {
	if w.mac != nil {
		return nil
	}
	w.hold.Lock()
	defer w.hold.Unlock()
	if w.load(0) != nil {
		return nil
	}
	return w.chunk
}
