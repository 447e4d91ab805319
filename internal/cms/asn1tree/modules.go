package asn1tree

// The modules. Each line is a type as its standard has it, shortened: OCTETS is OCTET STRING, BITS is BIT STRING, OID
// is OBJECT IDENTIFIER; OPTIONAL, DEFAULT and IMPLICIT are left out; OCTETS(T) is a string that holds a T; ANY(table) is
// defined by the object identifier before it, by the table; SECRET marks what belongs to a private key.

// moduleCMS: RFC 5652, RFC 5083, RFC 3274, RFC 9629, RFC 2634, RFC 5035, RFC 6211, RFC 8551.
const moduleCMS = `
ContentInfo ::= SEQUENCE contentType OID, content [0] EXPLICIT ANY(content)
SignedData ::= SEQUENCE version INTEGER, digestAlgorithms SET OF AlgorithmIdentifier,
  encapContentInfo EncapsulatedContentInfo, certificates [0] SET OF CertificateChoices,
  crls [1] SET OF RevocationInfoChoice, signerInfos SET OF SignerInfo
EncapsulatedContentInfo ::= SEQUENCE eContentType OID, eContent [0] EXPLICIT OCTETS(ANY(content))
SignerInfo ::= SEQUENCE version INTEGER, sid SignerIdentifier, digestAlgorithm AlgorithmIdentifier,
  signedAttrs [0] SET OF Attribute, signatureAlgorithm AlgorithmIdentifier, signature OCTETS, unsignedAttrs [1] SET OF Attribute
SignerIdentifier ::= CHOICE issuerAndSerialNumber IssuerAndSerialNumber, subjectKeyIdentifier [0] OCTETS
IssuerAndSerialNumber ::= SEQUENCE issuer Name, serialNumber INTEGER
Attribute ::= SEQUENCE attrType OID, attrValues SET OF ANY(attribute)
CertificateChoices ::= CHOICE certificate Certificate, extendedCertificate [0] Unknown, v1AttrCert [1] Unknown,
  v2AttrCert [2] Unknown, other [3] OtherCertificateFormat
Unknown ::= SEQUENCE OF ANY(nothing)
OtherCertificateFormat ::= SEQUENCE otherCertFormat OID, otherCert ANY(nothing)
RevocationInfoChoice ::= CHOICE crl CertificateList, other [1] OtherRevocationInfoFormat
OtherRevocationInfoFormat ::= SEQUENCE otherRevInfoFormat OID, otherRevInfo ANY(revocation)
EnvelopedData ::= SEQUENCE version INTEGER, originatorInfo [0] OriginatorInfo, recipientInfos SET OF RecipientInfo,
  encryptedContentInfo EncryptedContentInfo, unprotectedAttrs [1] SET OF Attribute
AuthEnvelopedData ::= SEQUENCE version INTEGER, originatorInfo [0] OriginatorInfo, recipientInfos SET OF RecipientInfo,
  authEncryptedContentInfo EncryptedContentInfo, authAttrs [1] SET OF Attribute, mac OCTETS, unauthAttrs [2] SET OF Attribute
OriginatorInfo ::= SEQUENCE certs [0] SET OF CertificateChoices, crls [1] SET OF RevocationInfoChoice
EncryptedContentInfo ::= SEQUENCE contentType OID, contentEncryptionAlgorithm AlgorithmIdentifier, encryptedContent [0] OCTETS
RecipientInfo ::= CHOICE ktri KeyTransRecipientInfo, kari [1] KeyAgreeRecipientInfo, kekri [2] KEKRecipientInfo,
  pwri [3] PasswordRecipientInfo, ori [4] OtherRecipientInfo
KeyTransRecipientInfo ::= SEQUENCE version INTEGER, rid RecipientIdentifier, keyEncryptionAlgorithm AlgorithmIdentifier, encryptedKey OCTETS
RecipientIdentifier ::= CHOICE issuerAndSerialNumber IssuerAndSerialNumber, subjectKeyIdentifier [0] OCTETS
KeyAgreeRecipientInfo ::= SEQUENCE version INTEGER, originator [0] EXPLICIT OriginatorIdentifierOrKey, ukm [1] EXPLICIT OCTETS,
  keyEncryptionAlgorithm AlgorithmIdentifier, recipientEncryptedKeys SEQUENCE OF RecipientEncryptedKey
OriginatorIdentifierOrKey ::= CHOICE issuerAndSerialNumber IssuerAndSerialNumber, subjectKeyIdentifier [0] OCTETS,
  originatorKey [1] OriginatorPublicKey
OriginatorPublicKey ::= SEQUENCE algorithm AlgorithmIdentifier, publicKey BITS
RecipientEncryptedKey ::= SEQUENCE rid KeyAgreeRecipientIdentifier, encryptedKey OCTETS
KeyAgreeRecipientIdentifier ::= CHOICE issuerAndSerialNumber IssuerAndSerialNumber, rKeyId [0] RecipientKeyIdentifier
RecipientKeyIdentifier ::= SEQUENCE subjectKeyIdentifier OCTETS, date GeneralizedTime, other OtherKeyAttribute
OtherKeyAttribute ::= SEQUENCE keyAttrId OID, keyAttr ANY(nothing)
KEKRecipientInfo ::= SEQUENCE version INTEGER, kekid KEKIdentifier, keyEncryptionAlgorithm AlgorithmIdentifier, encryptedKey OCTETS
KEKIdentifier ::= SEQUENCE keyIdentifier OCTETS, date GeneralizedTime, other OtherKeyAttribute
PasswordRecipientInfo ::= SEQUENCE version INTEGER, keyDerivationAlgorithm [0] AlgorithmIdentifier,
  keyEncryptionAlgorithm AlgorithmIdentifier, encryptedKey OCTETS
OtherRecipientInfo ::= SEQUENCE oriType OID, oriValue ANY(recipient)
KEMRecipientInfo ::= SEQUENCE version INTEGER, rid RecipientIdentifier, kem AlgorithmIdentifier, kemct OCTETS, kdf AlgorithmIdentifier,
  kekLength INTEGER, ukm [0] EXPLICIT OCTETS, wrap AlgorithmIdentifier, encryptedKey OCTETS
EncryptedData ::= SEQUENCE version INTEGER, encryptedContentInfo EncryptedContentInfo, unprotectedAttrs [1] SET OF Attribute
DigestedData ::= SEQUENCE version INTEGER, digestAlgorithm AlgorithmIdentifier, encapContentInfo EncapsulatedContentInfo, digest OCTETS
AuthenticatedData ::= SEQUENCE version INTEGER, originatorInfo [0] OriginatorInfo, recipientInfos SET OF RecipientInfo,
  macAlgorithm AlgorithmIdentifier, digestAlgorithm [1] AlgorithmIdentifier, encapContentInfo EncapsulatedContentInfo,
  authAttrs [2] SET OF Attribute, mac OCTETS, unauthAttrs [3] SET OF Attribute
CompressedData ::= SEQUENCE version INTEGER, compressionAlgorithm AlgorithmIdentifier, encapContentInfo EncapsulatedContentInfo
SMIMECapabilities ::= SEQUENCE OF SMIMECapability
SMIMECapability ::= SEQUENCE capabilityID OID, parameters ANY(parameters)
SMIMEEncryptionKeyPreference ::= CHOICE issuerAndSerialNumber [0] IssuerAndSerialNumber,
  receipentKeyId [1] RecipientKeyIdentifier, subjectAltKeyIdentifier [2] OCTETS
CMSAlgorithmProtection ::= SEQUENCE digestAlgorithm AlgorithmIdentifier, signatureAlgorithm [1] AlgorithmIdentifier,
  macAlgorithm [2] AlgorithmIdentifier
SigningCertificate ::= SEQUENCE certs SEQUENCE OF ESSCertID, policies SEQUENCE OF PolicyInformation
ESSCertID ::= SEQUENCE certHash OCTETS, issuerSerial IssuerSerial
SigningCertificateV2 ::= SEQUENCE certs SEQUENCE OF ESSCertIDv2, policies SEQUENCE OF PolicyInformation
ESSCertIDv2 ::= SEQUENCE hashAlgorithm AlgorithmIdentifier, certHash OCTETS, issuerSerial IssuerSerial
IssuerSerial ::= SEQUENCE issuer GeneralNames, serialNumber INTEGER
ReceiptRequest ::= SEQUENCE signedContentIdentifier OCTETS, receiptsFrom ReceiptsFrom, receiptsTo SEQUENCE OF GeneralNames
ReceiptsFrom ::= CHOICE allOrFirstTier [0] INTEGER, receiptList [1] SEQUENCE OF GeneralNames
Receipt ::= SEQUENCE version INTEGER, contentType OID, signedContentIdentifier OCTETS, originatorSignatureValue OCTETS
ContentHints ::= SEQUENCE contentDescription UTF8String, contentType OID
ContentReference ::= SEQUENCE contentType OID, signedContentIdentifier OCTETS, originatorSignatureValue OCTETS
ESSSecurityLabel ::= SET security-policy-identifier OID, security-classification INTEGER, privacy-mark ESSPrivacyMark,
  security-categories SET OF SecurityCategory
ESSPrivacyMark ::= CHOICE pString PrintableString, utf8String UTF8String
SecurityCategory ::= SEQUENCE type [0] OID, value [1] EXPLICIT ANY(nothing)
EquivalentLabels ::= SEQUENCE OF ESSSecurityLabel
MLExpansionHistory ::= SEQUENCE OF MLData
MLData ::= SEQUENCE mailListIdentifier EntityIdentifier, expansionTime GeneralizedTime, mlReceiptPolicy ANY(nothing)
EntityIdentifier ::= CHOICE issuerAndSerialNumber IssuerAndSerialNumber, subjectKeyIdentifier OCTETS
TSTInfo ::= SEQUENCE version INTEGER, policy OID, messageImprint MessageImprint, serialNumber INTEGER, genTime GeneralizedTime,
  accuracy Accuracy, ordering BOOLEAN, nonce INTEGER, tsa [0] EXPLICIT GeneralName, extensions [1] SEQUENCE OF Extension
MessageImprint ::= SEQUENCE hashAlgorithm AlgorithmIdentifier, hashedMessage OCTETS
Accuracy ::= SEQUENCE seconds INTEGER, millis [0] INTEGER, micros [1] INTEGER
TimeStampResp ::= SEQUENCE status PKIStatusInfo, timeStampToken ContentInfo
PKIStatusInfo ::= SEQUENCE status INTEGER, statusString SEQUENCE OF UTF8String, failInfo BITS
`

