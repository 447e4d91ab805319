package transporttest

import (
	"fmt"
	"regexp"
	"strings"
)

// Change is one thing that happens on the way. Kind is the name it should be given; empty where the signed text
// cannot be known any more.
type Change struct {
	Name string
	Kind string
	Do   func(entity string) string
}

// body applies a change to what is behind the header of the whole.
func body(do func(string) string) func(string) string {
	return func(s string) string {
		i := strings.Index(s, "\r\n\r\n") + 4
		return s[:i] + do(s[i:])
	}
}

// lines applies a change to each line, without its end.
func lines(do func(line string) string) func(string) string {
	return body(func(s string) string {
		all := strings.Split(s, "\r\n")
		for i, line := range all {
			if i < len(all)-1 || line != "" {
				all[i] = do(line)
			}
		}
		return strings.Join(all, "\r\n")
	})
}

func substitute(pattern, with string) func(string) string {
	re := regexp.MustCompile(pattern)
	return func(line string) string { return re.ReplaceAllString(line, with) }
}

const listFooter = "_______________________________________________\r\nproject mailing list\r\nproject@lists.example.org\r\nhttps://lists.example.org/project\r\n"

// Changes are what transports do.
func Changes() []Change {
	return []Change{
		{"mboxo quotes From", "mbox-from", lines(substitute(`^From `, ">From "))},
		{"mboxrd quotes From", "mbox-from", lines(substitute(`^(>*From )`, ">$1"))},
		{"mboxrd unquotes From", "mbox-unquoted", lines(substitute(`^>(>*From )`, "$1"))},
		{"CR twice", "line-endings", body(func(s string) string { return strings.ReplaceAll(s, "\r\n", "\r\r\n") })},
		{"lines doubled", "line-endings", body(func(s string) string { return strings.ReplaceAll(s, "\r\n", "\r\n\r\n") })},
		{"trailing blanks cut", "trailing-blanks", lines(func(l string) string { return strings.TrimRight(l, " \t") })},
		{"lines padded to 80", "blanks-added", lines(func(l string) string { return fmt.Sprintf("%-80s", l) })},
		{"blank in empty lines", "blanks-added", lines(substitute(`^$`, " "))},
		{"last line end cut", "last-line-end", body(func(s string) string { return strings.TrimSuffix(s, "\r\n") })},
		{"line end added", "last-line-end", func(s string) string { return s + "\r\n" }},
		{"blank lines at the end cut", "last-line-end", on(func(e *entity) {
			done := false
			e.texts(func(p *entity) {
				if !done {
					p.body, done = strings.TrimRight(p.body, "\r\n"), true
				}
			})
		})},
		{"dots doubled", "dot-stuffing", lines(substitute(`^\.`, ".."))},
		{"dots taken off", "dot-stuffing", lines(substitute(`^\.\.`, "."))},
		{"space-stuffing taken off", "space-stuffing", lines(substitute(`^ (From |>| )`, "$1"))},
		{"space-stuffed", "space-stuffing", lines(substitute(`^(From |>| )`, " $1"))},
		{"tabs to blanks", "tabs", lines(expand)},
		{"tabs to one blank", "tabs", lines(func(l string) string { return strings.ReplaceAll(l, "\t", " ") })},
		{"blanks to tabs", "tabs", lines(substitute(`^ {2,8}`, "\t"))},
		{"sendmail splits at 990", "long-lines", lines(func(l string) string { return split(l, 989, "!\r\n ") })},
		{"Postfix splits at 998", "long-lines", lines(func(l string) string { return split(l, 998, "\r\n ") })},
		{"split at 1000", "long-lines", lines(func(l string) string { return split(l, 1000, "\r\n") })},
		{"wrapped at 76", "long-lines", lines(wrapAt76)},
		{"byte order mark", "byte-order-mark", on(func(e *entity) {
			done := false
			e.texts(func(p *entity) {
				if !done && p.encoding() != "base64" && p.encoding() != "quoted-printable" {
					p.body, done = "\xef\xbb\xbf"+p.body, true
				}
			})
		})},
		{"quoted-printable by sendmail", "re-encoded", on(func(e *entity) { eightBit(e, sendmailQuoted) })},
		{"quoted-printable by Postfix", "re-encoded", on(func(e *entity) {
			eightBit(e, func(p *entity) {
				p.remove("Content-Transfer-Encoding")
				p.header = append(p.header, "Content-Transfer-Encoding: quoted-printable")
				p.body = quoted(p.body)
			})
		})},
		{"base64 by a gateway", "re-encoded", on(func(e *entity) {
			e.texts(func(p *entity) {
				if p.encoding() == "8bit" || p.encoding() == "7bit" && p.body != "" {
					p.body = wrapBase64(p.body, 76)
					p.set("Content-Transfer-Encoding", "base64")
				}
			})
		})},
		{"decoded to 8bit", "re-encoded", on(func(e *entity) {
			e.texts(func(p *entity) {
				if p.encoding() == "base64" || p.encoding() == "quoted-printable" {
					p.body = p.decoded()
					p.set("Content-Transfer-Encoding", "8bit")
				}
			})
		})},
		{"quoted-printable to base64", "re-encoded", on(func(e *entity) {
			e.texts(func(p *entity) {
				if p.encoding() == "quoted-printable" {
					p.body = wrapBase64(p.decoded(), 76)
					p.set("Content-Transfer-Encoding", "base64")
				}
			})
		})},
		{"base64 to quoted-printable", "re-encoded", on(func(e *entity) {
			e.texts(func(p *entity) {
				if p.encoding() == "base64" {
					p.body = quoted(p.decoded())
					p.set("Content-Transfer-Encoding", "quoted-printable")
				}
			})
		})},
		{"8bit labelled 7bit", "re-encoded", on(func(e *entity) {
			e.each(func(p *entity) {
				if p.encoding() == "8bit" {
					p.set("Content-Transfer-Encoding", "7bit")
				}
			})
		})},
		{"quoted-printable wrapped at 60", "rewrapped", on(func(e *entity) {
			e.texts(func(p *entity) {
				if p.encoding() == "quoted-printable" {
					p.body = narrowQuoted(p.decoded(), 60)
				}
			})
		})},
		{"quoted-printable in lower case", "rewrapped", on(func(e *entity) {
			e.texts(func(p *entity) {
				if p.encoding() == "quoted-printable" {
					p.body = regexp.MustCompile(`=[0-9A-F]{2}`).ReplaceAllStringFunc(p.body, strings.ToLower)
				}
			})
		})},
		{"base64 wrapped at 64", "rewrapped", on(func(e *entity) {
			e.each(func(p *entity) {
				if p.encoding() == "base64" {
					p.body = wrapBase64(p.decoded(), 64)
				}
			})
		})},
		{"base64 in one line", "rewrapped", on(func(e *entity) {
			e.each(func(p *entity) {
				if p.encoding() == "base64" {
					p.body = strings.ReplaceAll(p.body, "\r\n", "") + "\r\n"
				}
			})
		})},
		{"UTF-8 to ISO 8859-15", "charset", on(toLatin9)},
		{"ISO 8859-1 to UTF-8", "charset", on(func(e *entity) {
			e.texts(func(p *entity) {
				if strings.Contains(p.get("Content-Type"), "iso-8859-1") {
					p.body = quoted(fromLatin1(p.decoded()))
					p.set("Content-Type", `text/plain; charset="utf-8"`)
				}
			})
		})},
		{"charset labelled anew", "charset", on(func(e *entity) {
			e.texts(func(p *entity) {
				i := p.index("Content-Type")
				p.header[i] = strings.Replace(p.header[i], "us-ascii", "utf-8", 1)
			})
		})},
		{"header unfolded", "header-folding", on(func(e *entity) {
			e.each(func(p *entity) {
				for i := range p.header {
					p.header[i] = regexp.MustCompile(`\r\n[ \t]+`).ReplaceAllString(p.header[i], " ")
				}
			})
		})},
		{"header folded at parameters", "header-folding", on(func(e *entity) {
			e.each(func(p *entity) {
				for i := range p.header {
					p.header[i] = regexp.MustCompile(`;\s+`).ReplaceAllString(p.header[i], ";\r\n\t")
				}
			})
		})},
		{"no blank behind colons", "header-folding", on(func(e *entity) {
			for i := range e.header {
				e.header[i] = strings.Replace(e.header[i], ": ", ":", 1)
			}
		})},
		{"fields reversed", "header-order", on(func(e *entity) {
			for i, k := 0, len(e.header)-1; i < k; i, k = i+1, k-1 {
				e.header[i], e.header[k] = e.header[k], e.header[i]
			}
		})},
		{"parameters reversed", "header-order", on(func(e *entity) {
			i := e.index("Content-Type")
			all := strings.Split(e.header[i], ";")
			if len(all) == 3 && !strings.Contains(e.header[i], "\r\n") {
				e.header[i] = all[0] + ";" + all[2] + ";" + all[1]
			}
		})},
		{"fields spelt Content-type", "header-spelling", on(func(e *entity) {
			e.each(func(p *entity) {
				for i := range p.header {
					name, rest, _ := strings.Cut(p.header[i], ":")
					p.header[i] = name[:1] + strings.ToLower(name[1:]) + ":" + rest
				}
			})
		})},
		{"parameters quoted", "header-spelling", on(func(e *entity) {
			e.each(func(p *entity) {
				for i := range p.header {
					p.header[i] = regexp.MustCompile(`(;\s*[a-z]+)=([^";\s]+)`).ReplaceAllString(p.header[i], `$1="$2"`)
				}
			})
		})},
		{"parameters unquoted", "header-spelling", on(func(e *entity) {
			e.each(func(p *entity) {
				for i := range p.header {
					if !strings.Contains(p.header[i], "multipart/") {
						p.header[i] = strings.ReplaceAll(p.header[i], `"`, "")
					}
				}
			})
		})},
		{"MIME-Version dropped", "header-dropped", on(func(e *entity) { e.remove("MIME-Version") })},
		{"language dropped", "header-dropped", on(func(e *entity) { e.remove("Content-Language") })},
		{"format=flowed dropped", "header-dropped", on(func(e *entity) {
			if i := e.index("Content-Type"); i >= 0 {
				e.header[i] = regexp.MustCompile(`;\s+format=flowed`).ReplaceAllString(e.header[i], "")
			}
		})},
		{"field added", "header-added", on(func(e *entity) { e.header = append(e.header, "X-Scanned-By: gateway.example.net") })},
		{"boundary in capitals", "boundary", on(func(e *entity) {
			e.each(func(p *entity) {
				if p.boundary == "outer-5f3a" {
					i := p.index("Content-Type")
					p.header[i] = strings.ReplaceAll(p.header[i], p.boundary, strings.ToUpper(p.boundary))
					p.boundary = strings.ToUpper(p.boundary)
				}
			})
		})},
		{"boundary made anew", "", on(func(e *entity) {
			if e.boundary != "" {
				i := e.index("Content-Type")
				e.header[i] = strings.ReplaceAll(e.header[i], e.boundary, "----=_NextPart_000_0001")
				e.boundary = "----=_NextPart_000_0001"
			}
		})},
		{"preamble dropped", "preamble", on(func(e *entity) { e.preamble = "" })},
		{"list footer", "footer", on(func(e *entity) {
			done := false
			e.texts(func(p *entity) {
				if done {
					return
				}
				done = true
				if p.encoding() == "base64" {
					p.body = wrapBase64(p.decoded()+listFooter, 76)
					return
				}
				p.body += listFooter
			})
		})},
		{"disclaimer in HTML", "footer", on(func(e *entity) {
			e.texts(func(p *entity) {
				if strings.Contains(p.get("Content-Type"), "html") {
					p.body = strings.Replace(p.body, "</body>", "<hr>\r\n<p>This e-mail is confidential.</p>\r\n</body>", 1)
				}
			})
		})},
		{"footer as a part", "part-added", on(func(e *entity) {
			if e.boundary != "" {
				e.parts = append(e.parts, parse("Content-Type: text/plain; charset=us-ascii\r\nMIME-Version: 1.0\r\n\r\n"+listFooter))
			}
		})},
		{"wrapped with a footer", "wrapped", func(s string) string {
			return "Content-Type: multipart/mixed; boundary=\"=====list\"\r\n\r\n--=====list\r\n" + s + "\r\n--=====list\r\nContent-Type: text/plain\r\n\r\n" + listFooter + "\r\n--=====list--\r\n"
		}},
		{"caution at the top", "banner", on(func(e *entity) {
			done := false
			e.texts(func(p *entity) {
				if !done && !strings.Contains(p.get("Content-Type"), "html") {
					done = true
					text := "[EXTERNAL] This mail came from outside.\r\nBe careful with links.\r\n\r\n"
					if p.encoding() == "base64" {
						p.body = wrapBase64(text+p.decoded(), 76)
						return
					}
					p.body = text + p.body
				}
			})
		})},
		{"caution in HTML", "banner", on(func(e *entity) {
			e.texts(func(p *entity) {
				if strings.Contains(p.get("Content-Type"), "html") {
					p.body = regexp.MustCompile(`<body[^>]*>`).ReplaceAllString(p.body, "$0<div style=3D\"background:yellow\">CAUTION: external</div>")
				}
			})
		})},
	}
}
