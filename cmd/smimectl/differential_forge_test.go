package main

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	cryptorand "crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"math/rand/v2"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// forge changes what is signed and signs it again with the signers' keys, so that the signature holds and the
// structure alone can be a reason to refuse.
func (w *rivalry) forge(r *rand.Rand, s rivalSeed) (mail []byte) {
	e := findObject(s.mail)
	if e.der == nil {
		return changeLines(r, s.mail)
	}
	defer func() {
		if recover() != nil { // an edit took away what the next one needs
			mail = changeCMS(r, s.mail)
		}
	}()
	return e.with(func(n *cmstest.Node) {
		x := forgery{r, w, cmstest.Signed{Node: n}, s}
		for range 1 + r.IntN(2) {
			if r.IntN(3) == 0 {
				x.certificate()
			} else {
				x.structure()
			}
		}
		for i, who := range s.Signers {
			if r.IntN(10) > 0 {
				x.sign(i, w.keys[who])
			}
		}
		if r.IntN(8) == 0 {
			reshape(r, n)
		}
	})
}

// forgery is one message that is changed and signed again.
type forgery struct {
	r *rand.Rand
	w *rivalry
	cmstest.Signed
	seed rivalSeed
}

func oidNode(dotted string) *cmstest.Node {
	return cmstest.Primitive(ber.ObjectIdentifier, []byte(algorithm.MustOID(dotted)))
}

func null() *cmstest.Node { return cmstest.Primitive(ber.Null, nil) }

// attribute makes one with any values.
func attribute(dotted string, values ...*cmstest.Node) *cmstest.Node {
	return cmstest.Constructed(ber.Sequence, oidNode(dotted), cmstest.Constructed(ber.Set, values...))
}

// structure changes one thing in the SignedData.
func (x forgery) structure() {
	r, i := x.r, x.r.IntN(len(x.SignerInfos().Children))
	si, attributes := x.Signer(i), x.SignedAttributes(i)
	switch r.IntN(22) {
	case 0:
		x.Version().Value = []byte{byte(r.IntN(6))}
	case 1:
		si.At(0).Value = []byte{byte(r.IntN(5))}
	case 2: // without signed attributes
		for i, c := range si.Children {
			if c == attributes {
				si.Remove(i)
				break
			}
		}
	case 3:
		set := x.DigestAlgorithms()
		switch r.IntN(4) {
		case 0:
			set.Children = nil
		case 1:
			set.Insert(0, cmstest.Constructed(ber.Sequence, oidNode(pick(r, otherOIDs)), null()))
		case 2:
			set.Insert(0, set.At(0).Clone())
		default:
			parameters(r, set.At(0))
		}
	case 4:
		parameters(r, pick(r, si.Children)) // of the digest or the signature, when these are hit
	case 5, 6:
		for i, c := range si.Children {
			if c.Tag == ber.Sequence && i > 1 {
				parameters(r, c)
			}
		}
	case 7:
		x.Certificates().Insert(r.IntN(2), pick(r, x.Certificates().Children).Clone())
	case 8:
		x.Certificates().Remove(r.IntN(len(x.Certificates().Children)))
	case 9:
		x.Certificates().Insert(0, pick(r, []*cmstest.Node{
			cmstest.MustParse(x.w.root.Certificate.Raw), cmstest.Constructed(ber.Context(2), null()), cmstest.Constructed(ber.Context(3), oidNode("1.3.6.1.4.1.99999.1"), null()), cmstest.Constructed(ber.Sequence)}))
	case 10:
		si.Insert(len(si.Children), cmstest.Constructed(ber.Context(1), pick(r, []*cmstest.Node{
			attribute("1.3.6.1.4.1.99999.1", null()), attribute("1.3.6.1.4.1.99999.1"), attribute("1.2.840.113549.1.9.4", null()), attribute("1.2.840.113549.1.9.6", null()), null()})))
	case 11:
		x.Data().Insert(len(x.Data().Children)-1, cmstest.Constructed(ber.Context(1), pick(r, []*cmstest.Node{cmstest.MustParse(x.w.mid.Certificate.Raw), null(),
			cmstest.Constructed(ber.Context(1), oidNode("1.3.6.1.5.5.7.16.2"), null())})))
	case 12:
		kind := pick(r, otherOIDs)
		x.EncapContentInfo().At(0).Value = []byte(algorithm.MustOID(kind))
		if attributes != nil && r.IntN(3) > 0 {
			for _, a := range attributes.Children {
				if bytes.Equal(a.At(0).Value, []byte(algorithm.MustOID("1.2.840.113549.1.9.3"))) {
					a.At(1, 0).Value = []byte(algorithm.MustOID(kind))
				}
			}
		}
	case 13:
		revalue(r, si)
	default:
		if attributes == nil {
			revalue(r, si)
			return
		}
		x.attributes(attributes)
	}
}

