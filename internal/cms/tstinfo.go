package cms

import (
	"bytes"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// TSTInfo is what a time-stamping authority signs (RFC 3161, Section 2.4.2):
//
//	TSTInfo ::= SEQUENCE {
//	    version INTEGER { v1(1) },
//	    policy TSAPolicyId,
//	    messageImprint MessageImprint,
//	    serialNumber INTEGER,
//	    genTime GeneralizedTime,
//	    accuracy Accuracy OPTIONAL,
//	    ordering BOOLEAN DEFAULT FALSE,
//	    nonce INTEGER OPTIONAL,
//	    tsa [0] GeneralName OPTIONAL,
//	    extensions [1] IMPLICIT Extensions OPTIONAL }
type TSTInfo struct {
	Policy      algorithm.OID
	Imprint     Imprint
	Serial      []byte // content octets of the INTEGER
	Time        time.Time
	Accuracy    time.Duration // how far Time may be from the truth, by the authority's own word; 0: it says nothing
	HasAccuracy bool
	Ordering    bool
	Nonce       []byte            // content octets of the INTEGER; nil: none
	TSA         *cert.GeneralName // nil: not named
}

// Imprint is what is stamped, by its digest (RFC 3161, Section 2.4.1):
//
//	MessageImprint ::= SEQUENCE {
//	    hashAlgorithm AlgorithmIdentifier,
//	    hashedMessage OCTET STRING }
type Imprint struct {
	Algorithm algorithm.Identifier
	Sum       []byte
}

// ParseTSTInfo reads a TSTInfo in DER. Errors are MalformedErrors.
func ParseTSTInfo(der []byte) (*TSTInfo, error) {
	s := cryptobyte.String(der)
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() {
		return nil, malformed("TSTInfo is no SEQUENCE")
	}
	var version int64
	if !body.ReadASN1Integer(&version) || version != 1 {
		return nil, malformed("TSTInfo does not have version 1")
	}
	var info TSTInfo
	var ok bool
	if info.Policy, ok = algorithm.ReadOID(&body); !ok {
		return nil, malformed("policy of the TSTInfo")
	}
	if info.Imprint, ok = readImprint(&body); !ok {
		return nil, malformed("messageImprint of the TSTInfo")
	}
	if info.Serial, ok = readInteger(&body); !ok {
		return nil, malformed("serialNumber of the TSTInfo")
	}
	var when cryptobyte.String
	if !body.ReadASN1(&when, asn1.GeneralizedTime) {
		return nil, malformed("genTime of the TSTInfo")
	}
	if info.Time, ok = parseGenTime(string(when)); !ok {
		return nil, malformed("genTime of the TSTInfo")
	}
	if info.HasAccuracy = body.PeekASN1Tag(asn1.SEQUENCE); info.HasAccuracy {
		if info.Accuracy, ok = readAccuracy(&body); !ok {
			return nil, malformed("accuracy of the TSTInfo")
		}
	}
	if body.PeekASN1Tag(asn1.BOOLEAN) && !body.ReadASN1Boolean(&info.Ordering) {
		return nil, malformed("ordering of the TSTInfo")
	}
	if body.PeekASN1Tag(asn1.INTEGER) {
		if info.Nonce, ok = readInteger(&body); !ok {
			return nil, malformed("nonce of the TSTInfo")
		}
	}
	if info.TSA, ok = readTSA(&body); !ok {
		return nil, malformed("tsa of the TSTInfo")
	}
	if err := readStampExtensions(&body); err != nil {
		return nil, err
	}
	if !body.Empty() {
		return nil, malformed("TSTInfo has a field too many")
	}
	return &info, nil
}

func readImprint(s *cryptobyte.String) (out Imprint, ok bool) {
	var body, sum cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) {
		return out, false
	}
	if out.Algorithm, ok = algorithm.ReadIdentifier(&body); !ok {
		return out, false
	}
	if !body.ReadASN1(&sum, asn1.OCTET_STRING) || !body.Empty() {
		return out, false
	}
	out.Sum = bytes.Clone(sum)
	return out, true
}

// maxInteger is how many octets a serial number or a nonce may have: RFC 3161,
// Section 2.4.2 asks for 160 bits of serial numbers.
const maxInteger = 64

