package message

import (
	"slices"
	"strings"

	"smimectl/internal/cert"
	"smimectl/internal/mimewrap"
	"smimectl/internal/verdict"
)

// protectHeaders compares the header fields that a signer put under the signature
// with those outside (RFC 9788): its parameter hp says that they are meant so.
// hp="cipher" stands for a mail whose fields outside were made obscure on purpose:
// there they may also be as HP-Outer says that the signer put them outside
// (Section 2.2). What is neither was changed on the way.
//
// Fields of From are compared by their addresses, the others as people see them.
func (w *walk) protectHeaders(inner *mimewrap.Entity) (protected, differ []string) {
	if w.ex.outer == nil || !w.facts.IsMail {
		return nil, nil
	}
	hp := headerProtection(inner)
	if hp == "" {
		return nil, nil
	}
	headers := compareHeaders(w.ex.outer, inner)
	if headers == nil {
		return nil, nil
	}
	for _, f := range headers.Fields {
		if len(f.Inside) == 0 {
			continue
		}
		protected = append(protected, f.Name)
		isFrom := equalFold(f.Name, "From")
		switch {
		case f.State != "differs":
		case isFrom && sameSenders(w.ex.outer, inner):
		case !isFrom && hp != "clear" && madeObscure(inner, f):
		default:
			differ = append(differ, f.Name)
		}
	}
	return protected, differ
}

// protectsBelow says of the signatures directly around the last layer what they protect as well: the payload, whose
// fields count, is what is inside of all layers (RFC 9787, Section 4.1), and the word is that of the outermost. A
// signature around an encryption, or around a compression, which is no layer there, covers no fields.
func (w *walk) protectsBelow() {
	layers := w.facts.Layers
	for i := len(layers) - 1; i > 0; i-- {
		inner, around := &layers[i], &layers[i-1]
		if around.Kind != "signed" || inner.Part != around.Part+".1" {
			return
		}
		around.HeadersProtected, around.HeadersDiffer = inner.HeadersProtected, inner.HeadersDiffer
	}
}

// headerProtection is what the parameter hp of a payload says, "clear" or "cipher"
// (RFC 9788, Section 2.1.1); "" where its fields are not meant to be those of the mail.
//
// QUIRK: "v1" is what protected-headers says, the parameter of the drafts before the RFC, which does not tell of hidden
// fields. Programs that know it, notmuch among them, show what stands inside.
func headerProtection(payload *mimewrap.Entity) string {
	m, err := payload.MediaType()
	if err != nil {
		return ""
	}
	hp, there := m.Parameter("hp")
	if hp = strings.ToLower(hp); hp == "clear" || hp == "cipher" {
		return hp
	}
	if before, _ := m.Parameter("protected-headers"); !there && equalFold(before, "v1") {
		return "v1"
	}
	return ""
}

// madeObscure reports whether a field stands outside as the signer put it there.
//
// QUIRK: programs from before RFC 9788 hide the Subject and have no HP-Outer.
func madeObscure(inner *mimewrap.Entity, f verdict.FieldReport) bool {
	told := inner.Header.Values("HP-Outer")
	if len(told) == 0 {
		return equalFold(f.Name, "Subject") && len(f.Outside) == 1 && isHiddenSubject(f.Outside[0])
	}
	var outside []string
	for _, field := range told {
		if name, value, ok := strings.Cut(field, ":"); ok && equalFold(strings.TrimSpace(name), f.Name) {
			outside = append(outside, shown(value))
		}
	}
	return slices.Equal(outside, f.Outside)
}

// sameSenders reports whether From names the same addresses outside and inside.
func sameSenders(outer, inner *mimewrap.Entity) bool {
	one, ok1 := senders(outer)
	two, ok2 := senders(inner)
	return ok1 && ok2 && slices.EqualFunc(one, two, cert.Address.Equal)
}

func senders(e *mimewrap.Entity) (out []cert.Address, ok bool) {
	for _, value := range e.Header.Values("From") {
		boxes, err := cert.ParseMailboxes(value)
		if err != nil {
			return nil, false
		}
		for _, b := range boxes {
			out = append(out, b.Address)
		}
	}
	return out, len(out) > 0
}
