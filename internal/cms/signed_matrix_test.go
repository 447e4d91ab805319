package cms

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"smimectl/internal/algorithm"
)

// The tests of this file and of envelope_matrix_test.go try every row of the tables against openssl, in both directions.
// Algorithms go to it by their numbers, so that a new row is tried without another line here; what openssl does not have,
// of this version and with these libraries, is a skipped subtest with its own words.

// opensslKey is a key that openssl has made, with a certificate for it.
type opensslKey struct {
	pkcs8, certificate []byte
	public             *algorithm.PublicKey // nil: this program does not read it
	skip               string               // why there is no key
}

// opensslKeys are made once for all tests.
var opensslKeys sync.Map

// opensslCurves are the curves of the table, as openssl calls them.
var opensslCurves = []string{
	"P-256", "P-384", "P-521", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1", "brainpoolP256t1", "brainpoolP384t1", "brainpoolP512t1",
}

// opensslKinds are the keys to be tried: one for each row of the table of keys, and one for each curve.
func opensslKinds() []string {
	var kinds []string
	for _, r := range algorithm.Rows() {
		switch {
		case r.Table != "key":
		case r.Name == "ec":
			kinds = append(kinds, opensslCurves...)
		default:
			kinds = append(kinds, r.Name)
		}
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// lastLine is what a program says about its failure.
func lastLine(out string) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return lines[len(lines)-1]
}

// opensslKeyOf has openssl make a key, or skips the test. It returns a folder with cert.pem, key.pem and both.pem as well.
func opensslKeyOf(t *testing.T, kind string) (*opensslKey, string) {
	t.Helper()
	needOpenSSL(t)
	made, _ := opensslKeys.LoadOrStore(kind, sync.OnceValue(func() *opensslKey { return makeOpensslKey(t, kind) }))
	k := made.(func() *opensslKey)()
	if k.skip != "" {
		t.Skipf("this openssl makes no key of the kind %s: %s", kind, k.skip)
	}
	dir := t.TempDir()
	certificate, private := pemOf("CERTIFICATE", k.certificate), pemOf("PRIVATE KEY", k.pkcs8)
	writeFile(t, dir, "cert.pem", certificate)
	writeFile(t, dir, "key.pem", private)
	writeFile(t, dir, "both.pem", append(certificate, private...))
	return k, dir
}

func makeOpensslKey(t *testing.T, kind string) *opensslKey {
	t.Helper()
	dir := t.TempDir()
	steps := [][]string{{"genpkey", "-out", "key.pem", "-algorithm", strings.ToUpper(kind)}}
	switch {
	case slices.Contains(opensslCurves, kind):
		steps[0] = []string{"genpkey", "-out", "key.pem", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:" + kind}
	case kind == "rsa":
		steps[0] = append(steps[0], "-pkeyopt", "rsa_keygen_bits:2048")
	case kind == "dsa":
		steps = [][]string{{"genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:1024", "-out", "dsa.pem"},
			{"genpkey", "-out", "key.pem", "-paramfile", "dsa.pem"}}
	}
	steps = append(steps, []string{"pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "spki"},
		[]string{"pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-outform", "DER", "-out", "pkcs8"})
	for _, args := range steps {
		if out, err := opensslIn(t, dir, args...); err != nil {
			return &opensslKey{skip: lastLine(out)}
		}
	}
	spki := readFile(t, dir, "spki")
	k := &opensslKey{pkcs8: readFile(t, dir, "pkcs8"), certificate: foreignCertificate(spki)}
	k.public, _ = algorithm.ParsePublicKey(spki)
	return k
}

// TestOpenSSLSignsEverything verifies what openssl signs with each kind of key, each digest of the table and each
// padding, inside and detached.
func TestOpenSSLSignsEverything(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	met := map[string]int{}
	t.Run("keys", func(t *testing.T) {
		for _, kind := range opensslKinds() {
			t.Run(kind, func(t *testing.T) {
				t.Parallel()
				k, dir := opensslKeyOf(t, kind)
				if k.public == nil {
					t.Fatal("the public key of openssl is not read")
				}
				if !k.public.CanSign {
					t.Skip("this key does not sign")
				}
				writeFile(t, dir, "content", text(1000))
				paddings := []string{""}
				if strings.HasPrefix(kind, "rsa") {
					paddings = []string{"", "rsa_padding_mode:pss"}
				}
				for _, d := range digestsFor(t, k.public, kind) {
					for _, padding := range paddings {
						for _, detached := range []bool{false, true} {
							oid := opensslSigned(t, dir, d, padding, detached)
							if oid == "" {
								break
							}
							mu.Lock()
							met[oid]++
							mu.Unlock()
						}
					}
				}
			})
		}
	})
	for _, r := range algorithm.Rows() {
		if r.Table == "signature" && met[r.OID.String()] == 0 {
			t.Run("row "+r.Name+" "+r.OID.String(), func(t *testing.T) { t.Skip("openssl does not write it here") })
		}
	}
	t.Logf("signatures by number: %v", met)
	if _, known := opensslKeys.Load("rsa"); known && len(met) < 3 {
		t.Errorf("only %v", slices.Collect(maps.Keys(met)))
	}
}

// digestsFor are the digests to be tried with a kind of key: all of them with RSA, P-256 and DSA, else the usual ones and
// that of the key, unless all vectors are asked for.
func digestsFor(t *testing.T, public *algorithm.PublicKey, kind string) []*algorithm.Digest {
	t.Helper()
	all := algorithm.Digests()
	if kind == "rsa" || kind == "P-256" || kind == "dsa" || everyVector() {
		return all
	}
	list := slices.Clone(all[:3])
	if s, err := algorithm.SignatureFor(public, algorithm.SignOptions{}); err == nil && !slices.Contains(list, s.Digest) {
		list = append(list, s.Digest)
	}
	return list
}

// opensslSigned makes and verifies one message, and returns the number of its signature algorithm, or "" where openssl
// cannot make it.
func opensslSigned(t *testing.T, dir string, d *algorithm.Digest, padding string, detached bool) (oid string) {
	t.Helper()
	name := d.Name + " " + padding + map[bool]string{true: " detached"}[detached]
	t.Run(name, func(t *testing.T) {
		args := []string{"cms", "-sign", "-binary", "-in", "content", "-signer", "both.pem", "-outform", "DER", "-out", "message", "-md", d.OID.String()}
		if padding != "" {
			args = append(args, "-keyopt", padding)
		}
		var outside []byte
		if detached {
			outside = text(1000)
		} else {
			args = append(args, "-nodetach")
		}
		if out, err := opensslIn(t, dir, args...); err != nil {
			t.Skipf("this openssl does not sign so: %s", lastLine(out))
		}
		sd, got, results, err := verifyAll(readFile(t, dir, "message"), outside)
		if err != nil || len(results) != 1 || results[0] != nil || !bytes.Equal(got, text(1000)) {
			// A key that is for PSS alone signs without the padding being asked for, and the message says rsaEncryption.
			if out, failed := opensslIn(t, dir, "cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in", "message", "-content", "content"); failed != nil {
				t.Skipf("this openssl does not verify what it has signed: %s", lastLine(out))
			}
			t.Fatalf("not good: %v, %v", results, err)
		}
		if sd.Signers[0].Digest.OID != d.OID {
			t.Errorf("digest %s", sd.Signers[0].Digest.Name)
		}
		oid = sd.Signers[0].Scheme.Identifier.OID.String()
	})
	return oid
}

// TestOpenSSLVerifiesEverything has openssl verify what we sign with each key, each digest that goes with it, and each
// padding, inside and detached.
func TestOpenSSLVerifiesEverything(t *testing.T) {
	t.Parallel()
	needOpenSSL(t)
	for _, kind := range productKeys() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			signer := signerOfKind(t, kind)
			public, err := signer.Certificate.PublicKey()
			if err != nil {
				t.Fatal(err)
			}
			if !public.CanSign {
				t.Skip("this key does not sign")
			}
			dir := opensslFolder(t, identityOf(t, kind))
			writeFile(t, dir, "spki", public.SPKI)
			if out, err := opensslIn(t, dir, "pkey", "-pubin", "-inform", "DER", "-in", "spki", "-noout"); err != nil {
				t.Skipf("this openssl reads no such key: %s", lastLine(out))
			}
			writeFile(t, dir, "content", text(1000))
			for _, d := range algorithm.Digests() {
				for _, pss := range []bool{false, true} {
					signer.Options = algorithm.SignOptions{Digest: d, PSS: pss}
					scheme, err := algorithm.SignatureFor(public, signer.Options)
					if err != nil || pss && public.Kind != "rsa" {
						continue // does not go with the key
					}
					for _, detached := range []bool{false, true} {
						name := scheme.Name + " " + d.Name + map[bool]string{true: " detached"}[detached]
						t.Run(name, func(t *testing.T) { opensslVerified(t, dir, signer, detached) })
					}
				}
			}
		})
	}
}

