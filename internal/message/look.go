package message

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/verdict"
)

// What inspect tells besides what every report has. Nothing here is checked: it
// is what the message says.

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// sources says where the certificates of a chain come from.
func (w *walk) sources(sd *cms.SignedData) map[string]string {
	out := map[string]string{}
	for _, list := range []struct {
		certificates []*cert.Certificate
		source       string
	}{{sd.Certificates, "message"}, {w.x.Chain, "chain"}, {w.fetched, "online"}} {
		for _, c := range list.certificates {
			if f := c.Fingerprint(); out[f] == "" {
				out[f] = list.source
			}
		}
	}
	return out
}

// lookAtSigner puts what one signer says into the facts, with the chain above
// the certificate, which is nobody's verdict here.
func (w *walk) lookAtSigner(sd *cms.SignedData, si *cms.SignerInfo, s *verdict.Signer) {
	look := &verdict.SignerLook{Version: si.Version, Attributes: attributes(si.SignedAttributes), Unsigned: attributes(si.UnsignedAttributes),
		SignatureSize: len(si.Signature), Weak: []string{}}
	if look.Unsigned == nil {
		look.Unsigned = []verdict.AttributeReport{}
	}
	if is := si.ID.IssuerSerial; is != nil {
		look.Issuer, look.Serial = orNil(is.Issuer.String()), orNil(hex.EncodeToString(is.Serial))
	}
	look.KeyID = orNil(hex.EncodeToString(si.ID.KeyID))
	s.Look = look
	if s.Certificate == nil {
		return
	}
	if look.Source = s.Sources[s.Certificate.Fingerprint()]; look.Source == "" {
		look.Source = "store"
	}
	s.Now = w.path(sd, s.Certificate, w.x.Policy.Now, nil, false)
}

// attributes are nil where there are none.
func attributes(list []cms.Attribute) []verdict.AttributeReport {
	var out []verdict.AttributeReport
	for _, a := range list {
		out = append(out, verdict.AttributeReport{Name: cms.AttributeName(a.OID), OID: a.OID.String(), Values: a.Describe()})
	}
	return out
}

// lookAtSigned puts what a SignedData says besides its signers into the facts of
// the last layer. entity is what was signed; nil where it is no MIME entity.
func (w *walk) lookAtSigned(sd *cms.SignedData, entity *mimewrap.Entity) {
	look := &verdict.LayerLook{Version: sd.Version, ContentType: cms.TypeName(sd.EContentType), Detached: sd.Detached, DigestAlgorithms: []string{}}
	if !sd.Detached {
		look.ContentSize = &sd.ContentSize
	} else if entity != nil {
		size := entity.Source.Size()
		look.ContentSize = &size
	}
	for _, id := range sd.DigestAlgorithms {
		name := id.OID.String()
		if d, err := algorithm.FindDigest(id); err == nil {
			name = d.Name
		}
		look.DigestAlgorithms = append(look.DigestAlgorithms, name)
	}
	carries := &verdict.CarriesReport{Certificates: len(sd.Certificates), Unreadable: sd.BadCertificates, Lists: []verdict.ListReport{}}
	for _, raw := range sd.CRLs {
		list := verdict.ListReport{Issuer: "unreadable"}
		if l, err := cert.ParseCRL(raw); err == nil {
			list = verdict.List(l)
		}
		carries.Lists = append(carries.Lists, list)
	}
	carries.Responses = len(sd.OCSPResponses())
	carries.Other = len(sd.OtherRevocation) - carries.Responses
	look.Carries = carries
	if entity != nil && w.ex.outer != nil {
		look.Headers = compareHeaders(w.ex.outer, entity)
	}
	w.lastLayer().Look = look
	for _, c := range sd.Certificates {
		if !containsCertificate(w.ex.certificates, c) {
			w.ex.certificates = append(w.ex.certificates, c)
		}
	}
}

// lookAtEnvelope puts what an envelope says besides its recipients into the facts.
func (w *walk) lookAtEnvelope(env *cms.Envelope) {
	w.lastLayer().Look = &verdict.LayerLook{Version: env.Version, ContentType: cms.TypeName(env.InnerType), ContentSize: &env.CiphertextSize,
		TagSize: len(env.MAC), Attributes: attributes(env.AuthAttributes), Unprotected: attributes(env.UnprotectedAttributes)}
	facts := w.lastLayer().Encrypted
	if env.Cipher == nil {
		facts.Cipher = env.ContentAlgorithm.OID.String()
	}
	for i, ri := range env.Recipients {
		facts.Recipients[i].Look = lookAtRecipient(ri)
	}
}

func lookAtRecipient(ri *cms.RecipientInfo) *verdict.RecipientLook {
	look := &verdict.RecipientLook{Version: ri.Version}
	wrap := func(id algorithm.Identifier) string {
		if k, err := algorithm.FindKeyWrap(id); err == nil {
			return k.Name
		}
		return id.OID.String()
	}
	switch ri.Kind {
	case cms.KeyTrans:
		// What RSA encrypts is as long as the modulus.
		if _, err := algorithm.FindKeyTransport(ri.Algorithm); err == nil && len(ri.EncryptedKey) >= 64 {
			look.Key = fmt.Sprintf("RSA %d", len(ri.EncryptedKey)*8)
		}
	case cms.KeyAgree:
		if a, err := algorithm.FindKeyAgreement(ri.Algorithm); err == nil && a.Wrap != nil {
			look.Wrap = a.Wrap.Name
		}
		look.Key = originatorKey(ri.Originator)
	case cms.KEK:
		look.Wrap = wrap(ri.Algorithm)
	case cms.KEM:
		if x := ri.Encapsulated; x != nil {
			look.Wrap, look.Derive = wrap(x.Wrap), capabilityName(x.KDF)
		}
	case cms.Password:
		if ri.KeyDerivation != nil {
			look.Derive = ri.KeyDerivation.OID.String()
			if ri.KeyDerivation.OID == algorithm.OIDPBKDF2 {
				look.Derive = "pbkdf2"
			}
		}
	}
	return look
}

