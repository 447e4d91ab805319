package message

import (
	"smimectl/internal/mimewrap"
)

// enoughText is how many octets of text are taken for what was encrypted, where a wrong key
// is not found out. Of the random keys of PKCS#1 v1.5 fewer than one in 10^8 gives so much: the
// padding fits one of 256, and an octet of noise is text in two cases of five. One block of
// Triple-DES less its padding would be text for one key in 200,000.
const enoughText = 8

// believable reports whether what came out of a cipher that does not show changes
// can be what was encrypted. A mail holds a MIME entity, or text without a header;
// noise, as a wrong key or blocks from elsewhere give, is neither. What has a MIME
// header and is no mail may hold any octets where a wrong key would have been found
// out; a CMS file without a header may hold any octets.
//
// QUIRK: NSS, openssl without -text and scripts encrypt text as it is, without a MIME
// header (so is the example of RFC 4134, Section 5.3); AS2 messages (RFC 4130) of some
// senders hold business data like that.
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
	if text == nil {
		text = scanText(c)
	}
	business := len(outer.Header.Values("AS2-Version")) > 0
	return (!implicit || business || text.size >= enoughText) && text.text()
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
