package verdict

import (
	"fmt"
	"strings"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
)

// The words for what the certificates of a signer are worth, worst first: the first that holds is said.
var trustWords = [...]string{"untrusted", "revoked", "not-yet-valid", "expired", "wrong-purpose", "weak", "revocation-unknown", "ok"}

func trustRank(word string) int {
	for i, w := range trustWords {
		if w == word {
			return i
		}
	}
	return 0
}

// finding is one thing that is wrong with a path.
type finding struct {
	trust string
	code  Code
	word  Word
	text  string
}

// assessment is what a policy makes of one path.
type assessment struct {
	path     *certpath.Path // nil when there is none
	findings []finding
	later    []certpath.Revocation // what was revoked after a proven time
}

func (a assessment) trust() string {
	worst := len(trustWords) - 1
	for _, f := range a.findings {
		worst = min(worst, trustRank(f.trust))
	}
	return trustWords[worst]
}

func (a assessment) says(trust string) bool {
	for _, f := range a.findings {
		if f.trust == trust {
			return true
		}
	}
	return false
}

// validity says what the certificates' dates come to.
func (a assessment) validity() string {
	switch {
	case a.path == nil:
		return ""
	case a.says("not-yet-valid"):
		return "not-yet-valid"
	case a.says("expired"):
		return "expired"
	}
	return "ok"
}

// standing says whether the path would do at its time, whatever does not depend on time apart.
func (a assessment) standing() bool {
	return trustRank(a.trust()) > trustRank("expired")
}

// assess takes the path that the policy finds least wrong; of equals the first, since certpath puts the best first.
func (p Policy) assess(leaf *cert.Certificate, res *certpath.Result) assessment {
	best := assessment{findings: []finding{{"untrusted", IssuerUnknown, WordUntrusted, p.unknownIssuer(leaf)}}}
	if res == nil {
		return best
	}
	found := false
	for i := range res.Paths {
		a := p.path(leaf, &res.Paths[i])
		if !found || trustRank(a.trust()) > trustRank(best.trust()) {
			best, found = a, true
		}
	}
	return best
}

// path says what is wrong with one path.
func (p Policy) path(leaf *cert.Certificate, path *certpath.Path) assessment {
	a := assessment{path: path}
	add := func(trust string, code Code, text string) {
		a.findings = append(a.findings, finding{trust, code, WordUntrusted, text})
	}
	if len(path.Certificates) == 0 || !path.Certificates[0].Equal(leaf) {
		// What is reported is the leaf of the path that was checked, and nothing else.
		add("untrusted", PathInvalid, "the chain is not that of the signer's certificate")
	}
	for _, problem := range path.Problems {
		if f, ok := unread(problem, leaf); ok {
			a.findings = append(a.findings, f)
			continue
		}
		p.problem(problem, leaf, add)
	}
	p.revocations(path, add)
	if path.Anchor == nil && !a.says("untrusted") {
		add("untrusted", IssuerUnknown, p.unknownIssuer(leaf))
	}
	said := map[string]bool{}
	for _, d := range path.Digests {
		if d != nil && !p.Allows(d.Name, d.Status) && !said[d.Name] {
			said[d.Name] = true
			add("weak", WeakDigest, fmt.Sprintf("a certificate of the chain is signed over %s", digestTitle(d)))
		}
	}
	for _, k := range path.Keys {
		if k != nil && !p.AllowsKey(k) && !said[k.Name] {
			said[k.Name] = true
			add("weak", WeakKey, fmt.Sprintf("the chain has a key of %s", k.Title))
		}
	}
	return a
}

// unread finds a certificate whose signature cannot be judged at all: that of an algorithm that is not had here, or one
// whose parameters are malformed. The mail itself was read: nobody vouches for the signer, and the code says why.
func unread(problem certpath.Problem, leaf *cert.Certificate) (finding, bool) {
	code := Malformed
	switch {
	case isUnsupported(problem.Err):
		code = UnsupportedAlg
	case !isUnreadable(problem.Err):
		return finding{}, false
	}
	who := problem.Certificate
	if who == nil {
		who = leaf
	}
	text := fmt.Sprintf("%s, in the signature of the issuer under the certificate of %s", WithoutFloor(problem.Err), quote(who.DisplayName()))
	return finding{"untrusted", code, WordUntrusted, text}, true
}

// problem translates what certpath found. What is not known here breaks the chain.
func (p Policy) problem(problem certpath.Problem, leaf *cert.Certificate, add func(trust string, code Code, text string)) {
	who := problem.Certificate
	if who == nil {
		who = leaf
	}
	detail := problem.Detail
	switch problem.Code {
	case "issuer-unknown":
		add("untrusted", IssuerUnknown, p.unknownIssuer(who))
	case "issuer-missing":
		add("untrusted", IssuerMissing, fmt.Sprintf("the certificate of the issuer %s is not to be had", quote(shownName(who.Issuer))))
	case "expired-now":
		add("expired", ExpiredNow, fmt.Sprintf("the certificate of %s expired on %s", quote(who.DisplayName()), day(who.NotAfter)))
	case "not-yet-valid":
		add("not-yet-valid", NotYetValid, fmt.Sprintf("the certificate of %s is valid from %s", quote(who.DisplayName()), day(who.NotBefore)))
	case "wrong-purpose":
		if p.PurposeAny {
			return
		}
		text := fmt.Sprintf("the certificate of %s is not made for %s", quote(who.DisplayName()), map[bool]string{false: "signing mail", true: "time stamps"}[p.stamps])
		if detail != "" {
			text += ": " + detail
		}
		add("wrong-purpose", WrongPurpose, text)
	case "revoked":
		add("revoked", Revoked, fmt.Sprintf("the certificate of %s was revoked", quote(who.DisplayName())))
	case "revocation-unknown":
		if p.RequireRevocation {
			add("revocation-unknown", RevocationUnknown, "")
		}
	default:
		if detail == "" {
			detail = problem.Code
		}
		add("untrusted", PathInvalid, fmt.Sprintf("the chain breaks a rule at %s: %s", quote(who.DisplayName()), detail))
	}
}

// unknownIssuer says that nobody vouches for a certificate.
func (p Policy) unknownIssuer(c *cert.Certificate) string {
	text := fmt.Sprintf("issued by %s, which is none of your anchors", quote(shownName(c.Issuer)))
	if p.stamps {
		text += " for time stamps"
	}
	return text
}

// shownName is the part of a name people know: the common name, else all of it.
func shownName(n cert.Name) string {
	if cn := n.CommonName(); cn != "" {
		return cn
	}
	return n.String()
}

// plainName is a name as people write it: its values, the most specific first.
func plainName(n cert.Name) string {
	var values []string
	rdns := n.Attributes()
	for i := len(rdns) - 1; i >= 0; i-- {
		for _, a := range rdns[i] {
			if text, ok := a.Text(); ok && text != "" {
				if strings.ContainsAny(text, "<>@") { // as in who: not to be read as an address
					text = quote(text)
				}
				values = append(values, text)
			}
		}
	}
	if len(values) == 0 {
		return n.String()
	}
	return strings.Join(values, ", ")
}

func digestTitle(d *algorithm.Digest) string {
	if d.MIC != "" {
		return strings.ToUpper(d.MIC)
	}
	return strings.ToUpper(d.Name)
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02") }
