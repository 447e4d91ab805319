package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/certstore"
	"smimectl/internal/online"
	"smimectl/internal/verdict"
)

func (a *app) crlUpdateCommand() *cobra.Command {
	all := false
	cmd := newVerb("update", "fetch the revocation lists of the certificates in the store",
		`Update fetches the revocation lists that the certificates of the store name, theirs and those of their issuers, where
there is none yet or the one there is holds for less than a day. Only lists signed by the issuer are kept, and none
takes the place of a newer one. It goes through the certificates that one of your anchors, for mail or for time stamps,
or a public e-mail root vouches for. Exit status 3 says that something could not be fetched, 5 that what came was not
taken, or that an address cannot be fetched at all.`,
		`  smimectl crl update
  0 */6 * * *  smimectl -q crl update`)
	cmd.Args = noArguments
	cmd.Flags().BoolVar(&all, "all", false, "fetch those too that hold for longer")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.updateLists(all) }
	return cmd
}

// expiring is how long before its end a list is fetched anew: a job that runs
// every day does not miss it.
const expiring = 24 * time.Hour

// listPoint is a place where lists are, as a certificate names it.
type listPoint struct {
	point   cert.DistributionPoint
	of      *cert.Certificate
	issuers []*cert.Certificate // those above it, and others that may have issued its lists
	own     bool                // below an anchor of the user's own
	delta   bool
}

// updateLine is what became of a list, in the JSON of crl update.
type updateLine struct {
	Address string  `json:"address"`
	Issuer  string  `json:"issuer"`
	State   string  `json:"state"` // new, updated, unchanged, current, failed, refused
	Until   *string `json:"until"`
	Reason  string  `json:"reason,omitempty"`
	exit    int
}

func (a *app) updateLists(all bool) error {
	points, err := a.listPoints()
	if err != nil {
		return err
	}
	held, err := heldLists(a.env.store())
	if err != nil {
		return err
	}
	lines := []updateLine{}
	codes := map[int]bool{}
	for _, p := range points {
		line, err := a.updateList(p, held, all)
		if err != nil {
			return err
		}
		if line.State == "new" || line.State == "updated" {
			if held, err = heldLists(a.env.store()); err != nil {
				return err
			}
		}
		lines = append(lines, line)
		codes[line.exit] = true
	}
	a.exit = worstExit(codes)
	switch {
	case a.global.json:
		return a.writeIndented(lines)
	case len(lines) == 0:
		a.inform("no certificate of the store names a revocation list and leads to an anchor")
		return nil
	case a.global.quiet:
		for _, line := range lines {
			if line.exit != exitYes {
				a.say("%s: %s: %s", line.State, verdict.Escape(line.Address), verdict.Escape(line.Reason))
			}
		}
		return nil
	}
	return a.printTable(len(lines), func(i int) []string {
		line := lines[i]
		last := line.Reason
		if line.Until != nil && last == "" {
			last = "until " + (*line.Until)[:len(time.DateOnly)]
		}
		return []string{line.State, verdict.Escape(line.Issuer), verdict.Escape(line.Address), verdict.Escape(last)}
	})
}

// everyCertificate is every certificate of the store, anchors too.
func (a *app) everyCertificate() ([]*cert.Certificate, error) {
	store := a.env.store()
	var out []*cert.Certificate
	identities, err := store.Identities()
	if err != nil {
		return nil, storeError(err)
	}
	for _, id := range identities {
		out = append(append(out, id.Certificate), id.Chain...)
	}
	entries, err := store.Certificates()
	if err != nil {
		return nil, storeError(err)
	}
	for _, e := range entries {
		out = append(out, e.Certificate)
	}
	for _, purpose := range []certstore.AnchorPurpose{certstore.ForMail, certstore.ForTimeStamps} {
		anchors, err := store.AnchorsFor(purpose)
		if err != nil {
			return nil, storeError(err)
		}
		for _, x := range anchors {
			out = append(out, x.Certificate)
		}
	}
	a.reportProblems(store)
	return out, nil
}

