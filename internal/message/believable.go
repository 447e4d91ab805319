package message

import (
	"smimectl/internal/mimewrap"
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
//
// text is what was found out of content that was not kept, and nil otherwise.
func (w *walk) believable(c *content, text *utf8Scan, implicit bool) bool {
	outer := w.ex.outer
	switch {
	case outer == nil || looksLikeEntity(c.entity):
		return true
	case !w.facts.IsMail:
		return !implicit || isText(c, text)
	}
	business := len(outer.Header.Values("AS2-Version")) > 0
	return (!implicit || business) && isText(c, text)
}

// looksLikeEntity reports whether decrypted octets begin with a MIME header.
func looksLikeEntity(entity *mimewrap.Entity) bool {
	if entity == nil {
		return false
	}
	for _, f := range entity.Header.Fields {
		if len(f.Name) >= 8 && equalFold(f.Name[:8], "Content-") || equalFold(f.Name, "MIME-Version") {
			return true
		}
	}
	return isMail(entity)
}
