package verdict

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"smimectl/internal/cert"
)

// sender is what a signer is compared with.
type sender struct {
	off    bool           // nothing to compare with, or not wanted
	expect []cert.Address // one of these must be the signer
	code   Code           // why there is nothing to compare with although there should be; MISMATCH
	state  string         // the address word that goes with the code
	text   string
}

// expectation finds out what the signer has to be: what the user expects, else the one mailbox of the one From field
// (RFC 8550, Section 3). Sender never counts, and display names only to see whether they mislead.
func expectation(f *Facts, p Policy) sender {
	switch {
	case len(p.ExpectFrom) > 0:
		return sender{expect: p.ExpectFrom}
	case p.AnyFrom || !f.IsMail:
		return sender{off: true}
	}
	m := f.Mail
	switch {
	case m == nil || m.FromFields == 0 || m.FromFields == 1 && !m.FromUnparsable && len(m.From) == 0:
		return sender{code: FromMissing, state: "missing", text: "the mail has no address in From"}
	case m.FromFields > 1:
		return sender{code: FromMultiple, state: "mismatch", text: fmt.Sprintf("the mail has %d From fields", m.FromFields)}
	case m.FromUnparsable:
		return sender{code: FromMissing, state: "missing", text: "From cannot be read as an address"}
	case len(m.From) > 1:
		return sender{code: FromMultiple, state: "mismatch", text: fmt.Sprintf("From has %d addresses", len(m.From))}
	}
	from, err := cert.ParseAddress(m.From[0])
	if err != nil {
		return sender{code: FromMissing, state: "missing", text: "From cannot be read as an address"}
	}
	for _, name := range slices.Concat(m.FromNames, m.FromComments) {
		if other := misleading(name, from); other != "" {
			return sender{code: FromNameMisleads, state: "mismatch", text: fmt.Sprintf("the name in From shows %s, the mail is from %s", other, from)}
		}
	}
	return sender{expect: []cert.Address{from}}
}

// misleading finds an address in a display name that is not the one the mail comes from.
func misleading(name string, from cert.Address) string {
	shown := strings.Map(shownAs, norm.NFKC.String(name)) // full-width letters and signs look like those of ASCII
	if other := otherAddress(shown, from); other != "" || !strings.ContainsAny(name, "\u202e\u2067") {
		return other
	}
	turned := []rune(shown) // as it is read from right to left
	slices.Reverse(turned)
	return otherAddress(string(turned), from)
}

// shownAs gives the ASCII that a character is taken for, -1 for one that nobody sees.
func shownAs(c rune) rune {
	switch {
	case c == '。': // a full stop between the labels of a domain (RFC 3490, Section 3.1)
		return '.'
	case unicode.IsSpace(c), c == '\u115f', c == '\u1160', c == '\u2800': // letters and a sign that are blank
		return ' '
	case !unicode.IsPrint(c):
		return -1
	}
	return c
}

// otherAddress finds an address in a text that is not the one the mail comes from.
func otherAddress(text string, from cert.Address) string {
	words := strings.FieldsFunc(closeUp(text), func(c rune) bool { return strings.ContainsRune(" \t,;:<>()[]{}\"'`|/\\", c) })
	for _, word := range words {
		a, err := cert.ParseAddress(strings.Trim(word, ".!?*"))
		if err != nil { // other signs may stand around it, too
			a, err = cert.ParseAddress(strings.TrimFunc(word, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) }))
		}
		if err == nil && strings.Contains(a.Domain, ".") && !a.Equal(from) {
			return a.String()
		}
	}
	return ""
}

// closeUp takes off the blanks around @ and around full stops that stand alone: where people put them so that an
// address is not seen as one.
func closeUp(text string) string {
	var b strings.Builder
	words := strings.Fields(text)
	for i, word := range words {
		if i > 0 {
			before := words[i-1]
			apart := !strings.HasSuffix(before, "@") && !strings.HasPrefix(word, "@") && !strings.HasPrefix(word, ".") && before != "."
			if apart {
				b.WriteByte(' ')
			}
		}
		b.WriteString(word)
	}
	return b.String()
}

// address compares a signer with what is expected.
func (w *witness) address() {
	from := w.j.from
	switch {
	case from.off:
		w.check("From is the signer", "not checked")
		return
	case from.code != "": // the layer says why, once for all signers
		w.report.Address = from.state
		w.check("From is the signer", "failed")
		return
	case w.s.Certificate == nil:
		w.check("From is the signer", "not checked")
		return
	}
	for _, own := range w.s.Certificate.Addresses() {
		for _, a := range from.expect {
			if own.Equal(a) {
				w.report.Address = "ok"
				w.check("From is the signer", "passed")
				return
			}
		}
	}
	w.report.Address = "mismatch"
	w.check("From is the signer", "failed")
	says := "From says"
	if len(w.j.p.ExpectFrom) > 0 {
		says = "expected was"
	}
	w.add(FromMismatch, Fail, WordMismatch, fmt.Sprintf("%s %s, %s", says, joinAddresses(from.expect), signedIt(w.s.Certificate)))
}

func joinAddresses(list []cert.Address) string {
	out := make([]string, 0, len(list))
	for _, a := range list {
		out = append(out, a.String())
	}
	return strings.Join(out, " or ")
}

// signedIt names a certificate's owner by his address. Where he has none his name is no answer to whom From names,
// even if it looks like an address (RFC 8550, Section 3).
func signedIt(c *cert.Certificate) string {
	if list := c.Addresses(); len(list) > 0 {
		return list[0].String() + " signed it"
	}
	return "the certificate of " + bareName(c.DisplayName()) + ", who signed it, has no mail address"
}
