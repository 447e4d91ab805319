package forensics

// rewrapped undoes other lines in the same encoding: quoted-printable with soft line breaks elsewhere, base64 in
// lines of another length.
func rewrapped(s *search, f *form)     { s.rewrap(f, false) }
func rewrappedRest(s *search, f *form) { s.rewrap(f, true) }

func (s *search) rewrap(f *form, all bool) {
	for _, encoding := range []string{"quoted-printable", "base64"} {
		var group []*part
		var texts [][]byte
		for _, p := range f.leaves(s) {
			if text, ok := p.plain(s, f); ok && p.encoding == encoding {
				group, texts = append(group, p), append(texts, text)
			}
		}
		one := func(group []*part, texts [][]byte) bool {
			return s.bodies(f, texts, encoding, all, func(write func(dst, text []byte) []byte) bool {
				if s.spent() {
					return true
				}
				var list []edit
				for i, p := range group {
					s.left -= int64(len(texts[i]))
					list = append(list, edit{at: p.body, n: p.end - p.body, with: write(nil, texts[i])})
				}
				return s.edits(f, list)
			})
		}
		if len(group) == 0 {
			continue
		}
		if one(group, texts) {
			return
		}
		if len(group) > 1 {
			for i := range group {
				if one(group[i:i+1], texts[i:i+1]) {
					return
				}
			}
		}
	}
}

// reencoded tries another text for a part in its own encoding, in the lines it has and in customary ones.
func (s *search) reencoded(f *form, p *part, text []byte) bool {
	return s.reencodedWith(f, p, text, nil)
}

func (s *search) reencodedWith(f *form, p *part, text []byte, header []edit) bool {
	body := f.octets[p.body:p.end]
	put := func(with []byte) bool {
		return s.edits(f, append(header[:len(header):len(header)], edit{at: p.body, n: p.end - p.body, with: with}))
	}
	if isIdentity(p.encoding) {
		return put(text)
	}
	if p.encoding == "base64" {
		out := appendBase64(nil, text, widthOf(body))
		for n := 0; n <= 2; n++ {
			if put(out) {
				return true
			}
			out = append(out, '\r', '\n')
		}
	}
	return s.bodies(f, [][]byte{text}, p.encoding, false, func(write func(dst, text []byte) []byte) bool {
		s.left -= int64(len(text))
		return s.spent() || put(write(nil, text))
	})
}
