package hostiletest

import (
	"crypto/x509"
	"fmt"
	"strings"
	"testing"

	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms/cmstest"
)

// named is alice's key with other names: a subject, or the alternative names.
func (w *World) named(tb testing.TB, issuer *cmstest.Identity, serial *numbers, subject []byte, names ...[]byte) *cmstest.Identity {
	tb.Helper()
	o := cmstest.Options{Emails: []string{}, Edit: func(t *x509.Certificate) {
		if subject != nil {
			t.RawSubject = subject
		}
	}}
	if names != nil {
		o.Extra = extensions(certtest.SAN(names...))
	}
	return w.aliceOf(tb, issuer, serial, o)
}

// constraintCases are A60 to A62: a CA that may not vouch for a domain, and the
// forms in which a certificate can name a mailbox there (RFC 5280, Section
// 4.2.1.10; RFC 9598, Section 6).
func constraintCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	serial := numbers(2400)
	mail, utf8 := certtest.RFC822, certtest.UTF8Mailbox
	type names = [][]byte
	invalid, good := Untrusted("path-invalid"), Accepted(nil)
	cas := 0
	// limited is a CA with constraints, and the same without: crypto/x509 issues
	// nothing below constraints that it cannot read.
	limited := func(permitted, excluded names) (ca, free *cmstest.Identity) {
		cas++
		o := cmstest.Options{CommonName: fmt.Sprintf("Limited %d", cas)}
		free = caOf(tb, w.Root, 76, &serial, o)
		o.Extra = extensions(certtest.NameConstraints(permitted, excluded))
		return caOf(tb, w.Root, 76, &serial, o), free
	}
	var list []certified
	add := func(id, name string, want Want, permitted, excluded names, from string, subject []byte, san ...[]byte) {
		ca, free := limited(permitted, excluded)
		who := w.named(tb, free, &serial, subject, san...)
		who.Issuer = ca
		list = append(list, certified{id: id, name: name, who: who, want: want, from: "From: " + from + "\r\n"})
	}
	dn := func(address string) []byte {
		return certtest.Name(certtest.CN("Alice"), certtest.Email(address))
	}
	evil := names{mail("evil.test")}
	add("A60", "UTF-8 mailbox", invalid, nil, evil, "j\u00f6rg@evil.test", nil, utf8("j\u00f6rg@evil.test"))
	add("A60", "UTF-8 mailbox in a domain of U-labels", invalid, nil, names{mail("xn--bcher-kva.test")}, "j\u00f6rg@b\u00fccher.test", nil, utf8("j\u00f6rg@b\u00fccher.test"))
	add("A60", "UTF-8 mailbox beside a good one", invalid, nil, evil, "u@good.test", nil, mail("u@good.test"), utf8("j\u00f6rg@evil.test"))
	add("A60", "UTF-8 mailbox elsewhere", good, nil, evil, "j\u00f6rg@good.test", nil, utf8("j\u00f6rg@good.test"))
	add("A60", "UTF-8 mailbox with a local part of ASCII", invalid, nil, evil, "u@evil.test", nil, utf8("u@evil.test"))
	add("A60", "UTF-8 mailbox, not permitted", invalid, names{mail("good.test")}, nil, "j\u00f6rg@evil.test", nil, utf8("j\u00f6rg@evil.test"))
	add("A61", "address in the subject", invalid, nil, evil, "u@evil.test", dn("u@evil.test"))
	add("A61", "address in the subject beside a good one", invalid, nil, evil, "u@good.test", dn("u@evil.test"), mail("u@good.test"))
	add("A61", "address in the subject, not permitted", invalid, names{mail("good.test")}, nil, "u@evil.test", dn("u@evil.test"))
	add("A61", "address in the subject, elsewhere", good, nil, evil, "u@good.test", dn("u@good.test"))
	add("A61", "address in the subject that is none", invalid, nil, evil, "u@good.test", dn("u@evil.test\x00.good.test"), mail("u@good.test"))
	add("A62", "rfc822Name excluded", invalid, nil, evil, "u@evil.test", nil, mail("u@evil.test"))
	add("A62", "rfc822Name excluded, in capitals", invalid, nil, evil, "u@evil.test", nil, mail("u@EVIL.test"))
	add("A62", "host, a name below it", good, nil, evil, "u@a.evil.test", nil, mail("u@a.evil.test"))
	add("A62", "host permitted, a name below it", invalid, names{mail("good.test")}, nil, "u@a.good.test", nil, mail("u@a.good.test"))
	add("A62", "domain, a name below it", invalid, nil, names{mail(".evil.test")}, "u@a.evil.test", nil, mail("u@a.evil.test"))
	add("A62", "domain, the host itself", good, nil, names{mail(".evil.test")}, "u@evil.test", nil, mail("u@evil.test"))
	add("A62", "domain permitted, the host itself", invalid, names{mail(".good.test")}, nil, "u@good.test", nil, mail("u@good.test"))
	add("A62", "another host that ends so", invalid, names{mail("good.test")}, nil, "u@evilgood.test", nil, mail("u@evilgood.test"))
	add("A62", "mailbox", invalid, nil, names{mail("u@evil.test")}, "u@evil.test", nil, mail("u@evil.test"))
	add("A62", "mailbox in other letters", invalid, nil, names{mail("u@evil.test")}, "U@Evil.test", nil, mail("U@Evil.test"))
	add("A62", "mailbox, another of the host", good, nil, names{mail("u@evil.test")}, "v@evil.test", nil, mail("v@evil.test"))
	add("A62", "mailboxes of one local part, one of them", good, names{mail("u@a.test"), mail("u@b.test"), mail("u@good.test")}, nil, "u@good.test", nil, mail("u@good.test"))
	add("A62", "mailboxes of one local part, none of them", invalid, names{mail("u@a.test"), mail("u@b.test")}, nil, "u@good.test", nil, mail("u@good.test"))
	add("A62", "permitted and excluded", invalid, names{mail(".good.test")}, names{mail("evil.good.test")}, "u@evil.good.test", nil, mail("u@evil.good.test"))
	add("A62", "all excluded", invalid, nil, names{mail("")}, "u@good.test", nil, mail("u@good.test"))
	add("A62", "UTF-8 mailbox as constraint", invalid, nil, names{utf8("j\u00f6rg@evil.test")}, "j\u00f6rg@good.test", nil, utf8("j\u00f6rg@good.test"))
	add("A62", "constraint that is none", invalid, nil, names{mail("*.evil.test")}, "u@good.test", nil, mail("u@good.test"))
	add("A62", "constraint outside ASCII", invalid, names{mail("b\u00fccher.test")}, nil, "u@xn--bcher-kva.test", nil, mail("u@xn--bcher-kva.test"))
	add("A62", "of a form nobody can compare", invalid, nil, names{certtest.Other(idNothing, []byte{5, 0})}, "u@good.test", nil, mail("u@good.test"), certtest.Other(idNothing, []byte{5, 0}))
	add("A62", "of a form that is not there", good, nil, names{certtest.Other(idNothing, []byte{5, 0})}, "u@good.test", nil, mail("u@good.test"))
	add("A62", "empty DNS name under a constraint", invalid, names{certtest.DNS("good.test")}, nil, "u@good.test", nil, mail("u@good.test"), certtest.DNS(""))
	// A CA below a limited one is not freed by what it says itself.
	above, _ := limited(names{mail("good.test")}, nil)
	wide := caOf(tb, above, 77, &serial, cmstest.Options{CommonName: "Wide", Extra: extensions(certtest.NameConstraints(names{mail("evil.test"), mail("good.test")}, nil))})
	list = append(list,
		certified{id: "A62", name: "widened below", who: w.named(tb, wide, &serial, nil, mail("u@evil.test")), want: invalid, from: "From: u@evil.test\r\n"},
		certified{id: "A62", name: "kept to below", who: w.named(tb, wide, &serial, nil, mail("u@good.test")), want: good, from: "From: u@good.test\r\n"},
	)
	return certifiedCases(tb, w, list)
}

