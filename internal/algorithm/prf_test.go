package algorithm

import (
	"errors"
	"testing"
)

func TestFindPRF(t *testing.T) {
	t.Parallel()
	for oid, want := range map[string]string{
		"1.2.840.113549.2.7": "hmac-sha1", "1.3.6.1.5.5.8.1.2": "hmac-sha1", "1.2.840.113549.2.8": "hmac-sha224",
		"1.2.840.113549.2.9": "hmac-sha256", "1.2.840.113549.2.10": "hmac-sha384", "1.2.840.113549.2.11": "hmac-sha512",
		"1.2.840.113549.2.12": "hmac-sha512-224", "1.2.840.113549.2.13": "hmac-sha512-256",
	} {
		for _, parameters := range [][]byte{nil, nullParameters()} {
			if p, err := FindPRF(Identifier{MustOID(oid), parameters}); err != nil || p.Name != want {
				t.Errorf("%s: %v, %v", oid, p, err)
			}
		}
		_, err := FindPRF(Identifier{MustOID(oid), []byte{4, 0}})
		if _, malformed := errors.AsType[*ParameterError](err); !malformed {
			t.Errorf("%s with an OCTET STRING: %v", oid, err)
		}
	}
	_, err := FindPRF(Identifier{OID: MustOID("1.2.840.113549.2.6")})
	if _, unsupported := errors.AsType[*UnsupportedError](err); !unsupported {
		t.Errorf("HMAC-MD5: %v", err)
	}
	if DefaultPRF().Name != "hmac-sha1" || WrittenPRF().Name != "hmac-sha256" {
		t.Error("defaults")
	}
}
