package hostiletest

import (
	"strings"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// Identifiers that the cases of signed messages need.
const (
	idSHA1, idSHA256, idSHA384, idSHA512 = "1.3.14.3.2.26", "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3"
	idMD5, idMD4                         = "1.2.840.113549.2.5", "1.2.840.113549.2.4"
	idData, idSigned                     = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"
	idTSTInfo, idReceipt                 = "1.2.840.113549.1.9.16.1.4", "1.2.840.113549.1.9.16.1.1"
	idRSA, idRSAPSS, idMGF1              = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.8"
	idRSASHA1, idRSASHA256, idRSASHA512  = "1.2.840.113549.1.1.5", "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.13"
	idECDSASHA1, idECDSASHA256           = "1.2.840.10045.4.1", "1.2.840.10045.4.3.2"
	idECDSASHA512, idEd25519             = "1.2.840.10045.4.3.4", "1.3.101.112"
	idNothing                            = "1.2.3.4.5"
)

// Types of attributes.
var (
	typeContentType       = algorithm.MustOID("1.2.840.113549.1.9.3")
	typeMessageDigest     = algorithm.MustOID("1.2.840.113549.1.9.4")
	typeSigningTime       = algorithm.MustOID("1.2.840.113549.1.9.5")
	typeCountersignature  = algorithm.MustOID("1.2.840.113549.1.9.6")
	typeCapabilities      = algorithm.MustOID("1.2.840.113549.1.9.15")
	typeReceiptRequest    = algorithm.MustOID("1.2.840.113549.1.9.16.2.1")
	typeEncryptionKey     = algorithm.MustOID("1.2.840.113549.1.9.16.2.11")
	typeSigningCert       = algorithm.MustOID("1.2.840.113549.1.9.16.2.12")
	typeTimeStamp         = algorithm.MustOID("1.2.840.113549.1.9.16.2.14")
	typeSigningCertV2     = algorithm.MustOID("1.2.840.113549.1.9.16.2.47")
	typeAlgorithmProtects = algorithm.MustOID("1.2.840.113549.1.9.52")
)

var (
	utcTime         = ber.Tag{Class: ber.Universal, Number: 23}
	generalizedTime = ber.Tag{Class: ber.Universal, Number: 24}
)

func oidNode(oid string) *cmstest.Node {
	return cmstest.Primitive(ber.ObjectIdentifier, []byte(algorithm.MustOID(oid)))
}

func octets(b []byte) *cmstest.Node { return cmstest.Primitive(ber.OctetString, b) }

func null() *cmstest.Node { return cmstest.Primitive(ber.Null, nil) }

func sequence(fields ...*cmstest.Node) *cmstest.Node {
	return cmstest.Constructed(ber.Sequence, fields...)
}

func integer(contents ...byte) *cmstest.Node { return cmstest.Primitive(ber.Integer, contents) }

func utc(text string) *cmstest.Node { return cmstest.Primitive(utcTime, []byte(text)) }

// explicit puts nodes under a tag of their own.
func explicit(n uint32, inside ...*cmstest.Node) *cmstest.Node {
	return cmstest.Constructed(ber.Context(n), inside...)
}

// implicit gives a node another tag.
func implicit(n uint32, node *cmstest.Node) *cmstest.Node {
	node.Tag = ber.Context(n)
	return node
}

// identifier is an AlgorithmIdentifier.
func identifier(oid string, parameters ...*cmstest.Node) *cmstest.Node {
	return sequence(append([]*cmstest.Node{oidNode(oid)}, parameters...)...)
}

func attribute(oid algorithm.OID, values ...*cmstest.Node) *cmstest.Node {
	return sequence(cmstest.Primitive(ber.ObjectIdentifier, []byte(oid)), cmstest.Constructed(ber.Set, values...))
}

func words(s string) []string { return strings.Fields(s) }
