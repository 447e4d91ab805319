package verdict

// opened judges for decrypt. Its word is done when everything encrypted or compressed was opened and is intact; what
// the signatures inside are worth is said apart, in Inside.
func (j *judge) opened() Word {
	stop := j.stop()
	signed, other := j.layers(false)
	inside := WordUnsigned
	if j.r.judged > 0 {
		inside = signed
	}
	decrypted, compressed := false, false
	for _, l := range j.f.Layers {
		switch l.Kind {
		case "encrypted":
			decrypted = decrypted || l.Encrypted != nil && l.Encrypted.Decrypted
		case "compressed":
			compressed = compressed || l.WholeBody // one beside other parts is no mail that was opened
		}
	}

	word := WordDone
	switch {
	case !decrypted && !compressed && j.partial("encrypted"):
		j.add(nil, PartlyEncrypted, Fail, WordPartial, "", j.hints(PartlyEncrypted)...)
		word = WordPartial
	case !decrypted && !compressed:
		word = WordUnencrypted
	case j.partial("encrypted"):
		j.add(nil, PartlyEncrypted, Warn, "", "inside, an encrypted part stands beside others; it was left closed")
	}
	// Text that was changed, or a layer that cannot be read, is no text to hand out, however well it decrypts.
	if signed == WordBad || signed == WordUnreadable {
		word = worse(word, signed)
	}
	word = worse(worse(word, other), stop)
	if word == WordDone || word == WordUnencrypted || j.r.judged > 0 || decrypted {
		j.r.Inside = &inside
	}
	return word
}

// composed judges for sign and encrypt: the output is complete, or something ended the work.
func (j *judge) composed() Word {
	word := j.stop()
	j.list()
	switch {
	case word != "":
		return word
	case j.f.Done:
		return WordDone
	}
	j.add(nil, InputOutput, Fail, WordError, "the work was not finished")
	return WordError
}

// shown is for inspect, which judges nothing: no word, unless the file could not be read.
func (j *judge) shown() Word {
	word := j.stop()
	j.list()
	j.listCertificates()
	j.lookAt()
	return word
}

// list shows the layers without a judgement on who signed them.
func (j *judge) list() {
	for i := range j.f.Layers {
		i := i
		report, reasons := j.layer(i, false)
		if report.SignedReport != nil {
			report.SignedReport.Verdict = ""
			for k := range report.Signers {
				s := &report.Signers[k]
				s.Integrity, s.Trust, s.Address = "not-checked", "not-checked", "not-checked"
				s.Validity, s.Checks = ValidityReport{}, []CheckReport{}
			}
			reasons = nil
		}
		j.r.Layers = append(j.r.Layers, report)
		j.r.Reasons = append(j.r.Reasons, reasons...)
		j.notes(&i, j.f.Layers[i].Notes)
	}
	j.r.NotChecked = []string{"signature", "trust", "from", "revocation"}
}
