package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// allowed are the reasons for which smimectl may accept what openssl refuses. Each is shown on the message itself:
// openssl accepts it once the one thing is taken out of it that it stumbles over.
var allowed = []allowance{
	{name: "mail form", reason: "openssl accepts the object and the text that smimectl took out of the mail; its reader of mails alone does not find them"},
	{name: "attributes in BER", edit: attributesInDER,
		reason: "RFC 5652, Section 5.4: signed is the DER encoding of the attributes, however they stand in the message; openssl takes values as they stand"},
	{name: "attributes in BER, not sorted", edit: attributesWithLengths, reason: "the same of signers that do not sort the SET, which are read with a note"},
	{name: "attributes signed in BER", holds: (*rivalry).signedAsSent, flags: []string{"-no_attr_verify"},
		reason: "signers that sign the attributes as they send them are read with a note: the signature is over what is there; openssl sorts and shortens before"},
	{name: "digestAlgorithms", edit: digestsOfSigners,
		reason: "RFC 5652, Section 5.1: a hint for one pass, any number of algorithms; openssl stops at one it does not know, though no signer uses it"},
	{name: "bag", edit: bagOfCertificates,
		reason: "RFC 5652, Section 5.1: there may be more certificates and CRLs than needed; openssl stops at one that it cannot read, though no path needs it"},
	{name: "long lengths", edit: shorterLengths,
		reason: "X.690, Section 8.1.3.5: a length may have more octets than it needs; openssl reads four, and does not read a 0 so"},
	{name: "versions of an envelope", edit: usualVersions,
		reason: "RFC 5652, Sections 6.1 and 6.2: they follow from the form and say nothing else; openssl ignores them as well, but cannot read large ones"},
	{name: "recipient of another kind", edit: knownRecipients,
		reason: "RFC 5652, Section 6.2: unimplemented alternatives are handled gracefully; openssl stops at them"},
	{name: "parameters of a key wrap", edit: wrapParameters,
		reason: "RFC 3370, Section 4.3.1: they are NULL; senders that leave them out of the message have them in what the key is made of, and are read with a note"},
	{name: "name of a signer or recipient", edit: plainNames,
		reason: "RFC 5280, Section 7.1 with RFC 4518, Section 2: control characters, blanks and case do not count in names"},
	{name: "signer identifier", edit: identifiersOfNamed,
		reason: "RFC 8550, Section 4.2: the signed attribute says which certificate is the signer's, not the identifier, which nobody signs; read with a note"},
	{name: "path", complaints: true, reason: "openssl holds certificates against rules that the validation of a path does not have: see complaints"},
	{name: "several", complaints: true, reason: "more than one of those before",
		edit: func(n *cmstest.Node) {
			attributesInDER(n)
			digestsOfSigners(n)
			bagOfCertificates(n)
			shorterLengths(n)
		}},
	{name: "several, attributes signed in BER", complaints: true, reason: "the same", holds: (*rivalry).signedAsSent, flags: []string{"-no_attr_verify"},
		edit: func(n *cmstest.Node) { digestsOfSigners(n); bagOfCertificates(n) }},
}

// allowance is one of the reasons.
type allowance struct {
	name       string
	reason     string                                    // why smimectl is right
	edit       func(*cmstest.Node)                       // takes the stumbling block out of the CMS object
	holds      func(w *rivalry, tree *cmstest.Node) bool // what is asked beside openssl
	flags      []string                                  // for openssl
	complaints bool                                      // those of complaints are looked into
}

// complaint is something that openssl says about a path.
type complaint struct {
	said    string
	reason  string                                    // why smimectl is right
	instead func(args []string) []string              // what is asked
	holds   func(w *rivalry, tree *cmstest.Node) bool // when; it may take the stumbling block out of the certificates
}

