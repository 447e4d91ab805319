package message

import "smimectl/internal/algorithm"

// capabilityName names an entry of SMIMECapabilities (RFC 8551, Section 2.5.2) as
// reports and the store do. Parameters are left out on purpose, but those of
// RSAES-OAEP: published lists of them are known to hold mistakes, the OID is what is
// announced.
func capabilityName(id algorithm.Identifier) string {
	if name, ok := algorithm.CapabilityName(id); ok {
		return name
	}
	if name, ok := algorithm.ContentCipherName(id.OID); ok {
		return name
	}
	if transport, err := algorithm.FindKeyTransport(id); err == nil {
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

// CapabilityNames names the entries of SMIMECapabilities.
func CapabilityNames(list []algorithm.Identifier) []string {
	var names []string
	for _, id := range list {
		names = append(names, capabilityName(id))
	}
	return names
}
