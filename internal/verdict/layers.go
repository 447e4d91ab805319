package verdict

import (
	"slices"
	"strings"
)

// verified judges for verify.
func (j *judge) verified() Word {
	stop := j.stop()
	word, other := j.layers(true)
	if word == "" {
		switch {
		case j.encrypts(): // and no signed one, else there were a word
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
	return worse(worse(word, other), stop)
}

// encrypts says whether there is an encrypted layer.
func (j *judge) encrypts() bool {
	return slices.ContainsFunc(j.f.Layers, func(l Layer) bool { return l.Kind == "encrypted" })
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
// other. What other layers add (BAD in any layer is BAD) comes apart, GOOD when that is nothing. Both are "" when there is no such
// layer.
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
			if s := j.f.Stop; l.Signed == nil && s != nil && s.Layer == i {
				report.SignedReport.Verdict = j.stopped // nobody has judged it
			}
		}
		if !giving[i] && l.Kind == "signed" {
			// Only what no good message has can do anything to the word from here.
			for k := range reasons {
				if r := &reasons[k]; r.Level == Fail && r.word != WordBad && (r.word != WordUnreadable || r.Code == UnsupportedAlg) {
					r.Level = Warn
				}
			}
			own = wordOf(reasons)
		}
		j.r.Reasons = append(j.r.Reasons, reasons...)
		j.r.Layers = append(j.r.Layers, report)
		i := i
		j.notes(&i, l.Notes)
		switch {
		case !giving[i]:
			other = worse(other, own)
		case word == "" || own.severity() > word.severity():
			word, j.r.judged = own, i+1
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
