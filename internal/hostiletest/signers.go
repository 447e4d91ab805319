package hostiletest

import (
	"math/big"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// noSignerCases are A1 to A4: nobody signed, or nobody whose certificate is
// there.
func noSignerCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	nobody := Unsigned()
	nobody.Reason = "no-signers"
	missing := Untrusted("certificate-missing")
	none := func(e *edited) { e.SignerInfos().Children = nil }
	bare := func(e *edited) { e.Data().Remove(3) }
	cases := every(tb, w, []change{
		{id: "A1", name: "no signers", do: none, want: nobody, forms: opaque},
		{id: "A1", name: "no signers, no digest algorithms", do: func(e *edited) { none(e); e.DigestAlgorithms().Children = nil }, want: nobody, forms: opaque},
		{id: "A1", name: "no signers, of indefinite length", do: func(e *edited) { none(e); e.SignerInfos().Indefinite = true }, want: nobody, forms: opaque},
		{id: "A2", name: "no signers", do: none, want: nobody, forms: clear},
		{id: "A2", name: "no signers, no digest algorithms", do: func(e *edited) { none(e); e.DigestAlgorithms().Children = nil }, want: nobody, forms: clear},
		{id: "A3", name: "no signers, no certificates", do: func(e *edited) { none(e); bare(e) }, want: nobody},
		{id: "A4", name: "no certificates", do: bare, want: missing, keys: "rsa p-256 ed25519"},
		{id: "A4", name: "empty certificates", do: func(e *edited) { e.Certificates().Children = nil }, want: missing},
		{id: "A4", name: "the certificates of others", do: func(e *edited) {
			e.Certificates().Children = []*cmstest.Node{certificateNode(w.Eve), certificateNode(w.Bob)}
		}, want: missing},
		{id: "A4", name: "no certificates, content changed", do: func(e *edited) { bare(e); e.setContent([]byte(Text + "x\r\n")) }, want: missing},
		{id: "A4", name: "no certificates, handed in", do: bare, want: Accepted(nil), args: []string{"--chain", "@alice-ec.pem"}},
	})
	// The same of a file that is no mail.
	apart := edit(tb, w, clear, w.AliceEC)
	apart.SignerInfos().Children = nil
	return append(cases, Case{ID: "A2", Name: "no signers, signature and content apart", Args: Verify("--content", "@content"), Mail: apart.Encode(),
		Files: map[string][]byte{"content": []byte(Text)}, Want: nobody})
}

func certificateNode(id *cmstest.Identity) *cmstest.Node { return cmstest.Raw(id.Certificate.Raw) }

