package algorithm

import (
	"crypto/sha3"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestDigests(t *testing.T) {
	t.Parallel()
	// "abc", FIPS 180-4, FIPS 202 and RFC 1321.
	want := map[string]string{
		"md5":          "900150983cd24fb0d6963f7d28e17f72",
		"sha1":         "a9993e364706816aba3e25717850c26c9cd0d89d",
		"sha3-224":     "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf",
		"sha3-256":     "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
		"sha3-384":     "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25",
		"sha3-512":     "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
		"shake128":     "5881092dd818bf5cf8a3ddb793fbcba74097d5c526a6d35f97b83351940f2cc8",
		"shake256":     "483366601360a8771c6863080cc4114d8db44530f8f1e1ee4f94ea37e78b5739d5a15bef186a5386c75744c0527e1faa9f8726e462a12a4feb06bd8801e751e4",
		"shake256-512": "483366601360a8771c6863080cc4114d8db44530f8f1e1ee4f94ea37e78b5739d5a15bef186a5386c75744c0527e1faa9f8726e462a12a4feb06bd8801e751e4",
		"sha224":       "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
		"sha256":       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"sha512-256":   "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23",
		"sha384":       "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
		"sha512":       "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
	}
	source := map[string]string{"md5": "RFC 1321, Appendix A.5"}
	for name := range want {
		switch {
		case strings.HasPrefix(name, "sha3") || strings.HasPrefix(name, "shake"):
			source[name] = "FIPS 202"
		case name != "md5":
			source[name] = "FIPS 180-4"
		}
	}
	status := map[string]Status{"md5": Broken, "sha1": Broken, "sha224": Legacy, "sha3-224": Legacy}
	parameters := map[string]string{"shake256-512": "02020200"}
	if len(Digests()) != len(want) {
		t.Errorf("got %d digests, want %d", len(Digests()), len(want))
	}
	seen := map[string]string{}
	for _, d := range Digests() {
		t.Run(d.Name, func(t *testing.T) {
			sum := d.sum([]byte("abc"))
			if hex.EncodeToString(sum) != want[d.Name] || len(sum) != d.Size || d.New().Size() != d.Size {
				t.Errorf("got %x of %d octets", sum, d.Size)
			}
			covers(t, row{"digest", d.Name, d.OID}, source[d.Name])
			if d.Status != status[d.Name] {
				t.Errorf("status: got %v, want %v", d.Status, status[d.Name])
			}
			if d.Hash != 0 && (!d.Hash.Available() || d.Hash.Size() != d.Size) {
				t.Errorf("crypto knows it as %v", d.Hash)
			}
			forms := []Identifier{d.Identifier(), d.nullIdentifier()}
			if parameters[d.Name] != "" {
				forms = forms[:1]
			}
			for _, id := range forms {
				if got, err := FindDigest(id); got != d {
					t.Errorf("FindDigest(%x): got %v, %v", id.DER(), got, err)
				}
			}
			if got := hex.EncodeToString(d.Identifier().Parameters); got != parameters[d.Name] {
				t.Errorf("written with parameters %s", got)
			}
			if got, err := DigestByName(d.Name); got != d {
				t.Errorf("DigestByName: got %v, %v", got, err)
			}
			for _, mic := range append([]string{d.MIC}, d.MICAliases...) {
				// SHAKE256 with and without its length is one function.
				if other := seen[mic]; mic != "" && other != "" && other != want[d.Name] {
					t.Errorf("micalg %q stands for two digests", mic)
				}
				seen[mic] = want[d.Name]
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
	for _, name := range []string{"", "SHA256", "sha512-224"} {
		if _, err := DigestByName(name); !errors.As(err, &unsupported) {
			t.Errorf("DigestByName(%q): got %v, want an UnsupportedError", name, err)
		}
	}
}

// Only the length that is in use, RFC 8419, Section 2.3.
func TestSHAKELength(t *testing.T) {
	t.Parallel()
	for _, parameters := range []string{"", "0500", "02020100", "0203000200", "02020200" + "00", "0204000000" + "40", "3004020202" + "00"} {
		der, _ := hex.DecodeString(parameters)
		var parameter *ParameterError
		if d, err := FindDigest(Identifier{OID: shake256LenDigest.OID, Parameters: der}); !errors.As(err, &parameter) {
			t.Errorf("%s: got %v, %v, want a ParameterError", parameters, d, err)
		}
	}
}

// SHAKE is read without end; Sum must not end the writing.
func TestSHAKEAsHash(t *testing.T) {
	t.Parallel()
	for _, d := range []*Digest{shake128Digest, shake256Digest, shake256LenDigest} {
		h := d.New()
		h.Write([]byte("a"))
		if got := h.Sum([]byte("x")); string(got[1:]) != string(d.sum([]byte("a"))) || got[0] != 'x' {
			t.Errorf("%s: Sum appends something else", d.Name)
		}
		h.Write([]byte("bc"))
		if string(h.Sum(nil)) != string(d.sum([]byte("abc"))) {
			t.Errorf("%s: writing on after Sum gives another result", d.Name)
		}
		h.Reset()
		h.Write([]byte("abc"))
		if string(h.Sum(nil)) != string(d.sum([]byte("abc"))) || h.Size() != d.Size {
			t.Errorf("%s: Reset does not begin anew", d.Name)
		}
	}
}

// SHAKE is its own mask generation function, RFC 8702, Section 3.2.1.
func TestSHAKEMask(t *testing.T) {
	t.Parallel()
	for d, want := range map[*Digest][]byte{shake128Digest: sha3.SumSHAKE128([]byte("seed"), 300), shake256Digest: sha3.SumSHAKE256([]byte("seed"), 300)} {
		got := make([]byte, 300)
		if xorMGF1(got, d, []byte("seed")); string(got) != string(want) {
			t.Errorf("%s: another mask", d.Name)
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
		"SHAKE":             mgf1Identifier(shake256Digest),
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

// TestFindMIC finds a digest by everything that a micalg says of one. Two rows may share a name: one function with two
// identifiers.
func TestFindMIC(t *testing.T) {
	t.Parallel()
	for _, d := range digests {
		for _, value := range append(slices.Clone(d.MICAliases), d.MIC) {
			if got := FindMIC(value); value != "" && (got == nil || got.MIC != d.MIC || got.Size != d.Size) {
				t.Errorf("%q is %v, want %s", value, got, d.Name)
			}
		}
	}
	for _, value := range []string{"", "unknown", "SHA-256", "sha-256 ", "sha"} {
		if got := FindMIC(value); got != nil {
			t.Errorf("%q is %s", value, got.Name)
		}
	}
}
