package main

import (
	"bytes"

	"smimectl/internal/certstore"
	"smimectl/internal/cms/asn1tree"
	"smimectl/internal/verdict"
)

// lookalike is a kind of file that people hand in by mistake, by what it begins
// with, and what to do with it. %s in the hint is the name of the file.
type lookalike struct {
	begins string
	is     string
	hint   string
}

var lookalikes = []lookalike{
	{"-----BEGIN PGP ", "OpenPGP, which is not S/MIME", "gpg --list-packets %s"},
	{"-----BEGIN OPENSSH PRIVATE KEY", "a key of OpenSSH", "ssh-keygen -p -m PKCS8 -f %s   (on a copy) makes a key that can be read here"},
	{"ssh-", "a public key of OpenSSH", ""},
	{"-----BEGIN PUBLIC KEY", "a public key alone", "smimectl inspect --asn1 %s"},
	{"\xff\xfe", "text in UTF-16", "iconv -f UTF-16 -t UTF-8 %s | smimectl inspect"},
	{"\xfe\xff", "text in UTF-16", "iconv -f UTF-16 -t UTF-8 %s | smimectl inspect"},
	{"\xef\xbb\xbf", "text with a byte order mark in front, which mails do not have", "tail -c +4 %s | smimectl inspect"},
	{"\n", "text that begins with an empty line: as a mail it would have no header", "sed '/./,$!d' %s | smimectl inspect"},
	{"\r\n", "text that begins with an empty line: as a mail it would have no header", "fetch the mail again, as a file, from the mail program"},
	{"\x1f\x8b", "compressed with gzip", "gzip -dc %s | smimectl inspect"},
	{"BZh", "compressed with bzip2", "bzip2 -dc %s | smimectl inspect"},
	{"\xfd7zXZ", "compressed with xz", "xz -dc %s | smimectl inspect"},
	{"\x28\xb5\x2f\xfd", "compressed with zstd", "zstd -dc %s | smimectl inspect"},
	{"PK\x03\x04", "a zip archive", "unzip -l %s"},
	{"%PDF", "a PDF, whose signatures are not S/MIME", ""},
	{"\xd0\xcf\x11\xe0", "a mail as Outlook stores it (.msg), or an old Office document", "save the mail as .eml"},
	{"\x78\x9f\x3e\x22", "winmail.dat (TNEF)", "tnef %s"},
	{"\xfe\xed\xfe\xed", "a Java keystore", "keytool -importkeystore -deststoretype PKCS12 -srckeystore %s -destkeystore OUT.p12"},
	{"<", "HTML or XML", "save the source of the mail, not the page that shows it"},
	{"\x7fELF", "a program", ""},
	{"\x89PNG", "a picture", ""},
	{"\xff\xd8\xff", "a picture", ""},
}

// whatItSeems is the error for a file that nothing here can read: what it seems
// to be, and what to do.
func whatItSeems(in *input, data []byte, malformed *certstore.MalformedError) *cliError {
	name := inWords(displayName(in.name))
	for _, row := range lookalikes {
		if !bytes.HasPrefix(data, []byte(row.begins)) {
			continue
		}
		e := messageErrorf(verdict.Malformed, "%s is %s", name, row.is)
		if row.hint != "" {
			e.withHint("%s", string(bytes.ReplaceAll([]byte(row.hint), []byte("%s"), []byte(quoted(in.name)))))
		}
		return e
	}
	e := messageErrorf(verdict.Malformed, "%s is no mail, no CMS file, and holds no certificate and no key", name)
	kind := asn1tree.Guess(data[:min(len(data), 4096)])
	switch {
	case len(data) == 0:
		e = messageErrorf(verdict.Malformed, "%s is empty", name)
	case kind == "SubjectPublicKeyInfo", kind == "TimeStampResp":
		e = messageErrorf(verdict.Malformed, "%s is %s", name, map[string]string{"SubjectPublicKeyInfo": "a public key alone", "TimeStampResp": "the answer of a time stamp server"}[kind])
		e.withHint("its structure:  smimectl inspect --asn1 %s", quoted(in.name))
	case data[0] == 0x30 || bytes.Contains(data, []byte("-----BEGIN ")):
		if malformed != nil {
			e = messageErrorf(verdict.Malformed, "%s cannot be read: %s", name, reasonOf(malformed)).because(malformed)
		}
		e.withHint("its structure:  smimectl inspect --asn1 %s", quoted(in.name))
	case bytes.IndexByte(data[:min(len(data), 4096)], 0) >= 0:
		e.withHint("it is binary; what does the system say?  file %s", quoted(in.name))
	default:
		e.withHint("it is text without a header; a mail is saved with its source, as .eml")
	}
	return e
}
