package verdict

import "smimectl/internal/algorithm"

// Extensions that the rules speak of.
const (
	oidSubjectAltName     = algorithm.OID("\x55\x1d\x11")                             // 2.5.29.17
	oidKeyUsage           = algorithm.OID("\x55\x1d\x0f")                             // 2.5.29.15
	oidExtKeyUsage        = algorithm.OID("\x55\x1d\x25")                             // 2.5.29.37
	oidBasicConstraints   = algorithm.OID("\x55\x1d\x13")                             // 2.5.29.19
	oidCertPolicies       = algorithm.OID("\x55\x1d\x20")                             // 2.5.29.32
	oidDistributionPoints = algorithm.OID("\x55\x1d\x1f")                             // 2.5.29.31
	oidInfoAccess         = algorithm.OID("\x2b\x06\x01\x05\x05\x07\x01\x01")         // 1.3.6.1.5.5.7.1.1
	oidAuthorityKeyID     = algorithm.OID("\x55\x1d\x23")                             // 2.5.29.35
	oidSubjectKeyID       = algorithm.OID("\x55\x1d\x0e")                             // 2.5.29.14
	oidCapabilities       = algorithm.OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0f")     // 1.2.840.113549.1.9.15
	oidDirectoryAttrs     = algorithm.OID("\x55\x1d\x09")                             // 2.5.29.9
	oidQCStatements       = algorithm.OID("\x2b\x06\x01\x05\x05\x07\x01\x03")         // 1.3.6.1.5.5.7.1.3
	oidLEI                = algorithm.OID("\x2b\x06\x01\x04\x01\x83\x98\x2a\x01")     // 1.3.6.1.4.1.52266.1
	oidLEIRole            = algorithm.OID("\x2b\x06\x01\x04\x01\x83\x98\x2a\x02")     // 1.3.6.1.4.1.52266.2
	oidAdobeTimestamp     = algorithm.OID("\x2a\x86\x48\x86\xf7\x2f\x01\x01\x09\x01") // 1.2.840.113583.1.1.9.1
	oidAdobeRevocation    = algorithm.OID("\x2a\x86\x48\x86\xf7\x2f\x01\x01\x09\x02") // 1.2.840.113583.1.1.9.2
	oidAnyPolicy          = algorithm.OID("\x55\x1d\x20\x00")                         // 2.5.29.32.0
)

// baselineCommon are the rules for every certificate of a path.
func baselineCommon() []baselineRule {
	return []baselineRule{
		{"version", "7.1.1", WeaknessWeak, (*baselineSubject).version},
		{"serial-range", "7.1", WeaknessWeak, (*baselineSubject).serialRange},
		{"serial-entropy", "7.1", WeaknessWeak, (*baselineSubject).serialEntropy},
		{"key-size", "6.1.5", WeaknessWeak, (*baselineSubject).keySize},
		{"key-encoding", "7.1.3.1", WeaknessWeak, (*baselineSubject).keyEncoding},
		{"rsa-exponent", "6.1.6", WeaknessNote, (*baselineSubject).rsaExponent},
		{"signature-algorithm", "7.1.3.2", WeaknessWeak, (*baselineSubject).signatureAlgorithm},
		{"signature-digest", "7.1.3.2.2", WeaknessWeak, (*baselineSubject).signatureDigest},
		{"issuer-encoding", "7.1.4.1", WeaknessWeak, (*baselineSubject).issuerEncoding},
	}
}

// baselineRulesOf are those for one place in the path, in the order of the requirements.
func baselineRulesOf(role baselineRole) []baselineRule {
	switch role {
	case roleRoot:
		return baselineRoot()
	case roleSubordinate:
		return baselineSubordinate()
	}
	return baselineSubscriber()
}