// manyNamesCases are the last of A137: ten thousand names and as many
// constraints cost no more than others.
func manyNamesCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	serial := numbers(2500)
	var names, bases [][]byte
	for i := range 9_999 { // with one more as many as are read
		names = append(names, certtest.RFC822(fmt.Sprintf("u%d@h%d.test", i, i)))
		bases = append(bases, certtest.RFC822(fmt.Sprintf("x%d.test", i)))
	}
	over := append([][]byte{certtest.RFC822("alice@example.test"), certtest.RFC822("bob@example.test")}, names...)
	names = append(names, certtest.RFC822("alice@example.test"))
	ca := func(name string, permitted, excluded [][]byte) *cmstest.Identity {
		return caOf(tb, w.Root, 78, &serial, cmstest.Options{CommonName: name, Extra: extensions(certtest.NameConstraints(permitted, excluded))})
	}
	excluding, permitting := ca("Excludes", nil, bases), ca("Permits", bases, nil)
	chain := w.Root
	for i := range 6 {
		chain = caOf(tb, chain, 70+i, &serial, cmstest.Options{CommonName: "Excludes " + strings.Repeat("more ", i+1), Extra: extensions(certtest.NameConstraints(nil, bases))})
	}
	invalid := Untrusted("path-invalid")
	return certifiedCases(tb, w, []certified{
		{id: "A137", name: "ten thousand names, as many excluded", who: w.named(tb, excluding, &serial, nil, names...), want: invalid},
		{id: "A137", name: "ten thousand names, as many permitted", who: w.named(tb, permitting, &serial, nil, names...), want: invalid},
		{id: "A137", name: "ten thousand names, as many excluded by each of six", who: w.named(tb, chain, &serial, nil, names...), want: invalid},
		{id: "A137", name: "more than ten thousand names", who: w.named(tb, w.Between, &serial, nil, over...), want: invalid},
		{id: "A137", name: "one name, ten thousand excluded", who: w.named(tb, excluding, &serial, nil, certtest.RFC822("alice@example.test")), want: Accepted(nil)},
		// Of so many addresses the first thousand are read: it is not among them.
		{id: "A137", name: "ten thousand names, the sender's last", who: w.named(tb, w.Between, &serial, nil, names...), want: Mismatch("from-mismatch")},
	})
}
