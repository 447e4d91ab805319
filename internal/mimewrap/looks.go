package mimewrap

import (
	"bytes"

	"smimectl/internal/stage"
)

// look is a part of the file that is looked at while it is written.
type look struct {
	span
	longest int64                    // as breaks has it
	ascii   bool                     // there must be nothing else
	found   func(why []string) error // told what would not survive transport; nil: there must be nothing
}

// atOnceFrom is from which size on it is worth it to look at a body while it is written.
const atOnceFrom = stage.From

// Parts that are as small as smallPart are looked at beforehand all the same, as long as they are no more than smallParts
// together: they are the text that was written by hand, and may well have to be re-encoded, beside what is large and
// encoded already.
const (
	smallPart  = 64 << 10
	smallParts = 1 << 20
)

// look finds out what would become of a part of the file in transport: now, or while it is written, when it is taken for
// one that survives, or when no more than a note can come of it. note words that; nil: nothing is to be said.
func (p *preparation) look(s span, longest int64, note func(why []string) string) (*textScan, error) {
	if !p.opt.AtOnce || p.exact() || p.whole < atOnceFrom || s.size() == 0 {
		return p.lookNow(s, longest, note)
	}
	if s.size() <= smallPart && p.small+s.size() <= smallParts {
		p.small += s.size()
		return p.lookNow(s, longest, note)
	}
	l := look{span: s, longest: longest, ascii: p.ascii}
	if p.opt.AsIs && !p.opt.Unsized {
		l.found = p.later(note)
	}
	p.looks = append(p.looks, l)
	p.unsized = true
	return &textScan{size: s.size()}, nil
}

// exact reports whether the Size has to be known before the mail is written.
func (p *preparation) exact() bool { return !p.opt.Unsized && !p.opt.Guess }

func (p *preparation) lookNow(s span, _ int64, _ func([]string) string) (*textScan, error) {
	return scan(p.base, s, &p.windows)
}

// counts reports whether of the one body there is no more has to be known than its canonical size before it is written,
// because all that can come of a look is a note.
func (p *preparation) counts() bool {
	return p.opt.AtOnce && p.exact() && p.opt.AsIs && p.whole >= atOnceFrom
}

// count finds out the canonical size of the one body there is, and leaves the look for when it is written.
func (p *preparation) count(s span, longest int64, note func(why []string) string) (*textScan, error) {
	n, err := countSource(p.base, s, &p.windows)
	if err != nil {
		return nil, err
	}
	p.looks = append(p.looks, look{span: s, longest: longest, found: p.later(note)})
	return &textScan{size: s.size(), bareLF: n}, nil
}

// later returns what notes what is found while the mail is written, once, where it would stand had it been found now.
func (p *preparation) later(note func(why []string) string) func(why []string) error {
	at, told := len(p.Notes), note == nil
	return func(why []string) error {
		if told {
			return nil
		}
		if told = true; len(p.Notes) >= maxNotes {
			return ErrWouldBreak // there are so many that not all are told: which ones shows in another beginning
		}
		place := at + p.toldLater
		p.Notes = append(append(append([]string{}, p.Notes[:place]...), note(why)), p.Notes[place:]...)
		p.toldLater++
		return nil
	}
}

// sample is how much of a mail is read to guess how many LF without CR there are in all of it.
const sample = 4 << 10

// bareLFGuessed guesses how many LF without CR there are in what is looked at while it is written: as many as in the
// middle of the largest part.
func (p *preparation) bareLFGuessed() (int64, error) {
	var all int64
	var largest span
	for _, l := range p.looks {
		all += l.size()
		if l.size() > largest.size() {
			largest = l.span
		}
	}
	if !p.opt.Guess || all == 0 {
		return 0, nil
	}
	text := make([]byte, min(sample, largest.size()))
	n, err := readAt(p.base, text, largest.start+(largest.size()-int64(len(text)))/2)
	if err != nil || n == 0 {
		return 0, err
	}
	return all / int64(n) * countBareLF(text[:n]), nil
}

// looker takes all looks of a Prepared, in the order of the file.
type looker struct {
	left []look
	text textScan // of the first of them
}

