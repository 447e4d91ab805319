package cms

import (
	"errors"
	"slices"
	"testing"

	"smimectl/internal/cms/ber"
)

// foreignAEAD is a group of contents of one cipher.
type foreignAEAD struct {
	KeySize, IVSize, TagSize int
	Tests                    []struct {
		TcID                       int
		Key, IV, AAD, Msg, CT, Tag hexOctets
		Comment, Result            string
		Flags                      []string
	}
}

// foreignCipher says how the vectors of a file stand in an AuthEnvelopedData.
type foreignCipher struct {
	file           string
	oids           map[int]string // by bits of the key
	parameters     func(nonce []byte, tag int) []byte
	nonces         [2]int // the lengths in octets, from and to, that are read
	tags           []int  // and those of the tag, in octets
	opened, refuse int
}

// TestWycheproofContent puts each ciphertext with its tag into an AuthEnvelopedData. Associated data of the vectors are no
// attributes: without them the tag of a good vector is wrong, which is one more message to be refused.
func TestWycheproofContent(t *testing.T) {
	t.Parallel()
	sized := func(nonce []byte, tag int) []byte {
		return ber.Wrap(ber.Sequence, octets(nonce), integer(int64(tag)))
	}
	for _, f := range []foreignCipher{
		{"aes_gcm", map[int]string{128: dottedGCM128, 192: "2.16.840.1.101.3.4.1.26", 256: "2.16.840.1.101.3.4.1.46"}, sized,
			[2]int{12, 16}, []int{12, 13, 14, 15, 16}, 124, 190},
		{"aes_ccm", map[int]string{128: "2.16.840.1.101.3.4.1.7", 192: "2.16.840.1.101.3.4.1.27", 256: "2.16.840.1.101.3.4.1.47"}, sized,
			[2]int{7, 13}, []int{8, 10, 12, 14, 16}, 160, 390},
		{"chacha20_poly1305", map[int]string{256: "1.2.840.113549.1.9.16.3.18"}, func(nonce []byte, _ int) []byte { return octets(nonce) },
			[2]int{12, 12}, []int{16}, 45, 280},
	} {
		t.Run(f.file, func(t *testing.T) {
			t.Parallel()
			groups, total := wycheproofGroups[foreignAEAD](t, f.file)
			c := newTally(t, f.file)
			for i := range groups {
				c.contents(&f, &groups[i])
			}
			c.done(total, f.opened, f.refuse)
		})
	}
}

func (c *tally) contents(f *foreignCipher, g *foreignAEAD) {
	c.t.Helper()
	kek := content(32)
	for _, v := range g.Tests {
		oid, ok := f.oids[8*len(v.Key)]
		if !ok {
			c.t.Fatalf("%s %d: a key of %d octets", c.file, v.TcID, len(v.Key))
		}
		p := &parts{outer: TypeAuthEnvelopedData, inner: TypeData, content: implicit(0, v.CT), mac: octets(v.Tag),
			infos:     [][]byte{kekInfo(identifier("2.16.840.1.101.3.4.1.45", nil), foreignWrap(c.t, kek, v.Key, plainIV))},
			algorithm: identifier(oid, f.parameters(v.IV, len(v.Tag)))}
		want, reason := v.Result == "valid", ""
		// The lengths are facts in public, and are refused as such, before a key is used.
		public := len(v.IV) < f.nonces[0] || len(v.IV) > f.nonces[1] || !slices.Contains(f.tags, len(v.Tag))
		switch {
		case want && public:
			want, reason = false, "with a nonce or a tag of a length that is not read"
		case want && len(v.AAD) > 0:
			want, reason = false, "with associated data that are no attributes, left away"
		}
		err := readForeign(p.message(), v.Msg, withKEK(kek))
		c.judge(v.TcID, v.Comment, v.Flags, want, reason, err)
		_, malformed := errors.AsType[*MalformedError](err)
		if err != nil && malformed != public || err != nil && !public && err != ErrDecrypt {
			c.t.Errorf("%s %d (%s): %v; lengths that are not read: %v", c.file, v.TcID, v.Comment, err, public)
		}
	}
}
