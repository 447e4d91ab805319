package hostiletest

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

const everyKey = "rsa p-256 ed25519"

// signedAgain makes the change and signs the attributes as they then are.
func signedAgain(do func(e *edited)) func(e *edited) {
	return func(e *edited) { do(e); e.resign() }
}

func withoutAttribute(oid algorithm.OID) func(e *edited) {
	return signedAgain(func(e *edited) { e.without(oid) })
}

func withValues(oid algorithm.OID, values ...*cmstest.Node) func(e *edited) {
	return signedAgain(func(e *edited) {
		list := make([]*cmstest.Node, len(values))
		for i, v := range values {
			list[i] = v.Clone()
		}
		e.replace(oid, list...)
	})
}

func twice(oid algorithm.OID) func(e *edited) {
	return signedAgain(func(e *edited) { e.with(e.Attribute(0, oid).Clone()) })
}

// noAttributesCases are A8, A9 and A11: attributes that are presented as the
// content, and content that is signed without any.
func noAttributesCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	bad := Bad("signature-invalid")
	out := every(tb, w, []change{
		{id: "A8", name: "attributes as content", do: attributesAsContent, want: bad, forms: opaque, keys: everyKey},
		{id: "A8", name: "attributes as content, of indefinite length", do: func(e *edited) {
			set := e.SignedAttributes(0).Clone()
			set.Tag, set.Indefinite = ber.Set, true
			e.setContent(set.Encode())
			e.signContent()
		}, want: bad, forms: opaque, keys: everyKey},
		{id: "A8", name: "message-digest alone as content", do: func(e *edited) {
			e.setContent(cmstest.Constructed(ber.Set, attribute(typeMessageDigest, octets(make([]byte, 32)))).Encode())
			e.signContent()
		}, want: bad, forms: opaque, keys: everyKey},
		{id: "A8", name: "attributes removed", do: func(e *edited) { e.Signer(0).Remove(3) }, want: bad, keys: everyKey},
		{id: "A8", name: "no attributes, content changed", do: func(e *edited) {
			e.signContent()
			changed := bytes.Replace(e.content, []byte("100"), []byte("900"), 1)
			e.setContent(changed)
		}, want: bad, keys: everyKey},
		{id: "A8", name: "signed without attributes", do: func(e *edited) { e.signContent() }, want: Accepted(nil), keys: everyKey},
		{id: "A8", name: "signed without attributes, text that begins like a SET", do: func(e *edited) {
			e.setContent([]byte("1\x020 is: a header field\r\n\r\ntext\r\n"))
			e.signContent()
		}, want: Accepted(nil), forms: opaque, keys: everyKey},
		{id: "A11", name: "no attributes, another type", do: func(e *edited) {
			*e.EncapContentInfo().At(0) = *oidNode(idTSTInfo)
			e.signContent()
		}, want: Unreadable("malformed"), keys: everyKey},
		{id: "A11", name: "no attributes, a receipt", do: func(e *edited) {
			*e.EncapContentInfo().At(0) = *oidNode(idReceipt)
			e.signContent()
		}, want: Unreadable("malformed")},
		{id: "A11", name: "no attributes, a type nobody knows", do: func(e *edited) {
			*e.EncapContentInfo().At(0) = *oidNode(idNothing)
			e.signContent()
		}, want: Unreadable("malformed"), forms: opaque},
	})
	return append(append(out, attributesApart(tb, w)...), signedAttributesFile(tb, w))
}

// attributesAsContent presents the signed attributes as the content: the
// signature fits.
func attributesAsContent(e *edited) {
	set := e.SignedAttributes(0).Clone()
	set.Tag = ber.Set
	e.Signer(0).Remove(3)
	e.setContent(set.Encode())
}

// attributesApart is A8 for content that is not inside: beside the signature in
// a mail, and in a file.
func attributesApart(tb testing.TB, w *World) []Case {
	tb.Helper()
	var e *edited
	for i := 0; ; i++ {
		e = edit(tb, w, clear, w.AliceEC)
		for _, a := range slices.Clone(e.SignedAttributes(0).Children) {
			if oid := algorithm.OID(a.At(0).Value); oid != typeContentType && oid != typeMessageDigest {
				e.without(oid)
			}
		}
		e.replace(typeMessageDigest, octets(sum256(fmt.Append(nil, Text, i))))
		e.resign()
		attributesAsContent(e)
		if !bytes.ContainsAny(e.content, "\n") { // which would be another octet in the canonical form
			break
		}
	}
	return []Case{
		// Whether such octets can be taken for an entity at all, or the mail is
		// unreadable, is a matter of chance.
		e.end(change{id: "A8", name: "attributes as content", want: Want{Exit: 1}}, "", false),
		{ID: "A8", Name: "attributes as content, apart", Args: Verify("--content", "@content"), Mail: e.Encode(), Files: map[string][]byte{"content": e.content}, Want: Bad("signature-invalid")},
	}
}