// signerOfKind is signerOf, for keys that do not sign as well.
func signerOfKind(t *testing.T, kind string) Signer {
	t.Helper()
	id := identityOf(t, kind)
	return Signer{Certificate: id.Certificate, Chain: id.Chain(), Key: id.Key}
}

func opensslVerified(t *testing.T, dir string, signer Signer, detached bool) {
	t.Helper()
	writeFile(t, dir, "message", signedBy(t, text(1000), SignedDataOptions{ContentSize: 1000, Detached: detached}, signer))
	verify := func(message string) (string, error) {
		args := []string{"cms", "-verify", "-binary", "-inform", "DER", "-in", message, "-CAfile", "root.pem", "-out", "out"}
		if detached {
			args = append(args, "-content", "content")
		}
		return opensslIn(t, dir, args...)
	}
	out, err := verify("message")
	if err == nil {
		if !bytes.Equal(readFile(t, dir, "out"), text(1000)) {
			t.Error("openssl got other content")
		}
		return
	}
	// What it does not make and verify itself it does not have.
	args := []string{"cms", "-sign", "-binary", "-in", "content", "-signer", "signer.pem", "-certfile", "chain.pem", "-outform", "DER", "-out", "own", "-md", signer.Options.Digest.OID.String()}
	if signer.Options.PSS {
		args = append(args, "-keyopt", "rsa_padding_mode:pss")
	}
	if !detached {
		args = append(args, "-nodetach")
	}
	own, failed := opensslIn(t, dir, args...)
	if failed == nil {
		own, failed = verify("own")
	}
	if failed != nil {
		t.Skipf("this openssl has no such signatures: %s", lastLine(own))
	}
	t.Errorf("openssl: %v\n%s", err, out)
}
