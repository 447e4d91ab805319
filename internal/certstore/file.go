package certstore

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/cert"
)

// maxObjects is how many keys, certificates and lists one file may hold.
const maxObjects = 10_000

// ReadFile reads keys, certificates and revocation lists in whatever form they
// stand in data. It asks for a passphrase only where nothing can be read without
// one (PKCS#12); encrypted keys of other files stay sealed until they are wanted.
// Nothing is left out without an error, except PEM blocks of other kinds.
func ReadFile(data []byte, pass PassphraseFunc) (*Bundle, error) {
	return readFile(data, pass, new(Bundle))
}

// ReadFileUnverified is ReadFile for looking into a file only: a PKCS#12 file whose
// MAC is missing or wrong is read all the same if it decrypts, and the Bundle says
// so. The keys of such a file do not open.
func ReadFileUnverified(data []byte, pass PassphraseFunc) (*Bundle, error) {
	return readFile(data, pass, &Bundle{lenient: true})
}

func readFile(data []byte, pass PassphraseFunc, b *Bundle) (*Bundle, error) {
	if len(data) > maxFile {
		return nil, &LimitError{What: fmt.Sprintf("file of more than %d MiB", maxFile>>20)}
	}
	var err error
	switch {
	case bytes.Contains(data, []byte("-----BEGIN ")):
		b.Format = "PEM"
		err = b.readPEM(data, pass)
	case len(data) > 0 && data[0] == 0x30:
		err = b.readDER(data, pass)
	default:
		der, ok := bareBase64(data)
		if !ok {
			return nil, &MalformedError{Format: "file", Detail: "neither PEM nor DER"}
		}
		err = b.readDER(der, pass)
	}
	if err != nil {
		return nil, err
	}
	if len(b.Certificates)+len(b.Keys)+len(b.CRLs) == 0 {
		return nil, &EmptyError{Format: b.Format}
	}
	return b, nil
}

// Add puts everything of o into b, for keys and certificates that come in
// separate files.
func (b *Bundle) Add(o *Bundle) {
	b.Certificates = append(b.Certificates, o.Certificates...)
	b.Keys = append(b.Keys, o.Keys...)
	b.CRLs = append(b.CRLs, o.CRLs...)
	b.Unverified = b.Unverified || o.Unverified
	if b.Format == "" {
		b.Format = o.Format
	}
}

// bareBase64 decodes base64 without PEM lines around it.
//
// QUIRK: the web pages of some authorities hand out PKCS#12 and PKCS#7 like that.
func bareBase64(data []byte) ([]byte, bool) {
	if len(data) == 0 || data[0] != 'M' { // 0x30 0x8x, 0x30 0x80
		return nil, false
	}
	data = bytes.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == ' ' || r == '\t' {
			return -1
		}
		return r
	}, data)
	der, err := base64.StdEncoding.Strict().DecodeString(string(data))
	return der, err == nil && len(der) > 0 && der[0] == 0x30
}

// pemKind is one row: a PEM label and how what is under it is read.
type pemKind struct {
	label string
	read  func(b *Bundle, block *pem.Block, pass PassphraseFunc) error
}

// pemKinds are the labels of RFC 7468 and of OpenSSL.
func pemKinds() []pemKind {
	der := func(b *Bundle, block *pem.Block, pass PassphraseFunc) error {
		return b.readDER(block.Bytes, pass)
	}
	key := func(b *Bundle, block *pem.Block, _ PassphraseFunc) error {
		return b.readKeyBlock(block)
	}
	return []pemKind{
		{"CERTIFICATE", der},
		{"X509 CERTIFICATE", der},
		{"TRUSTED CERTIFICATE", func(b *Bundle, block *pem.Block, _ PassphraseFunc) error {
			// OpenSSL's own settings of trust follow the certificate; they are not obeyed.
			first, _, err := toDER(block.Bytes)
			if err != nil {
				return &MalformedError{Format: "certificate", Detail: "PEM block", Err: err}
			}
			return b.readElement(first)
		}},
		{"X509 CRL", der},
		{"PKCS7", der},
		{"CMS", der},
		{"PKCS12", der},
		{"ENCRYPTED PRIVATE KEY", der},
		{"PRIVATE KEY", key},
		{"RSA PRIVATE KEY", key},
		{"EC PRIVATE KEY", key},
		{"DSA PRIVATE KEY", key},
	}
}

// readPEM reads all PEM blocks of data. Text around them and blocks of other
// kinds (parameters, requests, public keys) are passed over.
func (b *Bundle) readPEM(data []byte, pass PassphraseFunc) error {
	// QUIRK: editors on Windows put a byte order mark before the first line.
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	kinds := pemKinds()
	begun := bytes.Count(data, []byte("\n-----BEGIN "))
	if bytes.HasPrefix(data, []byte("-----BEGIN ")) {
		begun++
	}
	for blocks := 0; ; blocks++ {
		block, rest := pem.Decode(data)
		if block == nil {
			if blocks < begun {
				return &MalformedError{Format: "PEM", Detail: fmt.Sprintf("block %d is damaged or cut off", blocks+1)}
			}
			return nil
		}
		if blocks >= maxObjects {
			return &LimitError{What: fmt.Sprintf("PEM blocks, at most %d", maxObjects)}
		}
		data = rest
		for _, k := range kinds {
			if k.label != block.Type {
				continue
			}
			if err := k.read(b, block, pass); err != nil {
				return err
			}
		}
	}
}

