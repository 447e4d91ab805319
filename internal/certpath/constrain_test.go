package certpath_test

import (
	"fmt"
	"testing"
	"time"

	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
)

func TestNameConstraints(t *testing.T) {
	t.Parallel()
	type names = [][]byte
	mail, utf8, dns, uri, dir := certtest.RFC822, certtest.UTF8Mailbox, certtest.DNS, certtest.URI, certtest.Directory
	name := func(a ...certtest.Attribute) []byte { return certtest.Name(a...) }
	de := certtest.Name(certtest.C("DE"))
	withMinimum := func(base []byte, rest ...byte) []byte { return append(append([]byte{}, base...), rest...) }
	for _, c := range []struct {
		name                string
		permitted, excluded names
		subject             []byte // nil: C=DE, CN=Alice
		san                 names
		good                bool
	}{
		{"mail, host", names{mail("good.test")}, nil, nil, names{mail("u@GOOD.test")}, true},
		{"mail, host is not what is below", names{mail("good.test")}, nil, nil, names{mail("u@a.good.test")}, false},
		{"mail, another host", names{mail("good.test")}, nil, nil, names{mail("u@evilgood.test")}, false},
		{"mail, below a domain", names{mail(".good.test")}, nil, nil, names{mail("u@a.good.test")}, true},
		{"mail, a domain is not itself", names{mail(".good.test")}, nil, nil, names{mail("u@good.test")}, false},
		{"mail, mailbox", names{mail("u@good.test")}, nil, nil, names{mail("u@good.test")}, true},
		{"mail, another mailbox", names{mail("u@good.test")}, nil, nil, names{mail("v@good.test")}, false},
		{"mail, one of two bases", names{mail("a.test"), mail("good.test")}, nil, nil, names{mail("u@good.test")}, true},
		{"mail, one of two names", names{mail("good.test")}, nil, nil, names{mail("u@good.test"), mail("u@evil.test")}, false},
		{"mail, no mail address", names{mail("good.test")}, nil, nil, names{dns("evil.test")}, true},
		{"mail, excluded", nil, names{mail("evil.test")}, nil, names{mail("u@evil.test")}, false},
		{"mail, excluded in capitals", nil, names{mail("EVIL.test")}, nil, names{mail("u@evil.TEST")}, false},
		{"mail, not excluded", nil, names{mail("evil.test")}, nil, names{mail("u@good.test")}, true},
		{"mail, excluded within permitted", names{mail(".good.test")}, names{mail("evil.good.test")}, nil, names{mail("u@evil.good.test")}, false},
		{"mail, excluded mailbox in capitals", nil, names{mail("u@evil.test")}, nil, names{mail("U@evil.test")}, false},
		{"mail, all excluded", nil, names{mail("")}, nil, names{mail("u@good.test")}, false},
		{"mail, malformed name", names{mail("good.test")}, nil, nil, names{mail("u@good.test\x00")}, false},
		{"mail, malformed name, excluded", nil, names{mail("evil.test")}, nil, names{mail("u@evil.test.")}, false},
		{"mail, malformed base", nil, names{mail("*.evil.test")}, nil, names{mail("u@good.test")}, false},
		{"mail, malformed base and no such name", nil, names{mail("*.evil.test")}, nil, names{dns("a.test")}, true},
		{"mail, base outside ASCII", names{mail("b\u00fccher.test")}, nil, nil, names{mail("u@xn--bcher-kva.test")}, false},
		{"mail, subject excluded", nil, names{mail("evil.test")}, name(certtest.C("DE"), certtest.Email("u@evil.test")), nil, false},
		{"mail, subject excluded beside an alternative name", nil, names{mail("evil.test")}, name(certtest.C("DE"), certtest.Email("u@evil.test")), names{mail("u@good.test")}, false},
		{"mail, subject not permitted", names{mail("good.test")}, nil, name(certtest.C("DE"), certtest.Email("u@evil.test")), nil, false},
		{"mail, subject permitted", names{mail("good.test")}, nil, name(certtest.C("DE"), certtest.Email("u@good.test")), nil, true},
		{"UTF-8 mailbox excluded", nil, names{mail("evil.test")}, nil, names{utf8("\u00e4@evil.test")}, false},
		{"UTF-8 mailbox with U-label excluded by A-label", nil, names{mail("xn--bcher-kva.test")}, nil, names{utf8("\u00e4@b\u00fccher.test")}, false},
		{"UTF-8 mailbox permitted", names{mail("good.test")}, nil, nil, names{utf8("\u00e4@good.test")}, true},
		{"UTF-8 mailbox not permitted", names{mail("good.test")}, nil, nil, names{utf8("\u00e4@evil.test")}, false},
		{"UTF-8 mailbox malformed", names{mail("good.test")}, nil, nil, names{utf8("u@good.test")}, false},
		{"UTF-8 mailbox as a base", nil, names{utf8("\u00e4@evil.test")}, nil, names{utf8("\u00e4@good.test")}, false},
		{"UTF-8 mailbox as a base, other names", nil, names{utf8("\u00e4@evil.test")}, nil, names{mail("u@good.test")}, true},

		{"directory", names{dir(de)}, nil, nil, nil, true},
		{"directory in other letters", names{dir(name(certtest.C("de")))}, nil, nil, nil, true},
		{"directory elsewhere", names{dir(name(certtest.C("FR")))}, nil, nil, nil, false},
		{"directory excluded", nil, names{dir(de)}, nil, nil, false},
		{"directory in alternative names", names{dir(de)}, nil, nil, names{dir(name(certtest.C("FR")))}, false},
		{"directory, empty subject", names{dir(de)}, nil, name(), names{mail("u@good.test")}, true},

		{"DNS", names{dns("good.test")}, nil, nil, names{dns("good.test"), dns("a.b.GOOD.test")}, true},
		{"DNS elsewhere", names{dns("good.test")}, nil, nil, names{dns("evilgood.test")}, false},
		{"DNS excluded", nil, names{dns("evil.test")}, nil, names{dns("a.evil.test")}, false},
		{"DNS with a full stop first", names{dns(".good.test")}, nil, nil, names{dns("good.test")}, false},
		{"DNS, all", names{dns("")}, nil, nil, names{dns("good.test")}, true},
		{"DNS, wildcard within", names{dns("good.test")}, nil, nil, names{dns("*.good.test")}, true},
		{"DNS, wildcard reaching into what is excluded", nil, names{dns("evil.good.test")}, nil, names{dns("*.good.test")}, false},
		{"DNS, wildcard beside what is excluded", nil, names{dns("evil.test")}, nil, names{dns("*.good.test")}, true},
		{"DNS, empty name", names{dns("good.test")}, nil, nil, names{dns("")}, false},
		{"DNS, trailing dot", nil, names{dns("evil.test")}, nil, names{dns("evil.test.")}, false},

		{"URI", names{uri("good.test")}, nil, nil, names{uri("https://u@GOOD.test:8080/x?y#z")}, true},
		{"URI, host is not what is below", names{uri("good.test")}, nil, nil, names{uri("https://a.good.test/")}, false},
		{"URI, below a domain", names{uri(".good.test")}, nil, nil, names{uri("https://a.good.test/")}, true},
		{"URI excluded", nil, names{uri("evil.test")}, nil, names{uri("https://evil.test")}, false},
		{"URI with an address", nil, names{uri("evil.test")}, nil, names{uri("https://192.0.2.1/")}, false},
		{"URI without authority", nil, names{uri("evil.test")}, nil, names{uri("mailto:u@good.test")}, false},

		{"IP", names{certtest.IP(192, 0, 2, 0, 255, 255, 255, 0)}, nil, nil, names{certtest.IP(192, 0, 2, 77)}, true},
		{"IP elsewhere", names{certtest.IP(192, 0, 2, 0, 255, 255, 255, 0)}, nil, nil, names{certtest.IP(192, 0, 3, 77)}, false},
		{"IP of another kind", names{certtest.IP(192, 0, 2, 0, 255, 255, 255, 0)}, nil, nil, names{certtest.IP(make([]byte, 16)...)}, false},
		{"IP excluded", nil, names{certtest.IP(0, 0, 0, 0, 0, 0, 0, 0)}, nil, names{certtest.IP(192, 0, 2, 77)}, false},
		{"IP, mask with holes", nil, names{certtest.IP(192, 0, 2, 0, 255, 0, 255, 0)}, nil, names{certtest.IP(10, 0, 0, 1)}, false},
		{"IP, malformed name", nil, names{certtest.IP(192, 0, 2, 0, 255, 255, 255, 0)}, nil, names{certtest.IP(10, 0, 0)}, false},

		{"registeredID cannot be applied", nil, names{certtest.RegisteredID(42)}, nil, names{certtest.RegisteredID(43)}, false},
		{"registeredID and no such name", nil, names{certtest.RegisteredID(42)}, nil, names{mail("u@good.test")}, true},
		{"otherName of another type", nil, names{certtest.Other("1.2.3", []byte{5, 0})}, nil, names{certtest.Other("1.2.4", []byte{5, 0})}, true},
		{"otherName of the type", nil, names{certtest.Other("1.2.3", []byte{5, 0})}, nil, names{certtest.Other("1.2.3", []byte{1, 1, 0xff})}, false},
		{"minimum 1", names{withMinimum(mail("good.test"), 0x80, 1, 1)}, nil, nil, names{mail("u@good.test")}, false},
		{"minimum 0 written out", names{withMinimum(mail("good.test"), 0x80, 1, 0)}, nil, nil, names{mail("u@good.test")}, true},
		{"maximum", names{withMinimum(mail("good.test"), 0x81, 1, 9)}, nil, nil, names{mail("u@good.test")}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			// The same under the intermediate and under the anchor.
			for _, at := range []string{"intermediate", "anchor"} {
				x := newChain()
				e := certtest.NameConstraints(c.permitted, c.excluded)
				if at == "anchor" {
					x.middle.Subject = certtest.Name(certtest.C("DE"), certtest.CN("Root")) // self-issued: exempt
					x.root.Extensions = with(x.root.Extensions, e)
				} else {
					x.middle.Extensions = with(x.middle.Extensions, e)
				}
				x.leaf.Extensions = without(x.leaf.Extensions, "2.5.29.17")
				if c.san != nil {
					x.leaf.Extensions = with(x.leaf.Extensions, certtest.SAN(c.san...))
				}
				if c.subject != nil {
					x.leaf.Subject = c.subject
				}
				p := certpath.Validate(x.issue(t)).Paths[0]
				if p.Good() != c.good {
					t.Errorf("%s: got good %v, want %v: %+v", at, p.Good(), c.good, p.Problems)
				}
				if !c.good && (len(p.Problems) != 1 || p.Problems[0].Code != certpath.CodePathInvalid || p.Problems[0].Certificate != p.Certificates[0]) {
					t.Errorf("%s: got %+v", at, p.Problems)
				}
			}
		})
	}
}