// attributes changes one thing in the signed attributes.
func (x forgery) attributes(set *cmstest.Node) {
	r := x.r
	i := r.IntN(len(set.Children))
	a := set.At(i)
	switch r.IntN(9) {
	case 0:
		set.Remove(i)
	case 1:
		set.Insert(r.IntN(len(set.Children)), a.Clone())
	case 2:
		a.At(1).Insert(0, a.At(1, 0).Clone())
	case 3:
		a.At(1).Children = nil
	case 4:
		revalue(r, a)
	case 5:
		set.Insert(0, pick(r, []*cmstest.Node{attribute("1.3.6.1.4.1.99999.1", null()), attribute("1.3.6.1.4.1.99999.1"), attribute("1.2.840.113549.1.9.16.2.1", null()), attribute("1.2.840.113549.1.9.6", null()),
			attribute("1.2.840.113549.1.9.16.2.12", null()), attribute("1.2.840.113549.1.9.16.2.47", cmstest.Constructed(ber.Sequence, cmstest.Constructed(ber.Sequence))), attribute("1.2.840.113549.1.9.5",
				cmstest.Primitive(ber.Tag{Number: 23}, []byte(pick(r, otherTimes))))}))
	case 6:
		a.At(0).Value = []byte(algorithm.MustOID(pick(r, otherOIDs)))
	case 7:
		for _, a := range set.Children {
			if bytes.Equal(a.At(0).Value, []byte(algorithm.MustOID("1.2.840.113549.1.9.5"))) {
				revalueNode(r, a.At(1, 0))
			}
		}
	case 8:
		reshape(r, set)
	}
}

// parameters changes an AlgorithmIdentifier.
func parameters(r *rand.Rand, id *cmstest.Node) {
	switch r.IntN(5) {
	case 0:
		id.Children = id.Children[:1]
	case 1:
		id.Children = append(id.Children[:1:1], null())
	case 2:
		id.At(0).Value = []byte(algorithm.MustOID(pick(r, otherOIDs)))
	case 3:
		id.Insert(1, cmstest.Constructed(ber.Sequence))
	default:
		revalue(r, id)
	}
}

// sign signs one SignerInfo with the digest that it names, whatever else it says.
func (x forgery) sign(i int, key crypto.Signer) {
	si := x.Signer(i)
	octets := x.content()
	if set := x.SignedAttributes(i); set != nil {
		set.Tag = ber.Set
		if x.r.IntN(6) > 0 {
			set.DER().Sort()
		}
		octets = set.Encode()
		set.Tag = ber.Context(0)
	}
	digest := crypto.SHA256
	if d := string(si.At(2, 0).Value); d == string(algorithm.MustOID("2.16.840.1.101.3.4.2.3")) {
		digest = crypto.SHA512
	} else if d == string(algorithm.MustOID("2.16.840.1.101.3.4.2.2")) {
		digest = crypto.SHA384
	}
	pss := false
	for _, c := range si.Children {
		pss = pss || c.Tag == ber.Sequence && len(c.Children) > 0 && string(c.At(0).Value) == string(algorithm.MustOID("1.2.840.113549.1.1.10"))
	}
	x.Signature(i).Value = signWith(key, digest, pss, octets)
}

// content is the text inside; a detached one is not at hand, so that its signature stays bad.
func (x forgery) content() []byte {
	if len(x.EncapContentInfo().Children) < 2 {
		return nil
	}
	return x.EContent().Join()
}

func signWith(key crypto.Signer, digest crypto.Hash, pss bool, octets []byte) []byte {
	var opts crypto.SignerOpts = digest
	if _, isRSA := key.(*rsa.PrivateKey); isRSA && pss {
		opts = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: digest}
	}
	sum := octets
	if _, pure := key.(ed25519.PrivateKey); pure {
		opts = crypto.Hash(0)
	} else {
		h := digest.New()
		h.Write(octets)
		sum = h.Sum(nil)
	}
	sig, err := key.Sign(cryptorand.Reader, sum, opts)
	if err != nil {
		panic(err)
	}
	return sig
}

