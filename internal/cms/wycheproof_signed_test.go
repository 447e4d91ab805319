package cms

import (
	"encoding/hex"
	"errors"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms/ber"
)

// signedGroup is one key of a file of signatures, and what was signed with it.
type signedGroup struct {
	SHA, MGFSHA  string
	SLen         int
	PublicKeyDER string
	Tests        []struct {
		TCID              int
		Comment, Msg, Sig string
		Result, Ctx       string
		Flags             []string
	}
}

// signedFile says what identifiers stand in a SignerInfo for the vectors of a file.
type signedFile struct {
	name           string
	digest         func(g *signedGroup) string // its OID
	signature      func(t *testing.T, g *signedGroup) []byte
	valid, refused int // at least
}

func digestOfGroup(g *signedGroup) string { return wycheproofDigests[g.SHA] }

func plainSignature(oid string) func(*testing.T, *signedGroup) []byte {
	return func(*testing.T, *signedGroup) []byte { return identifier(oid, nil) }
}

// pssSignature is id-RSASSA-PSS with its parameters (RFC 4055, Section 3.1).
func pssSignature(t *testing.T, g *signedGroup) []byte {
	t.Helper()
	tagged := func(n uint32, der []byte) []byte { return ber.Wrap(ber.Context(n), der) }
	return identifier("1.2.840.113549.1.1.10", ber.Wrap(ber.Sequence,
		tagged(0, identifier(digestOID(t, g.SHA), asn1Null)), tagged(1, maskOf(t, g.MGFSHA)), tagged(2, integer(int64(g.SLen)))))
}

var signedFiles = []signedFile{
	{name: "rsa_signature_2048_sha256", valid: 9, refused: 250, digest: digestOfGroup,
		signature: func(*testing.T, *signedGroup) []byte { return identifier("1.2.840.113549.1.1.11", asn1Null) }},
	{name: "rsa_pss_2048_sha256_mgf1_32", valid: 63, refused: 45, digest: digestOfGroup, signature: pssSignature},
	{name: "rsa_pss_2048_sha256_mgf1_32_params", valid: 63, refused: 45, digest: digestOfGroup, signature: pssSignature},
	{name: "rsa_pss_4096_sha512_mgf1_64", valid: 132, refused: 47, digest: digestOfGroup, signature: pssSignature},
	{name: "rsa_pss_4096_sha512_mgf1_64_params", valid: 132, refused: 47, digest: digestOfGroup, signature: pssSignature},
	{name: "rsa_pss_misc", valid: 150, digest: digestOfGroup, signature: pssSignature},
	{name: "rsa_pss_misc_params", valid: 150, digest: digestOfGroup, signature: pssSignature},
	{name: "ecdsa_secp256r1_sha256", valid: 174, refused: 310, digest: digestOfGroup, signature: plainSignature("1.2.840.10045.4.3.2")},
	{name: "ecdsa_secp384r1_sha384", valid: 194, refused: 310, digest: digestOfGroup, signature: plainSignature("1.2.840.10045.4.3.3")},
	{name: "ecdsa_secp521r1_sha512", valid: 232, refused: 310, digest: digestOfGroup, signature: plainSignature("1.2.840.10045.4.3.4")},
	{name: "ecdsa_brainpoolP256r1_sha256", valid: 176, refused: 309, digest: digestOfGroup, signature: plainSignature("1.2.840.10045.4.3.2")},
	// RFC 8419, Section 3: SHA-512 and, without signed attributes, SHAKE256.
	{name: "ed25519", valid: 88, refused: 63, digest: func(*signedGroup) string { return wycheproofDigests["SHA-512"] }, signature: plainSignature("1.3.101.112")},
	{name: "ed448", valid: 17, refused: 70, digest: func(*signedGroup) string { return wycheproofDigests["SHAKE256"] }, signature: plainSignature("1.3.101.113")},
	{name: "mldsa_65_verify", valid: 77, refused: 133, digest: func(*signedGroup) string { return wycheproofDigests["SHA-512"] }, signature: plainSignature("2.16.840.1.101.3.4.3.18")},
}

