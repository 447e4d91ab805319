package main

import (
	"cmp"
	"strings"

	"smimectl/internal/cert"
	"smimectl/internal/mimewrap"
	"smimectl/internal/verdict"
)

// bccFields name who gets a copy that nobody else is to know of (RFC 5322, Sections 3.6.3 and 3.6.6).
var bccFields = []string{"Bcc", "Resent-Bcc"}

// bccRule refuses to show everybody who else can read the mail. name is the mail's on a command line; "" where it has none.
func bccRule(o *encryptOptions, entity *mimewrap.Entity, name string) error {
	var list []string
	field, nobody := "", false
	for _, f := range bccFields {
		for _, v := range entity.Header.Values(f) {
			if o.only {
				o.dropBcc = true
			}
			if o.dropBcc {
				continue
			}
			boxes, err := cert.ParseMailboxes(v)
			if err != nil && strings.TrimSpace(v) != "" { // it would stay, for everybody to read
				return messageErrorf(verdict.Malformed, "the %s line cannot be read: %s", f, quoted(v)).withHint("without it:  --drop-bcc")
			}
			nobody = nobody || len(boxes) == 0
			for _, b := range boxes {
				list, field = append(list, b.Address.String()), cmp.Or(field, f)
			}
		}
	}
	if len(list) == 0 {
		o.dropBcc = o.dropBcc || nobody // "Bcc: board:;" tells of somebody all the same
		return nil
	}
	first := verdict.Escape(list[0])
	local := first[:strings.IndexByte(first+"@", '@')]
	if name != "" {
		name = " " + quoted(name)
	}
	return usageErrorf("%s: everyone in To and Cc could see that %s can read the mail", field, first).
		withHint("send %s a copy of his own:  smimectl encrypt --only --to %s%s", local, quoted(list[0]), name).
		withHint("and the others theirs:  smimectl encrypt --drop-bcc%s", name)
}

func addressees(entity *mimewrap.Entity) ([]cert.Address, error) {
	var out []cert.Address
	for _, field := range []string{"To", "Cc"} {
		for _, value := range entity.Header.Values(field) {
			boxes, err := cert.ParseMailboxes(value)
			if err != nil {
				return nil, messageErrorf(verdict.Malformed, "the %s line cannot be read: %s", field, quoted(value)).
					withHint("name the recipients:  --only --to bob@example.org")
			}
			for _, b := range boxes {
				if !containsAddress(out, b.Address) {
					out = append(out, b.Address)
				}
			}
		}
	}
	return out, nil
}

func parseAddresses(flag string, list []string) ([]cert.Address, error) {
	var out []cert.Address
	for _, s := range list {
		address, err := cert.ParseAddress(s)
		if err != nil {
			return nil, usageErrorf("%s %s is no mail address", flag, quoted(s)).withHint("%s", strings.TrimSpace(strings.TrimPrefix(flag, "ADDRESS")+" alice@example.org"))
		}
		out = append(out, address)
	}
	return out, nil
}

func containsAddress(list []cert.Address, a cert.Address) bool {
	for _, x := range list {
		if x.Equal(a) {
			return true
		}
	}
	return false
}