// signedAttributesFile is A9: a file is signed that is the DER of signed
// attributes. What is made has attributes of its own.
func signedAttributesFile(tb testing.TB, w *World) Case {
	tb.Helper()
	set := edit(tb, w, opaque, w.AliceEC).SignedAttributes(0)
	set.Tag = ber.Set
	want := Want{Exit: 0, Written: func(tb testing.TB, output []byte) {
		s := cmstest.ParseSigned(output)
		if s.SignedAttributes(0) == nil || s.Attribute(0, typeMessageDigest) == nil || !bytes.Equal(s.Attribute(0, typeMessageDigest).At(1, 0).Value, sum256(set.Encode())) {
			tb.Errorf("signed without attributes: %x", output)
		}
	}}
	return Case{ID: "A9", Name: "sign what is signed attributes", Args: []string{"sign", "--raw", "--opaque", "-i", "@alice-ec.pem"}, Mail: set.Encode(), Want: want}
}

// contentTypeCases are A10, A12 and A14.
func contentTypeCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	bad := Bad("signature-invalid")
	relabel := func(oid string) func(e *edited) {
		return func(e *edited) { *e.EncapContentInfo().At(0) = *oidNode(oid) }
	}
	return every(tb, w, []change{
		{id: "A10", name: "content relabelled as a time stamp", do: relabel(idTSTInfo), want: bad, keys: everyKey},
		{id: "A10", name: "content relabelled as SignedData", do: relabel(idSigned), want: bad},
		{id: "A10", name: "attribute relabelled", do: withValues(typeContentType, oidNode(idTSTInfo)), want: bad, keys: everyKey},
		{id: "A10", name: "both relabelled", do: signedAgain(func(e *edited) {
			relabel(idTSTInfo)(e)
			e.replace(typeContentType, oidNode(idTSTInfo))
		}), want: Unreadable("malformed")},
		{id: "A10", name: "both relabelled as a receipt", do: signedAgain(func(e *edited) {
			relabel(idReceipt)(e)
			e.replace(typeContentType, oidNode(idReceipt))
		}), want: Unreadable("unsupported-algorithm")},
		{id: "A12", name: "no content type", do: withoutAttribute(typeContentType), want: bad, keys: everyKey},
		{id: "A14", name: "two content types", do: twice(typeContentType), want: bad, keys: everyKey},
		{id: "A14", name: "two content types, right and wrong", do: signedAgain(func(e *edited) { e.with(attribute(typeContentType, oidNode(idTSTInfo))) }), want: bad},
		{id: "A14", name: "content type, two values", do: withValues(typeContentType, oidNode(idData), oidNode(idSigned)), want: bad},
		{id: "A14", name: "content type, the same value twice", do: withValues(typeContentType, oidNode(idData), oidNode(idData)), want: bad},
		{id: "A14", name: "content type without a value", do: withValues(typeContentType), want: bad},
		{id: "A14", name: "content type that is no OID", do: withValues(typeContentType, null()), want: bad},
		{id: "A14", name: "content type not signed", do: func(e *edited) { e.unsigned(attribute(typeContentType, oidNode(idData))) }, want: bad},
	})
}