// complaints are what openssl says about paths that are good by RFC 5280, Section 6.1 and RFC 8550, with what is asked
// instead.
var complaints = []complaint{
	{"Missing Authority Key Identifier", "RFC 5280, Section 4.2.1.1 asks it of CAs; it helps to build paths", without("-x509_strict"), always},
	{"Empty Subject Alternative Name", "it names nobody; openssl itself makes it of subjectAltName=email:copy, and accepts it by default", without("-x509_strict"), always},
	{"Missing Subject Key Identifier", "RFC 5280, Section 4.2.1.2, the same", without("-x509_strict"), always},
	{"CA cert does not include key usage extension", "RFC 5280, Section 6.1.4 (n): if a key usage extension is present", without("-x509_strict"), always},
	{"Basic Constraints of CA cert not marked critical", "RFC 5280, Section 6.1.4 (k) looks at cA alone", without("-x509_strict"), always},
	{"Path length given without key usage keyCertSign", "RFC 5280, Section 4.2.1.9 asks it of CAs; a path length of who issued nothing limits nothing", without("-x509_strict"), always},
	{"Path length invalid for non-CA cert", "the same", without("-x509_strict"), always},
	{"Key usage keyCertSign invalid for non-CA cert", "RFC 5280, Section 4.2.1.3, the same: what it would issue is refused", without("-x509_strict"), always},
	{"invalid or inconsistent certificate policy extension", "RFC 5280, Section 4.2.1.4 forbids CAs to name a policy twice; it stands for no more than once", without("-policy_check"), policyTwice},
	{"unhandled critical extension", "RFC 5280, Section 4.2: refused is what is not recognised; openssl does not count key identifiers, which are", with("-ignore_critical"), onlyKeyIdentifiersCritical},
	{"unsuitable certificate purpose", "RFC 8550, Section 4.4.4: emailProtection or anyExtendedKeyUsage; openssl knows the first alone", purposeAny, forMail},
	{"unable to get local issuer certificate", "RFC 5280, Section 7.1 with RFC 4518, Section 2: control characters, blanks and case do not count in names", slices.Clone[[]string], (*rivalry).oneFormOfNames},
	{"format error in certificate's not", "certificates of the 1990s leave out seconds or have a zone, which RFC 5280, Section 4.1.2.5 forbids CAs since; they say what they say", atAnyTime, (*rivalry).validInOldForm},
	{"unable to get local issuer certificate", "RFC 5280, Section 6.1 does not compare key identifiers; without them openssl accepts the path", slices.Clone[[]string], (*rivalry).withoutAuthorities},
}

func without(flag string) func([]string) []string {
	return func(args []string) []string {
		return slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return arg == flag })
	}
}

// atAnyTime takes out the moment, beside which -no_check_time means nothing.
func atAnyTime(args []string) []string {
	i := slices.Index(args, "-attime")
	return append(slices.Delete(slices.Clone(args), i, i+2), "-no_check_time")
}

func with(flag string) func([]string) []string {
	return func(args []string) []string { return append(slices.Clone(args), flag) }
}

func always(*rivalry, *cmstest.Node) bool { return true }

// disagreement is a message that smimectl accepts and openssl does not.
type disagreement struct {
	seed    rivalSeed
	mail    []byte
	content []byte // as smimectl wrote it
	dir     string // for files
}

// agrees asks openssl about the edited objects and the texts alone, layer by layer.
func (w *rivalry) agrees(d *disagreement, a allowance) bool {
	mail := d.mail
	for i, kind := range d.seed.Kinds {
		text := d.content
		if i+1 < len(d.seed.Kinds) {
			text = firstPart(mail)
		}
		o := w.askAboutObject(d, kind, findObject(mail).der, text, a)
		if !o.good {
			return false
		}
		mail = o.content
	}
	return bytes.Equal(unified(mail), unified(d.content))
}

