package sending

import (
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

const mailPurpose = "1.3.6.1.5.5.7.3.4"

// world is a root, and people below it, at a fixed time.
type world struct {
	t    testing.TB
	root *certtest.Entity
}

func newWorld(t testing.TB) *world {
	key := certtest.NewKey("p256")
	return &world{t, certtest.Issue(certtest.Template{Key: key, Subject: certtest.Name(certtest.CN("Test Root")),
		Extensions: []certtest.Extension{certtest.CA(-1), certtest.KeyUsage(5, 6)}}, nil)}
}

// bob is a template of somebody whose certificate is good for both uses until a
// test changes it.
func (w *world) bob() certtest.Template {
	now := certtest.Now()
	return certtest.Template{Key: certtest.NewKey("p256"), Subject: certtest.Name(certtest.CN("Bob")), NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0),
		Extensions: []certtest.Extension{certtest.KeyUsage(0, 4), certtest.EKU(mailPurpose), certtest.SAN(certtest.RFC822("bob@example.test"))}}
}

// with puts an extension in place of the one of the same kind.
func with(t certtest.Template, e certtest.Extension) certtest.Template {
	list := []certtest.Extension{e}
	for _, x := range t.Extensions {
		if x.OID != e.OID {
			list = append(list, x)
		}
	}
	t.Extensions = list
	return t
}

func (w *world) issue(t certtest.Template) *cert.Certificate {
	w.t.Helper()
	c, err := cert.Parse(certtest.Issue(t, w.root).DER)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}
