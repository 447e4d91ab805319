package message

import (
	"fmt"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/verdict"
)

// TestMalformedParameters puts every algorithm of the tables into every place where it may stand, with parameters that
// cannot be any.
func TestMalformedParameters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, p := range places() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			s := p.make(w)
			rows := p.rows()
			if len(rows) == 0 {
				t.Fatal("no row may stand there")
			}
			for _, oid := range rows {
				for what, parameters := range map[string][]byte{"BOOLEAN": {1, 1, 0xff}, "another tag": {0x84, 1, 0}, "a SEQUENCE in which nothing fits": {0x30, 3, 1, 1, 0xff}} {
					if oid == idEC && parameters[0] == 0x30 {
						continue // a curve that is given in full, whatever is in it: TestChangedParameters
					}
					ex := s.with(t, algorithm.Identifier{OID: oid, Parameters: parameters}.DER())
					malformedMail(t, s, ex, fmt.Sprintf("%s, %s", oid, what))
				}
			}
		})
	}
}

var idEC = algorithm.MustOID("1.2.840.10045.2.1")

func malformedMail(t *testing.T, s *stand, ex *Examination, what string) {
	t.Helper()
	r := ex.Report
	reason := failing(r)
	if r.Verdict != s.word() || r.Exit() != 1 || reason.Code != verdict.Malformed || r.Release() || ex.Report.Good() {
		t.Errorf("%s: %s, %s %q; want %s, malformed", what, r.Verdict, reason.Code, reason.Text, s.word())
	}
}

// TestChangedParameters changes the parameters that stand in each place, one element after the other.
func TestChangedParameters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, p := range places() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			s := p.make(w)
			for what, id := range changedParameters(s.original()) {
				ex := s.with(t, id)
				want, ok := otherwise[p.name+": "+what]
				if !ok && sameIdentifier(id, s.original()) {
					want, ok = map[bool]string{false: "good", true: "done"}[s.open], true
				}
				if ok {
					if got := outcome(ex.Report); got != want {
						t.Errorf("%s: %s, want %s", what, got, want)
					}
					continue
				}
				malformedMail(t, s, ex, what)
			}
		})
	}
}

// sameIdentifier reports whether both say the same: parameters that are NULL and none.
func sameIdentifier(a, b []byte) bool {
	x, errX := algorithm.ParseIdentifier(a)
	y, errY := algorithm.ParseIdentifier(b)
	return errX == nil && errY == nil && x.Equal(y)
}

func outcome(r *verdict.Report) string {
	if code := failing(r).Code; code != "" {
		return string(code)
	}
	return string(r.Verdict)
}

// otherwise are the changes that make something else than malformed parameters: other values of the same form, forms
// that are known and not had here, and a certificate that is none.
var otherwise = map[string]string{
	// Nothing and NULL are one value, where there are none (RFC 4055, Section 2.1; RFC 5754, Section 2).
	"mask of RSAES-OAEP: 1 absent":          "done",
	"mask of RSAES-OAEP: 1 is NULL":         "done",
	"mask of RSASSA-PSS: 1 is NULL":         "good",
	"derivation of a password: 2.1 absent":  "done",
	"derivation of a password: 2.1 is NULL": "done",
	// The attribute that protects the identifier has it octet by octet (RFC 6211, Section 3).
	"hash of RSASSA-PSS: absent":                     "signature-invalid",
	"hash of the mask of RSASSA-PSS: absent":         "signature-invalid",
	"mask of RSASSA-PSS: 1 absent":                   "signature-invalid",
	"signatureAlgorithm, RSASSA-PSS: 0.0.1 absent":   "signature-invalid",
	"signatureAlgorithm, RSASSA-PSS: 1.0.1.1 absent": "signature-invalid",
	"key transport, RSAES-OAEP: 0.0.1 absent":        "done",
	"key transport, RSAES-OAEP: 1.0.1.1 absent":      "done",
	// Fields that have a default (RFC 4055, Sections 3.1 and 4.1), and a salt that may be empty.
	"signatureAlgorithm, RSASSA-PSS: 0 absent":    "signature-invalid",
	"signatureAlgorithm, RSASSA-PSS: 1 absent":    "signature-invalid",
	"signatureAlgorithm, RSASSA-PSS: 2 absent":    "signature-invalid",
	"signatureAlgorithm, RSASSA-PSS: 2.0 is zero": "signature-invalid",
	"key transport, RSAES-OAEP: 0 absent":         "decrypt-failed",
	"key transport, RSAES-OAEP: 1 absent":         "decrypt-failed",
	// Values that may be, and are not those that were used.
	"contentEncryptionAlgorithm, AEAD: 0 is one longer": "decrypt-failed",
	"derivation of a password: 0 is one longer":         "decrypt-failed",
	"derivation of a password: 0 is one shorter":        "decrypt-failed",
	"derivation of a password: 0 is one octet":          "decrypt-failed",
	"derivation of a password: 2 absent":                "decrypt-failed", // the default function
	"derivation of a password: 1 is huge":               "too-large",
	"derivation of a password: 1 is more than 64 bits":  "too-large",
	// A curve that is inherited or given in full (RFC 5480, Section 2.1.1).
	"key of the signer: NULL":   "unsupported-algorithm",
	"key of the signer: absent": "unsupported-algorithm",
	// One odd certificate hides no other one (RFC 5652, Section 10.2.2).
	"signature of the issuer: something behind the parameters": "certificate-missing",
}

