package main

import (
	"bytes"
	"encoding/pem"
	"fmt"

	"smimectl/internal/cert"
	"smimectl/internal/message"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// inspectCerts writes the certificates of a message or file as PEM, none twice.
// Revocation lists are left out: what takes certificates does not take them.
func (a *app) inspectCerts(o *inspectOptions, name string) error {
	x, err := a.inspector(o)
	if err != nil {
		return err
	}
	var all []*cert.Certificate
	seen := map[string]bool{}
	add := func(list []*cert.Certificate) {
		for _, c := range list {
			if f := c.Fingerprint(); !seen[f] {
				seen[f] = true
				all = append(all, c)
			}
		}
	}
	if err := a.certificatesOf(x, o, name, add); err != nil {
		return err
	}
	if len(all) == 0 {
		return nothingErrorf("there is no certificate in %s", inWords(displayName(name))).
			withHint("what else is in it:  smimectl inspect %s", quoted(name))
	}
	out, err := newOutput(a.env, o.output, false)
	if err != nil {
		return err
	}
	for _, c := range all {
		if _, err := out.Write(commentedPEM(c)); err != nil {
			out.discard()
			return err
		}
	}
	return out.commit()
}

func (a *app) certificatesOf(x *message.Examiner, o *inspectOptions, name string, add func([]*cert.Certificate)) error {
	in, err := a.openInput(name)
	if err != nil {
		return err
	}
	defer in.close()
	if !isMessage(in.source) {
		held, err := a.readFile(o, in)
		if err != nil {
			return err
		}
		add(held.certificates)
		return nil
	}
	return eachMail(in.source, func(mail spool.Source, number int, _ int64) error {
		out := a.certificatesOfMail(x, name, mail)
		add(out.certificates)
		if out.err != nil && number == 0 {
			return out.err
		}
		return nil
	})
}

// certificatesOfMail gives the certificates of a mail. One that cannot be read and
// shows none is an error.
func (a *app) certificatesOfMail(x *message.Examiner, name string, mail spool.Source) *outcome {
	ex := x.Inspect(message.Input{Name: name, Source: mail})
	defer ex.Close()
	out := &outcome{certificates: ex.Certificates()}
	if r := ex.Report; r.Verdict != "" && len(out.certificates) == 0 {
		out.err = messageErrorf(verdict.Malformed, "%s cannot be read: %s", inWords(displayName(name)), firstFail(r))
	}
	return out
}

func firstFail(r *verdict.Report) string {
	for _, reason := range r.Reasons {
		if reason.Level == verdict.Fail {
			return reason.Text
		}
	}
	return string(r.Verdict)
}

// commentedPEM is a certificate in PEM, below lines that say whose it is.
func commentedPEM(c *cert.Certificate) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "# subject: %s\n# issuer:  %s\n# valid:   %s to %s\n# SHA-256: %s\n", verdict.Escape(c.Subject.String()), verdict.Escape(c.Issuer.String()),
		c.NotBefore.UTC().Format("2006-01-02"), c.NotAfter.UTC().Format("2006-01-02"), c.Fingerprint())
	pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	return out.Bytes()
}
