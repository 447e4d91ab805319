package cms

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

// The attributes of Enhanced Security Services (RFC 2634) in words.

// describeReceiptRequest reads
//
//	ReceiptRequest ::= SEQUENCE {
//	    signedContentIdentifier ContentIdentifier,
//	    receiptsFrom ReceiptsFrom,
//	    receiptsTo SEQUENCE SIZE (1..ub-receiptsTo) OF GeneralNames }
func describeReceiptRequest(s *cryptobyte.String) (string, bool) {
	var body, id, from, to cryptobyte.String
	var tag asn1.Tag
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1(&id, asn1.OCTET_STRING) ||
		!body.ReadAnyASN1(&from, &tag) || !body.ReadASN1(&to, asn1.SEQUENCE) || !body.Empty() {
		return "", false
	}
	who := ""
	switch {
	case tag == asn1.Tag(0).ContextSpecific() && len(from) == 1 && from[0] == 0:
		who = "all"
	case tag == asn1.Tag(0).ContextSpecific() && len(from) == 1 && from[0] == 1:
		who = "those who were not on a list"
	case tag == asn1.Tag(1).ContextSpecific().Constructed():
		list, ok := listsOfNames(from)
		if !ok {
			return "", false
		}
		who = list
	default:
		return "", false
	}
	target, ok := listsOfNames(to)
	return "receipts from " + who + " to " + target, ok
}

// listsOfNames reads SEQUENCE OF GeneralNames, without its header.
func listsOfNames(list cryptobyte.String) (string, bool) {
	var out []string
	for !list.Empty() {
		var names cryptobyte.String
		if !list.ReadASN1(&names, asn1.SEQUENCE) {
			return "", false
		}
		text, ok := generalNamesText(names)
		if !ok {
			return "", false
		}
		out = append(out, text)
	}
	return strings.Join(out, "; "), true
}

// classifications are those of RFC 2634, Section 3.2; others belong to the policy.
var classifications = [...]string{"unmarked", "unclassified", "restricted", "confidential", "secret", "top secret"}

// describeLabel reads
//
//	ESSSecurityLabel ::= SET {
//	    security-policy-identifier SecurityPolicyIdentifier,
//	    security-classification SecurityClassification OPTIONAL,
//	    privacy-mark ESSPrivacyMark OPTIONAL,
//	    security-categories SecurityCategories OPTIONAL }
//
// The elements of a SET may come in any order.
func describeLabel(s *cryptobyte.String) (string, bool) {
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SET) {
		return "", false
	}
	policy, classification, mark, categories := "", "", "", 0
	for !body.Empty() {
		var element cryptobyte.String
		var tag asn1.Tag
		if !body.ReadAnyASN1Element(&element, &tag) {
			return "", false
		}
		switch tag {
		case asn1.OBJECT_IDENTIFIER:
			oid, ok := algorithm.ReadOID(&element)
			if !ok {
				return "", false
			}
			policy = oid.String()
		case asn1.INTEGER:
			var n int64
			if !element.ReadASN1Integer(&n) {
				return "", false
			}
			classification = fmt.Sprintf("classification %d", n)
			if n >= 0 && n < int64(len(classifications)) {
				classification = classifications[n]
			}
		case asn1.PrintableString, asn1.UTF8String:
			var text cryptobyte.String
			element.ReadAnyASN1(&text, &tag)
			mark = `"` + string(text) + `"`
		case asn1.SET:
			var list cryptobyte.String
			element.ReadASN1(&list, asn1.SET)
			for ; !list.Empty(); categories++ {
				if !list.SkipASN1(asn1.SEQUENCE) {
					return "", false
				}
			}
		}
	}
	if policy == "" {
		return "", false
	}
	var out []string
	for _, text := range []string{classification, mark, "policy " + policy} {
		if text != "" {
			out = append(out, text)
		}
	}
	if categories > 0 {
		out = append(out, fmt.Sprintf("with categories (%d)", categories))
	}
	return strings.Join(out, ", "), true
}

func describeLabels(s *cryptobyte.String) (string, bool) {
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) {
		return "", false
	}
	var out []string
	for !list.Empty() {
		text, ok := describeLabel(&list)
		if !ok {
			return "", false
		}
		out = append(out, text)
	}
	return strings.Join(out, "; "), true
}

// describeHint reads ContentHints (RFC 2634, Section 2.9).
func describeHint(s *cryptobyte.String) (string, bool) {
	var body, text cryptobyte.String
	var present bool
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadOptionalASN1(&text, &present, asn1.UTF8String) {
		return "", false
	}
	oid, ok := algorithm.ReadOID(&body)
	if !ok || !body.Empty() {
		return "", false
	}
	if present {
		return TypeName(oid) + `, "` + string(text) + `"`, true
	}
	return TypeName(oid), true
}

// describeReference reads ContentReference (RFC 2634, Section 2.11).
func describeReference(s *cryptobyte.String) (string, bool) {
	var body, id cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) {
		return "", false
	}
	oid, ok := algorithm.ReadOID(&body)
	if !ok || !body.ReadASN1(&id, asn1.OCTET_STRING) || !body.SkipASN1(asn1.OCTET_STRING) || !body.Empty() {
		return "", false
	}
	return TypeName(oid) + ", identifier " + shortHex(id), true
}

// describeExpansion reads MLExpansionHistory (RFC 2634, Section 4.4): the lists a mail went through, and when.
func describeExpansion(s *cryptobyte.String) (string, bool) {
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) {
		return "", false
	}
	var out []string
	for !list.Empty() {
		var entry, id, when cryptobyte.String
		var tag asn1.Tag
		if !list.ReadASN1(&entry, asn1.SEQUENCE) || !entry.ReadAnyASN1Element(&id, &tag) || !entry.ReadASN1(&when, asn1.GeneralizedTime) {
			return "", false
		}
		text := "key identifier"
		if tag == asn1.SEQUENCE {
			var ok bool
			if text, ok = describeIssuerSerial(&id); !ok {
				return "", false
			}
		} else if octets, ok := describeHex(&id); ok {
			text += " " + octets
		}
		if t, err := time.Parse("20060102150405Z", string(when)); err == nil {
			text += ", " + showTime(t)
		}
		out = append(out, text)
	}
	return strings.Join(out, "; "), true
}