// moduleX509: RFC 5280, RFC 4055, RFC 5480, RFC 8017, RFC 5652 (parameters of algorithms).
const moduleX509 = `
AlgorithmIdentifier ::= SEQUENCE algorithm OID, parameters ANY(parameters)
Certificate ::= SEQUENCE tbsCertificate TBSCertificate, signatureAlgorithm AlgorithmIdentifier, signatureValue BITS
TBSCertificate ::= SEQUENCE version [0] EXPLICIT INTEGER, serialNumber INTEGER, signature AlgorithmIdentifier, issuer Name,
  validity Validity, subject Name, subjectPublicKeyInfo SubjectPublicKeyInfo, issuerUniqueID [1] BITS, subjectUniqueID [2] BITS,
  extensions [3] EXPLICIT Extensions
Validity ::= SEQUENCE notBefore Time, notAfter Time
Time ::= CHOICE utcTime UTCTime, generalTime GeneralizedTime
Name ::= SEQUENCE OF RelativeDistinguishedName
RelativeDistinguishedName ::= SET OF AttributeTypeAndValue
AttributeTypeAndValue ::= SEQUENCE type OID, value ANY(nothing)
SubjectPublicKeyInfo ::= SEQUENCE algorithm AlgorithmIdentifier, subjectPublicKey BITS(ANY(public))
Extensions ::= SEQUENCE OF Extension
Extension ::= SEQUENCE extnID OID, critical BOOLEAN, extnValue OCTETS(ANY(extension))
AuthorityKeyIdentifier ::= SEQUENCE keyIdentifier [0] OCTETS, authorityCertIssuer [1] GeneralNames, authorityCertSerialNumber [2] INTEGER
SubjectKeyIdentifier ::= OCTETS
KeyUsage ::= BITS
PrivateKeyUsagePeriod ::= SEQUENCE notBefore [0] GeneralizedTime, notAfter [1] GeneralizedTime
CertificatePolicies ::= SEQUENCE OF PolicyInformation
PolicyInformation ::= SEQUENCE policyIdentifier OID, policyQualifiers SEQUENCE OF PolicyQualifierInfo
PolicyQualifierInfo ::= SEQUENCE policyQualifierId OID, qualifier ANY(qualifier)
UserNotice ::= SEQUENCE noticeRef NoticeReference, explicitText DisplayText
NoticeReference ::= SEQUENCE organization DisplayText, noticeNumbers SEQUENCE OF INTEGER
DisplayText ::= CHOICE ia5String IA5String, visibleString VisibleString, bmpString BMPString, utf8String UTF8String
CPSuri ::= IA5String
PolicyMappings ::= SEQUENCE OF PolicyMapping
PolicyMapping ::= SEQUENCE issuerDomainPolicy OID, subjectDomainPolicy OID
GeneralNames ::= SEQUENCE OF GeneralName
GeneralName ::= CHOICE otherName [0] OtherName, rfc822Name [1] IA5String, dNSName [2] IA5String, x400Address [3] Unknown,
  directoryName [4] EXPLICIT Name, ediPartyName [5] Unknown, uniformResourceIdentifier [6] IA5String, iPAddress [7] OCTETS,
  registeredID [8] OID
OtherName ::= SEQUENCE type-id OID, value [0] EXPLICIT ANY(nothing)
SubjectDirectoryAttributes ::= SEQUENCE OF Attribute
BasicConstraints ::= SEQUENCE cA BOOLEAN, pathLenConstraint INTEGER
NameConstraints ::= SEQUENCE permittedSubtrees [0] GeneralSubtrees, excludedSubtrees [1] GeneralSubtrees
GeneralSubtrees ::= SEQUENCE OF GeneralSubtree
GeneralSubtree ::= SEQUENCE base GeneralName, minimum [0] INTEGER, maximum [1] INTEGER
PolicyConstraints ::= SEQUENCE requireExplicitPolicy [0] INTEGER, inhibitPolicyMapping [1] INTEGER
ExtKeyUsageSyntax ::= SEQUENCE OF KeyPurposeId
KeyPurposeId ::= OID
CRLDistributionPoints ::= SEQUENCE OF DistributionPoint
DistributionPoint ::= SEQUENCE distributionPoint [0] EXPLICIT DistributionPointName, reasons [1] BITS, cRLIssuer [2] GeneralNames
DistributionPointName ::= CHOICE fullName [0] GeneralNames, nameRelativeToCRLIssuer [1] RelativeDistinguishedName
InhibitAnyPolicy ::= INTEGER
AuthorityInfoAccessSyntax ::= SEQUENCE OF AccessDescription
AccessDescription ::= SEQUENCE accessMethod OID, accessLocation GeneralName
QCStatements ::= SEQUENCE OF QCStatement
QCStatement ::= SEQUENCE statementId OID, statementInfo ANY(nothing)
NetscapeCertType ::= BITS
NetscapeComment ::= IA5String
CertificateList ::= SEQUENCE tbsCertList TBSCertList, signatureAlgorithm AlgorithmIdentifier, signatureValue BITS
TBSCertList ::= SEQUENCE version INTEGER, signature AlgorithmIdentifier, issuer Name, thisUpdate Time, nextUpdate Time,
  revokedCertificates SEQUENCE OF RevokedCertificate, crlExtensions [0] EXPLICIT Extensions
RevokedCertificate ::= SEQUENCE userCertificate INTEGER, revocationDate Time, crlEntryExtensions Extensions
CRLNumber ::= INTEGER
CRLReason ::= ENUMERATED
InvalidityDate ::= GeneralizedTime
IssuingDistributionPoint ::= SEQUENCE distributionPoint [0] EXPLICIT DistributionPointName, onlyContainsUserCerts [1] BOOLEAN,
  onlyContainsCACerts [2] BOOLEAN, onlySomeReasons [3] BITS, indirectCRL [4] BOOLEAN, onlyContainsAttributeCerts [5] BOOLEAN
RSAPublicKey ::= SEQUENCE modulus INTEGER, publicExponent INTEGER
DSAPublicKey ::= INTEGER
Dss-Parms ::= SEQUENCE p INTEGER, q INTEGER, g INTEGER
NamedCurve ::= OID
RSASSA-PSS-params ::= SEQUENCE hashAlgorithm [0] EXPLICIT AlgorithmIdentifier, maskGenAlgorithm [1] EXPLICIT AlgorithmIdentifier,
  saltLength [2] EXPLICIT INTEGER, trailerField [3] EXPLICIT INTEGER
RSAES-OAEP-params ::= SEQUENCE hashFunc [0] EXPLICIT AlgorithmIdentifier, maskGenFunc [1] EXPLICIT AlgorithmIdentifier,
  pSourceFunc [2] EXPLICIT AlgorithmIdentifier
CBCParameter ::= OCTETS
GCMParameters ::= SEQUENCE aes-nonce OCTETS, aes-ICVlen INTEGER
RC2-CBC-Parameter ::= SEQUENCE rc2ParameterVersion INTEGER, iv OCTETS
`

