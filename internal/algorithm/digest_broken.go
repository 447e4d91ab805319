package algorithm

import (
	"crypto"
	"crypto/md5"
	"crypto/sha1"
)

// SHA-1 and MD5 (RFC 3370, Section 2): collisions can be made, so a signature
// over them binds nobody. They stay readable for old mail. SHA-1 inside MGF1
// and OAEP is no such use and keeps its worth there.
var (
	sha1Digest = &Digest{Name: "sha1", standard: "RFC 3370, Section 2.1", OID: OID("\x2b\x0e\x03\x02\x1a") /* 1.3.14.3.2.26 */, MIC: "sha-1", MICAliases: []string{"sha1", "rsa-sha1"},
		Size: sha1.Size, Status: Broken, New: sha1.New, Hash: crypto.SHA1}
	md5Digest = &Digest{Name: "md5", standard: "RFC 3370, Section 2.2", OID: OID("\x2a\x86\x48\x86\xf7\x0d\x02\x05") /* 1.2.840.113549.2.5 */, MIC: "md5", MICAliases: []string{"rsa-md5"},
		Size: md5.Size, Status: Broken, New: md5.New, Hash: crypto.MD5}
)

var brokenDigests = []*Digest{sha1Digest, md5Digest}
