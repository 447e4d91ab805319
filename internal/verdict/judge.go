package verdict

import (
	"strings"
)

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
		pr := PartReport{Number: part.Number, Protected: part.Protected, MediaType: part.MediaType, FileName: part.FileName, Excerpt: part.Excerpt}
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
	if j.noted != "" {
		word = worse(word, j.noted)
	}
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
	if j.f.Command != "decrypt" || !j.p.RequireSigned || j.r.Inside == nil || *j.r.Inside == WordGood {
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
	if j.f.Stop != nil || j.r.Verdict == "" {
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
		if j.p.RequireSigned || j.r.Inside == nil || j.r.Verdict == WordUnencrypted || j.r.Verdict == WordPartial && *j.r.Inside != WordPartial {
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
			if r.Level == Fail && r.word == want && want != "" {
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
	j.r.Reasons = append(j.r.Reasons, newReason(layer, nil, code, Fail, word, text, hints))
	return word
}

// verified judges for verify.
func (j *judge) verified() Word {
	stop := j.stop()
	word, other := j.layers(true)
	if word == "" {
		switch {
		case j.encryptedOutside():
			word = WordEncrypted
		case j.partial("signed"): // said to be signed, and nobody judged it
			j.add(nil, PartlySigned, Fail, WordPartial, "", j.hints(PartlySigned)...)
			word = WordPartial
		default:
			word = WordUnsigned
			if stop == "" {
				j.add(nil, NoSigners, Info, WordUnsigned, "no S/MIME signature in this mail")
			}
		}
	}
	if j.partial("encrypted") && word != WordEncrypted {
		j.add(nil, PartlyEncrypted, Info, "", "")
	}
	if other != "" {
		word = worse(word, other)
	}
	if stop != "" {
		word = worse(word, stop)
	}
	return word
}

// encryptedOutside says whether the first layer that is not compression is an encrypted one.
func (j *judge) encryptedOutside() bool {
	for _, l := range j.f.Layers {
		switch l.Kind {
		case "encrypted":
			return true
		case "signed":
			return false
		}
	}
	return false
}

func (j *judge) partial(protected string) bool {
	for _, part := range j.f.Partial {
		if part.Protected == protected {
			return true
		}
	}
	return false
}

// layers judges every layer and returns the word of those that give it: per branch of the mail the outermost signed
// layer with no encrypted layer in it and, for verify alone, the outermost one around an encryption when there is no
// other. What other layers add (BAD in any layer is BAD) comes apart. Both are "" when there is nothing to say.
func (j *judge) layers(verify bool) (word, other Word) {
	giving := map[int]bool{}
	for _, branch := range j.branches() {
		if i := wordLayer(j.f.Layers, branch, verify); i >= 0 {
			giving[i] = true
		}
	}
	for i := range j.f.Layers {
		l := &j.f.Layers[i]
		report, reasons := j.layer(i, giving[i])
		own := wordOf(reasons)
		if report.SignedReport != nil {
			report.SignedReport.Verdict = own
		}
		if !giving[i] && l.Kind == "signed" {
			// Only what no good message has can do anything to the word from here.
			for k := range reasons {
				if r := &reasons[k]; r.Level == Fail && r.word != WordBad && (r.word != WordUnreadable || r.Code == UnsupportedAlg) {
					r.Level = Warn
				}
			}
			own = wordOf(reasons)
			if own == WordGood || own == WordUnsigned {
				own = ""
			}
		}
		j.r.Reasons = append(j.r.Reasons, reasons...)
		j.r.Layers = append(j.r.Layers, report)
		i := i
		j.notes(&i, l.Notes)
		switch {
		case giving[i]:
			if word == "" || own.severity() > word.severity() {
				word, j.r.judged = own, i+1
			}
		case l.Kind == "encrypted" && !verify:
			if own != WordGood {
				other = worse(other, own)
			}
		case l.Kind == "signed" && own != "":
			other = worse(other, own)
		}
	}
	j.unlooked()
	return word, other
}

// wordOf is the word that the reasons of one layer make: GOOD when none fails.
func wordOf(reasons []Reason) Word {
	word := WordGood
	for _, r := range reasons {
		if r.Level == Fail {
			word = worse(word, r.word)
		}
	}
	return word
}

// branches splits the layers of a mail that is only partly protected into those that lie beside each other; in any
// other mail each layer lies in the one before it.
func (j *judge) branches() [][]int {
	var out [][]int
	for i, l := range j.f.Layers {
		beside := i > 0 && len(j.f.Partial) > 0 && !within(l.Part, j.f.Layers[i-1].Part)
		if i == 0 || beside {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], i)
	}
	return out
}

func within(part, outer string) bool {
	return part == "" || outer == "" || part == outer || strings.HasPrefix(part, outer+".")
}

func wordLayer(layers []Layer, branch []int, verify bool) int {
	first, found := -1, -1
	for _, i := range branch {
		switch layers[i].Kind {
		case "signed":
			if first < 0 {
				first = i
			}
			if found < 0 {
				found = i
			}
		case "encrypted":
			found = -1
		}
	}
	if found < 0 && verify {
		return first
	}
	return found
}

// unlooked collects what was not looked at in the layers.
func (j *judge) unlooked() {
	revocation, from := false, false
	for i, l := range j.r.Layers {
		if l.SignedReport == nil {
			continue
		}
		for _, s := range l.Signers {
			revocation = revocation || s.Revocation.Status == "not-checked"
			from = from || i+1 == j.r.judged && s.Address == "not-checked"
		}
	}
	if revocation {
		j.r.NotChecked = append(j.r.NotChecked, "revocation")
	}
	if from {
		j.r.NotChecked = append(j.r.NotChecked, "from")
	}
}