// severalSignersCases are A24 to A26: every signer has to be good, and each is
// judged alone.
func severalSignersCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	unknown := Untrusted("issuer-unknown")
	var out []Case
	add := func(id, name string, want Want, do func(e *edited), who ...*cmstest.Identity) {
		for _, f := range []form{opaque, clear} {
			e := edit(tb, w, f, who...)
			order(e, who...)
			if do != nil {
				do(e)
			}
			out = append(out, e.end(change{id: id, name: name, want: want}, "", false))
		}
	}
	broken := func(i int) func(e *edited) {
		return func(e *edited) { e.Signature(i).Value[10] ^= 1 }
	}
	add("A24", "two keys of the sender", Accepted(nil), nil, w.AliceEC, w.Alice)
	add("A24", "the second a stranger", unknown, nil, w.AliceEC, w.Stranger)
	add("A24", "the second another person", Mismatch("from-mismatch"), nil, w.AliceEC, w.Eve)
	add("A24", "the second broken", Bad("signature-invalid"), broken(1), w.AliceEC, w.Alice)
	add("A24", "the second without a certificate", Untrusted("certificate-missing"), func(e *edited) {
		e.Certificates().Children = []*cmstest.Node{certificateNode(w.AliceEC), certificateNode(w.Between)}
	}, w.AliceEC, w.Eve)
	add("A24", "the second by an algorithm nobody knows", Unreadable("unsupported-algorithm"), func(e *edited) {
		*e.Signer(1).At(4) = *identifier(idNothing)
	}, w.AliceEC, w.Eve)
	add("A25", "the first a stranger", unknown, nil, w.Stranger, w.AliceEC)
	add("A25", "the first another person", Mismatch("from-mismatch"), nil, w.Eve, w.AliceEC)
	for i, place := range []string{"first", "middle", "last"} {
		add("A25", "three signers, the "+place+" one broken", Bad("signature-invalid"), func(e *edited) {
			s := e.Signature(i).Value
			s[len(s)-1] ^= 1
		}, w.AliceEC, w.Alice, w.AliceEd)
		who := []*cmstest.Identity{w.AliceEC, w.Alice, w.AliceEd}
		who[i] = w.Stranger
		add("A25", "three signers, the "+place+" one a stranger", unknown, nil, who...)
	}
	// The victim's SignerInfo is that of another mail, beside the attacker's
	// good one; and alone.
	other := edit(tb, w, opaque, w.AliceEC)
	for _, from := range []string{"", "From: eve@example.test\r\n"} {
		for _, place := range []string{"append", "prepend", "alone"} {
			for _, f := range []form{opaque, clear} {
				e := edit(tb, w, f, w.Eve)
				e.setContent([]byte("Content-Type: text/plain\r\n\r\nJohnny, you are fired!\r\n"))
				e.replace(typeMessageDigest, octets(sum256(e.content)))
				e.resign()
				victim := other.Signer(0).Clone()
				switch place {
				case "append":
					e.SignerInfos().Insert(1, victim)
				case "prepend":
					e.SignerInfos().Insert(0, victim)
				case "alone":
					e.SignerInfos().Children = []*cmstest.Node{victim}
				}
				e.Certificates().Insert(0, certificateNode(w.AliceEC))
				name := place
				if from != "" {
					name += ", from the attacker"
				}
				out = append(out, e.end(change{id: "A26", name: name, want: Bad("content-changed"), from: from}, "", false))
			}
		}
	}
	return out
}

// order puts the SignerInfos in the order of who.
func order(e *edited, who ...*cmstest.Identity) {
	var list []*cmstest.Node
	for _, id := range who {
		for _, s := range e.SignerInfos().Children {
			if new(big.Int).SetBytes(s.At(1, 1).Value).Cmp(new(big.Int).SetBytes(id.Certificate.Serial)) == 0 {
				list = append(list, s)
			}
		}
	}
	if len(list) != len(who) {
		e.tb.Fatalf("%d of %d signers", len(list), len(who))
	}
	e.SignerInfos().Children = list
}

// countersignatureCases are A27: what is not signed says nothing. Those that can
// be read are counterCases.
func countersignatureCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	good, invalid := Accepted(nil).WithNote("unsigned-attributes"), Accepted(nil).WithNote("countersignature-invalid")
	forged := edit(tb, w, opaque, w.Eve).Signer(0)
	return every(tb, w, []change{
		{id: "A27", name: "countersignature that is none", do: func(e *edited) { e.unsigned(attribute(typeCountersignature, null())) }, want: invalid},
		{id: "A27", name: "countersignature of something else", do: func(e *edited) { e.unsigned(attribute(typeCountersignature, forged.Clone())) }, want: invalid, keys: "rsa p-256 ed25519"},
		{id: "A27", name: "countersignature without a value", do: func(e *edited) { e.unsigned(attribute(typeCountersignature)) }, want: good},
		{id: "A27", name: "time stamp that is none", do: func(e *edited) { e.unsigned(attribute(typeTimeStamp, null())) }, want: Accepted(nil).WithNote("timestamp-invalid")},
		{id: "A27", name: "empty SET of attributes", do: func(e *edited) { e.unsigned() }, want: Accepted(nil).WithNote("tolerated")},
		{id: "A27", name: "attribute that is none", do: func(e *edited) { e.unsigned(null()) }, want: Unreadable("malformed")},
	})
}