// originatorKey names the kind of an ephemeral key, by its size where the curve is left out (RFC 5753, Section 7.2).
func originatorKey(o *algorithm.OriginatorKey) string {
	if o == nil {
		return ""
	}
	switch len(o.Key) {
	case 65, 33:
		return "P-256"
	case 97, 49:
		return "P-384"
	case 133, 67:
		return "P-521"
	case 32:
		return "X25519"
	case 56:
		return "X448"
	}
	return ""
}

// lookAtPart adds what inspect says of a part. signed says that it is signed as it stands in the mail.
func lookAtPart(fact *verdict.PartFact, p mimewrap.Part, signed bool) {
	look := &verdict.PartLook{Encoding: p.Encoding, Size: p.Size}
	if m, err := p.Entity.MediaType(); err == nil {
		look.SMIMEType, _ = m.Parameter("smime-type")
		if m.Type == "multipart/signed" {
			look.MICAlg, _ = m.Parameter("micalg")
		}
	}
	if signed {
		if t, err := p.Transport(); err == nil && t != nil {
			x := verdict.Transport(*t)
			look.Transport = &x
		}
	}
	fact.Look = look
}

// comparedFields are those that people are shown (RFC 9787, Section 1.1.2), in the order in which they are told.
var comparedFields = []string{"From", "To", "Cc", "Subject", "Date", "Reply-To", "Followup-To", "Sender", "Resent-From", "Resent-To",
	"Resent-Cc", "Resent-Date", "Resent-Sender", "Keywords", "Comments", "Message-ID", "In-Reply-To", "References"}

// compareHeaders lists the header fields inside what is protected beside those
// outside; nil where nothing but MIME fields stands inside. A mail within, as
// RFC 8551, Section 3.1 has it, counts as the fields inside.
func compareHeaders(outer, inner *mimewrap.Entity) *verdict.HeadersReport {
	form := "fields inside"
	m, err := inner.MediaType()
	if err == nil {
		if hp, ok := m.Parameter("hp"); ok {
			form = "hp=" + strings.ToLower(hp)
		}
		if m.Type == "message/rfc822" || m.Type == "message/global" {
			wrapped, err := mimewrap.ReadEntity(inner.Body)
			if err != nil {
				return nil
			}
			form, inner = m.Type, wrapped
		}
	}
	out := &verdict.HeadersReport{Form: form, Fields: []verdict.FieldReport{}}
	inside := false
	for _, name := range fieldNames(inner) {
		f := verdict.FieldReport{Name: name, Outside: shownValues(outer, name), Inside: shownValues(inner, name)}
		switch {
		case len(f.Inside) == 0 && len(f.Outside) == 0:
			continue
		case len(f.Inside) == 0:
			f.State = "outside-only"
		case len(f.Outside) == 0:
			f.State = "inside-only"
		case slices.Equal(f.Inside, f.Outside):
			f.State = "same"
		default:
			f.State = "differs"
		}
		inside = inside || len(f.Inside) > 0
		out.Fields = append(out.Fields, f)
	}
	if !inside {
		return nil
	}
	return out
}

// fieldNames are the fields to be compared: those people are shown, and all others that stand inside.
func fieldNames(inner *mimewrap.Entity) []string {
	names := slices.Clone(comparedFields)
	for _, f := range inner.Header.Fields {
		known := f.Name == "" || equalFold(f.Name, "MIME-Version") || equalFold(f.Name, "HP-Outer") || len(f.Name) > 8 && equalFold(f.Name[:8], "Content-")
		for _, n := range names {
			known = known || equalFold(n, f.Name)
		}
		if !known && len(names) < maxComparedFields {
			names = append(names, f.Name)
		}
	}
	return names
}

const maxComparedFields = 60

// shownValues are the values of a field as people see them: decoded, blanks joined.
func shownValues(e *mimewrap.Entity, name string) []string {
	out := []string{}
	for _, value := range e.Header.Values(name) {
		out = append(out, shown(value))
	}
	return out
}

func shown(value string) string { return strings.Join(strings.Fields(cert.DecodeWords(value)), " ") }

// lookOnly says of a content type that is not taken off what it is, and that there is no more to say.
func (w *walk) lookOnly(kind cms.ContentType, part string) {
	w.facts.Layers = append(w.facts.Layers, verdict.Layer{Kind: cms.TypeName(kind), Form: cms.TypeName(kind), Part: part, WholeBody: true,
		Look: &verdict.LayerLook{ContentType: cms.TypeName(kind)}})
}

// listed reports whether a part is among those the report names already.
func (w *walk) listed(number string) bool {
	return slices.ContainsFunc(w.facts.Partial, func(p verdict.PartFact) bool { return p.Number == number })
}
