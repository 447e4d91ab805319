package cms

import "smimectl/internal/algorithm"

// AttributeName returns the name an attribute has in its standard, and the OID
// in dotted form where it has none here.
func AttributeName(oid algorithm.OID) string {
	for _, row := range attributeNames() {
		if row.oid == oid {
			return row.name
		}
	}
	return oid.String()
}

// More arcs that attributes of real mail stand under.
const (
	arcMicrosoft = "\x2b\x06\x01\x04\x01\x82\x37"     // 1.3.6.1.4.1.311
	arcETSI      = "\x04\x00\x8d\x45"                 // 0.4.0.1733
	arcApple     = "\x2a\x86\x48\x86\xf7\x63\x64\x09" // 1.2.840.113635.100.9
)

// attributeNames are the attributes that are known by name: those of CMS (RFC
// 5652, Section 11), S/MIME (RFC 8551, Section 2.5), ESS (RFC 2634, RFC 5035),
// time stamps (RFC 3161), RFC 6211, CAdES (RFC 5126, ETSI EN 319 122-1), PKCS #9
// (RFC 2985), and what Microsoft and Apple write.
func attributeNames() []namedOID {
	return []namedOID{
		{attrContentType, "contentType"},
		{attrMessageDigest, "messageDigest"},
		{attrSigningTime, "signingTime"},
		{attrCountersignature, "countersignature"},
		{attrCapabilities, "smimeCapabilities"},
		{attrAlgorithmProtection, "CMSAlgorithmProtection"},
		{attrReceiptRequest, "receiptRequest"},
		{attrSecurityLabel, "securityLabel"},
		{attrExpansionHistory, "mlExpandHistory"},
		{attrContentHint, "contentHint"},
		{attrMessageSigDigest, "msgSigDigest"},
		{arcSMIME + "\x02\x06", "encapContentType"},
		{attrContentIdentifier, "contentIdentifier"},
		{arcSMIME + "\x02\x08", "macValue"},
		{attrEquivalentLabels, "equivalentLabels"},
		{attrContentReference, "contentReference"},
		{attrEncryptionKey, "encrypKeyPref"},
		{attrSigningCertificate, "signingCertificate"},
		{arcSMIME + "\x02\x0d", "smimeEncryptCerts"},
		{attrTimeStampToken, "signatureTimeStampToken"},
		{arcSMIME + "\x02\x0f", "signaturePolicyIdentifier"},
		{arcSMIME + "\x02\x10", "commitmentTypeIndication"},
		{arcSMIME + "\x02\x11", "signerLocation"},
		{arcSMIME + "\x02\x12", "signerAttributes"},
		{arcSMIME + "\x02\x13", "otherSigningCertificate"},
		{arcSMIME + "\x02\x14", "contentTimeStamp"},
		{arcSMIME + "\x02\x15", "completeCertificateReferences"},
		{arcSMIME + "\x02\x16", "completeRevocationReferences"},
		{arcSMIME + "\x02\x17", "certificateValues"},
		{arcSMIME + "\x02\x18", "revocationValues"},
		{arcSMIME + "\x02\x19", "CAdES-C-timeStamp"},
		{arcSMIME + "\x02\x1a", "timeStampedCertsCRLs"},
		{arcSMIME + "\x02\x1b", "archiveTimeStamp"},
		{arcSMIME + "\x02\x25", "decryptKeyIdentifier"},
		{arcSMIME + "\x02\x26", "implicitCryptographicAlgorithms"},
		{attrBinarySigningTime, "binarySigningTime"},
		{attrSigningCertificateV2, "signingCertificateV2"},
		{arcSMIME + "\x02\x30", "archiveTimeStampV2"},
		{arcSMIME + "\x02\x33", "multipleSignatures"},
		{arcETSI + "\x02\x01", "mimeType"},
		{arcETSI + "\x02\x02", "longTermValidation"},
		{arcETSI + "\x02\x04", "archiveTimeStampV3"},
		{arcPKCS9 + "\x02", "unstructuredName"},
		{arcPKCS9 + "\x07", "challengePassword"},
		{arcPKCS9 + "\x08", "unstructuredAddress"},
		{arcPKCS9 + "\x0e", "extensionRequest"},
		{arcPKCS9 + "\x14", "friendlyName"},
		{arcPKCS9 + "\x15", "localKeyId"},
		{attrMicrosoftEncryption, "Microsoft encryption key preference"},
		{arcMicrosoft + "\x02\x01\x0b", "Microsoft statement type"},
		{arcMicrosoft + "\x02\x01\x0c", "Microsoft program information"},
		{arcMicrosoft + "\x02\x04\x01", "Microsoft nested signature"},
		{attrMicrosoftTimeStamp, "Microsoft time stamp"},
		{arcMicrosoft + "\x0d\x02\x01", "Microsoft enrollment name and value"},
		{arcApple + "\x01", "Apple hash agility"},
		{arcApple + "\x02", "Apple hash agility, version 2"},
	}
}
