package hostiletest

import (
	"bytes"
	"fmt"
	"testing"

	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// nested are SEQUENCEs of definite length within one another.
func nested(n int) []byte {
	backwards := make([]byte, 0, 5*n)
	for range n {
		size := len(backwards)
		switch {
		case size < 1<<7:
			backwards = append(backwards, byte(size))
		case size < 1<<8:
			backwards = append(backwards, byte(size), 0x81)
		case size < 1<<16:
			backwards = append(backwards, byte(size), byte(size>>8), 0x82)
		default:
			backwards = append(backwards, byte(size), byte(size>>8), byte(size>>16), 0x83)
		}
		backwards = append(backwards, 0x30)
	}
	for i, j := 0, len(backwards)-1; i < j; i, j = i+1, j-1 {
		backwards[i], backwards[j] = backwards[j], backwards[i]
	}
	return backwards
}

func parseSigned(tb testing.TB, w *World) cmstest.Signed {
	tb.Helper()
	return cmstest.ParseSigned(Opaque(tb, Text, w.AliceEC))
}

// signedEdit is a SignedData that has been changed.
func signedEdit(good cmstest.Signed, f func(s cmstest.Signed)) []byte {
	s := good.Clone()
	f(s)
	return s.Encode()
}

// nestingCases are A123 and A124.
func nestingCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	good := parseSigned(tb, w)
	large := Unreadable("too-large")
	indefinite := func(n int) []byte { return bytes.Repeat([]byte{0x30, 0x80}, n) }
	var out []Case
	for _, deep := range []struct {
		name   string
		octets []byte
	}{
		{"30,000 SEQUENCEs of definite length", nested(30_000)}, {"1 MiB of SEQUENCEs of definite length", nested(210_000)},
		{"1 MiB of SEQUENCEs of indefinite length", indefinite(1 << 19)},
	} {
		out = append(out, file("A123", deep.name, deep.octets, Unreadable("malformed")))
		for _, place := range []struct {
			name string
			put  func(s cmstest.Signed, n *cmstest.Node)
		}{
			{"in the place of the content", func(s cmstest.Signed, n *cmstest.Node) { s.EncapContentInfo().At(1).Children[0] = n }},
			{"among the certificates", func(s cmstest.Signed, n *cmstest.Node) { s.Certificates().Insert(0, n) }},
			{"as parameters of a digest", func(s cmstest.Signed, n *cmstest.Node) {
				s.DigestAlgorithms().At(0).Children = append(s.DigestAlgorithms().At(0).Children[:1:1], n)
			}},
			{"among the signers", func(s cmstest.Signed, n *cmstest.Node) { s.SignerInfos().Insert(0, n) }},
			{"in an unsigned attribute", func(s cmstest.Signed, n *cmstest.Node) {
				s.Signer(0).Insert(len(s.Signer(0).Children), cmstest.Constructed(ber.Context(1), attribute(typeTimeStamp, n)))
			}},
		} {
			want := large
			if place.name == "in the place of the content" || place.name == "among the signers" && deep.octets[1] != 0x80 {
				want = Unreadable("malformed") // another tag than is due; how deep it is nobody looks
			}
			if place.name == "in an unsigned attribute" && deep.octets[1] != 0x80 {
				want = Accepted(nil).WithNote("timestamp-invalid") // anybody can add it: the signature does not hang on it
			}
			out = append(out, Case{ID: "A124", Name: deep.name + ", " + place.name, Args: Verify(), Want: want,
				Mail: OpaqueMail("signed-data", signedEdit(good, func(s cmstest.Signed) { place.put(s, cmstest.Raw(deep.octets)) }))})
		}
	}
	segments := good.EContent().Clone()
	for range 70 {
		segments = cmstest.Constructed(ber.OctetString, segments)
	}
	return append(out, object("A124", "segments 70 deep", signedEdit(good, func(s cmstest.Signed) { s.EncapContentInfo().At(1).Children[0] = segments }), large)...)
}