// certificate changes one of the certificates and has its issuer sign it again. The attribute that names the
// certificate by digest is made to fit.
func (x forgery) certificate() {
	r := x.r
	c := pick(r, x.Certificates().Children)
	before := sha256.Sum256(c.Encode())
	tbs := c.At(0)
	switch r.IntN(5) {
	case 0:
		revalue(r, tbs)
	case 1: // validity
		revalueNode(r, tbs.At(4, r.IntN(2)))
	case 2:
		tbs.At(1).Value = pick(r, [][]byte{{0}, {255}, {}, {0, 1}, {128, 0}, bytes.Repeat([]byte{1}, 20), bytes.Repeat([]byte{1}, 21)})
	default:
		x.extension(tbs)
	}
	octets := tbs.Encode()
	isMid := bytes.Contains(octets, []byte("Rival Root"))
	var sig []byte
	if isMid {
		sig = signWith(x.w.keys["root"], crypto.SHA256, true, octets)
	} else {
		sig = signWith(x.w.keys["mid"], crypto.SHA256, false, octets)
	}
	c.At(2).Value = append([]byte{0}, sig...)
	after := sha256.Sum256(c.Encode())
	for i := range x.SignerInfos().Children {
		if set := x.SignedAttributes(i); set != nil {
			for _, n := range nodes(set) {
				if bytes.Equal(n.Value, before[:]) {
					n.Value = after[:]
				}
			}
		}
	}
}

// extension changes one extension of a certificate.
func (x forgery) extension(tbs *cmstest.Node) {
	r := x.r
	list := tbs.Find(ber.Context(3)).At(0)
	i := r.IntN(len(list.Children))
	e := list.At(i)
	switch r.IntN(6) {
	case 0:
		list.Remove(i)
	case 1:
		list.Insert(i, e.Clone())
	case 2:
		if len(e.Children) == 3 {
			e.Remove(1)
		} else {
			e.Insert(1, cmstest.Primitive(ber.Boolean, []byte{255}))
		}
	case 3:
		value := e.At(-1)
		inner := cmstest.MustParse(value.Value)
		if r.IntN(2) == 0 {
			changeTree(r, inner)
		} else {
			revalue(r, inner)
		}
		value.Value = inner.Encode()
	default:
		made := pick(r, otherExtensions)
		n := cmstest.Constructed(ber.Sequence, oidNode(made.OID))
		if made.Critical {
			n.Insert(1, cmstest.Primitive(ber.Boolean, []byte{255}))
		}
		n.Insert(len(n.Children), cmstest.Primitive(ber.OctetString, made.Value))
		for j, old := range list.Children {
			if bytes.Equal(old.At(0).Value, n.At(0).Value) {
				list.Children[j] = n
				return
			}
		}
		list.Insert(i, n)
	}
}

// otherExtensions replace or join those of a certificate.
var otherExtensions = []certtest.Extension{
	{OID: "1.3.6.1.4.1.99999.2", Critical: true, Value: []byte{5, 0}}, {OID: "1.3.6.1.4.1.99999.2", Value: []byte{5, 0}},
	certtest.CA(-1), certtest.CA(0), certtest.NotCA(), certtest.NotCritical(certtest.CA(-1)),
	certtest.KeyUsage(0), certtest.KeyUsage(1), certtest.KeyUsage(2), certtest.KeyUsage(5), certtest.KeyUsage(5, 6), certtest.KeyUsage(4), certtest.KeyUsage(0, 5),
	certtest.EKU("1.3.6.1.5.5.7.3.1"), certtest.EKU("2.5.29.37.0"), certtest.EKU("1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.1"), certtest.Critical(certtest.EKU("1.3.6.1.5.5.7.3.4")), certtest.EKU(),
	certtest.SAN(certtest.RFC822("alice@example.test")), certtest.SAN(certtest.RFC822("eve@example.test")), certtest.SAN(), certtest.Critical(certtest.SAN(certtest.DNS("example.test"))),
	certtest.Policies("1.2.3.4"), certtest.Policies("1.2.3.4", "1.2.3.4"), certtest.Critical(certtest.Policies("2.5.29.32.0")), certtest.PolicyConstraints(0, -1), certtest.PolicyConstraints(-1, 0), certtest.InhibitAnyPolicy(0),
	certtest.NameConstraints([][]byte{certtest.RFC822("example.test")}, nil), certtest.NameConstraints(nil, [][]byte{certtest.RFC822("example.test")}),
	certtest.NameConstraints([][]byte{certtest.RFC822("other.test")}, nil), certtest.NameConstraints([][]byte{certtest.DNS("other.test")}, nil), certtest.NameConstraints(nil, [][]byte{certtest.RFC822(".test")}),
	certtest.SKI([]byte{1, 2, 3}), certtest.AKI([]byte{1, 2, 3}), {OID: "2.5.29.31", Value: []byte{0x30, 0}}, {OID: "2.5.29.9", Critical: true, Value: []byte{0x30, 0}},
}