func (w *rivalry) askAboutObject(d *disagreement, kind string, object, text []byte, a allowance) (o opinion) {
	tree, err := cmstest.Parse(object)
	if err != nil {
		return o
	}
	defer func() {
		if recover() != nil { // the tree is not what the layer is said to be
			o = opinion{}
		}
	}()
	in, content, out := filepath.Join(d.dir, "object"), filepath.Join(d.dir, "content"), filepath.Join(d.dir, "out")
	args := append(w.strict(kind, d.seed.Reader), "-inform", "DER", "-in", in, "-out", out, "-binary")
	if a.edit != nil {
		a.edit(tree)
	}
	if a.holds != nil && !a.holds(w, tree) {
		return o
	}
	args = append(args, a.flags...)
	if s := (cmstest.Signed{Node: tree}); kind == "signed" && len(s.EncapContentInfo().Children) < 2 {
		args = append(args, "-content", content)
	}
	canonical := bytes.ReplaceAll(unified(text), []byte("\n"), []byte("\r\n"))
	if os.WriteFile(in, tree.Encode(), 0o600) != nil || os.WriteFile(content, canonical, 0o600) != nil {
		return o
	}
	o = w.ask(args, out)
	strict := args
	for range complaints {
		if o.good || !a.complaints {
			break
		}
		i := slices.IndexFunc(complaints, func(c complaint) bool { return strings.Contains(o.said, "Verify error: "+c.said) && c.holds(w, tree) })
		if i < 0 {
			break
		}
		args = complaints[i].instead(args)
		if os.WriteFile(in, tree.Encode(), 0o600) != nil {
			return opinion{}
		}
		o = w.ask(args, out)
	}
	if bag := (cmstest.Signed{Node: tree}); kind == "signed" && a.complaints && !o.good && bag.Certificates() != nil {
		// RFC 8550, Section 4: of several certificates of one CA any may be the one that leads to the anchor; openssl
		// tries one path.
		all := bag.Certificates().Children
		for i, c := range all {
			if slices.ContainsFunc(all, func(other *cmstest.Node) bool {
				return other != c && bytes.Equal(other.At(0, 5).Encode(), c.At(0, 5).Encode())
			}) {
				bag.Certificates().Children = slices.Delete(slices.Clone(all), i, i+1)
				if os.WriteFile(in, tree.Encode(), 0o600) != nil {
					return opinion{}
				}
				if o = w.ask(strict, out); o.good {
					return o
				}
			}
		}
	}
	return o
}

var boundaryParameter = regexp.MustCompile(`(?i)boundary[*0 ]*= *"?([^";\r\n]*)`)

// firstPart cuts the first part out of a multipart, nil when there is none.
func firstPart(mail []byte) []byte {
	text := "\n" + string(unified(mail))
	m := boundaryParameter.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	pieces := strings.SplitN(text, "\n--"+m[1], 3)
	if len(pieces) < 3 {
		return nil
	}
	_, part, _ := strings.Cut(pieces[1], "\n")
	return []byte(part)
}

// attributesInDER encodes signed attributes as they were signed, attributesWithLengths leaves them in their order.
func attributesInDER(n *cmstest.Node) {
	attributesWithLengths(n)
	s := cmstest.Signed{Node: n}
	for i := range s.SignerInfos().Children {
		if set := s.SignedAttributes(i); set != nil {
			set.Sort()
		}
	}
}

func attributesWithLengths(n *cmstest.Node) {
	s := cmstest.Signed{Node: n}
	for i := range s.SignerInfos().Children {
		if set := s.SignedAttributes(i); set != nil {
			set.DER()
		}
	}
}

// signedAsSent reports whether every signature is over the attributes in the encoding in which they stand in the
// message.
func (w *rivalry) signedAsSent(tree *cmstest.Node) bool {
	s := cmstest.Signed{Node: tree}
	signers := signersOf(s)
	for i, c := range signers {
		set := s.SignedAttributes(i)
		if c == nil || set == nil {
			return false
		}
		set.Tag = ber.Set
		octets := set.Encode()
		set.Tag = ber.Context(0)
		digest, ok := map[string]crypto.Hash{"2.16.840.1.101.3.4.2.1": crypto.SHA256, "2.16.840.1.101.3.4.2.2": crypto.SHA384, "2.16.840.1.101.3.4.2.3": crypto.SHA512}[oidOf(s.Signer(i).At(2))]
		if !ok {
			return false
		}
		h := digest.New()
		h.Write(octets)
		switch key := c.PublicKey.(type) {
		case *rsa.PublicKey:
			ok = rsa.VerifyPKCS1v15(key, digest, h.Sum(nil), s.Signature(i).Value) == nil || rsa.VerifyPSS(key, digest, h.Sum(nil), s.Signature(i).Value, nil) == nil
		case *ecdsa.PublicKey:
			ok = ecdsa.VerifyASN1(key, h.Sum(nil), s.Signature(i).Value)
		}
		if !ok {
			return false
		}
	}
	return len(signers) > 0
}

