package certpath

import (
	"slices"
	"strings"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

const (
	forStamps = "1.3.6.1.5.5.7.3.8"
	forMail   = "1.3.6.1.5.5.7.3.4"
	forWeb    = "1.3.6.1.5.5.7.3.1"
	forAll    = "2.5.29.37.0"
)

// TestTimeStampPurpose: RFC 3161, Section 2.3: timeStamping, alone and critical, below CAs and anchors that allow it; and
// what is made for that is for nothing else.
func TestTimeStampPurpose(t *testing.T) {
	t.Parallel()
	critical := func(oids ...string) certtest.Extension {
		e := certtest.EKU(oids...)
		e.Critical = true
		return e
	}
	authority := func(more ...certtest.Extension) []certtest.Extension {
		return append([]certtest.Extension{certtest.CA(-1), certtest.KeyUsage(5, 6)}, more...)
	}
	parse := func(e *certtest.Entity) *cert.Certificate {
		c, err := cert.Parse(e.DER)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	signs := certtest.KeyUsage(0)
	for name, c := range map[string]struct {
		root, ca, leaf []certtest.Extension
		why            string // part of it; "": it is good
	}{
		"as it should be":          {nil, nil, []certtest.Extension{signs, critical(forStamps)}, ""},
		"without key usage":        {nil, nil, []certtest.Extension{critical(forStamps)}, ""},
		"CA for time stamps":       {nil, []certtest.Extension{certtest.EKU(forStamps)}, []certtest.Extension{signs, critical(forStamps)}, ""},
		"CA for anything":          {nil, []certtest.Extension{certtest.EKU(forAll)}, []certtest.Extension{signs, critical(forStamps)}, ""},
		"CA for mail":              {nil, []certtest.Extension{certtest.EKU(forMail)}, []certtest.Extension{signs, critical(forStamps)}, "allows emailProtection, not timeStamping"},
		"anchor for mail":          {[]certtest.Extension{certtest.EKU(forMail)}, nil, []certtest.Extension{signs, critical(forStamps)}, "allows emailProtection, not timeStamping"},
		"not critical":             {nil, nil, []certtest.Extension{signs, certtest.EKU(forStamps)}, "is not critical"},
		"mail too":                 {nil, nil, []certtest.Extension{signs, critical(forStamps, forMail)}, "not timeStamping alone"},
		"twice":                    {nil, nil, []certtest.Extension{signs, critical(forStamps, forStamps)}, "not timeStamping alone"},
		"anything":                 {nil, nil, []certtest.Extension{signs, critical(forAll)}, "not timeStamping alone"},
		"web servers":              {nil, nil, []certtest.Extension{signs, critical(forWeb)}, "not timeStamping alone"},
		"no purpose":               {nil, nil, []certtest.Extension{signs}, "has no extended key usage"},
		"key for encryption alone": {nil, nil, []certtest.Extension{certtest.KeyUsage(2), critical(forStamps)}, "key usage"},
	} {
		root := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Stamp Root")), Extensions: authority(c.root...)}, nil)
		ca := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Stamp CA")), Extensions: authority(c.ca...)}, root)
		leaf := parse(certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("TSA")), Extensions: c.leaf}, ca))
		req := Request{Leaf: leaf, Candidates: []*cert.Certificate{parse(ca)}, Anchors: []Anchor{{Certificate: parse(root)}}, At: certtest.Now(), Purpose: PurposeTimeStamp}
		path := Validate(req).Paths[0]
		if c.why != "" {
			if path.Good() || !slices.ContainsFunc(path.Problems, func(p Problem) bool { return strings.Contains(p.Detail, c.why) }) {
				t.Errorf("%s: %v, want %q", name, path.Problems, c.why)
			}
			continue
		}
		if !path.Good() {
			t.Errorf("%s: %+v", name, path.Problems)
		}
		req.Purpose = PurposeSign
		if result := Validate(req); result.Paths[0].Good() {
			t.Errorf("%s: good for mail too", name)
		}
	}
}
