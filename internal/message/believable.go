package message

import (
	"io"
	"unicode/utf8"

	"smimectl/internal/spool"
)

// believable reports whether what came out of a cipher that does not show changes
// can be what was encrypted. A mail holds a MIME entity. Where a wrong key would
// have been found out, text without a header will do; noise, as a wrong key or
// blocks from elsewhere give, is neither. What has a MIME header and is no mail may
// hold text as well, and any octets where a wrong key would have been found out; a
// CMS file without a header may hold any octets.
//
// QUIRK: NSS and other programs encrypt text as it is, without a MIME header; AS2
// messages (RFC 4130) of some senders hold business data like that, to keys of
// PKCS#1 v1.5 too.
func (w *walk) believable(c *content, implicit bool) bool {
	outer := w.ex.outer
	switch {
	case outer == nil || looksLikeEntity(c):
		return true
	case !w.facts.IsMail:
		return !implicit || looksLikeText(c)
	}
	business := len(outer.Header.Values("AS2-Version")) > 0
	return (!implicit || business) && looksLikeText(c)
}

// looksLikeText reports whether all of the octets are text: UTF-8 without control
// characters, but for those between lines and words.
func looksLikeText(c *content) bool {
	if c.source == nil {
		return false
	}
	r := spool.NewReader(c.source)
	buf := make([]byte, 32<<10)
	kept := 0 // octets of a character that is not complete
	for {
		n, err := r.Read(buf[kept:])
		p := buf[:kept+n]
		for len(p) > 0 {
			if p[0] < utf8.RuneSelf {
				if p[0] < ' ' && p[0] != '\t' && p[0] != '\n' && p[0] != '\r' && p[0] != '\f' || p[0] == 0x7f {
					return false
				}
				p = p[1:]
				continue
			}
			if !utf8.FullRune(p) {
				break
			}
			r, size := utf8.DecodeRune(p)
			if r == utf8.RuneError && size == 1 || r < 0xa0 { // C1 controls
				return false
			}
			p = p[size:]
		}
		kept = copy(buf, p)
		if err == io.EOF {
			return kept == 0
		}
		if err != nil {
			return false
		}
	}
}
