package message

import (
	"errors"
	"io"
	"slices"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/verdict"
)

// maxSignerCandidates is how many certificates that fit one signer identifier
// are tried: a key identifier need not be unique (RFC 8551, Section 2.6), but
// hostile bags must not cost more (P33).
const maxSignerCandidates = 8

// opaque takes off a signed-data layer whose content is inside, or judges a
// detached signature that is no mail with the content handed in.
func (w *walk) opaque(open func() (io.Reader, error), l *mimewrap.Layer, part string) (*content, error) {
	w.facts.Layers = append(w.facts.Layers, verdict.Layer{Kind: "signed", Form: "signed-data", Part: part, WholeBody: true})
	w.stage(Checking)
	sink := w.newSink()
	w.lastReading()
	sd, err := readSigned(open, sink, w.limits())
	if err != nil {
		return nil, err
	}
	if len(sd.Signers) == 0 && sd.Detached {
		w.lastLayer().Form = "certs-only"
	}
	label := w.lastLayer().Form
	if sd.EContentType == cms.TypeReceipt {
		label = "signed-receipt" // RFC 2634, Section 2.4
	}
	w.checkLabel(l, label)
	handedIn := w.in.Content != nil && len(w.facts.Layers) == 1
	switch {
	case sd.Detached && handedIn:
		return w.detached(sd, part)
	case handedIn:
		return nil, &DetachedHasContent{}
	case sd.Detached && len(sd.Signers) > 0 && !w.look:
		return nil, &ContentMissing{}
	}
	c, err := sink.content(w, part)
	if err != nil {
		return nil, err
	}
	var entity *mimewrap.Entity
	if c != nil {
		entity = c.entity
	}
	signers := w.signers(sd)
	w.completeSigned(sd, signers, entity, part+".1")
	if w.ex.outer != nil {
		if err := w.signedAsMail(sd, signers); err != nil {
			return nil, err
		}
	}
	if sd.Detached {
		return nil, nil
	}
	w.isProtected(c)
	return c, nil
}

// signedAsMail wants the content of a signed part of a mail to have been signed as
// one: what was signed as another type, as a time stamp or a list of something, is no
// MIME entity, even if it can be read as one (RFC 8551, Sections 2.4.1 and 3.2). That
// a signature is bad goes before it. A signed receipt breaks no rule (RFC 2634,
// Section 2.4): it is what this program does not read.
func (w *walk) signedAsMail(sd *cms.SignedData, signers []verdict.Signer) error {
	fits := func(s verdict.Signer) bool { return s.Checked && s.Check == nil }
	if w.look || sd.EContentType == cms.TypeData || !slices.ContainsFunc(signers, fits) {
		return nil
	}
	if sd.EContentType == cms.TypeReceipt {
		return &UnsupportedContent{Type: "signed " + cms.TypeName(sd.EContentType)}
	}
	return &cms.MalformedError{Offset: -1, Detail: "what was signed is of type " + cms.TypeName(sd.EContentType) + ", not a mail"}
}

// detached judges a signature file with its content beside it, hashed as it stands.
func (w *walk) detached(sd *cms.SignedData, part string) (*content, error) {
	w.in.Observer.stage(Checking, w.in.Content.Size())
	if err := sd.DigestContent(sectionReader(w.in.Content), nil); err != nil {
		return nil, err
	}
	w.completeSigned(sd, w.signers(sd), nil, part+".1")
	w.ex.size = w.in.Content.Size()
	w.ex.inner = &content{source: w.in.Content, part: part + ".1"}
	w.isProtected(w.ex.inner)
	return nil, nil
}

func readSigned(open func() (io.Reader, error), unverified io.Writer, lim cms.Limits) (*cms.SignedData, error) {
	r, err := open()
	if err != nil {
		return nil, err
	}
	return cms.ReadSignedData(r, unverified, lim)
}

func (w *walk) lastLayer() *verdict.Layer { return &w.facts.Layers[len(w.facts.Layers)-1] }

