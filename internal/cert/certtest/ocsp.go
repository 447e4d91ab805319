package certtest

import (
	"crypto"
	"crypto/sha1"
	"encoding/asn1"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// OCSPTemplate says what an OCSP response shall hold. What is zero is filled in.
type OCSPTemplate struct {
	Status       int // responseStatus
	Type         string
	ByKey        bool     // name the responder by its key
	Responder    []byte   // DER of the name, or the hash of the key; nil: the signer's
	Answers      []Answer // about the certificates
	Extensions   []Extension
	ProducedAt   time.Time // zero: an hour before Now
	Certificates [][]byte
	BadSignature bool
	Hash         crypto.Hash // of RSA signatures
}

// Answer is a SingleResponse.
type Answer struct {
	Issuer     *Entity // nil: the signer
	Serial     []byte
	Hash       string      // of the CertID: OID; empty: SHA-1
	HashFunc   crypto.Hash // zero: SHA-1
	NameOf     []byte      // DER of the name that is hashed; nil: the issuer's
	KeyOf      *Key        // that is hashed; nil: the issuer's
	Status     int         // 0 good, 1 revoked, 2 unknown
	Reason     int         // -1 = none
	Revoked    time.Time   // zero: a week before Now
	ThisUpdate time.Time   // zero: an hour before Now
	NextUpdate time.Time   // zero: a day after ThisUpdate
	NoNext     bool
	Extensions []Extension
}

// KeyBits are the octets of the key in a SubjectPublicKeyInfo.
func (k *Key) KeyBits() []byte {
	var info struct {
		Algorithm asn1.RawValue
		Key       asn1.BitString
	}
	_, err := asn1.Unmarshal(k.SPKI, &info)
	check(err)
	return info.Key.Bytes
}

// OCSP makes a response signed with the key of signer.
func OCSP(t OCSPTemplate, signer *Entity) []byte {
	if t.Type == "" {
		t.Type = "1.3.6.1.5.5.7.48.1.1"
	}
	if t.ProducedAt.IsZero() {
		t.ProducedAt = Now().Add(-time.Hour)
	}
	explicit := func(b *cryptobyte.Builder, n uint8, f func(b *cryptobyte.Builder)) {
		b.AddASN1(cbasn1.Tag(n).ContextSpecific().Constructed(), f)
	}
	extensions := func(b *cryptobyte.Builder, list []Extension) {
		if len(list) > 0 {
			explicit(b, 1, func(b *cryptobyte.Builder) { addExtensions(b, list) })
		}
	}
	tbs := sequence(func(b *cryptobyte.Builder) {
		switch responder := t.Responder; {
		case t.ByKey && responder == nil:
			sum := sha1.Sum(signer.Key.KeyBits())
			responder = sum[:]
			fallthrough
		case t.ByKey:
			explicit(b, 2, func(b *cryptobyte.Builder) { b.AddASN1OctetString(responder) })
		case responder == nil:
			responder = signer.Name
			fallthrough
		default:
			explicit(b, 1, func(b *cryptobyte.Builder) { b.AddBytes(responder) })
		}
		b.AddASN1GeneralizedTime(t.ProducedAt)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, a := range t.Answers {
				if a.Issuer == nil {
					a.Issuer = signer
				}
				b.AddBytes(a.DER())
			}
		})
		extensions(b, t.Extensions)
	})
	message := tbs
	if t.BadSignature {
		message = append([]byte("something else"), tbs...)
	}
	basic := sequence(func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		b.AddBytes(signatureAlgID(signer.Key, t.Hash))
		b.AddASN1BitString(sign(signer.Key, t.Hash, message))
		if len(t.Certificates) > 0 {
			explicit(b, 0, func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					for _, c := range t.Certificates {
						b.AddBytes(c)
					}
				})
			})
		}
	})
	return sequence(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.ENUM, func(b *cryptobyte.Builder) { b.AddUint8(uint8(t.Status)) })
		explicit(b, 0, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				addOID(b, t.Type)
				b.AddASN1OctetString(basic)
			})
		})
	})
}

// DER is the answer as it stands in a response.
func (a Answer) DER() []byte {
	if a.Hash == "" {
		a.Hash = "1.3.14.3.2.26"
	}
	if a.HashFunc == 0 {
		a.HashFunc = crypto.SHA1
	}
	if a.NameOf == nil {
		a.NameOf = a.Issuer.Name
	}
	if a.KeyOf == nil {
		a.KeyOf = a.Issuer.Key
	}
	if a.Revoked.IsZero() {
		a.Revoked = Now().AddDate(0, 0, -7)
	}
	if a.ThisUpdate.IsZero() {
		a.ThisUpdate = Now().Add(-time.Hour)
	}
	if a.NextUpdate.IsZero() {
		a.NextUpdate = a.ThisUpdate.AddDate(0, 0, 1)
	}
	sum := func(data []byte) []byte {
		h := a.HashFunc.New()
		h.Write(data)
		return h.Sum(nil)
	}
	return sequence(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(AlgID(a.Hash, true))
			b.AddASN1OctetString(sum(a.NameOf))
			b.AddASN1OctetString(sum(a.KeyOf.KeyBits()))
			b.AddASN1(cbasn1.INTEGER, func(b *cryptobyte.Builder) { b.AddBytes(a.Serial) })
		})
		if a.Status != 1 {
			b.AddASN1(cbasn1.Tag(a.Status).ContextSpecific(), func(*cryptobyte.Builder) {})
		} else {
			b.AddASN1(cbasn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				b.AddASN1GeneralizedTime(a.Revoked)
				if a.Reason >= 0 {
					b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1Enum(int64(a.Reason)) })
				}
			})
		}
		b.AddASN1GeneralizedTime(a.ThisUpdate)
		if !a.NoNext {
			b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1GeneralizedTime(a.NextUpdate) })
		}
		if len(a.Extensions) > 0 {
			b.AddASN1(cbasn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { addExtensions(b, a.Extensions) })
		}
	})
}
