package certtest

import (
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Attribute is one attribute of a name.
type Attribute struct {
	OID   string
	Tag   cbasn1.Tag
	Value []byte
}

// Name is a Name with one attribute in each relative distinguished name.
func Name(attributes ...Attribute) []byte {
	rdns := make([][]Attribute, len(attributes))
	for i, a := range attributes {
		rdns[i] = []Attribute{a}
	}
	return NameOf(rdns...)
}

// NameOf is a Name of relative distinguished names.
func NameOf(rdns ...[]Attribute) []byte {
	return sequence(func(b *cryptobyte.Builder) {
		for _, rdn := range rdns {
			b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) {
				for _, a := range rdn {
					b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
						addOID(b, a.OID)
						b.AddASN1(a.Tag, func(b *cryptobyte.Builder) { b.AddBytes(a.Value) })
					})
				}
			})
		}
	})
}

// CN is a common name as UTF8String.
func CN(s string) Attribute { return Attribute{"2.5.4.3", cbasn1.UTF8String, []byte(s)} }

// O is an organization as UTF8String.
func O(s string) Attribute { return Attribute{"2.5.4.10", cbasn1.UTF8String, []byte(s)} }

// OU is an organizational unit as UTF8String.
func OU(s string) Attribute { return Attribute{"2.5.4.11", cbasn1.UTF8String, []byte(s)} }

// C is a country as PrintableString.
func C(s string) Attribute { return Attribute{"2.5.4.6", cbasn1.PrintableString, []byte(s)} }

// Email is an emailAddress as IA5String.
func Email(s string) Attribute {
	return Attribute{"1.2.840.113549.1.9.1", cbasn1.IA5String, []byte(s)}
}

func general(tag int, content []byte) []byte {
	return build(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.Tag(tag).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(content) })
	})
}

// RFC822 is an rfc822Name.
func RFC822(s string) []byte { return general(1, []byte(s)) }

// DNS is a dNSName.
func DNS(s string) []byte { return general(2, []byte(s)) }

// URI is a uniformResourceIdentifier.
func URI(s string) []byte { return general(6, []byte(s)) }

// IP is an iPAddress, or address and mask as base of a subtree.
func IP(octets ...byte) []byte { return general(7, octets) }

// RegisteredID is a registeredID of the given content octets.
func RegisteredID(content ...byte) []byte { return general(8, content) }

// Directory is a directoryName.
func Directory(name []byte) []byte {
	return build(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.Tag(4).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddBytes(name) })
	})
}

// Other is an otherName with the element value inside.
func Other(oid string, value []byte) []byte {
	return build(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			addOID(b, oid)
			b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddBytes(value) })
		})
	})
}

// UTF8Mailbox is a SmtpUTF8Mailbox.
func UTF8Mailbox(s string) []byte {
	return Other("1.3.6.1.5.5.7.8.9", build(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.UTF8String, func(b *cryptobyte.Builder) { b.AddBytes([]byte(s)) })
	}))
}
