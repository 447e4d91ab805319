package cms

import (
	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms/ber"
)

// Limits bounds what is kept in memory and how much work a message may ask
// for. Zero values mean the defaults.
type Limits struct {
	Depth          int   // elements within each other: 64
	Element        int64 // octets of one small element, as a certificate, a SignerInfo, a RecipientInfo: 1 MiB
	Total          int64 // octets of all small elements that are kept: 16 MiB
	Certificates   int   // certificates that are parsed, others are passed over: 64
	CertificateBag int   // entries of the certificates field, and of the crls field: 1,000
	Recipients     int   // RecipientInfos: 1,000
	Signers        int   // SignerInfos: 64
	Attributes     int   // attributes of one SET, and values in it: 256
	Inflated       int64 // octets of decompressed content: 64 GiB

	// Certificate reads a certificate in the place of cert.Parse, of which it has to give the result: somebody may have
	// read the same octets before. It must not keep der. nil is cert.Parse.
	Certificate func(der []byte) (*cert.Certificate, error)
	// Capabilities reads an attribute smimeCapabilities in the place of ParseCapabilities, likewise.
	Capabilities func(der []byte) ([]algorithm.Identifier, error)

	// Serial has even large contents worked on by one goroutine, because others have use for the other processors.
	Serial bool
}

// withDefaults returns the limits with defaults for what is not set.
func (l Limits) withDefaults() Limits {
	set := func(n *int, value int) {
		if *n <= 0 {
			*n = value
		}
	}
	set64 := func(n *int64, value int64) {
		if *n <= 0 {
			*n = value
		}
	}
	set(&l.Depth, ber.DefaultDepth)
	set64(&l.Element, 1<<20)
	set64(&l.Total, 16<<20)
	set(&l.Certificates, 64)
	set(&l.CertificateBag, 1000)
	set(&l.Recipients, 1000)
	set(&l.Signers, 64)
	set(&l.Attributes, 256)
	set64(&l.Inflated, 64<<30)
	if l.Certificate == nil {
		l.Certificate = cert.Parse
	}
	if l.Capabilities == nil {
		l.Capabilities = ParseCapabilities
	}
	return l
}

// ber returns the limits of the encoding.
func (l Limits) ber() ber.Limits { return ber.Limits{Depth: l.Depth} }
