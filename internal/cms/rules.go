package cms

import (
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

// onlyOnce reports whether an attribute may be there once and with one value
// only (RFC 5652, Section 11; RFC 6211, Section 2; RFC 2634, Section 1.3.4;
// RFC 8551, Section 2.5).
func onlyOnce(oid algorithm.OID) bool {
	switch oid {
	case attrContentType, attrMessageDigest, attrSigningTime, attrCapabilities, attrAlgorithmProtection,
		attrReceiptRequest, attrSecurityLabel, attrExpansionHistory, attrContentHint, attrMessageSigDigest,
		attrContentIdentifier, attrEquivalentLabels, attrContentReference, attrEncryptionKey,
		attrSigningCertificate, attrSigningCertificateV2:
		return true
	}
	return false
}

// applyRules checks the attributes and takes from them what is needed. The
// first rule that is broken is kept as the fault.
func (si *SignerInfo) applyRules(eContentType ContentType) {
	si.obey(eContentType,
		si.ruleRequired,
		si.ruleSigned,
		si.ruleOnce,
		si.ruleContentType,
		si.ruleMessageDigest,
		si.ruleSigningTime,
		si.ruleCapabilities,
		si.ruleKeyPreference,
		si.ruleAlgorithmProtection,
		si.ruleSigningCertificate,
	)
}

func (si *SignerInfo) obey(eContentType ContentType, rules ...func(ContentType) error) {
	for _, rule := range rules {
		if err := rule(eContentType); err != nil && si.fault == nil {
			si.fault = err
		}
	}
}

// ruleRequired: signed attributes must be there unless the content is id-data
// (RFC 5652, Section 5.3).
func (si *SignerInfo) ruleRequired(eContentType ContentType) error {
	if si.SignedAttributes == nil && eContentType != TypeData {
		return malformed("content type is %s, but there are no signed attributes", TypeName(eContentType))
	}
	return nil
}

// ruleSigned: what says something about the content, or about what the signer
// wants, must be signed (RFC 5652, Sections 11.1 to 11.3; RFC 6211, Section 2; RFC
// 8551, Sections 2.5.2 and 2.5.3), what is made from the signature cannot be (RFC
// 5652, Section 11.4).
func (si *SignerInfo) ruleSigned(ContentType) error {
	for _, a := range si.UnsignedAttributes {
		switch a.OID {
		case attrContentType, attrMessageDigest, attrSigningTime, attrAlgorithmProtection, attrCapabilities, attrEncryptionKey:
			return attributeFault("%s is not signed", AttributeName(a.OID))
		}
	}
	for _, a := range si.SignedAttributes {
		if a.OID == attrCountersignature {
			return attributeFault("%s is signed", AttributeName(a.OID))
		}
	}
	return nil
}

func (si *SignerInfo) ruleOnce(ContentType) error {
	for i, a := range si.SignedAttributes {
		if !onlyOnce(a.OID) {
			continue
		}
		if len(a.Values) != 1 {
			return attributeFault("%s has %d values", AttributeName(a.OID), len(a.Values))
		}
		if slices.ContainsFunc(si.SignedAttributes[:i], func(b Attribute) bool { return b.OID == a.OID }) {
			return attributeFault("%s is there more than once", AttributeName(a.OID))
		}
	}
	return nil
}

// ruleContentType: RFC 5652, Section 11.1.
func (si *SignerInfo) ruleContentType(eContentType ContentType) error {
	if si.SignedAttributes == nil {
		return nil
	}
	value := cryptobyte.String(single(si.SignedAttributes, attrContentType))
	if value == nil {
		return attributeFault("contentType is missing")
	}
	oid, ok := algorithm.ReadOID(&value)
	if !ok || !value.Empty() {
		return attributeFault("contentType is malformed")
	}
	if oid != eContentType {
		return attributeFault("contentType is %s, but the content is %s", TypeName(oid), TypeName(eContentType))
	}
	return nil
}

// ruleMessageDigest: RFC 5652, Section 11.2. The comparison with the content is
// Verify's.
func (si *SignerInfo) ruleMessageDigest(ContentType) error {
	if si.SignedAttributes == nil {
		return nil
	}
	value := cryptobyte.String(single(si.SignedAttributes, attrMessageDigest))
	if value == nil {
		return attributeFault("messageDigest is missing")
	}
	var sum cryptobyte.String
	if !value.ReadASN1(&sum, asn1.OCTET_STRING) || !value.Empty() {
		return attributeFault("messageDigest is malformed")
	}
	if si.Digest != nil && len(sum) != si.Digest.Size {
		return attributeFault("messageDigest has %d octets", len(sum))
	}
	si.messageDigest = sum
	return nil
}

// ruleSigningTime: RFC 5652, Section 11.3.
func (si *SignerInfo) ruleSigningTime(ContentType) error {
	value := single(si.SignedAttributes, attrSigningTime)
	if value == nil {
		return nil
	}
	t, ok := parseTime(value)
	if !ok {
		return attributeFault("signingTime is malformed")
	}
	si.signingTime = t
	return nil
}

// ruleCapabilities: RFC 8551, Section 2.5.2.
func (si *SignerInfo) ruleCapabilities(ContentType) error {
	value := single(si.SignedAttributes, attrCapabilities)
	if value == nil {
		return nil
	}
	read := si.readCapabilities
	if read == nil {
		read = ParseCapabilities
	}
	var err error
	si.capabilities, err = read(value)
	return err
}

// ruleAlgorithmProtection: RFC 6211.
//
//	CMSAlgorithmProtection ::= SEQUENCE {
//	    digestAlgorithm DigestAlgorithmIdentifier,
//	    signatureAlgorithm [1] SignatureAlgorithmIdentifier OPTIONAL,
//	    macAlgorithm [2] MessageAuthenticationCodeAlgorithm OPTIONAL }
func (si *SignerInfo) ruleAlgorithmProtection(ContentType) error {
	value := cryptobyte.String(single(si.SignedAttributes, attrAlgorithmProtection))
	if value == nil {
		return nil
	}
	var body, tagged cryptobyte.String
	if !value.ReadASN1(&body, asn1.SEQUENCE) || !value.Empty() {
		return attributeFault("CMSAlgorithmProtection is malformed")
	}
	digest, ok := algorithm.ReadIdentifier(&body)
	if !ok || !body.ReadASN1(&tagged, asn1.Tag(1).ContextSpecific().Constructed()) || !body.Empty() {
		return attributeFault("CMSAlgorithmProtection is malformed")
	}
	signature, ok := implicitIdentifier(tagged)
	if !ok {
		return attributeFault("CMSAlgorithmProtection is malformed")
	}
	if !digest.Equal(si.DigestAlgorithm) {
		return attributeFault("CMSAlgorithmProtection names another digest algorithm")
	}
	if !signature.Equal(si.SignatureAlgorithm) {
		return attributeFault("CMSAlgorithmProtection names another signature algorithm")
	}
	return nil
}

// implicitIdentifier reads an AlgorithmIdentifier whose tag was replaced.
func implicitIdentifier(body []byte) (algorithm.Identifier, bool) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddBytes(body) })
	der, err := b.Bytes()
	if err != nil {
		return algorithm.Identifier{}, false
	}
	id, err := algorithm.ParseIdentifier(der)
	return id, err == nil
}
