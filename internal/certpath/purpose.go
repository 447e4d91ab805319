package certpath

import (
	"slices"
	"strings"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// UnfitError says why a certificate may not be used for a purpose.
type UnfitError struct {
	Certificate *cert.Certificate
	Detail      string
	Err         error // why the key cannot be read, else nil
}

func (e *UnfitError) Error() string { return "certpath: unfit certificate: " + e.Detail }
func (e *UnfitError) Unwrap() error { return e.Err }

// Fits says whether a certificate may be used for the purpose, by its own
// extensions and the kind of its key. nil means yes, else the error is an
// *UnfitError.
//
//   - Signing: key usage digitalSignature or nonRepudiation (RFC 8550,
//     Section 4.4.2).
//   - Encryption: keyEncipherment for keys that transport, keyAgreement for
//     keys that agree (RFC 5652, Section 6.2; RFC 8550, Section 4.4.2).
//   - Extended key usage emailProtection or any (RFC 8550, Section 4.4.4); for
//     signing code codeSigning too.
//   - Time stamps: extended key usage timeStamping and no other, critical (RFC
//     3161, Section 2.3).
//
// An extension that is absent does not restrict, but for time stamps.
func Fits(c *cert.Certificate, p Purpose) error {
	if p == PurposeAny {
		return nil
	}
	if usage, present := c.KeyUsage(); present {
		allowed, names := cert.UsageDigitalSignature|cert.UsageNonRepudiation, "digitalSignature or nonRepudiation"
		if p == PurposeEncrypt {
			key, err := c.PublicKey()
			switch {
			case err != nil:
				return &UnfitError{Certificate: c, Detail: "its key cannot be read", Err: err}
			case key.CanAgree:
				allowed, names = cert.UsageKeyAgreement, "keyAgreement"
			default:
				allowed, names = cert.UsageKeyEncipherment, "keyEncipherment"
			}
		}
		if usage&allowed == 0 {
			has := "nothing"
			if list := usage.Names(); len(list) > 0 {
				has = strings.Join(list, ", ")
			}
			return &UnfitError{Certificate: c, Detail: "its key usage allows " + has + ", not " + names}
		}
	}
	if p == PurposeEncrypt {
		key, err := c.PublicKey()
		if err != nil {
			return &UnfitError{Certificate: c, Detail: "its key cannot be read", Err: err}
		}
		if !key.CanTransport && !key.CanAgree && !key.CanEncapsulate {
			return &UnfitError{Certificate: c, Detail: "nothing can be encrypted to a key of kind " + key.Name}
		}
	}
	if p == PurposeTimeStamp {
		return fitsTimeStamp(c)
	}
	if !meantFor(c, p) {
		return &UnfitError{Certificate: c, Detail: notMeant(c, p)}
	}
	return nil
}

const oidExtKeyUsage = algorithm.OID("\x55\x1d\x25") // 2.5.29.37

// fitsTimeStamp is RFC 3161, Section 2.3: whose key makes time stamps makes
// nothing else, and says so in a way nobody may pass over.
func fitsTimeStamp(c *cert.Certificate) error {
	purposes, present := c.ExtKeyUsage()
	switch {
	case !present:
		return &UnfitError{Certificate: c, Detail: "it has no extended key usage, where timeStamping has to stand"}
	case len(purposes) != 1 || purposes[0] != cert.PurposeTimeStamping:
		return &UnfitError{Certificate: c, Detail: "its extended key usage allows " + purposesOf(c) + ", not timeStamping alone"}
	case !c.Extension(oidExtKeyUsage).Critical:
		return &UnfitError{Certificate: c, Detail: "its extended key usage is not critical"}
	}
	return nil
}

// notMeant says what is missing for meantFor.
func notMeant(c *cert.Certificate, p Purpose) string {
	wanted := "emailProtection"
	if p == PurposeTimeStamp {
		wanted = "timeStamping"
	}
	return "its extended key usage allows " + purposesOf(c) + ", not " + wanted
}

// meantFor reports whether the extended key usage allows mail, or code where that
// is what is signed, or time stamps and nothing but them.
func meantFor(c *cert.Certificate, p Purpose) bool {
	purposes, present := c.ExtKeyUsage()
	if p == PurposeTimeStamp {
		return !present || slices.Contains(purposes, cert.PurposeTimeStamping) || slices.Contains(purposes, cert.PurposeAny)
	}
	return !present || slices.Contains(purposes, cert.PurposeEmailProtection) || slices.Contains(purposes, cert.PurposeAny) ||
		p == PurposeCode && slices.Contains(purposes, cert.PurposeCodeSigning)
}

func purposesOf(c *cert.Certificate) string {
	names := c.Purposes()
	if len(names) == 0 {
		return "nothing"
	}
	const most = 8
	if len(names) > most {
		names = append(slices.Clone(names[:most]), "...")
	}
	return strings.Join(names, ", ")
}