// foreignSigned is a SignedData without signed attributes, whose signature is over the content alone (RFC 5652, Section
// 5.4), with the signer's certificate.
func foreignSigned(content, signature, digestID, signatureID, certificate []byte, detached bool) []byte {
	encap := [][]byte{derOID(TypeData)}
	if !detached {
		encap = append(encap, ber.Wrap(ber.Context(0), octets(content)))
	}
	signer := ber.Wrap(ber.Sequence, integer(3), implicit(0, foreignKeyID), digestID, signatureID, octets(signature))
	data := ber.Wrap(ber.Sequence, integer(3), ber.Wrap(ber.Set, digestID), ber.Wrap(ber.Sequence, encap...),
		ber.Wrap(ber.Context(0), certificate), ber.Wrap(ber.Set, signer))
	return ber.Wrap(ber.Sequence, derOID(TypeSignedData), ber.Wrap(ber.Context(0), data))
}

// foreignCertificate is a certificate of a key that nobody here has the private half of.
func foreignCertificate(spki []byte) []byte {
	ca := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Test CA")), Extensions: []certtest.Extension{certtest.CA(-1)}}, nil)
	return certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("a key of the vectors")), SPKI: spki, Key: ca.Key,
		Extensions: []certtest.Extension{certtest.SKI(foreignKeyID)}}, ca).DER
}

// TestWycheproofSigned verifies each signature of the vectors as that of a message, its content inside or beside it.
func TestWycheproofSigned(t *testing.T) {
	t.Parallel()
	for _, file := range signedFiles {
		t.Run(file.name, func(t *testing.T) {
			t.Parallel()
			groups, total := wycheproofGroups[signedGroup](t, file.name)
			c := newTally(t, file.name)
			for i := range groups {
				c.signed(&file, &groups[i])
			}
			c.done(total, file.valid, file.refused)
		})
	}
}

func (c *tally) signed(file *signedFile, g *signedGroup) {
	c.t.Helper()
	spki, err := hex.DecodeString(g.PublicKeyDER)
	if err != nil {
		c.t.Fatal(err)
	}
	certificate := foreignCertificate(spki)
	if _, err := cert.Parse(certificate); err != nil {
		c.t.Fatalf("%s %d: certificate: %v", c.file, g.Tests[0].TCID, err)
	}
	digestID := identifier(file.digest(g), nil)
	signatureID := file.signature(c.t, g)
	for _, v := range g.Tests {
		content, err1 := hex.DecodeString(v.Msg)
		signature, err2 := hex.DecodeString(v.Sig)
		if err1 != nil || err2 != nil {
			c.t.Fatal(err1, err2)
		}
		want, reason := v.Result == "valid", ""
		switch {
		case v.Ctx != "" && want:
			want, reason = false, "with a context, which CMS has none of (RFC 9882, Section 3)"
		case v.Result == "acceptable":
			if !hasFlag(v.Flags, "MissingNull") {
				c.t.Errorf("%s %d: no rule for %v", c.file, v.TCID, v.Flags)
			}
			reason = "without NULL in DigestInfo, which is compared with the one encoding (RFC 8017, Section 8.2.2)"
		}
		detached := v.TCID%2 == 1
		message := foreignSigned(content, signature, digestID, signatureID, certificate, detached)
		var outside []byte
		if detached {
			outside = append([]byte{}, content...)
		}
		_, got, results, err := verifyAll(message, outside)
		switch {
		case err != nil:
			c.t.Errorf("%s %d: not read: %v", c.file, v.TCID, err)
		case string(got) != string(content) || len(results) != 1:
			c.t.Errorf("%s %d: another content, or %d signers", c.file, v.TCID, len(results))
		default:
			err = results[0]
		}
		c.judge(v.TCID, v.Comment, v.Flags, want, reason, err)
		if e, ok := errors.AsType[*SignatureError](err); err != nil && (!ok || e.Kind != Invalid) && !hasFlag(v.Flags, "IncorrectPublicKeyLength") {
			c.t.Errorf("%s %d (%s): %v, want a signature that does not verify", c.file, v.TCID, v.Comment, err)
		}
	}
}
