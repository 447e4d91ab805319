package algorithm

import (
	"encoding/hex"
	"errors"
	"slices"
	"testing"

	"smimectl/internal/algorithm/vectortest"
)

// wycheproofSignatures is the part of a Wycheproof file that signature tests
// need.
type wycheproofSignatures struct {
	NumberOfTests int
	TestGroups    []struct {
		SHA, MGFSHA     string
		SLen            int
		PublicKeyDER    string
		PublicKeyASNDER string `json:"publicKeyAsn"`
		Tests           []struct {
			TCID                      int
			Comment, Msg, Sig, Result string
			Ctx                       string
			Flags                     []string
		}
	}
}

func TestWycheproofSignatures(t *testing.T) {
	t.Parallel()
	digest := map[string]*Digest{"SHA-1": sha1Digest, "SHA-224": sha224Digest, "SHA-256": sha256Digest, "SHA-384": sha384Digest, "SHA-512": sha512Digest}
	ecdsaOID := map[string]OID{"SHA-256": oidECDSASHA256, "SHA-384": oidECDSASHA384, "SHA-512": oidECDSASHA512}
	type group struct {
		hash, mgf *Digest
		salt      int
		sha       string
	}
	pkcs1 := func(group) Identifier { return Identifier{OID: MustOID("1.2.840.113549.1.1.11")} }
	pss := func(g group) Identifier { return (&pssParameters{g.hash, g.mgf, g.salt}).identifier() }
	ec := func(g group) Identifier { return Identifier{OID: ecdsaOID[g.sha]} }
	ed448 := func(group) Identifier { return Identifier{OID: oidEd448} }
	mldsa65 := func(group) Identifier { return Identifier{OID: mldsaSets[1].oid} }
	ed := func(group) Identifier { return Identifier{OID: oidEd25519} }
	files := []struct {
		name string
		id   func(group) Identifier
	}{
		{"rsa_signature_2048_sha256", pkcs1},
		{"rsa_pss_2048_sha256_mgf1_32", pss},
		{"rsa_pss_2048_sha256_mgf1_32_params", pss},
		{"rsa_pss_4096_sha512_mgf1_64", pss},
		{"rsa_pss_4096_sha512_mgf1_64_params", pss},
		{"rsa_pss_misc", pss},
		{"rsa_pss_misc_params", pss},
		{"ecdsa_secp256r1_sha256", ec},
		{"ecdsa_secp384r1_sha384", ec},
		{"ecdsa_secp521r1_sha512", ec},
		{"ecdsa_brainpoolP256r1_sha256", ec},
		{"ed25519", ed},
		{"ed448", ed448},
		{"mldsa_65_verify", mldsa65},
	}
	for _, file := range files {
		t.Run(file.name, func(t *testing.T) {
			t.Parallel()
			var suite wycheproofSignatures
			vectortest.WycheproofFile(t, file.name, &suite)
			ran, good := 0, 0
			var used []row
			var keys []*PublicKey
			for _, g := range suite.TestGroups {
				der, err := hex.DecodeString(g.PublicKeyDER)
				if err != nil {
					t.Fatal(err)
				}
				key, err := ParsePublicKey(der)
				if err != nil && g.Tests[0].Result == "invalid" && slices.Contains(g.Tests[0].Flags, "IncorrectPublicKeyLength") {
					ran += len(g.Tests) // all of this key, and refused with it
					continue
				}
				if err != nil {
					t.Fatalf("test %d: key: %v", g.Tests[0].TCID, err)
				}
				id := file.id(group{digest[g.SHA], digest[g.MGFSHA], g.SLen, g.SHA})
				s, err := FindSignature(id, nil)
				if err != nil {
					t.Fatalf("test %d: %v", g.Tests[0].TCID, err)
				}
				for _, tt := range g.Tests {
					msg, _ := hex.DecodeString(tt.Msg)
					sig, _ := hex.DecodeString(tt.Sig)
					err := s.Verify(key, Message{Bytes: msg}, sig)
					// "acceptable" is only DigestInfo without NULL: refused.
					// There is no context in CMS: what has one is no signature.
					want := tt.Result == "valid" && tt.Ctx == ""
					if (err == nil) != want || err != nil && !errors.Is(err, ErrSignature) {
						t.Errorf("test %d (%s, %v): got %v, want %s", tt.TCID, tt.Comment, tt.Flags, err, tt.Result)
					}
					ran++
					if want {
						good++
						used = append(used, rowOfSignature(s))
						keys = append(keys, key)
					}
				}
			}
			if ran != suite.NumberOfTests || good == 0 {
				t.Errorf("ran %d of %d, %d of them good", ran, suite.NumberOfTests, good)
			}
			t.Logf("%d vectors", ran)
			for i := range used {
				covers(t, used[i], wycheproofSource(file.name))
				coversKey(t, keys[i], wycheproofSource(file.name))
				if c, err := readECParameters(keys[i].Identifier.Parameters); err == nil {
					covers(t, row{"curve", c.name, c.oid}, wycheproofSource(file.name))
				}
			}
		})
	}
}
