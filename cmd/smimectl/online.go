package main

import (
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/message"
	"smimectl/internal/online"
	"smimectl/internal/verdict"
)

// client is what fetches in this run; it is made when it is first wanted, and no
// other way leads to the network.
func (a *app) client() *online.Client {
	if a.fetching == nil {
		a.fetching = online.New(online.Options{Proxy: online.Proxies(a.env.getenv), Now: a.env.now})
	}
	return a.fetching
}

// fetchers gives a fetcher for each message; nil without --online.
func (a *app) fetchers(t *trustFlags) func() message.Fetcher {
	if !t.online {
		return nil
	}
	client := a.client()
	return func() message.Fetcher { return client.Session() }
}

// complete validates the path of a certificate that is no message's, and fetches
// what is missing if that is asked for. It says too what could not be fetched.
func (a *app) complete(t *trustFlags, request *certpath.Request, find finder) (certpath.Result, []string) {
	own := request.Anchors
	anchors := func(candidates []*cert.Certificate) []certpath.Anchor {
		return append(own[:len(own):len(own)], find(request.Leaf, candidates, request.At)...)
	}
	if !t.online {
		return certpath.Complete(request, nil, anchors), nil
	}
	session := a.client().Session()
	result := certpath.Complete(request, session, anchors)
	if !result.Wanting() {
		return result, nil
	}
	return result, session.Trouble()
}

// completer is complete for those who have no report: what could not be fetched
// is said on standard error.
func (a *app) completer(t *trustFlags) func(*certpath.Request, finder) certpath.Result {
	return func(request *certpath.Request, find finder) certpath.Result {
		result, trouble := a.complete(t, request, find)
		for _, text := range trouble {
			a.inform("warning: %s", verdict.Escape(text))
		}
		return result
	}
}

// notFetched makes warnings for a report.
func notFetched(trouble []string) []verdict.Note {
	var notes []verdict.Note
	for _, text := range trouble {
		notes = append(notes, verdict.Note{Code: verdict.NotFetched, Level: verdict.Warn, Text: text})
	}
	return notes
}
