package certstore

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/md5"
	"crypto/sha1"
	"crypto/subtle"
	"fmt"
	"hash"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

const (
	maxIterations = 10_000_000 // of one key derivation
	maxWork       = 30_000_000 // of all derivations for one file and one passphrase
	maxSalt       = 1024       // octets
	maxScrypt     = 64 << 20   // octets of memory
)

// pbe is a password-based encryption with its parameters read and found to be
// within the limits. Nothing has been computed yet.
type pbe struct {
	title      string // "AES-256 (PBKDF2, HMAC-SHA256)"
	short      string // "AES-256"
	iterations int    // what one derivation costs
	size       int    // of a block
	bmp        bool   // takes the BMPString form of a passphrase
	decrypter  func(password) cipher.BlockMode
}

// pbeKind is one row: a password-based encryption algorithm. read reads its
// parameters.
type pbeKind struct {
	oid  algorithm.OID
	read func(parameters []byte) (*pbe, error)
}

// pbeKinds are RFC 8018, Section 6.2 (PBES2), RFC 7292, Appendix C (the ciphers
// of PKCS#12), and RFC 8018, Section 6.1 (PBES1).
func pbeKinds() []pbeKind {
	return []pbeKind{
		{algorithm.OID("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d") /* 1.2.840.113549.1.5.13 */, readPBES2},
		{algorithm.OID("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x03") /* 1.2.840.113549.1.12.1.3 */, pkcs12PBE("3DES", 24, des.NewTripleDESCipher)},
		{algorithm.OID("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x04") /* 1.2.840.113549.1.12.1.4 */, pkcs12PBE("3DES with two keys", 16, twoKeyTripleDES)},
		{algorithm.OID("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x05") /* 1.2.840.113549.1.12.1.5 */, pkcs12PBE("RC2-128", 16, legacyRC2WithAllBits)},
		{algorithm.OID("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x06") /* 1.2.840.113549.1.12.1.6 */, pkcs12PBE("RC2-40", 5, legacyRC2WithAllBits)},
		{algorithm.OID("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x03") /* 1.2.840.113549.1.5.3 */, legacyPBES1("DES and MD5", md5.New, des.NewCipher)},
		{algorithm.OID("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x06") /* 1.2.840.113549.1.5.6 */, legacyPBES1("RC2-64 and MD5", md5.New, legacyRC2WithAllBits)},
		{algorithm.OID("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0a") /* 1.2.840.113549.1.5.10 */, legacyPBES1("DES and SHA-1", sha1.New, des.NewCipher)},
		{algorithm.OID("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0b") /* 1.2.840.113549.1.5.11 */, legacyPBES1("RC2-64 and SHA-1", sha1.New, legacyRC2WithAllBits)},
	}
}

// findPBE reads the AlgorithmIdentifier of something encrypted with a password.
func findPBE(id algorithm.Identifier) (*pbe, error) {
	for _, k := range pbeKinds() {
		if k.oid == id.OID {
			return k.read(id.Parameters)
		}
	}
	return nil, &UnsupportedError{Format: "password-based encryption", Detail: id.OID.String()}
}

// decrypt gives the plaintext that looks right, in DER; nil means that the
// passphrase is wrong or the ciphertext damaged, which cannot be told apart.
// What was encrypted is always one ASN.1 SEQUENCE.
func (p *pbe) decrypt(pw password, ciphertext []byte) []byte {
	if len(ciphertext) == 0 || len(ciphertext)%p.size != 0 {
		return nil
	}
	plain := make([]byte, len(ciphertext))
	p.decrypter(pw).CryptBlocks(plain, ciphertext)
	plain, ok := unpad(plain, p.size)
	if !ok || len(plain) == 0 || plain[0] != 0x30 {
		return nil
	}
	der, rest, err := toDER(plain)
	if err != nil || len(rest) > 0 {
		return nil
	}
	return der
}

// forms returns the forms of a passphrase that make a difference to p.
func (p *pbe) forms(passphrase []byte) []password {
	if p.bmp {
		return passwordForms(passphrase)
	}
	return []password{{octets: passphrase}}
}

// unpad takes off padding as of RFC 8018, Section 6.1.1, step 4. The key file is
// the user's own and nobody else sees how this ends, still it does not branch on
// single octets.
func unpad(b []byte, size int) ([]byte, bool) {
	n := int(b[len(b)-1])
	if n < 1 || n > size {
		return nil, false
	}
	good := 1
	for _, x := range b[len(b)-n:] {
		good &= subtle.ConstantTimeByteEq(x, byte(n))
	}
	return b[:len(b)-n], good == 1
}

