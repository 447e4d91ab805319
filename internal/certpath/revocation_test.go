package certpath_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
)

const aDay = 24 * time.Hour

var leafSerial, caSerial = []byte{0x55}, []byte{0x44}

// lists is a chain with the revocation lists of its CAs.
type lists struct {
	*chain
	root, ca []certtest.ListTemplate      // lists that Root and CA issue
	after    func(t testing.TB, x *lists) // once the chain is issued: adds to more and finalReq
	more     [][]byte                     // further lists
	finalReq *certpath.Request
}

func newLists() *lists {
	x := &lists{chain: newChain(), root: []certtest.ListTemplate{{Extensions: numbered(1)}}, ca: []certtest.ListTemplate{{Extensions: numbered(1)}}}
	x.leaf.Serial, x.middle.Serial = leafSerial, caSerial
	return x
}

func numbered(n int64, more ...certtest.Extension) []certtest.Extension {
	return append([]certtest.Extension{certtest.Number(n)}, more...)
}

func listed(serial []byte, extensions ...certtest.Extension) []certtest.ListEntry {
	return []certtest.ListEntry{{Serial: []byte{1}}, {Serial: serial, Extensions: extensions}, {Serial: []byte{2}}}
}

func parseList(t testing.TB, der []byte) *cert.CRL {
	t.Helper()
	l, err := cert.ParseCRL(der)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (x *lists) validate(t testing.TB) certpath.Path {
	t.Helper()
	req := x.chain.issue(t)
	x.finalReq = &req
	if x.after != nil {
		x.after(t, x)
	}
	var all []certpath.List
	add := func(der []byte) { all = append(all, certpath.List{CRL: parseList(t, der), Source: "file"}) }
	for _, l := range x.root {
		add(certtest.List(l, x.issued[0]))
	}
	for _, l := range x.ca {
		add(certtest.List(l, x.issued[1]))
	}
	for _, der := range x.more {
		add(der)
	}
	req.Evidence = certpath.NewEvidence(all...)
	want := certpath.Validate(req).Paths[0]
	// What requests before have found out changes nothing.
	req.Known = certpath.NewKnown()
	for i := range all {
		all[i].Lasting = true
	}
	for round := range 2 {
		req.Evidence = certpath.NewEvidence(all...)
		req.Evidence.Remember(req.Known)
		got := certpath.Validate(req).Paths[0]
		if fmt.Sprint(said(got)) != fmt.Sprint(said(want)) {
			t.Errorf("round %d with what is known: %v, without %v", round, said(got), said(want))
		}
	}
	// Nor does it that a list is read only when somebody asks for it.
	promised := slices.Clone(all)
	for i, l := range all {
		promised[i] = promise(l, nil)
	}
	req.Known, req.Evidence = nil, certpath.NewEvidence(promised...)
	if got := certpath.Validate(req).Paths[0]; fmt.Sprint(said(got)) != fmt.Sprint(said(want)) || req.Evidence.Err() != nil {
		t.Errorf("promised: %v, read before: %v; %v", said(got), said(want), req.Evidence.Err())
	}
	return want
}

// promise makes of a list one that is read when it is asked for, or fails then.
func promise(l certpath.List, err error) certpath.List {
	return certpath.List{Issuer: l.CRL.Issuer, Source: l.Source, Lasting: l.Lasting, Read: func() ([]*cert.CRL, error) {
		if err != nil {
			return nil, err
		}
		return []*cert.CRL{l.CRL}, nil
	}}
}

// TestPromisedLists: what is nobody's is not read; what cannot be read is told, and no path is good then; what
// is promised before a list that says the same is told as the source.
func TestPromisedLists(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	x := newLists()
	x.validate(t)
	ca, other := certtest.List(x.ca[0], x.issued[1]), certtest.List(x.ca[0], certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("another")), Key: certtest.NewKey("ed25519")}, nil))
	relevant := certpath.List{CRL: parseList(t, ca), Source: "store"}
	stranger := certpath.List{CRL: parseList(t, other), Source: "store"}
	request := func(lists ...certpath.List) (certpath.Path, *certpath.Evidence) {
		req := *x.finalReq
		req.Evidence = certpath.NewEvidence(lists...)
		if req.Evidence.Empty() {
			t.Error("evidence with promised lists is empty")
		}
		if n := len(req.Evidence.Issuers()); n == 0 || n > 2 {
			t.Errorf("%d issuers of %d lists", n, len(lists))
		}
		return certpath.Validate(req).Paths[0], req.Evidence
	}
	if p, e := request(promise(relevant, nil), promise(stranger, broken)); e.Err() != nil || !p.Good() || p.Revocation[0].Status != certpath.NotRevoked {
		t.Errorf("a list of somebody else was read: %v, %v", e.Err(), said(p))
	}
	if p, e := request(promise(relevant, broken), promise(stranger, nil)); e.Err() != broken || p.Good() {
		t.Errorf("a list that cannot be read: %v, %v", e.Err(), said(p))
	}
	if p, e := request(promise(relevant, broken), promise(relevant, nil)); e.Err() != broken || p.Good() {
		t.Errorf("a list that cannot be read, before one that can: %v, %v", e.Err(), said(p))
	}
	if p, e := request(promise(relevant, broken), promise(relevant, errors.New("another"))); e.Err() != broken || p.Good() {
		t.Errorf("two lists that cannot be read: %v, %v", e.Err(), said(p))
	}
	if err := (*certpath.Evidence)(nil).Err(); err != nil {
		t.Errorf("no evidence: %v", err)
	}
	counted, reads := promise(relevant, nil), 0
	read := counted.Read
	counted.Read = func() ([]*cert.CRL, error) {
		reads++
		return read()
	}
	_, e := request(counted)
	req := *x.finalReq
	req.Evidence = e
	if p := certpath.Validate(req).Paths[0]; !p.Good() || reads != 1 {
		t.Errorf("for two requests it was read %d times: %v", reads, said(p))
	}
	again := certpath.List{CRL: parseList(t, ca), Source: "message"}
	if p, _ := request(promise(relevant, nil), again); p.Revocation[0].Source != "store" {
		t.Errorf("the source is %q", p.Revocation[0].Source)
	}
	if p, _ := request(again, promise(relevant, nil)); p.Revocation[0].Source != "message" {
		t.Errorf("the source is %q", p.Revocation[0].Source)
	}
}