// TestConstraintsAccumulate: every certificate above adds its own, and those
// between are held to them too.
func TestConstraintsAccumulate(t *testing.T) {
	t.Parallel()
	constrain := func(permitted, excluded string) certtest.Extension {
		list := func(s string) [][]byte {
			if s == "" {
				return nil
			}
			return [][]byte{certtest.RFC822(s)}
		}
		return certtest.NameConstraints(list(permitted), list(excluded))
	}
	for _, c := range []struct {
		name        string
		above       certtest.Extension
		below       certtest.Extension
		betweenMail string
		want        string
	}{
		{"both permit", constrain(".test", ""), constrain("good.test", ""), "", ""},
		{"the upper does not", constrain("evil.test", ""), constrain("good.test", ""), "", "path-invalid Alice"},
		{"the lower does not", constrain("good.test", ""), constrain("evil.test", ""), "", "path-invalid Alice"},
		{"the upper excludes", constrain("", "good.test"), constrain("good.test", ""), "", "path-invalid Alice"},
		{"a CA between is not permitted", constrain("good.test", ""), constrain("good.test", ""), "ca@evil.test", "path-invalid CA"},
		{"malformed", certtest.Extension{OID: "2.5.29.30", Critical: true, Value: []byte{5, 0}}, constrain("good.test", ""), "", "path-invalid Root"},
		{"malformed subtree", certtest.Extension{OID: "2.5.29.30", Critical: true, Value: []byte{0x30, 4, 0xa0, 2, 5, 0}}, constrain("good.test", ""), "", "path-invalid Root"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := newChain()
			x.root.Extensions = with(x.root.Extensions, c.above)
			x.middle.Extensions = with(x.middle.Extensions, c.below)
			if c.betweenMail != "" {
				x.middle.Extensions = with(x.middle.Extensions, certtest.SAN(certtest.RFC822(c.betweenMail)))
			}
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.SAN(certtest.RFC822("u@good.test")))
			if got := codes(certpath.Validate(x.issue(t))); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestConstraintWork: many names under many constraints end in a refusal, not
// in hours.
func TestConstraintWork(t *testing.T) {
	t.Parallel()
	var bases, names [][]byte
	for i := range 9000 {
		bases = append(bases, certtest.RFC822(fmt.Sprintf("evil%d.test", i)))
		names = append(names, certtest.RFC822(fmt.Sprintf("u%d@good.test", i)))
	}
	x := newChain()
	x.middle.Extensions = with(x.middle.Extensions, certtest.NameConstraints(nil, bases))
	x.leaf.Extensions = with(x.leaf.Extensions, certtest.SAN(names...))
	req := x.issue(t)
	start := time.Now()
	if got := codes(certpath.Validate(req)); got != "path-invalid Alice" {
		t.Errorf("got %q", got)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("got %v, want less than 5 s", took)
	}
	x = newChain()
	x.middle.Extensions = with(x.middle.Extensions, certtest.NameConstraints(nil, append(bases, bases...)))
	if got := codes(certpath.Validate(x.issue(t))); got != "path-invalid CA" {
		t.Errorf("too many constraints: got %q", got)
	}
}

func FuzzNameConstraints(f *testing.F) {
	f.Add(certtest.NameConstraints([][]byte{certtest.RFC822(".good.test"), certtest.IP(10, 0, 0, 0, 255, 0, 0, 0)}, [][]byte{certtest.RFC822("evil.test"), certtest.Directory(certtest.Name(certtest.C("DE")))}).Value,
		certtest.SAN(certtest.RFC822("u@a.good.test"), certtest.UTF8Mailbox("\u00e4@evil.test"), certtest.URI("http://a/"), certtest.IP(10, 0, 0, 1)).Value)
	f.Add([]byte{0x30, 0}, []byte{0x30, 0})
	evil := certtest.NameConstraints(nil, [][]byte{certtest.RFC822("evil.test"), certtest.RFC822(".evil.test")})
	key := certtest.NewKey("ed25519")
	f.Fuzz(func(t *testing.T, constraints, alternatives []byte) {
		build := func(e certtest.Extension) certpath.Path {
			x := newChain()
			x.root.Key, x.middle.Key, x.leaf.Key = key, key, key
			x.middle.Subject = x.root.Subject
			x.middle.Key = certtest.NewKey("ed25519")
			x.middle.Extensions = with(x.middle.Extensions, e)
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.Extension{OID: "2.5.29.17", Value: alternatives})
			return certpath.Validate(x.issue(t)).Paths[0]
		}
		p := build(certtest.Extension{OID: "2.5.29.30", Critical: true, Value: constraints})
		if !p.Good() && len(p.Problems) == 0 {
			t.Fatal("not good without a problem")
		}
		// Whatever the names are: under an excluded domain no path is good that
		// shows an address of it.
		p = build(evil)
		for _, a := range p.Certificates[0].Addresses() {
			if p.Good() && (a.Domain == "evil.test" || len(a.Domain) > 9 && a.Domain[len(a.Domain)-10:] == ".evil.test") {
				t.Fatalf("%s is excluded and accepted", a)
			}
		}
	})
}