// readInteger returns the content octets of an INTEGER in DER.
func readInteger(s *cryptobyte.String) ([]byte, bool) {
	var octets cryptobyte.String
	if !s.ReadASN1(&octets, asn1.INTEGER) || len(octets) == 0 || len(octets) > maxInteger {
		return nil, false
	}
	if len(octets) > 1 && (octets[0] == 0 && octets[1] < 0x80 || octets[0] == 0xff && octets[1] >= 0x80) {
		return nil, false // a shorter form is the one of DER
	}
	return bytes.Clone(octets), true
}

// parseGenTime reads YYYYMMDDhhmmss[.s...]Z, where the fraction does not end in
// a zero (RFC 3161, Section 2.4.2).
func parseGenTime(text string) (time.Time, bool) {
	const seconds = "20060102150405"
	rest, ok := strings.CutSuffix(text, "Z")
	if !ok || len(rest) < len(seconds) {
		return time.Time{}, false
	}
	digits, fraction, pointed := strings.Cut(rest, ".")
	if len(digits) != len(seconds) || strings.Trim(digits+fraction, "0123456789") != "" {
		return time.Time{}, false
	}
	if pointed && (fraction == "" || len(fraction) > 9 || fraction[len(fraction)-1] == '0') {
		return time.Time{}, false
	}
	t, err := time.Parse(seconds, digits)
	if err != nil {
		return time.Time{}, false
	}
	var nanos time.Duration
	for i := range 9 {
		nanos *= 10
		if i < len(fraction) {
			nanos += time.Duration(fraction[i] - '0')
		}
	}
	return t.Add(nanos), true
}

// readAccuracy reads
//
//	Accuracy ::= SEQUENCE {
//	    seconds INTEGER OPTIONAL,
//	    millis [0] INTEGER (1..999) OPTIONAL,
//	    micros [1] INTEGER (1..999) OPTIONAL }
//
// QUIRK: authorities write a zero, which the range leaves out.
func readAccuracy(s *cryptobyte.String) (time.Duration, bool) {
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) {
		return 0, false
	}
	var out time.Duration
	for _, part := range []struct {
		tag  asn1.Tag
		unit time.Duration
		max  int64
	}{
		{asn1.INTEGER, time.Second, 1 << 32},
		{asn1.Tag(0).ContextSpecific(), time.Millisecond, 999},
		{asn1.Tag(1).ContextSpecific(), time.Microsecond, 999},
	} {
		if !body.PeekASN1Tag(part.tag) {
			continue
		}
		var n int64
		if !body.ReadASN1Int64WithTag(&n, part.tag) || n < 0 || n > part.max {
			return 0, false
		}
		out += time.Duration(n) * part.unit
	}
	return out, body.Empty()
}

// readTSA reads the tag [0], which is explicit: GeneralName is a CHOICE.
func readTSA(s *cryptobyte.String) (*cert.GeneralName, bool) {
	var name cryptobyte.String
	var present bool
	if !s.ReadOptionalASN1(&name, &present, asn1.Tag(0).ContextSpecific().Constructed()) {
		return nil, false
	}
	if !present {
		return nil, true
	}
	g, ok := cert.ReadGeneralName(&name)
	return &g, ok && name.Empty()
}

// readStampExtensions reads the Extensions, none of which is known here: a
// critical one must not be passed over.
func readStampExtensions(s *cryptobyte.String) error {
	var list cryptobyte.String
	var present bool
	if !s.ReadOptionalASN1(&list, &present, asn1.Tag(1).ContextSpecific().Constructed()) {
		return malformed("extensions of the TSTInfo")
	}
	for !list.Empty() {
		var extension cryptobyte.String
		if !list.ReadASN1(&extension, asn1.SEQUENCE) {
			return malformed("extensions of the TSTInfo")
		}
		oid, ok := algorithm.ReadOID(&extension)
		critical := false
		if ok && extension.PeekASN1Tag(asn1.BOOLEAN) {
			ok = extension.ReadASN1Boolean(&critical)
		}
		if !ok || !extension.SkipASN1(asn1.OCTET_STRING) || !extension.Empty() {
			return malformed("extensions of the TSTInfo")
		}
		if critical {
			return malformed("critical extension %s of the TSTInfo is not known", oid)
		}
	}
	return nil
}
