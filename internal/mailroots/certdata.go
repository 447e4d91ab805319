package mailroots

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // an identifier in certdata.txt, beside issuer and serial number
	"encoding/asn1"
	"fmt"
	"strings"
	"time"

	"smimectl/internal/cert"
)

const formatCertdata = "certdata.txt"

// maxObjects is how many PKCS#11 objects are read; Mozilla's file has about 400.
const maxObjects = 10_000

// IsCertdata reports whether data looks like certdata.txt.
func IsCertdata(data []byte) bool {
	return bytes.Contains(data, []byte("CKA_CLASS CK_OBJECT_CLASS "))
}

// object is one PKCS#11 object: octets of its multi-line attributes, words of the
// others.
type object struct {
	line   int
	class  string
	octets map[string][]byte
	words  map[string]string
}

// certdataClasses are the classes that matter; all others are passed over.
const (
	classCertificate = "CKO_CERTIFICATE"
	classTrust       = "CKO_NSS_TRUST"
)

// FromCertdata reads Mozilla's certdata.txt and gives the roots that are trusted
// to issue certificates for e-mail. A trust object goes with the certificate of
// its issuer, serial number and SHA-1; where there are several for one
// certificate, all have to trust it. A certificate without one is not trusted.
func FromCertdata(data []byte) ([]Root, error) {
	if len(data) > MaxSize {
		return nil, &LimitError{What: fmt.Sprintf("certdata.txt of more than %d MiB", MaxSize>>20)}
	}
	objects, err := readObjects(string(data))
	if err != nil {
		return nil, err
	}
	trust := map[string]bool{} // issuer and serial number -> trusted for e-mail
	hashes := map[string][]byte{}
	for _, o := range objects {
		if o.class != classTrust {
			continue
		}
		key := o.identity()
		trusted := o.words["CKA_TRUST_EMAIL_PROTECTION"] == "CKT_NSS_TRUSTED_DELEGATOR"
		if before, ok := trust[key]; ok && !before {
			trusted = false
		}
		trust[key] = trusted
		if sum := o.octets["CKA_CERT_SHA1_HASH"]; len(sum) > 0 {
			if before := hashes[key]; before != nil && !bytes.Equal(before, sum) {
				trust[key] = false
			}
			hashes[key] = sum
		} else {
			trust[key] = false // a rule for whatever has this number: such rules only ever distrust
		}
	}
	var out []Root
	for _, o := range objects {
		if o.class != classCertificate || !trust[o.identity()] {
			continue
		}
		r, err := o.root(hashes[o.identity()])
		if err != nil {
			return nil, err
		}
		if len(out) >= maxRoots {
			return nil, &LimitError{What: fmt.Sprintf("roots, at most %d", maxRoots)}
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		return nil, &EmptyError{Format: formatCertdata}
	}
	return out, nil
}

// identity is issuer and serial number, each with its length.
func (o *object) identity() string {
	issuer, serial := o.octets["CKA_ISSUER"], o.octets["CKA_SERIAL_NUMBER"]
	return fmt.Sprintf("%d:%s:%s", len(issuer), issuer, serial)
}

// root makes a Root of a certificate object whose trust object gives sum.
func (o *object) root(sum []byte) (Root, error) {
	fail := func(detail string) (Root, error) {
		return Root{}, &MalformedError{Format: formatCertdata, Line: o.line, Detail: detail}
	}
	c, err := cert.Parse(o.octets["CKA_VALUE"])
	if err != nil {
		return fail("certificate: " + err.Error())
	}
	if have := sha1.Sum(c.Raw); !bytes.Equal(have[:], sum) { //nolint:gosec // as above
		return fail("the trust object is of another certificate")
	}
	var serial asn1.RawValue
	if rest, err := asn1.Unmarshal(o.octets["CKA_SERIAL_NUMBER"], &serial); err != nil || len(rest) > 0 ||
		!bytes.Equal(serial.Bytes, c.Serial) || !bytes.Equal(c.Issuer.Raw, o.octets["CKA_ISSUER"]) {
		return fail("issuer or serial number are not those of the certificate")
	}
	if why := unfit(c); why != "" {
		return fail(c.Subject.String() + ": " + why)
	}
	r := Root{Certificate: c}
	after, stated := o.octets["CKA_NSS_EMAIL_DISTRUST_AFTER"]
	switch word := o.words["CKA_NSS_EMAIL_DISTRUST_AFTER"]; {
	case stated:
		if r.DistrustAfter, err = time.Parse("060102150405Z", string(after)); err != nil {
			return fail("the day after which it is distrusted is no time")
		}
	case word != "" && word != "CK_FALSE":
		return fail("the day after which it is distrusted is no time")
	}
	return r, nil
}

// readObjects reads the lines. Text before the first class and comments count for
// nothing.
func readObjects(text string) ([]*object, error) {
	var out []*object
	var now *object
	var octets []byte // of the multi-line attribute that is open
	var name string
	open, opened, n := false, 0, 0
	fail := func(line int, detail string) error {
		return &MalformedError{Format: formatCertdata, Line: line, Detail: detail}
	}
	for line := range strings.SplitSeq(text, "\n") {
		n++
		line = strings.TrimSpace(line)
		if open {
			if line == "END" {
				open = false
				if now != nil {
					if _, twice := now.octets[name]; twice {
						return nil, fail(opened, name+" is there twice")
					}
					now.octets[name] = octets
				}
				continue
			}
			var ok bool
			if octets, ok = appendOctal(octets, line); !ok {
				return nil, fail(n, "no octal digits")
			}
			if len(octets) > maxCertificate {
				return nil, &LimitError{What: fmt.Sprintf("attribute of more than %d KiB", maxCertificate>>10)}
			}
			continue
		}
		attribute, rest, _ := strings.Cut(line, " ")
		if !strings.HasPrefix(attribute, "CKA_") {
			continue
		}
		kind, value, _ := strings.Cut(rest, " ")
		if kind == "MULTILINE_OCTAL" {
			open, opened, name, octets = true, n, attribute, nil
			continue
		}
		if attribute == "CKA_CLASS" {
			if len(out) >= maxObjects {
				return nil, &LimitError{What: fmt.Sprintf("PKCS#11 objects, at most %d", maxObjects)}
			}
			now = &object{line: n, class: value, octets: map[string][]byte{}, words: map[string]string{}}
			out = append(out, now)
			continue
		}
		if now != nil {
			if _, twice := now.words[attribute]; twice {
				return nil, fail(n, attribute+" is there twice")
			}
			now.words[attribute] = value
		}
	}
	if open {
		return nil, fail(opened, "it is cut off")
	}
	return out, nil
}

// appendOctal reads \ooo groups.
func appendOctal(dst []byte, line string) ([]byte, bool) {
	if len(line)%4 != 0 {
		return dst, false
	}
	for ; line != ""; line = line[4:] {
		a, b, c := line[1]-'0', line[2]-'0', line[3]-'0'
		if line[0] != '\\' || a > 3 || b > 7 || c > 7 {
			return dst, false
		}
		dst = append(dst, a<<6|b<<3|c)
	}
	return dst, true
}
