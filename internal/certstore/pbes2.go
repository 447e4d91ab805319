package certstore

import (
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/rand"
	"errors"
	"fmt"
	"math/bits"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/scrypt"

	"smimectl/internal/algorithm"
)

// What we write (RFC 8018, Section 6.2): PBKDF2 with HMAC-SHA-256, AES-256-CBC.
const (
	writtenIterations = 600_000
	writtenSalt       = 16
)

const (
	dottedPBES2  = "1.2.840.113549.1.5.13"
	dottedScrypt = "1.3.6.1.4.1.11591.4.11"
	dottedAES    = "2.16.840.1.101.3.4.1."
)

// findPRF finds an HMAC by its AlgorithmIdentifier.
func findPRF(id algorithm.Identifier) (*algorithm.PRF, error) {
	p, err := algorithm.FindPRF(id)
	if _, malformed := errors.AsType[*algorithm.ParameterError](err); malformed {
		return nil, &MalformedError{Format: "HMAC", Detail: "parameters"}
	}
	if err != nil {
		return nil, &UnsupportedError{Format: "HMAC", Detail: id.OID.String()}
	}
	return p, nil
}

// scheme is one row of RFC 8018, Appendix B.2: a cipher of PBES2 whose parameters
// are its IV.
type scheme struct {
	oid       algorithm.OID
	title     string
	keySize   int
	blockSize int
	block     func([]byte) (cipher.Block, error)
}

func schemes() []scheme {
	return []scheme{
		{algorithm.MustOID(dottedAES + "2"), "AES-128", 16, 16, newAES},
		{algorithm.MustOID(dottedAES + "22"), "AES-192", 24, 16, newAES},
		{algorithm.MustOID(dottedAES + "42"), "AES-256", 32, 16, newAES},
		{algorithm.OID("\x2a\x86\x48\x86\xf7\x0d\x03\x07") /* 1.2.840.113549.3.7 */, "3DES", 24, 8, des.NewTripleDESCipher},
		{algorithm.OID("\x2b\x0e\x03\x02\x07") /* 1.3.14.3.2.7 */, "DES", 8, 8, des.NewCipher},
	}
}

// kdf derives a key from a passphrase: PBKDF2 or scrypt, with its parameters.
type kdf struct {
	title      string
	iterations int
	keySize    int // as written in the parameters, 0 if it is not
	derive     func(passphrase []byte, size int) []byte
}

// readPBES2 reads
//
//	PBES2-params ::= SEQUENCE {
//	    keyDerivationFunc AlgorithmIdentifier {{PBES2-KDFs}},
//	    encryptionScheme AlgorithmIdentifier {{PBES2-Encs}} }
func readPBES2(parameters []byte) (*pbe, error) {
	s := cryptobyte.String(parameters)
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() {
		return nil, &MalformedError{Format: "PBES2", Detail: "parameters"}
	}
	kdfID, ok1 := algorithm.ReadIdentifier(&body)
	encID, ok2 := algorithm.ReadIdentifier(&body)
	if !ok1 || !ok2 || !body.Empty() {
		return nil, &MalformedError{Format: "PBES2", Detail: "parameters"}
	}
	k, err := readKDF(kdfID)
	if err != nil {
		return nil, err
	}
	for _, enc := range schemes() {
		if enc.oid != encID.OID {
			continue
		}
		var iv cryptobyte.String
		p := cryptobyte.String(encID.Parameters)
		if !p.ReadASN1(&iv, asn1.OCTET_STRING) || !p.Empty() || len(iv) != enc.blockSize {
			return nil, &MalformedError{Format: "PBES2", Detail: "initialization vector"}
		}
		if k.keySize != 0 && k.keySize != enc.keySize {
			return nil, &MalformedError{Format: "PBES2",
				Detail: fmt.Sprintf("key of %d octets for %s", k.keySize, enc.title)}
		}
		return &pbe{title: enc.title + " (" + k.title + ")", short: enc.title, iterations: k.iterations, size: enc.blockSize,
			decrypter: func(pw password) cipher.BlockMode {
				return cipher.NewCBCDecrypter(mustBlock(enc.block(k.derive(pw.octets, enc.keySize))), iv)
			}}, nil
	}
	return nil, &UnsupportedError{Format: "PBES2 cipher", Detail: encID.OID.String()}
}

// kdfKind is one row: a key derivation function and how its parameters are read.
type kdfKind struct {
	oid  algorithm.OID
	read func(parameters []byte) (*kdf, error)
}

// readKDF reads the AlgorithmIdentifier of a key derivation function.
func readKDF(id algorithm.Identifier) (*kdf, error) {
	for _, k := range []kdfKind{
		{algorithm.OIDPBKDF2, readPBKDF2},
		{algorithm.MustOID(dottedScrypt), readScrypt},
	} {
		if k.oid == id.OID {
			return k.read(id.Parameters)
		}
	}
	return nil, &UnsupportedError{Format: "key derivation", Detail: id.OID.String()}
}

