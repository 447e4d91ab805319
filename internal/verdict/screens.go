package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Text is the report for a terminal: a screen whose first word is the verdict for verify and cert check, lines that
// begin with the name of the program for the commands that write a mail. Quiet leaves nothing but errors.
func (r *Report) Text(s Style) string {
	if r == nil {
		return ""
	}
	switch r.Command {
	case "sign", "encrypt", "decrypt":
		return r.lines(s)
	case "inspect":
		if r.Verdict != "" && (s.Quiet || len(r.Layers)+len(r.Parts) == 0) {
			return r.lines(s)
		}
		if s.Quiet {
			return ""
		}
		return r.inspected(s)
	}
	if r.Verdict == WordError || r.Verdict == WordNoKey || r.Verdict == "" {
		return r.lines(s)
	}
	if s.Quiet {
		return ""
	}
	return r.screen(s)
}

func (r *Report) screen(s Style) string {
	out := &screen{style: s}
	out.head(r.Verdict, r.headline(r.Verdict))
	var rows []row
	switch r.Verdict {
	case WordGood:
		rows = r.goodRows(s)
	case WordUnsigned, WordEncrypted, WordUnencrypted:
		r.nothing(out)
	case WordPartial:
		rows = r.partialRows(out)
	default:
		rows = r.refusedRows(s)
		if _, signer := r.subject(); signer != nil {
			rows = append(rows, r.counterRows(s, signer)...)
		}
	}
	rows = append(append(rows, r.noteRows()...), r.compareRows()...)
	if r.Command == "cert check" {
		rows = append(rows, r.checkedRows(s)...)
	}
	if s.Verbose {
		rows = append(rows, r.verboseRows(s)...)
	}
	if len(rows) > 0 {
		if !rows[0].empty() {
			out.blank()
		}
		out.rows(rows)
	}
	return out.out.String()
}

// goodRows are those of every signer of the layer that gave the word.
func (r *Report) goodRows(s Style) []row {
	l, _ := r.subject()
	if l == nil || l.SignedReport == nil {
		return nil
	}
	var rows []row
	for i := range l.Signers {
		signer := &l.Signers[i]
		if len(l.Signers) > 1 {
			rows = append(rows, row{Label: "Signer", Value: r.who(signer)})
		}
		rows = append(rows, r.fromRow(signer), r.signedRow(s, signer))
		if i == 0 {
			rows = append(rows, r.coverRows(l)...)
		}
		rows = append(rows, r.issuerRow(signer), r.validRow(signer), r.revokedRow(signer), strengthRow(signer))
		rows = append(rows, r.counterRows(s, signer)...)
	}
	rows = append(rows, l.Weakest.row())
	return slices.DeleteFunc(rows, func(x row) bool { return x.Label == "" })
}

func (r *Report) fromRow(s *SignerReport) row {
	switch {
	case s.Address == "ok" && r.has(FromMismatch):
		return row{}
	case s.Address == "ok":
		return row{Label: "From", Value: r.addressOf(s), Remark: "the signer's address", Narrow: []string{"the signer's address"}}
	case slices.Contains(r.Exceptions, "--any-from"):
		return row{Label: "From", Value: "not compared", Remark: "as asked for"}
	}
	return row{Label: "From", Value: "not compared", Remark: "this is no mail"}
}

func (r *Report) has(code Code) bool {
	return slices.ContainsFunc(r.Reasons, func(x Reason) bool { return x.Code == code })
}

func (r *Report) signedRow(s Style, signer *SignerReport) row {
	if signer.SignedAt == nil {
		return row{Label: "Signed", Value: "no time", Remark: "the signer claims none", Narrow: []string{"no time claimed"}}
	}
	when := s.time(signer.SignedAt.Time)
	if t := signer.Timestamp; t != nil && t.TSA != nil && signer.SignedAtSource != nil && *signer.SignedAtSource == "timestamp" {
		return row{Label: "Signed", Value: when, Remark: "proven by " + t.maker(), Narrow: []string{when, "proven by " + t.maker()}}
	}
	remark := "by the signer's clock"
	if r.Mail != nil && r.Mail.Date != nil {
		fits := signer.SignedAt.Sub(r.Mail.Date.Time).Abs() <= maxSkew
		remark += map[bool]string{true: "; fits Date", false: "; Date says " + day(r.Mail.Date.Time)}[fits]
	}
	return row{Label: "Signed", Value: when, Remark: remark, Narrow: []string{when, "(the signer's clock)"}}
}

