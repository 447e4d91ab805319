package algorithm

import (
	"bytes"
	"crypto/ecdh"
	"errors"
	"strings"
	"testing"

	"smimectl/internal/algorithm/brainpool"
)

// brainpoolPair is a key of a curve, made from a small number.
func brainpoolPair(t *testing.T, c *curve, number byte) (*brainpoolKey, *PublicKey) {
	t.Helper()
	scalar := make([]byte, c.brainpool().Size())
	scalar[len(scalar)-1] = number
	private, err := c.brainpool().ParsePrivateKey(scalar)
	if err != nil {
		t.Fatal(err)
	}
	public, err := c.readBrainpoolPublicKey(private.PublicKey().Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return &brainpoolKey{private}, public
}

// TestBrainpoolCurveOf: each key has the row of its curve, and what is no key has none.
func TestBrainpoolCurveOf(t *testing.T) {
	t.Parallel()
	for i := range brainpoolCurves {
		c := &brainpoolCurves[i]
		_, public := brainpoolPair(t, c, 7)
		key := public.Key.(*brainpool.PublicKey)
		if got := curveOf(key); got != c {
			t.Errorf("%s: %+v", c.name, got)
		}
		if id, bits, ok := encodeBrainpoolPublicKey(key); !ok || !id.Equal(c.identifier()) || !bytes.Equal(bits, key.Bytes()) {
			t.Errorf("%s: %v %x %v", c.name, id, bits, ok)
		}
	}
	if curveOf(nil) != nil {
		t.Error("no key is on a curve")
	}
	if _, _, ok := encodeBrainpoolPublicKey(nil); ok {
		t.Error("no key was encoded")
	}
}

// TestBrainpoolKeys: points that are not on the curve, numbers that are no private keys, and points of others beside them
// are refused.
func TestBrainpoolKeys(t *testing.T) {
	t.Parallel()
	for i := range brainpoolCurves {
		c := &brainpoolCurves[i]
		size := c.brainpool().Size()
		_, seven := brainpoolPair(t, c, 7)
		_, eight := brainpoolPair(t, c, 8)
		own, other := seven.Key.(*brainpool.PublicKey).Bytes(), eight.Key.(*brainpool.PublicKey).Bytes()
		off := bytes.Clone(own)
		off[len(off)-1] ^= 1
		var fault *KeyError
		for name, bits := range map[string][]byte{"off the curve": off, "nothing": nil, "half": own[:1+size/2]} {
			if key, err := c.readBrainpoolPublicKey(bits); !errors.As(err, &fault) {
				t.Errorf("%s, %s: %+v, %v", c.name, name, key, err)
			}
		}
		for name, x := range map[string]struct {
			scalar, point []byte
			good          bool
		}{
			"alone":               {[]byte{7}, nil, true},
			"with its point":      {[]byte{0, 7}, own, true},
			"with another's":      {[]byte{7}, other, false},
			"with one off it":     {[]byte{7}, off, false},
			"zero":                {[]byte{0}, nil, false},
			"more than the order": {bytes.Repeat([]byte{0xff}, size), nil, false},
			"too long":            {bytes.Repeat([]byte{1}, size+1), nil, false},
		} {
			key, err := c.readBrainpoolPrivateKey(x.scalar, x.point)
			if x.good != (err == nil) || err == nil && !bytes.Equal(key.public, own) || err != nil && !errors.As(err, &fault) {
				t.Errorf("%s, %s: %+v, %v", c.name, name, key, err)
			}
			if name == "too long" && (err == nil || !strings.Contains(err.Error(), "too long")) {
				t.Errorf("%s, %s: told as %v", c.name, name, err)
			}
		}
	}
}

// TestBrainpoolAgreement: sender and receiver have the same secret, and what does not belong to the curve has none.
func TestBrainpoolAgreement(t *testing.T) {
	t.Parallel()
	row := &ecdhOriginators[0]
	p256, err := ecdh.P256().NewPrivateKey(append(make([]byte, 31), 1))
	if err != nil {
		t.Fatal(err)
	}
	for i := range brainpoolCurves {
		c := &brainpoolCurves[i]
		private, public := brainpoolPair(t, c, 7)
		var last []byte
		for range 40 { // a number drawn is often none of the curve's, and another is drawn
			ephemeral, secret, err := sendBrainpool(row, public)
			if err != nil || bytes.Equal(ephemeral, last) {
				t.Fatalf("%s: %v", c.name, err)
			}
			last = ephemeral
			if len(secret) != c.brainpool().Size() {
				t.Errorf("%s: a secret of %d octets", c.name, len(secret))
			}
			if i > 0 {
				break // one curve is enough for that
			}
		}
		ephemeral, secret, err := sendBrainpool(row, public)
		if err != nil {
			t.Fatal(err)
		}
		from := OriginatorKey{Identifier: Identifier{OID: oidECPublicKey}, Key: ephemeral}
		for name, id := range map[string]Identifier{"no curve": {OID: oidECPublicKey}, "NULL": {OID: oidECPublicKey, Parameters: []byte{5, 0}}, "its curve": c.identifier()} {
			if got, err := receiveBrainpool(row, private, public, OriginatorKey{Identifier: id, Key: ephemeral}); err != nil || !bytes.Equal(got, secret) {
				t.Errorf("%s, %s: %x, %v", c.name, name, got, err)
			}
		}
		off := bytes.Clone(ephemeral)
		off[len(off)-1] ^= 1
		next := &brainpoolCurves[(i+1)%len(brainpoolCurves)]
		var parameter *ParameterError
		var unsupported *UnsupportedError
		if _, err := receiveBrainpool(row, private, public, OriginatorKey{Identifier: from.Identifier, Key: off}); !errors.As(err, &parameter) {
			t.Errorf("%s, off the curve: %v", c.name, err)
		}
		if _, err := receiveBrainpool(row, private, public, OriginatorKey{Identifier: next.identifier(), Key: ephemeral}); !errors.As(err, &parameter) {
			t.Errorf("%s, named as another curve: %v", c.name, err)
		}
		for name, own := range map[string]any{"a key of the standard library": p256.PublicKey(), "no key": (*brainpool.PublicKey)(nil), "nothing": nil} {
			odd := *public
			odd.Key = own
			if _, err := receiveBrainpool(row, private, &odd, from); !errors.As(err, &unsupported) {
				t.Errorf("%s, own is %s: %v", c.name, name, err)
			}
			if name == "no key" {
				continue
			}
			if _, _, err := sendBrainpool(row, &odd); !errors.As(err, &unsupported) {
				t.Errorf("%s, sent to %s: %v", c.name, name, err)
			}
		}
		if _, err := receiveBrainpool(row, p256, public, from); !errors.As(err, &unsupported) {
			t.Errorf("%s, with another's private key: %v", c.name, err)
		}
	}
}
