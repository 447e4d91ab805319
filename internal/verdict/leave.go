package verdict

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
)

// leave is the flag that allows what is refused as broken, once: whatever of this message or of the certificate c the
// policy refuses, by its own name, since the next run would refuse what is left out. What is allowed already stays, since
// the hint takes the place of the call that was made. Nothing when nothing has to be allowed.
func (j *judge) leave(c *cert.Certificate) string {
	l := leave{p: j.p}
	for i := range j.f.Layers {
		layer := &j.f.Layers[i]
		if layer.Encrypted != nil && j.f.Command == "decrypt" {
			l.encrypted(layer.Encrypted)
		}
		if layer.Signed != nil {
			for k := range layer.Signed.Signers {
				l.signer(&layer.Signed.Signers[k])
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
	if len(l.names) == 0 {
		return ""
	}
	for _, name := range j.p.allowed() {
		l.add(name)
	}
	return "--allow-legacy " + strings.Join(l.fewest(), ",")
}

// allowed are the names of --allow-legacy that are in use, in their order.
func (p Policy) allowed() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(p.Allow)), func(name string) bool { return !p.Allow[name] })
}

// leave gathers names for --allow-legacy.
type leave struct {
	p     Policy
	names []string
}

func (l *leave) add(names ...string) {
	for _, name := range names {
		if !slices.Contains(l.names, name) {
			l.names = append(l.names, name)
		}
	}
}

// named adds an algorithm by the name of its family.
func (l *leave) named(name string, status algorithm.Status) {
	if !l.p.Allows(name, status) {
		family, _, _ := strings.Cut(plain(name), "-")
		l.add(family)
	}
}

func (l *leave) encrypted(e *Encrypted) {
	l.named(e.Cipher, e.CipherStatus)
	for i := range e.Recipients {
		if r := &e.Recipients[i]; r.Used && r.Outdated != "" {
			l.named(r.Outdated, r.Status)
		}
	}
}

func (l *leave) signer(s *Signer) {
	if info := s.Info; info != nil {
		l.digest(info.Digest)
		said := algorithm.Current
		if info.Digest != nil {
			said = info.Digest.Status
		}
		if scheme := info.Scheme; scheme != nil {
			l.digest(scheme.Digest)
			if scheme.Digest != nil {
				said = max(said, scheme.Digest.Status)
			}
			if scheme.Status > said { // it has that of its digest in it
				l.named(scheme.Name, scheme.Status)
			}
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
	if d != nil {
		l.named(d.Name, d.Status)
	}
}

func (l *leave) key(key *algorithm.PublicKey) {
	if !l.p.AllowsKey(key) {
		l.add(weakName(key))
	}
}

// fewest leaves one size of RSA keys: the smallest allows the larger ones.
func (l *leave) fewest() []string {
	least := math.MaxInt
	for _, name := range l.names {
		if n := rsaSize(name); n > 0 {
			least = min(least, n)
		}
	}
	return slices.DeleteFunc(slices.Clone(l.names), func(name string) bool { return rsaSize(name) > least })
}

// rsaSize is the size in the name of an RSA key; 0 for other names.
func rsaSize(name string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(name, "rsa-"))
	return n
}

// weakName is what --allow-legacy calls a weak key: RSA by its size, others by their kind.
func weakName(key *algorithm.PublicKey) string {
	if key.Kind == "rsa" {
		return "rsa-" + strconv.Itoa(key.Bits)
	}
	return key.Kind
}
