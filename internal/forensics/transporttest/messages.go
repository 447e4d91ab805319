// Package transporttest is a small model of what happens to mail on its way: ten messages, and the changes that
// transports make of them. It is written without regard to how internal/forensics undoes them; both follow the
// standards and what mail software is known to do.
package transporttest

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"strings"
)

// Message is a MIME entity as it was signed, in canonical form.
type Message struct {
	Name   string
	Entity string
}

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func quoted(text string) string {
	var b bytes.Buffer
	w := quotedprintable.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

// wrapBase64 encodes in lines of a width, each with its end.
func wrapBase64(text string, width int) string {
	all := base64.StdEncoding.EncodeToString([]byte(text))
	var b strings.Builder
	for len(all) > width {
		b.WriteString(all[:width] + "\r\n")
		all = all[width:]
	}
	return b.String() + all + "\r\n"
}

const letter = `Hello Bob,

From what I hear the contract is ready. Please look at these points:

	1.	price		1200 EUR
	2.	delivery	week 14
  - as agreed, see below
.profile is the file I meant, and
..also this one.

>From the last letter: nothing to be added.
The total is 100 + 20 = 120.   

Best regards,
Alice
-- 
Alice Example, Example Ltd.
`

const umlauts = `Grüße aus Köln,

From today the Straße is closed. Das Maß für Öl ist voll, die Kosten betragen 1.234,56 €uro (nicht «100»).
	Tabelle:	zwölf	Stück
.Ende mit Punkt
Wir hören später voneinander, denn über die ganze Länge dieser Zeile läuft ein Text mit vielen Umlauten: äöüÄÖÜß.

-- 
Jürgen Müller
`

const latin = `Grüße aus Köln,

das Maß ist voll. Über die ganze Länge dieser Zeile läuft ein Text mit vielen Umlauten: äöüÄÖÜß, und noch ein wenig mehr davon.
From time to time a line like this = that.
.und Schluß

Jürgen
`

const page = `<!DOCTYPE html>
<html><head><title>Offer</title>
<meta charset="utf-8"></head>
<body bgcolor="#ffffff">
<p>Dear Bob,</p>
<p>the price is <b>100&nbsp;EUR</b>, see <a href="https://www.example.org/offer?id=1&amp;x=2">our offer</a>.</p>
<table><tr><td>	one</td><td>	two</td></tr></table>
<p>Regards, Alice</p>
</body></html>
`

const flowed = `This is a paragraph in format=flowed, which is written in lines that end in 
a blank where the paragraph goes on, so that a reader with a narrow window 
can join them and break them where he likes to.

>> Quoted text goes on in the same way as the other text does, also over 
>> several lines.
> And back by one level.

 From the beginning of this line a blank was put before it.
 > this is no quote
Short line.

-- 
Alice
`

const two = "--=_inner_1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"

// Messages are ten kinds of mail.
func Messages() []Message {
	long := strings.Repeat("This is one long line without an end, as some programs write them for whole paragraphs. ", 30) + "Its end."
	binary := make([]byte, 1500)
	for i := range binary {
		binary[i] = byte(i*i>>3 ^ i*7)
	}
	return []Message{
		{"clear text", "Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n" + crlf(letter)},
		{"UTF-8 8bit", "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + crlf(umlauts)},
		{"quoted-printable", "Content-Type: text/plain; charset=\"iso-8859-1\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted(latin1(crlf(latin)))},
		{"base64", "Content-Type: text/plain; charset=utf-8;\r\n\tformat=flowed\r\nContent-Transfer-Encoding: base64\r\nContent-Language: de-DE\r\n\r\n" + wrapBase64(crlf(umlauts), 76)},
		{"HTML", "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted(crlf(page))},
		{"attachment", "Content-Type: multipart/mixed; boundary=\"=_inner_1\"\r\n\r\nThis is a multi-part message in MIME format.\r\n" + two + crlf(umlauts) +
			"\r\n--=_inner_1\r\nContent-Type: application/pdf; name=\"report.pdf\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n filename=\"report.pdf\"\r\n\r\n" +
			wrapBase64(string(binary), 72) + "\r\n--=_inner_1--\r\n"},
		{"long lines", "Content-Type: text/plain; charset=us-ascii\r\n\r\nHello,\r\n\r\n" + long + "\r\n\r\nFrom here on it is short.\r\n" + long + "end\r\n\r\nAlice\r\n"},
		{"format=flowed", "Content-Type: text/plain; charset=utf-8; format=flowed\r\nContent-Transfer-Encoding: 7bit\r\n\r\n" + crlf(flowed)},
		{"nested multipart", "Content-Type: multipart/mixed;\r\n boundary=\"outer-5f3a\"\r\n\r\n--outer-5f3a\r\nContent-Type: multipart/alternative;\r\n boundary=\"=_inner_1\"\r\n\r\n" + two + crlf(umlauts) +
			"\r\n--=_inner_1\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted(crlf(page)) +
			"\r\n--=_inner_1--\r\n\r\n--outer-5f3a\r\nContent-Type: text/csv; charset=us-ascii; name=\"table.csv\"\r\nContent-Disposition: attachment; filename=\"table.csv\"\r\n\r\na;b;c\r\n1;2;3\r\n\r\n--outer-5f3a--\r\n"},
		{"empty body", "Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"},
	}
}

func latin1(s string) string {
	var b []byte
	for _, r := range s {
		if r > 0xff {
			r = '?'
		}
		b = append(b, byte(r))
	}
	return string(b)
}

func fromLatin1(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}
