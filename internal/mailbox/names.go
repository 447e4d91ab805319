package mailbox

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// maxName is how long a name in a list may be.
const maxName = 64 << 10

// LongNameError says that a list holds a name that no file has.
type LongNameError struct{ Limit int } // octets

func (e *LongNameError) Error() string {
	return fmt.Sprintf("mailbox: a name of more than %d octets", e.Limit)
}

// Names gives the names of a list: ended by NUL if there is one in it, else by line ends.
// Empty ones are passed over. An error is the last that is given.
func Names(list io.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		in := bufio.NewReaderSize(list, maxName)
		head, _ := in.Peek(maxName)
		end := byte('\n')
		if bytes.IndexByte(head, 0) >= 0 {
			end = 0
		}
		for {
			line, err := in.ReadSlice(end)
			if errors.Is(err, bufio.ErrBufferFull) {
				yield("", &LongNameError{maxName})
				return
			}
			if err != nil && !errors.Is(err, io.EOF) {
				yield("", err)
				return
			}
			name := strings.TrimSuffix(string(line), string(rune(end)))
			if end == '\n' {
				name = strings.TrimSuffix(name, "\r")
			}
			if name != "" && !yield(name, nil) {
				return
			}
			if err != nil {
				return
			}
		}
	}
}