// said is what a path says of problems and revocation.
func said(p certpath.Path) (out []string) {
	for _, x := range p.Problems {
		out = append(out, x.Code+" "+x.Detail)
	}
	for _, r := range p.Revocation {
		out = append(out, fmt.Sprint(r.Status, r.Detail, r.Source, r.Revoked, r.Reason))
	}
	return out
}

// statuses writes the statuses of a path from the leaf upwards.
func statuses(p certpath.Path) string {
	var out []string
	for _, r := range p.Revocation {
		out = append(out, map[certpath.RevocationStatus]string{certpath.Unknown: "unknown", certpath.NotRevoked: "good", certpath.Revoked: "revoked"}[r.Status])
	}
	return strings.Join(out, " ")
}

// revocationCase is what is different, and the statuses of leaf and CA.
type revocationCase struct {
	name   string
	change func(x *lists)
	want   string
	detail string // of the first that is unknown
}

func runRevocation(t *testing.T, cases []revocationCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := newLists()
			c.change(x)
			p := x.validate(t)
			if got := statuses(p); got != c.want {
				t.Fatalf("got %q, want %q: %+v", got, c.want, p.Revocation)
			}
			for _, r := range p.Revocation {
				switch {
				case r.Status == certpath.Unknown && (r.Detail == "" || r.Source != ""):
					t.Errorf("unknown without a reason, or with a source: %+v", r)
				case r.Status != certpath.Unknown && (r.Source != "file" || r.Issued.IsZero() || r.Detail != ""):
					t.Errorf("without source and time: %+v", r)
				case r.Status == certpath.Revoked && r.Revoked.IsZero():
					t.Error("revoked without a time")
				}
			}
			for _, r := range p.Revocation {
				if r.Status == certpath.Unknown {
					if !strings.Contains(r.Detail, c.detail) {
						t.Errorf("got %q, want %q", r.Detail, c.detail)
					}
					break
				}
			}
		})
	}
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	unknown := certtest.Extension{OID: "1.2.3", Critical: true, Value: []byte{5, 0}}
	now := certtest.Now()
	runRevocation(t, []revocationCase{
		{"good", func(*lists) {}, "good good", ""},
		{"no list of the CA", func(x *lists) { x.ca = nil }, "unknown good", "no list of"},
		{"no list of the root", func(x *lists) { x.root = nil }, "good unknown", "no list of"},
		{"leaf listed", func(x *lists) { x.ca[0].Entries = listed(leafSerial) }, "revoked good", ""},
		{"CA listed", func(x *lists) { x.root[0].Entries = listed(caSerial) }, "good revoked", ""},
		{"serial of the leaf on the list of another", func(x *lists) { x.root[0].Entries = listed(leafSerial) }, "good good", ""},
		{"on hold", func(x *lists) { x.ca[0].Entries = listed(leafSerial, certtest.ReasonCode(6)) }, "revoked good", ""},
		{"removal on a complete list", func(x *lists) { x.ca[0].Entries = listed(leafSerial, certtest.ReasonCode(8)) }, "revoked good", ""},
		{"revoked later than the time judged for", func(x *lists) {
			x.ca[0].Entries = []certtest.ListEntry{{Serial: leafSerial, Date: now.Add(aDay)}}
		}, "revoked good", ""},
		{"version 1", func(x *lists) { x.ca[0] = certtest.ListTemplate{Version: 1} }, "good good", ""},
		{"version 1, listed", func(x *lists) { x.ca[0] = certtest.ListTemplate{Version: 1, Entries: listed(leafSerial)} }, "revoked good", ""},

		{"signature", func(x *lists) { x.ca[0].BadSignature = true }, "unknown good", "not signed with a key"},
		{"signature, listed", func(x *lists) { x.ca[0].BadSignature = true; x.ca[0].Entries = listed(leafSerial) }, "unknown good", "not signed with a key"},
		{"another name", func(x *lists) { x.ca[0].Issuer = certtest.Name(certtest.CN("Else")) }, "unknown good", "no list of"},
		{"the name in other letters", func(x *lists) {
			x.ca[0].Issuer = certtest.Name(certtest.C("de"), certtest.CN("ca"))
		}, "good good", ""},
		{"another key of that name", func(x *lists) {
			x.ca = nil
			x.after = func(t testing.TB, x *lists) {
				stranger := certtest.Issue(x.middle, nil)
				x.more = [][]byte{certtest.List(certtest.ListTemplate{Entries: listed(leafSerial)}, stranger)}
				x.finalReq.Candidates = append(x.finalReq.Candidates, parse(t, stranger))
			}
		}, "unknown good", "not signed with a key"},

		{"stale", func(x *lists) { x.ca[0].NextUpdate = now.Add(-time.Hour) }, "unknown good", "it held until"},
		{"stale, listed", func(x *lists) { x.ca[0].NextUpdate = now.Add(-time.Hour); x.ca[0].Entries = listed(leafSerial) }, "revoked good", ""},
		{"the moment of the next one", func(x *lists) { x.ca[0].NextUpdate = now }, "unknown good", "it held until"},
		{"a second before", func(x *lists) { x.ca[0].NextUpdate = now.Add(time.Second) }, "good good", ""},
		{"from the future", func(x *lists) { x.ca[0].ThisUpdate = now.Add(time.Second) }, "unknown good", "issued later"},
		{"from the future, listed", func(x *lists) { x.ca[0].ThisUpdate = now.Add(aDay); x.ca[0].Entries = listed(leafSerial) }, "revoked good", ""},
		{"this very second", func(x *lists) { x.ca[0].ThisUpdate = now; x.req.At = now.Add(time.Millisecond) }, "good good", ""},
		{"no next one named", func(x *lists) { x.ca[0].NoNextUpdate = true }, "unknown good", "when the next one comes"},
		{"no next one named, listed", func(x *lists) { x.ca[0].NoNextUpdate = true; x.ca[0].Entries = listed(leafSerial) }, "revoked good", ""},
		{"issued after the leaf had expired", func(x *lists) { x.leaf.NotAfter = now.Add(-2 * aDay) }, "unknown good", "had expired"},

		{"unknown critical extension", func(x *lists) { x.ca[0].Extensions = numbered(1, unknown) }, "unknown good", "1.2.3"},
		{"unknown critical extension, listed", func(x *lists) {
			x.ca[0].Extensions = numbered(1, unknown)
			x.ca[0].Entries = listed(leafSerial)
		}, "revoked good", ""},
		{"unknown extension", func(x *lists) { x.ca[0].Extensions = numbered(1, certtest.NotCritical(unknown)) }, "good good", ""},
		{"malformed extension", func(x *lists) {
			x.ca[0].Extensions = []certtest.Extension{{OID: "2.5.29.20", Value: []byte{5, 0}}}
		}, "unknown good", "malformed"},
		{"malformed scope", func(x *lists) {
			x.ca[0].Extensions = numbered(1, certtest.Extension{OID: "2.5.29.28", Critical: true, Value: []byte{5, 0}})
		}, "unknown good", "malformed"},
		{"malformed scope, listed", func(x *lists) {
			x.ca[0].Extensions = numbered(1, certtest.Extension{OID: "2.5.29.28", Critical: true, Value: []byte{5, 0}})
			x.ca[0].Entries = listed(leafSerial)
		}, "revoked good", ""},
		{"unknown critical extension of an entry", func(x *lists) { x.ca[0].Entries = listed([]byte{9}, unknown) }, "unknown good", "an entry has"},
		{"malformed entry", func(x *lists) { x.ca[0].RawEntries = []byte{0x30, 0} }, "unknown good", "malformed"},

		{"CA may not sign lists", func(x *lists) { x.middle.Extensions = with(x.middle.Extensions, certtest.KeyUsage(5)) }, "unknown good", "key usage"},
		{"CA may not sign lists, listed", func(x *lists) {
			x.middle.Extensions = with(x.middle.Extensions, certtest.KeyUsage(5))
			x.ca[0].Entries = listed(leafSerial)
		}, "unknown good", "key usage"},
		{"CA without key usage", func(x *lists) { x.middle.Extensions = without(x.middle.Extensions, "2.5.29.15") }, "good good", ""},
		{"root may not sign lists", func(x *lists) { x.chain.root.Extensions = with(x.chain.root.Extensions, certtest.KeyUsage(5)) }, "good unknown", "key usage"},
		{"root of version 1", func(x *lists) { x.chain.root.Extensions, x.chain.root.Version = nil, 1 }, "good good", ""},
	})
}

