package algorithm

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
)

// OIDPBKDF2 is id-PBKDF2 (RFC 8018, Appendix A.2; RFC 3370, Section 4.4.1). How its
// parameters are read depends on what the key is for.
const OIDPBKDF2 = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c") // 1.2.840.113549.1.5.12

// PRF is the pseudorandom function of a key derivation from a password: an HMAC.
type PRF struct {
	Name  string // "hmac-sha256"
	Title string // "HMAC-SHA256"
	OID   OID
	New   func() hash.Hash // the hash function of the HMAC
}

// prfs are those of RFC 8018, Appendix B.1.2. The first is the default where
// the parameters of PBKDF2 name none.
var prfs = []*PRF{
	{"hmac-sha1", "HMAC-SHA1", OID("\x2a\x86\x48\x86\xf7\x0d\x02\x07") /* 1.2.840.113549.2.7 */, sha1.New},
	{"hmac-sha224", "HMAC-SHA224", OID("\x2a\x86\x48\x86\xf7\x0d\x02\x08") /* 1.2.840.113549.2.8 */, sha256.New224},
	{"hmac-sha256", "HMAC-SHA256", OID("\x2a\x86\x48\x86\xf7\x0d\x02\x09") /* 1.2.840.113549.2.9 */, sha256.New},
	{"hmac-sha384", "HMAC-SHA384", OID("\x2a\x86\x48\x86\xf7\x0d\x02\x0a") /* 1.2.840.113549.2.10 */, sha512.New384},
	{"hmac-sha512", "HMAC-SHA512", OID("\x2a\x86\x48\x86\xf7\x0d\x02\x0b") /* 1.2.840.113549.2.11 */, sha512.New},
	{"hmac-sha512-224", "HMAC-SHA512/224", OID("\x2a\x86\x48\x86\xf7\x0d\x02\x0c") /* 1.2.840.113549.2.12 */, sha512.New512_224},
	{"hmac-sha512-256", "HMAC-SHA512/256", OID("\x2a\x86\x48\x86\xf7\x0d\x02\x0d") /* 1.2.840.113549.2.13 */, sha512.New512_256},
	{"hmac-sha1", "HMAC-SHA1", OID("\x2b\x06\x01\x05\x05\x08\x01\x02") /* 1.3.6.1.5.5.8.1.2 */, sha1.New}, // RFC 3211, Appendix A
}

// FindPRF returns the PRF that id names. NULL and absent parameters are both
// read: NULL is the standard form, but not for every name of HMAC-SHA1.
func FindPRF(id Identifier) (*PRF, error) {
	for _, p := range prfs {
		if p.OID != id.OID {
			continue
		}
		if !id.hasNone() {
			return nil, &ParameterError{Name: p.Name, Detail: "neither absent nor NULL"}
		}
		return p, nil
	}
	return nil, unsupported("key derivation", id.OID)
}

// DefaultPRF returns the one that parameters of PBKDF2 mean when they name none.
func DefaultPRF() *PRF { return prfs[0] }

// WrittenPRF returns the one for new messages and files.
func WrittenPRF() *PRF { return prfs[2] }

// Identifier returns the PRF as written: parameters are NULL (RFC 8018,
// Appendix B.1.2).
func (p *PRF) Identifier() Identifier { return Identifier{OID: p.OID, Parameters: nullParameters()} }
