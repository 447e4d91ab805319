package main

import (
	"sync"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/certstore"
	"smimectl/internal/cms"
	"smimectl/internal/message"
	"smimectl/internal/sending"
)

// kept is what one run has read, by name, so that of many mails only the first
// waits for files and passphrases. It may be used by several at a time; a nil one
// keeps nothing.
type kept[A any] struct {
	mu    sync.Mutex
	found map[string]A
}

// maxKept bounds what is kept under names that mails bring.
const maxKept = 4096

// find gives what was found before under a name, else what look finds. An error is
// not kept. The others wait meanwhile: it may be a person who is asked.
func (k *kept[A]) find(name string, look func() (A, error)) (A, error) {
	if k == nil {
		return look()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if list, ok := k.found[name]; ok {
		return list, nil
	}
	list, err := look()
	if err != nil {
		return list, err
	}
	if k.found == nil || len(k.found) == maxKept {
		k.found = map[string]A{}
	}
	k.found[name] = list
	return list, nil
}

// keptIdentities are the identities that one run has read.
type keptIdentities = kept[[]*identity]

// keptTrust is what one run has read to hold certificates to rules before it signs
// and encrypts with them. A nil one keeps nothing.
type keptTrust struct {
	config     kept[*config]
	chains     kept[[]*cert.Certificate]
	revocation kept[*revocationMaterial]
	grounds    kept[*guardGrounds]
	people     kept[[]sending.Candidate]
	named      kept[[]sending.Candidate]
	store      kept[*certstore.Catalogue]
	issuers    kept[[]*cert.Certificate]
	signers    *cms.KeptSigners
}

// signersKept is what is kept of signers; nil: nothing.
func (t *trustFlags) signersKept() *cms.KeptSigners {
	if t.kept == nil {
		return nil
	}
	return t.kept.signers
}

// catalogue looks for certificates of the store, for the whole run.
func (k *keptTrust) catalogue(a *app) (*certstore.Catalogue, error) {
	look := func() (*certstore.Catalogue, error) { return a.env.store().Catalogue(), nil }
	if k == nil {
		return look()
	}
	return k.store.find("", look)
}

// revocationMaterial is what tells of revocations. It does not change.
type revocationMaterial struct {
	off       bool
	lists     []certpath.List
	responses []certpath.Response
	known     *certpath.Known
}

// evidence makes of it what one piece of work may use.
func (m *revocationMaterial) evidence() *certpath.Evidence {
	if m.off {
		return nil
	}
	e := certpath.NewEvidence(m.lists...)
	e.AddResponses(m.responses...)
	e.Remember(m.known)
	return e
}

// guardGrounds are the anchors and certificates that a guard builds paths with.
type guardGrounds struct {
	anchors []certpath.Anchor
	find    finder
	further []*cert.Certificate
	stored  func(message.Wanted) []*cert.Certificate
}

// configKept is config, read once.
func (a *app) configKept(t *trustFlags) (*config, error) {
	if t.kept == nil {
		return a.config()
	}
	return t.kept.config.find("", a.config)
}

// chainKept is furtherCertificates, read once. The list must not be changed.
func chainKept(t *trustFlags) ([]*cert.Certificate, error) {
	look := func() ([]*cert.Certificate, error) { return furtherCertificates(t) }
	if t.kept == nil {
		return look()
	}
	return t.kept.chains.find("", look)
}

func (a *app) revocationKept(t *trustFlags) (*revocationMaterial, error) {
	look := func() (*revocationMaterial, error) { return a.revocationMaterial(t) }
	if t.kept == nil {
		return look()
	}
	return t.kept.revocation.find("", look)
}

func (a *app) groundsKept(t *trustFlags) (*guardGrounds, error) {
	look := func() (*guardGrounds, error) { return a.guardGrounds(t) }
	if t.kept == nil {
		return look()
	}
	return t.kept.grounds.find("", look)
}
