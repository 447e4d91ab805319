package message

import (
	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
	"smimectl/internal/recent"
)

// Kept is what an Examiner keeps of the messages it has seen, because others of the
// same senders will bring the same octets: certificates, and what is true of their
// octets whoever asks. It serves several goroutines at once, and its memory is
// bounded whatever messages hold. No verdict depends on it.
type Kept struct {
	known        *certpath.Known
	certificates *recent.Answers[string, *cert.Certificate]
	announced    *recent.Answers[string, []algorithm.Identifier]
	capabilities *recent.Answers[capability, string]
}

// capability is an entry of SMIMECapabilities.
type capability struct {
	oid        algorithm.OID
	parameters string
}

// Limits of what is kept. A certificate has 1 to 3 kB and takes some times that in
// memory; one that is larger is read again.
const (
	maxKeptCertificate  = 8 << 10
	maxKeptCertificates = 1 << 20
	maxKeptParameters   = 256
	maxKeptAnnouncement = 4 << 10
)

// NewKept keeps nothing yet.
func NewKept() *Kept {
	weight := func(der string, _ *cert.Certificate) int64 { return int64(len(der)) }
	return &Kept{
		known:        certpath.NewKnown(),
		certificates: recent.NewWeighed(512, maxKeptCertificates, weight),
		announced:    recent.NewWeighed(64, 64<<10, func(der string, _ []algorithm.Identifier) int64 { return int64(len(der)) }),
		capabilities: recent.New[capability, string](256),
	}
}

// paths is what is kept for the validation of paths.
func (k *Kept) paths() *certpath.Known {
	if k == nil {
		return nil
	}
	return k.known
}

// certificate is cert.Parse, once for the same octets.
func (k *Kept) certificate(der []byte) (*cert.Certificate, error) {
	if len(der) > maxKeptCertificate {
		return cert.Parse(der)
	}
	if c, ok := k.certificates.Get(string(der)); ok {
		return c, nil
	}
	c, err := cert.Parse(der)
	if err == nil {
		k.certificates.Put(string(der), c)
	}
	return c, err
}

// announcement is cms.ParseCapabilities, once for the same octets.
func (k *Kept) announcement(der []byte) ([]algorithm.Identifier, error) {
	if len(der) > maxKeptAnnouncement {
		return cms.ParseCapabilities(der)
	}
	if list, ok := k.announced.Get(string(der)); ok {
		return list, nil
	}
	list, err := cms.ParseCapabilities(der)
	if err == nil {
		k.announced.Put(string(der), list)
	}
	return list, err
}

// capability is capabilityName, once for the same entry.
func (k *Kept) capability(id algorithm.Identifier) string {
	if k == nil || len(id.Parameters) > maxKeptParameters {
		return capabilityName(id)
	}
	return k.capabilities.Of(capability{id.OID, string(id.Parameters)}, func() string { return capabilityName(id) })
}

// limits are those of the Examiner, and certificates are read but once.
func (w *walk) limits() cms.Limits {
	l := w.x.Limits
	l.Serial = l.Serial || w.in.Serial
	if w.x.Kept != nil {
		l.Certificate, l.Capabilities = w.x.Kept.certificate, w.x.Kept.announcement
	}
	return l
}
