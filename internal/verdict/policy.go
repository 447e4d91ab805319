package verdict

import (
	"strconv"
	"strings"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// Policy is what is wanted of a message. The zero value is the strictest one that judges by From.
type Policy struct {
	Now      time.Time // the clock
	At       time.Time // the moment certificates are judged for; zero: Now
	AtSigned bool      // judge for the claimed signing time where there is one
	Grounds  []Flag    // what the user said of how to judge and who opens, but for Allow; hints repeat it

	ExpectFrom []cert.Address // the signer must be one of these; From is not looked at
	AnyFrom    bool           // do not compare at all

	Allow map[string]bool // legacy algorithms by name, "all", "rsa-1024" for keys from 1024 bits

	AllowPartial      bool
	RequireRevocation bool
	NoRevocation      bool
	RequireSigned     bool
	RequireIntegrity  bool
	PurposeAny        bool
	PurposeCode       bool // what is signed is a commit or a tag: certificates for code are accepted too
	Anyway            bool

	MinValidity time.Duration // cert check: how long the certificate must still be valid

	stamps bool // it is the certificate of a time-stamping authority that is judged

	Flags []string // the exceptions in use, as the user typed them; named in the report
}

func (p Policy) time() time.Time {
	if p.At.IsZero() {
		return p.Now
	}
	return p.At
}

// Allows says whether an algorithm of that name and status may be used: Current and Legacy ones always, Broken ones
// only when the policy names them.
func (p Policy) Allows(name string, status algorithm.Status) bool {
	return status != algorithm.Broken || p.named(name)
}

// named says whether the policy names a broken algorithm. A name stands for its family: "3des" for "3des-cbc",
// "dsa" for every DSA.
func (p Policy) named(name string) bool {
	if p.Allow["all"] {
		return true
	}
	name = plain(name)
	for allowed, on := range p.Allow {
		if a := plain(allowed); on && a != "" && (name == a || strings.HasPrefix(name, a+"-")) {
			return true
		}
	}
	return false
}

// plain makes "SHA-1" and "sha1" one name.
func plain(name string) string {
	return strings.Replace(strings.ToLower(name), "sha-", "sha", 1)
}

// minRSA is the size from which an RSA key may sign (RFC 8551, Section 6 names shorter ones historic).
const minRSA = 2048

// minCurve is the size from which the key of an elliptic curve may sign.
const minCurve = 224

// weakKey says whether a key is too weak to sign, before any exception.
func weakKey(k *algorithm.PublicKey) bool {
	switch k.Kind {
	case "rsa":
		return k.Bits < minRSA
	case "dsa":
		return true
	case "ec":
		return k.Bits < minCurve
	}
	return false
}

// AllowsKey says whether signatures of a key are accepted: strong ones always, weak ones when the policy names their
// kind, RSA keys by their least size ("rsa-1024").
func (p Policy) AllowsKey(k *algorithm.PublicKey) bool {
	if k == nil {
		return false
	}
	if !weakKey(k) || p.Allow["all"] {
		return true
	}
	if k.Kind != "rsa" {
		return p.named(k.Kind) || p.named(k.Name)
	}
	for allowed, on := range p.Allow {
		size, ok := strings.CutPrefix(strings.ToLower(allowed), "rsa-")
		if !on || !ok {
			continue
		}
		if least, _ := strconv.Atoi(size); least > 0 && k.Bits >= least { // what is no size allows nothing
			return true
		}
	}
	return false
}