// TestNewestList: which of several lists counts.
func TestNewestList(t *testing.T) {
	t.Parallel()
	now := certtest.Now()
	unknown := certtest.Extension{OID: "1.2.3", Critical: true, Value: []byte{5, 0}}
	at := func(days int, number int64, entries []certtest.ListEntry, more ...certtest.Extension) certtest.ListTemplate {
		l := certtest.ListTemplate{ThisUpdate: now.Add(time.Duration(-days) * aDay), Extensions: more, Entries: entries}
		if number > 0 {
			l.Extensions = numbered(number, more...)
		}
		return l
	}
	on := listed(leafSerial)
	stale := at(2, 2, nil)
	stale.NextUpdate = now.Add(-aDay)
	forged := at(1, 9, nil)
	forged.BadSignature = true
	both := func(list ...certtest.ListTemplate) func(x *lists) { return func(x *lists) { x.ca = list } }
	runRevocation(t, []revocationCase{
		{"the newer one is clean", both(at(3, 1, on), at(1, 2, nil)), "good good", ""},
		{"the newer one has it", both(at(3, 1, nil), at(1, 2, on)), "revoked good", ""},
		{"the order does not matter", both(at(1, 2, on), at(3, 1, nil)), "revoked good", ""},
		{"same number and date", both(at(1, 2, on), at(1, 2, nil)), "revoked good", ""},
		{"same number, later date", both(at(3, 2, on), at(1, 2, nil)), "good good", ""},
		{"same date, higher number", both(at(1, 1, on), at(1, 2, nil)), "good good", ""},
		{"higher number, earlier date", both(at(3, 9, nil), at(1, 2, on)), "revoked good", ""},
		{"lower number, later date", both(at(3, 9, on), at(1, 2, nil)), "revoked good", ""},
		{"one without a number, later date", both(at(3, 9, on), at(1, 0, nil)), "good good", ""},
		{"one without a number, earlier date", both(at(3, 0, on), at(1, 1, nil)), "good good", ""},
		{"one without a number, same date", both(at(1, 0, on), at(1, 1, nil)), "revoked good", ""},
		{"a forged one does not count", both(at(3, 1, on), forged), "revoked good", ""},
		{"one that decides nothing does not count", both(at(3, 1, on), at(1, 2, nil, unknown)), "revoked good", ""},
		{"one of the future does not count", both(at(3, 1, on), at(-1, 2, nil)), "revoked good", ""},
		{"one of the future that has it counts", both(at(1, 1, nil), at(-1, 2, on)), "revoked good", ""},
		{"the newer one is stale", both(at(5, 1, on), stale), "unknown good", "it held until"},
		{"a stale one beside", both(stale, at(1, 3, nil)), "good good", ""},
	})
}

