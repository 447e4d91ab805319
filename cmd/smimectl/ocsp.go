package main

import (
	"bytes"
	"encoding/pem"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/verdict"
)

// ocspResponses are those of --ocsp. A file that cannot be read is an error:
// what it revokes would be taken for good.
func ocspResponses(t *trustFlags) ([]certpath.Response, error) {
	if t.off {
		return nil, nil
	}
	var out []certpath.Response
	for _, name := range t.ocsp {
		list, err := readResponses(name)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// readResponses reads the OCSP response of a file in DER, or every one of a
// file in PEM.
func readResponses(name string) ([]certpath.Response, error) {
	data, err := readSmall(name)
	if err != nil {
		return nil, err
	}
	var ders [][]byte
	if bytes.HasPrefix(data, []byte{0x30}) { // a SEQUENCE
		ders = append(ders, data)
	} else {
		for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
			if block.Type == "OCSP RESPONSE" {
				ders = append(ders, block.Bytes)
			}
		}
	}
	if len(ders) == 0 {
		return nil, keyErrorf(verdict.CertificateUnfit, "%s holds no OCSP response", quoted(name)).
			withHint("see what it is:  openssl ocsp -noverify -text -respin %s", quoted(name))
	}
	var out []certpath.Response
	for _, der := range ders {
		r, err := cert.ParseOCSP(der)
		if err != nil {
			return nil, fileError(name, err)
		}
		out = append(out, certpath.Response{OCSP: r, Source: "file"})
	}
	return out, nil
}

// evidence is what --crl, --ocsp and the store tell of revocations; nil when
// nobody is to look.
func (a *app) evidence(t *trustFlags) (*certpath.Evidence, error) {
	m, err := a.revocationMaterial(t)
	if err != nil {
		return nil, err
	}
	return m.evidence(), nil
}

func (a *app) revocationMaterial(t *trustFlags) (*revocationMaterial, error) {
	if t.off {
		return &revocationMaterial{off: true}, nil
	}
	m := &revocationMaterial{known: certpath.NewKnown()}
	var err error
	if m.lists, err = a.revocationLists(t); err != nil {
		return nil, err
	}
	for i := range m.lists {
		m.lists[i].Lasting = true
	}
	m.responses, err = ocspResponses(t)
	return m, err
}