// lengthCases are A125 and A126.
func lengthCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	good := parseSigned(tb, w)
	places := []struct {
		name string
		at   func(s cmstest.Signed) *cmstest.Node
	}{
		{"ContentInfo", func(s cmstest.Signed) *cmstest.Node { return s.Node }}, {"content", func(s cmstest.Signed) *cmstest.Node { return s.At(1) }},
		{"SignedData", func(s cmstest.Signed) *cmstest.Node { return s.Data() }}, {"version", func(s cmstest.Signed) *cmstest.Node { return s.Version() }},
		{"digestAlgorithms", func(s cmstest.Signed) *cmstest.Node { return s.DigestAlgorithms() }}, {"eContent", func(s cmstest.Signed) *cmstest.Node { return s.EContent() }},
		{"certificates", func(s cmstest.Signed) *cmstest.Node { return s.Certificates() }}, {"certificate", func(s cmstest.Signed) *cmstest.Node { return s.Certificates().At(0) }},
		{"signerInfos", func(s cmstest.Signed) *cmstest.Node { return s.SignerInfos() }}, {"SignerInfo", func(s cmstest.Signed) *cmstest.Node { return s.Signer(0) }},
		{"signedAttrs", func(s cmstest.Signed) *cmstest.Node { return s.SignedAttributes(0) }}, {"signature", func(s cmstest.Signed) *cmstest.Node { return s.Signature(0) }},
	}
	var out []Case
	for _, p := range places {
		for _, length := range []uint64{1<<25 - 1, 1 << 31, 1 << 32, 1<<63 - 1, 1 << 63, 1<<64 - 1} {
			octets := signedEdit(good, func(s cmstest.Signed) { p.at(s).Length = &length })
			want := Unreadable("malformed")
			if p.name == "signature" || p.name == "SignerInfo" || p.name == "certificate" || p.name == "signedAttrs" || p.name == "version" {
				want.Reason = "" // too large or malformed, as its own size or that around it is looked at first
			}
			out = append(out, file("A125", fmt.Sprintf("%s of %d octets", p.name, length), octets, want))
		}
		raw := func(f func(octets []byte) []byte) []byte { // other octets in the place of the length
			return signedEdit(good, func(s cmstest.Signed) { *p.at(s) = *cmstest.Raw(f(p.at(s).Encode())) })
		}
		out = append(out,
			file("A125", p.name+", length of 127 octets", raw(func(o []byte) []byte { return append([]byte{o[0], 0xff}, o[1:]...) }), Unreadable("")),
			file("A125", p.name+", length of 8 octets of ones", raw(func(o []byte) []byte {
				return append([]byte{o[0], 0x88, 255, 255, 255, 255, 255, 255, 255, 255}, o[2:]...)
			}), Unreadable("")),
		)
		if n := p.at(good); !n.Constructed {
			out = append(out, file("A125", p.name+", indefinite length without being constructed", raw(func(o []byte) []byte { return append([]byte{o[0], 0x80}, append(n.Value, 0, 0)...) }), Unreadable("malformed")))
		}
		// BER is what CMS is in (RFC 5652, Section 5.1), and certificates are octets that were signed as they are.
		want := Accepted(nil)
		if p.name == "certificate" {
			want = Want{Exit: 1}
		}
		out = append(out, file("A126", p.name+", length with zeros before", signedEdit(good, func(s cmstest.Signed) { p.at(s).LengthSize = 5 }), want))
	}
	return append(out,
		file("A126", "everything of indefinite length, certificates kept", signedEdit(good, func(s cmstest.Signed) {
			certificates := cmstest.Raw(s.Certificates().Encode())
			s.AllIndefinite()
			*s.Certificates() = *certificates
		}), Accepted(nil)),
		file("A126", "a certificate of indefinite length", signedEdit(good, func(s cmstest.Signed) { s.Certificates().At(0).AllIndefinite() }), Want{Exit: 1}),
		file("A126", "version with a zero before", signedEdit(good, func(s cmstest.Signed) { s.Version().Value = []byte{0, 1} }), Unreadable("malformed")),
		file("A126", "version without octets", signedEdit(good, func(s cmstest.Signed) { s.Version().Value = nil }), Unreadable("malformed")),
	)
}

// segmentCases are A127: OCTET STRINGs in segments.
func segmentCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	good := parseSigned(tb, w)
	content := func(n *cmstest.Node) []byte {
		return signedEdit(good, func(s cmstest.Signed) { s.EncapContentInfo().At(1).Children[0] = n })
	}
	// within is the content in segments, with others before them.
	within := func(indefinite bool, before ...*cmstest.Node) []byte {
		n := cmstest.Constructed(ber.OctetString, append(before, octets([]byte(Text[:10])), octets([]byte(Text[10:])))...)
		n.Indefinite = indefinite
		return content(n)
	}
	empty := cmstest.Raw(bytes.Repeat([]byte{4, 0}, 1<<19))
	deep := octets([]byte(Text))
	for range 3 {
		deep = cmstest.Constructed(ber.OctetString, deep)
		deep.Indefinite = true
	}
	open := good.Clone()
	certificates := cmstest.Raw(open.Certificates().Encode())
	open.AllIndefinite()
	*open.Certificates() = *certificates
	whole := good.Encode()
	indefinite := open.Encode()
	malformed, accepted := Unreadable("malformed"), Accepted([]byte(Text))
	var out []Case
	for _, c := range []struct {
		name   string
		octets []byte
		want   Want
	}{
		{"two segments", within(false), accepted}, {"two segments, indefinite", within(true), accepted},
		{"one octet each", content(good.EContent().Clone().Segment(1)), accepted},
		{"1 MiB of empty segments", within(false, empty), accepted}, {"1 MiB of empty segments, indefinite", within(true, empty), accepted},
		{"1 MiB of empty segments that are constructed", within(true, cmstest.Raw(bytes.Repeat([]byte{0x24, 0}, 1<<19))), accepted},
		{"3 deep", content(deep), accepted},
		{"an INTEGER among them", within(false, integer(1)), malformed}, {"a SEQUENCE among them", within(true, sequence()), malformed},
		{"NULL among them", within(true, null()), malformed},
		{"one under another tag", within(true, cmstest.Primitive(ber.Context(0), []byte("x"))), malformed},
		{"no end", indefinite[:len(indefinite)-2], malformed}, {"one end too many", append(bytes.Clone(indefinite), 0, 0), accepted},
		{"an end in a definite length", within(false, cmstest.Raw([]byte{0, 0})), malformed},
		{"an end that is not empty", within(true, cmstest.Raw([]byte{0, 1, 0})), malformed},
		{"an end of the long form", within(true, cmstest.Raw([]byte{0, 0x81, 0})), malformed},
		{"a segment beyond its string", content(cmstest.Raw(append([]byte{0x24, 4, 4, byte(len(Text))}, Text...))), malformed},
		{"the string beyond what is around it", whole[:len(whole)-1], malformed},
	} {
		out = append(out, object("A127", c.name, c.octets, c.want)[:1]...)
	}
	return out
}