// listPoints gathers the distribution points of the paths from the certificates
// of the store to an anchor, be it one for mail or one for time stamps, each once.
// A certificate that has expired is on no list any more.
func (a *app) listPoints() ([]listPoint, error) {
	all, err := a.everyCertificate()
	if err != nil {
		return nil, err
	}
	anchors, find, err := a.anchors(&trustFlags{})
	if err != nil {
		return nil, err
	}
	stamps, err := a.timeStampAnchors(nil, &trustFlags{})
	if err != nil {
		return nil, err
	}
	now := a.env.now()
	seen := map[string]bool{}
	var out []listPoint
	for _, c := range all {
		if now.After(c.NotAfter) {
			continue
		}
		for _, to := range [][]certpath.Anchor{append(anchors[:len(anchors):len(anchors)], find(c, all, now)...), stamps} {
			if len(to) == 0 {
				continue
			}
			p := &certpath.Validate(certpath.Request{Leaf: c, Candidates: all, At: now, Purpose: certpath.PurposeAny, Anchors: to}).Paths[0]
			if p.Anchor == nil {
				continue
			}
			own := p.Anchor.Kind == "own" || p.Anchor.Kind == "file"
			for i, x := range p.Certificates[:len(p.Certificates)-1] {
				if seen[x.Fingerprint()] {
					continue
				}
				seen[x.Fingerprint()] = true
				issuers := append(p.Certificates[i+1:len(p.Certificates):len(p.Certificates)], all...)
				out = append(out, pointsOf(x, issuers, own)...)
			}
		}
	}
	return onceEach(out), nil
}

// pointsOf are the places where a certificate says that its lists are.
func pointsOf(c *cert.Certificate, issuers []*cert.Certificate, own bool) []listPoint {
	var out []listPoint
	points, _ := c.DistributionPoints()
	for _, d := range points {
		out = append(out, listPoint{point: d, of: c, issuers: issuers, own: own})
	}
	for _, d := range c.FreshestCRL() {
		out = append(out, listPoint{point: d, of: c, issuers: issuers, own: own, delta: true})
	}
	return out
}

// onceEach drops points without an address and those that were there before.
func onceEach(points []listPoint) []listPoint {
	seen := map[string]bool{}
	var out []listPoint
	for _, p := range points {
		uris := p.point.Name.URIs()
		key := p.of.Issuer.Key() + "\x00" + strings.Join(uris, "\x00")
		if len(uris) == 0 || seen[key] {
			continue
		}
		seen[key] = true
		out = append(out, p)
	}
	return out
}

// maxPointAddresses is how many addresses of one point are tried.
const maxPointAddresses = 4

// updateList fetches the list of one point if there is need, from the first of
// its addresses that has one. The error is the machine's.
func (a *app) updateList(p listPoint, held []heldList, all bool) (updateLine, error) {
	addresses := p.point.Name.URIs()
	line := updateLine{Address: addresses[0], Issuer: p.of.Issuer.String()}
	for _, h := range held {
		if !all && p.serves(h.crl) && h.crl.NextUpdate.After(a.env.now().Add(expiring)) {
			line.state("current", h.crl)
			return line, nil
		}
	}
	session := a.client().Session()
	for _, address := range addresses[:min(len(addresses), maxPointAddresses)] {
		l, err := session.List(address, p.own)
		switch {
		case err != nil && online.Refused(err):
			line.fail("refused", address, err.Error(), exitKey)
			continue
		case err != nil:
			line.fail("failed", address, err.Error(), exitMachine)
			continue
		case !signedByOne(l, p.issuers):
			line.fail("refused", address, "it is not signed by "+l.Issuer.String()+", as far as that is at hand", exitKey)
			continue
		}
		kept, err := a.keepList(l, held)
		if err != nil {
			e, ok := err.(*cliError)
			if !ok || e.exit != exitKey {
				return line, err
			}
			line.fail("refused", address, e.text, exitKey)
			continue
		}
		line.Address = address
		line.state(kept.state, l)
		return line, nil
	}
	return line, nil
}

func (u *updateLine) state(word string, l *cert.CRL) {
	u.State, u.Reason, u.exit = word, "", exitYes
	u.Issuer = l.Issuer.String()
	if !l.NextUpdate.IsZero() {
		text := l.NextUpdate.UTC().Format(time.RFC3339)
		u.Until = &text
	}
}

// fail keeps the failure that is worth most: one that trying again may mend.
func (u *updateLine) fail(word, address, reason string, exit int) {
	if u.State == "" || exit == exitMachine && u.exit != exitMachine {
		u.State, u.Address, u.Reason, u.exit = word, address, reason, exit
	}
}

// serves reports whether a list is one of the point (RFC 5280, Section 6.3.3 (b)).
func (p *listPoint) serves(l *cert.CRL) bool {
	if l.IsDelta() != p.delta {
		return false
	}
	issuer := p.of.Issuer.Equal(l.Issuer)
	for _, g := range p.point.Issuer {
		if name, err := cert.ParseName(g.Value); g.Kind == cert.KindDirectoryName && err == nil && name.Equal(l.Issuer) {
			issuer = true
		}
	}
	if !issuer {
		return false
	}
	scope := l.IssuingPoint()
	if scope == nil || !scope.Name.Present() {
		return signedByOne(l, p.issuers)
	}
	for _, x := range scope.Name.Full {
		for _, y := range p.point.Name.Full {
			if x.Equal(y) {
				return signedByOne(l, p.issuers)
			}
		}
	}
	return false
}
