package algorithm

import (
	"encoding/hex"
	"errors"
	"testing"
)

func TestDigests(t *testing.T) {
	t.Parallel()
	// "abc", FIPS 180-4 and RFC 1321.
	want := map[string]string{
		"md5":    "900150983cd24fb0d6963f7d28e17f72",
		"sha1":   "a9993e364706816aba3e25717850c26c9cd0d89d",
		"sha224": "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
		"sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"sha384": "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
		"sha512": "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
	}
	status := map[string]Status{"md5": Broken, "sha1": Broken, "sha224": Legacy}
	if len(Digests()) != len(want) {
		t.Errorf("got %d digests, want %d", len(Digests()), len(want))
	}
	seen := map[string]bool{}
	for _, d := range Digests() {
		t.Run(d.Name, func(t *testing.T) {
			sum := d.sum([]byte("abc"))
			if hex.EncodeToString(sum) != want[d.Name] || len(sum) != d.Size || d.Hash.Size() != d.Size {
				t.Errorf("got %x of %d octets", sum, d.Size)
			}
			if d.Status != status[d.Name] {
				t.Errorf("status: got %v, want %v", d.Status, status[d.Name])
			}
			for _, id := range []Identifier{d.Identifier(), d.nullIdentifier()} {
				if got, err := FindDigest(id); got != d {
					t.Errorf("FindDigest(%x): got %v, %v", id.DER(), got, err)
				}
			}
			if d.Identifier().Parameters != nil {
				t.Error("written with parameters")
			}
			if got, err := DigestByName(d.Name); got != d {
				t.Errorf("DigestByName: got %v, %v", got, err)
			}
			for _, mic := range append([]string{d.MIC}, d.MICAliases...) {
				if seen[mic] {
					t.Errorf("micalg %q stands for two digests", mic)
				}
				seen[mic] = true
			}
			var parameter *ParameterError
			if _, err := FindDigest(Identifier{OID: d.OID, Parameters: []byte{0x30, 0}}); !errors.As(err, &parameter) {
				t.Errorf("with a SEQUENCE as parameters: got %v, want a ParameterError", err)
			}
		})
	}
}

func TestFindDigestRefuses(t *testing.T) {
	t.Parallel()
	var unsupported *UnsupportedError
	if _, err := FindDigest(Identifier{OID: MustOID("1.3.36.3.2.1")}); !errors.As(err, &unsupported) || unsupported.Kind != "digest" {
		t.Errorf("RIPEMD-160: got %v, want an UnsupportedError", err)
	}
	for _, name := range []string{"", "SHA256", "sha3-256"} {
		if _, err := DigestByName(name); !errors.As(err, &unsupported) {
			t.Errorf("DigestByName(%q): got %v, want an UnsupportedError", name, err)
		}
	}
}

// The list that is given out is the caller's own.
func TestDigestsIsACopy(t *testing.T) {
	t.Parallel()
	list := Digests()
	list[0] = nil
	if Digests()[0] == nil {
		t.Error("the table changed")
	}
}

func TestReadMGF1(t *testing.T) {
	t.Parallel()
	if d, err := readMGF1(mgf1Identifier(sha256Digest)); d != sha256Digest {
		t.Errorf("got %v, %v", d, err)
	}
	if d, err := readMGF1(Identifier{OID: oidMGF1, Parameters: sha1Digest.Identifier().DER()}); d != sha1Digest {
		t.Errorf("hash without NULL: got %v, %v", d, err)
	}
	bad := map[string]Identifier{
		"other function":    {OID: sha256Digest.OID, Parameters: sha256Digest.nullIdentifier().DER()},
		"no hash":           {OID: oidMGF1},
		"NULL for hash":     {OID: oidMGF1, Parameters: nullParameters()},
		"unknown hash":      {OID: oidMGF1, Parameters: Identifier{OID: MustOID("1.2.3")}.DER()},
		"something follows": {OID: oidMGF1, Parameters: append(sha256Digest.nullIdentifier().DER(), 0)},
	}
	for name, id := range bad {
		if d, err := readMGF1(id); err == nil {
			t.Errorf("%s: got %s, want an error", name, d.Name)
		}
	}
}

func TestStatusText(t *testing.T) {
	t.Parallel()
	for status, want := range map[Status]string{Current: "current", Legacy: "legacy", Broken: "broken", 3: "unknown", -1: "unknown"} {
		if got := status.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
