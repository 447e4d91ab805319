package main

import (
	"slices"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/certstore"
	"smimectl/internal/message"
	"smimectl/internal/sending"
	"smimectl/internal/verdict"
)

// correspondent is a certificate of somebody who signed a mail, to be kept with what he
// says he can read.
type correspondent struct {
	certificate *cert.Certificate
	said        *certstore.Announced
	notes       []string // for whoever wants to encrypt to him
}

// correspondents are the certificates that a mail which may be believed brings: of each
// signer his own, and the one that mail for him is encrypted to, where that is another (RFC
// 8551, Section 2.5.3). Nobody vouches for the latter by having signed the mail: it has to be
// judged good itself and to be for an address of the signer. Where trusted is false, and nobody
// vouches for the signer either, it is enough that it is for his addresses and no others.
func correspondents(x *message.Examiner, ex *message.Examination, trusted bool) []correspondent {
	var out []correspondent
	for _, s := range ex.Signers() {
		if s.Certificate == nil {
			continue
		}
		own := correspondent{certificate: s.Certificate, said: announced(&s)}
		unfit := certpath.Fits(s.Certificate, certpath.PurposeEncrypt)
		other, why := otherCertificate(x, ex, &s, trusted)
		if why != "" {
			own.notes = append(own.notes, why)
		}
		if other == nil && unfit != nil {
			own.notes = append(own.notes, "nothing can be encrypted to the one that was imported: "+sending.Unfit(unfit))
		}
		// Of two that would do the other one is what he asks for.
		if other == nil || unfit != nil {
			out = append(out, own)
		}
		if other != nil {
			out = append(out, correspondent{certificate: other, said: saidOf(other, s.Certificate, own.said)})
		}
	}
	return out
}

// saidOf is what is noted of a signer's other certificate: nothing where it is for further
// addresses too. What can be read there nobody has said who signs for them.
func saidOf(other, signer *cert.Certificate, said *certstore.Announced) *certstore.Announced {
	if !hasAddressesOf(signer, other) {
		return &certstore.Announced{}
	}
	return said
}

// otherCertificate is the certificate that mail for a signer is to be encrypted to, if that is
// not the one he signed with; else why a message that has one, or says so, brings none.
func otherCertificate(x *message.Examiner, ex *message.Examination, s *verdict.Signer, trusted bool) (*cert.Certificate, string) {
	var candidates []sending.Candidate
	var why string
	list, err := x.EncryptionCertificates(ex, s)
	if err != nil {
		return nil, "the certificate to encrypt to was not taken: it cannot be found out whether it was revoked: " + reasonOf(err)
	}
	if !trusted && len(list) > 0 { // who has an anchor for the signer has one for what he asks to encrypt to
		own := verdict.Certificate{Certificate: s.Certificate, Now: s.Now}
		trusted = judgeAlone(x, own).Good()
	}
	for _, found := range list {
		unfit := certpath.Fits(found.Certificate, certpath.PurposeEncrypt)
		judged := judgeAlone(x, found)
		switch {
		case !shareAddress(found.Certificate, s.Certificate):
			why = "it is for another address"
		case unfit != nil:
			why = sending.Unfit(unfit)
		case trusted && !judged.Good():
			why = "it is " + string(judged.Verdict)
			fails := func(r verdict.Reason) bool { return r.Level == verdict.Fail }
			if i := slices.IndexFunc(judged.Reasons, fails); i >= 0 {
				why = verdict.Escape(judged.Reasons[i].Text)
			}
		case !judged.Good() && !hasAddressesOf(s.Certificate, found.Certificate):
			why = "it is for other addresses too, and nobody vouches for it"
		default:
			candidates = append(candidates, sending.Candidate{Certificate: found.Certificate})
		}
	}
	if len(candidates) > 0 {
		chosen := (&sending.Rules{Now: x.Policy.At}).Choose(candidates, certpath.PurposeEncrypt)
		if chosen.Taken != nil {
			return chosen.Taken.Certificate, ""
		}
		why = chosen.Refusal.Why
	}
	id, named := s.Info.EncryptionKey()
	switch {
	case why != "":
		return nil, "the certificate to encrypt to was not taken: " + why
	case named && !id.Matches(s.Certificate):
		return nil, "the mail names another certificate to encrypt to, which it does not bring"
	}
	return nil, ""
}

// judgeAlone is what cert check would say of a certificate.
func judgeAlone(x *message.Examiner, c verdict.Certificate) *verdict.Report {
	return verdict.Judge(verdict.Facts{Command: "cert check", Certs: []verdict.Certificate{c}}, x.Policy)
}