// completeSigned puts what was found into the layer's facts.
func (w *walk) completeSigned(sd *cms.SignedData, signers []verdict.Signer, entity *mimewrap.Entity, part string) {
	if w.ex.signed == nil {
		w.ex.signed = sd
	}
	if w.ex.certificates == nil {
		w.ex.certificates = sd.Certificates
	}
	layer := w.lastLayer()
	layer.Signed = &verdict.Signed{Signers: signers, Judged: true}
	layer.Notes = append(layer.Notes, notesOf(sd.Notes)...)
	layer.Covered = []string{part}
	if w.look {
		w.lookAtSigned(sd, entity)
	}
	if entity == nil {
		return
	}
	layer.HeadersProtected, layer.HeadersDiffer = w.protectHeaders(entity)
	w.protectsBelow()
	layer.Covered = nil
	for _, p := range entity.Parts(maxListedParts) {
		layer.Covered = append(layer.Covered, part+p.Number[1:])
		if equalFold(p.Disposition, "attachment") || p.FileName != "" {
			layer.Attachments = append(layer.Attachments, p.FileName)
		}
	}
}

// maxListedParts bounds how many parts of a signed entity the report names.
const maxListedParts = 1000

// signers gathers the facts about every signer of sd: each is judged alone
// (RFC 5652, Section 5.1).
func (w *walk) signers(sd *cms.SignedData) []verdict.Signer {
	var out []verdict.Signer
	evidence := w.evidence(sd)
	for _, si := range sd.Signers {
		out = append(out, w.signer(sd, si, evidence))
	}
	return out
}

func (w *walk) signer(sd *cms.SignedData, si *cms.SignerInfo, evidence *certpath.Evidence) verdict.Signer {
	s := verdict.Signer{Info: si}
	s.ClaimedTime, s.HasClaimedTime = si.SigningTime()
	for _, id := range si.Capabilities() {
		s.Capabilities = append(s.Capabilities, w.x.Kept.capability(id))
	}
	at := w.x.Policy.At
	candidates := w.signerCandidates(si, sd.Certificates)
	s.Sources = w.sources(sd)
	if w.look {
		if len(candidates) > 0 {
			s.Certificate = candidates[0]
		}
		w.lookAtSigner(sd, si, &s)
		s.Countersignatures, s.TimeStamps = w.countersignatures(sd, si, evidence), w.timeStamps(sd, si, nil, evidence)
		return s
	}
	if !w.tryCertificates(sd, si, &s, candidates, at, evidence) && w.x.Store != nil {
		// The message may have another one of the same key identifier, and the store the right one.
		w.tryCertificates(sd, si, &s, w.storedSigners(si, candidates), at, evidence)
	}
	if s.Check == nil && s.Certificate != nil && !si.ID.Matches(s.Certificate) {
		layer := w.lastLayer()
		layer.Notes = append(layer.Notes, notesOf([]string{"signer identifier names another certificate than the signed attributes"})...)
	}
	s.Countersignatures, s.TimeStamps = w.countersignatures(sd, si, evidence), w.timeStamps(sd, si, s.Certificate, evidence)
	if s.Certificate == nil {
		return s
	}
	if s.Now == nil {
		s.Now = w.path(sd, s.Certificate, at, evidence, false)
	}
	if s.HasClaimedTime {
		s.Then = s.Now
		if !s.ClaimedTime.Equal(at) {
			s.Then = w.path(sd, s.Certificate, s.ClaimedTime, evidence, false)
		}
	}
	return s
}

// tryCertificates judges a signature with each of the certificates until one fits
// and can be trusted. It reports whether more of them could make no difference.
func (w *walk) tryCertificates(sd *cms.SignedData, si *cms.SignerInfo, s *verdict.Signer, list []*cert.Certificate, at time.Time, evidence *certpath.Evidence) bool {
	for _, c := range list {
		err := sd.Verify(si, c)
		if err == nil {
			// Two certificates of one key and one identifier, an old one and its renewal: the one that can be
			// trusted counts, in whatever order they come.
			path := w.path(sd, c, at, evidence, true)
			if s.Now == nil || faultless(path) {
				s.Certificate, s.Check, s.Checked, s.Now = c, nil, true, path
			}
			if faultless(path) {
				return true
			}
			continue
		}
		if s.Certificate == nil {
			s.Certificate, s.Check, s.Checked = c, err, true
		}
		var fault *cms.SignatureError
		if errors.As(err, &fault) && fault.Kind == cms.ContentChanged {
			return true // another certificate cannot change what the content is
		}
	}
	return s.Now != nil || si.Unsupported != nil
}

