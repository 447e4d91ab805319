package cms

import (
	"crypto/pbkdf2"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

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
		return nil, malformed("the recipient says no key derivation, so no password fits")
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
	prf        *algorithm.PRF
}

// readPBKDF2 reads (RFC 8018, Appendix A.2)
//
//	PBKDF2-params ::= SEQUENCE {
//	    salt           CHOICE { specified OCTET STRING, otherSource AlgorithmIdentifier },
//	    iterationCount INTEGER (1..MAX),
//	    keyLength      INTEGER (1..MAX) OPTIONAL,
//	    prf            AlgorithmIdentifier DEFAULT { hmacWithSHA1, NULL } }
func readPBKDF2(id algorithm.Identifier, keySize int) (*derivation, error) {
	if id.OID != algorithm.OIDPBKDF2 {
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
	count := new(big.Int)
	if !iterations.ReadASN1Integer(count) || count.Sign() < 1 {
		return nil, malformed("iterations of PBKDF2")
	}
	if count.Cmp(big.NewInt(maxIterations)) > 0 {
		return nil, &LimitError{"iterations of PBKDF2"}
	}
	d.iterations = int(count.Int64())
	if body.PeekASN1Tag(asn1.INTEGER) {
		var size int64
		if !body.ReadASN1Integer(&size) || size != int64(keySize) {
			return nil, malformed("key length of PBKDF2")
		}
	}
	prf := algorithm.DefaultPRF().Identifier()
	if !body.Empty() {
		var ok bool
		if prf, ok = algorithm.ReadIdentifier(&body); !ok || !body.Empty() {
			return nil, malformed("parameters of PBKDF2")
		}
	}
	var err error
	if d.prf, err = algorithm.FindPRF(prf); err != nil {
		return nil, publicError(err)
	}
	return d, nil
}
