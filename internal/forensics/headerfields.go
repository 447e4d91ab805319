package forensics

import (
	"bytes"
	"strings"
)

// droppable are fields and parameters that say what is so without them, or nearly, and that gateways drop.
func droppable() (fields, parameters []string) {
	return []string{
			"MIME-Version: 1.0", "Content-Transfer-Encoding: 7bit", "Content-Transfer-Encoding: 8bit", "Content-Disposition: inline",
			"Content-Type: text/plain; charset=us-ascii", "Content-Type: text/plain; charset=utf-8", "Content-Type: text/plain", "Content-Type: text/plain; charset=\"us-ascii\"",
			"Content-Type: text/plain; charset=\"utf-8\"", "Content-Type: text/plain; charset=iso-8859-1",
			"Content-Language: en-US", "Content-Language: en", "Content-Language: de-DE", "Content-Description: Mail message body", "Mime-Version: 1.0", "Content-Transfer-Encoding: 7BIT", "Content-Transfer-Encoding: binary",
		}, []string{
			"format=flowed", "delsp=yes", "format=flowed; delsp=yes", "delsp=no", "charset=us-ascii", "charset=utf-8", `charset="utf-8"`, "charset=UTF-8", `charset="us-ascii"`,
			`type="text/html"`, `type="multipart/alternative"`, "reply-type=original", "markup=\"\"", "protected-headers=\"v1\"", "hp=\"clear\"",
		}
}

// headerDropped undoes a field or a parameter that is gone.
func headerDropped(s *search, f *form)     { s.dropped(f, false) }
func headerDroppedRest(s *search, f *form) { s.dropped(f, true) }

func (s *search) dropped(f *form, all bool) {
	fields, parameters := droppable()
	if !all {
		fields, parameters = fields[:4], parameters[:3]
	}
	for i := range f.all(s) {
		p := &f.parts[i]
		for _, line := range fields {
			name, _, _ := strings.Cut(line, ":")
			has := false
			for _, x := range p.fields {
				has = has || strings.EqualFold(x.name, name)
			}
			if has {
				continue
			}
			for _, x := range p.fields {
				if s.edits(f, []edit{{at: x.start, with: []byte(line + "\r\n")}}) {
					return
				}
			}
			end := p.start
			if n := len(p.fields); n > 0 {
				end = p.fields[n-1].end
			}
			if s.edits(f, []edit{{at: end, with: []byte(line + "\r\n")}}) {
				return
			}
		}
		for _, x := range p.fields {
			if !strings.EqualFold(x.name, "Content-Type") {
				continue
			}
			q := f.pieces(x)
			for _, text := range parameters {
				for k := 1; k <= len(q.segments); k++ {
					gaps := []string{" "}
					if len(q.gaps) > 0 && string(q.gaps[0]) != " " {
						gaps = append([]string{string(q.gaps[0])}, gaps...)
					}
					if all {
						gaps = append(gaps, "\r\n\t", "\r\n ", "")
					}
					for _, gap := range gaps {
						with := bytes.Clone(f.octets[x.start : x.start+len(q.name)+len(q.lead)])
						for n, segment := range q.segments {
							if n == k {
								with = append(append(append(with, ';'), gap...), text...)
							}
							if n > 0 {
								with = append(append(with, ';'), q.gaps[n-1]...)
							}
							with = append(with, segment...)
						}
						if k == len(q.segments) {
							with = append(append(append(with, ';'), gap...), text...)
						}
						if s.edits(f, []edit{{at: x.start, n: x.end - x.start, with: append(with, '\r', '\n')}}) {
							return
						}
					}
				}
			}
		}
	}
}

// headerAdded leaves a field or a parameter out.
func headerAdded(s *search, f *form) {
	for i := range f.all(s) {
		p := &f.parts[i]
		for _, x := range p.fields {
			if s.edits(f, []edit{{at: x.start, n: x.end - x.start}}) {
				return
			}
		}
		for _, x := range p.fields {
			q := f.pieces(x)
			at := x.start + len(q.name) + len(q.lead) + len(q.segments[0])
			for k, gap := range q.gaps {
				n := 1 + len(gap) + len(q.segments[k+1])
				if s.edits(f, []edit{{at: at, n: n}}) {
					return
				}
				at += n
			}
		}
	}
}

// headerAddedSome leaves out several fields of one header.
func headerAddedSome(s *search, f *form) {
	for i := range f.all(s) {
		var list []edit
		for _, x := range f.parts[i].fields {
			list = append(list, edit{at: x.start, n: x.end - x.start})
		}
		if n := len(list); n > 2 && n <= 10 && s.some(f, list) {
			return
		}
	}
	// The same field in every part.
	f.headerFields(s, func(_ *part, x field) bool {
		var list []edit
		f.headerFields(s, func(_ *part, y field) bool {
			if strings.EqualFold(x.name, y.name) {
				list = append(list, edit{at: y.start, n: y.end - y.start})
			}
			return false
		})
		return len(list) > 1 && s.edits(f, list)
	})
}