// readPBKDF2 reads, RFC 8018, Appendix A.2,
//
//	PBKDF2-params ::= SEQUENCE {
//	    salt CHOICE { specified OCTET STRING, otherSource AlgorithmIdentifier },
//	    iterationCount INTEGER (1..MAX),
//	    keyLength INTEGER (1..MAX) OPTIONAL,
//	    prf AlgorithmIdentifier DEFAULT algid-hmacWithSHA1 }
func readPBKDF2(parameters []byte) (*kdf, error) {
	malformed := &MalformedError{Format: "PBKDF2", Detail: "parameters"}
	s := cryptobyte.String(parameters)
	var body, salt cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() || !body.ReadASN1(&salt, asn1.OCTET_STRING) {
		return nil, malformed
	}
	iterations, err := readIterations(&body)
	if err != nil {
		return nil, err
	}
	if err := checkSalt(salt); err != nil {
		return nil, err
	}
	keySize, err := readKeySize(&body)
	if err != nil {
		return nil, err
	}
	id := algorithm.DefaultPRF().Identifier()
	if !body.Empty() {
		var ok bool
		if id, ok = algorithm.ReadIdentifier(&body); !ok || !body.Empty() {
			return nil, malformed
		}
	}
	h, err := findPRF(id)
	if err != nil {
		return nil, err
	}
	return &kdf{title: "PBKDF2, " + h.Title, iterations: iterations, keySize: keySize,
		derive: func(passphrase []byte, size int) []byte {
			key, err := pbkdf2.Key(h.New, string(passphrase), salt, iterations, size)
			if err != nil {
				panic("certstore: internal error: " + err.Error())
			}
			return key
		}}, nil
}

// readKeySize reads the optional keyLength of a key derivation.
func readKeySize(s *cryptobyte.String) (int, error) {
	if !s.PeekASN1Tag(asn1.INTEGER) {
		return 0, nil
	}
	var n int64
	if !s.ReadASN1Integer(&n) || n < 1 || n > 1024 {
		return 0, &MalformedError{Format: "key derivation", Detail: "key length"}
	}
	return int(n), nil
}

// readScrypt reads, RFC 7914, Section 7,
//
//	scrypt-params ::= SEQUENCE {
//	    salt OCTET STRING,
//	    costParameter INTEGER (1..MAX),
//	    blockSize INTEGER (1..MAX),
//	    parallelizationParameter INTEGER (1..MAX),
//	    keyLength INTEGER (1..MAX) OPTIONAL }
//
// All three costs are bounded, each and together.
func readScrypt(parameters []byte) (*kdf, error) {
	malformed := &MalformedError{Format: "scrypt", Detail: "parameters"}
	s := cryptobyte.String(parameters)
	var body, salt cryptobyte.String
	var n, r, p uint64
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() || !body.ReadASN1(&salt, asn1.OCTET_STRING) ||
		!body.ReadASN1Integer(&n) || !body.ReadASN1Integer(&r) || !body.ReadASN1Integer(&p) {
		return nil, malformed
	}
	keySize, err := readKeySize(&body)
	if err != nil {
		return nil, err
	}
	if !body.Empty() || n < 2 || bits.OnesCount64(n) != 1 || r < 1 || p < 1 {
		return nil, malformed
	}
	if n > 1<<20 || r > 64 || p > 16 || 128*n*r > maxScrypt {
		return nil, &LimitError{What: fmt.Sprintf("scrypt with N %d, r %d, p %d needs more than %d MiB or too long", n, r, p, maxScrypt>>20)}
	}
	if err := checkSalt(salt); err != nil {
		return nil, err
	}
	// One mixing of a block costs about as much as one HMAC-SHA-256.
	return &kdf{title: "scrypt", iterations: int(n * r * p / 4), keySize: keySize,
		derive: func(passphrase []byte, size int) []byte {
			key, err := scrypt.Key(passphrase, salt, int(n), int(r), int(p), size)
			if err != nil {
				panic("certstore: internal error: " + err.Error())
			}
			return key
		}}, nil
}

// EncryptPKCS8 encrypts a PKCS#8 PrivateKeyInfo under a passphrase and returns
// the EncryptedPrivateKeyInfo (RFC 5958, Section 3): PBES2 with PBKDF2,
// HMAC-SHA-256, 600,000 iterations and AES-256-CBC.
func EncryptPKCS8(der, passphrase []byte) ([]byte, error) {
	return encryptPKCS8(der, passphrase, writtenIterations)
}

func encryptPKCS8(der, passphrase []byte, iterations int) ([]byte, error) {
	salt, iv := make([]byte, writtenSalt), make([]byte, 16)
	rand.Read(salt)
	rand.Read(iv)
	key, err := pbkdf2.Key(algorithm.WrittenPRF().New, string(passphrase), salt, iterations, 32)
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	n := 16 - len(der)%16
	padded := append(make([]byte, 0, len(der)+n), der...)
	for range n {
		padded = append(padded, byte(n))
	}
	cipher.NewCBCEncrypter(mustBlock(newAES(key)), iv).CryptBlocks(padded, padded)

	var b cryptobyte.Builder
	sequence := func(f func(*cryptobyte.Builder)) func(*cryptobyte.Builder) {
		return func(b *cryptobyte.Builder) { b.AddASN1(asn1.SEQUENCE, f) }
	}
	oid := func(b *cryptobyte.Builder, dotted string) { algorithm.MustOID(dotted).AddTo(b) }
	sequence(func(b *cryptobyte.Builder) {
		sequence(func(b *cryptobyte.Builder) {
			oid(b, dottedPBES2)
			sequence(func(b *cryptobyte.Builder) {
				sequence(func(b *cryptobyte.Builder) {
					algorithm.OIDPBKDF2.AddTo(b)
					sequence(func(b *cryptobyte.Builder) {
						b.AddASN1OctetString(salt)
						b.AddASN1Int64(int64(iterations))
						algorithm.WrittenPRF().Identifier().AddTo(b)
					})(b)
				})(b)
				sequence(func(b *cryptobyte.Builder) {
					oid(b, dottedAES+"42")
					b.AddASN1OctetString(iv)
				})(b)
			})(b)
		})(b)
		b.AddASN1OctetString(padded)
	})(&b)
	out, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	return out, nil
}
