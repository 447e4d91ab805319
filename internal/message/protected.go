package message

import (
	"slices"

	"smimectl/internal/cert"
	"smimectl/internal/mimewrap"
)

// protectHeaders compares the header fields that a signer put under the signature
// with those outside (RFC 9788): its parameter hp says that they are meant so.
// hp="cipher" stands for a mail whose fields outside were made obscure on purpose;
// there the sender alone is compared.
//
// Fields of From are compared by their addresses, the others as people see them.
func (w *walk) protectHeaders(inner *mimewrap.Entity) (protected, differ []string) {
	if w.ex.outer == nil || !w.facts.IsMail {
		return nil, nil
	}
	m, err := inner.MediaType()
	if err != nil {
		return nil, nil
	}
	hp, ok := m.Parameter("hp")
	if !ok || !equalFold(hp, "clear") && !equalFold(hp, "cipher") {
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
		case isFrom || equalFold(hp, "clear"):
			differ = append(differ, f.Name)
		}
	}
	return protected, differ
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