// shorterLengths has no length of more than four octets, and for nothing the short form.
func shorterLengths(n *cmstest.Node) {
	n.Walk(func(m *cmstest.Node) {
		if m.LengthSize = min(m.LengthSize, 4); len(m.Value)+len(m.Children) == 0 {
			m.LengthSize = 0
		}
	})
}

// usualVersions gives an envelope and its recipients versions that fit in an octet.
func usualVersions(n *cmstest.Node) {
	usual := func(version *cmstest.Node) {
		if version.Tag == ber.Integer && (len(version.Value) != 1 || version.Value[0] > 127) {
			version.Value = []byte{3}
		}
	}
	usual(n.At(1, 0, 0))
	for _, recipient := range n.At(1, 0).Find(ber.Set).Children {
		usual(recipient.At(0))
	}
}

// knownRecipients leaves the alternatives of RecipientInfo that there are.
func knownRecipients(n *cmstest.Node) {
	set := n.At(1, 0).Find(ber.Set)
	set.Children = slices.DeleteFunc(set.Children, func(r *cmstest.Node) bool {
		return r.Tag != ber.Sequence && (r.Tag.Class != ber.ContextSpecific || r.Tag.Number < 1 || r.Tag.Number > 4)
	})
}

// wrapParameters puts the NULL of 3DES key wrap into recipients with key agreement.
func wrapParameters(n *cmstest.Node) {
	for _, r := range n.At(1, 0).Find(ber.Set).Children {
		if r.Tag != ber.Context(1) {
			continue
		}
		for _, field := range r.Children {
			if field.Tag == ber.Sequence && len(field.Children) == 2 && field.At(0).Tag == ber.ObjectIdentifier && len(field.At(1).Children) == 1 {
				field.At(1).Insert(1, cmstest.Primitive(ber.Null, nil))
			}
		}
	}
}

// plainNames drops control characters from the strings of names.
func plainNames(n *cmstest.Node) {
	parties := n.At(1, 0).Find(ber.Set).Children
	if oidOf(n) == "1.2.840.113549.1.7.2" {
		parties = nil
		for _, signer := range (cmstest.Signed{Node: n}).SignerInfos().Children {
			parties = append(parties, signer.At(1))
		}
	}
	for _, party := range parties {
		for _, s := range nodes(party) {
			if s.Tag == (ber.Tag{Number: 19}) || s.Tag == (ber.Tag{Number: 12}) {
				s.Value = slices.DeleteFunc(slices.Clone(s.Value), func(c byte) bool { return c < ' ' || c == 0x7f })
			}
		}
	}
}

// identifiersOfNamed has signer identifiers name the certificate whose SHA-256 is in the signed attributes.
func identifiersOfNamed(n *cmstest.Node) {
	s := cmstest.Signed{Node: n}
	bag := s.Certificates()
	for i, signer := range s.SignerInfos().Children {
		attributes := s.SignedAttributes(i)
		if bag == nil || attributes == nil {
			continue
		}
		for _, c := range bag.Children {
			hash := sha256.Sum256(c.Encode())
			if isCertificate(c) && len(c.At(0).Children) >= 7 && bytes.Contains(attributes.Encode(), hash[:]) {
				signer.Children[1] = cmstest.Constructed(ber.Sequence, c.At(0, 3), c.At(0, 1))
			}
		}
	}
}

// digestsOfSigners leaves the digests that signers use.
func digestsOfSigners(n *cmstest.Node) {
	s := cmstest.Signed{Node: n}
	set := s.DigestAlgorithms()
	set.Children = slices.DeleteFunc(set.Children, func(id *cmstest.Node) bool {
		return !slices.ContainsFunc(s.SignerInfos().Children, func(si *cmstest.Node) bool { return bytes.Equal(si.At(2, 0).Value, id.At(0).Value) })
	})
}

