package hostiletest

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// behindCases are A130: octets behind the object.
func behindCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	good := Opaque(tb, Text, w.AliceEC)
	malformed := Unreadable("malformed")
	behind := func(more ...byte) []byte { return append(bytes.Clone(good), more...) }
	var out []Case
	for _, c := range []struct {
		name   string
		octets []byte
		want   Want
	}{
		{"one octet", behind(1), malformed}, {"a line end", behind('\r', '\n'), malformed}, {"an element", behind(5, 0), malformed},
		{"another object", behind(good...), malformed}, {"1 MiB", behind(bytes.Repeat([]byte{'x'}, 1<<20)...), malformed},
		// QUIRK of the reader: signature containers of fixed size are filled up with zeros.
		{"zeros", behind(make([]byte, 100)...), Accepted(nil)},
		{"zeros and one octet", behind(append(make([]byte, 100), 1)...), malformed},
	} {
		out = append(out, object("A130", c.name, c.octets, c.want)...)
		out = append(out, file("A130", c.name+", PEM", pemOf("CMS", c.octets), c.want))
	}
	inside := cmstest.ParseSigned(good)
	for i, at := range []func(s cmstest.Signed) *cmstest.Node{
		func(s cmstest.Signed) *cmstest.Node { return s.Node }, func(s cmstest.Signed) *cmstest.Node { return s.At(1) },
		func(s cmstest.Signed) *cmstest.Node { return s.Data() }, func(s cmstest.Signed) *cmstest.Node { return s.EncapContentInfo() },
		func(s cmstest.Signed) *cmstest.Node { return s.EncapContentInfo().At(1) }, func(s cmstest.Signed) *cmstest.Node { return s.Signer(0) },
		func(s cmstest.Signed) *cmstest.Node { return s.DigestAlgorithms().At(0) },
	} {
		out = append(out, file("A130", fmt.Sprintf("an element at the end inside, %d", i), signedEdit(inside, func(s cmstest.Signed) {
			n := at(s)
			n.Insert(len(n.Children), octets([]byte("x")))
		}), malformed))
	}
	return out
}

