package main

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// change returns a message with something else in it: octets, lines, fields and parts of the mail, elements of the
// CMS object, values with and without a new signature.
func (w *rivalry) change(r *rand.Rand, s rivalSeed) []byte {
	switch r.IntN(12) {
	case 0:
		return changeLines(r, s.mail)
	case 1:
		return changeOctets(r, s.mail)
	case 2, 3:
		return changeMail(r, s.mail)
	case 4:
		return changeCMS(r, s.mail)
	case 5:
		return w.splice(r, s)
	case 6:
		return w.edit(r, s, reshape)
	case 7:
		return w.edit(r, s, revalue)
	}
	if len(s.Signers) > 0 {
		return w.forge(r, s)
	}
	return w.edit(r, s, revalue)
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// changeOctets changes, drops, doubles and moves octets.
func changeOctets(r *rand.Rand, mail []byte) []byte {
	out := bytes.Clone(mail)
	for range 1 + r.IntN(3) {
		i, j := r.IntN(len(out)), r.IntN(len(out))
		end := min(len(out), j+1+r.IntN(80))
		switch r.IntN(6) {
		case 0:
			out[i] ^= 1 << r.IntN(8)
		case 1:
			out[i] = pick(r, []byte("\x00\t\n\r\x0b \"=;,:-<>()\\/A\x7f\x80\xff"))
		case 2:
			out = slices.Delete(out, i, i+1)
		case 3:
			out = slices.Insert(out, i, out[i])
		case 4:
			out = slices.Insert(out, i, bytes.Clone(out[j:end])...)
		case 5:
			if len(out) > end-j {
				out = slices.Delete(out, j, end)
			}
		}
		if len(out) == 0 {
			return []byte{0}
		}
	}
	return out
}

// mailEdit replaces one match of a pattern.
type mailEdit struct {
	find *regexp.Regexp
	with []string
}

// mailEdits are other ways to write a mail, some legal, some not.
var mailEdits = []mailEdit{
	{regexp.MustCompile(`(?i)content-type: *`), []string{"content-type:", "CONTENT-TYPE : ", "Content-Type:\n ", "Content-Type: \t", "X-Content-Type: ", "Content-Type: (a comment) ", "Content_Type: "}},
	{regexp.MustCompile(`(?i)(x-)?pkcs7-`), []string{"pkcs7-", "x-pkcs7-", "PKCS7-", "X-PKCS7-", "pkcs7 -", "pkcs8-"}},
	{regexp.MustCompile(`(?i)multipart/signed`), []string{"multipart/mixed", "Multipart/Signed", "multipart/signed ", "multipart / signed", "multipart/signed;;", "multipart/signed-x"}},
	{regexp.MustCompile(`micalg="?[a-z0-9-]*"?`), []string{"micalg=sha1", "micalg=md5", "micalg=\"sha-256\"", "micalg=sha256,sha512", "micalg=", "micalg", "x=y", "micalg*=us-ascii''sha-256"}},
	{regexp.MustCompile(`; *protocol="?[^";]*"?`), []string{"", "; protocol=application/pkcs7-signature", `; protocol="application/x-pkcs7-signature"`, `; protocol="text/plain"`, `; protocol="application/pgp-signature"`, `; PROTOCOL="APPLICATION/PKCS7-SIGNATURE"`}},
	{regexp.MustCompile(`smime-type="?[a-z-]*"?`), []string{"smime-type=signed-data", "smime-type=enveloped-data", "smime-type=authEnveloped-data", "smime-type=certs-only", "smime-type=compressed-data", "smime-type=signed-receipt", "smime-type=\"signed-data\"", "x=y"}},
	{regexp.MustCompile(`(?i)content-transfer-encoding: *base64`), []string{"", "Content-Transfer-Encoding: BASE64", "Content-Transfer-Encoding: base64 ", "Content-Transfer-Encoding: (x) base64", "Content-Transfer-Encoding: 7bit",
		"Content-Transfer-Encoding: binary", "Content-Transfer-Encoding: quoted-printable", "Content-Transfer-Encoding: x-unknown", "Content-Transfer-Encoding:\n\tbase64", "Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: 7bit"}},
	{regexp.MustCompile(`(?m)^(MII[^\r\n]*)(\r?\n)`), []string{"$1 $2", "$1\t$2", "$1$2$2", " $1$2", "$1", "$1!$2", "$1=$2", "$2$1$2", "$2 $2$1$2", "$1\r$2", "=$1$2"}},
	{regexp.MustCompile(`(?m)^([A-Za-z0-9+/]{64})(\r?\n)`), []string{"$1 $2", "$1", "$1$2 ", "$1$2$2", "$1$2\n", "$1\x00$2", "$1-$2", "$1====$2"}},
	{regexp.MustCompile(`(?m)^([A-Za-z0-9+/]*)(=+)(\r?\n)`), []string{"$1$3", "$1$2=$3", "$1$2$3AAAA$3", "$1$2$3$3trailing text$3", "$1 $2$3", "$1$3$2$3", "$1$2"}},
	{regexp.MustCompile(`boundary="([^"]*)"`), []string{"boundary=$1", `boundary="$1 "`, `BOUNDARY="$1"`, `boundary="$1"; boundary="other"`, `boundary="other"; boundary="$1"`, `boundary = "$1"`, `boundary*="$1"`, `boundary*0="$1"`, `boundary="x$1"`}},
	{regexp.MustCompile(`(?m)^--([^\r\n]*)(\r?\n)`), []string{"--$1 $2", "--$1\t$2", "$2--$1$2", "--$1--$2", "--$1$2$2", "--$1x$2", " --$1$2", "--$1$2Content-Type: text/plain$2$2inserted$2--$1$2", "$2$2--$1$2", "-- $1$2"}},
	{regexp.MustCompile(`(?m)^--([^\r\n]*)--\r?\n`), []string{"", "--$1--", "--$1--\nan epilogue\n", "--$1\n\nanother part\n--$1--\n", "--$1-- \n", "--$1--x\n", "--$1\n"}},
	{regexp.MustCompile(`\r?\n\r?\n--`), []string{"\n--", "\n\n\n--", "\n\na preamble\n--", "\r\n\n--", "\n\r\n--"}},
	{regexp.MustCompile(`\r?\n`), []string{"\r\n", "\n", "\r", " \n", "\n ", "\n\n", "\r\r\n", "\n\r"}},
	{regexp.MustCompile(`(?s)^`), []string{"From alice@example.test Sun Nov 22 00:00:00 2026\n", "\n", "\n\n", "\xef\xbb\xbf", "X-Added: yes\n", "Received: by example.test\n\tfolded\n", " ", "Content-Type: text/plain\n", "MIME-Version: 1.0\n"}},
	{regexp.MustCompile(`(?s)$`), []string{"\n", "\n\n\n", "trailing\n", "\x1a", "\x00", "\r\n.\r\n"}},
	{regexp.MustCompile(`(?i)(content-disposition: )(attachment|inline)`), []string{"${1}inline", "${1}attachment", "${1}x", "X-${1}y"}},
	{regexp.MustCompile(`(?i)MIME-Version: 1.0\r?\n`), []string{"", "MIME-Version: 1.0 (x)\n", "MIME-Version: 1.1\n", "Mime-version: 1.0\n"}},
	{regexp.MustCompile(`100 (EUR|€)`), []string{"900 $1", "100  $1", "100 $1 ", "100 $1\t", "100\n$1", "100\r$1", "10=30 $1", "100 $1\x00"}},
}

// changeMail writes a mail in another way.
func changeMail(r *rand.Rand, mail []byte) []byte {
	text := string(mail)
	if r.IntN(16) == 0 { // all lines at once
		text = strings.ReplaceAll(text, "\r\n", "\n")
		return []byte(strings.ReplaceAll(text, "\n", pick(r, []string{"\n", "\r\n", "\r", " \n", "\r\r\n"})))
	}
	if r.IntN(12) == 0 {
		return rewrap(r, mail)
	}
	for done, tries := 0, 0; done < 1+r.IntN(2) && tries < 20; tries++ {
		e := pick(r, mailEdits)
		found := e.find.FindAllStringSubmatchIndex(text, -1)
		if len(found) == 0 {
			continue
		}
		m := pick(r, found)
		with := e.find.ExpandString(nil, pick(r, e.with), text, m)
		text = text[:m[0]] + string(with) + text[m[1]:]
		done++
	}
	return []byte(text)
}

// rewrap writes the base64 lines of a mail in another length.
func rewrap(r *rand.Rand, mail []byte) []byte {
	e := findObject(mail)
	if e.der == nil {
		return changeLines(r, mail)
	}
	encoded := strings.ReplaceAll(string(e.put(e.der))[len(e.before):], "\r\n", "\n")
	encoded = strings.TrimSuffix(strings.TrimSuffix(encoded, e.after), "\n")
	joined := strings.ReplaceAll(encoded, "\n", "")
	n := pick(r, []int{1, 4, 63, 72, 76, 77, 998, 1 << 20})
	var out strings.Builder
	out.WriteString(e.before)
	for len(joined) > 0 {
		k := min(n, len(joined))
		out.WriteString(joined[:k] + "\n")
		joined = joined[k:]
	}
	return []byte(out.String() + e.after)
}

// edit changes the tree of the last CMS object.
func (w *rivalry) edit(r *rand.Rand, s rivalSeed, change func(*rand.Rand, *cmstest.Node)) []byte {
	e := findObject(s.mail)
	if e.der == nil {
		return changeLines(r, s.mail)
	}
	return e.with(func(n *cmstest.Node) { change(r, n) })
}

// nodes are all elements of a tree.
func nodes(tree *cmstest.Node) (all []*cmstest.Node) {
	tree.Walk(func(n *cmstest.Node) { all = append(all, n) })
	return all
}

// reshape encodes the same in other ways: BER where it was DER, and back.
func reshape(r *rand.Rand, tree *cmstest.Node) {
	switch r.IntN(4) {
	case 0:
		tree.AllIndefinite()
		for _, n := range nodes(tree) {
			if isCertificate(n) && r.IntN(8) > 0 { // these are signed as they stand
				n.Walk(func(m *cmstest.Node) { m.Indefinite = false })
			}
		}
		return
	case 1:
		tree.DER()
		return
	}
	all := nodes(tree)
	for range 1 + r.IntN(4) {
		n := pick(r, all)
		switch {
		case n.Constructed && r.IntN(2) == 0:
			n.Indefinite = true
		case !n.Constructed && n.Tag == ber.OctetString && len(n.Value) > 0:
			n.Segment(1 + r.IntN(len(n.Value)))
		default:
			n.LengthSize = 1 + r.IntN(5)
		}
	}
}

// isCertificate tells a certificate, or something like it.
func isCertificate(n *cmstest.Node) bool {
	return n.Tag == ber.Sequence && len(n.Children) == 3 && n.At(2).Tag == ber.BitString
}

// otherOIDs are put in the place of others: algorithms, content types, attributes, none of them new.
var otherOIDs = []string{"1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.5", "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.13", "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.4",
	"1.2.840.10045.2.1", "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.3", "1.3.14.3.2.26", "1.2.840.113549.2.5", "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4",
	"1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5", "1.2.840.113549.1.9.15", "1.2.840.113549.1.9.16.2.47", "1.2.840.113549.1.9.52", "1.3.6.1.4.1.99999.1", "1.3.101.112",
	"2.16.840.1.101.3.4.1.2", "2.16.840.1.101.3.4.1.42", "2.16.840.1.101.3.4.1.6", "1.2.840.113549.3.7", "2.16.840.1.101.3.4.1.5"}

// otherTimes are times as they stand in attributes and certificates.
var otherTimes = []string{"500101000000Z", "491231235959Z", "991231235959Z", "260101000000Z", "2601010000Z", "260101000000+0100", "261301000000Z", "260230000000Z", "260101240000Z", "260101000060Z", "", "260101000000"}

var otherGeneralTimes = []string{"20260101000000Z", "20500101000000Z", "99991231235959Z", "19500101000000Z", "20260101000000.5Z", "20260101000000+0000", "20260101000000", "00000101000000Z", "202601010000Z", "20260101000000.0Z"}

// revalue changes the value of one primitive element.
func revalue(r *rand.Rand, tree *cmstest.Node) {
	var leaves []*cmstest.Node
	for _, n := range nodes(tree) {
		if !n.Constructed {
			leaves = append(leaves, n)
		}
	}
	revalueNode(r, pick(r, leaves))
}

func revalueNode(r *rand.Rand, n *cmstest.Node) {
	switch {
	case n.Tag == ber.ObjectIdentifier && r.IntN(8) > 0:
		n.Value = []byte(algorithm.MustOID(pick(r, otherOIDs)))
	case n.Tag == ber.Integer && len(n.Value) < 3:
		n.Value = pick(r, [][]byte{{0}, {1}, {2}, {3}, {4}, {5}, {12}, {16}, {20}, {32}, {64}, {255}, {0, 1}, {}, {0, 128}})
	case n.Tag.Number == 23 && n.Tag.Class == ber.Universal || n.Tag.Number == 24 && n.Tag.Class == ber.Universal:
		n.Tag.Number = uint32(23 + r.IntN(2))
		if n.Tag.Number == 23 {
			n.Value = []byte(pick(r, otherTimes))
		} else {
			n.Value = []byte(pick(r, otherGeneralTimes))
		}
	case len(n.Value) == 0:
		n.Value = []byte{byte(r.IntN(256))}
	default:
		n.Value = bytes.Clone(n.Value)
		switch r.IntN(4) {
		case 0:
			n.Value = n.Value[:len(n.Value)-1]
		case 1:
			n.Value = append(n.Value, byte(r.IntN(256)))
		default:
			n.Value[r.IntN(len(n.Value))] ^= 1 << r.IntN(8)
		}
	}
}

// splice puts the object of another message, or an element of it, into the mail.
func (w *rivalry) splice(r *rand.Rand, s rivalSeed) []byte {
	e, other := findObject(s.mail), findObject(pick(r, w.mails).mail)
	if e.der == nil || other.der == nil {
		return changeLines(r, s.mail)
	}
	if r.IntN(4) == 0 {
		return e.put(other.der)
	}
	return e.with(func(tree *cmstest.Node) {
		target := pick(r, nodes(tree))
		var same []*cmstest.Node
		for _, n := range nodes(cmstest.MustParse(other.der)) {
			if n.Tag == target.Tag && n.Constructed == target.Constructed {
				same = append(same, n)
			}
		}
		if len(same) > 0 {
			*target = *pick(r, same)
		}
	})
}