func baselineSubscriber() []baselineRule {
	return []baselineRule{
		{"validity", "6.3.2", WeaknessWeak, (*baselineSubject).validity},
		{"legacy-generation", "1.2.1", WeaknessWeak, (*baselineSubject).legacyGeneration},
		{"policy", "7.1.6.4", WeaknessWeak, (*baselineSubject).policy},
		{"policy-several", "7.1.2.3 (a)", WeaknessWeak, (*baselineSubject).policySeveral},
		{"policy-cps", "7.1.2.3 (a)", WeaknessWeak, (*baselineSubject).policyCPS},
		{"policies-critical", "7.1.2.3 (a)", WeaknessNote, notCritical(oidCertPolicies, "certificatePolicies")},
		{"crl", "7.1.2.3 (b)", WeaknessWeak, (*baselineSubject).crl},
		{"crl-scheme", "7.1.2.3 (b)", WeaknessWeak, (*baselineSubject).crlScheme},
		{"crl-critical", "7.1.2.3 (b)", WeaknessNote, notCritical(oidDistributionPoints, "cRLDistributionPoints")},
		{"aia", "7.1.2.3 (c)", WeaknessNote, (*baselineSubject).infoAccess},
		{"aia-critical", "7.1.2.3 (c)", WeaknessWeak, notCritical(oidInfoAccess, "authorityInfoAccess")},
		{"aia-scheme", "7.1.2.3 (c)", WeaknessWeak, (*baselineSubject).infoAccessScheme},
		{"basic-constraints", "7.1.2.3 (d)", WeaknessWeak, (*baselineSubject).noCA},
		{"key-usage", "7.1.2.3 (e)", WeaknessWeak, isPresent(oidKeyUsage, "keyUsage")},
		{"key-usage-critical", "7.1.2.3 (e)", WeaknessNote, isCritical(oidKeyUsage, "keyUsage")},
		{"key-usage-bits", "7.1.2.3 (e)", WeaknessWeak, (*baselineSubject).keyUsageBits},
		{"eku", "7.1.2.3 (f)", WeaknessWeak, (*baselineSubject).purposeMail},
		{"eku-forbidden", "7.1.2.3 (f)", WeaknessWeak, (*baselineSubject).purposeForbidden},
		{"eku-strict", "7.1.2.3 (f)", WeaknessWeak, (*baselineSubject).purposeStrict},
		{"aki", "7.1.2.3 (g)", WeaknessWeak, (*baselineSubject).authorityKey},
		{"san", "7.1.2.3 (h)", WeaknessWeak, isPresent(oidSubjectAltName, "subjectAltName")},
		{"san-critical", "7.1.2.3 (h)", WeaknessNote, (*baselineSubject).altNameCritical},
		{"capabilities-critical", "7.1.2.3 (i)", WeaknessWeak, notCritical(oidCapabilities, "smimeCapabilities")},
		{"directory-attributes", "7.1.2.3 (j)", WeaknessWeak, (*baselineSubject).directoryAttributes},
		{"qc-statements-critical", "7.1.2.3 (k)", WeaknessWeak, notCritical(oidQCStatements, "qcStatements")},
		{"lei", "7.1.2.3 (l)", WeaknessWeak, (*baselineSubject).legalEntity},
		{"adobe", "7.1.2.3 (m)", WeaknessWeak, (*baselineSubject).adobe},
		{"ski", "7.1.2.3 (n)", WeaknessNote, isPresent(oidSubjectKeyID, "subjectKeyIdentifier")},
		{"ski-critical", "7.1.2.3 (n)", WeaknessWeak, notCritical(oidSubjectKeyID, "subjectKeyIdentifier")},
		{"san-mailbox", "7.1.4.2.1", WeaknessWeak, (*baselineSubject).mailbox},
		{"san-types", "7.1.4.2.1", WeaknessWeak, (*baselineSubject).altNameTypes},
		{"subject-mailbox", "7.1.4.2.1", WeaknessWeak, (*baselineSubject).subjectMailbox},
		{"common-name", "7.1.4.2.2 (a)", WeaknessWeak, (*baselineSubject).commonName},
		{"pseudonym", "7.1.4.2.2 (f)", WeaknessWeak, (*baselineSubject).pseudonym},
		{"subject-email", "7.1.4.2.2 (h)", WeaknessWeak, (*baselineSubject).subjectEmail},
		{"country", "7.1.4.2.2 (n)", WeaknessWeak, (*baselineSubject).country},
		{"subject-missing", "7.1.4.2", WeaknessWeak, (*baselineSubject).subjectMissing},
		{"subject-forbidden", "7.1.4.2", WeaknessWeak, (*baselineSubject).subjectForbidden},
	}
}

