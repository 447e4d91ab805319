package message

import (
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
	"smimectl/internal/verdict"
)

// How many of what anybody can add to a signature are looked at: each costs a
// check of a signature and a path.
const (
	maxTimeStamps        = 4  // of one signer
	maxAllTimeStamps     = 16 // of a message
	maxCountersignatures = 32 // of a message
)

// timeStamps gathers the facts about the time stamps of a signer's signature.
// leaf is the signer's certificate, nil when nobody judges.
func (w *walk) timeStamps(sd *cms.SignedData, si *cms.SignerInfo, leaf *cert.Certificate, evidence *certpath.Evidence) []verdict.TimeStamp {
	var out []verdict.TimeStamp
	for _, raw := range si.TimeStamps() {
		if len(out) == maxTimeStamps || w.stamps == maxAllTimeStamps {
			w.facts.Notes = append(w.facts.Notes, verdict.Note{Code: verdict.UnsignedAttributes, Text: "there are more time stamps than are looked at"})
			break
		}
		w.stamps++
		out = append(out, w.timeStamp(raw, sd, si, leaf, evidence))
	}
	return out
}

func (w *walk) timeStamp(raw []byte, sd *cms.SignedData, si *cms.SignerInfo, leaf *cert.Certificate, evidence *certpath.Evidence) verdict.TimeStamp {
	var s verdict.TimeStamp
	if s.Token, s.Err = cms.ParseTimeStampToken(raw, w.limits()); s.Err != nil {
		return s
	}
	s.Err = s.Token.Covers(si.Signature)
	s.By.Info = s.Token.Signer()
	s.By.Sources = w.sources(s.Token.Data)
	// The signed attributes have to name the certificate, so that no other than the first can fit.
	if candidates := w.makers(s.Token, sd); len(candidates) > 0 {
		s.By.Certificate = candidates[0]
	}
	if w.look || s.By.Certificate == nil {
		return s
	}
	s.By.Check, s.By.Checked = s.Token.Verify(s.By.Certificate), true
	if s.By.Check != nil || s.Err != nil {
		return s
	}
	s.By.Now = w.makerPath(s.Token, sd, s.By.Certificate)
	if leaf == nil || len(s.By.Now.Paths) == 0 || s.By.Now.Paths[0].Anchor == nil {
		return s
	}
	s.Moment = latest(s.Token.Info, w.x.Policy.At)
	s.Then = w.path(sd, leaf, s.Moment, evidence, false)
	return s
}

// latest is the moment at which what was stamped existed at the latest: the end
// of what the authority allows for its clock, in the seconds that certificates
// know, and not after the moment that is judged for.
func latest(info *cms.TSTInfo, at time.Time) time.Time {
	t := info.Time.Add(info.Accuracy)
	if up := t.Truncate(time.Second); up.Before(t) {
		t = up.Add(time.Second)
	}
	if !at.IsZero() && t.After(at) {
		return at
	}
	return t
}

// makers are the certificates that may be that of who made a token: its own
// first, since it was asked for them.
func (w *walk) makers(token *cms.TimeStampToken, sd *cms.SignedData) []*cert.Certificate {
	var anchors []*cert.Certificate
	for _, a := range w.x.TSAAnchors {
		anchors = append(anchors, a.Certificate)
	}
	return w.signerCandidates(token.Signer(), token.Data.Certificates, sd.Certificates, anchors)
}

// makerPath validates the way from the certificate of an authority to an anchor
// for time stamps, at the moment that is judged for. The network is used only
// where there is an anchor that it could lead to.
func (w *walk) makerPath(token *cms.TimeStampToken, sd *cms.SignedData, leaf *cert.Certificate) *certpath.Result {
	anchors := func([]*cert.Certificate) []certpath.Anchor { return w.x.TSAAnchors }
	req := certpath.Request{Leaf: leaf, Anchors: w.x.TSAAnchors, At: w.x.Policy.At, Purpose: certpath.PurposeTimeStamp, Evidence: w.evidence(token.Data, sd)}
	return w.complete(&req, anchors, len(w.x.TSAAnchors) > 0, token.Data.Certificates, sd.Certificates)
}

// countersignatures gathers the facts about the signatures over a signer's
// signature. They are judged like signers, and change nothing about the signer.
func (w *walk) countersignatures(sd *cms.SignedData, si *cms.SignerInfo, evidence *certpath.Evidence) []verdict.Countersignature {
	found, more := sd.Countersignatures(si)
	if room := maxCountersignatures - w.counters; len(found) > room {
		found, more = found[:room], true
	}
	w.counters += len(found)
	if more {
		w.facts.Notes = append(w.facts.Notes, verdict.Note{Code: verdict.UnsignedAttributes, Text: "there are more countersignatures than are looked at"})
	}
	var out []verdict.Countersignature
	for _, c := range found {
		x := verdict.Countersignature{Over: c.Over, Err: c.Err}
		if c.Info != nil {
			over := si
			if c.Over >= 0 {
				over = found[c.Over].Info
			}
			x.By = w.countersigner(sd, over, c.Info, evidence)
		}
		out = append(out, x)
	}
	return out
}

func (w *walk) countersigner(sd *cms.SignedData, over, counter *cms.SignerInfo, evidence *certpath.Evidence) verdict.Signer {
	s := verdict.Signer{Info: counter, Sources: w.sources(sd)}
	s.ClaimedTime, s.HasClaimedTime = counter.SigningTime()
	for _, c := range w.signerCandidates(counter, sd.Certificates) {
		if w.look {
			s.Certificate = c
			return s
		}
		err := sd.VerifyCountersignature(over, counter, c)
		if err == nil || s.Certificate == nil {
			s.Certificate, s.Check, s.Checked = c, err, true
		}
		if err == nil {
			break
		}
	}
	if s.Certificate == nil || s.Check != nil {
		return s
	}
	s.Now = w.path(sd, s.Certificate, w.x.Policy.At, evidence, true)
	if s.Then = s.Now; s.HasClaimedTime && !s.ClaimedTime.Equal(w.x.Policy.At) {
		s.Then = w.path(sd, s.Certificate, s.ClaimedTime, evidence, false)
	}
	return s
}
