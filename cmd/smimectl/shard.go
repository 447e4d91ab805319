package main

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// shardFlag is part I of N of the mails: by a digest of their names, so that each
// machine takes the same ones whatever the others do and whatever comes to the
// folder meanwhile.
type shardFlag struct {
	part, of uint64
}

func (s *shardFlag) set() bool { return s.of > 0 }

// takes reports whether the mail of a name belongs to the part.
func (s *shardFlag) takes(name string) bool {
	if !s.set() {
		return true
	}
	sum := sha256.Sum256([]byte(name))
	return binary.BigEndian.Uint64(sum[:])%s.of == s.part-1
}

func (s *shardFlag) String() string {
	if !s.set() {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.part, s.of)
}

// Type is what help calls the value.
func (s *shardFlag) Type() string { return "I/N" }

// Set reads "2/8".
func (s *shardFlag) Set(value string) error {
	part, of, ok := strings.Cut(value, "/")
	i, err1 := strconv.ParseUint(part, 10, 32)
	n, err2 := strconv.ParseUint(of, 10, 32)
	switch {
	case s.set():
		return errors.New("it was given twice")
	case errors.Is(err1, strconv.ErrRange), errors.Is(err2, strconv.ErrRange):
		return fmt.Errorf("it must be I/N, with N at most %d", uint32(math.MaxUint32))
	case !ok, err1 != nil, err2 != nil, i == 0, n == 0, i > n:
		return errors.New("it must be I/N, with I from 1 to N, as 2/8")
	}
	s.part, s.of = i, n
	return nil
}