// modulePKCS: PKCS #8 (RFC 5208, RFC 5958), RFC 8017, RFC 5915, PKCS #12 (RFC 7292), PKCS #5 (RFC 8018), PKCS #10 (RFC 2986).
const modulePKCS = `
PrivateKeyInfo ::= SEQUENCE version INTEGER, privateKeyAlgorithm AlgorithmIdentifier, privateKey SECRET OCTETS(ANY(private)),
  attributes [0] SET OF Attribute, publicKey [1] BITS
EncryptedPrivateKeyInfo ::= SEQUENCE encryptionAlgorithm AlgorithmIdentifier, encryptedData OCTETS
RSAPrivateKey ::= SEQUENCE version INTEGER, modulus INTEGER, publicExponent INTEGER, privateExponent SECRET INTEGER,
  prime1 SECRET INTEGER, prime2 SECRET INTEGER, exponent1 SECRET INTEGER, exponent2 SECRET INTEGER, coefficient SECRET INTEGER
ECPrivateKey ::= SEQUENCE version INTEGER, privateKey SECRET OCTETS, parameters [0] EXPLICIT NamedCurve, publicKey [1] EXPLICIT BITS
CurvePrivateKey ::= CHOICE key SECRET OCTETS
DSAPrivateKey ::= CHOICE key SECRET INTEGER
PFX ::= SEQUENCE version INTEGER, authSafe AuthSafe, macData MacData
AuthSafe ::= SEQUENCE contentType OID, content [0] EXPLICIT AuthSafeContent
AuthSafeContent ::= CHOICE data OCTETS(AuthenticatedSafe), signed SignedData
AuthenticatedSafe ::= SEQUENCE OF SafeInfo
SafeInfo ::= SEQUENCE contentType OID, content [0] EXPLICIT ANY(safe)
SafeData ::= OCTETS(SafeContents)
SafeContents ::= SEQUENCE OF SafeBag
SafeBag ::= SEQUENCE bagId OID, bagValue [0] EXPLICIT ANY(bag), bagAttributes SET OF PKCS12Attribute
PKCS12Attribute ::= SEQUENCE attrId OID, attrValues SET OF ANY(attribute)
CertBag ::= SEQUENCE certId OID, certValue [0] EXPLICIT OCTETS(ANY(certificate))
CRLBag ::= SEQUENCE crlId OID, crlValue [0] EXPLICIT OCTETS(ANY(certificate))
SecretBag ::= SEQUENCE secretTypeId OID, secretValue [0] EXPLICIT SECRET ANY(nothing)
MacData ::= SEQUENCE mac DigestInfo, macSalt OCTETS, iterations INTEGER
DigestInfo ::= SEQUENCE digestAlgorithm AlgorithmIdentifier, digest OCTETS
PBES2-params ::= SEQUENCE keyDerivationFunc AlgorithmIdentifier, encryptionScheme AlgorithmIdentifier
PBKDF2-params ::= SEQUENCE salt PBKDF2-Salt, iterationCount INTEGER, keyLength INTEGER, prf AlgorithmIdentifier
PBKDF2-Salt ::= CHOICE specified OCTETS, otherSource AlgorithmIdentifier
PBMAC1-params ::= SEQUENCE keyDerivationFunc AlgorithmIdentifier, messageAuthScheme AlgorithmIdentifier
PBEParameter ::= SEQUENCE salt OCTETS, iterationCount INTEGER
Scrypt-params ::= SEQUENCE salt OCTETS, costParameter INTEGER, blockSize INTEGER, parallelizationParameter INTEGER, keyLength INTEGER
CertificationRequest ::= SEQUENCE certificationRequestInfo CertificationRequestInfo, signatureAlgorithm AlgorithmIdentifier, signature BITS
CertificationRequestInfo ::= SEQUENCE version INTEGER, subject Name, subjectPKInfo SubjectPublicKeyInfo, attributes [0] SET OF Attribute
`

