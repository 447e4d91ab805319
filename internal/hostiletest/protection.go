package hostiletest

import (
	"crypto/sha1"
	"testing"

	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// protectionCases are A38: CMSAlgorithmProtection (RFC 6211) that does not say
// what stands beside it.
func protectionCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	bad := Bad("signature-invalid")
	// The fields of the attribute, from the digest and signature algorithms of
	// the SignerInfo.
	says := func(fields func(digest, signature *cmstest.Node) []*cmstest.Node) func(e *edited) {
		return signedAgain(func(e *edited) {
			list := fields(e.Signer(0).At(2).Clone(), e.Signer(0).At(4).Clone())
			e.replace(typeAlgorithmProtects, sequence(list...))
		})
	}
	type nodes = []*cmstest.Node
	return every(tb, w, []change{
		{id: "A38", name: "as it should be", do: says(func(d, s *cmstest.Node) []*cmstest.Node { return nodes{d, implicit(1, s)} }), want: Accepted(nil), keys: everyKey},
		{id: "A38", name: "not there", do: withoutAttribute(typeAlgorithmProtects), want: Accepted(nil), keys: everyKey},
		{id: "A38", name: "another digest", do: says(func(_, s *cmstest.Node) []*cmstest.Node { return nodes{identifier(idSHA384), implicit(1, s)} }), want: bad, keys: everyKey},
		{id: "A38", name: "a digest nobody knows", do: says(func(_, s *cmstest.Node) []*cmstest.Node { return nodes{identifier(idNothing), implicit(1, s)} }), want: bad},
		{id: "A38", name: "another signature", do: says(func(d, _ *cmstest.Node) []*cmstest.Node { return nodes{d, implicit(1, identifier(idECDSASHA512))} }), want: bad, keys: everyKey},
		{id: "A38", name: "other parameters", do: says(func(d, s *cmstest.Node) []*cmstest.Node {
			return nodes{d, implicit(1, sequence(s.At(0), octets(nil)))}
		}), want: bad, keys: everyKey},
		{id: "A38", name: "a MAC instead", do: says(func(d, s *cmstest.Node) []*cmstest.Node { return nodes{d, implicit(2, s)} }), want: bad},
		{id: "A38", name: "a MAC too", do: says(func(d, s *cmstest.Node) []*cmstest.Node { return nodes{d, implicit(1, s.Clone()), implicit(2, s)} }), want: bad},
		{id: "A38", name: "the digest alone", do: says(func(d, _ *cmstest.Node) []*cmstest.Node { return nodes{d} }), want: bad, keys: everyKey},
		{id: "A38", name: "nothing", do: says(func(_, _ *cmstest.Node) []*cmstest.Node { return nil }), want: bad},
		{id: "A38", name: "no structure", do: withValues(typeAlgorithmProtects, null()), want: bad},
		{id: "A38", name: "two of them", do: twice(typeAlgorithmProtects), want: bad, keys: everyKey},
		{id: "A38", name: "two values", do: signedAgain(func(e *edited) {
			values := e.Attribute(0, typeAlgorithmProtects).At(1)
			values.Insert(0, values.At(0).Clone())
		}), want: bad},
		{id: "A38", name: "not signed", do: signedAgain(func(e *edited) {
			a := e.Attribute(0, typeAlgorithmProtects).Clone()
			e.without(typeAlgorithmProtects)
			e.unsigned(a)
		}), want: bad},
	})
}