// structureCases are A132 to A134: fields that are missing, twice, of another kind or order.
func structureCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	good := parseSigned(tb, w)
	malformed := Unreadable("malformed")
	var out []Case
	for _, c := range []struct {
		id, name string
		change   func(s cmstest.Signed)
		want     Want
	}{
		{"A132", "no content", func(s cmstest.Signed) { s.Remove(1) }, malformed},
		{"A132", "no type", func(s cmstest.Signed) { s.Remove(0) }, malformed},
		{"A132", "content empty", func(s cmstest.Signed) { s.At(1).Children = nil }, malformed},
		{"A132", "content of another class", func(s cmstest.Signed) { s.At(1).Tag = ber.Tag{Class: ber.Private, Number: 0} }, malformed},
		{"A132", "content under [1]", func(s cmstest.Signed) { s.At(1).Tag = ber.Context(1) }, malformed},
		{"A132", "content twice", func(s cmstest.Signed) { s.Insert(2, s.At(1).Clone()) }, malformed},
		{"A132", "content primitive", func(s cmstest.Signed) { *s.At(1) = *cmstest.Primitive(ber.Context(0), s.Data().Encode()) }, malformed},
		{"A132", "a SET in the place of the ContentInfo", func(s cmstest.Signed) { s.Tag = ber.Set }, malformed},
		{"A132", "a type nobody knows", func(s cmstest.Signed) { *s.At(0) = *oidNode(idNothing) }, malformed},
		{"A132", "id-data with a SignedData in it", func(s cmstest.Signed) { *s.At(0) = *oidNode(idData) }, Want{Exit: 4}},
		{"A132", "AuthenticatedData", func(s cmstest.Signed) { *s.At(0) = *oidNode("1.2.840.113549.1.9.16.1.2") }, Unreadable("unsupported-algorithm")},
		{"A132", "EnvelopedData with a SignedData in it", func(s cmstest.Signed) { *s.At(0) = *oidNode(idEnveloped) }, malformed},
		{"A133", "no version", func(s cmstest.Signed) { s.Data().Remove(0) }, malformed},
		{"A133", "no digestAlgorithms", func(s cmstest.Signed) { s.Data().Remove(1) }, malformed},
		{"A133", "digestAlgorithms a SEQUENCE", func(s cmstest.Signed) { s.DigestAlgorithms().Tag = ber.Sequence }, malformed},
		{"A133", "no encapContentInfo", func(s cmstest.Signed) { s.Data().Remove(2) }, malformed},
		{"A133", "eContent an INTEGER", func(s cmstest.Signed) { s.EContent().Tag = ber.Integer }, malformed},
		{"A133", "eContent a SEQUENCE", func(s cmstest.Signed) { s.EContent().Tag, s.EContent().Constructed = ber.Sequence, true }, malformed},
		{"A133", "eContent twice", func(s cmstest.Signed) { n := s.EncapContentInfo().At(1); n.Insert(1, n.At(0).Clone()) }, malformed},
		{"A133", "eContent without its explicit tag", func(s cmstest.Signed) { s.EncapContentInfo().Children[1] = s.EContent() }, malformed},
		{"A133", "no eContentType", func(s cmstest.Signed) { s.EncapContentInfo().Remove(0) }, malformed},
		{"A133", "eContent empty", func(s cmstest.Signed) { s.EncapContentInfo().At(1).Children = nil }, malformed},
		{"A133", "eContent taken away", func(s cmstest.Signed) { s.EncapContentInfo().Remove(1) }, malformed},
		{"A134", "no signerInfos", func(s cmstest.Signed) { s.Data().Remove(len(s.Data().Children) - 1) }, malformed},
		{"A134", "signerInfos a SEQUENCE", func(s cmstest.Signed) { s.SignerInfos().Tag = ber.Sequence }, malformed},
		{"A134", "signerInfos twice", func(s cmstest.Signed) { s.Data().Insert(len(s.Data().Children), s.SignerInfos().Clone()) }, malformed},
		{"A134", "certificates twice", func(s cmstest.Signed) { s.Data().Insert(3, s.Certificates().Clone()) }, malformed},
		{"A134", "certificates behind the signers", func(s cmstest.Signed) {
			d := s.Data()
			n := len(d.Children)
			d.Children[n-1], d.Children[n-2] = d.Children[n-2], d.Children[n-1]
		}, malformed},
		{"A134", "revocation lists before certificates", func(s cmstest.Signed) { s.Data().Insert(3, cmstest.Constructed(ber.Context(1))) }, malformed},
		{"A134", "a field under [2]", func(s cmstest.Signed) { s.Data().Insert(4, cmstest.Constructed(ber.Context(2))) }, malformed},
		{"A134", "fields of a signer in another order", func(s cmstest.Signed) {
			c := s.Signer(0).Children
			c[1], c[2] = c[2], c[1]
		}, malformed},
		{"A134", "signature a BIT STRING", func(s cmstest.Signed) { s.Signature(0).Tag = ber.Tag{Number: 3} }, malformed},
		{"A134", "signature in segments", func(s cmstest.Signed) { s.Signature(0).Segment(9) }, Accepted(nil)},
		{"A134", "no signature", func(s cmstest.Signed) {
			c := s.Signer(0)
			c.Children = slices.DeleteFunc(c.Children, func(n *cmstest.Node) bool { return n.Tag == ber.OctetString })
		}, malformed},
		{"A134", "signedAttrs twice", func(s cmstest.Signed) { s.Signer(0).Insert(3, s.SignedAttributes(0).Clone()) }, malformed},
	} {
		out = append(out, object(c.id, c.name, signedEdit(good, c.change), c.want)[0])
	}
	return out
}