func baselineSubordinate() []baselineRule {
	return []baselineRule{
		{"ca-policy", "7.1.6.3", WeaknessWeak, (*baselineSubject).policyOfCA},
		{"ca-policies-critical", "7.1.2.2 (a)", WeaknessNote, notCritical(oidCertPolicies, "certificatePolicies")},
		{"ca-policy-cps", "7.1.2.2 (a)", WeaknessWeak, (*baselineSubject).policyCPS},
		{"ca-crl", "7.1.2.2 (b)", WeaknessWeak, (*baselineSubject).crl},
		{"ca-crl-scheme", "7.1.2.2 (b)", WeaknessWeak, (*baselineSubject).crlScheme},
		{"ca-crl-critical", "7.1.2.2 (b)", WeaknessWeak, notCritical(oidDistributionPoints, "cRLDistributionPoints")},
		{"ca-aia", "7.1.2.2 (c)", WeaknessNote, (*baselineSubject).infoAccess},
		{"ca-aia-critical", "7.1.2.2 (c)", WeaknessWeak, notCritical(oidInfoAccess, "authorityInfoAccess")},
		{"ca-basic-constraints", "7.1.2.2 (d)", WeaknessWeak, (*baselineSubject).constraintsOfCA},
		{"ca-key-usage", "7.1.2.2 (e)", WeaknessWeak, (*baselineSubject).keyUsageOfCA},
		{"ca-eku", "7.1.2.2 (g)", WeaknessWeak, (*baselineSubject).purposeMail},
		{"ca-eku-forbidden", "7.1.2.2 (g)", WeaknessWeak, (*baselineSubject).purposeForbidden},
		{"ca-eku-critical", "7.1.2.2 (g)", WeaknessNote, notCritical(oidExtKeyUsage, "extKeyUsage")},
		{"ca-aki", "7.1.2.2 (h)", WeaknessWeak, (*baselineSubject).authorityKey},
		{"ca-ski", "7.1.2.2 (i)", WeaknessWeak, isPresent(oidSubjectKeyID, "subjectKeyIdentifier")},
		{"ca-ski-critical", "7.1.2.2 (i)", WeaknessWeak, notCritical(oidSubjectKeyID, "subjectKeyIdentifier")},
		{"ca-subject", "7.1.4.3.1", WeaknessWeak, (*baselineSubject).subjectOfCA},
	}
}

func baselineRoot() []baselineRule {
	return []baselineRule{
		{"root-basic-constraints", "7.1.2.1 (a)", WeaknessWeak, (*baselineSubject).constraintsOfCA},
		{"root-path-length", "7.1.2.1 (a)", WeaknessNote, (*baselineSubject).pathLength},
		{"root-key-usage", "7.1.2.1 (b)", WeaknessWeak, (*baselineSubject).keyUsageOfCA},
		{"root-policies", "7.1.2.1 (c)", WeaknessNote, isAbsent(oidCertPolicies, "certificatePolicies")},
		{"root-eku", "7.1.2.1 (d)", WeaknessWeak, isAbsent(oidExtKeyUsage, "extKeyUsage")},
		{"root-ski", "7.1.2.1 (e)", WeaknessWeak, isPresent(oidSubjectKeyID, "subjectKeyIdentifier")},
		{"root-ski-critical", "7.1.2.1 (e)", WeaknessWeak, notCritical(oidSubjectKeyID, "subjectKeyIdentifier")},
		{"root-subject", "7.1.4.3.1", WeaknessWeak, (*baselineSubject).subjectOfCA},
	}
}
