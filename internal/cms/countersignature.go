package cms

import "smimectl/internal/cert"

// Countersignature is a signature over a signature (RFC 5652, Section 11.4).
type Countersignature struct {
	Info *SignerInfo // nil: it cannot be read
	Err  error       // why
	Over int         // index of the countersignature that it is over; -1: the signer's own signature
}

// Limits of what is looked at below one signature.
const (
	maxCountersignatures     = 16
	maxCountersignatureDepth = 4
)

// Countersignatures returns the countersignatures of a signer, and below them
// those over countersignatures: what is signed before what signs it. more says
// that there are others, which are not looked at.
func (sd *SignedData) Countersignatures(si *SignerInfo) (list []Countersignature, more bool) {
	type place struct {
		info  *SignerInfo
		index int
		depth int
	}
	for todo := []place{{si, -1, 0}}; len(todo) > 0; todo = todo[1:] {
		at := todo[0]
		for _, a := range find(at.info.UnsignedAttributes, attrCountersignature) {
			for _, value := range a.Values {
				if len(list) == maxCountersignatures || at.depth == maxCountersignatureDepth {
					return list, true
				}
				c := Countersignature{Over: at.index}
				if c.Info, c.Err = parseSignerInfo(value, 0, sd.lim); c.Err == nil {
					c.Info.applyCounterRules()
					todo = append(todo, place{c.Info, len(list), at.depth + 1})
				}
				list = append(list, c)
			}
		}
	}
	return list, false
}

// VerifyCountersignature checks a countersignature of the signature over with
// the key of a certificate. What is signed are the content octets of the
// signature value; a content-type attribute must not be there, because those
// octets have none. The errors are those of Verify.
func (sd *SignedData) VerifyCountersignature(over, counter *SignerInfo, c *cert.Certificate) error {
	digests := digestsNamed(nil)
	if counter.Digest != nil {
		digests = appendDigest(digests, counter.Digest)
	}
	d := newContentDigest(digests, nil, counter.SignedAttributes == nil, true)
	d.Write(over.Signature)
	d.finish()
	return (&SignedData{EContentType: TypeData, lim: sd.lim, digested: d}).Verify(counter, c)
}

// applyCounterRules is applyRules for a countersignature.
func (si *SignerInfo) applyCounterRules() {
	si.obey(TypeData,
		si.ruleSigned,
		si.ruleOnce,
		si.ruleNoContentType,
		si.ruleMessageDigest,
		si.ruleSigningTime,
		si.ruleCapabilities,
		si.ruleAlgorithmProtection,
		si.ruleSigningCertificate,
	)
}

// ruleNoContentType: RFC 5652, Section 11.4. A signature over a message must not
// pass for one over a signature.
func (si *SignerInfo) ruleNoContentType(ContentType) error {
	if len(find(si.SignedAttributes, attrContentType)) > 0 {
		return attributeFault("contentType is in a countersignature")
	}
	return nil
}
