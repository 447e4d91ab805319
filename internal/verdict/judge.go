package verdict

// Judge decides what the facts mean under a policy. It never returns nil and never panics on odd facts; what is
// missing counts as not verified.
func Judge(f Facts, p Policy) *Report {
	j := &judge{f: &f, p: p, from: expectation(&f, p)}
	j.r = &Report{
		Schema: Schema, Command: f.Command, File: orNil(f.File),
		Reasons: []Reason{}, Exceptions: list(p.Flags), Layers: []LayerReport{}, NotChecked: []string{},
		Mail: mailReport(f.Mail), JudgedAt: judgedAt(p),
	}
	for _, part := range f.Partial {
		pr := PartReport{Number: part.Number, Protected: part.Protected, MediaType: part.MediaType, FileName: part.FileName, Excerpt: part.Excerpt, PartLook: part.Look}
		if pr.Protected == "" {
			pr.Protected = "none"
		}
		j.r.Parts = append(j.r.Parts, pr)
	}
	var word Word
	switch f.Command {
	case "sign", "encrypt":
		word = j.composed()
	case "inspect":
		word = j.shown()
	case "cert check":
		word = j.certificates()
	case "decrypt":
		word = j.opened()
	default: // what is not known is judged as strictly as verify does
		word = j.verified()
	}
	j.notes(nil, f.Notes)
	word = worse(word, j.noted)
	j.r.Verdict = word
	if f.Command == "inspect" && word == "" {
		j.r.Status = statusOf(exitYes)
	} else {
		j.r.Status = statusOf(word.Exit())
	}
	j.requireSigned()
	j.r.release = j.released()
	j.r.primary = j.primary()
	return j.r
}

// judge is one judgement under way.
type judge struct {
	f    *Facts
	p    Policy
	r    *Report
	from sender
	// The word of a note that fails, which is not foreseen: whoever writes one does not want the message to pass.
	noted Word
	// The word of what ended the work.
	stopped Word
}

// requireSigned turns what is not signed well into a no. A word that asks for a key or for another try keeps its code.
func (j *judge) requireSigned() {
	if !j.p.RequireSigned || j.r.Inside == nil || *j.r.Inside == WordGood {
		return
	}
	switch j.r.Verdict {
	case WordDone:
		j.r.Verdict = *j.r.Inside
		j.r.Status = statusOf(exitNo)
	case WordUnencrypted:
		j.r.Status = statusOf(exitNo)
	}
}

// released says whether content may be written.
func (j *judge) released() bool {
	if j.f.Stop != nil {
		return false
	}
	if j.r.Good() {
		return true
	}
	if !j.p.Anyway {
		return false
	}
	switch j.f.Command {
	case "verify":
		return j.r.judged > 0
	case "decrypt":
		if j.p.RequireSigned || j.r.Inside == nil || j.r.Verdict == WordUnencrypted || j.r.Verdict == WordPartial {
			return false
		}
		for _, l := range j.f.Layers {
			if l.Kind == "encrypted" && (l.Encrypted == nil || !l.Encrypted.Decrypted) {
				return false
			}
		}
		return !j.has(NoIntegrity, Fail) && !j.has(WeakCipher, Fail)
	}
	return false
}

func (j *judge) has(code Code, level Level) bool {
	for _, r := range j.r.Reasons {
		if r.Code == code && r.Level == level {
			return true
		}
	}
	return false
}

// primary finds the reason a screen is about, the first fail that has the word of the message or of what is inside:
// its index plus one, 0 when there is none.
func (j *judge) primary() int {
	for _, want := range []Word{j.r.Verdict, j.inside()} {
		for i, r := range j.r.Reasons {
			if r.Level == Fail && r.word == want {
				return i + 1
			}
		}
	}
	return 0
}

func (j *judge) inside() Word {
	if j.r.Inside == nil {
		return ""
	}
	return *j.r.Inside
}

// add keeps a reason; the layer is nil for the mail as a whole.
func (j *judge) add(layer *int, code Code, level Level, word Word, text string, hints ...string) {
	j.r.Reasons = append(j.r.Reasons, newReason(layer, nil, code, level, word, text, hints))
}

func newReason(layer, signer *int, code Code, level Level, word Word, text string, hints []string) Reason {
	if text == "" {
		text = titleOf(code)
	}
	r := Reason{Code: code, Level: level, Layer: layer, Signer: signer, Text: Escape(text), word: word, hints: hints}
	if len(hints) > 0 {
		r.Hint = &r.hints[0]
	}
	return r
}

func (j *judge) notes(layer *int, notes []Note) {
	for _, n := range notes {
		code, level := n.Code, n.Level
		if code == "" {
			code = Tolerated
		}
		if level == "" {
			level = Info
		}
		word := Word("")
		if level == Fail {
			word, j.noted = WordUnreadable, WordUnreadable
		}
		var hints []string
		if n.Hint != "" {
			hints = []string{n.Hint}
		}
		j.add(layer, code, level, word, n.Text, hints...)
	}
}

// stop adds what ended the work and returns its word, empty when nothing did.
func (j *judge) stop() Word {
	s := j.f.Stop
	if s == nil {
		return ""
	}
	info, known := Explain(string(s.Code))
	word := s.Word
	if word == "" {
		word = info.Word
	}
	if word == "" || word == WordGood || word == WordDone {
		word = WordError
	}
	j.stopped = word
	code := s.Code
	if !known {
		code = InputOutput
	}
	text := s.Text
	if text == "" && s.Err != nil && code != DecryptFailed { // which secret-dependent step failed is not said
		text = s.Err.Error()
	}
	var layer *int
	if s.Layer >= 0 && s.Layer < len(j.f.Layers) {
		layer = &s.Layer
	}
	hints := s.Hints
	if len(hints) == 0 {
		hints = j.hints(code)
	}
	if len(hints) == 0 {
		hints = j.formHints(s.Form)
	}
	reason := newReason(layer, nil, code, Fail, word, text, hints)
	reason.worded = s.Form == FormApart || s.Form == FormSeveral // nothing is wrong with such a file
	j.r.Reasons = append(j.r.Reasons, reason)
	return word
}
