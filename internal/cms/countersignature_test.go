package cms

import (
	"bytes"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// counterSigned is a SignedData after a change of its tree, with the one who signs over its signature.
func counterSigned(t *testing.T, change func(s cmstest.Signed, by *cmstest.Identity)) (*SignedData, *cmstest.Identity) {
	t.Helper()
	by := identityOf(t, "p-256")
	s := cmstest.ParseSigned(signedBy(t, []byte("content"), SignedDataOptions{ContentSize: 7}, signerOf(t, "rsa-2048")))
	change(s, by)
	sd, err := ReadSignedData(bytes.NewReader(s.Encode()), nil, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return sd, by
}

// TestCountersignatures: RFC 5652, Section 11.4.
func TestCountersignatures(t *testing.T) {
	t.Parallel()
	put := func(s cmstest.Signed, n ...*cmstest.Node) {
		s.AddUnsigned(0, cmstest.AttributeNode(cmstest.TypeCountersignature, n...))
	}
	over := func(s cmstest.Signed, by *cmstest.Identity) []byte { return s.Signature(0).Value }
	for name, c := range map[string]struct {
		change func(s cmstest.Signed, by *cmstest.Identity)
		good   bool
	}{
		"as it should be": {func(s cmstest.Signed, by *cmstest.Identity) { put(s, cmstest.SignerInfo(t, by, "", over(s, by))) }, true},
		"without attributes": {func(s cmstest.Signed, by *cmstest.Identity) {
			info := cmstest.SignerInfo(t, by, "", over(s, by))
			info.Remove(3)
			info.At(4).Value = cmstest.SignOctets(t, by, over(s, by))
			put(s, info)
		}, true},
		"with a content type": {func(s cmstest.Signed, by *cmstest.Identity) {
			put(s, cmstest.SignerInfo(t, by, algorithm.OID(TypeData), over(s, by)))
		}, false},
		"of the content": {func(s cmstest.Signed, by *cmstest.Identity) { put(s, cmstest.SignerInfo(t, by, "", []byte("content"))) }, false},
		"of nothing":     {func(s cmstest.Signed, by *cmstest.Identity) { put(s, cmstest.SignerInfo(t, by, "", nil)) }, false},
		"of tag and value too": {func(s cmstest.Signed, by *cmstest.Identity) {
			put(s, cmstest.SignerInfo(t, by, "", s.Signature(0).Encode()))
		}, false},
		"without a digest": {func(s cmstest.Signed, by *cmstest.Identity) {
			info := cmstest.SignerInfo(t, by, "", over(s, by), cmstest.AttributeNode(attrContentIdentifier, cmstest.Primitive(ber.OctetString, nil)))
			info.At(3).Children = info.At(3).Children[:1]
			if info.At(3, 0, 0).Value[len(info.At(3, 0, 0).Value)-1] == 4 { // the digest is the one that is left
				info.At(3).Children[0] = cmstest.AttributeNode(attrContentIdentifier, cmstest.Primitive(ber.OctetString, nil))
			}
			cmstest.Resign(t, info, by)
			put(s, info)
		}, false},
		"changed": {func(s cmstest.Signed, by *cmstest.Identity) {
			info := cmstest.SignerInfo(t, by, "", over(s, by))
			info.At(5).Value[8] ^= 1
			put(s, info)
		}, false},
	} {
		sd, by := counterSigned(t, c.change)
		list, more := sd.Countersignatures(sd.Signers[0])
		if len(list) != 1 || more || list[0].Err != nil || list[0].Over != -1 {
			t.Errorf("%s: %+v", name, list)
			continue
		}
		if err := sd.VerifyCountersignature(sd.Signers[0], list[0].Info, by.Certificate); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
		if err := sd.Verify(sd.Signers[0], signerOf(t, "rsa-2048").Certificate); err != nil {
			t.Errorf("%s: the signer: %v", name, err)
		}
	}
}

// TestCountersignatureDepth: they may stand below each other, within limits, and one that cannot be read hides no other.
func TestCountersignatureDepth(t *testing.T) {
	t.Parallel()
	nest := func(depth int) func(s cmstest.Signed, by *cmstest.Identity) {
		return func(s cmstest.Signed, by *cmstest.Identity) {
			var chain []*cmstest.Node
			signature := s.Signature(0).Value
			for range depth {
				info := cmstest.SignerInfo(t, by, "", signature)
				signature = info.At(5).Value
				chain = append(chain, info)
			}
			for i := depth - 1; i > 0; i-- {
				chain[i-1].Insert(6, cmstest.Constructed(ber.Context(1), cmstest.AttributeNode(attrCountersignature, chain[i])))
			}
			s.AddUnsigned(0, cmstest.AttributeNode(attrCountersignature, chain[0]))
		}
	}
	for depth, want := range map[int]int{1: 1, 3: 3, maxCountersignatureDepth: maxCountersignatureDepth, 12: maxCountersignatureDepth, 20: maxCountersignatureDepth, 200: maxCountersignatureDepth} {
		sd, by := counterSigned(t, nest(depth))
		list, more := sd.Countersignatures(sd.Signers[0])
		if len(list) != want || more != (depth > want) {
			t.Errorf("depth %d: %d, %v", depth, len(list), more)
		}
		for i, c := range list {
			over := sd.Signers[0]
			if c.Over >= 0 {
				over = list[c.Over].Info
			}
			if c.Over != i-1 || sd.VerifyCountersignature(over, c.Info, by.Certificate) != nil {
				t.Errorf("depth %d: %d is over %d", depth, i, c.Over)
			}
		}
	}
	sd, _ := counterSigned(t, func(s cmstest.Signed, by *cmstest.Identity) {
		var many []*cmstest.Node
		for range 100 {
			many = append(many, cmstest.Primitive(ber.Null, nil))
		}
		s.AddUnsigned(0, cmstest.AttributeNode(attrCountersignature, many...))
	})
	list, more := sd.Countersignatures(sd.Signers[0])
	if len(list) != maxCountersignatures || !more || list[0].Err == nil {
		t.Errorf("%d, %v", len(list), more)
	}
}

// TestUnsignedValues: anybody can add unsigned attributes; what is wrong inside one of their values, and how many there
// are, changes nothing about the signature. What is wrong around them leaves no SignerInfo.
func TestUnsignedValues(t *testing.T) {
	t.Parallel()
	deep := func(depth int) *cmstest.Node {
		n := cmstest.Primitive(ber.Null, nil)
		for range depth {
			n = cmstest.Constructed(ber.Sequence, n)
		}
		return n
	}
	times := func(n int) (out []*cmstest.Node) {
		for range n {
			out = append(out, cmstest.Primitive(ber.Null, nil))
		}
		return out
	}
	for _, oid := range []algorithm.OID{attrCountersignature, attrTimeStampToken, algorithm.MustOID("1.2.3")} {
		for name, c := range map[string]struct {
			attribute *cmstest.Node
			values    int // -1: it cannot be read
		}{
			"none":              {cmstest.AttributeNode(oid), 0},
			"no DER":            {cmstest.AttributeNode(oid, cmstest.Raw([]byte{0x30, 3, 'j', 'u', 'n'})), 1},
			"longer inside":     {cmstest.AttributeNode(oid, cmstest.Raw([]byte{0x30, 2, 4, 5})), 1},
			"end of contents":   {cmstest.AttributeNode(oid, cmstest.Raw([]byte{0x30, 2, 0, 0})), 1},
			"64 deep":           {cmstest.AttributeNode(oid, deep(64)), 1},
			"1,000 deep":        {cmstest.AttributeNode(oid, deep(1000)), 1},
			"256":               {cmstest.AttributeNode(oid, times(256)...), 256},
			"5,000":             {cmstest.AttributeNode(oid, times(5000)...), 256},
			"longer than all":   {cmstest.AttributeNode(oid, cmstest.Raw([]byte{0x30, 3, 5, 0})), -1},
			"no end":            {cmstest.AttributeNode(oid, cmstest.Raw([]byte{0x30, 0x80, 5, 0})), -1},
			"no SET":            {cmstest.Constructed(ber.Sequence, cmstest.Primitive(ber.ObjectIdentifier, []byte(oid)), cmstest.Constructed(ber.Sequence)), -1},
			"behind the values": {cmstest.Constructed(ber.Sequence, append(cmstest.AttributeNode(oid).Children, cmstest.Primitive(ber.Null, nil))...), -1},
			"no attribute":      {cmstest.Primitive(ber.Null, nil), -1},
		} {
			s := cmstest.ParseSigned(signedBy(t, []byte("content"), SignedDataOptions{ContentSize: 7}, signerOf(t, "p-256")))
			s.AddUnsigned(0, c.attribute)
			sd, err := ReadSignedData(bytes.NewReader(s.Encode()), nil, Limits{})
			if err != nil || c.values < 0 {
				if (err != nil) != (c.values < 0) {
					t.Errorf("%s, %s: %v", AttributeName(oid), name, err)
				}
				continue
			}
			si := sd.Signers[0]
			if err := sd.Verify(si, signerOf(t, "p-256").Certificate); err != nil || len(si.UnsignedAttributes) != 1 || len(si.UnsignedAttributes[0].Values) != c.values {
				t.Errorf("%s, %s: %v, %d attributes", AttributeName(oid), name, err, len(si.UnsignedAttributes))
			}
			for _, raw := range si.TimeStamps() {
				if _, err := ParseTimeStampToken(raw, Limits{}); err == nil {
					t.Errorf("%s: it is a time stamp", name)
				}
			}
			list, more := sd.Countersignatures(si)
			if want := oid == attrCountersignature && c.values > maxCountersignatures; more != want {
				t.Errorf("%s: %d countersignatures, more: %v", name, len(list), more)
			}
			for _, c := range list {
				if c.Err == nil {
					t.Errorf("%s: it is a countersignature", name)
				}
			}
			si.UnsignedAttributes[0].Describe() // of what can be anything
		}
	}
}