// moduleStatus: RFC 6960.
const moduleStatus = `
OCSPResponse ::= SEQUENCE responseStatus ENUMERATED, responseBytes [0] EXPLICIT ResponseBytes
ResponseBytes ::= SEQUENCE responseType OID, response OCTETS(ANY(response))
BasicOCSPResponse ::= SEQUENCE tbsResponseData ResponseData, signatureAlgorithm AlgorithmIdentifier, signature BITS,
  certs [0] EXPLICIT Certificates
Certificates ::= SEQUENCE OF Certificate
ResponseData ::= SEQUENCE version [0] EXPLICIT INTEGER, responderID ResponderID, producedAt GeneralizedTime,
  responses SEQUENCE OF SingleResponse, responseExtensions [1] EXPLICIT Extensions
ResponderID ::= CHOICE byName [1] EXPLICIT Name, byKey [2] EXPLICIT OCTETS
SingleResponse ::= SEQUENCE certID CertID, certStatus CertStatus, thisUpdate GeneralizedTime, nextUpdate [0] EXPLICIT GeneralizedTime,
  singleExtensions [1] EXPLICIT Extensions
CertID ::= SEQUENCE hashAlgorithm AlgorithmIdentifier, issuerNameHash OCTETS, issuerKeyHash OCTETS, serialNumber INTEGER
CertStatus ::= CHOICE good [0] NULL, revoked [1] RevokedInfo, unknown [2] NULL
RevokedInfo ::= SEQUENCE revocationTime GeneralizedTime, revocationReason [0] EXPLICIT CRLReason
Nonce ::= OCTETS
`