// readSaltAndCount reads the parameters of PBES1 and of the ciphers of PKCS#12:
//
//	pkcs-12PbeParams ::= SEQUENCE { salt OCTET STRING, iterations INTEGER }
func readSaltAndCount(parameters []byte) (salt []byte, iterations int, err error) {
	s := cryptobyte.String(parameters)
	var body, octets cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() || !body.ReadASN1(&octets, asn1.OCTET_STRING) {
		return nil, 0, &MalformedError{Format: "password-based encryption", Detail: "parameters"}
	}
	if iterations, err = readIterations(&body); err != nil {
		return nil, 0, err
	}
	if !body.Empty() {
		return nil, 0, &MalformedError{Format: "password-based encryption", Detail: "parameters"}
	}
	return octets, iterations, checkSalt(octets)
}

// readIterations reads an iteration count of 1 to maxIterations.
func readIterations(s *cryptobyte.String) (int, error) {
	var raw cryptobyte.String
	var n int64
	element := *s
	if !s.ReadASN1(&raw, asn1.INTEGER) {
		return 0, &MalformedError{Format: "password-based encryption", Detail: "iteration count"}
	}
	if len(raw) > 8 && raw[0]&0x80 == 0 {
		return 0, &LimitError{What: fmt.Sprintf("iterations, at most %d", maxIterations)}
	}
	if !element.ReadASN1Integer(&n) || n < 1 {
		return 0, &MalformedError{Format: "password-based encryption", Detail: "iteration count below 1"}
	}
	if n > maxIterations {
		return 0, &LimitError{What: fmt.Sprintf("%d iterations, at most %d", n, maxIterations)}
	}
	return int(n), nil
}

// checkSalt holds salts to 1 to maxSalt octets.
func checkSalt(salt []byte) error {
	if len(salt) == 0 {
		return &MalformedError{Format: "password-based encryption", Detail: "empty salt"}
	}
	if len(salt) > maxSalt {
		return &LimitError{What: fmt.Sprintf("salt of %d octets, at most %d", len(salt), maxSalt)}
	}
	return nil
}

// pkcs12PBE is a cipher of RFC 7292, Appendix C: key and IV come from the
// derivation of PKCS#12 with SHA-1.
func pkcs12PBE(title string, keySize int, block func([]byte) (cipher.Block, error)) func([]byte) (*pbe, error) {
	return func(parameters []byte) (*pbe, error) {
		salt, iterations, err := readSaltAndCount(parameters)
		if err != nil {
			return nil, err
		}
		return &pbe{title: title, short: title, iterations: 3 * iterations, size: 8, bmp: true,
			decrypter: func(pw password) cipher.BlockMode {
				key := pkcs12KDF(sha1.New, kdfKey, pw.bmp, salt, iterations, keySize)
				iv := pkcs12KDF(sha1.New, kdfIV, pw.bmp, salt, iterations, 8)
				return cipher.NewCBCDecrypter(mustBlock(block(key)), iv)
			}}, nil
	}
}

// legacyPBES1 is a scheme of RFC 8018, Section 6.1: key and IV are the two halves
// of a PBKDF1 result.
func legacyPBES1(title string, h func() hash.Hash, block func([]byte) (cipher.Block, error)) func([]byte) (*pbe, error) {
	return func(parameters []byte) (*pbe, error) {
		salt, iterations, err := readSaltAndCount(parameters)
		if err != nil {
			return nil, err
		}
		return &pbe{title: title + " (PBES1)", short: title, iterations: iterations, size: 8,
			decrypter: func(pw password) cipher.BlockMode {
				d := h()
				d.Write(pw.octets)
				d.Write(salt)
				t := d.Sum(nil)
				for range iterations - 1 {
					d.Reset()
					d.Write(t)
					t = d.Sum(t[:0])
				}
				return cipher.NewCBCDecrypter(mustBlock(block(t[:8])), t[8:16])
			}}, nil
	}
}

// twoKeyTripleDES is 3DES whose third key is the first.
func twoKeyTripleDES(key []byte) (cipher.Block, error) {
	return des.NewTripleDESCipher(append(key[:16:16], key[:8]...))
}

// legacyRC2WithAllBits is RC2 whose effective key bits are all bits of the key.
func legacyRC2WithAllBits(key []byte) (cipher.Block, error) {
	return newLegacyRC2(key, 8*len(key)), nil
}

// mustBlock is for keys whose size was made to fit.
func mustBlock(b cipher.Block, err error) cipher.Block {
	if err != nil {
		panic("certstore: internal error: " + err.Error())
	}
	return b
}

// newAES is aes.NewCipher under a name that fits the tables.
func newAES(key []byte) (cipher.Block, error) { return aes.NewCipher(key) }
