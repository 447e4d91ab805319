package message

import (
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/verdict"
)

// goOnline validates a path again with what can be fetched. What could not be
// fetched is told when it is still wanted. It is a warning: a network that does
// not answer makes nothing better and nothing worse, and where it has to be known
// whether a certificate was revoked, that nobody knows fails by itself. It is
// never the machine's fault either (exit 3): a mail that names a dead address
// would be tried again for ever.
func (w *walk) goOnline(req *certpath.Request, anchors func([]*cert.Certificate) []certpath.Anchor) certpath.Result {
	if w.fetcher == nil {
		w.fetcher = w.x.Online()
	}
	fetcher := w.fetcher
	if w.opened > 0 {
		fetcher = &withoutIssuers{Fetcher: fetcher}
	}
	before := len(req.Candidates)
	result := certpath.Complete(req, fetcher, anchors)
	w.fetched = append(w.fetched, req.Candidates[before:]...)
	if trouble := fetcher.Trouble(); result.Wanting() {
		for _, text := range trouble {
			w.facts.Notes = append(w.facts.Notes, verdict.Note{Code: verdict.NotFetched, Level: verdict.Warn, Text: text})
		}
	}
	return result
}

// withoutIssuers fetches no certificates of issuers: for what came out of an
// encryption that does not show changes. Who changed the ciphertext may have put
// the text of the mail into an address that a certificate of his names, and reads
// it in the logs of his server (P41). Responders and lists are named by
// certificates that lead to an anchor, which nobody can make out of ciphertext.
type withoutIssuers struct {
	Fetcher
	asked bool
}

func (f *withoutIssuers) Issuers(*cert.Certificate) []*cert.Certificate {
	f.asked = true
	return nil
}

func (f *withoutIssuers) Trouble() []string {
	out := f.Fetcher.Trouble()
	if f.asked {
		out = append(out, "certificates of issuers are not fetched for a mail whose encryption does not show changes")
	}
	return out
}
