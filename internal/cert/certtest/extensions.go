package certtest

import (
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Extension is an extension to be written.
type Extension struct {
	OID      string
	Critical bool
	Value    []byte
}

func (e Extension) addTo(b *cryptobyte.Builder) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		addOID(b, e.OID)
		if e.Critical {
			b.AddASN1Boolean(true)
		}
		b.AddASN1OctetString(e.Value)
	})
}

// NotCritical returns e without the critical flag, Critical with it.
func NotCritical(e Extension) Extension { e.Critical = false; return e }

// Critical returns e with the critical flag.
func Critical(e Extension) Extension { e.Critical = true; return e }

func build(f func(b *cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	f(&b)
	return b.BytesOrPanic()
}

func sequence(f func(b *cryptobyte.Builder)) []byte {
	return build(func(b *cryptobyte.Builder) { b.AddASN1(cbasn1.SEQUENCE, f) })
}

// CA is basicConstraints with cA TRUE; pathLen -1 leaves it out.
func CA(pathLen int) Extension {
	return Extension{"2.5.29.19", true, sequence(func(b *cryptobyte.Builder) {
		b.AddASN1Boolean(true)
		if pathLen >= 0 {
			b.AddASN1Int64(int64(pathLen))
		}
	})}
}

// NotCA is basicConstraints with cA FALSE by default.
func NotCA() Extension {
	return Extension{"2.5.29.19", true, sequence(func(*cryptobyte.Builder) {})}
}

// KeyUsage is the extension with the given bit numbers.
func KeyUsage(bits ...int) Extension {
	var value [2]byte
	highest := 0
	for _, n := range bits {
		value[n/8] |= 0x80 >> (n % 8)
		highest = max(highest, n)
	}
	content := append([]byte{byte(7 - highest%8)}, value[:highest/8+1]...)
	return Extension{"2.5.29.15", true, build(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.BIT_STRING, func(b *cryptobyte.Builder) { b.AddBytes(content) })
	})}
}

// EKU is the extended key usage extension.
func EKU(oids ...string) Extension {
	return Extension{"2.5.29.37", false, sequence(func(b *cryptobyte.Builder) {
		for _, o := range oids {
			addOID(b, o)
		}
	})}
}

// SKI is the subject key identifier.
func SKI(id []byte) Extension {
	return Extension{"2.5.29.14", false, build(func(b *cryptobyte.Builder) { b.AddASN1OctetString(id) })}
}

// AKI is the authority key identifier with a key identifier only.
func AKI(id []byte) Extension {
	return Extension{"2.5.29.35", false, sequence(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.Tag(0).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(id) })
	})}
}

// SAN is the subject alternative name extension.
func SAN(names ...[]byte) Extension {
	return Extension{"2.5.29.17", false, sequence(func(b *cryptobyte.Builder) {
		for _, n := range names {
			b.AddBytes(n)
		}
	})}
}

// Policies is certificatePolicies.
func Policies(oids ...string) Extension {
	return Extension{"2.5.29.32", false, sequence(func(b *cryptobyte.Builder) {
		for _, o := range oids {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { addOID(b, o) })
		}
	})}
}

// PolicyMappings takes pairs of issuer and subject policy.
func PolicyMappings(oids ...string) Extension {
	return Extension{"2.5.29.33", true, sequence(func(b *cryptobyte.Builder) {
		for i := 0; i+1 < len(oids); i += 2 {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { addOID(b, oids[i]); addOID(b, oids[i+1]) })
		}
	})}
}

// PolicyConstraints leaves out what is negative.
func PolicyConstraints(requireExplicit, inhibitMapping int) Extension {
	return Extension{"2.5.29.36", true, sequence(func(b *cryptobyte.Builder) {
		for i, n := range []int{requireExplicit, inhibitMapping} {
			if n >= 0 {
				b.AddASN1(cbasn1.Tag(i).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes([]byte{byte(n)}) })
			}
		}
	})}
}

// InhibitAnyPolicy is the extension of that name.
func InhibitAnyPolicy(n int) Extension {
	return Extension{"2.5.29.54", true, build(func(b *cryptobyte.Builder) { b.AddASN1Int64(int64(n)) })}
}

// NameConstraints takes general names as bases of subtrees.
func NameConstraints(permitted, excluded [][]byte) Extension {
	return Extension{"2.5.29.30", true, sequence(func(b *cryptobyte.Builder) {
		for i, list := range [][][]byte{permitted, excluded} {
			if len(list) == 0 {
				continue
			}
			b.AddASN1(cbasn1.Tag(i).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				for _, base := range list {
					b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddBytes(base) })
				}
			})
		}
	})}
}