// signingCertificateCases are A40: attributes that bind the signature to a
// certificate (RFC 5035).
func signingCertificateCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	bad := Bad("signature-invalid")
	// entry changes the first ESSCertIDv2 of the attribute.
	entry := func(do func(e *edited, id *cmstest.Node)) func(e *edited) {
		return signedAgain(func(e *edited) { do(e, e.Attribute(0, typeSigningCertV2).At(1, 0, 0, 0)) })
	}
	list := func(entries ...*cmstest.Node) *cmstest.Node { return sequence(sequence(entries...)) }
	v1 := func(hash func(e *edited) []byte) func(e *edited) {
		return signedAgain(func(e *edited) { e.with(attribute(typeSigningCert, list(sequence(octets(hash(e)))))) })
	}
	own := func(e *edited) []byte { sum := sha1.Sum(e.who.Certificate.Raw); return sum[:] }
	nobodys := func(*edited) []byte { return make([]byte, sha1.Size) }
	return every(tb, w, []change{
		{id: "A40", name: "not there", do: withoutAttribute(typeSigningCertV2), want: Accepted(nil), keys: everyKey},
		{id: "A40", name: "of another certificate", do: entry(func(e *edited, id *cmstest.Node) {
			id.At(0).Value = sum256(e.w.Bob.Certificate.Raw)
			id.Remove(1)
		}), want: bad, keys: everyKey},
		{id: "A40", name: "of the issuer's certificate", do: entry(func(e *edited, id *cmstest.Node) {
			id.At(0).Value = sum256(e.w.Between.Certificate.Raw)
			id.Remove(1)
		}), want: bad},
		{id: "A40", name: "the signer's second", do: entry(func(e *edited, id *cmstest.Node) {
			e.Attribute(0, typeSigningCertV2).At(1, 0, 0).Insert(0, sequence(octets(sum256(e.w.Between.Certificate.Raw))))
		}), want: bad},
		{id: "A40", name: "the issuer's second", do: entry(func(e *edited, id *cmstest.Node) {
			e.Attribute(0, typeSigningCertV2).At(1, 0, 0).Insert(1, sequence(octets(sum256(e.w.Between.Certificate.Raw))))
		}), want: Accepted(nil)},
		{id: "A40", name: "hash changed", do: entry(func(_ *edited, id *cmstest.Node) { id.At(0).Value[31] ^= 1 }), want: bad, keys: everyKey},
		{id: "A40", name: "hash cut off", do: entry(func(_ *edited, id *cmstest.Node) { id.At(0).Value = id.At(0).Value[:16] }), want: bad},
		{id: "A40", name: "hash empty", do: entry(func(_ *edited, id *cmstest.Node) { id.At(0).Value = nil }), want: bad},
		{id: "A40", name: "hash algorithm written out", do: entry(func(_ *edited, id *cmstest.Node) { id.Insert(0, identifier(idSHA256, null())) }), want: Accepted(nil)},
		{id: "A40", name: "another hash algorithm", do: entry(func(e *edited, id *cmstest.Node) {
			id.At(0).Value = sumOf(idSHA512, e.who.Certificate.Raw)
			id.Insert(0, identifier(idSHA512))
		}), want: Accepted(nil)},
		{id: "A40", name: "another hash algorithm, named wrongly", do: entry(func(_ *edited, id *cmstest.Node) { id.Insert(0, identifier(idSHA512)) }), want: bad},
		// A hash that nobody here can make can neither fit nor differ: the
		// signature cannot be judged.
		{id: "A40", name: "hash algorithm nobody knows", do: entry(func(_ *edited, id *cmstest.Node) { id.Insert(0, identifier(idNothing)) }), want: Unreadable("unsupported-algorithm")},
		{id: "A40", name: "another serial number", do: entry(func(_ *edited, id *cmstest.Node) { id.At(1, 1).Value[0] ^= 1 }), want: bad},
		{id: "A40", name: "another issuer", do: entry(func(e *edited, id *cmstest.Node) {
			id.At(1, 0, 0).Children[0] = cmstest.Raw(e.who.Certificate.Subject.Raw)
		}), want: bad},
		{id: "A40", name: "no issuer and serial number", do: entry(func(_ *edited, id *cmstest.Node) { id.Remove(1) }), want: Accepted(nil)},
		{id: "A40", name: "two of them", do: twice(typeSigningCertV2), want: bad, keys: everyKey},
		{id: "A40", name: "two of them, one of another certificate", do: signedAgain(func(e *edited) {
			e.with(attribute(typeSigningCertV2, list(sequence(octets(sum256(e.w.Bob.Certificate.Raw))))))
		}), want: bad},
		{id: "A40", name: "no entry", do: withValues(typeSigningCertV2, list()), want: bad},
		{id: "A40", name: "no hash", do: withValues(typeSigningCertV2, list(sequence())), want: bad},
		{id: "A40", name: "no structure", do: withValues(typeSigningCertV2, null()), want: bad},
		{id: "A40", name: "a hash that is none", do: withValues(typeSigningCertV2, list(sequence(cmstest.Primitive(ber.BitString, make([]byte, 33))))), want: bad},
		{id: "A40", name: "first version", do: v1(own), want: Accepted(nil)},
		{id: "A40", name: "first version of another certificate, the second good", do: v1(nobodys), want: bad},
		{id: "A40", name: "first version of another certificate, alone", do: signedAgain(func(e *edited) {
			e.without(typeSigningCertV2)
			v1(nobodys)(e)
		}), want: bad},
	})
}
