package certstore

import (
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

const (
	whatPKCS12 = "PKCS#12 file"
	maxBags    = 1000
)

const (
	dottedData          = "1.2.840.113549.1.7.1"
	dottedSigned        = "1.2.840.113549.1.7.2"
	dottedEncryptedData = "1.2.840.113549.1.7.6"
)

// explicit0 is the tag [0] of an explicit field, and of an implicit one that is
// constructed; implicit0 that of an implicit field of a string type.
const (
	explicit0 = asn1.Tag(0xa0)
	implicit0 = asn1.Tag(0x80)
)

// malformedPKCS12 names the part of a file that does not parse.
func malformedPKCS12(part string) error { return &MalformedError{Format: "PKCS#12", Detail: part} }

// isPKCS12 reports whether data begins like a PFX: SEQUENCE { INTEGER 3,
// SEQUENCE { OBJECT IDENTIFIER. Nothing else of the formats we read does, since a
// PKCS#8 key has version 0 or 1.
func isPKCS12(data []byte) bool {
	skip := func(tag byte) bool {
		h, err := readBERHeader(data)
		if err != nil || data[0] != tag {
			return false
		}
		data = data[h.size:]
		return true
	}
	if !skip(0x30) || !bytes.HasPrefix(data, []byte{0x02, 0x01, 0x03}) {
		return false
	}
	data = data[3:]
	return skip(0x30) && len(data) > 0 && data[0] == 0x06
}

// A pkcs12Reader goes through one PKCS#12 file whose passphrase is known.
type pkcs12Reader struct {
	bundle *Bundle
	pw     password
	bags   int
	work   int // iterations spent
	opened int // things decrypted
	sealed int // things encrypted under another passphrase
}

// readPKCS12 reads, RFC 7292, Section 4,
//
//	PFX ::= SEQUENCE {
//	    version INTEGER {v3(3)}(v3,...),
//	    authSafe ContentInfo,
//	    macData MacData OPTIONAL }
//
// The contents are not looked at before the MAC over them was found to be good.
// The passphrase is asked for when it is not the empty one.
func (b *Bundle) readPKCS12(data []byte, pass PassphraseFunc) error {
	ber := len(data) > 1 && data[1] == 0x80
	der, rest, err := toDER(data)
	if err != nil {
		return &MalformedError{Format: "PKCS#12", Detail: "file", Err: err}
	}
	if len(bytes.TrimRight(rest, "\x00\r\n")) > 0 {
		return malformedPKCS12("something follows the file")
	}
	s := cryptobyte.String(der)
	var pfx, authSafe, explicit, content cryptobyte.String
	var version int64
	if !s.ReadASN1(&pfx, asn1.SEQUENCE) || !pfx.ReadASN1Integer(&version) || version != 3 ||
		!pfx.ReadASN1(&authSafe, asn1.SEQUENCE) {
		return malformedPKCS12("PFX")
	}
	contentType, ok := algorithm.ReadOID(&authSafe)
	if !ok {
		return malformedPKCS12("authSafe")
	}
	if contentType == algorithm.MustOID(dottedSigned) {
		return &UnsupportedError{Format: "PKCS#12", Detail: "protected by a signature instead of a passphrase"}
	}
	// CVE-2024-0727: the content of authSafe may be missing.
	if contentType != algorithm.MustOID(dottedData) || !authSafe.ReadASN1(&explicit, explicit0) ||
		!explicit.ReadASN1(&content, asn1.OCTET_STRING) || !explicit.Empty() || !authSafe.Empty() {
		return malformedPKCS12("authSafe")
	}
	m := new(mac)
	if !pfx.Empty() {
		if m, err = readMAC(&pfx); err != nil {
			return err
		}
	} else if !b.lenient {
		return &NoMACError{}
	}
	if b.Format == "" || b.Format == "PEM" {
		b.Format = guessFormat(content, m, ber)
	}
	var pw password
	var unverified *Bundle
	right := func(passphrase []byte) bool {
		for _, pw = range m.forms(passphrase) {
			if m.verify(pw, content) {
				return true
			}
		}
		if b.lenient {
			// Contents that nothing is sealed in are read under any passphrase: they do not tell a wrong one.
			if u, opened := readUnverified(content, m, passphrase); opened || m.digest == nil {
				unverified = u
			}
		}
		return unverified != nil
	}
	if !right(nil) {
		err := askPassphrase(whatPKCS12, b.Format, pass, right)
		if b.lenient && errors.Is(err, ErrNoPassphrase) {
			unverified, _ = readUnverified(content, m, nil)
		}
		if err != nil && unverified == nil {
			return err
		}
	}
	if unverified != nil {
		b.Add(unverified)
		return nil
	}
	r := &pkcs12Reader{bundle: b, pw: pw, work: m.iterations}
	return r.readAuthenticatedSafe(content)
}

// readUnverified reads contents that no MAC protects, if there is a form of the
// passphrase under which they decrypt; else it returns nil. opened tells that
// something of them was encrypted and did.
//
// QUIRK: files that were put together by hand or changed by tools that do not
// write a new MAC; gpgsm reads them.
func readUnverified(content []byte, m *mac, passphrase []byte) (b *Bundle, opened bool) {
	for _, pw := range passwordForms(passphrase) {
		r := &pkcs12Reader{bundle: &Bundle{Unverified: true}, pw: pw, work: m.iterations}
		if err := r.readAuthenticatedSafe(content); err != nil || r.sealed > 0 && r.opened == 0 {
			continue
		}
		for _, k := range r.bundle.Keys {
			clear(k.der)
			k.fail = &NoMACError{}
		}
		return r.bundle, r.opened > 0
	}
	return nil, false
}

// formatSigns are what gives away the writer of a file, the strongest hint first.
func formatSigns() []struct{ oid, text string } {
	return []struct{ oid, text string }{
		{"1.2.840.113549.1.12.1.6", "with 3DES and RC2-40, as Windows 7, OpenSSL 1 and older wrote it"},
		{"1.2.840.113549.1.12.1.5", "with RC2-128"},
		{"1.2.840.113549.1.12.1.3", "with 3DES, as Windows writes it"},
		{"1.2.840.113549.1.12.1.4", "with 3DES with two keys"},
		{dottedAES + "42", "with AES-256, as OpenSSL 3 and newer Windows write it"},
		{dottedAES + "22", "with AES-192"},
		{dottedAES + "2", "with AES-128"},
	}
}

// guessFormat describes a file whose passphrase is not known yet by the object
// identifiers that occur in it somewhere; it parses nothing.
func guessFormat(content []byte, m *mac, ber bool) string {
	format := "PKCS#12"
	for _, sign := range formatSigns() {
		var b cryptobyte.Builder
		algorithm.MustOID(sign.oid).AddTo(&b)
		if der, err := b.Bytes(); err == nil && bytes.Contains(content, der) {
			format += " " + sign.text
			break
		}
	}
	if m.pbmac1 {
		format += ", with PBMAC1"
	}
	if ber {
		format += ", in BER as Mozilla and Java programs write it"
	}
	return format
}

// reread makes DER of what stood in an octet string.
func reread(ber []byte, part string) (cryptobyte.String, error) {
	der, rest, err := toDER(ber)
	if err != nil {
		return nil, &MalformedError{Format: "PKCS#12", Detail: part, Err: err}
	}
	if len(rest) > 0 {
		return nil, malformedPKCS12("something follows " + part)
	}
	return der, nil
}

// readAuthenticatedSafe reads AuthenticatedSafe ::= SEQUENCE OF ContentInfo, of
// which each is clear or encrypted under the passphrase (RFC 7292, Section 4.1).
func (r *pkcs12Reader) readAuthenticatedSafe(content []byte) error {
	s, err := reread(content, "AuthenticatedSafe")
	if err != nil {
		return err
	}
	var infos cryptobyte.String
	if !s.ReadASN1(&infos, asn1.SEQUENCE) {
		return malformedPKCS12("AuthenticatedSafe")
	}
	for n := 0; !infos.Empty(); n++ {
		if n >= maxBags {
			return &LimitError{What: fmt.Sprintf("PKCS#12 safes, at most %d", maxBags)}
		}
		var info, explicit cryptobyte.String
		if !infos.ReadASN1(&info, asn1.SEQUENCE) {
			return malformedPKCS12("ContentInfo")
		}
		contentType, ok := algorithm.ReadOID(&info)
		if !ok || !info.ReadASN1(&explicit, explicit0) || !info.Empty() {
			return malformedPKCS12("ContentInfo")
		}
		var safe []byte
		switch {
		case contentType == algorithm.MustOID(dottedData):
			var octets cryptobyte.String
			if !explicit.ReadASN1(&octets, asn1.OCTET_STRING) || !explicit.Empty() {
				return malformedPKCS12("SafeContents")
			}
			safe = octets
		case contentType == algorithm.MustOID(dottedEncryptedData):
			var err error
			if safe, err = r.openSafe(explicit); err != nil {
				return err
			}
		default:
			return &UnsupportedError{Format: "PKCS#12", Detail: "content of type " + contentType.String()}
		}
		if err := r.readSafeContents(safe); err != nil {
			return err
		}
	}
	return nil
}

// openSafe decrypts, RFC 5652, Section 8,
//
//	EncryptedData ::= SEQUENCE {
//	    version CMSVersion,
//	    encryptedContentInfo EncryptedContentInfo, ... }
func (r *pkcs12Reader) openSafe(explicit cryptobyte.String) ([]byte, error) {
	var data, eci cryptobyte.String
	var version int64
	if !explicit.ReadASN1(&data, asn1.SEQUENCE) || !data.ReadASN1Integer(&version) || !data.ReadASN1(&eci, asn1.SEQUENCE) {
		return nil, malformedPKCS12("EncryptedData")
	}
	contentType, ok := algorithm.ReadOID(&eci)
	if !ok || contentType != algorithm.MustOID(dottedData) {
		return nil, malformedPKCS12("EncryptedContentInfo")
	}
	id, ok := algorithm.ReadIdentifier(&eci)
	if !ok {
		return nil, malformedPKCS12("contentEncryptionAlgorithm")
	}
	p, err := findPBE(id)
	if err != nil {
		return nil, err
	}
	var ciphertext cryptobyte.String
	switch {
	case eci.PeekASN1Tag(implicit0):
		eci.ReadASN1(&ciphertext, implicit0)
	case eci.PeekASN1Tag(explicit0):
		// [0] IMPLICIT in segments: Mozilla, BouncyCastle.
		var segments cryptobyte.String
		eci.ReadASN1(&segments, explicit0)
		for !segments.Empty() {
			var segment cryptobyte.String
			if !segments.ReadASN1(&segment, asn1.OCTET_STRING) {
				return nil, malformedPKCS12("encryptedContent")
			}
			ciphertext = append(ciphertext, segment...)
		}
	default:
		return nil, malformedPKCS12("encryptedContent")
	}
	if err := r.spend(p); err != nil {
		return nil, err
	}
	plain := p.decrypt(r.pw, ciphertext)
	if plain == nil {
		return nil, malformedPKCS12("the MAC is good, but its certificates do not decrypt")
	}
	r.opened++
	return plain, nil
}

// spend counts the work of a derivation against maxWork.
func (r *pkcs12Reader) spend(p *pbe) error {
	r.work += p.iterations
	if r.work > maxWork {
		return &LimitError{What: fmt.Sprintf("iterations in a file, at most %d", maxWork)}
	}
	return nil
}