// bagOfCertificates leaves what looks like a certificate, and no CRLs.
func bagOfCertificates(n *cmstest.Node) {
	s := cmstest.Signed{Node: n}
	s.Data().Children = slices.DeleteFunc(s.Data().Children, func(c *cmstest.Node) bool { return c.Tag == ber.Context(1) })
	if bag := s.Certificates(); bag != nil {
		bag.Children = slices.DeleteFunc(bag.Children, func(c *cmstest.Node) bool {
			return !isCertificate(c) || len(c.At(0).Children) < 7 || !wellFormedNumber(c.At(0, 1).Value) || inBER(c)
		})
	}
}

// inBER reports whether a certificate has an indefinite length anywhere, which none may have.
func inBER(c *cmstest.Node) bool {
	found := false
	c.Walk(func(n *cmstest.Node) { found = found || n.Indefinite })
	return found
}

// wellFormedNumber reports whether the octets of an INTEGER are as few as they can be.
func wellFormedNumber(v []byte) bool {
	return len(v) == 1 || len(v) > 1 && (v[0] != 0 || v[1] >= 0x80) && (v[0] != 0xff || v[1] < 0x80)
}

// onlyKeyIdentifiersCritical reports whether no other extension is critical than key identifiers and those that
// openssl knows.
func onlyKeyIdentifiersCritical(_ *rivalry, tree *cmstest.Node) bool {
	known := []string{"2.5.29.14", "2.5.29.35", "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.37", "2.5.29.54", "2.5.29.31"}
	return !slices.ContainsFunc(extensionsOf(tree), func(e *cmstest.Node) bool {
		return len(e.Children) == 3 && !slices.Contains(known, oidOf(e))
	})
}

// extensionsOf are the extensions of all certificates.
func extensionsOf(tree *cmstest.Node) (all []*cmstest.Node) {
	for _, c := range (cmstest.Signed{Node: tree}).Certificates().Children {
		all = append(all, c.At(0).Find(ber.Context(3)).At(0).Children...)
	}
	return all
}

// oidOf is the first field of an extension, a policy or an AlgorithmIdentifier.
func oidOf(n *cmstest.Node) string { return algorithm.OID(n.At(0).Value).String() }

// policyTwice reports whether certificate policies name one twice, and nothing is said of policies elsewhere.
func policyTwice(_ *rivalry, tree *cmstest.Node) bool {
	twice := false
	for _, e := range extensionsOf(tree) {
		switch oidOf(e) {
		case "2.5.29.33", "2.5.29.36", "2.5.29.54":
			return false
		case "2.5.29.32":
			seen := map[string]bool{}
			for _, p := range cmstest.MustParse(e.At(-1).Value).Children {
				twice = twice || seen[oidOf(p)]
				seen[oidOf(p)] = true
			}
		}
	}
	return twice
}

// signersOf finds the certificate of each SignerInfo, nil where there is none that crypto/x509 reads.
func signersOf(s cmstest.Signed) []*x509.Certificate {
	var bag, out []*x509.Certificate
	for _, n := range s.Certificates().Children {
		if c, err := x509.ParseCertificate(n.Encode()); err == nil {
			bag = append(bag, c)
		}
	}
	for _, si := range s.SignerInfos().Children {
		sid := si.At(1)
		i := slices.IndexFunc(bag, func(c *x509.Certificate) bool {
			if sid.Tag == ber.Context(0) {
				return bytes.Equal(c.SubjectKeyId, sid.Value)
			}
			return bytes.Equal(c.RawIssuer, sid.At(0).Encode()) && bytes.Equal(c.SerialNumber.Bytes(), sid.At(1).Value)
		})
		if i < 0 {
			out = append(out, nil)
		} else {
			out = append(out, bag[i])
		}
	}
	return out
}

// forMail reports whether every extended key usage allows mail.
func forMail(_ *rivalry, tree *cmstest.Node) bool {
	return !slices.ContainsFunc(extensionsOf(tree), func(e *cmstest.Node) bool {
		return oidOf(e) == "2.5.29.37" && !slices.ContainsFunc(cmstest.MustParse(e.At(-1).Value).Children, func(purpose *cmstest.Node) bool {
			p := algorithm.OID(purpose.Value).String()
			return p == "1.3.6.1.5.5.7.3.4" || p == "2.5.29.37.0"
		})
	})
}

