// Package certtest issues certificates for tests, ordinary ones and such as no
// CA would issue: every field can be set, and nothing is checked. It writes DER
// itself and knows neither package cert nor package algorithm, so that a
// mistake there does not hide here. Only tests may import it.
package certtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Key is a key pair with what is written about it.
type Key struct {
	Signer crypto.Signer
	SPKI   []byte
}

// NewKey makes a key: "p256", "ed25519", "rsa1024", "rsa2048".
func NewKey(kind string) *Key {
	var signer crypto.Signer
	var err error
	switch kind {
	case "p256":
		signer, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "ed25519":
		_, signer, err = ed25519.GenerateKey(rand.Reader)
	case "rsa1024":
		signer, err = rsa.GenerateKey(rand.Reader, 1024)
	case "rsa2048":
		signer, err = rsa.GenerateKey(rand.Reader, 2048)
	default:
		panic("certtest: no key of kind " + kind)
	}
	check(err)
	spki, err := x509.MarshalPKIXPublicKey(signer.Public())
	check(err)
	return &Key{Signer: signer, SPKI: spki}
}

func check(err error) {
	if err != nil {
		panic("certtest: " + err.Error())
	}
}

// Entity is a certificate with its key and name.
type Entity struct {
	DER  []byte
	Key  *Key
	Name []byte // DER of the subject
}

// Template says what a certificate shall hold. What is zero is filled in.
type Template struct {
	Version       int    // 0: 3
	Serial        []byte // content octets; nil: the next number
	Subject       []byte // DER of a Name; nil: empty
	Issuer        []byte // DER of a Name; nil: the issuer's
	NotBefore     time.Time
	NotAfter      time.Time // zero: ten years around Now
	Key           *Key      // nil: a new p256
	SPKI          []byte    // nil: the key's
	Extensions    []Extension
	Hash          crypto.Hash // of RSA signatures: SHA1, MD5, else SHA256
	InnerAlgID    []byte      // nil: as outside
	BadSignature  bool
	AfterTBSField []byte // octets put at the end of the TBSCertificate
}

// Now is the time around which certificates are valid unless told otherwise.
func Now() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }

var serial atomic.Int64

// Issue makes a certificate. A nil issuer makes it self-signed.
func Issue(t Template, issuer *Entity) *Entity {
	if t.Key == nil {
		t.Key = NewKey("p256")
	}
	if t.Version == 0 {
		t.Version = 3
	}
	if t.Serial == nil {
		t.Serial = big.NewInt(serial.Add(1) + 1000).Bytes()
	}
	if t.Subject == nil {
		t.Subject = Name()
	}
	if t.NotBefore.IsZero() {
		t.NotBefore = Now().AddDate(-5, 0, 0)
	}
	if t.NotAfter.IsZero() {
		t.NotAfter = Now().AddDate(5, 0, 0)
	}
	if t.SPKI == nil {
		t.SPKI = t.Key.SPKI
	}
	signKey := t.Key
	if issuer != nil {
		signKey = issuer.Key
		if t.Issuer == nil {
			t.Issuer = issuer.Name
		}
	} else if t.Issuer == nil {
		t.Issuer = t.Subject
	}
	algID := signatureAlgID(signKey, t.Hash)
	if t.InnerAlgID == nil {
		t.InnerAlgID = algID
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		if t.Version != 1 {
			b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1Int64(int64(t.Version - 1)) })
		}
		b.AddASN1(cbasn1.INTEGER, func(b *cryptobyte.Builder) { b.AddBytes(t.Serial) })
		b.AddBytes(t.InnerAlgID)
		b.AddBytes(t.Issuer)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			addTime(b, t.NotBefore)
			addTime(b, t.NotAfter)
		})
		b.AddBytes(t.Subject)
		b.AddBytes(t.SPKI)
		if len(t.Extensions) > 0 {
			b.AddASN1(cbasn1.Tag(3).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					for _, e := range t.Extensions {
						e.addTo(b)
					}
				})
			})
		}
		b.AddBytes(t.AfterTBSField)
	})
	tbs := b.BytesOrPanic()
	signature := sign(signKey, t.Hash, tbs)
	if t.BadSignature {
		signature = sign(signKey, t.Hash, append([]byte("something else"), tbs...))
	}
	var c cryptobyte.Builder
	c.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		b.AddBytes(algID)
		b.AddASN1BitString(signature)
	})
	return &Entity{DER: c.BytesOrPanic(), Key: t.Key, Name: t.Subject}
}

func addTime(b *cryptobyte.Builder, t time.Time) {
	if t.Year() < 2050 && t.Year() >= 1950 {
		b.AddASN1UTCTime(t)
		return
	}
	b.AddASN1GeneralizedTime(t)
}

// AlgID returns an AlgorithmIdentifier without parameters, or with NULL.
func AlgID(oid string, null bool) []byte {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		addOID(b, oid)
		if null {
			b.AddASN1NULL()
		}
	})
	return b.BytesOrPanic()
}

func signatureAlgID(k *Key, h crypto.Hash) []byte {
	switch k.Signer.(type) {
	case *ecdsa.PrivateKey:
		return AlgID("1.2.840.10045.4.3.2", false)
	case ed25519.PrivateKey:
		return AlgID("1.3.101.112", false)
	}
	switch h {
	case crypto.SHA1:
		return AlgID("1.2.840.113549.1.1.5", true)
	case crypto.MD5:
		return AlgID("1.2.840.113549.1.1.4", true)
	}
	return AlgID("1.2.840.113549.1.1.11", true)
}

func sign(k *Key, h crypto.Hash, message []byte) []byte {
	var digest []byte
	opts := crypto.Hash(0)
	switch k.Signer.(type) {
	case ed25519.PrivateKey:
		digest = message
	case *ecdsa.PrivateKey:
		sum := sha256.Sum256(message)
		digest, opts = sum[:], crypto.SHA256
	default:
		switch h {
		case crypto.SHA1:
			sum := sha1.Sum(message)
			digest, opts = sum[:], crypto.SHA1
		case crypto.MD5:
			sum := md5.Sum(message)
			digest, opts = sum[:], crypto.MD5
		default:
			sum := sha256.Sum256(message)
			digest, opts = sum[:], crypto.SHA256
		}
	}
	signature, err := k.Signer.Sign(rand.Reader, digest, opts)
	check(err)
	return signature
}

func addOID(b *cryptobyte.Builder, dotted string) {
	var oid asn1.ObjectIdentifier
	n := 0
	for i := 0; i <= len(dotted); i++ {
		if i == len(dotted) || dotted[i] == '.' {
			oid, n = append(oid, n), 0
			continue
		}
		n = n*10 + int(dotted[i]-'0')
	}
	b.AddASN1ObjectIdentifier(oid)
}