// openTypes are the tables of ANY: the table, the type, and the names of the object identifiers that stand for it.
const openTypes = `
content SignedData id-signedData
content EnvelopedData id-envelopedData
content AuthEnvelopedData id-ct-authEnvelopedData
content EncryptedData id-encryptedData
content DigestedData id-digestedData
content AuthenticatedData id-ct-authData
content CompressedData id-ct-compressedData
content TSTInfo id-ct-TSTInfo
content Receipt id-ct-receipt

attribute OID id-contentType
attribute OCTETS id-messageDigest id-aa-msgSigDigest id-aa-contentIdentifier localKeyId
attribute Time id-signingTime
attribute INTEGER id-aa-binarySigningTime
attribute SignerInfo id-countersignature
attribute SMIMECapabilities smimeCapabilities
attribute CMSAlgorithmProtection id-aa-CMSAlgorithmProtection
attribute ReceiptRequest id-aa-receiptRequest
attribute ESSSecurityLabel id-aa-securityLabel
attribute MLExpansionHistory id-aa-mlExpandHistory
attribute ContentHints id-aa-contentHint
attribute EquivalentLabels id-aa-equivalentLabels
attribute ContentReference id-aa-contentReference
attribute SMIMEEncryptionKeyPreference id-aa-encrypKeyPref
attribute SigningCertificate id-aa-signingCertificate
attribute SigningCertificateV2 id-aa-signingCertificateV2
attribute ContentInfo id-aa-signatureTimeStampToken id-aa-ets-contentTimestamp id-aa-ets-archiveTimestampV2 szOID_RFC3161_counterSign
attribute IssuerAndSerialNumber szOID_MICROSOFT_Encryption_Key_Preference
attribute Extensions extensionRequest
attribute BMPString friendlyName
parameters NamedCurve id-ecPublicKey
parameters RSASSA-PSS-params id-RSASSA-PSS
parameters RSAES-OAEP-params id-RSAES-OAEP
parameters AlgorithmIdentifier id-mgf1 dhSinglePass-stdDH-sha1kdf-scheme dhSinglePass-stdDH-sha224kdf-scheme
  dhSinglePass-stdDH-sha256kdf-scheme dhSinglePass-stdDH-sha384kdf-scheme dhSinglePass-stdDH-sha512kdf-scheme
  dhSinglePass-cofactorDH-sha1kdf-scheme dhSinglePass-cofactorDH-sha256kdf-scheme dhSinglePass-cofactorDH-sha384kdf-scheme
  dhSinglePass-cofactorDH-sha512kdf-scheme dhSinglePass-stdDH-hkdf-sha256-scheme dhSinglePass-stdDH-hkdf-sha384-scheme
  dhSinglePass-stdDH-hkdf-sha512-scheme id-alg-PWRI-KEK id-alg-cek-hkdf-sha256
parameters CBCParameter aes128-CBC-PAD aes192-CBC-PAD aes256-CBC-PAD des-ede3-cbc desCBC
parameters GCMParameters aes128-GCM aes192-GCM aes256-GCM aes128-CCM aes192-CCM aes256-CCM
parameters RC2-CBC-Parameter rc2-cbc
parameters OCTETS id-pSpecified id-alg-AEADChaCha20Poly1305
parameters PBES2-params id-PBES2
parameters PBKDF2-params id-PBKDF2
parameters PBMAC1-params id-PBMAC1
parameters Scrypt-params id-scrypt
parameters PBEParameter pbeWithMD5AndDES-CBC pbeWithSHA1AndDES-CBC pbeWithSHAAnd3-KeyTripleDES-CBC pbeWithSHAAnd40BitRC2-CBC
  pbeWithSHAAnd128BitRC2-CBC pbeWithSHAAnd2-KeyTripleDES-CBC
parameters Dss-Parms id-dsa
public RSAPublicKey rsaEncryption id-RSASSA-PSS id-RSAES-OAEP
public DSAPublicKey id-dsa
private RSAPrivateKey rsaEncryption id-RSASSA-PSS id-RSAES-OAEP
private ECPrivateKey id-ecPublicKey
private CurvePrivateKey id-Ed25519 id-Ed448 id-X25519 id-X448
private DSAPrivateKey id-dsa
extension AuthorityKeyIdentifier id-ce-authorityKeyIdentifier
extension SubjectKeyIdentifier id-ce-subjectKeyIdentifier
extension KeyUsage id-ce-keyUsage
extension PrivateKeyUsagePeriod id-ce-privateKeyUsagePeriod
extension CertificatePolicies id-ce-certificatePolicies
extension PolicyMappings id-ce-policyMappings
extension GeneralNames id-ce-subjectAltName id-ce-issuerAltName id-ce-certificateIssuer
extension SubjectDirectoryAttributes id-ce-subjectDirectoryAttributes
extension BasicConstraints id-ce-basicConstraints
extension NameConstraints id-ce-nameConstraints
extension PolicyConstraints id-ce-policyConstraints
extension ExtKeyUsageSyntax id-ce-extKeyUsage
extension CRLDistributionPoints id-ce-cRLDistributionPoints id-ce-freshestCRL
extension InhibitAnyPolicy id-ce-inhibitAnyPolicy
extension AuthorityInfoAccessSyntax id-pe-authorityInfoAccess id-pe-subjectInfoAccess
extension QCStatements id-pe-qcStatements
extension NetscapeCertType netscape-cert-type
extension NetscapeComment netscape-comment
extension CRLNumber id-ce-cRLNumber id-ce-deltaCRLIndicator
extension CRLReason id-ce-cRLReasons
extension InvalidityDate id-ce-invalidityDate
extension IssuingDistributionPoint id-ce-issuingDistributionPoint
extension Nonce id-pkix-ocsp-nonce
extension NULL id-pkix-ocsp-nocheck
extension SMIMECapabilities smimeCapabilities
qualifier CPSuri id-qt-cps
qualifier UserNotice id-qt-unotice
revocation OCSPResponse id-ri-ocsp-response
recipient KEMRecipientInfo id-ori-kem
safe SafeData id-data
safe EncryptedData id-encryptedData
safe EnvelopedData id-envelopedData
bag PrivateKeyInfo keyBag
bag EncryptedPrivateKeyInfo pkcs8ShroudedKeyBag
bag CertBag certBag
bag CRLBag crlBag
bag SecretBag secretBag
bag SafeContents safeContentsBag
certificate Certificate x509Certificate
certificate CertificateList x509CRL
response BasicOCSPResponse id-pkix-ocsp-basic
`
