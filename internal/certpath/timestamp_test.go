package certpath

import (
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
		good           bool
	}{
		"as it should be":          {nil, nil, []certtest.Extension{signs, critical(forStamps)}, true},
		"without key usage":        {nil, nil, []certtest.Extension{critical(forStamps)}, true},
		"CA for time stamps":       {nil, []certtest.Extension{certtest.EKU(forStamps)}, []certtest.Extension{signs, critical(forStamps)}, true},
		"CA for anything":          {nil, []certtest.Extension{certtest.EKU(forAll)}, []certtest.Extension{signs, critical(forStamps)}, true},
		"CA for mail":              {nil, []certtest.Extension{certtest.EKU(forMail)}, []certtest.Extension{signs, critical(forStamps)}, false},
		"anchor for mail":          {[]certtest.Extension{certtest.EKU(forMail)}, nil, []certtest.Extension{signs, critical(forStamps)}, false},
		"not critical":             {nil, nil, []certtest.Extension{signs, certtest.EKU(forStamps)}, false},
		"mail too":                 {nil, nil, []certtest.Extension{signs, critical(forStamps, forMail)}, false},
		"twice":                    {nil, nil, []certtest.Extension{signs, critical(forStamps, forStamps)}, false},
		"anything":                 {nil, nil, []certtest.Extension{signs, critical(forAll)}, false},
		"web servers":              {nil, nil, []certtest.Extension{signs, critical(forWeb)}, false},
		"no purpose":               {nil, nil, []certtest.Extension{signs}, false},
		"key for encryption alone": {nil, nil, []certtest.Extension{certtest.KeyUsage(2), critical(forStamps)}, false},
	} {
		root := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Stamp Root")), Extensions: authority(c.root...)}, nil)
		ca := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Stamp CA")), Extensions: authority(c.ca...)}, root)
		leaf := parse(certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("TSA")), Extensions: c.leaf}, ca))
		req := Request{Leaf: leaf, Candidates: []*cert.Certificate{parse(ca)}, Anchors: []Anchor{{Certificate: parse(root)}}, At: certtest.Now(), Purpose: PurposeTimeStamp}
		if result := Validate(req); result.Paths[0].Good() != c.good {
			t.Errorf("%s: %+v", name, result.Paths[0].Problems)
		}
		if !c.good {
			continue
		}
		req.Purpose = PurposeSign
		if result := Validate(req); result.Paths[0].Good() {
			t.Errorf("%s: good for mail too", name)
		}
	}
}
