package hostiletest

import (
	"encoding/binary"
	"fmt"
	"testing"

	"smimectl/internal/cms/cmstest"
)

// pss are RSASSA-PSS-params (RFC 4055, Section 3.1) and what was signed with.
type pss struct {
	hash, mgf string // digests
	salt      int    // octets
	trailer   byte   // the last octet of what is signed; 0: bc
}

// parameters writes them out, the salt as the number given.
func (p pss) parameters(saltLength int, more ...*cmstest.Node) *cmstest.Node {
	return sequence(append([]*cmstest.Node{
		explicit(0, identifier(p.hash, null())), explicit(1, identifier(idMGF1, identifier(p.mgf, null()))), explicit(2, number(saltLength)),
	}, more...)...)
}

// number is a small INTEGER.
func number(n int) *cmstest.Node {
	if n >= -128 && n < 128 {
		return integer(byte(n))
	}
	return integer(byte(n>>8), byte(n))
}

// encode is EMSA-PSS-ENCODE (RFC 8017, Section 9.1.1) for a modulus of 2048
// bits. Salts too long for it cannot be made.
func (p pss) encode(message []byte) []byte {
	const size = 256
	sum := sumOf(p.hash, message)
	salt := make([]byte, p.salt)
	for i := range salt {
		salt[i] = byte(i)
	}
	h := sumOf(p.hash, append(append(make([]byte, 8), sum...), salt...))
	db := make([]byte, size-len(h)-1)
	db[len(db)-len(salt)-1] = 1
	copy(db[len(db)-len(salt):], salt)
	for i, counter := 0, uint32(0); i < len(db); counter++ {
		for _, b := range sumOf(p.mgf, binary.BigEndian.AppendUint32(append([]byte{}, h...), counter)) {
			if i < len(db) {
				db[i] ^= b
				i++
			}
		}
	}
	db[0] &= 0x7f
	trailer := p.trailer
	if trailer == 0 {
		trailer = 0xbc
	}
	return append(append(db, h...), trailer)
}

// pssCases are A34: the parameters of RSASSA-PSS as RFC 4055 and 4056 have
// them. Any salt that is named is taken; what is absent or malformed is not.
func pssCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	usual := pss{hash: idSHA256, mgf: idSHA256, salt: 32}
	with := func(change func(p *pss)) pss { p := usual; change(&p); return p }
	bad, malformed, unsupported := Bad("signature-invalid"), Unreadable("malformed"), Unreadable("unsupported-algorithm")
	type variant struct {
		name   string
		pss    pss
		params []*cmstest.Node
		want   Want
	}
	one := func(n *cmstest.Node) []*cmstest.Node { return []*cmstest.Node{n} }
	variants := []variant{
		{"as it should be", usual, one(usual.parameters(32)), Accepted(nil)},
		{"trailer 1 written out", usual, one(usual.parameters(32, explicit(3, number(1)))), Accepted(nil)},
		{"absent", usual, nil, malformed},
		{"NULL", usual, one(null()), malformed},
		{"an OCTET STRING", usual, one(octets(nil)), malformed},
		{"empty, which says SHA-1", usual, one(sequence()), bad},
		{"two", usual, []*cmstest.Node{usual.parameters(32), null()}, malformed},
		{"trailer 2", usual, one(usual.parameters(32, explicit(3, number(2)))), malformed},
		{"trailer 2, signed so", with(func(p *pss) { p.trailer = 0xcc }), one(usual.parameters(32, explicit(3, number(2)))), malformed},
		{"trailer 1, signed with another", with(func(p *pss) { p.trailer = 0xcc }), one(usual.parameters(32)), bad},
		{"something after the trailer", usual, one(usual.parameters(32, explicit(3, number(1)), explicit(4, number(1)))), malformed},
		{"salt -1", usual, one(usual.parameters(-1)), malformed},
		{"salt 2^31", usual, one(sequence(explicit(0, identifier(idSHA256)), explicit(1, identifier(idMGF1, identifier(idSHA256))), explicit(2, integer(0, 0x80, 0, 0, 0)))), malformed},
		{"salt without a number", usual, one(sequence(explicit(0, identifier(idSHA256)), explicit(1, identifier(idMGF1, identifier(idSHA256))), explicit(2))), malformed},
		{"the order of the fields reversed", usual, one(sequence(explicit(2, number(32)), explicit(0, identifier(idSHA256)))), malformed},
		{"MGF1 with another digest, signed so", with(func(p *pss) { p.mgf = idSHA512 }), one(pss{hash: idSHA256, mgf: idSHA512}.parameters(32)), Accepted(nil)},
		{"MGF1 with SHA-1, signed so", with(func(p *pss) { p.mgf = idSHA1 }), one(pss{hash: idSHA256, mgf: idSHA1}.parameters(32)), Accepted(nil)},
		{"MGF1 with another digest than signed with", usual, one(pss{hash: idSHA256, mgf: idSHA512}.parameters(32)), bad},
		{"MGF1 with a digest nobody knows", usual, one(pss{hash: idSHA256, mgf: idNothing}.parameters(32)), unsupported},
		{"MGF1 without a digest", usual, one(sequence(explicit(0, identifier(idSHA256)), explicit(1, identifier(idMGF1)), explicit(2, number(32)))), malformed},
		{"a mask nobody knows", usual, one(sequence(explicit(0, identifier(idSHA256)), explicit(1, identifier(idNothing, identifier(idSHA256))), explicit(2, number(32)))), unsupported},
		{"a digest nobody knows", usual, one(pss{hash: idNothing, mgf: idSHA256}.parameters(32)), unsupported},
		{"another digest than declared, signed so", with(func(p *pss) { p.hash = idSHA512 }), one(pss{hash: idSHA512, mgf: idSHA256}.parameters(32)), bad},
	}
	for _, n := range []int{0, 1, 20, 64, 222} {
		variants = append(variants, variant{fmt.Sprintf("salt %d", n), with(func(p *pss) { p.salt = n }), one(usual.parameters(n)), Accepted(nil)})
	}
	for _, n := range []int{0, 31, 33, 222, 223, 224, 1000, 2048} {
		variants = append(variants, variant{fmt.Sprintf("salt %d, signed with 32", n), usual, one(usual.parameters(n)), bad})
	}
	var changes []change
	for _, v := range variants {
		changes = append(changes, change{id: "A34", name: v.name, keys: "rsa", want: v.want, do: func(e *edited) {
			e.without(typeAlgorithmProtects)
			parameters := make([]*cmstest.Node, len(v.params))
			for i, p := range v.params {
				parameters[i] = p.Clone()
			}
			*e.Signer(0).At(4) = *identifier(idRSAPSS, parameters...)
			e.Signature(0).Value = rsaRaw(rsaKey(e.tb, e.who), v.pss.encode(e.toBeSigned()))
		}})
	}
	return every(tb, w, changes)
}
