package certstore

import (
	"bytes"
	"errors"
	"testing"
)

// TestLimits holds the bounds on how much of something a file may have.
func TestLimits(t *testing.T) {
	t.Parallel()
	certificate := fixture(t, "cert.der")
	bundle := tlv(0x30, oidDER(dottedSigned), tlv(0xa0, tlv(0x30, intDER(1), tlv(0x31), tlv(0x30, oidDER(dottedData)),
		tlv(0xa0, bytes.Repeat(certificate, maxObjects+1)), tlv(0x31))))
	safes := tlv(0x30, bytes.Repeat(tlv(0x30, oidDER(dottedData), tlv(0xa0, tlv(0x04, tlv(0x30)))), maxBags+1))
	for name, read := range map[string]func() error{
		"PEM blocks": func() error {
			_, err := ReadFile(bytes.Repeat([]byte("-----BEGIN X-----\nAAAA\n-----END X-----\n"), maxObjects+1), nil)
			return err
		},
		"keys one after the other": func() error {
			_, err := ReadFile(bytes.Repeat(tlv(0x30, intDER(0), intDER(0)), maxObjects+1), nil)
			return err
		},
		"certificates in a bundle": func() error {
			_, err := ReadFile(bundle, nil)
			return err
		},
		"safes": func() error {
			return (&pkcs12Reader{bundle: new(Bundle)}).readAuthenticatedSafe(safes)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var limit *LimitError
			if err := read(); !errors.As(err, &limit) {
				t.Errorf("got %v, want LimitError", err)
			}
		})
	}
}

// TestTries: a PassphraseFunc that answers wrongly for ever is not asked for ever,
// and its own failure is handed on.
func TestTries(t *testing.T) {
	t.Parallel()
	n := 0
	err := askPassphrase("x", "y", func(_ string, try int) ([]byte, error) {
		if try != n {
			t.Errorf("try %d, want %d", try, n)
		}
		n++
		return []byte("wrong"), nil
	}, func([]byte) bool { return false })
	var wrong *WrongPassphraseError
	if !errors.As(err, &wrong) || wrong.Tries != maxTries || n != maxTries {
		t.Errorf("got %v after %d", err, n)
	}
	broken := errors.New("terminal is gone")
	err = askPassphrase("x", "y", func(string, int) ([]byte, error) { return nil, broken }, nil)
	var none *NoPassphraseError
	if !errors.As(err, &none) || !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