func (r *Report) coverRows(l *LayerReport) []row {
	what, narrow := "the whole body", "whole body"
	switch {
	case r.Mail == nil:
		what, narrow = "the whole content", "whole content"
	case len(l.Covers.NotCovered) > 0 || len(r.Parts) > 0:
		what, narrow = "part "+l.Part+" alone", "part "+l.Part+" alone"
	}
	var remarks []string
	if n := leaves(l.Covers.Parts); n > 0 {
		remarks = append(remarks, plural(n, "part"))
	}
	if n := len(l.Covers.Attachments); n > 0 {
		remarks = append(remarks, plural(n, "attachment")+" ("+strings.Join(l.Covers.Attachments, ", ")+")")
	}
	rows := []row{{Label: "Covers", Value: what, Remark: strings.Join(remarks, ", "), Narrow: []string{narrow}}}
	if r.Mail == nil {
		return rows
	}
	// Of a field that says something else outside what the mail shows is not what was signed.
	covered := slices.DeleteFunc(slices.Clone(l.Covers.HeadersProtected), func(name string) bool { return slices.Contains(l.Covers.HeadersDiffer, name) })
	if len(covered) > 0 {
		return append(rows, row{Label: "Headers", Value: "covered", Remark: strings.Join(covered, ", ")})
	}
	return append(rows, row{Label: "Headers", Value: "not covered", Remark: "Subject, From, To and Date could have been changed",
		Narrow: []string{"not covered"}})
}

// leaves counts the parts that hold no others.
func leaves(parts []string) int {
	n := 0
	for _, p := range parts {
		if !slices.ContainsFunc(parts, func(q string) bool { return strings.HasPrefix(q, p+".") }) {
			n++
		}
	}
	return n
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (r *Report) issuerRow(s *SignerReport) row {
	if len(s.Chain) == 0 {
		return row{}
	}
	var names, narrow []string
	for _, link := range s.Chain {
		names = append(names, link.name)
		narrow = append(narrow, link.name)
	}
	last := s.Chain[len(s.Chain)-1]
	remark, short := anchorText(last)
	if short != "" {
		narrow[len(narrow)-1] += " (" + short + ")"
	}
	return row{Label: "Issuer", Value: strings.Join(names, ", "), Remark: remark, Narrow: narrow}
}

func anchorText(link ChainReport) (long, short string) {
	name, ok := strings.CutPrefix(link.Source, "anchor:")
	if !ok {
		return "", ""
	}
	switch link.Kind {
	case "file":
		flag := cmp.Or(link.flag, "--ca")
		return "an anchor by " + flag, "by " + flag
	case "builtin":
		if link.Added != nil {
			return "a built-in e-mail root, list of " + day(link.Added.Time), "built-in"
		}
		return "a built-in e-mail root", "built-in"
	case "system":
		return "a root of this system", "system's root"
	}
	long = fmt.Sprintf("your anchor %s", quote(name))
	if link.Added != nil {
		long += ", added " + day(link.Added.Time)
	}
	return long, "your anchor"
}

func (r *Report) validRow(s *SignerReport) row {
	if s.Certificate == nil {
		return row{}
	}
	until := "until " + day(s.Certificate.NotAfter.Time)
	now := "today"
	if r.JudgedAt != nil && r.JudgedAt.Source == "given" {
		now = "on " + day(r.JudgedAt.Time.Time)
	}
	var when []string
	if s.Validity.WhenSigned == "ok" {
		when = append(when, "when signed")
	}
	if s.Validity.Now == "ok" {
		when = append(when, now)
	} else {
		when = append(when, "not "+now)
	}
	return row{Label: "Valid", Value: until, Remark: strings.Join(when, " and "), Narrow: []string{until}}
}

func strengthRow(s *SignerReport) row {
	var parts []string
	for _, part := range []string{s.keyTitle, map[bool]string{true: "PSS"}[s.Signature == "rsa-pss"], s.digestTitle} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return row{}
	}
	return row{Label: "Strength", Value: strings.Join(parts, ", ")}
}

// nothing says what to do with a mail whose signature, if there is one, is inside.
func (r *Report) nothing(out *screen) {
	if r.Verdict != WordEncrypted {
		return
	}
	name := "MAIL.eml"
	if r.File != nil {
		name = shellWord(*r.File)
	}
	if out.style.wide() {
		out.block("Do", 7, 2, []string{"smimectl decrypt " + name})
		return
	}
	out.block("Do", 6, 0, []string{"smimectl decrypt " + name})
}

// noteRows are warnings and notes, and what failed beside the main reason.
func (r *Report) noteRows() []row {
	var rows []row
	main := r.mainReason()
	for i := range r.Reasons {
		x := &r.Reasons[i]
		label := ""
		switch {
		case x == main || x.Code == NoSigners:
		case x.Level == Fail:
			label = "Also"
		case x.Level == Warn:
			label = "Warning"
		default:
			label = "Note"
		}
		if label != "" {
			rows = append(rows, row{Label: label, Value: x.Text})
		}
	}
	for _, flag := range r.Exceptions {
		rows = append(rows, row{Label: "Allowed", Value: flag})
	}
	return rows
}
