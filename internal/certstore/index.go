package certstore

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"

	"smimectl/internal/cert"
)

// The index of the certificates. It lies beside their directory, holds nothing that is
// not in the PEM files, and may be deleted at any time.
//
//	header  magic; stamp of the directory (3 numbers); number of entries and of files, octets of the
//	        list of files (8 octets each, big-endian); checksum of what stands before
//	pages   of 4096 octets: up to 204 entries, zeros, checksum. The entries are sorted: one octet that
//	        says what is looked for, 15 octets of a digest of it, 4 octets: where in the list of files
//	files   length of the name, name, size, stamp (3 numbers), checksum
//
// Three things make it worth believing, and none is taken on trust. The directory has to have
// the stamp: whoever adds, renames or removes a file there changes it (see seal), and who copies
// the store, or parts of it, makes another directory or changes this one. The checksums have to
// fit, in every piece that is read. And what is found is read from its file and has to be what
// was looked for. If one of these fails, the index is as good as none, and the files are read.
const (
	indexName  = "certs.index"
	indexMagic = "smimectl certificates 3\n"

	headerSize  = len(indexMagic) + 6*8 + 4
	pageSize    = 4096
	entrySize   = keySize + 4
	pageEntries = (pageSize - 4) / entrySize
	keySize     = 16

	// minIndexed is how many files are worth an index. So many are read within two milliseconds.
	minIndexed = 32

	maxIndex = 1 << 32 // octets of the list of files, which entries point into
)

// checksum is the first 4 octets of SHA-256: unlike a CRC it has no tables to make, which took longer than to look
// something up.
func checksum(b []byte) uint32 {
	sum := sha256.Sum256(b)
	return binary.BigEndian.Uint32(sum[:])
}

// indexKey is what entries are sorted by.
type indexKey [keySize]byte

// What is looked for: the first octet of a key.
const (
	byAddress     = 'a'
	byFingerprint = 'f' // the fingerprint itself, so that its beginning is a range
	byIssuer      = 'i' // issuer and serial number
	byKeyID       = 'k'
	byResponder   = 'o' // issuer of a certificate that OCSP responses may be signed with
	bySubject     = 's'
	bySHA1        = '1' // of the certificate, as gpgsm writes it
	asDamaged     = 'd' // a file that holds no certificate
)

// digestKey makes a key of something long.
func digestKey(kind byte, parts ...string) (k indexKey) {
	h := sha256.New()
	for _, p := range parts {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(p)))
		h.Write(length[:])
		h.Write([]byte(p))
	}
	k[0] = kind
	copy(k[1:], h.Sum(nil))
	return k
}

// addressKey is the same for addresses that are equal (cert.Address.Equal).
func addressKey(a cert.Address) indexKey {
	fold := func(s string) string {
		if slices.ContainsFunc([]byte(s), func(c byte) bool { return c >= 0x80 }) {
			return s
		}
		return asciiLower(s)
	}
	return digestKey(byAddress, fold(a.Local), fold(a.Domain))
}

func issuerSerialKey(is cert.IssuerSerial) indexKey {
	return digestKey(byIssuer, is.Issuer.Key(), string(is.Serial))
}

func keyIDKey(id []byte) indexKey { return digestKey(byKeyID, string(id)) }

func subjectKey(n cert.Name) indexKey { return digestKey(bySubject, n.Key()) }

func responderKey(issuer cert.Name) indexKey { return digestKey(byResponder, issuer.Key()) }

func sha1Key(sum []byte) (k indexKey) {
	k[0] = bySHA1
	copy(k[1:], sum)
	return k
}

// fingerprintKeys are the bounds, both inclusive, of the fingerprints that begin with the
// hexadecimal digits.
func fingerprintKeys(digits string) (from, to indexKey) {
	fill := func(with byte) (k indexKey) {
		padded := []byte(digits[:min(len(digits), 2*(keySize-1))])
		for len(padded) < 2*(keySize-1) {
			padded = append(padded, with)
		}
		k[0] = byFingerprint
		hex.Decode(k[1:], padded) // digits are hexadecimal: parseFingerprint
		return k
	}
	return fill('0'), fill('f')
}

// keysOf are all keys that lead to a certificate.
func keysOf(c *cert.Certificate) []indexKey {
	fingerprint, _ := fingerprintKeys(c.Fingerprint())
	sum := sha1.Sum(c.Raw)
	keys := []indexKey{fingerprint, sha1Key(sum[:]), issuerSerialKey(c.IssuerSerial()), subjectKey(c.Subject)}
	if id := c.SubjectKeyID(); len(id) > 0 {
		keys = append(keys, keyIDKey(id))
	} else if public, err := c.PublicKey(); err == nil {
		keys = append(keys, keyIDKey(public.KeyID()))
	}
	for _, a := range c.Addresses() {
		if k := addressKey(a); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	if purposes, _ := c.ExtKeyUsage(); slices.Contains(purposes, cert.PurposeOCSPSigning) {
		keys = append(keys, responderKey(c.Issuer))
	}
	return keys
}

// An indexedFile is what the index knows of a file.
type indexedFile struct {
	name string
	size int64
	stamp
}

const indexedFileRest = 8 + 3*8 + 4 // octets of a file behind its name

// appendFile adds a file to the list of files.
func appendFile(b []byte, f indexedFile) []byte {
	begin := len(b)
	b = append(append(b, byte(len(f.name))), f.name...)
	b = binary.BigEndian.AppendUint64(b, uint64(f.size))
	b = f.stamp.append(b)
	return binary.BigEndian.AppendUint32(b, checksum(b[begin:]))
}

// cutFile reads the file at the beginning of b; n is how many octets it takes, 0 where there is none.
func cutFile(b []byte) (f indexedFile, n int) {
	if len(b) == 0 || len(b) < 1+int(b[0])+indexedFileRest {
		return f, 0
	}
	name := b[1 : 1+int(b[0])]
	rest := b[1+len(name):]
	n = 1 + len(name) + indexedFileRest
	if checksum(b[:n-4]) != binary.BigEndian.Uint32(rest[indexedFileRest-4:]) {
		return f, 0
	}
	return indexedFile{string(name), int64(binary.BigEndian.Uint64(rest)), cutStamp(rest[8:])}, n
}