// signerCandidates are the certificates that may be the signer's: the one that his
// signed attributes name (RFC 8550, Section 4.2), then those that the signer
// identifier names, those of the message first. Position in the message has no
// meaning (P4), the signature decides.
func (w *walk) signerCandidates(si *cms.SignerInfo, carried ...[]*cert.Certificate) []*cert.Certificate {
	var out []*cert.Certificate
	lists := append(slices.Clip(carried), w.x.Chain)
	for _, list := range lists {
		if i := slices.IndexFunc(list, si.Names); i >= 0 {
			out = append(out, list[i])
			break
		}
	}
	add := func(list []*cert.Certificate) {
		for _, c := range list {
			if len(out) < maxSignerCandidates && si.ID.Matches(c) && !containsCertificate(out, c) {
				out = append(out, c)
			}
		}
	}
	for _, list := range lists {
		add(list)
	}
	for _, a := range w.x.Anchors {
		add([]*cert.Certificate{a.Certificate})
	}
	if len(out) == 0 && w.x.Store != nil {
		return w.storedSigners(si, nil)
	}
	return out
}

// storedSigners are the certificates of the store that the signer identifier names,
// without those that were tried.
func (w *walk) storedSigners(si *cms.SignerInfo, tried []*cert.Certificate) []*cert.Certificate {
	var out []*cert.Certificate
	for _, c := range w.x.Store(Wanted{ID: si.ID}) {
		if len(out) < maxSignerCandidates && si.ID.Matches(c) && !containsCertificate(tried, c) && !containsCertificate(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// path validates the way from a signer's certificate to an anchor at a moment.
// Only what a signature that fits has shown to be meant is worth going online for.
func (w *walk) path(sd *cms.SignedData, leaf *cert.Certificate, at time.Time, evidence *certpath.Evidence, online bool) *certpath.Result {
	req := certpath.Request{Leaf: leaf, Anchors: w.x.Anchors, At: at, Purpose: certpath.PurposeSign, Policy: w.x.Paths, Evidence: evidence}
	switch {
	case w.x.Policy.PurposeAny:
		req.Purpose = certpath.PurposeAny
	case w.x.Policy.PurposeCode:
		req.Purpose = certpath.PurposeCode
	}
	anchors := func(candidates []*cert.Certificate) []certpath.Anchor { return w.anchorsFor(leaf, candidates, at) }
	return w.complete(&req, anchors, online, sd.Certificates)
}

// anchorsFor are the anchors that may have issued a certificate, at a moment.
func (w *walk) anchorsFor(leaf *cert.Certificate, candidates []*cert.Certificate, at time.Time) []certpath.Anchor {
	if w.x.AnchorsFor == nil {
		return w.x.Anchors
	}
	return append(slices.Clip(w.x.Anchors), w.x.AnchorsFor(leaf, candidates, at)...)
}

// complete validates a path with the certificates of the message and those that
// were handed in, then with those of the store, then with what can be fetched, as
// far as it is needed.
func (w *walk) complete(req *certpath.Request, anchors func([]*cert.Certificate) []certpath.Anchor, online bool, carried ...[]*cert.Certificate) *certpath.Result {
	req.Sources, req.Known = map[string]string{}, w.x.Kept.paths()
	add := func(list []*cert.Certificate, source string) {
		for _, c := range list {
			if f := c.Fingerprint(); req.Sources[f] == "" {
				req.Sources[f] = source
				req.Candidates = append(req.Candidates, c)
			}
		}
	}
	for _, list := range carried {
		add(list, "message")
	}
	add(w.x.Chain, "chain")
	add(w.fetched, certpath.SourceOnline)
	result := certpath.Complete(req, nil, anchors)
	if !settled(&result) && w.x.Store != nil {
		if stored := w.x.Store(Wanted{Issuers: req.IssuerNames()}); len(stored) > 0 {
			add(stored, "store")
			result = certpath.Complete(req, nil, anchors)
		}
	}
	if online && w.x.Online != nil && result.Wanting() {
		result = w.goOnline(req, anchors)
	}
	if w.trouble == nil {
		w.trouble = req.Evidence.Err()
	}
	return &result
}

func containsCertificate(list []*cert.Certificate, c *cert.Certificate) bool {
	for _, x := range list {
		if x.Equal(c) {
			return true
		}
	}
	return false
}
