// Package mailrootstest writes small certdata.txt files for tests.
package mailrootstest

import (
	"crypto/sha1" //nolint:gosec // certdata.txt names certificates by it
	"fmt"
	"strings"

	"smimectl/internal/cert"
)

// Entry is one certificate of a certdata.txt with its trust object.
type Entry struct {
	Certificate   *cert.Certificate
	Email         string // trust for e-mail; "" leaves the trust object away
	DistrustAfter string // "221130000000Z"; "" writes CK_FALSE
	Hash          []byte // nil: the right one; empty: none
}

// Words of trust.
const (
	Trusted    = "CKT_NSS_TRUSTED_DELEGATOR"
	MustVerify = "CKT_NSS_MUST_VERIFY_TRUST"
	NotTrusted = "CKT_NSS_NOT_TRUSTED"
)

// Certdata writes the file, with what surrounds the objects in the real one.
func Certdata(entries ...Entry) string {
	var b strings.Builder
	b.WriteString("# made up for tests\n\nBEGINDATA\nCKA_CLASS CK_OBJECT_CLASS CKO_NSS_BUILTIN_ROOT_LIST\nCKA_LABEL UTF8 \"Mozilla Builtin Roots\"\n\n")
	for _, e := range entries {
		c := e.Certificate
		serial := append([]byte{2, byte(len(c.Serial))}, c.Serial...)
		fmt.Fprintf(&b, "#\n# Certificate %q\n#\nCKA_CLASS CK_OBJECT_CLASS CKO_CERTIFICATE\nCKA_TOKEN CK_BBOOL CK_TRUE\nCKA_LABEL UTF8 \"made up\"\nCKA_CERTIFICATE_TYPE CK_CERTIFICATE_TYPE CKC_X_509\n", "made up")
		octal(&b, "CKA_SUBJECT", c.Subject.Raw)
		octal(&b, "CKA_ISSUER", c.Issuer.Raw)
		octal(&b, "CKA_SERIAL_NUMBER", serial)
		octal(&b, "CKA_VALUE", c.Raw)
		b.WriteString("CKA_NSS_MOZILLA_CA_POLICY CK_BBOOL CK_TRUE\nCKA_NSS_SERVER_DISTRUST_AFTER CK_BBOOL CK_FALSE\n")
		if e.DistrustAfter == "" {
			b.WriteString("CKA_NSS_EMAIL_DISTRUST_AFTER CK_BBOOL CK_FALSE\n")
		} else {
			octal(&b, "CKA_NSS_EMAIL_DISTRUST_AFTER", []byte(e.DistrustAfter))
		}
		if e.Email == "" {
			continue
		}
		b.WriteString("\n# Trust for \"made up\"\nCKA_CLASS CK_OBJECT_CLASS CKO_NSS_TRUST\nCKA_TOKEN CK_BBOOL CK_TRUE\n")
		hash := e.Hash
		if hash == nil {
			sum := sha1.Sum(c.Raw) //nolint:gosec // as above
			hash = sum[:]
		}
		if len(hash) > 0 {
			octal(&b, "CKA_CERT_SHA1_HASH", hash)
		}
		octal(&b, "CKA_ISSUER", c.Issuer.Raw)
		octal(&b, "CKA_SERIAL_NUMBER", serial)
		fmt.Fprintf(&b, "CKA_TRUST_SERVER_AUTH CK_TRUST %s\nCKA_TRUST_EMAIL_PROTECTION CK_TRUST %s\nCKA_TRUST_STEP_UP_APPROVED CK_BBOOL CK_FALSE\n\n", Trusted, e.Email)
	}
	return b.String()
}

func octal(b *strings.Builder, name string, value []byte) {
	b.WriteString(name + " MULTILINE_OCTAL\n")
	for i, x := range value {
		fmt.Fprintf(b, "\\%03o", x)
		if i%16 == 15 || i == len(value)-1 {
			b.WriteByte('\n')
		}
	}
	b.WriteString("END\n")
}
