package algorithm

import "testing"

// TestOAEPCapabilityNames: who reads RSAES-OAEP with SHA-1 (RFC 3560, Section 5) has not said that he reads it with
// SHA-256.
func TestOAEPCapabilityNames(t *testing.T) {
	t.Parallel()
	const (
		published = "302b300d06096086480165030402010500301a06092a864886f70d010108300d06096086480165030402010500"
		sha384    = "302b300d06096086480165030402020500301a06092a864886f70d010108300d06096086480165030402020500"
	)
	for parameters, want := range map[string]string{
		published: "rsa-oaep", oaepSHA256Hex: "rsa-oaep", "3000": "rsa-oaep-sha1", sha384: "rsa-oaep-sha384",
		"": "rsa-oaep-other", "0500": "rsa-oaep-other", "3011a00f300d06096086480165030402010500": "rsa-oaep-other",
	} {
		if got, ok := CapabilityName(Identifier{OID: oidRSAESOAEP, Parameters: decodeHex(t, parameters)}); !ok || got != want {
			t.Errorf("%q: %s, want %s", parameters, got, want)
		}
	}
}
