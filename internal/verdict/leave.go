package verdict

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
)

// leave is the flag that allows what is refused as broken, once: what the code is about, and at once whatever else of
// this message or of the certificate c the policy refuses, or the next run would refuse that. What is allowed already
// stays, since the hint takes the place of the call that was made.
func (j *judge) leave(code Code, c *cert.Certificate) string {
	l := leave{p: j.p}
	switch code {
	case WeakDigest:
		l.add("sha1", "md5")
	case WeakCipher:
		l.add("rc2", "des")
	}
	for i := range j.f.Layers {
		if signed := j.f.Layers[i].Signed; signed != nil {
			for k := range signed.Signers {
				l.signer(&signed.Signers[k])
			}
		}
	}
	for i := range j.f.Certs {
		l.path(j.f.Certs[i].Certificate, j.f.Certs[i].Now)
	}
	if c != nil {
		if key, err := c.PublicKey(); err == nil {
			l.key(key)
		}
	}
	if code == WeakKey && !l.keys {
		l.add(weakKeyName(c))
	}
	var inUse []string
	for name, on := range j.p.Allow {
		if on {
			inUse = append(inUse, name)
		}
	}
	sort.Strings(inUse)
	for _, name := range inUse {
		l.add(name)
	}
	return "--allow-legacy " + strings.Join(l.fewest(), ",") + j.grounds()
}

// grounds are the files that trust rests on, as flags: without them the call would end in another verdict.
func (j *judge) grounds() string {
	var flags strings.Builder
	for _, word := range j.p.Grounds {
		flags.WriteString(" " + shellWord(word))
	}
	return flags.String()
}

// leave gathers names for --allow-legacy.
type leave struct {
	p     Policy
	names []string
	keys  bool // a key is refused
}

func (l *leave) add(names ...string) {
	for _, name := range names {
		if !slices.Contains(l.names, name) {
			l.names = append(l.names, name)
		}
	}
}

func (l *leave) signer(s *Signer) {
	if info := s.Info; info != nil {
		l.digest(info.Digest)
		if info.Scheme != nil {
			l.digest(info.Scheme.Digest)
		}
	}
	if s.Certificate == nil {
		return
	}
	if key, err := s.Certificate.PublicKey(); err == nil {
		l.key(key)
	}
	l.path(s.Certificate, s.Now)
	if l.p.AtSigned {
		l.path(s.Certificate, s.Then)
	}
}

// path looks at the path that is judged.
func (l *leave) path(leaf *cert.Certificate, found *certpath.Result) {
	if leaf == nil {
		return
	}
	path := l.p.assess(leaf, found).path
	if path == nil {
		return
	}
	for _, d := range path.Digests {
		l.digest(d)
	}
	for _, key := range path.Keys {
		if key != nil {
			l.key(key)
		}
	}
}

func (l *leave) digest(d *algorithm.Digest) {
	if d != nil && !l.p.Allows(d.Name, d.Status) {
		l.add("sha1", "md5")
	}
}

func (l *leave) key(key *algorithm.PublicKey) {
	if !l.p.AllowsKey(key) {
		l.keys = true
		l.add(weakName(key))
	}
}

// fewest leaves one size of RSA keys: the smallest allows the larger ones.
func (l *leave) fewest() []string {
	least := 0
	for _, name := range l.names {
		if n := rsaSize(name); n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	return slices.DeleteFunc(slices.Clone(l.names), func(name string) bool { return rsaSize(name) > least })
}

func rsaSize(name string) int {
	size, ok := strings.CutPrefix(name, "rsa-")
	if !ok {
		return 0
	}
	n, _ := strconv.Atoi(size)
	return n
}

// weakKeyName is what --allow-legacy calls the weak key of a certificate. Without a weak key to look at it is the usual
// one.
func weakKeyName(c *cert.Certificate) string {
	if c != nil {
		if key, err := c.PublicKey(); err == nil && weakKey(key) {
			return weakName(key)
		}
	}
	return usualWeakKey
}

const usualWeakKey = "rsa-1024"

// weakName is what --allow-legacy calls a weak key: DSA by its kind, RSA by its least size.
func weakName(key *algorithm.PublicKey) string {
	switch {
	case key.Kind == "rsa" && key.Bits >= 1024:
		return usualWeakKey
	case key.Kind == "rsa":
		return key.Name
	}
	return key.Kind
}
