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
	for depth, want := range map[int]int{1: 1, 3: 3, maxCountersignatureDepth: maxCountersignatureDepth, 12: maxCountersignatureDepth} {
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
