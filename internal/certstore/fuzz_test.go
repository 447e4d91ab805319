package certstore

import (
	"os"
	"path/filepath"
	"testing"
)

// seeds adds the fixtures whose names match.
func seeds(f *testing.F, patterns ...string) {
	for _, pattern := range patterns {
		files, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil || len(files) == 0 {
			f.Fatalf("%s: no seeds, %v", pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
}

// checkBundle looks at what came out: everything must be fit for use.
func checkBundle(t *testing.T, b *Bundle, err error) {
	t.Helper()
	if err != nil {
		if b != nil {
			t.Errorf("a bundle with %v", err)
		}
		return
	}
	for _, c := range b.Certificates {
		c.Addresses()
		_ = c.DisplayName()
		c.PublicKey()
	}
	if len(b.Certificates)+len(b.Keys)+len(b.CRLs) == 0 {
		t.Error("an empty bundle")
	}
}

// FuzzReadFile: no input makes the reader panic or give back nothing.
func FuzzReadFile(f *testing.F) {
	seeds(f, "cert.*", "sec1.*", "pkcs*.pem", "old-*.pem", "trusted.pem", "bundle.*")
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := ReadFile(data, passphrases())
		checkBundle(t, b, err)
		if err == nil && b.Unverified {
			t.Error("unverified contents from ReadFile")
		}
	})
}

// FuzzPKCS12 changes files, and goes behind the MAC as well.
func FuzzPKCS12(f *testing.F) {
	seeds(f, "p12-*.p12")
	f.Add(makePFX(tlv(0x30), pfxOptions{iterations: 1}))
	f.Add(makePFX(indefinite(0x30), pfxOptions{iterations: 1, wrap: indefinite}))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := ReadFile(data, passphrases(fixturePassphrase))
		checkBundle(t, b, err)
		b, err = ReadFile(makePFX(data, pfxOptions{iterations: 1}), passphrases("x"))
		checkBundle(t, b, err)
		b, err = ReadFileUnverified(data, passphrases("x"))
		checkBundle(t, b, err)
		if err != nil || !b.Unverified {
			return
		}
		for _, k := range b.Keys {
			if _, err := k.Open(passphrases("x")); err == nil {
				t.Error("an unverified key opens")
			}
		}
	})
}

// FuzzP7B: the library behind the check must not panic, and what toDER gives is
// the same when it is read again.
func FuzzP7B(f *testing.F) {
	seeds(f, "bundle.p7c", "cert.der")
	f.Add(indefinite(0x30, oidDER(dottedSigned), indefinite(0xa0, indefinite(0x30, intDER(1)))))
	f.Fuzz(func(t *testing.T, data []byte) {
		der, _, err := toDER(data)
		if err != nil {
			return
		}
		again, rest, err := toDER(der)
		if err != nil || len(rest) > 0 || string(again) != string(der) {
			t.Errorf("%x, read again: %x, %x, %v", der, again, rest, err)
		}
		b := new(Bundle)
		if err := b.readP7B(der); err == nil && len(b.Certificates) > 0 {
			checkBundle(t, b, nil)
		}
	})
}
