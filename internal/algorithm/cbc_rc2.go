package algorithm

import (
	"bytes"
	"crypto/cipher"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

const oidRC2 = OID("\x2a\x86\x48\x86\xf7\x0d\x03\x02") // 1.2.840.113549.3.2

// rc2Forms are RC2 in CBC mode (RFC 3370, Section 5.2), the cipher of S/MIME 2:
// with 40 bits where export laws asked for it. They are read only.
var rc2Forms = []rc2Form{
	{"rc2-cbc", "RC2-CBC", 128, 58},
	{"rc2-64-cbc", "RC2-64-CBC", 64, 120},
	{"rc2-40-cbc", "RC2-40-CBC", 40, 160},
}

// rc2Form is RC2 with a size of keys: what bounds the strength of the key is the same
// as its length in all mail that is met.
type rc2Form struct {
	name, title string
	bits        int
	version     int64
}

func rc2Rows(forms []rc2Form) []*ContentCipher {
	var rows []*ContentCipher
	for _, f := range forms {
		block := func(key []byte) (cipher.Block, error) { return newRC2(key, f.bits), nil }
		rows = append(rows, &ContentCipher{Name: f.name, Title: f.title, OID: oidRC2, KeySize: f.bits / 8, BlockSize: rc2Block,
			Status: Broken, ReadOnly: true, mode: rc2CBC{cbc{block, rc2Block}, f.version}, standard: "RFC 3370, Section 5.2"})
	}
	return rows
}

// rc2CBC is CBC mode with the parameters
//
//	RC2-CBC-parameter ::= SEQUENCE {
//	    rc2ParameterVersion INTEGER,
//	    iv                  OCTET STRING (SIZE (8)) }
//
// The version is a code for the effective bits of the key (RFC 2268, Section 6).
type rc2CBC struct {
	cbc
	version int64
}

func (m rc2CBC) read(c *ContentCipher, id Identifier) (*CipherParameters, error) {
	input := cryptobyte.String(id.Parameters)
	var body, iv cryptobyte.String
	var version int64
	if !input.ReadASN1(&body, asn1.SEQUENCE) || !input.Empty() || !body.ReadASN1Integer(&version) ||
		!body.ReadASN1(&iv, asn1.OCTET_STRING) || !body.Empty() {
		return nil, &ParameterError{Name: c.Name, Detail: "no RC2-CBC-parameter"}
	}
	if version != m.version {
		return nil, &UnsupportedError{Kind: "cipher", OID: id.OID, Detail: "RC2 with a key of an unusual size"}
	}
	p := &CipherParameters{IV: bytes.Clone(iv)}
	return p, m.check(p)
}
