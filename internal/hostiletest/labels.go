package hostiletest

import (
	"strings"
	"testing"
)

// labelCases are A77, A81 and A82: what the MIME fields call a part.
func labelCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	clear := clearText(tb, Text, w.AliceEC)
	good, malformed := Accepted([]byte(Text)), Unreadable("malformed")
	encoded := Base64(Opaque(tb, Text, w.AliceEC))
	opaque := func(id, name, fields string, want Want) Case {
		return judged(id, name, Header+fields+"Content-Transfer-Encoding: base64\r\n\r\n"+encoded, want)
	}
	gcm, cbc := sealed(tb, Text, "aes-256-gcm", to(w.BobEC)), sealed(tb, Text, "aes-256-cbc", to(w.BobEC))
	relabelled := func(name, label string, object []byte, note string) Case {
		return decrypted("A81", name, OpaqueMail(label, object), Opened([]byte(Text)).WithNote(note))
	}
	return []Case{
		opaque("A77", "octet-stream with a name", "Content-Type: application/octet-stream; name=smime.p7m\r\n", good),
		opaque("A77", "octet-stream, name in capitals", "Content-Type: application/octet-stream; name=SMIME.P7M\r\n", good),
		opaque("A77", "octet-stream, name of the disposition", "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"x.p7m\"\r\n", good),
		opaque("A77", "octet-stream without a name", "Content-Type: application/octet-stream\r\n", Unsigned()),
		opaque("A77", "octet-stream with another name", "Content-Type: application/octet-stream; name=smime.p7m.txt\r\n", Unsigned()),
		opaque("A77", "old type", "Content-Type: application/x-pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n", good),
		opaque("A77", "capitals", "CONTENT-TYPE: APPLICATION/PKCS7-MIME; SMIME-TYPE=SIGNED-DATA; NAME=SMIME.P7M\r\n", good),
		opaque("A77", "old type without a label", "Content-Type: application/x-pkcs7-mime\r\n", good),
		opaque("A77", "type of a detached signature", "Content-Type: application/pkcs7-signature; name=smime.p7s\r\n", good),
		judged("A77", "old types of a clear signature", strings.ReplaceAll(clear, "application/pkcs7-signature", "application/x-pkcs7-signature"), good),
		judged("A77", "capitals of a clear signature", replaced(tb, replaced(tb, clear, "multipart/signed", "Multipart/SIGNED"), "protocol=\"application/pkcs7-signature\"", "PROTOCOL=\"Application/PKCS7-Signature\""), good),
		judged("A77", "old protocol, new signature part", replaced(tb, clear, "protocol=\"application/pkcs7-signature\"", "protocol=\"application/x-pkcs7-signature\""), good),
		// Real mail has wrong labels: what is inside decides, and the label is a note.
		opaque("A81", "signed, labelled as encrypted", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n", good.WithNote("smime-type-differs")),
		opaque("A81", "signed, labelled as certificates", "Content-Type: application/pkcs7-mime; smime-type=certs-only\r\n", good.WithNote("smime-type-differs")),
		opaque("A81", "signed, label nobody knows", "Content-Type: application/pkcs7-mime; smime-type=x-nothing\r\n", good),
		opaque("A81", "signed, no label", "Content-Type: application/pkcs7-mime\r\n", good),
		opaque("A81", "two labels", "Content-Type: application/pkcs7-mime; smime-type=signed-data; smime-type=enveloped-data\r\n", malformed),
		relabelled("encrypted, labelled as signed", "signed-data", gcm, "smime-type-differs"),
		relabelled("authenticated, labelled as not", "enveloped-data", gcm, "smime-type-differs"),
		relabelled("not authenticated, labelled as if", "authEnveloped-data", cbc, "smime-type-differs"),
		untouched("A81", "not authenticated, labelled as if, integrity required", OpaqueMail("authEnveloped-data", cbc), Bad("no-integrity"), "--require-integrity"),
		judged("A81", "an envelope as the signature", string(ClearMail(Text, gcm)), malformed),
		judged("A82", "micalg of another digest", replaced(tb, clear, "micalg=sha-256", "micalg=sha-512"), good.WithNote("smime-type-differs")),
		judged("A82", "micalg md5", replaced(tb, clear, "micalg=sha-256", "micalg=md5"), good.WithNote("smime-type-differs")),
		judged("A82", "micalg unknown", replaced(tb, clear, "micalg=sha-256", "micalg=rot13"), good),
		judged("A82", "no micalg", replaced(tb, clear, " micalg=sha-256;", ""), good),
		judged("A82", "micalg empty", replaced(tb, clear, "micalg=sha-256", "micalg=\"\""), good),
		judged("A82", "micalg of 60,000 octets", replaced(tb, clear, "micalg=sha-256", "micalg="+strings.Repeat("a", 60_000)), good),
		judged("A82", "another protocol", replaced(tb, clear, "protocol=\"application/pkcs7-signature\"", "protocol=\"application/pgp-signature\""), malformed),
		judged("A82", "no protocol", replaced(tb, clear, " protocol=\"application/pkcs7-signature\";", ""), good),
		judged("A82", "another type of the signature part", replaced(tb, clear, "Content-Type: application/pkcs7-signature", "Content-Type: application/pgp-signature"), malformed),
	}
}