// namesakeCases are A28 to A30: the signer is the leaf of the path that was
// verified with the key that checked the signature, wherever it stands among
// the certificates and whatever else is called so.
func namesakeCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	eve := "From: eve@example.test\r\n"
	first := func(ids ...*cmstest.Identity) func(e *edited) {
		return func(e *edited) {
			for i, id := range ids {
				e.Certificates().Insert(i, certificateNode(id))
			}
		}
	}
	last := func(ids ...*cmstest.Identity) func(e *edited) {
		return func(e *edited) {
			for _, id := range ids {
				e.Certificates().Insert(len(e.Certificates().Children), certificateNode(id))
			}
		}
	}
	serial := new(big.Int).SetBytes(w.AliceEC.Certificate.Serial)
	issue := func(issuer *cmstest.Identity, slot int, serial *big.Int, o cmstest.Options) *cmstest.Identity {
		o.CommonName, o.Emails, o.Serial = "Alice", []string{"alice@example.test"}, serial
		if o.Key == nil {
			o.Key = cmstest.Key(tb, "p-256", slot)
		}
		return cmstest.Issue(tb, issuer, o)
	}
	// A CA with the name of the real one, and a certificate of it with the
	// serial number of the victim's.
	namesake := cmstest.Issue(tb, nil, cmstest.Options{CommonName: "Catalogue CA", CA: true, Key: cmstest.Key(tb, "p-256", 66), Serial: big.NewInt(101)})
	twin := issue(namesake, 67, serial, cmstest.Options{})
	// The real CA has given one number twice: to alice and to eve.
	double := cmstest.Issue(tb, w.Between, cmstest.Options{CommonName: "Eve", Emails: []string{"eve@example.test"}, Serial: serial, Key: cmstest.Key(tb, "p-256", 64)})
	// A stranger with alice's key identifier, and one of the real CA.
	id := w.AliceEC.Certificate.SubjectKeyID()
	sameKeyID := issue(nil, 68, big.NewInt(1101), cmstest.Options{SubjectKeyID: id})
	eveKeyID := cmstest.Issue(tb, w.Between, cmstest.Options{CommonName: "Eve", Emails: []string{"eve@example.test"}, Serial: big.NewInt(1102), Key: cmstest.Key(tb, "p-256", 64), SubjectKeyID: id})
	// Two certificates of one key, one of them expired.
	renewed := issue(w.Between, 0, big.NewInt(1103), cmstest.Options{Key: w.AliceEC.Key, NotAfter: At.AddDate(-1, 0, 0)})
	byKeyID := func(e *edited) {
		*e.Signer(0).At(1) = *cmstest.Primitive(ber.Context(0), id)
		e.Signer(0).At(0).Value = []byte{3}
	}
	also := func(f ...func(e *edited)) func(e *edited) {
		return func(e *edited) {
			for _, g := range f {
				g(e)
			}
		}
	}
	var out []Case
	add := func(id, name string, who *cmstest.Identity, from string, want Want, do func(e *edited)) {
		for _, f := range []form{opaque, clear} {
			e := edit(tb, w, f, who)
			do(e)
			out = append(out, e.end(change{id: id, name: name, want: want, from: from}, "", false))
		}
	}
	by := func(want Want, shown string) Want {
		want.Says = shown
		return want
	}
	unknown, bad := Untrusted("issuer-unknown"), Bad("signature-invalid")
	add("A28", "the victim's certificate first", w.Eve, "", by(Mismatch("from-mismatch"), "eve@example.test"), first(w.AliceEC, w.Alice))
	add("A28", "the victim's certificate first, from the signer", w.Eve, eve, by(Accepted(nil), "eve@example.test"), first(w.AliceEC))
	add("A28", "the victim's certificate first, signed by a stranger", w.Stranger, "", unknown, first(w.AliceEC))
	add("A28", "the victim's certificate last", w.Eve, "", by(Mismatch("from-mismatch"), "eve@example.test"), last(w.AliceEC))
	for _, place := range []string{"first", "last"} {
		put := map[string]func(...*cmstest.Identity) func(*edited){"first": first, "last": last}[place]
		add("A29", "namesake of a CA, the victim's certificate "+place, twin, "", unknown, put(w.AliceEC, namesake))
		add("A29", "namesake of a CA that is not there, the victim's certificate "+place, twin, "", Untrusted("issuer-missing"), put(w.AliceEC))
		add("A29", "namesake of a CA, the real one there, "+place, twin, "", unknown, put(w.AliceEC, w.Between, namesake))
		add("A29", "namesake of a CA beside a good signature, "+place, w.AliceEC, "", Accepted(nil), put(twin, namesake))
		add("A29", "one number for two, "+place, double, "", by(Mismatch("from-mismatch"), "eve@example.test"), put(w.AliceEC))
		add("A29", "one number for two beside a good signature, "+place, w.AliceEC, "", Accepted(nil), put(double))
		add("A29", "signed by nobody of two, "+place, w.AliceEC, "", bad, also(put(double), func(e *edited) { e.Signature(0).Value[10] ^= 1 }))
		add("A30", "a stranger with the victim's key identifier, "+place, sameKeyID, "", unknown, also(byKeyID, put(w.AliceEC)))
		add("A30", "a stranger with the key identifier beside a good signature, "+place, w.AliceEC, "", Accepted(nil), also(byKeyID, put(sameKeyID, eveKeyID)))
		add("A30", "another person with the key identifier, "+place, eveKeyID, "", by(Mismatch("from-mismatch"), "eve@example.test"), also(byKeyID, put(w.AliceEC)))
		add("A30", "an expired certificate of the same key, "+place, w.AliceEC, "", Accepted(nil), also(bound, byKeyID, put(renewed)))
	}
	return append(out, manyNamesakes(tb, w, id)...)
}

