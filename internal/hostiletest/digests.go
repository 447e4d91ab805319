package hostiletest

import (
	"testing"

	"smimectl/internal/cms/cmstest"
)

// digestListCases are A5 to A7 and A31: what a SignedData announces, and the
// versions it claims.
func digestListCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	malformed, unsupported := Unreadable("malformed"), Unreadable("unsupported-algorithm")
	announce := func(list ...*cmstest.Node) func(e *edited) {
		return func(e *edited) {
			e.DigestAlgorithms().Children = nil
			for _, n := range list {
				e.DigestAlgorithms().Insert(0, n.Clone())
			}
		}
	}
	signer := func(oid string) func(e *edited) {
		return func(e *edited) { *e.Signer(0).At(2) = *identifier(oid) }
	}
	also := func(f, g func(e *edited)) func(e *edited) { return func(e *edited) { f(e); g(e) } }
	return every(tb, w, []change{
		{id: "A5", name: "no digest algorithms", do: announce(), want: malformed, keys: "rsa p-256 ed25519"},
		{id: "A5", name: "no digest algorithms, signer with one nobody knows", do: also(announce(), signer(idNothing)), want: malformed},
		{id: "A5", name: "digest algorithm that is none", do: announce(null()), want: malformed},
		{id: "A6", name: "SHA-1 announced", do: announce(identifier(idSHA1)), want: malformed, keys: "rsa p-256 ed25519"},
		{id: "A6", name: "SHA-384 announced", do: announce(identifier(idSHA384)), want: malformed, keys: "p-256"},
		{id: "A6", name: "one nobody knows announced", do: announce(identifier(idNothing)), want: malformed},
		{id: "A6", name: "others announced too", do: announce(identifier(idSHA1), identifier(idNothing), identifier(idSHA256), identifier(idSHA512)), want: Accepted(nil), keys: "rsa p-256 ed25519"},
		{id: "A6", name: "the right one, with NULL", do: announce(identifier(idSHA256, null())), want: Accepted(nil)},
		{id: "A6", name: "the right one, with parameters nobody knows", do: announce(identifier(idSHA256, octets([]byte("x")))), want: malformed},
		{id: "A7", name: "digest nobody knows", do: signer(idNothing), want: unsupported, keys: "rsa p-256 ed25519"},
		{id: "A7", name: "digest nobody knows, announced", do: also(announce(identifier(idNothing)), signer(idNothing)), want: unsupported, keys: "rsa p-256 ed25519"},
		{id: "A7", name: "MD4", do: signer(idMD4), want: unsupported},
		{id: "A7", name: "MD4, announced", do: also(announce(identifier(idMD4)), signer(idMD4)), want: unsupported},
		{id: "A7", name: "a cipher for a digest", do: also(announce(identifier("2.16.840.1.101.3.4.1.46")), signer("2.16.840.1.101.3.4.1.46")), want: unsupported},
		{id: "A7", name: "a signature algorithm for a digest", do: also(announce(identifier(idECDSASHA256)), signer(idECDSASHA256)), want: unsupported},
	})
}

// versionCases are A31: the versions that are there are good whatever else the
// message holds, and others do not exist.
func versionCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	version := func(contents ...byte) func(e *edited) {
		return func(e *edited) { e.Version().Value = contents }
	}
	ofSigner := func(contents ...byte) func(e *edited) {
		return func(e *edited) { e.Signer(0).At(0).Value = contents }
	}
	malformed := Unreadable("malformed")
	out := []change{
		{id: "A31", name: "SignedData -1", do: version(0xff), want: malformed},
		{id: "A31", name: "SignedData 2^64+1", do: version(1, 0, 0, 0, 0, 0, 0, 0, 1), want: malformed},
		{id: "A31", name: "SignedData 2^32+1", do: version(1, 0, 0, 0, 1), want: malformed},
		{id: "A31", name: "SignedData without a number", do: version(), want: malformed},
		{id: "A31", name: "SignedData 1 with a zero before it", do: version(0, 1), want: malformed},
		{id: "A31", name: "SignerInfo 3 with a serial number", do: ofSigner(3), want: Accepted(nil).WithNote("tolerated")},
		{id: "A31", name: "SignerInfo 1 with a key identifier", do: func(e *edited) {
			*e.Signer(0).At(1) = *implicit(0, octets(e.who.Certificate.SubjectKeyID()))
		}, want: Accepted(nil).WithNote("tolerated"), keys: "rsa p-256"},
		{id: "A31", name: "SignerInfo 3 with a key identifier", do: func(e *edited) {
			*e.Signer(0).At(1) = *implicit(0, octets(e.who.Certificate.SubjectKeyID()))
			e.Signer(0).At(0).Value = []byte{3}
		}, want: Accepted(nil)},
		{id: "A31", name: "SignerInfo with an empty key identifier", do: func(e *edited) { *e.Signer(0).At(1) = *implicit(0, octets(nil)) }, want: malformed},
		{id: "A31", name: "SignerInfo without a serial number", do: func(e *edited) { e.Signer(0).At(1).Remove(1) }, want: malformed},
		{id: "A31", name: "SignerInfo whose issuer is no name", do: func(e *edited) { e.Signer(0).At(1).Children[0] = null() }, want: malformed},
		// The message can be read, this signature cannot: a version of later
		// standards.
		{id: "A31", name: "SignerInfo 2", do: ofSigner(2), want: Unreadable("unsupported-algorithm")},
		{id: "A31", name: "SignerInfo 9", do: ofSigner(9), want: Unreadable("unsupported-algorithm")},
	}
	for n := range byte(10) {
		want := malformed
		if n == 1 || n >= 3 && n <= 5 {
			want = Accepted(nil)
		}
		out = append(out, change{id: "A31", name: "SignedData " + string('0'+rune(n)), do: version(n), want: want})
	}
	return every(tb, w, out)
}