// TestListScope: what the distribution points of certificate and list make of
// it.
func TestListScope(t *testing.T) {
	t.Parallel()
	a, b := certtest.URI("http://ca.example/a.crl"), certtest.URI("http://ca.example/b.crl")
	caName := certtest.Directory(certtest.Name(certtest.C("DE"), certtest.CN("CA")))
	below := certtest.Directory(certtest.Name(certtest.C("DE"), certtest.CN("CA"), certtest.CN("1")))
	relative := []certtest.Attribute{certtest.CN("1")}
	points := func(p ...certtest.Point) func(x *lists) {
		return func(x *lists) { x.leaf.Extensions = with(x.leaf.Extensions, certtest.DistributionPoints(p...)) }
	}
	scoped := func(p ...certtest.Point) func(x *lists) {
		return func(x *lists) {
			x.ca = nil
			for _, one := range p {
				x.ca = append(x.ca, certtest.ListTemplate{Extensions: numbered(1, certtest.IssuingPoint(one))})
			}
		}
	}
	do := func(f ...func(x *lists)) func(x *lists) {
		return func(x *lists) {
			for _, one := range f {
				one(x)
			}
		}
	}
	entries := func(i int, e []certtest.ListEntry) func(x *lists) { return func(x *lists) { x.ca[i].Entries = e } }
	on := listed(leafSerial)
	uris := func(n ...[]byte) certtest.Point { return certtest.Point{Full: n} }
	rest := []int{2, 3, 4, 5, 6, 7, 8}
	runRevocation(t, []revocationCase{
		{"users only", scoped(certtest.Point{OnlyUsers: true}), "good good", ""},
		{"CAs only", scoped(certtest.Point{OnlyCAs: true}), "unknown good", "not about this certificate"},
		{"CAs only, listed", do(scoped(certtest.Point{OnlyCAs: true}), entries(0, on)), "unknown good", "not about this certificate"},
		{"attribute certificates only", scoped(certtest.Point{OnlyAttributes: true}), "unknown good", "not about this certificate"},
		{"users only, for a CA", func(x *lists) {
			x.root[0].Extensions = numbered(1, certtest.IssuingPoint(certtest.Point{OnlyUsers: true}))
		}, "good unknown", "not about"},
		{"CAs only, for a CA", func(x *lists) {
			x.root[0].Extensions = numbered(1, certtest.IssuingPoint(certtest.Point{OnlyCAs: true}))
		}, "good good", ""},

		{"point of the certificate, list without", points(uris(a)), "good good", ""},
		{"same point", do(points(uris(a)), scoped(uris(a))), "good good", ""},
		{"one name of several", do(points(uris(b, a)), scoped(uris(a, caName))), "good good", ""},
		{"another point", do(points(uris(b)), scoped(uris(a))), "unknown good", "not about"},
		{"another point, listed", do(points(uris(b)), scoped(uris(a)), entries(0, on)), "unknown good", "not about"},
		{"point of the list, certificate without", scoped(uris(a)), "unknown good", "not about"},
		{"the issuer's own name", scoped(uris(caName)), "good good", ""},
		{"full and relative name", do(points(uris(below)), scoped(certtest.Point{Relative: relative})), "good good", ""},
		{"relative and full name", do(points(certtest.Point{Relative: relative}), scoped(uris(below))), "good good", ""},
		{"another relative name", do(points(certtest.Point{Relative: []certtest.Attribute{certtest.CN("2")}}), scoped(certtest.Point{Relative: relative})), "unknown good", "not about"},
		{"malformed points", func(x *lists) {
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.Extension{OID: "2.5.29.31", Value: []byte{0x30, 0}})
		}, "unknown good", "malformed"},
		{"malformed points, listed", do(func(x *lists) {
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.Extension{OID: "2.5.29.31", Value: []byte{0x30, 0}})
		}, entries(0, on)), "revoked good", ""},

		{"some reasons", scoped(certtest.Point{Reasons: []int{1}}), "unknown good", "some reasons"},
		{"some reasons, listed", do(scoped(certtest.Point{Reasons: []int{1}}), entries(0, on)), "revoked good", ""},
		{"all reasons in two lists", scoped(certtest.Point{Reasons: []int{1}}, certtest.Point{Reasons: rest}), "good good", ""},
		{"all reasons in two lists, listed in the second", do(scoped(certtest.Point{Reasons: []int{1}}, certtest.Point{Reasons: rest}), entries(1, on)), "revoked good", ""},
		{"all but one", scoped(certtest.Point{Reasons: []int{1}}, certtest.Point{Reasons: rest[1:]}), "unknown good", "some reasons"},
		{"one of two lists is stale", do(scoped(certtest.Point{Reasons: []int{1}}, certtest.Point{Reasons: rest}), func(x *lists) {
			x.ca[1].NextUpdate = certtest.Now().Add(-time.Second)
		}), "unknown good", ""},
		{"reasons of the points", do(points(certtest.Point{Full: [][]byte{a}, Reasons: []int{1}}), scoped(uris(a))), "unknown good", "some reasons"},
		{"reasons of two points", do(points(certtest.Point{Full: [][]byte{a}, Reasons: []int{1}}, certtest.Point{Full: [][]byte{b}, Reasons: rest}), scoped(uris(a), uris(b))), "good good", ""},
		{"reasons of point and list", do(points(certtest.Point{Full: [][]byte{a}, Reasons: []int{1}}), scoped(certtest.Point{Full: [][]byte{a}, Reasons: rest})), "unknown good", "some reasons"},
	})
}