// bagCases are A135: what else may stand among the certificates and revocation lists.
func bagCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	good := parseSigned(tb, w)
	with := func(name string, n *cmstest.Node, want Want) Case {
		return object("A135", name, signedEdit(good, func(s cmstest.Signed) { s.Certificates().Insert(0, n) }), want)[0]
	}
	lists := func(name string, n *cmstest.Node) Case {
		return object("A135", name, signedEdit(good, func(s cmstest.Signed) { s.Data().Insert(4, cmstest.Constructed(ber.Context(1), n)) }), Accepted(nil))[0]
	}
	odd := func(n uint32, inside ...*cmstest.Node) *cmstest.Node {
		return cmstest.Constructed(ber.Context(n), inside...)
	}
	return []Case{
		with("an extended certificate", odd(0, null()), Accepted(nil)), with("an attribute certificate of version 1", odd(1, sequence(null())), Accepted(nil)),
		with("an attribute certificate", odd(2, sequence(null())), Accepted(nil)), with("another format", odd(3, oidNode(idNothing), null()), Accepted(nil)),
		with("a choice nobody knows", odd(9, null()), Accepted(nil)), with("an empty SEQUENCE", sequence(), Accepted(nil)),
		with("a SEQUENCE of something", sequence(sequence(integer(1)), octets([]byte("x"))), Accepted(nil)),
		with("certificates out of order and twice", good.Certificates().At(0), Accepted(nil)),
		lists("a revocation list that is none", sequence(null())), lists("other revocation information", odd(1, oidNode(idNothing), null())),
		lists("revocation information nobody knows", odd(7)),
	}
}

// bulkCases are A131: many small elements, in falling order.
func bulkCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	good := parseSigned(tb, w)
	large := Unreadable("too-large")
	falling := func(n int, element func(number int) *cmstest.Node) *cmstest.Node {
		var b []byte
		for i := n; i > 0; i-- {
			b = append(b, element(i).Encode()...)
		}
		return cmstest.Raw(b)
	}
	number := func(i int) []byte { return []byte{1, byte(i >> 16), byte(i >> 8), byte(i)} }
	attributes := falling(80_000, func(i int) *cmstest.Node {
		return sequence(cmstest.Primitive(ber.ObjectIdentifier, []byte{42, 3, 4}), cmstest.Constructed(ber.Set, integer(number(i)...)))
	})
	digests := falling(120_000, func(i int) *cmstest.Node {
		return sequence(cmstest.Primitive(ber.ObjectIdentifier, []byte{42, 3, byte(i % 100)}))
	})
	var out []Case
	add := func(name string, want Want, change func(s cmstest.Signed)) {
		out = append(out, object("A131", name, signedEdit(good, change), want)[0])
	}
	add("80,000 unsigned attributes", large, func(s cmstest.Signed) {
		s.Signer(0).Insert(len(s.Signer(0).Children), cmstest.Constructed(ber.Context(1), attributes))
	})
	add("80,000 signed attributes", large, func(s cmstest.Signed) { s.SignedAttributes(0).Insert(0, attributes) })
	values := func(s cmstest.Signed, list *cmstest.Node) {
		s.Signer(0).Insert(len(s.Signer(0).Children), cmstest.Constructed(ber.Context(1), sequence(oidNode(idNothing), cmstest.Constructed(ber.Set, list))))
	}
	add("80,000 values of an attribute", large, func(s cmstest.Signed) { values(s, attributes) })
	// Anybody can add them: the signature does not hang on them.
	add("20,000 values of an unsigned attribute", Accepted(nil).WithNote("unsigned-attributes"), func(s cmstest.Signed) {
		values(s, falling(20_000, func(i int) *cmstest.Node { return integer(number(i)...) }))
	})
	add("120,000 digest algorithms", large, func(s cmstest.Signed) { s.DigestAlgorithms().Insert(0, digests) })
	add("120,000 certificates that are none", large, func(s cmstest.Signed) { s.Certificates().Insert(0, digests) })
	add("1,700 certificates", large, func(s cmstest.Signed) {
		s.Certificates().Insert(0, cmstest.Raw(bytes.Repeat(w.Eve.Certificate.Raw, 1700)))
	})
	add("900 certificates", Accepted(nil), func(s cmstest.Signed) {
		s.Certificates().Insert(len(s.Certificates().Children), cmstest.Raw(bytes.Repeat(w.Eve.Certificate.Raw, 900)))
	})
	add("120,000 revocation lists that are none", large, func(s cmstest.Signed) { s.Data().Insert(4, cmstest.Constructed(ber.Context(1), digests)) })
	add("10,000 signers that are none", Unreadable(""), func(s cmstest.Signed) { s.SignerInfos().Insert(0, digests) })
	add("65 signers", large, func(s cmstest.Signed) { s.SignerInfos().Insert(0, repeated(s.Signer(0), 64)...) })
	return out
}
