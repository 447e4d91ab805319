package message

import "smimectl/internal/algorithm"

// capabilityName names an entry of SMIMECapabilities (RFC 8551, Section 2.5.2) as
// reports and the store do. Parameters are left out on purpose: published lists
// of them are known to hold mistakes, the OID is what is announced.
func capabilityName(id algorithm.Identifier) string {
	if name, ok := algorithm.CapabilityName(id.OID); ok {
		return name
	}
	for _, c := range algorithm.ContentCiphers() {
		if c.OID == id.OID {
			return c.Name
		}
	}
	transport, err := algorithm.FindKeyTransport(id)
	if err != nil {
		// The capability of OAEP is written without the tags its parameters have elsewhere.
		transport, err = algorithm.FindKeyTransport(algorithm.Identifier{OID: id.OID, Parameters: emptySequence})
	}
	if err == nil {
		return transport.Name
	}
	if agreement, err := algorithm.FindKeyAgreement(id); err == nil {
		return agreement.Name
	}
	if digest, err := algorithm.FindDigest(id); err == nil {
		return digest.Name
	}
	if scheme, err := algorithm.FindSignature(id, nil); err == nil {
		if scheme.Digest != nil && !scheme.Pure {
			return scheme.Name + "-" + scheme.Digest.Name
		}
		return scheme.Name
	}
	return id.OID.String()
}

var emptySequence = []byte{0x30, 0}