// TestDeltaLists: lists that change others.
func TestDeltaLists(t *testing.T) {
	t.Parallel()
	now := certtest.Now()
	lists := func(list ...certtest.ListTemplate) func(x *lists) { return func(x *lists) { x.ca = list } }
	base := func(number int64, entries []certtest.ListEntry, more ...certtest.Extension) certtest.ListTemplate {
		return certtest.ListTemplate{ThisUpdate: now.Add(-5 * aDay), Extensions: numbered(number, more...), Entries: entries}
	}
	delta := func(to, number int64, entries []certtest.ListEntry, more ...certtest.Extension) certtest.ListTemplate {
		return certtest.ListTemplate{Extensions: numbered(number, append(more, certtest.DeltaTo(to))...), Entries: entries}
	}
	old := func(l certtest.ListTemplate) certtest.ListTemplate { l.NextUpdate = now.Add(-time.Hour); return l }
	on, off := listed(leafSerial, certtest.ReasonCode(6)), listed(leafSerial, certtest.ReasonCode(8))
	key := func(b byte) certtest.Extension { return certtest.AKI([]byte{b}) }
	users := certtest.IssuingPoint(certtest.Point{OnlyUsers: true})
	unknown := certtest.Extension{OID: "1.2.3", Critical: true, Value: []byte{5, 0}}
	tomorrow := delta(5, 6, nil)
	tomorrow.ThisUpdate = now.Add(aDay)
	newer := base(9, nil)
	newer.ThisUpdate = now.Add(-time.Hour)
	runRevocation(t, []revocationCase{
		{"nothing new", lists(base(5, nil), delta(5, 6, nil)), "good good", ""},
		{"newly revoked", lists(base(5, nil), delta(5, 6, on)), "revoked good", ""},
		{"no longer on hold", lists(base(5, on), delta(5, 6, off)), "good good", ""},
		{"still on hold", lists(base(5, on), delta(5, 6, nil)), "revoked good", ""},
		{"brings a stale list up to date", lists(old(base(5, nil)), delta(5, 6, nil)), "good good", ""},
		{"brings a list after the base up to date", lists(old(base(5, nil)), delta(3, 6, nil)), "good good", ""},
		{"stale itself", lists(old(base(5, nil)), old(delta(5, 6, nil))), "unknown good", "it held until"},
		{"stale, list holds", lists(base(5, nil), old(delta(5, 6, nil))), "good good", ""},
		{"stale removal", lists(base(5, on), old(delta(5, 6, off))), "revoked good", ""},
		{"of the future", lists(old(base(5, nil)), tomorrow), "unknown good", "it held until"},
		{"to a later base", lists(old(base(5, nil)), delta(6, 7, nil)), "unknown good", "it held until"},
		{"to a later base, list holds", lists(base(5, nil), delta(6, 7, nil)), "good good", ""},
		{"to a later base, removal", lists(base(5, on), delta(6, 7, off)), "revoked good", ""},
		{"to a later base, listed", lists(base(5, nil), delta(6, 7, on)), "revoked good", ""},
		{"older than the list", lists(old(base(6, nil)), delta(5, 6, nil)), "unknown good", "it held until"},
		{"list without a number", lists(certtest.ListTemplate{NextUpdate: now.Add(-time.Hour)}, delta(5, 6, nil)), "unknown good", "it held until"},
		{"A47 without a number", lists(old(base(5, nil)), certtest.ListTemplate{Extensions: []certtest.Extension{certtest.DeltaTo(5)}}), "unknown good", "it held until"},
		{"without a number, listed", lists(base(5, nil), certtest.ListTemplate{Extensions: []certtest.Extension{certtest.DeltaTo(5)}, Entries: on}), "revoked good", ""},
		{"malformed indicator", lists(certtest.ListTemplate{Extensions: numbered(5, certtest.Extension{OID: "2.5.29.27", Critical: true, Value: []byte{5, 0}})}), "unknown good", "no complete one"},
		{"same key", lists(old(base(5, nil, key(1))), delta(5, 6, nil, key(1))), "good good", ""},
		{"another key", lists(old(base(5, nil, key(1))), delta(5, 6, nil, key(2))), "unknown good", "it held until"},
		{"key named in one of them", lists(old(base(5, nil)), delta(5, 6, nil, key(2))), "unknown good", "it held until"},
		{"same scope", lists(old(base(5, nil, users)), delta(5, 6, nil, users)), "good good", ""},
		{"another scope", lists(old(base(5, nil)), delta(5, 6, nil, users)), "unknown good", ""},
		{"unknown critical extension", lists(old(base(5, nil)), delta(5, 6, nil, unknown)), "unknown good", "it held until"},
		{"unknown critical extension, removal", lists(base(5, on), delta(5, 6, off, unknown)), "revoked good", ""},
		{"no complete list", lists(delta(5, 6, nil)), "unknown good", "no complete one"},
		{"no complete list, listed", lists(delta(5, 6, on)), "revoked good", ""},
		{"a newer complete list", lists(newer, delta(5, 6, on)), "good good", ""},
		{"a newer delta from the same base", lists(base(5, nil), func() certtest.ListTemplate {
			l := delta(5, 6, on)
			l.ThisUpdate = now.Add(-2 * aDay)
			return l
		}(), delta(5, 7, nil)), "good good", ""},
		{"a newer delta from a later base does not tell again", lists(base(5, nil), func() certtest.ListTemplate {
			l := delta(5, 6, on)
			l.ThisUpdate = now.Add(-2 * aDay)
			return l
		}(), delta(6, 7, nil)), "revoked good", ""},
		{"signature", lists(old(base(5, nil)), func() certtest.ListTemplate { l := delta(5, 6, nil); l.BadSignature = true; return l }()), "unknown good", ""},
	})
}
