// Package forensics finds out why the digest of a signed MIME entity does not fit: it undoes the changes that
// transports are known to make, alone and in pairs, and says which of them brings back the octets whose digest
// was signed.
//
// What it names is certain, because nothing but the signed octets has the signed digest; that it names nothing
// says nothing. A signature does not become good by it: RFC 5652, Section 5.6 knows one digest, that of the
// content as it is. The package judges nothing, holds no keys, and knows no files. The work is bounded by a
// number of octets, not by a clock, so that the same mail always gets the same answer.
//
// Where the changes come from: RFC 2045 and RFC 2049 (what transports do to bodies), RFC 5321, Section 4.5.2
// (dots), RFC 3676 (blanks that carry meaning), RFC 4155 (mbox), RFC 8551, Section 3.1 (canonical form).
package forensics
