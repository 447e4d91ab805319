// Package certpath builds and validates certification paths from a
// certificate to a trust anchor (RFC 5280, Section 6.1, with the purposes and
// addresses of RFC 8550 and RFC 9598).
//
// Certificates and anchors are handed in, and the time and the policies too;
// the package reads no files, no clock and no network. It tells facts: which
// paths there are and what is wrong with each. Whether an old digest or a
// short key is acceptable is for others to decide: signatures made with them
// are checked like all others and listed. Revocation lists and OCSP responses
// are handed in too (RFC 5280, Section 6.3; RFC 6960): every certificate below
// an anchor is not revoked, revoked, or nobody knows.
package certpath