// messageDigestCases are A13, A15 and A16.
func messageDigestCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	bad := Bad("signature-invalid")
	wrong := func() *cmstest.Node { return octets(make([]byte, 32)) }
	value := func(change func(v *cmstest.Node)) func(e *edited) {
		return signedAgain(func(e *edited) { change(e.Attribute(0, typeMessageDigest).At(1, 0)) })
	}
	return every(tb, w, []change{
		{id: "A13", name: "no message digest", do: withoutAttribute(typeMessageDigest), want: bad, keys: everyKey},
		{id: "A13", name: "no message digest, content changed", do: signedAgain(func(e *edited) {
			e.without(typeMessageDigest)
			e.setContent([]byte("Content-Type: text/plain\r\n\r\nanything\r\n"))
		}), want: bad, keys: everyKey},
		{id: "A13", name: "message digest not signed", do: func(e *edited) {
			a := e.Attribute(0, typeMessageDigest).Clone()
			e.without(typeMessageDigest)
			e.resign()
			e.unsigned(a)
		}, want: bad},
		{id: "A15", name: "right and wrong", do: signedAgain(func(e *edited) {
			set := e.SignedAttributes(0)
			set.Insert(len(set.Children), attribute(typeMessageDigest, wrong()))
		}), want: bad, keys: everyKey},
		{id: "A15", name: "wrong and right", do: signedAgain(func(e *edited) { e.SignedAttributes(0).Insert(0, attribute(typeMessageDigest, wrong())) }), want: bad, keys: everyKey},
		{id: "A15", name: "the right one twice", do: twice(typeMessageDigest), want: bad},
		{id: "A16", name: "without a value", do: withValues(typeMessageDigest), want: bad},
		{id: "A16", name: "two values", do: value(func(v *cmstest.Node) {}), want: Accepted(nil)}, // the same signed again: the next ones fail for their own reason
		{id: "A16", name: "two values, the second wrong", do: signedAgain(func(e *edited) { e.Attribute(0, typeMessageDigest).At(1).Insert(1, wrong()) }), want: bad},
		{id: "A16", name: "two values, the first wrong", do: signedAgain(func(e *edited) { e.Attribute(0, typeMessageDigest).At(1).Insert(0, wrong()) }), want: bad},
		{id: "A16", name: "an octet short", do: value(func(v *cmstest.Node) { v.Value = v.Value[:len(v.Value)-1] }), want: bad, keys: everyKey},
		{id: "A16", name: "an octet long", do: value(func(v *cmstest.Node) { v.Value = append(slices.Clone(v.Value), 0) }), want: bad, keys: everyKey},
		{id: "A16", name: "empty", do: value(func(v *cmstest.Node) { v.Value = nil }), want: bad, keys: everyKey},
		{id: "A16", name: "a BIT STRING", do: value(func(v *cmstest.Node) { v.Tag = ber.BitString }), want: bad},
		{id: "A16", name: "an OCTET STRING within another", do: value(func(v *cmstest.Node) { v.Value = octets(v.Value).Encode() }), want: bad},
		{id: "A16", name: "of other content", do: withValues(typeMessageDigest, wrong()), want: Bad("content-changed"), keys: "rsa p-256"},
	})
}

// attributeCases are A17: attributes that may be there once, with one value of
// their type.
func attributeCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	bad := Bad("signature-invalid")
	add := func(nodes ...*cmstest.Node) func(e *edited) {
		return signedAgain(func(e *edited) {
			for _, n := range nodes {
				e.with(n.Clone())
			}
		})
	}
	capability := sequence(identifier("2.16.840.1.101.3.4.1.42"))
	nobodys := algorithm.MustOID(idNothing)
	return every(tb, w, []change{
		{id: "A17", name: "signing time without seconds", do: withValues(typeSigningTime, utc("2605310000Z")), want: bad, keys: everyKey},
		{id: "A17", name: "signing time without a zone", do: withValues(typeSigningTime, utc("260531100000")), want: bad},
		{id: "A17", name: "signing time of no month", do: withValues(typeSigningTime, utc("261331100000Z")), want: bad},
		{id: "A17", name: "signing time with a fraction", do: withValues(typeSigningTime, cmstest.Primitive(generalizedTime, []byte("20260531100000.5Z"))), want: bad},
		{id: "A17", name: "signing time with control characters", do: withValues(typeSigningTime, utc("26053110000\x1b[2J")), want: bad},
		{id: "A17", name: "signing time that is empty", do: withValues(typeSigningTime, utc("")), want: bad},
		{id: "A17", name: "signing time in an OCTET STRING", do: withValues(typeSigningTime, octets([]byte("260531100000Z"))), want: bad},
		{id: "A17", name: "signing time as GeneralizedTime", do: withValues(typeSigningTime, cmstest.Primitive(generalizedTime, []byte("20260531100000Z"))), want: Accepted(nil)},
		{id: "A17", name: "two signing times", do: add(attribute(typeSigningTime, utc("990101000000Z"))), want: bad, keys: everyKey},
		{id: "A17", name: "signing time, two values", do: withValues(typeSigningTime, utc("250101000000Z"), utc("260531100000Z")), want: bad},
		{id: "A17", name: "signing time without a value", do: withValues(typeSigningTime), want: bad},
		{id: "A17", name: "signing time not signed", do: func(e *edited) { e.unsigned(attribute(typeSigningTime, utc("260531100000Z"))) }, want: bad},
		{id: "A17", name: "no signing time", do: withoutAttribute(typeSigningTime), want: Accepted(nil), keys: everyKey},
		{id: "A17", name: "capabilities", do: withValues(typeCapabilities, capability), want: Accepted(nil)},
		{id: "A17", name: "two capabilities", do: signedAgain(func(e *edited) {
			e.without(typeCapabilities)
			e.with(attribute(typeCapabilities, capability.Clone()), attribute(typeCapabilities, capability.Clone()))
		}), want: bad, keys: everyKey},
		{id: "A17", name: "capabilities, two values", do: withValues(typeCapabilities, capability, sequence()), want: bad},
		{id: "A17", name: "capabilities that are none", do: withValues(typeCapabilities, sequence(null())), want: bad},
		{id: "A17", name: "two key preferences", do: add(attribute(typeEncryptionKey, null()), attribute(typeEncryptionKey, null())), want: bad},
		{id: "A17", name: "two receipt requests", do: add(attribute(typeReceiptRequest, null()), attribute(typeReceiptRequest, null())), want: bad},
		{id: "A17", name: "an attribute nobody knows, twice, and with two values", do: add(attribute(nobodys, null()), attribute(nobodys, null(), octets(nil))), want: Accepted(nil)},
	})
}

