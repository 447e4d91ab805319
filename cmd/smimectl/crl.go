package main

import (
	"errors"
	"sync"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/certstore"
	"smimectl/internal/verdict"
)

// storeSource is the source of lists out of the store. It has only those whose
// signature was checked when they came in.
const storeSource = "store"

// revocationLists are those of --crl, then those of the store. A file that
// cannot be read is an error: what it revokes would be taken for good.
func (a *app) revocationLists(t *trustFlags) ([]certpath.List, error) {
	if t.off {
		return nil, nil
	}
	var out []certpath.List
	for _, name := range t.crl {
		list, err := readLists(name)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	stored, err := a.env.store().ListFiles()
	if err != nil {
		return nil, storeError(err)
	}
	for _, f := range stored {
		if f.Lists == nil {
			read := sync.OnceValues(func() ([]*cert.CRL, error) {
				lists, err := f.Read()
				if err != nil {
					return nil, inReport(storeError(err))
				}
				parsed, err := parsedLists(lists)
				return parsed, inReport(err)
			})
			out = append(out, certpath.List{Issuer: f.Issuer, Read: read, Source: storeSource})
			continue
		}
		lists, err := parsedLists(f.Lists)
		if err != nil {
			return nil, err
		}
		for _, l := range lists {
			out = append(out, certpath.List{CRL: l, Source: storeSource})
		}
	}
	return out, nil
}

func parsedLists(stored []*certstore.List) ([]*cert.CRL, error) {
	var out []*cert.CRL
	for _, s := range stored {
		l, err := cert.ParseCRL(s.Raw)
		if err != nil {
			return nil, storeError(&certstore.DamagedError{Path: s.Path, Err: err})
		}
		out = append(out, l)
	}
	return out, nil
}

// readLists reads every revocation list of a file, DER or PEM.
func readLists(name string) ([]certpath.List, error) {
	data, err := readSmall(name)
	if err != nil {
		return nil, err
	}
	bundle, err := certstore.ReadFile(data, func(string, int) ([]byte, error) { return nil, certstore.ErrNoPassphrase })
	var empty *certstore.EmptyError
	if err != nil && !errors.As(err, &empty) {
		return nil, fileError(name, err)
	}
	if err != nil || len(bundle.CRLs) == 0 {
		return nil, keyErrorf(verdict.CertificateUnfit, "%s holds no revocation list", quoted(name)).
			withHint("see what it is:  smimectl inspect %s", quoted(name))
	}
	var out []certpath.List
	for _, raw := range bundle.CRLs {
		l, err := cert.ParseCRL(raw)
		if err != nil {
			return nil, fileError(name, err)
		}
		out = append(out, certpath.List{CRL: l, Source: "file"})
	}
	return out, nil
}
