package main

import (
	"path/filepath"
	"strings"

	"smimectl/internal/certpath"
	"smimectl/internal/certstore"
)

// timeStampAnchors are those of --tsa-ca, else the store's own for time stamps. No
// anchor for mail is one of them, and none is built in. Who says with --ca whom to
// trust and nobody else means the store's for time stamps too.
func (a *app) timeStampAnchors(files []string, t *trustFlags) ([]certpath.Anchor, error) {
	var out []certpath.Anchor
	if len(files) == 0 {
		if len(t.ca) > 0 || a.env.getenv("SMIMECTL_CA") != "" {
			return nil, nil
		}
		stored, err := a.env.store().AnchorsFor(certstore.ForTimeStamps)
		if err != nil {
			return nil, storeError(err)
		}
		for _, s := range stored {
			out = append(out, certpath.Anchor{Certificate: s.Certificate, Name: s.Name, Kind: "own", Added: s.Added})
		}
		return out, nil
	}
	for _, name := range files {
		if name == "none" {
			if len(files) > 1 {
				return nil, usageErrorf("--tsa-ca none and --tsa-ca FILE exclude each other").withHint("a file of that name is:  --tsa-ca ./none")
			}
			continue
		}
		list, err := readCertificates(name)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			out = append(out, certpath.Anchor{Certificate: c, Name: strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)), Kind: "file"})
		}
	}
	return out, nil
}