// readKeyBlock reads a PEM block with a private key, which may have the old kind
// of encryption: RFC 1421 headers, as OpenSSL wrote it until 2010.
func (b *Bundle) readKeyBlock(block *pem.Block) error {
	//lint:ignore SA1019 old key files exist; what is written is PKCS#8 with PBES2
	if !x509.IsEncryptedPEMBlock(block) {
		return b.readElement(block.Bytes)
	}
	format := "old PEM encryption"
	b.Keys = append(b.Keys, &SealedKey{Format: format, What: whatKey, Encrypted: true,
		open: func(passphrase []byte) ([]byte, bool) {
			//lint:ignore SA1019 as above
			der, err := x509.DecryptPEMBlock(block, passphrase)
			if err != nil || len(der) == 0 || der[0] != 0x30 {
				return nil, false
			}
			_, rest, err := toDER(der)
			return der, err == nil && len(rest) == 0
		}})
	return nil
}

// readDER reads one or several objects that stand one after the other.
func (b *Bundle) readDER(data []byte, pass PassphraseFunc) error {
	if isPKCS12(data) {
		return b.readPKCS12(data, pass)
	}
	for {
		der, rest, err := toDER(data)
		if err != nil {
			return &MalformedError{Format: "file", Detail: "DER", Err: err}
		}
		if err := b.readElement(der); err != nil {
			return err
		}
		if len(b.Certificates)+len(b.Keys)+len(b.CRLs) > maxObjects {
			return &LimitError{What: fmt.Sprintf("objects in a file, at most %d", maxObjects)}
		}
		// QUIRK: files copied from mail or through editors end in zeros or a newline.
		if len(bytes.TrimRight(rest, "\x00\r\n")) == 0 {
			return nil
		}
		data = rest
	}
}

// shape is the outline of an ASN.1 SEQUENCE: the tags of its first elements.
func shape(der []byte) (tags [4]asn1.Tag, body cryptobyte.String, ok bool) {
	s := cryptobyte.String(der)
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() {
		return tags, nil, false
	}
	rest := body
	for i := range tags {
		var element cryptobyte.String
		if rest.Empty() || !rest.ReadAnyASN1(&element, &tags[i]) {
			break
		}
	}
	return tags, body, true
}

// readElement tells by its outline what one DER object is, and reads it.
func (b *Bundle) readElement(der []byte) error {
	tags, body, ok := shape(der)
	if !ok {
		return &MalformedError{Format: "file", Detail: "not one ASN.1 SEQUENCE"}
	}
	format := func(f string) {
		if b.Format == "" {
			b.Format = f
		}
	}
	is := func(want ...asn1.Tag) bool { return bytes.Equal(tagBytes(tags[:len(want)]), tagBytes(want)) }
	switch {
	case is(asn1.OBJECT_IDENTIFIER):
		format("PKCS#7")
		return b.readP7B(der)
	case is(asn1.INTEGER, asn1.SEQUENCE), is(asn1.INTEGER, asn1.INTEGER), is(asn1.INTEGER, asn1.OCTET_STRING):
		names := map[asn1.Tag]string{asn1.SEQUENCE: "PKCS#8", asn1.INTEGER: "PKCS#1", asn1.OCTET_STRING: "SEC 1"}
		format(names[tags[1]])
		b.Keys = append(b.Keys, clearKey(names[tags[1]], bytes.Clone(der)))
		return nil
	case is(asn1.SEQUENCE, asn1.OCTET_STRING, 0):
		key, err := sealedPKCS8(der)
		if err != nil {
			return err
		}
		format(key.Format)
		b.Keys = append(b.Keys, key)
		return nil
	case is(asn1.SEQUENCE, asn1.SEQUENCE, asn1.BIT_STRING, 0):
		return b.readSigned(der, body, format)
	}
	return &MalformedError{Format: "file", Detail: "no kind of key, certificate or list"}
}

// tagBytes makes tags comparable.
func tagBytes(tags []asn1.Tag) []byte {
	out := make([]byte, len(tags))
	for i, t := range tags {
		out[i] = byte(t)
	}
	return out
}

// readSigned tells certificates, revocation lists and requests apart, which are
// all SEQUENCE { tbs, AlgorithmIdentifier, BIT STRING }. A certificate (RFC 5280,
// Section 4.1) begins with [0] or a serial number and has its validity, a
// SEQUENCE, fourth or fifth; a list (Section 5.1) has a time third or fourth.
func (b *Bundle) readSigned(der []byte, body cryptobyte.String, format func(string)) error {
	var tbs cryptobyte.String
	body.ReadASN1Element(&tbs, asn1.SEQUENCE)
	tags, _, _ := shape(tbs)
	isTime := func(t asn1.Tag) bool { return t == asn1.UTCTime || t == asn1.GeneralizedTime }
	switch {
	case isTime(tags[2]) || isTime(tags[3]):
		format("revocation list")
		if _, err := cert.ParseCRL(der); err != nil {
			return &MalformedError{Format: "revocation list", Detail: "contents", Err: err}
		}
		b.CRLs = append(b.CRLs, der)
	case tags[0] == asn1.INTEGER && tags[3] == asn1.Tag(0).ContextSpecific().Constructed():
		return &UnsupportedError{Format: "certificate request", Detail: "it is for a certification authority"}
	default:
		format("certificate")
		return b.addCertificate(der)
	}
	return nil
}

// addCertificate reads a certificate and adds it unless it is there already.
func (b *Bundle) addCertificate(der []byte) error {
	c, err := cert.Parse(der)
	if err != nil {
		return &MalformedError{Format: "certificate", Detail: "contents", Err: err}
	}
	for _, o := range b.Certificates {
		if bytes.Equal(o.Raw, c.Raw) {
			return nil
		}
	}
	b.Certificates = append(b.Certificates, c)
	return nil
}