// take looks at octets that lie in the file at an offset. Those between the looks are nobody's concern.
func (l *looker) take(p []byte, at int64) error {
	for len(l.left) > 0 {
		next := l.left[0].span
		if at < next.start {
			skip := min(next.start-at, int64(len(p)))
			p, at = p[skip:], at+skip
		}
		n := min(next.end-at, int64(len(p)))
		if n <= 0 {
			return nil
		}
		l.text.Write(p[:n])
		p, at = p[n:], at+n
		if err := l.passed(at); err != nil {
			return err
		}
	}
	return nil
}

func newLooker(looks []look) *looker { return &looker{left: looks} }

// within returns what looks at all of s, which are the next octets; nil when there is more to it.
func (l *looker) within(s span) *textScan {
	if len(l.left) == 0 || s.start < l.left[0].start || s.end > l.left[0].end {
		return nil
	}
	return &l.text
}

// passed judges what was looked at up to an offset.
func (l *looker) passed(at int64) error {
	next := &l.left[0]
	if at < next.end {
		if next.found == nil && l.text.broken(next.longest) || next.ascii && l.text.eightBit {
			return ErrWouldBreak
		}
		return nil
	}
	if l.text.length > 0 {
		l.text.endLine(false)
	}
	if next.ascii && l.text.eightBit {
		return ErrWouldBreak
	}
	why := l.text.breaks(next.longest)
	if len(why) > 0 {
		if next.found == nil {
			return ErrWouldBreak
		}
		if err := next.found(why); err != nil {
			return err
		}
	}
	l.left, l.text = l.left[1:], textScan{}
	return nil
}

// broken reports whether breaks will find something, whatever follows. It may be told a little later.
func (t *textScan) broken(longest int64) bool {
	return t.nul || t.eightBit || t.trailing || t.from || t.dot || t.cr > t.crlf+1 || max(t.longest, t.length-1) > longest
}

// appendWithCRLF is appendCanonical for text without a CR, and not after one, and looks at its lines on the way, which
// takes little more than to find their ends.
func (t *textScan) appendWithCRLF(dst, p []byte) []byte {
	out := dst[:cap(dst)]
	n := len(dst)
	longest, trailing, bareLF := int(min(t.longest, 1<<30)), false, int64(0)
	for len(p) > 0 {
		k := bytes.IndexByte(p, '\n')
		if k < 0 || t.length > 0 {
			line := p
			if k >= 0 {
				line = p[:k]
			}
			t.partial(line)
			out = grown(out, n, len(line)+2)
			n += copy(out[n:], line)
			if k < 0 {
				break
			}
			t.endLine(true)
		} else {
			bareLF++
			longest = max(longest, k)
			if k > 0 {
				last := p[k-1]
				trailing = trailing || last == ' ' || last == '\t'
				switch p[0] {
				case '.':
					t.dot = t.dot || k == 1
				case 'F':
					t.from = t.from || k >= 5 && string(p[:5]) == "From "
				}
			}
			if len(out)-n < k+2+shortLine {
				out = grown(out, n, k+2+shortLine)
			}
			if k <= shortLine && len(p) >= shortLine {
				// What is copied too much is written over by what follows.
				copyShort(out[n:], p)
				n += k
			} else {
				n += copy(out[n:], p[:k])
			}
		}
		*(*[2]byte)(out[n:]) = [2]byte{'\r', '\n'}
		n += 2
		p = p[k+1:]
	}
	t.longest = max(t.longest, int64(longest))
	t.trailing = t.trailing || trailing
	t.bareLF += bareLF
	return out[:n]
}

// shortLine is how long lines are that are copied without a call.
const shortLine = 96

// copyShort copies shortLine octets; by way of variables, because dst and src may overlap for all the compiler knows.
func copyShort(dst, src []byte) {
	_, _ = dst[shortLine-1], src[shortLine-1]
	a, b, c := *(*[32]byte)(src), *(*[32]byte)(src[32:]), *(*[32]byte)(src[64:])
	*(*[32]byte)(dst), *(*[32]byte)(dst[32:]), *(*[32]byte)(dst[64:]) = a, b, c
}

// grown returns p with room for more octets behind the first n, all of it in its length.
func grown(p []byte, n, more int) []byte {
	if len(p)-n >= more {
		return p
	}
	larger := make([]byte, (n+more)+(n+more)/2)
	copy(larger, p[:n])
	return larger
}
