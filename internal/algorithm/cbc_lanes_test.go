package algorithm

import (
	"bytes"
	"testing"
)

// TestCBCOnTwoProcessors: what two processors decrypt is what one does, whatever the sizes of
// the pieces are, and where the plaintext takes the place of the ciphertext, too.
func TestCBCOnTwoProcessors(t *testing.T) {
	t.Parallel()
	const most = 6*leastLane + 77
	content := randomBytes(most)
	for _, c := range cbcCiphers {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			key := randomBytes(c.KeySize)
			for _, n := range []int{0, 100, 2*leastLane - 1, 2 * leastLane, 2*leastLane + 1, most} {
				p, err := c.NewParameters()
				if err != nil {
					t.Fatal(err)
				}
				e, err := c.NewEncrypter(p, key, nil)
				if err != nil {
					t.Fatal(err)
				}
				ciphertext := e.Update(nil, content[:n])
				ciphertext, _ = e.Final(ciphertext)
				for _, step := range []int{most + 32, 2*leastLane + 16, 2 * leastLane, 2*leastLane + 8, 3*leastLane + 5} {
					for _, inPlace := range []bool{true, false} {
						d, err := c.NewDecrypter(p, key)
						if err != nil {
							t.Fatal(err)
						}
						Spread(d)
						var got []byte
						for _, piece := range pieces(ciphertext, step) {
							if !inPlace {
								got = d.Update(got, piece)
								continue
							}
							own := append(make([]byte, 0, len(piece)+64), piece...)
							got = append(got, d.Update(own[:0], own)...)
						}
						if got, err = d.Final(got); err != nil || !bytes.Equal(got, content[:n]) {
							t.Fatalf("%d octets in pieces of %d, in place %v: %d octets, %v", n, step, inPlace, len(got), err)
						}
					}
				}
			}
		})
	}
}

// TestSpreadOthers: what cannot be shared is left as it is.
func TestSpreadOthers(t *testing.T) {
	t.Parallel()
	content := randomBytes(5 * leastLane)
	for _, name := range []string{"aes-256-gcm", "chacha20-poly1305"} {
		c, err := ContentCipherByName(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := c.NewParameters()
		if err != nil {
			t.Fatal(err)
		}
		key := randomBytes(c.KeySize)
		e, err := c.NewEncrypter(p, key, nil)
		if err != nil {
			t.Fatal(err)
		}
		ciphertext := e.Update(nil, content)
		ciphertext, _ = e.Final(ciphertext)
		d, err := c.NewDecrypter(p, key)
		if err != nil {
			t.Fatal(err)
		}
		Spread(d)
		got := d.Update(nil, ciphertext)
		if got, err = d.Final(got); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
}

// TestCBCLanesSteady: with AES no memory is taken for each piece.
func TestCBCLanesSteady(t *testing.T) {
	c, err := ContentCipherByName("aes-256-cbc")
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.NewParameters()
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.NewDecrypter(p, randomBytes(c.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	Spread(d)
	in, out := randomBytes(4*leastLane), make([]byte, 0, 4*leastLane+64)
	d.Update(out, in)
	if n := testing.AllocsPerRun(50, func() { d.Update(out, in) }); n > 1 {
		t.Errorf("%v pieces of memory for each piece", n)
	}
}
