package mimewrap

import (
	"bytes"

	"smimectl/internal/spool"
)

// Mailbox reads the mails of an mbox file one after the other. Each begins with
// its "From " line, at the start of the file or after an empty line and before a
// header field: the rule by which ReadMail refuses a file of several.
type Mailbox struct {
	src  spool.Source
	at   int64
	bare bool // a "From " line may have nothing behind it
}

// OpenMailbox returns the mails of src, and whether it is an mbox file at all:
// whether it begins with a "From " line.
func OpenMailbox(src spool.Source) (*Mailbox, bool) {
	head := make([]byte, min(src.Size(), 2048))
	n, err := readAt(src, head, 0)
	if err != nil || !bytes.HasPrefix(head[:n], []byte("From ")) || isField(head[:n]) || !mboxLine(head[:n], true) {
		return nil, false
	}
	first, _, _ := bytes.Cut(head[:n], []byte("\n"))
	return &Mailbox{src: src, bare: bareLines(first)}, true
}

// Next returns the next mail with its "From " line, and where it begins; nil at
// the end. The empty line before the next mail is not part of it.
func (m *Mailbox) Next() (mail spool.Source, offset int64, err error) {
	if m.at >= m.src.Size() {
		return nil, 0, nil
	}
	start := m.at
	next, err := m.nextMail(start + 1)
	if err != nil {
		return nil, 0, err
	}
	end := m.src.Size()
	if next >= 0 {
		end = next
	}
	m.at = end
	return spool.Section(m.src, start, end-start), start, nil
}

// nextMail finds the "From " line that begins the next mail after a position; -1: there is none.
func (m *Mailbox) nextMail(at int64) (int64, error) {
	src, end := m.src, m.src.Size()
	buf := make([]byte, scanWindow)
	const reach = 2048 // a "From " line and the field after it
	for at < end {
		// Two octets before, to see the end of the line before an empty one.
		from := max(at-2, 0)
		n, err := readAt(src, buf[:min(int64(len(buf)), end-from)], from)
		if err != nil {
			return -1, err
		}
		p := buf[:n]
		last := from+int64(n) >= end
		for i := 0; ; i++ {
			k := bytes.Index(p[i:], []byte("\nFrom "))
			if k < 0 || !last && i+k > n-reach {
				break
			}
			i += k
			blank := i > 0 && p[i-1] == '\n' || i > 1 && p[i-1] == '\r' && p[i-2] == '\n'
			if blank && mboxLine(p[i+1:], m.bare) {
				return from + int64(i) + 1, nil
			}
		}
		if last || n <= reach {
			return -1, nil
		}
		at = from + int64(n-reach)
	}
	return -1, nil
}