// bound takes the attribute away that names one certificate.
func bound(e *edited) {
	e.without(typeSigningCertV2)
	e.resign()
}

// manyNamesakes has more certificates with one key identifier than are tried: the
// verdict is not good, and it comes in a bounded time, unless the signed attributes say
// which one it is.
func manyNamesakes(tb testing.TB, w *World, id []byte) []Case {
	tb.Helper()
	return []Case{
		withNamesakes(tb, w, id, change{id: "A30", name: "sixty strangers with the key identifier", do: bound, want: Bad("signature-invalid")}),
		withNamesakes(tb, w, id, change{id: "A30", name: "sixty strangers with the key identifier, and the attribute", want: Accepted(nil).WithNote("tolerated")}),
	}
}

func withNamesakes(tb testing.TB, w *World, id []byte, c change) Case {
	tb.Helper()
	e := edit(tb, w, opaque, w.AliceEC)
	if c.do != nil {
		c.do(e)
	}
	*e.Signer(0).At(1) = *cmstest.Primitive(ber.Context(0), id)
	decoy := cmstest.Issue(tb, nil, cmstest.Options{CommonName: "Alice", Key: cmstest.Key(tb, "p-256", 68), SubjectKeyID: id, NotBefore: At.Add(-time.Hour)})
	for i := range 60 {
		c := cmstest.Reissue(tb, decoy.Certificate, decoy, func(tbs *cmstest.Node) { tbs.At(1).Value = []byte{1, byte(i)} })
		e.Certificates().Insert(0, cmstest.Raw(c.Raw))
	}
	return e.end(c, "", false)
}

// sum256 is the SHA-256 of data.
func sum256(data []byte) []byte {
	return sumOf(idSHA256, data)
}

// sumOf is the digest of data with the algorithm of that name.
func sumOf(oid string, data []byte) []byte {
	d, err := algorithm.FindDigest(algorithm.Identifier{OID: algorithm.MustOID(oid)})
	if err != nil {
		panic(err)
	}
	h := d.New()
	h.Write(data)
	return h.Sum(nil)
}