func purposeAny(args []string) []string {
	args = slices.Clone(args)
	args[slices.Index(args, "-purpose")+1] = "any"
	return args
}

// signAgain has the CA sign a certificate after a change. It is false for one that the CA has not signed as it was.
func (w *rivalry) signAgain(c *cmstest.Node, change func()) bool {
	ca := "mid"
	if bytes.Contains(c.At(0, 3).Encode(), []byte("Root")) {
		ca = "root"
	}
	sum := sha256.Sum256(c.At(0).Encode())
	signature := c.At(2).Value[1:]
	good := false
	switch key := w.keys[ca].Public().(type) {
	case *rsa.PublicKey:
		good = rsa.VerifyPSS(key, crypto.SHA256, sum[:], signature, nil) == nil || rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil
	case *ecdsa.PublicKey:
		good = ecdsa.VerifyASN1(key, sum[:], signature)
	}
	if !good {
		return false
	}
	change()
	pss := oidOf(c.At(1)) == "1.2.840.113549.1.1.10"
	c.At(2).Value = append([]byte{0}, signWith(w.keys[ca], crypto.SHA256, pss, c.At(0).Encode())...)
	return true
}

// withoutAuthorities takes the authority key identifiers out of the certificates.
func (w *rivalry) withoutAuthorities(tree *cmstest.Node) bool {
	changed := false
	for _, c := range (cmstest.Signed{Node: tree}).Certificates().Children {
		list := c.At(0).Find(ber.Context(3)).At(0)
		if i := slices.IndexFunc(list.Children, func(e *cmstest.Node) bool { return oidOf(e) == "2.5.29.35" }); i >= 0 {
			changed = true
			if !w.signAgain(c, func() { list.Remove(i) }) {
				return false
			}
		}
	}
	return changed
}

// oneFormOfNames writes a name that is an issuer's and a subject's in the same way in both.
func (w *rivalry) oneFormOfNames(tree *cmstest.Node) bool {
	plain := func(name *cmstest.Node) string {
		var b strings.Builder
		for _, n := range nodes(name) {
			for _, c := range n.Value {
				if c >= ' ' && c < 0x7f {
					b.WriteByte(c)
				}
			}
			b.WriteByte('|')
		}
		return strings.ToLower(strings.Join(strings.Fields(b.String()), " "))
	}
	unlike := func(a, b *cmstest.Node) bool { return plain(a) == plain(b) && !bytes.Equal(a.Encode(), b.Encode()) }
	anchor := cmstest.MustParse(w.root.Certificate.Raw).At(0, 5) // the name of the anchor is not in the message
	bag := (cmstest.Signed{Node: tree}).Certificates().Children
	changed := false
	for _, child := range bag {
		issuer := child.At(0, 3)
		for _, parent := range bag {
			if subject := parent.At(0, 5); unlike(issuer, subject) {
				changed = true
				if !w.signAgain(parent, func() { *subject = *issuer.Clone() }) {
					return false
				}
			}
		}
		if unlike(issuer, anchor) {
			changed = true
			if !w.signAgain(child, func() { *issuer = *anchor.Clone() }) {
				return false
			}
		}
	}
	return changed
}

// validInOldForm reports whether all certificates hold at the moment, read with or without seconds, in any zone.
func (w *rivalry) validInOldForm(tree *cmstest.Node) bool {
	read := func(n *cmstest.Node) time.Time {
		for _, layout := range []string{"060102150405Z0700", "0601021504Z0700", "20060102150405Z0700"} {
			if t, err := time.Parse(layout, string(n.Value)); err == nil {
				return t
			}
		}
		return time.Time{}
	}
	for _, c := range (cmstest.Signed{Node: tree}).Certificates().Children {
		from, until := read(c.At(0, 4, 0)), read(c.At(0, 4, 1))
		if from.IsZero() || until.IsZero() || w.at.Before(from) || w.at.After(until) {
			return false
		}
	}
	return true
}
