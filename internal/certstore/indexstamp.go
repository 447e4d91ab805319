package certstore

import (
	"encoding/binary"
	"fmt"
	"os"
	"time"
)

// A stamp tells whether a file or a directory is still the same, and as it was. Copying tools set
// the time when something was modified (cp -a, rsync -a, tar); when it was changed, they cannot.
type stamp struct {
	modified, changed int64 // nanoseconds since 1970
	inode             uint64
}

func stampOf(info os.FileInfo) stamp {
	at, inode := changed(info)
	return stamp{info.ModTime().UnixNano(), at, inode}
}

func (t stamp) append(b []byte) []byte {
	for _, n := range []uint64{uint64(t.modified), uint64(t.changed), t.inode} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return b
}

// cutStamp reads the stamp at the beginning of b.
func cutStamp(b []byte) stamp {
	return stamp{int64(binary.BigEndian.Uint64(b)), int64(binary.BigEndian.Uint64(b[8:])), binary.BigEndian.Uint64(b[16:])}
}

// stamp is that of the directory of the certificates, as it is now.
func (s *Store) stamp() (stamp, error) {
	if !hasChangeTime {
		return stamp{}, errIndex
	}
	info, err := os.Stat(s.dir(certificatesDir))
	if err != nil {
		return stamp{}, err
	}
	return stampOf(info), nil
}

// seal sets the time of change of the directory of the certificates back, by more than any file
// system rounds, and returns what it is then. Whatever happens in the directory from now on gives
// it the time of today, even in this very moment: without that, a file that is put there in the
// same tick of the clock as the index is made would leave no trace.
//
// When that was done is part of the stamp: who copies an old index here and sets the time of the
// directory again, as tools that copy all of a store do, does so later.
func (s *Store) seal(old *oldIndex) (stamp, error) {
	was, err := s.stamp()
	if err != nil {
		return stamp{}, fmt.Errorf("certstore: %w", err)
	}
	to := time.Unix(0, was.modified).Add(-sealBack)
	if old != nil && old.stamp.modified == to.UnixNano() { // else an index that was overtaken would fit again
		to = to.Add(-sealBack)
	}
	if err := os.Chtimes(s.dir(certificatesDir), time.Time{}, to); err != nil {
		return stamp{}, fmt.Errorf("certstore: %w", err)
	}
	is, err := s.stamp()
	if err != nil {
		return stamp{}, fmt.Errorf("certstore: %w", err)
	}
	if !is.sealed(was) {
		return stamp{}, errIndex
	}
	return is, nil
}

const sealBack = 10 * time.Second

// sealed reports whether a directory of the stamp was could be sealed: there are file systems that do
// not keep the time that is set, and such where it is the time of the change as well (FAT).
func (t stamp) sealed(was stamp) bool {
	return t.modified <= was.modified-int64(sealBack/2) && t.changed != t.modified
}
