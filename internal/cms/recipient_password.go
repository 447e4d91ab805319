package cms

import (
	"crypto/pbkdf2"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

// algPBKDF2 is id-PBKDF2 (RFC 8018, Appendix A.2; RFC 3370, Section 4.4.1).
const algPBKDF2 algorithm.OID = "\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c"

// Bounds of what a message may ask for: the iterations take seconds, and are
// run only for a password the user gave.
const (
	maxIterations = 10_000_000
	maxSalt       = 1024
)

// ContentKeyPassword recovers the content-encryption key of a
// PasswordRecipientInfo (RFC 3211). A wrong password is ErrDecrypt.
func (e *Envelope) ContentKeyPassword(ri *RecipientInfo, password []byte) ([]byte, error) {
	if e.Cipher == nil {
		return nil, e.Unsupported
	}
	if ri.Kind != Password {
		return nil, unfit("a password", ri)
	}
	if ri.KeyDerivation == nil {
		return nil, &algorithm.UnsupportedError{Kind: "key derivation", Detail: "none: the recipient needs a key-encryption key"}
	}
	w, err := findKEKWrap(ri)
	if err != nil {
		return nil, err
	}
	d, err := readPBKDF2(*ri.KeyDerivation, w.size())
	if err != nil {
		return nil, err
	}
	kek, err := pbkdf2.Key(d.prf.New, string(password), d.salt, d.iterations, w.size())
	if err != nil {
		return nil, err
	}
	defer clear(kek)
	cek, err := w.unwrap(kek, ri.EncryptedKey, e.Cipher.KeySize)
	return e.sized(cek, err)
}

type derivation struct {
	salt       []byte
	iterations int
	prf        *algorithm.Digest
}

// readPBKDF2 reads (RFC 8018, Appendix A.2)
//
//	PBKDF2-params ::= SEQUENCE {
//	    salt           CHOICE { specified OCTET STRING, otherSource AlgorithmIdentifier },
//	    iterationCount INTEGER (1..MAX),
//	    keyLength      INTEGER (1..MAX) OPTIONAL,
//	    prf            AlgorithmIdentifier DEFAULT { hmacWithSHA1, NULL } }
func readPBKDF2(id algorithm.Identifier, keySize int) (*derivation, error) {
	if id.OID != algPBKDF2 {
		return nil, &algorithm.UnsupportedError{Kind: "key derivation", OID: id.OID}
	}
	s := cryptobyte.String(id.Parameters)
	var body, salt, iterations cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() || !body.ReadASN1(&salt, asn1.OCTET_STRING) ||
		!body.ReadASN1Element(&iterations, asn1.INTEGER) {
		return nil, malformed("parameters of PBKDF2")
	}
	if len(salt) == 0 || len(salt) > maxSalt {
		return nil, malformed("length of the salt of PBKDF2")
	}
	d := &derivation{salt: salt}
	var count int64
	if !iterations.ReadASN1Integer(&count) || count > maxIterations {
		return nil, &LimitError{"iterations of PBKDF2"}
	}
	if count < 1 {
		return nil, malformed("iterations of PBKDF2")
	}
	d.iterations = int(count)
	if body.PeekASN1Tag(asn1.INTEGER) {
		var size int64
		if !body.ReadASN1Integer(&size) || size != int64(keySize) {
			return nil, malformed("key length of PBKDF2")
		}
	}
	prf := algorithm.Identifier{OID: hmacSHA1}
	if !body.Empty() {
		var ok bool
		if prf, ok = algorithm.ReadIdentifier(&body); !ok || !body.Empty() {
			return nil, malformed("parameters of PBKDF2")
		}
	}
	var err error
	d.prf, err = findPRF(prf)
	return d, err
}

const (
	arcDigest                 = "\x2a\x86\x48\x86\xf7\x0d\x02" // 1.2.840.113549.2
	hmacSHA1    algorithm.OID = arcDigest + "\x07"
	hmacSHA1Old algorithm.OID = "\x2b\x06\x01\x05\x05\x08\x01\x02" // 1.3.6.1.5.5.8.1.2, RFC 3211, Appendix A
)

// findPRF finds the digest of an HMAC (RFC 8018, Appendix B.1.2).
func findPRF(id algorithm.Identifier) (*algorithm.Digest, error) {
	for _, row := range [...]struct {
		oid    algorithm.OID
		digest string
	}{
		{hmacSHA1, "sha1"},
		{hmacSHA1Old, "sha1"},
		{arcDigest + "\x08", "sha224"},
		{arcDigest + "\x09", "sha256"},
		{arcDigest + "\x0a", "sha384"},
		{arcDigest + "\x0b", "sha512"},
	} {
		if row.oid != id.OID {
			continue
		}
		if !id.Equal(algorithm.Identifier{OID: id.OID}) {
			return nil, malformed("parameters of an HMAC")
		}
		return algorithm.DigestByName(row.digest)
	}
	return nil, &algorithm.UnsupportedError{Kind: "key derivation", OID: id.OID}
}
