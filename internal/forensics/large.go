package forensics

import (
	"bufio"
	"bytes"
	"hash"
	"io"
)

// repair undoes a change line by line; it gets a line with its end and appends what it was. The first lines, up
// to the first empty one, are the header and are left alone.
type repair struct {
	kind Kind
	line func(dst, line []byte) []byte
}

func repairs() []repair {
	return []repair{
		{MboxFrom, func(dst, line []byte) []byte {
			if quotedFrom(line) {
				line = line[1:]
			}
			return append(dst, line...)
		}},
		{DotStuffing, func(dst, line []byte) []byte {
			if bytes.HasPrefix(line, []byte("..")) {
				line = line[1:]
			}
			return append(dst, line...)
		}},
		{DotStuffing, func(dst, line []byte) []byte {
			if bytes.HasPrefix(line, []byte(".")) {
				dst = append(dst, '.')
			}
			return append(dst, line...)
		}},
		{LineEndings, func(dst, line []byte) []byte {
			if bytes.HasSuffix(line, []byte("\r\r\n")) {
				return append(append(dst, bytes.TrimRight(line, "\r\n")...), '\r', '\n')
			}
			return append(dst, line...)
		}},
		{TrailingBlanks, func(dst, line []byte) []byte {
			if string(line) == "--\r\n" {
				return append(dst, "-- \r\n"...)
			}
			return append(dst, line...)
		}},
		{BlanksAdded, func(dst, line []byte) []byte {
			if text, ok := bytes.CutSuffix(line, []byte("\r\n")); ok {
				return append(append(dst, bytes.TrimRight(text, " \t")...), '\r', '\n')
			}
			return append(dst, bytes.TrimRight(line, " \t")...)
		}},
	}
}

// tailSize is how far before its end a large entity is looked into.
const tailSize = 64 << 10

// explainLarge reads an entity once, undoing several changes beside each other, and looks at its end: line ends
// and a footer.
func explainLarge(src io.Reader, size int64, targets []Target) (*Finding, error) {
	target := targets[0]
	rows := repairs()
	type run struct {
		h    hash.Hash
		d    *lineDifference
		out  []byte
		same bool
	}
	runs := make([]run, len(rows))
	for i := range runs {
		runs[i] = run{h: target.New(), same: true}
	}
	plain := target.New()
	var tail *tailSearch
	r := bufio.NewReaderSize(src, 256<<10)
	at, number, body := int64(0), 0, false
	begin := true // of a line
	for {
		line, err := r.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			err = nil
		} else if err != nil && err != io.EOF {
			return nil, err
		}
		if begin {
			number++
		}
		for i := range runs {
			x := &runs[i]
			if !body || !begin && rows[i].kind != BlanksAdded && rows[i].kind != LineEndings {
				x.h.Write(line)
				continue
			}
			x.out = rows[i].line(x.out[:0], line)
			x.h.Write(x.out)
			if x.same && !bytes.Equal(x.out, line) {
				x.same = false
				x.d = &lineDifference{number, difference(line, x.out), at}
			}
		}
		if _, ok := plain.(hash.Cloner); ok && tail == nil && begin && at+int64(len(line)) >= size-tailSize {
			tail = &tailSearch{h: plain, at: at, number: number}
		}
		if tail != nil {
			tail.octets = append(tail.octets, line...)
		} else {
			plain.Write(line)
		}
		at += int64(len(line))
		body = body || begin && (string(line) == "\r\n" || string(line) == "\n")
		begin = bytes.HasSuffix(line, lineFeed)
		if err == io.EOF {
			break
		}
	}
	if len(targets) > 1 {
		return &Finding{}, nil // a hit could not be told from the others without reading again
	}
	for i := range runs {
		if runs[i].d != nil && bytes.Equal(runs[i].h.Sum(nil), target.Sum) {
			return &Finding{Kinds: []Kind{rows[i].kind}, Difference: runs[i].d.at()}, nil
		}
	}
	if tail == nil {
		return &Finding{}, nil
	}
	return tail.finding(target), nil
}

// lineDifference is where a repair first changed something.
type lineDifference struct {
	number int
	d      Difference
	offset int64
}

func (l *lineDifference) at() Difference {
	d := l.d
	d.Line, d.Offset = l.number, l.offset+d.Offset
	return d
}

// tailSearch is the end of a large entity, with the digest of what is before it.
type tailSearch struct {
	h      hash.Hash
	at     int64
	number int
	octets []byte
}

func (t *tailSearch) finding(target Target) *Finding {
	fits := func(end int, more string) bool {
		h := clone(t.h, target.New, nil)
		h.Write(t.octets[:end])
		io.WriteString(h, more)
		return bytes.Equal(h.Sum(nil), target.Sum)
	}
	found := func(kind Kind, end int, more string) *Finding {
		before := append(t.octets[:end:end], more...)
		f := describe([]Kind{kind}, t.octets, before)
		f.Line += t.number - 1
		f.Offset += t.at
		return f
	}
	for n := 1; n <= 3; n++ {
		if more := "\r\n\r\n\r\n"[:2*n]; fits(len(t.octets), more) {
			return found(LastLineEnd, len(t.octets), more)
		}
	}
	text := len(bytes.TrimRight(t.octets, " \t\r\n"))
	places := endings(t.octets, 0, len(t.octets), 500)
	for i := len(places) - 1; i >= 0; i-- {
		if fits(places[i], "") {
			kind := Footer
			if places[i] >= text {
				kind = LastLineEnd
			}
			return found(kind, places[i], "")
		}
	}
	return &Finding{}
}