// changedParameters are an AlgorithmIdentifier with every element of its parameters changed in every way that its type
// knows. Elements are counted from the outside in.
func changedParameters(id []byte) map[string][]byte {
	original := cmstest.MustParse(id)
	out := map[string][]byte{}
	add := func(what string, edit func(n *cmstest.Node)) {
		n := original.Clone()
		edit(n)
		out[what] = n.Encode()
	}
	null, truth := cmstest.Primitive(ber.Null, nil), cmstest.Primitive(ber.Tag{Number: 1}, []byte{0xff})
	add("something behind the parameters", func(n *cmstest.Node) {
		for len(n.Children) < 2 {
			n.Insert(1, null)
		}
		n.Insert(2, truth)
	})
	add("BOOLEAN", func(n *cmstest.Node) { n.Children = []*cmstest.Node{n.At(0), truth} })
	if len(original.Children) < 2 {
		return out
	}
	add("absent", func(n *cmstest.Node) { n.Remove(1) })
	add("NULL", func(n *cmstest.Node) { *n.At(1) = *null })
	add("cut off", func(n *cmstest.Node) {
		b := n.At(1).Encode()
		*n.At(1) = *cmstest.Raw(b[:len(b)-1])
	})
	add("longer than it is", func(n *cmstest.Node) {
		b := n.At(1).Encode()
		b[1]++
		*n.At(1) = *cmstest.Raw(b)
	})
	var inner func(path []int, n *cmstest.Node)
	inner = func(path []int, n *cmstest.Node) {
		name := strings.Trim(strings.ReplaceAll(fmt.Sprint(path[1:]), " ", "."), "[]")
		if name != "" {
			name += " "
		}
		set := func(what string, edit func(n *cmstest.Node)) {
			add(name+what, func(root *cmstest.Node) { edit(root.At(path...)) })
		}
		if len(path) > 1 {
			set("absent", func(*cmstest.Node) {})
			add(name+"absent", func(root *cmstest.Node) { root.At(path[:len(path)-1]...).Remove(path[len(path)-1]) })
			set("is NULL", func(n *cmstest.Node) { *n = *null })
			set("is BOOLEAN", func(n *cmstest.Node) { *n = *truth })
		}
		switch n.Tag {
		case ber.Integer:
			for what, value := range map[string][]byte{"zero": {0}, "negative": {0x80}, "huge": {0x7f, 255, 255, 255, 255, 255, 255, 255}, "more than 64 bits": {1, 0, 0, 0, 0, 0, 0, 0, 0}, "without an octet": {}, "with a zero in front": {0, 1}} {
				set("is "+what, func(n *cmstest.Node) { n.Value = value })
			}
		case ber.OctetString:
			for what, value := range map[string][]byte{"empty": {}, "one octet": {1}, "one shorter": n.Value[:max(len(n.Value)-1, 0)], "one longer": append([]byte{1}, n.Value...), "of 2000 octets": make([]byte, 2000)} {
				set("is "+what, func(n *cmstest.Node) { n.Value = value })
			}
		case ber.ObjectIdentifier:
			set("is no OID", func(n *cmstest.Node) { n.Value = []byte{0x80, 1} })
			set("is an empty OID", func(n *cmstest.Node) { n.Value = nil })
		case ber.Null:
			set("is NULL with an octet", func(n *cmstest.Node) { n.Value = []byte{0} })
		}
		if n.Constructed {
			set("with something behind", func(n *cmstest.Node) { n.Insert(len(n.Children), truth) })
			for i, c := range n.Children {
				inner(append(path[:len(path):len(path)], i), c)
			}
		}
	}
	inner([]int{1}, original.At(1))
	return out
}

// TestMalformedInside: what is malformed within a layer that does not show changes looks like damaged padding. Within one
// that does, it is said.
func TestMalformedInside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := func(inner, cipher string, damage bool) (*Examination, string) {
		tree := envelopeTree{cmstest.MustParse(w.envelopedData([]byte(inner), cipher, cms.Recipient{Certificate: w.rsa.Certificate}))}
		if damage {
			tree.ciphertext().Value[len(tree.ciphertext().Value)-17] ^= 1
		}
		form := map[bool]string{false: "enveloped-data", true: "authEnveloped-data"}[strings.HasSuffix(cipher, "gcm")]
		ex := examine(t, w.examiner(keyOf(w.rsa)), decryptInput(mailOf(fromAlice, w.pkcs7(form, tree.Encode()))))
		return ex, reportBytes(t, ex.Report)
	}
	_, want := run(text, "aes-256-cbc", true)
	tried := 0
	for _, p := range places() {
		s := p.make(w)
		if s.again != nil || s.form != "signed-data" && s.form != "compressed-data" {
			continue
		}
		tried++
		t.Run(p.name, func(t *testing.T) {
			*s.at = *cmstest.Raw(algorithm.Identifier{OID: p.rows()[0], Parameters: []byte{1, 1, 0xff}}.DER())
			inner := w.pkcs7(s.form, s.root.Encode())
			ex, got := run(inner, "aes-256-cbc", false)
			if got != want || ex.Content() || ex.Report.Release() {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			open, _ := run(inner, "aes-256-gcm", false)
			expect(t, open, verdict.WordUnreadable, verdict.Malformed)
		})
	}
	if tried < 5 {
		t.Errorf("only %d places", tried)
	}
}