// attributeFormCases are A18 and A19: how the attributes are encoded.
func attributeFormCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	malformed := Unreadable("malformed")
	reverse := func(e *edited) { slices.Reverse(e.SignedAttributes(0).Children) }
	return every(tb, w, []change{
		{id: "A18", name: "sent unsorted, signed sorted", do: reverse, want: Accepted(nil), keys: everyKey},
		// Outlook signs what it sends: such mail has to pass, and cannot be
		// told from an attack because there is none in it.
		{id: "A18", name: "sent unsorted, signed so", do: signedAgain(reverse), want: Accepted(nil).WithNote("tolerated"), keys: everyKey},
		{id: "A18", name: "sent sorted, signed unsorted", do: func(e *edited) {
			set := e.SignedAttributes(0).Clone()
			set.Tag = ber.Set
			slices.Reverse(set.Children)
			e.Sign(e.tb, 0, e.who.Key, e.scheme(), set.Encode())
		}, want: Bad("signature-invalid"), keys: everyKey},
		{id: "A18", name: "signed with the tag they are sent with", do: func(e *edited) {
			e.Sign(e.tb, 0, e.who.Key, e.scheme(), e.SignedAttributes(0).Encode())
		}, want: Bad("signature-invalid"), keys: everyKey},
		{id: "A18", name: "sent with indefinite lengths", do: func(e *edited) { e.SignedAttributes(0).AllIndefinite() }, want: Accepted(nil), keys: everyKey},
		{id: "A19", name: "empty", do: func(e *edited) { e.SignedAttributes(0).Children = nil }, want: malformed, keys: everyKey},
		{id: "A19", name: "empty, of indefinite length", do: func(e *edited) {
			e.SignedAttributes(0).Children, e.SignedAttributes(0).Indefinite = nil, true
		}, want: malformed},
		{id: "A19", name: "empty, and the content signed", do: func(e *edited) {
			e.SignedAttributes(0).Children = nil
			e.Sign(e.tb, 0, e.who.Key, e.scheme(), e.content)
		}, want: malformed, keys: everyKey},
		{id: "A19", name: "primitive", do: func(e *edited) { *e.SignedAttributes(0) = *implicit(0, octets([]byte("x"))) }, want: malformed},
		{id: "A19", name: "an attribute that is none", do: signedAgain(func(e *edited) { e.SignedAttributes(0).Insert(0, null()) }), want: malformed},
		{id: "A19", name: "an attribute of three fields", do: signedAgain(func(e *edited) { e.SignedAttributes(0).At(0).Insert(2, null()) }), want: malformed},
		{id: "A19", name: "an attribute of one field", do: signedAgain(func(e *edited) { e.SignedAttributes(0).At(0).Remove(1) }), want: malformed},
	})
}