// tagCasesOfASN1 are A128 and A129: tags and object identifiers.
func tagCasesOfASN1(tb testing.TB, w *World) []Case {
	tb.Helper()
	good := parseSigned(tb, w)
	var out []Case
	for name, octets := range map[string]string{
		"1f80": "\x1f\x80", "1f": "\x1f", "1f05": "\x1f\x05", "3081": "\x30\x81", "308401": "\x30\x84\x01", "30": "\x30", "3f8100": "\x3f\x81\x00",
		"a tag of 2^70": "\x3f\x81\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00\x00", "a tag that never ends": "\x3f" + string(bytes.Repeat([]byte{0xff}, 1000)),
		"a tag of 2^31": "\x3f\x88\x80\x80\x80\x00\x00", "a small tag in the long form": "\x3f\x10\x00", "3000": "\x30\x00", "3080": "\x30\x80", "30800000": "\x30\x80\x00\x00", "0000": "\x00\x00",
	} {
		out = append(out,
			file("A128", name, []byte(octets), Unreadable("malformed")),
			Case{ID: "A128", Name: name + ", in a mail", Args: Verify(), Mail: OpaqueMail("signed-data", []byte(octets)), Want: Unreadable("malformed")},
			Case{ID: "A128", Name: name + ", in the place of the content", Args: Verify(), Want: Unreadable(""),
				Mail: OpaqueMail("signed-data", signedEdit(good, func(s cmstest.Signed) { s.At(1).Children[0] = cmstest.Raw([]byte(octets)) }))},
			Case{ID: "A128", Name: name + ", in the place of a signer", Args: Verify(), Want: Unreadable(""),
				Mail: OpaqueMail("signed-data", signedEdit(good, func(s cmstest.Signed) { s.SignerInfos().Children[0] = cmstest.Raw([]byte(octets)) }))},
		)
	}
	// An arc that wraps around to that of SHA-256 (or of id-data) is another one.
	wrapped := func(last ...byte) []byte { return append(append([]byte{}, oidNode(idSHA256).Value[:8]...), last...) }
	digest := func(contents []byte) []byte {
		return signedEdit(good, func(s cmstest.Signed) {
			s.DigestAlgorithms().At(0, 0).Value = contents
			s.Signer(0).At(2, 0).Value = contents
		})
	}
	for _, c := range []struct {
		name     string
		contents []byte
		want     Want
	}{
		{"an arc of 1 and 2^32", wrapped(0x90, 0x80, 0x80, 0x80, 0x01), Unreadable("unsupported-algorithm")},
		{"an arc of 1 and 2^64", wrapped(0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01), Unreadable("")},
		{"an arc with zeros before", wrapped(0x80, 0x01), Unreadable("malformed")},
		{"an arc that does not end", wrapped(0x81), Unreadable("malformed")},
		{"no octets", nil, Unreadable("malformed")},
		{"100 kB of arcs", bytes.Repeat([]byte{1}, 100_000), Unreadable("")},
		{"an arc of 100 kB", append(bytes.Repeat([]byte{0x81}, 100_000), 1), Unreadable("")},
		{"1 MiB of arcs", bytes.Repeat([]byte{1}, 1<<20), Unreadable("")},
	} {
		out = append(out, file("A129", c.name, digest(c.contents), c.want),
			file("A129", c.name+", of the object", signedEdit(good, func(s cmstest.Signed) { s.At(0).Value = c.contents }), Unreadable("")))
	}
	return out
}
